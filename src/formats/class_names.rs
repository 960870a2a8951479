//! Class lists in files of their own: `data.yaml`, `classes.txt`, `obj.names`, CVAT's `labelmap.txt`.
//!
//! Knows those files. Does not know which dataset they belong to.

use std::path::Path;

use super::error::FormatError;
use super::listing::has_ending;
use super::{source, yolo};
use crate::model::Findings;

/// File names (lower case) that hold a class a line.
pub const LIST_FILES: [&str; 7] =
    ["classes.txt", "obj.names", "labels.txt", "class_names.txt", "names.txt", "labelmap.txt", "_classes.txt"];

/// True for the file names of [`LIST_FILES`] and any file ending in `.names`.
#[must_use]
pub fn is_list(path: &Path) -> bool {
    has_ending(path, "names")
        || path
            .file_name()
            .and_then(|n| n.to_str())
            .is_some_and(|n| LIST_FILES.iter().any(|known| n.eq_ignore_ascii_case(known)))
}

/// Reads class names in index order: the `names` of a YAML file, else one name a line. Of CVAT's `labelmap.txt`
/// (`name:colour:parts:actions`) the first field counts and `background` is left out.
///
/// # Errors
/// Where the file cannot be read or names no class.
pub fn read(file: &Path, findings: &mut Findings) -> Result<Vec<String>, FormatError> {
    if has_ending(file, "yaml") || has_ending(file, "yml") {
        return Ok(yolo::data_yaml::read(file, findings)?.names);
    }
    let text = source::read_text(file)?;
    let text = text.trim_start_matches('\u{feff}').trim_end();
    let labelmap = text.lines().any(|line| line.starts_with('#') && line.contains("label:"));
    let names: Vec<String> = if labelmap {
        text.lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split(':').next().unwrap_or(line).trim().to_owned())
            .filter(|name| !name.is_empty() && name != "background")
            .collect()
    } else {
        text.lines().map(|line| line.trim().to_owned()).collect()
    };
    if names.iter().all(String::is_empty) {
        return Err(FormatError::new(file, "names no class", "write one class name a line"));
    }
    Ok(names)
}
