//! How objects are paired, and everything that follows from it at all confidences.

use crate::model::{Cancelled, ClassId, Dataset, Predictions, Progress};

use super::matching::{self, Matching};
use super::own::OwnThresholds;
use super::pairs::Pairs;
use super::ranking::Ranking;
use super::rates;
use super::sweep::{Sweep, best_macro_f1};
use super::timeline::{Cut, Timeline};

/// How objects are paired.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DetectionSettings {
    /// Overlap from which a pair counts, in 0…1.
    pub iou: f64,
    /// The rule.
    pub matching: Matching,
}

impl Default for DetectionSettings {
    fn default() -> Self {
        Self { iou: 0.5, matching: Matching::TwoPass }
    }
}

/// What is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sections {
    /// COCO's average precision.
    pub coco: bool,
    /// TIDE's error types.
    pub tide: bool,
    /// Counts at every threshold: matrix, sweep, recommendations.
    pub timeline: bool,
}

impl Sections {
    /// Everything.
    pub const ALL: Self = Self { coco: true, tide: true, timeline: true };
}

/// The thresholds at which F1 is best.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Optima {
    /// Over all objects pooled.
    pub pooled: Option<f64>,
    /// The mean of the classes.
    pub macro_f1: Option<f64>,
    /// Each class's own, in declaration order.
    pub classes: Vec<Option<f64>>,
}

/// Everything that depends on the matching and its IoU threshold, at all confidences.
#[derive(Debug)]
pub struct Matched {
    /// How objects were paired.
    pub settings: DetectionSettings,
    /// Classes that do not follow the threshold for all. Their sweeps are empty and they have no optimum here.
    pub own: OwnThresholds,
    /// All counts at all confidences.
    pub timeline: Timeline,
    /// Pooled counts at every distinct score.
    pub sweep: Sweep,
    /// Per class, in declaration order.
    pub class_sweeps: Vec<Sweep>,
    /// Per pooled split, in their order; empty where there is only one.
    pub split_sweeps: Vec<Sweep>,
    /// The best thresholds.
    pub optima: Optima,
}

impl Matched {
    /// Matches at all confidences and finds the optima.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn compute(
        dataset: &Dataset,
        predictions: &Predictions,
        pairs: &Pairs,
        settings: DetectionSettings,
        progress: &dyn Progress,
    ) -> Result<Self, Cancelled> {
        let (ranking, own) = (Ranking::of(predictions), OwnThresholds::default());
        Self::compute_ranked(dataset, predictions, pairs, &ranking, settings, &own, progress)
    }

    /// As [`Self::compute`], with the detections sorted beforehand, and with thresholds of their own for some classes.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn compute_ranked(
        dataset: &Dataset,
        predictions: &Predictions,
        pairs: &Pairs,
        ranking: &Ranking,
        settings: DetectionSettings,
        own: &OwnThresholds,
        progress: &dyn Progress,
    ) -> Result<Self, Cancelled> {
        progress.stage("Matching objects");
        let timeline = matching::timeline_ranked(dataset, predictions, pairs, ranking, settings, own, progress)?;
        progress.check()?;
        Ok(Self::of_timeline(dataset, timeline, settings, own))
    }

    /// Sweeps and optima of a timeline.
    #[must_use]
    pub fn of_timeline(
        dataset: &Dataset,
        timeline: Timeline,
        settings: DetectionSettings,
        own: &OwnThresholds,
    ) -> Self {
        let ((sweep, mut class_sweeps), macro_f1) = rayon::join(
            || rayon::join(|| Sweep::pooled(&timeline), || Sweep::by_class(&timeline)),
            || best_macro_f1(&timeline),
        );
        for class in own.classes() {
            if let Some(sweep) = class_sweeps.get_mut(class.index()) {
                *sweep = Sweep::default();
            }
        }
        let best = |sweep: &Sweep| sweep.best_f1().and_then(|i| sweep.confidence.get(i).copied());
        let optima = Optima { pooled: best(&sweep), macro_f1, classes: class_sweeps.iter().map(best).collect() };
        let split_sweeps = split_sweeps(dataset, &timeline);
        Self { settings, own: own.clone(), timeline, sweep, class_sweeps, split_sweeps, optima }
    }

    /// Whether a prediction of a class with a score is kept at a cut.
    pub fn keeps(&self, cut: Cut) -> impl Fn(ClassId, f64) -> bool + '_ {
        let strict = self.timeline.strict();
        let last = self.timeline.lowest_kept(cut);
        move |class, score| match (self.own.get(class), last) {
            (Some(own), _) if strict => score as f32 > own as f32,
            (Some(own), _) => score >= own,
            // Scores that are one number in single precision are kept together there.
            (None, Some(last)) if strict => score as f32 >= last as f32,
            (None, Some(last)) => score >= last,
            (None, None) => false,
        }
    }

    /// F1 at a threshold as the curves have it, pooled or of one class as if it followed the threshold: exact between the
    /// scores of its sweep as well. `None` where nothing counts.
    #[must_use]
    pub fn f1_at(&self, class: Option<ClassId>, threshold: f64) -> Option<f64> {
        let sweep = match class {
            Some(class) => self.class_sweeps.get(class.index())?,
            None => &self.sweep,
        };
        let Some(at) = sweep.position(threshold) else { return rates::f1(0, 0, sweep.truths) };
        let Some(extras) = self.timeline.extras() else { return sweep.f1(at) };
        let (cut, columns) = (self.timeline.cut(threshold), extras.columns());
        let wrong: u64 = match class {
            Some(class) => columns.others(class.index(), cut.level()).into(),
            None => extras.classes().iter().map(|&class| u64::from(extras.count(class, cut))).sum(),
        };
        let correct = sweep.correct.get(at).copied()?;
        rates::f1(correct, correct + wrong, sweep.truths)
    }
}

/// One sweep for each of several pooled splits.
fn split_sweeps(dataset: &Dataset, timeline: &Timeline) -> Vec<Sweep> {
    let splits = dataset.splits.len();
    if splits < 2 { Vec::new() } else { (0..splits).map(|split| Sweep::of_split(dataset, timeline, split)).collect() }
}
