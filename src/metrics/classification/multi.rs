//! The numbers of a multi-label classifier that need no threshold.

use rayon::prelude::*;
use serde::Serialize;

use crate::model::{Cancelled, ClassId, ClassScores, Dataset, ImageId, Progress};

use super::averages::weighted;
use super::column::{self, Entry, Score};
use super::labels::{LabelSets, Sets};
use super::ranking::{self, RankingMeasures};

/// How the scores order labels and items. Over the items that the model says something about; an item may have no label.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MultiLabel {
    /// Items that count.
    pub items: u64,
    /// Items that the model says nothing about.
    pub absent: u64,
    /// Items that count and have no label.
    pub unlabelled: u64,
    /// False where only the best few classes of an item have scores, or none means anything: then nothing about ranks is defined.
    pub complete: bool,
    /// False where the outputs name classes only.
    pub has_confidence: bool,
    /// Per class, how many items have it.
    pub support: Vec<u64>,
    /// ROC AUC and average precision of each class, and means.
    pub ranking: RankingMeasures,
    /// Mean over the items that have labels, but not all, of the ROC AUC of their own scores.
    pub roc_auc_samples: Option<f64>,
    /// Mean over the items that have labels of the average precision of their own scores.
    pub average_precision_samples: Option<f64>,
    /// scikit-learn's `label_ranking_average_precision_score` (items without labels count 1).
    pub label_ranking_average_precision: Option<f64>,
    /// scikit-learn's `label_ranking_loss`.
    pub label_ranking_loss: Option<f64>,
    /// scikit-learn's `coverage_error`.
    pub coverage_error: Option<f64>,
}

/// Items that one task looks at, added up on their own: sums do not depend on the number of threads.
const RUN: usize = 1024;

impl MultiLabel {
    /// Computes everything.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn compute(dataset: &Dataset, scores: &ClassScores, progress: &dyn Progress) -> Result<Self, Cancelled> {
        let sets = LabelSets::of(dataset, scores);
        let support = sets.support(dataset.classes.len());
        let items = sets.counted();
        let ranking = ranking::measure(scores, &Sets(&sets), &support, progress)?;
        let mut summary = Self {
            items: items as u64,
            absent: (sets.len() - items) as u64,
            unlabelled: (0..sets.len()).filter(|&i| sets.counts(i) && sets.get(i).is_empty()).count() as u64,
            complete: column::rankable(scores).is_some(),
            has_confidence: scores.has_confidence,
            support,
            ranking,
            ..Self::default()
        };
        if summary.complete && !dataset.classes.is_empty() {
            summary.per_item(scores, &sets, progress)?;
        }
        Ok(summary)
    }

    fn per_item(&mut self, scores: &ClassScores, sets: &LabelSets, progress: &dyn Progress) -> Result<(), Cancelled> {
        let items: Vec<usize> = (0..sets.len()).filter(|&item| sets.counts(item)).collect();
        let runs: Vec<ItemSums> = items
            .par_chunks(RUN)
            .map(|run| {
                progress.check()?;
                let (mut sums, mut row, mut entries) = (ItemSums::default(), Vec::new(), Vec::new());
                for &item in run {
                    if scores.copy_row(ImageId::from_index(item), &mut row) {
                        sums.add(&row, sets.get(item), &mut entries);
                    }
                }
                Ok(sums)
            })
            .collect::<Result<_, Cancelled>>()?;
        let mean = |sum: fn(&ItemSums) -> (f64, u64)| {
            weighted(runs.iter().map(|run| (sum(run).0 / (sum(run).1 as f64).max(1.0), sum(run).1 as f64)))
        };
        self.roc_auc_samples = mean(|s| s.auc);
        self.average_precision_samples = mean(|s| s.ap);
        self.label_ranking_average_precision = mean(|s| s.ranking_precision);
        self.label_ranking_loss = mean(|s| s.ranking_loss);
        self.coverage_error = mean(|s| s.coverage);
        Ok(())
    }
}

/// Sums and over how many items they are.
#[derive(Default)]
struct ItemSums {
    auc: (f64, u64),
    ap: (f64, u64),
    ranking_precision: (f64, u64),
    ranking_loss: (f64, u64),
    coverage: (f64, u64),
}

impl ItemSums {
    fn add(&mut self, row: &[f64], labels: &[ClassId], entries: &mut Vec<<f64 as Score>::Entry>) {
        entries.clear();
        entries.extend(row.iter().zip(0_u32..).map(|(score, class)| {
            let label = u32::from(labels.binary_search(&ClassId(class)).is_ok());
            score.entry(label)
        }));
        <f64 as Score>::sort(entries);
        let (auc, ap) = ranking::rank(column::steps(entries, 1));
        let put = |sum: &mut (f64, u64), value: Option<f64>| {
            if let Some(value) = value {
                *sum = (sum.0 + value, sum.1 + 1);
            }
        };
        put(&mut self.auc, auc);
        put(&mut self.ap, ap);
        let (precision, loss, coverage) = label_ranking(entries, labels.len());
        put(&mut self.ranking_precision, Some(precision));
        put(&mut self.ranking_loss, Some(loss));
        put(&mut self.coverage, Some(coverage));
    }
}

/// Label-ranking average precision, ranking loss and coverage of one item. A tie counts against the label.
fn label_ranking<E: Entry>(sorted: &[E], labels: usize) -> (f64, f64, f64) {
    let (mut above, mut true_above) = (0_usize, 0_usize);
    let (mut precision, mut wrong, mut coverage) = (0.0, 0_usize, 0);
    for tied in sorted.chunk_by(|a, b| a.key() == b.key()) {
        let hits = tied.iter().filter(|e| e.label() == 1).count();
        above += tied.len();
        true_above += hits;
        if hits > 0 {
            precision += hits as f64 * true_above as f64 / above as f64;
            wrong += hits * (above - true_above);
            coverage = above;
        }
    }
    if labels == 0 || labels == sorted.len() {
        return (1.0, 0.0, coverage as f64);
    }
    let pairs = labels * (sorted.len() - labels);
    (precision / labels as f64, wrong as f64 / pairs as f64, coverage as f64)
}
