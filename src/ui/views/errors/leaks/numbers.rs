//! The numbers of the evaluation with and without leaked items.

use egui::{Align2, Rect, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::analysis::leaks::without::Row;
use crate::model::fmt;
use crate::session::Explorer;
use crate::session::errors::leaks::Found;
use crate::session::thresholds::NO_THRESHOLD;
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::text;

/// Widths of the numbers, from the right.
const COLUMNS: [f32; 3] = [68.0, 76.0, 88.0];

/// How high it is.
pub fn height(ctx: &ViewCtx) -> f32 {
    let rows = ctx.session.errors.leaks.numbers.as_ref().map_or(0, |numbers| numbers.rows.len());
    (rows as f32 + 3.0) * (theme::ROW + theme::GRID)
}

/// Draws the table.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, found: &Found) {
    let count = found.leaked.images.len() as u64;
    let (one, many) = explorer.evaluation.task.items();
    let title = format!("Without {} that leaked", fmt::counted(count, one, many));
    ui.label(RichText::new(title).font(theme::strong()).color(ctx.theme.text));
    let Some(numbers) = &ctx.session.errors.leaks.numbers else {
        ui.label(RichText::new("Counting follows").color(ctx.theme.muted));
        return;
    };
    let at = if explorer.condition() == NO_THRESHOLD {
        String::new()
    } else {
        format!(", at {}", explorer.condition_at(numbers.at))
    };
    ui.label(RichText::new(format!("Exact, all else as it is{at}")).font(theme::caption()).color(ctx.theme.muted));
    if !numbers.are_of(&explorer.matched, explorer.threshold.value) {
        ui.set_opacity(theme::SETTLING);
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    head(ui, ctx);
    ScrollArea::vertical().id_salt("numbers").auto_shrink(false).show(ui, |ui| {
        for of in &numbers.rows {
            row(ui, ctx, of);
        }
    });
}

fn place(ui: &mut Ui) -> (Rect, [f32; 3]) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), Sense::hover());
    let mut right = rect.right() - COLUMNS.iter().sum::<f32>() - theme::PADDING;
    let edges = COLUMNS.map(|width| {
        right += width;
        right
    });
    (rect, edges)
}

fn head(ui: &mut Ui, ctx: &ViewCtx) {
    let (rect, edges) = place(ui);
    for (words, right) in ["all", "without", "difference"].into_iter().zip(edges) {
        let at = pos2(right, rect.center().y);
        text::at(ui.painter(), at, Align2::RIGHT_CENTER, words, theme::caption(), ctx.theme.muted);
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), (theme::HAIRLINE, ctx.theme.line));
}

fn row(ui: &mut Ui, ctx: &ViewCtx, of: &Row) {
    let (rect, edges) = place(ui);
    let difference = of.difference().map_or_else(|| fmt::UNDEFINED.to_owned(), fmt::difference);
    let numbers = [fmt::rate(of.all), fmt::rate(of.without), difference];
    let name = of.metric.label();
    let words = format!("{name}: {} of all, {} without, difference {}", numbers[0], numbers[1], numbers[2]);
    let response = ui.interact(rect, ui.scope_id().with(name), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
    text::left(ui.painter(), rect.with_max_x(edges[0] - COLUMNS[0]), name, theme::body(), ctx.theme.text);
    for (number, right) in numbers.iter().zip(edges) {
        let color = if number == fmt::UNDEFINED { ctx.theme.muted } else { ctx.theme.text };
        text::at(ui.painter(), pos2(right, rect.center().y), Align2::RIGHT_CENTER, number, theme::body(), color);
    }
    if let Some(reason) = of.unknown {
        response.on_hover_text(format!("Not known without them: {reason}"));
    }
}
