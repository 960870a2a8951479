//! YOLO truth: one text file an image, one object a line, coordinates relative to the picture.
//!
//! Knows labels, `data.yaml` and picture sizes. Does not know model outputs: those are in `yolo_results`.

pub mod data_yaml;
pub mod label;
pub mod pairing;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::checks;
use super::error::{FormatError, LoadError};
use super::health::{self, Whose};
use super::listing::stem;
use super::{picture, source};
use crate::model::{ClassId, DatasetBuilder, Findings, Image, NewTruth, Progress, Severity};
use label::Object;
use pairing::Pair;

/// Size assumed where the picture that would tell it is missing: overlaps do not depend on it, COCO's size ranges do.
pub const NOMINAL_SIZE: (u32, u32) = (640, 640);

/// The size in pixels that relative coordinates of an image are multiplied with.
#[must_use]
pub const fn scale_of(image: &Image) -> (u32, u32) {
    if image.width == 0 || image.height == 0 { NOMINAL_SIZE } else { (image.width, image.height) }
}

/// One split of YOLO truth.
#[derive(Clone, Copy, Debug)]
pub struct Split<'a> {
    /// A folder of label files, a list of pictures, or a `data.yaml`.
    pub truth: &'a Path,
    /// The images folder; found beside the labels where none is given.
    pub images: Option<&'a Path>,
    /// The split's name.
    pub name: &'a str,
    /// True where the outlines are read as masks.
    pub masks: bool,
}

