//! Rates from counted pixels.

use super::counting::ImageCells;
use crate::model::index_mask::NO_CLASS;

/// Pixels by true class and predicted class, the last column for pixels of no predicted class. Ignored pixels are in none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PixelMatrix {
    classes: usize,
    counts: Vec<u64>,
}

impl PixelMatrix {
    /// A matrix of zeros.
    #[must_use]
    pub fn new(classes: usize) -> Self {
        Self { classes, counts: vec![0; classes * (classes + 1)] }
    }

    /// Number of classes.
    #[must_use]
    pub const fn classes(&self) -> usize {
        self.classes
    }

    /// Adds the pixels of a picture. Pixels below a level of confidence are taken as of no class; level 0 takes all as they
    /// are. Cells of classes that the matrix does not have are passed over.
    pub fn add(&mut self, image: &ImageCells, least_level: u16) {
        for cell in &image.cells {
            let sure = cell.level >= least_level && cell.predicted != NO_CLASS;
            let column = if sure { usize::from(cell.predicted) } else { self.classes };
            let place = (column <= self.classes).then_some(usize::from(cell.truth) * (self.classes + 1) + column);
            if let Some(count) = place.and_then(|place| self.counts.get_mut(place)) {
                *count += u64::from(cell.pixels);
            }
        }
    }

    /// The matrix of counts at a threshold: truth in rows, prediction in columns, that of no class last. What stands in no row of
    /// a class is passed over.
    #[must_use]
    pub fn of_rows(classes: usize, rows: &[Vec<u64>]) -> Self {
        let cell = |truth: usize, column: usize| rows.get(truth).and_then(|row| row.get(column)).copied().unwrap_or(0);
        let counts = (0..classes).flat_map(|truth| (0..=classes).map(move |column| cell(truth, column))).collect();
        Self { classes, counts }
    }

    /// Adds the pixels of another matrix of as many classes.
    pub fn merge(&mut self, other: &Self) {
        debug_assert_eq!(self.classes, other.classes, "matrices of different classes cannot be added");
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
    }

    /// Pixels of a true class by predicted class, with those of no class last; empty for a class it does not have.
    #[must_use]
    pub fn row(&self, truth: usize) -> &[u64] {
        let width = self.classes + 1;
        self.counts.get(truth * width..(truth + 1) * width).unwrap_or_default()
    }

    /// Pixels of a true class that were predicted as a class; 0 outside. The column after the last class is that of no class.
    #[must_use]
    pub fn get(&self, truth: usize, predicted: usize) -> u64 {
        self.row(truth).get(predicted).copied().unwrap_or(0)
    }

    fn truth_pixels(&self, class: usize) -> u64 {
        self.row(class).iter().sum()
    }

    fn predicted_pixels(&self, class: usize) -> u64 {
        (0..self.classes).map(|truth| self.get(truth, class)).sum()
    }
}

/// What is summed of one class, over any pictures. Every number of [`SegmentationSummary`] follows from these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassSums {
    /// Pixels of this class in truth and prediction.
    pub correct: u64,
    /// Pixels of this class in the truth.
    pub truth: u64,
    /// Pixels predicted as this class.
    pub predicted: u64,
    /// Pixels in both the true and the predicted boundary, and in either; 0 where boundaries were not counted.
    pub boundary: (u64, u64),
}

/// What the pixels say of one class. A share of nothing is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClassPixels {
    /// Pixels of this class in the truth.
    pub truth_pixels: u64,
    /// Pixels predicted as this class.
    pub predicted_pixels: u64,
    /// TP / (TP + FP + FN).
    pub iou: Option<f64>,
    /// 2 TP / (2 TP + FP + FN).
    pub dice: Option<f64>,
    /// TP / (TP + FP).
    pub precision: Option<f64>,
    /// TP / (TP + FN), which is also called the accuracy of the class.
    pub recall: Option<f64>,
    /// Intersection over union of the boundaries; `None` also where they were not counted.
    pub boundary_iou: Option<f64>,
}

