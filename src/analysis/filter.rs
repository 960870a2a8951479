//! Which objects are meant: a cell, a bar segment, a rule's evidence. Does not know how they are shown.

use std::sync::Arc;

use crate::metrics::classification::{self, PairCounting};
use crate::metrics::detection::Matched;
use crate::metrics::evaluation::Labels;
use crate::metrics::{Cell, Cut, Evaluation, Outcome, OutcomeKind};
use crate::model::{ClassId, ClassTable, ImageId, PredId, TruthId};

/// A set of outcomes, named by what a person clicked. Its members depend on the threshold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Filter {
    /// Every image; nothing in particular is marked.
    #[default]
    All,
    /// One cell of the confusion matrix.
    Cell(Cell),
    /// One segment of a class bar (`None`: of all classes).
    Segment {
        /// The class; `None` means all.
        class: Option<ClassId>,
        /// The outcome.
        kind: OutcomeKind,
    },
    /// Several cells, with a title of their own (the evidence of a recommendation).
    Cells {
        /// What they are, in words.
        title: String,
        /// The cells.
        cells: Vec<Cell>,
    },
    /// All truths of these classes, whatever became of them.
    Truths {
        /// What they are, in words.
        title: String,
        /// The classes, ascending.
        classes: Vec<ClassId>,
    },
    /// All kept detections of these classes, whatever they found.
    Predicted {
        /// What they are, in words.
        title: String,
        /// The classes, ascending.
        classes: Vec<ClassId>,
    },
    /// Items with several labels in one cell of their confusion matrix.
    Pair {
        /// What the matrix counts.
        counting: PairCounting,
        /// The cell.
        cell: Cell,
    },
    /// The items labelled with a class, whatever became of them; the probability of another class is what is looked at.
    Probability {
        /// The label.
        truth: ClassId,
        /// The class whose probability it is.
        of: ClassId,
    },
    /// The items that have both labels.
    Both(ClassId, ClassId),
    /// Given truths and detections, whatever became of them.
    Objects {
        /// What they are, in words.
        title: String,
        /// The truths, ascending.
        truths: Arc<Vec<TruthId>>,
        /// The detections, ascending; meant where the threshold keeps them.
        preds: Arc<Vec<PredId>>,
    },
    /// A slice of objects: truths with whatever became of them, and detections where they find nothing.
    Slice {
        /// What they are, in words.
        title: String,
        /// The truths, ascending.
        truths: Arc<Vec<TruthId>>,
        /// The detections, ascending; meant where they are false positives.
        preds: Arc<Vec<PredId>>,
    },
    /// Given images, with a title of their own.
    Images {
        /// What they are, in words.
        title: String,
        /// The images.
        images: Vec<ImageId>,
    },
}

impl Filter {
    /// Given truths, whatever became of them.
    #[must_use]
    pub fn of_truths(title: String, truths: Vec<TruthId>) -> Self {
        Self::of_objects(title, truths, Vec::new())
    }

    /// Given truths and detections, whatever became of them.
    #[must_use]
    pub fn of_objects(title: String, mut truths: Vec<TruthId>, mut preds: Vec<PredId>) -> Self {
        truths.sort_unstable();
        truths.dedup();
        preds.sort_unstable();
        preds.dedup();
        Self::Objects { title, truths: Arc::new(truths), preds: Arc::new(preds) }
    }

    /// True where an outcome of this cell is meant. Where whole items are meant nothing is singled out.
    #[must_use]
    pub fn wants(&self, cell: Cell) -> bool {
        match self {
            Self::All | Self::Images { .. } | Self::Pair { .. } | Self::Probability { .. } | Self::Both(..) => false,
            Self::Cell(wanted) => cell == *wanted,
            Self::Segment { class, kind } => {
                let of = if *kind == OutcomeKind::FalsePositive { cell.predicted } else { cell.truth };
                cell.kind() == Some(*kind) && (class.is_none() || of == *class)
            }
            Self::Cells { cells, .. } => cells.contains(&cell),
            Self::Objects { preds, .. } => cell.truth.is_some() || (!preds.is_empty() && cell.predicted.is_some()),
            Self::Slice { .. } => cell.kind().is_some(),
            Self::Truths { classes, .. } => cell.truth.is_some_and(|c| classes.binary_search(&c).is_ok()),
            Self::Predicted { classes, .. } => cell.predicted.is_some_and(|c| classes.binary_search(&c).is_ok()),
        }
    }

    /// True where this outcome of a cell that is meant is meant itself.
    #[must_use]
    pub fn keeps(&self, outcome: Outcome) -> bool {
        match self {
            Self::Objects { truths, preds, .. } => {
                outcome.truth().is_some_and(|truth| truths.binary_search(&truth).is_ok())
                    || outcome.pred().is_some_and(|pred| preds.binary_search(&pred).is_ok())
            }
            Self::Slice { truths, preds, .. } => match outcome.truth() {
                Some(truth) => truths.binary_search(&truth).is_ok(),
                None => outcome.pred().is_some_and(|pred| preds.binary_search(&pred).is_ok()),
            },
            _ => true,
        }
    }

