//! Delimited text: CSV with `,`, `;` or tabs, read once into memory and parsed in blocks of rows at the same time.
//!
//! Knows separators, quotes and line ends. Does not know what columns mean.

use std::borrow::Cow;
use std::ops::Range;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::cells::{self, Cell};
use super::split_rows::{fields, row_end, without_return};
use crate::formats::error::{FormatError, LoadError};
use crate::formats::json::number;
use crate::formats::listing::has_ending;
use crate::formats::source;
use crate::model::Progress;

/// Bytes of a block of rows.
const BLOCK: usize = 1 << 20;
/// Rows looked at before the columns are known.
const SAMPLE: usize = 64;

/// A delimited text.
#[derive(Clone, Debug)]
pub struct Delimited {
    file: PathBuf,
    bytes: Vec<u8>,
    delimiter: u8,
    /// Where the first row begins, and its line.
    start: (usize, u32),
    first: Vec<String>,
}

/// What to do with a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Pass it over.
    Skip,
    /// Keep the text.
    Text,
    /// Read a number.
    Number,
}

/// Something wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It has so many fields.
    Width(usize),
    /// A field that should be a number is none, or is not finite: the column and what stands there.
    NotANumber(usize, String),
    /// A field is not UTF-8 text; the byte.
    NotUtf8(usize),
}

/// Rows in columns.
#[derive(Clone, Debug, Default)]
pub struct Rows<'a> {
    /// The numbers of all rows, row by row.
    pub numbers: Vec<f64>,
    /// The texts of all rows, row by row.
    pub texts: Vec<Cow<'a, str>>,
    /// The line of each row.
    pub lines: Vec<u32>,
    /// Faults, by line. A row with a wrong number of fields is left out; where a number is none, NaN stands.
    pub faults: Vec<(u32, Fault)>,
}

