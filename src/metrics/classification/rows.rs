//! One pass over the items of a single-label classifier: answers, losses, top-k, calibration. Knows rows of scores and the
//! class that is true of each.

use rayon::prelude::*;
use serde::Serialize;

use crate::model::{Cancelled, ClassId, ClassScores, Dataset, ImageId, Progress, ScoreTable};

use super::column::Score;
use super::labels::NONE;

/// What is odd about the rows of scores of the items that count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RowChecks {
    /// Rows in which several classes share the highest score.
    pub tied: u64,
    /// Rows of zeros only.
    pub zero: u64,
    /// Rows whose sum is further from 1 than 0.001; 0 where not every class has a score.
    pub not_one: u64,
    /// Rows with a negative number.
    pub negative: u64,
}

impl RowChecks {
    /// How far a sum may be from 1.
    pub const TOLERANCE: f64 = 1e-3;
}

/// Equal bins of confidence that ECE is over.
pub(super) const BINS: usize = 15;
/// Ranks of the true class that are told apart.
pub(super) const RANKS: usize = 10;
/// Probabilities are kept this far from 0 and 1 before their logarithm is taken, as scikit-learn does with doubles.
pub(super) const CLIP: f64 = f64::EPSILON;
/// Items between two looks at the cancel flag, added up on their own: sums do not depend on the number of threads.
const RUN: usize = 4096;

/// Items whose highest probability lies in one bin.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct BinSums {
    pub count: u64,
    pub correct: u64,
    pub confidence: f64,
}

/// The bin of a confidence in `bins` equal ones over 0…1, each (low, high], the first closed below.
pub(super) fn bin_of(confidence: f64, bins: usize) -> usize {
    let guess = (confidence * bins as f64).ceil().max(1.0) as usize;
    let edge = |i: usize| i as f64 / bins as f64;
    // The product rounds: put right what lies exactly at an edge.
    let guess = if confidence <= edge(guess - 1) { guess.saturating_sub(1) } else { guess };
    let guess = if confidence > edge(guess) { guess + 1 } else { guess };
    guess.clamp(1, bins.max(1)) - 1
}

/// Sums over items.
#[derive(Clone, Debug, Default)]
pub(super) struct RowSums {
    pub items: u64,
    pub checks: RowChecks,
    /// How often the true class has rank 0, 1, … (scikit-learn's ties: the highest class first).
    pub ranks: [u64; RANKS],
    pub log_loss: f64,
    pub log_loss_as_given: f64,
    pub brier: f64,
    pub bins: [BinSums; BINS],
    /// Per item the best class; [`NONE`] where it does not count.
    pub best: Vec<u32>,
}

impl RowSums {
    /// Over all items that count.
    ///
    /// # Errors
    /// [`Cancelled`] when asked to stop.
    pub fn of(scores: &ClassScores, truth: &[u32], progress: &dyn Progress) -> Result<Self, Cancelled> {
        let classes = scores.classes();
        match scores.table() {
            Some(ScoreTable::Single(rows)) => {
                in_runs(truth, progress, |sums, i, t| sums.add_row(row(rows, i, classes), t))
            }
            Some(ScoreTable::Double(rows)) => {
                in_runs(truth, progress, |sums, i, t| sums.add_row(row(rows, i, classes), t))
            }
            None => in_runs(truth, progress, |sums, item, t| {
                let listed: Vec<(ClassId, f64)> = scores.scored(ImageId::from_index(item)).collect();
                sums.add_list(&listed, t);
            }),
        }
    }

    fn merge(&mut self, mut later: Self) {
        self.items += later.items;
        self.checks.tied += later.checks.tied;
        self.checks.zero += later.checks.zero;
        self.checks.not_one += later.checks.not_one;
        self.checks.negative += later.checks.negative;
        self.log_loss += later.log_loss;
        self.log_loss_as_given += later.log_loss_as_given;
        self.brier += later.brier;
        self.ranks.iter_mut().zip(later.ranks).for_each(|(sum, n)| *sum += n);
        for (sum, bin) in self.bins.iter_mut().zip(later.bins) {
            sum.count += bin.count;
            sum.correct += bin.correct;
            sum.confidence += bin.confidence;
        }
        self.best.append(&mut later.best);
    }

