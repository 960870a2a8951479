//! `evalens report`: which files there are, what they say, and what happens where they cannot be written.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_evalens"))
        .args(args)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn sample(name: &str) -> PathBuf {
    root().join("assets").join(name)
}

/// The two files of a small detector.
fn small() -> [String; 4] {
    let folder = root().join("tests/data/coco-small");
    let [truth, predictions] = ["truth.json", "predictions.json"].map(|name| text(&folder.join(name)).to_owned());
    ["--truth".to_owned(), truth, "--predictions".to_owned(), predictions]
}

fn small_report(out: &Path, more: &[&str]) -> Output {
    let files = small();
    let mut args = vec!["report", "--task", "detection"];
    args.extend(files.iter().map(String::as_str));
    args.extend(["--out", text(out)]);
    args.extend(more);
    run(&args)
}

/// Names of all files below a folder, sorted.
fn below(folder: &Path) -> Vec<String> {
    let (mut found, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The result of `evaluate` with the same options.
fn evaluated(args: &[&str]) -> Value {
    let output = run(&[&["evaluate"], args, &["--json", "-"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_report_has_its_files_and_the_numbers_of_evaluate() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    let done = small_report(&out, &["--title", "Small parts", "--notes", "First words.\n\nSecond words."]);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let files = below(&out);
    for name in ["evaluation.json", "figures/production.png", "figures/production.svg", "report.html", "report.pdf"] {
        assert!(files.contains(&name.to_owned()), "{name} is not among {files:?}");
    }
    for name in ["tables/per-class.csv", "tables/production.csv", "tables/summary.csv"] {
        assert!(files.contains(&name.to_owned()), "{name} is not among {files:?}");
    }
    let said = String::from_utf8(done.stdout).unwrap();
    assert_eq!(said, format!("Wrote {} files into {}\n", files.len(), out.display()));
    let html = std::fs::read_to_string(out.join("report.html")).unwrap();
    for words in ["Small parts", "First words.", "Second words.", "Headline numbers", "How it was computed"] {
        assert!(html.contains(words), "{words}");
    }
    assert!(!html.contains("<script"));
    assert!(!html.contains(text(root())), "no place of this machine");
    assert!(std::fs::read(out.join("report.pdf")).unwrap().starts_with(b"%PDF-"));
    assert!(std::fs::read(out.join("figures/production.png")).unwrap().starts_with(b"\x89PNG"));
    let files = small();
    let mut args = vec!["--task", "detection", "--intervals"];
    args.extend(files.iter().map(String::as_str));
    assert_eq!(read(&out.join("evaluation.json")), evaluated(&args));
    let plain = home.path().join("plain");
    assert_eq!(small_report(&plain, &["--no-intervals"]).status.code(), Some(0));
    args.retain(|arg| *arg != "--intervals");
    assert_eq!(read(&plain.join("evaluation.json")), evaluated(&args));
    // The row of a table is the number of the document.
    let summary = std::fs::read_to_string(out.join("tables/summary.csv")).unwrap();
    let f1 = summary.lines().find(|line| line.starts_with("F1,")).unwrap().split(',').nth(1).unwrap().to_owned();
    assert_eq!(f1.parse::<f64>().ok(), read(&out.join("evaluation.json"))["summary"]["f1"].as_f64());
}

#[test]
fn every_task_has_a_report() {
    let home = tempfile::tempdir().unwrap();
    let data = |name: &str| root().join("tests/data").join(name);
    let samples = ["sample", "sample-classes", "sample-masks", "sample-texts"].map(sample);
    for (number, folder) in samples.into_iter().chain([data("instances")]).enumerate() {
        let out = home.path().join(number.to_string());
        let done = run(&["report", text(&folder), "--out", text(&out), "--no-intervals"]);
        assert_eq!(done.status.code(), Some(0), "{}: {}", folder.display(), stderr(&done));
        let reports: Vec<String> = below(&out).into_iter().filter(|name| name.ends_with("report.html")).collect();
        assert!(!reports.is_empty(), "{}", folder.display());
        for name in &reports {
            let html = std::fs::read_to_string(out.join(name)).unwrap();
            for words in ["Headline numbers", "Data health", "How it was computed"] {
                assert!(html.contains(words), "{words} is not in {name} of {}", folder.display());
            }
            let beside = out.join(name.replace("report.html", "evaluation.json"));
            assert!(read(&beside)["schema"] == "evalens.evaluation/1");
        }
    }
}

#[test]
fn several_results_have_a_folder_each_and_the_leaderboard() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("all");
    let folder = sample("sample-classes");
    let args = ["report", text(&folder), "--split", "test", "--out", text(&out), "--no-intervals", "--sections"];
    let done = run(&[&args[..], &["leaderboard,headline"]].concat());
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let folders: Vec<_> = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(folders.len() > 1, "{folders:?}");
    for folder in folders {
        let html = std::fs::read_to_string(folder.join("report.html")).unwrap();
        assert!(html.contains("Leaderboard") && !html.contains("Data health"));
        let table = std::fs::read_to_string(folder.join("tables/leaderboard.csv")).unwrap();
        assert!(table.starts_with("rank,project,model,version") && table.lines().count() > 2, "{table}");
    }
}

#[test]
fn a_comparison_names_both() {
    let home = tempfile::tempdir().unwrap();
    let listed = run(&["leaderboard", text(&sample("sample")), "--json", "-"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let on_test = |row: &&Value| row["evaluation_dataset"].as_str().unwrap().ends_with("test");
    let mut names: Vec<String> = listed["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(on_test)
        .map(|row| format!("{}@{}", row["model"].as_str().unwrap(), row["version"].as_str().unwrap()))
        .collect();
    names.sort();
    names.dedup();
    let out = home.path().join("report");
    let folder = sample("sample");
    let args =
        ["report", text(&folder), "--split", "test", "--model", &names[0], "--compare", &names[1], "--out", text(&out)];
    let done = run(&[&args[..], &["--sections", "comparison"]].concat());
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let html = std::fs::read_to_string(out.join("report.html")).unwrap();
    assert!(html.contains("Comparison") && names.iter().all(|name| html.contains(name.as_str())), "{names:?}");
    let none = run(&["report", text(&folder), "--compare", "nobody", "--out", text(&home.path().join("none"))]);
    assert_eq!(none.status.code(), Some(2));
    assert!(stderr(&none).contains("there is no model `nobody`"), "{}", stderr(&none));
    assert!(!home.path().join("none").exists());
}

#[test]
fn what_is_there_stays_without_force() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    assert_eq!(small_report(&out, &["--no-intervals"]).status.code(), Some(0));
    let before = below(&out);
    std::fs::write(out.join("report.html"), "mine").unwrap();
    let refused = small_report(&out, &["--no-intervals"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("report.html") && stderr(&refused).contains("--force"), "{}", stderr(&refused));
    assert_eq!(std::fs::read_to_string(out.join("report.html")).unwrap(), "mine");
    assert_eq!(small_report(&out, &["--no-intervals", "--force"]).status.code(), Some(0));
    assert_ne!(std::fs::read_to_string(out.join("report.html")).unwrap(), "mine");
    assert_eq!(below(&out), before);
}

#[test]
fn wrong_arguments_and_places_are_said() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    let unknown = small_report(&out, &["--sections", "headline,nonsense"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("nonsense") && stderr(&unknown).contains("protocol"), "{}", stderr(&unknown));
    let file = home.path().join("file");
    std::fs::write(&file, "").unwrap();
    for place in [file.clone(), file.join("below")] {
        let refused = small_report(&place, &["--no-intervals", "--sections", "headline"]);
        assert_eq!(refused.status.code(), Some(1));
        let said = stderr(&refused);
        assert!(said.contains(text(&place)) && said.contains("choose another folder"), "{said}");
    }
    let logo = small_report(&out, &["--logo", text(&file)]);
    assert_eq!(logo.status.code(), Some(1));
    assert!(stderr(&logo).contains("is not a picture"), "{}", stderr(&logo));
    assert_eq!(below(home.path()), ["file"]);
}

/// The same bytes with one thread and with several.
#[test]
fn threads_change_nothing() {
    let home = tempfile::tempdir().unwrap();
    let report = |threads: &str| {
        let out = home.path().join(threads);
        let done = Command::new(env!("CARGO_BIN_EXE_evalens"))
            .args(["report", text(&sample("sample-masks")), "--split", "test", "--out", text(&out)])
            .env("RAYON_NUM_THREADS", threads)
            .output()
            .unwrap();
        assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
        out
    };
    let [one, four] = ["1", "4"].map(report);
    let names = below(&one);
    assert_eq!(names, below(&four));
    for name in names {
        assert!(std::fs::read(one.join(&name)).unwrap() == std::fs::read(four.join(&name)).unwrap(), "{name} differs");
    }
}

/// Killed at many moments: the folder is whole or not there.
#[cfg(unix)]
#[test]
fn killed_on_the_way_nothing_is_half_there() {
    let home = tempfile::tempdir().unwrap();
    let whole = home.path().join("whole");
    let started = std::time::Instant::now();
    assert_eq!(small_report(&whole, &["--no-intervals"]).status.code(), Some(0));
    let (took, names) = (started.elapsed(), below(&whole));
    for moment in 1..=12_u32 {
        let out = home.path().join(format!("out{moment}"));
        let files = small();
        let mut child = Command::new(env!("CARGO_BIN_EXE_evalens"))
            .args(["report", "--task", "detection", "--no-intervals", "--out", text(&out)])
            .args(&files)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(took * moment / 10);
        let _ = child.kill();
        child.wait().unwrap();
        if out.exists() {
            assert_eq!(below(&out), names);
            for name in &names {
                assert!(std::fs::read(out.join(name)).unwrap() == std::fs::read(whole.join(name)).unwrap(), "{name}");
            }
        }
    }
}
