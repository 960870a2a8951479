//! Markdown as text of the window: headings, lists, emphasis, code, quotes, rules. Links are shown, not followed; pictures
//! are named. Knows the parser's events.

use egui::text::LayoutJob;
use egui::{FontId, Stroke, TextFormat, Ui};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::ui::theme::{self, Theme};

/// Draws a text.
pub fn ui(ui: &mut Ui, theme: &Theme, text: &str) {
    let mut page = Page { theme, job: LayoutJob::default(), style: Style::default(), lists: Vec::new() };
    for event in Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH) {
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
    job: LayoutJob,
    style: Style,
    /// The next number of each list that is open; `None` for bullets.
    lists: Vec<Option<u64>>,
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
            Tag::Heading { level, .. } => self.style.heading = Some(*level),
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
                let indent = "    ".repeat(self.lists.len().saturating_sub(1));
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{indent}{}. ", *number - 1)
                    }
                    _ => format!("{indent}• "),
                };
                self.add(&mark);
            }
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
            }
            TagEnd::CodeBlock => {
                self.flush(ui);
                self.style.code = false;
            }
            TagEnd::BlockQuote(_) => self.style.quote = false,
            TagEnd::List(_) => {
                self.lists.pop();
            }
            _ => {}
        }
    }

    fn add(&mut self, text: &str) {
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
            () if link => self.theme.accent,
            () if quote => self.theme.muted,
            () => self.theme.text,
        };
        let line = |on: bool| if on { Stroke::new(theme::HAIRLINE, color) } else { Stroke::NONE };
        let format = TextFormat {
            font_id: font,
            color,
            italics: emphasis,
            underline: line(link),
            strikethrough: line(struck),
            background: if code { self.theme.raised } else { egui::Color32::TRANSPARENT },
            ..TextFormat::default()
        };
        self.job.append(text, 0.0, format);
    }

    fn flush(&mut self, ui: &mut Ui) {
        if self.job.text.is_empty() {
            return;
        }
        let mut job = std::mem::take(&mut self.job);
        job.wrap.max_width = ui.available_width();
        ui.label(job);
    }
}
