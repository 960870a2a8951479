//! The `Explain` of a figure: what it shows, how that is computed, the counts behind it, the protocol of the evaluation, its items.

use egui::{Popup, RichText, Ui};

use crate::analysis::Filter;
use crate::model::fmt;
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::help;
use crate::ui::theme;
use crate::ui::widgets::icon::{self, Icon};

use super::gallery::tile::counts_in_words;
use super::threshold_bar::explain;

/// A button with a question mark, named `Explain NAME`; `about` says what the figure shows, its formula and its settings.
pub fn button(ui: &mut Ui, ctx: &ViewCtx, name: &str, about: &str) {
    let button = icon::button(ui, ctx.theme, Icon::Question, &format!("Explain {name}"), true);
    Popup::menu(&button).show(|ui| {
        ui.set_width(theme::POPUP);
        ui.strong(name);
        body(ui, ctx, name, about);
    });
}

/// The words, the counts at the threshold, the protocol, and the ways to the items and to the help.
pub fn body(ui: &mut Ui, ctx: &ViewCtx, name: &str, about: &str) {
    ui.label(about);
    numbers(ui, ctx);
    help_button(ui, ctx, name);
}

/// The way to what the help says of a figure.
pub fn help_button(ui: &mut Ui, ctx: &ViewCtx, figure: &str) {
    let task = ctx.session.explorer.as_ref().map(|explorer| explorer.evaluation.task);
    let Some(topic) = help::topic(task, figure) else { return };
    if ui.button("Help on this").on_hover_text("What it means, how to read it, what to do").clicked() {
        ctx.send(Command::Help(topic));
        ui.close();
    }
}

fn numbers(ui: &mut Ui, ctx: &ViewCtx) {
    let Some(explorer) = &ctx.session.explorer else { return };
    ui.label(RichText::new(counts(explorer)).color(ctx.theme.text));
    for sentence in explain::protocol(explorer) {
        ui.label(RichText::new(sentence).color(ctx.theme.muted));
    }
    let (_, many) = explorer.evaluation.task.items();
    if ui.button(format!("Show the {many}")).clicked() {
        ctx.send(Command::Select(Filter::All));
        ui.close();
    }
}

/// What became of everything at the threshold.
fn counts(explorer: &Explorer) -> String {
    let totals = explorer.counter.totals();
    let at = explorer.condition();
    if explorer.texts().is_some() {
        let (passed, failed) = (fmt::count(totals.correct), fmt::count(totals.misclassified + totals.missed));
        return format!("At {at} {passed} pass and {failed} fail");
    }
    format!("At {at} {}", counts_in_words(totals))
}
