//! `split_leak`: evaluated items that a model was trained on, or that are there twice.

use crate::metrics::Counts;
use crate::model::fmt;

use super::case::{Case, number};
use super::{Gain, Importance, Recommendation};
use crate::analysis::Filter;
use crate::analysis::leaks::Leaked;

/// What a search for duplicates found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Leak {
    /// The items that should not count.
    pub leaked: Leaked,
    /// The training splits that they are in, in words.
    pub training: String,
}

/// The card.
pub(super) fn find(case: &Case, leak: Option<&Leak>) -> Option<Recommendation> {
    let Leak { leaked, training } = leak.filter(|leak| leak.leaked.images.len() >= case.rules.leaked_items.max(1))?;
    let (one, many) = case.evaluation.task.items();
    let (count, all) = (leaked.images.len(), case.evaluation.dataset.images.len());
    let share = count as f64 / all.max(1) as f64;
    let gain = gain(case, leaked);
    let counted = |n: usize| fmt::counted(n as u64, one, many);
    let are = |n: usize| if n == 1 { "is" } else { "are" };
    let title = if leaked.in_training > 0 {
        let n = leaked.in_training;
        format!("{} of the evaluation {} also in {training}", counted(n), are(n))
    } else {
        format!("{} of the evaluation {} there twice", counted(count), are(count))
    };
    let mut sentence = format!(
        "{} of {} {} the same as another item, {} exactly and {} nearly",
        fmt::count(count as u64),
        counted(all),
        are(count),
        fmt::count(leaked.exact as u64),
        fmt::count(leaked.near() as u64),
    );
    if leaked.in_training > 0 && leaked.repeated() > 0 {
        sentence.push_str(&format!(" ({} of them only repeated in what is evaluated)", leaked.repeated()));
    }
    if let Some(gain) = gain {
        let name = if gain.metric == "f1" { "F1" } else { "the pass rate" };
        let (from, to) = (fmt::rate(Some(gain.from)), fmt::rate(Some(gain.to)));
        let verdict = match gain.difference() {
            d if d < 0.0 => format!("{name} would be {to} instead of {from}: a part of it is memory"),
            d if d > 0.0 => {
                format!("{name} would be {to} instead of {from}: {} did not flatter the model", they(count))
            }
            _ => format!("{name} would stay {from}"),
        };
        sentence.push_str(&format!("; without {} {verdict}", if count == 1 { "it" } else { "them" }));
    }
    let mut evidence = vec![
        ("items", number(count as u64)),
        ("in_training", number(leaked.in_training as u64)),
        ("repeated", number(leaked.repeated() as u64)),
        ("exact", number(leaked.exact as u64)),
        ("near", number(leaked.near() as u64)),
        ("training_splits", number(leaked.splits.len() as u64)),
        ("share", share),
    ];
    evidence.extend(gain.iter().flat_map(|gain| [("with_them", gain.from), ("without_them", gain.to)]));
    let high = leaked.in_training > 0 && share >= case.rules.leaked_share;
    Some(Recommendation {
        kind: "split_leak",
        subject: String::new(),
        importance: if high { Importance::High } else { Importance::Medium },
        title,
        sentence,
        rule: format!(
            "At least {} evaluated {many} that are the same or nearly the same as one of a training split, or as an earlier \
             one of what is evaluated; it costs a lot from {} of all {many} in training on. Gain: the number without them, \
             which may fall",
            case.rules.leaked_items.max(1),
            fmt::percent(Some(case.rules.leaked_share)),
        ),
        classes: Vec::new(),
        evidence,
        gain,
        surer: None,
        filter: Filter::Images {
            title: "Leaked: also in training, or repeated".to_owned(),
            images: leaked.images.clone(),
        },
        threshold: None,
    })
}

const fn they(count: usize) -> &'static str {
    if count == 1 { "it" } else { "they" }
}

/// Pooled F1, or the share of answers that pass, without the leaked items; `None` where it is undefined.
fn gain(case: &Case, leaked: &Leaked) -> Option<Gain> {
    let mut rest: Counts = case.counter.totals();
    for image in &leaked.images {
        let own = case.matched.timeline.counts_of(*image, case.counter.cut());
        rest.correct -= own.correct;
        rest.misclassified -= own.misclassified;
        rest.missed -= own.missed;
        rest.false_positives -= own.false_positives;
    }
    let all = case.counter.totals();
    let (metric, from, to) = match case.evaluation.texts() {
        Some(_) => ("pass_rate", all.recall()?, rest.recall()?),
        None => ("f1", all.f1()?, rest.f1()?),
    };
    Some(Gain { metric, from, to, repaired: Some(rest) })
}
