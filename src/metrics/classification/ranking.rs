//! ROC AUC and average precision: how well scores order the items. Knows ranks, no thresholds.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use rayon::prelude::*;
use serde::Serialize;

use crate::model::{Cancelled, ClassScores, Progress, ScoreTable};

use super::averages::{mean, spread, weighted};
use super::column::{self, Entry, Score, Step};
use super::columns::Columns;
use super::labels::Labels;

/// How well the scores of each class order the items, and the means over classes. `None` where a class has no items, or
/// every item (AUC only), and where not every class has a score.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RankingMeasures {
    /// Per class, one against the rest: the chance that an item of the class scores above one that is not (ties ½).
    pub roc_auc: Vec<Option<f64>>,
    /// Per class: Σ (recall step · precision) down the distinct scores, as scikit-learn's `average_precision_score`.
    pub average_precision: Vec<Option<f64>>,
    /// Mean over the classes that have one.
    pub roc_auc_macro: Option<f64>,
    /// The same, weighted by items of the class.
    pub roc_auc_weighted: Option<f64>,
    /// Of all pairs of item and class in one list.
    pub roc_auc_micro: Option<f64>,
    /// Over how many classes the means are.
    pub roc_auc_classes: usize,
    /// Population standard deviation over classes.
    pub roc_auc_std: Option<f64>,
    /// Mean over pairs of classes, each among the items of the two (Hand and Till 2001); single-label only.
    pub roc_auc_ovo_macro: Option<f64>,
    /// The same, weighted by the items of the two.
    pub roc_auc_ovo_weighted: Option<f64>,
    /// Mean over the classes that have one.
    pub average_precision_macro: Option<f64>,
    /// The same, weighted by items of the class.
    pub average_precision_weighted: Option<f64>,
    /// Of all pairs of item and class in one list.
    pub average_precision_micro: Option<f64>,
    /// Over how many classes the means are.
    pub average_precision_classes: usize,
}

/// Ranks every class; `support` is the number of items of each.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub(super) fn measure(
    scores: &ClassScores,
    labels: &impl Labels,
    support: &[u64],
    progress: &dyn Progress,
) -> Result<RankingMeasures, Cancelled> {
    progress.stage("Ranking scores");
    match column::rankable(scores) {
        Some(ScoreTable::Single(rows)) => measure_rows(rows, scores.classes(), labels, support, progress),
        Some(ScoreTable::Double(rows)) => measure_rows(rows, scores.classes(), labels, support, progress),
        None => Ok(RankingMeasures::undefined(support.len())),
    }
}

impl RankingMeasures {
    /// Read off sorted columns; nothing is defined without. `support` is the number of items of each class.
    pub(super) fn of_columns(columns: Option<&Columns>, support: &[u64]) -> Self {
        let Some(columns) = columns else { return Self::undefined(support.len()) };
        let of_class = |class: usize| {
            let (auc, ap) = columns.rank(class);
            Ranked { auc, ap, ..Ranked::default() }
        };
        let ranked: Vec<Ranked> = (0..support.len()).into_par_iter().map(of_class).collect();
        let mut measures = summary(&ranked, support);
        (measures.roc_auc_micro, measures.average_precision_micro) = columns.rank_pooled();
        measures
    }

    fn undefined(classes: usize) -> Self {
        let nothing = vec![None; classes];
        Self { roc_auc: nothing.clone(), average_precision: nothing, ..Self::default() }
    }
}

/// What one column says.
#[derive(Clone, Copy, Default)]
struct Ranked {
    auc: Option<f64>,
    ap: Option<f64>,
    /// Σ over the other classes that have items of the AUC among the two classes' items.
    one_by_one: f64,
    /// The same with each term times the items of the two.
    one_by_one_weighted: f64,
}

