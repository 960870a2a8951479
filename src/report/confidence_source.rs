//! Where a threshold comes from, as documents say it.

use serde::Serialize;

use crate::metrics::Evaluation;

/// Where the confidence came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ConfidenceSource {
    /// The optimum of the pooled F1.
    Optimal,
    /// That which answers have to reach before anybody chose one.
    Default,
    /// A person's wish.
    Given,
}

impl ConfidenceSource {
    /// Where a threshold comes from that nobody gave: generated texts have no optimum.
    #[must_use]
    pub fn of(evaluation: &Evaluation) -> Self {
        if evaluation.texts().is_some() { Self::Default } else { Self::Optimal }
    }
}
