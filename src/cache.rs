//! What can be computed again: kept on disk only to save time. Losing it, or finding it damaged, costs nothing else.
//!
//! Knows files and keys. Does not know what asks for them.

pub mod thumbs;

pub use thumbs::{Stored, ThumbCache, ThumbKey};
