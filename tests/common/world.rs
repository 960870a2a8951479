//! Worlds of objects and detections built one by one, and what the rules say of them.

use std::sync::Arc;

use evalens::analysis::recommend::{Beside, recommend};
use evalens::analysis::{Filter, Recommendation, Rules};
use evalens::metrics::{Counts, DetectionSettings, Evaluation, Outcome, Sections};
use evalens::model::dataset::{DatasetBuilder, NewTruth};
use evalens::model::predictions::PredictionsBuilder;
use evalens::model::{BBox, ClassId, ClassTable, Dataset, Image, ImageId, NoProgress};

/// A detection on its way.
#[derive(Clone, Copy)]
pub struct Found {
    pub image: usize,
    pub class: u32,
    pub bbox: BBox,
    pub score: f64,
}

/// A set built object by object. Every object has a place of its own, far from all others, 40 × 40 pixels (medium).
#[derive(Clone)]
pub struct World {
    pub builder: DatasetBuilder,
    pub found: Vec<Found>,
    pub places: usize,
    pub split_sizes: Vec<(String, usize)>,
}

pub const IMAGES: usize = 60;
pub const SIDE: f64 = 2000.0;

impl World {
    pub fn new(classes: &[&str]) -> Self {
        Self::of_images(classes, IMAGES)
    }

    pub fn of_images(classes: &[&str], images: usize) -> Self {
        let image = |i: usize| Image {
            source_id: i as i64,
            name: format!("{i}.jpg"),
            width: SIDE as u32,
            height: SIDE as u32,
            ..Image::default()
        };
        let builder = DatasetBuilder {
            classes: ClassTable::from_names(classes.iter().copied()),
            splits: vec!["test".to_owned()],
            images: (0..images).map(image).collect(),
            ..DatasetBuilder::default()
        };
        Self { builder, found: Vec::new(), places: 0, split_sizes: Vec::new() }
    }

    /// A free place: image and box.
    pub fn place(&mut self) -> (usize, BBox) {
        let images = self.builder.images.len();
        let (image, slot) = (self.places % images, self.places / images);
        self.places += 1;
        let (column, row) = (slot % 15, slot / 15);
        (image, BBox::new(100.0 + column as f64 * 120.0, 100.0 + row as f64 * 120.0, 40.0, 40.0))
    }

    pub fn truth_at(&mut self, image: usize, class: u32, bbox: BBox) {
        self.builder.truths.push(NewTruth { image, class: ClassId(class), bbox, area: bbox.area(), ignored: false });
    }

    pub fn see(&mut self, image: usize, class: u32, bbox: BBox, score: f64) {
        self.found.push(Found { image, class, bbox, score });
    }

    /// `n` objects of `truth`, each detected as `predicted` with `score`.
    pub fn objects(&mut self, n: usize, truth: u32, predicted: u32, score: f64) {
        for _ in 0..n {
            let (image, bbox) = self.place();
            self.truth_at(image, truth, bbox);
            self.see(image, predicted, bbox, score);
        }
    }

    /// `n` objects without a detection.
    pub fn missed(&mut self, n: usize, class: u32) {
        for _ in 0..n {
            let (image, bbox) = self.place();
            self.truth_at(image, class, bbox);
        }
    }

    /// `n` detections of nothing.
    pub fn ghosts(&mut self, n: usize, class: u32, score: f64) {
        for _ in 0..n {
            let (image, bbox) = self.place();
            self.see(image, class, bbox, score);
        }
    }

    pub fn evaluate(&self) -> Evaluation {
        let mut dataset: Dataset = self.builder.clone().build();
        dataset.split_sizes.clone_from(&self.split_sizes);
        let mut predictions = PredictionsBuilder::default();
        for f in &self.found {
            predictions.push(ImageId::from_index(f.image), ClassId(f.class), f.bbox, f.score);
        }
        let predictions =
            predictions.build(evalens::model::predictions::ModelIdentity::default(), dataset.images.len());
        Evaluation::of_objects(
            Arc::new(dataset),
            Arc::new(predictions),
            DetectionSettings::default(),
            Sections::ALL,
            &NoProgress,
        )
        .unwrap()
    }

    pub fn all(&self, threshold: f64, rules: &Rules) -> Vec<Recommendation> {
        at(&self.evaluate(), threshold, rules)
    }

    pub fn only(&self, threshold: f64, kind: &str) -> Vec<Recommendation> {
        self.all(threshold, &Rules::default()).into_iter().filter(|r| r.kind == kind).collect()
    }
}

pub fn at(evaluation: &Evaluation, threshold: f64, rules: &Rules) -> Vec<Recommendation> {
    let matched = evaluation.matched.as_ref().unwrap();
    recommend(evaluation, matched, &matched.timeline.counter_at(threshold), threshold, rules, &Beside::default())
}

pub fn counts(evaluation: &Evaluation, threshold: f64) -> Counts {
    evaluation.matched.as_ref().unwrap().timeline.counter_at(threshold).totals()
}

pub fn one(mut cards: Vec<Recommendation>) -> Recommendation {
    assert_eq!(cards.len(), 1, "{cards:#?}");
    cards.remove(0)
}

pub fn evidence(card: &Recommendation, name: &str) -> f64 {
    card.evidence.iter().find(|(n, _)| *n == name).unwrap_or_else(|| panic!("no {name} in {card:#?}")).1
}

pub fn close(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-12, "{a} is not {b}");
}

/// Outcomes that a filter means at a threshold.
pub fn items(evaluation: &Evaluation, threshold: f64, filter: &Filter) -> Vec<Outcome> {
    let timeline = &evaluation.matched.as_ref().unwrap().timeline;
    let members = timeline.members(timeline.cut(threshold), |cell| filter.wants(cell));
    members.into_iter().filter(|outcome| filter.keeps(*outcome)).collect()
}

/// A crowded set full of every kind of error, the same for the same seed.
pub fn noisy(seed: u64) -> World {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = move |n: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % n
    };
    let mut world = World::of_images(&["a", "b", "c", "d"], 55);
    for _ in 0..900 {
        let image = next(55) as usize;
        let class = next(10).min(3) as u32;
        let bbox = BBox::new(next(300) as f64, next(300) as f64, 20.0 + next(80) as f64, 20.0 + next(80) as f64);
        world.truth_at(image, class, bbox);
        let predicted = if next(6) == 0 { next(4) as u32 } else { class };
        if next(4) > 0 {
            let shift = next(20) as f64;
            let moved = BBox::new(bbox.x + shift, bbox.y, bbox.w, bbox.h);
            world.see(image, predicted, moved, next(50) as f64 / 50.0);
        }
        if next(3) == 0 {
            let ghost = BBox::new(next(300) as f64, next(300) as f64, 30.0, 30.0);
            world.see(image, next(4) as u32, ghost, next(30) as f64 / 50.0);
        }
    }
    world
}
