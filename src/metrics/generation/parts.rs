//! How many answers of each part of a set pass at any threshold: a search in sorted values.

use super::slices::Slices;
use super::{Column, Generation};
use crate::metrics::rates;

/// A part of the set.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What its answers have in common.
    pub name: String,
    /// Its items, ascending.
    pub items: Vec<u32>,
    /// Mean of the passing column.
    pub mean: Option<f64>,
    /// The passing column of its answers as the slider has it, ascending.
    scores: Vec<f64>,
}

impl Part {
    /// Answers for which the passing column is defined.
    #[must_use]
    pub fn defined(&self) -> u64 {
        self.scores.len() as u64
    }

    /// Answers that pass at a threshold.
    #[must_use]
    pub fn passed(&self, threshold: f64) -> u64 {
        (self.scores.len() - self.scores.partition_point(|score| *score < threshold)) as u64
    }

    /// Share of answers that pass at a threshold.
    #[must_use]
    pub fn rate(&self, threshold: f64) -> Option<f64> {
        rates::ratio(self.passed(threshold), self.defined())
    }
}

/// The parts of one kind, in their own order.
#[must_use]
pub fn parts(generation: &Generation, slices: &Slices) -> Vec<Part> {
    let column = generation.pass_column();
    let value = |item: &u32| column.and_then(|column| column.value(usize::try_from(*item).ok()?));
    let part = |slice: &super::slices::Slice| {
        let values: Vec<f64> = slice.items.iter().filter_map(value).collect();
        let as_score = |value: &f64| column.map_or(*value, |column: &Column| column.as_score(*value));
        let mut scores: Vec<f64> = values.iter().map(as_score).collect();
        scores.sort_by(f64::total_cmp);
        let mean = (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
        Part { name: slice.name.clone(), items: slice.items.clone(), mean, scores }
    };
    slices.slices.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_at_any_threshold() {
        let part =
            Part { name: String::new(), items: vec![0, 1, 2, 3, 4], mean: None, scores: vec![-3.0, 1.0, 1.0, 2.0] };
        let passed: Vec<u64> = [-4.0, -3.0, 0.0, 1.0, 1.5, 2.0, 2.1].map(|at| part.passed(at)).into();
        assert_eq!(passed, [4, 4, 3, 3, 1, 1, 0]);
        assert_eq!((part.defined(), part.rate(1.0)), (4, Some(0.75)));
    }
}
