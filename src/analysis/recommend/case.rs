//! What every rule looks at: the evaluation at one threshold, and pooled F1 with something repaired.

use crate::metrics::detection::Matched;
use crate::metrics::{Cell, ClassCounts, Counter, Counts, Evaluation, Outcome};
use crate::model::{ClassId, fmt};

use super::{Gain, Importance, Rules};

/// One evaluation at one threshold.
pub(super) struct Case<'a> {
    pub evaluation: &'a Evaluation,
    pub matched: &'a Matched,
    pub counter: &'a Counter,
    pub threshold: f64,
    pub rules: &'a Rules,
}

impl Case<'_> {
    /// The name of a class.
    pub fn name(&self, class: ClassId) -> &str {
        self.evaluation.dataset.classes.name(class)
    }

    /// Every class with its counts.
    pub fn classes(&self) -> impl Iterator<Item = (ClassId, ClassCounts)> + '_ {
        self.counter.classes().iter().enumerate().map(|(i, &counts)| (ClassId::from_index(i), counts))
    }

    /// Truths of a class that count.
    pub fn support(&self, class: ClassId) -> u64 {
        self.matched.timeline.support().get(class.index()).copied().unwrap_or(0)
    }

    /// `12 objects`, or labels, or images: what is right or wrong in this task.
    pub fn units(&self, n: impl Into<u64>) -> String {
        let (one, many) = self.evaluation.task.units();
        fmt::counted(n.into(), one, many)
    }

    /// What many of them are called.
    pub fn many(&self) -> &'static str {
        self.evaluation.task.units().1
    }

    /// `at confidence ≥ 0.361`.
    pub fn at_confidence(&self) -> String {
        if self.evaluation.pixels().is_some_and(|pixels| !pixels.has_confidence()) {
            return "over all pixels".to_owned();
        }
        format!("at confidence ≥ {}", fmt::threshold(self.threshold))
    }

    /// The outcomes in force in the cells that `wanted` accepts, image after image.
    pub fn held(&self, wanted: impl Fn(Cell) -> bool) -> impl Iterator<Item = (Outcome, Cell)> {
        let cut = self.counter.cut();
        let all = self.matched.timeline.intervals();
        all.filter(move |(i, cell)| i.holds(cut) && wanted(*cell)).map(|(i, cell)| (i.outcome, cell))
    }

    /// Pooled F1 with these counts instead of today's; `None` where nothing is won.
    pub fn gain(&self, repaired: Counts) -> Option<Gain> {
        let (from, to) = (self.counter.totals().f1()?, repaired.f1()?);
        (to > from).then_some(Gain { metric: "f1", from, to, repaired: Some(repaired) })
    }

    /// How much a gain matters.
    pub fn importance(&self, gain: Option<Gain>) -> Importance {
        match gain.map_or(0.0, Gain::difference) {
            g if g >= self.rules.high_gain => Importance::High,
            g if g >= self.rules.medium_gain => Importance::Medium,
            _ => Importance::Low,
        }
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// A count as evidence.
pub(super) fn number(n: impl Into<u64>) -> f64 {
    n.into() as f64
}
