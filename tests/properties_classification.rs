//! Laws that hold for any classifier: the timeline equals a recount at every threshold, ranks equal a count of pairs, and
//! threads change nothing.

use std::collections::BTreeMap;

use evalens::metrics::classification::{
    MultiLabel, PairCounting, SingleLabel, cooccurrence, items_labelled, items_with_both, matched, matched_with_own,
    mean_probabilities, multilabel_at, optimal_thresholds, pair_items, pair_timeline, predictions,
};
use evalens::metrics::{Cell, Counts, OwnThresholds, Timeline};
use evalens::model::{ClassId, ClassScores, ClassTable, Dataset, DatasetBuilder, Image, ImageId, NewTruth, NoProgress};
use proptest::collection::vec;
use proptest::prelude::*;

const CLASSES: usize = 4;

/// Few different scores, so that they tie; among them both zeros.
fn score() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => (0..6_u8).prop_map(|s| f64::from(s) / 5.0),
        1 => Just(-0.0),
        1 => 0.0..1.0,
        1 => -2.0..2.0,
    ]
}

#[derive(Clone, Debug)]
struct Problem {
    dataset: Dataset,
    scores: ClassScores,
    labels: Vec<Vec<usize>>,
}

impl Problem {
    fn new(items: Vec<(Vec<usize>, Vec<f64>, bool)>, lists: Option<usize>) -> Self {
        let mut builder = DatasetBuilder {
            classes: ClassTable::from_names(["a", "b", "c", "d"]),
            images: (0..items.len() as i64).map(|source_id| Image { source_id, ..Image::default() }).collect(),
            ..DatasetBuilder::default()
        };
        for (item, (labels, _, _)) in items.iter().enumerate() {
            builder.truths.extend(labels.iter().map(|&class| NewTruth::label(item, ClassId::from_index(class))));
        }
        let rows: Vec<Vec<f64>> = items.iter().map(|(_, row, _)| row.clone()).collect();
        let absent: Vec<bool> = items.iter().map(|(_, _, absent)| *absent).collect();
        let scores = match lists {
            None => ClassScores::of_rows(CLASSES, rows.concat(), absent),
            Some(length) => {
                let best = |(row, &absent): (&Vec<f64>, &bool)| {
                    let mut list: Vec<_> = row.iter().zip(0..).map(|(&s, c)| (ClassId(c), s)).collect();
                    list.sort_by(|a, b| b.1.partial_cmp(&a.1).unwrap());
                    list.truncate(if absent { 0 } else { length });
                    list
                };
                ClassScores::of_lists(CLASSES, rows.iter().zip(&absent).map(best).collect())
            }
        };
        let labels = items.into_iter().map(|(labels, _, _)| labels).collect();
        Self { dataset: builder.build(), scores, labels }
    }

    fn items(&self) -> impl Iterator<Item = (usize, ImageId)> + use<> {
        (0..self.labels.len()).map(|i| (i, ImageId::from_index(i)))
    }
}

fn problem(labels: impl Strategy<Value = Vec<usize>>) -> impl Strategy<Value = Problem> {
    let item = (labels, vec(score(), CLASSES), prop::bool::weighted(0.1));
    (vec(item, 0..40), prop::option::weighted(0.3, 1..=3_usize)).prop_map(|(items, lists)| Problem::new(items, lists))
}

fn single() -> impl Strategy<Value = Problem> {
    // The last class is never true.
    problem(prop_oneof![8 => (0..CLASSES - 1).prop_map(|c| vec![c]), 1 => Just(Vec::new())])
}

fn multi() -> impl Strategy<Value = Problem> {
    // Labels may be written twice.
    problem(vec(0..CLASSES - 1, 0..4))
}

/// Thresholds of single classes, some at a score.
fn own() -> impl Strategy<Value = BTreeMap<usize, f64>> {
    prop::collection::btree_map(0..CLASSES, score(), 0..=CLASSES)
}

fn thresholds(timeline: &Timeline) -> Vec<f64> {
    let scores = timeline.scores().iter();
    scores.flat_map(|s| [s.next_down(), *s, s.next_up()]).chain([-3.0, 0.0, 0.31, 3.0]).collect()
}

/// What the single-label rules say about one threshold, item by item.
fn recount_single(p: &Problem, t: impl Fn(usize) -> f64) -> Counts {
    let mut counts = Counts::default();
    for (i, item) in p.items() {
        let Some(&truth) = p.labels[i].first() else { continue };
        match p.scores.best(item).filter(|(class, score)| *score >= t(class.index())) {
            Some((class, _)) if class.index() == truth => counts.correct += 1,
            Some(_) => counts.misclassified += 1,
            None => counts.missed += 1,
        }
    }
    counts
}

fn recount_multi(p: &Problem, t: impl Fn(usize) -> f64) -> Counts {
    let mut counts = Counts::default();
    for (i, item) in p.items() {
        for class in 0..CLASSES {
            let said = p.scores.score(item, ClassId::from_index(class)).is_some_and(|score| score >= t(class));
            match (p.labels[i].contains(&class), said) {
                (true, true) => counts.correct += 1,
                (true, false) => counts.missed += 1,
                (false, true) => counts.false_positives += 1,
                (false, false) => {}
            }
        }
    }
    counts
}

