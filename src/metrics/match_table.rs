//! One evaluation at one threshold, small enough to keep: all that it takes to compare it with another of the same items
//! and to resample both, without the data, the outputs or another look at them.
//!
//! Items are known by name, so that two tables need not list them in the same order.

mod build;
mod bytes;
mod metric;
mod resample;
mod statistics;

use std::ops::Range;

use crate::model::{ClassId, ImageId, Task};

use super::coco::ranked::RankedClass;
use super::counts::{Cell, ClassCounts, Counts};
use super::matching::Matching;
use super::timeline::count_cell;

pub use bytes::{BrokenTable, SCHEMA};
pub use metric::Metric;
pub use statistics::PixelRules;

use statistics::{Kind, Statistics};

/// What became of a truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Found with its own class.
    Correct,
    /// Found with another class.
    Misclassified(ClassId),
    /// Found by nothing.
    Missed,
    /// Does not count: a crowd, a difficult object, a label that is written twice.
    Uncounted,
}

/// Codes of [`MatchTable::fates`]; a predicted class c is `CLASS + c`.
const MISSED: u32 = 0;
const UNCOUNTED: u32 = 1;
const CLASS: u32 = 2;

/// In [`LabelPart::answers`]: the item does not count. A class c is c + 1.
const NO_ANSWER: u32 = 0;
/// In [`LabelPart::losses`]: the item does not count. Losses are not negative.
const NO_LOSS: f64 = -1.0;

/// How detections and truths were paired.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pairing {
    /// Overlap from which a pair counts.
    pub iou: f64,
    /// The rule.
    pub matching: Matching,
}

/// One evaluation at one threshold. Items and truths stand in the order of the evaluation's dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchTable {
    task: Task,
    confidence: f64,
    classes: Vec<String>,
    names: Vec<String>,
    /// Per item a hash of everything that is true of it.
    digests: Vec<u64>,
    /// Truths of item i: `truth_starts[i]..truth_starts[i + 1]`.
    truth_starts: Vec<u32>,
    truth_classes: Vec<u32>,
    fates: Vec<u32>,
    /// False positives of item i: `extra_starts[i]..extra_starts[i + 1]`.
    extra_starts: Vec<u32>,
    extra_classes: Vec<u32>,
    /// The evaluation's own numbers.
    values: Vec<(Metric, Option<f64>)>,
    part: Part,
}

/// What belongs to one kind of task alone.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    Objects {
        pairing: Pairing,
        ranked: Vec<RankedClass>,
    },
    Labels(LabelPart),
    /// Items that are more or less right. They list no truths: their rows say everything.
    Statistics(Statistics),
}

#[derive(Clone, Debug, Default, PartialEq)]
struct LabelPart {
    /// One class an item: the best class of each item, whatever its score.
    answers: Vec<u32>,
    /// One class an item: the loss of each; empty where undefined.
    losses: Vec<f64>,
    /// Items of each class by descending score.
    order: Option<Vec<Vec<u32>>>,
}

impl MatchTable {
    /// What the model does.
    #[must_use]
    pub const fn task(&self) -> Task {
        self.task
    }

    /// The threshold: what scores at least this is kept.
    #[must_use]
    pub const fn confidence(&self) -> f64 {
        self.confidence
    }

    /// How objects were paired; `None` for classifiers.
    #[must_use]
    pub const fn pairing(&self) -> Option<Pairing> {
        match &self.part {
            Part::Objects { pairing, .. } => Some(*pairing),
            Part::Labels(_) | Part::Statistics(_) => None,
        }
    }

    /// By which rules pixels were counted; `None` for other tasks.
    #[must_use]
    pub const fn pixel_rules(&self) -> Option<PixelRules> {
        match &self.part {
            Part::Statistics(Statistics { kind: Kind::Pixels(rules), .. }) => Some(*rules),
            Part::Statistics(_) | Part::Objects { .. } | Part::Labels(_) => None,
        }
    }

    /// A hash of how answers were scored and by which number they pass; `None` for other tasks.
    #[must_use]
    pub const fn scoring(&self) -> Option<u64> {
        match &self.part {
            Part::Statistics(Statistics { kind: Kind::Texts { scoring }, .. }) => Some(*scoring),
            Part::Statistics(_) | Part::Objects { .. } | Part::Labels(_) => None,
        }
    }

    /// True where the threshold leaves something out or in: the model says how sure it is.
    #[must_use]
    pub const fn is_thresholded(&self) -> bool {
        match &self.part {
            Part::Statistics(statistics) => statistics.thresholded,
            Part::Objects { .. } | Part::Labels(_) => true,
        }
    }

    /// How well an item is done, the more the better; `None` where that is undefined, and where items are right or wrong.
    #[must_use]
    pub fn score_of(&self, item: ImageId) -> Option<f64> {
        match &self.part {
            Part::Statistics(statistics) => statistics.scores.get(item.index()).copied().flatten(),
            Part::Objects { .. } | Part::Labels(_) => None,
        }
    }

