//! One generated text: what was asked, the references, the answer with its difference to one of them, every number, and the
//! answer of a model that it is compared with.

mod marked;
mod numbers;

use std::collections::HashMap;

use egui::{Align, Key, Label, Layout, Modifiers, Rect, RichText, ScrollArea, Ui, UiBuilder};

use crate::metrics::Generation;
use crate::metrics::generation::TakeOut;
use crate::metrics::text::normalise::{normalise, token_f1};
use crate::model::{ImageId, fmt};
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::icon::{self, Icon};

use super::rows;
use marked::Marked;

/// Width of the column of numbers.
const NUMBERS: f32 = 300.0;
/// Widest line of text that is comfortable to read.
const LINE: f32 = 820.0;

/// How the answer is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    /// Word by word against the reference.
    #[default]
    Difference,
    /// As it was written, with what is scored marked.
    Written,
    /// As exact match and token F1 see it.
    Normalised,
}

impl Mode {
    const ALL: [Self; 3] = [Self::Difference, Self::Written, Self::Normalised];

    const fn label(self) -> &'static str {
        match self {
            Self::Difference => "Difference",
            Self::Written => "As written",
            Self::Normalised => "Normalised",
        }
    }

    const fn about(self) -> &'static str {
        match self {
            Self::Difference => "Word by word against the reference: what only the answer has, and what it lacks",
            Self::Written => "The whole answer; what is scored of it is marked where something is taken out",
            Self::Normalised => {
                "Lower case, without ASCII punctuation and articles: as exact match and token F1 see it"
            }
        }
    }
}

/// How long the texts on screen are, counted once: an answer may have megabytes.
#[derive(Default)]
struct Lengths {
    of: Option<ImageId>,
    /// By where a text lies, and its bytes.
    words: HashMap<(usize, usize), String>,
}

impl Lengths {
    fn of(&mut self, text: &str) -> String {
        let key = (text.as_ptr() as usize, text.len());
        self.words.entry(key).or_insert_with(|| counted(text)).clone()
    }
}

/// What the view remembers between frames.
#[derive(Default)]
pub struct Answer {
    mode: Mode,
    /// Which reference the answer is compared with; of another answer the nearest one again.
    reference: Option<(ImageId, usize)>,
    lengths: Lengths,
    marked: Marked,
    theirs: Marked,
}

/// Draws the view.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut Answer, item: ImageId) {
    let Some((explorer, texts)) = ctx.session.explorer.as_ref().and_then(|e| Some((e, e.texts()?))) else { return };
    keys(ui, ctx, state);
    let whole = ui.max_rect();
    let head = whole.with_max_y(whole.top() + theme::HEADER);
    let body = whole.with_min_y(head.bottom());
    let numbers = body.with_min_x(body.right() - NUMBERS.min(body.width() / 3.0));
    let reading = body.with_max_x(numbers.left());
    top(&mut child(ui, "top", head), ctx, explorer, item);
    reading_side(&mut child(ui, "reading", reading), ctx, explorer, texts, state, item);
    numbers::ui(&mut child(ui, "numbers", numbers), ctx, explorer, texts, item);
}

fn child(ui: &mut Ui, name: &str, rect: Rect) -> Ui {
    let mut child = ui.new_child(UiBuilder::new().id_salt(name).max_rect(rect));
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    child
}

fn keys(ui: &Ui, ctx: &ViewCtx, state: &mut Answer) {
    if ui.ctx().text_edit_focused() {
        return;
    }
    let pressed = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
    let free = ui.memory(egui::Memory::focused).is_none();
    if free && pressed(Key::ArrowLeft) {
        ctx.send(Command::StepImage(-1));
    }
    if free && pressed(Key::ArrowRight) {
        ctx.send(Command::StepImage(1));
    }
    if pressed(Key::D) {
        state.mode = if state.mode == Mode::Difference { Mode::Written } else { Mode::Difference };
    }
}

