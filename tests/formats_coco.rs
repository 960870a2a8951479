//! COCO truth and COCO results: the shapes of exporters, odd files, broken files.

use std::path::{Path, PathBuf};

use evalens::formats::{LoadError, coco, coco_results};
use evalens::model::{
    BBox, Cancelled, ClassTable, Dataset, DatasetBuilder, Findings, ImageId, ModelIdentity, NoProgress, Predictions,
    PredictionsBuilder, Progress, Severity,
};

/// The folder of real data, where there is one.
fn shared_data() -> Option<PathBuf> {
    let folder = std::env::var_os("EVALENS_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no data at {} (EVALENS_DATA)", folder.display());
    None
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/coco").join(name)
}

fn try_truth(path: &Path, images: Option<&Path>) -> Result<(Dataset, Findings), LoadError> {
    let (mut builder, mut findings) = (DatasetBuilder::default(), Findings::default());
    coco::read_truth(path, images, 0, false, &mut builder, &mut findings, &NoProgress)?;
    Ok((builder.build(), findings))
}

fn truth(path: &Path) -> (Dataset, Findings) {
    try_truth(path, None).unwrap()
}

fn try_results(path: &Path, dataset: &Dataset) -> Result<(Predictions, Findings), LoadError> {
    let (mut builder, mut findings) = (PredictionsBuilder::default(), Findings::default());
    let class_of = |id| dataset.classes.by_source_id(id);
    coco_results::read_results(path, 0, dataset, &class_of, &mut builder, &mut findings, &NoProgress)?;
    Ok((builder.build(ModelIdentity::default(), dataset.images.len()), findings))
}

/// A file with this content in a folder that lives as long as the first value.
fn written(content: impl AsRef<[u8]>) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.json");
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

fn truth_of(content: &str) -> (Dataset, Findings) {
    let (_folder, path) = written(content);
    truth(&path)
}

fn results_of(content: &str, dataset: &Dataset) -> (Predictions, Findings) {
    let (_folder, path) = written(content);
    try_results(&path, dataset).unwrap()
}

/// Codes with their counts.
fn codes(findings: &Findings) -> Vec<(&'static str, usize)> {
    let mut codes: Vec<_> = findings.sorted().iter().map(|f| (f.code, f.count)).collect();
    codes.sort_unstable();
    codes
}

fn boxes(dataset: &Dataset) -> Vec<[f64; 4]> {
    dataset.truths.bbox.iter().map(|b| [b.x, b.y, b.w, b.h]).collect()
}

fn first_example(findings: &Findings, code: &str) -> String {
    let example = &findings.get(code).unwrap().examples[0];
    // Without the folder.
    example.split_once('/').unwrap().1.to_owned()
}

/// Counts stated in the README of the data: 72 images, 945 boxes, three classes, 7,200 detections.
#[test]
fn blood_cells() {
    let Some(data) = shared_data() else { return };
    let folder = data.join("bccd/images/test");
    let truth = data.join("bccd/annotations/instances_test.json");
    let (dataset, findings) = try_truth(&truth, Some(&folder)).unwrap();
    assert_eq!((dataset.images.len(), dataset.truths.len()), (72, 945));
    assert_eq!(dataset.classes.names(), ["RBC", "WBC", "Platelets"].map(String::from));
    assert!(dataset.images.iter().all(|image| image.path.as_ref().is_some_and(|path| path.is_file())));
    assert!(!findings.has_errors());
    let results = data.join("bccd/predictions/cell-detector/v3/test.bbox.json");
    let (predictions, findings) = try_results(&results, &dataset).unwrap();
    assert_eq!(predictions.len(), 7200);
    assert!(!findings.has_errors());
    // "one zero-size box in train and one in valid (a click)"
    for split in ["train", "valid"] {
        let (_, findings) = self::truth(&data.join(format!("bccd/annotations/instances_{split}.json")));
        assert_eq!(findings.get("zero-area-box").map(|f| f.count), Some(1), "{split}");
    }
}

