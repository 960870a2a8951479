//! Gallery and image view in the real window, by accessible names, with pictures made in code.

mod common;

use std::path::Path;
use std::time::Instant;

use common::app::TestApp;
use common::synthetic::Synthetic;
use egui::Key;
use egui_kittest::kittest::{NodeT, Queryable};
use evalens::analysis::Filter;
use evalens::metrics::{Cell, OutcomeKind};
use evalens::model::ImageId;
use evalens::session::{Command, Page, Sort};

/// A window on 24 images with pictures in a folder that lives as long as the test.
struct Shown {
    app: TestApp,
    folder: tempfile::TempDir,
}

fn shown() -> Shown {
    shown_in(TestApp::new())
}

fn shown_in(mut app: TestApp) -> Shown {
    let folder = tempfile::tempdir().unwrap();
    let synthetic = Synthetic::new(24);
    synthetic.write(folder.path());
    let pictures = folder.path().join("images/test");
    show(&mut app, &synthetic, &pictures);
    Shown { app, folder }
}

fn show(app: &mut TestApp, synthetic: &Synthetic, pictures: &Path) {
    let (project, loaded) = (synthetic.project(pictures), synthetic.loaded(Some(pictures)));
    app.harness.state_mut().session_mut().show(project, loaded);
    app.run();
}

/// The non-empty cells at the current threshold with their counts, by kind of outcome.
fn cells(app: &TestApp) -> Vec<(Cell, u64)> {
    let explorer = app.explorer();
    let cells = explorer.matched.timeline.cells().iter().copied();
    cells.zip(explorer.counter.cells().iter().copied()).filter(|(_, n)| *n > 0).collect()
}

fn cell_of(app: &TestApp, kind: OutcomeKind) -> (Cell, u64) {
    cells(app).into_iter().filter(|(c, _)| c.kind() == Some(kind)).max_by_key(|(_, n)| *n).unwrap()
}

/// Names of all nodes, labels as well.
fn names(app: &TestApp) -> Vec<String> {
    let nodes = app.harness.root().children_recursive();
    nodes.filter_map(|n| n.accesskit_node().label().or_else(|| n.accesskit_node().value())).collect()
}

fn starting(app: &TestApp, with: &str) -> Vec<String> {
    names(app).into_iter().filter(|n| n.starts_with(with)).collect()
}

/// The number in a name such as `image a.png: …, 3 marked`.
fn marked_of(name: &str) -> u64 {
    let end = name.strip_suffix(" marked").and_then(|n| n.rsplit(' ').next());
    end.map_or(0, |n| n.parse().unwrap())
}

#[test]
fn the_gallery_marks_as_many_objects_as_the_cell_says() {
    let mut shown = shown();
    let app = &mut shown.app;
    let all = cells(app);
    assert!(all.len() > 6, "{all:?}");
    for (cell, count) in all {
        app.send(Command::Select(Filter::Cell(cell)));
        let tiles = starting(app, "image ");
        let objects = if count == 1 { "object" } else { "objects" };
        let images = if tiles.len() == 1 { "image" } else { "images" };
        let says = format!("{count} marked {objects} in {} {images}", tiles.len());
        assert!(names(app).contains(&says), "`{says}` is not among {:?}", starting(app, &count.to_string()));
        assert_eq!(tiles.iter().map(|t| marked_of(t)).sum::<u64>(), count, "{tiles:?}");
    }
}

#[test]
fn every_marked_object_is_marked_in_its_image() {
    let mut shown = shown();
    let app = &mut shown.app;
    for kind in OutcomeKind::ALL {
        let (cell, count) = cell_of(app, kind);
        app.send(Command::Select(Filter::Cell(cell)));
        let images: Vec<ImageId> = app.explorer().selection.images.iter().map(|s| s.image).collect();
        let mut found = 0;
        for image in images {
            app.send(Command::OpenImage(image));
            let boxes = names(app).into_iter().filter(|n| n.ends_with(", marked"));
            // A pair has two boxes, the rest one.
            let boxes = boxes.filter(|n| n.starts_with("truth") == (cell.truth.is_some())).count();
            let objects = if boxes == 1 { "object" } else { "objects" };
            assert!(names(app).contains(&format!("{boxes} marked {objects} in this image")), "{:?}", names(app));
            found += boxes;
        }
        assert_eq!(found as u64, count, "{cell:?}");
    }
}

