//! Curves, with what they mean.

use crate::model::fmt;
use crate::report::sheet::{Block, Part};

use super::Case;

pub(super) fn blocks(case: &Case<'_>) -> Vec<Block> {
    let charts = case.charts(Part::Curves);
    if charts.is_empty() {
        return charts;
    }
    let mut blocks: Vec<Block> = sentence(case).map(|words| Block::Text(words.to_owned())).into_iter().collect();
    let ece = case.numbers.get("ece").copied().flatten();
    if let Some(ece) = ece {
        blocks.push(Block::Text(format!(
            "Confidence and the share that is right lie {} apart on average (calibration error); 0 would mean that of answers with confidence 0.8 eight in ten are right.",
            fmt::rate(Some(ece))
        )));
    }
    blocks.extend(charts);
    blocks
}

fn sentence(case: &Case<'_>) -> Option<&'static str> {
    if case.evaluation.texts().is_some() {
        return None;
    }
    if case.evaluation.pixels().is_some() {
        return Some("How area and confidence are spread, class by class.");
    }
    Some(
        "Every point of a curve is a threshold; a curve that comes nearer to its corner ranks what is right before what is wrong.",
    )
}
