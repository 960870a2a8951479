//! Clusters of the points, and how well the model does in each.

use std::collections::BTreeMap;

use crate::analysis::clusters::{self, ClusterRow, Items, Tally};
use crate::analysis::recommend::Group;
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

/// What a cluster is called: as a person named it, else by its number.
#[must_use]
pub fn name(names: &BTreeMap<u32, String>, cluster: Option<u32>) -> String {
    match cluster {
        None => "No cluster".to_owned(),
        Some(cluster) => names.get(&cluster).cloned().unwrap_or_else(|| format!("Cluster {}", cluster + 1)),
    }
}

impl Groups {
    /// Every cluster with its numbers and members; noise is none.
    #[must_use]
    pub fn named(&self, cloud: &Cloud, names: &BTreeMap<u32, String>, tallies: &[Tally]) -> Vec<Group> {
        let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (point, label) in (0..).zip(&self.clustering.labels) {
            if let Some(cluster) = label {
                members.entry(*cluster).or_default().push(point);
            }
        }
        let group = |row: ClusterRow| {
            let points = row.cluster.and_then(|cluster| members.get(&cluster))?;
            let name = name(names, row.cluster);
            Some(Group { filter: cloud.filter(points, format!("The points of {name}")), name, row })
        };
        self.table(tallies).into_iter().filter_map(group).collect()
    }

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
