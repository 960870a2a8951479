//! Draws the cells of the matrix, their numbers, marks and hover card, and names them for screen readers.

use egui::accesskit::Action;
use egui::{Event, Mesh, Pos2, Rect, Response, Sense, Stroke, StrokeKind, Ui};
use egui::{Role, WidgetInfo, emath::GuiRounding};

use crate::analysis::matrix::{Scale, strength};
use crate::metrics::{Cell, OutcomeKind};
use crate::model::fmt;
use crate::session::Command;
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::card;
use crate::ui::widgets::heatmap::{Ramp, Raster, readable};

use super::memo::{MatchedId, RasterKey};
use super::{Frame, words};

/// Cells named for screen readers and automation at a time.
const NAMED: usize = 500;

/// Wrong, right.
fn ramps(ctx: &ViewCtx) -> [Ramp; 2] {
    let surface = ctx.theme.surface;
    [Ramp { surface, full: ctx.theme.misclassified }, Ramp { surface, full: ctx.theme.correct }]
}

fn ramp_of(cell: Cell) -> usize {
    usize::from(cell.kind() == Some(OutcomeKind::Correct))
}

/// A share of the row or column, or what the cell holds.
fn value(frame: &Frame, row: usize, col: usize, held: f64) -> f64 {
    let share = |place: usize, of_truth: bool| {
        let total = frame.arrangement.class(place).map_or(0, |class| frame.sheet.total(class, of_truth));
        if total == 0 { 0.0 } else { held / total as f64 }
    };
    match frame.scale {
        Scale::Row => share(row, !frame.transpose),
        Scale::Column => share(col, frame.transpose),
        _ => held,
    }
}

fn strength_of(frame: &Frame, value: f64) -> f32 {
    strength(frame.scale, frame.log, value, frame.sheet.largest()) as f32
}

/// Draws all cells in view: as one picture where they are very small, else one by one, with numbers where these fit.
pub(super) fn paint(
    ui: &Ui,
    ctx: &ViewCtx,
    frame: &Frame,
    raster: &mut Raster<RasterKey>,
    version: u64,
    selected: Option<&[Cell]>,
) {
    let covered = frame.grid.covered();
    let painter = ui.painter().with_clip_rect(covered.expand(theme::RING).intersect(ui.clip_rect()));
    let outline = Stroke::new(theme::HAIRLINE, ctx.theme.line);
    painter.rect_stroke(covered, 0.0, outline, StrokeKind::Outside);
    if frame.grid.cell.min_elem() < theme::CELL_DRAWN {
        raster.paint(ui, &frame.grid, &ramps(ctx), key(ui, ctx, frame, version), |pixels| {
            for (row, col, cell, n) in frame.in_view() {
                pixels.put(row, col, strength_of(frame, value(frame, row, col, n)), ramp_of(cell));
            }
        });
    } else {
        let inside = ui.painter().with_clip_rect(covered.intersect(ui.clip_rect()));
        one_by_one(&inside, ctx, frame);
    }
    for &cell in selected.unwrap_or(&[]) {
        if let Some((row, col)) = frame.place(cell) {
            let ring = Stroke::new(theme::RING, ctx.theme.accent);
            painter.rect_stroke(frame.grid.cell_rect(row, col), theme::RING, ring, StrokeKind::Middle);
        }
    }
}

fn key(ui: &Ui, ctx: &ViewCtx, frame: &Frame, version: u64) -> RasterKey {
    RasterKey {
        matched: MatchedId::of(frame.explorer),
        cut: frame.explorer.counter.cut(),
        version,
        scale: frame.scale,
        log: frame.log,
        transpose: frame.transpose,
        look: ctx.theme.look(),
        area: frame.grid.area,
        cell: frame.grid.cell,
        offset: frame.grid.offset,
        pixels_per_point: ui.pixels_per_point(),
    }
}

fn one_by_one(painter: &egui::Painter, ctx: &ViewCtx, frame: &Frame) {
    let ramps = ramps(ctx);
    let pixels = painter.pixels_per_point();
    let numbers = frame.grid.cell.min_elem() >= theme::CELL_NUMBER;
    let mut mesh = Mesh::default();
    let mut texts = Vec::new();
    for (row, col, cell, n) in frame.in_view() {
        let value = value(frame, row, col, n);
        let [wrong, right] = ramps;
        let ramp = if ramp_of(cell) == 1 { right } else { wrong };
        let fill = ramp.at(strength_of(frame, value));
        let mut rect = frame.grid.cell_rect(row, col).round_to_pixels(pixels);
        if numbers {
            // A hairline of the surface between cells.
            rect.max -= egui::Vec2::splat(theme::HAIRLINE);
        }
        mesh.add_colored_rect(rect, fill);
        if numbers {
            let colour = readable(fill, ctx.theme.text, ctx.theme.surface);
            texts.extend(number(painter, frame, rect, value).map(|(at, galley)| (at, galley, colour)));
        }
    }
    painter.add(mesh);
    for (at, galley, colour) in texts {
        painter.galley_with_override_text_color(at, galley, colour);
    }
}

