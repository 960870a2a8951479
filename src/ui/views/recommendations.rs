//! What to do next: a card for each recommendation, with its evidence, its images and what repairing it would give.
//!
//! Shows what the session's rules found; judges nothing itself. While the threshold moves the cards stay as they are and
//! say so.

use egui::{
    Align, Align2, Button, Id, Layout, Rect, RichText, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo,
};
use egui::{pos2, vec2};

use crate::analysis::Recommendation;
use crate::analysis::recommend::{Gain, Importance};
use crate::model::{ClassId, fmt};
use crate::session::thresholds::NO_THRESHOLD;
use crate::session::{Command, Explorer, Slot};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::{states, text};

/// Which cards show their rule.
#[derive(Debug, Default)]
pub struct RecommendationsState {
    explained: Vec<Key>,
}

/// A card by what it is about: its numbers change with the threshold, this does not.
type Key = (&'static str, Vec<ClassId>);

fn key(card: &Recommendation) -> Key {
    (card.kind, card.classes.clone())
}

/// Draws the cards into the rest of the pane.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut RecommendationsState) {
    let Some(explorer) = &ctx.session.explorer else {
        states::empty(ui, ctx, "No recommendations yet", "They appear once a model is evaluated");
        return;
    };
    let Some(at) = explorer.recommended_at else {
        match ctx.session.jobs.get(&Slot::Recommend) {
            Some(job) => states::loading(ui, ctx, Slot::Recommend, job),
            None => states::empty(ui, ctx, "No recommendations yet", "They follow once the threshold rests"),
        }
        return;
    };
    if explorer.recommendations.is_empty() {
        let advice = if explorer.condition() == NO_THRESHOLD {
            "No rule found something to improve".to_owned()
        } else {
            format!("No rule found something to improve at {}", explorer.condition_at(at))
        };
        states::empty(ui, ctx, "Nothing stands out", &advice);
    } else {
        list(ui, ctx, explorer, state);
    }
    if explorer.is_settling() {
        settling(ui, ctx, &explorer.condition_at(at));
    }
}

fn list(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, state: &mut RecommendationsState) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        if explorer.is_settling() {
            ui.set_opacity(theme::SETTLING);
        }
        ui.spacing_mut().item_spacing.y = theme::GRID;
        for (number, card) in explorer.recommendations.iter().enumerate() {
            if number > 0 {
                let line = ui.available_rect_before_wrap();
                ui.painter().hline(line.x_range(), line.top(), Stroke::new(theme::HAIRLINE, ctx.theme.line));
                ui.add_space(theme::GRID);
            }
            let group = UiBuilder::new()
                .id_salt(("recommendation", number))
                .accessibility_role(Role::Group)
                .accessibility_label(&card.title);
            let drawn = ui.scope_builder(group, |ui| show(ui, ctx, explorer, state, number + 1, card));
            drawn.response.widget_info(|| WidgetInfo::labeled(Role::Group, true, &card.title));
        }
        ui.add_space(theme::PADDING);
    });
}

fn show(
    ui: &mut Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    state: &mut RecommendationsState,
    number: usize,
    card: &Recommendation,
) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = theme::PADDING;
        badge(ui, ctx, number);
        ui.vertical(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                ui.set_min_height(theme::BODY + theme::GRID);
                gain(ui, ctx, card);
                ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
                    ui.add(egui::Label::new(RichText::new(&card.title).strong().color(ctx.theme.text)).truncate());
                });
            });
            ui.label(RichText::new(&card.sentence).color(ctx.theme.muted));
            ui.horizontal(|ui| actions(ui, ctx, explorer, state, card));
            if state.explained.contains(&key(card)) {
                ui.label(RichText::new(&card.rule).font(theme::caption()).color(ctx.theme.muted));
            }
        });
    });
}

