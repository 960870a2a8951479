//! Scores as integers that ascend where the score descends, so that sorting and searching compare integers. Knows numbers
//! only.

/// The key of a score: the lower, the better the score. Both zeros have one key. 0 is the key of no finite score.
pub(in crate::metrics) trait Key: Copy + Ord + Default + Into<u64> + Send + Sync + 'static {
    /// What scores are held as.
    type Score: Copy + Into<f64> + Send + Sync;

    /// Of a finite score.
    fn of(score: Self::Score) -> Self;

    /// Of the lowest score that a threshold keeps: kept is whose key is not higher. A threshold that is no number keeps
    /// nothing.
    fn of_threshold(threshold: f64) -> Self;

    /// A key that was widened.
    fn narrowed(wide: u64) -> Self;

    /// The score of a key.
    fn score(self) -> f64;

    /// Sorts, best score first; `scratch` is memory to work in.
    fn sort(keys: &mut Vec<Self>, scratch: &mut Vec<Self>);
}

impl Key for u32 {
    type Score = f32;

    fn of(score: f32) -> Self {
        // -0 becomes 0; then the order of the bits is the order of the numbers, the negative ones turned round.
        let bits = (score + 0.0).to_bits();
        !(if bits >> 31 == 1 { !bits } else { bits | 1 << 31 })
    }

    fn of_threshold(threshold: f64) -> Self {
        if threshold.is_nan() {
            return 0;
        }
        let near = threshold as f32;
        Self::of(if f64::from(near) < threshold { near.next_up() } else { near })
    }

    fn narrowed(wide: u64) -> Self {
        Self::try_from(wide).unwrap_or(Self::MAX)
    }

    fn score(self) -> f64 {
        let ascending = !self;
        f64::from(f32::from_bits(if ascending >> 31 == 1 { ascending & !(1 << 31) } else { !ascending }))
    }

    fn sort(keys: &mut Vec<Self>, scratch: &mut Vec<Self>) {
        if keys.len() < COUNTING_PAYS {
            keys.sort_unstable();
            return;
        }
        let mut counts = DIGITS.map(|(_, bits)| vec![0_u32; 1 << bits]);
        for &key in keys.iter() {
            for (counts, digit) in counts.iter_mut().zip(DIGITS) {
                counts[digit_of(key, digit)] += 1;
            }
        }
        scratch.clear();
        scratch.resize(keys.len(), 0);
        for (mut places, digit) in counts.into_iter().zip(DIGITS) {
            let mut next = 0;
            for place in &mut places {
                next += std::mem::replace(place, next);
            }
            for &key in keys.iter() {
                let place = &mut places[digit_of(key, digit)];
                scratch[*place as usize] = key;
                *place += 1;
            }
            std::mem::swap(keys, scratch);
        }
    }
}

impl Key for u64 {
    type Score = f64;

    fn of(score: f64) -> Self {
        let bits = (score + 0.0).to_bits();
        !(if bits >> 63 == 1 { !bits } else { bits | 1 << 63 })
    }

    fn of_threshold(threshold: f64) -> Self {
        if threshold.is_nan() { 0 } else { Self::of(threshold) }
    }

    fn narrowed(wide: u64) -> Self {
        wide
    }

    fn score(self) -> f64 {
        let ascending = !self;
        f64::from_bits(if ascending >> 63 == 1 { ascending & !(1 << 63) } else { !ascending })
    }

    fn sort(keys: &mut Vec<Self>, _scratch: &mut Vec<Self>) {
        keys.sort_unstable();
    }
}

/// Digits of a key of single precision, the lowest first: where they start and how many bits they have.
const DIGITS: [(u32, u32); 3] = [(0, 11), (11, 11), (22, 10)];

/// From this length on counting beats comparing.
const COUNTING_PAYS: usize = 4096;

fn digit_of(key: u32, (start, bits): (u32, u32)) -> usize {
    (key >> start) as usize & ((1 << bits) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_descend_and_come_back() {
        let scores = [7.5_f32, 1.0, 0.3, 1e-40, 0.0, -1e-40, -0.25, -3.0];
        assert!(scores.map(<u32 as Key>::of).is_sorted() && scores.map(|s| <u64 as Key>::of(s.into())).is_sorted());
        for score in scores {
            let wide = f64::from(score);
            assert_eq!((<u32 as Key>::of(score).score(), <u64 as Key>::of(wide).score()), (wide, wide));
        }
        assert_eq!((<u32 as Key>::of(-0.0), <u64 as Key>::of(-0.0)), (<u32 as Key>::of(0.0), <u64 as Key>::of(0.0)));
    }

    /// Kept is what scores at least the threshold, also where single precision knows neither of the two numbers around it.
    #[test]
    fn thresholds_keep_what_reaches_them() {
        let scores = [-2.0_f32, -0.3, -0.0, 0.0, 0.1, 0.3, 1.0, 2.0];
        let edges = scores.map(f64::from).into_iter().flat_map(|s| [s.next_down(), s, s.next_up()]);
        for t in edges.chain([0.1, 0.3, -0.3, 1e300, -1e300, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]) {
            for score in scores {
                let wide = f64::from(score);
                assert_eq!(<u32 as Key>::of(score) <= <u32 as Key>::of_threshold(t), wide >= t, "{score} at {t}");
                assert_eq!(<u64 as Key>::of(wide) <= <u64 as Key>::of_threshold(t), wide >= t, "{score} at {t}");
            }
        }
    }

    #[test]
    fn long_columns_sort_as_short_ones() {
        for n in [10_u32, 10_000] {
            let mut keys: Vec<u32> = (0..n).map(|i| i.wrapping_mul(2_654_435_761)).collect();
            let mut expected = keys.clone();
            expected.sort_unstable();
            Key::sort(&mut keys, &mut Vec::new());
            assert_eq!(keys, expected);
        }
    }
}