fn top(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, item: ImageId) {
    let theme = ctx.theme;
    let rect = ui.max_rect();
    ui.painter().rect_filled(rect, 0.0, theme.surface);
    ui.painter().hline(rect.x_range(), rect.bottom() - theme::HAIRLINE / 2.0, (theme::HAIRLINE, theme.line));
    let name = explorer.dataset().images.get(item.index()).map_or("", |image| image.name.as_str());
    let selection = &explorer.selection;
    let at = selection.position(item);
    let total = selection.images.len();
    ui.horizontal_centered(|ui| {
        ui.add_space(theme::GRID);
        if icon::button(ui, theme, Icon::Back, "Back to the table", true).clicked() {
            ctx.send(Command::CloseImage);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(theme::PADDING);
            let next = at.is_none_or(|at| at + 1 < total);
            if icon::button(ui, theme, Icon::Right, "Next answer", next).clicked() {
                ctx.send(Command::StepImage(1));
            }
            let previous = at.is_none_or(|at| at > 0);
            if icon::button(ui, theme, Icon::Left, "Previous answer", previous).clicked() {
                ctx.send(Command::StepImage(-1));
            }
            ui.add_space(theme::PADDING);
            let passes = explorer.passes(item);
            let words = match passes {
                Some(true) => "passes",
                Some(false) => "fails",
                None => "is not counted",
            };
            ui.label(RichText::new(words).color(theme.text)).on_hover_text(format!("at {}", explorer.condition()));
            rows::mark(ui, ctx, passes);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let name = RichText::new(name).font(theme::title()).color(theme.text);
                ui.add(Label::new(name).truncate());
                let place = at.map_or_else(
                    || "not in the selection at this threshold".to_owned(),
                    |at| format!("{} of {}", fmt::count(at as u64 + 1), fmt::count(total as u64)),
                );
                ui.label(RichText::new(place).color(theme.muted));
            });
        });
    });
}

fn reading_side(
    ui: &mut Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    texts: &Generation,
    state: &mut Answer,
    item: ImageId,
) {
    ui.painter().rect_filled(ui.max_rect(), 0.0, ctx.theme.background);
    let at = item.index();
    if state.lengths.of.replace(item) != Some(item) {
        state.lengths.words.clear();
    }
    let chosen = chosen_reference(state, texts, item);
    ScrollArea::vertical().id_salt(("answer", item.0)).auto_shrink(false).show(ui, |ui| {
        egui::Frame::new().inner_margin(egui::Margin::symmetric(20, 12)).show(ui, |ui| {
            ui.set_max_width(LINE);
            let question = explorer.dataset().texts.get(at).map_or("", String::as_str);
            if !question.is_empty() {
                section(ui, ctx, "Question", &state.lengths.of(question), |_| {});
                written(ui, ctx, question);
            }
            let none = Vec::new();
            let references = texts.answers.references.get(at).unwrap_or(&none);
            for (number, reference) in references.iter().enumerate() {
                let name =
                    if references.len() > 1 { format!("Reference {}", number + 1) } else { "Reference".to_owned() };
                let about = state.lengths.of(reference);
                section(ui, ctx, &name, &about, |ui| {
                    let on = number == chosen;
                    if references.len() < 2 {
                        return;
                    }
                    let choice = ui.selectable_label(on, "Compare with this");
                    let choice = choice.accessible_name(format!("Compare with reference {}", number + 1));
                    if choice.clicked() {
                        state.reference = Some((item, number));
                    }
                });
                written(ui, ctx, reference);
            }
            if references.is_empty() {
                section(
                    ui,
                    ctx,
                    "Reference",
                    "there is none: metrics against references leave this answer out",
                    |_| {},
                );
            }
            for wrong in texts.answers.incorrect.get(at).into_iter().flatten() {
                section(ui, ctx, "Wrong answer", &state.lengths.of(wrong), |_| {});
                written(ui, ctx, wrong);
            }
            let answer = texts.answers.outputs.get(at).and_then(Option::as_deref);
            let about = match answer {
                Some(answer) => state.lengths.of(answer),
                None => "the model has none; it is scored as an empty one".to_owned(),
            };
            section(ui, ctx, "Answer", &about, |ui| modes(ui, &mut state.mode));
            let against = texts.references.get(at).and_then(|all| all.get(chosen)).map(String::as_str);
            answer_body(ui, ctx, texts, (state.mode, &mut state.marked), item, answer, against);
            others(ui, ctx, state, item, against);
            for column in texts.answers.words.iter().filter(|column| !numbers::is_short(column.role)) {
                let words = column.values.get(at).map_or("", String::as_str);
                if !words.is_empty() {
                    section(ui, ctx, &readable(&column.name), "", |_| {});
                    written(ui, ctx, words);
                }
            }
        });
    });
}

/// The reference that the answer is compared with: the chosen one, else the one that shares most words with it.
fn chosen_reference(state: &mut Answer, texts: &Generation, item: ImageId) -> usize {
    if let Some((_, number)) = state.reference.filter(|(of, _)| *of == item) {
        return number;
    }
    let nearest = nearest_reference(texts, item);
    state.reference = Some((item, nearest));
    nearest
}

fn nearest_reference(texts: &Generation, item: ImageId) -> usize {
    let scored = texts.scored.get(item.index()).and_then(Option::as_deref).unwrap_or_default();
    let references = texts.references.get(item.index()).map_or(&[][..], Vec::as_slice);
    if references.len() < 2 {
        return 0;
    }
    let f1 = |text: &String| token_f1(marked::beginning(scored).0, &[marked::beginning(text).0]);
    let best = references.iter().enumerate().map(|(at, text)| (at, f1(text)));
    best.reduce(|best, next| if next.1 > best.1 { next } else { best }).map_or(0, |(at, _)| at)
}

