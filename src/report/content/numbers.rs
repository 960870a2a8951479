//! The headline numbers of each task: what they are called, what they mean, and their intervals.

use crate::metrics::generation::ColumnKind;
use crate::metrics::{Metric, rates};
use crate::model::{Task, fmt};

use super::Case;

/// A number of the whole set.
pub(super) struct Number {
    pub key: String,
    pub label: String,
    pub value: Option<f64>,
    pub shown: String,
    /// The interval, as it is shown, with its ends.
    pub interval: Option<(String, (f64, f64))>,
    pub meaning: String,
}

/// The headline numbers of the task, the one that counts most first.
pub(super) fn headline(case: &Case<'_>) -> Vec<Number> {
    if case.evaluation.texts().is_some() {
        return of_texts(case);
    }
    let keys: &[&str] = match case.task() {
        Task::Detection | Task::InstanceSegmentation => &["f1", "precision", "recall", "ap", "ap50", "ap75"],
        Task::Classification | Task::TextClassification => {
            &["accuracy", "macro_f1", "roc_auc_macro", "f1", "precision", "recall", "log_loss", "ece"]
        }
        Task::Multilabel | Task::TextMultilabel => {
            &["average_precision_macro", "roc_auc_macro", "f1", "precision", "recall", "macro_f1", "subset_accuracy"]
        }
        Task::SemanticSegmentation if case.evaluation.is_without_confidence() => {
            &["mean_iou", "pixel_accuracy", "mean_accuracy", "mean_dice", "boundary_iou"]
        }
        Task::SemanticSegmentation => {
            &["mean_iou", "pixel_accuracy", "mean_dice", "boundary_iou", "f1", "precision", "recall"]
        }
        Task::TextGeneration => &[],
    };
    let known = keys.iter().filter(|key| case.numbers.contains_key(**key));
    known.map(|key| number(case, key, meaning(case.task(), key).to_owned())).collect()
}

/// All named numbers of the set, for the table of all.
pub(super) fn all(case: &Case<'_>) -> Vec<Number> {
    // Without confidences nothing is missed, and there is no optimum.
    let empty = |key: &str| matches!(key, "optimal_confidence" | "missed" | "false_positives");
    let known = case.numbers.keys().filter(|key| !(case.evaluation.is_without_confidence() && empty(key)));
    known.map(|key| number(case, key, String::new())).collect()
}

fn number(case: &Case<'_>, key: &str, meaning: String) -> Number {
    let value = case.numbers.get(key).copied().flatten();
    let column = case.evaluation.texts().and_then(|texts| texts.column(key));
    let shown = |value: Option<f64>| match (column, value) {
        (Some(column), value) => column.words(value),
        (None, Some(value)) if is_count(key) => fmt::count(value as u64),
        (None, Some(value)) if key == "optimal_confidence" => fmt::threshold(value),
        (None, value) => fmt::rate(value),
    };
    // A draw lacks small classes, which pulls some means to one side: an interval beside its own number says nothing.
    let ends = interval(case, key).filter(|(low, high)| value.is_some_and(|value| *low <= value && value <= *high));
    Number {
        label: column.map_or_else(|| label(key), |column| column.label.clone()),
        interval: ends.map(|ends| (format!("{}–{}", shown(Some(ends.0)), shown(Some(ends.1))), ends)),
        key: key.to_owned(),
        shown: shown(value),
        value,
        meaning,
    }
}

/// The pass rate, then every number of the set that ranks answers.
fn of_texts(case: &Case<'_>) -> Vec<Number> {
    let Some(texts) = case.evaluation.texts() else { return Vec::new() };
    let mut all = Vec::new();
    if let (Some(at), Some(column)) = (case.at, texts.pass_column().filter(|column| column.ranks())) {
        let meaning = format!("Share of the answers that pass: {}", column.condition(at.confidence));
        all.push(number(case, "pass_rate", meaning));
    }
    let ranking = texts.shown().filter(|column| column.ranks() && column.kind != ColumnKind::Length);
    all.extend(ranking.map(|column| number(case, &column.key, column.about.to_owned())));
    all
}

/// The 95 % interval of a number: from resamples where there are any, else Wilson's where it is a share of things that are drawn
/// one by one.
fn interval(case: &Case<'_>, key: &str) -> Option<(f64, f64)> {
    let resampled = || case.material.intervals.get(key).copied();
    resampled_headline(case, key).or_else(resampled).or_else(|| wilson(case, key))
}

