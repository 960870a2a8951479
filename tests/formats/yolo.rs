//! YOLO truth in the shapes of its exporters, and what is wrong with it in practice.

use evalens::formats::yolo::data_yaml;
use evalens::formats::yolo::label::{self, BadLine};
use evalens::formats::{self, Recognised};
use evalens::model::project::{DatasetEntry, Project, SplitEntry};
use evalens::model::{BBox, Findings, NoProgress};

use crate::*;

fn split_names(recognised: &Recognised) -> Vec<&str> {
    recognised.project.datasets[0].splits.keys().map(String::as_str).collect()
}

fn project(truth: &str, images: Option<&str>, class_file: Option<&str>) -> Project {
    let entry = SplitEntry { truth: truth.to_owned(), images: images.map(str::to_owned), ..SplitEntry::default() };
    Project {
        datasets: vec![DatasetEntry {
            id: "parts".to_owned(),
            format: "yolo".to_owned(),
            splits: [("test".to_owned(), entry)].into(),
            class_file: class_file.map(str::to_owned),
            ..DatasetEntry::default()
        }],
        ..Project::default()
    }
}

#[test]
fn ultralytics() {
    let root = fixture("yolo/ultralytics");
    let recognised = open(&root);
    assert_eq!(split_names(&recognised), ["train2017", "val2017"]);
    let (dataset, findings) = load(&root, &recognised.project, &["val2017"]);
    assert_scene(&dataset);
    assert_eq!(dataset.classes.names(), ["bolt", "nut"]);
    assert_eq!(codes(&findings), [""; 0]);
    // The run `val3` has no split in its name; its files name the pictures of val2017.
    let model = &recognised.project.models[0];
    assert_eq!((model.id.as_str(), model.predictions[0].split.as_str()), ("val3", "val2017"));
    let (found, findings) = predictions(&root, &recognised.project, &dataset, &["val2017"]);
    assert_eq!(found.score, [0.9, 0.8, 0.7, 0.05]);
    assert_near(found.bbox[2], [8.0, 16.0, 40.0, 24.0], 1e-9);
    assert_eq!(codes(&findings), [""; 0]);
}

#[test]
fn roboflow() {
    let root = fixture("yolo/Small parts.v4i.yolov8");
    let recognised = open(&root);
    assert_eq!(split_names(&recognised), ["test", "train", "valid"]);
    let entry = &recognised.project.datasets[0];
    assert_eq!((entry.id.as_str(), entry.version.as_str()), ("Small parts", "v4"));
    assert_eq!(entry.splits["test"].truth, "test/labels");
    assert_eq!(entry.splits["test"].images.as_deref(), Some("test/images"));
    let (dataset, findings) = load(&root, &recognised.project, &["test"]);
    assert_scene(&dataset);
    assert_eq!(codes(&findings), [""; 0]);
    let (pooled, _) = load(&root, &recognised.project, &["valid", "test"]);
    assert_eq!((pooled.images.len(), pooled.splits.len(), pooled.images[0].split), (4, 2, 0));
    assert_eq!(pooled.identity.split, "valid+test");
}

#[test]
fn cvat() {
    let root = fixture("yolo/cvat");
    let recognised = open(&root);
    let entry = &recognised.project.datasets[0];
    assert_eq!(entry.class_file.as_deref(), Some("obj.names"));
    let (dataset, _) = load(&root, &recognised.project, &["train"]);
    assert_scene(&dataset);
}

#[test]
fn label_studio() {
    let root = fixture("yolo/label-studio");
    let recognised = open(&root);
    assert_eq!(recognised.project.datasets[0].class_file.as_deref(), Some("classes.txt"));
    let (dataset, _) = load(&root, &recognised.project, &["all"]);
    let mut names: Vec<&str> = dataset.images.iter().map(|i| i.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["3f0a9c0e-img1.png", "3f1a9c0e-img2.png", "3f2a9c0e-img10.png"]);
    assert_scene(&dataset);
}

