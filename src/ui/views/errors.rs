//! The page of errors: its parts, one at a time. Each part stands in a module of its own.

mod kinds;
mod labels;
mod leaks;
mod protocols;
mod slices;

use egui::{Frame, Ui};

use crate::session::Command;
use crate::session::errors::Tab;
use crate::ui::context::ViewCtx;
use crate::ui::textures::Pictures;
use crate::ui::theme;
use crate::ui::widgets::switch;

/// What the parts remember between frames.
#[derive(Default)]
pub struct ErrorsState {
    kinds: kinds::State,
    slices: slices::State,
    labels: labels::State,
    leaks: leaks::State,
    protocols: protocols::State,
}

/// Draws the page.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut ErrorsState, pictures: &mut Pictures) {
    let Some(explorer) = &ctx.session.explorer else { return };
    let frame = Frame::new().fill(ctx.theme.surface).inner_margin(theme::PADDING);
    frame.show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        let here = ctx.session.history.here().tab;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = theme::GRID;
            for tab in Tab::ALL.into_iter().filter(|tab| tab.is_of(explorer.evaluation.task)) {
                if switch::choice(ui, ctx.theme, tab == here, tab.label(), tab.label(), tab.hint()).clicked() {
                    ctx.send(Command::ShowErrors(tab));
                }
            }
        });
        ui.add_space(theme::GRID);
        match here {
            Tab::Kinds => kinds::ui(ui, ctx, explorer, &mut state.kinds, pictures),
            Tab::Slices => slices::ui(ui, ctx, explorer, &mut state.slices),
            Tab::Labels => labels::ui(ui, ctx, explorer, &mut state.labels, pictures),
            Tab::Leaks => leaks::ui(ui, ctx, explorer, &mut state.leaks, pictures),
            Tab::Protocols => protocols::ui(ui, ctx, explorer, &mut state.protocols),
        }
    });
}
