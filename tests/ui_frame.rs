//! The frame of the window, by accessible names: threshold bar, pages, palette, keys, panes, notices.

mod common;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use common::app::{Setup, TestApp};
use common::synthetic::Synthetic;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use evalens::analysis::Filter;
use evalens::metrics::{Counts, OutcomeKind};
use evalens::model::fmt;
use evalens::session::{Command, Notice, Page};
use evalens::store::settings::{Settings, ThemeChoice};
use evalens::ui::outside::Picked;

/// The names that the tiles must have for these counts.
fn tiles(counts: Counts) -> [String; 7] {
    [
        format!("Precision {}", fmt::rate(counts.precision())),
        format!("Recall {}", fmt::rate(counts.recall())),
        format!("F1 {}", fmt::rate(counts.f1())),
        format!("Correct {}", fmt::count(counts.correct)),
        format!("Misclassified {}", fmt::count(counts.misclassified)),
        format!("Missed {}", fmt::count(counts.missed)),
        format!("False positives {}", fmt::count(counts.false_positives)),
    ]
}

/// The tiles show what counting afresh at the threshold gives.
#[track_caller]
fn assert_tiles_are_true(app: &TestApp) {
    let explorer = app.explorer();
    let counts = explorer.matched.timeline.counter_at(explorer.threshold.value).totals();
    for name in tiles(counts) {
        assert!(app.sees(&name), "{name} is not among {:?}", app.names());
    }
}

fn threshold(app: &TestApp) -> f64 {
    app.explorer().threshold.value
}

#[track_caller]
fn assert_close(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-9, "{a} is not {b}");
}

#[test]
fn welcome_offers_every_way_in() {
    let mut app = TestApp::new();
    for name in ["Folder path", "Open", "Open folder …"] {
        assert!(app.sees(name), "{name} is not among {:?}", app.names());
    }
    app.shot("welcome");
}

/// From the first page, and by what `Ctrl+K` finds.
#[test]
fn every_sample_opens() {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let opened = |app: &TestApp| app.session().project.as_ref().map(|project| project.root.clone());
    for (button, action, folder) in [
        ("… of a classifier", "Open the sample of a classifier", "sample-classes"),
        ("… of a segmenter", "Open the sample of a segmenter", "sample-masks"),
        ("… of texts", "Open the sample of texts", "sample-texts"),
    ] {
        let mut app = TestApp::new();
        app.harness.state_mut().session_mut().sample = Some(assets.join("sample"));
        app.run();
        app.click(button);
        assert_eq!(opened(&app), Some(assets.join(folder)), "{button}");
        app.send(Command::Close);
        assert_eq!(opened(&app), None);
        app.press_with(Modifiers::COMMAND, Key::K);
        app.harness.event(egui::Event::Text(action.to_owned()));
        app.run();
        app.press(Key::Enter);
        assert_eq!(opened(&app), Some(assets.join(folder)), "{action}");
    }
}

#[test]
fn an_evaluation_fills_the_window_in_both_themes() {
    let mut app = TestApp::evaluated();
    for name in ["Confidence threshold", "IoU threshold", "Use optimal confidence", "Overview", "Run"] {
        assert!(app.sees(name), "{name} is not among {:?}", app.names());
    }
    assert_tiles_are_true(&app);
    app.shot("overview");
    app.click("Run");
    app.shot("run");
    app.click("Light theme");
    assert_eq!(app.session().settings.theme, ThemeChoice::Light);
    app.shot("run-light");
    app.click("Overview");
    app.shot("overview-light");
}

#[test]
fn a_narrow_window_holds_everything() {
    let mut app = TestApp::with(Setup { size: egui::vec2(1280.0, 720.0), ..Setup::default() });
    app.show(&Synthetic::new(400));
    let right = app.harness.get_by_label("IoU threshold").rect().right();
    assert!(right <= 1280.0);
    let tiles = tiles(app.explorer().counter.totals());
    let places: Vec<_> = tiles.iter().map(|name| app.harness.get_by_label(name).rect()).collect();
    for pair in places.windows(2) {
        assert!(pair[0].right() <= pair[1].left() + 0.5, "tiles overlap");
    }
    app.shot("narrow");
}

#[test]
fn dragging_the_slider_moves_every_number() {
    let mut app = TestApp::evaluated();
    let best = threshold(&app);
    for share in [0.1, 0.8, 0.45] {
        app.drag_slider("Confidence threshold", share);
        let (low, high) = app.explorer().score_range();
        assert!((threshold(&app) - (low + (high - low) * f64::from(share))).abs() < 2e-3);
        assert_tiles_are_true(&app);
    }
    assert_ne!(threshold(&app), best);
    app.click("Use optimal confidence");
    assert_eq!(threshold(&app), best);
    assert!(app.explorer().threshold.optimal);
    assert_tiles_are_true(&app);
}

#[test]
fn the_slider_says_its_value() {
    let app = TestApp::evaluated();
    let slider = app.harness.get_by_role_and_label(egui::accesskit::Role::Slider, "Confidence threshold");
    assert_eq!(slider.accesskit_node().numeric_value(), Some(threshold(&app)));
    assert_eq!(slider.value(), Some(fmt::threshold(threshold(&app))));
}

