//! What only shows on whole datasets: pictures that are missing, turned or resized, empty splits, no truth.

use evalens::formats::{self, health};
use evalens::model::{Dataset, DatasetBuilder, Findings, Image, NoProgress};

use crate::*;

fn dataset(root: &Path, images: &[(&str, u32, u32)]) -> Dataset {
    let image = |(i, &(name, width, height)): (usize, &(&str, u32, u32))| Image {
        source_id: i as i64,
        name: name.to_owned(),
        width,
        height,
        path: Some(root.join(name)),
        split: 0,
    };
    DatasetBuilder {
        splits: vec!["test".to_owned(), "none".to_owned()],
        images: images.iter().enumerate().map(image).collect(),
        ..DatasetBuilder::default()
    }
    .build()
}

#[test]
fn whole_datasets() {
    let root = tempfile::tempdir().unwrap();
    picture(root.path(), "a.png", (4, 4));
    let mut findings = Findings::default();
    health::check_dataset(
        &dataset(root.path(), &[("a.png", 4, 4), ("b.png", 4, 4), ("no/c.png", 4, 4)]),
        &mut findings,
    );
    assert_eq!(codes(&findings), ["empty-split 1", "missing-image-file 2", "no-truth 1"]);
    assert!(findings.get("missing-image-file").unwrap().examples[0].ends_with("b.png"));
}

/// 40×20 pixels stored, shown as 20×40.
#[test]
fn sizes_against_pictures() {
    let root = tempfile::tempdir().unwrap();
    picture(root.path(), "a.png", (4, 3));
    std::fs::copy(fixture("pictures/turned.jpg"), root.path().join("turned.jpg")).unwrap();
    std::fs::copy(fixture("pictures/turned.jpg"), root.path().join("right.jpg")).unwrap();
    write(root.path(), "bad.jpg", b"nothing");
    let images =
        [("a.png", 4, 4), ("turned.jpg", 40, 20), ("right.jpg", 20, 40), ("bad.jpg", 1, 1), ("none.jpg", 1, 1)];
    let findings = formats::check_pictures(&dataset(root.path(), &images), &NoProgress).unwrap();
    assert_eq!(codes(&findings), ["exif-orientation 1", "image-size-mismatch 1", "unreadable-picture 1"]);
    assert_eq!(findings.get("image-size-mismatch").unwrap().examples, ["a.png: annotated 4×4, is 4×3"]);
    assert_eq!(findings.get("exif-orientation").unwrap().examples, ["turned.jpg"]);
}