fn measure_rows<T: Score, L: Labels>(
    rows: &[T],
    width: usize,
    labels: &L,
    support: &[u64],
    progress: &dyn Progress,
) -> Result<RankingMeasures, Cancelled> {
    let classes = support.len();
    let pooled = Pooled::of(rows, width, labels);
    let done = AtomicUsize::new(0);
    let groups: Vec<Range<usize>> = column::groups(classes).collect();
    let ranked: Vec<Vec<Ranked>> = groups
        .into_par_iter()
        .with_max_len(1)
        .map(|group| {
            progress.check()?;
            let columns = column::sorted(rows, width, group.clone(), |item, class| labels.label(item, class));
            let of_group = group.zip(&columns).map(|(class, column)| {
                pooled.add(column, labels.positive(class));
                rank_class(column, class, labels, support)
            });
            let of_group: Vec<Ranked> = of_group.collect();
            progress.progress(done.fetch_add(of_group.len(), Ordering::Relaxed) + of_group.len(), classes);
            Ok(of_group)
        })
        .collect::<Result<_, Cancelled>>()?;
    let ranked: Vec<Ranked> = ranked.into_iter().flatten().collect();
    let (auc_micro, ap_micro) = rank(pooled.steps());
    let mut measures = summary(&ranked, support);
    (measures.roc_auc_micro, measures.average_precision_micro) = (auc_micro, ap_micro);
    if L::EXCLUSIVE {
        one_against_one(&ranked, support, &mut measures);
    }
    Ok(measures)
}

fn rank_class<E: Entry, L: Labels>(column: &[E], class: usize, labels: &L, support: &[u64]) -> Ranked {
    let positive = labels.positive(class);
    let (auc, ap) = rank(column::steps(column, positive));
    let mut ranked = Ranked { auc, ap, ..Ranked::default() };
    let own = support.get(class).copied().unwrap_or(0);
    if L::EXCLUSIVE && own > 0 {
        for (other, (below, &n)) in wins(column, positive, support.len()).into_iter().zip(support).enumerate() {
            if n > 0 && other != class {
                let auc = below as f64 / (2.0 * own as f64 * n as f64);
                ranked.one_by_one += auc;
                ranked.one_by_one_weighted += auc * (own + n) as f64;
            }
        }
    }
    ranked
}

/// AUC and average precision from the numbers of items at each distinct score, highest first.
///
/// AUC = (pairs in the right order + ½ tied pairs) / pairs, counted in integers.
pub(super) fn rank(steps: impl Iterator<Item = Step>) -> (Option<f64>, Option<f64>) {
    let (mut positives, mut negatives, mut twice_won) = (0_u64, 0_u64, 0_u128);
    let mut area = 0.0;
    for step in steps {
        // Each negative loses to the positives above and half to those beside it.
        twice_won += u128::from(step.negatives) * u128::from(2 * positives + step.positives);
        positives += step.positives;
        negatives += step.negatives;
        if step.positives > 0 {
            area += step.positives as f64 * (positives as f64 / (positives + negatives) as f64);
        }
    }
    let pairs = u128::from(positives) * u128::from(negatives);
    let auc = (pairs > 0).then(|| twice_won as f64 / (2.0 * pairs as f64));
    (auc, (positives > 0).then(|| area / positives as f64))
}

/// Per label, twice the number of pairs in which a positive scores above an item of that label (tied pairs once).
fn wins<E: Entry>(column: &[E], positive: u32, labels: usize) -> Vec<u64> {
    let mut twice = vec![0_u64; labels];
    let mut above = 0_u64;
    for tied in column.chunk_by(|a, b| a.key() == b.key()) {
        let beside = tied.iter().filter(|e| e.label() == positive).count() as u64;
        for entry in tied {
            if let Some(twice) = twice.get_mut(entry.label() as usize) {
                *twice += 2 * above + beside;
            }
        }
        above += beside;
    }
    twice
}

