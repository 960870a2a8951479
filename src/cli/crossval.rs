//! `evalens crossval`: an honest score for embeddings and labels without a model.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::formats;
use crate::metrics::classification::SingleLabel;
use crate::model::project::{Choice, EmbeddingEntry, Project};
use crate::model::{Task, fmt};
use crate::report::document::{At, ConfidenceSource, Document, Inputs, Written};
use crate::report::labels::SinglePart;
use crate::session::crossval::{self, Crossed, Request};
use crate::session::{OpenProject, load, versions};
use crate::store::place::Keeper;
use crate::vectors::kfold::mean_and_deviation;
use crate::vectors::params::{KFoldParams, Strength};

use super::args::CrossvalArgs;
use super::output::{TerminalProgress, print, write_to};
use super::{CliError, Exit};

/// Cross-validates and writes.
///
/// # Errors
/// A sentence where the input or the arguments make no sense, or the output cannot be written.
pub fn crossval(args: &CrossvalArgs) -> Result<Exit, CliError> {
    let progress = TerminalProgress::default();
    let (root, project, choice) = find(args, &progress)?;
    let strength = if args.choose_l2 { Strength::chosen() } else { Strength::Fixed(args.l2) };
    let params = KFoldParams { folds: args.folds, seed: args.seed, strength, ..KFoldParams::default() };
    let request = Request { choice, params, groups: args.groups.clone(), learning_curve: args.learning_curve };
    let material = crossval::material(&root, &project, &request, &progress)?;
    let mut crossed = crossval::run(&material, &request, &progress)?;
    if args.save {
        let keeper = Keeper::of_this_person();
        crossed.kept = versions::keep(&keeper, &root, &project, &request, &material, &crossed, &progress)?;
    }
    progress.clear();
    if let Some(target) = &args.json {
        let document = document(&crossed, &request)?;
        write_to(target, |out| {
            serde_json::to_writer(&mut *out, &document)?;
            writeln!(out)
        })?;
    } else {
        print(&words(&crossed))?;
    }
    Ok(Exit::Done)
}

/// The project and the dataset in it: a folder, or the files named.
fn find(args: &CrossvalArgs, progress: &TerminalProgress) -> Result<(PathBuf, Project, Choice), CliError> {
    if let (Some(vectors), Some(truth)) = (&args.embeddings, &args.truth) {
        let absolute =
            |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone()).display().to_string();
        let (root, mut project, choice) = formats::label_dataset_from_file(Task::Classification, truth)?;
        if let Some(dataset) = project.datasets.first_mut() {
            let ids = args.ids.as_ref().map(absolute);
            dataset.embeddings = Some(EmbeddingEntry { vectors: absolute(vectors), ids });
        }
        return Ok((root, project, choice));
    }
    let Some(path) = &args.path else {
        return Err(CliError::Usage("name a project folder, or --embeddings and --truth".to_owned()));
    };
    let OpenProject { root, recognised, .. } = load::open(path, &Keeper::of_this_person(), progress)?;
    let project = recognised.project.clone();
    let wanted = |entry: &crate::model::project::DatasetEntry| match &args.dataset {
        Some(name) => *name == entry.id || *name == format!("{}@{}", entry.id, entry.version),
        None => entry.can_be_cross_validated(),
    };
    let Some(dataset) = project.datasets.iter().position(wanted) else {
        let problem = match &args.dataset {
            Some(name) => format!("{}: has no dataset `{name}`", root.display()),
            None => format!("{}: has no dataset with labels and embeddings", root.display()),
        };
        return Err(CliError::Unusable(format!("{problem}; `evalens check` lists what was recognised")));
    };
    let entry = project.datasets.get(dataset);
    let splits = match &args.split {
        Some(names) => names.split(',').map(|s| s.trim().to_owned()).collect(),
        None => entry.map(|e| e.splits.keys().cloned().collect()).unwrap_or_default(),
    };
    Ok((root, project, Choice { model: 0, dataset, splits }))
}

