//! Names and totals along the edges of the matrix.

use std::f32::consts::FRAC_PI_2;
use std::sync::Arc;

use egui::{Align2, Color32, EventFilter, Galley, Key, Rangef, Rect, Response, Role, Sense, Ui, Vec2, WidgetInfo};
use egui::{epaint::TextShape, pos2, vec2};

use crate::analysis::matrix::Arrangement;
use crate::model::{ClassId, fmt};
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::{card, text};

use super::{Frame, filter_of, words};

/// Labels named for screen readers and automation, per axis.
const NAMED: usize = 200;

/// Room around the cells. Depends on names and on the size of the pane, never on the threshold or the zoom, so that the
/// cells stay where they are.
pub(super) struct Margins {
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
    /// Names of columns run upwards.
    vertical: bool,
    /// Room for a name in a row.
    row_name: f32,
    /// Room for a name in a column that runs upwards.
    col_name: f32,
}

/// Least and most room for the names of an axis.
const NAME: Rangef = Rangef { min: 36.0, max: 128.0 };
/// Smaller matrices have no totals.
const TOTALS: Vec2 = vec2(320.0, 240.0);
/// Height of the line with the name of an axis.
const AXIS: f32 = theme::CAPTION + theme::GRID;

impl Margins {
    pub fn of(ui: &Ui, explorer: &Explorer, arrangement: &Arrangement, area: Rect) -> Self {
        let longest = longest(ui, explorer, arrangement);
        let row_name = longest.min((area.width() * 0.28).clamp(NAME.min, NAME.max));
        let left = AXIS + row_name + theme::PADDING;
        let total = total_width(ui, explorer);
        let right = if area.width() >= TOTALS.x { total + theme::PADDING } else { 0.0 };
        let bottom = if area.height() >= TOTALS.y { AXIS + theme::GRID } else { 0.0 };
        let each = (area.width() - left - right) / arrangement.side() as f32;
        let vertical = longest + theme::PADDING > each.min(theme::CELL_MAX.x);
        let col_name = longest.min((area.height() * 0.28).clamp(NAME.min, NAME.max));
        let names = if vertical { col_name } else { theme::CAPTION + theme::GRID };
        Self { left, top: AXIS + names + theme::GRID, right, bottom, vertical, row_name, col_name }
    }
}

/// Width of the longest name. Only the names with most letters are measured: there may be thousands.
fn longest(ui: &Ui, explorer: &Explorer, arrangement: &Arrangement) -> f32 {
    let mut names: Vec<&str> = arrangement.axis.iter().map(|&class| explorer.class_name(class)).collect();
    let few = names.len().min(6);
    if few < names.len() {
        names.select_nth_unstable_by_key(few, |name| std::cmp::Reverse(name.len()));
    }
    let width = |name: &&str| text::width(ui, name, theme::caption());
    names.iter().take(few).chain([&explorer.class_name(None)]).map(width).fold(0.0, f32::max)
}

/// Width of the largest total at any threshold.
fn total_width(ui: &Ui, explorer: &Explorer) -> f32 {
    let largest = explorer.dataset().truths.len().max(explorer.predictions().len());
    text::width(ui, &fmt::count(largest as u64), theme::caption()).max(text::width(ui, "total", theme::caption()))
}

/// One line of caption, cut where it does not fit.
fn caption(ui: &Ui, words: &str, room: f32) -> Arc<Galley> {
    text::elided(ui.painter(), words, theme::caption(), Color32::PLACEHOLDER, room)
}

/// Every how manieth label is drawn, so that they do not touch.
fn stride(cell: f32) -> usize {
    ((theme::CAPTION + 2.0) / cell).ceil().max(1.0) as usize
}

/// True where the label of a place is drawn: every n-th, and the background.
fn is_drawn(place: usize, side: usize, every: usize) -> bool {
    let last = side.saturating_sub(1);
    place == last || (place.is_multiple_of(every) && place + every <= last)
}

