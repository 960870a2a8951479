//! Thresholds that classes have of their own, and the confusion matrix of several labels: both are counted in the
//! background at all thresholds for all, so that the slider only looks up.

use std::sync::Arc;

use crate::jobs::{JobCtx, JobError};
use crate::metrics::classification::{self, PairCounting, pairings};
use crate::metrics::detection::Matched;
use crate::metrics::{Counter, DetectionSettings, Evaluation, OwnThresholds, Timeline};
use crate::model::{ClassId, Progress, fmt};

use super::{EventBody, Explorer, Session, Slot};

use crate::report::settings;
pub use crate::report::settings::NO_THRESHOLD;

/// The confusion matrix of a classifier whose items can have several labels.
#[derive(Debug)]
pub struct PairMatrix {
    /// What it counts.
    pub counting: PairCounting,
    /// The counts whose cuts and thresholds it has.
    pub of: Arc<Matched>,
    /// At all thresholds, with the counts at the current one; `None` where it would hold too many pairs.
    pub counts: Option<(Timeline, Counter)>,
}

impl PairMatrix {
    fn compute(
        evaluation: &Evaluation,
        matched: &Arc<Matched>,
        counting: PairCounting,
        progress: &dyn Progress,
    ) -> Result<Self, JobError> {
        progress.stage("Counting pairs of labels");
        let (dataset, predictions) = (&evaluation.dataset, &evaluation.predictions);
        let limit = pairings::LIMIT;
        let timeline = classification::pair_timeline(dataset, predictions, matched, counting, limit, progress)?;
        let counts = timeline.map(|timeline| {
            timeline.prepare();
            let counter = timeline.counter();
            (timeline, counter)
        });
        Ok(Self { counting, of: Arc::clone(matched), counts })
    }

    /// Stands at a threshold.
    pub(super) fn move_to(&mut self, threshold: f64) {
        if let Some((timeline, counter)) = &mut self.counts {
            timeline.move_to(counter, threshold);
        }
    }
}

/// The same data by other settings or with other thresholds of single classes.
#[derive(Debug)]
pub struct Rematched {
    /// Data, and the counts with one threshold for all.
    pub evaluation: Evaluation,
    /// The counts on screen.
    pub matched: Arc<Matched>,
    /// The matrix of several labels, where it was on screen.
    pub pairs: Option<PairMatrix>,
}

impl Rematched {
    fn compute(
        evaluation: &Evaluation,
        settings: DetectionSettings,
        own: &OwnThresholds,
        counting: Option<PairCounting>,
        progress: &dyn Progress,
    ) -> Result<Self, JobError> {
        let same = evaluation.matched.as_ref().is_some_and(|m| m.settings == settings);
        let evaluation = if same { evaluation.clone() } else { evaluation.rematch(settings, progress)? };
        let with_own = evaluation.with_own(own, progress)?;
        let Some(matched) = with_own.or_else(|| evaluation.matched.clone()) else {
            return Err(JobError::Failed("There is nothing to count at a threshold".to_owned()));
        };
        matched.timeline.prepare();
        let pairs = counting.map(|counting| PairMatrix::compute(&evaluation, &matched, counting, progress));
        Ok(Self { pairs: pairs.transpose()?, evaluation, matched })
    }
}

impl Session {
    /// Gives a class a threshold of its own, or lets it follow the one for all.
    pub(super) fn set_own_threshold(&mut self, class: ClassId, threshold: Option<f64>) {
        let Some(explorer) = &mut self.explorer else { return };
        let (low, high) = explorer.score_range();
        explorer.own.set(class, threshold.map(|t| t.clamp(low.min(0.0), high.max(1.0))));
        self.follow_own_thresholds();
    }

    /// Every class that has an optimum gets it.
    pub(super) fn use_own_optima(&mut self) {
        let Some(explorer) = &mut self.explorer else { return };
        let Some(base) = &explorer.evaluation.matched else { return };
        let classes = explorer.evaluation.dataset.classes.ids().zip(&base.optima.classes);
        explorer.own = classes.filter_map(|(class, best)| Some((class, (*best)?))).collect();
        self.follow_own_thresholds();
    }

