//! Boxes in pixels of their image. All arithmetic is in `f64` and in the order of the COCO API, so that overlaps agree to the last bit.

use serde::{Deserialize, Serialize};

/// An axis-aligned box: left, top, width, height, in pixels. May be empty, inverted or outside its image: readers keep
/// such boxes as they are and report them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BBox {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width; negative where a file gave the corners the wrong way round.
    pub w: f64,
    /// Height.
    pub h: f64,
}

impl BBox {
    /// A box from left, top, width and height.
    #[must_use]
    pub const fn new(x: f64, y: f64, w: f64, h: f64) -> Self {
        Self { x, y, w, h }
    }

    /// A box from two corners.
    #[must_use]
    pub fn from_corners(x0: f64, y0: f64, x1: f64, y1: f64) -> Self {
        Self { x: x0, y: y0, w: x1 - x0, h: y1 - y0 }
    }

    /// Width times height.
    #[must_use]
    pub fn area(self) -> f64 {
        self.w * self.h
    }

    /// True where all four numbers are finite.
    #[must_use]
    pub fn is_finite(self) -> bool {
        self.x.is_finite() && self.y.is_finite() && self.w.is_finite() && self.h.is_finite()
    }

    /// Its edges.
    #[must_use]
    pub fn edges(self) -> Edges {
        Edges { low: [self.x, self.y], high: [self.x + self.w, self.y + self.h] }
    }

    /// The area both boxes share; 0 where they only touch.
    #[must_use]
    pub fn intersection(self, other: Self) -> f64 {
        self.edges().shared(other.edges())
    }

    /// Overlap of a detection (`self`) with a truth as the COCO API's `bbIou`: intersection over union, or over the
    /// detection's own area where the truth is a crowd. 0 without an intersection.
    #[must_use]
    pub fn overlap(self, truth: Self, crowd: bool) -> f64 {
        let shared = self.intersection(truth);
        if shared > 0.0 { overlap_of(shared, self.area(), truth.area(), crowd) } else { 0.0 }
    }
}

/// Overlap from the shared area (more than 0) and those of the detection and the truth, as [`BBox::overlap`].
#[must_use]
pub fn overlap_of(shared: f64, detection: f64, truth: f64, crowd: bool) -> f64 {
    let whole = if crowd { detection } else { detection + truth - shared };
    shared / whole
}

/// The edges of a box: what an intersection needs, laid out so that both axes are computed at once.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Edges {
    /// Left and top.
    pub low: [f64; 2],
    /// Right and bottom.
    pub high: [f64; 2],
}

impl Edges {
    /// The area both boxes share; 0 where they only touch. Free of branches: most pairs of an image share nothing.
    #[must_use]
    #[inline]
    pub fn shared(self, other: Self) -> f64 {
        let smaller = |a: f64, b: f64| if a < b { a } else { b };
        let larger = |a: f64, b: f64| if a > b { a } else { b };
        let side = |i: usize| larger(smaller(self.high[i], other.high[i]) - larger(self.low[i], other.low[i]), 0.0);
        side(0) * side(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 10 × 10 boxes a shift of (5, 5) apart share 25 of 175; of the detection alone that is 25 / 100.
    #[test]
    fn overlap_of_two_boxes() {
        let detection = BBox::new(0.0, 0.0, 10.0, 10.0);
        let truth = BBox::new(5.0, 5.0, 10.0, 10.0);
        assert_eq!(detection.overlap(truth, false), 25.0 / 175.0);
        assert_eq!(detection.overlap(truth, true), 0.25);
    }

    #[test]
    fn touching_apart_empty_and_inverted_boxes_share_nothing() {
        let detection = BBox::new(0.0, 0.0, 10.0, 10.0);
        for (x, y, w, h) in [
            (10.0, 0.0, 5.0, 5.0),
            (20.0, 20.0, 5.0, 5.0),
            (5.0, 5.0, 0.0, 5.0),
            (8.0, 8.0, -5.0, -5.0),
            (8.0, 2.0, -5.0, 5.0),
        ] {
            assert_eq!(detection.overlap(BBox::new(x, y, w, h), false), 0.0);
            assert_eq!(BBox::new(x, y, w, h).overlap(detection, true), 0.0);
        }
    }
}
