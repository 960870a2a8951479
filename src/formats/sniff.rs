//! Recognises what a folder holds: datasets, splits, models and their outputs, each with the reason in words.
//!
//! Knows the shapes that exporters and people leave folders in. Does not read annotations or detections.

mod answers;
mod correct;
mod inventory;
mod labels;
mod masks;
mod models;
mod naming;
mod panoptic;
mod peek;
mod truth;

use std::collections::BTreeMap;
use std::path::Path;

use super::error::{FormatError, LoadError};
use crate::model::fmt::counted;
use crate::model::project::{DatasetEntry, PredictionEntry, Project, SCHEMA};
use crate::model::{Findings, Progress, Severity, Task};
use inventory::Inventory;
use peek::Json;
use truth::Candidate;

pub use correct::Correction;

/// What a folder was recognised as.
#[derive(Clone, Debug, Default)]
pub struct Recognised {
    /// The project, as its file would say it.
    pub project: Project,
    /// Why each part of it was recognised as what it is.
    pub reasons: Vec<Reason>,
    /// What else was recognised and not used.
    pub alternatives: Vec<Alternative>,
    /// Problems found while looking.
    pub findings: Findings,
}

impl Recognised {
    /// Takes in the models that were found; where there is none, `remedy` is said.
    fn take(&mut self, found: models::Models, remedy: &str) {
        self.project.models = found.models;
        self.reasons.extend(found.reasons);
        self.alternatives.extend(found.alternatives);
        if self.project.models.is_empty() {
            self.findings.add(Severity::Warning, "no-predictions-found", remedy, || self.project.name.clone());
        }
    }
}

/// Why something was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Relative to the folder, with `/`.
    pub path: String,
    /// What it is.
    pub what: String,
    /// How that was seen.
    pub why: String,
}

/// Something that was recognised but not used.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternative {
    /// Relative to the folder, with `/`.
    pub path: String,
    /// What it is.
    pub what: String,
    /// Why it is not used, and what to do to use it.
    pub why: String,
    /// What would be used in its stead; `None` where it cannot be read.
    pub usable: Option<Usable>,
}

/// How something that was left aside can be used after all.
#[derive(Clone, Debug, PartialEq)]
pub enum Usable {
    /// In place of the dataset's truth at this position.
    Truth {
        /// Position in [`Project::datasets`].
        dataset: usize,
        /// The dataset as this format gives it.
        entry: Box<DatasetEntry>,
    },
    /// In place of a model's outputs for the same split.
    Outputs {
        /// Position in [`Project::models`].
        model: usize,
        /// The outputs.
        entry: PredictionEntry,
    },
    /// As a model of its own, once somebody says for which dataset and split.
    Unplaced {
        /// `coco-results` or `yolo-txt`.
        format: String,
        /// What names say of the model: id and version.
        model: (String, String),
    },
}

/// JSON files that are looked into: folders with one annotation file an image hold many that are not for this program.
const MAX_JSONS: usize = 400;

/// Recognises a folder that needs no project file.
///
/// # Errors
/// Where the folder cannot be listed or holds no ground truth; cancelled.
pub fn recognise(root: &Path, progress: &dyn Progress) -> Result<Recognised, LoadError> {
    progress.stage("Looking at the folder");
    let mut out = Recognised::default();
    let inventory = Inventory::take(root, &mut out.findings, progress)?;
    let jsons = look_into(&inventory, &mut out.findings, progress)?;
    report_foreign(&inventory, &jsons, &mut out);
    let candidates = truth::find(&inventory, &jsons, &mut out.alternatives, &mut out.findings);
    let segments = panoptic::find(&inventory, &jsons, &mut out.alternatives);
    if candidates.is_empty() && segments.is_empty() {
        out.project.schema = SCHEMA.to_owned();
        out.project.name = folder_name(root);
        if masks::recognise(&inventory, &mut out) {
            return Ok(out);
        }
        // Tables of texts may look like those of classes: what is sure comes first, the rest last.
        let texts = answers::look(&inventory, &jsons, progress)?;
        let sure = texts.is_sure();
        if !sure && labels::recognise(&inventory, &jsons, &mut out, progress)? {
            return Ok(out);
        }
        if texts.recognise(&inventory, &mut out) {
            return Ok(out);
        }
        if sure && labels::recognise(&inventory, &jsons, &mut out, progress)? {
            return Ok(out);
        }
        return Err(nothing(root, &inventory, &jsons, &out.alternatives).into());
    }
    out.project.schema = SCHEMA.to_owned();
    out.project.name = folder_name(root);
    let mut bases = add_datasets(candidates, root, &mut out);
    add_masks(&inventory, &jsons, &mut bases, &mut out);
    for candidate in segments {
        let entry = panoptic::dataset(&candidate, root, &out.project.datasets, &bases);
        out.reasons.extend(candidate.splits.into_iter().map(|split| split.reason));
        out.project.datasets.push(entry);
        bases.push(candidate.base);
    }
    progress.check()?;
    let models = models::find(&inventory, &jsons, &out.project.datasets, &bases);
    let remedy = "There is ground truth but no model output; add COCO results JSON, YOLO text files with confidence, a table \
                  of class scores or a panoptic JSON with its PNGs, best as predictions/MODEL/VERSION/SPLIT.json.";
    out.take(models, remedy);
    Ok(out)
}

