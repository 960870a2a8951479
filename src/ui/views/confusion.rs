//! The confusion matrix: truth in rows, predictions in columns, background last, at the current threshold.
//!
//! Reads the session's counter; counts nothing itself. Keeps only how it is looked at: order, scale, zoom.

mod axes;
mod cells;
mod memo;
mod words;

use std::ops::Range;

use egui::{EventFilter, Key, Pos2, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::analysis::Filter;
use crate::analysis::matrix::{Arrangement, Order, Scale, Shown, predicted_total, truth_total};
use crate::metrics::{Cell, OutcomeKind};
use crate::model::{ClassId, fmt};
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::heatmap::{Grid, HeatmapView, Raster};
use crate::ui::widgets::states;

use memo::{Arranged, RasterKey};

/// How the matrix is looked at. Neither threshold nor selection: those are the session's.
pub struct ConfusionState {
    /// What a cell shows.
    pub scale: Scale,
    /// Logarithmic colour: a few errors are seen beside many right answers.
    pub log: bool,
    /// The order of the classes.
    pub order: Order,
    /// Predictions in rows.
    pub transpose: bool,
    /// Which classes are shown.
    pub shown: Shown,
    view: HeatmapView,
    /// The cell that the arrow keys move.
    focus: Option<Cell>,
    arranged: Arranged,
    raster: Raster<RasterKey>,
}

impl Default for ConfusionState {
    fn default() -> Self {
        Self {
            scale: Scale::Count,
            log: true,
            order: Order::Declaration,
            transpose: false,
            shown: Shown { hide_empty: true, search: String::new() },
            view: HeatmapView::default(),
            focus: None,
            arranged: Arranged::default(),
            raster: Raster::default(),
        }
    }
}

/// One frame of the matrix: what is shown and where.
struct Frame<'a> {
    explorer: &'a Explorer,
    arrangement: &'a Arrangement,
    scale: Scale,
    log: bool,
    transpose: bool,
    /// The largest count of any cell.
    largest: u32,
    grid: Grid,
}

impl Frame<'_> {
    /// The cell at a row and column as shown.
    fn cell(&self, row: usize, col: usize) -> Option<Cell> {
        let (row, col) = (self.arrangement.class(row)?, self.arrangement.class(col)?);
        Some(if self.transpose { Cell::new(col, row) } else { Cell::new(row, col) })
    }

    /// Where a cell is shown.
    fn place(&self, cell: Cell) -> Option<(usize, usize)> {
        let (truth, predicted) = (self.arrangement.place(cell.truth)?, self.arrangement.place(cell.predicted)?);
        Some(if self.transpose { (predicted, truth) } else { (truth, predicted) })
    }

    fn count(&self, cell: Cell) -> u32 {
        self.explorer.counter.count(&self.explorer.matched.timeline, cell)
    }

    /// Total of the truth class (or background) of a row or column as shown.
    fn total(&self, class: Option<ClassId>, of_truth: bool) -> u64 {
        let counter = &self.explorer.counter;
        if of_truth { truth_total(counter, class) } else { predicted_total(counter, class) }
    }

    /// The cells in view that hold something, with place and count, row after row.
    fn in_view(&self) -> impl Iterator<Item = (usize, usize, Cell, u32)> + '_ {
        self.between(self.grid.rows_in_view(), self.grid.cols_in_view())
    }

    /// The cell meant by a point: the one under it or, where cells are too small to aim at, the nearest that holds
    /// something.
    fn aimed(&self, at: Pos2) -> Option<(usize, usize)> {
        let (row, col) = self.grid.hit(at)?;
        if self.grid.cell.min_elem() >= theme::CELL_DRAWN {
            return Some((row, col));
        }
        let reach = |size: f32| (theme::CELL_DRAWN / 2.0 / size).ceil() as usize;
        let around = |place: usize, size: f32| {
            place.saturating_sub(reach(size))..(place + reach(size) + 1).min(self.arrangement.side())
        };
        let held = self.between(around(row, self.grid.cell.y), around(col, self.grid.cell.x));
        let far = |(row, col): &(usize, usize)| self.grid.cell_rect(*row, *col).center().distance_sq(at);
        let nearest = held.map(|(row, col, ..)| (row, col)).min_by(|a, b| far(a).total_cmp(&far(b)));
        Some(nearest.unwrap_or((row, col)))
    }

    /// The cells of these rows and columns that hold something.
    fn between(&self, rows: Range<usize>, cols: Range<usize>) -> impl Iterator<Item = (usize, usize, Cell, u32)> + '_ {
        let (truths, others) = if self.transpose { (cols, rows) } else { (rows, cols) };
        let timeline = &self.explorer.matched.timeline;
        truths.filter_map(|place| Some((place, self.arrangement.class(place)?))).flat_map(move |(place, truth)| {
            let range = self.arrangement.cells_of(truth);
            let cells = timeline.cells().get(range.clone()).unwrap_or(&[]);
            let counts = self.explorer.counter.cells().get(range).unwrap_or(&[]);
            let others = others.clone();
            cells.iter().zip(counts).filter(|(_, n)| **n > 0).filter_map(move |(&cell, &n)| {
                let other = self.arrangement.place(cell.predicted).filter(|o| others.contains(o))?;
                let (row, col) = if self.transpose { (other, place) } else { (place, other) };
                Some((row, col, cell, n))
            })
        })
    }
}

