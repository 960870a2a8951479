//! `small_objects` and `weak_slice`: what has something in common, and the model is weaker there than on the whole.

use std::borrow::Cow;

use crate::analysis::Filter;
use crate::analysis::slices::{
    Attributes, Limits, Mask, Rows, Size, Sources, Tally, Weak, attributes, find_single, fisher,
};
use crate::metrics::{Counts, OutcomeKind};
use crate::model::{NoProgress, TruthId, fmt};

use super::Recommendation;
use super::case::{Case, listed, number};

/// A slice that lies by this share of its outcomes in one that is shown says nothing new.
const SAME: f64 = 0.8;

/// At most one card of small objects, and one for each of the weakest slices.
pub(super) fn find(case: &Case, known: Option<&Attributes>) -> Vec<Recommendation> {
    let rows = Rows::of(case.evaluation, case.matched, case.counter.cut());
    let mut cards: Vec<Recommendation> = Vec::new();
    let mut shown: Vec<Mask> = Vec::new();
    if let Some((card, mask)) = small_objects(case) {
        cards.push(card);
        shown.push(mask);
    }
    let known = known.map_or_else(|| Cow::Owned(without_files(case, &rows)), Cow::Borrowed);
    let rules = case.rules;
    let limits = Limits { share: rules.slice_share, least: rules.slice_least, p: rules.slice_p };
    let whole = case.counter.totals().f1().unwrap_or(0.0);
    let below = |weak: &Weak| weak.tally.counts.f1().is_some_and(|f1| f1 <= (1.0 - rules.slice_below) * whole);
    let weak = find_single(&known, &rows, limits);
    let cards_of = |weak: &Weak| {
        let (attribute, bin) = weak.parts.first().copied()?;
        Some((weak_slice(case, weak), Mask::of_bin(case.evaluation, known.all.get(attribute)?, bin)))
    };
    let mut found: Vec<(Recommendation, Mask)> = weak.iter().filter(|weak| below(weak)).filter_map(cards_of).collect();
    found.sort_by(|a, b| super::by_gain_then_importance(&a.0, &b.0));
    let most = rules.cards_per_rule + cards.len();
    for (mut card, mask) in found {
        if cards.len() == most {
            break;
        }
        if shown.iter().any(|other| rows.shared(other, &mask).is_some_and(|share| share >= SAME)) {
            continue;
        }
        card.filter = mask.filter(case.evaluation, card.subject.clone());
        cards.push(card);
        shown.push(mask);
    }
    cards
}

/// What the annotations say.
fn without_files(case: &Case, rows: &Rows) -> Attributes {
    let from_score = rows.lowest_score(case.evaluation);
    let sources = Sources { from_score, ..Sources::plain(case.evaluation, case.rules.edge_pixels) };
    // Nobody cancels.
    attributes(&sources, &NoProgress).unwrap_or_default()
}

fn small_objects(case: &Case) -> Option<(Recommendation, Mask)> {
    case.evaluation.objects()?;
    let (rules, truths) = (case.rules, &case.evaluation.dataset.truths);
    let is_small = |truth: usize| truths.area.get(truth).is_some_and(|area| Size::of(*area) == Size::Small);
    let (mut small, mut members) = (Counts::default(), Vec::new());
    for (outcome, cell) in case.held(|cell| cell.truth.is_some()) {
        let Some(truth) = outcome.truth().filter(|truth| is_small(truth.index())) else { continue };
        members.push(truth);
        match cell.kind() {
            Some(OutcomeKind::Correct) => small.correct += 1,
            Some(OutcomeKind::Misclassified) => small.misclassified += 1,
            _ => small.missed += 1,
        }
    }
    let all = case.counter.totals();
    let (recall, whole) = (small.recall()?, all.recall()?);
    let wrong = |counts: Counts| counts.misclassified + counts.missed;
    let p = fisher((small.correct, wrong(small)), (all.correct - small.correct, wrong(all) - wrong(small)));
    let many = small.truths() >= rules.slice_least && small.truths() as f64 >= rules.slice_share * all.truths() as f64;
    if !many || recall > (1.0 - rules.slice_below) * whole || p > rules.slice_p {
        return None;
    }
    let repaired = Counts {
        correct: all.correct + wrong(small),
        misclassified: all.misclassified - small.misclassified,
        missed: all.missed - small.missed,
        ..all
    };
    let gain = case.gain(repaired);
    let mask = Mask::of_objects(case.evaluation, is_small, |_| false);
    Some((card_of_small(case, (small, all), p, members, gain), mask))
}

