//! Laws that hold for any detections: the timeline equals matching from scratch at every threshold, its counts add up,
//! its sweeps and optima are those of a search through all thresholds, and threads change nothing.

#[path = "common/slow_matching.rs"]
mod slow_matching;

use evalens::metrics::detection::{DetectionSettings, Matched};
use evalens::metrics::pairs::{PairScope, Pairs};
use evalens::metrics::ranking::Ranking;
use evalens::metrics::{Cell, ClassCounts, Counts, Matching, OutcomeKind, OwnThresholds, Sweep, Timeline};
use evalens::model::{
    BBox, ClassId, ClassTable, Dataset, DatasetBuilder, Image, ImageId, ModelIdentity, NewTruth, NoProgress,
    Predictions, PredictionsBuilder,
};
use proptest::collection::vec;
use proptest::prelude::*;
use slow_matching::{Pair, cell, outcomes, outcomes_with};

const CLASSES: usize = 4;

/// Positions on a coarse grid, so that overlaps tie and thresholds are met exactly; some boxes have no area.
fn bbox() -> impl Strategy<Value = BBox> {
    (0..4_u8, 0..2_u8, 0..4_u8, 1..3_u8).prop_map(|(x, y, w, h)| {
        BBox::new(f64::from(x) * 0.7, f64::from(y) * 0.7, f64::from(w) * 0.7, f64::from(h) * 0.7)
    })
}

/// Few different scores, so that they tie; two of them are one number in single precision.
fn score() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (0..8_u8).prop_map(|s| f64::from(s) / 8.0),
        1 => Just(0.3),
        1 => Just(0.3 + 1e-12),
        1 => 0.0..1.0,
    ]
}

fn overlap_threshold() -> impl Strategy<Value = f64> {
    prop_oneof![(0..=10_u8).prop_map(|u| f64::from(u) / 10.0), 0.0..1.0]
}

#[derive(Clone, Debug)]
struct Problem {
    dataset: Dataset,
    predictions: Predictions,
    iou: f64,
}

fn problem() -> impl Strategy<Value = Problem> {
    // The last class is declared and never used.
    let class = 0..CLASSES - 1;
    let truth = (0..2_usize, class.clone(), bbox(), prop::bool::weighted(0.2));
    let pred = (0..2_usize, class, bbox(), score());
    (vec(truth, 0..18), vec(pred, 0..30), overlap_threshold()).prop_map(|(truths, preds, iou)| {
        let mut builder = DatasetBuilder {
            classes: ClassTable::from_names(["a", "b", "c", "never"]),
            // The last image is empty.
            images: (0..3).map(|source_id| Image { source_id, ..Image::default() }).collect(),
            ..DatasetBuilder::default()
        };
        builder.truths = truths
            .into_iter()
            .map(|(image, class, bbox, ignored)| NewTruth {
                image,
                class: ClassId::from_index(class),
                bbox,
                area: bbox.area(),
                ignored,
            })
            .collect();
        let mut results = PredictionsBuilder::default();
        for (image, class, bbox, score) in preds {
            results.push(ImageId::from_index(image), ClassId::from_index(class), bbox, score);
        }
        Problem { dataset: builder.build(), predictions: results.build(ModelIdentity::default(), 3), iou }
    })
}

impl Problem {
    fn matched(&self, matching: Matching) -> Matched {
        let (dataset, predictions) = (&self.dataset, &self.predictions);
        let pairs = Pairs::compute(dataset, predictions, PairScope::AllClasses, &NoProgress).unwrap();
        let settings = DetectionSettings { iou: self.iou, matching };
        Matched::compute(dataset, predictions, &pairs, settings, &NoProgress).unwrap()
    }

    fn matched_with(&self, matching: Matching, own: &OwnThresholds) -> Matched {
        let (dataset, predictions) = (&self.dataset, &self.predictions);
        let pairs = Pairs::compute(dataset, predictions, PairScope::AllClasses, &NoProgress).unwrap();
        let (ranking, settings) = (Ranking::of(predictions), DetectionSettings { iou: self.iou, matching });
        Matched::compute_ranked(dataset, predictions, &pairs, &ranking, settings, own, &NoProgress).unwrap()
    }

