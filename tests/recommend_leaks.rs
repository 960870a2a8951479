//! Cards about leaked items, calibration and class names: each fires on what was built for it with numbers by hand or from a
//! library, gains what repaired data give, and is silent on clean data.

use std::path::{Path, PathBuf};
use std::process::Command as Process;
use std::sync::Arc;
use std::time::Instant;

use evalens::analysis::leaks::Leaked;
use evalens::analysis::recommend::{Beside, Importance, Leak, recommend};
use evalens::analysis::{Filter, Recommendation, Rules};
use evalens::jobs::InlineRunner;
use evalens::metrics::{DetectionSettings, Evaluation, Generation, Sections};
use evalens::model::dataset::{DatasetBuilder, NewTruth};
use evalens::model::predictions::{ModelIdentity, PredictionsBuilder};
use evalens::model::{Answers, BBox, ClassId, ClassScores, ClassTable, Image, ImageId, NoProgress, Scoring, Task};
use evalens::session::{Command, Session};
use evalens::store::settings::Settings;
use serde_json::{Value, json};

fn cards(evaluation: &Evaluation, threshold: f64, beside: &Beside, kind: &str) -> Vec<Recommendation> {
    let matched = evaluation.matched.as_ref().unwrap();
    let counter = matched.timeline.counter_at(threshold);
    let all = recommend(evaluation, matched, &counter, threshold, &Rules::default(), beside);
    all.into_iter().filter(|card| card.kind == kind).collect()
}

fn evidence(card: &Recommendation, name: &str) -> f64 {
    card.evidence.iter().find(|(key, _)| *key == name).unwrap_or_else(|| panic!("no {name}")).1
}

fn close(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-9, "{a} is not {b}");
}

fn image(at: usize) -> Image {
    Image { source_id: at as i64, name: format!("{at}.jpg"), width: 100, height: 100, ..Image::default() }
}

/// One object an image; found in those images.
fn detector(images: impl Iterator<Item = usize>, found: impl Fn(usize) -> bool) -> Evaluation {
    let place = BBox::new(10.0, 10.0, 40.0, 40.0);
    let images: Vec<usize> = images.collect();
    let truth = |image| NewTruth { image, class: ClassId(0), bbox: place, area: place.area(), ignored: false };
    let builder = DatasetBuilder {
        classes: ClassTable::from_names(["cat"]),
        splits: vec!["test".to_owned()],
        images: images.iter().map(|at| image(*at)).collect(),
        truths: (0..images.len()).map(truth).collect(),
        ..DatasetBuilder::default()
    };
    let mut predictions = PredictionsBuilder::default();
    for (at, name) in images.iter().enumerate().filter(|(_, name)| found(**name)) {
        predictions.push(ImageId::from_index(at), ClassId(0), place, if name % 2 == 0 { 0.9 } else { 0.6 });
    }
    let predictions = predictions.build(ModelIdentity::default(), images.len());
    let sections = Sections { coco: false, tide: false, timeline: true };
    let settings = DetectionSettings::default();
    Evaluation::of_objects(builder.build().into(), Arc::new(predictions), settings, sections, &NoProgress).unwrap()
}

fn leak(images: impl Iterator<Item = u32>, in_training: usize, exact: usize) -> Beside {
    let leaked = Leaked { images: images.map(ImageId).collect(), in_training, exact, splits: vec![1] };
    Beside { leak: Some(Leak { leaked, training: "train".to_owned() }), ..Beside::default() }
}

/// 100 images with an object each, 70 found: F1 is 140 / 170. The first ten are leaked and found; without them 60 of 90 are:
/// 120 / 150.
#[test]
fn leaked_images_that_flatter() {
    let found = |name: usize| name < 70;
    let all = detector(0..100, found);
    let card = cards(&all, 0.5, &leak(0..10, 8, 6), "split_leak").remove(0);
    let gain = card.gain.unwrap();
    close(gain.from, 140.0 / 170.0);
    close(gain.to, 0.8);
    assert_eq!(gain.metric, "f1");
    let numbers = [("items", 10.0), ("in_training", 8.0), ("repeated", 2.0), ("exact", 6.0), ("near", 4.0)];
    numbers.into_iter().for_each(|(name, value)| close(evidence(&card, name), value));
    close(evidence(&card, "share"), 0.1);
    close(evidence(&card, "without_them"), 0.8);
    assert_eq!(card.title, "8 images of the evaluation are also in train");
    assert!(card.sentence.contains("F1 would be 0.800 instead of 0.824: a part of it is memory"), "{}", card.sentence);
    assert_eq!(card.importance, Importance::High, "a tenth of all images");
    let images: Vec<ImageId> = (0..10).map(ImageId).collect();
    assert!(matches!(&card.filter, Filter::Images { images: of, .. } if *of == images));
    // Repaired: the same images are not there.
    let rest = detector(10..100, found);
    let matched = rest.matched.as_ref().unwrap();
    close(matched.timeline.counter_at(0.5).totals().f1().unwrap(), gain.to);
    assert_eq!(gain.repaired, Some(matched.timeline.counter_at(0.5).totals()));
}

