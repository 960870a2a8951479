//! One stretch of a results list: its detections in columns, the category ids met, and what was remarkable.
//!
//! Knows how a record becomes a row. Does not know files, threads or what category ids mean.

use rustc_hash::FxHashMap;

use super::images::{Found, Images};
use crate::formats::checks::{self, Note};
use crate::formats::coco::fields::{Id, Unfit, bbox};
use crate::formats::coco::segmentation::RawMask;
use crate::formats::json::{Broken, Scalar, Scanner, Template};
use crate::model::{BBox, ClassId, Findings, ImageId, PredictionsBuilder};

/// One record of a results list.
#[derive(Debug, PartialEq)]
pub(super) struct Record {
    pub image: Id,
    pub category: i64,
    /// Around the mask where the file has none.
    pub bbox: Option<BBox>,
    pub score: f64,
    /// Only where masks are asked for.
    pub mask: Option<RawMask>,
}

const BAD_DETECTION: Note = Note::warning(
    "bad-detection",
    "Detections cannot be read and are left out; each needs `image_id`, `category_id`, a `bbox` of left, top, width and height, and a `score`.",
);
pub(super) const IMAGE_BY_NAME: Note = Note::info(
    "image-id-by-name",
    "Detections name their image by its file name instead of its id and are looked up by that; other programs need the id.",
);
const ID_NOT_INTEGER: Note = Note::info(
    "id-not-integer",
    "Ids are written as text or with a decimal point and are read as the whole numbers they stand for; other programs need plain whole numbers.",
);

/// Reads the record that starts here, whatever the order of its keys.
///
/// # Errors
/// Where the text is broken. A record that only lacks something is `Unfit`.
pub(super) fn record(scanner: &mut Scanner<'_>, masks: bool) -> Result<Result<(Record, bool), Unfit>, Broken> {
    if scanner.peek() != Some(b'{') {
        let kind = scanner.scalar()?;
        return Ok(Err(Unfit::wrong("", format!("is {}, not an object", kind.kind()))));
    }
    let (mut image, mut category, mut numbers, mut score) = (Id::Missing, Id::Missing, None, None);
    let mut mask = None;
    let mut seen = 0_u8;
    let mut twice = None;
    scanner.object(|s, key| {
        let (bit, name) = match key {
            "image_id" => (1, "image_id"),
            "category_id" => (2, "category_id"),
            "bbox" => (4, "bbox"),
            "score" => (8, "score"),
            "segmentation" if masks => (16, "segmentation"),
            _ => return s.skip(),
        };
        if seen & bit != 0 {
            twice = Some(name);
        }
        seen |= bit;
        match bit {
            1 => image = Id::read(s)?,
            2 => category = Id::read(s)?,
            4 => numbers = Some(s.numbers()?),
            16 => mask = Some(RawMask::read(s)?),
            _ => score = Some(s.scalar()?),
        }
        Ok(())
    })?;
    if let Some(name) = twice {
        return Ok(Err(Unfit::twice(name)));
    }
    let loose = category.is_loose();
    let fit = || {
        if matches!(image, Id::Missing | Id::Other(_)) {
            image.whole("image_id")?;
        }
        let score = match score {
            None => return Err(Unfit::missing("score")),
            Some(Scalar::Number(score)) => score.value(),
            Some(other) => return Err(Unfit::wrong("score", format!("is {}, not a number", other.kind()))),
        };
        let category = category.whole("category_id")?;
        let bbox = match numbers {
            Some(numbers) => Some(bbox(numbers)?),
            None if masks => None,
            None => return Err(Unfit::missing("bbox")),
        };
        if masks && mask.is_none() {
            return Err(Unfit::missing("segmentation"));
        }
        Ok((Record { image, category, bbox, score, mask }, loose))
    };
    Ok(fit())
}

/// What was remarkable, by record of the stretch.
#[derive(Debug, Default)]
pub(super) struct Tally {
    notes: Vec<Tallied>,
}

#[derive(Debug)]
struct Tallied {
    note: &'static Note,
    count: usize,
    examples: Vec<(usize, String)>,
}

impl Tally {
    /// Counts a note at a record; `what` follows the record's path, as in `.bbox has 3 numbers`.
    #[cold]
    pub fn add(&mut self, note: &'static Note, record: usize, what: impl FnOnce() -> String) {
        let known = match self.notes.iter().position(|t| t.note.code == note.code) {
            Some(known) => known,
            None => {
                self.notes.push(Tallied { note, count: 0, examples: Vec::new() });
                self.notes.len() - 1
            }
        };
        if let Some(tallied) = self.notes.get_mut(known) {
            tallied.count += 1;
            if tallied.examples.len() < Findings::EXAMPLES {
                tallied.examples.push((record, what()));
            }
        }
    }

    /// Adds everything to the findings; the stretch's first record is record `base` of `file`.
    pub fn report(self, file: &str, base: usize, findings: &mut Findings) {
        for Tallied { note, count, examples } in self.notes {
            let examples = examples.into_iter().map(|(record, what)| format!("{file}: [{}]{what}", base + record));
            findings.push(note.counted(count, examples.collect()));
        }
    }
}

