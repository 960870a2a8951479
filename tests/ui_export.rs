//! Saving and copying what is on screen, by accessible names.

mod common;

use std::path::Path;

use common::app::TestApp;
use common::synthetic::Synthetic;
use egui_kittest::kittest::Queryable;
use evalens::model::fmt;
use evalens::report::palette::Palette;
use evalens::session::{Command, Page};
use evalens::ui::outside::Picked;
use evalens::ui::panes::Pane;

fn has(app: &TestApp, part: &str) -> bool {
    app.harness.query_all_by_label_contains(part).next().is_some()
}

fn open(app: &mut TestApp, menu: &str, entry: &str) {
    app.click(menu);
    app.click(entry);
}

/// Saves what is in the card into a folder; the file.
fn save(app: &mut TestApp, folder: &Path, name: &str) -> String {
    app.dialogs.answer.replace(Some(Picked::Folder(folder.to_owned())));
    app.click("Save");
    let file = folder.join(name);
    assert!(app.sees(&format!("Saved {}", file.display())), "{:?}", app.names());
    std::fs::read_to_string(file).unwrap()
}

#[test]
fn numbers_follow_the_slider_into_every_format() {
    let dir = tempfile::tempdir().unwrap();
    let mut app = TestApp::evaluated();
    app.send(Command::SetThreshold(0.62));
    let counts = app.explorer().counter.totals();
    let expected = [counts.precision(), counts.recall(), counts.f1()].map(fmt::rate);

    open(&mut app, "Production metrics menu", "Save image …");
    assert!(has(&app, "1440 × "), "{:?}", app.names());
    app.shot("save-image");
    app.click("SVG");
    let svg = save(&mut app, dir.path(), "finder-v2-production.svg");
    let [precision, recall, f1] = &expected;
    for words in
        [format!(">Precision {precision}<"), format!(">Recall {recall}<"), format!(">F1 {f1}<"), ">0.620<".to_owned()]
    {
        assert!(svg.contains(&words), "no {words}");
    }

    open(&mut app, "Performance by class menu", "Save data …");
    let csv = save(&mut app, dir.path(), "finder-v2-classes.csv");
    let of_class = app.explorer().counter.classes()[0];
    let line = csv.lines().nth(1).unwrap();
    assert!(line.contains(&format!(",{},{},", of_class.support(), of_class.correct)), "{line}");
    assert_eq!(csv.lines().count(), 1 + app.explorer().dataset().classes.len());

    open(&mut app, "Performance by class menu", "Save data …");
    app.click("JSON");
    let json = save(&mut app, dir.path(), "finder-v2-classes.json");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["correct"], of_class.correct);
    assert_eq!(json[0]["precision"].as_f64(), of_class.precision());
}

#[test]
fn pictures_are_as_large_as_the_card_says() {
    let dir = tempfile::tempdir().unwrap();
    let mut app = TestApp::evaluated();
    open(&mut app, "Confusion matrix menu", "Save image …");
    app.click("Scale 3×");
    let figure = evalens::ui::export::pane(app.session(), Pane::Matrix)
        .unwrap()
        .make(&Palette::default())
        .unwrap()
        .titled(&Palette::default());
    let words = format!("{} × {} pixels", (3.0 * figure.width).ceil(), (3.0 * figure.height).ceil());
    assert!(has(&app, &words), "no {words}");
    app.dialogs.answer.replace(Some(Picked::Folder(dir.path().to_owned())));
    app.click("Save");
    let picture = image::open(dir.path().join("finder-v2-matrix.png")).unwrap();
    assert_eq!(format!("{} × {} pixels", picture.width(), picture.height()), words);
}

#[test]
fn a_typed_path_asks_before_it_replaces() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("mine.csv");
    std::fs::write(&file, "mine").unwrap();
    let mut app = TestApp::evaluated();
    let typed = |app: &mut TestApp| {
        open(app, "Recommendations menu", "Save data …");
        app.click("File name");
        app.press_with(egui::Modifiers::COMMAND, egui::Key::A);
        app.harness.get_by_label("File name").type_text(&file.to_string_lossy());
        app.run();
        app.click("Save");
    };
    typed(&mut app);
    assert!(has(&app, "is there already"), "{:?}", app.names());
    app.click("Cancel");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    typed(&mut app);
    app.click("Replace it");
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("kind,severity,title,sentence,"));
    assert!(!app.sees("Save"), "the card is closed");
}

#[test]
fn a_picture_and_a_table_go_to_the_clipboard() {
    let mut app = TestApp::evaluated();
    let copied = |app: &mut TestApp, menu: &str, entry: &str| {
        app.click(menu);
        app.harness.get_by_label(entry).click();
        for _ in 0..5 {
            app.harness.step();
            let commands = &app.harness.output().platform_output.commands;
            if let Some(command) = commands.first() {
                return command.clone();
            }
        }
        panic!("nothing was copied")
    };
    let egui::OutputCommand::CopyImage(image) = copied(&mut app, "Production metrics menu", "Copy image") else {
        panic!("no picture")
    };
    assert_eq!(image.size[0], 1440, "two pixels a point");
    app.run();
    app.send(Command::Go(Page::Curves));
    let egui::OutputCommand::CopyText(text) = copied(&mut app, "Precision and recall menu", "Copy data") else {
        panic!("no text")
    };
    assert!(text.starts_with("class,recall,precision\nmean of all classes,0,"), "{text}");
}

#[test]
fn the_leaderboard_and_a_class_alone() {
    let dir = tempfile::tempdir().unwrap();
    Synthetic::new(12).write(&dir.path().join("bench"));
    let mut app = TestApp::new();
    app.open(dir.path().join("bench"));
    app.send(Command::CalculateAll);
    app.send(Command::Go(Page::Leaderboard));
    open(&mut app, "Save …", "Save data …");
    let csv = save(&mut app, dir.path(), "leaderboard.csv");
    assert!(
        csv.starts_with("rank,project,model,version,type,evaluation_dataset,training_dataset,task,roc_auc,f1,"),
        "{csv}"
    );
    assert_eq!(csv.lines().count(), 3, "{csv}");
}
