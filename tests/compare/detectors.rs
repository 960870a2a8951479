//! Detectors: tables, intervals, sets of objects, alignment, what is refused, ranks.

use std::path::Path;
use std::sync::Arc;

use evalens::analysis::compare::{
    CompareError, CompareSettings, Comparison, Verdict, compare, matrix_difference, rank_ranges,
};
use evalens::metrics::{ClassCounts, DetectionSettings, Evaluation, MatchTable, Matching, Metric};
use evalens::model::{
    ClassId, ClassTable, Dataset, DatasetBuilder, Image, ImageId, NewTruth, NoProgress, Predictions, PredictionsBuilder,
};

use super::{compared, holds_the_numbers, named, of_objects, optimum, oracle, slow, table};

/// Truth and outputs of the fixtures of this repository.
pub fn fixtures() -> Vec<(String, Evaluation)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let set = |(truth, results): (String, String)| {
        let dataset = oracle::dataset(&oracle::json(&folder.join(&truth)));
        let predictions = oracle::predictions(&oracle::json(&folder.join(results)), &dataset);
        (truth, of_objects(dataset, predictions))
    };
    let pair = |name: &str| (format!("{name}.truth.json"), format!("{name}.results.json"));
    let names =
        ["parity/dense", "parity/grid", "parity_ap/crowds", "parity_ap/many", "parity_ap/sizes", "parity_ap/ties"];
    let small = ("coco-small/truth.json".to_owned(), "coco-small/predictions.json".to_owned());
    names.map(pair).into_iter().chain([small]).map(set).collect()
}

/// A version of the blood cell detector on a split, where the data is at hand.
fn cells(version: &str, split: &str) -> Option<Evaluation> {
    let data = oracle::data()?.join("bccd");
    let dataset = oracle::dataset(&oracle::json(&data.join(format!("annotations/instances_{split}.json"))));
    let file = data.join(format!("predictions/cell-detector/{version}/{split}.bbox.json"));
    let predictions = oracle::predictions(&oracle::json(&file), &dataset);
    Some(of_objects(dataset, predictions))
}

/// The versions of the bundled sample on the test split.
fn sample() -> Vec<Evaluation> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample");
    let truth = oracle::json(&folder.join("annotations/instances_test.json"));
    let of_version = |version: &str| {
        let dataset = oracle::dataset(&truth);
        let file = folder.join(format!("predictions/contour-detector/{version}/test.json"));
        let predictions = oracle::predictions(&oracle::json(&file), &dataset);
        of_objects(dataset, predictions)
    };
    ["v1", "v2"].map(of_version).into()
}

#[test]
fn tables_hold_the_numbers_of_every_matching() {
    let shared = ["v1", "v2", "v3"].iter().filter_map(|v| Some((format!("bccd {v}"), cells(v, "test")?)));
    let own = sample().into_iter().map(|evaluation| ("sample".to_owned(), evaluation));
    for (name, evaluation) in fixtures().into_iter().chain(shared).chain(own) {
        for matching in Matching::ALL {
            let settings = DetectionSettings { iou: 0.5, matching };
            let evaluation = evaluation.rematch(settings, &NoProgress).unwrap();
            for confidence in [optimum(&evaluation), 0.0, 0.5, 0.93] {
                holds_the_numbers(&evaluation, confidence, &format!("{name}, {}", matching.name()));
            }
        }
    }
}

/// Average precision is computed, and objects are matched, where the evaluation did neither.
#[test]
fn tables_of_evaluations_without_sections() {
    let (_, whole) = fixtures().remove(2);
    let sections = evalens::metrics::Sections { coco: false, tide: false, timeline: false };
    let (dataset, predictions) = (Arc::clone(&whole.dataset), Arc::clone(&whole.predictions));
    let bare =
        Evaluation::of_objects(dataset, predictions, DetectionSettings::default(), sections, &NoProgress).unwrap();
    assert_eq!(table(&bare, 0.4), table(&whole, 0.4));
}

/// The same detections with scores that are all different (copies of an image then tie with each other alone), a second
/// model that drops some, moves some and is surer of others.
fn two_models(evaluation: &Evaluation) -> [Evaluation; 2] {
    let p = &evaluation.predictions;
    let model = |second: bool| {
        let mut builder = PredictionsBuilder::default();
        for i in (0..p.len()).filter(|i| !second || i % 6 != 0) {
            let own = if second && i % 3 == 0 { p.score[i].sqrt() } else { p.score[i] };
            let mut bbox = p.bbox[i];
            bbox.x += if second && i % 4 == 0 { 0.2 * bbox.w } else { 0.0 };
            builder.push(p.image[i], p.class[i], bbox, 0.9 * own + 1e-5 * i as f64);
        }
        let predictions = builder.build(p.identity.clone(), evaluation.dataset.images.len());
        of_objects((*evaluation.dataset).clone(), predictions)
    };
    [model(false), model(true)]
}

