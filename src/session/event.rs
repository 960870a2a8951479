//! What jobs report back.

use std::path::PathBuf;
use std::sync::Arc;

use crate::analysis::Recommendation;
use crate::analysis::kinds::Kinds;
use crate::jobs::JobError;
use crate::metrics::Evaluation;
use crate::metrics::generation::Intervals;
use crate::model::ImageId;
use crate::model::project::Choice;
use crate::store::runs::StoredRun;
use crate::vectors::layout::Layout;

use super::Slot;
use super::atlas::cloud::Cloud;
use super::atlas::groups::Groups;
use super::atlas::layout::Projection;
use super::atlas::nearby::Nearby;
use super::comparing::Compared;
use super::crossval::Crossed;
use super::errors::{design, leaks, pictures, protocols, review, slices};
use super::evaluations::Key;
use super::explorer::{LabelCurves, PrCurves};
use super::exports;
use super::load::masks::Shown;
use super::load::{Fingerprint, Loaded};
use super::mapping::Study;
use super::ranges::Ranges;
use super::reporting;
use super::thresholds::{PairMatrix, Rematched};
use super::workspace::Workspace;

/// The result of a job, with the run it belongs to.
#[derive(Debug)]
pub struct Event {
    /// Which job.
    pub slot: Slot,
    /// Which run of it.
    pub epoch: u64,
    /// What came of it.
    pub body: EventBody,
}

/// What came of a job.
#[derive(Debug)]
pub enum EventBody {
    /// Folders were recognised; true where they come beside what is open.
    Opened(bool, Result<Box<Workspace>, JobError>),
    /// All folders were looked at again.
    Rescanned(Result<Box<Workspace>, JobError>),
    /// A row was calculated; without a run where nothing was counted.
    Calculated(Key, Result<Option<Box<StoredRun>>, JobError>),
    /// The run of what is on screen was kept in a project.
    Recorded(PathBuf, Result<Option<Box<StoredRun>>, JobError>),
    /// An evaluation is ready.
    Evaluated(Result<Box<Loaded>, JobError>),
    /// The same data by other settings or thresholds of single classes.
    Rematched(Result<Box<Rematched>, JobError>),
    /// The same answers, scored otherwise; `None` where there are none.
    Rescored(Result<Option<Box<Evaluation>>, JobError>),
    /// How texts are scored was kept.
    ScoringKept(Result<(), JobError>),
    /// 95 % intervals of the numbers of generated texts.
    Intervals(Result<Intervals, JobError>),
    /// The confusion matrix of several labels.
    PairMatrix(Result<Box<PairMatrix>, JobError>),
    /// Recommendations at the threshold that was current when the job began.
    Recommended(f64, Result<Vec<Recommendation>, JobError>),
    /// Recommendations at a threshold that may have moved on.
    Followed(f64, Result<Vec<Recommendation>, JobError>),
    /// Precision-recall curves.
    Curves(Result<PrCurves, JobError>),
    /// A table or picture was written into this file.
    Saved(Result<PathBuf, JobError>),
    /// Curves of a classifier.
    LabelCurves(Result<Box<LabelCurves>, JobError>),
    /// Other models, held against the one on screen.
    Compared(Result<Vec<Arc<Compared>>, JobError>),
    /// How far the order of the leaderboard is certain.
    Ranged(Result<Box<Ranges>, JobError>),
    /// The points of the map, laid out by principal components.
    Mapped(Result<Box<(Cloud, Layout)>, JobError>),
    /// The points of the map, laid out.
    LaidOut(Result<(Projection, Layout), JobError>),
    /// The masks of an image of an evaluation.
    MasksShown(Choice, ImageId, Result<Shown, JobError>),
    /// How far the map can be trusted; `None` where it has too few points.
    Trusted(Result<Option<f64>, JobError>),
    /// The neighbours of the points.
    LookedAround(Result<Box<Option<Nearby>>, JobError>),
    /// Clusters of the points.
    Grouped(Result<Box<Groups>, JobError>),
    /// What class names could mean.
    Studied(Result<Box<Study>, JobError>),
    /// A cross-validation.
    Crossed(Result<Box<Crossed>, JobError>),
    /// How the files look now.
    Fingerprinted(Result<Fingerprint, JobError>),
    /// The content hashes of the inputs.
    Hashed(Result<Vec<Option<String>>, JobError>),
    /// Kinds of errors at a threshold.
    Kinds(f64, Result<Kinds, JobError>),
    /// About slices.
    Slices(Result<slices::Answer, JobError>),
    /// About labels that may be wrong.
    Review(Result<review::Answer, JobError>),
    /// About items that are there twice.
    Leaks(Result<leaks::Answer, JobError>),
    /// About other matchings.
    Protocols(Result<protocols::Answer, JobError>),
    /// About the design of thresholds.
    Design(Result<design::Answer, JobError>),
    /// About what is measured in pictures.
    Pictures(Result<pictures::Answer, JobError>),
    /// About reports.
    Report(Result<reporting::Answer, JobError>),
    /// About what is handed out of the window.
    Exported(Result<exports::Answer, JobError>),
}
