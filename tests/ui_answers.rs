//! Generated texts in the window, by accessible names: what passes, the numbers of the set, its parts, agreement, scoring.

mod common;

use std::path::{Path, PathBuf};

use common::app::{Setup, TestApp};
use common::quiz::{Set, capitals, numbers};
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use evalens::analysis::Filter;
use evalens::metrics::OutcomeKind;
use evalens::model::{Answers, Check, NumberRole, Scoring};
use evalens::report::palette::Palette;
use evalens::report::text_figures;
use evalens::session::{Command, Page};
use evalens::store::settings::ThemeChoice;
use evalens::ui::outside::Picked;

fn opened() -> TestApp {
    capitals().shown(Setup::default())
}

#[track_caller]
fn sees(app: &TestApp, names: &[&str]) {
    for name in names {
        assert!(app.sees(name), "{name} is not among {:?}", app.names());
    }
}

fn has(app: &TestApp, part: &str) -> bool {
    app.harness.query_all_by_label_contains(part).next().is_some()
}

/// Types into a field in the place of what is there.
#[track_caller]
fn write(app: &mut TestApp, name: &str, text: &str) {
    app.click(name);
    app.press_with(Modifiers::COMMAND, Key::A);
    app.harness.get_by_label(name).type_text(text);
    app.run();
}

/// Weighted scores are the means of both marks, 4 3 1 3 5 2 3 3; the middle of 1…5 is 3.
#[test]
fn tiles_count_what_passes_and_open_it() {
    let mut app = opened();
    app.shot("answers-small");
    sees(&app, &["Pass rate 0.750", "Passed 6", "Failed 2", "Weighted score 3.00"]);
    assert!(
        !has(&app, "Without a reference") && !has(&app, "confidence") && !app.sees("Per class"),
        "{:?}",
        app.names()
    );
    let slider = app.harness.get_by_role_and_label(Role::Slider, "Pass threshold");
    assert_eq!((slider.accesskit_node().numeric_value(), slider.value()), (Some(3.0), Some("3.00".to_owned())));
    // Only answers of 4 and more: the first and the fifth.
    app.send(Command::SetThreshold(3.5));
    sees(&app, &["Pass rate 0.250", "Passed 2", "Failed 6"]);
    app.drag_slider("Pass threshold", 1.0);
    sees(&app, &["Pass rate 0.125", "Passed 1", "Failed 7"]);
    write(&mut app, "Pass value", "2");
    app.press(Key::Enter);
    sees(&app, &["Passed 7", "Failed 1"]);
    app.click("Use default threshold");
    sees(&app, &["Passed 6", "Failed 2"]);
    app.click("Failed 2");
    assert_eq!(app.session().page(), Page::Images);
    assert_eq!(app.explorer().selection.filter, Filter::Segment { class: None, kind: OutcomeKind::Missed });
    let items: Vec<u32> = app.explorer().selection.images.iter().map(|shown| shown.image.0).collect();
    assert_eq!(items, [2, 5]);
}

#[test]
fn another_number_can_be_the_one_to_reach() {
    let mut app = opened();
    app.click("metric depth: 2.75");
    // Depth of at least 3: answers 0, 3, 4 and 7.
    sees(&app, &["Passed 4", "Failed 4"]);
    app.click("Pass metric");
    app.click("TER");
    // TER ≤ 50: none is right as it is written.
    sees(&app, &["Passed 0", "Failed 8"]);
    assert_eq!(app.explorer().condition(), "TER ≤ 50.00");
    let slider = app.harness.get_by_role_and_label(Role::Slider, "Pass threshold");
    assert_eq!((slider.accesskit_node().numeric_value(), slider.value()), (Some(-50.0), Some("50.00".to_owned())));
}

#[test]
fn intervals_come_by_themselves() {
    let app = opened();
    let explorer = app.explorer();
    let column = explorer.pass_column().unwrap();
    let (low, high) = explorer.interval_of(column).unwrap();
    assert!(low < 3.0 && 3.0 < high, "{low} {high}");
    assert!(app.is_idle());
}

#[test]
fn weights_rank_anew() {
    let mut app = opened();
    app.click("Scoring …");
    app.shot("answers-scoring-judge");
    app.harness.get_by_role_and_label(Role::Slider, "Weight of relevance").focus();
    app.run();
    app.press(Key::Home);
    // Without relevance the score is depth: 3 2 1 4 5 1 2 4, mean 2.75, four of them at least 3.
    sees(&app, &["Weighted score 2.75", "Passed 4", "Failed 4"]);
    assert_eq!(app.explorer().texts().unwrap().scoring.weights["relevance"], 0.0);
}

