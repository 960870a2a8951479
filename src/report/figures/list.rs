//! Rows of a name, a bar and numbers: what charts of classes, parts and numbers share.

use crate::report::chart::{MARGIN, SIZE, SMALL, WIDTH};
use crate::report::figure::{Anchor, Figure, Mark, Rect, cut, width};
use crate::report::palette::Palette;

/// Height of a row, and of the bar in it.
const ROW: f64 = 19.0;
const BAR: f64 = 11.0;
/// Height of the line of heads.
const HEAD: f64 = 22.0;
/// Widest room for names.
const NAMES: f64 = 170.0;
/// Between columns.
const GAP: f64 = 14.0;

/// What a row says beside its bar.
pub(super) struct Row {
    pub name: String,
    pub numbers: Vec<String>,
}

/// A list under construction: names and numbers stand, bars are drawn by the caller.
pub(super) struct List {
    pub figure: Figure,
    /// Left and right end of the bars.
    pub bar: (f64, f64),
}

impl List {
    /// A list with a head over each column of numbers; `note` stands under the rows.
    pub fn new(heads: &[&str], rows: &[Row], note: &str, palette: &Palette) -> Self {
        let foot = if note.is_empty() { 0.0 } else { SMALL + 10.0 };
        let height = 2.0 * MARGIN + HEAD + ROW * rows.len() as f64 + foot;
        let mut figure = Figure::new(WIDTH, height, palette.paper);
        let widest =
            |texts: &mut dyn Iterator<Item = &str>, size: f64| texts.map(|t| width(t, size)).fold(0.0, f64::max);
        let names = widest(&mut rows.iter().map(|row| row.name.as_str()), SIZE).min(NAMES);
        // Right ends of the columns, from the right edge inwards.
        let mut right = WIDTH - MARGIN;
        let mut rights = vec![0.0; heads.len()];
        for (column, head) in heads.iter().enumerate().rev() {
            let cells = widest(&mut rows.iter().filter_map(|row| row.numbers.get(column).map(String::as_str)), SIZE);
            if let Some(at) = rights.get_mut(column) {
                *at = right;
            }
            right -= cells.max(width(head, SMALL)) + GAP;
        }
        let top = MARGIN + HEAD;
        for (head, right) in heads.iter().zip(&rights) {
            figure.marks.push(Mark::text((*right, top - 8.0), SMALL, Anchor::End, palette.muted, *head));
        }
        figure.marks.push(Mark::Rect([MARGIN, top - 0.5, WIDTH - 2.0 * MARGIN, 0.5], palette.line));
        for (at, row) in rows.iter().enumerate() {
            let base = top + ROW * at as f64 + ROW / 2.0 + 0.35 * SIZE;
            let name = cut(&row.name, SIZE, names);
            figure.marks.push(Mark::text((MARGIN, base), SIZE, Anchor::Start, palette.ink, name));
            for (number, right) in row.numbers.iter().zip(&rights) {
                let colour =
                    if number == "0" || number == crate::model::fmt::UNDEFINED { palette.muted } else { palette.ink };
                figure.marks.push(Mark::text((*right, base), SIZE, Anchor::End, colour, number.clone()));
            }
        }
        if !note.is_empty() {
            let at = (MARGIN, height - MARGIN);
            let note = cut(note, SMALL, WIDTH - 2.0 * MARGIN);
            figure.marks.push(Mark::text(at, SMALL, Anchor::Start, palette.muted, note));
        }
        Self { figure, bar: (MARGIN + names + GAP, right) }
    }

    /// Where the line of heads has its middle.
    pub fn head(&self) -> f64 {
        MARGIN + HEAD - 8.0 - 0.35 * SMALL
    }

    /// A piece of the bar of a row, between two shares of its length.
    pub fn piece(&self, row: usize, from: f64, to: f64) -> Rect {
        let (left, right) = self.bar;
        let top = MARGIN + HEAD + ROW * row as f64 + (ROW - BAR) / 2.0;
        [left + (right - left) * from, top, (right - left) * (to - from), BAR]
    }

    /// Words in the place of a bar.
    pub fn words(&mut self, row: usize, words: &str, palette: &Palette) {
        let [left, top, room, height] = self.piece(row, 0.0, 1.0);
        let words = cut(words, SMALL, room);
        let at = (left, top + height / 2.0 + 0.35 * SMALL);
        self.figure.marks.push(Mark::text(at, SMALL, Anchor::Start, palette.muted, words));
    }
}
