//! Markdown as text of the window: headings, lists, tables, emphasis, code, quotes, rules. Links are shown, not followed;
//! pictures are named. Knows the parser's events.

use std::sync::Arc;

use egui::text::LayoutJob;
use egui::{Color32, FontId, Galley, Label, Role, Stroke, TextFormat, Ui, UiBuilder, WidgetInfo, pos2, vec2};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::ui::theme::{self, Theme};

/// How far a list stands in.
const INDENT: f32 = 16.0;
/// Least width of a column of a table.
const COLUMN: f32 = 64.0;

/// Draws a text.
pub fn ui(ui: &mut Ui, theme: &Theme, text: &str) {
    marked(ui, theme, text, &[]);
}

/// Draws a text with these words (in lower case) marked wherever they stand.
pub fn marked(ui: &mut Ui, theme: &Theme, text: &str, words: &[String]) {
    let mut page = Page {
        theme,
        words,
        job: LayoutJob::default(),
        style: Style::default(),
        lists: Vec::new(),
        mark: None,
        rows: Vec::new(),
    };
    for event in Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES) {
        page.take(ui, event);
    }
    page.flush(ui);
}

#[derive(Clone, Copy, Default)]
struct Style {
    heading: Option<HeadingLevel>,
    strong: bool,
    emphasis: bool,
    struck: bool,
    link: bool,
    quote: bool,
    code: bool,
}

struct Page<'t> {
    theme: &'t Theme,
    words: &'t [String],
    job: LayoutJob,
    style: Style,
    /// The next number of each list that is open; `None` for bullets.
    lists: Vec<Option<u64>>,
    /// What stands before the text of an item.
    mark: Option<String>,
    /// The rows of the table that is open, its head first.
    rows: Vec<Vec<LayoutJob>>,
}

