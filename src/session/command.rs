//! Everything the program can be told to do.

use std::path::PathBuf;
use std::sync::Arc;

use crate::analysis::{Filter, Rules};
use crate::formats::Correction;
use crate::metrics::Matching;
use crate::metrics::classification::PairCounting;
use crate::model::project::Choice;
use crate::model::{ClassId, ImageId, Scoring};
use crate::store::export::Content;
use crate::store::notes::Note;
use crate::store::settings::ThemeChoice;

use super::atlas::cloud::Wanted;
use super::atlas::groups::Grouping;
use super::atlas::layout::Projection;
use super::comparing::At;
use super::crossval::Request;
use super::decisions::Decision;
use super::errors::{Tab, design, leaks, pictures, protocols, review, slices};
use super::evaluations::{Key, ModelKey};
use super::explorer::CurveKey;
use super::exports;
use super::history::Page;
use super::ranges::Asked;
use super::reporting;
use super::selection::Sort;
use super::{Notice, Slot};

/// A wish of the person. Applied by [`super::Session::apply`].
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Open a folder (or a file in it) and evaluate what it holds.
    Open(PathBuf),
    /// Open several folders, or workspace files.
    OpenAll(Vec<PathBuf>),
    /// Open folders, or workspace files, beside what is open.
    AddProjects(Vec<PathBuf>),
    /// Take a project out of the workspace; its folder stays as it is.
    RemoveProject(PathBuf),
    /// A project of the workspace lies in another place now.
    Relink(PathBuf, PathBuf),
    /// Write the list of open projects into a file.
    SaveWorkspace(PathBuf),
    /// Look at all folders of the workspace again.
    Rescan,
    /// Choose what a model is evaluated on.
    Pick(Key),
    /// Evaluate these, one after the other, and keep their runs.
    Calculate(Vec<Key>),
    /// Evaluate everything that can be and is not, or not any more.
    CalculateAll,
    /// Open the page of a model version.
    OpenModel(ModelKey),
    /// Keep what a person writes about a model version.
    SaveNote(ModelKey, Note),
    /// Open the evaluation of a row.
    ViewResults(Key),
    /// Open the bundled sample.
    OpenSample,
    /// Close the project and show the welcome page.
    Close,
    /// Evaluate this model version, dataset version and splits.
    Evaluate(Choice),
    /// Read the files again and evaluate.
    Recalculate,
    /// Move the threshold.
    SetThreshold(f64),
    /// Move the threshold by this much.
    NudgeThreshold(f64),
    /// Move the threshold to the optimum.
    UseOptimal,
    /// Give a class a threshold of its own, or let it follow the one for all.
    SetOwnThreshold(ClassId, Option<f64>),
    /// Give every class its own optimum.
    UseOwnOptima,
    /// Let every class follow the one threshold.
    ClearOwnThresholds,
    /// Count the confusion matrix of several labels; does nothing while it is there or under way.
    ComputePairMatrix(PairCounting),
    /// Match at another IoU; the old numbers stay until the new are there.
    SetIou(f64),
    /// Match by another rule.
    SetMatching(Matching),
    /// Score generated texts in this way; the old numbers stay until the new are there.
    SetScoring(Scoring),
    /// Compute intervals of the numbers of generated texts; does nothing while they are there or under way.
    ComputeIntervals,
    /// Keep a named way to score generated texts for all projects.
    SaveTemplate(Scoring),
    /// Forget one.
    RemoveTemplate(String),
    /// Show these objects in the gallery.
    Select(Filter),
    /// Order the gallery.
    SortBy(Sort),
    /// Open one image of the selection.
    OpenImage(ImageId),
    /// Read the masks of an image of an evaluation on screen, or compared with it, to show them.
    ShowMasks(Choice, ImageId),
    /// Leave the image.
    CloseImage,
    /// Go this many images on in the selection.
    StepImage(i64),
    /// Go to a page.
    Go(Page),
    /// One step back.
    Back,
    /// One step forward.
    Forward,
    /// Stop a job.
    Cancel(Slot),
    /// Take the n-th notice away.
    Dismiss(usize),
    /// Tell the person something.
    Notify(Notice),
    /// Read a part of the folder otherwise than it was recognised, and evaluate again.
    Correct(Correction),
    /// Make a selection without leaving the page.
    SelectHere(Filter),
    /// Put items or objects on a map; `None`: what the project offers.
    OpenAtlas(Option<Wanted>),
    /// Put the vectors of a file on the map, of whatever its ids or its length says they are.
    OpenVectors(PathBuf),
    /// Lay the points of the map out.
    LayOut(Projection),
    /// Put a tag on items, or take it off.
    Tag {
        /// The tag.
        tag: String,
        /// The items.
        images: Vec<ImageId>,
        /// True to put it on.
        on: bool,
    },
    /// Take the last change of tags back.
    UndoTags,
    /// Find clusters on the map in this way.
    Group(Grouping),
    /// Find clusters in this way when they are asked for.
    SetGrouping(Grouping),
    /// Call a cluster so; an empty name takes its name away.
    NameCluster(u32, String),
    /// Find out what the class names of the evaluation on screen could mean, where that is in doubt.
    StudyMapping,
    /// Write `evalens.json` from what was recognised; into one that is there only what classes mean.
    WriteProjectFile,
    /// Write a table or a picture into a file.
    Save(PathBuf, Arc<Content>),
    /// Find out how far the order of runs is certain; does nothing while that is known.
    RankRanges(Asked),
    /// Evaluate new versions by themselves, or not.
    CalculateNew(bool),
    /// Choose the theme.
    SetTheme(ThemeChoice),
    /// Remember how the panes are arranged (the window's own text).
    SaveLayout(String),
    /// Take a folder off the recent list.
    ForgetRecent(PathBuf),
    /// Compute the recommendations at the current threshold now.
    SettleNow,
    /// Compute precision-recall curves; does nothing while they are there or under way.
    ComputeCurves(CurveKey),
    /// Compute the curves of a classifier; does nothing while they are there or under way.
    ComputeLabelCurves,
    /// Hold other models against the one on screen; those held against it before are let go.
    Compare(Vec<Choice>, At),
    /// Cross-validate a linear head on embeddings.
    CrossValidate(Request),
    /// Show the pooled result of the cross-validation as an evaluation.
    OpenPooled,
    /// Look whether the files of the evaluation changed on disk.
    CheckFiles,
    /// Compute the content hashes of the inputs, unless they are there or on their way.
    HashInputs,
    /// Accept or dismiss a recommendation, by its key; open: take that back.
    Decide(String, Decision),
    /// Write something about a recommendation.
    NoteCard(String, String),
    /// Take the last decision about a recommendation back.
    UndoDecision,
    /// Set the limits of the rules.
    SetRules(Box<Rules>),
    /// Show a part of the page of errors.
    ShowErrors(Tab),
    /// About slices.
    Slices(slices::Ask),
    /// About labels that may be wrong.
    Review(review::Ask),
    /// About items that are there twice.
    Leaks(leaks::Ask),
    /// About other matchings.
    Protocols(protocols::Ask),
    /// About the design of thresholds.
    Design(design::Ask),
    /// About what is measured in pictures.
    Pictures(pictures::Ask),
    /// About reports.
    Report(reporting::Ask),
    /// About what is handed out of the window.
    Export(exports::Ask),
}
