//! Records of JSON: one a line, a list of them, or an object with such a list under one of its keys. Objects inside a record
//! become columns `object.key`.

use std::ops::Range;
use std::path::Path;

use rayon::prelude::*;

use super::{BLOCK, Names, Parts, Row, Sheet};
use crate::formats::answers::names;
use crate::formats::answers::value::Value;
use crate::formats::error::LoadError;
use crate::formats::json::{Broken, Scanner};
use crate::formats::source;
use crate::model::Progress;

/// Keys under which files keep their records.
const LISTS: &str = "data examples samples rows records items results instances questions outputs predictions \
                     model_outputs annotations test_cases tests entries evaluations";
/// How many objects inside each other become columns.
const MAX_LEVELS: usize = 3;

pub(super) fn read(file: &Path, text: &str, progress: &dyn Progress) -> Result<Parts, LoadError> {
    let bytes = text.as_bytes();
    let (places, mut broken) = places(file, bytes)?;
    progress.check()?;
    let blocks: Vec<Block> = places.par_chunks(BLOCK).map(|places| Block::read(bytes, places)).collect();
    progress.check()?;
    let mut names = Names::default();
    let mut rows = Vec::with_capacity(places.len());
    let mut too_many = 0;
    for block in blocks {
        let positions: Vec<Option<u16>> =
            block.names.all.iter().enumerate().map(|(at, name)| names.position(name, at)).collect();
        let same = positions.iter().enumerate().all(|(at, new)| new.is_some_and(|new| usize::from(new) == at));
        for mut row in block.rows {
            if !same {
                row.cells.retain_mut(|(at, _)| match positions.get(usize::from(*at)) {
                    Some(Some(new)) => {
                        *at = *new;
                        true
                    }
                    _ => false,
                });
            }
            rows.push(row);
        }
        too_many += block.names.too_many;
        broken.extend(block.broken);
    }
    broken.sort_by_key(|(line, _)| *line);
    let sheet = Sheet { file: file.to_owned(), names: names.all, rows, delimited: false };
    Ok(Parts { sheet, broken, too_many: too_many + names.too_many })
}

/// Where a record stands, and its line.
type Place = (Range<usize>, u32);
/// What cannot be read: its line, and why.
type Unread = Vec<(u32, String)>;

/// Where the records stand.
fn places(file: &Path, bytes: &[u8]) -> Result<(Vec<Place>, Unread), LoadError> {
    let mut first = Scanner::new(bytes, 0);
    match first.peek() {
        Some(b'[') => {
            let places = of_list(&mut first, bytes).map_err(|broken| broken.in_file(file, bytes))?;
            Ok((places, Vec::new()))
        }
        Some(b'{') => {
            let begin = first.at();
            let line_end =
                memchr::memchr(b'\n', bytes.get(begin..).unwrap_or_default()).map_or(bytes.len(), |n| begin + n);
            let complete = first.skip().is_ok();
            let several = first.peek().is_some();
            if complete && !several {
                // One object: the file is a record, or holds a list of them.
                if let Some(found) = list_inside(bytes, begin) {
                    return Ok((found, Vec::new()));
                }
                return Ok((numbered(bytes, std::iter::once(begin..bytes.len()).collect()), Vec::new()));
            }
            let over_lines = bytes.get(begin..line_end).is_some_and(|line| line.trim_ascii_end() == b"{");
            if over_lines { Ok(in_sequence(bytes, begin)) } else { Ok((of_lines(bytes), Vec::new())) }
        }
        _ => Ok((of_lines(bytes), Vec::new())),
    }
}

fn of_lines(bytes: &[u8]) -> Vec<Place> {
    let mut all = Vec::new();
    let (mut at, mut line) = (0, 0_u32);
    while at < bytes.len() {
        let end = memchr::memchr(b'\n', bytes.get(at..).unwrap_or_default()).map_or(bytes.len(), |n| at + n);
        line = line.saturating_add(1);
        if !bytes.get(at..end).unwrap_or_default().trim_ascii().is_empty() {
            all.push((at..end, line));
        }
        at = end + 1;
    }
    all
}

