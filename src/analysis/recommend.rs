//! What to do next: rules over one evaluation at the current threshold, each with its evidence.
//!
//! Reads counts and outcomes; matches nothing and knows no file. Each rule stands in its own module.

mod calibration;
mod case;
mod class_mapping;
mod confused;
mod data;
mod false_positives;
mod missed;
mod pixels;
mod split_leak;
mod texts;
mod threshold;
mod weak_cluster;

use std::cmp::Ordering;

use crate::metrics::detection::Matched;
use crate::metrics::{Counter, Counts, Evaluation};
use crate::model::{ClassId, ClassTable};

use super::filter::Filter;
use case::Case;

pub use class_mapping::{DoubtfulName, Proposal};
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
    /// Its items.
    pub filter: Filter,
    /// A threshold that it proposes.
    pub threshold: Option<f64>,
}

impl Recommendation {
    /// What it is about, by names: the same at any threshold, and in any reading of the data.
    #[must_use]
    pub fn key(&self, classes: &ClassTable) -> String {
        let mut key = self.kind.to_owned();
        for name in self.classes.iter().map(|class| classes.name(*class)).chain([self.subject.as_str()]) {
            key.push('/');
            key.push_str(name);
        }
        key
    }
}

/// The thresholds of the rules (METRICS §9), all settable.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// Cards of one rule; the classes with most at stake come first.
    pub cards_per_rule: usize,
    /// Gain of pooled F1 from which a recommendation is of high importance.
    pub high_gain: f64,
    /// Gain of pooled F1 from which it is of medium importance.
    pub medium_gain: f64,
    /// `missed_detections`: recall below which a class counts as missed too often.
    pub missed_recall: f64,
    /// `missed_detections`: missed truths from which it fires.
    pub missed_count: u64,
    /// `missed_detections`: share of a box that one other truth of the image covers, from which it counts as crowded.
    pub crowd_cover: f64,
    /// `missed_detections`: distance from the border of the image, in pixels, up to which a box counts as at the edge.
    pub edge_pixels: f64,
    /// `false_positives`: precision below which a class counts as predicted too often.
    pub false_positive_precision: f64,
    /// `false_positives`: kept predictions of the class from which it fires.
    pub false_positive_kept: u64,
    /// `false_positives`: false positives from which it fires.
    pub false_positive_count: u64,
    /// `false_positives`: a set with fewer images is small …
    pub small_set_images: usize,
    /// … and there these false positives suffice, whatever the number of predictions.
    pub small_set_false_positives: u64,
    /// `confused_classes`: objects of one class taken for the other, from which it fires.
    pub confused_count: u64,
    /// `confused_classes`: the same as a share of the objects of the class.
    pub confused_share: f64,
    /// `needs_more_data`: a class with fewer truths has few …
    pub few_truths: f64,
    /// … or with fewer than this times the square root of all truths …
    pub few_root: f64,
    /// … or with a smaller share than this of the median class.
    pub few_of_median: f64,
    /// `needs_more_data`: a class with fewer truths cannot be judged at all.
    pub least_truths: u64,
    /// `small_evaluation_set`: images below which it fires.
    pub small_items: usize,
    /// `small_evaluation_set`: share of the dataset below which a test split is small.
    pub small_test_share: f64,
    /// `small_evaluation_set`: share of the dataset below which a validation split is small.
    pub small_validation_share: f64,
    /// `threshold_off`: gain of F1 from which it fires.
    pub threshold_gain: f64,
    /// `threshold_off`: distance of a class's own optimum from the pooled one, from which it fires.
    pub own_optimum_distance: f64,
    /// `threshold_off`: gain of the class's F1 at its own optimum, from which it fires.
    pub own_optimum_gain: f64,
    /// `threshold_off`: truths of a class from which its own optimum means something.
    pub own_optimum_truths: u64,
    /// `thin_structures`: share of a class's true pixels near its outlines from which it is thin …
    pub thin_share: f64,
    /// … IoU below which that is said …
    pub thin_iou: f64,
    /// … and true pixels from which it is.
    pub thin_pixels: u64,
    /// `border_errors`, `region_errors`: share of the wrong pixels from which they are said to lie there.
    pub border_share: f64,
    /// The same: wrong pixels from which that is said.
    pub border_pixels: u64,
    /// Rules about generated texts: answers from which they fire …
    pub odd_answers: usize,
    /// … and the share of all answers.
    pub odd_share: f64,
    /// `answers_too_long`: words by words of the reference from which an answer is too long.
    pub long_answer: f64,
    /// `answers_too_short`: the same up to which one is too short.
    pub short_answer: f64,
    /// `weak_slice`: share of all answers from which a part of them is judged.
    pub slice_share: f64,
    /// `calibration`: expected calibration error from which it fires.
    pub calibration_error: f64,
    /// `split_leak`: leaked items from which it fires …
    pub leaked_items: usize,
    /// … and the share of all items from which it costs a lot, where they are in training.
    pub leaked_share: f64,
    /// `class_mapping`: predictions of a name that fits no class, from which it fires.
    pub unmatched_predictions: u64,
}

