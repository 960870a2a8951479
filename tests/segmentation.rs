//! Segmenters as a whole: folders of masks and COCO files with masks, recognised, evaluated, at every threshold, with all that
//! can be wrong with them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use evalens::formats;
use evalens::metrics::segmentation::{Boundary, ImageCells, ImagePixels, PixelCell, PixelMatrix, SegmentationSummary};
use evalens::metrics::{DetectionSettings, Evaluation, OwnThresholds, Sections};
use evalens::model::{
    ClassId, ClassTable, DatasetBuilder, Image, ImageId, MaskReading, ModelIdentity, NoProgress, Task,
};
use evalens::session::load;
use evalens::store::place::Keeper;
use proptest::prelude::*;
use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn fixture(name: &str) -> PathBuf {
    root().join("tests/data/segmentation").join(name)
}

/// The shared data and recorded values beside it, where they are at hand.
fn shared(set: &str, reference: &str) -> Option<(PathBuf, Vec<Value>)> {
    let data = std::env::var_os("EVALENS_DATA").map_or_else(|| root().join("../shared/data"), PathBuf::from);
    let text = std::fs::read_to_string(data.join("../reference").join(reference)).ok();
    let (Some(text), true) = (text, data.join(set).is_dir()) else {
        eprintln!("{} is not there: only the fixtures of this repository are tested", data.display());
        return None;
    };
    let Ok(Value::Array(entries)) = serde_json::from_str(&text) else { panic!("{reference} is no list") };
    Some((data.join(set), entries))
}

fn run(args: &[&str], keep: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_evalens"));
    command.args(args).env_remove("DISPLAY").env("EVALENS_KEEP_IN", keep).output().unwrap()
}

fn json(args: &[&str]) -> Value {
    let keep = tempfile::tempdir().unwrap();
    let output = run(args, keep.path());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn near(found: &Value, expected: &Value, what: &str) {
    match (found.as_f64(), expected.as_f64()) {
        (Some(a), Some(b)) => assert!((a - b).abs() <= 1e-9, "{what}: {a}, not {b}"),
        (a, b) => assert_eq!(a, b, "{what}"),
    }
}

/// A folder of masks: truth and outputs copied from the fixtures under the names that a project gives them.
fn project(layout: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (from, to) in layout {
        let to = dir.path().join(to);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(fixture(from), to).unwrap();
    }
    dir
}

const USUAL: [(&str, &str); 7] = [
    ("classes.json", "classes.json"),
    ("b.jpg", "images/test/b.jpg"),
    ("a.index.png", "masks/test/a.png"),
    ("b.index.png", "masks/test/b.png"),
    ("a.predicted.png", "predictions/net/v1/test/a.png"),
    ("b.predicted.png", "predictions/net/v1/test/b.png"),
    ("b.jpg", "images/test/a.jpg"),
];

fn loaded(dir: &Path) -> load::Loaded {
    let keep = tempfile::tempdir().unwrap();
    let keeper = Keeper { elsewhere: Some(keep.path().to_owned()), ..Keeper::default() };
    let open = load::open(dir, &keeper, &NoProgress).unwrap();
    let choice = load::first_choice(&open.recognised.project, &open.choices).unwrap();
    let settings = DetectionSettings::default();
    load::evaluate(&open.root, &open.recognised.project, &choice, settings, Sections::ALL, &NoProgress).unwrap()
}

fn codes(loaded: &load::Loaded) -> Vec<&'static str> {
    loaded.findings.iter().map(|finding| finding.code).collect()
}

// ---- against references

