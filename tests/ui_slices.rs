//! The page of slices in the window, by accessible names.

mod common;

use std::path::Path;
use std::time::Duration;

use common::app::{Setup, TestApp};
use common::synthetic::Synthetic;
use egui_kittest::kittest::Queryable;
use evalens::analysis::Filter;
use evalens::model::fmt;
use evalens::session::errors::{Tab, pictures};
use evalens::session::{Command, Page};
use evalens::store::settings::ThemeChoice;
use evalens::ui::outside::Picked;

fn opened() -> TestApp {
    let mut app = TestApp::evaluated();
    app.send(Command::ShowErrors(Tab::Slices));
    app
}

fn has(app: &TestApp, part: &str) -> bool {
    app.harness.query_all_by_label_contains(part).next().is_some()
}

/// The name of the first thing that begins so.
fn named(app: &TestApp, part: &str) -> String {
    app.names()
        .into_iter()
        .find(|name| name.starts_with(part))
        .unwrap_or_else(|| panic!("no {part} in {:?}", app.names()))
}

#[test]
fn bars_count_and_open_their_objects() {
    let mut app = opened();
    assert!(app.is_idle(), "nothing is asked for again and again");
    let all = Synthetic::new(24).truths;
    let small = all.iter().filter(|truth| truth.bbox.area() < 1024.0).count();
    let medium = all.len() - small;
    let bar = named(&app, "slice size = small: F1 0.");
    assert!(bar.ends_with(&format!(", {small} objects")), "{bar}");
    assert!(named(&app, "slice size = medium: F1 ").ends_with(&format!(", {medium} objects")));
    assert!(has(&app, "Show images of small") && has(&app, "Attribute Aspect ratio"));
    app.shot("slices");
    app.click(&bar);
    assert_eq!(app.session().page(), Page::Images);
    let Filter::Slice { title, truths, .. } = app.explorer().selection.filter.clone() else { panic!() };
    assert_eq!((title.as_str(), truths.len()), ("Size = small", small));
    app.send(Command::Back);
    // Another attribute, then its table sorted by how many there are.
    app.click("Attribute Place");
    assert!(has(&app, "slice place = top left: F1 "));
    app.click("Recall of slices");
    assert!(has(&app, "slice place = top left: Recall "));
    let rows = |app: &TestApp| -> Vec<String> {
        app.names().into_iter().filter(|name| name.starts_with("Show images of ")).collect()
    };
    let before = rows(&app);
    assert_eq!(before.len(), 9);
    app.click("Sort by Slice");
    let mut sorted = before.clone();
    sorted.sort();
    assert_eq!(rows(&app), sorted);
    app.click("Show images of top left");
    assert!(matches!(&app.explorer().selection.filter, Filter::Slice { title, .. } if title == "Place = top left"));
}

#[test]
fn numbers_settle_after_the_slider() {
    let mut app = opened();
    let before = named(&app, "slice size = small: ");
    app.send(Command::SetThreshold(0.97));
    assert_eq!(named(&app, "slice size = small: "), before, "still the old ones");
    app.wait(Duration::from_millis(200));
    app.run();
    let after = named(&app, "slice size = small: ");
    assert_ne!(after, before);
    let counted = app.session().errors.slices.counted.clone().unwrap();
    assert_eq!(counted.whole.counts, app.explorer().counter.totals());
    assert!(app.is_idle());
}

#[test]
fn weak_slices_are_searched_for() {
    let mut app = opened();
    app.click("Weak slices");
    assert!(app.sees("Not searched yet"));
    app.click("Find weak slices");
    let found = app.session().errors.slices.weak.clone().unwrap();
    if found.weak.is_empty() {
        assert!(app.sees("No weak slice"));
    } else {
        assert!(app.sees("Sort by Extra errors") && app.sees(&format!("Show images of {}", found.weak[0].name)));
    }
    app.shot("slices-weak");
}

