//! What the evaluation document of a classifier says where numbers are undefined, and its bootstrap intervals.

use std::sync::Arc;

use evalens::metrics::bootstrap::{self, HeadlineIntervals};
use evalens::metrics::{DetectionSettings, Evaluation};
use evalens::model::{ClassId, ClassScores, ClassTable, DatasetBuilder, Image, NewTruth, NoProgress, Task};
use evalens::report::document::{At, ConfidenceSource, Document, Inputs, Written};
use serde_json::Value;

fn evaluation(task: Task, classes: usize, labels: &[Vec<u32>], scores: ClassScores) -> Evaluation {
    let mut builder = DatasetBuilder {
        classes: ClassTable::from_names((0..classes).map(|class| format!("class {class}"))),
        splits: vec!["test".to_owned()],
        ..DatasetBuilder::default()
    };
    for (item, labels) in labels.iter().enumerate() {
        builder.images.push(Image { name: item.to_string(), ..Image::default() });
        builder.truths.extend(labels.iter().map(|class| NewTruth::label(item, ClassId(*class))));
    }
    Evaluation::of_labels(task, Arc::new(builder.build()), scores, &NoProgress).unwrap()
}

fn document(evaluation: &Evaluation, confidence: f64) -> Value {
    let matched = evaluation.matched.clone().unwrap();
    let counter = matched.timeline.counter_at(confidence);
    let multilabel = evaluation.multilabel_at(confidence, &NoProgress).unwrap();
    let at = At {
        matched: &matched,
        counter: &counter,
        confidence,
        source: ConfidenceSource::Given,
        recommendations: &[],
        multilabel: multilabel.as_ref(),
        intervals: None,
    };
    let settings = DetectionSettings::default();
    let inputs = Inputs { evaluation, settings, at: Some(at), findings: &[], written: Written::ALL };
    serde_json::to_value(Document::new(&inputs)).unwrap()
}

/// Every null below a part of the document, as `a.b`.
fn nulls(prefix: &str, value: &Value, into: &mut Vec<String>) {
    for (key, value) in value.as_object().unwrap() {
        let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Value::Null if key != "bootstrap" => into.push(key),
            Value::Object(_) if key != "undefined" => nulls(&key, value, into),
            _ => {}
        }
    }
}

/// Every null has a reason, and no reason is for a number that is there.
fn check(document: &Value) {
    let mut parts = vec![&document["summary"]];
    parts.extend(document["classes"].as_array().unwrap());
    for part in parts {
        let mut wanted = Vec::new();
        nulls("", part, &mut wanted);
        wanted.sort();
        let reasons: Vec<String> =
            part["undefined"].as_object().map(|m| m.keys().cloned().collect()).unwrap_or_default();
        assert_eq!(reasons, wanted, "{part}");
    }
}

fn why<'a>(part: &'a Value, key: &str) -> &'a str {
    part["undefined"][key].as_str().unwrap_or_else(|| panic!("no reason for {key} in {part}"))
}

#[test]
fn a_class_without_items_and_a_few_classes() {
    let scores = ClassScores::of_rows(3, vec![0.6, 0.4, 0.0, 0.3, 0.7, 0.0], Vec::new());
    let document = document(&evaluation(Task::Classification, 3, &[vec![0], vec![1]], scores), 0.5);
    check(&document);
    assert_eq!(
        why(&document["summary"], "top5_accuracy"),
        "there are 3 classes, so the 5 best hold the true one always"
    );
    let third = &document["classes"][2];
    assert_eq!(why(third, "roc_auc"), "no item is of this class");
    assert_eq!(why(third, "argmax.precision"), "this class is never predicted");
    assert_eq!(why(third, "argmax.f1"), "this class is neither true nor predicted of any item");
    assert_eq!(document["summary"]["undefined"].as_object().unwrap().len(), 1);
}

#[test]
fn one_class_only() {
    let scores = ClassScores::of_rows(1, vec![1.0, 1.0], Vec::new());
    let document = document(&evaluation(Task::Classification, 1, &[vec![0], vec![0]], scores), 0.5);
    check(&document);
    assert!(why(&document["summary"], "roc_auc_macro").contains("there is one class only"));
    assert!(why(&document["summary"], "cohen_kappa").contains("agreement by chance is certain"));
    assert_eq!(why(&document["classes"][0], "roc_auc"), "every item is of this class");
}