#[test]
fn a_filter_is_looked_at_before_it_is_applied() {
    let mut app = opened();
    app.click("Pass metric");
    app.click("Exact match");
    // Nothing is the reference alone as long as all of an answer is scored.
    sees(&app, &["Passed 0"]);
    app.click("Scoring …");
    write(&mut app, "Filter", "Answer: (.*");
    app.shot("answers-scoring-invalid");
    assert!(has(&app, "unclosed group") && has(&app, "cannot be read"), "{:?}", app.names());
    app.press(Key::Enter);
    assert_eq!(app.explorer().texts().unwrap().scoring.filter, None);
    write(&mut app, "Filter", "Answer: (.*)");
    sees(&app, &["taken from q0: Paris", "taken from q4: Madrid", "nothing taken from q5", "Found in 7 of 8 answers"]);
    assert_eq!(app.explorer().texts().unwrap().scoring.filter, None);
    app.press(Key::Enter);
    assert_eq!(app.explorer().texts().unwrap().scoring.filter.as_deref(), Some("Answer: (.*)"));
    // Paris, Rome, Bern, Madrid, Lisbon.
    sees(&app, &["Passed 5", "Failed 3", "Pass rate 0.625"]);
    app.shot("answers-scoring-filter");
    write(&mut app, "Only what stands behind", "It");
    sees(&app, &["taken from q0: Paris", "nothing taken from q1", "Found in 1 of 8 answers"]);
}

#[test]
fn templates_checks_and_shown_numbers() {
    let mut app = opened();
    app.click("Scoring …");
    app.click("Template");
    app.click("TruthfulQA");
    sees(&app, &["No number is shown"]);
    app.click("Template");
    app.click("Judge");
    let keys = |app: &TestApp| -> Vec<String> {
        app.explorer().texts().unwrap().shown().map(|column| column.key.clone()).collect()
    };
    assert_eq!(keys(&app), ["weighted_score", "judge.relevance", "judge.depth"]);
    app.click("Kind of check");
    app.click("Matches");
    write(&mut app, "What is looked for", "^Answer: ");
    app.click("Add check");
    // Six answers begin with it.
    assert_eq!(app.explorer().texts().unwrap().scoring.checks, [Check::Matches("^Answer: ".to_owned())]);
    assert_eq!(keys(&app).last().unwrap(), "check.Matches ^Answer: ");
    sees(&app, &["Matches ^Answer:  0.750", "metric Matches ^Answer: : 0.750"]);
    app.click("Save template …");
    write(&mut app, "Name of the template", "Mine");
    app.click("Save");
    assert_eq!(app.session().settings.templates.len(), 1);
    assert_eq!(app.session().settings.templates[0].template, "Mine");
    assert_eq!(app.session().settings.templates[0].checks.len(), 1);
    app.click("Delete template");
    assert!(app.session().settings.templates.is_empty());
    app.click("Remove check Matches ^Answer: ");
    assert!(app.explorer().texts().unwrap().scoring.checks.is_empty());
    app.harness.get_by_role_and_label(Role::CheckBox, "depth").scroll_to_me();
    app.run();
    app.harness.get_by_role_and_label(Role::CheckBox, "depth").click();
    app.run();
    assert_eq!(keys(&app), ["weighted_score", "judge.relevance"]);
}

/// By template: the means of plain are 4 3 3 5, of polite 1 2 3 3.
#[test]
fn parts_follow_the_slider_and_open_their_answers() {
    let mut app = opened();
    sees(&app, &["part plain: 4 passed, 0 failed", "part polite: 2 passed, 2 failed"]);
    app.send(Command::SetThreshold(4.0));
    sees(&app, &["part plain: 2 passed, 2 failed", "part polite: 0 passed, 4 failed"]);
    app.click("Parts by");
    app.click("Length of the answer");
    assert!(!app.sees("part plain: 2 passed, 2 failed"));
    app.click("Parts by");
    app.click("prompt (template)");
    app.click("part polite: 0 passed, 4 failed");
    assert_eq!(app.session().page(), Page::Images);
    let Filter::Images { title, images } = &app.explorer().selection.filter else { panic!("the part is not selected") };
    let items: Vec<u32> = images.iter().map(|image| image.0).collect();
    assert_eq!((title.as_str(), items), ("prompt: polite", vec![2, 5, 6, 7]));
}

