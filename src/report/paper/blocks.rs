//! Blocks as pieces of a page.

use crate::report::figure::{Anchor, Colour, Mark, width};
use crate::report::palette::Palette;
use crate::report::sheet::{Block, Exhibit, Sample, Section, Tile};

use super::flow::{Piece, Place, ROOM};
use super::{BODY, HEADING, SECTION, SMALL, WIDTH, tables, wrap};

/// Height of a line, in sizes of the font.
const LEADING: f64 = 1.45;
/// From the top of a line to the line its letters stand on, in sizes of the font.
const ASCENT: f64 = 1.02;
/// Charts are drawn at most so large: their letters are then about as large as the text's.
const CHART: f64 = 0.8;
/// And, where that puts two beside each other, no smaller than this.
const SMALLEST: f64 = 0.56;
/// Between things side by side.
const GUTTER: f64 = 14.0;
/// What belongs to an advice stands so far to the right, under its words.
const INDENT: f64 = 24.0;
/// No figure is higher, so that headings have room above it.
const TALLEST: f64 = ROOM - 110.0;
/// No picture of a sample is higher.
const SAMPLE: f64 = 210.0;

/// How words are written.
#[derive(Clone, Copy)]
pub(super) struct Ink {
    pub(super) size: f64,
    pub(super) colour: Colour,
}

/// A section under its heading.
pub(super) fn section(index: usize, section: &Section, palette: &Palette) -> Vec<Piece> {
    let mut title = words(&section.title, Ink { size: SECTION, colour: palette.ink }, (0.0, WIDTH), 3);
    title.gap = 30.0;
    title.place = Some(Place::Section(index));
    title.marks.push(Mark::Rect([0.0, title.height + 3.0, WIDTH, 0.5], palette.line));
    title.height += 4.0;
    title.keep = !section.blocks.is_empty();
    let mut pieces = vec![title];
    let mut indent = 0.0;
    let mut blocks = section.blocks.as_slice();
    while let Some((block, rest)) = blocks.split_first() {
        match block {
            Block::Heading(_) => indent = 0.0,
            Block::Advice { .. } => indent = INDENT,
            _ => {}
        }
        // Two small figures stand side by side.
        if let (Block::Exhibit(left), Some(Block::Exhibit(right))) = (block, rest.first())
            && let Some(pair) = pair(left, right, WIDTH - indent, palette)
        {
            pieces.push(pair.indented(indent));
            blocks = rest.get(1..).unwrap_or_default();
            continue;
        }
        let belongs = !matches!(rest.first(), None | Some(Block::Heading(_) | Block::Advice { .. }));
        let made = of_block(block, belongs, WIDTH - indent, palette);
        let by = if matches!(block, Block::Advice { .. }) { 0.0 } else { indent };
        // The first thing of a section stands under the section's own rule.
        let first = pieces.len() == 1;
        pieces.extend(made.into_iter().map(|piece| piece.indented(by)));
        if let (true, Block::Advice { .. }, Some(head)) = (first, block, pieces.get_mut(1)) {
            head.marks.retain(|mark| !matches!(mark, Mark::Rect(..)));
            head.gap = 4.0;
        }
        blocks = rest;
    }
    pieces
}

/// The pieces of a block in a column of that width; `belongs` where what follows belongs to an advice.
fn of_block(block: &Block, belongs: bool, wide: f64, palette: &Palette) -> Vec<Piece> {
    let (ink, muted) = (Ink { size: BODY, colour: palette.ink }, Ink { size: SMALL, colour: palette.muted });
    match block {
        Block::Heading(text) => {
            let mut piece = words(text, Ink { size: HEADING, colour: palette.ink }, (0.0, wide), 3);
            piece.gap = 18.0;
            vec![piece.kept()]
        }
        Block::Text(text) => paragraph(text, ink, (0.0, wide), 8.0),
        Block::Note(text) => paragraph(text, muted, (0.0, wide), 6.0),
        Block::Tiles(tiles) => self::tiles(tiles, wide, palette),
        Block::Facts(facts) => self::facts(facts, wide, palette),
        Block::Listing(listing) => tables::listing(listing, wide, palette),
        Block::Exhibit(exhibit) => vec![one(exhibit, wide, palette)],
        Block::Samples(samples) => self::samples(samples, wide, palette),
        Block::Advice { number, title, text, gain } => advice((*number, title, text, gain), belongs, palette),
    }
}

/// Words on at most so many lines, as one piece.
pub(super) fn words(text: &str, ink: Ink, (left, room): (f64, f64), most: usize) -> Piece {
    let mut piece = Piece::default();
    for line in wrap::at_most(text, ink.size, room, most) {
        let at = (left, piece.height + ASCENT * ink.size);
        piece.marks.push(Mark::text(at, ink.size, Anchor::Start, ink.colour, line));
        piece.height += LEADING * ink.size;
    }
    piece
}

