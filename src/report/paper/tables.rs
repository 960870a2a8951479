//! Tables on pages: columns as wide as what stands in them, the head again on every page.

use std::sync::Arc;

use crate::model::fmt;
use crate::report::figure::{Anchor, Mark, cut, width};
use crate::report::palette::Palette;
use crate::report::sheet::Listing;
use crate::report::table::{Cell, Column};

use super::blocks::{Ink, words};
use super::flow::Piece;
use super::{BODY, HEADING, SMALL, wrap};

/// Between columns.
const GAP: f64 = 12.0;
/// A column becomes at most so much wider than what stands in it.
const AIR: f64 = 30.0;
/// Columns of words are not made narrower than this while the letters can still become smaller.
const NARROW: f64 = 64.0;
/// Lines of a cell, and of a head.
const LINES: usize = 3;
/// Sizes of the letters, from the first that lets all columns fit.
const SIZES: [f64; 4] = [8.5, 8.0, 7.5, 7.0];
/// Above and below the words of a row.
const PAD: f64 = 2.8;

/// A table ready to be written: the texts of its shown rows and where its columns lie.
struct Grid<'a> {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
    size: f64,
    /// Left end and width of each column's words.
    places: Vec<(f64, f64)>,
    palette: &'a Palette,
}

/// A table under its title, with a word about the rows that are left out.
pub(super) fn listing(listing: &Listing, wide: f64, palette: &Palette) -> Vec<Piece> {
    let table = &listing.table;
    let mut pieces = Vec::new();
    if !listing.title.is_empty() {
        let title = words(&listing.title, Ink { size: HEADING, colour: palette.ink }, (0.0, wide), 3);
        pieces.push(Piece { gap: 16.0, keep: true, ..title });
    }
    if table.columns.is_empty() {
        return pieces;
    }
    let texts =
        |row: &Vec<Cell>| (0..table.columns.len()).map(|i| row.get(i).map_or_else(String::new, Cell::shown)).collect();
    let rows: Vec<Vec<String>> = table.rows.iter().take(listing.most).map(texts).collect();
    let (shown, all) = (rows.len(), table.rows.len());
    let mut gap = if listing.title.is_empty() { 12.0 } else { 5.0 };
    for part in parts(&table.columns, &rows, wide) {
        let columns: Vec<Column> = part.iter().filter_map(|i| table.columns.get(*i)).cloned().collect();
        let cells = |row: &Vec<String>| part.iter().filter_map(|i| row.get(*i)).cloned().collect();
        let grid = Grid::new(columns, rows.iter().map(cells).collect(), wide, palette);
        let head = grid.head();
        let again = Arc::new(head.clone());
        pieces.push(Piece { gap, keep: true, ..head });
        for (i, row) in grid.rows.iter().enumerate() {
            // Neither the first nor the last row stands alone, and the word below stays with the rows.
            let keep = (i == 0 && shown > 1) || (i + 2 == shown) || (i + 1 == shown && all > shown);
            pieces.push(Piece { keep, again: Some(Arc::clone(&again)), ..grid.row(row) });
        }
        gap = 16.0;
    }
    let more = if all == 0 {
        "No rows".to_owned()
    } else if all > shown {
        format!("and {} more", fmt::count((all - shown) as u64))
    } else {
        return pieces;
    };
    let note = words(&more, Ink { size: SMALL, colour: palette.muted }, (0.0, wide), 1);
    pieces.push(Piece { gap: 5.0, ..note });
    pieces
}

