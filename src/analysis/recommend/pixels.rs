//! `thin_structures`, `border_errors` and `region_errors`: where the wrong pixels of a segmenter lie.

use crate::metrics::evaluation::Pixels;
use crate::metrics::segmentation::PixelMatrix;
use crate::metrics::{Counts, OutcomeKind, rates};
use crate::model::{ClassId, fmt};

use super::case::{Case, listed, number};
use super::{Importance, Recommendation};
use crate::analysis::Filter;

/// Classes named in a sentence.
const NAMED: usize = 3;
/// What "near" means in every sentence.
const NEAR: &str = "2 % of the diagonal";

/// A class and its pixels, whatever the confidence.
struct Class {
    id: ClassId,
    truth: u64,
    wrong: u64,
    iou: Option<f64>,
    /// True pixels near an outline, and those of them that are wrong.
    near: (u64, u64),
}

/// All cards of pixels.
pub(super) fn find(case: &Case) -> Vec<Recommendation> {
    let Some(pixels) = case.evaluation.pixels() else { return Vec::new() };
    let classes = classes(case, pixels);
    let mut cards = thin(case, &classes);
    cards.extend(borders(case, &classes));
    cards
}

fn classes(case: &Case, pixels: &Pixels) -> Vec<Class> {
    let count = case.evaluation.dataset.classes.len();
    let mut matrix = PixelMatrix::new(count);
    pixels.images.iter().for_each(|image| matrix.add(&image.cells, 0));
    let of = |(id, near): (ClassId, &crate::metrics::segmentation::Boundary)| {
        let class = id.index();
        let (truth, correct) = (matrix.row(class).iter().sum::<u64>(), matrix.get(class, class));
        let predicted: u64 = (0..count).map(|row| matrix.get(row, class)).sum();
        let iou = rates::ratio(correct, truth + predicted - correct);
        Class { id, truth, wrong: truth - correct, iou, near: (near.truth, near.wrong) }
    };
    case.evaluation.dataset.classes.ids().zip(&pixels.boundaries).map(of).collect()
}

/// Classes that are all outline, and badly found.
fn thin(case: &Case, classes: &[Class]) -> Vec<Recommendation> {
    let rules = case.rules;
    let share = |class: &Class| rates::ratio(class.near.0, class.truth).unwrap_or(0.0);
    let fires = |class: &&Class| {
        let iou = class.iou.is_some_and(|iou| iou < rules.thin_iou);
        class.truth >= rules.thin_pixels && share(class) >= rules.thin_share && iou
    };
    let mut found: Vec<&Class> = classes.iter().filter(fires).collect();
    found.sort_by_key(|class| std::cmp::Reverse(class.wrong));
    found.truncate(rules.cards_per_rule);
    let card = |class: &Class| {
        let name = case.name(class.id);
        let gain = case.gain(repaired(case.counter.totals(), class.wrong));
        Recommendation {
            kind: "thin_structures",
            subject: String::new(),
            importance: case.importance(gain).min(Importance::Medium),
            title: format!("{name} is thin and often missed: IoU {}", fmt::rate(class.iou)),
            sentence: format!(
                "{} of its {} true pixels lie within {NEAR} of an outline, and {} of all are given another class: thin \
                 structures need a finer resolution of input and output",
                fmt::percent(Some(share(class))),
                fmt::count(class.truth),
                fmt::percent(rates::ratio(class.wrong, class.truth)),
            ),
            rule: format!(
                "Classes of at least {} true pixels of which at least {} lie within {NEAR} of an outline, with an IoU below \
                 {}. Gain: F1 of the pixels if all true pixels of the class were right",
                fmt::count(rules.thin_pixels),
                fmt::percent(Some(rules.thin_share)),
                rules.thin_iou,
            ),
            classes: vec![class.id],
            evidence: vec![
                ("iou", class.iou.unwrap_or(0.0)),
                ("pixels", number(class.truth)),
                ("wrong", number(class.wrong)),
                ("near_outline", number(class.near.0)),
                ("near_outline_wrong", number(class.near.1)),
            ],
            gain,
            surer: None,
            filter: Filter::Segment { class: Some(class.id), kind: OutcomeKind::Misclassified },
            threshold: None,
        }
    };
    found.into_iter().map(card).collect()
}

/// Whether wrong pixels lie at borders or in whole regions.
fn borders(case: &Case, classes: &[Class]) -> Option<Recommendation> {
    let rules = case.rules;
    let wrong: u64 = classes.iter().map(|class| class.wrong).sum();
    let near: u64 = classes.iter().map(|class| class.near.1).sum();
    if wrong < rules.border_pixels {
        return None;
    }
    let share = rates::ratio(near, wrong)?;
    let at_borders = share >= rules.border_share;
    if !at_borders && share > 1.0 - rules.border_share {
        return None;
    }
    let of = |class: &&Class| if at_borders { class.near.1 } else { class.wrong - class.near.1 };
    let mut worst: Vec<&Class> = classes.iter().filter(|class| of(class) > 0).collect();
    worst.sort_by_key(|class| std::cmp::Reverse(of(class)));
    let named: Vec<String> =
        worst.iter().take(NAMED).map(|class| format!("{} ({})", case.name(class.id), fmt::count(of(class)))).collect();
    let gain = case.gain(repaired(case.counter.totals(), if at_borders { near } else { wrong - near }));
    let (title, advice) = if at_borders {
        (
            format!("{} of the wrong pixels lie at borders", fmt::percent(Some(share))),
            "the regions are found, their edges are not: look at the resolution of the output and at how exactly borders are \
             drawn in the labels",
        )
    } else {
        (
            format!("{} of the wrong pixels lie away from borders", fmt::percent(Some(1.0 - share))),
            "whole regions are given another class: look for scenes and objects that the training data lacks",
        )
    };
    Some(Recommendation {
        kind: if at_borders { "border_errors" } else { "region_errors" },
        subject: String::new(),
        importance: case.importance(gain),
        title,
        sentence: format!("Most are of {}; {advice}", listed(&named)),
        rule: format!(
            "At least {} of the wrong true pixels lie within {NEAR} of an outline of their class, or at least as many do not; \
             from {} wrong pixels on. Gain: F1 of the pixels if these were right",
            fmt::percent(Some(rules.border_share)),
            fmt::count(rules.border_pixels),
        ),
        classes: worst.iter().take(NAMED).map(|class| class.id).collect(),
        evidence: vec![("wrong", number(wrong)), ("near_outline_wrong", number(near)), ("share", share)],
        gain,
        surer: None,
        filter: Filter::Segment { class: None, kind: OutcomeKind::Misclassified },
        threshold: None,
    })
}

/// Today's counts with so many wrong pixels right; never more than are wrong at the threshold.
fn repaired(totals: Counts, pixels: u64) -> Counts {
    let of_misclassified = pixels.min(totals.misclassified);
    let of_missed = (pixels - of_misclassified).min(totals.missed);
    Counts {
        correct: totals.correct + of_misclassified + of_missed,
        misclassified: totals.misclassified - of_misclassified,
        missed: totals.missed - of_missed,
        ..totals
    }
}
