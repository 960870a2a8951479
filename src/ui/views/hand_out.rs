//! A button whose menu hands out what stands beside it: as a picture, a drawing, numbers.

use egui::Ui;

use crate::model::fmt;
use crate::session::exports::Maker;
use crate::ui::context::ViewCtx;
use crate::ui::export;

/// Three dots named "`title` menu"; `key` is the stem of its files, `make` makes it when an entry of the menu is clicked.
pub fn button(ui: &mut Ui, ctx: &ViewCtx, title: &str, key: &str, make: impl Fn() -> Option<Maker>) {
    export::dots(ui, ctx, &fmt::capitalised(title), &export::name(ctx.session, key), make);
}
