//! How the numbers of answers agree: Spearman's ρ of every two of them, and the answers behind one ρ.

use std::f32::consts::FRAC_PI_2;

use egui::epaint::TextShape;
use egui::{
    Align2, Button, CursorIcon, Id, Rect, Response, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2,
};
use egui_plot::{PlotPoint, PlotPoints, Points};

use crate::metrics::Generation;
use crate::metrics::generation::Column;
use crate::metrics::generation::agreement::{Agreement, Pair, subsample};
use crate::model::{ImageId, fmt};
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::heatmap::{Ramp, readable};
use crate::ui::widgets::icon::focus_ring;
use crate::ui::widgets::{plot, states, text};

use super::Memo;

/// Answers that are compared; of more an even subsample.
pub const MOST: usize = 20_000;
/// Points of a scatter plot.
const POINTS: usize = 5_000;
/// Room for the names at the left, and above.
const NAMES: f32 = 130.0;
/// Smallest and largest cell.
const CELL: (f32, f32, f32) = (14.0, 84.0, 36.0);
/// Width from which a cell has its number.
const NUMBER: f32 = 26.0;
/// Width from which the number has its zero.
const ZERO: f32 = 34.0;
/// How near a click must be to a point, in points of the screen.
const NEAR: f32 = 8.0;

/// What the pane remembers.
#[derive(Default)]
pub struct AgreementState {
    found: Memo<Agreement>,
    /// The keys of the two columns that are looked at.
    pair: Option<(String, String)>,
    points: Memo<Option<Scatter>>,
}

/// Answers by two of their numbers.
struct Scatter {
    pair: (String, String),
    points: Vec<PlotPoint>,
    items: Vec<usize>,
}

/// Draws the pane.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, texts: &Generation, state: &mut AgreementState) {
    let found = state.found.of(explorer, || Agreement::of(&texts.shown().collect::<Vec<_>>(), MOST));
    if found.keys.len() < 2 {
        states::empty(
            ui,
            ctx,
            "Nothing to compare",
            "Two numbers of the answers have to be shown; choose them under Scoring",
        );
        return;
    }
    let of_pair = state.pair.as_ref().and_then(|(a, b)| {
        let at = |key: &String| found.keys.iter().position(|known| known == key);
        Some((at(a)?, at(b)?, texts.column(a)?, texts.column(b)?))
    });
    match of_pair {
        Some((row, col, a, b)) => {
            let pair = found.pair(row, col);
            if scatter(ui, ctx, explorer, (a, b), pair, &mut state.points) {
                state.pair = None;
            }
        }
        None => {
            if let Some((row, col)) = matrix(ui, ctx, found) {
                state.pair = found.keys.get(row).cloned().zip(found.keys.get(col).cloned());
            }
        }
    }
}

/// Draws the cells; the one that was clicked.
fn matrix(ui: &mut Ui, ctx: &ViewCtx, found: &Agreement) -> Option<(usize, usize)> {
    let side = found.keys.len();
    let mut words = "Spearman’s ρ over the answers that have both numbers".to_owned();
    if found.looked_at < found.answers {
        words = format!(
            "{words}, on an even subsample of {} of {}",
            fmt::count(found.looked_at as u64),
            fmt::count(found.answers as u64)
        );
    }
    ui.add(egui::Label::new(RichText::new(words).font(theme::caption()).color(ctx.theme.muted)).truncate());
    let widths = found.labels.iter().map(|label| text::width(ui, label, theme::caption()));
    let names = widths.fold(40.0, f32::max).min(NAMES) + theme::GRID;
    let room = ui.available_size() - vec2(names + theme::PADDING, theme::PADDING);
    let width = (room.x / side as f32).clamp(CELL.0, CELL.1);
    let across = found.labels.iter().all(|label| text::width(ui, label, theme::caption()) + theme::GRID < width);
    let above = if across { 18.0 } else { names.min(ui.available_height() * 0.3) };
    let height = ((room.y - above) / side as f32).clamp(CELL.0, CELL.2).min(width.max(CELL.0));
    let mut clicked = None;
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        let size = vec2(names + width * side as f32, above + height * side as f32);
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        let corner = rect.min + vec2(names, above);
        let cell = |row: usize, col: usize| {
            Rect::from_min_size(corner + vec2(col as f32 * width, row as f32 * height), vec2(width, height))
        };
        for (at, label) in found.labels.iter().enumerate() {
            row_name(ui, ctx, label, cell(at, 0), names);
            column_name(ui, ctx, label, cell(0, at), above, across);
        }
        for row in 0..side {
            for col in (0..side).filter(|col| *col != row) {
                let response = draw(ui, ctx, found, (row, col), cell(row, col).shrink(0.5));
                if response.clicked() {
                    clicked = Some((row, col));
                }
                response.on_hover_ui(|ui| card(ui, ctx, found, (row, col)));
            }
        }
    });
    clicked
}

