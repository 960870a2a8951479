//! What a person chooses for the whole program: it takes effect at once and is there after a restart. The tour, the cards about
//! keys and the program, and what was open last; by accessible names.

mod common;

use std::path::{Path, PathBuf};
use std::time::Duration;

use common::app::{Setup, TestApp};
use common::synthetic::Synthetic;
use egui::{Key, Modifiers, Rect};
use egui_kittest::kittest::Queryable;
use evalens::analysis::Filter;
use evalens::metrics::{Cell, Matching};
use evalens::session::{Command, Page, about};
use evalens::store::settings::{PaletteChoice, Preferences, Settings, ThemeChoice};
use evalens::ui::theme::Theme;

/// A window whose settings lie in this folder, as at a start of the program.
fn started(dir: &Path) -> TestApp {
    let settings = Settings::load(dir.join("settings.json"));
    let theme = settings.theme;
    TestApp::with(Setup { settings, theme, ..Setup::default() })
}

fn preferences(app: &TestApp) -> &Preferences {
    &app.session().settings.preferences
}

fn zoom(app: &TestApp) -> f32 {
    app.harness.ctx.zoom_factor()
}

fn visuals(app: &TestApp) -> egui::Visuals {
    app.harness.ctx.global_style().visuals.clone()
}

#[test]
fn the_page_opens_by_key_and_menu_and_leads_back() {
    let mut app = TestApp::evaluated();
    app.press_with(Modifiers::COMMAND, Key::Comma);
    assert_eq!(app.session().page(), Page::Settings);
    app.shot("settings");
    app.press(Key::Escape);
    assert_eq!(app.session().page(), Page::Overview);
    app.click("Settings");
    app.harness.get_by_label_contains("Settings …").click();
    app.run();
    assert_eq!(app.session().page(), Page::Settings);
    app.click("Done");
    assert_eq!(app.session().page(), Page::Overview);
    // Without anything open, too.
    let mut app = TestApp::new();
    app.press_with(Modifiers::COMMAND, Key::Comma);
    assert!(app.sees("Colours of data"), "{:?}", app.names());
    app.click("Done");
    assert!(app.sees("Folder path"), "{:?}", app.names());
}

#[test]
fn theme_and_colours_change_at_once_and_stay() {
    let dir = tempfile::tempdir().unwrap();
    let mut app = started(dir.path());
    app.show(&Synthetic::new(24));
    app.send(Command::Go(Page::Settings));
    app.click("Light");
    assert_eq!(app.session().settings.theme, ThemeChoice::Light);
    assert!(!visuals(&app).dark_mode);
    for (name, palette) in
        [("Blue and orange", PaletteChoice::BlueOrange), ("High contrast", PaletteChoice::HighContrast)]
    {
        app.click(name);
        app.run();
        assert_eq!(preferences(&app).palette, palette);
        let expected = Theme::of(egui::Theme::Light, palette);
        assert_eq!(visuals(&app).warn_fg_color, expected.misclassified);
        assert_eq!(visuals(&app).panel_fill, expected.surface);
    }
    app.shot("settings-high-contrast");
    drop(app);
    let app = started(dir.path());
    assert_eq!(preferences(&app).palette, PaletteChoice::HighContrast);
    assert_eq!(app.session().settings.theme, ThemeChoice::Light);
    let expected = Theme::of(egui::Theme::Light, PaletteChoice::HighContrast);
    assert_eq!(visuals(&app).warn_fg_color, expected.misclassified);
}

#[test]
fn the_size_of_the_interface_follows_keys_and_buttons() {
    let dir = tempfile::tempdir().unwrap();
    let mut app = started(dir.path());
    for (key, expected) in [(Key::Plus, 110), (Key::Equals, 125), (Key::Minus, 110), (Key::Num0, 100), (Key::Minus, 90)]
    {
        app.press_with(Modifiers::COMMAND, key);
        assert_eq!(preferences(&app).scale, expected, "{key:?}");
        assert!((zoom(&app) - f32::from(expected) / 100.0).abs() < 1e-6, "{key:?}: {}", zoom(&app));
    }
    app.send(Command::Go(Page::Settings));
    app.click("Larger");
    app.click("Larger");
    assert_eq!((preferences(&app).scale, zoom(&app)), (110, 1.1));
    app.harness.get_by_label_contains("steps through sizes");
    app.send(Command::Prefer(Box::new(Preferences { scale: 200, ..preferences(&app).clone() })));
    app.harness.get_by_label_contains("720 × 450 points fit into the window; the dashboard needs 1024 × 640");
    app.shot("settings-200");
    app.send(Command::Prefer(Box::new(Preferences { scale: 110, ..preferences(&app).clone() })));
    drop(app);
    let app = started(dir.path());
    assert!((zoom(&app) - 1.1).abs() < 1e-6);
}