/// `folds`, `summary` (means over folds), `summary_std` (population), `pooled` (a whole evaluation document).
fn document(crossed: &Crossed, request: &Request) -> Result<Value, CliError> {
    let broken = |error: serde_json::Error| CliError::Unusable(error.to_string());
    let of = |single: &SingleLabel| serde_json::to_value(SinglePart::new(single, None)).map_err(broken);
    let mut folds = Vec::new();
    let mut summaries = Vec::new();
    for (number, fold) in crossed.folds.iter().enumerate() {
        let summary = fold.numbers.as_ref().map(of).transpose()?;
        summaries.extend(summary.clone());
        folds.push(json!({
            "fold": number, "items": fold.items, "trained_on": fold.trained_on,
            "summary": summary, "trouble": fold.trouble,
        }));
    }
    let (means, spreads) = means(&summaries);
    let pooled = pooled(crossed)?;
    let curve = crossed.learning_curve.as_ref().map(|points| {
        let point = |p: &crate::vectors::kfold::CurvePoint| {
            let (mean, std) = p.accuracy().unzip();
            json!({"share": p.share, "trained_on": p.trained_on, "accuracy": mean, "accuracy_std": std})
        };
        points.iter().map(point).collect::<Vec<_>>()
    });
    Ok(json!({
        "schema": "evalens.crossval/1", "params": request.params, "groups": request.groups,
        "warnings": crossed.warnings, "problems": crossed.findings, "folds": folds, "summary": means,
        "summary_std": spreads, "learning_curve": curve, "pooled": pooled,
        "kept": crossed.kept.as_ref().map(|model| json!({"id": model.id, "version": model.version})),
    }))
}

/// Mean and population standard deviation over folds of every number that all folds have.
fn means(summaries: &[Value]) -> (Map<String, Value>, Map<String, Value>) {
    let (mut means, mut spreads) = (Map::new(), Map::new());
    let Some(Value::Object(first)) = summaries.first() else { return (means, spreads) };
    for key in first.keys() {
        let values: Option<Vec<f64>> = summaries.iter().map(|s| s.get(key).and_then(Value::as_f64)).collect();
        let Some(values) = values.filter(|_| first.get(key).is_some_and(Value::is_number)) else { continue };
        let Some((mean, deviation)) = mean_and_deviation(values.iter().copied()) else { continue };
        means.insert(key.clone(), json!(mean));
        spreads.insert(key.clone(), json!(deviation));
    }
    (means, spreads)
}

fn pooled(crossed: &Crossed) -> Result<Value, CliError> {
    let evaluation = &crossed.pooled;
    let matched = evaluation.matched.as_deref();
    let confidence = matched.and_then(|m| m.optima.pooled).unwrap_or(0.0);
    let counter = matched.map(|m| m.timeline.counter_at(confidence));
    let at = matched.zip(counter.as_ref()).map(|(matched, counter)| At {
        matched,
        counter,
        confidence,
        source: ConfidenceSource::Optimal,
        recommendations: &[],
        multilabel: None,
        intervals: None,
    });
    let settings = matched.map(|m| m.settings).unwrap_or_default();
    let written = Written { recommendations: false, ..Written::ALL };
    let inputs = Inputs { evaluation, settings, at, findings: &crossed.findings, written };
    serde_json::to_value(Document::new(&inputs)).map_err(|error| CliError::Unusable(error.to_string()))
}

/// What a person reads on the terminal.
fn words(crossed: &Crossed) -> String {
    let mut text = format!("{}\n", crossed.pooled.size().join(", "));
    for warning in &crossed.warnings {
        let _ = writeln!(text, "  {warning}");
    }
    for (number, fold) in crossed.folds.iter().enumerate() {
        let _ = match (&fold.numbers, &fold.trouble) {
            (Some(n), _) => writeln!(
                text,
                "  split {}: {} held out, accuracy {}  macro F1 {}  log loss {}",
                number + 1,
                fmt::count(fold.items as u64),
                fmt::rate(n.accuracy),
                fmt::rate(n.averages.macro_.f1),
                fmt::rate(n.log_loss)
            ),
            (None, trouble) => writeln!(text, "  split {}: {}", number + 1, trouble.as_deref().unwrap_or_default()),
        };
    }
    let (mean, spread) = crossed.spread(|n| n.accuracy).unzip();
    let _ = writeln!(text, "  mean accuracy {} ± {}", fmt::rate(mean), fmt::rate(spread));
    if let Some(kept) = &crossed.kept {
        let _ = writeln!(text, "  kept as model {}@{}", kept.id, kept.version);
    }
    for point in crossed.learning_curve.iter().flatten() {
        let (accuracy, spread) = point.accuracy().unzip();
        let _ = writeln!(
            text,
            "  trained on {} ({}): accuracy {} ± {}",
            fmt::percent(Some(point.share)),
            fmt::count(point.trained_on.round() as u64),
            fmt::rate(accuracy),
            fmt::rate(spread)
        );
    }
    text
}
