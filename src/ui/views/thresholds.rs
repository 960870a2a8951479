//! Thresholds made for costs or targets, and the numbers over IoU and confidence.

use egui::Ui;

use crate::ui::context::ViewCtx;

/// What it remembers between frames.
#[derive(Default)]
pub struct State {}

/// Draws it.
pub fn ui(_ui: &mut Ui, _ctx: &ViewCtx, _state: &mut State) {}