#[test]
fn evaluations_begin_where_it_was_chosen() {
    let dir = tempfile::tempdir().unwrap();
    Synthetic::new(12).write(&dir.path().join("bench"));
    let mut app = started(dir.path());
    app.open(dir.path().join("bench"));
    let best = app.explorer().threshold.value;
    assert!(app.explorer().threshold.optimal && best != 0.5);
    app.send(Command::Go(Page::Settings));
    app.click("Begin at a fixed confidence");
    assert_eq!(app.explorer().threshold.value, 0.5, "what stood at the default follows it");
    app.send(Command::SetThreshold(0.7));
    let other = Preferences { confidence: Some(0.25), iou: 0.65, ..preferences(&app).clone() };
    app.send(Command::Prefer(Box::new(Preferences { matching: "coco".to_owned(), ..other })));
    assert_eq!(app.explorer().threshold.value, 0.7, "what a person set stays");
    let settings = app.explorer().matched.settings;
    assert_eq!((settings.iou, settings.matching), (0.65, Matching::Coco));
    drop(app);

    let mut app = started(dir.path());
    app.open(dir.path().join("bench"));
    let settings = app.explorer().matched.settings;
    assert_eq!((settings.iou, settings.matching), (0.65, Matching::Coco));
    assert_eq!((app.explorer().threshold.value, app.explorer().threshold.optimal), (0.25, false));
    app.send(Command::Go(Page::Settings));
    app.click("Begin at the optimum");
    assert!(app.explorer().threshold.optimal);
    // Nonsense is put right where it comes in.
    let odd =
        Preferences { iou: f64::NAN, scale: 3, digits: 77, confidence: Some(f64::INFINITY), ..Preferences::default() };
    app.send(Command::Prefer(Box::new(odd)));
    let now = preferences(&app);
    assert_eq!((now.iou, now.scale, now.digits, now.confidence), (0.5, 75, 5, None));
    app.send(Command::Prefer(Box::default()));
}

#[test]
fn the_cache_is_counted_bounded_and_emptied() {
    let dir = tempfile::tempdir().unwrap();
    let cache = dir.path().join("cache");
    let mut app = started(dir.path());
    app.send(Command::Go(Page::Settings));
    assert!(app.sees("No place for a cache"), "{:?}", app.names());
    std::fs::create_dir_all(cache.join("thumbs/aa")).unwrap();
    std::fs::write(cache.join("thumbs/aa/aa11"), vec![0; 1_500_000]).unwrap();
    std::fs::write(dir.path().join("not-cache"), "stays").unwrap();
    app.harness.state_mut().session_mut().program.cache = Some(cache.clone());
    app.run();
    assert!(app.sees("1.5 MB are used"), "{:?}", app.names());
    let jobs = app.jobs_started();
    app.run();
    assert_eq!(app.jobs_started(), jobs, "it is counted once");
    app.click("Empty the cache");
    assert!(app.sees("0 B are used"), "{:?}", app.names());
    assert!(!cache.join("thumbs/aa/aa11").exists() && dir.path().join("not-cache").exists());
    // Files may lie about: 70 MB of empty space are over the smallest budget, which deletes them.
    std::fs::File::create(cache.join("thumbs/aa/aa22")).unwrap().set_len(70_000_000).unwrap();
    app.send(Command::Prefer(Box::new(Preferences { cache_mb: 1, ..Preferences::default() })));
    assert_eq!(preferences(&app).cache_mb, 64);
    assert_eq!(app.session().program.cache_used, Some(0));
    drop(app);
    assert_eq!(preferences(&started(dir.path())).cache_mb, 64);
}

