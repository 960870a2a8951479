//! What became of everything at one threshold, in rows that any slice can be counted from.

use rayon::prelude::*;

use super::{Attribute, Mask, Of};
use crate::metrics::detection::Matched;
use crate::metrics::{Counts, Cut, Evaluation, Outcome, OutcomeKind, rates};
use crate::model::{ImageId, PredId, TruthId};

/// Something that is right or wrong, as often as it counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub image: ImageId,
    pub truth: Option<TruthId>,
    pub pred: Option<PredId>,
    pub kind: OutcomeKind,
    /// True for rows that stand for an annotated object, and for one row of every item where items are meant.
    pub is_subject: bool,
    pub weight: u64,
}

/// All outcomes at one threshold: of detectors one a row, of other tasks those of an item that are of one kind.
#[derive(Clone, Debug)]
pub struct Rows {
    pub(super) rows: Vec<Row>,
    /// F1 of every item where items are more or less right, and neither right nor wrong.
    pub(super) graded: Option<Vec<Option<f64>>>,
}

/// What became of the members of a slice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Annotated objects; of other tasks items.
    pub subjects: u64,
    /// What became of them, and false positives: of a detector those whose own box belongs to the slice.
    pub counts: Counts,
}

impl Tally {
    /// Everything that is right or wrong.
    #[must_use]
    pub const fn outcomes(self) -> u64 {
        let Counts { correct, misclassified, missed, false_positives } = self.counts;
        correct + misclassified + missed + false_positives
    }

    /// What of it is wrong.
    #[must_use]
    pub const fn wrong(self) -> u64 {
        self.outcomes() - self.counts.correct
    }

    /// Wilson's 95 % interval of F1.
    #[must_use]
    pub fn f1_interval(self) -> Option<(f64, f64)> {
        rates::f1_interval(self.counts.correct, self.counts.kept(), self.counts.truths())
    }

    /// Wilson's 95 % interval of recall.
    #[must_use]
    pub fn recall_interval(self) -> Option<(f64, f64)> {
        rates::wilson(self.counts.correct, self.counts.truths())
    }

    pub(super) fn add(&mut self, kind: OutcomeKind, weight: u64, is_subject: bool) {
        let count = match kind {
            OutcomeKind::Correct => &mut self.counts.correct,
            OutcomeKind::Misclassified => &mut self.counts.misclassified,
            OutcomeKind::Missed => &mut self.counts.missed,
            OutcomeKind::FalsePositive => &mut self.counts.false_positives,
        };
        *count += weight;
        self.subjects += u64::from(is_subject);
    }

    /// What is in this and not in `part`, which is a part of it.
    #[must_use]
    pub const fn without(self, part: Self) -> Self {
        let (all, part_counts) = (self.counts, part.counts);
        Self {
            subjects: self.subjects - part.subjects,
            counts: Counts {
                correct: all.correct - part_counts.correct,
                misclassified: all.misclassified - part_counts.misclassified,
                missed: all.missed - part_counts.missed,
                false_positives: all.false_positives - part_counts.false_positives,
            },
        }
    }
}

impl Attribute {
    /// The bin that an outcome belongs to: that of its truth, else that of its detection.
    pub(super) fn bin_of_row(&self, row: &Row) -> usize {
        match (self.of, row.truth, row.pred) {
            (Of::Items, ..) => self.bin_of(row.image.index()),
            (Of::Objects, Some(truth), _) => self.bin_of(truth.index()),
            (Of::Objects, None, Some(pred)) => self.bin_of_pred(pred.index()),
            (Of::Objects, None, None) => self.bins.len(),
        }
    }
}

impl Rows {
    /// At a cut.
    #[must_use]
    pub fn of(evaluation: &Evaluation, matched: &Matched, cut: Cut) -> Self {
        let images: Vec<ImageId> = evaluation.dataset.image_ids().collect();
        let objects = evaluation.task.has_objects();
        let of = |image: ImageId| -> Vec<Row> {
            if objects {
                matched.timeline.outcomes_of(image, cut).map(|outcome| of_outcome(evaluation, image, outcome)).collect()
            } else {
                of_item(image, matched.timeline.counts_of(image, cut))
            }
        };
        let rows: Vec<Vec<Row>> = images.par_iter().map(|image| of(*image)).collect();
        let graded = matched
            .timeline
            .is_weighted()
            .then(|| images.par_iter().map(|image| matched.timeline.counts_of(*image, cut).f1()).collect());
        Self { rows: rows.into_iter().flatten().collect(), graded }
    }

    /// Everything.
    #[must_use]
    pub fn whole(&self) -> Tally {
        self.sum(|_| true)
    }

    /// The members of a slice.
    #[must_use]
    pub fn of_mask(&self, mask: &Mask) -> Tally {
        self.sum(|row| mask.holds(row.image, row.truth, row.pred))
    }

    /// Every bin of an attribute.
    #[must_use]
    pub fn of_bins(&self, attribute: &Attribute) -> Vec<Tally> {
        let mut tallies = vec![Tally::default(); attribute.bins.len()];
        for row in &self.rows {
            if let Some(tally) = tallies.get_mut(attribute.bin_of_row(row)) {
                tally.add(row.kind, row.weight, row.is_subject);
            }
        }
        tallies
    }

    /// How much of the second slice's outcomes belong to the first too.
    #[must_use]
    pub fn shared(&self, first: &Mask, second: &Mask) -> Option<f64> {
        let (inside, of) = (self.of_mask(&first.clone().and(second.clone())), self.of_mask(second));
        rates::ratio(inside.outcomes(), of.outcomes())
    }

    /// The lowest score that takes part.
    #[must_use]
    pub fn lowest_score(&self, evaluation: &Evaluation) -> f64 {
        let scores = self.rows.iter().filter_map(|row| evaluation.predictions.score.get(row.pred?.index()).copied());
        scores.fold(f64::INFINITY, f64::min)
    }

    fn sum(&self, holds: impl Fn(&Row) -> bool) -> Tally {
        let mut tally = Tally::default();
        self.rows.iter().filter(|row| holds(row)).for_each(|row| tally.add(row.kind, row.weight, row.is_subject));
        tally
    }
}

fn of_outcome(evaluation: &Evaluation, image: ImageId, outcome: Outcome) -> Row {
    let (truth, pred) = (outcome.truth(), outcome.pred());
    let class = truth.and_then(|truth| evaluation.dataset.truths.class.get(truth.index()).copied());
    let said = pred.and_then(|pred| evaluation.predictions.class_of(pred));
    let kind = match (class, said) {
        (Some(class), Some(said)) if class == said => OutcomeKind::Correct,
        (Some(_), Some(_)) => OutcomeKind::Misclassified,
        (Some(_), None) => OutcomeKind::Missed,
        (None, _) => OutcomeKind::FalsePositive,
    };
    Row { image, truth, pred, kind, is_subject: truth.is_some(), weight: 1 }
}

/// One row a kind that occurs, and in any case one that stands for the item.
fn of_item(image: ImageId, counts: Counts) -> Vec<Row> {
    let row = |kind| Row { image, truth: None, pred: None, kind, is_subject: false, weight: counts.of(kind) };
    let mut rows: Vec<Row> = OutcomeKind::ALL.map(row).into_iter().filter(|row| row.weight > 0).collect();
    if rows.is_empty() {
        rows.push(row(OutcomeKind::Correct));
    }
    if let Some(first) = rows.first_mut() {
        first.is_subject = true;
    }
    rows
}
