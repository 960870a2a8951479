//! Which picture belongs to which label file, in every folder shape that YOLO's exporters produce.
//!
//! Knows folders and names. Does not read labels or pictures.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::formats::class_names;
use crate::formats::error::FormatError;
use crate::formats::listing::{self, Listed, has_ending, natural};
use crate::formats::picture::is_picture;
use crate::formats::source;
use crate::model::{Findings, Severity};

use super::data_yaml;

/// One image of a split.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pair {
    /// The picture's name relative to the images folder; the label's without its ending where there is no picture.
    pub name: String,
    /// The picture, where it exists.
    pub picture: Option<PathBuf>,
    /// The label file, where it exists; an image without one has no objects.
    pub label: Option<PathBuf>,
}

/// The images of a split, in natural order of their names. `truth` is a folder of label files, a text file with one
/// picture path a line, or a `data.yaml`, of which the split's entry counts.
///
/// # Errors
/// Where `truth` cannot be read, or has nothing of this split.
pub fn pairs(
    truth: &Path,
    images: Option<&Path>,
    split: &str,
    findings: &mut Findings,
) -> Result<Vec<Pair>, FormatError> {
    let mut pairs = if truth.is_dir() {
        of_folder(truth, images)?
    } else if is_yaml(truth) {
        of_yaml(truth, split, findings)?
    } else {
        of_list(truth, images)?
    };
    pairs.sort_by(|a, b| natural(&a.name, &b.name));
    Ok(pairs)
}

fn is_yaml(path: &Path) -> bool {
    has_ending(path, "yaml") || has_ending(path, "yml")
}

/// True for a label file: a text file that is neither a class list nor a readme.
#[must_use]
pub fn is_label(path: &Path) -> bool {
    let stem = path.file_stem().map(|s| s.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    has_ending(path, "txt")
        && !class_names::is_list(path)
        && !(stem.starts_with("readme") || stem == "license" || stem == "notes")
}

fn of_folder(labels: &Path, images: Option<&Path>) -> Result<Vec<Pair>, FormatError> {
    let label_files = listing::files(labels, is_label)?;
    let folder = images.map(Path::to_owned).or_else(|| images_beside(labels));
    let pictures = match &folder {
        Some(folder) if folder.is_dir() => listing::files(folder, is_picture)?,
        _ => Vec::new(),
    };
    Ok(joined(pictures, label_files))
}

/// Joins by relative name without ending, else by file name where that is unambiguous.
fn joined(pictures: Vec<Listed>, labels: Vec<Listed>) -> Vec<Pair> {
    let mut by_base: HashMap<&str, Option<usize>> = HashMap::new();
    for (i, label) in labels.iter().enumerate() {
        by_base.entry(listing::base_name(label.stem())).and_modify(|slot| *slot = None).or_insert(Some(i));
    }
    let by_stem: HashMap<&str, usize> = labels.iter().enumerate().map(|(i, label)| (label.stem(), i)).collect();
    let mut used = HashSet::new();
    let mut pairs: Vec<Pair> = Vec::with_capacity(pictures.len().max(labels.len()));
    for picture in &pictures {
        let label = by_stem
            .get(picture.stem())
            .copied()
            .or_else(|| by_base.get(listing::base_name(picture.stem())).copied().flatten());
        used.extend(label);
        pairs.push(Pair {
            name: picture.name.clone(),
            picture: Some(picture.path.clone()),
            label: label.and_then(|i| labels.get(i)).map(|l| l.path.clone()),
        });
    }
    for (i, label) in labels.iter().enumerate() {
        if !used.contains(&i) {
            pairs.push(Pair { name: label.stem().to_owned(), picture: None, label: Some(label.path.clone()) });
        }
    }
    pairs
}

fn of_yaml(file: &Path, split: &str, findings: &mut Findings) -> Result<Vec<Pair>, FormatError> {
    let yaml = data_yaml::read(file, findings)?;
    let places = yaml.places(key_of(split));
    if places.is_empty() {
        return Err(FormatError::new(
            file,
            format!("names no folder or list of split `{split}` that exists"),
            "correct the paths of `train`, `val` and `test`, and `path`",
        ));
    }
    let mut pairs = Vec::new();
    for place in places {
        if place.is_dir() {
            let images = if place.join("images").is_dir() { place.join("images") } else { place };
            let labels = labels_of(&images).unwrap_or_else(|| images.clone());
            pairs.extend(of_folder(&labels, Some(&images))?);
        } else {
            pairs.extend(of_list(&place, None)?);
        }
    }
    Ok(pairs)
}

/// The key of `data.yaml` that a split of this name has.
#[must_use]
pub fn key_of(split: &str) -> &str {
    match split {
        "valid" | "validation" | "dev" => "val",
        "training" => "train",
        "testing" => "test",
        other => other,
    }
}

/// A list of picture paths: relative to the list, to the folder above it, or absolute; a path of another machine is
/// sought by its last parts.
fn of_list(file: &Path, images: Option<&Path>) -> Result<Vec<Pair>, FormatError> {
    if !has_ending(file, "txt") {
        return Err(FormatError::new(
            file,
            "is neither a folder of label files, nor a data.yaml, nor a .txt list of pictures",
            "name one of these",
        ));
    }
    let text = source::read_text(file)?;
    let beside = file.parent().unwrap_or(Path::new(""));
    let mut bases: Vec<PathBuf> = images.map(Path::to_owned).into_iter().collect();
    bases.push(beside.to_owned());
    bases.extend(beside.parent().map(Path::to_owned));
    let mut seen = HashSet::new();
    let mut pairs = Vec::new();
    for line in text.trim_start_matches('\u{feff}').lines().map(str::trim).filter(|l| !l.is_empty()) {
        let written = PathBuf::from(line.replace('\\', "/"));
        let name = written.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if !is_picture(&written) {
            return Err(FormatError::new(
                file,
                format!("is no list of pictures: `{}` is none", name.chars().take(60).collect::<String>()),
                "write one picture path a line, or name the folder of label files",
            ));
        }
        if !seen.insert(written.clone()) {
            continue;
        }
        let picture = bases.iter().map(|base| base.join(&written)).find(|p| p.is_file()).or_else(|| {
            let tails = [tail(&written, 3), tail(&written, 2), tail(&written, 1)];
            tails.iter().flat_map(|t| bases.iter().map(move |b| b.join(t))).find(|p| p.is_file())
        });
        let place = picture.clone().unwrap_or_else(|| beside.join(&written));
        let label = label_candidates(&place).into_iter().find(|p| p.is_file());
        pairs.push(Pair { name, picture, label });
    }
    unique_names(&mut pairs);
    Ok(pairs)
}

/// Pictures of the same name in different folders get the folder's name in front.
fn unique_names(pairs: &mut [Pair]) {
    let mut count: HashMap<String, usize> = HashMap::new();
    for pair in pairs.iter() {
        *count.entry(pair.name.clone()).or_default() += 1;
    }
    for pair in pairs {
        if count.get(&pair.name).is_some_and(|&n| n > 1)
            && let Some(folder) = pair.picture.as_deref().and_then(Path::parent).and_then(Path::file_name)
        {
            pair.name = format!("{}/{}", folder.to_string_lossy(), pair.name);
        }
    }
}

fn tail(path: &Path, parts: usize) -> PathBuf {
    let all: Vec<_> = path.iter().collect();
    all.iter().skip(all.len().saturating_sub(parts)).collect()
}

/// Where the label of a picture may lie: in the folder `labels` for `images` (the last such part of the path), or beside
/// the picture.
fn label_candidates(picture: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> =
        swapped(picture, "images", "labels").into_iter().map(|p| p.with_extension("txt")).collect();
    all.push(picture.with_extension("txt"));
    all
}

/// `path` with its last part called `from` replaced by `to`; `None` where it has no such part.
fn swapped(path: &Path, from: &str, to: &str) -> Option<PathBuf> {
    let parts: Vec<&std::ffi::OsStr> = path.iter().collect();
    let at = parts.iter().rposition(|part| part.eq_ignore_ascii_case(from))?;
    Some(parts.iter().enumerate().map(|(i, part)| if i == at { std::ffi::OsStr::new(to) } else { part }).collect())
}

/// The label folder of a picture folder: `labels` for `images`, a folder inside or beside it, or itself.
#[must_use]
pub fn labels_of(images: &Path) -> Option<PathBuf> {
    let mut candidates: Vec<PathBuf> = swapped(images, "images", "labels").into_iter().collect();
    candidates.push(images.join("labels"));
    candidates.extend(other_label_folders(images));
    candidates.push(images.to_owned());
    candidates.into_iter().find(|folder| has_labels(folder))
}

/// Folders called `labels…` beside the part called `images`, with the same rest of the path: `labels-yolo/test` for
/// `images/test`.
fn other_label_folders(images: &Path) -> Vec<PathBuf> {
    let parts: Vec<&std::ffi::OsStr> = images.iter().collect();
    let Some(at) = parts.iter().rposition(|part| part.eq_ignore_ascii_case("images")) else { return Vec::new() };
    let above: PathBuf = parts.iter().take(at).collect();
    let rest: PathBuf = parts.iter().skip(at + 1).collect();
    let above = if above.as_os_str().is_empty() { PathBuf::from(".") } else { above };
    let Ok(entries) = std::fs::read_dir(&above) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .filter(|e| e.file_name().to_string_lossy().to_ascii_lowercase().starts_with("label"))
        .map(|e| e.path().join(&rest))
        .filter(|p| p.is_dir())
        .collect();
    found.sort();
    found
}

fn has_labels(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|entries| entries.flatten().any(|entry| is_label(&entry.path())))
}

