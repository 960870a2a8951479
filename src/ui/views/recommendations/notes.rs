//! What a person wrote about a recommendation, and what was decided about it and when.

use egui::{RichText, Role, TextEdit, Ui, WidgetInfo};

use crate::model::fmt;
use crate::session::Command;
use crate::session::decisions::Line;
use crate::ui::context::ViewCtx;
use crate::ui::theme;

/// Lines of history shown.
const SHOWN: usize = 12;

/// Draws the note, to be written, and the history under it.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, card: &str, title: &str, text: &mut String) {
    let edit = TextEdit::multiline(text).desired_rows(2).desired_width(f32::INFINITY).hint_text("What you found out");
    let response = ui.add(edit);
    response.widget_info(|| WidgetInfo::labeled(Role::MultilineTextInput, true, format!("Note on {title}")));
    let decisions = &ctx.session.decisions;
    if response.lost_focus() && decisions.note(card) != text {
        ctx.send(Command::NoteCard(card.to_owned(), text.clone()));
    }
    for line in decisions.of(card).take(SHOWN) {
        let words = RichText::new(words(line)).font(theme::caption()).color(ctx.theme.muted);
        ui.label(words).on_hover_text(&line.sentence);
    }
}

/// `2026-11-22 09:41 UTC · dismissed at v2`.
fn words(line: &Line) -> String {
    let what = match (line.decision, line.note.as_deref()) {
        (Some(decision), _) => decision.word().to_owned(),
        (None, None | Some("")) => "note taken away".to_owned(),
        (None, Some(note)) => format!("noted “{note}”"),
    };
    format!("{} UTC · {what} at {}", fmt::date_time(line.time), line.version)
}
