//! Pascal VOC truth: one XML file an image.
//!
//! Knows the annotation files and the lists beside them. Does not know model outputs.

mod xml;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::error::{FormatError, LoadError};
use super::health::{self, Whose};
use super::listing::{self, Listed, base_name, has_ending, natural};
use super::picture::{self, is_picture};
use super::source;
use super::yolo::source_ids;
use crate::model::{ClassTable, DatasetBuilder, Findings, Image, NewTruth, Progress, Severity};
pub use xml::{Annotation, Object, looks_like_annotation, parse};

/// One split of VOC truth.
#[derive(Clone, Copy, Debug)]
pub struct Split<'a> {
    /// A folder of XML files, one XML file, or a list of image names as in `ImageSets/Main`.
    pub truth: &'a Path,
    /// The images folder, where there is one.
    pub images: Option<&'a Path>,
}

/// Reads all splits of a dataset: class names are known only once every file is read. Names that occur and do not stand
/// in the builder yet are declared there, in natural order.
///
/// # Errors
/// Where a file cannot be read, is not an annotation, or a split has none.
pub fn read_truth(
    splits: &[Split<'_>],
    into: &mut DatasetBuilder,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<(), LoadError> {
    progress.stage("Reading the annotations");
    let mut read = Vec::new();
    for split in splits {
        read.push(read_files(&annotation_files(split.truth)?, split.images, progress)?);
    }
    declare(read.iter().flatten(), &mut into.classes, findings);
    for (index, files) in (0_u16..).zip(read) {
        push_split(index, files, into, findings);
    }
    Ok(())
}

/// One file with the picture that belongs to it.
struct Read {
    file: PathBuf,
    name: String,
    picture: Option<PathBuf>,
    size: (u32, u32),
    annotation: Annotation,
}

/// The annotation files of a split, in natural order.
///
/// # Errors
/// Where the folder or list cannot be read or has none.
pub fn annotation_files(truth: &Path) -> Result<Vec<Listed>, FormatError> {
    let files = if truth.is_dir() {
        listing::files(truth, |path| has_ending(path, "xml"))?
    } else if has_ending(truth, "txt") {
        of_list(truth)?
    } else {
        let name = truth.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        vec![Listed { path: truth.to_owned(), name }]
    };
    if files.is_empty() {
        return Err(FormatError::new(truth, "has no annotation files (.xml)", "name the folder that holds them"));
    }
    Ok(files)
}

/// `ImageSets/Main/test.txt`: an image name a line, without ending; the annotations are in `Annotations` above it. Lists
/// of one class have a second column, which is −1 where the image does not belong.
fn of_list(list: &Path) -> Result<Vec<Listed>, FormatError> {
    let folder = list.ancestors().skip(1).map(|above| above.join("Annotations")).find(|f| f.is_dir());
    let Some(folder) = folder else {
        return Err(FormatError::new(
            list,
            "has no folder `Annotations` above it",
            "keep the list in ImageSets/Main, beside Annotations",
        ));
    };
    let mut seen = HashSet::new();
    let mut files = Vec::new();
    for line in source::read_text(list)?.lines() {
        let mut columns = line.split_ascii_whitespace();
        let Some(stem) = columns.next().filter(|_| columns.next() != Some("-1")) else { continue };
        // CVAT writes the picture's path with its ending.
        let stem = if is_picture(Path::new(stem)) { listing::stem(stem) } else { stem };
        let name = format!("{stem}.xml");
        if seen.insert(name.clone()) {
            files.push(Listed { path: folder.join(&name), name });
        }
    }
    files.sort_by(|a, b| natural(&a.name, &b.name));
    Ok(files)
}

fn read_files(files: &[Listed], images: Option<&Path>, progress: &dyn Progress) -> Result<Vec<Read>, LoadError> {
    let pictures = match images {
        Some(folder) if folder.is_dir() => listing::files(folder, is_picture)?,
        _ => Vec::new(),
    };
    let by_stem: HashMap<&str, &Listed> = pictures.iter().map(|p| (p.stem(), p)).collect();
    let by_base: HashMap<&str, &Listed> = pictures.iter().map(|p| (base_name(p.stem()), p)).collect();
    let by_name: HashMap<&str, &Listed> = pictures.iter().map(|p| (base_name(&p.name), p)).collect();
    let done = AtomicUsize::new(0);
    files
        .par_iter()
        .map(|file| {
            progress.check()?;
            let annotation = parse(&source::read_text(&file.path)?, &file.path)?;
            let picture = by_stem
                .get(file.stem())
                .or_else(|| by_base.get(base_name(file.stem())))
                .or_else(|| by_name.get(annotation.filename.as_str()))
                .copied();
            progress.progress(done.fetch_add(1, Ordering::Relaxed) + 1, files.len());
            Ok(named(file, picture, images, annotation))
        })
        .collect()
}

fn named(file: &Listed, picture: Option<&Listed>, images: Option<&Path>, annotation: Annotation) -> Read {
    let name = match picture {
        Some(picture) => picture.name.clone(),
        // `filename` is often stale; it is believed where it names the same image as the file itself.
        None if listing::stem(&annotation.filename) == base_name(file.stem()) => annotation.filename.clone(),
        None => file.stem().to_owned(),
    };
    let path = picture.map(|p| p.path.clone()).or_else(|| {
        let name = if is_picture(Path::new(&name)) { name.clone() } else { format!("{name}.jpg") };
        images.map(|folder| folder.join(name))
    });
    let size = match (annotation.size, picture) {
        ((w, h), Some(picture)) if w == 0 || h == 0 => picture::dimensions(&picture.path).unwrap_or((0, 0)),
        (size, _) => size,
    };
    Read { file: file.path.clone(), name, picture: path, size, annotation }
}

fn declare<'a>(files: impl Iterator<Item = &'a Read>, classes: &mut ClassTable, findings: &mut Findings) {
    let occurring: HashSet<&str> = files.flat_map(|f| &f.annotation.objects).map(|o| o.name.as_str()).collect();
    if !occurring.is_empty() && !classes.is_empty() && !classes.names().iter().any(|n| occurring.contains(n.as_str())) {
        findings.add(
            Severity::Warning,
            "class-list-ignored",
            "The class list names none of the classes that occur and is not used; is it another dataset's?",
            || classes.names().iter().take(5).cloned().collect::<Vec<_>>().join(", "),
        );
        *classes = ClassTable::default();
    }
    let declared: HashSet<String> = classes.names().iter().cloned().collect();
    let mut new: Vec<&str> = occurring.into_iter().filter(|name| !declared.contains(*name)).collect();
    new.sort_by(|a, b| natural(a, b));
    for name in new {
        if !declared.is_empty() {
            findings.add(
                Severity::Info,
                "undeclared-class",
                "Objects have classes that the class list does not name; they are added behind the others. Complete the list.",
                || name.to_owned(),
            );
        }
        let position = i64::try_from(classes.len()).unwrap_or(i64::MAX);
        classes.push(name, position);
    }
}

fn push_split(index: u16, mut files: Vec<Read>, into: &mut DatasetBuilder, findings: &mut Findings) {
    files.sort_by(|a, b| natural(&a.name, &b.name));
    let ids = source_ids(files.iter().map(|f| f.name.as_str()));
    for (file, source_id) in files.iter().zip(ids) {
        let image = into.images.len();
        if file.size.0 == 0 || file.size.1 == 0 {
            findings.add(
                Severity::Info,
                "missing-image-size",
                "Annotations without an image size: boxes cannot be checked against the image's edges. Add <size>.",
                || source::short_name(&file.file),
            );
        }
        into.images.push(Image {
            source_id,
            name: file.name.clone(),
            width: file.size.0,
            height: file.size.1,
            path: file.picture.clone(),
            split: index,
        });
        push_objects(file, image, into, findings);
    }
}

fn push_objects(file: &Read, image: usize, into: &mut DatasetBuilder, findings: &mut Findings) {
    let mut seen: Vec<&Object> = Vec::new();
    for object in &file.annotation.objects {
        let place = || format!("{}, line {}", source::short_name(&file.file), object.line);
        let Some(bbox) = object.bbox else {
            findings.add(
                Severity::Warning,
                "malformed-object",
                "Objects without a complete <bndbox> are left out; correct them.",
                place,
            );
            continue;
        };
        // Every name that occurs was declared.
        let Some(class) = into.classes.by_name(&object.name) else { continue };
        if !health::check_box(bbox, file.size, Whose::Truth, findings, place) {
            continue;
        }
        if seen.iter().any(|other| other.name == object.name && other.bbox == object.bbox) {
            findings.add(
                Severity::Warning,
                "duplicate-object",
                "Objects that repeat another one of the same image are kept; one of the two can only be missed. Remove it.",
                place,
            );
        }
        seen.push(object);
        into.truths.push(NewTruth { image, class, bbox, area: bbox.area(), ignored: object.difficult });
    }
}