#[test]
fn nothing_moves_on_screen_while_the_slider_is_dragged() {
    let mut app = TestApp::evaluated();
    let place = |app: &TestApp, counts: Counts| tiles(counts).map(|name| app.harness.get_by_label(&name).rect());
    let before = place(&app, app.explorer().counter.totals());
    app.drag_slider("Confidence threshold", 0.98);
    assert_eq!(before, place(&app, app.explorer().counter.totals()));
}

#[test]
fn two_hundred_steps_of_the_slider_match_nothing() {
    let mut app = TestApp::evaluated();
    let pairs_of = |app: &TestApp| Arc::clone(&app.explorer().evaluation.objects().unwrap().pairs);
    let (matched, pairs) = (Arc::clone(&app.explorer().matched), pairs_of(&app));
    let jobs = app.jobs_started();
    let rail = app.harness.get_by_label("Confidence threshold").rect();
    app.harness.hover_at(rail.left_center());
    app.harness.drag_at(rail.left_center());
    let mut seen = Vec::new();
    for step in 0..200 {
        let x = rail.left() + rail.width() * step as f32 / 199.0;
        app.harness.hover_at(egui::pos2(x, rail.center().y));
        app.run();
        assert_tiles_are_true(&app);
        seen.push(app.explorer().counter.totals());
    }
    app.harness.drop_at(rail.right_center());
    app.run();
    seen.dedup();
    assert!(seen.len() > 50, "the slider hardly moved: {}", seen.len());
    // Cards follow in the background, and nothing else does.
    assert!(app.jobs_started() <= jobs + 201, "a step of the slider started more than one job");
    assert!(Arc::ptr_eq(&matched, &app.explorer().matched) && Arc::ptr_eq(&pairs, &pairs_of(&app)));
    // After the rest the recommendations are found anew, and only they.
    let jobs = app.jobs_started();
    app.wait(Duration::from_millis(200));
    assert_eq!(app.jobs_started(), jobs + 1);
    assert!(!app.explorer().is_settling());
    assert!(Arc::ptr_eq(&matched, &app.explorer().matched));
}

#[test]
fn keys_move_the_slider() {
    let mut app = TestApp::evaluated();
    let from = threshold(&app);
    app.press(Key::T);
    app.press(Key::ArrowRight);
    assert_close(threshold(&app), from + 0.01);
    app.press_with(Modifiers::SHIFT, Key::ArrowLeft);
    assert_close(threshold(&app), from + 0.009);
    let (low, high) = app.explorer().score_range();
    app.press(Key::End);
    assert_eq!(threshold(&app), high);
    app.press(Key::Home);
    assert_eq!(threshold(&app), low);
    assert_tiles_are_true(&app);
    app.press(Key::B);
    assert_eq!(threshold(&app), from);
    app.press(Key::CloseBracket);
    assert_close(threshold(&app), from + 0.01);
}

#[test]
fn a_confidence_can_be_typed() {
    let mut app = TestApp::evaluated();
    app.click("Confidence value");
    app.press_with(Modifiers::COMMAND, Key::A);
    app.harness.get_by_label("Confidence value").type_text("62.5 %");
    app.run();
    // Keys of actions belong to the text while it is typed.
    app.harness.event(egui::Event::Text("b".into()));
    app.press(Key::B);
    assert_ne!(threshold(&app), 0.625);
    app.press(Key::Backspace);
    assert_eq!(app.session().page(), Page::Overview);
    app.press(Key::Enter);
    assert_eq!(threshold(&app), 0.625);
    assert_tiles_are_true(&app);
}

#[test]
fn above_the_highest_score_precision_is_undefined_and_says_why() {
    let mut app = TestApp::evaluated();
    app.send(Command::SetThreshold(1.0));
    assert!(app.sees("Precision –") && app.sees("Recall 0.000") && app.sees("F1 0.000"), "{:?}", app.names());
    app.harness.get_by_label("Precision –").hover();
    app.run();
    app.harness.run_steps(60);
    assert!(app.sees("Undefined: there are no detections kept at this confidence"), "{:?}", app.names());
}

#[test]
fn the_iou_slider_matches_again() {
    let mut app = TestApp::evaluated();
    let before = Arc::clone(&app.explorer().matched);
    app.drag_slider("IoU threshold", 0.9);
    let iou = app.explorer().matched.settings.iou;
    assert!(!Arc::ptr_eq(&before, &app.explorer().matched));
    assert!((iou - 0.86).abs() < 0.011, "{iou}");
    assert_eq!(app.session().matching.iou, iou);
    assert_tiles_are_true(&app);
}

#[test]
fn a_count_leads_to_its_objects_and_a_rate_explains_itself() {
    let mut app = TestApp::evaluated();
    let missed = app.explorer().counter.totals().missed;
    app.click("Explain Precision");
    assert!(app.sees("Precision = correct / detections kept"), "{:?}", app.names());
    app.shot("explain");
    app.press(Key::Escape);
    assert!(!app.sees("Precision = correct / detections kept"));
    app.click(&format!("Missed {missed}"));
    assert_eq!(app.session().page(), Page::Images);
    let selection = &app.explorer().selection;
    assert_eq!(selection.filter, Filter::Segment { class: None, kind: OutcomeKind::Missed });
    assert_eq!(selection.outcomes.len() as u64, missed);
}

