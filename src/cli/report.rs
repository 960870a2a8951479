//! `evalens report`: what is handed to others, without a display.

use std::path::Path;

use crate::analysis::Rules;
use crate::formats;
use crate::metrics::Evaluation;
use crate::model::fmt;
use crate::model::project::Choice;
use crate::report::content::Request;
use crate::report::sheet::Part;
use crate::session::reporting::{self, Subject, Wanted};
use crate::store::export::{self, File, FolderError};

use super::args::ReportArgs;
use super::output::{TerminalProgress, print, read_text};
use super::subject::{self, Done, How, Job};
use super::{CliError, Exit, choose};

/// Notes are at most so many bytes.
const NOTES: u64 = 1 << 20;

/// Makes the report of every result and writes them into one folder.
///
/// # Errors
/// A sentence where the input or the arguments make no sense, files are there already, or the folder cannot be written.
pub fn report(args: &ReportArgs) -> Result<Exit, CliError> {
    let progress = TerminalProgress::default();
    // Nobody waits for numbers that cannot be written.
    refuse_early(args)?;
    let request = request(args)?;
    let job = subject::find(&args.subject, &progress)?;
    let how = How {
        rules: Rules::of_changes(&args.rules.iter().cloned().collect()),
        duplicates: args.duplicates,
        ..How::of(&args.subject)
    };
    let results = job.choices.iter().map(|choice| subject::one(&job, choice, &how, &progress));
    let results: Vec<Done> = results.collect::<Result<_, _>>()?;
    let known: Vec<(Choice, Evaluation)> =
        results.iter().map(|done| (done.loaded.choice.clone(), done.loaded.evaluation.clone())).collect();
    let mut files = Vec::new();
    for done in &results {
        let wanted = Wanted {
            request: request.clone(),
            logo: args.logo.clone(),
            compare: rival(&job, &done.loaded.choice, args)?,
            leaderboard: args.leaderboard || has_several_models(&results, &done.loaded.choice),
            ..Wanted::default()
        };
        let own = one(&job, done, &how, (&wanted, &known, !args.no_intervals), &progress)?;
        if results.len() == 1 {
            files = own;
        } else {
            let folder = subject::folder_name(&job.project, &done.loaded.choice);
            files.extend(own.into_iter().map(|file| File { name: format!("{folder}/{}", file.name), ..file }));
        }
    }
    let written = export::write_folder(&args.out, &files, args.force, &progress);
    progress.clear();
    let written = written.map_err(|error| refused(&error))?;
    print(&format!("Wrote {} into {}\n", fmt::counted(written as u64, "file", "files"), args.out.display()))?;
    Ok(Exit::Done)
}

fn refused(error: &FolderError) -> CliError {
    match error {
        FolderError::Exists { folder, names } => {
            let more = names.len().saturating_sub(1);
            let others = if more == 0 {
                String::new()
            } else {
                format!(" (and {})", fmt::counted(more as u64, "other", "others"))
            };
            CliError::Unusable(format!(
                "{}: {}{others} is there already; name another folder with --out, or replace what is there with --force",
                folder.display(),
                names.first().map_or("", String::as_str)
            ))
        }
        error => CliError::Unusable(error.to_string()),
    }
}

/// A folder with a report in it, where it must not be replaced.
fn refuse_early(args: &ReportArgs) -> Result<(), CliError> {
    let names = if args.force { Vec::new() } else { export::already_there(&args.out, reporting::ALWAYS) };
    if names.is_empty() {
        return Ok(());
    }
    Err(refused(&FolderError::Exists { folder: args.out.clone(), names }))
}

fn request(args: &ReportArgs) -> Result<Request, CliError> {
    let file = Path::new(&args.notes);
    let notes = if !args.notes.is_empty() && !args.notes.contains('\n') && file.is_file() {
        read_text(file, NOTES)?
    } else {
        args.notes.clone()
    };
    let parts = if args.sections.is_empty() {
        Part::ALL.into_iter().collect()
    } else {
        args.sections.iter().copied().collect()
    };
    Ok(Request { title: args.title.clone(), notes, parts })
}

/// True where another model is among the results of the same data.
fn has_several_models(results: &[Done], choice: &Choice) -> bool {
    let place = |choice: &Choice| (choice.dataset, choice.splits.clone());
    results.iter().any(|done| done.loaded.choice.model != choice.model && place(&done.loaded.choice) == place(choice))
}

/// The choice of the model to compare with; `None` where that is the model itself, or none is wanted.
fn rival(job: &Job, choice: &Choice, args: &ReportArgs) -> Result<Option<Choice>, CliError> {
    let Some(wanted) = &args.compare else { return Ok(None) };
    let mut all = formats::choices(&job.project);
    choose::retain_model(&job.project, &mut all, wanted)?;
    let model = all.first().map(|other| other.model);
    all.retain(|other| other.dataset == choice.dataset);
    let whole = choice.splits.iter().all(|split| all.iter().any(|other| other.splits.contains(split)));
    let name = subject::folder_name(&job.project, choice);
    match model.filter(|_| whole) {
        Some(model) => Ok(Some(Choice { model, ..choice.clone() }).filter(|other| other != choice)),
        None => {
            Err(CliError::Usage(format!("--compare: `{wanted}` has no predictions for what `{name}` was evaluated on")))
        }
    }
}

fn one(
    job: &Job,
    done: &Done,
    how: &How,
    (wanted, known, intervals): (&Wanted, &[(Choice, Evaluation)], bool),
    progress: &TerminalProgress,
) -> Result<Vec<File>, CliError> {
    let evaluation = &done.loaded.evaluation;
    let (Some(matched), Some(counter)) = (&evaluation.matched, &done.counter) else {
        return Err(CliError::Unusable("nothing was counted, so there is nothing to report".to_owned()));
    };
    let subject = Subject {
        root: &job.root,
        project: &job.project,
        choice: &done.loaded.choice,
        choices: &formats::choices(&job.project),
        evaluation,
        matched,
        counter,
        confidence: done.confidence,
        source: done.source,
        settings: how.settings,
        recommendations: &done.recommendations,
        said: std::collections::BTreeMap::new(),
        findings: &done.loaded.findings,
        mappings: &done.loaded.mappings,
        kinds: None,
        known,
        runs: &[],
        intervals,
    };
    let made = reporting::make(&subject, wanted, progress)?;
    Ok(reporting::files(&made, progress)?)
}