    /// Every score, what lies between, and both ends and beyond.
    fn thresholds(&self) -> Vec<f64> {
        let mut scores = self.predictions.score.clone();
        scores.extend([-1.0, 0.0, 0.25, 0.3, 0.999, 1.0, 2.0]);
        scores.sort_by(f64::total_cmp);
        let between: Vec<f64> = scores.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0).collect();
        scores.extend(between);
        scores
    }

    /// All outcomes at a threshold, matched from scratch.
    fn matched_afresh(&self, matching: Matching, threshold: f64) -> Vec<Pair> {
        let of = |image| outcomes(matching, &self.dataset, &self.predictions, image, threshold, self.iou);
        self.dataset.image_ids().flat_map(of).collect()
    }

    fn matrix(&self, pairs: &[Pair]) -> Vec<Vec<u64>> {
        let mut rows = vec![vec![0; CLASSES + 1]; CLASSES + 1];
        let at = |class: Option<ClassId>| class.map_or(CLASSES, ClassId::index);
        for &pair in pairs {
            let cell = cell(pair, &self.dataset, &self.predictions);
            rows[at(cell.truth)][at(cell.predicted)] += 1;
        }
        rows
    }
}

fn all_outcomes(problem: &Problem, timeline: &Timeline, threshold: f64) -> Vec<Pair> {
    let cut = timeline.cut(threshold);
    let of = |image| {
        let mut held: Vec<Pair> = timeline.outcomes_of(image, cut).map(|o| (o.truth(), o.pred())).collect();
        held.sort_unstable();
        held
    };
    problem.dataset.image_ids().flat_map(of).collect()
}

/// Totals and class counts, added up from a matrix.
fn counts(matrix: &[Vec<u64>]) -> (Counts, Vec<ClassCounts>) {
    let mut totals = Counts::default();
    let mut classes = vec![ClassCounts::default(); CLASSES];
    for (t, row) in matrix.iter().enumerate() {
        for (p, &n) in row.iter().enumerate() {
            let wide = n;
            match (t < CLASSES, p < CLASSES) {
                (true, true) if t == p => {
                    totals.correct += wide;
                    classes[t].correct += n;
                }
                (true, true) => {
                    totals.misclassified += wide;
                    classes[t].misclassified += n;
                    classes[p].misclassified_as += n;
                }
                (true, false) => {
                    totals.missed += wide;
                    classes[t].missed += n;
                }
                (false, true) => {
                    totals.false_positives += wide;
                    classes[p].false_positives += n;
                }
                (false, false) => assert_eq!(n, 0),
            }
        }
    }
    (totals, classes)
}

