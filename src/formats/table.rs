//! Tables of items: rows of CSV and the like, or records of JSON, read into the same columns of ids, labels and scores.
//!
//! Knows how tables are written and what their columns are usually called. Does not know datasets, classes or models.

pub mod cells;
pub mod columns;
pub mod delimited;
mod gather;
pub mod labels;
pub mod records;
pub mod sheet;
mod split_rows;

use std::path::Path;

use super::listing::has_ending;

/// True for the endings of tables with a separator: `csv`, `tsv`, `tab`.
#[must_use]
pub fn is_delimited(path: &Path) -> bool {
    ["csv", "tsv", "tab"].iter().any(|ending| has_ending(path, ending))
}

/// True for the endings of records: `jsonl`, `ndjson`, `json`.
#[must_use]
pub fn is_records(path: &Path) -> bool {
    ["jsonl", "ndjson", "json"].iter().any(|ending| has_ending(path, ending))
}
