//! Average precision and error types against slow programs that follow the references step by step, on random data full
//! of ties: equal scores, equal overlaps, areas on the borders of the ranges, crowds, more than a hundred detections.

use std::sync::Arc;

use evalens::metrics::Evaluation;
use evalens::metrics::coco::{self, AreaRange, IOU_THRESHOLDS};
use evalens::metrics::detection::{DetectionSettings, Sections};
use evalens::metrics::pairs::{PairScope, Pairs};
use evalens::metrics::tide;
use evalens::model::{
    BBox, ClassId, Dataset, DatasetBuilder, Image, ImageId, ModelIdentity, NewTruth, NoProgress, PredId, Predictions,
    PredictionsBuilder,
};
use proptest::prelude::*;

#[path = "common/slow_coco.rs"]
mod slow_coco;
#[path = "common/slow_tide.rs"]
mod slow_tide;

const IMAGES: usize = 4;
const CLASSES: usize = 3;

/// Boxes on a coarse grid around the sizes 32 and 96, so that overlaps and areas tie.
fn any_box() -> impl Strategy<Value = BBox> {
    let place = prop::sample::select(vec![0.0, 4.0, 8.0, 16.0]);
    let size = prop::sample::select(vec![32.0, 32.0, 28.0, 36.0, 64.0, 96.0, 100.0, -8.0, 0.0]);
    (place.clone(), place, size.clone(), size).prop_map(|(x, y, w, h)| BBox::new(x, y, w, h))
}

fn any_dataset() -> impl Strategy<Value = Dataset> {
    let truth = (0..IMAGES, 0..CLASSES, any_box(), any::<bool>(), prop::bool::weighted(0.2));
    let ids = Just((0..IMAGES as i64).collect::<Vec<_>>()).prop_shuffle();
    (prop::collection::vec(truth, 0..30), ids).prop_map(|(truths, ids)| {
        let mut builder = DatasetBuilder::default();
        builder.images.extend(ids.into_iter().map(|source_id| Image { source_id, ..Image::default() }));
        // The order of declaration is not that of the category ids, in which the reference sums.
        for source_id in [7, 2, 90] {
            builder.classes.push(format!("class {source_id}"), source_id);
        }
        builder.truths.extend(truths.into_iter().map(|(image, class, bbox, own_area, ignored)| NewTruth {
            image,
            class: ClassId::from_index(class),
            bbox,
            area: if own_area { bbox.area() } else { 1024.0 },
            ignored,
        }));
        builder.build()
    })
}

fn any_predictions(most: usize) -> impl Strategy<Value = Predictions> {
    let score = prop_oneof![4 => (0..8_u32).prop_map(|s| f64::from(s) / 8.0), 1 => 0.0..1.0_f64, 1 => -0.9..3.0_f64];
    let pred = (0..IMAGES, 0..CLASSES, any_box(), score);
    prop::collection::vec(pred, 0..most).prop_map(|preds| {
        let mut builder = PredictionsBuilder::default();
        for (image, class, bbox, score) in preds {
            builder.push(ImageId::from_index(image), ClassId::from_index(class), bbox, score);
        }
        builder.build(ModelIdentity::default(), IMAGES)
    })
}

fn pairs(dataset: &Dataset, predictions: &Predictions, scope: PairScope) -> Pairs {
    Pairs::compute(dataset, predictions, scope, &NoProgress).unwrap()
}

fn check_coco(dataset: &Dataset, predictions: &Predictions) {
    let expected = slow_coco::evaluate(dataset, predictions);
    for scope in [PairScope::AllClasses, PairScope::SameClass] {
        let pairs = pairs(dataset, predictions, scope);
        let coco = coco::evaluate(dataset, predictions, &pairs, &NoProgress).unwrap();
        let s = coco.summary;
        let ap = [s.ap, s.ap50, s.ap75, s.ap_small, s.ap_medium, s.ap_large];
        let ar = [s.ar_1, s.ar_10, s.ar_100, s.ar_small, s.ar_medium, s.ar_large];
        assert_eq!((ap, ar), (expected.ap, expected.ar));
        for class in dataset.classes.ids() {
            for threshold in 0..IOU_THRESHOLDS.len() {
                for area in AreaRange::ALL {
                    let ours = coco::pr_curve(dataset, predictions, &pairs, class, threshold, area);
                    assert_eq!(ours, expected.precision(threshold, class.index(), area as usize));
                }
            }
        }
    }
}

