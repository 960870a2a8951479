//! Errors by one attribute: a bar for each of its bins with the interval of its rate, the rate of the whole as a line, and how
//! many there are. A bar opens its members.

use egui::{Align2, CursorIcon, Rect, Response, RichText, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::analysis::slices::{Attribute, Tally};
use crate::model::{Task, fmt};
use crate::session::Command;
use crate::ui::context::ViewCtx;
use crate::ui::exhibits;
use crate::ui::theme;
use crate::ui::views::hand_out;
use crate::ui::widgets::icon::focus_ring;
use crate::ui::widgets::{states, switch, text};

use super::rows::Metric;
use super::{Shown, State, chosen, filter_of, row};

/// Height of a row, and of the bar in it.
const ROW: (f32, f32) = (26.0, 14.0);
/// Widest room for names.
const NAMES: f32 = 200.0;
/// Widths of the rate, and of how many there are.
const NUMBERS: (f32, f32) = (52.0, 72.0);
/// Width of the bars of how many there are.
const SUPPORT: f32 = 90.0;
/// Height of the line of scales.
const SCALE: f32 = 18.0;

/// Where the parts of a row stand, from left to right.
#[derive(Clone, Copy)]
struct Places {
    names: f32,
    bars: (f32, f32),
    rate: f32,
    support: (f32, f32),
}

/// Draws it.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, shown: Shown<'_>, state: &mut State) {
    let Some((at, attribute)) = chosen(shown, state) else {
        states::empty(ui, ctx, "No attribute tells anything apart", "Add columns from a file, or measure the pictures");
        return;
    };
    let Some(tallies) = shown.counted.bins.get(at) else { return };
    let task = shown.explorer.evaluation.task;
    let metrics = Metric::of(task);
    let metric =
        state.metric.filter(|metric| metrics.contains(metric)).or(metrics.first().copied()).unwrap_or(Metric::F1);
    ui.horizontal(|ui| {
        ui.label(RichText::new(&attribute.name).font(theme::title()).color(ctx.theme.text))
            .on_hover_text(&attribute.hint);
        ui.label(RichText::new(subtitle(shown)).font(theme::caption()).color(ctx.theme.muted));
        hand_out::button(ui, ctx, "slices chart", "slices", || {
            Some(exhibits::slices_of(shown.explorer, shown.counted, at, metric))
        });
        if metrics.len() > 1 {
            ui.add_space(theme::PADDING);
            ui.spacing_mut().item_spacing.x = theme::GRID;
            for &other in metrics {
                let name = other.label(task);
                if switch::choice(ui, ctx.theme, metric == other, name, &format!("{name} of slices"), name).clicked() {
                    state.metric = Some(other);
                }
            }
        }
    });
    let places = places(ui, attribute);
    scale(ui, ctx, shown, places, metric);
    ui.spacing_mut().item_spacing.y = 0.0;
    let most = tallies.iter().map(|tally| tally.subjects).max().unwrap_or(0);
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, ROW.0, tallies.len(), |ui, range| {
        for bin in range {
            let Some(tally) = tallies.get(bin).copied() else { continue };
            let response = bar(ui, ctx, shown, places, (attribute, bin), (metric, tally, most));
            if response.clicked()
                && let Some(filter) = filter_of(shown, &[(at, bin)], attribute.title(bin))
            {
                ctx.send(Command::Select(filter));
            }
            response
                .on_hover_cursor(CursorIcon::PointingHand)
                .on_hover_ui(|ui| card(ui, ctx, shown, &attribute.title(bin), tally));
        }
    });
}

fn subtitle(shown: Shown<'_>) -> String {
    let (one, many) = shown.units;
    format!("{} at {}", fmt::counted(shown.counted.whole.subjects, one, many), shown.explorer.condition())
}

fn places(ui: &Ui, attribute: &Attribute) -> Places {
    let all = ui.available_rect_before_wrap();
    let widest = attribute.bins.iter().map(|bin| text::width(ui, &bin.name, theme::body())).fold(48.0, f32::max);
    let names = widest.min(NAMES);
    let right = all.right() - theme::PADDING;
    let support = (right - NUMBERS.1 - SUPPORT, right);
    let rate = support.0 - 2.0 * theme::PADDING;
    Places { names, bars: (all.left() + names + theme::PADDING, rate - NUMBERS.0), rate, support }
}

/// Where a rate lies.
fn x(places: Places, rate: f64) -> f32 {
    places.bars.0 + (places.bars.1 - places.bars.0) * rate.clamp(0.0, 1.0) as f32
}

