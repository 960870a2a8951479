//! Bootstrap over images: how much the headline would move with another sample of the same kind.

use rayon::prelude::*;
use serde::Serialize;

use crate::model::rng::Rng;
use crate::model::{Cancelled, ImageId, PredId, Progress, TruthId};

use super::classification::{Averages, Tally};
use super::counts::Counts;
use super::evaluation::Evaluation;
use super::generation;
use super::rates;
use super::timeline::{Cut, Timeline};

/// Percentile intervals of the headline at one threshold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HeadlineIntervals {
    /// Number of resamples.
    pub resamples: usize,
    /// Seed of the resamples.
    pub seed: u64,
    /// 95 % interval of the precision; `None` where no resample defines it.
    pub precision: Option<(f64, f64)>,
    /// 95 % interval of the recall.
    pub recall: Option<(f64, f64)>,
    /// 95 % interval of F1.
    pub f1: Option<(f64, f64)>,
    /// What only classifiers have.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub labels: Option<LabelIntervals>,
    /// Of generated texts every number of the set.
    #[serde(skip)]
    pub texts: Option<generation::Intervals>,
}

/// Percentile intervals of a classifier's numbers, of the same resamples.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabelIntervals {
    /// 95 % interval of the share of items whose best class is true; `None` where an item can have several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<(f64, f64)>,
    /// 95 % interval of the mean over classes of F1, 0/0 counted 0: by the best class of each item, without a threshold; at the
    /// threshold where an item can have several.
    pub macro_f1: Option<(f64, f64)>,
}

/// The intervals of an evaluation at a threshold: of the headline, of a classifier's accuracy and macro F1, of every number of
/// generated texts.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn of_evaluation(
    evaluation: &Evaluation,
    timeline: &Timeline,
    cut: Cut,
    resamples: usize,
    seed: u64,
    progress: &dyn Progress,
) -> Result<HeadlineIntervals, Cancelled> {
    let images = evaluation.dataset.image_ids();
    let mut intervals = headline(images, timeline, cut, resamples, seed, progress)?;
    if evaluation.labels().is_some() {
        intervals.labels = Some(of_labels(&Answers::of(evaluation, timeline, cut), resamples, seed, progress)?);
    }
    if let Some(texts) = evaluation.texts() {
        intervals.texts = Some(texts.intervals(resamples, seed, progress)?);
    }
    Ok(intervals)
}

fn of_labels(
    answers: &Answers,
    resamples: usize,
    seed: u64,
    progress: &dyn Progress,
) -> Result<LabelIntervals, Cancelled> {
    let values: Vec<(Option<f64>, Option<f64>)> = (0..resamples as u64)
        .into_par_iter()
        .map(|number| {
            progress.check()?;
            let tallies = answers.resample(seed, number);
            let correct = tallies.iter().map(|tally| tally.correct).sum();
            let said = tallies.iter().map(|tally| tally.predicted).sum();
            Ok((rates::ratio(correct, said), Averages::of(&tallies).macro_.f1))
        })
        .collect::<Result<_, Cancelled>>()?;
    Ok(LabelIntervals {
        accuracy: percentiles(values.iter().filter_map(|value| value.0).collect()).filter(|_| answers.single),
        macro_f1: percentiles(values.iter().filter_map(|value| value.1).collect()),
    })
}

/// What each item adds to the counts of classes.
struct Answers {
    single: bool,
    classes: usize,
    /// Item `i` has `starts[i]..starts[i + 1]`.
    starts: Vec<u32>,
    /// The true class and the one that is said, a number beyond all classes where there is none.
    pairs: Vec<(u32, u32)>,
}

impl Answers {
    /// Where an item has one class, its label and its best class; else the outcomes at the threshold.
    fn of(evaluation: &Evaluation, timeline: &Timeline, cut: Cut) -> Self {
        const NONE: u32 = u32::MAX;
        let (dataset, predictions) = (&evaluation.dataset, &evaluation.predictions);
        let single = !evaluation.task.is_multilabel();
        let truth = |id: TruthId| dataset.truths.class.get(id.index()).map_or(NONE, |class| class.0);
        let said = |id: PredId| predictions.class_of(id).map_or(NONE, |class| class.0);
        let (mut starts, mut pairs) = (vec![0], Vec::new());
        for item in dataset.image_ids() {
            if single {
                let both = dataset.truths.ids_of(item).next().zip(predictions.ids_of(item).next());
                pairs.extend(both.map(|(a, p)| (truth(a), said(p))));
            } else {
                let outcomes = timeline.outcomes_of(item, cut);
                pairs.extend(outcomes.map(|o| (o.truth().map_or(NONE, truth), o.pred().map_or(NONE, said))));
            }
            starts.push(u32::try_from(pairs.len()).unwrap_or(u32::MAX));
        }
        Self { single, classes: dataset.classes.len(), starts, pairs }
    }

