//! Rows of a name, a bar or a dot with its interval, and numbers; and tables as drawings.

use crate::model::fmt;
use crate::report::chart::{Axis, MARGIN, SIZE, SMALL};
use crate::report::figure::{Anchor, Colour, Figure, Mark, cut, width};
use crate::report::palette::Palette;
use crate::report::table::{Cell, Table};

/// Height of a row, and of the bar in it.
const ROW: (f64, f64) = (24.0, 12.0);
/// Widest room for names.
const NAMES: f64 = 210.0;
/// Width of the bars.
const BARS: f64 = 300.0;
/// Space between columns.
const GAP: f64 = 16.0;
/// Rows of a figure, at most; its table has all.
pub(super) const MOST: usize = 40;

/// One row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub name: String,
    pub value: Option<f64>,
    pub interval: Option<(f64, f64)>,
    pub colour: Colour,
    pub numbers: Vec<String>,
}

/// What all rows share.
#[derive(Clone, Debug)]
pub(super) struct Shared<'a> {
    /// The scale of the values; bars begin at 0 where that is on it.
    pub axis: Axis,
    /// The heads of the numbers.
    pub heads: &'a [&'a str],
    /// True for dots in place of bars.
    pub dots: bool,
    /// A value with a dashed line through all rows.
    pub whole: Option<f64>,
    /// Lines under the rows.
    pub notes: Vec<String>,
}

/// Draws rows, [`MOST`] of them at most.
pub(super) fn draw(rows: &[Row], shared: &Shared<'_>, palette: &Palette) -> Figure {
    let shown = rows.get(..rows.len().min(MOST)).unwrap_or(rows);
    let names = shown.iter().map(|row| width(&row.name, SIZE)).fold(40.0, f64::max).min(NAMES);
    let widths: Vec<f64> = shared
        .heads
        .iter()
        .enumerate()
        .map(|(at, head)| {
            let cells = shown.iter().filter_map(|row| row.numbers.get(at)).map(|words| width(words, SIZE));
            cells.fold(width(head, SMALL), f64::max)
        })
        .collect();
    let left = MARGIN + names + GAP;
    let whole_width = left + BARS + widths.iter().map(|width| width + GAP).sum::<f64>() + MARGIN;
    let top = MARGIN + 2.0 * SMALL + 14.0;
    let bottom = top + ROW.0 * shown.len() as f64;
    let mut notes = shared.notes.clone();
    if rows.len() > shown.len() {
        notes.push(format!("and {} more", fmt::count((rows.len() - shown.len()) as u64)));
    }
    let height = bottom + notes.len() as f64 * (SMALL + 6.0) + MARGIN;
    let mut figure = Figure::new(whole_width, height, palette.paper);
    let x = |value: f64| left + BARS * share_of(&shared.axis, value);
    scale(&mut figure, &shared.axis, (left, top, bottom), palette);
    heads(&mut figure, shared.heads, &widths, (left + BARS, top), palette);
    for (at, row) in shown.iter().enumerate() {
        let y = top + ROW.0 * at as f64;
        one(&mut figure, row, &widths, (y, names, left + BARS), &x, shared, palette);
    }
    if let Some(whole) = shared.whole {
        figure.marks.push(Mark::Dashed(vec![(x(whole), top - 2.0), (x(whole), bottom)], 1.2, palette.accent));
    }
    for (at, note) in notes.iter().enumerate() {
        let y = bottom + (at + 1) as f64 * (SMALL + 6.0);
        let words = cut(note, SMALL, whole_width - 2.0 * MARGIN);
        figure.marks.push(Mark::text((MARGIN, y), SMALL, Anchor::Start, palette.muted, words));
    }
    figure
}

/// Where a value lies, as a share of the axis; outside of it its end.
fn share_of(axis: &Axis, value: f64) -> f64 {
    ((value - axis.from) / (axis.to - axis.from).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0)
}

fn scale(figure: &mut Figure, axis: &Axis, (left, top, bottom): (f64, f64, f64), palette: &Palette) {
    let label = (left + BARS / 2.0, MARGIN + SMALL);
    figure.marks.push(Mark::text(label, SMALL, Anchor::Middle, palette.muted, axis.label.clone()));
    for (value, words) in &axis.ticks {
        let x = left + BARS * share_of(axis, *value);
        figure.marks.push(Mark::Rect([x - 0.25, top - 3.0, 0.5, bottom - top + 3.0], palette.line));
        let at = (x, top - 6.0);
        figure.marks.push(Mark::text(at, SMALL, Anchor::Middle, palette.muted, words.clone()));
    }
}

fn heads(figure: &mut Figure, heads: &[&str], widths: &[f64], (left, top): (f64, f64), palette: &Palette) {
    let mut right = left;
    for (head, width) in heads.iter().zip(widths) {
        right += width + GAP;
        figure.marks.push(Mark::text((right, top - 6.0), SMALL, Anchor::End, palette.muted, *head));
    }
}

