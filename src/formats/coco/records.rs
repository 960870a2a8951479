//! A COCO truth file as it is written: its images, annotations and categories, in file order, not yet related.
//!
//! Knows the records' fields and which records cannot be read. Does not know datasets.

use super::fields::{Id, Unfit, bbox, flag, number, polygon_box};
use super::segmentation::RawMask;
use crate::formats::checks::Note;
use crate::formats::json::{Broken, Numbers, Scalar, Scanner, Template};
use crate::model::{BBox, Findings, Progress};

/// Everything that is read from a truth file. A section that is not there is `None`.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub images: Option<Vec<RawImage>>,
    pub annotations: Option<Vec<RawAnnotation>>,
    pub categories: Option<Vec<RawCategory>>,
}

#[derive(Debug, PartialEq)]
pub(super) struct RawImage {
    pub index: usize,
    pub id: i64,
    pub name: Option<String>,
    pub width: u32,
    pub height: u32,
}

#[derive(Debug, PartialEq)]
pub(super) struct RawAnnotation {
    pub index: usize,
    /// Only compared with others, so an annotation may do without.
    pub id: Option<i64>,
    pub image: i64,
    pub category: i64,
    pub bbox: BBox,
    pub area: Option<f64>,
    pub crowd: bool,
    /// Only where masks are asked for.
    pub mask: Option<RawMask>,
}

#[derive(Debug, PartialEq)]
pub(super) struct RawCategory {
    pub index: usize,
    pub id: i64,
    pub name: Option<String>,
}

const BAD_IMAGE: Note = Note::warning(
    "bad-image",
    "Images cannot be read and are left out with their objects; give each a whole number as `id`.",
);
const BAD_ANNOTATION: Note = Note::warning(
    "bad-annotation",
    "Annotations cannot be read and are left out; each needs `image_id`, `category_id` and a `bbox` of left, top, width and height.",
);
const BAD_CATEGORY: Note = Note::warning(
    "bad-category",
    "Categories cannot be read and are left out with their objects; give each a whole number as `id`.",
);
const ID_NOT_INTEGER: Note = Note::info(
    "id-not-integer",
    "Ids are written as text or with a decimal point and are read as the whole numbers they stand for; other programs need plain whole numbers.",
);
const IGNORE_FIELD: Note = Note::info(
    "ignore-field",
    "Annotations have `ignore` set, which has no effect here or in pycocotools; set `iscrowd` for objects that should not count.",
);
const BOX_FROM_POLYGON: Note =
    Note::info("box-from-polygon", "Annotations have no `bbox`; the box around their polygon is used.");

/// Where findings of one file go, and the name it has in examples.
pub(super) struct Notes<'a> {
    pub file: String,
    pub findings: &'a mut Findings,
}

impl Notes<'_> {
    pub fn add(&mut self, note: &Note, example: impl FnOnce() -> String) {
        let file = &self.file;
        note.add(self.findings, || format!("{file}: {}", example()));
    }
}

/// Reads the records of a truth file whose text begins at byte `start`; masks only where they are asked for.
///
/// # Errors
/// Where the text is broken, a section is there twice or is no list, or not one record of a section can be read. Also where
/// the work was cancelled; the caller asks `progress` which it was.
pub(super) fn read(
    bytes: &[u8],
    start: usize,
    masks: bool,
    notes: &mut Notes<'_>,
    progress: &dyn Progress,
) -> Result<Records, Broken> {
    let mut records = Records::default();
    let mut scanner = Scanner::new(bytes, start);
    scanner.object(|s, key| {
        s.peek();
        let at = s.at();
        let twice = match key {
            "images" => records.images.replace(section(s, "images", &BAD_IMAGE, notes, progress, image)?).is_some(),
            "annotations" => records
                .annotations
                .replace(section(s, "annotations", &BAD_ANNOTATION, notes, progress, annotation_reader(masks))?)
                .is_some(),
            "categories" => records
                .categories
                .replace(section(s, "categories", &BAD_CATEGORY, notes, progress, category)?)
                .is_some(),
            _ => return s.skip(),
        };
        if twice {
            return Err(Broken::new(at, "the key is there twice", "remove or merge one of the two"));
        }
        Ok(())
    })?;
    scanner.finish()?;
    Ok(records)
}

