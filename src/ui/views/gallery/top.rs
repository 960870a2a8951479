//! The bar above the tiles: what is shown, in words and numbers, and how it is shown.

use egui::{Align, ComboBox, Layout, Response, RichText, Role, Sense, Slider, Ui, WidgetInfo, vec2};

use crate::analysis::Filter;
use crate::metrics::OutcomeKind;
use crate::model::fmt;
use crate::session::{Command, Explorer, Sort};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::boxes::Line;
use crate::ui::widgets::icon::{self, Icon};
use crate::ui::widgets::{switch, text};

use super::Gallery;
use super::chooser::{self, Chooser};
use super::sheet;
use super::tile::has_masks;

/// Width of the slider for the size of tiles.
const SIZE_SLIDER: f32 = 88.0;
/// Widest chip.
const CHIP: f32 = 320.0;

/// Draws the bar.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, state: &mut Gallery, difference: &mut bool) {
    let frame = egui::Frame::new().fill(ctx.theme.surface).inner_margin(egui::Margin::symmetric(8, 6));
    let bar = frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.set_min_height(theme::ROW);
            selection(ui, ctx, explorer);
        });
        ui.horizontal(|ui| {
            ui.set_min_height(theme::ROW);
            chooser::ui(ui, ctx, explorer, &mut state.chooser);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| controls(ui, ctx, explorer, state, difference));
        });
    });
    let rect = bar.response.rect;
    ui.painter().hline(rect.x_range(), rect.bottom(), (theme::HAIRLINE, ctx.theme.line));
}

/// The bar above a list of texts: what is shown, the choice of classes, `more`, and the order.
pub fn texts(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, chosen: &mut Chooser, more: impl FnOnce(&mut Ui)) {
    let frame = egui::Frame::new().fill(ctx.theme.surface).inner_margin(egui::Margin::symmetric(8, 6));
    let bar = frame.show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.set_min_height(theme::ROW);
            selection(ui, ctx, explorer);
        });
        ui.horizontal(|ui| {
            ui.set_min_height(theme::ROW);
            if explorer.texts().is_none() {
                chooser::ui(ui, ctx, explorer, chosen);
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                sort_menu(ui, ctx, explorer);
                more(ui);
            });
        });
    });
    let rect = bar.response.rect;
    ui.painter().hline(rect.x_range(), rect.bottom(), (theme::HAIRLINE, ctx.theme.line));
}

/// What is shown: a chip per condition, and how much it is.
fn selection(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer) {
    let selection = &explorer.selection;
    let title = explorer.selection_title();
    if selection.filter != Filter::All && chip(ui, ctx, &title).clicked() {
        ctx.send(Command::Select(Filter::All));
    }
    let task = explorer.evaluation.task;
    let (one, many) = task.items();
    let images = fmt::counted(selection.images.len() as u64, one, many);
    let what = match &selection.filter {
        Filter::All | Filter::Images { .. } | Filter::Pair { .. } | Filter::Probability { .. } | Filter::Both(..) => {
            images
        }
        // Where an item has one label, the item is what is meant.
        _ if task.is_single_label() || explorer.texts().is_some() => images,
        _ => {
            let marked = selection.outcomes.len() as u64;
            let objects = if explorer.evaluation.objects().is_some() {
                fmt::counted(marked, "marked object", "marked objects")
            } else if explorer.evaluation.pixels().is_some() {
                let pixels = selection.images.iter().map(|image| image.weight).sum();
                fmt::counted(pixels, "pixel", "pixels")
            } else {
                fmt::counted(marked, "label", "labels")
            };
            format!("{objects} in {images}")
        }
    };
    ui.label(RichText::new(what).color(ctx.theme.text));
    let at = format!("at {}", explorer.condition());
    ui.label(RichText::new(at).color(ctx.theme.muted));
}

