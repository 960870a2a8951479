//! The numbers of an evaluation without some of its items, beside those of all.

use crate::metrics::lanes::{LANES, Weights};
use crate::metrics::{MatchTable, Metric};
use crate::model::ImageId;

/// One number with and without some items.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// Which.
    pub metric: Metric,
    /// Of all items; `None` where it is undefined.
    pub all: Option<f64>,
    /// Of the others alone.
    pub without: Option<f64>,
    /// Why it is not known without them, where it could be.
    pub unknown: Option<&'static str>,
}

impl Row {
    /// What leaving them out changes; `None` where one of the two is undefined.
    #[must_use]
    pub fn difference(&self) -> Option<f64> {
        Some(self.without? - self.all?)
    }
}

/// Every number of a task that is defined for all items, and the same as if these items were not there.
#[must_use]
pub fn without(table: &MatchTable, items: &[ImageId]) -> Vec<Row> {
    let mut weights: Vec<Weights> = vec![[1; LANES]; table.names().len()];
    for item in items {
        if let Some(weight) = weights.get_mut(item.index()) {
            *weight = [0; LANES];
        }
    }
    let metrics = Metric::of_task(table.task());
    let rest = table.resampled(&weights, metrics);
    let row = |(&metric, values): (&Metric, [Option<f64>; LANES])| {
        let unknown = table.not_resampled(metric);
        let without = values.first().copied().flatten().filter(|_| unknown.is_none());
        Row { metric, all: table.value(metric), without, unknown }
    };
    metrics.iter().zip(rest).map(row).filter(|row| row.all.is_some()).collect()
}
