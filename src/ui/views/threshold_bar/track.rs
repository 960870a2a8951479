//! What the slider runs over: the histogram of the scores, the curve of F1 (of generated texts the pass rate), the optimum.
//! Built once per matching.

use std::sync::Arc;

use egui::{Color32, Mesh, Painter, Rect, Response, Shape, Stroke, Ui, pos2, vec2};

use crate::metrics::detection::Matched;
use crate::metrics::generation::Column;
use crate::model::{ClassId, fmt};
use crate::session::Explorer;
use crate::ui::theme::{self, Theme};
use crate::ui::widgets::icon::{focus_ring, triangle_up};
use crate::ui::widgets::slider::Slider;
use crate::ui::widgets::text;

/// Radius of the handle.
pub const KNOB: f32 = 7.0;
/// Bars of the histogram.
const BINS: usize = 160;
/// Points of the F1 curve.
const POINTS: usize = 321;
/// Room under the histogram for the optimum's mark.
const FOOT: f32 = 10.0;

/// Everything drawn in the track that does not depend on the threshold.
pub struct Track {
    of: Arc<Matched>,
    range: (f64, f64),
    /// Heights in 0…1, on a logarithmic scale: a few scores stay visible beside many.
    bars: Vec<f32>,
    curve: Vec<Option<f32>>,
    class: Option<ClassId>,
    best: Option<f64>,
    /// The column that has to be reached, of generated texts.
    column: Option<Arc<Column>>,
}

/// What the curve shows at a threshold: F1, of generated texts the share that passes.
fn curve_at(of: &Matched, class: Option<ClassId>, texts: bool, threshold: f64) -> Option<f64> {
    if !texts {
        return of.f1_at(class, threshold);
    }
    let none = (of.sweep.truths > 0).then_some(0.0);
    of.sweep.position(threshold).map_or(none, |at| of.sweep.recall(at))
}

