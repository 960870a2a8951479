//! Answers scored otherwise: the old numbers stay until the new ones are there.

use std::sync::Arc;

use crate::jobs::{JobCtx, JobError};
use crate::metrics::Evaluation;
use crate::metrics::evaluation::Part;
use crate::metrics::generation::Intervals;
use crate::model::{Progress, Scoring};
use crate::session::explorer::Threshold;
use crate::session::{EventBody, Session, Slot};
use crate::store::scoring;

/// Resamples of the answers.
const RESAMPLES: usize = 1000;

impl Session {
    /// Scores the answers on screen in this way.
    pub(super) fn set_scoring(&mut self, scoring: Scoring) {
        let Some(explorer) = &self.explorer else { return };
        let Some(texts) = explorer.evaluation.texts() else { return };
        if texts.scoring == scoring {
            self.jobs.remove(&Slot::Rescore);
            return;
        }
        let evaluation = explorer.evaluation.clone();
        let work = move |ctx: &JobCtx| {
            let rescored = evaluation.rescored(scoring, ctx)?;
            if let Some(matched) = rescored.as_ref().and_then(|evaluation| evaluation.matched.as_ref()) {
                matched.timeline.prepare();
            }
            Ok(rescored.map(Box::new))
        };
        self.start(Slot::Rescore, "Scoring answers", work, EventBody::Rescored);
    }

    /// Computes intervals of the numbers, unless they are there or on their way.
    pub(super) fn compute_intervals(&mut self) {
        let Some(explorer) = &self.explorer else { return };
        if explorer.intervals.is_some() || explorer.texts().is_none() || self.jobs.contains_key(&Slot::Intervals) {
            return;
        }
        let evaluation = explorer.evaluation.clone();
        let work = move |ctx: &JobCtx| match evaluation.texts() {
            Some(texts) => Ok(texts.intervals(RESAMPLES, 0, ctx)?),
            None => Ok(Intervals::new()),
        };
        self.start(Slot::Intervals, "Resampling answers", work, EventBody::Intervals);
    }

    /// Shows answers that were scored anew. Where another number decides which pass, its own threshold is taken.
    pub(super) fn rescored(&mut self, evaluation: Evaluation) {
        let Some(explorer) = &mut self.explorer else { return };
        let (Some(matched), Part::Texts(texts)) = (evaluation.matched.clone(), &evaluation.part) else { return };
        let key = |evaluation: &Evaluation| evaluation.texts()?.pass_column().map(|column| column.key.clone());
        let value = if key(&evaluation) == key(&explorer.evaluation) && !explorer.threshold.optimal {
            explorer.threshold
        } else {
            Threshold { value: matched.optima.pooled.unwrap_or(0.0), optimal: true }
        };
        let scoring = texts.scoring.clone();
        explorer.threshold = value;
        explorer.counter = matched.timeline.counter();
        matched.timeline.move_to(&mut explorer.counter, value.value);
        explorer.matched = matched;
        explorer.evaluation = evaluation;
        explorer.recommended_at = None;
        self.errors.kinds.at = None;
        explorer.intervals = None;
        explorer.outdated = true;
        self.jobs.remove(&Slot::Intervals);
        self.remember_scoring(scoring);
        self.follow_selection();
        self.settle();
        self.record_explorer();
    }

    /// The dataset is scored so from now on, also by other models and on the next start.
    fn remember_scoring(&mut self, scoring: Scoring) {
        let (Some(project), Some(explorer)) = (&mut self.project, &self.explorer) else { return };
        let mut recognised = (*project.recognised).clone();
        let Some(entry) = recognised.project.datasets.get_mut(explorer.choice.dataset) else { return };
        let (name, root) = (format!("{}@{}", entry.id, entry.version), entry.root(&project.root).to_owned());
        entry.scoring = Some(scoring.clone());
        project.recognised = Arc::new(recognised);
        self.workspace.follow(project);
        self.evaluations.refresh(&self.workspace);
        self.compared.clear();
        let keeper = self.keeper.clone();
        let work = move |ctx: &JobCtx| {
            let failed = |problem: String| JobError::Failed(problem);
            let Some(place) = keeper.place(&root).map_err(|error| failed(error.to_string()))? else { return Ok(()) };
            // A weight that is being dragged is kept where it comes to rest.
            ctx.check()?;
            scoring::write(&place, &name, &scoring).map_err(|error| failed(error.to_string()))
        };
        self.start(Slot::KeepScoring, "Keeping the scoring", work, EventBody::ScoringKept);
    }

    /// Keeps a named template for all projects.
    pub(super) fn save_template(&mut self, template: Scoring) {
        self.settings.templates.retain(|known| known.template != template.template);
        self.settings.templates.push(template);
        self.save_settings();
    }

    /// Forgets a named template.
    pub(super) fn remove_template(&mut self, name: &str) {
        self.settings.templates.retain(|known| known.template != name);
        self.save_settings();
    }
}
