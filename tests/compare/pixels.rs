//! Segmenters: tables, intervals, better and worse images, what is not comparable.

use evalens::analysis::compare::{Verdict, class_rate, compare, rank_ranges};
use evalens::analysis::leaderboard::Column;
use evalens::cache::TableCache;
use evalens::metrics::segmentation::{ImagePixels, boundaries, count_image};
use evalens::metrics::{Evaluation, MatchTable, Metric};
use evalens::model::rng::Rng;
use evalens::model::{
    ClassTable, Confidence, DatasetBuilder, Image, IndexMask, Indices, Levels, MaskReading, ModelIdentity, NoProgress,
    Task,
};
use evalens::session::ranges::{Asked, Ranges};

use super::{close, compared, holds_the_numbers, named, optimum, slow, table};

const CLASSES: usize = 4;
/// The index to be ignored.
const VOID: u8 = 9;

fn mask(width: u32, values: Vec<u8>) -> IndexMask {
    IndexMask { width, height: values.len() as u32 / width, values: Indices::Small(values) }
}

fn image(
    truth: &IndexMask,
    predicted: &IndexMask,
    confidence: Option<&Confidence>,
    ignore: Option<u16>,
) -> ImagePixels {
    ImagePixels {
        cells: count_image(truth, predicted, CLASSES, ignore, confidence),
        highest: confidence.map(|_| 255),
        boundaries: boundaries(truth, predicted, CLASSES, ignore),
        panoptic: Vec::new(),
    }
}

fn evaluated(
    names: Vec<String>,
    classes: [&str; CLASSES],
    images: Vec<ImagePixels>,
    reading: MaskReading,
) -> Evaluation {
    let named = |(at, name)| Image { source_id: at as i64, name, ..Image::default() };
    let builder = DatasetBuilder {
        classes: ClassTable::from_names(classes),
        images: names.into_iter().enumerate().map(named).collect(),
        ..DatasetBuilder::default()
    };
    Evaluation::of_pixels(builder, ModelIdentity::default(), images, reading, &NoProgress).unwrap()
}

const NAMES: [&str; CLASSES] = ["sky", "road", "wire", "car"];

fn reading(without: Option<u16>) -> MaskReading {
    MaskReading { ignore: Some(u16::from(VOID)), without, ..MaskReading::default() }
}

/// Pictures of 12 × 9 pixels in bands of classes, of which the last is rare; some pixels are ignored, some pictures are of one
/// class. Predictions are right with chance `skill`, else any class or none.
pub fn random(skill: u64, seed: u64, sure: bool, without: Option<u16>) -> Evaluation {
    let (mut truths, mut said) = (Rng::new(5), Rng::new(seed));
    let items = 37;
    let one = |item: usize| {
        let bands: Vec<u8> = (0..4).map(|_| truths.below(if item.is_multiple_of(6) { 4 } else { 3 }) as u8).collect();
        let truth: Vec<u8> = (0..108)
            .map(|at| match truths.below(15) {
                0 => VOID,
                _ => bands[if item.is_multiple_of(5) { 0 } else { at % 12 / 3 }],
            })
            .collect();
        let predicted = truth.iter().map(|&t| if said.below(10) < skill { t } else { said.below(5) as u8 }).collect();
        let levels = (0..108).map(|_| said.below(256) as u8).collect();
        let confidence = Confidence { width: 12, height: 9, levels: Levels::Byte(levels), not_finite: 0 };
        image(&mask(12, truth), &mask(12, predicted), sure.then_some(&confidence), Some(u16::from(VOID)))
    };
    let images = (0..items).map(one).collect();
    // Names in another order than the images.
    let names = (0..items).map(|item| format!("{:02}.png", (item * 7) % items)).collect();
    evaluated(names, NAMES, images, reading(without))
}

