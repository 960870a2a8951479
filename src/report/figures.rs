//! Every chart as a drawing with its numbers: what is saved from the window and what stands in reports.

pub mod compared;
pub mod crossval;
pub mod curves;
pub mod errors;
pub mod evaluation;
pub mod items;
pub mod map;
pub mod protocols;
mod rows;
pub mod slices;
pub mod surface;

pub use evaluation::of_evaluation;
