//! The sample of generated texts: an encyclopaedia of a town that does not exist, questions about it, and what two versions of a
//! small program answer. Neither version knows the references.

pub mod answer;
pub mod cut;
pub mod facts;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::answer::{Answer, Library, SHORTLY, faithfulness};
use self::facts::{Question, Town, town};

/// What wording and order follow from.
const SEED: u64 = 1851;
pub const ENCYCLOPAEDIA: &str = "encyclopaedia.txt";
pub const QUESTIONS: &str = "questions.jsonl";

/// A version of the program.
pub struct Version {
    pub name: &'static str,
    chooses: &'static str,
    says: &'static str,
    answer: fn(&Library, &str) -> Answer,
}

pub const VERSIONS: [Version; 2] = [
    Version { name: "v1", chooses: "shared words", says: "the sentence", answer: Library::by_overlap },
    Version { name: "v2", chooses: "tf-idf", says: "what is asked for, or a refusal", answer: Library::by_weight },
];

/// A row of the questions.
#[derive(Serialize)]
struct Asked<'a> {
    id: &'a str,
    question: &'a str,
    references: &'a [String],
    category: &'a str,
    template: &'a str,
}

/// A row of a version's answers.
#[derive(Serialize)]
struct Said<'a> {
    id: &'a str,
    output: &'a str,
    retrieved_context: &'a str,
    retrieval: f64,
    faithfulness: f64,
}

pub fn outputs_path(version: &Version) -> String {
    format!("outputs/answer-finder/{}.jsonl", version.name)
}

/// What a version reads of a row of the questions.
#[derive(Deserialize)]
struct Prompt {
    id: String,
    question: String,
}

/// Every file of the sample that the program writes, except the project's: its path and what is in it.
pub fn files() -> Result<Vec<(String, String)>> {
    let town = town(SEED);
    let mut questions = String::new();
    for (id, template, prompt, question) in prompts(&town) {
        let (references, category) = (&question.references[..], question.category);
        questions += &line(&Asked { id: &id, question: &prompt, references, category, template })?;
    }
    let encyclopaedia = town.sentences.join("\n") + "\n";
    let mut files = Vec::new();
    for version in &VERSIONS {
        files.push((outputs_path(version), answers(version, &encyclopaedia, &questions)?));
    }
    files.extend([(ENCYCLOPAEDIA.to_owned(), encyclopaedia), (QUESTIONS.to_owned(), questions)]);
    Ok(files)
}

/// What a version answers to the questions of a file, from an encyclopaedia with a sentence a line.
pub fn answers(version: &Version, encyclopaedia: &str, questions: &str) -> Result<String> {
    let library = Library::new(encyclopaedia.lines());
    let mut rows = String::new();
    for row in questions.lines() {
        let asked: Prompt = serde_json::from_str(row)?;
        let said = (version.answer)(&library, &asked.question);
        rows += &line(&Said {
            id: &asked.id,
            output: &said.output,
            retrieved_context: &said.sentence,
            retrieval: rounded(said.fit),
            faithfulness: rounded(faithfulness(&said)),
        })?;
    }
    Ok(rows)
}

/// Every question in both ways: id, template, prompt, the question.
fn prompts(town: &Town) -> Vec<(String, &'static str, String, &Question)> {
    fn both((at, question): (usize, &Question)) -> [(String, &'static str, String, &Question); 2] {
        let id = |way: &str| format!("{}-{:02}-{way}", question.category.replace(' ', "-"), at + 1);
        [
            (id("plain"), "plain question", question.text.clone(), question),
            (id("short"), "one word or number", format!("{SHORTLY}{}", question.text), question),
        ]
    }
    town.questions.iter().enumerate().flat_map(both).collect()
}

fn line(row: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_string(row)? + "\n")
}

/// To four digits, so that no processor's last digit shows.
fn rounded(number: f64) -> f64 {
    (number * 1e4).round() / 1e4
}

/// The project file.
pub fn project() -> Value {
    let model = |version: &Version| {
        json!({
            "id": "answer-finder",
            "version": version.name,
            "task": "text-generation",
            "parameters": {"chooses by": version.chooses, "says": version.says},
            "predictions": [{
                "dataset": "port-aldren", "version": "v1", "split": "test", "format": "jsonl", "path": outputs_path(version),
            }],
        })
    };
    json!({
        "schema": "evalens.project/1",
        "name": "Port Aldren",
        "datasets": [{
            "id": "port-aldren",
            "version": "v1",
            "task": "text-generation",
            "format": "jsonl",
            // Else the share of faithful words would be what passes, which the first version always reaches.
            "scoring": {"pass": "token_f1"},
            "splits": {"test": {"truth": QUESTIONS}},
        }],
        "models": VERSIONS.iter().map(model).collect::<Vec<_>>(),
    })
}
