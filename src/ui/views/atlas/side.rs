//! Beside the map: the legend, what is selected, clusters with their numbers, the neighbours of a point, near-duplicates.

use std::sync::Arc;

use egui::{
    Align, CollapsingHeader, Color32, ComboBox, DragValue, Layout, Rect, RichText, Role, ScrollArea, Sense, TextEdit,
    Ui, WidgetInfo, vec2,
};

use crate::analysis::Filter;
use crate::analysis::clusters::ClusterRow;
use crate::model::{ImageId, fmt};
use crate::session::atlas::Atlas;
use crate::session::atlas::cloud::Cloud;
use crate::session::atlas::groups::Groups;
use crate::session::atlas::nearby::K;
use crate::session::{Command, Explorer, Page, Slot};
use crate::ui::context::ViewCtx;
use crate::ui::textures::Pictures;
use crate::ui::theme;
use crate::ui::views::explain;
use crate::ui::widgets::states;
use crate::vectors::clusters::Method;
use crate::vectors::hdbscan;

use super::colours::{Colours, on_scale};
use super::map::{MapState, picture, unit};
use super::{hover, open, select};

/// What the column remembers.
#[derive(Default)]
pub struct SideState {
    tag: String,
    table: Option<Table>,
    naming: Option<(u32, String)>,
    /// True where all clusters are listed.
    every: bool,
}

/// Rows of clusters, and of what.
struct Table {
    groups: usize,
    threshold: u64,
    rows: Vec<ClusterRow>,
}

/// Pictures of a cluster or a neighbourhood, in points.
const SMALL: f32 = 52.0;
/// From this share of neighbours with another label on a label is worth a look.
const MOSTLY: f64 = 0.8;
/// Outliers that are selected together.
const FAR: usize = 20;
/// Clusters that are listed unless all are asked for.
const CARDS: usize = 12;
/// Groups of near-duplicates that are listed.
const LISTED: usize = 30;

/// Draws the column.
pub fn ui(
    ui: &mut Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    (atlas, cloud): (&Atlas, &Arc<Cloud>),
    chosen: Option<&Vec<bool>>,
    (map, state): (&mut MapState, &mut SideState),
    pictures: &mut Pictures,
) {
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        let (tallies, colours) = map.colours(ctx, explorer, atlas, &cloud.points);
        title(ui, ctx, map.by.label());
        legend(ui, ctx, &colours, map);
        selection(ui, ctx, explorer, cloud, chosen);
        tags(ui, ctx, explorer, cloud, chosen, &mut state.tag);
        if let Some(point) = map.picked {
            picked(ui, ctx, explorer, (atlas, cloud), point, map, pictures);
        }
        clusters(ui, ctx, explorer, (atlas, cloud), &tallies, state, pictures);
        suspects(ui, ctx, explorer, (atlas, cloud));
        duplicates(ui, ctx, explorer, (atlas, cloud));
        about(ui, ctx, atlas, cloud);
    });
}

fn title(ui: &mut Ui, ctx: &ViewCtx, text: &str) {
    ui.add_space(theme::PADDING);
    ui.label(RichText::new(text).font(theme::strong()).color(ctx.theme.text));
}

/// A title with the way its part is computed.
fn explained(ui: &mut Ui, ctx: &ViewCtx, text: &str, about: &str) {
    ui.add_space(theme::PADDING);
    ui.horizontal(|ui| {
        ui.label(RichText::new(text).font(theme::strong()).color(ctx.theme.text));
        explain::button(ui, ctx, text, about);
    });
}

fn muted(ui: &mut Ui, ctx: &ViewCtx, text: impl Into<String>) {
    ui.label(RichText::new(text.into()).font(theme::caption()).color(ctx.theme.muted));
}

