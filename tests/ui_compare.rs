//! The page Compare in the window, by accessible names.

mod common;

use common::app::{Setup, TestApp};
use common::export::table;
use common::synthetic::Synthetic;
use egui::Key;
use egui_kittest::kittest::Queryable;
use evalens::analysis::Filter;
use evalens::metrics::OutcomeKind;
use evalens::session::comparing::Set;
use evalens::session::{Command, Page};
use evalens::store::settings::ThemeChoice;

/// A folder with two versions of a model, the newer on screen, compared with the older.
fn compared(setup: Setup) -> (tempfile::TempDir, TestApp) {
    let dir = tempfile::tempdir().unwrap();
    Synthetic::new(16).write(&dir.path().join("bench"));
    let mut app = TestApp::with(setup);
    app.open(dir.path().join("bench"));
    app.send(Command::Go(Page::Compare));
    assert!(app.sees("Nothing to compare with yet"));
    app.click("Choose models …");
    app.click("finder@v1");
    app.press(Key::Escape);
    (dir, app)
}

fn has(app: &TestApp, part: &str) -> bool {
    app.harness.query_all_by_label_contains(part).next().is_some()
}

#[test]
fn two_versions_are_held_against_each_other() {
    let (_dir, mut app) = compared(Setup::default());
    let shown = app.session().compared[0].clone();
    // What stands there is what each says of itself at its own optimum.
    let explorer = app.explorer();
    let (a, b) = (explorer.counter.totals(), shown.other.counter.totals());
    let recall = |m: &&evalens::analysis::compare::MetricDifference| m.metric.name() == "recall";
    let recall = shown.comparison.metrics.iter().find(recall).unwrap();
    assert_eq!((recall.a, recall.b), (a.recall(), b.recall()));
    let expected =
        format!("Recall difference {}", evalens::model::fmt::difference(b.recall().unwrap() - a.recall().unwrap()));
    assert!(app.sees(&expected), "{expected} is not among {:?}", app.names());
    assert!(has(&app, "McNemar p"));
    app.shot("compare");

    // By brute force: objects that only one of the two finds.
    let right = |explorer: &evalens::session::Explorer| -> Vec<u32> {
        let members =
            explorer.matched.timeline.members(explorer.counter.cut(), |c| c.kind() == Some(OutcomeKind::Correct));
        let mut truths: Vec<u32> = members.iter().filter_map(|o| o.truth()).map(|t| t.0).collect();
        truths.sort_unstable();
        truths
    };
    let (a, b) = (right(app.explorer()), right(&shown.other));
    let broken = a.iter().filter(|t| b.binary_search(t).is_err()).count();
    let fixed = b.iter().filter(|t| a.binary_search(t).is_err()).count();
    assert!(broken > 0, "the older version finds less");
    assert_eq!((shown.units(Set::Fixed).len(), shown.units(Set::Broken).len()), (fixed, broken));

    // A click opens exactly these objects.
    app.click(&format!("Broken {broken}"));
    assert_eq!(app.session().page(), Page::Images);
    let selection = &app.explorer().selection;
    assert!(matches!(selection.filter, Filter::Objects { .. }));
    assert_eq!(selection.outcomes.len(), broken);
    assert!(selection.outcomes.iter().all(|o| o.truth().is_some_and(|t| b.binary_search(&t.0).is_err())));
}

/// What is handed out is what each model counts by itself.
#[test]
fn everything_compared_is_handed_out() {
    let out = tempfile::tempdir().unwrap();
    let (_dir, mut app) = compared(Setup::default());
    let shown = app.session().compared[0].clone();
    let metrics = table(&mut app, out.path(), "Comparison menu");
    let totals = (app.explorer().counter.totals(), shown.other.counter.totals());
    let recall = metrics.row("metric", "Recall");
    assert_eq!(metrics.number(recall, "a"), totals.0.recall());
    assert_eq!(metrics.number(recall, "b"), totals.1.recall());
    let classes = table(&mut app, out.path(), "Classes compared menu");
    assert_eq!(classes.rows.len(), app.explorer().dataset().classes.len());
    let matrices = table(&mut app, out.path(), "Matrices menu");
    let counts = (
        app.explorer().counter.matrix(&app.explorer().matched.timeline),
        shown.other.counter.matrix(&shown.other.matched.timeline),
    );
    let names = &app.explorer().dataset().classes;
    for row in &matrices.rows {
        // What is no class is the background, the last row and column.
        let at = |head: &str| names.ids().position(|class| names.name(class) == matrices.cell(row, head));
        let (truth, predicted) = (at("truth").unwrap_or(names.len()), at("predicted").unwrap_or(names.len()));
        let of = |counts: &[Vec<u64>]| counts[truth][predicted].to_string();
        assert_eq!((matrices.cell(row, "a"), matrices.cell(row, "b")), (&*of(&counts.0), &*of(&counts.1)), "{row:?}");
    }
    let sets = table(&mut app, out.path(), "Sets menu");
    for row in &sets.rows {
        let words = format!("{} {}", sets.cell(row, "set"), sets.cell(row, "count"));
        assert!(app.sees(&words), "{words} is not among {:?}", app.names());
    }
    assert!(!sets.rows.is_empty());
}

