//! Two detectors on a COCO-sized set (5,000 images, 36,800 truths, 500,000 detections each, 80 classes): the table of one,
//! its bytes, and the comparison of both: everything but AP beyond IoU 0.50 with 1,000 resamples, that with 200 besides.
//! And two classifiers of 3,080 items in 77 classes with 1,000 resamples.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use evalens::analysis::compare::{CompareSettings, compare};
use evalens::metrics::{DetectionSettings, Evaluation, MatchTable, Sections};
use evalens::model::rng::Rng;
use evalens::model::{
    ClassId, ClassScores, ClassTable, DatasetBuilder, Image, NewTruth, NoProgress, PredictionsBuilder, Task,
};

#[path = "common/coco_sized.rs"]
mod coco_sized;

/// The set's own detector, and one that scores a third of the boxes lower.
fn detectors() -> [Evaluation; 2] {
    let (dataset, first) = coco_sized::set(coco_sized::COCO);
    let mut second = PredictionsBuilder::with_capacity(first.len());
    for i in 0..first.len() {
        let score = if i % 3 == 0 { first.score[i] * 0.8 } else { first.score[i] };
        second.push(first.image[i], first.class[i], first.bbox[i], score);
    }
    let second = second.build(first.identity.clone(), dataset.images.len());
    let dataset = Arc::new(dataset);
    [first, second].map(|predictions| {
        let settings = DetectionSettings::default();
        let sections = Sections { tide: false, ..Sections::ALL };
        Evaluation::of_objects(Arc::clone(&dataset), Arc::new(predictions), settings, sections, &NoProgress).unwrap()
    })
}

const ITEMS: usize = 3_080;
const CLASSES: usize = 77;

fn classifier(seed: u64) -> Evaluation {
    let mut builder = DatasetBuilder {
        classes: ClassTable::from_names((0..CLASSES).map(|c| format!("class {c}"))),
        ..DatasetBuilder::default()
    };
    let mut rng = Rng::new(seed);
    let mut unit = || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let mut rows = Vec::with_capacity(ITEMS * CLASSES);
    for item in 0..ITEMS {
        builder.images.push(Image { source_id: item as i64, name: format!("{item}"), ..Image::default() });
        builder.truths.push(NewTruth::label(item, ClassId::from_index(item % CLASSES)));
        rows.extend((0..CLASSES).map(|class| unit() + if class == item % CLASSES { 0.6 } else { 0.0 }));
    }
    let scores = ClassScores::of_rows(CLASSES, rows, Vec::new());
    Evaluation::of_labels(Task::Classification, builder.build().into(), scores, &NoProgress).unwrap()
}

fn optimum(evaluation: &Evaluation) -> f64 {
    evaluation.matched.as_ref().and_then(|matched| matched.optima.pooled).unwrap_or(0.0)
}

fn table(evaluation: &Evaluation) -> MatchTable {
    MatchTable::of(evaluation, optimum(evaluation), &NoProgress).unwrap()
}

fn comparison(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("compare");
    group.sample_size(10);
    let evaluations = detectors();
    let [a, b] = evaluations.each_ref().map(table);
    let size = format!("{} images, {} detections", a.names().len(), evaluations[0].predictions.len());
    let id = |part: &str| BenchmarkId::new(part, &size);
    group.bench_function(id("table"), |bencher| bencher.iter(|| black_box(table(&evaluations[0]))));
    let bytes = a.to_bytes();
    group.bench_function(BenchmarkId::new("to bytes", bytes.len()), |bencher| bencher.iter(|| a.to_bytes()));
    group.bench_function(BenchmarkId::new("from bytes", bytes.len()), |bencher| {
        bencher.iter(|| MatchTable::from_bytes(&bytes).unwrap());
    });
    let all = CompareSettings::default();
    let rates = CompareSettings { ap_resamples: 0, ..all };
    for (name, settings) in [("1,000 resamples", rates), ("1,000 resamples, 200 of AP50:95", all)] {
        group.bench_function(id(name), |bencher| bencher.iter(|| compare(&a, &b, &settings, &NoProgress).unwrap()));
    }
    let [a, b] = [1, 2].map(|seed| table(&classifier(seed)));
    group.bench_function(BenchmarkId::new("1,000 resamples", "3,080 items, 77 classes"), |bencher| {
        bencher.iter(|| compare(&a, &b, &all, &NoProgress).unwrap());
    });
    group.finish();
}

criterion_group!(benches, comparison);
criterion_main!(benches);
