//! Class lists in files of their own: `data.yaml`, `classes.txt`, `obj.names`, CVAT's `labelmap.txt`, JSON.
//!
//! Knows those files. Does not know which dataset they belong to.

use std::path::Path;

use serde_json::Value;

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

/// File names (lower case, without `.json`) of class lists in JSON.
const JSON_FILES: [&str; 10] = [
    "classes",
    "class_names",
    "names",
    "labels",
    "categories",
    "id2label",
    "label2id",
    "class_to_idx",
    "class_indices",
    "dataset_info",
];
/// A class list in JSON is not larger.
const LARGEST: u64 = 4 << 20;

/// True for a JSON file that is called as a class list and is one.
#[must_use]
pub fn is_json_list(path: &Path) -> bool {
    let stem = path.file_stem().map(|s| s.to_string_lossy().to_lowercase()).unwrap_or_default();
    has_ending(path, "json")
        && JSON_FILES.contains(&stem.as_str())
        && std::fs::metadata(path).is_ok_and(|m| m.len() <= LARGEST)
        && read(path, &mut Findings::default()).is_ok()
}

/// Names in a JSON value: a list; a map from numbers to names, or from names to numbers; either under a usual key; the
/// `names` of a feature, as Hugging Face writes them.
fn json_names(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(list) => {
            let names: Option<Vec<String>> = list.iter().map(|name| name.as_str().map(str::to_owned)).collect();
            names.filter(|names| !names.is_empty())
        }
        Value::Object(map) => {
            let inside = ["names", "classes", "class_names", "categories", "id2label", "label2id"];
            inside.iter().find_map(|key| map.get(*key).and_then(json_names)).or_else(|| counted(map)).or_else(|| {
                let features = map.get("features")?.as_object()?;
                let names = |feature: &Value| json_names(feature.get("names")?);
                features.values().find_map(|f| names(f).or_else(|| f.get("feature").and_then(names)))
            })
        }
        _ => None,
    }
}

/// A map between numbers, from 0 without a gap, and names; ImageNet's lists have the name last.
fn counted(map: &serde_json::Map<String, Value>) -> Option<Vec<String>> {
    let pair = |(key, value): (&String, &Value)| match value {
        Value::Number(number) => Some((usize::try_from(number.as_u64()?).ok()?, key.clone())),
        Value::String(name) => Some((key.parse().ok()?, name.clone())),
        Value::Array(names) => Some((key.parse().ok()?, names.last()?.as_str()?.to_owned())),
        _ => None,
    };
    let mut all: Vec<(usize, String)> = map.iter().map(pair).collect::<Option<_>>()?;
    all.sort_unstable();
    let gapless = !all.is_empty() && all.iter().enumerate().all(|(at, (number, _))| at == *number);
    gapless.then(|| all.into_iter().map(|(_, name)| name).collect())
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
    if has_ending(file, "json") {
        let names = serde_json::from_str(&text).ok().and_then(|value| json_names(&value));
        return names.ok_or_else(|| {
            FormatError::new(file, "names no class", "write a JSON list of class names, or a map from numbers to names")
        });
    }
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
