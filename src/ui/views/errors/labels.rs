//! Labels that may be wrong, to be judged one by one.

use egui::Ui;

use crate::session::Explorer;
use crate::ui::context::ViewCtx;
use crate::ui::textures::Pictures;

/// What it remembers between frames.
#[derive(Default)]
pub struct State {}

/// Draws it.
pub fn ui(_ui: &mut Ui, _ctx: &ViewCtx, _explorer: &Explorer, _state: &mut State, _pictures: &mut Pictures) {}
