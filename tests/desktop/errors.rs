//! What to do next, in a real window: decisions that outlive a killed program, the page of errors.

use std::path::{Path, PathBuf};

use super::window::{Display, Node, Window};
use super::{copy, rest};

fn sample(to: &Path) -> PathBuf {
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample"), to);
    to.to_owned()
}

/// Clicks the topmost thing of a name: others may be scrolled out of view.
fn click(window: &mut Window, name: &str) {
    window.wait(name, |n| n.name == name);
    let named = window.nodes().into_iter().filter(|n| n.name == name && n.bounds.is_some());
    let node = named.min_by(|a, b| a.middle().y.total_cmp(&b.middle().y)).unwrap();
    window.click(&node);
    window.settle();
}

fn count(window: &mut Window, name: &str) -> usize {
    window.nodes().iter().filter(|node| node.name == name).count()
}

/// A card is accepted, another dismissed, and the program killed at once: both are kept.
#[test]
fn decisions_outlive_a_killed_program() {
    let dir = tempfile::tempdir().unwrap();
    let project = sample(dir.path());
    let display = Display::open();
    let mut window = Window::open(&display, &project);
    window.starting("Precision ");
    window.settle();
    let cards = count(&mut window, "Accept");
    assert!(cards >= 2, "{cards} recommendations in view");
    click(&mut window, "Accept");
    window.wait("an accepted card", |n| n.name == "Accepted");
    // The group that holds the topmost button.
    let first = |window: &mut Window| {
        let nodes = window.nodes();
        let place = |node: &Node| node.bounds.map(|_| node.middle());
        let buttons = nodes.iter().filter(|n| n.name == "Show images").filter_map(place);
        let top = buttons.min_by(|a, b| a.y.total_cmp(&b.y))?;
        let around = |n: &&Node| n.role == "Group" && n.bounds.is_some() && n.rect().contains(top);
        nodes.iter().filter(around).min_by(|a, b| a.rect().area().total_cmp(&b.rect().area())).map(|n| n.name.clone())
    };
    let dismissed = first(&mut window).expect("a card in view");
    click(&mut window, "Dismiss");
    assert_ne!(first(&mut window).as_ref(), Some(&dismissed), "put away");
    window.shot("recommendations-decided");
    let mut window = window.kill_and_start(&display, &project);
    window.starting("Precision ");
    window.settle();
    let next = first(&mut window).expect("the other cards are there");
    assert_ne!(next, dismissed);
    let kept = std::fs::read_dir(window.kept()).unwrap().next().unwrap().unwrap().path();
    let journal = std::fs::read_dir(kept.join("journal")).unwrap().next().unwrap().unwrap().path();
    assert_eq!(std::fs::read_to_string(journal).unwrap().lines().count(), 2);
}

/// Kinds of errors say how many they are, and open as many.
#[test]
fn explores_errors_in_a_real_window() {
    let dir = tempfile::tempdir().unwrap();
    let project = sample(dir.path());
    let display = Display::open();
    let mut window = Window::open(&display, &project);
    window.starting("Precision ");
    click(&mut window, "Errors");
    let missed = window.number("Missed");
    let kind = window.starting(&format!("Missed: {missed} "));
    window.shot("errors");
    window.click(&kind);
    window.settle();
    let title = "Errors, missed";
    window.wait("the selection", |n| n.name.contains(title));
    window.shot("errors-opened");
}

/// Pictures of the page of errors and of that of thresholds.
pub fn shots(window: &mut Window, theme: &str) {
    click(window, "Errors");
    window.starting("Missed: ");
    rest(window);
    window.shot(&format!("errors-{theme}"));
    click(window, "Slices");
    let search = window.wait("the search", |n| n.role == "Button" && n.name == "Find weak slices");
    window.click(&search);
    window.starting("Weak slices");
    rest(window);
    window.shot(&format!("slices-{theme}"));
    click(window, "Label suspects");
    window.starting("suspect ");
    rest(window);
    window.shot(&format!("suspects-{theme}"));
    click(window, "Thresholds");
    let find = window.wait("the designer", |n| n.role == "Button" && n.name == "Find thresholds");
    window.click(&find);
    window.wait("its result", |n| n.name.starts_with("Confidence for all"));
    rest(window);
    window.shot(&format!("thresholds-{theme}"));
}

/// A suspect is judged by its key and the program killed at once: the verdict is kept.
#[test]
fn verdicts_outlive_a_killed_program() {
    let dir = tempfile::tempdir().unwrap();
    let project = sample(dir.path());
    let display = Display::open();
    let mut window = Window::open(&display, &project);
    let open = |window: &mut Window| {
        window.starting("Precision ");
        click(window, "Errors");
        click(window, "Label suspects");
        window.starting("suspect ");
    };
    open(&mut window);
    window.key(egui::Key::Q);
    window.settle();
    let judged = |n: &Node| n.name.starts_with("1 of ") && n.name.ends_with(" judged");
    window.wait("a verdict", judged);
    window.shot("suspects-judged");
    let mut window = window.kill_and_start(&display, &project);
    open(&mut window);
    window.wait("the verdict", judged);
}
