//! `class_mapping`: class names of the predictions that mean no class of the truth, or another than they were taken for.

use std::sync::Arc;

use crate::metrics::detection::Matched;
use crate::model::{ClassId, ImageId, fmt};

use super::Recommendation;
use super::case::{Case, number};
use crate::analysis::Filter;

/// A class as the predictions call it, whose name does not settle what it means.
#[derive(Clone, Debug, Default)]
pub struct DoubtfulName {
    /// The name.
    pub name: String,
    /// The class that its predictions were taken for; `None` where they were left out.
    pub taken_for: Option<ClassId>,
    /// Its predictions: detections, or items that are said to be of it.
    pub predictions: u64,
    /// Those of them that lie on an object, or whose item has a label.
    pub found: u64,
    /// Items with such predictions, ascending.
    pub images: Vec<ImageId>,
    /// What they seem to mean.
    pub proposal: Option<Proposal>,
}

/// The class that a name seems to mean.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The class.
    pub class: ClassId,
    /// Predictions that are found on it.
    pub on: u64,
    /// The evaluation with the name read so; `None` where it was not made.
    pub repaired: Option<Arc<Matched>>,
}

/// One card for each name that fires, those with a gain first.
pub(super) fn find(case: &Case, names: &[DoubtfulName]) -> Vec<Recommendation> {
    let fires = |of: &&DoubtfulName| {
        let left_out = of.taken_for.is_none() && of.predictions >= case.rules.unmatched_predictions.max(1);
        left_out || of.proposal.as_ref().is_some_and(|proposal| Some(proposal.class) != of.taken_for)
    };
    let mut names: Vec<&DoubtfulName> = names.iter().filter(fires).collect();
    names.sort_by(|a, b| b.predictions.cmp(&a.predictions).then_with(|| a.name.cmp(&b.name)));
    let mut cards: Vec<Recommendation> = names.into_iter().map(|of| card(case, of)).collect();
    cards.sort_by(super::by_gain_then_importance);
    cards.truncate(case.rules.cards_per_rule);
    cards
}

fn card(case: &Case, of: &DoubtfulName) -> Recommendation {
    let (one, many) = match case.evaluation.objects() {
        Some(_) => ("prediction", "predictions"),
        None => case.evaluation.task.items(),
    };
    let said = fmt::counted(of.predictions, one, many);
    let now = match of.taken_for {
        Some(class) => format!("taken for {}", case.name(class)),
        None => "left out".to_owned(),
    };
    let are = if of.predictions == 1 { "is" } else { "are" };
    let title = match &of.proposal {
        Some(proposal) => format!("{} is {now} and seems to mean {}", of.name, case.name(proposal.class)),
        None => format!("{said} of {} {are} left out", of.name),
    };
    let place = if case.evaluation.objects().is_some() { "lie on an object" } else { "have a label" };
    let sentence = match &of.proposal {
        Some(proposal) => format!(
            "Its {said} {are} {now}; {} of the {} that {place} are found on {}",
            fmt::count(proposal.on),
            fmt::count(of.found),
            case.name(proposal.class),
        ),
        None => format!(
            "No class of the truth is called {}, and what its {said} {are} found on speaks for none: {} of them {place}",
            of.name,
            fmt::count(of.found),
        ),
    };
    let dropped = if of.taken_for.is_none() { of.predictions } else { 0 };
    let mut evidence =
        vec![("predictions", number(of.predictions)), ("dropped", number(dropped)), ("found", number(of.found))];
    evidence.extend(of.proposal.iter().map(|proposal| ("found_on_proposed", number(proposal.on))));
    let gain = of.proposal.as_ref().and_then(|proposal| gain(case, of, proposal));
    Recommendation {
        kind: "class_mapping",
        subject: of.name.clone(),
        importance: case.importance(gain),
        title,
        sentence,
        rule: format!(
            "A class name of the predictions that fits no class of the truth, with at least {} predictions, or one that is \
             mostly found on another class than it was taken for (at least five times and in 60 % of what is found). Gain: \
             {}; to keep it, write `class_map` into evalens.json or use the page Run. A name that is meant to be left out \
             is mapped to an empty one",
            case.rules.unmatched_predictions.max(1),
            match of.proposal.as_ref().map(|proposal| proposal.repaired.is_some()) {
                Some(false) => "the most that it can be, all of them that are found on it correct",
                _ => "F1 of an evaluation with the name read as proposed",
            },
        ),
        classes: of.proposal.as_ref().map(|proposal| proposal.class).into_iter().chain(of.taken_for).collect(),
        evidence,
        gain,
        surer: None,
        filter: Filter::Images { title: format!("Predictions of {}", of.name), images: images(case, of) },
        threshold: None,
    }
}

fn gain(case: &Case, of: &DoubtfulName, proposal: &Proposal) -> Option<super::Gain> {
    if let Some(repaired) = &proposal.repaired {
        return case.gain(repaired.timeline.counter_at(case.threshold).totals());
    }
    let mut counts = case.counter.totals();
    let missed = case.counter.classes().get(proposal.class.index()).map_or(0, |class| class.missed);
    // What is taken for another class may be right for it there.
    let found = if of.taken_for.is_none() { proposal.on.min(missed) } else { 0 };
    counts.correct += found;
    counts.missed -= found;
    case.gain(counts)
}

/// Items with such predictions, and those with truths of the class that they seem to mean.
fn images(case: &Case, of: &DoubtfulName) -> Vec<ImageId> {
    let truths = &case.evaluation.dataset.truths;
    let meant = of.proposal.as_ref().map(|proposal| proposal.class);
    let with_truth = truths.image.iter().zip(&truths.class).filter(|(_, class)| Some(**class) == meant);
    let mut images: Vec<ImageId> = with_truth.map(|(image, _)| *image).chain(of.images.iter().copied()).collect();
    images.sort_unstable();
    images.dedup();
    images
}