#[test]
fn a_tile_opens_its_image_and_escape_leads_back() {
    let mut shown = shown();
    let app = &mut shown.app;
    app.send(Command::Go(Page::Images));
    app.shot("gallery");
    app.send(Command::SortBy(Sort::Name));
    let tile = starting(app, "image part-003.png").remove(0);
    app.click(&tile);
    assert_eq!(app.session().history.here().image, Some(ImageId(3)));
    assert!(names(app).contains(&"4 of 24".to_owned()));
    app.shot("viewer");
    app.press(Key::ArrowRight);
    assert_eq!(app.session().history.here().image, Some(ImageId(4)));
    assert!(names(app).contains(&"5 of 24".to_owned()));
    app.press(Key::ArrowLeft);
    app.press(Key::ArrowLeft);
    assert_eq!(app.session().history.here().image, Some(ImageId(2)));
    app.press(Key::Escape);
    assert_eq!(app.session().history.here().image, None);
    assert!(!starting(app, "image part-003.png").is_empty());
}

#[test]
fn space_flips_between_truth_and_predictions() {
    let mut shown = shown();
    let app = &mut shown.app;
    app.send(Command::OpenImage(ImageId(1)));
    let count = |app: &TestApp, what: &str| starting(app, what).len();
    let (truths, predictions) = (count(app, "truth "), count(app, "prediction "));
    assert!(truths > 0 && predictions > 0);
    for (expected_truths, expected_predictions) in [(truths, 0), (0, predictions), (truths, 0)] {
        app.press(Key::Space);
        assert_eq!((count(app, "truth "), count(app, "prediction ")), (expected_truths, expected_predictions));
    }
    app.press(Key::P);
    assert_eq!((count(app, "truth "), count(app, "prediction ")), (truths, predictions));
    app.press(Key::G);
    assert_eq!((count(app, "truth "), count(app, "prediction ")), (0, predictions));
    app.click("Ground truth");
    assert_eq!((count(app, "truth "), count(app, "prediction ")), (truths, predictions));
    let toggle = app.harness.get_by_role_and_label(egui::accesskit::Role::CheckBox, "Model predictions");
    assert_eq!(toggle.accesskit_node().toggled(), Some(egui::accesskit::Toggled::True));
}

#[test]
fn boxes_of_an_image_are_its_outcomes_and_follow_the_threshold() {
    let mut shown = shown();
    let app = &mut shown.app;
    app.send(Command::OpenImage(ImageId(5)));
    for t in [0.9, 0.5, 0.2, 0.0] {
        app.send(Command::SetThreshold(t));
        let explorer = app.explorer();
        let counts = explorer.matched.timeline.counts_of(ImageId(5), explorer.counter.cut());
        let ending = |what: &str, end: &str| starting(app, what).iter().filter(|n| n.ends_with(end)).count() as u64;
        assert_eq!(ending("truth ", ", correct"), counts.correct, "at {t}");
        assert_eq!(ending("prediction ", ", correct"), counts.correct, "at {t}");
        assert_eq!(ending("truth ", ", missed"), counts.missed, "at {t}");
        assert_eq!(ending("prediction ", ", false positive"), counts.false_positives, "at {t}");
    }
    app.send(Command::SetThreshold(0.9));
    let before = starting(app, "prediction ").len();
    app.click("Below threshold");
    let below = starting(app, "prediction ").iter().filter(|n| n.ends_with(", below the threshold")).count();
    assert!(below > 0);
    assert_eq!(starting(app, "prediction ").len(), before + below);
}

#[test]
fn a_missing_picture_leaves_a_placeholder_with_its_path_and_the_boxes() {
    let mut shown = shown();
    let app = &mut shown.app;
    let path = shown.folder.path().join("images/test/part-002.png");
    std::fs::remove_file(&path).unwrap();
    app.send(Command::Go(Page::Images));
    let tile = starting(app, "image part-002.png").remove(0);
    assert!(tile.ends_with("picture missing"), "{tile}");
    app.shot("gallery-missing");
    app.send(Command::OpenImage(ImageId(2)));
    assert!(names(app).contains(&format!("picture missing {}", path.display())), "{:?}", names(app));
    assert!(!starting(app, "truth ").is_empty());
    app.shot("viewer-missing");
}

#[test]
fn the_cross_takes_the_selection_away() {
    let mut shown = shown();
    let app = &mut shown.app;
    let (cell, _) = cell_of(app, OutcomeKind::Missed);
    app.send(Command::Select(Filter::Cell(cell)));
    app.shot("gallery-missed");
    app.click("Show all images");
    assert_eq!(app.explorer().selection.filter, Filter::All);
    assert!(names(app).contains(&"24 images".to_owned()));
}

#[test]
fn an_empty_selection_says_what_to_do() {
    let mut shown = shown();
    let app = &mut shown.app;
    let kind = OutcomeKind::FalsePositive;
    app.send(Command::Select(Filter::Segment { class: None, kind }));
    app.send(Command::SetThreshold(1.0));
    let title = starting(app, "Nothing is").remove(0);
    assert!(title.ends_with("at confidence ≥ 1.000"), "{title}");
    assert!(!starting(app, "Lower the threshold").is_empty());
    app.shot("gallery-empty");
}

