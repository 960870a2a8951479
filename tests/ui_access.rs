//! Every page for everybody: each control has a name and can be reached with the keyboard alone, at every size of the window and
//! every density of the screen, with long names, many classes and other scripts.

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use common::app::{Setup, TestApp};
use egui::{Key, Rect, vec2};
use egui_kittest::kittest::NodeT;
use evalens::session::errors::Tab;
use evalens::session::{Command, Page};

/// Roles of what a person can use.
const CONTROLS: [egui::Role; 10] = [
    egui::Role::Button,
    egui::Role::CheckBox,
    egui::Role::RadioButton,
    egui::Role::ComboBox,
    egui::Role::Slider,
    egui::Role::SpinButton,
    egui::Role::TextInput,
    egui::Role::MultilineTextInput,
    egui::Role::Link,
    egui::Role::Switch,
];

/// More steps than any page has controls.
const STEPS: usize = 600;

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name)
}

/// A control as it is told apart: role, name, and its place in whole points.
type Control = (String, String, [i32; 2]);

struct Seen {
    control: Control,
    rect: Rect,
    focused: bool,
    enabled: bool,
    is_control: bool,
}

fn nodes(app: &TestApp) -> Vec<Seen> {
    let all = app.harness.root().children_recursive();
    let placed = all.filter(|node| node.accesskit_node().bounding_box().is_some());
    let seen = placed.map(|node| {
        let access = node.accesskit_node();
        let rect = node.rect();
        let place = [rect.left().round() as i32, rect.top().round() as i32];
        let name = access.label().or_else(|| access.placeholder().map(str::to_owned)).unwrap_or_default();
        Seen {
            control: (format!("{:?}", access.role()), name, place),
            rect,
            focused: access.is_focused(),
            enabled: !access.is_disabled(),
            is_control: CONTROLS.contains(&access.role()),
        }
    });
    seen.collect()
}

/// Cells and names of a matrix, cells of a surface: each of the three is one thing for the keyboard, whose arrows go from one to
/// the next.
fn is_within_a_picture((_, name, _): &Control) -> bool {
    ["truth ", "predicted ", "surface "].iter().any(|start| name.starts_with(start))
}

/// Every control in view that the keyboard cannot get to, and every one without a name.
fn unreachable(app: &mut TestApp) -> (Vec<Control>, Vec<Control>) {
    let window = Rect::from_min_size(egui::Pos2::ZERO, app.harness.ctx.content_rect().size());
    let in_view = |seen: &Seen| seen.rect.is_positive() && window.contains_rect(seen.rect);
    let mut wanted: BTreeSet<(String, String)> = BTreeSet::new();
    let mut nameless = Vec::new();
    for seen in nodes(app).into_iter().filter(|seen| seen.is_control && seen.enabled && in_view(seen)) {
        if seen.control.1.is_empty() {
            nameless.push(seen.control);
        } else if !is_within_a_picture(&seen.control) {
            wanted.insert((seen.control.0, seen.control.1));
        }
    }
    let mut missing = wanted.clone();
    for _ in 0..STEPS {
        if missing.is_empty() {
            break;
        }
        app.harness.key_press(Key::Tab);
        app.harness.step();
        for seen in nodes(app).into_iter().filter(|seen| seen.focused) {
            missing.remove(&(seen.control.0, seen.control.1));
        }
    }
    app.harness.ctx.memory_mut(|memory| {
        if let Some(id) = memory.focused() {
            memory.surrender_focus(id);
        }
    });
    app.run();
    (missing.into_iter().map(|(role, name)| (role, name, [0, 0])).collect(), nameless)
}

#[test]
fn arrows_walk_along_the_names_of_a_matrix() {
    let mut app = TestApp::new();
    app.open(sample("sample"));
    let is_at = |app: &TestApp, name: &str| nodes(app).iter().any(|seen| seen.focused && seen.control.1 == name);
    for strip in ["names of rows", "names of columns"] {
        app.send(Command::Go(Page::Overview));
        for _ in 0..STEPS {
            if is_at(&app, strip) {
                break;
            }
            app.harness.key_press(Key::Tab);
            app.harness.step();
        }
        assert!(is_at(&app, strip), "{strip}");
        // One to the second name; the matrix is as wide as the classes are declared.
        app.press(Key::ArrowDown);
        app.press(Key::Enter);
        let second = app.explorer().dataset().classes.names()[1].clone();
        let title = app.explorer().selection_title();
        assert!(title.contains(&second), "{strip}: {title} is not about {second}");
        assert_eq!(app.session().page(), Page::Images);
    }
}

/// Every page that an evaluation has.
fn pages() -> Vec<(String, Command)> {
    let plain = [
        Page::Overview,
        Page::Images,
        Page::Curves,
        Page::Thresholds,
        Page::Vectors,
        Page::Run,
        Page::Evaluations,
        Page::Leaderboard,
        Page::Compare,
        Page::Report,
    ];
    let mut all: Vec<(String, Command)> = plain.map(|page| (format!("{page:?}"), Command::Go(page))).into();
    all.extend(Tab::ALL.map(|tab| (format!("{tab:?}"), Command::ShowErrors(tab))));
    all
}

fn check_reach(folder: &str) {
    let mut app = TestApp::new();
    let mut wrong = Vec::new();
    let (missing, nameless) = unreachable(&mut app);
    wrong.extend(missing.iter().map(|c| format!("welcome: cannot reach {c:?}")));
    wrong.extend(nameless.iter().map(|c| format!("welcome: no name {c:?}")));
    app.open(sample(folder));
    for (name, command) in pages() {
        app.send(command);
        let (missing, nameless) = unreachable(&mut app);
        wrong.extend(missing.iter().map(|c| format!("{name}: cannot reach {} {:?}", c.0, c.1)));
        wrong.extend(nameless.iter().map(|c| format!("{name}: no name {c:?}")));
    }
    assert!(wrong.is_empty(), "{folder}:\n{}", wrong.join("\n"));
}

