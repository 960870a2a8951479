//! The live tiles: three rates with their intervals and four counts. Click on a count shows its objects, on a rate
//! explains it.

use std::sync::Arc;

use egui::{
    Align2, CursorIcon, Id, Popup, PopupCloseBehavior, Rect, Response, Role, Sense, SetOpenCommand, Ui, WidgetInfo,
    pos2, vec2,
};

use crate::analysis::Filter;
use crate::metrics::{Counts, OutcomeKind, rates};
use crate::model::fmt;
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::icon::{Icon, focus_ring};
use crate::ui::widgets::{outcome, text};

use super::explain;
use crate::ui::views::production::pixels::numbers;

/// Width of a tile with a rate.
const RATE: f32 = 126.0;
/// Width of a tile with a count of up to three digits.
const COUNT: f32 = 112.0;

/// A number of the threshold bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tile {
    /// correct / kept.
    Precision,
    /// correct / objects.
    Recall,
    /// Their harmonic mean.
    F1,
    /// One of the counts.
    Count(OutcomeKind),
}

impl Tile {
    /// All tiles, in order.
    pub const ALL: [Self; 7] = [
        Self::Precision,
        Self::Recall,
        Self::F1,
        Self::Count(OutcomeKind::Correct),
        Self::Count(OutcomeKind::Misclassified),
        Self::Count(OutcomeKind::Missed),
        Self::Count(OutcomeKind::FalsePositive),
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Precision => "Precision",
            Self::Recall => "Recall",
            Self::F1 => "F1",
            Self::Count(kind) => outcome::name(kind),
        }
    }

    /// Its number as it is read.
    #[must_use]
    pub fn value(self, counts: Counts) -> String {
        match self {
            Self::Precision => fmt::rate(counts.precision()),
            Self::Recall => fmt::rate(counts.recall()),
            Self::F1 => fmt::rate(counts.f1()),
            Self::Count(kind) => fmt::count(counts.of(kind)),
        }
    }

    /// The 95 % interval of a rate.
    #[must_use]
    pub fn interval(self, counts: Counts) -> Option<(f64, f64)> {
        match self {
            Self::Precision => rates::wilson(counts.correct, counts.kept()),
            Self::Recall => rates::wilson(counts.correct, counts.truths()),
            Self::F1 => rates::f1_interval(counts.correct, counts.kept(), counts.truths()),
            Self::Count(_) => None,
        }
    }
}

/// The width of the counts' tiles: wide enough for every threshold of the evaluation on screen.
#[derive(Default)]
pub struct Tiles {
    width: Option<(Arc<crate::metrics::detection::Matched>, f32)>,
}

impl Tiles {
    fn count_width(&mut self, ui: &Ui, explorer: &Explorer) -> f32 {
        match &self.width {
            Some((of, width)) if Arc::ptr_eq(of, &explorer.matched) => *width,
            _ => {
                let truths: u64 = explorer.matched.timeline.support().iter().sum();
                let most = truths.max(explorer.predictions().len() as u64);
                let figure = text::width(ui, &fmt::count(most), theme::figure());
                let width = (figure + 2.0 * theme::PADDING + theme::ICON).max(COUNT);
                self.width = Some((Arc::clone(&explorer.matched), width));
                width
            }
        }
    }
}

/// Draws the row of tiles.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, state: &mut Tiles, row: Rect) {
    let wanted = state.count_width(ui, explorer);
    let of_pixels = explorer.evaluation.segmentation(&explorer.counter).map(|s| numbers(&s)).unwrap_or_default();
    let of_pixels: Vec<_> = of_pixels.into_iter().filter(|(name, ..)| PIXELS.contains(name)).collect();
    let room = (row.width() - (3 + of_pixels.len()) as f32 * RATE - theme::PADDING) / 4.0;
    let count_width = wanted.min(room);
    let mut left = row.left() - theme::PADDING;
    let task = explorer.evaluation.task;
    let shown = |tile: &Tile| !matches!(tile, Tile::Count(kind) if !kind.occurs(task));
    for tile in Tile::ALL.into_iter().filter(shown) {
        let width = if matches!(tile, Tile::Count(_)) { count_width } else { RATE };
        if tile == Tile::Count(OutcomeKind::Correct) {
            for (name, value, about) in &of_pixels {
                let rect = Rect::from_min_max(pos2(left, row.top() + 2.0), pos2(left + RATE, row.bottom() - 4.0));
                number(ui, ctx, (name, *value, about), rect);
                left += RATE;
            }
            let line = egui::Stroke::new(theme::HAIRLINE, ctx.theme.line);
            ui.painter().vline(left + theme::GRID, row.y_range().shrink(theme::PADDING), line);
            left += theme::PADDING;
        }
        let rect = Rect::from_min_max(pos2(left, row.top() + 2.0), pos2(left + width, row.bottom() - 4.0));
        draw(ui, ctx, explorer, tile, rect);
        left += width;
    }
}

