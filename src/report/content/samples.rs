//! Items as pictures with words under them.

use crate::analysis::Recommendation;
use crate::metrics::{Counts, Evaluation, Outcome};
use crate::model::{ImageId, fmt};
use crate::report::document::At;
use crate::report::figures::items::{self, Meant, Overlay, item};
use crate::report::sheet::{Block, Sample};

use super::{Case, EXAMPLES};

/// Width of a picture in points.
const WIDTH: f64 = 240.0;

/// The items of a recommendation that are shown, and what their pictures are about: its objects, or what is wrong where it is about
/// whole items.
pub(super) fn of_card(evaluation: &Evaluation, at: &At<'_>, card: &Recommendation) -> (Vec<ImageId>, Meant) {
    let (cut, timeline) = (at.counter.cut(), &at.matched.timeline);
    let mut items = card.filter.images(evaluation, at.matched, cut);
    let singles_out = items.iter().take(EXAMPLES).any(|item| marked(evaluation, at, card, *item) > 0);
    let meant = if singles_out { Meant::Of(card.filter.clone()) } else { Meant::Errors };
    // What concerns everything has no examples.
    if items.len() == evaluation.dataset.images.len() && items.len() > EXAMPLES {
        return (Vec::new(), meant);
    }
    // The clearest come first: those in which little else is to be seen.
    if evaluation.objects().is_some() && singles_out {
        let share = |item: &ImageId| {
            let meant = marked(evaluation, at, card, *item);
            meant as f64 / timeline.outcomes_of(*item, cut).count().max(1) as f64
        };
        let mut shares: Vec<(f64, ImageId)> = items.iter().map(|item| (share(item), *item)).collect();
        shares.sort_by(|a, b| b.0.total_cmp(&a.0));
        items = shares.into_iter().map(|(_, item)| item).collect();
    }
    items.truncate(EXAMPLES);
    (items, meant)
}

/// Outcomes of an item that a recommendation is about.
fn marked(evaluation: &Evaluation, at: &At<'_>, card: &Recommendation, item: ImageId) -> usize {
    let outcomes = at.matched.timeline.outcomes_of(item, at.counter.cut());
    let is_meant = |o: &Outcome| {
        card.filter.keeps(*o) && items::kind(evaluation, *o).is_some_and(|(cell, _)| card.filter.wants(cell))
    };
    outcomes.filter(is_meant).count()
}

/// The items side by side; `None` where none is to be shown.
pub(super) fn block(case: &Case<'_>, items: &[ImageId], meant: &Meant) -> Option<Block> {
    let at = case.at?;
    let one = |image: &ImageId| {
        let (picture, masks) = match case.material.pictures.get(image) {
            Some((picture, masks)) => (Some(picture), masks.clone()),
            None => (None, None),
        };
        let overlay = Overlay { truth: true, predictions: true, labels: true, masks, meant: meant.clone() };
        let view = (case.evaluation, at.matched, at.counter.cut());
        Sample {
            figure: item(view, *image, picture, &overlay, WIDTH, &case.material.palette),
            caption: caption(case, *image),
        }
    };
    let samples: Vec<Sample> = items.iter().filter(|item| case.shown.contains(item)).map(one).collect();
    (!samples.is_empty()).then_some(Block::Samples(samples))
}

/// The name of an item and what became of it.
fn caption(case: &Case<'_>, image: ImageId) -> String {
    let name = case.name_of(image);
    if let Some(pixels) = case.evaluation.pixels() {
        let iou = pixels.scores.get(image.index()).and_then(|score| score.mean_iou);
        return format!("{name}: mean IoU {}", fmt::rate(iou));
    }
    let Some(at) = case.at.filter(|_| case.evaluation.objects().is_some()) else { return name.to_owned() };
    let counts = at.matched.timeline.counts_of(image, at.counter.cut());
    format!("{name}: {}", outcome(counts))
}

/// Counts of one item in words: `3 correct, 1 missed`.
fn outcome(counts: Counts) -> String {
    let said = [
        (counts.correct, "correct", "correct"),
        (counts.misclassified, "of the wrong class", "of the wrong class"),
        (counts.missed, "missed", "missed"),
        (counts.false_positives, "false positive", "false positives"),
    ];
    let some: Vec<String> =
        said.iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| fmt::counted(*n, one, many)).collect();
    if some.is_empty() { "nothing annotated, nothing found".to_owned() } else { some.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_an_item_is_said_in_words() {
        let counts = Counts { correct: 3, misclassified: 0, missed: 1, false_positives: 2 };
        assert_eq!(outcome(counts), "3 correct, 1 missed, 2 false positives");
        assert_eq!(outcome(Counts::default()), "nothing annotated, nothing found");
    }
}
