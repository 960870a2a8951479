//! How an outcome is told besides its colour: solid, hatched, outlined, dotted. Knows rectangles only.

use egui::{Painter, Rect, Stroke, StrokeKind, pos2, vec2};

use crate::metrics::OutcomeKind;
use crate::ui::theme::{self, Theme};

/// Distance of hatch lines and dots, in points.
const PITCH: f32 = 5.0;

/// The word of an outcome's count, as tiles and chips name it.
#[must_use]
pub const fn name(kind: OutcomeKind) -> &'static str {
    match kind {
        OutcomeKind::Correct => "Correct",
        OutcomeKind::Misclassified => "Misclassified",
        OutcomeKind::Missed => "Missed",
        OutcomeKind::FalsePositive => "False positives",
    }
}

/// Fills a rectangle in the colour and pattern of an outcome.
pub fn fill(painter: &Painter, rect: Rect, theme: &Theme, kind: OutcomeKind) {
    let color = theme.outcome(kind);
    match kind {
        OutcomeKind::Correct => {
            painter.rect_filled(rect, 0.0, color);
        }
        OutcomeKind::Misclassified => {
            painter.rect_filled(rect, 0.0, color.gamma_multiply(0.35));
            hatch(&painter.with_clip_rect(rect.intersect(painter.clip_rect())), rect, Stroke::new(1.4, color));
        }
        OutcomeKind::Missed => {
            painter.rect_filled(rect, 0.0, color.gamma_multiply(0.12));
            painter.rect_stroke(rect, 0.0, Stroke::new(1.4, color), StrokeKind::Inside);
        }
        OutcomeKind::FalsePositive => {
            painter.rect_filled(rect, 0.0, color.gamma_multiply(0.3));
            dots(&painter.with_clip_rect(rect.intersect(painter.clip_rect())), rect, color);
        }
    }
}

/// A small square in the colour and pattern of an outcome.
pub fn swatch(painter: &Painter, rect: Rect, theme: &Theme, kind: OutcomeKind) {
    fill(painter, Rect::from_center_size(rect.center(), vec2(10.0, 10.0)), theme, kind);
}

fn hatch(painter: &Painter, rect: Rect, stroke: Stroke) {
    let mut x = rect.left() - rect.height();
    while x < rect.right() {
        painter.line_segment([pos2(x, rect.bottom()), pos2(x + rect.height(), rect.top())], stroke);
        x += PITCH;
    }
}

fn dots(painter: &Painter, rect: Rect, color: egui::Color32) {
    let mut y = rect.top() + PITCH / 2.0;
    while y < rect.bottom() {
        let mut x = rect.left() + PITCH / 2.0;
        while x < rect.right() {
            painter.circle_filled(pos2(x, y), theme::GRID * 0.32, color);
            x += PITCH;
        }
        y += PITCH;
    }
}
