//! The threshold bar: the confidence slider over its scores, the live tiles, the IoU slider. One threshold drives the
//! window; this is where it is seen and moved. Holds no threshold itself.

pub mod explain;
mod own;
mod pass;
mod pass_tiles;
pub mod tiles;
pub mod track;

use egui::{Id, Key, Rect, Sense, TextEdit, Ui, pos2, vec2};

use crate::model::fmt;
use crate::session::{Command, Explorer, Slot};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::views::answers::scoring;
use crate::ui::widgets::slider::Slider;
use crate::ui::widgets::text;

pub use pass::passing_by;
pub use pass_tiles::about;
use track::Track;

/// Width of the slider's name and caption.
const LABEL: f32 = 172.0;
/// Width of the typed number.
const FIELD: f32 = 64.0;
/// Width of the button beside it.
const BUTTON: f32 = 168.0;
/// Width of the IoU slider.
const IOU: f32 = 168.0;
/// Lowest and highest IoU threshold.
const IOU_RANGE: (f64, f64) = (0.05, 0.95);
/// Width of the switch to thresholds of single classes.
const PER_CLASS: f32 = 96.0;
/// Gap between the parts.
const GAP: f32 = 12.0;

/// What the bar remembers: what is drawn in the track, and a number while it is typed.
#[derive(Default)]
pub struct ThresholdBar {
    track: Option<Track>,
    typed: Option<String>,
    tiles: tiles::Tiles,
    own: own::Own,
    scoring: scoring::Scoring,
}

impl ThresholdBar {
    /// How high the bar is.
    #[must_use]
    pub fn height(&self) -> f32 {
        let own = if self.own.open { theme::SLIDER_ROW } else { 0.0 };
        theme::SLIDER_ROW + theme::TILE_ROW + own
    }

    /// Opens the panel that says how answers are scored.
    pub fn show_scoring(&mut self) {
        self.scoring.open = true;
    }

    /// Closes what belongs to another task.
    fn suit(&mut self, explorer: &Explorer) {
        if explorer.texts().is_some() {
            self.own.open = false;
        } else {
            self.scoring.open = false;
        }
    }
}

/// The name of the confidence slider, by which its keyboard focus is found.
#[must_use]
pub fn slider_id() -> Id {
    Id::unique("confidence threshold")
}

/// Draws the bar: the row of the slider and the row of tiles.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut ThresholdBar) {
    let Some(explorer) = &ctx.session.explorer else { return };
    // The rows are cut by hand: what is put into one of them must not move the next.
    let (whole, _) = ui.allocate_exact_size(vec2(ui.available_width(), state.height()), Sense::hover());
    let inside = whole.shrink2(vec2(GAP, 0.0));
    let (slider, below) = inside.split_top_bottom_at_y(inside.top() + theme::SLIDER_ROW);
    let (own, row) = below.split_top_bottom_at_y(below.bottom() - theme::TILE_ROW);
    state.suit(explorer);
    if let Some(texts) = explorer.texts() {
        pass::ui(ui, ctx, explorer, texts, state, slider);
        pass_tiles::ui(ui, ctx, explorer, texts, row);
        scoring::ui(ui, ctx, texts, &mut state.scoring);
        return;
    }
    slider_row(ui, ctx, explorer, state, slider);
    if state.own.open {
        own::ui(ui, ctx, explorer, &mut state.own, own);
    }
    if explorer.evaluation.objects().is_none() {
        tiles::ui(ui, ctx, explorer, &mut state.tiles, row);
        return;
    }
    let iou = row.with_min_x(row.right() - IOU);
    tiles::ui(ui, ctx, explorer, &mut state.tiles, row.with_max_x(iou.left() - GAP));
    iou_slider(ui, ctx, explorer, iou);
}

