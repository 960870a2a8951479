//! Masks of 1,920 × 1,080 pixels: areas as of a road scene, and noise; counted with and without confidences, their
//! boundaries, and reading one. A step of the slider over a hundred of them with confidences of 8 bits. Real road scenes
//! evaluated, against decoding their PNGs and nothing else (`camvid`, where that folder is at hand: beside the repository, or
//! in `EVALENS_DATA`).

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use evalens::formats;
use evalens::formats::mask_png::read;
use evalens::metrics::segmentation::{Boundary, ImagePixels, boundary_counts, count_image};
use evalens::metrics::{DetectionSettings, Evaluation, Sections};
use evalens::model::rng::Rng;
use evalens::model::{
    ClassTable, Confidence, DatasetBuilder, Findings, Image, IndexMask, Indices, Levels, MaskReading, ModelIdentity,
    NoProgress,
};
use evalens::session::load;
use rayon::prelude::*;

const WIDTH: u32 = 1920;
const HEIGHT: u32 = 1080;
const PIXELS: usize = (WIDTH * HEIGHT) as usize;
const CLASSES: u64 = 11;

/// Sky, road, and some hundred boxes of all classes before them, moved by some pixels.
fn road(moved: u32) -> IndexMask {
    let mut values: Vec<u8> = (0..PIXELS).map(|at| u8::from(at > PIXELS / 2) * 3).collect();
    let mut rng = Rng::new(5);
    for _ in 0..150 {
        let (x, y) = (rng.below(1700) as u32 + moved, rng.below(900) as u32 + moved);
        let (w, h) = (rng.below(200) as u32 + 5, rng.below(170) as u32 + 5);
        let class = rng.below(CLASSES + 1) as u8;
        for row in y..(y + h).min(HEIGHT) {
            let start = (row * WIDTH + x) as usize;
            values[start..start + w.min(WIDTH - x) as usize].fill(class);
        }
    }
    IndexMask { width: WIDTH, height: HEIGHT, values: Indices::Small(values) }
}

fn noise(seed: u64) -> IndexMask {
    let mut rng = Rng::new(seed);
    let values = (0..PIXELS).map(|_| rng.below(CLASSES + 1) as u8).collect();
    IndexMask { width: WIDTH, height: HEIGHT, values: Indices::Small(values) }
}

fn wide(mask: &IndexMask) -> IndexMask {
    let Indices::Small(values) = &mask.values else { return mask.clone() };
    IndexMask { values: Indices::Large(values.iter().copied().map(u16::from).collect()), ..*mask }
}

fn segmentation(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("segmentation");
    group.throughput(Throughput::Elements(PIXELS as u64)).sample_size(20);
    let mut rng = Rng::new(9);
    let words: Vec<u16> = (0..PIXELS).map(|_| 65_535 - rng.below(20_000) as u16).collect();
    let bytes = Levels::Byte(words.iter().map(|level| (level >> 8) as u8).collect());
    let maps = [("8", bytes), ("16", Levels::Word(words))]
        .map(|(bits, levels)| (bits, Confidence { width: WIDTH, height: HEIGHT, levels, not_finite: 0 }));
    let ignore = Some(CLASSES as u16);
    for (name, truth, predicted) in [("road", road(0), road(7)), ("noise", noise(1), noise(2))] {
        let count = |truth: &IndexMask, predicted: &IndexMask, confidence: Option<&Confidence>| {
            count_image(black_box(truth), black_box(predicted), CLASSES as usize, ignore, confidence)
        };
        group.bench_function(format!("{name}: count"), |b| b.iter(|| count(&truth, &predicted, None)));
        for (bits, map) in &maps {
            group.bench_function(format!("{name}: count, confidence of {bits} bits"), |b| {
                b.iter(|| count(&truth, &predicted, Some(map)));
            });
        }
        let (t, p) = (wide(&truth), wide(&predicted));
        group.bench_function(format!("{name}: count, indices of two bytes"), |b| b.iter(|| count(&t, &p, None)));
        group.bench_function(format!("{name}: boundaries"), |b| {
            b.iter(|| boundary_counts(black_box(&truth), black_box(&predicted), CLASSES as usize, ignore));
        });
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mask.png");
        let Indices::Small(values) = &truth.values else { return };
        image::save_buffer(&path, values, WIDTH, HEIGHT, image::ColorType::L8).unwrap();
        group.bench_function(format!("{name}: read PNG"), |b| b.iter(|| read(black_box(&path), None)));
    }
    group.finish();
}

