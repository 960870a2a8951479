//! A small detection project made in code, the same on every machine: images with coloured boxes and a detector that
//! misses, confuses and imagines some of them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use evalens::formats::Recognised;
use evalens::metrics::{DetectionSettings, Evaluation, Sections};
use evalens::model::project::{Choice, DatasetEntry, ModelEntry, PredictionEntry, Project, SplitEntry};
use evalens::model::{
    BBox, ClassTable, Dataset, DatasetBuilder, DatasetIdentity, Image, ImageId, ModelIdentity, NewTruth, NoProgress,
    Predictions, PredictionsBuilder,
};
use evalens::session::OpenProject;
use evalens::session::load::Loaded;

/// The classes.
pub const CLASSES: [&str; 4] = ["bolt", "nut", "washer", "screw"];
/// Size of every image.
pub const SIZE: (u32, u32) = (160, 120);

/// A fixed sequence of numbers that look random (Marsaglia's xorshift64).
struct Dice(u64);

impl Dice {
    fn unit(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n - 1)
    }
}

/// An annotated object or a detection.
#[derive(Clone, Copy, Debug)]
pub struct Object {
    pub image: usize,
    pub class: usize,
    pub bbox: BBox,
    pub score: f64,
}

/// The project.
#[derive(Clone, Debug)]
pub struct Synthetic {
    pub images: usize,
    pub truths: Vec<Object>,
    pub detections: Vec<Object>,
}

impl Synthetic {
    /// A project of this many images.
    pub fn new(images: usize) -> Self {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        let (mut truths, mut detections) = (Vec::new(), Vec::new());
        for image in 0..images {
            for slot in 0..2 + dice.below(5) {
                // One object a cell of a 3 × 2 grid: boxes of truths do not overlap.
                let (column, row) = ((slot % 3) as f64, (slot / 3) as f64);
                let (w, h) = (18.0 + 24.0 * dice.unit(), 18.0 + 24.0 * dice.unit());
                let (x, y) = (column * 52.0 + 6.0 * dice.unit() + 2.0, row * 58.0 + 8.0 * dice.unit() + 4.0);
                let class = if dice.unit() < 0.45 { 0 } else { dice.below(CLASSES.len()) };
                let bbox = BBox::new(x.round(), y.round(), w.round(), h.round());
                let truth = Object { image, class, bbox, score: 1.0 };
                truths.push(truth);
                if dice.unit() < 0.14 {
                    continue;
                }
                let taken_for = if dice.unit() < 0.1 { (class + 1) % CLASSES.len() } else { class };
                let jitter = |d: &mut Dice| (d.unit() - 0.5) * 6.0;
                let (dx, dy) = (jitter(&mut dice), jitter(&mut dice));
                let bbox = BBox::new(bbox.x + dx, bbox.y + dy, bbox.w, bbox.h);
                let score = 0.3 + 0.69 * dice.unit().sqrt();
                detections.push(Object { image, class: taken_for, bbox, score: (score * 1e4).round() / 1e4 });
            }
            for _ in 0..dice.below(6) {
                let bbox = BBox::new(dice.unit() * 130.0, dice.unit() * 90.0, 12.0, 12.0);
                let score = (0.02 + 0.5 * dice.unit() * dice.unit()) * 1e4;
                detections.push(Object { image, class: dice.below(CLASSES.len()), bbox, score: score.round() / 1e4 });
            }
        }
        Self { images, truths, detections }
    }

    /// The name of an image.
    pub fn name(image: usize) -> String {
        format!("part-{image:03}.png")
    }

    /// Ground truth, with pictures in `folder` where one is given.
    pub fn dataset(&self, folder: Option<&Path>) -> Dataset {
        let picture = |image| Image {
            source_id: image as i64 + 1,
            name: Self::name(image),
            width: SIZE.0,
            height: SIZE.1,
            path: folder.map(|f| f.join(Self::name(image))),
            split: 0,
        };
        let classes = ClassTable::from_names(CLASSES);
        let ids: Vec<_> = classes.ids().collect();
        let truth = |t: &Object| NewTruth {
            image: t.image,
            class: ids[t.class],
            bbox: t.bbox,
            area: t.bbox.area(),
            ignored: false,
        };
        let identity = DatasetIdentity {
            project: "Workbench".into(),
            id: "parts".into(),
            version: "v1".into(),
            split: "test".into(),
        };
        DatasetBuilder {
            identity,
            classes: classes.clone(),
            splits: vec!["test".into()],
            images: (0..self.images).map(picture).collect(),
            truths: self.truths.iter().map(truth).collect(),
            ..DatasetBuilder::default()
        }
        .build()
    }

    /// Model outputs.
    pub fn predictions(&self) -> Predictions {
        let ids: Vec<_> = ClassTable::from_names(CLASSES).ids().collect();
        let mut builder = PredictionsBuilder::default();
        for d in &self.detections {
            builder.push(ImageId::from_index(d.image), ids[d.class], d.bbox, d.score);
        }
        let identity = ModelIdentity { project: "Workbench".into(), id: "finder".into(), version: "v2".into() };
        builder.build(identity, self.images)
    }

    /// The evaluation.
    pub fn evaluation(&self, folder: Option<&Path>) -> Evaluation {
        let (dataset, predictions) = (Arc::new(self.dataset(folder)), Arc::new(self.predictions()));
        Evaluation::of_objects(dataset, predictions, DetectionSettings::default(), Sections::ALL, &NoProgress)
            .expect("nobody cancels")
    }

