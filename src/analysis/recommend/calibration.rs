//! `calibration`: probabilities of a classifier with one class an item that are not what they say.

use crate::model::{ImageId, fmt};

use super::case::Case;
use super::{Gain, Importance, Recommendation};
use crate::analysis::Filter;

/// The card.
pub(super) fn find(case: &Case) -> Option<Recommendation> {
    let labels = case.evaluation.labels()?;
    let single = labels.single.as_ref()?;
    let ece = single.ece.filter(|ece| *ece >= case.rules.calibration_error)?;
    let (accuracy, log_loss) = (single.accuracy?, single.log_loss?);
    let scaled = labels.temperature(&case.evaluation.dataset);
    // Without a temperature the sides are told apart by what is right at which confidence.
    let confidence = scaled.map_or_else(|| mean_confidence(case), |scaled| Some(scaled.before.confidence))?;
    let over = confidence > accuracy;
    let side = if over { "Over-confident" } else { "Under-confident" };
    let mut sentence = format!(
        "The best class has a probability of {} on average and is right in {}: the expected calibration error is {}, the log \
         loss {}",
        fmt::rate(Some(confidence)),
        fmt::rate(Some(accuracy)),
        fmt::rate(Some(ece)),
        fmt::rate(Some(log_loss)),
    );
    let mut evidence =
        vec![("ece", ece), ("log_loss", log_loss), ("mean_confidence", confidence), ("accuracy", accuracy)];
    if let Some(scaled) = scaled {
        sentence.push_str(&format!(
            "; dividing the logarithms by a temperature of {} would give {} and {}, found on these items",
            fmt::rate(Some(scaled.value)),
            fmt::rate(Some(scaled.after.ece)),
            fmt::rate(Some(scaled.after.log_loss)),
        ));
        evidence.extend([
            ("temperature", scaled.value),
            ("ece_scaled", scaled.after.ece),
            ("log_loss_scaled", scaled.after.log_loss),
        ]);
    }
    let images = surprising(case, over, accuracy);
    let title = if over { "Wrong, and surer than it is right" } else { "Right, and less sure than it should be" };
    Some(Recommendation {
        kind: "calibration",
        subject: String::new(),
        importance: Importance::Medium,
        title: format!("{side}: calibration error {}", fmt::rate(Some(ece))),
        sentence,
        rule: format!(
            "One class an item, and an expected calibration error (15 equal bins of the highest probability) of at least {}. \
             Gain: the error with all probabilities scaled by the one temperature that gives the least log loss on these \
             items; which class is best stays as it is",
            case.rules.calibration_error,
        ),
        classes: Vec::new(),
        evidence,
        gain: scaled.map(|scaled| Gain { metric: "ece", from: ece, to: scaled.after.ece, repaired: None }),
        surer: None,
        filter: if images.is_empty() { Filter::All } else { Filter::Images { title: title.to_owned(), images } },
        threshold: None,
    })
}

/// The mean of what is said of the best class.
fn mean_confidence(case: &Case) -> Option<f64> {
    let measures = &case.evaluation.labels()?.measures;
    let said: Vec<f64> = measures.iter().filter_map(|of| of.confidence).collect();
    (!said.is_empty()).then(|| said.iter().sum::<f64>() / said.len() as f64)
}

/// Where it is too sure the wrong items that it is surer of than it is right on the whole, the surest first; else the right ones
/// that it is less sure of, the least sure first.
fn surprising(case: &Case, over: bool, accuracy: f64) -> Vec<ImageId> {
    let (evaluation, dataset) = (case.evaluation, &case.evaluation.dataset);
    let Some(labels) = evaluation.labels() else { return Vec::new() };
    let of = |item: ImageId| {
        let truth = dataset.truths.class.get(dataset.truths.ids_of(item).next()?.index())?;
        let said = evaluation.predictions.class_of(evaluation.predictions.ids_of(item).next()?)?;
        let confidence = labels.measures.get(item.index())?.confidence?;
        let meant =
            if over { *truth != said && confidence >= accuracy } else { *truth == said && confidence < accuracy };
        meant.then_some((confidence, item))
    };
    let mut found: Vec<(f64, ImageId)> = dataset.image_ids().filter_map(of).collect();
    found.sort_by(|a, b| if over { b.0.total_cmp(&a.0) } else { a.0.total_cmp(&b.0) });
    found.into_iter().map(|(_, item)| item).collect()
}
