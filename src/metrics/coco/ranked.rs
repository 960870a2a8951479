//! Each class's detections in the order of their scores, with what they find: average precision of any resample of the
//! images is read off them without matching or sorting again. Knows nothing of how images are drawn.

use crate::metrics::interpolation::{hits_needed, mean_of_groups};
use crate::metrics::lanes::{self, LANES, Values, Weights};
use crate::metrics::pairs::Pairs;
use crate::metrics::ranking::Ranking;
use crate::model::{Cancelled, Dataset, Predictions, Progress};

use super::cells::{Bits, Cells, Noted, ranges_of};
use super::curves::recall_point;
use super::{IOU_75, THRESHOLDS};

/// All sizes.
const ALL_SIZES: u8 = 1;
/// Every overlap threshold.
const EVERY: Bits = (1 << THRESHOLDS) - 1;

/// A detection that finds something at some overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::metrics) struct RankedFound {
    /// Its place among [`RankedClass::images`].
    pub at: u32,
    /// Overlap thresholds, the lowest in the lowest bit, at which it finds a truth that counts.
    pub hit: Bits,
    /// Overlap thresholds at which it does not count.
    pub uncounted: Bits,
}

/// One class at all sizes, as pycocotools sees it with at most 100 detections an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::metrics) struct RankedClass {
    /// The image of each detection that takes part, best first (ties: by image, inside an image in file order).
    pub images: Vec<u32>,
    /// Those that find something, best first.
    pub found: Vec<RankedFound>,
    /// The image of each truth that counts.
    pub truths: Vec<u32>,
}

/// Ranks every class, in declaration order.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub(in crate::metrics) fn rank(
    dataset: &Dataset,
    predictions: &Predictions,
    pairs: &Pairs,
    progress: &dyn Progress,
) -> Result<Vec<RankedClass>, Cancelled> {
    let cells = Cells::of(dataset, predictions, pairs, None, progress)?;
    let ranking = Ranking::of(predictions);
    let mut ranked = vec![RankedClass::default(); dataset.classes.len()];
    for run in ranking.ids().chunks(1 << 16) {
        progress.check()?;
        for pred in run {
            let (Some(note), Some(image)) = (cells.notes.get(pred.index()), predictions.image.get(pred.index())) else {
                continue;
            };
            let (class, ranges, found) = match note.spelled() {
                Noted::Nothing { class, ranges } => (class, ranges, None),
                Noted::Found(place) => match cells.found.get(place) {
                    Some(found) => (found.class.index(), found.ranges, Some((found.hit[0], found.ignored[0]))),
                    None => continue,
                },
            };
            let Some(of_class) = ranked.get_mut(class) else { continue };
            let inside = ranges & ALL_SIZES != 0;
            let at = u32::try_from(of_class.images.len()).unwrap_or(u32::MAX);
            match found {
                // Outside all sizes a detection counts only where it finds something that does.
                Some((hit, ignored)) if hit | ignored != 0 => {
                    let uncounted = if inside { ignored } else { EVERY & !hit };
                    of_class.found.push(RankedFound { at, hit, uncounted });
                    of_class.images.push(image.0);
                }
                _ if inside => of_class.images.push(image.0),
                _ => {}
            }
        }
    }
    let truths = &dataset.truths;
    for (at, (class, image)) in truths.class.iter().zip(&truths.image).enumerate() {
        let counts = !truths.ignored.get(at).copied().unwrap_or(true)
            && truths.area.get(at).is_some_and(|&area| ranges_of(area) & ALL_SIZES != 0);
        if let (true, Some(of_class)) = (counts, ranked.get_mut(class.index())) {
            of_class.truths.push(image.0);
        }
    }
    Ok(ranked)
}

/// Average precision of resamples.
#[derive(Clone, Copy, Debug)]
pub(in crate::metrics) struct ResampledAp {
    /// At IoU 0.50.
    pub ap50: Values,
    /// At IoU 0.75; `None` where only 0.50 was asked for.
    pub ap75: Values,
    /// Over IoU 0.50 … 0.95; `None` where only 0.50 was asked for.
    pub ap: Values,
}

