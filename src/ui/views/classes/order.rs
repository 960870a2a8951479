//! In which order classes stand. Reads numbers that are there; computes none.

use std::cmp::Ordering;

use crate::metrics::OutcomeKind;
use crate::metrics::classification::RankingMeasures;
use crate::metrics::coco::ClassAp;
use crate::metrics::evaluation::Labels;
use crate::model::{ClassId, Task};
use crate::session::Explorer;

/// What classes are sorted by: a column of the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As the ground truth declares them.
    Declared,
    /// By name.
    Name,
    /// By number of truths.
    #[default]
    Support,
    /// By number of predictions.
    Predicted,
    /// By correct.
    Correct,
    /// By truths taken for another class.
    Misclassified,
    /// By missed truths.
    Missed,
    /// By false positives.
    FalsePositives,
    /// By precision.
    Precision,
    /// By recall.
    Recall,
    /// By F1.
    F1,
    /// By AP at IoU 0.50.
    Ap50,
    /// By AP at IoU 0.75.
    Ap75,
    /// By AP over IoU 0.50 … 0.95.
    Ap,
    /// By intersection over union of the pixels.
    Iou,
    /// By intersection over union of the boundaries, whatever the threshold.
    BoundaryIou,
    /// By the area under the ROC curve.
    RocAuc,
    /// By average precision as the step sum, of a classifier.
    AveragePrecision,
    /// By the class's own best confidence.
    Optimum,
}

impl Order {
    /// All orders, as the menu lists them.
    pub const ALL: [Self; 19] = [
        Self::Support,
        Self::Name,
        Self::Declared,
        Self::Correct,
        Self::Misclassified,
        Self::Missed,
        Self::FalsePositives,
        Self::Predicted,
        Self::Precision,
        Self::Recall,
        Self::F1,
        Self::Ap50,
        Self::Ap75,
        Self::Ap,
        Self::Iou,
        Self::BoundaryIou,
        Self::RocAuc,
        Self::AveragePrecision,
        Self::Optimum,
    ];

    /// True where a task has the number.
    #[must_use]
    pub const fn belongs_to(self, task: Task) -> bool {
        match self {
            Self::Ap50 | Self::Ap75 | Self::Ap => task.has_objects(),
            Self::Iou | Self::BoundaryIou => matches!(task, Task::SemanticSegmentation),
            Self::RocAuc | Self::AveragePrecision => task.is_classification(),
            Self::Misclassified => OutcomeKind::Misclassified.occurs(task),
            Self::FalsePositives => OutcomeKind::FalsePositive.occurs(task),
            _ => true,
        }
    }

    /// What the menu and the head of the column say.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Declared => "As declared",
            Self::Name => "Class",
            Self::Support => "Support",
            Self::Predicted => "Predicted",
            Self::Correct => "Correct",
            Self::Misclassified => "Misclassified",
            Self::Missed => "Missed",
            Self::FalsePositives => "False pos.",
            Self::Precision => "Precision",
            Self::Recall => "Recall",
            Self::F1 => "F1",
            Self::Ap50 => "AP50",
            Self::Ap75 => "AP75",
            Self::Ap => "AP50:95",
            Self::Iou => "IoU",
            Self::BoundaryIou => "Boundary",
            Self::RocAuc => "ROC AUC",
            Self::AveragePrecision => "AP",
            Self::Optimum => "Own best",
        }
    }

    /// Largest first where that is what one looks for.
    #[must_use]
    pub const fn starts_descending(self) -> bool {
        !matches!(
            self,
            Self::Declared
                | Self::Name
                | Self::Precision
                | Self::Recall
                | Self::F1
                | Self::Iou
                | Self::BoundaryIou
                | Self::Ap
                | Self::Ap50
                | Self::Ap75
                | Self::RocAuc
                | Self::AveragePrecision
        )
    }

    /// True where the order changes with the threshold.
    #[must_use]
    pub const fn follows_threshold(self) -> bool {
        !matches!(
            self,
            Self::Declared
                | Self::Name
                | Self::Support
                | Self::BoundaryIou
                | Self::Ap
                | Self::Ap50
                | Self::Ap75
                | Self::RocAuc
                | Self::AveragePrecision
                | Self::Optimum
        )
    }

    /// The number behind the order; `None` where undefined, which stands last.
    #[must_use]
    pub fn value(self, explorer: &Explorer, class: ClassId) -> Option<f64> {
        let counts = explorer.counter.classes().get(class.index()).copied().unwrap_or_default();
        let ap = |get: fn(&ClassAp) -> Option<f64>| {
            explorer.evaluation.coco().and_then(|c| c.classes.get(class.index())).and_then(get)
        };
        let ranked = |get: fn(&RankingMeasures) -> &Vec<Option<f64>>| {
            let ranking = explorer.evaluation.labels().and_then(Labels::ranking)?;
            get(ranking).get(class.index()).copied().flatten()
        };
        match self {
            Self::Declared | Self::Name => None,
            Self::Support => Some(counts.support() as f64),
            Self::Predicted => Some(counts.predicted() as f64),
            Self::Correct => Some(counts.correct as f64),
            Self::Misclassified => Some(counts.misclassified as f64),
            Self::Missed => Some(counts.missed as f64),
            Self::FalsePositives => Some(counts.false_positives as f64),
            Self::Precision => counts.precision(),
            Self::Recall => counts.recall(),
            Self::F1 => counts.f1(),
            Self::Ap50 => ap(|a| a.ap50),
            Self::Ap75 => ap(|a| a.ap75),
            Self::Ap => ap(|a| a.ap),
            Self::Iou => counts.iou(),
            Self::BoundaryIou => {
                let boundary = explorer.evaluation.pixels()?.boundaries.get(class.index()).copied()?;
                crate::metrics::rates::ratio(boundary.intersection, boundary.union)
            }
            Self::RocAuc => ranked(|r| &r.roc_auc),
            Self::AveragePrecision => ranked(|r| &r.average_precision),
            Self::Optimum => explorer.base().optima.classes.get(class.index()).copied().flatten(),
        }
    }
}

