//! Kinds of errors and what they cost.

use std::collections::BTreeSet;

use crate::analysis::kinds::Kind;
use crate::model::fmt;
use crate::report::sheet::Block;
use crate::report::{figures, settings};

use super::Case;

pub(super) fn blocks(case: &Case<'_>) -> Vec<Block> {
    let (Some(kinds), Some(at)) = (case.material.kinds, case.at) else { return Vec::new() };
    let Some(first) = kinds.kinds.first() else { return Vec::new() };
    let condition = settings::condition(case.evaluation, at.matched, at.confidence);
    let mut blocks = vec![Block::Text(sentence(first))];
    blocks.extend(figures::errors::kinds(kinds, &condition, &case.material.palette).map(Block::Exhibit));
    blocks.push(meanings(&kinds.kinds));
    blocks
}

/// What each kind is; said once where all are of one sort.
fn meanings(kinds: &[Kind]) -> Block {
    let about: BTreeSet<&str> = kinds.iter().map(|kind| kind.about.as_str()).collect();
    match (about.first(), about.len()) {
        (Some(all), 1) => Block::Note(format!("{all}.")),
        _ => Block::Facts(kinds.iter().map(|kind| (kind.name.clone(), kind.about.clone())).collect()),
    }
}

fn sentence(first: &Kind) -> String {
    let share = fmt::percent(Some(first.share));
    let cost = first.cost.filter(|cost| cost.value >= 0.0005).map_or_else(String::new, |cost| {
        format!("; without it {} would be {} higher", cost.metric, fmt::rate(Some(cost.value)))
    });
    format!("What costs most is “{}”: {} of all errors ({}){cost}.", first.name, share, fmt::count(first.count))
}
