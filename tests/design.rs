//! Thresholds for a goal: by hand, against every threshold tried one by one, and against sets cut down and evaluated anew;
//! the numbers over IoU and confidence; files for deployment; the command line.

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use common::synthetic::Synthetic;
use evalens::analysis::compare::{CompareSettings, Verdict, compare};
use evalens::analysis::design::surface::{IOUS, Rate, surface};
use evalens::analysis::design::{Design, Goal, Measure, Plan, design, folds};
use evalens::metrics::{
    Counts, DetectionSettings, ErrorCosts, Evaluation, MatchTable, Matching, Metric, OwnThresholds, Sections,
};
use evalens::model::{
    BBox, ClassId, ClassScores, ClassTable, DatasetBuilder, Image, ImageId, ModelIdentity, NewTruth, NoProgress,
    PredictionsBuilder, Task,
};
use evalens::report::thresholds::{self, Format};
use serde_json::Value;

/// Objects in places of their own: image, class, found as (class, score).
#[derive(Clone, Default)]
struct World {
    truths: Vec<(usize, u32)>,
    found: Vec<(usize, Option<usize>, u32, f64)>,
}

impl World {
    /// An object that is found.
    fn object(mut self, image: usize, class: u32, as_class: u32, score: f64) -> Self {
        self.found.push((image, Some(self.truths.len()), as_class, score));
        self.truths.push((image, class));
        self
    }

    fn missed(mut self, image: usize, class: u32) -> Self {
        self.truths.push((image, class));
        self
    }

    fn ghost(mut self, image: usize, class: u32, score: f64) -> Self {
        self.found.push((image, None, class, score));
        self
    }

    /// Only some images keep what is in them.
    fn cut(&self, wanted: impl Fn(usize) -> bool) -> Self {
        let mut all = Self::default();
        let mut moved = BTreeMap::new();
        for (at, truth) in self.truths.iter().enumerate().filter(|(_, truth)| wanted(truth.0)) {
            moved.insert(at, all.truths.len());
            all.truths.push(*truth);
        }
        for &(image, truth, class, score) in self.found.iter().filter(|found| wanted(found.0)) {
            all.found.push((image, truth.map(|truth| moved[&truth]), class, score));
        }
        all
    }

    /// Without what scores below a threshold of its class.
    fn kept(&self, threshold: impl Fn(u32) -> f64) -> Self {
        let mut kept = self.clone();
        kept.found.retain(|(.., class, score)| *score >= threshold(*class));
        kept
    }

    fn evaluate(&self, images: usize) -> Evaluation {
        self.by(images, Matching::TwoPass)
    }

    fn by(&self, images: usize, matching: Matching) -> Evaluation {
        let place = |slot: usize| BBox::new(50.0 * slot as f64, 0.0, 20.0, 20.0);
        let image = |i: usize| Image { source_id: i as i64, name: format!("{i:03}.png"), ..Image::default() };
        let truth = |(slot, &(image, class)): (usize, &(usize, u32))| NewTruth {
            image,
            class: ClassId(class),
            bbox: place(slot),
            area: 400.0,
            ignored: false,
        };
        let dataset = DatasetBuilder {
            classes: ClassTable::from_names(["cat", "dog", "fox"]),
            splits: vec!["test".to_owned()],
            images: (0..images).map(image).collect(),
            truths: self.truths.iter().enumerate().map(truth).collect(),
            ..DatasetBuilder::default()
        };
        let mut builder = PredictionsBuilder::default();
        for (at, &(image, slot, class, score)) in self.found.iter().enumerate() {
            let void = BBox::new(50.0 * at as f64, 500.0, 20.0, 20.0);
            builder.push(ImageId::from_index(image), ClassId(class), slot.map_or(void, place), score);
        }
        let predictions = builder.build(ModelIdentity::default(), images);
        let sections = Sections { coco: false, tide: false, timeline: true };
        let settings = DetectionSettings { iou: 0.5, matching };
        Evaluation::of_objects(Arc::new(dataset.build()), Arc::new(predictions), settings, sections, &NoProgress)
            .unwrap()
    }
}

