//! What jobs do: open a folder, read its data, evaluate. Plain functions from paths to results, without any state.

pub mod masks;
mod texts;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crate::formats::{self, ClassMapping, LoadError, Recognised};
use crate::jobs::JobError;
use crate::metrics::{DetectionSettings, Evaluation, Sections};
use crate::model::finding::Finding;
use crate::model::project::{Choice, Project};
use crate::model::{Dataset, Findings, Predictions, Progress, Severity, Task, fmt};

use crate::store::place::Keeper;
use crate::store::{kept, scoring};

use super::OpenProject;
use super::heads;

impl From<LoadError> for JobError {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Cancelled(_) => Self::Cancelled,
            LoadError::Format(error) => Self::Failed(error.to_string()),
        }
    }
}

/// Size and time of change of every input: differs when a file changed.
pub type Fingerprint = Vec<(PathBuf, Option<(u64, SystemTime)>)>;

/// An evaluation with everything found on the way.
#[derive(Debug)]
pub struct Loaded {
    /// What was evaluated.
    pub choice: Choice,
    /// Data and results.
    pub evaluation: Evaluation,
    /// Problems found in the data.
    pub findings: Vec<Finding>,
    /// How class names of the predictions were read.
    pub mappings: Vec<ClassMapping>,
    /// The files that were read.
    pub inputs: Vec<PathBuf>,
    /// How they looked.
    pub fingerprint: Fingerprint,
    /// Time from files to numbers.
    pub took: Duration,
}

/// Recognises a folder: by its project file where it has one, else by looking. Model versions that were trained here stand
/// behind those of the project.
///
/// # Errors
/// A sentence with the path and the remedy where nothing can be used; cancelled.
pub fn open(path: &Path, keeper: &Keeper, progress: &dyn Progress) -> Result<OpenProject, JobError> {
    progress.stage("Looking at the folder");
    let (root, mut recognised, from_file) = formats::open_project(path, progress)?;
    let (kept, findings) = kept::read(keeper, &root);
    for model in kept {
        recognised.project.add_kept(model);
    }
    recognised.findings.merge(findings);
    use_kept_scoring(&root, &mut recognised, keeper);
    let choices = formats::choices(&recognised.project);
    Ok(OpenProject { root, recognised: Arc::new(recognised), from_file, corrected: false, choices })
}

/// Scores generated texts as the person last had them scored.
fn use_kept_scoring(root: &Path, recognised: &mut Recognised, keeper: &Keeper) {
    let datasets = || recognised.project.datasets.iter().any(|dataset| dataset.task == Task::TextGeneration);
    if !datasets() {
        return;
    }
    match scoring::read(keeper, root) {
        Ok(mut kept) => {
            for dataset in &mut recognised.project.datasets {
                let name = format!("{}@{}", dataset.id, dataset.version);
                dataset.scoring = kept.remove(&name).or(dataset.scoring.take());
            }
        }
        Err(error) => recognised.findings.add(
            Severity::Warning,
            "scoring-not-read",
            "The scoring that was kept of this project cannot be read; texts are scored as they are written.",
            || error.to_string(),
        ),
    }
}

/// Reads truth and predictions of a choice and evaluates them.
///
/// # Errors
/// A sentence with file, place and remedy where something cannot be read; cancelled.
pub fn evaluate(
    root: &Path,
    project: &Project,
    choice: &Choice,
    settings: DetectionSettings,
    sections: Sections,
    progress: &dyn Progress,
) -> Result<Loaded, JobError> {
    let started = Instant::now();
    let inputs = formats::input_files(root, project, choice);
    let fingerprint = formats::fingerprint(&inputs);
    let mut findings = Findings::default();
    let task = project.datasets.get(choice.dataset).map(|d| d.task).unwrap_or_default();
    let (evaluation, mappings) = match task {
        Task::SemanticSegmentation => (masks::evaluate(root, project, choice, &mut findings, progress)?, Vec::new()),
        Task::TextGeneration => (texts::evaluate(root, project, choice, &mut findings, progress)?, Vec::new()),
        _ => of_truths(root, project, choice, (settings, sections), &mut findings, progress)?,
    };
    if let Some(matched) = &evaluation.matched {
        progress.stage("Preparing the slider");
        matched.timeline.prepare();
    }
    Ok(Loaded {
        choice: choice.clone(),
        evaluation,
        findings: findings.sorted(),
        mappings,
        inputs,
        fingerprint,
        took: started.elapsed(),
    })
}