fn modes(ui: &mut Ui, mode: &mut Mode) {
    for one in Mode::ALL {
        if ui.selectable_label(*mode == one, one.label()).on_hover_text(one.about()).clicked() {
            *mode = one;
        }
    }
}

fn answer_body(
    ui: &mut Ui,
    ctx: &ViewCtx,
    texts: &Generation,
    (mode, memo): (Mode, &mut Marked),
    item: ImageId,
    answer: Option<&str>,
    against: Option<&str>,
) {
    let Some(answer) = answer else { return };
    let scored = texts.scored.get(item.index()).and_then(Option::as_deref).unwrap_or_default();
    match (mode, against) {
        (Mode::Difference, Some(reference)) => {
            if texts.scoring.takes_out() {
                let found = texts.unmatched.get(item.index()) == Some(&false);
                written_with_taken(ui, ctx, texts, answer);
                let words = if found { "What is scored of it" } else { "Nothing is scored: the filter finds nothing" };
                ui.label(RichText::new(words).font(theme::caption()).color(ctx.theme.muted));
            }
            memo.ui(ui, ctx, scored, reference);
        }
        (Mode::Normalised, _) => {
            written(ui, ctx, &normalise(marked::beginning(scored).0));
            if let Some(reference) = against {
                ui.label(RichText::new("The reference, normalised").font(theme::caption()).color(ctx.theme.muted));
                written(ui, ctx, &normalise(marked::beginning(reference).0));
            }
        }
        (Mode::Written | Mode::Difference, _) => written_with_taken(ui, ctx, texts, answer),
    }
}

/// The answers of models that are compared with this one, to the same question.
fn others(ui: &mut Ui, ctx: &ViewCtx, state: &mut Answer, item: ImageId, against: Option<&str>) {
    let Some(explorer) = &ctx.session.explorer else { return };
    let project = ctx.session.project.as_ref().map(|project| &project.recognised.project);
    let compared = ctx.session.compared.iter().find(|compared| compared.first == explorer.choice);
    let Some((compared, theirs)) = compared.and_then(|compared| Some((compared, compared.other.texts()?))) else {
        return;
    };
    let Some(partner) = compared.partner(item) else { return };
    let model = project.and_then(|project| compared.other.choice.model(project));
    let name = model.map_or_else(|| "the other model".to_owned(), |model| format!("{}@{}", model.id, model.version));
    let answer = theirs.answers.outputs.get(partner.index()).and_then(Option::as_deref);
    let passes = match compared.other.passes(partner) {
        Some(true) => "passes",
        Some(false) => "fails",
        None => "is not counted",
    };
    let about = match answer {
        Some(answer) => format!("{}, {passes}", state.lengths.of(answer)),
        None => "it has none".to_owned(),
    };
    section(ui, ctx, &format!("Answer of {name}"), &about, |_| {});
    answer_body(ui, ctx, theirs, (state.mode, &mut state.theirs), partner, answer, against);
}

/// The name of a column as a title: `retrieved_context` is `Retrieved context`.
fn readable(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn counted(text: &str) -> String {
    let words = text.split_whitespace().count();
    format!(
        "{}, {}",
        fmt::counted(words as u64, "word", "words"),
        fmt::counted(text.chars().count() as u64, "character", "characters")
    )
}

/// The title of a part, and what can be done with it at the right.
fn section(ui: &mut Ui, ctx: &ViewCtx, title: &str, about: &str, more: impl FnOnce(&mut Ui)) {
    ui.add_space(theme::PADDING);
    ui.horizontal(|ui| {
        ui.label(RichText::new(title).font(theme::strong()).color(ctx.theme.text));
        ui.label(RichText::new(about).font(theme::caption()).color(ctx.theme.muted));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            // The first is at the left.
            ui.with_layout(Layout::left_to_right(Align::Center).with_main_align(Align::Max), more);
        });
    });
}

fn written(ui: &mut Ui, ctx: &ViewCtx, text: &str) {
    let (shown, rest) = marked::beginning(text);
    ui.add(Label::new(RichText::new(shown).font(theme::body()).color(ctx.theme.text)).wrap().selectable(true));
    marked::rest(ui, ctx, rest);
}

/// The answer with what is scored of it marked.
fn written_with_taken(ui: &mut Ui, ctx: &ViewCtx, texts: &Generation, answer: &str) {
    let taken = if texts.scoring.takes_out() { TakeOut::new(&texts.scoring).ok() } else { None };
    let Some(part) = taken.as_ref().and_then(|taken| taken.of(answer)) else { return written(ui, ctx, answer) };
    let start = part.as_ptr() as usize - answer.as_ptr() as usize;
    marked::with_range(ui, ctx, answer, start..start + part.len());
}
