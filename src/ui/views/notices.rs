//! What went wrong or is worth a word: cards over the lower right corner until they are taken away.

use std::collections::VecDeque;

use egui::{Align, Align2, Area, Id, Layout, RichText, Ui, vec2};

use crate::session::{Command, Notice};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::icon::{self, Icon};

/// Cards shown at once.
const SHOWN: usize = 3;
/// Seconds that a word about a success stays. Failures stay until they are taken away.
const STAY: f64 = 6.0;
/// Width of a card.
const WIDTH: f32 = 440.0;

/// When each word about a success was first seen.
#[derive(Default)]
pub struct Notices {
    seen: VecDeque<(Notice, f64)>,
    shown: usize,
}

/// Draws the cards.
pub fn ui(ui: &Ui, ctx: &ViewCtx, state: &mut Notices) {
    let notices = &ctx.session.notices;
    if notices.len() != state.shown {
        state.shown = notices.len();
        // What hangs at a lower corner is placed by its size of the frame before.
        ui.ctx().request_repaint();
    }
    if notices.is_empty() {
        state.seen.clear();
        return;
    }
    let offset = vec2(-12.0, -theme::STATUS - 12.0);
    let area = Area::new(Id::unique("notices")).anchor(Align2::RIGHT_BOTTOM, offset).order(egui::Order::Foreground);
    area.show(ui.ctx(), |ui| {
        ui.set_width(WIDTH);
        let hidden = notices.len().saturating_sub(SHOWN);
        if hidden > 0 {
            ui.label(RichText::new(format!("and {hidden} before")).font(theme::caption()).color(ctx.theme.muted));
        }
        for (index, notice) in notices.iter().enumerate().skip(hidden) {
            card(ui, ctx, index, notice);
        }
    });
    fade(ui, ctx, state);
}

fn card(ui: &mut Ui, ctx: &ViewCtx, index: usize, notice: &Notice) {
    let color = if notice.is_error { ctx.theme.danger } else { ctx.theme.accent };
    let frame = egui::Frame::popup(ui.style()).inner_margin(egui::Margin { left: 14, right: 8, top: 8, bottom: 8 });
    let card = frame.show(ui, |ui| {
        ui.set_width(WIDTH - 24.0);
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            if icon::button(ui, ctx.theme, Icon::Close, "Dismiss", true).clicked() {
                ctx.send(Command::Dismiss(index));
            }
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                let text = RichText::new(&notice.text).color(ctx.theme.text);
                ui.add(egui::Label::new(text).wrap().selectable(true));
            });
        });
    });
    let mark = card.response.rect.shrink(1.0);
    ui.painter().rect_filled(mark.with_max_x(mark.left() + 3.0), 2.0, color);
}

/// Takes words about successes away after a while.
fn fade(ui: &Ui, ctx: &ViewCtx, state: &mut Notices) {
    let now = ui.input(|i| i.time);
    let notices = &ctx.session.notices;
    state.seen.retain(|(notice, _)| notices.contains(notice));
    for (index, notice) in notices.iter().enumerate().filter(|(_, n)| !n.is_error) {
        let first = match state.seen.iter().find(|(n, _)| n == notice) {
            Some((_, first)) => *first,
            None => {
                state.seen.push_back((notice.clone(), now));
                now
            }
        };
        let left = STAY - (now - first);
        if left <= 0.0 {
            ctx.send(Command::Dismiss(index));
            return;
        }
        ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(left));
    }
}
