//! Precision, recall and F1 at every confidence, and the best of them. Reads the timeline only.
//!
//! Of a large table of scores with several labels an item, "every score" is every score of a label, the highest of each class
//! and the lowest of all: between two of them only false positives come in, so that what is best is best at one of them.

mod part;

use std::cmp::Ordering;

use rayon::prelude::*;

use crate::model::{ClassId, Dataset, ImageId, NoProgress};

use super::classification::columns::{ClassCuts, Columns};
use super::classification::labels::LabelSets;
use super::counts::{Cell, OutcomeKind};
use super::rates;
use super::timeline::{Change, Cut, Extras, Interval, Timeline};

pub use part::{PartSweeps, Priced};

/// Counts at every distinct score as the threshold, highest first, pooled over all classes or of one. Of a large table of
/// scores at the scores of labels and at both ends (see the module); there [`super::detection::Matched::f1_at`] knows F1
/// between them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sweep {
    /// Distinct scores, descending.
    pub confidence: Vec<f64>,
    /// Correct detections among those that this threshold keeps.
    pub correct: Vec<u64>,
    /// Detections that count (kept and not ignored).
    pub kept: Vec<u64>,
    /// Truths that count.
    pub truths: u64,
    /// Only where scores must lie above the threshold: the scores below which the counts are in force.
    below: Vec<f32>,
}

impl Sweep {
    /// Over all classes, at every distinct score.
    #[must_use]
    pub fn pooled(timeline: &Timeline) -> Self {
        let truths = timeline.support().iter().sum();
        let sweep = Self::of_changes(timeline, timeline.changes(), truths);
        let Some(extras) = timeline.extras() else { return sweep };
        sweep.with_wrong(extras.columns().others_at_cuts(|class| extras.follows(class)), always_wrong(extras))
    }

    /// Adds what is said wrongly at each threshold, and what is at every one.
    fn with_wrong(mut self, at: Vec<u32>, always: u32) -> Self {
        self.kept.iter_mut().zip(at).for_each(|(kept, wrong)| *kept += u64::from(wrong) + u64::from(always));
        self
    }

    /// Over all classes in some of the images, at every distinct score of all; `truths` is the number of theirs that count.
    /// False positives that are no intervals are left out.
    fn of_intervals(timeline: &Timeline, images: impl Iterator<Item = ImageId>, truths: u64) -> Self {
        let ends = |(interval, cell, weight): (Interval, Cell, u64)| {
            let by = weight as i64;
            let end = (interval.until != Interval::FOREVER).then_some(Change { cut: interval.until, cell, by: -by });
            std::iter::once(Change { cut: interval.from, cell, by }).chain(end)
        };
        Self::of_changes(timeline, images.flat_map(|image| timeline.weighted_of(image)).flat_map(ends), truths)
    }

    /// Over all classes in the images of one of several pooled splits, at every distinct score of all.
    #[must_use]
    pub fn of_split(dataset: &Dataset, timeline: &Timeline, split: usize) -> Self {
        let is_inside = |at: usize| dataset.images.get(at).is_some_and(|image| usize::from(image.split) == split);
        let inside = || dataset.image_ids().filter(|image| is_inside(image.index()));
        let truths = |image| timeline.truths_of(image);
        let sweep = Self::of_intervals(timeline, inside(), inside().map(truths).sum());
        let Some(extras) = timeline.extras() else { return sweep };
        let sets = LabelSets::of(dataset, extras.scores());
        // Nobody waits for this alone, so that nobody stops it alone.
        let Ok(Some(part)) = Columns::of(extras.scores(), &sets, is_inside, &NoProgress) else { return sweep };
        let at = part.others_at_cuts_of(extras.columns(), |class| extras.follows(class));
        let own = extras.own().iter().enumerate();
        let always = own.filter_map(|(class, level)| Some(part.others(class, (*level)?))).sum();
        sweep.with_wrong(at, always)
    }

