//! The classes as a sortable table with a total row whose rule is named.

use egui::{Align, Layout, RichText, Sense, Ui};
use egui_extras::{Column, TableBuilder};

use crate::analysis::Filter;
use crate::metrics::OutcomeKind;
use crate::metrics::evaluation::Labels;
use crate::model::{ClassId, fmt};
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::theme;

use super::order::Order;

/// Columns after the name, in order.
const COLUMNS: [Order; 15] = [
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
    Order::RocAuc,
    Order::AveragePrecision,
    Order::Optimum,
];

/// Draws the table; returns the column whose head was clicked.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, classes: &[ClassId], order: (Order, bool)) -> Option<Order> {
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
                None => total(&mut row, explorer, &columns, ctx),
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
            label.on_hover_text("Undefined: this class has no object, or no detection, that the number needs");
        }
        return;
    };
    let link = ui.link(RichText::new(words).color(ctx.theme.text));
    let name = explorer.dataset().classes.name(class);
    if link.on_hover_text(format!("Show the images: {name}, {}", column.label().to_lowercase())).clicked() {
        ctx.send(Command::Select(Filter::Segment { class: Some(class), kind }));
    }
}

/// The last row: counts are sums, rates are pooled over all objects (micro), AP is COCO's mean over classes with truth.
fn total(row: &mut egui_extras::TableRow<'_, '_>, explorer: &Explorer, columns: &[Order], ctx: &ViewCtx) {
    let counts = explorer.counter.totals();
    let coco = explorer.evaluation.coco().map(|c| c.summary).unwrap_or_default();
    let ranking = explorer.evaluation.labels().and_then(Labels::ranking);
    row.col(|ui| {
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let label = ui.label(RichText::new("All, pooled").strong());
            label.on_hover_text(
                "Every class, also those not chosen. Counts are sums; precision, recall and F1 are pooled (micro); AP \
                 and ROC AUC are means over the classes for which they are defined (macro)",
            );
        });
    });
    for &column in columns {
        row.col(|ui| {
            let words = match column {
                Order::Support => fmt::count(counts.truths()),
                Order::Predicted => fmt::count(counts.kept()),
                Order::Correct => fmt::count(counts.correct),
                Order::Misclassified => fmt::count(counts.misclassified),
                Order::Missed => fmt::count(counts.missed),
                Order::FalsePositives => fmt::count(counts.false_positives),
                Order::Precision => fmt::rate(counts.precision()),
                Order::Recall => fmt::rate(counts.recall()),
                Order::F1 => fmt::rate(counts.f1()),
                Order::Ap50 => fmt::rate(coco.ap50),
                Order::Ap75 => fmt::rate(coco.ap75),
                Order::Ap => fmt::rate(coco.ap),
                Order::RocAuc => fmt::rate(ranking.and_then(|r| r.roc_auc_macro)),
                Order::AveragePrecision => fmt::rate(ranking.and_then(|r| r.average_precision_macro)),
                Order::Optimum => {
                    explorer.matched.optima.pooled.map_or_else(|| fmt::UNDEFINED.to_owned(), fmt::threshold)
                }
                Order::Declared | Order::Name => String::new(),
            };
            ui.label(RichText::new(words).strong().color(ctx.theme.text));
        });
    }
}
