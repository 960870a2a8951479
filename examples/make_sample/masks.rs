//! The sample of a segmenter: drawn landscapes, the classes of their pixels, and what two small classifiers of pixels, trained on
//! other landscapes, make of the pictures.

pub mod land;

use std::path::Path;

use anyhow::{Context, Result};
use evalens::model::{ClassId, ClassTable, ImageId, NoProgress};
use evalens::vectors::Rows;
use evalens::vectors::head::Head;
use evalens::vectors::kfold::{self, Labelled};
use evalens::vectors::params::{KFoldParams, Strength};
use image::{GrayImage, RgbImage};
use rayon::prelude::*;
use serde_json::{Value, json};

use self::land::{CLASSES, HEIGHT, UNLABELLED, WIDTH};
use super::project::Split;
use super::scene;

pub const SPLITS: [Split; 2] =
    [Split { name: "valid", first: 500, count: 8 }, Split { name: "test", first: 900, count: 16 }];
/// What the classifiers learn from; the pictures are drawn when they are needed.
const TRAINING: std::ops::Range<u64> = 0..48;
/// Of the training pixels every so many-th is learnt from.
const STEP: usize = 23;
/// Confidence is kept in so many steps.
const STEPS: f64 = 17.0;

/// A version of the classifier: what it sees of a pixel.
pub struct Version {
    pub name: &'static str,
    pub sees: &'static str,
    /// Of poles, which are thin, so many times as many pixels are learnt from.
    pub poles: usize,
    measure: fn(&Planes, usize, usize) -> Vec<f32>,
}

pub const VERSIONS: [Version; 2] = [
    Version { name: "v1", sees: "colour", poles: 1, measure: colour },
    Version { name: "v2", sees: "colour, surroundings and place", poles: 6, measure: surroundings },
];

pub fn name(number: u64, ending: &str) -> String {
    format!("land_{number}.{ending}")
}

pub fn picture_path(split: &str, number: u64) -> String {
    format!("images/{split}/{}", name(number, "jpg"))
}

pub fn truth_path(split: &str, number: u64) -> String {
    format!("masks/{split}/{}", name(number, "png"))
}

fn folder(version: &Version, split: &str) -> String {
    format!("predictions/pixel-classifier/{}/{split}", version.name)
}

fn sure_folder(version: &Version, split: &str) -> String {
    format!("predictions/pixel-classifier/{}/confidence/{split}", version.name)
}

/// Where a version's classes and confidence of a picture lie.
pub fn predicted_paths(version: &Version, split: &str, number: u64) -> [String; 2] {
    [folder(version, split), sure_folder(version, split)].map(|folder| format!("{folder}/{}", name(number, "png")))
}

/// A picture as the classifiers look at it: its colours, sums of them over rectangles, and how bright it is.
struct Planes {
    colours: Vec<[f32; 3]>,
    /// Of colours and squared brightness, with a row and a column of zeros before.
    sums: Vec<[f64; 4]>,
}

const SIDE: usize = WIDTH as usize + 1;

impl Planes {
    fn of(picture: &RgbImage) -> Self {
        let colours: Vec<[f32; 3]> = picture.pixels().map(|p| p.0.map(|v| f32::from(v) / 255.0)).collect();
        let mut sums = vec![[0.0; 4]; SIDE * (HEIGHT as usize + 1)];
        for y in 0..HEIGHT as usize {
            for x in 0..WIDTH as usize {
                let [r, g, b] = colours[y * WIDTH as usize + x].map(f64::from);
                let own = [r, g, b, brightness([r, g, b]).powi(2)];
                let at = |x: usize, y: usize| y * SIDE + x;
                let (left, above, both) = (sums[at(x, y + 1)], sums[at(x + 1, y)], sums[at(x, y)]);
                sums[at(x + 1, y + 1)] = std::array::from_fn(|i| own[i] + left[i] + above[i] - both[i]);
            }
        }
        Self { colours, sums }
    }

