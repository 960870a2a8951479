//! Every number of an answer beside it, and beside those of the model that it is compared with.

use egui::{Grid, Label, RichText, ScrollArea, Ui};

use crate::metrics::Generation;
use crate::metrics::generation::{Better, Column, ColumnKind};
use crate::model::{ImageId, WordRole, fmt};
use crate::session::Explorer;
use crate::ui::context::ViewCtx;
use crate::ui::theme;

/// Width of a name.
const NAME: f32 = 128.0;
/// Width of a value.
const VALUE: f32 = 56.0;

/// Draws the column.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, texts: &Generation, item: ImageId) {
    let rect = ui.max_rect();
    ui.painter().rect_filled(rect, 0.0, ctx.theme.surface);
    ui.painter().vline(rect.left(), rect.y_range(), (theme::HAIRLINE, ctx.theme.line));
    let compared = ctx.session.compared.iter().find(|compared| compared.first == explorer.choice);
    let other = compared.and_then(|compared| Some((compared.other.texts()?, compared.partner(item)?)));
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        egui::Frame::new().inner_margin(egui::Margin::same(12)).show(ui, |ui| {
            for (title, kinds) in [
                ("Metrics", &[ColumnKind::Metric][..]),
                ("Judge", &[ColumnKind::Weighted, ColumnKind::Judge]),
                ("Checks", &[ColumnKind::Check]),
                ("Length", &[ColumnKind::Length]),
                ("Beside the answer", &[ColumnKind::Beside]),
            ] {
                let of_kind = || texts.columns.iter().filter(|column| kinds.contains(&column.kind));
                if of_kind().next().is_none() {
                    continue;
                }
                ui.horizontal(|ui| {
                    ui.label(RichText::new(title).font(theme::strong()).color(ctx.theme.text));
                    let about =
                        if other.is_some() { "this answer → the other's" } else { "this answer, the whole set" };
                    ui.label(RichText::new(about).font(theme::caption()).color(ctx.theme.muted));
                });
                Grid::new(title).num_columns(3).spacing([theme::PADDING, 2.0]).show(ui, |ui| {
                    for column in of_kind() {
                        line(ui, ctx, texts, column, item, other);
                    }
                });
                ui.add_space(theme::PADDING);
            }
            tags(ui, ctx, texts, item);
        });
    });
}

fn line(
    ui: &mut Ui,
    ctx: &ViewCtx,
    texts: &Generation,
    column: &Column,
    item: ImageId,
    other: Option<(&Generation, ImageId)>,
) {
    let decides = texts.pass_column().is_some_and(|pass| pass.key == column.key);
    let name = RichText::new(&column.label);
    let name = if decides { name.strong().color(ctx.theme.text) } else { name.color(ctx.theme.muted) };
    ui.scope(|ui| {
        ui.set_width(NAME);
        ui.add(Label::new(name).truncate()).on_hover_text(format!("{}: {}", column.label, column.about));
    });
    let value = column.value(item.index());
    ui.scope(|ui| {
        ui.set_width(VALUE);
        ui.label(RichText::new(column.words(value)).color(ctx.theme.text));
    });
    if other.is_none() {
        ui.label(RichText::new(column.words(column.corpus)).color(ctx.theme.muted)).on_hover_text("Of the whole set");
    }
    let theirs = other.and_then(|(texts, partner)| texts.column(&column.key)?.value(partner.index()));
    if other.is_some() {
        let color = match value.zip(theirs).map(|(a, b)| column.as_score(b) - column.as_score(a)) {
            Some(gain) if gain > 0.0 && column.better != Better::Neither => ctx.theme.correct,
            Some(gain) if gain < 0.0 && column.better != Better::Neither => ctx.theme.missed,
            _ => ctx.theme.muted,
        };
        ui.label(RichText::new(format!("→ {}", column.words(theirs))).color(color));
    }
    ui.end_row();
}

/// Words that stand beside the numbers, and not as texts of their own.
pub(super) const fn is_short(role: WordRole) -> bool {
    matches!(role, WordRole::Tag | WordRole::Template)
}

fn tags(ui: &mut Ui, ctx: &ViewCtx, texts: &Generation, item: ImageId) {
    for column in texts.answers.words.iter().filter(|column| is_short(column.role)) {
        let value = column.values.get(item.index()).map_or(fmt::UNDEFINED, String::as_str);
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(super::readable(&column.name)).color(ctx.theme.muted));
            ui.label(RichText::new(value).color(ctx.theme.text));
        });
    }
}
