//! What a matching says, and over which thresholds. Knows ids and cuts, no classes and no counts.

use crate::model::{PredId, TruthId};

/// No truth, or no detection.
const NONE: u32 = u32::MAX;

/// What a threshold keeps: equal where the same is kept. The default keeps nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cut {
    kept: u32,
    level: u64,
}

impl Cut {
    /// At this number of the scores of [`super::Timeline::scores`]; `level` is that of a table of scores, 0 where every
    /// outcome is an interval.
    pub(in crate::metrics) const fn new(kept: u32, level: u64) -> Self {
        Self { kept, level }
    }

    /// How many of the scores of [`super::Timeline::scores`] are kept: what [`Interval::from`] and [`Interval::until`] count.
    #[must_use]
    pub const fn kept(self) -> u32 {
        self.kept
    }

    /// Where it lies among the scores of a table.
    pub(in crate::metrics) const fn level(self) -> u64 {
        self.level
    }
}

/// Where the counts can change, and which side of a threshold is kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Thresholds {
    /// The distinct scores, descending.
    pub scores: Vec<f64>,
    /// A detection is kept only if its score lies *above* the threshold, both rounded to `f32` (Ultralytics); else also
    /// if it equals it, in `f64`.
    pub strict: bool,
}

impl Thresholds {
    /// How many of the scores a threshold keeps.
    pub(in crate::metrics) fn kept(&self, threshold: f64) -> u32 {
        let kept = if self.strict {
            self.scores.partition_point(|&s| s as f32 > threshold as f32)
        } else {
            self.scores.partition_point(|&s| s >= threshold)
        };
        u32::try_from(kept).unwrap_or(u32::MAX)
    }

    /// See [`super::Timeline::confidence`].
    pub(super) fn highest(&self, kept: u32) -> Option<f64> {
        let index = if self.strict { kept as usize } else { (kept as usize).checked_sub(1)? };
        self.scores.get(index).copied()
    }
}

/// A truth and a detection that belong together, or one of them alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Outcome {
    truth: u32,
    pred: u32,
}

impl Outcome {
    /// A truth found by a detection.
    #[must_use]
    pub const fn pair(truth: TruthId, pred: PredId) -> Self {
        Self { truth: truth.0, pred: pred.0 }
    }

    /// A truth found by nothing.
    #[must_use]
    pub const fn missed(truth: TruthId) -> Self {
        Self { truth: truth.0, pred: NONE }
    }

    /// A detection that found nothing.
    #[must_use]
    pub const fn false_positive(pred: PredId) -> Self {
        Self { truth: NONE, pred: pred.0 }
    }

    /// The truth, if there is one.
    #[must_use]
    pub fn truth(self) -> Option<TruthId> {
        (self.truth != NONE).then_some(TruthId(self.truth))
    }

    /// The detection, if there is one.
    #[must_use]
    pub fn pred(self) -> Option<PredId> {
        (self.pred != NONE).then_some(PredId(self.pred))
    }
}

/// An outcome in force where `from <= kept < until` of [`Cut::kept`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// What is in force.
    pub outcome: Outcome,
    /// First number of kept scores.
    pub from: u32,
    /// First number of kept scores at which it is no longer in force; [`Interval::FOREVER`] where it stays.
    pub until: u32,
}

impl Interval {
    /// Stays in force down to the lowest score.
    pub const FOREVER: u32 = u32::MAX;

    /// True where the outcome is in force at this cut.
    #[must_use]
    pub const fn holds(self, cut: Cut) -> bool {
        self.from <= cut.kept && cut.kept < self.until
    }
}
