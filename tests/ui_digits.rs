//! Digits of rates, which hold for the whole program: a test alone in its process.

mod common;

use common::app::{Setup, TestApp};
use common::synthetic::Synthetic;
use egui_kittest::kittest::Queryable;
use evalens::model::fmt;
use evalens::session::{Command, Page};
use evalens::store::settings::Settings;

#[test]
fn digits_hold_everywhere_at_once_and_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let started = || {
        let settings = Settings::load(dir.path().join("settings.json"));
        let mut app = TestApp::with(Setup { settings, ..Setup::default() });
        app.show(&Synthetic::new(24));
        app
    };
    let mut app = started();
    let precision = app.explorer().counter.totals().precision().unwrap();
    assert!(app.sees(&format!("Precision {precision:.3}")), "{:?}", app.names());
    for digits in [2_usize, 5] {
        app.send(Command::Go(Page::Settings));
        app.click(&format!("{digits} digits"));
        app.harness.get_by_label_contains("Rates look like");
        app.send(Command::Go(Page::Overview));
        assert!(app.sees(&format!("Precision {precision:.digits$}")), "{:?}", app.names());
    }
    // Sentences of recommendations are made anew with these digits.
    let gains = app.explorer().recommendations.iter().any(|card| {
        let words = format!("{card:?}");
        words.split(|c: char| !c.is_ascii_digit() && c != '.').any(|n| n.starts_with("0.") && n.len() == 7)
    });
    assert!(gains, "{:?}", app.explorer().recommendations);
    drop(app);
    let app = started();
    assert!(app.sees(&format!("Precision {precision:.5}")), "{:?}", app.names());
    assert_eq!(
        (fmt::rate(Some(0.812_345_6)), fmt::difference(-0.01), fmt::interval(Some((0.5, 0.25)))),
        ("0.81235".to_owned(), "−0.01000".to_owned(), ".5000–.2500".to_owned())
    );
    // A threshold has its own digits: it is set, not measured.
    assert_eq!(fmt::threshold(0.361_9), "0.361");
}