/// A hundred images, each with confidences of its own.
fn a_hundred() -> Evaluation {
    let (truth, predicted) = (road(0), road(7));
    let image = |at: u64| {
        let mut rng = Rng::new(at);
        let levels = Levels::Byte((0..PIXELS).map(|_| 255 - rng.below(180) as u8).collect());
        let map = Confidence { width: WIDTH, height: HEIGHT, levels, not_finite: 0 };
        let cells = count_image(&truth, &predicted, CLASSES as usize, Some(CLASSES as u16), Some(&map));
        let boundaries = vec![Boundary::default(); CLASSES as usize];
        ImagePixels { cells, highest: Some(255), boundaries, panoptic: Vec::new() }
    };
    let builder = DatasetBuilder {
        classes: ClassTable::from_names((0..CLASSES).map(|class| class.to_string())),
        images: (0..100).map(|source_id| Image { source_id, ..Image::default() }).collect(),
        splits: vec!["test".to_owned()],
        ..DatasetBuilder::default()
    };
    let images = (0..100).map(image).collect();
    Evaluation::of_pixels(builder, ModelIdentity::default(), images, MaskReading::default(), &NoProgress).unwrap()
}

fn slider(criterion: &mut Criterion) {
    let evaluation = a_hundred();
    let timeline = &evaluation.matched.as_ref().unwrap().timeline;
    eprintln!("{} intervals", timeline.intervals().count());
    let mut counter = timeline.counter_at(0.5);
    let mut at = 0;
    criterion.bench_function("slider: anywhere over 100 images", |b| {
        b.iter(|| {
            at = (at + 37) % 100;
            timeline.move_to(&mut counter, f64::from(at) / 100.0);
            black_box(evaluation.segmentation(&counter))
        });
    });
    criterion.bench_function("slider: one hundredth", |b| {
        b.iter(|| {
            at = (at + 1) % 2;
            timeline.move_to(&mut counter, 0.6 + f64::from(at) / 100.0);
            black_box(evaluation.segmentation(&counter))
        });
    });
}

/// The whole evaluation of real scenes, and what of it is decoding their PNGs.
fn camvid(criterion: &mut Criterion) {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let root = std::env::var_os("EVALENS_DATA").map_or_else(beside, PathBuf::from).join("camvid");
    if !root.is_dir() {
        eprintln!("{} is not there: real scenes are not measured", root.display());
        return;
    }
    let (root, recognised, _) = formats::open_project(&root, &NoProgress).unwrap();
    let project = &recognised.project;
    let all = formats::choices(project);
    let choice = load::first_choice(project, &all).unwrap();
    let files = formats::load_masks(&root, project, &choice, &mut Findings::default()).unwrap().reading.files;
    let mut group = criterion.benchmark_group("camvid");
    group.sample_size(20);
    let masks: Vec<&PathBuf> = files.iter().flat_map(|f| [Some(&f.truth), f.predicted.as_ref()]).flatten().collect();
    eprintln!("{} masks of {} images, {} threads", masks.len(), files.len(), rayon::current_num_threads());
    group.bench_function("decoding alone", |b| {
        b.iter(|| masks.par_iter().map(|path| read(path, None).unwrap().0.width).sum::<u32>());
    });
    let settings = DetectionSettings::default();
    group.bench_function("evaluation", |b| {
        b.iter(|| load::evaluate(&root, project, &choice, settings, Sections::ALL, &NoProgress).unwrap());
    });
    group.finish();
}

criterion_group!(benches, segmentation, slider, camvid);
criterion_main!(benches);
