//! What stands in the place of the curves where a segmenter does not say how sure it is: its numbers, each explained.

use egui::{Grid, RichText, ScrollArea, Ui};

use crate::metrics::segmentation::SegmentationSummary;
use crate::metrics::segmentation::panoptic::panoptic_quality;
use crate::model::fmt;
use crate::session::Explorer;
use crate::ui::context::ViewCtx;
use crate::ui::theme;

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

/// Draws the pane.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer) {
    let Some(summary) = explorer.evaluation.segmentation(&explorer.counter) else { return };
    ui.label(
        RichText::new("This model's output has no confidence, so that there is one point and no curve.")
            .color(ctx.theme.text),
    );
    let hint = "Confidence maps (PNG of 8 or 16 bits, or .npy) in a folder beside the masks, such as `confidence`, bring the \
                slider and the curves.";
    ui.label(RichText::new(hint).font(theme::caption()).color(ctx.theme.muted));
    ui.add_space(theme::PADDING);
    ScrollArea::both().auto_shrink([false, false]).show(ui, |ui| {
        Grid::new("segmentation numbers").num_columns(3).spacing([18.0, 6.0]).show(ui, |ui| {
            let panoptic = explorer.evaluation.pixels().filter(|pixels| pixels.reading.panoptic);
            let panoptic = panoptic.map(|pixels| panoptic_quality(&pixels.panoptic));
            let of_segments = panoptic.map_or_else(Vec::new, |mean| {
                vec![
                    (
                        "Panoptic quality",
                        mean.quality,
                        "Σ IoU of matched segments / (matches + half of what is left over)",
                    ),
                    ("Segmentation quality", mean.segmentation_quality, "mean IoU of matched segments"),
                    (
                        "Recognition quality",
                        mean.recognition_quality,
                        "matches / (matches + half of what is left over)",
                    ),
                ]
            });
            for (name, value, about) in of_segments.into_iter().chain(numbers(&summary)) {
                ui.label(RichText::new(name).color(ctx.theme.text));
                ui.label(RichText::new(fmt::rate(value)).font(theme::strong()).color(ctx.theme.text));
                ui.label(RichText::new(about).font(theme::caption()).color(ctx.theme.muted));
                ui.end_row();
            }
        });
    });
}
