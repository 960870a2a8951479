//! The same predictions by every rule of matching: what each counts, and which objects stand otherwise under another.

use std::sync::Arc;

use crate::metrics::detection::Matched;
use crate::metrics::voc::{self, VocAp};
use crate::metrics::{Counts, DetectionSettings, Evaluation, Matching, OutcomeKind, OwnThresholds};
use crate::model::{Cancelled, ClassId, PredId, Progress, TruthId};

/// The same predictions matched by every rule, at all confidences.
#[derive(Clone, Debug)]
pub struct Protocols {
    /// Overlap from which a pair counts.
    pub iou: f64,
    /// Classes that do not follow the threshold for all.
    pub own: OwnThresholds,
    /// In the order of [`Matching::ALL`].
    pub matched: Vec<Arc<Matched>>,
    /// What each counts at its own optimum.
    pub optima: Vec<Option<(f64, Counts)>>,
    /// Average precision of every class by VOC's protocol, in declaration order.
    pub voc: Vec<VocAp>,
}

impl Protocols {
    /// Matches by every rule; `shown` is what is on screen, and not matched again. `None` where there are no objects.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn of(
        evaluation: &Evaluation,
        shown: &Arc<Matched>,
        progress: &dyn Progress,
    ) -> Result<Option<Self>, Cancelled> {
        if evaluation.objects().is_none() {
            return Ok(None);
        }
        let iou = shown.settings.iou;
        let mut matched = Vec::with_capacity(Matching::ALL.len());
        for (done, matching) in Matching::ALL.into_iter().enumerate() {
            progress.progress(done, Matching::ALL.len() + 1);
            matched.push(if matching == shown.settings.matching {
                Arc::clone(shown)
            } else {
                let other = evaluation.rematch(DetectionSettings { iou, matching }, progress)?;
                match other.with_own(&shown.own, progress)?.or(other.matched) {
                    Some(matched) => matched,
                    None => return Ok(None),
                }
            });
        }
        progress.stage("Average precision");
        let pairs = evaluation.objects().map(|objects| &objects.pairs);
        let voc = pairs.map(|pairs| voc::evaluate(&evaluation.dataset, &evaluation.predictions, pairs, voc::IOU));
        let optimum = |matched: &Arc<Matched>| {
            let best = matched.optima.pooled?;
            Some((best, matched.timeline.counter_at(best).totals()))
        };
        let optima = matched.iter().map(optimum).collect();
        Ok(Some(Self { iou, own: shown.own.clone(), matched, optima, voc: voc.unwrap_or_default() }))
    }

    /// The counts by one rule.
    #[must_use]
    pub fn by(&self, matching: Matching) -> Option<&Arc<Matched>> {
        self.matched.iter().find(|matched| matched.settings.matching == matching)
    }

    /// What every rule counts at a threshold, in the order of [`Matching::ALL`].
    #[must_use]
    pub fn counts(&self, threshold: f64) -> Vec<Counts> {
        self.matched.iter().map(|matched| matched.timeline.counter_at(threshold).totals()).collect()
    }

    /// The means of VOC's average precisions over the classes with truths.
    #[must_use]
    pub fn mean_voc(&self) -> VocAp {
        let mean = |of: fn(&VocAp) -> Option<f64>| {
            let values: Vec<f64> = self.voc.iter().filter_map(of).collect();
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        };
        VocAp { eleven_points: mean(|ap| ap.eleven_points), all_points: mean(|ap| ap.all_points) }
    }

    /// VOC's average precision of a class.
    #[must_use]
    pub fn voc_of(&self, class: ClassId) -> VocAp {
        self.voc.get(class.index()).copied().unwrap_or_default()
    }

    /// The objects and detections that stand otherwise under another rule at a threshold, by what they were and what they
    /// become; the most frequent change first.
    #[must_use]
    pub fn changes(&self, evaluation: &Evaluation, (from, to): (Matching, Matching), threshold: f64) -> Vec<Change> {
        let Some((a, b)) = self.by(from).zip(self.by(to)) else { return Vec::new() };
        let [a, b] = [a, b].map(|matched| Standings::of(evaluation, matched, threshold));
        let mut changes: Vec<Change> = Vec::new();
        for (at, (from, to)) in a.truths.iter().copied().zip(b.truths.iter().copied()).enumerate() {
            if from != to {
                of_kind(&mut changes, false, from, to).truths.push(TruthId::from_index(at));
            }
        }
        for (at, (from, to)) in a.preds.iter().copied().zip(b.preds.iter().copied()).enumerate() {
            if from != to {
                of_kind(&mut changes, true, from, to).preds.push(PredId::from_index(at));
            }
        }
        changes.sort_by_key(|change| (change.of_detections, std::cmp::Reverse(change.len()), change.from, change.to));
        changes
    }
}

/// What became of a truth or of a detection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// One of the outcomes.
    Is(OutcomeKind),
    /// In no count: below the threshold, ignored, or forgiven.
    Uncounted,
}

impl Standing {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Is(OutcomeKind::Correct) => "correct",
            Self::Is(OutcomeKind::Misclassified) => "misclassified",
            Self::Is(OutcomeKind::Missed) => "missed",
            Self::Is(OutcomeKind::FalsePositive) => "false positive",
            Self::Uncounted => "not counted",
        }
    }
}

/// Truths, or detections, that were one thing and become another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// True of detections, false of truths.
    pub of_detections: bool,
    /// What they are by the one rule.
    pub from: Standing,
    /// What they are by the other.
    pub to: Standing,
    /// The truths, ascending.
    pub truths: Vec<TruthId>,
    /// The detections, ascending.
    pub preds: Vec<PredId>,
}

impl Change {
    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.truths.len() + self.preds.len()
    }

    /// True where there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `misclassified → missed`.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{} → {}", self.from.words(), self.to.words())
    }
}

fn of_kind(changes: &mut Vec<Change>, of_detections: bool, from: Standing, to: Standing) -> &mut Change {
    let found = changes.iter().position(|c| (c.of_detections, c.from, c.to) == (of_detections, from, to));
    let at = found.unwrap_or_else(|| {
        changes.push(Change { of_detections, from, to, truths: Vec::new(), preds: Vec::new() });
        changes.len() - 1
    });
    &mut changes[at]
}

/// What became of everything at a threshold.
struct Standings {
    truths: Vec<Standing>,
    preds: Vec<Standing>,
}

impl Standings {
    fn of(evaluation: &Evaluation, matched: &Matched, threshold: f64) -> Self {
        let (dataset, predictions) = (&evaluation.dataset, &evaluation.predictions);
        let mut standings = Self {
            truths: vec![Standing::Uncounted; dataset.truths.len()],
            preds: vec![Standing::Uncounted; predictions.len()],
        };
        let cut = matched.timeline.cut(threshold);
        for (interval, cell) in matched.timeline.intervals().filter(|(interval, _)| interval.holds(cut)) {
            let Some(kind) = cell.kind() else { continue };
            let truth = interval.outcome.truth().and_then(|truth| standings.truths.get_mut(truth.index()));
            let pred = interval.outcome.pred().and_then(|pred| standings.preds.get_mut(pred.index()));
            for standing in truth.into_iter().chain(pred) {
                *standing = Standing::Is(kind);
            }
        }
        standings
    }
}
