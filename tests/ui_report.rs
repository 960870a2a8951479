//! The page Report: what it holds is chosen, its pages are looked at, it is written, and files that are in the way are asked about.

mod common;

use std::path::{Path, PathBuf};

use common::app::TestApp;
use egui_kittest::kittest::{NodeT, Queryable};
use evalens::model::fmt;
use evalens::report::sheet::{Block, Part};
use evalens::session::{Command, Page};
use evalens::ui::outside::Picked;

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name)
}

/// A window on the page, with its first report.
fn opened(folder: &str) -> TestApp {
    let mut app = TestApp::new();
    app.open(sample(folder));
    app.send(Command::Go(Page::Report));
    app.run();
    app
}

#[track_caller]
fn type_into(app: &mut TestApp, name: &str, text: &str) {
    app.harness.get_by_label(name).click();
    app.run();
    app.press_with(egui::Modifiers::COMMAND, egui::Key::A);
    app.harness.event(egui::Event::Text(text.to_owned()));
    app.run();
}

/// The parts of the last report.
fn parts(app: &TestApp) -> Vec<Part> {
    app.session().reporting.made.as_ref().unwrap().sheet.sections.iter().map(|section| section.part).collect()
}

#[test]
fn the_first_report_is_made_by_itself_and_shows_its_pages() {
    for folder in ["sample", "sample-classes", "sample-masks", "sample-texts"] {
        let mut app = opened(folder);
        let pages = app.session().reporting.made.as_ref().unwrap().pages.len();
        assert!(pages >= 3, "{folder}");
        assert!(app.sees(&format!("Page 1 of {pages}")), "{folder}: {:?}", app.names());
        assert!(app.session().reporting.drawn.as_ref().unwrap().2.is_ok(), "{folder}");
        assert!(parts(&app).contains(&Part::Headline) && parts(&app).contains(&Part::Protocol), "{folder}");
        app.shot(&format!("report-{folder}"));
    }
}

#[test]
fn its_numbers_are_those_on_screen() {
    let mut app = opened("sample");
    app.send(Command::SetThreshold(0.7));
    assert!(app.sees("The preview shows what was chosen before"));
    app.click("Update preview");
    let counts = app.explorer().counter.totals();
    let made = app.session().reporting.made.clone().unwrap();
    assert_eq!(made.threshold, 0.7);
    let headline = made.sheet.sections.iter().find(|section| section.part == Part::Headline).unwrap();
    let tiles: Vec<_> =
        headline.blocks.iter().filter_map(|b| if let Block::Tiles(t) = b { Some(t) } else { None }).collect();
    for (label, rate) in [("Precision", counts.precision()), ("Recall", counts.recall()), ("F1", counts.f1())] {
        let tile = tiles.iter().flat_map(|tiles| tiles.iter()).find(|tile| tile.label == label).unwrap();
        assert_eq!(tile.value, fmt::rate(rate), "{label}");
        assert!(app.sees(&format!("{label} {}", tile.value)), "{label} on screen");
    }
    let document: serde_json::Value = serde_json::from_str(&made.evaluation_json).unwrap();
    assert_eq!(document["summary"]["correct"], counts.correct);
    assert_eq!(document["settings"]["confidence"], 0.7);
}

#[test]
fn what_is_chosen_is_what_it_holds() {
    let mut app = opened("sample");
    app.click("None");
    assert!(app.harness.get_by_label("Update preview").accesskit_node().is_disabled(), "nothing to show");
    app.click("Confusion matrix");
    app.click("How it was computed");
    type_into(&mut app, "Title of the report", "Bolts & <nuts>");
    type_into(&mut app, "Notes of the report", "Made for the *meeting*");
    app.click("Update preview");
    assert_eq!(parts(&app), [Part::Matrix, Part::Protocol]);
    let made = app.session().reporting.made.clone().unwrap();
    assert_eq!((made.sheet.title.as_str(), made.sheet.notes.as_str()), ("Bolts & <nuts>", "Made for the *meeting*"));
    assert!(app.harness.get_by_label("Update preview").accesskit_node().is_disabled(), "it is shown");
    app.click("All");
    app.click("Update preview");
    assert!(parts(&app).len() > 8, "{:?}", parts(&app));
}

#[test]
fn another_model_is_compared_with() {
    let mut app = opened("sample");
    assert!(!parts(&app).contains(&Part::Comparison));
    app.click("Model to compare with");
    app.click("contour-detector@v1");
    app.click("Update preview");
    assert!(parts(&app).contains(&Part::Comparison));
}

#[test]
fn it_is_written_and_files_in_the_way_are_asked_about() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("report");
    let mut app = opened("sample");
    type_into(&mut app, "Folder of the report", &target.display().to_string());
    app.click("Write report");
    let html = std::fs::read_to_string(target.join("report.html")).unwrap();
    assert!(html.contains("contour-detector"));
    for name in ["report.pdf", "evaluation.json", "figures/matrix.svg", "figures/matrix.png", "tables/matrix.csv"] {
        assert!(target.join(name).is_file(), "{name}");
    }
    assert!(app.sees("Open report") && app.sees("Open its folder"));
    // Somebody else's words stand there now.
    std::fs::write(target.join("report.html"), "mine").unwrap();
    app.click("Write report");
    assert_eq!(std::fs::read_to_string(target.join("report.html")).unwrap(), "mine");
    app.shot("report-asks");
    app.click("Keep them");
    assert!(!app.sees("Replace them"));
    assert_eq!(std::fs::read_to_string(target.join("report.html")).unwrap(), "mine");
    app.click("Write report");
    app.click("Replace them");
    assert_eq!(std::fs::read_to_string(target.join("report.html")).unwrap(), html);
}

#[test]
fn folder_and_logo_are_chosen_in_dialogs() {
    let folder = tempfile::tempdir().unwrap();
    let logo = folder.path().join("logo.png");
    image::RgbaImage::from_pixel(40, 20, image::Rgba([200, 30, 30, 255])).save(&logo).unwrap();
    let mut app = opened("sample");
    *app.dialogs.answer.borrow_mut() = Some(Picked::File(logo));
    app.click("Choose logo …");
    *app.dialogs.answer.borrow_mut() = Some(Picked::Folder(folder.path().join("new")));
    app.click("Choose folder …");
    app.click("Update preview");
    let made = app.session().reporting.made.clone().unwrap();
    let logo = made.sheet.logo.clone().unwrap();
    assert_eq!((logo.width, logo.height), (40, 20));
    app.click("Write report");
    assert!(folder.path().join("new/report.pdf").is_file());
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let mut app = opened("sample");
    type_into(&mut app, "Folder of the report", &file.join("below").display().to_string());
    app.click("Write report");
    let told = app.session().notices.iter().any(|notice| notice.is_error && notice.text.contains("file"));
    assert!(told, "{:?}", app.session().notices);
    assert!(app.session().reporting.written.is_none());
}
