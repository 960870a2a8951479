//! Several projects side by side, without a window: what is calculated, what is kept of it, and what goes wrong.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use evalens::cache::TableCache;
use evalens::jobs::InlineRunner;
use evalens::metrics::{MatchTable, Metric};
use evalens::session::evaluations::{Key, Row, State};
use evalens::session::ranges::Asked;
use evalens::session::{Command, Session};
use evalens::store::place::Keeper;
use evalens::store::runs;
use evalens::store::settings::Settings;
use serde_json::{Value, json};

fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// Truth and probabilities of cat and dog: `right` of 20 items are right.
fn outputs(root: &Path, file: &str, right: usize) {
    let mut text = String::from("id,cat,dog\n");
    for item in 0..20 {
        let cat = (item % 2 == 0) == (item < right);
        let (p, q) = (0.6 + 0.01 * item as f64, 0.4 - 0.01 * item as f64);
        let (cat, dog) = if cat { (p, q) } else { (q, p) };
        let _ = writeln!(text, "i{item},{cat},{dog}");
    }
    write(root, file, &text);
}

fn truth(root: &Path, file: &str, names: [&str; 2]) {
    let mut text = String::from("id,text,label\n");
    for item in 0..20 {
        let _ = writeln!(text, "i{item},number {item},{}", names[item % 2]);
    }
    write(root, file, &text);
}

/// A project of one dataset and models with outputs for it; `more` are predictions of the first model for other projects.
fn project(parent: &Path, name: &str, names: [&str; 2], models: &[(&str, usize)], more: &[Value]) -> PathBuf {
    let root = parent.join(name);
    truth(&root, "truth.csv", names);
    let model = |(i, (version, right)): (usize, &(&str, usize))| {
        outputs(&root, &format!("predictions/{version}.csv"), *right);
        let mut predictions = vec![json!({"dataset": "pets", "version": "v1", "split": "test", "format": "csv",
            "path": format!("predictions/{version}.csv")})];
        if i == 0 {
            predictions.extend(more.iter().cloned());
        }
        json!({"id": "namer", "version": version, "task": "text-classification", "predictions": predictions,
            "trained_on": {"dataset": "pets", "version": "v0", "split": "train"}})
    };
    let file = json!({"schema": "evalens.project/1", "name": name,
        "datasets": [{"id": "pets", "version": "v1", "task": "text-classification", "format": "csv",
            "splits": {"test": {"truth": "truth.csv"}}}],
        "models": models.iter().enumerate().map(model).collect::<Vec<_>>()});
    write(&root, "evalens.json", &file.to_string());
    root
}

fn keeper() -> Keeper {
    Keeper { writes: true, ..Keeper::default() }
}

fn session(paths: &[&Path]) -> Session {
    let mut session = Session::new(Box::new(InlineRunner::default()), Settings::default(), None);
    session.keeper = keeper();
    let paths = paths.iter().map(|path| path.to_path_buf()).collect();
    session.apply(Command::OpenAll(paths), Instant::now());
    session
}

fn send(session: &mut Session, command: Command) {
    session.apply(command, Instant::now());
}

fn row<'a>(session: &'a Session, root: &Path, version: &str) -> &'a Row {
    let fits = |row: &&Row| row.key.root == root && row.key.model.1 == version;
    session.evaluations.rows.iter().find(fits).unwrap_or_else(|| panic!("no row {version} of {}", root.display()))
}

fn state<'a>(session: &'a Session, root: &Path, version: &str) -> State<'a> {
    session.evaluations.state(&session.workspace, row(session, root, version))
}