/// scipy 1.17.1: spearmanr of both marks .345679012345679, pearsonr .29032258064516114.
#[test]
fn agreement_of_two_numbers() {
    let mut app = opened();
    app.click("Scoring …");
    app.click("Template");
    app.click("Judge");
    app.click("Scoring …");
    app.shot("answers-agreement");
    sees(&app, &["agreement relevance, depth: 0.35", "agreement depth, relevance: 0.35"]);
    app.click("agreement relevance, depth: 0.35");
    sees(&app, &["Spearman’s ρ 0.346 · Pearson’s r 0.290 · 8 answers", "relevance against depth plot"]);
    app.shot("answers-scatter");
    app.click("Back to all");
    sees(&app, &["agreement relevance, depth: 0.35"]);
}

/// Nothing but answers: lengths describe them, and nothing says which are better.
#[test]
fn nothing_that_ranks() {
    let mut set = capitals();
    set.answers.references = vec![Vec::new(); 8];
    set.answers.numbers.clear();
    let mut app = set.shown(Setup::default());
    app.shot("answers-nothing");
    assert!(has(&app, "No number says which answers are better"), "{:?}", app.names());
    sees(&app, &["Without a reference 8", "metric Words: 2.50", "No rule found something to improve"]);
    assert_eq!(app.explorer().condition(), "no threshold");
    assert!(!app.sees("Pass threshold") && !has(&app, "Pass rate 0"), "{:?}", app.names());
    app.click("Scoring …");
    app.click("Kind of check");
    app.click("Contains");
    write(&mut app, "What is looked for", "answer: ");
    app.click("Add check");
    // Seven hold it in any case.
    sees(&app, &["Passed 7", "Failed 1"]);
}

#[test]
fn judge_alone_and_all_values_equal() {
    let mut set = capitals();
    set.answers.references = vec![Vec::new(); 8];
    set.answers.numbers = vec![numbers(
        "how well the answer follows every single instruction of the prompt",
        NumberRole::Judge,
        &[4.0; 8],
    )];
    let mut app = set.shown(Setup { size: egui::vec2(1280.0, 720.0), ..Setup::default() });
    app.shot("answers-equal");
    // A scale of 1 to 5: the middle is 3. One criterion is its own score.
    sees(&app, &["Pass rate 1.000", "Passed 8", "Failed 0", "Without a reference 8"]);
    sees(&app, &["metric how well the answer follows every single instruction of the prompt: 4.00"]);
    assert!(!has(&app, "Weighted score"), "{:?}", app.names());
    app.send(Command::SetThreshold(4.0));
    sees(&app, &["Passed 8"]);
}

#[test]
fn tables_of_panes_can_be_copied() {
    let mut app = opened();
    let copied = |app: &mut TestApp, menu: &str| -> String {
        app.click(menu);
        app.harness.get_by_label("Copy data").click();
        for _ in 0..4 {
            app.harness.step();
            for command in &app.harness.output().platform_output.commands {
                if let egui::OutputCommand::CopyText(text) = command {
                    return text.clone();
                }
            }
        }
        panic!("nothing was copied")
    };
    let metrics = copied(&mut app, "Metrics menu");
    assert!(metrics.starts_with("metric,value,low,high,spread,answers\n"), "{metrics}");
    assert!(metrics.lines().any(|line| line.starts_with("weighted_score,3,") && line.ends_with(",8")), "{metrics}");
    let parts = copied(&mut app, "Pass rate by part menu");
    assert!(
        parts.contains("prompt,plain,4,4,4,0,1,3.75\n") && parts.contains("prompt,polite,4,4,2,2,0.5,2.25\n"),
        "{parts}"
    );
    let agreement = copied(&mut app, "Agreement menu");
    assert!(agreement.contains("judge.relevance,judge.depth,0.345679012345679,"), "{agreement}");
}

#[test]
fn panes_can_be_saved_as_drawings() {
    let mut app = opened();
    let dir = tempfile::tempdir().unwrap();
    let saved = |app: &mut TestApp, menu: &str, name: &str| -> String {
        app.dialogs.answer.replace(Some(Picked::Folder(dir.path().to_owned())));
        app.click(menu);
        app.click("Save image …");
        app.click("SVG");
        app.click("Save");
        std::fs::read_to_string(dir.path().join(name)).unwrap()
    };
    let curve = saved(&mut app, "Metrics menu", "writer-v1-production.svg");
    assert!(curve.contains("Share of answers with Weighted score ≥ 3.00: 0.750"), "{curve}");
    assert_eq!(curve.matches("<polyline").count(), 2, "the curve and the threshold");
    let parts = saved(&mut app, "Pass rate by part menu", "writer-v1-classes.svg");
    for word in [">plain<", ">1.000<", ">polite<", ">0.500<", ">Length of the answer<"] {
        assert!(parts.contains(word), "{word} is not in {parts}");
    }
}

