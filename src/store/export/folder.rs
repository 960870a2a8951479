//! Folders of files, whole or not at all: everything is written into a temporary folder first, and moved when all of it is there.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::model::{Cancelled, Progress};
use crate::store::share;

use super::ExportError;

/// A file of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, with `/` between folders.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// A folder could not be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FolderError {
    /// Files of these names are there already, and nobody said that they may be replaced.
    #[error("{}: {} already there; choose another folder, or let the files be replaced", folder.display(), said(names))]
    Exists {
        /// The folder.
        folder: PathBuf,
        /// The names.
        names: Vec<String>,
    },
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] ExportError),
    /// Stopped on request; nothing was changed, or what was moved already is whole.
    #[error("cancelled")]
    Cancelled,
}

impl From<Cancelled> for FolderError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

/// `report.html is`, `report.html and 12 others are`.
fn said(names: &[String]) -> String {
    match names {
        [] => "it is".to_owned(),
        [only] => format!("{only} is"),
        [first, second] => format!("{first} and {second} are"),
        [first, rest @ ..] => format!("{first} and {} others are", rest.len()),
    }
}

/// Those of the names that are there already in a folder.
#[must_use]
pub fn already_there<'a>(folder: &Path, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let there = |name: &&str| folder.join(name).symlink_metadata().is_ok();
    names.into_iter().filter(there).map(str::to_owned).collect()
}

/// Writes files into a folder and says how many. A folder that does not exist appears with all of them at once. Into one that
/// exists each file is moved whole once all are written; names that are there are replaced only where `replace` says so.
///
/// # Errors
/// [`FolderError`]; no file is left half-written under its name, and nothing temporary stays.
pub fn write_folder(
    folder: &Path,
    files: &[File],
    replace: bool,
    progress: &dyn Progress,
) -> Result<usize, FolderError> {
    let failed = |file: &Path, error: &std::io::Error| ExportError { file: file.to_owned(), cause: error.to_string() };
    let new = match folder.metadata() {
        Ok(meta) if meta.is_dir() => false,
        Ok(_) => {
            let cause = "it is a file, not a folder".to_owned();
            return Err(ExportError { file: folder.to_owned(), cause }.into());
        }
        Err(_) => true,
    };
    if !new && !replace {
        let names = already_there(folder, files.iter().map(|file| file.name.as_str()));
        if !names.is_empty() {
            return Err(FolderError::Exists { folder: folder.to_owned(), names });
        }
    }
    // In the same file system as what it becomes, so that moving is one step.
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut made = Parents::default();
    let home = if new { parent } else { folder };
    made.make(home).map_err(|error| failed(folder, &error))?;
    let temporary = tempfile::Builder::new().prefix(".evalens-").tempdir_in(home);
    let temporary = temporary.map_err(|error| failed(folder, &error))?;
    write_all(temporary.path(), folder, files, progress)?;
    progress.check()?;
    if new {
        open_to_others(temporary.path()).map_err(|error| failed(folder, &error))?;
        std::fs::rename(temporary.path(), folder).map_err(|error| failed(folder, &error))?;
        // It has another name now: there is nothing to remove.
        let _ = temporary.keep();
        made.stay();
        return Ok(files.len());
    }
    for (done, file) in files.iter().enumerate() {
        progress.progress(done, files.len());
        let target = folder.join(&file.name);
        let there = target.parent().map_or(Ok(()), std::fs::create_dir_all);
        there.map_err(|error| failed(&target, &error))?;
        std::fs::rename(temporary.path().join(&file.name), &target).map_err(|error| failed(&target, &error))?;
    }
    made.stay();
    Ok(files.len())
}

/// Writes every file into the temporary folder; errors name the file that it was to become.
fn write_all(temporary: &Path, folder: &Path, files: &[File], progress: &dyn Progress) -> Result<(), FolderError> {
    progress.stage("Writing files");
    for (done, file) in files.iter().enumerate() {
        progress.check()?;
        progress.progress(done, files.len());
        let path = temporary.join(&file.name);
        let write = || {
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            let mut out = std::fs::File::create_new(&path)?;
            share(&out)?;
            out.write_all(&file.bytes)?;
            out.sync_all()
        };
        write()
            .map_err(|error: std::io::Error| ExportError { file: folder.join(&file.name), cause: error.to_string() })?;
    }
    Ok(())
}

/// Temporary folders are private; what becomes of this one may be opened like any other.
#[cfg(unix)]
fn open_to_others(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn open_to_others(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Folders that had to be made; they go again, unless they are to stay.
#[derive(Default)]
struct Parents(Vec<PathBuf>);

impl Parents {
    fn make(&mut self, folder: &Path) -> std::io::Result<()> {
        let missing = folder.ancestors().take_while(|at| !at.as_os_str().is_empty() && at.symlink_metadata().is_err());
        let mut missing: Vec<PathBuf> = missing.map(Path::to_owned).collect();
        missing.reverse();
        for at in missing {
            std::fs::create_dir(&at)?;
            self.0.push(at);
        }
        Ok(())
    }

    fn stay(&mut self) {
        self.0.clear();
    }
}

impl Drop for Parents {
    fn drop(&mut self) {
        for folder in self.0.iter().rev() {
            // One that somebody else uses by now is not empty, and stays.
            let _ = std::fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests;
