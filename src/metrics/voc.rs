//! Average precision by the protocol of the PASCAL VOC challenges: 11 recall points until 2009, every recall since 2010.
//!
//! Each detection of a class, best score first (ties: file order), looks at the one truth of its class in its image with the
//! highest overlap, and at no other (ties: first in the file). At least the wanted overlap and free: right. Taken already, or
//! too little overlap: wrong. A difficult truth, or a crowd: the detection does not count. Overlaps are those of continuous
//! boxes, as everywhere here, without the one pixel that the development kit adds to widths and heights.

use rayon::prelude::*;

use crate::model::{ClassId, Dataset, PredId, Predictions, TruthId};

use super::pairs::Pairs;
use super::ranking::Ranking;

/// The overlap that the challenges ask for.
pub const IOU: f64 = 0.5;

/// Average precision of a class both ways; `None` without truths that count.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct VocAp {
    /// VOC 2007: the mean over recalls 0, 0.1 … 1 of the best precision from that recall on.
    pub eleven_points: Option<f64>,
    /// VOC 2010: the area under the best precision from each recall on.
    pub all_points: Option<f64>,
}

impl VocAp {
    /// From detections in the order of their scores, true where right.
    #[must_use]
    pub fn of(right: &[bool], truths: u64) -> Self {
        if truths == 0 {
            return Self::default();
        }
        // At the n-th hit the precision is n / rank; from the last to the first the best so far is that of all recalls up to it.
        let ranks: Vec<usize> = right.iter().enumerate().filter(|(_, hit)| **hit).map(|(at, _)| at + 1).collect();
        let (mut best, mut area, mut sum) = (0.0_f64, 0.0, 0.0);
        let mut point = 10_u64;
        for (at, rank) in ranks.iter().enumerate().rev() {
            let hits = at as u64 + 1;
            // Points that need more hits than these are passed with the best precision so far.
            while point * truths > 10 * hits {
                sum += best;
                point -= 1;
            }
            best = best.max(hits as f64 / *rank as f64);
            area += best;
        }
        sum += best * (point + 1) as f64;
        Self { eleven_points: Some(sum / 11.0), all_points: Some(area / truths as f64) }
    }
}

/// The average precision of every class, in declaration order.
#[must_use]
pub fn evaluate(dataset: &Dataset, predictions: &Predictions, pairs: &Pairs, iou: f64) -> Vec<VocAp> {
    let ranking = Ranking::of(predictions);
    let mut of_class: Vec<Vec<PredId>> = vec![Vec::new(); dataset.classes.len()];
    for &pred in ranking.ids() {
        if let Some(list) = predictions.class_of(pred).and_then(|class| of_class.get_mut(class.index())) {
            list.push(pred);
        }
    }
    let support = dataset.support();
    let one = |(class, preds): (usize, &Vec<PredId>)| {
        let truths = support.get(class).copied().unwrap_or(0);
        let right = verdicts(dataset, predictions, pairs, (ClassId::from_index(class), preds), iou);
        VocAp::of(&right, truths)
    };
    of_class.par_iter().enumerate().map(one).collect()
}

/// Of the detections of a class that count, which are right.
fn verdicts(
    dataset: &Dataset,
    predictions: &Predictions,
    pairs: &Pairs,
    (class, preds): (ClassId, &[PredId]),
    iou: f64,
) -> Vec<bool> {
    let truths = &dataset.truths;
    let mut taken = rustc_hash::FxHashSet::default();
    let mut right = Vec::with_capacity(preds.len());
    for &pred in preds {
        let mut best: Option<(f64, TruthId)> = None;
        for (truth, overlap) in pairs.of(pred).filter(|(truth, _)| truths.class.get(truth.index()) == Some(&class)) {
            let is_ignored = truths.ignored.get(truth.index()) == Some(&true);
            let overlap = if is_ignored { union_overlap(dataset, predictions, pred, truth) } else { overlap };
            if best.is_none_or(|(known, _)| overlap > known) {
                best = Some((overlap, truth));
            }
        }
        match best.filter(|(overlap, _)| *overlap >= iou) {
            None => right.push(false),
            Some((_, truth)) if truths.ignored.get(truth.index()) == Some(&true) => {}
            Some((_, truth)) => right.push(taken.insert(truth)),
        }
    }
    right
}

