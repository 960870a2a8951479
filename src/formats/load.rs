//! From a project and a choice in it to a dataset and predictions, whatever their formats.
//!
//! Knows which reader reads which format. Does not know how any format is written.

mod answers;
mod items;
mod masks;

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use super::class_map::{self, ClassMapping, Counted, Meaning};
use super::error::{FormatError, LoadError};
use super::listing::has_ending;
use super::split_sizes::split_sizes;
use super::yolo::{data_yaml, pairing};
use super::{
    class_names, class_predictions, coco, coco_results, health, image_folder, labels, listing, panoptic, voc, yolo,
    yolo_results,
};
use crate::model::project::{Choice, DatasetEntry, ModelEntry, PredictionEntry, Project, SplitEntry};
use crate::model::{
    ClassScores, ClassTable, Dataset, DatasetBuilder, DatasetIdentity, Findings, ModelIdentity, Predictions,
    PredictionsBuilder, Progress, Severity, Task,
};

/// Formats of truth, the preferred first.
pub const TRUTH_FORMATS: [&str; 9] =
    ["coco", "voc", "yolo", "image-folder", "csv", "jsonl", MASKS, panoptic::FORMAT, super::answers::LINES];
/// Formats of detections, the preferred first.
pub const PREDICTION_FORMATS: [&str; 2] = ["coco-results", "yolo-txt"];

pub use answers::load_answers;
pub use items::load_items;
pub use masks::{FORMAT as MASKS, MaskSet, load_masks};

/// Every model version on every split of every dataset version that it has predictions for, or whose items a head of it
/// can classify, in the order of the project.
#[must_use]
pub fn choices(project: &Project) -> Vec<Choice> {
    let mut all = Vec::new();
    let mut add = |model: usize, dataset: usize, split: &str| {
        let choice = Choice { model, dataset, splits: vec![split.to_owned()] };
        if !all.contains(&choice) {
            all.push(choice);
        }
    };
    for (model, entry) in project.models.iter().enumerate() {
        for prediction in &entry.predictions {
            let fits = |d: &DatasetEntry| {
                d.task == entry.task
                    && d.is_named_by(&prediction.dataset, &prediction.version)
                    && d.splits.contains_key(&prediction.split)
            };
            if let Some(dataset) = project.datasets.iter().position(fits) {
                add(model, dataset, &prediction.split);
            }
        }
        let computable = project.datasets.iter().enumerate().filter(|(_, d)| entry.can_compute(d));
        for (dataset, split) in computable.flat_map(|(i, d)| d.splits.keys().map(move |split| (i, split))) {
            // A head says little about the data that it was trained on; its out-of-fold outputs are named above.
            if !was_trained_on(entry, project.datasets.get(dataset), split) {
                add(model, dataset, split);
            }
        }
    }
    all
}

fn was_trained_on(model: &ModelEntry, dataset: Option<&DatasetEntry>, split: &str) -> bool {
    let Some((trained, dataset)) = model.trained_on.as_ref().zip(dataset) else { return false };
    let split_fits = trained.split.as_ref().is_none_or(|s| s.split('+').any(|s| s == split));
    dataset.is_named_by(&trained.dataset, &trained.version) && split_fits
}

/// Reads the truth of the chosen splits, pooled in the order given.
///
/// # Errors
/// Where a file cannot be read or used, the choice does not exist in the project, or the work is cancelled.
pub fn load_dataset(
    root: &Path,
    project: &Project,
    choice: &Choice,
    progress: &dyn Progress,
) -> Result<(Dataset, Findings), LoadError> {
    let entry = dataset_of(root, project, choice)?;
    let mut findings = Findings::default();
    let mut builder = builder_of(project, entry, choice);
    // The files of a dataset of another project lie in that one's folder.
    let own = root;
    let root = entry.root(own);
    let splits = split_paths(root, entry, choice)?;
    let masks = entry.task == Task::InstanceSegmentation;
    match entry.format.as_str() {
        "coco" => {
            for (index, (truth, images)) in (0_u16..).zip(&splits) {
                coco::read_truth(truth, images.as_deref(), index, masks, &mut builder, &mut findings, progress)?;
            }
        }
        "yolo" => {
            builder.classes = declared_classes(root, entry, &mut findings)?;
            for ((index, (truth, images)), name) in (0_u16..).zip(&splits).zip(&choice.splits) {
                let split = yolo::Split { truth, images: images.as_deref(), name, masks };
                yolo::read_truth(split, index, &mut builder, &mut findings, progress)?;
            }
        }
        "voc" => {
            builder.classes = declared_classes(root, entry, &mut findings)?;
            let splits: Vec<voc::Split<'_>> =
                splits.iter().map(|(truth, images)| voc::Split { truth, images: images.as_deref() }).collect();
            voc::read_truth(&splits, &mut builder, &mut findings, progress)?;
        }
        "image-folder" | "csv" | "jsonl" => {
            check_task(root, entry)?;
            let declared = declared_classes(root, entry, &mut findings)?;
            let job = labels::Job { root: own, project, entry, declared: declared.names() };
            labels::read_truth(job, &label_splits(entry, choice, &splits), &mut builder, &mut findings, progress)?;
        }
        other => return Err(unknown_format(root, other, &TRUTH_FORMATS).into()),
    }
    let mut dataset = builder.build();
    dataset.split_sizes = split_sizes(root, entry);
    health::check_dataset(&dataset, &mut findings);
    if entry.task.is_classification() {
        labels::check_classes(&dataset, entry.task, &mut findings);
    }
    Ok((dataset, findings))
}