/// Categories that can be left out (a click) or looked at alone (a double click); or a scale.
fn legend(ui: &mut Ui, ctx: &ViewCtx, colours: &Colours, map: &mut MapState) {
    if let Some((low, high)) = colours.scale {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme::PADDING), Sense::hover());
        let steps = 24;
        for step in 0..steps {
            let width = rect.width() / steps as f32;
            let min = rect.min + vec2(step as f32 * width, 0.0);
            let colour = on_scale(step as f32 / (steps - 1) as f32, map.by.is_good(), ctx.theme);
            ui.painter().rect_filled(Rect::from_min_size(min, vec2(width + 0.5, rect.height())), 0.0, colour);
        }
        ui.horizontal(|ui| {
            muted(ui, ctx, format!("{low:.2}"));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| muted(ui, ctx, format!("{high:.2}")));
        });
        return;
    }
    let shown: Vec<(u32, &super::colours::Category)> =
        (0_u32..).zip(&colours.legend).filter(|(_, category)| category.count > 0).collect();
    let all: Vec<u32> = shown.iter().map(|(number, _)| *number).collect();
    let height = (shown.len() as f32 * (theme::ROW + ui.spacing().item_spacing.y)).min(200.0);
    ScrollArea::vertical().id_salt("legend").max_height(height).show(ui, |ui| {
        for (number, category) in shown {
            let hidden = map.hidden.contains(&number);
            let response = entry(ui, ctx, category, hidden);
            if response.double_clicked() {
                let others = all.iter().copied().filter(|other| *other != number);
                let alone: std::collections::BTreeSet<u32> = others.collect();
                map.hidden = if map.hidden == alone { Default::default() } else { alone };
            } else if response.clicked() && !map.hidden.remove(&number) {
                map.hidden.insert(number);
            }
        }
    });
    if !map.hidden.is_empty() && ui.small_button("Show all").clicked() {
        map.hidden.clear();
    }
}

fn entry(ui: &mut Ui, ctx: &ViewCtx, category: &super::colours::Category, hidden: bool) -> egui::Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), Sense::click());
    let name = format!("{}: {}", category.name, fmt::counted(category.count as u64, "point", "points"));
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, !hidden, &name));
    let painter = ui.painter();
    if response.hovered() {
        painter.rect_filled(rect, theme::RADIUS, ctx.theme.hover);
    }
    let at = rect.left_center() + vec2(8.0, 0.0);
    if hidden {
        painter.circle_stroke(at, 5.0, egui::Stroke::new(theme::HAIRLINE, ctx.theme.muted));
    } else {
        painter.circle_filled(at, 5.0, category.colour);
    }
    let colour = if hidden { ctx.theme.muted } else { ctx.theme.text };
    let count = fmt::count(category.count as u64);
    let count = painter.layout_no_wrap(count, theme::caption(), ctx.theme.muted);
    let right = rect.right() - count.size().x - 4.0;
    let clip = painter.with_clip_rect(Rect::from_min_max(rect.min, egui::pos2(right - 4.0, rect.bottom())));
    clip.text(at + vec2(12.0, 0.0), egui::Align2::LEFT_CENTER, &category.name, theme::body(), colour);
    painter.galley(egui::pos2(right, rect.center().y - count.size().y / 2.0), count, ctx.theme.muted);
    response.on_hover_text("A click leaves it out or in, a double click shows it alone")
}

/// What is selected, and where it can be looked at.
fn selection(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, cloud: &Cloud, chosen: Option<&Vec<bool>>) {
    title(ui, ctx, "Selection");
    let (one, many) = unit(cloud.wanted.of, explorer.evaluation.task.is_text());
    let Some(chosen) = chosen else {
        muted(ui, ctx, format!("Draw a lasso or rectangle around {many}, or click a cluster"));
        return;
    };
    let count = chosen.iter().filter(|chosen| **chosen).count();
    let name = explorer.selection.filter.title(&explorer.dataset().classes);
    ui.label(RichText::new(&name).color(ctx.theme.text));
    let here = format!("{} on the map", fmt::counted(count as u64, one, many));
    if here != name {
        muted(ui, ctx, here);
    }
    ui.horizontal(|ui| {
        let words = if explorer.evaluation.task.is_text() { "Show texts" } else { "Show images" };
        if ui.button(words).clicked() {
            ctx.send(Command::Go(Page::Images));
        }
        if ui.button("Clear").clicked() {
            ctx.send(Command::SelectHere(Filter::All));
        }
    });
}

