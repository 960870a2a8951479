//! What the analysis of errors knows of the evaluation on screen. Each part is filled when somebody looks at it, and forgotten with
//! the evaluation.

pub mod design;
pub mod kinds;
pub mod leaks;
pub mod pictures;
pub mod protocols;
pub mod review;
pub mod slices;

use crate::model::Task;

use super::Slot;

/// A part of the page of errors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tab {
    /// What kinds of errors there are and what they cost; the worst items.
    #[default]
    Kinds,
    /// Errors by attributes.
    Slices,
    /// Labels that may be wrong.
    Labels,
    /// Items that are there twice.
    Leaks,
    /// The same predictions by other matchings.
    Protocols,
}

impl Tab {
    /// All parts, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Kinds, Self::Slices, Self::Labels, Self::Leaks, Self::Protocols];

    /// What it is called.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Kinds => "Error types",
            Self::Slices => "Slices",
            Self::Labels => "Label suspects",
            Self::Leaks => "Duplicates and leaks",
            Self::Protocols => "Protocols",
        }
    }

    /// What it holds.
    #[must_use]
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Kinds => "What kinds of errors there are, what they cost, and the worst items",
            Self::Slices => "Errors by size, place, brightness and other attributes; slices of your own; weak ones",
            Self::Labels => "Annotations that may be wrong, to be judged one by one",
            Self::Leaks => "Items that are there twice, in one split or in several",
            Self::Protocols => "The same predictions matched by the rules of other programs",
        }
    }

    /// True where it means something to a task.
    #[must_use]
    pub const fn is_of(self, task: Task) -> bool {
        match self {
            Self::Kinds | Self::Slices | Self::Leaks => true,
            Self::Labels => !matches!(task, Task::SemanticSegmentation | Task::TextGeneration),
            Self::Protocols => task.has_objects(),
        }
    }
}

/// Everything known of the errors of the evaluation on screen.
#[derive(Debug, Default)]
pub struct Errors {
    /// Kinds of errors, the worst items and objects.
    pub kinds: kinds::State,
    /// Errors by attributes of images and objects, custom slices, and the search for weak ones.
    pub slices: slices::Slices,
    /// Labels that may be wrong, what a person said of them, and the metrics with them corrected.
    pub review: review::Review,
    /// Items that are the same, or all but the same, within and across splits.
    pub leaks: leaks::Leaks,
    /// The same predictions by other matchings: what stands otherwise.
    pub protocols: protocols::Protocols,
    /// Thresholds made for costs or targets, and how the numbers lie over IoU and confidence.
    pub design: design::Design,
    /// What is measured in the pictures themselves: brightness, sharpness, hashes.
    pub pictures: pictures::Pictures,
}

impl Errors {
    /// Jobs whose answers mean nothing to another evaluation.
    pub(super) const SLOTS: [Slot; 9] = [
        Slot::Kinds,
        Slot::Slices,
        Slot::WeakSlices,
        Slot::Suspects,
        Slot::Corrected,
        Slot::Leaks,
        Slot::Protocols,
        Slot::Design,
        Slot::Surface,
    ];
}
