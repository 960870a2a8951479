//! Errors by attributes of images and objects; slices of a person; weak ones that were found.

use egui::Ui;

use crate::session::Explorer;
use crate::ui::context::ViewCtx;

/// What it remembers between frames.
#[derive(Default)]
pub struct State {}

/// Draws it.
pub fn ui(_ui: &mut Ui, _ctx: &ViewCtx, _explorer: &Explorer, _state: &mut State) {}
