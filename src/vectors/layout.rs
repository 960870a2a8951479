//! Where items lie on a map, and where they lie at first. Knows points; does not know how a map is improved.

use crate::model::rng::Rng;
use crate::model::{Cancelled, Progress};

use super::Rows;
use super::pca::Pca;

/// Noise that parts rows that are alike, in deviations of the first layout.
const NOISE: f64 = 1e-3;

/// Called every few steps with the points so far.
pub type Observer<'a> = &'a mut dyn FnMut(&[[f32; 2]]);

/// A point on the plane for every row, in the order of the rows; every coordinate is finite.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// The points.
    pub points: Vec<[f32; 2]>,
}

/// The first two principal components, scaled so that the first has this standard deviation, with a little noise.
pub(super) fn first_layout(
    rows: Rows<'_>,
    deviation: f64,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Vec<[f32; 2]>, Cancelled> {
    let pca = Pca::of(rows, 2, progress)?;
    let width = pca.components().len().max(1);
    let scores = pca.scores(rows);
    let own = pca.variances().first().map_or(0.0, |v| v.sqrt());
    let factor = if own > 0.0 { deviation / own } else { 0.0 };
    let mut rng = Rng::of_part(seed, 0);
    let mut place = |score: Option<&f64>| {
        let noise = NOISE * deviation * (rng.below(1 << 24) as f64 / f64::from(1 << 23) - 1.0);
        (score.map_or(0.0, |s| s * factor) + noise) as f32
    };
    Ok(scores.chunks_exact(width).map(|s| [place(s.first()), place(s.get(1))]).collect())
}