/// The category ids met, in order of appearance, with how often and at which record first.
#[derive(Debug, Default)]
pub(super) struct Categories {
    /// Position by id, for small ids: position + 1, 0 where not met.
    small: Vec<u32>,
    large: FxHashMap<i64, u32>,
    pub met: Vec<Category>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Category {
    pub id: i64,
    pub count: usize,
    pub first: usize,
}

/// Ids below this are looked up in an array.
const SMALL: usize = 4096;

impl Categories {
    /// The position of this id, which was met `count` more times, at record `first` for the first time.
    #[inline]
    pub fn meet(&mut self, id: i64, count: usize, first: usize) -> u32 {
        let small = usize::try_from(id).ok().filter(|&id| id < SMALL);
        let known = match small {
            Some(id) => self.small.get(id).copied().unwrap_or(0),
            None => self.large.get(&id).copied().unwrap_or(0),
        };
        if let Some(position) = known.checked_sub(1) {
            if let Some(category) = self.met.get_mut(position as usize) {
                category.count += count;
            }
            return position;
        }
        self.meet_first(id, count, first)
    }

    #[cold]
    fn meet_first(&mut self, id: i64, count: usize, first: usize) -> u32 {
        let position = ClassId::from_index(self.met.len()).0;
        self.met.push(Category { id, count, first });
        match usize::try_from(id).ok().filter(|&id| id < SMALL) {
            Some(id) => {
                if self.small.len() <= id {
                    self.small.resize(id + 1, 0);
                }
                if let Some(slot) = self.small.get_mut(id) {
                    *slot = position + 1;
                }
            }
            None => drop(self.large.insert(id, position + 1)),
        }
        position
    }
}

/// A stretch of records. In `detections`, a class is a position in `categories`.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub detections: PredictionsBuilder,
    pub categories: Categories,
    pub tally: Tally,
    /// How many bytes the records take.
    pub bytes: usize,
    /// Records read, unfit ones included.
    pub records: usize,
    pub bad: usize,
    pub first_bad: Option<(usize, Unfit)>,
}

/// How a stretch ended.
#[derive(Debug)]
pub(super) enum End {
    /// At the record where the next stretch begins.
    Next,
    /// With the list and the text.
    List,
    /// The next stretch does not begin at a record, so it was cut at the wrong place.
    WrongCut,
}

/// The slots of a template: image, category, box, score.
const SLOTS: usize = 7;

/// Reads the records from `start`, where one begins, to `limit`, where one should begin, or to the end of the text. `spare`
/// is an empty builder whose memory is used again.
///
/// # Errors
/// Where the text is broken.
pub(super) fn read(
    bytes: &[u8],
    start: usize,
    limit: Option<usize>,
    images: &Images<'_>,
    spare: PredictionsBuilder,
) -> Result<(Rows, End), Broken> {
    let length = limit.unwrap_or(bytes.len()).saturating_sub(start);
    let mut reader = Reader { rows: Rows { detections: spare, bytes: length, ..Rows::default() }, images, last: None };
    let keys = [("image_id", 0..1), ("category_id", 1..2), ("bbox", 2..6), ("score", 6..SLOTS)];
    let mut scanner = Scanner::new(bytes, start);
    let template: Option<Template<SLOTS>> = scanner.template(&keys).filter(|t| t.present().iter().all(|&p| p));
    // The template passes over masks.
    let template = template.filter(|_| !images.masks);
    loop {
        match template.as_ref().and_then(|template| alike(&mut scanner, template)) {
            Some((image, category, bbox, score)) => reader.plain(image, category, Shape::Box(bbox), score),
            None => reader.general(&mut scanner)?,
        }
        if !scanner.take(b',') {
            if !scanner.take(b']') {
                return Err(scanner.expected("a comma or `]`"));
            }
            scanner.finish()?;
            let end = if limit.is_none() { End::List } else { End::WrongCut };
            return Ok((reader.rows, end));
        }
        scanner.peek();
        if limit.is_some_and(|limit| scanner.at() >= limit) {
            let end = if Some(scanner.at()) == limit { End::Next } else { End::WrongCut };
            return Ok((reader.rows, end));
        }
    }
}

/// Image id, category id, box and score of a record written like the template; `None`, and nothing taken, where its ids are
/// no plain whole numbers or it is written otherwise.
#[inline]
fn alike(scanner: &mut Scanner<'_>, template: &Template<SLOTS>) -> Option<(i64, i64, BBox, f64)> {
    let before = scanner.clone();
    let record = scanner.record(template)?;
    let (Some(image), Some(category)) = (record.whole(0), record.whole(1)) else {
        *scanner = before;
        return None;
    };
    let [_, _, x, y, w, h, score] = record.values;
    Some((image, category, BBox::new(x, y, w, h), score))
}

