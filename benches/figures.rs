//! One chart from numbers to a picture of two pixels a point: under 200 ms.

use criterion::{Criterion, criterion_group, criterion_main};
use evalens::metrics::{DetectionSettings, Evaluation, Sections};
use evalens::model::NoProgress;
use evalens::report::figures::evaluation::View;
use evalens::report::figures::{classes, matrix, production};
use evalens::report::palette::Palette;

#[path = "common/coco_sized.rs"]
mod coco_sized;

fn charts(c: &mut Criterion) {
    let (dataset, predictions) = coco_sized::set(coco_sized::COCO);
    let settings = DetectionSettings::default();
    let evaluation = Evaluation::of_objects(dataset.into(), predictions.into(), settings, Sections::ALL, &NoProgress)
        .expect("nobody cancels");
    let matched = evaluation.matched.clone().expect("everything is counted");
    let threshold = matched.optima.pooled.unwrap_or(0.5);
    let counter = matched.timeline.counter_at(threshold);
    let palette = Palette::default();
    let view = View {
        evaluation: &evaluation,
        matched: &matched,
        counter: &counter,
        threshold,
        only: None,
        palette: &palette,
    };
    let counts = counter.matrix(&matched.timeline);
    let picture = |exhibit: Option<evalens::report::sheet::Exhibit>| {
        let figure = exhibit.expect("there is something to draw").titled(&palette);
        figure.to_png(2.0).expect("the figure can be drawn")
    };
    c.bench_function("picture of production metrics", |b| b.iter(|| picture(production::production(&view))));
    c.bench_function("picture of classes", |b| b.iter(|| picture(classes::classes(&view))));
    c.bench_function("picture of the matrix", |b| b.iter(|| picture(matrix::matrix(&view, &counts))));
}

criterion_group!(benches, charts);
criterion_main!(benches);
