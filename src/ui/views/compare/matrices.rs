//! Two confusion matrices and their difference, side by side, zoomed and dragged together.

use std::sync::Arc;

use egui::{Align2, Color32, Rect, RichText, Sense, Ui, Vec2, pos2, vec2};

use crate::model::{ClassId, fmt};
use crate::session::Explorer;
use crate::session::comparing::{Compared, Matrices as Counts};
use crate::ui::context::ViewCtx;
use crate::ui::exhibits::{self, Of};
use crate::ui::theme;
use crate::ui::views::{explain, hand_out};
use crate::ui::widgets::heatmap::{Grid, HeatmapView, Ramp, readable};
use crate::ui::widgets::text;

/// What the matrices remember, and of which comparison.
#[derive(Debug, Default)]
pub struct Matrices {
    view: HeatmapView,
    of: Option<(f64, f64, usize)>,
}

const HEIGHT: f32 = 320.0;

/// Draws them; a sentence where the classes differ.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, compared: &Arc<Compared>, state: &mut Matrices) {
    ui.horizontal(|ui| {
        ui.label(RichText::new("Confusion matrices and their difference").font(theme::title()).color(ctx.theme.text));
        let made = || Some(exhibits::comparison(explorer, compared, Of::Matrices));
        hand_out::button(ui, ctx, "matrices", "comparison-matrices", made);
        explain::button(
            ui,
            ctx,
            "Matrices compared",
            "Truth in rows, prediction in columns, at the confidences named above; the difference is the other minus the first, cell by \
             cell",
        );
    });
    let Some(Counts { first: a, other: b, difference }) = &compared.matrices else {
        ui.label(RichText::new("The two declare different classes").color(ctx.theme.muted));
        return;
    };
    let of = Some((compared.confidences.0, compared.confidences.1, compared.other.choice.model));
    if state.of != of {
        state.of = of;
        state.view.fit();
    }
    let most = a.iter().chain(b).flatten().copied().max().unwrap_or(0);
    let change = difference.iter().flatten().map(|d| d.unsigned_abs()).max().unwrap_or(0);
    let width = (ui.available_width() - 2.0 * theme::PADDING) / 3.0;
    let size = vec2(width.max(160.0), HEIGHT);
    let rows = difference.len();
    let cols = difference.first().map_or(0, Vec::len);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::PADDING;
        let titles = [name(explorer), name(&compared.other), "second minus first".to_owned()];
        for (which, title) in titles.into_iter().enumerate() {
            let number = |row: usize, col: usize| -> i64 {
                let count = |m: &[Vec<u64>]| m.get(row).and_then(|r| r.get(col)).map_or(0, |c| *c as i64);
                match which {
                    0 => count(a),
                    1 => count(b),
                    _ => difference.get(row).and_then(|r| r.get(col)).copied().unwrap_or(0),
                }
            };
            let color = |row: usize, col: usize, n: i64| -> Color32 {
                let right = row == col && row + 1 < rows.max(cols);
                let better = if right { n > 0 } else { n < 0 };
                let full = match which {
                    2 if better => ctx.theme.correct,
                    2 => ctx.theme.misclassified,
                    _ if right => ctx.theme.correct,
                    _ => ctx.theme.misclassified,
                };
                let whole = if which == 2 { change } else { most };
                let strength = n.unsigned_abs() as f32 / whole.max(1) as f32;
                Ramp { surface: ctx.theme.raised, full }.at(strength)
            };
            let shown = Shown { title: &title, size, rows, cols, signed: which == 2, number: &number, color: &color };
            one(ui, ctx, explorer, &mut state.view, &shown);
        }
    });
}

fn name(explorer: &Explorer) -> String {
    let identity = &explorer.evaluation.predictions.identity;
    format!("{}@{}", identity.id, identity.version)
}

/// One of the three.
struct Shown<'a> {
    title: &'a str,
    size: Vec2,
    rows: usize,
    cols: usize,
    signed: bool,
    number: &'a dyn Fn(usize, usize) -> i64,
    color: &'a dyn Fn(usize, usize, i64) -> Color32,
}

/// Room for the names of rows.
const NAMES: f32 = 76.0;

fn one(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, view: &mut HeatmapView, shown: &Shown) {
    let (rect, response) = ui.allocate_exact_size(shown.size, Sense::drag());
    let caption = |at, align, words: &str| text::at(ui.painter(), at, align, words, theme::caption(), ctx.theme.muted);
    caption(rect.min, Align2::LEFT_TOP, shown.title);
    let area = Rect::from_min_max(pos2(rect.left() + NAMES, rect.top() + 2.0 * theme::ROW - theme::GRID), rect.max);
    let grid: Grid = view.grid(area, shown.rows, shown.cols);
    view.follow(ui, &response, &grid);
    let class = |at: usize| {
        let class = (at < explorer.dataset().classes.len()).then(|| ClassId::from_index(at));
        explorer.class_name(class)
    };
    names(ui, ctx, &grid, rect, &class);
    let painter = ui.painter_at(area);
    for row in grid.rows_in_view() {
        for col in grid.cols_in_view() {
            let n = (shown.number)(row, col);
            let cell = grid.cell_rect(row, col).shrink(0.5);
            let fill = (shown.color)(row, col, n);
            painter.rect_filled(cell, 0.0, fill);
            if n != 0 && grid.cell.x >= 28.0 && grid.cell.y >= theme::CELL_NUMBER {
                let words = if shown.signed { signed(n) } else { fmt::short_count(n.unsigned_abs()) };
                let ink = readable(fill, ctx.theme.text, ctx.theme.background);
                text::at(&painter, cell.center(), Align2::CENTER_CENTER, &words, theme::caption(), ink);
            }
        }
    }
    let Some((row, col)) = response.hover_pos().and_then(|at| grid.hit(at)) else { return };
    let n = (shown.number)(row, col);
    let number = if shown.signed { signed(n) } else { fmt::count(n.unsigned_abs()) };
    response.on_hover_text_at_pointer(format!("truth {}, predicted {}: {number}", class(row), class(col)));
}

fn signed(n: i64) -> String {
    let digits = fmt::count(n.unsigned_abs());
    if n < 0 { format!("−{digits}") } else { format!("+{digits}") }
}

/// Truth at the left of the rows, predictions above the columns, as far as there is room.
fn names<'n>(ui: &Ui, ctx: &ViewCtx, grid: &Grid, rect: Rect, class: &dyn Fn(usize) -> &'n str) {
    let area = grid.area;
    let left = ui.painter_at(Rect::from_min_max(pos2(rect.left(), area.top()), area.left_bottom()));
    for row in grid.rows_in_view().filter(|_| grid.cell.y >= theme::CELL_NUMBER) {
        let at = pos2(rect.left(), grid.cell_rect(row, 0).center().y);
        text::at(&left, at, Align2::LEFT_CENTER, class(row), theme::caption(), ctx.theme.muted);
    }
    for col in grid.cols_in_view().filter(|_| grid.cell.x >= 40.0) {
        let cell = grid.cell_rect(0, col);
        let room =
            Rect::from_x_y_ranges(cell.x_range().shrink(2.0), area.top() - theme::ROW + theme::GRID..=area.top());
        text::left(ui.painter(), room, class(col), theme::caption(), ctx.theme.muted);
    }
}
