//! A small set of generated texts without files, for tests of the window.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use evalens::formats::Recognised;
use evalens::metrics::{Evaluation, Generation};
use evalens::model::project::{Choice, DatasetEntry, ModelEntry, Project, SplitEntry};
use evalens::model::{
    Answers, DatasetBuilder, DatasetIdentity, Image, ModelIdentity, NoProgress, NumberColumn, NumberRole, Scoring,
    Task, WordColumn, WordRole,
};
use evalens::session::OpenProject;
use evalens::session::load::Loaded;

use super::app::{Setup, TestApp};

/// Questions with what a model answered.
#[derive(Default)]
pub struct Set {
    pub questions: Vec<String>,
    pub answers: Answers,
    pub scoring: Scoring,
}

impl Set {
    pub fn loaded(self) -> Loaded {
        let image = |item: usize| Image {
            source_id: item as i64,
            name: format!("q{item}"),
            width: 0,
            height: 0,
            path: None,
            split: 0,
        };
        let text = str::to_owned;
        let builder = DatasetBuilder {
            identity: DatasetIdentity {
                project: text("Quiz"),
                id: text("capitals"),
                version: text("v1"),
                split: text("test"),
            },
            splits: vec![text("test")],
            images: (0..self.questions.len()).map(image).collect(),
            texts: self.questions,
            ..DatasetBuilder::default()
        };
        let identity = ModelIdentity { project: text("Quiz"), id: text("writer"), version: text("v1") };
        let generation = Generation::score(Arc::new(self.answers), self.scoring, &NoProgress).unwrap();
        let evaluation = Evaluation::of_texts(builder, identity, generation, &NoProgress).unwrap();
        evaluation.matched.as_ref().unwrap().timeline.prepare();
        Loaded {
            choice: choice(),
            evaluation,
            findings: Vec::new(),
            mappings: Vec::new(),
            inputs: Vec::new(),
            fingerprint: Vec::new(),
            took: Duration::from_millis(80),
        }
    }

    pub fn shown(self, setup: Setup) -> TestApp {
        let mut app = TestApp::with(setup);
        let loaded = self.loaded();
        app.harness.state_mut().session_mut().show(project(), loaded);
        app.run();
        app
    }
}

pub fn choice() -> Choice {
    Choice { model: 0, dataset: 0, splits: vec!["test".to_owned()] }
}

pub fn project() -> OpenProject {
    let dataset = DatasetEntry {
        id: "capitals".to_owned(),
        version: "v1".to_owned(),
        task: Task::TextGeneration,
        splits: [("test".to_owned(), SplitEntry::default())].into(),
        ..DatasetEntry::default()
    };
    let model = ModelEntry {
        id: "writer".to_owned(),
        version: "v1".to_owned(),
        task: Task::TextGeneration,
        ..ModelEntry::default()
    };
    let project =
        Project { name: "Quiz".to_owned(), datasets: vec![dataset], models: vec![model], ..Project::default() };
    OpenProject {
        root: PathBuf::from("/workbench"),
        recognised: Arc::new(Recognised { project, ..Recognised::default() }),
        from_file: false,
        corrected: false,
        choices: vec![choice()],
    }
}

pub fn numbers(name: &str, role: NumberRole, values: &[f64]) -> NumberColumn {
    NumberColumn { name: name.to_owned(), role, values: values.iter().map(|value| Some(*value)).collect() }
}

/// Eight answers, five of them right; marks of a judge from 1 to 5; two templates.
pub fn capitals() -> Set {
    let outputs = [
        "It must be\nAnswer: Paris",
        "Answer: Rome",
        "Answer: Oslo",
        "Answer: Bern",
        "Answer: Madrid",
        "I cannot say",
        "Answer: Vienna",
        "Answer: Lisbon",
    ];
    let references = ["Paris", "Rome", "Bergen", "Bern", "Madrid", "Athens", "Prague", "Lisbon"];
    let templates = ["plain", "plain", "polite", "plain", "plain", "polite", "polite", "polite"];
    Set {
        questions: (0..8).map(|n| format!("Which is capital number {n}?")).collect(),
        answers: Answers {
            outputs: outputs.iter().map(|text| Some((*text).to_owned())).collect(),
            references: references.iter().map(|text| vec![(*text).to_owned()]).collect(),
            incorrect: vec![Vec::new(); 8],
            numbers: vec![
                numbers("relevance", NumberRole::Judge, &[5.0, 4.0, 1.0, 2.0, 5.0, 3.0, 4.0, 2.0]),
                numbers("depth", NumberRole::Judge, &[3.0, 2.0, 1.0, 4.0, 5.0, 1.0, 2.0, 4.0]),
            ],
            words: vec![WordColumn {
                name: "prompt".to_owned(),
                role: WordRole::Template,
                values: templates.map(str::to_owned).into(),
            }],
            ..Answers::default()
        },
        ..Set::default()
    }
}
