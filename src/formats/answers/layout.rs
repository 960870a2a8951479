//! Which column of a file is what: ids, what was asked, references, answers.
//!
//! Knows names and what a person says of them. Does not know items.

use std::collections::BTreeMap;

use super::names::{self, plain};
use super::sheet::Sheet;
use super::value::Value;
use super::wide;
use crate::formats::error::FormatError;

/// What a person says of columns: their meaning to their name.
pub type Said = BTreeMap<String, String>;

/// The columns of what was asked and what is right.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// Ids.
    pub id: Option<usize>,
    /// What was asked: an instruction may have its input in a column of its own.
    pub prompts: Vec<usize>,
    /// References.
    pub references: Vec<usize>,
    /// Wrong answers.
    pub incorrect: Option<usize>,
}

impl Layout {
    /// All columns that are taken.
    #[must_use]
    pub fn taken(&self) -> Vec<usize> {
        let some = self.id.iter().chain(&self.prompts).chain(&self.references).chain(&self.incorrect);
        some.copied().collect()
    }
}

/// The column that a person names for a meaning.
///
/// # Errors
/// Where there is none of that name.
fn said(sheet: &Sheet, columns: &Said, meaning: &str) -> Result<Option<usize>, FormatError> {
    let Some(name) = columns.get(meaning) else { return Ok(None) };
    sheet.column(name).map(Some).ok_or_else(|| missing(sheet, name))
}

/// The error that a file has no such column.
#[must_use]
pub fn missing(sheet: &Sheet, name: &str) -> FormatError {
    let known: Vec<&str> = sheet.names.iter().take(12).map(|name| name.trim()).collect();
    let remedy = format!("correct the name in evalens.json; there are: {}", known.join(", "));
    FormatError::new(&sheet.file, format!("has no column `{name}`"), remedy)
}

/// The columns of a truth. `outputs` are those that hold answers of models, where the file has them too.
///
/// # Errors
/// Where a person names a column that is not there.
pub fn of_truth(sheet: &Sheet, columns: &Said, outputs: &[usize]) -> Result<Layout, FormatError> {
    let plain: Vec<String> = sheet.names.iter().map(|name| plain(name)).collect();
    let mut out =
        Layout { id: said(sheet, columns, "id")?, incorrect: said(sheet, columns, "incorrect")?, ..Layout::default() };
    out.prompts.extend(said(sheet, columns, "prompt")?);
    for name in columns.get("reference").into_iter().flat_map(|names| names.split('|')) {
        out.references.push(sheet.column(name).ok_or_else(|| missing(sheet, name))?);
    }
    let find = |out: &Layout, list: &str| {
        let taken = out.taken();
        names::find(&plain, list, |at| !taken.contains(&at) && !outputs.contains(&at))
    };
    out.id = out.id.or_else(|| find(&out, names::IDS));
    out.incorrect = out.incorrect.or_else(|| find(&out, names::INCORRECT));
    if out.references.is_empty() {
        out.references.extend(find(&out, names::SURE_REFERENCES));
        out.references.extend(family(&plain, &out, outputs));
    }
    if out.prompts.is_empty() {
        out.prompts.extend(find(&out, names::PROMPTS));
        if out.prompts.first().and_then(|at| plain.get(*at)).is_some_and(|name| names::last(name) == "instruction") {
            // Alpaca keeps what an instruction is about beside it.
            out.prompts.extend(find(&out, "input"));
        }
    }
    if out.references.is_empty() {
        out.references.extend(find(&out, names::REFERENCES));
    }
    if out.prompts.is_empty() {
        out.prompts.extend(find(&out, names::LAST_PROMPTS));
    }
    Ok(out)
}

