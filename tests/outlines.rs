//! Masks that are not drawn pixel by pixel: polygons of YOLO label files, and panoptic maps of segments with their JSON.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

fn evalens(args: &[&str]) -> Result<Value, String> {
    let keep = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_evalens"));
    let output = command.args(args).env_remove("DISPLAY").env("EVALENS_KEEP_IN", keep.path()).output().unwrap();
    match output.status.success() {
        true => Ok(serde_json::from_slice(&output.stdout).unwrap()),
        false => Err(String::from_utf8(output.stderr).unwrap()),
    }
}

fn write(dir: &Path, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path
}

// ---- YOLO

/// Outlines of an image of 64 × 32 pixels, in sixty-fourths and thirty-seconds so that fractions are exact: class, x and y.
const TRUE: [(u8, &[f64]); 3] = [
    (0, &[4.0, 4.0, 20.5, 4.0, 20.5, 18.25, 4.0, 18.25]),
    (1, &[30.0, 2.0, 44.0, 9.0, 37.0, 28.0]),
    (0, &[50.0, 10.0, 60.0, 10.0, 60.0, 20.0, 55.0, 15.0, 50.0, 20.0]),
];
const SAID: [(u8, &[f64], f64); 4] = [
    (0, &[4.0, 5.0, 20.5, 5.0, 20.5, 19.0, 4.0, 19.0], 0.75),
    (1, &[30.0, 4.0, 45.0, 9.0, 37.0, 30.0], 0.5),
    (1, &[50.0, 10.0, 60.0, 10.0, 60.0, 20.0, 55.0, 15.0, 50.0, 20.0], 0.625),
    (0, &[2.0, 24.0, 12.0, 24.0, 12.0, 31.0], 0.25),
];

fn fractions(outline: &[f64]) -> String {
    let scaled = outline.iter().zip([64.0, 32.0].iter().cycle()).map(|(point, scale)| (point / scale).to_string());
    scaled.collect::<Vec<_>>().join(" ")
}

/// The same objects as a COCO file and results, and as YOLO label files of truth and model.
fn both(dir: &Path) -> [PathBuf; 3] {
    let object = |(id, (class, outline)): (usize, &(u8, &[f64]))| json!({"id": id + 1, "image_id": 1, "category_id": class, "segmentation": [outline]});
    let result = |(class, outline, score): &(u8, &[f64], f64)| json!({"image_id": 1, "category_id": class, "score": score, "segmentation": [outline]});
    let truth = json!({
        "images": [{"id": 1, "file_name": "a.png", "width": 64, "height": 32}],
        "categories": [{"id": 0, "name": "leaf"}, {"id": 1, "name": "stem"}],
        "annotations": TRUE.iter().enumerate().map(object).collect::<Vec<_>>(),
    });
    let results: Vec<Value> = SAID.iter().map(result).collect();
    let coco = [
        write(dir, "coco/truth.json", truth.to_string()),
        write(dir, "coco/results.json", serde_json::to_vec(&results).unwrap()),
    ];
    let yolo = dir.join("yolo");
    write(&yolo, "data.yaml", "path: .\ntest: images/test\nnames: [leaf, stem]\n");
    std::fs::create_dir_all(yolo.join("images/test")).unwrap();
    image::GrayImage::new(64, 32).save(yolo.join("images/test/a.png")).unwrap();
    let lines: Vec<String> = TRUE.iter().map(|(class, outline)| format!("{class} {}\n", fractions(outline))).collect();
    write(&yolo, "labels/test/a.txt", lines.concat());
    let lines: Vec<String> =
        SAID.iter().map(|(class, outline, score)| format!("{class} {} {score}\n", fractions(outline))).collect();
    write(&yolo, "predictions/net/v1/test/a.txt", lines.concat());
    let [truth, results] = coco;
    [truth, results, yolo]
}

#[test]
fn polygons_of_label_files_are_the_masks_of_coco() {
    let dir = tempfile::tempdir().unwrap();
    let [truth, results, yolo] = both(dir.path()).map(|path| path.to_str().unwrap().to_owned());
    let task = ["--task", "instance-segmentation"];
    let files = ["evaluate", "--truth", &truth, "--predictions", &results, "--confidence", "0.1", "--json", "-"];
    let coco = evalens(&[&files[..], &task].concat()).unwrap();
    let documents = evalens(&["evaluate", &yolo, "--confidence", "0.1", "--json", "-"]).unwrap();
    let documents = documents.as_array().unwrap();
    // Once as boxes, once as masks.
    let tasks: Vec<&str> = documents.iter().map(|document| document["task"].as_str().unwrap()).collect();
    assert_eq!(tasks, ["detection", "instance-segmentation"]);
    let masks = &documents[1];
    for key in ["summary", "confusion_matrix", "sweep"] {
        assert_eq!(masks[key], coco[key], "{key}");
    }
    // By hand: a leaf and a stem are found, a leaf is called a stem, and one leaf is where none is.
    assert_eq!(masks["confusion_matrix"]["counts"], json!([[1, 1, 0], [0, 1, 0], [1, 0, 0]]));
}

#[test]
fn outlines_that_make_no_mask_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    let [.., yolo] = both(dir.path());
    let mut text = std::fs::read_to_string(yolo.join("labels/test/a.txt")).unwrap();
    text.push_str("0 0.5 0.5 0.6\n1 0.5 0.5 nan 0.5 0.6 0.6\n");
    std::fs::write(yolo.join("labels/test/a.txt"), text).unwrap();
    let documents = evalens(&["evaluate", yolo.to_str().unwrap(), "--json", "-"]).unwrap();
    assert_eq!(documents[1]["dataset"]["truths"], 3);
    let problems = documents[1]["problems"].as_array().unwrap();
    let counted: u64 = problems.iter().filter_map(|problem| problem["count"].as_u64()).sum();
    assert!(counted >= 2, "{problems:?}");
}

