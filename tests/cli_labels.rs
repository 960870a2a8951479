//! Classifiers on the command line: numbers equal to what scikit-learn 1.9.1 recorded, and cross-validation.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The shared data and the recorded values beside it, where they are at hand.
fn shared(reference: &str) -> Option<(PathBuf, Vec<Value>)> {
    let data = std::env::var_os("EVALENS_DATA").map_or_else(|| root().join("../shared/data"), PathBuf::from);
    let Ok(text) = std::fs::read_to_string(data.join("../reference").join(reference)) else {
        eprintln!("{} is not there: only the fixtures of this repository are tested", data.display());
        return None;
    };
    let Ok(Value::Array(entries)) = serde_json::from_str(&text) else { panic!("{reference} is no list") };
    Some((data, entries))
}

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_evalens")).args(args).env_remove("DISPLAY").output().unwrap()
}

fn json(args: &[&str]) -> Value {
    let output = run(args);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn near(found: &Value, expected: &Value, what: &str) {
    match (found.as_f64(), expected.as_f64()) {
        (Some(a), Some(b)) => assert!((a - b).abs() <= 1e-9, "{what}: {a}, not {b}"),
        (a, b) => assert_eq!(a, b, "{what}"),
    }
}

/// A path of the reference, which counts from beside the data.
fn path(data: &Path, text: &Value) -> String {
    let inside = text.as_str().unwrap().trim_start_matches("../shared/data/");
    data.join(inside).display().to_string()
}

#[test]
fn single_label_numbers_equal_scikit_learn() {
    let Some((data, entries)) = shared("classification.json") else { return };
    for entry in entries {
        let name = entry["name"].as_str().unwrap();
        let predictions = path(&data, &entry["predictions"]);
        let evaluate = |confidence: &str| {
            json(&[
                "evaluate",
                "--task",
                "classification",
                "--predictions",
                &predictions,
                "--confidence",
                confidence,
                "--json",
                "-",
            ])
        };
        let found = evaluate("optimal");
        let summary = &found["summary"];
        near(&summary["optimal_confidence"], &entry["optimum"]["confidence"], name);
        near(&summary["f1"], &entry["optimum"]["f1"], name);
        let plain = [
            ("accuracy", "accuracy"),
            ("balanced_accuracy", "balanced_accuracy"),
            ("mcc", "mcc"),
            ("cohen_kappa", "cohen_kappa"),
            ("top5_accuracy", "top5"),
            ("log_loss", "log_loss"),
            ("brier", "brier_multiclass_sum"),
            ("roc_auc_macro", "roc_auc_ovr_macro"),
            ("roc_auc_weighted", "roc_auc_ovr_weighted"),
            ("average_precision_macro", "average_precision_macro"),
            ("roc_auc_classes", "roc_auc_ovr_classes"),
        ];
        for (ours, theirs) in plain {
            near(&summary[ours], &entry[theirs], &format!("{name}: {ours}"));
        }
        for average in ["micro", "macro", "weighted"] {
            for rate in ["precision", "recall", "f1"] {
                near(
                    &summary[format!("{average}_{rate}")],
                    &entry[average][rate],
                    &format!("{name}: {average} {rate}"),
                );
            }
        }
        for (class, expected) in found["classes"].as_array().unwrap().iter().zip(entry["per_class"].as_array().unwrap())
        {
            assert_eq!(class["name"], expected["name"]);
            assert_eq!(class["support"], expected["support"]);
            near(&class["roc_auc"], &expected["roc_auc"], name);
            near(&class["average_precision"], &expected["average_precision"], name);
            near(&class["argmax"]["f1"], &expected["f1"], name);
        }
        // The last column is `below threshold`; there is no such row.
        let classes = entry["classes"].as_array().unwrap().len();
        assert_eq!(found["confusion_matrix"]["counts"].as_array().unwrap().len(), classes);
        assert_eq!(found["confusion_matrix"]["column_labels"][classes], "below threshold");
        for (confidence, expected) in entry["at"].as_object().unwrap() {
            let at = evaluate(confidence);
            let summary = &at["summary"];
            assert_eq!(summary["correct"], expected["correct"], "{name} at {confidence}");
            let kept = summary["correct"].as_u64().unwrap() + summary["misclassified"].as_u64().unwrap();
            assert_eq!(kept, expected["kept"].as_u64().unwrap(), "{name} at {confidence}");
            near(&summary["precision"], &expected["precision"], name);
            near(&summary["recall"], &expected["recall"], name);
        }
    }
}

#[test]
fn multilabel_numbers_equal_scikit_learn() {
    let Some((data, entries)) = shared("multilabel.json") else { return };
    for entry in entries {
        let name = entry["name"].as_str().unwrap();
        let (truth, predictions) = (path(&data, &entry["truth"]), path(&data, &entry["predictions"]));
        let evaluate = |confidence: &str| {
            let files = ["--truth", &truth, "--predictions", &predictions];
            let options = ["--confidence", confidence, "--json", "-"];
            json(&[&["evaluate", "--task", "multilabel"][..], &files, &options].concat())
        };
        let best = evaluate("optimal");
        near(&best["summary"]["optimal_confidence"], &entry["optimum"]["confidence"], name);
        near(&best["summary"]["f1"], &entry["optimum"]["f1"], name);
        assert_eq!(best["cooccurrence_matrix"], entry["cooccurrence"]);
        for (confidence, expected) in entry["at"].as_object().unwrap() {
            let found = evaluate(confidence);
            let summary = &found["summary"];
            for average in ["micro", "macro", "weighted"] {
                for rate in ["precision", "recall", "f1"] {
                    let what = format!("{name} at {confidence}: {average} {rate}");
                    near(&summary[format!("{average}_{rate}")], &expected[average][rate], &what);
                }
            }
            near(&summary["samples_f1"], &expected["samples"]["f1"], name);
            for key in ["subset_accuracy", "hamming_loss", "roc_auc_macro", "average_precision_macro"] {
                near(&summary[key], &expected[key], &format!("{name}: {key}"));
            }
        }
    }
}

#[test]
fn cross_validation_reaches_the_recorded_accuracy() {
    let Some((data, entries)) = shared("crossval.json") else { return };
    let recorded = |name: &str| entries.iter().find(|e| e["name"] == name).unwrap()["C=1"].clone();
    let vectors = data.join("cifar10-sample/embeddings");
    let file = |name: &str| vectors.join(name).display().to_string();
    let (banking, images) =
        (data.join("banking77").display().to_string(), data.join("cifar10-sample/images").display().to_string());
    let runs = [
        ("banking77 minilm", vec!["crossval".to_owned(), banking]),
        (
            "cifar10 pca64",
            [
                "crossval",
                "--embeddings",
                &file("efflite0-pca64.f32.npy"),
                "--ids",
                &file("ids.txt"),
                "--truth",
                &images,
            ]
            .map(str::to_owned)
            .to_vec(),
        ),
    ];
    for (name, mut args) in runs {
        args.extend(["--json".to_owned(), "-".to_owned()]);
        let found = json(&args.iter().map(String::as_str).collect::<Vec<_>>());
        let expected = recorded(name);
        let (mean, spread) = (expected["accuracy_mean"].as_f64().unwrap(), expected["accuracy_std"].as_f64().unwrap());
        let accuracy = found["summary"]["accuracy"].as_f64().unwrap();
        assert!((accuracy - mean).abs() <= spread, "{name}: {accuracy}, not {mean} ± {spread}");
        assert_eq!(found["folds"].as_array().unwrap().len(), 5);
        let items: u64 = found["folds"].as_array().unwrap().iter().map(|f| f["items"].as_u64().unwrap()).sum();
        assert_eq!(found["pooled"]["dataset"]["items"].as_u64().unwrap(), items);
        // Every item is predicted once: the pooled accuracy is the mean weighted by the size of the folds.
        let weighted: f64 = found["folds"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| f["summary"]["accuracy"].as_f64().unwrap() * f["items"].as_f64().unwrap() / items as f64)
            .sum();
        near(&found["pooled"]["summary"]["accuracy"], &Value::from(weighted), name);
    }
}

/// Two classes of ten items each, apart by one coordinate: every head is right.
#[test]
fn cross_validation_of_a_small_set() {
    let dir = tempfile::tempdir().unwrap();
    let (mut truth, mut vectors) = (String::from("id,label,site\n"), String::from("id,x,y\n"));
    for i in 0..20 {
        truth.push_str(&format!("i{i},{},{}\n", if i % 2 == 0 { "left" } else { "right" }, i / 4));
        vectors.push_str(&format!("i{i},{},{}\n", if i % 2 == 0 { -1.0 } else { 1.0 }, 0.1 * f64::from(i % 5)));
    }
    std::fs::write(dir.path().join("truth.csv"), truth).unwrap();
    std::fs::write(dir.path().join("vectors.csv"), vectors).unwrap();
    let file = |name: &str| dir.path().join(name).display().to_string();
    let (truth, vectors) = (file("truth.csv"), file("vectors.csv"));
    let args = ["crossval", "--embeddings", &vectors, "--truth", &truth, "--groups", "site", "--learning-curve"];
    let found = json(&[&args[..], &["--json", "-"]].concat());
    assert_eq!(found["summary"]["accuracy"], 1.0);
    assert_eq!(found["summary_std"]["accuracy"], 0.0);
    assert_eq!(found["learning_curve"].as_array().unwrap().len(), 4);
    assert_eq!(found["pooled"]["model"]["version"], "5-split");
    let text = run(&args);
    assert!(String::from_utf8_lossy(&text.stdout).contains("mean accuracy 1.000 ± 0.000"));
    // More folds than items.
    let many = run(&[&args[..5], &["--folds", "21"]].concat());
    assert_eq!(many.status.code(), Some(1), "{}", String::from_utf8_lossy(&many.stderr));
    let none = run(&["crossval", &dir.path().display().to_string()]);
    assert_eq!(none.status.code(), Some(1));
    let said = String::from_utf8_lossy(&none.stderr).into_owned();
    assert!(said.contains("embeddings") || said.contains("evalens.json"), "{said}");
}
