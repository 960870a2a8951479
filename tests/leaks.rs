//! What is measured in pictures, and items that are there twice.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use evalens::analysis::leaks::{Group, Limits};
use evalens::analysis::pictures::PictureTraits;
use evalens::jobs::InlineRunner;
use evalens::metrics::Metric;
use evalens::model::rng::Rng;
use evalens::model::{ImageId, NoProgress};
use evalens::session::errors::leaks::{Ask, Found};
use evalens::session::errors::pictures::{self, measure};
use evalens::session::{Command, Session};
use evalens::store::settings::Settings;
use image::RgbImage;
use serde_json::Value;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/traits").join(name)
}

fn expected() -> Value {
    let text = std::fs::read_to_string(data("expected.json")).unwrap();
    serde_json::from_str::<Value>(&text).unwrap()["pictures"].take()
}

fn traits_of(name: &str) -> PictureTraits {
    measure(&[Some(data(&format!("{name}.png")))], None, &NoProgress).unwrap()[0].unwrap()
}

/// Values recorded by `tests/data/traits/make.py` from ImageHash 4.3.2, OpenCV 5.0.0 and NumPy 2.4.6.
#[test]
fn pictures_are_measured_as_libraries_do() {
    let expected = expected();
    assert_eq!(expected.as_object().unwrap().len(), 6);
    for (name, of) in expected.as_object().unwrap() {
        let traits = traits_of(name);
        let number = |key: &str| of[key].as_f64().unwrap();
        let near = |found: f32, key: &str| {
            assert!((f64::from(found) - number(key)).abs() < 1e-7, "{name}: {key} is {found}, not {}", number(key));
        };
        assert_eq!((f64::from(traits.size.0), f64::from(traits.size.1)), (number("width"), number("height")));
        near(traits.brightness, "brightness");
        near(traits.contrast, "contrast");
        near(traits.sharpness, "sharpness");
        assert_eq!(format!("{:016x}", traits.gradient), of["dhash"].as_str().unwrap(), "{name}");
        if let Some(hash) = of["phash"].as_str() {
            assert_eq!(format!("{:016x}", traits.perceptual), hash, "{name}");
        }
    }
    assert!(expected["strip"]["phash"].is_null(), "all but the smallest have a perceptual hash");
}

/// A folder of classes for each split: pictures of eight by six blocks, each block of a grey of its own.
fn picture(seed: u64) -> RgbImage {
    let mut rng = Rng::new(seed);
    let levels: Vec<u8> = (0..48).map(|_| (rng.next_u64() % 200) as u8 + 20).collect();
    RgbImage::from_fn(96, 72, |x, y| image::Rgb([levels[(y / 12 * 8 + x / 12) as usize]; 3]))
}

fn save(picture: &RgbImage, root: &Path, name: &str) {
    let path = root.join("images").join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    picture.save(path).unwrap();
}

