//! A stacked bar per class: correct, misclassified, missed, false positives. A segment opens its objects.

use egui::{Align2, CursorIcon, Rect, Response, ScrollArea, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use crate::analysis::Filter;
use crate::metrics::{ClassCounts, OutcomeKind};
use crate::model::{ClassId, fmt};
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::{outcome, text};

/// Height of a row.
const ROW: f32 = 24.0;
/// Height of the bar in it.
const BAR: f32 = 14.0;
/// Widest room for class names.
const NAMES: f32 = 160.0;
/// Room for one of the four counts.
const COUNT: f32 = 52.0;
/// Narrowest segment that still can be hit.
const SEGMENT: f32 = 3.0;

/// Where the parts of a row stand.
struct Columns {
    /// The outcomes that the task has, in order.
    kinds: Vec<OutcomeKind>,
    names: f32,
    bar: (f32, f32),
    counts: f32,
}

/// Draws the rows that are in view.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, classes: &[ClassId]) {
    let Some(explorer) = &ctx.session.explorer else { return };
    let columns = columns(ui, explorer, classes);
    head(ui, ctx, &columns);
    let longest = classes.iter().map(|&c| length(counts_of(explorer, c))).max().unwrap_or(1).max(1);
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink([false, false]).show_rows(ui, ROW, classes.len(), |ui, range| {
        for &class in classes.get(range).unwrap_or(&[]) {
            row(ui, ctx, explorer, &columns, class, longest);
        }
    });
}

fn counts_of(explorer: &Explorer, class: ClassId) -> ClassCounts {
    explorer.counter.classes().get(class.index()).copied().unwrap_or_default()
}

fn length(counts: ClassCounts) -> u64 {
    OutcomeKind::ALL.iter().map(|&kind| counts.of(kind)).sum()
}

fn columns(ui: &Ui, explorer: &Explorer, classes: &[ClassId]) -> Columns {
    let width = |class: &ClassId| text::width(ui, explorer.dataset().classes.name(*class), theme::body());
    let names = classes.iter().take(200).map(width).fold(40.0, f32::max).min(NAMES);
    let all = ui.available_rect_before_wrap();
    let task = explorer.evaluation.task;
    let kinds: Vec<OutcomeKind> = OutcomeKind::ALL.into_iter().filter(|kind| kind.occurs(task)).collect();
    let counts = all.right() - kinds.len() as f32 * COUNT - theme::PADDING;
    Columns { kinds, names, bar: (all.left() + names + theme::PADDING, counts - theme::PADDING), counts }
}

/// The legend stands over the counts: a swatch each, in the order of the segments.
fn head(ui: &mut Ui, ctx: &ViewCtx, columns: &Columns) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 18.0), Sense::hover());
    for (i, kind) in columns.kinds.iter().copied().enumerate() {
        let right = columns.counts + (i + 1) as f32 * COUNT;
        let word = match kind {
            OutcomeKind::Correct => "correct",
            OutcomeKind::Misclassified => "miscl.",
            OutcomeKind::Missed => "missed",
            OutcomeKind::FalsePositive => "false +",
        };
        let place = text::at(
            ui.painter(),
            pos2(right, rect.center().y),
            Align2::RIGHT_CENTER,
            word,
            theme::caption(),
            ctx.theme.muted,
        );
        let swatch = Rect::from_center_size(pos2(place.left() - 8.0, rect.center().y), vec2(8.0, 8.0));
        outcome::fill(ui.painter(), swatch, ctx.theme, kind);
    }
}

fn row(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, columns: &Columns, class: ClassId, longest: u64) {
    let theme = ctx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let name = explorer.dataset().classes.name(class);
    let counts = counts_of(explorer, class);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, words(name, counts)));
    if response.hovered() {
        ui.painter().rect_filled(rect, theme::RADIUS, theme.hover);
    }
    let names = rect.with_max_x(rect.left() + columns.names);
    text::left(ui.painter(), names, name, theme::body(), theme.text);
    let segments = segments(columns, rect, counts, longest);
    for (kind, segment) in &segments {
        outcome::fill(ui.painter(), *segment, theme, *kind);
    }
    for (i, kind) in columns.kinds.iter().copied().enumerate() {
        let n = counts.of(kind);
        let at = pos2(columns.counts + (i + 1) as f32 * COUNT, rect.center().y);
        let color = if n == 0 { theme.muted } else { theme.text };
        let words = if n < 1_000_000 { fmt::count(n) } else { fmt::short_count(n) };
        text::at(ui.painter(), at, Align2::RIGHT_CENTER, &words, theme::body(), color);
    }
    select(ui, ctx, explorer, columns, class, counts, &segments, &response);
}