/// A dataset without its items.
fn builder_of(project: &Project, entry: &DatasetEntry, choice: &Choice) -> DatasetBuilder {
    DatasetBuilder {
        identity: DatasetIdentity {
            project: entry.home.as_ref().map_or_else(|| project.name.clone(), |home| home.project.clone()),
            id: entry.id.clone(),
            version: entry.version.clone(),
            split: choice.splits.join("+"),
        },
        splits: choice.splits.clone(),
        ..DatasetBuilder::default()
    }
}

fn identity_of(project: &Project, model: &ModelEntry) -> ModelIdentity {
    ModelIdentity { project: project.name.clone(), id: model.id.clone(), version: model.version.clone() }
}

/// Truth and pictures of the chosen splits.
fn split_paths(root: &Path, entry: &DatasetEntry, choice: &Choice) -> Result<Vec<SplitPaths>, FormatError> {
    let paths = |name: &String| {
        let split = split_of(root, entry, name)?;
        Ok((root.join(&split.truth), split.images.as_ref().map(|images| root.join(images))))
    };
    choice.splits.iter().map(paths).collect()
}

type SplitPaths = (PathBuf, Option<PathBuf>);

fn label_splits<'a>(entry: &'a DatasetEntry, choice: &Choice, splits: &'a [SplitPaths]) -> Vec<labels::Split<'a>> {
    let chosen = choice.splits.iter().filter_map(|name| entry.splits.get(name));
    let split = |((truth, images), of): (&'a SplitPaths, &'a SplitEntry)| labels::Split {
        truth,
        images: images.as_deref(),
        rows: &of.rows,
    };
    splits.iter().zip(chosen).map(split).collect()
}

/// Tables and class folders hold labels of whole items.
fn check_task(root: &Path, entry: &DatasetEntry) -> Result<(), FormatError> {
    if entry.task.is_classification() {
        return Ok(());
    }
    let problem = format!(
        "dataset {} of format `{}` is read for classification, not {}",
        entry.id,
        entry.format,
        entry.task.name()
    );
    let remedy = "write `task`: classification, multilabel, text-classification or text-multilabel";
    Err(FormatError::new(&project_file(root), problem, remedy))
}

/// Reads the chosen classifier's scores for a dataset that [`load_dataset`] read for the same choice.
///
/// # Errors
/// Where a file cannot be read or used, a split has no predictions, or the work is cancelled.
pub fn load_class_scores(
    root: &Path,
    project: &Project,
    choice: &Choice,
    dataset: &Dataset,
    progress: &dyn Progress,
) -> Result<(ClassScores, Findings, Vec<ClassMapping>), LoadError> {
    let model = model_of(root, project, choice)?;
    let entry = dataset_of(root, project, choice)?;
    let mut findings = Findings::default();
    let mut sources = Vec::with_capacity(choice.splits.len());
    for (split, name) in (0_u16..).zip(&choice.splits) {
        let prediction = prediction_of(root, model, entry, name)?;
        if !class_predictions::SCORE_FORMATS.contains(&prediction.format.as_str()) {
            return Err(unknown_format(root, &prediction.format, &class_predictions::SCORE_FORMATS).into());
        }
        sources.push(class_predictions::Source { root, project, entry, model, prediction, dataset, split });
    }
    let identity = identity_of(project, model);
    let (scores, mappings) = class_predictions::read(&sources, dataset, identity, &mut findings, progress)?;
    Ok((scores, findings, mappings))
}

