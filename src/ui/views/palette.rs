//! The palette: everything that can be done, found by a few letters.

use egui::{Align2, Button, Event, Id, Key, Modal, Modifiers, RichText, ScrollArea, TextEdit, Ui, vec2};

use crate::analysis::Filter;
use crate::metrics::OutcomeKind;
use crate::session::update::describe;
use crate::session::{Command, Session};
use crate::ui::actions::{self, Deed};
use crate::ui::context::ViewCtx;
use crate::ui::help;
use crate::ui::theme;
use crate::ui::widgets::outcome;

/// Lines shown at most; more letters find the others.
const LINES: usize = 60;

/// What the palette remembers while it is open.
#[derive(Default)]
pub struct Palette {
    open: bool,
    query: String,
    chosen: usize,
    entries: Vec<Entry>,
}

/// One line.
struct Entry {
    text: String,
    aside: String,
    deed: Deed,
}

impl Palette {
    /// Opens it, with what can be done now.
    pub fn open(&mut self, ctx: &egui::Context, session: &Session) {
        *self = Self { open: true, entries: entries(ctx, session), ..Self::default() };
    }

    /// True while it is on screen.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open
    }
}

/// Draws the palette while it is open.
pub fn ui(ui: &Ui, ctx: &ViewCtx, state: &mut Palette) {
    if !state.open {
        return;
    }
    let id = Id::unique("palette");
    let area = Modal::default_area(id).anchor(Align2::CENTER_TOP, vec2(0.0, theme::HEADER + theme::SLIDER_ROW));
    let modal = Modal::new(id).area(area.fade_in(false)).frame(theme::card(ui.style())).show(ui.ctx(), |ui| {
        ui.set_width(theme::CARD);
        content(ui, ctx, state);
    });
    if modal.should_close() {
        state.open = false;
    }
}

fn content(ui: &mut Ui, ctx: &ViewCtx, state: &mut Palette) {
    let found = found(&state.entries, &state.query);
    let step = arrows(ui);
    let last = found.len().saturating_sub(1);
    state.chosen = state.chosen.saturating_add_signed(step).min(last);
    let field = TextEdit::singleline(&mut state.query)
        .id(Id::unique("palette query"))
        .hint_text("Find anything that can be done")
        .margin(egui::Margin::symmetric(8, 6))
        .desired_width(f32::INFINITY);
    let response = ui.add(field);
    response.widget_info(|| egui::WidgetInfo {
        current_text_value: Some(state.query.clone()),
        ..egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Find")
    });
    let entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    response.request_focus();
    if response.changed() {
        state.chosen = 0;
    }
    ui.add_space(theme::GRID);
    let mut done = None;
    ScrollArea::vertical().max_height(420.0).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (row, &index) in found.iter().enumerate() {
            let Some(entry) = state.entries.get(index) else { continue };
            let response = line(ui, ctx, entry, row == state.chosen);
            if row == state.chosen && step != 0 {
                response.scroll_to_me(None);
            }
            if response.clicked() {
                done = Some(index);
            }
        }
        if found.is_empty() {
            ui.label(RichText::new("Nothing of that name").color(ctx.theme.muted));
        }
    });
    if entered {
        done = found.get(state.chosen).copied();
    }
    if let Some(entry) = done.and_then(|index| state.entries.get(index)) {
        entry.deed.clone().send(ctx.commands);
        state.open = false;
    }
}

fn line(ui: &mut Ui, ctx: &ViewCtx, entry: &Entry, chosen: bool) -> egui::Response {
    let aside = RichText::new(&entry.aside).font(theme::caption()).color(ctx.theme.muted);
    let button = Button::selectable(chosen, entry.text.as_str()).right_text(aside).truncate();
    let response = ui.add(button.min_size(vec2(ui.available_width(), theme::ROW)));
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, chosen, &entry.text));
    response
}

