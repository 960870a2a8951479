//! Recommendations in the window: decided about, noted, undone and kept; what-if; limits; numbers that follow the slider.

mod common;

use std::path::Path;

use common::app::{Setup, TestApp};
use common::synthetic::Synthetic;
use egui_kittest::Node;
use egui_kittest::kittest::{NodeT, Queryable};
use evalens::analysis::{Recommendation, Rules};
use evalens::model::fmt;
use evalens::session::Command;
use evalens::session::decisions::Decision;
use evalens::store::place::Keeper;

fn group<'a>(app: &'a TestApp, title: &'a str) -> Node<'a> {
    app.harness.get_by_role_and_label(egui::accesskit::Role::Group, title)
}

fn press(app: &mut TestApp, title: &str, button: &str) {
    group(app, title).get_by_label(button).click();
    app.run();
}

fn cards(app: &TestApp) -> Vec<Recommendation> {
    app.explorer().recommendations.to_vec()
}

fn key(app: &TestApp, card: &Recommendation) -> String {
    card.key(&app.explorer().dataset().classes)
}

/// Every text on screen.
fn said(app: &TestApp) -> Vec<String> {
    app.harness.root().children_recursive().filter_map(|node| node.accesskit_node().value()).collect()
}

/// 6 of 10 answers are right, two are empty.
fn write(dir: &Path) {
    let (mut questions, mut answers) = (String::new(), String::new());
    for i in 0..60 {
        questions += &format!("{{\"id\": \"q{i}\", \"question\": \"What is {i}?\", \"reference\": \"number {i}\"}}\n");
        let answer = match i % 10 {
            0 | 1 => String::new(),
            2 | 3 => "who knows".to_owned(),
            _ => format!("number {i}"),
        };
        answers += &format!("{{\"id\": \"q{i}\", \"output\": \"{answer}\"}}\n");
    }
    std::fs::create_dir_all(dir.join("outputs")).unwrap();
    std::fs::write(dir.join("questions.jsonl"), questions).unwrap();
    std::fs::write(dir.join("outputs/first.jsonl"), answers).unwrap();
}

fn opened(dir: &Path) -> TestApp {
    let mut app = TestApp::new();
    app.harness.state_mut().session_mut().keeper = Keeper { writes: true, ..Keeper::default() };
    app.open(dir);
    app
}

#[test]
fn decisions_and_notes_outlive_the_program() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path());
    let mut app = opened(dir.path());
    let all = cards(&app);
    assert!(all.len() >= 2, "{all:#?}");
    let (first, second) = (all[0].title.clone(), all[1].title.clone());
    press(&mut app, &first, "Accept");
    press(&mut app, &second, "Dismiss");
    assert!(app.sees("1 dismissed"));
    assert!(!app.sees(&second), "what is dismissed is put away");
    press(&mut app, &first, "Note");
    let field = format!("Note on {first}");
    app.harness.get_by_label(&field).focus();
    app.run();
    app.harness.get_by_label(&field).type_text("the filter eats them");
    app.run();
    app.harness.get_by_label("Why").focus();
    app.run();
    drop(app);

    let mut app = opened(dir.path());
    let decisions = &app.session().decisions;
    assert_eq!(decisions.standing(&key(&app, &all[0])), Decision::Accepted);
    assert_eq!(decisions.standing(&key(&app, &all[1])), Decision::Dismissed);
    assert_eq!(decisions.note(&key(&app, &all[0])), "the filter eats them");
    press(&mut app, &first, "Note");
    let lines: Vec<String> = said(&app).into_iter().filter(|words| words.contains(" UTC · ")).collect();
    assert!(lines.len() == 2 && lines[0].contains("noted “the filter eats them” at latest"), "{lines:?}");
    assert!(lines[1].contains("accepted at latest"), "{lines:?}");
    app.click("1 dismissed");
    press(&mut app, &second, "Restore");
    assert!(!app.sees("1 dismissed") && app.sees(&second));
    press(&mut app, &second, "Dismiss");
    app.send(Command::UndoDecision);
    assert!(!app.sees("1 dismissed"), "taken back");
    app.send(Command::UndoDecision);
    assert!(app.sees("1 dismissed"), "and what was before that");
}

