//! A project's choice of masks: the pictures, their true masks and those of the model, and how they are read.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::{builder_of, dataset_of, identity_of, model_of, prediction_of, project_file, split_paths};
use crate::formats::error::{FormatError, LoadError};
use crate::formats::mask_png::MaskClasses;
use crate::formats::{masks, panoptic};
use crate::model::index_mask::NO_CLASS;
use crate::model::project::DatasetEntry;
use crate::model::project::{Choice, Project};
use crate::model::{DatasetBuilder, Findings, Image, MaskFiles, MaskReading, ModelIdentity, Severity};

/// The format of folders of masks, of truth and of outputs.
pub const FORMAT: &str = "mask-png";

/// Everything that is known of masks before a pixel is read.
#[derive(Debug)]
pub struct MaskSet {
    /// Pictures and classes.
    pub builder: DatasetBuilder,
    /// The masks, in the order of the pictures.
    pub reading: MaskReading,
    /// What the model is called.
    pub identity: ModelIdentity,
}

/// Lists the masks of a choice.
///
/// # Errors
/// Where a folder or the file of the classes cannot be read, or nothing fits together.
pub fn load_masks(
    root: &Path,
    project: &Project,
    choice: &Choice,
    findings: &mut Findings,
) -> Result<MaskSet, LoadError> {
    let entry = dataset_of(root, project, choice)?;
    let model = model_of(root, project, choice)?;
    let own = root;
    let root = entry.root(own);
    let splits = split_paths(root, entry, choice)?;
    if entry.format == panoptic::FORMAT {
        return load_panoptic(own, project, choice, findings);
    }
    let file = entry.class_file.as_ref().map(|file| root.join(file));
    let place = splits.first().map_or_else(|| root.to_owned(), |(truth, _)| truth.clone());
    let mut classes = masks::classes(&place, file.as_deref(), &entry.classes, entry.ignore)?;
    if !entry.colours.is_empty() {
        classes.colours = Some(colours_of(entry, &classes).map_err(|problem| {
            FormatError::new(&project_file(root), problem, "write a list of red, green and blue for every class")
        })?);
    }
    let table = masks::table(&classes);
    let without = match &entry.background {
        None => None,
        Some(name) => Some(table.by_name(name).ok_or_else(|| {
            let problem = format!("`background` of dataset {} is `{name}`, which is none of its classes", entry.id);
            FormatError::new(&project_file(root), problem, format!("write one of: {}", table.names().join(", ")))
        })?),
    };
    let mut builder = DatasetBuilder { classes: table, ..builder_of(project, entry, choice) };
    let mut files: Vec<MaskFiles> = Vec::new();
    for ((number, (truth, images)), name) in (0_u16..).zip(&splits).zip(&choice.splits) {
        let before = files.len();
        let split = masks::Split { truth, images: images.as_deref() };
        masks::read_split(split, number, &mut builder, &mut files, findings)?;
        let prediction = prediction_of(own, model, entry, name)?;
        let confidence = prediction.confidence.as_ref().map(|folder| own.join(folder));
        let of_split = files.get_mut(before..).unwrap_or_default();
        masks::pair_outputs(&own.join(&prediction.path), confidence.as_deref(), of_split, truth, findings)?;
    }
    if builder.classes.len() < 2 {
        findings.add(
            Severity::Warning,
            "one-class",
            "There is only one class, so that every pixel is right; name all classes, the background among them.",
            || builder.classes.names().join(", "),
        );
    }
    Ok(MaskSet {
        builder,
        reading: MaskReading {
            files,
            colours: classes.colours,
            ignore: classes.ignore,
            without: without.and_then(|class| u16::try_from(class.0).ok()),
            panoptic: false,
        },
        identity: identity_of(project, model),
    })
}

/// The colours that the project file gives, with the index that each stands for. In words what is wrong with them.
fn colours_of(entry: &DatasetEntry, classes: &MaskClasses) -> Result<Vec<([u8; 3], u16)>, String> {
    let (given, named) = (entry.colours.len(), classes.names.len());
    let more = usize::from(classes.ignore.is_some_and(|index| usize::from(index) >= named));
    if given < named || given > named + more {
        return Err(format!("has {given} `colours` for the {named} classes of dataset {}", entry.id));
    }
    let mut seen = HashSet::new();
    if let Some([r, g, b]) = entry.colours.iter().find(|colour| !seen.insert(*colour)) {
        return Err(format!("gives colour {r},{g},{b} of dataset {} twice", entry.id));
    }
    let indices = (0..).take(named).chain(classes.ignore);
    Ok(entry.colours.iter().copied().zip(indices).collect())
}

/// Lists the panoptic maps of a choice: their segments count as classes of pixels too.
fn load_panoptic(
    own: &Path,
    project: &Project,
    choice: &Choice,
    findings: &mut Findings,
) -> Result<MaskSet, LoadError> {
    let (entry, model) = (dataset_of(own, project, choice)?, model_of(own, project, choice)?);
    let splits = split_paths(entry.root(own), entry, choice)?;
    let mut builder = builder_of(project, entry, choice);
    let mut files: Vec<MaskFiles> = Vec::new();
    let mut categories: Option<Vec<panoptic::Category>> = None;
    for ((number, (truth, images)), name) in (0_u16..).zip(&splits).zip(&choice.splits) {
        let (classes, truths) = panoptic::read(truth, categories.as_deref(), findings)?;
        let output = prediction_of(own, model, entry, name)?;
        let (_, said) = panoptic::read(&own.join(&output.path), Some(&classes), findings)?;
        let mut said: HashMap<String, panoptic::Entry> =
            said.into_iter().map(|entry| (masks::key(&entry.name), entry)).collect();
        let pictures = images.as_deref().map_or_else(|| Ok(HashMap::new()), masks::pictures)?;
        for (rank, truth) in (0_i64..).zip(truths) {
            let output = said.remove(&masks::key(&truth.name));
            if output.is_none() {
                findings.add(
                    Severity::Warning,
                    "missing-prediction",
                    "Images have no segments of the model; all their pixels count as missed. Run the model on them, or take \
                     them out.",
                    || truth.name.clone(),
                );
            }
            let picture = pictures.get(&masks::key(&truth.name)).map(|picture| picture.path.clone());
            let path = Some(picture.unwrap_or_else(|| truth.path.clone()));
            builder.images.push(Image { source_id: rank, name: truth.name, path, split: number, ..Image::default() });
            let (predicted, segments) = output.map_or((None, Vec::new()), |o| (Some(o.path), o.segments));
            let segments = (truth.segments, segments);
            files.push(MaskFiles { truth: truth.path, predicted, confidence: None, segments });
        }
        categories.get_or_insert(classes);
    }
    for category in categories.iter().flatten() {
        builder.classes.push(category.name.clone(), category.id);
    }
    let reading = MaskReading { files, colours: None, ignore: Some(NO_CLASS), without: None, panoptic: true };
    Ok(MaskSet { builder, reading, identity: identity_of(project, model) })
}
