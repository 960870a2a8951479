//! COCO instances JSON: ground truth with images, annotations and categories.
//!
//! Knows the format and what exporters make of it. Does not know projects, predictions or metrics.

pub mod fields;
pub mod ids;
mod paths;
mod records;
pub mod segmentation;
mod sniff;

use std::path::Path;

use rustc_hash::FxHashSet;

use super::checks::{self, Note};
use super::error::{FormatError, LoadError};
use super::json::Scanner;
use super::source;
use crate::model::{ClassId, DatasetBuilder, Findings, Image, NewTruth, Progress, Rle};
use ids::IdTable;
use paths::Pictures;
pub(super) use paths::leads_outside;
pub use paths::stem;
use records::{Notes, RawAnnotation, RawCategory, RawImage, Records};
pub use sniff::{looks_like_results, looks_like_truth};

const DUPLICATE_IMAGE_ID: Note = Note::warning(
    "duplicate-image-id",
    "Several images have the same id; the first is kept and takes the objects of all of them: give every image its own id.",
);
const DUPLICATE_CATEGORY_ID: Note = Note::warning(
    "duplicate-category-id",
    "Several categories have the same id; the first is kept and takes the objects of all of them: give every category its own id.",
);
const DUPLICATE_ANNOTATION_ID: Note = Note::warning(
    "duplicate-annotation-id",
    "Several annotations have the same id; each is evaluated as it stands, while pycocotools would take the last for all of them: number them anew.",
);
const ANNOTATION_ID_ZERO: Note = Note::info(
    "annotation-id-zero",
    "An annotation has the id 0; it is evaluated like any other, while pycocotools would never count it as found: number annotations from 1.",
);
const MISSING_AREA: Note = Note::warning(
    "missing-area",
    "Annotations have no `area`; the area of their box decides whether they are small, medium or large: export areas for numbers that agree with others.",
);
const CROWD_REGIONS: Note = Note::info(
    "crowd-regions",
    "Crowd regions (`iscrowd`) are never missed and never count as found; detections inside them are left out of the counts.",
);
const PATH_OUTSIDE: Note = Note::warning(
    "path-outside-project",
    "File names lead out of the images folder; the pictures are read from there: move them into the folder if the project should be moved or shared.",
);
const MISSING_FILE_NAME: Note = Note::warning(
    "missing-file-name",
    "Images have no `file_name`; they are called by their id and cannot be shown: export file names.",
);
const CLASSES_DIFFER: Note = Note::warning(
    "classes-differ",
    "Categories differ from the classes that are already declared; equal names are one class, new names become new classes: give all splits the same categories.",
);

const LAYOUT: &str = "COCO truth is an object with the lists `images`, `annotations` and `categories`";

