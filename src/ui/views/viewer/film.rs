//! The film strip under the picture: the selection, in its order. Knows which part of it is in view.

use egui::{CursorIcon, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::model::ImageId;
use crate::session::Command;
use crate::ui::textures::{Pictures, Shown};
use crate::ui::theme;
use crate::ui::widgets::icon::focus_ring;

use super::Scene;

/// Space between pictures.
const GAP: f32 = theme::GRID;

/// What the strip remembers: where it stood, so that it moves only when another image is open.
#[derive(Debug, Default)]
pub struct Film {
    at: Option<ImageId>,
}

/// Draws the strip.
pub fn ui(ui: &mut Ui, scene: &Scene, state: &mut Film, pictures: &mut Pictures) {
    let theme = scene.ctx.theme;
    let rect = ui.max_rect();
    ui.painter().rect_filled(rect, 0.0, theme.surface);
    ui.painter().hline(rect.x_range(), rect.top() + theme::HAIRLINE / 2.0, (theme::HAIRLINE, theme.line));
    let images = &scene.explorer.selection.images;
    let pitch = theme::FILM_TILE + GAP;
    let mut area = ScrollArea::horizontal().id_salt("strip").auto_shrink(false);
    if state.at != Some(scene.id) {
        state.at = Some(scene.id);
        if let Some(at) = scene.explorer.selection.position(scene.id) {
            let middle = at as f32 * pitch + pitch / 2.0 - rect.width() / 2.0;
            let last = (images.len() as f32 * pitch + GAP - rect.width()).max(0.0);
            area = area.horizontal_scroll_offset(middle.clamp(0.0, last));
        }
    }
    let height = rect.height() - 4.0 * theme::GRID;
    area.show_viewport(ui, |ui, view| {
        ui.set_width(images.len() as f32 * pitch + GAP);
        let first = (view.left() / pitch).floor().max(0.0) as usize;
        let end = ((view.right() / pitch).ceil().max(0.0) as usize).min(images.len());
        let origin = ui.max_rect().min;
        for index in first..end {
            let Some(id) = images.get(index).map(|s| s.image) else { continue };
            let left = origin.x + GAP + index as f32 * pitch;
            let tile = Rect::from_min_size(pos2(left, rect.top() + theme::GRID), vec2(theme::FILM_TILE, height));
            frame(ui, scene, id, tile, pictures);
        }
    });
}

fn frame(ui: &Ui, scene: &Scene, id: ImageId, tile: Rect, pictures: &mut Pictures) {
    let Some(image) = scene.explorer.dataset().images.get(id.index()) else { return };
    let theme = scene.ctx.theme;
    let response = ui.interact(tile, ui.scope_id().with(id), Sense::click()).on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("film strip {}", image.name)));
    ui.painter().rect_filled(tile, 0.0, theme.mat);
    if let Shown::Ready(drawable) = pictures.thumb(id, image, tile.width() * ui.pixels_per_point()) {
        let (w, h) = drawable.source;
        let size = vec2(w.max(1) as f32, h.max(1) as f32);
        let scale = (tile.width() / size.x).min(tile.height() / size.y);
        let rect = Rect::from_center_size(tile.center(), size * scale);
        ui.painter().image(drawable.texture, rect, drawable.uv, egui::Color32::WHITE);
    }
    if id == scene.id {
        let ring = (theme::RING, theme.accent);
        ui.painter().rect_stroke(tile.expand(1.0), 0.0, ring, egui::StrokeKind::Outside);
    } else if response.hovered() {
        ui.painter().rect_stroke(tile, 0.0, (theme::HAIRLINE, theme.text), egui::StrokeKind::Outside);
    }
    focus_ring(ui, theme, tile, &response);
    if response.on_hover_text(&image.name).clicked() && id != scene.id {
        scene.ctx.send(Command::OpenImage(id));
    }
}