/// Counts stated in `expected.json` of the data: 4,595 detections of yolox-nano.
#[test]
fn coco_tiny() {
    let Some(data) = shared_data() else { return };
    let folder = data.join("coco-val2017-tiny");
    let (dataset, _) = truth(&folder.join("annotations/instances_val2017.json"));
    assert_eq!(dataset.classes.len(), 80);
    assert_eq!(dataset.classes.source_ids().last(), Some(&90));
    let results = folder.join("predictions/yolox-nano/val2017.bbox.json");
    assert_eq!(try_results(&results, &dataset).unwrap().0.len(), 4595);
    let mut ids = coco_results::category_ids(&results).unwrap();
    ids.sort_unstable();
    assert!(ids.iter().all(|id| dataset.classes.by_source_id(*id).is_some()));
    // A file of masks has no boxes: an error that says so, not an empty evaluation.
    let error =
        try_results(&folder.join("predictions/yolox-nano/val2017.segm.json"), &dataset).unwrap_err().to_string();
    assert!(error.contains("no detection can be read; the first: [0].bbox is missing"), "{error}");
}

#[test]
fn cocos_own_shape() {
    let (dataset, findings) = truth(&fixture("coco.json"));
    let names: Vec<&str> = dataset.images.iter().map(|i| i.name.as_str()).collect();
    assert_eq!(names, ["000000000139.jpg", "000000000285.jpg", "000000000632.jpg"]);
    assert_eq!((dataset.images[1].width, dataset.images[1].height), (586, 640));
    assert_eq!(dataset.classes.source_ids(), [1, 64, 72, 90]);
    assert_eq!(dataset.truths.len(), 4);
    assert_eq!(dataset.truths.area, [2913.1103999999987, 11987.25, 18419.0, 3000.0]);
    assert_eq!(dataset.truths.ignored, [false, false, true, false]);
    assert_eq!(dataset.truths.class.iter().map(|c| c.0).collect::<Vec<_>>(), [1, 2, 0, 0]);
    assert_eq!(dataset.truths.of(ImageId(1)), 2..4);
    assert_eq!(codes(&findings), [("crowd-regions", 1)]);
}

#[test]
fn roboflows_shape() {
    let (dataset, findings) = truth(&fixture("roboflow.json"));
    assert_eq!(dataset.classes.names(), ["parts", "bolt", "nut"].map(String::from));
    assert_eq!(boxes(&dataset)[0], [121.0, 44.0, 87.0, 93.5]);
    // 560 + 80.5 is half a pixel more than the image's 640.
    assert_eq!(codes(&findings), [("annotation-id-zero", 1), ("box-out-of-bounds", 1)]);
    assert_eq!(
        first_example(&findings, "box-out-of-bounds"),
        "roboflow.json: annotations[2].bbox [560, 600, 80.5, 40]"
    );
}

#[test]
fn cvats_shape() {
    let (dataset, findings) = truth(&fixture("cvat.json"));
    // The third object has no box; its polygon reaches from 99.5 to 160 and from 10 to 80.
    assert_eq!(boxes(&dataset)[2], [99.5, 10.0, 60.5, 70.0]);
    assert_eq!(codes(&findings), [("box-from-polygon", 1)]);
}

#[test]
fn label_studios_shape() {
    let (dataset, findings) = truth(&fixture("label_studio.json"));
    assert_eq!(dataset.images[0].name, "images\\3f2a9c1d-leaf_a.jpg");
    assert_eq!(boxes(&dataset)[0], [101.33333333333333, 57.142857142857146, 226.66666666666669, 148.57142857142856]);
    assert_eq!(codes(&findings), [("annotation-id-zero", 1), ("ignore-field", 1), ("zero-area-box", 1)]);
}

