//! Reads datasets and model outputs in the formats people have them in.
//!
//! Knows files. Does not know metrics, threads or the screen.

pub mod error;
pub mod json;
pub mod source;

pub use error::{FormatError, LoadError};