    fn of_changes(timeline: &Timeline, changes: impl Iterator<Item = Change>, truths: u64) -> Self {
        let scores = timeline.scores().len();
        let mut correct = vec![0_i64; scores + 1];
        let mut kept = vec![0_i64; scores + 1];
        for Change { cut, cell, by } in changes {
            let (Some(c), Some(k)) = (correct.get_mut(cut as usize), kept.get_mut(cut as usize)) else { continue };
            match cell.kind() {
                Some(OutcomeKind::Correct) => {
                    *c += by;
                    *k += by;
                }
                Some(OutcomeKind::Misclassified | OutcomeKind::FalsePositive) => *k += by,
                Some(OutcomeKind::Missed) | None => {}
            }
        }
        let first = u32::from(!timeline.strict());
        Self {
            confidence: timeline.scores().to_vec(),
            correct: running(&correct, first as usize, scores),
            kept: running(&kept, first as usize, scores),
            truths,
            below: limits(timeline, first..),
        }
    }

    /// Of every class, each at the scores at which one of its counts changes.
    #[must_use]
    pub fn by_class(timeline: &Timeline) -> Vec<Self> {
        if let Some(extras) = timeline.extras() {
            let support = timeline.support().par_iter().enumerate();
            return support.map(|(class, &n)| Self::of_columns(extras.columns(), class, n)).collect();
        }
        let mut walks = vec![Walk::default(); timeline.class_count()];
        for Change { cut, cell, by } in timeline.changes() {
            let Some(predicted) = cell.predicted else { continue };
            let correct = cell.kind() == Some(OutcomeKind::Correct);
            if let Some(walk) = walks.get_mut(predicted.index()) {
                walk.step(cut, correct, by);
            }
        }
        walks.into_iter().zip(timeline.support()).map(|(walk, &n)| walk.sweep(timeline, n)).collect()
    }

    /// Of one class, at the scores at which one of its counts changes.
    #[must_use]
    pub fn of_class(timeline: &Timeline, class: ClassId) -> Self {
        if let Some(extras) = timeline.extras() {
            let support = timeline.support().get(class.index()).copied().unwrap_or(0);
            return Self::of_columns(extras.columns(), class.index(), support);
        }
        let mut walk = Walk::default();
        for Change { cut, cell, by } in timeline.changes() {
            if cell.predicted == Some(class) {
                walk.step(cut, cell.truth == Some(class), by);
            }
        }
        walk.sweep(timeline, timeline.support().get(class.index()).copied().unwrap_or(0))
    }

