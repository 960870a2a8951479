//! What the tiles of the gallery stand for when there is one per object. Knows the selection's order.

use std::sync::{Arc, Weak};

use crate::analysis::{Filter, kinds};
use crate::metrics::detection::Matched;
use crate::metrics::{Cut, Outcome};
use crate::model::ImageId;
use crate::session::{Explorer, SelectedImage, Sort};

/// What a tile stands for: an image, or one object in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Item {
    /// The image.
    pub image: ImageId,
    /// The object; `None` for the whole image.
    pub object: Option<Outcome>,
}

/// All objects that the selection means, in its order.
#[derive(Debug, Default)]
pub struct Objects {
    key: Option<Basis>,
    items: Vec<(Item, SelectedImage)>,
}

/// All that the selection and its order depend on. The weak reference keeps the address of its matching from being used again.
#[derive(Debug)]
pub struct Basis {
    matched: Weak<Matched>,
    cut: Cut,
    filter: Filter,
    sort: Sort,
}

impl Basis {
    /// Of what is on screen.
    pub fn of(explorer: &Explorer) -> Self {
        Self {
            matched: Arc::downgrade(&explorer.matched),
            cut: explorer.counter.cut(),
            filter: explorer.selection.filter.clone(),
            sort: explorer.selection.sort,
        }
    }

    /// True where the selection and its order are the same.
    pub fn same(&self, other: &Self) -> bool {
        self.matched.ptr_eq(&other.matched)
            && (self.cut, self.sort) == (other.cut, other.sort)
            && self.filter == other.filter
    }
}

impl Objects {
    /// Makes sure that the objects are those of the selection.
    pub fn follow(&mut self, explorer: &Explorer) {
        let selection = &explorer.selection;
        let key = Basis::of(explorer);
        if self.key.as_ref().is_some_and(|k| k.same(&key)) {
            return;
        }
        self.items.clear();
        for image in &selection.images {
            let marks = selection.marks(image).iter();
            self.items.extend(marks.map(|o| (Item { image: image.image, object: Some(*o) }, *image)));
        }
        let evaluation = &explorer.evaluation;
        let keyed = |of: &dyn Fn(Outcome) -> f64, items: &mut Vec<(Item, SelectedImage)>| {
            let value = |item: &Item| item.object.map_or(f64::INFINITY, of);
            items.sort_by(|(a, _), (b, _)| value(a).total_cmp(&value(b)));
        };
        match selection.sort {
            Sort::Confidence => keyed(&|o| -evaluation.score_of(o).unwrap_or(f64::NEG_INFINITY), &mut self.items),
            Sort::Overlap => keyed(&|o| evaluation.overlap_of(o).unwrap_or(f64::INFINITY), &mut self.items),
            Sort::Loss => {
                let iou = explorer.matched.settings.iou;
                keyed(&|o| -kinds::loss(evaluation, iou, o), &mut self.items);
            }
            _ => {}
        }
        self.key = Some(key);
    }

    /// Number of objects.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// The n-th object.
    pub fn get(&self, index: usize) -> Option<(Item, SelectedImage)> {
        self.items.get(index).copied()
    }

    /// Where an object stands; the first object of an image where only that is known.
    pub fn position(&self, item: Item) -> Option<usize> {
        let exact = self.items.iter().position(|(i, _)| *i == item);
        exact.or_else(|| self.items.iter().position(|(i, _)| i.image == item.image))
    }
}
