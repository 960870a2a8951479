//! How much passes in parts of the set: by template, tag and length. A part opens its answers.

use egui::{Align2, ComboBox, CursorIcon, Rect, Response, RichText, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo};
use egui::{pos2, vec2};

use crate::analysis::Filter;
use crate::metrics::generation::Column;
use crate::metrics::generation::parts::{Part, parts};
use crate::metrics::generation::slices::{Slices, slices};
use crate::metrics::{Generation, OutcomeKind, rates};
use crate::model::{ImageId, fmt};
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::icon::focus_ring;
use crate::ui::widgets::{outcome, states, text};

use super::Memo;

/// Height of a row.
const ROW: f32 = 26.0;
/// Height of the bar in it.
const BAR: f32 = 14.0;
/// Widest room for names.
const NAMES: f32 = 190.0;
/// Widths of pass rate, passed, failed, and mean.
const NUMBERS: [f32; 4] = [62.0, 58.0, 52.0, 58.0];

/// What the pane remembers.
#[derive(Default)]
pub struct Parts {
    by: Option<String>,
    /// `None`: templates are ranked, all else stands in its own order.
    ranked: Option<bool>,
    found: Memo<Found>,
    order: Vec<usize>,
}

/// All parts of all kinds.
struct Found(Vec<(Slices, Vec<Part>)>);

/// Draws the pane.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, texts: &Generation, state: &mut Parts) {
    if !texts.pass_column().is_some_and(Column::ranks) {
        states::empty(ui, ctx, "Nothing passes or fails", "No number says which answers are better");
        return;
    }
    let Parts { by, ranked, found, order } = state;
    let Found(all) = found.of(explorer, || {
        order.clear();
        let kinds = slices(texts, explorer.dataset()).into_iter();
        Found(kinds.map(|kind| (kind.clone(), parts(texts, &kind))).collect())
    });
    let chosen = all.iter().position(|(kind, _)| by.as_ref() == Some(&kind.by)).unwrap_or(0);
    let Some((kind, rows)) = all.get(chosen) else {
        let advice =
            "Columns of templates or tags beside the answers, or eight answers of different lengths, make parts";
        states::empty(ui, ctx, "No parts to compare", advice);
        return;
    };
    let before = (by.clone(), *ranked);
    let mut rank = ranked.unwrap_or(kind.templates);
    ui.horizontal(|ui| {
        let combo = ComboBox::from_id_salt("parts by").selected_text(&kind.by).width(NAMES).truncate();
        let combo = combo.show_ui(ui, |ui| {
            for (other, _) in all.iter() {
                let words = if other.templates { format!("{} (template)", other.by) } else { other.by.clone() };
                if ui.selectable_label(other.by == kind.by, words).clicked() {
                    *by = Some(other.by.clone());
                }
            }
        });
        combo.response.widget_info(|| WidgetInfo {
            current_text_value: Some(kind.by.clone()),
            ..WidgetInfo::labeled(Role::ComboBox, true, "Parts by")
        });
        if ui.checkbox(&mut rank, "Ranked").on_hover_text("The part that passes most first").changed() {
            *ranked = Some(rank);
        }
    });
    let changed = before != (by.clone(), *ranked) || order.len() != rows.len();
    // Rows do not jump under a pointer that drags the threshold.
    if changed || !ui.input(|i| i.pointer.any_down()) {
        *order = arranged(rows, rank.then_some(explorer.threshold.value));
    }
    list(ui, ctx, explorer, kind, rows, order);
}

/// The order of parts, by their pass rate where there is a threshold to rank them at.
fn arranged(rows: &[Part], at: Option<f64>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    if let Some(threshold) = at {
        let rate = |row: &usize| rows.get(*row).and_then(|part| part.rate(threshold)).unwrap_or(-1.0);
        order.sort_by(|a, b| rate(b).total_cmp(&rate(a)));
    }
    order
}

/// Where the parts of a row stand.
struct Columns {
    names: f32,
    bar: (f32, f32),
    numbers: [f32; 4],
}

fn columns(ui: &Ui, rows: &[Part]) -> Columns {
    let all = ui.available_rect_before_wrap();
    let names = rows.iter().map(|part| text::width(ui, &part.name, theme::body())).fold(40.0, f32::max).min(NAMES);
    let first = all.right() - NUMBERS.iter().sum::<f32>();
    let mut right = first;
    let numbers = NUMBERS.map(|width| {
        right += width;
        right
    });
    Columns { names, bar: (all.left() + names + theme::PADDING, first - theme::PADDING), numbers }
}

