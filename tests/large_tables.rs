//! Of a large table with several labels an item, what is said beside the labels is counted from sorted columns instead of being
//! held cell by cell. Forced on small sets here, it has to give what holding every cell gives.

use std::collections::BTreeSet;
use std::sync::Arc;

use evalens::analysis::Filter;
use evalens::analysis::recommend::{Beside, Recommendation, Rules, recommend};
use evalens::metrics::bootstrap;
use evalens::metrics::classification::{PairCounting, pair_items, pair_timeline};
use evalens::metrics::detection::Matched;
use evalens::metrics::{Cell, Counts, Evaluation, MatchTable, Outcome, OutcomeKind, OwnThresholds, Sweep};
use evalens::model::{ClassId, ClassScores, ClassTable, DatasetBuilder, Image, ImageId, NewTruth, NoProgress, Task};
use proptest::collection::vec;
use proptest::prelude::*;

const CLASSES: usize = 4;

/// Few different scores, so that they tie; among them both zeros, and thirds, which single precision rounds.
fn score() -> impl Strategy<Value = f32> {
    prop_oneof![
        6 => (0..7_u8).prop_map(|s| f32::from(s) / 6.0),
        1 => Just(-0.0),
        3 => 0.0..1.0_f32,
    ]
}

type Item = (Vec<usize>, Vec<f32>, bool, u8);

fn items(most: usize) -> impl Strategy<Value = Vec<Item>> {
    // Labels may be written twice; the last class is never true; some items are absent; there are up to two splits.
    vec((vec(0..CLASSES - 1, 0..4), vec(score(), CLASSES), prop::bool::weighted(0.1), 0..2_u8), 0..most)
}

fn own() -> impl Strategy<Value = OwnThresholds> {
    let of = |own: std::collections::BTreeMap<usize, f32>| -> OwnThresholds {
        own.into_iter().map(|(class, t)| (ClassId::from_index(class), f64::from(t))).collect()
    };
    prop::collection::btree_map(0..CLASSES, score(), 0..=CLASSES).prop_map(of)
}

/// The same evaluation with every cell held, and with none.
fn both(items: &[Item], double: bool, splits: usize) -> (Evaluation, Evaluation) {
    let mut builder = DatasetBuilder {
        classes: ClassTable::from_names(["a", "b", "c", "d"]),
        splits: (0..splits).map(|split| format!("split {split}")).collect(),
        ..DatasetBuilder::default()
    };
    for (at, (labels, _, _, split)) in items.iter().enumerate() {
        let split = if splits > 1 { *split } else { 0 };
        builder.images.push(Image {
            source_id: at as i64,
            name: format!("{at}.png"),
            split: split.into(),
            ..Image::default()
        });
        builder.truths.extend(labels.iter().map(|&class| NewTruth::label(at, ClassId::from_index(class))));
    }
    let rows: Vec<f32> = items.iter().flat_map(|(_, row, _, _)| row.iter().copied()).collect();
    let absent: Vec<bool> = items.iter().map(|(_, _, absent, _)| *absent).collect();
    let scores = if double {
        // A third that only double precision holds.
        ClassScores::of_rows(CLASSES, rows.iter().map(|&s| f64::from(s) / 3.0).collect(), absent)
    } else {
        ClassScores::of_single_rows(CLASSES, rows, absent)
    };
    let dataset = Arc::new(builder.build());
    let within = |limit| {
        let (dataset, scores) = (Arc::clone(&dataset), scores.clone());
        Evaluation::of_labels_within(Task::Multilabel, dataset, scores, limit, &NoProgress).unwrap()
    };
    (within(usize::MAX), within(0))
}

/// An outcome by what it is about: ids of predictions differ.
type About = (Option<u32>, Option<(ImageId, ClassId, f64)>);

fn about(evaluation: &Evaluation, outcome: Outcome) -> About {
    let pred = |p| {
        let of = &evaluation.predictions;
        (of.image_of(p).unwrap(), of.class_of(p).unwrap(), of.score_of(p).unwrap())
    };
    (outcome.truth().map(|t| t.0), outcome.pred().map(pred))
}