/// Reads a split into the builder. Its classes must already stand in the builder; where there are none, they become
/// `0`, `1`, … up to the highest index met.
///
/// # Errors
/// Where a file cannot be read, where there is no image, or where no line of any label file can be used.
pub fn read_truth(
    split: Split<'_>,
    index: u16,
    into: &mut DatasetBuilder,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<(), LoadError> {
    progress.stage("Reading the labels");
    let pairs = pairing::pairs(split.truth, split.images, split.name, findings)?;
    if pairs.iter().all(|pair| pair.label.is_none()) {
        return Err(FormatError::new(
            split.truth,
            "has no label files (.txt) of this split",
            "name the folder that holds one .txt file per image",
        )
        .into());
    }
    pairing::report_shared_labels(&pairs, findings);
    let images_folder = split.images.map(Path::to_owned).or_else(|| pairing::images_beside(split.truth));
    let read = read_pairs(&pairs, split.masks, progress)?;
    Lines::default().collect(&read, split.truth, findings)?;
    let declared = into.classes.len();
    if declared == 0 {
        declare_numbers(&read, into, findings);
    }
    let ids = source_ids(pairs.iter().map(|pair| pair.name.as_str()));
    for ((pair, content), source_id) in pairs.iter().zip(read).zip(ids) {
        let image = into.images.len();
        let (width, height) = content.size.unwrap_or((0, 0));
        let path = pair.picture.clone().or_else(|| assumed_path(images_folder.as_deref(), &pair.name));
        into.images.push(Image { source_id, name: pair.name.clone(), width, height, path, split: index });
        report_size(pair, &content, findings);
        push_truths(pair, &content, image, into, findings);
    }
    Ok(())
}

/// Source ids of images by rank from 1; where every name is a number (COCO's `000000000139.jpg`), that number, since
/// results of YOLO tools name such images by it.
pub(super) fn source_ids<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Vec<i64> {
    let numbers: Option<Vec<i64>> = names.clone().map(|name| stem(name).parse().ok().filter(|&id| id >= 0)).collect();
    match numbers {
        Some(numbers) if numbers.iter().collect::<HashSet<_>>().len() == numbers.len() => numbers,
        _ => names.zip(1_i64..).map(|(_, rank)| rank).collect(),
    }
}

/// Where the picture of a label without one would lie, to be named in findings and placeholders.
fn assumed_path(folder: Option<&Path>, name: &str) -> Option<PathBuf> {
    folder.map(|folder| folder.join(format!("{name}.jpg")))
}

struct Content {
    size: Option<(u32, u32)>,
    size_error: Option<FormatError>,
    objects: Vec<(u32, Object)>,
    /// Of each object, where masks are read.
    outlines: Vec<Vec<f64>>,
    bad: Vec<(u32, String)>,
}

fn read_pairs(pairs: &[Pair], masks: bool, progress: &dyn Progress) -> Result<Vec<Content>, LoadError> {
    let done = AtomicUsize::new(0);
    pairs
        .par_iter()
        .map(|pair| {
            progress.check()?;
            let mut content =
                Content { size: None, size_error: None, objects: Vec::new(), outlines: Vec::new(), bad: Vec::new() };
            match pair.picture.as_deref().map(picture::dimensions) {
                Some(Ok(size)) => content.size = Some(size),
                Some(Err(error)) => content.size_error = Some(error),
                None => {}
            }
            if let Some(path) = &pair.label {
                for (number, line) in (1_u32..).zip(source::read_text(path)?.lines()) {
                    match label::parse(line) {
                        Ok(object) => {
                            content.outlines.extend(object.filter(|_| masks).map(|o| label::outline(line, &o)));
                            content.objects.extend(object.map(|o| (number, o)));
                        }
                        Err(bad) => content.bad.push((number, format!("{}, line {number}: {bad}", path.display()))),
                    }
                }
            }
            progress.progress(done.fetch_add(1, Ordering::Relaxed) + 1, pairs.len());
            Ok(content)
        })
        .collect()
}

/// Counts lines that cannot be used; gives up where none can.
#[derive(Default)]
struct Lines {
    good: usize,
}

impl Lines {
    fn collect(mut self, read: &[Content], truth: &Path, findings: &mut Findings) -> Result<(), FormatError> {
        self.good = read.iter().map(|c| c.objects.len()).sum();
        let first = read.iter().flat_map(|c| &c.bad).next();
        if let (0, Some((_, what))) = (self.good, first) {
            return Err(FormatError::new(
                truth,
                format!("has no usable line; the first is {what}"),
                "each line is: class index, centre x, centre y, width, height, all relative to the picture",
            ));
        }
        for (_, what) in read.iter().flat_map(|c| &c.bad) {
            findings.add(
                Severity::Warning,
                "malformed-line",
                "Lines of label files that make no object are left out; correct them.",
                || what.clone(),
            );
        }
        Ok(())
    }
}

fn declare_numbers(read: &[Content], into: &mut DatasetBuilder, findings: &mut Findings) {
    let highest = read.iter().flat_map(|c| &c.objects).map(|(_, o)| o.class).max().unwrap_or(-1);
    // A stray huge index must not declare a million classes; what lies above is then an unknown class.
    for class in 0..=highest.min(9_999) {
        into.classes.push(class.to_string(), class);
    }
    findings.add(
        Severity::Info,
        "unnamed-classes",
        "The labels name classes by number only; add a data.yaml or a classes.txt with their names.",
        || format!("classes 0 to {highest}"),
    );
}

fn report_size(pair: &Pair, content: &Content, findings: &mut Findings) {
    if content.size.is_some() {
        return;
    }
    findings.add(
        Severity::Warning,
        "missing-image-size",
        "Where the picture is missing or unreadable, relative boxes cannot be scaled to pixels: 640×640 is assumed. \
         Overlaps with outputs in relative coordinates stay right; size ranges, and overlaps with outputs in pixels, do not. \
         Add the pictures.",
        || match &content.size_error {
            Some(error) => error.to_string(),
            None => pair.name.clone(),
        },
    );
}

fn push_truths(pair: &Pair, content: &Content, image: usize, into: &mut DatasetBuilder, findings: &mut Findings) {
    let classes = into.classes.len();
    let size = content.size.unwrap_or(NOMINAL_SIZE);
    let mut seen: Vec<&Object> = Vec::new();
    for (at, (line, object)) in content.objects.iter().enumerate() {
        let place = || {
            let file = pair.label.as_deref().map(source::short_name).unwrap_or_default();
            format!("{file}, line {line}")
        };
        if object.score.is_some() {
            findings.add(
                Severity::Warning,
                "confidence-in-truth",
                "Lines of the truth end with one number too many, as outputs of a model do; it is passed over. \
                 Is this folder really the truth?",
                place,
            );
        }
        let class = usize::try_from(object.class).ok().filter(|&c| c < classes);
        let Some(class) = class else {
            checks::UNKNOWN_CLASS.add(findings, || format!("{}: class {}", place(), object.class));
            continue;
        };
        let bbox = object.pixels(size);
        check_relative(object, findings, place);
        if !health::check_box(bbox, size, Whose::Truth, findings, place) {
            continue;
        }
        if seen.contains(&object) {
            findings.add(
                Severity::Warning,
                "duplicate-object",
                "Lines that repeat another line of the same file are kept; one of the two can only be missed. Remove it.",
                place,
            );
        }
        seen.push(object);
        let mut area = bbox.area();
        if let Some(outline) = content.outlines.get(at) {
            match label::mask(outline, size) {
                Ok(mask) => {
                    area = mask.as_ref().area() as f64;
                    into.masks.push(mask.as_ref());
                }
                Err(what) => {
                    checks::BAD_MASK.add(findings, || format!("{}: {what}", place()));
                    continue;
                }
            }
        }
        into.truths.push(NewTruth { image, class: ClassId::from_index(class), bbox, area, ignored: false });
    }
}

/// Coordinates far above 1 are pixels, not fractions.
pub(super) fn check_relative(object: &Object, findings: &mut Findings, place: impl Fn() -> String) {
    let r = object.relative;
    if r.w > 2.0 || r.h > 2.0 || r.x > 2.0 || r.y > 2.0 {
        findings.add(
            Severity::Warning,
            "coordinates-not-relative",
            "Coordinates well above 1 look like pixels; YOLO's are fractions of the picture's width and height. \
             They are kept as given: divide them.",
            place,
        );
    }
}
