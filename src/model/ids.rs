//! Newtype ids and the class table. An index never travels bare.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// The id of the element at `index`. Tables longer than `u32::MAX - 1` are refused by their builders.
            #[must_use]
            pub fn from_index(index: usize) -> Self {
                Self(u32::try_from(index).unwrap_or(u32::MAX))
            }

            /// The position in the table that this id belongs to.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id! {
    /// An image of a [`crate::model::Dataset`]: images stand in ascending order of their source id.
    ImageId
}
id! {
    /// A class of a [`ClassTable`], in declaration order.
    ClassId
}
id! {
    /// A ground-truth object: truths stand by image, inside an image in file order.
    TruthId
}
id! {
    /// A predicted object: predictions stand by image, inside an image by descending score (ties: file order).
    PredId
}

/// The declared classes of a dataset, in declaration order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassTable {
    names: Vec<String>,
    source_ids: Vec<i64>,
    #[serde(skip)]
    slots: Vec<u32>,
}

impl ClassTable {
    /// Numbers in one round of [`Self::slot`].
    pub const SLOTS: u32 = 20;

    /// Classes whose source id is their position (0, 1, 2 …), as in YOLO and VOC.
    #[must_use]
    pub fn from_names<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let mut table = Self::default();
        for (name, id) in names.into_iter().zip(0_i64..) {
            table.push(name, id);
        }
        table
    }

    /// Adds a class with the id its file gives it (a COCO category id) and returns its own id.
    pub fn push(&mut self, name: impl Into<String>, source_id: i64) -> ClassId {
        let name = name.into();
        self.slots.push(free_slot(&self.slots, &name));
        self.names.push(name);
        self.source_ids.push(source_id);
        ClassId::from_index(self.names.len() - 1)
    }

    /// Number of declared classes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// True where no class is declared.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The name of a class; empty for an id of another table.
    #[must_use]
    pub fn name(&self, class: ClassId) -> &str {
        self.names.get(class.index()).map_or("", String::as_str)
    }

    /// All names, in declaration order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The ids that the source file gives the classes, in declaration order.
    #[must_use]
    pub fn source_ids(&self) -> &[i64] {
        &self.source_ids
    }

    /// A number to tell the class apart from others on screen: by its name, so that it is mostly the same in every
    /// dataset, and different from that of every other class of this one.
    #[must_use]
    pub fn slot(&self, class: ClassId) -> u32 {
        self.slots.get(class.index()).copied().unwrap_or(0)
    }

    /// All class ids, in declaration order.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = ClassId> + use<> {
        (0..self.names.len()).map(ClassId::from_index)
    }

    /// The class of this exact name, the first where names repeat.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<ClassId> {
        self.names.iter().position(|n| n == name).map(ClassId::from_index)
    }

    /// The class that the source file calls by this id.
    #[must_use]
    pub fn by_source_id(&self, id: i64) -> Option<ClassId> {
        self.source_ids.iter().position(|&s| s == id).map(ClassId::from_index)
    }
}

/// The first free number from the one that the name's hash (FNV-1a) points at, among as few rounds of
/// [`ClassTable::SLOTS`] as there are classes for.
fn free_slot(taken: &[u32], name: &str) -> u32 {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    let start = u32::try_from(hash % u64::from(ClassTable::SLOTS)).unwrap_or(0);
    let round = taken.len() as u32 / ClassTable::SLOTS;
    let slots = (0..ClassTable::SLOTS).map(|step| round * ClassTable::SLOTS + (start + step) % ClassTable::SLOTS);
    let free = |slot: &u32| !taken.iter().rev().take(ClassTable::SLOTS as usize).any(|t| t == slot);
    slots.into_iter().find(free).unwrap_or(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_differ_and_follow_the_name() {
        let table = ClassTable::from_names((0..60).map(|i| format!("class {i}")));
        let mut slots: Vec<u32> = table.ids().map(|c| table.slot(c)).collect();
        assert_eq!(table.slot(ClassId(0)), ClassTable::from_names(["class 0"]).slot(ClassId(0)));
        slots.sort_unstable();
        slots.dedup();
        assert_eq!(slots.len(), 60);
    }
}
