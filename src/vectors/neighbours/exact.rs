//! All pairs by matrix products. Knows how candidates are found in single precision and why a few more are kept.

use std::sync::atomic::{AtomicUsize, Ordering};

use ndarray::{ArrayView2, ArrayViewMut2, linalg::general_mat_mul};
use rayon::prelude::*;

use crate::model::{Cancelled, NoProgress, Progress};
use crate::vectors::Rows;

use super::{root, square};

/// Rows that one task looks after, and columns of its table of products at a time: the table stays in the second cache.
const BLOCK: usize = 128;
const TILE: usize = 1024;
/// Products whose smallest is looked for at a time.
const LANES: usize = 16;
/// Candidates beyond those asked for, against the rounding of the products.
const SPARE: usize = 8;
/// Numbers beyond these are scaled, so that squares neither overflow nor vanish.
const LARGE: f64 = 1e15;
const SMALL: f64 = 1e-9;

/// The `k` nearest of every row (`k` below their number), `k` places of both slices a row.
pub(super) fn fill(
    rows: Rows<'_>,
    k: usize,
    index: &mut [u32],
    distances: &mut [f32],
    progress: &dyn Progress,
) -> Result<(), Cancelled> {
    let table = Table::of(rows);
    let done = AtomicUsize::new(0);
    let parts = index.par_chunks_mut(BLOCK * k).zip(distances.par_chunks_mut(BLOCK * k));
    parts.enumerate().try_for_each(|(block, (index, distances))| {
        let first = block * BLOCK;
        let found = table.candidates(first, index.len() / k, k + SPARE, progress)?;
        let places = index.chunks_exact_mut(k).zip(distances.chunks_exact_mut(k));
        for ((row, found), (index, distances)) in (first as u32..).zip(found).zip(places) {
            let measured = found.into_iter().map(|(_, other)| (square(rows.row(row), rows.row(other)), other));
            let mut measured: Vec<(f64, u32)> = measured.collect();
            measured.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            for ((d, i), (from, other)) in distances.iter_mut().zip(index).zip(measured) {
                (*d, *i) = (root(from), other);
            }
        }
        progress.progress(done.fetch_add(index.len() / k, Ordering::Relaxed), rows.len());
        Ok(())
    })
}

/// Rows around their middle with half their squared length as one more dimension: the product with (−x, 1) orders them by
/// their distance to x.
pub(super) struct Table {
    pub(super) width: usize,
    pub(super) values: Vec<f32>,
}

impl Table {
    pub(super) fn of(rows: Rows<'_>) -> Self {
        let (middle, scale) = frame(rows);
        let width = rows.dimensions() + 1;
        let mut values = vec![0.0; rows.len() * width];
        values.par_chunks_exact_mut(width).enumerate().for_each(|(row, to)| {
            let mut square = 0.0;
            for ((t, &v), &m) in to.iter_mut().zip(rows.row(row as u32)).zip(&middle) {
                *t = ((f64::from(v) - f64::from(m)) * scale) as f32;
                square += f64::from(*t).powi(2);
            }
            if let Some(last) = to.last_mut() {
                *last = (0.5 * square) as f32;
            }
        });
        Self { width, values }
    }

    /// The nearest `keep` of `count` rows from `first` on, each with what orders them.
    fn candidates(
        &self,
        first: usize,
        count: usize,
        keep: usize,
        progress: &dyn Progress,
    ) -> Result<Vec<Vec<(f32, u32)>>, Cancelled> {
        let mut nearest: Vec<Nearest> = (first..first + count).map(|own| Nearest::new(own as u32, keep)).collect();
        let own = self.values.get(first * self.width..(first + count) * self.width).unwrap_or(&[]);
        let mut asked: Vec<f32> = own.iter().map(|v| -v).collect();
        asked.iter_mut().skip(self.width - 1).step_by(self.width).for_each(|v| *v = 1.0);
        let mut products = vec![0.0; count * TILE];
        for (tile, others) in self.values.chunks(TILE * self.width).enumerate() {
            progress.check()?;
            let columns = others.len() / self.width;
            let products = products.get_mut(..count * columns).unwrap_or(&mut []);
            if let (Ok(a), Ok(b), Ok(mut c)) = (
                ArrayView2::from_shape((count, self.width), &asked),
                ArrayView2::from_shape((columns, self.width), others),
                ArrayViewMut2::from_shape((count, columns), &mut *products),
            ) {
                general_mat_mul(1.0, &a, &b.t(), 0.0, &mut c);
            }
            for (products, nearest) in products.chunks_exact(columns).zip(&mut nearest) {
                nearest.look_through((tile * TILE) as u32, products);
            }
        }
        Ok(nearest.into_iter().map(|n| n.kept).collect())
    }
}

