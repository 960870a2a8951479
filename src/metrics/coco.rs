//! COCO average precision and recall, by the protocol of pycocotools 2.0.11 and equal to it to the last bit.
//!
//! One difference is meant: a truth whose annotation id is 0 can be found like any other. Reads overlaps and scores;
//! knows nothing of the other matchings.

mod cells;
mod curves;
mod means;
pub(in crate::metrics) mod ranked;

use std::ops::Range;

use rayon::prelude::*;

use crate::model::{Cancelled, ClassId, Dataset, NoProgress, PredId, Predictions, Progress};

use super::pairs::Pairs;
use super::ranking::Ranking;
use cells::Cells;
use curves::{Curve, Hits};
use means::mean;

/// Recall points at which precision is read: 0, 0.01 … 1.
pub const RECALL_POINTS: usize = super::interpolation::RECALL_POINTS;

/// Overlap thresholds.
pub const THRESHOLDS: usize = 10;

/// Ranges of area.
const AREAS: usize = AreaRange::ALL.len();

/// `numpy.linspace(0.5, 0.95, 10)`, whose ninth is 0.8999999999999999.
pub const IOU_THRESHOLDS: [f64; THRESHOLDS] =
    [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.899_999_999_999_999_9, 0.95];

/// Position of 0.75 among the thresholds.
const IOU_75: usize = 5;

/// COCO's twelve numbers; `None` where the reference prints −1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CocoSummary {
    /// AP over IoU 0.50 … 0.95.
    pub ap: Option<f64>,
    /// AP at IoU 0.50.
    pub ap50: Option<f64>,
    /// AP at IoU 0.75.
    pub ap75: Option<f64>,
    /// AP of truths below 32² pixels.
    pub ap_small: Option<f64>,
    /// AP of truths between 32² and 96² pixels.
    pub ap_medium: Option<f64>,
    /// AP of truths above 96² pixels.
    pub ap_large: Option<f64>,
    /// AR with one detection an image and class.
    pub ar_1: Option<f64>,
    /// AR with ten.
    pub ar_10: Option<f64>,
    /// AR with a hundred.
    pub ar_100: Option<f64>,
    /// AR of small truths.
    pub ar_small: Option<f64>,
    /// AR of medium truths.
    pub ar_medium: Option<f64>,
    /// AR of large truths.
    pub ar_large: Option<f64>,
}

/// Average precision and recall of one class, with at most 100 detections an image; all sizes where no other is named.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClassAp {
    /// Over IoU 0.50 … 0.95.
    pub ap: Option<f64>,
    /// At IoU 0.50.
    pub ap50: Option<f64>,
    /// At IoU 0.75.
    pub ap75: Option<f64>,
    /// AP of small truths, over IoU 0.50 … 0.95.
    pub ap_small: Option<f64>,
    /// AP of medium truths.
    pub ap_medium: Option<f64>,
    /// AP of large truths.
    pub ap_large: Option<f64>,
    /// AR with a hundred detections, over IoU 0.50 … 0.95.
    pub ar_100: Option<f64>,
    /// Recall with a hundred detections at IoU 0.50.
    pub ar_50: Option<f64>,
    /// AR of small truths.
    pub ar_small: Option<f64>,
    /// AR of medium truths.
    pub ar_medium: Option<f64>,
    /// AR of large truths.
    pub ar_large: Option<f64>,
}

/// The range of truth areas that counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AreaRange {
    /// All sizes.
    #[default]
    All,
    /// Up to 32² pixels.
    Small,
    /// From 32² to 96² pixels.
    Medium,
    /// From 96² pixels.
    Large,
}

impl AreaRange {
    /// All ranges, the whole first.
    pub const ALL: [Self; 4] = [Self::All, Self::Small, Self::Medium, Self::Large];

    /// Smallest and largest area in square pixels; both belong to the range. COCO ends the whole at 10¹⁰.
    #[must_use]
    pub const fn bounds(self) -> (f64, f64) {
        const SMALL: f64 = 1024.0;
        const MEDIUM: f64 = 9216.0;
        const END: f64 = 1e10;
        match self {
            Self::All => (0.0, END),
            Self::Small => (0.0, SMALL),
            Self::Medium => (SMALL, MEDIUM),
            Self::Large => (MEDIUM, END),
        }
    }
}

/// The result for all classes.
#[derive(Clone, Debug, Default)]
pub struct Coco {
    /// The twelve numbers.
    pub summary: CocoSummary,
    /// Per class, in declaration order.
    pub classes: Vec<ClassAp>,
}

/// Evaluates; reads only the pairs of one class.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn evaluate(
    dataset: &Dataset,
    predictions: &Predictions,
    pairs: &Pairs,
    progress: &dyn Progress,
) -> Result<Coco, Cancelled> {
    evaluate_ranked(dataset, predictions, pairs, &Ranking::of(predictions), progress)
}

