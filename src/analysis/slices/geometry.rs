//! Sizes and places of boxes, as rules and attributes share them.

use crate::metrics::coco::AreaRange;
use crate::model::{BBox, Dataset, Image, ImageId};

/// COCO's sizes of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// An area below 32² pixels.
    Small,
    /// Up to 96² pixels.
    Medium,
    /// Above.
    Large,
}

impl Size {
    /// All, the smallest first.
    pub const ALL: [Self; 3] = [Self::Small, Self::Medium, Self::Large];

    /// The size of an area in square pixels. On COCO's bound of two sizes it is the larger one of small and medium, and the
    /// smaller one of medium and large, so that each object has one size.
    #[must_use]
    pub fn of(area: f64) -> Self {
        let (small, medium) = AreaRange::Medium.bounds();
        if area < small {
            Self::Small
        } else if area <= medium {
            Self::Medium
        } else {
            Self::Large
        }
    }

    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
        }
    }
}

/// Of the truths of an image but one (none, for a detection): how many share some area with a box, and the largest share of
/// the box that one of them covers.
#[must_use]
pub fn covered(dataset: &Dataset, image: ImageId, own: BBox, but: Option<usize>) -> (u32, f64) {
    let (mut count, mut most, area) = (0, 0.0_f64, own.area());
    for at in dataset.truths.of(image).filter(|at| Some(*at) != but) {
        let shared = dataset.truths.bbox.get(at).map_or(0.0, |other| own.intersection(*other));
        if shared > 0.0 {
            count += 1;
            most = most.max(if area > 0.0 { (shared / area).min(1.0) } else { 0.0 });
        }
    }
    (count, most)
}

/// True where a box reaches the border of its image, up to so many pixels; `None` where the size of the image is unknown.
#[must_use]
pub fn is_at_edge(own: BBox, image: &Image, pixels: f64) -> Option<bool> {
    let (width, height) = sides(image)?;
    Some(own.x <= pixels || own.y <= pixels || own.x + own.w >= width - pixels || own.y + own.h >= height - pixels)
}

/// Width and height of an image, where they are known.
pub(super) fn sides(image: &Image) -> Option<(f64, f64)> {
    (image.width > 0 && image.height > 0).then(|| (f64::from(image.width), f64::from(image.height)))
}
