//! Writes the project file `evalens.json`: whole or not at all, and never over an existing one unless asked to.
//!
//! Knows the file. What it may say is known to `model::project_text`, and `formats` reads it.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::model::project::{FILE_NAME, Project};
use crate::model::project_text;

/// A project file could not be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", file.display())]
pub struct ProjectFileError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong and what to do.
    pub problem: String,
}

/// Writes the project file into the folder and returns its path. It is written beside its place and moved there, so that
/// no reader ever meets half of it.
///
/// # Errors
/// Where the project itself could not be read back, where the file exists and `force` is not set, or where the folder
/// cannot be written to.
pub fn write(root: &Path, project: &Project, force: bool) -> Result<PathBuf, ProjectFileError> {
    let file = root.join(FILE_NAME);
    let failed = |problem: String| ProjectFileError { file: file.clone(), problem };
    let text = project_text::to_text(project);
    project_text::parse(&text).map_err(|problem| failed(problem.to_string()))?;
    let exists = || failed("exists already; remove it, or overwrite it with --force".to_owned());
    if !force && file.exists() {
        return Err(exists());
    }
    let io = |error: std::io::Error| failed(format!("cannot be written ({error}); check the folder's permissions"));
    let temporary = super::beside(root, |out| out.write_all(text.as_bytes())).map_err(io)?;
    if force {
        temporary.persist(&file).map_err(|e| io(e.error))?;
    } else {
        // Fails, rather than overwrite, where another program was faster.
        temporary.persist_noclobber(&file).map_err(|e| match e.error.kind() {
            std::io::ErrorKind::AlreadyExists => exists(),
            _ => io(e.error),
        })?;
    }
    Ok(file)
}
