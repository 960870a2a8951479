//! Delimited text: CSV with `,`, `;` or tabs, parsed in blocks of rows at the same time. A large file is never in memory as a
//! whole unless it has quotes.
//!
//! Knows separators, quotes and line ends. Does not know what columns mean.

use std::borrow::Cow;
use std::ops::Range;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::blocks::{self, Block, lines};
use super::cells::{self, Cell};
use super::rows_of_block::{Numbers, Reader};
use super::split_rows::{fields, row_end, without_return};
use crate::formats::error::{FormatError, LoadError};
use crate::formats::listing::has_ending;
use crate::formats::source;
use crate::model::Progress;

/// Rows looked at before the columns are known.
const SAMPLE: usize = 64;

/// A delimited text.
#[derive(Clone, Debug)]
pub struct Delimited {
    file: PathBuf,
    /// All of it, or the beginning of what `on_disk` tells of.
    bytes: Vec<u8>,
    /// Blocks of a file whose rows are read from it when they are asked for.
    on_disk: Option<Vec<Block>>,
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

/// The rows of a block, without their numbers.
#[derive(Clone, Debug, Default)]
pub struct Rows<'a> {
    /// The texts of all rows, row by row.
    pub texts: Vec<Cow<'a, str>>,
    /// The line of each row.
    pub lines: Vec<u32>,
    /// Faults, by line. A row with a wrong number of fields is left out; where a number is none, NaN stands.
    pub faults: Vec<(u32, Fault)>,
}

/// All rows in columns.
#[derive(Clone, Debug, Default)]
pub struct Parsed<'a> {
    /// Rows, block after block.
    pub blocks: Vec<Rows<'a>>,
    /// The numbers of all rows, row by row.
    pub numbers: Vec<f64>,
}

impl Parsed<'_> {
    /// Leaves out the rows to whose texts `wanted` says no. A row has so many texts and so many numbers.
    pub(super) fn keep(&mut self, texts: usize, numbers: usize, wanted: impl Fn(&[Cow<'_, str>]) -> bool) {
        let mut all = Vec::new();
        for block in &mut self.blocks {
            let of_row = |row: usize| block.texts.get(row * texts..(row + 1) * texts).unwrap_or_default();
            let kept: Vec<bool> = (0..block.lines.len()).map(|row| wanted(of_row(row))).collect();
            let left_out = block.lines.iter().zip(&kept).filter(|(_, kept)| !**kept);
            let left_out: Vec<u32> = left_out.map(|(line, _)| *line).collect();
            block.faults.retain(|(line, _)| left_out.binary_search(line).is_err());
            retain(&mut block.lines, 1, &kept);
            retain(&mut block.texts, texts, &kept);
            all.extend(kept);
        }
        retain(&mut self.numbers, numbers, &all);
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
        if let Some(blocks) = blocks::survey(file)? {
            let mut out = Self::peek(file, blocks::HEAD)?;
            // A first row that does not end in the beginning is none of numbers.
            if out.after_first().is_ok_and(|(at, _)| at < out.bytes.len()) {
                out.on_disk = Some(blocks);
                return Ok(out);
            }
        }
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
        let mut out =
            Self { file: file.to_owned(), delimiter: b',', start: (0, 1), first: Vec::new(), bytes, on_disk: None };
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
    /// Where a quote is never closed, or the file cannot be read any more; cancelled.
    pub fn rows(&self, has_header: bool, roles: &[Role], progress: &dyn Progress) -> Result<Parsed<'_>, LoadError> {
        let start = if has_header { self.after_first()? } else { self.start };
        let blocks = match &self.on_disk {
            Some(blocks) => blocks::from(blocks, start),
            None => self.blocks(start)?,
        };
        progress.check()?;
        let width = roles.iter().filter(|role| **role == Role::Number).count();
        let room: Vec<usize> = blocks.iter().map(|block| block.most_rows(roles.len()) * width).collect();
        let total: usize = room.iter().sum();
        // Asked for and given back: what follows cannot say that there is not so much.
        let reserved = Vec::<f64>::new().try_reserve_exact(total);
        reserved
            .map_err(|_| FormatError::new(&self.file, "does not fit into memory", "split it into smaller files"))?;
        // Zeroed by the system page by page, each by the thread that fills it.
        let mut numbers = vec![0.0; total];
        let mut rest = numbers.as_mut_slice();
        let mut tasks = Vec::with_capacity(blocks.len());
        for (block, &room) in blocks.iter().zip(&room) {
            let (place, behind) = rest.split_at_mut(room);
            tasks.push((block, Numbers::into(place)));
            rest = behind;
        }
        let read = |buffer: &mut Vec<u8>, (block, mut numbers): (&Block, Numbers<'_>)| {
            progress.check()?;
            let rows = if self.on_disk.is_some() {
                block.read(&self.file, buffer)?;
                let reader = Reader { bytes: buffer, delimiter: self.delimiter, roles };
                reader.block(0..buffer.len(), block.line, &mut numbers).into_owned()
            } else {
                let reader = Reader { bytes: &self.bytes, delimiter: self.delimiter, roles };
                reader.block(block.range(), block.line, &mut numbers)
            };
            Ok((rows, numbers.len()))
        };
        let done: Vec<(Rows<'_>, usize)> =
            tasks.into_par_iter().map_init(Vec::new, read).collect::<Result<_, LoadError>>()?;
        close_gaps(&mut numbers, room.into_iter().zip(done.iter().map(|(_, used)| *used)));
        Ok(Parsed { blocks: done.into_iter().map(|(rows, _)| rows).collect(), numbers })
    }

    /// Cuts the text into blocks of whole rows.
    fn blocks(&self, (mut at, line): (usize, u32)) -> Result<Vec<Block>, LoadError> {
        let mut ranges = Vec::new();
        let quoted = memchr::memchr(b'"', self.bytes.get(at..).unwrap_or_default()).is_some();
        while at < self.bytes.len() {
            let least = (at + blocks::SIZE).min(self.bytes.len());
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
        let feeds: Vec<u32> = ranges.par_iter().map(|range| lines(&self.bytes, range.clone())).collect();
        let mut line = line;
        let place = |(range, feeds): (Range<usize>, u32)| {
            let block = Block { start: range.start as u64, end: range.end as u64, line, feeds };
            line += feeds;
            block
        };
        Ok(ranges.into_iter().zip(feeds).map(place).collect())
    }
}

/// Moves together what blocks wrote at the beginnings of their rooms.
fn close_gaps(numbers: &mut Vec<f64>, rooms: impl Iterator<Item = (usize, usize)>) {
    let (mut from, mut to) = (0, 0);
    for (room, used) in rooms {
        if from != to {
            numbers.copy_within(from..from + used, to);
        }
        from += room;
        to += used;
    }
    numbers.truncate(to);
    numbers.shrink_to_fit();
}
