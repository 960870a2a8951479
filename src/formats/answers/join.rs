//! Which row of a model's answers belongs to which item.
//!
//! Knows ids, prompts and the order of rows. Does not know what an answer is.

use rustc_hash::{FxHashMap, FxHashSet};

use super::sheet::Sheet;
use crate::formats::labels::shortened;
use crate::formats::source;
use crate::model::{Findings, Severity};

/// What the items of a split are known by.
#[derive(Debug, Default)]
pub struct Keys<'a> {
    /// Their ids; `None` where the truth has none.
    pub ids: Option<Vec<&'a str>>,
    /// What was asked.
    pub prompts: &'a [String],
}

/// The rows of answers.
#[derive(Debug)]
pub struct Rows<'a> {
    /// Their file.
    pub sheet: &'a Sheet,
    /// Those that are meant.
    pub rows: &'a [usize],
    /// Their ids; `None` where they have none.
    pub ids: Option<Vec<String>>,
    /// Their prompts; empty where they have none.
    pub prompts: Vec<String>,
}

impl Rows<'_> {
    fn place(&self, at: usize) -> String {
        let row = self.rows.get(at).and_then(|row| self.sheet.rows.get(*row));
        row.map(|row| self.sheet.place(row)).unwrap_or_default()
    }
}

/// The row of each item: by id where both sides have ids, by what was asked where both say that alone, else by order.
#[must_use]
pub fn join(items: usize, keys: &Keys<'_>, rows: &Rows<'_>, findings: &mut Findings) -> Vec<Option<usize>> {
    if let (Some(items), Some(ids)) = (&keys.ids, &rows.ids) {
        let known: FxHashSet<&str> = items.iter().copied().collect();
        let fitting = ids.iter().filter(|id| known.contains(id.as_str())).count();
        if fitting > 0 {
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            return by_key(items, &ids, rows, findings);
        }
        findings.add(
            Severity::Warning,
            "ids-do-not-fit",
            "No id of the outputs is one of the truth, so rows were paired in their order; give both the same ids.",
            || source::short_name(&rows.sheet.file),
        );
    } else if prompts_fit(keys.prompts, &rows.prompts) {
        let items: Vec<&str> = keys.prompts.iter().map(String::as_str).collect();
        let ids: Vec<&str> = rows.prompts.iter().map(String::as_str).collect();
        return by_key(&items, &ids, rows, findings);
    }
    by_order(items, rows, findings)
}

/// True where prompts tell items apart and most rows have one of them, in another order than the items.
fn prompts_fit(items: &[String], rows: &[String]) -> bool {
    if items.is_empty() || rows.is_empty() || items == rows {
        return false;
    }
    let known: FxHashSet<&String> = items.iter().collect();
    let fitting = rows.iter().filter(|prompt| known.contains(prompt)).count();
    known.len() == items.len() && fitting * 2 > rows.len()
}

fn by_key(items: &[&str], keys: &[&str], rows: &Rows<'_>, findings: &mut Findings) -> Vec<Option<usize>> {
    let known: FxHashSet<&str> = items.iter().copied().collect();
    let mut first: FxHashMap<&str, usize> = FxHashMap::default();
    for (at, key) in keys.iter().enumerate() {
        if !known.contains(key) {
            findings.add(
                Severity::Warning,
                "unknown-item",
                "Outputs name items that the truth does not have and are left out; check that both belong together.",
                || format!("{}: {}", rows.place(at), shortened(key)),
            );
        } else if first.contains_key(key) {
            findings.add(
                Severity::Warning,
                "duplicate-output",
                "Outputs have several answers for an item; the first is used: say which rows are meant.",
                || format!("{}: {}", rows.place(at), shortened(key)),
            );
        } else {
            first.insert(key, at);
        }
    }
    let of = |item: &&str| first.get(item).and_then(|at| rows.rows.get(*at)).copied();
    items.iter().map(of).collect()
}

fn by_order(items: usize, rows: &Rows<'_>, findings: &mut Findings) -> Vec<Option<usize>> {
    if items != rows.rows.len() {
        findings.add(
            Severity::Error,
            "unequal-counts",
            "Truth and outputs do not have the same number of rows and no ids that fit: rows were paired in their order as far \
             as they go, so that answers may stand beside wrong items. Give both ids, or export both again.",
            || {
                let file = source::short_name(&rows.sheet.file);
                format!("{file}: {} of truth, {} of outputs", in_words(items), in_words(rows.rows.len()))
            },
        );
    }
    (0..items).map(|item| rows.rows.get(item).copied()).collect()
}

fn in_words(count: usize) -> String {
    crate::model::fmt::counted(count as u64, "row", "rows")
}
