//! Reads a results list in blocks, so that memory holds two blocks and never the file, and parses each block in parallel.
//!
//! Knows where a list may be cut. A cut is a guess (`}` `,` `{` can also stand inside a record), and every guess is checked:
//! the stretch before a cut must end exactly there. Where it does not, or anything is broken, the caller reads the file in
//! one piece, which needs no cuts and knows line and column of an error.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::images::Images;
use super::rows::{self, End, Rows};
use crate::formats::error::{FormatError, LoadError};
use crate::formats::json::Scanner;
use crate::formats::source;
use crate::model::{PredictionsBuilder, Progress};

/// Bytes read at a time and bytes parsed by one thread at a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    pub block: usize,
    pub stretch: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { block: 1 << 20, stretch: 128 << 10 }
    }
}

/// Whether a file could be read in blocks.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Streamed {
    /// All of it went to the sink.
    Whole,
    /// Something unusual was met; what the sink got so far is void.
    NotThisWay,
}

/// Reads a results list; `sink` gets its stretches in order, each with the length of the file, and
/// returns its emptied builder to be filled again.
///
/// # Errors
/// Where the file cannot be read or the work is cancelled.
pub(super) fn read(
    path: &Path,
    sizes: Sizes,
    images: &Images<'_>,
    progress: &dyn Progress,
    mut sink: impl FnMut(Rows, u64) -> PredictionsBuilder,
) -> Result<Streamed, LoadError> {
    let mut file = source::open(path)?;
    let length = match file.metadata() {
        Ok(meta) if meta.is_file() => meta.len(),
        // A pipe can be read only once, so it is read in one piece.
        _ => return Ok(Streamed::NotThisWay),
    };
    let mut block = Vec::new();
    let mut spare = Vec::new();
    let builders = Mutex::new(Vec::new());
    let mut last = fill(&mut file, &mut block, &[], sizes.block, path)?;
    let Some(mut start) = first_record(&block) else { return Ok(Streamed::NotThisWay) };
    let mut read = block.len();
    loop {
        progress.check()?;
        progress.progress(read, usize::try_from(length).unwrap_or(usize::MAX));
        let cut = if last { None } else { last_cut(&block, start + 1) };
        if !last && cut.is_none() {
            return Ok(Streamed::NotThisWay);
        }
        let carried = cut.and_then(|cut| block.get(cut..)).unwrap_or_default();
        let (parsed, filled) = rayon::join(
            || parse(&block, (start, cut), sizes.stretch, images, &builders),
            || if last { Ok(true) } else { fill(&mut file, &mut spare, carried, sizes.block, path) },
        );
        let Some(parsed) = parsed else { return Ok(Streamed::NotThisWay) };
        for rows in parsed {
            let emptied = sink(rows, length);
            builders.lock().unwrap_or_else(PoisonError::into_inner).push(emptied);
        }
        if last {
            return Ok(Streamed::Whole);
        }
        last = filled?;
        read += spare.len() - carried.len();
        std::mem::swap(&mut block, &mut spare);
        start = 0;
    }
}

/// Fills `block` with `carried` and the next bytes of the file. True where the file ended.
fn fill(file: &mut File, block: &mut Vec<u8>, carried: &[u8], size: usize, path: &Path) -> Result<bool, FormatError> {
    block.clear();
    block.reserve(carried.len() + size);
    block.extend_from_slice(carried);
    let read = file.take(size as u64).read_to_end(block).map_err(|e| FormatError::io(path, &e))?;
    Ok(read < size)
}

/// Where the first record of the list starts; `None` where the text does not begin with a list of objects.
fn first_record(block: &[u8]) -> Option<usize> {
    let mut scanner = Scanner::new(block, block.len() - source::without_mark(block).len());
    (scanner.take(b'[') && scanner.peek() == Some(b'{')).then_some(scanner.at())
}

/// Parses a block from the record at `start` to the record at `cut`, or to its end, in stretches. `None` where a stretch is
/// broken or did not end where the next one starts.
fn parse(
    block: &[u8],
    (start, cut): (usize, Option<usize>),
    stretch: usize,
    images: &Images<'_>,
    builders: &Mutex<Vec<PredictionsBuilder>>,
) -> Option<Vec<Rows>> {
    let end = cut.unwrap_or(block.len());
    let mut starts = vec![start];
    let mut next = start + stretch;
    while next < end {
        let Some(at) = next_cut(block, next).filter(|&at| at < end) else { break };
        starts.push(at);
        next = at + stretch;
    }
    let limits = starts.iter().skip(1).map(|&at| Some(at)).chain([cut]);
    let stretches: Vec<(usize, Option<usize>)> = starts.iter().copied().zip(limits).collect();
    stretches
        .into_par_iter()
        .map(|(start, limit)| {
            let builder = builders.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
            match (rows::read(block, start, limit, images, builder), limit) {
                (Ok((rows, End::Next)), Some(_)) | (Ok((rows, End::List)), None) => Some(rows),
                _ => None,
            }
        })
        .collect()
}

/// The first `{` from `from` on that stands behind `}` and a comma.
fn next_cut(block: &[u8], from: usize) -> Option<usize> {
    let rest = block.get(from..)?;
    memchr::memchr_iter(b'{', rest).map(|at| from + at).find(|&at| is_cut(block, at))
}

/// The last such `{`, not before `from`.
fn last_cut(block: &[u8], from: usize) -> Option<usize> {
    let rest = block.get(from..)?;
    memchr::memrchr_iter(b'{', rest).map(|at| from + at).find(|&at| is_cut(block, at))
}

fn is_cut(block: &[u8], at: usize) -> bool {
    let before = block.get(..at).unwrap_or_default().trim_ascii_end();
    before.strip_suffix(b",").is_some_and(|before| before.trim_ascii_end().ends_with(b"}"))
}
