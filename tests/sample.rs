//! The bundled sample is what its example makes: its pictures are renderings, its detections come
//! from training and running the detector on their pixels.

/// The modules of the example.
#[path = "../examples/make_sample"]
mod make_sample {
    pub mod detector;
    pub mod project;
    pub mod scene;
}

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use make_sample::detector::{Detector, Found, RECIPES, Recipe};
use make_sample::project::{self, JUDGED, SPLITS};
use make_sample::scene;
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
