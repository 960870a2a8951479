//! Ground truth: images with their annotated objects. Built once, then immutable; does not know where it came from.

use std::ops::Range;
use std::path::PathBuf;

use super::geometry::BBox;
use super::ids::{ClassId, ClassTable, ImageId, TruthId};
use super::mask::Masks;

/// What a dataset is called in a project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct DatasetIdentity {
    /// Project name.
    pub project: String,
    /// Dataset id.
    pub id: String,
    /// Dataset version.
    pub version: String,
    /// Split name; several pooled splits are joined by `+`.
    pub split: String,
}

/// One image of a dataset.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Image {
    /// The id the source gives it (COCO), or its rank by name (other formats).
    pub source_id: i64,
    /// File name as the source states it, relative to the images folder; the name a person knows it by.
    pub name: String,
    /// Width in pixels as annotated; 0 where no source says.
    pub width: u32,
    /// Height in pixels as annotated; 0 where no source says.
    pub height: u32,
    /// Where the picture lies, whether or not the file exists; `None` where no images folder is known.
    pub path: Option<PathBuf>,
    /// Index into [`Dataset::splits`].
    pub split: u16,
}

/// A truth on its way into a [`DatasetBuilder`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NewTruth {
    /// Position of its image among the images pushed so far.
    pub image: usize,
    /// Its class.
    pub class: ClassId,
    /// Its box.
    pub bbox: BBox,
    /// Area for COCO's size ranges; where the source has none, the box's.
    pub area: f64,
    /// Crowd region, or difficult: never missed, never matched by the ordinary passes.
    pub ignored: bool,
}

impl NewTruth {
    /// The label of an item, which has no place in it.
    #[must_use]
    pub fn label(item: usize, class: ClassId) -> Self {
        Self { image: item, class, bbox: BBox::new(0.0, 0.0, 0.0, 0.0), area: 0.0, ignored: false }
    }
}

/// Ground-truth objects in columns, sorted by image, inside an image in file order.
#[derive(Clone, Debug, Default)]
pub struct Truths {
    /// Image of each truth.
    pub image: Vec<ImageId>,
    /// Class of each truth.
    pub class: Vec<ClassId>,
    /// Box of each truth.
    pub bbox: Vec<BBox>,
    /// Annotated area of each truth, in square pixels.
    pub area: Vec<f64>,
    /// Crowd or difficult.
    pub ignored: Vec<bool>,
    /// Mask of each truth; empty where objects are boxes.
    pub masks: Masks,
    starts: Vec<u32>,
}

impl Truths {
    /// Number of truths, ignored ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.image.len()
    }

    /// True where there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.image.is_empty()
    }

    /// Sorts truths in file order by image. `place` says where each of their images stands; a truth of an image or a class that
    /// is not there is dropped.
    fn sorted(truths: Vec<NewTruth>, masks: Masks, place: &[usize], classes: usize) -> Self {
        let mut truths: Vec<(usize, u32, NewTruth)> = (0..)
            .zip(truths)
            .filter(|(_, t)| t.class.index() < classes)
            .filter_map(|(row, t)| place.get(t.image).map(|&p| (p, row, t)))
            .collect();
        truths.sort_by_key(|(image, ..)| *image);
        let image: Vec<ImageId> = truths.iter().map(|(p, ..)| ImageId::from_index(*p)).collect();
        let rows = || truths.iter().map(|(_, row, _)| *row).collect::<Vec<_>>();
        let masks = if masks.is_empty() { masks } else { masks.reordered(&rows()) };
        Self {
            starts: starts(place.len(), &image),
            image,
            class: truths.iter().map(|(.., t)| t.class).collect(),
            bbox: truths.iter().map(|(.., t)| t.bbox).collect(),
            area: truths.iter().map(|(.., t)| t.area).collect(),
            ignored: truths.iter().map(|(.., t)| t.ignored).collect(),
            masks,
        }
    }

    /// The truths of one image, as a range of indices into the columns.
    #[must_use]
    pub fn of(&self, image: ImageId) -> Range<usize> {
        range_of(&self.starts, image)
    }

    /// The truths of one image, as ids.
    pub fn ids_of(&self, image: ImageId) -> impl ExactSizeIterator<Item = TruthId> + use<> {
        self.of(image).map(TruthId::from_index)
    }
}

/// Elements of `image` in a table whose image `i` starts at `starts[i]`; empty for an unknown image.
pub(super) fn range_of(starts: &[u32], image: ImageId) -> Range<usize> {
    match (starts.get(image.index()), starts.get(image.index() + 1)) {
        (Some(&a), Some(&b)) => a as usize..b as usize,
        _ => 0..0,
    }
}

