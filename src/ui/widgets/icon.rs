//! Icons drawn with lines, so that they are crisp at every size and need no font. Knows shapes only.

use egui::{
    Color32, CursorIcon, Painter, Pos2, Rect, Response, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use crate::ui::theme::{self, Theme};

/// A small picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Something opens below.
    Down,
    /// Into the next.
    Right,
    /// To the one before.
    Left,
    /// One step back.
    Back,
    /// One step forward.
    Forward,
    /// Light and dark.
    Contrast,
    /// Settings.
    Gear,
    /// More to do.
    Dots,
    /// Take away.
    Close,
    /// Why.
    Question,
    /// A folder.
    Folder,
    /// Find.
    Lens,
    /// Chosen.
    Check,
    /// A warning.
    Warning,
}

impl Icon {
    /// Draws the icon in the middle of a rectangle, in the size of the theme.
    pub fn paint(self, painter: &Painter, rect: Rect, color: Color32) {
        let area = Rect::from_center_size(rect.center(), egui::Vec2::splat(theme::ICON));
        // Points are given on a grid of 16.
        let at = |x: f32, y: f32| area.min + vec2(x, y) * (theme::ICON / 16.0);
        let stroke = Stroke::new(1.4, color);
        let line = |points: &[(f32, f32)]| {
            let points: Vec<Pos2> = points.iter().map(|&(x, y)| at(x, y)).collect();
            painter.add(Shape::line(points, stroke));
        };
        match self {
            Self::Down => line(&[(5.0, 6.5), (8.0, 9.5), (11.0, 6.5)]),
            Self::Left => line(&[(9.5, 5.0), (6.5, 8.0), (9.5, 11.0)]),
            Self::Right => line(&[(6.5, 5.0), (9.5, 8.0), (6.5, 11.0)]),
            Self::Back => {
                line(&[(7.5, 3.5), (3.0, 8.0), (7.5, 12.5)]);
                line(&[(3.0, 8.0), (13.0, 8.0)]);
            }
            Self::Forward => {
                line(&[(8.5, 3.5), (13.0, 8.0), (8.5, 12.5)]);
                line(&[(3.0, 8.0), (13.0, 8.0)]);
            }
            Self::Contrast => {
                painter.circle_stroke(at(8.0, 8.0), 5.5, stroke);
                let half = (0..=16).map(|i| {
                    let angle = std::f32::consts::PI * (i as f32 / 16.0 - 0.5);
                    at(8.0 + 5.5 * angle.cos(), 8.0 + 5.5 * angle.sin())
                });
                painter.add(Shape::convex_polygon(half.collect(), color, Stroke::NONE));
            }
            Self::Gear => {
                painter.circle_stroke(at(8.0, 8.0), 2.0, stroke);
                painter.circle_stroke(at(8.0, 8.0), 4.6, stroke);
                for i in 0..8 {
                    let (sin, cos) = (std::f32::consts::TAU * i as f32 / 8.0).sin_cos();
                    line(&[(8.0 + 4.6 * cos, 8.0 + 4.6 * sin), (8.0 + 6.6 * cos, 8.0 + 6.6 * sin)]);
                }
            }
            Self::Dots => {
                for x in [3.5, 8.0, 12.5] {
                    painter.circle_filled(at(x, 8.0), 1.3, color);
                }
            }
            Self::Close => {
                line(&[(4.5, 4.5), (11.5, 11.5)]);
                line(&[(11.5, 4.5), (4.5, 11.5)]);
            }
            Self::Question => {
                painter.circle_stroke(at(8.0, 8.0), 5.5, stroke);
                line(&[(6.3, 6.7), (6.9, 5.5), (8.2, 5.1), (9.4, 5.7), (9.6, 6.8), (8.8, 7.8), (8.0, 8.4), (8.0, 9.2)]);
                painter.circle_filled(at(8.0, 11.0), 0.9, color);
            }
            Self::Folder => {
                line(&[(2.5, 12.5), (2.5, 4.0), (6.5, 4.0), (8.0, 5.5), (13.5, 5.5), (13.5, 12.5), (2.5, 12.5)]);
            }
            Self::Lens => {
                painter.circle_stroke(at(7.0, 7.0), 4.0, stroke);
                line(&[(10.0, 10.0), (13.0, 13.0)]);
            }
            Self::Check => line(&[(3.5, 8.5), (6.5, 11.5), (12.5, 4.5)]),
            Self::Warning => {
                line(&[(8.0, 2.5), (14.0, 13.0), (2.0, 13.0), (8.0, 2.5)]);
                line(&[(8.0, 6.5), (8.0, 9.5)]);
                painter.circle_filled(at(8.0, 11.2), 0.9, color);
            }
        }
    }
}

/// A button that is only an icon. `name` is what screen readers say and the pointer shows.
pub fn button(ui: &mut Ui, theme: &Theme, icon: Icon, name: &str, enabled: bool) -> Response {
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(egui::Vec2::splat(theme::ROW), sense);
    let response = if enabled { response.on_hover_cursor(CursorIcon::PointingHand) } else { response };
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    if ui.is_rect_visible(rect) {
        if enabled && (response.hovered() || response.has_focus()) {
            ui.painter().rect_filled(rect, theme::RADIUS, theme.hover);
        }
        focus_ring(ui, theme, rect, &response);
        let color = if !enabled {
            theme.line
        } else if response.hovered() {
            theme.text
        } else {
            theme.muted
        };
        icon.paint(ui.painter(), rect, color);
    }
    response.on_hover_text(name)
}

/// A ring around what has the keyboard.
pub fn focus_ring(ui: &Ui, theme: &Theme, rect: Rect, response: &Response) {
    if response.has_focus() {
        let stroke = Stroke::new(theme::RING, theme.accent);
        ui.painter().rect_stroke(rect, theme::RADIUS, stroke, egui::StrokeKind::Inside);
    }
}

/// A filled triangle that points up, with its tip at `tip`.
pub fn triangle_up(painter: &Painter, tip: Pos2, width: f32, color: Color32) {
    let base = tip.y + width * 0.8;
    let points = vec![tip, pos2(tip.x + width / 2.0, base), pos2(tip.x - width / 2.0, base)];
    painter.add(Shape::convex_polygon(points, color, Stroke::NONE));
}
