//! The line above the picture: which image this is, where it stands in the selection, what it holds.

use egui::{Align, Layout, RichText, Ui, Vec2};

use crate::analysis::{Filter, suspects};
use crate::metrics::{Counts, Outcome, OutcomeKind};
use crate::model::fmt;
use crate::session::Command;
use crate::ui::theme;
use crate::ui::widgets::boxes::Boxes;
use crate::ui::widgets::icon::{self, Icon};

use super::Scene;

/// Draws the line; `judged` is what a verdict would be about.
pub fn ui(ui: &mut Ui, scene: &Scene, judged: Option<Outcome>) {
    let (theme, explorer) = (scene.ctx.theme, scene.explorer);
    let rect = ui.max_rect();
    ui.painter().rect_filled(rect, 0.0, theme.surface);
    ui.painter().hline(rect.x_range(), rect.bottom() - theme::HAIRLINE / 2.0, (theme::HAIRLINE, theme.line));
    ui.horizontal_centered(|ui| {
        ui.add_space(theme::GRID);
        if icon::button(ui, theme, Icon::Back, "Back to the gallery", true).clicked() {
            scene.ctx.send(Command::CloseImage);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(theme::PADDING);
            steps(ui, scene);
            ui.add_space(theme::PADDING);
            counts(ui, scene, explorer.matched.timeline.counts_of(scene.id, explorer.counter.cut()));
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                titles(ui, scene);
                verdict(ui, scene, judged);
            });
        });
    });
}

fn titles(ui: &mut Ui, scene: &Scene) {
    let theme = scene.ctx.theme;
    let selection = &scene.explorer.selection;
    let muted = |text: String| RichText::new(text).color(theme.muted);
    let name = RichText::new(&scene.image.name).font(theme::title()).color(theme.text);
    let room = (ui.available_width() - 280.0).max(120.0);
    ui.scope(|ui| {
        ui.set_max_width(room);
        ui.add(egui::Label::new(name).truncate()).on_hover_text(&scene.image.name);
    });
    let total = fmt::count(selection.images.len() as u64);
    match selection.position(scene.id) {
        Some(at) => ui.label(muted(format!("{} of {total}", fmt::count(at as u64 + 1)))),
        None => ui.label(muted("not in the selection at this threshold".to_owned())),
    };
    if scene.image.width > 0 {
        ui.label(muted(format!("{} × {} px", scene.image.width, scene.image.height)));
    }
    let objects = scene.explorer.evaluation.objects().is_some();
    if objects && !matches!(selection.filter, Filter::All | Filter::Images { .. }) {
        let marked = fmt::counted(scene.marked as u64, "marked object", "marked objects");
        let title = selection.filter.title(&scene.explorer.dataset().classes);
        ui.label(RichText::new(format!("{marked} in this image")).color(theme.accent)).on_hover_text(title);
    }
}

/// What was said of the label that is looked at.
fn verdict(ui: &mut Ui, scene: &Scene, judged: Option<Outcome>) {
    let evaluation = &scene.explorer.evaluation;
    let suspect = judged.filter(|_| !scene.is_other()).and_then(|outcome| suspects::of_outcome(evaluation, outcome));
    let said = suspect.and_then(|suspect| scene.ctx.session.errors.review.verdict(evaluation, &suspect));
    if let Some(verdict) = said {
        let words = format!("judged {}", verdict.label().to_lowercase());
        ui.label(RichText::new(words).color(scene.ctx.theme.accent)).on_hover_text("U takes the last verdict back");
    }
}

/// From right to left.
fn steps(ui: &mut Ui, scene: &Scene) {
    let selection = &scene.explorer.selection;
    let at = selection.position(scene.id);
    let next = at.is_none_or(|at| at + 1 < selection.images.len());
    if icon::button(ui, scene.ctx.theme, Icon::Right, "Next image", next).clicked() {
        scene.ctx.send(Command::StepImage(1));
    }
    let previous = at.is_none_or(|at| at > 0);
    if icon::button(ui, scene.ctx.theme, Icon::Left, "Previous image", previous).clicked() {
        scene.ctx.send(Command::StepImage(-1));
    }
}

/// From right to left.
fn counts(ui: &mut Ui, scene: &Scene, counts: Counts) {
    let theme = scene.ctx.theme;
    let task = scene.explorer.evaluation.task;
    // One label an item: the panel beside it says what became of it.
    if task.is_single_label() {
        return;
    }
    for kind in OutcomeKind::ALL.into_iter().rev().filter(|kind| kind.occurs(task)) {
        let words = match kind {
            OutcomeKind::Correct => format!("{} correct", fmt::count(counts.correct)),
            OutcomeKind::Misclassified => format!("{} misclassified", fmt::count(counts.misclassified)),
            OutcomeKind::Missed => format!("{} missed", fmt::count(counts.missed)),
            OutcomeKind::FalsePositive => fmt::counted(counts.false_positives, "false positive", "false positives"),
        };
        let color = if counts.of(kind) > 0 { theme.text } else { theme.muted };
        ui.label(RichText::new(words).color(color));
        ui.spacing_mut().item_spacing.x = theme::GRID;
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(theme::PADDING), egui::Sense::hover());
        let mut boxes = Boxes::new(ui.painter(), ui.clip_rect());
        boxes.mark(rect, kind, theme.outcome(kind));
        boxes.paint(ui.painter());
        ui.spacing_mut().item_spacing.x = theme::PADDING;
        ui.add_space(theme::GRID);
    }
}