/// Draws names, totals and the names of the axes; those pointed at stand out.
pub(super) fn paint(ui: &Ui, ctx: &ViewCtx, frame: &Frame, margins: &Margins, pointed: Option<(usize, usize)>) {
    let (row, col) = (pointed.map(|p| p.0), pointed.map(|p| p.1));
    let covered = frame.grid.covered();
    let every = stride(frame.grid.cell.y);
    let seen = |p: usize| covered.y_range().contains(frame.grid.top(p) + frame.grid.cell.y / 2.0);
    for place in frame.grid.rows_in_view().filter(|&p| is_drawn(p, frame.rows, every) && Some(p) != row && seen(p)) {
        paint_row(ui, ctx, frame, margins, place, false);
    }
    let every = if margins.vertical { stride(frame.grid.cell.x) } else { 1 };
    let seen = |p: usize| covered.x_range().contains(frame.grid.left(p) + frame.grid.cell.x / 2.0);
    for place in frame.grid.cols_in_view().filter(|&p| is_drawn(p, frame.cols, every) && Some(p) != col && seen(p)) {
        paint_col(ui, ctx, frame, margins, place, false);
    }
    if let Some(row) = row {
        paint_row(ui, ctx, frame, margins, row, true);
    }
    if let Some(col) = col {
        paint_col(ui, ctx, frame, margins, col, true);
    }
    paint_titles(ui, ctx, frame, margins);
}

/// Colour of a label: pointed at, found by the search, or one of many.
fn colour(ctx: &ViewCtx, frame: &Frame, class: Option<ClassId>, strong: bool) -> Color32 {
    let found = class.is_some_and(|c| frame.arrangement.found.binary_search(&c).is_ok());
    match (strong, found) {
        (true, _) => ctx.theme.text,
        (false, true) => ctx.theme.accent,
        (false, false) => ctx.theme.muted,
    }
}

fn paint_row(ui: &Ui, ctx: &ViewCtx, frame: &Frame, margins: &Margins, place: usize, strong: bool) {
    let Some(class) = frame.arrangement.class(place) else { return };
    let covered = frame.grid.covered();
    let middle = (frame.grid.top(place) + frame.grid.cell.y / 2.0).clamp(covered.top(), covered.bottom());
    let colour = colour(ctx, frame, class, strong);
    let name = caption(ui, frame.explorer.class_name(class), margins.row_name);
    let at = pos2(covered.left() - theme::GRID - name.size().x, middle - name.size().y / 2.0);
    chip(ui, ctx, Rect::from_min_size(at, name.size()), strong);
    ui.painter().galley_with_override_text_color(at, name, colour);
    if margins.right > 0.0 {
        let total = caption(ui, &fmt::count(frame.sheet.total(class, !frame.transpose)), f32::INFINITY);
        let right = covered.right() + margins.right - theme::GRID;
        let at = pos2(right - total.size().x, middle - total.size().y / 2.0);
        chip(ui, ctx, Rect::from_min_size(at, total.size()), strong);
        ui.painter().galley_with_override_text_color(at, total, colour);
    }
}

fn paint_col(ui: &Ui, ctx: &ViewCtx, frame: &Frame, margins: &Margins, place: usize, strong: bool) {
    let Some(class) = frame.arrangement.class(place) else { return };
    let covered = frame.grid.covered();
    let middle = (frame.grid.left(place) + frame.grid.cell.x / 2.0).clamp(covered.left(), covered.right());
    let colour = colour(ctx, frame, class, strong);
    let bottom = covered.top() - theme::GRID;
    if margins.vertical {
        let name = caption(ui, frame.explorer.class_name(class), margins.col_name);
        let size = vec2(name.size().y, name.size().x);
        let rect =
            Rect::from_min_max(pos2(middle - size.x / 2.0, bottom - size.y), pos2(middle + size.x / 2.0, bottom));
        chip(ui, ctx, rect, strong);
        let shape = TextShape::new(rect.left_bottom(), name, colour).with_angle(-FRAC_PI_2);
        ui.painter().add(shape.with_override_text_color(colour));
    } else {
        let name = caption(ui, frame.explorer.class_name(class), frame.grid.cell.x);
        let at = pos2(middle - name.size().x / 2.0, bottom - name.size().y);
        chip(ui, ctx, Rect::from_min_size(at, name.size()), strong);
        ui.painter().galley_with_override_text_color(at, name, colour);
    }
    let total = frame.sheet.total(class, frame.transpose);
    let fits = |caption: &Galley| caption.size().x + theme::GRID <= frame.grid.cell.x;
    let whole = caption(ui, &fmt::count(total), f32::INFINITY);
    let total = if strong || fits(&whole) { whole } else { caption(ui, &fmt::short_count(total), f32::INFINITY) };
    let fits = fits(&total);
    if margins.bottom > 0.0 && (fits || strong) {
        let at = pos2(middle - total.size().x / 2.0, covered.bottom() + theme::GRID);
        chip(ui, ctx, Rect::from_min_size(at, total.size()), strong);
        ui.painter().galley_with_override_text_color(at, total, colour);
    }
}