/// Tags: put on what is selected, taken off, and chosen by.
fn tags(
    ui: &mut Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    cloud: &Arc<Cloud>,
    chosen: Option<&Vec<bool>>,
    text: &mut String,
) {
    let session = ctx.session;
    if chosen.is_none() && session.tags.is_empty() {
        return;
    }
    title(ui, ctx, "Tags");
    let points = |wanted: &dyn Fn(usize) -> bool| -> Vec<u32> {
        (0_u32..).zip(&cloud.points).filter(|(at, _)| wanted(*at as usize)).map(|(at, _)| at).collect()
    };
    if let Some(chosen) = chosen {
        ui.horizontal(|ui| {
            let field = ui.add(TextEdit::singleline(text).desired_width(120.0).hint_text("tag"));
            field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Tag for the selection"));
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            let tag = text.trim().to_owned();
            let put = |on: bool| {
                let at = points(&|at| chosen.get(at).copied().unwrap_or(false));
                let mut images: Vec<ImageId> =
                    at.iter().filter_map(|at| cloud.points.get(*at as usize)).map(|point| point.image).collect();
                images.dedup();
                ctx.send(Command::Tag { tag: tag.clone(), images, on });
            };
            let typed = !tag.is_empty();
            if (ui.add_enabled(typed, egui::Button::new("Tag")).clicked() || entered) && typed {
                put(true);
            }
            if ui.add_enabled(session.tags.contains_key(&tag), egui::Button::new("Untag")).clicked() {
                put(false);
            }
        });
    }
    ui.horizontal_wrapped(|ui| {
        for (tag, items) in &session.tags {
            let button = ui.small_button(format!("{tag} {}", fmt::count(items.len() as u64)));
            let many = explorer.evaluation.task.items();
            let name = format!("Tag {tag}: {}", fmt::counted(items.len() as u64, many.0, many.1));
            button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            if button.on_hover_text("Select what has it").clicked() {
                text.clone_from(tag);
                let images = &explorer.dataset().images;
                let has = |at: usize| {
                    let image = cloud.points.get(at).and_then(|point| images.get(point.image.index()));
                    image.is_some_and(|image| items.contains(&image.name))
                };
                select(ctx, explorer, cloud, &points(&has), &format!("tagged {tag}"));
            }
        }
        if !session.tags_before.is_empty()
            && ui.small_button("Undo").on_hover_text("Takes the last change back").clicked()
        {
            ctx.send(Command::UndoTags);
        }
    });
}

/// The point that was clicked and what lies nearest to it.
fn picked(
    ui: &mut Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    (atlas, cloud): (&Atlas, &Arc<Cloud>),
    at: u32,
    map: &mut MapState,
    pictures: &mut Pictures,
) {
    let Some(point) = cloud.points.get(at as usize).copied() else { return };
    title(ui, ctx, "Point");
    hover::show(ui, explorer, point, 120.0, pictures);
    let name = explorer.dataset().images.get(point.image.index()).map_or("", |image| image.name.as_str());
    ui.add(egui::Label::new(RichText::new(name).color(ctx.theme.text)).truncate());
    let Some(near) = &atlas.nearby else {
        if let Some(job) = ctx.session.jobs.get(&Slot::Nearby) {
            ui.horizontal(|ui| states::job_row(ui, ctx, Slot::Nearby, job, 120.0));
        }
        return;
    };
    let around: Vec<u32> = near.neighbours.indices(at).to_vec();
    ui.horizontal(|ui| {
        if ui.button("Open").clicked() {
            open(ctx, cloud, at);
        }
        if ui.button("Select it and its neighbours").on_hover_text("Items like this").clicked() {
            let all: Vec<u32> = std::iter::once(at).chain(around.iter().copied()).collect();
            select(ctx, explorer, cloud, &all, "alike");
        }
    });
    muted(ui, ctx, "Nearest by their vectors");
    if let Some(clicked) = strip(ui, ctx, explorer, cloud, &around, pictures) {
        map.picked = Some(clicked);
    }
}

/// Small pictures (or beginnings of texts) of points; the one that was clicked.
fn strip(
    ui: &mut Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    cloud: &Cloud,
    points: &[u32],
    pictures: &mut Pictures,
) -> Option<u32> {
    let mut clicked = None;
    if explorer.evaluation.task.is_text() {
        for &at in points.iter().take(6) {
            let Some(text) = cloud.points.get(at as usize).and_then(|p| explorer.dataset().texts.get(p.image.index()))
            else {
                continue;
            };
            let label = egui::Label::new(
                RichText::new(text.lines().next().unwrap_or_default()).font(theme::caption()).color(ctx.theme.muted),
            );
            if ui.add(label.truncate().sense(Sense::click())).clicked() {
                clicked = Some(at);
            }
        }
        return clicked;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(theme::GRID, theme::GRID);
        for &at in points.iter().take(10) {
            let Some(point) = cloud.points.get(at as usize).copied() else { continue };
            let (rect, response) = ui.allocate_exact_size(vec2(SMALL, SMALL), Sense::click());
            let name = explorer.dataset().images.get(point.image.index()).map_or("", |image| image.name.as_str());
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Point of {name}")));
            ui.painter().rect_filled(rect, theme::RADIUS, ctx.theme.raised);
            if let Some(drawable) =
                picture(explorer, point, SMALL * ui.pixels_per_point(), pictures).and_then(|p| p.drawable())
            {
                let size = drawable.size * (SMALL / drawable.size.max_elem().max(1.0));
                ui.painter().image(
                    drawable.texture,
                    Rect::from_center_size(rect.center(), size),
                    drawable.uv,
                    Color32::WHITE,
                );
            }
            if response.on_hover_text(name).clicked() {
                clicked = Some(at);
            }
        }
    });
    clicked
}

