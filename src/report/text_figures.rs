//! Drawings of generated texts: what passes at every threshold over the values, and what passes in parts of the set.

use crate::metrics::Evaluation;
use crate::metrics::generation::parts::{Part, parts};
use crate::metrics::generation::slices::slices;
use crate::metrics::histogram::histogram;
use crate::metrics::rates;
use crate::model::fmt;

use super::figure::{Anchor, Colour, Figure, Mark};
use super::palette::Palette;

/// Of what fails, as a share of the colour of misses.
const FAILED: f64 = 0.4;

const MARGIN: f64 = 20.0;
const SIZE: f64 = 12.0;
/// Of the plot itself.
const PLOT: (f64, f64) = (560.0, 300.0);
/// Room for the numbers at the left of the plot, and for those under it.
const AXES: (f64, f64) = (40.0, 46.0);
const BINS: usize = 40;
/// Most points of a line.
const POINTS: usize = 600;
/// Height of a row of parts.
const ROW: f64 = 22.0;
/// Width of the names of parts, of their bars, and of each number.
const WIDTHS: (f64, f64, f64) = (190.0, 260.0, 80.0);

fn text(at: (f64, f64), anchor: Anchor, colour: Colour, text: impl Into<String>) -> Mark {
    Mark::text(at, SIZE, anchor, colour, text)
}

fn page((width, height): (f64, f64), mut marks: Vec<Mark>, palette: &Palette) -> Figure {
    marks.insert(0, Mark::Rect([0.0, 0.0, width, height], palette.paper));
    Figure { width, height, marks }
}

/// The values of the number that answers have to reach, the share that passes at every threshold, and the threshold; `None`
/// for other tasks.
#[must_use]
pub fn passing(evaluation: &Evaluation, threshold: f64, palette: &Palette) -> Option<Figure> {
    let column = evaluation.texts()?.pass_column().filter(|column| column.ranks())?;
    let sweep = &evaluation.matched.as_ref()?.sweep;
    let (low, high) = column.score_scale();
    let (left, top) = (MARGIN + AXES.0, MARGIN + 2.0 * SIZE);
    let bottom = top + PLOT.1;
    let x = |score: f64| left + PLOT.0 * ((score - low) / (high - low).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
    let y = |rate: f64| bottom - PLOT.1 * rate;
    let mut marks = Vec::new();
    let bins = histogram(column.values.iter().flatten().map(|v| column.as_score(*v).max(low)), (low, high), BINS);
    let most = f64::from(bins.iter().copied().max().unwrap_or(0).max(1));
    for (bin, n) in bins.iter().enumerate().filter(|(_, n)| **n > 0) {
        let (from, height) = (PLOT.0 * bin as f64 / BINS as f64, 0.9 * PLOT.1 * f64::from(*n) / most);
        let colour = if left + from >= x(threshold) { palette.above } else { palette.below };
        marks.push(Mark::Rect([left + from, bottom - height, PLOT.0 / BINS as f64 - 1.0, height], colour));
    }
    for step in 0..=5 {
        let share = f64::from(step) / 5.0;
        marks.push(Mark::Rect([left, y(share), PLOT.0, 0.5], palette.line));
        marks.push(text((left - 6.0, y(share) + 4.0), Anchor::End, palette.muted, format!("{share:.1}")));
        let value = column.words(Some(column.as_score(low + (high - low) * share)));
        marks.push(text((left + PLOT.0 * share + 10.0, bottom + 16.0), Anchor::End, palette.muted, value));
    }
    let rate = |score: f64| sweep.position(score).map_or(Some(0.0), |at| sweep.recall(at));
    let at = |point: usize| low + (high - low) * point as f64 / POINTS as f64;
    let line = (0..=POINTS).filter_map(|point| Some((x(at(point)), y(rate(at(point))?)))).collect();
    marks.push(Mark::Line(line, 2.0, palette.ink));
    marks.push(Mark::Line(vec![(x(threshold), top), (x(threshold), bottom)], 1.5, palette.accent));
    marks.push(text((left, bottom + 34.0), Anchor::Start, palette.muted, &column.label));
    let words = format!("Share of answers with {}: {}", column.condition(threshold), fmt::rate(rate(threshold)));
    marks.push(text((left, MARGIN + SIZE), Anchor::Start, palette.ink, words));
    Some(page((left + PLOT.0 + MARGIN, bottom + AXES.1 + MARGIN / 2.0), marks, palette))
}

/// What passes in the parts of every kind; `None` for other tasks.
#[must_use]
pub fn of_parts(evaluation: &Evaluation, threshold: f64, palette: &Palette) -> Option<Figure> {
    let texts = evaluation.texts()?;
    let column = texts.pass_column().filter(|column| column.ranks())?;
    let mut marks = vec![text((MARGIN, MARGIN + SIZE), Anchor::Start, palette.ink, column.condition(threshold))];
    let width = 2.0 * MARGIN + WIDTHS.0 + WIDTHS.1 + 3.0 * WIDTHS.2;
    let mut y = MARGIN + ROW;
    for kind in slices(texts, &evaluation.dataset) {
        y += ROW;
        marks.push(text((MARGIN, y), Anchor::Start, palette.muted, &kind.by));
        for (at, word) in ["pass rate", "passed", "failed"].iter().enumerate() {
            let right = width - MARGIN - WIDTHS.2 * (2 - at) as f64;
            marks.push(text((right, y), Anchor::End, palette.muted, *word));
        }
        marks.push(Mark::Rect([MARGIN, y + 5.0, width - 2.0 * MARGIN, 0.5], palette.line));
        for part in parts(texts, &kind) {
            y += ROW;
            row(&mut marks, &part, threshold, (width, y), palette);
        }
    }
    Some(page((width, y + MARGIN), marks, palette))
}

fn row(marks: &mut Vec<Mark>, part: &Part, threshold: f64, (width, y): (f64, f64), palette: &Palette) {
    /// Letters of a name.
    const LETTERS: usize = 28;
    let name: String = part.name.chars().take(LETTERS).collect();
    let name = if part.name.chars().count() > LETTERS { name + "…" } else { name };
    marks.push(text((MARGIN, y), Anchor::Start, palette.ink, name));
    let (passed, of) = (part.passed(threshold), part.defined());
    if let Some(rate) = part.rate(threshold) {
        let failed = Palette::mixed(palette.paper, palette.missed, FAILED);
        let (left, split) = (MARGIN + WIDTHS.0, WIDTHS.1 * rate);
        marks.push(Mark::Rect([left, y - 10.0, split, 12.0], palette.correct));
        marks.push(Mark::Rect([left + split, y - 10.0, WIDTHS.1 - split, 12.0], failed));
        if let Some((low, high)) = rates::wilson(passed, of) {
            let x = |rate: f64| left + WIDTHS.1 * rate;
            marks.push(Mark::Line(vec![(x(low), y - 4.0), (x(high), y - 4.0)], 1.5, palette.ink));
        }
    }
    let numbers = [fmt::rate(part.rate(threshold)), fmt::count(passed), fmt::count(of - passed)];
    for (at, number) in numbers.into_iter().enumerate() {
        let right = width - MARGIN - WIDTHS.2 * (2 - at) as f64;
        marks.push(text((right, y), Anchor::End, palette.ink, number));
    }
}
