//! Looks into single files just far enough to say what they are.
//!
//! Knows beginnings. Does not know folders or projects.

use std::collections::HashSet;
use std::path::Path;

use super::panoptic::{self, Panoptic};
use crate::formats::json::{Broken, Scalar, Scanner};
use crate::formats::yolo::label;
use crate::formats::{coco, source, voc};

/// Files up to this size are looked at as a whole.
const WHOLE: u64 = 2 * 1024 * 1024;
/// Of larger files this much is looked at.
const HEAD: usize = 64 * 1024;
/// File names kept of a truth file.
const NAMES: usize = 8;

/// What a JSON file is.
#[derive(Clone, Debug)]
pub enum Json {
    /// COCO truth.
    Truth(Truth),
    /// COCO results.
    Results(Results),
    /// Segments of COCO panoptic, of truth or of a model.
    Panoptic(Panoptic),
    /// Tasks of Label Studio, whatever is annotated in them.
    Tasks,
    /// A format of another tool.
    Foreign(&'static str),
    /// Something else.
    Other,
}

/// What was seen of a COCO truth file.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    /// Number of images, where the file was seen as a whole.
    pub images: Option<usize>,
    /// The first file names.
    pub names: Vec<String>,
}

/// What was seen of a COCO results file.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// The first image ids.
    pub ids: Vec<i64>,
    /// Number of detections, where the file was seen as a whole.
    pub detections: Option<usize>,
    /// Its detections have boxes.
    pub boxes: bool,
    /// Its detections have masks.
    pub masks: bool,
}

/// The first bytes of a file.
fn head(path: &Path) -> Option<Vec<u8>> {
    source::read_head(path, HEAD).ok()
}

/// All of a file that is not too large, else its first bytes again; and whether that is all.
fn more(path: &Path, head: Vec<u8>) -> (Vec<u8>, bool) {
    let size = std::fs::metadata(path).map_or(u64::MAX, |m| m.len());
    if size <= head.len() as u64 {
        return (head, true);
    }
    let all = if size <= WHOLE { source::read_bytes(path).ok() } else { None };
    all.map_or((head, false), |all| (all, true))
}

/// Looks into a JSON file; one that cannot be read is something else.
#[must_use]
pub fn json(path: &Path) -> Json {
    let Some(bytes) = head(path) else { return Json::Other };
    if coco::looks_like_truth(&bytes) {
        if let Some(panoptic) = panoptic::look(path) {
            return Json::Panoptic(panoptic);
        }
        let (bytes, whole) = more(path, bytes);
        // A class list of Label Studio (`notes.json`) and the like has categories but no images.
        return truth(&bytes, whole).map_or(Json::Other, Json::Truth);
    }
    if coco::looks_like_results(&bytes) {
        let (bytes, whole) = more(path, bytes);
        return Json::Results(results(&bytes, whole));
    }
    foreign(&bytes)
}

/// What is seen of truth; `None` where the whole file has no images.
fn truth(bytes: &[u8], whole: bool) -> Option<Truth> {
    let mut names = Vec::new();
    let mut count = None;
    let end = Scanner::new(source::without_mark(bytes), 0).object(|s, key| {
        if key != "images" || s.peek() != Some(b'[') {
            return s.skip();
        }
        let count = count.insert(0);
        s.list(|s, _| {
            *count += 1;
            image(s, |_| {}, |name| names.extend((names.len() < NAMES).then_some(name)))
        })
    });
    let seen = whole && end.is_ok();
    (!seen || count.is_some()).then(|| Truth { images: count.filter(|_| seen), names })
}

/// Reads an image of a truth file; what is no image is passed over.
fn image(s: &mut Scanner<'_>, mut id: impl FnMut(i64), mut name: impl FnMut(String)) -> Result<(), Broken> {
    if s.peek() != Some(b'{') {
        return s.skip();
    }
    s.object(|s, key| match key {
        "file_name" | "id" => {
            match s.scalar()? {
                Scalar::Text(text) if key == "file_name" => name(text.into_owned()),
                Scalar::Number(number) if key == "id" => number.whole().into_iter().for_each(&mut id),
                _ => {}
            }
            Ok(())
        }
        _ => s.skip(),
    })
}

