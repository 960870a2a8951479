//! The card that says what the program is.

use egui::{Grid, Id, Modal, RichText, ScrollArea, Ui};

use crate::session::about;
use crate::ui::context::ViewCtx;
use crate::ui::theme;

/// Draws the card while it is open.
pub fn ui(ui: &Ui, ctx: &ViewCtx, open: &mut bool) {
    if !*open {
        return;
    }
    let height = ui.ctx().content_rect().height() - 2.0 * theme::HEADER;
    let modal = Modal::new(Id::unique("about")).frame(theme::card(ui.style())).show(ui.ctx(), |ui| {
        ui.set_width(theme::CARD.min(ui.ctx().content_rect().width() - theme::HEADER));
        ui.label(RichText::new(format!("Evalens {}", about::VERSION)).font(theme::title()).color(ctx.theme.text));
        ui.label(RichText::new(format!("Licence {}", about::LICENCE)).color(ctx.theme.muted));
        ui.add_space(theme::PADDING);
        let inside = (height - 4.0 * theme::HEADER).max(theme::PANE_LEAST);
        ScrollArea::vertical().max_height(inside).min_scrolled_height(inside).show(ui, |ui| content(ui, ctx));
        ui.add_space(theme::PADDING);
        ui.horizontal(|ui| {
            if ui.button("Copy as text").clicked() {
                ui.ctx().copy_text(about::text(ctx.session));
            }
            ui.button("Close").clicked()
        })
        .inner
    });
    if modal.should_close() || modal.inner {
        *open = false;
    }
}

fn content(ui: &mut Ui, ctx: &ViewCtx) {
    ui.add(egui::Label::new(RichText::new(about::PROMISE).color(ctx.theme.text)).wrap());
    table(ui, ctx, "Files", &about::places(ctx.session));
    table(ui, ctx, "Libraries", &about::libraries());
}

fn table(ui: &mut Ui, ctx: &ViewCtx, title: &'static str, rows: &[(&str, String)]) {
    ui.add_space(theme::PADDING);
    ui.label(RichText::new(title).font(theme::caption()).color(ctx.theme.muted));
    Grid::new(title).num_columns(2).spacing([3.0 * theme::PADDING, theme::GRID]).min_row_height(0.0).show(ui, |ui| {
        for (name, value) in rows {
            ui.label(RichText::new(*name).color(ctx.theme.muted));
            ui.add(egui::Label::new(RichText::new(value).color(ctx.theme.text)).wrap().selectable(true));
            ui.end_row();
        }
    });
}
