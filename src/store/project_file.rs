//! The project file `evalens.json`.

use std::path::{Path, PathBuf};

use crate::model::project::Project;

/// A project file could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", file.display())]
pub struct ProjectFileError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong and what to do.
    pub problem: String,
}

/// Writes the file.
///
/// # Errors
/// Where it cannot be written or exists.
pub fn write(root: &Path, _project: &Project, _force: bool) -> Result<PathBuf, ProjectFileError> {
    Err(ProjectFileError { file: root.join("evalens.json"), problem: "cannot be written yet".to_owned() })
}
