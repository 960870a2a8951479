//! Finds model outputs in an inventory: which files and folders, of which model version, dataset and split.
//!
//! Knows the folder shapes people keep predictions in. Does not read detections.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::inventory::{Inventory, joined};
use super::naming::{self, is_generic, kind_of, kind_of_word, segments, split_of_part};
use super::peek::{self, Json, Text};
use super::{Alternative, Reason, Usable};
use super::{labels, panoptic, truth};
use crate::formats::class_names;
use crate::formats::listing;
use crate::formats::load::MASKS;
use crate::formats::panoptic::FORMAT as PANOPTIC;
use crate::formats::source;
use crate::model::fmt::counted;
use crate::model::project::{DatasetEntry, ModelEntry, PredictionEntry, TrainedOn};
use crate::model::{Findings, Task};

/// The version of a model or dataset that no name gives one.
pub const ONLY_VERSION: &str = "latest";
/// The model that no name gives an id.
const ONLY_MODEL: &str = "model";

/// One file or folder of outputs.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Relative to the folder that was opened.
    pub path: String,
    /// What the project file calls it.
    pub format: &'static str,
    /// The parts of the folder path, and the words of the file name.
    pub folders: Vec<String>,
    /// The file name without its ending; empty for a folder.
    pub stem: String,
    /// What was seen in it.
    pub seen: String,
    /// The first ids of images, where they are numbers.
    pub ids: Vec<i64>,
    /// The first names of images, without their endings.
    pub stems: Vec<String>,
    /// The first ids of a classifier's items.
    pub items: Vec<String>,
    /// A folder with the confidence of every pixel.
    pub confidence: Option<String>,
    /// Its detections have masks, and are taken as such.
    pub masks: bool,
    /// The split that a column of a table names.
    pub split: Option<String>,
    /// The rows of it, where the table has several.
    pub rows: BTreeMap<String, String>,
    /// Which of its columns mean what, where it has the outputs of several models.
    pub columns: BTreeMap<String, String>,
}

/// What was made of the outputs.
#[derive(Default)]
pub struct Models {
    /// Model versions, by first path.
    pub models: Vec<ModelEntry>,
    /// One for each prediction file.
    pub reasons: Vec<Reason>,
    /// Files that were recognised but not used.
    pub alternatives: Vec<Alternative>,
}

/// Finds all outputs and assigns them to model versions, datasets and splits. `bases` are the folders of the datasets.
pub fn find(
    inventory: &Inventory,
    jsons: &BTreeMap<String, Json>,
    datasets: &[DatasetEntry],
    bases: &[String],
) -> Models {
    let mut alternatives = Vec::new();
    let found = all(inventory, jsons, &mut alternatives);
    let mut out = place(inventory, found, datasets, bases);
    alternatives.append(&mut out.alternatives);
    Models { alternatives, ..out }
}

/// Assigns outputs to model versions, datasets and splits.
pub fn place(inventory: &Inventory, all: Vec<Found>, datasets: &[DatasetEntry], bases: &[String]) -> Models {
    let mut out = Models::default();
    let names = |wanted: &dyn Fn(&Found) -> bool| -> Vec<(String, String)> {
        all.iter().filter(|found| wanted(found)).map(|found| name_of(found, "")).collect()
    };
    let of_objects = names(&|found| found.format != PANOPTIC);
    let of_boxes = names(&|found| found.format != PANOPTIC && !found.masks);
    for found in all {
        let Some((dataset, split, why)) = assign(inventory, &found, datasets, bases) else {
            let model = name_of(&found, "");
            let known: Vec<&str> = datasets.iter().flat_map(|d| d.splits.keys()).map(String::as_str).collect();
            out.alternatives.push(Alternative {
                path: found.path.clone(),
                what: found.what(),
                why: format!(
                    "no split fits it (there are: {}); say in evalens.json what it belongs to",
                    known.join(", ")
                ),
                usable: Some(Usable::Unplaced { format: found.format.to_owned(), model }),
            });
            continue;
        };
        let base = datasets.iter().position(|d| std::ptr::eq(d, dataset)).and_then(|i| bases.get(i));
        let (mut id, version) = name_of(&found, base.map_or("", String::as_str));
        // The same model may write boxes, masks and segments, which are evaluated on their own.
        if found.masks && of_boxes.contains(&name_of(&found, "")) {
            id.push_str("-masks");
        } else if found.format == PANOPTIC && of_objects.contains(&name_of(&found, "")) {
            id.push_str("-panoptic");
        }
        out.add(inventory, &found, (id, version), (dataset, &split), &why);
    }
    out
}

