//! What the numbers of a set of answers add up, as a row of statistics for every answer: so any resample of the answers has its
//! numbers by a weighted sum of rows.

use rayon::prelude::*;

use super::{Column, Generation, Intervals};
use crate::metrics::bootstrap::percentiles;
use crate::metrics::text::ItemCounts;
use crate::metrics::text::bleu::BleuCounts;
use crate::metrics::text::chrf::{ChrfCounts, OrderCounts};
use crate::metrics::text::ter::TerCounts;
use crate::model::rng::Rng;
use crate::model::{Cancelled, Progress};

/// Numbers of BLEU, chrF, chrF++ and TER.
const COUNTS: usize = 10 + 18 + 24 + 2;

/// How the numbers of one column follow from sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// The mean of values: their sum, and how many there are.
    Mean,
    /// BLEU of all counts.
    Bleu,
    /// chrF of all counts.
    Chrf,
    /// chrF++ of all counts.
    ChrfPlusPlus,
    /// TER of all counts.
    Ter,
}

impl Number {
    /// That of a column by its key.
    #[must_use]
    pub fn of(key: &str) -> Self {
        match key {
            "bleu" => Self::Bleu,
            "chrf" => Self::Chrf,
            "chrf_plus_plus" => Self::ChrfPlusPlus,
            "ter" => Self::Ter,
            _ => Self::Mean,
        }
    }

    /// The number where a column's sum is `sum` over `defined` answers, and all counts are these.
    fn value(self, sum: f64, defined: f64, counts: &ItemCounts) -> Option<f64> {
        (defined > 0.0).then(|| match self {
            Self::Mean => sum / defined,
            Self::Bleu => counts.bleu.corpus_score(),
            Self::Chrf => counts.chrf.score(),
            Self::ChrfPlusPlus => counts.chrf_plus_plus.score(),
            Self::Ter => counts.ter.score(),
        })
    }
}

/// Statistics of a row for so many columns.
#[must_use]
pub const fn width(columns: usize) -> usize {
    2 * columns + COUNTS
}

/// The row of an answer: value and 1 of each column (0 and 0 where it is undefined or there is no such column), then the counts.
pub fn row(columns: &[Option<&Column>], counts: &ItemCounts, item: usize, row: &mut Vec<f64>) {
    for column in columns {
        let value = column.and_then(|column| column.value(item));
        row.extend([value.unwrap_or(0.0), f64::from(value.is_some())]);
    }
    let ItemCounts { bleu, chrf, chrf_plus_plus, ter } = counts;
    row.extend(bleu.matches.iter().chain(&bleu.totals).map(|n| *n as f64));
    row.extend([bleu.length as f64, bleu.reference_length as f64]);
    for order in chrf.0.iter().chain(&chrf_plus_plus.0) {
        row.extend([order.prediction as f64, order.reference as f64, order.matches as f64]);
    }
    row.extend([ter.edits as f64, ter.reference_length]);
}

/// The numbers of sums of rows, in the order of the columns.
#[must_use]
pub fn values(numbers: &[Number], sums: &[f64]) -> Vec<Option<f64>> {
    let (of_columns, of_counts) = sums.split_at_checked(2 * numbers.len()).unwrap_or((sums, &[]));
    let counts = counts(of_counts);
    let pairs = of_columns.chunks_exact(2);
    numbers
        .iter()
        .zip(pairs)
        .map(|(number, pair)| match pair {
            [sum, defined] => number.value(*sum, *defined, &counts),
            _ => None,
        })
        .collect()
}

/// Counts are whole numbers, far below 2^53, so that doubles hold them exactly.
fn counts(sums: &[f64]) -> ItemCounts {
    let mut rest = sums.iter().copied();
    let mut next = || rest.next().unwrap_or(0.0);
    let bleu = BleuCounts {
        matches: std::array::from_fn(|_| next() as u64),
        totals: std::array::from_fn(|_| next() as u64),
        length: next() as u64,
        reference_length: next() as u64,
    };
    let mut order = || OrderCounts { prediction: next() as u64, reference: next() as u64, matches: next() as u64 };
    let chrf = ChrfCounts(std::array::from_fn(|_| order()));
    let chrf_plus_plus = ChrfCounts(std::array::from_fn(|_| order()));
    ItemCounts { bleu, chrf, chrf_plus_plus, ter: TerCounts { edits: next() as u64, reference_length: next() } }
}

impl Generation {
    /// 95 % intervals of every number of the whole set: percentiles of resamples of the answers. A number that does not vary
    /// has none.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn intervals(&self, resamples: usize, seed: u64, progress: &dyn Progress) -> Result<Intervals, Cancelled> {
        let columns: Vec<Option<&Column>> = self.columns.iter().map(|column| Some(column.as_ref())).collect();
        let numbers: Vec<Number> = self.columns.iter().map(|column| Number::of(&column.key)).collect();
        let (items, width) = (self.answers.len(), width(columns.len()));
        let mut rows = Vec::with_capacity(items * width);
        for (item, counts) in self.counts.iter().enumerate() {
            row(&columns, counts, item, &mut rows);
        }
        let one = |resample: usize| {
            progress.check()?;
            let mut rng = Rng::of_part(seed, resample as u64);
            let mut drawn = vec![0_u32; items];
            for _ in 0..items {
                if let Some(times) = drawn.get_mut(rng.below(items as u64) as usize) {
                    *times += 1;
                }
            }
            let mut sums = vec![0.0; width];
            for (times, row) in drawn.iter().zip(rows.chunks_exact(width)).filter(|(times, _)| **times > 0) {
                let times = f64::from(*times);
                sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += times * value);
            }
            Ok(values(&numbers, &sums))
        };
        let all: Vec<Vec<Option<f64>>> = (0..resamples).into_par_iter().map(one).collect::<Result<_, Cancelled>>()?;
        let mut intervals = Intervals::new();
        for (at, column) in self.columns.iter().enumerate() {
            let found: Vec<f64> = all.iter().filter_map(|values| values.get(at).copied().flatten()).collect();
            if let Some(interval) = percentiles(found).filter(|(low, high)| low < high) {
                intervals.insert(column.key.clone(), interval);
            }
        }
        Ok(intervals)
    }
}