fn list(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, kind: &Slices, rows: &[Part], order: &[usize]) {
    let columns = columns(ui, rows);
    head(ui, ctx, explorer, &columns);
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, ROW, order.len(), |ui, range| {
        for part in order.get(range).unwrap_or(&[]).iter().filter_map(|row| rows.get(*row)) {
            let response = row(ui, ctx, explorer, &columns, part);
            if response.clicked() {
                let images = part.items.iter().map(|item| ImageId(*item)).collect();
                ctx.send(Command::Select(Filter::Images { title: format!("{}: {}", kind.by, part.name), images }));
            }
            response.on_hover_cursor(CursorIcon::PointingHand).on_hover_ui(|ui| card(ui, ctx, explorer, part));
        }
    });
}

fn head(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, columns: &Columns) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 18.0), Sense::hover());
    let words = ["pass rate", "passed", "failed", "mean"];
    for (word, right) in words.into_iter().zip(columns.numbers) {
        let at = pos2(right, rect.center().y);
        let place = text::at(ui.painter(), at, Align2::RIGHT_CENTER, word, theme::caption(), ctx.theme.muted);
        let kind = match word {
            "passed" => OutcomeKind::Correct,
            "failed" => OutcomeKind::Missed,
            _ => continue,
        };
        let swatch = Rect::from_center_size(pos2(place.left() - 8.0, rect.center().y), vec2(8.0, 8.0));
        outcome::fill(ui.painter(), swatch, ctx.theme, kind);
    }
    let about = rect.with_min_x(columns.bar.0).with_max_x(columns.bar.1);
    text::left(ui.painter(), about, &explorer.condition(), theme::caption(), ctx.theme.muted);
}

fn row(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, columns: &Columns, part: &Part) -> Response {
    let theme = ctx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let threshold = explorer.threshold.value;
    let (passed, of) = (part.passed(threshold), part.defined());
    let words = format!("part {}: {} passed, {} failed", part.name, fmt::count(passed), fmt::count(of - passed));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &words));
    if response.hovered() {
        ui.painter().rect_filled(rect, theme::RADIUS, theme.hover);
    }
    focus_ring(ui, theme, rect, &response);
    let names = rect.with_max_x(rect.left() + columns.names);
    text::left(ui.painter(), names, &part.name, theme::body(), theme.text);
    let (left, right) = columns.bar;
    let bar = text::from_left(left, rect.center().y, (right - left).max(0.0), BAR);
    if let Some(rate) = rates::ratio(passed, of) {
        let split = bar.left() + bar.width() * rate as f32;
        let (done, failed) = bar.split_left_right_at_x(split);
        for (piece, kind) in [(done, OutcomeKind::Correct), (failed, OutcomeKind::Missed)] {
            if piece.width() > 0.5 {
                outcome::fill(ui.painter(), piece, theme, kind);
            }
        }
        if let Some((low, high)) = rates::wilson(passed, of) {
            interval(ui, ctx, bar, (low as f32, high as f32));
        }
    }
    let mean = explorer.pass_column().map_or_else(|| fmt::rate(part.mean), |column| column.words(part.mean));
    let numbers = [fmt::rate(part.rate(threshold)), fmt::count(passed), fmt::count(of - passed), mean];
    for (number, right) in numbers.into_iter().zip(columns.numbers) {
        let color = if number == "0" || number == fmt::UNDEFINED { theme.muted } else { theme.text };
        text::at(ui.painter(), pos2(right, rect.center().y), Align2::RIGHT_CENTER, &number, theme::body(), color);
    }
    response
}

/// The interval of a rate as a line across its bar.
fn interval(ui: &Ui, ctx: &ViewCtx, bar: Rect, (low, high): (f32, f32)) {
    let x = |rate: f32| bar.left() + bar.width() * rate;
    let y = bar.center().y;
    for (width, color) in [(3.5, ctx.theme.surface), (1.5, ctx.theme.text)] {
        ui.painter().hline(x(low)..=x(high), y, Stroke::new(width, color));
    }
}

fn card(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, part: &Part) {
    ui.set_max_width(theme::POPUP);
    let threshold = explorer.threshold.value;
    let (passed, of) = (part.passed(threshold), part.defined());
    ui.label(RichText::new(&part.name).color(ctx.theme.text));
    let muted = |ui: &mut Ui, words: String| ui.label(RichText::new(words).color(ctx.theme.muted));
    let count = fmt::count;
    let rate = fmt::rate(part.rate(threshold));
    muted(ui, format!("{} of {} have {}: {rate}", count(passed), count(of), explorer.condition()));
    if let Some((low, high)) = rates::wilson(passed, of) {
        let (low, high) = (fmt::rate(Some(low)), fmt::rate(Some(high)));
        muted(ui, format!("95 % interval {low} to {high} (Wilson's), the line across the bar"));
    }
    let without = (part.items.len() as u64).saturating_sub(of);
    if without > 0 {
        muted(ui, format!("{} without this number", fmt::counted(without, "answer", "answers")));
    }
    muted(ui, "click shows the answers".to_owned());
}