impl Found {
    fn what(&self) -> String {
        let format = match self.format {
            "yolo-txt" => "YOLO txt",
            "coco-results" => "COCO results",
            "csv" => "CSV",
            "jsonl" => "JSON",
            "class-txt" => "text file",
            MASKS => "mask",
            PANOPTIC => "COCO panoptic",
            _ => "NumPy",
        };
        format!("{format} predictions")
    }

    fn is_generic(&self, word: &str) -> bool {
        let of_classifiers = [
            "probs",
            "prob",
            "probabilities",
            "proba",
            "scores",
            "logits",
            "softmax",
            "classification",
            "topk",
            "top5",
        ];
        let of_detections = ["coco", "yolo", "yolov5", "yolov8", "voc", "pascal", "darknet"];
        match self.format {
            "yolo-txt" | "coco-results" | MASKS => is_generic(word),
            PANOPTIC => ["panoptic", "segmentation", "segments"].contains(&word) || is_generic(word),
            _ => of_classifiers.contains(&word) || (is_generic(word) && !of_detections.contains(&word)),
        }
    }
}

impl Models {
    fn add(
        &mut self,
        inventory: &Inventory,
        found: &Found,
        (id, mut version): (String, String),
        (dataset, split): (&DatasetEntry, &str),
        why: &str,
    ) {
        let entry = PredictionEntry {
            dataset: dataset.id.clone(),
            version: dataset.version.clone(),
            split: split.to_owned(),
            format: found.format.to_owned(),
            path: found.path.clone(),
            rows: found.rows.clone(),
            confidence: found.confidence.clone(),
            columns: found.columns.clone(),
            embeddings: None,
        };
        let same =
            |p: &PredictionEntry| (&p.dataset, &p.version, &p.split) == (&entry.dataset, &entry.version, &entry.split);
        let rival = |models: &[ModelEntry], version: &str| {
            let model = models.iter().find(|m| m.id == id && m.version == version);
            model.and_then(|m| m.predictions.iter().find(|p| same(p))).cloned()
        };
        if let Some(first) = rival(&self.models, &version) {
            if first.format != entry.format {
                let position = self.models.iter().position(|m| m.id == id && m.version == version);
                self.alternatives.push(Alternative {
                    path: entry.path.clone(),
                    what: format!("{} of {id}@{version} for split {split}", found.what()),
                    why: if first.format == "coco-results" {
                        format!("the same model and split as {}, and COCO results come first", first.path)
                    } else {
                        format!("the same model and split as {}, which is used", first.path)
                    },
                    usable: position.map(|model| Usable::Outputs { model, entry }),
                });
                return;
            }
            // Two files that names do not tell apart are two versions.
            version = if found.stem.is_empty() { found.path.replace('/', "-") } else { found.stem.clone() };
            if rival(&self.models, &version).is_some() {
                version = found.path.replace('/', "-");
            }
        }
        self.reasons.push(Reason {
            path: entry.path.clone(),
            what: format!("{} of {id}@{version} for split {split}", found.what()),
            why: format!("{}; {why}", found.seen),
        });
        match self.models.iter_mut().find(|m| m.id == id && m.version == version) {
            Some(model) => model.predictions.push(entry),
            None => {
                let (mut parameters, trained_on) = described(inventory, &found.path);
                if found.format == "yolo-txt" && !parameters.contains_key("classes") {
                    parameters.extend(own_classes(inventory, &found.path).map(|list| ("classes".to_owned(), list)));
                }
                let predictions = vec![entry];
                self.models.push(ModelEntry {
                    id,
                    version,
                    task: dataset.task,
                    trained_on,
                    parameters,
                    predictions,
                    head: None,
                    kept: false,
                });
            }
        }
    }
}

