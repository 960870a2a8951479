//! Tables of items: rows of CSV and the like, or records of JSON, read into the same columns of ids, labels and scores.
//!
//! Knows how tables are written and what their columns are usually called. Does not know datasets, classes or models.

mod blocks;
pub mod cells;
pub mod columns;
pub mod delimited;
mod gather;
pub mod labels;
mod nested;
pub mod records;
mod rows_of_block;
pub mod sheet;
pub(super) mod split_rows;
mod wanted;

use std::path::Path;

use super::json::Scanner;
use super::listing::has_ending;
use super::source;

/// True for the endings of tables with a separator: `csv`, `tsv`, `tab`.
#[must_use]
pub fn is_delimited(path: &Path) -> bool {
    ["csv", "tsv", "tab"].iter().any(|ending| has_ending(path, ending))
}

/// True for a JSON object that has a list `classes` beside a map `labels` from ids to classes, as FiftyOne writes them.
#[must_use]
pub fn has_labels_beside_classes(path: &Path) -> bool {
    let Ok(bytes) = source::read_head(path, HEAD) else { return false };
    let (mut classes, mut labels) = (false, false);
    // The text may be cut off: what was seen until then counts.
    let _ = Scanner::new(source::without_mark(&bytes), 0).object(|s, key| {
        classes |= key == "classes" && s.peek() == Some(b'[');
        labels |= key == "labels" && s.peek() == Some(b'{');
        s.skip()
    });
    has_ending(path, "json") && classes && labels
}

/// Bytes that a look at a file takes.
const HEAD: usize = 1 << 20;

/// True for the endings of records: `jsonl`, `ndjson`, `json`.
#[must_use]
pub fn is_records(path: &Path) -> bool {
    ["jsonl", "ndjson", "json"].iter().any(|ending| has_ending(path, ending))
}
