//! Which items and objects belong to a slice.

use std::sync::Arc;

use super::{Attribute, Of};
use crate::analysis::Filter;
use crate::metrics::Evaluation;
use crate::model::{ImageId, PredId, TruthId};

/// Members of a slice: an object belongs to it where its item does, and the object itself where anything is said of objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    items: Vec<bool>,
    objects: Option<Objects>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Objects {
    truths: Vec<bool>,
    preds: Vec<bool>,
}

impl Mask {
    /// Items for which something holds.
    pub fn of_items(evaluation: &Evaluation, holds: impl Fn(usize) -> bool) -> Self {
        Self { items: (0..evaluation.dataset.images.len()).map(holds).collect(), objects: None }
    }

    /// Objects for which something holds: truths by the first, detections by the second.
    pub fn of_objects(
        evaluation: &Evaluation,
        of_truth: impl Fn(usize) -> bool,
        of_pred: impl Fn(usize) -> bool,
    ) -> Self {
        let objects = Objects {
            truths: (0..evaluation.dataset.truths.len()).map(of_truth).collect(),
            preds: (0..evaluation.predictions.len()).map(of_pred).collect(),
        };
        Self { items: vec![true; evaluation.dataset.images.len()], objects: Some(objects) }
    }

    /// A bin of an attribute.
    #[must_use]
    pub fn of_bin(evaluation: &Evaluation, attribute: &Attribute, bin: usize) -> Self {
        match attribute.of {
            Of::Items => Self::of_items(evaluation, |item| attribute.bin_of(item) == bin),
            Of::Objects => Self::of_objects(
                evaluation,
                |truth| attribute.bin_of(truth) == bin,
                |pred| attribute.bin_of_pred(pred) == bin,
            ),
        }
    }

    /// What belongs to both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        let both = |mine: &mut Vec<bool>, others: &[bool]| {
            mine.iter_mut().zip(others).for_each(|(mine, other)| *mine &= other);
        };
        both(&mut self.items, &other.items);
        self.objects = match (self.objects, other.objects) {
            (Some(mut mine), Some(others)) => {
                both(&mut mine.truths, &others.truths);
                both(&mut mine.preds, &others.preds);
                Some(mine)
            }
            (mine, others) => mine.or(others),
        };
        self
    }

    /// True where an item, and what of it is meant, belongs to it.
    #[must_use]
    pub fn holds(&self, item: ImageId, truth: Option<TruthId>, pred: Option<PredId>) -> bool {
        let has = |of: &[bool], at: usize| of.get(at).copied().unwrap_or(false);
        let object = self.objects.as_ref().is_none_or(|objects| match truth {
            Some(truth) => has(&objects.truths, truth.index()),
            None => pred.is_some_and(|pred| has(&objects.preds, pred.index())),
        });
        object && has(&self.items, item.index())
    }

    /// What opens it.
    #[must_use]
    pub fn filter(&self, evaluation: &Evaluation, title: String) -> Filter {
        let images =
            || self.items.iter().enumerate().filter(|(_, holds)| **holds).map(|(at, _)| ImageId::from_index(at));
        let Some(objects) = &self.objects else { return Filter::Images { title, images: images().collect() } };
        let all_images = self.items.iter().all(|holds| *holds);
        let inside = |image: Option<ImageId>| {
            all_images || image.is_some_and(|image| self.items.get(image.index()).copied().unwrap_or(false))
        };
        let image_of = |truth: usize| evaluation.dataset.truths.image.get(truth).copied();
        let truths = objects.truths.iter().enumerate().filter(|(at, holds)| **holds && inside(image_of(*at)));
        let pred_inside = |at: usize| inside(evaluation.predictions.image_of(PredId::from_index(at)));
        let preds = objects.preds.iter().enumerate().filter(|(at, holds)| **holds && pred_inside(*at));
        Filter::Slice {
            title,
            truths: Arc::new(truths.map(|(at, _)| TruthId::from_index(at)).collect()),
            preds: Arc::new(preds.map(|(at, _)| PredId::from_index(at)).collect()),
        }
    }
}
