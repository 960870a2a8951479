//! Tables of classes by classes: mean scores, and labels that occur together. Knows labels and scores.

use rayon::prelude::*;

use crate::model::{Cancelled, ClassId, ClassScores, Dataset, ImageId, Progress, ScoreTable};

use super::labels::{self, LabelSets};

/// Row a, column p: the mean score of class p over the items labelled a, scores as they are. An item with several labels
/// counts in the row of each (single-label: the first only). The row of a class without items is `None`; all rows are
/// where not every class has a score.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn mean_probabilities(
    dataset: &Dataset,
    scores: &ClassScores,
    multilabel: bool,
    progress: &dyn Progress,
) -> Result<Vec<Option<Vec<f64>>>, Cancelled> {
    progress.stage("Averaging scores");
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); dataset.classes.len()];
    let mut put = |class: usize, item: usize| {
        if let Some(members) = members.get_mut(class) {
            members.push(u32::try_from(item).unwrap_or(u32::MAX));
        }
    };
    if multilabel {
        let sets = LabelSets::of(dataset, scores);
        for item in (0..sets.len()).filter(|&item| sets.counts(item)) {
            sets.get(item).iter().for_each(|class| put(class.index(), item));
        }
    } else {
        let truth = labels::single(dataset, scores);
        truth.iter().enumerate().for_each(|(item, &class)| put(class as usize, item));
    }
    let classes = scores.classes();
    members
        .par_iter()
        .map(|items| {
            progress.check()?;
            Ok(match scores.table() {
                Some(ScoreTable::Single(rows)) => mean_row(rows, classes, items),
                Some(ScoreTable::Double(rows)) => mean_row(rows, classes, items),
                None => None,
            })
        })
        .collect()
}

fn mean_row<T: Copy + Into<f64>>(rows: &[T], classes: usize, items: &[u32]) -> Option<Vec<f64>> {
    let mut sums = vec![0.0; classes];
    for &item in items {
        let row = rows.get(item as usize * classes..(item as usize + 1) * classes)?;
        sums.iter_mut().zip(row).for_each(|(sum, &score)| *sum += score.into());
    }
    (!items.is_empty()).then(|| sums.into_iter().map(|sum| sum / items.len() as f64).collect())
}

/// Row a, column b: how many items have both labels; on the diagonal those that have the label. All items of the dataset,
/// whatever the model says about them.
#[must_use]
pub fn cooccurrence(dataset: &Dataset) -> Vec<Vec<u32>> {
    let classes = dataset.classes.len();
    let mut counts = vec![vec![0_u32; classes]; classes];
    let nobody = ClassScores::of_rows(classes, Vec::new(), Vec::new());
    let sets = LabelSets::of(dataset, &nobody);
    for item in 0..sets.len() {
        for a in sets.get(item) {
            for b in sets.get(item) {
                if let Some(n) = counts.get_mut(a.index()).and_then(|row| row.get_mut(b.index())) {
                    *n += 1;
                }
            }
        }
    }
    counts
}

/// The items that a row of [`mean_probabilities`] is a mean over, in their order.
#[must_use]
pub fn items_labelled(dataset: &Dataset, scores: &ClassScores, class: ClassId, multilabel: bool) -> Vec<ImageId> {
    let has = |item: &ImageId| {
        let labels = dataset.truths.class.get(dataset.truths.of(*item)).unwrap_or(&[]);
        let held = if multilabel { labels.contains(&class) } else { labels.first() == Some(&class) };
        held && !scores.is_absent(*item)
    };
    dataset.image_ids().filter(has).collect()
}

/// The items that a cell of [`cooccurrence`] counts, in their order.
#[must_use]
pub fn items_with_both(dataset: &Dataset, a: ClassId, b: ClassId) -> Vec<ImageId> {
    let both = |item: &ImageId| {
        let labels = dataset.truths.class.get(dataset.truths.of(*item)).unwrap_or(&[]);
        labels.contains(&a) && labels.contains(&b)
    };
    dataset.image_ids().filter(both).collect()
}