/// The number of a cell, centred; shortened where it is too wide, left out where even that is.
fn number(
    painter: &egui::Painter,
    frame: &Frame,
    rect: Rect,
    value: f64,
) -> Option<(Pos2, std::sync::Arc<egui::Galley>)> {
    let font = if rect.height() < 2.0 * theme::CELL_NUMBER { theme::caption() } else { theme::body() };
    let lay = |text: String| painter.layout_no_wrap(text, font.clone(), egui::Color32::PLACEHOLDER);
    let whole = value as u64;
    let full = match frame.scale {
        Scale::MeanProbability => fmt::short(value),
        scale if scale.counts() => fmt::count(whole),
        _ => fmt::percent(Some(value)),
    };
    let fits = |galley: &std::sync::Arc<egui::Galley>| galley.size().x <= rect.width() - 2.0 * theme::HAIRLINE;
    let galley = lay(full);
    let galley = if fits(&galley) || !frame.scale.counts() { galley } else { lay(fmt::short_count(whole)) };
    fits(&galley).then(|| (rect.center() - galley.size() / 2.0, galley))
}

/// Marks the row and column that are pointed at, and the focused cell.
pub(super) fn mark(
    ui: &Ui,
    ctx: &ViewCtx,
    frame: &Frame,
    pointed: Option<(usize, usize)>,
    focus: Option<(usize, usize)>,
) {
    let covered = frame.grid.covered();
    let painter = ui.painter().with_clip_rect(covered.expand(theme::RING).intersect(ui.clip_rect()));
    if let Some((row, col)) = pointed {
        let cell = frame.grid.cell_rect(row, col);
        let faint = Stroke::new(theme::HAIRLINE, ctx.theme.muted.gamma_multiply(0.6));
        for y in [cell.top(), cell.bottom()] {
            painter.hline(covered.x_range(), y, faint);
        }
        for x in [cell.left(), cell.right()] {
            painter.vline(x, covered.y_range(), faint);
        }
        painter.rect_stroke(cell, 0.0, Stroke::new(theme::HAIRLINE, ctx.theme.text), StrokeKind::Middle);
    }
    if let Some((row, col)) = focus {
        let ring = Stroke::new(theme::RING, ctx.theme.accent);
        painter.rect_stroke(frame.grid.cell_rect(row, col), theme::RING, ring, StrokeKind::Middle);
    }
}

/// Names the cells in view; a click through a screen reader opens them.
pub(super) fn publish(ui: &Ui, ctx: &ViewCtx, frame: &Frame, matrix: &Response) {
    let heard = ui.ctx().has_accesskit_node(matrix.id);
    if !heard || frame.grid.cell.min_elem() < theme::CELL_NUMBER {
        return;
    }
    let asked = ui.input(|i| i.events.iter().any(|e| matches!(e, Event::AccessKitActionRequest(_))));
    let mut named: Vec<_> = frame.in_view().take(NAMED).collect();
    named.sort_by_key(|&(row, col, ..)| (row, col));
    for (row, col, cell, n) in named {
        let id = matrix.id.with(("cell", cell.truth, cell.predicted));
        let rect = frame.grid.cell_rect(row, col).intersect(frame.grid.area);
        let response = ui.interact(rect, id, Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, words::cell_name(frame, cell, n)));
        ui.ctx().accesskit_node_builder(id, |node| node.add_action(Action::Click));
        if asked && ui.input(|i| i.has_accesskit_action_request(id, Action::Click)) {
            ctx.send(Command::Select(frame.filter(cell)));
        }
    }
}

/// Says what a cell means, beside it.
pub(super) fn card(ui: &Ui, ctx: &ViewCtx, frame: &Frame, matrix: &Response, row: usize, col: usize) {
    let Some(cell) = frame.cell(row, col) else { return };
    let held = frame.sheet.value(cell);
    card::beside(ui, matrix, frame.grid.cell_rect(row, col).intersect(frame.grid.area), |ui| {
        ui.label(words::meaning(frame, cell, held));
        let muted = |ui: &mut Ui, text: String| {
            ui.label(egui::RichText::new(text).font(theme::caption()).color(ctx.theme.muted));
        };
        if let Some(shares) = words::shares(frame, cell, held) {
            muted(ui, shares);
        }
        if held > 0.0 {
            muted(ui, words::click(frame, cell));
        }
    });
}