    /// The evaluation as a job hands it over.
    pub fn loaded(&self, folder: Option<&Path>) -> Loaded {
        let evaluation = self.evaluation(folder);
        if let Some(matched) = &evaluation.matched {
            matched.timeline.prepare();
        }
        Loaded {
            choice: Choice { model: 1, dataset: 0, splits: vec!["test".into()] },
            evaluation,
            findings: Vec::new(),
            mappings: Vec::new(),
            inputs: Vec::new(),
            fingerprint: Vec::new(),
            took: Duration::from_millis(80),
        }
    }

    /// The project that the evaluation belongs to.
    pub fn project(&self, root: &Path) -> OpenProject {
        let split = |name: &str| {
            (
                name.to_owned(),
                SplitEntry {
                    truth: format!("annotations/{name}.json"),
                    images: Some("images".into()),
                    ..SplitEntry::default()
                },
            )
        };
        let dataset = DatasetEntry {
            id: "parts".into(),
            version: "v1".into(),
            format: "coco".into(),
            splits: ["valid", "test"].map(split).into(),
            ..DatasetEntry::default()
        };
        let outputs = |split: &str| PredictionEntry {
            dataset: "parts".into(),
            version: "v1".into(),
            split: split.into(),
            format: "coco-results".into(),
            path: format!("predictions/{split}.json"),
            ..PredictionEntry::default()
        };
        let model = |version: &str| ModelEntry {
            id: "finder".into(),
            version: version.into(),
            predictions: vec![outputs("valid"), outputs("test")],
            ..ModelEntry::default()
        };
        let project = Project {
            schema: evalens::model::project::SCHEMA.into(),
            name: "Workbench".into(),
            datasets: vec![dataset],
            models: vec![model("v1"), model("v2")],
            ..Project::default()
        };
        let choice = |(model, split): (usize, &str)| Choice { model, dataset: 0, splits: vec![split.into()] };
        let choices = [(0, "valid"), (0, "test"), (1, "valid"), (1, "test")].map(choice).into();
        let recognised = Recognised { project, ..Recognised::default() };
        OpenProject {
            root: root.to_owned(),
            recognised: Arc::new(recognised),
            from_file: false,
            corrected: false,
            choices,
        }
    }

    /// Writes the project as a folder: pictures, COCO truth for `test`, COCO results of two versions.
    pub fn write(&self, root: &Path) {
        let images = root.join("images").join("test");
        let (truth, outputs) = (root.join("annotations"), root.join("predictions").join("finder"));
        for dir in [&images, &truth, &outputs.join("v1"), &outputs.join("v2")] {
            std::fs::create_dir_all(dir).expect("a temporary folder can be written");
        }
        for image in 0..self.images {
            self.picture(image).save(images.join(Self::name(image))).expect("a picture can be written");
        }
        let box_of = |b: BBox| serde_json::json!([b.x, b.y, b.w, b.h]);
        let document = serde_json::json!({
            "images": (0..self.images).map(|i| serde_json::json!({
                "id": i + 1, "file_name": Self::name(i), "width": SIZE.0, "height": SIZE.1,
            })).collect::<Vec<_>>(),
            "annotations": self.truths.iter().enumerate().map(|(i, t)| serde_json::json!({
                "id": i + 1, "image_id": t.image + 1, "category_id": t.class + 1, "bbox": box_of(t.bbox),
                "area": t.bbox.area(), "iscrowd": 0,
            })).collect::<Vec<_>>(),
            "categories": CLASSES.iter().enumerate().map(|(i, name)| serde_json::json!({
                "id": i + 1, "name": name,
            })).collect::<Vec<_>>(),
        });
        std::fs::write(truth.join("instances_test.json"), document.to_string()).expect("truth can be written");
        for version in ["v1", "v2"] {
            // The older version finds less.
            let kept = self.detections.iter().enumerate().filter(|(i, _)| version == "v2" || i % 5 != 0);
            let results: Vec<_> = kept
                .map(|(_, d)| {
                    serde_json::json!({
                        "image_id": d.image + 1, "category_id": d.class + 1, "bbox": box_of(d.bbox), "score": d.score,
                    })
                })
                .collect();
            let text = serde_json::Value::from(results).to_string();
            std::fs::write(outputs.join(version).join("test.bbox.json"), text).expect("results can be written");
        }
    }

    /// A grey ground with a box in the colour of its class for each object.
    fn picture(&self, image: usize) -> image::RgbImage {
        const COLORS: [[u8; 3]; 4] = [[196, 120, 60], [90, 150, 190], [150, 150, 110], [170, 90, 140]];
        let mut picture = image::RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
            let light = 70 + (x / 4 + y / 3 + image as u32 * 3) % 60;
            image::Rgb([light as u8; 3])
        });
        for truth in self.truths.iter().filter(|t| t.image == image) {
            let b = truth.bbox;
            for y in b.y as u32..((b.y + b.h) as u32).min(SIZE.1) {
                for x in b.x as u32..((b.x + b.w) as u32).min(SIZE.0) {
                    picture.put_pixel(x, y, image::Rgb(COLORS[truth.class]));
                }
            }
        }
        picture
    }
}
