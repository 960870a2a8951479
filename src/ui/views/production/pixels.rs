//! What stands in the place of the curves where a segmenter does not say how sure it is: its numbers, each explained.

use egui::{Grid, RichText, ScrollArea, Ui};

use crate::model::fmt;
pub use crate::report::segmentation::numbers;
use crate::report::segmentation::of_segments;
use crate::session::Explorer;
use crate::ui::context::ViewCtx;
use crate::ui::theme;

/// Draws the pane.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer) {
    let Some(summary) = explorer.evaluation.segmentation(&explorer.counter) else { return };
    ui.label(
        RichText::new("This model's output has no confidence, so that there is one point and no curve.")
            .color(ctx.theme.text),
    );
    let hint = "Confidence maps (PNG of 8 or 16 bits, or .npy) in a folder beside the masks, such as `confidence`, bring the \
                slider and the curves.";
    ui.label(RichText::new(hint).font(theme::caption()).color(ctx.theme.muted));
    ui.add_space(theme::PADDING);
    ScrollArea::both().auto_shrink([false, false]).show(ui, |ui| {
        Grid::new("segmentation numbers").num_columns(3).spacing([18.0, 6.0]).show(ui, |ui| {
            for (name, value, about) in of_segments(&explorer.evaluation).into_iter().chain(numbers(&summary)) {
                ui.label(RichText::new(name).color(ctx.theme.text));
                ui.label(RichText::new(fmt::rate(value)).font(theme::strong()).color(ctx.theme.text));
                ui.label(RichText::new(about).font(theme::caption()).color(ctx.theme.muted));
                ui.end_row();
            }
        });
    });
}
