//! `evalens evaluate`: both forms, from folder or files to numbers.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::analysis::leaks::Limits;
use crate::analysis::recommend::{self, Beside};
use crate::analysis::{Recommendation, Rules};
use crate::formats;
use crate::jobs::JobError;
use crate::metrics::bootstrap::{self, HeadlineIntervals};
use crate::metrics::classification::MultiLabelAt;
use crate::metrics::generation::ColumnKind;
use crate::metrics::{Counter, DetectionSettings, Evaluation, Sections};
use crate::model::project::{Choice, Project};
use crate::model::{Task, fmt};
use crate::report::csv_tables;
use crate::report::document::{At, ConfidenceSource, Document, Inputs, Written};
use crate::session::errors::leaks::{self, Search};
use crate::session::load::{self, Loaded};
use crate::session::{OpenProject, mapping};

use super::args::{Confidence, EvaluateArgs, Section};
use super::output::{TerminalProgress, print, write_to};
use super::{CliError, Exit, choose};

/// Resamples of `--intervals`.
const RESAMPLES: usize = 1000;

/// What to evaluate: a project and the choices in it.
struct Job {
    root: PathBuf,
    project: Project,
    choices: Vec<Choice>,
    /// Written as an array even if only one result comes out.
    several: bool,
}

/// One evaluated choice with everything a document borrows.
struct Done {
    loaded: Loaded,
    counter: Option<Counter>,
    confidence: f64,
    source: ConfidenceSource,
    recommendations: Vec<Recommendation>,
    intervals: Option<HeadlineIntervals>,
    multilabel: Option<MultiLabelAt>,
}