/// All outputs, COCO results before text files, by path.
fn all(inventory: &Inventory, jsons: &BTreeMap<String, Json>, alternatives: &mut Vec<Alternative>) -> Vec<Found> {
    let mut found = Vec::new();
    for (path, json) in jsons {
        let Json::Results(results) = json else { continue };
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        let count = results
            .detections
            .map_or_else(String::new, |n| format!("; {}", counted(n as u64, "detection", "detections")));
        let shapes = [(results.boxes, false, "bbox"), (results.masks, true, "segmentation")];
        for (_, masks, key) in shapes.into_iter().filter(|(is_there, ..)| *is_there) {
            found.push(Found {
                path: path.clone(),
                format: "coco-results",
                folders: folder.split('/').filter(|p| !p.is_empty()).map(str::to_owned).collect(),
                stem: listing::stem(file).to_owned(),
                seen: format!("list of objects with image_id, category_id, {key} and score{count}"),
                ids: results.ids.clone(),
                masks,
                ..Found::default()
            });
        }
    }
    for (path, folder) in &inventory.folders {
        if folder.texts.count == 0 || folder.xmls.count > 0 {
            continue;
        }
        match truth::texts(inventory, path) {
            Text::Predictions => {}
            Text::Empty if path.split('/').any(naming::is_for_predictions) => {
                alternatives.push(Alternative {
                    path: path.clone(),
                    what: "empty text files".to_owned(),
                    why: "the first ones have no line, so what they are cannot be seen".to_owned(),
                    usable: None,
                });
                continue;
            }
            _ => continue,
        }
        let polygons = truth::polygons(inventory, path);
        let shapes = [(false, "box"), (true, "polygon")];
        for (masks, shape) in shapes.into_iter().filter(|(masks, _)| polygons || !masks) {
            found.push(Found {
                path: if path.is_empty() { ".".to_owned() } else { path.clone() },
                format: "yolo-txt",
                folders: path.split('/').filter(|p| !p.is_empty()).map(str::to_owned).collect(),
                stem: String::new(),
                seen: format!(
                    "{} with a class, a {shape} and a confidence a line",
                    counted(folder.texts.count as u64, "text file", "text files")
                ),
                stems: folder.texts.first.iter().map(|name| listing::stem(name).to_owned()).collect(),
                masks,
                ..Found::default()
            });
        }
    }
    found.extend(panoptic::outputs(inventory, jsons, alternatives));
    found
}

