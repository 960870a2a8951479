//! Cross-validation of a linear head on the embeddings of a dataset: from files to folds, and the out-of-fold predictions as
//! an ordinary evaluation. Plain functions, without any state.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::formats;
use crate::jobs::JobError;
use crate::metrics::Evaluation;
use crate::metrics::classification::SingleLabel;
use crate::model::finding::Finding;
use crate::model::project::{Choice, ModelEntry, Project};
use crate::model::{
    ClassScores, Dataset, DatasetBuilder, Embedding, Findings, ImageId, ModelIdentity, NewTruth, Progress, Severity,
    Task,
};
use crate::vectors::Rows;
use crate::vectors::kfold::{self, CrossError, CrossValidation, CurvePoint, Labelled};
use crate::vectors::params::KFoldParams;

use super::heads;

/// What models that are trained here are called.
pub const HEAD: &str = "linear head";

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The dataset and its splits; the model is not looked at.
    pub choice: Choice,
    /// How it is done.
    pub params: KFoldParams,
    /// A column of the truth whose equal values stay in one fold.
    pub groups: Option<String>,
    /// Also train on parts of the data.
    pub learning_curve: bool,
}

/// Items with a vector and one label.
#[derive(Clone, Debug)]
pub struct Material {
    /// The items, their labels and texts.
    pub dataset: Arc<Dataset>,
    /// One row an item of [`Self::dataset`].
    pub vectors: Embedding,
    /// One group an item, if groups were asked for.
    pub groups: Option<Vec<u32>>,
    /// Problems found on the way.
    pub findings: Findings,
}

impl Material {
    /// As the training takes it.
    ///
    /// # Errors
    /// Where rows and numbers do not fit together.
    pub fn labelled(&self) -> Result<Labelled<'_>, CrossError> {
        let rows = Rows::new(self.vectors.dimensions, &self.vectors.values)?;
        let labels = &self.dataset.truths.class;
        Ok(Labelled { rows, labels, classes: &self.dataset.classes, groups: self.groups.as_deref() })
    }
}

