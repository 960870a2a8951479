//! The page of images: the gallery of the selection, or the one image that is open. Knows which of the two.

use egui::Ui;

use crate::ui::context::ViewCtx;
use crate::ui::textures::Pictures;

use super::answer::{self, Answer};
use super::gallery::{self, Gallery};
use super::rows::{self, Rows};
use super::texts::{self, Texts};
use super::viewer::{self, Viewer};

/// What the page remembers between frames.
#[derive(Default)]
pub struct Images {
    gallery: Gallery,
    viewer: Viewer,
    texts: Texts,
    rows: Rows,
    answer: Answer,
}

/// Draws the page.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut Images, pictures: &mut Pictures) {
    let is_text = ctx.session.explorer.as_ref().is_some_and(|e| e.evaluation.task.is_text());
    let generated = ctx.session.explorer.as_ref().is_some_and(|e| e.texts().is_some());
    match ctx.session.history.here().image {
        None if generated => rows::ui(ui, ctx, &mut state.rows),
        Some(item) if generated => answer::ui(ui, ctx, &mut state.answer, item),
        None if is_text => texts::ui(ui, ctx, &mut state.texts),
        None => gallery::ui(ui, ctx, &mut state.gallery, state.viewer.pixel_difference(), pictures),
        Some(image) => {
            state.gallery.come_back_to(image);
            viewer::ui(ui, ctx, &mut state.viewer, image, pictures);
        }
    }
}
