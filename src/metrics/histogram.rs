//! Numbers of values in equal bins. Knows no meaning of the values.

/// How many values lie in each of `bins` equal parts of `low..=high`; values outside are left out. The upper edge of a
/// bin belongs to the next, that of the last to the last. Where the range is empty everything equal to it is in bin 0.
#[must_use]
pub fn histogram(values: impl IntoIterator<Item = f64>, (low, high): (f64, f64), bins: usize) -> Vec<u32> {
    let mut counts = vec![0_u32; bins];
    for value in values {
        if let Some(count) = bin_of(value, (low, high), bins).and_then(|bin| counts.get_mut(bin)) {
            *count += 1;
        }
    }
    counts
}

/// The bin of a value; `None` outside. Never lower for a higher value.
pub(super) fn bin_of(value: f64, (low, high): (f64, f64), bins: usize) -> Option<usize> {
    let width = high - low;
    let share = if width > 0.0 { (value - low) / width } else { 0.0 };
    (low..=high).contains(&value).then(|| ((share * bins as f64) as usize).min(bins.saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: four bins of width 0.25; 0.25 opens the second, 1.0 closes the last, 1.5 lies outside.
    #[test]
    fn edges_belong_upwards_except_the_last() {
        assert_eq!(histogram([0.0, 0.1, 0.25, 0.6, 1.0, 1.5, f64::NAN], (0.0, 1.0), 4), [2, 1, 1, 1]);
        assert_eq!(histogram([0.5, 0.5], (0.5, 0.5), 3), [2, 0, 0]);
        assert!(histogram([0.5], (0.0, 1.0), 0).is_empty());
    }
}
