//! A multi-label classifier at given thresholds, one a class: averages, whole-item scores and the confusion matrix. Knows
//! sets of labels, told and true.

use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;
use serde::Serialize;

use crate::metrics::rates;
use crate::model::{Cancelled, ClassId, ClassScores, Dataset, ImageId, Progress, ScoreTable};

use super::averages::{Averages, Rates, Tally, TotalRow};
use super::labels::LabelSets;

/// Which pairs of classes a confusion matrix of several labels counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PairCounting {
    /// The diagonal: right labels. (a, p) beside it: items where a was missed and p wrongly added. What was missed where
    /// nothing was added, and the other way round, goes to `none`.
    #[default]
    MissedWithAdded,
    /// Clarifai's: (a, p) is the number of items labelled a for which p was said. Labels of items for which nothing was
    /// said, and what was said of items without labels, go to `none`.
    EveryPair,
}

/// A multi-label classifier at one threshold a class. Undefined is `None`; in averages a rate that is 0/0 counts 0, as in
/// scikit-learn.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MultiLabelAt {
    /// All items of the dataset; of one that the model says nothing about, every label is missed.
    pub items: u64,
    /// Per class.
    pub classes: Vec<Tally>,
    /// Micro, macro and weighted averages over classes.
    pub averages: Averages,
    /// Means over items, where an item's 0/0 counts 0.
    pub samples: Rates,
    /// Share of items whose set of labels is exactly right.
    pub subset_accuracy: Option<f64>,
    /// Share of wrong decisions among all pairs of item and class.
    pub hamming_loss: Option<f64>,
    /// Mean over items of |said and true| / |said or true|; an item's 0/0 counts 0.
    pub jaccard_samples: Option<f64>,
    /// Truth in rows, prediction in columns, `none` last in both.
    pub matrix: Vec<Vec<u64>>,
}

impl MultiLabelAt {
    /// The row that Clarifai puts below the classes; the mean ROC AUC does not depend on thresholds and is handed over.
    #[must_use]
    pub fn total_row(&self, roc_auc_macro: Option<f64>) -> TotalRow {
        TotalRow::of(self.classes.iter().copied(), roc_auc_macro)
    }
}

/// Items that one task looks at, added up on their own: sums do not depend on the number of threads.
const RUN: usize = 1024;

/// Says class c of an item iff its score is at least `thresholds[c]` (a class without a threshold is never said) and
/// compares with the labels.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn multilabel_at(
    dataset: &Dataset,
    scores: &ClassScores,
    thresholds: &[f64],
    counting: PairCounting,
    progress: &dyn Progress,
) -> Result<MultiLabelAt, Cancelled> {
    let classes = dataset.classes.len();
    let sets = LabelSets::of(dataset, scores);
    let matrix = Matrix::new(classes);
    let items: Vec<usize> = (0..sets.len()).collect();
    let runs: Vec<Sums> = items
        .par_chunks(RUN)
        .map(|run| {
            progress.check()?;
            let (mut sums, mut said) = (Sums::new(classes), Vec::new());
            for &item in run {
                say(scores, thresholds, ImageId::from_index(item), &mut said);
                let labels = sets.get(item);
                sums.add(labels, &said);
                matrix.add(labels, &said, counting);
            }
            Ok(sums)
        })
        .collect::<Result<_, Cancelled>>()?;
    let mut sums = Sums::new(classes);
    runs.into_iter().for_each(|run| sums.merge(&run));
    Ok(sums.finish(items.len() as u64, matrix))
}

/// The classes of an item that reach their thresholds, ascending.
fn say(scores: &ClassScores, thresholds: &[f64], item: ImageId, said: &mut Vec<ClassId>) {
    said.clear();
    let row = item.index() * scores.classes()..(item.index() + 1) * scores.classes();
    match scores.table().filter(|_| !scores.is_absent(item)) {
        Some(ScoreTable::Single(rows)) => say_row(rows.get(row).unwrap_or(&[]), thresholds, said),
        Some(ScoreTable::Double(rows)) => say_row(rows.get(row).unwrap_or(&[]), thresholds, said),
        None => {
            let reaches = |(class, score): &(ClassId, f64)| thresholds.get(class.index()).is_some_and(|t| score >= t);
            said.extend(scores.scored(item).filter(reaches).map(|(class, _)| class));
            said.sort_unstable();
        }
    }
}

fn say_row<T: Copy + Into<f64>>(row: &[T], thresholds: &[f64], said: &mut Vec<ClassId>) {
    let reached = row.iter().zip(thresholds).enumerate().filter(|(_, (score, t))| (**score).into() >= **t);
    said.extend(reached.map(|(class, _)| ClassId::from_index(class)));
}

