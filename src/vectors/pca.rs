//! Principal components of rows. Knows rows and their spread; does not know what the components are for.
//!
//! The eigenvectors of the covariance are found to rounding, as scikit-learn's full solver does. linfa-reduction draws a
//! random space and refines it a little: its components are not exact, and it can neither be cancelled nor be told a seed.

use ndarray::{ArrayView2, ArrayViewMut2, linalg::general_mat_mul};
use rayon::prelude::*;

use crate::model::{Cancelled, Progress};

use super::layout::Layout;
use super::{Rows, krylov};

/// Rows that are taken at a time.
const BLOCK: usize = 1024;
/// Largest residual, relative to the largest variance.
const TOLERANCE: f64 = 1e-11;

/// The directions in which rows spread most.
#[derive(Clone, Debug, PartialEq)]
pub struct Pca {
    mean: Vec<f64>,
    components: Vec<Vec<f64>>,
    variances: Vec<f64>,
    total: f64,
}

impl Pca {
    /// The `count` leading components, or as many as there are rows or dimensions. Of each the largest loading is positive
    /// (scikit-learn's rule), the first of equal ones.
    ///
    /// # Errors
    /// [`Cancelled`] on request.
    pub fn of(rows: Rows<'_>, count: usize, progress: &dyn Progress) -> Result<Self, Cancelled> {
        progress.stage("Finding principal components");
        let (mean, squares) = moments(rows);
        let freedom = rows.len().saturating_sub(1).max(1) as f64;
        let count = count.min(rows.len()).min(rows.dimensions());
        let found = krylov::largest(rows.dimensions(), count, TOLERANCE, |vectors| {
            progress.check()?;
            Ok(scatter(rows, &mean, vectors))
        })?;
        let mut components = found.vectors;
        for component in &mut components {
            let largest = component.iter().copied().reduce(|a, b| if b.abs() > a.abs() { b } else { a });
            if largest.is_some_and(|v| v < 0.0) {
                component.iter_mut().for_each(|v| *v = -*v);
            }
        }
        let variances = found.values.into_iter().map(|v| v.max(0.0) / freedom).collect();
        Ok(Self { mean, components, variances, total: squares / freedom })
    }

    /// The components, each of unit length, the one with the largest variance first.
    #[must_use]
    pub fn components(&self) -> &[Vec<f64>] {
        &self.components
    }

    /// The mean of each dimension.
    #[must_use]
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// The variance along each component, divided by one less than the number of rows.
    #[must_use]
    pub fn variances(&self) -> &[f64] {
        &self.variances
    }

    /// The share of all variance along each component; `None` where the rows do not vary.
    #[must_use]
    pub fn ratios(&self) -> Option<Vec<f64>> {
        (self.total > 0.0).then(|| self.variances.iter().map(|v| v / self.total).collect())
    }

    /// The scores of rows of the same dimensions: one number a component, row by row.
    #[must_use]
    pub fn scores(&self, rows: Rows<'_>) -> Vec<f64> {
        let width = self.components.len();
        let mut scores = vec![0.0; rows.len() * width];
        if width > 0 {
            let (table, d) = (side_by_side(&self.components), self.mean.len());
            scores.par_chunks_mut(BLOCK * width).zip(blocks(rows)).for_each(|(scores, block)| {
                multiply(&centred(block, &self.mean), (scores.len() / width, d), &table, width, scores);
            });
        }
        scores
    }

    /// The map of the first two components; the second coordinate is 0 where there is one component.
    #[must_use]
    pub fn layout(&self, rows: Rows<'_>) -> Layout {
        let width = self.components.len();
        if width == 0 {
            return Layout { points: vec![[0.0; 2]; rows.len()] };
        }
        let clip = |v: Option<&f64>| v.map_or(0.0, |v| v.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32);
        let points = self.scores(rows).chunks_exact(width).map(|s| [clip(s.first()), clip(s.get(1))]).collect();
        Layout { points }
    }
}

/// Blocks of rows as stretches of numbers.
fn blocks(rows: Rows<'_>) -> impl IndexedParallelIterator<Item = &[f32]> {
    rows.values.par_chunks(BLOCK * rows.dimensions)
}

fn centred(block: &[f32], mean: &[f64]) -> Vec<f64> {
    let rows = block.chunks_exact(mean.len().max(1));
    rows.flat_map(|row| row.iter().zip(mean).map(|(&v, m)| f64::from(v) - m)).collect()
}

/// Mean of each dimension, and the sum of all squared differences from it.
fn moments(rows: Rows<'_>) -> (Vec<f64>, f64) {
    let sums: Vec<Vec<f64>> = blocks(rows)
        .map(|block| {
            let mut sums = vec![0.0; rows.dimensions];
            for row in block.chunks_exact(rows.dimensions) {
                sums.iter_mut().zip(row).for_each(|(s, &v)| *s += f64::from(v));
            }
            sums
        })
        .collect();
    let mut mean = vec![0.0; rows.dimensions];
    for sums in sums {
        mean.iter_mut().zip(sums).for_each(|(m, s)| *m += s);
    }
    mean.iter_mut().for_each(|m| *m /= rows.len().max(1) as f64);
    let squares: Vec<f64> = blocks(rows).map(|block| centred(block, &mean).iter().map(|v| v * v).sum()).collect();
    (mean, squares.iter().sum())
}

/// Vectors as columns of a table.
fn side_by_side(vectors: &[Vec<f64>]) -> Vec<f64> {
    let length = vectors.first().map_or(0, Vec::len);
    let mut table = vec![0.0; length * vectors.len()];
    for (column, vector) in vectors.iter().enumerate() {
        let places = table.iter_mut().skip(column).step_by(vectors.len());
        places.zip(vector).for_each(|(to, v)| *to = *v);
    }
    table
}

/// `a` (of this shape) times `b` (with `width` columns) into `to`.
fn multiply(a: &[f64], shape: (usize, usize), b: &[f64], width: usize, to: &mut [f64]) {
    let left = ArrayView2::from_shape(shape, a);
    let right = ArrayView2::from_shape((shape.1, width), b);
    if let (Ok(left), Ok(right), Ok(mut to)) = (left, right, ArrayViewMut2::from_shape((shape.0, width), to)) {
        general_mat_mul(1.0, &left, &right, 0.0, &mut to);
    }
}

/// XᵀX times each of some vectors, X being the rows minus their mean. The sums of blocks are added in the order of the rows.
fn scatter(rows: Rows<'_>, mean: &[f64], vectors: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let (d, width) = (rows.dimensions, vectors.len());
    let table = side_by_side(vectors);
    let parts: Vec<Vec<f64>> = blocks(rows)
        .map(|block| {
            let x = centred(block, mean);
            let n = x.len() / d;
            let mut scores = vec![0.0; n * width];
            multiply(&x, (n, d), &table, width, &mut scores);
            let mut sums = vec![0.0; d * width];
            let left = ArrayView2::from_shape((n, d), &x);
            let right = ArrayView2::from_shape((n, width), &scores);
            let to = ArrayViewMut2::from_shape((d, width), &mut sums);
            if let (Ok(left), Ok(right), Ok(mut to)) = (left, right, to) {
                general_mat_mul(1.0, &left.t(), &right, 0.0, &mut to);
            }
            sums
        })
        .collect();
    let mut sums = vec![0.0; d * width];
    for part in parts {
        sums.iter_mut().zip(part).for_each(|(s, p)| *s += p);
    }
    (0..width).map(|column| sums.iter().skip(column).step_by(width).copied().collect()).collect()
}