fn quick(goal: Goal) -> Plan {
    Plan { folds: 0, resamples: 0, least_truths: 1, ..Plan::of(goal) }
}

fn found(evaluation: &Evaluation, plan: Plan) -> Design {
    let matched = evaluation.matched.as_ref().unwrap();
    let now = matched.optima.pooled.unwrap_or(0.0);
    design(evaluation, matched, now, plan, &NoProgress).unwrap().unwrap()
}

fn cost(false_positive: f64, miss: f64) -> Goal {
    Goal::Cost(ErrorCosts::of(false_positive, miss))
}

/// Of five objects four are found; right and wrong from 0.9 down to 0.2: R R W W R W R W.
fn ladder() -> World {
    [0.9, 0.8, 0.5, 0.3]
        .into_iter()
        .fold(World::default(), |world, score| world.object(0, 0, 0, score))
        .missed(0, 0)
        .ghost(0, 0, 0.7)
        .ghost(0, 0, 0.6)
        .ghost(0, 0, 0.4)
        .ghost(0, 0, 0.2)
}

/// Costs of 1 and 1 from nothing kept down: 5, 4, 3, 4, 5, 4, 5, 4, 5. Of 1 and 5: 25, 20, 15, 16, 17, 12, 13, 8, 9.
/// F2 = 5c / (k + 20): 5/21, 10/22, 10/23, 10/24, 15/25, 15/26, 20/27, 20/28. Recall 3/5 first at 0.5 with precision 3/5;
/// 4/5 is the highest, first at 0.3. Precision 3/5 with the best recall at 0.5.
#[test]
fn one_threshold_by_hand() {
    let evaluation = ladder().evaluate(1);
    let at = |goal: Goal| {
        let found = found(&evaluation, quick(goal));
        (found.threshold.threshold, found.threshold.reached, found.sums.1)
    };
    let (threshold, _, sums) = at(cost(1.0, 1.0));
    assert_eq!((threshold, sums.cost, sums.correct, sums.kept, sums.truths), (0.8, 3.0, 2, 2, 5));
    let (threshold, _, sums) = at(cost(1.0, 5.0));
    assert_eq!((threshold, sums.cost), (0.3, 8.0));
    assert_eq!(at(Goal::FBeta(2.0)).0, 0.3);
    assert_eq!(at(Goal::FBeta(0.5)).0, 0.8);
    assert_eq!((at(Goal::Recall(0.6)).0, at(Goal::Recall(0.6)).1), (0.5, true));
    assert_eq!((at(Goal::Recall(0.9)).0, at(Goal::Recall(0.9)).1), (0.3, false));
    assert_eq!((at(Goal::Precision(0.6)).0, at(Goal::Precision(0.6)).1), (0.5, true));
}

/// A wrong detection stands above the right one: 10 to be rid of it, 1 for the miss. Nothing is kept, and so it is counted.
#[test]
fn where_errors_cost_too_much_nothing_is_kept() {
    let evaluation = World::default().ghost(0, 0, 1.0).object(0, 0, 0, 0.8).evaluate(1);
    let found = found(&evaluation, quick(cost(10.0, 1.0)));
    assert!(found.threshold.threshold > 1.0);
    assert_eq!((found.sums.1.kept, found.sums.1.cost), (0, 1.0));
}

/// A cat taken for a dog costs 3, a cat that is missed 1: better not to look. Where it costs 0.5 it is kept.
#[test]
fn a_misclassification_has_a_cost_of_its_own() {
    let evaluation = World::default().object(0, 0, 0, 0.9).object(0, 0, 1, 0.8).evaluate(1);
    let costs = |misclassified| Goal::Cost(ErrorCosts { misclassified, ..ErrorCosts::of(1.0, 1.0) });
    let dear = found(&evaluation, quick(costs(3.0)));
    assert_eq!((dear.threshold.threshold, dear.sums.1.cost), (0.9, 1.0));
    let cheap = found(&evaluation, quick(costs(0.5)));
    assert_eq!((cheap.threshold.threshold, cheap.sums.1.cost), (0.8, 0.5));
}

