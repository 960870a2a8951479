//! Tables with a separator. Cells stay as they are written: white space belongs to an answer.

use std::path::Path;

use rayon::prelude::*;

use super::{BLOCK, MAX_NAMES, Parts, Row, Sheet};
use crate::formats::answers::value::Value;
use crate::formats::error::{FormatError, LoadError};
use crate::formats::listing::has_ending;
use crate::formats::table::split_rows::{fields, row_end, without_return};
use crate::model::Progress;

pub(super) fn read(file: &Path, text: &str, progress: &dyn Progress) -> Result<Parts, LoadError> {
    // Line ends of old programs.
    let replaced = (!text.contains('\n')).then(|| text.replace('\r', "\n"));
    let bytes = replaced.as_deref().unwrap_or(text).as_bytes();
    let (delimiter, start) = separator(file, bytes);
    let mut places = rows(file, bytes, delimiter, start)?.into_iter();
    progress.check()?;
    let of = |(from, to, _): &(usize, usize, u32)| bytes.get(without_return(bytes, *from..*to)).unwrap_or_default();
    let mut names: Vec<String> = places
        .next()
        .map(|place| fields(of(&place), delimiter))
        .unwrap_or_default()
        .iter()
        .map(|name| text_of(name).trim().to_owned())
        .collect();
    let places: Vec<(usize, usize, u32)> = places.collect();
    let width = names.len();
    let row = |place: &(usize, usize, u32)| {
        let mut cells = fields(of(place), delimiter);
        while cells.len() > width && cells.last().is_some_and(|cell| cell.trim_ascii().is_empty()) {
            cells.pop();
        }
        if cells.len() > width {
            return Err((place.2, format!("it has {} fields where the header has {width}", cells.len())));
        }
        let cells =
            (0..).zip(cells.iter().take(MAX_NAMES)).map(|(at, cell)| (at, Value::Text(text_of(cell)))).collect();
        Ok(Row { line: place.2, cells })
    };
    let too_many = width.saturating_sub(MAX_NAMES);
    names.truncate(MAX_NAMES);
    let read: Vec<Result<Row, (u32, String)>> = places.par_iter().with_min_len(BLOCK).map(row).collect();
    progress.check()?;
    let mut out = Parts {
        sheet: Sheet { file: file.to_owned(), names, delimited: true, ..Sheet::default() },
        too_many,
        ..Parts::default()
    };
    for row in read {
        match row {
            Ok(row) => out.sheet.rows.push(row),
            Err(problem) => out.broken.push(problem),
        }
    }
    Ok(out)
}

fn text_of(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).into_owned()
}

/// What the file says itself (`sep=;`), else what its first line has most of outside quotes; and where the rows begin.
fn separator(file: &Path, bytes: &[u8]) -> (u8, usize) {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if let [b's', b'e', b'p', b'=', separator] = line.trim_ascii() {
        return (*separator, line.len() + 1);
    }
    let count = |delimiter: u8| fields(line, delimiter).len();
    if !has_ending(file, "csv") && count(b'\t') > 1 {
        return (b'\t', 0);
    }
    (
        if count(b';') > count(b',') {
            b';'
        } else if count(b'\t') > count(b',') {
            b'\t'
        } else {
            b','
        },
        0,
    )
}

/// Where rows begin and end, and their lines; lines with nothing but white space are none.
fn rows(file: &Path, bytes: &[u8], delimiter: u8, start: usize) -> Result<Vec<(usize, usize, u32)>, FormatError> {
    let mut all = Vec::new();
    let mut at = start;
    let mut line: u32 = 1 + u32::from(start > 0);
    while at < bytes.len() {
        let end = row_end(bytes, at, delimiter).ok_or_else(|| {
            FormatError::new(
                file,
                "opens a quote in this row that is never closed",
                "double the quotes inside fields, or export it again: it may have been cut off",
            )
            .at(format!("line {line}"))
        })?;
        let row = bytes.get(at..end).unwrap_or_default();
        if !row.trim_ascii().is_empty() {
            all.push((at, end, line));
        }
        let feeds = memchr::memchr_iter(b'\n', row).count() + 1;
        line = line.saturating_add(u32::try_from(feeds).unwrap_or(u32::MAX));
        at = end + 1;
    }
    Ok(all)
}
