//! The project file's content (`evalens.json`, schema `evalens.project/1`) and how one evaluation is chosen from it.
//!
//! Knows names and relative paths. Does not read or write files: the project file is kept by `store`, folders are
//! recognised by `formats`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::scoring::Scoring;
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
    /// `coco`, `yolo` or `voc`; of classifiers `image-folder`, `csv` or `jsonl`; `mask-png` or `coco-panoptic`;
    /// of generated texts `csv`, `jsonl` or `text-lines`.
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
    /// Which columns or keys of tables mean what, where their names do not say it: `id`, `label`, `text`, `group` (of generated
    /// texts `id`, `prompt`, `reference`, `incorrect`, `tag`, `template`; of lines of text the files of prompts and of further
    /// references) to the name in the file.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, String>,
    /// Vectors of the items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embeddings: Option<EmbeddingEntry>,
    /// A table with further columns of the items: a column of their names, and one for each attribute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributes: Option<String>,
    /// Of masks the index of pixels that count nowhere, where the file of the classes does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignore: Option<u16>,
    /// Of masks in colours the red, green and blue of each class, in the order of the classes; one more is that of the pixels
    /// that count nowhere.
    #[serde(default, alias = "colors", skip_serializing_if = "Vec::is_empty")]
    pub colours: Vec<[u8; 3]>,
    /// Of masks the class that is left out of all means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub background: Option<String>,
    /// Of generated texts the vectors of the references, by the ids of the items, or in their order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference_embeddings: Option<EmbeddingEntry>,
    /// Of generated texts how they are scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scoring: Option<Scoring>,
    /// The project it belongs to, where that is another one of the workspace; never written.
    #[serde(skip)]
    pub home: Option<Home>,
}

/// Another project of the workspace, whose dataset stands among those of the open one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Home {
    /// Its folder: the paths of the dataset are relative to it.
    pub root: PathBuf,
    /// Its name.
    pub project: String,
}

impl DatasetEntry {
    /// How predictions and people name it: its id, or `PROJECT:ID` for a dataset of another project.
    #[must_use]
    pub fn key(&self) -> Cow<'_, str> {
        match &self.home {
            Some(home) => Cow::Owned(format!("{}:{}", home.project, self.id)),
            None => Cow::Borrowed(&self.id),
        }
    }

    /// The folder that its paths are relative to; `own` is that of the open project.
    #[must_use]
    pub fn root<'a>(&'a self, own: &'a Path) -> &'a Path {
        self.home.as_ref().map_or(own, |home| &home.root)
    }

    /// True where the entry means this dataset version.
    #[must_use]
    pub fn is_named_by(&self, dataset: &str, version: &str) -> bool {
        self.version == version && self.key() == dataset
    }

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
    /// A linear head trained here, with which outputs for any dataset with embeddings of the same kind are computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// True for a version that the program made and keeps itself; never written into the project file.
    #[serde(skip)]
    pub kept: bool,
}

impl ModelEntry {
    /// The outputs for a split of a dataset; where there are several, the first by `rank`.
    #[must_use]
    pub fn outputs<K: Ord>(
        &self,
        dataset: &DatasetEntry,
        split: &str,
        rank: impl Fn(&PredictionEntry) -> K,
    ) -> Option<&PredictionEntry> {
        let fits = |p: &&PredictionEntry| p.split == split && dataset.is_named_by(&p.dataset, &p.version);
        self.predictions.iter().filter(fits).min_by_key(|p| rank(p))
    }

    /// True where a head of this model can classify the items of a dataset.
    #[must_use]
    pub fn can_compute(&self, dataset: &DatasetEntry) -> bool {
        self.head.is_some() && self.task == dataset.task && dataset.can_be_cross_validated()
    }
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

// As people read it: `dataset@version, split`.
impl std::fmt::Display for TrainedOn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.dataset, self.version)?;
        self.split.as_ref().map_or(Ok(()), |split| write!(f, ", {split}"))
    }
}

/// One file (or folder) of model outputs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PredictionEntry {
    /// Dataset id; `PROJECT:ID` for a dataset of another project.
    pub dataset: String,
    /// Dataset version.
    #[serde(default = "latest")]
    pub version: String,
    /// Split.
    pub split: String,
    /// `coco-results` or `yolo-txt`; of classifiers `csv`, `jsonl`, `npy`, `npz` or `class-txt`; `mask-png`; of
    /// generated texts `csv`, `jsonl` or `text-lines`.
    pub format: String,
    /// File or folder.
    pub path: String,
    /// A folder with the confidence of every pixel, where the outputs are masks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<String>,
    /// Of a table that holds outputs of several splits, the rows of this one, as [`SplitEntry::rows`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rows: BTreeMap<String, String>,
    /// Of generated texts which columns mean what, where their names do not say it, as [`DatasetEntry::columns`]: `output` for
    /// the answer where a table has those of several models.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, String>,
    /// Of generated texts the vectors of the answers, by the ids of the items, or in their order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embeddings: Option<EmbeddingEntry>,
}

fn latest() -> String {
    "latest".to_owned()
}

/// One thing to evaluate: a model version on a dataset version's splits, as positions in a [`Project`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Choice {
    /// Index into [`Project::models`].
    pub model: usize,
    /// Index into [`Project::datasets`].
    pub dataset: usize,
    /// Split names; several are pooled.
    pub splits: Vec<String>,
}

impl Project {
    /// Adds a model version that the program keeps itself, unless there is one of its name, and returns its position.
    pub fn add_kept(&mut self, model: ModelEntry) -> usize {
        let known = self.models.iter().position(|m| (&m.id, &m.version) == (&model.id, &model.version));
        known.unwrap_or_else(|| {
            self.models.push(ModelEntry { kept: true, ..model });
            self.models.len() - 1
        })
    }
}

impl Choice {
    /// The model version.
    #[must_use]
    pub fn model<'a>(&self, project: &'a Project) -> Option<&'a ModelEntry> {
        project.models.get(self.model)
    }

    /// The dataset version.
    #[must_use]
    pub fn dataset<'a>(&self, project: &'a Project) -> Option<&'a DatasetEntry> {
        project.datasets.get(self.dataset)
    }
}
