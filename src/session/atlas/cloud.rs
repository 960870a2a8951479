//! What is on the map: items or objects, each with a vector. Vectors are those that the project names, else descriptors that
//! are computed here and kept.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::analysis::Filter;
use crate::cache::TableCache;
use crate::formats::picture::{self, Picture};
use crate::formats::{self, embeddings};
use crate::jobs::JobError;
use crate::metrics::Evaluation;
use crate::model::project::{Choice, Project};
use crate::model::{BBox, Cancelled, ClassId, Dataset, Embedding, Image, ImageId, Progress, TruthId, fmt};
use crate::session::heads;
use crate::vectors::{Rows, descriptors, scaling};

/// Pictures are looked at in this size at most: a descriptor keeps far less of them.
const SIDE: u32 = 256;
/// For objects a picture is decoded larger, so that a small one still has pixels.
const SIDE_OF_OBJECTS: u32 = 1024;

/// What the points are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Of {
    /// Images or texts.
    #[default]
    Items,
    /// Objects of the ground truth.
    Objects,
}

/// Where the vectors come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Origin {
    /// From the project.
    #[default]
    Given,
    /// Computed here.
    Own,
    /// From a file that a person chose or dropped on the window.
    File(Arc<Path>),
}

/// What is to be on the map.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// What the points are.
    pub of: Of,
    /// Where their vectors come from.
    pub origin: Origin,
}

/// One point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// The item.
    pub image: ImageId,
    /// The object in it; `None` where the point is the item itself.
    pub truth: Option<TruthId>,
}

impl Point {
    /// The classes of the point: that of the object, or all labels of the item.
    #[must_use]
    pub fn labels(self, dataset: &Dataset) -> &[ClassId] {
        let range = match self.truth {
            Some(truth) => truth.index()..truth.index() + 1,
            None => dataset.truths.of(self.image),
        };
        dataset.truths.class.get(range).unwrap_or_default()
    }
}

/// Points with a vector each, in the order of the dataset.
#[derive(Debug)]
pub struct Cloud {
    /// What was asked for.
    pub wanted: Wanted,
    /// The points.
    pub points: Vec<Point>,
    /// Numbers of a vector.
    pub dimensions: usize,
    /// All vectors, one after the other.
    pub values: Vec<f32>,
    /// Items or objects without a vector.
    pub missing: usize,
}

impl Cloud {
    /// The vectors as rows; `None` where there is none.
    #[must_use]
    pub fn rows(&self) -> Option<Rows<'_>> {
        Rows::new(self.dimensions, &self.values).ok()
    }

    /// The filter of some points, with a title; of none everything.
    #[must_use]
    pub fn filter(&self, points: &[u32], title: String) -> Filter {
        let chosen = points.iter().filter_map(|at| self.points.get(*at as usize));
        if points.is_empty() {
            return Filter::All;
        }
        match self.wanted.of {
            Of::Items => {
                let mut images: Vec<ImageId> = chosen.map(|point| point.image).collect();
                images.sort_unstable();
                images.dedup();
                Filter::Images { title, images }
            }
            Of::Objects => Filter::of_truths(title, chosen.filter_map(|point| point.truth).collect()),
        }
    }

    /// A hash of all vectors: equal for equal maps.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&(self.dimensions as u64).to_le_bytes());
        for value in &self.values {
            hasher.update(&value.to_le_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }
}

/// What a project offers to begin with: its own vectors where it names some, else descriptors.
#[must_use]
pub fn offered(project: &Project, choice: &Choice) -> Wanted {
    let given = choice.dataset(project).is_some_and(|dataset| dataset.embeddings.is_some());
    Wanted { of: Of::Items, origin: if given { Origin::Given } else { Origin::Own } }
}

