//! A bar per class: intersection over union of its pixels, with a mark at that of its boundaries. A click opens the images where
//! the class is taken for another.

use egui::{Align2, CursorIcon, Rect, ScrollArea, Sense, Ui, pos2, vec2};

use crate::analysis::Filter;
use crate::metrics::OutcomeKind;
use crate::model::{ClassId, fmt};
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::text;

use super::order::Order;

/// Height of a row, and of the bar in it.
const ROW: f32 = 24.0;
const BAR: f32 = 12.0;
/// Widest room for class names, and room for the numbers.
const NAMES: f32 = 160.0;
const NUMBERS: f32 = 120.0;

/// Draws the rows that are in view.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, classes: &[ClassId]) {
    let Some(explorer) = &ctx.session.explorer else { return };
    let width = |class: &ClassId| text::width(ui, explorer.dataset().classes.name(*class), theme::body());
    let names = classes.iter().take(200).map(width).fold(40.0, f32::max).min(NAMES);
    head(ui, ctx);
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink([false, false]).show_rows(ui, ROW, classes.len(), |ui, range| {
        for &class in classes.get(range).unwrap_or(&[]) {
            row(ui, ctx, explorer, names, class);
        }
    });
}

fn head(ui: &mut Ui, ctx: &ViewCtx) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 18.0), Sense::hover());
    let right = rect.right() - theme::PADDING;
    for (at, words) in [(right - NUMBERS / 2.0, "IoU"), (right, "boundary")] {
        let place = pos2(at, rect.center().y);
        text::at(ui.painter(), place, Align2::RIGHT_CENTER, words, theme::caption(), ctx.theme.muted);
    }
}

fn row(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, names: f32, class: ClassId) {
    let theme = ctx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let name = explorer.dataset().classes.name(class);
    let (iou, boundary) = (Order::Iou.value(explorer, class), Order::BoundaryIou.value(explorer, class));
    response.widget_info(|| {
        let words = format!("class {name}: IoU {}, boundary IoU {}", fmt::rate(iou), fmt::rate(boundary));
        egui::WidgetInfo::labeled(egui::Role::Button, true, words)
    });
    if response.hovered() {
        ui.painter().rect_filled(rect, theme::RADIUS, theme.hover);
    }
    text::left(ui.painter(), rect.with_max_x(rect.left() + names), name, theme::body(), theme.text);
    let right = rect.right() - theme::PADDING;
    let rail = Rect::from_min_max(
        pos2(rect.left() + names + theme::PADDING, rect.center().y - BAR / 2.0),
        pos2(right - NUMBERS, rect.center().y + BAR / 2.0),
    );
    ui.painter().rect_filled(rail, 2.0, theme.raised);
    let x = |share: f64| rail.left() + rail.width() * share.clamp(0.0, 1.0) as f32;
    if let Some(iou) = iou {
        ui.painter().rect_filled(rail.with_max_x(x(iou)), 2.0, theme.correct);
    }
    if let Some(boundary) = boundary {
        ui.painter().vline(x(boundary), rail.y_range().expand(2.0), (2.0, theme.text));
    }
    for (at, value) in [(right - NUMBERS / 2.0, iou), (right, boundary)] {
        let color = if value.is_some() { theme.text } else { theme.muted };
        let place = pos2(at, rect.center().y);
        text::at(ui.painter(), place, Align2::RIGHT_CENTER, &fmt::rate(value), theme::body(), color);
    }
    if response.clicked() {
        let kind = OutcomeKind::Misclassified;
        ctx.send(Command::Select(Filter::Segment { class: Some(class), kind }));
    }
    response.on_hover_cursor(CursorIcon::PointingHand).on_hover_ui(|ui| {
        ui.strong(name);
        ui.label(format!("IoU {}: pixels in common / pixels of either", fmt::rate(iou)));
        ui.label(format!("Boundary IoU {}: the same of the pixels near the outline, the mark", fmt::rate(boundary)));
        ui.weak("Click shows the images where it is taken for another class");
    });
}
