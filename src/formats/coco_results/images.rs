//! From what a detection calls its image to the image of the dataset: by id, or by file name.
//!
//! Knows ids, names and sizes of the images of one split. Does not know detections.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::formats::coco::fields::Id;
use crate::formats::coco::ids::IdTable;
use crate::formats::coco::stem;
use crate::model::{Dataset, ImageId};

/// The images of one split.
pub(super) struct Images<'a> {
    dataset: &'a Dataset,
    split: u16,
    ids: IdTable,
    /// Width and height of all images of the dataset; 0 where not known.
    sizes: Vec<(u32, u32)>,
    names: OnceLock<FxHashMap<&'a str, Named>>,
    /// True where objects have masks, so that detections need one too.
    pub masks: bool,
}

/// An image by name, and how good the name is: full name, name without folders, name without ending.
#[derive(Clone, Copy)]
struct Named {
    rank: u8,
    /// `None` where several images share the name.
    image: Option<u32>,
}

/// An image, and how it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    ById(ImageId),
    ByName(ImageId),
}

impl<'a> Images<'a> {
    pub fn new(dataset: &'a Dataset, split: u16) -> Self {
        let of_split = dataset.images.iter().zip(0..).filter(|(image, _)| image.split == split);
        Self {
            dataset,
            split,
            ids: IdTable::new(of_split.map(|(image, position)| (image.source_id, position))),
            sizes: dataset.images.iter().map(|image| (image.width, image.height)).collect(),
            names: OnceLock::new(),
            masks: !dataset.truths.masks.is_empty(),
        }
    }

    /// The same images by the number that their file name is: `000000000139.jpg` is 139. `None` where no name is one.
    pub fn by_name_numbers(&self) -> Option<Self> {
        let of_split = self.dataset.images.iter().zip(0_u32..).filter(|(image, _)| image.split == self.split);
        let numbers: Vec<(i64, u32)> =
            of_split.filter_map(|(image, position)| Some((stem(&image.name).parse().ok()?, position))).collect();
        let ids = IdTable::new(numbers.iter().copied());
        (!numbers.is_empty()).then(|| Self { ids, ..Self::new(self.dataset, self.split) })
    }

    /// The image of this id.
    #[inline]
    pub fn by_id(&self, id: i64) -> Option<ImageId> {
        self.ids.get(id).map(ImageId)
    }

    /// Width and height, 0 where not known.
    #[inline]
    pub fn size(&self, image: ImageId) -> (u32, u32) {
        self.sizes.get(image.index()).copied().unwrap_or_default()
    }

    /// The image of an id as a file has it. A text is a file name (with or without folders and ending) before it is a
    /// number: `"000000000139"` can be the image `000000000139.jpg`, whose id may be another than 139.
    pub fn find(&self, id: &Id) -> Option<Found> {
        match id {
            Id::Whole(id) | Id::Loose(id, None) => self.by_id(*id).map(Found::ById),
            Id::Loose(id, Some(text)) => self.by_name(text).or_else(|| self.by_id(*id).map(Found::ById)),
            Id::Text(text) => self.by_name(text),
            Id::Missing | Id::Other(_) => None,
        }
    }

    fn by_name(&self, text: &str) -> Option<Found> {
        let names = self.names.get_or_init(|| self.index_names());
        let last = text.rsplit(['/', '\\']).next().unwrap_or(text);
        [text, last, stem(text)]
            .into_iter()
            .find_map(|name| names.get(name))
            .and_then(|n| n.image)
            .map(|i| Found::ByName(ImageId(i)))
    }

    fn index_names(&self) -> FxHashMap<&'a str, Named> {
        let mut names: FxHashMap<&'a str, Named> = FxHashMap::default();
        for (image, position) in self.dataset.images.iter().zip(0_u32..).filter(|(image, _)| image.split == self.split)
        {
            let name = image.name.as_str();
            let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
            for (key, rank) in [(name, 0), (last, 1), (stem(name), 2)] {
                let new = Named { rank, image: Some(position) };
                let known = names.entry(key).or_insert(new);
                if known.image == Some(position) {
                    continue;
                }
                if rank < known.rank {
                    *known = new;
                } else if rank == known.rank {
                    known.image = None;
                }
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{DatasetBuilder, Image};

    fn dataset(names: &[(i64, &str)]) -> Dataset {
        let images =
            names.iter().map(|&(source_id, name)| Image { source_id, name: name.to_owned(), ..Image::default() });
        DatasetBuilder { images: images.collect(), ..DatasetBuilder::default() }.build()
    }

    #[test]
    fn texts_are_names_first_and_numbers_second() {
        let dataset = dataset(&[(1, "000000000139.jpg"), (2, "sub/b.c.png"), (139, "x.jpg")]);
        let images = Images::new(&dataset, 0);
        let text = |text: &str| {
            let id = text.parse().map_or(Id::Text(text.to_owned()), |id| Id::Loose(id, Some(text.to_owned())));
            images.find(&id)
        };
        assert_eq!(text("000000000139"), Some(Found::ByName(ImageId(0))));
        assert_eq!(text("000000000139.jpg"), Some(Found::ByName(ImageId(0))));
        assert_eq!(text("other/000000000139.jpg"), Some(Found::ByName(ImageId(0))));
        assert_eq!(text("139"), Some(Found::ById(ImageId(2))));
        assert_eq!(text("b.c"), Some(Found::ByName(ImageId(1))));
        assert_eq!(text("sub/b.c.png"), Some(Found::ByName(ImageId(1))));
        assert_eq!(text("b"), None);
        assert_eq!(images.find(&Id::Whole(2)), Some(Found::ById(ImageId(1))));
        assert_eq!(images.find(&Id::Whole(3)), None);
    }

    #[test]
    fn shared_names_are_nobodys() {
        let dataset = dataset(&[(1, "a/x.jpg"), (2, "b/x.jpg"), (3, "x")]);
        let images = Images::new(&dataset, 0);
        let text = |text: &str| images.find(&Id::Text(text.to_owned()));
        assert_eq!(text("x.jpg"), None);
        assert_eq!(text("a/x.jpg"), Some(Found::ByName(ImageId(0))));
        assert_eq!(text("x"), Some(Found::ByName(ImageId(2))));
    }

    #[test]
    fn only_images_of_the_split_are_found() {
        let mut other = dataset(&[(1, "a.jpg"), (1, "b.jpg")]);
        other.images[1].split = 1;
        let images = Images::new(&other, 1);
        assert_eq!(images.by_id(1), Some(ImageId(1)));
        assert_eq!(images.find(&Id::Text("a".to_owned())), None);
    }
}
