//! Which detection belongs to which truth, for every confidence at once.
//!
//! Reads boxes' overlaps and scores; ends in a [`Timeline`]. Does not count anything itself. `rules` says what a
//! detection would take, `walk` who gets it from which score on, `ranks` orders the scores.

mod ranks;
mod rules;
mod walk;

use rayon::prelude::*;

use crate::model::{Cancelled, Dataset, ImageId, Predictions, Progress};

use self::ranks::Ranks;
use self::rules::Rules;
use self::walk::Walk;
use super::pairs::Pairs;
use super::ranking::Ranking;
use super::timeline::{Interval, Thresholds, Timeline};

/// A rule by which detections and truths are paired. METRICS: "two-pass" is the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Matching {
    /// Same class first by score, then the rest class-agnostic by score.
    #[default]
    TwoPass,
    /// Same class only, by COCO's rules without its cap of 100.
    Coco,
    /// By score, then best overlap, whatever the class.
    ClassAgnostic,
    /// All pairs at once as supervision 0.31.2: same class first, then the overlap descending; overlap strictly above.
    Supervision,
    /// As Ultralytics 8.4.190: by score, class-blind; score and overlap strictly above.
    Ultralytics,
}

impl Matching {
    /// All rules, the default first.
    pub const ALL: [Self; 5] = [Self::TwoPass, Self::Coco, Self::ClassAgnostic, Self::Supervision, Self::Ultralytics];

    /// The name on the command line and in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TwoPass => "two-pass",
            Self::Coco => "coco",
            Self::ClassAgnostic => "class-agnostic",
            Self::Supervision => "supervision",
            Self::Ultralytics => "ultralytics",
        }
    }

    /// The rule of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.name() == name)
    }

    /// True where crowds and difficult objects are ordinary objects, because the named program does not know them.
    #[must_use]
    pub const fn counts_ignored(self) -> bool {
        matches!(self, Self::Supervision | Self::Ultralytics)
    }
}

/// Images matched between two looks at the cancel flag.
const RUN: usize = 64;

/// Matches at all confidences and returns the changes.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn timeline(
    dataset: &Dataset,
    predictions: &Predictions,
    pairs: &Pairs,
    matching: Matching,
    iou: f64,
    progress: &dyn Progress,
) -> Result<Timeline, Cancelled> {
    timeline_ranked(dataset, predictions, pairs, &Ranking::of(predictions), matching, iou, progress)
}

/// As [`timeline`], with the detections sorted beforehand.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn timeline_ranked(
    dataset: &Dataset,
    predictions: &Predictions,
    pairs: &Pairs,
    ranking: &Ranking,
    matching: Matching,
    iou: f64,
    progress: &dyn Progress,
) -> Result<Timeline, Cancelled> {
    let strict = matching == Matching::Ultralytics;
    let ranks = Ranks::of(predictions, ranking, strict);
    progress.check()?;
    let images: Vec<ImageId> = dataset.image_ids().collect();
    let per_run: Vec<Vec<Vec<Interval>>> = images
        .par_chunks(RUN)
        .map(|run| {
            progress.check()?;
            let mut rules = Rules::new(dataset, predictions, pairs, matching, iou);
            let mut walk = Walk::default();
            let one = |&image| intervals_of(image, dataset, predictions, &ranks.cuts, &mut rules, &mut walk);
            Ok(run.iter().map(one).collect())
        })
        .collect::<Result<_, Cancelled>>()?;
    let per_image = per_run.into_iter().flatten().collect();
    let Ranks { scores, cuts } = ranks;
    drop(cuts);
    let support = if matching.counts_ignored() { dataset.support_with_ignored() } else { dataset.support() };
    Ok(Timeline::new(dataset, predictions, Thresholds { scores, strict }, support, per_image))
}

/// All that happens in one image, from the highest score down.
fn intervals_of(
    image: ImageId,
    dataset: &Dataset,
    predictions: &Predictions,
    cuts: &[u32],
    rules: &mut Rules,
    walk: &mut Walk,
) -> Vec<Interval> {
    let preds = predictions.of(image);
    let truths = dataset.truths.of(image);
    let mut out = Vec::with_capacity(preds.len() + truths.len());
    walk.start(truths);
    let of_image = cuts.get(preds.clone()).unwrap_or(&[]);
    let mut pred = preds.start;
    for group in of_image.chunk_by(|a, b| a == b) {
        let cut = group.first().copied().unwrap_or(0);
        for _ in group {
            let forgiven = rules.list(pred, &mut walk.proposals);
            walk.add(pred, forgiven, cut, &mut out);
            pred += 1;
        }
        walk.settle(cut, &mut out);
    }
    let all = rules.matching().counts_ignored();
    walk.finish(|truth| all || dataset.truths.ignored.get(truth) == Some(&false), &mut out);
    out
}