#[test]
fn back_and_forward_go_where_the_person_was() {
    let mut app = TestApp::evaluated();
    app.click("Run");
    assert_eq!(app.session().page(), Page::Run);
    app.press_with(Modifiers::ALT, Key::ArrowLeft);
    assert_eq!(app.session().page(), Page::Overview);
    app.press_with(Modifiers::ALT, Key::ArrowRight);
    assert_eq!(app.session().page(), Page::Run);
    app.press(Key::Backspace);
    assert_eq!(app.session().page(), Page::Overview);
    app.click("Forward");
    assert_eq!(app.session().page(), Page::Run);
    app.press_with(Modifiers::COMMAND, Key::Num1);
    assert_eq!(app.session().page(), Page::Overview);
}

#[test]
fn the_palette_finds_and_does() {
    let mut app = TestApp::evaluated();
    app.press_with(Modifiers::COMMAND, Key::K);
    app.shot("palette");
    app.harness.get_by_label("Find").type_text("washer missed");
    app.run();
    app.press(Key::Enter);
    let washer = app.explorer().dataset().classes.by_name("washer");
    assert_eq!(
        app.explorer().selection.filter,
        Filter::Segment { class: washer, kind: OutcomeKind::Missed },
        "{:?}",
        app.names()
    );
    app.press_with(Modifiers::COMMAND, Key::K);
    app.harness.get_by_label("Find").type_text("over");
    app.run();
    app.press(Key::ArrowDown);
    app.press(Key::ArrowUp);
    app.press(Key::Enter);
    assert_eq!(app.session().page(), Page::Overview);
    app.press_with(Modifiers::COMMAND, Key::K);
    app.press(Key::Escape);
    assert!(!app.sees("Find"));
}

#[test]
fn the_list_of_keys_opens_and_closes() {
    let mut app = TestApp::evaluated();
    app.press(Key::Questionmark);
    assert!(app.sees("Use optimal confidence") && app.sees("Close"), "{:?}", app.names());
    app.shot("keys");
    app.press(Key::Escape);
    assert!(!app.sees("Close"));
}

#[test]
fn a_pane_fills_the_dashboard_and_comes_back() {
    let mut app = TestApp::evaluated();
    let all = ["Production metrics", "Performance by class", "Recommendations", "Confusion matrix"];
    assert!(all.iter().all(|name| app.sees(name)));
    app.harness.get_by_label("Confusion matrix").click();
    app.harness.get_by_label("Confusion matrix").click();
    app.run();
    assert_eq!(all.map(|name| app.sees(name)), [false, false, false, true]);
    app.press(Key::Escape);
    assert!(all.iter().all(|name| app.sees(name)));
    app.click("Production metrics menu");
    app.click("Maximise");
    assert_eq!(all.map(|name| app.sees(name)), [true, false, false, false]);
    app.click("Production metrics menu");
    app.click("Restore");
    assert!(all.iter().all(|name| app.sees(name)));
}

#[test]
fn an_idle_window_draws_nothing() {
    let mut app = TestApp::evaluated();
    app.wait(Duration::from_secs(1));
    app.harness.run_steps(2);
    assert!(app.is_idle());
    app.click("Run");
    app.harness.run_steps(2);
    assert!(app.is_idle());
    let mut welcome = TestApp::new();
    welcome.harness.run_steps(2);
    assert!(welcome.is_idle());
}

#[test]
fn failures_are_told_and_can_be_taken_away() {
    let mut app = TestApp::new();
    *app.dialogs.answer.borrow_mut() = Some(Picked::Failed("The dialog did not open; type the path".into()));
    app.click("Open folder …");
    assert!(app.sees("The dialog did not open; type the path"), "{:?}", app.names());
    app.open("/nowhere/at/all");
    let told = app.session().notices.last().expect("an unknown folder is a failure").text.clone();
    assert!(told.contains("/nowhere/at/all"), "{told}");
    app.send(Command::Notify(Notice { is_error: false, text: "Wrote evalens.json".into() }));
    app.shot("notices");
    for _ in 0..3 {
        app.harness.get_all_by_label("Dismiss").next().expect("a notice can be dismissed").click();
        app.run();
    }
    assert!(app.session().notices.is_empty());
}

#[test]
fn recent_folders_are_offered_and_forgotten() {
    let mut settings = Settings::default();
    settings.remember(Path::new("/data/cells"));
    settings.remember(Path::new("/data/roads"));
    let mut app = TestApp::with(Setup { settings, ..Setup::default() });
    assert!(app.sees("Open /data/cells") && app.sees("Open /data/roads"));
    app.shot("welcome-recent");
    app.click("Forget /data/cells");
    assert!(!app.sees("Open /data/cells") && app.sees("Open /data/roads"));
}
