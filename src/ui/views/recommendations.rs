//! What to do next: a card for each recommendation, with its evidence, its images and what repairing it would give.
//!
//! Shows what the session's rules found; judges nothing itself. While the threshold moves the numbers of the cards follow, the
//! cards and their order stay until it rests, and say so.

mod limits;
mod notes;
mod what_if;

use std::collections::BTreeMap;

use egui::{
    Align, Align2, Button, Id, Layout, Rect, RichText, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo,
};
use egui::{pos2, vec2};

use crate::analysis::Recommendation;
use crate::analysis::recommend::{Gain, Importance};
use crate::model::fmt;
use crate::session::decisions::Decision;
use crate::session::thresholds::NO_THRESHOLD;
use crate::session::{Command, Explorer, Slot};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::icon::Icon;
use crate::ui::widgets::{states, text};

/// What is open of which card.
#[derive(Debug, Default)]
pub struct RecommendationsState {
    open: Vec<(String, Part)>,
    /// Notes as they are being written, by card.
    notes: BTreeMap<String, String>,
    dismissed: bool,
    limits: bool,
}

/// A part of a card that opens under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    WhatIf,
    Why,
    Notes,
}

impl RecommendationsState {
    /// Opens the limits of the rules.
    pub fn show_limits(&mut self) {
        self.limits = true;
    }

    fn is_open(&self, card: &str, part: Part) -> bool {
        self.open.iter().any(|(c, p)| c == card && *p == part)
    }

    fn toggle(&mut self, card: &str, part: Part) {
        if self.is_open(card, part) {
            self.open.retain(|(c, p)| c != card || *p != part);
        } else {
            self.open.push((card.to_owned(), part));
        }
    }
}

/// Draws the cards into the rest of the pane.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut RecommendationsState) {
    limits::ui(ui, ctx, &mut state.limits);
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
        settling(ui, ctx, &explorer.condition_at(explorer.settled_at.unwrap_or(at)));
    }
}

fn list(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, state: &mut RecommendationsState) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        if explorer.is_settling() {
            ui.set_opacity(theme::SETTLING);
        }
        ui.spacing_mut().item_spacing.y = theme::GRID;
        let classes = &explorer.dataset().classes;
        let keyed = explorer.recommendations.iter().map(|card| (card.key(classes), card));
        let (dismissed, shown): (Vec<_>, Vec<_>) =
            keyed.partition(|(key, _)| ctx.session.decisions.standing(key) == Decision::Dismissed);
        let mut number = 0;
        for (key, card) in &shown {
            number += 1;
            group(ui, ctx, explorer, state, Numbered { number, key, card });
        }
        if !dismissed.is_empty() {
            rule(ui, ctx, number > 0);
            let words = format!("{} dismissed", fmt::count(dismissed.len() as u64));
            let button = Button::selectable(state.dismissed, RichText::new(words).color(ctx.theme.muted));
            if ui
                .add(button.frame_when_inactive(false))
                .on_hover_text("Show or hide dismissed recommendations")
                .clicked()
            {
                state.dismissed = !state.dismissed;
            }
            if state.dismissed {
                for (key, card) in &dismissed {
                    number += 1;
                    group(ui, ctx, explorer, state, Numbered { number, key, card });
                }
            }
        }
        ui.add_space(theme::PADDING);
    });
}

/// A card with its place in the list and what it is about.
#[derive(Clone, Copy)]
struct Numbered<'a> {
    number: usize,
    key: &'a str,
    card: &'a Recommendation,
}

/// A line between two cards.
fn rule(ui: &mut Ui, ctx: &ViewCtx, wanted: bool) {
    if wanted {
        let line = ui.available_rect_before_wrap();
        ui.painter().hline(line.x_range(), line.top(), Stroke::new(theme::HAIRLINE, ctx.theme.line));
        ui.add_space(theme::GRID);
    }
}

fn group(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, state: &mut RecommendationsState, of: Numbered) {
    rule(ui, ctx, of.number > 1);
    let group = UiBuilder::new()
        .id_salt(("recommendation", of.key))
        .accessibility_role(Role::Group)
        .accessibility_label(&of.card.title);
    let drawn = ui.scope_builder(group, |ui| show(ui, ctx, explorer, state, of));
    drawn.response.widget_info(|| WidgetInfo::labeled(Role::Group, true, &of.card.title));
}

