//! Production metrics, performance by class and curves in the window, found by their accessible names.

mod common;

use common::app::TestApp;
use egui_kittest::kittest::Queryable;
use evalens::analysis::Filter;
use evalens::metrics::OutcomeKind;
use evalens::model::ClassId;
use evalens::session::{Command, Page};

/// The name of a class bar, from the counter.
fn bar(app: &TestApp, class: u32) -> String {
    let explorer = app.explorer();
    let counts = explorer.counter.classes()[class as usize];
    format!(
        "class {}: {} correct, {} misclassified, {} missed, {} false positives",
        explorer.class_name(Some(ClassId(class))),
        counts.correct,
        counts.misclassified,
        counts.missed,
        counts.false_positives
    )
}

#[test]
fn class_bars_follow_the_slider() {
    let mut app = TestApp::evaluated();
    let before = bar(&app, 0);
    assert!(app.sees(&before), "{before} among {:#?}", app.names());
    let (low, _) = app.explorer().score_range();
    app.send(Command::SetThreshold(low));
    let after = bar(&app, 0);
    assert_ne!(before, after);
    assert!(app.sees(&after));
}

#[test]
fn a_click_on_a_bar_selects_its_objects() {
    let mut app = TestApp::evaluated();
    let name = bar(&app, 0);
    app.click(&name);
    let Filter::Segment { class, kind } = app.explorer().selection.filter.clone() else {
        panic!("nothing is selected")
    };
    assert_eq!(class, Some(ClassId(0)));
    let counts = app.explorer().counter.classes()[0];
    assert_eq!(
        app.explorer().selection.outcomes.len() as u64,
        counts.of(kind),
        "as many objects as the segment counts"
    );
}

#[test]
fn the_table_sorts_both_ways() {
    let mut app = TestApp::evaluated();
    app.click("Table");
    app.click("Sort by Missed");
    let missed = |app: &TestApp| {
        let explorer = app.explorer();
        explorer.counter.classes().iter().map(|c| c.of(OutcomeKind::Missed)).max().unwrap()
    };
    let most = missed(&app).to_string();
    assert!(app.sees(&most), "the largest count of missed objects is in the table");
    app.click("Sort by Missed");
}

#[test]
fn curves_come_from_a_job_and_equal_average_precision() {
    let mut app = TestApp::evaluated();
    app.send(Command::Go(Page::Curves));
    app.run();
    let explorer = app.explorer();
    let curves = explorer.curves.as_ref().expect("the curves are computed");
    let coco = explorer.evaluation.coco().unwrap();
    for class in explorer.dataset().classes.ids() {
        let (ours, theirs) = (curves.ap(class), coco.classes[class.index()].ap50);
        match (ours, theirs) {
            (Some(a), Some(b)) => assert!((a - b).abs() < 1e-9, "{a} {b}"),
            (a, b) => assert_eq!(a.is_some(), b.is_some()),
        }
    }
    assert!(app.harness.query_all_by_label_contains("mean AP").next().is_some());
}

#[test]
fn pictures_of_the_charts() {
    let mut app = TestApp::evaluated();
    app.shot("charts-overview");
    app.click("Table");
    app.shot("charts-table");
    app.send(Command::Go(Page::Curves));
    app.run();
    app.shot("charts-curves");
    assert_eq!(app.session().page(), Page::Curves);
}