/// Absolute paths of another machine, polygons, tabs, Windows line ends.
#[test]
fn hugging_face() {
    let root = fixture("yolo/hugging-face");
    let recognised = open(&root);
    assert_eq!(split_names(&recognised), ["train", "valid"]);
    let (dataset, findings) = load(&root, &recognised.project, &["valid"]);
    assert_scene(&dataset);
    assert_eq!(codes(&findings), [""; 0]);
}

/// Lists of pictures instead of folders; one split has two.
#[test]
fn lists() {
    let root = fixture("yolo/lists");
    let recognised = open(&root);
    assert_eq!(split_names(&recognised), ["train", "val"]);
    assert_eq!(recognised.project.datasets[0].splits["val"].truth, "parts.yaml");
    let (dataset, _) = load(&root, &recognised.project, &["val"]);
    assert_scene(&dataset);
    let listed = project("val-a.txt", None, Some("parts.yaml"));
    assert_eq!(load(&root, &listed, &["test"]).0.images.len(), 2);
}

#[test]
fn a_line_by_its_columns() {
    let parse = |line| label::parse(line).unwrap().unwrap();
    let boxed = parse("3 0.5 0.25 0.5 0.25");
    assert_eq!((boxed.class, boxed.relative, boxed.score), (3, BBox::new(0.25, 0.125, 0.5, 0.25), None));
    assert_eq!(parse("3\t0.5  0.25 0.5 0.25 0.75\r").score, Some(0.75));
    let polygon = parse("1 0.5 0.25 0.75 0.5 0.25 0.75");
    assert_eq!((polygon.relative, polygon.score), (BBox::new(0.25, 0.25, 0.5, 0.5), None));
    let scored = parse("1 0.5 0.25 0.75 0.5 0.25 0.75 0.5");
    assert_eq!((scored.relative, scored.score), (polygon.relative, Some(0.5)));
    assert_eq!(parse("2.0 0.5 0.5 1 1").class, 2);
    assert_eq!(parse("-1 0.5 0.5 1 1").class, -1);
    assert!(!parse("1 0.5 nan 0.75 0.5 0.25 0.75").relative.is_finite());
    assert!(!parse("1 inf 0.5 1 1").relative.is_finite());
    assert_eq!(label::parse("  \t"), Ok(None));
    assert_eq!(label::parse("1 0.5 0.5 1"), Err(BadLine::Columns(4)));
    assert_eq!(label::parse("1"), Err(BadLine::Columns(1)));
    assert_eq!(label::parse("cat 0.5 0.5 1 1"), Err(BadLine::Class("cat".to_owned())));
    assert_eq!(label::parse("1 0,5 0.5 1 1"), Err(BadLine::NotANumber("0,5".to_owned())));
    assert_eq!(label::parse("1e300 0.5 0.5 1 1"), Err(BadLine::Class("1e300".to_owned())));
}

/// Every odd line is counted under its code; usable ones stay.
#[test]
fn odd_lines() {
    let root = fixture("yolo/odd");
    let recognised = open(&root);
    let (dataset, findings) = load(&root, &recognised.project, &["all"]);
    let expected = [
        "box-out-of-bounds 3",
        "confidence-in-truth 1",
        "coordinates-not-relative 1",
        "duplicate-object 1",
        "inverted-box 1",
        "malformed-line 3",
        "missing-image-file 1",
        "missing-image-size 1",
        "non-finite-box 1",
        "unknown-class 2",
        "zero-area-box 1",
    ];
    assert_eq!(codes(&findings), expected);
    assert_eq!(objects(&dataset, 0).len(), 7);
    assert_near(objects(&dataset, 0)[0].1, [40.0, 40.0, 20.0, 20.0], 1e-9);
    // The second label has no picture: its box is scaled to the nominal 640×640, its size stays unknown.
    assert_eq!((dataset.images[1].name.as_str(), dataset.images[1].width), ("two", 0));
    assert_near(objects(&dataset, 1)[0].1, [240.0, 160.0, 160.0, 320.0], 1e-9);
    let malformed = findings.get("malformed-line").unwrap();
    assert!(malformed.examples[0].contains("one.txt, line 11: class `bolt`"), "{malformed:?}");
    let unknown = findings.get("unknown-class").unwrap();
    assert_eq!(unknown.examples[0], "labels/one.txt, line 3: class 7");
}

