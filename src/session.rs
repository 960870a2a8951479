//! The state of the program without a screen: what is open, at which threshold, what is selected.
//!
//! Views read a [`Session`] and send [`Command`]s; jobs answer with [`Event`]s; `update` is the one place that changes
//! anything. Knows no egui.

pub mod atlas;
pub mod choices;
pub mod command;
pub mod comparing;
pub mod crossval;
pub mod decisions;
pub mod errors;
pub mod evaluations;
pub mod event;
pub mod explorer;
pub mod exports;
pub mod heads;
pub mod history;
pub mod load;
pub mod mapping;
pub mod ranges;
pub mod reporting;
pub mod runs;
pub mod selection;
pub mod thresholds;
pub mod update;
pub mod versions;
pub mod workspace;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::analysis::Rules;
use crate::cache::TableCache;
use crate::formats::Recognised;
use crate::jobs::{JobHandle, Runner};
use crate::metrics::DetectionSettings;
use crate::model::ImageId;
use crate::model::project::Choice;
use crate::store::notes::Note;
use crate::store::place::Keeper;
use crate::store::settings::Settings;
use crate::store::tags::Tags;

use atlas::Atlas;
pub use command::Command;
use comparing::Compared;
use crossval::Crossed;
use decisions::{Decision, Decisions};
use errors::Errors;
use evaluations::Evaluations;
pub use event::{Event, EventBody};
pub use explorer::{Explorer, Threshold};
pub use history::{History, Location, Page};
use mapping::Study;
use ranges::Ranges;
use reporting::Reporting;
pub use selection::{SelectedImage, Selection, Sort};
use workspace::Workspace;

/// A project folder that was opened.
#[derive(Clone, Debug, Default)]
pub struct OpenProject {
    /// Its folder.
    pub root: PathBuf,
    /// What it holds and why it was recognised as that.
    pub recognised: Arc<Recognised>,
    /// True where the folder has its own project file.
    pub from_file: bool,
    /// True where the person corrected it and this was not written down.
    pub corrected: bool,
    /// Everything in it that can be evaluated, in file order.
    pub choices: Vec<Choice>,
}

/// Where only one job may run at a time; a new one replaces the old.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// Opening a folder.
    Open,
    /// Evaluating.
    Evaluate,
    /// Matching again at another IoU or by another rule.
    Rematch,
    /// Recommendations at the threshold.
    Recommend,
    /// Recommendations while the threshold moves.
    Follow,
    /// The confusion matrix of several labels.
    Pairs,
    /// Precision-recall curves.
    Curves,
    /// Looking whether files changed.
    Fingerprint,
    /// Hashing the inputs.
    Hash,
    /// Saving a table or a picture.
    Save,
    /// Cross-validating.
    CrossValidate,
    /// Comparing models.
    Compare,
    /// Looking at all folders again.
    Rescan,
    /// Calculating rows of the evaluations page.
    Calculate,
    /// Keeping the run of what is on screen.
    Record,
    /// How far the order of the leaderboard is certain.
    Ranges,
    /// What class names could mean.
    Mapping,
    /// Reading or computing the vectors of the map.
    Atlas,
    /// Laying the points of the map out.
    Layout,
    /// Looking for neighbours on the map.
    Nearby,
    /// How far the map can be trusted.
    Trust,
    /// The masks of the image on screen.
    Masks,
    /// Finding clusters on the map.
    Cluster,
    /// Scoring answers otherwise.
    Rescore,
    /// Intervals of the numbers of generated texts.
    Intervals,
    /// Keeping how texts are scored.
    KeepScoring,
    /// Looking at kinds of errors.
    Kinds,
    /// Measuring pictures.
    Pictures,
    /// Reading and computing attributes of items.
    Slices,
    /// Searching for weak slices.
    WeakSlices,
    /// Looking for labels that may be wrong.
    Suspects,
    /// Evaluating with corrected labels.
    Corrected,
    /// Looking for items that are there twice.
    Leaks,
    /// Matching by other rules.
    Protocols,
    /// Designing thresholds.
    Design,
    /// Numbers over IoU and confidence.
    Surface,
    /// Making a report, or writing it.
    Report,
    /// Making something that is handed out.
    Export,
}

/// A job under way.
pub struct RunningJob {
    /// What it does, in words: the name of its progress bar.
    pub title: String,
    /// Number of this run; answers of an earlier one are dropped.
    pub epoch: u64,
    /// Cancels when dropped.
    pub handle: JobHandle,
}