#[test]
fn intervals_equal_those_of_evaluations_from_the_start() {
    for (name, evaluation) in fixtures() {
        if evaluation.dataset.images.len() < 3 || evaluation.predictions.len() > 4_000 {
            continue;
        }
        println!("{name}");
        let [a, b] = two_models(&evaluation);
        slow::check(&a, &b, [optimum(&a), 0.4]);
    }
}

/// Truth by truth off the outcomes of both evaluations.
fn by_hand(a: &Evaluation, b: &Evaluation, confidences: [f64; 2]) -> [Vec<(ImageId, u32)>; 4] {
    let right = |evaluation: &Evaluation, confidence: f64| {
        let timeline = &evaluation.matched.as_ref().unwrap().timeline;
        let mut right = vec![None; evaluation.dataset.truths.len()];
        for image in evaluation.dataset.image_ids() {
            for outcome in timeline.outcomes_of(image, timeline.cut(confidence)) {
                if let Some(truth) = outcome.truth() {
                    let class = evaluation.dataset.truths.class[truth.index()];
                    let found = outcome.pred().map(|pred| evaluation.predictions.class[pred.index()]);
                    right[truth.index()] = Some(found == Some(class));
                }
            }
        }
        right
    };
    let (of_a, of_b) = (right(a, confidences[0]), right(b, confidences[1]));
    let set = |wanted: (bool, bool)| {
        let inside = |&truth: &usize| of_a[truth].zip(of_b[truth]) == Some(wanted);
        let unit = |truth: usize| {
            let image = a.dataset.truths.image[truth];
            (image, (truth - a.dataset.truths.of(image).start) as u32)
        };
        (0..of_a.len()).filter(inside).map(unit).collect()
    };
    [set((false, true)), set((true, false)), set((true, true)), set((false, false))]
}

fn check_sets(a: &Evaluation, b: &Evaluation) -> Comparison {
    let confidences = [optimum(a), optimum(b)];
    let comparison = compared(&table(a, confidences[0]), &table(b, confidences[1]));
    let sets = [&comparison.fixed, &comparison.broken, &comparison.both_right, &comparison.both_wrong];
    for (found, expected) in sets.into_iter().zip(by_hand(a, b, confidences)) {
        let found: Vec<_> = found.iter().map(|unit| (unit.item, unit.truth.unwrap())).collect();
        assert_eq!(found, expected);
        let units: Vec<_> = expected
            .iter()
            .map(|&(item, truth)| evalens::analysis::compare::Unit { item, truth: Some(truth) })
            .collect();
        let items: Vec<_> = Comparison::items_of(&units).collect();
        assert!(items.is_sorted_by(|a, b| a < b) && expected.iter().all(|(item, _)| items.contains(item)));
    }
    let totals = |e: &Evaluation, t: f64| e.matched.as_ref().unwrap().timeline.counter_at(t);
    let (of_a, of_b) = (totals(a, confidences[0]), totals(b, confidences[1]));
    let counted: usize = sets.iter().map(|set| set.len()).sum();
    assert_eq!(counted as u64, of_a.totals().truths());
    assert_eq!((comparison.broken.len() + comparison.both_right.len()) as u64, of_a.totals().correct);
    assert_eq!((comparison.fixed.len() + comparison.both_right.len()) as u64, of_b.totals().correct);
    for class in &comparison.classes {
        assert_eq!((class.a, class.b), (of_a.classes()[class.class.index()], of_b.classes()[class.class.index()]));
    }
    let losses: Vec<_> = comparison.classes.iter().filter_map(|c| c.difference(ClassCounts::f1)).collect();
    assert!(losses.is_sorted());
    comparison
}

#[test]
fn sets_of_objects_counted_by_hand() {
    for (_, evaluation) in fixtures() {
        let [a, b] = two_models(&evaluation);
        check_sets(&a, &b);
    }
    let versions = sample();
    check_sets(&versions[0], &versions[1]);
    for split in ["test", "valid"] {
        let (Some(a), Some(b)) = (cells("v1", split), cells("v2", split)) else { return };
        let comparison = check_sets(&a, &b);
        // The other way round everything is turned round.
        let back = check_sets(&b, &a);
        assert_eq!((&back.fixed, &back.broken, back.p), (&comparison.broken, &comparison.fixed, comparison.p));
        for (there, back) in comparison.metrics.iter().zip(&back.metrics) {
            let turned = back.interval.map(|(low, high)| (-high, -low)).unwrap();
            let (low, high) = there.interval.unwrap();
            assert!((low - turned.0).abs() < 1e-12 && (high - turned.1).abs() < 1e-12);
        }
    }
}