/// How far the arrow keys moved the choice. Taken before the text field sees them.
fn arrows(ui: &Ui) -> isize {
    ui.input_mut(|input| {
        let mut step = 0;
        input.events.retain(|event| {
            let by = match event {
                Event::Key { key: Key::ArrowDown, pressed: true, modifiers: Modifiers::NONE, .. } => 1,
                Event::Key { key: Key::ArrowUp, pressed: true, modifiers: Modifiers::NONE, .. } => -1,
                _ => 0,
            };
            step += by;
            by == 0
        });
        step
    })
}

fn entries(ctx: &egui::Context, session: &Session) -> Vec<Entry> {
    let mut entries = Vec::new();
    for action in actions::ALL.iter().filter(|a| (a.available)(session)) {
        let keys = action.keys.first().map_or_else(String::new, |k| actions::key_text(ctx, k));
        let aside = if keys.is_empty() { action.hint.to_owned() } else { keys };
        entries.push(Entry { text: action.text.to_owned(), aside, deed: (action.deed)(session) });
    }
    if let Some(project) = &session.project {
        for choice in &project.choices {
            let text = format!("Evaluate {}", describe(&project.recognised.project, choice));
            let deed = Deed::Command(Command::Evaluate(choice.clone()));
            entries.push(Entry { text, aside: String::new(), deed });
        }
    }
    if let Some(explorer) = &session.explorer {
        let classes = &explorer.dataset().classes;
        for (class, kind) in classes.ids().flat_map(|c| OutcomeKind::ALL.map(|kind| (c, kind))) {
            let text = format!("Show {}, {}", classes.name(class), outcome::name(kind).to_lowercase());
            let deed = Deed::Command(Command::Select(Filter::Segment { class: Some(class), kind }));
            entries.push(Entry { text, aside: "images".to_owned(), deed });
        }
    }
    entries.extend(of_help(session));
    for path in &session.settings.recent {
        let text = format!("Open {}", path.display());
        entries.push(Entry { text, aside: "recent".to_owned(), deed: Deed::Command(Command::Open(path.clone())) });
    }
    entries
}

/// The pages of the help, and the headings of that of the task on screen.
fn of_help(session: &Session) -> impl Iterator<Item = Entry> {
    let pages = help::PAGES.iter().map(|page| (page.title, page.top()));
    let own = help::by_name(super::help::start(session).page);
    let headings = own.sections().into_iter().filter(|section| section.level > 1);
    let headings = headings.map(|section| (section.heading, own.topic(section.heading)));
    pages.chain(headings.collect::<Vec<_>>()).map(|(title, topic)| Entry {
        text: format!("Help on {title}"),
        aside: "help".to_owned(),
        deed: Deed::Command(Command::Help(topic)),
    })
}

/// Positions of the entries that fit, best first.
fn found(entries: &[Entry], query: &str) -> Vec<usize> {
    let fits = entries.iter().enumerate().filter_map(|(i, e)| fit(query, &e.text).map(|score| (score, i)));
    let mut fits: Vec<(u32, usize)> = fits.collect();
    fits.sort_by_key(|&(score, i)| (std::cmp::Reverse(score), i));
    fits.into_iter().take(LINES).map(|(_, i)| i).collect()
}

/// How well letters fit a text in which they stand in this order; `None` where they do not. Letters at the start of a
/// word and letters in a row count more.
fn fit(query: &str, text: &str) -> Option<u32> {
    let mut score = 0;
    let mut run = 0;
    let mut before = ' ';
    let mut wanted = query.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).peekable();
    for letter in text.chars().flat_map(char::to_lowercase) {
        if wanted.peek() == Some(&letter) {
            wanted.next();
            let starts = !before.is_alphanumeric();
            run += 1;
            score += 1 + if starts { 8 } else { 0 } + 2 * (run - 1);
        } else {
            run = 0;
        }
        before = letter;
    }
    wanted.peek().is_none().then_some(score)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_found_in_order_and_starts_of_words_count() {
        assert_eq!(fit("xyz", "Use optimal confidence"), None);
        assert!(fit("uoc", "Use optimal confidence") > fit("uoc", "Unlock a box of tricks"));
        assert!(fit("conf", "Use optimal confidence") > fit("conf", "Close one of"));
        assert_eq!(fit("", "anything"), Some(0));
    }
}
