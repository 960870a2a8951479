//! Labels that may be wrong, to be judged one by one: the list of suspects, the one at hand large, and what the verdicts so far make
//! of the numbers. Computes nothing: the session looks for suspects and keeps verdicts.

mod corrected;
mod list;
mod picture;
mod top;

use std::sync::Arc;

use egui::{Align, Button, Key, Layout, Modifiers, Rect, RichText, Role, Ui, UiBuilder, WidgetInfo, vec2};

use crate::analysis::suspects::{Found, Suspect, repair::Judgements};
use crate::metrics::Counter;
use crate::model::{ImageId, Verdict, fmt};
use crate::session::errors::review::{Ask, Only, Review};
use crate::session::{Command, Explorer, Slot};
use crate::ui::context::ViewCtx;
use crate::ui::textures::Pictures;
use crate::ui::theme;
use crate::ui::views::verdicts::{VERDICT_KEYS, undo_pressed, verdict_pressed};
use crate::ui::widgets::image_canvas::CanvasState;
use crate::ui::widgets::states;

/// Width of the list.
const LIST: f32 = 336.0;
/// Height of the line above the picture, and of the buttons below it.
const HEAD: f32 = 48.0;
const FOOT: f32 = 44.0;

/// What it remembers between frames.
#[derive(Default)]
pub struct State {
    canvas: CanvasState,
    /// The item that the picture shows, and the suspect that it was brought to.
    shown: Option<(ImageId, usize)>,
    search: String,
    listed: Option<Listed>,
    counter: Option<(Arc<crate::metrics::detection::Matched>, Counter)>,
    scrolled_to: Option<usize>,
}

/// The suspects that are listed, how many are judged, and what that depends on.
struct Listed {
    found: Arc<Found>,
    judged: Arc<Judgements>,
    only: Only,
    places: Vec<usize>,
    progress: (usize, usize),
}

impl State {
    fn follow(&mut self, review: &Review, found: &Arc<Found>, explorer: &Explorer) -> &Listed {
        let fresh = |l: &Listed| {
            Arc::ptr_eq(&l.found, found) && Arc::ptr_eq(&l.judged, &review.judged) && l.only == review.only
        };
        if !self.listed.as_ref().is_some_and(fresh) {
            self.listed = None;
        }
        self.listed.get_or_insert_with(|| Listed {
            found: Arc::clone(found),
            judged: Arc::clone(&review.judged),
            only: review.only,
            places: review.listed(&explorer.evaluation),
            progress: review.progress(&explorer.evaluation),
        })
    }
}

/// Draws it.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, state: &mut State, pictures: &mut Pictures) {
    let review = &ctx.session.errors.review;
    if !review.asked {
        ctx.send(Command::Review(Ask::Find));
    }
    let Some(found) = &review.found else {
        match ctx.session.jobs.get(&Slot::Suspects) {
            Some(job) => states::loading(ui, ctx, Slot::Suspects, job),
            None if review.asked => {
                states::empty(
                    ui,
                    ctx,
                    "Nobody looked for labels that may be wrong",
                    "They are read off the model’s outputs",
                );
                ui.vertical_centered(|ui| {
                    if ui.button("Look for suspects").clicked() {
                        ctx.send(Command::Review(Ask::Find));
                    }
                });
            }
            None => {}
        }
        return;
    };
    let progress = state.follow(review, found, explorer).progress;
    top::ui(ui, ctx, explorer, review, found, progress, &mut state.search);
    ui.add_space(theme::GRID);
    if let Some(refusal) = found.refusal.filter(|_| found.suspects.is_empty()) {
        states::empty(ui, ctx, "No suspects", refusal);
        return;
    }
    if found.suspects.is_empty() {
        states::empty(ui, ctx, "No label looks wrong", "The model contradicts none of them and is sure of it");
        return;
    }
    let rest = ui.available_rect_before_wrap();
    let left = rest.with_max_x(rest.left() + LIST.min(rest.width() * 0.4));
    let right = rest.with_min_x(left.right() + theme::PADDING);
    let below = corrected::height(explorer);
    let (upper, lower) = (left.with_max_y(left.bottom() - below), left.with_min_y(left.bottom() - below));
    keys(ui, ctx);
    list::ui(&mut child(ui, "suspects", upper), ctx, explorer, review, state);
    corrected::ui(&mut child(ui, "corrected", lower), ctx, explorer, review, state);
    match review.suspect() {
        Some(suspect) => at_hand(ui, ctx, explorer, review, suspect, right, state, pictures),
        None => states::empty(&mut child(ui, "none", right), ctx, "No suspect is chosen", "Choose one in the list"),
    }
}

