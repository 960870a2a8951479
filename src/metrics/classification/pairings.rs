//! The confusion matrix of several labels an item at all thresholds: which label stands against which prediction, and over
//! which cuts. Knows labels and cuts; what the counts mean is [`PairCounting`]'s.

use rayon::prelude::*;

use crate::metrics::counts::Cell;
use crate::metrics::detection::Matched;
use crate::metrics::own::{self, OwnThresholds};
use crate::metrics::timeline::{Cut, Interval, Outcome, Thresholds, Timeline};
use crate::model::{Cancelled, ClassId, Dataset, ImageId, PredId, Predictions, Progress, TruthId};

use super::thresholds::PairCounting;

/// Pairs that are kept at most: some 300 megabytes with their changes.
pub const LIMIT: usize = 8 << 20;
/// Items between two looks at the cancel flag.
const RUN: usize = 256;

/// A label of an item and the cut from which it is said.
#[derive(Clone, Copy, Debug)]
struct Label {
    truth: TruthId,
    class: ClassId,
    pred: Option<PredId>,
    cut: u32,
}

/// A predicted class and the cut from which it is said.
#[derive(Clone, Copy, Debug)]
struct Said {
    pred: PredId,
    class: ClassId,
    cut: u32,
}

/// One item: its labels (none twice) and all its predictions.
struct Item {
    labels: Vec<Label>,
    said: Vec<Said>,
}

impl Item {
    fn of(
        dataset: &Dataset,
        predictions: &Predictions,
        own: &OwnThresholds,
        thresholds: &Thresholds,
        item: ImageId,
    ) -> Self {
        let said = |(pred, class, score): (PredId, ClassId, f64)| {
            let cut = match own.get(class) {
                Some(own) if score >= own => own::ALWAYS,
                Some(_) => own::NEVER,
                None => thresholds.kept(score),
            };
            Said { pred, class, cut }
        };
        let said: Vec<Said> = predictions.said_of(item).into_iter().map(said).collect();
        let mut labels: Vec<Label> = Vec::new();
        for truth in dataset.truths.ids_of(item) {
            let Some(&class) = dataset.truths.class.get(truth.index()) else { continue };
            if labels.iter().any(|known| known.class == class) {
                continue;
            }
            let own = said.iter().find(|s| s.class == class);
            labels.push(Label { truth, class, pred: own.map(|s| s.pred), cut: own.map_or(own::NEVER, |s| s.cut) });
        }
        Self { labels, said }
    }

    fn is_label(&self, class: ClassId) -> bool {
        self.labels.iter().any(|label| label.class == class)
    }

    /// Right labels; each missed with each wrongly added; what is left over alone.
    fn missed_with_added(&self, out: &mut Vec<Interval>) {
        let added: Vec<Said> = self.said.iter().copied().filter(|s| !self.is_label(s.class)).collect();
        let first_added = added.iter().map(|s| s.cut).min().unwrap_or(own::NEVER);
        let none_missed = self.labels.iter().map(|label| label.cut).max().unwrap_or(own::ALWAYS);
        for label in &self.labels {
            if let Some(pred) = label.pred {
                push(out, Outcome::pair(label.truth, pred), label.cut, Interval::FOREVER);
            }
            for said in added.iter().filter(|said| said.cut < label.cut) {
                push(out, Outcome::pair(label.truth, said.pred), said.cut, label.cut);
            }
            push(out, Outcome::missed(label.truth), own::ALWAYS, label.cut.min(first_added));
        }
        for said in added {
            push(out, Outcome::false_positive(said.pred), said.cut.max(none_missed), Interval::FOREVER);
        }
    }

    /// Every label with everything said; labels of which nothing is said, and what is said of items without labels, alone.
    fn every_pair(&self, out: &mut Vec<Interval>) {
        let first = self.said.iter().map(|s| s.cut).min().unwrap_or(own::NEVER);
        for label in &self.labels {
            for said in &self.said {
                push(out, Outcome::pair(label.truth, said.pred), said.cut, Interval::FOREVER);
            }
            push(out, Outcome::missed(label.truth), own::ALWAYS, first);
        }
        if self.labels.is_empty() {
            for said in &self.said {
                push(out, Outcome::false_positive(said.pred), said.cut, Interval::FOREVER);
            }
        }
    }
}