#[test]
fn road_scenes_are_those_of_scikit_learn() {
    let Some((data, references)) = shared("camvid", "segmentation.json") else { return };
    let documents = json(&["evaluate", data.to_str().unwrap(), "--json", "-"]);
    let documents = documents.as_array().unwrap();
    assert_eq!(documents.len(), 4);
    for document in documents {
        let (model, split) = (&document["model"], document["dataset"]["split"].as_str().unwrap());
        let name = format!("camvid road-segmenter {} {split}", model["version"].as_str().unwrap());
        let reference = references.iter().find(|r| r["name"] == name.as_str()).unwrap();
        let summary = &document["summary"];
        for (key, of) in [
            ("pixels", "pixels"),
            ("pixel_accuracy", "pixel_accuracy"),
            ("mean_accuracy", "mean_accuracy_classes_in_truth"),
            ("mean_iou", "miou_classes_in_truth"),
            ("mean_iou_in_truth_or_prediction", "miou_classes_in_truth_or_prediction"),
            ("mean_dice", "mdice_classes_in_truth"),
            ("frequency_weighted_iou", "fwiou"),
        ] {
            near(&summary[key], &reference[of], &format!("{name}, {key}"));
        }
        near(&summary["boundary_iou"], &reference["boundary_iou"]["mean_classes_in_truth"], &name);
        near(&summary["recall"], &reference["pixel_accuracy"], &name);
        for (class, of) in
            document["classes"].as_array().unwrap().iter().zip(reference["per_class"].as_array().unwrap())
        {
            let what = format!("{name}, {}", class["name"]);
            let pairs = [("iou", "iou"), ("dice", "dice"), ("recall", "accuracy"), ("precision", "precision")];
            pairs.iter().for_each(|(key, other)| near(&class[key], &of[other], &what));
            near(&class["support"], &of["truth_pixels"], &what);
        }
        let ours = document["confusion_matrix"]["counts"].as_array().unwrap();
        let theirs = reference["confusion_matrix"].as_array().unwrap();
        assert_eq!(ours.len(), 11);
        for (ours, theirs) in ours.iter().zip(theirs) {
            assert_eq!(ours.as_array().unwrap()[..11], theirs.as_array().unwrap()[..11], "{name}");
        }
    }
}

#[test]
fn masks_of_objects_are_those_of_pycocotools() {
    let folder = root().join("tests/data/instances");
    let at = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let expected: Value = serde_json::from_slice(&std::fs::read(at("expected.json")).unwrap()).unwrap();
    let (truth, results) = (at("truth.json"), at("results.json"));
    let task = "instance-segmentation";
    let args = ["evaluate", "--task", task, "--truth", &truth, "--predictions", &results, "--json", "-"];
    let document = json(&args);
    assert_eq!(document["task"], task);
    for (key, value) in expected["summary"].as_object().unwrap() {
        near(&document["summary"][key], value, key);
    }
    let Some((data, references)) = shared("coco-val2017-tiny", "detection.json") else { return };
    let reference = references.iter().find(|r| r["name"] == "coco-tiny yolox-nano segm").unwrap();
    let documents = json(&["evaluate", data.to_str().unwrap(), "--json", "-"]);
    let segm = documents.as_array().unwrap().iter().find(|d| d["task"] == task).unwrap();
    assert_eq!(segm["dataset"]["id"], "coco-val2017-tiny-masks");
    let names = [
        ("AP", "ap"),
        ("AP50", "ap50"),
        ("AP75", "ap75"),
        ("APs", "ap_small"),
        ("APm", "ap_medium"),
        ("APl", "ap_large"),
        ("AR1", "ar_1"),
        ("AR10", "ar_10"),
        ("AR100", "ar_100"),
        ("ARs", "ar_small"),
        ("ARm", "ar_medium"),
        ("ARl", "ar_large"),
    ];
    for (theirs, ours) in names {
        near(&segm["summary"][ours], &reference["coco"][theirs], ours);
    }
    // The boxes of the same model are evaluated beside, as before.
    assert_eq!(documents.as_array().unwrap().iter().filter(|d| d["task"] == "detection").count(), 2);
}

// ---- folders

#[test]
fn a_folder_of_masks_is_recognised_and_counted() {
    let dir = project(&USUAL);
    let loaded = loaded(dir.path());
    let expected: Value = serde_json::from_slice(&std::fs::read(fixture("small.json")).unwrap()).unwrap();
    assert_eq!(loaded.evaluation.task, Task::SemanticSegmentation);
    assert_eq!(loaded.evaluation.dataset.classes.names(), ["Road", "Tree", "Car"]);
    // Six pixels are given the void class, which is none.
    assert_eq!(codes(&loaded), ["unknown-predicted-index"]);
    let matched = loaded.evaluation.matched.as_ref().unwrap();
    let counter = matched.timeline.counter_at(matched.optima.pooled.unwrap());
    let rows: Vec<Vec<u64>> = counter.matrix(&matched.timeline).into_iter().take(3).collect();
    assert_eq!(serde_json::to_value(&rows).unwrap(), expected["matrix"]);
    let summary = loaded.evaluation.segmentation(&counter).unwrap();
    near(&summary.mean_iou.into(), &expected["mean_iou"], "mean IoU");
    near(&summary.pixel_accuracy.into(), &expected["pixel_accuracy"], "pixel accuracy");
    let image = |name: &str| loaded.evaluation.dataset.images.iter().find(|image| image.name == name).unwrap();
    assert!(image("a.jpg").width > 0 && image("b.jpg").path.as_ref().unwrap().ends_with("images/test/b.jpg"));
    // The document of the two folders alone is the same.
    let at = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (truth, outputs) = (at("masks/test"), at("predictions/net/v1/test"));
    let task = "semantic-segmentation";
    let direct = json(&["evaluate", "--task", task, "--truth", &truth, "--predictions", &outputs, "--json", "-"]);
    near(&direct["summary"]["mean_iou"], &expected["mean_iou"], "mean IoU");
    assert_eq!(direct["settings"]["ignore_index"], 3);
    // Another index to be ignored wins: void pixels are then a class of their own beyond the names, and reported.
    let args =
        ["evaluate", "--task", task, "--truth", &truth, "--predictions", &outputs, "--ignore", "2", "--json", "-"];
    let other = json(&args);
    assert_eq!(other["settings"]["ignore_index"], 2);
    assert_eq!(other["classes"][2]["support"], 0);
}