fn rate(goal: &Goal, counts: Counts) -> f64 {
    let (precision, recall) = (counts.precision().unwrap_or(-1.0), counts.recall().unwrap_or(-1.0));
    match *goal {
        Goal::Cost(c) => {
            -(c.false_positive * counts.false_positives as f64
                + c.miss * counts.missed as f64
                + c.misclassified * counts.misclassified as f64)
        }
        Goal::FBeta(b) => {
            let (b2, hits) = (b * b, counts.correct as f64);
            (1.0 + b2) * hits / (counts.kept() as f64 + b2 * counts.truths() as f64)
        }
        Goal::Recall(target) => {
            if recall >= target {
                precision
            } else {
                -2.0
            }
        }
        Goal::Precision(target) => {
            if precision >= target {
                recall
            } else {
                -2.0
            }
        }
    }
}

/// Every score tried one by one, by every matching: none is better, and no higher one as good.
#[test]
fn no_other_threshold_is_better() {
    let synthetic = Synthetic::new(24);
    let costs =
        [cost(1.0, 1.0), cost(1.0, 5.0), Goal::Cost(ErrorCosts { false_positive: 3.0, miss: 2.0, misclassified: 1.0 })];
    let rates = [Goal::FBeta(1.0), Goal::FBeta(2.0), Goal::FBeta(0.5), Goal::Recall(0.7), Goal::Precision(0.8)];
    for matching in Matching::ALL {
        let settings = DetectionSettings { iou: 0.5, matching };
        let evaluation = synthetic.evaluation(None).rematch(settings, &NoProgress).unwrap();
        let matched = evaluation.matched.as_ref().unwrap();
        let scores = matched.timeline.scores();
        for goal in costs.iter().chain(&rates) {
            let found = found(&evaluation, quick(*goal));
            let at = |t: f64| rate(goal, matched.timeline.counter_at(t).totals());
            let best = scores.iter().copied().map(at).fold(f64::NEG_INFINITY, f64::max);
            let chosen = found.threshold.threshold;
            assert!(
                (at(chosen) - best).abs() < 1e-12,
                "{matching:?} {goal:?}: {} at {chosen}, {best} elsewhere",
                at(chosen)
            );
            let higher = scores.iter().copied().filter(|t| *t > chosen).map(at).fold(f64::NEG_INFINITY, f64::max);
            assert!(higher < best - 1e-12, "{matching:?} {goal:?}: a higher threshold is as good");
            assert_eq!(found.counts.1, matched.timeline.counter_at(chosen).totals());
            assert!(found.own.is_empty());
        }
    }
}

/// Matched class by class, no pair of thresholds costs less in all than the two that were chosen one by one, with costs of
/// their own; the sums of classes are those of everything.
#[test]
fn thresholds_of_classes_are_best_together_where_classes_do_not_meet() {
    let world = world();
    let evaluation = world.by(6, Matching::Coco);
    let own = BTreeMap::from([(ClassId(1), cost(4.0, 1.0))]);
    let plan = Plan { per_class: true, own, ..quick(cost(1.0, 3.0)) };
    let prices = plan.prices();
    let found = found(&evaluation, plan);
    let mut scores: Vec<f64> = world.found.iter().map(|f| f.3).collect();
    scores.push(2.0);
    let mut best = f64::INFINITY;
    for &cat in &scores {
        for &dog in &scores {
            let kept = world.kept(|class| if class == 0 { cat } else { dog }).by(6, Matching::Coco);
            let counter = kept.matched.as_ref().unwrap().timeline.counter_at(-1.0);
            let classes = counter.classes().iter().enumerate();
            best = best.min(classes.map(|(class, counts)| prices.of_class(ClassId::from_index(class), counts)).sum());
        }
    }
    assert_eq!(found.sums.1.cost, best);
    assert_eq!(found.classes.iter().map(|class| class.costs.1).sum::<f64>(), best);
    assert!(found.sums.1.cost < found.sums.0.cost);
}

