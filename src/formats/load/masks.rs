//! A project's choice of masks: the pictures, their true masks and those of the model, and how they are read.

use std::path::Path;

use super::{dataset_of, model_of, prediction_of, project_file, split_paths};
use crate::formats::error::{FormatError, LoadError};
use crate::formats::masks;
use crate::model::project::{Choice, Project};
use crate::model::{DatasetBuilder, DatasetIdentity, Findings, MaskFiles, MaskReading, ModelIdentity, Severity};

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
    let file = entry.class_file.as_ref().map(|file| root.join(file));
    let place = splits.first().map_or_else(|| root.to_owned(), |(truth, _)| truth.clone());
    let classes = masks::classes(&place, file.as_deref(), &entry.classes, entry.ignore)?;
    let table = masks::table(&classes);
    let without = match &entry.background {
        None => None,
        Some(name) => Some(table.by_name(name).ok_or_else(|| {
            let problem = format!("`background` of dataset {} is `{name}`, which is none of its classes", entry.id);
            FormatError::new(&project_file(root), problem, format!("write one of: {}", table.names().join(", ")))
        })?),
    };
    let mut builder = DatasetBuilder {
        identity: DatasetIdentity {
            project: entry.home.as_ref().map_or_else(|| project.name.clone(), |home| home.project.clone()),
            id: entry.id.clone(),
            version: entry.version.clone(),
            split: choice.splits.join("+"),
        },
        classes: table,
        splits: choice.splits.clone(),
        ..DatasetBuilder::default()
    };
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
        },
        identity: ModelIdentity { project: project.name.clone(), id: model.id.clone(), version: model.version.clone() },
    })
}
