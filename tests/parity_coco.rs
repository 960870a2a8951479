//! Average precision and error types against pycocotools 2.0.11 and tidecv 1.0.1, as recorded.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use evalens::metrics::coco::{self, AreaRange, ClassAp, Coco};
use evalens::metrics::pairs::{PairScope, Pairs};
use evalens::metrics::tide::{self, Tide, TideError};
use evalens::model::{
    BBox, Dataset, DatasetBuilder, Image, ImageId, NewTruth, NoProgress, Predictions, PredictionsBuilder,
};
use serde_json::Value;

const TOLERANCE: f64 = 1e-9;

fn data() -> Option<PathBuf> {
    let root = std::env::var_os("EVALENS_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    if root.is_dir() {
        return Some(root);
    }
    eprintln!("{} is absent: skipped", root.display());
    None
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn bbox(object: &Value) -> BBox {
    let number = |i: usize| object["bbox"][i].as_f64().unwrap();
    BBox::new(number(0), number(1), number(2), number(3))
}

/// Ground truth and results as the two JSON files say them.
fn load(truth: &Path, results: &Path) -> (Dataset, Predictions) {
    let truth = read(truth);
    let mut builder = DatasetBuilder::default();
    let mut images = HashMap::new();
    for image in truth["images"].as_array().unwrap() {
        let source_id = image["id"].as_i64().unwrap();
        images.insert(source_id, builder.images.len());
        builder.images.push(Image { source_id, ..Image::default() });
    }
    for category in truth["categories"].as_array().unwrap() {
        builder.classes.push(category["name"].as_str().unwrap(), category["id"].as_i64().unwrap());
    }
    for object in truth["annotations"].as_array().unwrap() {
        let class = builder.classes.by_source_id(object["category_id"].as_i64().unwrap()).unwrap();
        builder.truths.push(NewTruth {
            image: images[&object["image_id"].as_i64().unwrap()],
            class,
            bbox: bbox(object),
            area: object["area"].as_f64().unwrap(),
            ignored: object["iscrowd"].as_i64() == Some(1),
        });
    }
    let dataset = builder.build();
    let images: HashMap<i64, ImageId> =
        dataset.image_ids().map(|id| (dataset.images[id.index()].source_id, id)).collect();
    let mut predictions = PredictionsBuilder::default();
    for object in read(results).as_array().unwrap() {
        if let Some(class) = dataset.classes.by_source_id(object["category_id"].as_i64().unwrap()) {
            let image = images[&object["image_id"].as_i64().unwrap()];
            predictions.push(image, class, bbox(object), object["score"].as_f64().unwrap());
        }
    }
    let predictions = predictions.build(Default::default(), dataset.images.len());
    (dataset, predictions)
}

/// The recorded box evaluations with their files.
fn recorded() -> Vec<(Value, Dataset, Predictions)> {
    let Some(data) = data() else { return Vec::new() };
    let file = |path: &Value| data.join(path.as_str().unwrap().trim_start_matches("../shared/data/"));
    let sets = read(&data.join("../reference/detection.json"));
    let boxes = sets.as_array().unwrap().iter().filter(|set| set["dt"].as_str().unwrap().ends_with(".bbox.json"));
    boxes
        .map(|set| {
            let (dataset, predictions) = load(&file(&set["gt"]), &file(&set["dt"]));
            (set.clone(), dataset, predictions)
        })
        .collect()
}

/// The sets of `tests/data/parity_ap`, made and evaluated by the script there.
fn own() -> Vec<(Value, Dataset, Predictions)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/parity_ap");
    let sets = read(&folder.join("expected.json"));
    let file = |set: &Value, part: &str| folder.join(format!("{}.{part}.json", set["name"].as_str().unwrap()));
    let sets = sets["sets"].as_array().unwrap().iter();
    sets.map(|set| {
        let (dataset, predictions) = load(&file(set, "truth"), &file(set, "results"));
        (set.clone(), dataset, predictions)
    })
    .collect()
}

fn same(what: &str, ours: Option<f64>, expected: &Value) {
    let expected = expected.as_f64().filter(|&v| v != -1.0);
    match (ours, expected) {
        (None, None) => {}
        (Some(a), Some(b)) if (a - b).abs() <= TOLERANCE => {}
        _ => panic!("{what}: {ours:?} is not {expected:?}"),
    }
}

