//! The confusion matrix and the recommendations in the window, by accessible names.

mod common;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::app::{Setup, TestApp};
use common::synthetic::{CLASSES, Synthetic};
use egui_kittest::kittest::{NodeT, Queryable};
use evalens::analysis::Filter;
use evalens::metrics::{Cell, DetectionSettings, Evaluation, OutcomeKind, Sections};
use evalens::model::project::Choice;
use evalens::model::{
    BBox, ClassId, ClassTable, DatasetBuilder, Image, ImageId, ModelIdentity, NewTruth, NoProgress, PredictionsBuilder,
};
use evalens::session::load::Loaded;
use evalens::session::{Command, Page};
use evalens::store::settings::ThemeChoice;

const MATRIX: &str = "confusion matrix: 5 rows, 5 columns";

/// The names that the cells of the evaluation on screen must have, and how many objects they hold.
fn expected(app: &TestApp) -> Vec<(String, Cell, u64)> {
    let explorer = app.explorer();
    let cells = explorer.matched.timeline.cells().iter().zip(explorer.counter.cells());
    let name = |cell: &Cell, n: u64| {
        let (truth, predicted) = (explorer.class_name(cell.truth), explorer.class_name(cell.predicted));
        format!("truth {truth}, predicted {predicted}: {n}")
    };
    cells.filter(|(_, n)| **n > 0).map(|(cell, &n)| (name(cell, n), *cell, n)).collect()
}