#[test]
fn detectron2s_shape() {
    let (dataset, findings) = truth(&fixture("detectron2.json"));
    assert_eq!(dataset.images.iter().map(|i| i.source_id).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(codes(&findings), [("box-out-of-bounds", 1)]);
    let (predictions, findings) = try_results(&fixture("detectron2_results.json"), &dataset).unwrap();
    assert_eq!(predictions.score, [9.999999747378752e-05, 0.9989871382713318, 0.05123456567525864]);
    assert_eq!(
        predictions.bbox[1],
        BBox::new(48.24094009399414, 240.29371643066406, 146.85536193847656, 130.6241455078125)
    );
    assert_eq!(predictions.of(ImageId(1)), 1..3);
    assert_eq!(codes(&findings), [("box-out-of-bounds", 1)]);
    assert_eq!(findings.get("box-out-of-bounds").unwrap().severity, Severity::Info);
}

/// (image, class, box, score) of every detection, image by image and best first, as the files say it.
#[test]
fn results_of_other_frameworks() {
    type Row = (i64, i64, [f64; 4], f64);
    let (dataset, _) = truth(&fixture("coco.json"));
    let mmdetection: [Row; 2] = [
        (139, 64, [236.98431396484375, 142.5157928466797, 24.690475463867188, 69.51478576660156], 0.9423828125),
        (285, 1, [0.0, 1.25, 51.5, 60.0], 0.001953125),
    ];
    let yolox: [Row; 2] = [
        (139, 72, [7.03125, 167.8125, 149.0625, 94.6875], 0.8772649765014648),
        (632, 90, [10.0, 10.0, 20.0, 20.0], 0.25),
    ];
    let fiftyone: [Row; 2] = [(139, 64, [237.0, 142.0, 25.0, 70.0], 1.0), (285, 1, [0.0, 0.0, 51.25, 61.0], 0.5)];
    let torchvision: [Row; 2] = [
        (139, 72, [7.125, 166.984375, 148.875, 95.5625], 0.9999998807907104),
        (632, 90, [10.5, 10.5, 20.0, 20.0], 0.12345679104328156),
    ];
    for (name, rows) in
        [("mmdetection", mmdetection), ("yolox", yolox), ("fiftyone", fiftyone), ("torchvision", torchvision)]
    {
        let (found, findings) = try_results(&fixture(&format!("{name}_results.json")), &dataset).unwrap();
        assert_eq!(codes(&findings), [], "{name}");
        assert_eq!(found.len(), rows.len(), "{name}");
        for (i, (image, class, [x, y, w, h], score)) in rows.into_iter().enumerate() {
            assert_eq!(dataset.images[found.image[i].index()].source_id, image, "{name}");
            assert_eq!(dataset.classes.source_ids()[found.class[i].index()], class, "{name}");
            assert_eq!((found.bbox[i], found.score[i]), (BBox::new(x, y, w, h), score), "{name}");
        }
    }
}

#[test]
fn hugging_faces_shape() {
    let (dataset, findings) = truth(&fixture("hugging_face.json"));
    assert_eq!(
        dataset.images.iter().map(|i| (i.source_id, i.width, i.height)).collect::<Vec<_>>(),
        [(10, 64, 48), (11, 64, 48)]
    );
    assert_eq!(dataset.truths.area, [600.0, 100.0]);
    assert_eq!(dataset.truths.ignored, [false, true]);
    // Both images, and the first annotation.
    assert_eq!(codes(&findings), [("crowd-regions", 1), ("id-not-integer", 3), ("missing-area", 2)]);
}

#[test]
fn ultralytics_names_images_by_file() {
    let (dataset, _) = truth(&fixture("coco.json"));
    let (predictions, findings) = try_results(&fixture("ultralytics_results.json"), &dataset).unwrap();
    assert_eq!(predictions.image.iter().map(|i| i.0).collect::<Vec<_>>(), [0, 0, 1, 2]);
    assert_eq!(predictions.bbox[0], BBox::new(236.991, 142.377, 24.812, 69.903));
    assert_eq!(codes(&findings), [("image-id-by-name", 2), ("unknown-image", 1)]);
    assert_eq!(first_example(&findings, "unknown-image"), "ultralytics_results.json: [4].image_id \"missing_name\"");
}

/// Ultralytics writes the file name as a number where it is one, whatever the truth file's id is.
#[test]
fn image_ids_can_be_the_numbers_of_file_names() {
    let (dataset, _) = truth_of(
        r#"{"images": [{"id": 1, "file_name": "0139.jpg"}, {"id": 2, "file_name": "285.jpg"}], "annotations": [],
            "categories": [{"id": 1, "name": "a"}]}"#,
    );
    let detection =
        |image: &str| format!(r#"{{"image_id": {image}, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}}"#);
    let (predictions, findings) = results_of(&format!("[{}, {}]", detection("285"), detection("139")), &dataset);
    assert_eq!(predictions.image, [ImageId(0), ImageId(1)]);
    assert_eq!(codes(&findings), [("image-id-by-name", 2)]);
    // One id that is neither: ids are ids, and what is unknown is left out.
    let (predictions, findings) =
        results_of(&format!("[{}, {}, {}]", detection("2"), detection("139"), detection("7")), &dataset);
    assert_eq!(predictions.image, [ImageId(1)]);
    assert_eq!(codes(&findings), [("unknown-image", 2)]);
}

/// One of each: what is left out and what is kept, and how often it is said.
#[test]
fn odd_records_of_a_truth_file_are_counted() {
    let (dataset, findings) = truth_of(
        r#"{
        "categories": [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}, {"id": 2}, {"name": "c"}],
        "annotations": [
            {"id": 1, "image_id": 5, "category_id": 1, "bbox": [0, 0, 10, 10], "area": 100, "iscrowd": 0},
            {"id": 1, "image_id": 5, "category_id": 2, "bbox": [0, 0, 10, 10], "area": 100, "iscrowd": 0},
            {"id": 2, "image_id": 9, "category_id": 1, "bbox": [0, 0, 10, 10], "area": 100},
            {"id": 3, "image_id": 5, "category_id": 7, "bbox": [0, 0, 10, 10], "area": 100},
            {"id": 4, "image_id": 5, "category_id": 1, "bbox": [0, NaN, 10, 10], "area": 100},
            {"id": 5, "image_id": 5, "category_id": 1, "bbox": [0, 0, Infinity, 10], "area": 100},
            {"id": 6, "image_id": 5, "category_id": 1, "bbox": [0, 0, 1e200, 1e200], "area": 100},
            {"id": 7, "image_id": 5, "category_id": 1, "bbox": [50, 50, -10, 10], "area": 100},
            {"id": 8, "image_id": 5, "category_id": 1, "bbox": [50, 50, 0, 10], "area": 100},
            {"id": 9, "image_id": 5, "category_id": 1, "bbox": [95, 50, 10, 10], "area": NaN},
            {"id": 10, "image_id": 5, "category_id": 1, "bbox": [1, 2, 3], "area": 100},
            {"id": 11, "image_id": 5, "category_id": 1, "bbox": [1, 2, 3, "4"], "area": 100},
            {"id": 12, "image_id": 5, "category_id": 1, "area": 100},
            {"id": 13, "category_id": 1, "bbox": [0, 0, 10, 10], "area": 100},
            {"id": 14, "image_id": 5, "image_id": 5, "category_id": 1, "bbox": [0, 0, 10, 10], "area": 100},
            {"id": 15, "image_id": 1e300, "category_id": 1, "bbox": [0, 0, 10, 10], "area": 100},
            {"id": 16, "image_id": 99999999999999999999, "category_id": 1, "bbox": [0, 0, 10, 10], "area": 100},
            17
        ],
        "images": [
            {"id": 5, "file_name": "a.jpg", "width": 100, "height": 100},
            {"id": 5, "file_name": "b.jpg", "width": 100, "height": 100},
            {"id": 6, "file_name": "../c.jpg", "width": -3, "height": "tall"},
            {"id": 7},
            {"id": "seven", "file_name": "d.jpg"}
        ]}"#,
    );
    assert_eq!(dataset.classes.names(), ["a", "2"].map(String::from));
    assert_eq!(
        dataset.images.iter().map(|i| (i.name.as_str(), i.width)).collect::<Vec<_>>(),
        [("a.jpg", 100), ("../c.jpg", 0), ("7", 0)]
    );
    assert_eq!(boxes(&dataset).len(), 5);
    assert_eq!(dataset.truths.area.last(), Some(&100.0));
    assert_eq!(
        codes(&findings),
        [
            ("bad-annotation", 8),
            ("bad-category", 1),
            ("bad-image", 1),
            ("box-out-of-bounds", 1),
            ("duplicate-annotation-id", 1),
            ("duplicate-category-id", 1),
            ("duplicate-image-id", 1),
            ("inverted-box", 1),
            ("missing-area", 1),
            ("missing-file-name", 1),
            ("non-finite-box", 3),
            ("path-outside-project", 1),
            ("unknown-class", 1),
            ("unknown-image", 1),
            ("zero-area-box", 1),
        ]
    );
    assert_eq!(first_example(&findings, "bad-annotation"), "file.json: annotations[10].bbox has 3 numbers, not 4");
    assert_eq!(
        first_example(&findings, "bad-image"),
        "file.json: images[4].id is the text \"seven\", not a whole number"
    );
    assert_eq!(first_example(&findings, "unknown-class"), "file.json: annotations[3].category_id 7");
    for finding in findings.sorted() {
        assert!(finding.message.ends_with('.') && finding.message.len() > 40, "{}", finding.message);
    }
}

