//! `label_suspects`: labels that a model contradicts and that nobody has judged yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::analysis::Filter;
use crate::analysis::suspects::repair::{self, Judged, Judgements};
use crate::analysis::suspects::{self, Found, Suspect};
use crate::metrics::{Counts, Sections};
use crate::model::{ClassId, NoProgress, PredId, PredictionsBuilder, SuspectKind, TruthId, Verdict, fmt};

use super::case::{Case, listed, number};
use super::{Beside, Recommendation, Rules};

/// Classes named in a sentence.
const NAMED: usize = 3;

/// One card for all of them.
pub(super) fn find(case: &Case, beside: &Beside) -> Vec<Recommendation> {
    if case.evaluation.pixels().is_some() {
        return Vec::new();
    }
    let looked_for = || suspects::find(case.evaluation, case.rules, &NoProgress).map(Arc::new).ok();
    let Some(found) = beside.suspects.clone().or_else(looked_for) else { return Vec::new() };
    let open = open(case, &found, &beside.judged);
    let labels: u64 = case.matched.timeline.support().iter().sum();
    let enough =
        open.len() as u64 >= case.rules.suspect_count && open.len() as f64 >= case.rules.suspect_share * labels as f64;
    if enough { card(case, &found, &open).into_iter().collect() } else { Vec::new() }
}

/// The suspects of the model that nobody has judged.
fn open(case: &Case, found: &Found, judged: &Judgements) -> Vec<Suspect> {
    let is_open =
        |suspect: &&Suspect| suspect.kind != SuspectKind::Neighbours && judged.get(case.evaluation, suspect).is_none();
    found.suspects.iter().filter(is_open).copied().collect()
}

fn card(case: &Case, found: &Found, open: &[Suspect]) -> Option<Recommendation> {
    let gain = repaired(case, open).and_then(|counts| case.gain(counts));
    let of_kind = |kind: SuspectKind| open.iter().filter(|suspect| suspect.kind == kind).count() as u64;
    let kinds: Vec<String> = SuspectKind::ALL
        .into_iter()
        .filter(|kind| of_kind(*kind) > 0)
        .map(|kind| fmt::counted(of_kind(kind), kind.label(), kind.many()))
        .collect();
    let classes = classes(open);
    let named: Vec<String> =
        classes.iter().take(NAMED).map(|(class, n)| format!("{} ({})", case.name(*class), fmt::count(*n))).collect();
    let mut evidence = vec![("suspects", number(open.len() as u64))];
    evidence.extend(SuspectKind::ALL.into_iter().map(|kind| (kind.name(), number(of_kind(kind)))));
    evidence.extend(found.confident.map(|score| ("confident_from", score)));
    let titled = fmt::counted(open.len() as u64, "label may be wrong", "labels may be wrong");
    Some(Recommendation {
        kind: "label_suspects",
        subject: "all classes".to_owned(),
        importance: case.importance(gain),
        title: titled.clone(),
        sentence: format!("{}; most of them are about {}", listed(&kinds), listed(&named)),
        rule: rule(case, found),
        classes: classes.iter().take(NAMED).map(|(class, _)| *class).collect(),
        evidence,
        gain,
        surer: None,
        filter: filter(titled, open),
        threshold: None,
    })
}

fn rule(case: &Case, found: &Found) -> String {
    let rules = case.rules;
    let how = match found.confident {
        Some(confident) => of_objects(rules, confident, found.faint.unwrap_or(0.0)),
        None => "Items chosen by confident learning (Northcutt et al. 2021, as cleanlab counts them)".to_owned(),
    };
    format!(
        "{how}; at least {} of them that nobody has judged, and {:.1} % of all labels. Gain: F1 {} with all of them resolved as the \
         model says",
        rules.suspect_count,
        100.0 * rules.suspect_share,
        case.at_confidence(),
    )
}

