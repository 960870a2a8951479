//! Reads datasets and model outputs in the formats people have them in.
//!
//! Knows files. Does not know metrics, threads or the screen.

pub mod checks;
pub mod coco;
pub mod coco_results;
pub mod error;
pub mod hash;
pub mod json;
pub mod source;

pub use error::{FormatError, LoadError};

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::model::project::{Choice, Project};
use crate::model::{Dataset, Findings, Predictions, Progress};

/// What a folder was recognised as.
#[derive(Clone, Debug, Default)]
pub struct Recognised {
    /// The project.
    pub project: Project,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What else could have been read.
    pub alternatives: Vec<Alternative>,
    /// Problems found while looking.
    pub findings: Findings,
}

/// Why something was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Relative to the folder.
    pub path: String,
    /// What it is.
    pub what: String,
    /// How that was seen.
    pub why: String,
}

/// Something that was recognised but not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// Relative to the folder.
    pub path: String,
    /// What it is.
    pub what: String,
    /// Why it is not used.
    pub why: String,
}

/// How a class of the predictions was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassMapping {
    /// Name or id in the predictions.
    pub from: String,
    /// Class of the dataset.
    pub to: Option<String>,
}

/// Opens a folder.
///
/// # Errors
/// Where nothing can be used.
pub fn open_project(path: &Path, _progress: &dyn Progress) -> Result<(PathBuf, Recognised, bool), LoadError> {
    Err(FormatError::new(path, "no reader is built in yet", "wait").into())
}

/// Everything that can be evaluated.
#[must_use]
pub fn choices(_project: &Project) -> Vec<Choice> {
    Vec::new()
}

/// All files read for a choice.
#[must_use]
pub fn input_files(_root: &Path, _project: &Project, _choice: &Choice) -> Vec<PathBuf> {
    Vec::new()
}

/// Size and time of change of files; `None` where one is gone.
#[must_use]
pub fn fingerprint(files: &[PathBuf]) -> Vec<(PathBuf, Option<(u64, SystemTime)>)> {
    let look = |file: &PathBuf| std::fs::metadata(file).ok().and_then(|m| Some((m.len(), m.modified().ok()?)));
    files.iter().map(|file| (file.clone(), look(file))).collect()
}

/// Reads ground truth.
///
/// # Errors
/// Where it cannot be read; cancelled.
pub fn load_dataset(
    root: &Path,
    _project: &Project,
    _choice: &Choice,
    _progress: &dyn Progress,
) -> Result<(Dataset, Findings), LoadError> {
    Err(FormatError::new(root, "no reader is built in yet", "wait").into())
}

/// Reads predictions.
///
/// # Errors
/// Where they cannot be read; cancelled.
pub fn load_predictions(
    root: &Path,
    _project: &Project,
    _choice: &Choice,
    _dataset: &Dataset,
    _progress: &dyn Progress,
) -> Result<(Predictions, Findings, Vec<ClassMapping>), LoadError> {
    Err(FormatError::new(root, "no reader is built in yet", "wait").into())
}