#[test]
fn confidence_maps_bring_thresholds() {
    let mut layout = USUAL.to_vec();
    layout.push(("a.confidence.png", "predictions/net/v1/confidence/test/a.png"));
    layout.push(("b.confidence.png", "predictions/net/v1/confidence/test/b.png"));
    let dir = project(&layout);
    let loaded = loaded(dir.path());
    let expected: Value = serde_json::from_slice(&std::fs::read(fixture("small.json")).unwrap()).unwrap();
    assert!(loaded.evaluation.pixels().unwrap().has_confidence());
    let matched = loaded.evaluation.matched.as_ref().unwrap();
    let at = |t: f64| matched.timeline.counter_at(t).matrix(&matched.timeline)[..3].to_vec();
    assert_eq!(serde_json::to_value(at(200.0 / 255.0)).unwrap(), expected["matrix_from_level_200"]);
    assert_eq!(serde_json::to_value(at(0.0)).unwrap(), expected["matrix"]);
    let mut counter = matched.timeline.counter();
    matched.timeline.move_to(&mut counter, 200.0 / 255.0);
    assert_eq!(counter.matrix(&matched.timeline)[..3].to_vec(), at(200.0 / 255.0));
    let document = json(&["evaluate", dir.path().to_str().unwrap(), "--confidence", "0.5", "--json", "-"]);
    assert_eq!(document["settings"]["confidence_levels"], matched.timeline.scores().len());
    assert_eq!(document["summary"]["below_threshold"], document["summary"]["missed"]);
}

#[test]
fn other_shapes_of_folders_are_recognised() {
    // CamVid's folders, masks with a suffix beside pictures without.
    let camvid = project(&[
        ("classes.json", "classes.json"),
        ("b.jpg", "test/a.jpg"),
        ("b.jpg", "test/b.jpg"),
        ("a.index.png", "testannot/a_L.png"),
        ("b.index.png", "testannot/b_L.png"),
        ("a.predicted.png", "outputs/unet-3/test/a_pred.png"),
        ("b.predicted.png", "outputs/unet-3/test/b_pred.png"),
    ]);
    let found = loaded(camvid.path());
    assert_eq!(
        (found.evaluation.predictions.identity.id.as_str(), codes(&found)),
        ("unet", vec!["unknown-predicted-index"])
    );
    assert_eq!(found.evaluation.dataset.images[0].name, "a.jpg");
    // Colours that only the table of colours explains.
    let colours = project(&[
        ("classes.json", "labels/classes.json"),
        ("a.rgb.png", "labels/val/a.png"),
        ("b.rgb.png", "labels/val/b.png"),
        ("a.predicted.png", "predictions/a/val/a.png"),
        ("b.predicted.png", "predictions/a/val/b.png"),
    ]);
    let found = loaded(colours.path());
    let expected: Value = serde_json::from_slice(&std::fs::read(fixture("small.json")).unwrap()).unwrap();
    let matched = found.evaluation.matched.as_ref().unwrap();
    let rows: Vec<Vec<u64>> = matched.timeline.counter_at(1.0).matrix(&matched.timeline).into_iter().take(3).collect();
    assert_eq!(serde_json::to_value(&rows).unwrap(), expected["matrix"]);
}

