//! Generated texts as a table, one by one, and beside those of another model: by accessible names, from files.

mod common;

use std::path::Path;

use common::app::{Setup, TestApp};
use egui::Key;
use egui_kittest::kittest::Queryable;
use evalens::session::comparing::At;
use evalens::session::{Command, Page};
use evalens::store::settings::ThemeChoice;

const QUESTIONS: &str = r#"{"id": "q1", "question": "Capital of France?", "reference": "Paris"}
{"id": "q2", "question": "Capital of Italy?", "reference": "Rome"}
{"id": "q3", "question": "Capital of Switzerland?", "reference": "Bern"}
{"id": "q4", "question": "Capital of Norway?", "reference": "Oslo"}
{"id": "q5", "question": "Capital of Portugal?", "reference": ["Lisbon", "Lisboa"]}
"#;
/// Right, wrong, empty, missing, the reference among more words.
const FIRST: &str = r#"{"id": "q1", "output": "Paris"}
{"id": "q2", "output": "Milan"}
{"id": "q3", "output": ""}
{"id": "q5", "output": "It is Lisbon, I think"}
"#;
/// Wrong as a whole sentence, three right ones, wrong.
const SECOND: &str = r#"{"id": "q1", "output": "The answer is Paris"}
{"id": "q2", "output": "Rome"}
{"id": "q3", "output": "Bern"}
{"id": "q4", "output": "Oslo"}
{"id": "q5", "output": "Porto"}
"#;

fn write(dir: &Path) {
    std::fs::create_dir_all(dir.join("outputs")).unwrap();
    std::fs::write(dir.join("questions.jsonl"), QUESTIONS).unwrap();
    std::fs::write(dir.join("outputs/first.jsonl"), FIRST).unwrap();
    std::fs::write(dir.join("outputs/second.jsonl"), SECOND).unwrap();
}

fn opened(setup: Setup) -> (tempfile::TempDir, TestApp) {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path());
    let mut app = TestApp::with(setup);
    app.open(dir.path());
    assert_eq!(app.explorer().predictions().identity.id, "first");
    app.click("Texts");
    (dir, app)
}

fn order(app: &TestApp) -> Vec<String> {
    let explorer = app.explorer();
    let name = |image: evalens::model::ImageId| explorer.dataset().images[image.index()].name.clone();
    explorer.selection.images.iter().map(|selected| name(selected.image)).collect()
}

#[track_caller]
fn sees(app: &TestApp, names: &[&str]) {
    for name in names {
        assert!(app.sees(name), "{name} is not among {:?}", app.names());
    }
}

/// Short references: exact match decides. Token F1 of q5: one word of five, and of one, is shared: 2·0.2·1 / 1.2 = 1/3.
#[test]
fn rows_are_sorted_searched_and_filtered() {
    let (_dir, mut app) = opened(Setup::default());
    app.shot("rows");
    sees(&app, &["answer q1: passes, Exact match 1.000", "answer q4: fails, Exact match 0.000"]);
    assert_eq!(order(&app), ["q2", "q3", "q4", "q5", "q1"], "failing first");
    app.click("Sort by Token F1");
    assert_eq!(order(&app), ["q2", "q3", "q4", "q5", "q1"]);
    app.click("Sort by Token F1");
    assert_eq!(order(&app), ["q1", "q5", "q2", "q3", "q4"]);

    app.harness.get_by_label("Search texts").focus();
    app.run();
    app.harness.get_by_label("Search texts").type_text("lisb");
    app.run();
    sees(&app, &["answer q5: fails, Exact match 0.000", "1 of 5 answers of the selection fit"]);
    assert!(!app.sees("answer q1: passes, Exact match 1.000"));
    app.harness.get_by_label("Search texts").type_text("xyz");
    app.run();
    sees(&app, &["No answer of the selection fits"]);
}