/// The folders, the place in them and what was set there are back after a restart.
#[test]
fn what_was_open_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let folders = ["bench", "other"].map(|name| dir.path().join(name));
    for folder in &folders {
        Synthetic::new(12).write(folder);
    }
    let mut app = started(dir.path());
    app.send(Command::OpenAll(folders.to_vec()));
    let choice = app.session().project.as_ref().unwrap().choices.last().unwrap().clone();
    app.send(Command::Evaluate(choice.clone()));
    app.send(Command::SetIou(0.7));
    app.send(Command::SetMatching(Matching::Coco));
    let classes = app.explorer().dataset().classes.clone();
    let filter = Filter::Cell(Cell::new(classes.ids().next(), None));
    app.send(Command::Select(filter.clone()));
    app.send(Command::SetThreshold(0.375));
    app.wait(Duration::from_secs(4));
    drop(app);

    let mut app = started(dir.path());
    app.harness.state_mut().begin(Vec::new());
    app.run();
    let roots: Vec<&PathBuf> = app.session().workspace.members.iter().map(|member| &member.root).collect();
    assert_eq!(roots, [&folders[0], &folders[1]]);
    let explorer = app.explorer();
    assert_eq!(explorer.choice, choice);
    assert_eq!((explorer.threshold.value, explorer.threshold.optimal), (0.375, false));
    assert_eq!((explorer.matched.settings.iou, explorer.matched.settings.matching), (0.7, Matching::Coco));
    assert_eq!((app.session().page(), &explorer.selection.filter), (Page::Images, &filter));
    let cut = explorer.matched.timeline.counter_at(0.375).totals();
    assert_eq!(explorer.counter.totals(), cut);

    // A class that is gone takes only the selection with it.
    drop(app);
    let text = std::fs::read_to_string(dir.path().join("settings.json")).unwrap();
    let name = classes.name(classes.ids().next().unwrap());
    assert!(text.contains(name));
    std::fs::write(dir.path().join("settings.json"), text.replace(name, "gone")).unwrap();
    let mut app = started(dir.path());
    app.harness.state_mut().begin(Vec::new());
    app.run();
    assert_eq!((app.explorer().threshold.value, &app.explorer().selection.filter), (0.375, &Filter::All));

    // Named folders go before what was open, and a person may not want it.
    let mut app = started(dir.path());
    app.harness.state_mut().begin(vec![folders[1].clone()]);
    app.run();
    assert_eq!(app.session().workspace.members.len(), 1);
    let mut app = started(dir.path());
    app.send(Command::Prefer(Box::new(Preferences { restore: false, ..preferences(&app).clone() })));
    app.harness.state_mut().begin(Vec::new());
    app.run();
    assert!(app.session().project.is_none());
}

#[test]
fn a_folder_that_is_gone_is_told_and_nothing_else_happens() {
    let dir = tempfile::tempdir().unwrap();
    let bench = dir.path().join("bench");
    Synthetic::new(12).write(&bench);
    let mut app = started(dir.path());
    app.open(&bench);
    app.wait(Duration::from_secs(4));
    drop(app);
    std::fs::remove_dir_all(&bench).unwrap();
    let mut app = started(dir.path());
    app.harness.state_mut().begin(Vec::new());
    app.run();
    assert!(app.session().project.is_none());
    let told = app.session().notices.iter().any(|n| n.is_error && n.text.contains("bench"));
    assert!(told, "{:?}", app.session().notices);
    assert!(app.sees("Folder path"), "{:?}", app.names());
}

/// The rectangle of the card and that of what has this name.
fn card(app: &TestApp) -> Rect {
    let id = egui::Id::unique("tour");
    app.harness.ctx.memory(|m| m.area_rect(id)).expect("the card is on screen")
}

fn with_sample(setup: Setup) -> TestApp {
    let mut app = TestApp::with(setup);
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample");
    app.harness.state_mut().session_mut().sample = Some(sample);
    app.run();
    app
}

