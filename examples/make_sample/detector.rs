//! A detector of the classical kind: segment, describe, classify, suppress duplicates.
//!
//! It sees pixels only. What it knows of the classes it learns from the boxes of the training split.

mod features;
mod learn;
mod mask;
mod planes;
mod segment;

use anyhow::Result;
use image::RgbImage;
use learn::Classifier;
use planes::Planes;
use rayon::prelude::*;
use segment::{Region, overlap};

/// A labelled or detected box in pixels: left, top, right, bottom; the class counts from 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub class: usize,
    pub bbox: [f32; 4],
    /// 1 for a label.
    pub score: f64,
}

/// How a version of the detector works.
#[derive(Clone, Copy)]
pub struct Recipe {
    pub version: &'static str,
    segment: fn(&Planes) -> Vec<Region>,
    describe: fn(&Region, &Planes) -> Vec<f64>,
    /// Random ridges beside the plain features.
    ridges: usize,
    penalty: f64,
    /// A region belongs to the box it overlaps by this much when learning …
    pub match_iou: f32,
    /// … and is background when it overlaps none by this much; between the two it is left out.
    pub ground_iou: f32,
    /// Of the background regions every so-manyth is learnt from.
    pub ground_every: usize,
    /// Overlap at which the weaker of two detections of one class is dropped …
    pub nms_iou: f32,
    /// … and of any two classes.
    pub nms_iou_any: f32,
    pub lowest_score: f64,
    /// No picture gets more detections than this.
    pub most: usize,
}

impl Recipe {
    /// What the project file says about it.
    pub fn parameters(&self) -> serde_json::Value {
        serde_json::json!({
            "ridges": self.ridges,
            "penalty": self.penalty,
            "nms_iou": (f64::from(self.nms_iou) * 100.0).round() / 100.0,
            "lowest_score": self.lowest_score,
            "most": self.most,
        })
    }
}

pub const RECIPES: [Recipe; 2] = [
    Recipe {
        version: "v1",
        segment: segment::simple,
        describe: features::simple,
        ridges: 0,
        penalty: 3.0,
        match_iou: 0.5,
        ground_iou: 0.5,
        ground_every: 1,
        nms_iou: 0.7,
        nms_iou_any: 1.0,
        lowest_score: 0.03,
        most: 40,
    },
    Recipe {
        version: "v2",
        segment: segment::thorough,
        describe: features::thorough,
        ridges: 120,
        penalty: 80.0,
        match_iou: 0.65,
        ground_iou: 0.5,
        ground_every: 4,
        nms_iou: 0.45,
        nms_iou_any: 0.55,
        lowest_score: 0.03,
        most: 40,
    },
];

pub struct Detector {
    recipe: Recipe,
    classifier: Classifier,
    labels: usize,
}

impl Detector {
    /// Learns from pictures and their boxes.
    pub fn train(recipe: Recipe, classes: usize, pictures: &[(RgbImage, Vec<Found>)]) -> Result<Self> {
        let samples: Vec<Vec<(Vec<f64>, usize)>> =
            pictures.par_iter().map(|(picture, truths)| samples(&recipe, picture, truths)).collect();
        let (rows, labels): (Vec<_>, Vec<_>) = samples.into_iter().flatten().unzip();
        let classifier = Classifier::fit(&rows, &labels, recipe.ridges, recipe.penalty)?;
        Ok(Self { recipe, classifier, labels: classes + 1 })
    }

    /// What it sees in a picture, strongest first.
    pub fn detect(&self, picture: &RgbImage) -> Result<Vec<Found>> {
        let planes = Planes::new(picture);
        let regions = (self.recipe.segment)(&planes);
        let rows: Vec<_> = regions.iter().map(|region| (self.recipe.describe)(region, &planes)).collect();
        let mut found = Vec::new();
        for (region, probabilities) in regions.iter().zip(self.classifier.probabilities(&rows, self.labels)?) {
            for (class, score) in probabilities[1..].iter().enumerate() {
                if *score >= self.recipe.lowest_score {
                    found.push((region.bbox, class, *score));
                }
            }
        }
        Ok(self.suppress(found))
    }

    /// Greedy: a detection is dropped where a stronger one says the same. Ties go by place and class.
    fn suppress(&self, mut found: Vec<([usize; 4], usize, f64)>) -> Vec<Found> {
        found.sort_by(|a, b| b.2.total_cmp(&a.2).then((a.0, a.1).cmp(&(b.0, b.1))));
        let mut kept: Vec<([usize; 4], usize, f64)> = Vec::new();
        for candidate in found {
            let repeated = kept.iter().any(|other| {
                let iou = overlap(&other.0, &candidate.0);
                let same = other.1 == candidate.1;
                // One region may keep its second guess; two regions on one spot may not.
                let any = other.0 != candidate.0 && iou > self.recipe.nms_iou_any;
                (same && iou > self.recipe.nms_iou) || any
            });
            if !repeated {
                kept.push(candidate);
            }
        }
        let to_found =
            |(bbox, class, score): ([usize; 4], usize, f64)| Found { class, bbox: bbox.map(|edge| edge as f32), score };
        kept.into_iter().take(self.recipe.most).map(to_found).collect()
    }
}

/// Features and labels (0 background) of the regions of a training picture.
fn samples(recipe: &Recipe, picture: &RgbImage, truths: &[Found]) -> Vec<(Vec<f64>, usize)> {
    let planes = Planes::new(picture);
    let label = |region: &Region| {
        let bbox = region.bbox.map(|edge| edge as f32);
        let best = truths.iter().map(|truth| (iou(&truth.bbox, &bbox), truth.class)).max_by(|a, b| a.0.total_cmp(&b.0));
        match best {
            Some((iou, class)) if iou >= recipe.match_iou => Some(class + 1),
            Some((iou, _)) if iou >= recipe.ground_iou => None,
            _ => Some(0),
        }
    };
    let mut ground = 0;
    let mut samples = Vec::new();
    for region in (recipe.segment)(&planes) {
        let Some(label) = label(&region) else {
            continue;
        };
        // Background abounds; a part of it teaches as much.
        ground += usize::from(label == 0);
        if label != 0 || ground % recipe.ground_every == 0 {
            samples.push(((recipe.describe)(&region, &planes), label));
        }
    }
    samples
}

/// Intersection over union of two boxes.
pub fn iou(a: &[f32; 4], b: &[f32; 4]) -> f32 {
    let width = (a[2].min(b[2]) - a[0].max(b[0])).max(0.0);
    let height = (a[3].min(b[3]) - a[1].max(b[1])).max(0.0);
    let area = |r: &[f32; 4]| (r[2] - r[0]) * (r[3] - r[1]);
    width * height / (area(a) + area(b) - width * height).max(1e-6)
}
