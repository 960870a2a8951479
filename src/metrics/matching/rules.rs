//! What sets the five matchings apart: which truths a detection proposes to, in which order, with which claim.
//!
//! Reads overlaps and classes; takes no decision itself.

use crate::metrics::pairs::Pairs;
use crate::model::{BBox, Dataset, PredId, Predictions, TruthId};

use super::Matching;
use super::walk::Proposal;

/// COCO's cap on the threshold: an overlap of exactly 1 always qualifies.
const COCO_CAP: f64 = 1.0 - 1e-10;

/// A truth that overlaps enough.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    truth: u32,
    other_class: bool,
    overlap: f64,
}

/// Lists proposals by one matching.
pub(super) struct Rules<'a> {
    dataset: &'a Dataset,
    predictions: &'a Predictions,
    pairs: &'a Pairs,
    matching: Matching,
    iou: f64,
    candidates: Vec<Candidate>,
}

impl<'a> Rules<'a> {
    pub fn new(
        dataset: &'a Dataset,
        predictions: &'a Predictions,
        pairs: &'a Pairs,
        matching: Matching,
        iou: f64,
    ) -> Self {
        let iou = match matching {
            Matching::Coco => iou.min(COCO_CAP),
            // Both compare an array of f32 with the threshold, which is rounded to f32 for that.
            Matching::Supervision | Matching::Ultralytics => f64::from(iou as f32),
            Matching::TwoPass | Matching::ClassAgnostic => iou,
        };
        Self { dataset, predictions, pairs, matching, iou, candidates: Vec::new() }
    }

    /// Which matching these are the rules of.
    pub fn matching(&self) -> Matching {
        self.matching
    }

    /// Appends the truths that a detection would take, the dearest first. True if it is forgiven should it get none:
    /// it lies on an ignored truth of its own class.
    pub fn list(&mut self, pred: usize, into: &mut Vec<Proposal>) -> bool {
        self.candidates.clear();
        let forgiven = match self.matching {
            Matching::Supervision | Matching::Ultralytics => {
                if self.predictions.masks.is_empty() {
                    self.gather_single(pred);
                } else {
                    self.gather_masks(pred);
                }
                false
            }
            _ if self.iou > 0.0 => self.gather(pred, self.pairs.of(PredId::from_index(pred))),
            _ => self.gather(pred, self.with_disjoint(pred)),
        };
        if self.candidates.len() > 1 {
            self.sort();
        }
        into.extend(self.candidates.iter().map(|c| Proposal { truth: c.truth, claim: self.claim(pred, *c) }));
        forgiven
    }

    /// Keeps what overlaps enough by the overlaps computed beforehand. Ignored truths only forgive.
    fn gather(&mut self, pred: usize, overlaps: impl Iterator<Item = (TruthId, f64)>) -> bool {
        let truths = &self.dataset.truths;
        let class = self.predictions.class[pred];
        let first = truths.of(self.predictions.image[pred]).start;
        let mut forgiven = false;
        for (truth, overlap) in overlaps {
            if overlap < self.iou {
                continue;
            }
            let truth = truth.index();
            let other_class = truths.class[truth] != class;
            if truths.ignored[truth] {
                forgiven |= !other_class;
            } else if !(other_class && self.matching == Matching::Coco) {
                self.candidates.push(Candidate { truth: (truth - first) as u32, other_class, overlap });
            }
        }
        forgiven
    }

