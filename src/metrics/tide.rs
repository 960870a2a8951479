//! Error types after TIDE (Bolya et al. 2020), as tidecv 1.0.1: what AP at an overlap of 0.5 would gain if the errors of one
//! type did not happen.
//!
//! At most 100 detections an image take part, of all classes together. Reads overlaps and scores; knows nothing of the
//! slider's matching.

mod diagnosis;
mod tally;

use crate::model::{Cancelled, Dataset, PredId, Predictions, Progress, TruthId};

use super::pairs::Pairs;
use super::ranking::Ranking;
use diagnosis::Diagnosis;
use tally::Tally;

/// Costs as absolute AP50 differences in 0…1. `None` where no class has anything to average, which tidecv meets with a
/// division by zero; all are `None` without truth. The costs of the types are never below 0, those of `fp` and `fn_` may be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TideSummary {
    /// TIDE's own AP50: a class with detections and no truth counts as 0.
    pub ap50: Option<f64>,
    /// Wrong class.
    pub cls: Option<f64>,
    /// Badly located.
    pub loc: Option<f64>,
    /// Both.
    pub both: Option<f64>,
    /// Duplicate.
    pub dupe: Option<f64>,
    /// Background.
    pub bkg: Option<f64>,
    /// Missed.
    pub miss: Option<f64>,
    /// All false positives removed.
    pub fp: Option<f64>,
    /// All missed truths forgiven.
    pub fn_: Option<f64>,
}

/// The type of a detection's error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TideError {
    /// Wrong class.
    Cls,
    /// Badly located.
    Loc,
    /// Both.
    Both,
    /// Duplicate.
    Dupe,
    /// Background.
    Bkg,
}

impl TideError {
    /// All types, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Cls, Self::Loc, Self::Both, Self::Dupe, Self::Bkg];
}

/// Costs, and the objects behind them.
#[derive(Clone, Debug, Default)]
pub struct Tide {
    /// The costs.
    pub summary: TideSummary,
    /// Every detection in error, with its type.
    pub errors: Vec<(PredId, TideError)>,
    /// Truths that no other repair would find.
    pub missed: Vec<TruthId>,
}

/// Evaluates; needs the pairs of all classes.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn evaluate(
    dataset: &Dataset,
    predictions: &Predictions,
    pairs: &Pairs,
    progress: &dyn Progress,
) -> Result<Tide, Cancelled> {
    evaluate_ranked(dataset, predictions, pairs, &Ranking::of(predictions), progress)
}

/// As [`evaluate`], with all detections already sorted.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn evaluate_ranked(
    dataset: &Dataset,
    predictions: &Predictions,
    pairs: &Pairs,
    ranking: &Ranking,
    progress: &dyn Progress,
) -> Result<Tide, Cancelled> {
    progress.stage("Error types");
    let diagnosis = Diagnosis::of(dataset, predictions, pairs, progress)?;
    let tally = Tally::of(dataset, predictions, ranking, &diagnosis, progress)?;
    let errors = diagnosis.notes.iter().enumerate();
    Ok(Tide {
        summary: tally.summary(),
        errors: errors.filter_map(|(pred, note)| Some((PredId::from_index(pred), note.verdict().error()?))).collect(),
        missed: diagnosis.missed,
    })
}
