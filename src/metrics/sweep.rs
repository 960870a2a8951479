//! Precision, recall and F1 at every confidence, and the best of them. Reads the timeline only.

use std::cmp::Ordering;

use crate::model::ClassId;

use super::counts::OutcomeKind;
use super::rates;
use super::timeline::Timeline;

/// Counts at every distinct score, highest first, pooled over all classes or of one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sweep {
    /// Distinct scores, descending.
    pub confidence: Vec<f64>,
    /// Correct detections with a score of at least that.
    pub correct: Vec<u32>,
    /// Detections that count (kept and not ignored).
    pub kept: Vec<u32>,
    /// Truths that count.
    pub truths: u64,
}

impl Sweep {
    /// Over all classes, at every distinct score.
    #[must_use]
    pub fn pooled(timeline: &Timeline) -> Self {
        let scores = timeline.scores().len();
        let mut correct = vec![0_i32; scores + 1];
        let mut kept = vec![0_i32; scores + 1];
        for (cut, cell, up) in timeline.changes() {
            let step = if up { 1 } else { -1 };
            let (Some(c), Some(k)) = (correct.get_mut(cut as usize), kept.get_mut(cut as usize)) else { continue };
            match cell.kind() {
                Some(OutcomeKind::Correct) => {
                    *c += step;
                    *k += step;
                }
                Some(OutcomeKind::Misclassified | OutcomeKind::FalsePositive) => *k += step,
                Some(OutcomeKind::Missed) | None => {}
            }
        }
        Self {
            confidence: timeline.scores().to_vec(),
            correct: running(&correct),
            kept: running(&kept),
            truths: timeline.support().iter().map(|&n| u64::from(n)).sum(),
        }
    }

    /// Of every class, each at the scores at which one of its counts changes.
    #[must_use]
    pub fn by_class(timeline: &Timeline) -> Vec<Self> {
        let mut walks = vec![Walk::default(); timeline.class_count()];
        for (cut, cell, up) in timeline.changes() {
            let Some(predicted) = cell.predicted else { continue };
            let correct = cell.kind() == Some(OutcomeKind::Correct);
            if let Some(walk) = walks.get_mut(predicted.index()) {
                walk.step(cut, correct, up);
            }
        }
        let support = timeline.support();
        let scores = timeline.scores();
        walks.into_iter().zip(support).map(|(walk, &n)| walk.sweep(scores, n)).collect()
    }

    /// Of one class, at the scores at which one of its counts changes.
    #[must_use]
    pub fn of_class(timeline: &Timeline, class: ClassId) -> Self {
        let mut walk = Walk::default();
        for (cut, cell, up) in timeline.changes() {
            if cell.predicted == Some(class) {
                walk.step(cut, cell.truth == Some(class), up);
            }
        }
        walk.sweep(timeline.scores(), timeline.support().get(class.index()).copied().unwrap_or(0))
    }

    /// Number of thresholds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.confidence.len()
    }

    /// True where there is no threshold.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.confidence.is_empty()
    }

    fn at(&self, i: usize) -> (u64, u64) {
        let get = |column: &[u32]| column.get(i).map_or(0, |&n| u64::from(n));
        (get(&self.correct), get(&self.kept))
    }

    /// Precision at the i-th threshold; `None` where nothing counts.
    #[must_use]
    pub fn precision(&self, i: usize) -> Option<f64> {
        let (correct, kept) = self.at(i);
        rates::ratio(correct, kept)
    }

    /// Recall at the i-th threshold; `None` without truths.
    #[must_use]
    pub fn recall(&self, i: usize) -> Option<f64> {
        rates::ratio(self.at(i).0, self.truths)
    }

    /// F1 at the i-th threshold.
    #[must_use]
    pub fn f1(&self, i: usize) -> Option<f64> {
        let (correct, kept) = self.at(i);
        rates::f1(correct, kept, self.truths)
    }

    /// Position of the last threshold that is >= `confidence`: the counts in force there. `None` above the highest.
    #[must_use]
    pub fn position(&self, confidence: f64) -> Option<usize> {
        self.confidence.partition_point(|&s| s >= confidence).checked_sub(1)
    }

    /// Position of the highest score at which F1 is largest, compared as exact ratios of integers. `None` without truths
    /// or predictions.
    #[must_use]
    pub fn best_f1(&self) -> Option<usize> {
        let better = |a: usize, b: usize| {
            let ((ca, ka), (cb, kb)) = (self.at(a), self.at(b));
            // c / (k + n) compared crosswise: no rounding.
            (u128::from(ca) * u128::from(kb + self.truths)).cmp(&(u128::from(cb) * u128::from(ka + self.truths)))
        };
        self.first_best(better)
    }

    /// As [`Self::best_f1`] for F-beta; products of doubles are compared.
    #[must_use]
    pub fn best_f_beta(&self, beta: f64) -> Option<usize> {
        let value = |i: usize| {
            let (correct, kept) = self.at(i);
            rates::f_beta(correct, kept, self.truths, beta).unwrap_or(0.0)
        };
        self.first_best(|a, b| value(a).total_cmp(&value(b)))
    }

    fn first_best(&self, compare: impl Fn(usize, usize) -> Ordering) -> Option<usize> {
        if self.truths == 0 {
            return None;
        }
        (0..self.len()).reduce(|best, i| if compare(i, best) == Ordering::Greater { i } else { best })
    }

    /// Position with the best precision among those whose recall reaches `target`; the highest such score. `None` where
    /// the target is out of reach.
    #[must_use]
    pub fn best_precision_at_recall(&self, target: f64) -> Option<usize> {
        let reached = (0..self.len()).filter(|&i| self.recall(i).is_some_and(|r| r >= target));
        reached.reduce(|best, i| if self.precision(i) > self.precision(best) { i } else { best })
    }

    /// Position with the best recall among those whose precision reaches `target`; the highest such score. `None` where
    /// the target is out of reach.
    #[must_use]
    pub fn best_recall_at_precision(&self, target: f64) -> Option<usize> {
        let reached = (0..self.len()).filter(|&i| self.precision(i).is_some_and(|p| p >= target));
        reached.reduce(|best, i| if self.recall(i) > self.recall(best) { i } else { best })
    }
}

