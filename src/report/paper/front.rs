//! What a report begins with: its title, notes and contents.

use std::sync::Arc;

use crate::report::encoded::Encoded;
use crate::report::figure::{Anchor, Mark, cut, width};
use crate::report::palette::Palette;
use crate::report::sheet::Sheet;

use super::blocks::{Ink, paragraph};
use super::flow::{Piece, Place};
use super::{BODY, Bookmark, HEADING, MARGIN, SMALL, TITLE, WIDTH, wrap};

/// The largest logo.
const LOGO: (f64, f64) = (130.0, 48.0);

/// Fewer sections than this need no table of contents.
const FEW: usize = 3;

/// Height of a line of the contents.
const LINE: f64 = 15.0;

/// Title, notes and the room for the contents.
pub(super) fn pieces(sheet: &Sheet, palette: &Palette) -> Vec<Piece> {
    let mut pieces = vec![title(sheet, palette)];
    let ink = Ink { size: BODY, colour: palette.ink };
    for (i, notes) in sheet.notes.split("\n\n").filter(|notes| !notes.trim().is_empty()).enumerate() {
        pieces.extend(paragraph(notes, ink, (0.0, WIDTH * 0.86), if i == 0 { 16.0 } else { 6.0 }));
    }
    if sheet.sections.len() >= FEW {
        let height = 24.0 + LINE * sheet.sections.len().div_ceil(2) as f64;
        pieces.push(Piece { gap: 20.0, height, place: Some(Place::Contents), ..Piece::default() });
    }
    pieces
}

fn title(sheet: &Sheet, palette: &Palette) -> Piece {
    let mut piece = Piece::default();
    let logo = sheet.logo.as_ref().map(logo);
    let room = WIDTH - logo.as_ref().map_or(0.0, |(w, _, _)| w + 24.0);
    let mut y = 0.0;
    for line in wrap::at_most(&sheet.title, TITLE, room, 4) {
        piece.marks.push(Mark::text((0.0, y + TITLE), TITLE, Anchor::Start, palette.ink, line));
        y += 1.25 * TITLE;
    }
    y += 4.0;
    for line in wrap::at_most(&sheet.subtitle, HEADING, room, 6) {
        piece.marks.push(Mark::text((0.0, y + HEADING), HEADING, Anchor::Start, palette.muted, line));
        y += 1.4 * HEADING;
    }
    if let Some((w, h, picture)) = logo {
        piece.marks.push(Mark::Picture([WIDTH - w, 0.0, w, h], picture));
        y = y.max(h);
    }
    y += 12.0;
    piece.marks.push(Mark::Rect([0.0, y, WIDTH, 0.5], palette.line));
    piece.marks.push(Mark::Rect([0.0, y - 0.75, 56.0, 2.0], palette.accent));
    piece.height = y + 2.0;
    piece
}

/// A logo in the room it may take.
fn logo(picture: &Arc<Encoded>) -> (f64, f64, Arc<Encoded>) {
    let (w, h) = (f64::from(picture.width.max(1)), f64::from(picture.height.max(1)));
    let scale = (LOGO.0 / w).min(LOGO.1 / h);
    (w * scale, h * scale, Arc::clone(picture))
}

/// The contents, in two columns under their heading, with the numbers of the pages.
pub(super) fn contents(bookmarks: &[Bookmark], top: f64, palette: &Palette) -> Vec<Mark> {
    const GAP: f64 = 28.0;
    let mut marks = vec![Mark::text((MARGIN, top + SMALL), SMALL, Anchor::Start, palette.muted, "Contents")];
    let rows = bookmarks.len().div_ceil(2).max(1);
    let wide = (WIDTH - GAP) / 2.0;
    for (i, bookmark) in bookmarks.iter().enumerate() {
        let left = MARGIN + (i / rows) as f64 * (wide + GAP);
        let y = top + 24.0 + LINE * (i % rows) as f64;
        let page = (bookmark.page + 1).to_string();
        let title = cut(&bookmark.title, BODY, wide - width(&page, BODY) - 12.0);
        marks.push(Mark::text((left, y), BODY, Anchor::Start, palette.ink, title));
        marks.push(Mark::text((left + wide, y), BODY, Anchor::End, palette.muted, page));
        marks.push(Mark::Rect([left, y + 4.25, wide, 0.5], palette.line));
    }
    marks
}