/// The dataset and split that outputs belong to, and why: by name, by the only split there is, or by the images they name.
fn assign<'a>(
    inventory: &Inventory,
    found: &Found,
    datasets: &'a [DatasetEntry],
    bases: &[String],
) -> Option<(&'a DatasetEntry, String, String)> {
    let path = joined(&found.folders.iter().map(String::as_str).collect::<Vec<_>>());
    let inside = |base: &str| base.is_empty() || path == base || path.starts_with(&format!("{base}/"));
    // The dataset in whose folder they lie, the deepest first; else one that the path names; else the first.
    let mut order: Vec<usize> = (0..datasets.len()).collect();
    order.sort_by_key(|&i| {
        let base = bases.get(i).map_or("", String::as_str);
        let named = datasets.get(i).is_some_and(|d| found.folders.contains(&d.id));
        let depth = if inside(base) { base.len() } else { 0 };
        (!inside(base), std::cmp::Reverse(depth), !named)
    });
    // Masks belong to a dataset of masks, boxes to one of boxes, segments to one of segments.
    let fits = |dataset: &&DatasetEntry| {
        (dataset.task == Task::InstanceSegmentation) == found.masks
            && (dataset.format == PANOPTIC) == (found.format == PANOPTIC)
    };
    let order: Vec<&DatasetEntry> = order.into_iter().filter_map(|i| datasets.get(i)).filter(fits).collect();
    if let Some(name) = split_word(found) {
        for dataset in &order {
            if let Some(split) = split_called(dataset, &name) {
                let says = if found.split.is_some() { "its column says" } else { "its name says" };
                return Some((dataset, split, format!("{says} {name}")));
            }
        }
    }
    for dataset in &order {
        if let Some(split) = dataset.splits.keys().find(|split| holds(inventory, dataset, split, found)) {
            return Some((dataset, split.clone(), "it names images of that split".to_owned()));
        }
    }
    let dataset = order.first()?;
    let only = dataset.splits.keys().next().filter(|_| dataset.splits.len() == 1)?;
    let other_kind = split_word(found).is_some_and(|word| kind_of(&word) != kind_of(only) && kind_of(only).is_some());
    (!other_kind).then(|| (*dataset, only.clone(), "it is the only split".to_owned()))
}

/// The split word nearest to the file.
pub(super) fn split_word(found: &Found) -> Option<String> {
    if found.split.is_some() {
        return found.split.clone();
    }
    let in_stem = naming::words(&found.stem).into_iter().find(|w| kind_of_word(w).is_some());
    let folders = without_run(&found.folders);
    in_stem.or_else(|| folders.iter().rev().find_map(|part| split_of_part(part)))
}

/// `runs/detect/val2/labels`: the name of an Ultralytics run is no split.
fn run_name(folders: &[String]) -> Option<usize> {
    let runs = folders.iter().position(|part| part == "runs")?;
    let task = folders.get(runs + 1)?;
    let known = ["detect", "classify", "segment", "val", "predict", "obb", "train"].contains(&task.as_str());
    let at = if known && folders.get(runs + 2).is_some_and(|name| name != "labels") { runs + 2 } else { runs + 1 };
    folders.get(at).map(|_| at)
}

fn without_run(folders: &[String]) -> &[String] {
    run_name(folders).and_then(|at| folders.get(at + 1..)).unwrap_or(folders)
}

fn split_called(dataset: &DatasetEntry, word: &str) -> Option<String> {
    let exact = dataset.splits.keys().find(|name| name.eq_ignore_ascii_case(word));
    let alike = || dataset.splits.keys().find(|name| kind_of(name) == kind_of(word));
    exact.or_else(alike).cloned()
}

/// True where the first images that outputs name belong to a split.
fn holds(inventory: &Inventory, dataset: &DatasetEntry, split: &str, found: &Found) -> bool {
    let Some(entry) = dataset.splits.get(split) else { return false };
    if dataset.task.is_classification() {
        return labels::holds(inventory, dataset, entry, &found.items);
    }
    if dataset.format == PANOPTIC {
        return panoptic::holds(inventory, &entry.truth, found);
    }
    if !found.stems.is_empty() {
        let named = |stem: &String| {
            let folders = [Some(&entry.truth), entry.images.as_ref()];
            folders.into_iter().flatten().filter_map(|folder| inventory.folders.get(folder)).any(|folder| {
                let groups = [&folder.pictures, &folder.texts, &folder.xmls];
                groups.iter().any(|group| group.first.iter().any(|name| listing::stem(name) == stem))
            })
        };
        let images = entry.images.as_ref().map(|images| inventory.root.join(images));
        let there = |stem: &String| {
            images.as_ref().is_some_and(|folder| {
                ["jpg", "png", "jpeg", "JPG"].iter().any(|ending| folder.join(format!("{stem}.{ending}")).is_file())
            })
        };
        return found.stems.iter().take(3).any(|stem| named(stem) || there(stem));
    }
    if dataset.format != "coco" || found.ids.is_empty() {
        return false;
    }
    let ids = peek::image_ids(&inventory.root.join(&entry.truth));
    found.ids.iter().all(|id| ids.contains(id))
}

