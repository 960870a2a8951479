//! Items as rows of numbers that add up. Any number of the evaluation, and of a resample, is a function of the sum of all rows,
//! each taken as often as its item was drawn.
//!
//! What a row holds and what its sum means is known to [`Kind`] alone; adding up does not ask.

use crate::metrics::counts::{ClassCounts, Counts};
use crate::metrics::evaluation::{Evaluation, Pixels};
use crate::metrics::generation::sums::{self, Number};
use crate::metrics::generation::{Column, Generation};
use crate::metrics::lanes::{self, LANES, Values, Weights};
use crate::metrics::segmentation::{ClassSums, SegmentationSummary};
use crate::metrics::timeline::{Cut, Timeline};
use crate::model::{Cancelled, ImageId, Progress, Scoring, Task};

use super::Metric;
use super::build::Fnv;

/// Every item's row, side by side.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Statistics {
    pub kind: Kind,
    /// Numbers a row.
    pub width: usize,
    pub rows: Vec<f64>,
    /// How well each item is done; more is better.
    pub scores: Vec<Option<f64>>,
    /// True where a threshold leaves something out or in.
    pub thresholded: bool,
}

/// What rows hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// Pixels of every class, [`OF_CLASS`] numbers each. A double holds them exactly.
    Pixels(PixelRules),
    /// Values and counts of an answer, as [`sums::row`] lays them out for the metrics of the task.
    Texts {
        /// A hash of how answers were scored and which number decides.
        scoring: u64,
    },
}

/// By which rules pixels are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PixelRules {
    /// The index of pixels that count nowhere.
    pub ignore: Option<u16>,
    /// The class that is in no mean.
    pub without: Option<u16>,
}

/// Numbers of a class in a row of pixels: right ones, true ones, predicted ones, true ones of no predicted class, and of its
/// boundary those in both masks and in either.
const OF_CLASS: usize = 6;

impl Statistics {
    /// The row of an item; empty for an unknown one.
    pub fn row(&self, item: ImageId) -> &[f64] {
        let start = item.index() * self.width;
        self.rows.get(start..start + self.width).unwrap_or(&[])
    }

    fn each_row(&self) -> std::slice::ChunksExact<'_, f64> {
        self.rows.chunks_exact(self.width.max(1))
    }

    /// Every row once.
    pub fn sums(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.width];
        for row in self.each_row() {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
        sums
    }

    /// Every number of each resample.
    pub fn resampled(&self, weights: &[Weights]) -> Vec<(Metric, Values)> {
        let mut sums = vec![[0.0; LANES]; self.width];
        for (row, weights) in self.each_row().zip(weights) {
            let there = sums.iter_mut().zip(row).filter(|(_, value)| **value != 0.0);
            there.for_each(|(sum, &value)| lanes::add_scaled(sum, weights, value));
        }
        let of_lane = |lane: usize| self.kind.values(&sums.iter().map(|sum| sum[lane]).collect::<Vec<f64>>());
        let lanes: [Vec<(Metric, Option<f64>)>; LANES] = std::array::from_fn(of_lane);
        let metrics = lanes.first().into_iter().flatten().map(|(metric, _)| *metric).enumerate();
        metrics.map(|(at, metric)| (metric, std::array::from_fn(|lane| lanes[lane].get(at)?.1))).collect()
    }

    /// True where rows and scores are what counting can give.
    pub fn is_sound(&self, items: usize, classes: usize) -> bool {
        self.width == self.kind.width(classes)
            && self.scores.len() == items
            && self.width.checked_mul(items) == Some(self.rows.len())
            && self.each_row().all(|row| self.kind.is_sound(row))
    }

    /// The answers of an evaluation at a threshold.
    pub fn of_texts(texts: &Generation, threshold: f64, progress: &dyn Progress) -> Result<Self, Cancelled> {
        let kind = Kind::Texts { scoring: hash_of_scoring(texts) };
        let scores: Vec<Option<f64>> = texts.pass_scores().collect();
        let passes = scores.iter().map(|score| score.map(|score| f64::from(score >= threshold))).collect();
        let passes = Column::of_values("pass_rate", passes);
        let column = |metric: &Metric| match metric {
            Metric::PassRate => Some(&passes),
            metric => texts.column(metric.name()),
        };
        let columns: Vec<Option<&Column>> = of_texts().iter().map(column).collect();
        let width = kind.width(0);
        let mut rows = Vec::with_capacity(width * scores.len());
        for (item, counts) in texts.counts.iter().enumerate() {
            progress.check()?;
            sums::row(&columns, counts, item, &mut rows);
        }
        Ok(Self { kind, width, rows, scores, thresholded: true })
    }

    /// The pixels of an evaluation at a cut of its timeline.
    pub fn of_pixels(
        evaluation: &Evaluation,
        pixels: &Pixels,
        (timeline, cut): (&Timeline, Cut),
        progress: &dyn Progress,
    ) -> Result<Self, Cancelled> {
        let dataset = &evaluation.dataset;
        let kind = Kind::Pixels(PixelRules { ignore: pixels.reading.ignore, without: pixels.reading.without });
        let width = kind.width(dataset.classes.len());
        let (mut rows, mut scores) = (Vec::with_capacity(width * dataset.images.len()), Vec::new());
        let mut sums = vec![PixelSums::default(); dataset.classes.len()];
        for (image, counted) in dataset.image_ids().zip(pixels.images.iter()) {
            progress.check()?;
            sums.fill(PixelSums::default());
            for (cell, n) in timeline.cells_of(image, cut) {
                if let Some(truth) = cell.truth.and_then(|class| sums.get_mut(class.index())) {
                    truth.of.truth += n;
                    truth.of.correct += if cell.predicted == cell.truth { n } else { 0 };
                    truth.missed += if cell.predicted.is_none() { n } else { 0 };
                }
                if let Some(said) = cell.predicted.and_then(|class| sums.get_mut(class.index())) {
                    said.of.predicted += n;
                }
            }
            for (sums, boundary) in sums.iter_mut().zip(&counted.boundaries) {
                sums.of.boundary = (boundary.intersection, boundary.union);
            }
            let start = rows.len();
            rows.extend(sums.iter().flat_map(|sums| sums.numbers()));
            scores.push(kind.score(rows.get(start..).unwrap_or(&[])));
        }
        Ok(Self { kind, width, rows, scores, thresholded: pixels.has_confidence() })
    }
}

