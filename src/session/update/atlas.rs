//! The vector explorer: what its jobs do and what becomes of their answers.

use std::path::Path;
use std::sync::Arc;

use crate::jobs::{JobCtx, JobError};
use crate::session::atlas::Atlas;
use crate::session::atlas::cloud::{self, Cloud, Of, Origin, Wanted};
use crate::session::atlas::groups::{self, Grouping, Groups};
use crate::session::atlas::layout::{self, Projection};
use crate::session::atlas::nearby::{self, Nearby};
use crate::session::history::{Location, Page};
use crate::session::{EventBody, Session, Slot};
use crate::vectors::layout::Layout;
use crate::vectors::quality::trustworthiness;
use crate::vectors::umap::UmapParams;

/// How far a map can be trusted is computed up to so many points: its time grows with their square.
const JUDGED: usize = 5_000;
/// Clusters are found by themselves up to so many points.
const BY_THEMSELVES: usize = 20_000;

impl Session {
    /// Puts the items of the evaluation on screen (or its objects) on a map: by principal components at once, then by UMAP.
    pub(super) fn open_atlas(&mut self, wanted: Option<Wanted>) {
        let (Some(project), Some(explorer)) = (&self.project, &self.explorer) else { return };
        let (root, recognised) = (project.root.clone(), Arc::clone(&project.recognised));
        let choice = explorer.choice.clone();
        let wanted = wanted.unwrap_or_else(|| cloud::offered(&recognised.project, &choice));
        let (evaluation, cache) = (explorer.evaluation.clone(), self.tables.clone());
        self.leave_atlas();
        // Recommendations of clusters that are no longer on screen go.
        self.settle();
        self.atlas = Some(Atlas {
            projection: Projection::Umap(UmapParams::default()),
            ..Atlas::of(choice.clone(), wanted.clone())
        });
        let work = move |ctx: &JobCtx| {
            let cloud = cloud::build(&root, &recognised.project, &choice, &evaluation, &wanted, cache.as_deref(), ctx)?;
            let layout = layout::lay_out(&cloud, &Projection::Pca, None, &layout::Live::default(), ctx)?;
            Ok(Box::new((cloud, layout)))
        };
        self.start(Slot::Atlas, "Preparing the map", work, EventBody::Mapped);
    }

    /// Puts the vectors of a file on the map of what it shows now.
    pub(super) fn open_vectors(&mut self, file: &Path) {
        let of = self.atlas.as_ref().map_or(Of::Items, |atlas| atlas.wanted.of);
        self.open_atlas(Some(Wanted { of, origin: Origin::File(file.into()) }));
        self.go(Location { page: Page::Vectors, image: None, ..self.history.here().clone() });
    }

    /// Forgets the map and what is under way for it.
    pub(super) fn leave_atlas(&mut self) {
        for slot in [Slot::Atlas, Slot::Layout, Slot::Nearby, Slot::Trust, Slot::Cluster] {
            self.jobs.remove(&slot);
        }
        self.atlas = None;
    }

    pub(super) fn mapped(&mut self, result: Result<Box<(Cloud, Layout)>, JobError>) {
        let Some(atlas) = &mut self.atlas else { return };
        match result {
            Ok(found) => {
                let (cloud, layout) = *found;
                atlas.wanted = cloud.wanted.clone();
                atlas.cloud = Some(Arc::new(cloud));
                atlas.layout = Some((Projection::Pca, Arc::new(layout)));
                atlas.generation += 1;
                let projection = atlas.projection.clone();
                self.look_around();
                self.lay_out(projection);
            }
            Err(error) => atlas.trouble = Some(error.to_string()),
        }
    }

    fn look_around(&mut self) {
        let (Some(atlas), Some(explorer)) = (&self.atlas, &self.explorer) else { return };
        let Some(cloud) = atlas.cloud.clone() else { return };
        let dataset = Arc::clone(&explorer.evaluation.dataset);
        let work = move |ctx: &JobCtx| nearby::look(&cloud, &dataset, ctx).map(Box::new);
        self.start(Slot::Nearby, "Looking for neighbours", work, EventBody::LookedAround);
    }