/// Words on as many lines as they need, a piece each; no page begins or ends with a single line of them.
pub(super) fn paragraph(text: &str, ink: Ink, (left, room): (f64, f64), gap: f64) -> Vec<Piece> {
    let lines = wrap::lines(text, ink.size, room);
    let count = lines.len();
    let piece = |(i, line): (usize, String)| Piece {
        gap: if i == 0 { gap } else { 0.0 },
        height: LEADING * ink.size,
        marks: vec![Mark::text((left, ASCENT * ink.size), ink.size, Anchor::Start, ink.colour, line)],
        keep: i + 1 < count && (i == 0 || i + 2 == count),
        ..Piece::default()
    };
    lines.into_iter().enumerate().map(piece).collect()
}

/// Puts a piece under another, so that both are one.
fn under(mut above: Piece, below: &Piece, gap: f64) -> Piece {
    let by = above.height + gap;
    above.marks.extend(below.marks.iter().map(|mark| mark.placed((0.0, by), 1.0)));
    above.height = by + below.height;
    above
}

/// Puts pieces side by side, so that all are one; each comes with its left end.
fn beside(pieces: Vec<(f64, Piece)>, gap: f64) -> Piece {
    let mut row = Piece::below(gap);
    for (left, piece) in pieces {
        row.height = row.height.max(piece.height);
        row.marks.extend(piece.indented(left).marks);
    }
    row
}

/// Numbers that stand out, four or five in a row.
fn tiles(tiles: &[Tile], wide: f64, palette: &Palette) -> Vec<Piece> {
    let columns = if tiles.len().is_multiple_of(5) || tiles.len() == 9 { 5 } else { 4 };
    let room = (wide - GUTTER * (columns - 1) as f64) / columns as f64;
    let muted = Ink { size: SMALL, colour: palette.muted };
    let tile = |tile: &Tile| {
        let mut piece = Piece { height: 7.0, ..Piece::default() };
        piece.marks.push(Mark::Rect([0.0, 0.0, room, 1.0], palette.ink));
        let size = [18.0, 15.0, 12.0, BODY].into_iter().find(|size| width(&tile.value, *size) <= room).unwrap_or(BODY);
        let piece = under(piece, &words(&tile.label, muted, (0.0, room), 2), 0.0);
        // Numbers of different sizes stand on one line.
        let value = words(&tile.value, Ink { size, colour: palette.ink }, (0.0, room), 2);
        let piece = under(piece, &value, 1.0 + ASCENT * (18.0 - size));
        let piece = under(piece, &Piece::default(), (LEADING - ASCENT) * (18.0 - size));
        under(piece, &words(&tile.note, muted, (0.0, room), 3), 0.0)
    };
    let row = |row: &[Tile]| {
        let pieces = row.iter().enumerate().map(|(i, one)| (i as f64 * (room + GUTTER), tile(one)));
        beside(pieces.collect(), 12.0)
    };
    tiles.chunks(columns).map(row).collect()
}

/// Names and what they stand for.
fn facts(facts: &[(String, String)], wide: f64, palette: &Palette) -> Vec<Piece> {
    /// So many lines make a piece, so that the longest value finds its way over pages.
    const LINES: usize = 8;
    let left = (0.3 * wide).min(150.0);
    let mut pieces = Vec::new();
    for (i, (name, value)) in facts.iter().enumerate() {
        let names = words(name, Ink { size: BODY, colour: palette.muted }, (0.0, left - 12.0), 6);
        let lines = wrap::lines(value, BODY, wide - left);
        for (part, lines) in lines.chunks(LINES).enumerate().chain(lines.is_empty().then_some((0, &[][..]))) {
            let first = i == 0 && part == 0;
            let mut y = if part == 0 { 3.0 } else { 0.0 };
            let mut piece = Piece { gap: if first { 10.0 } else { 0.0 }, height: y, ..Piece::default() };
            if part == 0 {
                piece = under(piece, &names, 0.0);
            }
            for line in lines {
                let at = (left, y + ASCENT * BODY);
                piece.marks.push(Mark::text(at, BODY, Anchor::Start, palette.ink, line.clone()));
                y += LEADING * BODY;
            }
            piece.height = piece.height.max(y);
            pieces.push(piece);
        }
        if let Some(last) = pieces.last_mut() {
            last.height += 3.5;
            last.marks.push(Mark::Rect([0.0, last.height - 0.5, wide, 0.5], palette.line));
        }
    }
    pieces
}

