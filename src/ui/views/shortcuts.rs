//! The list of keys.

use egui::{Grid, Id, Modal, RichText, ScrollArea, Ui};

use crate::ui::actions;
use crate::ui::context::ViewCtx;
use crate::ui::theme;

/// Keys that belong to one place and are handled there.
const PLACES: &[(&str, &[(&str, &str)])] = &[
    ("On a slider", &[("← →", "Step of 0.01, with Shift of 0.001"), ("Home End", "Lowest and highest value")]),
    ("In the gallery", &[("← → ↑ ↓", "Go from tile to tile"), ("Enter", "Open the image")]),
    ("In the tour", &[("Enter", "Next step"), ("Escape", "Close the tour")]),
    (
        "In an image",
        &[
            ("Space", "Flip between ground truth and model predictions"),
            ("G   P", "Show or hide the ground truth, the model predictions"),
            ("← →", "Previous and next image of the selection"),
            ("F   1", "Fit the picture, show it at 100 %"),
            ("L   O", "Labels, opacity of the boxes"),
            ("Q W E R", "The marked label: model right, label right, both wrong, unsure; U takes it back"),
        ],
    ),
    (
        "Among label suspects",
        &[
            ("Q W E R", "Model right, label right, both wrong, unsure; the next suspect comes"),
            ("U   Ctrl+Z", "Take the last verdict back"),
            ("← →", "Previous and next suspect"),
        ],
    ),
];

/// Draws the list while it is open.
pub fn ui(ui: &Ui, ctx: &ViewCtx, open: &mut bool) {
    if !*open {
        return;
    }
    let modal = Modal::new(Id::unique("keyboard shortcuts")).frame(theme::card(ui.style())).show(ui.ctx(), |ui| {
        let window = ui.ctx().content_rect();
        ui.set_width(theme::CARD.min(window.width() - theme::HEADER));
        ui.label(RichText::new("Keyboard shortcuts").font(theme::title()).color(ctx.theme.text));
        ui.add_space(theme::PADDING);
        let height = (window.height() - 5.0 * theme::HEADER).max(theme::PANE_LEAST);
        ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, |ui| keys(ui, ctx));
        ui.add_space(theme::PADDING);
        ui.vertical_centered(|ui| ui.button("Close").clicked()).inner
    });
    if modal.should_close() || modal.inner {
        *open = false;
    }
}

fn keys(ui: &mut Ui, ctx: &ViewCtx) {
    Grid::new("keys").num_columns(2).spacing([3.0 * theme::PADDING, theme::GRID]).show(ui, |ui| {
        for action in actions::ALL.iter().filter(|a| !a.keys.is_empty()) {
            let shown: Vec<String> = action.keys.iter().take(2).map(|k| actions::key_text(ui.ctx(), k)).collect();
            row(ui, ctx, &shown.join("   "), action.text);
        }
        for (place, keys) in PLACES {
            heading(ui, ctx, place);
            for (keys, text) in *keys {
                row(ui, ctx, keys, text);
            }
        }
        heading(ui, ctx, "Without a key, found with Ctrl+K");
        for action in actions::ALL.iter().filter(|a| a.keys.is_empty()) {
            row(ui, ctx, "", action.text);
        }
    });
}

fn heading(ui: &mut Ui, ctx: &ViewCtx, text: &str) {
    ui.label(RichText::new(text).font(theme::caption()).color(ctx.theme.muted));
    ui.end_row();
}

fn row(ui: &mut Ui, ctx: &ViewCtx, keys: &str, text: &str) {
    ui.label(RichText::new(keys).monospace().color(ctx.theme.text));
    ui.label(RichText::new(text).color(ctx.theme.muted));
    ui.end_row();
}
