//! The synthetic set that speed is measured on: the same for a seed, and read back to the last bit.

use std::path::Path;

use evalens::formats::{coco, coco_results};
use evalens::model::{BBox, DatasetBuilder, Findings, ModelIdentity, NoProgress, PredictionsBuilder};

#[path = "../examples/make_coco_sized/set.rs"]
mod set;
#[path = "../examples/make_coco_sized/write.rs"]
mod write;

use set::{COCO, Set, Shape};

const SMALL: Shape = Shape { images: 120, truths: 900, detections: 12_000, ..COCO };

fn files(shape: Shape) -> [Vec<u8>; 2] {
    let set = Set::generate(shape);
    let (mut truth, mut results) = (Vec::new(), Vec::new());
    write::truth(&set, &mut truth).unwrap();
    write::results(&set, &mut results).unwrap();
    [truth, results]
}

#[test]
fn a_seed_is_a_set() {
    assert_eq!(files(SMALL), files(SMALL));
    assert_ne!(files(SMALL), files(Shape { seed: 2, ..SMALL }));
}

#[test]
fn odd_shapes_can_be_drawn() {
    for (images, classes, truths, detections) in [(1, 1, 1, 1), (3, 1_200, 2, 0), (1, 2, 0, 5), (0, 80, 0, 0)] {
        let set = Set::generate(Shape { images, classes, truths, detections, seed: 7 });
        assert_eq!((set.annotations.len(), set.detections.len()), (truths, detections));
    }
}

#[test]
fn what_is_written_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let [truth, results] = files(SMALL);
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let (truth, results) = (write("instances.json", &truth), write("detections.json", &results));
    let set = Set::generate(SMALL);
    let (mut builder, mut findings) = (DatasetBuilder::default(), Findings::default());
    coco::read_truth(&truth, Some(Path::new("none")), 0, false, &mut builder, &mut findings, &NoProgress).unwrap();
    assert_eq!(builder.truths.len(), set.annotations.len());
    for (read, drawn) in builder.truths.iter().zip(&set.annotations) {
        let [x, y, w, h] = drawn.bbox;
        assert_eq!((read.image, read.class.index()), (drawn.image, drawn.class));
        assert_eq!((read.bbox, read.area, read.ignored), (BBox::new(x, y, w, h), drawn.area, drawn.crowd));
    }
    let dataset = builder.build();
    assert_eq!(dataset.classes.source_ids(), set.categories);
    assert_eq!((dataset.classes.len(), dataset.classes.source_ids().last()), (80, Some(&90)));
    let mut builder = PredictionsBuilder::default();
    let class_of = |id| dataset.classes.by_source_id(id);
    coco_results::read_results(&results, 0, &dataset, &class_of, &mut builder, &mut findings, &NoProgress).unwrap();
    let predictions = builder.build(ModelIdentity::default(), dataset.images.len());
    // They are written image by image and by descending score, so they keep their order.
    assert_eq!(predictions.len(), set.detections.len());
    for (row, drawn) in set.detections.iter().enumerate() {
        let [x, y, w, h] = drawn.bbox;
        assert_eq!((predictions.image[row].index(), predictions.class[row].index()), (drawn.image, drawn.class));
        assert_eq!((predictions.bbox[row], predictions.score[row]), (BBox::new(x, y, w, h), drawn.score));
    }
    // Nothing remarkable but the crowds.
    let codes: Vec<_> = findings.sorted().iter().map(|f| f.code).collect();
    assert!(codes.iter().all(|code| *code == "crowd-regions"), "{codes:?}");
}
