//! Rules and kinds of errors over a set of COCO's size: 5,000 images, 36,800 objects, 500,000 detections of 80 classes.
//!
//! All rules together are meant to take less than 300 ms, in the background.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use evalens::analysis::Rules;
use evalens::analysis::kinds::Kinds;
use evalens::analysis::recommend::{self, Beside};
use evalens::metrics::{DetectionSettings, Evaluation, Sections};
use evalens::model::NoProgress;

#[path = "common/coco_sized.rs"]
mod coco_sized;

fn rules(c: &mut Criterion) {
    let (dataset, predictions) = coco_sized::set(coco_sized::COCO);
    let settings = DetectionSettings::default();
    let (dataset, predictions) = (Arc::new(dataset), Arc::new(predictions));
    let evaluation = Evaluation::of_objects(dataset, predictions, settings, Sections::ALL, &NoProgress);
    let evaluation = evaluation.expect("nobody cancels");
    let matched = evaluation.matched.clone().expect("it was asked for");
    let best = matched.optima.pooled.unwrap_or(0.5);
    let (rules, beside) = (Rules::default(), Beside::default());
    let mut group = c.benchmark_group("recommendations, 500,000 detections");
    group.sample_size(20);
    for (name, threshold) in [("at the optimum", best), ("at 0.05", 0.05)] {
        let counter = matched.timeline.counter_at(threshold);
        group.bench_function(format!("all rules {name}"), |b| {
            b.iter(|| black_box(recommend::recommend(&evaluation, &matched, &counter, threshold, &rules, &beside)));
        });
        group.bench_function(format!("those that follow the slider {name}"), |b| {
            b.iter(|| black_box(recommend::at_once(&evaluation, &matched, &counter, threshold, &rules)));
        });
        group.bench_function(format!("kinds of errors, worst items, losses {name}"), |b| {
            b.iter(|| black_box(Kinds::at(&evaluation, &matched, &counter, 400, &NoProgress)));
        });
    }
    group.finish();
}

criterion_group!(benches, rules);
criterion_main!(benches);
