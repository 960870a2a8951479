//! A run: what is kept of an evaluation. Small, written once, read by the evaluations page, the leaderboard and the next
//! versions of the program. Knows no files.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::project::TrainedOn;
use super::scoring::Scoring;
use super::task::Task;

/// The schema this version writes.
pub const SCHEMA: &str = "evalens.run/1";
/// Classes are left out of a run whose text would be longer.
pub const LONGEST: usize = 48 << 10;
/// Common thresholds that a run has counts at: 0, 1/20, … 1.
pub const STEPS: u8 = 20;

/// The threshold of a step.
#[must_use]
pub fn threshold_of(step: u8) -> f64 {
    f64::from(step) / f64::from(STEPS)
}

/// The step of a threshold; `None` for one in between.
#[must_use]
pub fn step_of(threshold: f64) -> Option<u8> {
    (0..=STEPS).find(|step| (threshold_of(*step) - threshold).abs() < 1e-9)
}

/// An evaluation in numbers, with everything that tells it from others.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// `evalens.run/1`.
    pub schema: String,
    /// When it was made, in seconds since 1970.
    pub time: u64,
    /// Version of the program that made it.
    #[serde(default)]
    pub program: String,
    /// What was evaluated.
    pub task: Task,
    /// The model version.
    pub model: RunModel,
    /// The dataset version.
    pub dataset: RunDataset,
    /// How.
    #[serde(default)]
    pub settings: RunSettings,
    /// The files it was made from.
    #[serde(default)]
    pub inputs: RunInputs,
    /// Numbers by their name in the evaluation document; `null` where undefined. Those at a confidence are at the optimum.
    pub summary: BTreeMap<String, Option<f64>>,
    /// Counts and ranks of each class at the same confidence; empty where the run would be too long.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<RunClass>,
    /// Correct and kept predictions over all classes at each of the common thresholds; empty in runs of versions that did
    /// not write them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at_steps: Vec<(u64, u64)>,
    /// Classes of the outputs that no class of the dataset fits; what was predicted of them is left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmapped: Vec<String>,
}

/// A model version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunModel {
    /// Its project's name.
    #[serde(default)]
    pub project: String,
    /// Model id.
    pub id: String,
    /// Version.
    pub version: String,
    /// What it was trained on, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trained_on: Option<TrainedOn>,
    /// True where it is a linear head that was trained here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub head: bool,
}

/// A dataset version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunDataset {
    /// Its project's name; another than the model's where the evaluation crosses projects.
    #[serde(default)]
    pub project: String,
    /// Dataset id as the model's project names it: `PROJECT:ID` for one of another project.
    pub id: String,
    /// Version.
    pub version: String,
    /// Splits, pooled.
    pub splits: Vec<String>,
    /// Number of images or texts.
    pub items: usize,
    /// Number of objects or labels.
    pub truths: usize,
    /// Number of declared classes.
    pub classes: usize,
}

/// How a run was made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunSettings {
    /// Overlap from which a pair counts; `None` where there is nothing to match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iou: Option<f64>,
    /// How objects were paired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matching: Option<String>,
    /// How generated texts were scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scoring: Option<Scoring>,
}

/// The files a run was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunInputs {
    /// How many.
    pub files: usize,
    /// Their size.
    pub bytes: u64,
    /// A hash of their paths, sizes and times of change: as long as it is the same, nothing changed.
    pub stamp: String,
    /// A hash of their paths and contents.
    pub hash: String,
}

/// One class of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunClass {
    /// Its name.
    pub name: String,
    /// Truths found as what they are.
    pub correct: u64,
    /// Truths taken for another class.
    pub misclassified: u64,
    /// Predictions of this class that belong to another.
    pub misclassified_as: u64,
    /// Truths that nothing was found for.
    pub missed: u64,
    /// Predictions that belong to nothing.
    pub false_positives: u64,
    /// Items of the class whose best class it is, without a threshold; `None` where items can have several classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub argmax_correct: Option<u64>,
    /// The task's own number of a class: AP over IoU 0.50:0.95 of a detector, average precision of a classifier.
    #[serde(default)]
    pub average_precision: Option<f64>,
    /// ROC AUC of a classifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roc_auc: Option<f64>,
    /// As [`Run::at_steps`], of this class.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at_steps: Vec<(u64, u64)>,
}

impl RunClass {
    /// Truths of the class.
    #[must_use]
    pub const fn support(&self) -> u64 {
        self.correct + self.misclassified + self.missed
    }