impl Page<'_> {
    fn take(&mut self, ui: &mut Ui, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(ui, &tag),
            Event::End(end) => self.end(ui, end),
            Event::Text(text) => self.add(&text),
            Event::Code(text) => {
                self.style.code = true;
                self.add(&text);
                self.style.code = false;
            }
            Event::SoftBreak => self.add(" "),
            Event::HardBreak => self.add("\n"),
            Event::Rule => {
                self.flush(ui);
                ui.separator();
            }
            Event::Html(text) | Event::InlineHtml(text) => self.add(&text),
            _ => {}
        }
    }

    fn start(&mut self, ui: &mut Ui, tag: &Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.style.heading = Some(*level);
                ui.add_space(if *level == HeadingLevel::H1 { 0.0 } else { theme::PADDING });
            }
            Tag::Strong => self.style.strong = true,
            Tag::Emphasis => self.style.emphasis = true,
            Tag::Strikethrough => self.style.struck = true,
            Tag::Link { .. } => self.style.link = true,
            Tag::BlockQuote(_) => self.style.quote = true,
            Tag::CodeBlock(_) => self.style.code = true,
            Tag::List(first) => {
                self.flush(ui);
                self.lists.push(*first);
            }
            Tag::Item => {
                self.mark = Some(match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}.", *number - 1)
                    }
                    _ => "•".to_owned(),
                });
            }
            Tag::Table(_) => {
                self.flush(ui);
                self.rows.clear();
            }
            Tag::TableHead => {
                self.style.strong = true;
                self.rows.push(Vec::new());
            }
            Tag::TableRow => self.rows.push(Vec::new()),
            _ => {}
        }
    }

    fn end(&mut self, ui: &mut Ui, end: TagEnd) {
        match end {
            TagEnd::Strong => self.style.strong = false,
            TagEnd::Emphasis => self.style.emphasis = false,
            TagEnd::Strikethrough => self.style.struck = false,
            TagEnd::Link => self.style.link = false,
            TagEnd::Heading(_) | TagEnd::Paragraph | TagEnd::Item => {
                self.flush(ui);
                self.style.heading = None;
                if end == TagEnd::Paragraph {
                    ui.add_space(theme::GRID);
                }
            }
            TagEnd::CodeBlock => {
                self.flush(ui);
                self.style.code = false;
            }
            TagEnd::BlockQuote(_) => self.style.quote = false,
            TagEnd::List(_) => {
                self.lists.pop();
                ui.add_space(theme::GRID);
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.job);
                if let Some(row) = self.rows.last_mut() {
                    row.push(cell);
                }
            }
            TagEnd::TableHead => self.style.strong = false,
            TagEnd::Table => table(ui, self.theme, &std::mem::take(&mut self.rows)),
            _ => {}
        }
    }

    fn add(&mut self, text: &str) {
        let format = self.format();
        let mark = TextFormat { background: self.theme.accent.gamma_multiply(0.35), ..format.clone() };
        for (part, found) in parts(text, self.words) {
            self.job.append(part, 0.0, if found { mark.clone() } else { format.clone() });
        }
    }

    fn format(&self) -> TextFormat {
        let Style { heading, strong, emphasis, struck, link, quote, code } = self.style;
        let font = match heading {
            Some(HeadingLevel::H1) => theme::figure(),
            Some(HeadingLevel::H2) => theme::title(),
            Some(_) => theme::strong(),
            None if code => FontId::monospace(theme::BODY),
            None if strong => theme::strong(),
            None => theme::body(),
        };
        let color = match () {
            () if link || heading.is_some_and(|level| level > HeadingLevel::H2) => self.theme.accent,
            () if quote => self.theme.muted,
            () if heading.is_some() || strong || code => self.theme.text,
            () => self.theme.prose(),
        };
        let line = |on: bool| if on { Stroke::new(theme::HAIRLINE, color) } else { Stroke::NONE };
        TextFormat {
            font_id: font,
            color,
            italics: emphasis,
            underline: line(link),
            strikethrough: line(struck),
            background: if code { self.theme.raised } else { Color32::TRANSPARENT },
            ..TextFormat::default()
        }
    }

    fn flush(&mut self, ui: &mut Ui) {
        if self.job.text.is_empty() {
            return;
        }
        let mut job = std::mem::take(&mut self.job);
        let indent = INDENT * self.lists.len() as f32;
        let mark = self.mark.take();
        job.wrap.max_width = ui.available_width() - indent;
        if indent == 0.0 {
            ui.label(job);
            return;
        }
        // The text of an item stands in behind its mark, in all of its lines.
        let area = ui.available_rect_before_wrap();
        let name = mark.as_ref().map(|mark| format!("{mark} {}", job.text));
        let inside = UiBuilder::new().max_rect(area.with_min_x(area.left() + indent));
        let response = ui.scope_builder(inside, |ui| ui.label(job)).inner;
        if let (Some(mark), Some(name)) = (mark, name) {
            let at = pos2(area.left() + indent - INDENT, response.rect.top());
            ui.painter().text(at, egui::Align2::LEFT_TOP, mark, theme::body(), self.theme.muted);
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
        }
    }
}

/// A text cut where one of the words begins or ends, and whether each piece is one.
fn parts<'t>(text: &'t str, words: &[String]) -> Vec<(&'t str, bool)> {
    // Positions in lower case fit the text only where no letter changes its length.
    let lower = text.to_lowercase();
    if words.is_empty() || lower.len() != text.len() {
        return vec![(text, false)];
    }
    let (mut parts, mut at) = (Vec::new(), 0);
    while let Some((from, len)) = next(&lower, words, at) {
        parts.extend(text.get(at..from).filter(|part| !part.is_empty()).map(|part| (part, false)));
        parts.extend(text.get(from..from + len).map(|part| (part, true)));
        at = from + len;
    }
    parts.extend(text.get(at..).filter(|part| !part.is_empty()).map(|part| (part, false)));
    parts
}

