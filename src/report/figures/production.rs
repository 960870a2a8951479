//! Precision, recall and F1 at every confidence.

use crate::analysis::curves::{rows, score_range};
use crate::metrics::{Sweep, rates};
use crate::model::fmt;
use crate::report::chart::{Axis, Plot, SMALL, WIDTH, spread};
use crate::report::csv_tables;
use crate::report::figure::{Anchor, Colour, Mark};
use crate::report::palette::Palette;
use crate::report::settings::{self, NO_THRESHOLD};
use crate::report::sheet::Exhibit;

use super::evaluation::View;
use super::pixels;

/// Height of the figure.
const HEIGHT: f64 = 330.0;
/// Room for the names of the lines at their right ends.
const LABELS: f64 = 64.0;
/// Words of two marks that are this near to each other would cover each other.
const APART: f64 = 150.0;

/// What is looked at.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// The counts of it.
    pub sweep: &'a Sweep,
    /// Its threshold.
    pub threshold: f64,
    /// Its name where it is not the whole.
    pub name: Option<&'a str>,
    /// The weight of recall in F.
    pub beta: f64,
}

/// The lines over the confidence, with the threshold and the optimum; of a segmenter without confidence its numbers. `None` where
/// nothing is predicted, and for texts.
#[must_use]
pub fn production(view: &View<'_>) -> Option<Exhibit> {
    if view.evaluation.is_without_confidence() {
        return pixels::numbers(view);
    }
    of(view, &Shown { sweep: &view.matched.sweep, threshold: view.threshold, name: None, beta: 1.0 })
}

/// The same of a class or a split, or with another weight of recall.
#[must_use]
pub fn of(view: &View<'_>, shown: &Shown<'_>) -> Option<Exhibit> {
    let sweep = shown.sweep;
    if view.evaluation.texts().is_some() || sweep.is_empty() {
        return None;
    }
    let range = usable(score_range(view.evaluation, view.matched));
    let x = Axis::over("Confidence threshold", range.0, range.1, 8);
    let mut plot = Plot::new((WIDTH, HEIGHT), x, Axis::unit(""), LABELS, *view.palette);
    let rows = rows(sweep, range);
    let palette = view.palette;
    for (measure, colour, thick) in [(0, palette.precision, 1.3), (1, palette.recall, 1.3), (2, palette.f1, 2.0)] {
        let points: Vec<(f64, f64)> = rows.iter().filter_map(|&(x, i)| Some((x, shown.rate(measure, i)?))).collect();
        plot.line(&points, thick, colour, shown.label(measure));
    }
    shown.optimum(&mut plot, palette);
    shown.threshold(&mut plot, palette);
    Some(Exhibit {
        key: "production".to_owned(),
        title: "Production metrics".to_owned(),
        caption: caption(view, shown),
        figure: plot.finish(),
        table: Some(csv_tables::sweep_table(sweep)),
    })
}

/// A range that has a width.
fn usable((low, high): (f64, f64)) -> (f64, f64) {
    if high - low > 1e-9 { (low, high) } else { (low.min(0.0), high.max(1.0)) }
}

fn caption(view: &View<'_>, shown: &Shown<'_>) -> String {
    let matching = fmt::capitalised(&settings::matching(view.evaluation, view.matched));
    let condition = match shown.name {
        Some(name) => {
            format!(". {}", settings::counted_at(name, &settings::condition_at(view.evaluation, shown.threshold)))
        }
        None if view.condition() == NO_THRESHOLD => String::new(),
        None => format!(". At {}", view.condition()),
    };
    let counts = view.counter.totals();
    let at = shown.sweep.position(shown.threshold);
    let rates = match shown.name {
        None if shown.beta == 1.0 => [counts.precision(), counts.recall(), counts.f1()],
        _ => [0, 1, 2].map(|measure| at.and_then(|i| shown.rate(measure, i))),
    };
    let [precision, recall, f] = rates.map(fmt::rate);
    let label = shown.label(2);
    let words = format!("{matching}{condition}: precision {precision}, recall {recall}, {label} {f}");
    match shown.best() {
        Some((at, best)) => {
            let (best, at) = (fmt::rate(Some(best)), fmt::threshold(at));
            format!("{words}; {label} is best, {best}, at confidence ≥ {at}")
        }
        None => words,
    }
}

