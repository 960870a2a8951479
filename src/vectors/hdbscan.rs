//! Clusters of any shape and density, and noise: HDBSCAN (Campello, Moulavi, Sander 2013), as scikit-learn 1.9 computes it.
//!
//! Knows rows of numbers. Equal to scikit-learn but for the order in which edges of equal length are joined: here the order in
//! which Prim's algorithm finds them, there what NumPy's sort leaves, which depends on the processor. Every row that makes
//! another one dense gives such edges, so that on large data a few clusters may differ, as they do in scikit-learn when the
//! rows stand in another order.

mod boruvka;
mod spanning;
mod tree;

use serde::{Deserialize, Serialize};

use super::Rows;
use crate::model::{Cancelled, Progress};
pub use spanning::MOST_ROWS;
pub(super) use spanning::{FEW_DIMENSIONS, squared_within};

/// Which groups of the tree become clusters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// Those that last longest for their size.
    #[default]
    ExcessOfMass,
    /// Those that split no further: more and smaller clusters.
    Leaf,
}

/// Settings, as they were entered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Rows of a cluster at least; 2 or more.
    pub min_cluster_size: usize,
    /// Rows within reach that make a row dense, itself counted; as many as [`Self::min_cluster_size`] where `None`. More
    /// make more rows noise.
    pub min_samples: Option<usize>,
    /// Clusters are not split below this distance; 0 sets no limit.
    pub epsilon: f64,
    /// Rows of a cluster at most, by excess of mass; a limit that [`Self::epsilon`] may overrule.
    pub max_cluster_size: Option<usize>,
    /// All rows may be one cluster.
    pub allow_single_cluster: bool,
    /// Which groups become clusters.
    pub choice: Choice,
}

impl Default for Settings {
    /// Clusters of at least 10 rows.
    fn default() -> Self {
        Self {
            min_cluster_size: 10,
            min_samples: None,
            epsilon: 0.0,
            max_cluster_size: None,
            allow_single_cluster: false,
            choice: Choice::ExcessOfMass,
        }
    }
}

/// Why there are no clusters. Each message is a whole sentence.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum HdbscanError {
    /// Clusters of a row or none.
    #[error("A cluster is to have at least {size} rows; choose 2 or more.")]
    MinClusterSize {
        /// Rows asked for.
        size: usize,
    },
    /// No row is dense, or every one.
    #[error("A row is to be dense with 0 rows within reach; choose 1 or more (it counts itself).")]
    MinSamples,
    /// A distance below 0, or not a number.
    #[error("The distance below which clusters stay whole is {epsilon}; it must be a number of 0 or more.")]
    Epsilon {
        /// Distance asked for.
        epsilon: f64,
    },
    /// No cluster could be small enough.
    #[error("A cluster is to have at most 0 rows; choose 1 or more, or no limit.")]
    MaxClusterSize,
    /// Every pair of so many rows would have to be compared.
    #[error(
        "HDBSCAN compares every pair of rows in {dimensions} dimensions, which {rows} rows are too many for (at most {MOST_ROWS}); \
         cluster the layout in two dimensions, or fewer rows."
    )]
    TooManyRows {
        /// Rows there are.
        rows: usize,
        /// Numbers in each.
        dimensions: usize,
    },
    /// It was stopped.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// Which row is in which cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Hdbscan {
    /// The cluster of each row, as scikit-learn numbers them; `None` of noise.
    pub labels: Vec<Option<u32>>,
    /// How firmly each row belongs to its cluster, 0 to 1; 0 of noise.
    pub probabilities: Vec<f64>,
    /// Number of clusters.
    pub count: u32,
}

impl Settings {
    /// Says whether they make sense.
    ///
    /// # Errors
    /// The first [`HdbscanError`] among those of the settings.
    pub fn check(&self) -> Result<(), HdbscanError> {
        if self.min_cluster_size < 2 {
            return Err(HdbscanError::MinClusterSize { size: self.min_cluster_size });
        }
        if self.min_samples == Some(0) {
            return Err(HdbscanError::MinSamples);
        }
        if !(self.epsilon.is_finite() && self.epsilon >= 0.0) {
            return Err(HdbscanError::Epsilon { epsilon: self.epsilon });
        }
        if self.max_cluster_size == Some(0) {
            return Err(HdbscanError::MaxClusterSize);
        }
        Ok(())
    }
}

/// Clusters the rows by Euclidean distance. All rows are noise where there are fewer than two, or fewer than the rows that
/// make one dense (which scikit-learn refuses).
///
/// Up to twelve dimensions rows of any number; beyond, where each pair is compared, [`MOST_ROWS`]. The memory is in
/// proportion to the rows.
///
/// # Errors
/// [`HdbscanError`] for settings that make no sense, too many rows, or when stopped.
pub fn cluster(rows: Rows<'_>, settings: &Settings, progress: &dyn Progress) -> Result<Hdbscan, HdbscanError> {
    settings.check()?;
    let samples = settings.min_samples.unwrap_or(settings.min_cluster_size);
    if rows.len() < samples.max(2) {
        return Ok(Hdbscan { labels: vec![None; rows.len()], probabilities: vec![0.0; rows.len()], count: 0 });
    }
    let edges = spanning::tree(rows, samples, progress)?;
    progress.check()?;
    let tree::Labelled { labels, probabilities, count } =
        tree::Condensed::of(edges, settings.min_cluster_size).labelled(settings);
    Ok(Hdbscan { labels, probabilities, count })
}
