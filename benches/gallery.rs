//! One frame of the gallery while it scrolls: 100,000 images, 1440 × 900 points, no renderer, no picture files.
//!
//! The whole page is laid out, its shapes are made and turned into triangles, as a window does before it hands them to the
//! graphics card.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use evalens::jobs::InlineRunner;
use evalens::metrics::{DetectionSettings, Evaluation, Sections};
use evalens::model::{
    BBox, ClassId, ClassTable, DatasetBuilder, Image, ImageId, ModelIdentity, NewTruth, NoProgress, PredictionsBuilder,
};
use evalens::session::load::Loaded;
use evalens::session::{Command, OpenProject, Page, Session};
use evalens::store::settings::Settings;
use evalens::ui::context::{Commands, ViewCtx};
use evalens::ui::textures::Pictures;
use evalens::ui::theme::Theme;
use evalens::ui::views::images::{self, Images};

const IMAGES: usize = 100_000;

/// Five truths and six detections an image, of four classes, on a grid; one detection in five is of another class.
fn evaluation() -> Evaluation {
    let classes = ClassTable::from_names(["bolt", "nut", "washer", "gear"]);
    let image = |i: usize| Image {
        source_id: i as i64,
        name: format!("shelf/camera-{:02}/part-{i:06}.jpg", i % 40),
        width: 640,
        height: 480,
        path: Some(format!("/nowhere/part-{i:06}.jpg").into()),
        split: 0,
    };
    let place = |slot: usize| BBox::new(20.0 + 100.0 * slot as f64, 60.0 + 50.0 * slot as f64, 80.0, 60.0);
    let mut truths = Vec::new();
    let mut predictions = PredictionsBuilder::default();
    for i in 0..IMAGES {
        for slot in 0..6 {
            let class = (i * 7 + slot * 3) % 4;
            let bbox = place(slot);
            if slot < 5 {
                let class = ClassId::from_index(class);
                truths.push(NewTruth { image: i, class, bbox, area: bbox.area(), ignored: false });
            }
            let taken = if (i + slot) % 5 == 0 { (class + 1) % 4 } else { class };
            let score = ((i * 31 + slot * 17) % 997) as f64 / 997.0;
            let moved = BBox::new(bbox.x + (i % 9) as f64, bbox.y, bbox.w, bbox.h);
            predictions.push(ImageId::from_index(i), ClassId::from_index(taken), moved, score);
        }
    }
    let dataset = DatasetBuilder {
        classes,
        splits: vec!["test".into()],
        images: (0..IMAGES).map(image).collect(),
        truths,
        ..DatasetBuilder::default()
    };
    let predictions = predictions.build(ModelIdentity::default(), IMAGES);
    let sections = Sections { coco: false, tide: false, timeline: true };
    Evaluation::of_objects(
        Arc::new(dataset.build()),
        Arc::new(predictions),
        DetectionSettings::default(),
        sections,
        &NoProgress,
    )
    .expect("nobody cancels")
}

fn session() -> Session {
    let mut session = Session::new(Box::new(InlineRunner::default()), Settings::default(), None);
    let project = OpenProject { root: "/nowhere".into(), ..OpenProject::default() };
    let choice = evalens::model::project::Choice { model: 0, dataset: 0, splits: vec!["test".into()] };
    let loaded = Loaded {
        choice,
        evaluation: evaluation(),
        findings: Vec::new(),
        mappings: Vec::new(),
        inputs: Vec::new(),
        fingerprint: Vec::new(),
        took: std::time::Duration::ZERO,
    };
    session.show(project, loaded);
    session.apply(Command::Go(Page::Images), std::time::Instant::now());
    session
}

fn gallery(c: &mut Criterion) {
    let session = session();
    let dataset = session.explorer.as_ref().map(|e| Arc::clone(&e.evaluation.dataset)).expect("an evaluation is shown");
    let ctx = egui::Context::default();
    Theme::install(&ctx, evalens::store::settings::PaletteChoice::Usual);
    let theme = Theme::dark();
    let commands = Commands::default();
    let mut state = Images::default();
    let mut pictures = Pictures::default();
    let mut time = 0.0;
    let mut frame = |scroll: f32| {
        time += 1.0 / 60.0;
        let pointer = egui::Event::PointerMoved(egui::pos2(700.0, 500.0));
        let wheel = egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: egui::vec2(0.0, scroll),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
            modifiers: egui::Modifiers::NONE,
        };
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1440.0, 900.0))),
            time: Some(time),
            events: vec![pointer, wheel],
            ..egui::RawInput::default()
        };
        let mut output = ctx.run_ui(input, |ui| {
            let view = ViewCtx { session: &session, commands: &commands, theme: &theme };
            pictures.begin(ui.ctx(), &dataset);
            images::ui(ui, &view, &mut state, &mut pictures);
            pictures.end(ui.ctx());
        });
        // There is no renderer that would take them.
        output.textures_delta.clear();
        ctx.tessellate(output.shapes, output.pixels_per_point)
    };
    for _ in 0..5 {
        frame(0.0);
    }
    let mut group = c.benchmark_group("gallery of 100,000 images, 600,000 detections");
    group.bench_function("frame at rest", |b| b.iter(|| black_box(frame(0.0))));
    // 2,000 frames of 400 points down, as many up: the end of the gallery is 2.7 million points away.
    let mut frames = 0;
    let mut scroll = || {
        frames += 1;
        frame(if frames / 2000 % 2 == 0 { -400.0 } else { 400.0 })
    };
    group.bench_function("frame while scrolling", |b| b.iter(|| black_box(scroll())));
    group.finish();
}

criterion_group!(benches, gallery);
criterion_main!(benches);
