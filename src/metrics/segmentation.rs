//! Semantic segmentation: pixels counted by true and predicted class, and what follows from the counts.
//!
//! Knows masks of class indices. Does not know files or names of classes.

mod boundary;
mod counting;
pub mod outcomes;
pub mod panoptic;
mod summary;

use std::borrow::Cow;

use crate::model::{IndexMask, Indices};

pub use crate::model::index_mask::NO_CLASS;
pub use boundary::{Boundary, boundaries, boundary_counts};
pub use counting::{ImageCells, PixelCell, count_image};
pub use outcomes::{ImagePixels, ImageScore};
pub use summary::{ClassPixels, ClassSums, PixelMatrix, SegmentationSummary};

/// The predicted mask in the size of the truth: the nearest pixel where the sizes differ.
fn in_size_of<'a>(truth: &IndexMask, predicted: &'a IndexMask) -> Cow<'a, IndexMask> {
    if (truth.width, truth.height) == (predicted.width, predicted.height) {
        return Cow::Borrowed(predicted);
    }
    Cow::Owned(predicted.resized_nearest(truth.width, truth.height))
}

/// All indices in two bytes each.
fn wide(mask: &IndexMask) -> Vec<u16> {
    match &mask.values {
        Indices::Small(values) => values.iter().copied().map(u16::from).collect(),
        Indices::Large(values) => values.clone(),
    }
}
