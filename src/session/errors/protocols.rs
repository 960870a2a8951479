//! The same predictions by other matchings: what stands otherwise.

use std::sync::Arc;

use crate::analysis::protocols::{Change, Protocols as All};
use crate::metrics::{Counts, Matching, OwnThresholds};
use crate::session::Explorer;

/// The state.
#[derive(Debug, Default)]
pub struct Protocols {
    /// Every rule at all confidences, once it was asked for.
    pub all: Option<Arc<All>>,
    /// What they say at a threshold.
    pub at: Option<Arc<AtThreshold>>,
    /// What is there, under way, or was stopped: overlap and class thresholds.
    pub(in crate::session) wanted: Option<(f64, OwnThresholds)>,
    /// The threshold and pair that are there, under way, or were stopped.
    pub(in crate::session) wanted_at: Option<(f64, (Matching, Matching))>,
}

/// What every rule counts at a threshold, and what stands otherwise under one than under another.
#[derive(Clone, Debug, PartialEq)]
pub struct AtThreshold {
    /// The threshold.
    pub threshold: f64,
    /// The two rules that are held against each other.
    pub pair: (Matching, Matching),
    /// In the order of [`Matching::ALL`].
    pub counts: Vec<Counts>,
    /// What stands otherwise under the second.
    pub changes: Vec<Change>,
}

/// A wish.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Match by every rule where that is not done, count at the threshold on screen, and hold two rules against each other.
    /// Does nothing while that is there or under way, or was stopped, unless it is asked for `again`.
    Compare {
        /// The two rules.
        pair: (Matching, Matching),
        /// True to begin anew.
        again: bool,
    },
}

/// What a job found.
#[derive(Debug)]
pub enum Answer {
    /// Every rule at all confidences, and what they say at the threshold; `None` where there are no objects.
    Matched(Option<(Arc<All>, Box<AtThreshold>)>),
    /// What they say at another threshold, or of another pair.
    At(Box<AtThreshold>),
}

impl Protocols {
    /// True where what is on screen and this pair are there, under way, or were stopped.
    #[must_use]
    pub fn is_asked(&self, explorer: &Explorer, pair: (Matching, Matching)) -> bool {
        self.wanted.as_ref() == Some(&key(explorer)) && self.wanted_at == Some((explorer.threshold.value, pair))
    }

    /// Every rule, where it belongs to the overlap and the class thresholds on screen.
    #[must_use]
    pub fn of(&self, explorer: &Explorer) -> Option<&Arc<All>> {
        let (iou, own) = key(explorer);
        self.all.as_ref().filter(|all| all.iou == iou && all.own == own)
    }
}

/// What the matching by every rule depends on.
pub(in crate::session) fn key(explorer: &Explorer) -> (f64, OwnThresholds) {
    (explorer.matched.settings.iou, explorer.matched.own.clone())
}
