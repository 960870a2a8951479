//! The program on the command line: numbers equal to the recorded reference values, exit codes, files.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The shared data, where it is at hand.
fn data() -> Option<PathBuf> {
    let data = std::env::var_os("EVALENS_DATA").map_or_else(|| root().join("../shared/data"), PathBuf::from);
    if data.is_dir() {
        return Some(data);
    }
    eprintln!("{} is not there: only the fixtures of this repository are tested", data.display());
    None
}

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_evalens"))
        .args(args)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("the program was killed")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(args: &[&str]) -> Value {
    let output = run(args);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The two-file form on a small set of this repository.
fn fixture() -> Vec<String> {
    let folder = root().join("tests/data/coco-small");
    let truth = text(&folder.join("truth.json")).to_owned();
    let predictions = text(&folder.join("predictions.json")).to_owned();
    ["evaluate", "--task", "detection", "--truth", &truth, "--predictions", &predictions].map(str::to_owned).to_vec()
}

fn fixture_with(more: &[&str]) -> Output {
    let args = fixture();
    let all: Vec<&str> = args.iter().map(String::as_str).chain(more.iter().copied()).collect();
    run(&all)
}

/// −1 of the reference is null here.
fn same(ours: &Value, reference: f64, what: &str) {
    if reference < 0.0 {
        assert!(ours.is_null(), "{what}: {ours} should be undefined");
        return;
    }
    let ours = ours.as_f64().unwrap_or_else(|| panic!("{what} is {ours}"));
    assert!((ours - reference).abs() <= 1e-9, "{what}: {ours} is not {reference}");
}

fn equals_reference(ours: &Value, reference: &Value) {
    let name = reference["name"].as_str().unwrap();
    let keys = [
        ("ap", "AP"),
        ("ap50", "AP50"),
        ("ap75", "AP75"),
        ("ap_small", "APs"),
        ("ap_medium", "APm"),
        ("ap_large", "APl"),
        ("ar_1", "AR1"),
        ("ar_10", "AR10"),
        ("ar_100", "AR100"),
        ("ar_small", "ARs"),
        ("ar_medium", "ARm"),
        ("ar_large", "ARl"),
    ];
    for (key, theirs) in keys {
        same(&ours["summary"][key], reference["coco"][theirs].as_f64().unwrap(), &format!("{name} {theirs}"));
    }
    let tide = &reference["tide_percent"];
    let keys = [
        ("cls", "Cls"),
        ("loc", "Loc"),
        ("both", "Both"),
        ("dupe", "Dupe"),
        ("bkg", "Bkg"),
        ("miss", "Miss"),
        ("fp", "FalsePos"),
        ("fn", "FalseNeg"),
    ];
    for (key, theirs) in keys {
        same(&ours["summary"]["tide"][key], tide[theirs].as_f64().unwrap() / 100.0, &format!("{name} TIDE {theirs}"));
    }
    let best = &reference["optimum"];
    same(&ours["summary"]["optimal_confidence"], best["confidence"].as_f64().unwrap(), &format!("{name} optimum"));
    same(&ours["summary"]["f1"], best["f1"].as_f64().unwrap(), &format!("{name} F1 at the optimum"));
    for class in reference["per_class"].as_array().unwrap() {
        let wanted = &class["name"];
        let ours = ours["classes"].as_array().unwrap().iter().find(|c| c["name"] == *wanted).unwrap();
        for (key, theirs) in [("ap", "AP"), ("ap50", "AP50"), ("ap75", "AP75")] {
            same(&ours[key], class[theirs].as_f64().unwrap(), &format!("{name} {wanted} {theirs}"));
        }
    }
    // The sums of METRICS §1: rows are truths, the diagonal is what is right.
    let counts: Vec<Vec<u64>> = serde_json::from_value(ours["confusion_matrix"]["counts"].clone()).unwrap();
    let background = counts.len() - 1;
    for (i, class) in ours["classes"].as_array().unwrap().iter().enumerate() {
        assert_eq!(counts[i].iter().sum::<u64>(), class["support"].as_u64().unwrap(), "{name} row {i}");
        assert_eq!(counts[i][i], class["correct"].as_u64().unwrap());
        assert_eq!(counts[i][background], class["false_negatives"].as_u64().unwrap());
        assert_eq!(counts[background][i], class["false_positives"].as_u64().unwrap());
    }
}

fn references() -> Vec<Value> {
    let Some(data) = data() else { return Vec::new() };
    let file = data.join("../reference/detection.json");
    let all: Vec<Value> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    all.into_iter().filter(|r| r["task"] == "detection").collect()
}

#[test]
fn a_folder_with_several_models_and_splits_gives_all_of_them() {
    let Some(data) = data() else { return };
    let all = json(&["evaluate", text(&data.join("bccd")), "--json", "-"]);
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), 6, "three versions on two splits");
    let mut compared = 0;
    for reference in references() {
        let words: Vec<&str> = reference["name"].as_str().unwrap().split_whitespace().collect();
        let ["bccd", model, version, split] = words.as_slice() else { continue };
        let fits = |o: &&Value| {
            o["model"]["id"] == *model && o["model"]["version"] == *version && o["dataset"]["split"] == *split
        };
        equals_reference(all.iter().find(fits).unwrap(), &reference);
        compared += 1;
    }
    assert_eq!(compared, 6);
}

