//! Random numbers from a seed, the same on every machine. Does not know what they are for.

/// SplitMix64 (Steele, Lea, Flood 2014).
#[derive(Clone, Debug)]
pub struct Rng {
    state: u64,
}

impl Rng {
    /// Numbers of this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Numbers of one part of a computation: other parts of the same seed have others.
    #[must_use]
    pub const fn of_part(seed: u64, part: u64) -> Self {
        let mut rng = Self::new(part);
        Self::new(seed ^ rng.next_u64())
    }

    /// 64 random bits.
    pub const fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, every one equally likely (Lemire 2019); 0 where `end` is 0.
    pub const fn below(&mut self, end: u64) -> u64 {
        if end == 0 {
            return 0;
        }
        let reject = end.wrapping_neg() % end;
        loop {
            let wide = self.next_u64() as u128 * end as u128;
            if wide as u64 >= reject {
                return (wide >> 64) as u64;
            }
        }
    }

    /// Puts a slice into a random order, every order equally likely (Fisher and Yates).
    pub fn shuffle<T>(&mut self, slice: &mut [T]) {
        for last in (1..slice.len()).rev() {
            slice.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first outputs of `java.util.SplittableRandom` with seed 1234567, as listed for SplitMix64 on Rosetta Code.
    #[test]
    fn is_splitmix64() {
        let mut rng = Rng::new(1_234_567);
        let expected: [u64; 5] = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!(expected.map(|_| rng.next_u64()), expected);
    }

    #[test]
    fn shuffles_keep_everything() {
        let mut numbers: Vec<u32> = (0..100).collect();
        Rng::of_part(3, 4).shuffle(&mut numbers);
        assert_ne!(numbers, (0..100).collect::<Vec<_>>());
        numbers.sort_unstable();
        assert_eq!(numbers, (0..100).collect::<Vec<_>>());
        assert!((0..1000).all(|_| Rng::new(7).below(3) < 3));
    }
}
