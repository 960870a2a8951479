//! Cells in rows and columns, coloured by what they hold.

use crate::report::chart::{MARGIN, SMALL, WIDTH};
use crate::report::figure::{Anchor, Colour, Figure, Mark, cut, width};
use crate::report::palette::Palette;

/// Smallest and largest side of a cell.
const CELL: (f64, f64) = (14.0, 52.0);
/// Cells from this size on have their numbers.
const NUMBERS: f64 = 14.0;
/// Smallest letters of numbers and names.
const LEAST: f64 = 6.5;
/// Widest room for names at the left, and highest above.
const NAMES: f64 = 130.0;
/// Between the classes and what stands outside of them.
const APART: f64 = 4.0;
/// Narrowest figure.
const NARROW: f64 = 340.0;

/// What is drawn.
pub(super) struct Heat<'a> {
    /// Names of rows and of columns.
    pub rows: Vec<&'a str>,
    pub columns: Vec<&'a str>,
    /// What rows and columns are.
    pub axes: [&'a str; 2],
    /// True where the last row, and the last column, stand apart.
    pub apart: [bool; 2],
    /// Stands under the cells.
    pub note: String,
}

/// A cell: its colour and, from the longest on, what can be written in it.
pub(super) struct Cell {
    pub colour: Colour,
    pub words: [String; 2],
}

/// Draws the cells that `cell` knows.
pub(super) fn draw(heat: &Heat<'_>, palette: &Palette, cell: impl Fn(usize, usize) -> Option<Cell>) -> Figure {
    let axis = if heat.axes.iter().all(|axis| axis.is_empty()) { 0.0 } else { SMALL + 8.0 };
    let widest = |names: &[&str]| names.iter().map(|name| width(name, SMALL)).fold(0.0, f64::max).min(NAMES);
    let left = MARGIN + axis + widest(&heat.rows) + 6.0;
    let gap = |end: bool| if end { APART } else { 0.0 };
    let (n_rows, n_columns) = (heat.rows.len(), heat.columns.len());
    let room = WIDTH - left - MARGIN - gap(heat.apart[1]);
    let side = (room / n_columns.max(1) as f64).clamp(CELL.0, CELL.1);
    let level = heat.columns.iter().all(|name| width(name, SMALL) + 6.0 <= side);
    let top = MARGIN + axis + 6.0 + if level { SMALL } else { widest(&heat.columns) };
    let note = if heat.note.is_empty() { 0.0 } else { SMALL + 10.0 };
    let wide = (left + side * n_columns as f64 + gap(heat.apart[1]) + MARGIN).max(NARROW);
    let high = top + side * n_rows as f64 + gap(heat.apart[0]) + note + MARGIN;
    let mut figure = Figure::new(wide, high, palette.paper);
    let x = |column: usize| left + side * column as f64 + gap(heat.apart[1] && column + 1 == n_columns);
    let y = |row: usize| top + side * row as f64 + gap(heat.apart[0] && row + 1 == n_rows);
    let small = SMALL.min(0.8 * side).max(LEAST);
    for (row, name) in heat.rows.iter().enumerate() {
        let at = (left - 6.0, y(row) + side / 2.0 + 0.35 * small);
        let name = cut(name, small, NAMES);
        figure.marks.push(Mark::text(at, small, Anchor::End, palette.ink, name));
    }
    for (column, name) in heat.columns.iter().enumerate() {
        let (middle, foot) = (x(column) + side / 2.0, top - 6.0);
        let name = cut(name, small, NAMES);
        figure.marks.push(if level {
            Mark::text((middle, foot), small, Anchor::Middle, palette.ink, name)
        } else {
            Mark::upwards((middle + 0.35 * small, foot), small, Anchor::Start, palette.ink, name)
        });
    }
    let [truth, predicted] = heat.axes;
    let middle = left + side * n_columns as f64 / 2.0;
    figure.marks.push(Mark::text((middle, MARGIN + 0.8 * SMALL), SMALL, Anchor::Middle, palette.muted, predicted));
    let middle = top + side * n_rows as f64 / 2.0;
    figure.marks.push(Mark::upwards((MARGIN + 0.8 * SMALL, middle), SMALL, Anchor::Middle, palette.muted, truth));
    for row in 0..n_rows {
        for column in 0..n_columns {
            if let Some(cell) = cell(row, column) {
                let rect = [x(column) + 0.5, y(row) + 0.5, side - 1.0, side - 1.0];
                figure.marks.push(Mark::Rect(rect, cell.colour));
                figure.marks.extend(number(&cell, (x(column), y(row)), side, palette));
            }
        }
    }
    if !heat.note.is_empty() {
        let words = cut(&heat.note, SMALL, wide - 2.0 * MARGIN);
        figure.marks.push(Mark::text((MARGIN, high - MARGIN), SMALL, Anchor::Start, palette.muted, words));
    }
    figure
}

/// The longest of a cell's words that fits, in letters as large as fit.
fn number(cell: &Cell, (x, y): (f64, f64), side: f64, palette: &Palette) -> Option<Mark> {
    if side < NUMBERS {
        return None;
    }
    let sizes = [SMALL, 9.0, 8.0, 7.0, LEAST];
    let fitting = |words: &&String, size: f64| !words.is_empty() && width(words, size) <= side - 3.0;
    let found = cell.words.iter().find_map(|words| {
        // A shorter word is better than very small letters.
        let least = if words == &cell.words[1] { LEAST } else { 8.0 };
        sizes
            .into_iter()
            .filter(|size| *size >= least && *size <= 0.6 * side)
            .find(|size| fitting(&words, *size))
            .map(|size| (words, size))
    });
    let (words, size) = found?;
    let at = (x + side / 2.0, y + side / 2.0 + 0.35 * size);
    Some(Mark::text(at, size, Anchor::Middle, palette.readable(cell.colour), words.clone()))
}
