//! The frame of the window, by accessible names.

mod common;

use common::app::TestApp;

#[test]
fn welcome_offers_every_way_in() {
    let mut app = TestApp::new();
    for name in ["Folder path", "Open", "Open folder …"] {
        assert!(app.sees(name), "{name} is not among {:?}", app.names());
    }
    app.shot("welcome");
}

#[test]
fn an_evaluation_fills_the_window() {
    let mut app = TestApp::evaluated();
    for name in ["Confidence threshold", "IoU threshold", "Use optimal confidence", "Overview", "Run"] {
        assert!(app.sees(name), "{name} is not among {:?}", app.names());
    }
    app.shot("overview");
}
