//! Minimum spanning trees of the mutual reachability: two rows are as far apart as their distance, and at least as far as
//! either has to go to meet `samples` rows, itself counted.
//!
//! Two ways, both exact: Borůvka's over a tree of boxes in few dimensions, Prim's over every pair in many. Where several
//! trees are smallest they may choose different ones. Neither depends on the number of threads.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rayon::prelude::*;

use super::HdbscanError;
use super::boruvka;
use crate::model::{Cancelled, Progress};
use crate::vectors::Rows;
use crate::vectors::neighbours::Neighbours;

/// Dimensions up to which a tree of boxes is faster than every pair.
pub(in crate::vectors) const FEW_DIMENSIONS: usize = 12;
/// Rows of more dimensions than that at most.
pub const MOST_ROWS: usize = 30_000;
/// Numbers that a thread compares at a time at least, so that sharing them out pays.
const SHARE: usize = 1 << 16;
/// Neighbours beyond those that are needed: they come from single precision and may be in a slightly other order.
const SPARE: usize = 4;

/// An edge of a spanning tree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Edge {
    pub from: u32,
    pub to: u32,
    /// Mutual reachability; squared until the tree is whole.
    pub distance: f64,
}

/// The edges of a minimum spanning tree, none for fewer than two rows, in no particular order.
pub(super) fn tree(rows: Rows<'_>, samples: usize, progress: &dyn Progress) -> Result<Vec<Edge>, HdbscanError> {
    let mut edges = if rows.dimensions() <= FEW_DIMENSIONS {
        in_prims_order(rows.len(), boruvka::tree(rows, samples, progress)?)
    } else if rows.len() > MOST_ROWS {
        return Err(HdbscanError::TooManyRows { rows: rows.len(), dimensions: rows.dimensions() });
    } else {
        prim(rows, &core_distances(rows, samples, progress)?, progress)?
    };
    for edge in &mut edges {
        edge.distance = edge.distance.sqrt();
    }
    Ok(edges)
}

/// The edges in the order and direction in which Prim's algorithm would find them, on which the numbers of clusters depend.
fn in_prims_order(rows: usize, edges: Vec<Edge>) -> Vec<Edge> {
    // Edges at each row: those from `starts[row]` to `starts[row + 1]`, as numbers of edges.
    let mut starts = vec![0; rows + 1];
    for edge in &edges {
        starts[edge.from as usize + 1] += 1;
        starts[edge.to as usize + 1] += 1;
    }
    for row in 0..rows {
        starts[row + 1] += starts[row];
    }
    let mut filled = starts.clone();
    let mut at_row = vec![0; 2 * edges.len()];
    for (number, edge) in edges.iter().enumerate() {
        for row in [edge.from as usize, edge.to as usize] {
            at_row[filled[row]] = number;
            filled[row] += 1;
        }
    }
    let mut ordered: Vec<Edge> = Vec::with_capacity(edges.len());
    let mut inside = vec![false; rows];
    let mut open = BinaryHeap::new();
    let mut row = 0;
    loop {
        inside[row as usize] = true;
        for &number in &at_row[starts[row as usize]..starts[row as usize + 1]] {
            let Edge { from, to, distance } = edges[number];
            let other = if from == row { to } else { from };
            if !inside[other as usize] {
                open.push(Reverse((Distance(distance), other, row)));
            }
        }
        let Some(Reverse((Distance(distance), to, from))) = open.pop() else { return ordered };
        ordered.push(Edge { from, to, distance });
        row = to;
    }
}

/// The sum of the squares of the differences, or some number above `limit` where it is above that. What it is does not
/// depend on the limit.
pub(in crate::vectors) fn squared_within(a: &[f32], b: &[f32], limit: f64) -> f64 {
    let mut sum = 0.0;
    for (a, b) in a.chunks(64).zip(b.chunks(64)) {
        let mut lanes = [0.0_f64; 8];
        for (a, b) in a.chunks(8).zip(b.chunks(8)) {
            for ((lane, &a), &b) in lanes.iter_mut().zip(a).zip(b) {
                let difference = f64::from(a) - f64::from(b);
                *lane += difference * difference;
            }
        }
        sum += lanes.iter().sum::<f64>();
        if sum > limit {
            break;
        }
    }
    sum
}

/// A distance that has a place in a heap.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Distance(f64);

impl Eq for Distance {}

