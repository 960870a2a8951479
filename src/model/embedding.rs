//! Vectors of items: a row of numbers each. Does not know what made them.

/// Embeddings of items, row by row, in single precision. Every number is finite.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Embedding {
    /// Item ids, one a row; the names that the dataset knows the items by.
    pub ids: Vec<String>,
    /// Numbers in a row.
    pub dimensions: usize,
    /// All rows, one after the other: `ids.len() * dimensions` numbers.
    pub values: Vec<f32>,
    /// How many rows the file has, where nothing names them and their ids are just their numbers from 0 on.
    pub unnamed: Option<usize>,
}

impl Embedding {
    /// Number of items.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// True where there is no item.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// One item's numbers; empty for a row that is not there.
    #[must_use]
    pub fn row(&self, row: usize) -> &[f32] {
        self.values.get(row * self.dimensions..(row + 1) * self.dimensions).unwrap_or(&[])
    }
}
