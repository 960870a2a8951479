//! Random divisions of rows into small sets of rows that lie together. Knows rows and a seed; not what is looked for in a set.

use rayon::prelude::*;

use crate::model::rng::Rng;

/// Rows in a set at most, so that `k` neighbours are found in half of one.
pub(super) const fn leaf(k: usize) -> usize {
    let wanted = 3 * (k + 1);
    if wanted > 256 { wanted } else { 256 }
}

/// Every row in one set of more than half of `most` rows and at most as many: halved again and again along the line through
/// two rows drawn at random (Dasgupta, Freund 2008).
pub(super) fn leaves<'a>(
    rows: usize,
    most: usize,
    row: &(impl Fn(u32) -> &'a [f32] + Sync),
    seed: u64,
) -> Vec<Vec<u32>> {
    let mut sets = vec![(0..rows as u32).collect::<Vec<u32>>()];
    while sets.iter().any(|set| set.len() > most) {
        let level = sets.len() as u64;
        sets = sets
            .into_par_iter()
            .enumerate()
            .flat_map_iter(|(at, set)| {
                if set.len() <= most {
                    vec![set]
                } else {
                    halves(&set, row, &mut Rng::of_part(seed ^ level, at as u64))
                }
            })
            .collect();
    }
    sets
}

/// The rows on both sides of the median along a random direction.
fn halves<'a>(set: &[u32], row: &(impl Fn(u32) -> &'a [f32] + Sync), rng: &mut Rng) -> Vec<Vec<u32>> {
    let mut draw = || set.get(rng.below(set.len() as u64) as usize).map_or(&[][..], |&at| row(at));
    let direction: Vec<f32> = draw().iter().zip(draw()).map(|(a, b)| a - b).collect();
    let mut along: Vec<(f32, u32)> = set.par_iter().map(|&at| (product(&direction, row(at)), at)).collect();
    let middle = along.len() / 2;
    along.select_nth_unstable_by(middle, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let (low, high) = along.split_at(middle);
    let side = |part: &[(f32, u32)]| {
        let mut rows: Vec<u32> = part.iter().map(|p| p.1).collect();
        rows.sort_unstable();
        rows
    };
    vec![side(low), side(high)]
}

fn product(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 16];
    let (a, rest_a) = a.as_chunks::<16>();
    let (b, rest_b) = b.as_chunks::<16>();
    for (a, b) in a.iter().zip(b) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    lanes.iter().sum::<f32>() + rest_a.iter().zip(rest_b).map(|(a, b)| a * b).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_one_set() {
        let mut rng = Rng::new(4);
        let values: Vec<f32> = (0..3000 * 3).map(|_| rng.below(100) as f32).collect();
        let row = |at: u32| &values[at as usize * 3..at as usize * 3 + 3];
        let sets = leaves(3000, 100, &row, 1);
        assert!(sets.iter().all(|set| (50..=100).contains(&set.len())));
        let mut all = sets.concat();
        all.sort_unstable();
        assert_eq!(all, (0..3000).collect::<Vec<_>>());
        assert!(leaves(3000, 100, &|_| &[1.0, 2.0], 1).iter().all(|set| set.len() <= 100));
    }
}
