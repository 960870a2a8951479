//! Generated texts as a table: what was asked, what should have been answered, what was, and every number. Searched, filtered
//! and sorted; only rows in view are laid out.

mod columns;
mod save;
mod search;

use egui::{Align, Button, Label, Layout, RichText, Role, Sense, TextEdit, Ui, WidgetInfo};
use egui_extras::{Column as Width, TableBuilder, TableRow};

use crate::metrics::Generation;
use crate::metrics::generation::Column;
use crate::model::ImageId;
use crate::session::comparing::Compared;
use crate::session::{Command, Explorer, Sort};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::states;

use super::gallery::{Chooser, top};
use super::hand_out;
use search::{Found, Wanted};

/// The answers of a model that is compared with this one, and which of them belongs to which item.
struct Other<'a> {
    name: String,
    texts: &'a Generation,
    compared: &'a Compared,
}

impl<'a> Other<'a> {
    fn of(ctx: &ViewCtx<'a>, explorer: &Explorer) -> Option<Self> {
        let compared = ctx.session.compared.iter().find(|compared| compared.first == explorer.choice)?;
        let project = &ctx.session.project.as_ref()?.recognised.project;
        let model = compared.other.choice.model(project)?;
        let name = format!("{}@{}", model.id, model.version);
        Some(Self { name, texts: compared.other.texts()?, compared })
    }

    fn answer(&self, item: ImageId) -> Option<&'a str> {
        let partner = self.compared.partner(item)?;
        self.texts.answers.outputs.get(partner.index())?.as_deref()
    }

    fn value(&self, column: &Column, item: ImageId) -> Option<f64> {
        let partner = self.compared.partner(item)?;
        self.texts.column(&column.key)?.value(partner.index())
    }
}

/// Height of a row: two lines of text.
const ROW: f32 = 44.0;
/// Width of a column of numbers.
const NUMBER: f32 = 76.0;
/// Width of the column of ids.
const ID: f32 = 112.0;
/// Least width of a column of texts.
const TEXT: f32 = 120.0;
/// Characters of a text that a cell is laid out from.
const CHARACTERS: usize = 400;

/// What the table remembers between frames.
#[derive(Debug, Default)]
pub struct Rows {
    wanted: Wanted,
    found: Option<Found>,
    chooser: Chooser,
    /// Keys of the columns of numbers that a person chose; `None` for those that stand there at first.
    chosen: Option<Vec<String>>,
}

/// Draws the page.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut Rows) {
    let Some((explorer, texts)) = ctx.session.explorer.as_ref().and_then(|e| Some((e, e.texts()?))) else { return };
    let Rows { wanted, chooser, chosen, .. } = state;
    top::texts(ui, ctx, explorer, chooser, |ui| {
        columns::menu(ui, texts, chosen);
        search::range(ui, texts, &mut wanted.range);
        let field = ui.add(TextEdit::singleline(&mut wanted.search).hint_text("Search texts").desired_width(180.0));
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Search texts"));
        hand_out::button(ui, ctx, "answers", "answers", || {
            let numbers = columns::shown(texts, chosen.as_deref());
            Some(save::maker(explorer, texts, wanted, &numbers, Other::of(ctx, explorer).as_ref()))
        });
    });
    let numbers = columns::shown(texts, state.chosen.as_deref());
    let Found { items, total, .. } = Found::follow(&mut state.found, explorer, texts, &state.wanted);
    if items.is_empty() {
        let (title, advice) = if *total == 0 {
            top::nothing(explorer)
        } else {
            ("No answer of the selection fits".to_owned(), "Search for something else, or widen the range".to_owned())
        };
        states::empty(ui, ctx, &title, &advice);
        return;
    }
    if items.len() < *total {
        let words = format!("{} of {} answers of the selection fit", items.len(), total);
        ui.label(RichText::new(words).font(theme::caption()).color(ctx.theme.muted));
    }
    let other = Other::of(ctx, explorer);
    let questions = explorer.dataset().texts.iter().any(|text| !text.is_empty());
    let table = Table { ctx, explorer, texts, numbers: &numbers, other, questions };
    table.ui(ui, items);
}