/// Every number of a semantic segmentation. Where nothing is defined it is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SegmentationSummary {
    /// Pixels that are in no way left out.
    pub pixels: u64,
    /// Share of pixels whose class is right, of all classes.
    pub pixel_accuracy: Option<f64>,
    /// Mean recall of the classes in the truth.
    pub mean_accuracy: Option<f64>,
    /// Mean IoU of the classes in the truth.
    pub mean_iou: Option<f64>,
    /// Mean IoU of the classes in the truth or in the prediction: one that is only predicted has IoU 0.
    pub mean_iou_in_truth_or_prediction: Option<f64>,
    /// IoU weighted by the pixels of the classes in the truth.
    pub frequency_weighted_iou: Option<f64>,
    /// Mean Dice coefficient of the classes in the truth.
    pub mean_dice: Option<f64>,
    /// Mean Dice coefficient of the classes in the truth or in the prediction.
    pub mean_dice_in_truth_or_prediction: Option<f64>,
    /// Mean boundary IoU of the classes in the truth; `None` also where boundaries were not counted.
    pub boundary_iou: Option<f64>,
    /// By class index.
    pub classes: Vec<ClassPixels>,
}

impl SegmentationSummary {
    /// The rates of counted pixels. `boundaries` are intersections and unions by class, summed over pictures. The class
    /// `without` (a background) is in none of the means, weighted or not; its pixels still count for the pixel accuracy and
    /// as wrong predictions of other classes.
    #[must_use]
    pub fn new(matrix: &PixelMatrix, boundaries: Option<&[(u64, u64)]>, without: Option<u16>) -> Self {
        let sums = |class| ClassSums {
            correct: matrix.get(class, class),
            truth: matrix.truth_pixels(class),
            predicted: matrix.predicted_pixels(class),
            boundary: boundaries.and_then(|all| all.get(class)).copied().unwrap_or_default(),
        };
        Self::of_sums(&(0..matrix.classes()).map(sums).collect::<Vec<ClassSums>>(), without)
    }

    /// The rates of what was summed of every class; `without` as for [`Self::new`].
    #[must_use]
    pub fn of_sums(sums: &[ClassSums], without: Option<u16>) -> Self {
        let classes: Vec<ClassPixels> = sums.iter().map(of_class).collect();
        let pixels = sums.iter().map(|c| c.truth).sum();
        let right = sums.iter().map(|c| c.correct).sum();
        let counted =
            || classes.iter().enumerate().filter(|(c, _)| without.map(usize::from) != Some(*c)).map(|(_, c)| c);
        let in_truth = || counted().filter(|class| class.truth_pixels > 0);
        let weight: u64 = in_truth().map(|class| class.truth_pixels).sum();
        let weighted = |class: &ClassPixels| class.iou.map(|iou| iou * class.truth_pixels as f64 / weight as f64);
        Self {
            pixels,
            pixel_accuracy: share(right, pixels),
            mean_accuracy: mean(in_truth().map(|c| c.recall)),
            mean_iou: mean(in_truth().map(|c| c.iou)),
            mean_iou_in_truth_or_prediction: mean(counted().map(|c| c.iou)),
            frequency_weighted_iou: (weight > 0).then(|| in_truth().filter_map(weighted).sum()),
            mean_dice: mean(in_truth().map(|c| c.dice)),
            mean_dice_in_truth_or_prediction: mean(counted().map(|c| c.dice)),
            boundary_iou: mean(in_truth().map(|c| c.boundary_iou)),
            classes,
        }
    }
}

fn of_class(sums: &ClassSums) -> ClassPixels {
    let ClassSums { correct, truth, predicted, boundary: (both, any) } = *sums;
    ClassPixels {
        truth_pixels: truth,
        predicted_pixels: predicted,
        iou: share(correct, truth + predicted - correct),
        dice: share(2 * correct, truth + predicted),
        precision: share(correct, predicted),
        recall: share(correct, truth),
        boundary_iou: share(both, any),
    }
}