/// Sums over items.
struct Sums {
    classes: Vec<Tally>,
    exact: u64,
    precision: f64,
    recall: f64,
    f1: f64,
    jaccard: f64,
}

impl Sums {
    fn new(classes: usize) -> Self {
        let classes = vec![Tally::default(); classes];
        Self { classes, exact: 0, precision: 0.0, recall: 0.0, f1: 0.0, jaccard: 0.0 }
    }

    fn add(&mut self, labels: &[ClassId], said: &[ClassId]) {
        let mut of_item = Tally { correct: 0, predicted: said.len() as u64, support: labels.len() as u64 };
        for class in said {
            let right = u64::from(labels.binary_search(class).is_ok());
            of_item.correct += right;
            if let Some(tally) = self.classes.get_mut(class.index()) {
                tally.predicted += 1;
                tally.correct += right;
            }
        }
        for class in labels {
            if let Some(tally) = self.classes.get_mut(class.index()) {
                tally.support += 1;
            }
        }
        let either = of_item.predicted + of_item.support - of_item.correct;
        self.exact += u64::from(either == of_item.correct);
        self.precision += of_item.precision().unwrap_or(0.0);
        self.recall += of_item.recall().unwrap_or(0.0);
        self.f1 += of_item.f1().unwrap_or(0.0);
        self.jaccard += rates::ratio(of_item.correct, either).unwrap_or(0.0);
    }

    fn merge(&mut self, later: &Self) {
        for (sum, tally) in self.classes.iter_mut().zip(&later.classes) {
            sum.correct += tally.correct;
            sum.predicted += tally.predicted;
            sum.support += tally.support;
        }
        self.exact += later.exact;
        self.precision += later.precision;
        self.recall += later.recall;
        self.f1 += later.f1;
        self.jaccard += later.jaccard;
    }

    fn finish(self, items: u64, matrix: Matrix) -> MultiLabelAt {
        // Without classes there is nothing to be right about.
        let judged = if self.classes.is_empty() { 0 } else { items };
        let mean = |sum: f64| (judged > 0).then(|| sum / judged as f64);
        let wrong = self.classes.iter().map(|t| t.predicted + t.support - 2 * t.correct).sum();
        MultiLabelAt {
            items,
            averages: Averages::of(&self.classes),
            samples: Rates { precision: mean(self.precision), recall: mean(self.recall), f1: mean(self.f1) },
            subset_accuracy: rates::ratio(self.exact, judged),
            hamming_loss: rates::ratio(wrong, items * self.classes.len() as u64),
            jaccard_samples: mean(self.jaccard),
            matrix: matrix.rows(),
            classes: self.classes,
        }
    }
}

/// Counts of pairs of classes, `none` last.
struct Matrix {
    side: usize,
    counts: Vec<AtomicU32>,
}

impl Matrix {
    fn new(classes: usize) -> Self {
        let side = classes + 1;
        Self { side, counts: (0..side * side).map(|_| AtomicU32::new(0)).collect() }
    }

    fn count(&self, truth: usize, said: usize) {
        if let Some(n) = self.counts.get(truth * self.side + said) {
            n.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn add(&self, labels: &[ClassId], said: &[ClassId], counting: PairCounting) {
        match counting {
            PairCounting::EveryPair => self.pairs(labels.iter(), said.iter()),
            PairCounting::MissedWithAdded => {
                let right = said.iter().filter(|class| labels.binary_search(class).is_ok());
                right.for_each(|class| self.count(class.index(), class.index()));
                let missed = labels.iter().filter(|class| said.binary_search(class).is_err());
                let added = said.iter().filter(|class| labels.binary_search(class).is_err());
                self.pairs(missed, added);
            }
        }
    }

    /// Each of the one with each of the other; with `none` where there is no other.
    fn pairs<'a>(
        &self,
        truths: impl Iterator<Item = &'a ClassId> + Clone,
        said: impl Iterator<Item = &'a ClassId> + Clone,
    ) {
        let none = self.side - 1;
        if said.clone().next().is_none() {
            truths.clone().for_each(|a| self.count(a.index(), none));
        }
        if truths.clone().next().is_none() {
            said.clone().for_each(|p| self.count(none, p.index()));
        }
        for a in truths {
            said.clone().for_each(|p| self.count(a.index(), p.index()));
        }
    }

    fn rows(self) -> Vec<Vec<u64>> {
        let values: Vec<u32> = self.counts.into_iter().map(AtomicU32::into_inner).collect();
        values.chunks(self.side).map(|row| row.iter().map(|&n| u64::from(n)).collect()).collect()
    }
}
