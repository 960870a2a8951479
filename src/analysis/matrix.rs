//! How a confusion matrix is arranged and read: the order of its classes, which are shown, shares and their scale.
//!
//! Knows counts and class names, no pixels. An arrangement is made at rest and kept while the threshold moves, so that
//! nothing changes its place under a finger.

mod sheet;

use std::cmp::Reverse;

use crate::metrics::classification::PairCounting;
use crate::metrics::{Cell, ClassCounts, Counter, Timeline, rates};
use crate::model::{ClassId, ClassTable, Task};

pub use sheet::{Rows, Sheet, Table};

/// The order of the classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// As the dataset declares them.
    #[default]
    Declaration,
    /// By name, in natural order.
    Name,
    /// Most truths first.
    Support,
    /// Largest share found with its own class first.
    Diagonal,
    /// Most taken for another class, or another for it, first.
    Confused,
    /// Classes that are confused with each other side by side.
    Similarity,
}

impl Order {
    /// All orders.
    pub const ALL: [Self; 6] =
        [Self::Declaration, Self::Name, Self::Support, Self::Diagonal, Self::Confused, Self::Similarity];

    /// What a person reads.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Declaration => "As declared",
            Self::Name => "Name",
            Self::Support => "Support",
            Self::Diagonal => "Diagonal strength",
            Self::Confused => "Most confused",
            Self::Similarity => "Similarity",
        }
    }
}

/// What a cell shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scale {
    /// Objects, or items; where an item can have several labels, those where one was missed and the other wrongly added.
    #[default]
    Count,
    /// Share of the row as shown.
    Row,
    /// Share of the column as shown.
    Column,
    /// The mean score of the predicted class over the items of the true class; independent of the threshold.
    MeanProbability,
    /// Every label with everything that is predicted, as Clarifai counts items of several labels.
    EveryPair,
    /// Items that have both labels; independent of the threshold.
    Together,
}

impl Scale {
    /// All scales.
    pub const ALL: [Self; 6] =
        [Self::Count, Self::Row, Self::Column, Self::EveryPair, Self::MeanProbability, Self::Together];

    /// What a person reads.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Row => "Row-normalised",
            Self::Column => "Column-normalised",
            Self::MeanProbability => "Mean probability",
            Self::EveryPair => "Every pair (Clarifai)",
            Self::Together => "Co-occurrence",
        }
    }

    /// What it means, in a sentence.
    #[must_use]
    pub const fn about(self, task: Task) -> &'static str {
        match self {
            Self::Count if task.is_multilabel() => {
                "The diagonal counts right labels; beside it, items where the label of the row was missed and that of \
                 the column wrongly added"
            }
            Self::Count => "How many of the row's class were taken for the column's",
            Self::Row => "The share of the row's total",
            Self::Column => "The share of the column's total",
            Self::MeanProbability => {
                "The mean score of the column's class over the items labelled with the row's, at any threshold"
            }
            Self::EveryPair => "Items labelled with the row's class for which the column's was predicted",
            Self::Together => "Items that have both labels; nothing is predicted here",
        }
    }

    /// True where a task has it.
    #[must_use]
    pub const fn belongs_to(self, task: Task) -> bool {
        match self {
            Self::Count | Self::Row | Self::Column => true,
            Self::MeanProbability => task.is_classification(),
            Self::EveryPair | Self::Together => task.is_multilabel(),
        }
    }

    /// How pairs of labels are counted, where items can have several; `None` where nothing is counted.
    #[must_use]
    pub const fn counting(self) -> Option<PairCounting> {
        match self {
            Self::Count | Self::Row | Self::Column => Some(PairCounting::MissedWithAdded),
            Self::EveryPair => Some(PairCounting::EveryPair),
            Self::MeanProbability | Self::Together => None,
        }
    }

    /// True where the number is a whole one.
    #[must_use]
    pub const fn counts(self) -> bool {
        matches!(self, Self::Count | Self::EveryPair | Self::Together)
    }
}

/// Which classes are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Shown {
    /// Leave out classes without a truth and without a kept detection.
    pub hide_empty: bool,
    /// Only classes whose name contains this (in any case), and those confused with them; all where empty.
    pub search: String,
}

/// The classes of a matrix in the order of its rows and columns, background last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// The classes; the last, `None`, is the background.
    pub axis: Vec<Option<ClassId>>,
    /// Classes that the search found, ascending; empty without a search.
    pub found: Vec<ClassId>,
    /// Declared classes left out.
    pub hidden: usize,
    /// Where the rows of the timeline begin.
    pub rows: Rows,
    place: Vec<u32>,
}