/// Intersection over union with a truth whose overlap is kept over the area of the detection.
fn union_overlap(dataset: &Dataset, predictions: &Predictions, pred: PredId, truth: TruthId) -> f64 {
    let (p, t) = (pred.index(), truth.index());
    if !predictions.masks.is_empty() && !dataset.truths.masks.is_empty() {
        return predictions.masks.overlap(p, &dataset.truths.masks, t, false);
    }
    match (predictions.bbox.get(p), dataset.truths.bbox.get(t)) {
        (Some(detection), Some(truth)) => detection.overlap(*truth, false),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::scene::Scene;

    fn close(a: Option<f64>, b: f64) {
        assert!(a.is_some_and(|a| (a - b).abs() < 1e-15), "{a:?} is not {b}");
    }

    /// Four truths; right, wrong, right, right, wrong: precision 1, 2/3, 3/4 at recalls 1/4, 1/2, 3/4. The best from each on:
    /// 1, 3/4, 3/4. Eleven points: 0, 0.1, 0.2 at 1; 0.3 … 0.7 at 3/4; 0.8, 0.9, 1 at 0. All: (1 + 3/4 + 3/4) / 4.
    #[test]
    fn by_hand() {
        let ap = VocAp::of(&[true, false, true, true, false], 4);
        close(ap.eleven_points, (3.0 + 5.0 * 0.75) / 11.0);
        close(ap.all_points, 2.5 / 4.0);
    }

    /// Ten truths of which three are found at once: the point 0.3 is reached by three tenths exactly.
    #[test]
    fn a_recall_of_exactly_a_point_reaches_it() {
        close(VocAp::of(&[true, true, true], 10).eleven_points, 4.0 / 11.0);
        close(VocAp::of(&[true, true, true], 10).all_points, 0.3);
    }

    #[test]
    fn edges() {
        assert_eq!(VocAp::of(&[], 3), VocAp { eleven_points: Some(0.0), all_points: Some(0.0) });
        assert_eq!(VocAp::of(&[false], 0), VocAp::default());
        assert_eq!(VocAp::of(&[true, true], 2), VocAp { eleven_points: Some(1.0), all_points: Some(1.0) });
    }

    /// The second detection overlaps the taken cat most (80/120 against 70/130) and looks at no other: wrong, where the
    /// other protocols give it the free one. The third lies on the difficult cat and does not count.
    #[test]
    fn only_the_best_overlap_is_looked_at() {
        let scene = Scene::new(
            &[
                (0, [0.0, 0.0, 10.0, 10.0], false),
                (0, [5.0, 0.0, 10.0, 10.0], false),
                (0, [50.0, 0.0, 10.0, 10.0], true),
            ],
            &[
                (0, [0.0, 0.0, 10.0, 10.0], 0.9),
                (0, [2.0, 0.0, 10.0, 10.0], 0.8),
                (0, [50.0, 0.0, 10.0, 10.0], 0.7),
                (0, [5.0, 0.0, 10.0, 10.0], 0.6),
            ],
        );
        let found = evaluate(&scene.dataset, &scene.predictions, &scene.pairs, IOU);
        // Right, wrong, right of two: precision 1 and 2/3.
        close(found[0].all_points, (1.0 + 2.0 / 3.0) / 2.0);
        close(found[0].eleven_points, (6.0 + 5.0 * 2.0 / 3.0) / 11.0);
        assert_eq!(found[1], VocAp::default());
        // A detection inside a large difficult truth overlaps it by a quarter only: it is wrong there.
        let scene = Scene::new(
            &[(0, [0.0, 0.0, 20.0, 20.0], true), (0, [50.0, 0.0, 10.0, 10.0], false)],
            &[(0, [0.0, 0.0, 10.0, 10.0], 0.9), (0, [50.0, 0.0, 10.0, 10.0], 0.8)],
        );
        close(evaluate(&scene.dataset, &scene.predictions, &scene.pairs, IOU)[0].all_points, 0.5);
    }
}