#[test]
fn tables_hold_the_numbers_of_the_evaluation() {
    for (sure, without) in [(false, None), (false, Some(0)), (true, None), (true, Some(1))] {
        let evaluation = random(5, 1, sure, without);
        for confidence in [0.0, 0.3, 100.0 / 255.0, optimum(&evaluation), 1.0] {
            let what = format!("confidence maps {sure}, without {without:?}, at {confidence}");
            let table = holds_the_numbers(&evaluation, confidence, &what);
            assert_eq!((table.is_thresholded(), table.pairing()), (sure, None));
            assert!(table.value(Metric::MeanIou).is_some() && table.value(Metric::BoundaryIou).is_some(), "{what}");
        }
    }
    // What the gallery sorts by is what images are compared by, where there is no threshold and no class is left out.
    let evaluation = random(5, 1, false, None);
    let table = table(&evaluation, 0.0);
    let scores = &evaluation.pixels().unwrap().scores;
    for image in evaluation.dataset.image_ids() {
        assert_eq!(table.score_of(image), scores[image.index()].mean_iou);
    }
}

#[test]
fn intervals_are_those_of_evaluating_every_resample() {
    slow::check(&random(5, 1, false, None), &random(6, 2, false, None), [0.0, 0.0]);
    slow::check(&random(5, 1, true, Some(0)), &random(6, 2, true, Some(0)), [0.2, 0.35]);
}

#[test]
fn a_far_better_model_is_told() {
    let (a, b) = (table(&random(3, 1, false, None), 0.0), table(&random(9, 2, false, None), 0.0));
    let found = compared(&a, &b);
    for metric in &found.metrics {
        assert_eq!(metric.verdict, Verdict::BBetter, "{}", metric.metric.name());
        let ranges = rank_ranges(&[&a, &b, &a], metric.metric, &super::FEW, &NoProgress).unwrap();
        let ranges: Vec<_> = ranges.into_iter().map(|r| r.map(|r| (r.best, r.worst))).collect();
        assert_eq!(ranges, [Some((2, 3)), Some((1, 1)), Some((2, 3))]);
    }
    assert_eq!(found.metrics[0].metric, Metric::MeanIou);
    assert_eq!(compared(&b, &a).metrics[0].verdict, Verdict::ABetter);
    // The headline of the leaderboard is ranked by the tables that were kept.
    assert_eq!(Column::Headline.metric(Task::SemanticSegmentation), Some(Metric::MeanIou));
    let dir = tempfile::tempdir().unwrap();
    let cache = TableCache::new(dir.path().to_owned(), 1 << 20);
    [("one", &a), ("two", &b)].iter().for_each(|(run, table)| cache.put(run, &table.to_bytes()));
    let asked = Asked { runs: vec!["one".to_owned(), "two".to_owned()], metric: Metric::MeanIou };
    let ranked = Ranges::compute(asked, &cache, &NoProgress).unwrap();
    assert_eq!((ranked.ranges.len(), ranked.why), (2, None));
    assert_eq!(ranked.ranges[1].map(|range| (range.best, range.worst)), Some((1, 1)));
    // Every image of a model is as good as itself.
    let itself = compared(&a, &a);
    assert_eq!((itself.same.len(), itself.fixed.len() + itself.broken.len(), itself.p), (37, 0, 1.0));
}

type Four = [u8; 4];

/// Four pixels an image: its name, the truth, what A says, what B says.
const TINY: [(&str, Four, Four, Four); 9] = [
    // A: IoU 2/3 and 1/2.
    ("better 1", [0, 0, 1, 1], [0, 0, 0, 1], [0, 0, 1, 1]),
    ("better 2", [0, 0, 1, 1], [0, 0, 0, 1], [0, 0, 1, 1]),
    ("better 3", [0, 0, 1, 1], [0, 0, 0, 1], [0, 0, 1, 1]),
    ("better 4", [0, 0, 1, 1], [0, 0, 0, 1], [0, 0, 1, 1]),
    // A: 0, B: 3/4.
    ("better 5", [0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 0, 1]),
    ("worse", [0, 0, 1, 1], [0, 0, 1, 1], [0, 1, 1, 1]),
    // (2/3 + 1/2) / 2 and (1/2 + 2/3) / 2.
    ("other errors", [0, 0, 1, 1], [0, 0, 0, 1], [0, 1, 1, 1]),
    ("both wrong", [1, 1, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]),
    // In no set: nothing of it counts.
    ("nothing", [VOID; 4], [0, 0, 0, 0], [1, 1, 1, 1]),
];

