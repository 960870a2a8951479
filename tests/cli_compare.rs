//! Comparisons on the command line: document, words, selection, exit codes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sample() -> String {
    root().join("assets/sample").display().to_string()
}

/// A folder of the shared data, where it is at hand.
fn shared(folder: &str) -> Option<String> {
    let data = std::env::var_os("EVALENS_DATA").map_or_else(|| root().join("../shared/data"), PathBuf::from);
    if data.is_dir() {
        return Some(data.join(folder).display().to_string());
    }
    eprintln!("{} is not there: only the bundled sample is tested", data.display());
    None
}

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_evalens")).args(args).env_remove("DISPLAY").output().unwrap()
}

fn json(args: &[&str]) -> Value {
    let output = run(&[args, &["--json", "-"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The exit code and what was said.
fn fails(args: &[&str]) -> (Option<i32>, String) {
    let output = run(args);
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// The numbers of a comparison are those that `evaluate` writes; sets and counts agree with its counts.
fn agrees_with_evaluate(path: &str, models: [&str; 2], split: &str, more: &[&str]) -> Value {
    let found = json(&[&["compare", path, models[0], models[1], "--split", split, "--resamples", "50"], more].concat());
    let evaluate = |model| json(&[&["evaluate", path, "--model", model, "--split", split], more].concat());
    let [a, b] = models.map(evaluate);
    assert_eq!(found["schema"], "evalens.compare/1");
    assert_eq!((&found["task"], &found["dataset"]["split"]), (&a["task"], &a["dataset"]["split"]));
    assert_eq!(found["dataset"]["items"], a["dataset"]["items"]);
    for (side, evaluation) in [("a", &a), ("b", &b)] {
        // Masks without confidence maps have no threshold.
        let thresholded = found["task"] != "semantic-segmentation";
        assert_eq!(found[side].get("confidence").is_some(), thresholded);
        assert!(!thresholded || found[side]["confidence"] == evaluation["settings"]["confidence"]);
        assert_eq!(found[side]["version"], evaluation["model"]["version"]);
        for metric in found["metrics"].as_array().unwrap() {
            let name = metric["name"].as_str().unwrap();
            assert_eq!(metric[side], evaluation["summary"][name], "{name} of {side}");
        }
    }
    let rows = |matrix: &Value| -> Vec<Vec<i64>> { serde_json::from_value(matrix.clone()).unwrap() };
    let [of_a, of_b, difference] = ["a", "b", "difference"].map(|side| rows(&found["confusion_matrix"][side]));
    assert_eq!([&of_a, &of_b], [&rows(&a["confusion_matrix"]["counts"]), &rows(&b["confusion_matrix"]["counts"])]);
    assert_eq!(found["confusion_matrix"]["labels"].as_array().unwrap().len(), of_a.len());
    for (row, (a, b)) in difference.iter().zip(of_a.iter().zip(&of_b)) {
        assert!(row.iter().zip(a.iter().zip(b)).all(|(d, (a, b))| *d == b - a));
    }
    for metric in found["metrics"].as_array().unwrap() {
        let [low, high, difference] = ["low", "high", "difference"].map(|key| metric[key].as_f64());
        let (Some(low), Some(high), Some(difference)) = (low, high, difference) else {
            // Undefined for one of the two.
            assert!(metric["a"].is_null() || metric["b"].is_null(), "{metric}");
            assert!(metric["difference"].is_null() && metric["low"].is_null() && metric["reason"].is_string());
            continue;
        };
        assert!(low <= high && difference == metric["b"].as_f64().unwrap() - metric["a"].as_f64().unwrap());
        let verdict = metric["verdict"].as_str().unwrap();
        assert_eq!(verdict == "not-distinguishable", low <= 0.0 && high >= 0.0, "{metric}");
    }
    let count = |key: &str| found["mcnemar"][key].as_u64().unwrap();
    let mut sets = vec!["fixed", "broken", "both_right", "both_wrong"];
    if found["task"] == "semantic-segmentation" {
        assert_eq!((count("both_right"), count("both_wrong")), (0, 0));
        sets.push("same");
    } else {
        assert_eq!(Some(count("broken") + count("both_right")), a["summary"]["correct"].as_u64());
        assert_eq!(Some(count("fixed") + count("both_right")), b["summary"]["correct"].as_u64());
        assert!(found.get("same").is_none());
    }
    for key in sets {
        let names: Vec<&str> = found[key].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let mut once = names.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), names.len(), "{key} names an item twice");
        assert_eq!(names.is_empty(), count(key) == 0);
    }
    found
}

#[test]
fn the_sample_compared() {
    let models = ["contour-detector@v1", "contour-detector@v2"];
    for split in ["test", "valid", "test,valid"] {
        let found = agrees_with_evaluate(&sample(), models, split, &[]);
        let objects = found["fixed_objects"].as_array().unwrap();
        assert_eq!(Some(objects.len() as u64), found["mcnemar"]["fixed"].as_u64());
        assert!(objects.iter().all(|object| found["fixed"].as_array().unwrap().contains(&object["item"])));
        assert_eq!(found["classes"].as_array().unwrap().len(), 8);
    }
    let given = agrees_with_evaluate(&sample(), models, "test", &["--confidence", "0.3", "--iou", "0.6"]);
    assert_eq!((&given["a"]["confidence_source"], &given["settings"]["iou"]), (&"given".into(), &0.6.into()));
}

/// Nothing named beside the models: the test split. The same seed gives the same, another does not.
#[test]
fn the_test_split_and_the_seed() {
    let path = sample();
    let base = ["compare", &path, "contour-detector@v1", "contour-detector", "--resamples", "60"];
    let found = json(&base);
    assert_eq!((&found["dataset"]["split"], &found["b"]["version"]), (&"test".into(), &"v2".into()));
    assert_eq!(found, json(&base));
    assert_ne!(found["metrics"], json(&[&base[..], &["--seed", "1"]].concat())["metrics"]);
    let none = json(&[&base[..4], &["--resamples", "0"]].concat());
    assert_eq!((&none["metrics"][0]["low"], &none["metrics"][0]["reason"]), (&Value::Null, &"not resampled".into()));
}

#[test]
fn words_name_winner_and_sets() {
    let output = run(&["compare", &sample(), "contour-detector@v1", "contour-detector@v2", "--resamples", "200"]);
    let (text, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.is_empty(), "{said}");
    for words in
        ["A = contour-detector@v1, B = contour-detector@v2 on parts@v1, test", "AP50:95", "McNemar p", "fixed in"]
    {
        assert!(text.contains(words), "{words} is missing in\n{text}");
    }
    assert!(text.contains("B is better") || text.contains("not distinguishable"), "{text}");
}

#[test]
fn what_cannot_be_compared_says_so() {
    let path = sample();
    let (code, said) = fails(&["compare", &path, "contour-detector@v1"]);
    assert_eq!(code, Some(2), "{said}");
    let (code, said) = fails(&["compare", &path, "contour-detector@v1", "contour-detector@v3"]);
    assert!(code == Some(2) && said.contains("contour-detector@v1, contour-detector@v2"), "{said}");
    let (code, said) = fails(&["compare", &path, "contour-detector@v2", "contour-detector"]);
    assert!(code == Some(2) && said.contains("is there twice"), "{said}");
    let (code, said) = fails(&["compare", &path, "contour-detector@v1", "contour-detector@v2", "--split", "train"]);
    assert!(code == Some(2) && said.contains("no split `train`"), "{said}");
    let empty = tempfile::tempdir().unwrap();
    let (code, said) = fails(&["compare", &empty.path().display().to_string(), "a", "b"]);
    assert_eq!(code, Some(1), "{said}");
}

#[test]
fn blood_cells_compared() {
    let Some(path) = shared("bccd") else { return };
    agrees_with_evaluate(&path, ["cell-detector@v1", "cell-detector@v2"], "test", &[]);
    // Three models: the further ones each against the first.
    let models = ["cell-detector@v1", "cell-detector@v2", "cell-detector@v3"];
    let several = json(&[&["compare", &path], &models[..], &["--split", "valid", "--resamples", "20"]].concat());
    let versions: Vec<_> =
        several.as_array().unwrap().iter().map(|c| (&c["a"]["version"], &c["b"]["version"])).collect();
    assert_eq!(versions, [(&"v1".into(), &"v2".into()), (&"v1".into(), &"v3".into())]);
}

#[test]
fn classifiers_compared() {
    if let Some(path) = shared("banking77") {
        let found = agrees_with_evaluate(&path, ["tfidf-logreg", "tfidf-nb"], "test", &[]);
        assert_eq!(found["mcnemar"]["unit"], "item");
    }
    let Some(path) = shared("coco-val2017-tiny-multilabel") else { return };
    let list = json(&["evaluate", &path, "--only", "matrix"]);
    let names: Vec<String> =
        list.as_array().unwrap().iter().map(|e| e["model"]["id"].as_str().unwrap().to_owned()).collect();
    let found = json(&["compare", &path, &names[0], &names[1], "--resamples", "50"]);
    let subset = found["metrics"].as_array().unwrap().iter().find(|m| m["name"] == "subset_accuracy").unwrap();
    // An item is right where its set of labels is: the share of those is the subset accuracy.
    let right = |key: &str| found["mcnemar"][key].as_f64().unwrap() + found["mcnemar"]["both_right"].as_f64().unwrap();
    let items = found["dataset"]["items"].as_f64().unwrap();
    assert_eq!(
        (subset["a"].as_f64(), subset["b"].as_f64()),
        (Some(right("broken") / items), Some(right("fixed") / items))
    );
}

/// Two images; v1 says of both what scikit-learn evaluated, v2 says the truth of the first.
fn masks() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (from, to) in [
        ("classes.json", "classes.json"),
        ("b.jpg", "images/test/a.jpg"),
        ("b.jpg", "images/test/b.jpg"),
        ("a.index.png", "masks/test/a.png"),
        ("b.index.png", "masks/test/b.png"),
        ("a.predicted.png", "predictions/net/v1/test/a.png"),
        ("b.predicted.png", "predictions/net/v1/test/b.png"),
        ("a.index.png", "predictions/net/v2/test/a.png"),
        ("b.predicted.png", "predictions/net/v2/test/b.png"),
    ] {
        let to = dir.path().join(to);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(root().join("tests/data/segmentation").join(from), to).unwrap();
    }
    dir
}

#[test]
fn segmenters_compared() {
    let dir = masks();
    let path = dir.path().display().to_string();
    let found = agrees_with_evaluate(&path, ["net@v1", "net@v2"], "test", &[]);
    let list = |key: &str| found[key].clone();
    assert_eq!(
        [list("fixed"), list("broken"), list("same")],
        [["a.jpg"].into(), Value::Array(vec![]), ["b.jpg"].into()]
    );
    let test = &found["mcnemar"];
    assert_eq!(
        (&test["unit"], &test["fixed"], &test["same"], &test["p"]),
        (&"item".into(), &1.into(), &1.into(), &1.0.into())
    );
    let mean = &found["metrics"][0];
    let value = |side: &str| mean[side].as_f64().unwrap();
    // scikit-learn 1.9.1 (tests/data/segmentation/small.json).
    assert!(mean["name"] == "mean_iou" && (value("a") - 0.789_382).abs() < 1e-6 && value("b") > value("a"), "{mean}");
    let evaluation = json(&["evaluate", &path, "--model", "net@v1", "--split", "test"]);
    for class in found["classes"].as_array().unwrap() {
        let [a, b, difference] = ["a", "b", "difference"].map(|key| class[key]["iou"].as_f64().unwrap());
        let own = evaluation["classes"].as_array().unwrap().iter().find(|c| c["name"] == class["name"]).unwrap();
        assert_eq!((class["a"]["iou"].clone(), difference), (own["iou"].clone(), b - a));
        assert!(difference > 0.0);
    }
    // The other way round the second is worse, and classes lose.
    let output = run(&["compare", &path, "net@v2", "net@v1", "--resamples", "50"]);
    let text = String::from_utf8_lossy(&output.stdout);
    for words in ["better 0 images, worse 1 image (sign test p = 1.000); the same 1", "worse in a.jpg", "lose IoU: "] {
        assert!(text.contains(words), "{words} is missing in\n{text}");
    }
    assert!(!text.contains("confidence") && !text.contains("right in both"), "{text}");

    // With confidence maps there is a threshold again.
    for image in ["a", "b"] {
        let map = format!("predictions/net/v1/confidence/test/{image}.png");
        let to = dir.path().join(map);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(root().join("tests/data/segmentation").join(format!("{image}.confidence.png")), to).unwrap();
    }
    let output = run(&["compare", &path, "net@v1", "net@v2", "--confidence", "0.5", "--resamples", "50"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("A at confidence 0.500 (given)\n") && !text.contains("B at confidence"), "{text}");
}

/// Values recorded with scikit-learn.
#[test]
fn road_scenes_compared() {
    let Some(path) = shared("camvid") else { return };
    let recorded = Path::new(&path).join("../../reference/segmentation.json");
    let recorded: Value = serde_json::from_slice(&std::fs::read(recorded).unwrap()).unwrap();
    for split in ["test", "val"] {
        let found = agrees_with_evaluate(&path, ["road-segmenter@v1", "road-segmenter@v2"], split, &[]);
        let of = |version: &str| {
            let name = format!("camvid road-segmenter {version} {split}");
            let entry = recorded.as_array().unwrap().iter().find(|entry| entry["name"] == name.as_str()).unwrap();
            entry["miou_classes_in_truth"].as_f64().unwrap()
        };
        let difference = found["metrics"][0]["difference"].as_f64().unwrap();
        assert!((difference - (of("v2") - of("v1"))).abs() < 1e-9, "{split}: {difference}");
        assert_eq!(found["metrics"][0]["verdict"], "b-better");
    }
}
