//! What to do next, each with its evidence, what it would give, and some of its items.

use crate::analysis::Recommendation;
use crate::analysis::recommend::Gain;
use crate::model::fmt;
use crate::report::sheet::Block;
use crate::report::table::{Cell, Column, Table};

use super::{Case, samples, words};

pub(super) fn blocks(case: &Case<'_>) -> Vec<Block> {
    let Some(at) = case.at.filter(|at| !at.recommendations.is_empty()) else { return Vec::new() };
    let classes = &case.evaluation.dataset.classes;
    let mut blocks = vec![Block::Text(
        "What to do next, by what it would give. A gain is computed by repairing just these errors and counting again; gains of \
         several do not add up."
            .to_owned(),
    )];
    blocks.push(words::listing("recommendations", "", overview(at.recommendations), usize::MAX));
    for (place, card) in at.recommendations.iter().enumerate() {
        let said = case.material.said.get(&card.key(classes));
        let mut text = card.sentence.clone();
        if said.is_some_and(|said| said.accepted) {
            text.push_str(" Accepted.");
        }
        if let Some(note) = said.map(|said| said.note.trim()).filter(|note| !note.is_empty()) {
            text.push_str(&format!(" Note: {note}"));
        }
        let gain = words::gain(card.gain, card.surer, card.importance);
        blocks.push(Block::Advice { number: place + 1, title: card.title.clone(), text, gain });
        let (items, meant) = samples::of_card(case.evaluation, &at, card);
        blocks.extend(samples::block(case, &items, &meant));
    }
    blocks
}

/// All of them, a row each.
fn overview(cards: &[Recommendation]) -> Table {
    let row = |(place, card): (usize, &Recommendation)| {
        let gain = card.gain.map(Gain::difference);
        vec![
            Cell::Count(place as u64 + 1),
            card.title.clone().into(),
            card.gain.map_or_else(String::new, |gain| words::metric(gain.metric)).into(),
            gain.map_or(Cell::Empty, |gain| Cell::Shown(gain, fmt::difference(gain))),
        ]
    };
    Table {
        columns: vec![
            Column::number("place", "No."),
            Column::words("title", "What to do"),
            Column::words("metric", "Metric"),
            Column::number("gain", "Gain"),
        ],
        rows: cards.iter().enumerate().map(row).collect(),
    }
}
