//! Precision, recall and F1 over IoU and confidence: every cell is what the window counts at these settings.

use crate::metrics::{
    DetectionSettings, Evaluation, Matching, OwnThresholds, Sweep, matching, ranking::Ranking, rates,
};
use crate::model::{Cancelled, Progress};

/// Confidences at even distances, before the optimum of each IoU comes among them.
pub const CONFIDENCES: usize = 64;

/// The overlaps: 0.30, 0.35 … 0.95.
pub const IOUS: [f64; 14] = [0.30, 0.35, 0.40, 0.45, 0.50, 0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90, 0.95];

/// Which rate is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Rate {
    /// F1.
    #[default]
    F1,
    /// Precision.
    Precision,
    /// Recall.
    Recall,
}

impl Rate {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::F1, Self::Precision, Self::Recall];

    /// What a person reads.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::F1 => "F1",
            Self::Precision => "Precision",
            Self::Recall => "Recall",
        }
    }
}

/// What is right and what is kept at an IoU and a confidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Point {
    /// Objects found with their class.
    pub correct: u64,
    /// Detections that count.
    pub kept: u64,
}

/// Counts over IoU and confidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Surface {
    /// The rule of matching.
    pub matching: Matching,
    /// Classes that did not follow the threshold for all.
    pub own: OwnThresholds,
    /// Objects that count.
    pub truths: u64,
    /// The confidences, ascending.
    pub confidences: Vec<f64>,
    /// For each of [`IOUS`] the counts at each confidence.
    pub rows: Vec<Vec<Point>>,
    /// For each of [`IOUS`] the confidence with the highest F1, over every score.
    pub best: Vec<Option<f64>>,
}

impl Surface {
    /// The counts of a row and column.
    #[must_use]
    pub fn at(&self, row: usize, column: usize) -> Option<Point> {
        self.rows.get(row)?.get(column).copied()
    }

    /// A rate there.
    #[must_use]
    pub fn rate(&self, rate: Rate, row: usize, column: usize) -> Option<f64> {
        let Point { correct, kept } = self.at(row, column)?;
        match rate {
            Rate::F1 => rates::f1(correct, kept, self.truths),
            Rate::Precision => rates::ratio(correct, kept),
            Rate::Recall => rates::ratio(correct, self.truths),
        }
    }

    /// The row and column where a rate is highest; of equal ones the lowest IoU, and there the highest confidence.
    #[must_use]
    pub fn highest(&self, rate: Rate) -> Option<(usize, usize)> {
        let columns = || (0..self.confidences.len()).rev();
        let all = (0..self.rows.len()).flat_map(|row| columns().map(move |column| (row, column)));
        let rated = all.filter_map(|(row, column)| Some((self.rate(rate, row, column)?, row, column)));
        rated.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, row, column)| (row, column))
    }

    /// The column nearest to a confidence.
    #[must_use]
    pub fn column(&self, confidence: f64) -> Option<usize> {
        nearest(&self.confidences, confidence)
    }

    /// The row nearest to an overlap.
    #[must_use]
    pub fn row(iou: f64) -> usize {
        nearest(&IOUS, iou).unwrap_or(0)
    }
}

fn nearest(values: &[f64], wanted: f64) -> Option<usize> {
    let far = |(_, value): &(usize, &f64)| (**value - wanted).abs();
    values.iter().enumerate().min_by(|a, b| far(a).total_cmp(&far(b))).map(|(at, _)| at)
}

/// Matches at every IoU and counts at every confidence; `None` where there are no objects or no detections.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn surface(
    evaluation: &Evaluation,
    matching: Matching,
    own: &OwnThresholds,
    progress: &dyn Progress,
) -> Result<Option<Surface>, Cancelled> {
    let Some(objects) = evaluation.objects().filter(|_| !evaluation.predictions.is_empty()) else { return Ok(None) };
    let (dataset, predictions, pairs) = (&*evaluation.dataset, &*evaluation.predictions, &*objects.pairs);
    let ranking = Ranking::of(predictions);
    let mut sweeps: Vec<Sweep> = Vec::with_capacity(IOUS.len());
    for (row, iou) in IOUS.into_iter().enumerate() {
        progress.stage(&format!("Matching at IoU {iou:.2}"));
        let settings = DetectionSettings { iou, matching };
        let timeline = matching::timeline_ranked(dataset, predictions, pairs, &ranking, settings, own, progress)?;
        sweeps.push(Sweep::pooled(&timeline));
        progress.progress(row + 1, IOUS.len());
    }
    let best: Vec<Option<f64>> = sweeps.iter().map(|sweep| sweep.confidence.get(sweep.best_f1()?).copied()).collect();
    let confidences = confidences(&predictions.score, &best);
    let point = |sweep: &Sweep, confidence: f64| {
        let at = sweep.position(confidence);
        let of = |counts: &[u64]| at.and_then(|at| counts.get(at)).copied().unwrap_or(0);
        Point { correct: of(&sweep.correct), kept: of(&sweep.kept) }
    };
    let rows = sweeps.iter().map(|sweep| confidences.iter().map(|&c| point(sweep, c)).collect()).collect();
    let truths = sweeps.first().map_or(0, |sweep| sweep.truths);
    Ok(Some(Surface { matching, own: own.clone(), truths, confidences, rows, best }))
}

/// Even steps from the lowest to the highest score, and the optima among them; ascending.
fn confidences(scores: &[f64], best: &[Option<f64>]) -> Vec<f64> {
    let low = scores.iter().copied().fold(f64::INFINITY, f64::min);
    let high = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let last = (CONFIDENCES - 1) as f64;
    let step = |i: usize| if i + 1 == CONFIDENCES { high } else { low + (high - low) * i as f64 / last };
    let mut all: Vec<f64> = (0..CONFIDENCES).map(step).chain(best.iter().flatten().copied()).collect();
    all.sort_by(f64::total_cmp);
    all.dedup();
    all
}
