//! The charts of an evaluation at its threshold: metrics over the confidence, classes, matrix; of texts what passes.

use std::collections::BTreeSet;

use crate::analysis::curves::{LabelCurves, PrCurves};
use crate::metrics::detection::Matched;
use crate::metrics::generation::Intervals;
use crate::metrics::{Counter, Evaluation};
use crate::model::ClassId;
use crate::report::document::At;
use crate::report::palette::Palette;
use crate::report::settings;
use crate::report::sheet::Exhibit;

use super::{classes, curves, matrix, pixels, production, texts};

/// Answers that are compared where numbers are held against each other; of more an even subsample.
pub const MOST_COMPARED: usize = 20_000;

/// Curves that were computed for an evaluation; which there are depends on the task.
#[derive(Clone, Copy, Debug, Default)]
pub struct Curves<'a> {
    /// Of objects.
    pub objects: Option<&'a PrCurves>,
    /// Of classifiers.
    pub labels: Option<&'a LabelCurves>,
}

/// All charts that mean something to the task, in the order in which a report shows them. Their keys: `production`, `classes`,
/// `iou`, `matrix`, `precision-recall`, `iou-confidence`, `roc`, `calibration`, `scores`; of texts `metrics`, `passing`, `parts`,
/// `agreement`.
#[must_use]
pub fn of_evaluation(evaluation: &Evaluation, at: &At<'_>, curves: Curves<'_>, palette: &Palette) -> Vec<Exhibit> {
    with_intervals(evaluation, at, curves, None, palette)
}

/// The same with the intervals of the numbers of generated texts.
#[must_use]
pub fn with_intervals(
    evaluation: &Evaluation,
    at: &At<'_>,
    of: Curves<'_>,
    intervals: Option<&Intervals>,
    palette: &Palette,
) -> Vec<Exhibit> {
    let (matched, counter, threshold) = (at.matched, at.counter, at.confidence);
    let view = View { evaluation, matched, counter, threshold, only: None, palette };
    if evaluation.texts().is_some() {
        let all = [
            texts::metrics(evaluation, intervals, palette),
            texts::passing(&view),
            texts::parts(&view),
            texts::agreement(evaluation, palette),
        ];
        return all.into_iter().flatten().collect();
    }
    let counts = match at.multilabel {
        Some(several) => several.matrix.clone(),
        None => at.counter.matrix(&at.matched.timeline),
    };
    let all = [
        production::production(&view),
        classes::classes(&view),
        pixels::iou(&view),
        matrix::matrix(&view, &counts),
        of.objects.and_then(|of| curves::of_objects(&view, of)),
        curves::of_pixels(&view),
        curves::iou_of_pixels(&view),
        of.labels.and_then(|of| curves::roc(&view, of)),
        of.labels.and_then(|of| curves::of_labels(&view, of)),
        of.labels.and_then(|of| curves::calibration(&view, of)),
        of.labels.and_then(|of| curves::scores(&view, of)),
    ];
    all.into_iter().flatten().collect()
}

/// An evaluation at a threshold, and the colours.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Data and results.
    pub evaluation: &'a Evaluation,
    /// Counts at all thresholds.
    pub matched: &'a Matched,
    /// Counts at this one.
    pub counter: &'a Counter,
    /// The threshold.
    pub threshold: f64,
    /// Classes that are drawn; `None` for all. Tables have all.
    pub only: Option<&'a BTreeSet<ClassId>>,
    /// The colours.
    pub palette: &'a Palette,
}

impl View<'_> {
    /// What is counted, with the threshold at which, where there is one.
    #[must_use]
    pub fn counted_at(&self, what: &str) -> String {
        settings::counted_at(what, &self.condition())
    }

    /// The threshold in words.
    #[must_use]
    pub fn condition(&self) -> String {
        settings::condition(self.evaluation, self.matched, self.threshold)
    }
}
