//! What the nearest rows say about a row: how far out it lies, whether its label is theirs, whether it is there twice. Knows
//! neighbours and labels; does not know what the rows stand for.

use std::collections::BTreeMap;

use super::neighbours::Neighbours;
use crate::model::union_find::UnionFind;

/// A pair nearer than this share of the median distance of nearest neighbours is a near-duplicate (METRICS §10; the default
/// of cleanlab's Datalab).
pub const NEAR: f64 = 0.13;
/// Neighbours of each row among which near-duplicates are sought.
pub const NEAR_K: usize = 10;

/// How far out rows lie.
#[derive(Clone, Debug, PartialEq)]
pub struct Outliers {
    /// Mean distance of each row from its nearest; `None` where it has none.
    pub distances: Vec<Option<f64>>,
    /// Median of these; `None` without any.
    pub median: Option<f64>,
    /// All rows with a distance, the furthest out first, equally far ones by row.
    pub order: Vec<u32>,
}

impl Outliers {
    /// The mean distance of each row to its `k` nearest, or as many as are known.
    #[must_use]
    pub fn of(neighbours: &Neighbours, k: usize) -> Self {
        let mean = |row: u32| {
            let near = neighbours.distances(row);
            let near = near.get(..k).unwrap_or(near);
            (!near.is_empty()).then(|| near.iter().map(|d| f64::from(*d)).sum::<f64>() / near.len() as f64)
        };
        let distances: Vec<Option<f64>> = (0..neighbours.len() as u32).map(mean).collect();
        let mut order: Vec<(f64, u32)> = (0..).zip(&distances).filter_map(|(row, d)| d.map(|d| (d, row))).collect();
        order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let median = median(distances.iter().flatten().copied().collect());
        Self { distances, median, order: order.into_iter().map(|(_, row)| row).collect() }
    }

    /// A row's distance as a multiple of the median; `None` where it has no neighbours, where there is no such row, and where
    /// the median is 0, as most rows are alike then.
    #[must_use]
    pub fn ratio(&self, row: u32) -> Option<f64> {
        let median = self.median.filter(|median| *median > 0.0)?;
        Some(self.distances.get(row as usize).copied().flatten()? / median)
    }
}

/// The middle number, or the mean of the two in the middle; `None` of none.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let half = values.len() / 2;
    let upper = *values.get(half)?;
    if values.len() % 2 == 1 {
        Some(upper)
    } else {
        values.get(half.checked_sub(1)?).map(|lower| (lower + upper) / 2.0)
    }
}

/// How much a neighbour counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
    /// All the same.
    #[default]
    Equal,
    /// By 1/distance; where some are at distance 0 these alone, as in scikit-learn's neighbour classifiers.
    Distance,
}

/// What the neighbours of a row say about its label.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Disagreement {
    /// Share of the neighbours with another label, by weight, 0 to 1.
    pub share: f64,
    /// The label that most of them have, by weight; of equal ones the smallest.
    pub most: u32,
}

/// Compares the label of each row with those of its `k` nearest; neighbours without one are left out. `None` of rows without
/// a label or without labelled neighbours.
#[must_use]
pub fn disagreements(
    neighbours: &Neighbours,
    labels: &[Option<u32>],
    k: usize,
    weight: Weight,
) -> Vec<Option<Disagreement>> {
    let of = |row: u32| labels.get(row as usize).copied().flatten();
    let compare = |row: u32| {
        let own = of(row)?;
        let near: Vec<(u32, f64)> =
            neighbours.of_row(row).take(k).filter_map(|(other, d)| Some((of(other)?, f64::from(d)))).collect();
        let alike = near.iter().any(|(_, distance)| *distance == 0.0);
        let mut votes = BTreeMap::new();
        for (label, distance) in near {
            *votes.entry(label).or_insert(0.0) += match weight {
                Weight::Equal => 1.0,
                Weight::Distance if alike => f64::from(u8::from(distance == 0.0)),
                Weight::Distance => 1.0 / distance,
            };
        }
        let all: f64 = votes.values().sum();
        let (&most, _) = votes.iter().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(a.0)))?;
        let others: f64 = votes.iter().filter(|(label, _)| **label != own).map(|(_, votes)| votes).sum();
        Some(Disagreement { share: others / all, most })
    };
    (0..neighbours.len() as u32).map(compare).collect()
}

