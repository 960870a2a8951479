//! The command line: the same numbers without a display.
//!
//! Knows arguments, exit codes and output. Does not evaluate itself and does not know the screen.

pub mod args;
pub mod check;
mod choose;
pub mod compare;
pub mod completions;
pub mod crossval;
pub mod evaluate;
pub mod leaderboard;
pub mod output;
pub mod report;
pub mod scoring;
mod subject;
pub mod thresholds;
pub mod vectors;
pub mod verdicts;

use std::path::PathBuf;

use crate::formats::{FormatError, LoadError};
use crate::jobs::JobError;
use crate::model::fmt;
use crate::store::log;

pub use args::{Arguments, Subcommand};

/// How a command ended, as the exit code of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// The input cannot be evaluated.
    Unusable,
    /// Wrong usage.
    Usage,
    /// `--fail-under` was not reached.
    Under,
}

impl Exit {
    /// The exit code.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Unusable => 1,
            Self::Usage => 2,
            Self::Under => 3,
        }
    }
}

/// Why a command did not finish.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CliError {
    /// The arguments make no sense for this input.
    #[error("{0}")]
    Usage(String),
    /// The input cannot be used.
    #[error("{0}")]
    Unusable(String),
    /// An output cannot be written.
    #[error("{}: cannot be written ({cause}); choose another place or free some space", file.display())]
    Output {
        /// The file.
        file: PathBuf,
        /// Why.
        cause: String,
    },
    /// Whoever read the output has gone: not a failure.
    #[error("the reader of the output has gone")]
    BrokenPipe,
}

impl From<LoadError> for CliError {
    fn from(error: LoadError) -> Self {
        Self::Unusable(error.to_string())
    }
}

impl From<FormatError> for CliError {
    fn from(error: FormatError) -> Self {
        Self::Unusable(error.to_string())
    }
}

impl From<JobError> for CliError {
    fn from(error: JobError) -> Self {
        Self::Unusable(error.to_string())
    }
}

/// Runs a subcommand and says how it ended; messages go to stderr.
#[must_use]
pub fn run(command: Subcommand) -> Exit {
    let started = std::time::Instant::now();
    log::info(concat!("Evalens ", env!("CARGO_PKG_VERSION"), " on the command line"));
    let result = match command {
        Subcommand::Check(args) => check::check(&args),
        Subcommand::Init(args) => check::init(&args),
        Subcommand::Evaluate(args) => evaluate::evaluate(&args),
        Subcommand::Report(args) => report::report(&args),
        Subcommand::Crossval(args) => crossval::crossval(&args),
        Subcommand::Vectors(args) => vectors::vectors(&args),
        Subcommand::Compare(args) => compare::compare(&args),
        Subcommand::Leaderboard(args) => leaderboard::leaderboard(&args),
        Subcommand::Thresholds(args) => thresholds::thresholds(&args),
        Subcommand::Verdicts(args) => verdicts::verdicts(&args),
        Subcommand::Completions(args) => completions::completions(&args),
    };
    log::info(&format!("ended after {}", fmt::duration(started.elapsed())));
    match result {
        Ok(exit) => exit,
        Err(CliError::BrokenPipe) => Exit::Done,
        Err(error) => {
            output::say(&format!("evalens: {error}"));
            if matches!(error, CliError::Usage(_)) { Exit::Usage } else { Exit::Unusable }
        }
    }
}
