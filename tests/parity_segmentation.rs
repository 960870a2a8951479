//! Semantic segmentation against recorded values of scikit-learn, and of the boundary IoU of Cheng et al.

use std::path::{Path, PathBuf};

use evalens::formats::mask_png::{MaskClasses, Palette, Unknown, read, read_classes, read_confidence};
use evalens::metrics::segmentation::panoptic::{
    PanopticCounts, Segment, SegmentMap, panoptic_counts, panoptic_quality,
};
use evalens::metrics::segmentation::{ImageCells, PixelMatrix, SegmentationSummary, boundary_counts, count_image};
use evalens::model::{IndexMask, Levels};
use serde_json::Value;

/// The folder of real data, where it is there.
fn data() -> Option<PathBuf> {
    let root = std::env::var_os("EVALENS_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    if root.join("camvid").is_dir() {
        return Some(root);
    }
    eprintln!("no data in {}: this test rests on the small set", root.display());
    None
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/segmentation").join(name)
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn mask(path: &Path, palette: Option<&Palette>) -> IndexMask {
    let (mask, unknown) = read(path, palette).unwrap();
    assert_eq!(unknown, Unknown::default());
    mask
}

#[track_caller]
fn close(value: Option<f64>, expected: &Value, what: &str) {
    match (value, expected.as_f64()) {
        (Some(value), Some(expected)) => assert!((value - expected).abs() <= 1e-9, "{what}: {value}, not {expected}"),
        (None, None) if expected.is_null() => {}
        (value, _) => panic!("{what}: {value:?}, not {expected}"),
    }
}

/// Pictures added up.
struct Sum {
    matrix: PixelMatrix,
    boundaries: Vec<(u64, u64)>,
}

impl Sum {
    fn new(classes: usize) -> Self {
        Self { matrix: PixelMatrix::new(classes), boundaries: vec![(0, 0); classes] }
    }

    fn add(&mut self, truth: &IndexMask, predicted: &IndexMask, ignore: Option<u16>) -> ImageCells {
        let classes = self.matrix.classes();
        let image = count_image(truth, predicted, classes, ignore, None);
        self.matrix.add(&image, 0);
        for (sum, of_image) in self.boundaries.iter_mut().zip(boundary_counts(truth, predicted, classes, ignore)) {
            *sum = (sum.0 + of_image.0, sum.1 + of_image.1);
        }
        image
    }

    fn summary(&self) -> SegmentationSummary {
        SegmentationSummary::new(&self.matrix, Some(&self.boundaries), None)
    }
}

fn check(expected: &Value, sum: &Sum) {
    let name = expected["name"].as_str().unwrap();
    let summary = sum.summary();
    assert_eq!(Some(summary.pixels), expected["pixels"].as_u64(), "{name}");
    for (value, key) in [
        (summary.pixel_accuracy, "pixel_accuracy"),
        (summary.mean_accuracy, "mean_accuracy_classes_in_truth"),
        (summary.mean_iou, "miou_classes_in_truth"),
        (summary.mean_iou_in_truth_or_prediction, "miou_classes_in_truth_or_prediction"),
        (summary.mean_dice, "mdice_classes_in_truth"),
        (summary.mean_dice_in_truth_or_prediction, "mdice_classes_in_truth_or_prediction"),
        (summary.frequency_weighted_iou, "fwiou"),
    ] {
        close(value, &expected[key], &format!("{name} {key}"));
    }
    close(summary.boundary_iou, &expected["boundary_iou"]["mean_classes_in_truth"], name);
    for (class, of_class) in summary.classes.iter().enumerate() {
        let at = &expected["per_class"][class];
        assert_eq!(at["class"].as_u64(), Some(class as u64));
        for (value, key) in [
            (of_class.iou, "iou"),
            (of_class.dice, "dice"),
            (of_class.recall, "accuracy"),
            (of_class.precision, "precision"),
            (Some(of_class.truth_pixels as f64), "truth_pixels"),
            (Some(of_class.predicted_pixels as f64), "prediction_pixels"),
        ] {
            close(value, &at[key], &format!("{name} class {class} {key}"));
        }
        close(
            of_class.boundary_iou,
            &expected["boundary_iou"]["per_class"][class],
            &format!("{name} boundary {class}"),
        );
        let row: Vec<u64> = serde_json::from_value(expected["confusion_matrix"][class].clone()).unwrap();
        assert_eq!(sum.matrix.row(class).split_last(), Some((&0, row.as_slice())), "{name} class {class}");
    }
}

#[test]
fn camvid_equals_the_recorded_values() {
    let Some(root) = data() else { return };
    let recorded = json(&root.join("../reference/segmentation.json"));
    let mut checked = 0;
    for expected in recorded.as_array().unwrap() {
        let folder = |key: &str| root.join(expected[key].as_str().unwrap().trim_start_matches("../shared/data/"));
        let (truths, predictions) = (folder("truth"), folder("predictions"));
        let ignore = expected["ignore"].as_u64().map(|index| index as u16);
        let mut sum = Sum::new(expected["classes"].as_u64().unwrap() as usize);
        let (mut outside, mut images, mut alone_checked) = (0, 0, 0);
        for entry in std::fs::read_dir(&truths).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let (truth, predicted) = (mask(&truths.join(&name), None), mask(&predictions.join(&name), None));
            let image = sum.add(&truth, &predicted, ignore);
            outside += image.truth_out_of_range + image.predicted_out_of_range;
            images += 1;
            // Recorded for some pictures only.
            let Some(of_image) = expected["per_image"].get(&name) else { continue };
            let mut alone = PixelMatrix::new(sum.matrix.classes());
            alone.add(&image, 0);
            let alone = SegmentationSummary::new(&alone, None, None);
            for (value, key) in [
                (alone.pixel_accuracy, "pixel_accuracy"),
                (alone.mean_iou, "miou_classes_in_truth"),
                (alone.mean_iou_in_truth_or_prediction, "miou_classes_in_truth_or_prediction"),
            ] {
                close(value, &of_image[key], &format!("{name} {key}"));
            }
            alone_checked += 1;
        }
        assert_eq!(Some(images), expected["images"].as_u64());
        assert_eq!(Some(alone_checked), expected["per_image"].as_object().map(serde_json::Map::len));
        assert_eq!(Some(outside), expected["pixels_out_of_range"].as_u64());
        check(expected, &sum);
        checked += images;
    }
    assert_eq!(checked, 2 * (26 + 59));
}