/// The picture folder of a label folder: `images` for the part called `labels…`, a folder beside or inside it, or itself.
#[must_use]
pub fn images_beside(labels: &Path) -> Option<PathBuf> {
    let parts: Vec<&std::ffi::OsStr> = labels.iter().collect();
    let at = parts.iter().rposition(|part| part.to_string_lossy().to_ascii_lowercase().starts_with("label"));
    let mut candidates = Vec::new();
    if let Some(at) = at {
        let replaced = |name: &'static str| -> PathBuf {
            parts.iter().enumerate().map(|(i, p)| if i == at { std::ffi::OsStr::new(name) } else { p }).collect()
        };
        candidates.extend(["images", "imgs", "JPEGImages"].map(replaced));
        candidates.push(parts.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, p)| p).collect());
    }
    candidates.push(labels.join("images"));
    candidates.push(labels.to_owned());
    candidates.into_iter().find(|folder| has_pictures(folder))
}

/// True where a picture lies directly in the folder.
#[must_use]
pub fn has_pictures(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|entries| entries.flatten().any(|entry| is_picture(&entry.path())))
}

/// Reports images that share their name up to the ending: they share a label file, too.
pub(super) fn report_shared_labels(pairs: &[Pair], findings: &mut Findings) {
    let mut seen = HashSet::new();
    for label in pairs.iter().filter_map(|pair| pair.label.as_deref()) {
        if !seen.insert(label) {
            findings.add(
                Severity::Warning,
                "shared-label-file",
                "Pictures whose names differ only in the ending share a label file, and each gets all its objects; \
                 rename one of them.",
                || label.display().to_string(),
            );
        }
    }
}
