//! From generated texts to an evaluation.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::formats::{self, AnswerSet, embeddings};
use crate::jobs::JobError;
use crate::metrics::generation::Failure;
use crate::metrics::text::similarity::cosine;
use crate::metrics::{Evaluation, Generation};
use crate::model::project::{Choice, EmbeddingEntry, Project};
use crate::model::{Dataset, Embedding, Findings, NumberColumn, NumberRole, Progress, Severity, fmt};

impl From<Failure> for JobError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Cancelled(_) => Self::Cancelled,
            Failure::Pattern(error) => Self::Failed(format!(
                "{}: {error}\nCorrect the pattern in the scoring of the dataset, or leave it out",
                "The answers cannot be scored"
            )),
        }
    }
}

/// Evaluates generated texts as the dataset says they are scored.
///
/// # Errors
/// A sentence with file and remedy where something cannot be read; cancelled.
pub(super) fn evaluate(
    root: &Path,
    project: &Project,
    choice: &Choice,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<Evaluation, JobError> {
    progress.stage("Reading answers");
    let mut set = formats::load_answers(root, project, choice, findings, progress)?;
    if let Some(column) = similarity(root, project, choice, &set, findings, progress)? {
        set.answers.numbers.push(column);
    }
    let scoring = choice.dataset(project).and_then(|entry| entry.scoring.clone()).unwrap_or_default();
    let generation = Generation::score(Arc::new(set.answers), scoring, progress)?;
    let evaluation = Evaluation::of_texts(set.builder, set.identity, generation, progress)?;
    if let Some(texts) = evaluation.texts() {
        report(texts, &evaluation.dataset, findings);
    }
    Ok(evaluation)
}

/// How near the vectors of answers and references are, where the project names both.
fn similarity(
    root: &Path,
    project: &Project,
    choice: &Choice,
    set: &AnswerSet,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<Option<NumberColumn>, JobError> {
    let (Some(dataset), Some(model)) = (choice.dataset(project), choice.model(project)) else { return Ok(None) };
    let Some(of_references) = &dataset.reference_embeddings else { return Ok(None) };
    let references = read_vectors(dataset.root(root), of_references, findings, progress)?;
    let images = &set.builder.images;
    let mut values = vec![None; images.len()];
    let mut found = false;
    for (split, name) in (0_u16..).zip(&choice.splits) {
        let outputs = model.outputs(dataset, name, |_| 0);
        let Some(of_answers) = outputs.and_then(|outputs| outputs.embeddings.as_ref()) else { continue };
        let answers = read_vectors(root, of_answers, findings, progress)?;
        found = true;
        let items = images.iter().enumerate().filter(|(_, image)| image.split == split);
        for (place, (item, image)) in items.enumerate() {
            let pair = vector(&answers, &image.name, place).zip(vector(&references, &image.name, item));
            let near = pair.and_then(|(answer, reference)| cosine(answer, reference));
            if near.is_none() {
                findings.add(
                    Severity::Warning,
                    "no-similarity",
                    "Answers have no similarity: a vector of answer or reference is missing, zero or of another length.",
                    || image.name.clone(),
                );
            }
            if let Some(value) = values.get_mut(item) {
                *value = near;
            }
        }
    }
    Ok(found.then(|| NumberColumn { name: "similarity".to_owned(), role: NumberRole::Similarity, values }))
}

/// Vectors, and the row of each id.
struct Vectors {
    embedding: Embedding,
    rows: HashMap<String, usize>,
}

fn read_vectors(
    root: &Path,
    entry: &EmbeddingEntry,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<Vectors, JobError> {
    let file = root.join(&entry.vectors);
    let ids = entry.ids.as_ref().map(|ids| root.join(ids)).or_else(|| embeddings::ids_beside(&file));
    let (embedding, found) = embeddings::read(&file, ids.as_deref(), progress)?;
    findings.merge(found);
    let rows = embedding.ids.iter().enumerate().map(|(row, id)| (id.clone(), row)).collect();
    Ok(Vectors { embedding, rows })
}

/// The vector of an item: by its id, or by its place where nothing names the rows.
fn vector<'a>(of: &'a Vectors, name: &str, place: usize) -> Option<&'a [f32]> {
    let id = if of.embedding.unnamed.is_some() { of.rows.get(place.to_string().as_str()) } else { of.rows.get(name) };
    id.map(|row| of.embedding.row(*row)).filter(|row| !row.is_empty())
}

/// What can only be seen once answers are scored.
fn report(texts: &Generation, dataset: &Dataset, findings: &mut Findings) {
    let name = |item: usize| dataset.images.get(item).map_or_else(String::new, |image| image.name.clone());
    for (item, _) in texts.unmatched.iter().enumerate().filter(|(_, unmatched)| **unmatched) {
        findings.add(
            Severity::Warning,
            "filter-without-match",
            "The filter or the split word finds nothing in these answers; they are scored as empty. Change the filter, or ask the \
             model for the format that it expects.",
            || name(item),
        );
    }
    let judged = |name: &String| texts.column(&format!("judge.{name}")).is_some();
    let known = |key: &String| key == "judge" || texts.column(key).is_some();
    let scoring = &texts.scoring;
    // A template names more than most sets have.
    let named = scoring.metrics.iter().filter(|key| scoring.template.is_empty() && !known(key));
    let weights = scoring.weights.keys().filter(|name| scoring.template.is_empty() && !judged(name));
    let pass = scoring.pass.iter().filter(|key| scoring.template.is_empty() && !known(key));
    for key in pass.chain(named).chain(weights) {
        let there = texts.columns.iter().map(|column| column.key.as_str()).collect::<Vec<_>>().join(", ");
        findings.add(
            Severity::Warning,
            "unknown-metric",
            "The scoring names numbers that these answers do not have; they are passed over.",
            || format!("{key}; there are {there}"),
        );
    }
    if scoring.ter.is_none() && texts.column("ter").is_none() && texts.corpus.items > 0 {
        findings.add(
            Severity::Info,
            "ter-left-out",
            "TER takes longer than all other metrics together and is left out of sets of more than 20,000 answers; write \
             `\"ter\": true` into the scoring of the dataset to have it.",
            || fmt::counted(texts.answers.len() as u64, "answer", "answers"),
        );
    }
    if texts.corpus.rouge_without_tokens > 0 {
        findings.add(
            Severity::Info,
            "rouge-without-tokens",
            "ROUGE knows only ASCII letters and digits: of answers or references without them it is 0, as rouge-score has it. \
             Look at chrF instead.",
            || fmt::counted(texts.corpus.rouge_without_tokens as u64, "answer", "answers"),
        );
    }
}