/// Colours as the project file gives them, in the order of the classes, the ignored one last.
#[test]
fn colours_may_stand_in_the_project_file() {
    let dir = project(&[
        ("a.rgb.png", "labels/val/a.png"),
        ("b.rgb.png", "labels/val/b.png"),
        ("a.predicted.png", "predictions/a/val/a.png"),
        ("b.predicted.png", "predictions/a/val/b.png"),
    ]);
    let classes = formats::mask_png::read_classes(&fixture("classes.json")).unwrap();
    let colours: Vec<[u8; 3]> = classes.colours.unwrap().into_iter().map(|(colour, _)| colour).collect();
    let write = |colours: &[[u8; 3]]| {
        let file = serde_json::json!({
            "schema": "evalens.project/1", "name": "x",
            "datasets": [{"id": "x", "task": "semantic-segmentation", "format": "mask-png", "classes": classes.names,
                "ignore": classes.ignore, "colours": colours, "splits": {"val": {"truth": "labels/val"}}}],
            "models": [{"id": "a", "task": "semantic-segmentation", "predictions": [
                {"dataset": "x", "split": "val", "format": "mask-png", "path": "predictions/a/val"}]}]
        });
        std::fs::write(dir.path().join("evalens.json"), file.to_string()).unwrap();
    };
    write(&colours);
    let found = loaded(dir.path());
    let expected: Value = serde_json::from_slice(&std::fs::read(fixture("small.json")).unwrap()).unwrap();
    let matched = found.evaluation.matched.as_ref().unwrap();
    let rows: Vec<Vec<u64>> = matched.timeline.counter_at(1.0).matrix(&matched.timeline).into_iter().take(3).collect();
    assert_eq!(serde_json::to_value(&rows).unwrap(), expected["matrix"]);
    for (wrong, told) in [(&colours[..1], "has 1 `colours`"), (&[[9; 3]; 4][..], "twice")] {
        write(wrong);
        let keep = tempfile::tempdir().unwrap();
        let output = run(&["evaluate", dir.path().to_str().unwrap(), "--json", "-"], keep.path());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && said.contains(told), "{said}");
    }
}

// ---- bad input

#[test]
fn what_is_wrong_with_masks_is_said_and_counted() {
    // One image without an output, a picture without a mask, an output of half the size with an unknown index.
    let dir = project(&USUAL);
    std::fs::remove_file(dir.path().join("predictions/net/v1/test/a.png")).unwrap();
    std::fs::copy(fixture("b.jpg"), dir.path().join("images/test/c.jpg")).unwrap();
    let truth = formats::mask_png::read(&fixture("b.index.png"), None).unwrap().0;
    let half = image::GrayImage::from_fn(truth.width / 2, truth.height / 2, |x, y| image::Luma([((x + y) % 5) as u8]));
    half.save(dir.path().join("predictions/net/v1/test/b.png")).unwrap();
    let found = loaded(dir.path());
    let mut seen = codes(&found);
    seen.sort_unstable();
    assert_eq!(seen, ["mask-resized", "missing-prediction", "picture-without-mask", "unknown-predicted-index"]);
    let matched = found.evaluation.matched.as_ref().unwrap();
    let a = found.evaluation.dataset.images.iter().position(|image| image.name == "a.jpg").unwrap();
    let counts = matched.timeline.counts_of(ImageId::from_index(a), matched.timeline.cut(1.0));
    assert_eq!((counts.correct, counts.misclassified), (0, 0));
    assert!(counts.missed > 0, "all pixels without an output are missed");

    let refused = |layout: &[(&str, &str)], change: &dyn Fn(&Path), expected: &str| {
        let dir = project(layout);
        change(dir.path());
        let keep = tempfile::tempdir().unwrap();
        let output = run(&["evaluate", dir.path().to_str().unwrap(), "--json", "-"], keep.path());
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains(expected) && told.trim().lines().count() == 1, "{expected}: {told}");
    };
    let cut = |dir: &Path| {
        let file = dir.join("predictions/net/v1/test/b.png");
        let bytes = std::fs::read(&file).unwrap();
        std::fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
    };
    refused(&USUAL, &cut, "b.png");
    let without_classes: Vec<(&str, &str)> = USUAL.iter().skip(1).copied().collect();
    refused(&without_classes, &|_| {}, "nothing says what classes");
    let rename = |dir: &Path| {
        let folder = dir.join("predictions/net/v1/test");
        std::fs::rename(folder.join("a.png"), folder.join("x.png")).unwrap();
        std::fs::rename(folder.join("b.png"), folder.join("y.png")).unwrap();
    };
    refused(&USUAL, &rename, "called like a true one");
}