    fn colour(&self, x: usize, y: usize) -> [f32; 3] {
        self.colours[y * WIDTH as usize + x]
    }

    /// The mean colour and the spread of brightness in a rectangle around a pixel, as far as it lies in the picture.
    fn around(&self, x: usize, y: usize, [across, along]: [usize; 2]) -> [f32; 4] {
        let (x0, x1) = (x.saturating_sub(across), (x + across + 1).min(WIDTH as usize));
        let (y0, y1) = (y.saturating_sub(along), (y + along + 1).min(HEIGHT as usize));
        let n = ((x1 - x0) * (y1 - y0)) as f64;
        let at = |x: usize, y: usize| self.sums[y * SIDE + x];
        let (a, b, c, d) = (at(x1, y1), at(x0, y1), at(x1, y0), at(x0, y0));
        let [r, g, b, squares] = std::array::from_fn(|i| (a[i] - b[i] - c[i] + d[i]) / n);
        let spread = (squares - brightness([r, g, b]).powi(2)).max(0.0).sqrt();
        [r, g, b, spread].map(|v| v as f32)
    }
}

fn brightness([r, g, b]: [f64; 3]) -> f64 {
    (r + g + b) / 3.0
}

/// A colour and its products.
fn colour(planes: &Planes, x: usize, y: usize) -> Vec<f32> {
    let [r, g, b] = planes.colour(x, y);
    vec![r, g, b, r * r, g * g, b * b, r * g, r * b, g * b]
}

/// The colour, the place, and what is around in squares, columns and rows.
fn surroundings(planes: &Planes, x: usize, y: usize) -> Vec<f32> {
    let mut all = colour(planes, x, y);
    let (across, down) = (x as f32 / WIDTH as f32, y as f32 / HEIGHT as f32);
    all.extend([down, down * down, (across - 0.5).abs()]);
    let own = all[..3].iter().sum::<f32>() / 3.0;
    for window in [[1, 1], [3, 3], [8, 8]] {
        let [r, g, b, spread] = planes.around(x, y, window);
        all.extend([
            r,
            g,
            b,
            spread,
            spread * spread,
            (r + g + b) / 3.0 - own,
            down * g,
            down * b,
            r * g,
            g * b,
            r * b,
        ]);
    }
    // A thin upright line is unlike what is left and right of it, and like what is above and below.
    for window in [[0, 4], [4, 0]] {
        let [r, g, b, spread] = planes.around(x, y, window);
        let wide = planes.around(x, y, [4, 4]);
        let line = (wide[0] + wide[1] + wide[2] - r - g - b) / 3.0;
        all.extend([spread, line, line.max(0.0), line * line]);
    }
    all
}

/// The picture of a scene as its file has it.
fn decoded(number: u64) -> Result<(RgbImage, GrayImage)> {
    let (picture, mask) = land::draw(number);
    Ok((image::load_from_memory(&scene::to_jpeg(&picture)?)?.to_rgb8(), mask))
}

/// Trains a version on its own landscapes.
pub fn train(version: &Version) -> Result<Head> {
    let one = |number: u64| -> Result<(Vec<f32>, Vec<ClassId>)> {
        let (picture, mask) = decoded(number)?;
        let planes = Planes::of(&picture);
        let (mut rows, mut labels) = (Vec::new(), Vec::new());
        for (at, class) in mask.as_raw().iter().enumerate().filter(|(_, class)| **class != UNLABELLED) {
            let every = if *class == land::POLE { STEP / version.poles } else { STEP };
            if (at + number as usize).is_multiple_of(every.max(1)) {
                rows.extend((version.measure)(&planes, at % WIDTH as usize, at / WIDTH as usize));
                labels.push(ClassId(u32::from(*class)));
            }
        }
        Ok((rows, labels))
    };
    let parts: Vec<(Vec<f32>, Vec<ClassId>)> = TRAINING.into_par_iter().map(one).collect::<Result<_>>()?;
    let (rows, labels): (Vec<Vec<f32>>, Vec<Vec<ClassId>>) = parts.into_iter().unzip();
    let (rows, labels) = (rows.concat(), labels.concat());
    let classes = ClassTable::from_names(CLASSES);
    let rows = Rows::new(rows.len() / labels.len().max(1), &rows)?;
    let labelled = Labelled { rows, labels: &labels, classes: &classes, groups: None };
    let params = KFoldParams { strength: Strength::Fixed(1.0), ..KFoldParams::default() };
    Ok(kfold::train_head(&labelled, &params.check(labels.len())?, &NoProgress)?)
}

