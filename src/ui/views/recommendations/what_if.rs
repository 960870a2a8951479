//! What a recommendation would give: the counts with its error repaired, or how much surer a number would be.

use egui::{Grid, RichText, Ui};

use crate::analysis::Recommendation;
use crate::analysis::recommend::{Gain, Surer};
use crate::metrics::Counts;
use crate::model::fmt;
use crate::session::Explorer;
use crate::ui::context::ViewCtx;
use crate::ui::theme;

use super::metric;

/// Draws it under the card.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, card: &Recommendation) {
    match (card.gain, card.surer) {
        (Some(gain), _) => {
            match gain.repaired {
                Some(repaired) => counts(ui, ctx, (explorer.counter.totals(), repaired)),
                None => one_number(ui, ctx, gain),
            }
            note(ui, ctx, "Recomputed with this error repaired, all else as it is");
        }
        (None, Some(surer)) => {
            ui.label(words(surer));
            note(ui, ctx, "95 % intervals, the shares of right and wrong staying as they are");
        }
        (None, None) => {
            ui.label("Repairing this changes no number of this evaluation by itself");
        }
    }
}

fn note(ui: &mut Ui, ctx: &ViewCtx, words: &str) {
    ui.label(RichText::new(words).font(theme::caption()).color(ctx.theme.muted));
}

/// The interval today and with more data, in words.
fn words(surer: Surer) -> String {
    let between = |(low, high): (f64, f64)| format!("{}–{}", fmt::rate(Some(low)), fmt::rate(Some(high)));
    let (today, then) = (fmt::count(surer.truths), fmt::count(surer.with));
    format!(
        "{} lies within {} with {today}, within {} with {then} of them",
        metric(surer.metric),
        between(surer.now),
        between(surer.then)
    )
}

fn one_number(ui: &mut Ui, ctx: &ViewCtx, gain: Gain) {
    table(ui, ctx, &[(metric(gain.metric).to_owned(), fmt::rate(Some(gain.from)), fmt::rate(Some(gain.to)))]);
}

fn counts(ui: &mut Ui, ctx: &ViewCtx, (now, then): (Counts, Counts)) {
    let rate = |name: &str, of: fn(Counts) -> Option<f64>| (name.to_owned(), fmt::rate(of(now)), fmt::rate(of(then)));
    let count = |name: &str, of: fn(Counts) -> u64| (name.to_owned(), fmt::count(of(now)), fmt::count(of(then)));
    table(
        ui,
        ctx,
        &[
            rate("Precision", Counts::precision),
            rate("Recall", Counts::recall),
            rate("F1", Counts::f1),
            count("Correct", |c| c.correct),
            count("Misclassified", |c| c.misclassified),
            count("Missed", |c| c.missed),
            count("False positives", |c| c.false_positives),
        ],
    );
}

/// A number a row: its name, today, repaired.
fn table(ui: &mut Ui, ctx: &ViewCtx, rows: &[(String, String, String)]) {
    Grid::new(ui.next_auto_id()).num_columns(3).spacing([2.0 * theme::PADDING, theme::GRID / 2.0]).show(ui, |ui| {
        for head in ["", "now", "repaired"] {
            ui.label(RichText::new(head).font(theme::caption()).color(ctx.theme.muted));
        }
        ui.end_row();
        for (name, now, then) in rows {
            ui.label(RichText::new(name).color(ctx.theme.muted));
            ui.label(now);
            let changed = if now == then { ctx.theme.muted } else { ctx.theme.text };
            ui.label(RichText::new(then).color(changed));
            ui.end_row();
        }
    });
}
