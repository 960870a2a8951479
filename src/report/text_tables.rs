//! What the panes of generated texts show, as tables: numbers of the set, parts of it, agreement, what passes.

use crate::metrics::Evaluation;
use crate::metrics::generation::agreement::Agreement;
use crate::metrics::generation::parts::parts;
use crate::metrics::generation::slices::slices;
use crate::metrics::generation::{Column, Intervals};

use super::csv_tables::{number, row, text};

/// A row for each number that is shown.
///
/// # Errors
/// Where it cannot be put into words (never, for finite memory).
pub fn metrics(evaluation: &Evaluation, intervals: Option<&Intervals>) -> Result<String, csv::Error> {
    let mut rows = vec![row(&["metric", "value", "low", "high", "spread", "answers"])];
    for column in evaluation.texts().iter().flat_map(|texts| texts.shown()) {
        let interval = intervals.and_then(|all| all.get(&column.key)).copied();
        rows.push(vec![
            column.key.clone(),
            number(column.corpus),
            number(interval.map(|(low, _)| low)),
            number(interval.map(|(_, high)| high)),
            number(column.spread),
            column.defined.to_string(),
        ]);
    }
    text(&rows)
}

/// A row for each part of each kind, at a threshold.
///
/// # Errors
/// As [`metrics`].
pub fn of_parts(evaluation: &Evaluation, threshold: f64) -> Result<String, csv::Error> {
    let mut rows = vec![row(&["by", "part", "answers", "defined", "passed", "failed", "pass_rate", "mean"])];
    if let Some(texts) = evaluation.texts() {
        for kind in slices(texts, &evaluation.dataset) {
            for part in parts(texts, &kind) {
                let passed = part.passed(threshold);
                rows.push(vec![
                    kind.by.clone(),
                    part.name.clone(),
                    part.items.len().to_string(),
                    part.defined().to_string(),
                    passed.to_string(),
                    (part.defined() - passed).to_string(),
                    number(part.rate(threshold)),
                    number(part.mean),
                ]);
            }
        }
    }
    text(&rows)
}

/// A row for every two numbers that are shown; of more than `most` answers those of an even subsample.
///
/// # Errors
/// As [`metrics`].
pub fn agreement(evaluation: &Evaluation, most: usize) -> Result<String, csv::Error> {
    let mut rows = vec![row(&["metric", "other", "spearman", "pearson", "answers"])];
    let columns: Vec<&Column> = evaluation.texts().iter().flat_map(|texts| texts.shown()).collect();
    let found = Agreement::of(&columns, most);
    for (first, key) in found.keys.iter().enumerate() {
        for (second, other) in found.keys.iter().enumerate().skip(first + 1) {
            let pair = found.pair(first, second);
            rows.push(vec![key.clone(), other.clone(), number(pair.rho), number(pair.r), pair.both.to_string()]);
        }
    }
    text(&rows)
}
