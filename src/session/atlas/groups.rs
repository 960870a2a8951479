//! Clusters of the points, and how well the model does in each.

use crate::analysis::clusters::{self, ClusterRow, Items, Tally};
use crate::jobs::JobError;
use crate::model::{Dataset, Progress};
use crate::vectors::Rows;
use crate::vectors::clusters::{ClusterError, Clustering, Method};
use crate::vectors::hdbscan;
use crate::vectors::layout::Layout;
use crate::vectors::silhouette::{Silhouette, SilhouetteError, silhouette};

use super::cloud::Cloud;
use super::nearby;

/// How clusters are found.
#[derive(Clone, Debug, PartialEq)]
pub struct Grouping {
    /// The method with its settings.
    pub method: Method,
    /// On the map, else on the vectors.
    pub on_map: bool,
}

impl Default for Grouping {
    fn default() -> Self {
        Self { method: Method::Hdbscan(hdbscan::Settings::default()), on_map: true }
    }
}

/// Clusters that were found.
#[derive(Debug)]
pub struct Groups {
    /// How.
    pub grouping: Grouping,
    /// Which point is in which.
    pub clustering: Clustering,
    /// How well they are set apart; a sentence where that means nothing.
    pub silhouette: Result<Silhouette, String>,
    centre_distances: Vec<Option<f64>>,
    splits: Vec<u32>,
}

impl From<ClusterError> for JobError {
    fn from(error: ClusterError) -> Self {
        match error {
            ClusterError::Cancelled(_) => Self::Cancelled,
            other => Self::Failed(other.to_string()),
        }
    }
}

/// Finds clusters.
///
/// # Errors
/// A sentence where the settings make no sense for these points; cancelled.
pub fn find(
    cloud: &Cloud,
    layout: &Layout,
    dataset: &Dataset,
    grouping: Grouping,
    progress: &dyn Progress,
) -> Result<Groups, JobError> {
    progress.stage("Finding clusters");
    let flat: Vec<f32> = layout.points.iter().flatten().copied().collect();
    let none = || JobError::Failed("There are no points to put into clusters".to_owned());
    let rows = if grouping.on_map { Rows::new(2, &flat).ok() } else { cloud.rows() }.ok_or_else(none)?;
    let clustering = Clustering::of(rows, &grouping.method, progress)?;
    let silhouette = match silhouette(rows, &clustering.labels, progress) {
        Ok(found) => Ok(found),
        Err(SilhouetteError::Cancelled(_)) => return Err(JobError::Cancelled),
        Err(error) => Err(error.to_string()),
    };
    let centre_distances = clustering.centre_distances(rows);
    let splits = cloud.points.iter().map(|point| nearby::split(dataset, *point)).collect();
    Ok(Groups { grouping, clustering, silhouette, centre_distances, splits })
}

impl Groups {
    /// A row a cluster, noise last, at the threshold that the tallies are of.
    #[must_use]
    pub fn table(&self, tallies: &[Tally]) -> Vec<ClusterRow> {
        clusters::table(&Items {
            labels: &self.clustering.labels,
            tallies,
            splits: &self.splits,
            centre_distances: &self.centre_distances,
        })
    }
}
