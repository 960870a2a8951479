//! Frames of the whole window at 1440 × 900 points, without a renderer: the first one after the start, and the one that
//! follows a step of the slider over 5,000 images and 500,000 detections of 80 classes. Each is laid out, drawn into shapes
//! and described to screen readers, as the program does it; and the new matching at another IoU, with the window's pool of
//! one thread on a machine with two cores; the map of 100,000 points; and 100,000 generated texts.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use egui_kittest::Harness;
use evalens::jobs::InlineRunner;
use evalens::metrics::{DetectionSettings, Evaluation, Generation, Sections};
use evalens::model::project::Choice;
use evalens::model::rng::Rng;
use evalens::model::{
    Answers, ClassId, ClassScores, ClassTable, DatasetBuilder, Image, ModelIdentity, NewTruth, NoProgress, Scoring,
    Task,
};
use evalens::session::atlas::Atlas;
use evalens::session::atlas::cloud::{Cloud, Point, Wanted};
use evalens::session::atlas::layout::Projection;
use evalens::session::load::Loaded;
use evalens::session::{Command, OpenProject, Page, Session};
use evalens::store::settings::Settings;
use evalens::ui::app::App;
use evalens::ui::outside::Outside;
use evalens::vectors::layout::Layout;

#[path = "common/coco_sized.rs"]
mod coco_sized;

fn window() -> Harness<'static, App> {
    let builder = Harness::builder().with_size(egui::vec2(1440.0, 900.0)).with_max_steps(16);
    builder.build_eframe(|cc| {
        let session = Session::new(Box::new(InlineRunner::default()), Settings::default(), None);
        App::new(&cc.egui_ctx, session, Outside::default())
    })
}

fn evaluation() -> Evaluation {
    let (dataset, predictions) = coco_sized::set(coco_sized::COCO);
    let (dataset, predictions) = (Arc::new(dataset), Arc::new(predictions));
    Evaluation::of_objects(dataset, predictions, DetectionSettings::default(), Sections::ALL, &NoProgress)
        .expect("nobody cancels")
}

fn shown(evaluation: Evaluation) -> Harness<'static, App> {
    let mut window = window();
    let project = OpenProject { root: "/nowhere".into(), ..OpenProject::default() };
    let loaded = Loaded {
        choice: Choice { model: 0, dataset: 0, splits: vec!["val".into()] },
        evaluation,
        findings: Vec::new(),
        mappings: Vec::new(),
        inputs: Vec::new(),
        fingerprint: Vec::new(),
        took: Duration::ZERO,
    };
    window.state_mut().session_mut().show(project, loaded);
    window.run();
    window
}

fn frames(c: &mut Criterion) {
    let mut group = c.benchmark_group("window of 1440 × 900");
    group.sample_size(20);
    // The harness draws a frame while it is made.
    group.bench_function("first frame, welcome page", |b| b.iter(|| black_box(window())));
    let evaluation = evaluation();
    let mut shown = shown(evaluation.clone());
    group.bench_function("at rest, 500,000 detections of 80 classes", |b| b.iter(|| shown.step()));
    let mut at = 0.0;
    group.bench_function("after a step of the slider", |b| {
        b.iter(|| {
            at = if at > 0.9 { 0.1 } else { at + 0.0137 };
            shown.state_mut().send(Command::SetThreshold(at));
            shown.step();
        });
    });
    let mut iou = 0.5;
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread can be started");
    group.bench_function("matching at another IoU, one thread", |b| {
        b.iter(|| {
            iou = if iou > 0.9 { 0.3 } else { iou + 0.05 };
            let settings = DetectionSettings { iou, ..DetectionSettings::default() };
            one.install(|| black_box(evaluation.rematch(settings, &NoProgress)))
        });
    });
    group.finish();
}

