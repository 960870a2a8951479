//! Minimum of a smooth function by limited-memory BFGS (Nocedal and Wright, 2nd edition, algorithm 7.5).
//! Knows a function with a gradient. Does not know what it stands for.

use std::collections::VecDeque;

use crate::model::Cancelled;

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Largest absolute component of the gradient at which the minimum counts as found.
    pub tolerance: f64,
    /// Steps at most.
    pub iterations: usize,
}

/// Where the search ended.
#[derive(Clone, Debug)]
pub(super) struct Minimum {
    /// The point.
    pub point: Vec<f64>,
    /// Steps taken.
    pub iterations: usize,
    /// Largest absolute component of the gradient there.
    pub gradient: f64,
}

/// Why no minimum was found.
#[derive(Clone, Debug)]
pub(super) enum Stopped {
    /// Someone asked for it.
    Cancelled(Cancelled),
    /// The function or its gradient is not finite.
    NotFinite { iteration: usize },
    /// No step downwards was found although the gradient is above the tolerance.
    NoDescent { iteration: usize, gradient: f64, point: Vec<f64> },
    /// Out of steps.
    OutOfSteps { gradient: f64 },
}

/// Steps that are remembered: those of scikit-learn and of linfa.
const MEMORY: usize = 10;
/// Evaluations in one line search before it is given up.
const TRIES: usize = 40;
/// Sufficient decrease and curvature of the (weak) Wolfe conditions.
const DECREASE: f64 = 1e-4;
const CURVATURE: f64 = 0.9;
/// Rounding of values, as a share of them; that of single precision.
const ROUNDING: f64 = 1e-7;

struct Step {
    point: Vec<f64>,
    gradient: Vec<f64>,
    curvature: f64,
}

/// Minimises `function(point, gradient) -> value` from `start`. `each(iteration, gradient)` is called before every step.
pub(super) fn minimise(
    start: Vec<f64>,
    limits: Limits,
    mut function: impl FnMut(&[f64], &mut [f64]) -> f64,
    mut each: impl FnMut(usize, f64) -> Result<(), Cancelled>,
) -> Result<Minimum, Stopped> {
    let mut point = start;
    let mut gradient = vec![0.0; point.len()];
    let mut value = function(&point, &mut gradient);
    let mut memory: VecDeque<Step> = VecDeque::with_capacity(MEMORY + 1);
    for iteration in 0..=limits.iterations {
        let largest = largest(&gradient);
        if !value.is_finite() || !largest.is_finite() {
            return Err(Stopped::NotFinite { iteration });
        }
        each(iteration, largest).map_err(Stopped::Cancelled)?;
        if largest <= limits.tolerance {
            return Ok(Minimum { point, iterations: iteration, gradient: largest });
        }
        if iteration == limits.iterations {
            break;
        }
        let mut direction = direction(&memory, &gradient);
        if dot(&direction, &gradient) >= 0.0 {
            // Rounding has spoilt what is remembered: straight down from here.
            memory.clear();
            direction = gradient.iter().map(|g| -g).collect();
        }
        let first = if memory.is_empty() { 1.0 / dot(&gradient, &gradient).sqrt().max(1.0) } else { 1.0 };
        let Some((next, next_value, next_gradient)) =
            line_search(&point, value, &gradient, &direction, first, &mut function)
        else {
            if memory.is_empty() {
                return Err(Stopped::NoDescent { iteration, gradient: largest, point });
            }
            memory.clear();
            continue;
        };
        let moved: Vec<f64> = next.iter().zip(&point).map(|(a, b)| a - b).collect();
        let turned: Vec<f64> = next_gradient.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        let curvature = dot(&moved, &turned);
        if curvature > f64::EPSILON * dot(&turned, &turned) {
            memory.push_back(Step { point: moved, gradient: turned, curvature });
            if memory.len() > MEMORY {
                memory.pop_front();
            }
        }
        (point, value, gradient) = (next, next_value, next_gradient);
    }
    Err(Stopped::OutOfSteps { gradient: largest(&gradient) })
}

/// The two loops of L-BFGS: minus the approximate inverse Hessian times the gradient.
fn direction(memory: &VecDeque<Step>, gradient: &[f64]) -> Vec<f64> {
    let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut weights = Vec::with_capacity(memory.len());
    for step in memory.iter().rev() {
        let weight = dot(&step.point, &q) / step.curvature;
        add(&mut q, -weight, &step.gradient);
        weights.push(weight);
    }
    if let Some(last) = memory.back() {
        let scale = last.curvature / dot(&last.gradient, &last.gradient);
        q.iter_mut().for_each(|v| *v *= scale);
    }
    for (step, weight) in memory.iter().zip(weights.into_iter().rev()) {
        let back = dot(&step.gradient, &q) / step.curvature;
        add(&mut q, weight - back, &step.point);
    }
    q
}

