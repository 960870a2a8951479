//! Linear heads that a cross-validation leaves behind: kept as model versions, opened like any other, and asked about other
//! datasets.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use evalens::model::rng::Rng;
use serde_json::{Value, json};

const CLASSES: [&str; 3] = ["cat", "dog", "fox"];

/// Items around a centre per class; `shift` moves them, so that some are taken for others.
fn items(count: usize, seed: u64, shift: f64) -> Vec<(String, usize, [f64; 3])> {
    let mut rng = Rng::new(seed);
    let mut noise = move || (0..4).map(|_| rng.below(1 << 20) as f64 / f64::from(1 << 20) - 0.5).sum::<f64>();
    let item = |i: usize, noise: &mut dyn FnMut() -> f64| {
        let class = i % 3;
        let mut vector = [0.0; 3];
        for (axis, value) in vector.iter_mut().enumerate() {
            *value = if axis == class { 1.0 } else { 0.0 } + noise() + if axis == 0 { shift } else { 0.0 };
        }
        (format!("item {i:03}"), class, vector)
    };
    (0..count).map(|i| item(i, &mut noise)).collect()
}

fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// A dataset of labels and vectors; `name` writes the labels.
fn dataset(root: &Path, id: &str, items: &[(String, usize, [f64; 3])], name: impl Fn(usize) -> String) -> Value {
    let (mut truth, mut vectors) = (String::from("id,text,label\n"), String::from("id,a,b,c\n"));
    for (item, class, [a, b, c]) in items {
        let _ = writeln!(truth, "{item},words of {item},{}", name(*class));
        let _ = writeln!(vectors, "{item},{a},{b},{c}");
    }
    write(root, &format!("{id}/truth.csv"), &truth);
    write(root, &format!("{id}/vectors.csv"), &vectors);
    json!({"id": id, "version": "v1", "task": "text-classification", "format": "csv",
        "splits": {"test": {"truth": format!("{id}/truth.csv")}}, "embeddings": {"vectors": format!("{id}/vectors.csv")}})
}

/// A project of two datasets: `home` with the usual names, and `away`, whose names differ by case and plural.
fn project() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("animals");
    let home = dataset(&root, "home", &items(90, 1, 0.0), |class| CLASSES[class].to_owned());
    let away = dataset(&root, "away", &items(60, 2, 0.4), |class| format!("{}s", CLASSES[class].to_uppercase()));
    let file = json!({"schema": "evalens.project/1", "name": "Animals", "datasets": [home, away]});
    write(&root, "evalens.json", &file.to_string());
    (dir, root)
}