/// All image ids of a truth file, read as a whole; empty where it cannot be read.
#[must_use]
pub fn image_ids(path: &Path) -> HashSet<i64> {
    let mut ids = HashSet::new();
    let Ok(bytes) = source::read_bytes(path) else { return ids };
    let _ = Scanner::new(source::without_mark(&bytes), 0).object(|s, key| {
        if key != "images" || s.peek() != Some(b'[') {
            return s.skip();
        }
        s.list(|s, _| image(s, |id| _ = ids.insert(id), |_| {}))
    });
    ids
}

/// What is seen of results, and whether the first entry has a box.
fn results(bytes: &[u8], whole: bool) -> Results {
    let mut ids: Vec<i64> = Vec::new();
    let (mut count, mut boxes, mut masks) = (0_usize, false, false);
    let end = Scanner::new(source::without_mark(bytes), 0).list(|s, position| {
        count += 1;
        if s.peek() != Some(b'{') {
            return s.skip();
        }
        s.object(|s, key| {
            boxes |= position == 0 && key == "bbox";
            masks |= position == 0 && key == "segmentation";
            if key == "image_id"
                && let Scalar::Number(number) = s.scalar()?
            {
                ids.extend(number.whole().filter(|id| ids.len() < 1000 && ids.last() != Some(id)));
                return Ok(());
            }
            if key == "image_id" { Ok(()) } else { s.skip() }
        })
    });
    Results { ids, detections: (whole && end.is_ok()).then_some(count), boxes: boxes || !masks, masks }
}

fn foreign(bytes: &[u8]) -> Json {
    let mut keys: HashSet<String> = HashSet::new();
    let mut scanner = Scanner::new(source::without_mark(bytes), 0);
    let list = scanner.peek() == Some(b'[');
    let mut collect = |s: &mut Scanner<'_>| {
        s.object(|s, key| {
            if keys.len() < 64 {
                keys.insert(key.to_owned());
            }
            s.skip()
        })
    };
    let _ = if list {
        scanner.list(|s, position| {
            let end = collect(s);
            // The first entry is enough.
            end.and(if position == 0 { Err(Broken::new(s.at(), "", "")) } else { Ok(()) })
        })
    } else {
        collect(&mut scanner)
    };
    let has = |all: &[&str]| all.iter().all(|k| keys.contains(*k));
    if list && has(&["data"]) && (has(&["annotations"]) || has(&["completions"])) {
        Json::Tasks
    } else if !list && has(&["shapes", "imagePath"]) {
        Json::Foreign("LabelMe annotation")
    } else {
        Json::Other
    }
}

/// What a text file of a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// Boxes or polygons without confidence.
    Truth,
    /// Boxes or polygons with confidence.
    Predictions,
    /// Nothing in it.
    Empty,
    /// Something else.
    Other,
}

/// Looks at the first line of a text file that has something in it.
#[must_use]
pub fn text(path: &Path) -> Text {
    let Some(bytes) = head(path) else { return Text::Other };
    let text = String::from_utf8_lossy(source::without_mark(&bytes));
    for line in text.lines().take(1000) {
        match label::parse(line) {
            Ok(None) => {}
            Ok(Some(object)) => return if object.score.is_some() { Text::Predictions } else { Text::Truth },
            Err(_) => return Text::Other,
        }
    }
    Text::Empty
}

/// True for a text file whose first object is a polygon.
#[must_use]
pub fn is_of_polygons(path: &Path) -> bool {
    let Some(bytes) = head(path) else { return false };
    let text = String::from_utf8_lossy(source::without_mark(&bytes));
    text.lines().find(|line| !line.trim().is_empty()).is_some_and(label::is_polygon)
}

/// What an XML file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Xml {
    /// A VOC annotation.
    Voc,
    /// CVAT's own format: all images in one file.
    Cvat,
    /// Something else.
    Other,
}

/// Looks into an XML file.
#[must_use]
pub fn xml(path: &Path) -> Xml {
    let Some(bytes) = head(path) else { return Xml::Other };
    if voc::looks_like_annotation(&bytes) {
        Xml::Voc
    } else if memchr::memmem::find(&bytes, b"<annotations").is_some() {
        Xml::Cvat
    } else {
        Xml::Other
    }
}
