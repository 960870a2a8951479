//! `evalens evaluate`: both forms, from folder or files to numbers.

use std::fmt::Write as _;
use std::path::Path;

use crate::analysis::Rules;
use crate::metrics::Evaluation;
use crate::metrics::generation::ColumnKind;
use crate::model::fmt;
use crate::model::project::Project;
use crate::report::csv_tables;
use crate::report::document::{ConfidenceSource, Document, Inputs, Written};

use super::args::{EvaluateArgs, Section};
use super::output::{TerminalProgress, print, write_to};
use super::subject::{self, Done, How};
use super::{CliError, Exit};

/// Evaluates and writes.
///
/// # Errors
/// A sentence where the input or the arguments make no sense, or the output cannot be written.
pub fn evaluate(args: &EvaluateArgs) -> Result<Exit, CliError> {
    let progress = TerminalProgress::default();
    let job = subject::find(&args.subject, &progress)?;
    let written = written(&args.only);
    let how = How {
        written,
        rules: Rules::of_changes(&args.rules.iter().cloned().collect()),
        intervals: args.intervals,
        duplicates: args.duplicates,
        ..How::of(&args.subject)
    };
    let mut results = Vec::with_capacity(job.choices.len());
    for choice in &job.choices {
        results.push(subject::one(&job, choice, &how, &progress)?);
    }
    progress.clear();
    let parts: Vec<(Inputs<'_>, &Done)> = results.iter().map(|done| (done.inputs(&how), done)).collect();
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
                dir.join(subject::folder_name(&job.project, &done.loaded.choice))
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

fn write_tables(dir: &Path, document: &Document<'_>, inputs: &Inputs<'_>) -> Result<(), CliError> {
    let tables = csv_tables::tables(document, inputs.evaluation, inputs.at.as_ref())
        .map_err(|error| CliError::Output { file: dir.to_owned(), cause: error.to_string() })?;
    for (name, text) in tables {
        write_to(&dir.join(name), |out| out.write_all(text.as_bytes()))?;
    }
    Ok(())
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