#[test]
fn the_page_curves_and_the_list_of_actions() {
    let mut app = opened();
    app.send(Command::Go(Page::Curves));
    sees(&app, &["Pass rate plot"]);
    assert!(app.is_idle());
    app.press_with(Modifiers::COMMAND, Key::K);
    app.harness.get_by_label("Find").type_text("scoring");
    app.run();
    app.press(Key::Enter);
    sees(&app, &["Template", "Weight of depth"]);
}

#[test]
fn cards_show_texts() {
    let mut set = capitals();
    set.answers.outputs[6] = Some(String::new());
    set.answers.outputs[7] = None;
    let app = set.shown(Setup::default());
    let titles: Vec<&str> = app.explorer().recommendations.iter().map(|card| card.title.as_str()).collect();
    assert!(!titles.is_empty(), "empty answers stand out");
    assert!(app.sees("Show images"), "{:?}", app.names());
}

fn data(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("EVALENS_DATA").map_or_else(|| Path::new("../shared/data").to_owned(), PathBuf::from);
    Some(root.join(name)).filter(|path| path.is_dir() && std::env::var_os("EVALENS_SHOTS").is_some())
}

fn lines(path: &Path, key: &str) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let read = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()[key].as_str().unwrap().to_owned();
    text.lines().map(read).collect()
}

/// Real answers, only looked at.
fn gsm8k(root: &Path) -> Set {
    let outputs = lines(&root.join("outputs/175b_verification.jsonl"), "output");
    Set {
        questions: lines(&root.join("questions.jsonl"), "question"),
        answers: Answers {
            incorrect: vec![Vec::new(); outputs.len()],
            outputs: outputs.into_iter().map(Some).collect(),
            references: lines(&root.join("questions.jsonl"), "reference").into_iter().map(|r| vec![r]).collect(),
            ..Answers::default()
        },
        scoring: Scoring { filter: Some("A: (.*)".to_owned()), ..Scoring::default() },
    }
}

fn wmt(root: &Path) -> Set {
    let read = |name: &str| -> Vec<String> {
        std::fs::read_to_string(root.join(name)).unwrap().lines().map(str::to_owned).collect()
    };
    let outputs = read("outputs/NLLB_Greedy.en.txt");
    Set {
        questions: read("source.de.txt"),
        answers: Answers {
            incorrect: vec![Vec::new(); outputs.len()],
            outputs: outputs.into_iter().map(Some).collect(),
            references: read("reference.en.txt").into_iter().map(|text| vec![text]).collect(),
            ..Answers::default()
        },
        ..Set::default()
    }
}

#[test]
fn pictures_of_real_texts() {
    let (Some(maths), Some(news)) = (data("gsm8k"), data("wmt23-de-en")) else {
        eprintln!("pictures are only made where EVALENS_SHOTS says where and the data is there");
        return;
    };
    let evaluation = wmt(&news).loaded().evaluation;
    let palette = Palette::default();
    let figures =
        [text_figures::passing(&evaluation, 50.0, &palette), text_figures::of_parts(&evaluation, 50.0, &palette)];
    for (number, figure) in figures.into_iter().enumerate() {
        let picture = figure.unwrap().to_picture(1.5).unwrap();
        let pixels = image::RgbaImage::from_raw(picture.width, picture.height, picture.rgba).unwrap();
        let dir = PathBuf::from(std::env::var_os("EVALENS_SHOTS").unwrap());
        pixels.save(dir.join(format!("answers-figure-{number}.png"))).unwrap();
    }
    for (name, theme, size) in [
        ("dark", ThemeChoice::Dark, egui::vec2(1440.0, 900.0)),
        ("light", ThemeChoice::Light, egui::vec2(1440.0, 900.0)),
        ("narrow", ThemeChoice::Dark, egui::vec2(1280.0, 720.0)),
    ] {
        let mut app = gsm8k(&maths).shown(Setup { size, theme, ..Setup::default() });
        app.shot(&format!("answers-gsm8k-{name}"));
        app.click("Scoring …");
        app.shot(&format!("answers-gsm8k-scoring-{name}"));
        let mut app = wmt(&news).shown(Setup { size, theme, ..Setup::default() });
        app.shot(&format!("answers-wmt-{name}"));
        app.click("metric TER: 56.83");
        app.shot(&format!("answers-wmt-ter-{name}"));
        app.click("Metrics menu");
        app.click("Maximise");
        app.shot(&format!("answers-wmt-metrics-{name}"));
    }
}
