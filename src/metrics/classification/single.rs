//! The numbers of a single-label classifier that need no threshold.

use serde::Serialize;

use crate::metrics::rates;
use crate::model::{Cancelled, ClassScores, Dataset, ImageId, Progress};

use super::averages::{Averages, KappaWeights, Tally, TotalRow, balanced_accuracy, cohen_kappa, matthews, spread};
use super::column;
use super::labels::{self, Exclusive};
use super::ranking::{self, RankingMeasures};
use super::rows::{BINS, RANKS, RowChecks, RowSums};

/// Everything that the best class of each item, and all of its scores, say. Over the items that have a label and that the
/// model says something about; the scores are used as they are except for log loss, Brier score and calibration, which
/// take each row divided by its sum (a row of zeros: all classes alike). Undefined is `None`: see [`Self::complete`].
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SingleLabel {
    /// Items that count.
    pub items: u64,
    /// Items without a label.
    pub unlabelled: u64,
    /// Items with a label that the model says nothing about.
    pub absent: u64,
    /// False where only the best few classes of an item have scores, or none means anything: then losses, calibration and everything about ranks
    /// are undefined.
    pub complete: bool,
    /// False where the outputs name classes only.
    pub has_confidence: bool,
    /// What is odd about the rows.
    pub checks: RowChecks,
    /// Truth in rows, best class in columns.
    pub confusion: Vec<Vec<u32>>,
    /// Per class, by the best class of each item.
    pub classes: Vec<Tally>,
    /// Share of items whose best class is true.
    pub accuracy: Option<f64>,
    /// Mean recall of the classes that have items.
    pub balanced_accuracy: Option<f64>,
    /// [`Self::top_k`] of 5.
    pub top5_accuracy: Option<f64>,
    /// Matthews' correlation coefficient.
    pub mcc: Option<f64>,
    /// Cohen's kappa.
    pub cohen_kappa: Option<f64>,
    /// Cohen's kappa weighted by the distance of two classes in the list.
    pub cohen_kappa_linear: Option<f64>,
    /// Cohen's kappa weighted by the square of that distance.
    pub cohen_kappa_quadratic: Option<f64>,
    /// Averages of the classes' precision, recall and F1.
    pub averages: Averages,
    /// Mean and population standard deviation of F1 over the classes that have one.
    pub f1_spread: Option<(f64, f64)>,
    /// ROC AUC and average precision.
    pub ranking: RankingMeasures,
    /// Mean −ln of the true class's probability, clipped at 2.22e-16 as scikit-learn does.
    pub log_loss: Option<f64>,
    /// The same of the scores as they are, not divided by their sum.
    pub log_loss_as_given: Option<f64>,
    /// Mean over items of Σ over classes (probability − truth)².
    pub brier: Option<f64>,
    /// Expected calibration error of the highest probability: 15 equal bins (lo, hi].
    pub ece: Option<f64>,
    /// The largest gap of a bin.
    pub mce: Option<f64>,
    /// How often the true class comes at rank 0, 1, … 9.
    ranks: [u64; RANKS],
    /// All classes have fewer than `known_ranks` before them, or are known to come later.
    pub(super) known_ranks: usize,
}

