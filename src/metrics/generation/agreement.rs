//! How two numbers of the same answers agree: do a judge's marks rise with BLEU?

use super::Column;

/// Pearson's r over the answers that have both; `None` for fewer than 3 of them, or where either does not vary.
#[must_use]
pub fn pearson(a: &[Option<f64>], b: &[Option<f64>]) -> Option<f64> {
    let pairs: Vec<(f64, f64)> = a.iter().zip(b).filter_map(|(a, b)| Some(((*a)?, (*b)?))).collect();
    of_pairs(&pairs)
}

/// Spearman's ρ: Pearson's r of ranks, equal values sharing the mean of theirs. `None` as [`pearson`].
#[must_use]
pub fn spearman(a: &[Option<f64>], b: &[Option<f64>]) -> Option<f64> {
    Sorted::of(a.to_vec()).spearman(&Sorted::of(b.to_vec()))
}

/// How the numbers of all pairs of columns agree.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Agreement {
    /// The keys of the columns.
    pub keys: Vec<String>,
    /// What people read.
    pub labels: Vec<String>,
    /// Answers that were looked at.
    pub looked_at: usize,
    /// Answers that there are.
    pub answers: usize,
    pairs: Vec<Pair>,
}

/// How the numbers of two columns agree.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pair {
    /// Spearman's ρ.
    pub rho: Option<f64>,
    /// Pearson's r.
    pub r: Option<f64>,
    /// Answers that have both.
    pub both: usize,
}

impl Agreement {
    /// Of all pairs; of more than `most` answers those of an even subsample.
    #[must_use]
    pub fn of(columns: &[&Column], most: usize) -> Self {
        let answers = columns.first().map_or(0, |column| column.values.len());
        let items = subsample(answers, most);
        let sorted: Vec<Sorted> =
            columns.iter().map(|column| Sorted::of(items.iter().map(|item| column.value(*item)).collect())).collect();
        let mut pairs = vec![Pair::default(); columns.len() * columns.len()];
        for (row, a) in sorted.iter().enumerate() {
            for (col, b) in sorted.iter().enumerate().take(row + 1) {
                let both = a.values.iter().zip(&b.values).filter(|(a, b)| a.is_some() && b.is_some()).count();
                let pair = Pair { rho: a.spearman(b), r: pearson(&a.values, &b.values), both };
                for at in [row * columns.len() + col, col * columns.len() + row] {
                    if let Some(slot) = pairs.get_mut(at) {
                        *slot = pair;
                    }
                }
            }
        }
        Self {
            keys: columns.iter().map(|column| column.key.clone()).collect(),
            labels: columns.iter().map(|column| column.label.clone()).collect(),
            looked_at: items.len(),
            answers,
            pairs,
        }
    }

    /// How two columns agree, by their places.
    #[must_use]
    pub fn pair(&self, row: usize, col: usize) -> Pair {
        self.pairs.get(row * self.keys.len() + col).copied().unwrap_or_default()
    }
}

/// All items, or so many of them in even steps.
#[must_use]
pub fn subsample(items: usize, most: usize) -> Vec<usize> {
    if items <= most { (0..items).collect() } else { (0..most).map(|n| n * items / most).collect() }
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

/// Values with the items that have one, in ascending order: sorted once, ranked with every other column.
struct Sorted {
    values: Vec<Option<f64>>,
    order: Vec<(usize, f64)>,
}

impl Sorted {
    fn of(values: Vec<Option<f64>>) -> Self {
        let mut order: Vec<(usize, f64)> =
            values.iter().enumerate().filter_map(|(item, value)| Some((item, (*value)?))).collect();
        order.sort_by(|a, b| a.1.total_cmp(&b.1));
        Self { values, order }
    }

    fn spearman(&self, other: &Self) -> Option<f64> {
        let (a, b) = (self.ranks(other), other.ranks(self));
        of_pairs(&a.into_iter().zip(b).filter_map(|(a, b)| Some((a?, b?))).collect::<Vec<_>>())
    }

    /// Ranks from 1 among the items that both have, equal values sharing the mean of theirs.
    fn ranks(&self, other: &Self) -> Vec<Option<f64>> {
        let shared = |item: usize| other.values.get(item).is_some_and(Option::is_some);
        let order: Vec<(usize, f64)> = self.order.iter().copied().filter(|(item, _)| shared(*item)).collect();
        let mut ranks = vec![None; self.values.len()];
        let mut before = 0;
        for equal in order.chunk_by(|a, b| a.1 == b.1) {
            let rank = before as f64 + (equal.len() as f64 + 1.0) / 2.0;
            for (item, _) in equal {
                if let Some(slot) = ranks.get_mut(*item) {
                    *slot = Some(rank);
                }
            }
            before += equal.len();
        }
        ranks
    }
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

    #[test]
    fn all_pairs_and_even_subsamples() {
        let answers = crate::model::Answers {
            outputs: vec![Some("x".to_owned()); 6],
            references: vec![Vec::new(); 6],
            incorrect: vec![Vec::new(); 6],
            numbers: [
                ("a", [Some(1.0), Some(2.0), None, Some(2.0), Some(4.0), Some(5.0)]),
                ("b", [Some(1.0), Some(3.0), Some(9.0), Some(2.0), Some(2.0), Some(7.0)]),
            ]
            .map(|(name, values)| crate::model::NumberColumn {
                name: name.to_owned(),
                values: values.to_vec(),
                ..crate::model::NumberColumn::default()
            })
            .into(),
            ..crate::model::Answers::default()
        };
        let scored = super::super::Generation::score(
            std::sync::Arc::new(answers),
            crate::model::Scoring::default(),
            &crate::model::NoProgress,
        );
        let scored = scored.unwrap();
        let columns = [scored.column("a").unwrap(), scored.column("b").unwrap()];
        let all = Agreement::of(&columns, 6);
        let pair = all.pair(1, 0);
        assert_eq!((pair.both, all.looked_at, all.answers), (5, 6, 6));
        // scipy 1.17.1, as above
        assert!((pair.rho.unwrap() - 0.763_157_894_736_842_1).abs() < 1e-12);
        assert!((pair.r.unwrap() - 0.778_498_944_161_522_9).abs() < 1e-12);
        assert_eq!(all.pair(0, 1), pair);
        assert_eq!(all.pair(0, 0).rho, Some(1.0));
        assert_eq!(subsample(6, 4), [0, 1, 3, 4]);
        assert_eq!(Agreement::of(&columns, 4).pair(0, 1).both, 4);
    }
}