#[test]
fn the_tour_explains_seven_things_without_covering_them() {
    for size in [egui::vec2(1440.0, 900.0), egui::vec2(1280.0, 720.0)] {
        let mut app = with_sample(Setup { size, ..Setup::default() });
        app.click("Take the tour");
        assert!(app.session().explorer.is_some(), "the sample is opened");
        app.run();
        // What each card must leave free: names of things inside its target.
        let free = [
            "Confidence threshold",
            "Production metrics",
            "Performance by class",
            "Confusion matrix",
            "Recommendations",
            "Images",
            "",
        ];
        for (at, target) in free.iter().enumerate() {
            assert!(app.sees(&format!("{} of 7", at + 1)), "{:?}", app.names());
            app.shot(&format!("tour-{}-{}", size.x, at + 1));
            let card = card(&app);
            assert!(Rect::from_min_size(egui::Pos2::ZERO, size).contains_rect(card), "{card:?}");
            // The card says the same words as its title; the target is the thing in the window.
            for node in app.harness.query_all_by_label(target).filter(|_| !target.is_empty()) {
                let rect = node.rect();
                assert!(card.contains_rect(rect) || !card.intersects(rect), "step {}: {card:?} over {rect:?}", at + 1);
            }
            // The keyboard is on the button that leads on.
            app.press(Key::Enter);
        }
        assert!(!app.sees("7 of 7"));
        assert!(preferences(&app).tour_done);
    }
}

#[test]
fn the_tour_goes_back_ends_by_escape_and_is_offered_once() {
    let mut app = with_sample(Setup::default());
    app.harness.state_mut().begin(Vec::new());
    app.run();
    assert!(app.sees("New here?"), "{:?}", app.names());
    app.click("Take the tour");
    app.click("Next");
    app.click("Previous step");
    assert!(app.sees("1 of 7") && !app.sees("New here?"));
    let filter = app.explorer().selection.filter.clone();
    app.press(Key::Escape);
    assert!(!app.sees("1 of 7"));
    assert_eq!(app.explorer().selection.filter, filter);
    assert!(preferences(&app).tour_done);
    // Again from the palette, on what is open.
    app.press_with(Modifiers::COMMAND, Key::K);
    app.harness.event(egui::Event::Text("Take the tour".into()));
    app.run();
    app.press(Key::Enter);
    assert!(app.sees("1 of 7"), "{:?}", app.names());
    app.click("Close the tour");
    assert!(!app.sees("1 of 7"));

    let mut settings = Settings::default();
    settings.preferences.tour_done = true;
    let mut app = with_sample(Setup { settings, ..Setup::default() });
    app.harness.state_mut().begin(Vec::new());
    app.run();
    assert!(app.session().explorer.is_some() && !app.sees("New here?"));
}

#[test]
fn every_action_is_on_the_sheet_of_keys_which_scrolls() {
    let mut app = TestApp::with(Setup { size: egui::vec2(1280.0, 720.0), ..Setup::default() });
    app.press(Key::Questionmark);
    assert!(app.sees("Keyboard shortcuts"), "{:?}", app.names());
    for action in evalens::ui::actions::ALL {
        assert!(app.sees(action.text), "{} is not on the sheet", action.text);
    }
    let close = app.harness.get_by_label("Close").rect();
    assert!(close.bottom() < 720.0, "{close:?}");
    app.shot("keys-narrow");
    app.click("Close");
    assert!(!app.sees("Keyboard shortcuts"), "{:?} {close:?}", app.names());
}

#[test]
fn the_card_about_the_program_says_versions_and_places_and_copies_them() {
    let mut app = TestApp::with(Setup { size: egui::vec2(1280.0, 720.0), ..Setup::default() });
    app.press_with(Modifiers::COMMAND, Key::Comma);
    app.press_with(Modifiers::COMMAND, Key::K);
    app.harness.event(egui::Event::Text("About Evalens".into()));
    app.run();
    app.press(Key::Enter);
    for name in [format!("Evalens {}", env!("CARGO_PKG_VERSION")), "Licence MIT OR Apache-2.0".to_owned()] {
        assert!(app.sees(&name), "{name} is not among {:?}", app.names());
    }
    let lock = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    for (name, version) in about::libraries() {
        assert!(lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"")), "{name} {version}");
        assert!(app.sees(name));
    }
    app.shot("about");
    app.harness.get_by_label("Copy as text").click_accesskit();
    let copied = (0..4).find_map(|_| {
        app.harness.step();
        app.harness.output().platform_output.commands.iter().find_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        })
    });
    let copied = copied.expect("something was copied");
    assert!(copied.contains("opens no connection") && copied.contains("Settings:"), "{copied}");
    app.run();
    app.press(Key::Escape);
    assert!(!app.sees("Copy as text"));
    assert_eq!(app.session().page(), Page::Settings);
}
