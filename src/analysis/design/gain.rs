//! Differences of two ways to count the same items, with their intervals over resamples of the items.

use rayon::prelude::*;

use crate::analysis::compare::{Verdict, draw};
use crate::metrics::bootstrap::percentiles;
use crate::metrics::lanes::{LANES, Weights};
use crate::metrics::rates;
use crate::model::{Cancelled, Progress, fmt};

use super::{Goal, Sums, total};

/// A number that thresholds change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measure {
    /// What all errors cost.
    Cost,
    /// F-beta.
    FBeta(f64),
    /// F1.
    F1,
    /// Precision.
    Precision,
    /// Recall.
    Recall,
}

impl Measure {
    /// Those that are told of a goal: what it is about first.
    #[must_use]
    pub fn of(goal: &Goal) -> Vec<Self> {
        match *goal {
            Goal::Cost(_) => vec![Self::Cost, Self::F1, Self::Precision, Self::Recall],
            Goal::FBeta(1.0) => vec![Self::F1, Self::Precision, Self::Recall],
            Goal::FBeta(beta) => vec![Self::FBeta(beta), Self::F1, Self::Precision, Self::Recall],
            Goal::Recall(_) => vec![Self::Recall, Self::Precision, Self::F1],
            Goal::Precision(_) => vec![Self::Precision, Self::Recall, Self::F1],
        }
    }

    /// What a person reads.
    #[must_use]
    pub fn label(self) -> String {
        match self {
            Self::Cost => "Cost".to_owned(),
            Self::FBeta(beta) => format!("F{beta}"),
            Self::F1 => "F1".to_owned(),
            Self::Precision => "Precision".to_owned(),
            Self::Recall => "Recall".to_owned(),
        }
    }

    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::FBeta(_) => "f_beta",
            Self::F1 => "f1",
            Self::Precision => "precision",
            Self::Recall => "recall",
        }
    }

    /// A value as people read it.
    #[must_use]
    pub fn words(self, value: Option<f64>) -> String {
        match self {
            // Three digits are enough of what is not whole.
            Self::Cost => fmt::decimal(
                value,
                match value.map_or(0.0, f64::abs) {
                    cost if cost.fract() == 0.0 || cost >= 100.0 => 0,
                    cost if cost >= 10.0 => 1,
                    _ => 2,
                },
            ),
            _ => fmt::rate(value),
        }
    }

    /// A difference with its sign.
    #[must_use]
    pub fn signed(self, difference: Option<f64>) -> String {
        match (self, difference) {
            (_, None) => fmt::UNDEFINED.to_owned(),
            (Self::Cost, Some(value)) if value > 0.0 => format!("+{}", self.words(difference)),
            (Self::Cost, Some(_)) => self.words(difference),
            (_, Some(value)) => fmt::difference(value),
        }
    }

    /// Its value.
    #[must_use]
    pub fn value(self, sums: &Sums) -> Option<f64> {
        match self {
            Self::Cost => Some(sums.cost),
            Self::FBeta(beta) => rates::f_beta(sums.correct, sums.kept, sums.truths, beta),
            Self::F1 => sums.f1(),
            Self::Precision => sums.precision(),
            Self::Recall => sums.recall(),
        }
    }
}

/// A number now and then.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Which.
    pub measure: Measure,
    /// Now.
    pub now: Option<f64>,
    /// With the other thresholds.
    pub then: Option<f64>,
    /// 95 % interval of then − now over paired resamples of the items.
    pub interval: Option<(f64, f64)>,
    /// Who is better: the first is now.
    pub verdict: Verdict,
}

impl Difference {
    /// then − now.
    #[must_use]
    pub fn difference(&self) -> Option<f64> {
        Some(self.then? - self.now?)
    }

    /// The verdict in words.
    #[must_use]
    pub const fn words(&self) -> &'static str {
        match self.verdict {
            Verdict::ABetter => "worse",
            Verdict::BBetter => "better",
            Verdict::NotDistinguishable => "not distinguishable",
            Verdict::Unknown => "",
        }
    }
}

/// How often and with which seed items are drawn.
#[derive(Clone, Copy)]
pub(super) struct Resampler {
    pub resamples: usize,
    pub seed: u64,
}

impl Resampler {
    /// The numbers of a goal, `then` against `now`, item by item.
    pub fn differences(
        self,
        goal: &Goal,
        now: &[Sums],
        then: &[Sums],
        progress: &dyn Progress,
    ) -> Result<Vec<Difference>, Cancelled> {
        let measures = Measure::of(goal);
        let blocks: Vec<usize> = (0..self.resamples).step_by(LANES).collect();
        let of_blocks: Vec<Vec<[Option<f64>; LANES]>> = blocks
            .par_iter()
            .map(|&first| {
                progress.check()?;
                let drawn = draw(now.len(), first, self.seed);
                let [now, then] = [now, then].map(|items| resampled(items, &drawn));
                let of = |measure: &Measure| -> [Option<f64>; LANES] {
                    std::array::from_fn(|lane| Some(measure.value(&then[lane])? - measure.value(&now[lane])?))
                };
                Ok(measures.iter().map(of).collect())
            })
            .collect::<Result<_, Cancelled>>()?;
        let sums = [now, then].map(total);
        let one = |(at, &measure): (usize, &Measure)| {
            let lanes = of_blocks.iter().filter_map(|block| block.get(at)).flatten();
            let interval = percentiles(lanes.take(self.resamples).filter_map(|value| *value).collect());
            Difference {
                measure,
                now: measure.value(&sums[0]),
                then: measure.value(&sums[1]),
                interval,
                verdict: Verdict::of(interval, measure == Measure::Cost),
            }
        };
        Ok(measures.iter().enumerate().map(one).collect())
    }
}

/// The sums of items in each of several resamples.
fn resampled(items: &[Sums], drawn: &[Weights]) -> [Sums; LANES] {
    let mut sums = [Sums::default(); LANES];
    for (item, weights) in items.iter().zip(drawn) {
        for (sum, &times) in sums.iter_mut().zip(weights) {
            let n = u64::from(times);
            sum.correct += n * item.correct;
            sum.kept += n * item.kept;
            sum.truths += n * item.truths;
            sum.cost += f64::from(times) * item.cost;
        }
    }
    sums
}