/// Test: a, b, c, d of cats, e, f of dogs; c is a again byte by byte, f is in train byte by byte, b in train a little darker, e in
/// valid. All but d are said to be cats.
fn animals() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    let darker = |of: &RgbImage| {
        let mut of = of.clone();
        of.pixels_mut().for_each(|pixel| pixel.0.iter_mut().for_each(|level| *level -= 9));
        of
    };
    for (name, seed) in [("a", 1), ("b", 2), ("c", 1), ("d", 4)] {
        save(&picture(seed), root, &format!("test/cat/{name}.png"));
    }
    save(&picture(5), root, "test/dog/e.png");
    save(&picture(6), root, "test/dog/f.png");
    save(&darker(&picture(2)), root, "train/cat/g.png");
    save(&picture(6), root, "train/cat/h.png");
    save(&picture(8), root, "train/dog/i.png");
    save(&picture(5), root, "valid/dog/k.png");
    // Flat pictures are the same only where their files are.
    save(&RgbImage::from_pixel(96, 72, image::Rgb([90; 3])), root, "valid/dog/l.png");
    save(&RgbImage::from_pixel(96, 72, image::Rgb([91; 3])), root, "train/dog/m.png");
    let said = |name: &str| if name.contains("/d.") { "0.1,0.9" } else { "0.8,0.2" };
    let names = ["cat/a.png", "cat/b.png", "cat/c.png", "cat/d.png", "dog/e.png", "dog/f.png"];
    let rows: String = names.iter().map(|name| format!("{name},{}\n", said(name))).collect();
    std::fs::write(root.join("said.csv"), format!("id,cat,dog\n{rows}")).unwrap();
    let split = |name: &str| format!(r#""{name}": {{"truth": "images/{name}", "images": "images/{name}"}}"#);
    let splits = ["test", "train", "valid"].map(split).join(", ");
    let project = format!(
        r#"{{"schema": "evalens.project/1", "name": "Animals",
            "datasets": [{{"id": "animals", "version": "v1", "task": "classification", "format": "image-folder",
                "splits": {{{splits}}}}}],
            "models": [{{"id": "namer", "version": "v1", "task": "classification",
                "predictions": [{{"dataset": "animals", "version": "v1", "split": "test", "format": "csv",
                    "path": "said.csv"}}]}}]}}"#
    );
    std::fs::write(root.join("evalens.json"), project).unwrap();
    dir
}

fn open(root: &Path) -> Session {
    let mut session = Session::new(Box::new(InlineRunner::default()), Settings::default(), None);
    session.apply(Command::Open(root.to_owned()), Instant::now());
    assert!(session.explorer.is_some(), "{:?}", session.notices);
    session
}

fn look(session: &mut Session, limits: Limits) -> Arc<Found> {
    session.apply(Command::Leaks(Ask::Look(limits)), Instant::now());
    session.errors.leaks.found.clone().unwrap_or_else(|| panic!("{:?}", session.errors.leaks.trouble))
}

/// Each group with its splits, its names, and whether it is exact and its labels differ.
fn told(found: &Found) -> Vec<(String, Vec<&str>, bool, bool)> {
    let items = &found.material.items;
    let of = |group: &Group| {
        let names = group.items(items).map(|item| item.name.rsplit('/').next().unwrap()).collect();
        (found.names_of(&group.splits), names, group.is_exact(), group.conflict)
    };
    found.groups.iter().map(of).collect()
}