/// One image, by hand: two truths and a crowd.
fn builder(names: &[&str]) -> DatasetBuilder {
    let image =
        |(at, name): (usize, &&str)| Image { source_id: at as i64, name: (*name).to_owned(), ..Image::default() };
    DatasetBuilder {
        classes: ClassTable::from_names(["bolt", "nut"]),
        images: names.iter().enumerate().map(image).collect(),
        ..DatasetBuilder::default()
    }
}

fn truth(image: usize, class: u32, x: f64) -> NewTruth {
    let bbox = evalens::model::BBox::new(x, 0.0, 10.0, 10.0);
    NewTruth { image, class: ClassId(class), bbox, area: 100.0, ignored: false }
}

/// Detections on truths: image, class, place, score.
fn found(images: usize, found: &[(usize, u32, f64, f64)]) -> Predictions {
    let mut builder = PredictionsBuilder::default();
    for &(image, class, x, score) in found {
        let bbox = evalens::model::BBox::new(x, 0.0, 10.0, 10.0);
        builder.push(ImageId::from_index(image), ClassId(class), bbox, score);
    }
    builder.build(Default::default(), images)
}

fn three_images() -> Dataset {
    let mut builder = builder(&["c.png", "a.png", "b.png"]);
    builder.truths = vec![truth(0, 0, 0.0), truth(0, 1, 50.0), truth(1, 0, 0.0), truth(2, 1, 0.0)];
    builder.build()
}

/// A: both of c right, a missed, b taken for a bolt. B: of c the bolt right and the nut missed, a right, b still wrong.
#[test]
fn three_images_by_hand() {
    let a = of_objects(three_images(), found(3, &[(0, 0, 0.0, 0.9), (0, 1, 50.0, 0.9), (2, 0, 0.0, 0.8)]));
    let b = of_objects(
        three_images(),
        found(3, &[(0, 0, 0.0, 0.9), (1, 0, 0.0, 0.9), (2, 0, 0.0, 0.8), (2, 0, 90.0, 0.7)]),
    );
    let (a, b) = (table(&a, 0.5), table(&b, 0.5));
    let comparison = compared(&a, &b);
    let name = |units| named(&a, units);
    assert_eq!(name(&comparison.fixed), [("a.png".to_owned(), Some(0))]);
    assert_eq!(name(&comparison.broken), [("c.png".to_owned(), Some(1))]);
    assert_eq!(name(&comparison.both_right), [("c.png".to_owned(), Some(0))]);
    assert_eq!(name(&comparison.both_wrong), [("b.png".to_owned(), Some(0))]);
    assert_eq!(comparison.p, 1.0);
    // F1: 2·2/(3 + 4) and 2·2/(4 + 4). The nut: 2·1/(1 + 2), then 0. The bolt: 2·1/(2 + 2), then 2·2/(4 + 2).
    let f1 = &comparison.metrics[0];
    assert_eq!((f1.metric, f1.a, f1.b), (Metric::F1, Some(4.0 / 7.0), Some(0.5)));
    assert_eq!(f1.difference, Some(0.5 - 4.0 / 7.0));
    let classes: Vec<_> = comparison.classes.iter().map(|c| (c.class.0, c.difference(ClassCounts::f1))).collect();
    assert_eq!(classes, [(1, Some(0.0 - 2.0 / 3.0)), (0, Some(2.0 / 3.0 - 0.5))]);
}

/// The other order of the images changes nothing but the order.
#[test]
fn items_are_aligned_by_name() {
    let there = three_images();
    let mut turned = builder(&["b.png", "c.png", "a.png"]);
    turned.truths = vec![truth(0, 1, 0.0), truth(1, 0, 0.0), truth(1, 1, 50.0), truth(2, 0, 0.0)];
    let a = table(&of_objects(there, found(3, &[(0, 0, 0.0, 0.9), (2, 1, 0.0, 0.8)])), 0.5);
    let detections = [(0, 0, 0.0, 0.9), (1, 0, 0.0, 0.9), (1, 1, 50.0, 0.7)];
    // Image 0 is c there, b here.
    let here = found(3, &detections.map(|(image, class, x, score)| ((image + 1) % 3, class, x, score)));
    let b = table(&of_objects(three_images(), found(3, &detections)), 0.5);
    let b_turned = table(&of_objects(turned.build(), here), 0.5);
    let (plain, other) = (compared(&a, &b), compared(&a, &b_turned));
    assert_eq!(other.partners, [1, 2, 0].map(ImageId));
    assert_eq!((&plain.metrics, &plain.fixed, &plain.classes), (&other.metrics, &other.fixed, &other.classes));
}

