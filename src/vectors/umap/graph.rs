//! How much rows belong together, as a symmetric graph. Knows distances to neighbours; does not know the map.

use rayon::prelude::*;

use crate::vectors::neighbours::Neighbours;
use crate::vectors::scaling::Metric;
use crate::vectors::sparse::{Edge, symmetric};

/// Steps of the search for the width of a neighbourhood, how near it must come, and its least share of the mean distance.
const STEPS: usize = 64;
const NEAR: f64 = 1e-5;
const LEAST: f64 = 1e-3;

/// Edges of each row, both directions present.
#[derive(Debug)]
pub(super) struct Graph {
    /// Where the edges of each row begin, and where the last end.
    starts: Vec<usize>,
    /// The other end of each edge, and how often it is looked at in an epoch: at most once.
    edges: Vec<Edge>,
}

impl Graph {
    /// Fuzzy union of the neighbourhoods; edges that `epochs` epochs would never look at are left out.
    pub(super) fn of(near: &Neighbours, metric: Metric, epochs: usize) -> Self {
        let n = near.len();
        let widths = widths(near, metric);
        let directed: Vec<Vec<Edge>> = (0..n as u32)
            .into_par_iter()
            .zip(&widths)
            .map(|(row, width)| {
                near.of_row(row).map(|(other, d)| (other, width.membership(metric.of_length(d)) as f32)).collect()
            })
            .collect();
        let united = symmetric(directed, |a, b| a + b - a * b);
        let heaviest = united.iter().flatten().map(|e| e.1).fold(0.0, f32::max);
        let mut graph = Self { starts: vec![0], edges: Vec::new() };
        for edges in united {
            let looked_at = edges.into_iter().filter(|e| e.1 > 0.0 && e.1 * epochs as f32 >= heaviest);
            graph.edges.extend(looked_at.map(|(other, weight)| (other, weight / heaviest)));
            graph.starts.push(graph.edges.len());
        }
        graph
    }

    /// The other ends of a row's edges that are looked at in an epoch: those of which another whole look has come up.
    pub(super) fn due(&self, row: usize, epoch: usize, due: &mut Vec<u32>) {
        let edges = match self.starts.get(row..row + 2) {
            Some(&[start, end]) => self.edges.get(start..end).unwrap_or(&[]),
            _ => &[],
        };
        due.resize(edges.len(), 0);
        let mut count = 0;
        let (now, before) = (epoch as f32, epoch.saturating_sub(1) as f32);
        for &(other, often) in edges {
            // Without a branch, which would be guessed wrong half of the time.
            if let Some(place) = due.get_mut(count) {
                *place = other;
            }
            count += usize::from((now * often) as i32 > (before * often) as i32);
        }
        due.truncate(count);
    }
}

/// The distance to the nearest other row that is not alike, and how fast membership falls beyond.
#[derive(Clone, Copy, Debug)]
struct Width {
    nearest: f64,
    scale: f64,
}

impl Width {
    fn membership(&self, distance: f64) -> f64 {
        if distance <= self.nearest || self.scale == 0.0 {
            1.0
        } else {
            (-(distance - self.nearest) / self.scale).exp()
        }
    }

    /// The scale at which memberships add up to the binary logarithm of the number of neighbours, the row itself included.
    fn of(distances: &[f64], mean_of_all: f64) -> Self {
        let nearest = distances.iter().copied().find(|d| *d > 0.0).unwrap_or(0.0);
        let target = (distances.len() as f64 + 1.0).log2();
        let (mut low, mut high, mut scale) = (0.0, f64::INFINITY, 1.0);
        for _ in 0..STEPS {
            let sum: f64 = distances.iter().map(|&d| Self { nearest, scale }.membership(d)).sum();
            if (sum - target).abs() < NEAR {
                break;
            }
            if sum > target {
                high = scale;
            } else {
                low = scale;
            }
            scale = if high.is_finite() { 0.5 * (low + high) } else { 2.0 * scale };
        }
        let mean = distances.iter().sum::<f64>() / (distances.len() as f64 + 1.0);
        Self { nearest, scale: scale.max(LEAST * if nearest > 0.0 { mean } else { mean_of_all }) }
    }
}

/// The width of every row's neighbourhood (umap-learn's `smooth_knn_dist` with a local connectivity of 1).
fn widths(near: &Neighbours, metric: Metric) -> Vec<Width> {
    let of_row = |row: u32| -> Vec<f64> { near.distances(row).iter().map(|&d| metric.of_length(d)).collect() };
    let rows = 0..near.len() as u32;
    let sum: f64 = rows.clone().map(|row| of_row(row).iter().sum::<f64>()).sum();
    let mean = sum / ((near.k() + 1) * near.len()).max(1) as f64;
    rows.into_par_iter().map(|row| Width::of(&of_row(row), mean)).collect()
}