fn row_name(ui: &Ui, ctx: &ViewCtx, label: &str, first: Rect, names: f32) {
    let galley = text::elided(ui.painter(), label, theme::caption(), ctx.theme.muted, names - theme::GRID);
    let at = pos2(first.left() - theme::GRID - galley.size().x, first.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, ctx.theme.muted);
}

fn column_name(ui: &Ui, ctx: &ViewCtx, label: &str, first: Rect, above: f32, across: bool) {
    let color = ctx.theme.muted;
    if across {
        let at = pos2(first.center().x, first.top() - 2.0);
        text::at(ui.painter(), at, Align2::CENTER_BOTTOM, label, theme::caption(), color);
        return;
    }
    let galley = text::elided(ui.painter(), label, theme::caption(), color, above - theme::GRID);
    let at = pos2(first.center().x - galley.size().y / 2.0, first.top() - theme::GRID);
    ui.painter().add(TextShape::new(at, galley, color).with_angle(-FRAC_PI_2));
}

fn draw(ui: &Ui, ctx: &ViewCtx, found: &Agreement, (row, col): (usize, usize), rect: Rect) -> Response {
    let theme = ctx.theme;
    let rho = found.pair(row, col).rho;
    let response = ui.interact(rect, Id::unique(("agreement", row, col)), Sense::click());
    let words = fmt::decimal(rho, 2);
    let label = |at: usize| found.labels.get(at).map_or("", String::as_str);
    response.widget_info(|| {
        WidgetInfo::labeled(Role::Button, true, format!("agreement {}, {}: {words}", label(row), label(col)))
    });
    let full = if rho.is_some_and(|rho| rho < 0.0) { theme.misclassified } else { theme.precision };
    let fill = Ramp { surface: theme.surface, full }.at(rho.map_or(0.0, |rho| rho.abs() as f32));
    ui.painter().rect_filled(rect, 0.0, fill);
    if rect.width() >= NUMBER {
        let color =
            if rho.is_none() { theme.muted } else { readable(fill, egui::Color32::WHITE, egui::Color32::BLACK) };
        let short = if rect.width() < ZERO { words.replacen("0.", ".", 1) } else { words };
        text::at(ui.painter(), rect.center(), Align2::CENTER_CENTER, &short, theme::caption(), color);
    }
    if response.hovered() {
        let stroke = egui::Stroke::new(theme::RING, theme.accent);
        ui.painter().rect_stroke(rect, 0.0, stroke, egui::StrokeKind::Inside);
    }
    focus_ring(ui, theme, rect, &response);
    response.on_hover_cursor(CursorIcon::PointingHand)
}