#[test]
fn an_own_slice_is_made_changed_deleted_and_brought_back() {
    let mut app = opened();
    app.click("Own slices");
    assert!(app.sees("No slices of your own"));
    app.click("New slice");
    app.click("Save slice");
    assert!(has(&app, "The slice has no name"));
    app.harness.get_by_label("Name of the slice").focus();
    app.run();
    app.harness.get_by_label("Name of the slice").type_text("tens");
    app.run();
    app.click("Condition 1");
    app.click("File name matches");
    app.harness.get_by_label("Pattern of condition 1").focus();
    app.run();
    app.harness.get_by_label("Pattern of condition 1").type_text("part-01[0-9");
    app.run();
    app.click("Save slice");
    assert!(has(&app, "is no regular expression"), "{:?}", app.names());
    app.harness.get_by_label("Pattern of condition 1").focus();
    app.run();
    app.press(egui::Key::End);
    app.harness.get_by_label("Pattern of condition 1").type_text("]");
    app.run();
    app.click("Save slice");
    assert!(app.sees("Show images of tens"), "{:?}", app.names());
    app.shot("slices-own");
    app.click("Show images of tens");
    let Filter::Images { images, .. } = app.explorer().selection.filter.clone() else { panic!() };
    assert_eq!(images.len(), 10);
    app.send(Command::Back);
    app.click("Delete slice tens");
    assert!(!app.sees("Show images of tens"));
    app.click("Undo");
    assert!(app.sees("Show images of tens"));
    // A bin becomes a slice.
    app.click("Slices of the attribute");
    app.click("Keep Size = small as a slice");
    app.click("Save slice");
    let custom = &app.session().errors.slices.custom;
    assert_eq!(custom.iter().map(|slice| slice.name.as_str()).collect::<Vec<_>>(), ["tens", "Size = small"]);
    let counted = app.session().errors.slices.counted.clone().unwrap();
    let size = counted.known.attributes.all.iter().position(|attribute| attribute.name == "Size").unwrap();
    assert_eq!(counted.custom[1], Ok(counted.bins[size][0]));
}

#[test]
fn columns_come_from_files_and_bad_ones_say_why() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file
    };
    let mut text = "name,weather\n".to_owned();
    for image in 0..24 {
        text.push_str(&format!("{},{}\n", Synthetic::name(image), if image % 2 == 0 { "rain" } else { "sun" }));
    }
    let mut app = opened();
    *app.dialogs.answer.borrow_mut() = Some(Picked::File(write("weather.csv", &text)));
    app.click("Add columns from a file …");
    app.run();
    app.click("Attribute weather");
    assert!(has(&app, "slice weather = rain: F1 ") && has(&app, "slice weather = sun: F1 "), "{:?}", app.names());
    assert!(has(&app, "1 column"));
    app.shot("slices-columns");
    // Dropped on the page.
    app.drop_file(write("wrong.csv", "name,weather\nnothing.jpg,rain\n"));
    app.run();
    let said = &app.session().errors.slices.known.as_ref().unwrap().said;
    let why = said[1].1.clone().unwrap_err();
    assert!(why.contains("no column that names an item") && why.contains("part-000.png"), "{why}");
    assert!(has(&app, &why), "the sentence is on the page");
    app.click("Leave wrong.csv out");
    app.run();
    assert!(!has(&app, "wrong.csv") && has(&app, "Attribute weather"));
}

/// What another part measures in pictures becomes attributes.
#[test]
fn measured_pictures_are_attributes() {
    use evalens::analysis::pictures::PictureTraits;
    let mut app = opened();
    assert!(app.sees("Measure pictures"));
    let of = |at: usize| PictureTraits {
        size: (160, 120),
        file: [0; 16],
        perceptual: 0,
        gradient: 0,
        brightness: at as f32 / 24.0,
        contrast: 0.1,
        sharpness: if at < 12 { 0.25 } else { 0.5 },
    };
    let traits = (0..24).map(|at| (at != 5).then(|| of(at))).collect();
    app.harness.state_mut().session_mut().errors.pictures.traits = Some(std::sync::Arc::new(traits));
    app.run();
    app.run();
    assert!(!app.sees("Measure pictures"));
    app.click("Attribute Brightness");
    assert!(has(&app, "slice brightness = not known: F1 "), "{:?}", app.names());
    app.click("Attribute Sharpness");
    assert!(has(&app, "slice sharpness = under 0.5: F1 ") && has(&app, "slice sharpness = 0.5 and more: F1 "));
    // The same everywhere, but for one picture that cannot be read.
    app.click("Attribute Contrast");
    app.send(Command::Pictures(pictures::Ask::Measure));
}

/// Every task has the page, at every size, in both themes.
#[test]
fn all_samples_have_slices() {
    let small = egui::vec2(1280.0, 720.0);
    for (sample, bar) in [
        ("sample", "slice size = "),
        ("sample-classes", "slice folder = "),
        ("sample-masks", "slice classes in the image = "),
        ("sample-texts", "slice "),
    ] {
        let mut app = TestApp::with(Setup { size: small, theme: ThemeChoice::Light, ..Setup::default() });
        app.open(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(sample));
        app.send(Command::ShowErrors(Tab::Slices));
        app.run();
        let first = app.session().errors.slices.counted.clone().unwrap();
        if first.known.attributes.all.is_empty() {
            assert!(app.sees("No attribute tells anything apart"), "{sample}");
            continue;
        }
        assert!(has(&app, bar) || has(&app, "slice "), "{sample}: {:?}", app.names());
        assert!(has(&app, fmt::counted(first.whole.subjects, "", "").trim()), "{sample}");
        app.shot(&format!("slices-{sample}"));
        assert!(app.is_idle(), "{sample}");
    }
}
