//! The values of the number that answers have to reach, the threshold among them, and the share of answers that passes at
//! every other threshold.

use egui::{Align2, CursorIcon, Mesh, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2};
use egui_plot::{PlotPoint, PlotPoints, PlotTransform};

use crate::analysis::curves::rows;
use crate::metrics::generation::{Better, Column};
use crate::metrics::histogram::histogram;
use crate::model::fmt;
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::plot;

/// Bins of the histogram.
const BINS: usize = 40;
/// Height of the highest bar, as a rate.
const HIGHEST: f64 = 0.9;
/// How near the pointer must come to the line to take hold of it, in points.
const GRAB: f32 = 8.0;

/// What is drawn, built once for a scoring.
pub struct Curve {
    range: (f64, f64),
    points: Vec<PlotPoint>,
    bars: Vec<u32>,
    /// True where values beyond the scale stand in the first bar.
    beyond: bool,
}

impl Curve {
    /// Of the column that answers have to reach.
    pub fn new(explorer: &Explorer, column: &Column) -> Self {
        let (range, sweep) = (explorer.score_range(), &explorer.matched.sweep);
        // A few values can lie beyond the scale, such as a TER of 300.
        let first = sweep.position(range.0).map(|row| (range.0, row));
        let all = first.into_iter().chain(rows(sweep, range).into_iter().filter(|(x, _)| *x > range.0));
        let mut points: Vec<PlotPoint> =
            all.filter_map(|(x, row)| Some(PlotPoint::new(x, sweep.recall(row)?))).collect();
        // Above the best answer none passes.
        if let Some(last) = points.last().map(|point| point.x).filter(|last| *last < range.1) {
            points.extend([PlotPoint::new(last, 0.0), PlotPoint::new(range.1, 0.0)]);
        }
        let beyond = sweep.confidence.last().is_some_and(|lowest| *lowest < range.0);
        let scores = column.values.iter().flatten().map(|value| column.as_score(*value).max(range.0));
        Self { range, points, bars: histogram(scores, range, BINS), beyond }
    }

    fn bin(&self, x: f64) -> Option<(usize, u32)> {
        let width = self.range.1 - self.range.0;
        let share = if width > 0.0 { (x - self.range.0) / width } else { 0.0 };
        let bin = ((share * BINS as f64) as usize).min(BINS - 1);
        (0.0..=1.0).contains(&share).then(|| (bin, self.bars.get(bin).copied().unwrap_or(0)))
    }

    fn edge(&self, bin: usize) -> f64 {
        self.range.0 + (self.range.1 - self.range.0) * bin as f64 / BINS as f64
    }
}

/// Draws the plot.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, column: &Column, curve: &Curve) {
    let theme = ctx.theme;
    let size = ui.available_size();
    let less = column.better == Better::Less;
    let shown = plot::rates("pass curve", theme, "", Some("Share that passes"))
        .custom_x_axes(vec![plot::axis(theme, Some(&column.label), less)])
        .height(size.y)
        .width(size.x)
        .sense(Sense::click_and_drag());
    let response = shown.show(ui, |plot| {
        plot.set_plot_bounds(plot::bounds(curve.range));
        let line = plot::line("pass rate", PlotPoints::Borrowed(&curve.points));
        plot.line(line.stroke(Stroke::new(2.5, theme.f1)));
    });
    let transform = &response.transform;
    let value = explorer.threshold.value;
    bars(ui, ctx, transform, curve, value);
    let points = curve.points.iter().map(|p| plot::place(transform, p.x, p.y)).collect();
    ui.painter().with_clip_rect(*transform.frame()).add(Shape::line(points, Stroke::new(2.5, theme.f1)));
    threshold_line(ui, ctx, explorer, column, transform);
    hover(ui, ctx, explorer, column, curve, transform, &response.response);
}

