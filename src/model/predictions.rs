//! Model outputs in columns, ready for matching. Does not know where they came from.

use std::ops::Range;

use super::dataset::{range_of, starts};
use super::geometry::BBox;
use super::ids::{ClassId, ImageId, PredId};

/// What a model is called in a project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ModelIdentity {
    /// Project name.
    pub project: String,
    /// Model id.
    pub id: String,
    /// Model version.
    pub version: String,
}

/// Detections in columns, sorted by image, inside an image by descending score; equal scores keep their file order.
/// Classes are those of the dataset they were read for; every number is finite.
#[derive(Clone, Debug, Default)]
pub struct Predictions {
    /// What the model is called.
    pub identity: ModelIdentity,
    /// Image of each detection.
    pub image: Vec<ImageId>,
    /// Class of each detection.
    pub class: Vec<ClassId>,
    /// Box of each detection.
    pub bbox: Vec<BBox>,
    /// Confidence of each detection.
    pub score: Vec<f64>,
    /// Position of each detection in its file (among those that were kept).
    pub row: Vec<u32>,
    starts: Vec<u32>,
}

impl Predictions {
    /// Number of detections.
    #[must_use]
    pub fn len(&self) -> usize {
        self.image.len()
    }

    /// True where there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.image.is_empty()
    }

    /// The detections of one image, best first, as a range of indices into the columns.
    #[must_use]
    pub fn of(&self, image: ImageId) -> Range<usize> {
        range_of(&self.starts, image)
    }

    /// The detections of one image, best first, as ids.
    pub fn ids_of(&self, image: ImageId) -> impl ExactSizeIterator<Item = PredId> + use<> {
        self.of(image).map(PredId::from_index)
    }

    /// Number of images of the dataset that these were read for.
    #[must_use]
    pub fn images(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }
}

/// Collects detections in file order.
#[derive(Clone, Debug, Default)]
pub struct PredictionsBuilder {
    image: Vec<ImageId>,
    class: Vec<ClassId>,
    bbox: Vec<BBox>,
    score: Vec<f64>,
}

impl PredictionsBuilder {
    /// Room for `n` detections; the caller has checked `n` against the size of its file.
    #[must_use]
    pub fn with_capacity(n: usize) -> Self {
        Self {
            image: Vec::with_capacity(n),
            class: Vec::with_capacity(n),
            bbox: Vec::with_capacity(n),
            score: Vec::with_capacity(n),
        }
    }

    /// Adds one detection. The caller leaves out (and counts) what is not finite or of an unknown image or class.
    pub fn push(&mut self, image: ImageId, class: ClassId, bbox: BBox, score: f64) {
        self.image.push(image);
        self.class.push(class);
        self.bbox.push(bbox);
        // -0 becomes 0: the two are one number and must stay in file order.
        self.score.push(score + 0.0);
    }

    /// Appends what another builder collected from a later part of the same file.
    pub fn append(&mut self, mut later: Self) {
        self.image.append(&mut later.image);
        self.class.append(&mut later.class);
        self.bbox.append(&mut later.bbox);
        self.score.append(&mut later.score);
    }

    /// Makes room for `n` more detections where memory allows; a hint.
    pub fn reserve(&mut self, n: usize) {
        let _ = self.image.try_reserve(n);
        let _ = self.class.try_reserve(n);
        let _ = self.bbox.try_reserve(n);
        let _ = self.score.try_reserve(n);
    }

    /// Forgets all detections but the first `n`.
    pub fn truncate(&mut self, n: usize) {
        self.image.truncate(n);
        self.class.truncate(n);
        self.bbox.truncate(n);
        self.score.truncate(n);
    }

    /// Replaces the class of each detection from row `first` on; a detection whose class has no replacement is dropped.
    /// For readers that learn what a file's class ids mean only at its end.
    pub fn map_classes(&mut self, first: usize, of: impl Fn(ClassId) -> Option<ClassId>) {
        let mut kept = first;
        for row in first..self.len() {
            let Some(class) = self.class.get(row).and_then(|&class| of(class)) else { continue };
            if kept < row {
                move_row(&mut self.image, row, kept);
                move_row(&mut self.bbox, row, kept);
                move_row(&mut self.score, row, kept);
            }
            if let Some(slot) = self.class.get_mut(kept) {
                *slot = class;
            }
            kept += 1;
        }
        self.truncate(kept);
    }

    /// Number of detections so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.image.len()
    }

    /// True where there is none yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.image.is_empty()
    }

    /// Sorts by (image, descending score), stably. `images` is the number of images of the dataset.
    #[must_use]
    pub fn build(self, identity: ModelIdentity, images: usize) -> Predictions {
        let starts = starts(images, &self.image);
        let mut next: Vec<u32> = starts.clone();
        let mut order = vec![0_u32; self.image.len()];
        for (row, image) in self.image.iter().enumerate() {
            if let Some(slot) = next.get_mut(image.index()) {
                if let Some(place) = order.get_mut(*slot as usize) {
                    *place = PredId::from_index(row).0;
                }
                *slot += 1;
            }
        }
        let score_of = |row: u32| self.score.get(row as usize).copied().unwrap_or(f64::NEG_INFINITY);
        for bounds in starts.windows(2) {
            let &[a, b] = bounds else { continue };
            if let Some(rows) = order.get_mut(a as usize..b as usize) {
                rows.sort_by(|&p, &q| score_of(q).total_cmp(&score_of(p)));
            }
        }
        Predictions {
            identity,
            image: gather(&order, &self.image),
            class: gather(&order, &self.class),
            bbox: gather(&order, &self.bbox),
            score: gather(&order, &self.score),
            row: order,
            starts,
        }
    }
}

fn move_row<T: Copy>(column: &mut [T], from: usize, to: usize) {
    if let Some(&value) = column.get(from)
        && let Some(slot) = column.get_mut(to)
    {
        *slot = value;
    }
}

fn gather<T: Copy>(order: &[u32], column: &[T]) -> Vec<T> {
    order.iter().filter_map(|&row| column.get(row as usize).copied()).collect()
}
