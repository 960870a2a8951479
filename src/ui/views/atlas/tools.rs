//! The bar above the map: what is on it, how it is laid out, what colours say, what dragging does.

use std::sync::Arc;

use egui::{Align, ComboBox, DragValue, Layout, Popup, PopupCloseBehavior, RichText, Role, Ui, WidgetInfo};

use crate::model::fmt;
use crate::session::atlas::Atlas;
use crate::session::atlas::cloud::{Of, Origin, Wanted};
use crate::session::atlas::layout::Projection;
use crate::session::{Command, Explorer, Slot};
use crate::ui::context::{ViewCtx, Wish};
use crate::ui::views::hand_out;
use crate::ui::widgets::states;
use crate::vectors::scaling::Metric;
use crate::vectors::tsne::TsneParams;
use crate::vectors::umap::UmapParams;

use super::colours::{self, By};
use super::map::{MapState, Tool, unit};
use super::save;

/// Draws the bar.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, atlas: &Atlas, state: &mut MapState) {
    ui.horizontal(|ui| {
        points(ui, ctx, explorer, atlas);
        ui.separator();
        projection(ui, ctx, atlas);
        ui.separator();
        let by = state.by;
        let combo = ComboBox::from_id_salt("colour by").selected_text(format!("Colour: {}", by.label())).width(150.0);
        let combo = combo.height(320.0).show_ui(ui, |ui| {
            for wanted in By::ALL {
                if ui.selectable_label(by == wanted, wanted.label()).clicked() {
                    state.recolour(wanted);
                }
            }
        });
        combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("Colour by: {}", by.label())));
        ui.toggle_value(&mut state.by_size, "Size").on_hover_text("Larger where the model is surer");
        ui.toggle_value(&mut state.density, "Density").on_hover_text("Shade where points lie dense");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            hand_out::button(ui, ctx, "vector map", "vector-map", || {
                let cloud = atlas.cloud.as_ref()?;
                let light = ctx.theme.on_paper();
                let drawn = colours::of_points(state.by, &light, explorer, (atlas, &ctx.session.tags), &cloud.points);
                save::maker(explorer, atlas, (Arc::new(drawn), state.by, &light), &state.hidden)
            });
            if ui.button("Fit").on_hover_text("The whole map (F)").clicked() {
                state.view.fit();
            }
            for (tool, name, hint) in [
                (Tool::Rectangle, "Rectangle", "Drag a rectangle around points (R); Shift adds, Alt takes away"),
                (Tool::Lasso, "Lasso", "Draw a line around points (L); Shift adds, Alt takes away"),
                (Tool::Pan, "Move", "Drag the map (M)"),
            ] {
                if ui.selectable_label(state.tool == tool, name).on_hover_text(hint).clicked() {
                    state.tool = tool;
                }
            }
        });
    });
    keys(ui, state);
}

fn keys(ui: &Ui, state: &mut MapState) {
    if ui.ctx().egui_wants_keyboard_input() {
        return;
    }
    ui.input(|input| {
        for (key, tool) in [(egui::Key::M, Tool::Pan), (egui::Key::L, Tool::Lasso), (egui::Key::R, Tool::Rectangle)] {
            if input.key_pressed(key) && input.modifiers.is_none() {
                state.tool = tool;
            }
        }
        if input.key_pressed(egui::Key::F) && input.modifiers.is_none() {
            state.view.fit();
        }
    });
}