fn thresholds(evaluation: &Evaluation) -> Vec<f64> {
    let matched = evaluation.matched.as_ref().unwrap();
    let scores = matched.timeline.scores().iter();
    scores
        .flat_map(|s| [s.next_down(), *s, s.next_up()])
        .chain([-3.0, 0.0, 0.11, 0.3, 0.5, 0.77, 3.0, f64::NAN])
        .collect()
}

/// Number of counted pairs and what is right among them, at a score of a sweep.
fn at(sweep: &Sweep, score: f64) -> Option<(u64, u64)> {
    let at = sweep.position(score)?;
    Some((sweep.correct[at], sweep.kept[at]))
}

fn same_sweep(held: &Sweep, counted: &Sweep) -> Result<(), TestCaseError> {
    prop_assert_eq!(held.truths, counted.truths);
    for &score in &counted.confidence {
        prop_assert!(held.confidence.contains(&score));
        prop_assert_eq!(at(held, score), at(counted, score));
    }
    let ends = |sweep: &Sweep| (sweep.confidence.first().copied(), sweep.confidence.last().copied());
    prop_assert_eq!(ends(held), ends(counted));
    let best = |sweep: &Sweep, at: Option<usize>| at.map(|at| sweep.confidence[at]);
    prop_assert_eq!(best(held, held.best_f1()), best(counted, counted.best_f1()));
    for target in [0.0, 0.3, 0.5, 0.9, 1.0] {
        let of = |s: &Sweep| (best(s, s.best_precision_at_recall(target)), best(s, s.best_recall_at_precision(target)));
        prop_assert_eq!(of(held), of(counted));
    }
    Ok(())
}

fn same_matched(
    (a, held): (&Evaluation, &Matched),
    (b, counted): (&Evaluation, &Matched),
    thresholds: &[f64],
) -> Result<(), TestCaseError> {
    prop_assert_eq!(held.timeline.support(), counted.timeline.support());
    prop_assert_eq!(held.timeline.cells(), counted.timeline.cells());
    prop_assert_eq!(&held.optima, &counted.optima);
    same_sweep(&held.sweep, &counted.sweep)?;
    prop_assert_eq!(held.class_sweeps.len(), counted.class_sweeps.len());
    for (x, y) in held.class_sweeps.iter().zip(&counted.class_sweeps) {
        same_sweep(x, y)?;
    }
    prop_assert_eq!(held.split_sweeps.len(), counted.split_sweeps.len());
    for (x, y) in held.split_sweeps.iter().zip(&counted.split_sweeps) {
        for &score in &y.confidence {
            prop_assert_eq!((x.truths, at(x, score)), (y.truths, at(y, score)));
        }
    }
    let (mut x, mut y) = (held.timeline.counter(), counted.timeline.counter());
    let mut order: Vec<f64> = thresholds.to_vec();
    order.rotate_left(thresholds.len() / 3);
    for &t in &order {
        let (cut_a, cut_b) = (held.timeline.cut(t), counted.timeline.cut(t));
        held.timeline.move_to(&mut x, t);
        counted.timeline.move_to(&mut y, t);
        prop_assert_eq!((x.cut(), y.cut()), (cut_a, cut_b));
        prop_assert_eq!(&y, &counted.timeline.counter_at(t));
        prop_assert_eq!((x.totals(), x.classes(), x.cells()), (y.totals(), y.classes(), y.cells()), "at {}", t);
        prop_assert_eq!(x.matrix(&held.timeline), y.matrix(&counted.timeline));
        for class in [None, Some(ClassId(0)), Some(ClassId(3))] {
            prop_assert_eq!(held.f1_at(class, t), counted.f1_at(class, t), "F1 of {:?} at {}", class, t);
        }
        let (keeps_a, keeps_b) = (held.keeps(cut_a), counted.keeps(cut_b));
        for image in a.dataset.image_ids() {
            prop_assert_eq!(held.timeline.counts_of(image, cut_a), counted.timeline.counts_of(image, cut_b));
            let of = |e: &Evaluation, outcomes: Vec<Outcome>| -> Vec<About> {
                outcomes.into_iter().map(|o| about(e, o)).collect()
            };
            let wrong_last = |mut all: Vec<About>| {
                all.sort_by_key(|(truth, _)| truth.is_none());
                all
            };
            prop_assert_eq!(
                wrong_last(of(a, held.timeline.outcomes_of(image, cut_a).collect())),
                wrong_last(of(b, counted.timeline.outcomes_of(image, cut_b).collect()))
            );
            let said = |e: &Evaluation| -> Vec<(ClassId, f64)> {
                e.predictions.said_of(image).into_iter().map(|(_, class, score)| (class, score)).collect()
            };
            prop_assert_eq!(said(a), said(b));
            for (class, score) in said(a) {
                prop_assert_eq!(keeps_a(class, score), keeps_b(class, score));
            }
        }
        let mut wanted: Vec<Filter> = held.timeline.cells().iter().map(|&cell| Filter::Cell(cell)).collect();
        wanted.extend(OutcomeKind::ALL.map(|kind| Filter::Segment { class: None, kind }));
        wanted.push(Filter::Predicted { title: String::new(), classes: vec![ClassId(0), ClassId(3)] });
        for filter in wanted {
            let of = |e: &Evaluation, m: &Matched| -> Vec<About> {
                m.timeline
                    .members(m.timeline.cut(t), |cell| filter.wants(cell))
                    .into_iter()
                    .map(|o| about(e, o))
                    .collect()
            };
            prop_assert_eq!(of(a, held), of(b, counted), "{:?} at {}", &filter, t);
            if let Filter::Cell(cell) = filter {
                prop_assert_eq!(of(b, counted).len() as u64, y.count(&counted.timeline, cell));
            }
            prop_assert_eq!(filter.images(a, held, cut_a), filter.images(b, counted, cut_b));
        }
        let other = 0.4;
        prop_assert_eq!(
            held.timeline.changed_images(cut_a, held.timeline.cut(other)),
            counted.timeline.changed_images(cut_b, counted.timeline.cut(other))
        );
    }
    Ok(())
}

