//! Model outputs as YOLO text files: class, centre x, centre y, width, height, confidence; or a polygon and a confidence.
//!
//! Knows the files of one split. Does not know class names: the caller says which class an index means.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::checks;
use super::class_map::ClassesOf;
use super::error::{FormatError, LoadError};
use super::health::{self, Whose};
use super::listing::{self, base_name, stem};
use super::source;
use super::yolo::label::{self, Object};
use super::yolo::{check_relative, pairing, scale_of};
use crate::model::{ClassId, Dataset, Findings, Image, ImageId, PredictionsBuilder, Progress, Severity};

/// Reads the outputs for one split of the dataset. An image whose file is absent or empty has no detections. `classes_of`
/// is asked once which classes the indices that occur (ascending, each with its number of detections) mean; those that
/// mean none are left out and counted.
///
/// # Errors
/// Where the folder or a file cannot be read, where no file carries the name of an image, or where a line has no
/// confidence.
pub fn read_results(
    folder: &Path,
    split: u16,
    dataset: &Dataset,
    classes_of: &ClassesOf<'_>,
    into: &mut PredictionsBuilder,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<(), LoadError> {
    progress.stage("Reading the predictions");
    let files = Files::list(folder)?;
    let images: Vec<(ImageId, &Image)> =
        dataset.image_ids().zip(&dataset.images).filter(|(_, image)| image.split == split).collect();
    let matched: Vec<Option<usize>> = images.iter().map(|(_, image)| files.of(&image.name)).collect();
    report_unknown(&files, &matched, folder, findings)?;
    let masks = !dataset.truths.masks.is_empty();
    let read: Result<Vec<Lines>, LoadError> = matched
        .par_iter()
        .map(|file| {
            progress.check()?;
            match file.and_then(|i| files.paths.get(i)) {
                Some(path) => Ok(Lines::read(path, masks)?),
                None => Ok(Lines::default()),
            }
        })
        .collect();
    let read = read?;
    let classes = classes(&read, classes_of);
    for ((&(id, image), lines), file) in images.iter().zip(read).zip(&matched) {
        let path = file.and_then(|i| files.paths.get(i)).map_or(folder, PathBuf::as_path);
        push(id, image, &lines, path, &classes, into, findings);
    }
    Ok(())
}

/// The class of every index that occurs and means one.
fn classes(read: &[Lines], classes_of: &ClassesOf<'_>) -> BTreeMap<i64, ClassId> {
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for (_, object) in read.iter().flat_map(|lines| &lines.objects) {
        *counts.entry(object.class).or_default() += 1;
    }
    let met: Vec<(i64, usize)> = counts.into_iter().collect();
    let classes = classes_of(&met);
    met.iter().zip(classes).filter_map(|((id, _), class)| Some((*id, class?))).collect()
}

/// The output files of a folder, found by the name of their image.
struct Files {
    paths: Vec<PathBuf>,
    by_stem: HashMap<String, usize>,
    by_base: HashMap<String, Option<usize>>,
}

impl Files {
    /// A folder without text files of its own but with a folder `labels` (Ultralytics' runs) stands for that.
    fn list(folder: &Path) -> Result<Self, FormatError> {
        let inner = folder.join("labels");
        let folder = if inner.is_dir() { inner.as_path() } else { folder };
        let listed = listing::files(folder, pairing::is_label)?;
        let mut by_stem = HashMap::new();
        let mut by_base: HashMap<String, Option<usize>> = HashMap::new();
        for (i, file) in listed.iter().enumerate() {
            by_stem.insert(file.stem().to_owned(), i);
            by_base.entry(base_name(file.stem()).to_owned()).and_modify(|slot| *slot = None).or_insert(Some(i));
        }
        Ok(Self { paths: listed.into_iter().map(|file| file.path).collect(), by_stem, by_base })
    }

    /// The file of an image: the same relative name up to the ending, else the same file name where only one has it.
    fn of(&self, image: &str) -> Option<usize> {
        let stem = stem(image);
        self.by_stem.get(stem).copied().or_else(|| self.by_base.get(base_name(stem)).copied().flatten())
    }
}

fn report_unknown(
    files: &Files,
    matched: &[Option<usize>],
    folder: &Path,
    findings: &mut Findings,
) -> Result<(), FormatError> {
    let used: BTreeSet<usize> = matched.iter().flatten().copied().collect();
    if used.is_empty() && !files.paths.is_empty() {
        return Err(FormatError::new(
            folder,
            "has no file that carries the name of an image of this split",
            "name the predictions that belong to this dataset and split",
        ));
    }
    for (i, path) in files.paths.iter().enumerate() {
        if !used.contains(&i) {
            checks::UNKNOWN_IMAGE.add(findings, || source::short_name(path));
        }
    }
    Ok(())
}

#[derive(Default)]
struct Lines {
    objects: Vec<(u32, Object)>,
    /// Of each object, where masks are read.
    outlines: Vec<Vec<f64>>,
    bad: Vec<(u32, label::BadLine)>,
}

impl Lines {
    fn read(path: &Path, masks: bool) -> Result<Self, FormatError> {
        Self::parse(&source::read_text(path)?, path, masks)
    }

    fn parse(text: &str, path: &Path, masks: bool) -> Result<Self, FormatError> {
        let mut lines = Self::default();
        for (number, line) in (1_u32..).zip(text.lines()) {
            match label::parse(line) {
                Ok(Some(object)) if object.score.is_none() => {
                    return Err(FormatError::new(
                        path,
                        "has no confidence",
                        "write it as the last column (Ultralytics: save_conf=True, YOLOv5: --save-conf)",
                    )
                    .at(format!("line {number}")));
                }
                Ok(object) => {
                    lines.outlines.extend(object.filter(|_| masks).map(|o| label::outline(line, &o)));
                    lines.objects.extend(object.map(|o| (number, o)));
                }
                Err(bad) => lines.bad.push((number, bad)),
            }
        }
        if let (true, Some((number, bad))) = (lines.objects.is_empty(), lines.bad.first()) {
            return Err(FormatError::new(
                path,
                bad.to_string(),
                "each line is: class index, centre x, centre y, width, height, confidence",
            )
            .at(format!("line {number}")));
        }
        Ok(lines)
    }
}

fn push(
    id: ImageId,
    image: &Image,
    lines: &Lines,
    path: &Path,
    classes: &BTreeMap<i64, ClassId>,
    into: &mut PredictionsBuilder,
    findings: &mut Findings,
) {
    let at = |line: u32| format!("{}, line {line}", source::short_name(path));
    for (number, bad) in &lines.bad {
        findings.add(
            Severity::Warning,
            "malformed-line",
            "Lines of label files that make no object are left out; correct them.",
            || format!("{}: {bad}", at(*number)),
        );
    }
    for (place, (line, object)) in lines.objects.iter().enumerate() {
        let Some(&class) = classes.get(&object.class) else {
            checks::UNKNOWN_CLASS.add(findings, || format!("{}: class {}", at(*line), object.class));
            continue;
        };
        let score = object.score.unwrap_or(f64::NAN);
        let bbox = object.pixels(scale_of(image));
        check_relative(object, findings, || at(*line));
        if health::check_score(score, findings, || at(*line))
            && health::check_box(bbox, scale_of(image), Whose::Prediction, findings, || at(*line))
        {
            match lines.outlines.get(place).map(|outline| label::mask(outline, scale_of(image))) {
                None => into.push(id, class, bbox, score),
                Some(Ok(mask)) => into.push_masked(id, class, mask.as_ref(), bbox, score),
                Some(Err(what)) => checks::BAD_MASK.add(findings, || format!("{}: {what}", at(*line))),
            }
        }
    }
}
