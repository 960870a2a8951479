//! Pages whose numbers are counted anew, held against what their files say; colours that a person chose; the whole window.

mod common;

use std::path::Path;

use common::app::{Setup, TestApp};
use common::export::{read, saved_as, shown, table};
use common::quiz;
use common::sides::with_vectors;
use common::synthetic::Synthetic;
use egui_kittest::kittest::Queryable;
use evalens::analysis::Filter;
use evalens::metrics::OutcomeKind;
use evalens::model::{ClassId, ImageId, fmt};
use evalens::session::{Command, Page};
use evalens::store::settings::{PaletteChoice, Preferences};
use evalens::ui::outside::Picked;

fn has(app: &TestApp, part: &str) -> bool {
    app.harness.query_all_by_label_contains(part).next().is_some()
}

/// The surface is what the slider counts at each of its confidences.
#[test]
fn the_surface_says_what_the_slider_counts() {
    let out = tempfile::tempdir().unwrap();
    let mut app = TestApp::evaluated();
    app.send(Command::Go(Page::Thresholds));
    app.click("IoU and confidence");
    let surface = table(&mut app, out.path(), "Surface menu");
    let at_half: Vec<_> = surface.rows.iter().filter(|row| surface.number(row, "iou") == Some(0.5)).cloned().collect();
    assert!(at_half.len() > 10, "{}", at_half.len());
    assert_eq!(surface.rows.len(), 14 * at_half.len());
    for row in at_half.iter().step_by(at_half.len() / 5) {
        app.send(Command::SetThreshold(surface.number(row, "confidence").unwrap()));
        let counts = app.explorer().counter.totals();
        assert_eq!(surface.cell(row, "correct"), counts.correct.to_string(), "{row:?}");
        assert_eq!(surface.number(row, "f1"), counts.f1());
        assert_eq!(surface.number(row, "precision"), counts.precision());
        assert_eq!(surface.number(row, "recall"), counts.recall());
    }
    let svg = read(&saved_as(&mut app, out.path(), "Surface menu", "SVG"));
    let now = fmt::rate(app.explorer().counter.totals().f1());
    assert!(svg.contains(&format!(">now {now}<")), "no {now}");
}

/// Three splits of 8 are all right, two have one of the two mistakes: 1, 1, 1, 7/8, 7/8; std √(0.01875 / 5).
#[test]
fn a_cross_validation_hands_out_its_splits() {
    let out = tempfile::tempdir().unwrap();
    let (_dir, root) = with_vectors();
    let mut app = TestApp::new();
    app.open(root);
    app.click("Cross-validate embeddings");
    app.click("Start cross-validation");
    assert!(app.sees("Mean Accuracy 0.950 ± 0.061"), "{:?}", app.names());
    let splits = table(&mut app, out.path(), "Cross-validation menu");
    assert_eq!(splits.rows.len(), 7, "five splits, mean, deviation");
    let mut accuracies: Vec<f64> = splits.rows[..5].iter().map(|row| splits.number(row, "accuracy").unwrap()).collect();
    accuracies.sort_by(f64::total_cmp);
    assert_eq!(accuracies, [0.875, 0.875, 1.0, 1.0, 1.0]);
    let of = |name: &str| splits.number(splits.row("split", name), "accuracy").unwrap();
    assert!((of("mean") - 0.95).abs() < 1e-12);
    assert!((of("standard deviation") - (0.018_75_f64 / 5.0).sqrt()).abs() < 1e-12);
    for row in &splits.rows[..5] {
        assert_eq!((splits.cell(row, "held_out"), splits.cell(row, "trained_on")), ("8", "32"));
    }
}

