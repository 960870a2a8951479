//! The status bar: what is on screen in numbers, and what runs in the background.

use egui::{Align, Layout, RichText, Ui};

use crate::model::fmt;
use crate::session::{Explorer, Slot};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::states;

use super::threshold_bar::explain;

/// Jobs that are worth a progress bar. The others take no time a person would notice.
const SHOWN: [Slot; 3] = [Slot::Open, Slot::Evaluate, Slot::Rematch];

/// Draws the bar.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx) {
    ui.horizontal_centered(|ui| {
        ui.add_space(12.0);
        let running = SHOWN.into_iter().find_map(|slot| ctx.session.jobs.get(&slot).map(|job| (slot, job)));
        let state = if running.is_some() { "working" } else { "ready" };
        let facts = ctx.session.explorer.as_ref().map_or_else(String::new, facts);
        let text = if facts.is_empty() { state.to_owned() } else { format!("{state} · {facts}") };
        ui.label(RichText::new(text).font(theme::caption()).color(ctx.theme.muted));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(12.0);
            if let Some((slot, job)) = running {
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let left = (ui.available_width() - 380.0).max(0.0);
                    ui.add_space(left);
                    ui.label(RichText::new(&job.title).font(theme::caption()).color(ctx.theme.text));
                    states::job_row(ui, ctx, slot, job, 120.0);
                });
            }
        });
    });
}

/// `72 images · 945 objects · 7,200 detections · two-pass, IoU ≥ 0.50 · evaluated in 80 ms`.
fn facts(explorer: &Explorer) -> String {
    let mut facts = explorer.evaluation.size();
    facts.push(explain::matching(explorer));
    facts.push(format!("evaluated in {}", fmt::duration(explorer.took)));
    facts.join(" · ")
}
