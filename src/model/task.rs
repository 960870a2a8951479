//! The tasks that can be evaluated.

use serde::{Deserialize, Serialize};

/// What a model does. Names are those of the command line and the project file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Boxes with a class and a confidence.
    #[default]
    Detection,
    /// One class an image.
    Classification,
    /// A set of classes an image.
    Multilabel,
    /// A class a pixel.
    SemanticSegmentation,
    /// Masks with a class and a confidence.
    InstanceSegmentation,
    /// One class a text.
    TextClassification,
    /// A set of classes a text.
    TextMultilabel,
    /// Text against references.
    TextGeneration,
}

impl Task {
    /// What stands for "no class" in the confusion matrix.
    #[must_use]
    pub const fn outside(self) -> &'static str {
        match self {
            Self::Classification | Self::TextClassification | Self::SemanticSegmentation => "below threshold",
            Self::Multilabel | Self::TextMultilabel => "none",
            _ => "background",
        }
    }

    /// All tasks.
    pub const ALL: [Self; 8] = [
        Self::Detection,
        Self::Classification,
        Self::Multilabel,
        Self::SemanticSegmentation,
        Self::InstanceSegmentation,
        Self::TextClassification,
        Self::TextMultilabel,
        Self::TextGeneration,
    ];

    /// The name on the command line and in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Detection => "detection",
            Self::Classification => "classification",
            Self::Multilabel => "multilabel",
            Self::SemanticSegmentation => "semantic-segmentation",
            Self::InstanceSegmentation => "instance-segmentation",
            Self::TextClassification => "text-classification",
            Self::TextMultilabel => "text-multilabel",
            Self::TextGeneration => "text-generation",
        }
    }

    /// True where the truth is a class, or a set of classes, of a whole item.
    #[must_use]
    pub const fn is_classification(self) -> bool {
        matches!(self, Self::Classification | Self::Multilabel | Self::TextClassification | Self::TextMultilabel)
    }

    /// True where an item may have any number of classes.
    #[must_use]
    pub const fn is_multilabel(self) -> bool {
        matches!(self, Self::Multilabel | Self::TextMultilabel)
    }

    /// True where every item has exactly one class.
    #[must_use]
    pub const fn is_single_label(self) -> bool {
        self.is_classification() && !self.is_multilabel()
    }

    /// True where everything that is annotated gets exactly one class, so that nothing is predicted where there is nothing.
    #[must_use]
    pub const fn is_one_class_each(self) -> bool {
        self.is_single_label() || matches!(self, Self::SemanticSegmentation)
    }

    /// True where an item is not right or wrong but more or less right: by its pixels, or its words.
    #[must_use]
    pub const fn is_graded(self) -> bool {
        matches!(self, Self::SemanticSegmentation | Self::TextGeneration)
    }

    /// True where the truth are objects at a place.
    #[must_use]
    pub const fn has_objects(self) -> bool {
        matches!(self, Self::Detection | Self::InstanceSegmentation)
    }

    /// True where the items are texts.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(self, Self::TextClassification | Self::TextMultilabel | Self::TextGeneration)
    }

    /// What one and many of the items are called.
    #[must_use]
    pub const fn items(self) -> (&'static str, &'static str) {
        if self.is_text() { ("text", "texts") } else { ("image", "images") }
    }

    /// What one and many of that which is right or wrong are called: objects, labels, or the items themselves.
    #[must_use]
    pub const fn units(self) -> (&'static str, &'static str) {
        match self {
            Self::Detection | Self::InstanceSegmentation => ("object", "objects"),
            Self::Multilabel | Self::TextMultilabel => ("label", "labels"),
            Self::SemanticSegmentation => ("pixel", "pixels"),
            Self::Classification | Self::TextClassification | Self::TextGeneration => self.items(),
        }
    }

    /// The task of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.name() == name)
    }
}