    /// The counts of classes over a resample of items.
    fn resample(&self, seed: u64, number: u64) -> Vec<Tally> {
        let mut tallies = vec![Tally::default(); self.classes];
        for item in draws(self.starts.len() - 1, seed, number) {
            let range = match self.starts.get(item..item + 2) {
                Some(&[a, b]) => a as usize..b as usize,
                _ => 0..0,
            };
            for &(truth, said) in self.pairs.get(range).unwrap_or_default() {
                if let Some(tally) = tallies.get_mut(truth as usize) {
                    tally.support += 1;
                    tally.correct += u64::from(truth == said);
                }
                if let Some(tally) = tallies.get_mut(said as usize) {
                    tally.predicted += 1;
                }
            }
        }
        tallies
    }
}

/// As many positions below `items` as there are items, drawn with replacement: the same of a seed and number.
fn draws(items: usize, seed: u64, number: u64) -> impl Iterator<Item = usize> {
    let mut rng = Rng::of_part(seed, number);
    (0..items).filter_map(move |_| usize::try_from((u128::from(rng.next_u64()) * items as u128) >> 64).ok())
}

/// Resamples images with replacement and reads precision, recall and F1 off each resample (percentile method, 2.5 % and
/// 97.5 % by linear interpolation as `numpy.percentile`). Same seed, same result, whatever the number of threads.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn headline(
    images: impl Iterator<Item = ImageId>,
    timeline: &Timeline,
    cut: Cut,
    resamples: usize,
    seed: u64,
    progress: &dyn Progress,
) -> Result<HeadlineIntervals, Cancelled> {
    progress.stage("Resampling images");
    let per_image: Vec<Counts> = images.map(|image| timeline.counts_of(image, cut)).collect();
    let sums: Vec<Counts> = (0..resamples as u64)
        .into_par_iter()
        .map(|number| {
            progress.check()?;
            Ok(resample(&per_image, seed, number))
        })
        .collect::<Result<_, Cancelled>>()?;
    let interval = |value: fn(Counts) -> Option<f64>| percentiles(sums.iter().filter_map(|&c| value(c)).collect());
    Ok(HeadlineIntervals {
        resamples,
        seed,
        precision: interval(Counts::precision),
        recall: interval(Counts::recall),
        f1: interval(Counts::f1),
        labels: None,
        texts: None,
    })
}

fn resample(per_image: &[Counts], seed: u64, number: u64) -> Counts {
    let mut sum = Counts::default();
    for image in draws(per_image.len(), seed, number) {
        if let Some(counts) = per_image.get(image) {
            sum.correct += counts.correct;
            sum.misclassified += counts.misclassified;
            sum.missed += counts.missed;
            sum.false_positives += counts.false_positives;
        }
    }
    sum
}

/// The 2.5 and 97.5 percentiles by linear interpolation, as `numpy.percentile`; `None` of nothing.
#[must_use]
pub fn percentiles(mut values: Vec<f64>) -> Option<(f64, f64)> {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let place = share * (values.len().checked_sub(1)?) as f64;
        let (low, high) = (values.get(place.floor() as usize)?, values.get(place.ceil() as usize)?);
        Some(low + (high - low) * place.fract())
    };
    Some((at(0.025)?, at(0.975)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `numpy.percentile([1, 2, 3, 4, 5], [2.5, 97.5])` of numpy 2.3 is 1.1 and 4.9.
    #[test]
    fn percentiles_interpolate() {
        let (low, high) = percentiles(vec![3.0, 1.0, 5.0, 2.0, 4.0]).unwrap();
        assert!((low - 1.1).abs() < 1e-12 && (high - 4.9).abs() < 1e-12);
        assert_eq!(percentiles(Vec::new()), None);
    }

    /// Two kinds of images, 100 each: correct or missed. The recall of a resample is a mean of 200 coin tosses: its
    /// standard deviation is sqrt(0.25 / 200) = 0.0354, so 95 % lie within 0.5 ± 0.069.
    #[test]
    fn resamples_spread_as_the_binomial_does() {
        let right = Counts { correct: 1, ..Counts::default() };
        let wrong = Counts { missed: 1, ..Counts::default() };
        let images: Vec<Counts> = (0..200).map(|i| if i % 2 == 0 { right } else { wrong }).collect();
        for seed in [0, 7] {
            let recalls = (0..1000).filter_map(|n| resample(&images, seed, n).recall()).collect();
            let (low, high) = percentiles(recalls).unwrap();
            assert!((low - 0.431).abs() < 0.015 && (high - 0.569).abs() < 0.015, "seed {seed}: {low} {high}");
        }
    }

    /// Two resamples share no run of draws: not even where their seeds are as near as can be.
    #[test]
    fn resamples_are_apart() {
        let [one, next] = [1, 2].map(|number| draws(1000, 0, number).collect::<Vec<usize>>());
        assert_ne!(one[1..], next[..999]);
    }
}