/// The map as a table has every item where it lies, and as a drawing a dot for each.
#[test]
fn the_map_hands_out_its_points() {
    let out = tempfile::tempdir().unwrap();
    let mut app = TestApp::new();
    app.open(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample-classes"));
    app.click("Vectors");
    let map = table(&mut app, out.path(), "Vector map menu");
    let atlas = app.session().atlas.as_ref().unwrap();
    let layout = &atlas.layout.as_ref().unwrap().1;
    let images = app.explorer().dataset().images.clone();
    assert!(has(&app, &format!("vector map: {} points, 0 selected", map.rows.len())), "{:?}", app.names());
    assert_eq!((map.rows.len(), layout.points.len()), (images.len(), images.len()));
    for (point, place) in atlas.cloud.as_ref().unwrap().points.iter().zip(&layout.points) {
        let row = map.row("item", &images[point.image.index()].name);
        assert_eq!(map.number(row, "x"), Some(f64::from(place[0])));
        assert_eq!(map.number(row, "y"), Some(f64::from(place[1])));
    }
    let svg = read(&saved_as(&mut app, out.path(), "Vector map menu", "SVG"));
    assert!(svg.matches("<circle").count() >= images.len(), "{}", svg.matches("<circle").count());
}

#[test]
fn the_whole_window_is_a_picture_of_its_size() {
    let out = tempfile::tempdir().unwrap();
    let mut app = TestApp::evaluated();
    app.dialogs.answer.replace(Some(Picked::Folder(out.path().to_owned())));
    app.press_with(egui::Modifiers::COMMAND, egui::Key::K);
    app.harness.event(egui::Event::Text("save window image".to_owned()));
    app.run();
    app.press(egui::Key::Enter);
    app.run();
    let picture = image::open(out.path().join("evalens-window.png")).unwrap().to_rgb8();
    assert_eq!(picture.dimensions(), (1440, 900));
    // The ground of panes and of what lies behind them in the dark theme.
    let of = |colour: [u8; 3]| picture.pixels().filter(|pixel| pixel.0 == colour).count();
    assert!(of([0x17, 0x1a, 0x1e]) > 1440 * 900 / 4, "{}", of([0x17, 0x1a, 0x1e]));
}

#[test]
fn the_picture_of_an_image_goes_to_the_clipboard_in_its_size() {
    let (_folder, mut app) = shown();
    app.send(Command::Go(Page::Images));
    app.send(Command::OpenImage(ImageId(0)));
    app.click("Save picture");
    app.harness.get_by_label("Copy image").click();
    let copied = (0..6).find_map(|_| {
        app.harness.step();
        let commands = app.harness.output().platform_output.commands.clone();
        commands.into_iter().find_map(|command| match command {
            egui::OutputCommand::CopyImage(image) => Some(image),
            _ => None,
        })
    });
    let path = app.explorer().dataset().images[0].path.clone().unwrap();
    let original = image::open(path).unwrap().to_rgb8();
    let copied = copied.expect("a picture is copied");
    assert_eq!(copied.size, [original.width() as usize, original.height() as usize]);
    let changed = |(a, b): (&egui::Color32, &image::Rgb<u8>)| [a.r(), a.g(), a.b()] != b.0;
    let over = copied.pixels.iter().zip(original.pixels()).filter(|pair| changed(*pair)).count();
    assert!(over > 100 && over < copied.pixels.len() / 2, "{over}");
}

/// The sheet of a selection has its items alone, and says of how many.
#[test]
fn a_narrowed_selection_is_the_contact_sheet() {
    let out = tempfile::tempdir().unwrap();
    let (_folder, mut app) = shown();
    let bolt = ClassId(0);
    app.send(Command::Select(Filter::Segment { class: Some(bolt), kind: OutcomeKind::Missed }));
    app.send(Command::Go(Page::Images));
    let selected: Vec<_> = app.explorer().selection.images.clone();
    let (all, images) = (app.explorer().dataset().images.len(), app.explorer().dataset().images.clone());
    assert!(selected.len() > 1 && selected.len() < all, "{} of {all}", selected.len());
    let sheet = table(&mut app, out.path(), "Save contact sheet");
    let names: Vec<&str> = sheet.rows.iter().map(|row| sheet.cell(row, "item")).collect();
    let expected: Vec<&str> = selected.iter().map(|item| images[item.image.index()].name.as_str()).collect();
    assert_eq!(names, expected);
    assert!(sheet.rows.iter().all(|row| sheet.number(row, "missed") >= Some(1.0)), "{sheet:?}");
    assert!(app.explorer().selection.outcomes.len() as u64 == app.explorer().counter.classes()[0].missed);
    let svg = read(&saved_as(&mut app, out.path(), "Save contact sheet", "SVG"));
    let condition = app.explorer().condition();
    let caption = format!("{0} of {0} images at {condition}", selected.len());
    assert!(svg.contains(&caption), "no {caption}");
    assert_eq!(svg.matches("<image").count(), selected.len(), "a picture an item");
    let pdf = std::fs::read(saved_as(&mut app, out.path(), "Save contact sheet", "PDF")).unwrap();
    assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 10_000, "{}", pdf.len());
}

