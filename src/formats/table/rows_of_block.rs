//! The rows of a block of delimited text: texts and numbers, and what is wrong with them.
//!
//! Knows fields and what to do with each. Does not know files.

use std::borrow::Cow;
use std::ops::Range;

use super::blocks::lines;
use super::cells;
use super::delimited::{Fault, Role, Rows};
use super::split_rows::{fields, row_end, without_return};
use crate::formats::json::number;

/// A place for numbers, filled from its beginning.
pub(super) struct Numbers<'n> {
    place: &'n mut [f64],
    used: usize,
}

impl<'n> Numbers<'n> {
    /// An empty one.
    pub fn into(place: &'n mut [f64]) -> Self {
        Self { place, used: 0 }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.used
    }

    #[inline]
    fn push(&mut self, number: f64) {
        if let Some(slot) = self.place.get_mut(self.used) {
            *slot = number;
            self.used += 1;
        }
    }

    fn truncate(&mut self, len: usize) {
        self.used = self.used.min(len);
    }
}

impl Rows<'_> {
    /// The same, with texts of its own.
    pub(super) fn into_owned<'o>(self) -> Rows<'o> {
        let texts = self.texts.into_iter().map(|text| Cow::Owned(text.into_owned())).collect();
        Rows { texts, lines: self.lines, faults: self.faults }
    }
}

/// Reads rows out of bytes.
pub(super) struct Reader<'a, 'r> {
    pub bytes: &'a [u8],
    pub delimiter: u8,
    pub roles: &'r [Role],
}

impl<'a> Reader<'a, '_> {
    /// The rows of a range, which begins and ends with a row; `line` is that of the first.
    pub fn block(&self, range: Range<usize>, mut line: u32, numbers: &mut Numbers<'_>) -> Rows<'a> {
        let mut out = Rows::default();
        let mut at = range.start;
        while at < range.end {
            let (before, texts) = (numbers.len(), out.texts.len());
            if let Some(next) = self.plain_row(at, &mut out, numbers) {
                out.lines.push(line);
                line += 1;
                at = next;
                continue;
            }
            numbers.truncate(before);
            out.texts.truncate(texts);
            // Blocks hold whole rows, so a row without an end cannot occur.
            let end = row_end(self.bytes, at, self.delimiter).unwrap_or(range.end).min(range.end);
            self.any_row(without_return(self.bytes, at..end), line, &mut out, numbers);
            line += lines(self.bytes, at..end + 1);
            at = end + 1;
        }
        out
    }

    /// Reads a row as nearly all are: as many fields as there should be, no quotes, plain numbers. `None` where it is not, or
    /// is blank.
    #[inline]
    fn plain_row(&self, mut at: usize, out: &mut Rows<'a>, numbers: &mut Numbers<'_>) -> Option<usize> {
        let last = self.roles.len().checked_sub(1)?;
        for (column, role) in self.roles.iter().enumerate() {
            let end = match role {
                Role::Number => {
                    let (value, end, _) = number::read_f64(self.bytes, at)?;
                    if !value.is_finite() {
                        return None;
                    }
                    numbers.push(value);
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
    fn any_row(&self, row: Range<usize>, line: u32, out: &mut Rows<'a>, numbers: &mut Numbers<'_>) {
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
                    numbers.push(value.unwrap_or(f64::NAN));
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