#[test]
fn a_line_cut_off_by_a_crash_costs_only_itself() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path());
    let mut app = opened(dir.path());
    let all = cards(&app);
    press(&mut app, &all[0].title, "Accept");
    press(&mut app, &all[1].title, "Accept");
    drop(app);
    let journal = dir.path().join(".evalens/journal");
    let file = std::fs::read_dir(&journal).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read(&file).unwrap();
    std::fs::write(&file, &text[..text.len() - 10]).unwrap();
    let app = opened(dir.path());
    let decisions = &app.session().decisions;
    assert_eq!(decisions.standing(&key(&app, &all[0])), Decision::Accepted);
    assert_eq!(decisions.standing(&key(&app, &all[1])), Decision::Open);
    assert!(app.session().notices.iter().any(|notice| notice.text.contains("cannot be read")));
}

#[test]
fn what_if_shows_the_counts_with_the_error_repaired() {
    let mut app = TestApp::with(Setup { size: egui::vec2(1440.0, 1800.0), ..Setup::default() });
    app.show(&Synthetic::new(24));
    let all = cards(&app);
    let card = all.iter().find(|card| card.gain.is_some_and(|gain| gain.repaired.is_some())).unwrap();
    let repaired = card.gain.unwrap().repaired.unwrap();
    press(&mut app, &card.title, "What if");
    let said = said(&app);
    let f1 = fmt::rate(repaired.f1());
    assert!(said.contains(&f1) && said.contains(&fmt::count(repaired.correct)), "{f1} in {said:?}");
    let surer = all.iter().find(|card| card.surer.is_some()).expect("24 images are few");
    press(&mut app, &surer.title, "What if");
    let with = fmt::count(surer.surer.unwrap().with);
    let said = self::said(&app);
    assert!(said.iter().any(|words| words.contains(&format!("with {with} of them"))), "{said:?}");
    app.shot("recommendations-what-if");
}

#[test]
fn numbers_follow_the_slider_before_the_order_does() {
    let mut app = TestApp::evaluated();
    let before = cards(&app);
    let moved = before.iter().find(|card| card.kind == "missed_detections").unwrap().clone();
    app.send(Command::SetThreshold(0.9));
    assert!(app.explorer().is_settling(), "150 ms have not passed");
    let now = cards(&app);
    let keys = |list: &[Recommendation]| list.iter().map(|card| key(&app, card)).collect::<Vec<_>>();
    assert_eq!(keys(&before), keys(&now), "the same cards in the same order");
    let followed = now.iter().find(|card| key(&app, card) == key(&app, &moved)).unwrap();
    assert_ne!(followed.sentence, moved.sentence);
    let missed = app.explorer().counter.classes()[moved.classes[0].index()].missed;
    let said = followed.evidence.iter().find(|(name, _)| *name == "missed").unwrap().1;
    assert_eq!(said, missed as f64, "the number of this threshold");
    app.send(Command::SettleNow);
    assert!(!app.explorer().is_settling());
}

#[test]
fn limits_are_set_in_the_window() {
    let mut app = TestApp::evaluated();
    assert!(cards(&app).iter().any(|card| card.kind == "missed_detections"));
    let rules = Rules { missed_count: 1_000_000, ..Rules::default() };
    app.send(Command::SetRules(Box::new(rules)));
    assert!(cards(&app).iter().all(|card| card.kind != "missed_detections"));
    assert_eq!(app.session().settings.rules.get("missed_count"), Some(&1e6));
    app.click("Recommendations menu");
    app.click("Limits of the rules …");
    assert!(app.sees("Missed truths of the class at least"), "{:?}", app.names());
    app.shot("recommendations-limits");
    app.click("Use the usual limits");
    assert!(cards(&app).iter().any(|card| card.kind == "missed_detections"));
    assert!(app.session().settings.rules.is_empty());
}
