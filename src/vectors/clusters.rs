//! Rows put into clusters, by a method of choice. Knows rows of numbers; does not know what they stand for.

mod dbscan;
mod k_means;

use std::cmp::Reverse;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Rows;
use super::hdbscan::{self, HdbscanError};
use super::neighbours::Neighbours;
use crate::model::{Cancelled, Progress};
pub use k_means::FITTED_ROWS;

/// How rows are put into clusters, as it was entered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "method")]
pub enum Method {
    /// Clusters of any shape and density, and noise.
    Hdbscan(hdbscan::Settings),
    /// A given number of round clusters, no noise.
    KMeans {
        /// Clusters, 1 to the number of rows.
        clusters: usize,
        /// Seed of the first centres.
        seed: u64,
    },
    /// Clusters of any shape and of one density, and noise.
    Dbscan {
        /// Rows up to this far from each other are within reach.
        eps: f64,
        /// Rows within reach that make a row part of the inside of a cluster, itself counted; 2 or more.
        min_points: usize,
    },
}

/// Why there are no clusters. Each message is a whole sentence.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ClusterError {
    /// HDBSCAN's reasons.
    #[error(transparent)]
    Hdbscan(#[from] HdbscanError),
    /// No clusters, or more than rows.
    #[error("{clusters} clusters were asked for; choose 1 to {rows} for {rows} rows.")]
    Clusters {
        /// Clusters asked for.
        clusters: usize,
        /// Rows there are.
        rows: usize,
    },
    /// A reach of nothing, or not a number.
    #[error("The distance within reach is {eps}; it must be a number above 0.")]
    Eps {
        /// Distance asked for.
        eps: f64,
    },
    /// Every row would be inside a cluster.
    #[error("{min_points} rows within reach are to make a cluster; choose 2 or more (a row counts itself).")]
    MinPoints {
        /// Rows asked for.
        min_points: usize,
    },
    /// Every pair of so many rows would have to be compared.
    #[error(
        "DBSCAN compares every pair of rows in {dimensions} dimensions, which {rows} rows are too many for (at most \
         {most}); cluster the layout in two dimensions, or fewer rows."
    )]
    TooManyRows {
        /// Rows there are.
        rows: usize,
        /// Numbers in each.
        dimensions: usize,
        /// Rows that it is done for.
        most: usize,
    },
    /// The fit of k-means failed.
    #[error("k-means found no centres for these rows: {reason}. Scale the embeddings, or choose another method.")]
    NoCentres {
        /// The library's words.
        reason: String,
    },
    /// It was stopped.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// Which row is in which cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Clustering {
    /// The cluster of each row, from 0 by falling size, of equal ones that with the first row first; `None` of noise.
    pub labels: Vec<Option<u32>>,
    /// Number of clusters. With k-means it may be less than was asked for, where rows are alike.
    pub count: u32,
    /// How firmly each row belongs to its cluster, 0 to 1 and 0 of noise; known of HDBSCAN alone.
    pub probabilities: Option<Vec<f64>>,
    /// Rows on which the centres were found, where not on all: k-means on more than [`FITTED_ROWS`].
    pub fitted_rows: Option<usize>,
}

impl Clustering {
    /// Clusters the rows by Euclidean distance, the same on any number of threads.
    ///
    /// HDBSCAN and k-means stop soon after they are asked to; DBSCAN, where the library does not ask, when it is done.
    ///
    /// # Errors
    /// [`ClusterError`] for settings that make no sense, too many rows, or when stopped.
    pub fn of(rows: Rows<'_>, method: &Method, progress: &dyn Progress) -> Result<Self, ClusterError> {
        match *method {
            Method::Hdbscan(ref settings) => {
                let found = hdbscan::cluster(rows, settings, progress)?;
                Ok(Self { probabilities: Some(found.probabilities), ..Self::numbered(found.labels) })
            }
            Method::KMeans { clusters, seed } => {
                let (labels, fitted_rows) = k_means::labels(rows, clusters, seed, progress)?;
                Ok(Self { fitted_rows, ..Self::numbered(labels) })
            }
            Method::Dbscan { eps, min_points } => Ok(Self::numbered(dbscan::labels(rows, eps, min_points, progress)?)),
        }
    }