/// At 0.7 only even images are kept; leaked are ten that are missed, so that F1 rises: 35 of 100, then 35 of 90.
#[test]
fn leaked_images_that_do_not() {
    let all = detector(0..100, |name| name < 70);
    let card = cards(&all, 0.7, &leak(90..100, 0, 0), "split_leak").remove(0);
    let gain = card.gain.unwrap();
    close(gain.from, 70.0 / 135.0);
    close(gain.to, 70.0 / 125.0);
    assert_eq!(card.title, "10 images of the evaluation are there twice");
    assert!(card.sentence.contains("they did not flatter the model"), "{}", card.sentence);
    assert_eq!(card.importance, Importance::Medium, "nothing was trained on them");
}

#[test]
fn without_leaks_nothing_is_said() {
    let all = detector(0..100, |name| name < 70);
    assert!(cards(&all, 0.5, &Beside::default(), "split_leak").is_empty());
    assert!(cards(&all, 0.5, &leak(0..0, 0, 0), "split_leak").is_empty());
}

/// Of 40 answers 30 are right; ten leaked ones among them: 30 of 40 pass, without them 20 of 30.
#[test]
fn leaked_questions() {
    let evaluated = |items: std::ops::Range<usize>| {
        let references: Vec<Vec<String>> = items.clone().map(|item| vec![format!("number {item}")]).collect();
        let outputs = items.clone().map(|item| Some(format!("number {}", if item < 30 { item } else { 0 }))).collect();
        let builder = DatasetBuilder {
            images: items.clone().map(image).collect(),
            texts: items.map(|item| format!("What is question {item} about?")).collect(),
            ..DatasetBuilder::default()
        };
        let scoring = Scoring { pass: Some("exact_match".to_owned()), ..Scoring::default() };
        let answers = Answers { outputs, references, ..Answers::default() };
        let generation = Generation::score(answers.into(), scoring, &NoProgress).unwrap();
        Evaluation::of_texts(builder, ModelIdentity::default(), generation, &NoProgress).unwrap()
    };
    let card = cards(&evaluated(0..40), 1.0, &leak(0..10, 10, 10), "split_leak").remove(0);
    let gain = card.gain.unwrap();
    assert_eq!((gain.metric, gain.from), ("pass_rate", 0.75));
    close(gain.to, 20.0 / 30.0);
    let rest = evaluated(10..40);
    close(rest.matched.as_ref().unwrap().timeline.counter_at(1.0).totals().recall().unwrap(), gain.to);
}

fn classifier(labels: &[u32], rows: Vec<f64>) -> Evaluation {
    let builder = DatasetBuilder {
        classes: ClassTable::from_names(["a", "b", "c", "d"]),
        images: (0..labels.len()).map(image).collect(),
        truths: labels.iter().enumerate().map(|(at, class)| NewTruth::label(at, ClassId(*class))).collect(),
        ..DatasetBuilder::default()
    };
    let scores = ClassScores::of_rows(4, rows, Vec::new());
    Evaluation::of_labels(Task::Classification, builder.build().into(), scores, &NoProgress).unwrap()
}

/// Recorded by `tests/data/calibration/make.py` with SciPy 1.17.1.
fn recorded(name: &str) -> (Value, Vec<u32>, Vec<f64>) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/calibration/expected.json");
    let mut all: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let of = all["cases"][name].take();
    let labels = of["labels"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as u32).collect();
    let rows = of["rows"].as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap());
    let rows = rows.map(|n| n.as_f64().unwrap()).collect();
    (of, labels, rows)
}