fn summary(ranked: &[Ranked], support: &[u64]) -> RankingMeasures {
    let aucs = || ranked.iter().map(|r| r.auc);
    let aps = || ranked.iter().map(|r| r.ap);
    let by_support = |values: &mut dyn Iterator<Item = Option<f64>>| {
        weighted(values.zip(support).filter_map(|(value, &n)| value.map(|value| (value, n as f64))))
    };
    RankingMeasures {
        roc_auc_macro: mean(aucs()),
        roc_auc_weighted: by_support(&mut aucs()),
        roc_auc_classes: aucs().flatten().count(),
        roc_auc_std: spread(aucs()).map(|(_, deviation)| deviation),
        average_precision_macro: mean(aps()),
        average_precision_weighted: by_support(&mut aps()),
        average_precision_classes: aps().flatten().count(),
        roc_auc: aucs().collect(),
        average_precision: aps().collect(),
        ..RankingMeasures::default()
    }
}

/// The mean over pairs of classes that have items; both directions of a pair are averaged.
fn one_against_one(ranked: &[Ranked], support: &[u64], measures: &mut RankingMeasures) {
    let present = support.iter().filter(|&&n| n > 0).count();
    let items: u64 = support.iter().sum();
    if present < 2 {
        return;
    }
    // Each class is in a pair with each of the others: Σ over ordered pairs of 1, and of the items of the two.
    let pairs = (present * (present - 1)) as f64;
    let weights = 2.0 * (present as f64 - 1.0) * items as f64;
    measures.roc_auc_ovo_macro = Some(ranked.iter().map(|r| r.one_by_one).sum::<f64>() / pairs);
    measures.roc_auc_ovo_weighted = Some(ranked.iter().map(|r| r.one_by_one_weighted).sum::<f64>() / weights);
}

/// All pairs of item and class in one list, without holding that list: the distinct scores of the true pairs, and between
/// them the number of the others.
struct Pooled {
    /// Keys of the true pairs, ascending (scores descending), with how many there are.
    distinct: Vec<(u64, u64)>,
    /// Others above each, beside each: two numbers each, and at the end those below all.
    others: Vec<AtomicU64>,
}

impl Pooled {
    fn of<T: Score>(rows: &[T], width: usize, labels: &impl Labels) -> Self {
        let mut keys: Vec<u64> = Vec::new();
        for (item, row) in rows.chunks_exact(width.max(1)).enumerate() {
            keys.extend(labels.of(item).filter_map(|class| row.get(class)).map(|score| score.entry(0).key()));
        }
        keys.par_sort_unstable();
        let distinct: Vec<(u64, u64)> = keys.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as u64)).collect();
        let others = (0..=2 * distinct.len()).map(|_| AtomicU64::new(0)).collect();
        Self { distinct, others }
    }

    /// Adds the others of a column.
    fn add<E: Entry>(&self, column: &[E], positive: u32) {
        let (mut next, mut slot, mut count) = (0, 0, 0);
        for entry in column {
            if entry.label() == positive {
                continue;
            }
            while self.distinct.get(next).is_some_and(|(key, _)| *key < entry.key()) {
                next += 1;
            }
            let beside = self.distinct.get(next).is_some_and(|(key, _)| *key == entry.key());
            let own = 2 * next + usize::from(beside);
            if own != slot {
                self.put(slot, count);
                (slot, count) = (own, 0);
            }
            count += 1;
        }
        self.put(slot, count);
    }

    fn put(&self, slot: usize, count: u64) {
        if let Some(others) = self.others.get(slot)
            && count > 0
        {
            others.fetch_add(count, Ordering::Relaxed);
        }
    }

    fn steps(&self) -> impl Iterator<Item = Step> + '_ {
        let others = |slot: usize| self.others.get(slot).map_or(0, |n| n.load(Ordering::Relaxed));
        let last = Step { positives: 0, negatives: others(2 * self.distinct.len()) };
        let pairs = self.distinct.iter().enumerate().flat_map(move |(i, &(_, positives))| {
            [Step { positives: 0, negatives: others(2 * i) }, Step { positives, negatives: others(2 * i + 1) }]
        });
        pairs.chain(std::iter::once(last))
    }
}
