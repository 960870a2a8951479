//! The project file as text: reads and checks what `evalens.json` says, and writes it.
//!
//! Knows the schema and its rules. Does not know files: where they are and how they are kept is not said here.

use std::collections::HashSet;

use super::finding::{Findings, Severity};
use super::project::{Project, SCHEMA};

/// Why a text is no project.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}; {remedy}")]
pub struct ProjectProblem {
    /// JSON path, or line and column.
    pub place: String,
    /// What is wrong, as a clause without a full stop.
    pub problem: String,
    /// What the person can do, as a clause without a full stop.
    pub remedy: String,
}

impl ProjectProblem {
    fn new(place: impl Into<String>, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into(), remedy: remedy.into() }
    }
}

/// Reads the text of a project file.
///
/// # Errors
/// Where it is not JSON of the schema, has another schema, names something twice or not at all, or has a path of truth
/// or predictions that leaves the project folder.
pub fn parse(text: &str) -> Result<(Project, Findings), ProjectProblem> {
    check_schema(text)?;
    let project: Project = serde_json::from_str(text).map_err(|error| broken(&error))?;
    let mut findings = Findings::default();
    check_datasets(&project, &mut findings)?;
    check_models(&project, &mut findings)?;
    Ok((project, findings))
}

/// The text of a project file: indented, one line break at the end, keys in the order of the schema.
#[must_use]
pub fn to_text(project: &Project) -> String {
    let mut project = project.clone();
    // Datasets of other projects and models that the program keeps itself are at home elsewhere.
    project.datasets.retain(|dataset| dataset.home.is_none());
    project.models.retain(|model| !model.kept);
    SCHEMA.clone_into(&mut project.schema);
    // A project holds only texts, lists and maps with text keys, all of which JSON can hold.
    let mut text = serde_json::to_string_pretty(&project).unwrap_or_default();
    text.push('\n');
    text
}

fn broken(error: &serde_json::Error) -> ProjectProblem {
    let what = error.to_string();
    let what = what.split(" at line ").next().unwrap_or_default().to_owned();
    let remedy = match error.classify() {
        serde_json::error::Category::Data => "write what the schema evalens.project/1 asks for",
        _ => "correct the JSON",
    };
    let place = format!("line {}, column {}", error.line(), error.column());
    ProjectProblem::new(place, format!("is not a project file ({what})"), remedy)
}

/// The schema is looked at first: a newer one may have another shape.
fn check_schema(text: &str) -> Result<(), ProjectProblem> {
    #[derive(serde::Deserialize)]
    struct Head {
        #[serde(default)]
        schema: Option<serde_json::Value>,
    }
    let head: Head = serde_json::from_str(text).map_err(|error| broken(&error))?;
    match head.schema.as_ref().and_then(|s| s.as_str()) {
        Some(SCHEMA) => Ok(()),
        Some("evalens.workspace/1") => Err(ProjectProblem::new(
            "$.schema",
            "is a workspace, a list of projects, not a project",
            "open one of the projects that it lists",
        )),
        Some(other) if other.starts_with("evalens.project/") => Err(ProjectProblem::new(
            "$.schema",
            format!("`{other}` was written by a newer version"),
            format!("update the program, or write `{SCHEMA}`"),
        )),
        Some(other) => {
            Err(ProjectProblem::new("$.schema", format!("`{other}` is not known"), format!("write `{SCHEMA}`")))
        }
        None => Err(ProjectProblem::new("$.schema", "is missing", format!("write \"schema\": \"{SCHEMA}\""))),
    }
}

