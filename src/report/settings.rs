//! At which threshold and by which rule an evaluation counts, in words: the same on screen and on paper.

use crate::metrics::detection::Matched;
use crate::metrics::generation::Column;
use crate::metrics::{Evaluation, Matching};
use crate::model::fmt;

/// Said where a threshold means nothing.
pub const NO_THRESHOLD: &str = "no threshold";

/// The threshold in words: `confidence ≥ 0.361`, with how many classes do not follow it.
#[must_use]
pub fn condition(evaluation: &Evaluation, matched: &Matched, threshold: f64) -> String {
    let at = condition_at(evaluation, threshold);
    match matched.own.len() {
        _ if at == NO_THRESHOLD => at,
        0 => at,
        1 => format!("{at}, 1 class at its own"),
        n => format!("{at}, {} classes at their own", fmt::count(n as u64)),
    }
}

/// What has to be reached at a threshold: `confidence ≥ 0.361`, `BLEU ≥ 50.00`.
#[must_use]
pub fn condition_at(evaluation: &Evaluation, threshold: f64) -> String {
    match evaluation.texts() {
        Some(texts) => texts
            .pass_column()
            .filter(|pass| Column::ranks(pass))
            .map_or_else(|| NO_THRESHOLD.to_owned(), |pass| pass.condition(threshold)),
        None if evaluation.is_without_confidence() => NO_THRESHOLD.to_owned(),
        None => format!("confidence ≥ {}", fmt::threshold(threshold)),
    }
}

/// What was counted and at which threshold: `Items with errors at confidence ≥ 0.361`. Where a threshold means nothing, nothing is
/// said of it.
#[must_use]
pub fn counted_at(what: &str, condition: &str) -> String {
    if condition == NO_THRESHOLD { what.to_owned() } else { format!("{what} at {condition}") }
}

/// By which rule predictions and truths are held against each other: `two-pass, IoU ≥ 0.50`.
#[must_use]
pub fn matching(evaluation: &Evaluation, matched: &Matched) -> String {
    let task = evaluation.task;
    if task.is_classification() {
        let item = task.items().0;
        return if task.is_multilabel() {
            "each class by itself".to_owned()
        } else {
            format!("best class of each {item}")
        };
    }
    if let Some(pixels) = evaluation.pixels() {
        let ignored = pixels.reading.ignore.map_or_else(String::new, |index| format!(", index {index} ignored"));
        return format!("class of each pixel{ignored}");
    }
    if let Some(texts) = evaluation.texts() {
        let scoring = &texts.scoring;
        return match (scoring.template.is_empty(), scoring.takes_out()) {
            (false, _) => format!("template {}", scoring.template),
            (true, true) => "a part of each answer is scored".to_owned(),
            (true, false) => "all of each answer is scored".to_owned(),
        };
    }
    let settings = matched.settings;
    let sign = match settings.matching {
        Matching::Supervision | Matching::Ultralytics => ">",
        Matching::TwoPass | Matching::Coco | Matching::ClassAgnostic => "≥",
    };
    format!("{}, IoU {sign} {:.2}", settings.matching.name(), settings.iou)
}
