//! What goes wrong at a threshold: kinds of errors with their shares and costs, the worst items, the objects with most loss.

use std::cmp::Ordering;

use rayon::prelude::*;

use crate::metrics::detection::Matched;
use crate::metrics::tide::{Tide, TideError, TideSummary};
use crate::metrics::{Cell, Counter, Counts, Cut, Evaluation, Outcome, OutcomeKind, rates};
use crate::model::{Cancelled, ImageId, PredId, Progress, TruthId};

use super::Filter;

/// Pairs of classes that are listed where kinds are pairs.
const PAIRS: usize = 12;
/// Nearest that a score is taken to be to 0 and 1, so that a loss stays finite.
pub const CLIP: f64 = 1e-3;
/// Images looked at between two looks at the cancel flag.
const RUN: usize = 4096;

/// What an error costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Of which metric.
    pub metric: &'static str,
    /// What the metric would be higher by without these errors.
    pub value: f64,
}

/// A kind of error, at one threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct Kind {
    /// What it is called.
    pub name: String,
    /// What it means, in words.
    pub about: String,
    /// How it is drawn.
    pub like: OutcomeKind,
    /// Errors of this kind.
    pub count: u64,
    /// Their share of all errors.
    pub share: f64,
    /// What they cost, where that is known.
    pub cost: Option<Cost>,
    /// Their objects or items.
    pub filter: Filter,
}

/// An item with its errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Worst {
    /// The item.
    pub image: ImageId,
    /// What became of what is in it.
    pub counts: Counts,
    /// How wrong the model is of it: cross-entropy of a classifier, 1 − mean IoU of a segmenter, what an answer lacks of the
    /// passing number; `None` for detectors.
    pub loss: Option<f64>,
}

/// Everything that is known of the errors at one threshold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kinds {
    /// Kinds of errors, the most costly (else most frequent) first.
    pub kinds: Vec<Kind>,
    /// Items with errors, the worst first.
    pub worst: Vec<Worst>,
    /// Objects with the highest loss first, with their loss; none for other tasks.
    pub objects: Vec<(Outcome, f64)>,
}

impl Kinds {
    /// At the threshold of a counter; `most` objects by loss.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn at(
        evaluation: &Evaluation,
        matched: &Matched,
        counter: &Counter,
        most: usize,
        progress: &dyn Progress,
    ) -> Result<Self, Cancelled> {
        progress.stage("Looking at errors");
        let worst = worst(evaluation, matched, counter.cut(), progress)?;
        let kinds = match evaluation.tide() {
            Some(tide) => of_objects(matched, counter, tide),
            None if evaluation.texts().is_some() => Vec::new(),
            None => of_pairs(evaluation, matched, counter),
        };
        let mut objects = Vec::new();
        if evaluation.objects().is_some() {
            let held = matched.timeline.intervals().filter(|(interval, _)| interval.holds(counter.cut()));
            let wrong = held.filter(|(_, cell)| cell.kind() != Some(OutcomeKind::Correct));
            let iou = matched.settings.iou;
            objects = wrong.map(|(held, _)| (held.outcome, loss(evaluation, iou, held.outcome))).collect();
            objects.sort_by(|a, b| b.1.total_cmp(&a.1));
            objects.truncate(most);
        }
        Ok(Self { kinds, worst, objects })
    }
}

/// How wrong the model is of an object, as cross-entropy of its own confidence and the overlap that is missing:
/// −ln s + (1 − IoU) of a detection with confidence s that found the object, −ln(1 − s) of one that found nothing, both of one that
/// took an object for another class, and −ln b of a missed object, b being the highest confidence of a detection of its class
/// that overlaps enough. Confidences are kept [`CLIP`] away from 0 and 1.
#[must_use]
pub fn loss(evaluation: &Evaluation, iou: f64, outcome: Outcome) -> f64 {
    let clipped = |score: f64| score.clamp(CLIP, 1.0 - CLIP);
    let score = evaluation.score_of(outcome).map_or(CLIP, clipped);
    let apart = 1.0 - evaluation.overlap_of(outcome).unwrap_or(0.0);
    let cell = Cell {
        truth: outcome.truth().and_then(|truth| evaluation.dataset.truths.class.get(truth.index()).copied()),
        predicted: outcome.pred().and_then(|pred| evaluation.predictions.class_of(pred)),
    };
    match cell.kind() {
        Some(OutcomeKind::Correct) => -score.ln() + apart,
        Some(OutcomeKind::Misclassified) => -(1.0 - score).ln() + apart,
        Some(OutcomeKind::FalsePositive) => -(1.0 - score).ln(),
        Some(OutcomeKind::Missed) => {
            let best = outcome.truth().and_then(|truth| best_score(evaluation, iou, truth));
            -best.map_or(CLIP, clipped).ln()
        }
        None => 0.0,
    }
}