fn push(out: &mut Vec<Interval>, outcome: Outcome, from: u32, until: u32) {
    if from < until {
        out.push(Interval { outcome, from, until });
    }
}

/// The matrix that [`super::multilabel_at`] counts at one threshold, at all of them: on the cuts of `matched`, with its
/// classes' own thresholds. `None` where it would hold more than `limit` pairs.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn pair_timeline(
    dataset: &Dataset,
    predictions: &Predictions,
    matched: &Matched,
    counting: PairCounting,
    limit: usize,
    progress: &dyn Progress,
) -> Result<Option<Timeline>, Cancelled> {
    let Some(thresholds) = thresholds(matched, limit) else { return Ok(None) };
    let items: Vec<ImageId> = dataset.image_ids().collect();
    let mut per_item: Vec<Vec<Interval>> = Vec::with_capacity(items.len());
    let mut held = 0;
    // Runs one after the other, so that too many are noticed before they are made.
    for run in items.chunks(RUN) {
        progress.check()?;
        let of = |&item: &ImageId| {
            let (item, mut out) = (Item::of(dataset, predictions, &matched.own, &thresholds, item), Vec::new());
            match counting {
                PairCounting::MissedWithAdded => item.missed_with_added(&mut out),
                PairCounting::EveryPair => item.every_pair(&mut out),
            }
            out
        };
        let mut made: Vec<Vec<Interval>> = run.par_iter().map(of).collect();
        held += made.iter().map(Vec::len).sum::<usize>();
        if held > limit {
            return Ok(None);
        }
        per_item.append(&mut made);
    }
    // A label written twice is one.
    let support = matched.timeline.support().to_vec();
    Ok(Some(Timeline::new(dataset, predictions, thresholds, support, per_item)))
}

/// All distinct scores that the slider can part. `None` where there are more predictions than `limit` at them: each is in a
/// pair, or alone.
fn thresholds(matched: &Matched, limit: usize) -> Option<Thresholds> {
    let scores = match matched.timeline.extras() {
        Some(extras) => extras.columns().scores(|class| extras.follows(class), limit)?,
        None => matched.timeline.scores().to_vec(),
    };
    Some(Thresholds { scores, strict: false })
}

/// The items that a cell of this matrix counts at a cut, in their order; read off labels and scores.
#[must_use]
pub fn pair_items(
    dataset: &Dataset,
    predictions: &Predictions,
    matched: &Matched,
    cut: Cut,
    counting: PairCounting,
    cell: Cell,
) -> Vec<ImageId> {
    let keeps = matched.keeps(cut);
    let counts = |item: &ImageId| {
        let labels = dataset.truths.class.get(dataset.truths.of(*item)).unwrap_or(&[]);
        let scored = predictions.said_of(*item).into_iter();
        let said = scored.filter(|&(_, class, score)| keeps(class, score)).map(|(_, class, _)| class);
        let said: Vec<ClassId> = said.collect();
        let every = counting == PairCounting::EveryPair;
        let missed = |a: &ClassId| every || !said.contains(a);
        let added = |p: &ClassId| every || !labels.contains(p);
        let (any_missed, any_added) = (labels.iter().any(missed), said.iter().any(added));
        match (cell.truth, cell.predicted) {
            (Some(a), Some(p)) if a == p => labels.contains(&a) && said.contains(&a),
            (Some(a), Some(p)) => labels.contains(&a) && missed(&a) && said.contains(&p) && added(&p),
            (Some(a), None) => labels.contains(&a) && missed(&a) && !any_added,
            (None, Some(p)) => said.contains(&p) && added(&p) && !any_missed,
            (None, None) => false,
        }
    };
    dataset.image_ids().filter(counts).collect()
}
