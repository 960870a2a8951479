//! Text in fixed places: cut where it does not fit, with the whole on hover. Knows nothing of what it says.

use std::sync::Arc;

use egui::text::LayoutJob;
use egui::{Align2, Color32, FontId, Galley, Painter, Pos2, Rect, Ui, pos2};

/// One line of text that is cut with `…` where it is wider than `width`.
#[must_use]
pub fn elided(painter: &Painter, text: &str, font: FontId, color: Color32, width: f32) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, color);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(0.0));
    painter.layout_job(job)
}

/// Paints one line at the left of a rectangle, vertically centred, cut where it does not fit. Returns what it covers.
pub fn left(painter: &Painter, rect: Rect, text: &str, font: FontId, color: Color32) -> Rect {
    let galley = elided(painter, text, font, color, rect.width());
    let place = Align2::LEFT_CENTER.align_size_within_rect(galley.size(), rect);
    painter.galley(place.min, galley, color);
    place
}

/// Paints one line with its anchor at a point; never cut.
pub fn at(painter: &Painter, point: Pos2, anchor: Align2, text: &str, font: FontId, color: Color32) -> Rect {
    painter.text(point, anchor, text, font, color)
}

/// The width of one line.
#[must_use]
pub fn width(ui: &Ui, text: &str, font: FontId) -> f32 {
    ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER).size().x
}

/// A rectangle from its left middle.
#[must_use]
pub fn from_left(left: f32, middle: f32, width: f32, height: f32) -> Rect {
    Rect::from_min_max(pos2(left, middle - height / 2.0), pos2(left + width, middle + height / 2.0))
}