/// Cats and dogs of mixed fortune over six images, some taken for each other.
fn world() -> World {
    let mut world = World::default();
    for (i, score) in [0.95, 0.9, 0.72, 0.66, 0.61, 0.44, 0.4, 0.31].into_iter().enumerate() {
        let class = u32::from(i % 3 == 1);
        let other = if i == 3 || i == 6 { 1 - class } else { class };
        world = world.object(i % 6, class, other, score);
        world = world.ghost((i + 2) % 6, u32::from(i % 2 == 0), 0.9 - score * 0.8);
    }
    world.missed(1, 0).missed(4, 1)
}

/// With two passes classes meet: what is shown is counted from what the thresholds keep, matched from scratch.
#[test]
fn what_is_shown_is_matched_with_the_chosen_thresholds() {
    let world = world();
    let evaluation = world.evaluate(6);
    for goal in [cost(1.0, 2.0), Goal::FBeta(1.0), Goal::Recall(0.6), Goal::Precision(0.7)] {
        let found = found(&evaluation, Plan { per_class: true, ..quick(goal) });
        assert_eq!(found.own.len(), 2, "{goal:?}");
        let threshold = |class: u32| found.own.get(ClassId(class)).unwrap_or(found.threshold.threshold);
        let scratch = world.kept(threshold).evaluate(6);
        let counter = scratch.matched.as_ref().unwrap().timeline.counter_at(-1.0);
        assert_eq!(found.counts.1, counter.totals(), "{goal:?}");
        for class in &found.classes {
            assert_eq!(class.counts.1, counter.classes()[class.class.index()], "{goal:?}");
        }
        let totals = counter.totals();
        assert_eq!(
            (found.sums.1.correct, found.sums.1.kept, found.sums.1.truths),
            (totals.correct, totals.kept(), totals.truths())
        );
    }
}

/// 6 cats, 4 dogs: with at least 5 truths only cats get a threshold; a goal of its own wins over the common one. Cats are right
/// at 0.95, 0.72 and 0.44, wrong at 0.652, 0.548 and below: a third of them with precision 1 at 0.72, half of them at 0.44.
#[test]
fn rare_classes_follow_and_single_classes_have_their_own_goal() {
    let evaluation = world().evaluate(6);
    let support = evaluation.support();
    assert_eq!(support, [6, 4, 0]);
    let plan = Plan { per_class: true, least_truths: 5, ..quick(Goal::Recall(0.3)) };
    let common = found(&evaluation, plan.clone());
    assert_eq!(common.own.classes().collect::<Vec<_>>(), [ClassId(0)]);
    assert_eq!(common.classes[1].thresholds.1, common.threshold.threshold);
    let own = found(&evaluation, Plan { own: BTreeMap::from([(ClassId(0), Goal::Recall(0.5))]), ..plan });
    let cats = |design: &Design| (design.own.get(ClassId(0)), design.classes[0].counts.1.recall());
    assert_eq!((cats(&common), cats(&own)), ((Some(0.72), Some(2.0 / 6.0)), (Some(0.44), Some(0.5))));
}

