//! The page "Vectors": every item or object as a point on a map, and what groups of them have in common. Computes nothing: points,
//! layouts, clusters and neighbours are the session's.

mod colours;
mod frame;
mod hover;
mod map;
mod save;
mod side;
mod tools;

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{CentralPanel, Frame, Margin, Panel, Ui};

use crate::analysis::Filter;
use crate::model::{ImageId, TruthId, fmt};
use crate::session::atlas::Atlas;
use crate::session::atlas::cloud::{Cloud, Of};
use crate::session::{Command, Explorer, Slot};
use crate::ui::context::ViewCtx;
use crate::ui::textures::Pictures;
use crate::ui::widgets::states;

use map::{Combine, Deed, MapState};

/// What the page remembers.
#[derive(Default)]
pub struct AtlasState {
    map: MapState,
    side: side::SideState,
    chosen: Option<Chosen>,
    /// Of which cloud all this is.
    cloud: Option<usize>,
}

/// Which points the selection holds.
struct Chosen {
    filter: Filter,
    threshold: u64,
    cloud: usize,
    flags: Arc<Vec<bool>>,
}

/// Draws the page.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut AtlasState, pictures: &mut Pictures) {
    let Some(explorer) = &ctx.session.explorer else { return };
    let current = ctx.session.atlas.as_ref().filter(|atlas| atlas.choice == explorer.choice);
    let Some(atlas) = current else {
        ctx.send(Command::OpenAtlas(None));
        return;
    };
    let bar = Frame::new().fill(ctx.theme.surface).inner_margin(Margin::symmetric(12, 6));
    Panel::top("map tools").frame(bar).show(ui, |ui| tools::ui(ui, ctx, explorer, atlas, &mut state.map));
    let Some(cloud) = &atlas.cloud else {
        let ground = Frame::new().fill(ctx.theme.background);
        CentralPanel::default().frame(ground).show(ui, |ui| without_points(ui, ctx, atlas));
        return;
    };
    let identity = Arc::as_ptr(cloud) as usize;
    if state.cloud != Some(identity) {
        state.cloud = Some(identity);
        (state.map.picked, state.chosen) = (None, None);
        state.map.view.fit();
    }
    let chosen = state.chosen(explorer, cloud);
    let side = Frame::new().fill(ctx.theme.surface).inner_margin(Margin::symmetric(12, 8));
    Panel::right("map side").exact_size(300.0).resizable(false).frame(side).show(ui, |ui| {
        side::ui(ui, ctx, explorer, (atlas, cloud), chosen.as_deref(), (&mut state.map, &mut state.side), pictures);
    });
    let ground = Frame::new().fill(ctx.theme.background);
    CentralPanel::default().frame(ground).show(ui, |ui| {
        let flags = chosen.as_deref().map(Vec::as_slice);
        let deed = map::ui(ui, ctx, explorer, (atlas, cloud), flags, &mut state.map, pictures);
        match deed {
            Some(Deed::Chose(points, combine)) => choose(ctx, explorer, cloud, flags, &points, combine),
            Some(Deed::Picked(point)) => {
                state.map.picked = point;
                if point.is_none() && chosen.is_some() {
                    ctx.send(Command::SelectHere(Filter::All));
                }
            }
            Some(Deed::Opened(point)) => open(ctx, cloud, point),
            None => {}
        }
    });
}

/// Shows the item of a point.
fn open(ctx: &ViewCtx, cloud: &Cloud, point: u32) {
    if let Some(point) = cloud.points.get(point as usize) {
        ctx.send(Command::OpenImage(point.image));
    }
}

fn without_points(ui: &mut Ui, ctx: &ViewCtx, atlas: &Atlas) {
    if let Some(job) = ctx.session.jobs.get(&Slot::Atlas) {
        states::loading(ui, ctx, Slot::Atlas, job);
        return;
    }
    let reason = atlas.trouble.as_deref().unwrap_or("Reading the vectors was stopped");
    states::failed(ui, ctx, "There is no map yet", reason, |ui| {
        if ui.button("Try again").clicked() {
            ctx.send(Command::OpenAtlas(Some(atlas.wanted.clone())));
        }
    });
}

impl AtlasState {
    /// Which points are selected; `None` where nothing in particular is.
    fn chosen(&mut self, explorer: &Explorer, cloud: &Arc<Cloud>) -> Option<Arc<Vec<bool>>> {
        let filter = &explorer.selection.filter;
        if *filter == Filter::All {
            return None;
        }
        let (threshold, identity) = (explorer.threshold.value.to_bits(), Arc::as_ptr(cloud) as usize);
        let known = self.chosen.as_ref();
        if let Some(known) = known.filter(|c| c.filter == *filter && c.threshold == threshold && c.cloud == identity) {
            return Some(Arc::clone(&known.flags));
        }
        let flags = Arc::new(flags(explorer, cloud, filter));
        self.chosen = Some(Chosen { filter: filter.clone(), threshold, cloud: identity, flags: Arc::clone(&flags) });
        Some(flags)
    }
}

/// Whether each point is in the selection: its object, where objects are meant, else its item.
fn flags(explorer: &Explorer, cloud: &Cloud, filter: &Filter) -> Vec<bool> {
    let cut = explorer.counter.cut();
    let objects: Option<BTreeSet<TruthId>> = (cloud.wanted.of == Of::Objects).then(|| {
        let members = explorer.matched.timeline.members(cut, |cell| filter.wants(cell));
        members
            .into_iter()
            .filter(|outcome| filter.keeps(*outcome))
            .filter_map(crate::metrics::Outcome::truth)
            .collect()
    });
    if let Some(objects) = objects.filter(|objects| !objects.is_empty()) {
        return cloud.points.iter().map(|point| point.truth.is_some_and(|truth| objects.contains(&truth))).collect();
    }
    let images: BTreeSet<ImageId> = filter.images(&explorer.evaluation, &explorer.matched, cut).into_iter().collect();
    cloud.points.iter().map(|point| images.contains(&point.image)).collect()
}

/// Makes the selection of points the one that all panes share.
fn choose(
    ctx: &ViewCtx,
    explorer: &Explorer,
    cloud: &Cloud,
    before: Option<&[bool]>,
    points: &[u32],
    combine: Combine,
) {
    let mut flags = match (combine, before) {
        (Combine::Replace, _) | (Combine::Add, None) => vec![false; cloud.points.len()],
        (Combine::Subtract, None) => vec![true; cloud.points.len()],
        (_, Some(before)) => before.to_vec(),
    };
    for point in points {
        if let Some(flag) = flags.get_mut(*point as usize) {
            *flag = combine != Combine::Subtract;
        }
    }
    let chosen: Vec<u32> = (0_u32..).zip(&flags).filter(|(_, chosen)| **chosen).map(|(at, _)| at).collect();
    select(ctx, explorer, cloud, &chosen, "on the map");
}

/// Selects points, named by where they were chosen.
fn select(ctx: &ViewCtx, explorer: &Explorer, cloud: &Cloud, points: &[u32], place: &str) {
    let (one, many) = map::unit(cloud.wanted.of, explorer.evaluation.task.is_text());
    let title = format!("{} {place}", fmt::counted(points.len() as u64, one, many));
    ctx.send(Command::SelectHere(cloud.filter(points, title)));
}