const HIDDEN: u32 = u32::MAX;

impl Arrangement {
    /// Arranges the classes by the counts at one threshold. Ties keep the order of declaration.
    #[must_use]
    pub fn new(classes: &ClassTable, timeline: &Timeline, counter: &Counter, order: Order, shown: &Shown) -> Self {
        let found = found(classes, &shown.search);
        let kept = |class: &ClassId| {
            let counts = counter.classes().get(class.index()).copied().unwrap_or_default();
            !(shown.hide_empty && counts.support() == 0 && counts.predicted() == 0)
        };
        let mut wanted: Vec<ClassId> = match &found {
            Some(found) => with_confused(found, timeline, counter),
            None => classes.ids().filter(kept).collect(),
        };
        arrange(&mut wanted, classes, timeline, counter, order);
        let mut place = vec![HIDDEN; classes.len()];
        for (at, class) in (0..).zip(&wanted) {
            if let Some(p) = place.get_mut(class.index()) {
                *p = at;
            }
        }
        Self {
            hidden: classes.len() - wanted.len(),
            axis: wanted.into_iter().map(Some).chain([None]).collect(),
            found: found.unwrap_or_default(),
            place,
            rows: Rows::of(timeline.cells(), classes.len()),
        }
    }

    /// Number of rows and of columns, background included.
    #[must_use]
    pub fn side(&self) -> usize {
        self.axis.len()
    }

    /// Where a class (or the background) stands; `None` where it is left out.
    #[must_use]
    pub fn place(&self, class: Option<ClassId>) -> Option<usize> {
        match class {
            None => self.axis.len().checked_sub(1),
            Some(class) => self.place.get(class.index()).filter(|&&p| p != HIDDEN).map(|&p| p as usize),
        }
    }

    /// The class at a place; `None` outside, `Some(None)` for the background.
    #[must_use]
    pub fn class(&self, place: usize) -> Option<Option<ClassId>> {
        self.axis.get(place).copied()
    }
}

/// The classes that a search means; `None` without a search.
fn found(classes: &ClassTable, search: &str) -> Option<Vec<ClassId>> {
    let wanted = search.trim().to_lowercase();
    if wanted.is_empty() {
        return None;
    }
    Some(classes.ids().filter(|&c| classes.name(c).to_lowercase().contains(&wanted)).collect())
}

/// These classes and all that are taken for them or they for.
fn with_confused(found: &[ClassId], timeline: &Timeline, counter: &Counter) -> Vec<ClassId> {
    let mut all = found.to_vec();
    for (cell, &n) in timeline.cells().iter().zip(counter.cells()) {
        let (Some(truth), Some(predicted)) = (cell.truth, cell.predicted) else { continue };
        if n > 0 && found.binary_search(&truth).is_ok() {
            all.push(predicted);
        }
        if n > 0 && found.binary_search(&predicted).is_ok() {
            all.push(truth);
        }
    }
    all.sort();
    all.dedup();
    all
}

fn arrange(wanted: &mut Vec<ClassId>, classes: &ClassTable, timeline: &Timeline, counter: &Counter, order: Order) {
    let counts = |c: &ClassId| counter.classes().get(c.index()).copied().unwrap_or_default();
    let support = |c: &ClassId| timeline.support().get(c.index()).map_or(0, |&n| n);
    match order {
        Order::Declaration => {}
        Order::Name => wanted.sort_by(|a, b| natord::compare(classes.name(*a), classes.name(*b))),
        Order::Support => wanted.sort_by_key(|c| Reverse(support(c))),
        Order::Diagonal => {
            // Classes without a truth have no diagonal and stand last.
            let strength = |c: &ClassId| rates::ratio(counts(c).correct, support(c)).unwrap_or(-1.0);
            wanted.sort_by(|a, b| strength(b).total_cmp(&strength(a)));
        }
        Order::Confused => {
            let confused = |c: ClassCounts| c.misclassified + c.misclassified_as;
            let wrong = |c: ClassCounts| c.missed + c.false_positives;
            wanted.sort_by_key(|c| Reverse((confused(counts(c)), wrong(counts(c)))));
        }
        Order::Similarity => *wanted = seriated(wanted, timeline, counter),
    }
}

