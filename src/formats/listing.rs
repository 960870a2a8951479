//! Lists files of a folder in a stable order, bounded and safe against links in a circle.
//!
//! Knows names and folders. Does not open files.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::error::FormatError;

/// Folders below this depth are not looked into.
pub const MAX_DEPTH: usize = 12;

/// A file below a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Where it is.
    pub path: PathBuf,
    /// Its path relative to the folder, with `/`.
    pub name: String,
}

impl Listed {
    /// The relative name without its ending.
    #[must_use]
    pub fn stem(&self) -> &str {
        stem(&self.name)
    }
}

/// A relative name with `/`, without the ending of its last part.
#[must_use]
pub fn stem(name: &str) -> &str {
    let start = name.rfind('/').map_or(0, |slash| slash + 1);
    match name.rfind('.') {
        Some(dot) if dot > start => name.get(..dot).unwrap_or(name),
        _ => name,
    }
}

/// The last part of a relative name with `/`.
#[must_use]
pub fn base_name(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Natural order (`img2` before `img10`); names that differ only in what that ignores are ordered by their characters.
#[must_use]
pub fn natural(a: &str, b: &str) -> Ordering {
    natord::compare(a, b).then_with(|| a.cmp(b))
}

/// All files below `folder` that `wanted` accepts, in natural order of their relative names. Hidden files and folders
/// are passed over; links are followed, circles are not.
///
/// # Errors
/// Where the folder itself cannot be listed; what cannot be listed below it is passed over.
pub fn files(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Result<Vec<Listed>, FormatError> {
    std::fs::read_dir(folder).map_err(|e| FormatError::io(folder, &e))?;
    let mut found: Vec<Listed> = WalkDir::new(folder)
        .follow_links(true)
        .max_depth(MAX_DEPTH)
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry.file_name()))
        .flatten()
        .filter(|entry| entry.file_type().is_file() && wanted(entry.path()))
        .map(|entry| Listed { name: relative(folder, entry.path()), path: entry.into_path() })
        .collect();
    found.sort_by(|a, b| natural(&a.name, &b.name));
    Ok(found)
}

/// True for names that start with a dot.
#[must_use]
pub fn is_hidden(name: &std::ffi::OsStr) -> bool {
    name.as_encoded_bytes().first() == Some(&b'.')
}

/// `path` relative to `base`, with `/`; the whole path where it lies elsewhere.
#[must_use]
pub fn relative(base: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(base).unwrap_or(path);
    let text = inside.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

/// True where the file name has this ending, in any letter case.
#[must_use]
pub fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().and_then(|e| e.to_str()).is_some_and(|e| e.eq_ignore_ascii_case(ending))
}