/// A condition in words, with a cross that takes it away; the response is the cross's.
fn chip(ui: &mut Ui, ctx: &ViewCtx, title: &str) -> Response {
    let galley = text::elided(ui.painter(), title, theme::body(), ctx.theme.text, CHIP - theme::ROW - theme::PADDING);
    let size = vec2(theme::PADDING + galley.size().x + theme::ROW, theme::ROW);
    let (rect, label) = ui.allocate_exact_size(size, Sense::hover());
    label.widget_info(|| WidgetInfo::labeled(Role::Label, true, title));
    let stroke = (theme::HAIRLINE, ctx.theme.accent);
    ui.painter().rect(rect, theme::ROW / 2.0, ctx.theme.raised, stroke, egui::StrokeKind::Inside);
    let at = egui::pos2(rect.left() + theme::PADDING, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, ctx.theme.text);
    let cross = rect.with_min_x(rect.right() - theme::ROW);
    let response = ui.interact(cross, label.id.with("clear"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Show all images"));
    let color = if response.hovered() { ctx.theme.text } else { ctx.theme.muted };
    Icon::Close.paint(ui.painter(), cross, color);
    icon::focus_ring(ui, ctx.theme, cross, &response);
    label.on_hover_text(title);
    response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text("Show all images")
}

/// From right to left.
fn controls(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, state: &mut Gallery, difference: &mut bool) {
    ui.spacing_mut().slider_width = SIZE_SLIDER;
    ui.spacing_mut().item_spacing.x = theme::GRID;
    let size = ui.add(Slider::new(&mut state.tile, theme::TILE.0..=theme::TILE.1).show_value(false));
    size.accessible_name("Tile size").on_hover_text("Size of the tiles");
    sheet::button(ui, ctx, explorer, &mut state.sheet, (state.truth, state.predictions));
    ui.add_space(theme::GRID);
    sort_menu(ui, ctx, explorer);
    let masks = has_masks(explorer);
    if explorer.evaluation.objects().is_none() && !masks {
        return;
    }
    ui.add_space(theme::GRID);
    if explorer.evaluation.pixels().is_some() {
        switch::toggle(ui, ctx.theme, difference, "Difference", None, "What is right, wrong and missed");
    }
    let hint = if masks { "Masks of the model, filled" } else { "Boxes of the model, dashed" };
    let line = |line| (!masks).then_some(line);
    switch::toggle(ui, ctx.theme, &mut state.predictions, "Model predictions", line(Line::Dashed), hint);
    let hint =
        if masks { "Annotated masks, as outlines where the model's are shown" } else { "Annotated boxes, solid" };
    switch::toggle(ui, ctx.theme, &mut state.truth, "Ground truth", line(Line::Solid), hint);
    if explorer.evaluation.objects().is_none() {
        return;
    }
    ui.add_space(theme::GRID);
    let objects = !explorer.selection.outcomes.is_empty();
    ui.add_enabled_ui(objects, |ui| {
        let hint = if objects {
            "One tile per marked object, cut out of its picture"
        } else {
            "Click a cell, a bar or a recommendation first: its objects are then shown one by one"
        };
        let shown = state.crops && objects;
        if switch::choice(ui, ctx.theme, shown, "Objects", "Show marked objects", hint).clicked() {
            state.crops = true;
        }
    });
    let shown = !(state.crops && objects);
    if switch::choice(ui, ctx.theme, shown, "Images", "Show whole images", "One tile per image").clicked() {
        state.crops = false;
    }
}

fn sort_menu(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer) {
    let chosen = explorer.selection.sort;
    let label = |sort: Sort| match (sort, explorer.texts()) {
        (Sort::Errors, Some(_)) => "Failing first".to_owned(),
        (Sort::Column { column, .. }, Some(texts)) => {
            texts.columns.get(usize::from(column)).map_or_else(String::new, |column| column.label.clone())
        }
        _ => sort.label().to_owned(),
    };
    let menu = ComboBox::from_id_salt("sort").selected_text(label(chosen)).show_ui(ui, |ui| {
        let task = explorer.evaluation.task;
        for sort in Sort::ALL.into_iter().filter(|sort| sort.belongs_to(task, &explorer.selection.filter)) {
            if ui.selectable_label(sort == chosen, label(sort)).clicked() && sort != chosen {
                ctx.send(Command::SortBy(sort));
            }
        }
    });
    // The heads of a table sort by name, too.
    let what = if explorer.texts().is_some() { "Order" } else { "Sort by" };
    menu.response.accessible_name(format!("{what} {}", label(chosen))).on_hover_text("Order of the tiles");
}

/// What to say where the selection is empty, and what to do about it.
pub fn nothing(explorer: &Explorer) -> (String, String) {
    let selection = &explorer.selection;
    if selection.filter == Filter::All {
        let many = explorer.evaluation.task.items().1;
        return (format!("There are no {many}"), "The ground truth of this split lists none".to_owned());
    }
    let title = selection.filter.title(&explorer.dataset().classes);
    let at = explorer.condition();
    let more = match &selection.filter {
        Filter::Cell(cell) if cell.predicted.is_none() => "Raise",
        Filter::Segment { kind: OutcomeKind::Missed, .. } => "Raise",
        _ => "Lower",
    };
    (
        format!("Nothing is “{title}” at {at}"),
        format!("{more} the threshold, or take the selection away to see everything"),
    )
}
