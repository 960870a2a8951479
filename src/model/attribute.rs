//! What is known of items or objects beside their labels: a column of numbers or of names. Does not know where it came from.

/// A number, or a name, of each of many things; a thing may have none.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Numbers; one that is not finite is none.
    Numbers(Vec<f64>),
    /// Names by their position in a list; a position outside it is none.
    Names {
        /// The list.
        names: Vec<String>,
        /// The position of each.
        codes: Vec<u32>,
    },
}

impl Values {
    /// The code of a thing without a name.
    pub const NONE: u32 = u32::MAX;

    /// Names in the order in which they are first met.
    #[must_use]
    pub fn of_names<'a>(all: impl IntoIterator<Item = Option<&'a str>>) -> Self {
        let (mut names, mut known) = (Vec::new(), rustc_hash::FxHashMap::default());
        let mut code = |name: &'a str| {
            *known.entry(name).or_insert_with(|| {
                names.push(name.to_owned());
                u32::try_from(names.len() - 1).unwrap_or(Self::NONE)
            })
        };
        let codes = all.into_iter().map(|name| name.map_or(Self::NONE, &mut code)).collect();
        Self::Names { names, codes }
    }

    /// How many things it is about.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(all) => all.len(),
            Self::Names { codes, .. } => codes.len(),
        }
    }

    /// True where it is about nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of a thing.
    #[must_use]
    pub fn number(&self, at: usize) -> Option<f64> {
        match self {
            Self::Numbers(all) => all.get(at).copied().filter(|value| value.is_finite()),
            Self::Names { .. } => None,
        }
    }

    /// The name of a thing.
    #[must_use]
    pub fn name(&self, at: usize) -> Option<&str> {
        match self {
            Self::Numbers(_) => None,
            Self::Names { names, codes } => names.get(*codes.get(at)? as usize).map(String::as_str),
        }
    }
}

/// A column that a file brings, in the order of the dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeColumn {
    /// What the file calls it.
    pub name: String,
    /// True where it is about objects of the ground truth, false where it is about items.
    pub of_objects: bool,
    /// Its values.
    pub values: Values,
}