/// Draws the matrix into the rest of the pane.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut ConfusionState) {
    let Some(explorer) = &ctx.session.explorer else {
        states::empty(ui, ctx, "No matrix yet", "It appears once a model is evaluated");
        return;
    };
    if explorer.dataset().classes.is_empty() {
        states::empty(ui, ctx, "No classes", "The dataset declares none; a matrix needs at least one");
        return;
    }
    toolbar(ui, ctx, state);
    ui.add_space(theme::GRID);
    let resting = ctx.session.wants_tick_at().is_none();
    let ConfusionState { arranged, order, shown, .. } = state;
    let (arrangement, largest) = arranged.get(explorer, *order, shown, resting);
    if arrangement.side() < 2 {
        let title = format!("No class is called “{}”", state.shown.search.trim());
        states::empty(ui, ctx, &title, "Clear the search to see all");
        return;
    }
    let area = ui.available_rect_before_wrap();
    ui.allocate_rect(area, Sense::hover());
    if area.width() < theme::PANE_LEAST || area.height() < theme::PANE_LEAST {
        return;
    }
    matrix(ui, ctx, explorer, state, &arrangement, largest, area);
}

fn matrix(
    ui: &mut Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    state: &mut ConfusionState,
    arrangement: &Arrangement,
    largest: u32,
    area: Rect,
) {
    let margins = axes::Margins::of(ui, explorer, arrangement, area);
    let inner = Rect::from_min_max(
        pos2(area.left() + margins.left, area.top() + margins.top),
        area.max - vec2(margins.right, margins.bottom),
    );
    let side = arrangement.side();
    let grid = state.view.grid(inner, side, side);
    let (scale, log, transpose) = (state.scale, state.log, state.transpose);
    let frame = Frame { explorer, arrangement, scale, log, transpose, largest, grid };
    let response = interact(ui, &frame);
    state.view.follow(ui, &response, &grid);
    walk(ui, &response, &frame, state);
    let hovered = hovered(ui, &response, &frame);

    let version = state.arranged.version();
    cells::paint(ui, ctx, &frame, &mut state.raster, version, selected(ctx).as_deref());
    let focus = state.focus.filter(|_| response.has_focus()).and_then(|cell| frame.place(cell));
    let pointed = hovered.or(focus);
    cells::mark(ui, ctx, &frame, pointed, focus);
    axes::paint(ui, ctx, &frame, &margins, pointed);
    cells::publish(ui, ctx, &frame, &response);
    axes::interact(ui, ctx, &frame, &margins);
    if let Some((row, col)) = pointed {
        cells::card(ui, ctx, &frame, &response, row, col);
    }
    open_pointed(ui, ctx, &frame, &response, hovered, focus);
}

/// The one interaction of the whole matrix; what is hit is arithmetic.
fn interact(ui: &Ui, frame: &Frame) -> Response {
    let area = frame.grid.covered();
    let response = ui.interact(area, ui.scope_id().with("matrix"), Sense::click_and_drag());
    response.widget_info(|| {
        let side = frame.arrangement.side();
        let text = format!("confusion matrix: {side} rows, {side} columns");
        WidgetInfo::labeled(Role::Group, true, text)
    });
    response
}

fn hovered(ui: &Ui, response: &Response, frame: &Frame) -> Option<(usize, usize)> {
    if response.dragged() || !response.contains_pointer() {
        return None;
    }
    let pointed = ui.input(|i| i.pointer.hover_pos()).and_then(|at| frame.aimed(at))?;
    let (row, col) = pointed;
    let holds = frame.cell(row, col).is_some_and(|cell| frame.count(cell) > 0);
    if holds {
        ui.ctx().set_cursor_icon(egui::CursorIcon::PointingHand);
    }
    Some(pointed)
}

