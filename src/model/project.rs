//! The project file's content (`evalens.json`, schema `evalens.project/1`) and how one evaluation is chosen from it.
//!
//! Knows names and relative paths. Does not read or write files: the project file is kept by `store`, folders are
//! recognised by `formats`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::task::Task;

/// The name of the project file inside its folder.
pub const FILE_NAME: &str = "evalens.json";

/// The schema this version writes.
pub const SCHEMA: &str = "evalens.project/1";

/// Everything a project file says. Paths are relative to the project folder, with `/`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Project {
    /// `evalens.project/1`.
    pub schema: String,
    /// What the project is called.
    #[serde(default)]
    pub name: String,
    /// Dataset versions.
    #[serde(default)]
    pub datasets: Vec<DatasetEntry>,
    /// Model versions.
    #[serde(default)]
    pub models: Vec<ModelEntry>,
    /// From class names of predictions to class names of the truth.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub class_map: BTreeMap<String, String>,
}

/// One dataset version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DatasetEntry {
    /// Dataset id.
    pub id: String,
    /// Version; `latest` where the file names none.
    #[serde(default = "latest")]
    pub version: String,
    /// What is annotated.
    #[serde(default)]
    pub task: Task,
    /// `coco`, `yolo` or `voc`; of classifiers `image-folder`, `csv` or `jsonl`.
    pub format: String,
    /// Splits by name.
    #[serde(default)]
    pub splits: BTreeMap<String, SplitEntry>,
    /// Class names in order, where the truth files do not say them themselves (YOLO without `data.yaml`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<String>,
    /// A file that declares the classes (`data.yaml`, `classes.txt`), relative to the project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_file: Option<String>,
    /// Which columns or keys of tables mean what, where their names do not say it: `id`, `label`, `text`, `group` to the name
    /// in the file.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, String>,
    /// Vectors of the items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embeddings: Option<EmbeddingEntry>,
}

impl DatasetEntry {
    /// True where there are vectors and one label an item: what a cross-validation needs.
    #[must_use]
    pub const fn can_be_cross_validated(&self) -> bool {
        self.embeddings.is_some() && self.task.is_single_label()
    }
}

/// Vectors of a dataset's items.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmbeddingEntry {
    /// `.npy`, `.npz` or `.csv`.
    pub vectors: String,
    /// A text file with an item id a line; `None` where the vectors bring their ids, or follow the truth's rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids: Option<String>,
}

/// One split of a dataset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SplitEntry {
    /// The truth file (COCO, tables) or folder (YOLO labels, VOC annotations, class folders).
    pub truth: String,
    /// The images folder, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images: Option<String>,
    /// Of a table that holds several splits, the rows of this one: columns with the value that they have there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rows: BTreeMap<String, String>,
}

/// One model version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelEntry {
    /// Model id.
    pub id: String,
    /// Version; `latest` where the file names none.
    #[serde(default = "latest")]
    pub version: String,
    /// What it predicts.
    #[serde(default)]
    pub task: Task,
    /// What it was trained on, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trained_on: Option<TrainedOn>,
    /// Inference parameters, as the file gives them.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub parameters: serde_json::Map<String, serde_json::Value>,
    /// Its outputs per dataset version and split.
    #[serde(default)]
    pub predictions: Vec<PredictionEntry>,
}

/// The data a model was trained on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainedOn {
    /// Dataset id.
    pub dataset: String,
    /// Dataset version.
    #[serde(default = "latest")]
    pub version: String,
    /// Split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
}

/// One file (or folder) of model outputs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PredictionEntry {
    /// Dataset id.
    pub dataset: String,
    /// Dataset version.
    #[serde(default = "latest")]
    pub version: String,
    /// Split.
    pub split: String,
    /// `coco-results` or `yolo-txt`; of classifiers `csv`, `jsonl`, `npy`, `npz` or `class-txt`.
    pub format: String,
    /// File or folder.
    pub path: String,
    /// Of a table that holds outputs of several splits, the rows of this one, as [`SplitEntry::rows`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rows: BTreeMap<String, String>,
}

fn latest() -> String {
    "latest".to_owned()
}

/// One thing to evaluate: a model version on a dataset version's splits, as positions in a [`Project`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Choice {
    /// Index into [`Project::models`].
    pub model: usize,
    /// Index into [`Project::datasets`].
    pub dataset: usize,
    /// Split names; several are pooled.
    pub splits: Vec<String>,
}
