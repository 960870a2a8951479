//! The list of suspects, the surest first. Only what is in view is laid out.

use egui::{Align2, CursorIcon, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};

use crate::analysis::suspects::Suspect;
use crate::model::{Verdict, fmt};
use crate::session::errors::review::{Ask, Review};
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::icon::{Icon, focus_ring};
use crate::ui::widgets::text;

use super::State;

/// Draws the list.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, review: &Review, state: &mut State) {
    let Some(listed) = &state.listed else { return };
    if listed.places.is_empty() {
        ui.label(egui::RichText::new("No suspect is of this kind and class").color(ctx.theme.muted));
        return;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let mut area = ScrollArea::vertical().id_salt("suspects").auto_shrink(false);
    if review.here != state.scrolled_to {
        state.scrolled_to = review.here;
        if let Some(at) = review.here.and_then(|here| listed.places.iter().position(|place| *place == here)) {
            let middle = at as f32 * theme::OBJECT_ROW - (ui.available_height() - theme::OBJECT_ROW) / 2.0;
            area = area.vertical_scroll_offset(middle.max(0.0));
        }
    }
    area.show_rows(ui, theme::OBJECT_ROW, listed.places.len(), |ui, rows| {
        for &place in listed.places.get(rows).unwrap_or(&[]) {
            if let Some(suspect) = listed.found.suspects.get(place) {
                row(ui, ctx, explorer, review, place, suspect);
            }
        }
    });
}

fn row(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, review: &Review, place: usize, suspect: &Suspect) {
    let (theme, here) = (ctx.theme, review.here == Some(place));
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme::OBJECT_ROW), Sense::click());
    let name = explorer.dataset().images.get(suspect.image.index()).map_or("", |image| image.name.as_str());
    let title = suspect.title(&explorer.evaluation);
    let verdict = review.verdict(&explorer.evaluation, suspect);
    let said = verdict.map_or_else(String::new, |verdict| format!(", {}", judged(verdict)));
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, here, format!("suspect {name}: {title}{said}")));
    if here {
        ui.painter().rect_filled(rect, theme::RADIUS, ui.visuals().selection.bg_fill);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, theme::RADIUS, theme.hover);
    }
    focus_ring(ui, theme, rect, &response);
    let inside = rect.shrink2(vec2(theme::PADDING, theme::GRID / 2.0));
    let (first, second) = inside.split_top_bottom_at_fraction(0.5);
    let color = if verdict.is_some() { theme.muted } else { theme.text };
    let sure = fmt::short(suspect.score);
    let drawn = text::at(ui.painter(), first.right_center(), Align2::RIGHT_CENTER, &sure, theme::caption(), color);
    // The score stands at the right.
    let what = title.rsplit_once(", ").map_or(title.as_str(), |(what, _)| what);
    let room = first.with_max_x(drawn.left() - theme::PADDING);
    text::left(ui.painter(), room, &fmt::capitalised(what), theme::body(), color);
    let mut room = second;
    if let Some(verdict) = verdict {
        let words = text::at(
            ui.painter(),
            second.right_center(),
            Align2::RIGHT_CENTER,
            verdict.label(),
            theme::caption(),
            theme.text,
        );
        let mark = Rect::from_center_size(words.left_center() - vec2(theme::PADDING, 0.0), egui::Vec2::splat(12.0));
        Icon::Check.paint(ui.painter(), mark, theme.text);
        room = second.with_max_x(mark.left() - theme::PADDING);
    }
    text::left(ui.painter(), room, name, theme::caption(), theme.muted);
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    if response.on_hover_text(suspect.sentence(&explorer.evaluation)).clicked() {
        ctx.send(Command::Review(Ask::Open(place)));
    }
}

/// `judged model right`.
fn judged(verdict: Verdict) -> String {
    format!("judged {}", verdict.label().to_lowercase())
}