/// The nearest `keep` (or all) of some rows among themselves, for each in order, by products in single precision.
pub(super) fn nearest_among(table: &Table, rows: &[u32], keep: usize) -> Vec<Vec<u32>> {
    let own = rows.iter().flat_map(|&row| {
        let start = row as usize * table.width;
        table.values.get(start..start + table.width).unwrap_or(&[])
    });
    let set = Table { width: table.width, values: own.copied().collect() };
    let near = set.candidates(0, rows.len(), keep, &NoProgress).unwrap_or_default();
    let numbered =
        |list: Vec<(f32, u32)>| list.into_iter().filter_map(|(_, at)| rows.get(at as usize).copied()).collect();
    near.into_iter().map(numbered).collect()
}

/// What is subtracted from each dimension, and the factor afterwards. A number near the mean that occurs there: numbers with
/// few digits stay so, and products of such are exact.
fn frame(rows: Rows<'_>) -> (Vec<f32>, f64) {
    let mut mean = vec![0.0; rows.dimensions()];
    for row in 0..rows.len() as u32 {
        mean.iter_mut().zip(rows.row(row)).for_each(|(m, &v)| *m += f64::from(v));
    }
    mean.iter_mut().for_each(|m| *m /= rows.len().max(1) as f64);
    let mut middle = rows.row(0).to_vec();
    for row in 1..rows.len() as u32 {
        for ((near, &v), &mean) in middle.iter_mut().zip(rows.row(row)).zip(&mean) {
            if (f64::from(v) - mean).abs() < (f64::from(*near) - mean).abs() {
                *near = v;
            }
        }
    }
    let all = (0..rows.len() as u32).flat_map(|row| rows.row(row).iter().zip(&middle));
    let largest = all.map(|(&v, &m)| (f64::from(v) - f64::from(m)).abs()).fold(0.0, f64::max);
    let usual = largest == 0.0 || (SMALL..=LARGE).contains(&largest);
    (middle, if usual { 1.0 } else { largest.recip() })
}

/// The nearest of one row so far, in order.
struct Nearest {
    own: u32,
    keep: usize,
    limit: f32,
    kept: Vec<(f32, u32)>,
}

impl Nearest {
    fn new(own: u32, keep: usize) -> Self {
        Self { own, keep, limit: f32::INFINITY, kept: Vec::with_capacity(keep + 1) }
    }

    /// Takes over what is near enough of the rows from `first` on.
    fn look_through(&mut self, first: u32, products: &[f32]) {
        for (lanes, others) in products.chunks(LANES).zip((first..).step_by(LANES)) {
            let near = lanes.iter().fold(false, |near, value| near | (*value < self.limit));
            if near {
                (others..).zip(lanes).for_each(|(other, &value)| self.offer(value, other));
            }
        }
    }

    fn offer(&mut self, value: f32, other: u32) {
        if value >= self.limit || other == self.own {
            return;
        }
        let place = self.kept.partition_point(|(kept, _)| *kept <= value);
        self.kept.insert(place, (value, other));
        if self.kept.len() > self.keep {
            self.kept.pop();
        }
        if self.kept.len() == self.keep {
            self.limit = self.kept.last().map_or(f32::INFINITY, |last| last.0);
        }
    }
}
