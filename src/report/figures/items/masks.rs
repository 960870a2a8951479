//! Masks as pictures that lie over the picture of an item: objects by what became of them, classes of pixels by what is right and
//! wrong.

use std::sync::Arc;

use crate::metrics::detection::Matched;
use crate::metrics::segmentation::NO_CLASS;
use crate::metrics::{Cell, Cut, Evaluation, Outcome, OutcomeKind};
use crate::model::{Dataset, ImageId, IndexMask, Predictions, RleRef};
use crate::report::encoded::{Encoded, Kind};
use crate::report::figure::Colour;
use crate::report::palette::Palette;

/// How much of the picture a filled mask lets through, of 255.
pub const FILL: u8 = 120;
/// How much of the picture a map of what is right and wrong lets through, of 255.
const PIXELS: u8 = 150;
/// Objects drawn into one picture, at most.
const OBJECTS: usize = 200;

/// Pixels with opacity: red, green, blue, opacity.
pub type Rgba = [u8; 4];
const NOTHING: Rgba = [0; 4];

/// The objects of an image with their masks.
#[derive(Clone, Copy, Debug)]
pub struct Objects<'a> {
    /// Annotations.
    pub dataset: &'a Dataset,
    /// Outputs.
    pub predictions: &'a Predictions,
    /// What became of them at which threshold.
    pub matched: &'a Matched,
    /// The threshold.
    pub cut: Cut,
    /// True masks are drawn.
    pub truth: bool,
    /// Predicted masks are drawn.
    pub predicted: bool,
}

impl Objects<'_> {
    /// The masks in a part of an image (left, top, right, bottom) as pixels of a picture of `size`: predicted ones filled, true ones
    /// outlined, filled where they stand alone; errors on top.
    #[must_use]
    pub fn draw(
        &self,
        image: ImageId,
        area: [i32; 4],
        size: [u32; 2],
        colour: impl Fn(OutcomeKind) -> Colour,
    ) -> Vec<Rgba> {
        let mut pixels = vec![NOTHING; size[0] as usize * size[1] as usize];
        let outcomes = self.matched.timeline.outcomes_of(image, self.cut).take(OBJECTS);
        let mut all: Vec<(Outcome, OutcomeKind)> = outcomes.filter_map(|o| Some((o, self.kind(o)?))).collect();
        all.sort_by_key(|(_, kind)| *kind != OutcomeKind::Correct);
        for (outcome, kind) in all {
            let truth = outcome.truth().and_then(|t| self.dataset.truths.masks.get(t.index()));
            let said = outcome.pred().and_then(|p| self.predictions.masks.get(p.index()));
            let said = said.filter(|_| self.predicted);
            if let Some(mask) = said {
                paint(&mut pixels, mask, (area, size), colour(kind), true);
            }
            if let Some(mask) = truth.filter(|_| self.truth) {
                paint(&mut pixels, mask, (area, size), colour(kind), said.is_none());
            }
        }
        pixels
    }

    fn kind(&self, outcome: Outcome) -> Option<OutcomeKind> {
        let truth = outcome.truth().and_then(|t| self.dataset.truths.class.get(t.index()).copied());
        let said = outcome.pred().and_then(|p| self.predictions.class.get(p.index()).copied());
        Cell::new(truth, said).kind()
    }
}

/// Draws one mask: its edge, and what is inside of it where it is filled.
fn paint(pixels: &mut [Rgba], mask: RleRef<'_>, place: ([i32; 4], [u32; 2]), [r, g, b]: Colour, filled: bool) {
    let (area, size) = place;
    let inside = mask.sampled(area, size);
    let width = size[0] as usize;
    let is_inside = |at: Option<usize>| at.and_then(|at| inside.get(at)).is_some_and(|pixel| *pixel != 0);
    for (at, pixel) in pixels.iter_mut().enumerate().filter(|(at, _)| is_inside(Some(*at))) {
        let ends = at % width == 0 || at % width == width - 1;
        let around = [at.checked_sub(1), at.checked_add(1), at.checked_sub(width), at.checked_add(width)];
        if ends || !around.into_iter().all(is_inside) {
            *pixel = [r, g, b, 255];
        } else if filled {
            *pixel = [r, g, b, FILL];
        }
    }
}

/// The masks of an item's objects over its picture, none of whose sides is longer than `side`; `None` where there are none.
#[must_use]
pub fn of_objects(
    (evaluation, matched, cut): (&Evaluation, &Matched, Cut),
    item: ImageId,
    side: u32,
    palette: &Palette,
) -> Option<Arc<Encoded>> {
    let (dataset, predictions) = (&*evaluation.dataset, &*evaluation.predictions);
    let image = dataset.images.get(item.index())?;
    if dataset.truths.masks.is_empty() || image.width == 0 || image.height == 0 {
        return None;
    }
    let size = fitted(image.width, image.height, side);
    let whole = [0, 0, i32::try_from(image.width).ok()?, i32::try_from(image.height).ok()?];
    let objects = Objects { dataset, predictions, matched, cut, truth: true, predicted: true };
    encoded(size, &objects.draw(item, whole, size, |kind| palette.outcome(kind)))
}

