//! The confusion matrix: truth in rows, predictions in columns, background last, at the current threshold; of a classifier
//! also its mean probabilities and the labels that occur together.
//!
//! Reads the session's counters; counts nothing itself. Keeps only how it is looked at: order, scale, zoom.

mod axes;
mod cells;
mod memo;
mod words;

use std::ops::Range;

use egui::{EventFilter, Key, Pos2, Rect, Response, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::analysis::Filter;
use crate::analysis::matrix::{Arrangement, Order, Scale, Sheet, Shown};
use crate::metrics::classification::PairCounting;
use crate::metrics::{Cell, Counter, OutcomeKind, Timeline};
use crate::model::{ClassId, fmt};
use crate::session::{Command, Explorer, Slot};
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
    table: memo::TableMemo,
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
            table: memo::TableMemo::default(),
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
    sheet: Sheet<'a>,
    grid: Grid,
    /// Rows and columns as shown: what stands outside all classes is the last, where it can hold anything.
    rows: usize,
    cols: usize,
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

    /// The items of a cell, as a selection.
    fn filter(&self, cell: Cell) -> Filter {
        match (self.scale, cell.truth.zip(cell.predicted)) {
            (Scale::MeanProbability, Some((truth, of))) => Filter::Probability { truth, of },
            (Scale::Together, Some((a, b))) => Filter::Both(a, b),
            _ => match counting(self.explorer, self.scale) {
                Some(counting) => Filter::Pair { counting, cell },
                None => Filter::Cell(cell),
            },
        }
    }

    /// The cells in view that hold something, with place and count, row after row.
    fn in_view(&self) -> impl Iterator<Item = (usize, usize, Cell, f64)> + '_ {
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
        let around =
            |place: usize, size: f32, end: usize| place.saturating_sub(reach(size))..(place + reach(size) + 1).min(end);
        let held = self.between(around(row, self.grid.cell.y, self.rows), around(col, self.grid.cell.x, self.cols));
        let far = |(row, col): &(usize, usize)| self.grid.cell_rect(*row, *col).center().distance_sq(at);
        let nearest = held.map(|(row, col, ..)| (row, col)).min_by(|a, b| far(a).total_cmp(&far(b)));
        Some(nearest.unwrap_or((row, col)))
    }

    /// The cells of these rows and columns that hold something.
    fn between(&self, rows: Range<usize>, cols: Range<usize>) -> impl Iterator<Item = (usize, usize, Cell, f64)> + '_ {
        let (truths, others) = if self.transpose { (cols, rows) } else { (rows, cols) };
        truths.filter_map(|place| Some((place, self.arrangement.class(place)?))).flat_map(move |(place, truth)| {
            let others = others.clone();
            self.sheet.row(truth).filter_map(move |(cell, n)| {
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
    let ConfusionState { arranged, order, shown, scale, table, .. } = state;
    let counting = counting(explorer, *scale);
    // The order of classes rests on counts whatever the cells show.
    let ordering = counting.or_else(|| counting_of(explorer, PairCounting::MissedWithAdded));
    let Some((timeline, counter)) = counts(explorer, ordering) else {
        missing(ui, ctx, ordering);
        return;
    };
    let (arrangement, largest) = arranged.get(explorer, (timeline, counter, ordering), *order, shown, resting);
    let table = table.get(explorer, *scale);
    let rows = &arrangement.rows;
    let sheet = table.as_deref().map_or(Sheet::Counts { timeline, counter, rows, largest }, Sheet::Table);
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
    matrix(ui, ctx, explorer, state, &arrangement, sheet, area);
}

fn matrix(
    ui: &mut Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    state: &mut ConfusionState,
    arrangement: &Arrangement,
    sheet: Sheet<'_>,
    area: Rect,
) {
    let margins = axes::Margins::of(ui, explorer, arrangement, area);
    let inner = Rect::from_min_max(
        pos2(area.left() + margins.left, area.top() + margins.top),
        area.max - vec2(margins.right, margins.bottom),
    );
    let (scale, log, transpose) = (state.scale, state.log, state.transpose);
    let (rows, cols) = sides(explorer, arrangement, sheet, transpose);
    let grid = state.view.grid(inner, rows, cols);
    let frame = Frame { explorer, arrangement, scale, log, transpose, sheet, grid, rows, cols };
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
        let text = format!("confusion matrix: {} rows, {} columns", frame.rows, frame.cols);
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
    let holds = frame.cell(row, col).is_some_and(|cell| frame.sheet.value(cell) > 0.0);
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
    let last = (frame.rows.saturating_sub(1), frame.cols.saturating_sub(1));
    let at = state.focus.and_then(|cell| frame.place(cell));
    let (row, col) = at.unwrap_or((frame.grid.rows_in_view().start, frame.grid.cols_in_view().start));
    let pressed = |key| ui.input(|i| i.num_presses(key));
    let step = |from: usize, last: usize, back, on| (from + pressed(on)).min(last).saturating_sub(pressed(back));
    let to = (step(row, last.0, Key::ArrowUp, Key::ArrowDown), step(col, last.1, Key::ArrowLeft, Key::ArrowRight));
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
    if let Some(cell) = cell.filter(|cell| frame.sheet.value(*cell) > 0.0) {
        ctx.send(Command::Select(frame.filter(cell)));
    }
}

/// The cells that are selected in the session.
fn selected(ctx: &ViewCtx) -> Option<Vec<Cell>> {
    match &ctx.session.explorer.as_ref()?.selection.filter {
        Filter::Cell(cell) | Filter::Pair { cell, .. } => Some(vec![*cell]),
        Filter::Probability { truth, of } => Some(vec![Cell::new(Some(*truth), Some(*of))]),
        Filter::Both(a, b) => Some(vec![Cell::new(Some(*a), Some(*b))]),
        Filter::Cells { cells, .. } => Some(cells.clone()),
        _ => None,
    }
}

/// What a click on the name of a class shows: the objects of its row or column.
fn filter_of(frame: &Frame, class: Option<ClassId>, of_truth: bool) -> Filter {
    let name = frame.explorer.class_name(class);
    // Without a threshold both axes are labels.
    let of_truth = of_truth || frame.scale.counting().is_none();
    match (class, of_truth) {
        (Some(class), true) => Filter::Truths { title: format!("{name} in the ground truth"), classes: vec![class] },
        (Some(class), false) => Filter::Predicted { title: format!("{name} predicted"), classes: vec![class] },
        (None, true) => Filter::Segment { class: None, kind: OutcomeKind::FalsePositive },
        (None, false) => Filter::Segment { class: None, kind: OutcomeKind::Missed },
    }
}

/// How pairs of labels are counted for a scale; `None` where an item has one label, or nothing is counted.
fn counting(explorer: &Explorer, scale: Scale) -> Option<PairCounting> {
    scale.counting().and_then(|counting| counting_of(explorer, counting))
}

/// This way of counting, where items can have several labels and there are not too many pairs.
fn counting_of(explorer: &Explorer, counting: PairCounting) -> Option<PairCounting> {
    let too_many = explorer.pair_matrix(counting).is_some_and(|pairs| pairs.counts.is_none());
    (explorer.evaluation.task.is_multilabel() && !too_many).then_some(counting)
}

/// The counts that are shown; `None` while they are on their way.
fn counts(explorer: &Explorer, counting: Option<PairCounting>) -> Option<(&Timeline, &Counter)> {
    match counting {
        None => Some((&explorer.matched.timeline, &explorer.counter)),
        Some(counting) => explorer.pair_matrix(counting)?.counts.as_ref().map(|(t, c)| (t, c)),
    }
}

/// Asks for counts that are not there yet.
fn missing(ui: &mut Ui, ctx: &ViewCtx, counting: Option<PairCounting>) {
    match (ctx.session.jobs.get(&Slot::Pairs), counting) {
        (Some(job), _) => states::loading(ui, ctx, Slot::Pairs, job),
        (None, Some(counting)) => ctx.send(Command::ComputePairMatrix(counting)),
        (None, None) => {}
    }
}

/// Rows and columns as shown. No item of a single label is a false positive, and what does not depend on the threshold
/// knows no outside.
fn sides(explorer: &Explorer, arrangement: &Arrangement, sheet: Sheet<'_>, transpose: bool) -> (usize, usize) {
    let all = arrangement.side();
    let (truths, predictions) = match sheet {
        Sheet::Table(_) => (all - 1, all - 1),
        Sheet::Counts { .. } if explorer.evaluation.task.is_one_class_each() => (all - 1, all),
        Sheet::Counts { .. } => (all, all),
    };
    if transpose { (predictions, truths) } else { (truths, predictions) }
}

fn toolbar(ui: &mut Ui, ctx: &ViewCtx, state: &mut ConfusionState) {
    let task = ctx.session.explorer.as_ref().map(|e| e.evaluation.task).unwrap_or_default();
    if !state.scale.belongs_to(task) {
        state.scale = Scale::default();
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GRID;
        let response = egui::ComboBox::from_id_salt("matrix scale")
            .selected_text(state.scale.label())
            .show_ui(ui, |ui| {
                for scale in Scale::ALL.into_iter().filter(|scale| scale.belongs_to(task)) {
                    ui.selectable_value(&mut state.scale, scale, scale.label()).on_hover_text(scale.about(task));
                }
            })
            .response;
        name(ui, &response, "Matrix shows");
        response.on_hover_text(state.scale.about(task));
        let response = egui::ComboBox::from_id_salt("matrix order")
            .selected_text(state.order.label())
            .show_ui(ui, |ui| {
                for order in Order::ALL {
                    ui.selectable_value(&mut state.order, order, order.label());
                }
            })
            .response;
        name(ui, &response, "Order of classes");
        ui.add_enabled_ui(state.scale != Scale::MeanProbability, |ui| {
            ui.toggle_value(&mut state.log, "Log")
                .on_hover_text("Logarithmic colour: a few errors stand out beside many hits");
        });
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
        let wanted = state.scale.counting();
        let pairs = ctx.session.explorer.as_ref().zip(wanted).and_then(|(e, counting)| e.pair_matrix(counting));
        if pairs.is_some_and(|pairs| pairs.counts.is_none()) {
            let words = RichText::new("each label by itself").font(theme::caption()).color(ctx.theme.muted);
            ui.label(words).on_hover_text(
                "There are too many pairs of a missed and an added label to follow the threshold; what is right, missed \
                 and wrongly added is counted, not which stands against which",
            );
        }
        let hidden = state.arranged.hidden() as u64;
        if hidden > 0 {
            let searched = !state.shown.search.trim().is_empty();
            let words = if searched { "classes left out" } else { "empty classes hidden" };
            let words = if hidden == 1 { words.replacen("classes", "class", 1) } else { words.to_owned() };
            let words = format!("{} {words}", fmt::count(hidden));
            ui.label(RichText::new(words).font(theme::caption()).color(ctx.theme.muted));
        }
    });
}

/// Gives a control without a label of its own a name for screen readers.
fn name(ui: &Ui, response: &Response, name: &str) {
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
}
