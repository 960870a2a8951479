//! What COCO files say of images and annotations beyond what is evaluated: other fields of `images`, and `attributes` of
//! `annotations`, as annotation tools write them.

use std::path::Path;

use rustc_hash::FxHashMap;

use super::MOST_COLUMNS;
use super::cells::Column;
use crate::formats::answers::value::Value;
use crate::formats::error::LoadError;
use crate::formats::json::{Broken, Numbers, Scanner};
use crate::formats::source;
use crate::model::{AttributeColumn, BBox, Dataset, ImageId, Progress};

/// Fields of images that say nothing of what is in them.
const PASSED_OVER: [&str; 11] = [
    "id",
    "file_name",
    "width",
    "height",
    "license",
    "coco_url",
    "flickr_url",
    "date_captured",
    "url",
    "path",
    "dataset_id",
];

/// Cells by column, each with the item or truth it belongs to.
#[derive(Default)]
struct Gather {
    columns: Vec<(String, Vec<(usize, Value)>)>,
    known: FxHashMap<String, usize>,
}

impl Gather {
    fn add(&mut self, name: &str, at: usize, value: Value) {
        if matches!(value, Value::Null | Value::List(_) | Value::Object(_)) {
            return;
        }
        let column = match self.known.get(name) {
            Some(column) => *column,
            None if self.columns.len() < MOST_COLUMNS => {
                self.known.insert(name.to_owned(), self.columns.len());
                self.columns.push((name.to_owned(), Vec::new()));
                self.columns.len() - 1
            }
            None => return,
        };
        if let Some((_, cells)) = self.columns.get_mut(column) {
            cells.push((at, value));
        }
    }

    fn columns(self, of_objects: bool, length: usize) -> Vec<AttributeColumn> {
        let column = |(name, cells): (String, Vec<(usize, Value)>)| {
            let mut all = vec![Value::Null; length];
            for (at, value) in cells {
                if let Some(slot) = all.get_mut(at) {
                    *slot = value;
                }
            }
            let values = Column::of(all.iter())?.values()?;
            Some(AttributeColumn { name, of_objects, values })
        };
        self.columns.into_iter().filter_map(column).collect()
    }
}

/// Reads the columns of one split.
pub(super) fn read(
    file: &Path,
    split: u16,
    dataset: &Dataset,
    progress: &dyn Progress,
) -> Result<Vec<AttributeColumn>, LoadError> {
    progress.stage(&format!("Reading what else {} says", source::short_name(file)));
    let bytes = source::read_bytes(file)?;
    let images = dataset.image_ids().zip(&dataset.images).filter(|(_, image)| image.split == split);
    let by_id: FxHashMap<i64, ImageId> = images.map(|(id, image)| (image.source_id, id)).collect();
    let (mut of_images, mut of_truths) = (Gather::default(), Gather::default());
    // Truths of an image stand in the order of the file; those that could not be used are left out.
    let mut next: FxHashMap<ImageId, usize> = FxHashMap::default();
    let mut cancelled = Ok(());
    let start = bytes.len() - source::without_mark(&bytes).len();
    let look = Scanner::new(&bytes, start).object(|s, key| match (key, s.peek()) {
        ("images", Some(b'[')) => s.list(|s, _| image(s, &by_id, &mut of_images)),
        ("annotations", Some(b'[')) => s.list(|s, index| {
            if index % 4096 == 0 && cancelled.is_ok() {
                cancelled = progress.check();
            }
            if cancelled.is_err() { s.skip() } else { annotation(s, dataset, &by_id, &mut next, &mut of_truths) }
        }),
        _ => s.skip(),
    });
    cancelled?;
    look.map_err(|broken| broken.in_file(file, &bytes))?;
    let mut all = of_images.columns(false, dataset.images.len());
    all.extend(of_truths.columns(true, dataset.truths.len()));
    Ok(all)
}

fn image(s: &mut Scanner<'_>, by_id: &FxHashMap<i64, ImageId>, into: &mut Gather) -> Result<(), Broken> {
    if s.peek() != Some(b'{') {
        return s.skip();
    }
    let (mut id, mut cells) = (None, Vec::new());
    s.object(|s, key| {
        if key == "id" {
            id = whole(&Value::of_json(s)?);
        } else if PASSED_OVER.contains(&key) {
            s.skip()?;
        } else {
            cells.push((key.to_owned(), Value::of_json(s)?));
        }
        Ok(())
    })?;
    if let Some(item) = id.and_then(|id| by_id.get(&id)) {
        cells.into_iter().for_each(|(name, value)| into.add(&name, item.index(), value));
    }
    Ok(())
}

fn annotation(
    s: &mut Scanner<'_>,
    dataset: &Dataset,
    by_id: &FxHashMap<i64, ImageId>,
    next: &mut FxHashMap<ImageId, usize>,
    into: &mut Gather,
) -> Result<(), Broken> {
    if s.peek() != Some(b'{') {
        return s.skip();
    }
    let (mut image, mut bbox, mut cells) = (None, None, Vec::new());
    s.object(|s, key| {
        match key {
            "image_id" => image = whole(&Value::of_json(s)?),
            "bbox" => bbox = Some(s.numbers::<4>()?),
            "attributes" if s.peek() == Some(b'{') => s.object(|s, name| {
                cells.push((name.to_owned(), Value::of_json(s)?));
                Ok(())
            })?,
            _ => s.skip()?,
        }
        Ok(())
    })?;
    let Some(item) = image.and_then(|id| by_id.get(&id)) else { return Ok(()) };
    let Some(Numbers::Exactly([x, y, w, h])) = bbox else { return Ok(()) };
    let of_item = dataset.truths.of(*item);
    let at = next.entry(*item).or_insert(of_item.start);
    // An annotation whose box is not that of the next truth was left out when the truth was read.
    if of_item.contains(at) && dataset.truths.bbox.get(*at) == Some(&BBox::new(x, y, w, h)) {
        cells.into_iter().for_each(|(name, value)| into.add(&name, *at, value));
        *at += 1;
    }
    Ok(())
}

/// An id as the reader of the truth takes it: a whole number, in quotes or not.
fn whole(value: &Value) -> Option<i64> {
    value.text()?.trim().parse().ok()
}
