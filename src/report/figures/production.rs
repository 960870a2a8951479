//! Precision, recall and F1 at every confidence.

use crate::analysis::curves::{rows, score_range};
use crate::metrics::Sweep;
use crate::model::fmt;
use crate::report::chart::{Axis, Plot, SMALL, WIDTH, spread};
use crate::report::csv_tables;
use crate::report::figure::{Anchor, Colour, Mark};
use crate::report::settings;
use crate::report::sheet::Exhibit;

use super::evaluation::View;
use super::pixels;

/// Height of the figure.
const HEIGHT: f64 = 330.0;
/// Room for the names of the lines at their right ends.
const LABELS: f64 = 64.0;
/// Words of two marks that are this near to each other would cover each other.
const APART: f64 = 150.0;

/// A line of the chart.
type Line = (&'static str, fn(&Sweep, usize) -> Option<f64>, Colour, f64);

/// The lines over the confidence, with the threshold and the optimum; of a segmenter without confidence its numbers. `None` where
/// nothing is predicted, and for texts.
#[must_use]
pub fn production(view: &View<'_>) -> Option<Exhibit> {
    if view.evaluation.texts().is_some() {
        return None;
    }
    if view.evaluation.is_without_confidence() {
        return pixels::numbers(view);
    }
    let sweep = &view.matched.sweep;
    if sweep.is_empty() {
        return None;
    }
    let range = usable(score_range(view.evaluation, view.matched));
    let x = Axis::over("Confidence threshold", range.0, range.1, 8);
    let mut plot = Plot::new((WIDTH, HEIGHT), x, Axis::unit(""), LABELS, *view.palette);
    let lines: [Line; 3] = [
        ("Precision", Sweep::precision, view.palette.precision, 1.3),
        ("Recall", Sweep::recall, view.palette.recall, 1.3),
        ("F1", Sweep::f1, view.palette.f1, 2.0),
    ];
    let rows = rows(sweep, range);
    for (name, value, colour, thick) in lines {
        let points: Vec<(f64, f64)> = rows.iter().filter_map(|&(x, i)| Some((x, value(sweep, i)?))).collect();
        plot.line(&points, thick, colour, name);
    }
    optimum(&mut plot, view, sweep);
    threshold(&mut plot, view, sweep, lines);
    Some(Exhibit {
        key: "production".to_owned(),
        title: "Production metrics".to_owned(),
        caption: caption(view, sweep),
        figure: plot.finish(),
        table: Some(csv_tables::sweep_table(sweep)),
    })
}

/// A range that has a width.
fn usable((low, high): (f64, f64)) -> (f64, f64) {
    if high - low > 1e-9 { (low, high) } else { (low.min(0.0), high.max(1.0)) }
}

fn caption(view: &View<'_>, sweep: &Sweep) -> String {
    let counts = view.counter.totals();
    let rates = [counts.precision(), counts.recall(), counts.f1()].map(fmt::rate);
    let [precision, recall, f1] = rates;
    let mut words =
        format!("{}. At {}", fmt::capitalised(&settings::matching(view.evaluation, view.matched)), view.condition());
    words.push_str(&format!(": precision {precision}, recall {recall}, F1 {f1}"));
    if let Some((confidence, f1)) = best(sweep) {
        words.push_str(&format!(
            "; F1 is best, {}, at confidence ≥ {}",
            fmt::rate(Some(f1)),
            fmt::threshold(confidence)
        ));
    }
    words
}

/// The confidence at which F1 is best, and F1 there.
fn best(sweep: &Sweep) -> Option<(f64, f64)> {
    let i = sweep.best_f1()?;
    Some((*sweep.confidence.get(i)?, sweep.f1(i)?))
}

/// A ring where F1 is best; its words give way to those of the threshold.
fn optimum(plot: &mut Plot, view: &View<'_>, sweep: &Sweep) {
    let Some((confidence, f1)) = best(sweep) else { return };
    let at = (plot.x_of(confidence), plot.y_of(f1));
    plot.figure.marks.push(Mark::Disc(at, 4.5, view.palette.f1));
    plot.figure.marks.push(Mark::Disc(at, 2.7, view.palette.paper));
    if (plot.x_of(view.threshold) - at.0).abs() < APART {
        return;
    }
    let [left, _, wide, _] = plot.area;
    let anchor = if at.0 < left + wide / 2.0 { Anchor::Start } else { Anchor::End };
    let words = format!("best F1 {} at {}", fmt::rate(Some(f1)), fmt::threshold(confidence));
    plot.words((at.0, at.1 - 14.0), anchor, view.palette.muted, &words);
}

/// The threshold, with the three numbers there.
fn threshold(plot: &mut Plot, view: &View<'_>, sweep: &Sweep, lines: [Line; 3]) {
    let [left, top, wide, high] = plot.area;
    let x = plot.x_of(view.threshold);
    plot.figure.marks.push(Mark::Line(vec![(x, top), (x, top + high)], 1.2, view.palette.accent));
    let at = sweep.position(view.threshold);
    let value = |value: fn(&Sweep, usize) -> Option<f64>| at.and_then(|i| value(sweep, i));
    let mut known: Vec<(&str, f64, Colour)> =
        lines.iter().filter_map(|&(name, of, colour, _)| Some((name, value(of)?, colour))).collect();
    known.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut heights: Vec<f64> = known.iter().map(|(_, value, _)| plot.y_of(*value)).collect();
    for ((_, _, colour), y) in known.iter().zip(&heights) {
        plot.figure.marks.push(Mark::Disc((x, *y), 4.0, view.palette.paper));
        plot.figure.marks.push(Mark::Disc((x, *y), 2.8, *colour));
    }
    let is_left = x < left + wide / 2.0;
    let (anchor, at) = if is_left { (Anchor::Start, x + 9.0) } else { (Anchor::End, x - 9.0) };
    let step = SMALL + 3.0;
    spread(&mut heights, step, (top + 0.7 * SMALL + step, top + high - 0.7 * SMALL));
    for ((name, value, colour), y) in known.iter().zip(heights) {
        plot.words((at, y), anchor, *colour, &format!("{name} {}", fmt::rate(Some(*value))));
    }
    let words = fmt::threshold(view.threshold);
    plot.words((at, top + 0.7 * SMALL), anchor, view.palette.accent, &words);
}