/// A classifier of 100,000 items and 10 classes, and its items on a map: a spiral, so that all of it is in view.
fn map(c: &mut Criterion) {
    const ITEMS: usize = 100_000;
    const CLASSES: usize = 10;
    let mut rng = Rng::new(1);
    let mut share = || rng.below(1 << 20) as f32 / (1 << 20) as f32;
    let mut builder = DatasetBuilder {
        classes: ClassTable::from_names((0..CLASSES).map(|class| format!("class {class}"))),
        splits: vec!["test".to_owned()],
        ..DatasetBuilder::default()
    };
    builder.images = vec![Image::default(); ITEMS];
    builder.truths = (0..ITEMS).map(|item| NewTruth::label(item, ClassId::from_index(item % CLASSES))).collect();
    let scores: Vec<f32> = (0..ITEMS * CLASSES).map(|_| share()).collect();
    let scores = ClassScores::of_single_rows(CLASSES, scores, Vec::new());
    let evaluation = Evaluation::of_labels(Task::Classification, Arc::new(builder.build()), scores, &NoProgress)
        .expect("nobody cancels");
    let points: Vec<Point> = evaluation.dataset.image_ids().map(|image| Point { image, truth: None }).collect();
    let place = |at: usize| {
        let turn = at as f32 * 0.01;
        [turn.cos() * (at as f32).sqrt(), turn.sin() * (at as f32).sqrt()]
    };
    let layout = Layout { points: (0..ITEMS).map(place).collect() };
    let cloud = Cloud { wanted: Wanted::default(), points, dimensions: 1, values: vec![0.0; ITEMS], missing: 0 };
    let mut window = shown(evaluation);
    let choice = window.state_mut().session_mut().explorer.as_ref().expect("it is shown").choice.clone();
    window.state_mut().session_mut().atlas = Some(Atlas {
        cloud: Some(Arc::new(cloud)),
        layout: Some((Projection::Pca, Arc::new(layout))),
        ..Atlas::of(choice, Wanted::default())
    });
    window.state_mut().send(Command::Go(Page::Vectors));
    window.run();
    let mut group = c.benchmark_group("map of 100,000 points, 1440 × 900");
    group.sample_size(20);
    group.bench_function("at rest", |b| b.iter(|| window.step()));
    let mut at = 0.0;
    group.bench_function("after a step of the slider", |b| {
        b.iter(|| {
            at = if at > 0.9 { 0.1 } else { at + 0.0137 };
            window.state_mut().send(Command::SetThreshold(at));
            window.step();
        });
    });
    group.bench_function("while it is dragged", |b| {
        let mut x = 500.0;
        window.drag_at(egui::pos2(x, 500.0));
        window.step();
        b.iter(|| {
            x = if x > 700.0 { 500.0 } else { x + 3.0 };
            window.hover_at(egui::pos2(x, 500.0));
            window.step();
        });
    });
    group.finish();
}

/// 100,000 answers of 30 words with a reference each: the table while it is scrolled, and the overview after a step of the
/// slider.
fn texts(c: &mut Criterion) {
    const ITEMS: usize = 100_000;
    let mut rng = Rng::new(2);
    let mut text = || -> String {
        (0..30).map(|_| ["salt ", "harbour ", "lamp ", "tide ", "rope ", "keel "][rng.below(6) as usize]).collect()
    };
    let references: Vec<Vec<String>> = (0..ITEMS).map(|_| vec![text()]).collect();
    let outputs = references.iter().map(|all| Some(all[0].replace("lamp", "light"))).collect();
    let answers = Answers { outputs, references, ..Answers::default() };
    let scored = Generation::score(Arc::new(answers), Scoring::default(), &NoProgress).expect("nobody cancels");
    let image = |item: usize| Image { name: format!("item {item}"), source_id: item as i64, ..Image::default() };
    let builder = DatasetBuilder {
        images: (0..ITEMS).map(image).collect(),
        texts: (0..ITEMS).map(|item| format!("question {item}")).collect(),
        splits: vec!["test".to_owned()],
        ..DatasetBuilder::default()
    };
    let evaluation = Evaluation::of_texts(builder, ModelIdentity::default(), scored, &NoProgress).expect("as above");
    let mut window = shown(evaluation);
    let mut group = c.benchmark_group("100,000 generated texts, 1440 × 900");
    group.sample_size(20);
    group.bench_function("overview at rest", |b| b.iter(|| window.step()));
    let mut at = 50.0;
    group.bench_function("overview after a step of the slider", |b| {
        b.iter(|| {
            at = if at > 90.0 { 20.0 } else { at + 0.37 };
            window.state_mut().send(Command::SetThreshold(at));
            window.step();
        });
    });
    window.state_mut().send(Command::Go(Page::Images));
    window.run();
    group.bench_function("table while it is scrolled", |b| {
        b.iter(|| {
            window.hover_at(egui::pos2(700.0, 600.0));
            window.event(egui::Event::MouseWheel {
                unit: egui::MouseWheelUnit::Point,
                delta: egui::vec2(0.0, -120.0),
                phase: egui::TouchPhase::Move,
                source: egui::MouseWheelSource::Unknown,
                modifiers: egui::Modifiers::NONE,
            });
            window.step();
        });
    });
    group.finish();
}

criterion_group!(benches, frames, map, texts);
criterion_main!(benches);