    fn add_row<T: Score>(&mut self, row: &[T], truth: u32) {
        let Some(&of_truth) = row.get(truth as usize) else {
            self.best.push(NONE);
            return;
        };
        let look = Look::at(row);
        self.items += 1;
        self.best.push(look.best);
        self.checks.tied += u64::from(look.tied);
        self.checks.zero += u64::from(look.high == 0.0 && look.low == 0.0);
        self.checks.negative += u64::from(look.low < 0.0);
        self.checks.not_one += u64::from((look.sum - 1.0).abs() > RowChecks::TOLERANCE);
        let before = row.iter().zip(0_u32..).filter(|&(&s, c)| s > of_truth || (s == of_truth && c > truth)).count();
        if let Some(n) = self.ranks.get_mut(before) {
            *n += 1;
        }
        let shares = look.shares(row.len());
        let p = shares.of(of_truth.into());
        self.log_loss -= p.clamp(CLIP, 1.0 - CLIP).ln();
        self.log_loss_as_given -= Into::<f64>::into(of_truth).clamp(CLIP, 1.0 - CLIP).ln();
        self.brier += shares.squares(look.squares, row.len()) - 2.0 * p + 1.0;
        let confidence = shares.of(look.high);
        if let Some(bin) = self.bins.get_mut(bin_of(confidence, BINS)) {
            bin.count += 1;
            bin.correct += u64::from(look.best == truth);
            bin.confidence += confidence;
        }
    }

    /// From the best few classes, best first: what can be said from them.
    fn add_list(&mut self, list: &[(ClassId, f64)], truth: u32) {
        let Some(&(best, high)) = list.first().filter(|_| truth != NONE) else {
            self.best.push(NONE);
            return;
        };
        self.items += 1;
        self.best.push(best.0);
        self.checks.tied += u64::from(list.get(1).is_some_and(|second| second.1 == high));
        self.checks.zero += u64::from(list.iter().all(|(_, score)| *score == 0.0));
        self.checks.negative += u64::from(list.iter().any(|(_, score)| *score < 0.0));
        if let Some(&(_, own)) = list.iter().find(|(class, _)| class.0 == truth) {
            let before = list.iter().filter(|&&(c, s)| s > own || (s == own && c.0 > truth)).count();
            if let Some(n) = self.ranks.get_mut(before) {
                *n += 1;
            }
        }
    }
}

fn row<T>(rows: &[T], item: usize, classes: usize) -> &[T] {
    rows.get(item * classes..(item + 1) * classes).unwrap_or(&[])
}

fn in_runs(
    truth: &[u32],
    progress: &dyn Progress,
    add: impl Fn(&mut RowSums, usize, u32) + Sync,
) -> Result<RowSums, Cancelled> {
    progress.stage("Reading answers");
    let runs: Vec<RowSums> = truth
        .par_chunks(RUN)
        .enumerate()
        .map(|(number, run)| {
            progress.check()?;
            let mut sums = RowSums { best: Vec::with_capacity(run.len()), ..RowSums::default() };
            for (item, &truth) in (number * RUN..).zip(run) {
                add(&mut sums, item, truth);
            }
            Ok(sums)
        })
        .collect::<Result<_, Cancelled>>()?;
    let mut all = RowSums { best: Vec::with_capacity(truth.len()), ..RowSums::default() };
    runs.into_iter().for_each(|run| all.merge(run));
    Ok(all)
}

/// What one row holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// Its best class (ties: the lowest).
    pub best: u32,
    /// Several classes share the highest score.
    pub tied: bool,
    pub high: f64,
    pub low: f64,
    pub sum: f64,
    pub squares: f64,
}