/// Reads or computes the vectors.
///
/// # Errors
/// A sentence with the remedy where there is nothing to put on a map; cancelled.
pub fn build(
    root: &Path,
    project: &Project,
    choice: &Choice,
    evaluation: &Evaluation,
    wanted: &Wanted,
    cache: Option<&TableCache>,
    progress: &dyn Progress,
) -> Result<Cloud, JobError> {
    let dataset = &*evaluation.dataset;
    match &wanted.origin {
        Origin::Given => {
            let entry =
                choice.dataset(project).ok_or_else(|| JobError::Failed("There is no such dataset".to_owned()))?;
            let (embedding, _) = heads::vectors(root, entry, progress)?;
            given(dataset, &embedding, wanted)
        }
        Origin::File(file) => {
            progress.stage("Reading embeddings");
            let ids = embeddings::ids_beside(file);
            let (embedding, _) = embeddings::read(file, ids.as_deref(), progress)?;
            // Whether it holds vectors of items or of their objects, its ids or its length tell.
            given(dataset, &embedding, wanted).or_else(|error| {
                let of = if wanted.of == Of::Items { Of::Objects } else { Of::Items };
                given(dataset, &embedding, &Wanted { of, ..wanted.clone() }).map_err(|_| error)
            })
        }
        Origin::Own => {
            let cloud = own(dataset, wanted, cache, progress)?;
            if cloud.points.is_empty() { Err(JobError::Failed(nothing(wanted.of, dataset))) } else { Ok(cloud) }
        }
    }
}

/// Why nothing could be described.
fn nothing(of: Of, dataset: &Dataset) -> String {
    match of {
        Of::Objects => {
            "There is no object whose picture can be read; put the pictures beside the ground truth, or choose items"
                .to_owned()
        }
        _ if dataset.texts.is_empty() => {
            "No picture of this split can be read; put the pictures beside the ground truth, or name vectors under \
             `embeddings` in evalens.json"
                .to_owned()
        }
        _ => "There is no text to describe".to_owned(),
    }
}

/// Rows whose id is that of an item, or `NAME#3` for the item's fourth object. Rows without ids are taken in the order of the
/// items, or objects, where there are as many.
///
/// # Errors
/// A sentence where no row belongs to any of them.
fn given(dataset: &Dataset, embedding: &Embedding, wanted: &Wanted) -> Result<Cloud, JobError> {
    let cloud = by_id(dataset, embedding, wanted);
    if !cloud.points.is_empty() {
        return Ok(cloud);
    }
    let (what, count) = match wanted.of {
        Of::Items => ("items", dataset.images.len()),
        Of::Objects => ("objects", dataset.truths.len()),
    };
    let reason = match embedding.unnamed {
        Some(rows) if rows == count => return Ok(in_order(dataset, embedding, wanted)),
        Some(rows) => format!(
            "The vectors have no ids, and there are {} for the {} {what} of this split: put a file with an id a row beside \
             them (`NAME.ids.txt`), or export a row for each",
            fmt::count(rows as u64),
            fmt::count(count as u64)
        ),
        None => format!(
            "No vector belongs to one of the {what} of this split: their ids have nothing in common with the names of the \
             items; correct the ids, or choose the vectors that are computed here"
        ),
    };
    Err(JobError::Failed(reason))
}

fn none_yet(embedding: &Embedding, wanted: &Wanted) -> Cloud {
    let wanted = wanted.clone();
    Cloud { wanted, points: Vec::new(), dimensions: embedding.dimensions, values: Vec::new(), missing: 0 }
}

/// As many rows as items or objects, one after the other. A row that was left out leaves its item out.
fn in_order(dataset: &Dataset, embedding: &Embedding, wanted: &Wanted) -> Cloud {
    let points: Vec<Point> = match wanted.of {
        Of::Items => dataset.image_ids().map(|image| Point { image, truth: None }).collect(),
        Of::Objects => dataset
            .image_ids()
            .flat_map(|image| dataset.truths.ids_of(image).map(move |truth| Point { image, truth: Some(truth) }))
            .collect(),
    };
    let mut cloud = none_yet(embedding, wanted);
    for (row, id) in embedding.ids.iter().enumerate() {
        if let Some(point) = id.parse::<usize>().ok().and_then(|number| points.get(number)) {
            cloud.points.push(*point);
            cloud.values.extend_from_slice(embedding.row(row));
        }
    }
    cloud.missing = points.len() - cloud.points.len();
    cloud
}

