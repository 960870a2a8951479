//! Errors by attributes of images and objects, custom slices, and the search for weak ones.

/// The state.
#[derive(Debug, Default)]
pub struct Slices {}

/// A wish.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {}

/// What a job found.
#[derive(Debug)]
pub enum Answer {}