#[test]
fn objects_are_shown_one_by_one() {
    let mut shown = shown();
    let app = &mut shown.app;
    let (cell, count) = cell_of(app, OutcomeKind::Missed);
    app.send(Command::Select(Filter::Cell(cell)));
    app.click("Show marked objects");
    let tiles: Vec<String> = starting(app, "image ").into_iter().filter(|t| t.contains(", object ")).collect();
    assert_eq!(tiles.len() as u64, count.min(tiles.len() as u64));
    assert!(!tiles.is_empty() && tiles.iter().all(|t| t.ends_with(", missed")), "{tiles:?}");
    app.shot("gallery-objects");
    app.click("Show whole images");
    assert!(starting(app, "image ").iter().all(|t| t.ends_with(" marked")));
}

#[test]
fn arrow_keys_walk_over_tiles_and_enter_opens() {
    let mut shown = shown();
    let app = &mut shown.app;
    app.send(Command::Go(Page::Images));
    app.send(Command::SortBy(Sort::Name));
    app.press(Key::ArrowRight);
    app.press(Key::ArrowRight);
    app.press(Key::ArrowRight);
    app.press(Key::ArrowLeft);
    app.press(Key::Enter);
    assert_eq!(app.session().history.here().image, Some(ImageId(1)));
    app.press(Key::Escape);
    app.press(Key::Escape);
    app.press(Key::End);
    app.press(Key::Enter);
    assert_eq!(app.session().history.here().image, Some(ImageId(23)));
}

#[test]
fn the_scroll_stays_while_the_slider_is_dragged() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = TestApp::new();
    show(&mut app, &Synthetic::new(400), folder.path());
    app.send(Command::Go(Page::Images));
    app.send(Command::SortBy(Sort::Name));
    let first = |app: &TestApp| starting(app, "image ").remove(0);
    let before = first(&app);
    let name = |tile: &str| tile.split(':').next().unwrap().to_owned();
    let mut at = name(&before);
    for _ in 0..20 {
        if at != name(&before) {
            break;
        }
        let tile = first(&app);
        app.harness.get_by_label(&tile).scroll_down();
        app.run();
        at = name(&first(&app));
    }
    assert_ne!(at, name(&before), "the wheel moves the gallery");
    for t in [0.7, 0.4, 0.55] {
        app.send(Command::SetThreshold(t));
        assert_eq!(name(&first(&app)), at);
    }
}

#[test]
fn zoom_goes_to_a_box_and_back() {
    let mut shown = shown();
    let app = &mut shown.app;
    app.send(Command::OpenImage(ImageId(5)));
    let zoom = |app: &TestApp| app.harness.get_by_label("Zoom to 100 %").accesskit_node().toggled();
    assert_eq!(zoom(app), Some(egui::accesskit::Toggled::False));
    let area = |app: &TestApp| {
        let truth = starting(app, "truth ").remove(0);
        app.harness.query_all_by_label(&truth).next().unwrap().rect().area()
    };
    let fitted = area(app);
    app.click("Zoom to 100 %");
    assert_eq!(zoom(app), Some(egui::accesskit::Toggled::True));
    assert!(area(app) < fitted);
    app.press(Key::F);
    assert!((area(app) - fitted).abs() < 1.0);
    let object = starting(app, "object 1 of ").remove(0);
    app.click(&object);
    assert_eq!(zoom(app), Some(egui::accesskit::Toggled::False));
    app.shot("viewer-zoomed");
    app.press(Key::Num1);
    assert_eq!(zoom(app), Some(egui::accesskit::Toggled::True));
}

#[test]
fn a_picture_of_another_size_is_said_to_be() {
    let mut shown = shown();
    let app = &mut shown.app;
    let path = shown.folder.path().join("images/test/part-004.png");
    let picture = image::open(&path).unwrap();
    picture.resize_exact(320, 240, image::imageops::FilterType::Nearest).save(&path).unwrap();
    app.send(Command::OpenImage(ImageId(4)));
    let said = starting(app, "The picture is 320 × 240, annotated as ");
    assert_eq!(said.len(), 1, "{:?}", names(app));
    app.shot("viewer-other-size");
}

#[test]
fn a_hundred_thousand_images_scroll_without_a_hitch() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = TestApp::new();
    show(&mut app, &Synthetic::new(100_000), folder.path());
    app.send(Command::Go(Page::Images));
    assert!(names(&app).contains(&"100,000 images".to_owned()));
    // 10 steps down; in the development profile a frame may take far longer than in a release.
    let started = Instant::now();
    for _ in 0..10 {
        let tile = starting(&app, "image ").remove(0);
        app.harness.get_by_label(&tile).scroll_down();
        app.harness.step();
    }
    let frame = started.elapsed() / 10;
    assert!(frame.as_millis() < 250, "{frame:?} a frame");
    assert!(starting(&app, "image ").len() < 100);
}