/// The number of a card in a circle.
fn badge(ui: &mut Ui, ctx: &ViewCtx, number: usize) {
    let (rect, _) = ui.allocate_exact_size(vec2(theme::ICON, theme::ICON), Sense::hover());
    let circle = rect.translate(vec2(0.0, theme::HAIRLINE));
    ui.painter().circle_stroke(circle.center(), theme::ICON / 2.0, Stroke::new(theme::HAIRLINE, ctx.theme.muted));
    text::at(
        ui.painter(),
        circle.center(),
        Align2::CENTER_CENTER,
        &number.to_string(),
        theme::caption(),
        ctx.theme.text,
    );
}

/// `+0.012 F1`, or how much it matters where no gain can be computed.
fn gain(ui: &mut Ui, ctx: &ViewCtx, card: &Recommendation) {
    let label = |ui: &mut Ui, text: RichText, why: String| ui.label(text).on_hover_text(why);
    let matters = importance(card.importance);
    match card.gain {
        // What rounds to nothing is not shown as a gain.
        Some(gain) if gain.difference().abs() >= 0.0005 => {
            let text = RichText::new(gain_words(gain)).color(ctx.theme.text);
            label(ui, text, gain_meaning(gain, card.importance))
        }
        gain => {
            let why = gain.map_or_else(
                || format!("{matters}; what it would give cannot be computed"),
                |gain| gain_meaning(gain, card.importance),
            );
            label(ui, RichText::new(matters).font(theme::caption()).color(ctx.theme.muted), why)
        }
    };
}

fn gain_words(gain: Gain) -> String {
    format!("{} {}", fmt::difference(gain.difference()), metric(gain.metric))
}

fn gain_meaning(gain: Gain, matters: Importance) -> String {
    let metric = metric(gain.metric);
    format!(
        "{metric} would be {} instead of {}, all else as it is; {}",
        fmt::rate(Some(gain.to)),
        fmt::rate(Some(gain.from)),
        importance(matters)
    )
}

fn metric(name: &str) -> &str {
    match name {
        "f1" => "F1",
        "pass_rate" => "pass rate",
        "ece" => "calibration error",
        name => name,
    }
}

const fn importance(importance: Importance) -> &'static str {
    match importance {
        Importance::High => "costs a lot",
        Importance::Medium => "worth doing",
        Importance::Low => "good to know",
    }
}

fn actions(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, state: &mut RecommendationsState, card: &Recommendation) {
    ui.spacing_mut().item_spacing.x = theme::GRID;
    if let Some(threshold) = card.threshold
        && ui.button(format!("Use {}", explorer.threshold_words(threshold))).clicked()
    {
        let optimal = explorer.matched.optima.pooled == Some(threshold);
        ctx.send(if optimal { Command::UseOptimal } else { Command::SetThreshold(threshold) });
    }
    let texts = explorer.evaluation.task.is_text();
    let show = ui.button(if texts { "Show texts" } else { "Show images" });
    show.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Show images"));
    if show.clicked() {
        ctx.send(Command::Select(card.filter.clone()));
    }
    let open = state.explained.contains(&key(card));
    let why = Button::selectable(open, RichText::new("Why").color(ctx.theme.muted)).frame_when_inactive(false);
    if ui.add(why).on_hover_text("The rule behind this, with its limits").clicked() {
        if open {
            state.explained.retain(|k| *k != key(card));
        } else {
            state.explained.push(key(card));
        }
    }
}

/// Says at the lower edge that the cards belong to an earlier threshold; takes no room, so that nothing moves.
fn settling(ui: &mut Ui, ctx: &ViewCtx, at: &str) {
    let words = format!("settling … these are for {at}");
    let size = vec2(text::width(ui, &words, theme::caption()) + 2.0 * theme::PADDING, theme::ROW);
    let area = ui.max_rect();
    let rect = Rect::from_min_size(pos2(area.right() - size.x, area.bottom() - size.y), size);
    ui.painter().rect_filled(rect, theme::RADIUS, ctx.theme.raised);
    let response = ui.interact(rect, Id::unique("recommendations settling"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
    text::at(ui.painter(), rect.center(), Align2::CENTER_CENTER, &words, theme::caption(), ctx.theme.text);
}
