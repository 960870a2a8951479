//! The same predictions by other matchings, and what stands otherwise.

use egui::Ui;

use crate::session::Explorer;
use crate::ui::context::ViewCtx;

/// What it remembers between frames.
#[derive(Default)]
pub struct State {}

/// Draws it.
pub fn ui(_ui: &mut Ui, _ctx: &ViewCtx, _explorer: &Explorer, _state: &mut State) {}