/// Looks into JSON files: where there are too many, those of folders with few first.
fn look_into(
    inventory: &Inventory,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<BTreeMap<String, Json>, LoadError> {
    let folder = |path: &str| path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
    let mut siblings: BTreeMap<String, usize> = BTreeMap::new();
    for path in &inventory.jsons {
        *siblings.entry(folder(path)).or_default() += 1;
    }
    let mut order: Vec<&String> = inventory.jsons.iter().collect();
    order.sort_by_key(|path| siblings.get(&folder(path)).copied());
    if order.len() > MAX_JSONS {
        findings.add(
            Severity::Info,
            "many-json-files",
            "There are so many JSON files that only some were looked into; say what is where in evalens.json if something is \
             missing.",
            || format!("{MAX_JSONS} of {}", inventory.jsons.len()),
        );
    }
    let mut jsons = BTreeMap::new();
    for path in order.into_iter().take(MAX_JSONS) {
        progress.check()?;
        jsons.insert(path.clone(), peek::json(&inventory.root.join(path)));
    }
    Ok(jsons)
}

/// The name of a folder, also where the path is `.`.
#[must_use]
pub fn folder_name(root: &Path) -> String {
    let name = |path: &Path| path.file_name().map(|n| n.to_string_lossy().into_owned());
    name(root).or_else(|| root.canonicalize().ok().as_deref().and_then(name)).unwrap_or_else(|| "project".to_owned())
}

/// Turns candidates into datasets: of several formats in one folder the preferred one. Returns the datasets' folders.
fn add_datasets(candidates: Vec<Candidate>, root: &Path, out: &mut Recognised) -> Vec<String> {
    let mut bases: Vec<String> = Vec::new();
    let mut formats: Vec<&'static str> = Vec::new();
    for candidate in candidates {
        if let Some(at) = bases.iter().position(|base| *base == candidate.base) {
            let first = formats.get(at).copied().unwrap_or_default();
            let Some(entry) = out.project.datasets.get_mut(at) else { continue };
            // Indices of YOLO outputs count the list of the YOLO labels, whichever format the truth is read from.
            entry.class_file = entry.class_file.take().or_else(|| candidate.class_file.clone());
            let other = DatasetEntry {
                format: candidate.format.to_owned(),
                splits: candidate.splits.iter().map(|s| (s.name.clone(), s.entry.clone())).collect(),
                class_file: candidate.class_file.or_else(|| entry.class_file.clone()),
                ..entry.clone()
            };
            for split in candidate.splits {
                out.alternatives.push(Alternative {
                    path: split.reason.path,
                    what: split.reason.what,
                    why: format!(
                        "the same dataset as {}, which comes before {}",
                        upper(first),
                        upper(candidate.format)
                    ),
                    usable: Some(Usable::Truth { dataset: at, entry: Box::new(other.clone()) }),
                });
            }
            continue;
        }
        let (id, version) = dataset_name(&candidate.base, root, &out.project.datasets);
        let entry = DatasetEntry {
            id,
            version,
            task: Task::Detection,
            format: candidate.format.to_owned(),
            splits: candidate.splits.iter().map(|s| (s.name.clone(), s.entry.clone())).collect(),
            classes: Vec::new(),
            class_file: candidate.class_file,
            ..DatasetEntry::default()
        };
        out.reasons.extend(candidate.splits.into_iter().map(|s| s.reason));
        out.project.datasets.push(entry);
        bases.push(candidate.base);
        formats.push(candidate.format);
    }
    bases
}

/// Where outputs have masks, the objects of COCO and YOLO truth are evaluated as masks too: as a dataset of its own beside
/// that of the boxes, or in its place where no output has boxes.
fn add_masks(inventory: &Inventory, jsons: &BTreeMap<String, Json>, bases: &mut Vec<String>, out: &mut Recognised) {
    let results =
        || jsons.values().filter_map(|json| if let Json::Results(results) = json { Some(results) } else { None });
    let runs = results().any(|results| results.masks);
    let texts = || inventory.folders.keys().filter(|folder| truth::texts(inventory, folder) == peek::Text::Predictions);
    let outlines = texts().any(|folder| truth::polygons(inventory, folder));
    if !runs && !outlines {
        return;
    }
    // Text files with polygons are read as boxes too.
    let only = !results().any(|results| results.boxes) && texts().next().is_none();
    for at in 0..out.project.datasets.len() {
        let (Some(entry), Some(base)) = (out.project.datasets.get_mut(at), bases.get(at).cloned()) else { continue };
        let polygons = || entry.splits.values().any(|split| truth::polygons(inventory, &split.truth));
        if entry.format != "coco" && !(entry.format == "yolo" && polygons()) {
            continue;
        }
        if only {
            entry.task = Task::InstanceSegmentation;
            continue;
        }
        let twin =
            DatasetEntry { id: format!("{}-masks", entry.id), task: Task::InstanceSegmentation, ..entry.clone() };
        out.project.datasets.push(twin);
        bases.push(base);
    }
}

fn upper(format: &str) -> String {
    format.to_uppercase()
}

/// Id and version of the dataset in a folder: by the folder's name, without what says nothing.
fn dataset_name(base: &str, root: &Path, others: &[DatasetEntry]) -> (String, String) {
    let mut parts: Vec<String> = base.split('/').filter(|p| !p.is_empty()).map(str::to_owned).collect();
    if parts.is_empty() {
        parts.push(folder_name(root));
    }
    let last = parts.pop().unwrap_or_default();
    let (mut id, version) = match (naming::is_version(&last), naming::roboflow_folder(&last)) {
        (_, Some((id, version))) => (id, Some(version)),
        (true, None) => (parts.pop().unwrap_or_else(|| folder_name(root)), Some(last)),
        (false, None) => (last, None),
    };
    let version = version.unwrap_or_else(|| models::ONLY_VERSION.to_owned());
    if others.iter().any(|d| d.id == id && d.version == version) {
        id = base.replace('/', "-");
    }
    (id, version)
}

/// What other tools' files are, and what to do with them.
fn report_foreign(inventory: &Inventory, jsons: &BTreeMap<String, Json>, out: &mut Recognised) {
    let mut labelme = 0;
    for (path, json) in jsons {
        match json {
            Json::Tasks => out.alternatives.push(Alternative {
                path: path.clone(),
                what: "Label Studio's own JSON".to_owned(),
                why: "only its choices are read; for boxes, export as COCO, YOLO or Pascal VOC".to_owned(),
                usable: None,
            }),
            Json::Foreign(what) => {
                labelme += usize::from(*what == "LabelMe annotation");
                if *what != "LabelMe annotation" || labelme == 1 {
                    out.alternatives.push(Alternative {
                        path: path.clone(),
                        what: (*what).to_owned(),
                        why: "it is not read; export as COCO, YOLO or Pascal VOC".to_owned(),
                        usable: None,
                    });
                }
            }
            _ => {}
        }
    }
    for (path, what) in inventory.foreign.iter().take(20) {
        out.alternatives.push(Alternative {
            path: path.clone(),
            what: (*what).to_owned(),
            why: "it is not read; export as COCO, YOLO or Pascal VOC".to_owned(),
            usable: None,
        });
    }
}

/// The error for a folder without truth: what was looked for, what is there, and the remedy.
fn nothing(
    root: &Path,
    inventory: &Inventory,
    jsons: &BTreeMap<String, Json>,
    alternatives: &[Alternative],
) -> FormatError {
    let results = jsons.values().any(|json| matches!(json, Json::Results(_) | Json::Panoptic(_)));
    if let Some(other) = alternatives.first() {
        return FormatError::new(
            root,
            format!("holds no ground truth that is read; {} is {}", other.path, other.what),
            other.why.clone(),
        );
    }
    if results {
        return FormatError::new(
            root,
            "holds predictions but no ground truth",
            "add the COCO JSON, VOC XML or YOLO labels that they are to be compared with, or open the folder above",
        );
    }
    let pictures: usize = inventory.folders.values().map(|f| f.pictures.count).sum();
    let seen = if pictures > 0 {
        format!(" (only {})", counted(pictures as u64, "picture", "pictures"))
    } else {
        String::new()
    };
    FormatError::new(
        root,
        format!(
            "holds nothing that can be evaluated{seen}: looked for COCO JSON with images and annotations, Pascal VOC XML, \
             YOLO data.yaml or label files, folders of pictures by class, tables of labels or of generated texts, and evalens.json"
        ),
        "open the folder that holds annotations and predictions, or describe yours in evalens.json",
    )
}
