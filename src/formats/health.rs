//! Checks on single records and on whole datasets that every reader shares: one code and one sentence per problem.
//!
//! Knows boxes, scores, images and classes. Does not know formats, and never changes what it checks.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::error::LoadError;
use super::{checks, picture};
use crate::model::{BBox, Dataset, Findings, Predictions, Progress, Severity};

/// Whose record is checked: problems of truths mislead more than problems of outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// An annotation.
    Truth,
    /// A detection.
    Prediction,
}

/// Checks one box against its image (`width` and `height` in pixels, 0 where unknown). Returns false where it cannot take
/// part because a number is not finite: the reader then leaves it out. Every other box is kept as it is.
pub fn check_box(
    bbox: BBox,
    (width, height): (u32, u32),
    whose: Whose,
    findings: &mut Findings,
    place: impl FnOnce() -> String,
) -> bool {
    if !checks::is_usable(bbox) {
        checks::NON_FINITE_BOX.add(findings, place);
        return false;
    }
    let outside = match whose {
        Whose::Truth => &checks::TRUTH_OUT_OF_BOUNDS,
        Whose::Prediction => &checks::DETECTION_OUT_OF_BOUNDS,
    };
    if let Some(note) = checks::remarkable(bbox, width, height, outside) {
        note.add(findings, place);
    }
    true
}

/// Checks one confidence. Returns false where it is not finite: the reader then leaves the detection out.
pub fn check_score(score: f64, findings: &mut Findings, place: impl FnOnce() -> String) -> bool {
    if !score.is_finite() {
        checks::NON_FINITE_SCORE.add(findings, place);
        return false;
    }
    if let Some(note) = checks::remarkable_score(score) {
        note.add(findings, place);
    }
    true
}

/// What can only be seen on a whole dataset: empty splits, no truth at all, pictures that are not there.
pub fn check_dataset(dataset: &Dataset, findings: &mut Findings) {
    for (index, split) in dataset.splits.iter().enumerate() {
        if !dataset.images.iter().any(|image| usize::from(image.split) == index) {
            findings.add(
                Severity::Error,
                "empty-split",
                "A split without images cannot be evaluated; check its paths.",
                || split.clone(),
            );
        }
    }
    if dataset.truths.is_empty() && !dataset.images.is_empty() && findings.get(checks::NO_TRUTH.code).is_none() {
        checks::NO_TRUTH.add(findings, || dataset.identity.split.clone());
    }
    check_missing_pictures(dataset, findings);
}

/// Looks every picture up in its folder. Folders are listed once: that costs less than asking for each file.
fn check_missing_pictures(dataset: &Dataset, findings: &mut Findings) {
    let mut folders: HashMap<&Path, Option<HashSet<std::ffi::OsString>>> = HashMap::new();
    for image in &dataset.images {
        let Some(path) = &image.path else { continue };
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { continue };
        let names = folders.entry(folder).or_insert_with(|| {
            let entries = std::fs::read_dir(folder).ok()?;
            Some(entries.flatten().map(|entry| entry.file_name()).collect())
        });
        // A listing may differ from the name in letter case where the file system does not care.
        if names.as_ref().is_some_and(|names| names.contains(name)) || path.exists() {
            continue;
        }
        add_missing_picture(findings, path);
    }
}

/// Reports one picture that is not there.
pub(super) fn add_missing_picture(findings: &mut Findings, path: &Path) {
    findings.add(
        Severity::Warning,
        "missing-image-file",
        "Pictures that are not there are shown as placeholders; the evaluation does not need them. Check the images folder.",
        || path.display().to_string(),
    );
}

/// What can only be seen on all detections together: none at all, and images with more of a class than COCO reads.
pub fn check_predictions(predictions: &Predictions, dataset: &Dataset, findings: &mut Findings) {
    if predictions.is_empty() && findings.get(checks::NO_PREDICTIONS.code).is_none() {
        checks::NO_PREDICTIONS.add(findings, || dataset.identity.split.clone());
    }
    checks::check_predictions(predictions, dataset, findings);
}

/// Opens the header of every picture and compares its size with the annotated one. Slow on big sets (one file each), so
/// only `check` and the window's background work ask for it.
///
/// # Errors
/// Only when cancelled; pictures that cannot be read are findings.
pub fn check_pictures(dataset: &Dataset, progress: &dyn Progress) -> Result<Findings, LoadError> {
    progress.stage("Checking the pictures");
    let total = dataset.images.len();
    let done = std::sync::atomic::AtomicUsize::new(0);
    let checked: Result<Vec<Option<Mismatch>>, LoadError> = dataset
        .images
        .par_iter()
        .map(|image| {
            progress.check()?;
            progress.progress(done.fetch_add(1, std::sync::atomic::Ordering::Relaxed), total);
            Ok(image.path.as_deref().and_then(|path| mismatch(path, (image.width, image.height))))
        })
        .collect();
    let mut findings = Findings::default();
    for (image, mismatch) in dataset.images.iter().zip(checked?) {
        if let Some(mismatch) = mismatch {
            mismatch.report(&image.name, &mut findings);
        }
    }
    Ok(findings)
}

enum Mismatch {
    Unreadable(PathBuf, String),
    Rotated,
    Size { annotated: (u32, u32), actual: (u32, u32) },
}

fn mismatch(path: &Path, annotated: (u32, u32)) -> Option<Mismatch> {
    if !path.exists() {
        return None;
    }
    match picture::header(path) {
        Err(error) => Some(Mismatch::Unreadable(path.to_owned(), error.problem)),
        Ok(header) if annotated == (0, 0) || header.oriented() == annotated => None,
        Ok(header) if header.stored() == annotated => Some(Mismatch::Rotated),
        Ok(header) => Some(Mismatch::Size { annotated, actual: header.oriented() }),
    }
}

impl Mismatch {
    fn report(self, name: &str, findings: &mut Findings) {
        match self {
            Self::Unreadable(path, problem) => findings.add(
                Severity::Warning,
                "unreadable-picture",
                "Pictures that cannot be decoded are shown as placeholders; replace them.",
                || format!("{}: {problem}", path.display()),
            ),
            Self::Rotated => findings.add(
                Severity::Warning,
                "exif-orientation",
                "The annotated size is that of the picture before its EXIF rotation; boxes are taken to refer to the \
                 rotated picture, as it is shown. If they look displaced, the annotation tool ignored the rotation: \
                 write the rotation into the pixels and annotate again.",
                || name.to_owned(),
            ),
            Self::Size { annotated, actual } => findings.add(
                Severity::Warning,
                "image-size-mismatch",
                "The annotated size is not that of the picture, so boxes may be displaced; was it resized?",
                || format!("{name}: annotated {}×{}, is {}×{}", annotated.0, annotated.1, actual.0, actual.1),
            ),
        }
    }
}
