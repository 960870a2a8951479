//! Boundary IoU: Cheng, Girshick, Dollár, Berg, Kirillov, "Boundary IoU: Improving Object-Centric Image Segmentation
//! Evaluation", CVPR 2021, for the classes of a mask.

use super::{in_size_of, wide};
use crate::model::IndexMask;
use crate::model::index_mask::NO_CLASS;

/// Pixels that are compared side by side.
const LANES: usize = 16;
/// The part of the diagonal that a boundary is thick.
const PART_OF_DIAGONAL: f64 = 0.02;

/// What lies near the outlines of a class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Boundary {
    /// Pixels in both the true and the predicted boundary.
    pub intersection: u64,
    /// Pixels in either.
    pub union: u64,
    /// Pixels in the true boundary.
    pub truth: u64,
    /// Of these, those that are not given the class.
    pub wrong: u64,
}

impl Boundary {
    /// Adds what lies near the outlines in another image.
    pub fn add(&mut self, other: Self) {
        self.intersection += other.intersection;
        self.union += other.union;
        self.truth += other.truth;
        self.wrong += other.wrong;
    }
}

/// The true and the predicted boundary of each class below `classes`; zeros for a class that is in neither mask. Intersections
/// summed over pictures, divided by unions, are the boundary IoU.
///
/// Pixels whose truth is `ignore` or no class are cleared from both masks first. The boundary of a class is its mask minus
/// the mask eroded `d` times by a square of 3 × 3, what is outside the picture not belonging to it; `d` is 2 % of the
/// diagonal, rounded half to even, and at least 1. A prediction of another size is resized to the nearest pixel.
///
/// Eroding `d` times by 3 × 3 is eroding once by a square of `2d + 1`. The classes of a mask exclude each other, so all of
/// them are eroded at once, in two passes: a pixel stays where the square around it is of one class.
#[must_use]
pub fn boundaries(truth: &IndexMask, predicted: &IndexMask, classes: usize, ignore: Option<u16>) -> Vec<Boundary> {
    let mut of_prediction = wide(&in_size_of(truth, predicted));
    let mut of_truth = wide(truth);
    let (end, ignore) = (u16::try_from(classes).unwrap_or(NO_CLASS), ignore.unwrap_or(NO_CLASS));
    for (t, p) in of_truth.iter_mut().zip(&mut of_prediction) {
        // NO_CLASS is all ones, so that setting it needs no branch.
        let cleared = if *t >= end || *t == ignore { NO_CLASS } else { 0 };
        *t |= cleared;
        *p |= if *p >= end { NO_CLASS } else { cleared };
    }
    let said = of_prediction.clone();
    let thickness = thickness(truth.width, truth.height);
    clear_inside(&mut of_truth, truth.width as usize, thickness);
    clear_inside(&mut of_prediction, truth.width as usize, thickness);
    let mut counts = vec![Boundary::default(); classes];
    let places = of_truth.chunks(LANES).zip(of_prediction.chunks(LANES)).zip(said.chunks(LANES));
    for ((t, p), said) in places {
        let first = [t, p, said].map(|lanes| lanes.first().copied().unwrap_or(NO_CLASS));
        if [t, p, said].iter().zip(first).all(|(lanes, first)| is_all(lanes, first)) {
            count(&mut counts, first, t.len() as u64);
            continue;
        }
        for ((&t, &p), &said) in t.iter().zip(p).zip(said) {
            count(&mut counts, [t, p, said], 1);
        }
    }
    counts
}

/// True where all are the same. Without an early end, so that they are compared side by side.
fn is_all(lanes: &[u16], value: u16) -> bool {
    lanes.iter().fold(0, |difference, lane| difference | (lane ^ value)) == 0
}

/// Counts pixels of the same true boundary, predicted boundary, and prediction.
fn count(counts: &mut [Boundary], [truth, predicted, said]: [u16; 3], pixels: u64) {
    if let Some(of_class) = counts.get_mut(usize::from(truth)) {
        of_class.union += pixels;
        of_class.truth += pixels;
        of_class.intersection += if truth == predicted { pixels } else { 0 };
        of_class.wrong += if truth == said { 0 } else { pixels };
    }
    if truth != predicted
        && let Some(of_class) = counts.get_mut(usize::from(predicted))
    {
        of_class.union += pixels;
    }
}

/// The intersections and unions of [`boundaries`].
#[must_use]
pub fn boundary_counts(
    truth: &IndexMask,
    predicted: &IndexMask,
    classes: usize,
    ignore: Option<u16>,
) -> Vec<(u64, u64)> {
    boundaries(truth, predicted, classes, ignore).into_iter().map(|b| (b.intersection, b.union)).collect()
}

