//! Model outputs as YOLO text files.

use evalens::formats::{self, ClassMapping, MappingReason};
use evalens::model::project::Project;
use evalens::model::{Findings, NoProgress, Predictions};

use crate::*;

const COCO: &str = r#"{"images": [{"id": 7, "file_name": "a.jpg", "width": 100, "height": 50},
    {"id": 3, "file_name": "sub/b.jpg", "width": 10, "height": 10}],
    "annotations": [{"id": 1, "image_id": 7, "category_id": 2, "bbox": [1, 2, 3, 4], "area": 12, "iscrowd": 0}],
    "categories": [{"id": 1, "name": "bolt"}, {"id": 2, "name": "nut"}]}"#;

struct Read {
    predictions: Predictions,
    findings: Findings,
    mappings: Vec<ClassMapping>,
}

fn read(files: &[(&str, &str)], change: impl Fn(&mut Project)) -> Result<Read, String> {
    let root = folder(files);
    write(root.path(), "truth.json", COCO.as_bytes());
    let (base, mut project, choice) = formats::project_from_files(
        evalens::model::Task::Detection,
        &root.path().join("truth.json"),
        &root.path().join("out"),
        None,
    )
    .map_err(|e| e.to_string())?;
    change(&mut project);
    let (dataset, _) = formats::load_dataset(&base, &project, &choice, &NoProgress).unwrap();
    formats::load_predictions(&base, &project, &choice, &dataset, &NoProgress)
        .map(|(predictions, findings, mappings)| Read { predictions, findings, mappings })
        .map_err(|e| e.to_string())
}

fn mapping(from: &str, to: Option<&str>, why: MappingReason, count: usize) -> ClassMapping {
    ClassMapping { from: from.to_owned(), to: to.map(str::to_owned), why, count }
}

/// Sizes and image ids come from the COCO truth; indices count its classes in declaration order.
#[test]
fn with_coco_truth() {
    let files =
        [("out/a.txt", "1 0.5 0.5 0.5 0.5 0.25\n0 0.1 0.2 0.2 0.4 0.75\n"), ("out/sub/b.txt", "0 0.5 0.5 1 1 1\n")];
    let found = read(&files, |_| {}).unwrap();
    // By source id: image 3 before image 7; then by score.
    assert_eq!(found.predictions.score, [1.0, 0.75, 0.25]);
    assert_near(found.predictions.bbox[0], [0.0, 0.0, 10.0, 10.0], 1e-12);
    assert_near(found.predictions.bbox[1], [0.0, 0.0, 20.0, 20.0], 1e-9);
    assert_near(found.predictions.bbox[2], [25.0, 12.5, 50.0, 25.0], 1e-12);
    // No list says what the indices count.
    assert_eq!(codes(&found.findings), ["class-order-assumed 1"]);
    assert_eq!(found.findings.get("class-order-assumed").unwrap().examples, ["0 = bolt, 1 = nut"]);
    let expected =
        [mapping("bolt", Some("bolt"), MappingReason::Exact, 2), mapping("nut", Some("nut"), MappingReason::Exact, 1)];
    assert_eq!(found.mappings, expected);
}

#[test]
fn polygons_and_the_labels_folder_of_a_run() {
    let files = [("out/labels/a.txt", "1 0.1 0.2 0.3 0.2 0.3 0.6 0.5\n")];
    let found = read(&files, |_| {}).unwrap();
    assert_near(found.predictions.bbox[0], [10.0, 10.0, 20.0, 20.0], 1e-9);
    assert_eq!(found.predictions.score, [0.5]);
}

/// One detection of a nut in the middle of image 7, as five programs leave it: where the files lie, how many digits there
/// are, what else lies beside them.
#[test]
fn shapes_of_exporters() {
    let list = "bolt\nnut\n";
    let yaml = "names:\n  0: bolt\n  1: nut\n";
    let shapes: [(&str, &[(&str, &str)]); 5] = [
        // Ultralytics `predict save_txt save_conf`: %g, pictures with boxes beside the folder of labels.
        ("Ultralytics", &[("out/labels/a.txt", "1 0.5 0.5 0.4 0.4 0.75\n"), ("out/args.yaml", "task: detect\n")]),
        // YOLOv5 and v7 `--save-txt --save-conf`: a space at the end of the line.
        ("YOLOv5", &[("out/labels/a.txt", "1 0.5 0.5 0.4 0.4 0.75 \n"), ("out/labels/classes.txt", list)]),
        // Ultralytics' segmentation models: a polygon, the confidence last.
        ("Ultralytics segment", &[("out/labels/a.txt", "1 0.3 0.3 0.7 0.3 0.7 0.7 0.3 0.7 0.75\n")]),
        // Roboflow's notebooks: six digits, CRLF, the list as data.yaml.
        ("Roboflow", &[("out/a.txt", "1 0.500000 0.500000 0.400000 0.400000 0.750000\r\n"), ("out/data.yaml", yaml)]),
        // Hugging Face pipelines written out by hand: long decimals and exponents, no line break at the end.
        ("Hugging Face", &[("out/a.txt", "1 5e-1 0.50000000000000000 0.4 4.0e-1 7.5e-1"), ("out/classes.txt", list)]),
    ];
    for (name, files) in shapes {
        let found = read(files, |_| {}).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((found.predictions.len(), found.predictions.score.first()), (1, Some(&0.75)), "{name}");
        assert_eq!(found.predictions.class[0].index(), 1, "{name}");
        assert_near(found.predictions.bbox[0], [30.0, 15.0, 40.0, 20.0], 1e-9);
    }
}