#[test]
fn two_files_equal_the_reference() {
    for reference in references() {
        let name = reference["name"].as_str().unwrap();
        let file = |key: &str| root().join(reference[key].as_str().unwrap());
        let (truth, predictions) = (file("gt"), file("dt"));
        let args = [
            "evaluate",
            "--task",
            "detection",
            "--truth",
            text(&truth),
            "--predictions",
            text(&predictions),
            "--json",
            "-",
        ];
        let ours = json(&args);
        equals_reference(&ours, &reference);
        for (confidence, at) in reference["at"].as_object().unwrap() {
            let ours = json(&[&args[..], &["--confidence", confidence, "--only", "matrix"]].concat());
            assert_eq!(ours["confusion_matrix"]["counts"], at["matrix"], "{name} at {confidence}");
            for key in ["correct", "misclassified", "missed", "false_positives"] {
                assert_eq!(ours["summary"][key], at[key], "{name} at {confidence}: {key}");
            }
            for key in ["precision", "recall", "f1"] {
                same(&ours["summary"][key], at[key].as_f64().unwrap(), &format!("{name} at {confidence}: {key}"));
            }
        }
    }
}

#[test]
fn splits_can_be_pooled_and_versions_picked() {
    let Some(data) = data() else { return };
    let bccd = data.join("bccd");
    let pooled = json(&[
        "evaluate",
        text(&bccd),
        "--model",
        "cell-detector",
        "--split",
        "test,valid",
        "--only",
        "matrix",
        "--json",
        "-",
    ]);
    // An id alone is its latest version; 72 test images and 87 validation images, 945 and 1,138 boxes.
    assert_eq!(pooled["model"]["version"], "v3");
    assert_eq!((&pooled["dataset"]["items"], &pooled["dataset"]["truths"]), (&159.into(), &2083.into()));
    let unknown = run(&["evaluate", text(&bccd), "--model", "cell-detector@v9", "--json", "-"]);
    assert_eq!(code(&unknown), 2);
    assert!(stderr(&unknown).contains("cell-detector@v3"), "the sentence names what there is: {}", stderr(&unknown));
}

