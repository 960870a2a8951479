//! The items with most errors, or most wrong.

use crate::analysis::kinds::{Worst, errors};
use crate::model::{ImageId, fmt};
use crate::report::figures::items::Meant;
use crate::report::sheet::Block;
use crate::report::table::{Cell, Column, Table};

use super::{Case, WORST, samples, words};

/// Rows of the table that are shown.
const MOST: usize = 20;
/// Rows that its file has.
const LISTED: usize = 10_000;

pub(super) fn blocks(case: &Case<'_>) -> Vec<Block> {
    let Some(kinds) = case.material.kinds.filter(|kinds| !kinds.worst.is_empty()) else { return Vec::new() };
    let total = case.evaluation.dataset.images.len() as u64;
    let (one, many) = case.items();
    let wrong = fmt::count(kinds.worst.len() as u64);
    let what = if case.evaluation.texts().is_some() { "do not pass" } else { "have something wrong" };
    let mut blocks =
        vec![Block::Text(format!("{wrong} of {} {what}; the worst come first.", fmt::counted(total, one, many)))];
    let items: Vec<ImageId> = kinds.worst.iter().take(WORST).map(|worst| worst.image).collect();
    blocks.extend(samples::block(case, &items, &Meant::Errors));
    blocks.push(words::listing("worst-items", "", table(case, &kinds.worst), MOST));
    blocks
}

fn table(case: &Case<'_>, worst: &[Worst]) -> Table {
    let column = case.evaluation.texts().and_then(|texts| texts.pass_column());
    let one = fmt::capitalised(case.items().0);
    let mut columns = vec![Column::words("item", &one)];
    let objects = case.evaluation.objects().is_some();
    if column.is_none() {
        columns.push(Column::number("errors", "Errors"));
        columns.push(Column::number("correct", "Correct"));
        columns.push(Column::number("misclassified", "Wrong class"));
        columns.push(Column::number("missed", "Missed"));
    }
    let extra = column.is_none() && !case.task().is_one_class_each();
    if extra {
        columns.push(Column::number("false_positives", "False positives"));
    }
    match column {
        Some(column) => columns.push(Column::number("value", &column.label)),
        None if case.evaluation.pixels().is_some() => columns.push(Column::number("mean_iou", "Mean IoU")),
        None if !objects => columns.push(Column::number("loss", "Loss")),
        None => {}
    }
    let row = |worst: &Worst| {
        let mut cells: Vec<Cell> = vec![case.name_of(worst.image).into()];
        let counts = worst.counts;
        if column.is_none() {
            cells.extend([errors(counts), counts.correct, counts.misclassified, counts.missed].map(Cell::from));
        }
        cells.extend(extra.then_some(Cell::from(counts.false_positives)));
        match column {
            Some(column) => {
                let value = column.value(worst.image.index());
                cells.push(value.map_or(Cell::Rate(None), |value| Cell::Shown(value, column.words(Some(value)))));
            }
            None if case.evaluation.pixels().is_some() => cells.push(worst.loss.map(|loss| 1.0 - loss).into()),
            None if !objects => cells.push(worst.loss.into()),
            None => {}
        }
        cells
    };
    Table { columns, rows: worst.iter().take(LISTED).map(row).collect() }
}
