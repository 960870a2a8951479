//! Truth and outputs of a classifier named as files or folders become a project.

use std::path::{Path, PathBuf};

use super::{VERSION, absolute, model_of, only, text};
use crate::formats::class_predictions::text_files;
use crate::formats::error::{FormatError, LoadError};
use crate::formats::listing::{self, has_ending};
use crate::formats::table::columns::{Purpose, Said};
use crate::formats::{class_predictions, image_folder, labels, npy, picture, sniff, source, table};
use crate::model::Task;
use crate::model::project::{Choice, DatasetEntry, Project, SplitEntry};

const SPLIT: &str = "all";

/// Makes a project of a classifier's truth and output; without `truth` the table of outputs has to say it too. Its paths are
/// absolute. Returns the folder of the truth, the project and its only choice.
///
/// # Errors
/// Where the task is none of classifiers, a path does not exist, or its format cannot be seen.
pub fn label_project_from_files(
    task: Task,
    truth: Option<&Path>,
    predictions: &Path,
    images: Option<&Path>,
) -> Result<(PathBuf, Project, Choice), LoadError> {
    let predictions = absolute(predictions)?;
    if !task.is_classification() {
        let problem = format!("is not read for {}", task.name());
        return Err(FormatError::new(&predictions, problem, "name a task of classifiers").into());
    }
    let images = images.map(absolute).transpose()?;
    let format = prediction_format(&predictions)?;
    let (truth, truth_format, split) = match truth {
        Some(truth) => found(&absolute(truth)?)?,
        None => {
            check_has_truth(&predictions)?;
            (predictions.clone(), format, SPLIT.to_owned())
        }
    };
    let (folder, dataset) = dataset(task, &truth, truth_format, &split, images.as_deref());
    let model = model_of(name(&predictions), &dataset, &split, format, &predictions);
    Ok(only(folder, dataset, vec![model], split))
}

/// Makes a project of labels alone, without a model. Its paths are absolute. Returns the folder of the labels, the project
/// and the choice of its only dataset.
///
/// # Errors
/// Where the path does not exist or its format cannot be seen.
pub fn label_dataset_from_file(task: Task, truth: &Path) -> Result<(PathBuf, Project, Choice), LoadError> {
    let (truth, format, split) = found(&absolute(truth)?)?;
    let (folder, dataset) = dataset(task, &truth, format, &split, None);
    Ok(only(folder, dataset, Vec::new(), split))
}

fn name(path: &Path) -> String {
    listing::stem(&sniff::folder_name(path)).to_owned()
}

/// The folder of a truth, and its entry in a project.
fn dataset(task: Task, truth: &Path, format: &str, split: &str, images: Option<&Path>) -> (PathBuf, DatasetEntry) {
    let folder = if truth.is_dir() { truth.to_owned() } else { truth.parent().map(Path::to_owned).unwrap_or_default() };
    let class_file = labels::class_file_beside(truth).filter(|_| !truth.is_dir());
    let entry = SplitEntry { truth: text(truth), images: images.map(text), ..SplitEntry::default() };
    let dataset = DatasetEntry {
        id: name(truth),
        version: VERSION.to_owned(),
        task,
        format: format.to_owned(),
        splits: [(split.to_owned(), entry)].into(),
        class_file: class_file.as_deref().map(text),
        ..DatasetEntry::default()
    };
    (folder, dataset)
}

/// Path, format and split of a named truth.
fn found(truth: &Path) -> Result<(PathBuf, &'static str, String), FormatError> {
    if !truth.is_dir() {
        return match table_format(truth) {
            Some(format) => Ok((truth.to_owned(), format, SPLIT.to_owned())),
            None => Err(unknown_truth(truth)),
        };
    }
    // Of splits, the one that models are judged on.
    for split in ["test", "val", "valid", "validation", "train"] {
        let inside = truth.join(split);
        if inside.is_dir() && is_image_folder(&inside) {
            return Ok((inside, "image-folder", split.to_owned()));
        }
    }
    if is_image_folder(truth) {
        return Ok((truth.to_owned(), "image-folder", SPLIT.to_owned()));
    }
    Err(unknown_truth(truth))
}

fn is_image_folder(root: &Path) -> bool {
    let has_pictures = |class: &String| {
        let files = std::fs::read_dir(root.join(class)).into_iter().flatten().flatten();
        files.take(10_000).any(|entry| picture::is_picture(&entry.path()))
    };
    image_folder::class_folders(root).iter().any(has_pictures)
}

fn table_format(path: &Path) -> Option<&'static str> {
    if table::is_delimited(path) {
        Some("csv")
    } else if table::is_records(path) {
        Some("jsonl")
    } else {
        None
    }
}

fn prediction_format(path: &Path) -> Result<&'static str, FormatError> {
    if path.is_dir() {
        let text = |path: &Path| has_ending(path, "txt");
        let first = listing::files(path, text)?.first().and_then(|file| source::read_text(&file.path).ok());
        let fits = first.is_some_and(|text| text.lines().next().is_some_and(|line| text_files::line(line).is_some()));
        return if fits { Ok("class-txt") } else { Err(unknown_predictions(path)) };
    }
    if npy::is_array(path) {
        return Ok(if has_ending(path, "npz") { "npz" } else { "npy" });
    }
    table_format(path).ok_or_else(|| unknown_predictions(path))
}

fn check_has_truth(predictions: &Path) -> Result<(), FormatError> {
    let has = class_predictions::glance(predictions).is_some_and(|glance| {
        let said = Said::default();
        glance.layout(Purpose::Predictions, &said).has_predictions()
            && glance.layout(Purpose::Truth, &said).truth.is_some()
    });
    if has {
        return Ok(());
    }
    Err(FormatError::new(
        predictions,
        "has no column of true labels beside the outputs",
        "name the truth too, or add a column `label`",
    ))
}

fn unknown_truth(path: &Path) -> FormatError {
    let remedy =
        "name a CSV or JSONL table with a column of labels, or a folder whose folders are called after the classes";
    FormatError::new(path, "is no truth that can be read", remedy)
}

fn unknown_predictions(path: &Path) -> FormatError {
    let remedy = "name a CSV or JSONL table of scores or predicted classes, or a NumPy array of scores";
    FormatError::new(path, "is no output of a classifier that can be read", remedy)
}
