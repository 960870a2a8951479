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
use super::detection::DetectionSettings;
use super::own::{self, OwnThresholds};
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
    let (ranking, own) = (Ranking::of(predictions), OwnThresholds::default());
    timeline_ranked(dataset, predictions, pairs, &ranking, DetectionSettings { iou, matching }, &own, progress)
}

/// As [`timeline`], with the detections sorted beforehand, and with thresholds of their own for some classes.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn timeline_ranked(
    dataset: &Dataset,
    predictions: &Predictions,
    pairs: &Pairs,
    ranking: &Ranking,
    settings: DetectionSettings,
    own: &OwnThresholds,
    progress: &dyn Progress,
) -> Result<Timeline, Cancelled> {
    let DetectionSettings { iou, matching } = settings;
    let strict = matching == Matching::Ultralytics;
    let mut ranks = Ranks::of(predictions, ranking, strict);
    own.pin(predictions, &mut ranks.cuts, strict);
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
    let mut add = |pred: usize, cut: u32, walk: &mut Walk, out: &mut Vec<Interval>| {
        let forgiven = rules.list(pred, &mut walk.proposals);
        walk.add(pred, forgiven, cut, out);
    };
    // What is always kept comes first: in which order detections propose does not matter, see `walk`.
    let always = |pred: &usize| cuts.get(*pred) == Some(&own::ALWAYS);
    for pred in preds.clone().filter(always) {
        add(pred, own::ALWAYS, walk, &mut out);
    }
    walk.settle(own::ALWAYS, &mut out);
    let mut pred = preds.start;
    for group in of_image.chunk_by(|a, b| a == b) {
        let cut = group.first().copied().unwrap_or(own::NEVER);
        if cut != own::ALWAYS && cut != own::NEVER {
            for at in pred..pred + group.len() {
                add(at, cut, walk, &mut out);
            }
            walk.settle(cut, &mut out);
        }
        pred += group.len();
    }
    let all = rules.matching().counts_ignored();
    walk.finish(|truth| all || dataset.truths.ignored.get(truth) == Some(&false), &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::scene::Scene;
    use crate::metrics::{Cut, Outcome};
    use crate::model::{PredId, TruthId};

    const CAT: u32 = 0;
    const DOG: u32 = 1;
    const FOX: u32 = 2;
    const OWL: u32 = 3;

    /// Overlaps with the cat at 0 and the owl at 3: dog at 1: 90/110 and 80/120; cat at 0: 1 and 70/130; fox at 3: 70/130
    /// and 1. All at least 0.5.
    fn crowded(scores: [f64; 3]) -> Scene {
        Scene::new(
            &[(CAT, [0.0, 0.0, 10.0, 10.0], false), (OWL, [3.0, 0.0, 10.0, 10.0], false)],
            &[
                (DOG, [1.0, 0.0, 10.0, 10.0], scores[0]),
                (FOX, [3.0, 0.0, 10.0, 10.0], scores[1]),
                (CAT, [0.0, 0.0, 10.0, 10.0], scores[2]),
            ],
        )
    }

    /// The dog takes the cat's truth, the fox the owl's. The cat claims its own; the dog moves on to the owl, since it
    /// scores above the fox; the fox is left.
    #[test]
    fn a_class_claims_its_truth_and_those_behind_move_on() {
        let scene = crowded([0.9, 0.85, 0.8]);
        let expected = [(1.0, [0, 0, 2, 0]), (0.9, [0, 1, 1, 0]), (0.85, [0, 2, 0, 0]), (0.8, [1, 1, 0, 1])];
        for (threshold, counts) in expected {
            assert_eq!(scene.counts(Matching::TwoPass, 0.5, threshold), counts, "at {threshold}");
        }
        let timeline = scene.matched(Matching::TwoPass, 0.5).timeline;
        let mut held: Vec<(u32, u32, Outcome)> =
            timeline.intervals().map(|(i, _)| (i.from, i.until, i.outcome)).collect();
        held.sort_unstable_by_key(|&(from, until, o)| (from, until, o.truth()));
        let ([cat, owl], [dog, fox, own]) = ([0, 1].map(TruthId), [0, 1, 2].map(PredId));
        let end = Interval::FOREVER;
        let by_hand = [
            (0, 1, Outcome::missed(cat)),
            (0, 2, Outcome::missed(owl)),
            (1, 3, Outcome::pair(cat, dog)),
            (2, 3, Outcome::pair(owl, fox)),
            (3, end, Outcome::false_positive(fox)),
            (3, end, Outcome::pair(cat, own)),
            (3, end, Outcome::pair(owl, dog)),
        ];
        assert_eq!(held, by_hand);
    }

    /// All at once: what would change inside a group of equal scores leaves no trace.
    #[test]
    fn equal_scores_are_matched_together() {
        let scene = crowded([0.9, 0.9, 0.9]);
        let timeline = scene.matched(Matching::TwoPass, 0.5).timeline;
        assert_eq!(scene.counts(Matching::TwoPass, 0.5, 0.9), [1, 1, 0, 1]);
        assert_eq!(timeline.intervals().count(), 5);
        assert_eq!(timeline.outcomes_of(ImageId(0), Cut::default()).count(), 2);
    }

    /// By score alone the dog keeps the cat's truth: the cat goes to the owl (0.54), where the fox already is.
    #[test]
    fn class_agnostic_knows_no_claims() {
        assert_eq!(crowded([0.9, 0.85, 0.8]).counts(Matching::ClassAgnostic, 0.5, 0.8), [0, 2, 0, 1]);
        assert_eq!(crowded([0.9, 0.85, 0.8]).counts(Matching::Ultralytics, 0.5, 0.1), [0, 2, 0, 1]);
        assert_eq!(crowded([0.9, 0.85, 0.8]).counts(Matching::Coco, 0.5, 0.8), [1, 0, 1, 2]);
        // The fox overlaps the owl by 1, the dog by 0.67 only.
        assert_eq!(crowded([0.9, 0.85, 0.8]).counts(Matching::Supervision, 0.5, 0.8), [1, 1, 0, 1]);
    }

    /// A cat inside a crowd of cats leaves every count, a dog there does not. For two of the programs the crowd is an
    /// ordinary truth of four times the area: overlap 0.25.
    #[test]
    fn a_detection_on_an_ignored_truth_of_its_class_is_ignored() {
        let scene = Scene::new(
            &[(CAT, [0.0, 0.0, 20.0, 20.0], true)],
            &[(CAT, [5.0, 5.0, 10.0, 10.0], 0.9), (DOG, [5.0, 5.0, 10.0, 10.0], 0.8)],
        );
        for matching in [Matching::TwoPass, Matching::Coco, Matching::ClassAgnostic] {
            assert_eq!(scene.counts(matching, 0.5, 0.0), [0, 0, 0, 1], "{matching:?}");
        }
        for matching in [Matching::Supervision, Matching::Ultralytics] {
            assert_eq!(scene.counts(matching, 0.5, 0.0), [0, 0, 1, 2], "{matching:?}");
            assert_eq!(scene.counts(matching, 0.2, 0.0), [1, 0, 0, 1], "{matching:?}");
            assert_eq!(scene.matched(matching, 0.2).timeline.support(), [1, 0, 0, 0]);
        }
    }

    /// A found truth is found although an ignored one lies there too.
    #[test]
    fn ignored_truths_are_tried_last() {
        let scene = Scene::new(
            &[(CAT, [0.0, 0.0, 20.0, 20.0], true), (CAT, [5.0, 5.0, 10.0, 8.0], false)],
            &[(CAT, [5.0, 5.0, 10.0, 10.0], 0.9)],
        );
        assert_eq!(scene.counts(Matching::TwoPass, 0.5, 0.9), [1, 0, 0, 0]);
        assert_eq!(scene.counts(Matching::Coco, 0.5, 0.9), [1, 0, 0, 0]);
    }

    /// 50 of 100: exactly one half.
    #[test]
    fn an_overlap_of_exactly_the_threshold() {
        let scene = Scene::new(&[(CAT, [0.0, 0.0, 10.0, 10.0], false)], &[(CAT, [0.0, 0.0, 10.0, 5.0], 0.9)]);
        for matching in Matching::ALL {
            let above = matches!(matching, Matching::Supervision | Matching::Ultralytics);
            let expected = if above { [0, 0, 1, 1] } else { [1, 0, 0, 0] };
            assert_eq!(scene.counts(matching, 0.5, 0.0), expected, "{matching:?}");
        }
    }

    /// Overlaps of 1 qualify at 1, and boxes apart at 0.
    #[test]
    fn both_ends_of_the_overlap() {
        let square = [0.0, 0.0, 10.0, 10.0];
        let scene = Scene::new(&[(CAT, square, false)], &[(CAT, square, 0.9)]);
        assert_eq!(scene.counts(Matching::TwoPass, 1.0, 0.0), [1, 0, 0, 0]);
        let apart = Scene::new(&[(CAT, square, false)], &[(CAT, [90.0, 0.0, 10.0, 10.0], 0.9)]);
        assert_eq!(apart.counts(Matching::TwoPass, 0.0, 0.0), [1, 0, 0, 0]);
        assert_eq!(apart.counts(Matching::TwoPass, 1e-300, 0.0), [0, 0, 1, 1]);
    }

    #[test]
    fn nothing_at_all() {
        for matching in Matching::ALL {
            let matched = Scene::new(&[], &[]).matched(matching, 0.5);
            assert_eq!(matched.timeline.counter_at(0.5).totals().f1(), None);
            assert_eq!((matched.optima.pooled, matched.optima.macro_f1), (None, None));
        }
    }

    #[test]
    fn names_lead_back() {
        for matching in Matching::ALL {
            assert_eq!(Matching::from_name(matching.name()), Some(matching));
        }
        assert_eq!(Matching::from_name("hungarian"), None);
    }
}