#[test]
fn designed_thresholds_are_a_table() {
    let out = tempfile::tempdir().unwrap();
    let mut app = TestApp::evaluated();
    app.send(Command::Go(Page::Thresholds));
    assert!(!app.sees("Designed thresholds menu"), "nothing was designed");
    app.click("Find thresholds");
    app.shot("save-thresholds");
    let designed = table(&mut app, out.path(), "Designed thresholds menu");
    let found = app.session().errors.design.found.clone().unwrap();
    assert_eq!(designed.rows.len(), 1 + app.explorer().dataset().classes.len());
    let all = designed.row("class", "All classes").to_vec();
    let now = app.explorer().counter.totals();
    assert_eq!(designed.number(&all, "f1_now"), now.f1());
    assert_eq!(designed.number(&all, "threshold_proposed"), Some(found.threshold.threshold));
    // In use they give what the table said.
    app.click("Use these thresholds");
    let counts = app.explorer().counter.totals();
    assert_eq!(designed.number(&all, "f1_proposed"), counts.f1());
    assert_eq!(designed.number(&all, "precision_proposed"), counts.precision());
    let classes = &app.explorer().dataset().classes;
    for class in classes.ids() {
        let (row, counts) =
            (designed.row("class", classes.name(class)), app.explorer().counter.classes()[class.index()]);
        assert_eq!(designed.number(row, "recall_proposed"), counts.recall());
        assert_eq!(designed.cell(row, "support"), counts.support().to_string());
    }
}

#[test]
fn evaluations_are_a_table() {
    let out = tempfile::tempdir().unwrap();
    let dir = tempfile::tempdir().unwrap();
    Synthetic::new(12).write(&dir.path().join("bench"));
    let mut app = TestApp::new();
    app.open(dir.path().join("bench"));
    app.send(Command::Go(Page::Evaluations));
    let before = table(&mut app, out.path(), "Evaluations menu");
    assert_eq!(before.rows.len(), 2);
    let waits = before.row("version", "v1");
    assert_eq!((before.cell(waits, "state"), before.cell(waits, "headline_value")), ("can be calculated", ""));
    app.send(Command::CalculateAll);
    std::fs::remove_file(out.path().join("evaluations.csv")).unwrap();
    app.shot("save-evaluations");
    let after = table(&mut app, out.path(), "Evaluations menu");
    for version in ["v1", "v2"] {
        let row = after.row("version", version);
        let shown = ["headline_value", "f1"].map(|head| fmt::rate(after.number(row, head)));
        let words = format!("AP 50:95 {}  F1 {}", shown[0], shown[1]);
        assert!(has(&app, &words), "{words} among {:?}", app.names());
        assert_eq!((after.cell(row, "state"), after.cell(row, "classes")), ("calculated", "4"));
    }
}

#[test]
fn headline_numbers_are_a_table() {
    let out = tempfile::tempdir().unwrap();
    let mut app = TestApp::evaluated();
    app.send(Command::Go(Page::Run));
    app.shot("save-headline");
    let numbers = table(&mut app, out.path(), "Headline numbers menu");
    assert_eq!(numbers.rows.len(), 18, "COCO's twelve and TIDE's six");
    for row in &numbers.rows {
        let words = format!("{} {}", numbers.cell(row, "number"), fmt::rate(numbers.number(row, "value")));
        assert!(app.sees(&words), "{words} among {:?}", app.names());
    }
}

