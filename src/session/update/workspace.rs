//! Projects that come and go, what is calculated of them one after the other, and the runs that are kept.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cache::TableCache;
use crate::jobs::{JobCtx, JobError};
use crate::metrics::{Evaluation, MatchTable, Sections};
use crate::model::project::Choice;
use crate::session::evaluations::{Evaluations, Key, ModelKey, Row, State};
use crate::session::explorer::Explorer;
use crate::session::history::{Location, Page};
use crate::session::load;
use crate::session::ranges::{Asked, Ranges};
use crate::session::runs;
use crate::session::workspace::Workspace;
use crate::session::{EventBody, Notice, OpenProject, Session, Slot, update};
use crate::store::log;
use crate::store::notes::{self, Note};
use crate::store::runs::StoredRun;
use crate::store::workspace_file;

impl Session {
    /// Opens projects instead of what is open, or beside it.
    pub(in crate::session) fn open_all(&mut self, paths: Vec<PathBuf>, beside: bool) {
        self.program.restoring = None;
        let names: Vec<String> = paths.iter().map(|path| short(path)).collect();
        let keeper = self.keeper.clone();
        self.start(
            Slot::Open,
            format!("Opening {}", names.join(", ")),
            move |ctx| Workspace::open(&paths, &keeper, ctx).map(Box::new),
            move |result| EventBody::Opened(beside, result),
        );
    }

    pub(super) fn opened(&mut self, workspace: Workspace, beside: bool) {
        for problem in workspace.members.iter().filter_map(|member| member.state.as_ref().err()) {
            self.fail(problem);
        }
        if beside && !self.workspace.members.is_empty() {
            let added = self.workspace.add(workspace);
            let word = if added == 1 { "project was" } else { "projects were" };
            self.notices.push(Notice { is_error: false, text: format!("{added} {word} added to the workspace") });
            self.guests_changed();
            return;
        }
        let Some(first) = workspace.members.iter().position(|member| member.state.is_ok()) else { return };
        let several = workspace.members.len() > 1;
        let remembered = workspace.file.clone().or_else(|| workspace.members.get(first).map(|m| m.root.clone()));
        self.settings.remember(&remembered.unwrap_or_default());
        self.save_settings();
        self.workspace = workspace;
        self.evaluations = Evaluations::default();
        self.evaluations.refresh(&self.workspace);
        let usual = (first, if several { Page::Evaluations } else { Page::Overview });
        let (at, page) = self.restored_start().unwrap_or(usual);
        for member in &self.workspace.members {
            log::info(&format!("opened {}", member.root.display()));
        }
        self.activate(at, page);
    }

    /// Puts a project of the workspace on screen, with what was last looked at in it.
    fn activate(&mut self, at: usize, page: Page) {
        let Some(project) = self.workspace.project(at).cloned() else { return };
        let last = self.settings.last_choice(&project.root, &project.recognised.project);
        let last = last.filter(|c| c.splits.iter().all(|s| update::has_split(&project.choices, c, s)));
        let choice = last.or_else(|| load::first_choice(&project.recognised.project, &project.choices));
        self.explorer = None;
        self.crossed = None;
        self.project = Some((*project).clone());
        self.history.restart(Location { page, ..Location::default() });
        match choice {
            Some(choice) => self.evaluate(choice),
            None => self.fail(
                "This folder has ground truth but no predictions; put a model's output beside it \
                 (COCO results, YOLO txt with confidence or a table of class scores) and open it again",
            ),
        }
    }

    /// Shows the evaluation of a row; its project comes on screen where another one is.
    pub(super) fn view_results(&mut self, key: &Key) {
        let Some(at) = self.workspace.position(&key.root) else { return };
        let Some(project) = self.workspace.project(at).cloned() else { return };
        let Some(choice) = choice_of(&project, key) else {
            self.fail("What was evaluated is not in the project any more; add its dataset, or calculate again");
            return;
        };
        if self.project.as_ref().is_none_or(|open| open.root != project.root) {
            self.explorer = None;
            self.crossed = None;
        }
        self.project = Some((*project).clone());
        let there = self.explorer.as_ref().is_some_and(|e| e.choice == choice && !e.stale);
        self.history.go(Location { page: Page::Overview, ..Location::default() });
        if !there {
            self.evaluate(choice);
        }
    }

