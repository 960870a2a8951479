//! Strips between the threshold bar and the page: the files changed, and what the folder was taken for.

use std::collections::BTreeSet;
use std::path::PathBuf;

use egui::{Popup, PopupCloseBehavior, ScrollArea, Ui};

use crate::formats::Recognised;
use crate::model::fmt;
use crate::model::project::DatasetEntry;
use crate::session::{Command, OpenProject, Slot};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::icon::{self, Icon};
use crate::ui::widgets::states;

use super::run::recognised::{details, write_button};

/// The folders whose recognition was looked at.
#[derive(Default)]
pub struct Strips {
    seen: BTreeSet<PathBuf>,
}

/// Draws the strips that are due.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut Strips) {
    // Strips lie close together, and close to what is above and below.
    let spacing = std::mem::replace(&mut ui.spacing_mut().item_spacing.y, 0.0);
    due(ui, ctx, state);
    ui.spacing_mut().item_spacing.y = spacing;
}

fn due(ui: &mut Ui, ctx: &ViewCtx, state: &mut Strips) {
    let stale = ctx.session.explorer.as_ref().is_some_and(|e| e.stale);
    if stale && !ctx.session.jobs.contains_key(&Slot::Evaluate) {
        let text = "Files changed on disk; these numbers belong to what they held before";
        states::strip(ui, ctx, ctx.theme.misclassified, text, |ui| {
            if ui.button("Recalculate").clicked() {
                ctx.send(Command::Recalculate);
            }
        });
    }
    if let Some(project) = &ctx.session.project
        && !project.from_file
        && !project.recognised.reasons.is_empty()
        && !state.seen.contains(&project.root)
    {
        recognised(ui, ctx, project, state);
    }
}

fn recognised(ui: &mut Ui, ctx: &ViewCtx, project: &OpenProject, state: &mut Strips) {
    states::strip(ui, ctx, ctx.theme.accent, &summary(&project.recognised), |ui| {
        if icon::button(ui, ctx.theme, Icon::Close, "Hide what was recognised", true).clicked() {
            state.seen.insert(project.root.clone());
        }
        write_button(ui, ctx, project);
        let why = ui.button("Why, and correct");
        why.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "Why it was recognised so"));
        Popup::from_toggle_button_response(&why)
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .frame(theme::card(ui.style()))
            .show(|ui| {
                ui.set_width(theme::CARD);
                ScrollArea::vertical().max_height(420.0).show(ui, |ui| details(ui, ctx, &project.recognised));
            });
    });
}

/// One sentence: the datasets with their format and splits, the models with their versions.
fn summary(recognised: &Recognised) -> String {
    let project = &recognised.project;
    let dataset = |d: &DatasetEntry| {
        let splits = d.splits.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        format!("{} ({}: {splits})", d.id, d.format)
    };
    let mut models: Vec<(&str, u64)> = Vec::new();
    for model in &project.models {
        match models.iter_mut().find(|(id, _)| *id == model.id) {
            Some((_, versions)) => *versions += 1,
            None => models.push((&model.id, 1)),
        }
    }
    let model = |&(id, n): &(&str, u64)| if n == 1 { id.to_owned() } else { format!("{id} ({n} versions)") };
    let datasets: Vec<String> = project.datasets.iter().filter(|d| d.home.is_none()).map(dataset).collect();
    let models: Vec<String> = models.iter().map(model).collect();
    let mut text = format!("Recognised without a project file: {}; {}", datasets.join(", "), models.join(", "));
    let others = recognised.alternatives.len() as u64;
    if others > 0 {
        text.push_str(&format!("; {} left aside", fmt::counted(others, "alternative", "alternatives")));
    }
    text
}
