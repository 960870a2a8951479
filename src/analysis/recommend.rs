//! What to do next: rules over one evaluation at the current threshold, each with its evidence.
//!
//! Reads counts and outcomes; matches nothing and knows no file. Each rule stands in its own module.

mod boxes;
mod calibration;
mod case;
mod class_mapping;
mod confused;
mod data;
mod false_positives;
mod missed;
mod pixels;
mod rules;
mod slices;
mod split_leak;
mod suspects;
mod texts;
mod threshold;
mod weak_cluster;

use std::cmp::Ordering;
use std::sync::Arc;

use crate::metrics::detection::Matched;
use crate::metrics::{Counter, Counts, Evaluation, rates};
use crate::model::{ClassId, ClassTable};

use super::filter::Filter;
use super::slices::Attributes;
use super::suspects::{Found, repair::Judgements};
use case::Case;

pub use class_mapping::{DoubtfulName, Proposal};
pub use rules::{Limit, Rules};
pub use split_leak::Leak;
pub use weak_cluster::Group;

/// How much a recommendation matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Importance {
    /// Costs a lot.
    High,
    /// Worth doing.
    Medium,
    /// Good to know.
    Low,
}

impl Importance {
    /// The word in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// The metric recomputed with the error repaired.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gain {
    /// Which metric, such as `f1`.
    pub metric: &'static str,
    /// Today.
    pub from: f64,
    /// With the error repaired.
    pub to: f64,
    /// All counts with the error repaired, where the metric is made of them.
    pub repaired: Option<Counts>,
}

impl Gain {
    /// What is won.
    #[must_use]
    pub fn difference(self) -> f64 {
        self.to - self.from
    }
}

/// How much surer a number would be with more data: its 95 % interval, the shares of right and wrong staying as they are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Surer {
    /// Which number, such as `f1`.
    pub metric: &'static str,
    /// Truths today.
    pub truths: u64,
    /// Truths then.
    pub with: u64,
    /// Its interval today.
    pub now: (f64, f64),
    /// Its interval then.
    pub then: (f64, f64),
}

impl Surer {
    /// F1 from counts, with `with` truths instead of `truths`; `None` where F1 is not defined, or as many are there already.
    #[must_use]
    pub fn f1(correct: u64, kept: u64, truths: u64, with: u64) -> Option<Self> {
        if truths == 0 || with <= truths {
            return None;
        }
        let times = with as f64 / truths as f64;
        let scaled = |n: u64| (n as f64 * times).round() as u64;
        let now = rates::f1_interval(correct, kept, truths)?;
        let then = rates::f1_interval(scaled(correct), scaled(kept), with)?;
        Some(Self { metric: "f1", truths, with, now, then })
    }

    /// The share that passes, with `with` answers instead of `of`.
    #[must_use]
    pub fn pass_rate(passed: u64, of: u64, with: u64) -> Option<Self> {
        let now = rates::wilson(passed, of)?;
        let then = rates::wilson((passed as f64 / of as f64 * with as f64).round() as u64, with)?;
        Some(Self { metric: "pass_rate", truths: of, with, now, then })
    }
}

