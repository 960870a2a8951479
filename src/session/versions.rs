//! Model versions made here: the linear head of a cross-validation and its out-of-fold outputs, kept beside the project.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::jobs::JobError;
use crate::model::project::{ModelEntry, Project, TrainedOn};
use crate::model::{ImageId, Progress};
use crate::store::kept::{self, KeepError, NewModel, Outputs};
use crate::store::place::Keeper;
use crate::vectors::kfold;

use super::crossval::{Crossed, HEAD, Material, Request};

/// The key of a version's parameters that tells whether it is of the same data.
const DATA: &str = "data";

/// Trains a head on all items and keeps it, with the outputs of those that were trained on parts, as a model version of the
/// project. The same settings on the same data are kept once. `None` where nothing is to be kept.
///
/// # Errors
/// A sentence where the head cannot be trained or nothing can be written; cancelled.
pub fn keep(
    keeper: &Keeper,
    root: &Path,
    project: &Project,
    request: &Request,
    material: &Material,
    crossed: &Crossed,
    progress: &dyn Progress,
) -> Result<Option<ModelEntry>, JobError> {
    let failed = |text: String| JobError::Failed(text);
    let Some(place) = keeper.place(root).map_err(|e| failed(e.to_string()))? else { return Ok(None) };
    let parameters = parameters(request, material, crossed);
    let known = kept::read(keeper, root).0;
    let trained_on = trained_on(project, request, material);
    let same = |m: &&ModelEntry| m.parameters == parameters && m.trained_on == trained_on;
    if let Some(known) = known.iter().find(same) {
        return Ok(Some(known.clone()));
    }
    let checked = request.params.clone().check(material.vectors.len()).map_err(|e| failed(e.to_string()))?;
    let head = kfold::train_head(&material.labelled()?, &checked, progress)?;
    progress.stage("Keeping the head");
    let mut model = NewModel {
        entry: ModelEntry {
            id: HEAD.to_owned(),
            task: crossed.pooled.task,
            trained_on,
            parameters,
            ..ModelEntry::default()
        },
        classes: material.dataset.classes.names().to_vec(),
        outputs: outputs(project, request, crossed),
        head: Some(serde_json::to_string(&head).map_err(|e| failed(e.to_string()))?),
    };
    // Another process may take the same number in the meantime: then the next one is tried.
    for number in 1..=u32::MAX {
        let name = format!("{}-split", crossed.folds.len());
        model.entry.version = if number == 1 { name } else { format!("{name}.{number}") };
        match kept::keep(&place, root, &model) {
            Err(KeepError::Exists { .. }) => {}
            Err(error) => return Err(failed(error.to_string())),
            Ok(entry) => return Ok(Some(entry)),
        }
    }
    Ok(None)
}

/// The dataset with the splits of which any item has a vector.
fn trained_on(project: &Project, request: &Request, material: &Material) -> Option<TrainedOn> {
    let dataset = request.choice.dataset(project)?;
    let items = &material.dataset;
    let has_items = |split: u16| items.images.iter().any(|image| image.split == split);
    let splits = (0_u16..).zip(&items.splits).filter(|(split, _)| has_items(*split));
    let split = Some(splits.map(|(_, name)| name.as_str()).collect::<Vec<_>>().join("+"));
    Some(TrainedOn { dataset: dataset.key().into_owned(), version: dataset.version.clone(), split })
}

/// What makes the version: settings, data, and how good it was.
fn parameters(request: &Request, material: &Material, crossed: &Crossed) -> Map<String, Value> {
    let (accuracy, spread) = crossed.spread(|n| n.accuracy).unzip();
    let all = [
        ("cross_validation", json!(request.params)),
        ("groups", json!(request.groups)),
        ("items", json!(material.vectors.len())),
        ("dimensions", json!(material.vectors.dimensions)),
        ("accuracy", json!(accuracy)),
        ("accuracy_std", json!(spread)),
        (DATA, json!(digest(material))),
    ];
    all.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// A content hash of items, labels, groups and vectors.
fn digest(material: &Material) -> String {
    let mut hasher = blake3::Hasher::new();
    for (id, class) in material.vectors.ids.iter().zip(&material.dataset.truths.class) {
        hasher.update(id.as_bytes()).update(b"\n").update(&class.0.to_le_bytes());
    }
    for name in material.dataset.classes.names() {
        hasher.update(name.as_bytes()).update(b"\n");
    }
    for group in material.groups.iter().flatten() {
        hasher.update(&group.to_le_bytes());
    }
    for value in &material.vectors.values {
        hasher.update(&value.to_le_bytes());
    }
    hasher.finalize().to_hex().as_str().to_owned()
}

/// The out-of-fold scores, split by split.
fn outputs(project: &Project, request: &Request, crossed: &Crossed) -> Vec<Outputs> {
    let (dataset, Some(labels)) = (&crossed.pooled.dataset, crossed.pooled.labels()) else { return Vec::new() };
    let Some(entry) = request.choice.dataset(project) else { return Vec::new() };
    let classes = labels.scores.classes();
    let mut all = Vec::with_capacity(dataset.splits.len());
    for (split, name) in (0_u16..).zip(&dataset.splits) {
        let items: Vec<ImageId> =
            dataset.image_ids().filter(|i| dataset.images.get(i.index()).is_some_and(|i| i.split == split)).collect();
        if items.is_empty() {
            // Nothing of this split has a vector.
            continue;
        }
        let (mut scores, mut row) = (Vec::with_capacity(items.len() * classes), Vec::new());
        for &item in &items {
            if labels.scores.copy_row(item, &mut row) {
                scores.extend_from_slice(&row);
            } else {
                scores.resize(scores.len() + classes, f64::NAN);
            }
        }
        all.push(Outputs {
            dataset: entry.key().into_owned(),
            version: entry.version.clone(),
            split: name.clone(),
            ids: items.iter().filter_map(|i| Some(dataset.images.get(i.index())?.name.clone())).collect(),
            scores,
        });
    }
    all
}
