//! The numbers that count, with their intervals and what they mean.

use crate::model::fmt;
use crate::report::settings::{self, NO_THRESHOLD};
use crate::report::sheet::{Block, Part, Tile};
use crate::report::table::{Cell, Column, Table};

use super::numbers::{self, Number};
use super::{Case, words};

/// Rows of the table of all numbers that are shown.
const MOST: usize = 40;

pub(super) fn blocks(case: &Case<'_>) -> Vec<Block> {
    let numbers = numbers::headline(case);
    if numbers.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![Block::Text(sentence(case)), Block::Tiles(numbers.iter().map(tile).collect())];
    if numbers.iter().any(|number| number.interval.is_some()) {
        blocks.push(Block::Note(format!("Under a number stands its 95 % interval. {}", how(case))));
    }
    let undefined: Vec<String> = numbers.iter().filter(|n| n.value.is_none()).map(|n| n.label.clone()).collect();
    if !undefined.is_empty() {
        let verb = if undefined.len() == 1 { "is" } else { "are" };
        blocks.push(Block::Note(format!(
            "{} {verb} not defined here: there is nothing to compute it from",
            fmt::capitalised(&words::listed(&undefined))
        )));
    }
    blocks.extend(case.charts(Part::Headline));
    let meanings = numbers.iter().filter(|number| !number.meaning.is_empty());
    blocks.push(Block::Facts(meanings.map(|number| (number.label.clone(), number.meaning.clone())).collect()));
    blocks.push(words::listing("summary", "All numbers", table(case), MOST));
    blocks
}

fn tile(number: &Number) -> Tile {
    Tile {
        label: number.label.clone(),
        value: number.shown.clone(),
        note: number.interval.as_ref().map_or_else(String::new, |(shown, _)| shown.clone()),
    }
}

/// How intervals are made, in a sentence.
pub(super) fn how(case: &Case<'_>) -> String {
    let (_, many) = case.items();
    match case.at.and_then(|at| at.intervals) {
        Some(found) => format!(
            "It is the middle 95 % of {} draws of as many {many}, with replacement: what other {many} of the same kind could give.",
            fmt::count(found.resamples as u64)
        ),
        None => "It is Wilson's interval of a share: what other data of the same kind and size could give.".to_owned(),
    }
}

/// What the model got right and wrong, in one or two sentences.
fn sentence(case: &Case<'_>) -> String {
    let (Some(at), Some(counts)) = (case.at, case.totals()) else { return String::new() };
    let task = case.task();
    let condition = settings::condition(case.evaluation, at.matched, at.confidence);
    let (count, size) = (fmt::count, case.evaluation.size().join(", "));
    let counted = |what: String| match condition.as_str() {
        NO_THRESHOLD => format!("{size}. {what}."),
        condition => format!("{size}. At {condition}, {what}."),
    };
    if let Some(column) = case.evaluation.texts().and_then(|texts| texts.pass_column()) {
        if !column.ranks() {
            return format!("{size}.");
        }
        return format!("{size}. {} of {} answers pass ({condition}).", count(counts.correct), count(counts.truths()));
    }
    let (one, many) = task.units();
    let found = format!("{} of {}", count(counts.correct), fmt::counted(counts.truths(), one, many));
    if task.has_objects() {
        return counted(format!(
            "{found} are found as what they are, {} taken for another class and {} missed; besides {} of nothing",
            count(counts.misclassified),
            count(counts.missed),
            fmt::counted(counts.false_positives, "detection", "detections")
        ));
    }
    if task.is_multilabel() {
        return counted(format!(
            "{found} are given and {} missed; besides {} given wrongly",
            count(counts.missed),
            fmt::counted(counts.false_positives, "label", "labels")
        ));
    }
    if case.evaluation.is_without_confidence() {
        return format!("{size}. {found} are right.");
    }
    counted(format!(
        "{found} are right, {} wrong and {} not sure enough",
        count(counts.misclassified),
        count(counts.missed)
    ))
}

/// Every number of the set with its interval.
fn table(case: &Case<'_>) -> Table {
    let columns = vec![
        Column::words("metric", "Number"),
        Column::number("value", "Value"),
        Column::number("low", "95 % from"),
        Column::number("high", "to"),
        Column::words("key", "In evaluation.json"),
    ];
    let end = |value: Option<f64>, shown: &str| value.map_or(Cell::Empty, |value| Cell::Shown(value, shown.to_owned()));
    let row = |number: Number| {
        let (low, high) =
            number.interval.as_ref().map_or(("", ""), |(shown, _)| shown.split_once('–').unwrap_or_default());
        let ends = number.interval.as_ref().map(|(_, ends)| *ends);
        vec![
            number.label.clone().into(),
            number.value.map_or(Cell::Rate(None), |value| Cell::Shown(value, number.shown.clone())),
            end(ends.map(|ends| ends.0), low),
            end(ends.map(|ends| ends.1), high),
            number.key.into(),
        ]
    };
    Table { columns, rows: numbers::all(case).into_iter().map(row).collect() }
}
