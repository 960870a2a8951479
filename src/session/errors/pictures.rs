//! What is measured in the pictures themselves: brightness, sharpness, hashes.

use std::sync::Arc;

use crate::analysis::pictures::PictureTraits;

/// The state.
#[derive(Debug, Default)]
pub struct Pictures {
    /// By image of the evaluation on screen, what was measured in it; `None` inside where its picture cannot be read. `None`
    /// until it was asked for and is done.
    pub traits: Option<Arc<Vec<Option<PictureTraits>>>>,
}

/// A wish.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Measure the pictures of the evaluation on screen; does nothing while that is done or under way.
    Measure,
}

/// What a job found.
#[derive(Debug)]
pub enum Answer {
    /// By image, what was measured.
    Measured(Vec<Option<PictureTraits>>),
}