#[test]
fn calibration_as_scipy_finds_it() {
    for (name, side) in [("over", "Over-confident"), ("under", "Under-confident")] {
        let (of, labels, rows) = recorded(name);
        let number = |key: &str| of[key].as_f64().unwrap();
        let evaluation = classifier(&labels, rows.clone());
        let card = cards(&evaluation, 0.0, &Beside::default(), "calibration").remove(0);
        assert!(card.title.starts_with(side), "{}", card.title);
        for (key, recorded) in [
            ("ece", "ece"),
            ("log_loss", "log_loss"),
            ("mean_confidence", "confidence"),
            ("accuracy", "accuracy"),
            ("ece_scaled", "ece_scaled"),
            ("log_loss_scaled", "log_loss_scaled"),
            ("temperature", "temperature"),
        ] {
            close(evidence(&card, key), number(recorded));
        }
        let gain = card.gain.unwrap();
        assert_eq!(gain.metric, "ece");
        close(gain.from, number("ece"));
        close(gain.to, number("ece_scaled"));
        // Repaired: probabilities scaled by the temperature, evaluated again.
        let scaled: Vec<f64> = rows.chunks(4).flat_map(|row| scaled(row, evidence(&card, "temperature"))).collect();
        let repaired = classifier(&labels, scaled);
        let single = repaired.labels().unwrap().single.clone().unwrap();
        close(single.ece.unwrap(), gain.to);
        close(single.log_loss.unwrap(), evidence(&card, "log_loss_scaled"));
        assert_eq!(single.accuracy, evaluation.labels().unwrap().single.as_ref().unwrap().accuracy);
        assert!(cards(&repaired, 0.0, &Beside::default(), "calibration").is_empty(), "{name} is repaired");
        // Wrong where it is too sure, right where it is not sure enough.
        let Filter::Images { images, .. } = &card.filter else { panic!("images") };
        let right = |image: &ImageId| {
            let row = &rows[image.index() * 4..image.index() * 4 + 4];
            row.iter().all(|p| *p <= row[labels[image.index()] as usize])
        };
        assert!(!images.is_empty() && images.iter().all(|image| right(image) == (name == "under")));
    }
}

fn scaled(row: &[f64], temperature: f64) -> Vec<f64> {
    let powers: Vec<f64> = row.iter().map(|p| p.powf(1.0 / temperature)).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|p| p / sum).collect()
}

#[test]
fn a_calibrated_classifier_hears_nothing() {
    let (of, labels, rows) = recorded("fitting");
    assert!(of["ece"].as_f64().unwrap() < 0.1);
    assert!(cards(&classifier(&labels, rows), 0.0, &Beside::default(), "calibration").is_empty());
}

/// Always right and never sure: any sharper would be better, so that there is no temperature to give.
#[test]
fn without_a_best_temperature_nothing_is_promised() {
    let labels: Vec<u32> = (0..40).map(|at| at % 4).collect();
    let row = |label: &u32| (0..4).map(|class| if class == *label { 0.4 } else { 0.2 }).collect::<Vec<f64>>();
    let evaluation = classifier(&labels, labels.iter().flat_map(row).collect());
    let card = cards(&evaluation, 0.0, &Beside::default(), "calibration").remove(0);
    assert_eq!(card.gain, None);
    close(evidence(&card, "ece"), 0.6);
    assert!(card.title.starts_with("Under-confident"));
}

/// Thirty images with a cell of each kind. Class 1 is found everywhere; what the model calls 9 lies on class 2 in 28 images and
/// beside it in two; what it calls 12 lies on nothing, three times.
fn cells(root: &Path, class_map: Value) -> PathBuf {
    let (mut annotations, mut results) = (Vec::new(), Vec::new());
    let mut truth = |image: i64, class: i64, x: f64| {
        let id = annotations.len() as i64 + 1;
        annotations.push(json!({"id": id, "image_id": image, "category_id": class, "bbox": [x, 10.0, 20.0, 20.0],
            "area": 400.0, "iscrowd": 0}));
    };
    let mut found = |image: i64, class: i64, x: f64, score: f64| {
        results.push(json!({"image_id": image, "category_id": class, "bbox": [x, 10.0, 20.0, 20.0], "score": score}));
    };
    for image in 1..=30 {
        truth(image, 1, 10.0);
        truth(image, 2, 50.0);
        found(image, 1, 10.0, 0.9);
        found(image, 9, if image <= 28 { 50.0 } else { 150.0 }, 0.8);
        if image <= 3 {
            found(image, 12, 200.0, 0.7);
        }
    }
    let images: Vec<Value> =
        (1..=30).map(|id| json!({"id": id, "file_name": format!("{id}.jpg"), "width": 300, "height": 100})).collect();
    let categories = json!([{"id": 1, "name": "RBC"}, {"id": 2, "name": "WBC"}]);
    let project = json!({"schema": "evalens.project/1", "name": "Cells",
        "datasets": [{"id": "cells", "version": "v1", "task": "detection", "format": "coco",
            "splits": {"test": {"truth": "truth.json", "images": "images"}}}],
        "models": [{"id": "finder", "version": "v1", "task": "detection", "predictions": [
            {"dataset": "cells", "version": "v1", "split": "test", "format": "coco-results", "path": "found.json"}]}],
        "class_map": class_map});
    let write = |name: &str, value: Value| std::fs::write(root.join(name), value.to_string()).unwrap();
    write("truth.json", json!({"images": images, "annotations": annotations, "categories": categories}));
    write("found.json", Value::Array(results));
    write("evalens.json", project);
    root.to_owned()
}