#[test]
fn groups_of_a_dataset_with_three_splits() {
    let dir = animals();
    let mut session = open(dir.path());
    let found = look(&mut session, Limits::default());
    let group =
        |splits: &str, names: [&'static str; 2], exact, conflict| (splits.to_owned(), names.to_vec(), exact, conflict);
    assert_eq!(
        told(&found),
        [
            group("test and valid", ["e.png", "k.png"], true, false),
            group("test and train", ["f.png", "h.png"], true, true),
            group("test and train", ["b.png", "g.png"], false, false),
            group("test", ["a.png", "c.png"], true, false),
        ]
    );
    let leaked: Vec<u32> = found.leaked.images.iter().map(|image| image.0).collect();
    assert_eq!(leaked, [1, 2, 5], "b and f for train, c for a; nothing was trained on valid");
    assert_eq!((found.leaked.in_training, found.leaked.exact), (2, 2));
    let splits: Vec<(&str, bool, usize)> =
        found.material.splits.iter().map(|split| (split.name.as_str(), split.training, split.items)).collect();
    assert_eq!(splits, [("test", false, 6), ("train", true, 4), ("valid", false, 2)]);
    assert_eq!((found.material.unreadable(), found.material.skipped.len()), (0, 0));
    // a, b, c right and d, e, f wrong: 3 of 6; without b, c, f one of a, d, e.
    let numbers = session.errors.leaks.numbers.clone().unwrap();
    let accuracy = numbers.rows.iter().find(|row| row.metric == Metric::Accuracy).unwrap();
    assert_eq!((accuracy.all, accuracy.without), (Some(0.5), Some(1.0 / 3.0)));
    let cards = &session.explorer.as_ref().unwrap().recommendations;
    assert!(cards.iter().any(|card| card.kind == "split_leak"), "the card follows");
}

#[test]
fn no_bits_leave_only_equal_hashes_and_the_numbers_follow_the_threshold() {
    let dir = animals();
    let mut session = open(dir.path());
    look(&mut session, Limits::default());
    let before = session.errors.leaks.numbers.clone().unwrap().at;
    session.apply(Command::SetThreshold(0.85), Instant::now());
    session.apply(Command::Leaks(Ask::Count), Instant::now());
    let numbers = session.errors.leaks.numbers.clone().unwrap();
    assert!(before < 0.85 && numbers.at == 0.85);
    // Only d is kept, and wrong.
    let recall = numbers.rows.iter().find(|row| row.metric == Metric::Recall).unwrap();
    assert_eq!((recall.all, recall.without), (Some(0.0), Some(0.0)));
    // Other limits need no picture again: they may be gone.
    let (images, away) = (dir.path().join("images"), dir.path().join("away"));
    std::fs::rename(&images, &away).unwrap();
    let found = look(&mut session, Limits { bits: 0, ..Limits::default() });
    assert_eq!(found.groups.iter().filter(|group| group.is_exact()).count(), 3);
    // Another evaluation forgets everything.
    std::fs::rename(&away, &images).unwrap();
    session.apply(Command::Recalculate, Instant::now());
    assert!(session.errors.leaks.found.is_none());
}

#[test]
fn pictures_are_measured_once() {
    let dir = animals();
    let mut session = open(dir.path());
    session.apply(Command::Pictures(pictures::Ask::Measure), Instant::now());
    let traits = session.errors.pictures.traits.clone().unwrap();
    assert_eq!((traits.len(), session.errors.pictures.missing()), (6, Some(0)));
    assert_eq!(traits[0], traits[2], "the same file");
    assert_eq!(traits[0].unwrap().size, (96, 72));
    std::fs::remove_dir_all(dir.path().join("images")).unwrap();
    session.apply(Command::Pictures(pictures::Ask::Measure), Instant::now());
    assert!(Arc::ptr_eq(&traits, session.errors.pictures.traits.as_ref().unwrap()), "nothing is measured again");
}

/// Texts of a test and a train split: one equal but for case and spaces, one nearly, one twice in the test split with another
/// label. A vector for each item of test says that the first two are nearly the same.
#[test]
fn texts_and_vectors() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    write(
        "test.csv",
        "id,text,label\nt0,How do I top up my card?,top\nt1,\"Where is my money, it was sent last week already\",late\n\
         t2,Cancel my account,cancel\nt3,cancel  MY account,close\nt4,Something else altogether,late\n\
         t5,And one more of no kind,top\n",
    );
    write(
        "train.csv",
        "id,text,label\nr0,how do i top up my card?,top\nr1,\"Where is my money, it was sent last week already!\",late\n\
         r2,An unrelated question about fees,top\n",
    );
    let rows: String = (0..6).map(|at| format!("t{at},0.1,0.1,0.5,0.3\n")).collect();
    write("said.csv", &format!("id,cancel,close,late,top\n{rows}"));
    write("vectors.csv", "id,x,y\nt0,0,0\nt1,5,0\nt2,9,0\nt3,9,7\nt4,40,40\nt5,40.01,40\n");
    write(
        "evalens.json",
        r#"{"schema": "evalens.project/1", "name": "Bank",
            "datasets": [{"id": "bank", "version": "v1", "task": "text-classification", "format": "csv",
                "splits": {"test": {"truth": "test.csv"}, "train": {"truth": "train.csv"},
                    "gone": {"truth": "gone.csv"}},
                "embeddings": {"vectors": "vectors.csv"}}],
            "models": [{"id": "namer", "version": "v1", "task": "text-classification",
                "predictions": [{"dataset": "bank", "version": "v1", "split": "test", "format": "csv",
                    "path": "said.csv"}]}]}"#,
    );
    let mut session = open(dir.path());
    let found = look(&mut session, Limits::default());
    let all = told(&found);
    let names: Vec<(&str, &[&str], bool, bool)> =
        all.iter().map(|(splits, names, exact, differ)| (splits.as_str(), names.as_slice(), *exact, *differ)).collect();
    assert_eq!(
        names,
        [
            ("test and train", &["t0", "r0"][..], true, false),
            ("test and train", &["t1", "r1"][..], false, false),
            ("test", &["t2", "t3"][..], true, true),
        ]
    );
    assert_eq!(found.material.skipped.len(), 1, "the split whose table is gone is said");
    assert_eq!(found.leaked.images, [ImageId(0), ImageId(1), ImageId(3)]);
    let found = look(&mut session, Limits { vectors: true, ..Limits::default() });
    assert_eq!(found.no_vectors, None);
    let near: Vec<Vec<&str>> = told(&found).into_iter().map(|(_, names, ..)| names).collect();
    assert!(
        near.contains(&vec!["t4", "t5"]),
        "0.01 is far below 0.13 × the median of 5, 4, 4, 7, 0.01, 0.01: {near:?}"
    );
    assert_eq!(near.len(), 4);
}