fn tiny(of: impl Fn(&(Four, Four)) -> Four, classes: [&str; CLASSES], order: impl Fn(usize) -> usize) -> Evaluation {
    let ordered: Vec<_> = (0..TINY.len()).map(|at| TINY[order(at)]).collect();
    let one = |(_, truth, a, b): &(&str, Four, Four, Four)| {
        image(&mask(2, truth.to_vec()), &mask(2, of(&(*a, *b)).to_vec()), None, Some(u16::from(VOID)))
    };
    let names = ordered.iter().map(|(name, ..)| (*name).to_owned()).collect();
    evaluated(names, classes, ordered.iter().map(one).collect(), reading(None))
}

/// All by hand. Class 0: A has 12 of 16 pixels right and says 21 (IoU 12/25), B 13 and says 17 (13/20). Class 1: A has 7 of 16
/// and says 11 (7/20), B 12 and says 15 (12/19).
#[test]
fn sets_classes_and_the_sign_test_by_hand() {
    let a = table(&tiny(|(a, _)| *a, NAMES, |at| at), 0.0);
    let b = table(&tiny(|(_, b)| *b, NAMES, |at| TINY.len() - 1 - at), 0.0);
    let found = compared(&a, &b);
    let names = |units: &[_]| named(&a, units).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(&found.fixed), ["better 1", "better 2", "better 3", "better 4", "better 5"]);
    assert_eq!(names(&found.broken), ["worse"]);
    assert_eq!(names(&found.same), ["both wrong", "other errors"]);
    assert!(found.both_right.is_empty() && found.both_wrong.is_empty());
    // scipy 1.17.1, binomtest(1, 6).pvalue.
    assert!((found.p - 0.21875).abs() < 1e-15, "{}", found.p);
    let mean = &found.metrics[0];
    assert_eq!((mean.metric, mean.a), (Metric::MeanIou, Some((0.48 + 0.35) / 2.0)));
    close(mean.b, Some((0.65 + 12.0 / 19.0) / 2.0), "mean IoU");
    let (name, rate) = class_rate(Task::SemanticSegmentation);
    assert_eq!(name, "IoU");
    let ious: Vec<_> = found.classes.iter().map(|c| (c.class.0, rate(c.a), rate(c.b))).collect();
    let expected = [(0, Some(0.48), Some(0.65)), (1, Some(0.35), Some(12.0 / 19.0)), (2, None, None), (3, None, None)];
    assert_eq!(ious, expected, "the smaller gain first");
    let road = found.classes[1];
    assert_eq!((road.a.correct, road.a.misclassified, road.a.misclassified_as, road.a.missed), (7, 9, 4, 0));
}

#[test]
fn what_is_not_the_same_is_refused() {
    let refused = |a: &MatchTable, b: &MatchTable| compare(a, b, &super::FEW, &NoProgress).unwrap_err().to_string();
    let a = table(&random(5, 1, false, None), 0.0);
    let other = table(&random(5, 1, false, Some(0)), 0.0);
    let why = "not comparable: one leaves no class out of its means, the other `sky`";
    assert_eq!(refused(&a, &other), why);
    let tiny_a = table(&tiny(|(a, _)| *a, NAMES, |at| at), 0.0);
    assert!(refused(&a, &tiny_a).starts_with("not comparable: they are not of the same images"));
    let renamed = table(&tiny(|(a, _)| *a, ["sky", "street", "wire", "car"], |at| at), 0.0);
    assert_eq!(refused(&tiny_a, &renamed), "not comparable: their datasets declare different classes");

    let single = |truth: Four, ignore: Option<u16>| {
        let counted = image(&mask(2, truth.to_vec()), &mask(2, vec![0; 4]), None, ignore);
        let reading = MaskReading { ignore, ..MaskReading::default() };
        table(&evaluated(vec!["a.png".to_owned()], NAMES, vec![counted], reading), 0.0)
    };
    let void = Some(u16::from(VOID));
    let (first, bigger) = (single([0, 0, 1, VOID], void), single([0, 0, 1, 1], void));
    let why = "not comparable: the ground truth of 1 image differs, such as that of `a.png`";
    assert_eq!(refused(&first, &bigger), why);
    // Of no class and ignored are the same pixels, but not the same rule.
    let unruled = single([0, 0, 1, VOID], None);
    assert_eq!(refused(&first, &unruled), "not comparable: one ignores pixels of index 9, the other of no index");
    // Which pixels they are does not matter to what is counted.
    assert!(compare(&first, &single([1, 0, VOID, 0], void), &super::FEW, &NoProgress).is_ok());
}
