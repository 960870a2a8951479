//! The sample of a classifier: the parts of the detection sample one by one, two heads trained on what is measured on their
//! pixels, and their probabilities.

use std::path::Path;

use anyhow::{Context, Result};
use evalens::model::{ClassId, ClassTable, ImageId, NoProgress};
use evalens::vectors::Rows;
use evalens::vectors::kfold::{self, Labelled};
use evalens::vectors::params::{KFoldParams, Strength};
use image::RgbImage;
use serde_json::{Value, json};

use super::crops;
use super::project::{self, JUDGED, SPLITS, Split};
use super::scene::CLASSES;

/// A version of the classifier: what it looks at, and how its probabilities are written.
pub struct Version {
    pub name: &'static str,
    pub sees: &'static str,
    pub penalty: f64,
    pub ending: &'static str,
    pub measure: fn(&RgbImage) -> Vec<f32>,
}

pub const VERSIONS: [Version; 2] = [
    Version { name: "v1", sees: "edges", penalty: 30.0, ending: "csv", measure: crops::edges },
    Version { name: "v2", sees: "rings", penalty: 10.0, ending: "npy", measure: crops::rings },
];

/// One small picture.
pub struct Item {
    pub name: String,
    pub class: usize,
    pub picture: RgbImage,
}

/// The parts of a split, cut out of the scenes of the detection sample as they are on disk.
pub fn cut(scenes: &Path, split: &Split) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    for ((picture, labels), number) in project::labelled(scenes, split)?.into_iter().zip(split.numbers()) {
        for (at, label) in labels.iter().enumerate() {
            let name = format!("part_{number}_{at:02}.jpg");
            items.push(Item { name, class: label.class, picture: crops::cut(&picture, label.bbox) });
        }
    }
    Ok(items)
}

/// The parts of a split as they are on disk.
pub fn items(root: &Path, split: &Split) -> Result<Vec<Item>> {
    let text = std::fs::read_to_string(root.join(truth_path(split.name)))?;
    let item = |line: &str| {
        let (name, label) = line.split_once(',').context("two columns")?;
        let class = CLASSES.iter().position(|class| *class == label).context("a known class")?;
        let path = root.join(picture_path(split.name, name));
        let picture = image::open(&path).with_context(|| path.display().to_string())?.to_rgb8();
        Ok(Item { name: name.to_owned(), class, picture })
    };
    text.lines().skip(1).map(item).collect()
}

pub fn picture_path(split: &str, name: &str) -> String {
    format!("images/{split}/{name}")
}

pub fn truth_path(split: &str) -> String {
    format!("truth/{split}.csv")
}

pub fn predictions_path(version: &Version, split: &str) -> String {
    format!("predictions/crop-classifier/{}/{split}.{}", version.name, version.ending)
}

pub const VECTORS: &str = "embeddings/rings.f32.npy";
pub const VECTOR_IDS: &str = "embeddings/ids.txt";

pub fn truth(items: &[Item]) -> String {
    let lines = items.iter().map(|item| format!("{},{}\n", item.name, CLASSES[item.class]));
    std::iter::once("image,label\n".to_owned()).chain(lines).collect()
}

/// The probabilities of every class for `items`, by a head trained on `train`.
pub fn probabilities(version: &Version, train: &[Item], items: &[Item]) -> Result<Vec<Vec<f64>>> {
    let measured = |items: &[Item]| items.iter().map(|item| (version.measure)(&item.picture)).collect::<Vec<_>>();
    let (known, asked) = (measured(train), measured(items));
    let dimensions = known.first().map_or(0, Vec::len);
    let (known, asked) = (known.concat(), asked.concat());
    let classes = ClassTable::from_names(CLASSES);
    let labels: Vec<ClassId> = train.iter().map(|item| ClassId::from_index(item.class)).collect();
    let labelled = Labelled { rows: Rows::new(dimensions, &known)?, labels: &labels, classes: &classes, groups: None };
    let params = KFoldParams { strength: Strength::Fixed(version.penalty), ..KFoldParams::default() };
    let head = kfold::train_head(&labelled, &params.check(train.len())?, &NoProgress)?;
    let scores = head.predict(Rows::new(dimensions, &asked)?, &NoProgress)?;
    let row = |item: usize| {
        let mut row = Vec::new();
        scores.copy_row(ImageId::from_index(item), &mut row);
        row
    };
    Ok((0..items.len()).map(row).collect())
}

/// A table with a column a class.
pub fn csv(items: &[Item], rows: &[Vec<f64>]) -> String {
    let mut text = format!("image,{}\n", CLASSES.join(","));
    for (item, row) in items.iter().zip(rows) {
        let numbers: Vec<String> = row.iter().map(|p| format!("{p:.5}")).collect();
        text.push_str(&format!("{},{}\n", item.name, numbers.join(",")));
    }
    text
}

/// A NumPy array of single precision.
pub fn npy(rows: &[Vec<f32>]) -> Vec<u8> {
    let shape = format!("({}, {})", rows.len(), rows.first().map_or(0, Vec::len));
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}");
    // With the ten bytes before it and the newline after it the header is a multiple of 64 long.
    header.push_str(&" ".repeat(63 - (header.len() + 10) % 64));
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.bytes());
    bytes.extend(rows.iter().flatten().flat_map(|value| value.to_le_bytes()));
    bytes
}

/// The project file.
pub fn project() -> Value {
    let split = |split: &Split| {
        let entry = json!({"truth": truth_path(split.name), "images": format!("images/{}", split.name)});
        (split.name.to_owned(), entry)
    };
    let splits: serde_json::Map<String, Value> = SPLITS.iter().map(split).collect();
    let model = |version: &Version| {
        let predictions = |split: &&str| {
            json!({
                "dataset": "crops", "version": "v1", "split": split, "format": version.ending,
                "path": predictions_path(version, split),
            })
        };
        json!({
            "id": "crop-classifier",
            "version": version.name,
            "task": "classification",
            "trained_on": {"dataset": "crops", "version": "v1", "split": "train"},
            "parameters": {"sees": version.sees, "penalty": version.penalty},
            "predictions": JUDGED.iter().map(predictions).collect::<Vec<_>>(),
        })
    };
    json!({
        "schema": "evalens.project/1",
        "name": "Factory parts, one by one",
        "datasets": [{
            "id": "crops",
            "version": "v1",
            "task": "classification",
            "format": "csv",
            "classes": CLASSES,
            "splits": splits,
            "embeddings": {"vectors": VECTORS, "ids": VECTOR_IDS},
        }],
        "models": VERSIONS.iter().map(model).collect::<Vec<_>>(),
    })
}