fn cell_names(app: &TestApp) -> Vec<String> {
    app.names().into_iter().filter(|n| n.starts_with("truth ") && n.contains(", predicted ")).collect()
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
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

#[test]
fn cells_are_named_and_their_numbers_are_the_counters() {
    let mut app = TestApp::evaluated();
    for threshold in [None, Some(0.05), Some(0.6), Some(0.97)] {
        if let Some(t) = threshold {
            app.send(Command::SetThreshold(t));
        }
        let names: Vec<String> = expected(&app).into_iter().map(|(name, ..)| name).collect();
        assert!(!names.is_empty());
        assert_eq!(sorted(cell_names(&app)), sorted(names), "at {threshold:?}");
        let shown = painted(&app);
        for (_, _, n) in expected(&app) {
            assert!(shown.contains(&n.to_string()), "{n} is not painted");
        }
    }
}

#[test]
fn a_click_on_a_cell_shows_exactly_its_objects() {
    let cells = expected(&TestApp::evaluated());
    for (name, cell, n) in cells {
        let mut app = TestApp::evaluated();
        app.click(&name);
        assert_eq!(app.session().page(), Page::Images);
        let selection = &app.explorer().selection;
        assert_eq!(selection.filter, Filter::Cell(cell));
        assert_eq!(selection.outcomes.len(), n as usize, "{name}");
        assert_eq!(selection.images.iter().map(|i| u64::from(i.marked)).sum::<u64>(), n);
    }
}

#[test]
fn a_screen_reader_opens_a_cell_too() {
    let mut app = TestApp::evaluated();
    let (name, cell, _) = expected(&app).remove(0);
    app.harness.get_by_label(&name).click_accesskit();
    app.run();
    assert_eq!(app.explorer().selection.filter, Filter::Cell(cell));
}

#[test]
fn arrow_keys_walk_and_enter_opens() {
    let mut app = TestApp::evaluated();
    app.harness.get_by_label(MATRIX).focus();
    app.run();
    // From the first cell (bolt, bolt) down and right: (nut, nut).
    app.press(egui::Key::ArrowDown);
    app.press(egui::Key::ArrowRight);
    let nuts = app.explorer().counter.classes()[1].correct;
    let at = evalens::model::fmt::threshold(app.explorer().threshold.value);
    assert!(app.sees(&format!("{nuts} nut were found correctly at confidence ≥ {at}")));
    app.shot("matrix-focus");
    app.press(egui::Key::Enter);
    let nut = Some(ClassId(1));
    assert_eq!(app.explorer().selection.filter, Filter::Cell(Cell::new(nut, nut)));
}

#[test]
fn names_of_rows_and_columns_show_their_sums() {
    let mut app = TestApp::evaluated();
    let rows = |app: &TestApp, class: usize| app.explorer().counter.classes()[class];
    let row = format!("truth screw: {}", rows(&app, 3).support());
    app.click(&row);
    assert_eq!(app.explorer().selection.outcomes.len() as u64, rows(&app, 3).support());
    app.send(Command::Back);
    let column = format!("predicted nut: {}", rows(&app, 1).predicted());
    app.click(&column);
    assert_eq!(app.explorer().selection.outcomes.len() as u64, rows(&app, 1).predicted());
    app.send(Command::Back);
    let missed = app.explorer().counter.totals().missed;
    app.click(&format!("predicted background: {missed}"));
    assert_eq!(
        app.explorer().selection.filter,
        Filter::Segment { class: None, kind: OutcomeKind::Missed },
        "the column of the background holds the missed"
    );
    assert_eq!(app.explorer().selection.outcomes.len() as u64, missed);
}

#[test]
fn the_hover_card_says_it_in_words_beside_the_cell() {
    let mut app = TestApp::evaluated();
    let (name, cell, n) =
        expected(&app).into_iter().find(|(_, c, _)| c.kind() == Some(OutcomeKind::Misclassified)).unwrap();
    app.harness.get_by_label(&name).hover();
    app.run();
    let explorer = app.explorer();
    let (truth, predicted) = (explorer.class_name(cell.truth), explorer.class_name(cell.predicted));
    let at = evalens::model::fmt::threshold(explorer.threshold.value);
    let words = format!("{n} {truth} were taken for {predicted} at confidence ≥ {at}");
    assert!(app.sees(&words), "{words:?} is not among {:?}", app.names());
    assert!(app.sees("click shows them"));
    let card = app.harness.get_by_label(&words).rect();
    assert!(!card.intersects(app.harness.get_by_label(&name).rect().shrink(1.0)), "the card covers its cell");
    app.shot("matrix-hover");
}

#[test]
fn shares_are_of_the_row_and_of_the_column() {
    let mut app = TestApp::evaluated();
    let bolt = app.explorer().counter.classes()[0];
    let of_row = evalens::model::fmt::percent(bolt.recall());
    let of_column = evalens::model::fmt::percent(bolt.precision());
    choose(&mut app, "Matrix shows", "Row-normalised");
    assert!(painted(&app).contains(&of_row), "{of_row} is not painted");
    choose(&mut app, "Matrix shows", "Column-normalised");
    assert!(painted(&app).contains(&of_column), "{of_column} is not painted");
    assert_eq!(cell_names(&app).len(), expected(&app).len(), "names say counts at every scale");
}

/// Picks an entry of a drop-down list.
fn choose(app: &mut TestApp, list: &str, entry: &str) {
    app.click(list);
    app.click(entry);
}

/// Classes from top to bottom.
fn rows(app: &TestApp) -> Vec<String> {
    let top = |name: &String| app.harness.get_by_label(name).rect().top();
    let labels = app.names().into_iter().filter(|n| n.starts_with("truth ") && !n.contains(", "));
    let mut labels: Vec<String> = labels.collect();
    labels.sort_by(|a, b| top(a).total_cmp(&top(b)));
    labels.iter().map(|l| l.trim_start_matches("truth ").split(':').next().unwrap().to_owned()).collect()
}

#[test]
fn the_order_is_the_persons_and_never_jumps_under_a_finger() {
    let mut app = TestApp::evaluated();
    assert_eq!(rows(&app), ["bolt", "nut", "washer", "screw", "background"]);
    choose(&mut app, "Order of classes", "Name");
    assert_eq!(rows(&app), ["bolt", "nut", "screw", "washer", "background"]);
    choose(&mut app, "Order of classes", "Support");
    let support = app.explorer().matched.timeline.support().to_vec();
    let mut by_support: Vec<usize> = (0..4).collect();
    by_support.sort_by_key(|&c| std::cmp::Reverse(support[c]));
    let names: Vec<&str> = by_support.iter().map(|&c| CLASSES[c]).chain(["background"]).collect();
    assert_eq!(rows(&app), names);

    choose(&mut app, "Order of classes", "Diagonal strength");
    let strongest = |app: &TestApp| {
        let counts = app.explorer().counter.classes().to_vec();
        let mut by: Vec<usize> = (0..4).collect();
        by.sort_by(|&a, &b| counts[b].recall().unwrap().total_cmp(&counts[a].recall().unwrap()));
        by.iter().map(|&c| CLASSES[c].to_owned()).chain(["background".to_owned()]).collect::<Vec<_>>()
    };
    let before = rows(&app);
    assert_eq!(before, strongest(&app));
    let other = (1..99).map(|t| f64::from(t) / 100.0).find(|&t| {
        app.harness.state_mut().session_mut().apply(Command::SetThreshold(t), Instant::now());
        strongest(&app) != before
    });
    assert!(other.is_some(), "some threshold orders the classes in another way");
    app.run();
    assert_eq!(rows(&app), before, "while the threshold moves");
    app.send(Command::SettleNow);
    assert_eq!(rows(&app), strongest(&app), "once it rests");
}

#[test]
fn transposing_puts_predictions_in_rows() {
    let mut app = TestApp::evaluated();
    let (name, ..) = expected(&app).into_iter().find(|(_, c, _)| c.kind() == Some(OutcomeKind::Missed)).unwrap();
    let before = app.harness.get_by_label(&name).rect().center();
    app.click("Transpose");
    let after = app.harness.get_by_label(&name).rect().center();
    assert!(after.y > before.y && after.x < before.x, "{before:?} {after:?}");
    assert_eq!(cell_names(&app).len(), expected(&app).len());
}

#[test]
fn the_search_shows_a_class_and_what_it_is_confused_with() {
    let mut app = TestApp::evaluated();
    app.harness.get_by_label("Find class in the matrix").focus();
    app.run();
    app.harness.get_by_label("Find class in the matrix").type_text("NUT");
    app.run();
    let nut = Some(ClassId(1));
    let with_nut = expected(&app).into_iter().filter(|(_, c, _)| c.truth == nut || c.predicted == nut);
    for (name, ..) in with_nut {
        assert!(app.sees(&name), "{name} is not among {:?}", app.names());
    }
    app.shot("matrix-search");
    app.harness.get_by_label("Find class in the matrix").type_text(" of steel");
    app.run();
    assert!(app.sees("No class is called “NUT of steel”"), "{:?}", app.names());
}

fn group<'a>(app: &'a TestApp, title: &'a str) -> egui_kittest::Node<'a> {
    app.harness.get_by_role_and_label(egui::accesskit::Role::Group, title)
}

#[test]
fn a_recommendation_is_a_group_with_its_images() {
    let mut app = TestApp::evaluated();
    let cards = Arc::clone(&app.explorer().recommendations);
    assert!(cards.len() >= 3, "{cards:#?}");
    for (number, card) in cards.iter().enumerate().take(3) {
        let mut app = TestApp::evaluated();
        let group = group(&app, &card.title);
        let inside: Vec<_> = group.children_recursive().filter_map(|n| n.accesskit_node().label()).collect();
        assert!(inside.contains(&"Show images".to_owned()), "{inside:?}");
        group.get_by_label("Show images").click();
        app.run();
        assert_eq!(app.explorer().selection.filter, card.filter, "card {number}");
        assert_eq!(app.session().page(), Page::Images);
    }
    let rule = &cards[0].rule;
    assert!(!app.sees(rule));
    group(&app, &cards[0].title).get_by_label("Why").click();
    app.run();
    assert!(app.sees(rule), "the rule in words, on demand");
    app.shot("recommendations-why");
}

#[test]
fn cards_stay_while_the_threshold_moves_and_say_so() {
    let mut app = TestApp::evaluated();
    let cards = Arc::clone(&app.explorer().recommendations);
    let first = group(&app, &cards[0].title).rect();
    let at = evalens::model::fmt::threshold(app.explorer().threshold.value);
    app.send(Command::SetThreshold(0.05));
    let words = format!("settling … choice and order are for confidence ≥ {at}");
    assert!(app.sees(&words), "{:?}", app.names());
    assert_eq!(group(&app, &cards[0].title).rect(), first, "nothing moves");
    app.send(Command::SettleNow);
    assert!(!app.sees(&words));
    let raise = app.explorer().recommendations.iter().find(|r| r.threshold.is_some()).cloned().unwrap();
    let best = app.explorer().matched.optima.pooled.unwrap();
    app.click(&format!("Use {}", evalens::model::fmt::threshold(best)));
    assert_eq!(raise.threshold, Some(best));
    assert!(app.explorer().threshold.optimal);
}

/// A detector of 1,200 classes that confuses each with a few others.
fn many_classes() -> Loaded {
    const N: u32 = 1200;
    let image =
        |i: u32| Image { source_id: i.into(), name: format!("{i}.jpg"), width: 640, height: 480, ..Image::default() };
    let place = |i: u32| BBox::new(f64::from(i % 8) * 70.0, f64::from(i / 8 % 6) * 70.0, 50.0, 50.0);
    let mut builder = DatasetBuilder {
        classes: ClassTable::from_names((0..N).map(|c| format!("class {c:04}"))),
        splits: vec!["test".into()],
        images: (0..1000).map(image).collect(),
        ..DatasetBuilder::default()
    };
    let mut predictions = PredictionsBuilder::default();
    for i in 0..40_000_u32 {
        let class = i.wrapping_mul(2_654_435_761) >> 8;
        let (class, image) = (class % N, i / 40);
        let bbox = place(i % 48);
        let truth = NewTruth { image: image as usize, class: ClassId(class), bbox, area: bbox.area(), ignored: false };
        builder.truths.push(truth);
        let predicted = if i % 3 == 0 { (class + i % 41 * 7) % N } else { class };
        let score = f64::from(i.wrapping_mul(40_503) % 10_000) / 10_000.0;
        predictions.push(ImageId(image), ClassId(predicted), bbox, score);
    }
    let dataset = builder.build();
    let predictions = predictions.build(ModelIdentity::default(), dataset.images.len());
    let sections = Sections { coco: false, tide: false, timeline: true };
    let evaluation = Evaluation::of_objects(
        Arc::new(dataset),
        Arc::new(predictions),
        DetectionSettings::default(),
        sections,
        &NoProgress,
    )
    .unwrap();
    evaluation.matched.as_ref().unwrap().timeline.prepare();
    Loaded {
        choice: Choice { model: 1, dataset: 0, splits: vec!["test".into()] },
        evaluation,
        findings: Vec::new(),
        mappings: Vec::new(),
        inputs: Vec::new(),
        fingerprint: Vec::new(),
        took: Duration::from_millis(80),
    }
}

#[test]
fn twelve_hundred_classes_stay_smooth() {
    let mut app = TestApp::new();
    let project = Synthetic::new(2).project(Path::new("/workbench"));
    app.harness.state_mut().session_mut().show(project, many_classes());
    app.run();
    app.shot("matrix-1200");
    assert!(cell_names(&app).is_empty(), "cells of a third of a pixel have no names");
    let started = Instant::now();
    for step in 0..100 {
        app.harness.state_mut().send(Command::SetThreshold(0.2 + f64::from(step) * 0.005));
        app.harness.step();
    }
    let each = started.elapsed() / 100;
    println!("a frame of a drag over 1,200 classes: {each:?}");
    assert!(each < Duration::from_millis(120), "{each:?} a frame in the test profile");

    // Zooming in at the pointer ends at cells with numbers and names, at most 500 of them.
    let centre = app.harness.get_by_label("confusion matrix: 1201 rows, 1201 columns").rect().center();
    app.harness.hover_at(centre);
    for _ in 0..40 {
        app.harness.event(egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: egui::vec2(0.0, 100.0),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Wheel,
            modifiers: egui::Modifiers::NONE,
        });
        app.harness.step();
    }
    app.run();
    let names = cell_names(&app);
    assert!(!names.is_empty() && names.len() <= 500, "{} names", names.len());
    app.shot("matrix-1200-zoomed");
    app.press(egui::Key::F);
    assert!(cell_names(&app).is_empty(), "F shows everything again");
}

