//! Five folds of a linear head on embeddings, of the sizes of two real sets: 3,080 × 384 with 77 classes and 1,000 × 1,280
//! with 10. The rows are drawn around a centre per class, so that the numbers of steps differ from those of real ones.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use evalens::model::rng::Rng;
use evalens::model::{ClassId, ClassTable, NoProgress};
use evalens::vectors::Rows;
use evalens::vectors::kfold::{Labelled, cross_validate};
use evalens::vectors::params::{KFoldParams, Strength};

fn rows(items: usize, dimensions: usize, classes: usize) -> (Vec<f32>, Vec<ClassId>) {
    let mut rng = Rng::new(1);
    let mut normal = move || (0..4).map(|_| rng.below(1 << 24) as f32 / (1 << 24) as f32 - 0.5).sum::<f32>();
    let centres: Vec<f32> = (0..classes * dimensions).map(|_| normal()).collect();
    let labels: Vec<ClassId> = (0..items).map(|item| ClassId::from_index(item % classes)).collect();
    let mut values = Vec::with_capacity(items * dimensions);
    for label in &labels {
        let centre = &centres[label.index() * dimensions..(label.index() + 1) * dimensions];
        values.extend(centre.iter().map(|c| c + 4.0 * normal()));
    }
    (values, labels)
}

fn crossval(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("crossval");
    group.sample_size(10);
    for (items, dimensions, classes) in [(3080, 384, 77), (1000, 1280, 10)] {
        let (values, labels) = rows(items, dimensions, classes);
        let table = ClassTable::from_names((0..classes).map(|c| format!("class {c}")));
        let Ok(rows) = Rows::new(dimensions, &values) else { return };
        let data = Labelled { rows, labels: &labels, classes: &table, groups: None };
        for alpha in [1.0, 100.0] {
            let params = KFoldParams { strength: Strength::Fixed(alpha), ..KFoldParams::default() };
            let Ok(params) = params.check(items) else { return };
            let id = BenchmarkId::new(format!("alpha {alpha}"), format!("{items} × {dimensions}, {classes} classes"));
            group.bench_function(id, |b| b.iter(|| cross_validate(&data, &params, &NoProgress)));
        }
    }
    group.finish();
}

criterion_group!(benches, crossval);
criterion_main!(benches);
