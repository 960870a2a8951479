//! COCO results JSON: a model's detections as a list of `image_id`, `category_id`, `bbox`, `score`.
//!
//! Knows the format and what exporters make of it. Does not know projects, class mappings (it asks for them) or metrics.

mod images;
mod rows;
mod stream;

use std::path::Path;

use super::checks::{NO_PREDICTIONS, UNKNOWN_CLASS, UNKNOWN_IMAGE};
use super::coco::fields::Unfit;
use super::error::{FormatError, LoadError};
use super::json::Scanner;
use super::source;
use crate::model::{ClassId, Dataset, Findings, NoProgress, PredictionsBuilder, Progress};
use images::Images;
use rows::{Categories, Category, IMAGE_BY_NAME, Rows};
use stream::{Sizes, Streamed};

const LAYOUT: &str = "COCO results are a list of objects with `image_id`, `category_id`, `bbox` and `score`";

/// Reads one COCO results file into the builder. `class_of` says which class a category id means (`None`: unknown, left out
/// and counted); it is asked once for each id. Images are those of `split` in the dataset, found by source id or, where the
/// file names them by text, by file name.
///
/// A record that cannot be read, refers to an unknown image or class, or has a number that is not finite, is left out and
/// counted. [`super::checks::check_predictions`] reports what shows only after all files are read.
///
/// # Errors
/// Where the file cannot be read, is broken or is no results list, or the work is cancelled. The builder is then as before.
pub fn read_results(
    path: &Path,
    split: u16,
    dataset: &Dataset,
    class_of: &dyn Fn(i64) -> Option<ClassId>,
    into: &mut PredictionsBuilder,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<(), LoadError> {
    let classes_of = |met: &[(i64, usize)]| met.iter().map(|&(id, _)| class_of(id)).collect();
    read_results_mapped(path, split, dataset, &classes_of, into, findings, progress)
}

/// [`read_results`] with one question for all category ids of the file (distinct, in order of appearance, each with how
/// often it was met), answered by as many classes. So a mapping that depends on all of them (counted from 0 instead of 1,
/// for one) needs no second reading.
///
/// # Errors
/// As [`read_results`].
pub fn read_results_mapped(
    path: &Path,
    split: u16,
    dataset: &Dataset,
    classes_of: ClassesOf<'_>,
    into: &mut PredictionsBuilder,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<(), LoadError> {
    let before = into.len();
    let file = source::short_name(path);
    progress.stage(&format!("Reading {file}"));
    let images = Images::new(dataset, split);
    let read = read_file(path, Sizes::default(), &images, into, progress).inspect_err(|_| into.truncate(before))?;
    let read = match by_name_numbers(path, &read, &images, progress) {
        Some((by_name, mut detections)) => {
            into.truncate(before);
            into.append(&mut detections);
            by_name
        }
        None => read,
    };
    finish(read, &file, before, classes_of, into, findings);
    Ok(())
}

/// Reads a file again whose ids are not those of the dataset, taking ids for the numbers that file names are, as Ultralytics
/// writes them. `None` where that does not explain every single one.
fn by_name_numbers(
    path: &Path,
    read: &FileRows,
    images: &Images<'_>,
    progress: &dyn Progress,
) -> Option<(FileRows, PredictionsBuilder)> {
    read.findings.get(UNKNOWN_IMAGE.code)?;
    let images = images.by_name_numbers()?;
    let mut detections = PredictionsBuilder::default();
    let mut read = read_file(path, Sizes::default(), &images, &mut detections, progress).ok()?;
    if read.findings.get(UNKNOWN_IMAGE.code).is_some() {
        return None;
    }
    let file = source::short_name(path);
    read.findings
        .push(IMAGE_BY_NAME.counted(read.records, vec![format!("{file}: every image_id is a file name's number")]));
    Some((read, detections))
}

/// The distinct category ids of a results file, in order of appearance. Reads the whole file; where the file is read
/// anyway, [`read_results_mapped`] asks about them at no cost.
///
/// # Errors
/// Where the file cannot be read, is broken or is no results list.
pub fn category_ids(path: &Path) -> Result<Vec<i64>, FormatError> {
    let mut none = PredictionsBuilder::default();
    let dataset = Dataset::default();
    match read_file(path, Sizes::default(), &Images::new(&dataset, 0), &mut none, &NoProgress) {
        Ok(file) => Ok(file.categories.met.iter().map(|category| category.id).collect()),
        Err(LoadError::Format(error)) => Err(error),
        // Nobody can cancel this.
        Err(LoadError::Cancelled(_)) => Ok(Vec::new()),
    }
}

/// Asks which classes category ids mean, each given with how often it was met; one answer for each.
pub type ClassesOf<'a> = &'a dyn Fn(&[(i64, usize)]) -> Vec<Option<ClassId>>;

/// What a whole file holds besides its detections, whose classes are positions in `categories`.
#[derive(Debug, Default)]
struct FileRows {
    categories: Categories,
    findings: Findings,
    records: usize,
    bad: usize,
    first_bad: Option<(usize, Unfit)>,
}

impl FileRows {
    /// Adds the next stretch: its category positions become those of the file, its records are counted on. Returns the
    /// emptied builder of the stretch.
    fn add(&mut self, mut rows: Rows, file: &str, into: &mut PredictionsBuilder) -> PredictionsBuilder {
        let base = self.records;
        let positions: Vec<ClassId> = rows
            .categories
            .met
            .iter()
            .map(|&Category { id, count, first }| ClassId(self.categories.meet(id, count, base + first)))
            .collect();
        rows.detections.map_classes(0, |class| positions.get(class.index()).copied());
        into.append(&mut rows.detections);
        rows.tally.report(file, base, &mut self.findings);
        self.records += rows.records;
        self.bad += rows.bad;
        if self.first_bad.is_none() {
            self.first_bad = rows.first_bad.map(|(index, unfit)| (base + index, unfit));
        }
        rows.detections
    }
}

/// Reads a file in blocks, or in one piece where it is not made like most.
fn read_file(
    path: &Path,
    sizes: Sizes,
    images: &Images<'_>,
    into: &mut PredictionsBuilder,
    progress: &dyn Progress,
) -> Result<FileRows, LoadError> {
    let before = into.len();
    let file = source::short_name(path);
    let mut all = FileRows::default();
    let streamed = stream::read(path, sizes, images, progress, |rows, length| {
        if all.records == 0 {
            into.reserve(expected(&rows, length));
        }
        all.add(rows, &file, into)
    })?;
    if streamed == Streamed::NotThisWay {
        into.truncate(before);
        all = FileRows::default();
        all.add(read_whole(path, images)?, &file, into);
    }
    match all.first_bad.take() {
        Some((index, unfit)) if all.bad == all.records => {
            let problem = format!("no detection can be read; the first: {}", unfit.at(&format!("[{index}]")));
            Err(FormatError::new(path, problem, LAYOUT).at(format!("[{index}]")).into())
        }
        _ => Ok(all),
    }
}

/// About how many detections a file of this length has, from its first stretch. A hint, so within bounds whatever a file
/// system says about the length.
fn expected(rows: &Rows, length: u64) -> usize {
    let stretches = length / (rows.bytes as u64).max(1) + 1;
    usize::try_from(stretches).unwrap_or(usize::MAX).saturating_mul(rows.records).min(1 << 24)
}

fn read_whole(path: &Path, images: &Images<'_>) -> Result<Rows, FormatError> {
    let bytes = source::read_bytes(path)?;
    source::check_encoding(path, &bytes)?;
    let mut scanner = Scanner::new(&bytes, bytes.len() - source::without_mark(&bytes).len());
    match scanner.peek() {
        None => return Err(FormatError::new(path, "is empty", LAYOUT)),
        Some(b'{') => {
            let remedy = format!("{LAYOUT}; a file with `images` and `annotations` is truth");
            return Err(FormatError::new(path, "is an object, not a list", remedy).at("line 1:1"));
        }
        Some(_) => {}
    }
    let broken = |e: super::json::Broken| e.in_file(path, &bytes);
    if !scanner.take(b'[') {
        return Err(broken(scanner.expected("a list")));
    }
    if scanner.take(b']') {
        return scanner.finish().map(|()| Rows::default()).map_err(broken);
    }
    scanner.peek();
    rows::read(&bytes, scanner.at(), None, images, PredictionsBuilder::default()).map(|(rows, _)| rows).map_err(broken)
}

/// Turns category positions into classes and reports.
fn finish(
    all: FileRows,
    file: &str,
    before: usize,
    classes_of: ClassesOf<'_>,
    into: &mut PredictionsBuilder,
    findings: &mut Findings,
) {
    let met: Vec<(i64, usize)> = all.categories.met.iter().map(|category| (category.id, category.count)).collect();
    let classes = classes_of(&met);
    let class_at = |position: ClassId| classes.get(position.index()).copied().flatten();
    into.map_classes(before, class_at);
    findings.merge(all.findings);
    let unknown: Vec<&Category> =
        all.categories.met.iter().zip(0..).filter(|&(_, at)| class_at(ClassId(at)).is_none()).map(|(c, _)| c).collect();
    if !unknown.is_empty() {
        let count = unknown.iter().map(|category| category.count).sum();
        let examples = unknown.iter().take(Findings::EXAMPLES);
        let examples = examples.map(|c| format!("{file}: [{}].category_id {} ({} times)", c.first, c.id, c.count));
        findings.push(UNKNOWN_CLASS.counted(count, examples.collect()));
    }
    if into.len() == before {
        NO_PREDICTIONS.add(findings, || format!("{file}: {} detections, none usable", all.records));
    }
}

#[cfg(test)]
mod tests;