/// The group of every item of a dataset that [`load_dataset`] read for the same choice, by the column of its truth that
/// `column` or the project names, else one with a usual name; `None` where there is none.
///
/// # Errors
/// Where a file cannot be read or has no column of that name; cancelled.
pub fn load_groups(
    root: &Path,
    project: &Project,
    choice: &Choice,
    dataset: &Dataset,
    column: Option<&str>,
    progress: &dyn Progress,
) -> Result<Option<Vec<String>>, LoadError> {
    let entry = dataset_of(root, project, choice)?;
    let job = labels::Job { root, project, entry, declared: dataset.classes.names() };
    let splits = split_paths(entry.root(root), entry, choice)?;
    labels::read_groups(job, &label_splits(entry, choice, &splits), dataset, column, progress)
}

/// Reads the chosen model's predictions for a dataset that [`load_dataset`] read for the same choice.
///
/// # Errors
/// Where a file cannot be read or used, a split has no predictions, or the work is cancelled.
pub fn load_predictions(
    root: &Path,
    project: &Project,
    choice: &Choice,
    dataset: &Dataset,
    progress: &dyn Progress,
) -> Result<(Predictions, Findings, Vec<ClassMapping>), LoadError> {
    let model = model_of(root, project, choice)?;
    let entry = dataset_of(root, project, choice)?;
    let mut findings = Findings::default();
    let mut all = PredictionsBuilder::default();
    let mut counted = Counted::default();
    for (index, split) in (0_u16..).zip(&choice.splits) {
        let prediction = prediction_of(root, model, entry, split)?;
        let job = Job { root, project, model, entry, prediction, dataset, split: index };
        job.read(&mut all, &mut counted, &mut findings, progress)?;
    }
    let identity = identity_of(project, model);
    let predictions = all.build(identity, dataset.images.len());
    health::check_predictions(&predictions, dataset, &mut findings);
    let mappings = counted.finish(&dataset.classes);
    class_map::report(&mappings, &mut findings);
    class_map::report_shift(dataset, &predictions, &mut findings);
    Ok((predictions, findings, mappings))
}

/// All truth and prediction files that an evaluation of this choice reads, without the pictures: each file of a folder by
/// itself, and the folder where it has none. For fingerprints and for noticing changes.
#[must_use]
pub fn input_files(root: &Path, project: &Project, choice: &Choice) -> Vec<PathBuf> {
    let mut files = Vec::new();
    if let Some(entry) = project.datasets.get(choice.dataset) {
        let home = entry.root(root);
        for (name, split) in choice.splits.iter().filter_map(|name| entry.splits.get_key_value(name)) {
            add_truth_files(home, &entry.format, name, split, &mut files);
        }
        files.extend(entry.class_file.as_ref().map(|file| home.join(file)));
        files.extend(super::answers::companions(home, entry));
        if let Some(model) = project.models.get(choice.model) {
            for split in &choice.splits {
                if let Ok(prediction) = prediction_of(root, model, entry, split) {
                    let path = root.join(&prediction.path);
                    let wanted = if prediction.format == MASKS { super::masks::is_mask } else { pairing::is_label };
                    add_files(&path, wanted, &mut files);
                    if let Some(folder) = &prediction.confidence {
                        add_files(&root.join(folder), super::masks::is_confidence, &mut files);
                    }
                    if entry.task != Task::TextGeneration {
                        files.extend(class_predictions::companions(&path));
                    }
                } else if let Some((head, vectors)) = model.head.as_ref().zip(entry.embeddings.as_ref()) {
                    files.push(root.join(head));
                    files.push(home.join(&vectors.vectors));
                    files.extend(vectors.ids.as_ref().map(|ids| home.join(ids)));
                }
            }
        }
    }
    let mut seen = std::collections::HashSet::new();
    files.retain(|file| seen.insert(file.clone()));
    files
}

