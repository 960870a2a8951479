//! Texts with parts of them marked: differences, and what is taken out.

use std::ops::Range;

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, Label, RichText, Stroke, Ui};

use crate::metrics::text::diff::{Diff, Side, diff};
use crate::model::{NoProgress, fmt};
use crate::ui::context::ViewCtx;
use crate::ui::theme;

/// Bytes of a text that are laid out and compared; an answer may have megabytes.
const SHOWN: usize = 20_000;

/// The beginning of a text that is shown, and how many characters are not.
pub fn beginning(text: &str) -> (&str, u64) {
    let end = text.floor_char_boundary(SHOWN);
    let rest = text.get(end..).map_or(0, |rest| rest.chars().count() as u64);
    (text.get(..end).unwrap_or(text), rest)
}

/// Says how much of a text is not shown.
pub fn rest(ui: &mut Ui, ctx: &ViewCtx, characters: u64) {
    if characters > 0 {
        let words = format!("and {} that are not shown", fmt::counted(characters, "character", "characters"));
        ui.label(RichText::new(words).font(theme::caption()).color(ctx.theme.muted));
    }
}

/// The difference of two texts, found once.
#[derive(Default)]
pub struct Marked {
    of: Option<(String, String, Diff)>,
}

impl Marked {
    /// Draws the answer: what both have as it is, what only the answer has and what only the reference has each in its own
    /// colour, the second struck through.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &ViewCtx, answer: &str, reference: &str) {
        let ((answer, more), (reference, _)) = (beginning(answer), beginning(reference));
        if !self.of.as_ref().is_some_and(|(a, r, _)| a == answer && r == reference) {
            let found = diff(answer, reference, &NoProgress).unwrap_or_default();
            self.of = Some((answer.to_owned(), reference.to_owned(), found));
        }
        let Some((_, _, found)) = &self.of else { return };
        let mut job = LayoutJob::default();
        let theme = ctx.theme;
        for run in &found.runs {
            let (text, format) = match run.side {
                Side::Both => (answer.get(run.prediction.clone()), plain(theme.text)),
                Side::Prediction => (answer.get(run.prediction.clone()), on(theme.text, theme.misclassified)),
                Side::Reference => (reference.get(run.reference.clone()), struck(theme.muted, theme.missed)),
            };
            let text = text.unwrap_or_default();
            // The last word of one side has no white space behind it, though the next run has more words.
            let touches = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            if touches(job.text.chars().next_back()) && touches(text.chars().next()) {
                job.append(" ", 0.0, plain(theme.text));
            }
            job.append(text, 0.0, format);
        }
        job.wrap.max_width = ui.available_width();
        ui.add(Label::new(job).wrap().selectable(true));
        rest(ui, ctx, more);
        ui.horizontal(|ui| {
            let mut legend = LayoutJob::default();
            legend.append("only in the answer", 0.0, small(on(theme.text, theme.misclassified)));
            legend.append("   ", 0.0, small(plain(theme.muted)));
            legend.append("only in the reference", 0.0, small(struck(theme.muted, theme.missed)));
            ui.label(legend);
            if found.too_long {
                let words = "too long to compare word by word";
                ui.label(RichText::new(words).font(theme::caption()).color(theme.muted));
            }
        });
    }
}

/// A text with one part of it marked.
pub fn with_range(ui: &mut Ui, ctx: &ViewCtx, text: &str, marked: Range<usize>) {
    let theme = ctx.theme;
    let (shown, more) = beginning(text);
    let end = |at: usize| at.min(shown.len());
    let mut job = LayoutJob::default();
    for (range, format) in [
        (0..end(marked.start), plain(theme.muted)),
        (end(marked.start)..end(marked.end), on(theme.text, theme.accent)),
        (end(marked.end)..shown.len(), plain(theme.muted)),
    ] {
        job.append(shown.get(range).unwrap_or_default(), 0.0, format);
    }
    job.wrap.max_width = ui.available_width();
    ui.add(Label::new(job).wrap().selectable(true));
    rest(ui, ctx, more);
}

fn plain(color: Color32) -> TextFormat {
    TextFormat { font_id: theme::body(), color, ..TextFormat::default() }
}

fn on(color: Color32, ground: Color32) -> TextFormat {
    TextFormat { background: ground.gamma_multiply(0.28), ..plain(color) }
}

fn struck(color: Color32, line: Color32) -> TextFormat {
    TextFormat {
        strikethrough: Stroke::new(theme::HAIRLINE, line),
        background: line.gamma_multiply(0.16),
        ..plain(color)
    }
}

fn small(format: TextFormat) -> TextFormat {
    TextFormat { font_id: theme::caption(), ..format }
}