/// Where each image starts in a table sorted by image: `images + 1` offsets.
pub(super) fn starts(images: usize, of_rows: &[ImageId]) -> Vec<u32> {
    let mut starts = vec![0_u32; images + 1];
    for image in of_rows {
        if let Some(next) = starts.get_mut(image.index() + 1) {
            *next += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    starts
}

/// An immutable dataset: images with objects, or items (pictures or texts) with labels.
#[derive(Clone, Debug, Default)]
pub struct Dataset {
    /// What it is called.
    pub identity: DatasetIdentity,
    /// Declared classes.
    pub classes: ClassTable,
    /// Names of the pooled splits.
    pub splits: Vec<String>,
    /// Images, ascending by source id (pooled splits one after the other).
    pub images: Vec<Image>,
    /// Ground-truth objects: boxes, or the labels of an item (with boxes of no size).
    pub truths: Truths,
    /// The text of each item, in the order of [`Self::images`]; empty where the items are pictures.
    pub texts: Vec<String>,
    /// Images in each split of the whole dataset, evaluated or not; empty where they are not known.
    pub split_sizes: Vec<(String, usize)>,
    /// Where each image stood in its source; empty where that is the order of the ids.
    file_rank: Vec<u32>,
}

impl Dataset {
    /// Where an image stood in its source, counted from 0: some references break ties between images by it.
    #[must_use]
    pub fn file_rank(&self, image: ImageId) -> u32 {
        self.file_rank.get(image.index()).copied().unwrap_or(image.0)
    }

    /// True where the images stood in the source as they stand here.
    #[must_use]
    pub fn in_file_order(&self) -> bool {
        self.file_rank.is_empty()
    }

    /// All image ids, in order.
    pub fn image_ids(&self) -> impl ExactSizeIterator<Item = ImageId> + use<> {
        (0..self.images.len()).map(ImageId::from_index)
    }

    /// Truths that count: neither crowd nor difficult.
    #[must_use]
    pub fn countable_truths(&self) -> usize {
        self.truths.ignored.iter().filter(|&&i| !i).count()
    }

    /// Per class, the number of truths that count.
    #[must_use]
    pub fn support(&self) -> Vec<u64> {
        let counted = self.truths.class.iter().zip(&self.truths.ignored).filter(|(_, ignored)| !**ignored);
        self.per_class(counted.map(|(class, _)| class))
    }

    /// Per class, the number of truths, crowds and difficult ones included.
    #[must_use]
    pub fn support_with_ignored(&self) -> Vec<u64> {
        self.per_class(self.truths.class.iter())
    }

    /// The same images with other truths, inside an image in the order given; the image of a truth is its position here. `masks`
    /// holds one for each of them, or none at all.
    #[must_use]
    pub fn with_truths(&self, truths: Vec<NewTruth>, masks: Masks) -> Self {
        let place: Vec<usize> = (0..self.images.len()).collect();
        Self {
            identity: self.identity.clone(),
            classes: self.classes.clone(),
            splits: self.splits.clone(),
            images: self.images.clone(),
            truths: Truths::sorted(truths, masks, &place, self.classes.len()),
            texts: self.texts.clone(),
            split_sizes: self.split_sizes.clone(),
            file_rank: self.file_rank.clone(),
        }
    }

    fn per_class<'a>(&self, of_truths: impl Iterator<Item = &'a ClassId>) -> Vec<u64> {
        let mut support = vec![0; self.classes.len()];
        for class in of_truths {
            if let Some(n) = support.get_mut(class.index()) {
                *n += 1;
            }
        }
        support
    }
}

/// Collects images and truths in file order and sorts them into a [`Dataset`].
#[derive(Clone, Debug, Default)]
pub struct DatasetBuilder {
    /// What it will be called.
    pub identity: DatasetIdentity,
    /// Declared classes.
    pub classes: ClassTable,
    /// Names of the splits that images refer to.
    pub splits: Vec<String>,
    /// Images in file order.
    pub images: Vec<Image>,
    /// Truths in file order; one whose image or class does not exist is dropped by `build`.
    pub truths: Vec<NewTruth>,
    /// A mask for each of [`Self::truths`]; empty where objects are boxes.
    pub masks: Masks,
    /// The text of each item, in the order of [`Self::images`]; empty where the items are pictures.
    pub texts: Vec<String>,
}

impl DatasetBuilder {
    /// Sorts images by (split, source id) and truths by image, both stably.
    #[must_use]
    pub fn build(self) -> Dataset {
        let mut order: Vec<usize> = (0..self.images.len()).collect();
        order.sort_by_key(|&i| self.images.get(i).map(|m| (m.split, m.source_id)));
        let file_rank =
            if order.is_sorted() { Vec::new() } else { order.iter().map(|&old| ImageId::from_index(old).0).collect() };
        let mut place = vec![0_usize; order.len()];
        for (new, &old) in order.iter().enumerate() {
            if let Some(p) = place.get_mut(old) {
                *p = new;
            }
        }
        let columns = Truths::sorted(self.truths, self.masks, &place, self.classes.len());
        let mut images: Vec<Option<Image>> = self.images.into_iter().map(Some).collect();
        let mut texts = self.texts;
        Dataset {
            identity: self.identity,
            classes: self.classes,
            splits: self.splits,
            images: order.iter().filter_map(|&i| images.get_mut(i).and_then(Option::take)).collect(),
            truths: columns,
            texts: order.iter().filter_map(|&i| texts.get_mut(i).map(std::mem::take)).collect(),
            split_sizes: Vec::new(),
            file_rank,
        }
    }
}
