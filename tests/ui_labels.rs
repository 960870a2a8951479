//! Classifiers in the window: tiles, matrix, gallery, texts, probabilities and curves, by accessible names.

mod common;

use std::path::{Path, PathBuf};

use common::app::TestApp;
use egui::Key;
use egui_kittest::kittest::Queryable;
use evalens::session::{Command, Page};

/// Truth, and the probability of cat, dog and fox. By hand at the lowest threshold: 4 right, 2 wrong (a dog and a fox taken
/// for cats); the best F1 is at 0.5: 4 right, 1 wrong, 1 below.
const ITEMS: [(&str, &str, [f64; 3]); 6] = [
    ("a1", "cat", [0.9, 0.05, 0.05]),
    ("a2", "cat", [0.7, 0.2, 0.1]),
    ("b1", "dog", [0.1, 0.8, 0.1]),
    ("b2", "dog", [0.6, 0.3, 0.1]),
    ("c1", "fox", [0.2, 0.3, 0.5]),
    ("c2", "fox", [0.45, 0.15, 0.4]),
];

fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// A project of pictures, or of texts.
fn project(task: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("animals");
    let texts = task.starts_with("text");
    let mut truth = String::from(if texts { "id,text,label\n" } else { "image,label\n" });
    let mut outputs = String::from("id,cat,dog,fox\n");
    for (i, (id, label, [cat, dog, fox])) in ITEMS.iter().enumerate() {
        let name = if texts { (*id).to_owned() } else { format!("{id}.png") };
        if texts {
            truth.push_str(&format!("{name},\"the {label} number {i}, and some more words\",{label}\n"));
        } else {
            truth.push_str(&format!("{name},{label}\n"));
            let shade = image::Rgb([40 * i as u8, 90, 200 - 30 * i as u8]);
            let path = root.join("images").join(&name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            image::RgbImage::from_pixel(48, 36, shade).save(path).unwrap();
        }
        outputs.push_str(&format!("{name},{cat},{dog},{fox}\n"));
    }
    write(&root, "truth.csv", &truth);
    write(&root, "predictions/v1.csv", &outputs);
    let images = if texts { "" } else { r#", "images": "images""# };
    let text = format!(
        r#"{{"schema": "evalens.project/1", "name": "Animals",
            "datasets": [{{"id": "animals", "version": "v1", "task": "{task}", "format": "csv",
                "splits": {{"test": {{"truth": "truth.csv"{images}}}}}}}],
            "models": [{{"id": "namer", "version": "v1", "task": "{task}",
                "predictions": [{{"dataset": "animals", "version": "v1", "split": "test", "format": "csv",
                    "path": "predictions/v1.csv"}}]}}]}}"#
    );
    write(&root, "evalens.json", &text);
    (dir, root)
}

fn opened(task: &str) -> (tempfile::TempDir, TestApp) {
    let (dir, root) = project(task);
    let mut app = TestApp::new();
    app.open(root);
    assert!(app.session().explorer.is_some(), "{:?}", app.session().notices);
    (dir, app)
}

#[test]
fn tiles_and_matrix_of_a_classifier() {
    let (_dir, mut app) = opened("classification");
    app.shot("labels-overview");
    // Kept at 0.5: a1 a2 b1 b2 c1; right: all but b2.
    for name in ["Precision 0.800", "Recall 0.667", "F1 0.727", "Correct 4", "Misclassified 1", "Missed 1"] {
        assert!(app.sees(name), "{name} is not among {:?}", app.names());
    }
    assert!(!app.names().iter().any(|n| n.starts_with("False positives")), "every picture has a class");
    assert!(!app.sees("IoU threshold"));
    assert!(app.sees("truth fox, predicted below threshold: 1"), "{:?}", app.names());
    app.send(Command::SetThreshold(0.0));
    for name in ["Correct 4", "Misclassified 2", "Missed 0", "truth fox, predicted cat: 1"] {
        assert!(app.sees(name), "{name} is not among {:?}", app.names());
    }
}

#[test]
fn a_cell_opens_its_items_and_an_item_shows_all_probabilities() {
    let (_dir, mut app) = opened("classification");
    app.click("truth dog, predicted cat: 1");
    app.shot("labels-cell");
    assert!(app.sees("image b2.png: dog → cat 0.60"), "{:?}", app.names());
    assert!(!app.names().iter().any(|n| n.starts_with("image a1")));
    app.click("image b2.png: dog → cat 0.60");
    app.shot("labels-item");
    for name in ["probability of cat: 0.60, predicted", "probability of dog: 0.30, label", "probability of fox: 0.10"] {
        assert!(app.sees(name), "{name} is not among {:?}", app.names());
    }
}

#[test]
fn items_are_sorted_by_what_only_classifiers_have() {
    let (_dir, mut app) = opened("classification");
    app.send(Command::Go(Page::Images));
    app.click("Sort by Most errors");
    app.click("Highest loss");
    // −ln of the label's probability: b2 0.3, c2 0.4, c1 0.5, a2 0.7, b1 0.8, a1 0.9.
    let names =
        app.explorer().selection.images.iter().map(|s| app.explorer().dataset().images[s.image.index()].name.clone());
    assert_eq!(names.collect::<Vec<_>>(), ["b2.png", "c2.png", "c1.png", "a2.png", "b1.png", "a1.png"]);
}

