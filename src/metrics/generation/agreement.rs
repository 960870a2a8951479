//! How two numbers of the same answers agree: do a judge's marks rise with BLEU?

/// Pearson's r over the answers that have both; `None` for fewer than 3 of them, or where either does not vary.
#[must_use]
pub fn pearson(a: &[Option<f64>], b: &[Option<f64>]) -> Option<f64> {
    let pairs: Vec<(f64, f64)> = a.iter().zip(b).filter_map(|(a, b)| Some(((*a)?, (*b)?))).collect();
    of_pairs(&pairs)
}

/// Spearman's ρ: Pearson's r of ranks, equal values sharing the mean of theirs. `None` as [`pearson`].
#[must_use]
pub fn spearman(a: &[Option<f64>], b: &[Option<f64>]) -> Option<f64> {
    let (a, b): (Vec<f64>, Vec<f64>) = a.iter().zip(b).filter_map(|(a, b)| Some(((*a)?, (*b)?))).unzip();
    of_pairs(&ranks(&a).into_iter().zip(ranks(&b)).collect::<Vec<_>>())
}

fn of_pairs(pairs: &[(f64, f64)]) -> Option<f64> {
    if pairs.len() < 3 {
        return None;
    }
    let n = pairs.len() as f64;
    let (sum_a, sum_b) = pairs.iter().fold((0.0, 0.0), |(a, b), pair| (a + pair.0, b + pair.1));
    let (mean_a, mean_b) = (sum_a / n, sum_b / n);
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in pairs {
        let (a, b) = (a - mean_a, b - mean_b);
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    (aa > 0.0 && bb > 0.0).then(|| (ab / (aa.sqrt() * bb.sqrt())).clamp(-1.0, 1.0))
}

/// Ranks from 1, equal values sharing the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    let value = |at: &usize| values.get(*at).copied().unwrap_or(0.0);
    order.sort_by(|a, b| value(a).total_cmp(&value(b)));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for equal in order.chunk_by(|a, b| value(a) == value(b)) {
        let rank = before as f64 + (equal.len() as f64 + 1.0) / 2.0;
        for at in equal {
            if let Some(slot) = ranks.get_mut(*at) {
                *slot = rank;
            }
        }
        before += equal.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_ties_and_gaps() {
        let a = [Some(1.0), Some(2.0), None, Some(2.0), Some(4.0), Some(5.0)];
        let b = [Some(1.0), Some(3.0), Some(9.0), Some(2.0), Some(2.0), Some(7.0)];
        // scipy 1.17.1: pearsonr([1, 2, 2, 4, 5], [1, 3, 2, 2, 7]), spearmanr of the same
        assert!((pearson(&a, &b).unwrap() - 0.778_498_944_161_522_9).abs() < 1e-12);
        assert!((spearman(&a, &b).unwrap() - 0.763_157_894_736_842_1).abs() < 1e-12);
    }

    #[test]
    fn nothing_to_compare() {
        assert_eq!(spearman(&[Some(1.0), Some(2.0)], &[Some(1.0), Some(2.0)]), None);
        assert_eq!(pearson(&[Some(1.0); 4], &[Some(1.0), Some(2.0), Some(3.0), Some(4.0)]), None);
    }
}
