//! Texts that say the same in the same words, by the pieces that they have in common. Knows texts.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{Pairs, equal};
use crate::model::union_find::UnionFind;
use crate::model::{Cancelled, Progress};

/// Characters of a shingle.
pub const LENGTH: usize = 4;
/// Bits of a character.
const CHAR: u32 = 21;
/// Texts that are compared with those before them in one go.
const BLOCK: usize = 1024;
/// Shingles that near texts have in common among their first, where they have so many.
const COMMON: usize = 3;
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
    let near = Search::new(firsts, share, progress)?.find(progress)?;
    Ok(Pairs { exact, near })
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

/// Finds near texts by prefixes (Chaudhuri et al. 2006; Wang et al. 2012): sets that have the share s in common also have l of
/// their n − ⌈s·n⌉ + l first shingles in common, in whatever order all shingles stand. The rarest come first here, so that few
/// texts meet.
struct Search<'a> {
    /// Distinct texts, with the position of each.
    texts: Vec<(u32, &'a str)>,
    share: f64,
    prefixes: Vec<Prefix>,
    /// Which text has which shingle among its first, by shingle.
    met: Vec<(u32, u32)>,
}

/// The first shingles of a text, each as a hash: two that share one only make more texts meet.
struct Prefix {
    first: Vec<u32>,
    /// Shingles in all.
    count: usize,
    /// Those that it has in common with a near text, at least.
    least: usize,
}

impl<'a> Search<'a> {
    fn new(texts: Vec<(u32, &'a str)>, share: f64, progress: &dyn Progress) -> Result<Self, Cancelled> {
        let mut counters = vec![0_u32; COUNTERS];
        for (number, (_, text)) in texts.iter().enumerate() {
            if number % BLOCK == 0 {
                progress.check()?;
            }
            for shingle in shingles(text) {
                if let Some(count) = counters.get_mut(hash(shingle) as usize % COUNTERS) {
                    *count = count.saturating_add(1);
                }
            }
        }
        let rarity = |shingle: &Shingle| (counters.get(hash(*shingle) as usize % COUNTERS).copied(), *shingle);
        let prefix = |(_, text): &(u32, &str)| {
            let mut all = shingles(text);
            let count = all.len();
            let least = ((share * count as f64 - 1e-9).ceil() as usize).clamp(1, count.max(1));
            all.sort_unstable_by_key(rarity);
            all.truncate(count - least + COMMON.min(least));
            Prefix { first: all.into_iter().map(hash).collect(), count, least }
        };
        let prefixes: Vec<Prefix> = texts.par_iter().map(prefix).collect();
        progress.check()?;
        let of_text = |(number, prefix): (u32, &Prefix)| prefix.first.iter().map(|hash| (*hash, number)).collect();
        let mut met: Vec<(u32, u32)> = (0..).zip(&prefixes).flat_map::<Vec<_>, _>(of_text).collect();
        met.par_sort_unstable();
        met.dedup();
        Ok(Self { texts, share, prefixes, met })
    }

    /// Pairs of positions that connect near texts.
    fn find(&self, progress: &dyn Progress) -> Result<Vec<(u32, u32)>, Cancelled> {
        let total = self.texts.len();
        let mut sets = UnionFind::new(total);
        let mut near = Vec::new();
        for start in (0..total).step_by(BLOCK) {
            progress.check()?;
            progress.progress(start, total);
            // What hangs together already need not be compared.
            let names: Vec<u32> = (0..total as u32).map(|text| sets.find(text)).collect();
            let block = start as u32..(start + BLOCK).min(total) as u32;
            let found: Vec<(u32, u32)> =
                block.into_par_iter().flat_map_iter(|text| self.before(text, &names)).collect();
            let place = |text: u32| self.texts.get(text as usize).map_or(0, |(at, _)| *at);
            for (a, b) in found {
                if sets.union(a, b) {
                    near.push((place(a), place(b)));
                }
            }
        }
        Ok(near)
    }

    /// Near texts before a text, one of each set.
    fn before(&self, text: u32, names: &[u32]) -> Vec<(u32, u32)> {
        let Some((prefix, own)) = self.of(text) else { return Vec::new() };
        let mut common: FxHashMap<u32, usize> = FxHashMap::default();
        for hash in &prefix.first {
            let from = self.met.partition_point(|met| met < &(*hash, 0));
            let others = self.met.get(from..).unwrap_or_default().iter();
            for (_, other) in others.take_while(|met| met.0 == *hash && met.1 < text) {
                *common.entry(*other).or_default() += 1;
            }
        }
        let fits = |other: u32, times: usize| {
            self.of(other).is_some_and(|(of, _)| {
                times >= COMMON.min(of.least).min(prefix.least) && of.count >= prefix.least && prefix.count >= of.least
            })
        };
        let mut met: Vec<u32> = common.into_iter().filter(|(other, times)| fits(*other, *times)).map(|m| m.0).collect();
        met.sort_unstable();
        let own = shingles(own);
        let mut joined: Vec<u32> = names.get(text as usize).copied().into_iter().collect();
        let mut found = Vec::new();
        for other in met {
            let name = names.get(other as usize).copied().unwrap_or(other);
            let near = || self.of(other).is_some_and(|(_, words)| alike(&own, &shingles(words), self.share));
            if !joined.contains(&name) && near() {
                joined.push(name);
                found.push((other, text));
            }
        }
        found
    }

    fn of(&self, text: u32) -> Option<(&Prefix, &'a str)> {
        let at = text as usize;
        Some((self.prefixes.get(at)?, self.texts.get(at)?.1))
    }
}

/// A hash of a shingle (multiplication by the golden ratio).
fn hash(shingle: Shingle) -> u32 {
    let folded = (shingle ^ (shingle >> 64)) as u64;
    (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
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
