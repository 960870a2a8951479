//! What the matrix says in words. Knows no pixels.

use crate::analysis::matrix::Scale;
use crate::metrics::{Cell, OutcomeKind, rates};
use crate::model::{ClassId, fmt};

use super::{Frame, counting};
use crate::metrics::classification::PairCounting;

/// The number of a cell as it is read.
fn figure(frame: &Frame, held: f64) -> String {
    if frame.scale == Scale::MeanProbability { fmt::short(held) } else { fmt::count(held as u64) }
}

/// The name of a cell for screen readers and automation: `truth Platelets, predicted RBC: 12`.
pub(super) fn cell_name(frame: &Frame, cell: Cell, held: f64) -> String {
    let name = |class| frame.explorer.class_name(class);
    let (truth, predicted, n) = (name(cell.truth), name(cell.predicted), figure(frame, held));
    match frame.scale {
        Scale::MeanProbability => format!("truth {truth}, mean probability of {predicted}: {n}"),
        Scale::Together => format!("labelled {truth} and {predicted}: {n}"),
        _ => format!("truth {truth}, predicted {predicted}: {n}"),
    }
}

/// The name of a row's or column's label: `truth Platelets: 69`.
pub(super) fn label_name(frame: &Frame, class: Option<ClassId>, of_truth: bool, total: u64) -> String {
    let axis = if of_truth { "truth" } else { "predicted" };
    format!("{axis} {}: {}", frame.explorer.class_name(class), fmt::count(total))
}

/// What a cell means: `12 Platelets were taken for RBC at confidence ≥ 0.361`.
pub(super) fn meaning(frame: &Frame, cell: Cell, held: f64) -> String {
    let explorer = frame.explorer;
    let (truth, predicted) = (explorer.class_name(cell.truth), explorer.class_name(cell.predicted));
    let count = held as u64;
    let task = explorer.evaluation.task;
    let (one, many) = task.items();
    let at = format!("at {}", explorer.condition());
    let items = if count == 0 { format!("No {many}") } else { fmt::counted(count, one, many) };
    match frame.scale {
        Scale::MeanProbability => {
            let over = cell.truth.map_or(0, |class| frame.sheet.total(Some(class), true));
            return format!(
                "{predicted} has a mean probability of {} over the {} labelled {truth}, at any threshold",
                figure(frame, held),
                fmt::counted(over, one, many)
            );
        }
        Scale::Together if cell.truth == cell.predicted => return format!("{items} with the label {truth}"),
        Scale::Together => return format!("{items} with both labels, {truth} and {predicted}"),
        _ => {}
    }
    if let Some(counting) = counting(explorer, frame.scale) {
        return format!("{items} {} {at}", of_pair(counting, cell, truth, predicted));
    }
    let number = if count == 0 { "No".to_owned() } else { fmt::count(count) };
    let was = if count == 1 { "was" } else { "were" };
    match cell.kind() {
        Some(OutcomeKind::Correct) => format!("{number} {truth} {was} found correctly {at}"),
        Some(OutcomeKind::Misclassified) => format!("{number} {truth} {was} taken for {predicted} {at}"),
        Some(OutcomeKind::Missed) if task.is_one_class_each() => {
            format!("{number} {truth} scored below the threshold {at}")
        }
        Some(OutcomeKind::Missed) => format!("{number} {truth} {was} missed {at}"),
        Some(OutcomeKind::FalsePositive) => format!("{number} {predicted} {was} predicted where there is none {at}"),
        None => "What is neither annotated nor predicted is not counted".to_owned(),
    }
}

/// What is true of the items of a cell, where an item can have several labels.
fn of_pair(counting: PairCounting, cell: Cell, truth: &str, predicted: &str) -> String {
    let every = counting == PairCounting::EveryPair;
    match cell.kind() {
        Some(OutcomeKind::Correct) => format!("labelled {truth} and rightly predicted so"),
        Some(OutcomeKind::Misclassified) if every => {
            format!("labelled {truth} with {predicted} among what was predicted")
        }
        Some(OutcomeKind::Misclassified) => {
            format!("where the label {truth} was missed and {predicted} wrongly added")
        }
        Some(OutcomeKind::Missed) if every => format!("labelled {truth} for which nothing was predicted"),
        Some(OutcomeKind::Missed) => format!("where the label {truth} was missed and nothing wrongly added"),
        Some(OutcomeKind::FalsePositive) if every => format!("without any label for which {predicted} was predicted"),
        Some(OutcomeKind::FalsePositive) => format!("where {predicted} was wrongly added and nothing missed"),
        None => "with neither label nor prediction".to_owned(),
    }
}

/// What a click does.
pub(super) fn click(frame: &Frame, cell: Cell) -> String {
    match frame.scale {
        Scale::MeanProbability => {
            let (truth, of) = (frame.explorer.class_name(cell.truth), frame.explorer.class_name(cell.predicted));
            format!("click shows all {truth}, by the probability of {of}")
        }
        _ => "click shows them".to_owned(),
    }
}

/// The cell's share of its truths and of its predictions: `17 % of 69 Platelets · 1 % of 1,174 predicted RBC`.
pub(super) fn shares(frame: &Frame, cell: Cell, held: f64) -> Option<String> {
    // Elsewhere an item is in several cells of its row: shares of it would not add up.
    if frame.explorer.evaluation.task.is_multilabel()
        || !matches!(frame.scale, Scale::Count | Scale::Row | Scale::Column)
    {
        return None;
    }
    let count = held as u64;
    let share = |whole: u64| fmt::percent(rates::ratio(count, whole));
    let name = |class| frame.explorer.class_name(class);
    let of_truth = cell.truth.map(|class| {
        let whole = frame.sheet.total(Some(class), true);
        format!("{} of {} {}", share(whole), fmt::count(whole), name(cell.truth))
    });
    let of_predicted = cell.predicted.map(|class| {
        let whole = frame.sheet.total(Some(class), false);
        format!("{} of {} predicted {}", share(whole), fmt::count(whole), name(cell.predicted))
    });
    let parts: Vec<String> = of_truth.into_iter().chain(of_predicted).collect();
    (!parts.is_empty() && count > 0).then(|| parts.join(" · "))
}

/// What the label of a row or column means.
pub(super) fn label_meaning(frame: &Frame, class: Option<ClassId>, of_truth: bool, total: u64) -> String {
    let explorer = frame.explorer;
    let name = explorer.class_name(class);
    let task = explorer.evaluation.task;
    if frame.scale.counting().is_none() {
        let (one, many) = task.items();
        return format!("{name}: {} with the label", fmt::counted(total, one, many));
    }
    let at = explorer.condition();
    if task.is_multilabel() {
        let axis = if of_truth { "row" } else { "column" };
        return format!("{name}: {} in this {axis} at {at}", fmt::counted(total, "pair", "pairs"));
    }
    let (one, many) = task.units();
    match (class, of_truth) {
        (Some(_), true) => format!("{name}: {} in the ground truth", fmt::counted(total, one, many)),
        (Some(_), false) => format!("{name}: {} at {at}", fmt::counted(total, "prediction", "predictions")),
        (None, true) => format!("{name}: {}", fmt::counted(total, "false positive", "false positives")),
        (None, false) => {
            format!("{name}: {}", fmt::counted(total, &format!("missed {one}"), &format!("missed {many}")))
        }
    }
}
