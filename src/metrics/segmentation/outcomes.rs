//! Counted pixels as outcomes at every confidence: the pixels of a class in an image are a truth, those that the model gives
//! a class are a prediction, and an outcome counts the pixels that both have in common.
//!
//! Knows counted pixels. So the slider, the matrix, the bars and the gallery need not know that they count pixels.

use rustc_hash::FxHashMap;

use super::boundary::Boundary;
use super::counting::ImageCells;
use super::panoptic::PanopticCounts;
use super::summary::{PixelMatrix, SegmentationSummary};
use crate::metrics::detection::{DetectionSettings, Matched};
use crate::metrics::own::OwnThresholds;
use crate::metrics::timeline::{Interval, Intervals, Outcome, Thresholds, Timeline};
use crate::model::TruthId;
use crate::model::index_mask::NO_CLASS;
use crate::model::{
    BBox, Cancelled, ClassId, Dataset, ImageId, ModelIdentity, NewTruth, PredId, Predictions, Progress,
};

/// What was counted in an image.
#[derive(Clone, Debug, Default)]
pub struct ImagePixels {
    /// Pixels by true class, predicted class and level of confidence.
    pub cells: ImageCells,
    /// The level of full confidence (255 or 65,535); `None` where the model does not say how sure it is.
    pub highest: Option<u16>,
    /// By class, what lies near its outlines.
    pub boundaries: Vec<Boundary>,
    /// By class, its segments, where the maps are panoptic; else empty.
    pub panoptic: Vec<PanopticCounts>,
}

/// How well an image is segmented, whatever the confidence.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ImageScore {
    /// Share of its pixels that are right.
    pub accuracy: Option<f64>,
    /// Mean IoU over the classes in its truth.
    pub mean_iou: Option<f64>,
}

impl ImagePixels {
    /// How sure the model is of pixels at a level, in 0…1; 1 where it does not say.
    pub(in crate::metrics) fn confidence(&self, level: u16) -> f64 {
        self.highest.map_or(1.0, |highest| f64::from(level) / f64::from(highest))
    }

    /// A truth for every class that has pixels, in the order of the classes.
    pub(in crate::metrics) fn truths(&self, image: usize) -> impl Iterator<Item = NewTruth> + '_ {
        self.cells.cells.chunk_by(|a, b| a.truth == b.truth).filter_map(move |cells| {
            let class = ClassId(u32::from(cells.first()?.truth));
            let pixels: u64 = cells.iter().map(|cell| u64::from(cell.pixels)).sum();
            let bbox = BBox::new(0.0, 0.0, 0.0, 0.0);
            Some(NewTruth { image, class, bbox, area: pixels as f64, ignored: false })
        })
    }

    /// The scores of the image, its classes as they are without a threshold.
    #[must_use]
    pub fn score(&self, classes: usize) -> ImageScore {
        let mut matrix = PixelMatrix::new(classes);
        matrix.add(&self.cells, 0);
        let summary = SegmentationSummary::new(&matrix, None, None);
        ImageScore { accuracy: summary.pixel_accuracy, mean_iou: summary.mean_iou }
    }
}

/// A prediction for every class that the model sees in an image; its score is the highest confidence of its pixels.
pub(in crate::metrics) fn predictions(identity: ModelIdentity, images: &[ImagePixels]) -> Predictions {
    let (mut image_of, mut class_of, mut score_of) = (Vec::new(), Vec::new(), Vec::new());
    for (image, pixels) in images.iter().enumerate() {
        let mut best: FxHashMap<u16, f64> = FxHashMap::default();
        for cell in pixels.cells.cells.iter().filter(|cell| cell.predicted != NO_CLASS) {
            let score = best.entry(cell.predicted).or_insert(0.0);
            *score = score.max(pixels.confidence(cell.level));
        }
        let mut best: Vec<(u16, f64)> = best.into_iter().collect();
        best.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        for (class, score) in best {
            image_of.push(ImageId::from_index(image));
            class_of.push(ClassId(u32::from(class)));
            score_of.push(score);
        }
    }
    Predictions::of_items(identity, images.len(), image_of, class_of, score_of)
}

