//! Records of JSON: one a line (JSONL), or a list of them, or an object of ids.
//!
//! Knows the shapes that programs write. Does not know what keys mean.

use std::ops::Range;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::cells::{self, Cell};
use super::nested;
use crate::formats::error::{FormatError, LoadError};
use crate::formats::json::{Broken, Scanner};
use crate::formats::listing::has_ending;
use crate::formats::source;
use crate::model::{Findings, Progress, Severity};

/// A record: keys with their cells, in the order written.
pub type Record = Vec<(String, Cell)>;

/// Bytes of a block of lines.
const BLOCK: usize = 1 << 19;
/// Blocks that are read at the same time, and held until they are taken.
const AT_ONCE: usize = 16;

/// A line and what was read of it.
type Line = (u32, Result<Record, FormatError>);

/// The key under which a record that is only a list of scores, or the value of an id, is kept.
const SCORES: &str = "scores";
const LABEL: &str = "label";

/// A file of records, in memory.
#[derive(Clone, Debug)]
pub struct Records {
    file: PathBuf,
    bytes: Vec<u8>,
    /// One record a line.
    lines: bool,
}

impl Records {
    /// Reads a file.
    ///
    /// # Errors
    /// Where it cannot be read or is not UTF-8.
    pub fn read(file: &Path) -> Result<Self, FormatError> {
        Self::of(file, source::read_text(file)?)
    }

    /// Takes the beginning of a file.
    #[must_use]
    pub fn head(file: &Path, bytes: &[u8]) -> Option<Self> {
        let bytes = source::without_mark(bytes);
        let valid = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            // Cut inside a character.
            Err(error) => std::str::from_utf8(bytes.get(..error.valid_up_to())?).ok()?,
        };
        Self::of(file, valid.to_owned()).ok()
    }

    fn of(file: &Path, text: String) -> Result<Self, FormatError> {
        if text.trim().is_empty() {
            return Err(FormatError::new(file, "is empty", "export it again"));
        }
        let lines = if has_ending(file, "json") {
            text.trim_start().starts_with('{') && second_line_is_record(&text)
        } else {
            text.trim_start().starts_with('{') || first_line_is_list(&text)
        };
        Ok(Self { file: file.to_owned(), bytes: text.into_bytes(), lines })
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Calls `each` with every record and its line, until it says no. A broken line of JSONL is counted and passed over.
    ///
    /// # Errors
    /// Where the text is broken and does not go on line by line, or is nothing of the kind; cancelled.
    pub fn each(
        &self,
        findings: &mut Findings,
        progress: &dyn Progress,
        each: &mut dyn FnMut(u32, Record) -> bool,
    ) -> Result<(), LoadError> {
        if self.lines {
            return self.each_line(findings, progress, each);
        }
        let mut place = Place { bytes: &self.bytes, at: 0, line: 1 };
        let mut scanner = Scanner::new(&self.bytes, 0);
        let mut stopped = false;
        let end = match scanner.peek() {
            Some(b'[') => list(&mut scanner, &mut place, &mut stopped, each),
            Some(b'{') => object(&mut scanner, &mut place, &mut stopped, each),
            _ => Err(scanner.expected("a list of records")),
        };
        progress.check()?;
        match end {
            Err(broken) if !stopped => Err(broken.in_file(&self.file, &self.bytes).into()),
            _ => Ok(()),
        }
    }

    fn each_line(
        &self,
        findings: &mut Findings,
        progress: &dyn Progress,
        each: &mut dyn FnMut(u32, Record) -> bool,
    ) -> Result<(), LoadError> {
        let (mut good, mut first_error) = (0_usize, None);
        let blocks = self.blocks();
        let mut rest = blocks.as_slice();
        // A look at the beginning needs no more than that.
        let mut at_once = 1;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(at_once.min(rest.len()));
            (rest, at_once) = (later, AT_ONCE);
            progress.check()?;
            let read: Vec<Vec<Line>> = now.par_iter().map(|(range, line)| self.block(range.clone(), *line)).collect();
            for (line, found) in read.into_iter().flatten() {
                match found {
                    Ok(found) => {
                        good += 1;
                        if !each(line, found) {
                            return Ok(());
                        }
                    }
                    Err(error) => {
                        findings.add(
                            Severity::Warning,
                            "broken-line",
                            "Lines are no JSON and are left out; export the file again if it was cut off.",
                            || format!("{}:{line}: {}", source::short_name(&self.file), error.problem),
                        );
                        first_error.get_or_insert(error);
                    }
                }
            }
        }
        match first_error {
            Some(error) if good == 0 => Err(error.into()),
            _ => Ok(()),
        }
    }
}

impl Records {
    /// Cuts the text into blocks of whole lines, each with the number of its first line.
    fn blocks(&self) -> Vec<(Range<usize>, u32)> {
        let (mut blocks, mut at, mut line) = (Vec::new(), 0, 1_u32);
        while at < self.bytes.len() {
            let least = (at + BLOCK).min(self.bytes.len());
            let rest = self.bytes.get(least..).unwrap_or_default();
            let end = memchr::memchr(b'\n', rest).map_or(self.bytes.len(), |n| least + n + 1);
            blocks.push((at..end, line));
            let passed = self.bytes.get(at..end).unwrap_or_default();
            line = line.saturating_add(u32::try_from(memchr::memchr_iter(b'\n', passed).count()).unwrap_or(u32::MAX));
            at = end;
        }
        blocks
    }

