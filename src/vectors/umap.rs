//! UMAP (McInnes, Healy, Melville 2018): a map on which near rows stay near. Knows rows, settings and points; does not know
//! what is drawn. Agrees with umap-learn in the graph, the curve and the schedule, not in the points of a seed.

mod descent;
mod graph;

use serde::{Deserialize, Serialize};

use crate::model::{Cancelled, Progress};

use super::Rows;
use super::layout::{Layout, Observer, first_layout};
use super::neighbours::Neighbours;
use super::scaling::Metric;

/// Rows up to which more epochs are taken by default.
const FEW: usize = 10_000;
/// Deviation of the first layout: most of it then lies in a square of 10, where umap-learn begins too.
const DEVIATION: f64 = 2.0;

/// Settings of UMAP as they were entered; by default those of umap-learn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UmapParams {
    /// Rows in a neighbourhood, the row itself among them.
    pub neighbours: usize,
    /// How close points may lie.
    pub min_dist: f64,
    /// Breadth of what belongs together, in the units of `min_dist`.
    pub spread: f64,
    /// Rounds of the optimisation; 500 up to 10,000 rows and 200 beyond where nothing is said.
    pub epochs: Option<usize>,
    /// Seed of all that is drawn.
    pub seed: u64,
    /// How rows are compared.
    pub metric: Metric,
}

impl Default for UmapParams {
    fn default() -> Self {
        Self { neighbours: 15, min_dist: 0.1, spread: 1.0, epochs: None, seed: 0, metric: Metric::Euclidean }
    }
}

/// Why settings make no sense. Each message is a whole sentence.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum UmapParamError {
    /// A neighbourhood without others, or a very large one.
    #[error("UMAP is to look at {0} neighbours; choose 2 to 200.")]
    Neighbours(usize),
    /// Points that may not come near, or no number.
    #[error("The smallest distance on the map is {min_dist}; choose 0 up to the spread, which is {spread}.")]
    MinDist {
        /// Distance asked for.
        min_dist: f64,
        /// Spread asked for.
        spread: f64,
    },
    /// A spread of nothing, or no number.
    #[error("The spread of the map is {0}; choose 0.1 to 10.")]
    Spread(f64),
    /// No rounds, or very many.
    #[error("UMAP is to take {0} epochs; choose 1 to 10,000.")]
    Epochs(usize),
}

/// Settings that make sense.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedUmap(UmapParams);

impl CheckedUmap {
    /// The settings.
    #[must_use]
    pub const fn get(&self) -> &UmapParams {
        &self.0
    }
}

impl UmapParams {
    /// The settings, if they make sense.
    ///
    /// # Errors
    /// The first [`UmapParamError`].
    pub fn check(self) -> Result<CheckedUmap, UmapParamError> {
        if !(2..=200).contains(&self.neighbours) {
            return Err(UmapParamError::Neighbours(self.neighbours));
        }
        if !(0.1..=10.0).contains(&self.spread) {
            return Err(UmapParamError::Spread(self.spread));
        }
        if !(0.0..=self.spread).contains(&self.min_dist) {
            return Err(UmapParamError::MinDist { min_dist: self.min_dist, spread: self.spread });
        }
        match self.epochs {
            Some(epochs) if !(1..=10_000).contains(&epochs) => Err(UmapParamError::Epochs(epochs)),
            _ => Ok(CheckedUmap(self)),
        }
    }
}

/// A map of the rows. `observe` is shown the points every few epochs. The result depends on rows and settings, not on the
/// number of threads.
///
/// # Errors
/// [`Cancelled`] on request.
pub fn umap(
    rows: Rows<'_>,
    params: &CheckedUmap,
    progress: &dyn Progress,
    observe: Observer<'_>,
) -> Result<Layout, Cancelled> {
    let params = params.get();
    let scaled = params.metric.prepare(rows);
    let rows = Rows { dimensions: rows.dimensions, values: &scaled };
    let near = Neighbours::of(rows, params.neighbours - 1, params.seed, progress)?;
    let epochs = params.epochs.unwrap_or(if rows.len() <= FEW { 500 } else { 200 });
    let graph = graph::Graph::of(&near, params.metric, epochs);
    drop(near);
    let start = first_layout(rows, DEVIATION, params.seed, progress)?;
    progress.stage("Improving the map");
    let curve = Curve::of(params.min_dist, params.spread);
    let points =
        descent::improve(&graph, start, &descent::Schedule { curve, epochs, seed: params.seed }, progress, observe)?;
    Ok(Layout { points })
}

