//! Label suspects in the window: the queue, its keys, what outlives a restart, the image view, saving, the command line.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command as Program;

use common::app::TestApp;
use common::export::table;
use common::synthetic::{Object, Synthetic};
use egui::{Key, Modifiers};
use evalens::analysis::Filter;
use evalens::model::{BBox, SuspectKind, Verdict, VerdictLine};
use evalens::session::errors::Tab;
use evalens::session::errors::review::Ask;
use evalens::session::{Command, Page};
use evalens::store::place::Keeper;
use evalens::ui::outside::Picked;

/// Bolts that are all found, but one is labelled a nut, one is not labelled, one label stands on nothing, and one beside its bolt.
fn workbench() -> Synthetic {
    let object = |image, class, x: f64, score| Object { image, class, bbox: BBox::new(x, 10.0, 20.0, 20.0), score };
    let mut bench = Synthetic { images: 6, truths: Vec::new(), detections: Vec::new() };
    for image in 0..6 {
        for (at, x) in [10.0, 40.0].into_iter().enumerate() {
            bench.truths.push(object(image, 0, x, 1.0));
            bench.detections.push(object(image, 0, x, 0.9 - 0.01 * (2 * image + at) as f64));
        }
    }
    bench.truths.push(object(0, 1, 100.0, 1.0));
    bench.detections.push(object(0, 0, 100.0, 0.97));
    bench.detections.push(object(1, 0, 100.0, 0.96));
    bench.truths.push(object(2, 0, 100.0, 1.0));
    bench.truths.push(object(3, 0, 100.0, 1.0));
    bench.detections.push(object(3, 0, 112.0, 0.95));
    bench
}

const WRONG: &str = "suspect part-000.png: wrong label, nut for bolt, 0.97";
const MISSING: &str = "suspect part-001.png: missing label, bolt, 0.96";
const BESIDE: &str = "suspect part-003.png: badly located, bolt, 0.95";
// 13 of 14 bolts are touched.
const SPURIOUS: &str = "suspect part-002.png: spurious label, bolt, 0.93";

/// A window on the workbench whose verdicts are kept in a folder.
fn window(root: &Path) -> TestApp {
    let mut app = TestApp::new();
    app.harness.state_mut().session_mut().keeper = Keeper { writes: true, ..Keeper::default() };
    let bench = workbench();
    let (project, loaded) = (bench.project(root), bench.loaded(None));
    app.harness.state_mut().session_mut().show(project, loaded);
    app.send(Command::ShowErrors(Tab::Labels));
    app
}

fn verdicts(app: &TestApp) -> Vec<(String, Verdict)> {
    let session = app.session();
    let dataset = app.explorer().dataset();
    let all = session.errors.review.judged.all.iter();
    all.map(|one| (dataset.images[one.image.index()].name.clone(), one.verdict)).collect()
}

fn said(app: &TestApp) -> Vec<Verdict> {
    verdicts(app).into_iter().map(|(_, verdict)| verdict).collect()
}

fn journal(root: &Path) -> PathBuf {
    let folder = root.join(".evalens/journal");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    files.remove(0)
}