/// Id and version by the folders that say something, else by the file name.
fn name_of(found: &Found, base: &str) -> (String, String) {
    if let Some(name) = run_name(&found.folders).and_then(|at| found.folders.get(at)) {
        return (name.clone(), ONLY_VERSION.to_owned());
    }
    let inside = found.folders.iter().skip(base.split('/').filter(|p| !p.is_empty()).count());
    let telling: Vec<&String> = inside
        .filter(|part| split_of_part(part).is_none() && !naming::words(part).iter().all(|w| found.is_generic(w)))
        .collect();
    let (versions, words): (Vec<String>, Vec<String>) = segments(&found.stem)
        .into_iter()
        .filter(|s| kind_of_word(&s.to_lowercase()).is_none() && !found.is_generic(&s.to_lowercase()))
        .partition(|s| naming::is_version(s));
    let left = || words.iter().chain(&versions).cloned().collect::<Vec<_>>().join("-");
    match telling.as_slice() {
        [] => {
            let id = if words.is_empty() { ONLY_MODEL.to_owned() } else { words.join("-") };
            (id, versions.first().cloned().unwrap_or_else(|| ONLY_VERSION.to_owned()))
        }
        [only] => {
            let left = left();
            if !left.is_empty() && left != **only {
                return ((*only).clone(), left);
            }
            let (id, version) = naming::id_and_version(only);
            (id, version.unwrap_or_else(|| ONLY_VERSION.to_owned()))
        }
        [first @ .., last] => {
            let id: Vec<&str> = first.iter().map(|p| p.as_str()).collect();
            (id.join("-"), (*last).clone())
        }
    }
}

/// What `model.json` in the folder of the outputs, or above, says: parameters, and what the model was trained on.
pub(super) fn described(inventory: &Inventory, path: &str) -> (Map<String, Value>, Option<TrainedOn>) {
    let folders = std::path::Path::new(path).ancestors().map(|folder| folder.to_string_lossy().into_owned());
    for folder in folders {
        for name in ["model.json", "metadata.json", "params.json"] {
            let file = joined(&[&folder, name]);
            if !inventory.jsons.contains(&file) {
                continue;
            }
            let Ok(text) = source::read_text(&inventory.root.join(&file)) else { continue };
            let Ok(Value::Object(mut parameters)) = serde_json::from_str::<Value>(&text) else { continue };
            let trained_on = parameters.remove("trained_on").and_then(|value| match value {
                Value::String(dataset) => {
                    Some(TrainedOn { dataset, version: ONLY_VERSION.to_owned(), split: Some("train".to_owned()) })
                }
                other => serde_json::from_value(other).ok(),
            });
            return (parameters, trained_on);
        }
    }
    (Map::new(), None)
}

/// A class list that lies with the outputs: in their folder or above, below the folder that was opened.
fn own_classes(inventory: &Inventory, path: &str) -> Option<Value> {
    let folders = std::path::Path::new(path).ancestors().map(|folder| folder.to_string_lossy().into_owned());
    let of = |file: &&String, folder: &str| file.rsplit_once('/').is_some_and(|(above, _)| above == folder);
    folders.filter(|folder| !folder.is_empty()).find_map(|folder| {
        let file = inventory.class_lists.iter().chain(&inventory.yamls).find(|file| of(file, &folder))?;
        let names = class_names::read(&inventory.root.join(file), &mut Findings::default()).ok()?;
        Some(Value::from(names))
    })
}