/// Reads one COCO truth file into the builder: its images with `split`, its truths, and its classes. If the builder has no
/// class yet, the file's categories are declared in file order; else they are matched by name, categories without a name by
/// id, and differences are reported. `images` is the folder that file names are relative to.
///
/// With `masks`, every object needs a `segmentation`, and its mask is read too.
///
/// A record that cannot be read, or refers to an image or class that does not exist, is left out and counted.
///
/// # Errors
/// Where the file cannot be read, is broken or is no COCO truth (the builder may then hold a part of it), or the work is
/// cancelled.
pub fn read_truth(
    path: &Path,
    images: Option<&Path>,
    split: u16,
    masks: bool,
    into: &mut DatasetBuilder,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<(), LoadError> {
    let file = source::short_name(path);
    progress.stage(&format!("Reading {file}"));
    let bytes = source::read_bytes(path)?;
    let mut notes = Notes { file, findings };
    let records = parse(path, &bytes, masks, &mut notes, progress)?;
    drop(bytes);
    let missing = |key: &str| FormatError::new(path, format!("has no `{key}`"), LAYOUT);
    let file_images = records.images.ok_or_else(|| missing("images"))?;
    let annotations = records.annotations.ok_or_else(|| missing("annotations"))?;
    if records.categories.is_none() && into.classes.is_empty() {
        return Err(missing("categories").into());
    }
    let classes = declare_classes(records.categories, into, &mut notes);
    let positions = add_images(file_images, images, split, into, &mut notes);
    add_truths(&annotations, &classes, &positions, masks, into, &mut notes, progress)
}

fn parse(
    path: &Path,
    bytes: &[u8],
    masks: bool,
    notes: &mut Notes<'_>,
    progress: &dyn Progress,
) -> Result<Records, LoadError> {
    source::check_encoding(path, bytes)?;
    let start = bytes.len() - source::without_mark(bytes).len();
    match Scanner::new(bytes, start).peek() {
        None => return Err(FormatError::new(path, "is empty", LAYOUT).into()),
        Some(b'[') => {
            let remedy = format!("{LAYOUT}; a list of detections belongs to the predictions");
            return Err(FormatError::new(path, "is a list", remedy).at("line 1:1").into());
        }
        Some(_) => {}
    }
    records::read(bytes, start, masks, notes, progress).map_err(|broken| match progress.check() {
        Ok(()) => broken.in_file(path, bytes).into(),
        Err(cancelled) => cancelled.into(),
    })
}

/// Declares the file's categories, or matches them with the classes declared before. Returns category id → class.
fn declare_classes(categories: Option<Vec<RawCategory>>, into: &mut DatasetBuilder, notes: &mut Notes<'_>) -> IdTable {
    let Some(categories) = categories else {
        // The classes come from elsewhere, and so do their ids.
        return IdTable::new(into.classes.source_ids().iter().copied().zip(0..));
    };
    let declared = into.classes.len();
    let mut seen = FxHashSet::default();
    let mut table = Vec::with_capacity(categories.len());
    for category in categories {
        let place = || format!("categories[{}]", category.index);
        if !seen.insert(category.id) {
            notes.add(&DUPLICATE_CATEGORY_ID, || format!("{}: id {}", place(), category.id));
            continue;
        }
        let known = if declared == 0 {
            None
        } else {
            match &category.name {
                Some(name) => into.classes.by_name(name),
                None => into.classes.by_source_id(category.id),
            }
        };
        let class = known.unwrap_or_else(|| {
            let name = category.name.clone().unwrap_or_else(|| category.id.to_string());
            if declared > 0 {
                notes.add(&CLASSES_DIFFER, || format!("{}: {name} is new", place()));
            }
            into.classes.push(name, category.id)
        });
        table.push((category.id, class.0));
    }
    if declared > 0 {
        let used: FxHashSet<u32> = table.iter().map(|&(_, class)| class).collect();
        for class in (0..declared).map(ClassId::from_index).filter(|class| !used.contains(&class.0)) {
            notes.add(&CLASSES_DIFFER, || format!("{} is not there", into.classes.name(class)));
        }
    }
    IdTable::new(table.iter().copied())
}

/// Adds the file's images. Returns image id → position in the builder, and so its size.
fn add_images(
    images: Vec<RawImage>,
    folder: Option<&Path>,
    split: u16,
    into: &mut DatasetBuilder,
    notes: &mut Notes<'_>,
) -> IdTable {
    let pictures = folder.map(|folder| Pictures::new(folder, images.iter().filter_map(|i| i.name.as_deref())));
    // A split may come in several files.
    let mut seen: FxHashSet<i64> = into.images.iter().filter(|i| i.split == split).map(|i| i.source_id).collect();
    into.images.reserve(images.len());
    for RawImage { index, id, name, width, height } in images {
        if !seen.insert(id) {
            notes.add(&DUPLICATE_IMAGE_ID, || format!("images[{index}]: id {id}"));
            continue;
        }
        match &name {
            None => notes.add(&MISSING_FILE_NAME, || format!("images[{index}]: id {id}")),
            Some(name) if leads_outside(name) => {
                notes.add(&PATH_OUTSIDE, || format!("images[{index}].file_name {name:?}"));
            }
            Some(_) => {}
        }
        let path = name.as_deref().and_then(|name| pictures.as_ref().map(|p| p.path(name)));
        let name = name.unwrap_or_else(|| id.to_string());
        into.images.push(Image { source_id: id, name, width, height, path, split });
    }
    let positions = into.images.iter().zip(0..).filter(|(image, _)| image.split == split);
    IdTable::new(positions.map(|(image, position)| (image.source_id, position)))
}

fn add_truths(
    annotations: &[RawAnnotation],
    classes: &IdTable,
    positions: &IdTable,
    masks: bool,
    into: &mut DatasetBuilder,
    notes: &mut Notes<'_>,
    progress: &dyn Progress,
) -> Result<(), LoadError> {
    report_ids(annotations, notes);
    let before = into.truths.len();
    into.truths.reserve(annotations.len());
    for (done, annotation) in annotations.iter().enumerate() {
        if done % 4096 == 0 {
            progress.check()?;
            progress.progress(done, annotations.len());
        }
        let Some(truth) = truth(annotation, classes, positions, into, notes) else { continue };
        if masks {
            let Some(mask) = mask(annotation, truth.image, into, notes) else { continue };
            into.masks.push(mask.as_ref());
        }
        into.truths.push(truth);
    }
    if into.truths.len() == before {
        notes.add(&checks::NO_TRUTH, || format!("{} annotations, none usable", annotations.len()));
    }
    Ok(())
}

/// Looks the annotation's image and class up and judges its box. `None` where it is left out.
fn truth(
    annotation: &RawAnnotation,
    classes: &IdTable,
    positions: &IdTable,
    into: &DatasetBuilder,
    notes: &mut Notes<'_>,
) -> Option<NewTruth> {
    let place = |what: &str| format!("annotations[{}]{what}", annotation.index);
    let Some(position) = positions.get(annotation.image) else {
        notes.add(&checks::UNKNOWN_IMAGE, || format!("{} {}", place(".image_id"), annotation.image));
        return None;
    };
    let Some(class) = classes.get(annotation.category) else {
        notes.add(&checks::UNKNOWN_CLASS, || format!("{} {}", place(".category_id"), annotation.category));
        return None;
    };
    let bbox = annotation.bbox;
    if !checks::is_usable(bbox) {
        notes.add(&checks::NON_FINITE_BOX, || place(".bbox"));
        return None;
    }
    let image = position as usize;
    let (width, height) = into.images.get(image).map_or((0, 0), |i| (i.width, i.height));
    if let Some(note) = checks::remarkable(bbox, width, height, &checks::TRUTH_OUT_OF_BOUNDS) {
        notes.add(note, || format!("{} [{}, {}, {}, {}]", place(".bbox"), bbox.x, bbox.y, bbox.w, bbox.h));
    }
    let area = annotation.area.unwrap_or_else(|| {
        notes.add(&MISSING_AREA, || place(""));
        bbox.area()
    });
    if annotation.crowd {
        notes.add(&CROWD_REGIONS, || place(""));
    }
    Some(NewTruth { image, class: ClassId(class), bbox, area, ignored: annotation.crowd })
}

/// The mask of an annotation; `None` where it is left out.
fn mask(annotation: &RawAnnotation, image: usize, into: &DatasetBuilder, notes: &mut Notes<'_>) -> Option<Rle> {
    let (width, height) = into.images.get(image).map_or((0, 0), |image| (image.width, image.height));
    let found = annotation.mask.as_ref().map(|mask| mask.mask(height, width));
    let what = match found {
        Some(Ok(mask)) => return Some(mask),
        Some(Err(what)) => what,
        None => "is missing".to_owned(),
    };
    notes.add(&checks::BAD_MASK, || format!("annotations[{}].segmentation {what}", annotation.index));
    None
}

fn report_ids(annotations: &[RawAnnotation], notes: &mut Notes<'_>) {
    let mut seen = FxHashSet::default();
    seen.reserve(annotations.len());
    for annotation in annotations {
        let Some(id) = annotation.id else { continue };
        if !seen.insert(id) {
            notes.add(&DUPLICATE_ANNOTATION_ID, || format!("annotations[{}]: id {id}", annotation.index));
        }
        if id == 0 {
            notes.add(&ANNOTATION_ID_ZERO, || format!("annotations[{}]", annotation.index));
        }
    }
}