    pub(super) fn remove_project(&mut self, root: &Path) {
        self.workspace.remove(root);
        self.evaluations.waiting.retain(|key| key.root != root);
        if self.project.as_ref().is_some_and(|project| project.root == root) {
            match self.workspace.members.iter().position(|member| member.state.is_ok()) {
                Some(next) => self.activate(next, Page::Evaluations),
                None => self.close(),
            }
        }
        self.guests_changed();
    }

    /// A project that was moved: its entry opens the folder's new place.
    pub(super) fn relink(&mut self, from: &Path, to: PathBuf) {
        self.workspace.remove(from);
        self.open_all(vec![to], true);
    }

    pub(super) fn save_workspace(&mut self, file: PathBuf) {
        let roots: Vec<PathBuf> = self.workspace.members.iter().map(|member| member.root.clone()).collect();
        match workspace_file::write(&file, &roots) {
            Ok(()) => {
                self.settings.remember(&file);
                self.save_settings();
                self.notices.push(Notice { is_error: false, text: format!("Wrote {}", file.display()) });
                self.workspace.file = Some(file);
            }
            Err(error) => self.fail(&error.to_string()),
        }
    }

    /// Looks at all folders again.
    pub(super) fn rescan(&mut self) {
        let paths = match &self.workspace.file {
            Some(file) => vec![file.clone()],
            None => self.workspace.members.iter().map(|member| member.root.clone()).collect(),
        };
        let keeper = self.keeper.clone();
        self.start(
            Slot::Rescan,
            "Looking for new versions",
            move |ctx| Workspace::open(&paths, &keeper, ctx).map(Box::new),
            EventBody::Rescanned,
        );
    }

    pub(super) fn rescanned(&mut self, workspace: Workspace) {
        let known: Vec<_> = self.evaluations.rows.iter().map(|row| row.key.clone()).collect();
        let file = self.workspace.file.clone();
        self.workspace = workspace;
        self.workspace.file = self.workspace.file.take().or(file);
        self.guests_changed();
        if self.settings.calculate_new {
            let is_new = |key: &Key| !known.iter().any(|old| old.root == key.root && old.model == key.model);
            let ready = self.evaluations.rows.iter().filter(|row| row.missing.is_none());
            let new: Vec<Key> = ready.map(|row| row.key.clone()).filter(is_new).collect();
            self.calculate(new);
        }
    }

    /// The open project and the rows follow the workspace.
    pub(super) fn guests_changed(&mut self) {
        self.evaluations.refresh(&self.workspace);
        let Some(open) = &self.project else { return };
        let Some(project) = self.workspace.position(&open.root).and_then(|at| self.workspace.project(at)) else {
            return;
        };
        // Positions of own models and datasets stay; what is on screen keeps its meaning only if its names do.
        let same = self.explorer.as_ref().is_none_or(|explorer| {
            let names = |p: &OpenProject| {
                let project = &p.recognised.project;
                let model = explorer.choice.model(project).map(|m| (m.id.clone(), m.version.clone()));
                let dataset = explorer.choice.dataset(project).map(|d| (d.key().into_owned(), d.version.clone()));
                (model, dataset)
            };
            names(open) == names(project)
        });
        self.project = Some((**project).clone());
        if !same && let Some(explorer) = &mut self.explorer {
            explorer.stale = true;
        }
    }

    /// The workspace takes over what changed in the open project.
    pub(super) fn member_follows(&mut self) {
        if let Some(project) = &self.project {
            self.workspace.follow(project);
            self.guests_changed();
        }
    }

