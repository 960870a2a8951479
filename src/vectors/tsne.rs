//! t-SNE (van der Maaten, Hinton 2008; van der Maaten 2014): a map on which near rows stay near. Knows rows, settings and
//! points; does not know what is drawn. Agrees with openTSNE in affinities, schedule and steps, not in the points of a seed.

mod affinities;
mod tree;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::model::{Cancelled, Progress};

use super::Rows;
use super::layout::{Layout, Observer, first_layout};
use super::neighbours::Neighbours;
use super::scaling::Metric;
use super::sparse::Edge;
use tree::Tree;

/// Deviation of the first layout.
const DEVIATION: f64 = 1e-4;
/// Share of a step that goes on into the next, and the longest step.
const MOMENTUM: f32 = 0.8;
const LONGEST: f32 = 5.0;
/// Least factor of a coordinate's steps.
const LEAST_GAIN: f32 = 0.01;
/// Points that one task looks after.
const BLOCK: usize = 128;
/// Times that the observer is called.
const LOOKS: usize = 50;

/// Settings of t-SNE as they were entered; by default those of openTSNE.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TsneParams {
    /// How many neighbours count, roughly; a third of the other rows where that is fewer.
    pub perplexity: f64,
    /// What is taken together when points push: cells seen smaller than this (side by distance).
    pub theta: f64,
    /// How much stronger the pulls are at first.
    pub exaggeration: f64,
    /// Steps with stronger pulls.
    pub early: usize,
    /// Steps thereafter.
    pub steps: usize,
    /// Seed of all that is drawn.
    pub seed: u64,
    /// How rows are compared.
    pub metric: Metric,
}

impl Default for TsneParams {
    fn default() -> Self {
        Self {
            perplexity: 30.0,
            theta: 0.5,
            exaggeration: 12.0,
            early: 250,
            steps: 500,
            seed: 0,
            metric: Metric::Euclidean,
        }
    }
}

/// Why settings make no sense. Each message is a whole sentence.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TsneParamError {
    /// No neighbour, very many, or no number.
    #[error("The perplexity is {0}; choose 1 to 200.")]
    Perplexity(f64),
    /// Cells that are too near to be taken together, or no number.
    #[error("Theta is {0}; choose 0.1 (exact) to 0.7 (quick).")]
    Theta(f64),
    /// Weaker pulls, very strong ones, or no number.
    #[error("The early exaggeration is {0}; choose 1 to 100.")]
    Exaggeration(f64),
    /// No steps, or very many.
    #[error("t-SNE is to take {0} steps; choose 1 to 20,000.")]
    Steps(usize),
}

/// Settings that make sense.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedTsne(TsneParams);

impl CheckedTsne {
    /// The settings.
    #[must_use]
    pub const fn get(&self) -> &TsneParams {
        &self.0
    }
}

impl TsneParams {
    /// The settings, if they make sense.
    ///
    /// # Errors
    /// The first [`TsneParamError`].
    pub fn check(self) -> Result<CheckedTsne, TsneParamError> {
        let steps = self.early.saturating_add(self.steps);
        if !(1.0..=200.0).contains(&self.perplexity) {
            Err(TsneParamError::Perplexity(self.perplexity))
        } else if !(0.1..=0.7).contains(&self.theta) {
            Err(TsneParamError::Theta(self.theta))
        } else if !(1.0..=100.0).contains(&self.exaggeration) {
            Err(TsneParamError::Exaggeration(self.exaggeration))
        } else if !(1..=20_000).contains(&steps) {
            Err(TsneParamError::Steps(steps))
        } else {
            Ok(CheckedTsne(self))
        }
    }
}

/// A map of the rows. `observe` is shown the points every few steps. The result depends on rows and settings, not on the
/// number of threads.
///
/// # Errors
/// [`Cancelled`] on request.
pub fn tsne(
    rows: Rows<'_>,
    params: &CheckedTsne,
    progress: &dyn Progress,
    observe: Observer<'_>,
) -> Result<Layout, Cancelled> {
    let params = params.get();
    let scaled = params.metric.prepare(rows);
    let rows = Rows { dimensions: rows.dimensions, values: &scaled };
    let near = Neighbours::of(rows, (3.0 * params.perplexity) as usize, params.seed, progress)?;
    let affinities = affinities::of(&near, params.metric, params.perplexity);
    drop(near);
    let points = first_layout(rows, DEVIATION, params.seed, progress)?;
    if points.len() < 2 {
        return Ok(Layout { points });
    }
    progress.stage("Improving the map");
    let mut map = Map::new(points, affinities, params.theta as f32);
    let all = params.early + params.steps;
    for step in 0..all {
        progress.check()?;
        map.step(if step < params.early { params.exaggeration as f32 } else { 1.0 });
        progress.progress(step + 1, all);
        if step % all.div_ceil(LOOKS) == 0 {
            observe(&map.points);
        }
    }
    Ok(Layout { points: map.points })
}

