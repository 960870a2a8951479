//! The numbers of the whole set as a table, with their intervals and the values of single answers; a row makes its number the
//! one that has to be reached.

use std::sync::Arc;

use egui::{Align2, CursorIcon, Mesh, Rect, Response, RichText, Role, ScrollArea, Sense, Shape, Stroke, Ui, UiBuilder};
use egui::{WidgetInfo, pos2, vec2};

use crate::metrics::Generation;
use crate::metrics::detection::Matched;
use crate::metrics::generation::Column;
use crate::metrics::histogram::histogram;
use crate::model::fmt;
use crate::session::{Command, Explorer, Slot};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::views::threshold_bar::{about, passing_by};
use crate::ui::widgets::icon::focus_ring;
use crate::ui::widgets::{states, text};

use super::Memo;
use super::curve::{self, Curve};

/// Height of a row.
const ROW: f32 = 22.0;
/// Width from which the plot stands beside the table.
const BESIDE: f32 = 600.0;
/// Share of the table where the plot stands beside it.
const TABLE: f32 = 0.6;
/// Bins of a small histogram.
const BINS: usize = 24;
/// Widths of the number, its interval, its spread and the count of answers.
const NUMBERS: [f32; 4] = [50.0, 94.0, 46.0, 48.0];
/// Least and most width of the small histograms.
const HISTOGRAM: (f32, f32) = (36.0, 160.0);
/// Width of names, where there is room.
const NAMES: (f32, f32) = (72.0, 180.0);

/// What the pane remembers.
#[derive(Default)]
pub struct Metrics {
    histograms: Memo<Vec<Vec<f32>>>,
    curve: Memo<Curve>,
    asked: Option<Arc<Matched>>,
}

/// Draws the pane.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, texts: &Generation, state: &mut Metrics) {
    if texts.columns.is_empty() {
        states::empty(ui, ctx, "No answers", "The model has no answer to any item");
        return;
    }
    let shown: Vec<&Column> = texts.shown().collect();
    if shown.is_empty() {
        let advice = "These answers have none of the numbers that the scoring names; choose others under Scoring";
        states::empty(ui, ctx, "No number is shown", advice);
        return;
    }
    ask_intervals(ctx, explorer, state);
    let area = ui.available_rect_before_wrap();
    let pass = texts.pass_column().filter(|column| column.ranks());
    let (first, second) = if pass.is_none() {
        (area, area)
    } else if area.width() >= BESIDE {
        let (left, right) = area.split_left_right_at_fraction(TABLE);
        (left.with_max_x(left.right() - theme::PADDING), right)
    } else {
        let table = (shown.len() as f32 + 1.0) * ROW;
        area.split_top_bottom_at_y(area.top() + table.min(area.height() * 0.6))
    };
    let histograms = state.histograms.of(explorer, || shown.iter().map(|column| heights(column)).collect());
    ui.scope_builder(UiBuilder::new().id_salt("metrics").max_rect(first), |ui| {
        ui.shrink_clip_rect(first);
        table(ui, ctx, explorer, texts, &shown, histograms);
    });
    let Some(column) = pass else { return };
    let curve = state.curve.of(explorer, || Curve::new(explorer, column));
    ui.scope_builder(UiBuilder::new().id_salt("pass curve").max_rect(second), |ui| {
        curve::ui(ui, ctx, explorer, column, curve);
    });
}

/// Asks once for each scoring: an interval that was stopped is not asked for again.
fn ask_intervals(ctx: &ViewCtx, explorer: &Explorer, state: &mut Metrics) {
    let asked = state.asked.as_ref().is_some_and(|of| Arc::ptr_eq(of, &explorer.matched));
    if !asked && explorer.intervals.is_none() && !ctx.session.jobs.contains_key(&Slot::Rescore) {
        state.asked = Some(Arc::clone(&explorer.matched));
        ctx.send(Command::ComputeIntervals);
    }
}

/// Heights of a small histogram in 0…1.
fn heights(column: &Column) -> Vec<f32> {
    let counts = histogram(column.values.iter().flatten().copied(), column.scale, BINS);
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    counts.into_iter().map(|n| n as f32 / most as f32).collect()
}

/// Where the parts of a row stand.
struct Parts {
    name: f32,
    numbers: [f32; 4],
    histogram: f32,
}

impl Parts {
    fn new(ui: &Ui, shown: &[&Column]) -> Self {
        let width = ui.available_width();
        let longest = shown.iter().map(|column| text::width(ui, &column.label, theme::body())).fold(0.0, f32::max);
        let numbers: f32 = NUMBERS.iter().sum();
        // Where there is little room names are worth more than small histograms.
        let room = width - numbers - theme::PADDING;
        let name = (longest + theme::GRID).clamp(NAMES.0, NAMES.1).min(room.max(NAMES.0));
        let histogram = (room - name - 2.0 * theme::PADDING).min(HISTOGRAM.1);
        Self { name, numbers: NUMBERS, histogram }
    }

