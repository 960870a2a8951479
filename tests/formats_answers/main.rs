//! Generated texts: references and answers in tables, records and lines; good, odd and broken ones.

mod bad_input;
mod direct;
mod loading;
mod recognition;
mod shared_data;

use std::path::{Path, PathBuf};

use evalens::formats::{self, AnswerSet};
use evalens::model::project::{Choice, DatasetEntry, ModelEntry, PredictionEntry, Project, SplitEntry};
use evalens::model::{Dataset, Findings, NoProgress, NumberRole, Task, WordRole};

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

/// A temporary folder with these files; folders are made as needed.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
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

/// The examples of a finding.
fn examples(findings: &Findings, code: &str) -> Vec<String> {
    findings.get(code).map(|found| found.examples.clone()).unwrap_or_default()
}

/// Everything read of one choice.
#[derive(Debug)]
struct Loaded {
    dataset: Dataset,
    answers: evalens::model::Answers,
    findings: Findings,
    model: String,
}

impl Loaded {
    fn ids(&self) -> Vec<&str> {
        self.dataset.images.iter().map(|image| image.name.as_str()).collect()
    }

    fn outputs(&self) -> Vec<Option<&str>> {
        self.answers.outputs.iter().map(Option::as_deref).collect()
    }

    fn number(&self, name: &str) -> (NumberRole, Vec<Option<f64>>) {
        let names: Vec<&String> = self.answers.numbers.iter().map(|column| &column.name).collect();
        let column = self.answers.numbers.iter().find(|column| column.name == name);
        let column = column.unwrap_or_else(|| panic!("{name} is none of {names:?}"));
        (column.role, column.values.clone())
    }

    fn words(&self, name: &str) -> (WordRole, Vec<&str>) {
        let names: Vec<&String> = self.answers.words.iter().map(|column| &column.name).collect();
        let column = self.answers.words.iter().find(|column| column.name == name);
        let column = column.unwrap_or_else(|| panic!("{name} is none of {names:?}"));
        (column.role, column.values.iter().map(String::as_str).collect())
    }
}

fn load(root: &Path, project: &Project, choice: &Choice) -> Result<Loaded, String> {
    let mut findings = Findings::default();
    let set = formats::load_answers(root, project, choice, &mut findings, &NoProgress).map_err(|e| e.to_string())?;
    let AnswerSet { builder, answers, identity } = set;
    let dataset = builder.build();
    let items = dataset.images.len();
    assert_eq!(
        (items, items, items, items),
        (answers.outputs.len(), answers.references.len(), answers.incorrect.len(), dataset.texts.len())
    );
    assert!(answers.numbers.iter().all(|column| column.values.len() == items));
    assert!(answers.words.iter().all(|column| column.values.len() == items));
    assert!(answers.choices.is_empty() || answers.choices.len() == items);
    Ok(Loaded { dataset, answers, findings, model: identity.id })
}

/// A project of one truth and one output in the root; entries may be changed before it is read.
fn project(truth: (&str, &str), output: (&str, &str)) -> Project {
    let split = SplitEntry { truth: truth.1.to_owned(), ..SplitEntry::default() };
    let prediction = PredictionEntry {
        dataset: "set".to_owned(),
        version: "latest".to_owned(),
        split: "test".to_owned(),
        format: output.0.to_owned(),
        path: output.1.to_owned(),
        ..PredictionEntry::default()
    };
    let dataset = DatasetEntry {
        id: "set".to_owned(),
        version: "latest".to_owned(),
        task: Task::TextGeneration,
        format: truth.0.to_owned(),
        splits: [("test".to_owned(), split)].into(),
        ..DatasetEntry::default()
    };
    let model = ModelEntry {
        id: "llm".to_owned(),
        version: "latest".to_owned(),
        task: Task::TextGeneration,
        predictions: vec![prediction],
        ..ModelEntry::default()
    };
    Project { name: "texts".to_owned(), datasets: vec![dataset], models: vec![model], ..Project::default() }
}

fn test_split() -> Choice {
    Choice { model: 0, dataset: 0, splits: vec!["test".to_owned()] }
}

/// Truth and output as files with these texts, read.
fn read(truth: (&str, &str, &[u8]), output: (&str, &str, &[u8])) -> Result<Loaded, String> {
    let dir = folder(&[(truth.1, truth.2), (output.1, output.2)]);
    load(dir.path(), &project((truth.0, truth.1), (output.0, output.1)), &test_split())
}

/// What a folder is recognised as, written and read again as `evalens init` does it.
fn recognise(root: &Path) -> Project {
    let (_, recognised, _) = formats::open_project(root, &NoProgress).unwrap();
    let text = evalens::model::project_text::to_text(&recognised.project);
    let (again, findings) = evalens::model::project_text::parse(&text).unwrap();
    assert!(findings.sorted().is_empty(), "{findings:?}");
    assert_eq!(again, recognised.project);
    again
}

/// All evaluations of a project: the model's id and version, the dataset and the split.
fn evaluations(project: &Project) -> Vec<String> {
    let name = |choice: &Choice| {
        let (model, dataset) = (choice.model(project).unwrap(), choice.dataset(project).unwrap());
        format!("{}@{} on {}@{} {}", model.id, model.version, dataset.id, dataset.version, choice.splits.join("+"))
    };
    formats::choices(project).iter().map(name).collect()
}

/// Loads the evaluation of this place in the list.
fn nth(root: &Path, project: &Project, at: usize) -> Loaded {
    load(root, project, &formats::choices(project)[at]).unwrap()
}
