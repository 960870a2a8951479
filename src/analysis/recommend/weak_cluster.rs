//! `weak_cluster`: groups of the vector explorer where the model is weaker than elsewhere.

use std::collections::HashMap;

use crate::metrics::{Cell, Counts, OutcomeKind};
use crate::model::{ClassId, TruthId, fmt};

use super::Recommendation;
use super::case::{Case, listed, number};
use crate::analysis::Filter;
use crate::analysis::clusters::{ClusterRow, LEAST_ITEMS, SIGNIFICANT, WEAKER};

/// Classes named in a sentence.
const NAMED: usize = 3;

/// A cluster of the items or objects of an evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// What a person calls it.
    pub name: String,
    /// Its numbers at the threshold.
    pub row: ClusterRow,
    /// Its items ([`Filter::Images`]) or objects ([`Filter::Objects`]).
    pub filter: Filter,
}

/// One card for each of the weakest clusters.
pub(super) fn find(case: &Case, groups: &[Group]) -> Vec<Recommendation> {
    let mut cards: Vec<Recommendation> = groups.iter().filter_map(|group| card(case, group)).collect();
    cards.sort_by(super::by_gain_then_importance);
    cards.truncate(case.rules.cards_per_rule);
    cards
}

fn card(case: &Case, group: &Group) -> Option<Recommendation> {
    let (weak, spread) = (group.row.weak?, group.row.f1?);
    let (one, many) = match &group.filter {
        Filter::Objects { .. } => ("object", "objects"),
        _ => case.evaluation.task.items(),
    };
    let repaired = repaired(case, &group.filter)?;
    let gain = case.gain(repaired);
    let labels = labels(case, &group.filter);
    let named: Vec<String> = labels
        .iter()
        .take(NAMED)
        .map(|(class, count)| format!("{} ({})", case.name(*class), fmt::count(u64::from(*count))))
        .collect();
    let mut sentence = format!(
        "Its {} have a mean F1 of {} {}, all others one of {}",
        fmt::counted(spread.items as u64, one, many),
        fmt::rate(Some(spread.mean)),
        case.at_confidence(),
        fmt::rate(Some(weak.others)),
    );
    if !named.is_empty() {
        sentence.push_str(&format!("; their labels are mostly {}", listed(&named)));
    }
    let mut evidence = vec![
        (if one == "object" { "objects" } else { "items" }, number(group.row.size as u64)),
        ("mean_f1", spread.mean),
        ("mean_f1_elsewhere", weak.others),
        ("p_value", weak.p),
    ];
    evidence.extend(group.row.precision.map(|p| ("precision", p)));
    evidence.extend(group.row.recall.map(|r| ("recall", r)));
    Some(Recommendation {
        kind: "weak_cluster",
        subject: group.name.clone(),
        importance: case.importance(gain),
        title: format!("{}: F1 {} against {}", group.name, fmt::rate(Some(spread.mean)), fmt::rate(Some(weak.others))),
        sentence,
        rule: format!(
            "Clusters of at least {LEAST_ITEMS} {many} whose mean F1 is at least {} below that of all others, with a \
             corrected p-value of at most {SIGNIFICANT} (Mann–Whitney, Benjamini–Hochberg). Gain: F1 if everything in \
             it were right",
            fmt::percent(Some(WEAKER)),
        ),
        classes: labels.iter().take(NAMED).map(|(class, _)| *class).collect(),
        evidence,
        gain,
        surer: None,
        filter: group.filter.clone(),
        threshold: None,
    })
}

/// All counts with the members of the cluster right; `None` for a filter of another kind.
fn repaired(case: &Case, filter: &Filter) -> Option<Counts> {
    let mut all = case.counter.totals();
    match filter {
        Filter::Images { images, .. } => {
            for image in images {
                let own = case.matched.timeline.counts_of(*image, case.counter.cut());
                all.correct += own.misclassified + own.missed;
                all.misclassified -= own.misclassified;
                all.missed -= own.missed;
                all.false_positives -= own.false_positives;
            }
        }
        Filter::Objects { truths, .. } => {
            let found = |truth: TruthId| truths.binary_search(&truth).is_ok();
            for (outcome, cell) in case.held(|cell: Cell| cell.truth.is_some()) {
                if !outcome.truth().is_some_and(found) {
                    continue;
                }
                match cell.kind() {
                    Some(OutcomeKind::Misclassified) => all.misclassified -= 1,
                    Some(OutcomeKind::Missed) => all.missed -= 1,
                    _ => continue,
                }
                all.correct += 1;
            }
        }
        _ => return None,
    }
    Some(all)
}

/// The classes of the members with how often each occurs, the most frequent first.
fn labels(case: &Case, filter: &Filter) -> Vec<(ClassId, u32)> {
    let truths = &case.evaluation.dataset.truths;
    let mut counts: HashMap<ClassId, u32> = HashMap::new();
    let mut add = |class: &ClassId| *counts.entry(*class).or_default() += 1;
    match filter {
        Filter::Images { images, .. } => {
            images.iter().filter_map(|image| truths.class.get(truths.of(*image))).flatten().for_each(&mut add);
        }
        Filter::Objects { truths: members, .. } => {
            members.iter().filter_map(|truth| truths.class.get(truth.index())).for_each(&mut add);
        }
        _ => {}
    }
    let mut counts: Vec<(ClassId, u32)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    counts
}
