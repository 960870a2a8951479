//! Small switches for bars above pictures and lists: something is on or off, or one of a few. Knows no particular view.

use egui::{CursorIcon, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::ui::theme::{self, Theme};

use super::boxes::{Boxes, Line, Look};
use super::icon::{Icon, focus_ring};
use super::text;

/// Something that is on or off. `sample` is the line that it shows or hides.
pub fn toggle(ui: &mut Ui, theme: &Theme, on: &mut bool, name: &str, sample: Option<Line>, hint: &str) -> Response {
    let words = text::width(ui, name, theme::body());
    let picture = theme::ICON + theme::GRID;
    let size = vec2(theme::PADDING + picture + words + theme::PADDING, theme::ROW);
    let (rect, mut response) = ui.allocate_exact_size(size, Sense::click());
    if response.clicked() {
        *on = !*on;
        response.mark_changed();
    }
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, ui.is_enabled(), *on, name));
    if ui.is_rect_visible(rect) {
        // A check mark says it already.
        background(ui, theme, rect, &response, *on && sample.is_some());
        let color = if *on { theme.text } else { theme.muted };
        let place = Rect::from_min_size(pos2(rect.left() + theme::PADDING, rect.top()), vec2(theme::ICON, theme::ROW));
        match sample {
            Some(line) => line_sample(ui, theme, place, line, *on),
            None => check(ui, theme, place, *on),
        }
        text::left(ui.painter(), rect.with_min_x(place.right() + theme::GRID), name, theme::body(), color);
    }
    response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(hint)
}

/// One of a few that exclude each other; true when it was chosen now.
pub fn choice(ui: &mut Ui, theme: &Theme, chosen: bool, name: &str, accessible: &str, hint: &str) -> Response {
    let size = vec2(text::width(ui, name, theme::body()) + 2.0 * theme::PADDING, theme::ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), chosen, accessible));
    if ui.is_rect_visible(rect) {
        background(ui, theme, rect, &response, chosen);
        let color = if chosen { theme.text } else { theme.muted };
        text::at(ui.painter(), rect.center(), egui::Align2::CENTER_CENTER, name, theme::body(), color);
    }
    response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(hint)
}

fn background(ui: &Ui, theme: &Theme, rect: Rect, response: &Response, on: bool) {
    let fill = if on {
        ui.visuals().selection.bg_fill
    } else if response.hovered() {
        theme.hover
    } else {
        egui::Color32::TRANSPARENT
    };
    ui.painter().rect_filled(rect, theme::RADIUS, fill);
    focus_ring(ui, theme, rect, response);
}

/// A box as it is drawn on the picture.
fn line_sample(ui: &Ui, theme: &Theme, place: Rect, line: Line, on: bool) {
    let color = if on { theme.text } else { theme.muted };
    let mut boxes = Boxes::new(ui.painter(), place);
    let rect = Rect::from_center_size(place.center(), vec2(theme::ICON - 3.0, theme::ICON - 6.0));
    boxes.edge(rect, Look { line, color, width: theme::HAIRLINE, halo: egui::Color32::TRANSPARENT });
    boxes.paint(ui.painter());
    if !on {
        let stroke = egui::Stroke::new(theme::BOX_EDGE.0, theme.muted);
        ui.painter().line_segment([rect.left_bottom() + vec2(-1.0, 3.0), rect.right_top() + vec2(1.0, -3.0)], stroke);
    }
}

fn check(ui: &Ui, theme: &Theme, place: Rect, on: bool) {
    let square = Rect::from_center_size(place.center(), vec2(12.0, 12.0));
    let stroke = egui::Stroke::new(theme::HAIRLINE, if on { theme.accent } else { theme.muted });
    let fill = if on { theme.accent } else { egui::Color32::TRANSPARENT };
    ui.painter().rect(square, theme::GRID / 2.0, fill, stroke, egui::StrokeKind::Inside);
    if on {
        Icon::Check.paint(&ui.painter().with_clip_rect(square), square, theme.surface);
    }
}
