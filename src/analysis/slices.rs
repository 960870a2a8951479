//! Errors by attributes: what items and objects have in common, how the model does where they have it, and where it is weak.
//!
//! Knows columns of numbers and names, and counts. Does not know where columns come from.

mod bins;
mod count;
mod custom;
mod fisher;
mod geometry;
mod items;
mod mask;
mod objects;
mod weak;

use std::collections::{BTreeMap, BTreeSet};

use crate::metrics::Evaluation;
use crate::model::{AttributeColumn, Cancelled, Progress, Values};

use super::pictures::PictureTraits;

pub use bins::Bin;
pub use count::{Rows, Tally};
pub use custom::{Condition, CustomSlice};
pub use fisher::{cohens_h, fisher};
pub use geometry::{Size, covered, is_at_edge};
pub use mask::Mask;
pub use weak::{Limits, Weak, find, find_single};

/// Whose attribute it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Of {
    /// Of images or texts.
    Items,
    /// Of objects: of those that are annotated, and of detections.
    Objects,
}

/// Something that items or objects have in common, in bins.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// What it is called; each is called otherwise.
    pub name: String,
    /// How it is defined.
    pub hint: String,
    /// Whose it is.
    pub of: Of,
    /// Its bins; everything is in exactly one.
    pub bins: Vec<Bin>,
    /// Values of items, or of truths.
    pub values: Values,
    /// Values of detections; empty where it is about items, or detections have none.
    pub of_preds: Values,
    codes: Vec<u8>,
    pred_codes: Vec<u8>,
}

impl Attribute {
    /// The bin of an item, or a truth.
    #[must_use]
    pub fn bin_of(&self, at: usize) -> usize {
        self.codes.get(at).map_or(self.bins.len(), |code| usize::from(*code))
    }

    /// The bin of a detection.
    #[must_use]
    pub fn bin_of_pred(&self, at: usize) -> usize {
        self.pred_codes.get(at).map_or(self.bins.len(), |code| usize::from(*code))
    }

    /// What a slice of one of its bins is called.
    #[must_use]
    pub fn title(&self, bin: usize) -> String {
        format!("{} = {}", self.name, self.bins.get(bin).map_or("", |bin| bin.name.as_str()))
    }
}

/// All attributes of an evaluation, objects' first.
#[derive(Clone, Debug, Default)]
pub struct Attributes {
    /// Each with at least two bins.
    pub all: Vec<Attribute>,
}

impl Attributes {
    /// The attribute of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Attribute> {
        self.all.iter().find(|attribute| attribute.name == name)
    }
}

/// What attributes are made of.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// Data and outputs.
    pub evaluation: &'a Evaluation,
    /// What was measured in pictures, by image.
    pub traits: Option<&'a [Option<PictureTraits>]>,
    /// The names of the items that have a tag, by tag.
    pub tags: &'a BTreeMap<String, BTreeSet<String>>,
    /// Columns of files.
    pub columns: &'a [AttributeColumn],
    /// False to leave out what takes longer than a look at the numbers: languages of texts.
    pub thorough: bool,
    /// Detections with a smaller score are left out.
    pub from_score: f64,
    /// Distance from the border of the image, in pixels, up to which a box counts as at the edge.
    pub edge_pixels: f64,
}

impl<'a> Sources<'a> {
    /// What is known without pictures and files, of all detections.
    #[must_use]
    pub fn plain(evaluation: &'a Evaluation, edge_pixels: f64) -> Self {
        static NO_TAGS: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let from_score = f64::NEG_INFINITY;
        Self { evaluation, traits: None, tags: &NO_TAGS, columns: &[], thorough: false, from_score, edge_pixels }
    }
}

/// Computes all attributes and puts their values into bins. Attributes that are the same everywhere are left out.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn attributes(sources: &Sources<'_>, progress: &dyn Progress) -> Result<Attributes, Cancelled> {
    progress.stage("Computing attributes");
    let mut made = Vec::new();
    if sources.evaluation.task.has_objects() {
        made.extend(objects::made(sources, progress)?);
    }
    progress.check()?;
    made.extend(items::made(sources, progress)?);
    let mut all: Vec<Attribute> = Vec::new();
    for mut made in made {
        progress.check()?;
        // Two files may have columns of one name.
        let taken = |name: &str| all.iter().any(|known| known.name == name);
        if taken(&made.name) {
            let free = (2..).map(|number| format!("{} ({number})", made.name)).find(|name| !taken(name));
            made.name = free.unwrap_or_default();
        }
        all.extend(bins::binned(made, sources));
    }
    Ok(Attributes { all })
}

/// An attribute before its values are in bins.
struct Made {
    name: String,
    hint: String,
    of: Of,
    values: Values,
    of_preds: Values,
    /// Names stand in their own order, not by how many have them.
    ordered: bool,
}

impl Made {
    fn of_items(name: &str, hint: &str, values: Values) -> Self {
        let (name, hint) = (name.to_owned(), hint.to_owned());
        Self { name, hint, of: Of::Items, values, of_preds: Values::Numbers(Vec::new()), ordered: false }
    }

    fn of_objects(name: &str, hint: &str, values: Values, of_preds: Values) -> Self {
        let (name, hint) = (name.to_owned(), hint.to_owned());
        Self { name, hint, of: Of::Objects, values, of_preds, ordered: true }
    }
}
