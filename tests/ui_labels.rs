//! Classifiers in the window: tiles, matrix, gallery, texts, probabilities and curves, by accessible names.

mod common;

use std::path::{Path, PathBuf};

use common::app::TestApp;
use common::export::table;
use common::sides::with_vectors;
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

/// Chooses an entry of a list that opens from a button.
fn choose(app: &mut TestApp, list: &str, entry: &str) {
    app.click(list);
    app.click(entry);
}

/// Names of the items that the gallery shows, in order.
fn shown(app: &TestApp) -> Vec<String> {
    let explorer = app.explorer();
    let name = |image: evalens::model::ImageId| explorer.dataset().images[image.index()].name.clone();
    explorer.selection.images.iter().map(|s| name(s.image)).collect()
}

/// All text painted in the last frame.
fn painted(app: &TestApp) -> Vec<String> {
    fn walk(shape: &egui::Shape, found: &mut Vec<String>) {
        match shape {
            egui::Shape::Text(text) => found.push(text.galley.text().to_owned()),
            egui::Shape::Vec(shapes) => shapes.iter().for_each(|s| walk(s, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    app.harness.output().shapes.iter().for_each(|s| walk(&s.shape, &mut found));
    found
}

/// The mean probability of cat over the dogs is (0.1 + 0.6) / 2, whatever the threshold.
#[test]
fn mean_probabilities_and_the_items_behind_them() {
    let (_dir, mut app) = opened("classification");
    choose(&mut app, "Matrix shows", "Mean probability");
    app.shot("labels-mean");
    for t in [0.0, 0.95] {
        app.send(Command::SetThreshold(t));
        for name in ["truth dog, mean probability of cat: 0.35", "truth cat, mean probability of cat: 0.80"] {
            assert!(app.sees(name), "{name} is not among {:?}", app.names());
        }
    }
    assert!(app.sees("confusion matrix: 3 rows, 3 columns"), "{:?}", app.names());
    app.click("truth dog, mean probability of cat: 0.35");
    assert_eq!(shown(&app), ["b2.png", "b1.png"], "by the probability of cat");
    assert!(app.sees("Sort by Probability of the class"), "{:?}", app.names());
    assert!(painted(&app).iter().any(|t| t == "dog 0.30 · cat 0.60 · b2.png"), "{:?}", painted(&app));
    app.send(Command::Select(evalens::analysis::Filter::All));
    assert!(app.sees("Sort by Most errors"), "the order goes with the class");
}

/// Kept at 0.4: a1 cat, a2 cat, b1 dog, b2 cat, c1 fox, c2 cat fox.
fn opened_with_several() -> (tempfile::TempDir, TestApp) {
    let (dir, root) = project("multilabel");
    let truth = "image,labels\na1.png,cat|dog\na2.png,cat\nb1.png,dog\nb2.png,\nc1.png,cat\nc2.png,fox|cat\n";
    write(&root, "truth.csv", truth);
    let mut app = TestApp::new();
    app.open(root);
    app.send(Command::SetThreshold(0.4));
    (dir, app)
}

#[test]
fn what_was_missed_stands_against_what_was_added() {
    let (_dir, mut app) = opened_with_several();
    let cells = |app: &TestApp| {
        let mut names = app.names();
        names.retain(|n| n.starts_with("truth ") && n.contains(", predicted "));
        names.sort();
        names
    };
    let expected = [
        "truth cat, predicted cat: 3",
        "truth cat, predicted fox: 1",
        "truth dog, predicted dog: 1",
        "truth dog, predicted none: 1",
        "truth fox, predicted fox: 1",
        "truth none, predicted cat: 1",
    ];
    assert_eq!(cells(&app), expected);
    app.shot("labels-pairs");
    app.click("truth cat, predicted fox: 1");
    assert_eq!(shown(&app), ["c1.png"]);
    app.send(Command::Go(Page::Overview));
    choose(&mut app, "Matrix shows", "Every pair (Clarifai)");
    // a1 is labelled dog and predicted cat; c1 and c2 are labelled cat and predicted fox.
    for name in ["truth dog, predicted cat: 1", "truth cat, predicted fox: 2", "truth none, predicted cat: 1"] {
        assert!(app.sees(name), "{name} is not among {:?}", app.names());
    }
    app.send(Command::SetThreshold(0.45));
    assert!(app.sees("truth cat, predicted fox: 1"), "the fox of c2 has 0.4: {:?}", app.names());
    app.send(Command::SetThreshold(0.4));
    app.click("truth cat, predicted fox: 2");
    assert_eq!(shown(&app).len(), 2);
}

#[test]
fn labels_that_occur_together() {
    let (_dir, mut app) = opened_with_several();
    choose(&mut app, "Matrix shows", "Co-occurrence");
    app.shot("labels-together");
    assert!(app.sees("labelled cat and dog: 1") && app.sees("labelled cat and cat: 4"), "{:?}", app.names());
    app.click("labelled cat and fox: 1");
    assert_eq!(shown(&app), ["c2.png"]);
}

#[test]
fn an_item_with_several_labels_shows_both_sets_and_their_difference() {
    let (_dir, mut app) = opened_with_several();
    app.send(Command::Go(Page::Images));
    app.click("image c1.png: missed cat · wrong fox");
    app.shot("labels-several-item");
    for name in ["Labels cat", "Predicted fox", "Missed cat", "Added fox"] {
        assert!(app.sees(name), "{name} is not among {:?}", app.names());
    }
}

/// At 0.5 cat has P 2/3 and R 1, dog and fox have P 1 and R 1/2, two items each. Clarifai: P (2/3 + 1 + 1) / 3 = 0.889,
/// R 2/3, F1 2 · 0.889 · 0.667 / 1.556 = 0.762.
#[test]
fn the_total_row_names_its_rule() {
    let (_dir, mut app) = opened("classification");
    app.click("Table");
    assert!(!painted(&app).iter().any(|t| t == "0.889"));
    choose(&mut app, "Rule of the total row", "Total, Clarifai");
    app.shot("labels-total");
    for number in ["0.889", "0.762"] {
        assert!(painted(&app).iter().any(|t| t == number), "{number} is not among {:?}", painted(&app));
    }
    // Macro F1: 2 · (2/3) / (5/3) = 0.8, and 2/3 twice: 0.711.
    choose(&mut app, "Rule of the total row", "Total, macro");
    assert!(painted(&app).iter().any(|t| t == "0.711"), "{:?}", painted(&app));
}

/// With 0.65 for cat alone, b2 and c2 (cat 0.60 and 0.45) are below the threshold wherever the one for all stands.
#[test]
fn a_class_can_have_a_threshold_of_its_own() {
    let (_dir, mut app) = opened("classification");
    app.click("Per class");
    assert!(app.sees("Confidence threshold of cat"), "{:?}", app.names());
    let cat = app.explorer().dataset().classes.ids().next().unwrap();
    app.send(Command::SetOwnThreshold(cat, Some(0.65)));
    app.shot("labels-own");
    for name in ["Correct 4", "Misclassified 0", "Missed 2", "truth dog, predicted below threshold: 1"] {
        assert!(app.sees(name), "{name} is not among {:?}", app.names());
    }
    app.send(Command::SetThreshold(0.0));
    assert!(app.sees("Correct 4") && app.sees("Missed 2"), "{:?}", app.names());
    app.send(Command::SetThreshold(0.85));
    // Kept: a1 and a2 by cat's own threshold.
    assert!(app.sees("Correct 2") && app.sees("Missed 4"), "{:?}", app.names());
    choose(&mut app, "Class of the threshold", "fox");
    assert!(app.sees("Confidence threshold of fox"), "{:?}", app.names());
    app.click("Use its optimum");
    // Of fox only c1 is right: its score of 0.5.
    assert_eq!(app.explorer().own.len(), 2);
    assert!(app.sees("Correct 3"), "{:?}", app.names());
    app.click("Use each optimum");
    assert_eq!(app.explorer().own.len(), 3);
    app.click("Back to one threshold");
    assert!(app.sees("Correct 1") && app.explorer().matched.own.is_empty(), "only a1 is at 0.85: {:?}", app.names());
    app.click("Use optimal confidence");
    for name in ["Correct 4", "Misclassified 1", "Missed 1"] {
        assert!(app.sees(name), "{name} is not among {:?}", app.names());
    }
}

#[test]
fn thresholds_of_single_classes_move_the_matrix_of_several_labels() {
    let (_dir, mut app) = opened_with_several();
    let cat = app.explorer().dataset().classes.ids().next().unwrap();
    app.send(Command::SetOwnThreshold(cat, Some(0.65)));
    // Cat is said of a1 and a2 only: b2 is right now, c2 misses it.
    for name in ["truth cat, predicted cat: 2", "truth cat, predicted none: 1", "truth cat, predicted fox: 1"] {
        assert!(app.sees(name), "{name} is not among {:?}", app.names());
    }
    app.click("truth cat, predicted none: 1");
    assert_eq!(shown(&app), ["c2.png"]);
    app.click("image c2.png: fox · missed cat");
    assert!(app.sees("Predicted fox") && app.sees("Missed cat"), "{:?}", app.names());
}

#[test]
fn truth_and_prediction_are_chosen_from_lists() {
    let (_dir, mut app) = opened("classification");
    app.send(Command::SetThreshold(0.0));
    app.send(Command::Go(Page::Images));
    choose(&mut app, "Class of the truth", "dog");
    assert_eq!(shown(&app), ["b2.png", "b1.png"]);
    choose(&mut app, "Predicted class", "cat");
    assert_eq!(shown(&app), ["b2.png"]);
    app.shot("labels-chosen");
    assert!(painted(&app).iter().any(|t| t == "dog 0.30 · cat 0.60 · b2.png"), "{:?}", painted(&app));
    choose(&mut app, "Class of the truth", "Any");
    assert_eq!(shown(&app).len(), 4, "all that is taken for a cat");
    app.send(Command::SetThreshold(0.5));
    choose(&mut app, "Predicted class", "Below threshold");
    assert_eq!(shown(&app), ["c2.png"]);
}

/// Text from right to left and words without a place to break: nothing is painted outside its column.
#[test]
fn long_words_and_texts_from_right_to_left() {
    let (_dir, root) = project("text-classification");
    let hebrew = "זהו טקסט ארוך בעברית ".repeat(30);
    let word = "Donaudampfschifffahrtsgesellschaftskapitän".repeat(20);
    write(
        &root,
        "truth.csv",
        &format!("id,text,label\na1,\"{hebrew}\",cat\na2,\"{word}\",cat\nb1,x,dog\nb2,\"هذا نص\",dog\n"),
    );
    let mut app = TestApp::new();
    // The bundled fonts have no Arabic and no Hebrew: boxes stand for such letters.
    app.harness.ctx.set_missing_glyph_policy(egui::MissingGlyphPolicy::Tofu);
    app.open(root);
    app.send(Command::Go(Page::Images));
    app.shot("labels-rtl");
    for id in ["a1: cat 0.90", "a2: cat 0.70"] {
        app.click(&format!("text {id}"));
        app.shot(&format!("labels-rtl-{}", &id[..2]));
        let widest = |app: &TestApp| {
            let wide = |s: &egui::epaint::ClippedShape| match &s.shape {
                egui::Shape::Text(t) if t.galley.text().len() > 400 => Some(t.galley.size().x),
                _ => None,
            };
            app.harness.output().shapes.iter().filter_map(wide).fold(0.0, f32::max)
        };
        assert!((100.0..=721.0).contains(&widest(&app)), "{}", widest(&app));
        app.press(Key::Escape);
    }
}

/// Each text with its label and what was said, as in the list; at 0.5 four are right, one wrong, one below.
#[test]
fn texts_are_handed_out() {
    let out = tempfile::tempdir().unwrap();
    let (_dir, mut app) = opened("text-classification");
    app.send(Command::SetThreshold(0.5));
    app.send(Command::Go(Page::Images));
    let texts = table(&mut app, out.path(), "Texts menu");
    let heads = ["text", "labels", "predicted", "score", "outcome"];
    let of = |id: &str| heads.map(|head| texts.cell(texts.row("item", id), head).to_owned());
    assert_eq!(texts.rows.len(), 6);
    assert_eq!(of("a1"), ["the cat number 0, and some more words", "cat", "cat", "0.9", "Correct"]);
    assert_eq!(of("b2"), ["the dog number 3, and some more words", "dog", "cat", "0.6", "Misclassified"]);
    assert_eq!(of("c2"), ["the fox number 5, and some more words", "fox", "cat", "0.45", "Missed"]);
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