fn one(
    figure: &mut Figure,
    row: &Row,
    widths: &[f64],
    (top, names, right_of_bars): (f64, f64, f64),
    x: &impl Fn(f64) -> f64,
    shared: &Shared<'_>,
    palette: &Palette,
) {
    let middle = top + ROW.0 / 2.0;
    let line = middle + 0.35 * SIZE;
    let name = cut(&row.name, SIZE, names);
    figure.marks.push(Mark::text((MARGIN, line), SIZE, Anchor::Start, palette.ink, name));
    if let Some(value) = row.value.filter(|_| !shared.dots) {
        let (from, to) = (x(0.0_f64.clamp(shared.axis.from, shared.axis.to)), x(value));
        let bar = [from.min(to), middle - ROW.1 / 2.0, (to - from).abs(), ROW.1];
        figure.marks.push(Mark::Rect(bar, row.colour));
    }
    if let Some((low, high)) = row.interval {
        let colour = if shared.dots { row.colour } else { palette.ink };
        figure.marks.push(Mark::Line(vec![(x(low), middle), (x(high), middle)], 1.4, colour));
        for end in [low, high] {
            figure.marks.push(Mark::Line(vec![(x(end), middle - 3.0), (x(end), middle + 3.0)], 1.2, colour));
        }
    }
    if let Some(value) = row.value.filter(|_| shared.dots) {
        figure.marks.push(Mark::Disc((x(value), middle), 4.0, row.colour));
    }
    let mut right = right_of_bars;
    for (words, width) in row.numbers.iter().zip(widths) {
        right += width + GAP;
        figure.marks.push(Mark::text((right, line), SIZE, Anchor::End, palette.ink, words.clone()));
    }
}

/// Widest column of words in a table that is drawn.
const WORDS: f64 = 300.0;

/// A table as a drawing, its first `most` rows.
pub(super) fn of_table(table: &Table, most: usize, palette: &Palette) -> Figure {
    let rows = table.rows.get(..table.rows.len().min(most)).unwrap_or(&table.rows);
    let cells: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(Cell::shown).collect()).collect();
    let widths: Vec<f64> = table
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let cells = cells.iter().filter_map(|row| row.get(at)).map(|words| width(words, SIZE));
            cells.fold(width(&column.title, SMALL), f64::max).min(WORDS)
        })
        .collect();
    let inner = widths.iter().map(|width| width + GAP).sum::<f64>() - GAP;
    let more = table.rows.len() - rows.len();
    let top = MARGIN + SMALL + 8.0;
    let height = top + ROW.0 * rows.len() as f64 + MARGIN + if more > 0 { SMALL + 4.0 } else { 0.0 };
    let mut figure = Figure::new(inner.max(60.0) + 2.0 * MARGIN, height, palette.paper);
    let mut line = |y: f64, size: f64, colour: Colour, words: &mut dyn FnMut(usize) -> String| {
        let mut left = MARGIN;
        for (at, (column, width)) in table.columns.iter().zip(&widths).enumerate() {
            let (x, anchor) = if column.number { (left + width, Anchor::End) } else { (left, Anchor::Start) };
            figure.marks.push(Mark::text((x, y), size, anchor, colour, cut(&words(at), size, *width)));
            left += width + GAP;
        }
    };
    let title = |at: usize| table.columns.get(at).map(|column| column.title.clone()).unwrap_or_default();
    line(MARGIN + SMALL, SMALL, palette.muted, &mut |at| title(at));
    for (at, row) in cells.iter().enumerate() {
        let y = top + ROW.0 * at as f64 + ROW.0 / 2.0 + 0.35 * SIZE;
        line(y, SIZE, palette.ink, &mut |at| row.get(at).cloned().unwrap_or_default());
    }
    for at in 0..=rows.len() {
        let y = top + ROW.0 * at as f64;
        figure.marks.push(Mark::Rect([MARGIN, y - 0.25, inner.max(60.0), 0.5], palette.line));
    }
    if more > 0 {
        let words = format!("and {} more", fmt::count(more as u64));
        let at = (MARGIN, height - MARGIN);
        figure.marks.push(Mark::text(at, SMALL, Anchor::Start, palette.muted, words));
    }
    figure
}

/// The stem of a file from words: lower case, joined by `-`.
pub(super) fn key(words: &str) -> String {
    let mut key = String::new();
    for letter in words.chars().flat_map(char::to_lowercase) {
        if letter.is_alphanumeric() {
            key.push(letter);
        } else if !key.is_empty() && !key.ends_with('-') {
            key.push('-');
        }
    }
    key.trim_end_matches('-').to_owned()
}