#[test]
fn odd_records_of_a_results_file_are_counted() {
    let (dataset, _) = truth(&fixture("coco.json"));
    let (predictions, findings) = results_of(
        r#"[{"image_id": 139, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.25},
            {"image_id": 139, "category_id": 1, "bbox": [1, 2, 3, 4], "score": NaN},
            {"image_id": 139, "category_id": 1, "bbox": [1, 2, 3, 4], "score": -Infinity},
            {"image_id": 139, "category_id": 1, "bbox": [1, Infinity, 3, 4], "score": 0.5},
            {"image_id": 139, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 97.5},
            {"image_id": 139, "category_id": 2, "bbox": [1, 2, 3, 4], "score": 0.5},
            {"image_id": 7, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5},
            {"image_id": 139, "category_id": 1, "bbox": [1, 2, 3, -4], "score": 0.5},
            {"image_id": 139, "category_id": 1, "bbox": [1, 2, 3, 0], "score": 0.5},
            {"image_id": 139, "category_id": 1, "bbox": [630, 2, 30, 10], "score": 0.5},
            {"image_id": 139, "category_id": 1, "bbox": [1, 2, 3, 4]},
            {"image_id": 139, "category_id": 1, "bbox": [1, 2, 3, 4, 5], "score": 0.5},
            {"image_id": 139, "category_id": 1, "bbox": [1, 2, 3, 4], "score": "0.5"},
            {"image_id": 139, "bbox": [1, 2, 3, 4], "score": 0.5},
            null,
            {"image_id": 139.0, "category_id": "1", "bbox": [1, 2, 3, 4], "score": 1}]"#,
        &dataset,
    );
    assert_eq!(predictions.score, [97.5, 1.0, 0.5, 0.5, 0.5, 0.25]);
    assert_eq!(
        codes(&findings),
        [
            ("bad-detection", 5),
            ("box-out-of-bounds", 1),
            ("id-not-integer", 1),
            ("inverted-box", 1),
            ("non-finite-box", 1),
            ("non-finite-score", 2),
            ("score-out-of-range", 1),
            ("unknown-class", 1),
            ("unknown-image", 1),
            ("zero-area-box", 1),
        ]
    );
    assert_eq!(first_example(&findings, "bad-detection"), "file.json: [10].score is missing");
}

