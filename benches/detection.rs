//! A full detection evaluation of a COCO-sized set in memory, and its parts: 5,000 images, 36,800 truths, 500,000
//! detections, 80 classes.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use evalens::analysis::recommend::{Beside, recommend};
use evalens::analysis::{Rules, suspects};
use evalens::metrics::Evaluation;
use evalens::metrics::detection::{DetectionSettings, Matched, Sections};
use evalens::metrics::pairs::{PairScope, Pairs};
use evalens::metrics::ranking::Ranking;
use evalens::metrics::{coco, tide};
use evalens::model::NoProgress;

#[path = "common/coco_sized.rs"]
mod coco_sized;

fn detection(criterion: &mut Criterion) {
    let (dataset, predictions) = coco_sized::set(coco_sized::COCO);
    let (dataset, predictions) = (Arc::new(dataset), Arc::new(predictions));
    let size =
        format!("{} images, {} truths, {} detections", dataset.images.len(), dataset.truths.len(), predictions.len());
    let mut group = criterion.benchmark_group("detection");
    group.sample_size(10);
    let id = |part: &str| BenchmarkId::new(part, &size);
    let pairs = Pairs::compute(&dataset, &predictions, PairScope::AllClasses, &NoProgress).unwrap();
    let ranking = Ranking::of(&predictions);
    for (name, scope) in [("pairs", PairScope::AllClasses), ("pairs of one class", PairScope::SameClass)] {
        group.bench_function(id(name), |b| b.iter(|| Pairs::compute(&dataset, &predictions, scope, &NoProgress)));
    }
    group.bench_function(id("ranking"), |b| b.iter(|| Ranking::of(&predictions)));
    group.bench_function(id("coco"), |b| {
        b.iter(|| coco::evaluate_ranked(&dataset, &predictions, &pairs, &ranking, &NoProgress));
    });
    group.bench_function(id("tide"), |b| {
        b.iter(|| tide::evaluate_ranked(&dataset, &predictions, &pairs, &ranking, &NoProgress));
    });
    let settings = DetectionSettings::default();
    group.bench_function(id("matched"), |b| {
        b.iter(|| Matched::compute(&dataset, &predictions, &pairs, settings, &NoProgress));
    });
    let only_coco = Sections { coco: true, tide: false, timeline: false };
    for (name, sections) in [("everything", Sections::ALL), ("coco with its pairs", only_coco)] {
        group.bench_function(id(name), |b| {
            b.iter(|| {
                let (dataset, predictions) = (Arc::clone(&dataset), Arc::clone(&predictions));
                black_box(Evaluation::of_objects(dataset, predictions, settings, sections, &NoProgress))
            });
        });
    }
    let evaluation = Evaluation::of_objects(dataset, predictions, settings, Sections::ALL, &NoProgress).unwrap();
    let (matched, rules) = (evaluation.matched.clone().unwrap(), Rules::default());
    let found = || suspects::find(&evaluation, &rules, &NoProgress).unwrap();
    group.bench_function(id("label suspects"), |b| b.iter(found));
    let threshold = matched.optima.pooled.unwrap();
    let counter = matched.timeline.counter_at(threshold);
    let cards = |beside: &Beside| recommend(&evaluation, &matched, &counter, threshold, &rules, beside);
    let known = Beside { suspects: Some(Arc::new(found())), ..Beside::default() };
    let none = Beside { suspects: Some(Arc::default()), ..Beside::default() };
    eprintln!("{} label suspects", known.suspects.as_ref().map_or(0, |found| found.suspects.len()));
    for (name, beside) in [("cards", &known), ("cards without label suspects", &none)] {
        group.bench_function(id(name), |b| b.iter(|| black_box(cards(beside))));
    }
    group.finish();
}

criterion_group!(benches, detection);
criterion_main!(benches);
