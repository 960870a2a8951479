//! Curves that are drawn of an evaluation beside those over the confidence.

use crate::metrics::Evaluation;
use crate::metrics::classification::{self, ClassCurves, ReliabilityBin, ScoreHistograms};
use crate::metrics::coco::{self, AreaRange};
use crate::metrics::pairs::Pairs;
use crate::model::{Cancelled, ClassId, Progress};

/// Bins of the reliability diagram, as of the calibration error.
const RELIABILITY_BINS: usize = 15;
/// Bins of the histograms of scores.
const SCORE_BINS: usize = 50;

/// Which precision-recall curves are meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CurveKey {
    /// Position among [`crate::metrics::coco::IOU_THRESHOLDS`].
    pub iou: usize,
    /// Sizes of truths that count.
    pub area: AreaRange,
}

/// Precision at 101 recall points for every class.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PrCurves {
    /// Of what.
    pub key: CurveKey,
    /// By class, in declaration order; `None` for a class without truth of the size.
    pub classes: Vec<Option<Vec<f64>>>,
}

impl PrCurves {
    /// The curve of a class.
    #[must_use]
    pub fn points(&self, class: ClassId) -> Option<&[f64]> {
        self.classes.get(class.index())?.as_deref()
    }

    /// The class's average precision: the mean of its curve.
    #[must_use]
    pub fn ap(&self, class: ClassId) -> Option<f64> {
        self.points(class).map(|p| p.iter().sum::<f64>() / p.len().max(1) as f64)
    }

    /// The mean over classes with truth.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let of: Vec<f64> =
            self.classes.iter().flatten().map(|p| p.iter().sum::<f64>() / p.len().max(1) as f64).collect();
        (!of.is_empty()).then(|| of.iter().sum::<f64>() / of.len() as f64)
    }
}

/// A curve: (x, y) from left to right.
pub type Points = Vec<(f64, f64)>;

/// The curves of a classifier.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelCurves {
    /// (false-positive rate, true-positive rate) by class; empty where undefined.
    pub roc: Vec<Points>,
    /// The mean of them.
    pub macro_roc: Points,
    /// (recall, precision) by class; empty where undefined.
    pub pr: Vec<Points>,
    /// Share right against confidence; empty where undefined, and where an item can have several classes.
    pub reliability: Vec<ReliabilityBin>,
    /// Best scores of right and wrong items; `None` where an item can have several classes.
    pub histograms: Option<ScoreHistograms>,
}

/// Precision-recall curves of every class.
///
/// # Errors
/// Cancelled.
pub fn of_objects(evaluation: &Evaluation, key: CurveKey, progress: &dyn Progress) -> Result<PrCurves, Cancelled> {
    let of = |pairs: &Pairs, class| {
        progress.check()?;
        let (dataset, predictions) = (&evaluation.dataset, &evaluation.predictions);
        Ok(coco::pr_curve(dataset, predictions, pairs, class, key.iou, key.area))
    };
    let classes = match evaluation.objects() {
        Some(objects) => {
            let all = evaluation.dataset.classes.ids().map(|class| of(&objects.pairs, class));
            all.collect::<Result<_, Cancelled>>()?
        }
        None => Vec::new(),
    };
    Ok(PrCurves { key, classes })
}

/// ROC and precision-recall curves of every class of a classifier, the reliability of its probabilities and the spread of
/// its scores.
///
/// # Errors
/// Cancelled.
pub fn of_labels(evaluation: &Evaluation, progress: &dyn Progress) -> Result<LabelCurves, Cancelled> {
    let Some(labels) = evaluation.labels() else { return Ok(LabelCurves::default()) };
    let (dataset, scores, several) = (&evaluation.dataset, &*labels.scores, evaluation.task.is_multilabel());
    let ClassCurves { roc, macro_roc, pr } = evaluation.class_curves(progress)?.unwrap_or_default();
    Ok(LabelCurves {
        roc,
        macro_roc,
        pr,
        reliability: if several { Vec::new() } else { classification::reliability(dataset, scores, RELIABILITY_BINS) },
        histograms: if several { None } else { classification::score_histograms(dataset, scores, SCORE_BINS) },
    })
}
