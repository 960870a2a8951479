//! A classifier's answers as outcomes at every threshold, so that matrix, sweep and slider read them as those of detectors.

mod table;

use rayon::prelude::*;

use crate::metrics::detection::{DetectionSettings, Matched, Optima};
use crate::metrics::own::{self, OwnThresholds};
use crate::metrics::ranking::Ranking;
use crate::metrics::timeline::{Interval, Intervals, Outcome, Thresholds, Timeline};
use crate::model::{Cancelled, ClassId, ClassScores, Dataset, ImageId, PredId, Predictions, Progress, TruthId};

use super::rows;

pub(in crate::metrics) use table::{is_large, matched_of_table};

/// Pairs of item and class up to which each is held as an outcome of its own: some 80 bytes a pair. Of larger tables only the
/// labels are, and what is said beside them is counted from the table.
pub const LIMIT: usize = 4 << 20;

/// What the classifier answers. Single-label: the best class of every item that it says anything about (ties: lowest
/// class). Multi-label: every class of an item that has a score. Boxes have no size.
#[must_use]
pub fn predictions(dataset: &Dataset, scores: &ClassScores, multilabel: bool) -> Predictions {
    let (image, class, score) = if multilabel { every_class(dataset, scores) } else { best_class(dataset, scores) };
    Predictions::of_items(scores.identity.clone(), dataset.images.len(), image, class, score)
}

/// Items, classes and scores.
type Columns = (Vec<ImageId>, Vec<ClassId>, Vec<f64>);

fn best_class(dataset: &Dataset, scores: &ClassScores) -> Columns {
    let best = rows::best(dataset, scores);
    // -0 becomes 0: the two are one number.
    let score = best.iter().map(|(_, (_, score))| score + 0.0).collect();
    (best.iter().map(|(item, _)| *item).collect(), best.iter().map(|(_, (class, _))| *class).collect(), score)
}

/// Every class of every item that has a score: there may be very many, so nothing is held twice.
fn every_class(dataset: &Dataset, scores: &ClassScores) -> Columns {
    let present: Vec<ImageId> = dataset.image_ids().filter(|&item| !scores.is_absent(item)).collect();
    let width = scores.classes();
    if !scores.is_complete() || width == 0 {
        let (mut image, mut class, mut score) = Columns::default();
        for item in present {
            for (of, value) in scores.scored(item) {
                image.push(item);
                class.push(of);
                score.push(value + 0.0);
            }
        }
        return (image, class, score);
    }
    let count = present.len() * width;
    let mut image = Vec::with_capacity(count);
    present.iter().for_each(|item| image.extend(std::iter::repeat_n(*item, width)));
    let (mut class, mut score) = (vec![ClassId(0); count], vec![0.0; count]);
    let rows = class.par_chunks_exact_mut(width).zip(score.par_chunks_exact_mut(width)).zip(&present);
    rows.for_each_init(<(Vec<f64>, Vec<(f64, u32)>)>::default, |(row, sorted), ((class, score), item)| {
        if scores.copy_row(*item, row) {
            sorted.clear();
            sorted.extend(row.iter().map(|value| value + 0.0).zip(0..));
            sorted.sort_unstable_by(|(a, i), (b, j)| b.total_cmp(a).then(i.cmp(j)));
            for ((class, score), (value, of)) in class.iter_mut().zip(score).zip(sorted) {
                (*class, *score) = (ClassId(*of), *value);
            }
        }
    });
    (image, class, score)
}

/// All outcomes at all thresholds, straight from the scores: nothing is matched.
///
/// Single-label: a labelled item is missed (below threshold) until its answer is kept, then the two are a pair for good.
/// An item without a label has no outcome; of several labels the first counts. Multi-label: a label is missed until the
/// score of its own class is kept, a kept class that is no label is a false positive. Classes in `own` do not follow the
/// threshold for all.
#[must_use]
pub fn timeline(dataset: &Dataset, predictions: &Predictions, multilabel: bool, own: &OwnThresholds) -> Timeline {
    let counts = |item: ImageId| multilabel || !dataset.truths.of(item).is_empty();
    let counted = dataset.image_ids().filter(|&item| counts(item)).flat_map(|item| predictions.ids_of(item));
    let ranking = Ranking::of_ids(predictions, counted);
    let mut scores: Vec<f64> = Vec::new();
    let mut cuts = vec![0_u32; predictions.len()];
    for run in ranking.ties() {
        scores.extend(run.first().and_then(|id| predictions.score.get(id.index())));
        for id in run {
            if let Some(cut) = cuts.get_mut(id.index()) {
                *cut = u32::try_from(scores.len()).unwrap_or(u32::MAX);
            }
        }
    }
    own.pin(predictions, &mut cuts, false);
    let mut support = vec![0_u64; dataset.classes.len()];
    let mut count = |truth: TruthId| {
        let class = dataset.truths.class.get(truth.index());
        if let Some(n) = class.and_then(|class| support.get_mut(class.index())) {
            *n += 1;
        }
    };
    drop(ranking);
    let most = predictions.len() + dataset.truths.len();
    let mut intervals = Intervals::with_capacity(dataset.images.len(), most);
    for item in dataset.image_ids() {
        intervals.push_image(if multilabel {
            labels_of(dataset, predictions, item, &cuts, &mut count)
        } else {
            answer_of(dataset, predictions, item, &cuts, &mut count)
        });
    }
    drop(cuts);
    Timeline::of_intervals(dataset, predictions, Thresholds { scores, strict: false }, support, intervals, None)
}