/// The questions of the bundled sample are told apart, and its other splits are read without any answers.
#[test]
fn items_of_masks_and_questions_are_listed_without_outputs() {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    for (sample, least) in [("sample-masks", 8), ("sample-texts", 10), ("sample", 10)] {
        let (root, recognised, _) = evalens::formats::open_project(&assets.join(sample), &NoProgress).unwrap();
        let project = &recognised.project;
        for split in project.datasets[0].splits.keys() {
            let items = evalens::formats::load_items(&root, project, 0, split, &NoProgress).unwrap();
            assert!(items.images.len() >= least, "{sample} {split}: {}", items.images.len());
            if sample == "sample-texts" {
                assert!(items.texts.len() == items.images.len() && items.texts.iter().all(|text| text.len() > 5));
            } else {
                assert!(items.images.iter().all(|image| image.path.as_ref().is_some_and(|path| path.is_file())));
            }
        }
    }
}

/// 100,000 pictures of random hashes, among them 500 that differ in up to four bits from another, and 10,000 texts of which 100
/// have one more word: what was planted is found and nothing else, in seconds.
#[test]
fn many_items() {
    let mut rng = Rng::new(21);
    let of = |perceptual: u64, gradient: u64| {
        let (size, file, brightness, contrast, sharpness) = ((640, 480), [0; 16], 0.5, 0.2, 0.1);
        Some(PictureTraits { size, file, perceptual, gradient, brightness, contrast, sharpness })
    };
    let mut traits: Vec<Option<PictureTraits>> = (0..99_500).map(|_| of(rng.next_u64(), rng.next_u64())).collect();
    for at in 0..500 {
        let known = traits[at * 7].unwrap();
        let flips = (0..at % 5).fold(0, |bits, _| bits | 1_u64 << rng.below(64));
        traits.push(of(known.perceptual ^ flips, known.gradient));
    }
    let started = Instant::now();
    let mut pairs = evalens::analysis::leaks::looks::near(&traits, 4, &NoProgress).unwrap();
    let pictures = started.elapsed();
    pairs.sort_unstable_by_key(|pair| pair.1);
    assert_eq!(pairs, (0..500).map(|at| (at * 7, 99_500 + at)).collect::<Vec<_>>());
    let mut word = || format!("{:x}", rng.next_u64() >> 34);
    let mut texts: Vec<String> = (0..9_900).map(|_| (0..24).map(|_| word()).collect::<Vec<_>>().join(" ")).collect();
    (0..100).for_each(|at| texts.push(format!("{} now", texts[at * 11])));
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let started = Instant::now();
    let mut pairs = evalens::analysis::leaks::shingles::pairs(&texts, 0.9, &NoProgress).unwrap().near;
    eprintln!("100,000 pictures compared in {pictures:?}, 10,000 texts in {:?}", started.elapsed());
    pairs.sort_unstable_by_key(|pair| pair.1);
    assert_eq!(pairs, (0..100).map(|at| (at * 11, 9_900 + at)).collect::<Vec<_>>());
}
