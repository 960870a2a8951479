//! Thresholds that single classes have of their own, beside the one for all.
//!
//! A prediction of such a class is kept or not whatever the threshold for all is: it stands before the first cut, or after
//! the last. So one timeline still tells the counts at every threshold for all, and a step of the slider stays a lookup.
//! Nothing else has to know: what pairs detections and truths reads cuts, not scores.

use std::collections::BTreeMap;

use crate::model::{ClassId, Predictions};

use super::timeline::Interval;

/// The cut of a prediction that is kept at every threshold for all.
pub(super) const ALWAYS: u32 = 0;
/// The cut of a prediction that is kept at none.
pub(super) const NEVER: u32 = Interval::FOREVER;

/// Thresholds by class; a class that is not among them follows the one for all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OwnThresholds(BTreeMap<ClassId, f64>);

impl OwnThresholds {
    /// The class's own threshold; `None` where it follows the one for all.
    #[must_use]
    pub fn get(&self, class: ClassId) -> Option<f64> {
        self.0.get(&class).copied()
    }

    /// Gives a class a threshold of its own, or takes it away. One that is no number is taken away as well.
    pub fn set(&mut self, class: ClassId, threshold: Option<f64>) {
        match threshold.filter(|t| t.is_finite()) {
            Some(threshold) => self.0.insert(class, threshold),
            None => self.0.remove(&class),
        };
    }

    /// How many classes have one.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True where every class follows the threshold for all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The classes that have one, ascending.
    pub fn classes(&self) -> impl Iterator<Item = ClassId> + '_ {
        self.0.keys().copied()
    }

    /// Moves the predictions of these classes to before the first cut or after the last. `strict`: kept only above the
    /// threshold, both as `f32`, as in [`super::timeline::Thresholds`].
    pub(super) fn pin(&self, predictions: &Predictions, cuts: &mut [u32], strict: bool) {
        if self.is_empty() {
            return;
        }
        for ((cut, class), &score) in cuts.iter_mut().zip(&predictions.class).zip(&predictions.score) {
            if let Some(threshold) = self.get(*class) {
                let kept = if strict { score as f32 > threshold as f32 } else { score >= threshold };
                *cut = if kept { ALWAYS } else { NEVER };
            }
        }
    }
}

impl FromIterator<(ClassId, f64)> for OwnThresholds {
    fn from_iter<T: IntoIterator<Item = (ClassId, f64)>>(thresholds: T) -> Self {
        let mut own = Self::default();
        thresholds.into_iter().for_each(|(class, t)| own.set(class, Some(t)));
        own
    }
}
