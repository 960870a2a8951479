//! Generated texts: what a model was asked, what it should have written and what it wrote, from tables, JSON records and
//! lines of text.
//!
//! Knows items and their answers. Does not know how answers are scored.

mod beside;
pub mod choices;
mod join;
pub mod layout;
pub mod look;
pub mod names;
pub mod sheet;
mod split;
mod text;
pub mod value;
pub mod wide;

use std::path::{Path, PathBuf};

use super::error::{FormatError, LoadError};
use crate::model::project::{Choice, DatasetEntry, PredictionEntry};
use crate::model::{Answers, DatasetBuilder, Findings, ModelIdentity, Progress, Severity, Task};
pub use sheet::LINES;
use split::Split;

/// Formats of references and of outputs.
pub const FORMATS: [&str; 3] = ["csv", "jsonl", LINES];

/// Everything of a choice.
#[derive(Debug)]
pub struct AnswerSet {
    /// The items: what was asked, and an image each with its id as name; no truths.
    pub builder: DatasetBuilder,
    /// What the model wrote, and what stands beside it.
    pub answers: Answers,
    /// What the model is called.
    pub identity: ModelIdentity,
}

/// What of a choice is read: entries and the folders that their paths are relative to.
pub(super) struct Chosen<'a> {
    pub entry: &'a DatasetEntry,
    pub identity: ModelIdentity,
    /// The folder of the dataset.
    pub home: &'a Path,
    /// The folder of the outputs.
    pub own: &'a Path,
    /// Truth, rows of it, and outputs of each split.
    pub splits: Vec<(PathBuf, &'a layout::Said, &'a PredictionEntry)>,
}

/// Reads the items and answers of a choice.
///
/// # Errors
/// Where a file cannot be read or has no answers, a format is not known, or the work is cancelled.
pub(super) fn read(
    chosen: Chosen<'_>,
    choice: &Choice,
    mut builder: DatasetBuilder,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<AnswerSet, LoadError> {
    progress.stage("Reading answers");
    let mut answers = Answers::default();
    let mut beside = beside::Beside::default();
    for ((number, (truth, rows, prediction)), name) in (0_u16..).zip(&chosen.splits).zip(&choice.splits) {
        let split = Split { chosen: &chosen, number, name, truth, rows, prediction };
        split.read(&mut builder, &mut answers, &mut beside, findings, progress)?;
        progress.check()?;
    }
    let items = answers.len();
    beside.finish(items);
    if answers.choices.iter().all(Option::is_none) {
        answers.choices.clear();
    } else {
        answers.choices.resize(items, None);
    }
    answers.numbers = beside.numbers;
    answers.words = beside.words;
    report(&builder, &answers, findings);
    Ok(AnswerSet { builder, answers, identity: chosen.identity })
}

/// Reads the items of one split without any answers: what was asked. `entry` comes with the folder that its paths are relative
/// to, the truth with the rows that are of the split.
///
/// # Errors
/// Where a file cannot be read or has no row of the split, or the work is cancelled.
pub(super) fn read_items(
    (entry, home): (&DatasetEntry, &Path),
    (truth, rows): (&Path, &layout::Said),
    name: &str,
    builder: &mut DatasetBuilder,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<(), LoadError> {
    let identity = ModelIdentity::default();
    let chosen = Chosen { entry, identity, home, own: home, splits: Vec::new() };
    let prediction = PredictionEntry::default();
    Split { chosen: &chosen, number: 0, name, truth, rows, prediction: &prediction }
        .read_items(builder, findings, progress)
}

/// What can only be seen on all items.
fn report(builder: &DatasetBuilder, answers: &Answers, findings: &mut Findings) {
    let place =
        |at: usize| builder.images.get(at).map(|image| super::labels::shortened(&image.name)).unwrap_or_default();
    let without = || answers.references.iter().enumerate().filter(|(_, list)| list.is_empty());
    if without().count() == answers.len() {
        findings.add(
            Severity::Info,
            "no-references",
            "There are no references, so answers can be read and judged but not compared; add a column `reference`.",
            || builder.identity.id.clone(),
        );
    } else {
        for (at, _) in without() {
            findings.add(
                Severity::Warning,
                "missing-reference",
                "Items have no reference, so their answers cannot be compared; add one, or leave the items out.",
                || place(at),
            );
        }
    }
    for (at, _) in answers.outputs.iter().enumerate().filter(|(_, output)| output.is_none()) {
        findings.add(
            Severity::Warning,
            "missing-prediction",
            "Items of the truth have no answer of the model; export answers of all items.",
            || place(at),
        );
    }
}

/// The files that are read of a dataset beside its truth.
#[must_use]
pub fn companions(root: &Path, entry: &DatasetEntry) -> Vec<PathBuf> {
    if entry.task != Task::TextGeneration || entry.format != LINES {
        return Vec::new();
    }
    let names = ["prompt", "reference"].iter().filter_map(|key| entry.columns.get(*key));
    names.flat_map(|names| names.split('|')).map(|name| root.join(name.trim())).collect()
}

/// The error for a format that is none of generated texts.
pub(super) fn unknown_format(file: &Path, format: &str) -> FormatError {
    let remedy = format!("write one of: {}", FORMATS.join(", "));
    FormatError::new(file, format!("format `{format}` is not read for generated texts"), remedy)
}
