//! Precision read at 101 recall points, as COCO and its descendants do: the best precision from that recall on.
//!
//! Precision falls at every detection that is not a hit, so the best from some recall on stands at a hit: hits suffice.
//! Knows ranks; does not know what a hit is.

/// Recall points at which precision is read: 0, 0.01 … 1.
pub(super) const RECALL_POINTS: usize = 101;

/// For each recall point, the number of hits with which the recall reaches it: the smallest n with n / truths >= point in
/// doubles, and at least one, since the point 0 is read at the first detection whether it is a hit or not. The points
/// ascend; `truths` is more than 0.
pub(super) fn hits_needed(truths: u32, point: impl Fn(usize) -> f64) -> [u32; RECALL_POINTS] {
    let whole = f64::from(truths);
    let mut hits = 1;
    std::array::from_fn(|i| {
        let point = point(i);
        while f64::from(hits) / whole < point {
            hits += 1;
        }
        hits
    })
}

/// The best precision from each recall point on; 0 where the recall is not reached. `precision` gives that at the n-th
/// hit (1 is the best) of `hits`.
pub(super) fn interpolate(
    hits: u32,
    needed: &[u32; RECALL_POINTS],
    precision: impl Fn(u32) -> f64,
) -> [f64; RECALL_POINTS] {
    let mut row = [0.0; RECALL_POINTS];
    let mut best = 0.0_f64;
    let mut next = hits;
    for (point, &needed) in row.iter_mut().zip(needed).rev() {
        if needed > hits {
            continue;
        }
        while next >= needed {
            best = best.max(precision(next));
            next -= 1;
        }
        *point = best;
    }
    row
}

/// The mean over the recall points of the best precision from each on. The hits come in groups, the last group first: with
/// each the number of hits up to its end, and the precision there, which is the best inside the group.
pub(super) fn mean_of_groups(groups: impl Iterator<Item = (u32, f64)>, needed: &[u32; RECALL_POINTS]) -> f64 {
    let (mut sum, mut best) = (0.0, 0.0_f64);
    let mut points = needed.iter().rev().peekable();
    for (hits, precision) in groups {
        while points.next_if(|needed| **needed > hits).is_some() {
            sum += best;
        }
        best = best.max(precision);
    }
    (sum + best * points.count() as f64) / RECALL_POINTS as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 2 truths, hits at ranks 1 and 4. Up to recall 0.5 the best is 1/1, above it 2/4.
    #[test]
    fn two_hits_of_two_truths() {
        let needed = hits_needed(2, |i| i as f64 * 0.01);
        let row = interpolate(2, &needed, |n| f64::from(n) / [1.0, 4.0][n as usize - 1]);
        assert!(row[..=50].iter().all(|&p| p == 1.0) && row[51..].iter().all(|&p| p == 0.5));
        assert_eq!(interpolate(0, &needed, |_| 1.0), [0.0; RECALL_POINTS]);
        // 51 points at 1, 50 at 0.5; the same with groups that nobody drew, with one group of both hits, and without hits.
        let by_hand = (51.0 + 25.0) / 101.0;
        assert!((mean_of_groups([(2, 0.5), (1, 1.0)].into_iter(), &needed) - by_hand).abs() < 1e-15);
        let undrawn = [(2, 0.4), (2, 0.5), (1, 0.9), (1, 1.0), (0, 0.0)];
        assert!((mean_of_groups(undrawn.into_iter(), &needed) - by_hand).abs() < 1e-15);
        assert_eq!(mean_of_groups([(2, 0.5)].into_iter(), &needed), 0.5);
        assert_eq!(mean_of_groups(std::iter::empty(), &needed), 0.0);
    }
}