/// The chance that a positive scores above a negative, pair by pair.
fn auc(pairs: &[(f64, bool)]) -> Option<f64> {
    let (mut won, mut all) = (0.0, 0.0);
    for (a, _) in pairs.iter().filter(|(_, positive)| *positive) {
        for (b, _) in pairs.iter().filter(|(_, positive)| !positive) {
            all += 1.0;
            won += if a > b { 1.0 } else { f64::from(u8::from(a == b)) / 2.0 };
        }
    }
    (all > 0.0).then(|| won / all)
}

fn near(a: Option<f64>, b: Option<f64>) -> bool {
    a.zip(b).map_or(a == b, |(a, b)| (a - b).abs() < 1e-12)
}

/// All counted pairs of score and whether the label is true, of one class or of all.
fn pairs(p: &Problem, classes: std::ops::Range<usize>, needs_label: bool) -> Vec<(f64, bool)> {
    let counted = p.items().filter(|(i, _)| !needs_label || !p.labels[*i].is_empty());
    let of_item = counted.flat_map(|(i, item)| classes.clone().map(move |c| (i, item, c)));
    of_item
        .filter_map(|(i, item, c)| Some((p.scores.score(item, ClassId::from_index(c))?, p.labels[i].contains(&c))))
        .collect()
}

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn single_label_outcomes(p in single()) {
        let answers = predictions(&p.dataset, &p.scores, false);
        let matched = matched(&p.dataset, &answers, false, &NoProgress).unwrap();
        let mut best: Option<(f64, f64)> = None;
        for t in thresholds(&matched.timeline) {
            let counts = recount_single(&p, |_| t);
            prop_assert_eq!(matched.timeline.counter_at(t).totals(), counts);
            let mut counter = matched.timeline.counter();
            matched.timeline.move_to(&mut counter, t);
            prop_assert_eq!(counter.totals(), counts);
            let by_item = p.items().fold(0, |sum, (_, i)| sum + matched.timeline.counts_of(i, counter.cut()).correct);
            prop_assert_eq!(by_item, counts.correct);
            let f1 = counts.f1().unwrap_or(0.0);
            if matched.timeline.scores().contains(&t) && best.is_none_or(|(known, at)| f1 > known || (f1 == known && t > at)) {
                best = Some((f1, t));
            }
        }
        let defined = p.labels.iter().any(|l| !l.is_empty());
        prop_assert_eq!(matched.optima.pooled, best.map(|(_, t)| t).filter(|_| defined));
    }

    #[test]
    fn multi_label_outcomes(p in multi()) {
        let answers = predictions(&p.dataset, &p.scores, true);
        let matched = matched(&p.dataset, &answers, true, &NoProgress).unwrap();
        for t in thresholds(&matched.timeline) {
            let counter = matched.timeline.counter_at(t);
            prop_assert_eq!(counter.totals(), recount_multi(&p, |_| t));
            prop_assert_eq!(counter.totals().misclassified, 0);
        }
        let thresholds = optimal_thresholds(&matched.optima);
        let at = multilabel_at(&p.dataset, &p.scores, &thresholds, PairCounting::MissedWithAdded, &NoProgress).unwrap();
        for (c, tally) in at.classes.iter().enumerate() {
            prop_assert_eq!(*tally, matched.timeline.counter_at(thresholds[c]).classes()[c].into());
            prop_assert_eq!(at.matrix[c][c], tally.correct);
        }
    }

    /// Thresholds of single classes: counts are those of a recount item by item, wherever the threshold for all stands.
    #[test]
    fn own_thresholds(p in single(), q in multi(), own in own()) {
        let set: OwnThresholds = own.iter().map(|(&class, &t)| (ClassId::from_index(class), t)).collect();
        for (several, p) in [(false, &p), (true, &q)] {
            let answers = predictions(&p.dataset, &p.scores, several);
            let with = matched_with_own(&p.dataset, &answers, several, &set, &NoProgress).unwrap();
            for t in thresholds(&with.timeline) {
                let of_class = |class: usize| own.get(&class).copied().unwrap_or(t);
                let expected = if several { recount_multi(p, of_class) } else { recount_single(p, of_class) };
                prop_assert_eq!(with.timeline.counter_at(t).totals(), expected);
                let mut counter = with.timeline.counter();
                with.timeline.move_to(&mut counter, t);
                prop_assert_eq!(counter, with.timeline.counter_at(t));
            }
            prop_assert!(set.classes().all(|class| with.optima.classes[class.index()].is_none()));
        }
    }

    /// The matrix of several labels at every threshold is the one that is counted at that threshold; every cell opens as
    /// many items as it counts.
    #[test]
    fn pairs_of_labels(p in multi(), own in own()) {
        let own: OwnThresholds = own.iter().map(|(&class, &t)| (ClassId::from_index(class), t)).collect();
        let answers = predictions(&p.dataset, &p.scores, true);
        let matched = matched_with_own(&p.dataset, &answers, true, &own, &NoProgress).unwrap();
        for counting in [PairCounting::MissedWithAdded, PairCounting::EveryPair] {
            let pairs = pair_timeline(&p.dataset, &answers, &matched, counting, usize::MAX, &NoProgress).unwrap().unwrap();
            prop_assert_eq!(pairs.support(), matched.timeline.support());
            for t in thresholds(&matched.timeline) {
                let at: Vec<f64> = (0..CLASSES).map(|c| own.get(ClassId::from_index(c)).unwrap_or(t)).collect();
                let expected = multilabel_at(&p.dataset, &p.scores, &at, counting, &NoProgress).unwrap().matrix;
                let mut counter = pairs.counter();
                pairs.move_to(&mut counter, t);
                prop_assert_eq!(counter.matrix(&pairs), expected.clone());
                for (a, row) in expected.iter().enumerate() {
                    for (b, &n) in row.iter().enumerate() {
                        let class = |c: usize| (c < CLASSES).then(|| ClassId::from_index(c));
                        let cell = Cell::new(class(a), class(b));
                        let items = pair_items(&p.dataset, &answers, &matched, counter.cut(), counting, cell);
                        prop_assert_eq!(items.len() as u64, n, "{:?} {:?} at {}", counting, cell, t);
                    }
                }
            }
            let all = pairs.intervals().count();
            let few = |limit| pair_timeline(&p.dataset, &answers, &matched, counting, limit, &NoProgress).unwrap();
            prop_assert!(few(all).is_some() && (all == 0 || few(all - 1).is_none()));
        }
    }

    /// What a cell of the mean scores, or of labels that occur together, opens is what it was computed from.
    #[test]
    fn tables_open_what_they_count(p in single(), q in multi()) {
        for (several, p) in [(false, &p), (true, &q)] {
            let means = mean_probabilities(&p.dataset, &p.scores, several, &NoProgress).unwrap();
            for (a, row) in means.iter().enumerate() {
                let items = items_labelled(&p.dataset, &p.scores, ClassId::from_index(a), several);
                for b in 0..CLASSES {
                    let scores: Option<Vec<f64>> =
                        items.iter().map(|&i| p.scores.score(i, ClassId::from_index(b)).filter(|_| p.scores.is_complete())).collect();
                    let mean = scores.filter(|s| !s.is_empty()).map(|s| s.iter().sum::<f64>() / s.len() as f64);
                    prop_assert!(near(row.as_ref().map(|row| row[b]), mean));
                }
            }
        }
        for (a, row) in cooccurrence(&q.dataset).iter().enumerate() {
            for (b, &n) in row.iter().enumerate() {
                let both = items_with_both(&q.dataset, ClassId::from_index(a), ClassId::from_index(b));
                prop_assert_eq!(both.len() as u32, n);
            }
        }
    }

    #[test]
    fn ranks_are_counts_of_pairs(p in single(), q in multi()) {
        let s = SingleLabel::compute(&p.dataset, &p.scores, &NoProgress).unwrap();
        let m = MultiLabel::compute(&q.dataset, &q.scores, &NoProgress).unwrap();
        for c in 0..CLASSES {
            let of = |p: &Problem, needed| if p.scores.is_complete() { auc(&pairs(p, c..c + 1, needed)) } else { None };
            prop_assert!(near(s.ranking.roc_auc[c], of(&p, true)));
            prop_assert!(near(m.ranking.roc_auc[c], of(&q, false)));
        }
        let of = |p: &Problem, needed| if p.scores.is_complete() { auc(&pairs(p, 0..CLASSES, needed)) } else { None };
        prop_assert!(near(s.ranking.roc_auc_micro, of(&p, true)));
        prop_assert!(near(m.ranking.roc_auc_micro, of(&q, false)));
        prop_assert_eq!(s.items + s.absent + s.unlabelled, p.labels.len() as u64);
    }
}

/// Enough items for many runs: the same bits on one thread and on three.
#[test]
fn threads_change_nothing() {
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1_u32 << 31)
    };
    let item = |_| {
        let labels = vec![(next() * 3.0) as usize];
        (labels, (0..CLASSES).map(|_| next()).collect(), next() < 0.05)
    };
    let p = Problem::new((0..20_000).map(item).collect(), None);
    let all = |threads| {
        on_threads(threads, || {
            (
                SingleLabel::compute(&p.dataset, &p.scores, &NoProgress).unwrap(),
                MultiLabel::compute(&p.dataset, &p.scores, &NoProgress).unwrap(),
                mean_probabilities(&p.dataset, &p.scores, false, &NoProgress).unwrap(),
                multilabel_at(&p.dataset, &p.scores, &[0.5; 4], PairCounting::EveryPair, &NoProgress).unwrap(),
            )
        })
    };
    assert_eq!(all(1), all(3));
}
