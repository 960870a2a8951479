//! Kinds of errors, the worst items and objects, at the threshold.

use std::sync::Arc;

use crate::analysis::kinds::Kinds;

/// The state.
#[derive(Debug, Default)]
pub struct State {
    /// What was found last.
    pub found: Option<Arc<Kinds>>,
    /// The threshold that it belongs to.
    pub at: Option<f64>,
}
