//! A table of scores class by class, every column sorted once: the scores of the items that have the class apart from those
//! of the others. Ranks, counts at any threshold and optima are read off it. Knows scores and labels, no outcomes.
//!
//! Between two scores of labels only wrong predictions come in, so that no F1 can be best there: what looks at all thresholds
//! looks at the scores of labels ("cuts"), at the highest score of each class, and at the lowest of all.

mod best_macro;

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::metrics::histogram::bin_of;
use crate::model::{Cancelled, ClassScores, Progress, ScoreTable};

use super::column::Step;
use super::keys::Key;
use super::labels::{LabelSets, Labels, Sets};
use super::ranking;

/// Columns that one task gathers at a time: neighbours in memory are read together.
const GROUP: usize = 8;
/// Cuts that one task counts at: what it counts stays in the cache.
const BLOCK: usize = 8192;

/// The sorted columns of a table of scores, in the precision of the table (4 or 8 bytes a cell).
#[derive(Debug)]
pub(in crate::metrics) enum Columns {
    Single(Sorted<u32>),
    Double(Sorted<u64>),
}

/// Does the same in both precisions.
macro_rules! either {
    ($columns:expr, $sorted:ident => $value:expr) => {
        match $columns {
            Columns::Single($sorted) => $value,
            Columns::Double($sorted) => $value,
        }
    };
}

/// Counts at the cuts of one class.
#[derive(Debug, Default)]
pub(in crate::metrics) struct ClassCuts {
    /// The scores, descending.
    pub scores: Vec<f64>,
    /// Items of the class with at least this score.
    pub correct: Vec<u32>,
    /// Items with at least this score.
    pub kept: Vec<u32>,
}

