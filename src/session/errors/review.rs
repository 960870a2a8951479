//! Labels that may be wrong, what a person said of them, and the metrics with them corrected.

/// The state.
#[derive(Debug, Default)]
pub struct Review {}

/// A wish.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {}

/// What a job found.
#[derive(Debug)]
pub enum Answer {}