impl Shown<'_> {
    /// Precision, recall and F at a row of the sweep.
    fn rate(&self, measure: usize, i: usize) -> Option<f64> {
        match measure {
            0 => self.sweep.precision(i),
            1 => self.sweep.recall(i),
            _ if self.beta == 1.0 => self.sweep.f1(i),
            _ => rates::f_beta(*self.sweep.correct.get(i)?, *self.sweep.kept.get(i)?, self.sweep.truths, self.beta),
        }
    }

    fn label(&self, measure: usize) -> &'static str {
        match measure {
            0 => "Precision",
            1 => "Recall",
            _ if self.beta == 1.0 => "F1",
            _ if self.beta < 1.0 => "F0.5",
            _ => "F2",
        }
    }

    /// The confidence at which F is best, and F there.
    fn best(&self) -> Option<(f64, f64)> {
        let best = if self.beta == 1.0 { self.sweep.best_f1() } else { self.sweep.best_f_beta(self.beta) };
        let i = best?;
        Some((*self.sweep.confidence.get(i)?, self.rate(2, i)?))
    }

    /// A ring where F is best; its words give way to those of the threshold.
    fn optimum(&self, plot: &mut Plot, palette: &Palette) {
        let Some((confidence, best)) = self.best() else { return };
        let at = (plot.x_of(confidence), plot.y_of(best));
        plot.figure.marks.push(Mark::Disc(at, 4.5, palette.f1));
        plot.figure.marks.push(Mark::Disc(at, 2.7, palette.paper));
        if (plot.x_of(self.threshold) - at.0).abs() < APART {
            return;
        }
        let [left, top, wide, _] = plot.area;
        let anchor = if at.0 < left + wide / 2.0 { Anchor::Start } else { Anchor::End };
        let words = format!("best {} {} at {}", self.label(2), fmt::rate(Some(best)), fmt::threshold(confidence));
        plot.words((at.0, (at.1 - 14.0).max(top + SMALL)), anchor, palette.muted, &words);
    }

    /// The threshold, with the three numbers there.
    fn threshold(&self, plot: &mut Plot, palette: &Palette) {
        let [left, top, wide, high] = plot.area;
        let x = plot.x_of(self.threshold);
        plot.figure.marks.push(Mark::Line(vec![(x, top), (x, top + high)], 1.2, palette.accent));
        let at = self.sweep.position(self.threshold);
        let colours = [palette.precision, palette.recall, palette.f1];
        let value = |(measure, colour)| Some((measure, at.and_then(|i| self.rate(measure, i))?, colour));
        let mut known: Vec<(usize, f64, Colour)> = colours.into_iter().enumerate().filter_map(value).collect();
        known.sort_by(|a, b| b.1.total_cmp(&a.1));
        let mut heights: Vec<f64> = known.iter().map(|(_, value, _)| plot.y_of(*value)).collect();
        for ((_, _, colour), y) in known.iter().zip(&heights) {
            plot.figure.marks.push(Mark::Disc((x, *y), 4.0, palette.paper));
            plot.figure.marks.push(Mark::Disc((x, *y), 2.8, *colour));
        }
        let is_left = x < left + wide / 2.0;
        let (anchor, at) = if is_left { (Anchor::Start, x + 9.0) } else { (Anchor::End, x - 9.0) };
        let step = SMALL + 3.0;
        spread(&mut heights, step, (top + 0.7 * SMALL + step, top + high - 0.7 * SMALL));
        for ((measure, value, colour), y) in known.iter().zip(heights) {
            let words = format!("{} {}", self.label(*measure), fmt::rate(Some(*value)));
            plot.words((at, y), anchor, *colour, &words);
        }
        let words = fmt::threshold(self.threshold);
        plot.words((at, top + 0.7 * SMALL), anchor, palette.accent, &words);
    }
}
