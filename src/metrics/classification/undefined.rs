//! Why a number of a classifier is undefined, in words for people.
//!
//! Knows what each number needs. Is asked only for numbers that are `None`.

use std::fmt;

use super::averages::Tally;
use super::multi::MultiLabel;
use super::single::SingleLabel;

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undefined {
    /// No item has a label and a prediction.
    NoItems,
    /// There is no class.
    NoClasses,
    /// The outputs name classes without scores.
    NoScores,
    /// Only the best few classes of an item have a score.
    BestOnly,
    /// Scores are negative and could not be made probabilities.
    Negative,
    /// Among the `k` best classes of `classes` is every class.
    AllAmong {
        /// How many of the best.
        k: usize,
        /// How many there are.
        classes: usize,
    },
    /// Of some item fewer than the `k` best classes are known.
    ShortLists {
        /// How many of the best.
        k: usize,
        /// How many are known of every item.
        known: usize,
    },
    /// No class has both items of it and items of others.
    OneKind,
    /// All items are of one class, and that was said of all.
    CertainAgreement,
    /// No item has the label.
    NoPositives,
    /// Every item has the label.
    NoNegatives,
    /// The class is never said.
    NeverSaid,
    /// The class is neither true nor said of any item.
    NeverTrueNorSaid,
    /// Nothing reaches the threshold.
    NothingKept,
    /// No item has a label.
    NoLabels,
    /// There are no labels, or no scores to threshold.
    NoThreshold,
}

impl fmt::Display for Undefined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AllAmong { k, classes } => {
                return write!(f, "there are {classes} classes, so the {k} best hold the true one always");
            }
            Self::ShortLists { k, known } => {
                return write!(
                    f,
                    "of some items only the best {known} classes are known, which does not tell the best {k}"
                );
            }
            Self::NoItems => "no item has both a label and a prediction",
            Self::NoClasses => "there is no class",
            Self::NoScores => "the outputs name classes without a score",
            Self::BestOnly => "only the best few classes of each item have a score",
            Self::Negative => "scores are negative and so no probabilities",
            Self::OneKind => "no class has items of it and items that are not: there is one class only",
            Self::CertainAgreement => "all items are of one class and said to be, so agreement by chance is certain",
            Self::NoPositives => "no item is of this class",
            Self::NoNegatives => "every item is of this class",
            Self::NeverSaid => "this class is never predicted",
            Self::NeverTrueNorSaid => "this class is neither true nor predicted of any item",
            Self::NothingKept => "nothing is predicted at this threshold",
            Self::NoLabels => "no item has a label",
            Self::NoThreshold => "there are no labels or no predictions to put a threshold on",
        })
    }
}

/// What all numbers of a classifier rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Basis {
    pub items: u64,
    pub classes: usize,
    /// Outputs have scores at all.
    pub has_confidence: bool,
    /// Every class has one.
    pub complete: bool,
}

impl Basis {
    /// Why numbers that need answers only are undefined.
    fn answers(self) -> Undefined {
        if self.classes == 0 { Undefined::NoClasses } else { Undefined::NoItems }
    }

    /// Why numbers that need the scores of all classes are undefined.
    fn scores(self) -> Option<Undefined> {
        if self.classes == 0 || self.items == 0 {
            Some(self.answers())
        } else if !self.has_confidence {
            Some(Undefined::NoScores)
        } else {
            (!self.complete).then_some(Undefined::BestOnly)
        }
    }

    /// Why a mean over classes of ROC AUC is undefined.
    fn auc(self) -> Undefined {
        self.scores().unwrap_or(Undefined::OneKind)
    }

    /// Why a mean over classes of average precision, or one over items of how labels are ranked, is undefined.
    fn ap(self) -> Undefined {
        self.scores().unwrap_or(Undefined::NoLabels)
    }

    /// Why the ROC AUC of a class with so many items is undefined.
    fn class_auc(self, support: u64) -> Undefined {
        let rest = if support == 0 { Undefined::NoPositives } else { Undefined::NoNegatives };
        self.scores().unwrap_or(rest)
    }

    /// Why the average precision of a class is undefined.
    fn class_ap(self) -> Undefined {
        self.scores().unwrap_or(Undefined::NoPositives)
    }
}

/// Why precision, recall and F1 of a class are undefined, where they are.
#[must_use]
pub fn of_rates() -> [Undefined; 3] {
    [Undefined::NeverSaid, Undefined::NoPositives, Undefined::NeverTrueNorSaid]
}

impl SingleLabel {
    fn basis(&self) -> Basis {
        Basis {
            items: self.items,
            classes: self.classes.len(),
            has_confidence: self.has_confidence,
            complete: self.complete,
        }
    }

    /// Why accuracy, MCC and averages of precision, recall and F1 are undefined.
    #[must_use]
    pub fn why_answers(&self) -> Undefined {
        self.basis().answers()
    }

    /// Why Cohen's kappa is undefined.
    #[must_use]
    pub fn why_kappa(&self) -> Undefined {
        if self.items == 0 { self.basis().answers() } else { Undefined::CertainAgreement }
    }

    /// Why [`SingleLabel::top_k`] is undefined for a `k` of 1 to 10.
    #[must_use]
    pub fn why_top_k(&self, k: usize) -> Undefined {
        let classes = self.classes.len();
        if classes > 0 && k >= classes {
            Undefined::AllAmong { k, classes }
        } else if self.items == 0 {
            self.basis().answers()
        } else if !self.has_confidence {
            Undefined::NoScores
        } else {
            Undefined::ShortLists { k, known: self.known_ranks }
        }
    }

    /// Why log loss, Brier score and calibration error are undefined.
    #[must_use]
    pub fn why_losses(&self) -> Undefined {
        self.basis().scores().unwrap_or(Undefined::Negative)
    }

    /// Why means of ROC AUC are undefined.
    #[must_use]
    pub fn why_auc(&self) -> Undefined {
        self.basis().auc()
    }

    /// Why means of average precision are undefined.
    #[must_use]
    pub fn why_ap(&self) -> Undefined {
        self.basis().ap()
    }

    /// Why the ROC AUC of a class is undefined.
    #[must_use]
    pub fn why_class_auc(&self, class: usize) -> Undefined {
        self.basis().class_auc(self.classes.get(class).map_or(0, |tally: &Tally| tally.support))
    }

    /// Why the average precision of a class is undefined.
    #[must_use]
    pub fn why_class_ap(&self) -> Undefined {
        self.basis().class_ap()
    }
}

impl MultiLabel {
    fn basis(&self) -> Basis {
        Basis {
            items: self.items,
            classes: self.support.len(),
            has_confidence: self.has_confidence,
            complete: self.complete,
        }
    }

    /// Why rates at a threshold are undefined.
    #[must_use]
    pub fn why_answers(&self) -> Undefined {
        self.basis().answers()
    }

    /// Why means of ROC AUC are undefined.
    #[must_use]
    pub fn why_auc(&self) -> Undefined {
        self.basis().auc()
    }

    /// Why means of average precision, and what ranks the labels of an item, are undefined.
    #[must_use]
    pub fn why_ap(&self) -> Undefined {
        self.basis().ap()
    }

    /// Why the ROC AUC of a class is undefined.
    #[must_use]
    pub fn why_class_auc(&self, class: usize) -> Undefined {
        self.basis().class_auc(self.support.get(class).copied().unwrap_or(0))
    }

    /// Why the average precision of a class is undefined.
    #[must_use]
    pub fn why_class_ap(&self) -> Undefined {
        self.basis().class_ap()
    }
}