/// A point on its way.
#[derive(Clone, Copy)]
struct Motion {
    speed: [f32; 2],
    gain: [f32; 2],
}

struct Map {
    affinities: Vec<Vec<Edge>>,
    theta: f32,
    points: Vec<[f32; 2]>,
    motions: Vec<Motion>,
}

impl Map {
    fn new(points: Vec<[f32; 2]>, affinities: Vec<Vec<Edge>>, theta: f32) -> Self {
        let motions = vec![Motion { speed: [0.0; 2], gain: [1.0; 2] }; points.len()];
        Self { affinities, theta, points, motions }
    }

    /// One step down the divergence of the map from the affinities, the pulls this much stronger.
    fn step(&mut self, exaggeration: f32) {
        let pushes = Tree::of(&self.points).pushes(self.theta);
        let rate = self.points.len() as f32 / exaggeration;
        let points = &self.points;
        let places = self.motions.par_chunks_mut(BLOCK).zip(pushes.par_chunks(BLOCK));
        places.enumerate().for_each(|(block, (motions, pushes))| {
            for ((row, motion), push) in (block * BLOCK..).zip(motions).zip(pushes) {
                let [x, y] = self.affinities.get(row).map_or([0.0; 2], |edges| pull(points, row, edges));
                motion.follow([4.0 * (exaggeration * x - push[0]), 4.0 * (exaggeration * y - push[1])], rate);
            }
        });
        let mut sum = [0.0_f64; 2];
        for (point, motion) in self.points.iter_mut().zip(&self.motions) {
            for ((p, speed), sum) in point.iter_mut().zip(motion.speed).zip(&mut sum) {
                *p += speed;
                *sum += f64::from(*p);
            }
        }
        let mean = sum.map(|s| (s / self.points.len() as f64) as f32);
        self.points.iter_mut().for_each(|p| *p = [p[0] - mean[0], p[1] - mean[1]]);
    }
}

impl Motion {
    /// The next step against a gradient (van der Maaten's gains, openTSNE's limit).
    fn follow(&mut self, gradient: [f32; 2], rate: f32) {
        for ((speed, gain), g) in self.speed.iter_mut().zip(&mut self.gain).zip(gradient) {
            let onward = *speed * g < 0.0 || (*speed == 0.0) != (g == 0.0);
            *gain = if onward { *gain + 0.2 } else { *gain * 0.8 + LEAST_GAIN };
            *speed = MOMENTUM * *speed - rate * *gain * g;
        }
        let length = self.speed[0].hypot(self.speed[1]);
        if length > LONGEST {
            self.speed = self.speed.map(|s| s / length * LONGEST);
        }
    }
}

/// The sum of p · q · (own − other) over the edges of a row, q being 1 / (1 + distance²).
fn pull(points: &[[f32; 2]], row: usize, edges: &[Edge]) -> [f32; 2] {
    let own = points.get(row).copied().unwrap_or_default();
    let mut sum = [0.0; 2];
    for &(other, p) in edges {
        let Some(other) = points.get(other as usize) else { continue };
        let (x, y) = (own[0] - other[0], own[1] - other[1]);
        let weight = p / (1.0 + x * x + y * y);
        sum = [sum[0] + weight * x, sum[1] + weight * y];
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_make_no_sense_are_refused() {
        let usual = TsneParams::default;
        assert!(usual().check().is_ok());
        assert!(TsneParams { perplexity: f64::NAN, ..usual() }.check().is_err());
        assert_eq!(TsneParams { theta: 0.0, ..usual() }.check(), Err(TsneParamError::Theta(0.0)));
        assert!(TsneParams { exaggeration: 0.5, ..usual() }.check().is_err());
        let none = TsneParams { early: 0, steps: 0, ..usual() }.check().unwrap_err();
        assert_eq!(none.to_string(), "t-SNE is to take 0 steps; choose 1 to 20,000.");
    }
}
