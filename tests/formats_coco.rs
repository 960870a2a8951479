//! COCO truth and COCO results: good, odd and broken files.

use std::path::{Path, PathBuf};

use evalens::formats::{coco, coco_results};
use evalens::model::{Dataset, DatasetBuilder, Findings, ModelIdentity, NoProgress, Predictions, PredictionsBuilder};

/// The folder of real data, where there is one.
fn shared_data() -> Option<PathBuf> {
    let folder = std::env::var_os("EVALENS_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no data at {} (EVALENS_DATA)", folder.display());
    None
}

fn truth(path: &Path, images: Option<&Path>) -> (Dataset, Findings) {
    let (mut builder, mut findings) = (DatasetBuilder::default(), Findings::default());
    coco::read_truth(path, images, 0, &mut builder, &mut findings, &NoProgress).unwrap();
    (builder.build(), findings)
}

fn results(path: &Path, dataset: &Dataset) -> (Predictions, Findings) {
    let (mut builder, mut findings) = (PredictionsBuilder::default(), Findings::default());
    let class_of = |id| dataset.classes.by_source_id(id);
    coco_results::read_results(path, 0, dataset, &class_of, &mut builder, &mut findings, &NoProgress).unwrap();
    (builder.build(ModelIdentity::default(), dataset.images.len()), findings)
}

/// Counts stated in the README of the data: 72 images, 945 boxes, three classes, 7,200 detections.
#[test]
fn blood_cells() {
    let Some(data) = shared_data() else { return };
    let folder = data.join("bccd/images/test");
    let (dataset, findings) = truth(&data.join("bccd/annotations/instances_test.json"), Some(&folder));
    assert_eq!((dataset.images.len(), dataset.truths.len()), (72, 945));
    assert_eq!(dataset.classes.names(), ["RBC", "WBC", "Platelets"].map(String::from));
    assert!(dataset.images.iter().all(|image| image.path.as_ref().is_some_and(|path| path.is_file())));
    assert!(!findings.has_errors());
    let (predictions, findings) = results(&data.join("bccd/predictions/cell-detector/v3/test.bbox.json"), &dataset);
    assert_eq!(predictions.len(), 7200);
    assert!(!findings.has_errors());
}

/// Counts stated in `expected.json` of the data: 4,595 detections of yolox-nano.
#[test]
fn coco_tiny() {
    let Some(data) = shared_data() else { return };
    let folder = data.join("coco-val2017-tiny");
    let (dataset, _) = truth(&folder.join("annotations/instances_val2017.json"), None);
    assert_eq!(dataset.classes.len(), 80);
    assert_eq!(dataset.classes.source_ids().last(), Some(&90));
    let (predictions, _) = results(&folder.join("predictions/yolox-nano/val2017.bbox.json"), &dataset);
    assert_eq!(predictions.len(), 4595);
}