/// Reads a list of records. A record that cannot be read is counted; if that is every one, the first is the error.
fn section<T>(
    scanner: &mut Scanner<'_>,
    name: &'static str,
    bad: &Note,
    notes: &mut Notes<'_>,
    progress: &dyn Progress,
    mut read: impl FnMut(&mut Scanner<'_>, usize, &mut Notes<'_>) -> Result<Result<T, Unfit>, Broken>,
) -> Result<Vec<T>, Broken> {
    let mut rows = Vec::new();
    let mut first_bad: Option<Broken> = None;
    scanner.list(|s, index| {
        if index % 4096 == 0 && progress.check().is_err() {
            return Err(Broken::new(s.at(), "cancelled", "start again"));
        }
        s.peek();
        let at = s.at();
        match read(s, index, notes)? {
            Ok(row) => rows.push(row),
            Err(unfit) => {
                let place = format!("{name}[{index}]");
                if first_bad.is_none() {
                    let problem = format!("no entry of `{name}` can be read; the first: {}", unfit.at(&place));
                    first_bad = Some(Broken::new(at, problem, "export the file again as COCO instances JSON"));
                }
                notes.add(bad, || unfit.at(&place));
            }
        }
        Ok(())
    })?;
    match first_bad {
        Some(broken) if rows.is_empty() => Err(broken),
        _ => Ok(rows),
    }
}

/// Reads the fields of a record by key; says what is wrong where the record is no object or a key is there twice.
fn fields<'a>(
    scanner: &mut Scanner<'a>,
    known: &[&'static str],
    mut field: impl FnMut(&mut Scanner<'a>, &'static str) -> Result<(), Broken>,
) -> Result<Option<Unfit>, Broken> {
    if scanner.peek() != Some(b'{') {
        let kind = scanner.scalar()?;
        return Ok(Some(Unfit::wrong("", format!("is {}, not an object", kind.kind()))));
    }
    let mut seen = 0_u32;
    let mut unfit = None;
    scanner.object(|s, key| {
        let Some((position, name)) = known.iter().enumerate().find(|(_, name)| **name == key) else {
            return s.skip();
        };
        if seen & 1 << position != 0 {
            unfit = Some(Unfit::twice(name));
        }
        seen |= 1 << position;
        field(s, name)
    })?;
    Ok(unfit)
}

fn note_loose(ids: [&Id; 3], notes: &mut Notes<'_>, place: impl FnOnce() -> String) {
    if ids.into_iter().any(Id::is_loose) {
        notes.add(&ID_NOT_INTEGER, place);
    }
}

fn image(s: &mut Scanner<'_>, index: usize, notes: &mut Notes<'_>) -> Result<Result<RawImage, Unfit>, Broken> {
    let mut id = Id::Missing;
    let mut raw = RawImage { index, id: 0, name: None, width: 0, height: 0 };
    let unfit = fields(s, &["id", "file_name", "width", "height"], |s, name| {
        match name {
            "id" => id = Id::read(s)?,
            "file_name" => raw.name = text(s)?,
            "width" => raw.width = size(s)?,
            _ => raw.height = size(s)?,
        }
        Ok(())
    })?;
    if let Some(unfit) = unfit {
        return Ok(Err(unfit));
    }
    note_loose([&id, &Id::Missing, &Id::Missing], notes, || format!("images[{index}]"));
    Ok(id.whole("id").map(|id| RawImage { id, ..raw }))
}

/// A text that is not empty.
fn text(s: &mut Scanner<'_>) -> Result<Option<String>, Broken> {
    Ok(match s.scalar()? {
        Scalar::Text(text) if !text.is_empty() => Some(text.into_owned()),
        _ => None,
    })
}

/// A size in pixels; 0 (not known) where the value is none.
fn size(s: &mut Scanner<'_>) -> Result<u32, Broken> {
    Ok(Id::read(s)?.whole("").ok().and_then(|size| u32::try_from(size).ok()).unwrap_or(0))
}

fn category(s: &mut Scanner<'_>, index: usize, notes: &mut Notes<'_>) -> Result<Result<RawCategory, Unfit>, Broken> {
    let mut id = Id::Missing;
    let mut name = None;
    let unfit = fields(s, &["id", "name"], |s, key| {
        match key {
            "id" => id = Id::read(s)?,
            _ => name = text(s)?,
        }
        Ok(())
    })?;
    if let Some(unfit) = unfit {
        return Ok(Err(unfit));
    }
    note_loose([&id, &Id::Missing, &Id::Missing], notes, || format!("categories[{index}]"));
    Ok(id.whole("id").map(|id| RawCategory { index, id, name }))
}

