//! How sure and how wrong the model is about one item, to sort items by. Knows one row of scores.

use serde::Serialize;

use crate::model::{ClassScores, Dataset, ImageId};

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

/// The measures of an item. Negative scores are no probabilities: then loss and entropy are undefined.
#[must_use]
pub fn item_measures(dataset: &Dataset, scores: &ClassScores, item: ImageId, multilabel: bool) -> ItemMeasures {
    if !scores.has_confidence {
        return ItemMeasures::default();
    }
    let mut row = Vec::new();
    if !scores.copy_row(item, &mut row) {
        let mut listed: Vec<f64> = scores.scored(item).map(|(_, score)| score).collect();
        listed.truncate(2);
        let margin = listed.first().zip(listed.get(1)).map(|(a, b)| a - b).filter(|_| !multilabel);
        return ItemMeasures { margin, confidence: listed.first().copied(), ..ItemMeasures::default() };
    }
    let mut labels: Vec<usize> = dataset
        .truths
        .class
        .get(dataset.truths.of(item))
        .unwrap_or(&[])
        .iter()
        .map(|class| class.index())
        .filter(|&class| class < row.len())
        .collect();
    if multilabel {
        labels.sort_unstable();
        return of_labels(&row, &labels);
    }
    of_class(&row, labels.first().copied())
}

fn of_class(row: &[f64], truth: Option<usize>) -> ItemMeasures {
    if row.is_empty() {
        return ItemMeasures::default();
    }
    let look = Look::at(row);
    let second = row.iter().enumerate().filter(|(class, _)| *class != look.best as usize).map(|(_, &score)| score);
    let mut measures = ItemMeasures {
        confidence: Some(look.high),
        margin: second.reduce(f64::max).map(|second| look.high - second),
        ..ItemMeasures::default()
    };
    if look.low >= 0.0 {
        let shares = look.shares(row.len());
        let own = truth.and_then(|truth| row.get(truth));
        measures.loss = own.map(|&score| -shares.of(score).clamp(CLIP, 1.0 - CLIP).ln());
        measures.entropy = Some(row.iter().map(|&score| surprise(shares.of(score))).sum());
    }
    measures
}

fn of_labels(row: &[f64], labels: &[usize]) -> ItemMeasures {
    if row.is_empty() {
        return ItemMeasures::default();
    }
    let is_label = |class: usize| labels.binary_search(&class).is_ok();
    let of =
        |wanted: bool| row.iter().enumerate().filter(move |(c, _)| is_label(*c) == wanted).map(|(_, &score)| score);
    let margin = of(true).reduce(f64::min).zip(of(false).reduce(f64::max)).map(|(label, other)| label - other);
    let mut measures =
        ItemMeasures { margin, confidence: row.iter().copied().reduce(f64::max), ..ItemMeasures::default() };
    if row.iter().all(|score| (0.0..=1.0).contains(score)) {
        let loss = |(class, &p): (usize, &f64)| {
            let right = if is_label(class) { p } else { 1.0 - p };
            -right.clamp(CLIP, 1.0 - CLIP).ln()
        };
        let classes = row.len() as f64;
        measures.loss = Some(row.iter().enumerate().map(loss).sum::<f64>() / classes);
        measures.entropy = Some(row.iter().map(|&p| surprise(p) + surprise(1.0 - p)).sum::<f64>() / classes);
    }
    measures
}

/// −p·ln p, 0 at 0.
fn surprise(p: f64) -> f64 {
    if p > 0.0 { -p * p.ln() } else { 0.0 }
}