/// What the points are, and where their vectors come from.
fn points(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, atlas: &Atlas) {
    let texts = explorer.evaluation.task.is_text();
    let (_, many) = unit(atlas.wanted.of, texts);
    let count = atlas.cloud.as_ref().map_or(0, |cloud| cloud.points.len());
    let text = format!("{} {many}, {}", fmt::count(count as u64), named(&atlas.wanted.origin));
    let combo = ComboBox::from_id_salt("points").selected_text(&text).width(230.0).truncate();
    let combo = combo.show_ui(ui, |ui| {
        let has_given = ctx.session.project.as_ref().is_some_and(|project| {
            atlas.choice.dataset(&project.recognised.project).is_some_and(|dataset| dataset.embeddings.is_some())
        });
        let kinds: &[Of] =
            if explorer.evaluation.objects().is_some() { &[Of::Items, Of::Objects] } else { &[Of::Items] };
        for of in kinds {
            let file = Some(&atlas.wanted.origin).filter(|origin| matches!(origin, Origin::File(_)));
            for origin in file.into_iter().chain(has_given.then_some(&Origin::Given)).chain([&Origin::Own]) {
                let wanted = Wanted { of: *of, origin: origin.clone() };
                let name = format!("{} by {}", unit(*of, texts).1, named(origin));
                if ui.selectable_label(atlas.wanted == wanted, name).clicked() {
                    ctx.send(Command::OpenAtlas(Some(wanted)));
                }
            }
        }
        ui.separator();
        if ui.button("Vectors of a file …").on_hover_text(".npy, .npz or .csv; or drop it on the window").clicked() {
            ctx.wish(Wish::PickVectors);
        }
    });
    combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("Points: {text}")));
    if let Some(cloud) = atlas.cloud.as_ref().filter(|cloud| cloud.missing > 0) {
        let missing = fmt::count(cloud.missing as u64);
        combo.response.on_hover_text(format!("{missing} without a vector or a readable picture are not on the map"));
    }
}

/// Where vectors come from, in words.
fn named(origin: &Origin) -> String {
    match origin {
        Origin::Given => "the project's vectors".to_owned(),
        Origin::Own => "own descriptors".to_owned(),
        Origin::File(file) => file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
    }
}

/// PCA, UMAP or t-SNE with their settings; progress while it runs.
fn projection(ui: &mut Ui, ctx: &ViewCtx, atlas: &Atlas) {
    for wanted in [Projection::Pca, Projection::Umap(UmapParams::default()), Projection::Tsne(TsneParams::default())] {
        let is_this = atlas.projection.label() == wanted.label();
        if ui.selectable_label(is_this, wanted.label()).clicked() && !is_this {
            ctx.send(Command::LayOut(wanted));
        }
    }
    if atlas.projection != Projection::Pca {
        let button = ui.button("Settings …");
        let name = format!("Settings of {}", atlas.projection.label());
        button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
            ui.set_width(240.0);
            settings(ui, ctx, &atlas.projection);
        });
    }
    if let Some(job) = ctx.session.jobs.get(&Slot::Layout) {
        states::job_row(ui, ctx, Slot::Layout, job, 80.0);
    }
}

fn settings(ui: &mut Ui, ctx: &ViewCtx, projection: &Projection) {
    let mut wanted = projection.clone();
    let number = |ui: &mut Ui, name: &str, value: &mut f64, range: std::ops::RangeInclusive<f64>, speed: f64| {
        ui.horizontal(|ui| {
            ui.label(name);
            let field = ui.add(DragValue::new(value).range(range).speed(speed));
            field.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, name));
        });
    };
    let metric = |ui: &mut Ui, value: &mut Metric| {
        ui.horizontal(|ui| {
            ui.label("Distance");
            ui.selectable_value(value, Metric::Euclidean, "Euclidean");
            ui.selectable_value(value, Metric::Cosine, "Cosine");
        });
    };
    match &mut wanted {
        Projection::Pca => {}
        Projection::Umap(params) => {
            let mut neighbours = params.neighbours as f64;
            number(ui, "Neighbours", &mut neighbours, 2.0..=200.0, 0.2);
            params.neighbours = neighbours as usize;
            number(ui, "Smallest distance", &mut params.min_dist, 0.0..=1.0, 0.01);
            let mut seed = params.seed as f64;
            number(ui, "Seed", &mut seed, 0.0..=9_999.0, 0.2);
            params.seed = seed as u64;
            metric(ui, &mut params.metric);
        }
        Projection::Tsne(params) => {
            number(ui, "Perplexity", &mut params.perplexity, 1.0..=200.0, 0.5);
            let mut seed = params.seed as f64;
            number(ui, "Seed", &mut seed, 0.0..=9_999.0, 0.2);
            params.seed = seed as u64;
            metric(ui, &mut params.metric);
        }
    }
    ui.label(RichText::new("The same settings give the same map").weak());
    if wanted != *projection {
        ctx.send(Command::LayOut(wanted));
    }
}
