//! The scores of one class over all items, sorted: what ranks (ROC, average precision) are read off. Knows no classes.

use std::ops::Range;

use crate::metrics::ranking;
use crate::model::{ClassScores, ScoreTable};

use super::keys::Key;

/// A number type of scores, and how a column of them is held while it is sorted.
pub(super) trait Score: Copy + Into<f64> + PartialOrd + Send + Sync + 'static {
    /// A score with a label.
    type Entry: Entry;

    /// Packs both.
    fn entry(self, label: u32) -> Self::Entry;

    /// Sorts, highest score first.
    fn sort(entries: &mut Vec<Self::Entry>);
}

/// A score with the label of its item.
pub(super) trait Entry: Copy + Send + Sync {
    /// Ascends where the score descends; the same for the same score.
    fn key(self) -> u64;
    /// The label.
    fn label(self) -> u32;
}

impl Entry for u64 {
    fn key(self) -> u64 {
        self >> 32
    }
    fn label(self) -> u32 {
        (self & u64::from(u32::MAX)) as u32
    }
}

impl Entry for (u64, u32) {
    fn key(self) -> u64 {
        self.0
    }
    fn label(self) -> u32 {
        self.1
    }
}

impl Score for f32 {
    type Entry = u64;

    fn entry(self, label: u32) -> u64 {
        (u64::from(<u32 as Key>::of(self)) << 32) | u64::from(label)
    }

    fn sort(entries: &mut Vec<u64>) {
        ranking::sort(entries);
    }
}

impl Score for f64 {
    type Entry = (u64, u32);

    fn entry(self, label: u32) -> (u64, u32) {
        (<u64 as Key>::of(self), label)
    }

    fn sort(entries: &mut Vec<(u64, u32)>) {
        entries.sort_unstable();
    }
}

/// The scores that items can be ranked by: every class has one, and it means something.
pub(super) fn rankable(scores: &ClassScores) -> Option<ScoreTable<'_>> {
    scores.table().filter(|_| scores.has_confidence)
}

/// Columns that one task holds at a time: neighbours in memory are read together.
const GROUP: usize = 4;

/// All classes in groups of a few neighbours.
pub(super) fn groups(classes: usize) -> impl Iterator<Item = Range<usize>> {
    (0..classes).step_by(GROUP).map(move |first| first..(first + GROUP).min(classes))
}

/// Copies the columns `group` out of `rows` and sorts them. `label` says of an item and a class what is to be known of it;
/// `None`: the item does not count.
pub(super) fn sorted<T: Score>(
    rows: &[T],
    classes: usize,
    group: Range<usize>,
    label: impl Fn(usize, usize) -> Option<u32>,
) -> Vec<Vec<T::Entry>> {
    let mut columns: Vec<Vec<T::Entry>> =
        group.clone().map(|_| Vec::with_capacity(rows.len() / classes.max(1))).collect();
    for (item, row) in rows.chunks_exact(classes.max(1)).enumerate() {
        for ((class, &score), column) in group.clone().zip(row.get(group.clone()).unwrap_or(&[])).zip(&mut columns) {
            if let Some(label) = label(item, class) {
                column.push(score.entry(label));
            }
        }
    }
    for column in &mut columns {
        T::sort(column);
    }
    columns
}

/// Items of one score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Step {
    /// Those of the class.
    pub positives: u64,
    /// The others.
    pub negatives: u64,
}

/// Per distinct score, highest first: how many items with the label `positive` and how many with another.
pub(super) fn steps<E: Entry>(column: &[E], positive: u32) -> impl Iterator<Item = Step> + '_ {
    let mut rest = column.iter().copied().peekable();
    std::iter::from_fn(move || {
        let first = rest.next()?;
        let mut step = Step::default();
        let mut count = |entry: E| {
            let hit = u64::from(entry.label() == positive);
            step.positives += hit;
            step.negatives += 1 - hit;
        };
        count(first);
        while let Some(entry) = rest.next_if(|next| next.key() == first.key()) {
            count(entry);
        }
        Some(step)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order<T: Score>(values: &[T]) -> Vec<u32> {
        let mut entries: Vec<T::Entry> = values.iter().zip(0..).map(|(value, label)| value.entry(label)).collect();
        T::sort(&mut entries);
        entries.iter().map(|e| e.label()).collect()
    }

    /// 5 of the highest, -0 and 0 as one (their labels ascend), the negative ones last.
    #[test]
    fn descending_in_both_widths() {
        assert_eq!(order(&[-0.0_f32, 0.0, -2.0, 5.0, 1e-30, -1.0]), [3, 4, 0, 1, 5, 2]);
        assert_eq!(order(&[-0.0_f64, 0.0, -2.0, 5.0, 1e-300, -1.0]), [3, 4, 0, 1, 5, 2]);
    }

    #[test]
    fn steps_join_equal_scores() {
        let mut column: Vec<u64> =
            [(0.5, 1), (0.9, 0), (0.5, 0), (0.5, 1), (0.1, 1)].map(|(s, l): (f32, u32)| s.entry(l)).into();
        f32::sort(&mut column);
        let steps: Vec<(u64, u64)> = steps(&column, 1).map(|s| (s.positives, s.negatives)).collect();
        assert_eq!(steps, [(0, 1), (2, 1), (1, 0)]);
    }
}
