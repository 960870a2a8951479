//! Folders with COCO panoptic files: recognised by what is in them, evaluated as panopticapi does, with all that can be missing.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use evalens::formats::{self, Recognised};
use evalens::model::{NoProgress, Task};
use serde_json::{Value, json};

/// The pictures of `make_panoptic.py`: 16 × 12 pixels, 5 categories, values of panopticapi (commit 1ad5afa).
fn recorded() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/segmentation/panoptic.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn categories() -> Value {
    let name = |c: usize| json!({"id": c, "name": format!("class {c}"), "isthing": c % 2});
    (0..5).map(name).collect()
}

fn images(from: usize) -> Value {
    (from..from + 20).map(|n| json!({"id": n, "file_name": format!("{n}.jpg"), "width": 16, "height": 12})).collect()
}

/// Writes one side of the recorded pictures, numbered `from` on: a JSON with `more`, and its PNGs into `pngs`.
fn side(root: &Path, (json, pngs): (&str, &str), (ids, segments): (&str, &str), from: usize, more: &[(&str, Value)]) {
    let mut annotations = Vec::new();
    for (n, picture) in recorded()["pictures"].as_array().unwrap().iter().enumerate() {
        let n = n + from;
        let values: Vec<u32> = serde_json::from_value(picture[ids].clone()).unwrap();
        let colour = |x: u32, y: u32| {
            let id = values[(y * 16 + x) as usize];
            image::Rgb([id % 256, id / 256 % 256, id / 65536].map(|part| part as u8))
        };
        let path = root.join(pngs).join(format!("{n}.png"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        image::RgbImage::from_fn(16, 12, colour).save(path).unwrap();
        let info = |s: &Value| json!({"id": s[0], "category_id": s[1], "iscrowd": s[2]});
        let infos: Value = picture[segments].as_array().unwrap().iter().map(info).collect();
        annotations.push(json!({"image_id": n, "file_name": format!("{n}.png"), "segments_info": infos}));
    }
    let mut file = json!({"annotations": annotations});
    for (key, value) in more {
        file[*key] = value.clone();
    }
    write(&root.join(json), file.to_string().as_bytes());
}

fn truth(root: &Path, paths: (&str, &str), from: usize) {
    side(root, paths, ("truth", "of_truth"), from, &[("images", images(from)), ("categories", categories())]);
}

fn outputs(root: &Path, paths: (&str, &str), from: usize) {
    side(root, paths, ("predicted", "of_prediction"), from, &[]);
}

fn usual(root: &Path) {
    truth(root, ("annotations/panoptic_val2017.json", "annotations/panoptic_val2017"), 0);
    outputs(root, ("predictions/net/panoptic.json", "predictions/net"), 0);
    image::RgbImage::new(16, 12)
        .save({
            std::fs::create_dir_all(root.join("val2017")).unwrap();
            root.join("val2017/0.jpg")
        })
        .unwrap();
}

fn folder(make: impl FnOnce(&Path)) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("scenes");
    std::fs::create_dir(&root).unwrap();
    make(&root);
    (dir, root)
}

fn open(root: &Path) -> Recognised {
    formats::open_project(root, &NoProgress).unwrap().1
}

/// `id format split truth images` of every dataset, `id split path` of every output.
fn seen(recognised: &Recognised) -> (Vec<String>, Vec<String>) {
    let datasets = recognised.project.datasets.iter().flat_map(|d| {
        d.splits.iter().map(move |(split, entry)| {
            let images = entry.images.as_deref().unwrap_or("-");
            format!("{} {} {split} {} {images}", d.id, d.format, entry.truth)
        })
    });
    let models = recognised.project.models.iter();
    let outputs = models.flat_map(|m| m.predictions.iter().map(move |p| format!("{} {} {}", m.id, p.split, p.path)));
    (datasets.collect(), outputs.collect())
}

fn run(args: &[&str]) -> Output {
    let keep = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_evalens"));
    command.args(args).env_remove("DISPLAY").env("EVALENS_KEEP_IN", keep.path()).output().unwrap()
}

fn evaluated(args: &[&str]) -> Value {
    let output = run(&[&["evaluate"], args, &["--json", "-"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The document says what panopticapi does.
fn assert_recorded(document: &Value) {
    let mean = &recorded()["mean"];
    let summary = &document["summary"];
    for (ours, theirs) in [("panoptic_quality", "pq"), ("segmentation_quality", "sq"), ("recognition_quality", "rq")] {
        let (a, b) = (summary[ours].as_f64().unwrap(), mean[theirs].as_f64().unwrap());
        assert!((a - b).abs() <= 1e-9, "{ours}: {a}, not {b}");
    }
    assert_eq!(summary["panoptic_classes"].as_f64(), mean["n"].as_f64());
    assert_eq!(document["task"], "semantic-segmentation");
}

#[test]
fn the_folder_of_coco_is_recognised_and_evaluated() {
    let (_dir, root) = folder(usual);
    let recognised = open(&root);
    let (datasets, models) = seen(&recognised);
    assert_eq!(datasets, ["scenes coco-panoptic val2017 annotations/panoptic_val2017.json val2017"]);
    assert_eq!(models, ["net val2017 predictions/net/panoptic.json"]);
    let why: Vec<&str> = recognised.reasons.iter().map(|reason| reason.why.as_str()).collect();
    assert_eq!(
        why,
        [
            "annotations with segments_info, categories; 20 images, PNGs in annotations/panoptic_val2017; pictures in val2017",
            "annotations with segments_info; 20 images, PNGs in predictions/net; it names images of that split",
        ]
    );
    assert_recorded(&evaluated(&[root.to_str().unwrap()]));
    // The check says what it is, and the project file that is written says the same.
    let check = run(&["check", root.to_str().unwrap()]);
    let words = String::from_utf8(check.stdout).unwrap();
    assert!(check.status.success(), "{words}");
    assert!(words.contains("COCO panoptic truth of split val2017"), "{words}");
    assert!(words.contains("COCO panoptic predictions of net@latest for split val2017"), "{words}");
    assert!(run(&["init", root.to_str().unwrap()]).status.success());
    assert!(root.join("evalens.json").is_file());
    assert_eq!(open(&root).project, recognised.project);
    assert_recorded(&evaluated(&[root.to_str().unwrap()]));
}

/// PNGs beside the folder of annotations, beside their JSON, in a folder of a usual name; and files whose names say
/// nothing: outputs are what declares no categories.
#[test]
fn other_shapes_of_folders_are_recognised() {
    let (_dir, root) = folder(|root| {
        truth(root, ("annotations/panoptic_test.json", "panoptic_test"), 0);
        outputs(root, ("predictions/a/v1/test.json", "predictions/a/v1/test"), 0);
        outputs(root, ("predictions/b/v2/segments.json", "predictions/b/v2/pngs"), 0);
    });
    let (datasets, models) = seen(&open(&root));
    assert_eq!(datasets, ["scenes coco-panoptic test annotations/panoptic_test.json -"]);
    assert_eq!(models, ["a test predictions/a/v1/test.json", "b test predictions/b/v2/segments.json"]);
    for model in ["a@v1", "b@v2"] {
        assert_recorded(&evaluated(&[root.to_str().unwrap(), "--model", model]));
    }
    let (_dir, root) = folder(|root| {
        truth(root, ("scenes.json", "scenes"), 0);
        outputs(root, ("fast.json", "fast"), 0);
    });
    let (datasets, models) = seen(&open(&root));
    assert_eq!(datasets, ["scenes coco-panoptic all scenes.json -"]);
    assert_eq!(models, ["fast all fast.json"]);
    assert_recorded(&evaluated(&[root.to_str().unwrap()]));
}

/// No name says for which split the outputs are: their pictures do.
#[test]
fn splits_by_the_pictures() {
    let (_dir, root) = folder(|root| {
        truth(root, ("annotations/panoptic_val.json", "annotations/panoptic_val"), 0);
        truth(root, ("annotations/panoptic_test.json", "annotations/panoptic_test"), 100);
        outputs(root, ("predictions/first.json", "predictions/first"), 100);
        outputs(root, ("predictions/second.json", "predictions/second"), 0);
        outputs(root, ("predictions/third.json", "predictions/third"), 500);
    });
    let recognised = open(&root);
    assert_eq!(seen(&recognised).1, ["first test predictions/first.json", "second val predictions/second.json"]);
    let left = recognised.alternatives.iter().find(|other| other.path == "predictions/third.json").unwrap();
    assert!(left.why.starts_with("no split fits it"), "{}", left.why);
}

/// Boxes and segments of one folder and one model are two datasets and two models.
#[test]
fn segments_stand_beside_boxes() {
    let (_dir, root) = folder(|root| {
        usual(root);
        let boxes = json!([{"id": 1, "image_id": 0, "category_id": 1, "bbox": [1, 1, 5, 5], "area": 25, "iscrowd": 0}]);
        let instances = json!({"images": images(0), "annotations": boxes, "categories": categories()});
        write(&root.join("annotations/instances_val2017.json"), instances.to_string().as_bytes());
        let results = json!([{"image_id": 0, "category_id": 1, "bbox": [1, 1, 5, 5], "score": 0.5}]);
        write(&root.join("predictions/net/bbox.json"), results.to_string().as_bytes());
    });
    let recognised = open(&root);
    let (datasets, models) = seen(&recognised);
    assert_eq!(
        datasets,
        [
            "scenes coco val2017 annotations/instances_val2017.json val2017",
            "scenes-panoptic coco-panoptic val2017 annotations/panoptic_val2017.json val2017",
        ]
    );
    assert_eq!(models, ["net val2017 predictions/net/bbox.json", "net-panoptic val2017 predictions/net/panoptic.json"]);
    let tasks: Vec<Task> = recognised.project.models.iter().map(|model| model.task).collect();
    assert_eq!(tasks, [Task::Detection, Task::SemanticSegmentation]);
    let documents = evaluated(&[root.to_str().unwrap()]);
    let documents = documents.as_array().unwrap();
    assert_eq!((documents.len(), &documents[0]["summary"]["correct"]), (2, &json!(1)));
    assert_recorded(&documents[1]);
}

fn refused(root: &Path, expected: &str) {
    let output = run(&["evaluate", root.to_str().unwrap(), "--json", "-"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains(expected) && told.trim().lines().count() == 1, "{expected}: {told}");
}

#[test]
fn what_is_missing_or_broken_is_said() {
    let (_dir, root) = folder(usual);
    std::fs::remove_dir_all(root.join("annotations/panoptic_val2017")).unwrap();
    refused(&root, "its PNGs, such as 0.png, are not there; put them into a folder panoptic_val2017 beside it");

    let (_dir, root) = folder(usual);
    for n in 0..20 {
        std::fs::remove_file(root.join(format!("predictions/net/{n}.png"))).unwrap();
    }
    let recognised = open(&root);
    assert_eq!(seen(&recognised).1, [""; 0]);
    let left = recognised.alternatives.iter().find(|other| other.path == "predictions/net/panoptic.json").unwrap();
    assert_eq!(left.what, "COCO panoptic predictions");
    assert_eq!(recognised.findings.get("no-predictions-found").unwrap().count, 1);

    // Cut in the middle of its segments: still seen as what it is, and refused by name and place.
    let (_dir, root) = folder(usual);
    let path = root.join("annotations/panoptic_val2017.json");
    let text = std::fs::read(&path).unwrap();
    std::fs::write(&path, &text[..text.len() / 2]).unwrap();
    assert_eq!(seen(&open(&root)).0.len(), 1);
    refused(&root, "panoptic_val2017.json");
    let check = run(&["check", root.to_str().unwrap()]);
    assert_eq!(check.status.code(), Some(1), "{}", String::from_utf8_lossy(&check.stdout));

    // One PNG is missing: its picture is named.
    let (_dir, root) = folder(usual);
    std::fs::remove_file(root.join("annotations/panoptic_val2017/7.png")).unwrap();
    refused(&root, "7.png");
}