/// A figure under its name, at most so wide and at the size that charts have.
fn exhibit(exhibit: &Exhibit, wide: f64, palette: &Palette) -> Piece {
    let piece = words(&exhibit.title, Ink { size: HEADING, colour: palette.ink }, (0.0, wide), 2);
    let caption = words(&exhibit.caption, Ink { size: SMALL, colour: palette.muted }, (0.0, wide), 5);
    let mut piece = under(piece, &caption, 1.0);
    let figure = &exhibit.figure;
    let room = (TALLEST - piece.height).max(1.0);
    let scale = CHART.min(wide / figure.width.max(1.0)).min(room / figure.height.max(1.0));
    let drawn = Piece {
        height: figure.height * scale,
        marks: figure.marks.iter().map(|mark| mark.placed((0.0, 0.0), scale)).collect(),
        ..Piece::default()
    };
    piece = under(piece, &drawn, 6.0);
    piece
}

fn one(exhibit: &Exhibit, wide: f64, palette: &Palette) -> Piece {
    Piece { gap: 16.0, ..self::exhibit(exhibit, wide, palette) }
}

/// Two figures side by side, where both are small enough.
fn pair(left: &Exhibit, right: &Exhibit, wide: f64, palette: &Palette) -> Option<Piece> {
    let half = (wide - GUTTER) / 2.0;
    let fits = |exhibit: &Exhibit| exhibit.figure.width * SMALLEST <= half;
    (fits(left) && fits(right)).then(|| {
        let at = |exhibit| self::exhibit(exhibit, half, palette);
        beside(vec![(0.0, at(left)), (half + GUTTER, at(right))], 16.0)
    })
}

/// Pictures in rows.
fn samples(samples: &[Sample], wide: f64, palette: &Palette) -> Vec<Piece> {
    let widest = samples.iter().map(|sample| sample.figure.width).fold(1.0, f64::max);
    // As many beside each other as there are and as keep half their size, from three to four (two of wide ones); a little less than
    // half where that saves a row of one.
    let fitting = |scale: f64| ((wide + GUTTER) / (scale * widest + GUTTER)).floor().clamp(2.0, 4.0) as usize;
    let alone = samples.len() % fitting(0.5) == 1;
    let columns = fitting(if alone { 0.4 } else { 0.5 }).min(samples.len().max(3));
    let room = (wide - GUTTER * (columns - 1) as f64) / columns as f64;
    let sample = |sample: &Sample| {
        let figure = &sample.figure;
        let scale = (room / figure.width.max(1.0)).min(SAMPLE / figure.height.max(1.0)).min(1.0);
        let drawn = Piece {
            height: figure.height * scale,
            marks: figure.marks.iter().map(|mark| mark.placed((0.0, 0.0), scale)).collect(),
            ..Piece::default()
        };
        under(drawn, &words(&sample.caption, Ink { size: 7.5, colour: palette.muted }, (0.0, room), 4), 3.0)
    };
    let row = |row: &[Sample]| {
        let pieces = row.iter().enumerate().map(|(i, one)| (i as f64 * (room + GUTTER), sample(one)));
        beside(pieces.collect(), 10.0)
    };
    samples.chunks(columns).map(row).collect()
}

/// Something to do: its number and title, the evidence, what it would give; together with what belongs to it.
fn advice((number, title, text, gain): (usize, &str, &str, &str), belongs: bool, palette: &Palette) -> Vec<Piece> {
    /// An advice of more lines than this is parted like any paragraph.
    const SHORT: usize = 40;
    let at = (INDENT, WIDTH - INDENT);
    let mut head = under(
        Piece { gap: 18.0, height: 8.0, ..Piece::default() },
        &words(title, Ink { size: HEADING, colour: palette.ink }, at, 4),
        0.0,
    );
    head.marks.push(Mark::Rect([0.0, 0.0, WIDTH, 0.5], palette.line));
    let number = number.to_string();
    let size = if width(&number, SECTION) < INDENT - 4.0 { SECTION } else { BODY };
    head.marks.push(Mark::text((0.0, 8.0 + ASCENT * HEADING), size, Anchor::Start, palette.accent, number));
    let mut pieces = vec![head];
    pieces.extend(paragraph(text, Ink { size: BODY, colour: palette.ink }, at, 2.0));
    pieces.extend(paragraph(gain, Ink { size: BODY, colour: palette.accent }, at, 3.0));
    let short = pieces.len() <= SHORT;
    let last = pieces.len() - 1;
    for (i, piece) in pieces.iter_mut().enumerate() {
        piece.keep |= if i == last { belongs } else { short || i == 0 };
    }
    pieces
}
