//! What `evaluate` and `report` are about: from options to choices, from a choice to its evaluation.

use std::path::PathBuf;
use std::sync::Arc;

use crate::analysis::leaks::Limits;
use crate::analysis::recommend::{self, Beside};
use crate::analysis::{Recommendation, Rules};
use crate::formats;
use crate::jobs::JobError;
use crate::metrics::bootstrap::{self, HeadlineIntervals};
use crate::metrics::classification::MultiLabelAt;
use crate::metrics::{Counter, DetectionSettings, Sections};
use crate::model::Task;
use crate::model::project::{Choice, Project};
use crate::report::document::{At, ConfidenceSource, Inputs, Written};
use crate::session::errors::leaks::{self, Search};
use crate::session::load::{self, Loaded};
use crate::session::{OpenProject, mapping};

use super::args::{Confidence, SubjectArgs};
use super::output::TerminalProgress;
use super::{CliError, choose};

/// Resamples of `--intervals`.
const RESAMPLES: usize = 1000;

/// What to evaluate: a project and the choices in it.
pub(super) struct Job {
    pub root: PathBuf,
    pub project: Project,
    pub choices: Vec<Choice>,
    /// Written as an array even if only one result comes out.
    pub several: bool,
}

/// One evaluated choice with everything a document borrows.
pub(super) struct Done {
    pub loaded: Loaded,
    pub counter: Option<Counter>,
    pub confidence: f64,
    pub source: ConfidenceSource,
    pub recommendations: Vec<Recommendation>,
    pub intervals: Option<HeadlineIntervals>,
    pub multilabel: Option<MultiLabelAt>,
}

/// How choices are evaluated.
pub(super) struct How {
    pub settings: DetectionSettings,
    pub confidence: Confidence,
    pub written: Written,
    pub rules: Rules,
    pub intervals: bool,
    pub duplicates: bool,
}

impl How {
    /// As the options of the subject say; everything is written, by the usual rules.
    pub(super) fn of(args: &SubjectArgs) -> Self {
        Self {
            settings: DetectionSettings { iou: args.iou, matching: args.matching },
            confidence: args.confidence,
            written: Written::ALL,
            rules: Rules::default(),
            intervals: false,
            duplicates: false,
        }
    }
}

/// What the options mean.
pub(super) fn find(args: &SubjectArgs, progress: &TerminalProgress) -> Result<Job, CliError> {
    let Some(path) = &args.path else { return from_files(args) };
    let OpenProject { root, recognised, .. } =
        choose::open(path, args.model.as_deref(), args.dataset.as_deref(), &args.with, progress)?;
    let mut project = recognised.project.clone();
    use_class_file(&mut project, args);
    use_ignored(&mut project, args);
    args.scoring.apply(&mut project)?;
    let mut all = formats::choices(&project);
    if let Some(task) = args.task {
        all.retain(|c| project.datasets.get(c.dataset).is_some_and(|d| d.task == task));
    }
    if all.is_empty() {
        let what = args.task.map_or_else(String::new, |task| format!(" of task {}", task.name()));
        return Err(choose::nothing(&root, &what));
    }
    let choices = select(&project, all, args)?;
    Ok(Job { root, several: choices.len() > 1, project, choices })
}

fn from_files(args: &SubjectArgs) -> Result<Job, CliError> {
    let task = args.task.unwrap_or_default();
    let Some(predictions) = &args.predictions else {
        return Err(CliError::Usage("name the model's output with --predictions".to_owned()));
    };
    let (root, mut project, choice) = match (task, &args.truth) {
        (Task::Detection | Task::InstanceSegmentation, Some(truth)) => {
            formats::project_from_files(task, truth, predictions, args.images.as_deref())?
        }
        (Task::Detection | Task::InstanceSegmentation, None) => {
            return Err(CliError::Usage(format!("--truth is needed beside --predictions for {}", task.name())));
        }
        (task, truth) if task.is_classification() => {
            formats::label_project_from_files(task, truth.as_deref(), predictions, args.images.as_deref())?
        }
        (Task::SemanticSegmentation, Some(truth)) => {
            formats::mask_project_from_files(truth, predictions, args.images.as_deref())?
        }
        (Task::SemanticSegmentation, None) => {
            return Err(CliError::Usage("--truth is needed beside --predictions for semantic-segmentation".to_owned()));
        }
        (_, truth) => formats::answer_project_from_files(truth.as_deref(), predictions)?,
    };
    use_class_file(&mut project, args);
    use_ignored(&mut project, args);
    args.scoring.apply(&mut project)?;
    Ok(Job { root, project, choices: vec![choice], several: false })
}

/// The index to be ignored that the command line names holds for all masks.
fn use_ignored(project: &mut Project, args: &SubjectArgs) {
    for dataset in project.datasets.iter_mut().filter(|d| d.task == Task::SemanticSegmentation) {
        dataset.ignore = args.ignore.or(dataset.ignore);
    }
}

