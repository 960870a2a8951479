//! Nearly all neighbours without all pairs: rows that fall together in random divisions, then neighbours of neighbours. Knows
//! how both are drawn from a seed; every row looks at the graph as it was before a round and changes its own list alone.

use rayon::prelude::*;

use crate::model::rng::Rng;
use crate::model::{Cancelled, Progress};
use crate::vectors::Rows;
use crate::vectors::sparse::transposed;

use super::exact::{Table, nearest_among};
use super::{forest, root, square};

/// Divisions of all rows, and neighbours kept at least.
const TREES: u64 = 8;
const AT_LEAST: usize = 15;
/// Neighbours whose neighbours are looked at, in each direction.
const WIDTH: usize = 24;
/// Rounds at most, and the share of changed neighbours at which they end.
const ROUNDS: u64 = 12;
const FEW: f64 = 0.001;
/// Rows that one task looks after.
const BLOCK: usize = 256;

/// True where there are rows enough for it.
pub(super) const fn is_for(rows: usize, k: usize) -> bool {
    k > 0 && rows > 4 * forest::leaf(k)
}

/// A neighbour of the row whose list it is in.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Found {
    square: f32,
    row: u32,
    /// Its neighbours have not been looked at.
    fresh: bool,
}

/// The `k` nearest of every row, `k` places of both slices a row.
pub(super) fn fill(
    rows: Rows<'_>,
    k: usize,
    seed: u64,
    index: &mut [u32],
    distances: &mut [f32],
    progress: &dyn Progress,
) -> Result<(), Cancelled> {
    let table = Table::of(rows);
    let keep = k.max(AT_LEAST);
    let mut lists = vec![Vec::with_capacity(keep + 1); rows.len()];
    for tree in 0..TREES {
        progress.check()?;
        join_leaves(&table, &mut lists, keep, Rng::of_part(seed, tree).next_u64());
        progress.progress(tree as usize + 1, TREES as usize + ROUNDS as usize);
    }
    for round in 0..ROUNDS {
        let changed = improve(&table, &mut lists, keep, seed ^ round, progress)?;
        progress.progress((TREES + round) as usize + 1, TREES as usize + ROUNDS as usize);
        if (changed as f64) < FEW * (rows.len() * keep) as f64 {
            break;
        }
    }
    let places = index.par_chunks_exact_mut(k).zip(distances.par_chunks_exact_mut(k));
    places.zip(lists).enumerate().for_each(|(row, ((index, distances), list))| {
        let own = rows.row(row as u32);
        let mut exact: Vec<(f64, u32)> = list.iter().map(|f| (square(own, rows.row(f.row)), f.row)).collect();
        exact.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for ((i, d), (from, other)) in index.iter_mut().zip(distances).zip(exact) {
            (*i, *d) = (other, root(from));
        }
    });
    Ok(())
}

impl Table {
    /// A row without its last number.
    fn row(&self, row: u32) -> &[f32] {
        let start = row as usize * self.width;
        self.values.get(start..start + self.width - 1).unwrap_or(&[])
    }

    fn square(&self, a: u32, b: u32) -> f32 {
        quick_square(self.row(a), self.row(b))
    }
}

/// Square of the distance in single precision, in lanes that the processor adds side by side.
fn quick_square(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 16];
    let (a, rest_a) = a.as_chunks::<16>();
    let (b, rest_b) = b.as_chunks::<16>();
    for (a, b) in a.iter().zip(b) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += (a - b) * (a - b);
        }
    }
    let rest: f32 = rest_a.iter().zip(rest_b).map(|(a, b)| (a - b) * (a - b)).sum();
    lanes.iter().sum::<f32>() + rest
}

/// Takes a row into a list that has room for `keep`, if it is near enough and not there; true where it was.
fn offer(list: &mut Vec<Found>, keep: usize, square: f32, row: u32) -> bool {
    let full = list.len() >= keep;
    if full && list.last().is_some_and(|last| square >= last.square) || list.iter().any(|f| f.row == row) {
        return false;
    }
    let place = list.partition_point(|f| (f.square, f.row) < (square, row));
    list.insert(place, Found { square, row, fresh: true });
    list.truncate(keep);
    true
}

/// Looks for the neighbours of every row among those that fall into the same leaf of one tree.
fn join_leaves(table: &Table, lists: &mut [Vec<Found>], keep: usize, seed: u64) {
    let row = |row: u32| table.row(row);
    let leaves = forest::leaves(lists.len(), forest::leaf(keep), &row, seed);
    let joined: Vec<Vec<Vec<u32>>> = leaves.par_iter().map(|leaf| nearest_among(table, leaf, keep)).collect();
    let mut of_row: Vec<&[u32]> = vec![&[]; lists.len()];
    for (leaf, joined) in leaves.iter().zip(&joined) {
        for (row, near) in leaf.iter().zip(joined) {
            if let Some(place) = of_row.get_mut(*row as usize) {
                *place = near;
            }
        }
    }
    lists.par_iter_mut().zip(of_row).enumerate().for_each(|(row, (list, near))| {
        for &other in near {
            offer(list, keep, table.square(row as u32, other), other);
        }
    });
}

/// One round: every row meets the neighbours of its neighbours, in both directions. The number of neighbours that changed.
fn improve(
    table: &Table,
    lists: &mut [Vec<Found>],
    keep: usize,
    seed: u64,
    progress: &dyn Progress,
) -> Result<usize, Cancelled> {
    let graph = both_directions(lists, seed);
    let rows = lists.len();
    let blocks = lists.par_chunks_mut(BLOCK).enumerate();
    let changed = blocks.map_init(
        || vec![u32::MAX; rows],
        |seen, (block, lists)| {
            progress.check()?;
            let mut changed = 0;
            for (row, list) in (block as u32 * BLOCK as u32..).zip(lists) {
                let mut is_new =
                    |other: u32| seen.get_mut(other as usize).is_some_and(|s| std::mem::replace(s, row) != row);
                is_new(row);
                list.iter().for_each(|found| _ = is_new(found.row));
                for &(near, fresh) in graph.get(row as usize).map_or(&[][..], Vec::as_slice) {
                    for &(other, fresh_too) in graph.get(near as usize).map_or(&[][..], Vec::as_slice) {
                        if (fresh || fresh_too) && is_new(other) {
                            changed += usize::from(offer(list, keep, table.square(row, other), other));
                        }
                    }
                }
            }
            Ok(changed)
        },
    );
    changed.sum()
}

/// The nearest neighbours of every row and some of the rows whose neighbour it is; these are no longer fresh afterwards.
fn both_directions(lists: &mut [Vec<Found>], seed: u64) -> Vec<Vec<(u32, bool)>> {
    let mut graph: Vec<Vec<(u32, bool)>> = lists
        .par_iter_mut()
        .map(|list| {
            let used = list.iter_mut().take(WIDTH);
            used.map(|found| (found.row, std::mem::replace(&mut found.fresh, false))).collect()
        })
        .collect();
    let back = transposed(&graph);
    graph.par_iter_mut().zip(back).enumerate().for_each(|(row, (near, mut back))| {
        if back.len() > WIDTH {
            Rng::of_part(seed, row as u64).shuffle(&mut back);
            back.truncate(WIDTH);
        }
        near.extend(back);
    });
    graph
}
