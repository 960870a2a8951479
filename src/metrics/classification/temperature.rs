//! Temperature scaling (Guo et al. 2017): how much surer or less sure a classifier with one class an item would have to be for its
//! probabilities to be right on the whole. Knows rows of scores and the class that is true of each.

use rayon::prelude::*;

use crate::model::{ClassScores, Dataset, ImageId};

use super::labels::{self, NONE};
use super::rows::{BINS, BinSums, CLIP, Look, bin_of};
use super::{column, single::SingleLabel};

/// Temperatures are sought between 1 / this and this.
const MOST: f64 = 100.0;
/// Steps of the search; few are needed, as the loss has one minimum.
const STEPS: usize = 100;
/// Items added up on their own: sums do not depend on the number of threads.
const RUN: usize = 4096;

/// How well probabilities fit what is true.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Calibration {
    /// Expected calibration error, as [`SingleLabel::ece`].
    pub ece: f64,
    /// As [`SingleLabel::log_loss`].
    pub log_loss: f64,
    /// Mean of the highest probability of each item.
    pub confidence: f64,
}

/// What scaling gives. The best class of an item stays what it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Temperature {
    /// The temperature with the least log loss: the logarithm of every probability is divided by it. Above 1 makes less sure.
    pub value: f64,
    /// As it is.
    pub before: Calibration,
    /// Scaled.
    pub after: Calibration,
}

impl Temperature {
    /// The temperature of a classifier with one class an item; `None` where losses are undefined, and where any temperature
    /// could still be bettered, as of a classifier that is always right.
    #[must_use]
    pub(in crate::metrics) fn of(dataset: &Dataset, scores: &ClassScores, single: &SingleLabel) -> Option<Self> {
        column::rankable(scores)?;
        let (ece, log_loss) = (single.ece?, single.log_loss?);
        let rows = Rows { scores, truth: labels::single(dataset, scores) };
        let beta = rows.sharpest()?;
        let confidence = rows.calibration(1.0)?.confidence;
        let before = Calibration { ece, log_loss, confidence };
        Some(Self { value: 1.0 / beta, before, after: rows.calibration(beta)? })
    }
}

/// Sums over items at one sharpness, the inverse of the temperature.
#[derive(Clone, Copy, Default)]
struct Sums {
    items: u64,
    /// First and second derivative of the loss.
    slope: f64,
    bend: f64,
    log_loss: f64,
    confidence: f64,
    bins: [BinSums; BINS],
}

impl Sums {
    fn merge(mut self, later: &Self) -> Self {
        self.items += later.items;
        self.slope += later.slope;
        self.bend += later.bend;
        self.log_loss += later.log_loss;
        self.confidence += later.confidence;
        for (sum, bin) in self.bins.iter_mut().zip(&later.bins) {
            sum.count += bin.count;
            sum.correct += bin.correct;
            sum.confidence += bin.confidence;
        }
        self
    }

    /// Adds an item whose probabilities have these logarithms, each multiplied by `beta`.
    fn add(&mut self, logs: &[f64], truth: usize, beta: f64) {
        let Some(&own) = logs.get(truth) else { return };
        let (best, high) = logs
            .iter()
            .enumerate()
            .fold((0, f64::NEG_INFINITY), |best, (class, &log)| if log > best.1 { (class, log) } else { best });
        let (mut whole, mut mean, mut square) = (0.0, 0.0, 0.0);
        for log in logs {
            let weight = ((log - high) * beta).exp();
            whole += weight;
            mean += weight * (log - high);
            square += weight * (log - high) * (log - high);
        }
        let (mean, square) = (mean / whole, square / whole);
        self.items += 1;
        self.slope += mean - (own - high);
        self.bend += square - mean * mean;
        let p = ((own - high) * beta).exp() / whole;
        self.log_loss -= p.clamp(CLIP, 1.0 - CLIP).ln();
        let confidence = 1.0 / whole;
        self.confidence += confidence;
        if let Some(bin) = self.bins.get_mut(bin_of(confidence, BINS)) {
            bin.count += 1;
            bin.correct += u64::from(best == truth);
            bin.confidence += confidence;
        }
    }
}

struct Rows<'a> {
    scores: &'a ClassScores,
    truth: Vec<u32>,
}

impl Rows<'_> {
    fn at(&self, beta: f64) -> Sums {
        let run = |(number, run): (usize, &[u32])| {
            let (mut sums, mut row) = (Sums::default(), Vec::new());
            for (item, &truth) in (number * RUN..).zip(run).filter(|(_, truth)| **truth != NONE) {
                if self.scores.copy_row(ImageId::from_index(item), &mut row) {
                    let shares = Look::at(&row).shares(row.len());
                    row.iter_mut().for_each(|score| *score = shares.of(*score).max(CLIP).ln());
                    sums.add(&row, truth as usize, beta);
                }
            }
            sums
        };
        let runs: Vec<Sums> = self.truth.par_chunks(RUN).enumerate().map(run).collect();
        runs.iter().fold(Sums::default(), Sums::merge)
    }

    /// The sharpness with the least loss, by Newton's steps where they stay between the bounds. The loss is convex in it.
    fn sharpest(&self) -> Option<f64> {
        let (mut low, mut high) = (1.0 / MOST, MOST);
        if self.at(low).slope > 0.0 || self.at(high).slope < 0.0 {
            return None;
        }
        let mut beta = 1.0;
        for _ in 0..STEPS {
            let sums = self.at(beta);
            if sums.slope > 0.0 {
                high = beta;
            } else {
                low = beta;
            }
            let step = beta - sums.slope / sums.bend;
            // Also where the step is no number.
            let next = if step > low && step < high { step } else { (low * high).sqrt() };
            if (next - beta).abs() <= 1e-14 * beta {
                return Some(next);
            }
            beta = next;
        }
        Some(beta)
    }

    fn calibration(&self, beta: f64) -> Option<Calibration> {
        let sums = self.at(beta);
        let items = sums.items as f64;
        let gaps = sums.bins.iter().filter(|bin| bin.count > 0).map(|bin| (bin.correct as f64 - bin.confidence).abs());
        (sums.items > 0).then(|| Calibration {
            ece: gaps.sum::<f64>() / items,
            log_loss: sums.log_loss / items,
            confidence: sums.confidence / items,
        })
    }
}