    /// The images that hold such outcomes at a cut, in their order; every image for [`Self::All`].
    #[must_use]
    pub fn images(&self, evaluation: &Evaluation, matched: &Matched, cut: Cut) -> Vec<ImageId> {
        match self {
            Self::All => evaluation.dataset.image_ids().collect(),
            Self::Images { images, .. } => images.clone(),
            Self::Pair { counting, cell } => {
                let (dataset, predictions) = (&evaluation.dataset, &evaluation.predictions);
                classification::pair_items(dataset, predictions, matched, cut, *counting, *cell)
            }
            Self::Probability { truth, .. } => {
                let several = evaluation.task.is_multilabel();
                let labelled = |labels: &Labels| {
                    classification::items_labelled(&evaluation.dataset, &labels.scores, *truth, several)
                };
                evaluation.labels().map_or_else(Vec::new, labelled)
            }
            Self::Both(a, b) => classification::items_with_both(&evaluation.dataset, *a, *b),
            _ => {
                let members = matched.timeline.members(cut, |cell| self.wants(cell));
                let members = members.into_iter().filter(|outcome| self.keeps(*outcome));
                let mut images: Vec<ImageId> = members.filter_map(|o| evaluation.image_of(o)).collect();
                images.sort_unstable();
                images.dedup();
                images
            }
        }
    }

    /// What is shown, in words.
    #[must_use]
    pub fn title(&self, classes: &ClassTable) -> String {
        let name = |class: Option<ClassId>| class.map_or("background", |c| classes.name(c)).to_owned();
        match self {
            Self::All => "All images".to_owned(),
            Self::Cell(cell) => match cell.kind() {
                Some(OutcomeKind::Correct) => format!("{} found correctly", name(cell.truth)),
                Some(OutcomeKind::Misclassified) => {
                    format!("{} taken for {}", name(cell.truth), name(cell.predicted))
                }
                Some(OutcomeKind::Missed) => format!("{} missed", name(cell.truth)),
                Some(OutcomeKind::FalsePositive) => {
                    format!("{} predicted where there is none", name(cell.predicted))
                }
                None => "Background".to_owned(),
            },
            Self::Segment { class, kind } => {
                let what = match kind {
                    OutcomeKind::Correct => "correct",
                    OutcomeKind::Misclassified => "misclassified",
                    OutcomeKind::Missed => "missed",
                    OutcomeKind::FalsePositive => "false positives",
                };
                match class {
                    Some(class) => format!("{}, {what}", classes.name(*class)),
                    None => format!("All classes, {what}"),
                }
            }
            Self::Pair { counting, cell } => pair_title(*counting, *cell, classes),
            Self::Probability { truth, of } => {
                format!("{} by the probability of {}", classes.name(*truth), classes.name(*of))
            }
            Self::Both(a, b) if a == b => format!("Labelled {}", classes.name(*a)),
            Self::Both(a, b) => format!("Labelled both {} and {}", classes.name(*a), classes.name(*b)),
            Self::Cells { title, .. }
            | Self::Truths { title, .. }
            | Self::Predicted { title, .. }
            | Self::Objects { title, .. }
            | Self::Slice { title, .. }
            | Self::Images { title, .. } => title.clone(),
        }
    }

    /// The class of the truth and of the prediction that are looked at, where one class each is.
    #[must_use]
    pub fn classes(&self) -> (Option<ClassId>, Option<ClassId>) {
        let only = |classes: &[ClassId]| classes.first().copied().filter(|_| classes.len() == 1);
        match self {
            Self::Cell(cell) | Self::Pair { cell, .. } => (cell.truth, cell.predicted),
            Self::Probability { truth, of } => (Some(*truth), Some(*of)),
            Self::Both(a, b) => (Some(*a), Some(*b)),
            Self::Truths { classes, .. } => (only(classes), None),
            Self::Predicted { classes, .. } => (None, only(classes)),
            Self::Segment { class, kind: OutcomeKind::FalsePositive } => (None, *class),
            Self::Segment { class, .. } => (*class, None),
            Self::All | Self::Cells { .. } | Self::Objects { .. } | Self::Slice { .. } | Self::Images { .. } => {
                (None, None)
            }
        }
    }
}

/// A cell of a matrix of several labels, in words.
fn pair_title(counting: PairCounting, cell: Cell, classes: &ClassTable) -> String {
    let every = counting == PairCounting::EveryPair;
    match (cell.truth.map(|c| classes.name(c)), cell.predicted.map(|c| classes.name(c))) {
        (Some(a), Some(p)) if a == p => format!("{a} found correctly"),
        (Some(a), Some(p)) if every => format!("{a} labelled, {p} predicted"),
        (Some(a), Some(p)) => format!("{a} missed, {p} wrongly added"),
        (Some(a), None) if every => format!("{a} labelled, nothing predicted"),
        (Some(a), None) => format!("{a} missed, nothing wrongly added"),
        (None, Some(p)) if every => format!("{p} predicted, no label at all"),
        (None, Some(p)) => format!("{p} wrongly added, nothing missed"),
        (None, None) => "Neither labelled nor predicted".to_owned(),
    }
}
