//! The list of objects beside the picture: errors first, what is meant before all.

use egui::{Align2, CursorIcon, Rect, RichText, Role, ScrollArea, Sense, Ui, Vec2, WidgetInfo, pos2, vec2};

use crate::metrics::Outcome;
use crate::model::{BBox, fmt};
use crate::ui::theme;
use crate::ui::views::objects::{Object, Standing};
use crate::ui::widgets::boxes::Boxes;
use crate::ui::widgets::icon::focus_ring;
use crate::ui::widgets::text;

use super::Scene;

/// What the person does in the list.
#[derive(Debug, Default)]
pub struct Chosen {
    /// The object under the pointer.
    pub pointed: Option<Outcome>,
    /// A box to go to.
    pub zoom_to: Option<BBox>,
}

/// Draws the list. `pointed` is the object under the pointer on the picture.
pub fn ui(ui: &mut Ui, scene: &Scene, pointed: Option<Outcome>) -> Chosen {
    let theme = scene.ctx.theme;
    let rect = ui.max_rect();
    ui.painter().rect_filled(rect, 0.0, theme.surface);
    ui.painter().vline(rect.left() + theme::HAIRLINE / 2.0, rect.y_range(), (theme::HAIRLINE, theme.line));
    ui.add_space(theme::GRID);
    ui.horizontal(|ui| {
        ui.add_space(theme::PADDING);
        let objects = fmt::counted(scene.objects.len() as u64, "object", "objects");
        ui.label(RichText::new(objects).color(theme.text));
        let at = format!("at {}", scene.explorer.condition());
        ui.label(RichText::new(at).font(theme::caption()).color(theme.muted));
    });
    ui.add_space(theme::GRID);
    let mut chosen = Chosen::default();
    if scene.objects.is_empty() {
        ui.horizontal(|ui| {
            ui.add_space(theme::PADDING);
            ui.label(RichText::new("Nothing is annotated or predicted here").color(theme.muted));
        });
        return chosen;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, theme::OBJECT_ROW, scene.objects.len(), |ui, rows| {
        for index in rows {
            let Some(object) = scene.objects.get(index) else { continue };
            row(ui, scene, index, object, pointed == Some(object.outcome), &mut chosen);
        }
    });
    chosen
}

fn row(ui: &mut Ui, scene: &Scene, index: usize, object: &Object, pointed: bool, chosen: &mut Chosen) {
    let (theme, explorer) = (scene.ctx.theme, scene.explorer);
    let size = vec2(ui.available_width(), theme::OBJECT_ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let iou = object.iou.map_or_else(String::new, |iou| format!("IoU {}", fmt::short(iou)));
    let words = object.words(explorer);
    response.widget_info(|| {
        let (n, of) = (index + 1, scene.objects.len());
        let overlap = if iou.is_empty() { String::new() } else { format!(", {iou}") };
        WidgetInfo::labeled(
            Role::Button,
            true,
            format!("object {n} of {of}: {}, {words}{overlap}", object.title(explorer)),
        )
    });
    if pointed || response.hovered() {
        ui.painter().rect_filled(rect, 0.0, theme.hover);
    }
    if object.marked {
        ui.painter().rect_filled(rect.with_max_x(rect.left() + theme::RING), 0.0, theme.accent);
    }
    focus_ring(ui, theme, rect, &response);
    lines(ui, scene, object, rect, &words, &iou);
    if response.hovered() || response.has_focus() {
        chosen.pointed = Some(object.outcome);
    }
    if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
        chosen.zoom_to = around(super::sides(scene, object));
    }
}

fn lines(ui: &Ui, scene: &Scene, object: &Object, rect: Rect, words: &str, iou: &str) {
    let (theme, explorer, painter) = (scene.ctx.theme, scene.explorer, ui.painter());
    let inside = rect.shrink2(vec2(theme::PADDING + theme::GRID, theme::GRID / 2.0));
    let (first, second) = inside.split_top_bottom_at_fraction(0.5);
    let side = object.prediction(explorer).or_else(|| object.truth(explorer));
    let class = side.map_or("", |s| explorer.dataset().classes.name(s.class));
    let square = |line: Rect| {
        Rect::from_min_size(pos2(line.left(), line.center().y - theme::PADDING / 2.0), Vec2::splat(theme::PADDING))
    };
    if let Some(side) = side {
        let color = theme.class(&explorer.dataset().classes, side.class);
        painter.rect_filled(square(first).expand(1.0), 1.0, color);
    }
    let beside = |line: Rect| line.with_min_x(line.left() + theme::ICON);
    let right = |line: Rect, words: &str, color| {
        text::at(painter, line.right_center(), Align2::RIGHT_CENTER, words, theme::caption(), color)
    };
    let score = side.and_then(|s| s.score).map_or_else(|| "truth".to_owned(), fmt::short);
    let drawn = right(first, &score, theme.text);
    let room = beside(first).with_max_x(drawn.left() - theme::PADDING);
    text::left(painter, room, class, theme::body(), theme.text);
    let drawn = right(second, iou, theme.muted);
    if let Standing::Counted(kind) = object.standing {
        let mut boxes = Boxes::new(painter, rect);
        boxes.mark(square(second), kind, theme.outcome(kind));
        boxes.paint(painter);
    }
    let room = beside(second).with_max_x(drawn.left() - theme::PADDING);
    text::left(painter, room, words, theme::caption(), theme.muted);
}

/// The smallest box around all.
fn around(boxes: impl Iterator<Item = BBox>) -> Option<BBox> {
    boxes.reduce(|a, b| {
        let (left, top) = (a.x.min(b.x), a.y.min(b.y));
        let (right, bottom) = ((a.x + a.w).max(b.x + b.w), (a.y + a.h).max(b.y + b.h));
        BBox::from_corners(left, top, right, bottom)
    })
}
