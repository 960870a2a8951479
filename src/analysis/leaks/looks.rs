//! Pictures that look alike, by their perceptual hashes. Knows traits of pictures.

use super::Limits;
use crate::analysis::pictures::PictureTraits;
use crate::model::union_find::UnionFind;
use crate::model::{Cancelled, Progress};

/// A picture whose luminance varies less than this is flat: its hash is that of its noise.
pub const FLAT: f32 = 0.02;
/// Sides of nearly the same picture differ in their ratio by this factor at most: resizing rounds them.
const SHAPE: f64 = 1.05;
/// Pictures between two looks at the cancel flag.
const RUN: usize = 1024;

/// Pairs of pictures whose perceptual hashes differ in at most `bits` bits, those by differences in at most twice as many, and
/// whose sides have the same ratio; flat pictures are left out. Not every such pair is listed, but enough of them to connect all
/// pictures that such pairs connect.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn near(
    traits: &[Option<PictureTraits>],
    bits: u32,
    progress: &dyn Progress,
) -> Result<Vec<(u32, u32)>, Cancelled> {
    let looks = traits.iter().zip(0_u32..).filter_map(|(of, at)| of.as_ref().map(|of| (of, at)));
    let mut looks: Vec<(&PictureTraits, u32)> = looks.filter(|(of, _)| of.contrast >= FLAT).collect();
    looks.sort_unstable_by_key(|(of, at)| (of.perceptual, of.gradient, of.size, *at));
    let mut joined = Joined { sets: UnionFind::new(traits.len()), pairs: Vec::new() };
    // Pictures that hash to the same are linked, and the first stands for all.
    let alike =
        |a: &PictureTraits, b: &PictureTraits| (a.perceptual, a.gradient, a.size) == (b.perceptual, b.gradient, b.size);
    let mut firsts: Vec<(&PictureTraits, u32)> = Vec::new();
    for run in looks.chunk_by(|a, b| alike(a.0, b.0)) {
        firsts.extend(run.first());
        run.windows(2).for_each(|pair| joined.join(pair[0].1, pair[1].1));
    }
    // Of hashes that differ in n bits, one of n + 1 parts is the same: only those are compared.
    let bits = bits.min(Limits::MOST_BITS);
    let parts = bits + 1;
    for part in 0..parts {
        progress.progress(part as usize, parts as usize);
        let (low, high) = (part * 64 / parts, (part + 1) * 64 / parts);
        let of_part = |of: &PictureTraits| (of.perceptual >> low) & (u64::MAX >> (64 - (high - low)));
        firsts.sort_unstable_by_key(|(of, at)| (of_part(of), *at));
        for run in firsts.chunk_by(|a, b| of_part(a.0) == of_part(b.0)) {
            joined.compare(run, bits, progress)?;
        }
    }
    Ok(joined.pairs)
}

/// Pairs that connect what was not connected.
struct Joined {
    sets: UnionFind,
    pairs: Vec<(u32, u32)>,
}

impl Joined {
    fn join(&mut self, a: u32, b: u32) {
        if self.sets.union(a, b) {
            self.pairs.push((a.min(b), a.max(b)));
        }
    }

    fn compare(&mut self, run: &[(&PictureTraits, u32)], bits: u32, progress: &dyn Progress) -> Result<(), Cancelled> {
        for (number, (a, at)) in run.iter().enumerate() {
            if number % RUN == 0 {
                progress.check()?;
            }
            let later = run.iter().skip(number + 1).filter(|(b, _)| is_near(a, b, bits));
            later.for_each(|(_, other)| self.join(*at, *other));
        }
        Ok(())
    }
}

/// Whether two pictures that are not flat are nearly the same.
fn is_near(a: &PictureTraits, b: &PictureTraits, bits: u32) -> bool {
    (a.perceptual ^ b.perceptual).count_ones() <= bits
        && (a.gradient ^ b.gradient).count_ones() <= 2 * bits
        && same_shape(a.size, b.size)
}

