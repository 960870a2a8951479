//! The bundled samples are what their example makes: the pictures are renderings, the detections and
//! the probabilities come from training and running the models on their pixels.

/// The modules of the example.
#[path = "../examples/make_sample"]
mod make_sample {
    pub mod classes;
    pub mod crops;
    pub mod detector;
    pub mod masks;
    pub mod project;
    pub mod scene;
}

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use make_sample::detector::{Detector, Found, RECIPES, Recipe};
use make_sample::project::{self, JUDGED, SPLITS};
use make_sample::{classes, crops, masks, scene};
use rayon::prelude::*;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample")
}

#[test]
fn pictures_and_boxes_are_renderings() -> Result<()> {
    for split in &SPLITS {
        let number = split.first;
        let (picture, truths) = scene::render(number);
        let fresh = image::load_from_memory(&scene::to_jpeg(&picture)?)?.to_rgb8();
        let kept = project::picture(&root(), split.name, number)?;
        ensure!(fresh.dimensions() == kept.dimensions());
        // Another mathematics library may round a pixel differently; its block then shifts a little.
        let differences = fresh.as_raw().iter().zip(kept.as_raw());
        let sum: u64 = differences.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        let mean = sum as f64 / kept.as_raw().len() as f64;
        ensure!(mean < 0.1, "picture {number} differs by {mean} on average");

        let file = project::read_json(&root().join(project::truth_path(split.name)))?;
        let kept = of_picture(&project::boxes_of(&file)?, number);
        let fresh = project::boxes_of(&project::annotations(split, &[(number, truths)]))?;
        ensure!(kept.len() == fresh.len(), "boxes of picture {number}");
        for (kept, (_, fresh)) in kept.iter().zip(&fresh) {
            ensure!(kept.class == fresh.class && close(&kept.bbox, &fresh.bbox, 0.6), "{kept:?} was {fresh:?}");
        }
    }
    Ok(())
}

#[test]
fn detections_come_from_the_pixels() -> Result<()> {
    let train = project::labelled(&root(), &SPLITS[0])?;
    for recipe in RECIPES {
        let detector = Detector::train(recipe, scene::CLASSES.len(), &train)?;
        for split in SPLITS.iter().filter(|split| JUDGED.contains(&split.name)) {
            let path = project::predictions_path(recipe.version, split.name);
            let kept = project::boxes_of(&project::read_json(&root().join(path))?)?;
            let numbers: Vec<u64> = split.numbers().collect();
            numbers.par_iter().try_for_each(|&number| {
                let picture = project::picture(&root(), split.name, number)?;
                let fresh = project::results(&[(number, detector.detect(&picture)?)]);
                let fresh = of_picture(&project::boxes_of(&fresh)?, number);
                same(&recipe, &of_picture(&kept, number), &fresh)
                    .with_context(|| format!("{} on picture {number}", recipe.version))
            })?;
        }
    }
    Ok(())
}

#[test]
fn project_file_is_current_and_the_sample_small() -> Result<()> {
    let kept = project::read_json(&root().join("evalens.json"))?;
    ensure!(kept == project::project(&RECIPES));
    let size = size_of_folder(&root())?;
    ensure!(size < 4_000_000, "{size} bytes");
    Ok(())
}

fn classes_root() -> PathBuf {
    root().with_file_name("sample-classes")
}

#[test]
fn parts_are_cut_out_of_the_pictures() -> Result<()> {
    for split in &SPLITS {
        let (fresh, kept) = (classes::cut(&root(), split)?, classes::items(&classes_root(), split)?);
        ensure!(fresh.len() == kept.len(), "{} parts of {}", kept.len(), split.name);
        for (fresh, kept) in fresh.iter().zip(&kept) {
            ensure!((&fresh.name, fresh.class) == (&kept.name, kept.class), "{} was {}", kept.name, fresh.name);
            let coded = image::load_from_memory(&scene::to_jpeg(&fresh.picture)?)?.to_rgb8();
            let pairs = coded.as_raw().iter().zip(kept.picture.as_raw());
            let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            ensure!(sum as f64 / (kept.picture.as_raw().len() as f64) < 0.1, "{} differs", kept.name);
        }
        let truth = std::fs::read_to_string(classes_root().join(classes::truth_path(split.name)))?;
        ensure!(truth == classes::truth(&kept), "truth of {}", split.name);
    }
    Ok(())
}

/// Probabilities may differ in the third digit, because processors add up in different orders and the fit stops early.
#[test]
fn probabilities_come_from_the_pixels() -> Result<()> {
    let train = classes::items(&classes_root(), &SPLITS[0])?;
    for version in &classes::VERSIONS {
        for split in SPLITS.iter().filter(|split| JUDGED.contains(&split.name)) {
            let items = classes::items(&classes_root(), split)?;
            let fresh = classes::probabilities(version, &train, &items)?;
            let path = classes_root().join(classes::predictions_path(version, split.name));
            let (kept, fresh) = if version.ending == "npy" {
                let single: Vec<Vec<f32>> = fresh.iter().map(|row| row.iter().map(|p| *p as f32).collect()).collect();
                (array(&std::fs::read(&path)?), array(&classes::npy(&single)))
            } else {
                (table(&std::fs::read_to_string(&path)?)?, table(&classes::csv(&items, &fresh))?)
            };
            ensure!(kept.len() == fresh.len(), "{} numbers of {}", kept.len(), version.name);
            let furthest = kept.iter().zip(&fresh).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            ensure!(furthest < 5e-3, "{} on {}: {furthest}", version.name, split.name);
        }
    }
    Ok(())
}

