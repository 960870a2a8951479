//! n-grams without hashing and without strings: the longest gram at every position is packed into a number, symbols from the
//! highest bits down, and the numbers are sorted. Equal n-grams of any length then stand side by side.

/// The n-grams of one sequence, 1 ≤ n ≤ `order`.
#[derive(Debug)]
pub(super) struct Grams {
    keys: Vec<u128>,
    /// Bits of a symbol.
    bits: u32,
    order: u32,
}

impl Grams {
    /// Of token ids, up to 4 at a time.
    pub(super) fn of_tokens(ids: &[u32], order: u32) -> Self {
        debug_assert!(order <= 4);
        Self::new(ids.iter().rev().map(|id| u128::from(*id)), 32, order)
    }

    /// Of characters, up to 6 at a time.
    pub(super) fn of_chars(chars: impl DoubleEndedIterator<Item = char>) -> Self {
        Self::new(chars.rev().map(|c| u128::from(u32::from(c))), 21, 6)
    }

    /// Symbols from the last to the first, each at most 2^bits − 2: they are kept plus one, and a gram that reaches beyond
    /// the end is filled up with 0.
    fn new(backwards: impl Iterator<Item = u128>, bits: u32, order: u32) -> Self {
        let top = bits * (order - 1);
        let following = backwards.scan(0_u128, |key, symbol| {
            *key = ((symbol + 1) << top) | (*key >> bits);
            Some(*key)
        });
        let mut keys: Vec<u128> = following.collect();
        keys.sort_unstable();
        Self { keys, bits, order }
    }

    /// n-grams of one length, repeated ones counted as often as they stand there.
    pub(super) fn count(&self, n: u32) -> u64 {
        (self.keys.len() as u64).saturating_sub(u64::from(n) - 1)
    }

    /// Σ over distinct n-grams of the smaller of both counts.
    pub(super) fn shared(&self, other: &Self, n: u32) -> u64 {
        let (shift, last) = (self.shift(n), self.last());
        let (mut a, mut b, mut shared) = (0, 0, 0);
        while let (Some(left), Some(right)) = (self.keys.get(a), other.keys.get(b)) {
            let (left, right) = (left >> shift, right >> shift);
            a += usize::from(left <= right);
            b += usize::from(right <= left);
            shared += u64::from(left == right && left & last != 0);
        }
        shared
    }

    /// Σ over distinct n-grams of the smaller of the count here and the largest count in any of the others.
    pub(super) fn shared_with_any(&self, others: &[&Self], n: u32) -> u64 {
        if let [only] = others {
            return self.shared(only, n);
        }
        let (shift, last) = (self.shift(n), self.last());
        let mut shared = 0;
        let mut rest = self.keys.as_slice();
        while let Some(first) = rest.first() {
            let gram = first >> shift;
            let here = rest.partition_point(|key| key >> shift <= gram);
            if gram & last != 0 {
                shared += others.iter().map(|other| other.occurrences(gram, shift)).max().unwrap_or(0).min(here);
            }
            rest = rest.get(here..).unwrap_or(&[]);
        }
        shared as u64
    }

    fn occurrences(&self, gram: u128, shift: u32) -> usize {
        let until = |end: &dyn Fn(u128) -> bool| self.keys.partition_point(|key| end(key >> shift));
        until(&|key| key <= gram) - until(&|key| key < gram)
    }

    /// By how much a key is moved so that its first n symbols remain.
    fn shift(&self, n: u32) -> u32 {
        self.bits * (self.order - n)
    }

    /// Bits of the last symbol that remains.
    fn last(&self) -> u128 {
        (1 << self.bits) - 1
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rustc_hash::FxHashMap;

    use super::*;

    fn counted(ids: &[u32], n: usize) -> FxHashMap<&[u32], usize> {
        ids.windows(n).fold(FxHashMap::default(), |mut map, gram| {
            *map.entry(gram).or_default() += 1;
            map
        })
    }

    proptest! {
        #[test]
        fn equal_to_counting_in_maps(sets in prop::collection::vec(prop::collection::vec(0..4_u32, 0..40), 1..4)) {
            let (ids, others) = sets.split_first().unwrap();
            let grams = Grams::of_tokens(ids, 4);
            let of_others: Vec<Grams> = others.iter().map(|o| Grams::of_tokens(o, 4)).collect();
            let of_others: Vec<&Grams> = of_others.iter().collect();
            for n in 1..=4 {
                let here = counted(ids, n);
                let maps: Vec<_> = others.iter().map(|o| counted(o, n)).collect();
                let at = |m: &FxHashMap<&[u32], usize>, g: &&[u32]| m.get(g).copied().unwrap_or(0);
                let any: usize = here.iter().map(|(g, c)| maps.iter().map(|m| at(m, g)).max().unwrap_or(0).min(*c)).sum();
                prop_assert_eq!(grams.count(n as u32), ids.windows(n).len() as u64);
                prop_assert_eq!(grams.shared_with_any(&of_others, n as u32), any as u64);
                for (other, map) in of_others.iter().zip(&maps) {
                    let both: usize = here.iter().map(|(g, c)| at(map, g).min(*c)).sum();
                    prop_assert_eq!(grams.shared(other, n as u32), both as u64);
                }
            }
        }
    }

    #[test]
    fn the_last_character_and_the_first() {
        let of = |text: &str| Grams::of_chars(text.chars());
        let text = "\0\u{10ffff}\0\u{10ffff}\0";
        assert_eq!(of(text).shared(&of(text), 6), 0);
        assert_eq!(of(text).shared(&of(text), 5), 1);
        assert_eq!(of(text).shared(&of("\0\0"), 1), 2);
    }
}
