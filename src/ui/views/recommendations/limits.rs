//! The limits of the rules, to be read and set.

use std::cell::OnceCell;

use egui::{Align2, DragValue, Grid, RichText, Role, ScrollArea, Ui, Vec2, WidgetInfo, Window};

use crate::analysis::Rules;
use crate::analysis::recommend::Limit;
use crate::session::Command;
use crate::ui::context::ViewCtx;
use crate::ui::theme;

/// Height of the list.
const HEIGHT: f32 = 460.0;

/// Draws the window of limits while `open`.
pub fn ui(ui: &Ui, ctx: &ViewCtx, open: &mut bool) {
    let mut shown = *open;
    let changed = OnceCell::new();
    let window = Window::new("Limits of the rules").open(&mut shown).collapsible(false).resizable(false);
    let window = window.anchor(Align2::CENTER_CENTER, Vec2::ZERO);
    window.show(ui.ctx(), |ui| {
        let usual = Rules::default();
        let hint = "They hold for all projects; recommendations are found anew with every change";
        ui.label(RichText::new(hint).color(ctx.theme.muted));
        if ui.add_enabled(ctx.session.rules != usual, egui::Button::new("Use the usual limits")).clicked() {
            let _ = changed.set(usual.clone());
        }
        ui.add_space(theme::GRID);
        ScrollArea::vertical().max_height(HEIGHT).show(ui, |ui| {
            Grid::new("limits").num_columns(2).striped(false).show(ui, |ui| {
                let mut rule = "";
                for limit in Rules::LIMITS {
                    if limit.rule != rule {
                        rule = limit.rule;
                        ui.strong(rule);
                        ui.end_row();
                    }
                    if let Some(value) = row(ui, ctx, limit, &usual) {
                        let mut rules = ctx.session.rules.clone();
                        limit.set(&mut rules, value);
                        let _ = changed.set(rules);
                    }
                    ui.end_row();
                }
            });
        });
    });
    *open = shown;
    if let Some(rules) = changed.into_inner() {
        ctx.send(Command::SetRules(Box::new(rules)));
    }
}

/// One limit; the value it was given now.
fn row(ui: &mut Ui, ctx: &ViewCtx, limit: &Limit, usual: &Rules) -> Option<f64> {
    let about = limit.about.trim();
    let now = (limit.get)(&ctx.session.rules);
    let differs = now != (limit.get)(usual);
    let color = if differs { ctx.theme.text } else { ctx.theme.muted };
    ui.label(RichText::new(about).color(color)).on_hover_text(limit.name);
    let mut value = now;
    let (decimals, speed) = if limit.whole { (0, 1.0) } else { (3, 0.005) };
    let drag = DragValue::new(&mut value).range(limit.range.0..=limit.range.1).speed(speed).max_decimals(decimals);
    let response = ui.add(drag);
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::SpinButton, true, about);
        info.value = Some(now);
        info
    });
    response.changed().then_some(value)
}
