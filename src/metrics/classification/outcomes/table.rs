//! Outcomes of a large table of scores with several labels an item: only what becomes of labels is held, what is said beside
//! them is counted from the sorted columns.

use std::sync::Arc;

use rayon::prelude::*;

use crate::metrics::classification::columns::Columns;
use crate::metrics::detection::{DetectionSettings, Matched};
use crate::metrics::own::{self, OwnThresholds};
use crate::metrics::timeline::{Extras, Interval, Intervals, Thresholds, Timeline};
use crate::model::{Cancelled, ClassId, ClassScores, Dataset, ImageId, PredId, Predictions, Progress, TruthId};

use super::{found, never};

/// Items that one task looks at.
const RUN: usize = 4096;

/// True where every class of every item has a score and there are more pairs of the two than `limit`, but not more than ids.
pub(in crate::metrics) fn is_large(dataset: &Dataset, scores: &ClassScores, limit: usize) -> bool {
    let fits = scores.items() == dataset.images.len() && scores.classes() == dataset.classes.len();
    let pairs = scores.items().saturating_mul(scores.classes());
    fits && scores.is_complete() && pairs > limit && pairs <= Predictions::MOST
}

/// As [`super::matched_with_own`] with several labels an item; `predictions` are those of the table.
pub(in crate::metrics) fn matched_of_table(
    dataset: &Dataset,
    scores: &Arc<ClassScores>,
    predictions: &Predictions,
    columns: &Arc<Columns>,
    own: &OwnThresholds,
    progress: &dyn Progress,
) -> Result<Matched, Cancelled> {
    progress.stage("Counting at all thresholds");
    let thresholds = Thresholds { scores: columns.cuts(), strict: false };
    let items: Vec<ImageId> = dataset.image_ids().collect();
    let runs: Vec<Run> = items
        .par_chunks(RUN)
        .map(|items| {
            progress.check()?;
            let mut run = Run::default();
            items.iter().for_each(|&item| run.push(dataset, scores, &thresholds, own, item));
            Ok(run)
        })
        .collect::<Result<_, Cancelled>>()?;
    let mut support = vec![0_u64; dataset.classes.len()];
    let mut intervals = Intervals::with_capacity(items.len(), runs.iter().map(|run| run.intervals.len()).sum());
    for run in runs {
        for class in run.counted {
            if let Some(n) = support.get_mut(class.index()) {
                *n += 1;
            }
        }
        let mut rest = run.intervals.into_iter();
        run.lengths.into_iter().for_each(|n| intervals.push_image(rest.by_ref().take(n)));
    }
    progress.check()?;
    let extras = Extras::new(Arc::clone(scores), Arc::clone(columns), own);
    let timeline = Timeline::of_intervals(dataset, predictions, thresholds, support, intervals, Some(extras));
    progress.check()?;
    Ok(Matched::of_timeline(dataset, timeline, DetectionSettings::default(), own))
}

/// What becomes of the labels of some items, one after the other.
#[derive(Default)]
struct Run {
    intervals: Vec<Interval>,
    /// Intervals of each item.
    lengths: Vec<usize>,
    /// The classes of the labels.
    counted: Vec<ClassId>,
}

impl Run {
    /// The labels of an item by descending score (equal ones: lowest class). A label that is written twice is one label.
    fn push(
        &mut self,
        dataset: &Dataset,
        scores: &ClassScores,
        thresholds: &Thresholds,
        own: &OwnThresholds,
        item: ImageId,
    ) {
        let before = self.intervals.len();
        let mut labels: Vec<(TruthId, ClassId)> = Vec::new();
        for truth in dataset.truths.ids_of(item) {
            let Some(&class) = dataset.truths.class.get(truth.index()) else { continue };
            if labels.iter().all(|(_, known)| *known != class) {
                labels.push((truth, class));
            }
        }
        self.counted.extend(labels.iter().map(|(_, class)| *class));
        let scored = |(truth, class)| scores.score(item, class).map(|score: f64| (score + 0.0, truth, class));
        let mut said: Vec<(f64, TruthId, ClassId)> = labels.iter().copied().filter_map(scored).collect();
        said.sort_unstable_by(|(a, _, c), (b, _, d)| b.total_cmp(a).then(c.cmp(d)));
        for &(score, truth, class) in &said {
            let kept = match own.get(class) {
                Some(own) if score >= own => own::ALWAYS,
                Some(_) => own::NEVER,
                None => thresholds.kept(score),
            };
            let pred = PredId::from_index(item.index() * scores.classes() + class.index());
            self.intervals.extend(found(truth, pred, kept));
        }
        if said.is_empty() {
            self.intervals.extend(labels.into_iter().map(|(truth, _)| never(truth)));
        }
        self.lengths.push(self.intervals.len() - before);
    }
}
