//! Clusters of items as a table: how good a model is in each, and where it is weaker than elsewhere. Reads numbers of items;
//! does not know vectors.

pub(super) mod weak;

pub use weak::{LEAST_ITEMS, SIGNIFICANT, WEAKER, Weak};

/// Samples of a cluster.
const SAMPLES: usize = 8;

/// What became of one item at the current threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Predictions that are right.
    pub correct: u32,
    /// Predictions kept.
    pub kept: u32,
    /// Truths.
    pub truths: u32,
}

impl Tally {
    /// F1 of the item, 2·correct/(kept + truths) (METRICS §10); `None` where there is neither.
    #[must_use]
    pub fn f1(self) -> Option<f64> {
        let all = f64::from(self.kept) + f64::from(self.truths);
        (all > 0.0).then(|| 2.0 * f64::from(self.correct) / all)
    }
}

/// The items, all slices in their order. Items beyond the end of a slice have no such number.
#[derive(Clone, Copy, Debug)]
pub struct Items<'a> {
    /// The cluster of each; `None` of noise.
    pub labels: &'a [Option<u32>],
    /// What became of each.
    pub tallies: &'a [Tally],
    /// The split of each, counted from 0.
    pub splits: &'a [u32],
    /// How far each is from the centre of its cluster.
    pub centre_distances: &'a [Option<f64>],
}

/// F1 over the items of a cluster that have one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Items with an F1.
    pub items: usize,
    /// Mean.
    pub mean: f64,
    /// Standard deviation of these items (divided by their number).
    pub std: f64,
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
}

/// One cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterRow {
    /// Its number; `None` of noise.
    pub cluster: Option<u32>,
    /// Items.
    pub size: usize,
    /// Items as a share of all.
    pub share: f64,
    /// F1 of its items; `None` where no item has one.
    pub f1: Option<Spread>,
    /// Right predictions as a share of those kept, over all its items; `None` where none is kept.
    pub precision: Option<f64>,
    /// Right predictions as a share of the truths, over all its items; `None` without truths.
    pub recall: Option<f64>,
    /// Items of each split.
    pub splits: Vec<usize>,
    /// Up to eight items, those nearest to the centre first; where distances are not known, the first ones.
    pub samples: Vec<u32>,
    /// That the model is weaker here than elsewhere, where it is.
    pub weak: Option<Weak>,
}

/// The table: clusters by number, noise last, where there is any. Clusters without items have no row.
#[must_use]
pub fn table(items: &Items<'_>) -> Vec<ClusterRow> {
    let end = items.labels.iter().flatten().max().map_or(0, |last| *last as usize + 1);
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); end + 1];
    for (item, label) in (0..).zip(items.labels) {
        members[label.map_or(end, |label| label as usize)].push(item);
    }
    let splits = items.splits.iter().max().map_or(0, |last| *last as usize + 1);
    let f1: Vec<Option<f64>> =
        (0..items.labels.len()).map(|item| items.tallies.get(item).and_then(|tally| tally.f1())).collect();
    let mut rows: Vec<ClusterRow> = members
        .iter()
        .enumerate()
        .filter(|(_, members)| !members.is_empty())
        .map(|(at, members)| row((at < end).then_some(at as u32), members, &f1, splits, items))
        .collect();
    weak::mark(&mut rows, items.labels, &f1);
    rows
}

fn row(cluster: Option<u32>, members: &[u32], f1: &[Option<f64>], splits: usize, items: &Items<'_>) -> ClusterRow {
    let (mut correct, mut kept, mut truths) = (0_u64, 0_u64, 0_u64);
    let mut mix = vec![0; splits];
    for &item in members {
        let tally = items.tallies.get(item as usize).copied().unwrap_or_default();
        correct += u64::from(tally.correct);
        kept += u64::from(tally.kept);
        truths += u64::from(tally.truths);
        if let Some(&split) = items.splits.get(item as usize) {
            mix[split as usize] += 1;
        }
    }
    let ratio = |of: u64| (of > 0).then(|| correct as f64 / of as f64);
    let scores: Vec<f64> = members.iter().filter_map(|&item| f1[item as usize]).collect();
    ClusterRow {
        cluster,
        size: members.len(),
        share: members.len() as f64 / items.labels.len() as f64,
        f1: spread(&scores),
        precision: ratio(kept),
        recall: ratio(truths),
        splits: mix,
        samples: samples(members, items.centre_distances),
        weak: None,
    }
}

fn spread(scores: &[f64]) -> Option<Spread> {
    let items = scores.len();
    let (min, max) = (scores.iter().copied().reduce(f64::min)?, scores.iter().copied().reduce(f64::max)?);
    let mean = scores.iter().sum::<f64>() / items as f64;
    let square = scores.iter().map(|score| (score - mean).powi(2)).sum::<f64>() / items as f64;
    Some(Spread { items, mean, std: square.sqrt(), min, max })
}

/// The items nearest to the centre, equally near ones in their order, those without a distance last.
fn samples(members: &[u32], distances: &[Option<f64>]) -> Vec<u32> {
    let distance = |item: u32| distances.get(item as usize).copied().flatten().unwrap_or(f64::INFINITY);
    let mut nearest: Vec<(f64, u32)> = members.iter().map(|&item| (distance(item), item)).collect();
    let by_distance = |a: &(f64, u32), b: &(f64, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
    if nearest.len() > SAMPLES {
        nearest.select_nth_unstable_by(SAMPLES, by_distance);
        nearest.truncate(SAMPLES);
    }
    nearest.sort_unstable_by(by_distance);
    nearest.into_iter().map(|(_, item)| item).collect()
}