#[test]
fn labels_that_are_none() {
    let root = folder(&[("labels/a.txt", "this is no label\n"), ("labels/b.txt", "neither is this\n")]);
    let error = load_error(root.path(), &project("labels", None, None), &["test"]);
    assert!(error.contains("has no usable line; the first is") && error.contains("a.txt, line 1"), "{error}");
    let root = folder(&[("labels/readme.txt", "hello")]);
    let error = load_error(root.path(), &project("labels", None, None), &["test"]);
    assert!(error.contains("has no label files"), "{error}");
    let error = load_error(root.path(), &project("nowhere", None, None), &["test"]);
    assert!(error.contains("nowhere"), "{error}");
    write(root.path(), "labels/a.txt", b"0 0.5 0.5 0.1 0.1\n\xff\xfe\xfd");
    let error = load_error(root.path(), &project("labels", None, None), &["test"]);
    assert!(error.contains("not UTF-8"), "{error}");
}

#[test]
fn classes_without_names() {
    let root = folder(&[("labels/a.txt", "2 0.5 0.5 0.1 0.1\n")]);
    let (dataset, findings) = load(root.path(), &project("labels", None, None), &["test"]);
    assert_eq!(dataset.classes.names(), ["0", "1", "2"]);
    assert!(findings.get("unnamed-classes").is_some());
}

/// A label folder beside a picture folder, one picture without a label: it has no objects but is an image.
#[test]
fn pictures_without_labels_are_images() {
    let root = folder(&[("labels/a.txt", "0 0.5 0.5 0.5 0.5\n"), ("classes.txt", "bolt\n")]);
    picture(root.path(), "images/a.png", (10, 20));
    picture(root.path(), "images/b.png", (30, 20));
    let (dataset, findings) = load(root.path(), &project("labels", Some("images"), Some("classes.txt")), &["test"]);
    assert_eq!((dataset.images.len(), dataset.truths.len()), (2, 1));
    assert_near(dataset.truths.bbox[0], [2.5, 5.0, 5.0, 10.0], 1e-12);
    assert_eq!(codes(&findings), [""; 0]);
}

/// Names that are numbers are the ids, as YOLO tools write them into COCO results.
#[test]
fn numeric_names_are_ids() {
    let files = [("labels/000000000139.txt", "0 0.5 0.5 0.5 0.5\n"), ("labels/000000000285.txt", "")];
    let root = folder(&files);
    let (dataset, _) = load(root.path(), &project("labels", None, None), &["test"]);
    assert_eq!(dataset.images.iter().map(|i| i.source_id).collect::<Vec<_>>(), [139, 285]);
    let root = folder(&[("labels/b10.txt", ""), ("labels/b9.txt", "0 0.5 0.5 0.5 0.5\n")]);
    let (dataset, _) = load(root.path(), &project("labels", None, None), &["test"]);
    let found: Vec<(i64, &str)> = dataset.images.iter().map(|i| (i.source_id, i.name.as_str())).collect();
    assert_eq!(found, [(1, "b9"), (2, "b10")]);
}

/// Phone photos: boxes refer to the picture as it is shown.
#[test]
fn exif_orientation_turns_the_size() {
    let root = folder(&[("labels/turned.txt", "0 0.5 0.5 0.5 0.25\n")]);
    std::fs::create_dir(root.path().join("images")).unwrap();
    std::fs::copy(fixture("pictures/turned.jpg"), root.path().join("images/turned.jpg")).unwrap();
    let (dataset, _) = load(root.path(), &project("labels", Some("images"), None), &["test"]);
    // Stored 40×20, shown 20×40: 0.5·20 × 0.25·40 around (10, 20).
    assert_eq!((dataset.images[0].width, dataset.images[0].height), (20, 40));
    assert_near(dataset.truths.bbox[0], [5.0, 15.0, 10.0, 10.0], 1e-12);
}

