//! Slices of a COCO-sized set in memory: 5,000 images, 36,800 truths, 500,000 detections, 80 classes. Attributes of everything,
//! all bins counted at one threshold, the search for weak slices by one attribute and by two, and what rules take of it.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use evalens::analysis::Rules;
use evalens::analysis::recommend::{Beside, recommend};
use evalens::analysis::slices::{Limits, Rows, Sources, attributes, find};
use evalens::metrics::Evaluation;
use evalens::metrics::detection::{DetectionSettings, Sections};
use evalens::model::{AttributeColumn, NoProgress, Values};

#[path = "common/coco_sized.rs"]
mod coco_sized;

const LIMITS: Limits = Limits { share: 0.05, least: 10, p: 0.05 };

fn slices(criterion: &mut Criterion) {
    let (dataset, predictions) = coco_sized::set(coco_sized::COCO);
    let size =
        format!("{} images, {} truths, {} detections", dataset.images.len(), dataset.truths.len(), predictions.len());
    let images = dataset.images.len();
    let sections = Sections { coco: false, tide: false, timeline: true };
    let settings = DetectionSettings::default();
    let evaluation =
        Evaluation::of_objects(Arc::new(dataset), Arc::new(predictions), settings, sections, &NoProgress).unwrap();
    let matched = evaluation.matched.clone().unwrap();
    let best = matched.optima.pooled.unwrap_or(0.0);
    // Ten columns of five values beside what is computed.
    let column = |number: usize| AttributeColumn {
        name: format!("column {number}"),
        of_objects: false,
        values: Values::Numbers((0..images).map(|image| ((image * (number + 7)) % 97 % 5) as f64).collect()),
    };
    let columns: Vec<AttributeColumn> = (0..10).map(column).collect();
    let tags = BTreeMap::new();
    let sources = Sources { columns: &columns, tags: &tags, ..Sources::plain(&evaluation, 2.0) };
    let mut group = criterion.benchmark_group("slices");
    group.sample_size(10);
    let id = |part: &str| BenchmarkId::new(part, &size);
    group.bench_function(id("attributes"), |b| b.iter(|| black_box(attributes(&sources, &NoProgress))));
    let found = attributes(&sources, &NoProgress).unwrap();
    for (name, threshold) in [("at the optimum", best), ("with every detection", 0.0)] {
        let cut = matched.timeline.cut(threshold);
        group.bench_function(id(&format!("counting all bins {name}")), |b| {
            b.iter(|| {
                let rows = Rows::of(&evaluation, &matched, cut);
                found.all.iter().map(|attribute| rows.of_bins(attribute)).collect::<Vec<_>>()
            });
        });
        let rows = Rows::of(&evaluation, &matched, cut);
        group.bench_function(id(&format!("weak slices of {} attributes {name}", found.all.len())), |b| {
            b.iter(|| black_box(find(&found, &rows, LIMITS, &NoProgress)));
        });
        let counter = matched.timeline.counter_at(threshold);
        let rules = Rules::default();
        let known = Beside { attributes: Some(Arc::new(found.clone())), ..Beside::default() };
        for (what, beside) in [("all rules", &Beside::default()), ("all rules with attributes known", &known)] {
            group.bench_function(id(&format!("{what} {name}")), |b| {
                b.iter(|| black_box(recommend(&evaluation, &matched, &counter, threshold, &rules, beside)));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, slices);
criterion_main!(benches);
