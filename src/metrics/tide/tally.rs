//! AP as it is and as it would be with one type of error repaired. Knows verdicts and scores; knows no boxes.

use rayon::prelude::*;

use crate::metrics::interpolation::{RECALL_POINTS, hits_needed, interpolate};
use crate::metrics::ranking::Ranking;
use crate::model::{Cancelled, Dataset, PredId, Predictions, Progress};

use super::diagnosis::{Diagnosis, Verdict};
use super::{TideError, TideSummary};

/// Types of error.
const TYPES: usize = TideError::ALL.len();

/// False positives of one class before some point, by type.
type Errors = [u32; TYPES];

/// A detection that is right, or would be after a repair, in the order of the scores of the class in which it is right.
#[derive(Clone, Copy, Debug)]
struct Mark {
    /// The type whose repair makes it right; `None` for what is right as it is.
    repaired: Option<TideError>,
    /// False positives before it where those of its own score go first, as tidecv orders a repaired list.
    before: Errors,
    /// False positives before it in the order of the list that was handed in.
    before_as_given: u32,
}

/// Everything that the APs of one class need.
#[derive(Clone, Debug, Default)]
struct ClassTally {
    truths: u32,
    missed: u32,
    correct: u32,
    errors: Errors,
    marks: Vec<Mark>,
}

/// What is done to the list before its AP is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Nothing,
    /// Errors of a type are repaired where a truth is left for them, else removed.
    Repair(TideError),
    /// Truths that no repair would find are taken away.
    ForgiveMissed,
    /// All false positives get the score 0, everything right the score 1.
    RankFalseLast,
    /// All truths that nothing found are taken away.
    ForgiveUnfound,
}

/// All classes.
#[derive(Debug)]
pub(super) struct Tally {
    classes: Vec<ClassTally>,
}

impl Tally {
    pub fn of(
        dataset: &Dataset,
        predictions: &Predictions,
        ranking: &Ranking,
        diagnosis: &Diagnosis,
        progress: &dyn Progress,
    ) -> Result<Self, Cancelled> {
        let mut classes = vec![ClassTally::default(); dataset.classes.len()];
        for (tally, support) in classes.iter_mut().zip(dataset.support()) {
            // Truths have ids of 32 bits.
            tally.truths = support as u32;
        }
        for truth in &diagnosis.missed {
            if let Some(tally) = classes.get_mut(dataset.truths.class[truth.index()].index()) {
                tally.missed += 1;
            }
        }
        let mut walk = Walk { diagnosis, classes, correct: Vec::new() };
        let mut in_file_order = Vec::new();
        for (step, tie) in ranking.ties().enumerate() {
            if step % (1 << 14) == 0 {
                progress.check()?;
            }
            if tie.len() > 1 && !dataset.in_file_order() {
                in_file_order.clear();
                in_file_order.extend_from_slice(tie);
                in_file_order.sort_by_key(|pred| predictions.image.get(pred.index()).map(|&i| dataset.file_rank(i)));
                walk.tie(&in_file_order);
            } else {
                walk.tie(tie);
            }
        }
        Ok(Self { classes: walk.classes })
    }

    /// AP50 and what each change adds to it.
    pub fn summary(&self) -> TideSummary {
        if self.classes.iter().all(|class| class.truths == 0) {
            return TideSummary::default();
        }
        let base = self.mean_ap(Change::Nothing);
        let gain = |change| Some(self.mean_ap(change)? - base?);
        let cost = |error| gain(Change::Repair(error)).map(|gain| gain.max(0.0));
        TideSummary {
            ap50: base,
            cls: cost(TideError::Cls),
            loc: cost(TideError::Loc),
            both: cost(TideError::Both),
            dupe: cost(TideError::Dupe),
            bkg: cost(TideError::Bkg),
            miss: gain(Change::ForgiveMissed).map(|gain| gain.max(0.0)),
            fp: gain(Change::RankFalseLast),
            fn_: gain(Change::ForgiveUnfound),
        }
    }

    /// Mean over the classes that have a truth or a detection after the change.
    fn mean_ap(&self, change: Change) -> Option<f64> {
        let aps: Vec<f64> = self.classes.par_iter().filter_map(|class| class.ap(change)).collect();
        (!aps.is_empty()).then(|| aps.iter().sum::<f64>() / aps.len() as f64)
    }
}

/// A walk down the scores.
struct Walk<'a> {
    diagnosis: &'a Diagnosis,
    classes: Vec<ClassTally>,
    correct: Vec<(usize, u32)>,
}

impl Walk<'_> {
    /// Takes the detections of one score. In a repaired list those that were wrong come before those that were right.
    fn tie(&mut self, preds: &[PredId]) {
        self.correct.clear();
        for &pred in preds {
            let note = self.diagnosis.notes[pred.index()];
            let class = note.class();
            match note.verdict() {
                Verdict::Spare => {}
                Verdict::Correct => {
                    let as_given = self.classes[class].errors.iter().sum();
                    self.correct.push((class, as_given));
                }
                Verdict::Error { error, ignored } => {
                    if !ignored {
                        self.classes[class].errors[error as usize] += 1;
                    }
                    if note.repairable() {
                        self.mark_repair(pred, error);
                    }
                }
            }
        }
        for &(class, before_as_given) in &self.correct {
            let tally = &mut self.classes[class];
            tally.correct += 1;
            tally.marks.push(Mark { repaired: None, before: tally.errors, before_as_given });
        }
    }

    fn mark_repair(&mut self, pred: PredId, error: TideError) {
        if let Ok(place) = self.diagnosis.repairs.binary_search_by_key(&pred, |repair| repair.pred) {
            let tally = &mut self.classes[self.diagnosis.repairs[place].class.index()];
            tally.marks.push(Mark { repaired: Some(error), before: tally.errors, before_as_given: 0 });
        }
    }
}

impl ClassTally {
    /// AP after a change: 0 without truths, `None` where no truth and no detection is left either.
    fn ap(&self, change: Change) -> Option<f64> {
        let truths = match change {
            Change::ForgiveMissed => self.truths - self.missed,
            Change::ForgiveUnfound => self.correct,
            Change::Nothing | Change::Repair(_) | Change::RankFalseLast => self.truths,
        };
        let before: Vec<u32> = self.marks.iter().filter_map(|mark| mark.before(change)).collect();
        let wrong = left(&self.errors, change);
        if truths == 0 {
            return (wrong > 0 || !before.is_empty()).then_some(0.0);
        }
        let needed = hits_needed(truths, |i| i as f64 / 100.0);
        let hits = before.len() as u32;
        let row = interpolate(hits, &needed, |n| f64::from(n) / f64::from(before[n as usize - 1] + n));
        Some(row.iter().sum::<f64>() / RECALL_POINTS as f64)
    }
}

impl Mark {
    /// False positives before it after a change; `None` where it is not right then.
    fn before(&self, change: Change) -> Option<u32> {
        match (self.repaired, change) {
            (None, Change::Nothing) => Some(self.before_as_given),
            (None, Change::RankFalseLast) => Some(0),
            (None, _) => Some(left(&self.before, change)),
            (Some(error), _) => (change == Change::Repair(error)).then(|| left(&self.before, change)),
        }
    }
}

/// False positives that a change leaves.
fn left(errors: &Errors, change: Change) -> u32 {
    let removed = match change {
        Change::Repair(error) => errors[error as usize],
        _ => 0,
    };
    errors.iter().sum::<u32>() - removed
}
