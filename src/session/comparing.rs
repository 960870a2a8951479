//! Other models held against the one on screen: same items, same resamples.

mod summed;

use std::sync::Arc;

use crate::analysis::Filter;
use crate::analysis::compare::{self, CompareError, CompareSettings, Comparison};
use crate::jobs::JobError;
use crate::metrics::{Evaluation, MatchTable};
use crate::model::project::Choice;
use crate::model::{ImageId, Progress, Task, TruthId};

use super::explorer::Explorer;
use super::load::Loaded;

pub use summed::Summed;

/// The confidences at which two models are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum At {
    /// Each at its own optimum.
    #[default]
    Optimum,
    /// Both at this one.
    Common(f64),
}

/// Two confusion matrices: truth in rows, what stands for no class last in both directions.
#[derive(Debug)]
pub struct Matrices {
    /// Of the evaluation on screen.
    pub first: Vec<Vec<u64>>,
    /// Of the other.
    pub other: Vec<Vec<u64>>,
    /// The other's counts minus the first's.
    pub difference: Vec<Vec<i64>>,
}

/// Another model, held against the one on screen.
#[derive(Debug)]
pub struct Compared {
    /// What was on screen: the first of the two.
    pub first: Choice,
    /// The other's evaluation, at its threshold.
    pub other: Explorer,
    /// At which confidences.
    pub at: At,
    /// The confidences themselves, of the first and of the other.
    pub confidences: (f64, f64),
    /// What came out.
    pub comparison: Comparison,
    /// Both confusion matrices; `None` where their classes differ.
    pub matrices: Option<Matrices>,
}

/// The sets of a comparison: right and wrong in both, or better, worse and the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Set {
    /// Wrong in the first, right in the other; or better in the other.
    Fixed,
    /// Right in the first, wrong in the other; or worse in the other.
    Broken,
    /// Wrong in both.
    BothWrong,
    /// Right in both.
    BothRight,
    /// As good in both.
    Same,
}

impl Set {
    /// The sets of a task, those that differ first.
    #[must_use]
    pub const fn of_task(task: Task) -> &'static [Self] {
        if task.is_graded() {
            &[Self::Fixed, Self::Broken, Self::Same]
        } else {
            &[Self::Fixed, Self::Broken, Self::BothWrong, Self::BothRight]
        }
    }

    /// What a person reads.
    #[must_use]
    pub const fn label(self, task: Task) -> &'static str {
        match self {
            Self::Fixed if task.is_graded() => "Better",
            Self::Broken if task.is_graded() => "Worse",
            Self::Same => "Same",
            Self::Fixed => "Fixed",
            Self::Broken => "Broken",
            Self::BothWrong => "Both wrong",
            Self::BothRight => "Both right",
        }
    }
}

impl Compared {
    /// Compares an evaluation with another that was read for it.
    ///
    /// # Errors
    /// A sentence where the two are not of the same items; cancelled.
    pub fn new(
        first: &Choice,
        evaluation: &Evaluation,
        other: Loaded,
        at: At,
        progress: &dyn Progress,
    ) -> Result<Self, JobError> {
        let best = |evaluation: &Evaluation| evaluation.matched.as_ref().and_then(|m| m.optima.pooled).unwrap_or(0.0);
        let confidences = match at {
            At::Optimum => (best(evaluation), best(&other.evaluation)),
            At::Common(t) => (t, t),
        };
        progress.stage("Comparing");
        let a = MatchTable::of(evaluation, confidences.0, progress)?;
        let b = MatchTable::of(&other.evaluation, confidences.1, progress)?;
        let comparison =
            compare::compare(&a, &b, &CompareSettings::default(), progress).map_err(|error| match error {
                CompareError::Cancelled(_) => JobError::Cancelled,
                CompareError::NotComparable(why) => JobError::Failed(format!("These two cannot be compared: {why}")),
            })?;
        let matrices =
            evaluation.matrix_at(confidences.0, progress)?.zip(other.evaluation.matrix_at(confidences.1, progress)?);
        let same = evaluation.dataset.classes.names() == other.evaluation.dataset.classes.names();
        // Answers have no classes.
        let matrices = matrices.filter(|_| same && evaluation.texts().is_none()).and_then(|(first, other)| {
            let difference = compare::matrix_difference(&first, &other)?;
            Some(Matrices { first, other, difference })
        });
        let mut other = Explorer::of(other).ok_or_else(|| JobError::Failed("Nothing was counted".to_owned()))?;
        other.set(confidences.1);
        Ok(Self { first: first.clone(), other, at, confidences, comparison, matrices })
    }

    /// The objects or items of a set, in the order of the first evaluation.
    #[must_use]
    pub fn units(&self, set: Set) -> &[compare::Unit] {
        match set {
            Set::Fixed => &self.comparison.fixed,
            Set::Broken => &self.comparison.broken,
            Set::BothWrong => &self.comparison.both_wrong,
            Set::BothRight => &self.comparison.both_right,
            Set::Same => &self.comparison.same,
        }
    }

    /// A set as a selection of the evaluation on screen: its items where they are more or less right, else its truths.
    #[must_use]
    pub fn filter(&self, set: Set, evaluation: &Evaluation) -> Filter {
        let label = set.label(evaluation.task);
        if !evaluation.task.is_graded() {
            return Filter::Objects {
                title: format!("{label} by the other model"),
                truths: self.truths(set, evaluation),
                preds: Arc::default(),
            };
        }
        let how = if set == Set::Same { "in both models" } else { "with the other model" };
        let images = Comparison::items_of(self.units(set)).collect();
        Filter::Images { title: format!("{label} {how}"), images }
    }

    /// True where a threshold means something to one of the two.
    #[must_use]
    pub fn has_confidence(&self, first: &Evaluation) -> bool {
        !(first.is_without_confidence() && self.other.evaluation.is_without_confidence())
    }

    /// A set as truths of the evaluation on screen, ascending.
    fn truths(&self, set: Set, evaluation: &Evaluation) -> Arc<Vec<TruthId>> {
        let truths = &evaluation.dataset.truths;
        let of = |unit: &compare::Unit| {
            let range = truths.of(unit.item);
            let range = match unit.truth {
                Some(nth) => range.start + nth as usize..range.start + nth as usize + 1,
                None => range,
            };
            range.map(TruthId::from_index)
        };
        let mut all: Vec<TruthId> = self.units(set).iter().flat_map(of).collect();
        all.sort_unstable();
        all.dedup();
        Arc::new(all)
    }

    /// The same item in the other evaluation.
    #[must_use]
    pub fn partner(&self, item: ImageId) -> Option<ImageId> {
        self.comparison.partners.get(item.index()).copied()
    }
}