fn lines(root: &Path) -> Vec<VerdictLine> {
    let text = std::fs::read_to_string(journal(root)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[track_caller]
fn sees(app: &TestApp, names: &[&str]) {
    for name in names {
        assert!(app.sees(name), "{name} is not among {:#?}", app.names());
    }
}

/// The kind of suspect that is looked at.
fn here(app: &TestApp) -> SuspectKind {
    app.session().errors.review.suspect().unwrap().kind
}

use SuspectKind::{BadLocation, MissingLabel, SpuriousLabel, WrongLabel};

/// The table has the queue in its order, with what was said.
#[test]
fn the_queue_is_handed_out() {
    let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut app = window(root.path());
    app.press(Key::Q);
    let suspects = table(&mut app, out.path(), "Label suspects menu");
    let heads = ["item", "kind", "label", "model", "verdict"];
    let told: Vec<_> = suspects.rows.iter().map(|row| heads.map(|head| suspects.cell(row, head))).collect();
    assert_eq!(
        told,
        [
            ["part-000.png", "wrong label", "nut", "bolt", "Model right"],
            ["part-001.png", "missing label", "", "bolt", ""],
            ["part-003.png", "badly located", "bolt", "bolt", ""],
            ["part-002.png", "spurious label", "bolt", "", ""],
        ]
    );
    let scores: Vec<f64> = suspects.rows.iter().map(|row| suspects.number(row, "score").unwrap()).collect();
    assert_eq!(scores[..3], [0.97, 0.96, 0.95]);
    assert!((scores[3] - 13.0 / 14.0).abs() < 1e-12, "{scores:?}");
}

#[test]
fn keys_judge_and_the_next_suspect_comes() {
    let root = tempfile::tempdir().unwrap();
    let mut app = window(root.path());
    sees(&app, &[WRONG, MISSING, BESIDE, SPURIOUS, "0 of 4 judged", "No verdict changes a label yet"]);
    sees(
        &app,
        &["truth nut", "prediction bolt 0.97", "Model right", "Label right", "Both wrong", "Unsure", "Undo verdict"],
    );
    app.shot("review");
    assert_eq!(here(&app), WrongLabel);
    app.press(Key::Q);
    assert_eq!(here(&app), MissingLabel);
    let judged = format!("{WRONG}, judged model right");
    sees(&app, &[&judged, "1 of 4 judged", "prediction bolt 0.96"]);
    app.press(Key::W);
    assert_eq!(here(&app), BadLocation);
    app.press(Key::E);
    assert_eq!(here(&app), SpuriousLabel);
    app.press(Key::R);
    use Verdict::{BothWrong, LabelRight, ModelRight, Unsure};
    assert_eq!(said(&app), [ModelRight, LabelRight, BothWrong, Unsure]);
    sees(&app, &["4 of 4 judged"]);
    let names: Vec<String> = lines(root.path()).into_iter().map(|line| line.image).collect();
    assert_eq!(names, ["part-000.png", "part-001.png", "part-003.png", "part-002.png"]);
    // The same label can be judged again; the last word counts.
    app.click(&judged);
    app.click("Label right");
    assert_eq!(said(&app), [LabelRight, LabelRight, BothWrong, Unsure]);
    app.shot("review-judged");
}

#[test]
fn verdicts_are_taken_back_one_by_one() {
    let root = tempfile::tempdir().unwrap();
    let mut app = window(root.path());
    app.press(Key::Q);
    app.press(Key::Q);
    assert_eq!(here(&app), BadLocation);
    app.press(Key::U);
    assert_eq!((here(&app), said(&app)), (MissingLabel, vec![Verdict::ModelRight]));
    app.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!((here(&app), said(&app)), (WrongLabel, Vec::new()));
    app.press(Key::U);
    assert_eq!(lines(root.path()).len(), 4, "two verdicts, two taken back, nothing for nothing");
    assert_eq!(lines(root.path())[3].verdict, None);
    // Given by a window that is closed: the one on the suspect at hand can be taken back.
    app.press(Key::E);
    drop(app);
    let mut app = window(root.path());
    app.click(&format!("{WRONG}, judged both wrong"));
    app.click("Undo verdict");
    assert_eq!(said(&app), []);
}

#[test]
fn arrows_step_through_what_is_listed() {
    let root = tempfile::tempdir().unwrap();
    let mut app = window(root.path());
    let kinds = |app: &mut TestApp, keys: &[Key]| -> Vec<SuspectKind> {
        keys.iter()
            .map(|key| {
                app.press(*key);
                here(app)
            })
            .collect()
    };
    let (back, on) = (Key::ArrowLeft, Key::ArrowRight);
    assert_eq!(
        kinds(&mut app, &[on, on, on, on, back]),
        [MissingLabel, BadLocation, SpuriousLabel, SpuriousLabel, BadLocation]
    );
    app.press(Key::R);
    assert_eq!(here(&app), SpuriousLabel);
    app.click("Not judged");
    assert!(!app.sees(BESIDE) && !app.sees(&format!("{BESIDE}, judged unsure")));
    assert_eq!(kinds(&mut app, &[back, back, on]), [MissingLabel, WrongLabel, MissingLabel]);
    // Those of one kind, those about one class.
    let review = |app: &TestApp| app.session().errors.review.only;
    let only = review(&app);
    app.send(Command::Review(Ask::List(evalens::session::errors::review::Only { kind: Some(SpuriousLabel), ..only })));
    assert_eq!(here(&app), SpuriousLabel);
    sees(&app, &[SPURIOUS, "0 of 1 judged"]);
    assert!(!app.sees(WRONG));
    let nut = app.explorer().dataset().classes.by_name("nut");
    app.send(Command::Review(Ask::List(evalens::session::errors::review::Only { kind: None, class: nut, open: true })));
    sees(&app, &[WRONG]);
    assert!(!app.sees(SPURIOUS));
}

#[test]
fn verdicts_outlive_the_window_and_a_torn_line() {
    let root = tempfile::tempdir().unwrap();
    let mut app = window(root.path());
    app.press(Key::Q);
    app.press(Key::W);
    app.press(Key::R);
    // No farewell: what was said is on disk already.
    std::mem::forget(app);
    let app = window(root.path());
    assert_eq!(said(&app), [Verdict::ModelRight, Verdict::LabelRight, Verdict::Unsure]);
    assert_eq!(here(&app), SpuriousLabel, "the first that nobody has judged");
    sees(&app, &["3 of 4 judged", "Precision 0.800, corrected 0.867, difference +0.067"]);
    drop(app);
    let file = journal(root.path());
    let text = std::fs::read(&file).unwrap();
    std::fs::write(&file, &text[..text.len() - 9]).unwrap();
    let mut app = window(root.path());
    assert_eq!(said(&app), [Verdict::ModelRight, Verdict::LabelRight]);
    assert_eq!(app.session().errors.review.unread, 1);
    app.press(Key::E);
    assert_eq!(said(&app), [Verdict::ModelRight, Verdict::LabelRight, Verdict::BothWrong]);
    assert_eq!(window(root.path()).session().errors.review.judged.all.len(), 3);
}

#[test]
fn two_windows_see_each_others_verdicts() {
    let root = tempfile::tempdir().unwrap();
    let (mut one, mut other) = (window(root.path()), window(root.path()));
    one.press(Key::Q);
    assert_eq!(said(&other), []);
    other.press(Key::ArrowRight);
    other.press(Key::W);
    assert_eq!(said(&other), [Verdict::ModelRight, Verdict::LabelRight]);
    one.press(Key::R);
    assert_eq!(verdicts(&one).len(), 2, "the other window has judged the next one");
    assert_eq!(said(&one), [Verdict::ModelRight, Verdict::Unsure]);
}

#[test]
fn corrected_numbers_follow_verdicts_and_the_threshold() {
    let root = tempfile::tempdir().unwrap();
    let mut app = window(root.path());
    // 12 bolts found of 15 labels; 15 detections kept.
    assert_eq!(app.explorer().counter.totals().correct, 12);
    app.press(Key::Q);
    // 13 of 15 and 13 of 15.
    sees(
        &app,
        &["Precision 0.800, corrected 0.867, difference +0.067", "F1 0.800, corrected 0.867, difference +0.067"],
    );
    app.press(Key::Q);
    // One label more, found: 14 of 15 and 14 of 16.
    sees(
        &app,
        &["Precision 0.800, corrected 0.933, difference +0.133", "Recall 0.800, corrected 0.875, difference +0.075"],
    );
    app.send(Command::SetThreshold(0.965));
    // Only the detection of 0.97 is kept: nothing right of 15; then 1 of 1, of 16.
    sees(
        &app,
        &["Precision 0.000, corrected 1.000, difference +1.000", "Recall 0.000, corrected 0.062, difference +0.062"],
    );
    app.press(Key::U);
    app.press(Key::U);
    sees(&app, &["No verdict changes a label yet"]);
}

#[test]
fn a_marked_object_is_judged_in_its_image() {
    let root = tempfile::tempdir().unwrap();
    let mut app = window(root.path());
    let truth = app.session().errors.review.suspect().unwrap().truth.unwrap();
    app.send(Command::Select(Filter::of_truths("one".into(), vec![truth])));
    let image = app.explorer().selection.images[0].image;
    app.send(Command::OpenImage(image));
    assert_eq!(app.session().page(), Page::Images);
    app.press(Key::Q);
    assert_eq!(verdicts(&app), [("part-000.png".to_owned(), Verdict::ModelRight)]);
    sees(&app, &["judged model right"]);
    app.press(Key::W);
    assert_eq!(said(&app), [Verdict::LabelRight]);
    app.press(Key::U);
    app.press(Key::U);
    assert_eq!(said(&app), []);
    assert!(!app.sees("judged model right"));
    // Without a marked object there is nothing to judge.
    app.send(Command::Select(Filter::All));
    app.send(Command::OpenImage(image));
    app.press(Key::Q);
    assert_eq!(said(&app), []);
}

#[test]
fn another_score_is_confident() {
    let root = tempfile::tempdir().unwrap();
    let mut app = window(root.path());
    app.send(Command::Review(Ask::Confident(Some(0.955))));
    sees(&app, &[WRONG, MISSING, "Automatic"]);
    assert!(!app.sees(BESIDE), "0.95 is not confident any more");
    app.click("Automatic");
    sees(&app, &[BESIDE]);
    app.send(Command::SetIou(0.2));
    // Found well enough now, but the definition of a suspect stays.
    sees(&app, &[BESIDE]);
}

#[test]
fn verdicts_are_saved_and_told_on_the_command_line() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("bench");
    workbench().write(&root);
    let mut app = TestApp::new();
    app.harness.state_mut().session_mut().keeper = Keeper { writes: true, ..Keeper::default() };
    app.open(&root);
    app.send(Command::ShowErrors(Tab::Labels));
    app.press(Key::Q);
    app.press(Key::Q);
    app.press(Key::W);
    app.press(Key::Q);
    for (entry, file) in [("As a table (CSV)", "verdicts.csv"), ("As changes to the labels (JSON)", "label-patch.json")]
    {
        *app.dialogs.answer.borrow_mut() = Some(Picked::Folder(dir.path().to_owned()));
        app.click("Save verdicts …");
        app.click(entry);
        assert!(dir.path().join(file).is_file(), "{entry}: {:?}", app.session().notices);
        app.press(Key::Escape);
    }
    let run = |args: &[&str]| {
        let program = Program::new(env!("CARGO_BIN_EXE_evalens"))
            .arg("verdicts")
            .args(args)
            .env_remove("EVALENS_KEEP_IN")
            .output();
        let output = program.unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let path = root.to_str().unwrap();
    let (code, table, _) = run(&[path, "--out", "-"]);
    assert_eq!((code, &table), (Some(0), &std::fs::read_to_string(dir.path().join("verdicts.csv")).unwrap()));
    assert_eq!(table.lines().count(), 5);
    let patch = dir.path().join("again.json");
    assert_eq!(run(&[path, "--out", patch.to_str().unwrap()]).0, Some(0));
    let read = |file: &Path| -> serde_json::Value { serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap() };
    let saved = read(&dir.path().join("label-patch.json"));
    assert_eq!(read(&patch)["items"], saved["items"]);
    let kinds: Vec<(&str, &str)> = saved["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["image"].as_str().unwrap(), item["operations"][0]["op"].as_str().unwrap()))
        .collect();
    // The badly located one was judged right: nothing changes there.
    assert_eq!(kinds, [("part-000.png", "change_class"), ("part-001.png", "add"), ("part-002.png", "remove")]);
    let (code, words, _) = run(&[path]);
    assert_eq!(code, Some(0));
    assert!(words.contains("4 verdicts") && words.contains("badly located"), "{words}");
    let (code, _, problem) = run(&[path, "--dataset", "nothing"]);
    assert_eq!(code, Some(1));
    assert!(problem.contains("no label of a dataset `nothing` was judged yet"), "{problem}");
}

#[test]
fn neighbours_doubt_labels_too() {
    let mut app = TestApp::new();
    app.harness.state_mut().session_mut().rules.suspect_neighbours = 0.6;
    app.open(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample-classes"));
    app.send(Command::ShowErrors(Tab::Labels));
    let found = app.session().errors.review.found.clone().unwrap();
    let by_neighbours: Vec<(String, f64)> = found
        .suspects
        .iter()
        .filter(|suspect| suspect.kind == SuspectKind::Neighbours)
        .map(|suspect| (suspect.title(&app.explorer().evaluation), suspect.score))
        .collect();
    assert!(!by_neighbours.is_empty(), "{:?}", app.session().errors.review.without_neighbours);
    assert!(by_neighbours[0].0.starts_with("unlike its neighbours, "), "{by_neighbours:?}");
    // The page Vectors says the same of the same items, of which the model doubts some already.
    let doubted: Vec<_> =
        found.suspects.iter().filter(|s| s.kind != SuspectKind::Neighbours).map(|suspect| suspect.image).collect();
    app.send(Command::OpenAtlas(None));
    let atlas = app.session().atlas.as_ref().unwrap();
    let (cloud, nearby) = (atlas.cloud.clone().unwrap(), atlas.nearby.clone().unwrap());
    let dataset = app.explorer().dataset();
    let label = |row: u32| cloud.points[row as usize].labels(dataset)[0];
    let mut shares: Vec<f64> = Vec::new();
    for (row, point) in (0..).zip(&cloud.points).filter(|(_, point)| !doubted.contains(&point.image)) {
        let near: Vec<_> = nearby.neighbours.indices(row).iter().map(|other| label(*other)).collect();
        assert_eq!(near.len(), 15);
        let votes = |class| near.iter().filter(|of| **of == class).count() as f64 / 15.0;
        let others = dataset.classes.ids().filter(|class| *class != point.labels(dataset)[0]);
        shares.extend(others.map(votes).filter(|share| *share >= 0.6));
    }
    shares.sort_by(|a, b| b.total_cmp(a));
    assert_eq!(by_neighbours.iter().map(|(_, share)| *share).collect::<Vec<f64>>(), shares);
    // Without vectors it is said what to do.
    let root = tempfile::tempdir().unwrap();
    let app = window(root.path());
    let why = app.session().errors.review.without_neighbours.clone().unwrap();
    assert!(why.contains("page Vectors"), "{why}");
}
