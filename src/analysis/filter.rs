//! Which objects are meant: a cell, a bar segment, a rule's evidence. Does not know how they are shown.

use crate::metrics::detection::Matched;
use crate::metrics::{Cell, Cut, Evaluation, OutcomeKind};
use crate::model::{ClassId, ClassTable, ImageId};

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
    /// Given images, with a title of their own.
    Images {
        /// What they are, in words.
        title: String,
        /// The images.
        images: Vec<ImageId>,
    },
}

impl Filter {
    /// True where an outcome of this cell is meant. For [`Self::All`] and [`Self::Images`] nothing is singled out.
    #[must_use]
    pub fn wants(&self, cell: Cell) -> bool {
        match self {
            Self::All | Self::Images { .. } => false,
            Self::Cell(wanted) => cell == *wanted,
            Self::Segment { class, kind } => {
                let of = if *kind == OutcomeKind::FalsePositive { cell.predicted } else { cell.truth };
                cell.kind() == Some(*kind) && (class.is_none() || of == *class)
            }
            Self::Cells { cells, .. } => cells.contains(&cell),
            Self::Truths { classes, .. } => cell.truth.is_some_and(|c| classes.binary_search(&c).is_ok()),
            Self::Predicted { classes, .. } => cell.predicted.is_some_and(|c| classes.binary_search(&c).is_ok()),
        }
    }

    /// The images that hold such outcomes at a cut, in their order; every image for [`Self::All`].
    #[must_use]
    pub fn images(&self, evaluation: &Evaluation, matched: &Matched, cut: Cut) -> Vec<ImageId> {
        match self {
            Self::All => evaluation.dataset.image_ids().collect(),
            Self::Images { images, .. } => images.clone(),
            _ => {
                let members = matched.timeline.members(cut, |cell| self.wants(cell));
                let mut images: Vec<ImageId> = members.into_iter().filter_map(|o| evaluation.image_of(o)).collect();
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
            Self::Cells { title, .. }
            | Self::Truths { title, .. }
            | Self::Predicted { title, .. }
            | Self::Images { title, .. } => title.clone(),
        }
    }
}
