//! Errors by attributes of images and objects, custom slices, and the search for weak ones.

use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use crate::analysis::slices::{self, CustomSlice, Limits, Rows, Sources, attributes};
use crate::formats;
use crate::jobs::{JobCtx, JobError};
use crate::model::Progress;
use crate::session::errors::slices::{Answer, Ask, Counted, Found, Known, Line};
use crate::session::{EventBody, Session, Slot};
use crate::store::journal::Journal;

/// Changes that can be taken back.
const UNDONE: usize = 100;
/// The journal that slices are kept in.
const JOURNAL: &str = "slices";

/// What is not done yet.
enum Due {
    Attributes,
    Numbers,
}

impl Session {
    pub(super) fn slices_asked(&mut self, ask: Ask) {
        match ask {
            Ask::Open => self.open_slices(),
            Ask::Again => {
                self.errors.slices.trouble = None;
                self.errors.slices.outdate();
                self.open_slices();
            }
            Ask::AddColumns(file) => {
                if !self.errors.slices.tables.contains(&file) {
                    self.errors.slices.tables.push(file);
                }
                self.slices_asked(Ask::Again);
            }
            Ask::RemoveColumns(file) => {
                self.errors.slices.tables.retain(|known| *known != file);
                self.slices_asked(Ask::Again);
            }
            Ask::FindWeak => self.find_weak_slices(),
            Ask::Keep(slice, instead) => self.keep_slice(slice, instead),
            Ask::Delete(name) => {
                let mut changed = self.errors.slices.custom.clone();
                changed.retain(|slice| slice.name != name);
                self.change_slices(changed);
            }
            Ask::Undo => {
                if let Some(before) = self.errors.slices.before.pop()
                    && !self.keep_slices(before.clone())
                {
                    self.errors.slices.before.push(before);
                }
            }
        }
    }

    pub(super) fn slices_answered(&mut self, answer: Answer) {
        let state = &mut self.errors.slices;
        match answer {
            Answer::Known(known) => {
                state.known = Some(Arc::new(known));
                state.weak = None;
                // Rules look at them, too.
                self.settle();
                self.open_slices();
            }
            Answer::Counted(counted) => state.counted = Some(Arc::new(counted)),
            Answer::Weak(found) => state.weak = Some(Arc::new(found)),
            Answer::Failed(why) => state.trouble = Some(why),
        }
    }

    /// Does what is not done yet and not under way: attributes first, then their numbers at the threshold.
    fn open_slices(&mut self) {
        if self.explorer.is_none() {
            return;
        }
        if !self.errors.slices.opened {
            self.errors.slices.opened = true;
            self.errors.slices.outdated = true;
            self.read_slices();
        }
        match self.slices_due() {
            Some(Due::Attributes) => self.compute_attributes(),
            Some(Due::Numbers) => self.count_slices(),
            None => {}
        }
    }

    /// True where [`Ask::Open`] would begin something.
    #[must_use]
    pub fn wants_slices(&self) -> bool {
        !self.errors.slices.opened || self.slices_due().is_some()
    }

    fn slices_due(&self) -> Option<Due> {
        let (state, explorer) = (&self.errors.slices, self.explorer.as_ref()?);
        if state.trouble.is_some() || self.jobs.contains_key(&Slot::Slices) {
            return None;
        }
        let measured = |known: &Arc<Known>| match (&known.traits, &self.errors.pictures.traits) {
            (Some(mine), Some(now)) => Arc::ptr_eq(mine, now),
            (None, None) => true,
            _ => false,
        };
        if state.outdated || !state.known.as_ref().is_none_or(measured) {
            return Some(Due::Attributes);
        }
        // While the threshold moves, numbers wait for its rest.
        let waits = self.settle_at.is_some() || state.is_current(&explorer.matched, explorer.threshold.value);
        (state.known.is_some() && !waits).then_some(Due::Numbers)
    }

    fn compute_attributes(&mut self) {
        let (Some(project), Some(explorer)) = (&self.project, &self.explorer) else { return };
        let (root, recognised, choice) =
            (project.root.clone(), Arc::clone(&project.recognised), explorer.choice.clone());
        let (evaluation, tags, tables) =
            (explorer.evaluation.clone(), self.tags.clone(), self.errors.slices.tables.clone());
        let (traits, edge_pixels) = (self.errors.pictures.traits.clone(), self.rules.edge_pixels);
        self.errors.slices.outdated = false;
        let work = move |ctx: &JobCtx| {
            let dataset = &evaluation.dataset;
            let gathered = formats::attributes::gather(&root, &recognised.project, &choice, dataset, &tables, ctx)?;
            let sources = Sources {
                traits: traits.as_ref().map(|traits| traits.as_slice()),
                tags: &tags,
                columns: &gathered.columns,
                thorough: true,
                ..Sources::plain(&evaluation, edge_pixels)
            };
            let attributes = Arc::new(attributes(&sources, ctx)?);
            Ok(Answer::Known(Known { attributes, said: gathered.said, traits }))
        };
        self.start(Slot::Slices, "Reading attributes", work, answered);
    }

