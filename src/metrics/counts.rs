//! Counts at one threshold, of everything and of one class.

use crate::model::{ClassId, Task};

use super::rates;

/// What became of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutcomeKind {
    /// A truth found with its own class.
    Correct,
    /// A truth found with another class.
    Misclassified,
    /// A truth found by nothing.
    Missed,
    /// A detection that found nothing.
    FalsePositive,
}

impl OutcomeKind {
    /// All kinds in the order they are shown.
    pub const ALL: [Self; 4] = [Self::Correct, Self::Misclassified, Self::Missed, Self::FalsePositive];

    /// True where outcomes of this kind can occur in a task.
    #[must_use]
    pub const fn occurs(self, task: Task) -> bool {
        match self {
            Self::Correct | Self::Missed => true,
            Self::Misclassified => !task.is_multilabel(),
            Self::FalsePositive => !task.is_one_class_each(),
        }
    }
}

/// A cell of the confusion matrix: truth class × predicted class, `None` being the background.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// Class of the truth; `None`: no truth (a false positive).
    pub truth: Option<ClassId>,
    /// Class of the prediction; `None`: no prediction (a missed truth).
    pub predicted: Option<ClassId>,
}

impl Cell {
    /// The cell of these classes.
    #[must_use]
    pub const fn new(truth: Option<ClassId>, predicted: Option<ClassId>) -> Self {
        Self { truth, predicted }
    }

    /// What an object in this cell is; `None` for background × background, which holds nothing.
    #[must_use]
    pub fn kind(self) -> Option<OutcomeKind> {
        match (self.truth, self.predicted) {
            (Some(a), Some(b)) if a == b => Some(OutcomeKind::Correct),
            (Some(_), Some(_)) => Some(OutcomeKind::Misclassified),
            (Some(_), None) => Some(OutcomeKind::Missed),
            (None, Some(_)) => Some(OutcomeKind::FalsePositive),
            (None, None) => None,
        }
    }
}

/// Counts over all classes at one threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Truths found with their own class.
    pub correct: u64,
    /// Truths found with another class.
    pub misclassified: u64,
    /// Truths found by nothing.
    pub missed: u64,
    /// Detections that found nothing.
    pub false_positives: u64,
}

impl Counts {
    /// Detections that count at this threshold (kept and not ignored).
    #[must_use]
    pub const fn kept(self) -> u64 {
        self.correct + self.misclassified + self.false_positives
    }

    /// Truths that count.
    #[must_use]
    pub const fn truths(self) -> u64 {
        self.correct + self.misclassified + self.missed
    }

    /// The count of one kind.
    #[must_use]
    pub const fn of(self, kind: OutcomeKind) -> u64 {
        match kind {
            OutcomeKind::Correct => self.correct,
            OutcomeKind::Misclassified => self.misclassified,
            OutcomeKind::Missed => self.missed,
            OutcomeKind::FalsePositive => self.false_positives,
        }
    }

    /// correct / kept; `None` when nothing is kept.
    #[must_use]
    pub fn precision(self) -> Option<f64> {
        rates::ratio(self.correct, self.kept())
    }

    /// correct / truths; `None` without truths.
    #[must_use]
    pub fn recall(self) -> Option<f64> {
        rates::ratio(self.correct, self.truths())
    }

    /// 2·correct / (kept + truths).
    #[must_use]
    pub fn f1(self) -> Option<f64> {
        rates::f1(self.correct, self.kept(), self.truths())
    }
}

/// Counts of one class at one threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassCounts {
    /// Truths of the class found with it.
    pub correct: u64,
    /// Truths of the class taken for another (its row of the matrix).
    pub misclassified: u64,
    /// Predictions of the class that belong to another (its column of the matrix).
    pub misclassified_as: u64,
    /// Truths of the class found by nothing.
    pub missed: u64,
    /// Predictions of the class that found nothing.
    pub false_positives: u64,
}

impl ClassCounts {
    /// Truths of the class that count.
    #[must_use]
    pub const fn support(self) -> u64 {
        self.correct + self.misclassified + self.missed
    }

    /// Predictions of the class that count at this threshold.
    #[must_use]
    pub const fn predicted(self) -> u64 {
        self.correct + self.misclassified_as + self.false_positives
    }

    /// correct / predicted; `None` when nothing is predicted.
    #[must_use]
    pub fn precision(self) -> Option<f64> {
        rates::ratio(self.correct, self.predicted())
    }

    /// correct / support; `None` without truths.
    #[must_use]
    pub fn recall(self) -> Option<f64> {
        rates::ratio(self.correct, self.support())
    }

    /// 2·correct / (predicted + support).
    #[must_use]
    pub fn f1(self) -> Option<f64> {
        rates::f1(self.correct, self.predicted(), self.support())
    }

    /// correct / (predicted + support − correct): intersection over union, where the counts are of pixels.
    #[must_use]
    pub fn iou(self) -> Option<f64> {
        rates::ratio(self.correct, self.predicted() + self.support() - self.correct)
    }

    /// The count of one kind, as the class chart stacks them.
    #[must_use]
    pub const fn of(self, kind: OutcomeKind) -> u64 {
        match kind {
            OutcomeKind::Correct => self.correct,
            OutcomeKind::Misclassified => self.misclassified,
            OutcomeKind::Missed => self.missed,
            OutcomeKind::FalsePositive => self.false_positives,
        }
    }
}
