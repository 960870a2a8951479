//! How the model does at every point of the map at the threshold: counts, F1, right or wrong.

use crate::analysis::clusters::Tally;
use crate::metrics::detection::Matched;
use crate::metrics::{Cut, Evaluation};
use crate::model::{ClassId, TruthId};

use super::cloud::Point;

/// How the model does at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Everything is found, and nothing else.
    Right,
    /// Something is right and something wrong.
    Partly,
    /// Nothing is right.
    Wrong,
    /// There is nothing to find, and nothing was found.
    Empty,
}

impl Standing {
    /// All, best first.
    pub const ALL: [Self; 4] = [Self::Right, Self::Partly, Self::Wrong, Self::Empty];

    /// What a person reads.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Partly => "partly right",
            Self::Wrong => "wrong",
            Self::Empty => "nothing there",
        }
    }

    /// Of counts.
    #[must_use]
    pub const fn of(tally: Tally) -> Self {
        if tally.kept == 0 && tally.truths == 0 {
            Self::Empty
        } else if tally.correct == 0 {
            Self::Wrong
        } else if tally.correct == tally.kept && tally.correct == tally.truths {
            Self::Right
        } else {
            Self::Partly
        }
    }
}

/// The classes that the model says of a point at a cut: of an object that of the detection it is paired with, of an item all.
#[must_use]
pub fn said(evaluation: &Evaluation, matched: &Matched, cut: Cut, point: Point) -> Vec<ClassId> {
    let outcomes = matched.timeline.outcomes_of(point.image, cut);
    let meant = outcomes.filter(|outcome| point.truth.is_none() || outcome.truth() == point.truth);
    meant.filter_map(|outcome| evaluation.predictions.class_of(outcome.pred()?)).collect()
}

/// The counts of every point at a cut. Of an object: whether it is found with its own class.
#[must_use]
pub fn tallies(evaluation: &Evaluation, matched: &Matched, cut: Cut, points: &[Point]) -> Vec<Tally> {
    let narrow = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    let of_item = |point: &Point| {
        let counts = matched.timeline.counts_of(point.image, cut);
        Tally { correct: narrow(counts.correct), kept: narrow(counts.kept()), truths: narrow(counts.truths()) }
    };
    let of_object = |point: &Point, truth: TruthId| {
        let outcome = matched.timeline.outcomes_of(point.image, cut).find(|outcome| outcome.truth() == Some(truth));
        let class = |truth: TruthId| evaluation.dataset.truths.class.get(truth.index()).copied();
        let Some(outcome) = outcome else { return Tally::default() };
        let said = outcome.pred().and_then(|pred| evaluation.predictions.class_of(pred));
        let right = said.is_some() && said == class(truth);
        Tally { correct: u32::from(right), kept: u32::from(said.is_some()), truths: 1 }
    };
    let one = |point: &Point| match point.truth {
        None => of_item(point),
        Some(truth) => of_object(point, truth),
    };
    points.iter().map(one).collect()
}