/// A greedy seriation: the pairs of classes confused most (relative to their truths) are joined first, end to end, into
/// chains; the middle of a chain takes no more. A chain stands where the one it was joined to stood.
fn seriated(wanted: &[ClassId], timeline: &Timeline, counter: &Counter) -> Vec<ClassId> {
    let mut chains: Vec<Vec<ClassId>> = wanted.iter().map(|c| vec![*c]).collect();
    let slots = wanted.iter().map(|c| c.index() + 1).max().unwrap_or(0);
    let mut chain_of = vec![usize::MAX; slots];
    for (i, class) in wanted.iter().enumerate() {
        chain_of[class.index()] = i;
    }
    for (_, a, b) in confused_pairs(timeline, counter) {
        let chain = |c: ClassId| chain_of.get(c.index()).copied().filter(|&i| i != usize::MAX);
        let (Some(from), Some(onto)) = (chain(b), chain(a)) else { continue };
        if from == onto {
            continue;
        }
        let is_end = |i: usize, c: ClassId| {
            chains.get(i).is_some_and(|chain| chain.first() == Some(&c) || chain.last() == Some(&c))
        };
        if !is_end(onto, a) || !is_end(from, b) {
            continue;
        }
        let mut tail = std::mem::take(&mut chains[from]);
        if tail.first() != Some(&b) {
            tail.reverse();
        }
        for class in &tail {
            chain_of[class.index()] = onto;
        }
        let head = &mut chains[onto];
        if head.last() != Some(&a) {
            head.reverse();
        }
        head.append(&mut tail);
    }
    chains.concat()
}

/// Pairs of classes with the share of their truths that is confused, the largest first.
fn confused_pairs(timeline: &Timeline, counter: &Counter) -> Vec<(f64, ClassId, ClassId)> {
    let mut pairs: Vec<(f64, ClassId, ClassId)> = Vec::new();
    for (cell, &n) in timeline.cells().iter().zip(counter.cells()) {
        let (Some(truth), Some(predicted)) = (cell.truth, cell.predicted) else { continue };
        let back = counter.count(timeline, Cell::new(Some(predicted), Some(truth)));
        // A pair confused both ways is met twice; the cell of the earlier class speaks for both.
        if n == 0 || truth == predicted || (back > 0 && truth > predicted) {
            continue;
        }
        let support = |c: ClassId| timeline.support().get(c.index()).copied().unwrap_or(0);
        let share = rates::ratio(n + back, support(truth) + support(predicted));
        pairs.push((share.unwrap_or(0.0), truth.min(predicted), truth.max(predicted)));
    }
    pairs.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    pairs
}

/// Totals of a truth class (or of the background: the false positives).
#[must_use]
pub fn truth_total(counter: &Counter, class: Option<ClassId>) -> u64 {
    match class {
        Some(class) => counter.classes().get(class.index()).map_or(0, |c| c.support()),
        None => counter.totals().false_positives,
    }
}

/// Totals of a predicted class (or of the background: the missed).
#[must_use]
pub fn predicted_total(counter: &Counter, class: Option<ClassId>) -> u64 {
    match class {
        Some(class) => counter.classes().get(class.index()).map_or(0, |c| c.predicted()),
        None => counter.totals().missed,
    }
}

/// Where a value stands between nothing (0) and the largest (1), for its colour. Counts are compared with `largest`,
/// shares with 1; on the logarithmic scale shares below a thousandth are nothing. Probabilities have no such scale: next to none
/// would look like much.
#[must_use]
pub fn strength(scale: Scale, log: bool, value: f64, largest: f64) -> f64 {
    if value <= 0.0 || largest <= 0.0 {
        return 0.0;
    }
    let strength = match (scale, log) {
        (Scale::MeanProbability, _) => value,
        (scale, true) if scale.counts() => value.ln_1p() / largest.ln_1p(),
        (scale, false) if scale.counts() => value / largest,
        (_, true) => 1.0 + value.log10() / 3.0,
        (_, false) => value,
    };
    strength.clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ln 13 / ln 736 = 2.5649 / 6.6012 = 0.38856.
    #[test]
    fn strength_of_a_count() {
        assert!((strength(Scale::Count, true, 12.0, 735.0) - 0.388_56).abs() < 1e-4);
        assert!((strength(Scale::Count, false, 12.0, 48.0) - 0.25).abs() < 1e-12);
        assert!((strength(Scale::Row, true, 0.1, 1.0) - (1.0 - 1.0 / 3.0)).abs() < 1e-12);
        assert_eq!(strength(Scale::Row, true, 0.0, 1.0), 0.0);
    }
}