/// Something to tell the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// True for a failure.
    pub is_error: bool,
    /// One sentence.
    pub text: String,
}

/// All state.
pub struct Session {
    /// What the program remembers between starts.
    pub settings: Settings,
    /// Where what belongs to projects is kept; by default it is not.
    pub keeper: Keeper,
    /// Tables of matches that were kept; without it they are not.
    pub tables: Option<Arc<TableCache>>,
    /// How far the order of the leaderboard is certain, as it was last asked for.
    pub ranges: Option<Arc<Ranges>>,
    /// The thresholds of the recommendations' rules.
    pub rules: Rules,
    /// All open projects.
    pub workspace: Workspace,
    /// What is calculated of them.
    pub evaluations: Evaluations,
    /// What is written about the model version whose page was opened last.
    pub note: Note,
    /// The open project on screen, with the datasets of the others behind its own.
    pub project: Option<OpenProject>,
    /// The evaluation on screen.
    pub explorer: Option<Explorer>,
    /// The vector explorer of the evaluation on screen, once it was opened.
    pub atlas: Option<Atlas>,
    /// What was decided about the recommendations for the model and dataset on screen.
    pub decisions: Decisions,
    /// Cards that were decided about since the evaluation came on screen, with where they stood before; the last one last.
    pub decided: Vec<(String, Decision)>,
    /// What the analysis of errors knows of the evaluation on screen.
    pub errors: Errors,
    /// The report of the evaluation on screen.
    pub reporting: Reporting,
    /// What was made to be handed out; the window takes it.
    pub exported: Option<exports::Answer>,
    /// Tags on the items of the dataset on screen.
    pub tags: Tags,
    /// Tags as they were before each change, the last change last.
    pub tags_before: Vec<Tags>,
    /// What class names of the evaluation on screen could mean, once that was asked for.
    pub study: Option<Arc<Study>>,
    /// Other models held against the one on screen, in the order they were chosen.
    pub compared: Vec<Arc<Compared>>,
    /// The masks of the image that is looked at, of a model that is compared with the one on screen.
    pub(super) other_masks: Option<(Choice, ImageId, Result<Arc<load::masks::Shown>, String>)>,
    /// The last cross-validation of the open project.
    pub crossed: Option<Arc<Crossed>>,
    /// How objects are paired in the next evaluation.
    pub matching: DetectionSettings,
    /// Where the person is, was, and can go back to.
    pub history: History,
    /// Jobs under way.
    pub jobs: BTreeMap<Slot, RunningJob>,
    /// What went wrong or is worth a word; the newest last.
    pub notices: Vec<Notice>,
    /// The folder of the bundled sample, where it is known.
    pub sample: Option<PathBuf>,
    pub(crate) runner: Box<dyn Runner<Event>>,
    pub(crate) next_epoch: u64,
    /// When the slow parts (recommendations) should follow the threshold.
    pub(crate) settle_at: Option<Instant>,
}

impl Session {
    /// An empty session.
    #[must_use]
    pub fn new(runner: Box<dyn Runner<Event>>, settings: Settings, sample: Option<PathBuf>) -> Self {
        Self {
            rules: Rules::of_changes(&settings.rules),
            settings,
            keeper: Keeper::default(),
            tables: None,
            ranges: None,
            workspace: Workspace::default(),
            evaluations: Evaluations::default(),
            note: Note::default(),
            project: None,
            explorer: None,
            atlas: None,
            decisions: Decisions::default(),
            decided: Vec::new(),
            errors: Errors::default(),
            reporting: Reporting::default(),
            exported: None,
            tags: Tags::new(),
            tags_before: Vec::new(),
            study: None,
            compared: Vec::new(),
            other_masks: None,
            crossed: None,
            matching: DetectionSettings::default(),
            history: History::default(),
            jobs: BTreeMap::new(),
            notices: Vec::new(),
            sample,
            runner,
            next_epoch: 0,
            settle_at: None,
        }
    }

    /// The page on screen.
    #[must_use]
    pub fn page(&self) -> Page {
        self.history.here().page
    }

    /// When [`Self::tick`] wants to be called next, if at all.
    #[must_use]
    pub fn wants_tick_at(&self) -> Option<Instant> {
        self.settle_at
    }
}