/// As [`evaluate`], with all detections already sorted.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn evaluate_ranked(
    dataset: &Dataset,
    predictions: &Predictions,
    pairs: &Pairs,
    ranking: &Ranking,
    progress: &dyn Progress,
) -> Result<Coco, Cancelled> {
    progress.stage("Average precision");
    let cells = Cells::of(dataset, predictions, pairs, None, progress)?;
    let marks = curves::marks(&cells, dataset.classes.len(), ranking.ids(), progress)?;
    let truths = curves::truths_by_range(dataset);
    let classes: Vec<[Option<Curve>; AREAS]> = marks
        .par_iter()
        .zip(&truths)
        .map_init(Hits::default, |hits, (marks, truths)| {
            std::array::from_fn(|area| (truths[area] > 0).then(|| hits.curve(marks, &cells.found, area, truths[area])))
        })
        .collect();
    progress.check()?;
    Ok(Coco { summary: summary(dataset, &classes), classes: classes.iter().map(class_ap).collect() })
}

/// Interpolated precision of one class at the 101 recall points, as pycocotools' `precision` array (IoU thresholds by
/// index 0 … 9 of 0.50 … 0.95, at most 100 detections). `None` for a class without truth in the range.
#[must_use]
pub fn pr_curve(
    dataset: &Dataset,
    predictions: &Predictions,
    pairs: &Pairs,
    class: ClassId,
    iou_index: usize,
    area: AreaRange,
) -> Option<Vec<f64>> {
    let truths = curves::truths_by_range(dataset).get(class.index()).copied()?[area as usize];
    if truths == 0 {
        return None;
    }
    let cells = Cells::of(dataset, predictions, pairs, Some(class), &NoProgress).ok()?;
    let of_class = predictions.class.iter().enumerate().filter(|(_, c)| **c == class);
    let ranking = Ranking::of_ids(predictions, of_class.map(|(pred, _)| PredId::from_index(pred)));
    let marks = curves::marks(&cells, dataset.classes.len(), ranking.ids(), &NoProgress).ok()?;
    let curve = Hits::default().curve(marks.get(class.index())?, &cells.found, area as usize, truths);
    curve.precision.get(iou_index).map(|row| row.to_vec())
}

/// Ascending category ids, the order in which the reference sums.
fn summing_order(dataset: &Dataset) -> Vec<usize> {
    let mut order: Vec<usize> = (0..dataset.classes.len()).collect();
    order.sort_by_key(|&class| dataset.classes.source_ids().get(class).copied());
    order
}

fn summary(dataset: &Dataset, classes: &[[Option<Curve>; AREAS]]) -> CocoSummary {
    let order = summing_order(dataset);
    let defined = |area: AreaRange| -> Vec<&Curve> {
        order.iter().filter_map(|&class| classes.get(class)?.get(area as usize)?.as_ref()).collect()
    };
    let [all, small, medium, large] = AreaRange::ALL.map(defined);
    let everywhere = 0..THRESHOLDS;
    let recall = |curves: &[&Curve]| mean_over(curves, everywhere.clone(), |curve, t| curve.recall[t]);
    CocoSummary {
        ap: mean_precision(&all, everywhere.clone()),
        ap50: mean_precision(&all, 0..1),
        ap75: mean_precision(&all, IOU_75..IOU_75 + 1),
        ap_small: mean_precision(&small, everywhere.clone()),
        ap_medium: mean_precision(&medium, everywhere.clone()),
        ap_large: mean_precision(&large, everywhere.clone()),
        ar_1: mean_over(&all, everywhere.clone(), |curve, t| curve.recall_of_best[0][t]),
        ar_10: mean_over(&all, everywhere.clone(), |curve, t| curve.recall_of_best[1][t]),
        ar_100: recall(&all),
        ar_small: recall(&small),
        ar_medium: recall(&medium),
        ar_large: recall(&large),
    }
}

fn class_ap(curves: &[Option<Curve>; AREAS]) -> ClassAp {
    let [all, small, medium, large] = curves.each_ref().map(Option::as_ref);
    let everywhere = 0..THRESHOLDS;
    let ap = |curve: Option<&Curve>| mean_precision(curve.as_slice(), everywhere.clone());
    let ar = |curve: Option<&Curve>| mean_over(curve.as_slice(), everywhere.clone(), |curve, t| curve.recall[t]);
    ClassAp {
        ap: ap(all),
        ap50: mean_precision(all.as_slice(), 0..1),
        ap75: mean_precision(all.as_slice(), IOU_75..IOU_75 + 1),
        ap_small: ap(small),
        ap_medium: ap(medium),
        ap_large: ap(large),
        ar_100: ar(all),
        ar_50: all.map(|curve| curve.recall[0]),
        ar_small: ar(small),
        ar_medium: ar(medium),
        ar_large: ar(large),
    }
}

/// Mean precision over thresholds, recall points and classes, summed in that order.
fn mean_precision(curves: &[&Curve], thresholds: Range<usize>) -> Option<f64> {
    let mut values = Vec::with_capacity(thresholds.len() * RECALL_POINTS * curves.len());
    for threshold in thresholds {
        for point in 0..RECALL_POINTS {
            values.extend(curves.iter().map(|curve| curve.precision[threshold][point]));
        }
    }
    mean(&values)
}

/// Mean over thresholds and classes, summed in that order.
fn mean_over(curves: &[&Curve], thresholds: Range<usize>, value: impl Fn(&Curve, usize) -> f64) -> Option<f64> {
    let value = &value;
    let values: Vec<f64> =
        thresholds.flat_map(|threshold| curves.iter().map(move |curve| value(curve, threshold))).collect();
    mean(&values)
}