/// Those that the document of the evaluation has too.
fn resampled_headline(case: &Case<'_>, key: &str) -> Option<(f64, f64)> {
    let of_column = || case.material.text_intervals.and_then(|intervals| intervals.get(key)).copied();
    let Some(found) = case.at.and_then(|at| at.intervals) else { return of_column() };
    let labels = found.labels.as_ref();
    let of_task = match key {
        "precision" => found.precision,
        "recall" | "pass_rate" => found.recall,
        "f1" => found.f1,
        "accuracy" => labels.and_then(|labels| labels.accuracy),
        "macro_f1" => labels.and_then(|labels| labels.macro_f1),
        key => found.texts.as_ref().and_then(|texts| texts.get(key)).copied(),
    };
    of_task.or_else(of_column)
}

fn wilson(case: &Case<'_>, key: &str) -> Option<(f64, f64)> {
    let at = case.at?;
    // Pixels of one image are no independent draws.
    if at.matched.timeline.is_weighted() {
        return None;
    }
    let counts = at.counter.totals();
    match key {
        "precision" => rates::wilson(counts.correct, counts.kept()),
        "recall" | "pass_rate" => rates::wilson(counts.correct, counts.truths()),
        "f1" => rates::f1_interval(counts.correct, counts.kept(), counts.truths()),
        "accuracy" => {
            let single = case.evaluation.labels()?.single.as_ref()?;
            let right: u64 = single.classes.iter().map(|tally| tally.correct).sum();
            rates::wilson(right, single.classes.iter().map(|tally| tally.predicted).sum())
        }
        _ => None,
    }
}

fn is_count(key: &str) -> bool {
    matches!(key, "correct" | "misclassified" | "missed" | "false_positives")
}

fn label(key: &str) -> String {
    let known = match key {
        "ap_small" => "AP of small objects",
        "ap_medium" => "AP of medium objects",
        "ap_large" => "AP of large objects",
        "ar_100" => "AR of 100 detections",
        "brier" => "Brier score",
        "ece" => "Calibration error",
        "mcc" => "Matthews correlation",
        "top5_accuracy" => "Top-5 accuracy",
        "weighted_f1" => "Weighted F1",
        "average_precision_micro" => "Average precision, pooled",
        key => {
            return Metric::from_name(key)
                .map_or_else(|| fmt::capitalised(&key.replace('_', " ")), |m| m.label().into());
        }
    };
    known.to_owned()
}

/// What a number means, for somebody who was not there.
fn meaning(task: Task, key: &str) -> &'static str {
    let pixels = task == Task::SemanticSegmentation;
    match key {
        "f1" => "Precision and recall in one number, high only where both are",
        "precision" if task.has_objects() => "Share of the detections that are right",
        "precision" if task.is_multilabel() => "Share of the labels that the model gives which are right",
        "precision" if pixels => "Share of the pixels that the model is sure enough of which are right",
        "precision" => "Share of the answers that the model is sure enough of which are right",
        "recall" if task.has_objects() => "Share of the annotated objects that are found as what they are",
        "recall" if task.is_multilabel() => "Share of the true labels that the model gives",
        "recall" if pixels => "Share of all pixels that are right and sure enough",
        "recall" => "Share of all items that are right and sure enough",
        "ap" => "Average precision over all confidences and over overlaps of 0.50 to 0.95, mean of the classes",
        "ap50" => "Average precision where an overlap of 0.50 is enough",
        "ap75" => "Average precision where an overlap of 0.75 is asked for",
        "accuracy" => "Share of the items whose most probable class is the right one, whatever the confidence",
        "macro_f1" => "Mean F1 of the classes, each counting the same however large it is",
        "roc_auc_macro" => "How likely an item of a class has a higher score for it than one without it; 0.5 is chance",
        "average_precision_macro" => "How well each class ranks its own items before all others, mean of the classes",
        "subset_accuracy" => "Share of the items whose set of labels is exactly right",
        "log_loss" => "How surprised the model is by the truth; 0 is best",
        "ece" => "How far confidence and the share that is right lie apart; 0 is best",
        "mean_iou" => "Overlap of predicted and true area, shared over both together, mean of the classes",
        "pixel_accuracy" => "Share of the pixels whose class is right",
        "mean_accuracy" => "Share of the pixels of a class that are right, mean of the classes",
        "mean_dice" => "Twice the overlap over the sum of both areas, mean of the classes",
        "boundary_iou" => "The same as mean IoU near the outlines alone",
        _ => "",
    }
}
