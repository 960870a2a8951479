//! References and answers named as files become a project.

use std::path::{Path, PathBuf};

use super::{VERSION, absolute, model_of, only, text};
use crate::formats::answers::look::{self, Author, Seen};
use crate::formats::answers::{LINES, sheet};
use crate::formats::error::{FormatError, LoadError};
use crate::formats::{listing, sniff};
use crate::model::Task;
use crate::model::project::{Choice, DatasetEntry, ModelEntry, Project, SplitEntry};

const SPLIT: &str = "all";

/// Makes a project of references and answers; without `truth` the file of answers has to say what was asked or what would be
/// right too. Every model that the file names becomes one of the project. Its paths are absolute. Returns the folder of the
/// truth, the project and the choice of its first model.
///
/// # Errors
/// Where a path does not exist, its format cannot be seen, or it has no answers.
pub fn answer_project_from_files(
    truth: Option<&Path>,
    predictions: &Path,
) -> Result<(PathBuf, Project, Choice), LoadError> {
    let predictions = absolute(predictions)?;
    let format = format_of(&predictions)?;
    let seen = if format == LINES { None } else { look::look(&predictions, true) };
    let truth = match truth {
        Some(truth) => absolute(truth)?,
        None => {
            check_has_both(&predictions, seen.as_ref())?;
            predictions.clone()
        }
    };
    let folder = truth.parent().map(Path::to_owned).unwrap_or_default();
    let entry = SplitEntry {
        truth: text(&truth),
        rows: rows_of_truth(seen.as_ref(), truth == predictions),
        ..SplitEntry::default()
    };
    let dataset = DatasetEntry {
        id: name(&truth),
        version: VERSION.to_owned(),
        task: Task::TextGeneration,
        format: format_of(&truth)?.to_owned(),
        splits: [(SPLIT.to_owned(), entry)].into(),
        ..DatasetEntry::default()
    };
    let authors =
        seen.map(|seen| seen.authors()).filter(|all| !all.is_empty()).unwrap_or_else(|| vec![Author::default()]);
    let model = |author: Author| {
        let mut model: ModelEntry =
            model_of(author.id.unwrap_or_else(|| name(&predictions)), &dataset, SPLIT, format, &predictions);
        model.version = author.version.unwrap_or(model.version);
        if let Some(output) = model.predictions.first_mut() {
            (output.rows, output.columns) = (author.rows, author.columns);
        }
        model
    };
    let models = authors.into_iter().map(model).collect();
    Ok(only(folder, dataset, models, SPLIT.to_owned()))
}

/// Every way of cutting answers has all items; those of the first are the dataset's.
fn rows_of_truth(seen: Option<&Seen>, same: bool) -> std::collections::BTreeMap<String, String> {
    let filters = seen.and_then(|seen| seen.filters.as_ref()).filter(|(_, values)| same && values.len() > 1);
    filters.and_then(|(column, values)| Some((column.clone(), values.first()?.clone()))).into_iter().collect()
}

fn name(path: &Path) -> String {
    listing::stem(&sniff::folder_name(path)).to_owned()
}

fn format_of(path: &Path) -> Result<&'static str, FormatError> {
    let remedy = "name a CSV or TSV table, a JSON or JSONL file of records, or a text file with a text a line";
    let format = if path.is_dir() { None } else { sheet::format_of(path) };
    format.ok_or_else(|| FormatError::new(path, "is no file of generated texts that can be read", remedy))
}

fn check_has_both(predictions: &Path, seen: Option<&Seen>) -> Result<(), FormatError> {
    if seen.is_some_and(|seen| {
        let has_answers = !seen.outputs.is_empty() || seen.loose.len() > 1;
        has_answers && (seen.has_references || seen.has_prompts)
    }) {
        return Ok(());
    }
    let problem = "does not have references or prompts in a column beside the answers";
    Err(FormatError::new(predictions, problem, "name the truth too, or add columns `reference` and `output`"))
}