/// The pieces of a bar from left to right; every outcome that occurs can be hit.
fn segments(columns: &Columns, rect: Rect, counts: ClassCounts, longest: u64) -> Vec<(OutcomeKind, Rect)> {
    let (left, right) = columns.bar;
    let room = (right - left - 4.0 * SEGMENT).max(0.0);
    let mut x = left;
    let mut found = Vec::with_capacity(4);
    for kind in OutcomeKind::ALL {
        let n = counts.of(kind);
        if n > 0 {
            let width = (n as f64 / longest as f64) as f32 * room;
            let width = width.max(SEGMENT);
            let y = rect.center().y;
            found.push((kind, Rect::from_min_max(pos2(x, y - BAR / 2.0), pos2(x + width, y + BAR / 2.0))));
            x += width;
        }
    }
    found
}

/// What is under the pointer: a segment or its count; elsewhere in the row, the most frequent error.
#[expect(clippy::too_many_arguments, reason = "a row is all of these")]
fn select(
    ui: &Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    columns: &Columns,
    class: ClassId,
    counts: ClassCounts,
    segments: &[(OutcomeKind, Rect)],
    response: &Response,
) {
    let under = |pointer: egui::Pos2| {
        let segment = segments.iter().find(|(_, r)| r.expand2(vec2(0.0, 5.0)).contains(pointer)).map(|(k, _)| *k);
        segment.or_else(|| {
            let column = ((pointer.x - columns.counts) / COUNT).floor();
            (pointer.x >= columns.counts).then(|| columns.kinds.get(column as usize).copied()).flatten()
        })
    };
    let worst = || {
        let errors = OutcomeKind::ALL.into_iter().skip(1).max_by_key(|&kind| counts.of(kind));
        errors.filter(|&kind| counts.of(kind) > 0).unwrap_or(OutcomeKind::Correct)
    };
    let pointer = response.hover_pos().or(response.interact_pointer_pos());
    let hit = pointer.and_then(under);
    let chosen = match &explorer.selection.filter {
        Filter::Segment { class: Some(of), kind } if *of == class => Some(*kind),
        _ => None,
    };
    for (kind, rect) in segments {
        if chosen == Some(*kind) || (response.hovered() && hit == Some(*kind)) {
            ui.painter().rect_stroke(*rect, 1.0, Stroke::new(theme::RING, ctx.theme.accent), StrokeKind::Outside);
        }
    }
    let kind = hit.unwrap_or_else(worst);
    if response.clicked() {
        ctx.send(Command::Select(Filter::Segment { class: Some(class), kind }));
    }
    let name = explorer.dataset().classes.name(class);
    response.clone().on_hover_cursor(CursorIcon::PointingHand).on_hover_ui(|ui| {
        ui.strong(name);
        ui.label(sentence(name, counts, kind, explorer.threshold_of(class)));
        ui.weak(format!(
            "Precision {} · recall {} · F1 {}",
            fmt::rate(counts.precision()),
            fmt::rate(counts.recall()),
            fmt::rate(counts.f1())
        ));
        ui.weak("Click shows their images");
    });
}

/// The accessible name of a bar.
fn words(name: &str, counts: ClassCounts) -> String {
    format!(
        "class {name}: {} correct, {} misclassified, {} missed, {} false positives",
        counts.correct, counts.misclassified, counts.missed, counts.false_positives
    )
}

/// What a segment means.
fn sentence(name: &str, counts: ClassCounts, kind: OutcomeKind, threshold: f64) -> String {
    let n = fmt::count(counts.of(kind));
    let of = fmt::count(counts.support());
    let at = fmt::threshold(threshold);
    match kind {
        OutcomeKind::Correct => format!("{n} of {of} {name} were found as {name} at confidence ≥ {at}"),
        OutcomeKind::Misclassified => format!("{n} of {of} {name} were taken for another class at confidence ≥ {at}"),
        OutcomeKind::Missed => format!("{n} of {of} {name} were not found at confidence ≥ {at}"),
        OutcomeKind::FalsePositive => format!("{n} predictions of {name} are false at confidence ≥ {at}"),
    }
}