    fn of_columns(columns: &Columns, class: usize, support: u64) -> Self {
        let ClassCuts { scores, correct, kept } = columns.class_cuts(class);
        let wide = |counts: Vec<u32>| counts.into_iter().map(u64::from).collect();
        Self { confidence: scores, correct: wide(correct), kept: wide(kept), truths: support, below: Vec::new() }
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
        let get = |column: &[u64]| column.get(i).copied().unwrap_or(0);
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

    /// Position of the counts in force at a threshold: the lowest score that is >= `confidence`. `None` above the highest,
    /// where nothing is kept. (A strict matching has no entry for a threshold below every score; it gets the last.)
    #[must_use]
    pub fn position(&self, confidence: f64) -> Option<usize> {
        let reached = if self.below.is_empty() {
            self.confidence.partition_point(|&s| s >= confidence)
        } else {
            self.below.partition_point(|&s| s > confidence as f32)
        };
        reached.checked_sub(1)
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

/// What classes with a threshold of their own say wrongly.
fn always_wrong(extras: &Extras) -> u32 {
    let own = extras.classes().iter().filter(|class| !extras.follows(class.index()));
    own.map(|&class| extras.count(class, Cut::default())).sum()
}

/// Sums of steps up to each of `len` cuts from `first` on.
fn running(steps: &[i64], first: usize, len: usize) -> Vec<u64> {
    let mut sum = 0_i64;
    let totals = steps.iter().map(|step| {
        sum += step;
        u64::try_from(sum).unwrap_or(0)
    });
    totals.skip(first).take(len).collect()
}

/// In a strict matching, the scores below which cuts are in force: above the one that the cut keeps last.
fn limits(timeline: &Timeline, cuts: impl Iterator<Item = u32>) -> Vec<f32> {
    if !timeline.strict() {
        return Vec::new();
    }
    let kept_last = |cut: u32| (cut as usize).checked_sub(1).and_then(|i| timeline.scores().get(i));
    let limit = |cut| kept_last(cut).map_or(f32::INFINITY, |&s| s as f32);
    cuts.take(timeline.scores().len()).map(limit).collect()
}

/// Running counts of one class.
#[derive(Clone, Debug, Default)]
struct Walk {
    cuts: Vec<u32>,
    correct: Vec<u64>,
    kept: Vec<u64>,
    now: (i64, i64),
}

impl Walk {
    fn step(&mut self, cut: u32, correct: bool, by: i64) {
        self.now.0 += if correct { by } else { 0 };
        self.now.1 += by;
        if self.cuts.last() != Some(&cut) {
            self.cuts.push(cut);
            self.correct.push(0);
            self.kept.push(0);
        }
        if let (Some(c), Some(k)) = (self.correct.last_mut(), self.kept.last_mut()) {
            *c = u64::try_from(self.now.0).unwrap_or(0);
            *k = u64::try_from(self.now.1).unwrap_or(0);
        }
    }

    fn sweep(mut self, timeline: &Timeline, support: u64) -> Sweep {
        let reached = self.cuts.partition_point(|&cut| timeline.confidence(cut).is_some());
        self.cuts.truncate(reached);
        self.correct.truncate(reached);
        self.kept.truncate(reached);
        // They grew by doubling, and stay as long as the evaluation does.
        self.correct.shrink_to_fit();
        self.kept.shrink_to_fit();
        Sweep {
            confidence: self.cuts.iter().filter_map(|&cut| timeline.confidence(cut)).collect(),
            correct: self.correct,
            kept: self.kept,
            truths: support,
            below: limits(timeline, self.cuts.into_iter()),
        }
    }
}

/// The highest score at which the mean of the class F1s (classes without truth and prediction count 0, as scikit-learn's
/// `macro`, over all declared classes) is largest. `None` without truths or predictions.
#[must_use]
pub fn best_macro_f1(timeline: &Timeline) -> Option<f64> {
    if timeline.support().iter().all(|&n| n == 0) {
        return None;
    }
    if let Some(extras) = timeline.extras() {
        return extras.columns().best_macro_f1(timeline.support(), extras.own());
    }
    // Sums kept up step by step sort out the hopeless; the few near the best are summed afresh.
    let near = near_best_macro(timeline);
    let mut macros = MacroSum::new(timeline);
    let mut best: Option<(f64, u32)> = None;
    let mut near = near.into_iter().peekable();
    for_each_cut(timeline, &mut macros, |cut, macros| {
        if near.next_if_eq(&cut).is_some() {
            let sum = macros.exact();
            if best.is_none_or(|(known, _)| sum > known) {
                best = Some((sum, cut));
            }
        }
        near.peek().is_some()
    });
    best.and_then(|(_, cut)| timeline.confidence(cut))
}

/// The cuts, ascending, whose macro-F1 may be the largest.
fn near_best_macro(timeline: &Timeline) -> Vec<u32> {
    // Far above what rounding can do to the sum over thousands of classes; few cuts come that close to the best.
    const MARGIN: i64 = MacroSum::ONE >> 20;
    let mut best = 0;
    let mut near: Vec<(u32, i64)> = Vec::new();
    for_each_cut(timeline, &mut MacroSum::new(timeline), |cut, macros| {
        let sum = macros.sum;
        if sum >= best - MARGIN {
            near.push((cut, sum));
        }
        if sum > best {
            best = sum;
            // A rising curve leaves what it passed behind.
            if near.first().is_some_and(|(_, first)| *first < best - MARGIN) {
                near.retain(|(_, s)| *s >= best - MARGIN);
            }
        }
        true
    });
    near.retain(|(_, s)| *s >= best - MARGIN);
    near.into_iter().map(|(cut, _)| cut).collect()
}

/// Calls back at the first cut that a score gives and at every later one that changes a class, with the sum there, until
/// told to stop.
fn for_each_cut(timeline: &Timeline, macros: &mut MacroSum, mut at: impl FnMut(u32, &MacroSum) -> bool) {
    let mut pending = (0..=1).find(|&cut| timeline.confidence(cut).is_some());
    for Change { cut, cell, by } in timeline.changes() {
        let Some(class) = cell.predicted else { continue };
        if let Some(before) = pending
            && cut > before
        {
            if !at(before, macros) {
                return;
            }
            pending = Some(cut);
        }
        macros.step(class.index(), cell.kind() == Some(OutcomeKind::Correct), by);
    }
    if let Some(last) = pending.filter(|&cut| timeline.confidence(cut).is_some()) {
        at(last, macros);
    }
}

/// The sum of the F1s of all classes, kept up with the changes of counts. Fixed point: what was added is taken away
/// exactly, so errors do not grow.
struct MacroSum {
    classes: Vec<MacroClass>,
    sum: i64,
}

#[derive(Clone, Copy)]
struct MacroClass {
    correct: i64,
    kept: i64,
    support: i64,
    f1: i64,
}

impl MacroSum {
    /// 1 in fixed point: room for half a million classes.
    const ONE: i64 = 1 << 44;

    fn new(timeline: &Timeline) -> Self {
        let class = |&support: &u64| MacroClass { correct: 0, kept: 0, support: support as i64, f1: 0 };
        Self { classes: timeline.support().iter().map(class).collect(), sum: 0 }
    }

    fn step(&mut self, class: usize, correct: bool, by: i64) {
        let Some(class) = self.classes.get_mut(class) else { return };
        class.correct += if correct { by } else { 0 };
        class.kept += by;
        let f1 = (class.f1() * Self::ONE as f64) as i64;
        self.sum += f1 - class.f1;
        class.f1 = f1;
    }

    fn exact(&self) -> f64 {
        self.classes.iter().map(MacroClass::f1).sum()
    }
}

impl MacroClass {
    fn f1(&self) -> f64 {
        let whole = self.kept + self.support;
        if whole == 0 { 0.0 } else { (2 * self.correct) as f64 / whole as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Matching;
    use crate::metrics::scene::{Box4, Scene};

    fn place(number: usize) -> Box4 {
        [100.0 * number as f64, 0.0, 10.0, 10.0]
    }

    /// Truths of class 0 side by side; detections of class 0 with descending scores 0.9, 0.8 …, right or in the void.
    fn row(truths: usize, right: &[bool]) -> Scene {
        let truths: Vec<_> = (0..truths).map(|i| (0, place(i), false)).collect();
        let mut found = 0;
        let pred = |(i, &right): (usize, &bool)| {
            found += usize::from(right);
            let b = if right { place(found - 1) } else { [0.0, 500.0 + i as f64 * 20.0, 10.0, 10.0] };
            (0, b, (9 - i) as f64 / 10.0)
        };
        let preds: Vec<_> = right.iter().enumerate().map(pred).collect();
        Scene::new(&truths, &preds)
    }

    fn sweep(scene: &Scene) -> Sweep {
        scene.matched(Matching::TwoPass, 0.5).sweep
    }

    /// Two truths; right, wrong, right, wrong. F1: 2/3, 2/4, 4/5, 4/6. Precision: 1, 1/2, 2/3, 1/2. Recall: 1/2, 1/2, 1, 1.
    #[test]
    fn rates_and_targets_by_hand() {
        let sweep = sweep(&row(2, &[true, false, true, false]));
        assert_eq!((&sweep.correct[..], &sweep.kept[..]), (&[1, 1, 2, 2][..], &[1, 2, 3, 4][..]));
        assert_eq!([0, 1, 2, 3].map(|i| sweep.f1(i)), [2.0 / 3.0, 0.5, 0.8, 4.0 / 6.0].map(Some));
        assert_eq!(sweep.best_f1(), Some(2));
        assert_eq!((sweep.best_precision_at_recall(0.5), sweep.best_precision_at_recall(0.6)), (Some(0), Some(2)));
        assert_eq!((sweep.best_recall_at_precision(0.6), sweep.best_recall_at_precision(0.9)), (Some(2), Some(0)));
        assert_eq!(sweep.best_recall_at_precision(1.1), None);
        // F½: 1.25·1/(1 + 0.5) = 0.83, 1.25/2.5, 2.5/3.5 = 0.71, 2.5/4.5. F2: 5/9, 5/10, 10/11, 10/12.
        assert_eq!((sweep.best_f_beta(0.5), sweep.best_f_beta(2.0)), (Some(0), Some(2)));
        assert_eq!([0.95, 0.9, 0.85, 0.6, 0.0].map(|t| sweep.position(t)), [None, Some(0), Some(0), Some(3), Some(3)]);
    }

    /// Four truths: 1 of 1 gives 2·1/(1 + 4), 2 of 6 gives 2·2/(6 + 4). The same: the higher score wins.
    #[test]
    fn of_equal_optima_the_highest_score() {
        let matched = row(4, &[true, false, false, false, false, true]).matched(Matching::TwoPass, 0.5);
        assert_eq!((matched.sweep.f1(0), matched.sweep.f1(5)), (Some(0.4), Some(0.4)));
        assert_eq!((matched.optima.pooled, matched.optima.classes[0]), (Some(0.9), Some(0.9)));
        assert_eq!(matched.optima.macro_f1, Some(0.9));
    }

    /// No truth: no optimum. Truths and only wrong detections: 0 everywhere, so the highest score. A class without
    /// detections has none.
    #[test]
    fn optima_at_the_empty_edges() {
        assert_eq!(row(0, &[false, false]).matched(Matching::TwoPass, 0.5).optima.pooled, None);
        assert_eq!(row(2, &[]).matched(Matching::TwoPass, 0.5).optima.pooled, None);
        let wrong = row(2, &[false, false]).matched(Matching::TwoPass, 0.5).optima;
        assert_eq!(
            (wrong.pooled, wrong.macro_f1, wrong.classes[0], wrong.classes[1]),
            (Some(0.9), Some(0.9), Some(0.9), None)
        );
    }

    /// Scores above the threshold only: at 0.9 nothing is kept, at 0.8 the first, at 0.6 the first three.
    #[test]
    fn a_strict_matching_keeps_what_lies_above() {
        let matched = row(2, &[true, false, true, false]).matched(Matching::Ultralytics, 0.5);
        assert_eq!((&matched.sweep.correct[..], &matched.sweep.kept[..]), (&[0, 1, 1, 2][..], &[0, 1, 2, 3][..]));
        assert_eq!(matched.optima.pooled, Some(0.6));
        assert_eq!(matched.timeline.counter_at(0.6).totals().f1(), Some(0.8));
        assert_eq!([0.95, 0.9, 0.85, 0.8, 0.6].map(|t| matched.sweep.position(t)), [0, 0, 1, 1, 3].map(Some));
        let class = &matched.class_sweeps[0];
        assert_eq!(class.confidence, [0.8, 0.7, 0.6]);
        assert_eq!([0.95, 0.9, 0.85, 0.8, 0.6].map(|t| class.position(t)), [None, None, Some(0), Some(0), Some(2)]);
    }
}
