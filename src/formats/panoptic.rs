//! COCO panoptic files: a JSON with the segments of each image, and a folder of PNGs whose colours are segment ids.
//!
//! Knows the format. Does not know projects or metrics.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::checks::Note;
use super::coco::leads_outside;
use super::error::FormatError;
use super::mask_png;
use super::source;
use crate::model::index_mask::NO_CLASS;
use crate::model::{Findings, IndexMask, MaskSegment};

/// The format of panoptic truth and outputs in a project file.
pub const FORMAT: &str = "coco-panoptic";

const LAYOUT: &str =
    "COCO panoptic is an object with `annotations` of `file_name` and `segments_info`, and `categories`";

const UNKNOWN_CATEGORY: Note = Note::warning(
    "unknown-class",
    "Segments are of a category that the truth does not declare and are left out; use the truth's `categories`.",
);
const PATH_OUTSIDE: Note = Note::warning(
    "path-outside-project",
    "File names lead out of the folder of segments; the PNGs are read from there: move them into the folder if the project \
     should be moved or shared.",
);

#[derive(Deserialize)]
struct File {
    annotations: Vec<Annotation>,
    #[serde(default)]
    categories: Vec<Category>,
}

#[derive(Deserialize)]
struct Annotation {
    file_name: String,
    #[serde(default)]
    segments_info: Vec<SegmentInfo>,
}

#[derive(Deserialize)]
struct SegmentInfo {
    id: u32,
    category_id: i64,
    #[serde(default)]
    area: Option<f64>,
    #[serde(default)]
    iscrowd: u8,
}

/// A category of the file.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Category {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
}

/// The segments of an image and where their ids are drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The PNG, relative to its folder.
    pub name: String,
    /// The PNG.
    pub path: PathBuf,
    /// The segments; those of unknown categories are left out.
    pub segments: Vec<MaskSegment>,
}

/// Reads a panoptic JSON. `classes` are the categories of the truth where this is an output; the file's own otherwise. What
/// is remarkable is added to the findings.
///
/// # Errors
/// Where the file cannot be read or is none.
pub fn read(
    json: &Path,
    classes: Option<&[Category]>,
    findings: &mut Findings,
) -> Result<(Vec<Category>, Vec<Entry>), FormatError> {
    let text = source::read_text(json)?;
    let file: File = serde_json::from_str(&text)
        .map_err(|error| FormatError::new(json, format!("is no panoptic truth or output ({error})"), LAYOUT))?;
    let categories = classes.map_or_else(|| file.categories.clone(), <[Category]>::to_vec);
    if categories.is_empty() {
        return Err(FormatError::new(json, "has no `categories`", LAYOUT));
    }
    let index: HashMap<i64, u16> = categories.iter().map(|category| category.id).zip(0..).collect();
    let folder = folder_of(json, file.annotations.iter().map(|annotation| annotation.file_name.as_str()));
    let mut entry = |annotation: Annotation| {
        let Annotation { file_name: name, segments_info } = annotation;
        if leads_outside(&name) {
            PATH_OUTSIDE.add(findings, || name.clone());
        }
        let mut segments = Vec::with_capacity(segments_info.len());
        for info in segments_info {
            let Some(&class) = index.get(&info.category_id) else {
                UNKNOWN_CATEGORY
                    .add(findings, || format!("{name}: segment {}, category {}", info.id, info.category_id));
                continue;
            };
            let area = info.area.filter(|area| *area >= 0.0).map(|area| area as u64);
            segments.push(MaskSegment { id: info.id, class, crowd: info.iscrowd != 0, area });
        }
        Entry { path: folder.join(&name), name, segments }
    };
    let mut entries: Vec<Entry> = file.annotations.into_iter().map(&mut entry).collect();
    entries.sort_by(|a, b| super::listing::natural(&a.name, &b.name));
    Ok((categories, entries))
}

/// Folders that hold the PNGs of the only JSON beside them.
const USUAL: [&str; 6] = ["panoptic", "pngs", "png", "masks", "segments", "segmentations"];

/// The folder of the PNGs: `panoptic_val2017.json` has them in `panoptic_val2017` beside it or beside the folder above, else
/// in a folder of a usual name that is no other file's, else beside it. The first that has one of the first `names`.
#[must_use]
pub fn folder_of<'a>(json: &Path, names: impl Iterator<Item = &'a str>) -> PathBuf {
    let names: Vec<&str> = names.take(3).collect();
    let own = json.with_extension("");
    let parent = json.parent().map(Path::to_owned).unwrap_or_default();
    let above = parent.parent().zip(own.file_name()).map(|(above, name)| above.join(name));
    let usual = USUAL.iter().map(|name| parent.join(name)).filter(|folder| !folder.with_extension("json").exists());
    let mut candidates = [own.clone()].into_iter().chain(above).chain(usual).chain([parent.clone()]);
    let found = candidates.find(|folder| names.iter().any(|name| folder.join(name).is_file()));
    found.unwrap_or(if own.is_dir() { own } else { parent })
}

/// The segment id of every pixel of a PNG, red + 256 · green + 65,536 · blue, row by row, with width and height.
///
/// # Errors
/// Where the file cannot be read.
pub fn read_ids(path: &Path) -> Result<(u32, u32, Vec<u32>), FormatError> {
    let (width, height, colours) = mask_png::read_colours(path)?;
    let id = |[r, g, b]: [u8; 3]| u32::from(r) | u32::from(g) << 8 | u32::from(b) << 16;
    Ok((width, height, colours.into_iter().map(id).collect()))
}

/// The class of every pixel; pixels of no segment are of no class.
#[must_use]
pub fn classes_of(width: u32, height: u32, ids: &[u32], segments: &[MaskSegment]) -> IndexMask {
    let table: HashMap<u32, u16> = segments.iter().map(|segment| (segment.id, segment.class)).collect();
    let mut last = (u32::MAX, NO_CLASS);
    let class = |id: &u32| {
        if last.0 != *id {
            last = (*id, table.get(id).copied().unwrap_or(NO_CLASS));
        }
        last.1
    };
    IndexMask::new(width, height, ids.iter().map(class).collect())
}