#[test]
fn odd_lines() {
    let text = "0 0.5 0.5 0.5 0.5 1.5\n0 0.5 0.5 0.5 0.5 nan\n0 nan 0.5 0.5 0.5 0.5\n0 0.9 0.5 0.5 0.5 0.4\nx\n0 0.5 0.5 0 0.5 0.3\n";
    let found = read(&[("out/a.txt", text), ("out/c.txt", "0 0.5 0.5 0.5 0.5 0.5\n")], |_| {}).unwrap();
    assert_eq!(found.predictions.score, [1.5, 0.4, 0.3]);
    let expected = [
        "malformed-line 1",
        "non-finite-box 1",
        "non-finite-score 1",
        "score-out-of-range 1",
        "unknown-image 1",
        "zero-area-box 1",
        "box-out-of-bounds 1",
        "class-order-assumed 1",
    ];
    assert_eq!(codes(&found.findings), expected);
}

#[test]
fn unusable_outputs() {
    let error = read(&[("out/a.txt", "\n0 0.5 0.5 0.5 0.5\n")], |_| {}).err().unwrap();
    assert!(error.contains("a.txt, line 2: has no confidence") && error.contains("save_conf=True"), "{error}");
    let error = read(&[("out/z.txt", "0 0.5 0.5 0.5 0.5 0.5\n")], |_| {}).err().unwrap();
    assert!(error.contains("no file that carries the name of an image"), "{error}");
    let error = read(&[("out/a.txt", "cat 0.9 1 2 3 4\n")], |_| {}).err().unwrap();
    assert!(error.contains("a.txt, line 1: class `cat`"), "{error}");
    let error = read(&[("out/notes.md", "nothing")], |_| {}).err().unwrap();
    assert!(error.contains("is no model output that can be read"), "{error}");
    let found = read(&[("out/a.txt", "")], |_| {}).unwrap();
    assert_eq!(codes(&found.findings), ["no-predictions 1", "class-order-assumed 1"]);
}

/// Class 2 of two classes and never 0: the indices count from 1.
#[test]
fn counted_from_one() {
    let found = read(&[("out/a.txt", "1 0.5 0.5 0.5 0.5 0.9\n2 0.5 0.5 0.5 0.5 0.8\n")], |_| {}).unwrap();
    let expected =
        [mapping("1", Some("bolt"), MappingReason::OffByOne, 1), mapping("2", Some("nut"), MappingReason::OffByOne, 1)];
    assert_eq!(found.mappings, expected);
    assert_eq!(codes(&found.findings), ["class-name-mismatch 2", "class-order-assumed 1"]);
    assert_eq!(
        found.findings.get("class-name-mismatch").unwrap().examples[0],
        "1 → bolt: counted from 0 in one and from 1 in the other"
    );
}

/// 0, 1 and 2 of two classes: no shift fits all, so nothing is guessed.
#[test]
fn a_class_too_many() {
    let text = "0 0.5 0.5 0.5 0.5 0.9\n1 0.5 0.5 0.5 0.5 0.8\n2 0.5 0.5 0.5 0.5 0.7\n";
    let found = read(&[("out/a.txt", text)], |_| {}).unwrap();
    assert_eq!(found.predictions.len(), 2);
    assert_eq!(codes(&found.findings), ["unknown-class 1", "class-order-assumed 1"]);
    assert_eq!(found.mappings[0], mapping("2", None, MappingReason::Unmapped, 1));
    // The person says what it is.
    let found = read(&[("out/a.txt", text)], |p| _ = p.class_map.insert("2".to_owned(), "nut".to_owned())).unwrap();
    assert_eq!(found.predictions.len(), 3);
    assert_eq!(found.mappings[0], mapping("2", Some("nut"), MappingReason::ProjectFile, 1));
}

/// The model has a class list of its own, in another order and spelling.
#[test]
fn the_models_own_names() {
    let own = |p: &mut Project| {
        let list = serde_json::json!(["Nuts", "BOLT", "screw"]);
        p.models[0].parameters.insert("classes".to_owned(), list);
    };
    let text = "0 0.5 0.5 0.5 0.5 0.9\n1 0.5 0.5 0.5 0.5 0.8\n2 0.5 0.5 0.5 0.5 0.7\n";
    let found = read(&[("out/a.txt", text)], own).unwrap();
    let expected = [
        mapping("BOLT", Some("bolt"), MappingReason::CaseOrSpace, 1),
        mapping("Nuts", Some("nut"), MappingReason::Plural, 1),
        mapping("screw", None, MappingReason::Unmapped, 1),
    ];
    assert_eq!(found.mappings, expected);
    let classes: Vec<u32> = found.predictions.class.iter().map(|c| c.0).collect();
    assert_eq!(classes, [1, 0]);
}

/// A list of names beside the outputs, or above the truth, says what the indices count; a stranger's list does not.
#[test]
fn class_lists_that_lie_around() {
    let outputs = ("out/a.txt", "0 0.5 0.5 0.5 0.5 0.9\n");
    let to = |files: &[(&str, &str)]| {
        let found = read(files, |_| {}).unwrap();
        (found.mappings[0].to.clone().unwrap(), found.findings.get("class-order-assumed").is_some())
    };
    assert_eq!(to(&[outputs, ("out/classes.txt", "nut\nbolt\n")]), ("nut".to_owned(), false));
    assert_eq!(to(&[outputs, ("classes.txt", "nut\nbolt\n")]), ("nut".to_owned(), false));
    assert_eq!(to(&[outputs, ("classes.txt", "cat\ndog\n")]), ("bolt".to_owned(), true));
}
