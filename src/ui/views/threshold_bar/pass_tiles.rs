//! The live tiles of generated texts: how many pass, and the numbers of the whole set.

use egui::{Align2, Color32, CursorIcon, Id, Rect, Response, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::analysis::Filter;
use crate::metrics::generation::Column;
use crate::metrics::{Generation, OutcomeKind, rates};
use crate::model::fmt;
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::icon::focus_ring;
use crate::ui::widgets::{outcome, text};

/// Least width of a tile.
const LEAST: f32 = 84.0;
/// Most width of a tile: longer names are cut.
const MOST: f32 = 150.0;
/// Width of the pass rate with its interval.
const RATE: f32 = 132.0;

/// What one tile shows.
struct Tile<'a> {
    name: &'a str,
    value: String,
    defined: bool,
    swatch: Option<OutcomeKind>,
    beside: Option<String>,
    opens: bool,
}

impl<'a> Tile<'a> {
    fn new(name: &'a str, value: String) -> Self {
        Self { name, defined: value != fmt::UNDEFINED, value, swatch: None, beside: None, opens: false }
    }

    fn width(&self, ui: &Ui) -> f32 {
        if self.beside.is_some() {
            return RATE;
        }
        let swatch = if self.swatch.is_some() { 15.0 } else { 0.0 };
        let name = text::width(ui, self.name, theme::caption()) + swatch;
        let value = text::width(ui, &self.value, theme::figure());
        (name.min(MOST).max(value) + 2.0 * theme::PADDING).clamp(LEAST, MOST + 2.0 * theme::PADDING)
    }

    fn ui(&self, ui: &Ui, ctx: &ViewCtx, rect: Rect) -> Response {
        let theme = ctx.theme;
        let sense = if self.opens { Sense::click() } else { Sense::hover() };
        let response = ui.interact(rect, Id::unique(("pass tile", self.name)), sense);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{} {}", self.name, self.value)));
        if self.opens && response.hovered() {
            ui.painter().rect_filled(rect, theme::RADIUS, theme.hover);
        }
        focus_ring(ui, theme, rect, &response);
        let inner = rect.shrink2(vec2(theme::PADDING, 2.0));
        let mut caption = inner.with_max_y(inner.top() + 16.0);
        if let Some(kind) = self.swatch {
            let square = text::from_left(caption.left(), caption.center().y, 10.0, 10.0);
            outcome::swatch(ui.painter(), square, theme, kind);
            caption = caption.with_min_x(square.right() + 5.0);
        }
        text::left(ui.painter(), caption, self.name, theme::caption(), theme.muted);
        let foot = pos2(inner.left(), inner.bottom());
        let color: Color32 = if self.defined { theme.text } else { theme.muted };
        let figure = text::at(ui.painter(), foot, Align2::LEFT_BOTTOM, &self.value, theme::figure(), color);
        if let Some(beside) = &self.beside {
            let at = pos2(figure.right() + 6.0, figure.bottom() - 4.0);
            text::at(ui.painter(), at, Align2::LEFT_BOTTOM, beside, theme::caption(), theme.muted);
        }
        if self.opens { response.on_hover_cursor(CursorIcon::PointingHand) } else { response }
    }
}

/// Draws the row of tiles.
pub fn ui(ui: &Ui, ctx: &ViewCtx, explorer: &Explorer, texts: &Generation, row: Rect) {
    let mut left = row.left() - theme::PADDING;
    let mut place = |tile: &Tile<'_>| -> Option<Response> {
        let width = tile.width(ui);
        let rect = Rect::from_min_max(pos2(left, row.top() + 2.0), pos2(left + width, row.bottom() - 4.0));
        (rect.right() <= row.right() + theme::PADDING).then(|| {
            left += width;
            tile.ui(ui, ctx, rect)
        })
    };
    if texts.pass_column().is_some_and(Column::ranks) {
        passing(ctx, explorer, &mut place);
    }
    let without = texts.answers.len().saturating_sub(texts.corpus.items) as u64;
    if without > 0 {
        let tile = Tile::new("Without a reference", fmt::count(without));
        if let Some(response) = place(&tile) {
            response.on_hover_text("Answers that no metric against references is defined for");
        }
    }
    for column in texts.shown() {
        let Some(response) = place(&Tile::new(&column.label, column.words(column.corpus))) else { break };
        response.on_hover_ui(|ui| about(ui, ctx, explorer, texts, column));
    }
}

/// Pass rate, passed and failed answers.
fn passing(ctx: &ViewCtx, explorer: &Explorer, place: &mut impl FnMut(&Tile<'_>) -> Option<Response>) {
    let counts = explorer.counter.totals();
    let interval = rates::wilson(counts.correct, counts.truths());
    let beside = interval.map(|interval| fmt::interval(Some(interval)));
    let rate = Tile { beside, ..Tile::new("Pass rate", fmt::rate(counts.recall())) };
    let at = explorer.condition();
    if let Some(response) = place(&rate) {
        let (passed, of) = (fmt::count(counts.correct), fmt::count(counts.truths()));
        response.on_hover_ui(|ui| {
            ui.label(RichText::new("Pass rate = passed / (passed + failed)").color(ctx.theme.text));
            ui.label(RichText::new(format!("{passed} / {of} at {at}")).color(ctx.theme.muted));
            if let Some((low, high)) = interval {
                let words = format!("95 % interval {} to {} (Wilson's)", fmt::rate(Some(low)), fmt::rate(Some(high)));
                ui.label(RichText::new(words).color(ctx.theme.muted));
            }
        });
    }
    for (name, kind) in [("Passed", OutcomeKind::Correct), ("Failed", OutcomeKind::Missed)] {
        let n = counts.of(kind);
        let tile = Tile { swatch: Some(kind), opens: true, ..Tile::new(name, fmt::count(n)) };
        let Some(response) = place(&tile) else { continue };
        if response.clicked() {
            ctx.send(Command::Select(Filter::Segment { class: None, kind }));
        }
        let those = if kind == OutcomeKind::Correct { "Answers with" } else { "Answers without" };
        response.on_hover_text(format!("{those} {at}; click shows them"));
    }
}

/// What a number of the set is: name, formula, interval, answers, signature.
pub fn about(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, texts: &Generation, column: &Column) {
    ui.set_max_width(theme::POPUP);
    let heading = format!("{} {}", column.label, column.words(column.corpus));
    ui.label(RichText::new(heading).color(ctx.theme.text));
    let muted = |ui: &mut Ui, words: String| ui.label(RichText::new(words).color(ctx.theme.muted));
    muted(ui, column.about.to_owned());
    let all = fmt::count(texts.answers.len() as u64);
    muted(ui, format!("Defined for {} of {all} answers", fmt::count(column.defined as u64)));
    if let Some((low, high)) = explorer.interval_of(column) {
        let words = format!(
            "95 % interval {} to {}: bootstrap over the answers, 1,000 resamples",
            column.words(Some(low)),
            column.words(Some(high))
        );
        muted(ui, words);
    }
    let signature = texts.signatures().and_then(|signatures| match column.key.as_str() {
        "bleu" => Some(&signatures.bleu),
        "chrf" => Some(&signatures.chrf),
        "chrf_plus_plus" => Some(&signatures.chrf_plus_plus),
        "ter" => Some(&signatures.ter),
        _ => None,
    });
    if let Some(signature) = signature {
        ui.label(RichText::new(signature).monospace().color(ctx.theme.muted));
    }
}
