//! The nearest rows of every row by Euclidean distance: exact by matrix products, or approximate by descent along the graph.
//! Knows rows and distances; does not know what the neighbours are for. Cosine distance is this on rows of unit length.

mod descent;
mod exact;
mod forest;

use crate::model::{Cancelled, Progress};

use super::Rows;

/// Multiplications of an exact search (rows² × dimensions) from which on the approximate one is faster: see benches/peers.md.
const EXACT_UP_TO: f64 = 2.0e11;

/// The nearest other rows of each row.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbours {
    rows: usize,
    k: usize,
    index: Vec<u32>,
    distance: Vec<f32>,
}

impl Neighbours {
    /// The `k` nearest other rows of every row, or all others where there are fewer, by ascending distance, equal distances
    /// by ascending index.
    ///
    /// Candidates are found by matrix products in single precision, a few more than are kept; the distances of these are
    /// computed from the differences, so that rows that are alike have a distance of exactly 0. Rows whose distances differ
    /// by less than the rounding of such a product may stand for one another at the end of the list.
    ///
    /// # Errors
    /// [`Cancelled`] on request.
    pub fn exact(rows: Rows<'_>, k: usize, progress: &dyn Progress) -> Result<Self, Cancelled> {
        let mut found = Self::empty(rows.len(), k);
        if found.k > 0 {
            progress.stage("Finding neighbours");
            exact::fill(rows, found.k, &mut found.index, &mut found.distance, progress)?;
        }
        Ok(found)
    }

    /// The same by descent along the graph (Dong, Moses, Li 2011) from a forest of random divisions: nearly all of the
    /// nearest rows, their distances exact. The result depends on the seed, not on the number of threads.
    ///
    /// # Errors
    /// [`Cancelled`] on request.
    pub fn approximate(rows: Rows<'_>, k: usize, seed: u64, progress: &dyn Progress) -> Result<Self, Cancelled> {
        let mut found = Self::empty(rows.len(), k);
        if !descent::is_for(rows.len(), found.k) {
            return Self::exact(rows, k, progress);
        }
        progress.stage("Finding neighbours");
        descent::fill(rows, found.k, seed, &mut found.index, &mut found.distance, progress)?;
        Ok(found)
    }

    /// Exact where that is quick, else approximate.
    ///
    /// # Errors
    /// [`Cancelled`] on request.
    pub fn of(rows: Rows<'_>, k: usize, seed: u64, progress: &dyn Progress) -> Result<Self, Cancelled> {
        if (rows.len() as f64).powi(2) * rows.dimensions() as f64 <= EXACT_UP_TO {
            Self::exact(rows, k, progress)
        } else {
            Self::approximate(rows, k, seed, progress)
        }
    }

    fn empty(rows: usize, k: usize) -> Self {
        let k = k.min(rows.saturating_sub(1));
        Self { rows, k, index: vec![0; rows * k], distance: vec![0.0; rows * k] }
    }

    /// Neighbours of each row: what was asked for, or one less than there are rows.
    #[must_use]
    pub const fn k(&self) -> usize {
        self.k
    }

    /// Number of rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows
    }

    /// True where there is no row.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The neighbours of a row with their distances, the nearest first; nothing for a row that is not there.
    pub fn of_row(&self, row: u32) -> impl Iterator<Item = (u32, f32)> {
        self.indices(row).iter().copied().zip(self.distances(row).iter().copied())
    }

    /// The neighbours of a row, the nearest first; empty for a row that is not there.
    #[must_use]
    pub fn indices(&self, row: u32) -> &[u32] {
        let start = row as usize * self.k;
        self.index.get(start..start + self.k).unwrap_or(&[])
    }

    /// The distances of [`Self::indices`].
    #[must_use]
    pub fn distances(&self, row: u32) -> &[f32] {
        let start = row as usize * self.k;
        self.distance.get(start..start + self.k).unwrap_or(&[])
    }
}

/// Square of the distance of two rows from their differences, in double precision.
fn square(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum()
}

/// The distance of a square; never infinite.
fn root(square: f64) -> f32 {
    (square.sqrt() as f32).min(f32::MAX)
}
