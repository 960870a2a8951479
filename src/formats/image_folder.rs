//! Folders of pictures named after their class: `airplane/0000.jpg`.
//!
//! Knows folders. Opens no picture.

use std::path::Path;

use super::error::{FormatError, LoadError};
use super::labels::{Item, Labelled};
use super::listing::{self, natural};
use super::picture::is_picture;
use super::table::labels::Labels;
use crate::model::{Findings, Progress, Severity};

/// Reads one split: the class is the first folder below it, the item's id the path relative to it.
pub(super) fn read(root: &Path, findings: &mut Findings, progress: &dyn Progress) -> Result<Labelled, LoadError> {
    let files = listing::files(root, is_picture)?;
    progress.check()?;
    let mut labels = Labels::default();
    for class in class_folders(root) {
        labels.names.number(&class);
    }
    let mut items = Vec::with_capacity(files.len());
    for file in files {
        let Some((class, _)) = file.name.split_once('/') else {
            findings.add(
                Severity::Warning,
                "picture-without-class",
                "Pictures lie in no class folder and are left out; move each into the folder of its class.",
                || file.name.clone(),
            );
            continue;
        };
        labels.row();
        labels.add(class);
        items.push(Item { name: file.name, text: None, path: Some(file.path), line: 0 });
    }
    if items.is_empty() {
        let remedy = "name the folder whose folders are called after the classes";
        return Err(FormatError::new(root, "has no pictures in class folders", remedy).into());
    }
    Ok(Labelled { file: String::new(), items, labels })
}

/// The folders directly inside, empty ones too, in natural order.
#[must_use]
pub fn class_folders(root: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.path().is_dir() && !listing::is_hidden(&entry.file_name()));
    let mut names: Vec<String> = folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort_by(|a, b| natural(a, b));
    names
}