impl Kind {
    /// Numbers a row.
    pub const fn width(self, classes: usize) -> usize {
        match self {
            Self::Pixels(_) => classes * OF_CLASS,
            Self::Texts { .. } => sums::width(of_texts().len()),
        }
    }

    /// Every number that a sum of rows defines, always in the same order.
    fn values(self, sums: &[f64]) -> Vec<(Metric, Option<f64>)> {
        match self {
            Self::Pixels(rules) => {
                let mut values = values_of_pixels(&summary(sums, rules)).to_vec();
                values.extend(super::build::rates_of(self.totals(sums)));
                values
            }
            Self::Texts { .. } => {
                let numbers: Vec<Number> = of_texts().iter().map(|metric| Number::of(metric.name())).collect();
                of_texts().iter().copied().zip(sums::values(&numbers, sums)).collect()
            }
        }
    }

    /// How well the item of a row is done.
    fn score(self, row: &[f64]) -> Option<f64> {
        match self {
            Self::Pixels(rules) => summary(row, rules).mean_iou,
            // It is the passing number, which no row holds.
            Self::Texts { .. } => None,
        }
    }

    /// The counts of each class that a sum of rows holds.
    pub fn classes(self, sums: &[f64]) -> impl Iterator<Item = ClassCounts> + '_ {
        let sums = match self {
            Self::Pixels(_) => sums,
            // Answers have no classes.
            Self::Texts { .. } => &[],
        };
        pixel_sums(sums).map(|PixelSums { of, missed }| ClassCounts {
            correct: of.correct,
            misclassified: of.truth - of.correct - missed,
            misclassified_as: of.predicted - of.correct,
            missed,
            false_positives: 0,
        })
    }

    /// The counts of all classes.
    pub fn totals(self, sums: &[f64]) -> Counts {
        self.classes(sums).fold(Counts::default(), |all, class| Counts {
            correct: all.correct + class.correct,
            misclassified: all.misclassified + class.misclassified,
            missed: all.missed + class.missed,
            false_positives: all.false_positives + class.false_positives,
        })
    }

    fn is_sound(self, row: &[f64]) -> bool {
        match self {
            Self::Texts { .. } => row.iter().all(|n| n.is_finite()),
            Self::Pixels(_) => {
                // A mask has less than 2³² pixels, a boundary of two masks less than twice as many.
                row.iter().all(|n| n.fract() == 0.0 && (0.0..=2.0 * f64::from(u32::MAX)).contains(n))
                    && pixel_sums(row).all(|PixelSums { of, missed }| {
                        of.correct + missed <= of.truth && of.correct <= of.predicted && of.boundary.0 <= of.boundary.1
                    })
            }
        }
    }
}

/// The metrics of a row of an answer.
const fn of_texts() -> &'static [Metric] {
    Metric::of_task(Task::TextGeneration)
}

/// A hash of everything that tells in which way answers were scored, and which number decides.
fn hash_of_scoring(texts: &Generation) -> u64 {
    let scoring = Scoring { template: String::new(), metrics: Vec::new(), pass: None, ..texts.scoring.clone() };
    let mut hash = Fnv::default();
    hash.name(&serde_json::to_string(&scoring).unwrap_or_default());
    hash.name(texts.pass_column().map_or("", |column| &column.key));
    hash.0
}

/// What a row of pixels holds of one class.
#[derive(Clone, Copy, Debug, Default)]
struct PixelSums {
    of: ClassSums,
    /// True pixels of no predicted class.
    missed: u64,
}

impl PixelSums {
    fn numbers(self) -> [f64; OF_CLASS] {
        let ClassSums { correct, truth, predicted, boundary: (both, any) } = self.of;
        [correct, truth, predicted, self.missed, both, any].map(|n| n as f64)
    }
}

fn pixel_sums(sums: &[f64]) -> impl Iterator<Item = PixelSums> + '_ {
    sums.as_chunks::<OF_CLASS>().0.iter().map(|numbers| {
        let [correct, truth, predicted, missed, both, any] = numbers.map(|n| n as u64);
        PixelSums { of: ClassSums { correct, truth, predicted, boundary: (both, any) }, missed }
    })
}

fn summary(sums: &[f64], rules: PixelRules) -> SegmentationSummary {
    SegmentationSummary::of_sums(&pixel_sums(sums).map(|sums| sums.of).collect::<Vec<ClassSums>>(), rules.without)
}

/// The numbers of a summary that are compared.
pub(super) const fn values_of_pixels(summary: &SegmentationSummary) -> [(Metric, Option<f64>); 6] {
    [
        (Metric::MeanIou, summary.mean_iou),
        (Metric::PixelAccuracy, summary.pixel_accuracy),
        (Metric::MeanAccuracy, summary.mean_accuracy),
        (Metric::FrequencyWeightedIou, summary.frequency_weighted_iou),
        (Metric::MeanDice, summary.mean_dice),
        (Metric::BoundaryIou, summary.boundary_iou),
    ]
}
