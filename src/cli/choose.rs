//! Which model versions, datasets and splits of a project the options mean.

use std::path::Path;

use crate::model::project::{Choice, Project};

use super::CliError;

/// There is nothing to choose from; `what` narrows it down, such as ` of task detection`.
pub(super) fn nothing(root: &Path, what: &str) -> CliError {
    CliError::Unusable(format!(
        "{}: no predictions{what} belong to a split with ground truth; put a model's output beside it or say where it is in evalens.json",
        root.display()
    ))
}

/// Keeps the choices of a model, `ID[@VERSION]`.
pub(super) fn retain_model(project: &Project, all: &mut Vec<Choice>, wanted: &str) -> Result<(), CliError> {
    let known = all.iter().filter_map(|c| project.models.get(c.model)).map(|m| (m.id.as_str(), m.version.as_str()));
    let (id, version) = pick("model", wanted, known)?;
    all.retain(|c| project.models.get(c.model).is_some_and(|m| m.id == id && m.version == version));
    Ok(())
}

/// Keeps the choices of a dataset, `[PROJECT:]ID[@VERSION]`.
pub(super) fn retain_dataset(project: &Project, all: &mut Vec<Choice>, wanted: &str) -> Result<(), CliError> {
    let wanted = match wanted.split_once(':') {
        Some((other, rest)) if other == project.name => rest,
        Some((other, _)) => {
            return Err(CliError::Usage(format!(
                "the dataset belongs to project `{other}`, but the folder given is project `{}`; give that project's folder",
                project.name
            )));
        }
        None => wanted,
    };
    let known = all.iter().filter_map(|c| project.datasets.get(c.dataset)).map(|d| (d.id.as_str(), d.version.as_str()));
    let (id, version) = pick("dataset", wanted, known)?;
    all.retain(|c| project.datasets.get(c.dataset).is_some_and(|d| d.id == id && d.version == version));
    Ok(())
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