fn use_class_file(project: &mut Project, args: &SubjectArgs) {
    if let Some(file) = &args.classes {
        let absolute = std::path::absolute(file).unwrap_or_else(|_| file.clone());
        for dataset in &mut project.datasets {
            dataset.class_file = Some(absolute.display().to_string());
        }
    }
}

/// The choices that the selection options leave.
fn select(project: &Project, mut all: Vec<Choice>, args: &SubjectArgs) -> Result<Vec<Choice>, CliError> {
    if let Some(wanted) = &args.model {
        choose::retain_model(project, &mut all, wanted)?;
    }
    if let Some(wanted) = &args.dataset {
        choose::retain_dataset(project, &mut all, wanted)?;
    }
    match &args.split {
        Some(wanted) => choose::pool(&all, &choose::splits(wanted)),
        None => Ok(all),
    }
}

/// Evaluates one choice.
pub(super) fn one(job: &Job, choice: &Choice, how: &How, progress: &TerminalProgress) -> Result<Done, CliError> {
    let (settings, written) = (how.settings, how.written);
    // Rules about where detections lie rest on AP and error types.
    let sections = Sections {
        coco: written.coco || written.recommendations,
        tide: written.tide || written.recommendations,
        timeline: written.needs_timeline(),
    };
    let loaded = load::evaluate(&job.root, &job.project, choice, settings, sections, progress)?;
    let mut done = Done {
        counter: None,
        confidence: 0.0,
        source: ConfidenceSource::Optimal,
        recommendations: Vec::new(),
        intervals: None,
        multilabel: None,
        loaded,
    };
    let Some(matched) = done.loaded.evaluation.matched.clone() else { return Ok(done) };
    (done.confidence, done.source) = match how.confidence {
        Confidence::Optimal => (matched.optima.pooled.unwrap_or(0.0), ConfidenceSource::of(&done.loaded.evaluation)),
        Confidence::Given(value) => (done.loaded.evaluation.turned(value), ConfidenceSource::Given),
    };
    let counter = matched.timeline.counter_at(done.confidence);
    if written.recommendations {
        let (evaluation, beside) =
            (&done.loaded.evaluation, beside(job, choice, how.duplicates, &done.loaded, progress)?);
        done.recommendations =
            recommend::recommend(evaluation, &matched, &counter, done.confidence, &how.rules, &beside);
    }
    if how.intervals {
        let (evaluation, timeline) = (&done.loaded.evaluation, &matched.timeline);
        let intervals = bootstrap::of_evaluation(evaluation, timeline, counter.cut(), RESAMPLES, 0, progress);
        done.intervals = Some(intervals.map_err(JobError::from)?);
    }
    done.multilabel = done.loaded.evaluation.multilabel_at(done.confidence, progress).map_err(JobError::from)?;
    done.counter = Some(counter);
    Ok(done)
}

/// What is found out beside the counts: what class names mean, and with `--duplicates` which items are there twice.
fn beside(
    job: &Job,
    choice: &Choice,
    duplicates: bool,
    loaded: &Loaded,
    progress: &TerminalProgress,
) -> Result<Beside, CliError> {
    let (root, project, evaluation) = (&job.root, &job.project, &loaded.evaluation);
    let mut beside = Beside::default();
    // Without evidence there is nothing to recommend; what was read was said with the problems.
    if let Ok(study) = mapping::study(root, project, choice, &loaded.mappings, evaluation, progress) {
        beside.names = study.names(&loaded.mappings, &evaluation.dataset);
    }
    if duplicates {
        let cache = leaks::kept();
        let search = Search { root, project, choice, evaluation, cache: cache.as_ref() };
        let material = Arc::new(search.material(progress)?);
        beside.leak = Some(search.find(material, Limits::default(), progress)?.leak());
    }
    Ok(beside)
}

impl Done {
    /// What a document is made of.
    pub(super) fn inputs(&self, how: &How) -> Inputs<'_> {
        let evaluation = &self.loaded.evaluation;
        let at = evaluation.matched.as_deref().zip(self.counter.as_ref()).map(|(matched, counter)| At {
            matched,
            counter,
            confidence: self.confidence,
            source: self.source,
            recommendations: &self.recommendations,
            intervals: self.intervals.as_ref(),
            multilabel: self.multilabel.as_ref(),
        });
        Inputs { evaluation, settings: how.settings, at, findings: &self.loaded.findings, written: how.written }
    }
}

/// The name of a folder for one of several results.
pub(super) fn folder_name(project: &Project, choice: &Choice) -> String {
    let name = crate::session::update::describe(project, choice);
    name.chars().map(|c| if c.is_alphanumeric() || "@.-_".contains(c) { c } else { '_' }).collect()
}
