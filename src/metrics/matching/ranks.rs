//! Where each detection stands among all distinct scores. Knows scores only.

use rayon::prelude::*;

/// All distinct scores, and the cut from which each detection is kept.
pub(super) struct Ranks {
    /// Distinct scores, descending.
    pub scores: Vec<f64>,
    /// Per detection, 1 + the position of its score: the smallest cut that keeps it.
    pub cuts: Vec<u32>,
}

impl Ranks {
    /// Ranks finite scores; with `single`, scores that are the same `f32` count as one.
    pub fn of(scores: &[f64], single: bool) -> Self {
        let seen = |score: f64| if single { f64::from(score as f32) } else { score };
        let mut order: Vec<(u64, u32)> =
            scores.iter().zip(0_u32..).map(|(&score, row)| (descending(seen(score)), row)).collect();
        order.par_sort_unstable_by_key(|&(key, _)| key);
        let mut distinct = Vec::new();
        let mut cuts = vec![0_u32; scores.len()];
        let mut last = None;
        for (key, row) in order {
            if last != Some(key) {
                distinct.push(scores[row as usize]);
                last = Some(key);
            }
            cuts[row as usize] = distinct.len() as u32;
        }
        distinct.shrink_to_fit();
        Self { scores: distinct, cuts }
    }
}

/// A key that sorts finite numbers from the largest to the smallest; -0 and 0 are one number.
fn descending(score: f64) -> u64 {
    let bits = (score + 0.0).to_bits();
    // Negative numbers grow downwards in their bits, the others upwards.
    if bits >> 63 == 1 { bits } else { !bits & (u64::MAX >> 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_scores_share_a_rank() {
        let ranks = Ranks::of(&[0.5, -1.0, 0.0, 2.0, -0.0, -3.0, 0.5], false);
        assert_eq!(ranks.scores, [2.0, 0.5, 0.0, -1.0, -3.0]);
        assert_eq!(ranks.cuts, [2, 4, 3, 1, 3, 5, 2]);
    }

    /// 0.3 and 0.3 + 1e-12 are one number in single precision, 0.30001 another.
    #[test]
    fn single_precision_joins_what_it_cannot_tell_apart() {
        let scores = [0.3 + 1e-12, 0.3, 0.30001];
        assert_eq!(Ranks::of(&scores, true).cuts, [2, 2, 1]);
        assert_eq!(Ranks::of(&scores, false).cuts, [2, 3, 1]);
    }
}
