//! What is handed to others: the documents of evaluations and of comparisons.
//!
//! Reads results and turns them into documents. Does not evaluate and does not know the screen.

mod advice;
pub mod compare;
mod confidence_source;
pub mod csv_tables;
pub mod document;
pub mod figure;
pub mod labels;
pub mod leaderboard;
pub mod segmentation;
pub mod text_figures;
pub mod text_tables;
pub mod texts;
pub mod thresholds;
pub mod tree;
pub mod undefined;
pub mod verdicts;