fn by_id(dataset: &Dataset, embedding: &Embedding, wanted: &Wanted) -> Cloud {
    let rows: HashMap<&str, usize> = embedding.ids.iter().enumerate().map(|(row, id)| (id.as_str(), row)).collect();
    let mut cloud = none_yet(embedding, wanted);
    let mut add = |point: Point, row: Option<&usize>| match row {
        Some(&row) => {
            cloud.points.push(point);
            cloud.values.extend_from_slice(embedding.row(row));
        }
        None => cloud.missing += 1,
    };
    for image in dataset.image_ids() {
        let Some(name) = dataset.images.get(image.index()).map(|image| image.name.as_str()) else { continue };
        match wanted.of {
            Of::Items => {
                // Vectors often go by the name without its ending.
                let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
                add(Point { image, truth: None }, rows.get(name).or_else(|| rows.get(stem)));
            }
            Of::Objects => {
                for (number, truth) in dataset.truths.ids_of(image).enumerate() {
                    let id = format!("{name}#{number}");
                    add(Point { image, truth: Some(truth) }, rows.get(id.as_str()));
                }
            }
        }
    }
    cloud
}

/// Descriptors of texts, pictures or the parts of pictures that objects are; standardised.
fn own(
    dataset: &Dataset,
    wanted: &Wanted,
    cache: Option<&TableCache>,
    progress: &dyn Progress,
) -> Result<Cloud, JobError> {
    if !dataset.texts.is_empty() {
        let texts: Vec<&str> = dataset.texts.iter().map(String::as_str).collect();
        let values = descriptors::texts(&texts, progress)?;
        let points = dataset.image_ids().map(|image| Point { image, truth: None }).collect();
        return Ok(scaled(Cloud { wanted: wanted.clone(), points, dimensions: descriptors::TEXT, values, missing: 0 }));
    }
    let key = key_of(dataset, wanted);
    if let Some(known) = cache.and_then(|cache| cache.get(&key)).and_then(|bytes| from_bytes(&bytes, dataset, wanted)) {
        return Ok(scaled(known));
    }
    progress.stage("Describing pictures");
    let done = AtomicUsize::new(0);
    let total = dataset.images.len();
    let one = |image: ImageId| -> Result<Vec<(Point, Vec<f32>)>, Cancelled> {
        progress.check()?;
        let described =
            dataset.images.get(image.index()).map_or_else(Vec::new, |of| describe(dataset, image, of, wanted));
        progress.progress(done.fetch_add(1, Ordering::Relaxed) + 1, total);
        Ok(described)
    };
    let images: Vec<ImageId> = dataset.image_ids().collect();
    let all: Vec<Vec<(Point, Vec<f32>)>> = images.into_par_iter().map(one).collect::<Result<_, Cancelled>>()?;
    let mut cloud = Cloud {
        wanted: wanted.clone(),
        points: Vec::new(),
        dimensions: descriptors::PICTURE,
        values: Vec::new(),
        missing: 0,
    };
    for (point, values) in all.into_iter().flatten() {
        cloud.points.push(point);
        cloud.values.extend(values);
    }
    let whole = if wanted.of == Of::Objects { dataset.truths.len() } else { total };
    cloud.missing = whole - cloud.points.len();
    if let Some(cache) = cache {
        cache.put(&key, &to_bytes(&cloud));
    }
    Ok(scaled(cloud))
}

fn scaled(mut cloud: Cloud) -> Cloud {
    if let Ok(rows) = Rows::new(cloud.dimensions, &cloud.values) {
        cloud.values = scaling::standardised(rows);
    }
    cloud
}

/// What is to be described in one picture; nothing where it cannot be read.
fn describe(dataset: &Dataset, image: ImageId, of: &Image, wanted: &Wanted) -> Vec<(Point, Vec<f32>)> {
    let side = if wanted.of == Of::Objects { SIDE_OF_OBJECTS } else { SIDE };
    let Some(picture) = of.path.as_deref().and_then(|path| picture::decode(path, Some(side)).ok()) else {
        return Vec::new();
    };
    let described = |point: Point, area: [u32; 4]| {
        let [left, top, right, bottom] = area;
        let rgb = cut(&picture, area);
        let values = descriptors::picture((right - left) as usize, (bottom - top) as usize, &rgb).ok()?;
        Some((point, values))
    };
    match wanted.of {
        Of::Items => {
            described(Point { image, truth: None }, [0, 0, picture.width, picture.height]).into_iter().collect()
        }
        Of::Objects => {
            let one = |truth: TruthId| {
                let bbox = dataset.truths.bbox.get(truth.index())?;
                described(Point { image, truth: Some(truth) }, pixels_of(*bbox, &picture)?)
            };
            dataset.truths.ids_of(image).filter_map(one).collect()
        }
    }
}

