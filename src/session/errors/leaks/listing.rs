//! The items of all splits of a dataset: those that are evaluated, and those that are not.

use std::collections::{BTreeMap, HashMap};

use crate::analysis::leaks::{Item, Split};
use crate::formats;
use crate::jobs::JobError;
use crate::metrics::Evaluation;
use crate::model::project::{DatasetEntry, ModelEntry};
use crate::model::{Dataset, Embedding, ImageId, Progress, Task, fmt};

use super::{Material, Search};

/// Lists the evaluated items, then split by split those of the rest of the dataset, then those of another dataset that the model
/// was trained on. A split that cannot be read is left out, and said to be.
pub(super) fn list(search: &Search<'_>, progress: &dyn Progress) -> Result<Material, JobError> {
    let mut material = evaluated(search);
    for (dataset, split, name) in others(search) {
        progress.stage(&format!("Reading {name}"));
        let training = is_training(search, dataset, &split);
        match formats::load_items(search.root, search.project, dataset, &split, progress).map_err(JobError::from) {
            Ok(read) => add(&mut material, &read, search.evaluation.task, Split { name, training, items: 0 }),
            Err(JobError::Cancelled) => return Err(JobError::Cancelled),
            Err(error) => material.skipped.push((name, error.to_string())),
        }
    }
    Ok(material)
}

fn evaluated(search: &Search<'_>) -> Material {
    let (dataset, evaluation) = (&*search.evaluation.dataset, search.evaluation);
    let split = |name: &String| Split {
        name: name.clone(),
        training: is_training(search, search.choice.dataset, name),
        items: 0,
    };
    let mut material = Material {
        splits: dataset.splits.iter().map(split).collect(),
        evaluated: dataset.splits.len(),
        texts: dataset.texts.clone(),
        ..Material::default()
    };
    for (at, (id, image)) in dataset.image_ids().zip(&dataset.images).enumerate() {
        // A mask without a picture is shown in its place, but is none.
        let mask = evaluation.pixels().and_then(|pixels| pixels.reading.files.get(at));
        material.items.push(Item {
            split: image.split,
            image: Some(id),
            name: image.name.clone(),
            path: image.path.clone().filter(|path| mask.is_none_or(|mask| mask.truth != *path)),
            truth: truth_of(dataset, id, evaluation.task, Some(evaluation)),
        });
        if let Some(split) = material.splits.get_mut(usize::from(image.split)) {
            split.items += 1;
        }
    }
    material
}

fn add(material: &mut Material, dataset: &Dataset, task: Task, split: Split) {
    let number = u16::try_from(material.splits.len()).unwrap_or(u16::MAX);
    material.splits.push(Split { items: dataset.images.len(), ..split });
    for (id, image) in dataset.image_ids().zip(&dataset.images) {
        material.items.push(Item {
            split: number,
            image: None,
            name: image.name.clone(),
            path: image.path.clone(),
            truth: truth_of(dataset, id, task, None),
        });
    }
    material.texts.extend(dataset.texts.iter().cloned());
}

/// The splits that are not evaluated: dataset, split, and what it is called here.
pub(super) fn others(search: &Search<'_>) -> Vec<(usize, String, String)> {
    let entry = |dataset: usize| search.project.datasets.get(dataset);
    let own = search.choice.dataset;
    let splits = entry(own).map(|entry| entry.splits.keys()).into_iter().flatten();
    let mut all: Vec<(usize, String, String)> = splits
        .filter(|split| !search.choice.splits.contains(split))
        .map(|split| (own, split.clone(), split.clone()))
        .collect();
    let trained = search.choice.model(search.project).and_then(|model| model.trained_on.as_ref());
    let named = |entry: &DatasetEntry| {
        trained.is_some_and(|on| entry.is_named_by(&on.dataset, &on.version)) && entry.task == search.evaluation.task
    };
    if let Some(other) = search.project.datasets.iter().position(named).filter(|other| *other != own) {
        let splits = entry(other).map(|entry| entry.splits.keys()).into_iter().flatten();
        let meant = splits.filter(|split| is_training(search, other, split));
        let name =
            |split: &String| entry(other).map_or_else(String::new, |e| format!("{}@{} {split}", e.key(), e.version));
        all.extend(meant.map(|split| (other, split.clone(), name(split))));
    }
    all
}

/// True where a split is called `train…`, or the model says that it was trained on it.
fn is_training(search: &Search<'_>, dataset: usize, split: &str) -> bool {
    let said = |model: &ModelEntry, entry: &DatasetEntry| {
        model.trained_on.as_ref().is_some_and(|on| {
            let of_split = on.split.as_ref().is_some_and(|all| all.split('+').any(|one| one.trim() == split));
            entry.is_named_by(&on.dataset, &on.version) && of_split
        })
    };
    let model = search.choice.model(search.project).zip(search.project.datasets.get(dataset));
    split.to_lowercase().starts_with("train") || model.is_some_and(|(model, entry)| said(model, entry))
}

/// What is true of an item in words; empty where that is not known.
fn truth_of(dataset: &Dataset, item: ImageId, task: Task, evaluation: Option<&Evaluation>) -> String {
    if task == Task::SemanticSegmentation {
        // Hardly any two masks are the same, of the same picture neither.
        return String::new();
    }
    if let Some(texts) = evaluation.and_then(Evaluation::texts) {
        return texts.answers.references.get(item.index()).map(|all| all.join(" / ")).unwrap_or_default();
    }
    let mut classes: BTreeMap<&str, u64> = BTreeMap::new();
    for class in dataset.truths.class.get(dataset.truths.of(item)).unwrap_or_default() {
        *classes.entry(dataset.classes.name(*class)).or_default() += 1;
    }
    if task.has_objects() {
        let counted: Vec<String> =
            classes.into_iter().map(|(name, count)| format!("{} {name}", fmt::count(count))).collect();
        return if counted.is_empty() { "no object".to_owned() } else { counted.join(", ") };
    }
    classes.into_keys().collect::<Vec<_>>().join(", ")
}

/// The items that have a vector, and all their vectors one after the other. A name that several items have means the evaluated
/// one; rows without ids are those of the evaluated items, where there are as many.
pub(super) fn vectors_of(material: &Material, embedding: &Embedding) -> (Vec<u32>, Vec<f32>) {
    let evaluated = material.items.iter().take_while(|item| item.image.is_some()).count();
    let mut by_name: HashMap<&str, Option<u32>> = HashMap::new();
    for (at, item) in (0_u32..).zip(&material.items) {
        let stem = item.name.rsplit_once('.').map_or(item.name.as_str(), |(stem, _)| stem);
        let mut names = vec![item.name.as_str(), stem];
        names.dedup();
        for name in names {
            let known = by_name.get(name).copied();
            match known {
                Some(Some(first)) if (first as usize) < evaluated && at as usize >= evaluated => {}
                Some(_) => drop(by_name.insert(name, None)),
                None => drop(by_name.insert(name, Some(at))),
            }
        }
    }
    let by_order = embedding.unnamed == Some(evaluated);
    let (mut items, mut values) = (Vec::new(), Vec::new());
    for (row, id) in embedding.ids.iter().enumerate() {
        let item = if by_order { id.parse().ok() } else { by_name.get(id.as_str()).copied().flatten() };
        if let Some(item) = item.filter(|item| (*item as usize) < material.items.len()) {
            items.push(item);
            values.extend_from_slice(embedding.row(row));
        }
    }
    (items, values)
}