/// The truth is missed down to the cut and found by the answer from there on.
fn found(truth: TruthId, pred: PredId, cut: u32) -> impl Iterator<Item = Interval> {
    let before = Interval { outcome: Outcome::missed(truth), from: 0, until: cut };
    let after = Interval { outcome: Outcome::pair(truth, pred), from: cut, until: Interval::FOREVER };
    [before, after].into_iter().filter(|interval| interval.from < interval.until)
}

fn never(truth: TruthId) -> Interval {
    Interval { outcome: Outcome::missed(truth), from: 0, until: Interval::FOREVER }
}

fn answer_of(
    dataset: &Dataset,
    predictions: &Predictions,
    item: ImageId,
    cuts: &[u32],
    count: &mut impl FnMut(TruthId),
) -> Vec<Interval> {
    let Some(truth) = dataset.truths.ids_of(item).next() else { return Vec::new() };
    count(truth);
    let answer = predictions.ids_of(item).next();
    match answer.and_then(|pred| cuts.get(pred.index()).map(|&cut| found(truth, pred, cut))) {
        Some(both) => both.collect(),
        None => vec![never(truth)],
    }
}

fn labels_of(
    dataset: &Dataset,
    predictions: &Predictions,
    item: ImageId,
    cuts: &[u32],
    count: &mut impl FnMut(TruthId),
) -> Vec<Interval> {
    let class_of = |truth: TruthId| dataset.truths.class.get(truth.index()).copied();
    let mut labels: Vec<TruthId> = Vec::new();
    for truth in dataset.truths.ids_of(item) {
        // A label that is written twice is one label.
        if labels.iter().all(|&known| class_of(known) != class_of(truth)) {
            labels.push(truth);
            count(truth);
        }
    }
    let mut intervals = Vec::with_capacity(predictions.of(item).len() + labels.len());
    for pred in predictions.ids_of(item) {
        let cut = cuts.get(pred.index()).copied().unwrap_or(own::NEVER);
        let class = predictions.class.get(pred.index()).copied();
        if let Some(at) = labels.iter().position(|&truth| class_of(truth) == class) {
            intervals.extend(found(labels.swap_remove(at), pred, cut));
        } else if cut != own::NEVER {
            let outcome = Outcome::false_positive(pred);
            intervals.push(Interval { outcome, from: cut, until: Interval::FOREVER });
        }
    }
    intervals.extend(labels.into_iter().map(never));
    intervals
}

/// Counts at all thresholds with their sweeps and optima. The settings of a matching have no meaning here.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn matched(
    dataset: &Dataset,
    predictions: &Predictions,
    multilabel: bool,
    progress: &dyn Progress,
) -> Result<Matched, Cancelled> {
    matched_with_own(dataset, predictions, multilabel, &OwnThresholds::default(), progress)
}

/// As [`matched`], with thresholds of their own for some classes.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn matched_with_own(
    dataset: &Dataset,
    predictions: &Predictions,
    multilabel: bool,
    own: &OwnThresholds,
    progress: &dyn Progress,
) -> Result<Matched, Cancelled> {
    progress.stage("Counting at all thresholds");
    progress.check()?;
    let timeline = timeline(dataset, predictions, multilabel, own);
    progress.check()?;
    Ok(Matched::of_timeline(dataset, timeline, DetectionSettings::default(), own))
}

/// One threshold a class for [`super::multilabel_at`]: at which its own F1 is best; where it has none, the pooled optimum,
/// else 0.
#[must_use]
pub fn optimal_thresholds(optima: &Optima) -> Vec<f64> {
    optima.classes.iter().map(|own| own.or(optima.pooled).unwrap_or(0.0)).collect()
}
