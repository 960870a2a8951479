//! The row of the threshold bar that gives a single class a threshold of its own. What is counted then is the session's.

use std::sync::Arc;

use egui::{Button, Id, Rect, Ui, UiBuilder, pos2, vec2};

use crate::metrics::detection::Matched;
use crate::model::{ClassId, fmt};
use crate::session::{Command, Explorer, Slot};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::class_menu::{ClassMenu, Picked};
use crate::ui::widgets::slider::Slider;
use crate::ui::widgets::text;

use super::track::{self, Track};
use super::{FIELD, GAP, LABEL};

/// Widths of the buttons.
const BUTTONS: [f32; 3] = [112.0, 148.0, 148.0];

/// What the row remembers: which class, and what its track shows.
#[derive(Default)]
pub struct Own {
    /// True while the row is open.
    pub open: bool,
    class: Option<ClassId>,
    search: String,
    track: Option<(Arc<Matched>, ClassId, Track)>,
}

impl Own {
    /// The class chosen; the first one that has its own threshold, else the first of all, until somebody chooses.
    fn class(&mut self, explorer: &Explorer) -> Option<ClassId> {
        let classes = &explorer.dataset().classes;
        if self.class.is_none_or(|c| c.index() >= classes.len()) {
            self.class = explorer.own.classes().next().or_else(|| classes.ids().next());
        }
        self.class
    }
}

/// Draws the row.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, state: &mut Own, row: Rect) {
    let Some(class) = state.class(explorer) else { return };
    let theme = ctx.theme;
    ui.painter().hline(row.x_range(), row.top(), (theme::HAIRLINE, theme.line));
    let middle = row.center().y;
    let label = row.with_max_x(row.left() + LABEL);
    menu(ui, explorer, state, Rect::from_min_max(label.min + vec2(0.0, 6.0), pos2(label.right(), middle + 6.0)));
    let wanted = explorer.own.get(class);
    let value = wanted.unwrap_or(explorer.threshold.value);
    let standing = match (wanted, ctx.session.jobs.contains_key(&Slot::Rematch)) {
        (_, true) => "counting …".to_owned(),
        (Some(own), false) => format!("own threshold {}", fmt::threshold(own)),
        (None, false) => "follows the threshold for all".to_owned(),
    };
    let below = Rect::from_min_max(pos2(label.left() + 4.0, middle + 8.0), label.max);
    text::left(ui.painter(), below, &standing, theme::caption(), theme.muted);

    let buttons: f32 = BUTTONS.iter().sum::<f32>() + 2.0 * theme::GRID;
    let buttons = row.with_min_x(row.right() - buttons);
    let number = Rect::from_center_size(pos2(buttons.left() - GAP - FIELD / 2.0, middle), vec2(FIELD, theme::ROW));
    let rail = Rect::from_min_max(pos2(label.right() + GAP, row.top()), pos2(number.left() - GAP, row.bottom()));
    let rail = rail.shrink2(vec2(track::KNOB, 4.0));
    slider(ui, ctx, explorer, state, (class, value), rail);
    let color = if wanted.is_some() { theme.text } else { theme.muted };
    let right = number.right_center();
    text::at(ui.painter(), right, egui::Align2::RIGHT_CENTER, &fmt::threshold(value), theme::body(), color);
    actions(ui, ctx, explorer, class, buttons);
}

fn menu(ui: &mut Ui, explorer: &Explorer, state: &mut Own, rect: Rect) {
    let classes = &explorer.dataset().classes;
    let chosen = state.class.map_or("", |c| classes.name(c));
    let mut child = ui.new_child(UiBuilder::new().id_salt("own class").max_rect(rect));
    let menu = ClassMenu { name: "Class of the threshold", chosen, width: rect.width() - theme::PADDING, first: &[] };
    if let (_, Some(Picked::Class(class))) = menu.show(&mut child, classes, &mut state.search) {
        state.class = Some(class);
    }
}

fn slider(ui: &Ui, ctx: &ViewCtx, explorer: &Explorer, state: &mut Own, (class, value): (ClassId, f64), rail: Rect) {
    let base = explorer.base();
    let known = state.track.as_ref().is_some_and(|(of, shown, _)| Arc::ptr_eq(of, base) && *shown == class);
    if !known {
        state.track = Some((Arc::clone(base), class, Track::of_class(explorer, class)));
    }
    let Some((_, _, track)) = &state.track else { return };
    let name = format!("Confidence threshold of {}", explorer.dataset().classes.name(class));
    let slider = Slider {
        name: &name,
        shown: fmt::threshold(value),
        range: explorer.score_range(),
        value,
        step: 0.01,
        fine: 0.001,
        grid: track.grid(),
    };
    let (response, moved) = slider.interact(ui, Id::unique("confidence threshold of a class"), rail);
    if let Some(value) = moved {
        ctx.send(Command::SetOwnThreshold(class, Some(value)));
    }
    track.paint(ui, ctx.theme, rail, &slider, &response);
}

fn actions(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, class: ClassId, rect: Rect) {
    let name = explorer.dataset().classes.name(class);
    let best = explorer.base().optima.classes.get(class.index()).copied().flatten();
    let mut left = rect.left();
    let mut place = |width: f32| {
        let at = Rect::from_center_size(pos2(left + width / 2.0, rect.center().y), vec2(width, theme::ROW));
        left += width + theme::GRID;
        at
    };
    let mut button = |ui: &mut Ui, words: &str, width: f32, enabled: bool, hint: &str| {
        let at = place(width);
        let made = ui.add_enabled_ui(enabled, |ui| ui.put(at, Button::new(words).min_size(at.size()))).inner;
        made.on_hover_text(hint).on_disabled_hover_text(hint).clicked()
    };
    let hint = match best {
        Some(best) => format!("The F1 of {name} is highest at {}", fmt::threshold(best)),
        None => format!("{name} has no optimum: no ground truth of it, or no prediction"),
    };
    let there = best.is_none() || explorer.own.get(class) == best;
    if button(ui, "Use its optimum", BUTTONS[0], !there, &hint) {
        ctx.send(Command::SetOwnThreshold(class, best));
    }
    let known = explorer.base().optima.classes.iter().flatten().count();
    let hint = format!(
        "Gives each of {} the threshold at which its own F1 is highest",
        fmt::counted(known as u64, "class", "classes")
    );
    if button(ui, "Use each optimum", BUTTONS[1], known > 0, &hint) {
        ctx.send(Command::UseOwnOptima);
    }
    let hint = "Every class follows the threshold for all again";
    if button(ui, "Back to one threshold", BUTTONS[2], !explorer.own.is_empty(), hint) {
        ctx.send(Command::ClearOwnThresholds);
    }
}

/// The switch that opens the row; says how many classes have a threshold of their own.
pub fn switch(ui: &mut Ui, explorer: &Explorer, state: &mut Own, rect: Rect) {
    let words = match explorer.own.len() {
        0 => "Per class".to_owned(),
        n => format!("Per class · {n}"),
    };
    let button = Button::selectable(state.open, words).min_size(rect.size());
    let response = ui.put(rect, button);
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, state.open, "Per class"));
    let hint = match explorer.own.len() {
        0 => "Give single classes a threshold of their own".to_owned(),
        1 => "1 class has a threshold of its own".to_owned(),
        n => format!("{n} classes have thresholds of their own"),
    };
    if response.on_hover_text(hint).clicked() {
        state.open = !state.open;
    }
}