/// Records that go over several lines, one behind the other, up to the first broken one.
fn in_sequence(bytes: &[u8], begin: usize) -> (Vec<Place>, Unread) {
    let mut s = Scanner::new(bytes, begin);
    let mut ranges = Vec::new();
    let mut broken = Vec::new();
    while s.peek().is_some() {
        let start = s.at();
        if let Err(problem) = s.skip() {
            let (line, _) = source::line_column(bytes, problem.at());
            broken.push((u32::try_from(line).unwrap_or(u32::MAX), "from here on: not JSON".to_owned()));
            break;
        }
        ranges.push(start..s.at());
        s.take(b',');
    }
    (numbered(bytes, ranges), broken)
}

/// The entries of a list.
fn of_list(s: &mut Scanner<'_>, bytes: &[u8]) -> Result<Vec<Place>, Broken> {
    let mut ranges = Vec::new();
    s.list(|s, _| {
        s.peek();
        let start = s.at();
        s.skip()?;
        ranges.push(start..s.at());
        Ok(())
    })?;
    Ok(numbered(bytes, ranges))
}

/// The list of records that an object holds under a usual key, or under its only one.
fn list_inside(bytes: &[u8], begin: usize) -> Option<Vec<Place>> {
    let mut lists: Vec<(bool, usize)> = Vec::new();
    let mut keys = 0;
    let look = Scanner::new(bytes, begin).object(|s, key| {
        keys += 1;
        if s.peek() == Some(b'[') {
            let at = s.at();
            let mut inside = Scanner::new(bytes, at);
            inside.take(b'[');
            if inside.peek() == Some(b'{') {
                lists.push((LISTS.split_whitespace().any(|name| names::plain(key) == name), at));
            }
        }
        s.skip()
    });
    look.ok()?;
    let usual = lists.iter().find(|(usual, _)| *usual);
    let at = usual.or(lists.first().filter(|_| keys == 1))?.1;
    of_list(&mut Scanner::new(bytes, at), bytes).ok()
}

/// Ranges in ascending order with the line that each begins at.
fn numbered(bytes: &[u8], ranges: Vec<Range<usize>>) -> Vec<Place> {
    let (mut at, mut line) = (0, 1_u32);
    let number = |range: Range<usize>| {
        let feeds = memchr::memchr_iter(b'\n', bytes.get(at..range.start).unwrap_or_default()).count();
        line = line.saturating_add(u32::try_from(feeds).unwrap_or(u32::MAX));
        at = range.start;
        (range, line)
    };
    ranges.into_iter().map(number).collect()
}

/// Some records, with names of their own.
#[derive(Default)]
struct Block {
    names: Names,
    rows: Vec<Row>,
    broken: Unread,
}

impl Block {
    fn read(bytes: &[u8], places: &[Place]) -> Self {
        let mut out = Self::default();
        for (range, line) in places {
            let text = bytes.get(range.clone()).unwrap_or_default();
            let mut row = Row { line: *line, cells: Vec::new() };
            let mut s = Scanner::new(text, 0);
            let read = out.fields(&mut s, text, "", 0, &mut row).and_then(|()| s.finish());
            match read {
                Ok(()) => out.rows.push(row),
                Err(problem) => {
                    // The scanner counts from the beginning of the record.
                    let column = source::line_column(text, problem.at()).1;
                    out.broken.push((*line, format!("not a JSON object at character {column}")));
                }
            }
        }
        out
    }

    fn fields(
        &mut self,
        s: &mut Scanner<'_>,
        text: &[u8],
        above: &str,
        level: usize,
        row: &mut Row,
    ) -> Result<(), Broken> {
        s.object(|s, key| {
            let joined = (!above.is_empty()).then(|| format!("{above}.{key}"));
            let name = joined.as_deref().unwrap_or(key);
            let is_object = s.peek() == Some(b'{');
            let raw = is_object && names::is_of_parameters(key);
            if is_object && !raw && level + 1 < MAX_LEVELS {
                return self.fields(s, text, name, level + 1, row);
            }
            let value = if raw {
                let start = s.at();
                s.skip()?;
                Value::Text(String::from_utf8_lossy(text.get(start..s.at()).unwrap_or_default()).into_owned())
            } else {
                Value::of_json(s)?
            };
            if let Some(at) = self.names.position(name, row.cells.len()) {
                row.cells.push((at, value));
            }
            Ok(())
        })
    }
}