#[test]
fn texts_are_a_list_that_can_be_searched() {
    let (_dir, mut app) = opened("text-classification");
    assert!(app.sees("Texts"), "{:?}", app.names());
    app.send(Command::Go(Page::Images));
    app.shot("labels-texts");
    assert!(app.sees("text b2: dog → cat 0.60"), "{:?}", app.names());
    app.harness.get_by_label("Search texts").focus();
    app.run();
    app.harness.get_by_label("Search texts").type_text("FOX number");
    app.run();
    let rows = |app: &TestApp| app.names().iter().filter(|n| n.starts_with("text ")).count();
    assert_eq!(rows(&app), 2, "{:?}", app.names());
    app.click("text c1: fox 0.50");
    app.shot("labels-text");
    assert!(app.sees("the fox number 4, and some more words"), "{:?}", app.names());
    app.press(Key::Escape);
    assert_eq!(rows(&app), 2, "the search stays");
}

#[test]
fn curves_and_numbers_without_a_threshold() {
    let (_dir, mut app) = opened("classification");
    app.send(Command::Go(Page::Curves));
    app.run();
    app.shot("labels-curves");
    assert!(app.sees("ROC") && app.sees("Reliability") && app.sees("Scores"), "{:?}", app.names());
    app.send(Command::Go(Page::Run));
    app.shot("labels-run");
    // Four of six are right.
    assert!(app.sees("Accuracy 0.667"), "{:?}", app.names());
}

#[test]
fn several_labels_an_item() {
    let (dir, root) = project("multilabel");
    write(
        &root,
        "truth.csv",
        "image,labels\na1.png,cat|dog\na2.png,cat\nb1.png,dog\nb2.png,\nc1.png,fox\nc2.png,fox|cat\n",
    );
    let mut app = TestApp::new();
    app.open(root);
    assert!(app.session().explorer.is_some(), "{:?}", app.session().notices);
    app.send(Command::SetThreshold(0.4));
    // Kept: a1 cat, a2 cat, b1 dog, b2 cat, c1 fox, c2 cat fox; wrong: b2 cat; missed: a1 dog.
    for name in ["Correct 6", "Missed 1", "False positives 1", "truth dog, predicted none: 1"] {
        assert!(app.sees(name), "{name} is not among {:?}", app.names());
    }
    app.send(Command::Go(Page::Images));
    assert!(app.sees("image a1.png: cat · missed dog"), "{:?}", app.names());
    assert!(app.sees("image b2.png: wrong cat"), "{:?}", app.names());
    app.shot("labels-several");
    drop(dir);
}

/// Forty items of two classes, apart by one coordinate but for one of each; vectors beside the truth, and no model.
fn with_vectors() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("vectors");
    let (mut truth, mut vectors) = (String::from("id,label\n"), String::from("id,x,y\n"));
    for i in 0..40 {
        let left = i % 2 == 0;
        let x = if left == (i >= 2) { -1.0 } else { 1.0 };
        truth.push_str(&format!("i{i},{}\n", if left { "left" } else { "right" }));
        vectors.push_str(&format!("i{i},{x},{}\n", 0.1 * f64::from(i % 5)));
    }
    write(&root, "truth.csv", &truth);
    write(&root, "vectors.csv", &vectors);
    let text = r#"{"schema": "evalens.project/1", "name": "Vectors",
        "datasets": [{"id": "sides", "version": "v1", "task": "classification", "format": "csv",
            "splits": {"all": {"truth": "truth.csv"}}, "embeddings": {"vectors": "vectors.csv"}}], "models": []}"#;
    write(&root, "evalens.json", text);
    (dir, root)
}

#[test]
fn embeddings_are_cross_validated_without_any_model() {
    let (_dir, root) = with_vectors();
    let mut app = TestApp::new();
    app.open(root);
    assert!(app.session().explorer.is_none());
    app.click("Cross-validate embeddings");
    app.shot("crossval-form");
    app.click("Start cross-validation");
    app.shot("crossval");
    let crossed = app.session().crossed.clone().unwrap_or_else(|| panic!("{:?}", app.session().notices));
    // 38 of 40 lie on the side of their class.
    assert_eq!(crossed.folds.iter().map(|f| f.items).sum::<usize>(), 40);
    assert_eq!(crossed.folds.len(), 5);
    // Three splits of 8 are all right, two have one of the two mistakes: 1, 1, 1, 7/8, 7/8; std √(0.01875 / 5).
    assert!(app.sees("Mean Accuracy 0.950 ± 0.061"), "{:?}", app.names());
    app.click("Open pooled result");
    app.shot("crossval-pooled");
    for name in ["Model linear head@5-split", "Correct 38", "Misclassified 2"] {
        assert!(app.sees(name), "{name} is not among {:?}", app.names());
    }
    app.click("truth left, predicted right: 1");
    assert!(app.names().iter().any(|n| n.starts_with("image i0: left → right")), "{:?}", app.names());
}

#[test]
fn a_cross_validation_that_cannot_be_done_says_why() {
    let (_dir, root) = with_vectors();
    write(&root, "vectors.csv", "id,x\nother,1\n");
    let mut app = TestApp::new();
    app.open(root);
    app.click("Cross-validate embeddings");
    app.click("Start cross-validation");
    let told = app.session().notices.last().map(|n| n.text.clone()).unwrap_or_default();
    assert!(told.contains("have nothing in common (such as `i0` and `other`)"), "{told}");
}