/// Evaluates what has its truth in files of boxes, masks of objects or labels.
fn of_truths(
    root: &Path,
    project: &Project,
    choice: &Choice,
    (settings, sections): (DetectionSettings, Sections),
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<(Evaluation, Vec<ClassMapping>), JobError> {
    progress.stage("Reading ground truth");
    let (dataset, found) = formats::load_dataset(root, project, choice, progress)?;
    findings.merge(found);
    progress.stage("Reading predictions");
    let task = project.datasets.get(choice.dataset).map(|d| d.task).unwrap_or_default();
    let dataset = Arc::new(dataset);
    if task.is_classification() {
        let (scores, found, mappings) = class_scores(root, project, choice, &dataset, progress)?;
        findings.merge(found);
        if let Some(refusal) = too_many_pairs(task, scores.items(), scores.classes()) {
            return Err(JobError::Failed(refusal));
        }
        return Ok((Evaluation::of_labels(task, dataset, scores, progress)?, mappings));
    }
    let (predictions, found, mappings) = formats::load_predictions(root, project, choice, &dataset, progress)?;
    findings.merge(found);
    let of_objects = Evaluation::of_objects(dataset, Arc::new(predictions), settings, sections, progress)?;
    Ok((Evaluation { task, ..of_objects }, mappings))
}

/// Why a table with several labels an item cannot be evaluated, in a sentence.
fn too_many_pairs(task: Task, items: usize, classes: usize) -> Option<String> {
    let pairs = items.saturating_mul(classes);
    (task.is_multilabel() && pairs > Predictions::MOST).then(|| {
        format!(
            "{} items × {} classes are more pairs than the {} that can be told apart; evaluate fewer items at a time, as \
             splits of the dataset",
            fmt::count(items as u64),
            fmt::count(classes as u64),
            fmt::count(Predictions::MOST as u64)
        )
    })
}

/// Reads the scores of a classifier, or computes them where it is a linear head without outputs for the dataset.
///
/// # Errors
/// A sentence with file, place and remedy where something cannot be read; cancelled.
pub fn class_scores(
    root: &Path,
    project: &Project,
    choice: &Choice,
    dataset: &Dataset,
    progress: &dyn Progress,
) -> Result<heads::Said, JobError> {
    if heads::are_needed(project, choice) {
        return heads::class_scores(root, project, choice, dataset, progress);
    }
    Ok(formats::load_class_scores(root, project, choice, dataset, progress)?)
}

/// The choice to show first: the newest model version on test, else validation, else any.
#[must_use]
pub fn first_choice(project: &Project, choices: &[Choice]) -> Option<Choice> {
    let rank = |choice: &&Choice| {
        let split = choice.splits.first().map_or("", String::as_str);
        let split = match split {
            "test" => 3,
            "valid" | "val" | "validation" => 2,
            "train" => 0,
            _ => 1,
        };
        (split, choice.model)
    };
    let version = |choice: &Choice| project.models.get(choice.model).map_or("", |m| m.version.as_str());
    let best = choices.iter().max_by(|a, b| {
        let ((split_a, model_a), (split_b, model_b)) = (rank(a), rank(b));
        let versions = natord::compare(version(a), version(b));
        split_a.cmp(&split_b).then(versions).then(model_b.cmp(&model_a))
    });
    best.cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_pairs_than_ids_are_refused() {
        assert_eq!(too_many_pairs(Task::Multilabel, 1_000_000, 4_000), None);
        assert_eq!(too_many_pairs(Task::Classification, 1_000_000, 5_000), None);
        let refusal = too_many_pairs(Task::Multilabel, 1_000_000, 5_000).unwrap_or_default();
        assert!(
            refusal.starts_with("1,000,000 items × 5,000 classes are more pairs than the 4,294,967,295"),
            "{refusal}"
        );
    }
}
