//! What the matrix says in words. Knows no pixels.

use crate::analysis::matrix::{predicted_total, truth_total};
use crate::metrics::{Cell, OutcomeKind, rates};
use crate::model::{ClassId, fmt};
use crate::session::Explorer;

/// The name of a cell for screen readers and automation: `truth Platelets, predicted RBC: 12`.
pub(super) fn cell_name(explorer: &Explorer, cell: Cell, count: u32) -> String {
    let (truth, predicted) = (explorer.class_name(cell.truth), explorer.class_name(cell.predicted));
    format!("truth {truth}, predicted {predicted}: {}", fmt::count(count.into()))
}

/// The name of a row's or column's label: `truth Platelets: 69`.
pub(super) fn label_name(explorer: &Explorer, class: Option<ClassId>, of_truth: bool, total: u64) -> String {
    let axis = if of_truth { "truth" } else { "predicted" };
    format!("{axis} {}: {}", explorer.class_name(class), fmt::count(total))
}

/// What a cell means: `12 Platelets were taken for RBC at confidence ≥ 0.361`.
pub(super) fn meaning(explorer: &Explorer, cell: Cell, count: u32) -> String {
    let (truth, predicted) = (explorer.class_name(cell.truth), explorer.class_name(cell.predicted));
    let task = explorer.evaluation.task;
    let number = if count == 0 { "No".to_owned() } else { fmt::count(count.into()) };
    let was = if count == 1 { "was" } else { "were" };
    let at = format!("at confidence ≥ {}", fmt::threshold(explorer.threshold.value));
    match cell.kind() {
        Some(OutcomeKind::Correct) => format!("{number} {truth} {was} found correctly {at}"),
        Some(OutcomeKind::Misclassified) => format!("{number} {truth} {was} taken for {predicted} {at}"),
        Some(OutcomeKind::Missed) if task.is_single_label() => {
            format!("{number} {truth} scored below the threshold {at}")
        }
        Some(OutcomeKind::Missed) => format!("{number} {truth} {was} missed {at}"),
        Some(OutcomeKind::FalsePositive) => format!("{number} {predicted} {was} predicted where there is none {at}"),
        None => "What is neither annotated nor predicted is not counted".to_owned(),
    }
}

/// The cell's share of its truths and of its predictions: `17 % of 69 Platelets · 1 % of 1,174 predicted RBC`.
pub(super) fn shares(explorer: &Explorer, cell: Cell, count: u32) -> Option<String> {
    let counter = &explorer.counter;
    let share = |whole: u64| fmt::percent(rates::ratio(count.into(), whole));
    let of_truth = cell.truth.map(|class| {
        let whole = truth_total(counter, Some(class));
        format!("{} of {} {}", share(whole), fmt::count(whole), explorer.class_name(cell.truth))
    });
    let of_predicted = cell.predicted.map(|class| {
        let whole = predicted_total(counter, Some(class));
        format!("{} of {} predicted {}", share(whole), fmt::count(whole), explorer.class_name(cell.predicted))
    });
    let parts: Vec<String> = of_truth.into_iter().chain(of_predicted).collect();
    (!parts.is_empty() && count > 0).then(|| parts.join(" · "))
}

/// What the label of a row or column means.
pub(super) fn label_meaning(explorer: &Explorer, class: Option<ClassId>, of_truth: bool, total: u64) -> String {
    let name = explorer.class_name(class);
    let (one, many) = explorer.evaluation.task.units();
    match (class, of_truth) {
        (Some(_), true) => format!("{name}: {} in the ground truth", fmt::counted(total, one, many)),
        (Some(_), false) => {
            let at = fmt::threshold(explorer.threshold.value);
            format!("{name}: {} at confidence ≥ {at}", fmt::counted(total, "prediction", "predictions"))
        }
        (None, true) => format!("{name}: {}", fmt::counted(total, "false positive", "false positives")),
        (None, false) => {
            format!("{name}: {}", fmt::counted(total, &format!("missed {one}"), &format!("missed {many}")))
        }
    }
}
