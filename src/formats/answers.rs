//! Stand-in.
use std::path::Path;

use super::error::{FormatError, LoadError};
use crate::model::project::{Choice, Project};
use crate::model::{Answers, DatasetBuilder, Findings, ModelIdentity, Progress};

/// Items.
#[derive(Debug, Default)]
pub struct AnswerSet {
    /// Items.
    pub builder: DatasetBuilder,
    /// Answers.
    pub answers: Answers,
    /// Model.
    pub identity: ModelIdentity,
}

/// Reads.
///
/// # Errors
/// Always.
pub fn load_answers(
    root: &Path,
    _: &Project,
    _: &Choice,
    _: &mut Findings,
    _: &dyn Progress,
) -> Result<AnswerSet, LoadError> {
    Err(FormatError::new(root, "is not read", "wait").into())
}

/// Names.
///
/// # Errors
/// Always.
pub fn answer_project_from_files(
    _: Option<&Path>,
    predictions: &Path,
) -> Result<(std::path::PathBuf, Project, Choice), FormatError> {
    Err(FormatError::new(predictions, "is not read", "wait"))
}
