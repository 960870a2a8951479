//! Resamples weighed side by side: how often each item was drawn, in several resamples at once. Knows no metrics.

/// Resamples weighed in one go.
pub const LANES: usize = 16;

/// How often one item was drawn in each of [`LANES`] resamples.
pub type Weights = [u16; LANES];

/// One value for each resample; `None` where it is undefined there.
pub type Values = [Option<f64>; LANES];

/// Adds the weights.
pub(super) fn add(sums: &mut [u32; LANES], weights: &Weights) {
    sums.iter_mut().zip(weights).for_each(|(sum, &weight)| *sum += u32::from(weight));
}

/// Adds the weights `times` times.
pub(super) fn add_times(sums: &mut [u64; LANES], weights: &Weights, times: u64) {
    sums.iter_mut().zip(weights).for_each(|(sum, &weight)| *sum += u64::from(weight) * times);
}

/// Adds the weights times a number.
pub(super) fn add_scaled(sums: &mut [f64; LANES], weights: &Weights, by: f64) {
    sums.iter_mut().zip(weights).for_each(|(sum, &weight)| *sum += f64::from(weight) * by);
}