fn same_pairs(a: (&Evaluation, &Matched), b: (&Evaluation, &Matched), thresholds: &[f64]) -> Result<(), TestCaseError> {
    for counting in [PairCounting::MissedWithAdded, PairCounting::EveryPair] {
        let of = |(e, m): (&Evaluation, &Matched), limit| {
            pair_timeline(&e.dataset, &e.predictions, m, counting, limit, &NoProgress).unwrap()
        };
        let (x, y) = (of(a, usize::MAX).unwrap(), of(b, usize::MAX).unwrap());
        let all = x.intervals().count();
        prop_assert_eq!(all, y.intervals().count());
        prop_assert!(of(b, all).is_some() && (all == 0 || of(b, all - 1).is_none()));
        for &t in thresholds {
            prop_assert_eq!(x.counter_at(t).matrix(&x), y.counter_at(t).matrix(&y));
            for cell in [Cell::new(Some(ClassId(0)), Some(ClassId(1))), Cell::new(None, Some(ClassId(3)))] {
                let items = |(e, m): (&Evaluation, &Matched)| {
                    pair_items(&e.dataset, &e.predictions, m, m.timeline.cut(t), counting, cell)
                };
                prop_assert_eq!(items(a), items(b));
            }
        }
    }
    Ok(())
}

