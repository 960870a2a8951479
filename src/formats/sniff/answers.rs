//! Finds generated texts in an inventory: references with prompts, and what models wrote.
//!
//! Knows the folder shapes that people keep texts in. Is asked only where there is no truth of objects.

mod lines;
mod tables;

use std::collections::BTreeMap;

use super::inventory::Inventory;
use super::models::{self, ONLY_VERSION};
use super::naming::{self, is_generic, is_version, split_of_part, words};
use super::peek::Json;
use super::{Alternative, Reason, Recognised};
use crate::formats::answers::look::Author;
use crate::formats::error::LoadError;
use crate::model::project::{DatasetEntry, ModelEntry, PredictionEntry, SplitEntry};
use crate::model::{Progress, Task};
use lines::Lines;
use tables::Table;

/// What an inventory holds of generated texts.
pub(super) struct Seen {
    tables: Vec<Table>,
    lines: Vec<Lines>,
}

/// Looks for generated texts.
pub(super) fn look(
    inventory: &Inventory,
    jsons: &BTreeMap<String, Json>,
    progress: &dyn Progress,
) -> Result<Seen, LoadError> {
    Ok(Seen { tables: tables::all(inventory, jsons, progress)?, lines: lines::find(inventory) })
}

impl Seen {
    /// True where nothing else than generated texts has such tables.
    pub(super) fn is_sure(&self) -> bool {
        !self.lines.is_empty() || self.tables.iter().any(|table| table.seen.sure)
    }

    /// Takes datasets and models over. False where there are none.
    pub(super) fn recognise(self, inventory: &Inventory, out: &mut Recognised) -> bool {
        let mut found = Found::default();
        for lines in self.lines {
            lines.add(inventory, &mut found);
        }
        tables::add(inventory, self.tables, &mut found);
        if found.datasets.is_empty() {
            return false;
        }
        out.project.datasets = found.datasets;
        out.reasons.extend(found.reasons);
        let models = models::Models { models: found.models, reasons: Vec::new(), alternatives: found.alternatives };
        let remedy = "There are references but no model's answers; add a table with a column `output`, best as \
                      outputs/MODEL.jsonl with the ids of the references.";
        // What was taken for another tool's file and is used after all.
        let used: Vec<String> =
            out.project.datasets.iter().flat_map(|d| d.splits.values()).map(|s| s.truth.clone()).collect();
        out.alternatives.retain(|other| !used.contains(&other.path));
        out.take(models, remedy);
        true
    }
}

/// Datasets and models on their way into a project.
#[derive(Default)]
struct Found {
    datasets: Vec<DatasetEntry>,
    models: Vec<ModelEntry>,
    reasons: Vec<Reason>,
    alternatives: Vec<Alternative>,
}

/// Where one file of outputs belongs.
struct Output<'a> {
    path: &'a str,
    format: &'static str,
    dataset: usize,
    split: &'a str,
    why: String,
}

impl Found {
    /// Adds a dataset, or a split to the one of this name; the position.
    fn dataset(&mut self, id: &str, version: &str, format: &str, split: (String, SplitEntry)) -> usize {
        let fits = |d: &DatasetEntry| d.id == id && d.version == version && d.format == format;
        if let Some(at) = self.datasets.iter().position(fits)
            && let Some(entry) = self.datasets.get_mut(at)
            && !entry.splits.contains_key(&split.0)
        {
            entry.splits.insert(split.0, split.1);
            return at;
        }
        self.datasets.push(DatasetEntry {
            id: id.to_owned(),
            version: version.to_owned(),
            task: Task::TextGeneration,
            format: format.to_owned(),
            splits: [split].into(),
            ..DatasetEntry::default()
        });
        self.datasets.len() - 1
    }