/// Two items, each judged by what the other chose. A: right at 0.9, wrong at 0.5; B: right at 0.4. A alone chooses 0.9, with
/// which B is missed; B alone 0.4, with which A has one right and one wrong. Together: 0.9 costs 1 (B missed), as 0.4 does.
#[test]
fn held_out_by_hand() {
    let evaluation = World::default().object(0, 0, 0, 0.9).ghost(0, 0, 0.5).object(1, 0, 0, 0.4).evaluate(2);
    for per_class in [false, true] {
        let found = found(&evaluation, Plan { folds: 5, per_class, ..quick(cost(1.0, 1.0)) });
        assert_eq!((found.threshold.threshold, found.sums.1.cost), (0.9, 1.0));
        let held_out = found.held_out.unwrap();
        let mut chosen: Vec<f64> = held_out.thresholds.iter().map(|(threshold, _)| *threshold).collect();
        chosen.sort_by(f64::total_cmp);
        assert_eq!(chosen, [0.4, 0.9]);
        let sums = held_out.sums;
        assert_eq!((sums.correct, sums.kept, sums.truths, sums.cost), (1, 2, 2, 2.0));
    }
    let alone = found(&ladder().evaluate(1), Plan { folds: 5, ..quick(cost(1.0, 1.0)) });
    assert!(alone.held_out.is_none(), "one item cannot be held out");
}

/// Every part left out in turn: the set cut down and evaluated anew chooses the same thresholds and counts the same.
#[test]
fn held_out_as_sets_cut_down() {
    let world = world();
    let evaluation = world.evaluate(6);
    for (goal, per_class) in
        [(cost(1.0, 2.0), false), (cost(1.0, 2.0), true), (Goal::FBeta(1.0), true), (Goal::Recall(0.5), true)]
    {
        let plan = Plan { per_class, folds: 3, ..quick(goal) };
        let held_out = found(&evaluation, plan.clone()).held_out.unwrap();
        let parts = folds(6, 3, plan.seed);
        let mut sum = Counts::default();
        for part in 0..3 {
            let train = world.cut(|image| parts[image] != part).evaluate(6);
            let chosen = found(&train, Plan { folds: 0, ..plan.clone() });
            let (threshold, own) = &held_out.thresholds[part];
            assert_eq!(*threshold, chosen.threshold.threshold, "{goal:?} part {part}");
            assert_eq!(*own, chosen.own, "{goal:?} part {part}");
            let rest = world.cut(|image| parts[image] == part).kept(|c| own.get(ClassId(c)).unwrap_or(*threshold));
            let counts = rest.evaluate(6).matched.as_ref().unwrap().timeline.counter_at(-1.0).totals();
            sum.correct += counts.correct;
            sum.misclassified += counts.misclassified;
            sum.missed += counts.missed;
            sum.false_positives += counts.false_positives;
        }
        let sums = held_out.sums;
        assert_eq!((sums.correct, sums.kept, sums.truths), (sum.correct, sum.kept(), sum.truths()), "{goal:?}");
    }
}

#[test]
fn parts_hold_every_item_once() {
    let parts = folds(23, 5, 7);
    let sizes: Vec<usize> = (0..5).map(|part| parts.iter().filter(|p| **p == part).count()).collect();
    assert_eq!(sizes, [5, 5, 5, 4, 4]);
    assert_ne!(parts, folds(23, 5, 8));
}

/// The same resamples as those of a comparison of two models: here of one at two thresholds.
#[test]
fn intervals_are_those_of_a_comparison() {
    let evaluation = Synthetic::new(24).evaluation(None);
    let matched = evaluation.matched.as_ref().unwrap();
    let plan = Plan { folds: 0, ..Plan::of(Goal::FBeta(2.0)) };
    let found = design(&evaluation, matched, 0.8, plan, &NoProgress).unwrap().unwrap();
    let tables = [0.8, found.threshold.threshold].map(|t| MatchTable::of(&evaluation, t, &NoProgress).unwrap());
    let compared = compare(&tables[0], &tables[1], &CompareSettings::default(), &NoProgress).unwrap();
    for (measure, metric) in
        [(Measure::F1, Metric::F1), (Measure::Precision, Metric::Precision), (Measure::Recall, Metric::Recall)]
    {
        let ours = found.gains.iter().find(|gain| gain.measure == measure).unwrap();
        let theirs = compared.metrics.iter().find(|m| m.metric == metric).unwrap();
        assert_eq!(
            (ours.now, ours.then, ours.interval, ours.verdict),
            (theirs.a, theirs.b, theirs.interval, theirs.verdict)
        );
    }
    let recall = found.gains.iter().find(|gain| gain.measure == Measure::Recall).unwrap();
    assert_eq!(recall.verdict, Verdict::BBetter, "0.8 finds few");
    // What does not change is not distinguishable.
    let same = design(&evaluation, matched, found.threshold.threshold, Plan::of(Goal::FBeta(2.0)), &NoProgress)
        .unwrap()
        .unwrap();
    assert!(same.gains.iter().all(|g| g.interval == Some((0.0, 0.0)) && g.verdict == Verdict::NotDistinguishable));
}

