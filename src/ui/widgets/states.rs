//! The four states that stand in for content: nothing yet, under way, failed, out of date. Knows no particular view.

use egui::{Align, Layout, ProgressBar, RichText, Ui};

use crate::model::fmt;
use crate::session::{Command, RunningJob, Slot};
use crate::ui::context::ViewCtx;
use crate::ui::theme;

/// Nothing to show, and what to do about it.
pub fn empty(ui: &mut Ui, ctx: &ViewCtx, title: &str, advice: &str) {
    centred(ui, |ui| {
        ui.label(RichText::new(title).font(theme::title()).color(ctx.theme.text));
        ui.label(RichText::new(advice).color(ctx.theme.muted));
    });
}

/// Something went wrong; `text` names the file, the place and the remedy.
pub fn failed(ui: &mut Ui, ctx: &ViewCtx, title: &str, text: &str, more: impl FnOnce(&mut Ui)) {
    centred(ui, |ui| {
        ui.label(RichText::new(title).font(theme::title()).color(ctx.theme.danger));
        ui.label(RichText::new(text).color(ctx.theme.text));
        ui.add_space(theme::PADDING);
        more(ui);
    });
}

/// A job under way, in the middle of the place of its result.
pub fn loading(ui: &mut Ui, ctx: &ViewCtx, slot: Slot, job: &RunningJob) {
    centred(ui, |ui| {
        ui.label(RichText::new(&job.title).font(theme::title()).color(ctx.theme.text));
        let stage = job.handle.ctx().snapshot().stage;
        ui.label(RichText::new(stage).color(ctx.theme.muted));
        ui.add_space(theme::PADDING);
        ui.allocate_ui_with_layout(egui::vec2(theme::POPUP, theme::ROW), Layout::left_to_right(Align::Center), |ui| {
            job_row(ui, ctx, slot, job, theme::POPUP - 80.0);
        });
    });
}

/// A job's progress bar, named by what it does and its percentage, and the button that stops it.
pub fn job_row(ui: &mut Ui, ctx: &ViewCtx, slot: Slot, job: &RunningJob, width: f32) {
    let progress = job.handle.ctx().snapshot();
    let share = progress.share.unwrap_or(0.0);
    let bar = ProgressBar::new(share).desired_width(width).desired_height(theme::GRID).fill(ctx.theme.accent);
    let bar = ui.add(bar);
    bar.widget_info(|| {
        let mut info = egui::WidgetInfo::labeled(
            egui::Role::ProgressIndicator,
            true,
            format!("{} {:.0} %", job.title, share * 100.0),
        );
        info.value = Some(f64::from(share));
        info
    });
    bar.on_hover_text(if progress.stage.is_empty() { job.title.clone() } else { progress.stage });
    let cancel = ui.small_button("Cancel");
    cancel.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Cancel {}", fmt::uncapitalised(&job.title)))
    });
    if cancel.clicked() {
        ctx.send(Command::Cancel(slot));
    }
}

/// A strip across the window: a sentence and what can be done about it, at the right.
pub fn strip(ui: &mut Ui, ctx: &ViewCtx, color: egui::Color32, text: &str, more: impl FnOnce(&mut Ui)) {
    let frame = egui::Frame::new().fill(ctx.theme.raised).inner_margin(egui::Margin::symmetric(12, 3));
    let strip = frame.show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.set_min_height(theme::ROW);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                more(ui);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(egui::Label::new(RichText::new(text).color(ctx.theme.text)).truncate());
                });
            });
        });
    });
    let mark = strip.response.rect.with_max_x(strip.response.rect.left() + 3.0);
    ui.painter().rect_filled(mark, 0.0, color);
}

fn centred(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    let above = (ui.available_height() * 0.38 - 40.0).max(theme::PADDING);
    ui.add_space(above);
    ui.vertical_centered(|ui| {
        ui.set_max_width(theme::CARD.min(ui.available_width() - 2.0 * theme::PADDING));
        content(ui);
    });
}
