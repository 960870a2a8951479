//! What is taken for what.

use crate::model::fmt;
use crate::report::sheet::{Block, Part};
use crate::report::table::{Column, Table};

use super::{Case, words};

/// Confusions that are named in the sentence, and listed.
const NAMED: usize = 3;
const LISTED: usize = 20;

/// A cell off the diagonal: truth, prediction, count, share of the truth's row.
struct Confusion<'a> {
    truth: &'a str,
    said: &'a str,
    count: u64,
    row: u64,
}

pub(super) fn blocks(case: &Case<'_>) -> Vec<Block> {
    let Some(at) = case.at.filter(|_| case.evaluation.texts().is_none()) else { return Vec::new() };
    let counts = match at.multilabel {
        Some(several) => several.matrix.clone(),
        None => at.counter.matrix(&at.matched.timeline),
    };
    let names = case.evaluation.dataset.classes.names();
    let confusions = confusions(names, &counts);
    let mut blocks = vec![Block::Text(sentence(case, &confusions))];
    blocks.extend(case.charts(Part::Matrix));
    if !confusions.is_empty() {
        blocks.push(words::listing("confusions", "The most frequent confusions", table(&confusions), LISTED));
    }
    blocks
}

/// Classes taken for others, the most frequent first.
fn confusions<'a>(names: &'a [String], counts: &[Vec<u64>]) -> Vec<Confusion<'a>> {
    let mut all = Vec::new();
    for (at, (truth, row)) in names.iter().zip(counts).enumerate() {
        let sum = row.iter().sum();
        let off = names.iter().zip(row).enumerate().filter(|(other, (_, count))| *other != at && **count > 0);
        all.extend(off.map(|(_, (said, &count))| Confusion { truth, said, count, row: sum }));
    }
    // Stable, so that equal counts stay in the order of the classes.
    all.sort_by_key(|confusion| std::cmp::Reverse(confusion.count));
    all
}

fn sentence(case: &Case<'_>, confusions: &[Confusion<'_>]) -> String {
    if confusions.is_empty() {
        return "No class is taken for another.".to_owned();
    }
    let named: Vec<String> = confusions
        .iter()
        .take(NAMED)
        .map(|c| match case.task().is_multilabel() {
            true => format!("{} instead of {} ({})", c.said, c.truth, fmt::count(c.count)),
            false => format!("{} taken for {} ({} of {})", c.truth, c.said, fmt::count(c.count), fmt::count(c.row)),
        })
        .collect();
    let confused: u64 = confusions.iter().map(|confusion| confusion.count).sum();
    let most = if named.len() == 1 { "It is" } else { "Most often" };
    let named = words::listed(&named);
    if case.task().is_multilabel() {
        let pairs = fmt::counted(
            confused,
            "pair of a missed and a wrongly given label",
            "pairs of a missed and a wrongly given label",
        );
        return format!("{pairs}. {most} {named}.");
    }
    let (one, many) = case.task().units();
    let verb = if confused == 1 { "is" } else { "are" };
    format!("{} {verb} taken for another class. {most} {named}.", fmt::counted(confused, one, many))
}

fn table(confusions: &[Confusion<'_>]) -> Table {
    let row = |c: &Confusion<'_>| {
        vec![c.truth.into(), c.said.into(), c.count.into(), crate::metrics::rates::ratio(c.count, c.row).into()]
    };
    Table {
        columns: vec![
            Column::words("truth", "Truth"),
            Column::words("predicted", "Predicted"),
            Column::number("count", "Count"),
            Column::number("share", "Share of the truth’s row"),
        ],
        rows: confusions.iter().map(row).collect(),
    }
}
