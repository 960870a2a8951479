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
    /// Box of each detection; empty where whole items are classified.
    pub bbox: Vec<BBox>,
    /// Confidence of each detection.
    pub score: Vec<f64>,
    /// Position of each detection in its file (among those that were kept); empty where whole items are classified.
    pub row: Vec<u32>,
    starts: Vec<u32>,
}

impl Predictions {
    /// Answers about whole items of so many: no boxes and no rows of a file. The columns are sorted already, by item and inside
    /// an item by descending score.
    #[must_use]
    pub fn of_items(
        identity: ModelIdentity,
        items: usize,
        image: Vec<ImageId>,
        class: Vec<ClassId>,
        score: Vec<f64>,
    ) -> Self {
        let starts = starts(items, &image);
        Self { identity, image, class, score, starts, ..Self::default() }
    }

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

    /// Appends what another builder collected from a later part of the same file. The other is empty afterwards and keeps
    /// its memory.
    pub fn append(&mut self, later: &mut Self) {
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
    pub fn build(mut self, identity: ModelIdentity, images: usize) -> Predictions {
        let starts = starts(images, &self.image);
        let rows = PredId::from_index(self.image.len()).0;
        let mut row: Vec<u32> = (0..rows).collect();
        if !self.image.is_sorted() {
            let mut next: Vec<u32> = starts.clone();
            for (at, image) in self.image.iter().enumerate() {
                if let Some(slot) = next.get_mut(image.index()) {
                    if let Some(place) = row.get_mut(*slot as usize) {
                        *place = PredId::from_index(at).0;
                    }
                    *slot += 1;
                }
            }
            // Column by column, so that only one is there twice.
            self.image = gather(&row, self.image);
            self.class = gather(&row, self.class);
            self.bbox = gather(&row, self.bbox);
            self.score = gather(&row, self.score);
        }
        self.sort_scores(&mut row, &starts);
        let Self { image, class, bbox, score } = self;
        Predictions { identity, image, class, bbox, score, row, starts }
    }

    /// Sorts the rows of each image by descending score, stably and in place; most detectors write them so already.
    fn sort_scores(&mut self, row: &mut [u32], starts: &[u32]) {
        let (mut order, mut scratch) = (Vec::new(), Scratch::default());
        for bounds in starts.windows(2) {
            let &[a, b] = bounds else { continue };
            let rows = a as usize..b as usize;
            let Some(scores) = self.score.get(rows.clone()) else { continue };
            if scores.is_sorted_by(|p, q| p.total_cmp(q).is_ge()) {
                continue;
            }
            order.clear();
            order.extend(scores.iter().copied().zip(0_u32..));
            order.sort_by(|(p, _), (q, _)| q.total_cmp(p));
            permute(&order, self.class.get_mut(rows.clone()), &mut scratch.class);
            permute(&order, self.bbox.get_mut(rows.clone()), &mut scratch.bbox);
            permute(&order, self.score.get_mut(rows.clone()), &mut scratch.score);
            permute(&order, row.get_mut(rows), &mut scratch.row);
        }
    }
}

/// Room for the rows of one image, used again for the next.
#[derive(Default)]
struct Scratch {
    class: Vec<ClassId>,
    bbox: Vec<BBox>,
    score: Vec<f64>,
    row: Vec<u32>,
}

/// Brings rows into this order; `order` holds positions among them.
fn permute<T: Copy>(order: &[(f64, u32)], rows: Option<&mut [T]>, scratch: &mut Vec<T>) {
    let Some(rows) = rows else { return };
    scratch.clear();
    scratch.extend(order.iter().filter_map(|&(_, row)| rows.get(row as usize).copied()));
    if scratch.len() == rows.len() {
        rows.copy_from_slice(scratch);
    }
}

fn move_row<T: Copy>(column: &mut [T], from: usize, to: usize) {
    if let Some(&value) = column.get(from)
        && let Some(slot) = column.get_mut(to)
    {
        *slot = value;
    }
}

/// The column in this order; the old one is freed.
fn gather<T: Copy>(order: &[u32], column: Vec<T>) -> Vec<T> {
    order.iter().filter_map(|&row| column.get(row as usize).copied()).collect()
}