fn of_objects(rules: &Rules, confident: f64, faint: f64) -> String {
    let how = match rules.confident() {
        Some(_) => "as set".to_owned(),
        None => {
            format!("precision {} from there on, but not below the optimum", fmt::rate(Some(rules.suspect_precision)))
        }
    };
    format!(
        "Confident detections (score ≥ {}, {how}) that overlap an object of another class by at least {}, none by {}, or their own \
         object by less than {}; objects that no detection of a score ≥ {} touches, where {} of their class and size are touched",
        fmt::threshold(confident),
        suspects::objects::SAME,
        suspects::objects::APART,
        suspects::objects::SAME,
        fmt::threshold(faint),
        fmt::percent(Some(rules.suspect_seen)),
    )
}

/// Classes by how many suspects are about them, the most frequent first.
fn classes(open: &[Suspect]) -> Vec<(ClassId, u64)> {
    let mut counts: BTreeMap<ClassId, u64> = BTreeMap::new();
    for class in open.iter().filter_map(|suspect| suspect.label.or(suspect.model)) {
        *counts.entry(class).or_default() += 1;
    }
    let mut counts: Vec<(ClassId, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(class, n)| (std::cmp::Reverse(*n), *class));
    counts
}

fn filter(title: String, open: &[Suspect]) -> Filter {
    let mut truths: Vec<TruthId> = open.iter().filter_map(|suspect| suspect.truth).collect();
    let of_missing = open.iter().filter(|suspect| suspect.truth.is_none());
    let mut preds: Vec<PredId> = of_missing.filter_map(|suspect| suspect.pred).collect();
    truths.sort_unstable();
    preds.sort_unstable();
    Filter::Objects { title, truths: Arc::new(truths), preds: Arc::new(preds) }
}

/// All counts at the threshold with the suspects resolved as the model says.
fn repaired(case: &Case, open: &[Suspect]) -> Option<Counts> {
    if case.evaluation.objects().is_some() {
        return matched_again(case, open);
    }
    let keeps = case.matched.keeps(case.counter.cut());
    let mut all = case.counter.totals();
    for suspect in open {
        let score = suspect.pred.and_then(|pred| case.evaluation.predictions.score_of(pred));
        let class = suspect.model.or(suspect.label)?;
        match (suspect.kind, score.is_some_and(|score| keeps(class, score))) {
            (SuspectKind::WrongLabel, true) => {
                all.misclassified -= 1;
                all.correct += 1;
            }
            (SuspectKind::MissingLabel, true) => {
                all.false_positives -= 1;
                all.correct += 1;
            }
            (SuspectKind::MissingLabel, false) => all.missed += 1,
            (SuspectKind::SpuriousLabel, true) => {
                all.correct -= 1;
                all.false_positives += 1;
            }
            (SuspectKind::SpuriousLabel, false) => all.missed -= 1,
            // An item below the threshold is missed whatever its label.
            _ => {}
        }
    }
    Some(all)
}

/// A changed annotation can free a detection for another object: what the threshold keeps is matched once more.
fn matched_again(case: &Case, open: &[Suspect]) -> Option<Counts> {
    let (evaluation, predictions) = (case.evaluation, &case.evaluation.predictions);
    let judged: Vec<Judged> = open.iter().map(|suspect| Judged::of(evaluation, suspect, Verdict::ModelRight)).collect();
    let truth = repair::dataset(evaluation, &judged);
    let keeps = case.matched.keeps(case.counter.cut());
    let mut kept = PredictionsBuilder::default();
    for at in 0..predictions.len() {
        let (image, class) = (*predictions.image.get(at)?, *predictions.class.get(at)?);
        let (bbox, score) = (*predictions.bbox.get(at)?, *predictions.score.get(at)?);
        match predictions.masks.get(at) {
            _ if !keeps(class, score) => {}
            Some(mask) => kept.push_masked(image, class, mask, bbox, score),
            None => kept.push(image, class, bbox, score),
        }
    }
    let kept = Arc::new(kept.build(predictions.identity.clone(), evaluation.dataset.images.len()));
    let sections = Sections { coco: false, tide: false, timeline: true };
    let again = repair::objects(evaluation, truth, kept, (case.matched.settings, sections), &NoProgress).ok()?;
    Some(again.matched?.timeline.counter_at(f64::NEG_INFINITY).totals())
}
