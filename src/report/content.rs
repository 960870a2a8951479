//! What a report says: from results to sections.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::analysis::curves::{LabelCurves, PrCurves};
use crate::analysis::kinds::Kinds;
use crate::metrics::generation::Intervals;
use crate::model::ImageId;

use super::compare;
use super::document::Inputs;
use super::encoded::Encoded;
use super::leaderboard::Leaderboard;
use super::palette::Palette;
use super::sheet::{Part, Sheet};

/// What a person wants of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Its title; empty for a title made of the names.
    pub title: String,
    /// Notes under it.
    pub notes: String,
    /// What it is about.
    pub parts: BTreeSet<Part>,
}

impl Default for Request {
    fn default() -> Self {
        Self { title: String::new(), notes: String::new(), parts: Part::ALL.into_iter().collect() }
    }
}

/// Pictures of items that a report shows, small, by item; a mask over one is beside it.
pub type Pictures = BTreeMap<ImageId, (Arc<Encoded>, Option<Arc<Encoded>>)>;

/// Everything a report is made of.
#[derive(Clone, Copy)]
pub struct Material<'a> {
    /// The evaluation with the counts at its threshold.
    pub inputs: &'a Inputs<'a>,
    /// Kinds of errors and the worst items there.
    pub kinds: Option<&'a Kinds>,
    /// Curves of objects.
    pub curves: Option<&'a PrCurves>,
    /// Curves of classifiers.
    pub label_curves: Option<&'a LabelCurves>,
    /// Intervals of the numbers of generated texts.
    pub text_intervals: Option<&'a Intervals>,
    /// Another model on the same items.
    pub comparison: Option<&'a compare::Inputs<'a>>,
    /// All models.
    pub leaderboard: Option<&'a Leaderboard<'a>>,
    /// Pictures of the items that are shown: of those of [`wanted_pictures`] as many as could be read.
    pub pictures: &'a Pictures,
    /// A logo.
    pub logo: Option<&'a Arc<Encoded>>,
    /// The colours.
    pub palette: Palette,
}

/// The items whose pictures a report would show: examples of recommendations, the worst items.
#[must_use]
pub fn wanted_pictures(material: &Material<'_>, request: &Request) -> BTreeSet<ImageId> {
    let _ = (material, request);
    BTreeSet::new()
}

/// The report.
#[must_use]
pub fn sheet(material: &Material<'_>, request: &Request) -> Sheet {
    let _ = material;
    Sheet {
        title: request.title.clone(),
        subtitle: String::new(),
        notes: request.notes.clone(),
        logo: None,
        sections: Vec::new(),
        foot: String::new(),
    }
}