fn share(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

/// The mean of the values that are defined.
fn mean(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let (sum, count) = values.flatten().fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

#[cfg(test)]
mod tests {
    use super::super::PixelCell;
    use super::*;

    fn cell(truth: u16, predicted: u16, level: u16, pixels: u32) -> PixelCell {
        PixelCell { truth, predicted, level, pixels }
    }

    /// By hand. Class 0: 6 pixels, 4 right, 1 as class 1, 1 as none. Class 1: 4 pixels, 2 right, 2 as class 2. Class 2 is
    /// only predicted, class 3 is nowhere.
    fn matrix() -> PixelMatrix {
        let cells =
            vec![cell(0, 0, 9, 4), cell(0, 1, 5, 1), cell(0, NO_CLASS, 9, 1), cell(1, 1, 3, 2), cell(1, 2, 9, 2)];
        let mut matrix = PixelMatrix::new(4);
        matrix.add(&ImageCells { cells, ..ImageCells::default() }, 0);
        matrix
    }

    #[test]
    fn rates_of_a_small_matrix() {
        let summary = SegmentationSummary::new(&matrix(), Some(&[(1, 2), (1, 4), (0, 3), (0, 0)]), None);
        assert_eq!((summary.pixels, summary.pixel_accuracy), (10, Some(0.6)));
        let ious: Vec<Option<f64>> = summary.classes.iter().map(|c| c.iou).collect();
        assert_eq!(ious, [Some(4.0 / 6.0), Some(2.0 / 5.0), Some(0.0), None]);
        let [zero, one, two, three] = summary.classes.as_slice() else { panic!("four classes") };
        assert_eq!((zero.dice, zero.precision, zero.recall), (Some(0.8), Some(1.0), Some(4.0 / 6.0)));
        assert_eq!((one.dice, one.precision, one.recall), (Some(4.0 / 7.0), Some(2.0 / 3.0), Some(0.5)));
        assert_eq!((two.precision, two.recall, two.predicted_pixels), (Some(0.0), None, 2));
        assert_eq!(*three, ClassPixels::default());
        assert_eq!(summary.mean_accuracy, Some((4.0 / 6.0 + 0.5) / 2.0));
        assert_eq!(summary.mean_iou, Some((4.0 / 6.0 + 0.4) / 2.0));
        assert_eq!(summary.mean_iou_in_truth_or_prediction, Some((4.0 / 6.0 + 0.4) / 3.0));
        assert_eq!(summary.mean_dice, Some((0.8 + 4.0 / 7.0) / 2.0));
        assert_eq!(summary.boundary_iou, Some(0.375));
        assert!((summary.frequency_weighted_iou.unwrap() - (0.6 * 4.0 / 6.0 + 0.4 * 0.4)).abs() < 1e-12);
    }

    #[test]
    fn a_class_can_be_left_out_of_the_means() {
        let summary = SegmentationSummary::new(&matrix(), None, Some(0));
        assert_eq!((summary.mean_iou, summary.frequency_weighted_iou), (Some(0.4), Some(0.4)));
        assert_eq!((summary.pixel_accuracy, summary.mean_iou_in_truth_or_prediction), (Some(0.6), Some(0.2)));
        assert_eq!((summary.boundary_iou, summary.mean_accuracy), (None, Some(0.5)));
        let all: Vec<ClassPixels> = SegmentationSummary::new(&matrix(), None, None).classes;
        assert_eq!(summary.classes, all);
    }

    #[test]
    fn pixels_below_a_level_are_of_no_class() {
        let cells = vec![cell(0, 0, 4, 3), cell(0, 0, 5, 2), cell(7, 0, 9, 1), cell(0, 3, 9, 1)];
        let mut matrix = PixelMatrix::new(1);
        matrix.add(&ImageCells { cells, ..ImageCells::default() }, 5);
        assert_eq!(matrix.row(0), [2, 3]);
        let twice = matrix.clone();
        matrix.merge(&twice);
        assert_eq!((matrix.get(0, 0), matrix.get(0, 1), matrix.get(0, 2), matrix.get(1, 0)), (4, 6, 0, 0));
    }

    #[test]
    fn nothing_is_undefined_not_zero() {
        let summary = SegmentationSummary::new(&PixelMatrix::new(2), Some(&[]), None);
        let undefined =
            SegmentationSummary { classes: vec![ClassPixels::default(); 2], ..SegmentationSummary::default() };
        assert_eq!(summary, undefined);
    }
}
