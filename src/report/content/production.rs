//! How the numbers move with the threshold, and thresholds worth knowing.

use crate::metrics::Sweep;
use crate::model::fmt;
use crate::report::settings;
use crate::report::sheet::{Block, Part};
use crate::report::table::{Cell, Column, Table};

use super::{Case, words};

/// A recall or precision that is often asked for.
const ASKED: f64 = 0.9;

pub(super) fn blocks(case: &Case<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let Some(at) = case.at else { return blocks };
    if case.evaluation.is_without_confidence() {
        return case.charts(Part::Production);
    }
    if case.evaluation.texts().is_some() {
        return case.charts(Part::Production);
    }
    let condition = settings::condition(case.evaluation, at.matched, at.confidence);
    if let Some(best) = at.matched.optima.pooled {
        let f1 = at.matched.sweep.best_f1().and_then(|place| at.matched.sweep.f1(place));
        blocks.push(Block::Text(format!(
            "The numbers of this report are those at {condition}. F1 of all classes together is highest, {}, from confidence {}.",
            fmt::rate(f1),
            fmt::threshold(best)
        )));
    }
    blocks.extend(case.charts(Part::Production));
    let table = points(&at.matched.sweep, at.confidence);
    if !table.rows.is_empty() {
        blocks.push(words::listing("operating-points", "Thresholds worth knowing", table, usize::MAX));
    }
    blocks
}

/// The threshold of the report, and those that are best by other wishes.
fn points(sweep: &Sweep, confidence: f64) -> Table {
    let wishes = [
        ("That of this report", sweep.position(confidence), true),
        ("Highest F1", sweep.best_f1(), false),
        ("Highest F0.5: precision counts twice", sweep.best_f_beta(0.5), false),
        ("Highest F2: recall counts twice", sweep.best_f_beta(2.0), false),
        ("Best precision with a recall of at least 0.90", sweep.best_precision_at_recall(ASKED), false),
        ("Best recall with a precision of at least 0.90", sweep.best_recall_at_precision(ASKED), false),
    ];
    let row = |(name, place, own): (&str, Option<usize>, bool)| {
        let Some(place) = place else {
            let empty = || Cell::Rate(None);
            return vec![name.into(), empty(), empty(), empty(), empty()];
        };
        let at = if own { Some(confidence) } else { sweep.confidence.get(place).copied() };
        vec![
            name.into(),
            at.map_or(Cell::Rate(None), |at| Cell::Shown(at, fmt::threshold(at))),
            sweep.precision(place).into(),
            sweep.recall(place).into(),
            sweep.f1(place).into(),
        ]
    };
    if sweep.is_empty() {
        return Table::default();
    }
    Table {
        columns: vec![
            Column::words("wish", "Wish"),
            Column::number("confidence", "Confidence ≥"),
            Column::number("precision", "Precision"),
            Column::number("recall", "Recall"),
            Column::number("f1", "F1"),
        ],
        rows: wishes.into_iter().map(row).collect(),
    }
}
