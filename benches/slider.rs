//! One step of the confidence slider: all counts, class counts and matrix cells at another threshold, of a set with
//! 1,000,000 detections and 80 or 1,200 classes.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use evalens::metrics::matching;
use evalens::metrics::pairs::{PairScope, Pairs};
use evalens::metrics::{Counter, Matching, Timeline};
use evalens::model::NoProgress;

#[path = "common/coco_sized.rs"]
mod coco_sized;

/// Twice COCO val2017.
const SIZE: coco_sized::Shape = coco_sized::Shape {
    images: 2 * coco_sized::COCO.images,
    truths: 73_600,
    detections: 1_000_000,
    ..coco_sized::COCO
};

/// What a frame reads: the tiles, every class bar, every cell of the matrix.
fn read(counter: &Counter) -> (Option<f64>, u64, u64) {
    let classes = counter.classes().iter().map(|c| c.correct + c.missed + c.false_positives).sum();
    (counter.totals().f1(), classes, counter.cells().iter().sum())
}

/// Thresholds in 0…1 that lie all over the place (a low-discrepancy walk along the golden ratio).
fn jumps() -> impl Iterator<Item = f64> {
    (1_u32..).map(|i| (f64::from(i) * 0.618_033_988_749_894_9).fract())
}

/// A finger on a slider 1,000 pixels wide, pixel by pixel down and up again.
fn small_steps() -> impl Iterator<Item = f64> {
    (0_u32..).map(|i| (f64::from(i % 2_000) / 1_000.0 - 1.0).abs())
}

fn timeline(classes: usize) -> Timeline {
    let (dataset, predictions) = coco_sized::set(coco_sized::Shape { classes, ..SIZE });
    let pairs = Pairs::compute(&dataset, &predictions, PairScope::AllClasses, &NoProgress).unwrap();
    matching::timeline(&dataset, &predictions, &pairs, Matching::TwoPass, 0.5, &NoProgress).unwrap()
}

fn slider(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("slider");
    for classes in [80, 1_200] {
        let timeline = timeline(classes);
        timeline.prepare();
        let id = |kind| {
            let cells = timeline.cells().len();
            BenchmarkId::new(kind, format!("{} detections, {classes} classes, {cells} cells", SIZE.detections))
        };
        let mut counter = timeline.counter();
        let mut step = |threshold: f64| {
            timeline.move_to(&mut counter, threshold);
            black_box(read(&counter));
        };
        let mut small = small_steps();
        group.bench_function(id("small step"), |b| b.iter(|| step(small.next().unwrap_or(0.0))));
        let mut far = jumps();
        group.bench_function(id("jump anywhere"), |b| b.iter(|| step(far.next().unwrap_or(0.0))));
        let mut ends = [0.0, 1.0].into_iter().cycle();
        group.bench_function(id("end to end"), |b| b.iter(|| step(ends.next().unwrap_or(0.0))));
    }
    group.finish();
}

criterion_group!(benches, slider);
criterion_main!(benches);