#[test]
fn a_range_of_a_number_leaves_rows_out() {
    let (_dir, mut app) = opened(Setup::default());
    app.click("Filter by Any value");
    app.click("Token F1");
    sees(&app, &["Lowest Token F1", "Highest Token F1"]);
    app.harness.get_by_label("Lowest Token F1").focus();
    app.run();
    for _ in 0..40 {
        app.press(Key::ArrowUp);
    }
    let shown = |app: &TestApp, item: &str| app.names().iter().any(|name| name.starts_with(&format!("answer {item}")));
    assert!(shown(&app, "q1") && shown(&app, "q5") && !shown(&app, "q2"), "{:?}", app.names());
}

#[test]
fn an_answer_shows_where_it_differs() {
    let (_dir, mut app) = opened(Setup::default());
    app.click("answer q5: fails, Exact match 0.000");
    app.shot("rows-answer");
    sees(&app, &["Question", "Reference 1", "Reference 2", "Answer", "only in the answer   only in the reference"]);
    // What only the answer has and what both have, in its order.
    sees(&app, &["It is Lisbon, I think"]);
    app.click("Compare with reference 2");
    sees(&app, &["It is Lisbon, I think Lisboa"]);
    app.click("Normalised");
    sees(&app, &["it is lisbon i think", "lisboa"]);
    app.click("As written");
    app.click("Next answer");
    sees(&app, &["q1", "passes"]);
    app.click("Previous answer");
    app.click("Previous answer");
    sees(&app, &["the model has none; it is scored as an empty one", "fails"]);
    app.click("Back to the table");
    assert!(app.session().history.here().image.is_none());
}

/// Of five answers the second model has three right ones, the first one: +0.4. Better: q2, q3, q4. Worse: q1. The same: q5.
#[test]
fn another_model_stands_beside() {
    let (_dir, mut app) = opened(Setup::default());
    let mut other = app.explorer().choice.clone();
    other.model = 1 - other.model;
    app.send(Command::Compare(vec![other], At::Common(1.0)));
    app.click("Compare");
    app.shot("rows-compare");
    sees(&app, &["Exact match difference +0.400", "Better 3", "Worse 1", "Same 1"]);
    assert!(!app.names().iter().any(|name| name.contains("confidence")), "{:?}", app.names());
    app.click("Better 3");
    assert_eq!(app.session().page(), Page::Images);
    assert_eq!(order(&app), ["q2", "q3", "q4"]);
    app.shot("rows-better");
    sees(&app, &["second@latest"]);
    app.click("answer q2: fails, Exact match 0.000");
    sees(&app, &["Answer of second@latest"]);
    app.shot("rows-both");
}

/// Long names, right-to-left and CJK text, control characters, in the small window and the other theme.
#[test]
fn odd_texts_break_no_layout() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("outputs")).unwrap();
    let long = "word ".repeat(4000);
    let lines = |key: &str, texts: &[&str]| -> String {
        let line = |(item, text): (usize, &&str)| {
            serde_json::json!({"id": format!("a-very-long-name-of-an-item-{item}"), key: text}).to_string() + "\n"
        };
        texts.iter().enumerate().map(line).collect()
    };
    let questions = ["مرحبا بالعالم", "今日は世界", "tab\there\u{7}bell", long.as_str(), ""];
    std::fs::write(dir.path().join("questions.jsonl"), lines("reference", &questions)).unwrap();
    std::fs::write(dir.path().join("outputs/model.jsonl"), lines("output", &questions)).unwrap();
    let mut app =
        TestApp::with(Setup { size: egui::vec2(1280.0, 720.0), theme: ThemeChoice::Light, ..Setup::default() });
    // The window finds fonts of the system; the harness has none.
    app.harness.ctx.set_missing_glyph_policy(egui::MissingGlyphPolicy::Tofu);
    app.open(dir.path());
    app.click("Texts");
    app.shot("rows-odd");
    let rows: Vec<String> = app.names().into_iter().filter(|name| name.starts_with("answer a-very-long")).collect();
    assert_eq!(rows.len(), 5);
    for row in rows {
        app.click(&row);
        let right = app.harness.get_by_label("Back to the table").rect().right();
        assert!(right < 1280.0);
        app.click("Back to the table");
    }
}