fn show(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, state: &mut RecommendationsState, of: Numbered) {
    let Numbered { number, key, card } = of;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = theme::PADDING;
        badge(ui, ctx, number, ctx.session.decisions.standing(key) == Decision::Accepted);
        ui.vertical(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                ui.set_min_height(theme::BODY + theme::GRID);
                gain(ui, ctx, card);
                ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
                    ui.add(egui::Label::new(RichText::new(&card.title).strong().color(ctx.theme.text)).truncate());
                });
            });
            ui.label(RichText::new(&card.sentence).color(ctx.theme.muted));
            ui.horizontal_wrapped(|ui| actions(ui, ctx, explorer, state, of));
            if state.is_open(key, Part::WhatIf) {
                what_if::ui(ui, ctx, explorer, card);
            }
            if state.is_open(key, Part::Why) {
                ui.label(RichText::new(&card.rule).font(theme::caption()).color(ctx.theme.muted));
            }
            if state.is_open(key, Part::Notes) {
                let kept = || ctx.session.decisions.note(key).to_owned();
                let text = state.notes.entry(key.to_owned()).or_insert_with(kept);
                notes::ui(ui, ctx, key, &card.title, text);
            }
        });
    });
}

/// The number of a card in a circle; a check mark on one that was accepted.
fn badge(ui: &mut Ui, ctx: &ViewCtx, number: usize, accepted: bool) {
    let (rect, _) = ui.allocate_exact_size(vec2(theme::ICON, theme::ICON), Sense::hover());
    let circle = rect.translate(vec2(0.0, theme::HAIRLINE));
    if accepted {
        ui.painter().circle_filled(circle.center(), theme::ICON / 2.0, ctx.theme.accent);
        Icon::Check.paint(ui.painter(), circle.shrink(2.0), ctx.theme.surface);
        return;
    }
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
        "ap" => "AP",
        "ap50" => "AP50",
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

fn actions(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, state: &mut RecommendationsState, of: Numbered) {
    let Numbered { key, card, .. } = of;
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
    let noted = !ctx.session.decisions.note(key).is_empty();
    for (part, name, hint) in [
        (Part::WhatIf, "What if", "The numbers with this error repaired"),
        (Part::Why, "Why", "The rule behind this, with its limits"),
        (Part::Notes, if noted { "Note ·" } else { "Note" }, "What you found out, and what was decided when"),
    ] {
        let open = state.is_open(key, part);
        let button = Button::selectable(open, RichText::new(name).color(ctx.theme.muted)).frame_when_inactive(false);
        let response = ui.add(button).on_hover_text(hint);
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, open, name.trim_end_matches(" ·")));
        if response.clicked() {
            state.toggle(key, part);
        }
    }
    decide(ui, ctx, key);
}

/// Accept and dismiss; what was decided is taken back with the same button.
fn decide(ui: &mut Ui, ctx: &ViewCtx, key: &str) {
    let standing = ctx.session.decisions.standing(key);
    for (decision, name, back, hint) in [
        (Decision::Accepted, "Accept", "Accepted", "You are going to do this"),
        (Decision::Dismissed, "Dismiss", "Restore", "Not worth doing here: put it away, it can be restored"),
    ] {
        let on = standing == decision;
        let words = RichText::new(if on { back } else { name }).color(ctx.theme.muted);
        let marked = on && decision == Decision::Accepted;
        let button = Button::selectable(marked, words).frame_when_inactive(false);
        if ui.add(button).on_hover_text(hint).clicked() {
            ctx.send(Command::Decide(key.to_owned(), if on { Decision::Open } else { decision }));
        }
    }
}

/// Says at the lower edge that the cards belong to an earlier threshold; takes no room, so that nothing moves.
fn settling(ui: &mut Ui, ctx: &ViewCtx, at: &str) {
    let words = format!("settling … choice and order are for {at}");
    let size = vec2(text::width(ui, &words, theme::caption()) + 2.0 * theme::PADDING, theme::ROW);
    let area = ui.max_rect();
    let rect = Rect::from_min_size(pos2(area.right() - size.x, area.bottom() - size.y), size);
    ui.painter().rect_filled(rect, theme::RADIUS, ctx.theme.raised);
    let response = ui.interact(rect, Id::unique("recommendations settling"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
    text::at(ui.painter(), rect.center(), Align2::CENTER_CENTER, &words, theme::caption(), ctx.theme.text);
}