/// What stands in the place of the slider where a model does not say how sure it is.
fn without_confidence(ui: &mut Ui, ctx: &ViewCtx, row: Rect) {
    let theme = ctx.theme;
    let (above, below) = row.split_top_bottom_at_fraction(0.5);
    let words = "No confidence in this model's output";
    text::left(ui.painter(), above.translate(vec2(0.0, 3.0)), words, theme::body(), theme.text);
    let about = "Every pixel counts as the mask has it; a folder of confidence maps beside the masks brings the slider";
    text::left(ui.painter(), below.translate(vec2(0.0, -3.0)), about, theme::caption(), theme.muted);
    let node = ui.interact(row, Id::unique("no confidence"), Sense::hover());
    node.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, words));
}

fn slider_row(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, state: &mut ThresholdBar, row: Rect) {
    if explorer.evaluation.is_without_confidence() {
        without_confidence(ui, ctx, row);
        return;
    }
    let theme = ctx.theme;
    let track = Track::of(&mut state.track, explorer);
    let label = row.with_max_x(row.left() + LABEL);
    let middle = row.center().y;
    let above = Rect::from_min_max(label.min, pos2(label.right(), middle)).translate(vec2(0.0, 3.0));
    let below = Rect::from_min_max(pos2(label.left(), middle), label.max).translate(vec2(0.0, -3.0));
    text::left(ui.painter(), above, "Confidence threshold", theme::body(), theme.text);
    let kept = fmt::count(explorer.counter.totals().kept());
    let all = match explorer.evaluation.pixels() {
        Some(_) => explorer.matched.timeline.support().iter().sum(),
        None => explorer.predictions().len() as u64,
    };
    let all = fmt::count(all);
    let caption = match explorer.matched.own.len() {
        0 => format!("{kept} of {all} kept"),
        1 => "1 class at its own threshold".to_owned(),
        n => format!("{} classes at their own", fmt::count(n as u64)),
    };
    text::left(ui.painter(), below, &caption, theme::caption(), theme.muted);

    let button = Rect::from_center_size(pos2(row.right() - BUTTON / 2.0, middle), vec2(BUTTON, theme::ROW));
    let per_class = Rect::from_center_size(
        pos2(button.left() - theme::GRID - PER_CLASS / 2.0, middle),
        vec2(PER_CLASS, theme::ROW),
    );
    let field = Rect::from_center_size(pos2(per_class.left() - 8.0 - FIELD / 2.0, middle), vec2(FIELD, theme::ROW));
    let rail = Rect::from_min_max(pos2(label.right() + GAP, row.top()), pos2(field.left() - GAP * 1.5, row.bottom()));
    let rail = rail.shrink2(vec2(track::KNOB, 4.0));
    let value = explorer.threshold.value;
    let slider = Slider {
        name: "Confidence threshold",
        shown: fmt::threshold(value),
        range: explorer.score_range(),
        value,
        step: 0.01,
        fine: 0.001,
        grid: track.grid(),
    };
    let (response, moved) = slider.interact(ui, slider_id(), rail);
    if let Some(value) = moved {
        ctx.send(Command::SetThreshold(value));
    }
    track.paint(ui, theme, rail, &slider, &response);
    let number = Number {
        id: "confidence value",
        name: "Confidence value",
        shown: fmt::threshold(value),
        hint: "Type a confidence, such as 0.36 or 36 %",
    };
    if let Some(value) = number.ui(ui, &mut state.typed, field) {
        ctx.send(Command::SetThreshold(value));
    }
    own::switch(ui, explorer, &mut state.own, per_class);
    optimum_button(ui, ctx, explorer, button);
}

/// A number that is shown and can be typed.
struct Number {
    id: &'static str,
    name: &'static str,
    shown: String,
    hint: &'static str,
}

impl Number {
    /// Draws the field; the number where another one was typed.
    fn ui(&self, ui: &mut Ui, typed: &mut Option<String>, rect: Rect) -> Option<f64> {
        let mut buffer = typed.clone().unwrap_or_else(|| self.shown.clone());
        let field = TextEdit::singleline(&mut buffer)
            .id(Id::unique(self.id))
            .font(theme::body())
            .align(egui::Align2::RIGHT_CENTER)
            .desired_width(rect.width());
        let response = ui.put(rect, field);
        response.widget_info(|| egui::WidgetInfo {
            current_text_value: Some(buffer.clone()),
            ..egui::WidgetInfo::labeled(egui::Role::TextInput, true, self.name)
        });
        if response.has_focus() {
            *typed = Some(buffer.clone());
        }
        let mut wanted = None;
        if response.lost_focus() {
            let cancelled = ui.input(|i| i.key_pressed(Key::Escape));
            wanted = if cancelled || buffer == self.shown { None } else { parse(&buffer) };
            *typed = None;
        }
        response.on_hover_text(self.hint);
        wanted
    }
}

