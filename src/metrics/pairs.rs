//! Overlaps of detections with truths, computed once: every matching, every IoU threshold, AP and the error types read them.

use std::ops::Range;

use rayon::prelude::*;

use crate::model::geometry::{Edges, overlap_of};
use crate::model::{BBox, Cancelled, ClassId, Dataset, ImageId, PredId, Predictions, Progress, TruthId};

/// Which pairs are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PairScope {
    /// Only pairs of one class: all that average precision needs.
    SameClass,
    /// Also pairs of different classes.
    #[default]
    AllClasses,
}

/// Every pair of a detection and a truth of its image that share some area, by detection; the truths of a detection in
/// file order.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    scope: PairScope,
    starts: Vec<u32>,
    truth: Vec<TruthId>,
    overlap: Vec<f64>,
}

impl Pairs {
    /// Computes all overlaps, image by image in parallel. The overlap is [`crate::model::BBox::overlap`], or of masks, where both
    /// sides have some, [`crate::model::Masks::overlap`]: intersection over union, or over the detection's area for an ignored
    /// truth.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn compute(
        dataset: &Dataset,
        predictions: &Predictions,
        scope: PairScope,
        progress: &dyn Progress,
    ) -> Result<Self, Cancelled> {
        let masked = !predictions.masks.is_empty() && !dataset.truths.masks.is_empty();
        progress.stage(if masked { "Comparing masks" } else { "Comparing boxes" });
        let images: Vec<ImageId> = dataset.image_ids().collect();
        let chunks: Vec<Chunk> = images
            .par_chunks(64)
            .map(|chunk| {
                progress.check()?;
                Ok(if masked {
                    Chunk::of_masks(chunk, dataset, predictions, scope)
                } else {
                    Chunk::of(chunk, dataset, predictions, scope)
                })
            })
            .collect::<Result<_, Cancelled>>()?;
        let total = chunks.iter().map(|c| c.truth.len()).sum();
        let mut pairs = Self {
            scope,
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

    /// Which pairs these are.
    #[must_use]
    pub fn scope(&self) -> PairScope {
        self.scope
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

/// A truth of the image at hand, ready for comparison.
#[derive(Clone, Copy)]
struct Target {
    edges: Edges,
    area: f64,
    id: TruthId,
    crowd: bool,
    /// The next truth of its class, in file order.
    next: u32,
}

/// End of a list of truths.
const END: u32 = u32::MAX;

impl Chunk {
    fn of(images: &[ImageId], dataset: &Dataset, predictions: &Predictions, scope: PairScope) -> Self {
        let mut chunk = Self::default();
        let mut targets = Targets::new(dataset.classes.len());
        for &image in images {
            targets.load(dataset, image);
            for pred in predictions.of(image) {
                let hits = match scope {
                    PairScope::AllClasses => targets.hits(predictions.bbox[pred]),
                    PairScope::SameClass => targets.hits_of_class(predictions.bbox[pred], predictions.class[pred]),
                };
                chunk.counts.push(u32::try_from(hits.len()).unwrap_or(u32::MAX));
                chunk.truth.extend(hits.iter().map(|hit| hit.0));
                chunk.overlap.extend(hits.iter().map(|hit| hit.1));
            }
        }
        chunk
    }
}

impl Chunk {
    /// The pairs of masks. Those whose boxes do not touch cost next to nothing.
    fn of_masks(images: &[ImageId], dataset: &Dataset, predictions: &Predictions, scope: PairScope) -> Self {
        let mut chunk = Self::default();
        let truths = &dataset.truths;
        for &image in images {
            for pred in predictions.of(image) {
                let before = chunk.truth.len();
                let class = predictions.class[pred];
                for truth in truths.of(image) {
                    if scope == PairScope::SameClass && truths.class[truth] != class {
                        continue;
                    }
                    let overlap = predictions.masks.overlap(pred, &truths.masks, truth, truths.ignored[truth]);
                    if overlap > 0.0 {
                        chunk.truth.push(TruthId::from_index(truth));
                        chunk.overlap.push(overlap);
                    }
                }
                chunk.counts.push((chunk.truth.len() - before) as u32);
            }
        }
        chunk
    }
}

/// The truths of one image at a time.
struct Targets {
    all: Vec<Target>,
    /// Per class: its first truth in `all`.
    first: Vec<u32>,
    hits: Vec<(TruthId, f64)>,
}

impl Targets {
    fn new(classes: usize) -> Self {
        Self { all: Vec::new(), first: vec![END; classes], hits: Vec::new() }
    }

    fn load(&mut self, dataset: &Dataset, image: ImageId) {
        let truths = &dataset.truths;
        let range = truths.of(image);
        self.all.clear();
        self.all.extend(range.clone().map(|truth| Target {
            edges: truths.bbox[truth].edges(),
            area: truths.bbox[truth].area(),
            id: TruthId::from_index(truth),
            crowd: truths.ignored[truth],
            next: END,
        }));
        self.first.fill(END);
        let classes = truths.class.get(range).unwrap_or(&[]);
        for (place, (target, class)) in self.all.iter_mut().zip(classes).enumerate().rev() {
            if let Some(first) = self.first.get_mut(class.index()) {
                target.next = std::mem::replace(first, place as u32);
            }
        }
        self.hits.resize(self.all.len(), (TruthId(END), 0.0));
    }

    /// The truths that a detection overlaps. The list is filled without a branch: which truths overlap is as good as random.
    fn hits(&mut self, detection: BBox) -> &[(TruthId, f64)] {
        let edges = detection.edges();
        let mut found = 0;
        for (place, target) in (0_u32..).zip(&self.all) {
            let shared = edges.shared(target.edges);
            self.hits[found] = (TruthId(place), shared);
            found += usize::from(shared > 0.0);
        }
        let own = detection.area();
        let mut kept = 0;
        for i in 0..found {
            let (place, shared) = self.hits[i];
            let target = &self.all[place.index()];
            let overlap = overlap_of(shared, own, target.area, target.crowd);
            self.hits[kept] = (target.id, overlap);
            kept += usize::from(overlap > 0.0);
        }
        &self.hits[..kept]
    }

    /// The truths of its class that a detection overlaps.
    fn hits_of_class(&mut self, detection: BBox, class: ClassId) -> &[(TruthId, f64)] {
        let edges = detection.edges();
        let own = detection.area();
        let mut found = 0;
        let mut next = self.first.get(class.index()).copied().unwrap_or(END);
        while let Some(target) = self.all.get(next as usize) {
            next = target.next;
            let shared = edges.shared(target.edges);
            let overlap = if shared > 0.0 { overlap_of(shared, own, target.area, target.crowd) } else { 0.0 };
            self.hits[found] = (target.id, overlap);
            found += usize::from(overlap > 0.0);
        }
        &self.hits[..found]
    }
}
