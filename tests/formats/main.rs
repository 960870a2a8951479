//! Folders, readers and project files: good, odd and broken ones.

mod class_map;
mod health;
mod pictures;
mod project_file;
mod random;
mod shared_data;
mod sniff;
mod voc;
mod yolo;
mod yolo_results;

use std::path::{Path, PathBuf};

use evalens::formats::{self, Correction, Recognised};
use evalens::model::project::{Choice, Project};
use evalens::model::{BBox, Dataset, Findings, NoProgress, Predictions};

/// The folder with the big data sets; `None`, with a word about it, where it is not there.
fn shared(name: &str) -> Option<PathBuf> {
    let data = std::env::var_os("EVALENS_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let folder = data.join(name);
    if !folder.is_dir() {
        eprintln!("skipped: {} is not there (set EVALENS_DATA)", folder.display());
        return None;
    }
    Some(folder)
}

/// A folder of our own small data.
fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// A temporary folder with these files; folders are made as needed.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        write(dir.path(), name, text.as_bytes());
    }
    dir
}

fn write(root: &Path, name: &str, bytes: &[u8]) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// A grey picture of this size.
fn picture(root: &Path, name: &str, (width, height): (u32, u32)) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    image::GrayImage::from_pixel(width, height, image::Luma([128])).save(path).unwrap();
}

fn open(root: &Path) -> Recognised {
    formats::open_project(root, &NoProgress).unwrap().1
}

fn open_error(root: &Path) -> String {
    formats::open_project(root, &NoProgress).unwrap_err().to_string()
}

fn choice(model: usize, dataset: usize, splits: &[&str]) -> Choice {
    Choice { model, dataset, splits: splits.iter().map(|s| (*s).to_owned()).collect() }
}

fn load(root: &Path, project: &Project, splits: &[&str]) -> (Dataset, Findings) {
    formats::load_dataset(root, project, &choice(0, 0, splits), &NoProgress).unwrap()
}

fn load_error(root: &Path, project: &Project, splits: &[&str]) -> String {
    formats::load_dataset(root, project, &choice(0, 0, splits), &NoProgress).unwrap_err().to_string()
}

fn predictions(root: &Path, project: &Project, dataset: &Dataset, splits: &[&str]) -> (Predictions, Findings) {
    let (predictions, findings, _) =
        formats::load_predictions(root, project, &choice(0, 0, splits), dataset, &NoProgress).unwrap();
    (predictions, findings)
}

/// Findings as `code count`.
fn codes(findings: &Findings) -> Vec<String> {
    findings.sorted().iter().map(|f| format!("{} {}", f.code, f.count)).collect()
}

fn assert_near(found: BBox, expected: [f64; 4], tolerance: f64) {
    let found = [found.x, found.y, found.w, found.h];
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= tolerance, "{found:?} is not {expected:?}");
    }
}

/// The objects of an image of a small dataset: class name and box.
fn objects(dataset: &Dataset, image: usize) -> Vec<(String, BBox)> {
    let rows = dataset.truths.of(evalens::model::ImageId::from_index(image));
    rows.map(|row| (dataset.classes.name(dataset.truths.class[row]).to_owned(), dataset.truths.bbox[row])).collect()
}

/// All exporters' fixtures show the same three pictures: two objects in the first, none in the second, one in the third.
/// The numbers are those drawn by hand when the fixtures were made.
fn assert_scene(dataset: &Dataset) {
    assert_eq!(dataset.images.len(), 3);
    for (image, (part, size)) in
        dataset.images.iter().zip([("img1", (100, 50)), ("img2", (64, 48)), ("img10", (80, 80))])
    {
        assert!(image.name.contains(part), "{} stands where {part} should", image.name);
        assert_eq!((image.width, image.height), size, "{}", image.name);
        assert!(image.path.as_ref().unwrap().is_file(), "{:?} is not there", image.path);
    }
    let expected: [&[(&str, [f64; 4])]; 3] = [
        &[("bolt", [10.0, 5.0, 20.0, 10.0]), ("nut", [50.0, 20.0, 30.0, 20.0])],
        &[],
        &[("nut", [8.0, 16.0, 40.0, 24.0])],
    ];
    for (image, expected) in expected.iter().enumerate() {
        let found = objects(dataset, image);
        assert_eq!(found.len(), expected.len(), "image {image}");
        for ((class, bbox), (name, numbers)) in found.iter().zip(*expected) {
            assert_eq!(class, name);
            assert_near(*bbox, *numbers, 1e-9);
        }
    }
}
