//! Opening folders, choosing what is evaluated, files that change, failures; in the window, by accessible names.

mod common;

use std::process::Command as Program;
use std::time::Duration;

use common::app::TestApp;
use common::synthetic::{CLASSES, Synthetic};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use evalens::session::Command;
use evalens::ui::outside::Picked;

/// A folder with two model versions.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    Synthetic::new(12).write(&dir.path().join("bench"));
    dir
}

fn opened(dir: &tempfile::TempDir) -> TestApp {
    let mut app = TestApp::new();
    app.open(dir.path().join("bench"));
    assert!(app.session().explorer.is_some(), "{:?}", app.session().notices);
    app
}

#[test]
fn a_folder_is_evaluated_at_once_and_says_what_was_recognised() {
    let dir = folder();
    let mut app = opened(&dir);
    for name in ["Project bench", "Model finder@v2", "Split test", "Why it was recognised so", "Write evalens.json"] {
        assert!(app.sees(name), "{name} is not among {:?}", app.names());
    }
    app.click("Why it was recognised so");
    app.shot("recognised");
    app.press(Key::Escape);
    app.click("Hide what was recognised");
    assert!(!app.sees("Why it was recognised so"));
}

#[test]
fn a_typed_path_opens() {
    let dir = folder();
    let mut app = TestApp::new();
    app.harness.get_by_label("Folder path").focus();
    app.run();
    let path = format!("\"{}\"", dir.path().join("bench").display());
    app.harness.get_by_label("Folder path").type_text(&path);
    app.run();
    app.press(Key::Enter);
    assert!(app.sees("Project bench"), "{:?}", app.names());
    app.press_with(Modifiers::COMMAND, Key::W);
    assert!(app.sees("Folder path"), "closing leads back to the welcome page");
}

#[test]
fn another_version_is_one_click_away() {
    let dir = folder();
    let mut app = opened(&dir);
    let newer = app.explorer().counter.totals();
    app.click("Model finder@v2");
    app.click("finder@v1");
    assert!(app.sees("Model finder@v1"));
    assert_ne!(app.explorer().counter.totals(), newer);
    // What was looked at last is shown when the folder is opened again.
    app.send(Command::Close);
    app.open(dir.path().join("bench"));
    assert!(app.sees("Model finder@v1"));
}

#[test]
fn changed_files_make_the_numbers_stale_until_they_are_recalculated() {
    let dir = folder();
    let mut app = opened(&dir);
    app.send(Command::CheckFiles);
    assert!(!app.sees("Recalculate"));
    let outputs = dir.path().join("bench/predictions/finder/v2/test.bbox.json");
    let before = app.explorer().predictions().len();
    std::fs::write(&outputs, "[]").unwrap();
    app.harness.event(egui::Event::WindowFocused(true));
    app.run();
    assert!(app.explorer().stale && app.sees("Recalculate"), "{:?}", app.names());
    assert_eq!(app.explorer().predictions().len(), before, "old numbers stay until the new are asked for");
    app.shot("stale");
    app.click("Recalculate");
    assert!(!app.explorer().stale && !app.sees("Recalculate"));
    assert!(app.explorer().predictions().is_empty());
    assert!(app.sees("Precision –") && app.sees("Recall 0.000"), "{:?}", app.names());
    app.shot("no-detections");
}

#[test]
fn the_run_page_lists_inputs_with_their_hashes() {
    let dir = folder();
    let mut app = opened(&dir);
    app.press_with(Modifiers::COMMAND, Key::Num4);
    app.wait(Duration::from_millis(10));
    let hashes = app.explorer().hashes.clone().expect("the page asks for the hashes");
    assert_eq!(hashes.len(), app.explorer().inputs.len());
    let first = hashes[0].as_ref().expect("the input can be read");
    assert!(app.sees(&first[..12]), "{first} is not among {:?}", app.names());
    app.shot("run-project");
}

