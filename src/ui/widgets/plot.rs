//! The frame of a plot of rates: axes from 0 to 1, a quiet grid, labels. Knows nothing of what is plotted.

use egui::{Align2, Color32, Rect, Ui};
use egui_plot::{AxisHints, GridMark, Line, Plot, PlotBounds, PlotPoint, PlotPoints, PlotTransform};

use crate::ui::theme::{self, Theme};

use super::text;

/// Room above 1 and below 0, in data units, so that lines at the ends stay visible.
const MARGIN: f64 = 0.02;
/// Least distance of grid lines, in points; they are at full strength at twice of it.
const SPACING: f32 = 24.0;
/// Distance of labels of the x axis at which they appear, and at which they are at full strength.
const LABELS: egui::Rangef = egui::Rangef { min: 36.0, max: 40.0 };

/// A plot of rates in 0…1 against `x`, without zoom, pan or a legend: lines carry their names themselves.
#[must_use]
pub fn rates<'a>(id: &'static str, theme: &Theme, x_label: &'a str, y_label: Option<&'a str>) -> Plot<'a> {
    Plot::new(id)
        .allow_zoom(false)
        .allow_drag(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
        .allow_double_click_reset(false)
        .show_background(false)
        .show_crosshair(false)
        .show_x(false)
        .show_y(false)
        .grid_color(theme.line)
        .grid_spacing(egui::Rangef::new(SPACING, 2.0 * SPACING))
        // Tenths where they do not come too close to each other, else quarters.
        .y_grid_spacer(egui_plot::uniform_grid_spacer(|grid| {
            if grid.base_step_size <= 0.1 { [0.1, 0.5, 1.0] } else { [0.25, 0.5, 1.0] }
        }))
        .set_margin_fraction(egui::Vec2::ZERO)
        .custom_x_axes(vec![axis(theme, Some(x_label), false)])
        .custom_y_axes(vec![dressed(AxisHints::new_y().min_thickness(28.0), theme, y_label, false)])
        .label_formatter(|_| None)
}

/// An x axis; where numbers are `turned`, what stands there is shown with the other sign.
#[must_use]
pub fn axis<'a>(theme: &Theme, label: Option<&'a str>, turned: bool) -> AxisHints<'a> {
    dressed(AxisHints::new_x().label_spacing(LABELS), theme, label, turned)
}

fn dressed<'a>(hints: AxisHints<'a>, theme: &Theme, label: Option<&'a str>, turned: bool) -> AxisHints<'a> {
    let sign = if turned { -1.0 } else { 1.0 };
    let hints = hints
        .formatter(move |mark: GridMark, _: &std::ops::RangeInclusive<f64>| tick(sign * mark.value))
        .tick_label_color(theme.muted)
        .tick_label_font(theme::caption());
    match label {
        Some(label) => hints.label(egui::RichText::new(label).font(theme::caption()).color(theme.muted)),
        None => hints,
    }
}

/// A line that is drawn as it is. Left to itself egui_plot merges what lies within a pixel into a band, which fills the corner
/// under every step.
#[must_use]
pub fn line<'a>(name: &str, points: PlotPoints<'a>) -> Line<'a> {
    Line::new(name, points).allow_band(false).allow_hover(false)
}

/// What of the plane is shown: `x` as given, rates with a small margin.
#[must_use]
pub fn bounds(x: (f64, f64)) -> PlotBounds {
    let pad = (x.1 - x.0).max(1e-9) * MARGIN / 2.0;
    PlotBounds::from_min_max([x.0 - pad, -MARGIN], [x.1 + pad, 1.0 + 2.0 * MARGIN])
}

fn tick(value: f64) -> String {
    let text = format!("{value:.2}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short.is_empty() || short == "-0" { "0".to_owned() } else { short.to_owned() }
}

/// Where a point of the data lies on screen.
#[must_use]
pub fn place(transform: &PlotTransform, x: f64, y: f64) -> egui::Pos2 {
    transform.position_from_point(&PlotPoint::new(x, y))
}

/// A label on a plot that stays readable over lines.
pub fn label(ui: &Ui, theme: &Theme, at: egui::Pos2, anchor: Align2, words: &str, color: Color32) -> Rect {
    let galley = ui.painter().layout_no_wrap(words.to_owned(), theme::caption(), color);
    let place = anchor.anchor_size(at, galley.size());
    ui.painter().rect_filled(place.expand2(egui::vec2(3.0, 0.0)), theme::RADIUS, theme.surface.gamma_multiply(0.85));
    text::at(ui.painter(), at, anchor, words, theme::caption(), color)
}

/// Moves label heights apart so that none covers another: each keeps its order and at least `gap` distance.
pub fn spread(heights: &mut [f32], gap: f32, top: f32, bottom: f32) {
    let mut order: Vec<usize> = (0..heights.len()).collect();
    order.sort_by(|&a, &b| heights[a].total_cmp(&heights[b]));
    let mut floor = top;
    for &i in &order {
        heights[i] = heights[i].max(floor);
        floor = heights[i] + gap;
    }
    let mut ceiling = bottom;
    for &i in order.iter().rev() {
        heights[i] = heights[i].min(ceiling);
        ceiling = heights[i] - gap;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_short() {
        assert_eq!([0.0, 0.2, 1.0, 0.25].map(tick), ["0", "0.2", "1", "0.25"]);
    }

    #[test]
    fn labels_keep_their_distance_and_their_order() {
        let mut heights = [50.0, 52.0, 10.0];
        spread(&mut heights, 14.0, 0.0, 60.0);
        assert_eq!(heights, [46.0, 60.0, 10.0]);
    }
}