/// Rows of scores with one label each, or several.
fn labels(several: bool, limit: usize) -> Evaluation {
    const CLASSES: usize = 3;
    let mut state = 11_u64;
    let mut unit = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1_u64 << 31) as f64
    };
    let mut builder = DatasetBuilder { classes: ClassTable::from_names(["a", "b", "c"]), ..DatasetBuilder::default() };
    let mut rows = Vec::new();
    for item in 0..60 {
        builder.images.push(Image { source_id: item as i64, name: format!("{item:03}"), ..Image::default() });
        let label = item % CLASSES;
        builder.truths.push(NewTruth::label(item, ClassId::from_index(label)));
        if several && item % 4 == 0 {
            builder.truths.push(NewTruth::label(item, ClassId::from_index((label + 1) % CLASSES)));
        }
        let row: Vec<f64> = (0..CLASSES).map(|class| unit() * if class == label { 1.0 } else { 0.7 }).collect();
        let sum: f64 = if several { 1.0 } else { row.iter().sum() };
        rows.extend(row.into_iter().map(|score| (score / sum * 64.0).round() / 64.0));
    }
    let task = if several { Task::Multilabel } else { Task::Classification };
    let scores = ClassScores::of_rows(CLASSES, rows, Vec::new());
    Evaluation::of_labels_within(task, builder.build().into(), scores, limit, &NoProgress).unwrap()
}

/// Of classifiers no class meets another: the thresholds found one by one are the cheapest of all combinations.
#[test]
fn classifiers_by_every_combination() {
    for several in [false, true] {
        let evaluation = labels(several, usize::MAX);
        let goal = Goal::Cost(ErrorCosts { false_positive: 2.0, miss: 3.0, misclassified: 4.0 });
        let found = found(&evaluation, Plan { per_class: true, ..quick(goal) });
        let scores: Vec<f64> = (0..=65).map(|i| f64::from(i) / 64.0).collect();
        let prices = found.plan.prices();
        let of = |class: u32, threshold: f64| {
            // Alone: the other classes at their chosen thresholds.
            let mut own = found.own.clone();
            own.set(ClassId(class), Some(threshold));
            let matched = evaluation.with_own_thresholds(&own, &NoProgress).unwrap().unwrap();
            let counter = matched.timeline.counter_at(found.threshold.threshold);
            let classes = counter.classes().iter().enumerate();
            classes.map(|(class, counts)| prices.of_class(ClassId::from_index(class), counts)).sum::<f64>()
        };
        for class in 0..3 {
            let best = scores.iter().map(|&t| of(class, t)).fold(f64::INFINITY, f64::min);
            assert_eq!(found.sums.1.cost, best, "several {several}, class {class}");
        }
    }
}

