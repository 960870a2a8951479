//! `evalens leaderboard`: all model versions of one or several projects in the order of a number.

use std::fmt::Write as _;

use crate::analysis::leaderboard::{Column, OF_TEXTS, Row, Shown, evaluation_dataset, rows, training_dataset};
use crate::metrics::{DetectionSettings, Sections};
use crate::model::project::Choice;
use crate::model::run::{Run, headline, step_of, threshold_of};
use crate::model::{Task, fmt};
use crate::report::leaderboard::Leaderboard;
use crate::session::evaluations::{Key, latest};
use crate::session::workspace::Workspace;
use crate::session::{OpenProject, load, runs};
use crate::store::place::Keeper;

use super::args::{Confidence, LeaderboardArgs};
use super::output::{TerminalProgress, print, say, write_to};
use super::{CliError, Exit};

/// Ranks and writes.
///
/// # Errors
/// A sentence where nothing can be evaluated, or the output cannot be written.
pub fn leaderboard(args: &LeaderboardArgs) -> Result<Exit, CliError> {
    let progress = TerminalProgress::default();
    let by = Column::from_name(&args.sort).ok_or_else(|| {
        let of_texts = OF_TEXTS.iter().map(|metric| metric.name());
        let names: Vec<&str> = Column::ALL.iter().map(|column| column.name()).chain(of_texts).collect();
        CliError::Usage(format!("`{}` is no column; sort by one of {}", args.sort, names.join(", ")))
    })?;
    let step = match args.confidence {
        Confidence::Optimal => None,
        Confidence::Given(value) => Some(step_of(value).ok_or_else(|| {
            CliError::Usage(format!("results are kept at confidence 0, 0.05, … 1; {value} is none of these"))
        })?),
    };
    let keeper = Keeper::of_this_person();
    let workspace = Workspace::open(&args.paths, &keeper, &progress)?;
    let mut problems: Vec<String> = workspace.members.iter().filter_map(|m| m.state.clone().err()).collect();
    let mut all: Vec<Run> = Vec::new();
    for at in 0..workspace.members.len() {
        let Some(project) = workspace.project(at) else { continue };
        for choice in &project.choices {
            if args.task.is_some_and(|task| choice.dataset(&project.recognised.project).is_some_and(|d| d.task != task))
            {
                continue;
            }
            match one(&workspace, at, project, choice, args.save.then_some(&keeper), &progress) {
                Ok(run) => all.extend(run),
                Err(error) => problems.push(error.to_string()),
            }
        }
    }
    progress.clear();
    for problem in &problems {
        say(&format!("evalens: {problem}"));
    }
    if all.is_empty() {
        return Err(CliError::Unusable(
            "there is no result to rank; put a model's output beside the ground truth, or name it in evalens.json"
                .to_owned(),
        ));
    }
    let all: Vec<&Run> = all.iter().collect();
    let shown = Shown { step, ..Shown::default() };
    let ranked = rows(&all, &shown, by, !by.is_number());
    match &args.json {
        Some(target) => write_to(target, |out| {
            serde_json::to_writer(&mut *out, &Leaderboard::new(&all, &ranked, by.name(), step.map(threshold_of)))?;
            writeln!(out)
        })?,
        None => print(&words(&all, &ranked))?,
    }
    Ok(Exit::Done)
}

/// The run of a choice: one that is kept and whose files are as they were, else a new one.
fn one(
    workspace: &Workspace,
    at: usize,
    project: &OpenProject,
    choice: &Choice,
    keeper: Option<&Keeper>,
    progress: &TerminalProgress,
) -> Result<Option<Run>, CliError> {
    let of = &project.recognised.project;
    let (Some(model), Some(dataset)) = (choice.model(of), choice.dataset(of)) else { return Ok(None) };
    let key = Key {
        root: project.root.clone(),
        model: (model.id.clone(), model.version.clone()),
        dataset: (dataset.key().into_owned(), dataset.version.clone()),
        splits: choice.splits.clone(),
    };
    let known = latest(workspace, at, &key).filter(|(known, fresh)| *fresh && !known.run.at_steps.is_empty());
    if let Some((known, _)) = known {
        return Ok(Some(known.run.clone()));
    }
    let settings = DetectionSettings::default();
    let loaded = load::evaluate(&project.root, of, choice, settings, Sections::ALL, progress)?;
    let nowhere = Keeper::default();
    let keeper = keeper.unwrap_or(&nowhere);
    let read = (&loaded.fingerprint, loaded.mappings.as_slice());
    let recorded = runs::record(keeper, project, choice, &loaded.evaluation, read, &[], progress)?;
    Ok(recorded.map(|stored| stored.run))
}

/// The same of generated texts.
fn words_of_texts(runs: &[&Run], rows: &[Row]) -> String {
    let name = |run: &Run| format!("{}@{}", run.model.id, run.model.version);
    let wide = runs.iter().map(|run| name(run).chars().count()).max().unwrap_or(0).max(5);
    let mut text = format!("{:>4}  {:<wide$}", "rank", "model");
    for metric in OF_TEXTS {
        let _ = write!(text, "  {:>14}", metric.label());
    }
    text.push_str("  pass rate  evaluated on\n");
    for row in rows {
        let Some(run) = runs.get(row.run) else { continue };
        let rank = row.rank.map_or_else(|| fmt::UNDEFINED.to_owned(), |rank| rank.to_string());
        let _ = write!(text, "{rank:>4}  {:<wide$}", name(run));
        for value in row.of_texts {
            let _ = write!(text, "  {:>14}", fmt::rate(value));
        }
        let _ = writeln!(text, "  {:>9}  {}", fmt::rate(row.headline), evaluation_dataset(run));
    }
    text
}

/// What a person reads on the terminal.
fn words(runs: &[&Run], rows: &[Row]) -> String {
    let mut text = String::new();
    let longest = |of: &dyn Fn(&Run) -> String| runs.iter().map(|run| of(run).chars().count()).max().unwrap_or(0);
    let model = |run: &Run| format!("{}@{}", run.model.id, run.model.version);
    if runs.iter().all(|run| run.task == Task::TextGeneration) {
        return words_of_texts(runs, rows);
    }
    let (wide, dataset) = (longest(&model).max(5), longest(&evaluation_dataset).max(10));
    let _ = writeln!(
        text,
        "{:>4}  {:<wide$}  {:<dataset$}  {:>7}  {:>6}  {:>9}  {:>6}  headline",
        "rank", "model", "evaluated on", "ROC AUC", "F1", "precision", "recall"
    );
    for row in rows {
        let Some(run) = runs.get(row.run) else { continue };
        let rank = row.rank.map_or_else(|| fmt::UNDEFINED.to_owned(), |rank| rank.to_string());
        let trained = training_dataset(run).map_or_else(String::new, |trained| format!(", trained on {trained}"));
        let _ = writeln!(
            text,
            "{rank:>4}  {:<wide$}  {:<dataset$}  {:>7}  {:>6}  {:>9}  {:>6}  {} {}{trained}",
            model(run),
            evaluation_dataset(run),
            fmt::rate(row.roc_auc),
            fmt::rate(row.f1),
            fmt::rate(row.precision),
            fmt::rate(row.recall),
            headline(run.task).1,
            fmt::rate(row.headline),
        );
    }
    text
}
