//! The evaluations page: a row a model version with the dataset chosen for it, what is calculated and what waits.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;

use crate::model::project::{Choice, DatasetEntry, ModelEntry};
use crate::model::run::{Run, RunClass};
use crate::model::{Scoring, Task};
use crate::store::runs::StoredRun;

use super::load::first_choice;
use super::workspace::Workspace;

/// A model version: folder of its project, id, version.
pub type ModelKey = (PathBuf, String, String);

/// A model version on splits of a dataset version, by names, as positions change.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Folder of the model's project.
    pub root: PathBuf,
    /// Model id and version.
    pub model: (String, String),
    /// Dataset id as that project names it, and version.
    pub dataset: (String, String),
    /// Splits, pooled.
    pub splits: Vec<String>,
}

/// A row of the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Position of the model's project in the workspace.
    pub member: usize,
    /// Position of the model in its project.
    pub model: usize,
    /// What is chosen for it; without a dataset where there is none of its task.
    pub key: Key,
    /// What is chosen, as positions in the project with the datasets of the others.
    pub choice: Option<Choice>,
    /// What is missing before it can be calculated, in a sentence.
    pub missing: Option<String>,
}

/// How far a row is.
#[derive(Clone, Copy, Debug)]
pub enum State<'a> {
    /// Something is missing.
    Missing(&'a str),
    /// It can be calculated.
    Ready,
    /// It waits for its turn.
    Waiting,
    /// It is being calculated.
    Running,
    /// It was calculated.
    Done(&'a StoredRun),
    /// It was calculated from files that have changed since.
    Stale(&'a StoredRun),
    /// It failed, and why.
    Failed(&'a str),
}

/// Everything that the page is about.
#[derive(Clone, Debug, Default)]
pub struct Evaluations {
    /// The rows, by project, then as the project lists its models.
    pub rows: Vec<Row>,
    /// What a person chose for a model: dataset, version, splits.
    pub picked: BTreeMap<ModelKey, (String, String, Vec<String>)>,
    /// What failed, and why.
    pub failed: BTreeMap<Key, String>,
    /// What is to be calculated, in this order.
    pub waiting: VecDeque<Key>,
    /// What is being calculated.
    pub running: Option<Key>,
}

impl Evaluations {
    /// Makes the rows anew from what the workspace holds.
    pub fn refresh(&mut self, workspace: &Workspace) {
        self.rows = Vec::new();
        for (at, member) in workspace.members.iter().enumerate() {
            let Some(project) = workspace.project(at) else { continue };
            for (position, model) in project.recognised.project.models.iter().enumerate() {
                let name = (member.root.clone(), model.id.clone(), model.version.clone());
                let picked = self.picked.get(&name).cloned();
                let chosen = picked.or_else(|| usual(workspace, at, position)).unwrap_or_default();
                self.rows.push(row(workspace, at, position, model, chosen));
            }
        }
    }

    /// How far a row is.
    #[must_use]
    pub fn state<'a>(&'a self, workspace: &'a Workspace, row: &'a Row) -> State<'a> {
        if self.running.as_ref() == Some(&row.key) {
            return State::Running;
        }
        if self.waiting.contains(&row.key) {
            return State::Waiting;
        }
        if let Some(problem) = self.failed.get(&row.key) {
            return State::Failed(problem);
        }
        if let Some((run, fresh)) = latest(workspace, row.member, &row.key) {
            return if fresh { State::Done(run) } else { State::Stale(run) };
        }
        row.missing.as_deref().map_or(State::Ready, State::Missing)
    }
}

/// The newest run of a key in a project, and whether its files are as they were and texts are still scored so.
#[must_use]
pub fn latest<'a>(workspace: &'a Workspace, member: usize, key: &Key) -> Option<(&'a StoredRun, bool)> {
    let project = workspace.project(member);
    let member = workspace.members.get(member)?;
    let at = member.runs.iter().rposition(|stored| is_of(stored, key))?;
    let stored = member.runs.get(at)?;
    let datasets = project.map(|project| &project.recognised.project.datasets);
    let entry = datasets.and_then(|all| all.iter().find(|entry| entry.is_named_by(&key.dataset.0, &key.dataset.1)));
    let scoring = entry.and_then(|entry| entry.scoring.clone()).filter(|scoring| *scoring != Scoring::default());
    let same = stored.run.task != Task::TextGeneration || entry.is_none() || stored.run.settings.scoring == scoring;
    Some((stored, same && member.is_fresh(at)))
}

/// True where the run is one of this key.
#[must_use]
pub fn is_of(stored: &StoredRun, key: &Key) -> bool {
    let (model, dataset) = (&stored.run.model, &stored.run.dataset);
    model.id == key.model.0
        && model.version == key.model.1
        && dataset.id == key.dataset.0
        && dataset.version == key.dataset.1
        && dataset.splits == key.splits
}

