//! Which model versions, datasets and splits of a project the options mean.

use std::path::{Path, PathBuf};

use crate::model::project::{Choice, Home, Project};
use crate::session::workspace::Workspace;
use crate::session::{OpenProject, load};
use crate::store::place::Keeper;
use crate::store::workspace_file;

use super::CliError;
use super::output::TerminalProgress;

/// There is nothing to choose from; `what` narrows it down, such as ` of task detection`.
pub(super) fn nothing(root: &Path, what: &str) -> CliError {
    CliError::Unusable(format!(
        "{}: no predictions{what} belong to a split with ground truth; put a model's output beside it or say where it is in evalens.json",
        root.display()
    ))
}

/// Opens a project, with the datasets of those that come `with` it behind its own; also of the one whose folder stands in
/// the place of the project's name in `dataset`. Of a workspace's file the project that `model` names, `PROJECT:ID`, else
/// the only one with outputs.
pub(super) fn open(
    path: &Path,
    model: Option<&str>,
    dataset: Option<&str>,
    with: &[PathBuf],
    progress: &TerminalProgress,
) -> Result<OpenProject, CliError> {
    let keeper = Keeper::of_this_person();
    let named = dataset.and_then(|name| name.rsplit_once(':')).map(|(project, _)| PathBuf::from(project));
    let named = named.filter(|folder| folder.is_dir());
    let is_workspace = workspace_file::is_one(path);
    if with.is_empty() && named.is_none() && !is_workspace {
        return Ok(load::open(path, &keeper, progress)?);
    }
    let paths: Vec<PathBuf> = [path.to_owned()].into_iter().chain(with.iter().cloned()).chain(named).collect();
    let workspace = Workspace::open(&paths, &keeper, progress)?;
    let problem = workspace.members.iter().find_map(|member| member.state.as_ref().err());
    if let Some(problem) = problem.filter(|_| !is_workspace) {
        return Err(CliError::Unusable(problem.clone()));
    }
    let at = if is_workspace { member_of(&workspace, path, model)? } else { 0 };
    let project = workspace.project(at).ok_or_else(|| nothing(path, ""))?;
    Ok((**project).clone())
}

/// The project of a workspace that a model belongs to.
fn member_of(workspace: &Workspace, path: &Path, model: Option<&str>) -> Result<usize, CliError> {
    let usable = |at: &usize| workspace.project(*at).is_some_and(|project| !project.choices.is_empty());
    let all: Vec<usize> = (0..workspace.members.len()).filter(usable).collect();
    let wanted = model.and_then(|model| model.split_once(':')).map(|(project, _)| project);
    let found: Vec<usize> = match wanted {
        Some(wanted) => all.iter().copied().filter(|at| workspace.name(*at) == wanted).collect(),
        None => all.clone(),
    };
    match found.as_slice() {
        [only] => Ok(*only),
        _ if all.is_empty() => Err(nothing(path, "")),
        _ => {
            let names: Vec<String> = all.iter().map(|at| workspace.name(*at)).collect();
            Err(CliError::Usage(format!(
                "{} lists several projects; write the model as PROJECT:ID, with one of {}",
                path.display(),
                names.join(", ")
            )))
        }
    }
}

/// A model's name without its project's before it.
fn own_model<'a>(project: &Project, wanted: &'a str) -> &'a str {
    // Projects of one name have their folder's behind it.
    let is_own = |name: &str| {
        name.strip_prefix(project.name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(" ("))
    };
    wanted.split_once(':').filter(|(name, _)| is_own(name)).map_or(wanted, |(_, id)| id)
}

/// Keeps the choices of a model, `ID[@VERSION]`.
pub(super) fn retain_model(project: &Project, all: &mut Vec<Choice>, wanted: &str) -> Result<(), CliError> {
    let known = all.iter().filter_map(|c| project.models.get(c.model)).map(|m| (m.id.as_str(), m.version.as_str()));
    let (id, version) = pick("model", own_model(project, wanted), known)?;
    all.retain(|c| project.models.get(c.model).is_some_and(|m| m.id == id && m.version == version));
    Ok(())
}

