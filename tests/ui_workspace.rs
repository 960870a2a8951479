//! The pages Evaluations and Leaderboard in the window, by accessible names.

mod common;

use std::path::PathBuf;

use common::app::{Setup, TestApp};
use common::synthetic::Synthetic;
use egui_kittest::kittest::Queryable;
use evalens::session::{Command, Page};
use evalens::store::notes::{Note, Review};
use evalens::store::place::Keeper;
use evalens::store::settings::ThemeChoice;
use evalens::ui::outside::Picked;

/// Two folders with two model versions each.
fn folders() -> (tempfile::TempDir, [PathBuf; 2]) {
    let dir = tempfile::tempdir().unwrap();
    let roots = ["bench", "rig"].map(|name| dir.path().join(name));
    for (root, images) in roots.iter().zip([12, 9]) {
        Synthetic::new(images).write(root);
    }
    (dir, roots)
}

fn opened(setup: Setup, roots: &[PathBuf]) -> TestApp {
    let mut app = TestApp::with(setup);
    app.harness.state_mut().session_mut().keeper = Keeper { writes: true, ..Keeper::default() };
    app.send(Command::OpenAll(roots.to_vec()));
    app
}

fn has(app: &TestApp, part: &str) -> bool {
    app.harness.query_all_by_label_contains(part).next().is_some()
}

#[test]
fn rows_go_from_calculate_to_view_results() {
    let (_dir, roots) = folders();
    let mut app = opened(Setup::default(), &roots);
    assert_eq!(app.session().page(), Page::Evaluations);
    assert!(has(&app, "4 model versions in 2 projects"), "{:?}", app.names());
    let dataset = app.session().evaluations.rows[0].key.dataset.clone();
    let on = format!("{}@{}", dataset.0, dataset.1);
    let calculate = format!("Calculate finder@v1 on {on}");
    app.shot("evaluations");
    // The first project's newest version came on screen and is there already.
    let rows = |app: &TestApp, name: &str| app.harness.query_all_by_label(name).count();
    assert!(rows(&app, &calculate) >= 1, "{:?}", app.names());
    app.click("Calculate all");
    assert_eq!(rows(&app, &calculate), 0, "{:?}", app.names());
    assert!(has(&app, "AP 50:95"), "the headline stands in the row: {:?}", app.names());

    let before = app.session().project.as_ref().unwrap().root.clone();
    app.click("View results finder@v1 on rig@latest");
    assert_eq!(app.session().page(), Page::Overview);
    assert!(app.explorer().choice.model == 0, "version v1 is on screen");
    assert_ne!(app.session().project.as_ref().unwrap().root, before, "of the other project");
    // Back leads to the list.
    app.send(Command::Back);
    assert_eq!(app.session().page(), Page::Evaluations);
}

#[test]
fn projects_come_and_go() {
    let (dir, roots) = folders();
    let mut app = opened(Setup::default(), &roots[..1]);
    app.send(Command::Go(Page::Evaluations));
    app.click("Projects …");
    app.harness.get_by_label("Folder to add").focus();
    app.run();
    app.harness.get_by_label("Folder to add").type_text(roots[1].to_str().unwrap());
    app.run();
    app.click("Add");
    assert_eq!(app.session().workspace.members.len(), 2, "{:?}", app.session().notices);
    assert!(has(&app, "1 project was added to the workspace"));

    *app.dialogs.answer.borrow_mut() = Some(Picked::Folder(dir.path().to_owned()));
    app.click("Save the list as a workspace …");
    assert!(dir.path().join("workspace.json").is_file(), "{:?}", app.session().notices);
    app.send(Command::Open(dir.path().join("workspace.json")));
    assert_eq!(app.session().evaluations.rows.len(), 4);
    app.click("Projects …");
    app.click("Remove project rig");
    assert_eq!(app.session().evaluations.rows.len(), 2);
}

#[test]
fn the_datasets_of_other_projects_can_be_chosen() {
    let (_dir, roots) = folders();
    let mut app = opened(Setup::default(), &roots);
    let row = app.session().evaluations.rows[0].clone();
    let chosen = format!("{}@{}, {}", row.key.dataset.0, row.key.dataset.1, row.key.splits.join(" + "));
    app.click(&format!("Evaluation dataset of finder@{}: {chosen}", row.key.model.1));
    assert!(has(&app, "Other projects") && has(&app, "Evaluate with a new dataset"), "{:?}", app.names());
    app.shot("evaluation-datasets");
    app.click("rig:rig@latest, test: no outputs");
    assert!(has(&app, "has no outputs for test"), "the row says which file is missing: {:?}", app.names());
}

