//! From two COCO files to all numbers: 5,000 images, 36,800 truths, 500,000 detections, 80 classes, 5 and 50 MB of JSON. The
//! files lie in the system's cache.

use std::fs::File;
use std::hint::black_box;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use evalens::formats::{coco, coco_results};
use evalens::metrics::Evaluation;
use evalens::metrics::detection::{DetectionSettings, Sections};
use evalens::model::{Dataset, DatasetBuilder, Findings, ModelIdentity, NoProgress, Predictions, PredictionsBuilder};

#[path = "../examples/make_coco_sized/set.rs"]
mod set;
#[path = "../examples/make_coco_sized/write.rs"]
mod write;

fn written(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> u64 {
    let mut file = BufWriter::new(File::create(path).unwrap());
    write(&mut file).unwrap();
    file.flush().unwrap();
    std::fs::metadata(path).unwrap().len()
}

fn dataset(path: &Path) -> Dataset {
    let (mut builder, mut findings) = (DatasetBuilder::default(), Findings::default());
    coco::read_truth(path, None, 0, false, &mut builder, &mut findings, &NoProgress).unwrap();
    builder.build()
}

fn predictions(path: &Path, dataset: &Dataset) -> Predictions {
    let (mut builder, mut findings) = (PredictionsBuilder::default(), Findings::default());
    let class_of = |id| dataset.classes.by_source_id(id);
    coco_results::read_results(path, 0, dataset, &class_of, &mut builder, &mut findings, &NoProgress).unwrap();
    builder.build(ModelIdentity::default(), dataset.images.len())
}

fn load(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let (truth, results) = (folder.path().join("instances.json"), folder.path().join("detections.json"));
    let set = set::Set::generate(set::COCO);
    let truth_bytes = written(&truth, |file| write::truth(&set, file));
    let result_bytes = written(&results, |file| write::results(&set, file));
    let size =
        format!("{} images, {} truths, {} detections", set.images.len(), set.annotations.len(), set.detections.len());
    drop(set);
    let mut group = criterion.benchmark_group("load");
    group.sample_size(10);
    let id = |part: &str| BenchmarkId::new(part, &size);
    group.throughput(Throughput::Bytes(truth_bytes));
    group.bench_function(id("truth"), |b| b.iter(|| dataset(&truth)));
    let known = dataset(&truth);
    group.throughput(Throughput::Bytes(result_bytes));
    group.bench_function(id("results"), |b| b.iter(|| predictions(&results, &known)));
    group.throughput(Throughput::Bytes(truth_bytes + result_bytes));
    group.bench_function(id("everything, evaluated"), |b| {
        b.iter(|| {
            let dataset = dataset(&truth);
            let predictions = predictions(&results, &dataset);
            let settings = DetectionSettings::default();
            black_box(Evaluation::of_objects(
                Arc::new(dataset),
                Arc::new(predictions),
                settings,
                Sections::ALL,
                &NoProgress,
            ))
        });
    });
    group.finish();
}

criterion_group!(benches, load);
criterion_main!(benches);
