//! Average precision and error types against pycocotools 2.0.11 and tidecv 1.0.1, as recorded.

#[path = "common/oracle.rs"]
mod oracle;

use std::path::Path;

use evalens::metrics::coco::{self, AreaRange, ClassAp, Coco};
use evalens::metrics::pairs::{PairScope, Pairs};
use evalens::metrics::tide::{self, Tide, TideError};
use evalens::model::{Dataset, NoProgress, Predictions};
use serde_json::Value;

const TOLERANCE: f64 = 1e-9;

/// What the references say of a set, and the set.
struct Set {
    name: String,
    expected: Value,
    dataset: Dataset,
    predictions: Predictions,
}

impl Set {
    fn new(expected: &Value, truth: &Path, results: &Path) -> Self {
        let dataset = oracle::dataset(&oracle::json(truth));
        let predictions = oracle::predictions(&oracle::json(results), &dataset);
        let name = expected["name"].as_str().unwrap().to_owned();
        Self { name, expected: expected.clone(), dataset, predictions }
    }

    fn pairs(&self, scope: PairScope) -> Pairs {
        Pairs::compute(&self.dataset, &self.predictions, scope, &NoProgress).unwrap()
    }
}

/// The recorded sets of the shared data that hold boxes.
fn shared() -> Vec<Set> {
    let Some(data) = oracle::data() else { return Vec::new() };
    let file = |path: &Value| data.join(path.as_str().unwrap().trim_start_matches("../shared/data/"));
    let recorded = oracle::json(&data.join("../reference/detection.json"));
    let boxes = recorded.as_array().unwrap().iter().filter(|set| set["tide_counts"].is_object());
    let sets: Vec<Set> = boxes.map(|set| Set::new(set, &file(&set["gt"]), &file(&set["dt"]))).collect();
    assert_eq!(sets.len(), 8);
    sets
}

/// The sets of `tests/data/parity_ap` and `tests/data/parity`, evaluated by the script in the former.
fn own() -> Vec<Set> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let recorded = oracle::json(&folder.join("parity_ap/expected.json"));
    let sets = recorded["sets"].as_array().unwrap().iter();
    sets.map(|set| {
        let file = |part: &str| folder.join(format!("{}.{part}.json", set["name"].as_str().unwrap()));
        Set::new(set, &file("truth"), &file("results"))
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
fn coco_equals_pycocotools() {
    for set in shared().into_iter().chain(own()) {
        for scope in [PairScope::AllClasses, PairScope::SameClass] {
            let coco = coco::evaluate(&set.dataset, &set.predictions, &set.pairs(scope), &NoProgress).unwrap();
            same_coco(&set.name, &coco, &set.expected["coco"], &set.expected["per_class"]);
        }
    }
}

/// The mean of a class's curve is its AP at that threshold.
#[test]
fn curves_average_to_the_recorded_ap() {
    for set in shared().into_iter().chain(own()) {
        let pairs = set.pairs(PairScope::AllClasses);
        for (class, expected) in set.dataset.classes.ids().zip(set.expected["per_class"].as_array().unwrap()) {
            for (iou_index, key) in [(0, "AP50"), (5, "AP75")] {
                let curve = coco::pr_curve(&set.dataset, &set.predictions, &pairs, class, iou_index, AreaRange::All);
                let ap = curve.map(|c| c.iter().sum::<f64>() / c.len() as f64);
                same(&format!("{} {} {key}", set.name, expected["name"]), ap, &expected[key]);
            }
        }
    }
}

#[test]
fn error_types_equal_tidecv() {
    for set in shared().into_iter().chain(own()) {
        let pairs = set.pairs(PairScope::AllClasses);
        let tide = tide::evaluate(&set.dataset, &set.predictions, &pairs, &NoProgress).unwrap();
        same_tide(&set.name, &tide, &set.expected["tide_percent"], &set.expected["tide_counts"]);
    }
}
