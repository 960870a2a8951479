//! Counts of detectors against recorded values of other programs.

#[path = "common/oracle.rs"]
mod oracle;

use std::path::Path;

use evalens::metrics::detection::{DetectionSettings, Matched};
use evalens::metrics::pairs::{PairScope, Pairs};
use evalens::metrics::{Counter, Matching};
use evalens::model::{Dataset, NoProgress, Predictions};
use serde_json::Value;

struct Set {
    name: String,
    dataset: Dataset,
    predictions: Predictions,
    pairs: Pairs,
    expected: Value,
}

impl Set {
    fn new(name: &str, truth: &Path, results: &Path, expected: Value) -> Self {
        let dataset = oracle::dataset(&oracle::json(truth));
        let predictions = oracle::predictions(&oracle::json(results), &dataset);
        let pairs = Pairs::compute(&dataset, &predictions, PairScope::AllClasses, &NoProgress).unwrap();
        Self { name: name.to_owned(), dataset, predictions, pairs, expected }
    }

    fn matched(&self, matching: Matching, iou: f64) -> Matched {
        let settings = DetectionSettings { iou, matching };
        Matched::compute(&self.dataset, &self.predictions, &self.pairs, settings, &NoProgress).unwrap()
    }
}

/// The recorded sets of the shared data that hold boxes.
fn shared() -> Vec<Set> {
    let Some(data) = oracle::data() else { return Vec::new() };
    let Value::Array(recorded) = oracle::json(&data.join("../reference/detection.json")) else { panic!("not a list") };
    let sets = recorded.into_iter().filter(|set| set["at"].is_object()).map(|set| {
        let path = |key: &str| data.join(set[key].as_str().unwrap().trim_start_matches("../shared/data/"));
        Set::new(set["name"].as_str().unwrap(), &path("gt"), &path("dt"), set.clone())
    });
    sets.collect()
}

fn matrix(value: &Value) -> Vec<Vec<u64>> {
    serde_json::from_value(value["matrix"].clone()).unwrap()
}

fn transposed(matrix: &[Vec<u64>]) -> Vec<Vec<u64>> {
    (0..matrix.len()).map(|column| matrix.iter().map(|row| row[column]).collect()).collect()
}

fn close(a: Option<f64>, b: &Value, what: &str) {
    match (a, b.as_f64()) {
        (Some(a), Some(b)) => assert!((a - b).abs() <= 1e-9, "{what}: {a} is not {b}"),
        (a, b) => assert_eq!(a, b, "{what}"),
    }
}

fn compare(counter: &Counter, matched: &Matched, expected: &Value, what: &str) {
    assert_eq!(counter.matrix(&matched.timeline), matrix(expected), "{what}");
    let totals = counter.totals();
    let counts = [totals.correct, totals.misclassified, totals.missed, totals.false_positives];
    for (count, key) in counts.into_iter().zip(["correct", "misclassified", "missed", "false_positives"]) {
        assert_eq!(Some(count), expected[key].as_u64(), "{what} {key}");
    }
    close(totals.precision(), &expected["precision"], what);
    close(totals.recall(), &expected["recall"], what);
    close(totals.f1(), &expected["f1"], what);
}

#[test]
fn two_pass_at_six_confidences_and_its_optimum() {
    for set in shared() {
        let matched = set.matched(Matching::TwoPass, 0.5);
        let timeline = &matched.timeline;
        let support: Vec<u64> = serde_json::from_value(set.expected["support"].clone()).unwrap();
        assert_eq!(timeline.support(), support, "{}", set.name);
        let mut moved = timeline.counter();
        for (confidence, expected) in set.expected["at"].as_object().unwrap() {
            let what = format!("{} at {confidence}", set.name);
            let confidence: f64 = confidence.parse().unwrap();
            compare(&timeline.counter_at(confidence), &matched, expected, &what);
            timeline.move_to(&mut moved, confidence);
            compare(&moved, &matched, expected, &what);
        }
        let optimum = &set.expected["optimum"];
        close(matched.optima.pooled, &optimum["confidence"], &set.name);
        close(matched.sweep.best_f1().and_then(|i| matched.sweep.f1(i)), &optimum["f1"], &set.name);
    }
}

#[test]
fn supervision_and_ultralytics_at_a_quarter() {
    for set in shared() {
        let supervision = set.matched(Matching::Supervision, 0.5).timeline;
        let expected = &set.expected["confusion_supervision_crowd_keep_conf_0.25_iou_0.5"];
        assert_eq!(supervision.counter_at(0.25).matrix(&supervision), matrix(expected), "{}", set.name);

        let ultralytics = set.matched(Matching::Ultralytics, 0.5).timeline;
        let expected = &set.expected["confusion_ultralytics_crowd_keep_conf_0.25_iou_0.5"];
        let ours = ultralytics.counter_at(0.25).matrix(&ultralytics);
        assert_eq!(ours, transposed(&matrix(expected)), "{}", set.name);
    }
}

/// The sets of `tests/data/parity` and what was recorded for them.
fn own() -> Vec<Set> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/parity");
    let recorded = oracle::json(&folder.join("expected.json"));
    let sets = recorded["sets"].as_array().unwrap().iter().map(|set| {
        let name = set["name"].as_str().unwrap();
        let file = |kind: &str| folder.join(format!("{name}.{kind}.json"));
        Set::new(name, &file("truth"), &file("results"), set.clone())
    });
    sets.collect()
}

#[test]
fn all_matchings_at_many_confidences_and_overlaps() {
    let mut compared = 0;
    for set in own() {
        for at in set.expected["at"].as_array().unwrap() {
            let [confidence, iou] = ["confidence", "iou"].map(|key| at[key].as_f64().unwrap());
            for matching in Matching::ALL {
                let timeline = set.matched(matching, iou).timeline;
                let expected: Vec<Vec<u64>> = serde_json::from_value(at[matching.name()].clone()).unwrap();
                let what = format!("{} {} at {confidence}, IoU {iou}", set.name, matching.name());
                assert_eq!(timeline.counter_at(confidence).matrix(&timeline), expected, "{what}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 2 * 24 * 5);
}

#[test]
fn optima_of_all_and_of_each_class() {
    for set in own() {
        for expected in set.expected["optima"].as_array().unwrap() {
            let iou = expected["iou"].as_f64().unwrap();
            let matched = set.matched(Matching::TwoPass, iou);
            let what = format!("{} IoU {iou}", set.name);
            close(matched.optima.pooled, &expected["pooled"]["confidence"], &what);
            close(matched.optima.macro_f1, &expected["macro"]["confidence"], &what);
            for (class, expected) in expected["classes"].as_array().unwrap().iter().enumerate() {
                // Where F1 is 0 everywhere, nothing was recorded.
                if expected.is_object() {
                    close(matched.optima.classes[class], &expected["confidence"], &what);
                    let sweep = &matched.class_sweeps[class];
                    close(sweep.best_f1().and_then(|i| sweep.f1(i)), &expected["f1"], &what);
                }
            }
        }
    }
}
