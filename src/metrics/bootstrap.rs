//! Bootstrap over images: how much the headline would move with another sample of the same kind.

use rayon::prelude::*;
use serde::Serialize;

use crate::model::rng::Rng;
use crate::model::{Cancelled, ImageId, Progress};

use super::counts::Counts;
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
    })
}

fn resample(per_image: &[Counts], seed: u64, number: u64) -> Counts {
    let mut rng = Rng::new(seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut sum = Counts::default();
    for _ in 0..per_image.len() {
        let draw = (u128::from(rng.next_u64()) * per_image.len() as u128) >> 64;
        if let Some(counts) = usize::try_from(draw).ok().and_then(|i| per_image.get(i)) {
            sum.correct += counts.correct;
            sum.misclassified += counts.misclassified;
            sum.missed += counts.missed;
            sum.false_positives += counts.false_positives;
        }
    }
    sum
}

fn percentiles(mut values: Vec<f64>) -> Option<(f64, f64)> {
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
        let recalls = (0..1000).filter_map(|n| resample(&images, 7, n).recall()).collect();
        let (low, high) = percentiles(recalls).unwrap();
        assert!((low - 0.431).abs() < 0.015 && (high - 0.569).abs() < 0.015, "{low} {high}");
    }
}
