//! The keys by which labels are judged, in the review and in an image.

use egui::{Key, Modifiers, Ui};

use crate::model::Verdict;

/// What each key says.
pub const VERDICT_KEYS: [(Verdict, Key); 4] = [
    (Verdict::ModelRight, Key::Q),
    (Verdict::LabelRight, Key::W),
    (Verdict::BothWrong, Key::E),
    (Verdict::Unsure, Key::R),
];

/// The verdict whose key is pressed, unless text is typed.
pub fn verdict_pressed(ui: &Ui) -> Option<Verdict> {
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let typing = ui.ctx().text_edit_focused();
    VERDICT_KEYS.into_iter().find(|(_, key)| !typing && pressed(*key)).map(|(verdict, _)| verdict)
}

/// True where `U` or Ctrl+Z is pressed, unless text is typed.
pub fn undo_pressed(ui: &Ui) -> bool {
    !ui.ctx().text_edit_focused()
        && ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::U) || i.consume_key(Modifiers::COMMAND, Key::Z))
}
