//! A card that says what something means, beside it. Knows no particular view.

use egui::{Rect, RectAlign, Response, Tooltip, Ui};

use crate::ui::theme;

/// A card beside `what`, never over it.
pub fn beside(ui: &Ui, owner: &Response, what: Rect, content: impl FnOnce(&mut Ui)) {
    // Below first: the names of the row and the column stand at the left and above.
    const BESIDE: [RectAlign; 7] = [
        RectAlign::BOTTOM_END,
        RectAlign::RIGHT_START,
        RectAlign::RIGHT_END,
        RectAlign::LEFT_START,
        RectAlign::LEFT_END,
        RectAlign::TOP_START,
        RectAlign::TOP_END,
    ];
    let mut tooltip = Tooltip::always_open(ui.ctx().clone(), ui.layer_id(), owner.id, what);
    tooltip.popup = tooltip.popup.align(RectAlign::BOTTOM_START).align_alternatives(&BESIDE);
    let tooltip = tooltip.gap(theme::PADDING).width(theme::POPUP);
    tooltip.show(content);
}