impl Look {
    pub fn at<T: Score>(row: &[T]) -> Self {
        let (mut sum, mut squares) = (0.0, 0.0);
        for &score in row {
            let score: f64 = score.into();
            sum += score;
            squares += score * score;
        }
        let mut high = row.first().copied();
        let (mut low, mut best, mut times) = (high, 0, 0);
        for (&score, class) in row.iter().zip(0_u32..) {
            if high.is_none_or(|h| score > h) {
                (high, best, times) = (Some(score), class, 1);
            } else if Some(score) == high {
                times += 1;
            }
            if low.is_none_or(|l| score < l) {
                low = Some(score);
            }
        }
        let number = |score: Option<T>| score.map_or(0.0, Into::into);
        Self { best, tied: times > 1, high: number(high), low: number(low), sum, squares }
    }

    /// How the row's scores become probabilities that add up to 1.
    pub fn shares(&self, classes: usize) -> Shares {
        if self.sum == 0.0 { Shares::Uniform(1.0 / classes as f64) } else { Shares::Divided(self.sum) }
    }
}

/// Rows divided by their sum; a row of zeros says that all classes are as likely.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shares {
    Divided(f64),
    Uniform(f64),
}

impl Shares {
    /// The probability of a score.
    pub fn of(self, score: f64) -> f64 {
        match self {
            Self::Divided(sum) => score / sum,
            Self::Uniform(each) => each,
        }
    }

    /// Σ of the squared probabilities, from that of the squared scores.
    fn squares(self, squares: f64, classes: usize) -> f64 {
        match self {
            Self::Divided(sum) => squares / (sum * sum),
            Self::Uniform(each) => each * each * classes as f64,
        }
    }
}

/// The best class and its score of every item that the model says anything about, in order.
pub(super) fn best(dataset: &Dataset, scores: &ClassScores) -> Vec<(ImageId, (ClassId, f64))> {
    let items: Vec<ImageId> = dataset.image_ids().collect();
    let classes = scores.classes();
    let look = |item: ImageId| {
        if scores.is_absent(item) || classes == 0 {
            return None;
        }
        match scores.table() {
            Some(ScoreTable::Single(rows)) => Some(answer(row(rows, item.index(), classes))),
            Some(ScoreTable::Double(rows)) => Some(answer(row(rows, item.index(), classes))),
            None => scores.best(item),
        }
    };
    items.par_iter().filter_map(|&item| look(item).map(|best| (item, best))).collect()
}

fn answer<T: Score>(row: &[T]) -> (ClassId, f64) {
    let look = Look::at(row);
    (ClassId(look.best), look.high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (lo, hi]: an edge belongs to the bin below it, 0 to the first; 7/15 is an edge, as is 1/5 = 3/15.
    #[test]
    fn bins_are_closed_above() {
        assert_eq!(
            [0.0, 1e-12, 1.0 / 15.0, 0.0667, 0.2, 7.0 / 15.0, 1.0].map(|p| bin_of(p, 15)),
            [0, 0, 0, 1, 2, 6, 14]
        );
        for edge in 1..=15 {
            let at = f64::from(edge) / 15.0;
            assert_eq!((bin_of(at, 15), bin_of(at.next_up(), 15)), (edge as usize - 1, (edge as usize).min(14)));
        }
    }

    #[test]
    fn a_look_at_a_row() {
        let look = Look::at(&[0.2_f32, 0.5, 0.5]);
        assert_eq!((look.best, look.tied, look.high, look.low), (1, true, 0.5, f64::from(0.2_f32)));
        let zero = Look::at(&[0.0, 0.0, 0.0, 0.0]);
        assert_eq!(
            (zero.best, zero.tied, zero.shares(4).of(0.0), zero.shares(4).squares(0.0, 4)),
            (0, true, 0.25, 0.25)
        );
    }
}
