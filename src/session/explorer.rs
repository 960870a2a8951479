//! The evaluation on screen at its current threshold.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use crate::analysis::curves::{CurveKey, LabelCurves, Points, PrCurves};
use crate::analysis::{Filter, Recommendation, curves};
use crate::formats::ClassMapping;
use crate::metrics::classification::PairCounting;
use crate::metrics::detection::Matched;
use crate::metrics::generation::{Column, Intervals};
use crate::metrics::{Counter, Evaluation, Generation, OutcomeKind, OwnThresholds};
use crate::model::finding::Finding;
use crate::model::project::Choice;
use crate::model::{ClassId, Dataset, ImageId, Predictions};

use super::load::masks::Shown;
use super::load::{Fingerprint, Loaded};
use super::mapping;
use super::selection::Selection;
use super::thresholds::PairMatrix;

/// A confidence, and how it came about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// Scores of at least this are kept.
    pub value: f64,
    /// True while it is the optimum and nobody moved it.
    pub optimal: bool,
}

/// Everything the evaluation window shows.
#[derive(Debug)]
pub struct Explorer {
    /// What is evaluated.
    pub choice: Choice,
    /// Data and results, all thresholds.
    pub evaluation: Evaluation,
    /// The matching on screen.
    pub matched: Arc<Matched>,
    /// Problems found in the data.
    pub findings: Vec<Finding>,
    /// How class names of the predictions were read.
    pub mappings: Vec<ClassMapping>,
    /// Class names of the predictions that do not settle what is meant.
    pub doubtful: BTreeSet<String>,
    /// Where the pictures, truth and predictions lie.
    pub inputs: Vec<PathBuf>,
    /// How the inputs looked when they were read.
    pub fingerprint: Fingerprint,
    /// True once the inputs look different.
    pub stale: bool,
    /// Content hashes of the inputs, once they are computed; `None` inside for one that cannot be read.
    pub hashes: Option<Vec<Option<String>>>,
    /// The current threshold.
    pub threshold: Threshold,
    /// The thresholds that single classes should have; those of [`Self::matched`] are in force.
    pub own: OwnThresholds,
    /// The confusion matrix of several labels, once it was asked for.
    pub pairs: Option<PairMatrix>,
    pub(super) pairs_wanted: Option<PairCounting>,
    /// All counts at the current threshold.
    pub counter: Counter,
    /// What the gallery shows; at the current threshold while the page of images is on screen.
    pub selection: Selection,
    /// True while the selection belongs to another threshold, filter or order: it is found again once it is on screen.
    pub(super) outdated: bool,
    /// The masks of the image that is looked at, or why they cannot be read.
    pub masks: Option<(ImageId, Result<Arc<Shown>, String>)>,
    /// Recommendations, their numbers at the threshold `recommended_at`.
    pub recommendations: Arc<Vec<Recommendation>>,
    /// The threshold they were computed at; `None` while the first are on their way.
    pub recommended_at: Option<f64>,
    /// The threshold that their choice and order belong to.
    pub settled_at: Option<f64>,
    /// The precision-recall curves last asked for.
    pub curves: Option<Arc<PrCurves>>,
    /// The curves that are there, under way, or failed.
    pub curves_wanted: Option<CurveKey>,
    /// The curves of a classifier, once they were asked for and computed.
    pub label_curves: Option<Arc<LabelCurves>>,
    /// Intervals of the numbers of generated texts, once they were asked for and computed.
    pub intervals: Option<Arc<Intervals>>,
    /// Time from files to numbers.
    pub took: Duration,
}