#[test]
fn lists_and_classes_alone_and_nothing() {
    let lists = || vec![vec![(ClassId(0), 0.7), (ClassId(2), 0.2)], vec![(ClassId(1), 0.5)]];
    let scores = ClassScores::of_lists(9, lists());
    let best = document(&evaluation(Task::Classification, 9, &[vec![0], vec![4]], scores), 0.6);
    check(&best);
    assert_eq!(why(&best["summary"], "log_loss"), "only the best few classes of each item have a score");
    assert!(why(&best["summary"], "top5_accuracy").starts_with("of some items only the best 1 classes are known"));
    let mut scores = ClassScores::of_lists(9, lists());
    scores.has_confidence = false;
    let chosen = document(&evaluation(Task::Classification, 9, &[vec![0], vec![4]], scores), 1.0);
    check(&chosen);
    assert_eq!(why(&chosen["summary"], "ece"), "the outputs name classes without a score");
    for task in [Task::Classification, Task::Multilabel] {
        let nothing =
            document(&evaluation(task, 2, &[vec![], vec![]], ClassScores::of_lists(2, vec![vec![], vec![]])), 0.5);
        check(&nothing);
        let none = document(&evaluation(task, 0, &[], ClassScores::of_rows(0, Vec::new(), Vec::new())), 0.5);
        check(&none);
    }
}

#[test]
fn several_labels() {
    let scores = ClassScores::of_rows(2, vec![0.6, 0.4, 0.3, 0.7], Vec::new());
    let all = document(&evaluation(Task::Multilabel, 2, &[vec![0, 1], vec![0]], scores.clone()), 0.9);
    check(&all);
    assert_eq!(why(&all["summary"], "micro_precision"), "nothing is predicted at this threshold");
    assert_eq!(why(&all["classes"][0], "roc_auc"), "every item is of this class");
    check(&document(&evaluation(Task::Multilabel, 2, &[vec![], vec![]], scores), 0.5));
}

fn best(item: u32) -> u32 {
    if item * 7 % 5 < 2 { (item + 1) % 3 } else { item % 3 }
}

fn intervals(evaluation: &Evaluation) -> HeadlineIntervals {
    let timeline = &evaluation.matched.as_ref().unwrap().timeline;
    bootstrap::of_evaluation(evaluation, timeline, timeline.cut(0.5), 200, 3, &NoProgress).unwrap()
}

fn close(found: Option<(f64, f64)>, expected: (f64, f64)) {
    let (low, high) = found.unwrap();
    assert!((low - expected.0).abs() < 1e-12 && (high - expected.1).abs() < 1e-12, "{low} {high} {expected:?}");
}

/// The same draws (SplitMix64) in Python, with `accuracy_score` and `f1_score(average="macro", zero_division=0)` of scikit-learn
/// 1.9.1 and `numpy.percentile` of each.
#[test]
fn intervals_of_classifiers() {
    let score = |item: u32, class: u32, second: bool| match (class + 3 - best(item)) % 3 {
        0 => 0.9,
        1 if second && item.is_multiple_of(2) => 0.6,
        _ => 0.1,
    };
    let rows = |second| (0..60).flat_map(|i| (0..3).map(move |c| score(i, c, second))).collect();
    let single: Vec<Vec<u32>> = (0..60).map(|item| vec![item % 3]).collect();
    let found =
        intervals(&evaluation(Task::Classification, 3, &single, ClassScores::of_rows(3, rows(false), Vec::new())));
    let labels = found.labels.unwrap();
    close(labels.accuracy, (0.466_666_666_666_666_7, 0.717_083_333_333_333_4));
    close(labels.macro_f1, (0.454_791_934_791_934_8, 0.715_247_347_859_671_5));
    let several: Vec<Vec<u32>> =
        (0..60).map(|i| if i % 4 == 0 { vec![i % 3, (i + 1) % 3] } else { vec![i % 3] }).collect();
    let found = intervals(&evaluation(Task::Multilabel, 3, &several, ClassScores::of_rows(3, rows(true), Vec::new())));
    close(found.f1, (0.508_938_486_663_037_5, 0.708_860_759_493_670_9));
    let labels = found.labels.unwrap();
    assert_eq!(labels.accuracy, None);
    close(labels.macro_f1, (0.505_505_322_256_734_7, 0.708_100_787_238_664_5));
}