/// What says where a detection is.
#[derive(Clone, Copy)]
enum Shape<'a> {
    Box(BBox),
    /// A mask, and a box where the file has one too.
    Mask(Option<BBox>, &'a RawMask),
}

impl<'a> Shape<'a> {
    fn of(record: &'a Record) -> Self {
        match &record.mask {
            Some(mask) => Self::Mask(record.bbox, mask),
            None => Self::Box(record.bbox.unwrap_or(BBox::new(0.0, 0.0, 0.0, 0.0))),
        }
    }
}

struct Reader<'a, 'd> {
    rows: Rows,
    images: &'a Images<'d>,
    /// The last image found: detections mostly come image by image.
    last: Option<(i64, ImageId, (u32, u32))>,
}

impl Reader<'_, '_> {
    fn general(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Broken> {
        let index = self.rows.records;
        let (record, loose) = match record(scanner, self.images.masks).map_err(|e| e.inside_entry(index))? {
            Ok(record) => record,
            Err(unfit) => {
                self.rows.tally.add(&BAD_DETECTION, index, || unfit.at(""));
                self.rows.bad += 1;
                self.rows.records += 1;
                self.rows.first_bad.get_or_insert((index, unfit));
                return Ok(());
            }
        };
        if let Id::Whole(id) = record.image {
            if loose {
                self.rows.tally.add(&ID_NOT_INTEGER, index, || ".category_id".to_owned());
            }
            self.plain(id, record.category, Shape::of(&record), record.score);
            return Ok(());
        }
        let class = self.meet(record.category);
        let image = match self.images.find(&record.image) {
            Some(Found::ByName(image)) => {
                self.rows.tally.add(&IMAGE_BY_NAME, index, || format!(".image_id {}", in_words(&record.image)));
                image
            }
            Some(Found::ById(image)) => {
                self.rows.tally.add(&ID_NOT_INTEGER, index, || format!(".image_id {}", in_words(&record.image)));
                image
            }
            None => {
                self.unknown_image(&record.image);
                return Ok(());
            }
        };
        let size = self.images.size(image);
        self.add(image, size, class, Shape::of(&record), record.score);
        Ok(())
    }

    #[inline]
    fn plain(&mut self, id: i64, category: i64, shape: Shape<'_>, score: f64) {
        let class = self.meet(category);
        let (image, size) = match self.last {
            Some((last, image, size)) if last == id => (image, size),
            _ => {
                let Some(image) = self.images.by_id(id) else {
                    self.unknown_image(&Id::Whole(id));
                    return;
                };
                let size = self.images.size(image);
                self.last = Some((id, image, size));
                (image, size)
            }
        };
        self.add(image, size, class, shape, score);
    }

    /// Also for records that are left out: what categories a file has is a question of its own.
    #[inline]
    fn meet(&mut self, category: i64) -> ClassId {
        ClassId(self.rows.categories.meet(category, 1, self.rows.records))
    }

    #[cold]
    fn unknown_image(&mut self, id: &Id) {
        self.rows.tally.add(&checks::UNKNOWN_IMAGE, self.rows.records, || format!(".image_id {}", in_words(id)));
        self.rows.records += 1;
    }

    #[inline]
    fn add(&mut self, image: ImageId, size: (u32, u32), class: ClassId, shape: Shape<'_>, score: f64) {
        let index = self.rows.records;
        self.rows.records += 1;
        let rows = &mut self.rows;
        let (bbox, mask) = match shape {
            Shape::Box(bbox) => (bbox, None),
            Shape::Mask(given, raw) => match raw.mask(size.1, size.0) {
                Ok(mask) => (given.unwrap_or_else(|| mask.as_ref().bbox()), Some(mask)),
                Err(what) => {
                    rows.tally.add(&checks::BAD_MASK, index, || format!(".segmentation {what}"));
                    return;
                }
            },
        };
        if !checks::is_usable(bbox) {
            rows.tally.add(&checks::NON_FINITE_BOX, index, || ".bbox".to_owned());
            return;
        }
        if !score.is_finite() {
            rows.tally.add(&checks::NON_FINITE_SCORE, index, || ".score".to_owned());
            return;
        }
        if let Some(note) = checks::remarkable(bbox, size.0, size.1, &checks::DETECTION_OUT_OF_BOUNDS) {
            rows.tally.add(note, index, || format!(".bbox [{}, {}, {}, {}]", bbox.x, bbox.y, bbox.w, bbox.h));
        }
        if let Some(note) = checks::remarkable_score(score) {
            rows.tally.add(note, index, || format!(".score {score}"));
        }
        match mask {
            Some(mask) => rows.detections.push_masked(image, class, mask.as_ref(), bbox, score),
            None => rows.detections.push(image, class, bbox, score),
        }
    }
}

fn in_words(id: &Id) -> String {
    match id {
        Id::Whole(id) | Id::Loose(id, None) => id.to_string(),
        Id::Loose(_, Some(text)) | Id::Text(text) => format!("{text:?}"),
        Id::Missing | Id::Other(_) => String::new(),
    }
}
