//! What lies near every point: neighbours, how far out a point is, whether its label fits theirs, near-duplicates.

use crate::jobs::JobError;
use crate::model::{Dataset, Progress};
use crate::vectors::neighbourhood::{Disagreement, Duplicates, Outliers, Weight, disagreements};
use crate::vectors::neighbours::Neighbours;

use super::cloud::{Cloud, Point};

/// Neighbours that are known of every point.
pub const K: usize = 15;
/// Neighbours that duplicates and outliers are judged by.
const NEAR: usize = 10;

/// What lies near the points of a cloud.
#[derive(Debug)]
pub struct Nearby {
    /// The nearest of every point.
    pub neighbours: Neighbours,
    /// How far out each point is.
    pub outliers: Outliers,
    /// What the neighbours' labels say of each point's.
    pub disagreements: Vec<Option<Disagreement>>,
    /// Points that are all but the same.
    pub duplicates: Duplicates,
}

/// The label of a point: that of the object, or of an item that has exactly one.
#[must_use]
pub fn label(dataset: &Dataset, point: Point) -> Option<u32> {
    match point.labels(dataset) {
        [only] => Some(only.0),
        _ => None,
    }
}

/// Looks around every point.
///
/// # Errors
/// Cancelled.
pub fn look(cloud: &Cloud, dataset: &Dataset, progress: &dyn Progress) -> Result<Option<Nearby>, JobError> {
    let Some(rows) = cloud.rows() else { return Ok(None) };
    let neighbours = Neighbours::of(rows, K, 0, progress)?;
    let labels: Vec<Option<u32>> = cloud.points.iter().map(|point| label(dataset, *point)).collect();
    let splits: Vec<u32> = cloud.points.iter().map(|point| split(dataset, *point)).collect();
    Ok(Some(Nearby {
        outliers: Outliers::of(&neighbours, NEAR),
        disagreements: disagreements(&neighbours, &labels, K, Weight::Equal),
        duplicates: Duplicates::among(&neighbours, Some(&splits)),
        neighbours,
    }))
}

/// The split of a point.
#[must_use]
pub fn split(dataset: &Dataset, point: Point) -> u32 {
    dataset.images.get(point.image.index()).map_or(0, |image| u32::from(image.split))
}
