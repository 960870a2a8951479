//! What lies in a folder, gone through once: how many pictures, texts and annotations each folder has, and the files that
//! may describe the rest.
//!
//! Knows names and endings. Opens no file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::formats::class_names;
use crate::formats::error::{FormatError, LoadError};
use crate::formats::listing::{self, has_ending};
use crate::formats::picture::is_picture;
use crate::formats::yolo::pairing::is_label;
use crate::formats::{npy, table};
use crate::model::{Findings, Progress, Severity};

/// Files and folders looked at before the rest is passed over.
const MAX_ENTRIES: usize = 500_000;
/// Folders below this depth are passed over.
const MAX_DEPTH: usize = 10;
/// Names kept of each kind of file in a folder.
const SAMPLES: usize = 24;

/// Files of one kind in one folder.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// How many.
    pub count: usize,
    /// The first ones' names, in order.
    pub first: Vec<String>,
}

impl Group {
    fn add(&mut self, name: &str) {
        self.count += 1;
        if self.first.len() < SAMPLES {
            self.first.push(name.to_owned());
        }
    }
}

/// One folder.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    /// Pictures directly in it.
    pub pictures: Group,
    /// Text files that may be labels.
    pub texts: Group,
    /// XML files.
    pub xmls: Group,
}

/// Everything found below a folder. Paths are relative to it, with `/`; the folder itself is the empty path.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// The folder.
    pub root: PathBuf,
    /// All folders.
    pub folders: BTreeMap<String, Folder>,
    /// JSON files.
    pub jsons: Vec<String>,
    /// YAML files.
    pub yamls: Vec<String>,
    /// Files that list class names.
    pub class_lists: Vec<String>,
    /// Tables: CSV and the like, and JSON a line.
    pub tables: Vec<String>,
    /// NumPy's arrays and archives of them.
    pub arrays: Vec<String>,
    /// Files that other tools read and this program does not: what they are, and where.
    pub foreign: Vec<(String, &'static str)>,
}

impl Inventory {
    /// Goes through a folder.
    ///
    /// # Errors
    /// Where the folder cannot be listed; cancelled.
    pub fn take(root: &Path, findings: &mut Findings, progress: &dyn Progress) -> Result<Self, LoadError> {
        std::fs::read_dir(root).map_err(|e| FormatError::io(root, &e))?;
        let mut found = Self { root: root.to_owned(), ..Self::default() };
        let entries = WalkDir::new(root)
            .follow_links(true)
            .max_depth(MAX_DEPTH)
            .sort_by_file_name()
            .into_iter()
            .filter_entry(|entry| entry.depth() == 0 || !is_passed_over(entry.file_name()));
        for (i, entry) in entries.enumerate() {
            if i % 1024 == 0 {
                progress.check()?;
            }
            if i >= MAX_ENTRIES {
                findings.add(
                    Severity::Warning,
                    "large-folder",
                    "The folder holds so much that the rest was not looked at; open a folder further down, or say what is \
                     where in evalens.json.",
                    || format!("stopped after {MAX_ENTRIES} entries"),
                );
                break;
            }
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {
                    found.folders.entry(listing::relative(root, entry.path())).or_default();
                }
                // Pipes and devices are no data, and opening one could take forever.
                Ok(entry) if !entry.file_type().is_file() => {}
                Ok(entry) => found.add(listing::relative(root, entry.path()), entry.path()),
                Err(error) => {
                    let circle = error.loop_ancestor().is_some();
                    let place = error.path().map(|p| listing::relative(root, p)).unwrap_or_default();
                    let what =
                        if circle { "a link that leads back to a folder above it" } else { "it cannot be listed" };
                    findings.add(
                        Severity::Info,
                        "folder-not-listed",
                        "Folders that cannot be gone through are passed over; check links and permissions.",
                        || format!("{place}: {what}"),
                    );
                }
            }
        }
        Ok(found)
    }

    fn add(&mut self, name: String, path: &Path) {
        if table::is_delimited(path) || has_ending(path, "jsonl") || has_ending(path, "ndjson") {
            self.tables.push(name.clone());
        } else if npy::is_array(path) {
            self.arrays.push(name.clone());
        }
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let base = listing::base_name(&name);
        if is_picture(path) {
            self.folders.entry(folder.to_owned()).or_default().pictures.add(base);
        } else if class_names::is_list(path) {
            self.class_lists.push(name);
        } else if is_label(path) {
            self.folders.entry(folder.to_owned()).or_default().texts.add(base);
        } else if has_ending(path, "xml") {
            self.folders.entry(folder.to_owned()).or_default().xmls.add(base);
        } else if has_ending(path, "json") {
            self.jsons.push(name);
        } else if has_ending(path, "yaml") || has_ending(path, "yml") {
            self.yamls.push(name);
        } else if base == "metadata.jsonl" {
            self.foreign.push((name, "Hugging Face image folder"));
        } else if has_ending(path, "tfrecord") {
            self.foreign.push((name, "TFRecord"));
        } else if base == "_annotations.csv" {
            self.foreign.push((name, "boxes in a CSV table"));
        }
    }

    /// True where the folder exists and has pictures directly in it.
    #[must_use]
    pub fn has_pictures(&self, folder: &str) -> bool {
        self.folders.get(folder).is_some_and(|f| f.pictures.count > 0)
    }
}

fn is_passed_over(name: &std::ffi::OsStr) -> bool {
    listing::is_hidden(name)
        || ["node_modules", "__pycache__", "__MACOSX", "venv", "site-packages"].iter().any(|n| name == *n)
}

/// Joins parts of relative paths, passing over empty ones.
#[must_use]
pub fn joined(parts: &[&str]) -> String {
    parts.iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join("/")
}
