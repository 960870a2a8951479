//! The frame of the window, by accessible names.

mod common;

use common::app::{Setup, TestApp};
use common::synthetic::Synthetic;
use egui::{Key, Modifiers};
use evalens::metrics::OutcomeKind;
use evalens::model::fmt;
use evalens::session::{Command, Notice, Page};
use evalens::store::settings::ThemeChoice;
use evalens::ui::outside::Picked;

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
    app.click("Run");
    app.shot("run");
    app.send(Command::SetTheme(ThemeChoice::Light));
    app.shot("run-light");
    app.click("Overview");
    app.shot("overview-light");
}

#[test]
fn the_narrowest_window_holds_everything() {
    let mut app = TestApp::with(Setup { size: egui::vec2(1280.0, 720.0), ..Setup::default() });
    app.show(&Synthetic::new(400));
    app.shot("narrow");
}

#[test]
fn palette_and_keys() {
    let mut app = TestApp::evaluated();
    app.press_with(Modifiers::COMMAND, Key::K);
    app.shot("palette");
    app.press(Key::Escape);
    app.press(Key::F1);
    app.shot("keys");
    app.press(Key::Escape);
    app.click("Explain F1");
    app.shot("explain");
    app.send(Command::Notify(Notice {
        is_error: true,
        text: "/data/x.json, line 3: the list ends too soon; write the file again".into(),
    }));
    app.send(Command::Notify(Notice { is_error: false, text: "Wrote /data/evalens.json".into() }));
    app.shot("notices");
    let _ = (OutcomeKind::Missed, fmt::UNDEFINED, Page::Run, Picked::Nothing);
}