/// What the table is drawn from.
struct Table<'a> {
    ctx: &'a ViewCtx<'a>,
    explorer: &'a Explorer,
    texts: &'a Generation,
    /// Columns of numbers, as positions.
    numbers: &'a [usize],
    other: Option<Other<'a>>,
    /// True where it is known what was asked.
    questions: bool,
}

impl Table<'_> {
    fn ui(&self, ui: &mut Ui, items: &[ImageId]) {
        let others = usize::from(self.other.is_some());
        let questions = usize::from(self.questions);
        let (texts, numbers) = (2 + questions + others, self.numbers.len() + others);
        let gaps = ui.spacing().item_spacing.x * (2 + texts + numbers) as f32;
        let fixed = 20.0 + ID + NUMBER * numbers as f32 + gaps;
        let width = ((ui.available_width() - fixed - theme::PADDING) / texts as f32).max(TEXT);
        let scroll = egui::ScrollArea::horizontal().auto_shrink(false);
        scroll.show(ui, |ui| {
            let text = Width::initial(width).at_least(TEXT).resizable(true).clip(true);
            let table = TableBuilder::new(ui)
                .id_salt(("answers", texts, numbers))
                .sense(Sense::click())
                .auto_shrink([false, false])
                .cell_layout(Layout::left_to_right(Align::Center))
                .column(Width::exact(20.0))
                .column(Width::exact(ID).clip(true))
                .columns(text, texts)
                .columns(Width::exact(NUMBER), numbers);
            let table = table.header(theme::ROW, |mut header| {
                header.col(|_| {});
                let names = ["Item", "Question", "Reference", "Answer"].into_iter();
                let names = names.filter(|name| self.questions || *name != "Question");
                for name in names.chain(self.other.iter().map(|other| other.name.as_str())) {
                    header.col(|ui| {
                        let words = RichText::new(name).font(theme::caption()).color(self.ctx.theme.muted);
                        ui.add(Label::new(words).truncate());
                    });
                }
                for (place, &number) in self.numbers.iter().enumerate() {
                    header.col(|ui| right(ui, |ui| head(ui, self.ctx, self.explorer, self.texts, number)));
                    if place == 0 && self.other.is_some() {
                        header.col(|ui| {
                            right(ui, |ui| drop(ui.label(RichText::new("the other's").font(theme::caption()))));
                        });
                    }
                }
            });
            table.body(|body| {
                body.rows(ROW, items.len(), |mut line| {
                    if let Some(&item) = items.get(line.index()) {
                        self.row(&mut line, item);
                    }
                });
            });
        });
    }

    fn row(&self, line: &mut TableRow<'_, '_>, item: ImageId) {
        let (ctx, explorer, texts) = (self.ctx, self.explorer, self.texts);
        let name = explorer.dataset().images.get(item.index()).map_or("", |image| image.name.as_str());
        let passes = explorer.passes(item);
        line.col(|ui| mark(ui, ctx, passes));
        line.col(|ui| {
            let label = ui.add(Label::new(RichText::new(name).color(ctx.theme.muted)).truncate().selectable(false));
            label.on_hover_text(name);
        });
        if self.questions {
            let question = explorer.dataset().texts.get(item.index()).map(String::as_str);
            cell(line, ctx, question.unwrap_or_default());
        }
        let references = texts.answers.references.get(item.index());
        let reference = references.and_then(|all| all.first()).map_or("", String::as_str);
        let more = references.map_or(0, |all| all.len().saturating_sub(1));
        let reference = if more > 0 { format!("{reference}  (+{more})") } else { reference.to_owned() };
        cell(line, ctx, &reference);
        answer(line, ctx, texts.answers.outputs.get(item.index()).and_then(Option::as_deref));
        if let Some(other) = &self.other {
            answer(line, ctx, other.answer(item));
        }
        for (place, &number) in self.numbers.iter().enumerate() {
            let Some(column) = texts.columns.get(number) else { continue };
            let own = column.value(item.index());
            line.col(|ui| right(ui, |ui| value(ui, ctx, column, own, number == texts.pass)));
            if let Some(other) = self.other.as_ref().filter(|_| place == 0) {
                line.col(|ui| right(ui, |ui| value(ui, ctx, column, other.value(column, item), false)));
            }
        }
        let response = line.response();
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, words(explorer, texts, item, name)));
        if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
            ctx.send(Command::OpenImage(item));
        }
    }
}