/// What the command line says of the same thing.
fn evaluated(root: &Path, version: &str, more: &[&str]) -> Value {
    let model = format!("namer@{version}");
    let mut args = vec!["evaluate", root.to_str().unwrap(), "--model", &model, "--json", "-"];
    args.extend(more);
    let output = Process::new(env!("CARGO_BIN_EXE_evalens")).args(args).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_row_is_calculated_kept_and_found_again() {
    let dir = tempfile::tempdir().unwrap();
    let a = project(dir.path(), "a", ["cat", "dog"], &[("v1", 12), ("v2", 17)], &[]);
    let b = project(dir.path(), "b", ["cat", "dog"], &[("v9", 15)], &[]);
    let mut session = session(&[&a, &b]);
    assert!(session.notices.is_empty(), "{:?}", session.notices);
    assert_eq!(session.evaluations.rows.len(), 3);
    // What came on screen by itself has its run already; the others wait to be asked for.
    assert!(matches!(state(&session, &a, "v2"), State::Done(_)));
    assert!(matches!(state(&session, &a, "v1"), State::Ready));
    send(&mut session, Command::CalculateAll);
    for (root, version) in [(&a, "v1"), (&a, "v2"), (&b, "v9")] {
        let State::Done(stored) = state(&session, root, version) else { panic!("{version} is not done") };
        let expected = evaluated(root, version, &[]);
        for name in ["accuracy", "f1", "precision", "recall", "roc_auc_macro", "log_loss", "optimal_confidence"] {
            assert_eq!(stored.run.number(name), expected["summary"][name].as_f64(), "{version} {name}");
        }
        assert!(stored.file.starts_with(root.join(".evalens/runs")) && stored.file.is_file());
        assert!(std::fs::metadata(&stored.file).unwrap().len() < 50_000);
    }

    // Another start finds all of it, and writes nothing twice.
    let files = |root: &Path| std::fs::read_dir(root.join(".evalens/runs")).unwrap().count();
    assert_eq!((files(&a), files(&b)), (2, 1));
    let mut again = self::session(&[&a, &b]);
    send(&mut again, Command::CalculateAll);
    assert!(matches!(state(&again, &a, "v1"), State::Done(_)));
    assert_eq!((files(&a), files(&b)), (2, 1));

    // Other outputs: what was calculated is out of date, and can be calculated again.
    outputs(&a, "predictions/v1.csv", 19);
    let mut later = self::session(&[&a, &b]);
    assert!(matches!(state(&later, &a, "v1"), State::Stale(_)));
    send(&mut later, Command::CalculateAll);
    let State::Done(stored) = state(&later, &a, "v1") else { panic!("not done") };
    assert_eq!(stored.run.number("accuracy"), Some(0.95));
    assert_eq!(files(&a), 3);
}

#[test]
fn a_model_is_evaluated_on_the_dataset_of_another_project() {
    let dir = tempfile::tempdir().unwrap();
    let abroad =
        json!({"dataset": "b:pets", "version": "v1", "split": "test", "format": "csv", "path": "predictions/b.csv"});
    let a = project(dir.path(), "a", ["cat", "dog"], &[("v1", 12), ("v2", 17)], &[abroad]);
    let b = project(dir.path(), "b", ["Cats", "DOG"], &[("v9", 15)], &[]);
    outputs(&a, "predictions/b.csv", 13);
    let mut session = session(&[&a, &b]);
    let pick = |version: &str| Key {
        root: a.clone(),
        model: ("namer".to_owned(), version.to_owned()),
        dataset: ("b:pets".to_owned(), "v1".to_owned()),
        splits: vec!["test".to_owned()],
    };
    send(&mut session, Command::Pick(pick("v1")));
    send(&mut session, Command::Calculate(vec![pick("v1")]));
    let State::Done(stored) = state(&session, &a, "v1") else { panic!("not done: {:?}", session.evaluations) };
    assert_eq!(stored.run.number("accuracy"), Some(0.65));
    assert_eq!((stored.run.dataset.project.as_str(), stored.run.dataset.id.as_str()), ("b", "b:pets"));
    assert_eq!(stored.run.model.project, "a");

    // Without outputs the row says exactly what is missing.
    send(&mut session, Command::Pick(pick("v2")));
    let State::Missing(sentence) = state(&session, &a, "v2") else { panic!("something is missing") };
    for part in ["namer@v2 has no outputs for test", "predictions/namer/v2/b-pets-test.csv", "`b:pets`"] {
        assert!(sentence.contains(part), "{sentence}");
    }

    // On screen: the other project's truth, its class names, the mapping said.
    send(&mut session, Command::ViewResults(pick("v1")));
    let explorer = session.explorer.as_ref().unwrap();
    assert_eq!(explorer.dataset().classes.names(), ["Cats", "DOG"]);
    assert_eq!(explorer.evaluation.labels().unwrap().single.as_ref().unwrap().accuracy, Some(0.65));
    assert_eq!(explorer.mappings.len(), 2);

    // The same on the command line; a workspace is given by its file or by its folders.
    send(&mut session, Command::SaveWorkspace(dir.path().join("pets.workspace.json")));
    let found = evaluated(&a, "v1", &["--with", b.to_str().unwrap(), "--dataset", "b:pets"]);
    assert_eq!(found["summary"]["accuracy"], 0.65);
    assert_eq!((found["dataset"]["project"].as_str(), found["model"]["project"].as_str()), (Some("b"), Some("a")));
    let file = dir.path().join("pets.workspace.json");
    assert_eq!(self::session(&[&file]).evaluations.rows.len(), 3);
}

#[test]
fn what_cannot_be_opened_is_said_and_the_rest_works() {
    let dir = tempfile::tempdir().unwrap();
    let a = project(dir.path(), "a", ["cat", "dog"], &[("v1", 12)], &[]);
    let twice = project(dir.path(), "twice", ["cat", "dog"], &[("v1", 12), ("v1", 13)], &[]);
    let blind = dir.path().join("blind");
    write(
        &blind,
        "evalens.json",
        &json!({"schema": "evalens.project/1", "name": "blind",
        "models": [{"id": "m", "version": "v1", "task": "detection"}]})
        .to_string(),
    );
    write(
        dir.path(),
        "one.json",
        &json!({"schema": "evalens.workspace/1", "projects": ["a", "two.json", "gone"]}).to_string(),
    );
    write(
        dir.path(),
        "two.json",
        &json!({"schema": "evalens.workspace/1",
        "projects": ["one.json", "a", "twice", "blind"]})
        .to_string(),
    );
    let session = session(&[&dir.path().join("one.json")]);
    let said: Vec<&str> = session.notices.iter().map(|notice| notice.text.as_str()).collect();
    let says = |part: &str| assert!(said.iter().any(|text| text.contains(part)), "{part}: {said:?}");
    says("the workspace names itself (one.json → two.json → one.json)");
    says("model namer@v1 is there twice");
    says("gone");
    assert_eq!(session.workspace.members.iter().filter(|m| m.state.is_ok()).count(), 2);
    assert!(matches!(state(&session, &a, "v1"), State::Done(_)));
    let State::Missing(sentence) = state(&session, &dir.path().join("blind"), "v1") else { panic!("nothing to do") };
    assert!(sentence.contains("no dataset to evaluate a model of detection on"), "{sentence}");

    // A project that was moved is found again, one that is not wanted any more goes; the folder stays.
    let moved = dir.path().join("moved");
    std::fs::rename(&a, &moved).unwrap();
    let mut session = self::session(&[&a, &twice]);
    assert!(session.workspace.members.is_empty(), "nothing could be opened");
    let b = project(dir.path(), "b", ["cat", "dog"], &[("v9", 15)], &[]);
    send(&mut session, Command::OpenAll(vec![b.clone(), a.clone()]));
    send(&mut session, Command::Relink(a, moved.clone()));
    assert!(matches!(state(&session, &moved, "v1"), State::Done(_)), "its runs moved along");
    send(&mut session, Command::RemoveProject(b.clone()));
    assert_eq!(session.workspace.members.len(), 1);
    assert!(b.is_dir());
    assert_eq!(session.project.as_ref().unwrap().root, moved);
}

#[test]
fn a_version_that_appears_on_disk_is_found_and_may_be_calculated_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let a = project(dir.path(), "a", ["cat", "dog"], &[("v1", 12)], &[]);
    let mut session = session(&[&a]);
    project(dir.path(), "a", ["cat", "dog"], &[("v1", 12), ("v2", 16)], &[]);
    send(&mut session, Command::Rescan);
    assert!(matches!(state(&session, &a, "v2"), State::Ready));
    send(&mut session, Command::CalculateNew(true));
    project(dir.path(), "a", ["cat", "dog"], &[("v1", 12), ("v2", 16), ("v3", 18)], &[]);
    send(&mut session, Command::Rescan);
    let State::Done(stored) = state(&session, &a, "v3") else { panic!("it was not calculated by itself") };
    assert_eq!(stored.run.number("accuracy"), Some(0.9));
    assert!(matches!(state(&session, &a, "v2"), State::Ready), "only what is new");
}

