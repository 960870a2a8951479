//! Items that are the same, or all but the same, within and across splits.

/// The state.
#[derive(Debug, Default)]
pub struct Leaks {}

/// A wish.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {}

/// What a job found.
#[derive(Debug)]
pub enum Answer {}