/// Rows that hang together by pairs of near-duplicates.
#[derive(Clone, Debug, PartialEq)]
pub struct DuplicateGroup {
    /// The rows, ascending.
    pub rows: Vec<u32>,
    /// The smallest distance of a pair in it.
    pub nearest: f64,
    /// All its rows are equal: they hang together by distances of 0.
    pub exact: bool,
    /// Its rows are of more than one part of the data, such as training and test.
    pub across: bool,
}

/// Near-duplicates among rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Duplicates {
    /// Pairs nearer than this are near-duplicates, and so are those at distance 0; `None` where no row has a neighbour.
    pub threshold: Option<f64>,
    /// Pairs found, each counted once.
    pub pairs: usize,
    /// The groups, the closest first, equally close ones by first row.
    pub groups: Vec<DuplicateGroup>,
}

impl Duplicates {
    /// Pairs of a row and one of its [`NEAR_K`] nearest whose distance is below [`NEAR`] times the median distance of
    /// nearest neighbours, and groups of rows that such pairs connect. `parts` says which part of the data each row is of,
    /// such as its split; rows beyond it are of none.
    #[must_use]
    pub fn among(neighbours: &Neighbours, parts: Option<&[u32]>) -> Self {
        let first = |row| neighbours.distances(row).first().map(|d| f64::from(*d));
        let threshold = median((0..neighbours.len() as u32).filter_map(first).collect()).map(|median| NEAR * median);
        let is_near = |d: f64| d == 0.0 || threshold.is_some_and(|threshold| d < threshold);
        let near = |row: u32| {
            let found = neighbours.of_row(row).take(NEAR_K).map(move |(other, d)| (row, other, f64::from(d)));
            found.filter(|&(.., d)| is_near(d))
        };
        let mut pairs: Vec<(u32, u32, f64)> =
            (0..neighbours.len() as u32).flat_map(near).map(|(a, b, d)| (a.min(b), a.max(b), d)).collect();
        pairs.sort_unstable_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
        pairs.dedup_by_key(|pair| (pair.0, pair.1));
        let groups = groups(neighbours.len(), &pairs, parts);
        Self { threshold, pairs: pairs.len(), groups }
    }
}

fn groups(rows: usize, pairs: &[(u32, u32, f64)], parts: Option<&[u32]>) -> Vec<DuplicateGroup> {
    let (mut near, mut equal) = (UnionFind::new(rows), UnionFind::new(rows));
    for &(a, b, distance) in pairs {
        near.union(a, b);
        if distance == 0.0 {
            equal.union(a, b);
        }
    }
    let mut found: BTreeMap<u32, DuplicateGroup> = BTreeMap::new();
    for &(a, _, distance) in pairs {
        let empty = DuplicateGroup { rows: Vec::new(), nearest: distance, exact: true, across: false };
        let group = found.entry(near.find(a)).or_insert(empty);
        group.nearest = group.nearest.min(distance);
    }
    for row in 0..rows as u32 {
        if let Some(group) = found.get_mut(&near.find(row)) {
            group.rows.push(row);
        }
    }
    let part = |row: u32| parts.and_then(|parts| parts.get(row as usize));
    let mut found: Vec<DuplicateGroup> = found.into_values().collect();
    for group in &mut found {
        let first = group.rows.first().copied().unwrap_or(0);
        group.exact = group.rows.iter().all(|&row| equal.find(row) == equal.find(first));
        group.across = group.rows.iter().any(|&row| part(row) != part(first));
    }
    found.sort_by(|a, b| a.nearest.total_cmp(&b.nearest).then(a.rows.cmp(&b.rows)));
    found
}
