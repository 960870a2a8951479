//! Every page hands out what it shows: by accessible names, and the files hold the numbers on screen.

mod common;

use common::app::TestApp;
use common::export::{read, saved, shown};
use evalens::model::ImageId;
use evalens::session::comparing::At;
use evalens::session::errors::{Tab, slices};
use evalens::session::{Command, Page};

#[test]
fn kinds_worst_items_and_slices_hand_out_their_numbers() {
    let out = tempfile::tempdir().unwrap();
    let mut app = TestApp::evaluated();
    app.click("Errors");
    app.shot("save-errors");
    let found = app.session().errors.kinds.found.clone().unwrap();
    let title = if app.sees("Error types menu") { "Error types menu" } else { "Largest confusions menu" };
    let csv = read(&saved(&mut app, out.path(), (title, "Save data …"), true));
    for kind in &found.kinds {
        assert!(csv.contains(&format!(",{},{},", kind.count, kind.share)), "{csv}");
    }
    let csv = read(&saved(&mut app, out.path(), ("Worst items menu", "Save data …"), true));
    assert_eq!(csv.lines().count(), found.worst.len() + 1);
    app.send(Command::ShowErrors(Tab::Slices));
    app.send(Command::Slices(slices::Ask::Open));
    let counted = app.session().errors.slices.counted.clone().unwrap();
    let csv = read(&saved(&mut app, out.path(), ("Slices chart menu", "Save data …"), true));
    assert_eq!(csv.lines().count(), counted.bins[0].len() + 1);
    for tally in &counted.bins[0] {
        assert!(csv.contains(&format!(",{},{},", tally.subjects, tally.counts.correct)), "{csv}");
    }
    let png = saved(&mut app, out.path(), ("Slices table menu", "Save image …"), true);
    assert!(image::open(png).unwrap().width() > 400);
}

#[test]
fn protocols_and_the_surface_hand_out_their_numbers() {
    let out = tempfile::tempdir().unwrap();
    let mut app = TestApp::evaluated();
    app.send(Command::ShowErrors(Tab::Protocols));
    let csv = read(&saved(&mut app, out.path(), ("Protocols menu", "Save data …"), true));
    let f1 = app.explorer().counter.totals().f1().unwrap();
    assert!(csv.contains(&format!(",{f1},")), "{f1} in {csv}");
    app.click("Changes menu");
    assert!(app.sees("Save image …") && app.sees("Copy data"));
}

/// The picture of the image view has the size of its file, and the colour of a box where its edge lies.
#[test]
fn the_image_view_saves_its_picture_with_what_lies_over_it() {
    let out = tempfile::tempdir().unwrap();
    let (_folder, mut app) = shown();
    app.send(Command::Go(Page::Images));
    app.send(Command::OpenImage(ImageId(0)));
    app.shot("save-picture");
    let png = saved(&mut app, out.path(), ("Save picture", "Save image …"), false);
    let with = image::open(&png).unwrap().to_rgb8();
    std::fs::remove_file(png).unwrap();
    let path = app.explorer().dataset().images[0].path.clone().unwrap();
    let original = image::open(path).unwrap().to_rgb8();
    assert_eq!(with.dimensions(), original.dimensions());
    let changed = |picture: &image::RgbImage| {
        picture
            .pixels()
            .zip(original.pixels())
            .filter(|(a, b)| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > 40))
            .count()
    };
    let boxes = changed(&with);
    assert!(boxes > 100, "{boxes}");
    // Without truth, predictions and labels nothing lies over it.
    app.press(egui::Key::G);
    app.press(egui::Key::P);
    let png = saved(&mut app, out.path(), ("Save picture", "Save image …"), false);
    assert_eq!(changed(&image::open(png).unwrap().to_rgb8()), 0);
}

#[test]
fn the_selection_is_a_contact_sheet_and_a_list() {
    let out = tempfile::tempdir().unwrap();
    let (_folder, mut app) = shown();
    app.send(Command::Go(Page::Images));
    let csv = read(&saved(&mut app, out.path(), ("Save contact sheet", "Save data …"), true));
    let selection = &app.explorer().selection.images;
    assert_eq!(csv.lines().count(), selection.len() + 1);
    let first = &selection[0];
    let image = &app.explorer().dataset().images[first.image.index()];
    let counts = first.counts;
    let line = format!(
        "{},{},{},{},{},{}",
        image.name,
        image.path.as_ref().unwrap().display(),
        counts.correct,
        counts.misclassified,
        counts.missed,
        counts.false_positives
    );
    assert_eq!(csv.lines().nth(1), Some(line.as_str()));
    let png = saved(&mut app, out.path(), ("Save contact sheet", "Save image …"), true);
    // Four columns of 240 points, 14 between them, 16 around, at two pixels a point.
    assert_eq!(image::open(png).unwrap().width(), 2 * (4 * 240 + 3 * 14 + 2 * 16));
}

#[test]
fn nothing_to_compare_offers_nothing() {
    let mut app = TestApp::evaluated();
    app.send(Command::Go(Page::Compare));
    assert!(!app.sees("Comparison menu"));
    app.send(Command::Compare(Vec::new(), At::Optimum));
    assert!(!app.sees("Matrices menu"));
}
