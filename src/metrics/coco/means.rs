//! Means summed in numpy's order, so that they agree with the reference to the last bit.

/// Below this many values numpy sums in one go of eight strands; above it splits.
const BLOCK: usize = 128;

/// Arithmetic mean as `numpy.mean` of a contiguous array of doubles; `None` of nothing.
pub(super) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| pairwise_sum(values) / values.len() as f64)
}

/// numpy's pairwise summation: eight strands up to 128 values, halves (rounded down to a multiple of eight) beyond.
fn pairwise_sum(values: &[f64]) -> f64 {
    if values.len() < 8 {
        return values.iter().fold(0.0, |sum, v| sum + v);
    }
    if values.len() > BLOCK {
        let half = values.len() / 2;
        let (left, right) = values.split_at(half - half % 8);
        return pairwise_sum(left) + pairwise_sum(right);
    }
    let mut strands = [0.0_f64; 8];
    let chunks = values.chunks_exact(8);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (strand, value) in strands.iter_mut().zip(chunk) {
            *strand += value;
        }
    }
    let [a, b, c, d, e, f, g, h] = strands;
    rest.iter().fold(((a + b) + (c + d)) + ((e + f) + (g + h)), |sum, v| sum + v)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `np.mean(1 / np.arange(1, n + 1))` of numpy 2.4.6.
    #[test]
    fn sums_as_numpy() {
        for (n, expected) in NUMPY {
            let values: Vec<f64> = (1..=n).map(|i| 1.0 / f64::from(i)).collect();
            assert_eq!(mean(&values), Some(expected), "{n} values");
        }
        assert_eq!(mean(&[]), None);
    }

    const NUMPY: [(u32, f64); 9] = [
        (1, 1.0),
        (5, 0.456_666_666_666_666_67),
        (8, 0.339_732_142_857_142_8),
        (13, 0.244_625_673_471_827_32),
        (128, 0.042_446_461_660_852_91),
        (129, 0.042_177_511_864_912_164),
        (1_010, 0.007_421_204_200_545_009),
        (8_080, 0.001_184_953_551_525_787_8),
        (80_803, 0.000_146_987_008_221_361_05),
    ];
}
