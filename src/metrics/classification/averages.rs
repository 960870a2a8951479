//! Precision, recall and F1 of classes and their averages, and the coefficients of a confusion matrix. Knows counts only.

use serde::Serialize;

use crate::metrics::counts::ClassCounts;
use crate::metrics::rates;

/// How often a class is true, said, and both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Items of the class for which it was said.
    pub correct: u64,
    /// Items for which the class was said.
    pub predicted: u64,
    /// Items of the class.
    pub support: u64,
}

impl Tally {
    /// correct / predicted; `None` where the class is never said.
    #[must_use]
    pub fn precision(self) -> Option<f64> {
        rates::ratio(self.correct, self.predicted)
    }

    /// correct / support; `None` without items of the class.
    #[must_use]
    pub fn recall(self) -> Option<f64> {
        rates::ratio(self.correct, self.support)
    }

    /// 2·correct / (predicted + support); `None` where both are 0.
    #[must_use]
    pub fn f1(self) -> Option<f64> {
        rates::f1(self.correct, self.predicted, self.support)
    }

    /// Per class, from a confusion matrix with truth in rows and as many columns.
    #[must_use]
    pub fn of_confusion(confusion: &[Vec<u32>]) -> Vec<Self> {
        let mut tallies = vec![Self::default(); confusion.len()];
        for (truth, row) in confusion.iter().enumerate() {
            for (said, &n) in row.iter().enumerate() {
                let n = u64::from(n);
                if let Some(tally) = tallies.get_mut(truth) {
                    tally.support += n;
                    tally.correct += if truth == said { n } else { 0 };
                }
                if let Some(tally) = tallies.get_mut(said) {
                    tally.predicted += n;
                }
            }
        }
        tallies
    }
}

impl From<ClassCounts> for Tally {
    fn from(counts: ClassCounts) -> Self {
        Self { correct: counts.correct, predicted: counts.predicted(), support: counts.support() }
    }
}

/// Precision, recall and F1 of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Rates {
    /// Precision.
    pub precision: Option<f64>,
    /// Recall.
    pub recall: Option<f64>,
    /// F1.
    pub f1: Option<f64>,
}

impl Rates {
    /// Of one class.
    #[must_use]
    pub fn of(tally: Tally) -> Self {
        Self { precision: tally.precision(), recall: tally.recall(), f1: tally.f1() }
    }
}

/// The averages of scikit-learn's `precision_recall_fscore_support`, over all declared classes: a rate that is 0/0 counts
/// 0. `None` only where there is nothing to average over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Averages {
    /// Of all classes' counts pooled.
    pub micro: Rates,
    /// The mean of the classes.
    #[serde(rename = "macro")]
    pub macro_: Rates,
    /// The mean of the classes that are true or said of any item (`labels=None` there).
    pub macro_present: Rates,
    /// The mean of the classes weighted by their support.
    pub weighted: Rates,
}

impl Averages {
    /// From the counts of all declared classes.
    #[must_use]
    pub fn of(classes: &[Tally]) -> Self {
        let pooled = classes.iter().fold(Tally::default(), |sum, t| Tally {
            correct: sum.correct + t.correct,
            predicted: sum.predicted + t.predicted,
            support: sum.support + t.support,
        });
        let mean = |weight: fn(&Tally) -> f64| Rates {
            precision: weighted(classes.iter().map(|t| (t.precision().unwrap_or(0.0), weight(t)))),
            recall: weighted(classes.iter().map(|t| (t.recall().unwrap_or(0.0), weight(t)))),
            f1: weighted(classes.iter().map(|t| (t.f1().unwrap_or(0.0), weight(t)))),
        };
        Self {
            micro: Rates::of(pooled),
            macro_: mean(|_| 1.0),
            macro_present: mean(|t| f64::from(t.support + t.predicted > 0)),
            weighted: mean(|t| t.support as f64),
        }
    }
}

/// Σ value·weight / Σ weight; `None` where the weights add up to nothing.
pub(super) fn weighted(values: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let (sum, weights) = values.fold((0.0, 0.0), |(s, w), (value, weight)| (s + value * weight, w + weight));
    (weights > 0.0).then(|| sum / weights)
}

/// The mean of those that are defined.
pub(super) fn mean(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    weighted(values.flatten().map(|value| (value, 1.0)))
}

/// Mean and population standard deviation of those that are defined.
pub(super) fn spread(values: impl Iterator<Item = Option<f64>> + Clone) -> Option<(f64, f64)> {
    let mean = mean(values.clone())?;
    let variance = weighted(values.flatten().map(|value| ((value - mean).powi(2), 1.0)))?;
    Some((mean, variance.sqrt()))
}

/// The row that Clarifai puts below the classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct TotalRow {
    /// Support-weighted precision; a class that is never said counts 1.
    pub precision: Option<f64>,
    /// Support-weighted recall.
    pub recall: Option<f64>,
    /// Harmonic mean of these two, not a mean of the classes'.
    pub f1: Option<f64>,
    /// Mean of the classes' ROC AUC, as handed over.
    pub roc_auc: Option<f64>,
}

