//! Makes the bundled samples: renders the pictures, trains the detector on them, writes its detections; then cuts the parts
//! out of the pictures and trains a classifier on them, beside it in `FOLDER-classes`; then draws landscapes and trains a
//! classifier of their pixels, in `FOLDER-masks`; then writes an encyclopaedia and lets a program answer questions from it, in
//! `FOLDER-texts`.
//!
//! `cargo run --release --example make_sample [FOLDER]` (default `assets/sample`). Everything follows
//! from fixed seeds. `--keep-images` leaves the pictures alone and only trains and detects again; `--masks` makes only
//! the landscapes, `--texts` only the questions and answers.

mod classes;
mod crops;
mod detector;
mod masks;
mod project;
mod scene;
mod texts;

use anyhow::{Context, Result};
use detector::{Detector, RECIPES, Recipe};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{GrayImage, ImageEncoder};
use project::{JUDGED, SPLITS, Split};
use rayon::prelude::*;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let keep = arguments.iter().any(|argument| argument == "--keep-images");
    let folder = arguments.iter().find(|argument| !argument.starts_with('-'));
    let root = PathBuf::from(folder.map_or("assets/sample", String::as_str));
    let name = root.file_name().context("a folder")?.to_string_lossy().into_owned();
    if arguments.iter().any(|argument| argument == "--masks") {
        return segment(&root.with_file_name(format!("{name}-masks")));
    }
    if arguments.iter().any(|argument| argument == "--texts") {
        return answer(&root.with_file_name(format!("{name}-texts")));
    }
    if !keep {
        for split in &SPLITS {
            render(&root, split)?;
        }
    }
    for recipe in RECIPES {
        predict(&root, recipe)?;
    }
    let text = serde_json::to_string_pretty(&project::project(&RECIPES))? + "\n";
    write(&root.join("evalens.json"), text.as_bytes())?;
    classify(&root, &root.with_file_name(format!("{name}-classes")))?;
    segment(&root.with_file_name(format!("{name}-masks")))?;
    answer(&root.with_file_name(format!("{name}-texts")))
}

/// The sample of generated texts.
fn answer(root: &Path) -> Result<()> {
    for (path, text) in texts::files()? {
        println!("{path}: {} lines", text.lines().count());
        write(&root.join(path), text.as_bytes())?;
    }
    let text = serde_json::to_string_pretty(&texts::project())? + "\n";
    write(&root.join("evalens.json"), text.as_bytes())
}

/// The sample of the segmenter.
fn segment(root: &Path) -> Result<()> {
    for split in &masks::SPLITS {
        for number in split.numbers() {
            let (picture, mask) = masks::land::draw(number);
            write(&root.join(masks::picture_path(split.name, number)), &scene::to_jpeg(&picture)?)?;
            write(&root.join(masks::truth_path(split.name, number)), &to_png(&mask)?)?;
        }
        println!("{}: {} landscapes", split.name, split.count);
    }
    for version in &masks::VERSIONS {
        let head = masks::train(version)?;
        for split in &masks::SPLITS {
            for number in split.numbers() {
                let found = masks::predict(version, &head, &masks::picture(root, split.name, number)?)?;
                for (image, path) in found.iter().zip(masks::predicted_paths(version, split.name, number)) {
                    write(&root.join(path), &to_png(image)?)?;
                }
            }
        }
    }
    write_json(&root.join("classes.json"), &masks::classes())?;
    let text = serde_json::to_string_pretty(&masks::project())? + "\n";
    write(&root.join("evalens.json"), text.as_bytes())
}

/// The sample of the classifier, out of the pictures of the detector's.
fn classify(scenes: &Path, root: &Path) -> Result<()> {
    let (mut vectors, mut ids) = (Vec::new(), String::new());
    for split in &SPLITS {
        let items = classes::cut(scenes, split)?;
        for item in &items {
            write(&root.join(classes::picture_path(split.name, &item.name)), &scene::to_jpeg(&item.picture)?)?;
        }
        write(&root.join(classes::truth_path(split.name)), classes::truth(&items).as_bytes())?;
        // Measured on what is on disk, so that it can be measured again.
        for item in classes::items(root, split)? {
            vectors.push(crops::rings(&item.picture));
            ids.push_str(&format!("{}\n", item.name));
        }
        println!("{}: {} parts", split.name, items.len());
    }
    write(&root.join(classes::VECTORS), &classes::npy(&vectors))?;
    write(&root.join(classes::VECTOR_IDS), ids.as_bytes())?;
    let train = classes::items(root, &SPLITS[0])?;
    for version in &classes::VERSIONS {
        for split in SPLITS.iter().filter(|split| JUDGED.contains(&split.name)) {
            let items = classes::items(root, split)?;
            let rows = classes::probabilities(version, &train, &items)?;
            let path = root.join(classes::predictions_path(version, split.name));
            let single = || rows.iter().map(|row| row.iter().map(|p| *p as f32).collect()).collect::<Vec<Vec<f32>>>();
            let bytes =
                if version.ending == "npy" { classes::npy(&single()) } else { classes::csv(&items, &rows).into() };
            write(&path, &bytes)?;
        }
        let list = scene::CLASSES.join("\n") + "\n";
        let folder = root.join("predictions/crop-classifier").join(version.name);
        if version.ending == "npy" {
            write(&folder.join("classes.txt"), list.as_bytes())?;
        }
    }
    let text = serde_json::to_string_pretty(&classes::project())? + "\n";
    write(&root.join("evalens.json"), text.as_bytes())
}

/// Pictures and ground truth of a split.
fn render(root: &Path, split: &Split) -> Result<()> {
    let mut truths = Vec::new();
    for number in split.numbers() {
        let (picture, seen) = scene::render(number);
        let path = root.join(project::picture_path(split.name, number));
        write(&path, &scene::to_jpeg(&picture)?)?;
        truths.push((number, seen));
    }
    println!("{}: {} pictures", split.name, truths.len());
    write_json(&root.join(project::truth_path(split.name)), &project::annotations(split, &truths))
}

/// Trains a version on the files of the training split and writes what it finds in the others.
fn predict(root: &Path, recipe: Recipe) -> Result<()> {
    let train = project::labelled(root, &SPLITS[0])?;
    let detector = Detector::train(recipe, scene::CLASSES.len(), &train)?;
    for split in SPLITS.iter().filter(|split| JUDGED.contains(&split.name)) {
        let numbers: Vec<u64> = split.numbers().collect();
        let found = numbers
            .par_iter()
            .map(|&number| {
                let picture = project::picture(root, split.name, number)?;
                Ok((number, detector.detect(&picture)?))
            })
            .collect::<Result<Vec<_>>>()?;
        let path = root.join(project::predictions_path(recipe.version, split.name));
        let results = project::results(&found);
        println!("{} on {}: {} detections", recipe.version, split.name, results.as_array().map_or(0, Vec::len));
        write_json(&path, &results)?;
    }
    Ok(())
}

/// A mask or a confidence map as the bytes of a PNG file.
fn to_png(image: &GrayImage) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::Adaptive);
    encoder.write_image(image.as_raw(), image.width(), image.height(), image::ExtendedColorType::L8)?;
    Ok(bytes)
}

fn write_json(path: &Path, value: &Value) -> Result<()> {
    write(path, (serde_json::to_string(value)? + "\n").as_bytes())
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, bytes).with_context(|| path.display().to_string())
}
