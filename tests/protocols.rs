//! The same predictions by every rule: differences by hand, rows equal to the recorded values of the programs named.

#[allow(dead_code, reason = "every test file uses its own part of this")]
#[path = "common/oracle.rs"]
mod oracle;

use std::path::Path;
use std::sync::Arc;

use evalens::analysis::protocols::{Change, Protocols, Standing};
use evalens::metrics::{Counts, DetectionSettings, Evaluation, Matching, OutcomeKind, Sections};
use evalens::model::{
    BBox, ClassId, ClassTable, DatasetBuilder, Image, ImageId, ModelIdentity, NewTruth, NoProgress, PredId,
    PredictionsBuilder, TruthId,
};

fn of_boxes(truths: &[(u32, f64, bool)], found: &[(u32, f64, f64)]) -> Evaluation {
    let bbox = |x: f64| BBox::new(x, 0.0, 10.0, 10.0);
    let truth = |&(class, x, ignored): &(u32, f64, bool)| NewTruth {
        image: 0,
        class: ClassId(class),
        bbox: bbox(x),
        area: 100.0,
        ignored,
    };
    let builder = DatasetBuilder {
        classes: ClassTable::from_names(["cat", "dog", "fox", "owl"]),
        images: vec![Image::default()],
        truths: truths.iter().map(truth).collect(),
        ..DatasetBuilder::default()
    };
    let mut predictions = PredictionsBuilder::default();
    for &(class, x, score) in found {
        predictions.push(ImageId(0), ClassId(class), bbox(x), score);
    }
    let predictions = predictions.build(ModelIdentity::default(), 1);
    let settings = DetectionSettings::default();
    Evaluation::of_objects(Arc::new(builder.build()), Arc::new(predictions), settings, Sections::ALL, &NoProgress)
        .unwrap()
}

fn all(evaluation: &Evaluation) -> Protocols {
    Protocols::of(evaluation, evaluation.matched.as_ref().unwrap(), &NoProgress).unwrap().unwrap()
}

fn counts([correct, misclassified, missed, false_positives]: [u64; 4]) -> Counts {
    Counts { correct, misclassified, missed, false_positives }
}

fn change(of_detections: bool, from: OutcomeKind, to: OutcomeKind, ids: &[u32]) -> Change {
    let (truths, preds): (Vec<TruthId>, Vec<PredId>) = if of_detections {
        (Vec::new(), ids.iter().map(|id| PredId(*id)).collect())
    } else {
        (ids.iter().map(|id| TruthId(*id)).collect(), Vec::new())
    };
    Change { of_detections, from: Standing::Is(from), to: Standing::Is(to), truths, preds }
}

/// A cat at 0 and an owl at 3. The dog at 1 overlaps them by 90/110 and 80/120, the fox at 3 by 70/130 and 1, the cat at 0 by 1
/// and 70/130; scores descend in that order. Two passes: the cat takes its own, the dog scores above the fox and takes the owl.
/// COCO: nothing but the cat. Class-agnostic and Ultralytics: the dog takes the cat, the fox the owl. Supervision: the cat its
/// own, then the fox the owl by overlap.
#[test]
fn every_rule_by_hand() {
    let evaluation = of_boxes(&[(0, 0.0, false), (3, 3.0, false)], &[(1, 1.0, 0.9), (2, 3.0, 0.85), (0, 0.0, 0.8)]);
    let all = all(&evaluation);
    let expected = [[1, 1, 0, 1], [1, 0, 1, 2], [0, 2, 0, 1], [1, 1, 0, 1], [0, 2, 0, 1]];
    assert_eq!(all.counts(0.5), expected.map(counts));
    let changes = |to| all.changes(&evaluation, (Matching::TwoPass, to), 0.5);
    use OutcomeKind::{Correct, FalsePositive, Misclassified, Missed};
    // The owl is missed; the dog finds nothing. The fox found nothing before.
    assert_eq!(
        changes(Matching::Coco),
        [change(false, Misclassified, Missed, &[1]), change(true, Misclassified, FalsePositive, &[0])]
    );
    // The cat is taken by the dog; the fox finds the owl, the cat nothing.
    assert_eq!(
        changes(Matching::ClassAgnostic),
        [
            change(false, Correct, Misclassified, &[0]),
            change(true, Correct, FalsePositive, &[2]),
            change(true, FalsePositive, Misclassified, &[1]),
        ]
    );
    // The owl is found by the fox instead of the dog: the object stands as before, the detections do not.
    assert_eq!(
        changes(Matching::Supervision),
        [change(true, Misclassified, FalsePositive, &[0]), change(true, FalsePositive, Misclassified, &[1])]
    );
    assert_eq!(changes(Matching::TwoPass), []);
    // At 0.87 only the dog is kept: it takes the cat by every rule but COCO's.
    assert_eq!(all.counts(0.87)[0], counts([0, 1, 1, 0]));
    assert_eq!(all.changes(&evaluation, (Matching::TwoPass, Matching::ClassAgnostic), 0.87), []);
    assert_eq!(changes(Matching::Coco)[0].words(), "misclassified → missed");
}

