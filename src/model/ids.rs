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
}

impl ClassTable {
    /// Classes whose source id is their position (0, 1, 2 …), as in YOLO and VOC.
    #[must_use]
    pub fn from_names<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let source_ids = (0_i64..).take(names.len()).collect();
        Self { names, source_ids }
    }

    /// Adds a class with the id its file gives it (a COCO category id) and returns its own id.
    pub fn push(&mut self, name: impl Into<String>, source_id: i64) -> ClassId {
        self.names.push(name.into());
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