/// Where the next of the words stands, the longest of those that begin there, and its length.
fn next(text: &str, words: &[String], from: usize) -> Option<(usize, usize)> {
    let rest = text.get(from..)?;
    let found = words.iter().filter(|word| !word.is_empty());
    let found = found.filter_map(|word| rest.find(word.as_str()).map(|at| (from + at, word.len())));
    found.min_by_key(|&(at, len)| (at, std::cmp::Reverse(len)))
}

/// Rows under a head; columns as wide as their text where all fit, else the wide ones share what the narrow ones leave.
fn table(ui: &mut Ui, theme: &Theme, rows: &[Vec<LayoutJob>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    if columns == 0 {
        return;
    }
    let gap = 2.0 * theme::PADDING;
    let natural = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| laid_out(ui, cell, f32::INFINITY).size().x.ceil()).fold(0.0, f32::max)
    };
    let natural: Vec<f32> = (0..columns).map(natural).collect();
    let widths = shared(&natural, ui.available_width() - gap * (columns - 1) as f32);
    for (at, row) in rows.iter().enumerate() {
        let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| laid_out(ui, cell, *width)).collect();
        let height = cells.iter().map(|cell| cell.size().y).fold(0.0, f32::max) + theme::GRID;
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), egui::Sense::hover());
        let mut left = rect.left();
        for (cell, width) in cells.into_iter().zip(&widths) {
            let place = egui::Rect::from_min_size(pos2(left, rect.top()), vec2(*width, height));
            // A child of its own: cells of other heights must not move the next row.
            ui.new_child(UiBuilder::new().max_rect(place)).add(Label::new(cell));
            left += width + gap;
        }
        let stroke = Stroke::new(theme::HAIRLINE, theme.line);
        if at + 1 < rows.len() {
            ui.painter().hline(rect.x_range(), rect.bottom(), stroke);
        }
    }
    ui.add_space(theme::GRID);
}

fn laid_out(ui: &Ui, cell: &LayoutJob, width: f32) -> Arc<Galley> {
    let mut job = cell.clone();
    job.wrap.max_width = width;
    ui.painter().layout_job(job)
}

/// Widths of columns that fit the room: those that need less than an even share keep what they need.
fn shared(natural: &[f32], room: f32) -> Vec<f32> {
    let mut widths = natural.to_vec();
    let (mut left, mut open): (f32, Vec<usize>) = (room, (0..natural.len()).collect());
    while !open.is_empty() {
        let share = (left / open.len() as f32).max(COLUMN);
        let needs = |column: usize| natural.get(column).copied().unwrap_or_default();
        let (narrow, wide): (Vec<usize>, Vec<usize>) = open.iter().copied().partition(|&column| needs(column) <= share);
        if narrow.is_empty() {
            // What is left goes by need, so that a sentence gets more room than a name.
            let all: f32 = wide.iter().map(|&column| needs(column)).sum();
            for column in wide {
                if let Some(width) = widths.get_mut(column) {
                    *width = (left * needs(column) / all).max(COLUMN);
                }
            }
            break;
        }
        left -= narrow.iter().map(|&column| needs(column)).sum::<f32>();
        open = wide;
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_out_in_any_case() {
        let words = ["recall".to_owned(), "re".to_owned()];
        assert_eq!(parts("No Recall, more", &words), [("No ", false), ("Recall", true), (", mo", false), ("re", true)]);
        assert_eq!(parts("nothing", &words), [("nothing", false)]);
        // İ is longer in lower case: nothing is marked rather than the wrong letters.
        assert_eq!(parts("İ re", &words), [("İ re", false)]);
    }

    #[test]
    fn narrow_columns_keep_their_width() {
        assert_eq!(shared(&[80.0, 90.0], 400.0), [80.0, 90.0]);
        assert_eq!(shared(&[80.0, 900.0], 400.0), [80.0, 320.0]);
        assert_eq!(shared(&[100.0, 600.0, 300.0], 400.0), [100.0, 200.0, 100.0]);
    }
}