impl Columns {
    /// Sorts the columns of a table; `None` where not every class has a score. Items that the model says nothing about, and
    /// those that `wanted` leaves out, have no part in it.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn of(
        scores: &ClassScores,
        sets: &LabelSets,
        wanted: impl Fn(usize) -> bool + Sync,
        progress: &dyn Progress,
    ) -> Result<Option<Self>, Cancelled> {
        Ok(match scores.table() {
            Some(ScoreTable::Single(rows)) => {
                Some(Self::Single(Sorted::of(rows, scores.classes(), sets, wanted, progress)?))
            }
            Some(ScoreTable::Double(rows)) => {
                Some(Self::Double(Sorted::of(rows, scores.classes(), sets, wanted, progress)?))
            }
            None => None,
        })
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        either!(self, sorted => sorted.columns.len())
    }

    /// The cuts: the distinct scores of labels, the highest score of each class and the lowest of all; descending.
    pub fn cuts(&self) -> Vec<f64> {
        either!(self, sorted => sorted.cuts.iter().map(|cut| cut.key.score()).collect())
    }

    /// All distinct scores of the classes that `follows` accepts, descending; `None` where they have more than `limit` scores.
    pub fn scores(&self, follows: impl Fn(usize) -> bool, limit: usize) -> Option<Vec<f64>> {
        either!(self, sorted => {
            let columns = sorted.columns.iter().enumerate().filter(|(class, _)| follows(*class));
            let keys = || columns.clone().flat_map(|(_, column)| [&column.labelled, &column.others]);
            (keys().map(Vec::len).sum::<usize>() <= limit).then(|| {
                let mut all: Vec<_> = keys().flatten().copied().collect();
                all.sort_unstable();
                all.dedup();
                all.into_iter().map(Key::score).collect()
            })
        })
    }

    /// The key of a threshold, for [`Self::others`] and [`Self::reaches`]: widened, 0 where it keeps nothing.
    pub fn level(&self, threshold: f64) -> u64 {
        fn of<K: Key>(_: &Sorted<K>, threshold: f64) -> u64 {
            K::of_threshold(threshold).into()
        }
        either!(self, sorted => of(sorted, threshold))
    }

    /// The lowest score that a level keeps; `None` where it keeps nothing.
    pub fn threshold(&self, level: u64) -> Option<f64> {
        fn of<K: Key>(_: &Sorted<K>, level: u64) -> f64 {
            K::narrowed(level).score()
        }
        (level > 0).then(|| either!(self, sorted => of(sorted, level)))
    }

    /// How many items without the class a level keeps.
    pub fn others(&self, class: usize, level: u64) -> u32 {
        either!(self, sorted => sorted.columns.get(class).map_or(0, |c| count(reached(&c.others, Key::narrowed(level)))))
    }

    /// True where any item has a score of the class without having it.
    pub fn has_others(&self, class: usize) -> bool {
        either!(self, sorted => sorted.columns.get(class).is_some_and(|column| !column.others.is_empty()))
    }

    /// ROC AUC and average precision of a class; see [`ranking::rank`].
    pub fn rank(&self, class: usize) -> (Option<f64>, Option<f64>) {
        either!(self, sorted => ranking::rank(sorted.columns.get(class).into_iter().flat_map(Column::steps)))
    }

    /// The same of all pairs of item and class in one list.
    pub fn rank_pooled(&self) -> (Option<f64>, Option<f64>) {
        fn of(cut: &Cut<impl Key>) -> [Step; 2] {
            let [positives, between, beside] = [cut.labelled, cut.between, cut.beside].map(u64::from);
            [Step { positives: 0, negatives: between }, Step { positives, negatives: beside }]
        }
        either!(self, sorted => ranking::rank(sorted.cuts.iter().flat_map(of)))
    }

    /// The items of a class and the others at each distinct score, highest first.
    pub(super) fn steps(&self, class: usize) -> Vec<Step> {
        either!(self, sorted => sorted.columns.get(class).map(Column::every_step).unwrap_or_default())
    }

    /// Of the classes that `follows` accepts, how many items without the class score at least as much as each cut.
    pub fn others_at_cuts(&self, follows: impl Fn(usize) -> bool + Sync) -> Vec<u32> {
        either!(self, sorted => {
            let counted: Vec<[u32; 2]> = if (0..sorted.columns.len()).all(&follows) {
                sorted.cuts.iter().map(|cut| [cut.between, cut.beside]).collect()
            } else {
                let keys: Vec<_> = sorted.cuts.iter().map(|cut| cut.key).collect();
                count_others(&sorted.columns, &keys, follows)
            };
            running(counted)
        })
    }

    /// The same at the cuts of another table of the same precision.
    pub fn others_at_cuts_of(&self, base: &Self, follows: impl Fn(usize) -> bool + Sync) -> Vec<u32> {
        fn of<K: Key>(part: &Sorted<K>, base: &Sorted<K>, follows: impl Fn(usize) -> bool + Sync) -> Vec<u32> {
            let keys: Vec<K> = base.cuts.iter().map(|cut| cut.key).collect();
            running(count_others(&part.columns, &keys, follows))
        }
        match (self, base) {
            (Self::Single(part), Self::Single(base)) => of(part, base, follows),
            (Self::Double(part), Self::Double(base)) => of(part, base, follows),
            _ => Vec::new(),
        }
    }

    /// Counts of a class at the distinct scores of its items and at the highest and lowest score of the class.
    pub fn class_cuts(&self, class: usize) -> ClassCuts {
        either!(self, sorted => sorted.columns.get(class).map(Column::cuts).unwrap_or_default())
    }

    /// The highest cut at which the sum of the F1s of all classes is largest, 0/0 counted 0; `levels` are those of classes
    /// with a threshold of their own. `None` without any score.
    pub fn best_macro_f1(&self, support: &[u64], levels: &[Option<u64>]) -> Option<f64> {
        either!(self, sorted => sorted.best_macro_f1(support, levels).map(Key::score))
    }

    /// Numbers of scores in equal bins, of one class or of all: see [`crate::metrics::histogram::histogram`].
    pub fn histogram(&self, class: Option<usize>, range: (f64, f64), bins: usize) -> Vec<u32> {
        either!(self, sorted => sorted.histogram(class, range, bins))
    }
}

/// The columns in one precision.
#[derive(Debug)]
pub(in crate::metrics) struct Sorted<K> {
    columns: Vec<Column<K>>,
    cuts: Vec<Cut<K>>,
}

/// One class, best score first.
#[derive(Debug)]
struct Column<K> {
    /// Scores of the items that have the class.
    labelled: Vec<K>,
    /// Scores of those that do not.
    others: Vec<K>,
}

/// A score at which something is right, and what lies at and above it.
#[derive(Clone, Copy, Debug)]
struct Cut<K> {
    key: K,
    /// Labels with this score.
    labelled: u32,
    /// Others with a better score, but not better than the cut before.
    between: u32,
    /// Others with this score.
    beside: u32,
}