impl Explorer {
    /// What was evaluated, at its optimum, all images selected; `None` where nothing was counted.
    #[must_use]
    pub fn of(loaded: Loaded) -> Option<Self> {
        let matched = loaded.evaluation.matched.clone()?;
        let best = matched.optima.pooled.unwrap_or(0.0);
        let mut counter = matched.timeline.counter();
        matched.timeline.move_to(&mut counter, best);
        let doubtful = mapping::doubtful(&loaded.mappings, &loaded.evaluation.dataset);
        let doubtful = doubtful.into_iter().map(|mapping| mapping.from.clone()).collect();
        Some(Self {
            doubtful,
            choice: loaded.choice,
            matched,
            evaluation: loaded.evaluation,
            findings: loaded.findings,
            mappings: loaded.mappings,
            inputs: loaded.inputs,
            fingerprint: loaded.fingerprint,
            stale: false,
            hashes: None,
            threshold: Threshold { value: best, optimal: true },
            counter,
            own: OwnThresholds::default(),
            pairs: None,
            pairs_wanted: None,
            outdated: true,
            selection: Selection::default(),
            masks: None,
            recommendations: Arc::new(Vec::new()),
            recommended_at: None,
            settled_at: None,
            curves: None,
            curves_wanted: None,
            label_curves: None,
            intervals: None,
            took: loaded.took,
        })
    }

    /// Moves the threshold, and nothing that follows it later.
    pub(super) fn set(&mut self, confidence: f64) {
        self.threshold = Threshold { value: confidence, optimal: false };
        self.matched.timeline.move_to(&mut self.counter, confidence);
    }

    /// Ground truth.
    #[must_use]
    pub fn dataset(&self) -> &Dataset {
        &self.evaluation.dataset
    }

    /// Model outputs.
    #[must_use]
    pub fn predictions(&self) -> &Predictions {
        &self.evaluation.predictions
    }

    /// Generated texts; `None` for other tasks.
    #[must_use]
    pub fn texts(&self) -> Option<&Generation> {
        self.evaluation.texts()
    }

    /// The column whose threshold answers have to reach.
    #[must_use]
    pub fn pass_column(&self) -> Option<&Column> {
        self.texts()?.pass_column()
    }

    /// Whether an answer passes at the threshold; `None` where that is undefined.
    #[must_use]
    pub fn passes(&self, item: ImageId) -> Option<bool> {
        self.texts()?.pass_score(item.index()).map(|score| score >= self.threshold.value)
    }

    /// The 95 % interval of a column's number of the whole set, once it is there.
    #[must_use]
    pub fn interval_of(&self, column: &Column) -> Option<(f64, f64)> {
        self.intervals.as_ref()?.get(&column.key).copied()
    }

    /// What is selected, in words.
    #[must_use]
    pub fn selection_title(&self) -> String {
        let filter = &self.selection.filter;
        match filter {
            Filter::All if self.texts().is_some() => "All answers".to_owned(),
            Filter::Segment { kind: OutcomeKind::Correct, .. } if self.texts().is_some() => {
                "Answers that pass".to_owned()
            }
            Filter::Segment { kind: OutcomeKind::Missed, .. } if self.texts().is_some() => {
                "Answers that fail".to_owned()
            }
            _ => filter.title(&self.dataset().classes),
        }
    }

    /// The name of a class, or what stands outside all classes.
    #[must_use]
    pub fn class_name(&self, class: Option<ClassId>) -> &str {
        class.map_or(self.evaluation.outside(), |c| self.dataset().classes.name(c))
    }

    /// Lowest and highest score, of generated texts those of the scale; (0, 1) without predictions.
    #[must_use]
    pub fn score_range(&self) -> (f64, f64) {
        curves::score_range(&self.evaluation, &self.matched)
    }

    /// True where predictions were left out as no class of the truth is called like theirs.
    #[must_use]
    pub fn has_unmatched_names(&self) -> bool {
        self.mappings.iter().any(|mapping| mapping.to.is_none() && self.doubtful.contains(&mapping.from))
    }

    /// True while choice and order of the recommendations belong to an earlier threshold.
    #[must_use]
    pub fn is_settling(&self) -> bool {
        self.settled_at != Some(self.threshold.value)
    }
}
