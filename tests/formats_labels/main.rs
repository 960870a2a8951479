//! Classifiers' tables, arrays and folders: good, odd and broken ones.

mod bad_input;
mod embeddings;
mod exporters;
mod nested;
mod shared_data;
mod splits;

use std::path::{Path, PathBuf};

use evalens::formats::{self, ClassMapping};
use evalens::model::project::{Choice, Project};
use evalens::model::{ClassScores, Dataset, Findings, ImageId, NoProgress, Task};

/// The folder with the big data sets; `None`, with a word about it, where it is not there.
fn shared(name: &str) -> Option<PathBuf> {
    let data = std::env::var_os("EVALENS_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let folder = data.join(name);
    if !folder.is_dir() {
        eprintln!("skipped: {} is not there (set EVALENS_DATA)", folder.display());
        return None;
    }
    Some(folder)
}

/// A file or folder of our own small data.
fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/labels").join(name)
}

/// A temporary folder with these files; folders are made as needed.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

/// Findings as `code count`.
fn codes(findings: &Findings) -> Vec<String> {
    findings.sorted().iter().map(|f| format!("{} {}", f.code, f.count)).collect()
}

/// Everything read of one evaluation.
#[derive(Debug)]
struct Loaded {
    root: PathBuf,
    project: Project,
    choice: Choice,
    dataset: Dataset,
    scores: ClassScores,
    findings: Findings,
    mappings: Vec<ClassMapping>,
}

fn load(root: &Path, project: &Project, choice: Choice) -> Result<Loaded, String> {
    let dataset = formats::load_dataset(root, project, &choice, &NoProgress);
    let (dataset, mut findings) = dataset.map_err(|e| e.to_string())?;
    let scores = formats::load_class_scores(root, project, &choice, &dataset, &NoProgress);
    let (scores, found, mappings) = scores.map_err(|e| e.to_string())?;
    findings.merge(found);
    Ok(Loaded { root: root.to_owned(), project: project.clone(), choice, dataset, scores, findings, mappings })
}

/// Truth and outputs named as files.
fn try_direct(task: Task, truth: Option<&Path>, outputs: &Path) -> Result<Loaded, String> {
    let found = formats::label_project_from_files(task, truth, outputs, None);
    let (root, project, choice) = found.map_err(|e| e.to_string())?;
    load(&root, &project, choice)
}

fn direct(task: Task, truth: Option<&Path>, outputs: &Path) -> Loaded {
    try_direct(task, truth, outputs).unwrap()
}

/// The only evaluation that a folder without a project file offers.
fn recognise(root: &Path) -> Loaded {
    let (root, recognised, _) = formats::open_project(root, &NoProgress).unwrap();
    let choices = formats::choices(&recognised.project);
    let [only] = choices.as_slice() else { panic!("{choices:?} of {:#?}", recognised.reasons) };
    load(&root, &recognised.project, only.clone()).unwrap()
}

/// The best class of an item by name, and its score.
fn best(loaded: &Loaded, item: u32) -> Option<(String, f64)> {
    let (class, score) = loaded.scores.best(ImageId(item))?;
    Some((loaded.dataset.classes.name(class).to_owned(), score))
}