impl<K: Key> Sorted<K> {
    fn of(
        rows: &[K::Score],
        classes: usize,
        sets: &LabelSets,
        wanted: impl Fn(usize) -> bool + Sync,
        progress: &dyn Progress,
    ) -> Result<Self, Cancelled> {
        let done = AtomicUsize::new(0);
        let groups: Vec<Range<usize>> =
            (0..classes).step_by(GROUP).map(|first| first..(first + GROUP).min(classes)).collect();
        let columns: Vec<Vec<Column<K>>> = groups
            .into_par_iter()
            .with_max_len(1)
            .map(|group| {
                progress.check()?;
                let columns = gather(rows, classes, group, sets, &wanted);
                progress.progress(done.fetch_add(columns.len(), Ordering::Relaxed) + columns.len(), classes);
                Ok(columns)
            })
            .collect::<Result<_, Cancelled>>()?;
        let columns: Vec<Column<K>> = columns.into_iter().flatten().collect();
        let cuts = cuts(&columns);
        Ok(Self { columns, cuts })
    }

    fn histogram(&self, class: Option<usize>, range: (f64, f64), bins: usize) -> Vec<u32> {
        let mut counts = vec![0_u32; bins];
        let columns = self.columns.iter().enumerate().filter(|(c, _)| class.is_none_or(|class| class == *c));
        for keys in columns.flat_map(|(_, column)| [&column.labelled, &column.others]) {
            let inside = |key: &K| bin_of(key.score(), range, bins);
            let mut end = keys.partition_point(|key| key.score() > range.1);
            for (bin, count_of) in counts.iter_mut().enumerate().rev() {
                let rest = keys.get(end..).unwrap_or(&[]);
                let here = rest.partition_point(|key| inside(key).is_some_and(|b| b >= bin));
                *count_of += count(here);
                end += here;
            }
        }
        counts
    }
}

impl<K: Key> Column<K> {
    /// The numbers of items of the class and of others down to the lowest score of the class: at each of its scores, and of the
    /// others alone between them and below.
    fn steps(&self) -> impl Iterator<Item = Step> + '_ {
        let mut above = 0;
        let steps = self.labelled.chunk_by(|a, b| a == b).flat_map(move |run| {
            let better = reached_before(&self.others, run[0]);
            let until = better + reached(self.others.get(better..).unwrap_or(&[]), run[0]);
            let between = Step { positives: 0, negatives: (better - above) as u64 };
            let beside = Step { positives: run.len() as u64, negatives: (until - better) as u64 };
            above = until;
            [between, beside]
        });
        let below = self.labelled.last().map_or(0, |&last| reached(&self.others, last));
        let rest = Step { positives: 0, negatives: (self.others.len() - below) as u64 };
        steps.chain(std::iter::once(rest))
    }

    /// The same at every distinct score.
    fn every_step(&self) -> Vec<Step> {
        let (mut labelled, mut others) = (self.labelled.as_slice(), self.others.as_slice());
        let mut steps = Vec::new();
        while let Some(&key) = match (labelled.first(), others.first()) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        } {
            let (a, b) = (run_of(labelled, key), run_of(others, key));
            steps.push(Step { positives: a as u64, negatives: b as u64 });
            (labelled, others) = (labelled.get(a..).unwrap_or(&[]), others.get(b..).unwrap_or(&[]));
        }
        steps
    }

    fn cuts(&self) -> ClassCuts {
        let mut keys: Vec<K> = self.labelled.clone();
        keys.extend(self.others.first().into_iter().chain(self.others.last()));
        keys.sort_unstable();
        keys.dedup();
        let correct = |key: &K| count(reached(&self.labelled, *key));
        ClassCuts {
            scores: keys.iter().map(|key| key.score()).collect(),
            correct: keys.iter().map(correct).collect(),
            kept: keys.iter().map(|key| correct(key) + count(reached(&self.others, *key))).collect(),
        }
    }
}