/// A folder in the place of the project's own: nothing can be kept inside.
#[test]
fn a_project_that_cannot_be_written_to_is_kept_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let a = project(dir.path(), "a", ["cat", "dog"], &[("v1", 12)], &[]);
    std::fs::write(a.join(".evalens"), "in the way").unwrap();
    let elsewhere = dir.path().join("data");
    let open = || {
        let mut session = Session::new(Box::new(InlineRunner::default()), Settings::default(), None);
        session.keeper = Keeper { elsewhere: Some(elsewhere.clone()), writes: true, ..Keeper::default() };
        send(&mut session, Command::Open(a.clone()));
        session
    };
    let session = open();
    let State::Done(stored) = state(&session, &a, "v1") else { panic!("not done") };
    assert!(stored.file.starts_with(&elsewhere), "{}", stored.file.display());
    assert!(session.notices.iter().any(|n| n.text.contains("outside the project")), "{:?}", session.notices);
    assert!(matches!(state(&open(), &a, "v1"), State::Done(_)));
    assert_eq!(std::fs::read_to_string(a.join(".evalens")).unwrap(), "in the way");
}

fn leaderboard(root: &Path) -> Process {
    let mut process = Process::new(env!("CARGO_BIN_EXE_evalens"));
    process.env_remove("EVALENS_KEEP_IN");
    process.args(["leaderboard", root.to_str().unwrap(), "--save"]).stdout(Stdio::null()).stderr(Stdio::null());
    process
}

