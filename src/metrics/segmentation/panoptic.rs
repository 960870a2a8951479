//! Panoptic quality: Kirillov, He, Girshick, Rother, Dollár, "Panoptic Segmentation", CVPR 2019, by the rules of
//! panopticapi's `pq_compute_single_core`.
//!
//! - A predicted segment matches a true one of its class where their IoU is above 0.5, which at most one can; pixels of the
//!   prediction that are void in the truth are taken out of the union. Crowds are not matched.
//! - A true segment that is not matched is missed, unless it is a crowd.
//! - A predicted segment that is not matched is wrong, unless more than half of it lies on void and on a crowd of its class.

use rustc_hash::{FxHashMap, FxHashSet};

/// The id of pixels of no segment.
pub const VOID: u32 = 0;

/// A segment of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its id in the map, unique in its picture, not [`VOID`].
    pub id: u32,
    /// Index of its class.
    pub class: usize,
    /// Marks many objects in one; only of the truth.
    pub crowd: bool,
    /// Its area in pixels as the file states it, which the reference takes of the truth; `None` counts the pixels.
    pub area: Option<u64>,
}

/// Sums over pictures for a class.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PanopticCounts {
    /// IoU of all matches, added up.
    pub iou_sum: f64,
    /// Matches.
    pub tp: u64,
    /// Predicted segments without a match.
    pub fp: u64,
    /// True segments without a match.
    pub fn_: u64,
}

impl PanopticCounts {
    /// Adds those of another picture.
    pub fn merge(&mut self, other: &Self) {
        self.iou_sum += other.iou_sum;
        self.tp += other.tp;
        self.fp += other.fp;
        self.fn_ += other.fn_;
    }

    /// Panoptic quality, Σ IoU / (TP + FP / 2 + FN / 2); `None` for a class that is in neither side.
    #[must_use]
    pub fn quality(&self) -> Option<f64> {
        self.per_segment(self.iou_sum)
    }

    /// Segmentation quality, the mean IoU of the matches; `None` without a match, where the reference takes 0.
    #[must_use]
    pub fn segmentation_quality(&self) -> Option<f64> {
        (self.tp > 0).then(|| self.iou_sum / self.tp as f64)
    }

    /// Recognition quality, TP / (TP + FP / 2 + FN / 2); `None` for a class that is in neither side.
    #[must_use]
    pub fn recognition_quality(&self) -> Option<f64> {
        self.per_segment(self.tp as f64)
    }

    fn per_segment(&self, part: f64) -> Option<f64> {
        let segments = self.tp as f64 + 0.5 * self.fp as f64 + 0.5 * self.fn_ as f64;
        (segments > 0.0).then(|| part / segments)
    }
}

/// One side of a picture: the segment id of every pixel, and the segments. Ids without a segment count as pixels of none.
#[derive(Clone, Copy, Debug)]
pub struct SegmentMap<'a> {
    /// Ids by row.
    pub ids: &'a [u32],
    /// What the ids are.
    pub segments: &'a [Segment],
}

