//! Thresholds made for costs or targets, and how the numbers lie over IoU and confidence.

/// The state.
#[derive(Debug, Default)]
pub struct Design {}

/// A wish.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {}

/// What a job found.
#[derive(Debug)]
pub enum Answer {}
