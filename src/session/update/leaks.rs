//! Items that are the same, or all but the same, within and across splits.

use std::sync::Arc;

use crate::analysis::leaks::Limits;
use crate::jobs::{JobCtx, JobError};
use crate::metrics::Evaluation;
use crate::session::errors::leaks::{self, Answer, Ask, Search};
use crate::session::{EventBody, Session, Slot};

impl Session {
    pub(super) fn leaks_asked(&mut self, ask: Ask) {
        match ask {
            Ask::Look(limits) => self.look_for_duplicates(limits),
            Ask::Limit(limits) => self.errors.leaks.limits = limits,
            Ask::Count => self.count_without_leaks(),
        }
    }

    pub(super) fn leaks_answered(&mut self, answer: Answer) {
        let state = &mut self.errors.leaks;
        match answer {
            Answer::Looked(Ok(found)) => {
                state.found = Some(Arc::from(found));
                state.numbers = None;
                self.count_without_leaks();
                // What was found is among the recommendations.
                self.settle();
            }
            Answer::Looked(Err(trouble)) => state.trouble = Some(trouble),
            Answer::Counted(numbers) => state.numbers = Some(Arc::from(numbers)),
        }
    }

    fn look_for_duplicates(&mut self, limits: Limits) {
        let (Some(project), Some(explorer)) = (&self.project, &self.explorer) else { return };
        let (root, recognised) = (project.root.clone(), Arc::clone(&project.recognised));
        let (choice, evaluation) = (explorer.choice.clone(), explorer.evaluation.clone());
        let (cache, known) = (self.tables.clone(), self.errors.leaks.found.as_ref().map(|f| Arc::clone(&f.material)));
        self.errors.leaks.limits = limits;
        self.errors.leaks.trouble = None;
        let work = move |ctx: &JobCtx| {
            let search = Search {
                root: &root,
                project: &recognised.project,
                choice: &choice,
                evaluation: &evaluation,
                cache: cache.as_deref(),
            };
            let look = || {
                let material = known.map_or_else(|| search.material(ctx).map(Arc::new), Ok)?;
                search.find(material, limits, ctx).map(Box::new)
            };
            match look() {
                Err(JobError::Cancelled) => Err(JobError::Cancelled),
                result => Ok(Answer::Looked(result.map_err(|error| error.to_string()))),
            }
        };
        self.start(Slot::Leaks, "Looking for duplicates", work, EventBody::Leaks);
    }

    /// Counts at the threshold with and without leaked items.
    fn count_without_leaks(&mut self) {
        let Some(explorer) = &self.explorer else { return };
        let state = &self.errors.leaks;
        let at = explorer.threshold.value;
        let Some(found) = state.found.clone().filter(|found| !found.leaked.images.is_empty()) else { return };
        let counted = state.numbers.as_ref().is_some_and(|numbers| numbers.are_of(&explorer.matched, at));
        if counted || self.jobs.contains_key(&Slot::Leaks) {
            return;
        }
        // Single classes may have thresholds of their own.
        let evaluation = Evaluation { matched: Some(Arc::clone(&explorer.matched)), ..explorer.evaluation.clone() };
        let work = move |ctx: &JobCtx| {
            leaks::count(&evaluation, at, &found.leaked.images, ctx).map(|numbers| Answer::Counted(Box::new(numbers)))
        };
        self.start(Slot::Leaks, "Counting without duplicates", work, EventBody::Leaks);
    }
}
