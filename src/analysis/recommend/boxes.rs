//! `localisation` and `duplicates`: detections that mean an object, but lie beside it or repeat another one.
//!
//! Whether they are worth a card is said by what TIDE (Bolya et al. 2020) finds them to cost in AP50; what repairing them gives is
//! F1 at the threshold, so that it can be held against other cards.

use std::collections::{BTreeMap, HashSet};

use crate::metrics::evaluation::Objects;
use crate::metrics::tide::{Tide, TideError};
use crate::metrics::{Counts, OutcomeKind};
use crate::model::{ClassId, PredId, TruthId, fmt};

use super::case::{Case, listed, number};
use super::{Gain, Recommendation};
use crate::analysis::Filter;

/// Classes named in a sentence.
const NAMED: usize = 3;

/// Cards about where detections lie; none for other tasks, and where error types were not computed.
pub(super) fn find(case: &Case) -> Vec<Recommendation> {
    let Some(objects) = case.evaluation.objects() else { return Vec::new() };
    let tide = objects.tide.as_deref();
    let cards = [
        tide.and_then(|tide| misplaced(case, objects, tide)),
        tide.and_then(|tide| repeated(case, tide)),
        loose(case, objects),
    ];
    cards.into_iter().flatten().collect()
}

/// Kept detections that found nothing and are in error by this type, ascending.
fn in_error(case: &Case, tide: &Tide, error: TideError) -> Vec<PredId> {
    let is = |pred: &PredId| {
        let found = tide.errors.binary_search_by_key(pred, |(pred, _)| *pred);
        found.is_ok_and(|at| tide.errors[at].1 == error)
    };
    let wrong = case.held(|cell| cell.truth.is_none()).filter_map(|(outcome, _)| outcome.pred());
    let mut preds: Vec<PredId> = wrong.filter(is).collect();
    preds.sort_unstable();
    preds
}

/// `Platelets (12), RBC (4)`, the most frequent first, and all classes that occur, ascending.
fn by_class(case: &Case, preds: &[PredId]) -> (String, Vec<ClassId>) {
    let mut counts: BTreeMap<ClassId, u64> = BTreeMap::new();
    for class in preds.iter().filter_map(|pred| case.evaluation.predictions.class.get(pred.index())) {
        *counts.entry(*class).or_default() += 1;
    }
    let classes = counts.keys().copied().collect();
    let mut most: Vec<(ClassId, u64)> = counts.into_iter().collect();
    most.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let names = most.iter().take(NAMED).map(|(class, n)| format!("{} ({})", case.name(*class), fmt::count(*n)));
    (listed(&names.collect::<Vec<_>>()), classes)
}

/// Detections beside an object of their class.
fn misplaced(case: &Case, objects: &Objects, tide: &Tide) -> Option<Recommendation> {
    let cost = tide.summary.loc.filter(|cost| *cost >= case.rules.localisation_cost)?;
    let preds = in_error(case, tide, TideError::Loc);
    if preds.is_empty() {
        return None;
    }
    // One of them on a missed truth finds it, whatever else is matched; what a second one would do depends on its neighbours.
    let found = meant(case, objects, &preds);
    let totals = case.counter.totals();
    let gain = case.gain(Counts {
        correct: totals.correct + found,
        missed: totals.missed - found,
        false_positives: totals.false_positives - found,
        ..totals
    });
    let (names, classes) = by_class(case, &preds);
    let beside = fmt::counted(preds.len() as u64, "detection lies", "detections lie");
    let title = format!("{beside} beside {} object", if preds.len() == 1 { "its" } else { "their" });
    let sentence = format!(
        "{beside} on an object of the right class {} with too little overlap (IoU 0.1–0.5): {names}; in the right place {} \
         would be found. Look at the resolution of the input, at box regression, and at how boxes are drawn",
        case.at_confidence(),
        fmt::counted(found, "missed object", "missed objects"),
    );
    Some(Recommendation {
        kind: "localisation",
        subject: "misplaced".to_owned(),
        importance: case.importance(gain),
        title,
        sentence,
        rule: format!(
            "Badly placed detections cost at least {} AP50 in all (TIDE’s Loc error). Gain: F1 if each missed object \
             that one of them means were found by it",
            fmt::rate(Some(case.rules.localisation_cost)),
        ),
        classes,
        evidence: vec![
            ("detections", number(preds.len() as u64)),
            ("would_be_found", number(found)),
            ("tide_loc", cost),
        ],
        gain,
        surer: None,
        filter: Filter::of_objects("Detections beside their object".to_owned(), Vec::new(), preds),
        threshold: None,
    })
}