    /// Clusters by these labels, numbered anew.
    #[must_use]
    pub fn numbered(labels: Vec<Option<u32>>) -> Self {
        let end = labels.iter().flatten().max().map_or(0, |last| *last as usize + 1);
        // Rows and the first row of each label.
        let mut found = vec![(0_usize, usize::MAX); end];
        for (row, label) in labels.iter().enumerate() {
            if let Some(label) = label {
                let (size, first) = &mut found[*label as usize];
                *size += 1;
                *first = row.min(*first);
            }
        }
        let mut order: Vec<u32> = (0..end as u32).filter(|&label| found[label as usize].0 > 0).collect();
        order.sort_unstable_by_key(|&label| (Reverse(found[label as usize].0), found[label as usize].1));
        let mut number = vec![0; end];
        for (new, &old) in (0..).zip(&order) {
            number[old as usize] = new;
        }
        let labels = labels.into_iter().map(|label| label.map(|label| number[label as usize])).collect();
        Self { labels, count: order.len() as u32, probabilities: None, fitted_rows: None }
    }

    /// Rows of each cluster.
    #[must_use]
    pub fn sizes(&self) -> Vec<usize> {
        let mut sizes = vec![0; self.count as usize];
        for label in self.labels.iter().flatten() {
            sizes[*label as usize] += 1;
        }
        sizes
    }

    /// Rows that are noise, as a share; `None` where there is no row.
    #[must_use]
    pub fn noise_share(&self) -> Option<f64> {
        let noise = self.labels.iter().filter(|label| label.is_none()).count();
        (!self.labels.is_empty()).then(|| noise as f64 / self.labels.len() as f64)
    }

    /// The distance of each row from the mean of its cluster; `None` of noise, and where labels and rows are not as many.
    #[must_use]
    pub fn centre_distances(&self, rows: Rows<'_>) -> Vec<Option<f64>> {
        if rows.len() != self.labels.len() {
            return vec![None; self.labels.len()];
        }
        let dimensions = rows.dimensions();
        let mut centres = vec![0.0; self.count as usize * dimensions];
        let of = |label: u32| label as usize * dimensions..(label as usize + 1) * dimensions;
        for (row, label) in (0_u32..).zip(&self.labels) {
            if let Some(label) = label {
                centres[of(*label)].iter_mut().zip(rows.row(row)).for_each(|(sum, value)| *sum += f64::from(*value));
            }
        }
        for (centre, size) in centres.chunks_mut(dimensions).zip(self.sizes()) {
            centre.iter_mut().for_each(|sum| *sum /= size as f64);
        }
        let distance = |(row, label): (usize, &Option<u32>)| {
            let pairs = rows.row(row as u32).iter().zip(&centres[of((*label)?)]);
            Some(pairs.map(|(value, centre)| (f64::from(*value) - centre).powi(2)).sum::<f64>().sqrt())
        };
        self.labels.par_iter().enumerate().map(distance).collect()
    }
}

/// A reach for DBSCAN: the knee of the curve of each row's distance to its `min_points`-th nearest, itself counted, in
/// ascending order (Ester et al. 1996). The knee is where the curve is furthest below the line from its first to its last
/// point (Satopää et al. 2011). The neighbours should be at least `min_points` − 1; the furthest known stands for those
/// beyond. `None` where there are fewer than two rows or most rows are alike, so that no reach suggests itself.
#[must_use]
pub fn suggested_eps(neighbours: &Neighbours, min_points: usize) -> Option<f64> {
    let place = min_points.saturating_sub(1).clamp(1, neighbours.k().max(1)) - 1;
    let distance = |row| neighbours.distances(row).get(place).copied();
    let mut curve: Vec<f32> = (0..neighbours.len() as u32).filter_map(distance).collect();
    curve.sort_unstable_by(f32::total_cmp);
    let (first, last) = (f64::from(*curve.first()?), f64::from(*curve.last()?));
    let steps = (curve.len() - 1).max(1) as f64;
    let below = |at: usize| first + (last - first) * at as f64 / steps - f64::from(curve[at]);
    let knee = (0..curve.len()).max_by(|&a, &b| below(a).total_cmp(&below(b)).then(b.cmp(&a)))?;
    Some(f64::from(curve[knee])).filter(|eps| *eps > 0.0)
}