/// How many pixels a boundary is thick in a picture of this size.
fn thickness(width: u32, height: u32) -> usize {
    let (w, h) = (f64::from(width), f64::from(height));
    let thickness = (PART_OF_DIAGONAL * (w * w + h * h).sqrt()).round_ties_even();
    thickness.max(1.0) as usize
}

/// Leaves of every class the pixels less than `thickness + 1` from another one or from the edge, by rows and columns.
fn clear_inside(labels: &mut [u16], width: usize, thickness: usize) {
    let height = labels.len().checked_div(width).unwrap_or(0);
    let side = u16::try_from(2 * thickness + 1).unwrap_or(u16::MAX);
    // All ones where a pixel of the row is inside its class.
    let mut inside = vec![0_u16; width];
    // By column: the class, and for how many rows up to this one its pixels lie inside it along the row.
    let (mut last, mut rows) = (vec![NO_CLASS; width], vec![0_u16; width]);
    for y in 0..height {
        let (above, below) = labels.split_at_mut(y * width);
        let row = below.get(..width).unwrap_or_default();
        mark_inside(row, thickness, &mut inside);
        for (((last, rows), &label), &inside) in last.iter_mut().zip(&mut rows).zip(row).zip(&inside) {
            let before = if *last == label { *rows } else { 0 };
            *rows = before.saturating_add(1) & inside;
            *last = label;
        }
        // The square that ends in this row has its centre `thickness` rows above; rows above that are not looked at again.
        let centre = y.checked_sub(thickness).and_then(|centre| above.get_mut(centre * width..));
        for (pixel, &rows) in centre.unwrap_or_default().iter_mut().zip(&rows) {
            *pixel |= if rows >= side { NO_CLASS } else { 0 };
        }
    }
}

/// Marks the pixels of a row that have `thickness` of their class on both sides.
fn mark_inside(row: &[u16], thickness: usize, inside: &mut [u16]) {
    inside.fill(0);
    let mut start = 0;
    let mut end_run = |end: usize| {
        let middle = inside.get_mut(start + thickness..end.saturating_sub(thickness).max(start + thickness));
        middle.unwrap_or_default().fill(u16::MAX);
        start = end;
    };
    let next = row.get(1..).unwrap_or_default();
    for (at, (here, next)) in row.chunks(LANES).zip(next.chunks(LANES)).enumerate() {
        if here.iter().zip(next).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0 {
            continue;
        }
        for (i, _) in here.iter().zip(next).enumerate().filter(|(_, (a, b))| a != b) {
            end_run(at * LANES + i + 1);
        }
    }
    end_run(row.len());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 0.02 times 600, 25 (0.5) and 75 (1.5, to the even 2), the diagonals of 480 × 360, 7 × 24 and 21 × 72.
    #[test]
    fn two_percent_of_the_diagonal() {
        assert_eq!([thickness(480, 360), thickness(7, 24), thickness(21, 72), thickness(0, 0)], [12, 1, 2, 1]);
    }

    /// By hand, 5 × 5 (thickness 1): a truth full of class 0 has a boundary of 16 pixels round a core of 9. The prediction
    /// is class 1 in the last column, so its class 0 is 4 wide with a core of 2 × 3 and a boundary of 14; class 1 is
    /// boundary throughout. Class 0 shares the first column, and the first and last row of the other three: 5 + 6 = 11.
    /// Of the union 16 + 14 - 11 = 19.
    #[test]
    fn a_core_is_cut_out() {
        let truth = IndexMask::new(5, 5, vec![0; 25]);
        let predicted = IndexMask::new(5, 5, (0..25).map(|i| u16::from(i % 5 == 4)).collect());
        assert_eq!(boundary_counts(&truth, &predicted, 2, None), [(11, 19), (0, 5)]);
        assert_eq!(boundary_counts(&truth, &truth, 1, None), [(16, 16)]);
        // Of the 16 pixels of the true boundary the 5 of the last column are given another class.
        assert_eq!(
            boundaries(&truth, &predicted, 1, None)[0],
            Boundary { intersection: 11, union: 19, truth: 16, wrong: 5 }
        );
        assert_eq!(boundary_counts(&truth, &predicted, 2, Some(0)), [(0, 0), (0, 0)]);
    }

    #[test]
    fn masks_without_pixels_have_no_boundary() {
        let empty = IndexMask::new(0, 7, Vec::new());
        assert_eq!(boundary_counts(&empty, &empty, 1, None), [(0, 0)]);
    }
}
