//! The row of the threshold bar of generated texts: which number answers have to reach, and how much of it.

use egui::{Button, ComboBox, Id, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::metrics::Generation;
use crate::metrics::generation::Column;
use crate::model::{Scoring, fmt};
use crate::session::{Command, Explorer, Slot};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::slider::Slider;
use crate::ui::widgets::text;

use super::track::{self, Track};
use super::{BUTTON, FIELD, GAP, LABEL, Number, ThresholdBar, slider_id};

/// Width of the button that opens the scoring.
const SCORING: f32 = 84.0;

/// The answers scored as before, but with another number to reach.
#[must_use]
pub fn passing_by(texts: &Generation, column: &Column) -> Command {
    Command::SetScoring(Scoring { pass: Some(column.key.clone()), ..texts.scoring.clone() })
}

/// Draws the row.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, texts: &Generation, state: &mut ThresholdBar, row: Rect) {
    let middle = row.center().y;
    let scoring = text::from_left(row.left(), middle, SCORING, theme::ROW);
    let button = Button::selectable(state.scoring.open, "Scoring …").frame_when_inactive(true).min_size(scoring.size());
    let button = ui.put(scoring, button);
    if button.on_hover_text("What is taken out of answers, what is compared, what counts how much").clicked() {
        state.scoring.open = !state.scoring.open;
    }
    let rest = row.with_min_x(scoring.right() + GAP);
    let column = match texts.pass_column() {
        Some(column) if column.ranks() && column.defined > 0 => column,
        _ => {
            nothing_ranks(ui, ctx, rest);
            return;
        }
    };
    let label = rest.with_max_x(rest.left() + LABEL);
    let above = Rect::from_min_max(label.min + vec2(0.0, 5.0), pos2(label.right(), middle + 1.0));
    metric_menu(ui, ctx, texts, column, above);
    caption(ui, ctx, explorer, Rect::from_min_max(pos2(label.left(), middle + 5.0), label.max - vec2(0.0, 6.0)));

    let button = Rect::from_center_size(pos2(row.right() - BUTTON / 2.0, middle), vec2(BUTTON, theme::ROW));
    let field = Rect::from_center_size(pos2(button.left() - GAP - FIELD / 2.0, middle), vec2(FIELD, theme::ROW));
    let rail = Rect::from_min_max(pos2(label.right() + GAP, row.top()), pos2(field.left() - GAP * 1.5, row.bottom()));
    slider(ui, ctx, explorer, column, state, rail.shrink2(vec2(track::KNOB, 4.0)));
    number(ui, ctx, explorer, column, state, field);
    default_button(ui, ctx, explorer, column, button);
}

/// What stands in the place of the slider where no number says which answers are better.
fn nothing_ranks(ui: &Ui, ctx: &ViewCtx, row: Rect) {
    let (above, below) = row.split_top_bottom_at_fraction(0.5);
    let words = "No number says which answers are better";
    text::left(ui.painter(), above.translate(vec2(0.0, 3.0)), words, theme::body(), ctx.theme.text);
    let about =
        "Add references or marks of a judge to the answers, or a check under Scoring, to see which of them pass";
    text::left(ui.painter(), below.translate(vec2(0.0, -3.0)), about, theme::caption(), ctx.theme.muted);
    let node = ui.interact(row, Id::unique("nothing ranks"), Sense::hover());
    node.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{words}. {about}")));
}

fn metric_menu(ui: &mut Ui, ctx: &ViewCtx, texts: &Generation, column: &Column, rect: Rect) {
    let mut child = ui.new_child(UiBuilder::new().id_salt("pass metric").max_rect(rect));
    let combo = ComboBox::from_id_salt("pass metric").selected_text(&column.label).width(rect.width()).truncate();
    let combo = combo.show_ui(&mut child, |ui| {
        for other in texts.columns.iter().filter(|other| other.ranks()) {
            let entry = ui.selectable_label(other.key == column.key, &other.label);
            if entry.on_hover_text(other.about).clicked() {
                ctx.send(passing_by(texts, other));
            }
        }
    });
    combo.response.widget_info(|| WidgetInfo {
        current_text_value: Some(column.label.clone()),
        ..WidgetInfo::labeled(Role::ComboBox, true, "Pass metric")
    });
    combo.response.on_hover_text(format!("{}: {}", column.label, column.about));
}

fn caption(ui: &Ui, ctx: &ViewCtx, explorer: &Explorer, rect: Rect) {
    if ctx.session.jobs.contains_key(&Slot::Rescore) {
        text::left(ui.painter(), rect, "scoring …", theme::caption(), ctx.theme.accent);
        return;
    }
    let counts = explorer.counter.totals();
    let mut words = format!("{} of {} pass", fmt::count(counts.correct), fmt::count(counts.truths()));
    let without = (explorer.dataset().images.len() as u64).saturating_sub(counts.truths());
    if without > 0 {
        words = format!("{words}, {} undefined", fmt::count(without));
    }
    text::left(ui.painter(), rect, &words, theme::caption(), ctx.theme.muted);
}

fn slider(ui: &Ui, ctx: &ViewCtx, explorer: &Explorer, column: &Column, state: &mut ThresholdBar, rail: Rect) {
    let track = Track::of(&mut state.track, explorer);
    let value = explorer.threshold.value;
    let step = explorer.steps(0.01);
    let slider = Slider {
        name: "Pass threshold",
        shown: column.threshold_words(value),
        range: explorer.score_range(),
        value,
        step,
        fine: step / 10.0,
        grid: track.grid(),
    };
    let (response, moved) = slider.interact(ui, slider_id(), rail);
    if let Some(value) = moved {
        ctx.send(Command::SetThreshold(value));
    }
    track.paint(ui, ctx.theme, rail, &slider, &response);
}

fn number(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, column: &Column, state: &mut ThresholdBar, field: Rect) {
    let number = Number {
        id: "pass value",
        name: "Pass value",
        shown: column.threshold_words(explorer.threshold.value),
        hint: "Type what an answer has to reach",
    };
    if let Some(value) = number.ui(ui, &mut state.typed, field) {
        ctx.send(Command::SetThreshold(column.as_score(value)));
    }
}

fn default_button(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, column: &Column, rect: Rect) {
    let first = explorer.matched.optima.pooled;
    let there = first.is_none_or(|first| first == explorer.threshold.value);
    let button = Button::new("Use default threshold").min_size(rect.size());
    let response = ui.add_enabled_ui(!there, |ui| ui.put(rect, button)).inner;
    let about = first.map_or_else(
        || "There is no answer with this number".to_owned(),
        |first| {
            format!("{}: the middle of the scale, or 1 where an answer has only 0 or 1", column.threshold_words(first))
        },
    );
    if response.on_hover_text(&about).on_disabled_hover_text(format!("{about}; the threshold is there")).clicked() {
        ctx.send(Command::UseOptimal);
    }
}
