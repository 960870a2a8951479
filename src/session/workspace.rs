//! Several projects side by side: which there are, what each holds, and the open one with the datasets of the others.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::formats;
use crate::jobs::JobError;
use crate::model::project::{Choice, DatasetEntry, Home, Project};
use crate::model::run::Run;
use crate::model::{Findings, Progress};
use crate::store::place::Keeper;
use crate::store::runs::{self, StoredRun};
use crate::store::workspace_file;

use super::OpenProject;
use super::load;
use super::runs::stamp;

/// A project of the workspace.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its folder.
    pub root: PathBuf,
    /// What it holds, without anything of other projects; or why it cannot be used, in a sentence.
    pub state: Result<Arc<OpenProject>, String>,
    /// Its runs, the oldest first.
    pub runs: Vec<StoredRun>,
    /// Stamps of inputs that were looked at when the project was opened, by run: differs from the run's own where files
    /// changed.
    pub stamps: Vec<Option<String>>,
}

/// All projects.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// The file that lists them; `None` where they were opened one by one.
    pub file: Option<PathBuf>,
    /// The projects, in the order of the list.
    pub members: Vec<Member>,
    /// What was found wrong with runs.
    pub findings: Findings,
    /// Grows whenever projects or runs change.
    pub generation: u64,
    /// Each project with the datasets of all others behind its own; `None` for one that cannot be used.
    pub assembled: Vec<Option<Arc<OpenProject>>>,
}

impl Workspace {
    /// Opens folders, project files and workspace files. What cannot be used is a member that says why.
    ///
    /// # Errors
    /// Cancelled; and where a workspace file that was named itself cannot be read.
    pub fn open(paths: &[PathBuf], keeper: &Keeper, progress: &dyn Progress) -> Result<Self, JobError> {
        progress.stage("Looking at the folder");
        let mut workspace = Self::default();
        let mut list = List::default();
        for path in paths {
            if workspace_file::is_one(path) {
                workspace.file = Some(path.clone());
            }
            list.add(path, &mut Vec::new());
        }
        if let ([only], [Err(problem)]) = (paths, list.found.as_slice())
            && workspace.file.is_some()
        {
            return Err(JobError::Failed(format!("{}: {problem}", only.display())));
        }
        let total = list.found.len();
        for (done, found) in list.found.into_iter().enumerate() {
            progress.check()?;
            progress.progress(done, total);
            let member = match found {
                Ok(path) => Member::open(&path, keeper, &mut workspace.findings, progress)?,
                Err(problem) => Member::failed(PathBuf::new(), problem),
            };
            workspace.members.push(member);
        }
        workspace.assemble();
        for at in 0..workspace.members.len() {
            workspace.look(at);
        }
        Ok(workspace)
    }

    /// Takes in projects of another workspace that are not there yet; says how many.
    pub fn add(&mut self, other: Self) -> usize {
        let before = self.members.len();
        for member in other.members {
            match self.position(&member.root) {
                // What was tried before and failed is tried again.
                Some(at) if self.members.get(at).is_some_and(|known| known.state.is_err()) => {
                    if let Some(slot) = self.members.get_mut(at) {
                        *slot = member;
                    }
                }
                Some(_) => {}
                None => self.members.push(member),
            }
        }
        self.findings.merge(other.findings);
        self.assemble();
        self.members.len() - before
    }

    /// Takes a project out of the list; its folder stays as it is.
    pub fn remove(&mut self, root: &Path) {
        self.members.retain(|member| member.root != root);
        self.assemble();
    }

    /// The position of a project.
    #[must_use]
    pub fn position(&self, root: &Path) -> Option<usize> {
        self.members.iter().position(|member| member.root == root)
    }