/// Copies the columns `group` out of the rows of the items that count, and sorts them.
fn gather<K: Key>(
    rows: &[K::Score],
    classes: usize,
    group: Range<usize>,
    sets: &LabelSets,
    wanted: &impl Fn(usize) -> bool,
) -> Vec<Column<K>> {
    let items = (0..sets.len()).filter(|&item| sets.counts(item) && wanted(item));
    let room = items.clone().count();
    let mut columns: Vec<Column<K>> =
        group.clone().map(|_| Column { labelled: Vec::new(), others: Vec::with_capacity(room) }).collect();
    for item in items {
        let row = rows.get(item * classes..).and_then(|row| row.get(group.clone())).unwrap_or(&[]);
        let of_group = sets.get(item).iter().any(|class| group.contains(&class.index()));
        if !of_group {
            for (column, &score) in columns.iter_mut().zip(row) {
                column.others.push(K::of(score));
            }
            continue;
        }
        for ((class, column), &score) in group.clone().zip(&mut columns).zip(row) {
            let has = Sets(sets).label(item, class) == Some(1);
            if has { &mut column.labelled } else { &mut column.others }.push(K::of(score));
        }
    }
    let mut scratch = Vec::new();
    for column in &mut columns {
        K::sort(&mut column.labelled, &mut scratch);
        K::sort(&mut column.others, &mut scratch);
        column.labelled.shrink_to_fit();
        column.others.shrink_to_fit();
    }
    columns
}

/// The cuts of columns, each with what lies at and above it.
fn cuts<K: Key>(columns: &[Column<K>]) -> Vec<Cut<K>> {
    let mut labels: Vec<K> = columns.iter().flat_map(|column| column.labelled.iter().copied()).collect();
    labels.par_sort_unstable();
    let others = || columns.iter().map(|column| &column.others);
    let best = others().filter_map(|keys| keys.first());
    let ends = best.chain(others().filter_map(|keys| keys.last()).max());
    let end = |key: &K| Cut { key: *key, labelled: 0, between: 0, beside: 0 };
    let runs = labels.chunk_by(|a, b| a == b);
    let runs = runs.map(|run| Cut { key: run[0], labelled: count(run.len()), between: 0, beside: 0 });
    let mut cuts: Vec<Cut<K>> = runs.chain(ends.map(end)).collect();
    // Of a score that labels have as well the first is theirs.
    cuts.par_sort_by_key(|cut| cut.key);
    cuts.dedup_by_key(|cut| cut.key);
    cuts.shrink_to_fit();
    let keys: Vec<K> = cuts.iter().map(|cut| cut.key).collect();
    for (cut, [between, beside]) in cuts.iter_mut().zip(count_others(columns, &keys, |_| true)) {
        (cut.between, cut.beside) = (between, beside);
    }
    cuts
}

/// Of the columns that `follows` accepts, per cut the number of others above it (and not above the cut before), and at it.
fn count_others<K: Key>(columns: &[Column<K>], cuts: &[K], follows: impl Fn(usize) -> bool + Sync) -> Vec<[u32; 2]> {
    let mut counts = vec![[0_u32; 2]; cuts.len()];
    counts.par_chunks_mut(BLOCK).zip(cuts.par_chunks(BLOCK)).enumerate().for_each(|(block, (counts, of_block))| {
        let before = (block * BLOCK).checked_sub(1).and_then(|last| cuts.get(last));
        let Some(&last) = of_block.last() else { return };
        for (_, column) in columns.iter().enumerate().filter(|(class, _)| follows(*class)) {
            let first = before.map_or(0, |&before| reached(&column.others, before));
            let until = reached(&column.others, last);
            count_block(column.others.get(first..until).unwrap_or(&[]), of_block, counts);
        }
    });
    counts
}

/// Both ascend; no key is above the last cut. Without branches, as which of the two goes on is as good as random.
fn count_block<K: Key>(keys: &[K], cuts: &[K], counts: &mut [[u32; 2]]) {
    let (mut key, mut cut) = (0, 0);
    while let (Some(k), Some(c), Some(counts)) = (keys.get(key), cuts.get(cut), counts.get_mut(cut)) {
        let reached = k <= c;
        counts[usize::from(k == c)] += u32::from(reached);
        key += usize::from(reached);
        cut += usize::from(!reached);
    }
}

/// Sums up to and with each.
fn running(counts: Vec<[u32; 2]>) -> Vec<u32> {
    let mut sum = 0_u32;
    let sums = counts.into_iter().map(|[between, beside]| {
        sum += between + beside;
        sum
    });
    sums.collect()
}

/// How many keys a key reaches: its own among them.
fn reached<K: Key>(keys: &[K], key: K) -> usize {
    keys.partition_point(|&k| k <= key)
}

/// How many keys are better.
fn reached_before<K: Key>(keys: &[K], key: K) -> usize {
    keys.partition_point(|&k| k < key)
}

/// How many keys at the front are this one.
fn run_of<K: Key>(keys: &[K], key: K) -> usize {
    keys.iter().take_while(|&&k| k == key).count()
}

/// No list is longer than the table has cells, and those are fewer.
fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
