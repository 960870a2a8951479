//! Rows of generated texts: delimited tables, JSON records and plain lines, read into the same cells side by side.
//!
//! Knows how files are written. Does not know what columns mean.

mod delimited;
mod records;

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use super::text;
use super::value::Value;
use crate::formats::error::{FormatError, LoadError};
use crate::formats::source;
use crate::formats::table;
use crate::model::{Findings, Progress, Severity};

/// More columns are passed over.
const MAX_NAMES: usize = 4096;
/// Bytes that a look at a file takes.
pub const HEAD: usize = 1 << 20;
/// Rows read side by side.
const BLOCK: usize = 256;

/// The format of lines of text.
pub const LINES: &str = "text-lines";

/// A file of rows.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// The file.
    pub file: PathBuf,
    /// Its columns; a key inside an object is `object.key`.
    pub names: Vec<String>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// It is a table with a separator, where all cells are texts.
    pub delimited: bool,
}

/// A row: the cells that it has.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The line it begins at, from 1.
    pub line: u32,
    cells: Vec<(u16, Value)>,
}

impl Row {
    /// What stands in a column.
    #[must_use]
    pub fn get(&self, column: usize) -> &Value {
        let at = |(of, _): &&(u16, Value)| usize::from(*of) == column;
        // Most rows have all columns in their order.
        let there = self.cells.get(column).filter(at);
        there.or_else(|| self.cells.iter().find(at)).map_or(&Value::Null, |(_, value)| value)
    }
}

impl Sheet {
    /// The column of exactly this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known.trim() == name.trim())
    }

    /// Puts the lines of another file beside the rows, as a further column.
    pub fn add_column(&mut self, name: &str, lines: Self) {
        let Ok(at) = u16::try_from(self.names.len()) else { return };
        self.names.push(name.to_owned());
        for (row, line) in self.rows.iter_mut().zip(lines.rows) {
            row.cells.extend(line.cells.into_iter().map(|(_, value)| (at, value)));
        }
    }

    /// Where a row stands.
    #[must_use]
    pub fn place(&self, row: &Row) -> String {
        format!("{}:{}", source::short_name(&self.file), row.line)
    }
}

/// Reads a file in this format: `csv`, `jsonl` or [`LINES`].
///
/// # Errors
/// Where it cannot be read, is empty, too large or broken as a whole; cancelled.
pub fn read(file: &Path, format: &str, findings: &mut Findings, progress: &dyn Progress) -> Result<Sheet, LoadError> {
    let text = text::read(file, findings)?;
    progress.check()?;
    let parts = of_text(file, format, &text, progress)?;
    parts.report(file, findings);
    let sheet = parts.sheet;
    if sheet.rows.is_empty() {
        let remedy = "check that this is the right file, or export it again";
        return Err(FormatError::new(file, "has no row that can be read", remedy).into());
    }
    Ok(sheet)
}

/// Reads the first rows of a file; `None` where it is none of rows.
#[must_use]
pub fn glance(file: &Path, format: &str) -> Option<Sheet> {
    let text = text::head(file, HEAD)?;
    let parts = of_text(file, format, &text, &crate::model::NoProgress).ok();
    // A JSON list goes over many lines, so that its beginning alone may be broken: small ones are read as a whole.
    let whole = || {
        const LARGEST: u64 = 256 << 20;
        let length = std::fs::metadata(file).ok()?.len();
        let text =
            (length > HEAD as u64 && length <= LARGEST).then(|| text::read(file, &mut Findings::default()).ok())??;
        of_text(file, format, &text, &crate::model::NoProgress).ok()
    };
    let sheet = parts.filter(|parts| !parts.sheet.rows.is_empty()).or_else(whole)?.sheet;
    (!sheet.rows.is_empty()).then_some(sheet)
}

/// The format that a file's ending says.
#[must_use]
pub fn format_of(file: &Path) -> Option<&'static str> {
    if table::is_delimited(file) {
        Some("csv")
    } else if table::is_records(file) {
        Some("jsonl")
    } else if crate::formats::listing::has_ending(file, "txt") {
        Some(LINES)
    } else {
        None
    }
}

fn of_text(file: &Path, format: &str, text: &str, progress: &dyn Progress) -> Result<Parts, LoadError> {
    match format {
        LINES => Ok(lines(file, text)),
        "csv" => delimited::read(file, text, progress),
        _ => records::read(file, text, progress),
    }
}

/// What is known of a file before it is reported.
#[derive(Debug, Default)]
struct Parts {
    sheet: Sheet,
    /// Rows that were left out: their line, and why.
    broken: Vec<(u32, String)>,
    /// Keys beyond [`MAX_NAMES`].
    too_many: usize,
}

impl Parts {
    fn report(&self, file: &Path, findings: &mut Findings) {
        for (line, problem) in &self.broken {
            findings.add(
                Severity::Warning,
                "broken-row",
                "Rows cannot be read and are left out; repair them, or export the file again.",
                || format!("{}:{line}: {problem}", source::short_name(file)),
            );
        }
        if self.too_many > 0 {
            findings.add(
                Severity::Warning,
                "too-many-columns",
                "A file has so many different keys that further ones are passed over; check that it is the right file.",
                || format!("{}: more than {MAX_NAMES}", source::short_name(file)),
            );
        }
    }
}

/// Every line is a row with one cell. Only line feeds end lines; a text may hold any other control character.
fn lines(file: &Path, text: &str) -> Parts {
    let cell = |(line, text): (u32, &str)| Row { line, cells: vec![(0, Value::Text(text.to_owned()))] };
    let text = text.strip_suffix('\n').unwrap_or(text);
    let all = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let rows = (1..).zip(all).map(cell).collect();
    let sheet = Sheet { file: file.to_owned(), names: vec!["text".to_owned()], rows, delimited: false };
    Parts { sheet, ..Parts::default() }
}

/// Names of columns, each once, in the order they are met.
#[derive(Debug, Default)]
struct Names {
    all: Vec<String>,
    known: FxHashMap<String, u16>,
    too_many: usize,
}

impl Names {
    /// The position of a name, which is probably the one at `guess`. `None` where there are too many.
    fn position(&mut self, name: &str, guess: usize) -> Option<u16> {
        if self.all.get(guess).is_some_and(|known| known == name) {
            return u16::try_from(guess).ok();
        }
        if let Some(at) = self.known.get(name) {
            return Some(*at);
        }
        if self.all.len() >= MAX_NAMES {
            self.too_many += 1;
            return None;
        }
        let at = u16::try_from(self.all.len()).ok()?;
        self.known.insert(name.to_owned(), at);
        self.all.push(name.to_owned());
        Some(at)
    }
}