/// One fold in numbers.
#[derive(Clone, Debug)]
pub struct FoldNumbers {
    /// Items held out.
    pub items: usize,
    /// Items trained on.
    pub trained_on: usize,
    /// Numbers of the held-out items; `None` where the head could not be trained.
    pub numbers: Option<SingleLabel>,
    /// Why it could not.
    pub trouble: Option<String>,
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Crossed {
    /// Every fold.
    pub folds: Vec<FoldNumbers>,
    /// All items, each predicted by the head that did not see it.
    pub pooled: Evaluation,
    /// Accuracy against the size of the training part, where it was asked for.
    pub learning_curve: Option<Vec<CurvePoint>>,
    /// Warnings about the data, such as classes with few items.
    pub warnings: Vec<String>,
    /// Problems found in the data.
    pub findings: Vec<Finding>,
    /// The dataset and splits that took part.
    pub choice: Choice,
    /// The model version that head and out-of-fold outputs were kept as.
    pub kept: Option<ModelEntry>,
}

impl Crossed {
    /// Mean and population standard deviation over the folds of a number; `None` where a fold does not have it.
    #[must_use]
    pub fn spread(&self, of: fn(&SingleLabel) -> Option<f64>) -> Option<(f64, f64)> {
        let values: Vec<f64> =
            self.folds.iter().map(|fold| fold.numbers.as_ref().and_then(of)).collect::<Option<_>>()?;
        kfold::mean_and_deviation(values.into_iter())
    }
}

impl From<CrossError> for JobError {
    fn from(error: CrossError) -> Self {
        match error {
            CrossError::Cancelled(_) => Self::Cancelled,
            other => Self::Failed(other.to_string()),
        }
    }
}

/// Reads the truth of the splits and the vectors that the project names for the dataset, and keeps the items that have both
/// a vector and exactly one label.
///
/// # Errors
/// A sentence with file and remedy where something cannot be read or nothing is left; cancelled.
pub fn material(
    root: &Path,
    project: &Project,
    request: &Request,
    progress: &dyn Progress,
) -> Result<Material, JobError> {
    let entry =
        request.choice.dataset(project).ok_or_else(|| JobError::Failed("There is no such dataset".to_owned()))?;
    progress.stage("Reading ground truth");
    let (dataset, mut findings) = formats::load_dataset(root, project, &request.choice, progress)?;
    let groups = match &request.groups {
        Some(column) => formats::load_groups(root, project, &request.choice, &dataset, Some(column), progress)?,
        None => None,
    };
    let (embedding, found) = heads::vectors(root, entry, progress)?;
    findings.merge(found);
    if dataset.images.is_empty() {
        return Err(JobError::Failed(format!(
            "No label of {} can be used: none is one of the declared classes (see a classes.txt beside it), or there is none",
            dataset.identity.id
        )));
    }
    let material = joined(&dataset, &embedding, groups.as_deref(), findings);
    if material.vectors.is_empty() {
        return Err(JobError::Failed(format!(
            "No item of {} has a vector in {}: their ids have nothing in common (such as `{}` and `{}`)",
            dataset.identity.id,
            entry.embeddings.as_ref().map_or("", |e| e.vectors.as_str()),
            dataset.images.first().map_or("", |i| i.name.as_str()),
            embedding.ids.first().map_or("", String::as_str)
        )));
    }
    Ok(material)
}

/// The items with a vector and one label, in the order of the dataset.
fn joined(dataset: &Dataset, embedding: &Embedding, groups: Option<&[String]>, mut findings: Findings) -> Material {
    let rows: HashMap<&str, usize> = embedding.ids.iter().enumerate().map(|(row, id)| (id.as_str(), row)).collect();
    let mut builder = DatasetBuilder {
        identity: dataset.identity.clone(),
        classes: dataset.classes.clone(),
        splits: dataset.splits.clone(),
        ..DatasetBuilder::default()
    };
    let mut vectors = Embedding { dimensions: embedding.dimensions, ..Embedding::default() };
    let mut names: HashMap<&str, u32> = HashMap::new();
    let mut group_of = Vec::new();
    for item in dataset.image_ids() {
        let Some(image) = dataset.images.get(item.index()) else { continue };
        let mut labels = dataset.truths.of(item).filter_map(|t| dataset.truths.class.get(t).copied());
        let (Some(class), None) = (labels.next(), labels.next()) else { continue };
        let Some(&row) = rows.get(image.name.as_str()) else {
            findings.add(
                Severity::Info,
                "no-vector",
                "Items without a vector take no part in the cross-validation.",
                || image.name.clone(),
            );
            continue;
        };
        let place = builder.images.len();
        builder.images.push(image.clone());
        builder.truths.push(NewTruth::label(place, class));
        builder.texts.extend(dataset.texts.get(item.index()).cloned());
        vectors.ids.push(image.name.clone());
        vectors.values.extend_from_slice(embedding.row(row));
        if let Some(name) = groups.and_then(|groups| groups.get(item.index())) {
            let next = u32::try_from(names.len()).unwrap_or(u32::MAX);
            group_of.push(*names.entry(name).or_insert(next));
        }
    }
    let groups = groups.filter(|_| group_of.len() == builder.images.len()).map(|_| group_of);
    // The images stand in the dataset's order already, so that building keeps rows and items together.
    Material { dataset: Arc::new(builder.build()), vectors, groups, findings }
}

/// Trains and asks a head per fold.
///
/// # Errors
/// A sentence where the data do not suffice, or the settings make no sense for them; cancelled.
pub fn run(material: &Material, request: &Request, progress: &dyn Progress) -> Result<Crossed, JobError> {
    let Material { dataset, vectors, .. } = material;
    let checked = request.params.clone().check(vectors.len()).map_err(|e| JobError::Failed(e.to_string()))?;
    let data = material.labelled()?;
    let validation = kfold::cross_validate(&data, &checked, progress)?;
    // A fold that needed a stronger penalty, or could not be fitted, is said beside the classes with few items.
    let troubles = validation.troubles();
    let CrossValidation { fold_of, mut scores, folds, mut warnings } = validation;
    warnings.extend(troubles);
    let learning_curve =
        request.learning_curve.then(|| kfold::learning_curve(&data, &checked, progress)).transpose()?;
    progress.stage("Computing metrics");
    let numbers = |(number, fold): (usize, kfold::Fold)| -> Result<FoldNumbers, JobError> {
        let trouble = fold.outcome.as_ref().err().map(ToString::to_string);
        let numbers = match trouble {
            None => Some(of_fold(dataset, &scores, &fold_of, number, progress)?),
            Some(_) => None,
        };
        Ok(FoldNumbers { items: fold.items, trained_on: fold.trained_on, numbers, trouble })
    };
    let folds: Vec<FoldNumbers> = folds.into_iter().enumerate().map(numbers).collect::<Result<_, _>>()?;
    scores.identity = ModelIdentity {
        project: dataset.identity.project.clone(),
        id: HEAD.to_owned(),
        version: format!("{}-split", folds.len()),
    };
    let task = if dataset.texts.is_empty() { Task::Classification } else { Task::TextClassification };
    let pooled = Evaluation::of_labels(task, Arc::clone(dataset), scores, progress)?;
    let (findings, choice) = (material.findings.sorted(), request.choice.clone());
    Ok(Crossed { folds, pooled, learning_curve, warnings, findings, choice, kept: None })
}

/// The numbers of the items that one fold held out.
fn of_fold(
    dataset: &Dataset,
    scores: &ClassScores,
    fold_of: &[u32],
    fold: usize,
    progress: &dyn Progress,
) -> Result<SingleLabel, JobError> {
    let held: Vec<ImageId> =
        dataset.image_ids().filter(|item| fold_of.get(item.index()).is_some_and(|f| *f as usize == fold)).collect();
    let mut part =
        DatasetBuilder { classes: dataset.classes.clone(), splits: dataset.splits.clone(), ..Default::default() };
    let (mut values, mut row) = (Vec::with_capacity(held.len() * scores.classes()), Vec::new());
    for &item in &held {
        let (Some(image), Some(&class)) = (dataset.images.get(item.index()), dataset.truths.class.get(item.index()))
        else {
            continue;
        };
        if !scores.copy_row(item, &mut row) {
            continue;
        }
        values.extend_from_slice(&row);
        let place = part.images.len();
        part.images.push(image.clone());
        part.truths.push(NewTruth::label(place, class));
    }
    let scores = ClassScores::of_rows(scores.classes(), values, Vec::new());
    Ok(SingleLabel::compute(&part.build(), &scores, progress)?)
}