/// Evaluates and writes.
///
/// # Errors
/// A sentence where the input or the arguments make no sense, or the output cannot be written.
pub fn evaluate(args: &EvaluateArgs) -> Result<Exit, CliError> {
    let progress = TerminalProgress::default();
    let job = find_job(args, &progress)?;
    let written = written(&args.only);
    let settings = DetectionSettings { iou: args.iou, matching: args.matching };
    let mut results = Vec::with_capacity(job.choices.len());
    for choice in &job.choices {
        results.push(one(&job, choice, args, settings, written, &progress)?);
    }
    progress.clear();
    let parts: Vec<(Inputs<'_>, &Done)> = results.iter().map(|done| (inputs(done, settings, written), done)).collect();
    let documents: Vec<Document<'_>> = parts.iter().map(|(inputs, _)| Document::new(inputs)).collect();
    if let Some(target) = &args.json {
        write_to(target, |out| {
            match documents.as_slice() {
                [only] if !job.several => serde_json::to_writer(&mut *out, only)?,
                all => serde_json::to_writer(&mut *out, all)?,
            }
            out.write_all(b"\n")
        })?;
    }
    if let Some(dir) = &args.csv {
        for ((inputs, done), document) in parts.iter().zip(&documents) {
            let dir = if documents.len() == 1 {
                dir.clone()
            } else {
                dir.join(folder_name(&job.project, &done.loaded.choice))
            };
            write_tables(&dir, document, inputs)?;
        }
    }
    if args.json.is_none() && args.csv.is_none() {
        let mut text = String::new();
        for ((inputs, done), document) in parts.iter().zip(&documents) {
            describe(&mut text, &job.project, done, document, inputs);
        }
        print(&text)?;
    }
    fail_under(args, &documents)
}

fn find_job(args: &EvaluateArgs, progress: &TerminalProgress) -> Result<Job, CliError> {
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

fn from_files(args: &EvaluateArgs) -> Result<Job, CliError> {
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
fn use_ignored(project: &mut Project, args: &EvaluateArgs) {
    for dataset in project.datasets.iter_mut().filter(|d| d.task == Task::SemanticSegmentation) {
        dataset.ignore = args.ignore.or(dataset.ignore);
    }
}

fn use_class_file(project: &mut Project, args: &EvaluateArgs) {
    if let Some(file) = &args.classes {
        let absolute = std::path::absolute(file).unwrap_or_else(|_| file.clone());
        for dataset in &mut project.datasets {
            dataset.class_file = Some(absolute.display().to_string());
        }
    }
}

/// The choices that the selection options leave.
fn select(project: &Project, mut all: Vec<Choice>, args: &EvaluateArgs) -> Result<Vec<Choice>, CliError> {
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

fn written(only: &[Section]) -> Written {
    if only.is_empty() {
        return Written::ALL;
    }
    Written {
        coco: only.contains(&Section::Coco),
        matrix: only.contains(&Section::Matrix),
        sweep: only.contains(&Section::Sweep),
        tide: only.contains(&Section::Tide),
        recommendations: only.contains(&Section::Recommendations),
        problems: only.contains(&Section::Problems),
    }
}

fn one(
    job: &Job,
    choice: &Choice,
    args: &EvaluateArgs,
    settings: DetectionSettings,
    written: Written,
    progress: &TerminalProgress,
) -> Result<Done, CliError> {
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
    (done.confidence, done.source) = match args.confidence {
        Confidence::Optimal => (matched.optima.pooled.unwrap_or(0.0), ConfidenceSource::of(&done.loaded.evaluation)),
        Confidence::Given(value) => (done.loaded.evaluation.turned(value), ConfidenceSource::Given),
    };
    let counter = matched.timeline.counter_at(done.confidence);
    if written.recommendations {
        let (evaluation, beside) = (&done.loaded.evaluation, beside(job, choice, args, &done.loaded, progress)?);
        let rules = Rules::of_changes(&args.rules.iter().cloned().collect());
        done.recommendations = recommend::recommend(evaluation, &matched, &counter, done.confidence, &rules, &beside);
    }
    if args.intervals {
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
    args: &EvaluateArgs,
    loaded: &Loaded,
    progress: &TerminalProgress,
) -> Result<Beside, CliError> {
    let (root, project, evaluation) = (&job.root, &job.project, &loaded.evaluation);
    let mut beside = Beside::default();
    // Without evidence there is nothing to recommend; what was read was said with the problems.
    if let Ok(study) = mapping::study(root, project, choice, &loaded.mappings, evaluation, progress) {
        beside.names = study.names(&loaded.mappings, &evaluation.dataset);
    }
    if args.duplicates {
        let cache = leaks::kept();
        let search = Search { root, project, choice, evaluation, cache: cache.as_ref() };
        let material = Arc::new(search.material(progress)?);
        beside.leak = Some(search.find(material, Limits::default(), progress)?.leak());
    }
    Ok(beside)
}

fn inputs(done: &Done, settings: DetectionSettings, written: Written) -> Inputs<'_> {
    let evaluation = &done.loaded.evaluation;
    let at = evaluation.matched.as_deref().zip(done.counter.as_ref()).map(|(matched, counter)| At {
        matched,
        counter,
        confidence: done.confidence,
        source: done.source,
        recommendations: &done.recommendations,
        intervals: done.intervals.as_ref(),
        multilabel: done.multilabel.as_ref(),
    });
    Inputs { evaluation, settings, at, findings: &done.loaded.findings, written }
}

fn write_tables(dir: &Path, document: &Document<'_>, inputs: &Inputs<'_>) -> Result<(), CliError> {
    let tables = csv_tables::tables(document, inputs.evaluation, inputs.at.as_ref())
        .map_err(|error| CliError::Output { file: dir.to_owned(), cause: error.to_string() })?;
    for (name, text) in tables {
        write_to(&dir.join(name), |out| out.write_all(text.as_bytes()))?;
    }
    Ok(())
}

fn folder_name(project: &Project, choice: &Choice) -> String {
    let name = crate::session::update::describe(project, choice);
    name.chars().map(|c| if c.is_alphanumeric() || "@.-_".contains(c) { c } else { '_' }).collect()
}

/// What a person reads on the terminal.
fn describe(text: &mut String, project: &Project, done: &Done, document: &Document<'_>, inputs: &Inputs<'_>) {
    let evaluation = &done.loaded.evaluation;
    let _ = writeln!(
        text,
        "{}\n  {}",
        crate::session::update::describe(project, &done.loaded.choice),
        evaluation.size().join(", ")
    );
    if let (Some(t), Some(at)) = (&document.summary.thresholded, &inputs.at) {
        let how = if at.source == ConfidenceSource::Optimal { "optimal" } else { "given" };
        let pairing = match evaluation.objects() {
            Some(_) => format!(", {}, IoU {:.2}", inputs.settings.matching.name(), inputs.settings.iou),
            None => String::new(),
        };
        let _ = writeln!(
            text,
            "  at confidence {} ({how}){pairing}\n  precision {}  recall {}  F1 {}\n  correct {}  misclassified {}  missed {}  false positives {}",
            fmt::threshold(at.confidence),
            fmt::rate(t.precision),
            fmt::rate(t.recall),
            fmt::rate(t.f1),
            fmt::count(t.correct),
            fmt::count(t.misclassified),
            fmt::count(t.missed),
            fmt::count(t.false_positives)
        );
    }
    of_texts(text, evaluation, inputs);
    headline(text, document);
    for recommendation in done.recommendations.iter().take(3) {
        let _ = writeln!(text, "  → {}: {}", recommendation.title, recommendation.sentence);
    }
    let warnings = done.loaded.findings.iter().filter(|f| f.severity != crate::model::Severity::Info).count();
    if inputs.written.problems && warnings > 0 {
        let _ = writeln!(
            text,
            "  {} in the data: see `evalens check`",
            fmt::counted(warnings as u64, "problem", "problems")
        );
    }
}

/// The numbers of generated texts.
fn of_texts(text: &mut String, evaluation: &Evaluation, inputs: &Inputs<'_>) {
    let (Some(texts), Some(at)) = (evaluation.texts(), &inputs.at) else { return };
    if let Some(column) = texts.pass_column() {
        let counts = at.counter.totals();
        let _ = writeln!(
            text,
            "  {} of {} answers pass ({}): {}",
            fmt::count(counts.correct),
            fmt::count(counts.truths()),
            fmt::rate(counts.recall()),
            column.condition(at.confidence),
        );
    }
    for column in texts.shown().filter(|column| column.kind != ColumnKind::Length) {
        let value = column.corpus.map_or_else(|| fmt::UNDEFINED.to_owned(), |value| format!("{value:.4}"));
        let _ = writeln!(text, "  {:<22} {value}", column.label);
    }
}

/// The numbers that need no threshold.
fn headline(text: &mut String, document: &Document<'_>) {
    let names = [
        ("AP", "ap"),
        ("AP50", "ap50"),
        ("AP75", "ap75"),
        ("accuracy", "accuracy"),
        ("ROC AUC", "roc_auc_macro"),
        ("average precision", "average_precision_macro"),
        ("log loss", "log_loss"),
    ];
    let known = names.iter().filter_map(|(name, key)| Some(format!("{name} {}", fmt::rate(document.number(key)?))));
    let line: Vec<String> = known.collect();
    if !line.is_empty() {
        let _ = writeln!(text, "  {}", line.join("  "));
    }
}

fn fail_under(args: &EvaluateArgs, documents: &[Document<'_>]) -> Result<Exit, CliError> {
    let mut exit = Exit::Done;
    for (metric, least) in &args.fail_under {
        for document in documents {
            let value = document.number(metric).ok_or_else(|| {
                let among = match document.summary.texts {
                    Some(_) => "exact_match, bleu and pass.rate",
                    None => "f1, precision, recall and ap50",
                };
                CliError::Usage(format!("--fail-under: the summary has no number `{metric}`; {among} are among them"))
            })?;
            if value.is_none_or(|v| v < *least) {
                let shown = value.map_or_else(|| "undefined".to_owned(), |v| v.to_string());
                super::output::say(&format!("evalens: {metric} is {shown}, below {least}"));
                exit = Exit::Under;
            }
        }
    }
    Ok(exit)
}
