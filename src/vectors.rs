//! Everything on embeddings: folds, logistic regression on rows of numbers, cross-validation, heads, neighbours, clusters,
//! descriptors.
//!
//! Knows rows of numbers and the class of each. Does not know files, metrics, threads of its own or the screen; inside the
//! rayon pool it is called in it uses all threads, with the same result on any number of them.

pub mod clusters;
pub mod descriptors;
pub mod folds;
pub mod hdbscan;
pub mod head;
mod kd_tree;
pub mod kfold;
mod krylov;
pub mod layout;
mod lbfgs;
pub mod logistic;
pub mod neighbourhood;
pub mod neighbours;
pub mod params;
pub mod pca;
pub mod quality;
pub mod scaling;
pub mod silhouette;
mod sparse;
pub mod tsne;
pub mod umap;

use rayon::prelude::*;

use crate::model::Embedding;

/// Rows of numbers, one an item, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    dimensions: usize,
    values: &'a [f32],
}

/// Why numbers are no rows to compute with. Each message is a whole sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowsError {
    /// Rows without numbers.
    #[error("The embeddings have no dimensions; each item needs at least one number.")]
    NoDimensions,
    /// The last row is not whole.
    #[error("{values} numbers are no whole number of rows of {dimensions}.")]
    Uneven {
        /// Numbers given.
        values: usize,
        /// Numbers in a row.
        dimensions: usize,
    },
    /// A number that is infinite or not a number.
    #[error(
        "Row {row} of the embeddings (counted from 0) has a number that is infinite or not a number in dimension \
         {dimension}; leave the item out or compute its embedding anew."
    )]
    NotFinite {
        /// The first such row.
        row: usize,
        /// The first such dimension in it.
        dimension: usize,
    },
}

impl<'a> Rows<'a> {
    /// Rows of `dimensions` numbers, one after the other.
    ///
    /// # Errors
    /// [`RowsError`] where they are not whole or not finite.
    pub fn new(dimensions: usize, values: &'a [f32]) -> Result<Self, RowsError> {
        if dimensions == 0 {
            return Err(RowsError::NoDimensions);
        }
        if !values.len().is_multiple_of(dimensions) {
            return Err(RowsError::Uneven { values: values.len(), dimensions });
        }
        match values.par_iter().position_first(|v| !v.is_finite()) {
            Some(at) => Err(RowsError::NotFinite { row: at / dimensions, dimension: at % dimensions }),
            None => Ok(Self { dimensions, values }),
        }
    }

    /// The rows of an embedding.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn of(embedding: &'a Embedding) -> Result<Self, RowsError> {
        Self::new(embedding.dimensions, &embedding.values)
    }

    /// Number of rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.values.len() / self.dimensions
    }

    /// True where there is no row.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Numbers in a row, at least 1.
    #[must_use]
    pub const fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// One row; empty for a row that is not there.
    #[must_use]
    pub fn row(&self, row: u32) -> &'a [f32] {
        let start = row as usize * self.dimensions;
        self.values.get(start..start + self.dimensions).unwrap_or(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_none_say_why() {
        assert_eq!(Rows::new(0, &[]).unwrap_err(), RowsError::NoDimensions);
        assert_eq!(Rows::new(2, &[1.0; 3]).unwrap_err(), RowsError::Uneven { values: 3, dimensions: 2 });
        let wrong = Rows::new(2, &[1.0, 2.0, 3.0, f32::NAN]).unwrap_err();
        assert!(wrong.to_string().contains("Row 1") && wrong.to_string().contains("dimension 1"), "{wrong}");
        let rows = Rows::new(2, &[1.0, 2.0, 3.0, 4.0]).unwrap();
        assert_eq!((rows.len(), rows.row(1), rows.row(2)), (2, &[3.0_f32, 4.0][..], &[][..]));
    }
}
