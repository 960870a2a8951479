//! One image with a few boxes, for hand computations in tests.

use crate::model::{
    BBox, ClassId, ClassTable, Dataset, DatasetBuilder, Image, ImageId, ModelIdentity, NewTruth, NoProgress,
    Predictions, PredictionsBuilder,
};

use super::detection::{DetectionSettings, Matched};
use super::matching::Matching;
use super::pairs::{PairScope, Pairs};

/// Four classes, by number.
const CLASSES: [&str; 4] = ["cat", "dog", "fox", "owl"];

/// A box: left, top, width, height.
pub type Box4 = [f64; 4];

pub struct Scene {
    pub dataset: Dataset,
    pub predictions: Predictions,
    pub pairs: Pairs,
}

impl Scene {
    /// Truths: class, box, ignored. Detections: class, box, score.
    pub fn new(truths: &[(u32, Box4, bool)], preds: &[(u32, Box4, f64)]) -> Self {
        let bbox = |[x, y, w, h]: Box4| BBox::new(x, y, w, h);
        let truth = |&(class, b, ignored): &(u32, Box4, bool)| NewTruth {
            image: 0,
            class: ClassId(class),
            bbox: bbox(b),
            area: bbox(b).area(),
            ignored,
        };
        let builder = DatasetBuilder {
            classes: ClassTable::from_names(CLASSES),
            images: vec![Image::default()],
            truths: truths.iter().map(truth).collect(),
            ..DatasetBuilder::default()
        };
        let dataset = builder.build();
        let mut builder = PredictionsBuilder::default();
        for &(class, b, score) in preds {
            builder.push(ImageId(0), ClassId(class), bbox(b), score);
        }
        let predictions = builder.build(ModelIdentity::default(), 1);
        let Ok(pairs) = Pairs::compute(&dataset, &predictions, PairScope::AllClasses, &NoProgress) else {
            panic!("nobody cancels")
        };
        Self { dataset, predictions, pairs }
    }

    pub fn matched(&self, matching: Matching, iou: f64) -> Matched {
        let settings = DetectionSettings { iou, matching };
        let matched = Matched::compute(&self.dataset, &self.predictions, &self.pairs, settings, &NoProgress);
        let Ok(matched) = matched else { panic!("nobody cancels") };
        matched
    }

    /// (correct, misclassified, missed, false positives) at a threshold.
    pub fn counts(&self, matching: Matching, iou: f64, threshold: f64) -> [u64; 4] {
        let totals = self.matched(matching, iou).timeline.counter_at(threshold).totals();
        [totals.correct, totals.misclassified, totals.missed, totals.false_positives]
    }
}
