//! How much rows belong together, as a symmetric table of probabilities. Knows distances to neighbours; not the map.

use rayon::prelude::*;

use crate::vectors::neighbours::Neighbours;
use crate::vectors::scaling::Metric;
use crate::vectors::sparse::{Edge, symmetric};

/// Steps of the search for the width of a neighbourhood, and how near its entropy must come.
const STEPS: usize = 200;
const NEAR: f64 = 1e-8;

/// The probabilities of pairs, each in both directions, that add up to 1 over all.
pub(super) fn of(near: &Neighbours, metric: Metric, perplexity: f64) -> Vec<Vec<Edge>> {
    let n = near.len();
    let perplexity = perplexity.min((n as f64 - 1.0) / 3.0).max(1.0);
    let directed = (0..n as u32).into_par_iter().map(|row| {
        let squares: Vec<f64> = near.distances(row).iter().map(|&d| metric.of_length(d).powi(2)).collect();
        let weights = weights(&squares, perplexity.ln());
        near.indices(row).iter().copied().zip(weights.into_iter().map(|w| w as f32)).collect()
    });
    let half = 0.5 / n.max(1) as f32;
    symmetric(directed.collect(), |a, b| (a + b) * half)
}

/// Normal weights of squared distances (ascending) that add up to 1 and have this entropy.
fn weights(squares: &[f64], entropy: f64) -> Vec<f64> {
    let least = squares.first().copied().unwrap_or(0.0);
    let mean = squares.iter().map(|s| s - least).sum::<f64>() / squares.len().max(1) as f64;
    if !(mean > 0.0 && mean.is_finite()) {
        return vec![1.0 / squares.len().max(1) as f64; squares.len()];
    }
    // In units of their mean, so that the search begins near its end whatever the units of the rows.
    let squares: Vec<f64> = squares.iter().map(|s| (s - least) / mean).collect();
    let (mut low, mut high, mut precision) = (0.0, f64::INFINITY, 1.0);
    let mut weights = vec![0.0; squares.len()];
    for _ in 0..STEPS {
        let (mut sum, mut moment) = (0.0, 0.0);
        for (weight, square) in weights.iter_mut().zip(&squares) {
            *weight = (-precision * square).exp();
            sum += *weight;
            moment += *weight * square;
        }
        weights.iter_mut().for_each(|w| *w /= sum);
        let difference = sum.ln() + precision * moment / sum - entropy;
        if difference.abs() < NEAR || precision > 1e12 {
            break;
        }
        if difference > 0.0 {
            low = precision;
        } else {
            high = precision;
        }
        precision = if high.is_finite() { 0.5 * (low + high) } else { 2.0 * precision };
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_have_the_perplexity_asked_for() {
        let squares: Vec<f64> = (1..=90).map(|i| 1e-6 * f64::from(i).powf(0.7)).collect();
        let found = weights(&squares, 30.0_f64.ln());
        let entropy: f64 = found.iter().map(|w| -w * w.ln()).sum();
        assert!((entropy - 30.0_f64.ln()).abs() < 1e-7 && (found.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(weights(&[2.0; 4], 1.0_f64.ln()), [0.25; 4]);
        assert!(weights(&[0.0, 1.0, 1.0], 0.0).iter().all(|w| w.is_finite()));
        assert!(weights(&[], 0.0).is_empty());
    }
}
