//! A button whose menu hands out what stands beside it: as a picture, a drawing, numbers.

use egui::{Popup, Ui};

use crate::session::exports::Maker;
use crate::ui::context::ViewCtx;
use crate::ui::export;
use crate::ui::widgets::icon::{self, Icon};

/// Three dots named "Save `title`"; `key` is the stem of its files, `make` makes it when an entry of the menu is clicked.
pub fn button(ui: &mut Ui, ctx: &ViewCtx, title: &str, key: &str, make: impl Fn() -> Option<Maker>) {
    let dots = icon::button(ui, ctx.theme, Icon::Dots, &format!("Save {title}"), true);
    Popup::menu(&dots).show(|ui| export::entries(ui, ctx, &export::name(ctx.session, key), make));
}