fn run(home: &Path, args: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_evalens"));
    let output = command.args(args).env("HOME", home).env_remove("XDG_DATA_HOME").output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn out_of_fold_outputs_open_like_those_of_any_model() {
    let (dir, root) = project();
    let path = root.to_str().unwrap();
    let crossed = run(dir.path(), &["crossval", path, "--dataset", "home", "--save", "--json", "-"]);
    assert_eq!(crossed["kept"], json!({"id": "linear head", "version": "5-split"}));
    let opened = run(dir.path(), &["evaluate", path, "--dataset", "home", "--json", "-"]);
    // To the last bit: the same scores, read back from disk.
    for section in ["summary", "classes", "confusion_matrix", "mean_probability_matrix", "sweep"] {
        assert_eq!(opened[section], crossed["pooled"][section], "{section}");
    }
    assert_eq!(opened["model"]["id"], "linear head");
    assert!(opened["summary"]["accuracy"].as_f64().unwrap() > 0.6);

    // The same again is the same version; another seed is another one.
    let again = run(dir.path(), &["crossval", path, "--dataset", "home", "--save", "--json", "-"]);
    assert_eq!(again["kept"]["version"], "5-split");
    let other = run(dir.path(), &["crossval", path, "--dataset", "home", "--seed", "7", "--save", "--json", "-"]);
    assert_eq!(other["kept"]["version"], "5-split.2");
    assert_eq!(std::fs::read_dir(root.join(".evalens/models")).unwrap().count(), 2);
    // What belongs to the person is as it was.
    assert!(!std::fs::read_to_string(root.join("evalens.json")).unwrap().contains("linear head"));
}

#[test]
fn a_head_is_asked_about_another_dataset_by_the_names_of_its_classes() {
    let (dir, root) = project();
    let path = root.to_str().unwrap();
    run(dir.path(), &["crossval", path, "--dataset", "home", "--save", "--json", "-"]);
    let away = run(dir.path(), &["evaluate", path, "--dataset", "away", "--json", "-"]);
    assert_eq!(away["dataset"]["classes"], json!(["CATs", "DOGs", "FOXs"]));
    // By hand: the head as it was written, on the vectors as they were written in single precision.
    let folder = std::fs::read_dir(root.join(".evalens/models")).unwrap().next().unwrap().unwrap().path();
    let head: Value = serde_json::from_slice(&std::fs::read(folder.join("head.json")).unwrap()).unwrap();
    let list = |key: &str| -> Vec<f64> { head[key].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect() };
    let (mean, scale, weights, intercept) = (list("mean"), list("scale"), list("weights"), list("intercept"));
    let mut counts = vec![vec![0_u64; 3]; 3];
    for (_, class, vector) in items(60, 2, 0.4) {
        let standard: Vec<f64> = (0..3).map(|d| (f64::from(vector[d] as f32) - mean[d]) / scale[d]).collect();
        let logit = |c: usize| intercept[c] + (0..3).map(|d| standard[d] * weights[d * 3 + c]).sum::<f64>();
        let best = (0..3).max_by(|&a, &b| logit(a).total_cmp(&logit(b))).unwrap();
        counts[class][best] += 1;
    }
    let right: u64 = (0..3).map(|c| counts[c][c]).sum();
    assert_eq!(away["summary"]["accuracy"].as_f64().unwrap(), right as f64 / 60.0);
    assert!(right > 30 && right < 60, "the case is to have both: {right}");
}

/// Embeddings of another kind, and classes that have nothing in common.
#[test]
fn what_a_head_cannot_be_asked_about_is_a_sentence() {
    let (dir, root) = project();
    let path = root.to_str().unwrap();
    run(dir.path(), &["crossval", path, "--dataset", "home", "--save", "--json", "-"]);
    let refused = |what: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evalens"));
        let output = command.args(["evaluate", path, "--dataset", "away"]).env("HOME", dir.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(what), "{said}");
    };
    let vectors = root.join("away/vectors.csv");
    let text = std::fs::read_to_string(&vectors).unwrap();
    let narrow: String = text.lines().map(|line| line.rsplit_once(',').unwrap().0.to_owned() + "\n").collect();
    std::fs::write(&vectors, narrow).unwrap();
    refused("embeddings of 3 dimensions, these have 2");
    std::fs::write(&vectors, text).unwrap();
    dataset(&root, "away", &items(60, 2, 0.4), |class| ["oak", "elm", "ash"][class].to_owned());
    refused("No class of linear head@5-split (cat, dog, fox) is a class of away");
    let folder = std::fs::read_dir(root.join(".evalens/models")).unwrap().next().unwrap().unwrap().path();
    std::fs::write(folder.join("head.json"), r#"{"class_names": ["#).unwrap();
    refused("is no linear head");
}

/// Of two splits only one has vectors: the other is neither trained on nor predicted.
#[test]
fn a_split_without_vectors_takes_no_part() {
    let (dir, root) = project();
    let path = root.to_str().unwrap();
    let mut file: Value = serde_json::from_slice(&std::fs::read(root.join("evalens.json")).unwrap()).unwrap();
    write(&root, "home/more.csv", "id,text,label\nother 1,words,cat\nother 2,words,dog\n");
    file["datasets"][0]["splits"]["train"] = json!({"truth": "home/more.csv"});
    write(&root, "evalens.json", &file.to_string());
    run(dir.path(), &["crossval", path, "--dataset", "home", "--save", "--json", "-"]);
    let folder = std::fs::read_dir(root.join(".evalens/models")).unwrap().next().unwrap().unwrap().path();
    let model: Value = serde_json::from_slice(&std::fs::read(folder.join("model.json")).unwrap()).unwrap();
    assert_eq!(model["trained_on"]["split"], "test");
    let splits: Vec<&Value> = model["predictions"].as_array().unwrap().iter().map(|p| &p["split"]).collect();
    assert_eq!(splits, ["test"]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_evalens"));
    let output = command.args(["evaluate", path, "--dataset", "home", "--split", "train"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && said.contains("No item of home, train, has a vector"), "{said}");
}
