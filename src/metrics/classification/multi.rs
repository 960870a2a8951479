//! The numbers of a multi-label classifier that need no threshold.

use std::cmp::Ordering;

use rayon::prelude::*;
use serde::Serialize;

use crate::model::{Cancelled, ClassId, ClassScores, Dataset, Progress, ScoreTable};

use super::averages::weighted;
use super::column::{self, Score, Step};
use super::columns::Columns;
use super::labels::LabelSets;
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
        Self::with_columns(dataset, scores, progress).map(|(summary, _)| summary)
    }

    /// As [`Self::compute`], with the sorted columns where every class has a score.
    pub(in crate::metrics) fn with_columns(
        dataset: &Dataset,
        scores: &ClassScores,
        progress: &dyn Progress,
    ) -> Result<(Self, Option<Columns>), Cancelled> {
        let sets = LabelSets::of(dataset, scores);
        let support = sets.support(dataset.classes.len());
        let items = sets.counted();
        progress.stage("Ranking scores");
        let columns = Columns::of(scores, &sets, |_| true, progress)?;
        let ranked = columns.as_ref().filter(|_| scores.has_confidence);
        let ranking = RankingMeasures::of_columns(ranked, &support);
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
        Ok((summary, columns))
    }

    fn per_item(&mut self, scores: &ClassScores, sets: &LabelSets, progress: &dyn Progress) -> Result<(), Cancelled> {
        let runs = match scores.table() {
            Some(ScoreTable::Single(rows)) => sum_items(rows, scores.classes(), sets, progress)?,
            Some(ScoreTable::Double(rows)) => sum_items(rows, scores.classes(), sets, progress)?,
            None => return Ok(()),
        };
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

/// Over the items that count, in runs.
fn sum_items<T: Score>(
    rows: &[T],
    classes: usize,
    sets: &LabelSets,
    progress: &dyn Progress,
) -> Result<Vec<ItemSums>, Cancelled> {
    let items: Vec<usize> = (0..sets.len()).filter(|&item| sets.counts(item)).collect();
    let of_run = |run: &[usize]| {
        progress.check()?;
        let (mut sums, mut room) = (ItemSums::default(), Room::default());
        for &item in run {
            if let Some(row) = rows.get(item * classes..(item + 1) * classes) {
                sums.add(row, sets.get(item), &mut room);
            }
        }
        Ok(sums)
    };
    items.par_chunks(RUN).map(of_run).collect()
}

/// Memory that is used again for every item.
struct Room<T> {
    labels: Vec<T>,
    steps: Vec<Step>,
}

impl<T> Default for Room<T> {
    fn default() -> Self {
        Self { labels: Vec::new(), steps: Vec::new() }
    }
}

impl ItemSums {
    fn add<T: Score>(&mut self, row: &[T], labels: &[ClassId], room: &mut Room<T>) {
        item_steps(row, labels, room);
        let steps = &room.steps;
        let (auc, ap) = ranking::rank(steps.iter().copied());
        let put = |sum: &mut (f64, u64), value: Option<f64>| {
            if let Some(value) = value {
                *sum = (sum.0 + value, sum.1 + 1);
            }
        };
        put(&mut self.auc, auc);
        put(&mut self.ap, ap);
        let (precision, loss, coverage) = label_ranking(steps, labels.len(), row.len());
        put(&mut self.ranking_precision, Some(precision));
        put(&mut self.ranking_loss, Some(loss));
        put(&mut self.coverage, Some(coverage));
    }
}

/// How many labels and how many other classes there are at each distinct score of a label, and of the others between two of
/// them and below all; highest first. Counted label by label, as items have few.
fn item_steps<T: Score>(row: &[T], labels: &[ClassId], room: &mut Room<T>) {
    let Room { labels: own, steps } = room;
    steps.clear();
    own.clear();
    own.extend(labels.iter().filter_map(|class| row.get(class.index()).copied()));
    own.sort_unstable_by(|a, b| b.partial_cmp(a).unwrap_or(Ordering::Equal));
    let (mut above, mut labels_above) = (0, 0);
    for run in own.chunk_by(|a, b| a == b) {
        let (score, positives) = (run[0], run.len() as u64);
        let (mut better, mut equal) = (0_u64, 0_u64);
        for &other in row {
            better += u64::from(other > score);
            equal += u64::from(other == score);
        }
        let (better, beside) = (better - labels_above, equal - positives);
        steps.push(Step { positives: 0, negatives: better - above });
        steps.push(Step { positives, negatives: beside });
        above = better + beside;
        labels_above += positives;
    }
    steps.push(Step { positives: 0, negatives: (row.len() as u64).saturating_sub(labels_above + above) });
}

/// Label-ranking average precision, ranking loss and coverage of one item. A tie counts against the label.
fn label_ranking(steps: &[Step], labels: usize, classes: usize) -> (f64, f64, f64) {
    let (mut above, mut true_above) = (0_u64, 0_u64);
    let (mut precision, mut wrong, mut coverage) = (0.0, 0_u64, 0_u64);
    for step in steps {
        above += step.positives + step.negatives;
        true_above += step.positives;
        if step.positives > 0 {
            precision += step.positives as f64 * true_above as f64 / above as f64;
            wrong += step.positives * (above - true_above);
            coverage = above;
        }
    }
    if labels == 0 || labels == classes {
        return (1.0, 0.0, coverage as f64);
    }
    let pairs = labels * (classes - labels);
    (precision / labels as f64, wrong as f64 / pairs as f64, coverage as f64)
}