/// Clears the ground behind a label that stands out, so that it covers its neighbours.
fn chip(ui: &Ui, ctx: &ViewCtx, rect: Rect, strong: bool) {
    if strong {
        ui.painter().rect_filled(rect.expand2(vec2(theme::GRID, 1.0)), theme::RADIUS, ctx.theme.raised);
    }
}

fn paint_titles(ui: &Ui, ctx: &ViewCtx, frame: &Frame, margins: &Margins) {
    let covered = frame.grid.covered();
    let (rows, cols) = if frame.transpose { ("predicted", "truth") } else { ("truth", "predicted") };
    let (rows, cols) = (caption(ui, rows, f32::INFINITY), caption(ui, cols, f32::INFINITY));
    let top = covered.top() - margins.top;
    let at = pos2(covered.center().x - cols.size().x / 2.0, top);
    ui.painter().galley_with_override_text_color(at, cols, ctx.theme.muted);
    let left = covered.left() - margins.left;
    let at = pos2(left, covered.center().y + rows.size().x / 2.0);
    let shape = TextShape::new(at, rows, ctx.theme.muted).with_angle(-FRAC_PI_2);
    ui.painter().add(shape.with_override_text_color(ctx.theme.muted));
    if margins.right > 0.0 {
        let at = pos2(covered.right() + margins.right - theme::GRID, covered.top() - theme::GRID);
        text::at(ui.painter(), at, Align2::RIGHT_BOTTOM, "total", theme::caption(), ctx.theme.muted);
    }
    if margins.bottom > 0.0 && frame.grid.cell.x >= theme::CELL_NUMBER {
        let at = pos2(covered.left() - theme::GRID, covered.bottom() + theme::GRID);
        text::at(ui.painter(), at, Align2::RIGHT_TOP, "total", theme::caption(), ctx.theme.muted);
    }
}

/// A click on a name shows the objects of its row or column.
pub(super) fn interact(ui: &Ui, ctx: &ViewCtx, frame: &Frame, margins: &Margins) {
    let covered = frame.grid.covered();
    let rows = Rect::from_min_max(
        pos2(covered.left() - margins.left + AXIS, covered.top()),
        covered.left_bottom() - vec2(theme::GRID, 0.0),
    );
    let cols = Rect::from_min_max(
        pos2(covered.left(), covered.top() - margins.top + AXIS),
        covered.right_top() - vec2(0.0, theme::GRID),
    );
    let pointer = ui.input(|i| i.pointer.hover_pos()).unwrap_or_default();
    let strip = Strip { rect: rows, of_truth: !frame.transpose, name: "names of rows" };
    strip.interact(ui, ctx, frame, frame.grid.row_at(pointer.y), |place| {
        (frame.grid.rows_in_view().contains(&place) && frame.grid.cell.y >= theme::CELL_NUMBER)
            .then(|| Rect::from_x_y_ranges(rows.x_range(), frame.grid.cell_rect(place, 0).y_range()))
    });
    let strip = Strip { rect: cols, of_truth: frame.transpose, name: "names of columns" };
    strip.interact(ui, ctx, frame, frame.grid.col_at(pointer.x), |place| {
        (frame.grid.cols_in_view().contains(&place) && frame.grid.cell.x >= theme::CELL_NUMBER)
            .then(|| Rect::from_x_y_ranges(frame.grid.cell_rect(0, place).x_range(), cols.y_range()))
    });
}

/// The names along one edge: one interaction, hit by arithmetic.
struct Strip {
    rect: Rect,
    of_truth: bool,
    name: &'static str,
}

