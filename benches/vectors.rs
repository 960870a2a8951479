//! Neighbours, components, maps and their quality, of 10,000 × 384 numbers around 60 centres, and of 70,000 × 50. Of a NumPy
//! array of single precision instead where `EVALENS_ROWS` names one.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use evalens::formats::embeddings;
use evalens::model::NoProgress;
use evalens::model::rng::Rng;
use evalens::vectors::Rows;
use evalens::vectors::neighbours::Neighbours;
use evalens::vectors::pca::Pca;
use evalens::vectors::quality::trustworthiness;
use evalens::vectors::tsne::{TsneParams, tsne};
use evalens::vectors::umap::{UmapParams, umap};

/// Rows on a plane of 12 dimensions, with some noise in all.
fn rows(items: usize, dimensions: usize) -> Vec<f32> {
    const INNER: usize = 12;
    let mut rng = Rng::new(1);
    let mut normal = move || (0..4).map(|_| rng.below(1 << 24) as f32 / (1 << 24) as f32 - 0.5).sum::<f32>();
    let axes: Vec<f32> = (0..INNER * dimensions).map(|_| normal()).collect();
    let centres: Vec<f32> = (0..60 * INNER).map(|_| 2.0 * normal()).collect();
    let mut values = Vec::with_capacity(items * dimensions);
    for item in 0..items {
        let place: Vec<f32> = centres[item % 60 * INNER..][..INNER].iter().map(|c| c + normal()).collect();
        for column in 0..dimensions {
            let along = place.iter().zip(axes.iter().skip(column).step_by(dimensions));
            values.push(along.map(|(p, a)| p * a).sum::<f32>() + 0.2 * normal());
        }
    }
    values
}

fn measure(criterion: &mut Criterion, rows: Rows<'_>) {
    let mut group = criterion.benchmark_group("vectors");
    group.sample_size(10);
    let named = |what: &str| BenchmarkId::new(what, format!("{} × {}", rows.len(), rows.dimensions()));
    group.bench_function(named("neighbours, exact"), |b| b.iter(|| Neighbours::exact(rows, 15, &NoProgress)));
    group.bench_function(named("neighbours, approximate"), |b| {
        b.iter(|| Neighbours::approximate(rows, 15, 1, &NoProgress));
    });
    group.bench_function(named("components"), |b| b.iter(|| Pca::of(rows, 2, &NoProgress)));
    if let Ok(params) = UmapParams::default().check() {
        group.bench_function(named("umap"), |b| b.iter(|| umap(rows, &params, &NoProgress, &mut |_| {})));
    }
    if let (true, Ok(params)) = (rows.len() <= 10_000, TsneParams::default().check()) {
        group.bench_function(named("tsne"), |b| b.iter(|| tsne(rows, &params, &NoProgress, &mut |_| {})));
    }
    if let (true, Ok(pca)) = (rows.len() <= 10_000, Pca::of(rows, 2, &NoProgress)) {
        let layout = pca.layout(rows);
        group.bench_function(named("trustworthiness"), |b| b.iter(|| trustworthiness(rows, &layout, 15, &NoProgress)));
    }
    group.finish();
}

fn vectors(criterion: &mut Criterion) {
    let given = std::env::var_os("EVALENS_ROWS");
    if let Some((embedding, _)) = given.and_then(|path| embeddings::read(path.as_ref(), None, &NoProgress).ok()) {
        if let Ok(rows) = Rows::of(&embedding) {
            measure(criterion, rows);
        }
        return;
    }
    for (items, dimensions) in [(10_000, 384), (70_000, 50)] {
        if let Ok(rows) = Rows::new(dimensions, &rows(items, dimensions)) {
            measure(criterion, rows);
        }
    }
}

criterion_group!(benches, vectors);
criterion_main!(benches);
