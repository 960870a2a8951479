//! Generated texts in a real window: answers to questions of maths, translations.

use std::path::{Path, PathBuf};

use super::window::{Display, Node, Window};
use super::{copy, data, evaluate};

/// A copy, so that what is kept of the project lies beside it.
fn copied(name: &str, to: &Path) -> Option<PathBuf> {
    copy(&data(name)?, to);
    Some(to.to_owned())
}

fn page(window: &mut Window, name: &str) {
    let page = window.wait(name, |n| n.role == "Button" && n.name == name);
    window.click(&page);
}

/// The topmost row of the table: the last one may be cut off.
fn first_row(window: &mut Window) -> Node {
    let is_row = |n: &Node| n.role == "Button" && n.name.starts_with("answer ");
    window.wait("a row", is_row);
    let rows = window.nodes().into_iter().filter(is_row);
    rows.min_by(|a, b| a.middle().y.total_cmp(&b.middle().y)).unwrap()
}

/// The tiles of a threshold are those of the command line.
fn compare_tiles(window: &mut Window, expected: &serde_json::Value) {
    let pass = &expected["summary"]["pass"];
    assert_eq!(window.number("Pass rate"), format!("{:.3}", pass["rate"].as_f64().unwrap()));
    assert_eq!(window.number("Passed").replace(',', ""), pass["passed"].to_string());
    let failed = pass["of"].as_u64().unwrap() - pass["passed"].as_u64().unwrap();
    assert_eq!(window.number("Failed").replace(',', ""), failed.to_string());
}

/// The slider moves what passes, another number takes its place, a row opens with its difference, a filter takes the verdicts out
/// of the answers.
#[test]
fn explores_answers_in_a_real_window() {
    let dir = tempfile::tempdir().unwrap();
    let Some(project) = copied("gsm8k", dir.path()) else { return };
    let model = ["--model", "175b_finetuning", "--ter", "false"];
    let display = Display::open();
    let mut window = Window::open(&display, &project);
    window.starting("Pass rate ");
    window.settle();
    compare_tiles(&mut window, &evaluate(&project, &model, "optimal"));
    window.wait("a number of the set", |n| n.name == "metric BLEU: 34.94");
    window.shot("texts");

    let metric = window.wait("the pass metric", |n| n.role == "ComboBox" && n.name.starts_with("Pass metric"));
    window.click(&metric);
    let chrf = window.wait("chrF", |n| n.role == "Button" && n.name == "chrF");
    window.click(&chrf);
    let slider = window.wait("slider", |n| n.role == "Slider" && n.name == "Pass threshold");
    let [x0, _, x1, _] = slider.bounds.unwrap();
    let at = |share: f64| egui::pos2((x0 + (x1 - x0) * share) as f32, slider.middle().y);
    window.drag(at(0.5), at(0.4));
    let slider = window.wait("slider", |n| n.role == "Slider" && n.name == "Pass threshold");
    let value = slider.value.unwrap().to_string();
    let of_chrf = [&model[..], &["--pass", "chrf"]].concat();
    compare_tiles(&mut window, &evaluate(&project, &of_chrf, &value));
    window.shot("texts-chrf");

    page(&mut window, "Texts");
    let sort = window.wait("sort", |n| n.role == "Button" && n.name == "Sort by chrF");
    window.click(&sort);
    window.wait("the worst answer", |n| n.name.starts_with("answer gsm8k-test-"));
    window.shot("texts-rows");
    let row = first_row(&mut window);
    window.click(&row);
    window.wait("the difference", |n| n.name == "Difference");
    window.shot("texts-answer");
    window.key(egui::Key::ArrowRight);
    window.key(egui::Key::Escape);

    let scoring = window.wait("scoring", |n| n.role == "Button" && n.name == "Scoring …");
    window.click(&scoring);
    let filter = window.wait("the filter", |n| n.role == "TextInput" && n.name == "Filter");
    window.click(&filter);
    window.events(vec![egui::Event::Text("A: (.*)".to_owned())]);
    window.settle();
    window.shot("texts-scoring");
    window.key(egui::Key::Enter);
    // 457 of 1,319; 458 are published, one reference of them is written with a comma.
    let filtered = evaluate(&project, &[&model[..], &["--filter", "A: (.*)"]].concat(), "optimal");
    let exact = filtered["summary"]["exact_match"].as_f64().unwrap();
    assert!((exact - 457.0 / 1319.0).abs() < 1e-12, "{exact}");
    let tile = format!("Exact match {exact:.3}");
    window.wait("exact match behind the filter", |n| n.name == tile);
    window.shot("texts-filtered");
}

/// Translations: the organisers' BLEU on the leaderboard, two systems line by line.
#[test]
fn compares_translations_in_a_real_window() {
    let dir = tempfile::tempdir().unwrap();
    let Some(project) = copied("wmt23-de-en", dir.path()) else { return };
    let display = Display::open();
    let mut window = Window::open(&display, &project);
    window.starting("Pass rate ");
    page(&mut window, "Evaluations");
    let all = window.wait("Calculate all", |n| n.name == "Calculate all");
    window.click(&all);
    page(&mut window, "Leaderboard");
    for (system, bleu) in [("GPT4-5shot", "47.873"), ("ONLINE-B", "46.332"), ("NLLB_Greedy", "33.140")] {
        let name = format!("BLEU {bleu} of {system}@latest");
        window.wait(&name, |n| n.name == name);
    }
    window.shot("texts-leaderboard");
    page(&mut window, "Compare");
    let choose = window.wait("the choice", |n| n.name == "Choose models …");
    window.click(&choose);
    let other = window.wait("another system", |n| n.role == "CheckBox" && n.name == "NLLB_Greedy@latest");
    window.click(&other);
    window.key(egui::Key::Escape);
    let worse = window.wait("worse answers", |n| n.role == "Button" && n.name.starts_with("Worse "));
    window.starting("BLEU difference ");
    window.shot("texts-compare");
    let count = worse.name["Worse ".len()..].to_owned();
    window.click(&worse);
    let shown = format!("{count} texts");
    window.wait("the answers that are worse", |n| n.name == shown);
    window.shot("texts-worse");
    let row = first_row(&mut window);
    window.click(&row);
    window.wait("the other's answer", |n| n.name == "Answer of NLLB_Greedy@latest");
    window.shot("texts-both");
}
