//! Every chart as a drawing with its numbers: what is saved from the window and what stands in reports.

pub mod compared;
pub mod curves;
pub mod errors;
pub mod evaluation;
pub mod items;

pub use evaluation::of_evaluation;