    /// The name of a project for people: its own, with its folder's where two are called the same.
    #[must_use]
    pub fn name(&self, at: usize) -> String {
        let own = |member: &Member| match &member.state {
            Ok(project) if !project.recognised.project.name.is_empty() => project.recognised.project.name.clone(),
            _ => folder(&member.root),
        };
        let Some(member) = self.members.get(at) else { return String::new() };
        let name = own(member);
        let same = self.members.iter().filter(|other| own(other) == name).count();
        if same > 1 { format!("{name} ({})", folder(&member.root)) } else { name }
    }

    /// A project with the datasets of all others behind its own.
    #[must_use]
    pub fn project(&self, at: usize) -> Option<&Arc<OpenProject>> {
        self.assembled.get(at)?.as_ref()
    }

    /// Puts the datasets of all others behind those of each project.
    pub fn assemble(&mut self) {
        self.generation += 1;
        let guests: Vec<Vec<DatasetEntry>> = (0..self.members.len()).map(|at| self.guests(at)).collect();
        let whole = |(at, member): (usize, &Member)| {
            let own = member.state.as_ref().ok()?;
            let mut recognised = (*own.recognised).clone();
            let others = guests.iter().enumerate().filter(|(other, _)| *other != at);
            recognised.project.datasets.extend(others.flat_map(|(_, datasets)| datasets.iter().cloned()));
            let choices = formats::choices(&recognised.project);
            Some(Arc::new(OpenProject { recognised: Arc::new(recognised), choices, ..(**own).clone() }))
        };
        self.assembled = self.members.iter().enumerate().map(whole).collect();
    }

    /// The datasets of a project as the others see them.
    fn guests(&self, at: usize) -> Vec<DatasetEntry> {
        let Some(Ok(project)) = self.members.get(at).map(|member| &member.state) else { return Vec::new() };
        let home = Home { root: project.root.clone(), project: self.name(at) };
        let of = |dataset: &DatasetEntry| DatasetEntry { home: Some(home.clone()), ..dataset.clone() };
        project.recognised.project.datasets.iter().filter(|d| d.home.is_none()).map(of).collect()
    }

    /// Adds a run that was just made to its project.
    pub fn add_run(&mut self, root: &Path, run: StoredRun) {
        if let Some(member) = self.position(root).and_then(|at| self.members.get_mut(at)) {
            member.add(run);
            self.generation += 1;
        }
    }

    /// A run by the positions of its project and of itself.
    #[must_use]
    pub fn run(&self, member: usize, run: usize) -> Option<&Run> {
        Some(&self.members.get(member)?.runs.get(run)?.run)
    }

    /// The newest run of each model version on each dataset, by the positions of project and run.
    #[must_use]
    pub fn latest(&self) -> Vec<(usize, usize)> {
        let mut all = Vec::new();
        for (at, member) in self.members.iter().enumerate() {
            let mut seen = HashSet::new();
            let newest_first = member.runs.iter().enumerate().rev();
            let newest = newest_first.filter(|(_, stored)| {
                let (model, dataset) = (&stored.run.model, &stored.run.dataset);
                seen.insert((&model.id, &model.version, &dataset.id, &dataset.version, &dataset.splits))
            });
            let mut kept: Vec<(usize, usize)> = newest.map(|(run, _)| (at, run)).collect();
            kept.reverse();
            all.extend(kept);
        }
        all
    }

    /// Takes over what changed in an open project.
    pub fn follow(&mut self, project: &OpenProject) {
        let Some(member) = self.members.iter_mut().find(|member| member.root == project.root) else { return };
        let mut recognised = (*project.recognised).clone();
        recognised.project.datasets.retain(|dataset| dataset.home.is_none());
        let choices = formats::choices(&recognised.project);
        member.state = Ok(Arc::new(OpenProject { recognised: Arc::new(recognised), choices, ..project.clone() }));
        self.assemble();
    }