    pub(super) fn pick(&mut self, key: &Key) {
        let model = (key.root.clone(), key.model.0.clone(), key.model.1.clone());
        let chosen = (key.dataset.0.clone(), key.dataset.1.clone(), key.splits.clone());
        self.evaluations.picked.insert(model, chosen);
        self.evaluations.refresh(&self.workspace);
    }

    /// Puts keys at the end of what is to be calculated.
    pub(super) fn calculate(&mut self, keys: Vec<Key>) {
        for key in keys {
            self.evaluations.failed.remove(&key);
            if self.evaluations.running.as_ref() != Some(&key) && !self.evaluations.waiting.contains(&key) {
                self.evaluations.waiting.push_back(key);
            }
        }
        self.calculate_next();
    }

    /// Everything that can be calculated and is not there, or not any more.
    pub(super) fn calculate_all(&mut self) {
        let open = |row: &&Row| {
            let state = self.evaluations.state(&self.workspace, row);
            row.missing.is_none() && matches!(state, State::Ready | State::Stale(_) | State::Failed(_))
        };
        let keys: Vec<Key> = self.evaluations.rows.iter().filter(open).map(|row| row.key.clone()).collect();
        self.calculate(keys);
    }

    fn calculate_next(&mut self) {
        if self.evaluations.running.is_some() {
            return;
        }
        let Some(key) = self.evaluations.waiting.pop_front() else { return };
        let project = self.workspace.position(&key.root).and_then(|at| self.workspace.project(at)).cloned();
        let chosen = project.and_then(|project| Some((choice_of(&project, &key)?, project)));
        let Some((choice, project)) = chosen else {
            self.evaluations.failed.insert(key, "What was to be evaluated is not in the workspace any more".to_owned());
            self.calculate_next();
            return;
        };
        let (keeper, settings) = (self.keeper.clone(), self.matching);
        let tables = self.tables.clone();
        let title = format!("Calculating {}", update::describe(&project.recognised.project, &choice));
        self.evaluations.running = Some(key.clone());
        self.start(
            Slot::Calculate,
            title,
            move |ctx| {
                let (root, of) = (&project.root, &project.recognised.project);
                let loaded = load::evaluate(root, of, &choice, settings, Sections::ALL, ctx)?;
                let read = (&loaded.fingerprint, loaded.mappings.as_slice());
                let run = runs::record(&keeper, &project, &loaded.choice, &loaded.evaluation, read, &[], ctx)?;
                keep_table(tables.as_deref(), run.as_ref(), &loaded.evaluation, ctx)?;
                Ok(run)
            },
            move |result| EventBody::Calculated(key, result.map(|run| run.map(Box::new))),
        );
    }

    pub(super) fn calculated(&mut self, key: Key, result: Result<Option<Box<StoredRun>>, JobError>) {
        self.evaluations.running = None;
        match result {
            Ok(Some(run)) => self.keep_run(&key.root, *run),
            Ok(None) => {
                self.evaluations.failed.insert(key, "Nothing was counted".to_owned());
            }
            Err(JobError::Cancelled) => {}
            Err(error) => {
                self.evaluations.failed.insert(key, error.to_string());
            }
        }
        self.calculate_next();
    }

    /// What was being calculated, and everything behind it, is given up.
    pub(super) fn stop_calculating(&mut self) {
        self.evaluations.waiting.clear();
        self.evaluations.running = None;
    }

    pub(super) fn open_model(&mut self, key: ModelKey) {
        match notes::read(&self.keeper, &key.0, &key.1, &key.2) {
            Ok(note) => self.note = note,
            Err(error) => {
                self.note = Note::default();
                self.fail(&error.to_string());
            }
        }
        self.go(Location { page: Page::Model, model: Some(key), ..Location::default() });
    }

    pub(super) fn save_note(&mut self, key: &ModelKey, note: &Note) {
        let written = match self.keeper.place(&key.0) {
            Ok(Some(place)) => notes::write(&place, &key.1, &key.2, note).map_err(|e| e.to_string()),
            Ok(None) => Ok(()),
            Err(error) => Err(error.to_string()),
        };
        match written {
            Ok(()) => self.note = note.clone(),
            Err(error) => self.fail(&error),
        }
    }

