//! Overlaps of detections with truths, computed once: every matching, every IoU threshold, AP and the error types read them.

use std::ops::Range;

use rayon::prelude::*;

use crate::model::{Cancelled, Dataset, ImageId, PredId, Predictions, Progress, TruthId};

/// Which pairs are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairScope {
    /// Only pairs of one class: all that average precision needs.
    SameClass,
    /// Also pairs of different classes.
    AllClasses,
}

/// Every pair of a detection and a truth of its image that share some area, by detection; the truths of a detection in
/// file order.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    starts: Vec<u32>,
    truth: Vec<TruthId>,
    overlap: Vec<f64>,
}

impl Pairs {
    /// Computes all overlaps, image by image in parallel. The overlap is [`crate::model::BBox::overlap`]: intersection over union, or over
    /// the detection's area for an ignored truth.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn compute(
        dataset: &Dataset,
        predictions: &Predictions,
        scope: PairScope,
        progress: &dyn Progress,
    ) -> Result<Self, Cancelled> {
        progress.stage("Comparing boxes");
        let images: Vec<ImageId> = dataset.image_ids().collect();
        let chunks: Vec<Chunk> = images
            .par_chunks(64)
            .map(|chunk| {
                progress.check()?;
                Ok(Chunk::of(chunk, dataset, predictions, scope))
            })
            .collect::<Result<_, Cancelled>>()?;
        let total = chunks.iter().map(|c| c.truth.len()).sum();
        let mut pairs = Self {
            starts: Vec::with_capacity(predictions.len() + 1),
            truth: Vec::with_capacity(total),
            overlap: Vec::with_capacity(total),
        };
        pairs.starts.push(0);
        let mut end = 0;
        for chunk in chunks {
            pairs.starts.extend(chunk.counts.iter().map(|n| {
                end += n;
                end
            }));
            pairs.truth.extend(chunk.truth);
            pairs.overlap.extend(chunk.overlap);
        }
        Ok(pairs)
    }

    /// Number of pairs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.truth.len()
    }

    /// True where nothing overlaps.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.truth.is_empty()
    }

    /// The pairs of one detection, as a range into all pairs.
    #[must_use]
    pub fn range(&self, pred: PredId) -> Range<usize> {
        match (self.starts.get(pred.index()), self.starts.get(pred.index() + 1)) {
            (Some(&a), Some(&b)) => a as usize..b as usize,
            _ => 0..0,
        }
    }

    /// The truths that one detection overlaps and by how much, in file order.
    pub fn of(&self, pred: PredId) -> impl ExactSizeIterator<Item = (TruthId, f64)> + '_ {
        let range = self.range(pred);
        let truths = self.truth.get(range.clone()).unwrap_or(&[]);
        let overlaps = self.overlap.get(range).unwrap_or(&[]);
        truths.iter().copied().zip(overlaps.iter().copied())
    }
}

/// Pairs of a run of images.
#[derive(Default)]
struct Chunk {
    counts: Vec<u32>,
    truth: Vec<TruthId>,
    overlap: Vec<f64>,
}

impl Chunk {
    fn of(images: &[ImageId], dataset: &Dataset, predictions: &Predictions, scope: PairScope) -> Self {
        let truths = &dataset.truths;
        let mut chunk = Self::default();
        for &image in images {
            let range = truths.of(image);
            for pred in predictions.of(image) {
                let before = chunk.truth.len();
                for truth in range.clone() {
                    if scope == PairScope::SameClass && truths.class[truth] != predictions.class[pred] {
                        continue;
                    }
                    let overlap = predictions.bbox[pred].overlap(truths.bbox[truth], truths.ignored[truth]);
                    if overlap > 0.0 {
                        chunk.truth.push(TruthId::from_index(truth));
                        chunk.overlap.push(overlap);
                    }
                }
                chunk.counts.push(u32::try_from(chunk.truth.len() - before).unwrap_or(u32::MAX));
            }
        }
        chunk
    }
}