fn answer(line: &mut TableRow<'_, '_>, ctx: &ViewCtx, text: Option<&str>) {
    match text {
        Some(answer) if !answer.trim().is_empty() => cell(line, ctx, answer),
        Some(_) => nothing(line, ctx, "empty"),
        None => nothing(line, ctx, "no answer"),
    }
}

/// The name of a column of numbers; a click sorts by it, the best or the worst first.
fn head(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, texts: &Generation, number: usize) {
    let Some(column) = texts.columns.get(number) else { return };
    let at = u16::try_from(number).unwrap_or(u16::MAX);
    let mark = match explorer.selection.sort {
        Sort::Column { column, descending } if column == at => {
            if descending {
                " ▾"
            } else {
                " ▴"
            }
        }
        _ => "",
    };
    let strong = number == texts.pass;
    let words = RichText::new(format!("{}{mark}", column.label)).font(theme::caption());
    let words = if strong { words.strong().color(ctx.theme.text) } else { words.color(ctx.theme.muted) };
    let button = ui.add(Button::new(words).frame(false).truncate());
    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Sort by {}", column.label)));
    let about = format!("{}: {}", column.label, column.about);
    if button.on_hover_text(about).clicked() {
        let descending = matches!(explorer.selection.sort,
            Sort::Column { column, descending: false } if column == at);
        ctx.send(Command::SortBy(Sort::Column { column: at, descending }));
    }
}

/// The row as a screen reader says it: `answer gsm8k-test-0001: passes, Exact match 1.000`.
fn words(explorer: &Explorer, texts: &Generation, item: ImageId, name: &str) -> String {
    let passes = match explorer.passes(item) {
        Some(true) => "passes",
        Some(false) => "fails",
        None => "not counted",
    };
    let value = texts
        .pass_column()
        .map_or_else(String::new, |column| format!(", {} {}", column.label, column.words(column.value(item.index()))));
    format!("answer {name}: {passes}{value}")
}

/// Two lines of a text.
fn cell(line: &mut TableRow<'_, '_>, ctx: &ViewCtx, text: &str) {
    line.col(|ui| {
        let flat: String = text.chars().take(CHARACTERS).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let rect = ui.available_rect_before_wrap();
        let mut job = egui::text::LayoutJob::simple(flat, theme::body(), ctx.theme.text, rect.width());
        job.wrap.max_rows = 2;
        // A label would be cut to one line in a column that clips.
        let galley = ui.painter().layout_job(job);
        let top = rect.center().y - galley.size().y / 2.0;
        ui.painter().galley(egui::pos2(rect.left(), top), galley, ctx.theme.text);
    });
}

fn nothing(line: &mut TableRow<'_, '_>, ctx: &ViewCtx, words: &str) {
    line.col(|ui| {
        ui.add(Label::new(RichText::new(words).italics().color(ctx.theme.muted)).selectable(false));
    });
}

fn value(ui: &mut Ui, ctx: &ViewCtx, column: &Column, value: Option<f64>, decides: bool) {
    let words = RichText::new(column.words(value));
    let words = if decides { words.color(ctx.theme.text).strong() } else { words.color(ctx.theme.muted) };
    ui.add(Label::new(words).selectable(false));
}

/// A mark for what passes and what fails.
pub(super) fn mark(ui: &mut Ui, ctx: &ViewCtx, passes: Option<bool>) {
    use crate::metrics::OutcomeKind;
    use crate::ui::widgets::boxes::Boxes;
    let (rect, _) = ui.allocate_exact_size(egui::Vec2::splat(theme::PADDING), Sense::hover());
    let Some(passes) = passes else { return };
    let kind = if passes { OutcomeKind::Correct } else { OutcomeKind::Missed };
    let mut boxes = Boxes::new(ui.painter(), ui.clip_rect());
    boxes.mark(rect, kind, ctx.theme.outcome(kind));
    boxes.paint(ui.painter());
}

/// Numbers stand under each other.
fn right(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    ui.with_layout(Layout::right_to_left(Align::Center), content);
}