/// How strongly points at a distance x belong together: 1 / (1 + a x^2b).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curve {
    /// Factor a.
    pub a: f64,
    /// Half the exponent, b.
    pub b: f64,
}

impl Curve {
    /// The curve nearest to 1 up to `min_dist` and exp(−(x − `min_dist`) / `spread`) from there on, by least squares over
    /// 300 distances from 0 to 3 · `spread` (umap-learn's `find_ab_params`; steps by Levenberg and Marquardt).
    #[must_use]
    pub fn of(min_dist: f64, spread: f64) -> Self {
        let wanted: Vec<(f64, f64)> = (1..300)
            .map(|at| 3.0 * spread * f64::from(at) / 299.0)
            .map(|x| (x, if x < min_dist { 1.0 } else { (-(x - min_dist) / spread).exp() }))
            .collect();
        let mut best = Self { a: 1.0, b: 1.0 };
        let mut error = best.error(&wanted);
        let mut damping = 1e-3;
        for _ in 0..500 {
            let next = best.step(&wanted, damping);
            let after = next.error(&wanted);
            if after < error && next.a > 0.0 && next.b > 0.0 {
                let done = error - after <= 1e-15 * error;
                (best, error, damping) = (next, after, damping * 0.3);
                if done {
                    break;
                }
            } else if damping < 1e12 {
                damping *= 4.0;
            } else {
                break;
            }
        }
        best
    }

    fn error(&self, wanted: &[(f64, f64)]) -> f64 {
        wanted.iter().map(|(x, y)| (1.0 / (1.0 + self.a * x.powf(2.0 * self.b)) - y).powi(2)).sum()
    }

    fn step(&self, wanted: &[(f64, f64)], damping: f64) -> Self {
        let (mut aa, mut ab, mut bb, mut ra, mut rb) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (x, y) in wanted {
            let power = x.powf(2.0 * self.b);
            let value = 1.0 / (1.0 + self.a * power);
            let by_a = -power * value * value;
            let by_b = 2.0 * self.a * x.ln() * by_a;
            aa += by_a * by_a;
            ab += by_a * by_b;
            bb += by_b * by_b;
            ra += by_a * (y - value);
            rb += by_b * (y - value);
        }
        let (aa, bb) = (aa * (1.0 + damping), bb * (1.0 + damping));
        let whole = aa * bb - ab * ab;
        Self { a: self.a + (ra * bb - rb * ab) / whole, b: self.b + (rb * aa - ra * ab) / whole }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// umap-learn 0.5.12, `find_ab_params(spread, min_dist)`: min_dist, spread, a, b.
    const CURVES: [(f64, f64, f64, f64); 5] = [
        (0.1, 1.0, 1.5769434602697652, 0.8950608778515733),
        (0.0, 1.0, 1.93280839734315, 0.7904949732233831),
        (0.5, 1.0, 0.5830300203414425, 1.3341669924314914),
        (0.25, 2.0, 0.41627349667013186, 0.9218551324072873),
        (0.99, 1.0, 0.11930529992407873, 1.9163904168802517),
    ];

    #[test]
    fn the_curve_is_umap_learns() {
        for (min_dist, spread, a, b) in CURVES {
            let found = Curve::of(min_dist, spread);
            assert!((found.a - a).abs() < 1e-5 * a && (found.b - b).abs() < 1e-5 * b, "{found:?} instead of {a}, {b}");
        }
    }

    #[test]
    fn settings_that_make_no_sense_are_refused() {
        let usual = UmapParams::default;
        assert!(usual().check().is_ok());
        assert_eq!(UmapParams { neighbours: 1, ..usual() }.check(), Err(UmapParamError::Neighbours(1)));
        assert!(UmapParams { min_dist: 1.5, ..usual() }.check().is_err());
        assert!(UmapParams { min_dist: f64::NAN, ..usual() }.check().is_err());
        assert!(UmapParams { spread: f64::NAN, ..usual() }.check().is_err());
        let none = UmapParams { epochs: Some(0), ..usual() }.check().unwrap_err();
        assert_eq!(none.to_string(), "UMAP is to take 0 epochs; choose 1 to 10,000.");
    }
}