/// The highest score with the largest value, as a search through all scores finds it.
fn search(timeline: &Timeline, value: impl Fn(f64) -> f64) -> Option<f64> {
    timeline.scores().iter().copied().reduce(|best, t| if value(t) > value(best) { t } else { best })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    /// Outcomes, matrix, totals and class counts are those of a matching from scratch, at every kind of threshold.
    #[test]
    fn timeline_is_matching_from_scratch(problem in problem(), matching in prop::sample::select(&Matching::ALL[..])) {
        let timeline = problem.matched(matching).timeline;
        for threshold in problem.thresholds() {
            let expected = problem.matched_afresh(matching, threshold);
            prop_assert_eq!(all_outcomes(&problem, &timeline, threshold), expected.clone(), "{:?} at {}", matching, threshold);
            let matrix = problem.matrix(&expected);
            let counter = timeline.counter_at(threshold);
            prop_assert_eq!(counter.matrix(&timeline), matrix.clone());
            let (totals, classes) = counts(&matrix);
            prop_assert_eq!(counter.totals(), totals);
            prop_assert_eq!(counter.classes(), &classes[..]);
        }
    }

    /// With thresholds of their own for some classes: outcomes and counts are those of a matching from scratch of what is
    /// kept then, wherever the threshold for all stands; what is kept is told alike.
    #[test]
    fn own_thresholds_are_matching_from_scratch(
        problem in problem(),
        matching in prop::sample::select(&Matching::ALL[..]),
        own in prop::collection::btree_map(0..CLASSES, score(), 0..=CLASSES),
    ) {
        let own: OwnThresholds = own.into_iter().map(|(class, t)| (ClassId::from_index(class), t)).collect();
        let matched = problem.matched_with(matching, &own);
        let (dataset, predictions) = (&problem.dataset, &problem.predictions);
        let plain = problem.matched(matching);
        prop_assert_eq!(matched.timeline.scores(), plain.timeline.scores());
        for threshold in problem.thresholds() {
            let of_class = |class| own.get(class).unwrap_or(threshold);
            let of = |image| outcomes_with(matching, dataset, predictions, image, &of_class, problem.iou);
            let expected: Vec<Pair> = dataset.image_ids().flat_map(of).collect();
            let found = all_outcomes(&problem, &matched.timeline, threshold);
            prop_assert_eq!(found, expected.clone(), "{:?} at {} with {:?}", matching, threshold, &own);
            let (totals, classes) = counts(&problem.matrix(&expected));
            let mut counter = matched.timeline.counter();
            matched.timeline.move_to(&mut counter, threshold);
            prop_assert_eq!((counter.totals(), counter.classes()), (totals, &classes[..]));
            prop_assert_eq!(&counter, &matched.timeline.counter_at(threshold));
            let keeps = matched.keeps(counter.cut());
            for (&class, &score) in predictions.class.iter().zip(&predictions.score) {
                let strict = matching == Matching::Ultralytics;
                let t = of_class(class);
                prop_assert_eq!(keeps(class, score), if strict { score as f32 > t as f32 } else { score >= t });
            }
        }
        for (i, &t) in matched.sweep.confidence.iter().enumerate() {
            let totals = matched.timeline.counter_at(t).totals();
            let found = (matched.sweep.correct[i], matched.sweep.kept[i], matched.sweep.truths);
            prop_assert_eq!(found, (totals.correct, totals.kept(), totals.truths()));
        }
    }

    /// The counts of each of two pooled splits are those of its images, matched from scratch.
    #[test]
    fn splits_have_their_own_sweeps(problem in problem(), matching in prop::sample::select(&Matching::ALL[..])) {
        let mut problem = problem;
        problem.dataset.splits = vec!["valid".into(), "test".into()];
        for (i, image) in problem.dataset.images.iter_mut().enumerate() {
            image.split = (i % 2) as u16;
        }
        let matched = problem.matched(matching);
        prop_assert_eq!(matched.split_sweeps.len(), 2);
        for (split, sweep) in matched.split_sweeps.iter().enumerate() {
            let images: Vec<_> = problem.dataset.image_ids().filter(|image| image.index() % 2 == split).collect();
            for (i, &threshold) in sweep.confidence.iter().enumerate() {
                let of = |image| outcomes(matching, &problem.dataset, &problem.predictions, image, threshold, problem.iou);
                let (mut counts, mut truths) = ([0, 0], 0);
                for pair in images.iter().copied().flat_map(of) {
                    let kind = cell(pair, &problem.dataset, &problem.predictions).kind();
                    counts[0] += u64::from(kind == Some(OutcomeKind::Correct));
                    counts[1] += u64::from(pair.1.is_some());
                    truths += u64::from(pair.0.is_some());
                }
                prop_assert_eq!((sweep.correct[i], sweep.kept[i], sweep.truths), (counts[0], counts[1], truths));
            }
        }
    }

    /// Rows add up to the truths of a class, columns to its kept detections that are not ignored, the diagonal to what is
    /// correct; a cell holds as many members as it counts.
    #[test]
    fn matrix_adds_up(problem in problem(), matching in prop::sample::select(&Matching::ALL[..])) {
        let timeline = problem.matched(matching).timeline;
        let support = if matching.counts_ignored() {
            problem.dataset.support_with_ignored()
        } else {
            problem.dataset.support()
        };
        prop_assert_eq!(timeline.support(), support.as_slice());
        for threshold in problem.thresholds() {
            let counter = timeline.counter_at(threshold);
            let matrix = counter.matrix(&timeline);
            let outcomes = problem.matched_afresh(matching, threshold);
            for class in problem.dataset.classes.ids() {
                let c = class.index();
                prop_assert_eq!(matrix[c].iter().sum::<u64>(), support[c]);
                let kept = outcomes.iter().filter_map(|(_, p)| *p).filter(|p| problem.predictions.class[p.index()] == class);
                prop_assert_eq!(matrix.iter().map(|row| row[c]).sum::<u64>() as usize, kept.count());
                prop_assert_eq!(counter.classes()[c].support(), support[c]);
            }
            prop_assert_eq!((0..CLASSES).map(|c| matrix[c][c]).sum::<u64>(), counter.totals().correct);
            for (&cell, &n) in timeline.cells().iter().zip(counter.cells()) {
                let members = timeline.members(counter.cut(), |c| c == cell);
                prop_assert_eq!(members.len(), n as usize);
                prop_assert_eq!(counter.count(&timeline, cell), n);
            }
            for kind in OutcomeKind::ALL {
                let members = timeline.members(counter.cut(), |c: Cell| c.kind() == Some(kind));
                prop_assert_eq!(members.len() as u64, counter.totals().of(kind));
            }
        }
    }

    /// A counter that is moved about stands where one that goes there directly stands.
    #[test]
    fn moving_is_starting_there(problem in problem(), jumps in vec(-0.1..1.1_f64, 1..20)) {
        for matching in Matching::ALL {
            let timeline = problem.matched(matching).timeline;
            let mut counter = timeline.counter();
            let scores = timeline.scores().to_vec();
            for threshold in jumps.iter().copied().chain(scores) {
                timeline.move_to(&mut counter, threshold);
                prop_assert_eq!(&counter, &timeline.counter_at(threshold));
            }
        }
    }

    /// Sweeps hold what a counter says at their thresholds and, by `position`, at all others.
    #[test]
    fn sweeps_are_counters(problem in problem(), matching in prop::sample::select(&Matching::ALL[..])) {
        let matched = problem.matched(matching);
        let timeline = &matched.timeline;
        prop_assert_eq!(&matched.sweep.confidence[..], timeline.scores());
        for (i, &t) in matched.sweep.confidence.iter().enumerate() {
            let totals = timeline.counter_at(t).totals();
            prop_assert_eq!(matched.sweep.correct[i], totals.correct);
            prop_assert_eq!(matched.sweep.kept[i], totals.kept());
            prop_assert_eq!(matched.sweep.truths, totals.truths());
            prop_assert_eq!(matched.sweep.precision(i), totals.precision());
            prop_assert_eq!(matched.sweep.recall(i), totals.recall());
            prop_assert_eq!(matched.sweep.f1(i), totals.f1());
        }
        for (class, sweep) in problem.dataset.classes.ids().zip(&matched.class_sweeps) {
            prop_assert_eq!(sweep, &Sweep::of_class(timeline, class));
            let lowest = timeline.scores().last().copied().unwrap_or(0.0);
            for threshold in problem.thresholds() {
                // No distinct score keeps everything in a strict matching.
                if timeline.strict() && (threshold as f32) < lowest as f32 {
                    continue;
                }
                let counts = timeline.counter_at(threshold).classes()[class.index()];
                let found = sweep.position(threshold).map_or((0, 0), |i| (sweep.correct[i], sweep.kept[i]));
                prop_assert_eq!(found, (counts.correct, counts.predicted()), "{:?} at {}", matching, threshold);
            }
        }
    }

    /// Optima are those of a search through all distinct scores.
    #[test]
    fn optima_are_found_by_search(problem in problem(), matching in prop::sample::select(&Matching::ALL[..])) {
        let matched = problem.matched(matching);
        let timeline = &matched.timeline;
        let any_truth = timeline.support().iter().any(|&n| n > 0);
        let pooled = search(timeline, |t| timeline.counter_at(t).totals().f1().unwrap_or(0.0));
        prop_assert_eq!(matched.optima.pooled, pooled.filter(|_| any_truth));
        let mean = |t: f64| timeline.counter_at(t).classes().iter().map(|c| c.f1().unwrap_or(0.0)).sum::<f64>();
        prop_assert_eq!(matched.optima.macro_f1, search(timeline, mean).filter(|_| any_truth));
        for class in 0..CLASSES {
            let f1 = |t: f64| timeline.counter_at(t).classes()[class].f1().unwrap_or(0.0);
            let best = search(timeline, f1).filter(|&t| f1(t) > 0.0);
            // Where F1 is 0 throughout, any score of the class will do.
            if best.is_some() || timeline.support()[class] == 0 {
                prop_assert_eq!(matched.optima.classes[class], best);
            }
        }
    }

    /// One thread or four: the same intervals in the same order, the same optima.
    #[test]
    fn threads_change_nothing(problem in problem(), matching in prop::sample::select(&Matching::ALL[..])) {
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| problem.matched(matching))
        };
        let (one, four) = (with(1), with(4));
        prop_assert_eq!(one.timeline.intervals().collect::<Vec<_>>(), four.timeline.intervals().collect::<Vec<_>>());
        prop_assert_eq!(one.timeline.scores(), four.timeline.scores());
        prop_assert_eq!(one.optima, four.optima);
        prop_assert_eq!(one.class_sweeps, four.class_sweeps);
    }
}