impl Strip {
    fn interact(
        &self,
        ui: &Ui,
        ctx: &ViewCtx,
        frame: &Frame,
        under_pointer: Option<usize>,
        rect_of: impl Fn(usize) -> Option<Rect>,
    ) {
        let response = ui.interact(self.rect, ui.scope_id().with(self.name), Sense::click());
        self.publish(ui, ctx, frame, &response, &rect_of);
        self.walk(ui, ctx, frame, &response, &rect_of);
        let Some(class) =
            under_pointer.filter(|_| response.contains_pointer()).and_then(|p| frame.arrangement.class(p))
        else {
            return;
        };
        ui.ctx().set_cursor_icon(egui::CursorIcon::PointingHand);
        let total = frame.sheet.total(class, self.of_truth);
        let pointer = ui.input(|i| i.pointer.hover_pos()).unwrap_or_default();
        let beside = Rect::from_center_size(pointer, vec2(theme::PADDING, theme::PADDING));
        card::beside(ui, &response, beside, |ui| {
            ui.label(words::label_meaning(frame, class, self.of_truth, total));
            if total > 0 {
                ui.label(egui::RichText::new("click shows them").font(theme::caption()).color(ctx.theme.muted));
            }
        });
        if response.clicked() && total > 0 {
            ctx.send(Command::Select(filter_of(frame, class, self.of_truth)));
        }
    }

    /// While the names have the keyboard, arrows go from one to the next, and Enter shows the objects of the one they are at.
    fn walk(&self, ui: &Ui, ctx: &ViewCtx, frame: &Frame, strip: &Response, rect_of: &impl Fn(usize) -> Option<Rect>) {
        if !strip.has_focus() {
            return;
        }
        let keys = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|m| m.set_focus_lock_filter(strip.id, keys));
        let drawn: Vec<(usize, Rect)> =
            (0..frame.rows.max(frame.cols)).filter_map(|place| Some((place, rect_of(place)?))).collect();
        let Some(last) = drawn.len().checked_sub(1) else { return };
        let pressed = |key| ui.input(|i| i.num_presses(key));
        let on = pressed(Key::ArrowDown) + pressed(Key::ArrowRight);
        let back = pressed(Key::ArrowUp) + pressed(Key::ArrowLeft);
        let at: usize = ui.data(|data| data.get_temp(strip.id)).unwrap_or(0);
        let at = (at + on).min(last).saturating_sub(back);
        ui.data_mut(|data| data.insert_temp(strip.id, at));
        let Some((place, rect)) = drawn.get(at) else { return };
        let ring = egui::Stroke::new(theme::RING, ctx.theme.accent);
        let rect = rect.intersect(self.rect).expand(1.0);
        ui.painter().rect_stroke(rect, theme::RADIUS, ring, egui::StrokeKind::Inside);
        let Some(class) = frame.arrangement.class(*place) else { return };
        if pressed(Key::Enter) > 0 && frame.sheet.total(class, self.of_truth) > 0 {
            ctx.send(Command::Select(filter_of(frame, class, self.of_truth)));
        }
    }

    /// Names the labels for screen readers.
    fn publish(
        &self,
        ui: &Ui,
        ctx: &ViewCtx,
        frame: &Frame,
        strip: &Response,
        rect_of: &impl Fn(usize) -> Option<Rect>,
    ) {
        use egui::accesskit::Action;
        strip.widget_info(|| WidgetInfo::labeled(Role::Group, true, self.name));
        if !ui.ctx().has_accesskit_node(strip.id) {
            return;
        }
        let drawn = (0..frame.rows.max(frame.cols)).filter_map(|place| Some((place, rect_of(place)?)));
        for (place, rect) in drawn.take(NAMED) {
            let Some(class) = frame.arrangement.class(place) else { continue };
            let id = strip.id.with(("name", class));
            let total = frame.sheet.total(class, self.of_truth);
            let response = ui.interact(rect.intersect(self.rect), id, Sense::hover());
            let name = || words::label_name(frame, class, self.of_truth, total);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name()));
            ui.ctx().accesskit_node_builder(id, |node| node.add_action(Action::Click));
            if total > 0 && ui.input(|i| i.has_accesskit_action_request(id, Action::Click)) {
                ctx.send(Command::Select(filter_of(frame, class, self.of_truth)));
            }
        }
    }
}
