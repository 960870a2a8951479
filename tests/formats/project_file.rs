//! `evalens.json`: read, checked, written.

use evalens::formats::{self, choices};
use evalens::model::NoProgress;
use evalens::model::project_text;
use evalens::store::project_file;

use crate::*;

const GOOD: &str = r#"{
  "schema": "evalens.project/1", "name": "Blood cells",
  "datasets": [ { "id": "bccd", "version": "v1", "task": "detection", "format": "coco",
      "splits": { "test": {"truth": "annotations/instances_test.json", "images": "../pictures/test"} },
      "embeddings": {"vectors": "embeddings/test.npy", "ids": "embeddings/test.txt"} } ],
  "models": [ { "id": "centernet", "version": "v2", "task": "detection",
      "trained_on": {"dataset": "bccd", "version": "v1", "split": "train"}, "parameters": {"size": 320},
      "predictions": [ {"dataset": "bccd", "version": "v1", "split": "test", "format": "coco-results",
                        "path": "predictions/centernet/v2/test.json"} ] } ],
  "class_map": {"platelet": "Platelets"}
}"#;

#[test]
fn the_one_of_the_contract() {
    let root = folder(&[("evalens.json", GOOD)]);
    let (path, recognised, from_file) = formats::open_project(root.path(), &NoProgress).unwrap();
    assert!(from_file && path == root.path());
    let project = &recognised.project;
    assert_eq!((project.name.as_str(), project.class_map["platelet"].as_str()), ("Blood cells", "Platelets"));
    assert_eq!(choices(project), [choice(0, 0, &["test"])]);
    assert_eq!(codes(&recognised.findings), ["path-outside-project 1"]);
    // The file itself may be named instead of its folder.
    assert!(formats::open_project(&root.path().join("evalens.json"), &NoProgress).unwrap().2);
    let files = formats::input_files(root.path(), project, &choice(0, 0, &["test"]));
    let names: Vec<_> = files.iter().map(|f| f.strip_prefix(root.path()).unwrap().to_string_lossy()).collect();
    assert_eq!(names, ["annotations/instances_test.json", "predictions/centernet/v2/test.json"]);
    assert_eq!(formats::fingerprint(&files)[0].1, None);
}