fn add_truth_files(root: &Path, format: &str, name: &str, split: &SplitEntry, files: &mut Vec<PathBuf>) {
    let truth = root.join(&split.truth);
    if format == "image-folder" {
        // A folder changes when a picture comes or goes; the pictures themselves are not read.
        files.extend(image_folder::class_folders(&truth).iter().map(|class| truth.join(class)));
        files.push(truth);
        return;
    }
    if format == MASKS {
        add_files(&truth, super::masks::is_mask, files);
        return;
    }
    if truth.is_dir() {
        let wanted = if format == "voc" { |p: &Path| has_ending(p, "xml") } else { pairing::is_label };
        add_files(&truth, wanted, files);
        return;
    }
    // Lists and data.yaml stand for files elsewhere.
    match format {
        "yolo" => {
            let images = split.images.as_ref().map(|images| root.join(images));
            let pairs = pairing::pairs(&truth, images.as_deref(), name, &mut Findings::default());
            files.extend(pairs.unwrap_or_default().into_iter().filter_map(|pair| pair.label));
        }
        "voc" => files.extend(voc::annotation_files(&truth).unwrap_or_default().into_iter().map(|file| file.path)),
        _ => {}
    }
    files.push(truth);
}

fn add_files(path: &Path, wanted: fn(&Path) -> bool, files: &mut Vec<PathBuf>) {
    match listing::files(path, wanted) {
        Ok(listed) if !listed.is_empty() => files.extend(listed.into_iter().map(|file| file.path)),
        _ => files.push(path.to_owned()),
    }
}

fn project_file(root: &Path) -> PathBuf {
    root.join("evalens.json")
}

fn dataset_of<'a>(root: &Path, project: &'a Project, choice: &Choice) -> Result<&'a DatasetEntry, FormatError> {
    project.datasets.get(choice.dataset).ok_or_else(|| {
        FormatError::new(&project_file(root), "has no such dataset", "choose one that `evalens check` lists")
    })
}

fn model_of<'a>(root: &Path, project: &'a Project, choice: &Choice) -> Result<&'a ModelEntry, FormatError> {
    project.models.get(choice.model).ok_or_else(|| {
        FormatError::new(&project_file(root), "has no such model", "choose one that `evalens check` lists")
    })
}

fn split_of<'a>(root: &Path, entry: &'a DatasetEntry, name: &str) -> Result<&'a SplitEntry, FormatError> {
    entry.splits.get(name).ok_or_else(|| {
        let known: Vec<&str> = entry.splits.keys().map(String::as_str).collect();
        FormatError::new(
            &project_file(root),
            format!("dataset {}@{} has no split `{name}`", entry.id, entry.version),
            format!("choose one of: {}", known.join(", ")),
        )
    })
}

/// The model's outputs for a split; where it has several, the preferred format, then the first.
fn prediction_of<'a>(
    root: &Path,
    model: &'a ModelEntry,
    dataset: &DatasetEntry,
    split: &str,
) -> Result<&'a PredictionEntry, FormatError> {
    let formats = || {
        PREDICTION_FORMATS.iter().chain(&class_predictions::SCORE_FORMATS).chain([
            &MASKS,
            &panoptic::FORMAT,
            &super::answers::LINES,
        ])
    };
    let rank = |p: &PredictionEntry| formats().position(|f| *f == p.format).unwrap_or(usize::MAX);
    model.outputs(dataset, split, rank).ok_or_else(|| {
        FormatError::new(
            &project_file(root),
            format!(
                "model {}@{} has no predictions for split `{split}` of {}@{}",
                model.id,
                model.version,
                dataset.key(),
                dataset.version
            ),
            "add their file to the model's `predictions`, or choose another split",
        )
    })
}

fn unknown_format(root: &Path, format: &str, known: &[&str]) -> FormatError {
    FormatError::new(
        &project_file(root),
        format!("format `{format}` is not known"),
        format!("write one of: {}", known.join(", ")),
    )
}

/// Class names that the project declares for a dataset whose truth files do not name them all; empty where it does not.
fn declared_names(root: &Path, entry: &DatasetEntry, findings: &mut Findings) -> Result<Vec<String>, FormatError> {
    if !entry.classes.is_empty() {
        return Ok(entry.classes.clone());
    }
    if let Some(file) = &entry.class_file {
        return class_names::read(&root.join(file), findings);
    }
    // A split that is given as a data.yaml brings its names along.
    let yaml =
        entry.splits.values().map(|s| root.join(&s.truth)).find(|t| has_ending(t, "yaml") || has_ending(t, "yml"));
    match yaml {
        Some(file) if entry.format == "yolo" => Ok(data_yaml::read(&file, findings)?.names),
        _ => Ok(Vec::new()),
    }
}

fn declared_classes(root: &Path, entry: &DatasetEntry, findings: &mut Findings) -> Result<ClassTable, FormatError> {
    let names = declared_names(root, entry, findings)?;
    let mut seen = std::collections::HashSet::new();
    for name in &names {
        if !seen.insert(name) {
            findings.add(
                Severity::Warning,
                "duplicate-class-name",
                "Class names that occur twice are different classes with one name; rename one of them.",
                || name.clone(),
            );
        }
    }
    Ok(ClassTable::from_names(names))
}