/// A confidence as people type it: `0.36`, `.36`, `0,36`, `36 %`.
fn parse(text: &str) -> Option<f64> {
    let text = text.trim().replace(',', ".").replace('−', "-");
    let (number, scale) = text.strip_suffix('%').map_or((text.as_str(), 1.0), |t| (t.trim(), 100.0));
    number.parse::<f64>().ok().map(|v| v / scale).filter(|v| v.is_finite())
}

fn optimum_button(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, rect: Rect) {
    let best = explorer.matched.optima.pooled;
    let follows = explorer.matched.own.len() < explorer.dataset().classes.len();
    let there = !follows || best.is_none_or(|b| b == explorer.threshold.value);
    let button = egui::Button::new("Use optimal confidence").min_size(rect.size());
    let response = ui.add_enabled_ui(!there, |ui| ui.put(rect, button)).inner;
    let about = match best.filter(|_| follows) {
        Some(best) => {
            format!("F1 over all {} is highest at {}", explorer.evaluation.task.units().1, fmt::threshold(best))
        }
        None if !follows => "Every class has a threshold of its own".to_owned(),
        None => "There is no optimum without ground truth and predictions".to_owned(),
    };
    let response = response.on_hover_text(&about).on_disabled_hover_text(if follows && best.is_some() {
        format!("{about}: the threshold is there")
    } else {
        about
    });
    if response.clicked() {
        ctx.send(Command::UseOptimal);
    }
}

fn iou_slider(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, rect: Rect) {
    let theme = ctx.theme;
    let (wanted, shown) = (ctx.session.matching.iou, explorer.matched.settings.iou);
    let slider = Slider {
        name: "IoU threshold",
        shown: format!("{wanted:.2}"),
        range: IOU_RANGE,
        value: wanted,
        step: 0.05,
        fine: 0.01,
        grid: 0.01,
    };
    let top = Rect::from_min_size(rect.min + vec2(0.0, 4.0), vec2(rect.width(), 20.0));
    text::left(ui.painter(), top, "IoU threshold", theme::caption(), theme.muted);
    let figure = pos2(top.right(), top.center().y);
    text::at(ui.painter(), figure, egui::Align2::RIGHT_CENTER, &slider.shown, theme::body(), theme.text);
    if ctx.session.jobs.contains_key(&Slot::Rematch) {
        let note = format!("shown {shown:.2}");
        let place = pos2(top.right() - 40.0, top.center().y);
        text::at(ui.painter(), place, egui::Align2::RIGHT_CENTER, &note, theme::caption(), theme.accent);
    }
    let rail = Rect::from_min_max(pos2(rect.left(), top.bottom()), pos2(rect.right(), rect.bottom() - 6.0));
    let rail = rail.shrink2(vec2(track::KNOB, 0.0));
    let (response, moved) = slider.interact(ui, Id::unique("iou threshold"), rail);
    if let Some(iou) = moved {
        // Without this the sum 0.1 + 0.2 would be shown as 0.30 and matched as 0.30000000000000004.
        ctx.send(Command::SetIou((iou * 100.0).round() / 100.0));
    }
    track::rail(ui, theme, rail, slider.x(rail, wanted), &response);
    response
        .on_hover_text("Overlap from which a detection and an object belong together; matched again in the background");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidences_are_read_as_people_type_them() {
        assert_eq!(
            (parse("0.36"), parse(" .36 "), parse("0,36"), parse("36 %")),
            (Some(0.36), Some(0.36), Some(0.36), Some(0.36))
        );
        assert_eq!((parse("a"), parse(""), parse("inf")), (None, None, None));
    }
}