/// What is chosen for a model that nobody chose anything for: what it was calculated on last, else what opening its project
/// would show, else the first dataset of its task.
fn usual(workspace: &Workspace, member: usize, model: usize) -> Option<(String, String, Vec<String>)> {
    let project = workspace.project(member)?;
    let entry = project.recognised.project.models.get(model)?;
    let runs = &workspace.members.get(member)?.runs;
    let last = runs.iter().rev().find(|stored| {
        let known = &stored.run.model;
        known.id == entry.id && known.version == entry.version
    });
    if let Some(StoredRun { run, .. }) = last {
        return Some((run.dataset.id.clone(), run.dataset.version.clone(), run.dataset.splits.clone()));
    }
    let own: Vec<Choice> = project.choices.iter().filter(|choice| choice.model == model).cloned().collect();
    let named =
        |dataset: &DatasetEntry, splits: Vec<String>| (dataset.key().into_owned(), dataset.version.clone(), splits);
    if let Some(choice) = first_choice(&project.recognised.project, &own) {
        let dataset = choice.dataset(&project.recognised.project)?;
        return Some(named(dataset, choice.splits));
    }
    let fitting = project.recognised.project.datasets.iter().find(|dataset| dataset.task == entry.task)?;
    let split = fitting.splits.keys().find(|split| *split == "test").or_else(|| fitting.splits.keys().next())?;
    Some(named(fitting, vec![split.clone()]))
}

fn row(
    workspace: &Workspace,
    member: usize,
    position: usize,
    model: &ModelEntry,
    (id, version, splits): (String, String, Vec<String>),
) -> Row {
    let root = workspace.members.get(member).map(|m| m.root.clone()).unwrap_or_default();
    let name = (model.id.clone(), model.version.clone());
    let key = Key { root, model: name, dataset: (id, version), splits };
    let mut row = Row { member, model: position, key, choice: None, missing: None };
    let datasets = workspace.project(member).map(|p| p.recognised.project.datasets.as_slice()).unwrap_or_default();
    let found = datasets.iter().position(|d| d.is_named_by(&row.key.dataset.0, &row.key.dataset.1));
    let Some((dataset, entry)) = found.and_then(|i| Some((i, datasets.get(i)?))) else {
        row.missing = Some(if row.key.dataset.0.is_empty() {
            format!("There is no dataset to evaluate a model of {} on; add a project that has one", model.task.name())
        } else {
            format!("Dataset {}@{} is not in the workspace; add its project", row.key.dataset.0, row.key.dataset.1)
        });
        return row;
    };
    row.missing = missing(model, entry, &row.key.splits);
    row.choice = Some(Choice { model: position, dataset, splits: row.key.splits.clone() });
    row
}

/// What a model needs before it can be evaluated on splits of a dataset, in a sentence.
#[must_use]
pub fn missing(model: &ModelEntry, dataset: &DatasetEntry, splits: &[String]) -> Option<String> {
    if dataset.task != model.task {
        return Some(format!(
            "{} is a dataset of {}, {}@{} a model of {}",
            dataset.key(),
            dataset.task.name(),
            model.id,
            model.version,
            model.task.name()
        ));
    }
    if splits.is_empty() || dataset.splits.is_empty() {
        return Some(format!("{} has no split with ground truth; name one under `splits`", dataset.key()));
    }
    if let Some(split) = splits.iter().find(|split| !dataset.splits.contains_key(*split)) {
        return Some(format!("{} has no split {split}", dataset.key()));
    }
    if model.can_compute(dataset) {
        return None;
    }
    let absent = splits.iter().find(|split| model.outputs(dataset, split, |_| 0).is_none())?;
    Some(format!(
        "{}@{} has no outputs for {absent}: put them into {} and name it under `predictions` of the model with dataset \
         `{}`, version `{}` and split `{absent}`",
        model.id,
        model.version,
        suggested(model, dataset, absent),
        dataset.key(),
        dataset.version
    ))
}

/// What makes the numbers of a run shaky, in sentences: classes of the outputs without a match, fewer than two classes, fewer
/// than ten items of a class; fifty are recommended.
#[must_use]
pub fn warnings(run: &Run) -> Vec<String> {
    let mut all = Vec::new();
    if !run.unmapped.is_empty() {
        let names = run.unmapped.join(", ");
        all.push(format!(
            "No class of the dataset fits these of the outputs: {names}; choose on the page Run of the results"
        ));
    }
    if run.dataset.classes < 2 {
        all.push("There are fewer than two classes, so that none can be taken for another".to_owned());
    }
    for (least, word) in [(10, "needs at least 10"), (50, "should have 50 or more")] {
        let short = |class: &&RunClass| {
            let support = class.support();
            support < least && (least == 10 || support >= 10)
        };
        let names: Vec<&str> = run.classes.iter().filter(short).map(|class| class.name.as_str()).collect();
        if let Some(first) = names.first() {
            let more = names.len() - 1;
            let names = if more > 0 { format!("{first} and {more} more") } else { (*first).to_owned() };
            all.push(format!("Few {}: {names}; each class {word}", run.task.units().1));
        }
    }
    all
}

/// Where outputs that are not there yet may lie, in the model's project.
#[must_use]
pub fn suggested(model: &ModelEntry, dataset: &DatasetEntry, split: &str) -> String {
    let ending = if model.task.is_classification() { "csv" } else { "json" };
    let of = match &dataset.home {
        Some(home) => format!("{}-{}-", home.project, dataset.id),
        None => String::new(),
    };
    let plain = |text: &str| text.replace(['/', '\\', ':', ' '], "-");
    format!("predictions/{}/{}/{}{}.{ending}", plain(&model.id), plain(&model.version), plain(&of), plain(split))
}