impl Rows<'_> {
    /// Leaves out the rows to whose texts `wanted` says no. A row has so many texts and so many numbers.
    pub(super) fn keep(&mut self, texts: usize, numbers: usize, wanted: impl Fn(&[Cow<'_, str>]) -> bool) {
        let of_row = |row: usize| self.texts.get(row * texts..(row + 1) * texts).unwrap_or_default();
        let kept: Vec<bool> = (0..self.lines.len()).map(|row| wanted(of_row(row))).collect();
        let out: Vec<u32> = self.lines.iter().zip(&kept).filter(|(_, kept)| !**kept).map(|(line, _)| *line).collect();
        self.faults.retain(|(line, _)| out.binary_search(line).is_err());
        retain(&mut self.lines, 1, &kept);
        retain(&mut self.texts, texts, &kept);
        retain(&mut self.numbers, numbers, &kept);
    }
}

/// Keeps the rows of this width that are marked.
fn retain<T>(values: &mut Vec<T>, width: usize, kept: &[bool]) {
    let mut at = 0;
    values.retain(|_| {
        at += 1;
        kept.get((at - 1) / width.max(1)).copied().unwrap_or(false)
    });
}

impl Delimited {
    /// Reads a file.
    ///
    /// # Errors
    /// Where it cannot be read, is empty, is not text, or has a quote that is never closed in its first row.
    pub fn read(file: &Path) -> Result<Self, FormatError> {
        Self::of(file, source::read_bytes(file)?)
    }

    /// Reads the beginning of a file: the rows that end within so many bytes.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn peek(file: &Path, limit: usize) -> Result<Self, FormatError> {
        let mut bytes = source::read_head(file, limit)?;
        if bytes.len() == limit {
            // The last row may have been cut.
            bytes.truncate(memchr::memrchr(b'\n', &bytes).map_or(bytes.len(), |end| end + 1));
        }
        Self::of(file, bytes)
    }

    fn of(file: &Path, mut bytes: Vec<u8>) -> Result<Self, FormatError> {
        source::check_encoding(file, &bytes)?;
        let head = bytes.get(..bytes.len().min(1 << 16)).unwrap_or_default();
        if let Some(at) = memchr::memchr(0, head) {
            return Err(
                FormatError::new(file, "is not text", "check that this is the right file").at(format!("byte {at}"))
            );
        }
        if memchr::memchr(b'\n', &bytes).is_none() {
            // Line ends of old programs.
            bytes.iter_mut().filter(|b| **b == b'\r').for_each(|b| *b = b'\n');
        }
        let mut out = Self { file: file.to_owned(), delimiter: b',', start: (0, 1), first: Vec::new(), bytes };
        out.start.0 = out.bytes.len() - source::without_mark(&out.bytes).len();
        out.skip_blank();
        if out.start.0 >= out.bytes.len() {
            return Err(FormatError::new(file, "is empty", "export the table again"));
        }
        out.delimiter = out.find_delimiter();
        let end = out.row_end(out.start)?;
        let row = without_return(&out.bytes, out.start.0..end);
        let first = fields(out.bytes.get(row).unwrap_or_default(), out.delimiter);
        out.first = first.iter().map(|f| String::from_utf8_lossy(f).trim().to_owned()).collect();
        Ok(out)
    }

    fn skip_blank(&mut self) {
        while let Some(&byte) = self.bytes.get(self.start.0)
            && matches!(byte, b'\n' | b'\r')
        {
            self.start.0 += 1;
            self.start.1 += u32::from(byte == b'\n');
        }
    }

    /// What the file says itself (`sep=;`), else what the first row has most of outside quotes.
    fn find_delimiter(&mut self) -> u8 {
        let rest = self.bytes.get(self.start.0..).unwrap_or_default();
        let line = rest.split(|&b| b == b'\n').next().unwrap_or_default();
        if let [b's', b'e', b'p', b'=', separator] = line.trim_ascii() {
            let separator = *separator;
            self.start = (self.start.0 + line.len() + 1, self.start.1 + 1);
            self.skip_blank();
            return separator;
        }
        let count = |delimiter: u8| fields(line, delimiter).len();
        let mut best = if has_ending(&self.file, "csv") { b',' } else { b'\t' };
        for other in [b',', b';', b'\t'] {
            if count(other) > count(best) {
                best = other;
            }
        }
        best
    }

    fn row_end(&self, (at, line): (usize, u32)) -> Result<usize, FormatError> {
        row_end(&self.bytes, at, self.delimiter).ok_or_else(|| self.unclosed(line))
    }

    fn unclosed(&self, line: u32) -> FormatError {
        FormatError::new(
            &self.file,
            "opens a quote in this row that is never closed",
            "double the quotes inside fields, or export it again: it may have been cut off",
        )
        .at(format!("line {line}"))
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// What separates fields.
    #[must_use]
    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The fields of the first row, header or not.
    #[must_use]
    pub fn first(&self) -> &[String] {
        &self.first
    }

    /// The first rows behind the first one, as cells.
    ///
    /// # Errors
    /// Where a quote is never closed.
    pub fn sample(&self) -> Result<Vec<Vec<Cell>>, FormatError> {
        let mut rows = Vec::new();
        let mut place = self.after_first()?;
        while rows.len() < SAMPLE && place.0 < self.bytes.len() {
            let end = self.row_end(place)?;
            let row = self.bytes.get(without_return(&self.bytes, place.0..end)).unwrap_or_default();
            if !row.trim_ascii().is_empty() {
                rows.push(fields(row, self.delimiter).iter().map(|f| cells::of_field(f, self.delimiter)).collect());
            }
            place = (end + 1, place.1 + lines(&self.bytes, place.0..end + 1));
        }
        Ok(rows)
    }

    fn after_first(&self) -> Result<(usize, u32), FormatError> {
        let end = self.row_end(self.start)?;
        Ok((end + 1, self.start.1 + lines(&self.bytes, self.start.0..end + 1)))
    }

    /// Reads all rows, the first one only where it is no header. `roles` are those of the columns; a row must have as many
    /// fields, but for empty ones at its end.
    ///
    /// # Errors
    /// Where a quote is never closed; cancelled.
    pub fn rows(&self, has_header: bool, roles: &[Role], progress: &dyn Progress) -> Result<Vec<Rows<'_>>, LoadError> {
        let start = if has_header { self.after_first()? } else { self.start };
        let blocks = self.blocks(start)?;
        progress.check()?;
        let reader = Reader { bytes: &self.bytes, delimiter: self.delimiter, roles };
        let read = |(range, line): (Range<usize>, u32)| {
            progress.check()?;
            Ok(reader.block(range, line))
        };
        blocks.into_par_iter().map(read).collect()
    }

    /// Cuts the text into blocks of whole rows, each with the line it begins at.
    fn blocks(&self, (mut at, line): (usize, u32)) -> Result<Vec<(Range<usize>, u32)>, LoadError> {
        let mut ranges = Vec::new();
        let quoted = memchr::memchr(b'"', self.bytes.get(at..).unwrap_or_default()).is_some();
        while at < self.bytes.len() {
            let least = (at + BLOCK).min(self.bytes.len());
            let mut end = at;
            if quoted {
                while end < least {
                    end = row_end(&self.bytes, end, self.delimiter)
                        .ok_or_else(|| self.unclosed(line + lines(&self.bytes, at..end)))?
                        + 1;
                }
            } else {
                let rest = self.bytes.get(least..).unwrap_or_default();
                end = memchr::memchr(b'\n', rest).map_or(self.bytes.len(), |n| least + n + 1);
            }
            let end = end.min(self.bytes.len());
            ranges.push(at..end);
            at = end;
        }
        let counts: Vec<u32> = ranges.par_iter().map(|range| lines(&self.bytes, range.clone())).collect();
        let mut line = line;
        let place = |(range, count)| {
            let begin = line;
            line += count;
            (range, begin)
        };
        Ok(ranges.into_iter().zip(counts).map(place).collect())
    }
}

