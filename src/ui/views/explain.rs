//! The `Explain` of a figure: what it shows, how that is computed, and the protocol of the evaluation.

use egui::{Popup, RichText, Ui};

use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::icon::{self, Icon};

use super::threshold_bar::explain;

/// A button with a question mark, named `Explain NAME`; `about` says what the figure shows, its formula and its settings.
pub fn button(ui: &mut Ui, ctx: &ViewCtx, name: &str, about: &str) {
    let button = icon::button(ui, ctx.theme, Icon::Question, &format!("Explain {name}"), true);
    Popup::menu(&button).show(|ui| {
        ui.set_width(theme::POPUP);
        ui.strong(name);
        ui.label(about);
        for sentence in ctx.session.explorer.iter().flat_map(explain::protocol) {
            ui.label(RichText::new(sentence).color(ctx.theme.muted));
        }
    });
}