// ---- panoptic

fn panoptic_png(path: &Path, ids: &[u64], width: u32) {
    let height = ids.len() as u32 / width;
    let colour = |x: u32, y: u32| {
        let id = ids[(y * width + x) as usize];
        image::Rgb([id as u8, (id >> 8) as u8, (id >> 16) as u8])
    };
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    image::RgbImage::from_fn(width, height, colour).save(path).unwrap();
}

/// The recorded pictures as files: one JSON and a folder of PNGs of truth and of the model.
fn panoptic_files(dir: &Path) -> (PathBuf, PathBuf, Value) {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/segmentation/panoptic.json");
    let recorded: Value = serde_json::from_slice(&std::fs::read(fixture).unwrap()).unwrap();
    let side = |folder: &str, pixels: &str, segments: &str| {
        let pictures = recorded["pictures"].as_array().unwrap().iter().enumerate();
        let annotation = |(at, picture): (usize, &Value)| {
            let ids: Vec<u64> = serde_json::from_value(picture[pixels].clone()).unwrap();
            panoptic_png(&dir.join(folder).join(format!("{at:02}.png")), &ids, 16);
            let info =
                |s: &Value| json!({"id": s[0], "category_id": s[1], "iscrowd": s.get(2).cloned().unwrap_or(json!(0))});
            let info: Vec<Value> = picture[segments].as_array().unwrap().iter().map(info).collect();
            json!({"image_id": at, "file_name": format!("{at:02}.png"), "segments_info": info})
        };
        let annotations: Vec<Value> = pictures.map(annotation).collect();
        let categories: Vec<Value> = (0..5).map(|id| json!({"id": id, "name": format!("class {id}")})).collect();
        let file = json!({"annotations": annotations, "categories": categories});
        write(dir, &format!("{folder}.json"), file.to_string())
    };
    (side("truth", "truth", "of_truth"), side("said", "predicted", "of_prediction"), recorded)
}

fn panoptic(truth: &Path, said: &Path) -> Result<Value, String> {
    let (truth, said) = (truth.to_str().unwrap(), said.to_str().unwrap());
    let task = ["--task", "semantic-segmentation"];
    evalens(&[&["evaluate", "--truth", truth, "--predictions", said, "--json", "-"], &task[..]].concat())
}

/// The recorded values are panopticapi's (commit 1ad5afa; `make_panoptic.py`).
#[test]
fn panoptic_maps_have_the_quality_of_panopticapi() {
    let dir = tempfile::tempdir().unwrap();
    let (truth, said, recorded) = panoptic_files(dir.path());
    let document = panoptic(&truth, &said).unwrap();
    let near = |found: &Value, expected: f64, what: &str| {
        let found = found.as_f64().unwrap_or_else(|| panic!("{what} is no number"));
        assert!((found - expected).abs() < 1e-9, "{what}: {found}, not {expected}");
    };
    for (key, of) in [("panoptic_quality", "pq"), ("segmentation_quality", "sq"), ("recognition_quality", "rq")] {
        near(&document["summary"][key], recorded["mean"][of].as_f64().unwrap(), key);
    }
    assert_eq!(document["summary"]["panoptic_classes"], 4);
    let counts = recorded["iou_tp_fp_fn"].as_array().unwrap();
    for (class, counts) in document["classes"].as_array().unwrap().iter().zip(counts) {
        let n = |at: usize| counts[at].as_f64().unwrap();
        let segments = n(1) + n(2) / 2.0 + n(3) / 2.0;
        match segments > 0.0 {
            true => near(&class["panoptic_quality"], n(0) / segments, "of a class"),
            false => assert_eq!(class["panoptic_quality"], Value::Null),
        }
    }
}

#[test]
fn what_is_wrong_with_panoptic_files_is_said_and_counted() {
    let dir = tempfile::tempdir().unwrap();
    let (truth, said, _) = panoptic_files(dir.path());
    let change = |path: &Path, change: &dyn Fn(&mut Value)| {
        let mut file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        change(&mut file);
        std::fs::write(path, file.to_string()).unwrap();
    };
    change(&said, &|file| {
        file["annotations"].as_array_mut().unwrap().remove(0);
        file["annotations"][1]["segments_info"][0]["category_id"] = json!(77);
    });
    let document = panoptic(&truth, &said).unwrap();
    let count = |code: &str| {
        let problems = document["problems"].as_array().unwrap();
        problems.iter().filter(|p| p["code"] == code).map(|p| p["count"].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!((count("missing-prediction"), count("unknown-class")), (1, 1));
    let refused = |expected: &str| {
        let told = panoptic(&truth, &said).unwrap_err();
        assert!(told.contains(expected) && told.trim().lines().count() == 1, "{expected}: {told}");
    };
    panoptic_png(&dir.path().join("said/05.png"), &[0; 16 * 6], 16);
    refused("05.png");
    panoptic_png(&dir.path().join("said/05.png"), &[0; 16 * 12], 16);
    change(&truth, &|file| file["categories"] = json!([]));
    refused("categories");
    std::fs::write(&truth, "{\"annotations\": 3}").unwrap();
    refused("panoptic");
}