    fn count_slices(&mut self) {
        let Some(explorer) = &self.explorer else { return };
        let Some(known) = self.errors.slices.known.clone() else { return };
        let (evaluation, matched) = (explorer.evaluation.clone(), Arc::clone(&explorer.matched));
        let (cut, threshold) = (explorer.counter.cut(), explorer.threshold.value);
        let (custom, generation, tags) =
            (self.errors.slices.custom.clone(), self.errors.slices.generation, self.tags.clone());
        let work = move |ctx: &JobCtx| {
            let rows = Rows::of(&evaluation, &matched, cut);
            ctx.check()?;
            let bins = known.attributes.all.par_iter().map(|attribute| rows.of_bins(attribute)).collect();
            ctx.check()?;
            let of = |slice: &CustomSlice| Ok(rows.of_mask(&slice.mask(&evaluation, &known.attributes, &tags)?));
            let custom = custom.par_iter().map(of).collect();
            let whole = rows.whole();
            Ok(Answer::Counted(Counted { threshold, known, whole, bins, custom, matched, generation }))
        };
        self.start(Slot::Slices, "Counting slices", work, answered);
    }

    fn find_weak_slices(&mut self) {
        let Some(explorer) = &self.explorer else { return };
        let Some(known) = self.errors.slices.known.clone() else { return };
        let (evaluation, matched) = (explorer.evaluation.clone(), Arc::clone(&explorer.matched));
        let (cut, threshold, rules) = (explorer.counter.cut(), explorer.threshold.value, self.rules.clone());
        let work = move |ctx: &JobCtx| {
            let rows = Rows::of(&evaluation, &matched, cut);
            let limits = Limits { share: rules.slice_share, least: rules.slice_least, p: rules.slice_p };
            let weak = slices::find(&known.attributes, &rows, limits, ctx)?;
            Ok(Answer::Weak(Found { threshold, known, weak, matched }))
        };
        self.start(Slot::WeakSlices, "Searching for weak slices", work, EventBody::Slices);
    }

    /// Where slices of the dataset on screen lie: folder, id, version.
    fn slices_of(&self) -> Option<(PathBuf, String, String)> {
        let (project, explorer) = (self.project.as_ref()?, self.explorer.as_ref()?);
        let entry = explorer.choice.dataset(&project.recognised.project)?;
        Some((entry.root(&project.root).to_owned(), entry.id.clone(), entry.version.clone()))
    }

    fn read_slices(&mut self) {
        let Some((root, id, version)) = self.slices_of() else { return };
        let journal = Journal { name: JOURNAL, id: &id, version: &version };
        match journal.read::<Line>(&self.keeper, &root) {
            Ok((lines, _)) => {
                let kept = &mut self.errors.slices.custom;
                for Line { name, slice } in lines {
                    put(kept, &name, slice);
                }
            }
            Err(error) => self.fail(&error.to_string()),
        }
    }

    fn keep_slice(&mut self, slice: CustomSlice, instead: Option<String>) {
        let mut changed = self.errors.slices.custom.clone();
        let name = instead.unwrap_or_else(|| slice.name.clone());
        // One that took a new name does not stand beside another of that name.
        if name != slice.name {
            changed.retain(|known| known.name != slice.name);
        }
        put(&mut changed, &name, Some(slice));
        self.change_slices(changed);
    }

    fn change_slices(&mut self, changed: Vec<CustomSlice>) {
        let before = self.errors.slices.custom.clone();
        if before != changed && self.keep_slices(changed) {
            self.errors.slices.before.push(before);
            if self.errors.slices.before.len() > UNDONE {
                self.errors.slices.before.remove(0);
            }
        }
    }

    /// Keeps slices; false where they could not be written. Where nothing is kept they live as long as the program.
    fn keep_slices(&mut self, changed: Vec<CustomSlice>) -> bool {
        let Some((root, id, version)) = self.slices_of() else { return false };
        let now = &self.errors.slices.custom;
        let gone = now.iter().filter(|old| !changed.iter().any(|new| new.name == old.name));
        let mut lines: Vec<Line> = gone.map(|old| Line { name: old.name.clone(), slice: None }).collect();
        let new = changed.iter().filter(|new| !now.contains(new));
        lines.extend(new.map(|new| Line { name: new.name.clone(), slice: Some(new.clone()) }));
        let journal = Journal { name: JOURNAL, id: &id, version: &version };
        if let Err(error) = journal.keep(&self.keeper, &root, &lines) {
            self.fail(&error);
            return false;
        }
        self.errors.slices.custom = changed;
        self.errors.slices.generation += 1;
        true
    }
}

/// Puts a slice in the place of the one of a name, else at the end; without one takes that away.
fn put(all: &mut Vec<CustomSlice>, name: &str, slice: Option<CustomSlice>) {
    let at = all.iter().position(|known| known.name == name);
    match (at.and_then(|at| all.get_mut(at)), slice) {
        (Some(slot), Some(slice)) => *slot = slice,
        (None, Some(slice)) => all.push(slice),
        (_, None) => all.retain(|known| known.name != name),
    }
}

/// What went wrong is shown where the numbers would be.
fn answered(result: Result<Answer, JobError>) -> EventBody {
    EventBody::Slices(match result {
        Err(JobError::Cancelled) => Ok(Answer::Failed("It was cancelled".to_owned())),
        Err(error) => Ok(Answer::Failed(error.to_string())),
        Ok(answer) => Ok(answer),
    })
}
