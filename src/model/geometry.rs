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

    /// The area both boxes share; 0 where they only touch.
    #[must_use]
    pub fn intersection(self, other: Self) -> f64 {
        let w = (self.x + self.w).min(other.x + other.w) - self.x.max(other.x);
        if w <= 0.0 {
            return 0.0;
        }
        let h = (self.y + self.h).min(other.y + other.h) - self.y.max(other.y);
        if h <= 0.0 { 0.0 } else { w * h }
    }

    /// Overlap of a detection (`self`) with a truth as the COCO API's `bbIou`: intersection over union, or over the
    /// detection's own area where the truth is a crowd. 0 without an intersection.
    #[must_use]
    pub fn overlap(self, truth: Self, crowd: bool) -> f64 {
        let shared = self.intersection(truth);
        if shared == 0.0 {
            return 0.0;
        }
        let own = self.area();
        let whole = if crowd { own } else { own + truth.area() - shared };
        shared / whole
    }
}