    /// The right edges of the numbers.
    fn edges(&self, row: Rect) -> [f32; 4] {
        let mut right = row.left() + theme::PADDING + self.name;
        self.numbers.map(|width| {
            right += width;
            right
        })
    }

    fn histogram(&self, row: Rect) -> Option<Rect> {
        let left = self.edges(row)[3] + theme::PADDING * 1.5;
        let rect = text::from_left(left, row.center().y, self.histogram, ROW - 7.0);
        (self.histogram >= HISTOGRAM.0).then_some(rect)
    }
}

fn table(
    ui: &mut Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    texts: &Generation,
    shown: &[&Column],
    histograms: &[Vec<f32>],
) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let parts = Parts::new(ui, shown);
    head(ui, ctx, explorer, &parts);
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, ROW, shown.len(), |ui, rows| {
        for row in rows {
            if let Some(&column) = shown.get(row) {
                let heights = histograms.get(row).map_or(&[][..], Vec::as_slice);
                let response = draw(ui, ctx, explorer, texts, &parts, column, heights);
                if response.clicked() && column.ranks() {
                    ctx.send(passing_by(texts, column));
                }
                hover(response, ctx, explorer, texts, column);
            }
        }
    });
}

fn head(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, parts: &Parts) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 18.0), Sense::hover());
    let resampling = ctx.session.jobs.contains_key(&Slot::Intervals);
    let interval = if explorer.intervals.is_none() && resampling { "resampling …" } else { "95 % interval" };
    let words = ["of the set", interval, "spread", "answers"];
    for (word, right) in words.into_iter().zip(parts.edges(rect)) {
        let at = pos2(right, rect.center().y);
        text::at(ui.painter(), at, Align2::RIGHT_CENTER, word, theme::caption(), ctx.theme.muted);
    }
    if let Some(place) = parts.histogram(rect) {
        text::left(ui.painter(), place, "values", theme::caption(), ctx.theme.muted);
    }
}

/// One row.
fn draw(
    ui: &mut Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    texts: &Generation,
    parts: &Parts,
    column: &Column,
    heights: &[f32],
) -> Response {
    let theme = ctx.theme;
    let passes = texts.pass_column().is_some_and(|pass| pass.key == column.key && pass.ranks());
    let sense = if column.ranks() { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), sense);
    let value = column.words(column.corpus);
    response.widget_info(|| {
        WidgetInfo::selected(Role::Button, column.ranks(), passes, format!("metric {}: {value}", column.label))
    });
    if passes {
        ui.painter().rect_filled(rect, theme::RADIUS, ui.visuals().selection.bg_fill.gamma_multiply(0.6));
        ui.painter().rect_filled(rect.with_max_x(rect.left() + 3.0), 0.0, theme.accent);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, theme::RADIUS, theme.hover);
    }
    focus_ring(ui, theme, rect, &response);
    let name = text::from_left(rect.left() + theme::PADDING, rect.center().y, parts.name, ROW);
    text::left(ui.painter(), name, &column.label, theme::body(), theme.text);
    let interval = explorer.interval_of(column).map_or_else(
        || fmt::UNDEFINED.to_owned(),
        |(low, high)| format!("{}–{}", column.words(Some(low)), column.words(Some(high))),
    );
    let cells = [
        (value, theme::body(), theme.text),
        (interval, theme::caption(), theme.muted),
        (column.words(column.spread), theme::caption(), theme.muted),
        (fmt::count(column.defined as u64), theme::caption(), theme.muted),
    ];
    for ((words, font, color), right) in cells.into_iter().zip(parts.edges(rect)) {
        text::at(ui.painter(), pos2(right, rect.center().y), Align2::RIGHT_CENTER, &words, font, color);
    }
    if let Some(place) = parts.histogram(rect) {
        bars(ui, ctx, place, heights);
    }
    if column.ranks() { response.on_hover_cursor(CursorIcon::PointingHand) } else { response }
}

fn bars(ui: &Ui, ctx: &ViewCtx, place: Rect, heights: &[f32]) {
    let width = place.width() / heights.len().max(1) as f32;
    let mut mesh = Mesh::default();
    for (bin, height) in heights.iter().enumerate().filter(|(_, height)| **height > 0.0) {
        let left = place.left() + bin as f32 * width;
        let top = place.bottom() - (height * place.height()).max(1.0);
        let right = left + (width - 1.0).max(1.0);
        mesh.add_colored_rect(Rect::from_min_max(pos2(left, top), pos2(right, place.bottom())), ctx.theme.track_above);
    }
    ui.painter().add(Shape::mesh(mesh));
    ui.painter().hline(place.x_range(), place.bottom(), Stroke::new(theme::HAIRLINE, ctx.theme.line));
}

fn hover(response: Response, ctx: &ViewCtx, explorer: &Explorer, texts: &Generation, column: &Column) {
    response.on_hover_ui(|ui| {
        about(ui, ctx, explorer, texts, column);
        let words = if column.ranks() {
            "A click makes it the number that answers have to reach"
        } else {
            "It describes answers and does not say which are better"
        };
        ui.label(RichText::new(words).font(theme::caption()).color(ctx.theme.muted));
    });
}