/// Slots of the numbers of an annotation in a template: id, image, category, box, area, crowd, ignore.
const SLOTS: usize = 10;
const KEYS: [(&str, std::ops::Range<usize>); 7] = [
    ("id", 0..1),
    ("image_id", 1..2),
    ("category_id", 2..3),
    ("bbox", 3..7),
    ("area", 7..8),
    ("iscrowd", 8..9),
    ("ignore", 9..SLOTS),
];

/// Reads annotations one after the other: those that are written like the first in one go, others field by field.
fn annotation_reader(
    masks: bool,
) -> impl FnMut(&mut Scanner<'_>, usize, &mut Notes<'_>) -> Result<Result<RawAnnotation, Unfit>, Broken> {
    let mut template = None;
    move |s, index, notes| {
        if index == 0 && !masks {
            let needed = |t: &Template<SLOTS>| t.present().iter().skip(1).take(6).all(|&present| present);
            template = s.template(&KEYS).filter(needed);
        }
        let before = s.clone();
        if let Some((raw, ignore)) = template.as_ref().and_then(|template| alike(s, template, index)) {
            if ignore {
                notes.add(&IGNORE_FIELD, || format!("annotations[{index}]"));
            }
            return Ok(Ok(raw));
        }
        *s = before;
        annotation(s, index, masks, notes)
    }
}

/// An annotation written like the template, and whether it has `ignore` set; `None` where its ids are no plain whole numbers.
fn alike(s: &mut Scanner<'_>, template: &Template<SLOTS>, index: usize) -> Option<(RawAnnotation, bool)> {
    let record = s.record(template)?;
    let [has_id, .., has_area, _, _] = *template.present();
    let [_, _, _, x, y, w, h, area, crowd, ignore] = record.values;
    let raw = RawAnnotation {
        index,
        id: record.whole(0).filter(|_| has_id),
        image: record.whole(1)?,
        category: record.whole(2)?,
        bbox: BBox::new(x, y, w, h),
        area: has_area.then_some(area).filter(|area| area.is_finite()),
        crowd: crowd != 0.0,
        mask: None,
    };
    Some((raw, ignore != 0.0))
}

fn annotation(
    s: &mut Scanner<'_>,
    index: usize,
    masks: bool,
    notes: &mut Notes<'_>,
) -> Result<Result<RawAnnotation, Unfit>, Broken> {
    let (mut id, mut image, mut category) = (Id::Missing, Id::Missing, Id::Missing);
    let (mut numbers, mut area, mut crowd, mut ignore) = (None, None, false, false);
    let (mut segmentation, mut mask) = (None, None);
    const KNOWN: [&str; 8] = ["segmentation", "area", "iscrowd", "image_id", "bbox", "category_id", "id", "ignore"];
    let unfit = fields(s, &KNOWN, |s, name| {
        match name {
            "id" => id = Id::read(s)?,
            "image_id" => image = Id::read(s)?,
            "category_id" => category = Id::read(s)?,
            "bbox" => numbers = Some(s.numbers()?),
            "area" => area = number(s)?.filter(|a| a.is_finite()),
            "iscrowd" => crowd = flag(s)?,
            "ignore" => ignore = flag(s)?,
            _ => {
                segmentation = Some(s.clone());
                if masks {
                    mask = Some(RawMask::read(s)?);
                } else {
                    s.skip()?;
                }
            }
        }
        Ok(())
    })?;
    if let Some(unfit) = unfit {
        return Ok(Err(unfit));
    }
    let bbox = match numbers {
        Some(numbers @ (Numbers::Exactly(_) | Numbers::Mixed)) => bbox(numbers),
        Some(numbers @ Numbers::Count(1..)) => bbox(numbers),
        // Missing, null or empty.
        empty => match segmentation.as_mut().map(polygon_box).transpose()?.flatten() {
            Some(around) => {
                notes.add(&BOX_FROM_POLYGON, || format!("annotations[{index}]"));
                Ok(around)
            }
            None => empty.map_or(Err(Unfit::missing("bbox")), bbox),
        },
    };
    note_loose([&image, &category, &Id::Missing], notes, || format!("annotations[{index}]"));
    if ignore {
        notes.add(&IGNORE_FIELD, || format!("annotations[{index}]"));
    }
    let read = || {
        Ok(RawAnnotation {
            index,
            id: id.whole("id").ok(),
            image: image.whole("image_id")?,
            category: category.whole("category_id")?,
            bbox: bbox?,
            area,
            crowd,
            mask,
        })
    };
    Ok(read())
}
