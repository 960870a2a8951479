//! `evalens check` and `evalens init`: what is recognised in a folder, and what is wrong with it.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use crate::formats::{self, Recognised};
use crate::jobs::JobError;
use crate::metrics::{DetectionSettings, Generation, Sections};
use crate::model::finding::Finding;
use crate::model::project::{Choice, Project};
use crate::model::{Dataset, Findings, Severity, Task, fmt};
use crate::session::update::describe;
use crate::session::{OpenProject, load};
use crate::store::place::Keeper;
use crate::store::project_file;

use super::args::{CheckArgs, InitArgs};
use super::output::{TerminalProgress, print, write_to};
use super::{CliError, Exit};

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    root: String,
    project: &'a Project,
    recognised: Vec<Line<'a>>,
    alternatives: Vec<Line<'a>>,
    evaluations: Vec<Checked>,
    problems: Vec<Finding>,
}

#[derive(Serialize)]
struct Line<'a> {
    path: &'a str,
    what: &'a str,
    why: &'a str,
}

/// One evaluation that could be made, with what its files hold.
#[derive(Serialize)]
struct Checked {
    name: String,
    #[serde(skip)]
    task: Task,
    images: usize,
    truths: usize,
    detections: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Recognises a folder, reads everything in it and reports every problem.
///
/// # Errors
/// Where nothing is recognised, or the report cannot be written.
pub fn check(args: &CheckArgs) -> Result<Exit, CliError> {
    let progress = TerminalProgress::default();
    let OpenProject { root, recognised, from_file, .. } = load::open(&args.path, &Keeper::of_this_person(), &progress)?;
    let mut findings = Findings::default();
    findings.merge(recognised.findings.clone());
    let evaluations = read_all(&root, &recognised.project, &mut findings, &progress);
    progress.clear();
    let broken = findings.has_errors() || evaluations.iter().any(|e| e.error.is_some());
    let problems = findings.sorted();
    if let Some(target) = &args.json {
        let report = Report {
            schema: "evalens.check/1",
            root: root.display().to_string(),
            project: &recognised.project,
            recognised: recognised.reasons.iter().map(|r| Line { path: &r.path, what: &r.what, why: &r.why }).collect(),
            alternatives: recognised
                .alternatives
                .iter()
                .map(|a| Line { path: &a.path, what: &a.what, why: &a.why })
                .collect(),
            evaluations,
            problems,
        };
        write_to(target, |out| {
            serde_json::to_writer_pretty(&mut *out, &report)?;
            out.write_all(b"\n")
        })?;
    } else {
        print(&words(&root, &recognised, from_file, &evaluations, &problems))?;
    }
    Ok(if broken { Exit::Unusable } else { Exit::Done })
}

/// Reads the truth of every split once and the predictions of every choice.
fn read_all(root: &Path, project: &Project, findings: &mut Findings, progress: &TerminalProgress) -> Vec<Checked> {
    let mut known: Option<(usize, Vec<String>, Dataset)> = None;
    let mut choices = formats::choices(project);
    choices.sort_by(|a, b| (a.dataset, &a.splits, a.model).cmp(&(b.dataset, &b.splits, b.model)));
    let mut checked = Vec::new();
    for choice in choices {
        if matches!(dataset_task(project, &choice), Task::SemanticSegmentation | Task::TextGeneration) {
            checked.push(match as_evaluated(root, project, &choice, progress) {
                Ok((checked, found)) => {
                    found.into_iter().for_each(|finding| findings.push(finding));
                    checked
                }
                Err(error) => failed(project, &choice, error.to_string()),
            });
            continue;
        }
        let same = known.as_ref().is_some_and(|(d, s, _)| (*d, s) == (choice.dataset, &choice.splits));
        if !same {
            known = match formats::load_dataset(root, project, &choice, progress) {
                Ok((dataset, found)) => {
                    findings.merge(found);
                    Some((choice.dataset, choice.splits.clone(), dataset))
                }
                Err(error) => {
                    checked.push(failed(project, &choice, error.to_string()));
                    None
                }
            };
        }
        let Some((_, _, dataset)) = &known else { continue };
        checked.push(match count_outputs(root, project, &choice, dataset, progress) {
            Ok((outputs, found)) => {
                findings.merge(found);
                Checked {
                    name: describe(project, &choice),
                    task: dataset_task(project, &choice),
                    images: dataset.images.len(),
                    truths: dataset.countable_truths(),
                    detections: outputs,
                    error: None,
                }
            }
            Err(error) => failed(project, &choice, error.to_string()),
        });
    }
    checked
}

/// How many detections there are, or items that a classifier says something about.
fn count_outputs(
    root: &Path,
    project: &Project,
    choice: &Choice,
    dataset: &Dataset,
    progress: &TerminalProgress,
) -> Result<(usize, Findings), JobError> {
    if dataset_task(project, choice).is_classification() {
        let (scores, found, _) = load::class_scores(root, project, choice, dataset, progress)?;
        let present = dataset.image_ids().filter(|item| !scores.is_absent(*item)).count();
        return Ok((present, found));
    }
    let (predictions, found, _) = formats::load_predictions(root, project, choice, dataset, progress)?;
    Ok((predictions.len(), found))
}

/// Masks are checked by counting them, answers by scoring them.
fn as_evaluated(
    root: &Path,
    project: &Project,
    choice: &Choice,
    progress: &TerminalProgress,
) -> Result<(Checked, Vec<Finding>), JobError> {
    let sections = Sections { coco: false, tide: false, timeline: true };
    let loaded = load::evaluate(root, project, choice, DetectionSettings::default(), sections, progress)?;
    let evaluation = &loaded.evaluation;
    let masks =
        evaluation.pixels().map(|pixels| pixels.reading.files.iter().filter(|files| files.predicted.is_some()).count());
    let answers = evaluation.texts().map(|texts| texts.answers.len() - texts.missing());
    let with_reference = evaluation.texts().map(Generation::with_reference);
    let pixels = || usize::try_from(evaluation.support().iter().sum::<u64>()).unwrap_or(usize::MAX);
    let checked = Checked {
        name: describe(project, choice),
        task: evaluation.task,
        images: evaluation.dataset.images.len(),
        truths: with_reference.unwrap_or_else(pixels),
        detections: masks.or(answers).unwrap_or(0),
        error: None,
    };
    Ok((checked, loaded.findings))
}

fn dataset_task(project: &Project, choice: &Choice) -> Task {
    project.datasets.get(choice.dataset).map(|dataset| dataset.task).unwrap_or_default()
}

fn failed(project: &Project, choice: &Choice, error: String) -> Checked {
    let task = dataset_task(project, choice);
    Checked { name: describe(project, choice), task, images: 0, truths: 0, detections: 0, error: Some(error) }
}

fn words(
    root: &Path,
    recognised: &Recognised,
    from_file: bool,
    evaluations: &[Checked],
    problems: &[Finding],
) -> String {
    let mut text = String::new();
    let source = if from_file { "its evalens.json" } else { "what it holds" };
    let _ = writeln!(text, "{}, read by {source}\n\nRecognised", root.display());
    for reason in &recognised.reasons {
        let _ = writeln!(text, "  {:<44} {} ({})", reason.path, reason.what, reason.why);
    }
    if !recognised.alternatives.is_empty() {
        let _ = writeln!(text, "\nNot used");
        for other in &recognised.alternatives {
            let _ = writeln!(text, "  {:<44} {} ({})", other.path, other.what, other.why);
        }
    }
    let _ = writeln!(text, "\nCan be evaluated");
    for one in evaluations {
        match &one.error {
            Some(error) => {
                let _ = writeln!(text, "  {}: {error}", one.name);
            }
            None => {
                let count = |n: usize, a, b| fmt::counted(n as u64, a, b);
                let (items, truths, outputs) = match (one.task.is_classification(), one.task.is_text()) {
                    _ if one.task == Task::SemanticSegmentation => {
                        (("image", "images"), ("pixel", "pixels"), ("mask", "masks"))
                    }
                    _ if one.task == Task::TextGeneration => {
                        (("text", "texts"), ("with a reference", "with a reference"), ("answer", "answers"))
                    }
                    (false, _) => (("image", "images"), ("object", "objects"), ("detection", "detections")),
                    (true, false) => (("image", "images"), ("label", "labels"), ("prediction", "predictions")),
                    (true, true) => (("text", "texts"), ("label", "labels"), ("prediction", "predictions")),
                };
                let _ = writeln!(
                    text,
                    "  {}: {}, {}, {}",
                    one.name,
                    count(one.images, items.0, items.1),
                    count(one.truths, truths.0, truths.1),
                    count(one.detections, outputs.0, outputs.1)
                );
            }
        }
    }
    if evaluations.is_empty() {
        let _ = writeln!(text, "  nothing: no predictions belong to a split with ground truth");
    }
    let _ = writeln!(text, "\n{}", if problems.is_empty() { "No problems found" } else { "Problems" });
    for problem in problems {
        let word = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        };
        let _ = writeln!(text, "  {word} {} ×{}: {}", problem.code, problem.count, problem.message);
        for example in &problem.examples {
            let _ = writeln!(text, "      {example}");
        }
    }
    text
}

/// Writes `evalens.json` from what is recognised.
///
/// # Errors
/// Where nothing is recognised, the file is there already (without `--force`), or cannot be written.
pub fn init(args: &InitArgs) -> Result<Exit, CliError> {
    let progress = TerminalProgress::default();
    let recognised = formats::recognise(&args.path, &progress)?;
    progress.clear();
    let path = project_file::write(&args.path, &recognised.project, args.force)
        .map_err(|error| CliError::Unusable(error.to_string()))?;
    let (datasets, models) = (recognised.project.datasets.len(), recognised.project.models.len());
    print(&format!(
        "Wrote {} with {} and {}\n",
        path.display(),
        fmt::counted(datasets as u64, "dataset", "datasets"),
        fmt::counted(models as u64, "model version", "model versions")
    ))?;
    Ok(Exit::Done)
}
