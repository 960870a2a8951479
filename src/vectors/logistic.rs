//! Multinomial logistic regression with an L2 penalty. Knows rows, classes and the objective; does not know folds.
//!
//! The objective is scikit-learn's and linfa's: the sum over items of −log softmax(xW + b)\[class\], plus α/2 · ‖W‖², where the
//! intercepts b are free; α = 1/C. Two classes take the binary form, one column of weights, as scikit-learn's does: in the
//! form with two columns the same α would penalise half as much. It is convex, so that every right program ends at the same
//! weights. linfa-logistic 0.8.1 minimises it too, by the same method. It takes 1.5 to 5 times the processor time a step,
//! can neither be cancelled nor say how far it is, and can give up on ordinary embeddings ("search direction must be a
//! descent direction", its issue 334); therefore it is an oracle of the tests, and the fit is done here.

use std::cell::Cell;
use std::ops::{AddAssign, DivAssign, SubAssign};

use ndarray::{ArrayView2, ArrayViewMut2, LinalgScalar, linalg::general_mat_mul};
use rayon::prelude::*;

use crate::model::Cancelled;

use super::Rows;
use super::lbfgs::{self, Limits, Stopped};

/// Rows that are taken at a time: what they need stays in the second cache.
const BLOCK: usize = 256;
/// Parts whose sums are made side by side. A constant, so that the order of additions is the same on every machine.
const PARTS: usize = 8;

/// Slope of the mean objective down to which single precision is good enough: its rounding is a hundredth of that.
const SINGLE: f64 = 8e-6;

/// Mean and spread of each dimension over some items: what is subtracted and divided by.
#[derive(Clone, Debug, PartialEq)]
pub struct Standard {
    /// Mean.
    pub mean: Vec<f64>,
    /// Population standard deviation; 1 where all items have the same number.
    pub scale: Vec<f64>,
}

impl Standard {
    /// Of these items. A dimension counts as constant where its variance is below what rounding makes of it, as in
    /// scikit-learn's `StandardScaler`.
    #[must_use]
    pub fn of(rows: Rows<'_>, items: &[u32]) -> Self {
        let n = items.len().max(1) as f64;
        let mut mean = vec![0.0; rows.dimensions()];
        for &item in items {
            mean.iter_mut().zip(rows.row(item)).for_each(|(m, &v)| *m += f64::from(v));
        }
        mean.iter_mut().for_each(|m| *m /= n);
        let mut variance = vec![0.0; rows.dimensions()];
        for &item in items {
            for ((s, m), &v) in variance.iter_mut().zip(&mean).zip(rows.row(item)) {
                *s += (f64::from(v) - m).powi(2);
            }
        }
        let scale = variance.iter().zip(&mean).map(|(sum, mean)| {
            let variance = sum / n;
            let rounding = n * f64::EPSILON * variance + (n * mean * f64::EPSILON).powi(2);
            if variance <= rounding { 1.0 } else { variance.sqrt() }
        });
        Self { scale: scale.collect(), mean }
    }

    /// Writes the standardised row into `to`.
    pub(super) fn apply<T: Number>(&self, row: &[f32], to: &mut [T]) {
        for (((t, &v), m), s) in to.iter_mut().zip(row).zip(&self.mean).zip(&self.scale) {
            *t = T::of((f64::from(v) - m) / s);
        }
    }
}

/// The function that is minimised, over standardised rows. A point is the weights, one row a dimension and one column an
/// output, and then the intercepts.
#[derive(Debug)]
pub struct Objective<'a> {
    rows: Rows<'a>,
    items: &'a [u32],
    targets: Vec<u32>,
    standard: &'a Standard,
    outputs: usize,
    alpha: f64,
}

impl<'a> Objective<'a> {
    /// The objective of `items`, whose classes are `targets` (below `classes`, at least two of them).
    #[must_use]
    pub fn new(
        rows: Rows<'a>,
        items: &'a [u32],
        targets: Vec<u32>,
        classes: usize,
        standard: &'a Standard,
        alpha: f64,
    ) -> Self {
        Self { rows, items, targets, standard, outputs: outputs(classes), alpha }
    }