/// Keeps the choices of a dataset, `[PROJECT:]ID[@VERSION]`.
pub(super) fn retain_dataset(project: &Project, all: &mut Vec<Choice>, wanted: &str) -> Result<(), CliError> {
    let wanted = own_name(project, wanted)?;
    let keys: Vec<(usize, String, &str)> =
        project.datasets.iter().enumerate().map(|(i, d)| (i, d.key().into_owned(), d.version.as_str())).collect();
    let chosen = keys.iter().filter(|(i, ..)| all.iter().any(|c| c.dataset == *i));
    let (id, version) = pick("dataset", &wanted, chosen.map(|(_, id, version)| (id.as_str(), *version)))?;
    all.retain(|c| project.datasets.get(c.dataset).is_some_and(|d| d.is_named_by(&id, &version)));
    Ok(())
}

/// A dataset's name as the project has it: without the project's own name before it, and with the name of another project
/// where its folder was written.
fn own_name(project: &Project, wanted: &str) -> Result<String, CliError> {
    let Some((other, rest)) = wanted.rsplit_once(':') else { return Ok(wanted.to_owned()) };
    if other == project.name {
        return Ok(rest.to_owned());
    }
    let mut homes = project.datasets.iter().filter_map(|dataset| dataset.home.as_ref());
    let same = |home: &&Home| home.project == other || is_same_folder(&home.root, Path::new(other));
    match homes.find(same) {
        Some(home) => Ok(format!("{}:{rest}", home.project)),
        None => Err(CliError::Usage(format!(
            "the dataset belongs to project `{other}`, which is not known here; name its folder with --with, or in the \
             place of `{other}`"
        ))),
    }
}

fn is_same_folder(a: &Path, b: &Path) -> bool {
    std::path::absolute(a).ok().zip(std::path::absolute(b).ok()).is_some_and(|(a, b)| a == b)
}

/// The names in `NAME[,NAME]`.
pub(super) fn splits(wanted: &str) -> Vec<String> {
    wanted.split(',').map(|s| s.trim().to_owned()).collect()
}

/// One choice per model and dataset that pools the splits.
pub(super) fn pool(all: &[Choice], splits: &[String]) -> Result<Vec<Choice>, CliError> {
    let has = |c: &Choice, split: &String| {
        all.iter().any(|o| (o.model, o.dataset) == (c.model, c.dataset) && o.splits.contains(split))
    };
    for split in splits {
        if !all.iter().any(|c| c.splits.contains(split)) {
            let mut known: Vec<&str> = all.iter().flat_map(|c| &c.splits).map(String::as_str).collect();
            known.sort_unstable();
            known.dedup();
            return Err(CliError::Usage(format!(
                "there is no split `{split}` with predictions; there is {}",
                known.join(", ")
            )));
        }
    }
    let mut pooled: Vec<Choice> = Vec::new();
    for choice in all {
        let complete = splits.iter().all(|s| has(choice, s));
        if complete && !pooled.iter().any(|p| (p.model, p.dataset) == (choice.model, choice.dataset)) {
            pooled.push(Choice { splits: splits.to_vec(), ..choice.clone() });
        }
    }
    if pooled.is_empty() {
        return Err(CliError::Usage(format!("no model has predictions for all of {}", splits.join(", "))));
    }
    Ok(pooled)
}

/// `ID` (latest version in natural order) or `ID@VERSION` among the known ones.
fn pick<'a>(
    what: &str,
    wanted: &str,
    known: impl Iterator<Item = (&'a str, &'a str)> + Clone,
) -> Result<(String, String), CliError> {
    let (id, version) = wanted.rsplit_once('@').map_or((wanted, None), |(id, v)| (id, Some(v)));
    let fits = known.clone().filter(|(i, v)| *i == id && version.is_none_or(|w| w == *v));
    let found = fits.max_by(|a, b| natord::compare(a.1, b.1));
    found.map(|(i, v)| (i.to_owned(), v.to_owned())).ok_or_else(|| {
        let mut names: Vec<String> = known.map(|(i, v)| format!("{i}@{v}")).collect();
        names.sort_by(|a, b| natord::compare(a, b));
        names.dedup();
        CliError::Usage(format!("there is no {what} `{wanted}` with predictions; there is {}", names.join(", ")))
    })
}
