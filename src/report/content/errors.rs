//! Kinds of errors and what they cost.

use crate::analysis::kinds::Kind;
use crate::model::fmt;
use crate::report::sheet::Block;
use crate::report::table::{Cell, Column, Table};
use crate::report::{figures, settings};

use super::{Case, words};

pub(super) fn blocks(case: &Case<'_>) -> Vec<Block> {
    let (Some(kinds), Some(at)) = (case.material.kinds, case.at) else { return Vec::new() };
    let Some(first) = kinds.kinds.first() else { return Vec::new() };
    let condition = settings::condition(case.evaluation, at.matched, at.confidence);
    let mut blocks = vec![Block::Text(sentence(first))];
    blocks.extend(figures::errors::kinds(kinds, &condition, &case.material.palette).map(Block::Exhibit));
    blocks.push(words::listing("kinds-of-errors", "What each kind is", table(&kinds.kinds), usize::MAX));
    blocks
}

fn sentence(first: &Kind) -> String {
    let share = fmt::percent(Some(first.share));
    let cost = first.cost.filter(|cost| cost.value >= 0.0005).map_or_else(String::new, |cost| {
        format!("; without it {} would be {} higher", cost.metric, fmt::rate(Some(cost.value)))
    });
    format!("What costs most is “{}”: {} of all errors ({}){cost}.", first.name, share, fmt::count(first.count))
}

fn table(kinds: &[Kind]) -> Table {
    let row = |kind: &Kind| {
        vec![
            kind.name.clone().into(),
            kind.count.into(),
            Cell::Shown(kind.share, fmt::percent(Some(kind.share))),
            kind.cost.map_or("", |cost| cost.metric).into(),
            kind.cost.map_or(Cell::Empty, |cost| Cell::Shown(cost.value, fmt::difference(cost.value))),
            kind.about.clone().into(),
        ]
    };
    Table {
        columns: vec![
            Column::words("kind", "Kind"),
            Column::number("count", "Count"),
            Column::number("share", "Share"),
            Column::words("metric", "Costs"),
            Column::number("cost", "How much"),
            Column::words("about", "What it is"),
        ],
        rows: kinds.iter().map(row).collect(),
    }
}
