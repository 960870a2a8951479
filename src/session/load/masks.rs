//! From masks to an evaluation: each image is read, counted and let go, several at a time.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::formats::{self, masks};
use crate::jobs::JobError;
use crate::metrics::Evaluation;
use crate::metrics::segmentation::panoptic::{Segment, SegmentMap, panoptic_counts};
use crate::metrics::segmentation::{self, ImagePixels};
use crate::model::project::{Choice, Project};
use crate::model::{
    Confidence, Findings, IndexMask, Indices, Levels, MaskFiles, MaskReading, MaskSegment, Progress, Severity,
};

/// Cells of an image, of all levels of confidence, up to which they are kept as they are; beyond, levels are joined.
const MOST_CELLS: usize = 1 << 15;

/// What was counted in an image, and its size.
struct Counted {
    pixels: ImagePixels,
    size: (u32, u32),
    findings: Findings,
}

/// Evaluates a semantic segmenter.
///
/// # Errors
/// A sentence with file and remedy where masks cannot be read; cancelled.
pub(super) fn evaluate(
    root: &Path,
    project: &Project,
    choice: &Choice,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<Evaluation, JobError> {
    progress.stage("Listing masks");
    let mut set = formats::load_masks(root, project, choice, findings)?;
    progress.stage("Counting pixels");
    let classes = set.builder.classes.len();
    let (done, total) = (AtomicUsize::new(0), set.reading.files.len());
    let one = |files: &MaskFiles| -> Result<Counted, JobError> {
        progress.check()?;
        let counted = count(files, &set.reading, classes)?;
        progress.progress(done.fetch_add(1, Ordering::Relaxed) + 1, total);
        Ok(counted)
    };
    let all: Vec<Counted> = set.reading.files.par_iter().map(one).collect::<Result<_, JobError>>()?;
    let mut images = Vec::with_capacity(all.len());
    for (image, counted) in set.builder.images.iter_mut().zip(all) {
        (image.width, image.height) = counted.size;
        findings.merge(counted.findings);
        images.push(counted.pixels);
    }
    Ok(Evaluation::of_pixels(set.builder, set.identity, images, set.reading, progress)?)
}

fn count(files: &MaskFiles, reading: &MaskReading, classes: usize) -> Result<Counted, JobError> {
    let mut findings = Findings::default();
    let read = masks::read(files, reading, &mut findings).map_err(|error| JobError::Failed(error.to_string()))?;
    let size = (read.truth.width, read.truth.height);
    let nothing = || IndexMask::new(size.0, size.1, vec![segmentation::NO_CLASS; size.0 as usize * size.1 as usize]);
    let missing = read.predicted.is_none();
    let predicted = read.predicted.unwrap_or_else(nothing);
    let mut cells =
        segmentation::count_image(&read.truth, &predicted, classes, reading.ignore, read.confidence.as_ref());
    let wrong = if missing { 0 } else { cells.predicted_out_of_range };
    masks::report_indices(files, cells.truth_out_of_range, wrong, &mut findings);
    if cells.cells.len() > MOST_CELLS {
        cells.join_levels(read.confidence.as_ref().map_or(1, |map| map.levels.highest()));
        findings.add(
            Severity::Info,
            "confidence-in-steps",
            "Confidence maps with many values are counted in 256 steps.",
            || formats::source::short_name(&files.truth),
        );
    }
    let boundaries = segmentation::boundaries(&read.truth, &predicted, classes, reading.ignore);
    let highest = read.confidence.as_ref().map(|map| map.levels.highest());
    let of_side = |segments: &[MaskSegment]| -> Vec<Segment> {
        let one = |s: &MaskSegment| Segment { id: s.id, class: s.class.into(), crowd: s.crowd, area: s.area };
        segments.iter().map(one).collect()
    };
    let panoptic = read.ids.map_or_else(Vec::new, |(truth, said)| {
        let (of_truth, of_model) = (of_side(&files.segments.0), of_side(&files.segments.1));
        let truth = SegmentMap { ids: &truth, segments: &of_truth };
        panoptic_counts(truth, SegmentMap { ids: &said, segments: &of_model }, classes)
    });
    Ok(Counted { pixels: ImagePixels { cells, highest, boundaries, panoptic }, size, findings })
}

/// The masks of one image, to be shown.
#[derive(Debug)]
pub struct Shown {
    /// Ground truth.
    pub truth: IndexMask,
    /// The model's, in the size of the truth.
    pub predicted: Option<IndexMask>,
    /// How sure it is, in the size of the truth.
    pub confidence: Option<Confidence>,
}

impl Shown {
    /// How sure the model is of a pixel, in 0…1; `None` where it does not say.
    #[must_use]
    pub fn confidence_at(&self, x: u32, y: u32) -> Option<f64> {
        let map = self.confidence.as_ref().filter(|map| x < map.width)?;
        let at = (y as usize).checked_mul(map.width as usize)?.checked_add(x as usize)?;
        let level = match &map.levels {
            Levels::Byte(levels) => u16::from(*levels.get(at)?),
            Levels::Word(levels) => *levels.get(at)?,
        };
        Some(map.value(level))
    }
}

impl Shown {
    /// The same masks, none of whose sides is longer than `side`.
    #[must_use]
    pub fn within(self, side: u32) -> Self {
        let (width, height) = (self.truth.width, self.truth.height);
        let longer = width.max(height);
        if longer <= side {
            return self;
        }
        let scaled = |length: u32| (u64::from(length) * u64::from(side) / u64::from(longer)).max(1) as u32;
        let (w, h) = (scaled(width), scaled(height));
        Self {
            truth: self.truth.resized_nearest(w, h),
            predicted: self.predicted.map(|mask| mask.resized_nearest(w, h)),
            confidence: self.confidence.map(|map| map.resized_nearest(w, h)),
        }
    }

    /// Bytes that it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let of_mask = |mask: &IndexMask| match &mask.values {
            Indices::Small(values) => values.len(),
            Indices::Large(values) => 2 * values.len(),
        };
        let of_map = |map: &Confidence| match &map.levels {
            Levels::Byte(levels) => levels.len(),
            Levels::Word(levels) => 2 * levels.len(),
        };
        let predicted = self.predicted.as_ref().map_or(0, of_mask);
        of_mask(&self.truth) + predicted + self.confidence.as_ref().map_or(0, of_map)
    }
}

/// Reads the masks of an image to show them.
///
/// # Errors
/// A sentence where one cannot be read.
pub fn show(files: &MaskFiles, reading: &MaskReading) -> Result<Shown, JobError> {
    let read = masks::read(files, reading, &mut Findings::default()).map_err(|e| JobError::Failed(e.to_string()))?;
    let (width, height) = (read.truth.width, read.truth.height);
    let fitted = |mask: IndexMask| {
        if (mask.width, mask.height) == (width, height) { mask } else { mask.resized_nearest(width, height) }
    };
    let sized = |map: Confidence| {
        if (map.width, map.height) == (width, height) { map } else { map.resized_nearest(width, height) }
    };
    Ok(Shown { predicted: read.predicted.map(fitted), confidence: read.confidence.map(sized), truth: read.truth })
}