impl SingleLabel {
    /// Computes everything.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn compute(dataset: &Dataset, scores: &ClassScores, progress: &dyn Progress) -> Result<Self, Cancelled> {
        let truth = labels::single(dataset, scores);
        let classes = dataset.classes.len();
        let support = labels::support(classes, &truth);
        let sums = RowSums::of(scores, &truth, progress)?;
        let ranking = ranking::measure(scores, &Exclusive(&truth), &support, progress)?;
        let confusion = confusion(classes, &truth, &sums.best);
        let unlabelled = dataset.image_ids().filter(|&item| dataset.truths.of(item).is_empty()).count() as u64;
        let mut summary = Self { unlabelled, known_ranks: known_ranks(scores, &truth), ranking, ..Self::default() };
        summary.absent = truth.len() as u64 - sums.items - unlabelled;
        summary.complete = column::rankable(scores).is_some();
        summary.has_confidence = scores.has_confidence;
        summary.rates(confusion);
        summary.losses(&sums);
        summary.top5_accuracy = summary.top_k(5);
        Ok(summary)
    }

    fn rates(&mut self, confusion: Vec<Vec<u32>>) {
        self.classes = Tally::of_confusion(&confusion);
        let correct = self.classes.iter().map(|t| t.correct).sum();
        self.accuracy = rates::ratio(correct, self.classes.iter().map(|t| t.support).sum());
        self.balanced_accuracy = balanced_accuracy(&self.classes);
        self.mcc = matthews(&self.classes);
        self.cohen_kappa = cohen_kappa(&confusion, KappaWeights::None);
        self.cohen_kappa_linear = cohen_kappa(&confusion, KappaWeights::Linear);
        self.cohen_kappa_quadratic = cohen_kappa(&confusion, KappaWeights::Quadratic);
        self.averages = Averages::of(&self.classes);
        self.f1_spread = spread(self.classes.iter().map(|t| t.f1()));
        self.confusion = confusion;
    }

    fn losses(&mut self, sums: &RowSums) {
        self.items = sums.items;
        self.checks = sums.checks;
        self.ranks = sums.ranks;
        // Numbers below 0 are no probabilities, whatever they are divided by.
        if !self.complete || sums.items == 0 || sums.checks.negative > 0 {
            return;
        }
        let items = sums.items as f64;
        self.log_loss = Some(sums.log_loss / items);
        self.log_loss_as_given = Some(sums.log_loss_as_given / items);
        self.brier = Some(sums.brier / items);
        let filled = || sums.bins[..BINS].iter().filter(|bin| bin.count > 0);
        let gaps = || filled().map(|bin| (bin.correct as f64 - bin.confidence).abs());
        self.ece = Some(gaps().sum::<f64>() / items);
        self.mce = Some(gaps().zip(filled()).map(|(gap, bin)| gap / bin.count as f64).fold(0.0, f64::max));
    }

    /// Share of items whose true class is among the `k` best, by scikit-learn's `top_k_accuracy_score`: of equal scores the
    /// *highest* class comes first, so that `top_k(1)` differs from the accuracy where best classes are tied. `None` where
    /// `k` is 0, above 10 or all classes, and where lists are too short to tell.
    #[must_use]
    pub fn top_k(&self, k: usize) -> Option<f64> {
        let hits = self.ranks.get(..k).filter(|_| k > 0 && k < self.classes.len() && k <= self.known_ranks)?;
        rates::ratio(hits.iter().sum(), self.items)
    }

    /// The row that Clarifai puts below the classes, by the best class of each item.
    #[must_use]
    pub fn total_row(&self) -> TotalRow {
        TotalRow::of(self.classes.iter().copied(), self.ranking.roc_auc_macro)
    }
}

fn confusion(classes: usize, truth: &[u32], best: &[u32]) -> Vec<Vec<u32>> {
    let mut confusion = vec![vec![0_u32; classes]; classes];
    for (&truth, &best) in truth.iter().zip(best) {
        if let Some(n) = confusion.get_mut(truth as usize).and_then(|row| row.get_mut(best as usize)) {
            *n += 1;
        }
    }
    confusion
}

/// Up to which k it is known of every item whether its true class is among the k best.
fn known_ranks(scores: &ClassScores, truth: &[u32]) -> usize {
    if scores.is_complete() {
        return scores.classes();
    }
    let known = |(item, &truth): (usize, &u32)| {
        let item = ImageId::from_index(item);
        let (mut length, mut found) = (0, truth == labels::NONE);
        for (class, _) in scores.scored(item) {
            length += 1;
            found |= class.0 == truth;
        }
        if found { usize::MAX } else { length }
    };
    truth.iter().enumerate().map(known).min().unwrap_or(0)
}