fn same_shape(a: (u32, u32), b: (u32, u32)) -> bool {
    let (ab, ba) = (f64::from(a.0) * f64::from(b.1), f64::from(b.0) * f64::from(a.1));
    ab <= ba * SHAPE && ba <= ab * SHAPE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::NoProgress;
    use crate::model::rng::Rng;

    fn traits(perceptual: u64, gradient: u64) -> Option<PictureTraits> {
        let (brightness, contrast, sharpness) = (0.5, 0.2, 0.1);
        Some(PictureTraits { size: (64, 48), file: [0; 16], perceptual, gradient, brightness, contrast, sharpness })
    }

    fn pairs(traits: &[Option<PictureTraits>], bits: u32) -> Vec<(u32, u32)> {
        near(traits, bits, &NoProgress).unwrap()
    }

    #[test]
    fn both_hashes_shape_and_contrast_decide() {
        let base = traits(0xff00_ff00_ff00_ff00, 0x0f0f);
        let of = |change: &dyn Fn(&mut PictureTraits)| {
            let mut other = base.unwrap();
            change(&mut other);
            pairs(&[base, None, Some(other)], 4)
        };
        assert_eq!(of(&|_| {}), [(0, 2)]);
        // One bit in four of the five parts, and all four in one.
        assert_eq!(of(&|o| o.perceptual ^= 1 | 1 << 20 | 1 << 40 | 1 << 63), [(0, 2)]);
        assert_eq!(of(&|o| o.perceptual ^= 0b1111), [(0, 2)]);
        assert!(of(&|o| o.perceptual ^= 0b11111).is_empty(), "five bits");
        assert_eq!(of(&|o| o.gradient ^= 0xff), [(0, 2)]);
        assert!(of(&|o| o.gradient ^= 0x1ff).is_empty(), "nine bits of the other hash");
        assert_eq!(of(&|o| o.size = (128, 95)), [(0, 2)]);
        assert!(of(&|o| o.size = (48, 64)).is_empty(), "turned");
        assert!(of(&|o| o.contrast = 0.019).is_empty(), "flat");
    }

    /// Every pair compared with every other, and what hangs together by them.
    fn slowly(all: &[Option<PictureTraits>], bits: u32) -> Vec<u32> {
        let mut sets = UnionFind::new(all.len());
        for a in 0..all.len() {
            for b in a + 1..all.len() {
                if is_near(&all[a].unwrap(), &all[b].unwrap(), bits) {
                    sets.union(a as u32, b as u32);
                }
            }
        }
        names(&mut sets, all.len())
    }

    /// The first member of every one's set.
    fn names(sets: &mut UnionFind, count: usize) -> Vec<u32> {
        let of: Vec<u32> = (0..count as u32).map(|at| sets.find(at)).collect();
        of.iter().map(|set| of.iter().position(|other| other == set).unwrap() as u32).collect()
    }

    #[test]
    fn parts_find_what_comparing_all_finds() {
        let mut rng = Rng::new(7);
        let mut random = || rng.next_u64();
        let mut all: Vec<Option<PictureTraits>> = Vec::new();
        for _ in 0..120 {
            let (hash, gradient) = (random(), random());
            all.push(traits(hash, gradient));
            for _ in 0..random() % 4 {
                let flips = (0..random() % 8).fold(0, |bits, _| bits | 1_u64 << (random() % 64));
                all.push(traits(hash ^ flips, gradient));
            }
        }
        for bits in [0, 1, 4, 7, 10] {
            let mut found = UnionFind::new(all.len());
            let pairs = pairs(&all, bits);
            assert!(pairs.len() > 10, "{bits} bits give something to find");
            pairs.iter().for_each(|&(a, b)| assert!(found.union(a, b), "no pair is superfluous"));
            assert_eq!(names(&mut found, all.len()), slowly(&all, bits), "{bits} bits");
        }
    }
}