#[test]
fn masks_of_objects_that_cannot_be_read_are_left_out_and_counted() {
    let dir = tempfile::tempdir().unwrap();
    let truth = r#"{"images": [{"id": 1, "file_name": "a.jpg", "width": 8, "height": 6}],
        "categories": [{"id": 1, "name": "leaf"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 3, 3], "area": 9, "segmentation": [[1, 1, 4, 1, 4, 4, 1, 4]]},
            {"id": 2, "image_id": 1, "category_id": 1, "bbox": [1, 1, 3, 3], "area": 9, "segmentation": [[1, 1, 4, 1]]},
            {"id": 3, "image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1], "segmentation": {"size": [6, 8], "counts": [3, 4]}},
            {"id": 4, "image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1]},
            {"id": 5, "image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1], "segmentation": [[1, 1, "x", 1, 4, 4]]},
            {"id": 6, "image_id": 1, "category_id": 1, "bbox": [90, 90, 9, 9], "segmentation": [[90, 90, 99, 90, 99, 99]]}]}"#;
    let results = r#"[{"image_id": 1, "category_id": 1, "score": 0.9, "segmentation": {"size": [6, 8], "counts": [7, 3, 3, 3, 3, 3, 26]}},
        {"image_id": 1, "category_id": 1, "score": 0.8, "segmentation": {"size": [9, 9], "counts": [81]}},
        {"image_id": 1, "category_id": 1, "score": 0.7, "segmentation": {"size": [6, 8], "counts": "\u00ff"}},
        {"image_id": 1, "category_id": 1, "score": 0.6, "bbox": [1, 1, 3, 3]}]"#;
    std::fs::write(dir.path().join("truth.json"), truth).unwrap();
    std::fs::write(dir.path().join("out.json"), results).unwrap();
    let at = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (truth, out) = (at("truth.json"), at("out.json"));
    let args = ["evaluate", "--task", "instance-segmentation", "--truth", &truth, "--predictions", &out, "--json", "-"];
    let document = json(&args);
    let problem = |code: &str| -> u64 {
        let all = document["problems"].as_array().unwrap().iter().filter(|p| p["code"] == code);
        all.map(|p| p["count"].as_u64().unwrap()).sum()
    };
    // Four truths have no mask that can be read: too few points, runs too short, none, a text among the numbers. Of the
    // detections one is for another size, one is broken; the last has no mask at all.
    assert_eq!((problem("bad-mask"), problem("bad-detection")), (6, 1), "{}", document["problems"]);
    // The polygon beyond the image is an empty mask: it is there, and nothing can find it.
    assert_eq!((document["dataset"]["truths"].as_u64(), document["model"]["detections"].as_u64()), (Some(2), Some(1)));
    assert_eq!((document["summary"]["correct"].as_u64(), document["summary"]["missed"].as_u64()), (Some(1), Some(1)));
}

// ---- every threshold

/// Images of counted pixels of three classes.
fn cells() -> impl Strategy<Value = Vec<ImagePixels>> {
    let image = (prop::collection::btree_map((0_u16..3, 0_u16..4, 0_u16..=255), 1_u32..1000, 0..30), any::<bool>());
    prop::collection::vec(image, 1..5).prop_map(|images| {
        let of = |(cells, sure): (std::collections::BTreeMap<(u16, u16, u16), u32>, bool)| {
            let mut all: Vec<PixelCell> = cells
                .into_iter()
                .map(|((truth, predicted, level), pixels)| PixelCell {
                    truth,
                    predicted: if predicted == 3 { u16::MAX } else { predicted },
                    level: if sure { level } else { 0 },
                    pixels,
                })
                .collect();
            all.sort_unstable();
            all.dedup_by(|b, a| {
                let same = (a.truth, a.predicted, a.level) == (b.truth, b.predicted, b.level);
                a.pixels += if same { b.pixels } else { 0 };
                same
            });
            ImagePixels {
                cells: ImageCells { cells: all, ..ImageCells::default() },
                highest: sure.then_some(255),
                boundaries: vec![Boundary::default(); 3],
                panoptic: Vec::new(),
            }
        };
        images.into_iter().map(of).collect()
    })
}

fn evaluated(images: &[ImagePixels]) -> Evaluation {
    let image = |n: usize| Image { source_id: n as i64, name: format!("{n}.png"), ..Image::default() };
    let builder = DatasetBuilder {
        classes: ClassTable::from_names(["a", "b", "c"]),
        images: (0..images.len()).map(image).collect(),
        splits: vec!["test".to_owned()],
        ..DatasetBuilder::default()
    };
    let reading = MaskReading::default();
    Evaluation::of_pixels(builder, ModelIdentity::default(), images.to_vec(), reading, &NoProgress).unwrap()
}

