//! Which items count, and what is true of them. Knows labels; of the scores only whether there are any.

use crate::model::{ClassId, ClassScores, Dataset, ImageId};

/// In a list of classes: the item has no label, or the model says nothing about it.
pub(super) const NONE: u32 = u32::MAX;

/// Per item the class of its label (the first where there are several), or [`NONE`] where the item does not count.
pub(super) fn single(dataset: &Dataset, scores: &ClassScores) -> Vec<u32> {
    let class = |item: ImageId| {
        let label = dataset.truths.ids_of(item).next().filter(|_| !scores.is_absent(item));
        label.and_then(|truth| dataset.truths.class.get(truth.index())).map_or(NONE, |class| class.0)
    };
    dataset.image_ids().map(class).collect()
}

/// Per class, how many items count.
pub(super) fn support(classes: usize, truth: &[u32]) -> Vec<u64> {
    let mut support = vec![0; classes];
    for &class in truth {
        if let Some(n) = support.get_mut(class as usize) {
            *n += 1;
        }
    }
    support
}

/// The sets of labels of all items.
pub(in crate::metrics) struct LabelSets {
    starts: Vec<usize>,
    classes: Vec<ClassId>,
    counted: Vec<bool>,
}

impl LabelSets {
    /// Each item's labels in ascending order, none twice.
    pub fn of(dataset: &Dataset, scores: &ClassScores) -> Self {
        let mut sets = Self { starts: vec![0], classes: Vec::new(), counted: Vec::new() };
        for item in dataset.image_ids() {
            let first = sets.classes.len();
            sets.classes.extend_from_slice(dataset.truths.class.get(dataset.truths.of(item)).unwrap_or(&[]));
            if let Some(of_item) = sets.classes.get_mut(first..) {
                of_item.sort_unstable();
            }
            let mut last = first;
            for at in first..sets.classes.len() {
                if at == first || sets.classes[at] != sets.classes[last - 1] {
                    sets.classes[last] = sets.classes[at];
                    last += 1;
                }
            }
            sets.classes.truncate(last);
            sets.starts.push(last);
            sets.counted.push(!scores.is_absent(item));
        }
        sets
    }

    /// Number of items, those that do not count included.
    pub fn len(&self) -> usize {
        self.counted.len()
    }

    /// True where the model says something about the item.
    pub fn counts(&self, item: usize) -> bool {
        self.counted.get(item).copied().unwrap_or(false)
    }

    /// Number of items that count.
    pub fn counted(&self) -> usize {
        self.counted.iter().filter(|c| **c).count()
    }

    /// The labels of an item, ascending.
    pub fn get(&self, item: usize) -> &[ClassId] {
        match (self.starts.get(item), self.starts.get(item + 1)) {
            (Some(&a), Some(&b)) => self.classes.get(a..b).unwrap_or(&[]),
            _ => &[],
        }
    }

    /// Per class, how many items that count have it.
    pub fn support(&self, classes: usize) -> Vec<u64> {
        let mut support = vec![0; classes];
        for item in (0..self.len()).filter(|&i| self.counts(i)) {
            for class in self.get(item) {
                if let Some(n) = support.get_mut(class.index()) {
                    *n += 1;
                }
            }
        }
        support
    }
}

/// What is true of the items.
pub(super) trait Labels: Sync {
    /// The label of an item as to a class; `None`: the item does not count.
    fn label(&self, item: usize, class: usize) -> Option<u32>;
    /// The label that items of the class have.
    fn positive(&self, class: usize) -> u32;
    /// The classes that are true of an item; none of one that does not count.
    fn of(&self, item: usize) -> impl Iterator<Item = usize> + '_;
    /// True where an item has one class, and [`Self::label`] is that class.
    const EXCLUSIVE: bool;
}

/// One label an item, as [`single`] lists them.
pub(super) struct Exclusive<'a>(pub &'a [u32]);

impl Labels for Exclusive<'_> {
    const EXCLUSIVE: bool = true;

    fn label(&self, item: usize, _class: usize) -> Option<u32> {
        self.0.get(item).copied().filter(|&class| class != NONE)
    }

    fn positive(&self, class: usize) -> u32 {
        u32::try_from(class).unwrap_or(NONE)
    }

    fn of(&self, item: usize) -> impl Iterator<Item = usize> + '_ {
        self.label(item, 0).map(|class| class as usize).into_iter()
    }
}

/// Any number of labels an item.
pub(super) struct Sets<'a>(pub &'a LabelSets);

impl Labels for Sets<'_> {
    const EXCLUSIVE: bool = false;

    fn label(&self, item: usize, class: usize) -> Option<u32> {
        let has = || self.0.get(item).binary_search(&ClassId::from_index(class)).is_ok();
        self.0.counts(item).then(|| u32::from(has()))
    }

    fn positive(&self, _class: usize) -> u32 {
        1
    }

    fn of(&self, item: usize) -> impl Iterator<Item = usize> + '_ {
        let labels = if self.0.counts(item) { self.0.get(item) } else { &[] };
        labels.iter().map(|class| class.index())
    }
}
