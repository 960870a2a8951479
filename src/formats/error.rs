//! Why something could not be read: the file, the place in it, what is wrong, and the remedy.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::model::Cancelled;

/// A file or folder that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatError {
    /// The file or folder.
    pub file: PathBuf,
    /// Line and column, JSON path or element; empty where the whole file is meant.
    pub place: String,
    /// What is wrong, as a clause without a full stop.
    pub problem: String,
    /// What the person can do, as a clause without a full stop.
    pub remedy: String,
}

impl FormatError {
    /// An error about a whole file.
    pub fn new(file: &Path, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { file: file.to_owned(), place: String::new(), problem: problem.into(), remedy: remedy.into() }
    }

    /// The same error at a place inside the file.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = place.into();
        self
    }

    /// A failed system call on a file.
    #[must_use]
    pub fn io(file: &Path, error: &std::io::Error) -> Self {
        let remedy = match error.kind() {
            std::io::ErrorKind::NotFound => "check the path",
            std::io::ErrorKind::PermissionDenied => "give yourself read permission",
            _ => "check the disk and try again",
        };
        Self::new(file, format!("cannot be read ({error})"), remedy)
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if !self.place.is_empty() {
            write!(f, ", {}", self.place)?;
        }
        write!(f, ": {}; {}", self.problem, self.remedy)
    }
}

impl std::error::Error for FormatError {}

/// Why loading stopped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// Something cannot be read.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// Stopped on request.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}
