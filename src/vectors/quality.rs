//! How much of a map is to be trusted. Knows rows and points; does not know how the map was made.

use std::sync::atomic::{AtomicUsize, Ordering};

use ndarray::{ArrayView2, ArrayViewMut2, linalg::general_mat_mul};
use rayon::prelude::*;

use crate::model::{Cancelled, Progress};

use super::Rows;
use super::layout::Layout;
use super::neighbours::Neighbours;

/// Rows that one task looks after.
const BLOCK: usize = 32;

/// Trustworthiness of a map (Venna, Kaski 2001), scikit-learn's `trustworthiness`: 1 where each of the `k` nearest on the map
/// is among the `k` nearest of the rows, less the further away it truly is:
/// 1 − 2 / (n k (2n − 3k − 1)) · Σ max(0, rank − k), ranks by Euclidean distance from 1 on.
///
/// `None` where `k` is 0 or not below half of the rows, or the map is of other rows. Time grows with the square of the rows.
///
/// # Errors
/// [`Cancelled`] on request.
pub fn trustworthiness(
    rows: Rows<'_>,
    layout: &Layout,
    k: usize,
    progress: &dyn Progress,
) -> Result<Option<f64>, Cancelled> {
    let n = rows.len();
    if k == 0 || 2 * k >= n || layout.points.len() != n {
        return Ok(None);
    }
    let Ok(points) = Rows::new(2, layout.points.as_flattened()) else { return Ok(None) };
    let near = Neighbours::exact(points, k, progress)?;
    progress.stage("Comparing neighbours on the map with true ones");
    let values: Vec<f64> = rows.values.iter().map(|&v| f64::from(v)).collect();
    let all = Table { width: rows.dimensions, lengths: lengths(&values, rows.dimensions), values };
    let done = AtomicUsize::new(0);
    let sums: Vec<u64> = (0..n.div_ceil(BLOCK))
        .into_par_iter()
        .map(|block| {
            progress.check()?;
            let found = all.penalties(block * BLOCK..((block + 1) * BLOCK).min(n), &near);
            progress.progress((done.fetch_add(BLOCK, Ordering::Relaxed) + BLOCK).min(n), n);
            Ok(found)
        })
        .collect::<Result<_, Cancelled>>()?;
    let (n, k) = (n as f64, k as f64);
    Ok(Some(1.0 - sums.iter().sum::<u64>() as f64 * 2.0 / (n * k * (2.0 * n - 3.0 * k - 1.0))))
}

fn lengths(values: &[f64], width: usize) -> Vec<f64> {
    values.chunks_exact(width).map(|row| row.iter().map(|v| v * v).sum()).collect()
}

/// Rows in double precision with their squared lengths.
struct Table {
    width: usize,
    values: Vec<f64>,
    lengths: Vec<f64>,
}

impl Table {
    /// The sum of max(0, rank − k) over the neighbours on the map of some rows.
    fn penalties(&self, rows: std::ops::Range<usize>, near: &Neighbours) -> u64 {
        let n = self.lengths.len();
        let own = self.values.get(rows.start * self.width..rows.end * self.width).unwrap_or(&[]);
        let mut squares: Vec<f64> = self.lengths.repeat(rows.len());
        if let (Ok(a), Ok(b), Ok(mut c)) = (
            ArrayView2::from_shape((rows.len(), self.width), own),
            ArrayView2::from_shape((n, self.width), &self.values),
            ArrayViewMut2::from_shape((rows.len(), n), &mut squares),
        ) {
            // The own squared length is the same in a whole row and changes no rank.
            general_mat_mul(-2.0, &a, &b.t(), 1.0, &mut c);
        }
        let ranks = rows.zip(squares.chunks_exact_mut(n)).flat_map(|(row, squares)| {
            if let Some(own) = squares.get_mut(row) {
                *own = f64::INFINITY;
            }
            let squares: &[f64] = squares;
            near.indices(row as u32).iter().map(move |&other| rank(squares, other as usize))
        });
        ranks.map(|rank| rank.saturating_sub(near.k() as u64)).sum()
    }
}

/// Place of an entry in ascending order, from 1 on, equal ones in the order of their places.
fn rank(squares: &[f64], at: usize) -> u64 {
    let (before, rest) = squares.split_at(at.min(squares.len()));
    let own = rest.first().copied().unwrap_or(f64::INFINITY);
    let nearer = before.iter().map(|v| u64::from(*v <= own)).sum::<u64>();
    1 + nearer + rest.iter().map(|v| u64::from(*v < own)).sum::<u64>()
}