/// The classes of an item's pixels.
#[derive(Clone, Copy)]
pub struct Pixels<'a> {
    /// The true ones.
    pub truth: &'a IndexMask,
    /// The model's, in the size of the true ones.
    pub predicted: Option<&'a IndexMask>,
    /// The index of pixels that are left out of everything.
    pub ignore: Option<u16>,
    /// Classes there are.
    pub classes: usize,
    /// True where what is right is coloured as well.
    pub right: bool,
    /// True where the model is sure enough of this class at this place.
    pub sure: &'a dyn Fn(u16, u32, u32) -> bool,
}

/// What is right, wrong and missed in an item's pixels, none of whose sides is longer than `side`.
#[must_use]
pub fn of_pixels(pixels: Pixels<'_>, side: u32, palette: &Palette) -> Option<Arc<Encoded>> {
    let (width, height) = (pixels.truth.width, pixels.truth.height);
    if width == 0 || height == 0 {
        return None;
    }
    let size = fitted(width, height, side);
    let from = |at: u32, new: u32, old: u32| (u64::from(at) * u64::from(old) / u64::from(new)) as u32;
    let places = (0..size[1]).flat_map(|y| (0..size[0]).map(move |x| (x, y)));
    let tone = |(x, y): (u32, u32)| match tone(&pixels, from(x, size[0], width), from(y, size[1], height), palette) {
        Some([r, g, b]) => [r, g, b, PIXELS],
        None => NOTHING,
    };
    encoded(size, &places.map(tone).collect::<Vec<_>>())
}

fn tone(pixels: &Pixels<'_>, x: u32, y: u32, palette: &Palette) -> Option<Colour> {
    let truth = pixels.truth.get(x, y).unwrap_or(NO_CLASS);
    if Some(truth) == pixels.ignore || usize::from(truth) >= pixels.classes {
        return None;
    }
    let said = pixels.predicted.and_then(|mask| mask.get(x, y)).filter(|class| (pixels.sure)(*class, x, y));
    match said {
        Some(said) if said == truth => pixels.right.then_some(palette.correct),
        Some(_) => Some(palette.misclassified),
        None => Some(palette.missed),
    }
}

/// The same shape with no side longer than `side`, and none of no pixel.
fn fitted(width: u32, height: u32, side: u32) -> [u32; 2] {
    let longest = width.max(height).max(1);
    let side = side.clamp(1, longest);
    [width, height].map(|length| ((u64::from(length) * u64::from(side)) / u64::from(longest)).max(1) as u32)
}

fn encoded(size: [u32; 2], pixels: &[Rgba]) -> Option<Arc<Encoded>> {
    Encoded::of_rgba(Kind::Png, size[0], size[1], pixels.as_flattened()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rle;

    /// A square of 4 × 4 in 6 × 6, and its lower right part twice as large.
    #[test]
    fn a_mask_has_an_edge_and_a_filling() {
        let square: Vec<u8> =
            (0..36).map(|at| u8::from((1..5).contains(&(at % 6)) && (1..5).contains(&(at / 6)))).collect();
        let mask = Rle::from_bitmap(6, 6, &square).unwrap();
        let mut pixels = vec![NOTHING; 36];
        paint(&mut pixels, mask.as_ref(), ([0, 0, 6, 6], [6, 6]), [255, 0, 0], true);
        let of = |colour: Rgba| pixels.iter().filter(|pixel| **pixel == colour).count();
        assert_eq!((of([255, 0, 0, 255]), of(NOTHING)), (12, 20));
        assert_eq!(pixels[14], [255, 0, 0, FILL]);
        // Columns and rows 4 and 5 of the image, each twice: only pixel (4, 4) is inside.
        assert_eq!(mask.as_ref().sampled([4, 4, 6, 6], [4, 4]), [1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        // Beyond the image there is nothing.
        assert_eq!(mask.as_ref().sampled([-2, -2, 2, 2], [4, 4]).iter().map(|v| u32::from(*v)).sum::<u32>(), 1);
        assert_eq!(mask.as_ref().sampled([0, 0, 6, 6], [6, 6]), square);
        assert_eq!(mask.as_ref().sampled([3, 3, 3, 9], [2, 2]), [0; 4]);
    }

    #[test]
    fn pixels_are_right_wrong_missed_or_left_out() {
        let truth = IndexMask::new(4, 1, vec![0, 0, 1, 9]);
        let said = IndexMask::new(4, 1, vec![0, 1, 1, 1]);
        let palette = Palette::default();
        let drawn = |sure: &dyn Fn(u16, u32, u32) -> bool| {
            let pixels =
                Pixels { truth: &truth, predicted: Some(&said), ignore: Some(9), classes: 2, right: true, sure };
            let png = of_pixels(pixels, 4, &palette).unwrap();
            image::load_from_memory(&png.bytes).unwrap().to_rgba8().pixels().map(|p| p.0).collect::<Vec<_>>()
        };
        let of = |[r, g, b]: Colour| [r, g, b, PIXELS];
        let (right, wrong, missed) = (of(palette.correct), of(palette.misclassified), of(palette.missed));
        assert_eq!(drawn(&|_, _, _| true), [right, wrong, right, NOTHING]);
        assert_eq!(drawn(&|_, x, _| x != 1), [right, missed, right, NOTHING]);
        assert_eq!(fitted(4000, 1000, 400), [400, 100]);
        assert_eq!(fitted(3, 9000, 900), [1, 900]);
    }
}
