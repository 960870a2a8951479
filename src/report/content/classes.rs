//! How it goes class by class.

use crate::analysis::compare::class_rate;
use crate::metrics::ClassCounts;
use crate::model::{ClassId, fmt};
use crate::report::labels::ClassLabels;
use crate::report::sheet::{Block, Part};
use crate::report::table::{Cell, Column, Table};

use super::{Case, words};

/// Rows of the table that are shown.
const MOST: usize = 60;

pub(super) fn blocks(case: &Case<'_>) -> Vec<Block> {
    let mut blocks: Vec<Block> = sentence(case).map(Block::Text).into_iter().collect();
    blocks.extend(case.charts(Part::Classes));
    if let Some(table) = table(case) {
        blocks.push(words::listing("per-class", "Every class", table, MOST));
    }
    blocks
}

/// The best and the worst class.
fn sentence(case: &Case<'_>) -> Option<String> {
    let at = case.at.filter(|_| case.evaluation.texts().is_none())?;
    let (name, rate) = class_rate(case.task());
    let with_truths = case.evaluation.dataset.classes.ids().zip(at.counter.classes());
    let with_truths = with_truths.filter(|(_, counts)| counts.support() > 0);
    let mut rated: Vec<(ClassId, f64)> = with_truths.filter_map(|(class, c)| Some((class, rate(*c)?))).collect();
    rated.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let said = |(class, value): &(ClassId, f64)| {
        format!("{} ({})", case.evaluation.dataset.classes.name(*class), fmt::rate(Some(*value)))
    };
    let without = case.evaluation.dataset.classes.len() - rated.len();
    let rest = match without {
        0 => String::new(),
        n => {
            format!(" {} no truth here, so that nothing can be said of {}.", has(n), if n == 1 { "it" } else { "them" })
        }
    };
    match rated.as_slice() {
        [] | [_] => (without > 0).then(|| rest.trim_start().to_owned()),
        [best, .., worst] => {
            Some(format!("{name} is highest for {} and lowest for {}.{rest}", said(best), said(worst)))
        }
    }
}

fn has(classes: usize) -> String {
    let verb = if classes == 1 { "has" } else { "have" };
    format!("{} {verb}", fmt::counted(classes as u64, "class", "classes"))
}

/// A row for each class; `None` for texts.
fn table(case: &Case<'_>) -> Option<Table> {
    let at = case.at.filter(|_| case.evaluation.texts().is_none())?;
    let (evaluation, pixels) = (case.evaluation, case.evaluation.segmentation(at.counter));
    let support = evaluation.support();
    let several = case.task().units().1;
    let mut columns = vec![Column::words("class", "Class"), Column::number("support", &fmt::capitalised(several))];
    let rates: &[(&str, &str)] = &[("precision", "Precision"), ("recall", "Recall"), ("f1", "F1")];
    columns.extend(rates.iter().map(|(key, title)| Column::number(key, title)));
    let own: &[(&str, &str)] = if evaluation.objects().is_some() {
        &[("ap", "AP"), ("ap50", "AP50")]
    } else if pixels.is_some() {
        &[("iou", "IoU"), ("dice", "Dice"), ("boundary_iou", "Boundary IoU")]
    } else {
        &[("roc_auc", "ROC AUC"), ("average_precision", "Average precision")]
    };
    columns.extend(own.iter().map(|(key, title)| Column::number(key, title)));
    let counts = [
        ("correct", "Correct"),
        ("misclassified", "Wrong class"),
        ("missed", "Missed"),
        ("false_positives", "False positives"),
    ];
    let counted = counts.iter().filter(|(key, _)| *key != "false_positives" || !case.task().is_one_class_each());
    columns.extend(counted.map(|(key, title)| Column::number(key, title)));
    let own_of = |class: ClassId| -> Vec<Option<f64>> {
        if evaluation.objects().is_some() {
            let ap = evaluation.coco().and_then(|coco| coco.classes.get(class.index()));
            vec![ap.and_then(|ap| ap.ap), ap.and_then(|ap| ap.ap50)]
        } else if let Some(pixels) = &pixels {
            let of = pixels.classes.get(class.index());
            vec![of.and_then(|c| c.iou), of.and_then(|c| c.dice), of.and_then(|c| c.boundary_iou)]
        } else {
            let of = evaluation.labels().and_then(|labels| ClassLabels::of(labels, class));
            vec![of.and_then(|c| c.roc_auc), of.and_then(|c| c.average_precision)]
        }
    };
    let row = |class: ClassId| {
        let c: ClassCounts = at.counter.classes().get(class.index()).copied().unwrap_or_default();
        let truths = support.get(class.index()).copied().unwrap_or(0);
        let mut cells: Vec<Cell> = vec![evaluation.dataset.classes.name(class).into(), truths.into()];
        cells.extend([c.precision(), c.recall(), c.f1()].map(Cell::from));
        cells.extend(own_of(class).into_iter().map(Cell::from));
        cells.extend([c.correct, c.misclassified, c.missed].map(Cell::from));
        cells.extend((!case.task().is_one_class_each()).then_some(Cell::from(c.false_positives)));
        cells
    };
    Some(Table { columns, rows: evaluation.dataset.classes.ids().map(row).collect() })
}