/// Counted from sorted columns a large table gives what the small one gives, held out as well.
#[test]
fn large_tables_choose_as_small_ones() {
    let (small, large) = (labels(true, usize::MAX), labels(true, 0));
    assert!(
        small.matched.as_ref().unwrap().timeline.scores().len()
            > large.matched.as_ref().unwrap().timeline.scores().len()
    );
    for goal in
        [cost(1.0, 3.0), cost(3.0, 1.0), Goal::FBeta(1.0), Goal::FBeta(2.0), Goal::Recall(0.8), Goal::Precision(0.6)]
    {
        for per_class in [false, true] {
            let plan = Plan { per_class, folds: 4, resamples: 32, ..quick(goal) };
            let [a, b] = [&small, &large].map(|evaluation| {
                let matched = evaluation.matched.as_ref().unwrap();
                design(evaluation, matched, 0.5, plan.clone(), &NoProgress).unwrap().unwrap()
            });
            assert_eq!((a.threshold, &a.own, a.counts, a.sums), (b.threshold, &b.own, b.counts, b.sums), "{goal:?}");
            assert_eq!((&a.classes, &a.gains), (&b.classes, &b.gains), "{goal:?}");
            let [a, b] = [a, b].map(|design| design.held_out.unwrap());
            assert_eq!((a.thresholds, a.sums, a.gains), (b.thresholds, b.sums, b.gains), "{goal:?}");
        }
    }
}

/// Every cell, by every matching, with thresholds of single classes and without: what matching at that IoU counts there.
#[test]
fn every_cell_of_the_surface_is_counted_anew() {
    let evaluation = Synthetic::new(12).evaluation(None);
    let none = OwnThresholds::default();
    let some: OwnThresholds = [(ClassId(1), 0.6)].into_iter().collect();
    for matching in Matching::ALL {
        for own in [&none, &some] {
            let found = surface(&evaluation, matching, own, &NoProgress).unwrap().unwrap();
            let mut best = 0.0_f64;
            assert!(found.confidences.len() >= 60 && found.confidences.is_sorted());
            for (row, iou) in IOUS.into_iter().enumerate() {
                let again = evaluation.rematch(DetectionSettings { iou, matching }, &NoProgress).unwrap();
                let base = Arc::clone(again.matched.as_ref().unwrap());
                let matched = again.with_own(own, &NoProgress).unwrap().unwrap_or(base);
                assert_eq!(found.best[row], matched.optima.pooled, "{matching:?} {iou}");
                best = best.max(matched.sweep.best_f1().and_then(|at| matched.sweep.f1(at)).unwrap());
                for (column, &confidence) in found.confidences.iter().enumerate() {
                    let totals = matched.timeline.counter_at(confidence).totals();
                    let point = found.at(row, column).unwrap();
                    let what = format!("{matching:?} IoU {iou} at {confidence}");
                    assert_eq!(
                        (point.correct, point.kept, found.truths),
                        (totals.correct, totals.kept(), totals.truths()),
                        "{what}"
                    );
                    let rates = Rate::ALL.map(|rate| found.rate(rate, row, column));
                    assert_eq!(rates, [totals.f1(), totals.precision(), totals.recall()], "{what}");
                }
            }
            let (row, column) = found.highest(Rate::F1).unwrap();
            assert_eq!(
                found.rate(Rate::F1, row, column),
                Some(best),
                "the highest F1 over every score is among the cells"
            );
        }
    }
    assert!(surface(&labels(false, usize::MAX), Matching::TwoPass, &none, &NoProgress).unwrap().is_none());
}