#[test]
fn what_was_recognised_is_corrected_in_the_window() {
    let dir = folder();
    let root = dir.path().join("bench");
    // The same images as YOLO labels: one object in all.
    for image in 0..12 {
        let label = root.join("labels/test").join(Synthetic::name(image)).with_extension("txt");
        std::fs::create_dir_all(label.parent().unwrap()).unwrap();
        std::fs::write(label, if image == 0 { "0 0.5 0.5 0.1 0.1\n" } else { "" }).unwrap();
    }
    std::fs::write(root.join("classes.txt"), CLASSES.join("\n")).unwrap();
    let mut app = opened(&dir);
    let objects = app.explorer().evaluation.dataset.truths.class.len();
    app.press_with(Modifiers::COMMAND, Key::Num4);
    app.shot("correct");
    app.click("Use YOLO: labels/test");
    assert_eq!(app.explorer().evaluation.dataset.truths.class.len(), 1, "{:?}", app.session().notices);
    app.click("Use COCO: annotations/instances_test.json");
    assert_eq!(app.explorer().evaluation.dataset.truths.class.len(), objects);
    // Another class for a name.
    let count =
        |app: &TestApp, class: usize| app.explorer().predictions().class.iter().filter(|c| c.index() == class).count();
    let (first, second) = (count(&app, 0), count(&app, 1));
    app.click(&format!("{} is read as {}", CLASSES[0], CLASSES[0]));
    app.shot("correct-class");
    app.harness.get_by_role_and_label(egui::accesskit::Role::Button, CLASSES[1]).click();
    app.run();
    assert_eq!((count(&app, 0), count(&app, 1)), (0, first + second));
    // The strip offers the same.
    app.click("Hide what was recognised");
    app.click("Write evalens.json");
    let written = std::fs::read_to_string(root.join("evalens.json")).unwrap();
    assert!(written.contains("class_map") && written.contains(CLASSES[1]), "{written}");
}

#[test]
fn a_folder_without_anything_says_so_and_leaves_the_way_open() {
    let dir = tempfile::tempdir().unwrap();
    let mut app = TestApp::new();
    app.open(dir.path());
    let told = app.session().notices.last().expect("an empty folder is a failure").text.clone();
    assert!(told.contains(&dir.path().display().to_string()), "{told}");
    assert!(app.sees(&told) && app.sees("Folder path"), "{:?}", app.names());
    app.shot("failed");
}

#[test]
fn without_a_display_the_program_names_the_headless_command() {
    if cfg!(any(windows, target_os = "macos")) {
        return;
    }
    let mut program = Program::new(env!("CARGO_BIN_EXE_evalens"));
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
        program.env_remove(name);
    }
    let output = program.output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("evalens evaluate PATH --json -") && told.lines().count() == 1, "{told}");
}

#[test]
fn a_dropped_folder_opens() {
    let dir = folder();
    let mut app = TestApp::new();
    app.drop_file(dir.path().join("bench"));
    assert!(app.sees("Project bench"), "{:?}", app.names());
}

#[test]
fn a_pane_is_saved_and_copied_as_a_table() {
    let dir = folder();
    let mut app = opened(&dir);
    let counts = app.explorer().counter.matrix(&app.explorer().matched.timeline);
    let expected: Vec<Vec<String>> = counts.iter().map(|row| row.iter().map(u64::to_string).collect()).collect();
    app.dialogs.answer.replace(Some(Picked::Folder(dir.path().to_owned())));
    app.click("Confusion matrix menu");
    app.click("Save data …");
    app.click("Save");
    let file = dir.path().join("finder-v2-matrix.csv");
    assert!(app.sees(&format!("Saved {}", file.display())), "{:?}", app.names());
    let text = std::fs::read_to_string(&file).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').skip(1).collect()).collect();
    assert_eq!(rows, expected);
    app.click("Confusion matrix menu");
    app.harness.get_by_label("Copy data").click();
    let mut copied = None;
    for _ in 0..4 {
        app.harness.step();
        copied = copied.or_else(|| {
            let commands = &app.harness.output().platform_output.commands;
            commands.iter().find_map(|command| match command {
                egui::OutputCommand::CopyText(text) => Some(text.clone()),
                _ => None,
            })
        });
    }
    assert_eq!(copied, Some(text));
    // A place that cannot be written is said.
    app.dialogs.answer.replace(Some(Picked::Folder(dir.path().join("none"))));
    app.click("Confusion matrix menu");
    app.click("Save data …");
    app.click("Save");
    assert!(app.session().notices.last().is_some_and(|n| n.is_error && n.text.contains("cannot be written")));
}
