//! What a split word and a filter take out of the first answers, while they are typed.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::{RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::metrics::Generation;
use crate::metrics::detection::Matched;
use crate::metrics::generation::{PatternError, TakeOut};
use crate::model::{Scoring, fmt};
use crate::session::Explorer;
use crate::ui::context::ViewCtx;
use crate::ui::theme;

/// Answers that are shown.
const SHOWN: usize = 6;
/// Answers among which matches are counted.
const COUNTED: usize = 2_000;
/// Letters before and behind what is taken, and of it.
const LETTERS: (usize, usize) = (34, 44);

/// What was found for what is typed.
pub(super) struct Preview {
    of: Arc<Matched>,
    after: String,
    filter: String,
    found: Result<Found, PatternError>,
}

struct Found {
    rows: Vec<Row>,
    matching: usize,
    looked_at: usize,
    all: usize,
}

/// An answer: what stands before the taken part, the part, what stands behind it.
struct Row {
    id: String,
    before: String,
    taken: Option<String>,
    behind: String,
}

impl Preview {
    /// The preview of what is typed; looked for where something changed.
    pub(super) fn of<'a>(
        memo: &'a mut Option<Self>,
        explorer: &Explorer,
        texts: &Generation,
        after: &str,
        filter: &str,
    ) -> &'a Self {
        let same = |p: &Self| Arc::ptr_eq(&p.of, &explorer.matched) && p.after == after && p.filter == filter;
        let kept = memo.take().filter(same);
        memo.insert(kept.unwrap_or_else(|| Self {
            of: Arc::clone(&explorer.matched),
            after: after.to_owned(),
            filter: filter.to_owned(),
            found: find(explorer, texts, after, filter),
        }))
    }

    /// True where what is typed can be used.
    pub(super) fn is_readable(&self) -> bool {
        self.found.is_ok()
    }

    /// Draws what is taken out, or what is wrong.
    pub(super) fn ui(&self, ui: &mut Ui, ctx: &ViewCtx) {
        let found = match &self.found {
            Err(error) => {
                failed(ui, ctx, error);
                return;
            }
            Ok(found) => found,
        };
        if self.after.is_empty() && self.filter.is_empty() {
            ui.label(RichText::new("All of each answer is scored").font(theme::caption()).color(ctx.theme.muted));
            return;
        }
        for row in &found.rows {
            draw(ui, ctx, row);
        }
        ui.label(RichText::new(found.words()).font(theme::caption()).color(ctx.theme.text));
    }
}

impl Found {
    fn words(&self) -> String {
        let (matching, looked) = (fmt::count(self.matching as u64), fmt::count(self.looked_at as u64));
        if self.looked_at < self.all {
            format!("Found in {matching} of the first {looked} answers")
        } else {
            format!("Found in {matching} of {looked} answers")
        }
    }
}

/// The words of a pattern that cannot be read, with the place marked.
fn failed(ui: &mut Ui, ctx: &ViewCtx, error: &PatternError) {
    ui.label(RichText::new("This regular expression cannot be read").color(ctx.theme.danger));
    ui.label(RichText::new(&error.problem).monospace().color(ctx.theme.danger));
}

fn find(explorer: &Explorer, texts: &Generation, after: &str, filter: &str) -> Result<Found, PatternError> {
    let text = |text: &str| Some(text.to_owned());
    let scoring = Scoring { after: text(after), filter: text(filter), ..Scoring::default() };
    let take_out = TakeOut::new(&scoring)?;
    let (mut rows, mut matching, mut looked_at) = (Vec::new(), 0, 0);
    let answers = texts.answers.outputs.iter().enumerate();
    let all = texts.answers.outputs.iter().flatten().count();
    for (item, answer) in answers.filter_map(|(item, answer)| Some((item, answer.as_deref()?))).take(COUNTED) {
        let taken = take_out.of(answer);
        looked_at += 1;
        matching += usize::from(taken.is_some());
        if rows.len() < SHOWN {
            let id = explorer.dataset().images.get(item).map_or("", |image| image.name.as_str());
            rows.push(Row::new(id, answer, taken));
        }
    }
    Ok(Found { rows, matching, looked_at, all })
}

impl Row {
    fn new(id: &str, answer: &str, taken: Option<&str>) -> Self {
        let row =
            |before: String, taken: Option<String>, behind: String| Self { id: id.to_owned(), before, taken, behind };
        let place = taken.and_then(|taken| {
            let from = (taken.as_ptr() as usize).checked_sub(answer.as_ptr() as usize)?;
            Some((answer.get(..from)?, taken, answer.get(from + taken.len()..)?))
        });
        match (place, taken) {
            (Some((before, taken, behind)), _) => {
                row(last(before, LETTERS.0), Some(first(taken, LETTERS.1)), first(behind, LETTERS.0))
            }
            // An empty match stands nowhere.
            (None, Some(taken)) => row(first(answer, LETTERS.1), Some(first(taken, LETTERS.1)), String::new()),
            (None, None) => row(first(answer, LETTERS.0 + LETTERS.1), None, String::new()),
        }
    }
}

fn one_line(text: impl Iterator<Item = char>) -> String {
    text.map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

fn first(text: &str, letters: usize) -> String {
    let cut = one_line(text.chars().take(letters));
    if text.chars().nth(letters).is_some() { cut + "…" } else { cut }
}

fn last(text: &str, letters: usize) -> String {
    let Some((from, _)) = text.char_indices().rev().nth(letters) else { return one_line(text.chars()) };
    let rest = text.get(from..).unwrap_or_default();
    format!("…{}", one_line(rest.chars().skip(1)))
}

fn draw(ui: &mut Ui, ctx: &ViewCtx, row: &Row) {
    let theme = ctx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 18.0), Sense::hover());
    let words = match &row.taken {
        Some(taken) => format!("taken from {}: {taken}", row.id),
        None => format!("nothing taken from {}", row.id),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
    let format = |color| TextFormat { font_id: theme::caption(), color, ..TextFormat::default() };
    let mut job = LayoutJob::default();
    if row.taken.is_none() {
        job.append("no match  ", 0.0, format(theme.missed));
    }
    job.append(&row.before, 0.0, format(theme.muted));
    if let Some(taken) = &row.taken {
        let shown = if taken.is_empty() { " " } else { taken };
        job.append(shown, 0.0, TextFormat { background: theme.accent.gamma_multiply(0.35), ..format(theme.text) });
    }
    job.append(&row.behind, 0.0, format(theme.muted));
    job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width());
    let galley = ui.painter().layout_job(job);
    let at = pos2(rect.left(), rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, theme.text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_taken_part_keeps_its_surroundings() {
        let answer = "so it is\nA: 18 dollars";
        let row = Row::new("q1", answer, answer.get(12..14));
        assert_eq!(
            (row.before.as_str(), row.taken.as_deref(), row.behind.as_str()),
            ("so it is A: ", Some("18"), " dollars")
        );
        let none = Row::new("q1", answer, None);
        assert_eq!((none.before.as_str(), none.taken), ("so it is A: 18 dollars", None));
        assert_eq!((first("äöü", 2), last("äöü", 2)), ("äö…".to_owned(), "…öü".to_owned()));
        assert_eq!((first("äöü", 3), last("äöü", 3)), ("äöü".to_owned(), "äöü".to_owned()));
    }
}
