//! The page Thresholds and the part Protocols in the window, found by their accessible names.

mod common;

use common::app::TestApp;
use common::quiz;
use egui_kittest::kittest::Queryable;
use evalens::analysis::Filter;
use evalens::analysis::design::surface::IOUS;
use evalens::metrics::Matching;
use evalens::model::{ClassId, fmt};
use evalens::session::errors::Tab;
use evalens::session::{Command, Page};
use evalens::ui::outside::Picked;
use serde_json::Value;

fn page(page: Page) -> TestApp {
    let mut app = TestApp::evaluated();
    app.send(Command::Go(page));
    app
}

fn check(app: &mut TestApp, name: &str) {
    app.harness.get_by_role_and_label(egui::accesskit::Role::CheckBox, name).click();
    app.run();
}

/// Costs are typed, thresholds found; what is promised is what the window counts once they are used.
#[test]
fn thresholds_are_found_and_used() {
    let mut app = page(Page::Thresholds);
    app.click("Optimise cost");
    let field = app.harness.get_by_label("Cost of a miss");
    field.focus();
    app.run();
    app.harness.get_by_label("Cost of a miss").type_text("7");
    app.press(egui::Key::Enter);
    check(&mut app, "Per class");
    app.click("Find thresholds");
    let found = app.session().errors.design.found.clone().expect("thresholds are found");
    let before = app.explorer().counter.totals();
    assert_eq!(found.counts.0, before);
    assert!(!found.own.is_empty() && found.held_out.is_some());
    let evalens::analysis::design::Goal::Cost(costs) = found.plan.goal else { panic!("a cost is optimised") };
    assert_eq!((costs.false_positive, costs.miss, costs.misclassified), (1.0, 7.0, 8.0));
    let gain = &found.gains[0];
    let name = format!(
        "Cost difference {} on the items they were chosen on: {}",
        gain.measure.signed(gain.difference()),
        gain.words()
    );
    assert!(app.sees(&name), "{name} among {:#?}", app.names());
    app.click("Use these thresholds");
    let explorer = app.explorer();
    assert_eq!((explorer.threshold.value, &explorer.matched.own), (found.threshold.threshold, &found.own));
    assert_eq!(explorer.counter.totals(), found.counts.1);
    for class in &found.classes {
        assert_eq!(explorer.counter.classes()[class.class.index()], class.counts.1);
        assert_eq!(explorer.threshold_of(class.class), class.thresholds.1);
    }
}

/// A class has a recall of its own to reach; the others keep the common one.
#[test]
fn a_class_has_a_goal_of_its_own() {
    let mut app = page(Page::Thresholds);
    app.click("Optimise target recall");
    check(&mut app, "Per class");
    assert!(app.sees("Target recall") && app.sees("Least number of truths"));
    app.click("Goal of bolt");
    app.harness.get_by_label("Target recall of bolt").focus();
    app.run();
    app.harness.get_by_label("Target recall of bolt").type_text("0.5");
    app.press(egui::Key::Enter);
    app.click("Find thresholds");
    let found = app.session().errors.design.found.clone().unwrap();
    let own: Vec<ClassId> = found.plan.own.keys().copied().collect();
    assert_eq!(own, [ClassId(0)]);
    assert_eq!(found.plan.goal_of(ClassId(0)), evalens::analysis::design::Goal::Recall(0.5));
    assert!(found.classes[0].counts.1.recall().unwrap() >= 0.5);
}

/// Both files hold the thresholds that were found.
#[test]
fn thresholds_are_saved() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = page(Page::Thresholds);
    app.click("Find thresholds");
    for (button, name) in [("As JSON …", "thresholds.json"), ("As YAML …", "thresholds.yaml")] {
        *app.dialogs.answer.borrow_mut() = Some(Picked::Folder(folder.path().to_owned()));
        app.click("Save thresholds …");
        app.click(button);
        app.run();
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        let read: Value = if name.ends_with("json") {
            serde_json::from_str(&text).unwrap()
        } else {
            serde_saphyr::from_str(&text).unwrap()
        };
        let found = app.session().errors.design.found.clone().unwrap();
        assert_eq!(read["default_threshold"].as_f64(), Some(found.threshold.threshold));
        assert_eq!(read["model"]["id"], "finder");
    }
}

/// A cell named on screen is what the window counts at these settings after a click on it.
#[test]
fn a_click_on_the_surface_sets_both() {
    let mut app = page(Page::Thresholds);
    app.click("IoU and confidence");
    let surface = app.session().errors.design.surface.clone().expect("the surface is counted");
    let (row, column) = (6, surface.confidences.len() / 2);
    assert_eq!(IOUS[row], 0.60);
    let name = |row: usize, column: usize| {
        let value = fmt::rate(surface.rate(evalens::analysis::design::surface::Rate::F1, row, column));
        format!("surface IoU {:.2}, confidence {}: F1 {value}", IOUS[row], fmt::threshold(surface.confidences[column]))
    };
    app.click(&name(row, column));
    let explorer = app.explorer();
    assert_eq!((explorer.matched.settings.iou, explorer.threshold.value), (0.60, surface.confidences[column]));
    let totals = explorer.counter.totals();
    let point = surface.at(row, column).unwrap();
    assert_eq!((totals.correct, totals.kept()), (point.correct, point.kept));
    // The surface is of all IoUs: nothing is counted again.
    let jobs = app.jobs_started();
    app.run();
    assert_eq!(app.jobs_started(), jobs);
    app.click("Go to the highest");
    let best = surface.highest(evalens::analysis::design::surface::Rate::F1).unwrap();
    assert_eq!(app.explorer().matched.settings.iou, IOUS[best.0]);
    assert_eq!(
        app.explorer().counter.totals().f1(),
        surface.rate(evalens::analysis::design::surface::Rate::F1, best.0, best.1)
    );
}

