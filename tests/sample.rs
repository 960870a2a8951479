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
    pub mod texts;
}

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use make_sample::detector::{Detector, Found, RECIPES, Recipe};
use make_sample::project::{self, JUDGED, SPLITS};
use make_sample::texts::{self, answer, cut};
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

fn texts_root() -> PathBuf {
    root().with_file_name("sample-texts")
}

fn text(path: &str) -> Result<String> {
    std::fs::read_to_string(texts_root().join(path)).with_context(|| path.to_owned())
}

#[test]
fn questions_and_answers_are_made() -> Result<()> {
    for (path, fresh) in texts::files()? {
        ensure!(text(&path)? == fresh, "{path} is not what is made");
    }
    ensure!(project::read_json(&texts_root().join("evalens.json"))? == texts::project());
    let size = size_of_folder(&texts_root())?;
    ensure!(size < 120_000, "{size} bytes");
    Ok(())
}

/// Whatever made the questions: both versions say this to them, and read neither references nor categories.
#[test]
fn answers_come_from_the_encyclopaedia() -> Result<()> {
    let (encyclopaedia, questions) = (text(texts::ENCYCLOPAEDIA)?, text(texts::QUESTIONS)?);
    let mut bare = String::new();
    for line in questions.lines() {
        let row: serde_json::Value = serde_json::from_str(line)?;
        bare += &(serde_json::json!({"id": row["id"], "question": row["question"]}).to_string() + "\n");
    }
    for version in &texts::VERSIONS {
        let kept = text(&texts::outputs_path(version))?;
        ensure!(kept == texts::answers(version, &encyclopaedia, &bare)?, "answers of {}", version.name);
        for line in kept.lines() {
            let row: serde_json::Value = serde_json::from_str(line)?;
            let retrieved = row["retrieved_context"].as_str().context("a sentence")?;
            ensure!(encyclopaedia.lines().any(|sentence| sentence == retrieved), "{retrieved}");
        }
    }
    Ok(())
}

/// Lower case, without punctuation and articles.
fn normalised(text: &str) -> String {
    let letters: String = text.to_lowercase().chars().filter(|c| !c.is_ascii_punctuation()).collect();
    let words = letters.split_whitespace().filter(|word| !["a", "an", "the"].contains(word));
    words.collect::<Vec<_>>().join(" ")
}

/// A whole sentence is never a reference; what is cut out of it is in more than half of the answers.
#[test]
fn the_second_version_is_better() -> Result<()> {
    let questions = text(texts::QUESTIONS)?;
    let mut exact = Vec::new();
    for version in &texts::VERSIONS {
        let answers = text(&texts::outputs_path(version))?;
        ensure!(answers.lines().count() == questions.lines().count());
        let mut count = 0;
        for (asked, said) in questions.lines().zip(answers.lines()) {
            let asked: serde_json::Value = serde_json::from_str(asked)?;
            let said: serde_json::Value = serde_json::from_str(said)?;
            ensure!(asked["id"] == said["id"]);
            let output = normalised(said["output"].as_str().context("an output")?);
            let references = asked["references"].as_array().context("references")?;
            let fits = |reference: &serde_json::Value| reference.as_str().is_some_and(|r| normalised(r) == output);
            count += usize::from(references.iter().any(fits));
        }
        exact.push(count);
    }
    ensure!(exact[0] == 0 && exact[1] * 2 > questions.lines().count(), "{exact:?}");
    Ok(())
}

/// By hand: `the`, `red` and `boat` are three of six words. `boat` stands in both sentences and weighs nothing, all others weigh
/// the same: two of the question's five stand among the three of the sentence, 2 / √15.
#[test]
fn sentences_are_chosen_by_the_rules() {
    let library = answer::Library::new(["A blue boat waits.", "The red boat sails."].into_iter());
    let asked = "When does the red boat sail?";
    let first = library.by_overlap(asked);
    assert_eq!((first.output.as_str(), first.fit), ("The red boat sails.", 0.5));
    let second = library.by_weight(asked);
    assert_eq!((second.output.as_str(), second.sentence.as_str()), ("The red boat sails.", "The red boat sails."));
    assert!((second.fit - 2.0 / 15_f64.sqrt()).abs() < 1e-12, "{}", second.fit);
    let refused = library.by_weight("Who was it?");
    assert_eq!((refused.output.as_str(), refused.fit), ("The encyclopaedia does not say.", 0.0));
    let said =
        |output: &str| answer::Answer { output: output.into(), sentence: "It burnt until 1879.".into(), fit: 1.0 };
    assert_eq!(answer::faithfulness(&said("until 1879")), 1.0);
    assert_eq!(answer::faithfulness(&said("in 1879")), 0.5);
    assert_eq!(answer::faithfulness(&said("")), 0.0);
}

#[test]
fn answers_are_cut_out_by_the_kind_of_question() {
    let launched = "The barque Swan was launched in 1891; she was built by Ida Brandt.";
    let long = "The Swan is 46 metres long and sails with a crew of 18.";
    let hall = "The Hall on Net Lane was finished in 1899 after plans by Hanna Sorell.";
    for (question, sentence, plain, short) in [
        ("When was the Swan launched?", launched, "in 1891", "1891"),
        ("Who built the Swan?", launched, "Ida Brandt", "Brandt"),
        ("How long is the Swan?", long, "46 metres", "46"),
        ("How many sail on the Swan?", long, "18", "18"),
        ("Where is the Hall?", hall, "on Net Lane", "Net Lane"),
        ("Who designed the Hall?", hall, "Hanna Sorell", "Sorell"),
        ("What are the walls of the Hall?", "The walls of the Hall are red brick.", "red brick", "brick"),
    ] {
        assert_eq!(cut::cut(question, sentence, false).as_deref(), Some(plain), "{question}");
        assert_eq!(cut::cut(question, sentence, true).as_deref(), Some(short), "{question}");
    }
    assert_eq!(cut::cut("Who built it?", long, false), None);
    assert_eq!(cut::cut("Where is it?", "It is far away.", false), None);
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
