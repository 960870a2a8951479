//! Errors by attributes of images and objects, custom slices, and the search for weak ones.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::analysis::pictures::PictureTraits;
use crate::analysis::slices::{Attributes, CustomSlice, Tally, Weak};
use crate::metrics::detection::Matched;

/// The state.
#[derive(Debug, Default)]
pub struct Slices {
    /// Attributes with what they were made of, once they were asked for and are there.
    pub known: Option<Arc<Known>>,
    /// The numbers of all slices at the threshold that they were last counted at.
    pub counted: Option<Arc<Counted>>,
    /// Weak slices, at the threshold that they were last looked for.
    pub weak: Option<Arc<Found>>,
    /// Slices of the person, in the order in which they were made.
    pub custom: Vec<CustomSlice>,
    /// The same before each change, the last change last.
    pub before: Vec<Vec<CustomSlice>>,
    /// Tables that the person added columns from.
    pub tables: Vec<PathBuf>,
    /// Why attributes, or their numbers, could not be computed.
    pub trouble: Option<String>,
    /// Changes with the slices of the person: numbers of another generation are out of date.
    pub(in crate::session) generation: u64,
    /// True from when attributes were asked for first.
    pub(in crate::session) opened: bool,
    /// True where attributes are to be computed anew.
    pub(in crate::session) outdated: bool,
}

impl Slices {
    /// What attributes are made of has changed.
    pub(in crate::session) fn outdate(&mut self) {
        self.outdated = true;
    }

    /// True where the numbers are those of this matching at this threshold, and of all slices there are.
    #[must_use]
    pub fn is_current(&self, matched: &Arc<Matched>, threshold: f64) -> bool {
        let current = |counted: &Arc<Counted>| {
            Arc::ptr_eq(&counted.matched, matched)
                && counted.threshold == threshold
                && counted.generation == self.generation
                && self.known.as_ref().is_some_and(|known| Arc::ptr_eq(known, &counted.known))
        };
        !self.outdated && self.counted.as_ref().is_some_and(current)
    }
}

/// Attributes, and what they were made of.
#[derive(Debug)]
pub struct Known {
    /// The attributes.
    pub attributes: Arc<Attributes>,
    /// What came of each table that somebody named.
    pub said: Vec<(PathBuf, Result<String, String>)>,
    /// What was measured in pictures, where it took part.
    pub(in crate::session) traits: Option<Arc<Vec<Option<PictureTraits>>>>,
}

/// The numbers of all slices at one threshold.
#[derive(Debug)]
pub struct Counted {
    /// The threshold.
    pub threshold: f64,
    /// Of what.
    pub known: Arc<Known>,
    /// Everything.
    pub whole: Tally,
    /// By attribute, its bins.
    pub bins: Vec<Vec<Tally>>,
    /// Slices of the person; a sentence where one means nothing here.
    pub custom: Vec<Result<Tally, String>>,
    pub(in crate::session) matched: Arc<Matched>,
    pub(in crate::session) generation: u64,
}

/// What a search for weak slices found.
#[derive(Debug)]
pub struct Found {
    /// The threshold.
    pub threshold: f64,
    /// The attributes that were looked at.
    pub known: Arc<Known>,
    /// Weak slices, those that cost most first.
    pub weak: Vec<Weak>,
    pub(in crate::session) matched: Arc<Matched>,
}

impl Found {
    /// True where it was found in this matching at this threshold.
    #[must_use]
    pub fn is_current(&self, matched: &Arc<Matched>, threshold: f64) -> bool {
        Arc::ptr_eq(&self.matched, matched) && self.threshold == threshold
    }
}

/// A line of the journal: a slice was kept, or taken away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::session) struct Line {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slice: Option<CustomSlice>,
}

/// A wish.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Compute attributes and numbers; does nothing while they are there or under way.
    Open,
    /// The same once more, after it was cancelled or failed.
    Again,
    /// Take the columns of a table in.
    AddColumns(PathBuf),
    /// Leave the columns of a table out again.
    RemoveColumns(PathBuf),
    /// Search for weak slices at the threshold.
    FindWeak,
    /// Keep a slice; in the place of the one of this name.
    Keep(CustomSlice, Option<String>),
    /// Take the slice of this name away.
    Delete(String),
    /// Take the last change of slices back.
    Undo,
}

/// What a job found.
#[derive(Debug)]
pub enum Answer {
    /// Attributes.
    Known(Known),
    /// Numbers.
    Counted(Counted),
    /// Weak slices.
    Weak(Found),
    /// Nothing: why.
    Failed(String),
}