/// The class of every pixel of a picture, and how sure the classifier is of it.
pub fn predict(version: &Version, head: &Head, picture: &RgbImage) -> Result<[GrayImage; 2]> {
    let planes = Planes::of(picture);
    let places = (0..HEIGHT as usize).flat_map(|y| (0..WIDTH as usize).map(move |x| (x, y)));
    let rows: Vec<f32> = places.flat_map(|(x, y)| (version.measure)(&planes, x, y)).collect();
    let count = (WIDTH * HEIGHT) as usize;
    let scores = head.predict(Rows::new(rows.len() / count, &rows)?, &NoProgress)?;
    let (mut classes, mut sure, mut row) = (Vec::with_capacity(count), Vec::with_capacity(count), Vec::new());
    for pixel in 0..count {
        scores.copy_row(ImageId::from_index(pixel), &mut row);
        let best = (0..row.len()).fold(0, |best, class| if row[class] > row[best] { class } else { best });
        classes.push(best as u8);
        sure.push(((row[best] * STEPS).round() * 255.0 / STEPS) as u8);
    }
    let image = |values| GrayImage::from_raw(WIDTH, HEIGHT, values).context("a value a pixel");
    Ok([image(classes)?, image(sure)?])
}

/// A picture of a split as it is on disk.
pub fn picture(root: &Path, split: &str, number: u64) -> Result<RgbImage> {
    let path = root.join(picture_path(split, number));
    Ok(image::open(&path).with_context(|| path.display().to_string())?.to_rgb8())
}

/// The classes of the masks.
pub fn classes() -> Value {
    let colours: [[u8; 3]; 8] = [
        [140, 190, 235],
        [130, 165, 80],
        [190, 165, 125],
        [60, 110, 170],
        [35, 90, 40],
        [175, 85, 65],
        [70, 65, 60],
        [0, 0, 0],
    ];
    let names = CLASSES.into_iter().chain(["Unlabelled"]);
    let entry =
        |(index, (name, colour)): (usize, (&str, [u8; 3]))| json!({"index": index, "name": name, "colour": colour});
    let all: Vec<Value> = names.zip(colours).enumerate().map(entry).collect();
    json!({"ignore_index": UNLABELLED, "classes": all})
}

/// The project file.
pub fn project() -> Value {
    let splits: serde_json::Map<String, Value> = SPLITS
        .iter()
        .map(|split| {
            let (masks, images) = (format!("masks/{}", split.name), format!("images/{}", split.name));
            (split.name.to_owned(), json!({"truth": masks, "images": images}))
        })
        .collect();
    let model = |version: &Version| {
        let prediction = |split: &Split| {
            json!({
                "dataset": "landscapes", "version": "v1", "split": split.name, "format": "mask-png",
                "path": folder(version, split.name), "confidence": sure_folder(version, split.name),
            })
        };
        json!({
            "id": "pixel-classifier",
            "version": version.name,
            "task": "semantic-segmentation",
            "parameters": {"sees": version.sees, "pictures": TRAINING.end - TRAINING.start},
            "predictions": SPLITS.iter().map(prediction).collect::<Vec<_>>(),
        })
    };
    json!({
        "schema": "evalens.project/1",
        "name": "Landscapes",
        "datasets": [{
            "id": "landscapes",
            "version": "v1",
            "task": "semantic-segmentation",
            "format": "mask-png",
            "class_file": "classes.json",
            "splits": splits,
        }],
        "models": VERSIONS.iter().map(model).collect::<Vec<_>>(),
    })
}