impl<'a> Grid<'a> {
    fn new(columns: Vec<Column>, rows: Vec<Vec<String>>, wide: f64, palette: &'a Palette) -> Self {
        let measured = measured(&columns, &rows);
        let room = (wide - GAP * columns.len().saturating_sub(1) as f64).max(0.2 * wide);
        let fits = |size: &&f64| measured.iter().map(|column| column.least(**size)).sum::<f64>() <= room;
        let size = SIZES.iter().find(fits).or(SIZES.last()).copied().unwrap_or(BODY);
        let least: Vec<f64> = measured.iter().map(|column| column.least(size)).collect();
        let wanted = measured.iter().map(|column| (column.cells.max(column.word) * size).max(column.least(size)));
        let wanted: Vec<f64> = wanted.collect();
        let heads: Vec<f64> = measured.iter().map(|column| column.head * size).collect();
        let widths = shared(&wanted, &least, &heads, room);
        let gap = if columns.len() > 1 { (wide - room) / (columns.len() - 1) as f64 } else { 0.0 };
        let mut left = 0.0;
        let place = |one: f64| {
            let place = (left, one);
            left += one + gap;
            place
        };
        let places = widths.into_iter().map(place).collect();
        Self { columns, rows, size, places, palette }
    }

    /// As wide as all columns.
    fn width(&self) -> f64 {
        self.places.last().map_or(0.0, |(left, wide)| left + wide)
    }

    /// Writes a text on these lines at the end of its column where numbers stand.
    fn write(&self, piece: &mut Piece, column: usize, top: f64, (size, ink): (f64, [u8; 3]), lines: Vec<String>) {
        let Some((left, wide)) = self.places.get(column).copied() else { return };
        let number = self.columns.get(column).is_some_and(|column| column.number);
        let (x, anchor) = if number { (left + wide, Anchor::End) } else { (left, Anchor::Start) };
        for (i, line) in lines.into_iter().enumerate() {
            let y = top + 1.02 * size + i as f64 * self.line();
            piece.marks.push(Mark::text((x, y), size, anchor, ink, line));
        }
    }

    fn line(&self) -> f64 {
        1.32 * self.size
    }

    fn head(&self) -> Piece {
        let lines: Vec<Vec<String>> = self
            .columns
            .iter()
            .zip(&self.places)
            .map(|(column, (_, wide))| wrap::at_most(&column.title, self.size, *wide, LINES))
            .collect();
        let most = lines.iter().map(Vec::len).max().unwrap_or(1).max(1);
        let mut piece = Piece { height: 2.0 * PAD + most as f64 * self.line(), ..Piece::default() };
        for (i, lines) in lines.into_iter().enumerate() {
            // Heads of fewer lines stand at the foot of theirs.
            let top = PAD + (most - lines.len()) as f64 * self.line();
            self.write(&mut piece, i, top, (self.size, self.palette.muted), lines);
        }
        let under = [0.0, piece.height - 0.75, self.width(), 0.75];
        piece.marks.push(Mark::Rect(under, self.palette.ink));
        piece
    }

    fn row(&self, row: &[String]) -> Piece {
        let cell = |(text, (column, (_, wide))): (&String, (&Column, &(f64, f64)))| {
            if column.number { vec![cut(text, self.size, *wide)] } else { wrap::at_most(text, self.size, *wide, LINES) }
        };
        let lines: Vec<Vec<String>> = row.iter().zip(self.columns.iter().zip(&self.places)).map(cell).collect();
        let most = lines.iter().map(Vec::len).max().unwrap_or(1).max(1);
        let mut piece = Piece { height: 2.0 * PAD + most as f64 * self.line(), ..Piece::default() };
        for (i, lines) in lines.into_iter().enumerate() {
            self.write(&mut piece, i, PAD, (self.size, self.palette.ink), lines);
        }
        piece.marks.push(Mark::Rect([0.0, piece.height - 0.4, self.width(), 0.4], self.palette.line));
        piece
    }
}

/// How wide a column would be, in sizes of the font.
struct Measured {
    number: bool,
    /// The longest cell.
    cells: f64,
    /// The longest word of the head.
    word: f64,
    /// The head on one line.
    head: f64,
}

impl Measured {
    /// Narrower than this no column should be: numbers stand whole, under a head of two lines.
    fn least(&self, size: f64) -> f64 {
        let whole = self.cells.max(self.word) * size;
        if self.number { whole.max(0.55 * self.head * size) } else { whole.min(NARROW) }
    }
}

