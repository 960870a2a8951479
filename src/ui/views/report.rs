//! The page on which a report is put together, looked at and written.

use egui::Ui;

use crate::ui::context::ViewCtx;

/// What the page remembers.
#[derive(Default)]
pub struct Report {}

/// Draws the page.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, _state: &mut Report) {
    let _ = (ui, ctx);
}