    /// All truths of the image: at a threshold of 0, boxes apart overlap enough too.
    fn with_disjoint(&self, pred: usize) -> impl Iterator<Item = (TruthId, f64)> + use<'a> {
        let mut known = self.pairs.of(PredId::from_index(pred)).peekable();
        self.dataset.truths.ids_of(self.predictions.image[pred]).map(move |truth| {
            let overlap = known.next_if(|(of, _)| *of == truth).map_or(0.0, |(_, overlap)| overlap);
            (truth, overlap)
        })
    }

    /// As supervision and Ultralytics: every truth is an ordinary one, coordinates are `f32`, and the overlap must lie
    /// above the threshold.
    fn gather_single(&mut self, pred: usize) {
        let truths = &self.dataset.truths;
        let range = truths.of(self.predictions.image[pred]);
        let class = self.predictions.class[pred];
        let of_pred = corners(self.predictions.bbox[pred]);
        let overlap = if self.matching == Matching::Supervision { supervision_iou } else { ultralytics_iou };
        for (place, truth) in (0_u32..).zip(range) {
            let overlap = f64::from(overlap(corners(truths.bbox[truth]), of_pred));
            if overlap > self.iou {
                self.candidates.push(Candidate { truth: place, other_class: truths.class[truth] != class, overlap });
            }
        }
    }

    /// The same of masks: their overlap as it is, rounded to `f32`; a crowd is an ordinary truth.
    fn gather_masks(&mut self, pred: usize) {
        let (truths, class) = (&self.dataset.truths, self.predictions.class[pred]);
        for (place, truth) in (0_u32..).zip(truths.of(self.predictions.image[pred])) {
            let overlap = f64::from(self.predictions.masks.overlap(pred, &truths.masks, truth, false) as f32);
            if overlap > self.iou {
                self.candidates.push(Candidate { truth: place, other_class: truths.class[truth] != class, overlap });
            }
        }
    }

    /// Own class first where the matching says so, then the largest overlap, then the first in the file; COCO takes the
    /// last.
    fn sort(&mut self) {
        let class_first = matches!(self.matching, Matching::TwoPass | Matching::Supervision);
        let last_wins = self.matching == Matching::Coco;
        self.candidates.sort_unstable_by(|a, b| {
            let by_class = if class_first { a.other_class.cmp(&b.other_class) } else { std::cmp::Ordering::Equal };
            let by_place = if last_wins { b.truth.cmp(&a.truth) } else { a.truth.cmp(&b.truth) };
            by_class.then(b.overlap.total_cmp(&a.overlap)).then(by_place)
        });
    }

    /// How a truth ranks the detection. By score (ids stand by score and file order), where the matching knows two
    /// passes after the class; supervision does not look at the score but at the overlap, then at the order in the file.
    fn claim(&self, pred: usize, candidate: Candidate) -> u64 {
        let last_pass = u64::from(candidate.other_class) << 63;
        match self.matching {
            Matching::Coco | Matching::ClassAgnostic => pred as u64,
            Matching::TwoPass => last_pass | pred as u64,
            Matching::Ultralytics => {
                // Equal as f32: the order of the file decides.
                let score = self.predictions.score[pred] as f32;
                u64::from(descending(score)) << 32 | u64::from(self.predictions.row[pred])
            }
            Matching::Supervision => {
                let overlap = u64::from(descending(candidate.overlap as f32) & (u32::MAX >> 1));
                last_pass | overlap << 32 | u64::from(self.predictions.row[pred])
            }
        }
    }
}

/// A key that sorts finite numbers from the largest to the smallest; of positive numbers the highest bit is 0.
fn descending(number: f32) -> u32 {
    let bits = (number + 0.0).to_bits();
    if bits >> 31 == 1 { bits } else { !bits & (u32::MAX >> 1) }
}

/// Left, top, right, bottom, each rounded to `f32` at the end.
fn corners(b: BBox) -> [f32; 4] {
    [b.x as f32, b.y as f32, (b.x + b.w) as f32, (b.y + b.h) as f32]
}

/// Intersection over union as supervision 0.31.2: in `f64` from corners in `f32`, rounded to `f32`.
fn supervision_iou(truth: [f32; 4], pred: [f32; 4]) -> f32 {
    let [tx0, ty0, tx1, ty1] = truth.map(f64::from);
    let [px0, py0, px1, py1] = pred.map(f64::from);
    let w = (tx1.min(px1) - tx0.max(px0)).max(0.0);
    let h = (ty1.min(py1) - ty0.max(py0)).max(0.0);
    let shared = w * h;
    let whole = (tx1 - tx0) * (ty1 - ty0) + (px1 - px0) * (py1 - py0) - shared;
    if whole > 0.0 { (shared / whole) as f32 } else { 0.0 }
}

/// Intersection over union as Ultralytics 8.4.190: all in `f32`, with 1e-7 added to the union.
fn ultralytics_iou(truth: [f32; 4], pred: [f32; 4]) -> f32 {
    let [tx0, ty0, tx1, ty1] = truth;
    let [px0, py0, px1, py1] = pred;
    let w = (tx1.min(px1) - tx0.max(px0)).max(0.0);
    let h = (ty1.min(py1) - ty0.max(py0)).max(0.0);
    let shared = w * h;
    shared / ((tx1 - tx0) * (ty1 - ty0) + (px1 - px0) * (py1 - py0) - shared + 1e-7)
}