/// Of eight answers six have a mean mark of 3 or more: 4, 3, 1, 3, 5, 2, 3, 3.
#[test]
fn answers_are_a_table() {
    let out = tempfile::tempdir().unwrap();
    let mut app = quiz::capitals().shown(Setup::default());
    app.send(Command::Go(Page::Images));
    app.shot("save-answers");
    let all = table(&mut app, out.path(), "Answers menu");
    assert_eq!(all.rows.len(), 8);
    let oslo = all.rows.iter().find(|row| all.cell(row, "answer") == "Answer: Oslo").unwrap();
    assert_eq!(["question", "references"].map(|head| all.cell(oslo, head)), ["Which is capital number 2?", "Bergen"]);
    assert_eq!(all.rows.iter().filter(|row| all.cell(row, "passes") == "yes").count(), 6);
    let marks: Vec<_> = all.rows.iter().map(|row| row[5].parse::<f64>().unwrap()).collect();
    assert_eq!(marks, [1.0, 2.0, 4.0, 3.0, 3.0, 5.0, 3.0, 3.0], "failing first");
    app.click("Search texts");
    app.harness.get_by_label("Search texts").type_text("O");
    app.run();
    app.harness.get_by_label("Search texts").type_text("slo");
    app.run();
    std::fs::remove_dir_all(out.path()).unwrap();
    std::fs::create_dir(out.path()).unwrap();
    let found = table(&mut app, out.path(), "Answers menu");
    assert_eq!(found.rows.len(), 1, "{found:?}");
    assert_eq!(found.rows[0], *oslo);
}

/// Colours of the light window, whatever the theme: of the palette that a person chose.
#[test]
fn the_palette_holds_on_paper() {
    let out = tempfile::tempdir().unwrap();
    let mut app = TestApp::evaluated();
    let usual = ["#008a64", "#d55e00"];
    let blue_orange = ["#3f6ff0", "#5a3200"];
    let has_all = |svg: &str, colours: [&str; 2]| colours.map(|colour| svg.to_lowercase().contains(colour));
    let svg = read(&saved_as(&mut app, out.path(), "Performance by class menu", "SVG"));
    assert_eq!((has_all(&svg, usual), has_all(&svg, blue_orange)), ([true; 2], [false; 2]));
    let palette = PaletteChoice::BlueOrange;
    let preferences = Preferences { palette, ..app.session().settings.preferences.clone() };
    app.send(Command::Prefer(Box::new(preferences)));
    let out = tempfile::tempdir().unwrap();
    let svg = read(&saved_as(&mut app, out.path(), "Performance by class menu", "SVG"));
    assert_eq!((has_all(&svg, usual), has_all(&svg, blue_orange)), ([false; 2], [true; 2]));
    // The report as well, in its figures and in what is around them.
    app.send(Command::Go(Page::Report));
    let made = app.session().reporting.made.clone().expect("a report is made");
    assert_eq!(made.sheet.palette.correct, [0x3f, 0x6f, 0xf0]);
    let classes = made.sheet.exhibits().find(|exhibit| exhibit.key == "classes").unwrap().figure.to_svg();
    assert_eq!(has_all(&classes, blue_orange), [true; 2]);
    let preferences = Preferences { palette: PaletteChoice::HighContrast, ..Preferences::default() };
    app.send(Command::Prefer(Box::new(preferences)));
    assert!(has(&app, "The preview shows what was chosen before"), "{:?}", app.names());
    app.click("Update preview");
    let made = app.session().reporting.made.clone().unwrap();
    let html = evalens::report::html::html(&made.sheet);
    assert!(html.contains("--ink: #000000; --muted: #3a424c;"), "{}", &html[..800]);
}