#[test]
fn both_themes() {
    for (name, theme) in [("matrix-dark", ThemeChoice::Dark), ("matrix-light", ThemeChoice::Light)] {
        let mut app = TestApp::with(Setup { theme, ..Setup::default() });
        app.show(&Synthetic::new(24));
        assert_eq!(cell_names(&app).len(), expected(&app).len());
        app.shot(name);
    }
}

/// A folder of the shared data; `None`, said aloud, where it is not there.
fn data(name: &str) -> Option<std::path::PathBuf> {
    let root = std::env::var_os("EVALENS_DATA").map_or_else(|| "../shared/data".into(), std::path::PathBuf::from);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(root).join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("{} is not there; this test rests on the synthetic project", folder.display());
    None
}

#[test]
fn real_matrices_are_named_as_they_are_counted() {
    for (name, theme) in
        [("bccd", ThemeChoice::Dark), ("bccd", ThemeChoice::Light), ("coco-val2017-tiny", ThemeChoice::Dark)]
    {
        let Some(folder) = data(name) else { continue };
        let mut app = TestApp::with(Setup { theme, ..Setup::default() });
        app.open(folder);
        let all: Vec<String> = expected(&app).into_iter().map(|(name, ..)| name).collect();
        for shown in cell_names(&app) {
            assert!(all.contains(&shown), "{shown} is not counted");
        }
        if name == "bccd" {
            assert_eq!(cell_names(&app).len(), all.len());
        }
        app.shot(&format!("real-{name}-{theme:?}"));
        app.harness.state_mut().send(Command::SetThreshold(0.2));
        app.send(Command::SettleNow);
        app.shot(&format!("real-{name}-{theme:?}-low"));
    }
}