fn running(steps: &[i32]) -> Vec<u32> {
    let mut sum = 0_i32;
    let totals = steps.iter().map(|step| {
        sum += step;
        u32::try_from(sum).unwrap_or(0)
    });
    totals.skip(1).collect()
}

/// Running counts of one class.
#[derive(Clone, Debug, Default)]
struct Walk {
    cuts: Vec<u32>,
    correct: Vec<u32>,
    kept: Vec<u32>,
    now: (i32, i32),
}

impl Walk {
    fn step(&mut self, cut: u32, correct: bool, up: bool) {
        let by = if up { 1 } else { -1 };
        self.now.0 += if correct { by } else { 0 };
        self.now.1 += by;
        if self.cuts.last() != Some(&cut) {
            self.cuts.push(cut);
            self.correct.push(0);
            self.kept.push(0);
        }
        if let (Some(c), Some(k)) = (self.correct.last_mut(), self.kept.last_mut()) {
            *c = u32::try_from(self.now.0).unwrap_or(0);
            *k = u32::try_from(self.now.1).unwrap_or(0);
        }
    }

    /// A cut of n keeps n scores: the threshold is the n-th.
    fn sweep(self, scores: &[f64], support: u32) -> Sweep {
        let score = |cut: &u32| scores.get((*cut as usize).saturating_sub(1)).copied().unwrap_or(0.0);
        Sweep {
            confidence: self.cuts.iter().map(score).collect(),
            correct: self.correct,
            kept: self.kept,
            truths: u64::from(support),
        }
    }
}

/// The highest score at which the mean of the class F1s (classes without truth and prediction count 0, as scikit-learn's
/// `macro`, over all declared classes) is largest. `None` without truths or predictions.
#[must_use]
pub fn best_macro_f1(timeline: &Timeline) -> Option<f64> {
    let support = timeline.support();
    if support.iter().all(|&n| n == 0) || timeline.scores().is_empty() {
        return None;
    }
    let mut counts = vec![(0_i64, 0_i64); support.len()];
    let value = |class: usize, (correct, kept): (i64, i64)| {
        let whole = kept + i64::from(support[class]);
        if whole == 0 { 0.0 } else { (2 * correct) as f64 / whole as f64 }
    };
    let mut sum = 0.0;
    let mut best: Option<(f64, u32)> = None;
    let mut at = 0;
    let mut settle = |cut: u32, sum: f64, counts: &[(i64, i64)]| {
        // The running sum only sorts out the hopeless; what is near the best is summed afresh.
        if cut > 0 && best.is_none_or(|(f, _)| sum > f - 1e-9) {
            let exact: f64 = counts.iter().enumerate().map(|(c, &n)| value(c, n)).sum();
            if best.is_none_or(|(f, _)| exact > f) {
                best = Some((exact, cut));
            }
        }
    };
    for (cut, cell, up) in timeline.changes() {
        if cut != at {
            settle(at, sum, &counts);
            at = cut;
        }
        let Some(class) = cell.predicted.map(ClassId::index).filter(|&c| c < counts.len()) else { continue };
        let by = if up { 1 } else { -1 };
        sum -= value(class, counts[class]);
        counts[class].0 += if cell.kind() == Some(OutcomeKind::Correct) { by } else { 0 };
        counts[class].1 += by;
        sum += value(class, counts[class]);
    }
    settle(at, sum, &counts);
    best.and_then(|(_, cut)| timeline.scores().get(cut as usize - 1).copied())
}