    /// Numbers in a point.
    #[must_use]
    pub const fn len(&self) -> usize {
        (self.rows.dimensions() + 1) * self.outputs
    }

    /// True where there is no item.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Strength of the penalty.
    #[must_use]
    pub const fn alpha(&self) -> f64 {
        self.alpha
    }

    /// Makes the penalty as strong as this.
    pub const fn set_alpha(&mut self, alpha: f64) {
        self.alpha = alpha;
    }

    /// The value at a point, divided by the number of items, and its gradient into `gradient`.
    pub fn evaluate(&self, point: &[f64], gradient: &mut [f64]) -> f64 {
        self.evaluate_in::<f64>(point, gradient)
    }

    /// The same with matrix products in single precision; what is added up over items is added up in double.
    fn evaluate_in<T: Number>(&self, point: &[f64], gradient: &mut [f64]) -> f64 {
        let part = self.items.len().div_ceil(PARTS).next_multiple_of(BLOCK);
        let rounded: Vec<T> = point.iter().map(|&v| T::of(v)).collect();
        let parts: Vec<(f64, Vec<f64>)> = (self.items.par_chunks(part), self.targets.par_chunks(part))
            .into_par_iter()
            .map(|(items, targets)| self.part(items, targets, &rounded))
            .collect();
        let weights = self.rows.dimensions() * self.outputs;
        let mut value = 0.0;
        for (g, (p, at)) in gradient.iter_mut().zip(point.iter().zip(0..)) {
            let penalised = if at < weights { *p } else { 0.0 };
            value += 0.5 * self.alpha * penalised * penalised;
            *g = self.alpha * penalised;
        }
        for (loss, sums) in &parts {
            value += loss;
            gradient.iter_mut().zip(sums).for_each(|(g, s)| *g += s);
        }
        let n = self.items.len().max(1) as f64;
        gradient.iter_mut().for_each(|g| *g /= n);
        value / n
    }

    /// Sum of the losses of some items, and its gradient.
    fn part<T: Number>(&self, items: &[u32], targets: &[u32], point: &[T]) -> (f64, Vec<f64>) {
        let (d, k) = (self.rows.dimensions(), self.outputs);
        let mut gradient = vec![0.0; self.len()];
        let (mut x, mut z) = (vec![T::zero(); BLOCK * d], vec![T::zero(); BLOCK * k]);
        let mut sums = vec![T::zero(); d * k];
        let mut loss = 0.0;
        for (items, targets) in items.chunks(BLOCK).zip(targets.chunks(BLOCK)) {
            let (x, z) = (&mut x[..items.len() * d], &mut z[..items.len() * k]);
            logits(self.rows, items, self.standard, point, x, z);
            for (row, &target) in z.chunks_exact_mut(k).zip(targets) {
                loss += if k == 1 { binary_residual(row, target) } else { residual(row, target) };
            }
            if let (Ok(x), Ok(z), Ok(mut sums)) = (
                ArrayView2::from_shape((items.len(), d), &*x),
                ArrayView2::from_shape((items.len(), k), &*z),
                ArrayViewMut2::from_shape((d, k), &mut sums),
            ) {
                general_mat_mul(T::one(), &x.t(), &z, T::zero(), &mut sums);
            }
            let (weights, intercepts) = gradient.split_at_mut(d * k);
            weights.iter_mut().zip(&sums).for_each(|(g, s)| *g += s.to());
            for row in z.chunks_exact(k) {
                intercepts.iter_mut().zip(row).for_each(|(g, r)| *g += r.to());
            }
        }
        (loss, gradient)
    }
}

/// The precision of the matrix products.
pub(super) trait Number: LinalgScalar + PartialOrd + AddAssign + SubAssign + DivAssign + Send + Sync {
    fn of(number: f64) -> Self;
    fn to(self) -> f64;
    fn exp(self) -> Self;
}

impl Number for f32 {
    fn of(number: f64) -> Self {
        number as Self
    }
    fn to(self) -> f64 {
        f64::from(self)
    }
    fn exp(self) -> Self {
        self.exp()
    }
}