    /// Reads the lines of a block that have something in them.
    fn block(&self, range: Range<usize>, first: u32) -> Vec<Line> {
        let text = self.bytes.get(range).unwrap_or_default();
        let lines = (first..).zip(text.split(|&b| b == b'\n')).filter(|(_, text)| !text.trim_ascii().is_empty());
        let read = |(line, text): (u32, &[u8])| {
            let mut scanner = Scanner::new(text, 0);
            let found = record(&mut scanner).and_then(|found| scanner.finish().map(|()| found));
            let error = |broken: Broken| {
                let mut error = broken.in_file(&self.file, text);
                error.place = error.place.replacen("line 1", &format!("line {line}"), 1);
                error
            };
            (line, found.map_err(error))
        };
        lines.map(read).collect()
    }
}

/// True where the first line is a list by itself and others follow: a list of scores a line.
fn first_line_is_list(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    first.starts_with('[')
        && lines.next().is_some_and(|next| next.starts_with('['))
        && serde_json::from_str::<serde::de::IgnoredAny>(first).is_ok()
}

/// True where a text that could be one JSON object is rather a record a line.
fn second_line_is_record(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    first.ends_with('}')
        && lines.next().is_none_or(|line| line.starts_with('{'))
        && serde_json::from_str::<serde::de::IgnoredAny>(first).is_ok()
        && text.trim().lines().count() > 1
}

/// Counts lines as far as records are read.
struct Place<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u32,
}

impl Place<'_> {
    fn line_of(&mut self, at: usize) -> u32 {
        let passed = self.bytes.get(self.at..at).unwrap_or_default();
        self.line += u32::try_from(memchr::memchr_iter(b'\n', passed).count()).unwrap_or(0);
        self.at = at.max(self.at);
        self.line
    }
}

/// Ends the reading from inside.
fn stop(s: &Scanner<'_>, stopped: &mut bool) -> Broken {
    *stopped = true;
    Broken::new(s.at(), "", "")
}

fn list(
    s: &mut Scanner<'_>,
    place: &mut Place<'_>,
    stopped: &mut bool,
    each: &mut dyn FnMut(u32, Record) -> bool,
) -> Result<(), Broken> {
    s.list(|s, _| {
        s.peek();
        let line = place.line_of(s.at());
        let found = record(s)?;
        if each(line, found) { Ok(()) } else { Err(stop(s, stopped)) }
    })
}

/// An object whose values belong to ids, or that holds the list of records under some key.
fn object(
    s: &mut Scanner<'_>,
    place: &mut Place<'_>,
    stopped: &mut bool,
    each: &mut dyn FnMut(u32, Record) -> bool,
) -> Result<(), Broken> {
    let mut classes: Vec<String> = Vec::new();
    s.object(|s, key| {
        if key == "classes" && s.peek() == Some(b'[') {
            if let Cell::Texts(names) = cells::of_json(s)? {
                classes = names;
            }
            return Ok(());
        }
        if key == "labels" && s.peek() == Some(b'{') {
            return s.object(|s, id| {
                let line = place.line_of(s.at());
                let mut found = vec![("id".to_owned(), Cell::Text(id.to_owned()))];
                found.extend(nested::target(s, &classes)?);
                if each(line, found) { Ok(()) } else { Err(stop(s, stopped)) }
            });
        }
        let list_of_records = s.peek() == Some(b'[') && {
            let mut ahead = s.clone();
            ahead.take(b'[') && ahead.peek() == Some(b'{') && is_wrapper(key)
        };
        if list_of_records {
            return list(s, place, stopped, each);
        }
        let line = place.line_of(s.at());
        let cell = cells::of_json(s)?;
        let kind = if matches!(cell, Cell::Scored(_) | Cell::Numbers(_)) { SCORES } else { LABEL };
        let found = vec![("id".to_owned(), Cell::Text(key.to_owned())), (kind.to_owned(), cell)];
        if each(line, found) { Ok(()) } else { Err(stop(s, stopped)) }
    })
}

fn is_wrapper(key: &str) -> bool {
    ["data", "predictions", "results", "annotations", "items", "records", "examples", "rows", "outputs", "labels"]
        .contains(&key)
}

/// One record: an object, or a list of scores alone.
fn record(s: &mut Scanner<'_>) -> Result<Record, Broken> {
    if s.peek() == Some(b'[') {
        return Ok(vec![(SCORES.to_owned(), cells::of_json(s)?)]);
    }
    let mut found = Record::new();
    // Looking ahead at every record would cost: tasks nest, and say so early.
    let (start, mut nests) = (s.clone(), false);
    s.object(|s, key| {
        nests |= nested::may_be_task(key, s.peek());
        let cell = cells::of_json(s)?;
        found.push((key.to_owned(), cell));
        Ok(())
    })?;
    if nests && nested::is_task(&start) {
        return nested::task(&mut start.clone());
    }
    nested::join_lists(&mut found);
    Ok(found)
}