/// Counts the segments of a picture, by class below `classes`; segments of other classes are passed over. Both maps are of
/// the same size.
#[must_use]
pub fn panoptic_counts(truth: SegmentMap<'_>, predicted: SegmentMap<'_>, classes: usize) -> Vec<PanopticCounts> {
    let shared = shared_pixels(truth.ids, predicted.ids);
    let pixels_in = |pair: (u32, u32)| shared.get(&pair).copied().unwrap_or(0);
    let area_of_truth = areas(&shared, |pair| pair.0);
    let area_of_prediction = areas(&shared, |pair| pair.1);
    let of_truth: FxHashMap<u32, &Segment> = truth.segments.iter().map(|s| (s.id, s)).collect();
    let of_prediction: FxHashMap<u32, &Segment> = predicted.segments.iter().map(|s| (s.id, s)).collect();
    let area = |areas: &FxHashMap<u32, u64>, id: u32| areas.get(&id).copied().unwrap_or(0);

    let mut counts = vec![PanopticCounts::default(); classes];
    let (mut matched, mut matching) = (FxHashSet::default(), FxHashSet::default());
    let mut pairs: Vec<(&(u32, u32), &u64)> = shared.iter().collect();
    // So that sums do not depend on the order of a hash table; panopticapi goes by these too.
    pairs.sort_unstable();
    for (&(t, p), &both) in pairs {
        let (Some(true_one), Some(predicted_one)) = (of_truth.get(&t), of_prediction.get(&p)) else { continue };
        if true_one.crowd || true_one.class != predicted_one.class {
            continue;
        }
        let true_area = true_one.area.unwrap_or_else(|| area(&area_of_truth, t));
        let either = (area(&area_of_prediction, p) + true_area).saturating_sub(both + pixels_in((VOID, p)));
        let iou = both as f64 / either as f64;
        if let Some(count) = counts.get_mut(true_one.class).filter(|_| iou > 0.5) {
            count.tp += 1;
            count.iou_sum += iou;
            matched.insert(t);
            matching.insert(p);
        }
    }
    for segment in truth.segments.iter().filter(|s| !s.crowd && !matched.contains(&s.id)) {
        if let Some(count) = counts.get_mut(segment.class) {
            count.fn_ += 1;
        }
    }
    // Of several crowds of a class the last counts, as in the reference.
    let crowds: FxHashMap<usize, u32> = truth.segments.iter().filter(|s| s.crowd).map(|s| (s.class, s.id)).collect();
    for segment in predicted.segments.iter().filter(|s| !matching.contains(&s.id)) {
        let on_crowd = crowds.get(&segment.class).map_or(0, |&crowd| pixels_in((crowd, segment.id)));
        let forgiven = pixels_in((VOID, segment.id)) + on_crowd;
        let all = area(&area_of_prediction, segment.id);
        // A segment without pixels is refused by the reference; here it is wrong.
        if all > 0 && forgiven as f64 / all as f64 > 0.5 {
            continue;
        }
        if let Some(count) = counts.get_mut(segment.class) {
            count.fp += 1;
        }
    }
    counts
}

/// Pixels by pair of ids.
fn shared_pixels(truth: &[u32], predicted: &[u32]) -> FxHashMap<(u32, u32), u64> {
    let mut shared: FxHashMap<(u32, u32), u64> = FxHashMap::default();
    let mut run = ((VOID, VOID), 0);
    for (&t, &p) in truth.iter().zip(predicted) {
        if (t, p) != run.0 {
            add(&mut shared, run);
            run = ((t, p), 0);
        }
        run.1 += 1;
    }
    add(&mut shared, run);
    shared
}

fn add(shared: &mut FxHashMap<(u32, u32), u64>, (pair, pixels): ((u32, u32), u64)) {
    if pixels > 0 {
        *shared.entry(pair).or_default() += pixels;
    }
}

fn areas(shared: &FxHashMap<(u32, u32), u64>, id: impl Fn(&(u32, u32)) -> u32) -> FxHashMap<u32, u64> {
    let mut areas: FxHashMap<u32, u64> = FxHashMap::default();
    for (pair, pixels) in shared {
        *areas.entry(id(pair)).or_default() += pixels;
    }
    areas
}

/// Means over the classes that are in either side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PanopticQuality {
    /// Mean panoptic quality.
    pub quality: Option<f64>,
    /// Mean segmentation quality; a class without a match counts with 0, as in the reference.
    pub segmentation_quality: Option<f64>,
    /// Mean recognition quality.
    pub recognition_quality: Option<f64>,
    /// Number of classes averaged over.
    pub classes: usize,
}

