//! Blocks of whole rows of a delimited text, and how a large file is cut into them without being held.
//!
//! Knows line feeds and quotes. Does not know fields.

use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use rayon::prelude::*;

use crate::formats::error::FormatError;
use crate::formats::source;

/// Bytes of a block.
pub(super) const SIZE: usize = 1 << 20;
/// Bytes that the first rows of a large file are seen from.
pub(super) const HEAD: usize = 1 << 20;
/// From this size on a file is read in blocks: before, having all of it costs less than reading it twice.
const LARGE: u64 = 32 << 20;

/// Some rows of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub start: u64,
    pub end: u64,
    /// The line it begins at.
    pub line: u32,
    /// Line feeds in it.
    pub feeds: u32,
}

impl Block {
    /// Where it stands in a text that is held.
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// It has no more rows than this: a row has at least a byte for every one of its columns, and all but the last end with a
    /// line feed.
    pub fn most_rows(&self, columns: usize) -> usize {
        let bytes = (self.end - self.start) as usize;
        (self.feeds as usize + 1).min(bytes / columns.max(1) + 1)
    }

    /// Reads it from its file into `buffer`.
    ///
    /// # Errors
    /// Where the file has become shorter or cannot be read.
    pub fn read(&self, file: &Path, buffer: &mut Vec<u8>) -> Result<(), FormatError> {
        read_range(file, self.start, (self.end - self.start) as usize, buffer)
    }
}

fn read_range(path: &Path, start: u64, length: usize, buffer: &mut Vec<u8>) -> Result<(), FormatError> {
    let mut read = || {
        let mut file = source::open(path)?;
        buffer.resize(length, 0);
        let io = |error| FormatError::io(path, &error);
        file.seek(SeekFrom::Start(start)).map_err(io)?;
        file.read_exact(buffer).map_err(io)
    };
    read()
}

/// Line feeds in a range.
pub(super) fn lines(bytes: &[u8], range: Range<usize>) -> u32 {
    let bytes = bytes.get(range.start..range.end.min(bytes.len())).unwrap_or_default();
    u32::try_from(memchr::memchr_iter(b'\n', bytes).count()).unwrap_or(u32::MAX)
}

/// What a part of a file holds.
struct Part {
    feeds: u32,
    /// Where the row behind the first line feed begins, from the beginning of the part.
    first_row: Option<usize>,
    quoted: bool,
}

/// Cuts a large file into blocks of whole rows. `None` where it is small, or where only reading it from the front tells
/// what a row is: it has quotes, or rows longer than a block.
///
/// # Errors
/// Where it cannot be read or is larger than any that is read.
pub(super) fn survey(file: &Path) -> Result<Option<Vec<Block>>, FormatError> {
    survey_from(file, LARGE, SIZE)
}

fn survey_from(file: &Path, large: u64, size: usize) -> Result<Option<Vec<Block>>, FormatError> {
    let length = source::open(file)?.metadata().map_or(0, |m| m.len());
    if length < large || length > source::MAX_BYTES {
        return Ok(None);
    }
    let starts: Vec<u64> = (0..length).step_by(size).collect();
    let look = |buffer: &mut Vec<u8>, start: &u64| {
        read_range(file, *start, usize::try_from(length - start).unwrap_or(size).min(size), buffer)?;
        let first = memchr::memchr(b'\n', buffer);
        let quoted = memchr::memchr(b'"', buffer).is_some();
        Ok(Part { feeds: lines(buffer, 0..buffer.len()), first_row: first.map(|at| at + 1), quoted })
    };
    let parts: Vec<Part> = starts.par_iter().map_init(Vec::new, look).collect::<Result<_, FormatError>>()?;
    if parts.iter().any(|part| part.quoted || part.first_row.is_none()) {
        return Ok(None);
    }
    let mut blocks: Vec<Block> = Vec::with_capacity(parts.len());
    let mut feeds = 0;
    for (start, part) in starts.iter().zip(&parts) {
        // The row that a part begins in belongs to the block before.
        let (start, before) =
            if *start == 0 { (0, 0) } else { (start + part.first_row.unwrap_or(0) as u64, feeds + 1) };
        if let Some(last) = blocks.last_mut() {
            last.end = start;
            last.feeds = before - (last.line - 1);
        }
        feeds += part.feeds;
        blocks.push(Block { start, end: length, line: before + 1, feeds: feeds - before });
    }
    blocks.retain(|block| block.start < block.end);
    Ok(Some(blocks))
}

/// The blocks from a row on, which lies in the first of them, and its line.
pub(super) fn from(blocks: &[Block], (at, line): (usize, u32)) -> Vec<Block> {
    let mut blocks = blocks.to_vec();
    if let Some(first) = blocks.first_mut() {
        first.feeds = first.feeds.saturating_sub(line - first.line);
        (first.start, first.line) = (at as u64, line);
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_file_is_cut_at_line_feeds() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rows.csv");
        let text = "id,a\nx,1\ny,22\nz,333\nu,4444\nv,5";
        std::fs::write(&file, text).unwrap();
        let blocks = survey_from(&file, 1, 12).unwrap().unwrap();
        let mut buffer = Vec::new();
        let mut at = 1;
        let mut all = String::new();
        for block in &blocks {
            block.read(&file, &mut buffer).unwrap();
            assert_eq!((block.line, block.feeds), (at, lines(&buffer, 0..buffer.len())), "{block:?}");
            at += block.feeds;
            all.push_str(std::str::from_utf8(&buffer).unwrap());
        }
        assert_eq!((all.as_str(), blocks.len()), (text, 3));
        // From the row behind the header on.
        let rest = from(&blocks, (5, 2));
        assert_eq!((rest[0].start, rest[0].line, rest[0].feeds), (5, 2, blocks[0].feeds - 1));
        assert_eq!(survey_from(&file, 1 << 20, 12).unwrap(), None, "small");
        assert_eq!(survey_from(&file, 1, 4).unwrap(), None, "rows longer than a block");
        std::fs::write(&file, "id,a\n\"x\",1\n").unwrap();
        assert_eq!(survey_from(&file, 1, 12).unwrap(), None, "quotes");
    }

    #[test]
    fn a_block_promises_no_more_rows_than_its_bytes_can_hold() {
        let blank = Block { start: 0, end: 1000, line: 1, feeds: 1000 };
        assert_eq!((blank.most_rows(500), blank.most_rows(1)), (3, 1001));
    }
}