/// Missed truths that one of these detections means: the one of its class that it overlaps most.
fn meant(case: &Case, objects: &Objects, preds: &[PredId]) -> u64 {
    let (truths, predictions) = (&case.evaluation.dataset.truths, &case.evaluation.predictions);
    let missed: HashSet<TruthId> =
        case.held(|cell| cell.kind() == Some(OutcomeKind::Missed)).filter_map(|(outcome, _)| outcome.truth()).collect();
    let target = |pred: &PredId| {
        let class = predictions.class.get(pred.index());
        let own = |t: TruthId| truths.class.get(t.index()) == class && truths.ignored.get(t.index()) == Some(&false);
        objects.pairs.of(*pred).filter(|(t, _)| own(*t)).max_by(|a, b| a.1.total_cmp(&b.1)).map(|(truth, _)| truth)
    };
    let targets: HashSet<TruthId> = preds.iter().filter_map(target).filter(|truth| missed.contains(truth)).collect();
    targets.len() as u64
}

/// Detections that repeat one.
fn repeated(case: &Case, tide: &Tide) -> Option<Recommendation> {
    let cost = tide.summary.dupe.filter(|cost| *cost >= case.rules.duplicates_cost)?;
    let preds = in_error(case, tide, TideError::Dupe);
    if preds.is_empty() {
        return None;
    }
    let count = preds.len() as u64;
    let totals = case.counter.totals();
    let gain = case.gain(Counts { false_positives: totals.false_positives - count, ..totals });
    let (names, classes) = by_class(case, &preds);
    Some(Recommendation {
        kind: "duplicates",
        subject: "all classes".to_owned(),
        importance: case.importance(gain),
        title: format!(
            "{} an object that is found already",
            fmt::counted(count, "detection repeats", "detections repeat")
        ),
        sentence: format!(
            "{} of {} {} lie with enough overlap on an object that a more confident detection has found: {names}. Lower the \
             overlap from which non-maximum suppression removes a box",
            fmt::count(count),
            fmt::counted(totals.false_positives, "false positive", "false positives"),
            case.at_confidence(),
        ),
        rule: format!(
            "Repeated detections cost at least {} AP50 (TIDE’s Dupe error). Gain: F1 without those that are kept",
            fmt::rate(Some(case.rules.duplicates_cost)),
        ),
        classes,
        evidence: vec![
            ("detections", number(count)),
            ("false_positives", number(totals.false_positives)),
            ("tide_dupe", cost),
        ],
        gain,
        surer: None,
        filter: Filter::of_objects("Detections that repeat another".to_owned(), Vec::new(), preds),
        threshold: None,
    })
}

/// Found by half an overlap, not by more.
fn loose(case: &Case, objects: &Objects) -> Option<Recommendation> {
    let rules = case.rules;
    let summary = objects.coco.as_deref()?.summary;
    let (ap, ap50) = (summary.ap?, summary.ap50?);
    if ap50 < rules.loose_ap50 || ap >= rules.loose_share * ap50 {
        return None;
    }
    let correct = case.held(|cell| cell.kind() == Some(OutcomeKind::Correct));
    let measured: Vec<(TruthId, f64)> =
        correct.filter_map(|(outcome, _)| Some((outcome.truth()?, case.evaluation.overlap_of(outcome)?))).collect();
    let loosely: Vec<TruthId> = measured.iter().filter(|(_, o)| *o < rules.loose_iou).map(|(t, _)| *t).collect();
    if loosely.is_empty() {
        return None;
    }
    let mean = measured.iter().map(|(_, o)| o).sum::<f64>() / measured.len() as f64;
    // With every found object exactly in place, AP is at every overlap what it is at 0.5.
    let gain = Gain { metric: "ap", from: ap, to: ap50, repaired: None };
    let mut classes: Vec<ClassId> =
        loosely.iter().filter_map(|t| case.evaluation.dataset.truths.class.get(t.index()).copied()).collect();
    classes.sort_unstable();
    classes.dedup();
    let title = format!("Boxes are loose: AP50 {}, AP {}", fmt::rate(Some(ap50)), fmt::rate(Some(ap)));
    Some(Recommendation {
        kind: "localisation",
        subject: "loose boxes".to_owned(),
        importance: case.importance(Some(gain)),
        title,
        sentence: format!(
            "Of {} found {} {} overlap by less than {} (mean IoU {}): objects are found, their boxes fit badly. Look at the \
             resolution of the input, at box regression, and at how boxes are drawn",
            case.units(measured.len() as u64),
            case.at_confidence(),
            fmt::count(loosely.len() as u64),
            rules.loose_iou,
            fmt::rate(Some(mean)),
        ),
        rule: format!(
            "AP50 of at least {} with an AP (mean over overlaps of 0.5 to 0.95) below {} of it. Gain: AP if every found object \
             were exactly in its place",
            fmt::rate(Some(rules.loose_ap50)),
            fmt::percent(Some(rules.loose_share)),
        ),
        classes,
        evidence: vec![
            ("ap50", ap50),
            ("ap", ap),
            ("found", number(measured.len() as u64)),
            ("loose", number(loosely.len() as u64)),
            ("mean_iou", mean),
        ],
        gain: Some(gain),
        surer: None,
        filter: Filter::of_truths(format!("Found with an IoU below {}", rules.loose_iou), loosely),
        threshold: None,
    })
}