#[test]
fn files_without_objects_say_so() {
    let (dataset, findings) =
        truth_of(r#"{"images": [{"id": 1, "file_name": "a"}], "annotations": [], "categories": []}"#);
    assert_eq!((dataset.images.len(), dataset.truths.len()), (1, 0));
    assert_eq!(codes(&findings), [("no-truth", 1)]);
    let (predictions, findings) = results_of(" [ ]\n", &dataset);
    assert!(predictions.is_empty());
    assert_eq!(codes(&findings), [("no-predictions", 1)]);
}

#[test]
fn splits_are_pooled_and_classes_matched_by_name() {
    let (_a, train) = written(
        r#"{"images": [{"id": 1, "file_name": "t.jpg"}], "annotations": [{"id": 1, "image_id": 1, "category_id": 2, "bbox": [1, 1, 2, 2], "area": 4}],
            "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]}"#,
    );
    let (_b, valid) = written(
        r#"{"images": [{"id": 1, "file_name": "v.jpg"}], "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [5, 5, 2, 2], "area": 4}],
            "categories": [{"id": 1, "name": "dog"}, {"id": 3, "name": "owl"}]}"#,
    );
    let (mut builder, mut findings) = (DatasetBuilder::default(), Findings::default());
    builder.splits = vec!["train".to_owned(), "valid".to_owned()];
    coco::read_truth(&train, None, 0, false, &mut builder, &mut findings, &NoProgress).unwrap();
    coco::read_truth(&valid, None, 1, false, &mut builder, &mut findings, &NoProgress).unwrap();
    let dataset = builder.build();
    assert_eq!(dataset.classes.names(), ["cat", "dog", "owl"].map(String::from));
    assert_eq!(dataset.truths.class.iter().map(|c| c.0).collect::<Vec<_>>(), [1, 1]);
    // `owl` is new and `cat` is not there.
    assert_eq!(codes(&findings), [("classes-differ", 2)]);
    // Detections find the images of their own split.
    let (_c, results) = written(r#"[{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}]"#);
    let mut builder = PredictionsBuilder::default();
    let class_of = |id| dataset.classes.by_source_id(id);
    coco_results::read_results(&results, 1, &dataset, &class_of, &mut builder, &mut findings, &NoProgress).unwrap();
    assert_eq!(builder.build(ModelIdentity::default(), 2).image, [ImageId(1)]);
}

#[test]
fn declared_classes_stay_in_their_order() {
    let mut builder =
        DatasetBuilder { classes: ClassTable::from_names(["spot", "healthy"]), ..DatasetBuilder::default() };
    let mut findings = Findings::default();
    coco::read_truth(&fixture("label_studio.json"), None, 0, false, &mut builder, &mut findings, &NoProgress).unwrap();
    let dataset = builder.build();
    assert_eq!(dataset.classes.names(), ["spot", "healthy"].map(String::from));
    assert_eq!(dataset.truths.class.iter().map(|c| c.0).collect::<Vec<_>>(), [0, 1]);
    assert!(findings.get("classes-differ").is_none());
}

#[test]
fn all_category_ids_are_asked_about_at_once() {
    let (dataset, _) = truth(&fixture("coco.json"));
    let (_folder, path) = written(
        r#"[{"image_id": 139, "category_id": 5, "bbox": [1, 2, 3, 4], "score": 0.5},
            {"image_id": 139, "category_id": 0, "bbox": [1, 2, 3, 4], "score": 0.75},
            {"image_id": 285, "category_id": 5, "bbox": [1, 2, 3, 4], "score": 0.25}]"#,
    );
    assert_eq!(coco_results::category_ids(&path).unwrap(), [5, 0]);
    let (mut builder, mut findings) = (PredictionsBuilder::default(), Findings::default());
    let classes_of = |met: &[(i64, usize)]| {
        assert_eq!(met, [(5, 2), (0, 1)]);
        vec![dataset.classes.by_source_id(72), None]
    };
    coco_results::read_results_mapped(&path, 0, &dataset, &classes_of, &mut builder, &mut findings, &NoProgress)
        .unwrap();
    let predictions = builder.build(ModelIdentity::default(), 3);
    assert_eq!(predictions.score, [0.5, 0.25]);
    assert_eq!(predictions.class.iter().map(|c| c.0).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(codes(&findings), [("unknown-class", 1)]);
}

fn deep(open: &str, n: usize) -> String {
    open.repeat(n)
}

#[test]
fn broken_truth_files_are_explained() {
    let ok = r#""annotations": [], "categories": []}"#;
    for (content, place, problem) in [
        (String::new(), "", "is empty"),
        (" \n\t".to_owned(), "", "is empty"),
        ("[]".to_owned(), "line 1:1", "is a list"),
        ("{}".to_owned(), "", "has no `images`"),
        ("oops".to_owned(), "line 1:1", "`o` stands where an object should"),
        (r#"{"images": [], "categories": []}"#.to_owned(), "", "has no `annotations`"),
        (r#"{"images": [], "annotations": []}"#.to_owned(), "", "has no `categories`"),
        (format!(r#"{{"images": {{}}, {ok}"#), "line 1:12, images", "`{` stands where a list should"),
        (format!("{{\"images\": [],\n \"images\": [], {ok}"), "line 2:12, images", "the key is there twice"),
        (r#"{"images": [{"id": 1, "file_name": "a"#.to_owned(), "line 1:38, images[0].file_name", "the text ends inside quotes"),
        (format!(r#"{{"images": [{{"id": 1, "file_name": 01}}], {ok}"#), "line 1:36, images[0].file_name", "a number"),
        (format!(r#"{{"images": [], {ok} {{}}"#), "line 1:53", "something follows"),
        (format!(r#"{{"images": [], "info": {}"#, deep("[", 200)), "info", "nested deeper than 128"),
        (format!(r#"{{"images": [], "info": {}"#, deep(r#"{"a":"#, 100_000)), "info", "nested deeper than 128"),
        (format!(r#"{{"images": [{{"id": "x"}}, {{"id": "y"}}], {ok}"#), "line 1:13, images", "images[0].id is the text \"x\""),
        (
            r#"{"images": [{"id": 1}], "annotations": [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3]}], "categories": []}"#.to_owned(),
            "line 1:41, annotations",
            "annotations[0].bbox has 3 numbers, not 4",
        ),
    ] {
        let (_folder, path) = written(&content);
        let Err(LoadError::Format(error)) = try_truth(&path, None) else { panic!("{content:.100}") };
        assert!(error.place.contains(place) && error.place.is_empty() == place.is_empty(), "{content:.100}: {error}");
        assert!(error.problem.contains(problem), "{content:.100}: {error}");
        assert!(!error.remedy.is_empty() && error.file == path, "{error:?}");
    }
}

#[test]
fn broken_results_files_are_explained() {
    let (dataset, _) = truth(&fixture("coco.json"));
    let good = r#"{"image_id": 139, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.25}"#;
    for (content, place, problem) in [
        (String::new(), "", "is empty"),
        ("{}".to_owned(), "line 1:1", "is an object, not a list"),
        ("7".to_owned(), "line 1:1", "`7` stands where a list should"),
        (format!("[{good},\n {good}"), "line 2:74", "the text ends where a comma or `]` should follow"),
        (format!("[{good}, ]"), "line 1:76, [1]", "`]` stands where a value should"),
        (format!("[{good}] {good}"), "line 1:76", "something follows"),
        (format!("[{good}, {{\"image_id\": 139,}}]"), "[1]", "`}` stands where a key in quotes should"),
        (format!("[{good}, {{\"x\": {}", deep("[", 300)), "[1].x", "nested deeper"),
        ("[1, 2, 3]".to_owned(), "[0]", "no detection can be read; the first: [0] is a number, not an object"),
        (r#"[{"image_id": 1, "category_id": 1, "score": 1}]"#.to_owned(), "[0]", "[0].bbox is missing"),
    ] {
        let (_folder, path) = written(&content);
        let Err(LoadError::Format(error)) = try_results(&path, &dataset) else { panic!("{content:.100}") };
        assert!(error.place.contains(place) && error.place.is_empty() == place.is_empty(), "{content:.100}: {error}");
        assert!(error.problem.contains(problem), "{content:.100}: {error}");
    }
}

#[test]
fn other_encodings_are_explained() {
    let (dataset, _) = truth(&fixture("coco.json"));
    let utf16 = |text: &str| [vec![0xFF, 0xFE], text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat();
    for (truth, results) in
        [(utf16("{}"), utf16("[]")), (b"{\"info\": \"caf\xE9\"}".to_vec(), b"[{\"image_id\": \"caf\xE9\"}]".to_vec())]
    {
        let (_a, truth) = written(truth);
        let error = try_truth(&truth, None).unwrap_err().to_string();
        assert!(error.contains("UTF-8"), "{error}");
        let (_b, results) = written(results);
        let error = try_results(&results, &dataset).unwrap_err().to_string();
        assert!(error.contains("UTF-8"), "{error}");
    }
    // A byte order mark is nothing to complain about.
    let marked = |name: &str| [b"\xEF\xBB\xBF".to_vec(), std::fs::read(fixture(name)).unwrap()].concat();
    let (_a, path) = written(marked("coco.json"));
    let (dataset, _) = truth(&path);
    assert_eq!(dataset.truths.len(), 4);
    let (_b, path) = written(marked("ultralytics_results.json"));
    assert_eq!(try_results(&path, &dataset).unwrap().0.len(), 4);
}

#[test]
fn missing_files_and_folders_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::default();
    for path in [folder.path().to_owned(), folder.path().join("none.json")] {
        assert!(try_truth(&path, None).is_err());
        assert!(try_results(&path, &dataset).is_err());
        assert!(coco_results::category_ids(&path).is_err());
    }
}

/// Stops at the second check.
#[derive(Default)]
struct Impatient(std::sync::atomic::AtomicUsize);

impl Progress for Impatient {
    fn check(&self) -> Result<(), Cancelled> {
        if self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 0 { Err(Cancelled) } else { Ok(()) }
    }
    fn progress(&self, _done: usize, _total: usize) {}
    fn stage(&self, _name: &str) {}
}

#[test]
fn reading_can_be_cancelled() {
    let (mut builder, mut findings) = (DatasetBuilder::default(), Findings::default());
    let read =
        coco::read_truth(&fixture("coco.json"), None, 0, false, &mut builder, &mut findings, &Impatient::default());
    assert_eq!(read, Err(LoadError::Cancelled(Cancelled)));
    // More than two blocks.
    let (dataset, _) = truth(&fixture("coco.json"));
    let good = r#"{"image_id": 139, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.25}"#;
    let (_folder, path) = written(format!("[{}]", vec![good; 50_000].join(",")));
    let mut builder = PredictionsBuilder::default();
    let class_of = |id| dataset.classes.by_source_id(id);
    let read =
        coco_results::read_results(&path, 0, &dataset, &class_of, &mut builder, &mut findings, &Impatient::default());
    assert_eq!(read, Err(LoadError::Cancelled(Cancelled)));
    assert!(builder.is_empty());
    assert_eq!(try_results(&path, &dataset).unwrap().0.len(), 50_000);
}

/// A few bytes of the fixtures changed in every way: a result or an explained error, never a panic, and what is kept is
/// consistent.
#[test]
fn damaged_files_never_panic() {
    let (dataset, _) = truth(&fixture("coco.json"));
    let mut random = 1_u64;
    let mut next = move |n: usize| {
        // Xorshift (Marsaglia 2003).
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % n as u64) as usize
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.json");
    let truths =
        ["coco.json", "roboflow.json", "cvat.json", "label_studio.json", "detectron2.json", "hugging_face.json"];
    let results = ["detectron2_results.json", "ultralytics_results.json"];
    for name in truths.iter().chain(&results) {
        let original = std::fs::read(fixture(name)).unwrap();
        for _ in 0..150 {
            let mut bytes = original.clone();
            for _ in 0..1 + next(4) {
                let at = next(bytes.len());
                match next(5) {
                    0 => bytes[at] = next(256) as u8,
                    1 => drop(bytes.remove(at)),
                    2 => bytes.insert(at, b"\"{}[],:-.e0\\"[next(12)]),
                    3 => bytes.truncate(at.max(1)),
                    _ => bytes[at] = b"0123456789"[next(10)],
                }
            }
            std::fs::write(&path, &bytes).unwrap();
            if truths.contains(name) {
                match try_truth(&path, None) {
                    Ok((dataset, _)) => {
                        assert!(dataset.truths.bbox.iter().all(|b| b.is_finite() && b.area().is_finite()));
                    }
                    Err(error) => assert!(!error.to_string().is_empty()),
                }
            } else if let Ok((predictions, _)) = try_results(&path, &dataset) {
                assert!(predictions.score.iter().all(|s| s.is_finite()));
                assert!(predictions.image.iter().all(|i| i.index() < dataset.images.len()));
            }
        }
    }
}