fn card(ui: &mut Ui, ctx: &ViewCtx, found: &Agreement, (row, col): (usize, usize)) {
    let label = |at: usize| found.labels.get(at).map_or("", String::as_str);
    ui.label(RichText::new(format!("{} and {}", label(row), label(col))).color(ctx.theme.text));
    ui.label(RichText::new(numbers(found.pair(row, col))).color(ctx.theme.muted));
    ui.label(RichText::new("click shows the answers by both").font(theme::caption()).color(ctx.theme.muted));
}

fn numbers(pair: Pair) -> String {
    let both = fmt::counted(pair.both as u64, "answer", "answers");
    if pair.rho.is_none() {
        return format!("Undefined over {both}: fewer than three, or one of the numbers does not vary");
    }
    let figure = |value| fmt::decimal(value, 3);
    format!("Spearman’s ρ {} · Pearson’s r {} · {both}", figure(pair.rho), figure(pair.r))
}

/// Draws the answers by two numbers; true where the person goes back.
fn scatter(
    ui: &mut Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    (a, b): (&Column, &Column),
    pair: Pair,
    memo: &mut Memo<Option<Scatter>>,
) -> bool {
    let keys = (a.key.clone(), b.key.clone());
    let kept = memo.of(explorer, || None);
    if kept.as_ref().is_none_or(|kept| kept.pair != keys) {
        *kept = Some(points(a, b, keys));
    }
    let Some(kept) = kept else { return false };
    let mut back = false;
    ui.horizontal(|ui| {
        back = ui.add(Button::new("Back to all")).clicked();
        let drawn = kept.items.len();
        let words = if drawn < pair.both {
            format!("{} · {} drawn", numbers(pair), fmt::count(drawn as u64))
        } else {
            numbers(pair)
        };
        ui.add(egui::Label::new(RichText::new(words).font(theme::caption()).color(ctx.theme.muted)).truncate());
    });
    let scaled = |column: &Column| (column.scale.1 - column.scale.0).max(1e-9) * 0.03;
    let (x, y) = (scaled(b), scaled(a));
    let theme = ctx.theme;
    let plot = plot::rates("agreement of two", theme, &b.label, Some(&a.label))
        .y_grid_spacer(egui_plot::log_grid_spacer(10))
        .width(ui.available_width())
        .height(ui.available_height())
        .sense(Sense::click());
    let response = plot.show(ui, |plot| {
        plot.set_plot_bounds(egui_plot::PlotBounds::from_min_max(
            [b.scale.0 - x, a.scale.0 - y],
            [b.scale.1 + x, a.scale.1 + y],
        ));
        let dots = Points::new("answers", PlotPoints::Borrowed(&kept.points)).radius(2.0);
        plot.points(dots.color(theme.accent.gamma_multiply(0.55)).allow_hover(false));
    });
    let name = format!("{} against {} plot", a.label, b.label);
    response.response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, &name));
    let clicked = response.response.interact_pointer_pos().filter(|_| response.response.clicked());
    if let Some(pointer) = clicked {
        let away = |at: usize| {
            let of = kept.points.get(at);
            of.map_or(f32::INFINITY, |p| plot::place(&response.transform, p.x, p.y).distance(pointer))
        };
        let nearest = (0..kept.points.len()).min_by(|a, b| away(*a).total_cmp(&away(*b)));
        if let Some(item) = nearest.filter(|at| away(*at) <= NEAR).and_then(|at| kept.items.get(at)) {
            ctx.send(Command::OpenImage(ImageId::from_index(*item)));
        }
    }
    back
}

fn points(a: &Column, b: &Column, pair: (String, String)) -> Scatter {
    let both: Vec<usize> =
        (0..a.values.len()).filter(|item| a.value(*item).is_some() && b.value(*item).is_some()).collect();
    let items: Vec<usize> = subsample(both.len(), POINTS).into_iter().filter_map(|at| both.get(at).copied()).collect();
    let point = |item: &usize| Some(PlotPoint::new(b.value(*item)?, a.value(*item)?));
    Scatter { pair, points: items.iter().filter_map(point).collect(), items }
}