/// A step that meets the weak Wolfe conditions, by halving and doubling (Lewis and Overton 2013). Where the values differ
/// by rounding only, the approximate Wolfe condition of Hager and Zhang (2005) on the slopes decides.
fn line_search(
    point: &[f64],
    value: f64,
    gradient: &[f64],
    direction: &[f64],
    first: f64,
    function: &mut impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Option<(Vec<f64>, f64, Vec<f64>)> {
    let slope = dot(gradient, direction);
    let rounding = ROUNDING * value.abs();
    let (mut low, mut high, mut step) = (0.0, f64::INFINITY, first);
    let mut next_gradient = vec![0.0; point.len()];
    for _ in 0..TRIES {
        let next: Vec<f64> = point.iter().zip(direction).map(|(p, d)| p + step * d).collect();
        let next_value = function(&next, &mut next_gradient);
        let next_slope = dot(&next_gradient, direction);
        let falls = next_value <= value + DECREASE * step * slope
            || (next_value <= value + rounding && next_slope <= (2.0 * DECREASE - 1.0) * slope);
        if !falls || !next_slope.is_finite() {
            high = step;
        } else if next_slope < CURVATURE * slope {
            low = step;
        } else {
            return Some((next, next_value, next_gradient));
        }
        step = if high.is_finite() { 0.5 * (low + high) } else { 2.0 * step };
    }
    None
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    // Eight sums side by side, so that the machine can add them at once; always in the same order.
    let mut sums = [0.0; 8];
    let (blocks_a, rest_a) = a.as_chunks::<8>();
    let (blocks_b, rest_b) = b.as_chunks::<8>();
    for (x, y) in blocks_a.iter().zip(blocks_b) {
        for i in 0..8 {
            sums[i] += x[i] * y[i];
        }
    }
    sums.iter().sum::<f64>() + rest_a.iter().zip(rest_b).map(|(x, y)| x * y).sum::<f64>()
}

fn add(to: &mut [f64], times: f64, what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(t, w)| *t += times * w);
}

fn largest(gradient: &[f64]) -> f64 {
    gradient.iter().fold(0.0, |most, g| if g.is_nan() { f64::NAN } else { g.abs().max(most) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { tolerance: 1e-9, iterations: 200 };

    fn rosenbrock(at: &[f64], gradient: &mut [f64]) -> f64 {
        let (x, y) = (at[0], at[1]);
        gradient[0] = -400.0 * x * (y - x * x) - 2.0 * (1.0 - x);
        gradient[1] = 200.0 * (y - x * x);
        100.0 * (y - x * x).powi(2) + (1.0 - x).powi(2)
    }

    /// Rosenbrock's valley has its minimum at (1, 1).
    #[test]
    fn finds_the_end_of_a_bent_valley() {
        let found = minimise(vec![-1.2, 1.0], LIMITS, rosenbrock, |_, _| Ok(())).unwrap();
        assert!((found.point[0] - 1.0).abs() < 1e-8 && (found.point[1] - 1.0).abs() < 1e-8, "{found:?}");
        assert!(found.iterations < 60 && found.gradient <= 1e-9);
    }

    #[test]
    fn says_why_it_stopped() {
        let few = Limits { iterations: 3, ..LIMITS };
        let stopped = minimise(vec![-1.2, 1.0], few, rosenbrock, |_, _| Ok(()));
        assert!(matches!(stopped, Err(Stopped::OutOfSteps { .. })));
        let cancelled =
            minimise(vec![-1.2, 1.0], LIMITS, rosenbrock, |i, _| if i == 2 { Err(Cancelled) } else { Ok(()) });
        assert!(matches!(cancelled, Err(Stopped::Cancelled(_))));
        let nowhere = minimise(
            vec![0.0],
            LIMITS,
            |_, g| {
                g[0] = f64::NAN;
                0.0
            },
            |_, _| Ok(()),
        );
        assert!(matches!(nowhere, Err(Stopped::NotFinite { iteration: 0 })));
        // A gradient that points the wrong way: no step goes down.
        let wrong = |at: &[f64], g: &mut [f64]| {
            g[0] = -2.0 * at[0];
            at[0] * at[0]
        };
        let lost = minimise(vec![3.0], LIMITS, wrong, |_, _| Ok(()));
        assert!(matches!(lost, Err(Stopped::NoDescent { iteration: 0, .. })));
    }
}