/// One recommendation.
#[derive(Clone, Debug, PartialEq)]
pub struct Recommendation {
    /// Stable name of its rule, such as `missed_detections`.
    pub kind: &'static str,
    /// What tells it from other cards of the rule on the same classes, such as the name of a slice; numbers that move with the
    /// threshold are no part of it.
    pub subject: String,
    /// How much it matters.
    pub importance: Importance,
    /// One phrase.
    pub title: String,
    /// One sentence with the numbers.
    pub sentence: String,
    /// The rule in words, with its thresholds.
    pub rule: String,
    /// The classes concerned.
    pub classes: Vec<ClassId>,
    /// The numbers behind it.
    pub evidence: Vec<(&'static str, f64)>,
    /// What repairing it would give, where that can be computed.
    pub gain: Option<Gain>,
    /// What more data would give, where that is what is missing.
    pub surer: Option<Surer>,
    /// Its items.
    pub filter: Filter,
    /// A threshold that it proposes.
    pub threshold: Option<f64>,
}

impl Recommendation {
    /// What it is about, by names: the same at any threshold, and in any reading of the data.
    #[must_use]
    pub fn key(&self, classes: &ClassTable) -> String {
        let names = self.classes.iter().map(|class| classes.name(*class));
        let mut key = self.kind.to_owned();
        // Which classes are concerned may change with the threshold where something else says what it is about.
        for name in names.filter(|_| self.subject.is_empty()).chain([self.subject.as_str()]).filter(|n| !n.is_empty()) {
            key.push('/');
            key.push_str(name);
        }
        key
    }
}

/// What was found out about an evaluation beside its counts, at whatever threshold.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Clusters of the vector explorer, with their numbers at the threshold.
    pub groups: Vec<Group>,
    /// Attributes with all that is known of pictures and files; without them rules take what the annotations say.
    pub attributes: Option<Arc<Attributes>>,
    /// Labels that may be wrong; where they are not known they are looked for.
    pub suspects: Option<Arc<Found>>,
    /// What a person said of labels.
    pub judged: Arc<Judgements>,
    /// Items that are there twice, where they were looked for.
    pub leak: Option<Leak>,
    /// Class names of the predictions that do not settle what they mean.
    pub names: Vec<DoubtfulName>,
}

/// Applies every rule at the threshold of `counter`; by estimated gain, then importance.
///
/// The gain is pooled F1 at this threshold, computed again from the counts with the error of the card repaired and all
/// else as it is. Nothing fires without truths.
#[must_use]
pub fn recommend(
    evaluation: &Evaluation,
    matched: &Matched,
    counter: &Counter,
    threshold: f64,
    rules: &Rules,
    beside: &Beside,
) -> Vec<Recommendation> {
    if counter.totals().truths() == 0 {
        return Vec::new();
    }
    let case = Case { evaluation, matched, counter, threshold, rules };
    let mut all = quick(&case);
    all.extend(weak_cluster::find(&case, &beside.groups));
    all.extend(split_leak::find(&case, beside.leak.as_ref()));
    if evaluation.texts().is_none() {
        all.extend(class_mapping::find(&case, &beside.names));
        all.extend(slices::find(&case, beside.attributes.as_deref()));
        all.extend(suspects::find(&case, beside));
    }
    all.sort_by(by_gain_then_importance);
    all
}

/// As [`recommend`], without the rules that rest on more than counts and outcomes: what can follow a finger on the slider.
#[must_use]
pub fn at_once(
    evaluation: &Evaluation,
    matched: &Matched,
    counter: &Counter,
    threshold: f64,
    rules: &Rules,
) -> Vec<Recommendation> {
    if counter.totals().truths() == 0 {
        return Vec::new();
    }
    let mut all = quick(&Case { evaluation, matched, counter, threshold, rules });
    all.sort_by(by_gain_then_importance);
    all
}

fn quick(case: &Case) -> Vec<Recommendation> {
    if case.evaluation.texts().is_some() {
        // An answer has no class and nothing to be taken for; the threshold is a wish and not an optimum.
        let mut all = texts::find(case);
        all.extend(data::small_set(case));
        return all;
    }
    let mut all = threshold::pooled(case);
    all.extend(threshold::own_optima(case));
    all.extend(missed::find(case));
    all.extend(false_positives::find(case));
    all.extend(boxes::find(case));
    all.extend(confused::find(case));
    all.extend(pixels::find(case));
    all.extend(data::few_truths(case));
    all.extend(data::small_set(case));
    all.extend(calibration::find(case));
    all
}

/// A recommendation without a computable gain stands where one without gain would, and so does one whose number has another
/// scale. A number that falls when the error is repaired matters as much as one that rises.
fn by_gain_then_importance(a: &Recommendation, b: &Recommendation) -> Ordering {
    let comparable = |gain: &Gain| gain.metric != "ece";
    let gain = |r: &Recommendation| r.gain.filter(comparable).map_or(0.0, |gain| gain.difference().abs());
    gain(b).total_cmp(&gain(a)).then(a.importance.cmp(&b.importance))
}