fn same_coco(name: &str, coco: &Coco, twelve: &Value, per_class: &Value) {
    let s = coco.summary;
    let ours = [
        ("AP", s.ap),
        ("AP50", s.ap50),
        ("AP75", s.ap75),
        ("APs", s.ap_small),
        ("APm", s.ap_medium),
        ("APl", s.ap_large),
        ("AR1", s.ar_1),
        ("AR10", s.ar_10),
        ("AR100", s.ar_100),
        ("ARs", s.ar_small),
        ("ARm", s.ar_medium),
        ("ARl", s.ar_large),
    ];
    for (key, value) in ours {
        same(&format!("{name} {key}"), value, &twelve[key]);
        assert_eq!(value.unwrap_or(-1.0), twelve[key].as_f64().unwrap(), "{name} {key}: not to the last bit");
    }
    let per_class = per_class.as_array().unwrap();
    assert_eq!(coco.classes.len(), per_class.len());
    for (class, expected) in coco.classes.iter().zip(per_class) {
        same_class(&format!("{name} {}", expected["name"]), class, expected);
    }
}

fn same_class(name: &str, class: &ClassAp, expected: &Value) {
    let ours = [
        ("AP", class.ap),
        ("AP50", class.ap50),
        ("AP75", class.ap75),
        ("AP_small", class.ap_small),
        ("AP_medium", class.ap_medium),
        ("AP_large", class.ap_large),
        ("AR100", class.ar_100),
        ("AR50", class.ar_50),
        ("AR_small", class.ar_small),
        ("AR_medium", class.ar_medium),
        ("AR_large", class.ar_large),
    ];
    for (key, value) in ours {
        same(&format!("{name} {key}"), value, &expected[key]);
    }
}

#[test]
fn coco_equals_pycocotools() {
    for (set, dataset, predictions) in recorded().into_iter().chain(own()) {
        for scope in [PairScope::AllClasses, PairScope::SameClass] {
            let pairs = Pairs::compute(&dataset, &predictions, scope, &NoProgress).unwrap();
            let coco = coco::evaluate(&dataset, &predictions, &pairs, &NoProgress).unwrap();
            same_coco(set["name"].as_str().unwrap(), &coco, &set["coco"], &set["per_class"]);
        }
    }
}

/// The mean of a class's curve is its AP at that threshold.
#[test]
fn curves_average_to_the_recorded_ap() {
    for (set, dataset, predictions) in recorded().into_iter().chain(own()) {
        let pairs = Pairs::compute(&dataset, &predictions, PairScope::AllClasses, &NoProgress).unwrap();
        for (class, expected) in dataset.classes.ids().zip(set["per_class"].as_array().unwrap()) {
            for (iou_index, key) in [(0, "AP50"), (5, "AP75")] {
                let curve = coco::pr_curve(&dataset, &predictions, &pairs, class, iou_index, AreaRange::All);
                let ap = curve.map(|c| c.iter().sum::<f64>() / c.len() as f64);
                same(&format!("{} {} {key}", set["name"], expected["name"]), ap, &expected[key]);
            }
        }
    }
}

fn same_tide(name: &str, tide: &Tide, percent: &Value, counts: &Value) {
    let s = tide.summary;
    let ours = [
        ("Cls", s.cls),
        ("Loc", s.loc),
        ("Both", s.both),
        ("Dupe", s.dupe),
        ("Bkg", s.bkg),
        ("Miss", s.miss),
        ("FalsePos", s.fp),
        ("FalseNeg", s.fn_),
    ];
    if !percent["AP50"].is_null() {
        same(&format!("{name} AP50"), s.ap50, &percent["AP50"].as_f64().map(|v| v / 100.0).into());
    }
    for (key, value) in ours {
        let expected = percent[key].as_f64().map(|v| v / 100.0);
        same(&format!("{name} {key}"), value, &expected.into());
    }
    let of = |error: TideError| tide.errors.iter().filter(|(_, e)| *e == error).count();
    let ours = [
        ("Cls", of(TideError::Cls)),
        ("Loc", of(TideError::Loc)),
        ("Both", of(TideError::Both)),
        ("Dupe", of(TideError::Dupe)),
        ("Bkg", of(TideError::Bkg)),
        ("Miss", tide.missed.len()),
    ];
    for (key, count) in ours {
        assert_eq!(Some(count as u64), counts[key].as_u64(), "{name}: number of {key}");
    }
}

#[test]
fn error_types_equal_tidecv() {
    for (set, dataset, predictions) in recorded().into_iter().chain(own()) {
        let pairs = Pairs::compute(&dataset, &predictions, PairScope::AllClasses, &NoProgress).unwrap();
        let tide = tide::evaluate(&dataset, &predictions, &pairs, &NoProgress).unwrap();
        same_tide(set["name"].as_str().unwrap(), &tide, &set["tide_percent"], &set["tide_counts"]);
    }
}