impl Track {
    /// The track of an evaluation; built where the matching is another than last time.
    pub fn of<'a>(memo: &'a mut Option<Self>, explorer: &Explorer) -> &'a Self {
        if memo.as_ref().is_some_and(|track| !Arc::ptr_eq(&track.of, &explorer.matched)) {
            *memo = None;
        }
        memo.get_or_insert_with(|| {
            let matched = &explorer.matched;
            Self::build(explorer, None, matched, matched.optima.pooled)
        })
    }

    /// The track of one class, as if it alone had its threshold.
    #[must_use]
    pub fn of_class(explorer: &Explorer, class: ClassId) -> Self {
        let base = explorer.base();
        let best = base.optima.classes.get(class.index()).copied().flatten();
        Self::build(explorer, Some(class), base, best)
    }

    fn build(explorer: &Explorer, class: Option<ClassId>, of: &Arc<Matched>, best: Option<f64>) -> Self {
        let range = explorer.score_range();
        let counts = explorer.evaluation.score_histogram(class, range, BINS);
        let highest = counts.iter().copied().max().unwrap_or(0);
        let height = |n: u32| (1.0 + f64::from(n)).ln() / (1.0 + f64::from(highest.max(1))).ln();
        let column = explorer.texts().and_then(|texts| texts.columns.get(texts.pass).cloned());
        let at = |i: usize| range.0 + (range.1 - range.0) * i as f64 / (POINTS - 1) as f64;
        Self {
            of: Arc::clone(of),
            range,
            bars: counts.into_iter().map(|n| height(n) as f32).collect(),
            curve: (0..POINTS).map(|i| curve_at(of, class, column.is_some(), at(i)).map(|v| v as f32)).collect(),
            class,
            best,
            column,
        }
    }

    /// Values of the pointer are rounded to thousandths, except where all scores lie close together.
    #[must_use]
    pub fn grid(&self) -> f64 {
        if let Some(column) = &self.column {
            return 10_f64.powi(-i32::from(fmt::decimals(column.scale)));
        }
        if self.range.1 - self.range.0 > 0.1 { 0.001 } else { 0.0 }
    }

    /// Draws histogram, curve, optimum and handle.
    pub fn paint(&self, ui: &Ui, theme: &Theme, rail: Rect, slider: &Slider, response: &Response) {
        let painter = ui.painter();
        let plot = Rect::from_min_max(rail.min + vec2(0.0, KNOB), rail.max - vec2(0.0, FOOT));
        let x = slider.x(rail, slider.value);
        self.histogram(painter, theme, plot, x);
        painter.hline(plot.x_range(), plot.bottom(), Stroke::new(theme::HAIRLINE, theme.muted));
        self.curve(painter, theme, plot);
        if let Some(best) = self.best {
            triangle_up(painter, pos2(slider.x(rail, best), plot.bottom() + 2.0), 9.0, theme.f1);
        }
        let active = response.dragged() || response.hovered() || response.has_focus();
        painter.vline(x, plot.y_range(), Stroke::new(1.5, theme.accent));
        knob(painter, theme, pos2(x, plot.top()), active);
        focus_ring(ui, theme, rail.expand2(vec2(KNOB, 0.0)), response);
        self.hover(painter, theme, plot, slider, response);
    }

    fn histogram(&self, painter: &Painter, theme: &Theme, plot: Rect, split: f32) {
        let width = plot.width() / self.bars.len().max(1) as f32;
        let mut mesh = Mesh::default();
        for (i, height) in self.bars.iter().enumerate() {
            let left = plot.left() + i as f32 * width;
            let top = plot.bottom() - height * (plot.height() - 4.0);
            let right = left + width - 1.0;
            let mut bar = |from: f32, to: f32, color: Color32| {
                if to > from {
                    mesh.add_colored_rect(Rect::from_min_max(pos2(from, top), pos2(to, plot.bottom())), color);
                }
            };
            bar(left, right.min(split), theme.track_below);
            bar(left.max(split), right, theme.track_above);
        }
        painter.add(Shape::mesh(mesh));
    }

    fn curve(&self, painter: &Painter, theme: &Theme, plot: Rect) {
        let last = self.curve.len().saturating_sub(1).max(1) as f32;
        let point = |(i, value): (usize, &Option<f32>)| {
            let y = |v: f32| plot.bottom() - v * (plot.height() - 4.0);
            value.map(|v| pos2(plot.left() + plot.width() * i as f32 / last, y(v)))
        };
        let points: Vec<_> = self.curve.iter().enumerate().filter_map(point).collect();
        painter.add(Shape::line(points, Stroke::new(1.5, theme.f1)));
    }

    /// What a click would do, while the pointer only looks.
    fn hover(&self, painter: &Painter, theme: &Theme, plot: Rect, slider: &Slider, response: &Response) {
        if response.dragged() {
            return;
        }
        let Some(point) = response.hover_pos().filter(|_| response.hovered()) else { return };
        if (point.x - slider.x(plot, slider.value)).abs() < 2.0 * KNOB {
            return;
        }
        let share = f64::from((point.x - plot.left()) / plot.width()).clamp(0.0, 1.0);
        let value = slider.range.0 + (slider.range.1 - slider.range.0) * share;
        let reached = fmt::rate(curve_at(&self.of, self.class, self.column.is_some(), value));
        let words = match &self.column {
            Some(column) => format!("{}   pass rate {reached}", column.threshold_words(value)),
            None => format!("{}   F1 {reached}", fmt::threshold(value)),
        };
        let left = point.x + 140.0 < plot.right();
        let anchor = if left { egui::Align2::LEFT_TOP } else { egui::Align2::RIGHT_TOP };
        let at = pos2(if left { point.x + 12.0 } else { point.x - 12.0 }, plot.top());
        painter.vline(point.x, plot.y_range(), Stroke::new(theme::HAIRLINE, theme.muted));
        let galley = painter.layout_no_wrap(words, theme::caption(), theme.text);
        let place = anchor.anchor_size(at, galley.size());
        painter.rect_filled(place.expand2(vec2(4.0, 1.0)), theme::RADIUS, theme.raised);
        painter.galley(place.min, galley, theme.text);
    }
}

/// A plain rail with a handle.
pub fn rail(ui: &Ui, theme: &Theme, rail: Rect, x: f32, response: &Response) {
    let line = text::from_left(rail.left(), rail.center().y, rail.width(), 3.0);
    ui.painter().rect_filled(line, 2.0, theme.track_below);
    ui.painter().rect_filled(line.with_max_x(x), 2.0, theme.muted);
    let active = response.dragged() || response.hovered() || response.has_focus();
    knob(ui.painter(), theme, pos2(x, rail.center().y), active);
    focus_ring(ui, theme, rail.expand2(vec2(KNOB, 0.0)), response);
}

fn knob(painter: &Painter, theme: &Theme, center: egui::Pos2, active: bool) {
    let radius = if active { KNOB } else { KNOB - 1.0 };
    painter.circle(center, radius, theme.accent, Stroke::new(2.0, theme.surface));
}