fn card_of_small(
    case: &Case,
    (small, all): (Counts, Counts),
    p: f64,
    members: Vec<TruthId>,
    gain: Option<super::Gain>,
) -> Recommendation {
    let rate = |counts: Counts| fmt::rate(counts.recall());
    let rules = case.rules;
    let wrong = lost(small, false);
    Recommendation {
        kind: "small_objects",
        subject: String::new(),
        importance: case.importance(gain),
        title: format!("Small objects: recall {} against {}", rate(small), rate(all)),
        sentence: format!(
            "Of {} with an area below 32² pixels {} found {}: recall {}, that of all objects is {}; {wrong}",
            case.units(small.truths()),
            fmt::counted(small.correct, "is", "are"),
            case.at_confidence(),
            rate(small),
            rate(all),
        ),
        rule: format!(
            "Objects with an area below 32² pixels, where they are at least {} of all objects and {} of them, with a recall \
             at least {} below that of all, by Fisher’s exact test with a p of at most {}. Gain: F1 if every small object \
             were found",
            fmt::percent(Some(rules.slice_share)),
            rules.slice_least,
            fmt::percent(Some(rules.slice_below)),
            rules.slice_p,
        ),
        classes: Vec::new(),
        evidence: vec![
            ("small", number(small.truths())),
            ("objects", number(all.truths())),
            ("correct", number(small.correct)),
            ("misclassified", number(small.misclassified)),
            ("missed", number(small.missed)),
            ("recall", small.recall().unwrap_or(0.0)),
            ("recall_of_all", all.recall().unwrap_or(0.0)),
            ("p_value", p),
        ],
        gain,
        surer: None,
        filter: Filter::of_truths("Small objects".to_owned(), members),
        threshold: None,
    }
}

/// `40 missed and 3 misclassified`.
fn lost(counts: Counts, false_positives: bool) -> String {
    let parts = [
        (counts.missed, "missed"),
        (counts.misclassified, "misclassified"),
        (if false_positives { counts.false_positives } else { 0 }, "false positives"),
    ];
    let said = |&(n, what): &(u64, &str)| {
        (n > 0).then(|| {
            let what = if n == 1 { what.strip_suffix('s').unwrap_or(what) } else { what };
            format!("{} {what}", fmt::count(n))
        })
    };
    listed(&parts.iter().filter_map(said).collect::<Vec<String>>())
}

fn weak_slice(case: &Case, weak: &Weak) -> Recommendation {
    let (all, own) = (case.counter.totals(), weak.tally.counts);
    let repaired = Counts {
        correct: all.correct + own.misclassified + own.missed,
        misclassified: all.misclassified - own.misclassified,
        missed: all.missed - own.missed,
        false_positives: all.false_positives - own.false_positives,
    };
    let gain = case.gain(repaired);
    let rate = |counts: Counts| fmt::rate(counts.f1());
    let rules = case.rules;
    let (one, many) = subjects(case);
    Recommendation {
        kind: "weak_slice",
        subject: weak.name.clone(),
        importance: case.importance(gain),
        title: format!("{}: F1 {} against {}", weak.name, rate(own), rate(all)),
        sentence: format!(
            "Its {} have an F1 of {} {}, the whole one of {}: {}; {} more errors than as many elsewhere",
            fmt::counted(weak.tally.subjects, one, many),
            rate(own),
            case.at_confidence(),
            rate(all),
            lost(own, true),
            fmt::count(weak.extra_errors().round() as u64),
        ),
        rule: format!(
            "Slices by one attribute of at least {} of all {many} and {} of them whose F1 is at least {} below that of the \
             whole, with a corrected p of at most {} ({}, Benjamini–Hochberg); of several that hold the same the one with \
             most to win. Gain: F1 if everything in it were right",
            fmt::percent(Some(rules.slice_share)),
            rules.slice_least,
            fmt::percent(Some(rules.slice_below)),
            rules.slice_p,
            if case.matched.timeline.is_weighted() { "Mann–Whitney" } else { "Fisher’s exact test" },
        ),
        classes: Vec::new(),
        evidence: evidence(weak, many, all),
        gain,
        surer: None,
        filter: Filter::All,
        threshold: None,
    }
}

/// What one and many members of a slice are called.
fn subjects(case: &Case) -> (&'static str, &'static str) {
    let task = case.evaluation.task;
    if task.has_objects() { task.units() } else { task.items() }
}

fn evidence(weak: &Weak, many: &'static str, all: Counts) -> Vec<(&'static str, f64)> {
    let Tally { subjects, counts: own } = weak.tally;
    let mut evidence = vec![
        (many, number(subjects)),
        ("correct", number(own.correct)),
        ("misclassified", number(own.misclassified)),
        ("missed", number(own.missed)),
        ("false_positives", number(own.false_positives)),
        ("f1", own.f1().unwrap_or(0.0)),
        ("f1_of_all", all.f1().unwrap_or(0.0)),
        ("effect_size_h", weak.h),
        ("p_value", weak.p),
    ];
    evidence.extend(own.precision().map(|precision| ("precision", precision)));
    evidence.extend(own.recall().map(|recall| ("recall", recall)));
    evidence
}