fn session(root: &Path) -> Session {
    let mut session = Session::new(Box::new(InlineRunner::default()), Settings::default(), None);
    session.apply(Command::Open(root.to_owned()), Instant::now());
    session.apply(Command::SetThreshold(0.5), Instant::now());
    session.apply(Command::SettleNow, Instant::now());
    session
}

fn of_names(session: &Session) -> Vec<Recommendation> {
    let all = session.explorer.as_ref().unwrap().recommendations.iter();
    all.filter(|card| card.kind == "class_mapping").cloned().collect()
}

/// 30 of 60 are found: F1 60 / 90. With 9 read as WBC 58 of 60 kept are right and 58 of 60 found: 58 / 60.
#[test]
fn names_that_mean_no_class() {
    let dir = tempfile::tempdir().unwrap();
    let session = session(&cells(dir.path(), json!({})));
    let all = of_names(&session);
    assert_eq!(all.iter().map(|card| card.subject.as_str()).collect::<Vec<_>>(), ["9", "12"]);
    let card = &all[0];
    let numbers = [("predictions", 30.0), ("dropped", 30.0), ("found", 28.0), ("found_on_proposed", 28.0)];
    numbers.into_iter().for_each(|(name, value)| close(evidence(card, name), value));
    assert_eq!(card.title, "9 is left out and seems to mean WBC");
    assert_eq!(card.classes, [ClassId(1)]);
    let gain = card.gain.unwrap();
    close(gain.from, 60.0 / 90.0);
    close(gain.to, 58.0 / 60.0);
    assert!(matches!(&card.filter, Filter::Images { images, .. } if images.len() == 30));
    let other = &all[1];
    assert_eq!((other.title.as_str(), other.gain), ("3 predictions of 12 are left out", None));
    close(evidence(other, "dropped"), 3.0);
    let images: Vec<ImageId> = (0..3).map(ImageId).collect();
    assert!(matches!(&other.filter, Filter::Images { images: of, .. } if *of == images));
    // Repaired: the class map says it.
    let repaired = self::session(&cells(dir.path(), json!({"9": "WBC"})));
    close(repaired.explorer.as_ref().unwrap().counter.totals().f1().unwrap(), gain.to);
    assert_eq!(of_names(&repaired).iter().map(|card| card.subject.as_str()).collect::<Vec<_>>(), ["12"]);
}

#[test]
fn names_that_a_person_settled_are_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let settled = session(&cells(dir.path(), json!({"9": "WBC", "12": ""})));
    assert!(of_names(&settled).is_empty());
}

/// What the command line writes of them, and of pictures that are there twice.
#[test]
fn the_document_has_the_cards() {
    let dir = tempfile::tempdir().unwrap();
    let root = cells(dir.path(), json!({}));
    let kinds = |more: &[&str]| -> Vec<String> {
        let output = Process::new(env!("CARGO_BIN_EXE_evalens"))
            .args(["evaluate", root.to_str().unwrap(), "--json", "-"])
            .args(more)
            .env("XDG_CACHE_HOME", dir.path().join("cache"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let all = document["recommendations"].as_array().unwrap().clone();
        all.iter().map(|card| card["kind"].as_str().unwrap().to_owned()).collect()
    };
    let count = |kinds: &[String], kind: &str| kinds.iter().filter(|of| *of == kind).count();
    assert_eq!(count(&kinds(&[]), "class_mapping"), 2);
    // Its pictures are gone: nothing to compare, and no card.
    assert_eq!(count(&kinds(&["--duplicates"]), "split_leak"), 0);
    let level = |at: u32| image::RgbImage::from_fn(60, 20, |x, y| image::Rgb([(x * 4 + at * y * 3) as u8; 3]));
    std::fs::create_dir(root.join("images")).unwrap();
    for at in 1..=30 {
        // The last is the first again.
        level(if at == 30 { 1 } else { at }).save(root.join(format!("images/{at}.jpg"))).unwrap();
    }
    assert_eq!(count(&kinds(&["--duplicates"]), "split_leak"), 1);
    assert_eq!(count(&kinds(&[]), "split_leak"), 0, "only where it is asked for");
}
