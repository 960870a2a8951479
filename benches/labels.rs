//! A classifier of 1,000,000 items and 100 classes, one label an item or several: counts at all thresholds, steps of the slider,
//! and tables of scores as text.

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use evalens::formats::table::columns::{Purpose, Said};
use evalens::formats::table::sheet;
use evalens::metrics::{Evaluation, Timeline, classification};
use evalens::model::rng::Rng;
use evalens::model::{ClassId, ClassScores, ClassTable, DatasetBuilder, Findings, Image, NewTruth, NoProgress, Task};

const ITEMS: usize = 1_000_000;
const CLASSES: usize = 100;
/// Rows of the tables of text.
const ROWS: usize = 200_000;

/// Rows of shares, the true class ahead in most.
fn scores() -> (Vec<ClassId>, Vec<f32>) {
    let mut rng = Rng::new(1);
    let mut values = Vec::with_capacity(ITEMS * CLASSES);
    let labels: Vec<ClassId> = (0..ITEMS).map(|_| ClassId::from_index(rng.below(CLASSES as u64) as usize)).collect();
    for label in &labels {
        let start = values.len();
        values.extend((0..CLASSES).map(|_| (rng.below(1 << 20) as f32 / (1 << 20) as f32).powi(8)));
        values[start + label.index()] += rng.below(1 << 20) as f32 / (1 << 19) as f32;
        let sum: f32 = values[start..].iter().sum();
        values[start..].iter_mut().for_each(|value| *value /= sum);
    }
    (labels, values)
}

fn classifier(criterion: &mut Criterion) {
    let (labels, values) = scores();
    read_tables(criterion, &values);
    let mut builder = DatasetBuilder {
        classes: ClassTable::from_names((0..CLASSES).map(|class| format!("class {class}"))),
        splits: vec!["test".to_owned()],
        ..DatasetBuilder::default()
    };
    builder.images = vec![Image::default(); ITEMS];
    builder.truths = labels.iter().enumerate().map(|(item, class)| NewTruth::label(item, *class)).collect();
    let dataset = Arc::new(builder.build());
    let scores = ClassScores::of_single_rows(CLASSES, values, Vec::new());
    let predictions = classification::predictions(&dataset, &scores, false);
    let Ok(matched) = classification::matched(&dataset, &predictions, false, &NoProgress) else { return };
    slide(criterion, "classifier, 1,000,000 × 100", &matched.timeline);
    drop((matched, predictions));
    // The same labels as sets of one; a score for every class, so that every pair is an outcome.
    let task = Task::Multilabel;
    let Ok(evaluation) = Evaluation::of_labels(task, dataset, scores, &NoProgress) else { return };
    let Some(matched) = &evaluation.matched else { return };
    slide(criterion, "several labels, 1,000,000 × 100", &matched.timeline);
}

fn slide(criterion: &mut Criterion, name: &str, timeline: &Timeline) {
    timeline.prepare();
    let mut group = criterion.benchmark_group(name);
    let mut counter = timeline.counter();
    let mut rng = Rng::new(2);
    let mut here = 0.5_f64;
    group.bench_function("slider: small step", |b| {
        b.iter(|| {
            here = if here > 0.9 { 0.1 } else { here + 0.001 };
            timeline.move_to(&mut counter, black_box(here));
        });
    });
    group.bench_function("slider: anywhere", |b| {
        b.iter(|| timeline.move_to(&mut counter, black_box(rng.below(1 << 20) as f64 / (1 << 20) as f64)));
    });
    group.finish();
}

fn read_tables(criterion: &mut Criterion, values: &[f32]) {
    let Ok(folder) = tempfile::tempdir() else { return };
    let mut group = criterion.benchmark_group("tables of text, 200,000 × 100");
    group.sample_size(10);
    for (name, digits) in [("6 decimals", 6), ("full doubles", 17)] {
        let mut text = (0..CLASSES).fold("id".to_owned(), |text, class| text + &format!(",class {class}"));
        for (row, values) in values.chunks_exact(CLASSES).take(ROWS).enumerate() {
            let _ = write!(text, "\n{row}");
            values.iter().for_each(|value| _ = write!(text, ",{:.digits$}", f64::from(*value)));
        }
        let file = folder.path().join("scores.csv");
        if std::fs::write(&file, &text).is_err() {
            return;
        }
        group.bench_function(name, |b| {
            let (said, mut findings) = (Said::default(), Findings::default());
            b.iter(|| {
                sheet::read(&file, Purpose::Predictions, &said, false, &mut findings, &NoProgress)
                    .map(|s| s.lines.len())
            });
        });
    }
    group.finish();
}

criterion_group!(benches, classifier);
criterion_main!(benches);