    /// Looks whether the inputs of a project's runs are as they were.
    fn look(&mut self, at: usize) {
        let Some(project) = self.project(at).cloned() else { return };
        let Some(member) = self.members.get_mut(at) else { return };
        let stamp = |stored: &StoredRun| {
            let choice = choice_of(&project.recognised.project, stored)?;
            let files = formats::input_files(&project.root, &project.recognised.project, &choice);
            Some(stamp(&project.root, &formats::fingerprint(&files)))
        };
        member.stamps = member.runs.iter().map(stamp).collect();
    }
}

/// What a run evaluated, as positions in a project; `None` where the project has it no longer.
#[must_use]
pub fn choice_of(project: &Project, stored: &StoredRun) -> Option<Choice> {
    let run = &stored.run;
    let model = project.models.iter().position(|m| m.id == run.model.id && m.version == run.model.version)?;
    let dataset = project.datasets.iter().position(|d| d.is_named_by(&run.dataset.id, &run.dataset.version))?;
    let entry = project.datasets.get(dataset)?;
    let whole = run.dataset.splits.iter().all(|split| entry.splits.contains_key(split));
    whole.then(|| Choice { model, dataset, splits: run.dataset.splits.clone() })
}

impl Member {
    /// Opens a project and reads its runs.
    ///
    /// # Errors
    /// Cancelled; a project that cannot be used is a member that says so.
    pub fn open(
        path: &Path,
        keeper: &Keeper,
        findings: &mut Findings,
        progress: &dyn Progress,
    ) -> Result<Self, JobError> {
        match load::open(path, keeper, progress) {
            Ok(project) => {
                let (runs, found) = runs::read(keeper, &project.root);
                findings.merge(found);
                let stamps = vec![None; runs.len()];
                Ok(Self { root: project.root.clone(), state: Ok(Arc::new(project)), runs, stamps })
            }
            Err(JobError::Cancelled) => Err(JobError::Cancelled),
            Err(error) => Ok(Self::failed(path.to_owned(), error.to_string())),
        }
    }

    fn failed(root: PathBuf, problem: String) -> Self {
        Self { root, state: Err(problem), runs: Vec::new(), stamps: Vec::new() }
    }

    /// Adds a run that was just made.
    pub fn add(&mut self, stored: StoredRun) {
        if self.runs.iter().any(|known| known.file == stored.file) {
            return;
        }
        self.stamps.push(Some(stored.run.inputs.stamp.clone()));
        self.runs.push(stored);
    }

    /// True where the inputs of a run are as they were, as far as is known.
    #[must_use]
    pub fn is_fresh(&self, run: usize) -> bool {
        let stamp = self.stamps.get(run).and_then(Option::as_ref);
        self.runs.get(run).is_some_and(|stored| stamp.is_none_or(|stamp| *stamp == stored.run.inputs.stamp))
    }
}

/// Project paths in the order of the lists that name them.
#[derive(Default)]
struct List {
    found: Vec<Result<PathBuf, String>>,
    seen: HashSet<PathBuf>,
}

impl List {
    /// Adds a project, or all that a workspace names; `above` are the workspaces that led here.
    fn add(&mut self, path: &Path, above: &mut Vec<PathBuf>) {
        let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let key = workspace_file::canonical(&whole);
        if above.contains(&key) {
            let chain: Vec<String> = above.iter().chain([&key]).map(|file| folder(file)).collect();
            self.found.push(Err(format!(
                "{}: the workspace names itself ({}); remove it from one of the lists",
                path.display(),
                chain.join(" → ")
            )));
            return;
        }
        if !workspace_file::is_one(path) {
            // A project that two lists name is there once.
            if self.seen.insert(key) {
                self.found.push(Ok(path.to_owned()));
            }
            return;
        }
        match workspace_file::read(path) {
            Ok(projects) => {
                above.push(key);
                for project in projects {
                    self.add(&project, above);
                }
                above.pop();
            }
            Err(error) => self.found.push(Err(error.to_string())),
        }
    }
}

fn folder(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
