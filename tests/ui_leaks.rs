//! The page of duplicates and leaks in the window, by accessible names.

mod common;

use std::path::{Path, PathBuf};

use common::app::{Setup, TestApp};
use common::export::table;
use egui_kittest::kittest::Queryable;
use evalens::analysis::Filter;
use evalens::model::ImageId;
use evalens::model::rng::Rng;
use evalens::session::errors::Tab;
use evalens::session::{Command, Page};

fn save(root: &Path, name: &str, seed: u64) {
    let path = root.join("images").join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut rng = Rng::new(seed);
    let levels: Vec<u8> = (0..48).map(|_| (rng.next_u64() % 200) as u8 + 20).collect();
    image::RgbImage::from_fn(96, 72, |x, y| image::Rgb([levels[(y / 12 * 8 + x / 12) as usize]; 3]))
        .save(path)
        .unwrap();
}

/// Four pictures of test: a is in train too, labelled otherwise; b and d are the same. All said to be cats.
fn project(twice: bool) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("animals");
    for (name, seed) in [("cat/a", 1), ("cat/b", 2), ("dog/c", 3), ("cat/d", if twice { 2 } else { 4 })] {
        save(&root, &format!("test/{name}.png"), seed);
    }
    save(&root, "train/dog/e.png", if twice { 1 } else { 5 });
    save(&root, "train/cat/f.png", 6);
    let rows: String = ["cat/a", "cat/b", "dog/c", "cat/d"].map(|name| format!("{name}.png,0.8,0.2\n")).concat();
    std::fs::write(root.join("said.csv"), format!("id,cat,dog\n{rows}")).unwrap();
    let split = |name: &str| format!(r#""{name}": {{"truth": "images/{name}", "images": "images/{name}"}}"#);
    let text = format!(
        r#"{{"schema": "evalens.project/1", "name": "Animals",
            "datasets": [{{"id": "animals", "version": "v1", "task": "classification", "format": "image-folder",
                "splits": {{{}, {}}}}}],
            "models": [{{"id": "namer", "version": "v1", "task": "classification",
                "predictions": [{{"dataset": "animals", "version": "v1", "split": "test", "format": "csv",
                    "path": "said.csv"}}]}}]}}"#,
        split("test"),
        split("train")
    );
    std::fs::write(root.join("evalens.json"), text).unwrap();
    (dir, root)
}

fn opened(twice: bool, setup: Setup) -> (tempfile::TempDir, TestApp) {
    let (dir, root) = project(twice);
    let mut app = TestApp::with(setup);
    app.open(root);
    app.send(Command::ShowErrors(Tab::Leaks));
    assert!(app.session().explorer.is_some(), "{:?}", app.session().notices);
    (dir, app)
}

#[track_caller]
fn sees_all(app: &TestApp, names: &[&str]) {
    for name in names {
        assert!(app.sees(name), "{name} is not among {:#?}", app.names());
    }
}

#[test]
fn what_is_looked_for_is_said_before() {
    let (_dir, app) = opened(true, Setup::default());
    sees_all(&app, &["Look for duplicates", "Bits in which hashes of near pictures differ", "Explain duplicates"]);
    let advice = "Compares all images of test, train with each other: the same file, and pictures that look nearly the same \
                  by two perceptual hashes";
    sees_all(&app, &["Not looked for yet", advice]);
}

#[test]
fn groups_and_numbers() {
    let (_dir, mut app) = opened(true, Setup::default());
    app.click("Look for duplicates");
    app.shot("leaks-groups");
    sees_all(
        &app,
        &[
            "2 groups, 2 exact and 0 near, 1 across splits: 1 in test and train; in 1 labels differ",
            "group 1: 2 items, exact, test and train, labels differ",
            "group 2: 2 items, exact, test",
            "1 image is also in train, 1 image repeats another of what is evaluated",
            "Compared 4 of test, 2 of train",
            "test: cat/a.png, cat",
            "train: dog/e.png, dog",
            // Three of four are right; without a and d one of b and c.
            "Accuracy: 0.750 of all, 0.500 without, difference −0.250",
        ],
    );
    // What is handed out: both groups, item by item.
    let out = tempfile::tempdir().unwrap();
    let twice = table(&mut app, out.path(), "Duplicates menu");
    let heads = ["group", "item", "split", "truth", "same", "conflict"];
    let told: Vec<_> = twice.rows.iter().map(|row| heads.map(|head| twice.cell(row, head))).collect();
    assert_eq!(
        told,
        [
            ["1", "cat/a.png", "test", "cat", "exactly", "yes"],
            ["1", "dog/e.png", "train", "dog", "exactly", "yes"],
            ["2", "cat/b.png", "test", "cat", "exactly", ""],
            ["2", "cat/d.png", "test", "cat", "exactly", ""],
        ]
    );
    // Choosing a kind leaves the others out.
    app.click("Labels differ 1");
    assert!(!app.sees("group 2: 2 items, exact, test"));
    app.click("All 2");
    // A group selects what is evaluated of it; a picture opens in it.
    app.click("group 2: 2 items, exact, test");
    let selected = |app: &TestApp| match &app.explorer().selection.filter {
        Filter::Images { images, .. } => images.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!((app.session().page(), selected(&app)), (Page::Images, vec![ImageId(1), ImageId(2)]));
    app.send(Command::Back);
    app.click("test: cat/a.png, cat");
    assert_eq!(app.session().history.here().image, Some(ImageId(0)));
    app.send(Command::ShowErrors(Tab::Leaks));
    // What is not evaluated cannot be opened.
    app.click("train: dog/e.png, dog");
    assert_eq!((app.session().page(), app.session().history.here().image), (Page::Errors, None));
    app.click("Show leaked images");
    assert_eq!(selected(&app), [ImageId(0), ImageId(2)]);
}

#[test]
fn without_duplicates_the_page_says_so() {
    let (_dir, mut app) = opened(false, Setup::default());
    app.click("Look for duplicates");
    sees_all(&app, &["Nothing is there twice", "No duplicates"]);
    assert!(!app.sees("Show leaked images"));
}

#[test]
fn a_small_window_has_everything_in_view() {
    let (_dir, mut app) = opened(true, Setup { size: egui::vec2(1024.0, 640.0), ..Setup::default() });
    app.click("Look for duplicates");
    app.shot("leaks-small");
    for name in ["group 1: 2 items, exact, test and train, labels differ", "Show leaked images"] {
        let rect = app.harness.get_by_label(name).rect();
        assert!(rect.right() <= 1024.0 && rect.bottom() <= 640.0, "{name}: {rect:?}");
    }
}
