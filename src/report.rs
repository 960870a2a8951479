//! What is handed to others: the documents of evaluations and of comparisons, figures, tables and whole reports.
//!
//! Reads results and turns them into documents. Does not evaluate and does not know the screen.

mod advice;
pub mod chart;
pub mod compare;
mod confidence_source;
pub mod content;
pub mod csv_tables;
pub mod document;
pub mod encoded;
pub mod figure;
pub mod figures;
pub mod html;
pub mod labels;
pub mod leaderboard;
pub mod palette;
pub mod paper;
pub mod pdf;
pub mod segmentation;
pub mod settings;
pub mod sheet;
pub mod table;
pub mod text_figures;
pub mod text_tables;
pub mod texts;
pub mod thresholds;
pub mod tree;
pub mod undefined;
pub mod verdicts;
