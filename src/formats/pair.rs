//! The direct form of the command line: truth and predictions named as two files or folders become a project.
//!
//! Knows how a path shows its format. Does not look further around than the files that belong to a named one.

use std::path::{Path, PathBuf};

use super::error::{FormatError, LoadError};
use super::listing::{self, has_ending};
use super::load::MASKS;
use super::yolo::{data_yaml, pairing};
use super::{class_names, coco, mask_png, masks, panoptic, sniff, source, voc};
use crate::model::project::{Choice, DatasetEntry, ModelEntry, PredictionEntry, Project, SCHEMA, SplitEntry};
use crate::model::{Findings, Task};

mod answers;
mod labelled;

pub use answers::answer_project_from_files;
pub use labelled::{label_dataset_from_file, label_project_from_files};

const VERSION: &str = "latest";

/// Makes a project of one truth and one prediction path; its paths are absolute. Returns the folder of the truth, the
/// project and its only choice.
///
/// # Errors
/// Where a path does not exist or its format cannot be seen.
pub fn project_from_files(
    task: Task,
    truth: &Path,
    predictions: &Path,
    images: Option<&Path>,
) -> Result<(PathBuf, Project, Choice), LoadError> {
    let truth = absolute(truth)?;
    let predictions = absolute(predictions)?;
    let images = images.map(absolute).transpose()?;
    let mut found = Truth::find(&truth, images)?;
    let (format, path) = prediction_format(&predictions)?;
    let mut parameters = serde_json::Map::new();
    if format == "yolo-txt" {
        // The outputs count a class list: one that lies with them, else one that lies with the truth.
        let own =
            class_file_above(&predictions, 2).and_then(|file| class_names::read(&file, &mut Findings::default()).ok());
        parameters.extend(own.map(|names| ("classes".to_owned(), names.into())));
        found.class_file = found.class_file.or_else(|| class_file_above(&truth, 4));
    }
    let folder = if truth.is_dir() { truth.clone() } else { truth.parent().map(Path::to_owned).unwrap_or_default() };
    let id = listing::stem(&sniff::folder_name(&truth)).to_owned();
    let model = listing::stem(&sniff::folder_name(&predictions)).to_owned();
    let entry =
        SplitEntry { truth: text(&found.truth), images: found.images.as_deref().map(text), ..SplitEntry::default() };
    let dataset = DatasetEntry {
        id,
        version: VERSION.to_owned(),
        task,
        format: found.format.to_owned(),
        splits: [(found.split.clone(), entry)].into(),
        classes: Vec::new(),
        class_file: found.class_file.as_deref().map(text),
        ..DatasetEntry::default()
    };
    let model = ModelEntry { parameters, ..model_of(model, &dataset, &found.split, format, &path) };
    Ok(only(folder, dataset, vec![model], found.split))
}

/// A model with one output, for a split of the dataset.
fn model_of(name: String, dataset: &DatasetEntry, split: &str, format: &str, output: &Path) -> ModelEntry {
    let prediction = PredictionEntry {
        dataset: dataset.id.clone(),
        version: VERSION.to_owned(),
        split: split.to_owned(),
        format: format.to_owned(),
        path: text(output),
        ..PredictionEntry::default()
    };
    let (version, task) = (VERSION.to_owned(), dataset.task);
    ModelEntry { id: name, version, task, predictions: vec![prediction], ..ModelEntry::default() }
}

/// Makes a project of a folder of true masks and one of a model's, or of two panoptic JSON files. `classes` names their
/// classes; without it, a file of a usual name beside the true masks or above.
///
/// # Errors
/// Where a folder does not exist.
pub fn mask_project_from_files(
    truth: &Path,
    predictions: &Path,
    images: Option<&Path>,
) -> Result<(PathBuf, Project, Choice), FormatError> {
    let (truth, predictions) = (absolute(truth)?, absolute(predictions)?);
    let images = images.map(absolute).transpose()?;
    let split = "all".to_owned();
    let format = if has_ending(&truth, "json") { panoptic::FORMAT } else { MASKS };
    let beside = truth.ancestors().take(4).find_map(|folder| {
        let is_list = |path: &PathBuf| path.is_file() && mask_png::read_classes(path).is_ok();
        masks::CLASS_FILES.iter().map(|name| folder.join(name)).find(is_list)
    });
    let id = sniff::folder_name(&truth);
    let entry = SplitEntry { truth: text(&truth), images: images.as_deref().map(text), ..SplitEntry::default() };
    let dataset = DatasetEntry {
        id,
        version: VERSION.to_owned(),
        task: Task::SemanticSegmentation,
        format: format.to_owned(),
        splits: [(split.clone(), entry)].into(),
        class_file: beside.as_deref().map(text),
        ..DatasetEntry::default()
    };
    let model = model_of(sniff::folder_name(&predictions), &dataset, &split, format, &predictions);
    Ok(only(truth, dataset, vec![model], split))
}

/// The project of one dataset, and the choice of its split and its first model.
fn only(folder: PathBuf, dataset: DatasetEntry, models: Vec<ModelEntry>, split: String) -> (PathBuf, Project, Choice) {
    let name = sniff::folder_name(&folder);
    let project = Project { schema: SCHEMA.to_owned(), name, datasets: vec![dataset], models, ..Project::default() };
    (folder, project, Choice { model: 0, dataset: 0, splits: vec![split] })
}

