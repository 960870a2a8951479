//! The outputs of classifiers: tables, arrays and text files, aligned with the items of a dataset.
//!
//! Knows which row belongs to which item and which column to which class. Does not know how files are written.

mod align;
mod binary;
pub mod class_lists;
mod items;
mod judge;
mod part;
pub mod text_files;

use std::path::{Path, PathBuf};

use super::class_map::{self, ClassMapping, Counted};
use super::error::LoadError;
use super::table::columns::{Purpose, Said};
use super::table::delimited::Delimited;
use super::table::records::Records;
use super::table::sheet::Glance;
use super::table::{self, cells::Cell};
use super::{embeddings, npy};
use crate::model::project::{DatasetEntry, ModelEntry, PredictionEntry, Project};
use crate::model::{ClassScores, Dataset, Findings, ModelIdentity, NoProgress, Progress};

/// Formats of classifiers' outputs, the preferred first.
pub const SCORE_FORMATS: [&str; 5] = ["csv", "jsonl", "npy", "npz", "class-txt"];

/// Bytes of a table that its columns are seen from.
const GLANCE: usize = 1 << 20;

/// One file of outputs, and what it is for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    pub(super) root: &'a Path,
    pub(super) project: &'a Project,
    pub(super) entry: &'a DatasetEntry,
    pub(super) model: &'a ModelEntry,
    pub(super) prediction: &'a PredictionEntry,
    pub(super) dataset: &'a Dataset,
    pub(super) split: u16,
}

impl Source<'_> {
    pub(super) fn path(&self) -> PathBuf {
        self.root.join(&self.prediction.path)
    }

    pub(super) fn is_multilabel(&self) -> bool {
        self.entry.task.is_multilabel()
    }
}

/// Reads the outputs of all splits and puts them in the order of the dataset's items.
pub(super) fn read(
    sources: &[Source<'_>],
    dataset: &Dataset,
    identity: ModelIdentity,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<(ClassScores, Vec<ClassMapping>), LoadError> {
    let mut counted = Counted::default();
    let mut parts = Vec::with_capacity(sources.len());
    for source in sources {
        progress.check()?;
        parts.push(part::read(*source, &mut counted, findings, progress)?);
    }
    let multilabel = sources.iter().any(Source::is_multilabel);
    let mut scores = align::together(parts, dataset, multilabel, findings, progress)?;
    scores.identity = identity;
    let mappings = counted.finish(&dataset.classes);
    class_map::report(&mappings, findings);
    Ok((scores, mappings))
}

/// The class names that each prediction file of a dataset has in its header, in the order of the project; files that name
/// none are passed over. `labels` are those of the truth.
#[must_use]
pub fn declared_by_predictions(
    root: &Path,
    project: &Project,
    entry: &DatasetEntry,
    labels: &[String],
) -> Vec<Vec<String>> {
    let said = Said { columns: Some(&entry.columns), classes: labels, rows: None };
    let entries = project.models.iter().filter(|model| model.task == entry.task).flat_map(|model| &model.predictions);
    let ours = entries.filter(|p| entry.is_named_by(&p.dataset, &p.version));
    ours.map(|p| class_names_in(&root.join(&p.path), &said)).filter(|names| names.len() > 1).collect()
}

/// The class names that a table of scores has in its header, or in the maps of its first records.
#[must_use]
pub fn class_names_in(file: &Path, said: &Said<'_>) -> Vec<String> {
    let Some(glance) = glance(file) else { return Vec::new() };
    let layout = glance.layout(Purpose::Predictions, said);
    if !layout.classes.is_empty() {
        return if layout.positional { Vec::new() } else { layout.classes.into_iter().map(|(_, name)| name).collect() };
    }
    let Some(list) = layout.list else { return Vec::new() };
    let names = |row: &Vec<Cell>| match row.get(list) {
        Some(Cell::Scored(pairs)) => pairs.iter().map(|(name, _)| name.clone()).collect(),
        _ => Vec::new(),
    };
    let first: Vec<String> = glance.rows.first().map(names).unwrap_or_default();
    // A list of the best few names no classes but those.
    let sorted = |mut names: Vec<String>| {
        names.sort_unstable();
        names
    };
    let same = |row: &Vec<Cell>| sorted(names(row)) == sorted(first.clone());
    if first.len() > 1 && glance.rows.len() > 1 && glance.rows.iter().all(same) { first } else { Vec::new() }
}

/// The beginning of a table; `None` where it is none.
pub fn glance(file: &Path) -> Option<Glance> {
    if table::is_delimited(file) {
        return Glance::of_delimited(&Delimited::peek(file, GLANCE).ok()?).ok();
    }
    if !table::is_records(file) {
        return None;
    }
    let bytes = super::source::read_head(file, GLANCE).ok()?;
    Glance::of_records(&Records::head(file, &bytes)?, &NoProgress).ok()
}

/// All files that stand behind a prediction entry besides the file itself: ids and class lists beside it.
#[must_use]
pub fn companions(path: &Path) -> Vec<PathBuf> {
    if !npy::is_array(path) {
        return Vec::new();
    }
    embeddings::ids_beside(path).into_iter().chain(class_lists::beside(path)).collect()
}
