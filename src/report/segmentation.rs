//! What the evaluation document says of segmenters of pixels.

use serde::Serialize;

use crate::metrics::segmentation::panoptic::panoptic_quality;
use crate::metrics::segmentation::{ClassPixels, SegmentationSummary};
use crate::metrics::{Counter, Evaluation};

/// Every number with what it means.
#[must_use]
pub fn numbers(summary: &SegmentationSummary) -> [(&'static str, Option<f64>, &'static str); 8] {
    [
        ("Mean IoU", summary.mean_iou, "mean over the classes of the ground truth of common pixels / pixels of either"),
        (
            "Mean IoU, predicted classes too",
            summary.mean_iou_in_truth_or_prediction,
            "a class that is only predicted counts 0",
        ),
        ("Frequency-weighted IoU", summary.frequency_weighted_iou, "IoU weighted by the true pixels of each class"),
        ("Mean Dice", summary.mean_dice, "mean of 2 · common pixels / (true + predicted pixels)"),
        ("Pixel accuracy", summary.pixel_accuracy, "right pixels / all pixels that count"),
        ("Mean accuracy", summary.mean_accuracy, "mean over the classes of right pixels / true pixels"),
        (
            "Boundary IoU",
            summary.boundary_iou,
            "IoU of the pixels within 2 % of the diagonal of an outline: how exact the edges are",
        ),
        (
            "Dice, predicted classes too",
            summary.mean_dice_in_truth_or_prediction,
            "a class that is only predicted counts 0",
        ),
    ]
}

/// The numbers of the segments of panoptic maps; none of others.
#[must_use]
pub fn of_segments(evaluation: &Evaluation) -> Vec<(&'static str, Option<f64>, &'static str)> {
    let Some(pixels) = evaluation.pixels().filter(|pixels| pixels.reading.panoptic) else { return Vec::new() };
    let mean = panoptic_quality(&pixels.panoptic);
    vec![
        ("Panoptic quality", mean.quality, "Σ IoU of matched segments / (matches + half of what is left over)"),
        ("Segmentation quality", mean.segmentation_quality, "mean IoU of matched segments"),
        ("Recognition quality", mean.recognition_quality, "matches / (matches + half of what is left over)"),
    ]
}

/// The part of the summary that only segmenters of pixels have: at the threshold, but for the boundaries.
#[derive(Debug, Serialize)]
pub struct SegmentationPart {
    pixels: u64,
    below_threshold: Option<u64>,
    pixel_accuracy: Option<f64>,
    mean_accuracy: Option<f64>,
    mean_iou: Option<f64>,
    mean_iou_in_truth_or_prediction: Option<f64>,
    frequency_weighted_iou: Option<f64>,
    mean_dice: Option<f64>,
    mean_dice_in_truth_or_prediction: Option<f64>,
    boundary_iou: Option<f64>,
    /// Only of panoptic maps.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    panoptic: Option<PanopticPart>,
}

/// Panoptic quality; the mean over the classes that are in either side.
#[derive(Debug, Serialize)]
struct PanopticPart {
    panoptic_quality: Option<f64>,
    segmentation_quality: Option<f64>,
    recognition_quality: Option<f64>,
    panoptic_classes: usize,
}

impl PanopticPart {
    fn of(evaluation: &Evaluation) -> Option<Self> {
        let counts = evaluation.pixels().filter(|pixels| pixels.reading.panoptic)?;
        let mean = panoptic_quality(&counts.panoptic);
        Some(Self {
            panoptic_quality: mean.quality,
            segmentation_quality: mean.segmentation_quality,
            recognition_quality: mean.recognition_quality,
            panoptic_classes: mean.classes,
        })
    }
}

impl SegmentationPart {
    /// Of the rates at a threshold.
    #[must_use]
    pub fn new(summary: &SegmentationSummary, evaluation: &Evaluation, counter: Option<&Counter>) -> Self {
        let sure = evaluation.pixels().is_some_and(super::super::metrics::evaluation::Pixels::has_confidence);
        Self {
            pixels: summary.pixels,
            below_threshold: counter.filter(|_| sure).map(|counter| counter.totals().missed),
            pixel_accuracy: summary.pixel_accuracy,
            mean_accuracy: summary.mean_accuracy,
            mean_iou: summary.mean_iou,
            mean_iou_in_truth_or_prediction: summary.mean_iou_in_truth_or_prediction,
            frequency_weighted_iou: summary.frequency_weighted_iou,
            mean_dice: summary.mean_dice,
            mean_dice_in_truth_or_prediction: summary.mean_dice_in_truth_or_prediction,
            boundary_iou: summary.boundary_iou,
            panoptic: PanopticPart::of(evaluation),
        }
    }
}

/// How masks were read.
#[derive(Debug, Serialize)]
pub struct MaskSettings {
    ignore_index: Option<u16>,
    /// The class that is left out of the means.
    background: Option<String>,
    /// Steps of confidence; `None` where the model does not say how sure it is.
    confidence_levels: Option<usize>,
}

impl MaskSettings {
    /// Of an evaluation; `None` where it has no masks of pixels.
    #[must_use]
    pub fn of(evaluation: &Evaluation) -> Option<Self> {
        let pixels = evaluation.pixels()?;
        let name = |class: u16| evaluation.dataset.classes.names().get(usize::from(class)).cloned();
        let levels = evaluation.matched.as_ref().map(|matched| matched.timeline.scores().len());
        Some(Self {
            ignore_index: pixels.reading.ignore,
            background: pixels.reading.without.and_then(name),
            confidence_levels: levels.filter(|_| pixels.has_confidence()),
        })
    }
}

/// What only classes of pixels have.
#[derive(Debug, Serialize)]
pub struct ClassPixelsPart {
    iou: Option<f64>,
    dice: Option<f64>,
    boundary_iou: Option<f64>,
    truth_pixels: u64,
    predicted_pixels: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    panoptic_quality: Option<f64>,
}

impl ClassPixelsPart {
    /// With the panoptic quality of the class, where the maps are panoptic.
    #[must_use]
    pub fn with_panoptic(self, evaluation: &Evaluation, class: usize) -> Self {
        let of_class = evaluation.pixels().and_then(|pixels| pixels.panoptic.get(class));
        Self {
            panoptic_quality: of_class.and_then(super::super::metrics::segmentation::panoptic::PanopticCounts::quality),
            ..self
        }
    }
}

impl From<&ClassPixels> for ClassPixelsPart {
    fn from(class: &ClassPixels) -> Self {
        Self {
            iou: class.iou,
            dice: class.dice,
            boundary_iou: class.boundary_iou,
            truth_pixels: class.truth_pixels,
            predicted_pixels: class.predicted_pixels,
            panoptic_quality: None,
        }
    }
}