/// How clusters are found, and a card for each.
fn clusters(
    ui: &mut Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    (atlas, cloud): (&Atlas, &Arc<Cloud>),
    tallies: &[crate::analysis::clusters::Tally],
    state: &mut SideState,
    pictures: &mut Pictures,
) {
    explained(
        ui,
        ctx,
        "Clusters",
        "Groups of points by HDBSCAN, k-means or DBSCAN, on the vectors or on the map. F1 of a point is 2 · correct / (kept + truths) of \
         its item, precision and recall likewise; the mean, spread and extremes are over the points that have one. A cluster is \
         weak where its mean is at least 20 % below that of all others and that is no chance (Mann–Whitney, corrected)",
    );
    method(ui, ctx, atlas);
    if let Some(job) = ctx.session.jobs.get(&Slot::Cluster) {
        ui.horizontal(|ui| states::job_row(ui, ctx, Slot::Cluster, job, 160.0));
    }
    let Some(groups) = &atlas.groups else { return };
    let about = quality(groups);
    muted(ui, ctx, about);
    let (identity, threshold) = (Arc::as_ptr(groups) as usize, explorer.threshold.value.to_bits());
    if state.table.as_ref().is_none_or(|table| table.groups != identity || table.threshold != threshold) {
        state.table = Some(Table { groups: identity, threshold, rows: groups.table(tallies) });
    }
    let Some(table) = &state.table else { return };
    // Where the model is weak comes first; the rest by size.
    let (weak, others): (Vec<_>, Vec<_>) = table.rows.iter().partition(|row| row.weak.is_some());
    let most = if state.every { usize::MAX } else { CARDS };
    for row in weak.into_iter().chain(others).take(most) {
        card(ui, ctx, explorer, (atlas, cloud), (groups, row), &mut state.naming, pictures);
    }
    if let Some(more) = table.rows.len().checked_sub(CARDS).filter(|more| *more > 0) {
        let words =
            if state.every { "Show fewer".to_owned() } else { format!("Show {} more", fmt::count(more as u64)) };
        if ui.small_button(words).clicked() {
            state.every = !state.every;
        }
    }
}

fn quality(groups: &Groups) -> String {
    let noise = groups
        .clustering
        .noise_share()
        .map_or_else(String::new, |share| format!(", {} in none", fmt::percent(Some(share))));
    let count = fmt::counted(u64::from(groups.clustering.count), "cluster", "clusters");
    match &groups.silhouette {
        Ok(silhouette) => format!("{count}{noise}; silhouette {:.2}", silhouette.mean),
        Err(_) => format!("{count}{noise}"),
    }
}

fn method(ui: &mut Ui, ctx: &ViewCtx, atlas: &Atlas) {
    let mut wanted = atlas.grouping.clone();
    let label = |method: &Method| match method {
        Method::Hdbscan(_) => "HDBSCAN",
        Method::KMeans { .. } => "k-means",
        Method::Dbscan { .. } => "DBSCAN",
    };
    ui.horizontal(|ui| {
        let combo = ComboBox::from_id_salt("cluster method").selected_text(label(&wanted.method)).width(90.0);
        let shown = label(&wanted.method);
        let combo = combo.show_ui(ui, |ui| {
            let offered = [
                Method::Hdbscan(hdbscan::Settings::default()),
                Method::KMeans { clusters: 10, seed: 0 },
                Method::Dbscan { eps: 0.5, min_points: 5 },
            ];
            for method in offered {
                let is_this = label(&method) == shown;
                if ui.selectable_label(is_this, label(&method)).clicked() && !is_this {
                    wanted.method = method;
                }
            }
        });
        combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("Clusters by {shown}")));
        let number = |ui: &mut Ui, name: &str, value: &mut usize, most: usize| {
            let field = ui.add(DragValue::new(value).range(2..=most).speed(0.2).prefix(format!("{name} ")));
            field.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, name));
        };
        match &mut wanted.method {
            Method::Hdbscan(settings) => number(ui, "at least", &mut settings.min_cluster_size, 10_000),
            Method::KMeans { clusters, .. } => number(ui, "clusters", clusters, 500),
            Method::Dbscan { eps, .. } => {
                let field = ui.add(DragValue::new(eps).range(1e-6..=1e6).speed(0.01).prefix("within "));
                field.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, "within"));
            }
        }
    });
    ui.horizontal(|ui| {
        ui.selectable_value(&mut wanted.on_map, true, "on the map");
        ui.selectable_value(&mut wanted.on_map, false, "on the vectors");
        let words = if atlas.groups.is_some() { "Find again" } else { "Find clusters" };
        if ui.button(words).clicked() {
            ctx.send(Command::Group(wanted.clone()));
        }
    });
    if wanted != atlas.grouping {
        ctx.send(Command::SetGrouping(wanted));
    }
}

