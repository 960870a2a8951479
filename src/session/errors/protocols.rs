//! The same predictions by other matchings: what stands otherwise.

/// The state.
#[derive(Debug, Default)]
pub struct Protocols {}

/// A wish.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {}

/// What a job found.
#[derive(Debug)]
pub enum Answer {}