    /// How far the order of runs is certain; nothing where that was asked for already.
    pub(super) fn rank_ranges(&mut self, asked: Asked) {
        let same = self.ranges.as_ref().is_some_and(|ranges| ranges.asked == asked);
        let Some(tables) = self.tables.clone().filter(|_| !same) else { return };
        let work = move |ctx: &JobCtx| Ranges::compute(asked, &tables, ctx).map(Box::new);
        self.start(Slot::Ranges, "Comparing results", work, EventBody::Ranged);
    }

    pub(super) fn keep_run(&mut self, root: &Path, run: StoredRun) {
        let inside = run.file.starts_with(root) || run.file.parent().is_none_or(|p| p.as_os_str().is_empty());
        if !inside && !self.keeper.never_inside && self.keeper.untouched.iter().all(|untouched| untouched != root) {
            let folder = run.file.ancestors().nth(2).unwrap_or(&run.file);
            let text = format!(
                "{}: nothing can be written into this folder; results are kept outside the project, in {}",
                root.display(),
                folder.display()
            );
            let notice = Notice { is_error: false, text };
            if !self.notices.contains(&notice) {
                self.notices.push(notice);
            }
        }
        self.workspace.add_run(root, run);
    }

    /// Keeps the run of what came on screen.
    pub(super) fn record_explorer(&mut self) {
        let (Some(project), Some(explorer)) = (&self.project, &self.explorer) else { return };
        if !self.keeper.writes || explorer.inputs.is_empty() || self.workspace.position(&project.root).is_none() {
            return;
        }
        let Explorer { choice, evaluation, fingerprint, mappings, .. } = explorer;
        let (choice, evaluation) = (choice.clone(), evaluation.clone());
        let (looks, mappings) = (fingerprint.clone(), mappings.clone());
        let (keeper, project) = (self.keeper.clone(), Arc::new(project.clone()));
        let known = self.workspace.position(&project.root).and_then(|at| self.workspace.members.get(at));
        let known: Vec<StoredRun> = known.map(|member| member.runs.clone()).unwrap_or_default();
        let (root, tables) = (project.root.clone(), self.tables.clone());
        self.start(
            Slot::Record,
            "Keeping the run",
            move |ctx| {
                let run = runs::record(&keeper, &project, &choice, &evaluation, (&looks, &mappings), &known, ctx)?;
                keep_table(tables.as_deref(), run.as_ref(), &evaluation, ctx)?;
                Ok(run)
            },
            move |result| EventBody::Recorded(root, result.map(|run| run.map(Box::new))),
        );
    }
}

/// Keeps the matches of a run at its optimum, unless they are there and can be read.
fn keep_table(
    tables: Option<&TableCache>,
    run: Option<&StoredRun>,
    evaluation: &Evaluation,
    ctx: &JobCtx,
) -> Result<(), JobError> {
    let (Some(tables), Some(StoredRun { run, .. })) = (tables, run) else { return Ok(()) };
    let identity = run.identity();
    let kept = tables.get(&identity).is_some_and(|bytes| MatchTable::from_bytes(&bytes).is_ok());
    if !kept {
        let table = MatchTable::of(evaluation, run.number("optimal_confidence").unwrap_or(0.0), ctx)?;
        tables.put(&identity, &table.to_bytes());
    }
    Ok(())
}

/// A key as positions in a project; `None` where the project does not have it.
#[must_use]
pub fn choice_of(project: &OpenProject, key: &Key) -> Option<Choice> {
    let of = &project.recognised.project;
    let model = of.models.iter().position(|m| m.id == key.model.0 && m.version == key.model.1)?;
    let dataset = of.datasets.iter().position(|d| d.is_named_by(&key.dataset.0, &key.dataset.1))?;
    Some(Choice { model, dataset, splits: key.splits.clone() })
}

fn short(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