impl Order {
    /// Why a number of a class is undefined, in a sentence.
    #[must_use]
    pub fn undefined(self, explorer: &Explorer, class: ClassId) -> String {
        let name = explorer.dataset().classes.name(class);
        let counts = explorer.counter.classes().get(class.index()).copied().unwrap_or_default();
        let (task, at) = (explorer.evaluation.task, explorer.condition());
        let (items, units) = (task.items().1, task.units().1);
        let labels = explorer.evaluation.labels();
        let support = explorer.matched.timeline.support().get(class.index()).copied().unwrap_or(0);
        let why = match self {
            Self::Precision => format!("nothing is predicted as {name} at {at}"),
            Self::Iou | Self::BoundaryIou => format!("{name} is neither in the ground truth nor predicted"),
            Self::Recall => format!("no {units} of {name} in the ground truth"),
            Self::F1 if counts.support() == 0 => format!("{name} is neither in the ground truth nor predicted at {at}"),
            Self::RocAuc | Self::AveragePrecision if labels.is_some_and(|l| !l.scores.has_confidence) => {
                "the model's output names classes without scores".to_owned()
            }
            Self::RocAuc | Self::AveragePrecision if labels.is_some_and(|l| !l.scores.is_complete()) => {
                "only the best few classes of each item have a score".to_owned()
            }
            Self::RocAuc if support > 0 => format!("all {items} are labelled {name}; there is none to tell them from"),
            Self::Optimum if support > 0 => format!("nothing is ever predicted as {name}"),
            _ => format!("no {units} of {name} in the ground truth"),
        };
        format!("Undefined: {why}")
    }
}

/// The classes in an order; equal ones by name, undefined ones last.
#[must_use]
pub fn sorted(mut classes: Vec<ClassId>, explorer: &Explorer, order: Order, descending: bool) -> Vec<ClassId> {
    let name = |c: ClassId| explorer.dataset().classes.name(c);
    let by_name = |a: &ClassId, b: &ClassId| natord::compare_ignore_case(name(*a), name(*b));
    classes.sort_by(|a, b| {
        let found = match order {
            Order::Declared => a.cmp(b),
            Order::Name => by_name(a, b),
            _ => match (order.value(explorer, *a), order.value(explorer, *b)) {
                (Some(x), Some(y)) => return directed(x.total_cmp(&y), descending).then_with(|| by_name(a, b)),
                (Some(_), None) => return Ordering::Less,
                (None, Some(_)) => return Ordering::Greater,
                (None, None) => return by_name(a, b),
            },
        };
        directed(found, descending)
    });
    classes
}

fn directed(found: Ordering, descending: bool) -> Ordering {
    if descending { found.reverse() } else { found }
}
