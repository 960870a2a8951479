//! How sure and how wrong the model is about one item, to sort items by. Knows one row of scores.

use rayon::prelude::*;
use serde::Serialize;

use crate::model::{ClassScores, Dataset, ImageId, ScoreTable};

use super::column::Score;
use super::rows::{CLIP, Look};

/// Measures of one item. Undefined is `None`: no label, nothing said, no scores, or only the best few classes known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct ItemMeasures {
    /// −ln of the true class's probability (natural logarithm, clipped at 2.22e-16). Multi-label: the mean over classes of
    /// the binary cross-entropy.
    pub loss: Option<f64>,
    /// Score of the best class minus that of the second best. Multi-label: the lowest score of a label minus the highest
    /// of the rest, negative where the two are out of order.
    pub margin: Option<f64>,
    /// −Σ p·ln p over the classes, of the row divided by its sum. Multi-label: the mean over classes of the binary entropy.
    pub entropy: Option<f64>,
    /// The highest score, as it is.
    pub confidence: Option<f64>,
}

/// The measures of every item. Negative scores are no probabilities: then loss and entropy are undefined.
#[must_use]
pub(in crate::metrics) fn all_measures(dataset: &Dataset, scores: &ClassScores, multilabel: bool) -> Vec<ItemMeasures> {
    let items: Vec<ImageId> = dataset.image_ids().collect();
    let of = |labels: &mut Vec<usize>, item: &ImageId| measure(dataset, scores, *item, multilabel, labels);
    items.par_iter().map_init(Vec::new, of).collect()
}

/// The measures of an item; the same as in the pass over all of them.
#[must_use]
pub fn item_measures(dataset: &Dataset, scores: &ClassScores, item: ImageId, multilabel: bool) -> ItemMeasures {
    measure(dataset, scores, item, multilabel, &mut Vec::new())
}

/// `labels` is memory to work in.
fn measure(
    dataset: &Dataset,
    scores: &ClassScores,
    item: ImageId,
    multilabel: bool,
    labels: &mut Vec<usize>,
) -> ItemMeasures {
    if !scores.has_confidence {
        return ItemMeasures::default();
    }
    let classes = scores.classes();
    labels.clear();
    let truths = dataset.truths.class.get(dataset.truths.of(item)).unwrap_or(&[]);
    labels.extend(truths.iter().map(|class| class.index()).filter(|&class| class < classes));
    let row = item.index() * classes..(item.index() + 1) * classes;
    match scores.table().filter(|_| !scores.is_absent(item)) {
        Some(ScoreTable::Single(rows)) => of_row(rows.get(row).unwrap_or(&[]), labels, multilabel),
        Some(ScoreTable::Double(rows)) => of_row(rows.get(row).unwrap_or(&[]), labels, multilabel),
        None => {
            let mut listed = scores.scored(item).map(|(_, score)| score);
            let (first, second) = (listed.next(), listed.next());
            let margin = first.zip(second).map(|(a, b)| a - b).filter(|_| !multilabel);
            ItemMeasures { margin, confidence: first, ..ItemMeasures::default() }
        }
    }
}

fn of_row<T: Score>(row: &[T], labels: &mut Vec<usize>, multilabel: bool) -> ItemMeasures {
    if multilabel {
        labels.sort_unstable();
        labels.dedup();
        return of_labels(row, labels);
    }
    of_class(row, labels.first().copied())
}

fn of_class<T: Score>(row: &[T], truth: Option<usize>) -> ItemMeasures {
    if row.is_empty() {
        return ItemMeasures::default();
    }
    let look = Look::at(row);
    let second =
        row.iter().enumerate().filter(|(class, _)| *class != look.best as usize).map(|(_, &score)| score.into());
    let mut measures = ItemMeasures {
        confidence: Some(look.high),
        margin: second.reduce(f64::max).map(|second: f64| look.high - second),
        ..ItemMeasures::default()
    };
    if look.low >= 0.0 {
        let shares = look.shares(row.len());
        let own = truth.and_then(|truth| row.get(truth));
        measures.loss = own.map(|&score| -shares.of(score.into()).clamp(CLIP, 1.0 - CLIP).ln());
        measures.entropy = Some(row.iter().map(|&score| surprise(shares.of(score.into()))).sum());
    }
    measures
}

/// `labels` ascend.
fn of_labels<T: Score>(row: &[T], labels: &[usize]) -> ItemMeasures {
    if row.is_empty() {
        return ItemMeasures::default();
    }
    let (mut lowest_label, mut highest_other): (Option<f64>, Option<f64>) = (None, None);
    let (mut loss, mut entropy, mut probable) = (0.0, 0.0, true);
    let mut labels = labels.iter().copied().peekable();
    for (class, &score) in row.iter().enumerate() {
        let p: f64 = score.into();
        let is_label = labels.next_if_eq(&class).is_some();
        if is_label {
            lowest_label = Some(lowest_label.map_or(p, |low| low.min(p)));
        } else {
            highest_other = Some(highest_other.map_or(p, |high| high.max(p)));
        }
        probable &= (0.0..=1.0).contains(&p);
        // Logarithms are most of the work: no cell needs more than two.
        let (of_p, of_rest) = (log_of(p), log_of(1.0 - p));
        loss -= if is_label { of_p.clipped } else { of_rest.clipped };
        entropy += of_p.surprise + of_rest.surprise;
    }
    let classes = row.len() as f64;
    ItemMeasures {
        margin: lowest_label.zip(highest_other).map(|(label, other)| label - other),
        confidence: row.iter().map(|&score| score.into()).reduce(f64::max),
        loss: probable.then_some(loss / classes),
        entropy: probable.then_some(entropy / classes),
    }
}

/// The logarithm of a probability, kept away from 0 and 1, and −p·ln p.
struct Log {
    clipped: f64,
    surprise: f64,
}

fn log_of(p: f64) -> Log {
    if (CLIP..=1.0 - CLIP).contains(&p) {
        let ln = p.ln();
        return Log { clipped: ln, surprise: -p * ln };
    }
    Log { clipped: p.clamp(CLIP, 1.0 - CLIP).ln(), surprise: surprise(p) }
}

/// −p·ln p, 0 at 0.
fn surprise(p: f64) -> f64 {
    if p > 0.0 { -p * p.ln() } else { 0.0 }
}