/// The highest score of a detection of a truth's class that overlaps it enough.
fn best_score(evaluation: &Evaluation, iou: f64, truth: TruthId) -> Option<f64> {
    let (truths, predictions) = (&evaluation.dataset.truths, &evaluation.predictions);
    let class = truths.class.get(truth.index())?;
    let pairs = &evaluation.objects()?.pairs;
    let near = predictions.of(*truths.image.get(truth.index())?).map(PredId::from_index);
    let of_class = near.filter(|pred| predictions.class.get(pred.index()) == Some(class));
    let enough = |pred: &PredId| pairs.of(*pred).any(|(of, overlap)| of == truth && overlap >= iou);
    of_class.filter(enough).filter_map(|pred| predictions.score_of(pred)).max_by(f64::total_cmp)
}

/// Items with errors, most of them first, then those with most loss.
fn worst(
    evaluation: &Evaluation,
    matched: &Matched,
    cut: Cut,
    progress: &dyn Progress,
) -> Result<Vec<Worst>, Cancelled> {
    let items: Vec<ImageId> = evaluation.dataset.image_ids().collect();
    let mut worst = Vec::new();
    for run in items.chunks(RUN) {
        progress.check()?;
        let looked = run.par_iter().map(|&image| Worst {
            image,
            counts: matched.timeline.counts_of(image, cut),
            loss: loss_of_item(evaluation, image),
        });
        worst.par_extend(looked.filter(|item| errors(item.counts) > 0));
    }
    worst.par_sort_by(|a, b| {
        let loss = |w: &Worst| w.loss.unwrap_or(0.0);
        let by_count = errors(b.counts).cmp(&errors(a.counts));
        by_count.then(loss(b).partial_cmp(&loss(a)).unwrap_or(Ordering::Equal)).then(a.image.cmp(&b.image))
    });
    Ok(worst)
}

/// Everything that is wrong.
#[must_use]
pub fn errors(counts: Counts) -> u64 {
    counts.misclassified + counts.missed + counts.false_positives
}

fn loss_of_item(evaluation: &Evaluation, image: ImageId) -> Option<f64> {
    if let Some(labels) = evaluation.labels() {
        return labels.measures.get(image.index())?.loss;
    }
    if let Some(pixels) = evaluation.pixels() {
        return pixels.scores.get(image.index())?.mean_iou.map(|iou| 1.0 - iou);
    }
    evaluation.texts()?.pass_score(image.index()).map(|score| -score)
}

/// Errors of a detector by TIDE's types. What a detection that is kept did wrong is TIDE's verdict; where the matching on screen
/// finds fault with one that TIDE does not, it is of a kind of its own.
fn of_objects(matched: &Matched, counter: &Counter, tide: &Tide) -> Vec<Kind> {
    let mut preds: [Vec<PredId>; TideError::ALL.len() + 1] = Default::default();
    let mut truths: Vec<TruthId> = Vec::new();
    let cut = counter.cut();
    for (interval, cell) in matched.timeline.intervals().filter(|(interval, _)| interval.holds(cut)) {
        let Some(kind) = cell.kind().filter(|kind| *kind != OutcomeKind::Correct) else { continue };
        let Some(pred) = interval.outcome.pred() else {
            truths.extend(interval.outcome.truth());
            continue;
        };
        let found = tide.errors.binary_search_by_key(&pred, |(pred, _)| *pred).ok().map(|at| tide.errors[at].1);
        let place = match (kind, found) {
            (OutcomeKind::Misclassified, _) => 0,
            (_, Some(error)) => TideError::ALL.iter().position(|e| *e == error).unwrap_or(TideError::ALL.len()),
            (_, None) => TideError::ALL.len(),
        };
        if let Some(of_kind) = preds.get_mut(place) {
            of_kind.push(pred);
        }
    }
    let all = truths.len() + preds.iter().map(Vec::len).sum::<usize>();
    let mut kinds: Vec<Kind> =
        preds.into_iter().enumerate().map(|(at, preds)| tide_kind(at, preds, &tide.summary)).collect();
    kinds.push(missed(truths, &tide.summary));
    kinds.retain(|kind| kind.count > 0 || kind.cost.is_some_and(|cost| cost.value > 0.0));
    for kind in &mut kinds {
        kind.share = rates::ratio(kind.count, all as u64).unwrap_or(0.0);
    }
    kinds.sort_by(|a, b| {
        let cost = |kind: &Kind| kind.cost.map_or(-1.0, |cost| cost.value);
        cost(b).total_cmp(&cost(a)).then(b.count.cmp(&a.count))
    });
    kinds
}

