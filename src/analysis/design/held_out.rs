//! The honest estimate: thresholds are chosen on all parts of the items but one and judged on that one, in turn.

use rayon::prelude::*;

use crate::metrics::sweep::PartSweeps;
use crate::metrics::{Evaluation, OwnThresholds, Prices};
use crate::model::rng::Rng;
use crate::model::{Cancelled, ImageId, Progress};

use super::gain::{Difference, Resampler};
use super::{Plan, Sums, View, solve, total};

/// What the way of choosing gives on items that had no part in the choice.
#[derive(Clone, Debug)]
pub struct HeldOut {
    /// What was chosen without each part: the threshold for all, and those of single classes.
    pub thresholds: Vec<(f64, OwnThresholds)>,
    /// Every item judged once, by the thresholds of the others.
    pub sums: Sums,
    /// Against the thresholds of now, on the same items.
    pub gains: Vec<Difference>,
}

/// The part of each item: a seeded shuffle dealt out in turn.
#[must_use]
pub fn folds(items: usize, parts: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..items).collect();
    Rng::new(seed).shuffle(&mut order);
    let mut of = vec![0; items];
    for (place, item) in order.into_iter().enumerate() {
        if let Some(part) = of.get_mut(item) {
            *part = place % parts.max(1);
        }
    }
    of
}

/// Judges a plan; `None` with fewer items than two, or parts. A part on which nothing can be chosen leaves no estimate.
pub(super) fn judge(
    evaluation: &Evaluation,
    plan: &Plan,
    prices: &Prices,
    wanted: &[bool],
    now: &[Sums],
    progress: &dyn Progress,
) -> Result<Option<HeldOut>, Cancelled> {
    let parts = plan.folds.min(now.len());
    let Some(base) = evaluation.matched.as_ref().filter(|_| parts >= 2) else { return Ok(None) };
    progress.stage("Judging on held-out items");
    let part_of = folds(now.len(), parts, plan.seed);
    let mut judged = vec![Sums::default(); now.len()];
    let mut thresholds = Vec::with_capacity(parts);
    for part in 0..parts {
        let is_inside = |image: ImageId| part_of.get(image.index()) != Some(&part);
        let sweeps = PartSweeps::of(&evaluation.dataset, &base.timeline, is_inside, prices, progress)?;
        let Some(choice) = solve::choose(plan, &sweeps, wanted, base) else { return Ok(None) };
        drop(sweeps);
        let with_own = evaluation.with_own(&choice.own, progress)?;
        let matched = with_own.as_ref().unwrap_or(base);
        let view = View { matched, cut: matched.timeline.cut(choice.threshold.threshold) };
        let places = judged.par_iter_mut().zip(&part_of).enumerate().filter(|(_, (_, of))| **of == part);
        places.for_each(|(item, (sums, _))| *sums = view.item(ImageId::from_index(item), prices));
        thresholds.push((choice.threshold.threshold, choice.own));
        progress.progress(part + 3, parts + 2);
    }
    let resampler = Resampler { resamples: plan.resamples, seed: plan.seed };
    let gains = resampler.differences(&plan.goal, now, &judged, progress)?;
    Ok(Some(HeldOut { thresholds, sums: total(&judged), gains }))
}
