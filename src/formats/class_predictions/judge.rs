//! What is remarkable about scores: logits, rows of zeros, rows that do not sum to one, ties for the best.

use rayon::prelude::*;

use super::part::Part;
use crate::formats::checks::SCORE_OUT_OF_RANGE;
use crate::formats::npy::Values;
use crate::model::{ClassId, Findings, Severity};

/// How far the sum of a row may be from one.
const NEAR: f64 = 1e-3;

/// What a row is, as bits.
mod bit {
    pub(super) const NEGATIVE: u8 = 1;
    pub(super) const ABOVE_ONE: u8 = 2;
    pub(super) const ZERO: u8 = 4;
    pub(super) const SUM: u8 = 8;
    pub(super) const TIED: u8 = 16;
    pub(super) const UNUSABLE: u8 = 32;
}

/// Reports a table of scores.
pub(super) fn table(
    part: &Part,
    values: &Values,
    columns: &[Option<ClassId>],
    multilabel: bool,
    findings: &mut Findings,
) {
    let flags = match values {
        Values::Single(values) => flags(values, columns),
        Values::Double(values) => flags(values, columns),
    };
    let used = || flags.iter().zip(&part.items).enumerate().filter(|(_, (_, item))| item.is_some());
    let rows = |wanted: u8| used().filter(move |(_, (flags, _))| *flags & wanted != 0).map(|(row, _)| row);
    if matches!(values, Values::Single(_) | Values::Double(_)) && part.lines.is_empty() {
        // Tables of text reported theirs where they were read.
        for row in rows(bit::UNUSABLE) {
            findings.add(
                Severity::Warning,
                "not-a-number",
                "Rows have a score that is missing or is no finite number, and are left out; look for a division by zero or \
                 an overflow where they were made.",
                || part.place(row),
            );
        }
    }
    let logits = rows(bit::NEGATIVE).next().is_some();
    if logits {
        for row in rows(bit::NEGATIVE) {
            let message = if multilabel {
                "Scores are negative, so they are taken for logits: their sigmoid is used where probabilities are needed. \
                 Export probabilities if that is not meant."
            } else {
                "Scores are negative, so rows are taken for logits: their softmax is used. Export probabilities if that is \
                 not meant."
            };
            findings.add(Severity::Warning, "logits", message, || part.place(row));
        }
    } else {
        for row in rows(bit::ABOVE_ONE) {
            SCORE_OUT_OF_RANGE.add(findings, || part.place(row));
        }
    }
    if multilabel {
        return;
    }
    if !logits {
        for row in rows(bit::ZERO) {
            findings.add(
                Severity::Warning,
                "zero-row",
                "Rows have the score 0 for every class, so their best class is only the first; look for items that the \
                 model did not see.",
                || part.place(row),
            );
        }
        for row in rows(bit::SUM) {
            findings.add(
                Severity::Warning,
                "not-a-distribution",
                "Scores of a row do not sum to one; they are used as they are, and divided by their sum for log loss, Brier \
                 score and calibration.",
                || part.place(row),
            );
        }
    }
    for row in rows(bit::TIED) {
        findings.add(
            Severity::Info,
            "tied-top",
            "Several classes share the best score of a row; the first of them in the order of classes is taken.",
            || part.place(row),
        );
    }
}

fn flags<T: Copy + Into<f64> + Sync>(values: &[T], columns: &[Option<ClassId>]) -> Vec<u8> {
    let width = columns.len().max(1);
    // Where every column is a class, none has to be asked.
    let all = columns.iter().all(Option::is_some);
    let of = |row: &[T]| {
        if all {
            flags_of(row.iter().map(|&v| v.into()))
        } else {
            flags_of(row.iter().zip(columns).filter(|(_, class)| class.is_some()).map(|(&v, _)| v.into()))
        }
    };
    values.par_chunks_exact(width).with_min_len(4096).map(of).collect()
}

fn flags_of(row: impl Iterator<Item = f64> + Clone) -> u8 {
    let (mut sum, mut low, mut high) = (0.0, f64::INFINITY, f64::NEG_INFINITY);
    for value in row.clone() {
        sum += value;
        low = if value < low { value } else { low };
        high = if value > high { value } else { high };
    }
    if !sum.is_finite() {
        return bit::UNUSABLE;
    }
    let best = row.filter(|value| *value == high).count();
    let flag = |is: bool, bit: u8| if is { bit } else { 0 };
    let zero = low == 0.0 && high == 0.0;
    flag(low < 0.0, bit::NEGATIVE)
        | flag(high > 1.0, bit::ABOVE_ONE)
        | flag(zero, bit::ZERO)
        | flag(!zero && (sum - 1.0).abs() > NEAR, bit::SUM)
        | flag(!zero && best > 1, bit::TIED)
}

/// Reports lists of the best classes.
pub(super) fn lists(part: &Part, lists: &[Vec<(ClassId, f64)>], findings: &mut Findings) {
    for (row, list) in lists.iter().enumerate().filter(|(row, _)| part.items.get(*row).is_some_and(Option::is_some)) {
        let high = list.iter().map(|(_, score)| *score).fold(f64::NEG_INFINITY, f64::max);
        if list.iter().filter(|(_, score)| *score == high).count() > 1 {
            findings.add(
                Severity::Info,
                "tied-top",
                "Several classes share the best score of a row; the first of them in the order of classes is taken.",
                || part.place(row),
            );
        }
        if list.iter().any(|(_, score)| !(0.0..=1.0).contains(score)) {
            SCORE_OUT_OF_RANGE.add(findings, || part.place(row));
        }
    }
}
