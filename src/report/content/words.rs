//! Words that several parts say.

use crate::analysis::recommend::{Gain, Importance, Surer};
use crate::metrics::{Evaluation, Metric};
use crate::model::{ClassId, Task, fmt};
use crate::report::sheet::{Block, Listing};
use crate::report::table::Table;

/// `model@version`.
pub(super) fn model(evaluation: &Evaluation) -> String {
    let identity = &evaluation.predictions.identity;
    named(&identity.id, &identity.version)
}

/// `id@version`; the id alone where there is no version.
pub(super) fn named(id: &str, version: &str) -> String {
    if version.is_empty() { id.to_owned() } else { format!("{id}@{version}") }
}

/// `model@version on dataset@version, split`.
pub(super) fn subject(evaluation: &Evaluation) -> String {
    let identity = &evaluation.dataset.identity;
    let split = if identity.split.is_empty() { String::new() } else { format!(", {}", identity.split) };
    format!("{} on {}{split}", model(evaluation), named(&identity.id, &identity.version))
}

/// What the task is called.
pub(super) const fn task(task: Task) -> &'static str {
    match task {
        Task::Detection => "Detection of objects",
        Task::InstanceSegmentation => "Detection of objects with masks",
        Task::SemanticSegmentation => "Classification of pixels",
        Task::Classification => "Classification of images",
        Task::Multilabel => "Classification of images with several labels",
        Task::TextClassification => "Classification of texts",
        Task::TextMultilabel => "Classification of texts with several labels",
        Task::TextGeneration => "Generation of texts",
    }
}

/// An interval in words: `0.790–0.834`.
pub(super) fn between((low, high): (f64, f64)) -> String {
    format!("{}–{}", fmt::rate(Some(low)), fmt::rate(Some(high)))
}

/// What a metric of a gain is called.
pub(super) fn metric(name: &str) -> String {
    match name {
        "ece" => "calibration error".to_owned(),
        name => Metric::from_name(name).map_or_else(|| name.replace('_', " "), |metric| metric.label().to_owned()),
    }
}

/// What a repair would give, or how much it matters where that cannot be computed.
pub(super) fn gain(gain: Option<Gain>, surer: Option<Surer>, matters: Importance) -> String {
    match (gain, surer) {
        // What rounds to nothing is no gain.
        (Some(gain), _) if gain.difference().abs() >= 0.0005 => {
            let (from, to) = (fmt::rate(Some(gain.from)), fmt::rate(Some(gain.to)));
            let name = metric(gain.metric);
            format!("{} {name}: {to} instead of {from}, all else as it is", fmt::difference(gain.difference()))
        }
        (None, Some(surer)) => format!(
            "{} lies within {} with {} of them, and would lie within {} with {}",
            metric(surer.metric),
            between(surer.now),
            fmt::count(surer.truths),
            between(surer.then),
            fmt::count(surer.with)
        ),
        _ => fmt::capitalised(match matters {
            Importance::High => "costs a lot",
            Importance::Medium => "worth doing",
            Importance::Low => "good to know",
        }),
    }
}

/// `a, b and c`.
pub(super) fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// The name of a class, or what stands outside all classes.
pub(super) fn class(evaluation: &Evaluation, class: Option<ClassId>) -> &str {
    class.map_or(evaluation.outside(), |class| evaluation.dataset.classes.name(class))
}

/// A table under a name.
pub(super) fn listing(key: &str, title: &str, table: Table, most: usize) -> Block {
    Block::Listing(Listing { key: key.to_owned(), title: title.to_owned(), table, most })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gains_are_said_plainly() {
        let gained = Gain { metric: "f1", from: 0.8, to: 0.8312, repaired: None };
        assert_eq!(gain(Some(gained), None, Importance::High), "+0.031 F1: 0.831 instead of 0.800, all else as it is");
        let nothing = Gain { to: 0.8001, ..gained };
        assert_eq!(gain(Some(nothing), None, Importance::Medium), "Worth doing");
        let surer = Surer { metric: "f1", truths: 20, with: 1200, now: (0.5, 0.9), then: (0.7, 0.75) };
        assert_eq!(
            gain(None, Some(surer), Importance::Low),
            "F1 lies within 0.500–0.900 with 20 of them, and would lie within 0.700–0.750 with 1,200"
        );
    }

    #[test]
    fn lists_read_well() {
        let words = |n: usize| listed(&["a".to_owned(), "b".to_owned(), "c".to_owned()][..n]);
        assert_eq!([0, 1, 2, 3].map(words), ["", "a", "a and b", "a, b and c"]);
    }
}
