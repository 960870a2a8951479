//! The leaderboard of 50 projects with 20 kept runs each: from folders to rows, and into another order; and a frame of the
//! evaluations page with 10,000 model versions.

use std::path::PathBuf;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use egui_kittest::Harness;
use evalens::analysis::leaderboard::{Column, Shown, rows};
use evalens::jobs::InlineRunner;
use evalens::model::NoProgress;
use evalens::model::run::{Run, RunClass, RunDataset, RunModel, SCHEMA};
use evalens::session::workspace::Workspace;
use evalens::session::{Command, Page, Session};
use evalens::store::place::Keeper;
use evalens::store::runs;
use evalens::store::settings::Settings;
use evalens::ui::app::App;
use evalens::ui::outside::Outside;

const PROJECTS: usize = 50;
const RUNS: usize = 20;
const CLASSES: usize = 80;

fn run(project: usize, number: usize) -> Run {
    let part = |k: usize| ((project * 31 + number * 17 + k * 7) % 1000) as f64 / 1000.0;
    let class = |k: usize| RunClass {
        name: format!("class {k}"),
        correct: (part(k) * 500.0) as u64,
        missed: 20,
        false_positives: 30,
        average_precision: Some(part(k)),
        ..RunClass::default()
    };
    Run {
        schema: SCHEMA.to_owned(),
        time: 1_700_000_000 + number as u64,
        model: RunModel { id: "m".to_owned(), version: format!("v{number}"), ..RunModel::default() },
        dataset: RunDataset {
            id: "d".to_owned(),
            version: "v1".to_owned(),
            splits: vec!["test".to_owned()],
            ..RunDataset::default()
        },
        summary: ["ap", "f1", "precision", "recall"]
            .iter()
            .zip(0..)
            .map(|(n, k)| ((*n).to_owned(), Some(part(k))))
            .collect(),
        classes: (0..CLASSES).map(class).collect(),
        ..Run::default()
    }
}

/// Folders with a project file of twenty model versions, and their runs.
fn folders(dir: &std::path::Path, keeper: &Keeper) -> Vec<PathBuf> {
    let folder = |project: usize| {
        let root = dir.join(format!("project {project}"));
        std::fs::create_dir_all(&root).expect("a temporary folder can be written");
        let models: Vec<_> = (0..RUNS)
            .map(|n| {
                serde_json::json!({"id": "m", "version": format!("v{n}"), "task": "detection",
                    "predictions": [{"dataset": "d", "version": "v1", "split": "test", "format": "coco-results",
                                     "path": format!("v{n}.json")}]})
            })
            .collect();
        let file = serde_json::json!({"schema": "evalens.project/1", "name": format!("project {project}"),
            "datasets": [{"id": "d", "version": "v1", "task": "detection", "format": "coco",
                          "splits": {"test": {"truth": "truth.json"}}}], "models": models});
        std::fs::write(root.join("evalens.json"), file.to_string()).expect("a file can be written");
        let place = keeper.place(&root).expect("it can be written to").expect("runs are kept");
        for number in 0..RUNS {
            runs::write(&place, &run(project, number)).expect("a run can be written");
        }
        root
    };
    (0..PROJECTS).map(folder).collect()
}

fn leaderboard(c: &mut Criterion) {
    let dir = tempfile::tempdir().expect("a temporary folder can be made");
    let keeper = Keeper { writes: true, ..Keeper::default() };
    let roots = folders(dir.path(), &keeper);
    let mut group = c.benchmark_group("leaderboard, 50 projects x 20 runs, 80 classes");
    group.sample_size(20);
    group.bench_function("open the workspace", |b| {
        b.iter(|| Workspace::open(&roots, &keeper, &NoProgress).expect("it opens"));
    });
    let workspace = Workspace::open(&roots, &keeper, &NoProgress).expect("it opens");
    let latest = workspace.latest();
    assert_eq!(latest.len(), PROJECTS * RUNS);
    let all: Vec<&Run> = latest.iter().filter_map(|&(member, run)| workspace.run(member, run)).collect();
    group.bench_function("the newest runs", |b| b.iter(|| workspace.latest()));
    group.bench_function("sort by F1", |b| b.iter(|| rows(&all, &Shown::default(), Column::F1, false)));
    let shown = Shown { classes: (0..10).map(|k| format!("class {k}")).collect(), ..Shown::default() };
    group.bench_function("sort by AP over ten classes", |b| b.iter(|| rows(&all, &shown, Column::Headline, false)));
    group.finish();
}

/// Ten projects of a thousand model versions each, without runs.
fn evaluations(c: &mut Criterion) {
    let dir = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = |project: usize| {
        let root = dir.path().join(format!("project {project}"));
        std::fs::create_dir_all(&root).expect("a temporary folder can be written");
        let model = |n: usize| {
            serde_json::json!({"id": "m", "version": format!("v{n}"), "task": "detection",
                "predictions": [{"dataset": "d", "version": "v1", "split": "test", "format": "coco-results",
                                 "path": format!("v{n}.json")}]})
        };
        let file = serde_json::json!({"schema": "evalens.project/1", "name": format!("project {project}"),
            "datasets": [{"id": "d", "version": "v1", "task": "detection", "format": "coco",
                          "splits": {"test": {"truth": "truth.json"}}}],
            "models": (0..1000).map(model).collect::<Vec<_>>()});
        std::fs::write(root.join("evalens.json"), file.to_string()).expect("a file can be written");
        root
    };
    let roots: Vec<PathBuf> = (0..10).map(folder).collect();
    let builder = Harness::builder().with_size(egui::vec2(1440.0, 900.0)).with_max_steps(16);
    let mut window = builder.build_eframe(|cc| {
        let mut session = Session::new(Box::new(InlineRunner::default()), Settings::default(), None);
        session.apply(Command::OpenAll(roots.clone()), Instant::now());
        App::new(&cc.egui_ctx, session, Outside::default())
    });
    window.state_mut().send(Command::Go(Page::Evaluations));
    window.run();
    assert_eq!(window.state_mut().session_mut().evaluations.rows.len(), 10_000);
    let mut group = c.benchmark_group("evaluations page of 10,000 model versions, 1440 x 900");
    group.bench_function("a frame", |b| b.iter(|| window.step()));
    group.finish();
}

criterion_group!(benches, leaderboard, evaluations);
criterion_main!(benches);