#[test]
fn what_is_refused() {
    let problem = |from: &str, to: &str| {
        assert!(GOOD.contains(from), "{from}");
        project_text::parse(&GOOD.replace(from, to)).unwrap_err().to_string()
    };
    let cases = [
        ("project/1", "project/2", "$.schema: `evalens.project/2` was written by a newer version; update the program"),
        ("evalens.project/1", "evalens.workspace/1", "is a workspace"),
        ("evalens.project/1", "other", "$.schema: `other` is not known"),
        ("\"schema\"", "\"scheme\"", "$.schema: is missing"),
        (
            "annotations/instances_test.json",
            "../truth.json",
            "$.datasets[0].splits.test.truth: `../truth.json` leaves the project folder",
        ),
        ("annotations/instances_test.json", "a/../../b.json", "leaves the project folder"),
        ("annotations/instances_test.json", "/etc/passwd", "leaves the project folder"),
        ("annotations/instances_test.json", "C:\\\\truth.json", "leaves the project folder"),
        ("annotations/instances_test.json", "\\\\\\\\server\\\\share", "leaves the project folder"),
        ("annotations/instances_test.json", "", "is empty"),
        ("predictions/centernet/v2/test.json", "a\\u0000b", "$.models[0].predictions[0].path: holds a zero character"),
        ("\"id\": \"centernet\"", "\"id\": \" \"", "$.models[0].id: is empty"),
        ("\"id\": \"bccd\"", "\"id\": 5", "line 3, column"),
        ("\"detection\", \"format\"", "\"dancing\", \"format\"", "unknown variant `dancing`"),
        ("\"name\": \"Blood cells\",", "\"name\": \"Blood cells\"", "line 3"),
    ];
    for (from, to, expected) in cases {
        let found = problem(from, to);
        assert!(found.contains(expected), "{to}: {found}");
    }
    assert!(
        project_text::parse("").is_err() && project_text::parse("[]").is_err() && project_text::parse("null").is_err()
    );
    // What the schema does not know is passed over, however deep; what it knows has a limit.
    let deep = |key: &str| {
        let (open, close) = ("[".repeat(100_000), "]".repeat(100_000));
        format!(r#"{{"schema": "evalens.project/1", {key}: {open}{close}}}"#)
    };
    assert!(project_text::parse(&deep("\"x\"")).is_ok());
    assert!(project_text::parse(&deep("\"datasets\"")).is_err());
    assert!(project_text::parse(&deep("\"class_map\"")).is_err());
    let twice =
        r#"{"schema": "evalens.project/1", "datasets": [{"id": "a", "format": "coco"}, {"id": "a", "format": "voc"}]}"#;
    assert!(project_text::parse(twice).unwrap_err().to_string().contains("dataset a@latest is there twice"));
}

#[test]
fn the_error_names_the_file() {
    let root = folder(&[("evalens.json", "{\"schema\": 1}")]);
    let error = open_error(root.path());
    assert!(error.contains("evalens.json, $.schema: is missing; write"), "{error}");
    write(root.path(), "evalens.json", b"\xff\xfe{\0}\0");
    assert!(open_error(root.path()).contains("is UTF-16 text; save it as UTF-8"));
}

#[test]
fn what_is_reported() {
    let odd = GOOD.replace("\"split\": \"test\", \"format\"", "\"split\": \"valid\", \"format\"");
    let (project, findings) = project_text::parse(&odd).unwrap();
    assert_eq!(codes(&findings), ["unknown-dataset 1", "path-outside-project 1"]);
    assert_eq!(choices(&project), []);
    let (_, findings) =
        project_text::parse(r#"{"schema": "evalens.project/1", "datasets": [{"id": "a", "format": "coco"}]}"#).unwrap();
    assert_eq!(codes(&findings), ["empty-dataset 1"]);
}

#[test]
fn written_and_read_again() {
    let root = fixture("yolo/Small parts.v4i.yolov8");
    let recognised = open(&root);
    let target = tempfile::tempdir().unwrap();
    let file = project_file::write(target.path(), &recognised.project, false).unwrap();
    assert_eq!(file, target.path().join("evalens.json"));
    assert_eq!(open(target.path()).project, recognised.project);
    // Not over an existing one, unless asked to; nothing else is left behind.
    let error = project_file::write(target.path(), &recognised.project, false).unwrap_err().to_string();
    assert!(error.contains("exists already") && error.contains("--force"), "{error}");
    project_file::write(target.path(), &recognised.project, true).unwrap();
    assert_eq!(std::fs::read_dir(target.path()).unwrap().count(), 1);
    let error = project_file::write(&target.path().join("none"), &recognised.project, false).unwrap_err().to_string();
    assert!(error.contains("cannot be written"), "{error}");
}

/// A project that could not be read back is not written.
#[test]
fn nothing_unreadable_is_written() {
    let target = tempfile::tempdir().unwrap();
    let mut project = project_text::parse(GOOD).unwrap().0;
    project.models[0].predictions[0].path = "/elsewhere.json".to_owned();
    assert!(
        project_file::write(target.path(), &project, false)
            .unwrap_err()
            .to_string()
            .contains("leaves the project folder")
    );
    assert!(!target.path().join("evalens.json").exists());
}

#[test]
fn a_choice_that_does_not_exist() {
    let root = folder(&[("evalens.json", GOOD)]);
    let project = open(root.path()).project;
    assert!(load_error(root.path(), &project, &["valid"]).contains("has no split `valid`; choose one of: test"));
    let error =
        formats::load_dataset(root.path(), &project, &choice(0, 9, &["test"]), &NoProgress).unwrap_err().to_string();
    assert!(error.contains("has no such dataset"), "{error}");
    let mut other = project;
    other.datasets[0].format = "pickle".to_owned();
    assert!(
        load_error(root.path(), &other, &["test"])
            .contains("format `pickle` is not known; write one of: coco, voc, yolo")
    );
}

/// Lists and data.yaml stand for the label files they lead to.
#[test]
fn inputs_are_single_files() {
    let names = |root: &Path, project: &Project, split: &str| -> Vec<String> {
        let files = formats::input_files(root, project, &choice(0, 0, &[split]));
        files.iter().map(|f| f.strip_prefix(root).unwrap().to_string_lossy().into_owned()).collect()
    };
    let root = fixture("yolo/lists");
    let project = open(&root).project;
    assert_eq!(names(&root, &project, "val"), ["labels/a/img1.txt", "labels/b/img10.txt", "parts.yaml"]);
    let root = fixture("voc/classic");
    let project = open(&root).project;
    let expected = ["Annotations/img1.xml", "Annotations/img2.xml", "Annotations/img10.xml", "ImageSets/Main/test.txt"];
    assert_eq!(names(&root, &project, "test"), expected);
    let root = fixture("yolo/ultralytics");
    let project = open(&root).project;
    let expected = [
        "labels/val2017/img1.txt",
        "labels/val2017/img10.txt",
        "coco3.yaml",
        "runs/detect/val3/labels/img1.txt",
        "runs/detect/val3/labels/img10.txt",
    ];
    assert_eq!(names(&root, &project, "val2017"), expected);
}
