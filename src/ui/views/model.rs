//! The page of a model version: everything known of it, all its evaluations, a note in Markdown, how far its review is.

use egui::{Button, ComboBox, RichText, Role, ScrollArea, TextEdit, Ui, WidgetInfo};

use crate::model::fmt;
use crate::model::project::ModelEntry;
use crate::model::run::{ModelType, headline};
use crate::session::Command;
use crate::session::evaluations::{Key, ModelKey};
use crate::session::workspace::Member;
use crate::store::notes::{Note, Review};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::{markdown, states};

/// What is being written, and about what.
#[derive(Debug, Default)]
pub struct ModelPage {
    about: Option<ModelKey>,
    draft: Option<String>,
}

/// Draws the page.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut ModelPage) {
    let workspace = &ctx.session.workspace;
    let key = ctx.session.history.here().model.clone();
    let found = key.and_then(|key| {
        let at = workspace.position(&key.0)?;
        let project = &workspace.project(at)?.recognised.project;
        let model = project.models.iter().find(|m| m.id == key.1 && m.version == key.2)?;
        Some((key, at, workspace.members.get(at)?, model))
    });
    let frame = egui::Frame::new().fill(ctx.theme.surface).inner_margin(egui::Margin::symmetric(16, 12));
    frame.show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        let Some((key, at, member, model)) = found else {
            states::empty(
                ui,
                ctx,
                "This model version is gone",
                "Its project was closed, or does not name it any more",
            );
            return;
        };
        if state.about.as_ref() != Some(&key) {
            *state = ModelPage { about: Some(key.clone()), draft: None };
        }
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.label(RichText::new(format!("{}@{}", model.id, model.version)).font(theme::figure()));
            let kind = ModelType::of(model.task, model.head.is_some()).words();
            ui.label(RichText::new(format!("{kind} of {}", workspace.name(at))).color(ctx.theme.muted));
            ui.add_space(theme::PADDING);
            facts(ui, ctx, model, member);
            ui.add_space(2.0 * theme::PADDING);
            evaluations(ui, ctx, &key, member);
            ui.add_space(2.0 * theme::PADDING);
            note(ui, ctx, &key, state);
        });
    });
}

fn title(ui: &mut Ui, ctx: &ViewCtx, text: &str) {
    ui.label(RichText::new(text).font(theme::title()).color(ctx.theme.text));
}

fn facts(ui: &mut Ui, ctx: &ViewCtx, model: &ModelEntry, member: &Member) {
    egui::Grid::new("model facts").num_columns(2).spacing([2.0 * theme::PADDING, theme::GRID]).show(ui, |ui| {
        let fact = |ui: &mut Ui, name: &str, value: &str| {
            ui.label(RichText::new(name).color(ctx.theme.muted));
            ui.label(RichText::new(value).color(ctx.theme.text));
            ui.end_row();
        };
        fact(ui, "Task", model.task.name());
        let unknown = || "the project does not say".to_owned();
        let trained = model.trained_on.as_ref().map_or_else(unknown, ToString::to_string);
        fact(ui, "Trained on", &trained);
        fact(ui, "Project", &member.root.display().to_string());
        let outputs: Vec<String> = model.predictions.iter().map(|p| p.path.clone()).collect();
        fact(ui, "Outputs", &if outputs.is_empty() { fmt::UNDEFINED.to_owned() } else { outputs.join("\n") });
        if let Some(head) = &model.head {
            fact(ui, "Linear head", head);
        }
        for (name, value) in &model.parameters {
            fact(ui, name, &value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        }
    });
}

fn evaluations(ui: &mut Ui, ctx: &ViewCtx, key: &ModelKey, member: &Member) {
    title(ui, ctx, "Evaluations");
    let of =
        |stored: &&crate::store::runs::StoredRun| stored.run.model.id == key.1 && stored.run.model.version == key.2;
    let runs: Vec<_> = member.runs.iter().rev().filter(of).collect();
    if runs.is_empty() {
        ui.label(RichText::new("None yet: calculate one on the page Evaluations").color(ctx.theme.muted));
        return;
    }
    egui::Grid::new("model runs").num_columns(6).spacing([2.0 * theme::PADDING, theme::GRID]).show(ui, |ui| {
        for head in ["Dataset", "", "F1", "Precision", "Recall", "When"] {
            ui.label(RichText::new(head).font(theme::caption()).color(ctx.theme.muted));
        }
        ui.end_row();
        for stored in runs {
            let run = &stored.run;
            let dataset = crate::analysis::leaderboard::evaluation_dataset(run);
            let view = ui.link(RichText::new(&dataset).color(ctx.theme.text));
            view.widget_info(|| WidgetInfo::labeled(Role::Link, true, format!("View results on {dataset}")));
            if view.on_hover_text("Opens the evaluation").clicked() {
                ctx.send(Command::ViewResults(Key {
                    root: key.0.clone(),
                    model: (key.1.clone(), key.2.clone()),
                    dataset: (run.dataset.id.clone(), run.dataset.version.clone()),
                    splits: run.dataset.splits.clone(),
                }));
            }
            let (name, label) = headline(run.task);
            ui.label(format!("{label} {}", fmt::rate(run.number(name))));
            for name in ["f1", "precision", "recall"] {
                ui.label(fmt::rate(run.number(name)));
            }
            ui.label(RichText::new(fmt::date_time(run.time)).color(ctx.theme.muted));
            ui.end_row();
        }
    });
}

fn note(ui: &mut Ui, ctx: &ViewCtx, key: &ModelKey, state: &mut ModelPage) {
    let kept = &ctx.session.note;
    ui.horizontal(|ui| {
        title(ui, ctx, "Notes");
        let mut review = kept.review;
        let combo = ComboBox::from_id_salt("review").selected_text(review.label()).show_ui(ui, |ui| {
            for choice in Review::ALL {
                ui.selectable_value(&mut review, choice, choice.label());
            }
        });
        let name = format!("Review: {}", review.label());
        combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &name));
        if review != kept.review {
            ctx.send(Command::SaveNote(key.clone(), Note { review, ..kept.clone() }));
        }
        if state.draft.is_none() && ui.button("Edit notes").clicked() {
            state.draft = Some(kept.text.clone());
        }
    });
    let Some(draft) = &mut state.draft else {
        if kept.text.trim().is_empty() {
            ui.label(RichText::new("Nothing is written yet").color(ctx.theme.muted));
        } else {
            markdown::ui(ui, ctx.theme, &kept.text);
        }
        return;
    };
    let field = TextEdit::multiline(draft).desired_rows(8).desired_width(theme::CARD).hint_text("Markdown");
    ui.add(field).widget_info(|| WidgetInfo::labeled(Role::MultilineTextInput, true, "Notes in Markdown"));
    let mut done = false;
    ui.horizontal(|ui| {
        if ui.add(Button::new(RichText::new("Save notes").strong())).clicked() {
            ctx.send(Command::SaveNote(key.clone(), Note { text: draft.clone(), ..kept.clone() }));
            done = true;
        }
        done |= ui.button("Discard changes").clicked();
    });
    if done {
        state.draft = None;
    }
}