impl Ord for Distance {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Distance {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// The squared distance of the `samples`-th nearest of each row, itself the first.
fn core_distances(rows: Rows<'_>, samples: usize, progress: &dyn Progress) -> Result<Vec<f64>, Cancelled> {
    let others = samples - 1;
    let near = Neighbours::exact(rows, others + SPARE, progress)?;
    let core = |row: u32| {
        let exact = |&other: &u32| squared_within(rows.row(row), rows.row(other), f64::INFINITY);
        let mut squares: Vec<f64> = near.indices(row).iter().map(exact).collect();
        squares.sort_unstable_by(f64::total_cmp);
        others.checked_sub(1).and_then(|last| squares.get(last).copied()).unwrap_or(0.0)
    };
    Ok((0..rows.len() as u32).into_par_iter().with_min_len(64).map(core).collect())
}

/// A row that is not in the tree yet.
#[derive(Clone, Copy, Debug)]
struct Outside {
    row: u32,
    /// The row of the tree that reaches it most easily.
    source: u32,
    /// How easily, squared.
    reach: f64,
}

/// Prim's algorithm: from row 0, always the row that the tree reaches most easily, the first of equals.
///
/// A pair is compared only where its core distances leave something to win, and only until it is too far.
fn prim(rows: Rows<'_>, cores: &[f64], progress: &dyn Progress) -> Result<Vec<Edge>, HdbscanError> {
    progress.stage("Spanning tree");
    let mut outside: Vec<Outside> =
        (1..rows.len() as u32).map(|row| Outside { row, source: 0, reach: f64::INFINITY }).collect();
    let mut edges = Vec::with_capacity(outside.len());
    let share = (SHARE / rows.dimensions()).max(64);
    let mut inside = 0;
    while !outside.is_empty() {
        progress.check()?;
        if edges.len() % 256 == 0 {
            progress.progress(edges.len(), rows.len());
        }
        let core = cores.get(inside as usize).copied().unwrap_or(0.0);
        let here = rows.row(inside);
        let reach = |chunk: &mut [Outside]| {
            let mut best = (f64::INFINITY, u32::MAX);
            for other in chunk {
                let least = core.max(cores[other.row as usize]);
                if least < other.reach {
                    let distance = squared_within(here, rows.row(other.row), other.reach).max(least);
                    if distance < other.reach {
                        *other = Outside { row: other.row, source: inside, reach: distance };
                    }
                }
                if other.reach < best.0 {
                    best = (other.reach, other.row);
                }
            }
            best
        };
        let first = |a: (f64, u32), b: (f64, u32)| if a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).is_le() { a } else { b };
        let (_, next) = if outside.len() <= share {
            reach(&mut outside)
        } else {
            outside.par_chunks_mut(share).map(reach).reduce(|| (f64::INFINITY, u32::MAX), first)
        };
        // Rows outside stand in ascending order. Distances of finite numbers are finite, so that one is always found.
        let place = outside.binary_search_by_key(&next, |o| o.row).unwrap_or(0);
        let Outside { row, source, reach } = outside.remove(place);
        edges.push(Edge { from: source, to: row, distance: reach });
        inside = row;
    }
    Ok(edges)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::NoProgress;
    use crate::model::rng::Rng;
    use crate::vectors::kd_tree::KdTree;

    /// Kruskal's tree has the same weights as every other minimum spanning tree.
    fn kruskal(rows: Rows<'_>, samples: usize) -> Vec<f64> {
        let n = rows.len();
        let distance = |a: usize, b: usize| {
            let squares = rows.row(a as u32).iter().zip(rows.row(b as u32));
            squares.map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum::<f64>().sqrt()
        };
        let cores: Vec<f64> = (0..n)
            .map(|a| {
                let mut all: Vec<f64> = (0..n).map(|b| distance(a, b)).collect();
                all.sort_by(f64::total_cmp);
                all[samples - 1]
            })
            .collect();
        let mut pairs: Vec<(f64, usize, usize)> = (0..n)
            .flat_map(|a| (0..a).map(move |b| (a, b)))
            .map(|(a, b)| (distance(a, b).max(cores[a]).max(cores[b]), a, b))
            .collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut group: Vec<usize> = (0..n).collect();
        let mut weights = Vec::new();
        for (weight, a, b) in pairs {
            let (a, b) = (group[a], group[b]);
            if a != b {
                group.iter_mut().filter(|g| **g == a).for_each(|g| *g = b);
                weights.push(weight);
            }
        }
        weights
    }

    #[test]
    fn both_ways_give_a_smallest_tree() {
        let mut rng = Rng::new(1);
        for (count, dimensions, steps, samples) in [
            (2, 1, 9, 1),
            (60, 1, 9, 3),
            (150, 2, 1 << 20, 5),
            (150, 2, 12, 4),
            (120, 5, 1 << 20, 2),
            (130, 3, 1, 7),
            (150, 8, 4, 1),
        ] {
            let values: Vec<f32> = (0..count * dimensions).map(|_| rng.below(steps) as f32).collect();
            let rows = Rows::new(dimensions, &values).unwrap();
            let expected = kruskal(rows, samples);
            let cores = core_distances(rows, samples, &NoProgress).unwrap();
            for edges in [prim(rows, &cores, &NoProgress).unwrap(), boruvka::tree(rows, samples, &NoProgress).unwrap()]
            {
                let mut weights: Vec<f64> = edges.iter().map(|e| e.distance.sqrt()).collect();
                weights.sort_by(f64::total_cmp);
                assert_eq!(weights.len(), expected.len());
                assert!(
                    weights.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= 1e-12 * b),
                    "{count} × {dimensions}"
                );
            }
            let tree = KdTree::of(rows);
            for place in 0..count as u32 {
                let core = tree.kth_squared(tree.point(place), samples);
                assert!((core - cores[tree.row_at(place) as usize]).abs() <= 1e-12 * core);
            }
        }
    }
}