fn absolute(path: &Path) -> Result<PathBuf, FormatError> {
    std::fs::metadata(path).map_err(|e| FormatError::io(path, &e))?;
    std::path::absolute(path).map_err(|e| FormatError::io(path, &e))
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

struct Truth {
    format: &'static str,
    truth: PathBuf,
    images: Option<PathBuf>,
    class_file: Option<PathBuf>,
    split: String,
}

impl Truth {
    fn find(truth: &Path, images: Option<PathBuf>) -> Result<Self, FormatError> {
        let all = |format| Self {
            format,
            truth: truth.to_owned(),
            images: images.clone(),
            class_file: None,
            split: "all".to_owned(),
        };
        if !truth.is_dir() {
            return match ending(truth).as_str() {
                "json" => Ok(all("coco")),
                "xml" => Ok(all("voc")),
                "yaml" | "yml" => Self::of_yaml(truth, all("yolo")),
                "txt" if list_of_annotations(truth) => Ok(all("voc")),
                "txt" => Ok(Self { class_file: class_file_above(truth, 4), ..all("yolo") }),
                _ => Err(unknown_truth(truth)),
            };
        }
        let json = |path: &Path| has_ending(path, "json") && head(path).is_some_and(|h| coco::looks_like_truth(&h));
        if let [only] = listing::files(truth, json)?.as_slice() {
            return Ok(Self { truth: only.path.clone(), ..all("coco") });
        }
        let xml = |path: &Path| has_ending(path, "xml");
        if listing::files(truth, xml)?
            .first()
            .and_then(|f| head(&f.path))
            .is_some_and(|h| voc::looks_like_annotation(&h))
        {
            let images = images.clone().or_else(|| pictures_of_annotations(truth));
            return Ok(Self { images, ..all("voc") });
        }
        for name in ["data.yaml", "data.yml", "dataset.yaml"] {
            if truth.join(name).is_file() {
                return Self::of_yaml(&truth.join(name), all("yolo"));
            }
        }
        if listing::files(truth, pairing::is_label)?.is_empty() {
            return Err(unknown_truth(truth));
        }
        let labels = if truth.join("labels").is_dir() { truth.join("labels") } else { truth.to_owned() };
        Ok(Self { class_file: class_file_above(&labels, 4), truth: labels, ..all("yolo") })
    }

    /// Of the splits that a `data.yaml` names, the one that models are judged on: test, else validation, else train.
    fn of_yaml(file: &Path, found: Self) -> Result<Self, FormatError> {
        let yaml = data_yaml::read(file, &mut Findings::default())?;
        let split = ["test", "val", "train"].into_iter().find(|key| !yaml.places(key).is_empty());
        let Some(split) = split else {
            return Err(FormatError::new(
                file,
                "names no split whose folder exists",
                "correct `path`, `train`, `val` and `test`, or name the folder of the labels",
            ));
        };
        let class_file = Some(file.to_owned());
        Ok(Self { truth: file.to_owned(), class_file, split: split.to_owned(), ..found })
    }
}

fn ending(path: &Path) -> String {
    path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
}

fn head(path: &Path) -> Option<Vec<u8>> {
    source::read_head(path, 65_536).ok()
}

fn list_of_annotations(list: &Path) -> bool {
    list.ancestors().skip(1).take(3).any(|above| above.join("Annotations").is_dir())
}

fn pictures_of_annotations(annotations: &Path) -> Option<PathBuf> {
    let beside = annotations.parent().map(|above| above.join("JPEGImages"));
    let candidates = [Some(annotations.to_owned()), beside, pairing::images_beside(annotations)];
    candidates.into_iter().flatten().find(|folder| pairing::has_pictures(folder))
}

/// A class list in the folder, or above it, in so many folders.
fn class_file_above(folder: &Path, folders: usize) -> Option<PathBuf> {
    folder.ancestors().take(folders).find_map(|folder| {
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder).ok()?.flatten().map(|e| e.path()).collect();
        files.sort();
        let is_yaml = |p: &Path| has_ending(p, "yaml") || has_ending(p, "yml");
        files
            .into_iter()
            .filter(|p| p.is_file())
            .find(|p| class_names::is_list(p) || (is_yaml(p) && data_yaml::read(p, &mut Findings::default()).is_ok()))
    })
}

fn unknown_truth(path: &Path) -> FormatError {
    FormatError::new(
        path,
        "is no truth that can be read",
        "name a COCO JSON file, a folder of VOC XML files, a data.yaml, or a folder of YOLO labels",
    )
}

fn prediction_format(path: &Path) -> Result<(&'static str, PathBuf), FormatError> {
    if !path.is_dir() {
        return match ending(path).as_str() {
            "json" => Ok(("coco-results", path.to_owned())),
            _ => Err(unknown_predictions(path)),
        };
    }
    if !listing::files(path, pairing::is_label)?.is_empty() {
        return Ok(("yolo-txt", path.to_owned()));
    }
    let json = |path: &Path| has_ending(path, "json") && head(path).is_some_and(|h| coco::looks_like_results(&h));
    match listing::files(path, json)?.as_slice() {
        [only] => Ok(("coco-results", only.path.clone())),
        _ => Err(unknown_predictions(path)),
    }
}

fn unknown_predictions(path: &Path) -> FormatError {
    FormatError::new(
        path,
        "is no model output that can be read",
        "name a COCO results JSON file, or a folder of YOLO text files with confidence",
    )
}