/// The scale of the rates, what the columns are, and the rate of the whole.
fn scale(ui: &mut Ui, ctx: &ViewCtx, shown: Shown<'_>, places: Places, metric: Metric) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), SCALE), Sense::hover());
    let y = rect.center().y;
    let whole = metric.value(shown.counted.whole);
    let caption = |at: f32, anchor: Align2, words: &str| {
        text::at(ui.painter(), pos2(at, y), anchor, words, theme::caption(), ctx.theme.muted)
    };
    let task = shown.explorer.evaluation.task;
    let words = whole.map(|rate| format!("all {}", fmt::rate(Some(rate))));
    let width = words.as_ref().map_or(0.0, |words| text::width(ui, words, theme::caption()));
    let clear = |tick: f64| whole.is_none_or(|rate| (x(places, rate) - x(places, tick)).abs() > width / 2.0 + 16.0);
    for (tick, words) in [(0.0, "0"), (0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75"), (1.0, "1")] {
        if clear(tick) {
            caption(x(places, tick), Align2::CENTER_CENTER, words);
        }
    }
    if let (Some(rate), Some(words)) = (whole, words) {
        let at = x(places, rate)
            .clamp(places.bars.0 + width / 2.0, (places.bars.1 - width / 2.0).max(places.bars.0 + width));
        text::at(ui.painter(), pos2(at, y), Align2::CENTER_CENTER, &words, theme::caption(), ctx.theme.text);
    }
    caption(places.rate, Align2::RIGHT_CENTER, metric.label(task));
    caption(places.support.1, Align2::RIGHT_CENTER, shown.units.1);
}

fn bar(
    ui: &mut Ui,
    ctx: &ViewCtx,
    shown: Shown<'_>,
    places: Places,
    (attribute, bin): (&Attribute, usize),
    (metric, tally, most): (Metric, Tally, u64),
) -> Response {
    let (rect, response) = row(ui, ROW.0);
    let theme = ctx.theme;
    let (value, y) = (metric.value(tally), rect.center().y);
    let (one, many) = shown.units;
    let label = metric.label(shown.explorer.evaluation.task);
    response.widget_info(|| {
        let title = fmt::uncapitalised(&attribute.title(bin));
        let size = fmt::counted(tally.subjects, one, many);
        WidgetInfo::labeled(Role::Button, true, format!("slice {title}: {label} {}, {size}", fmt::rate(value)))
    });
    if response.hovered() {
        ui.painter().rect_filled(rect, theme::RADIUS, theme.hover);
    }
    focus_ring(ui, theme, rect, &response);
    let known = attribute.bins.get(bin).is_some_and(|bin| !bin.unknown);
    let name = attribute.bins.get(bin).map_or("", |bin| bin.name.as_str());
    let color = if known { theme.text } else { theme.muted };
    text::left(ui.painter(), rect.with_max_x(rect.left() + places.names), name, theme::body(), color);
    let color = match metric {
        Metric::F1 => theme.f1,
        Metric::Recall => theme.recall,
        Metric::Precision => theme.precision,
    };
    let whole = Rect::from_min_max(pos2(places.bars.0, y - ROW.1 / 2.0), pos2(places.bars.1, y + ROW.1 / 2.0));
    ui.painter().rect_filled(whole, 0.0, theme.track_below.gamma_multiply(0.45));
    if let Some(value) = value {
        ui.painter().rect_filled(whole.with_max_x(x(places, value)), 0.0, color.gamma_multiply(0.4));
    }
    if let Some(all) = metric.value(shown.counted.whole) {
        ui.painter().vline(x(places, all), rect.y_range(), Stroke::new(theme::HAIRLINE, theme.text));
    }
    if let Some((low, high)) = metric.interval(tally, shown.explorer.evaluation.task) {
        let (low, high) = (x(places, low), x(places, high));
        for (width, color) in [(3.0 * theme::HAIRLINE, theme.surface), (theme::BOX_EDGE.0, theme.text)] {
            let stroke = Stroke::new(width, color);
            ui.painter().hline(low..=high, y, stroke);
            for end in [low, high] {
                ui.painter().vline(end, egui::Rangef::new(y - theme::GRID, y + theme::GRID), stroke);
            }
        }
    }
    let number = |at: f32, words: &str, color| {
        text::at(ui.painter(), pos2(at, y), Align2::RIGHT_CENTER, words, theme::body(), color)
    };
    number(places.rate, &fmt::rate(value), if value.is_some() { theme.text } else { theme.muted });
    let share = if most > 0 { tally.subjects as f32 / most as f32 } else { 0.0 };
    let support = text::from_left(places.support.0, y, SUPPORT * share, ROW.1 / 2.0);
    ui.painter().rect_filled(support, 0.0, theme.track_above);
    number(places.support.1, &fmt::count(tally.subjects), theme.muted);
    response
}

/// What is known of a slice, in words.
pub(super) fn card(ui: &mut Ui, ctx: &ViewCtx, shown: Shown<'_>, name: &str, tally: Tally) {
    ui.set_max_width(theme::POPUP);
    ui.label(RichText::new(name).color(ctx.theme.text));
    let muted = |ui: &mut Ui, words: String| ui.label(RichText::new(words).color(ctx.theme.muted));
    let task = shown.explorer.evaluation.task;
    let (one, many) = shown.units;
    let whole = shown.counted.whole;
    for &metric in Metric::of(task) {
        let (label, value) = (metric.label(task), metric.value(tally));
        let Some(rate) = value else {
            muted(ui, format!("{label} is undefined: nothing that it needs is there"));
            continue;
        };
        let mut words = format!("{label} {}", fmt::rate(Some(rate)));
        if let Some((low, high)) = metric.interval(tally, task) {
            words.push_str(&format!(" (95 % interval {} to {})", fmt::rate(Some(low)), fmt::rate(Some(high))));
        }
        if let Some(all) = metric.value(whole) {
            words.push_str(&format!(", {} against all", fmt::difference(rate - all)));
        }
        muted(ui, words);
    }
    let size = fmt::counted(tally.subjects, one, many);
    let share = if whole.subjects > 0 { Some(tally.subjects as f64 / whole.subjects as f64) } else { None };
    muted(ui, format!("{size}, {} of all, at {}", fmt::percent(share), shown.explorer.condition()));
    let counts = tally.counts;
    let parts = if task == Task::TextGeneration {
        vec![(counts.correct, "pass"), (counts.missed, "fail")]
    } else {
        vec![
            (counts.correct, "correct"),
            (counts.misclassified, "misclassified"),
            (counts.missed, "missed"),
            (counts.false_positives, "false positives"),
        ]
    };
    let said: Vec<String> =
        parts.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", fmt::count(n))).collect();
    if !said.is_empty() {
        muted(ui, said.join(", "));
    }
    muted(ui, format!("a click shows its {}", task.items().1));
}
