//! DBSCAN (Ester et al. 1996) by linfa, with a search of our own for the rows within reach: linfa's leaves out rows at exactly
//! that distance in some of its ways, and its tree is slow in many dimensions.

use std::sync::Arc;

use linfa::Float;
use linfa::traits::Transformer;
use linfa_clustering::Dbscan;
use linfa_nn::distance::{Distance, L2Dist};
use linfa_nn::{BuildError, NearestNeighbour, NearestNeighbourIndex, NnError};
use ndarray::{Array2, ArrayBase, ArrayView1, ArrayView2, Data, Ix2};
use rayon::prelude::*;

use super::ClusterError;
use crate::model::Progress;
use crate::vectors::Rows;
use crate::vectors::hdbscan::{FEW_DIMENSIONS, MOST_ROWS, squared_within};
use crate::vectors::kd_tree::KdTree;

/// Rows looked at by one thread in a row.
const SHARE: usize = 512;

/// The cluster of each row; `None` of noise.
pub(super) fn labels(
    rows: Rows<'_>,
    eps: f64,
    min_points: usize,
    progress: &dyn Progress,
) -> Result<Vec<Option<u32>>, ClusterError> {
    if !(eps.is_finite() && eps > 0.0) {
        return Err(ClusterError::Eps { eps });
    }
    if min_points < 2 {
        return Err(ClusterError::MinPoints { min_points });
    }
    let (count, dimensions) = (rows.len(), rows.dimensions());
    if dimensions > FEW_DIMENSIONS && count > MOST_ROWS {
        return Err(ClusterError::TooManyRows { rows: count, dimensions, most: MOST_ROWS });
    }
    progress.check()?;
    progress.stage("DBSCAN");
    let values = Array2::from_shape_fn((count, dimensions), |(row, d)| f64::from(rows.row(row as u32)[d]));
    let tree = (dimensions <= FEW_DIMENSIONS).then(|| Arc::new(KdTree::of(rows)));
    let parameters = Dbscan::params_with(min_points, L2Dist, Search { tree }).tolerance(eps);
    let found = linfa::ParamGuard::check(parameters).map_err(|_| ClusterError::Eps { eps })?.transform(&values);
    progress.check()?;
    Ok(found.into_iter().map(|label| label.map(|label| label as u32)).collect())
}

/// How rows within reach are found: in a tree of boxes in few dimensions, among all in many.
#[derive(Clone, Debug)]
struct Search {
    tree: Option<Arc<KdTree>>,
}

struct Index<'a, F> {
    rows: ArrayView2<'a, F>,
    /// The rows as they are compared, one after the other.
    values: Vec<f32>,
    tree: Option<Arc<KdTree>>,
}

impl NearestNeighbour for Search {
    fn from_batch_with_leaf_size<'a, F: Float, DT: Data<Elem = F>, D: 'a + Distance<F>>(
        &self,
        batch: &'a ArrayBase<DT, Ix2>,
        _leaf_size: usize,
        _distance: D,
    ) -> Result<Box<dyn 'a + Send + Sync + NearestNeighbourIndex<F>>, BuildError> {
        let values = if self.tree.is_some() { Vec::new() } else { batch.iter().map(|v| single(*v)).collect() };
        Ok(Box::new(Index { rows: batch.view(), values, tree: self.tree.clone() }))
    }
}

fn single<F: Float>(value: F) -> f32 {
    f32::cast(value)
}

impl<F: Float> Index<'_, F> {
    fn found(&self, rows: Vec<u32>) -> Vec<(ArrayView1<'_, F>, usize)> {
        rows.into_iter().map(|row| (self.rows.row(row as usize), row as usize)).collect()
    }

    /// Rows within a squared distance among all.
    fn among_all(&self, point: &[f32], limit: f64) -> Vec<u32> {
        let chunks = self.values.par_chunks(SHARE * point.len().max(1)).enumerate();
        let near = chunks.flat_map_iter(|(chunk, values)| {
            let rows = ((chunk * SHARE) as u32..).zip(values.chunks_exact(point.len()));
            rows.filter(|(_, row)| squared_within(point, row, limit) <= limit).map(|(row, _)| row)
        });
        near.collect()
    }
}

impl<F: Float> NearestNeighbourIndex<F> for Index<'_, F> {
    /// DBSCAN does not ask for this.
    fn k_nearest(&self, _point: ArrayView1<'_, F>, _k: usize) -> Result<Vec<(ArrayView1<'_, F>, usize)>, NnError> {
        Err(NnError::WrongDimension)
    }

    fn within_range(&self, point: ArrayView1<'_, F>, range: F) -> Result<Vec<(ArrayView1<'_, F>, usize)>, NnError> {
        let range = f64::cast(range);
        let limit = range * range;
        Ok(self.found(match &self.tree {
            Some(tree) => tree.within(&point.iter().map(|v| f64::cast(*v)).collect::<Vec<f64>>(), limit),
            None => self.among_all(&point.iter().map(|v| single(*v)).collect::<Vec<f32>>(), limit),
        }))
    }
}