fn check_datasets(project: &Project, findings: &mut Findings) -> Result<(), ProjectProblem> {
    let mut seen = HashSet::new();
    for (i, dataset) in project.datasets.iter().enumerate() {
        let place = format!("$.datasets[{i}]");
        check_name(&dataset.id, &format!("{place}.id"))?;
        if !seen.insert((&dataset.id, &dataset.version)) {
            return Err(ProjectProblem::new(
                place,
                format!("dataset {}@{} is there twice", dataset.id, dataset.version),
                "give each its own id or version",
            ));
        }
        if dataset.splits.is_empty() {
            findings.add(
                Severity::Warning,
                "empty-dataset",
                "A dataset without splits has nothing to evaluate on; add `splits` with the paths of the truth.",
                || place.clone(),
            );
        }
        for (name, split) in &dataset.splits {
            let place = format!("{place}.splits.{name}");
            check_inside(&split.truth, &format!("{place}.truth"))?;
            if let Some(images) = &split.images {
                check_media(images, &format!("{place}.images"), findings)?;
            }
        }
        for (file, key) in [(&dataset.class_file, "class_file"), (&dataset.attributes, "attributes")] {
            if let Some(file) = file {
                check_inside(file, &format!("{place}.{key}"))?;
            }
        }
    }
    Ok(())
}

fn check_models(project: &Project, findings: &mut Findings) -> Result<(), ProjectProblem> {
    let mut seen = HashSet::new();
    for (i, model) in project.models.iter().enumerate() {
        let place = format!("$.models[{i}]");
        check_name(&model.id, &format!("{place}.id"))?;
        if !seen.insert((&model.id, &model.version)) {
            return Err(ProjectProblem::new(
                place,
                format!("model {}@{} is there twice", model.id, model.version),
                "give each its own id or version",
            ));
        }
        if let Some(head) = &model.head {
            check_inside(head, &format!("{place}.head"))?;
        }
        for (j, entry) in model.predictions.iter().enumerate() {
            let place = format!("{place}.predictions[{j}]");
            check_inside(&entry.path, &format!("{place}.path"))?;
            if entry.dataset.contains(':') {
                // Whether another project of the workspace has it is not known here.
                continue;
            }
            let dataset = project.datasets.iter().find(|d| d.id == entry.dataset && d.version == entry.version);
            if !dataset.is_some_and(|d| d.splits.contains_key(&entry.split)) {
                findings.add(
                    Severity::Warning,
                    "unknown-dataset",
                    "Predictions for a dataset, version or split that the project does not have are passed over; correct \
                     `dataset`, `version` and `split`.",
                    || format!("{place}: {}@{}, split {}", entry.dataset, entry.version, entry.split),
                );
            }
        }
    }
    Ok(())
}

fn check_name(name: &str, place: &str) -> Result<(), ProjectProblem> {
    if name.trim().is_empty() {
        return Err(ProjectProblem::new(place, "is empty", "give it a name"));
    }
    Ok(())
}

/// Truth and predictions lie inside the project folder: a file that somebody sends must not make the program read others.
fn check_inside(path: &str, place: &str) -> Result<(), ProjectProblem> {
    if path.trim().is_empty() {
        return Err(ProjectProblem::new(place, "is empty", "write a path relative to the project folder"));
    }
    if path.contains('\0') {
        return Err(ProjectProblem::new(
            place,
            "holds a zero character",
            "write a path relative to the project folder",
        ));
    }
    if leaves(path) {
        return Err(ProjectProblem::new(
            place,
            format!("`{path}` leaves the project folder"),
            "move the file into the folder, or open the folder that holds both",
        ));
    }
    Ok(())
}

fn check_media(path: &str, place: &str, findings: &mut Findings) -> Result<(), ProjectProblem> {
    if path.contains('\0') {
        return Err(ProjectProblem::new(place, "holds a zero character", "write a path"));
    }
    if leaves(path) {
        findings.add(
            Severity::Info,
            "path-outside-project",
            "Pictures are read from outside the project folder; they stay behind when the folder is moved.",
            || format!("{place}: {path}"),
        );
    }
    Ok(())
}

/// True for absolute paths, on any system, and for those that climb above where they start.
fn leaves(path: &str) -> bool {
    let mut characters = path.chars();
    let drive = characters.next().is_some_and(|c| c.is_ascii_alphabetic()) && characters.next() == Some(':');
    if drive || path.starts_with(['/', '\\']) {
        return true;
    }
    let mut depth = 0_i64;
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => depth -= 1,
            _ => depth += 1,
        }
        if depth < 0 {
            return true;
        }
    }
    false
}
