//! What is handed to others: the evaluation document.
//!
//! Reads results and turns them into documents. Does not evaluate and does not know the screen.

pub mod csv_tables;
pub mod document;
pub mod labels;
pub mod undefined;
