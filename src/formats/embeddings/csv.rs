//! Vectors in a CSV table: a column of ids, and a number in every other.

use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};

use crate::formats::error::{FormatError, LoadError};
use crate::formats::npy::{Matrix, Values};
use crate::formats::source;
use crate::model::{Findings, Progress, Severity};

/// Usual names of the column of ids, in lower case.
const IDS: [&str; 9] = ["id", "image", "file", "file_name", "filename", "path", "item", "name", ""];

/// Reads a table of vectors and, where it has one, its column of ids.
pub(super) fn read(
    file: &Path,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<(Matrix, Option<Vec<String>>), LoadError> {
    let bytes = source::read_bytes(file)?;
    source::check_encoding(file, &bytes)?;
    let text = source::without_mark(&bytes);
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter(text)).from_reader(text);
    let mut record = ByteRecord::new();
    let mut next = |record: &mut ByteRecord| {
        reader.read_byte_record(record).map_err(|e| {
            FormatError::new(file, format!("is no table ({e})"), "export the vectors as CSV or NumPy array")
        })
    };
    let mut more = next(&mut record)?;
    let header = record.clone();
    let mut row = 1_u64;
    if more && !header.iter().any(|field| number(field).is_some()) {
        more = next(&mut record)?;
        row += 1;
    }
    let names: Vec<String> = header.iter().map(|f| String::from_utf8_lossy(f).trim().to_lowercase()).collect();
    let named = IDS.iter().find_map(|id| names.iter().position(|n| n == id));
    let id = if row > 1 { named } else { None };
    let id = id.or_else(|| record.iter().position(|field| number(field).is_none()));
    let columns: Vec<usize> =
        (0..record.len()).filter(|&c| Some(c) != id && record.get(c).is_some_and(|f| number(f).is_some())).collect();
    if columns.is_empty() {
        return Err(
            FormatError::new(file, "has no column of numbers", "export the vectors as CSV or NumPy array").into()
        );
    }
    for column in (0..record.len()).filter(|c| Some(*c) != id && !columns.contains(c)) {
        findings.add(
            Severity::Info,
            "column-left-out",
            "Columns that hold no numbers are not part of the vectors.",
            || format!("{}: {}", source::short_name(file), names.get(column).map_or("", String::as_str)),
        );
    }
    let (mut values, mut ids) = (Vec::new(), id.map(|_| Vec::new()));
    while more {
        if row.is_multiple_of(4096) {
            progress.check()?;
        }
        if record.len() != header.len() {
            return Err(FormatError::new(
                file,
                format!("has {} fields where the first line has {}", record.len(), header.len()),
                "export the vectors again",
            )
            .at(format!("row {row}"))
            .into());
        }
        for &column in &columns {
            let value = record.get(column).and_then(number);
            let value = value.ok_or_else(|| {
                let field = String::from_utf8_lossy(record.get(column).unwrap_or_default()).into_owned();
                let short: String = field.chars().take(40).collect();
                FormatError::new(file, format!("has `{short}` where a number should be"), "export the vectors again")
                    .at(format!("row {row}, column {}", column + 1))
            })?;
            values.push(value as f32);
        }
        if let (Some(ids), Some(id)) = (&mut ids, id) {
            ids.push(String::from_utf8_lossy(record.get(id).unwrap_or_default()).trim().to_owned());
        }
        more = next(&mut record)?;
        row += 1;
    }
    Ok((Matrix { rows: values.len() / columns.len(), columns: columns.len(), values: Values::Single(values) }, ids))
}

/// The separator that the first line has most of.
fn delimiter(text: &[u8]) -> u8 {
    let line = text.split(|&b| b == b'\n').next().unwrap_or_default();
    let count = |d: u8| memchr::memchr_iter(d, line).count();
    // Of equally frequent ones the last counts.
    [b'\t', b';', b','].into_iter().max_by_key(|&d| count(d)).unwrap_or(b',')
}

fn number(field: &[u8]) -> Option<f64> {
    std::str::from_utf8(field).ok()?.trim().parse().ok()
}