/// Arrow keys move the focused cell.
fn walk(ui: &Ui, response: &Response, frame: &Frame, state: &mut ConfusionState) {
    if !response.has_focus() {
        return;
    }
    let keys = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|m| m.set_focus_lock_filter(response.id, keys));
    let last = frame.arrangement.side().saturating_sub(1);
    let at = state.focus.and_then(|cell| frame.place(cell));
    let (row, col) = at.unwrap_or((frame.grid.rows_in_view().start, frame.grid.cols_in_view().start));
    let pressed = |key| ui.input(|i| i.num_presses(key));
    let step = |from: usize, back, on| (from + pressed(on)).min(last).saturating_sub(pressed(back));
    let to = (step(row, Key::ArrowUp, Key::ArrowDown), step(col, Key::ArrowLeft, Key::ArrowRight));
    if at != Some(to) {
        state.focus = frame.cell(to.0, to.1);
        state.view.reveal(&frame.grid, to.0, to.1);
        ui.ctx().request_repaint();
    }
}

/// A click on a cell, or Enter on the focused one, shows its objects.
fn open_pointed(
    ui: &Ui,
    ctx: &ViewCtx,
    frame: &Frame,
    response: &Response,
    hovered: Option<(usize, usize)>,
    focus: Option<(usize, usize)>,
) {
    let by_pointer = response.clicked_by(egui::PointerButton::Primary);
    let by_key = response.has_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    let target = if by_pointer { hovered } else { focus.filter(|_| by_key) };
    let cell = target.and_then(|(row, col)| frame.cell(row, col));
    if let Some(cell) = cell.filter(|cell| frame.count(*cell) > 0) {
        ctx.send(Command::Select(Filter::Cell(cell)));
    }
}

/// The cells that are selected in the session.
fn selected(ctx: &ViewCtx) -> Option<Vec<Cell>> {
    match &ctx.session.explorer.as_ref()?.selection.filter {
        Filter::Cell(cell) => Some(vec![*cell]),
        Filter::Cells { cells, .. } => Some(cells.clone()),
        _ => None,
    }
}

/// What a click on the name of a class shows: the objects of its row or column.
fn filter_of(explorer: &Explorer, class: Option<ClassId>, of_truth: bool) -> Filter {
    let name = explorer.class_name(class);
    match (class, of_truth) {
        (Some(class), true) => Filter::Truths { title: format!("{name} in the ground truth"), classes: vec![class] },
        (Some(class), false) => Filter::Predicted { title: format!("{name} predicted"), classes: vec![class] },
        (None, true) => Filter::Segment { class: None, kind: OutcomeKind::FalsePositive },
        (None, false) => Filter::Segment { class: None, kind: OutcomeKind::Missed },
    }
}

fn toolbar(ui: &mut Ui, ctx: &ViewCtx, state: &mut ConfusionState) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GRID;
        let response = egui::ComboBox::from_id_salt("matrix scale")
            .selected_text(state.scale.label())
            .show_ui(ui, |ui| {
                for scale in Scale::ALL {
                    ui.selectable_value(&mut state.scale, scale, scale.label());
                }
            })
            .response;
        name(ui, &response, "Matrix shows");
        let response = egui::ComboBox::from_id_salt("matrix order")
            .selected_text(state.order.label())
            .show_ui(ui, |ui| {
                for order in Order::ALL {
                    ui.selectable_value(&mut state.order, order, order.label());
                }
            })
            .response;
        name(ui, &response, "Order of classes");
        ui.toggle_value(&mut state.log, "Log")
            .on_hover_text("Logarithmic colour: a few errors stand out beside many hits");
        ui.toggle_value(&mut state.transpose, "Transpose").on_hover_text("Predictions in rows, truth in columns");
        ui.toggle_value(&mut state.shown.hide_empty, "Hide empty")
            .on_hover_text("Leave out classes without an object and without a kept detection");
        let search = egui::TextEdit::singleline(&mut state.shown.search)
            .hint_text("Find class")
            .desired_width(theme::SEARCH_WIDTH)
            .char_limit(80);
        let response = ui.add(search).on_hover_text("Shows classes of this name and those they are confused with");
        name(ui, &response, "Find class in the matrix");
        if state.view.is_zoomed() && ui.button("Fit").on_hover_text("Show the whole matrix (F)").clicked() {
            state.view.fit();
        }
        let hidden = state.arranged.hidden() as u64;
        if hidden > 0 {
            let searched = !state.shown.search.trim().is_empty();
            let words = if searched { "classes left out" } else { "empty classes hidden" };
            let words = if hidden == 1 { words.replacen("classes", "class", 1) } else { words.to_owned() };
            let words = format!("{} {words}", fmt::count(hidden));
            ui.label(egui::RichText::new(words).font(theme::caption()).color(ctx.theme.muted));
        }
    });
}

/// Gives a control without a label of its own a name for screen readers.
fn name(ui: &Ui, response: &Response, name: &str) {
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
}
