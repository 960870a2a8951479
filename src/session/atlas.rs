//! The vector explorer without a screen: what is on the map, how it was laid out, what is known of clusters and neighbours.

pub mod cloud;
pub mod groups;
pub mod layout;
pub mod nearby;
pub mod standing;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::project::Choice;
use crate::vectors::layout::Layout;

use cloud::{Cloud, Wanted};
use groups::{Grouping, Groups};
use layout::{Live, Projection};
use nearby::Nearby;

/// Everything that the page shows, of one evaluation.
#[derive(Debug, Default)]
pub struct Atlas {
    /// The evaluation that the points belong to.
    pub choice: Choice,
    /// What the points are to be.
    pub wanted: Wanted,
    /// The points and their vectors, once they were read or computed.
    pub cloud: Option<Arc<Cloud>>,
    /// How they are to be laid out.
    pub projection: Projection,
    /// Where they lie, and by which projection; the best so far while that is under way.
    pub layout: Option<(Projection, Arc<Layout>)>,
    /// Trustworthiness of the finished layout among [`nearby::K`] neighbours, where it was computed.
    pub trust: Option<f64>,
    /// What a projection under way has found so far.
    pub live: Arc<Live>,
    /// Neighbours of every point, outliers and near-duplicates.
    pub nearby: Option<Arc<Nearby>>,
    /// How clusters are to be found.
    pub grouping: Grouping,
    /// The clusters, once they were found.
    pub groups: Option<Arc<Groups>>,
    /// What a person calls clusters.
    pub names: BTreeMap<u32, String>,
    /// Why there is nothing to show.
    pub trouble: Option<String>,
    /// Grows whenever something to draw changed.
    pub generation: u64,
}

impl Atlas {
    /// Nothing yet, of an evaluation.
    #[must_use]
    pub fn of(choice: Choice, wanted: Wanted) -> Self {
        Self { choice, wanted, ..Self::default() }
    }

    /// What a cluster is called.
    #[must_use]
    pub fn name_of(&self, cluster: Option<u32>) -> String {
        groups::name(&self.names, cluster)
    }

    /// Takes over what a projection under way has found since; true where there was something.
    pub fn follow(&mut self) -> bool {
        let Some(points) = self.live.take() else { return false };
        self.layout = Some((self.projection.clone(), points));
        self.generation += 1;
        true
    }
}
