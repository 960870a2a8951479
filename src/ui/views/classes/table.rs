//! The classes as a sortable table with a total row whose rule is named.

use egui::{Align, Layout, RichText, Sense, Ui};
use egui_extras::{Column, TableBuilder};

use crate::analysis::Filter;
use crate::metrics::OutcomeKind;
use crate::model::{ClassId, fmt};
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::theme;

use super::order::Order;
use super::total::{Rule, Total};

/// Columns after the name, in order.
const COLUMNS: [Order; 17] = [
    Order::Support,
    Order::Predicted,
    Order::Correct,
    Order::Misclassified,
    Order::Missed,
    Order::FalsePositives,
    Order::Precision,
    Order::Recall,
    Order::F1,
    Order::Ap50,
    Order::Ap75,
    Order::Ap,
    Order::Iou,
    Order::BoundaryIou,
    Order::RocAuc,
    Order::AveragePrecision,
    Order::Optimum,
];

/// Draws the table; returns the column whose head was clicked.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, classes: &[ClassId], order: (Order, bool), rule: &mut Rule) -> Option<Order> {
    let explorer = ctx.session.explorer.as_ref()?;
    let task = explorer.evaluation.task;
    let columns: Vec<Order> = COLUMNS.into_iter().filter(|column| column.belongs_to(task)).collect();
    let mut clicked = None;
    let scroll = egui::ScrollArea::horizontal().auto_shrink([false, false]);
    scroll.show(ui, |ui| {
        let table = TableBuilder::new(ui)
            .id_salt("class table")
            .striped(false)
            .sense(Sense::click())
            .cell_layout(Layout::right_to_left(Align::Center))
            .column(Column::initial(130.0).at_least(80.0).resizable(true).clip(true))
            .columns(Column::exact(68.0), columns.len());
        let table = table.header(theme::ROW, |mut header| {
            for column in [Order::Name].iter().chain(&columns).copied() {
                header.col(|ui| {
                    if column == Order::Name {
                        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                            head(ui, column, order, &mut clicked);
                        });
                    } else {
                        head(ui, column, order, &mut clicked);
                    }
                });
            }
        });
        table.body(|body| {
            body.rows(theme::ROW, classes.len() + 1, |mut row| match classes.get(row.index()) {
                Some(&class) => {
                    row.col(|ui| {
                        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                            ui.add(egui::Label::new(explorer.dataset().classes.name(class)).truncate());
                        });
                    });
                    for &column in &columns {
                        row.col(|ui| {
                            cell(ui, ctx, explorer, class, column);
                        });
                    }
                }
                None => total_row(&mut row, explorer, &columns, ctx, rule),
            });
        });
    });
    clicked
}

fn head(ui: &mut Ui, column: Order, (order, descending): (Order, bool), clicked: &mut Option<Order>) {
    let mark = match (column == order, descending) {
        (false, _) => "",
        (true, true) => " ▾",
        (true, false) => " ▴",
    };
    let words = RichText::new(format!("{}{mark}", column.label())).font(theme::caption()).strong();
    let button = ui.add(egui::Button::new(words).frame(false));
    button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Sort by {}", column.label())));
    if button.clicked() {
        *clicked = Some(column);
    }
}

/// A count that opens its objects, or a rate.
fn cell(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, class: ClassId, column: Order) {
    let value = column.value(explorer, class);
    let kind = match column {
        Order::Correct => Some(OutcomeKind::Correct),
        Order::Misclassified => Some(OutcomeKind::Misclassified),
        Order::Missed => Some(OutcomeKind::Missed),
        Order::FalsePositives => Some(OutcomeKind::FalsePositive),
        _ => None,
    };
    let words = match column {
        Order::Support | Order::Predicted => value.map_or_else(String::new, |v| fmt::count(v as u64)),
        Order::Optimum => value.map_or_else(|| fmt::UNDEFINED.to_owned(), fmt::threshold),
        _ if kind.is_some() => value.map_or_else(String::new, |v| fmt::count(v as u64)),
        _ => fmt::rate(value),
    };
    let Some(kind) = kind.filter(|_| value.is_some_and(|v| v > 0.0)) else {
        let color = if value.is_none_or(|v| v == 0.0) { ctx.theme.muted } else { ctx.theme.text };
        let label = ui.label(RichText::new(words).color(color));
        if value.is_none() {
            label.on_hover_text(column.undefined(explorer, class));
        }
        return;
    };
    let link = ui.link(RichText::new(words).color(ctx.theme.text));
    let name = explorer.dataset().classes.name(class);
    if link.on_hover_text(format!("Show the images: {name}, {}", column.label().to_lowercase())).clicked() {
        ctx.send(Command::Select(Filter::Segment { class: Some(class), kind }));
    }
}

/// The last row: counts are sums, rates by a rule that can be chosen, AP of detectors COCO's mean over classes with truth.
fn total_row(
    row: &mut egui_extras::TableRow<'_, '_>,
    explorer: &Explorer,
    columns: &[Order],
    ctx: &ViewCtx,
    rule: &mut Rule,
) {
    row.col(|ui| {
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| rule.menu(ui));
    });
    let total = Total::of(explorer, *rule);
    for &column in columns {
        row.col(|ui| {
            let words = total.words(explorer, column);
            let undefined = words == fmt::UNDEFINED;
            let label = ui.label(RichText::new(words).strong().color(ctx.theme.text));
            if undefined {
                label.on_hover_text(total.undefined(explorer, column));
            }
        });
    }
}