/// Six truths and seven detections in three images; counted by hand at confidence 0.5 and IoU 0.5:
/// image 1: nut found (0.9); bolt taken for a nut (0.8), the 0.3 nut below the threshold;
/// image 2: nut missed, bolt found (0.7), a nut where there is nothing (0.6); image 3: bolt found (0.95), a second bolt on
/// it (0.55) is a false positive; one nut missed.
#[test]
fn counts_equal_a_hand_computation() {
    let output = fixture_with(&["--confidence", "0.5", "--json", "-"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let ours: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(ours["confusion_matrix"]["labels"], serde_json::json!(["nut", "bolt", "background"]));
    assert_eq!(ours["confusion_matrix"]["counts"], serde_json::json!([[1, 0, 2], [1, 2, 0], [1, 1, 0]]));
    assert_eq!(ours["summary"]["precision"], 0.5);
    assert_eq!(ours["summary"]["recall"], 0.5);
    assert_eq!(ours["settings"]["confidence_source"], "given");
    assert_eq!(ours["schema"], "evalens.evaluation/1");
}

#[test]
fn only_leaves_the_rest_out() {
    let output = fixture_with(&["--only", "coco", "--json", "-"]);
    let ours: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(
        ours["summary"]["ap"].is_number() && ours["summary"].get("precision").is_none() && ours.get("sweep").is_none()
    );
    let output = fixture_with(&["--only", "sweep,problems", "--json", "-"]);
    let ours: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(
        ours["sweep"]["confidence"].is_array() && ours["problems"].is_array() && ours["summary"].get("ap").is_none()
    );
}

#[test]
fn every_matching_is_named_in_its_output() {
    for name in ["two-pass", "coco", "class-agnostic", "supervision", "ultralytics"] {
        let output = fixture_with(&["--matching", name, "--confidence", "0.5", "--only", "matrix", "--json", "-"]);
        let ours: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(ours["settings"]["matching"], name);
    }
}

#[test]
fn exit_codes_mean_what_they_say() {
    let missing = run(&["evaluate", "no/such/folder", "--json", "-"]);
    assert_eq!(code(&missing), 1);
    assert!(stderr(&missing).contains("no/such/folder"), "{}", stderr(&missing));
    assert_eq!(stderr(&missing).trim().lines().count(), 1, "one sentence: {}", stderr(&missing));
    for wrong in [
        &["evaluate"][..],
        &["evaluate", ".", "--confidence", "high"],
        &["evaluate", ".", "--iou", "2"],
        &["evaluate", ".", "--matching", "hungarian"],
        &["evaluate", ".", "--only", "everything"],
        &["frobnicate", "--now"],
    ] {
        assert_eq!(code(&run(wrong)), 2, "{wrong:?}");
    }
    let under = fixture_with(&["--confidence", "0.5", "--fail-under", "f1=0.9", "--json", "-"]);
    assert_eq!(code(&under), 3);
    assert!(stderr(&under).contains("below 0.9"), "{}", stderr(&under));
    let above = fixture_with(&[
        "--confidence",
        "0.5",
        "--fail-under",
        "f1=0.5",
        "--fail-under",
        "tide.ap50=0.1",
        "--json",
        "-",
    ]);
    assert_eq!(code(&above), 0, "{}", stderr(&above));
    assert_eq!(code(&fixture_with(&["--fail-under", "nonsense=0.5", "--json", "-"])), 2);
}

#[test]
fn tables_are_written_whole() {
    let folder = tempfile::tempdir().unwrap();
    let output = fixture_with(&["--confidence", "0.5", "--csv", text(&folder.path().join("out"))]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let read = |name: &str| std::fs::read_to_string(folder.path().join("out").join(name)).unwrap();
    assert_eq!(
        read("confusion_matrix.csv"),
        "truth \\ predicted,nut,bolt,background\nnut,1,0,2\nbolt,1,2,0\nbackground,1,1,0\n"
    );
    assert!(read("summary.csv").contains("\nprecision,0.5\n"));
    assert!(read("classes.csv").starts_with("class,support,correct,"));
    assert_eq!(read("sweep.csv").lines().count(), 1 + 7, "seven distinct scores");
    let mut names: Vec<String> = std::fs::read_dir(folder.path().join("out"))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["classes.csv", "confusion_matrix.csv", "summary.csv", "sweep.csv"],
        "nothing half-written stays"
    );
}

#[test]
fn intervals_hold_the_value_and_repeat() {
    let once = fixture_with(&["--confidence", "0.5", "--intervals", "--json", "-"]);
    let twice = fixture_with(&["--confidence", "0.5", "--intervals", "--json", "-"]);
    assert_eq!(once.stdout, twice.stdout);
    let ours: Value = serde_json::from_slice(&once.stdout).unwrap();
    let bounds = &ours["summary"]["bootstrap"]["f1"];
    assert!(bounds[0].as_f64().unwrap() <= 0.5 && bounds[1].as_f64().unwrap() >= 0.5, "{bounds}");
}

#[test]
fn init_writes_once_and_the_result_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["truth.json", "predictions.json"] {
        std::fs::copy(root().join("tests/data/coco-small").join(name), folder.path().join(name)).unwrap();
    }
    let path = text(folder.path());
    let before = json(&["evaluate", path, "--json", "-"]);
    assert_eq!(code(&run(&["init", path])), 0);
    let file = std::fs::read_to_string(folder.path().join("evalens.json")).unwrap();
    assert!(file.contains("evalens.project/1"));
    let again = run(&["init", path]);
    assert_eq!(code(&again), 1);
    assert!(stderr(&again).contains("--force") || stderr(&again).contains("force"), "{}", stderr(&again));
    assert_eq!(code(&run(&["init", path, "--force"])), 0);
    let after = json(&["evaluate", path, "--json", "-"]);
    assert_eq!(before["summary"], after["summary"]);
}

#[test]
fn check_reports_what_it_found() {
    let folder = root().join("tests/data/coco-small");
    let output = run(&["check", text(&folder), "--json", "-"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["schema"], "evalens.check/1");
    assert_eq!(report["evaluations"][0]["detections"], 7);
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(code(&run(&["check", text(empty.path())])), 1);
    let broken = tempfile::tempdir().unwrap();
    std::fs::copy(folder.join("truth.json"), broken.path().join("truth.json")).unwrap();
    std::fs::write(broken.path().join("predictions.json"), "[{\"image_id\": 1, \"category_id\": 1, \"bbox\": [1, 2, 3")
        .unwrap();
    let output = run(&["check", text(broken.path())]);
    assert_eq!(code(&output), 1);
}

#[test]
fn the_bundled_sample_evaluates_and_the_second_version_is_better() {
    let sample = root().join("assets/sample");
    let all = json(&["evaluate", text(&sample), "--split", "test", "--json", "-"]);
    let ap50 = |version: &str| {
        let of = all.as_array().unwrap().iter().find(|o| o["model"]["version"] == version).unwrap();
        of["summary"]["ap50"].as_f64().unwrap()
    };
    assert!(ap50("v2") > ap50("v1"));
}

#[test]
fn without_a_display_the_window_says_so_and_names_the_headless_command() {
    if cfg!(not(target_os = "linux")) {
        return;
    }
    let output = run(&[]);
    assert_eq!(code(&output), 1);
    let said = stderr(&output);
    assert!(said.contains("display") && said.contains("evalens evaluate"), "{said}");
    assert_eq!(said.trim().lines().count(), 1, "{said}");
}

/// What is no ordinary file is written to, not replaced.
#[cfg(unix)]
#[test]
fn a_pipe_stays_a_pipe() {
    use std::os::unix::fs::FileTypeExt;
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read(pipe).unwrap()
    });
    let output = fixture_with(&["--json", text(&pipe)]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(std::fs::metadata(&pipe).unwrap().file_type().is_fifo());
    let document: Value = serde_json::from_slice(&reader.join().unwrap()).unwrap();
    assert_eq!(document["schema"], "evalens.evaluation/1");
}