fn cards(evaluation: &Evaluation, matched: &Matched, t: f64) -> Vec<(Recommendation, Vec<ImageId>)> {
    // Small sets have few of everything.
    let rules = Rules {
        missed_count: 1,
        small_set_false_positives: 1,
        own_optimum_truths: 1,
        own_optimum_distance: 0.0,
        threshold_gain: 0.0,
        ..Rules::default()
    };
    let counter = matched.timeline.counter_at(t);
    let cards = recommend(evaluation, matched, &counter, t, &rules, &Beside::default()).into_iter();
    // Predictions of a table have ids of their own: their items are what is the same.
    let by_items = |mut card: Recommendation| {
        let images = card.filter.images(evaluation, matched, counter.cut());
        if matches!(card.filter, Filter::Objects { .. }) {
            card.filter = Filter::All;
        }
        (card, images)
    };
    cards.map(by_items).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn counted_as_if_held(items in items(30), double: bool, splits in 1..=2_usize, own in own()) {
        let (held, counted) = both(&items, double, splits);
        let thresholds = thresholds(&held);
        let (a, b) = (held.matched.clone().unwrap(), counted.matched.clone().unwrap());
        same_matched((&held, &a), (&counted, &b), &thresholds)?;
        same_pairs((&held, &a), (&counted, &b), &thresholds)?;
        let (x, y) = (held.labels().unwrap(), counted.labels().unwrap());
        prop_assert_eq!(&x.multi, &y.multi);
        for t in [0.0, 0.3, 0.5] {
            prop_assert_eq!(cards(&held, &a, t), cards(&counted, &b, t));
            let table = |e: &Evaluation| MatchTable::of(e, t, &NoProgress).unwrap();
            prop_assert_eq!(table(&held), table(&counted));
            let resampled = |e: &Evaluation, m: &Matched| {
                bootstrap::of_evaluation(e, &m.timeline, m.timeline.cut(t), 20, 1, &NoProgress).unwrap()
            };
            prop_assert_eq!(resampled(&held, &a), resampled(&counted, &b));
        }
        prop_assert_eq!(held.predictions.len(), counted.predictions.len());
        let curves = |e: &Evaluation| e.class_curves(&NoProgress).unwrap();
        prop_assert_eq!(curves(&held), curves(&counted));
        for class in [None, Some(ClassId(1)), Some(ClassId(3))] {
            for range in [(0.0, 1.0), (-0.1, 0.4)] {
                let bins = |e: &Evaluation| e.score_histogram(class, range, 7);
                prop_assert_eq!(bins(&held), bins(&counted));
            }
        }
        let with = |e: &Evaluation| e.with_own_thresholds(&own, &NoProgress).unwrap().unwrap();
        let (a, b) = (with(&held), with(&counted));
        same_matched((&held, &a), (&counted, &b), &thresholds)?;
        same_pairs((&held, &a), (&counted, &b), &thresholds)?;
    }
}

/// More items than one task counts at a time, and scores all different: sums over blocks meet.
#[test]
fn many_different_scores() {
    let mut state = 11_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f32 / (1_u64 << 31) as f32
    };
    let item = |_| -> Item {
        let labels: BTreeSet<usize> = (0..3).map(|_| (next() * 3.0) as usize).collect();
        let row = (0..CLASSES).map(|class| (next() + if labels.contains(&class) { 0.3 } else { 0.0 }) / 1.3).collect();
        (labels.into_iter().collect(), row, false, 0)
    };
    let items: Vec<Item> = (0..12_000).map(item).collect();
    let (held, counted) = both(&items, false, 1);
    let (a, b) = (held.matched.clone().unwrap(), counted.matched.clone().unwrap());
    assert_eq!(a.optima, b.optima);
    assert_eq!(held.labels().unwrap().multi, counted.labels().unwrap().multi);
    for &score in &b.sweep.confidence {
        assert_eq!(at(&a.sweep, score), at(&b.sweep, score));
    }
    let mut counter = b.timeline.counter();
    for step in (0..2_000).map(|step| f64::from((step * 7919) % 2_000) / 2_000.0) {
        b.timeline.move_to(&mut counter, step);
        let expected = a.timeline.counter_at(step);
        assert_eq!((counter.totals(), counter.classes()), (expected.totals(), expected.classes()));
    }
    let said = |t: f64| {
        items.iter().map(|(_, row, _, _)| row.iter().filter(|s| f64::from(**s) >= t).count() as u64).sum::<u64>()
    };
    assert_eq!(b.timeline.counter_at(0.37).totals().kept(), said(0.37));
    let everything = b.timeline.counter_at(-1.0).totals();
    assert_eq!(everything, Counts { missed: 0, ..everything });
    assert_eq!(everything.kept(), 48_000);
}