fn yaml(text: &str) -> Result<(data_yaml::DataYaml, Findings), String> {
    let mut findings = Findings::default();
    data_yaml::parse(text, Path::new("data.yaml"), &mut findings)
        .map(|yaml| (yaml, findings))
        .map_err(|e| e.to_string())
}

#[test]
fn class_names_of_a_data_yaml() {
    let names = |text: &str| yaml(text).unwrap().0.names;
    assert_eq!(names("names: [a, b]"), ["a", "b"]);
    assert_eq!(names("names:\n  0: a\n  1: b"), ["a", "b"]);
    assert_eq!(names("names: {1: b, 0: a}"), ["a", "b"]);
    assert_eq!(names("names:\n  0: a\n  2: c"), ["a", "1", "c"]);
    // Names that YAML could take for something else stay text.
    assert_eq!(names("names: [no, 1, 2.50, 'x']"), ["no", "1", "2.50", "x"]);
    assert_eq!(names("nc: 3"), ["0", "1", "2"]);
    let (both, findings) = yaml("nc: 3\nnames: [a, b]").unwrap();
    assert_eq!((both.names.len(), codes(&findings)), (2, vec!["class-count-mismatch 1".to_owned()]));
    assert!(yaml("train: images").unwrap_err().contains("has no `names`"));
    assert!(yaml("names: 5").unwrap_err().contains("is not a data.yaml"));
    assert!(yaml("names: {-1: a}").is_err());
    assert!(yaml("names: {4294967295: a}").unwrap_err().contains("too large"));
    assert!(yaml("nc: 4000000000").is_err());
    assert!(yaml("names: [a\ntrain: x").unwrap_err().starts_with("data.yaml, line"));
}

/// A few hundred bytes that would unfold into billions of texts, and nesting without end.
#[test]
fn hostile_yaml() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..12 {
        let before = format!("*a{}", i - 1);
        bomb += &format!("a{i}: &a{i} [{}]\n", [before.as_str(); 9].join(", "));
    }
    bomb += "names: *a11\n";
    assert!(yaml(&bomb).is_err());
    assert!(yaml(&format!("names: {}a{}", "[".repeat(100_000), "]".repeat(100_000))).is_err());
    assert!(yaml(&format!("x: {}", "{a: ".repeat(50_000))).is_err());
    assert!(yaml("names: &x [*x, *x]").is_err());
}

/// The two-file form: labels and outputs named directly.
#[test]
fn named_directly() {
    let root = fixture("yolo/ultralytics");
    let outputs = root.join("runs/detect/val3");
    for truth in [root.join("labels/val2017"), root.join("coco3.yaml")] {
        let (base, project, choice) =
            formats::project_from_files(evalens::model::Task::Detection, &truth, &outputs, None).unwrap();
        let (dataset, _) = formats::load_dataset(&base, &project, &choice, &NoProgress).unwrap();
        assert_scene(&dataset);
        let (found, _, mappings) = formats::load_predictions(&base, &project, &choice, &dataset, &NoProgress).unwrap();
        assert_eq!((found.len(), mappings.len()), (4, 2));
    }
    let error = formats::project_from_files(evalens::model::Task::Detection, &root.join("none"), &outputs, None)
        .unwrap_err()
        .to_string();
    assert!(error.contains("none") && error.contains("check the path"), "{error}");
    let error =
        formats::project_from_files(evalens::model::Task::Detection, &root.join("images/val2017"), &outputs, None)
            .unwrap_err()
            .to_string();
    assert!(error.contains("is no truth that can be read"), "{error}");
}
