//! How well clusters are set apart: silhouettes (Rousseeuw 1987), by Euclidean distance. Knows rows and their clusters.

use ndarray::{Array2, ArrayView2, s};
use rayon::prelude::*;

use super::Rows;
use crate::model::rng::Rng;
use crate::model::{Cancelled, Progress};

/// Rows in clusters at most; of more, so many are drawn, always the same ones.
pub const MOST_ROWS: usize = 10_000;
/// Rows whose distances to all others are computed at a time.
const BLOCK: usize = 64;
/// A squared distance below this share of the squared lengths is computed anew from the differences.
const CLOSE: f64 = 1e-6;

/// Silhouettes of clusters, −1 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Silhouette {
    /// Mean over the rows.
    pub mean: f64,
    /// Mean over the rows of each cluster, by its number; `None` of a cluster without rows (among those drawn).
    pub clusters: Vec<Option<f64>>,
    /// Rows looked at.
    pub rows: usize,
    /// Rows in clusters. Where these are more, [`Self::rows`] were drawn of them.
    pub of: usize,
}

/// Why there is no silhouette. Each message is a whole sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SilhouetteError {
    /// Nothing to set apart.
    #[error("A silhouette compares clusters; there are {clusters}, it needs two.")]
    FewClusters {
        /// Clusters with rows.
        clusters: usize,
    },
    /// Every row is a cluster.
    #[error("A silhouette needs a cluster of at least two rows; every cluster has one.")]
    SingleRows,
    /// Labels that belong to other rows.
    #[error("There are {labels} labels for {rows} rows.")]
    Labels {
        /// Labels given.
        labels: usize,
        /// Rows there are.
        rows: usize,
    },
    /// It was stopped.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// Rows in the order of their clusters, moved so that their mean is 0.
struct Sorted {
    values: Array2<f64>,
    /// Squared lengths.
    squares: Vec<f64>,
    /// First row and end of each cluster that has rows.
    runs: Vec<(usize, usize)>,
}

/// The mean silhouette, over all rows and over each cluster; noise is left out. A row alone in its cluster counts as 0, as
/// in scikit-learn.
///
/// # Errors
/// [`SilhouetteError`] with fewer than two clusters, with single rows alone, or when stopped.
pub fn silhouette(
    rows: Rows<'_>,
    labels: &[Option<u32>],
    progress: &dyn Progress,
) -> Result<Silhouette, SilhouetteError> {
    if labels.len() != rows.len() {
        return Err(SilhouetteError::Labels { labels: labels.len(), rows: rows.len() });
    }
    progress.stage("Silhouettes");
    let mut kept: Vec<(u32, u32)> =
        (0..).zip(labels).filter_map(|(row, label)| label.map(|label| (label, row))).collect();
    let of = kept.len();
    if of > MOST_ROWS {
        Rng::new(0).shuffle(&mut kept);
        kept.truncate(MOST_ROWS);
    }
    kept.sort_unstable();
    let sorted = Sorted::of(rows, &kept);
    if sorted.runs.len() < 2 {
        return Err(SilhouetteError::FewClusters { clusters: sorted.runs.len() });
    }
    if sorted.runs.len() == kept.len() {
        return Err(SilhouetteError::SingleRows);
    }
    let each = sorted.each(progress)?;
    let end = labels.iter().flatten().max().map_or(0, |last| *last as usize + 1);
    let mut clusters = vec![None; end];
    for &(start, end) in &sorted.runs {
        clusters[kept[start].0 as usize] = Some(each[start..end].iter().sum::<f64>() / (end - start) as f64);
    }
    Ok(Silhouette { mean: each.iter().sum::<f64>() / each.len() as f64, clusters, rows: kept.len(), of })
}

impl Sorted {
    fn of(rows: Rows<'_>, kept: &[(u32, u32)]) -> Self {
        let mut values =
            Array2::from_shape_fn((kept.len(), rows.dimensions()), |(at, d)| f64::from(rows.row(kept[at].1)[d]));
        if let Some(mean) = values.mean_axis(ndarray::Axis(0)) {
            values -= &mean;
        }
        let squares = values.rows().into_iter().map(|row| row.dot(&row)).collect();
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for at in 0..kept.len() {
            match runs.last_mut() {
                Some((start, end)) if kept[*start].0 == kept[at].0 => *end = at + 1,
                _ => runs.push((at, at + 1)),
            }
        }
        Self { values, squares, runs }
    }

    /// The silhouette of every row.
    fn each(&self, progress: &dyn Progress) -> Result<Vec<f64>, Cancelled> {
        let mut each = vec![0.0; self.squares.len()];
        each.par_chunks_mut(BLOCK).enumerate().try_for_each(|(block, each)| {
            progress.check()?;
            let first = block * BLOCK;
            let products = self.values.slice(s![first..first + each.len(), ..]).dot(&self.values.t());
            for (at, silhouette) in each.iter_mut().enumerate() {
                *silhouette = self.one(first + at, at, products.view());
            }
            Ok(())
        })?;
        Ok(each)
    }

    /// How much nearer a row is to its own cluster than to the nearest other, as a share of the larger.
    fn one(&self, row: usize, at: usize, products: ArrayView2<'_, f64>) -> f64 {
        let (mut own, mut other) = (None, f64::INFINITY);
        for &(start, end) in &self.runs {
            let sum: f64 = (start..end).map(|to| self.distance(row, to, products[[at, to]])).sum();
            if (start..end).contains(&row) {
                own = (end - start > 1).then(|| sum / (end - start - 1) as f64);
            } else {
                other = other.min(sum / (end - start) as f64);
            }
        }
        let Some(own) = own else { return 0.0 };
        let larger = own.max(other);
        if larger > 0.0 { (other - own) / larger } else { 0.0 }
    }

    fn distance(&self, a: usize, b: usize, product: f64) -> f64 {
        let lengths = self.squares[a] + self.squares[b];
        let square = lengths - 2.0 * product;
        if square > CLOSE * lengths {
            return square.sqrt();
        }
        let pairs = self.values.row(a).into_iter().zip(self.values.row(b));
        pairs.map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    }
}