/// A cluster: its name, size and numbers; a click selects its points.
fn card(
    ui: &mut Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    (atlas, cloud): (&Atlas, &Arc<Cloud>),
    (groups, row): (&Groups, &ClusterRow),
    naming: &mut Option<(u32, String)>,
    pictures: &mut Pictures,
) {
    let name = atlas.name_of(row.cluster);
    let (one, many) = unit(cloud.wanted.of, explorer.evaluation.task.is_text());
    let f1 = row.f1.as_ref().map(|f1| f1.mean);
    let weak = if row.weak.is_some() { ", weak" } else { "" };
    let head = format!("{name}: {}, F1 {}{weak}", fmt::counted(row.size as u64, one, many), fmt::rate(f1));
    CollapsingHeader::new(RichText::new(&head).color(ctx.theme.text)).id_salt(("cluster", row.cluster)).show(
        ui,
        |ui| {
            if let Some(f1) = &row.f1 {
                muted(ui, ctx, format!("F1 {:.3} ± {:.3}, from {:.3} to {:.3}", f1.mean, f1.std, f1.min, f1.max));
            }
            muted(ui, ctx, format!("precision {}, recall {}", fmt::rate(row.precision), fmt::rate(row.recall)));
            let splits = &explorer.dataset().splits;
            if splits.len() > 1 {
                let mix = splits.iter().zip(&row.splits).map(|(split, n)| format!("{} {split}", fmt::count(*n as u64)));
                muted(ui, ctx, mix.collect::<Vec<_>>().join(", "));
            }
            if let Some(weak) = &row.weak {
                let p = if weak.p < 0.001 { "< 0.001".to_owned() } else { format!("= {:.3}", weak.p) };
                let words = format!("Well below the others, whose mean is {:.3} (p {p})", weak.others);
                ui.label(RichText::new(words).font(theme::caption()).color(ctx.theme.misclassified));
            }
            if let Some(point) = strip(ui, ctx, explorer, cloud, &row.samples, pictures) {
                open(ctx, cloud, point);
            }
            ui.horizontal(|ui| {
                let button = ui.button("Select");
                button.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Select {name}")));
                if button.clicked() {
                    let labels = (0_u32..).zip(&groups.clustering.labels);
                    let points: Vec<u32> =
                        labels.filter(|(_, label)| **label == row.cluster).map(|(at, _)| at).collect();
                    select(ctx, explorer, cloud, &points, &format!("in {name}"));
                }
                if let Some(cluster) = row.cluster {
                    rename(ui, ctx, cluster, &name, naming);
                }
            });
        },
    );
}

fn rename(ui: &mut Ui, ctx: &ViewCtx, cluster: u32, name: &str, naming: &mut Option<(u32, String)>) {
    match naming {
        Some((of, text)) if *of == cluster => {
            let field = ui.add(TextEdit::singleline(text).desired_width(110.0).hint_text("name"));
            field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, format!("Name of {name}")));
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            if ui.small_button("OK").clicked() || entered {
                ctx.send(Command::NameCluster(cluster, text.trim().to_owned()));
                *naming = None;
            }
        }
        _ => {
            if ui.small_button("Name …").clicked() {
                *naming = Some((cluster, String::new()));
            }
        }
    }
}