    /// Adds the answers of a model; where there are some for the split already, as a version of their own.
    fn model(&mut self, inventory: &Inventory, name: (String, String), author: &Author, output: &Output<'_>) {
        let Some(dataset) = self.datasets.get(output.dataset) else { return };
        let entry = PredictionEntry {
            dataset: dataset.id.clone(),
            version: dataset.version.clone(),
            split: output.split.to_owned(),
            format: output.format.to_owned(),
            path: output.path.to_owned(),
            rows: author.rows.clone(),
            columns: author.columns.clone(),
            ..PredictionEntry::default()
        };
        let (id, mut version) = name;
        let same =
            |p: &PredictionEntry| (&p.dataset, &p.version, &p.split) == (&entry.dataset, &entry.version, &entry.split);
        let taken = |models: &[ModelEntry], version: &str| {
            models.iter().any(|m| m.id == id && m.version == version && m.predictions.iter().any(same))
        };
        if taken(&self.models, &version) {
            version = output.path.replace('/', "-");
        }
        if taken(&self.models, &version) {
            return;
        }
        self.reasons.push(Reason {
            path: output.path.to_owned(),
            what: format!("answers of {id}@{version} for split {}", output.split),
            why: output.why.clone(),
        });
        match self.models.iter_mut().find(|m| m.id == id && m.version == version) {
            Some(model) => model.predictions.push(entry),
            None => {
                let (parameters, trained_on) = models::described(inventory, output.path);
                let task = Task::TextGeneration;
                let predictions = vec![entry];
                self.models.push(ModelEntry {
                    id,
                    version,
                    task,
                    trained_on,
                    parameters,
                    predictions,
                    ..ModelEntry::default()
                });
            }
        }
    }
}

/// Words that say what a file of texts is, not whose.
fn is_said(word: &str) -> bool {
    let of_texts = [
        "answers",
        "answer",
        "responses",
        "response",
        "completions",
        "generations",
        "generated",
        "samples",
        "system",
        "systems",
        "hypotheses",
        "hyp",
        "translations",
        "annotations",
        "texts",
        "text",
        "llm",
        "references",
        "reference",
        "questions",
    ];
    of_texts.contains(&word) || is_generic(word)
}

/// Id and version of the model whose answers a file holds: as the file says, else by the folders and its name.
fn name_of(author: &Author, folders: &[String], stem: &str) -> (String, String) {
    let says = |part: &&String| split_of_part(part).is_none() && !words(part).iter().all(|word| is_said(word));
    let stem = without_split(stem);
    let mut parts: Vec<String> = folders.iter().chain([&stem]).filter(says).cloned().collect();
    let version = author.version.clone();
    if let Some(id) = &author.id {
        return (id.clone(), version.unwrap_or_else(|| ONLY_VERSION.to_owned()));
    }
    let own = if parts.len() > 1 && parts.last().is_some_and(|last| is_version(last)) { parts.pop() } else { None };
    let id = if parts.is_empty() { "model".to_owned() } else { parts.join("-") };
    // A number at the end is mostly part of the name: `gpt-4`.
    let (id, named) = match naming::id_and_version(&id) {
        (short, Some(version)) if version.starts_with(['v', 'V']) => (short, Some(version)),
        _ => (id, None),
    };
    (id, version.or(own).or(named).unwrap_or_else(|| ONLY_VERSION.to_owned()))
}

/// A name without the split at its end or beginning: `gpt4_test` is `gpt4`.
fn without_split(stem: &str) -> String {
    let is_split = |word: &str| naming::kind_of_word(&word.to_lowercase()).is_some();
    let ends = ['_', '-', '.'];
    match (stem.rsplit_once(ends), stem.split_once(ends)) {
        (Some((name, end)), _) if is_split(end) => name.to_owned(),
        (_, Some((begin, name))) if is_split(begin) => name.to_owned(),
        _ => stem.to_owned(),
    }
}

/// The folders of a path below those that only say that outputs are in them; all of them where none says so.
fn below_outputs(folder: &str) -> Vec<String> {
    let parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let from = parts.iter().rposition(|part| naming::is_for_predictions(part) || is_output_folder(part));
    parts.into_iter().skip(from.map_or(0, |at| at + 1)).map(str::to_owned).collect()
}

/// True for folders of what models wrote.
fn is_output_folder(part: &str) -> bool {
    naming::is_for_predictions(part)
        || words(part).iter().any(|word| {
            [
                "responses",
                "completions",
                "generations",
                "answers",
                "hypotheses",
                "hyps",
                "systems",
                "system",
                "translations",
                "samples",
            ]
            .contains(&word.as_str())
        })
}