/// The pixels that a box covers: left, top, right, bottom; `None` where it covers none.
fn pixels_of(bbox: BBox, picture: &Picture) -> Option<[u32; 4]> {
    let x = f64::from(picture.width) / f64::from(picture.source_width.max(1));
    let y = f64::from(picture.height) / f64::from(picture.source_height.max(1));
    let inside = |value: f64, most: u32| value.clamp(0.0, f64::from(most)) as u32;
    let (left, top) = (inside((bbox.x * x).floor(), picture.width), inside((bbox.y * y).floor(), picture.height));
    let right = inside(((bbox.x + bbox.w) * x).ceil(), picture.width);
    let bottom = inside(((bbox.y + bbox.h) * y).ceil(), picture.height);
    (left < right && top < bottom).then_some([left, top, right, bottom])
}

fn cut(picture: &Picture, [left, top, right, bottom]: [u32; 4]) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(((right - left) * (bottom - top) * 3) as usize);
    for y in top..bottom {
        let row = (y as usize * picture.width as usize + left as usize) * 4;
        let pixels = picture.rgba.get(row..row + (right - left) as usize * 4).unwrap_or_default();
        pixels.chunks_exact(4).for_each(|pixel| rgb.extend_from_slice(&pixel[..3]));
    }
    rgb
}

/// Everything that the descriptors of pictures depend on: their files' names, sizes and times, and the boxes.
fn key_of(dataset: &Dataset, wanted: &Wanted) -> String {
    let paths: Vec<std::path::PathBuf> = dataset.images.iter().filter_map(|image| image.path.clone()).collect();
    let mut hasher = blake3::Hasher::new();
    for (path, look) in formats::fingerprint(&paths) {
        hasher.update(path.to_string_lossy().as_bytes());
        if let Some((bytes, time)) = look {
            let time = time.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            hasher.update(&bytes.to_le_bytes()).update(&time.as_nanos().to_le_bytes());
        }
    }
    if wanted.of == Of::Objects {
        for bbox in &dataset.truths.bbox {
            for side in [bbox.x, bbox.y, bbox.w, bbox.h] {
                hasher.update(&side.to_le_bytes());
            }
        }
    }
    format!("descriptors/1 {:?} {}", wanted.of, hasher.finalize().to_hex())
}

/// Points (image and object, 8 bytes each) behind their number, then all numbers.
fn to_bytes(cloud: &Cloud) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(8 + cloud.points.len() * 8 + cloud.values.len() * 4);
    bytes.extend((cloud.points.len() as u64).to_le_bytes());
    for point in &cloud.points {
        bytes.extend(point.image.0.to_le_bytes());
        bytes.extend(point.truth.map_or(u32::MAX, |truth| truth.0).to_le_bytes());
    }
    cloud.values.iter().for_each(|value| bytes.extend(value.to_le_bytes()));
    bytes
}

/// What [`to_bytes`] wrote, where it fits the dataset.
fn from_bytes(bytes: &[u8], dataset: &Dataset, wanted: &Wanted) -> Option<Cloud> {
    let (count, rest) = bytes.split_first_chunk::<8>()?;
    let count = usize::try_from(u64::from_le_bytes(*count)).ok()?;
    let (points, values) = rest.split_at_checked(count.checked_mul(8)?)?;
    if values.len() != count.checked_mul(descriptors::PICTURE * 4)? {
        return None;
    }
    let four = |chunk: &[u8]| chunk.first_chunk::<4>().copied().unwrap_or_default();
    let point = |chunk: &[u8]| {
        let (image, truth) = (u32::from_le_bytes(four(chunk)), u32::from_le_bytes(four(chunk.get(4..)?)));
        let known =
            (image as usize) < dataset.images.len() && (truth == u32::MAX || (truth as usize) < dataset.truths.len());
        known.then_some(Point { image: ImageId(image), truth: (truth != u32::MAX).then_some(TruthId(truth)) })
    };
    let points: Vec<Point> = points.chunks_exact(8).map(point).collect::<Option<_>>()?;
    let values: Vec<f32> = values.chunks_exact(4).map(|chunk| f32::from_le_bytes(four(chunk))).collect();
    if !values.iter().all(|value| value.is_finite()) {
        return None;
    }
    let whole = if wanted.of == Of::Objects { dataset.truths.len() } else { dataset.images.len() };
    let missing = whole.checked_sub(points.len())?;
    Some(Cloud { wanted: wanted.clone(), points, dimensions: descriptors::PICTURE, values, missing })
}
