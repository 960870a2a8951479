//! One image from its highest score to its lowest: who holds which truth, and from which cut to which.
//!
//! Knows proposals in order of preference, not how they came about. All matchings are one procedure, *deferred
//! acceptance* (Gale and Shapley 1962): a detection proposes to truths from its favourite downwards; a truth keeps the
//! proposal with the strongest claim; who is turned down or displaced goes on with the next on its list. The outcome does
//! not depend on the order of proposals, and a further detection only ever moves truths to stronger claims and detections
//! down their lists. So nothing is taken back when the threshold sinks: what a group of equal scores changes is what is
//! recorded.

use std::ops::Range;

use crate::model::{PredId, TruthId};

use crate::metrics::timeline::{Interval, Outcome};

/// A truth that a detection would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Proposal {
    /// Position of the truth in its image.
    pub truth: u32,
    /// What the truth goes by: the smallest claim wins. Claims of different detections on one truth differ.
    pub claim: u64,
}

/// A detection with at least one proposal.
#[derive(Clone, Copy, Debug)]
struct Seeker {
    pred: u32,
    /// What is left of its list, in [`Walk::proposals`].
    next: u32,
    end: u32,
    forgiven: bool,
}

/// A truth of the image.
#[derive(Clone, Copy, Debug)]
struct Place {
    claim: u64,
    holder: u32,
    /// The detection on record since the cut `since`.
    recorded: u32,
    since: u32,
}

const NOBODY: u32 = u32::MAX;

impl Place {
    const FREE: Self = Self { claim: u64::MAX, holder: NOBODY, recorded: NOBODY, since: 0 };
}

/// The state of one image; its memory is used again for the next.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// Lists of preference, one after the other; the caller appends the next one here.
    pub proposals: Vec<Proposal>,
    listed: usize,
    seekers: Vec<Seeker>,
    places: Vec<Place>,
    touched: Vec<u32>,
    first_truth: usize,
}

impl Walk {
    /// Begins an image with these truths.
    pub fn start(&mut self, truths: Range<usize>) {
        self.proposals.clear();
        self.listed = 0;
        self.seekers.clear();
        self.touched.clear();
        self.places.clear();
        self.places.resize(truths.len(), Place::FREE);
        self.first_truth = truths.start;
    }

    /// Adds a detection whose list has just been appended. One that ends without truth is a false positive, unless it
    /// is `forgiven`.
    pub fn add(&mut self, pred: usize, forgiven: bool, cut: u32, out: &mut Vec<Interval>) {
        let (next, end) = (self.listed as u32, self.proposals.len() as u32);
        self.listed = self.proposals.len();
        let pred = PredId::from_index(pred).0;
        if next == end {
            leave(pred, forgiven, cut, out);
            return;
        }
        self.seekers.push(Seeker { pred, next, end, forgiven });
        self.seek(self.seekers.len() as u32 - 1, cut, out);
    }

    /// Lets a detection propose, then whoever it displaces, until nobody moves.
    fn seek(&mut self, mut who: u32, cut: u32, out: &mut Vec<Interval>) {
        while who != NOBODY {
            let seeker = &mut self.seekers[who as usize];
            if seeker.next == seeker.end {
                leave(seeker.pred, seeker.forgiven, cut, out);
                return;
            }
            let Proposal { truth, claim } = self.proposals[seeker.next as usize];
            seeker.next += 1;
            let place = &mut self.places[truth as usize];
            if claim < place.claim {
                place.claim = claim;
                std::mem::swap(&mut place.holder, &mut who);
                self.touched.push(truth);
            }
        }
    }

    /// Ends a group of equal scores: records who holds what from this cut on.
    pub fn settle(&mut self, cut: u32, out: &mut Vec<Interval>) {
        for truth in self.touched.drain(..) {
            let place = &mut self.places[truth as usize];
            let holder = self.seekers.get(place.holder as usize).map_or(NOBODY, |s| s.pred);
            if holder != place.recorded {
                // What ends where it began was in force nowhere.
                if place.since < cut {
                    out.push(record(self.first_truth + truth as usize, place, cut));
                }
                (place.recorded, place.since) = (holder, cut);
            }
        }
    }

    /// Ends the image: what is in force now stays so. Truths for which `counts` is false are left out.
    pub fn finish(&mut self, counts: impl Fn(usize) -> bool, out: &mut Vec<Interval>) {
        for (truth, place) in (self.first_truth..).zip(&self.places) {
            if counts(truth) {
                out.push(record(truth, place, Interval::FOREVER));
            }
        }
    }
}

/// A detection that has come to the end of its list stays without truth at all lower thresholds.
fn leave(pred: u32, forgiven: bool, cut: u32, out: &mut Vec<Interval>) {
    if !forgiven {
        out.push(Interval { outcome: Outcome::false_positive(PredId(pred)), from: cut, until: Interval::FOREVER });
    }
}

fn record(truth: usize, place: &Place, until: u32) -> Interval {
    let truth = TruthId::from_index(truth);
    let outcome = match place.recorded {
        NOBODY => Outcome::missed(truth),
        pred => Outcome::pair(truth, PredId(pred)),
    };
    Interval { outcome, from: place.since, until }
}
