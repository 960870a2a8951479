//! The help: a page for every task, every figure and number explained, found by words, opened from where it is needed.

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use common::app::TestApp;
use egui::Key;
use egui_kittest::kittest::Queryable;
use evalens::metrics::match_table::Metric;
use evalens::model::Task;
use evalens::session::{Command, Page, Topic};
use evalens::ui::help::{self, PAGES};
use evalens::ui::panes::Pane;
use evalens::ui::views::classes::order::Order;
use evalens::ui::views::threshold_bar::tiles::Tile;
use regex::Regex;

fn sources(dir: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
}

fn views() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ui"), &mut found);
    assert!(found.len() > 50, "the sources were not found");
    found
}

/// What the first group of a pattern holds, wherever it stands in a text.
fn all(pattern: &str, text: &str) -> Vec<String> {
    let pattern = Regex::new(pattern).unwrap();
    pattern.captures_iter(text).map(|found| found[1].to_owned()).collect()
}

fn file(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(name)).unwrap()
}

/// True where a word stands in a text by itself, in any case.
fn says(text: &str, word: &str) -> bool {
    Regex::new(&format!(r"(?i)(^|[^\w]){}([^\w]|$)", regex::escape(word))).unwrap().is_match(text)
}

fn text_of(task: Task) -> String {
    help::of_task(task).sections().iter().map(|section| section.text).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_task_has_a_page() {
    for task in Task::ALL {
        let page = help::of_task(task);
        let wanted = if task == Task::TextMultilabel { "multilabel" } else { task.name() };
        assert_eq!(page.name, wanted);
        let sections = page.sections();
        assert_eq!((sections[0].level, sections[0].heading), (1, page.title), "{}", page.name);
        let lines: usize = sections.iter().map(|section| section.text.lines().count()).sum();
        assert!(lines >= 100, "{} has {lines} lines", page.name);
    }
    for page in &PAGES {
        let headings: Vec<&str> = page.sections().iter().map(|section| section.heading).collect();
        let once: BTreeSet<&&str> = headings.iter().collect();
        assert_eq!(once.len(), headings.len(), "{} has a heading twice: {headings:?}", page.name);
        assert_eq!(page.sections().iter().filter(|section| section.level == 1).count(), 1, "{}", page.name);
    }
}

#[test]
fn every_explain_leads_to_a_heading() {
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut computed = Vec::new();
    for (path, text) in views() {
        let calls = text.matches("explain::button(").count();
        let literal = all(r#"explain::button\(\s*ui,\s*ctx,\s*"([^"]+)""#, &text);
        if calls > literal.len() {
            computed.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        }
        names.extend(literal);
        names.extend(all(r#"(?:explained|\bhead)\(\s*ui,\s*ctx,\s*"([^"]+)""#, &text));
    }
    // Where the name is no literal: the titles that these files hand on.
    computed.sort();
    assert_eq!(computed, ["kinds.rs", "labels.rs", "side.rs"], "another figure computes its name: list its names here");
    for name in ["labels.rs", "pixels.rs"] {
        let text = file(&format!("ui/views/curves/{name}"));
        names.extend(all(r#"(?:name: |title\(ui, ctx, )"([^"]+)""#, &text));
    }
    let kinds = file("ui/views/errors/kinds.rs");
    names.extend(all(r#"\(\s*"([A-Z][a-z]+ [a-z]+)",\s*"(?:What|The)"#, &kinds));
    names.extend(["Worst images", "Worst texts"].map(str::to_owned));
    for expected in
        ["Error types", "Largest confusions", "Objects with most loss", "ROC", "Scores", "Clusters", "Leaderboard"]
    {
        assert!(names.contains(expected), "{expected} was not found in the sources: {names:?}");
    }
    let lost: Vec<&String> = names.iter().filter(|name| help::topic(None, name).is_none()).collect();
    assert!(lost.is_empty(), "no heading for {lost:?}");
}

#[test]
fn what_belongs_to_a_task_stands_on_its_page() {
    for task in Task::ALL {
        let page = help::of_task(task).name;
        let on_page = |figure: &str| {
            let topic = help::topic(Some(task), figure);
            assert_eq!(topic.map(|topic| topic.page), Some(page), "{figure} of {page}");
        };
        Pane::ALL.iter().for_each(|pane| on_page(pane.title(task)));
        if task == Task::TextGeneration {
            ["Pass rate", "Passed", "Failed", "Without a reference"].iter().for_each(|tile| on_page(tile));
            continue;
        }
        let shown = |tile: &&Tile| !matches!(tile, Tile::Count(kind) if !kind.occurs(task));
        Tile::ALL.iter().filter(shown).for_each(|tile| on_page(tile.name()));
        on_page(if task.has_objects() { "Error types" } else { "Largest confusions" });
        on_page(if task.is_text() { "Worst texts" } else { "Worst images" });
    }
}

#[test]
fn every_number_of_a_task_is_explained() {
    let of_labels = file("ui/views/run/numbers.rs");
    let pixels = file("report/segmentation.rs");
    let texts = file("metrics/generation/columns.rs");
    let crossval = file("report/figures/crossval.rs");
    let rows = |text: &str, value: &str| all(&format!(r#"\(\s*"([^"]+)",\s*{value}"#), text);
    for task in Task::ALL {
        let mut names: Vec<String> = Metric::of_task(task).iter().map(|metric| metric.label().to_owned()).collect();
        if task == Task::TextGeneration {
            let fixed = all(r#""[A-Za-z0-9_]+",\s*"([A-Za-z][^"]+)",\s*\|s\|"#, &texts);
            let others = all(r#"Column::new\("\w+", "([^"]+)""#, &texts);
            assert_eq!(fixed.len(), 10, "{fixed:?}");
            assert_eq!(others.len(), 9, "{others:?}");
            names.extend(fixed.into_iter().chain(others));
        } else {
            let column = |order: &&Order| order.belongs_to(task) && **order != Order::Declared;
            names.extend(Order::ALL.iter().filter(column).map(|order| order.label().to_owned()));
        }
        if task.has_objects() {
            let numbers = rows(&of_labels, "s\\.");
            assert_eq!(numbers.len(), 18, "{numbers:?}");
            names.extend(numbers);
        }
        if task.is_classification() {
            let ranking = rows(&of_labels, "ranking\\.");
            assert_eq!(ranking.len(), 5, "{ranking:?}");
            names.extend(ranking);
        }
        if task.is_single_label() {
            let single =
                [rows(&of_labels, "single\\."), rows(&of_labels, "macro_\\."), rows(&of_labels, "weighted\\.")];
            assert_eq!(single.concat().len(), 15, "{single:?}");
            names.extend(single.concat());
        }
        if task == Task::SemanticSegmentation {
            let numbers = [rows(&pixels, "summary\\."), rows(&pixels, "mean\\.")].concat();
            assert_eq!(numbers.len(), 11, "{numbers:?}");
            names.extend(numbers);
        }
        let text = text_of(task);
        let lost: BTreeSet<&String> = names.iter().filter(|name| !says(&text, name)).collect();
        assert!(lost.is_empty(), "{} does not explain {lost:?}", task.name());
    }
    let folds = rows(&crossval, r"\|n\|");
    assert_eq!(folds.len(), 5, "{folds:?}");
    let embeddings: String = help::by_name("embeddings").sections().iter().map(|section| section.text).collect();
    let lost: Vec<&String> = folds.iter().filter(|name| !says(&embeddings, name)).collect();
    assert!(lost.is_empty(), "embeddings does not explain {lost:?}");
}

fn here(app: &TestApp) -> Option<Topic> {
    assert_eq!(app.session().page(), Page::Help);
    app.session().history.here().help
}

fn topic(page: &'static str, heading: &'static str) -> Option<Topic> {
    Some(Topic { page, heading })
}

#[test]
fn explain_opens_the_help_at_its_figure() {
    let mut app = TestApp::evaluated();
    app.click("Explain Recall");
    app.click("Help on this");
    assert_eq!(here(&app), topic("detection", "Recall"));
    // The sentence under the heading stands at the top of the window.
    let text = "Recall = correct / annotated objects. Of what is there, the share that is found.";
    let rect = app.harness.get_by_label(text).rect();
    assert!(rect.top() > 40.0 && rect.top() < 160.0, "{rect:?}");
    app.shot("help-recall");
    app.send(Command::Back);
    assert_eq!(app.session().page(), Page::Overview);

    app.click("Confusion matrix menu");
    app.click("Explain");
    app.click("Help on this");
    assert_eq!(here(&app), topic("detection", "Confusion matrix"));
    app.send(Command::Go(Page::Errors));
    app.click("Explain Error types");
    app.click("Help on this");
    assert_eq!(here(&app), topic("detection", "Error types"));
    // Tables are there cell by cell.
    for cell in ["what helps", "right class, IoU between 0.1 and 0.5"] {
        assert!(app.sees(cell), "{cell}: {:?}", app.names());
    }
}

#[test]
fn the_list_and_the_search_lead_to_headings() {
    let mut app = TestApp::new();
    // Nothing is open yet: there is help all the same.
    app.click("Help");
    assert_eq!(here(&app), topic("detection", ""));
    // Every page can be drawn: no letter is missing from the fonts, which the drawing of a test does not forgive.
    for page in &PAGES {
        app.click(&format!("Help on {}", page.title));
        assert_eq!(here(&app), topic(page.name, ""));
    }
    app.click("Help on Text generation");
    assert_eq!(here(&app), topic("text-generation", ""));
    app.click("Heading Agreement");
    assert_eq!(here(&app), topic("text-generation", "Agreement"));
    assert!(app.harness.get_by_label_contains("ρ of every two numbers").rect().top() < 160.0);

    app.harness.get_by_label("Search the help").focus();
    app.run();
    app.harness.get_by_label("Search the help").type_text("temperature logarithms");
    app.run();
    assert!(app.sees("Found Probabilities in Classification"), "{:?}", app.names());
    assert!(!app.sees("Found Probabilities in Text classification"), "what two pages share comes once");
    app.shot("help-search");
    app.press(Key::Enter);
    assert_eq!(here(&app), topic("classification", "Probabilities"));
    app.harness.get_by_label("Search the help").focus();
    app.run();
    app.harness.get_by_label("Search the help").type_text(" xyzzy");
    app.run();
    assert!(app.sees("Nothing holds these words"), "{:?}", app.names());
    while app.session().history.can_go_back() {
        app.send(Command::Back);
    }
    assert_eq!(app.session().page(), Page::Welcome);
}

#[test]
fn keys_open_scroll_and_leave_the_help() {
    let mut app = TestApp::evaluated();
    app.press(Key::F1);
    assert_eq!(here(&app), topic("detection", ""));
    let title = |app: &TestApp| app.harness.get_by_label("In three minutes").rect().top();
    let before = title(&app);
    app.press(Key::PageDown);
    assert!(title(&app) < before - 200.0, "{before} to {}", title(&app));
    app.press(Key::Home);
    assert!((title(&app) - before).abs() < 1.0, "{before} to {}", title(&app));
    app.press(Key::ArrowDown);
    assert!(title(&app) < before - 20.0);

    app.press_with(egui::Modifiers::COMMAND, Key::K);
    app.harness.get_by_label("Find").type_text("help on worst items");
    app.run();
    app.press(Key::Enter);
    assert_eq!(here(&app), topic("detection", "Worst items"));
    app.press(Key::Backspace);
    app.press(Key::Backspace);
    assert_eq!(app.session().page(), Page::Overview);
}

#[test]
fn text_that_repeats_an_anchor_is_scrolled_to_again() {
    let mut app = TestApp::evaluated();
    app.click("Help");
    app.click("Heading Protocols");
    let top = |app: &TestApp| app.harness.get_by_label_contains("counted by the rules of five programs").rect().top();
    let there = top(&app);
    assert!(there < 160.0, "{there}");
    app.click("Heading Correct");
    app.click("Heading Protocols");
    assert!((top(&app) - there).abs() < 1.0);
}