    /// Names of the classes, in declaration order.
    #[must_use]
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Names of the items: file names or ids; an item without a name goes by the number its source gives it.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Per item a hash of its truths: classes by name, boxes and flags.
    #[must_use]
    pub fn digests(&self) -> &[u64] {
        &self.digests
    }

    /// The evaluation's own number at the threshold; `None` where it is undefined or belongs to another task.
    #[must_use]
    pub fn value(&self, metric: Metric) -> Option<f64> {
        self.values.iter().find(|(m, _)| *m == metric).and_then(|(_, value)| *value)
    }

    /// The truths of an item, as positions among all truths of the evaluation.
    #[must_use]
    pub fn truths_of(&self, item: ImageId) -> Range<usize> {
        range(&self.truth_starts, item.index())
    }

    /// Class of a truth; `None` for an unknown one.
    #[must_use]
    pub fn class_of(&self, truth: usize) -> Option<ClassId> {
        self.truth_classes.get(truth).map(|&class| ClassId(class))
    }

    /// What became of a truth; an unknown one does not count.
    #[must_use]
    pub fn fate(&self, truth: usize) -> Fate {
        match (self.fates.get(truth).copied().unwrap_or(UNCOUNTED), self.class_of(truth)) {
            (MISSED, _) => Fate::Missed,
            (UNCOUNTED, _) | (_, None) => Fate::Uncounted,
            (code, Some(class)) if code - CLASS == class.0 => Fate::Correct,
            (code, Some(_)) => Fate::Misclassified(ClassId(code - CLASS)),
        }
    }

    /// Classes of the false positives of an item.
    pub fn extras_of(&self, item: ImageId) -> impl ExactSizeIterator<Item = ClassId> + '_ {
        let extras = self.extra_classes.get(range(&self.extra_starts, item.index())).unwrap_or(&[]);
        extras.iter().map(|&class| ClassId(class))
    }

    /// Whether everything said of an item is right and nothing is missing, for classifiers: its class is kept and true, or
    /// its labels are exactly those said. `None` for an item that does not count, and for other tasks.
    #[must_use]
    pub fn item_is_right(&self, item: ImageId) -> Option<bool> {
        if !matches!(self.part, Part::Labels(_)) {
            return None;
        }
        let counts = self.counts_of(item);
        let counted = self.task.is_multilabel() || counts.truths() > 0;
        counted.then(|| counts.kept() == counts.correct && counts.truths() == counts.correct)
    }

    /// The counts of one item.
    #[must_use]
    pub fn counts_of(&self, item: ImageId) -> Counts {
        if let Part::Statistics(statistics) = &self.part {
            return statistics.kind.totals(statistics.row(item));
        }
        let mut counts = Counts { false_positives: self.extras_of(item).len() as u64, ..Counts::default() };
        for truth in self.truths_of(item) {
            match self.fate(truth) {
                Fate::Correct => counts.correct += 1,
                Fate::Misclassified(_) => counts.misclassified += 1,
                Fate::Missed => counts.missed += 1,
                Fate::Uncounted => {}
            }
        }
        counts
    }

    /// The counts of everything and of each class, in declaration order.
    #[must_use]
    pub fn counts(&self) -> (Counts, Vec<ClassCounts>) {
        if let Part::Statistics(statistics) = &self.part {
            let sums = statistics.sums();
            return (statistics.kind.totals(&sums), statistics.kind.classes(&sums).collect());
        }
        let (mut totals, mut classes) = (Counts::default(), vec![ClassCounts::default(); self.classes.len()]);
        for cell in self.cells().map(|(_, cell)| cell) {
            count_cell(&mut totals, &mut classes, cell);
        }
        (totals, classes)
    }

    /// Every outcome with the position of its item: counted truths, then false positives, item after item.
    fn cells(&self) -> impl Iterator<Item = (usize, Cell)> + '_ {
        (0..self.names.len()).flat_map(move |item| {
            let id = ImageId::from_index(item);
            let truths = self.truths_of(id).filter_map(move |truth| {
                let class = self.class_of(truth);
                let predicted = match self.fate(truth) {
                    Fate::Correct => class,
                    Fate::Misclassified(other) => Some(other),
                    Fate::Missed => None,
                    Fate::Uncounted => return None,
                };
                Some((item, Cell::new(class, predicted)))
            });
            let extras = self.extras_of(id).map(move |class| (item, Cell::new(None, Some(class))));
            truths.chain(extras)
        })
    }

    /// True where a truth counts and is found with its own class; `None` where it does not count.
    #[must_use]
    pub fn truth_is_right(&self, truth: usize) -> Option<bool> {
        match self.fate(truth) {
            Fate::Correct => Some(true),
            Fate::Misclassified(_) | Fate::Missed => Some(false),
            Fate::Uncounted => None,
        }
    }
}

fn range(starts: &[u32], item: usize) -> Range<usize> {
    match (starts.get(item), starts.get(item + 1)) {
        (Some(&a), Some(&b)) => a as usize..b as usize,
        _ => 0..0,
    }
}
