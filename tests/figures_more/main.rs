//! Charts of errors, slices, comparisons, items and maps: their numbers are those computed, and nothing leaves the paper.

#[path = "../common/mod.rs"]
mod common;

mod look;
mod numbers;