/// A crowd counts for two of the programs; there its detection is right, elsewhere it is forgiven.
#[test]
fn what_one_rule_does_not_count() {
    let evaluation = of_boxes(&[(0, 0.0, true)], &[(0, 0.0, 0.9)]);
    let changes = all(&evaluation).changes(&evaluation, (Matching::TwoPass, Matching::Supervision), 0.5);
    let right = Standing::Is(OutcomeKind::Correct);
    let of = |change: &Change| (change.of_detections, change.from, change.to, change.len());
    let told: Vec<_> = changes.iter().map(of).collect();
    assert_eq!(told, [(false, Standing::Uncounted, right, 1), (true, Standing::Uncounted, right, 1)]);
}

/// Own optima are those of the rules themselves, and class thresholds are in force in every row.
#[test]
fn optima_and_class_thresholds() {
    let evaluation = of_boxes(&[(0, 0.0, false), (3, 30.0, false)], &[(0, 0.0, 0.9), (3, 30.0, 0.4), (3, 60.0, 0.5)]);
    let found = all(&evaluation);
    // 2·2 / (3 + 2) at 0.4 against 2·1 / (1 + 2) at 0.9; above 0.4 only for Ultralytics, which has no threshold below.
    let best = |at: usize| found.optima[at].map(|(confidence, counts)| (confidence, counts.f1()));
    assert_eq!((best(0), best(1)), (Some((0.4, Some(0.8))), Some((0.4, Some(0.8)))));
    assert_eq!(best(4), Some((0.5, Some(2.0 / 3.0))));
    let own = [(ClassId(3), 0.95)].into_iter().collect();
    let matched = Arc::new(evaluation.with_own_thresholds(&own, &NoProgress).unwrap().unwrap());
    let found = Protocols::of(&evaluation, &matched, &NoProgress).unwrap().unwrap();
    assert_eq!(found.counts(0.1), vec![counts([1, 0, 1, 0]); 5]);
}

/// Each row is what the programs themselves counted, where that was recorded.
#[test]
fn rows_equal_recorded_values() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/parity");
    let recorded = oracle::json(&folder.join("expected.json"));
    let mut compared = 0;
    for set in recorded["sets"].as_array().unwrap() {
        let file = |kind: &str| oracle::json(&folder.join(format!("{}.{kind}.json", set["name"].as_str().unwrap())));
        let dataset = Arc::new(oracle::dataset(&file("truth")));
        let predictions = Arc::new(oracle::predictions(&file("results"), &dataset));
        for at in set["at"].as_array().unwrap() {
            let [confidence, iou] = ["confidence", "iou"].map(|key| at[key].as_f64().unwrap());
            let settings = DetectionSettings { iou, matching: Matching::TwoPass };
            let sections = Sections { coco: false, tide: false, timeline: true };
            let evaluation =
                Evaluation::of_objects(Arc::clone(&dataset), Arc::clone(&predictions), settings, sections, &NoProgress)
                    .unwrap();
            let ours = all(&evaluation).counts(confidence);
            for (matching, ours) in Matching::ALL.into_iter().zip(ours) {
                let matrix: Vec<Vec<u64>> = serde_json::from_value(at[matching.name()].clone()).unwrap();
                let last = matrix.len() - 1;
                let sum = |wanted: &dyn Fn(usize, usize) -> bool| -> u64 {
                    let cells = (0..=last).flat_map(|a| (0..=last).map(move |p| (a, p)));
                    cells.filter(|(a, p)| wanted(*a, *p)).map(|(a, p)| matrix[a][p]).sum()
                };
                let expected = [
                    sum(&|a, p| a == p && a < last),
                    sum(&|a, p| a != p && a < last && p < last),
                    sum(&|a, p| a < last && p == last),
                    sum(&|a, p| a == last && p < last),
                ];
                assert_eq!(ours, counts(expected), "{} at {confidence}, IoU {iou}", matching.name());
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 2 * 24 * 5);
}