impl Number for f64 {
    fn of(number: f64) -> Self {
        number
    }
    fn to(self) -> f64 {
        self
    }
    fn exp(self) -> Self {
        self.exp()
    }
}

/// Columns of weights for this many classes: one for two.
#[must_use]
pub const fn outputs(classes: usize) -> usize {
    if classes == 2 { 1 } else { classes }
}

/// Standardises some items into `x` and writes xW + b into `z`. At most [`BLOCK`] items.
fn logits<T: Number>(rows: Rows<'_>, items: &[u32], standard: &Standard, point: &[T], x: &mut [T], z: &mut [T]) {
    let d = rows.dimensions();
    let k = point.len() / (d + 1);
    for (&item, x) in items.iter().zip(x.chunks_exact_mut(d)) {
        standard.apply(rows.row(item), x);
    }
    let (weights, intercepts) = point.split_at(d * k);
    for z in z.chunks_exact_mut(k) {
        z.copy_from_slice(intercepts);
    }
    if let (Ok(x), Ok(weights), Ok(mut z)) = (
        ArrayView2::from_shape((items.len(), d), &*x),
        ArrayView2::from_shape((d, k), weights),
        ArrayViewMut2::from_shape((items.len(), k), z),
    ) {
        general_mat_mul(T::one(), &x, &weights, T::one(), &mut z);
    }
}

/// Turns scores into probabilities; returns log Σ exp of the scores.
fn softmax<T: Number>(row: &mut [T]) -> f64 {
    let Some(top) = row.iter().copied().reduce(|a, b| if b > a { b } else { a }) else { return 0.0 };
    let mut sum = T::zero();
    for v in &mut *row {
        *v = (*v - top).exp();
        sum += *v;
    }
    row.iter_mut().for_each(|v| *v /= sum);
    top.to() + sum.to().ln()
}

/// Turns scores into probabilities minus the truth; returns the loss.
fn residual<T: Number>(row: &mut [T], target: u32) -> f64 {
    let score = row.get(target as usize).map_or(0.0, |score| score.to());
    let loss = softmax(row) - score;
    if let Some(p) = row.get_mut(target as usize) {
        *p -= T::one();
    }
    loss
}

/// The same of one column: the score of the second class against the first.
fn binary_residual<T: Number>(row: &mut [T], target: u32) -> f64 {
    let Some(z) = row.first_mut() else { return 0.0 };
    let (score, truth) = (z.to(), f64::from(target));
    *z = T::of(sigmoid(score) - truth);
    score.max(0.0) - truth * score + (-score.abs()).exp().ln_1p()
}

fn sigmoid(z: f64) -> f64 {
    if z >= 0.0 {
        1.0 / (1.0 + (-z).exp())
    } else {
        let e = z.exp();
        e / (1.0 + e)
    }
}

/// Probabilities of all classes for some items, row by row. `point` is a minimum of an [`Objective`].
///
/// # Errors
/// [`Cancelled`] when `check` says so; it is asked every few hundred items.
pub fn probabilities(
    rows: Rows<'_>,
    items: &[u32],
    standard: &Standard,
    point: &[f64],
    check: impl Fn() -> Result<(), Cancelled> + Sync,
) -> Result<Vec<f64>, Cancelled> {
    let d = rows.dimensions();
    let k = point.len() / (d + 1);
    let classes = k.max(2);
    let mut all = vec![0.0; items.len() * classes];
    all.par_chunks_mut(BLOCK * classes).zip(items.par_chunks(BLOCK)).try_for_each(|(out, items)| {
        check()?;
        let mut x = vec![0.0; items.len() * d];
        let mut z = vec![0.0; items.len() * k];
        logits(rows, items, standard, point, &mut x, &mut z);
        for (out, z) in out.chunks_exact_mut(classes).zip(z.chunks_exact_mut(k)) {
            if let ([first, second], [score]) = (&mut *out, &*z) {
                (*first, *second) = (sigmoid(-score), sigmoid(*score));
            } else {
                softmax(z);
                out.copy_from_slice(z);
            }
        }
        Ok(())
    })?;
    Ok(all)
}