/// From where the window stands one up and Enter: the next IoU at the nearest confidence.
#[test]
fn the_surface_is_walked_by_keys() {
    let mut app = page(Page::Thresholds);
    app.click("IoU and confidence");
    let surface = app.session().errors.design.surface.clone().unwrap();
    let group = format!("F1 over IoU and confidence, {} cells", IOUS.len() * surface.confidences.len());
    app.harness.get_by_label(&group).focus();
    app.run();
    let here = surface.column(app.explorer().threshold.value).unwrap();
    app.press(egui::Key::ArrowUp);
    app.press(egui::Key::Enter);
    let explorer = app.explorer();
    assert_eq!((explorer.matched.settings.iou, explorer.threshold.value), (0.55, surface.confidences[here]));
}

/// Rows hold what each rule counts; a rule is used by its button; the rows follow the slider once it rests.
#[test]
fn rules_of_matching_side_by_side() {
    let mut app = page(Page::Overview);
    app.send(Command::ShowErrors(Tab::Protocols));
    app.run();
    let all = app.session().errors.protocols.all.clone().expect("every rule is matched");
    let seen = |app: &TestApp| {
        let threshold = app.explorer().threshold.value;
        for (matching, counts) in Matching::ALL.into_iter().zip(all.counts(threshold)) {
            let name = format!("protocol {}: F1 {}", matching.name(), fmt::rate(counts.f1()));
            assert!(app.sees(&name), "{name} among {:#?}", app.names());
        }
    };
    seen(&app);
    app.send(Command::SetThreshold(0.7));
    app.wait(std::time::Duration::from_secs(1));
    app.run();
    seen(&app);
    app.click("Use coco");
    assert_eq!(app.explorer().matched.settings.matching, Matching::Coco);
    let row = all.counts(0.7)[1];
    assert_eq!(app.explorer().counter.totals(), row);
    assert!(app.sees("Use two-pass"));
}

/// As many objects are opened as the change counts, and those.
#[test]
fn what_stands_otherwise_is_opened() {
    let mut app = page(Page::Overview);
    app.send(Command::ShowErrors(Tab::Protocols));
    app.run();
    let at = app.session().errors.protocols.at.clone().unwrap();
    assert_eq!(at.pair, (Matching::TwoPass, Matching::Coco));
    let change = at.changes.iter().find(|change| !change.of_detections).expect("an object was taken for another class");
    assert_eq!(change.words(), "misclassified → missed");
    app.click(&format!("changed misclassified to missed: {}", change.len()));
    let Filter::Objects { truths, .. } = app.explorer().selection.filter.clone() else {
        panic!("objects are selected")
    };
    assert_eq!(*truths, change.truths);
    assert_eq!(app.explorer().selection.outcomes.len(), change.len());
    assert_eq!(app.session().page(), Page::Images);
}

/// Where nothing can be chosen the page says why; where there are no objects there is no surface.
#[test]
fn other_tasks() {
    let mut app = quiz_app();
    app.send(Command::Go(Page::Thresholds));
    assert!(app.sees("No thresholds to design"), "{:#?}", app.names());
    assert!(!app.sees("IoU and confidence") && !app.sees("Find thresholds"));
    let sample = |name: &str| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name);
    let mut app = TestApp::new();
    app.open(sample("sample-classes"));
    app.send(Command::Go(Page::Thresholds));
    assert!(
        !app.sees("IoU and confidence")
            && !app.sees("Cost of a false positive")
            && app.sees("Cost of a misclassification")
    );
    app.click("Find thresholds");
    assert!(app.session().errors.design.found.is_some());
    let mut app = TestApp::new();
    app.open(sample("sample-masks"));
    app.send(Command::Go(Page::Thresholds));
    app.click("Optimise F-beta");
    check(&mut app, "Per class");
    app.click("Find thresholds");
    let found = app.session().errors.design.found.clone().expect("confidence maps have thresholds");
    app.click("Use these thresholds");
    assert_eq!(app.explorer().counter.totals(), found.counts.1);
}

fn quiz_app() -> TestApp {
    let set = quiz::Set { questions: vec!["Capital of France?".to_owned()], ..quiz::Set::default() };
    set.shown(common::app::Setup::default())
}

#[test]
fn pictures_of_thresholds() {
    let mut app = page(Page::Thresholds);
    check(&mut app, "Per class");
    app.click("Find thresholds");
    app.shot("thresholds-designer");
    app.click("IoU and confidence");
    app.shot("thresholds-surface");
    app.send(Command::ShowErrors(Tab::Protocols));
    app.run();
    app.shot("errors-protocols");
}
