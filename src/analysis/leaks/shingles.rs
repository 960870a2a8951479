//! Texts that say the same in the same words, by the pieces that they have in common. Knows texts.

use rayon::prelude::*;

use super::{Pairs, equal};
use crate::model::union_find::UnionFind;
use crate::model::{Cancelled, Progress};

/// Characters of a shingle.
pub const LENGTH: usize = 4;
/// Bits of a character.
const CHAR: u32 = 21;
/// Pairs that are compared in one go.
const BLOCK: usize = 1 << 20;
/// Counters of how often shingles occur; several share one, which changes no result.
const COUNTERS: usize = 1 << 20;

/// A text as it is compared: in lower case, with one blank for whatever is blank; `None` where nothing is left.
#[must_use]
pub fn normalised(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" ").to_lowercase())
}

/// Texts that are the same as they are compared, and of the others those whose sets of shingles (pieces of four characters)
/// have at least this share in common: the size of the intersection by that of the union (Jaccard). Not every such pair is
/// listed, but enough of them to connect all texts that such pairs connect.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn pairs(texts: &[&str], share: f64, progress: &dyn Progress) -> Result<Pairs, Cancelled> {
    let texts: Vec<Option<String>> = texts.par_iter().map(|text| normalised(text)).collect();
    let exact = equal(texts.iter().map(Option::as_ref));
    // Of equal texts the first stands for all.
    let mut firsts: Vec<(u32, &str)> = Vec::with_capacity(texts.len() - exact.len());
    let mut repeated = exact.iter().map(|(_, later)| *later).peekable();
    for (at, text) in (0..).zip(&texts) {
        if repeated.next_if_eq(&at).is_none() {
            firsts.extend(text.as_deref().map(|text| (at, text)));
        }
    }
    let near = Search { texts: firsts, share, sets: UnionFind::new(texts.len()), near: Vec::new() };
    Ok(Pairs { exact, near: near.find(progress)? })
}

/// A shingle: its characters side by side.
type Shingle = u128;

/// The distinct shingles of a text, ascending; a shorter text is one itself.
fn shingles(text: &str) -> Vec<Shingle> {
    let chars: Vec<char> = text.chars().collect();
    let packed = |chars: &[char]| chars.iter().fold(0, |bits, &c| bits << CHAR | Shingle::from(u32::from(c)));
    let mut all: Vec<Shingle> = match chars.len() {
        0 => Vec::new(),
        n if n < LENGTH => vec![packed(&chars)],
        _ => chars.windows(LENGTH).map(packed).collect(),
    };
    all.sort_unstable();
    all.dedup();
    all
}

/// True where two ascending sets have this share in common.
fn alike(a: &[Shingle], b: &[Shingle], share: f64) -> bool {
    let (mut both, mut rest) = (0_usize, b);
    for shingle in a {
        let before = rest.partition_point(|other| other < shingle);
        rest = rest.get(before..).unwrap_or_default();
        both += usize::from(rest.first() == Some(shingle));
    }
    both as f64 >= share * (a.len() + b.len() - both) as f64
}

/// Finds near texts by prefixes (Chaudhuri et al. 2006; Bayardo et al. 2007): sets that have the share s in common also have
/// one of their n − ⌈s·n⌉ + 1 first shingles in common, in whatever order all shingles stand. The rarest come first here, so
/// that few texts meet.
struct Search<'a> {
    /// Distinct texts, with the position of each.
    texts: Vec<(u32, &'a str)>,
    share: f64,
    sets: UnionFind,
    near: Vec<(u32, u32)>,
}