/// Line feeds in a range.
fn lines(bytes: &[u8], range: Range<usize>) -> u32 {
    let bytes = bytes.get(range.start..range.end.min(bytes.len())).unwrap_or_default();
    u32::try_from(memchr::memchr_iter(b'\n', bytes).count()).unwrap_or(u32::MAX)
}

struct Reader<'a, 'r> {
    bytes: &'a [u8],
    delimiter: u8,
    roles: &'r [Role],
}

impl<'a> Reader<'a, '_> {
    fn block(&self, range: Range<usize>, mut line: u32) -> Rows<'a> {
        let mut out = Rows::default();
        let mut at = range.start;
        while at < range.end {
            let (numbers, texts) = (out.numbers.len(), out.texts.len());
            if let Some(next) = self.plain_row(at, &mut out) {
                out.lines.push(line);
                line += 1;
                at = next;
                continue;
            }
            out.numbers.truncate(numbers);
            out.texts.truncate(texts);
            // Blocks hold whole rows, so a row without an end cannot occur.
            let end = row_end(self.bytes, at, self.delimiter).unwrap_or(range.end).min(range.end);
            self.any_row(without_return(self.bytes, at..end), line, &mut out);
            line += lines(self.bytes, at..end + 1);
            at = end + 1;
        }
        out
    }

    /// Reads a row as nearly all are: as many fields as there should be, no quotes, plain numbers. `None` where it is not, or
    /// is blank.
    #[inline]
    fn plain_row(&self, mut at: usize, out: &mut Rows<'a>) -> Option<usize> {
        let last = self.roles.len().checked_sub(1)?;
        for (column, role) in self.roles.iter().enumerate() {
            let end = match role {
                Role::Number => {
                    let (value, end, _) = number::read_f64(self.bytes, at)?;
                    if !value.is_finite() {
                        return None;
                    }
                    out.numbers.push(value);
                    end
                }
                Role::Text | Role::Skip => {
                    let rest = self.bytes.get(at..)?;
                    if rest.first() == Some(&b'"') {
                        return None;
                    }
                    let length = memchr::memchr2(self.delimiter, b'\n', rest)?;
                    let text = rest.get(..length)?;
                    if *role == Role::Text {
                        let text = text.strip_suffix(b"\r").unwrap_or(text);
                        out.texts.push(Cow::Borrowed(std::str::from_utf8(text).ok()?));
                    }
                    at + length
                }
            };
            match self.bytes.get(end)? {
                b'\n' if column == last => return Some(end + 1),
                b'\r' if column == last && self.bytes.get(end + 1) == Some(&b'\n') => return Some(end + 2),
                byte if *byte == self.delimiter && column < last => at = end + 1,
                _ => return None,
            }
        }
        None
    }

    /// Reads a row of any kind.
    fn any_row(&self, row: Range<usize>, line: u32, out: &mut Rows<'a>) {
        let start = row.start;
        let row = self.bytes.get(row).unwrap_or_default();
        let mut found = fields(row, self.delimiter);
        if found.iter().all(|field| field.trim_ascii().is_empty()) {
            return;
        }
        while found.len() > self.roles.len() && found.last().is_some_and(|field| field.trim_ascii().is_empty()) {
            found.pop();
        }
        if found.len() != self.roles.len() {
            out.faults.push((line, Fault::Width(found.len())));
            return;
        }
        out.lines.push(line);
        for (column, (field, role)) in found.into_iter().zip(self.roles).enumerate() {
            match role {
                Role::Skip => {}
                Role::Number => {
                    let value = cells::number(&field, self.delimiter).filter(|v| v.is_finite());
                    if value.is_none() {
                        let short: String = String::from_utf8_lossy(&field).chars().take(40).collect();
                        out.faults.push((line, Fault::NotANumber(column, short)));
                    }
                    out.numbers.push(value.unwrap_or(f64::NAN));
                }
                Role::Text => {
                    let text = match field {
                        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed).ok(),
                        Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).ok(),
                    };
                    if text.is_none() {
                        out.faults.push((line, Fault::NotUtf8(start)));
                    }
                    out.texts.push(text.unwrap_or(Cow::Borrowed("")));
                }
            }
        }
    }
}