/// Killed at any moment: what was kept before is whole, what was being written is there or not.
#[test]
fn a_killed_process_loses_at_most_what_it_was_writing() {
    let dir = tempfile::tempdir().unwrap();
    let versions: Vec<String> = (1..=12).map(|v| format!("v{v}")).collect();
    let models: Vec<(&str, usize)> = versions.iter().zip(4..).map(|(v, right)| (v.as_str(), right)).collect();
    let a = project(dir.path(), "a", ["cat", "dog"], &models, &[]);
    let mut kept = 0;
    for round in 0..40 {
        let mut child = leaderboard(&a).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(2 + round));
        let _ = child.kill();
        child.wait().unwrap();
        let (found, findings) = runs::read(&keeper(), &a);
        assert!(findings.is_empty(), "{:?}", findings.sorted());
        assert!(found.len() >= kept, "what was there is still there");
        kept = found.len();
    }
    assert!(leaderboard(&a).status().unwrap().success());
    assert_eq!(runs::read(&keeper(), &a).0.len(), 12);
}

#[test]
fn two_processes_at_once_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let a = project(dir.path(), "a", ["cat", "dog"], &[("v1", 12), ("v2", 13), ("v3", 14), ("v4", 15)], &[]);
    let children: Vec<_> = (0..4).map(|_| leaderboard(&a).spawn().unwrap()).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let (found, findings) = runs::read(&keeper(), &a);
    assert!(findings.is_empty());
    for version in ["v1", "v2", "v3", "v4"] {
        assert!(found.iter().any(|stored| stored.run.model.version == version), "{version}");
    }
}