/// Average precision of resamples whose weights are given per image, the mean over the classes that have a truth in the
/// resample. An image drawn twice counts twice: its truths, and each of its detections as two that follow one another. With
/// `every` at all ten overlaps, else at IoU 0.50 alone.
pub(in crate::metrics) fn resampled(classes: &[RankedClass], weights: &[Weights], every: bool) -> ResampledAp {
    let mut walk = Walk { thresholds: if every { THRESHOLDS } else { 1 }, ..Walk::default() };
    let mut sums = [[0.0; LANES]; THRESHOLDS];
    let mut defined = [0_u32; LANES];
    for class in classes {
        let mut truths = [0_u32; LANES];
        class.truths.iter().filter_map(|&image| weights.get(image as usize)).for_each(|w| lanes::add(&mut truths, w));
        if truths == [0; LANES] {
            continue;
        }
        walk.along(class, weights);
        for (lane, &truths) in truths.iter().enumerate().filter(|(_, truths)| **truths > 0) {
            let needed = hits_needed(truths, recall_point);
            defined[lane] += 1;
            for (sum, groups) in sums.iter_mut().zip(&walk.groups).take(walk.thresholds) {
                let of_lane = groups.iter().rev().map(|group| group.in_lane(lane));
                sum[lane] += mean_of_groups(of_lane, &needed);
            }
        }
    }
    let mean = |sum: f64, lane: usize| (defined[lane] > 0).then(|| sum / f64::from(defined[lane]));
    let at = |threshold: usize| std::array::from_fn(|lane| mean(sums[threshold][lane], lane));
    let over_all = |lane: usize| mean(sums.iter().map(|sum| sum[lane]).sum::<f64>() / THRESHOLDS as f64, lane);
    let nothing = [None; LANES];
    ResampledAp {
        ap50: at(0),
        ap75: if every { at(IOU_75) } else { nothing },
        ap: if every { std::array::from_fn(over_all) } else { nothing },
    }
}

/// The copies of one hit: hits up to the last of them, and its rank among the detections that count.
#[derive(Clone, Copy, Debug)]
struct Group {
    hits: [u32; LANES],
    rank: [u32; LANES],
}

impl Group {
    /// Hits so far, and the precision at the last copy: the best of the group, since precision rises from copy to copy.
    fn in_lane(&self, lane: usize) -> (u32, f64) {
        let (hits, rank) = (self.hits[lane], self.rank[lane]);
        (hits, f64::from(hits) / (f64::from(rank) + f64::EPSILON))
    }
}

/// The hits of one class at each overlap, in memory that the next class uses again.
#[derive(Debug, Default)]
struct Walk {
    thresholds: usize,
    groups: [Vec<Group>; THRESHOLDS],
}

impl Walk {
    fn along(&mut self, class: &RankedClass, weights: &[Weights]) {
        self.groups.iter_mut().for_each(Vec::clear);
        let mut rank = [0_u32; LANES];
        let mut hits = [[0_u32; LANES]; THRESHOLDS];
        let mut uncounted = [[0_u32; LANES]; THRESHOLDS];
        let mut from = 0;
        for found in &class.found {
            let at = found.at as usize;
            for &image in class.images.get(from..at).unwrap_or(&[]) {
                if let Some(weights) = weights.get(image as usize) {
                    lanes::add(&mut rank, weights);
                }
            }
            from = at + 1;
            let Some(own) = class.images.get(at).and_then(|&image| weights.get(image as usize)) else { continue };
            lanes::add(&mut rank, own);
            for threshold in 0..self.thresholds {
                if found.uncounted >> threshold & 1 == 1 {
                    lanes::add(&mut uncounted[threshold], own);
                } else if found.hit >> threshold & 1 == 1 {
                    lanes::add(&mut hits[threshold], own);
                    let rank = std::array::from_fn(|lane| rank[lane] - uncounted[threshold][lane]);
                    self.groups[threshold].push(Group { hits: hits[threshold], rank });
                }
            }
        }
    }
}