/// What was found out about an evaluation beside its counts, at whatever threshold.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Clusters of the vector explorer, with their numbers at the threshold.
    pub groups: Vec<Group>,
    /// Items that are there twice, where they were looked for.
    pub leak: Option<Leak>,
    /// Class names of the predictions that do not settle what they mean.
    pub names: Vec<DoubtfulName>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            cards_per_rule: 5,
            high_gain: 0.02,
            medium_gain: 0.005,
            missed_recall: 0.8,
            missed_count: 5,
            crowd_cover: 0.1,
            edge_pixels: 2.0,
            false_positive_precision: 0.65,
            false_positive_kept: 30,
            false_positive_count: 30,
            small_set_images: 500,
            small_set_false_positives: 5,
            confused_count: 5,
            confused_share: 0.05,
            few_truths: 30.0,
            few_root: 0.05,
            few_of_median: 0.25,
            least_truths: 10,
            small_items: 50,
            small_test_share: 0.05,
            small_validation_share: 0.1,
            threshold_gain: 0.001,
            own_optimum_distance: 0.15,
            own_optimum_gain: 0.02,
            own_optimum_truths: 10,
            thin_share: 0.8,
            thin_iou: 0.5,
            thin_pixels: 1000,
            border_share: 0.6,
            border_pixels: 1000,
            odd_answers: 5,
            odd_share: 0.01,
            long_answer: 2.0,
            short_answer: 0.5,
            slice_share: 0.05,
            calibration_error: 0.1,
            leaked_items: 1,
            leaked_share: 0.01,
            unmatched_predictions: 1,
        }
    }
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
    if evaluation.texts().is_some() {
        // An answer has no class and nothing to be taken for; the threshold is a wish and not an optimum.
        let mut all = texts::find(&case);
        all.extend(weak_cluster::find(&case, &beside.groups));
        all.extend(data::small_set(&case));
        all.extend(split_leak::find(&case, beside.leak.as_ref()));
        all.sort_by(by_gain_then_importance);
        return all;
    }
    let mut all = threshold::pooled(&case);
    all.extend(threshold::own_optima(&case));
    all.extend(missed::find(&case));
    all.extend(false_positives::find(&case));
    all.extend(confused::find(&case));
    all.extend(pixels::find(&case));
    all.extend(weak_cluster::find(&case, &beside.groups));
    all.extend(data::few_truths(&case));
    all.extend(data::small_set(&case));
    all.extend(split_leak::find(&case, beside.leak.as_ref()));
    all.extend(calibration::find(&case));
    all.extend(class_mapping::find(&case, &beside.names));
    all.sort_by(by_gain_then_importance);
    all
}

/// A recommendation without a computable gain stands where one without gain would, and so does one whose number has another
/// scale. A number that falls when the error is repaired matters as much as one that rises.
fn by_gain_then_importance(a: &Recommendation, b: &Recommendation) -> Ordering {
    let comparable = |gain: &Gain| gain.metric != "ece";
    let gain = |r: &Recommendation| r.gain.filter(comparable).map_or(0.0, |gain| gain.difference().abs());
    gain(b).total_cmp(&gain(a)).then(a.importance.cmp(&b.importance))
}