/// Outputs of cat and dog for items that are called feline and canine there; 18 of 20 are right, so that by construction
/// of the 10 that are said to be cats 9 are felines, and of the 10 dogs 9 canines.
#[test]
fn what_classes_are_found_on_speaks_for_their_meaning() {
    let dir = tempfile::tempdir().unwrap();
    let b = project(dir.path(), "b", ["feline", "canine"], &[("v9", 15)], &[]);
    let named = json!({"dataset": "b:pets", "version": "v1", "split": "test", "format": "csv",
        "path": "predictions/of-b.csv"});
    let a = project(dir.path(), "a", ["cat", "dog"], &[("v1", 12)], &[named]);
    outputs(&a, "predictions/of-b.csv", 18);
    let mut session = session(&[&a, &b]);
    let key = Key {
        root: a.clone(),
        model: ("namer".to_owned(), "v1".to_owned()),
        dataset: ("b:pets".to_owned(), "v1".to_owned()),
        splits: vec!["test".to_owned()],
    };
    send(&mut session, Command::Calculate(vec![key.clone()]));
    send(&mut session, Command::ViewResults(key.clone()));
    send(&mut session, Command::StudyMapping);
    let study = session.study.clone().unwrap();
    let evidence: Vec<_> =
        study.evidence.iter().map(|e| (e.from.as_str(), e.predictions, e.found, e.on[0].clone())).collect();
    assert_eq!(evidence, [("cat", 10, 10, ("feline".to_owned(), 9)), ("dog", 10, 10, ("canine".to_owned(), 9))]);
    let [now, then] = study.effect.unwrap();
    assert!(now.headline != Some(0.9) && then.headline == Some(0.9), "{now:?} {then:?}");
    // Nothing is taken without a word; then it is, and kept in the project file, whose other lines stay.
    send(&mut session, Command::Correct(evalens::formats::Correction::Classes(study.proposed.clone())));
    let explorer = session.explorer.as_ref().unwrap();
    assert_eq!(explorer.evaluation.labels().unwrap().single.as_ref().unwrap().accuracy, Some(0.9));
    let before: Value = serde_json::from_slice(&std::fs::read(a.join("evalens.json")).unwrap()).unwrap();
    send(&mut session, Command::WriteProjectFile);
    let after: Value = serde_json::from_slice(&std::fs::read(a.join("evalens.json")).unwrap()).unwrap();
    assert_eq!(after["class_map"], json!({"cat": "feline", "dog": "canine"}));
    assert_eq!((&after["models"], &after["datasets"]), (&before["models"], &before["datasets"]));
    let own = evaluated(&a, "v1", &["--with", b.to_str().unwrap(), "--dataset", "b:pets"]);
    assert_eq!(own["summary"]["accuracy"], 0.9, "{}", own["summary"]);
    // The model's own dataset has the names as they were.
    assert!(evaluated(&a, "v1", &["--dataset", "pets"])["summary"]["accuracy"].as_f64().unwrap() > 0.5);
}

/// Runs at a common threshold hold what evaluating there says.
#[test]
fn a_leaderboard_at_a_common_threshold() {
    let dir = tempfile::tempdir().unwrap();
    let a = project(dir.path(), "a", ["cat", "dog"], &[("v1", 12), ("v2", 17)], &[]);
    let ranked = |confidence: &str| -> Value {
        let args = ["leaderboard", a.to_str().unwrap(), "--sort", "f1", "--confidence", confidence, "--json", "-"];
        let output = Process::new(env!("CARGO_BIN_EXE_evalens")).args(args).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let at = ranked("0.7");
    assert_eq!(at["common_confidence"], 0.7);
    for row in at["rows"].as_array().unwrap() {
        let own = evaluated(&a, row["version"].as_str().unwrap(), &["--confidence", "0.7"]);
        for name in ["precision", "recall", "f1"] {
            assert_eq!(row[name], own["summary"][name], "{name}");
        }
        assert_ne!(row["recall"], ranked("optimal")["rows"][0]["recall"]);
    }
    let args = ["leaderboard", a.to_str().unwrap(), "--confidence", "0.33"];
    let output = Process::new(env!("CARGO_BIN_EXE_evalens")).args(args).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("0, 0.05, … 1"));
    assert_eq!(output.status.code(), Some(2));
}

/// A workspace's file stands for its projects: the model says which one, where several could be meant.
#[test]
fn a_workspace_file_in_place_of_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let a = project(dir.path(), "a", ["cat", "dog"], &[("v1", 12), ("v2", 17)], &[]);
    project(dir.path(), "b", ["cat", "dog"], &[("v9", 15)], &[]);
    let file = json!({"schema": "evalens.workspace/1", "projects": ["a", "b"]});
    write(dir.path(), "all.json", &file.to_string());
    let run = |args: &[&str]| Process::new(env!("CARGO_BIN_EXE_evalens")).args(args).output().unwrap();
    let path = dir.path().join("all.json");
    let path = path.to_str().unwrap();
    let own = run(&["evaluate", path, "--model", "a:namer@v1", "--dataset", "pets", "--json", "-"]);
    assert!(own.status.success(), "{}", String::from_utf8_lossy(&own.stderr));
    let own: Value = serde_json::from_slice(&own.stdout).unwrap();
    assert_eq!(own["summary"], evaluated(&a, "v1", &[])["summary"]);
    let compared = run(&["compare", path, "a:namer@v1", "a:namer@v2", "--dataset", "pets"]);
    assert!(compared.status.success(), "{}", String::from_utf8_lossy(&compared.stderr));
    let open = run(&["evaluate", path, "--json", "-"]);
    assert_eq!(open.status.code(), Some(2));
    let said = String::from_utf8_lossy(&open.stderr).into_owned();
    assert!(said.contains("PROJECT:ID") && said.contains("a, b"), "{said}");
}