/// The numbers of a table of probabilities, row by row.
fn table(text: &str) -> Result<Vec<f64>> {
    let numbers = text.lines().skip(1).flat_map(|line| line.split(',').skip(1));
    numbers.map(|number| number.parse().context("a number")).collect()
}

/// The numbers of an array of single precision.
fn array(bytes: &[u8]) -> Vec<f64> {
    let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    bytes[header..].chunks_exact(4).map(|b| f64::from(f32::from_le_bytes([b[0], b[1], b[2], b[3]]))).collect()
}

#[test]
fn vectors_are_measured_on_the_parts() -> Result<()> {
    let (mut fresh, mut ids) = (Vec::new(), String::new());
    for split in &SPLITS {
        for item in classes::items(&classes_root(), split)? {
            fresh.extend(crops::rings(&item.picture));
            ids.push_str(&format!("{}\n", item.name));
        }
    }
    let kept = array(&std::fs::read(classes_root().join(classes::VECTORS))?);
    ensure!(kept.len() == fresh.len());
    let furthest = kept.iter().zip(&fresh).map(|(a, b)| (a - f64::from(*b)).abs()).fold(0.0, f64::max);
    ensure!(furthest < 1e-4, "{furthest}");
    ensure!(std::fs::read_to_string(classes_root().join(classes::VECTOR_IDS))? == ids);
    ensure!(project::read_json(&classes_root().join("evalens.json"))? == classes::project());
    let size = size_of_folder(&classes_root())?;
    ensure!(size < 4_000_000, "{size} bytes");
    Ok(())
}

fn masks_root() -> PathBuf {
    root().with_file_name("sample-masks")
}

/// A mask or a confidence map as it is on disk.
fn grey(path: &str) -> Result<image::GrayImage> {
    Ok(image::open(masks_root().join(path)).with_context(|| path.to_owned())?.to_luma8())
}

/// How many pixels of two pictures of one kind differ by more than `by`.
fn unlike(fresh: &image::GrayImage, kept: &image::GrayImage, by: u8) -> usize {
    fresh.as_raw().iter().zip(kept.as_raw()).filter(|(a, b)| a.abs_diff(**b) > by).count()
}

#[test]
fn landscapes_and_their_classes_are_drawn() -> Result<()> {
    for split in &masks::SPLITS {
        for number in split.numbers() {
            let (picture, mask) = masks::land::draw(number);
            let coded = image::load_from_memory(&scene::to_jpeg(&picture)?)?.to_rgb8();
            let kept = masks::picture(&masks_root(), split.name, number)?;
            ensure!(coded.dimensions() == kept.dimensions());
            let sum: u64 = coded.as_raw().iter().zip(kept.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            ensure!(sum as f64 / (kept.as_raw().len() as f64) < 0.1, "landscape {number} differs");
            let kept = grey(&masks::truth_path(split.name, number))?;
            ensure!(kept.dimensions() == mask.dimensions() && unlike(&mask, &kept, 0) < 20, "classes of {number}");
        }
    }
    Ok(())
}

/// A pixel between two classes may fall to the other on another processor, and a confidence to the next step.
#[test]
fn classes_of_pixels_come_from_the_pixels() -> Result<()> {
    for version in &masks::VERSIONS {
        let head = masks::train(version)?;
        for split in &masks::SPLITS {
            for number in split.numbers() {
                let picture = masks::picture(&masks_root(), split.name, number)?;
                let fresh = masks::predict(version, &head, &picture)?;
                let paths = masks::predicted_paths(version, split.name, number);
                let [classes, sure] = paths.map(|path| grey(&path));
                ensure!(unlike(&fresh[0], &classes?, 0) < 40, "classes of {number} by {}", version.name);
                ensure!(unlike(&fresh[1], &sure?, 15) < 40, "confidence of {number} by {}", version.name);
            }
        }
    }
    Ok(())
}

#[test]
fn the_sample_of_masks_is_current_and_small() -> Result<()> {
    ensure!(project::read_json(&masks_root().join("evalens.json"))? == masks::project());
    ensure!(project::read_json(&masks_root().join("classes.json"))? == masks::classes());
    let size = size_of_folder(&masks_root())?;
    ensure!(size < 400_000, "{size} bytes");
    Ok(())
}

fn of_picture(boxes: &[(u64, Found)], number: u64) -> Vec<Found> {
    let here = boxes.iter().filter(|(id, _)| *id == number);
    here.map(|(_, found)| found.clone()).collect()
}

fn close(a: &[f32; 4], b: &[f32; 4], tolerance: f32) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() <= tolerance)
}

/// Every detection has its like on the other side. Scores may differ in the fourth digit, because
/// processors add up in different orders; so one that only just made the list may be there or not.
fn same(recipe: &Recipe, kept: &[Found], fresh: &[Found]) -> Result<()> {
    const TOLERANCE: f64 = 2e-4;
    let full = kept.len() == recipe.most;
    let last = kept.last().map_or(0.0, |found| if full { found.score } else { 0.0 });
    let safe = last.max(recipe.lowest_score) + TOLERANCE;
    let covered = |some: &[Found], others: &[Found]| {
        some.iter().all(|one| {
            let like = |other: &Found| {
                other.class == one.class
                    && close(&other.bbox, &one.bbox, 0.05)
                    && (other.score - one.score).abs() < TOLERANCE
            };
            one.score < safe || others.iter().any(like)
        })
    };
    ensure!(covered(kept, fresh), "a detection on file was not found");
    ensure!(covered(fresh, kept), "a detection is not on file");
    Ok(())
}

fn size_of_folder(folder: &Path) -> Result<u64> {
    let mut size = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let data = entry.metadata()?;
        size += if data.is_dir() { size_of_folder(&entry.path())? } else { data.len() };
    }
    Ok(size)
}
