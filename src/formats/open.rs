//! Opens a folder: by its project file where it has one, else by looking at what is in it.
//!
//! Knows the project file's name. Does not know what is done with a project.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::error::{FormatError, LoadError};
use super::sniff::{self, Reason, Recognised};
use super::source;
use crate::model::project_text;
use crate::model::{Progress, project};

/// The name of a project file.
pub const PROJECT_FILE: &str = project::FILE_NAME;

/// Opens a folder, or the folder of a project file. Returns the folder, what is in it, and whether a project file said so.
///
/// # Errors
/// Where the path does not exist, its project file cannot be used, or nothing was recognised.
pub fn open_project(path: &Path, progress: &dyn Progress) -> Result<(PathBuf, Recognised, bool), LoadError> {
    let root = root_of(path)?;
    match read_project(&root)? {
        Some(recognised) => Ok((root, recognised, true)),
        None => {
            let recognised = sniff::recognise(&root, progress)?;
            Ok((root, recognised, false))
        }
    }
}

/// The project folder that a path means: itself, or the folder of the project file that it names.
fn root_of(path: &Path) -> Result<PathBuf, FormatError> {
    let kind = std::fs::metadata(path).map_err(|e| FormatError::io(path, &e))?;
    if kind.is_dir() {
        return Ok(path.to_owned());
    }
    if path.file_name().is_some_and(|name| name == PROJECT_FILE) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        return Ok(folder.unwrap_or(Path::new(".")).to_owned());
    }
    Err(FormatError::new(
        path,
        "is a file, not a project folder",
        "open the folder that holds it, or name truth and predictions on the command line",
    ))
}

/// Reads and checks the project file of a folder; `None` where it has none.
///
/// # Errors
/// Where there is one that cannot be used.
pub fn read_project(root: &Path) -> Result<Option<Recognised>, FormatError> {
    let file = root.join(PROJECT_FILE);
    if !file.exists() {
        return Ok(None);
    }
    let text = source::read_text(&file)?;
    let (mut project, findings) = project_text::parse(&text)
        .map_err(|problem| FormatError::new(&file, problem.problem, problem.remedy).at(problem.place))?;
    if project.name.trim().is_empty() {
        project.name = sniff::folder_name(root);
    }
    let reason = Reason {
        path: PROJECT_FILE.to_owned(),
        what: "project file".to_owned(),
        why: "it says what is where; nothing else was looked at".to_owned(),
    };
    Ok(Some(Recognised { project, reasons: vec![reason], alternatives: Vec::new(), findings }))
}

/// Size and time of change of files; `None` where one is gone. Differs when a file was written.
#[must_use]
pub fn fingerprint(files: &[PathBuf]) -> Vec<(PathBuf, Option<(u64, SystemTime)>)> {
    let look = |file: &PathBuf| std::fs::metadata(file).ok().and_then(|m| Some((m.len(), m.modified().ok()?)));
    files.iter().map(|file| (file.clone(), look(file))).collect()
}