/// Takes the keys of a frame. Arrows belong to what has the keyboard.
fn keys(ui: &Ui, ctx: &ViewCtx) {
    if let Some(verdict) = verdict_pressed(ui) {
        ctx.send(Command::Review(Ask::Judge(verdict)));
    }
    if undo_pressed(ui) {
        ctx.send(Command::Review(Ask::Undo));
    }
    if ui.memory(egui::Memory::focused).is_some() {
        return;
    }
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::ArrowRight) || pressed(Key::ArrowDown) {
        ctx.send(Command::Review(Ask::Step(1)));
    }
    if pressed(Key::ArrowLeft) || pressed(Key::ArrowUp) {
        ctx.send(Command::Review(Ask::Step(-1)));
    }
}

fn child(ui: &mut Ui, name: &str, rect: Rect) -> Ui {
    let mut child = ui.new_child(UiBuilder::new().id_salt(name).max_rect(rect));
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    child
}

/// The suspect at hand: what speaks against it, its picture or text, the four verdicts.
#[expect(clippy::too_many_arguments, reason = "one place draws all of it")]
fn at_hand(
    ui: &mut Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    review: &Review,
    suspect: &Suspect,
    rect: Rect,
    state: &mut State,
    pictures: &mut Pictures,
) {
    let head = rect.with_max_y(rect.top() + HEAD);
    let foot = rect.with_min_y(rect.bottom() - FOOT);
    let middle = Rect::from_min_max(head.left_bottom(), foot.right_top());
    sentence(&mut child(ui, "sentence", head), ctx, explorer, suspect);
    picture::ui(ui, ctx, explorer, suspect, review.here.unwrap_or(0), middle, state, pictures);
    verdicts(&mut child(ui, "verdicts", foot), ctx, explorer, review, suspect);
}

fn sentence(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, suspect: &Suspect) {
    let name = explorer.dataset().images.get(suspect.image.index()).map_or("", |image| image.name.as_str());
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.horizontal(|ui| {
        ui.label(
            RichText::new(fmt::capitalised(&suspect.title(&explorer.evaluation)))
                .font(theme::title())
                .color(ctx.theme.text),
        );
        let open = ui.add(Button::new(RichText::new(name).color(ctx.theme.muted)).frame(false).truncate());
        open.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Open {name}")));
        if open.on_hover_text("Opens the image with all of its objects").clicked() {
            ctx.send(Command::OpenImage(suspect.image));
        }
    });
    ui.label(RichText::new(suspect.sentence(&explorer.evaluation)).color(ctx.theme.muted));
}

fn verdicts(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, review: &Review, suspect: &Suspect) {
    let said = review.verdict(&explorer.evaluation, suspect);
    ui.horizontal_centered(|ui| {
        for (verdict, key) in VERDICT_KEYS {
            let button = Button::new(verdict.label()).shortcut_text(key.name()).selected(said == Some(verdict));
            let button = ui.add(button.min_size(vec2(112.0, theme::ROW + theme::GRID)));
            button.widget_info(|| WidgetInfo::selected(Role::Button, true, said == Some(verdict), verdict.label()));
            if button.on_hover_text(meaning(verdict)).clicked() {
                ctx.send(Command::Review(Ask::Judge(verdict)));
            }
        }
        ui.add_space(theme::PADDING);
        let can = said.is_some() || !review.given.is_empty();
        let undo = ui.add_enabled(can, Button::new("Undo verdict").shortcut_text("U"));
        undo.widget_info(|| WidgetInfo::labeled(Role::Button, can, "Undo verdict"));
        if undo.on_hover_text("Takes the last verdict given here back, else the one on this label").clicked() {
            ctx.send(Command::Review(Ask::Undo));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(RichText::new("← →  step").font(theme::caption()).color(ctx.theme.muted));
        });
    });
}

/// What a verdict changes.
const fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::ModelRight => "In the corrected numbers the label is as the model says",
        Verdict::LabelRight => "The label stays as it is",
        Verdict::BothWrong => "The object, or the item, is left out of the corrected numbers",
        Verdict::Unsure => "The label stays as it is; you have looked at it",
    }
}