/// JSON and YAML hold the same, in the same bytes each time; thresholds at full precision, by name.
#[test]
fn files_for_deployment() {
    let evaluation = world().evaluate(6);
    let plan = || Plan {
        per_class: true,
        folds: 3,
        resamples: 64,
        own: BTreeMap::from([(ClassId(1), cost(2.0, 9.0))]),
        ..quick(cost(1.0, 5.0))
    };
    let design = found(&evaluation, plan());
    let [json, yaml] = [Format::Json, Format::Yaml].map(|f| thresholds::text(&evaluation, &design, f).unwrap());
    let again = found(&evaluation, plan());
    assert_eq!(json, thresholds::text(&evaluation, &again, Format::Json).unwrap());
    let read: Value = serde_json::from_str(&json).unwrap();
    let from_yaml: Value = serde_saphyr::from_str(&yaml).unwrap();
    assert_eq!(read, from_yaml);
    assert_eq!(read["schema"], "evalens.thresholds/1");
    assert_eq!(
        (&read["matching"], &read["iou"], &read["keep"]),
        (&"two-pass".into(), &0.5.into(), &"score >= threshold".into())
    );
    assert_eq!(read["default_threshold"].as_f64(), Some(design.threshold.threshold));
    let names = ["cat", "dog"].map(|name| read["class_thresholds"][name].as_f64());
    assert_eq!(names, [0, 1].map(|class| design.own.get(ClassId(class))));
    assert_eq!(read["class_thresholds"].as_object().unwrap().len(), 2);
    assert_eq!(
        read["goal"],
        serde_json::json!({"kind": "cost", "false_positive": 1.0, "miss": 5.0, "misclassified": 6.0})
    );
    assert_eq!(read["class_goals"]["dog"]["miss"], 9.0);
    assert_eq!(read["metrics"]["proposed"]["cost"].as_f64(), Some(design.sums.1.cost));
    assert_eq!(read["metrics"]["held_out"]["truths"], 10);
    assert!(read["differences"][0]["verdict"].is_string());
}

fn run(args: &[&str]) -> std::process::Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    Command::new(env!("CARGO_BIN_EXE_evalens")).current_dir(root).args(args).env_remove("DISPLAY").output().unwrap()
}

fn written(args: &[&str]) -> Value {
    let output = run(&[&["thresholds"], args, &["--resamples", "100", "--out", "-"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// With the written threshold `evaluate` counts what was promised; F1 alone finds the optimum.
#[test]
fn on_the_command_line() {
    let model = ["assets/sample", "--model", "contour-detector@v2", "--split", "test"];
    let found = written(&[&model[..], &["--recall", "0.6"]].concat());
    assert_eq!((&found["goal"]["kind"], &found["target_reached"]), (&"recall".into(), &true.into()));
    let confidence = found["default_threshold"].to_string();
    let output = run(&[&["evaluate"], &model[..], &["--confidence", &confidence, "--json", "-"]].concat());
    let evaluated: Value = serde_json::from_slice(&output.stdout).unwrap();
    for name in ["precision", "recall", "f1"] {
        assert_eq!(found["metrics"]["proposed"][name], evaluated["summary"][name], "{name}");
    }
    assert!(evaluated["summary"]["recall"].as_f64().unwrap() >= 0.6);
    let best = written(&model);
    assert_eq!(best["default_threshold"], evaluated["summary"]["optimal_confidence"]);
    let classes = ["assets/sample-classes", "--model", "crop-classifier"];
    let classes = written(&[&classes[..], &["--cost-fp", "1", "--cost-fn", "5", "--per-class"]].concat());
    assert_eq!(classes["goal"]["misclassified"], 6.0);
    assert!(!classes["class_thresholds"].as_object().unwrap().is_empty());
}

#[test]
fn exit_codes_and_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("thresholds.yaml").display().to_string();
    let model = ["thresholds", "assets/sample", "--model", "contour-detector@v2", "--resamples", "10"];
    let output = run(&[&model[..], &["--beta", "2", "--out", &file]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("held-out"));
    let read: Value = serde_saphyr::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(read["goal"]["beta"], 2.0);
    for wrong in [
        &["--recall", "2"][..],
        &["--beta", "2", "--recall", "0.5"],
        &["--out", "thresholds.txt"],
        &["--split", "none"],
    ] {
        let output = run(&[&model[..], wrong].concat());
        assert_eq!(output.status.code(), Some(2), "{wrong:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let texts = run(&["thresholds", "assets/sample-texts", "--model", "answer-finder"]);
    assert_eq!(texts.status.code(), Some(1), "{}", String::from_utf8_lossy(&texts.stderr));
}
