//! What the panes of generated texts show, as tables: numbers of the set, parts of it, agreement, what passes.

use crate::metrics::Evaluation;
use crate::metrics::generation::agreement::Agreement;
use crate::metrics::generation::parts::parts;
use crate::metrics::generation::slices::slices;
use crate::metrics::generation::{Column, Intervals};

use super::table::{Cell, Column as Field, Table};

/// A row for each number that is shown.
#[must_use]
pub fn metrics(evaluation: &Evaluation, intervals: Option<&Intervals>) -> Table {
    let columns = vec![
        Field::words("metric", "Number"),
        Field::number("value", "Value"),
        Field::number("low", "Low"),
        Field::number("high", "High"),
        Field::number("spread", "Spread"),
        Field::number("answers", "Answers"),
    ];
    let row = |column: &Column| {
        let interval = intervals.and_then(|all| all.get(&column.key)).copied();
        let shown = |value: Option<f64>| value.map_or(Cell::Empty, |v| Cell::Shown(v, column.words(Some(v))));
        vec![
            column.key.clone().into(),
            shown(column.corpus),
            shown(interval.map(|(low, _)| low)),
            shown(interval.map(|(_, high)| high)),
            shown(column.spread),
            Cell::Count(column.defined as u64),
        ]
    };
    Table { columns, rows: evaluation.texts().iter().flat_map(|texts| texts.shown()).map(row).collect() }
}

/// A row for each part of each kind, at a threshold.
#[must_use]
pub fn of_parts(evaluation: &Evaluation, threshold: f64) -> Table {
    let columns = vec![
        Field::words("by", "By"),
        Field::words("part", "Part"),
        Field::number("answers", "Answers"),
        Field::number("defined", "Defined"),
        Field::number("passed", "Passed"),
        Field::number("failed", "Failed"),
        Field::number("pass_rate", "Pass rate"),
        Field::number("mean", "Mean"),
    ];
    let mut rows = Vec::new();
    let Some(texts) = evaluation.texts() else { return Table { columns, rows } };
    for kind in slices(texts, &evaluation.dataset) {
        for part in parts(texts, &kind) {
            let passed = part.passed(threshold);
            rows.push(vec![
                kind.by.clone().into(),
                part.name.clone().into(),
                Cell::Count(part.items.len() as u64),
                Cell::Count(part.defined()),
                Cell::Count(passed),
                Cell::Count(part.defined() - passed),
                part.rate(threshold).into(),
                part.mean.into(),
            ]);
        }
    }
    Table { columns, rows }
}

/// A row for every two numbers that are shown, of how they agree.
#[must_use]
pub fn agreement(found: &Agreement) -> Table {
    let columns = vec![
        Field::words("metric", "Number"),
        Field::words("other", "Other"),
        Field::number("spearman", "Spearman’s ρ"),
        Field::number("pearson", "Pearson’s r"),
        Field::number("answers", "Answers"),
    ];
    let mut rows = Vec::new();
    for (first, key) in found.keys.iter().enumerate() {
        for (second, other) in found.keys.iter().enumerate().skip(first + 1) {
            let pair = found.pair(first, second);
            rows.push(vec![
                key.clone().into(),
                other.clone().into(),
                pair.rho.into(),
                pair.r.into(),
                Cell::Count(pair.both as u64),
            ]);
        }
    }
    Table { columns, rows }
}

/// The share of answers that passes at the value of every answer, from the best on.
#[must_use]
pub fn passing(evaluation: &Evaluation) -> Table {
    let mut rows = Vec::new();
    if let (Some(matched), Some(column)) =
        (&evaluation.matched, evaluation.texts().and_then(|texts| texts.pass_column()))
    {
        let sweep = &matched.sweep;
        let row = |(i, score): (usize, &f64)| {
            let value = column.as_score(*score);
            vec![Cell::Shown(value, column.threshold_words(*score)), sweep.recall(i).into()]
        };
        rows = sweep.confidence.iter().enumerate().map(row).collect();
    }
    Table { columns: vec![Field::number("threshold", "Threshold"), Field::number("pass_rate", "Pass rate")], rows }
}