/// The histogram under the curve: from the threshold on in the stronger tone.
fn bars(ui: &Ui, ctx: &ViewCtx, transform: &PlotTransform, curve: &Curve, value: f64) {
    let most = curve.bars.iter().copied().max().unwrap_or(0).max(1);
    let split = plot::place(transform, value, 0.0).x;
    let mut mesh = Mesh::default();
    for (bin, n) in curve.bars.iter().enumerate().filter(|(_, n)| **n > 0) {
        let from = plot::place(transform, curve.edge(bin), f64::from(*n) / f64::from(most) * HIGHEST);
        let to = plot::place(transform, curve.edge(bin + 1), 0.0);
        let right = (to.x - 1.0).max(from.x + 1.0);
        let mut bar = |left: f32, right: f32, color| {
            if right > left {
                mesh.add_colored_rect(Rect::from_min_max(pos2(left, from.y), pos2(right, to.y)), color);
            }
        };
        bar(from.x, right.min(split), ctx.theme.track_below);
        bar(from.x.max(split), right, ctx.theme.track_above);
    }
    ui.painter().with_clip_rect(*transform.frame()).add(Shape::mesh(mesh));
}

fn threshold_line(ui: &Ui, ctx: &ViewCtx, explorer: &Explorer, column: &Column, transform: &PlotTransform) {
    let theme = ctx.theme;
    let frame = transform.frame();
    let value = explorer.threshold.value;
    let rate = explorer.counter.totals().recall();
    let x = plot::place(transform, value, 0.0).x.clamp(frame.left(), frame.right());
    ui.painter().vline(x, frame.y_range(), Stroke::new(1.5, theme.accent));
    let left = x < frame.center().x;
    let (anchor, dx) = if left { (Align2::LEFT_CENTER, 9.0) } else { (Align2::RIGHT_CENTER, -9.0) };
    let words = column.threshold_words(value);
    // At the end of the line that the curve leaves free.
    let high = rate.is_some_and(|rate| rate > 0.85);
    let y = if high { frame.bottom() - theme::PADDING } else { frame.top() + theme::PADDING };
    plot::label(ui, theme, pos2(x + dx, y), anchor, &words, theme.accent);
    let Some(rate) = rate else { return };
    let mark = plot::place(transform, value, rate);
    ui.painter().circle(pos2(x, mark.y), 3.5, theme.f1, Stroke::new(1.5, theme.surface));
    // Above the line, which falls to the right.
    let y = mark.y + if left { -theme::CAPTION } else { theme::CAPTION };
    let y = y.clamp(frame.top() + 3.0 * theme::PADDING, frame.bottom() - theme::PADDING);
    plot::label(ui, theme, pos2(x + dx, y), anchor, &format!("passes {}", fmt::rate(Some(rate))), theme.f1);
}

/// What is under the pointer; dragging or a click moves the threshold there.
fn hover(
    ui: &Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    column: &Column,
    curve: &Curve,
    transform: &PlotTransform,
    response: &egui::Response,
) {
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, "Pass rate plot"));
    let frame = transform.frame();
    let Some(pointer) = response.interact_pointer_pos().or(response.hover_pos()) else { return };
    let at = transform.value_from_position(pos2(pointer.x.clamp(frame.left(), frame.right()), pointer.y)).x;
    let near = (plot::place(transform, explorer.threshold.value, 0.0).x - pointer.x).abs() <= GRAB;
    let icon = if near || response.dragged() { CursorIcon::ResizeHorizontal } else { CursorIcon::Crosshair };
    ui.ctx().set_cursor_icon(icon);
    if response.dragged() || response.clicked() {
        let steps = 10_f64.powi(fmt::decimals(column.scale).into());
        ctx.send(Command::SetThreshold((at * steps).round() / steps));
        return;
    }
    if let Some((bin, n)) = curve.bin(at).filter(|_| !near) {
        let (from, to) = (column.as_score(curve.edge(bin)), column.as_score(curve.edge(bin + 1)));
        let answers = fmt::counted(n.into(), "answer", "answers");
        let (low, high) = (column.words(Some(from.min(to))), column.words(Some(from.max(to))));
        let words = if bin == 0 && curve.beyond {
            format!("{answers} with {low} and more")
        } else {
            format!("{answers} with {low} to {high}")
        };
        let left = pointer.x < frame.center().x;
        let (anchor, dx) = if left { (Align2::LEFT_BOTTOM, 8.0) } else { (Align2::RIGHT_BOTTOM, -8.0) };
        plot::label(ui, ctx.theme, pos2(pointer.x + dx, pointer.y - theme::GRID), anchor, &words, ctx.theme.text);
    }
}