/// Reading one prediction file.
struct Job<'a> {
    root: &'a Path,
    project: &'a Project,
    model: &'a ModelEntry,
    entry: &'a DatasetEntry,
    prediction: &'a PredictionEntry,
    dataset: &'a Dataset,
    split: u16,
}

impl Job<'_> {
    fn read(
        &self,
        into: &mut PredictionsBuilder,
        counted: &mut Counted,
        findings: &mut Findings,
        progress: &dyn Progress,
    ) -> Result<(), LoadError> {
        let path = self.root.join(&self.prediction.path);
        let (dataset, split) = (self.dataset, self.split);
        let counted = RefCell::new(counted);
        match self.prediction.format.as_str() {
            "yolo-txt" => {
                let meaning = self.meaning_of_indices(findings)?;
                let classes_of = |met: &[(i64, usize)]| counted.borrow_mut().add(meaning.settle(met));
                yolo_results::read_results(&path, split, dataset, &classes_of, into, findings, progress)
            }
            "coco-results" => {
                self.check_sizes(findings);
                let meaning = Meaning::of_ids(&dataset.classes, &self.project.class_map);
                let classes_of = |met: &[(i64, usize)]| counted.borrow_mut().add(meaning.settle(met));
                coco_results::read_results_mapped(&path, split, dataset, &classes_of, into, findings, progress)
            }
            other => Err(unknown_format(self.root, other, &PREDICTION_FORMATS).into()),
        }
    }

    /// Outputs in pixels cannot be compared with boxes that could not be scaled to pixels.
    fn check_sizes(&self, findings: &mut Findings) {
        if self.entry.format != "yolo" {
            return;
        }
        for image in self.dataset.images.iter().filter(|i| i.split == self.split && i.width == 0) {
            findings.add(
                Severity::Error,
                "unscaled-boxes",
                "Truth in relative coordinates without its picture cannot be compared with outputs in pixels: the numbers \
                 of these images are meaningless. Add the pictures.",
                || image.name.clone(),
            );
        }
    }

    /// YOLO's indices count a list of names: the model's own (parameter `classes` or `names`), else the dataset's. Where
    /// there is none, or none of its names is a class of the truth, the order of the truth's classes is assumed.
    fn meaning_of_indices(&self, findings: &mut Findings) -> Result<Meaning, FormatError> {
        let classes = &self.dataset.classes;
        let class_map = &self.project.class_map;
        let mut list = own_names(self.model);
        if list.is_empty() {
            // What is wrong with the list was reported when the truth was read.
            list = declared_names(self.root, self.entry, &mut Findings::default())?;
        }
        let fits = list.iter().any(|name| class_map::by_name(name, classes, class_map).0.is_some());
        if !fits {
            if self.entry.format != "yolo" || !list.is_empty() {
                self.report_assumed_order(findings);
            }
            list = classes.names().to_vec();
        }
        if list.len() < classes.len() {
            findings.add(
                Severity::Info,
                "fewer-model-classes",
                "The model's class list is shorter than the dataset's; it can never find the others.",
                || format!("{} of {} classes", list.len(), classes.len()),
            );
        }
        Ok(Meaning::of_names(list, classes, class_map))
    }

    fn report_assumed_order(&self, findings: &mut Findings) {
        // COCO declares its classes in an order; VOC has none but that of the alphabet.
        let severity = if self.entry.format == "coco" { Severity::Info } else { Severity::Warning };
        findings.add(
            severity,
            "class-order-assumed",
            "The outputs name classes by number only, and no class list of the model fits the truth: the order of the truth's \
             classes is assumed. Put a classes.txt or data.yaml beside the outputs or the truth.",
            || {
                let named = self.dataset.classes.names().iter().take(5).enumerate();
                named.map(|(index, name)| format!("{index} = {name}")).collect::<Vec<_>>().join(", ")
            },
        );
    }
}

/// The model's own class list, from its parameters.
fn own_names(model: &ModelEntry) -> Vec<String> {
    let list = ["classes", "class_names", "names"].iter().find_map(|key| model.parameters.get(*key)?.as_array());
    list.map(|names| names.iter().filter_map(|n| n.as_str().map(str::to_owned)).collect()).unwrap_or_default()
}