impl TotalRow {
    /// From the counts of all classes at some threshold and the mean ROC AUC.
    #[must_use]
    pub fn of(classes: impl Iterator<Item = Tally> + Clone, roc_auc: Option<f64>) -> Self {
        let weight = |tally: Tally| tally.support as f64;
        let precision = weighted(classes.clone().map(|t| (t.precision().unwrap_or(1.0), weight(t))));
        let recall = weighted(classes.map(|t| (t.recall().unwrap_or(0.0), weight(t))));
        let f1 = precision.zip(recall).map(|(p, r)| if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 });
        Self { precision, recall, f1, roc_auc }
    }
}

/// How distant two classes count as in Cohen's kappa.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KappaWeights {
    /// Equal or not.
    None,
    /// By the distance of their positions in the class list.
    Linear,
    /// By its square.
    Quadratic,
}

/// Cohen's kappa, as scikit-learn's `cohen_kappa_score` with `labels` = all declared classes. `None` where agreement by
/// chance is certain or there are no items.
#[must_use]
pub fn cohen_kappa(confusion: &[Vec<u32>], weights: KappaWeights) -> Option<f64> {
    let tallies = Tally::of_confusion(confusion);
    let total: u64 = tallies.iter().map(|t| t.support).sum();
    let weight = |a: usize, b: usize| match weights {
        KappaWeights::None => f64::from(a != b),
        KappaWeights::Linear => a.abs_diff(b) as f64,
        KappaWeights::Quadratic => (a.abs_diff(b) as f64).powi(2),
    };
    let (mut seen, mut expected) = (0.0, 0.0);
    for (a, (row, truth)) in confusion.iter().zip(&tallies).enumerate() {
        for (b, (&n, said)) in row.iter().zip(&tallies).enumerate() {
            seen += weight(a, b) * f64::from(n);
            expected += weight(a, b) * truth.support as f64 * said.predicted as f64;
        }
    }
    expected /= total as f64;
    (expected > 0.0).then(|| 1.0 - seen / expected)
}

/// Matthews' correlation coefficient for any number of classes (Gorodkin 2004), as scikit-learn's `matthews_corrcoef`:
/// 0 where it is 0/0; `None` without items.
#[must_use]
pub fn matthews(tallies: &[Tally]) -> Option<f64> {
    let sum = |value: fn(&Tally) -> f64| tallies.iter().map(value).sum::<f64>();
    let total = sum(|t| t.support as f64);
    if total == 0.0 {
        return None;
    }
    let covariance = sum(|t| t.correct as f64) * total - sum(|t| t.support as f64 * t.predicted as f64);
    let truths = total * total - sum(|t| (t.support as f64).powi(2));
    let said = total * total - sum(|t| (t.predicted as f64).powi(2));
    // One after the other: the product of the two would round away what little there is of either.
    Some(if truths > 0.0 && said > 0.0 { covariance / truths.sqrt() / said.sqrt() } else { 0.0 })
}

/// The mean recall of the classes that have items, as scikit-learn's `balanced_accuracy_score`.
#[must_use]
pub fn balanced_accuracy(tallies: &[Tally]) -> Option<f64> {
    mean(tallies.iter().map(|t| t.recall()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: Option<f64>, b: f64) {
        assert!(a.is_some_and(|a| (a - b).abs() < 1e-12), "{a:?} is not {b}");
    }

    /// A is labelled 80 times and never said; B is labelled 120 times, said 200 times, 120 of them right. P = (80·1 +
    /// 120·0.6) / 200, R = 120 / 200, F1 = 2·0.76·0.6 / 1.36.
    #[test]
    fn total_row_of_two_classes() {
        let classes =
            [Tally { correct: 0, predicted: 0, support: 80 }, Tally { correct: 120, predicted: 200, support: 120 }];
        let total = TotalRow::of(classes.into_iter(), Some(0.5));
        close(total.precision, 0.76);
        close(total.recall, 0.6);
        close(total.f1, 0.912 / 1.36);
        assert_eq!(total.roc_auc, Some(0.5));
        assert_eq!(TotalRow::of(std::iter::empty(), None), TotalRow::default());
    }

    /// Only one class, always right: MCC is 0/0, kappa undefined. No items: nothing is defined.
    #[test]
    fn empty_edges() {
        let one = vec![vec![5, 0], vec![0, 0]];
        let tallies = Tally::of_confusion(&one);
        assert_eq!((matthews(&tallies), cohen_kappa(&one, KappaWeights::None)), (Some(0.0), None));
        assert_eq!(balanced_accuracy(&tallies), Some(1.0));
        let averages = Averages::of(&tallies);
        assert_eq!(
            (averages.macro_.f1, averages.macro_present.f1, averages.weighted.f1),
            (Some(0.5), Some(1.0), Some(1.0))
        );
        let none = Tally::of_confusion(&[vec![0, 0], vec![0, 0]]);
        assert_eq!((matthews(&none), balanced_accuracy(&none)), (None, None));
        assert_eq!(cohen_kappa(&[], KappaWeights::Linear), None);
        assert_eq!((Averages::of(&none).macro_.f1, Averages::of(&none).weighted.f1), (Some(0.0), None));
        assert_eq!(Averages::of(&[]), Averages::default());
    }
}
