//! The design of thresholds on a COCO-sized set (5,000 images, 36,800 truths, 500,000 detections, 80 classes), with and without
//! one threshold a class, five parts held out and 1,000 resamples; the numbers over IoU and confidence; every rule of matching
//! side by side, and what they count after a step of the slider.

use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use evalens::analysis::design::surface::surface;
use evalens::analysis::design::{Goal, Plan, design};
use evalens::analysis::protocols::Protocols;
use evalens::metrics::{DetectionSettings, ErrorCosts, Evaluation, Matching, OwnThresholds, Sections};
use evalens::model::NoProgress;

#[path = "common/coco_sized.rs"]
mod coco_sized;

fn thresholds(criterion: &mut Criterion) {
    let (dataset, predictions) = coco_sized::set(coco_sized::COCO);
    let sections = Sections { coco: false, tide: false, timeline: true };
    let settings = DetectionSettings::default();
    let evaluation =
        Evaluation::of_objects(Arc::new(dataset), Arc::new(predictions), settings, sections, &NoProgress).unwrap();
    let Some(matched) = evaluation.matched.clone() else { return };
    let size = format!("{} images, {} detections", evaluation.dataset.images.len(), evaluation.predictions.len());
    let mut group = criterion.benchmark_group("thresholds");
    group.sample_size(10);
    let id = |part: &str| BenchmarkId::new(part, &size);
    let now = matched.optima.pooled.unwrap_or(0.0);
    for (name, per_class) in [("one for all", false), ("one a class", true)] {
        let plan = Plan { per_class, ..Plan::of(Goal::Cost(ErrorCosts::of(1.0, 5.0))) };
        group.bench_function(id(name), |bencher| {
            bencher.iter(|| design(&evaluation, &matched, now, plan.clone(), &NoProgress).unwrap());
        });
    }
    let own = OwnThresholds::default();
    group.bench_function(id("over IoU and confidence"), |bencher| {
        bencher.iter(|| surface(&evaluation, Matching::TwoPass, &own, &NoProgress).unwrap());
    });
    group.bench_function(id("every rule"), |bencher| {
        bencher.iter(|| Protocols::of(&evaluation, &matched, &NoProgress).unwrap());
    });
    if let Some(all) = Protocols::of(&evaluation, &matched, &NoProgress).unwrap() {
        group.bench_function(id("every rule at another threshold"), |bencher| {
            let pair = (Matching::TwoPass, Matching::Coco);
            bencher.iter(|| (all.counts(now), all.changes(&evaluation, pair, now)));
        });
    }
    group.finish();
}

criterion_group!(benches, thresholds);
criterion_main!(benches);