/// The matrix at a threshold from scratch; classes with thresholds of their own follow those.
fn recounted(images: &[ImagePixels], threshold: impl Fn(u16) -> f64) -> Vec<Vec<u64>> {
    let mut rows = vec![vec![0_u64; 4]; 4];
    for image in images {
        for cell in &image.cells.cells {
            let confidence = image.highest.map_or(1.0, |highest| f64::from(cell.level) / f64::from(highest));
            let kept = cell.predicted != u16::MAX && confidence >= threshold(cell.predicted);
            let column = if kept { usize::from(cell.predicted) } else { 3 };
            rows[usize::from(cell.truth)][column] += u64::from(cell.pixels);
        }
    }
    rows
}

proptest! {
    /// Counts at any threshold, of everything, of each class and of each image, are those of counting from scratch; a counter
    /// that is moved about stands where one stands that starts there.
    #[test]
    fn weighted_outcomes_are_recounted_pixels(images in cells(), thresholds in prop::collection::vec(-0.1..1.1_f64, 1..8)) {
        let evaluation = evaluated(&images);
        let matched = evaluation.matched.as_ref().unwrap();
        let timeline = &matched.timeline;
        let mut moved = timeline.counter();
        let exact = thresholds.iter().flat_map(|t| [*t, (t * 255.0).round() / 255.0, 0.0, 1.0]);
        for t in exact {
            let expected = recounted(&images, |_| t);
            let counter = timeline.counter_at(t);
            prop_assert_eq!(&counter.matrix(timeline), &expected, "at {}", t);
            timeline.move_to(&mut moved, t);
            prop_assert_eq!(moved.matrix(timeline), expected.clone());
            let correct: u64 = (0..3).map(|c| expected[c][c]).sum();
            let truths: u64 = expected.iter().flatten().sum();
            let totals = counter.totals();
            prop_assert_eq!((totals.correct, totals.truths(), totals.false_positives), (correct, truths, 0));
            for (class, counts) in counter.classes().iter().enumerate() {
                let predicted: u64 = (0..3).map(|row| expected[row][class]).sum();
                prop_assert_eq!(counts.support(), expected[class].iter().sum::<u64>());
                prop_assert_eq!(counts.predicted(), predicted);
                let either = counts.support() + predicted - expected[class][class];
                let iou = (either > 0).then(|| expected[class][class] as f64 / either as f64);
                prop_assert_eq!(counts.iou(), iou);
            }
            let summary = evaluation.segmentation(&counter).unwrap();
            let again = SegmentationSummary::new(&PixelMatrix::of_rows(3, &expected), Some(&[(0, 0); 3]), None);
            prop_assert_eq!(summary, again);
            for (at, image) in images.iter().enumerate() {
                let id = ImageId::from_index(at);
                let own = recounted(std::slice::from_ref(image), |_| t);
                prop_assert_eq!(timeline.matrix_of(id, timeline.cut(t)), own.clone());
                let wrong: u64 = (0..3).flat_map(|r| (0..3).filter(move |c| *c != r).map(move |c| (r, c))).map(|(r, c)| own[r][c]).sum();
                let kind = |cell: evalens::metrics::Cell| cell.kind() == Some(evalens::metrics::OutcomeKind::Misclassified);
                prop_assert_eq!(timeline.count_in(id, timeline.cut(t), kind), wrong);
            }
            // The sweep has the same numbers where it has a threshold.
            if let Some(at) = matched.sweep.position(t) {
                prop_assert_eq!(matched.sweep.correct[at], correct);
            }
        }
    }

    /// Classes with thresholds of their own follow those alone.
    #[test]
    fn classes_of_pixels_can_have_their_own_thresholds(images in cells(), own in 0.0..1.0_f64, t in 0.0..1.0_f64) {
        let evaluation = evaluated(&images);
        let mut thresholds = OwnThresholds::default();
        thresholds.set(ClassId(1), Some(own));
        let matched = evaluation.with_own_thresholds(&thresholds, &NoProgress).unwrap().unwrap();
        let found = matched.timeline.counter_at(t).matrix(&matched.timeline);
        prop_assert_eq!(found, recounted(&images, |class| if class == 1 { own } else { t }));
    }
}