/// Columns that are called like the first reference but for a number or a letter: `reference_2`, `ref_b`, `reference.A`.
fn family(plain: &[String], out: &Layout, outputs: &[usize]) -> Vec<usize> {
    let base = |name: &str| {
        let (stem, end) = name.char_indices().next_back().map_or((name, ""), |(at, _)| name.split_at(at));
        let numbered = end.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
        let cut = if numbered { stem.trim_end_matches(|c: char| c.is_ascii_digit()) } else { name };
        let lettered = end.chars().all(|c| c.is_ascii_digit()) || cut.ends_with(['_', '.']);
        if numbered && lettered { cut.trim_end_matches(['_', '.']).to_owned() } else { name.to_owned() }
    };
    let first = out.references.first().and_then(|at| plain.get(*at)).map(|name| base(name));
    let taken = out.taken();
    // Where none is called `reference` alone, its numbered columns are looked for.
    let fits = |name: &str| match &first {
        Some(first) => base(name) == *first,
        None => {
            base(name) != name && ["reference", "references", "ref", "target", "gold"].contains(&base(name).as_str())
        }
    };
    let free = |at: &usize| !taken.contains(at) && !outputs.contains(at);
    (0..plain.len()).filter(free).filter(|at| plain.get(*at).is_some_and(|name| fits(name))).collect()
}

/// The column of a model's answers, and that of the ids. `references` are columns of the same file that hold references.
///
/// # Errors
/// Where there is none, or a person names one that is not there.
pub fn of_outputs(
    sheet: &Sheet,
    columns: &Said,
    truth: &Said,
    references: &[usize],
) -> Result<(usize, Option<usize>), FormatError> {
    let plain: Vec<String> = sheet.names.iter().map(|name| plain(name)).collect();
    // What the truth calls its ids is no word about another file, but mostly its name there too.
    let id = said(sheet, columns, "id")?.or_else(|| sheet.column(truth.get("id")?));
    let id = id.or_else(|| names::find(&plain, names::IDS, |_| true));
    if let Some(named) = said(sheet, columns, "output")? {
        return Ok((named, id));
    }
    let free = |at: usize| Some(at) != id && !references.contains(&at);
    if let Some(found) = names::find(&plain, names::SURE_OUTPUTS, free) {
        return Ok((found, id));
    }
    let layout = of_truth(sheet, &Said::new(), &[]).unwrap_or_default();
    if let [(only, _)] = wide::outputs(sheet, &layout).as_slice() {
        return Ok((*only, id));
    }
    if let Some(found) = names::find(&plain, names::OUTPUTS, free) {
        return Ok((found, id));
    }
    let texts = |at: &usize| free(*at) && sheet.rows.iter().take(50).any(|row| matches!(row.get(*at), Value::Text(_)));
    if let [only] = (0..plain.len()).filter(texts).collect::<Vec<_>>().as_slice() {
        return Ok((*only, id));
    }
    let known: Vec<&str> = sheet.names.iter().take(12).map(|name| name.trim()).collect();
    let remedy = format!("name it in evalens.json as `output` of `columns`; there are: {}", known.join(", "));
    Err(FormatError::new(&sheet.file, "has no column of answers", remedy))
}

/// True where the file says what a model wrote, by the name of a column.
#[must_use]
pub fn names_outputs(sheet: &Sheet) -> bool {
    let plain: Vec<String> = sheet.names.iter().map(|name| plain(name)).collect();
    names::find(&plain, names::SURE_OUTPUTS, |_| true).is_some()
}

/// The rows whose columns have these values.
///
/// # Errors
/// Where there is no such column.
pub fn selected(sheet: &Sheet, rows: &Said) -> Result<Vec<usize>, FormatError> {
    let mut wanted: Vec<(usize, &str)> = Vec::with_capacity(rows.len());
    for (name, value) in rows {
        wanted.push((sheet.column(name).ok_or_else(|| missing(sheet, name))?, value.trim()));
    }
    let fits = |row: &usize| {
        let Some(row) = sheet.rows.get(*row) else { return false };
        wanted.iter().all(|(at, value)| row.get(*at).text().is_some_and(|text| text.trim() == *value))
    };
    Ok((0..sheet.rows.len()).filter(fits).collect())
}
