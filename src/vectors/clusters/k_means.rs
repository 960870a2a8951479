//! k-means by linfa: its steps, from first centres drawn here, so that it can be stopped between steps and the same seed gives
//! the same clusters.

use linfa::DatasetBase;
use linfa::prelude::{Fit, Predict};
use linfa_clustering::{KMeans, KMeansInit};
use linfa_nn::distance::L2Dist;
use ndarray::Array2;

use super::ClusterError;
use crate::model::rng::Rng;
use crate::model::{Cancelled, Progress};
use crate::vectors::Rows;

/// Rows on which centres are found at most; of more, so many are drawn, and every row goes to the nearest centre.
pub const FITTED_ROWS: usize = 50_000;
/// Beginnings, of which the best is kept.
const RUNS: u64 = 5;
/// Steps of a run at most.
const STEPS: usize = 300;
/// A run ends when the centres move less than this share of the rows' spread, squared: scikit-learn's rule.
const TOLERANCE: f64 = 1e-4;
/// Rows given to their centres at a time.
const BLOCK: usize = 8192;

type Model = KMeans<f64, L2Dist>;

/// The cluster of each row, and the number of rows on which they were found where not on all.
pub(super) fn labels(
    rows: Rows<'_>,
    clusters: usize,
    seed: u64,
    progress: &dyn Progress,
) -> Result<(Vec<Option<u32>>, Option<usize>), ClusterError> {
    if !(1..=rows.len()).contains(&clusters) {
        return Err(ClusterError::Clusters { clusters, rows: rows.len() });
    }
    progress.stage("k-means");
    let mut drawn: Vec<u32> = (0..rows.len() as u32).collect();
    if rows.len() > FITTED_ROWS {
        Rng::of_part(seed, RUNS).shuffle(&mut drawn);
        drawn.truncate(FITTED_ROWS.max(clusters));
        drawn.sort_unstable();
    }
    let data = DatasetBase::from(array(rows, &drawn));
    let mut best: Option<Model> = None;
    for run in 0..RUNS {
        progress.progress(run as usize, RUNS as usize);
        let model = fit(&data, clusters, Rng::of_part(seed, run), progress)?;
        if best.as_ref().is_none_or(|best| model.inertia() < best.inertia()) {
            best = Some(model);
        }
    }
    let all: Vec<u32> = (0..rows.len() as u32).collect();
    let mut labels = Vec::with_capacity(rows.len());
    for (model, block) in all.chunks(BLOCK).filter_map(|block| Some((best.as_ref()?, block))) {
        progress.check()?;
        labels.extend(model.predict(&array(rows, block)).iter().map(|&label| Some(label as u32)));
    }
    Ok((labels, (drawn.len() < rows.len()).then_some(drawn.len())))
}

fn array(rows: Rows<'_>, wanted: &[u32]) -> Array2<f64> {
    Array2::from_shape_fn((wanted.len(), rows.dimensions()), |(at, dimension)| {
        f64::from(rows.row(wanted[at])[dimension])
    })
}

/// One run of Lloyd's steps.
fn fit(
    data: &DatasetBase<Array2<f64>, ndarray::Array1<()>>,
    clusters: usize,
    rng: Rng,
    progress: &dyn Progress,
) -> Result<Model, ClusterError> {
    let rows = &data.records;
    let enough = TOLERANCE * rows.var_axis(ndarray::Axis(0), 0.0).mean().unwrap_or(0.0);
    let mut centres = first_centres(rows, clusters, rng, progress)?;
    let mut steps = 0;
    loop {
        progress.check()?;
        let step = KMeans::params(clusters).n_runs(1).max_n_iterations(1).tolerance(f64::MIN_POSITIVE);
        let model = step
            .init_method(KMeansInit::Precomputed(centres.clone()))
            .fit(data)
            .map_err(|error| ClusterError::NoCentres { reason: error.to_string() })?;
        let moved: f64 = model.centroids().iter().zip(&centres).map(|(a, b)| (a - b).powi(2)).sum();
        steps += 1;
        if moved <= enough || steps == STEPS {
            return Ok(model);
        }
        centres.assign(model.centroids());
    }
}

/// Rows as first centres, each drawn with a chance in proportion to its squared distance from those drawn before (Arthur,
/// Vassilvitskii 2007).
fn first_centres(
    rows: &Array2<f64>,
    clusters: usize,
    mut rng: Rng,
    progress: &dyn Progress,
) -> Result<Array2<f64>, Cancelled> {
    let mut centres = Array2::zeros((clusters, rows.ncols()));
    let mut far = vec![f64::INFINITY; rows.nrows()];
    let mut next = rng.below(rows.nrows() as u64) as usize;
    for mut centre in centres.rows_mut() {
        progress.check()?;
        centre.assign(&rows.row(next));
        for (far, row) in far.iter_mut().zip(rows.rows()) {
            let distance: f64 = row.iter().zip(&centre).map(|(a, b)| (a - b).powi(2)).sum();
            *far = far.min(distance);
        }
        let sum: f64 = far.iter().sum();
        // 53 random bits are a number from 0 to 1.
        let mut left = sum * (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        next = far
            .iter()
            .position(|far| {
                left -= far;
                left < 0.0
            })
            .unwrap_or_else(|| rng.below(rows.nrows() as u64) as usize);
    }
    Ok(centres)
}
