//! Pictures with what is annotated and what was predicted drawn over them, and sheets of many.

use std::sync::Arc;

use crate::metrics::Cut;
use crate::metrics::Evaluation;
use crate::metrics::detection::Matched;
use crate::model::ImageId;
use crate::report::encoded::Encoded;
use crate::report::figure::Figure;
use crate::report::palette::Palette;

/// What is drawn over a picture.
#[derive(Clone, Debug)]
pub struct Overlay {
    /// Annotations.
    pub truth: bool,
    /// Predictions.
    pub predictions: bool,
    /// Names and confidences beside boxes.
    pub labels: bool,
    /// Masks as a picture of the same shape with opacity, where the task has any.
    pub masks: Option<Arc<Encoded>>,
}

/// An item as a figure of this width in points: its picture (or its words where it is a text) and what is drawn over it, coloured by
/// what became of it at the cut.
#[must_use]
pub fn item(
    (evaluation, matched, cut): (&Evaluation, &Matched, Cut),
    item: ImageId,
    picture: Option<&Arc<Encoded>>,
    overlay: &Overlay,
    width: f64,
    palette: &Palette,
) -> Figure {
    let _ = (evaluation, matched, cut, item, picture, overlay);
    Figure::new(width, width, palette.paper)
}

/// Figures side by side in rows, each with a line of words under it.
#[must_use]
pub fn contact_sheet(title: &str, items: &[(Figure, String)], columns: usize, palette: &Palette) -> Figure {
    let _ = (title, items, columns);
    Figure::new(1.0, 1.0, palette.paper)
}