fn tide_kind(at: usize, preds: Vec<PredId>, costs: &TideSummary) -> Kind {
    use OutcomeKind::{FalsePositive, Misclassified};
    let (name, about, like, cost) = match TideError::ALL.get(at) {
        Some(TideError::Cls) => {
            ("Wrong class", "on an object of another class, with enough overlap (Cls)", Misclassified, costs.cls)
        }
        Some(TideError::Loc) => {
            ("Badly placed", "on an object of its class, with an overlap of 0.1 to 0.5 (Loc)", FalsePositive, costs.loc)
        }
        Some(TideError::Both) => (
            "Wrong class, badly placed",
            "on an object of another class, with an overlap of 0.1 to 0.5 (Both)",
            FalsePositive,
            costs.both,
        ),
        Some(TideError::Dupe) => {
            ("Repeated", "on an object that a more confident detection has found (Dupe)", FalsePositive, costs.dupe)
        }
        Some(TideError::Bkg) => ("Background", "overlap no object by more than 0.1 (Bkg)", FalsePositive, costs.bkg),
        None => (
            "Otherwise matched",
            "are in order for TIDE, at an overlap of 0.5 and by its own matching, and not for the one on screen",
            FalsePositive,
            None,
        ),
    };
    Kind {
        about: format!("Detections that {}{about}", if about.starts_with("on ") { "lie " } else { "" }),
        like,
        count: preds.len() as u64,
        share: 0.0,
        cost: cost.map(|value| Cost { metric: "AP50", value }),
        filter: Filter::of_objects(format!("Errors, {}", name.to_lowercase()), Vec::new(), preds),
        name: name.to_owned(),
    }
}

fn missed(truths: Vec<TruthId>, costs: &TideSummary) -> Kind {
    Kind {
        name: "Missed".to_owned(),
        about: "Objects that no detection has found (Miss)".to_owned(),
        like: OutcomeKind::Missed,
        count: truths.len() as u64,
        share: 0.0,
        cost: costs.miss.map(|value| Cost { metric: "AP50", value }),
        filter: Filter::of_truths("Errors, missed".to_owned(), truths),
    }
}

/// The largest cells of the confusion matrix off its diagonal, each with the F1 that it costs.
fn of_pairs(evaluation: &Evaluation, matched: &Matched, counter: &Counter) -> Vec<Kind> {
    let totals = counter.totals();
    let all = errors(totals);
    let cells = matched.timeline.cells().iter().zip(counter.cells());
    let wrong = |cell: &Cell| cell.kind().is_some_and(|kind| kind != OutcomeKind::Correct);
    let mut cells: Vec<(Cell, u64)> = cells.filter(|(cell, n)| wrong(cell) && **n > 0).map(|(c, n)| (*c, *n)).collect();
    cells.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    cells.truncate(PAIRS);
    let kind = |(cell, count): (Cell, u64)| {
        let filter = Filter::Cell(cell);
        let like = cell.kind().unwrap_or(OutcomeKind::FalsePositive);
        let cost = totals.f1().zip(repaired(totals, like, count).f1());
        Kind {
            name: filter.title(&evaluation.dataset.classes),
            about: "One cell of the confusion matrix. Its cost is what F1 would be higher by with all of it right"
                .to_owned(),
            like,
            count,
            share: rates::ratio(count, all).unwrap_or(0.0),
            cost: cost.map(|(now, then)| Cost { metric: "F1", value: then - now }),
            filter,
        }
    };
    cells.into_iter().map(kind).collect()
}

/// All counts with so many errors of a kind right, or gone where there is nothing to be right.
fn repaired(totals: Counts, kind: OutcomeKind, count: u64) -> Counts {
    let mut counts = totals;
    match kind {
        OutcomeKind::Correct => {}
        OutcomeKind::Misclassified => {
            counts.misclassified -= count;
            counts.correct += count;
        }
        OutcomeKind::Missed => {
            counts.missed -= count;
            counts.correct += count;
        }
        OutcomeKind::FalsePositive => counts.false_positives -= count,
    }
    counts
}
