//! Curves that are drawn of an evaluation beside those over the confidence.

use crate::metrics::Evaluation;
use crate::metrics::classification::{self, ClassCurves, ReliabilityBin, ScoreHistograms};
use crate::metrics::coco::{self, AreaRange};
use crate::metrics::detection::Matched;
use crate::metrics::generation::Column;
use crate::metrics::pairs::Pairs;
use crate::metrics::{Sweep, rates};
use crate::model::{Cancelled, ClassId, Progress};

/// Bins of the reliability diagram, as of the calibration error.
const RELIABILITY_BINS: usize = 15;
/// Bins of the histograms of scores.
const SCORE_BINS: usize = 50;

/// Most columns of a line over the confidence.
const COLUMNS: usize = 600;
/// Scores up to which the steps between them are drawn.
const STEPS: usize = 40;
/// Points of a line; more are not to be told apart.
const POINTS: usize = 1024;

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

fn points(sweep: &Sweep, point: impl Fn(usize) -> Option<(f64, f64)>) -> Points {
    let (all, step) = (sweep.len(), sweep.len().div_ceil(POINTS).max(1));
    let last = all.checked_sub(1).filter(|last| last % step != 0);
    (0..all).step_by(step).chain(last).filter_map(point).collect()
}

/// (recall, precision) of a sweep, from the highest confidence on; at most about a thousand points.
#[must_use]
pub fn precision_recall(sweep: &Sweep) -> Points {
    points(sweep, |i| sweep.recall(i).zip(sweep.precision(i)))
}

/// (confidence, IoU) of the sweep of a class of pixels, from the lowest confidence on.
#[must_use]
pub fn iou(sweep: &Sweep) -> Points {
    let mut line = points(sweep, |i| {
        let (correct, kept) = (*sweep.correct.get(i)?, *sweep.kept.get(i)?);
        Some((*sweep.confidence.get(i)?, rates::ratio(correct, kept + sweep.truths - correct)?))
    });
    line.reverse();
    line
}

/// (confidence, row of the sweep) from the lowest confidence to the highest: what is in force at each column; where there are
/// fewer scores than columns, at each score; where there are few, the corners of the steps between them.
#[must_use]
pub fn rows(sweep: &Sweep, (low, high): (f64, f64)) -> Vec<(f64, usize)> {
    let mut rows = Vec::new();
    if sweep.len() <= STEPS {
        let mut left = low;
        for (i, &score) in sweep.confidence.iter().enumerate().rev() {
            rows.push((left, i));
            rows.push((score, i));
            left = score;
        }
        return rows;
    }
    if sweep.len() <= COLUMNS {
        rows.push((low, sweep.len() - 1));
        rows.extend(sweep.confidence.iter().enumerate().rev().map(|(i, &score)| (score, i)));
        return rows;
    }
    for column in 0..=COLUMNS {
        let x = low + (high - low) * column as f64 / COLUMNS as f64;
        if let Some(i) = sweep.position(x) {
            rows.push((x, i));
        }
    }
    rows
}

/// Lowest and highest score, of generated texts those of the scale; (0, 1) without predictions.
#[must_use]
pub fn score_range(evaluation: &Evaluation, matched: &Matched) -> (f64, f64) {
    let pass = evaluation.texts().and_then(|texts| texts.pass_column());
    if let Some((low, high)) = pass.map(Column::score_scale).filter(|(low, high)| low < high) {
        return (low, high);
    }
    let scores = matched.timeline.scores();
    match (scores.last(), scores.first()) {
        (Some(&low), Some(&high)) => (low, high),
        _ => (0.0, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores 0.9 and 0.5 over a range from 0.2: from 0.2 to 0.5 everything is kept, from 0.5 to 0.9 only the first.
    #[test]
    fn few_scores_are_drawn_as_steps() {
        let mut sweep = Sweep::default();
        sweep.confidence = vec![0.9, 0.5];
        assert_eq!(rows(&sweep, (0.2, 0.9)), [(0.2, 1), (0.5, 1), (0.5, 0), (0.9, 0)]);
    }
}
