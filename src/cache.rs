//! What can be computed again: kept on disk only to save time. Losing it, or finding it damaged, costs nothing else.
//!
//! Knows files and keys. Does not know what asks for them.

pub mod budget;
mod files;
pub mod tables;
pub mod thumbs;

pub use tables::TableCache;
pub use thumbs::{Stored, ThumbCache, ThumbKey};