#[test]
fn an_image_is_seen_under_both_models() {
    let (_dir, mut app) = compared(Setup::default());
    let broken = app.session().compared[0].units(Set::Broken).len();
    app.click(&format!("Broken {broken}"));
    let first = app.explorer().selection.images[0].image;
    app.send(Command::OpenImage(first));
    app.shot("compare-image");
    app.press(Key::X);
    app.shot("compare-image-other");
    app.press(Key::C);
    app.shot("compare-image-beside");
    app.press(Key::C);
    app.press(Key::X);
    // The page and what is compared stay when going back.
    app.send(Command::Back);
    app.send(Command::Back);
    assert_eq!(app.session().page(), Page::Compare);
    assert_eq!(app.session().compared.len(), 1);
}

#[test]
fn one_confidence_for_both_and_the_light_theme() {
    let setup = Setup { size: egui::vec2(1280.0, 720.0), theme: ThemeChoice::Light, ..Setup::default() };
    let (_dir, mut app) = compared(setup);
    app.shot("compare-light");
    app.click("One confidence for all");
    let shown = app.session().compared[0].clone();
    assert_eq!(shown.confidences.0, shown.confidences.1);
    assert!(has(&app, "Both at confidence ≥"));
    // Another evaluation on screen is not what was compared.
    app.send(Command::Go(Page::Overview));
    let other = shown.other.choice.clone();
    app.send(Command::Evaluate(other));
    assert!(app.session().compared.is_empty());
}

/// A segmenter of two images whose first version was right about the first image.
fn masks() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let from = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/segmentation");
    for (name, to) in [
        ("classes.json", "classes.json"),
        ("b.jpg", "images/test/a.jpg"),
        ("b.jpg", "images/test/b.jpg"),
        ("a.index.png", "masks/test/a.png"),
        ("b.index.png", "masks/test/b.png"),
        ("a.index.png", "predictions/net/v1/test/a.png"),
        ("b.predicted.png", "predictions/net/v1/test/b.png"),
        ("a.predicted.png", "predictions/net/v2/test/a.png"),
        ("b.predicted.png", "predictions/net/v2/test/b.png"),
    ] {
        let to = dir.path().join(to);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(from.join(name), to).unwrap();
    }
    dir
}

#[test]
fn two_segmenters_are_better_and_worse() {
    let dir = masks();
    let mut app = TestApp::with(Setup::default());
    app.open(dir.path().to_owned());
    app.send(Command::Go(Page::Compare));
    app.click("Choose models …");
    app.click("net@v1");
    app.press(Key::Escape);
    let shown = app.session().compared[0].clone();
    let mean_iou = |explorer: &evalens::session::Explorer| {
        explorer.evaluation.segmentation(&explorer.counter).unwrap().mean_iou.unwrap()
    };
    let gain = mean_iou(&shown.other) - mean_iou(app.explorer());
    assert!(gain > 0.0);
    let expected = format!("Mean IoU difference {}", evalens::model::fmt::difference(gain));
    assert!(app.sees(&expected), "{expected} is not among {:?}", app.names());
    assert!(has(&app, "Which images are better") && has(&app, "Sign test p = 1.000") && has(&app, "IoU, first"));
    assert!(app.sees("Better 1") && app.sees("Worse 0") && app.sees("Same 1"), "{:?}", app.names());
    for absent in ["Fixed", "McNemar", "confidence", "optimum"] {
        assert!(!has(&app, absent), "{absent}");
    }
    app.shot("compare-pixels");
    app.click("Better 1");
    assert_eq!(app.session().page(), Page::Images);
    let selection = &app.explorer().selection;
    let images = &app.explorer().dataset().images;
    let names: Vec<&str> = selection.images.iter().map(|s| images[s.image.index()].name.as_str()).collect();
    assert_eq!(names, ["a.jpg"]);
    assert!(has(&app, "Better with the other model"), "{:?}", app.names());

    // Opened, each model shows its own masks.
    let image = selection.images[0].image;
    let other = shown.partner(image).unwrap();
    app.send(Command::OpenImage(image));
    let (first, second) = (app.explorer().choice.clone(), shown.other.choice.clone());
    let masks = |app: &TestApp, second_model: bool| {
        let (choice, image) = if second_model { (&second, other) } else { (&first, image) };
        app.session().masks_of(choice, image).map(|masks| masks.clone().unwrap())
    };
    let own = masks(&app, false).unwrap();
    assert!(masks(&app, true).is_none(), "nobody asked for them");
    app.press(Key::C);
    app.run();
    let theirs = masks(&app, true).unwrap();
    assert!(own.truth == theirs.truth && own.predicted != theirs.predicted);
    // The first version says the truth of this image.
    assert_eq!(theirs.predicted.as_ref(), Some(&theirs.truth));
    assert!(app.session().jobs.is_empty());
    app.shot("compare-pixels-beside");
    app.press(Key::C);
    app.press(Key::X);
    app.run();
    assert!(masks(&app, false).is_some());
}