/// A minimum of an [`Objective`].
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// Weights and intercepts.
    pub point: Vec<f64>,
    /// Steps of the optimiser.
    pub iterations: usize,
    /// Largest absolute component of the gradient that is left.
    pub gradient: f64,
}

/// Why no minimum was found.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FitError {
    /// Someone asked for it.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// Only one class to learn.
    #[error("all its training items are of the class “{class}”")]
    OneClass {
        /// The only class.
        class: String,
    },
    /// Nothing to learn from.
    #[error("it has no training items")]
    NoItems,
    /// Numbers beyond what can be computed with.
    #[error(
        "its numbers grow beyond all bounds (step {iteration}, α = {alpha}); are the embeddings of a sensible size?"
    )]
    NotFinite {
        /// Step at which.
        iteration: usize,
        /// Strength of the penalty.
        alpha: f64,
    },
    /// The optimiser found no way down although it is not there yet.
    #[error("the optimiser found no way down at step {iteration} (slope {gradient:.1e}, α = {alpha}); raise α")]
    NoDescent {
        /// Step at which.
        iteration: usize,
        /// Slope that is left.
        gradient: f64,
        /// Strength of the penalty.
        alpha: f64,
    },
    /// Steps ran out.
    #[error(
        "the optimiser did not arrive within the steps allowed ({iterations}; slope {gradient:.1e}, α = {alpha}); allow more \
         steps or raise α"
    )]
    NoConvergence {
        /// Steps allowed.
        iterations: usize,
        /// Slope that is left.
        gradient: f64,
        /// Strength of the penalty.
        alpha: f64,
    },
}

impl FitError {
    /// True where a stronger penalty may help.
    #[must_use]
    pub const fn is_of_the_solver(&self) -> bool {
        matches!(self, Self::NotFinite { .. } | Self::NoDescent { .. } | Self::NoConvergence { .. })
    }
}

/// Minimises from `start` (zeros where it does not fit) until no component of the gradient of the mean objective is larger
/// than `tolerance`. `each(share)` is called before every step with an estimate of how much is done.
///
/// # Errors
/// [`FitError`].
pub fn fit(
    objective: &Objective<'_>,
    start: Vec<f64>,
    tolerance: f64,
    iterations: usize,
    mut each: impl FnMut(f64) -> Result<(), Cancelled>,
) -> Result<Fit, FitError> {
    if objective.is_empty() {
        return Err(FitError::NoItems);
    }
    let start = if start.len() == objective.len() { start } else { vec![0.0; objective.len()] };
    let single = Cell::new(true);
    let mut first = None;
    let mut share = |_: usize, slope: f64| {
        single.set(single.get() && slope > SINGLE);
        // The slope falls by about the same factor every step.
        let from: f64 = *first.get_or_insert(slope);
        let all = (from / tolerance).ln();
        each(if all > 0.0 { ((from / slope).ln() / all).clamp(0.0, 1.0) } else { 1.0 })
    };
    let evaluate = |point: &[f64], gradient: &mut [f64]| {
        if single.get() { objective.evaluate_in::<f32>(point, gradient) } else { objective.evaluate(point, gradient) }
    };
    let limits = Limits { tolerance, iterations };
    let mut found = lbfgs::minimise(start, limits, evaluate, &mut share);
    if let (Err(Stopped::NoDescent { point, .. }), true) = (&found, single.get()) {
        single.set(false);
        found = lbfgs::minimise(point.clone(), limits, evaluate, &mut share);
    }
    let alpha = objective.alpha;
    match found {
        Ok(found) => Ok(Fit { point: found.point, iterations: found.iterations, gradient: found.gradient }),
        Err(Stopped::Cancelled(cancelled)) => Err(cancelled.into()),
        Err(Stopped::NotFinite { iteration }) => Err(FitError::NotFinite { iteration, alpha }),
        Err(Stopped::NoDescent { iteration, gradient, .. }) => Err(FitError::NoDescent { iteration, gradient, alpha }),
        Err(Stopped::OutOfSteps { gradient }) => Err(FitError::NoConvergence { iterations, gradient, alpha }),
    }
}
