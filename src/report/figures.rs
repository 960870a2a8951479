//! Every chart as a drawing with its numbers: what is saved from the window and what stands in reports.

pub mod cards;
pub mod classes;
pub mod compared;
pub mod crossval;
pub mod curves;
pub mod errors;
pub mod evaluation;
mod heat;
pub mod items;
mod list;
pub mod listing;
pub mod map;
pub mod matrix;
mod pattern;
pub mod pixels;
pub mod production;
pub mod protocols;
mod rows;
pub mod slices;
pub mod surface;
pub mod texts;

pub use evaluation::{View, of_evaluation};
