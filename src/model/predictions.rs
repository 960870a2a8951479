//! Model outputs in columns, ready for matching. Does not know where they came from.

use std::ops::Range;
use std::sync::Arc;

use super::class_scores::ClassScores;
use super::dataset::{range_of, starts};
use super::geometry::BBox;
use super::ids::{ClassId, ImageId, PredId};
use super::mask::{Masks, RleRef};

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
///
/// Of a large table of scores the columns are empty: its cells are the predictions, by [`Self::class_of`], [`Self::score_of`],
/// [`Self::image_of`] and [`Self::said_of`], which answer either way.
#[derive(Clone, Debug, Default)]
pub struct Predictions {
    /// What the model is called.
    pub identity: ModelIdentity,
    /// Image of each detection; empty where a table is behind.
    pub image: Vec<ImageId>,
    /// Class of each detection; empty where a table is behind.
    pub class: Vec<ClassId>,
    /// Box of each detection; empty where whole items are classified.
    pub bbox: Vec<BBox>,
    /// Confidence of each detection; empty where a table is behind.
    pub score: Vec<f64>,
    /// Position of each detection in its file (among those that were kept); empty where whole items are classified.
    pub row: Vec<u32>,
    /// Mask of each detection; empty where objects are boxes.
    pub masks: Masks,
    starts: Vec<u32>,
    /// Every cell is a prediction: that of class c for item i has the id i · classes + c.
    table: Option<Arc<ClassScores>>,
    /// Cells of that table of which the model says something.
    said: usize,
}

impl Predictions {
    /// Cells of a table that ids can tell apart.
    pub const MOST: usize = u32::MAX as usize;

    /// Every cell of a table with a score for every class is a prediction; nothing is copied. `None` where not every class
    /// has a score, or where there are more than [`Self::MOST`] cells.
    #[must_use]
    pub fn of_table(scores: Arc<ClassScores>) -> Option<Self> {
        let fits = scores.items().checked_mul(scores.classes()).is_some_and(|cells| cells <= Self::MOST);
        if !fits || !scores.is_complete() {
            return None;
        }
        let present = (0..scores.items()).filter(|&item| !scores.is_absent(ImageId::from_index(item))).count();
        Some(Self {
            identity: scores.identity.clone(),
            said: present * scores.classes(),
            table: Some(scores),
            ..Self::default()
        })
    }

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
        if self.table.is_some() { self.said } else { self.image.len() }
    }

    /// True where there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The image of a detection; `None` for an unknown one.
    #[must_use]
    pub fn image_of(&self, pred: PredId) -> Option<ImageId> {
        match &self.table {
            Some(table) => Some(ImageId::from_index(pred.index().checked_div(table.classes())?)),
            None => self.image.get(pred.index()).copied(),
        }
    }

    /// The class of a detection; `None` for an unknown one.
    #[must_use]
    pub fn class_of(&self, pred: PredId) -> Option<ClassId> {
        match &self.table {
            Some(table) => Some(ClassId::from_index(pred.index().checked_rem(table.classes())?)),
            None => self.class.get(pred.index()).copied(),
        }
    }

    /// The confidence of a detection; `None` for an unknown one.
    #[must_use]
    pub fn score_of(&self, pred: PredId) -> Option<f64> {
        match &self.table {
            // -0 becomes 0: the two are one number.
            Some(table) => table.score(self.image_of(pred)?, self.class_of(pred)?).map(|score| score + 0.0),
            None => self.score.get(pred.index()).copied(),
        }
    }

    /// Square pixels of a detection: of its mask, else of its box.
    #[must_use]
    pub fn area_of(&self, pred: PredId) -> f64 {
        if self.masks.is_empty() {
            self.bbox.get(pred.index()).map_or(0.0, |bbox| bbox.area())
        } else {
            self.masks.area(pred.index()) as f64
        }
    }

    /// Class and score of everything that is said of an image, best first (equal scores of a table: lowest class).
    #[must_use]
    pub fn said_of(&self, image: ImageId) -> Vec<(PredId, ClassId, f64)> {
        let Some(table) = &self.table else {
            return self.ids_of(image).filter_map(|p| Some((p, self.class_of(p)?, self.score_of(p)?))).collect();
        };
        let id = |class: ClassId| PredId::from_index(image.index() * table.classes() + class.index());
        let mut said: Vec<_> = table.scored(image).map(|(class, score)| (id(class), class, score + 0.0)).collect();
        said.sort_unstable_by(|(p, _, a), (q, _, b)| b.total_cmp(a).then(p.cmp(q)));
        said
    }

    /// The detections of one image, best first, as a range of indices into the columns; empty where a table is behind.
    #[must_use]
    pub fn of(&self, image: ImageId) -> Range<usize> {
        range_of(&self.starts, image)
    }

    /// The detections of one image, best first, as ids; none where a table is behind.
    pub fn ids_of(&self, image: ImageId) -> impl ExactSizeIterator<Item = PredId> + use<> {
        self.of(image).map(PredId::from_index)
    }

    /// Number of images of the dataset that these were read for.
    #[must_use]
    pub fn images(&self) -> usize {
        self.table.as_ref().map_or(self.starts.len().saturating_sub(1), |table| table.items())
    }
}

/// Collects detections in file order.
#[derive(Clone, Debug, Default)]
pub struct PredictionsBuilder {
    image: Vec<ImageId>,
    class: Vec<ClassId>,
    bbox: Vec<BBox>,
    score: Vec<f64>,
    /// Empty, or as many as detections.
    masks: Masks,
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
            masks: Masks::default(),
        }
    }

    /// Adds one detection with its mask. Either all detections of a builder have one or none.
    pub fn push_masked(&mut self, image: ImageId, class: ClassId, mask: RleRef<'_>, bbox: BBox, score: f64) {
        self.push(image, class, bbox, score);
        self.masks.push(mask);
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
        self.masks.append(&mut later.masks);
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
        self.masks.truncate(n);
    }

    /// Replaces the class of each detection from row `first` on; a detection whose class has no replacement is dropped.
    /// For readers that learn what a file's class ids mean only at its end.
    pub fn map_classes(&mut self, first: usize, of: impl Fn(ClassId) -> Option<ClassId>) {
        let mut kept = first;
        let mut rows: Vec<u32> =
            if self.masks.is_empty() { Vec::new() } else { (0..PredId::from_index(first).0).collect() };
        for row in first..self.len() {
            let Some(class) = self.class.get(row).and_then(|&class| of(class)) else { continue };
            if !self.masks.is_empty() {
                rows.push(PredId::from_index(row).0);
            }
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
        if rows.len() < self.masks.len() {
            self.masks = self.masks.reordered(&rows);
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
        let masks = if self.masks.is_empty() { Masks::default() } else { self.masks.reordered(&row) };
        let Self { image, class, bbox, score, .. } = self;
        Predictions { identity, image, class, bbox, score, row, masks, starts, ..Predictions::default() }
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