#[test]
fn the_keyboard_reaches_everything_of_a_detector() {
    check_reach("sample");
}

#[test]
fn the_keyboard_reaches_everything_of_a_classifier() {
    check_reach("sample-classes");
}

#[test]
fn the_keyboard_reaches_everything_of_a_segmenter() {
    check_reach("sample-masks");
}

#[test]
fn the_keyboard_reaches_everything_of_texts() {
    check_reach("sample-texts");
}

/// What stands on a page whatever the density of the screen: names of controls, in order.
fn controls(app: &TestApp) -> Vec<String> {
    nodes(app).into_iter().filter(|seen| seen.is_control).map(|seen| seen.control.1).collect()
}

#[test]
fn density_changes_pixels_and_nothing_else() {
    let at = |scale: f32| {
        let mut app = TestApp::with(Setup { size: vec2(1280.0, 720.0), scale, ..Setup::default() });
        app.open(sample("sample"));
        pages()
            .into_iter()
            .map(|(name, command)| {
                app.send(command);
                app.shot(&format!("density-{scale}-{name}"));
                (name, controls(&app))
            })
            .collect::<Vec<_>>()
    };
    let usual = at(1.0);
    for scale in [1.25, 2.0, 3.0] {
        for ((page, mine), (_, theirs)) in at(scale).into_iter().zip(&usual) {
            assert_eq!(&mine, theirs, "{page} at {scale}");
        }
    }
}

/// The frame of the window lies in it, and no two of its controls on each other.
fn assert_frame_fits(app: &TestApp, what: &str) {
    let window = Rect::from_min_size(egui::Pos2::ZERO, app.harness.ctx.content_rect().size()).expand(1.0);
    let frame: Vec<Seen> =
        nodes(app).into_iter().filter(|seen| seen.is_control && !is_within_a_picture(&seen.control)).collect();
    for seen in &frame {
        let (left, right) = (seen.rect.left(), seen.rect.right());
        let outside = seen.rect.is_positive() && (left < window.left() || right > window.right());
        assert!(!outside, "{what}: {:?} reaches from {left} to {right} in a window of {window:?}", seen.control);
    }
}

#[test]
fn every_size_holds_every_page() {
    for (width, height) in [(1280.0, 720.0), (1920.0, 1080.0), (3840.0, 2160.0)] {
        let mut app = TestApp::with(Setup { size: vec2(width, height), ..Setup::default() });
        app.open(sample("sample"));
        for (name, command) in pages() {
            app.send(command);
            app.shot(&format!("size-{width}-{name}"));
            assert_frame_fits(&app, &format!("{name} at {width} × {height}"));
        }
    }
}

/// A detector of many classes whose names are long, of other scripts, or end in spaces; every class has an object, every third is
/// missed, every seventh taken for the next one.
fn many_classes(folder: &Path, classes: usize) {
    let scripts = [
        "自動車の検出対象",
        "מכונית ירוקה",
        "سيارة حمراء",
        "गाड़ी",
        "an extraordinarily long name of a class that goes on and on",
        "🚗 car",
    ];
    let name = |i: usize| format!("{} {i}", scripts[i % scripts.len()]);
    let categories: Vec<_> = (0..classes).map(|i| serde_json::json!({"id": i + 1, "name": name(i)})).collect();
    let images: Vec<_> = (0..40)
        .map(|i| serde_json::json!({"id": i, "file_name": format!("תמונה-{i}-画像.png"), "width": 640, "height": 480}))
        .collect();
    let bbox = |i: usize| [(i % 9) as f64 * 60.0 + 5.0, (i / 9 % 6) as f64 * 70.0 + 5.0, 40.0, 40.0];
    let truths: Vec<_> = (0..classes)
        .map(|i| {
            serde_json::json!({"id": i + 1, "image_id": i % 40, "category_id": i + 1, "bbox": bbox(i / 40), "area": 1600, "iscrowd": 0})
        })
        .collect();
    let found: Vec<_> = (0..classes)
        .filter(|i| i % 3 != 2)
        .map(|i| {
            let class = if i % 7 == 0 { (i + 1) % classes } else { i };
            serde_json::json!({"image_id": i % 40, "category_id": class + 1, "bbox": bbox(i / 40), "score": 0.3 + 0.6 * (i as f64 / classes as f64)})
        })
        .collect();
    let truth = serde_json::json!({"images": images, "annotations": truths, "categories": categories});
    std::fs::write(folder.join("annotations.json"), truth.to_string()).unwrap();
    std::fs::write(folder.join("predictions.json"), serde_json::Value::from(found).to_string()).unwrap();
}

#[test]
fn a_thousand_classes_of_all_scripts_break_nothing() {
    let folder = tempfile::tempdir().unwrap();
    many_classes(folder.path(), 1_200);
    for (width, height) in [(1280.0, 720.0), (1920.0, 1080.0)] {
        let mut app = TestApp::with(Setup { size: vec2(width, height), ..Setup::default() });
        // The system's fonts are not asked here; a box stands for what the bundled ones lack.
        app.harness.ctx.set_missing_glyph_policy(egui::MissingGlyphPolicy::Tofu);
        app.open(folder.path());
        assert_eq!(app.explorer().dataset().classes.len(), 1_200);
        for (name, command) in pages() {
            app.send(command);
            app.shot(&format!("many-{width}-{name}"));
            assert_frame_fits(&app, &format!("{name} with 1,200 classes at {width} × {height}"));
        }
    }
}