    /// Every class follows the threshold for all.
    pub(super) fn clear_own_thresholds(&mut self) {
        if let Some(explorer) = &mut self.explorer {
            explorer.own = OwnThresholds::default();
        }
        self.follow_own_thresholds();
    }

    /// Counts with the wanted thresholds unless these are on screen.
    pub(super) fn follow_own_thresholds(&mut self) {
        let Some(explorer) = &self.explorer else { return };
        if explorer.own == explorer.matched.own && !self.jobs.contains_key(&Slot::Rematch) {
            return;
        }
        let title = match explorer.own.len() {
            0 => "Counting with one threshold".to_owned(),
            n => format!("Counting with {}", fmt::counted(n as u64, "class threshold", "class thresholds")),
        };
        self.start_rematch(self.matching, title);
    }

    pub(super) fn start_rematch(&mut self, settings: DetectionSettings, title: String) {
        let Some(explorer) = &self.explorer else { return };
        let (evaluation, own) = (explorer.evaluation.clone(), explorer.own.clone());
        let counting = explorer.pairs.as_ref().map(|pairs| pairs.counting);
        let work = move |ctx: &JobCtx| Rematched::compute(&evaluation, settings, &own, counting, ctx).map(Box::new);
        self.start(Slot::Rematch, title, work, EventBody::Rematched);
    }

    pub(super) fn compute_pair_matrix(&mut self, counting: PairCounting) {
        let Some(explorer) = &self.explorer else { return };
        let there = |pairs: &PairMatrix| pairs.counting == counting && Arc::ptr_eq(&pairs.of, &explorer.matched);
        if explorer.pairs.as_ref().is_some_and(there) || explorer.pairs_wanted == Some(counting) {
            return;
        }
        let (evaluation, matched) = (explorer.evaluation.clone(), Arc::clone(&explorer.matched));
        let work = move |ctx: &JobCtx| PairMatrix::compute(&evaluation, &matched, counting, ctx).map(Box::new);
        if let Some(explorer) = &mut self.explorer {
            explorer.pairs_wanted = Some(counting);
        }
        self.start(Slot::Pairs, "Counting pairs of labels", work, EventBody::PairMatrix);
    }
}

impl Explorer {
    /// The threshold that a class's predictions are kept at.
    #[must_use]
    pub fn threshold_of(&self, class: ClassId) -> f64 {
        self.matched.own.get(class).unwrap_or(self.threshold.value)
    }

    /// The threshold in words: `confidence ≥ 0.361`, with how many classes do not follow it.
    #[must_use]
    pub fn condition(&self) -> String {
        settings::condition(&self.evaluation, &self.matched, self.threshold.value)
    }

    /// What has to be reached at a threshold: `confidence ≥ 0.361`, `BLEU ≥ 50.00`.
    #[must_use]
    pub fn condition_at(&self, threshold: f64) -> String {
        settings::condition_at(&self.evaluation, threshold)
    }

    /// A threshold as people read it.
    #[must_use]
    pub fn threshold_words(&self, threshold: f64) -> String {
        self.pass_column().map_or_else(|| fmt::threshold(threshold), |column| column.threshold_words(threshold))
    }

    /// How far one step of a key moves a threshold, where it is 0.01 of rates.
    #[must_use]
    pub fn steps(&self, by: f64) -> f64 {
        by * self.pass_column().map_or(1.0, |column| (column.scale.1 - column.scale.0).max(1.0))
    }

    /// The counts with one threshold for all: what the optima of single classes are read from.
    #[must_use]
    pub fn base(&self) -> &Arc<Matched> {
        self.evaluation.matched.as_ref().unwrap_or(&self.matched)
    }

    /// The confusion matrix of several labels at the current threshold, where it is there.
    #[must_use]
    pub fn pair_matrix(&self, counting: PairCounting) -> Option<&PairMatrix> {
        self.pairs.as_ref().filter(|p| p.counting == counting && Arc::ptr_eq(&p.of, &self.matched))
    }

    pub(super) fn take_pairs(&mut self, pairs: Option<PairMatrix>) {
        self.pairs_wanted = None;
        self.pairs = pairs.map(|mut pairs| {
            pairs.move_to(self.threshold.value);
            pairs
        });
    }
}