#[test]
fn the_leaderboard_sorts_filters_and_opens() {
    let (_dir, roots) = folders();
    let mut app = opened(Setup::default(), &roots);
    app.send(Command::Go(Page::Leaderboard));
    app.send(Command::CalculateAll);
    assert!(has(&app, "4 results by AP 50:95"), "{:?}", app.names());
    app.shot("leaderboard");
    // The newer version finds more: both of its results come first by recall.
    app.click("Sort by Recall");
    let recall = |app: &TestApp| -> Vec<(f64, String)> {
        let names = app.names();
        let values = names.iter().filter_map(|name| name.strip_prefix("Recall ")?.split_once(" of "));
        values.map(|(value, model)| (value.parse().unwrap(), model.to_owned())).collect()
    };
    let found = recall(&app);
    assert_eq!(found.len(), 4, "{:?}", app.names());
    assert!(found.is_sorted_by(|a, b| a.0 >= b.0), "{found:?}");
    app.click("Sort by Recall");
    assert!(recall(&app).is_sorted_by(|a, b| a.0 <= b.0));

    // All at one threshold: the numbers are those of the explorer there.
    app.click("Threshold: each at its own optimum");
    app.click("all at confidence ≥ 0.50");
    let explorer = app.explorer();
    let at_half = explorer.matched.timeline.counter_at(0.5).totals().recall().unwrap();
    let found = recall(&app);
    assert!(found.iter().any(|(value, _)| (value - at_half).abs() < 5e-4), "{at_half} is not in {found:?}");
    app.shot("leaderboard-common");
    app.click("Threshold: all at confidence ≥ 0.50");
    app.click("each at its own optimum");

    // The table as a picture.
    let file = _dir.path().join("leaderboard.png");
    *app.dialogs.answer.borrow_mut() = Some(Picked::File(file.clone()));
    app.click("Save …");
    app.click("Save image …");
    app.click("Save");
    let picture = image::open(&file).unwrap().to_rgba8();
    if let Some(dir) = std::env::var_os("EVALENS_SHOTS") {
        std::fs::copy(&file, PathBuf::from(dir).join("leaderboard-picture.png")).unwrap();
    }
    assert!(picture.width() > 1000 && picture.pixels().filter(|pixel| pixel.0[0] < 100).count() > 500);

    // Over one class only: the numbers are those of the class.
    let class = app.explorer().dataset().classes.names()[0].clone();
    app.click(&class);
    assert!(has(&app, "Numbers are over these classes"), "{:?}", app.names());
    let of_class = recall(&app);
    let explorer = app.explorer();
    let expected = explorer.counter.classes()[0].recall().unwrap();
    assert!(of_class.iter().any(|(value, _)| (value - expected).abs() < 5e-4), "{expected} is not in {of_class:?}");

    app.click("Hide filters");
    assert!(!app.sees(&class));
    let first = format!("Recall {:.3} of finder@v2", recall(&app).iter().find(|r| r.1 == "finder@v2").unwrap().0);
    app.click(&first);
    assert_eq!(app.session().page(), Page::Overview);
}

#[test]
fn both_pages_in_light_and_small() {
    let (_dir, roots) = folders();
    let setup = Setup { size: egui::vec2(1280.0, 720.0), theme: ThemeChoice::Light, ..Setup::default() };
    let mut app = opened(setup, &roots);
    app.send(Command::CalculateAll);
    app.shot("evaluations-light");
    app.send(Command::Go(Page::Leaderboard));
    app.shot("leaderboard-light");
    for head in ["Rank", "Sort by Model", "Sort by Training dataset", "Sort by Headline", "Sort by AP 50:95"] {
        let seen = app.sees(head);
        assert!(seen || head.contains("Headline"), "{head} is not among {:?}", app.names());
    }
}

#[test]
fn a_model_version_has_a_page_with_notes_that_last() {
    let (_dir, roots) = folders();
    let mut app = opened(Setup::default(), &roots[..1]);
    app.send(Command::Go(Page::Evaluations));
    app.click("Page of finder@v2");
    assert_eq!(app.session().page(), Page::Model);
    assert!(has(&app, "Visual detector of") && app.sees("View results on bench@latest, test"), "{:?}", app.names());
    assert!(app.sees("Nothing is written yet"));
    app.click("Edit notes");
    app.harness.get_by_label("Notes in Markdown").focus();
    app.run();
    app.harness.get_by_label("Notes in Markdown").type_text("# Verdict\n\n- finds **bolts**\n- misses `nuts`");
    app.run();
    app.click("Save notes");
    assert!(has(&app, "Verdict") && has(&app, "• misses nuts"), "{:?}", app.names());
    app.shot("model");
    let note = Note { review: Review::Approved, ..app.session().note.clone() };
    let key = app.session().history.here().model.clone().unwrap();
    app.send(Command::SaveNote(key, note.clone()));
    assert!(app.sees("Review: Approved"));

    let mut again = opened(Setup::default(), &roots[..1]);
    again.send(Command::Go(Page::Evaluations));
    again.click("Page of finder@v2");
    assert_eq!(again.session().note, note);
    again.click("View results on bench@latest, test");
    assert_eq!(again.session().page(), Page::Overview);
}

#[test]
fn splits_are_calculated_and_shown_each_alone() {
    // Two splits with outputs.
    let sample = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample");
    let mut app = TestApp::with(Setup::default());
    app.send(Command::OpenAll(vec![sample]));
    app.send(Command::Go(Page::Evaluations));
    let row = app.session().evaluations.rows[0].clone();
    let chosen = format!("{}@{}, {}", row.key.dataset.0, row.key.dataset.1, row.key.splits.join(" + "));
    let picker = format!("Evaluation dataset of {}@{}: {chosen}", row.key.model.0, row.key.model.1);
    app.click(&picker);
    app.click(&format!("Calculate each split of {}@{} alone", row.key.dataset.0, row.key.dataset.1));
    let runs = &app.session().workspace.members[0].runs;
    let of_model = runs.iter().filter(|stored| stored.run.model.version == row.key.model.1);
    let splits: std::collections::BTreeSet<_> = of_model.map(|stored| stored.run.dataset.splits.clone()).collect();
    assert!(splits.len() > 1 && splits.iter().all(|splits| splits.len() == 1), "{splits:?}");
    // Each is there beside its name.
    app.click(&picker);
    for split in splits {
        let begin = format!("{}@{}, {}: AP 50:95 ", row.key.dataset.0, row.key.dataset.1, split[0]);
        assert!(app.names().iter().any(|name| name.starts_with(&begin)), "{begin} is not among {:?}", app.names());
    }
    app.shot("evaluation-splits");
}
