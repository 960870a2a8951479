//! The numbers with the verdicts applied, beside those of the labels as they are.

use std::sync::Arc;

use egui::{Align, Grid, Layout, RichText, Role, Ui, WidgetInfo};

use crate::analysis::suspects::repair;
use crate::model::fmt;
use crate::session::errors::review::Review;
use crate::session::{Explorer, Slot};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::views::explain;
use crate::ui::widgets::states;

use super::State;

const ABOUT: &str = "The same outputs evaluated by the same code against a copy of the ground truth with the verdicts applied. Model right: a \
    wrong label takes the model’s class, a missing one is added where the model found it, a spurious one goes, a badly located one \
    moves. Both wrong: the object is ignored together with what was found there; of a classifier the item is left out. Label right \
    and unsure change nothing";

/// Height of a row.
const ROW: f32 = theme::BODY + theme::GRID;

/// Room that it takes.
pub fn height(explorer: &Explorer) -> f32 {
    let rows = if explorer.evaluation.task.is_multilabel() { 4.0 } else { 5.0 };
    theme::PANE_TITLE + (rows + 1.0) * (ROW + theme::GRID / 2.0) + 2.0 * theme::PADDING
}

/// Draws the table.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, review: &Review, state: &mut State) {
    let line = ui.max_rect();
    ui.painter().hline(line.x_range(), line.top() + theme::HAIRLINE, (theme::HAIRLINE, ctx.theme.line));
    ui.add_space(theme::GRID);
    ui.horizontal(|ui| {
        ui.label(RichText::new("Corrected metrics").color(ctx.theme.text));
        ui.label(RichText::new(format!("at {}", explorer.condition())).font(theme::caption()).color(ctx.theme.muted));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| explain::button(ui, ctx, "Corrected metrics", ABOUT));
    });
    if let Some(job) = ctx.session.jobs.get(&Slot::Corrected)
        && review.corrected.is_none()
    {
        ui.horizontal(|ui| states::job_row(ui, ctx, Slot::Corrected, job, ui.available_width() - 80.0));
        return;
    }
    let Some((corrected, matched)) = review.corrected.as_ref().and_then(|c| Some((c, c.matched.as_ref()?))) else {
        let words = "No verdict changes a label yet";
        ui.label(RichText::new(words).color(ctx.theme.muted));
        return;
    };
    if !state.counter.as_ref().is_some_and(|(of, _)| Arc::ptr_eq(of, matched)) {
        state.counter = Some((Arc::clone(matched), matched.timeline.counter()));
    }
    let Some((_, counter)) = &mut state.counter else { return };
    matched.timeline.move_to(counter, explorer.threshold.value);
    let rows = repair::rows((&explorer.evaluation, &explorer.counter), (corrected, counter));
    Grid::new("corrected metrics")
        .num_columns(4)
        .min_row_height(ROW)
        .spacing([2.0 * theme::PADDING, theme::GRID / 2.0])
        .show(ui, |ui| {
            for head in ["", "original", "corrected", "difference"] {
                ui.label(RichText::new(head).font(theme::caption()).color(ctx.theme.muted));
            }
            ui.end_row();
            for row in rows {
                let difference = row.original.zip(row.corrected).map(|(before, after)| after - before);
                let words = [
                    fmt::rate(row.original),
                    fmt::rate(row.corrected),
                    difference.map_or_else(|| fmt::UNDEFINED.to_owned(), fmt::difference),
                ];
                let name = ui.label(RichText::new(row.name).color(ctx.theme.muted));
                let [before, after, by] = &words;
                name.widget_info(|| {
                    let said = format!("{} {before}, corrected {after}, difference {by}", row.name);
                    WidgetInfo::labeled(Role::Label, true, said)
                });
                for word in &words {
                    ui.label(RichText::new(word).color(ctx.theme.text));
                }
                ui.end_row();
            }
        });
}