    /// Predictions of the class.
    #[must_use]
    pub const fn predicted(&self) -> u64 {
        self.correct + self.misclassified_as + self.false_positives
    }
}

/// The kinds of models that a leaderboard keeps apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ModelType {
    /// A linear head on embeddings, trained here.
    TransferLearn(Task),
    /// Anything else, by its task.
    Trained(Task),
}

impl ModelType {
    /// The type of a model; `head` where it is a linear head that was trained here.
    #[must_use]
    pub const fn of(task: Task, head: bool) -> Self {
        if head { Self::TransferLearn(task) } else { Self::Trained(task) }
    }

    /// The type in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::TransferLearn(task) if task.is_multilabel() => "Transfer-learn classifier, multi-label",
            Self::TransferLearn(_) => "Transfer-learn classifier",
            Self::Trained(Task::Detection) => "Visual detector",
            Self::Trained(Task::Classification) => "Visual classifier",
            Self::Trained(Task::Multilabel) => "Visual classifier, multi-label",
            Self::Trained(Task::SemanticSegmentation) => "Visual segmenter, semantic",
            Self::Trained(Task::InstanceSegmentation) => "Visual segmenter, instance",
            Self::Trained(Task::TextClassification) => "Text classifier",
            Self::Trained(Task::TextMultilabel) => "Text classifier, multi-label",
            Self::Trained(Task::TextGeneration) => "Text generator",
        }
    }
}

impl Run {
    /// The kind of its model.
    #[must_use]
    pub const fn model_type(&self) -> ModelType {
        ModelType::of(self.task, self.model.head)
    }

    /// A number of the summary; `None` where it is undefined or not there.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<f64> {
        self.summary.get(name).copied().flatten()
    }

    /// True where both are of the same model, dataset, splits and settings: the newer one takes the place of the older.
    #[must_use]
    pub fn is_of_same(&self, other: &Self) -> bool {
        let model = |run: &Self| (run.model.id.clone(), run.model.version.clone());
        let dataset = |run: &Self| (run.dataset.id.clone(), run.dataset.version.clone());
        model(self) == model(other)
            && dataset(self) == dataset(other)
            && self.dataset.splits == other.dataset.splits
            && self.settings == other.settings
    }

    /// Everything that tells what was computed from what: equal for equal numbers, whenever they were made.
    #[must_use]
    pub fn identity(&self) -> String {
        let RunSettings { iou, matching, scoring } = &self.settings;
        let scoring = scoring.as_ref().and_then(|scoring| serde_json::to_string(scoring).ok()).unwrap_or_default();
        let (model, dataset) = (&self.model, &self.dataset);
        let splits = dataset.splits.join("+");
        format!(
            "{}\n{}\n{}\n{}\n{}\n{splits}\n{iou:?} {matching:?}{scoring}\n{}",
            self.task.name(),
            model.id,
            model.version,
            dataset.id,
            dataset.version,
            self.inputs.hash
        )
    }

    /// The text of its file: one JSON object. Where it would be too long, the classes lose their counts at common
    /// thresholds; where it still is, they are left out.
    #[must_use]
    pub fn to_text(&self) -> String {
        // Texts, numbers and lists of them: all of it can be written.
        let text = serde_json::to_string(self).unwrap_or_default();
        if text.len() <= LONGEST || self.classes.is_empty() {
            return text;
        }
        let mut shorter = self.clone();
        if self.classes.iter().any(|class| !class.at_steps.is_empty()) {
            shorter.classes.iter_mut().for_each(|class| class.at_steps = Vec::new());
        } else {
            shorter.classes = Vec::new();
        }
        shorter.to_text()
    }

    /// Reads the text of a run's file.
    ///
    /// # Errors
    /// In words, where it is none, or one of a schema that this version does not know.
    pub fn parse(text: &str) -> Result<Self, String> {
        let run: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if run.schema == SCHEMA { Ok(run) } else { Err(format!("`{}` is not known", run.schema)) }
    }
}

/// The headline number of a task: its name in the summary, and what people call it.
#[must_use]
pub const fn headline(task: Task) -> (&'static str, &'static str) {
    match task {
        Task::Detection | Task::InstanceSegmentation => ("ap", "AP 50:95"),
        Task::Classification | Task::TextClassification => ("accuracy", "Accuracy"),
        Task::Multilabel | Task::TextMultilabel => ("average_precision_macro", "mAP"),
        Task::SemanticSegmentation => ("mean_iou", "Mean IoU"),
        Task::TextGeneration => ("pass_rate", "Pass rate"),
    }
}
