//! What two evaluations get right and wrong, object by object or item by item, and class by class.

use std::cmp::Ordering;

use crate::metrics::{ClassCounts, MatchTable};
use crate::model::{ClassId, ImageId};

use super::{ClassDifference, Comparison, Unit, class_rate};

/// Right and wrong in both; or better, worse and the same.
#[derive(Default)]
pub(super) struct Sets {
    pub fixed: Vec<Unit>,
    pub broken: Vec<Unit>,
    pub both_right: Vec<Unit>,
    pub both_wrong: Vec<Unit>,
    pub same: Vec<Unit>,
}

/// Scores no further apart than this are the same.
const SAME: f64 = 1e-12;

impl Sets {
    /// Truths that count in both, of detectors; items that count in both, of classifiers; items with a score in both.
    pub fn of(a: &MatchTable, b: &MatchTable, partners: &[ImageId]) -> Self {
        let mut sets = Self::default();
        for (item, &partner) in partners.iter().enumerate() {
            let item = ImageId::from_index(item);
            if a.task().is_graded() {
                let unit = Unit { item, truth: None };
                sets.put_scored(unit, a.score_of(item), b.score_of(partner));
                continue;
            }
            if a.task().is_classification() {
                sets.put(Unit { item, truth: None }, a.item_is_right(item), b.item_is_right(partner));
                continue;
            }
            for (number, (truth, other)) in (0_u32..).zip(a.truths_of(item).zip(b.truths_of(partner))) {
                let unit = Unit { item, truth: Some(number) };
                sets.put(unit, a.truth_is_right(truth), b.truth_is_right(other));
            }
        }
        sets
    }

    fn put(&mut self, unit: Unit, a: Option<bool>, b: Option<bool>) {
        match (a, b) {
            (Some(false), Some(true)) => self.fixed.push(unit),
            (Some(true), Some(false)) => self.broken.push(unit),
            (Some(true), Some(true)) => self.both_right.push(unit),
            (Some(false), Some(false)) => self.both_wrong.push(unit),
            (None, _) | (_, None) => {}
        }
    }

    fn put_scored(&mut self, unit: Unit, a: Option<f64>, b: Option<f64>) {
        match a.zip(b).map(|(a, b)| b - a) {
            Some(gain) if gain > SAME => self.fixed.push(unit),
            Some(gain) if gain < -SAME => self.broken.push(unit),
            Some(_) => self.same.push(unit),
            None => {}
        }
    }
}

impl Comparison {
    /// The items that some of these units belong to, each once, in the order of the first evaluation.
    pub fn items_of(units: &[Unit]) -> impl Iterator<Item = ImageId> + '_ {
        units.chunk_by(|a, b| a.item == b.item).filter_map(|run| run.first()).map(|unit| unit.item)
    }
}

/// The counts of every class under both, the largest loss of the rate that classes are compared by first. Classes are matched by name; of classes of one name
/// the first.
pub(super) fn classes(a: &MatchTable, b: &MatchTable) -> Vec<ClassDifference> {
    let (of_a, of_b) = (a.counts().1, b.counts().1);
    let same = a.classes() == b.classes();
    let partner = |class: usize| {
        if same {
            return Some(class);
        }
        let name = a.classes().get(class)?;
        b.classes().iter().position(|other| other == name)
    };
    let difference = |(class, &a): (usize, &ClassCounts)| ClassDifference {
        class: ClassId::from_index(class),
        a,
        b: partner(class).and_then(|other| of_b.get(other)).copied().unwrap_or_default(),
    };
    let mut classes: Vec<ClassDifference> = of_a.iter().enumerate().map(difference).collect();
    let (_, rate) = class_rate(a.task());
    let by_loss = |x: &ClassDifference, y: &ClassDifference| match [x, y].map(|c| c.difference(rate)) {
        [Some(x), Some(y)] => x.total_cmp(&y),
        [Some(_), None] => Ordering::Less,
        [None, Some(_)] => Ordering::Greater,
        [None, None] => Ordering::Equal,
    };
    classes.sort_by(by_loss);
    classes
}