impl Search<'_> {
    fn find(mut self, progress: &dyn Progress) -> Result<Vec<(u32, u32)>, Cancelled> {
        let mut counters = vec![0_u32; COUNTERS];
        for (_, text) in &self.texts {
            for shingle in shingles(text) {
                if let Some(count) = counters.get_mut(counter(shingle)) {
                    *count = count.saturating_add(1);
                }
            }
        }
        progress.check()?;
        let rarity = |shingle: &Shingle| (counters.get(counter(*shingle)).copied(), *shingle);
        let first = |(number, (_, text)): (usize, &(u32, &str))| {
            let mut all = shingles(text);
            let (count, least) = (all.len(), (self.share * all.len() as f64 - 1e-9).ceil() as usize);
            all.sort_unstable_by_key(rarity);
            all.truncate(count + 1 - least.clamp(1, count.max(1)));
            all.into_iter().map(|shingle| (shingle, number as u32, count as u32)).collect::<Vec<_>>()
        };
        let mut met: Vec<(Shingle, u32, u32)> = self.texts.par_iter().enumerate().flat_map_iter(first).collect();
        progress.check()?;
        met.par_sort_unstable();
        let mut block: Vec<(u32, u32)> = Vec::new();
        let mut done = 0;
        for run in met.chunk_by(|a, b| a.0 == b.0) {
            for (number, &(_, a, of_a)) in run.iter().enumerate() {
                let fits = |of_b: u32| f64::from(of_a.min(of_b)) >= self.share * f64::from(of_a.max(of_b));
                block.extend(run.iter().skip(number + 1).filter(|(_, _, of_b)| fits(*of_b)).map(|&(_, b, _)| (a, b)));
                if block.len() >= BLOCK {
                    progress.check()?;
                    self.compare(&mut block);
                }
            }
            done += run.len();
            progress.progress(done, met.len());
        }
        self.compare(&mut block);
        Ok(self.near)
    }

    /// Compares pairs of texts, but those that hang together already, and forgets them.
    fn compare(&mut self, block: &mut Vec<(u32, u32)>) {
        block.sort_unstable();
        block.dedup();
        let Self { texts, share, sets, near } = self;
        let text = |number: u32| texts.get(number as usize).map_or("", |(_, text)| *text);
        block.retain(|&(a, b)| sets.find(a) != sets.find(b));
        let found = |&&(a, b): &&(u32, u32)| alike(&shingles(text(a)), &shingles(text(b)), *share);
        let found: Vec<(u32, u32)> = block.par_iter().filter(found).copied().collect();
        let place = |number: u32| texts.get(number as usize).map_or(0, |(at, _)| *at);
        for (a, b) in found {
            if sets.union(a, b) {
                near.push((place(a).min(place(b)), place(a).max(place(b))));
            }
        }
        block.clear();
    }
}

/// The counter of a shingle (multiplication by the golden ratio).
fn counter(shingle: Shingle) -> usize {
    let folded = (shingle ^ (shingle >> 64)) as u64;
    (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 44) as usize % COUNTERS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::NoProgress;
    use crate::model::rng::Rng;

    #[test]
    fn case_and_blanks_do_not_count() {
        let texts = ["How  do I pay?", "how do\ti PAY? ", "", "  \n", "How do I pay!"];
        let found = pairs(&texts, 1.0, &NoProgress).unwrap();
        assert_eq!(found, Pairs { exact: vec![(0, 1)], near: Vec::new() });
    }

    /// `abcdefghijklm` has ten shingles, and with another letter at its end one more: 10 / 11; two more: 10 / 12.
    #[test]
    fn shares_by_hand() {
        let texts = ["abcdefghijklm", "abcdefghijklmn", "abcdefghijklmno"];
        assert_eq!(texts.map(|text| shingles(text).len()), [10, 11, 12]);
        let near = |share: f64| pairs(&texts, share, &NoProgress).unwrap().near;
        assert_eq!(near(0.9), [(0, 1), (1, 2)]);
        assert_eq!(near(0.91), [(1, 2)], "11 / 12 is 0.917, 10 / 11 is 0.909");
        assert_eq!(near(10.0 / 11.0), [(0, 1), (1, 2)], "exactly the share counts");
        assert!(near(0.92).is_empty());
        assert_eq!(pairs(&["ab", "ab", "abc", "a"], 0.9, &NoProgress).unwrap().exact, [(0, 1)]);
    }

    #[test]
    fn prefixes_find_what_comparing_all_finds() {
        let mut rng = Rng::new(3);
        let words = ["card", "money", "when", "transfer", "the", "why", "pay", "abroad", "fee", "late", "top", "up"];
        let mut texts: Vec<String> = Vec::new();
        for _ in 0..150 {
            let length = 6 + rng.below(20);
            let text: Vec<&str> = (0..length).map(|_| words[rng.below(12) as usize]).collect();
            let mut changed = text.clone();
            let last = changed.len() - 1;
            changed[last] = words[rng.below(12) as usize];
            texts.extend([text.join(" "), changed.join(" ")]);
        }
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        for share in [0.7, 0.8, 0.9, 0.95] {
            let found = pairs(&texts, share, &NoProgress).unwrap();
            let (mut ours, mut all) = (UnionFind::new(texts.len()), UnionFind::new(texts.len()));
            let mut near = 0;
            for &(a, b) in found.exact.iter().chain(&found.near) {
                ours.union(a, b);
            }
            for a in 0..texts.len() {
                for b in a + 1..texts.len() {
                    if alike(&shingles(texts[a]), &shingles(texts[b]), share) {
                        all.union(a as u32, b as u32);
                        near += usize::from(texts[a] != texts[b]);
                    }
                }
            }
            assert!(near > 5, "{share} gives something to find");
            for a in 0..texts.len() as u32 {
                for b in 0..a {
                    assert_eq!(ours.find(a) == ours.find(b), all.find(a) == all.find(b), "{share}: {a} and {b}");
                }
            }
        }
    }
}