/// What the map was made of, and how far it can be trusted.
fn about(ui: &mut Ui, ctx: &ViewCtx, atlas: &Atlas, cloud: &Cloud) {
    explained(
        ui,
        ctx,
        "This map",
        "Each point is an item or an object, by a vector of numbers that the project gives or that is computed from pixels or words. \
         PCA shows the two directions in which they differ most; UMAP and t-SNE keep neighbours together, distances between \
         groups mean little. Trustworthiness says how far neighbours on the map are neighbours by their vectors",
    );
    let shown = atlas.layout.as_ref().map_or("PCA", |(projection, _)| projection.label());
    muted(ui, ctx, format!("{shown} of {} numbers a point", fmt::count(cloud.dimensions as u64)));
    if cloud.missing > 0 {
        muted(ui, ctx, format!("{} without a vector are not on it", fmt::count(cloud.missing as u64)));
    }
    if let Some(job) = ctx.session.jobs.get(&Slot::Trust) {
        ui.horizontal(|ui| states::job_row(ui, ctx, Slot::Trust, job, 160.0));
    }
    if let Some(trust) = atlas.trust {
        let text = RichText::new(format!("Trustworthiness {}", fmt::rate(Some(trust))));
        let label = ui.label(text.font(theme::caption()).color(ctx.theme.muted));
        label.on_hover_text(format!(
            "1 where the {K} nearest points on the map are the nearest by their vectors too; less, the farther away they \
             truly are (Venna and Kaski 2001)"
        ));
    }
}

/// Points whose label most neighbours do not share, the most striking first, and points far from all others.
fn suspects(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, (atlas, cloud): (&Atlas, &Arc<Cloud>)) {
    let Some(near) = &atlas.nearby else { return };
    explained(
        ui,
        ctx,
        "Worth a look",
        "Points most of whose 15 nearest neighbours have another label, and points that lie far from all others: the mean distance \
         to their 10 nearest neighbours is largest",
    );
    let (one, many) = unit(cloud.wanted.of, explorer.evaluation.task.is_text());
    let mut odd: Vec<(f64, u32)> = (0_u32..)
        .zip(&near.disagreements)
        .filter_map(|(at, found)| Some((found.as_ref()?.share, at)))
        .filter(|(share, _)| *share >= MOSTLY)
        .collect();
    odd.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    if odd.is_empty() {
        muted(ui, ctx, "No label that most of its neighbours do not share");
    } else {
        let name = format!("Select {} with odd labels", fmt::counted(odd.len() as u64, one, many));
        let hint = "At least 12 of the 15 nearest have another label: look whether it is right";
        if ui.small_button(&name).on_hover_text(hint).clicked() {
            let points: Vec<u32> = odd.iter().map(|(_, at)| *at).collect();
            select(ctx, explorer, cloud, &points, "whose label neighbours do not share");
        }
    }
    let far: Vec<u32> = near.outliers.order.iter().copied().take(FAR).collect();
    if !far.is_empty() {
        let name = format!("Select the {} farthest out", fmt::counted(far.len() as u64, one, many));
        if ui.small_button(&name).on_hover_text("By the mean distance to the nearest ten").clicked() {
            select(ctx, explorer, cloud, &far, "farthest out");
        }
    }
}

/// Points that are all but the same, those across splits first said.
fn duplicates(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, (atlas, cloud): (&Atlas, &Arc<Cloud>)) {
    let Some(near) = &atlas.nearby else { return };
    let found = &near.duplicates;
    explained(
        ui,
        ctx,
        "Near-duplicates",
        "Points nearer to each other than 0.13 times the median distance of a point to its nearest neighbour",
    );
    let across = found.groups.iter().filter(|group| group.across).count() as u64;
    if found.groups.is_empty() {
        muted(ui, ctx, "None: no two are nearer than 0.13 × the usual distance to the nearest");
        return;
    }
    let groups = fmt::counted(found.groups.len() as u64, "group", "groups");
    let leaks = if across > 0 { format!(", {across} across splits") } else { String::new() };
    muted(ui, ctx, format!("{groups}{leaks}"));
    for (number, group) in found.groups.iter().enumerate().take(LISTED) {
        let kind = if group.exact { "the same" } else { "alike" };
        let leak = if group.across { ", in several splits" } else { "" };
        let name = format!("{} {kind}{leak}", fmt::count(group.rows.len() as u64));
        let button = ui.small_button(&name);
        button.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Duplicates {}: {name}", number + 1)));
        if button.clicked() {
            select(ctx, explorer, cloud, &group.rows, "that are near-duplicates");
        }
    }
    if found.groups.len() > LISTED {
        muted(ui, ctx, format!("and {} more", fmt::count((found.groups.len() - LISTED) as u64)));
    }
}
