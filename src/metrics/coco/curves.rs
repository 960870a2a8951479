//! Precision at the 101 recall points, from the hits alone.
//!
//! A hit's rank is a count of the detections before it that count too, so one walk along the scores serves every
//! threshold and range of area. Knows what [`super::cells`] found; knows no boxes.

use crate::model::{Cancelled, Dataset, PredId, Progress};

use super::cells::{Cells, Found, Noted, ranges_of};
use super::{AREAS, RECALL_POINTS, THRESHOLDS};
use crate::metrics::interpolation::{hits_needed, interpolate};

/// A [`Found`] in the order of the scores of its class.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    /// Index into [`Cells::found`].
    found: u32,
    /// Per range: better detections of its class whose box lies in it.
    better: [u32; AREAS],
}

/// Precision and recall of one class in one range of area.
#[derive(Clone, Debug)]
pub(super) struct Curve {
    /// Interpolated precision at each threshold and recall point.
    pub precision: Vec<[f64; RECALL_POINTS]>,
    /// Recall at each threshold.
    pub recall: [f64; THRESHOLDS],
    /// Recall at each threshold by the best detection of an image alone, and by the best ten.
    pub recall_of_best: [[f64; THRESHOLDS]; 2],
}

/// Detections of an image and class that take part in [`Curve::recall_of_best`].
const BEST: [u32; 2] = [1, 10];

/// Truths that count, by class and range of area.
pub(super) fn truths_by_range(dataset: &Dataset) -> Vec<[u32; AREAS]> {
    let mut counts = vec![[0; AREAS]; dataset.classes.len()];
    let truths = &dataset.truths;
    for ((class, &area), &ignored) in truths.class.iter().zip(&truths.area).zip(&truths.ignored) {
        if let (false, Some(count)) = (ignored, counts.get_mut(class.index())) {
            add(count, ranges_of(area));
        }
    }
    counts
}

/// Adds one to each range.
fn add(counts: &mut [u32; AREAS], ranges: u8) {
    for (area, count) in counts.iter_mut().enumerate() {
        *count += u32::from(ranges >> area & 1);
    }
}

/// Walks down the scores once and collects the marks of every class.
pub(super) fn marks(
    cells: &Cells,
    classes: usize,
    order: &[PredId],
    progress: &dyn Progress,
) -> Result<Vec<Vec<Mark>>, Cancelled> {
    let mut marks = vec![Vec::new(); classes];
    let mut better = vec![[0_u32; AREAS]; classes];
    for run in order.chunks(1 << 16) {
        progress.check()?;
        for &pred in run {
            match cells.notes[pred.index()].spelled() {
                Noted::Nothing { class, ranges } => {
                    if let Some(better) = better.get_mut(class) {
                        add(better, ranges);
                    }
                }
                Noted::Found(place) => {
                    let Found { class, ranges, .. } = cells.found[place];
                    if let (Some(better), Some(marks)) = (better.get_mut(class.index()), marks.get_mut(class.index())) {
                        marks.push(Mark { found: place as u32, better: *better });
                        add(better, ranges);
                    }
                }
            }
        }
    }
    Ok(marks)
}

/// Per threshold: the hits of a class in a range of area, as ranks (1 is the best) among the detections that count.
#[derive(Debug, Default)]
pub(super) struct Hits {
    ranks: [Vec<u32>; THRESHOLDS],
    of_best: [[u32; THRESHOLDS]; 2],
}

impl Hits {
    /// Ranks the hits. A detection counts unless it found a truth that does not, or found nothing and lies outside the
    /// range itself; `better` counted those inside, and `shift` corrects it by what the marks before did find.
    fn collect(&mut self, marks: &[Mark], found: &[Found], area: usize) {
        self.ranks.iter_mut().for_each(Vec::clear);
        self.of_best = Default::default();
        let mut shift = [0_i32; THRESHOLDS];
        for mark in marks {
            let found = &found[mark.found as usize];
            let (hit, ignored) = (found.hit[area], found.ignored[area]);
            let inside = i32::from(found.ranges >> area & 1);
            for threshold in bits(hit) {
                let rank = mark.better[area].wrapping_add_signed(shift[threshold]) + 1;
                self.ranks[threshold].push(rank);
                shift[threshold] += 1 - inside;
                for (count, most) in self.of_best.iter_mut().zip(BEST) {
                    count[threshold] += u32::from(found.rank < most);
                }
            }
            if inside == 1 {
                for threshold in bits(ignored) {
                    shift[threshold] -= 1;
                }
            }
        }
    }

    /// The curve of a class in a range of area with `truths` (more than 0) that count.
    pub fn curve(&mut self, marks: &[Mark], found: &[Found], area: usize, truths: u32) -> Curve {
        self.collect(marks, found, area);
        let whole = f64::from(truths);
        let needed = hits_needed(truths, recall_point);
        let precision = |ranks: &[u32], n: u32| f64::from(n) / (f64::from(ranks[n as usize - 1]) + f64::EPSILON);
        let row = |ranks: &Vec<u32>| interpolate(ranks.len() as u32, &needed, |n| precision(ranks, n));
        Curve {
            precision: self.ranks.iter().map(row).collect(),
            recall: std::array::from_fn(|t| self.ranks[t].len() as f64 / whole),
            recall_of_best: self.of_best.map(|of_best| of_best.map(|hits| f64::from(hits) / whole)),
        }
    }
}

/// The set thresholds of a mask.
fn bits(mut mask: u16) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let next = mask.trailing_zeros() as usize;
        mask &= mask.wrapping_sub(1);
        (next < THRESHOLDS).then_some(next)
    })
}

/// `numpy.linspace(0, 1, 101)[point]`.
pub(super) fn recall_point(point: usize) -> f64 {
    if point == RECALL_POINTS - 1 { 1.0 } else { point as f64 * 0.01 }
}
