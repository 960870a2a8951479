//! `evalens verdicts`: what was said of the labels of a dataset.

use std::fmt::Write as _;
use std::path::Path;

use crate::model::project::DatasetEntry;
use crate::model::verdict::standing;
use crate::model::{SuspectKind, Verdict, VerdictLine, fmt};
use crate::report::verdicts as report;
use crate::session::{OpenProject, load};
use crate::store::journal::Journal;
use crate::store::place::Keeper;

use super::args::VerdictsArgs;
use super::output::{TerminalProgress, print, say, write_to};
use super::{CliError, Exit};

/// Counts or writes the verdicts that stand.
///
/// # Errors
/// A sentence where there are none, the dataset is not named where several have some, or the output cannot be written.
pub fn verdicts(args: &VerdictsArgs) -> Result<Exit, CliError> {
    let progress = TerminalProgress::default();
    let keeper = Keeper::of_this_person();
    let OpenProject { root, recognised, .. } = load::open(&args.path, &keeper, &progress)?;
    progress.clear();
    let mut found: Vec<(&DatasetEntry, Vec<VerdictLine>)> = Vec::new();
    for entry in &recognised.project.datasets {
        let named = |name: &String| *name == entry.id || *name == format!("{}@{}", entry.id, entry.version);
        if args.dataset.as_ref().is_some_and(|name| !named(name)) {
            continue;
        }
        let journal = Journal { name: "labels", id: &entry.id, version: &entry.version };
        let read = journal.read::<VerdictLine>(&keeper, entry.root(&root));
        let (lines, unread) = read.map_err(|error| CliError::Unusable(error.to_string()))?;
        if unread > 0 {
            let lines = fmt::counted(unread as u64, "line", "lines");
            say(&format!("evalens: {lines} of the verdicts on {}@{} cannot be read", entry.id, entry.version));
        }
        if !lines.is_empty() {
            found.push((entry, lines));
        }
    }
    let (entry, lines) = match found.as_slice() {
        [only] => only,
        [] => return Err(none(&root, args.dataset.as_deref())),
        several => {
            let names: Vec<String> =
                several.iter().map(|(entry, _)| format!("{}@{}", entry.id, entry.version)).collect();
            let names = names.join(", ");
            return Err(CliError::Usage(format!("several datasets have verdicts; name one with --dataset: {names}")));
        }
    };
    let lines = standing(lines);
    let dataset = (entry.id.as_str(), entry.version.as_str());
    match &args.out {
        None => print(&counts(dataset, &lines))?,
        Some(target) if target.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json")) => {
            write_to(target, |out| writeln!(out, "{:#}", report::patch(dataset, &lines)))?;
        }
        Some(target) => {
            let table = report::csv(&lines).map_err(|error| CliError::Unusable(error.to_string()))?;
            write_to(target, |out| out.write_all(table.as_bytes()))?;
        }
    }
    Ok(Exit::Done)
}

fn none(root: &Path, dataset: Option<&str>) -> CliError {
    let of = dataset.map_or_else(String::new, |name| format!(" of a dataset `{name}`"));
    CliError::Unusable(format!(
        "{}: no label{of} was judged yet; the window’s page Errors, Label suspects, shows those that may be wrong",
        root.display()
    ))
}

/// A line a kind of suspect: how often each verdict was given.
fn counts((id, version): (&str, &str), lines: &[&VerdictLine]) -> String {
    let mut text = format!("{id}@{version}: {}\n", fmt::counted(lines.len() as u64, "verdict", "verdicts"));
    for kind in SuspectKind::ALL {
        let of_kind: Vec<Verdict> =
            lines.iter().filter(|line| line.kind == kind).filter_map(|line| line.verdict).collect();
        if of_kind.is_empty() {
            continue;
        }
        let _ = write!(text, "  {:<22}", kind.label());
        for verdict in Verdict::ALL {
            let n = of_kind.iter().filter(|said| **said == verdict).count();
            let _ = write!(text, "  {} {n}", verdict.label().to_lowercase());
        }
        text.push('\n');
    }
    text
}
