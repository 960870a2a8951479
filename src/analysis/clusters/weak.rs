//! In which clusters a model is weaker than elsewhere, and not by chance. Knows each item's F1 and cluster.

use super::ClusterRow;

/// Items with an F1 from which a cluster is judged.
pub const LEAST_ITEMS: usize = 10;
/// A weak cluster's mean F1 is below that of all other items by at least this share of it.
pub const WEAKER: f64 = 0.2;
/// Corrected p-value up to which that is not chance.
pub const SIGNIFICANT: f64 = 0.05;

/// A cluster where the model is weaker than elsewhere: its mean F1 is at least 20 % below that of all other items (other
/// clusters and noise), and its items' F1 are smaller than theirs by the one-sided test of Mann and Whitney (1947) in its
/// normal approximation, corrected for ties and continuity, at a false discovery rate of 5 % over all clusters of at least
/// ten items with an F1 (Benjamini, Hochberg 1995). Noise is not a cluster and is not judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weak {
    /// Mean F1 of all other items.
    pub others: f64,
    /// p-value of the test, corrected.
    pub p: f64,
}

/// Ranks of F1 over all items that have one.
pub(in crate::analysis) struct Ranks {
    /// The mean rank of each item's F1, from 1; `None` of items without one.
    pub ranks: Vec<Option<f64>>,
    /// Items with an F1.
    count: f64,
    /// Sum of t³ − t over groups of t equal ones.
    ties: f64,
    sum: f64,
}

/// Marks the weak ones.
pub(super) fn mark(rows: &mut [ClusterRow], labels: &[Option<u32>], f1: &[Option<f64>]) {
    let ranked = Ranks::of(f1);
    let end = rows.iter().filter_map(|row| row.cluster).max().map_or(0, |last| last as usize + 1);
    let mut sums = vec![0.0; end];
    for (label, rank) in labels.iter().zip(&ranked.ranks) {
        if let (Some(label), Some(rank)) = (label, rank) {
            sums[*label as usize] += rank;
        }
    }
    let mut judged: Vec<(usize, Weak)> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let (Some(cluster), Some(spread)) = (row.cluster, row.f1) else { continue };
        let items = spread.items as f64;
        if spread.items >= LEAST_ITEMS && items < ranked.count {
            let others = (ranked.sum - items * spread.mean) / (ranked.count - items);
            judged.push((at, Weak { others, p: ranked.smaller(sums[cluster as usize], items) }));
        }
    }
    let mut p: Vec<f64> = judged.iter().map(|(_, weak)| weak.p).collect();
    correct(&mut p);
    for ((at, weak), p) in judged.into_iter().zip(p) {
        let below = rows[at].f1.is_some_and(|f1| f1.mean <= (1.0 - WEAKER) * weak.others);
        rows[at].weak = (below && p <= SIGNIFICANT).then_some(Weak { p, ..weak });
    }
}

impl Ranks {
    pub fn of(f1: &[Option<f64>]) -> Self {
        let mut sorted: Vec<(f64, usize)> =
            f1.iter().enumerate().filter_map(|(at, f1)| f1.map(|f1| (f1, at))).collect();
        sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut ranks = vec![None; f1.len()];
        let (mut ties, mut before) = (0.0, 0.0);
        for equal in sorted.chunk_by(|a, b| a.0 == b.0) {
            let size = equal.len() as f64;
            for (_, at) in equal {
                ranks[*at] = Some(before + (size + 1.0) / 2.0);
            }
            before += size;
            ties += size * (size * size - 1.0);
        }
        Self { ranks, count: before, ties, sum: sorted.iter().map(|(f1, _)| f1).sum() }
    }

    /// How likely ranks of so small a sum are by chance, for `items` of all items.
    pub fn smaller(&self, sum: f64, items: f64) -> f64 {
        let others = self.count - items;
        let u = sum - items * (items + 1.0) / 2.0;
        let spread = self.count + 1.0 - self.ties / (self.count * (self.count - 1.0));
        let deviation = (items * others / 12.0 * spread).max(0.0).sqrt();
        if deviation == 0.0 {
            return 1.0;
        }
        below((u + 0.5 - items * others / 2.0) / deviation)
    }
}

/// Benjamini and Hochberg's corrected p-values, in place.
pub(in crate::analysis) fn correct(p: &mut [f64]) {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut least = 1.0_f64;
    for (rank, &at) in order.iter().enumerate().rev() {
        least = least.min(p[at] * order.len() as f64 / (rank + 1) as f64);
        p[at] = least;
    }
}

/// The chance that a standard normal number is below `z`.
///
/// By the series of Marsaglia (2004) in the middle and, beyond, the continued fraction of Laplace for the tail; both to
/// about 1e-15 of the number.
fn below(z: f64) -> f64 {
    let density = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    if z.abs() < 3.0 {
        let (mut sum, mut term, mut n) = (z, z, 1.0);
        while sum + term != sum {
            n += 2.0;
            term *= z * z / n;
            sum += term;
        }
        return 0.5 + sum * density;
    }
    let fraction = (1..=200).rev().fold(0.0, |below, k| f64::from(k) / (z.abs() + below));
    let tail = density / (z.abs() + fraction);
    if z < 0.0 { tail } else { 1.0 - tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-12 * b
    }

    /// SciPy 1.17.1: `scipy.stats.norm.cdf`.
    #[test]
    fn normal_numbers() {
        for (z, expected) in NORMAL {
            assert!(close(below(z), expected), "{z}: {} {expected}", below(z));
        }
    }

    /// SciPy 1.17.1: `false_discovery_control([0.01, 0.04, 0.03, 0.2])`.
    #[test]
    fn corrected_for_many() {
        let mut p = [0.01, 0.04, 0.03, 0.2];
        correct(&mut p);
        assert!(p.iter().zip(CORRECTED).all(|(a, b)| close(*a, b)), "{p:?}");
    }

    /// SciPy 1.17.1: `mannwhitneyu(x, y, alternative="less", method="asymptotic")`.
    #[test]
    fn smaller_than_the_others() {
        let x = [0.1, 0.5, 0.5, 0.0, 0.3];
        let y = [0.5, 0.9, 0.8, 0.3, 1.0, 1.0, 0.7];
        let ranked = Ranks::of(&x.iter().chain(&y).copied().map(Some).collect::<Vec<_>>());
        let sum = ranked.ranks.iter().take(5).flatten().sum();
        assert!(close(ranked.smaller(sum, 5.0), SMALLER), "{}", ranked.smaller(sum, 5.0));
        // All equal: nothing is smaller.
        let equal = Ranks::of(&[Some(1.0); 4]);
        assert_eq!(equal.smaller(5.0, 2.0), 1.0);
    }

    const NORMAL: [(f64, f64); 7] = [
        (-12.0, 1.776482112077653e-33),
        (-4.5, 3.3976731247300535e-06),
        (-3.0, 0.0013498980316300933),
        (-1.3, 0.09680048458561036),
        (0.0, 0.5),
        (0.7, 0.758036347776927),
        (3.5, 0.9997673709209645),
    ];
    const CORRECTED: [f64; 4] = [0.04, 0.05333333333333333, 0.05333333333333333, 0.2];
    const SMALLER: f64 = 0.01335397581313111;
}
