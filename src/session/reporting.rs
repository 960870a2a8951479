//! Reports: what was asked for, what was made, what is on its way.

mod files;
mod gather;
mod pictures;
mod rivals;

use std::path::PathBuf;
use std::sync::Arc;

use crate::model::project::Choice;
use crate::report::content::Request;
use crate::report::figure::{Figure, Picture};
use crate::report::palette::Palette;
use crate::report::sheet::Sheet;

pub use files::{ALWAYS, files};
pub use gather::{Subject, make};

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Make the report of what is on screen, to be looked at.
    Make(Box<Wanted>),
    /// Write the report that was made last, into a folder; over files of the same names only where that was agreed to.
    Write {
        /// The folder; made where it does not exist.
        folder: PathBuf,
        /// True where files that are there may be replaced.
        replace: bool,
    },
    /// Draw a page of the report that was made last, so many pixels wide, to look at it.
    Draw {
        /// Which, from 0.
        page: usize,
        /// In pixels.
        width: u32,
    },
    /// Files that are there stay as they are.
    Leave,
}

/// A report that is wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// Title, notes, sections.
    pub request: Request,
    /// A picture that stands at its head.
    pub logo: Option<PathBuf>,
    /// Another model of the same dataset to compare with.
    pub compare: Option<Choice>,
    /// With all models that can be evaluated on the same dataset.
    pub leaderboard: bool,
    /// The colours.
    pub palette: Palette,
}

/// A report that was made.
#[derive(Debug)]
pub struct Made {
    /// What was asked for.
    pub wanted: Wanted,
    /// The threshold that it belongs to.
    pub threshold: f64,
    /// The report.
    pub sheet: Sheet,
    /// Its pages.
    pub pages: Vec<Figure>,
    /// The document of the evaluation.
    pub evaluation_json: String,
}

/// What jobs answer.
#[derive(Debug)]
pub enum Answer {
    /// A report was made.
    Made(Arc<Made>),
    /// It was written into this folder, so many files.
    Written(PathBuf, usize),
    /// Nothing was written: these files are there already.
    WouldReplace(PathBuf, Vec<String>),
    /// A page of this report, drawn; or why it cannot be.
    Drawn(Arc<Made>, usize, Result<Arc<Picture>, String>),
}

/// A page of a report, drawn; or why it cannot be.
pub type Drawn = (Arc<Made>, usize, Result<Arc<Picture>, String>);

/// The state.
#[derive(Debug, Default)]
pub struct Reporting {
    /// The last report.
    pub made: Option<Arc<Made>>,
    /// A folder that holds files of the same names, and which: the person is asked before they are replaced.
    pub asks: Option<(PathBuf, Vec<String>)>,
    /// Where the last one was written, and how many files.
    pub written: Option<(PathBuf, usize)>,
    /// The page of the last report that was drawn last.
    pub drawn: Option<Drawn>,
}
