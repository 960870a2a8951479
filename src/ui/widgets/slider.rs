//! Interaction of a horizontal slider whose looks the caller draws: pointer, keys, screen reader. Draws nothing.

use egui::accesskit::{Action, ActionData};
use egui::{CursorIcon, Event, EventFilter, Id, Key, Rect, Response, Role, Sense, Ui, WidgetInfo, remap_clamp};

/// What a slider moves over, and how.
pub struct Slider<'a> {
    /// What screen readers say.
    pub name: &'a str,
    /// The value as people read it.
    pub shown: String,
    /// Lowest and highest value.
    pub range: (f64, f64),
    /// The value now.
    pub value: f64,
    /// Step of the arrow keys.
    pub step: f64,
    /// Step of the arrow keys with Shift.
    pub fine: f64,
    /// Values of the pointer are rounded to multiples of this; 0 rounds nothing.
    pub grid: f64,
}

impl Slider<'_> {
    /// Takes the input of this frame; the new value where it was moved. Values lie on `track`, from left to right.
    pub fn interact(&self, ui: &Ui, id: Id, track: Rect) -> (Response, Option<f64>) {
        let response = ui.interact(track, id, Sense::click_and_drag()).on_hover_cursor(CursorIcon::ResizeHorizontal);
        let pointed = response.interact_pointer_pos().map(|point| self.at(track, point.x));
        if response.drag_started() || response.clicked() {
            response.request_focus();
        }
        let moved = pointed.or_else(|| self.by_keys(ui, &response)).or_else(|| self.by_screen_reader(ui, &response));
        let moved = moved.filter(|v| *v != self.value);
        response.widget_info(|| WidgetInfo {
            value: Some(self.value),
            current_text_value: Some(self.shown.clone()),
            ..WidgetInfo::labeled(Role::Slider, ui.is_enabled(), self.name)
        });
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_min_numeric_value(self.range.0);
            node.set_max_numeric_value(self.range.1);
            node.set_numeric_value_step(self.step);
            for action in [Action::SetValue, Action::Increment, Action::Decrement] {
                node.add_action(action);
            }
        });
        (response, moved)
    }

    /// Where a value stands on the track; values outside the range stand at its ends.
    #[must_use]
    pub fn x(&self, track: Rect, value: f64) -> f32 {
        let (low, high) = self.range;
        if high <= low {
            return track.center().x;
        }
        remap_clamp(value, low..=high, f64::from(track.left())..=f64::from(track.right())) as f32
    }

    fn at(&self, track: Rect, x: f32) -> f64 {
        let (low, high) = self.range;
        let value = remap_clamp(f64::from(x), f64::from(track.left())..=f64::from(track.right()), low..=high);
        let rounded = if self.grid > 0.0 { (value / self.grid).round() * self.grid } else { value };
        // The ends themselves can be reached, on the grid or not.
        if x <= track.left() || x >= track.right() { value } else { rounded.clamp(low, high) }
    }

    fn by_keys(&self, ui: &Ui, response: &Response) -> Option<f64> {
        if !response.has_focus() {
            return None;
        }
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        ui.input(|input| {
            let mut value = None;
            for event in &input.events {
                let Event::Key { key, pressed: true, modifiers, .. } = event else { continue };
                let step = if modifiers.shift { self.fine } else { self.step };
                let from = value.unwrap_or(self.value);
                value = match key {
                    Key::ArrowRight | Key::ArrowUp => Some(from + step),
                    Key::ArrowLeft | Key::ArrowDown => Some(from - step),
                    Key::Home => Some(self.range.0),
                    Key::End => Some(self.range.1),
                    _ => value,
                };
            }
            value.map(|v| v.clamp(self.range.0, self.range.1))
        })
    }

    fn by_screen_reader(&self, ui: &Ui, response: &Response) -> Option<f64> {
        ui.input(|input| {
            let asked = input.accesskit_action_requests(response.id, Action::SetValue);
            let asked = asked.filter_map(|request| match request.data {
                Some(ActionData::NumericValue(value)) => Some(value),
                _ => None,
            });
            let count = |action| input.num_accesskit_action_requests(response.id, action) as f64;
            let steps = count(Action::Increment) - count(Action::Decrement);
            let stepped = (steps != 0.0).then_some(self.value + steps * self.step);
            asked.last().or(stepped).map(|v| v.clamp(self.range.0, self.range.1))
        })
    }
}