/// Numbers that only segmenters of pixels have among the tiles.
const PIXELS: [&str; 2] = ["Mean IoU", "Boundary IoU"];

/// A number that does not come from the counts alone.
fn number(ui: &mut Ui, ctx: &ViewCtx, (name, value, about): (&str, Option<f64>, &str), rect: Rect) {
    let theme = ctx.theme;
    let words = fmt::rate(value);
    let response = ui.interact(rect, Id::unique(("tile", name)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name} {words}")));
    let inner = rect.shrink2(vec2(theme::PADDING, 2.0));
    text::left(ui.painter(), inner.with_max_y(inner.top() + 16.0), name, theme::caption(), theme.muted);
    let color = if value.is_some() { theme.text } else { theme.muted };
    let foot = pos2(inner.left(), inner.bottom());
    text::at(ui.painter(), foot, Align2::LEFT_BOTTOM, &words, theme::figure(), color);
    response.on_hover_text(format!("{name}: {about}"));
}

fn draw(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, tile: Tile, rect: Rect) {
    let theme = ctx.theme;
    let counts = explorer.counter.totals();
    let value = tile.value(counts);
    let response = ui.interact(rect, Id::unique(("tile", tile)), Sense::click());
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{} {value}", tile.name())));
    let over = response.hovered() || ui.rect_contains_pointer(rect);
    if over {
        ui.painter().rect_filled(rect, theme::RADIUS, theme.hover);
    }
    focus_ring(ui, theme, rect, &response);
    let inner = rect.shrink2(vec2(theme::PADDING, 2.0));
    let mut caption = inner.with_max_y(inner.top() + 16.0);
    if let Tile::Count(kind) = tile {
        let square = text::from_left(caption.left(), caption.center().y, 10.0, 10.0);
        outcome::swatch(ui.painter(), square, theme, kind);
        caption = caption.with_min_x(square.right() + 5.0);
    }
    text::left(ui.painter(), caption, tile.name(), theme::caption(), theme.muted);
    let foot = pos2(inner.left(), inner.bottom());
    let color = if value == fmt::UNDEFINED { theme.muted } else { theme.text };
    let figure = text::at(ui.painter(), foot, Align2::LEFT_BOTTOM, &value, theme::figure(), color);
    // Pixels of one image are no independent draws: an interval over them would say nothing.
    let interval = tile.interval(counts).filter(|_| !explorer.matched.timeline.is_weighted());
    if let Some(interval) = interval {
        let at = pos2(figure.right() + 6.0, figure.bottom() - 4.0);
        text::at(ui.painter(), at, Align2::LEFT_BOTTOM, &fmt::interval(Some(interval)), theme::caption(), theme.muted);
    }
    let why = explain_button(ui, ctx, tile, rect, over);
    let mut explains = why.clicked();
    match tile {
        Tile::Count(kind) if response.clicked() => {
            ctx.send(Command::Select(Filter::Segment { class: None, kind }));
        }
        Tile::Count(_) => {}
        Tile::Precision | Tile::Recall | Tile::F1 => explains |= response.clicked(),
    }
    let open = Popup::from_response(&response)
        .open_memory(explains.then_some(SetOpenCommand::Toggle))
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .frame(theme::card(ui.style()))
        .gap(theme::GRID)
        .show(|ui| explain::ui(ui, ctx, explorer, tile));
    if open.is_none() {
        response.on_hover_ui(|ui| explain::hover(ui, ctx, explorer, tile));
    }
}

/// A small button at the corner of a tile, shown while the pointer is on the tile, always there for the keyboard.
fn explain_button(ui: &Ui, ctx: &ViewCtx, tile: Tile, rect: Rect, over: bool) -> Response {
    let corner = Rect::from_min_size(rect.right_top() + vec2(-20.0, 1.0), vec2(18.0, 18.0));
    let response = ui.interact(corner, Id::unique(("explain", tile)), Sense::click());
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Explain {}", tile.name())));
    if over || response.hovered() || response.has_focus() {
        let color = if response.hovered() { ctx.theme.text } else { ctx.theme.muted };
        Icon::Question.paint(ui.painter(), corner, color);
        focus_ring(ui, ctx.theme, corner, &response);
    }
    response
}