fn refused(a: &MatchTable, b: &MatchTable) -> String {
    match compare(a, b, &CompareSettings::default(), &NoProgress) {
        Err(CompareError::NotComparable(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_not_comparable_says_why() {
    let nothing = |images| found(images, &[]);
    let a = table(&of_objects(three_images(), nothing(3)), 0.0);
    let mut fewer = builder(&["c.png", "a.png"]);
    fewer.truths = vec![truth(0, 0, 0.0)];
    let why = refused(&a, &table(&of_objects(fewer.build(), nothing(2)), 0.0));
    assert_eq!(
        why,
        "they are not of the same images: 1 image only in the first, 0 images only in the second, such as `b.png`"
    );
    let mut moved = builder(&["c.png", "a.png", "b.png"]);
    moved.truths = vec![truth(0, 0, 0.0), truth(0, 1, 50.0), truth(1, 0, 0.0), truth(2, 1, 1.0)];
    let why = refused(&a, &table(&of_objects(moved.build(), nothing(3)), 0.0));
    assert_eq!(why, "the ground truth of 1 image differs, such as that of `b.png`");
    let mut other = builder(&["c.png", "a.png", "b.png"]);
    other.classes = ClassTable::from_names(["bolt", "washer"]);
    assert!(refused(&a, &table(&of_objects(other.build(), nothing(3)), 0.0)).contains("different classes"));
    let settings = DetectionSettings { iou: 0.75, matching: Matching::TwoPass };
    let stricter = of_objects(three_images(), nothing(3)).rematch(settings, &NoProgress).unwrap();
    let why = refused(&a, &table(&stricter, 0.0));
    assert_eq!(why, "one was matched by two-pass at IoU 0.5, the other by two-pass at IoU 0.75");
}

/// No detection, no image: numbers are undefined, nothing panics.
#[test]
fn empty_edges() {
    let empty = table(&of_objects(builder(&[]).build(), found(0, &[])), 0.0);
    let comparison = compared(&empty, &empty);
    assert!(comparison.metrics.iter().all(|m| m.a.is_none() && m.interval.is_none() && m.verdict == Verdict::Unknown));
    assert_eq!((comparison.p, comparison.fixed.len()), (1.0, 0));
    let a = table(&of_objects(three_images(), found(3, &[])), 0.0);
    let comparison = compared(&a, &a);
    assert_eq!(comparison.metrics[0].verdict, Verdict::NotDistinguishable);
    assert_eq!(comparison.metrics[1].why, Some("undefined for one of the two"));
    let none = CompareSettings { resamples: 0, ..CompareSettings::default() };
    let comparison = compare(&a, &a, &none, &NoProgress).unwrap();
    assert_eq!(comparison.metrics[0].why, Some("not resampled"));
}

#[test]
fn any_number_of_threads_gives_the_same() {
    let (_, evaluation) = fixtures().remove(3);
    let [a, b] = two_models(&evaluation).map(|e| table(&e, 0.3));
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| compared(&a, &b))
    };
    assert_eq!(with(1), with(3));
    let other = compare(&a, &b, &CompareSettings { seed: 4, ..super::FEW }, &NoProgress).unwrap();
    assert_ne!(with(1).metrics, other.metrics);
}

/// Each model's range from the verdicts of comparisons of two.
#[test]
fn ranks_follow_from_comparisons_of_two() {
    let evaluations: Vec<Evaluation> = ["v1", "v2", "v3"].iter().filter_map(|v| cells(v, "test")).collect();
    let evaluations = if evaluations.is_empty() { sample() } else { evaluations };
    let tables: Vec<MatchTable> = evaluations.iter().map(|e| table(e, optimum(e))).collect();
    let borrowed: Vec<&MatchTable> = tables.iter().collect();
    for metric in [Metric::F1, Metric::Precision, Metric::Ap50, Metric::Ap] {
        let ranges = rank_ranges(&borrowed, metric, &super::FEW, &NoProgress).unwrap();
        for (a, range) in tables.iter().zip(ranges) {
            let against = |b: &MatchTable| compared(a, b).metrics.iter().find(|m| m.metric == metric).unwrap().verdict;
            let verdicts: Vec<Verdict> = tables.iter().filter(|b| !std::ptr::eq(*b, a)).map(against).collect();
            let better = verdicts.iter().filter(|v| **v == Verdict::BBetter).count();
            let worse = verdicts.iter().filter(|v| **v == Verdict::ABetter).count();
            let range = range.unwrap();
            assert_eq!((range.best, range.worst), (1 + better, tables.len() - worse));
        }
    }
}

#[test]
fn matrices_are_subtracted_cell_by_cell() {
    let (a, b) = (vec![vec![3, 0], vec![1, 2]], vec![vec![1, 0], vec![4, 2]]);
    assert_eq!(matrix_difference(&a, &b), Some(vec![vec![-2, 0], vec![3, 0]]));
    assert_eq!(matrix_difference(&a, &b[..1]), None);
}