/// The counts at all confidences. A class with a threshold of its own follows that alone.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub(in crate::metrics) fn matched(
    dataset: &Dataset,
    predictions: &Predictions,
    images: &[ImagePixels],
    own: &OwnThresholds,
    progress: &dyn Progress,
) -> Result<Matched, Cancelled> {
    let scores = scores(images);
    let mut cuts = Cuts { scores: &scores, own, known: FxHashMap::default() };
    let mut all = Intervals::with_capacity(images.len(), 2 * images.iter().map(|i| i.cells.cells.len()).sum::<usize>());
    let mut support = vec![0_u64; dataset.classes.len()];
    for (image, pixels) in images.iter().enumerate() {
        progress.check()?;
        let image = ImageId::from_index(image);
        let truths: FxHashMap<u16, TruthId> = dataset
            .truths
            .ids_of(image)
            .filter_map(|id| Some((number(dataset.truths.class.get(id.index())?), id)))
            .collect();
        let said: FxHashMap<u16, PredId> =
            predictions.ids_of(image).filter_map(|id| Some((number(predictions.class.get(id.index())?), id))).collect();
        for cell in &pixels.cells.cells {
            if let Some(support) = support.get_mut(usize::from(cell.truth)) {
                *support += u64::from(cell.pixels);
            }
        }
        all.push_weighted(pixels.cells.cells.iter().flat_map(|cell| {
            let outcomes = truths.get(&cell.truth).map(|truth| {
                let pred = said.get(&cell.predicted).map(|pred| (*pred, cuts.of(pixels, cell.predicted, cell.level)));
                intervals(*truth, pred)
            });
            outcomes.into_iter().flatten().flatten().map(|interval| (interval, cell.pixels))
        }));
    }
    let thresholds = Thresholds { scores: scores.clone(), strict: false };
    let timeline = Timeline::of_intervals(dataset, predictions, thresholds, support, all, None);
    progress.check()?;
    Ok(Matched::of_timeline(dataset, timeline, DetectionSettings::default(), own))
}

fn number(class: &ClassId) -> u16 {
    u16::try_from(class.0).unwrap_or(NO_CLASS)
}

/// Pixels are missed until the threshold reaches their confidence, and of the predicted class from there on. `None`: never.
fn intervals(truth: TruthId, pred: Option<(PredId, Option<u32>)>) -> [Option<Interval>; 2] {
    let until = |end: u32| (end > 0).then_some(Interval { outcome: Outcome::missed(truth), from: 0, until: end });
    match pred {
        Some((pred, Some(from))) => {
            let outcome = Outcome::pair(truth, pred);
            [until(from), Some(Interval { outcome, from, until: Interval::FOREVER })]
        }
        _ => [until(Interval::FOREVER), None],
    }
}

/// Every confidence that pixels have, highest first.
fn scores(images: &[ImagePixels]) -> Vec<f64> {
    let mut levels: rustc_hash::FxHashSet<(Option<u16>, u16)> = rustc_hash::FxHashSet::default();
    for image in images {
        levels.extend(image.cells.cells.iter().filter(|c| c.predicted != NO_CLASS).map(|c| (image.highest, c.level)));
    }
    let one = |(highest, level)| ImagePixels { highest, ..ImagePixels::default() }.confidence(level);
    let mut scores: Vec<f64> = levels.into_iter().map(one).collect();
    scores.sort_by(|a, b| b.total_cmp(a));
    scores.dedup();
    scores
}

/// From which number of kept scores on pixels are kept.
struct Cuts<'a> {
    scores: &'a [f64],
    own: &'a OwnThresholds,
    known: FxHashMap<(Option<u16>, u16), u32>,
}

impl Cuts<'_> {
    fn of(&mut self, image: &ImagePixels, class: u16, level: u16) -> Option<u32> {
        if let Some(own) = self.own.get(ClassId(u32::from(class))) {
            return (image.confidence(level) >= own).then_some(0);
        }
        let scores = self.scores;
        let cut = || {
            let confidence = image.confidence(level);
            u32::try_from(scores.partition_point(|score| *score > confidence) + 1).unwrap_or(u32::MAX)
        };
        Some(*self.known.entry((image.highest, level)).or_insert_with(cut))
    }
}