/// The means over classes; `None` where no class is in either side.
#[must_use]
pub fn panoptic_quality(counts: &[PanopticCounts]) -> PanopticQuality {
    let there: Vec<&PanopticCounts> = counts.iter().filter(|c| c.quality().is_some()).collect();
    let mean = |value: fn(&PanopticCounts) -> Option<f64>| {
        let sum: f64 = there.iter().map(|c| value(c).unwrap_or(0.0)).sum();
        (!there.is_empty()).then(|| sum / there.len() as f64)
    };
    PanopticQuality {
        quality: mean(PanopticCounts::quality),
        segmentation_quality: mean(PanopticCounts::segmentation_quality),
        recognition_quality: mean(PanopticCounts::recognition_quality),
        classes: there.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(id: u32, class: usize) -> Segment {
        Segment { id, class, crowd: false, area: None }
    }

    fn row(runs: &[(u32, usize)]) -> Vec<u32> {
        runs.iter().flat_map(|&(id, length)| vec![id; length]).collect()
    }

    fn counts(iou_sum: f64, tp: u64, fp: u64, fn_: u64) -> PanopticCounts {
        PanopticCounts { iou_sum, tp, fp, fn_ }
    }

    /// By hand. Segment 1 of class 0 covers 0–9, 2 of class 1 10–14, void 15–17, a crowd of class 1 18–23.
    /// Predicted 7 of class 0: 0–7, IoU 8/10. 8 of class 1: 8–12 and 15–16, 7 pixels of which 3 on segment 2 and 2 on void:
    /// 3 / (7 + 5 - 3 - 2) = 3/7, no match; forgiven 2/7, wrong. 9 of class 1: 20–23 on the crowd, forgiven. 10 of class 0:
    /// 17–19, one on void, two on a crowd of another class: wrong.
    #[test]
    fn matches_misses_and_what_is_forgiven() {
        let truth = row(&[(1, 10), (2, 5), (VOID, 3), (3, 6)]);
        let predicted = row(&[(7, 8), (8, 5), (VOID, 2), (8, 2), (10, 3), (9, 4)]);
        let crowd = Segment { crowd: true, ..segment(3, 1) };
        let of_truth = SegmentMap { ids: &truth, segments: &[segment(1, 0), segment(2, 1), crowd] };
        let segments = [segment(7, 0), segment(8, 1), segment(9, 1), segment(10, 0)];
        let of_prediction = SegmentMap { ids: &predicted, segments: &segments };
        let mut sum = panoptic_counts(of_truth, of_prediction, 3);
        assert_eq!(sum, [counts(0.8, 1, 1, 0), counts(0.0, 0, 1, 1), counts(0.0, 0, 0, 0)]);
        let mean = panoptic_quality(&sum);
        assert_eq!((mean.quality, mean.segmentation_quality), (Some(0.8 / 1.5 / 2.0), Some(0.4)));
        assert_eq!((mean.recognition_quality, mean.classes), (Some(1.0 / 1.5 / 2.0), 2));
        sum[0].merge(&counts(0.6, 1, 0, 2));
        assert_eq!(sum[0].segmentation_quality(), Some(0.7));
        assert_eq!(panoptic_quality(&[]), PanopticQuality::default());
    }

    /// By hand: half is not enough, and void is taken out of the union: 4 of 8 pixels is no match, without the two on void
    /// 4 of 6 is one. The stated area counts in the place of the pixels.
    #[test]
    fn more_than_half_is_needed() {
        let truth = row(&[(1, 6), (5, 2), (VOID, 2)]);
        let predicted = row(&[(VOID, 2), (1, 6)]);
        let half = |truth: &[u32], area| {
            let own = [Segment { area, ..segment(1, 0) }];
            let truth = SegmentMap { ids: truth, segments: &own };
            let predicted = SegmentMap { ids: &predicted, segments: &[segment(1, 0)] };
            panoptic_counts(truth, predicted, 1)
        };
        assert_eq!(half(&truth, None), [counts(0.0, 0, 1, 1)]);
        let with_void = row(&[(1, 6), (VOID, 4)]);
        assert_eq!(half(&with_void, None), [counts(4.0 / 6.0, 1, 0, 0)]);
        assert_eq!(half(&with_void, Some(60)), [counts(0.0, 0, 1, 1)]);
    }
}