#[test]
fn camvid_is_the_same_in_colours_and_with_a_palette() {
    let Some(root) = data().map(|root| root.join("camvid")) else { return };
    let classes = read_classes(&root.join("classes.json")).unwrap();
    assert_eq!((classes.names.len(), classes.evaluated(), classes.ignore), (12, 11, Some(11)));
    let palette = classes.palette().unwrap();
    let mut names = 0;
    for entry in std::fs::read_dir(root.join("masks/val")).unwrap() {
        let plain = entry.unwrap().path();
        let name = plain.file_name().unwrap();
        let expected = mask(&plain, None);
        assert_eq!(mask(&plain, Some(&palette)), expected);
        assert_eq!(mask(&root.join("masks-palette/val").join(name), None), expected);
        assert_eq!(mask(&root.join("masks-palette/val").join(name), Some(&palette)), expected);
        assert_eq!(mask(&root.join("masks-rgb/val").join(name), Some(&palette)), expected);
        names += 1;
    }
    assert_eq!(names, 26);
}

fn small_classes() -> MaskClasses {
    read_classes(&fixture("classes.json")).unwrap()
}

#[test]
fn a_mask_is_the_same_in_every_kind_of_file() {
    let palette = small_classes().palette().unwrap();
    for picture in ["a", "b"] {
        let file = |kind: &str| fixture(&format!("{picture}.{kind}"));
        let expected = mask(&file("index.png"), None);
        let with_indices = ["index.png", "sixteen.png", "two_bits.png", "interlaced.png", "grey.tiff"];
        for kind in with_indices.iter().chain(&["palette.png", "palette.bmp"]) {
            assert_eq!(mask(&file(kind), None), expected, "{picture}.{kind}");
            assert_eq!(mask(&file(kind), Some(&palette)), expected, "{picture}.{kind} with colours");
        }
        for kind in ["rgb.png", "rgba.png", "rgb.bmp", "rgb.webp", "shuffled.png"] {
            assert_eq!(mask(&file(kind), Some(&palette)), expected, "{picture}.{kind}");
        }
        // Positions that the colours would put right.
        assert_ne!(mask(&file("shuffled.png"), None), expected);
        let road = mask(&file("road.png"), None);
        let pixels = (0..road.height).flat_map(|y| (0..road.width).map(move |x| (x, y)));
        for (x, y) in pixels {
            assert_eq!(road.get(x, y), Some(u16::from(expected.get(x, y) == Some(0))));
        }
        let two = Palette::from_colours(vec![([0; 3], 0), ([255; 3], 1)]);
        assert_eq!(mask(&file("road_white.png"), Some(&two)), road);
        assert!(read(&file("rgb.png"), None).unwrap_err().to_string().contains("which class each stands for"));
    }
    assert!(read(&fixture("b.jpg"), Some(&palette)).unwrap_err().to_string().contains("is a JPEG"));
}

