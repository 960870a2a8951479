//! The page of the help: pages and headings at the left, the text at the right, and what was searched for.

use egui::style::ScrollAnimation;
use egui::{Align, Button, Id, Key, Panel, Response, Role, ScrollArea, TextEdit, Ui, WidgetInfo, vec2};

use crate::session::{Command, Session, Topic};
use crate::ui::context::ViewCtx;
use crate::ui::help::{self, Page};
use crate::ui::theme;
use crate::ui::widgets::markdown;

/// Width of the list at the left.
const LIST: f32 = 248.0;
/// Width of the text at most: longer lines are hard to follow.
const TEXT: f32 = 780.0;
/// Places found that are shown.
const FOUND: usize = 60;

/// What the page remembers between frames.
#[derive(Default)]
pub struct HelpState {
    query: String,
    /// The place that was scrolled to, and the last frame in which the page was on screen.
    shown: Option<Topic>,
    frame: u64,
}

/// The page to open where nothing says which: that of the task on screen.
#[must_use]
pub fn start(session: &Session) -> Topic {
    session.explorer.as_ref().map_or_else(|| help::by_name("").top(), |e| help::of_task(e.evaluation.task).top())
}

/// The words that are searched for.
fn words(query: &str) -> Vec<String> {
    query.split_whitespace().map(str::to_lowercase).collect()
}

/// Draws the page.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut HelpState) {
    let here = ctx.session.history.here().help.unwrap_or_else(|| start(ctx.session));
    let page = help::by_name(here.page);
    // The page comes on screen: at the place that was asked for.
    let frame = ui.ctx().cumulative_frame_nr();
    if state.frame + 1 < frame {
        state.shown = None;
    }
    state.frame = frame;
    let bar = egui::Frame::new().fill(ctx.theme.surface).inner_margin(theme::PADDING);
    Panel::left("help pages")
        .exact_size(LIST)
        .resizable(false)
        .frame(bar)
        .show(ui, |ui| list(ui, ctx, page, here, state));
    let margin = egui::Margin::symmetric(24, 12);
    egui::Frame::new().fill(ctx.theme.background).inner_margin(margin).show(ui, |ui| text(ui, ctx, page, here, state));
}

fn list(ui: &mut Ui, ctx: &ViewCtx, page: &'static Page, here: Topic, state: &mut HelpState) {
    let arrived = state.shown != Some(here);
    let field = TextEdit::singleline(&mut state.query).hint_text("Search the help").desired_width(f32::INFINITY);
    let field = ui.add(field.id(Id::unique("help search")));
    field.widget_info(|| WidgetInfo {
        current_text_value: Some(state.query.clone()),
        ..WidgetInfo::labeled(Role::TextInput, true, "Search the help")
    });
    let entered = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    ui.add_space(theme::GRID);
    let words = words(&state.query);
    ScrollArea::vertical().id_salt("help list").auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        if !words.is_empty() {
            found(ui, ctx, page, &words, state, entered);
            return;
        }
        for other in &help::PAGES {
            let open = other.name == page.name;
            let name = format!("Help on {}", other.title);
            if line(ui, open, 0.0, other.title, "", &name).clicked() {
                go(ctx, state, other.top());
            }
        }
        ui.add_space(theme::PADDING);
        ui.label(egui::RichText::new("On this page").font(theme::caption()).color(ctx.theme.muted));
        for section in page.sections().iter().filter(|section| section.level > 1) {
            let indent = (section.level - 2) as f32 * theme::PADDING;
            let chosen = section.heading == here.heading;
            let response = line(ui, chosen, indent, section.heading, "", &format!("Heading {}", section.heading));
            if chosen && arrived {
                response.scroll_to_me_animation(None, ScrollAnimation::none());
            }
            if response.clicked() {
                go(ctx, state, page.topic(section.heading));
            }
        }
    });
}

/// The places that hold the words; Enter goes to the first.
fn found(ui: &mut Ui, ctx: &ViewCtx, page: &'static Page, words: &[String], state: &mut HelpState, entered: bool) {
    let all = help::search(page, words);
    if all.is_empty() {
        ui.label(egui::RichText::new("Nothing holds these words").color(ctx.theme.muted));
    }
    for (row, (of, section)) in all.iter().take(FOUND).enumerate() {
        let aside = if of.name == page.name { "" } else { of.title };
        let name = format!("Found {} in {}", section.heading, of.title);
        if line(ui, false, 0.0, section.heading, aside, &name).clicked() || (entered && row == 0) {
            go(ctx, state, of.topic(section.heading));
        }
    }
}

/// A line of the list.
fn line(ui: &mut Ui, chosen: bool, indent: f32, text: &str, aside: &str, name: &str) -> Response {
    let row = ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_space(indent);
        let aside = egui::RichText::new(aside).font(theme::caption()).color(ui.visuals().weak_text_color());
        let button = Button::selectable(chosen, text).right_text(aside).truncate();
        let response = ui.add(button.min_size(vec2(ui.available_width(), theme::ROW)));
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, name));
        response
    });
    row.inner
}

/// Goes to a place, also where the window is there already and was scrolled away.
fn go(ctx: &ViewCtx, state: &mut HelpState, topic: Topic) {
    state.shown = None;
    ctx.send(Command::Help(topic));
}

fn text(ui: &mut Ui, ctx: &ViewCtx, page: &'static Page, here: Topic, state: &mut HelpState) {
    let arrived = state.shown != Some(here);
    state.shown = Some(here);
    let words = words(&state.query);
    let mut area = ScrollArea::vertical().id_salt(("help text", page.name)).auto_shrink(false);
    if arrived && here.heading.is_empty() {
        area = area.vertical_scroll_offset(0.0);
    }
    area.show(ui, |ui| {
        scroll_by_keys(ui);
        ui.set_max_width(TEXT);
        for section in page.sections() {
            let shown = ui.scope(|ui| markdown::marked(ui, ctx.theme, section.text, &words));
            if arrived && section.heading == here.heading {
                ui.scroll_to_rect_animation(shown.response.rect, Some(Align::TOP), ScrollAnimation::none());
            }
        }
        ui.add_space(ui.clip_rect().height() / 2.0);
    });
}

/// The keys of a page of text, while nothing else has the keyboard.
fn scroll_by_keys(ui: &Ui) {
    if ui.memory(|memory| memory.focused().is_some()) {
        return;
    }
    let height = ui.clip_rect().height();
    let by = ui.input(|input| {
        let steps = [
            (Key::ArrowDown, -2.0 * theme::ROW),
            (Key::ArrowUp, 2.0 * theme::ROW),
            (Key::PageDown, -0.9 * height),
            (Key::PageUp, 0.9 * height),
            (Key::End, -f32::MAX / 4.0),
            (Key::Home, f32::MAX / 4.0),
        ];
        steps.iter().filter(|(key, _)| input.key_pressed(*key)).map(|(_, by)| by).sum::<f32>()
    });
    if by != 0.0 {
        ui.scroll_with_delta_animation(vec2(0.0, by), ScrollAnimation::none());
    }
}