/// A header that names classes otherwise declares them; they have no item, and the labels no score. What they are found on
/// says what is meant: 15 of 20 right, by construction 8 of 11 cats (even items below 15 and odd ones above: 8 and 3).
#[test]
fn classes_that_only_a_header_declares_are_in_doubt() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("pets");
    truth(&root, "test/labels.csv", ["feline", "canine"]);
    outputs(&root, "predictions/namer/test.csv", 15);
    let mut session = session(&[&root]);
    assert!(session.explorer.is_some(), "{:?}", session.notices);
    send(&mut session, Command::StudyMapping);
    let study = session.study.clone().unwrap();
    let evidence: Vec<_> = study.evidence.iter().map(|e| (e.from.as_str(), e.predictions, e.on[0].clone())).collect();
    assert_eq!(evidence[0], ("cat", 11, ("feline".to_owned(), 8)), "{evidence:?}");
    send(&mut session, Command::Correct(evalens::formats::Correction::Classes(study.proposed.clone())));
    let explorer = session.explorer.as_ref().unwrap();
    assert_eq!(explorer.evaluation.labels().unwrap().single.as_ref().unwrap().accuracy, Some(0.75));
    assert_eq!(explorer.dataset().classes.names(), ["feline", "canine"]);
}

/// The tables of segmenters are kept with their runs, made again where they cannot be read, and give ranks.
#[test]
fn tables_of_segmenters_are_kept_and_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/segmentation");
    let root = dir.path().join("masks");
    for (name, to) in [
        ("classes.json", "classes.json"),
        ("a.index.png", "masks/test/a.png"),
        ("b.index.png", "masks/test/b.png"),
        ("a.predicted.png", "predictions/net/v1/test/a.png"),
        ("b.predicted.png", "predictions/net/v1/test/b.png"),
        ("a.index.png", "predictions/net/v2/test/a.png"),
        ("b.index.png", "predictions/net/v2/test/b.png"),
    ] {
        std::fs::create_dir_all(root.join(to).parent().unwrap()).unwrap();
        std::fs::copy(from.join(name), root.join(to)).unwrap();
    }
    let cache = Arc::new(TableCache::new(dir.path().join("tables"), 1 << 20));
    let open = || {
        let mut session = Session::new(Box::new(InlineRunner::default()), Settings::default(), None);
        (session.keeper, session.tables) = (keeper(), Some(Arc::clone(&cache)));
        send(&mut session, Command::Open(root.clone()));
        send(&mut session, Command::CalculateAll);
        session
    };
    let mut session = open();
    let identity = |version| match state(&session, &root, version) {
        State::Done(stored) => stored.run.identity(),
        _ => panic!("{version} is not done"),
    };
    let (first, second) = (identity("v1"), identity("v2"));
    let tables = || [&first, &second].map(|run| MatchTable::from_bytes(&cache.get(run).unwrap()));
    let made = tables();
    assert_eq!(made[1].as_ref().unwrap().value(Metric::MeanIou), Some(1.0));
    // v2 is right everywhere, so that it is the better on every resample.
    let asked = Asked { runs: vec![first.clone(), second.clone()], metric: Metric::MeanIou };
    send(&mut session, Command::RankRanges(asked));
    let ranges = session.ranges.as_ref().unwrap();
    let found: Vec<_> = ranges.ranges.iter().map(|range| range.map(|range| (range.best, range.worst))).collect();
    assert_eq!((found, ranges.why.as_deref()), (vec![Some((2, 2)), Some((1, 1))], None));
    // Of another version: the one that comes on screen is made again.
    let mut old = cache.get(&second).unwrap();
    old[8] = 1;
    cache.put(&second, &old);
    assert!(tables()[1].is_err());
    open();
    assert_eq!(tables(), made);
}