    pub(super) fn looked_around(&mut self, nearby: Option<Nearby>) {
        if let Some(atlas) = &mut self.atlas {
            atlas.nearby = nearby.map(Arc::new);
            atlas.generation += 1;
        }
    }

    /// Lays the points out anew.
    pub(super) fn lay_out(&mut self, projection: Projection) {
        let Some(atlas) = &mut self.atlas else { return };
        atlas.projection = projection.clone();
        atlas.live = Arc::default();
        atlas.trust = None;
        self.jobs.remove(&Slot::Trust);
        let Some(cloud) = atlas.cloud.clone() else { return };
        let (live, cache) = (Arc::clone(&atlas.live), self.tables.clone());
        let title = format!("Laying out by {}", projection.label());
        let work = move |ctx: &JobCtx| {
            let layout = layout::lay_out(&cloud, &projection, cache.as_deref(), &live, ctx)?;
            Ok((projection, layout))
        };
        self.start(Slot::Layout, title, work, EventBody::LaidOut);
    }

    pub(super) fn laid_out(&mut self, projection: Projection, layout: Layout) {
        let Some(atlas) = &mut self.atlas else { return };
        atlas.layout = Some((projection, Arc::new(layout)));
        // What was found on another layout means nothing on this one.
        if atlas.groups.as_ref().is_some_and(|groups| groups.grouping.on_map) {
            atlas.groups = None;
            atlas.names.clear();
        }
        atlas.generation += 1;
        self.judge();
        let Some(atlas) = &mut self.atlas else { return };
        let few = atlas.cloud.as_ref().is_some_and(|cloud| cloud.points.len() <= BY_THEMSELVES);
        if few && atlas.groups.is_none() {
            let grouping = atlas.grouping.clone();
            self.group(grouping);
        }
    }

    /// Computes how far the map can be trusted.
    fn judge(&mut self) {
        let Some((cloud, (_, layout))) = self.atlas.as_ref().and_then(|a| a.cloud.clone().zip(a.layout.clone())) else {
            return;
        };
        if cloud.points.len() > JUDGED {
            return;
        }
        let work = move |ctx: &JobCtx| {
            let judge = |rows| trustworthiness(rows, &layout, nearby::K, ctx);
            Ok(cloud.rows().map(judge).transpose()?.flatten())
        };
        self.start(Slot::Trust, "Judging the map", work, EventBody::Trusted);
    }

    /// Finds clusters.
    pub(super) fn group(&mut self, grouping: Grouping) {
        let (Some(atlas), Some(explorer)) = (&mut self.atlas, &self.explorer) else { return };
        atlas.grouping = grouping.clone();
        let (Some(cloud), Some((_, layout))) = (atlas.cloud.clone(), atlas.layout.clone()) else { return };
        let dataset = Arc::clone(&explorer.evaluation.dataset);
        let work = move |ctx: &JobCtx| groups::find(&cloud, &layout, &dataset, grouping, ctx).map(Box::new);
        self.start(Slot::Cluster, "Finding clusters", work, EventBody::Grouped);
    }

    pub(super) fn grouped(&mut self, groups: Groups) {
        if let Some(atlas) = &mut self.atlas {
            atlas.groups = Some(Arc::new(groups));
            atlas.names.clear();
            atlas.generation += 1;
        }
        // Weak clusters are among the recommendations.
        self.settle();
    }

    pub(super) fn name_cluster(&mut self, cluster: u32, name: String) {
        if let Some(atlas) = &mut self.atlas {
            if name.is_empty() {
                atlas.names.remove(&cluster);
            } else {
                atlas.names.insert(cluster, name);
            }
            atlas.generation += 1;
        }
        self.settle();
    }
}