fn check_tide(dataset: &Dataset, predictions: &Predictions) {
    let expected = slow_tide::evaluate(dataset, predictions);
    let pairs = pairs(dataset, predictions, PairScope::AllClasses);
    let tide = tide::evaluate(dataset, predictions, &pairs, &NoProgress).unwrap();
    let s = tide.summary;
    let ours = [s.ap50, s.cls, s.loc, s.both, s.dupe, s.bkg, s.miss, s.fp, s.fn_];
    for (i, (a, b)) in ours.iter().zip(expected.summary).enumerate() {
        let close = match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() < 1e-12,
            (a, b) => a.is_none() && b.is_none(),
        };
        assert!(close, "value {i}: {ours:?} is not {:?}", expected.summary);
    }
    assert_eq!(tide.errors, expected.errors);
    assert_eq!(tide.missed, expected.missed);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn coco_follows_the_protocol(dataset in any_dataset(), predictions in any_predictions(80)) {
        check_coco(&dataset, &predictions);
    }

    #[test]
    fn error_types_follow_the_protocol(dataset in any_dataset(), predictions in any_predictions(80)) {
        check_tide(&dataset, &predictions);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    /// 900 detections on 4 images: beyond a hundred in an image for TIDE, and for COCO in an image and class.
    #[test]
    fn both_stop_at_a_hundred(dataset in any_dataset(), predictions in any_predictions(2400)) {
        check_coco(&dataset, &predictions);
        check_tide(&dataset, &predictions);
    }
}

/// Counts and values do not depend on the number of threads.
#[test]
fn threads_change_nothing() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let tree = (any_dataset(), any_predictions(400)).new_tree(&mut runner).unwrap();
    let (dataset, predictions) = proptest::strategy::ValueTree::current(&tree);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let pairs = pairs(&dataset, &predictions, PairScope::AllClasses);
            let coco = coco::evaluate(&dataset, &predictions, &pairs, &NoProgress).unwrap();
            let tide = tide::evaluate(&dataset, &predictions, &pairs, &NoProgress).unwrap();
            (coco.summary, coco.classes, tide.summary, tide.errors, tide.missed)
        })
    };
    assert_eq!(run(1), run(3));
}

/// An evaluation of AP alone knows only the overlaps of one class; matched afterwards, it must count like a full one.
#[test]
fn sections_can_be_added_later() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let tree = (any_dataset(), any_predictions(400)).new_tree(&mut runner).unwrap();
    let (dataset, predictions) = proptest::strategy::ValueTree::current(&tree);
    let (dataset, predictions) = (Arc::new(dataset), Arc::new(predictions));
    let settings = DetectionSettings::default();
    let compute = |sections| {
        let (dataset, predictions) = (Arc::clone(&dataset), Arc::clone(&predictions));
        Evaluation::of_objects(dataset, predictions, settings, sections, &NoProgress).unwrap()
    };
    let all = compute(Sections::ALL);
    let coco = compute(Sections { coco: true, tide: false, timeline: false });
    assert!(coco.tide().is_none() && coco.matched.is_none());
    assert_eq!(coco.coco().map(|c| c.summary), all.coco().map(|c| c.summary));
    let later = coco.rematch(settings, &NoProgress).unwrap();
    let sweep = |evaluation: &Evaluation| evaluation.matched.as_ref().map(|m| m.sweep.clone());
    assert_eq!(sweep(&later), sweep(&all));
}

/// Two images, one truth each, one detection each with the same score, the second one wrong. In the file the second image
/// comes first, so tidecv meets the wrong detection first: AP50 = 1/2 for recall above 0 (one of two truths found at
/// rank 2), read at the points 0 … 0.5: 51 · 0.5 / 101. pycocotools sorts images by id: 51 · 1 / 101.
#[test]
fn ties_between_images_follow_the_file_in_tide_and_the_ids_in_coco() {
    let mut builder = DatasetBuilder::default();
    builder.images.extend([2, 1].map(|source_id| Image { source_id, ..Image::default() }));
    let class = builder.classes.push("a", 1);
    let bbox = BBox::new(0.0, 0.0, 40.0, 40.0);
    builder.truths.extend([0, 1].map(|image| NewTruth { image, class, bbox, area: 1600.0, ignored: false }));
    let dataset = builder.build();
    let mut predictions = PredictionsBuilder::default();
    predictions.push(ImageId(0), class, bbox, 0.5);
    predictions.push(ImageId(1), class, BBox::new(200.0, 0.0, 40.0, 40.0), 0.5);
    let predictions = predictions.build(ModelIdentity::default(), 2);
    assert_eq!(predictions.ids_of(ImageId(0)).collect::<Vec<_>>(), [PredId(0)]);
    let pairs = pairs(&dataset, &predictions, PairScope::AllClasses);
    let tide = tide::evaluate(&dataset, &predictions, &pairs, &NoProgress).unwrap();
    let coco = coco::evaluate(&dataset, &predictions, &pairs, &NoProgress).unwrap();
    assert!((tide.summary.ap50.unwrap() - 51.0 * 0.5 / 101.0).abs() < 1e-12);
    assert!((coco.summary.ap50.unwrap() - 51.0 / 101.0).abs() < 1e-12);
}
