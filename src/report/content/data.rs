//! What was found in the data, and how much there is of what.

use crate::model::finding::Finding;
use crate::model::{Severity, fmt};
use crate::report::sheet::Block;
use crate::report::table::{Cell, Column, Table};

use super::{Case, words};

/// Rows of the table of classes that are shown.
const MOST: usize = 30;

pub(super) fn blocks(case: &Case<'_>) -> Vec<Block> {
    let findings = case.material.inputs.findings;
    let mut blocks = vec![Block::Text(sentence(findings))];
    if !findings.is_empty() {
        blocks.push(words::listing("findings", "", table(findings), usize::MAX));
    }
    blocks.push(words::listing("splits", "How much there is", splits(case), usize::MAX));
    if let Some(table) = classes(case) {
        blocks.push(words::listing("class-counts", "How much there is of each class", table, MOST));
    }
    blocks
}

fn sentence(findings: &[Finding]) -> String {
    let of = |severity: Severity| findings.iter().filter(|finding| finding.severity == severity).count() as u64;
    let kinds = [
        (of(Severity::Error), "that makes something unusable", "that make something unusable"),
        (of(Severity::Warning), "that may mislead", "that may mislead"),
        (of(Severity::Info), "worth knowing", "worth knowing"),
    ];
    let said: Vec<String> =
        kinds.iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| fmt::counted(*n, one, many)).collect();
    match said.as_slice() {
        [] => "Nothing remarkable was found while the data were read.".to_owned(),
        all => {
            let total = findings.len() as u64;
            format!(
                "{} found while the data were read: {}.",
                fmt::counted(total, "kind of thing was", "kinds of things were"),
                words::listed(all)
            )
        }
    }
}

fn table(findings: &[Finding]) -> Table {
    let row = |finding: &Finding| {
        let severity = match finding.severity {
            Severity::Error => "Error",
            Severity::Warning => "Warning",
            Severity::Info => "Info",
        };
        vec![
            severity.into(),
            finding.message.clone().into(),
            Cell::Count(finding.count as u64),
            finding.examples.join("; ").into(),
        ]
    };
    Table {
        columns: vec![
            Column::words("severity", "How bad"),
            Column::words("message", "What"),
            Column::number("count", "Times"),
            Column::words("examples", "For example"),
        ],
        rows: findings.iter().map(row).collect(),
    }
}

/// Items and truths of every split: those that were evaluated, and how many items the others have.
fn splits(case: &Case<'_>) -> Table {
    let dataset = &case.evaluation.dataset;
    let (_, many) = case.task().items();
    let mut items = vec![0_u64; dataset.splits.len()];
    for image in &dataset.images {
        if let Some(count) = items.get_mut(usize::from(image.split)) {
            *count += 1;
        }
    }
    let truths = truths_by_split(case);
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for (at, split) in dataset.splits.iter().enumerate() {
        let truths = truths.as_ref().and_then(|all| all.get(at)).map(|all| all.iter().sum::<u64>());
        let count = items.get(at).copied().unwrap_or(0);
        rows.push(vec![split.clone().into(), "yes".into(), count.into(), truths.map_or(Cell::Empty, Cell::from)]);
    }
    let others = dataset.split_sizes.iter().filter(|(name, _)| !dataset.splits.contains(name));
    rows.extend(
        others.map(|(name, size)| vec![name.clone().into(), "no".into(), Cell::Count(*size as u64), Cell::Empty]),
    );
    let mut columns = vec![
        Column::words("split", "Split"),
        Column::words("evaluated", "Evaluated"),
        Column::number("items", &fmt::capitalised(many)),
        Column::number("truths", &fmt::capitalised(case.task().units().1)),
    ];
    if truths.is_none() {
        columns.pop();
        rows.iter_mut().for_each(|row| row.truncate(columns.len()));
    }
    Table { columns, rows }
}

/// Truths that count, by split and class; `None` where they are not counted one by one.
fn truths_by_split(case: &Case<'_>) -> Option<Vec<Vec<u64>>> {
    if case.evaluation.texts().is_some() || case.evaluation.pixels().is_some() {
        return None;
    }
    let (dataset, truths) = (&case.evaluation.dataset, &case.evaluation.dataset.truths);
    let mut counts = vec![vec![0_u64; dataset.classes.len()]; dataset.splits.len()];
    for ((image, class), ignored) in truths.image.iter().zip(&truths.class).zip(&truths.ignored) {
        let split = dataset.images.get(image.index()).map_or(0, |image| usize::from(image.split));
        let count = counts.get_mut(split).and_then(|of| of.get_mut(class.index()));
        if let Some(count) = count.filter(|_| !ignored) {
            *count += 1;
        }
    }
    Some(counts)
}

/// Truths of each class in each evaluated split; `None` where one split says all, which stands with the classes.
fn classes(case: &Case<'_>) -> Option<Table> {
    let dataset = &case.evaluation.dataset;
    let counts = truths_by_split(case).filter(|counts| counts.len() > 1)?;
    let mut columns = vec![Column::words("class", "Class")];
    columns.extend(dataset.splits.iter().map(|split| Column::number(split, split)));
    let of = |class: usize| counts.iter().map(move |split| Cell::from(split.get(class).copied().unwrap_or(0)));
    let row = |(class, name): (usize, &String)| [Cell::from(name.clone())].into_iter().chain(of(class)).collect();
    Some(Table { columns, rows: dataset.classes.names().iter().enumerate().map(row).collect() })
}