fn measured(columns: &[Column], rows: &[Vec<String>]) -> Vec<Measured> {
    let cells = |i: usize| rows.iter().filter_map(|row| row.get(i)).map(|text| width(text, 1.0)).fold(0.5, f64::max);
    let one = |(i, column): (usize, &Column)| Measured {
        number: column.number,
        cells: cells(i),
        word: longest(&column.title),
        head: width(&column.title, 1.0),
    };
    columns.iter().enumerate().map(one).collect()
}

/// Which columns are written together: all where they fit; else as many as do, each part with the first column again.
fn parts(columns: &[Column], rows: &[Vec<String>], wide: f64) -> Vec<Vec<usize>> {
    let smallest = SIZES.last().copied().unwrap_or(BODY);
    let least: Vec<f64> = measured(columns, rows).iter().map(|column| column.least(smallest)).collect();
    let first = least.first().copied().unwrap_or(0.0);
    let (mut parts, mut part, mut used) = (Vec::new(), vec![0], first);
    for (i, one) in least.iter().enumerate().skip(1) {
        if used + GAP + one > wide && part.len() > 1 {
            parts.push(std::mem::replace(&mut part, vec![0]));
            used = first;
        }
        part.push(i);
        used += GAP + one;
    }
    parts.push(part);
    parts
}

/// The longest word of a head, in sizes of the font: narrower than that it would be broken.
fn longest(title: &str) -> f64 {
    title.split_whitespace().map(|word| width(word, 1.0)).fold(0.0, f64::max)
}

/// Widths of columns in this room: what each wants and some air where there is enough, else what each needs at least and a share of
/// what is left, else parts of what they need.
fn shared(wanted: &[f64], least: &[f64], heads: &[f64], room: f64) -> Vec<f64> {
    let (all, need): (f64, f64) = (wanted.iter().sum(), least.iter().sum());
    if all <= room {
        // First the heads on one line, then air.
        let lack: Vec<f64> = wanted.iter().zip(heads).map(|(wanted, head)| (head - wanted).max(0.0)).collect();
        let lacking: f64 = lack.iter().sum();
        let part = if lacking > 0.0 { ((room - all) / lacking).min(1.0) } else { 0.0 };
        let with_heads: Vec<f64> = wanted.iter().zip(&lack).map(|(wanted, lack)| wanted + part * lack).collect();
        let air = ((room - with_heads.iter().sum::<f64>()) / wanted.len() as f64).clamp(0.0, AIR);
        return with_heads.iter().map(|one| one + air).collect();
    }
    if need <= room {
        let part = (room - need) / (all - need).max(f64::MIN_POSITIVE);
        return wanted.iter().zip(least).map(|(wanted, least)| least + part * (wanted - least)).collect();
    }
    let part = room / need.max(f64::MIN_POSITIVE);
    least.iter().map(|least| part * least).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broad_tables_are_parted_and_name_their_rows_again() {
        let mut columns = vec![Column::words("a", "A")];
        columns.extend((0..9).map(|_| Column::number("n", "N")));
        // Digits are about 0.56 sizes wide: a number of ten is about 40 points at the smallest size, with the gap 52.
        let rows = vec![std::iter::once("a").chain(["1234567890"; 9]).map(str::to_owned).collect::<Vec<_>>()];
        assert_eq!(parts(&columns, &rows, 900.0).len(), 1);
        let parts = parts(&columns, &rows, 230.0);
        assert_eq!(parts, [vec![0, 1, 2, 3, 4], vec![0, 5, 6, 7, 8], vec![0, 9]]);
    }

    #[test]
    fn columns_share_the_room() {
        assert_eq!(shared(&[10.0, 20.0], &[10.0, 20.0], &[10.0, 26.0], 46.0), [15.0, 31.0], "heads first, then air");
        assert_eq!(shared(&[10.0, 20.0], &[10.0, 20.0], &[5.0, 5.0], 900.0), [40.0, 50.0], "no more than enough");
        assert_eq!(shared(&[200.0, 20.0], &[50.0, 20.0], &[5.0, 5.0], 120.0), [100.0, 20.0], "words give way");
        assert_eq!(shared(&[300.0, 100.0], &[60.0, 100.0], &[5.0, 5.0], 80.0), [30.0, 50.0], "all give way");
    }
}
