//! Charts of two models on the same items.

use crate::analysis::Comparison;
use crate::report::palette::Palette;
use crate::report::sheet::Exhibit;

/// Two models, as they are called.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// The first.
    pub a: &'a str,
    /// The second.
    pub b: &'a str,
}

/// Metrics of both with their differences and intervals, and classes where there are any.
#[must_use]
pub fn of_comparison(comparison: &Comparison, names: Names<'_>, palette: &Palette) -> Vec<Exhibit> {
    let _ = (comparison, names, palette);
    Vec::new()
}