/// Values of scikit-learn 1.9.1 and of OpenCV 5.0.0's erosion: `make.py` beside the files.
#[test]
fn the_small_set_equals_scikit_learn() {
    let expected = json(&fixture("small.json"));
    let (mut sum, mut sure, mut outside) = (Sum::new(3), PixelMatrix::new(3), 0);
    for picture in ["a", "b"] {
        let file = |kind: &str| fixture(&format!("{picture}.{kind}"));
        let (truth, predicted) = (mask(&file("index.png"), None), mask(&file("predicted.png"), None));
        let plain = sum.add(&truth, &predicted, small_classes().ignore);
        outside += plain.predicted_out_of_range;
        // Two columns are to be ignored.
        assert_eq!((plain.ignored, plain.truth_out_of_range), (2 * u64::from(truth.height), 0));
        let confidence = read_confidence(&file("confidence.png")).unwrap();
        let by_level = count_image(&truth, &predicted, 3, Some(3), Some(&confidence));
        sure.add(&by_level, 200);
        let mut all = PixelMatrix::new(3);
        all.add(&by_level, 0);
        let mut expected = PixelMatrix::new(3);
        expected.add(&plain, 0);
        assert_eq!(all, expected);
    }
    // Three pixels of each picture.
    assert_eq!(outside, 6);
    let rows = |matrix: &PixelMatrix| (0..3).map(|class| matrix.row(class).to_vec()).collect::<Vec<_>>();
    assert_eq!(serde_json::to_value(rows(&sum.matrix)).unwrap(), expected["matrix"]);
    assert_eq!(serde_json::to_value(rows(&sure)).unwrap(), expected["matrix_from_level_200"]);
    assert_eq!(serde_json::to_value(&sum.boundaries).unwrap(), expected["boundaries"]);
    let summary = sum.summary();
    assert_eq!(Some(summary.pixels), expected["pixels"].as_u64());
    close(summary.pixel_accuracy, &expected["pixel_accuracy"], "accuracy");
    close(summary.mean_iou, &expected["mean_iou"], "mean IoU");
    close(summary.frequency_weighted_iou, &expected["frequency_weighted_iou"], "weighted IoU");
    for (class, of_class) in summary.classes.iter().enumerate() {
        close(of_class.iou, &expected["iou"][class], "IoU");
        close(of_class.dice, &expected["dice"][class], "Dice");
        close(of_class.precision, &expected["precision"][class], "precision");
        close(of_class.recall, &expected["recall"][class], "recall");
    }
}

#[test]
fn confidences_are_the_same_in_every_kind_of_array() {
    for picture in ["a", "b"] {
        let file = |kind: &str| read_confidence(&fixture(&format!("{picture}.confidence.{kind}"))).unwrap();
        let (bytes, exact) = (file("png"), file("f8.npy"));
        assert_eq!((bytes.width, bytes.height), (exact.width, exact.height));
        let Levels::Byte(of_bytes) = &bytes.levels else { panic!("8 bits") };
        let Levels::Word(of_exact) = &exact.levels else { panic!("65,535 steps") };
        for (&byte, &level) in of_bytes.iter().zip(of_exact) {
            assert!((bytes.value(u16::from(byte)) - exact.value(level)).abs() <= 0.5 / 255.0 + 0.5 / 65_535.0);
        }
        // Single precision has more digits than there are steps, half precision 11 bits.
        for (kind, most) in [("f4.npy", 1), ("f2.npy", 32)] {
            let Levels::Word(other) = file(kind).levels else { panic!("65,535 steps") };
            assert!(other.iter().zip(of_exact).all(|(a, b)| a.abs_diff(*b) <= most), "{kind}");
        }
    }
}

fn segments(list: &Value) -> Vec<Segment> {
    let list: Vec<(u32, usize, u8)> = serde_json::from_value(list.clone()).unwrap();
    list.into_iter().map(|(id, class, crowd)| Segment { id, class, crowd: crowd == 1, area: None }).collect()
}

/// Values of panopticapi (commit 1ad5afa): `make_panoptic.py` beside the file.
#[test]
fn panoptic_quality_equals_panopticapi() {
    let expected = json(&fixture("panoptic.json"));
    let per_class: Vec<(f64, u64, u64, u64)> = serde_json::from_value(expected["iou_tp_fp_fn"].clone()).unwrap();
    let mut sums = vec![PanopticCounts::default(); per_class.len()];
    for picture in expected["pictures"].as_array().unwrap() {
        let ids = |key: &str| serde_json::from_value::<Vec<u32>>(picture[key].clone()).unwrap();
        let (truth, of_truth) = (ids("truth"), segments(&picture["of_truth"]));
        let (predicted, of_prediction) = (ids("predicted"), segments(&picture["of_prediction"]));
        let truth = SegmentMap { ids: &truth, segments: &of_truth };
        let predicted = SegmentMap { ids: &predicted, segments: &of_prediction };
        for (sum, counts) in sums.iter_mut().zip(panoptic_counts(truth, predicted, per_class.len())) {
            sum.merge(&counts);
        }
    }
    for (sum, (iou, tp, fp, fn_)) in sums.iter().zip(per_class) {
        assert_eq!((sum.tp, sum.fp, sum.fn_), (tp, fp, fn_));
        assert!((sum.iou_sum - iou).abs() <= 1e-9);
    }
    let mean = panoptic_quality(&sums);
    close(mean.quality, &expected["mean"]["pq"], "PQ");
    close(mean.segmentation_quality, &expected["mean"]["sq"], "SQ");
    close(mean.recognition_quality, &expected["mean"]["rq"], "RQ");
    close(Some(mean.classes as f64), &expected["mean"]["n"], "classes");
}
