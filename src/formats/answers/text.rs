//! Texts as they lie on disk become UTF-8, whatever they were written in.
//!
//! Knows encodings. Does not know what a text holds.

use std::path::Path;

use crate::formats::error::FormatError;
use crate::formats::source;
use crate::model::{Findings, Severity};

/// The largest file of answers that is read: 2 GiB.
pub const MAX_BYTES: u64 = 2 << 30;

/// What Windows-1252 has from 0x80 on where Latin-1 has control characters; those it leaves out stand for themselves.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Reads a whole file as text, without a byte order mark. Lines that are not UTF-8 are taken as Windows-1252 and reported.
///
/// # Errors
/// Where the file cannot be read, is larger than [`MAX_BYTES`], is empty, or is UTF-32.
pub fn read(file: &Path, findings: &mut Findings) -> Result<String, FormatError> {
    let length = source::open(file)?.metadata().map_or(0, |m| m.len());
    if length > MAX_BYTES {
        return Err(FormatError::new(file, "is larger than 2 GiB", "split it into smaller files"));
    }
    let text = decoded(file, source::read_bytes(file)?, findings)?;
    if text.trim().is_empty() {
        return Err(FormatError::new(file, "is empty", "export the answers again"));
    }
    Ok(text)
}

/// The first rows of a file, at most so many bytes: cut behind the last line feed where the file goes on. `None` where it
/// cannot be read or holds nothing.
#[must_use]
pub fn head(file: &Path, limit: usize) -> Option<String> {
    let mut bytes = source::read_head(file, limit).ok()?;
    if bytes.len() == limit {
        let end = memchr::memrchr(b'\n', &bytes).map_or(bytes.len(), |at| at + 1);
        bytes.truncate(end);
    }
    decoded(file, bytes, &mut Findings::default()).ok().filter(|text| !text.trim().is_empty())
}

fn decoded(file: &Path, mut bytes: Vec<u8>, findings: &mut Findings) -> Result<String, FormatError> {
    match bytes.as_slice() {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => source::check_encoding(file, &bytes)?,
        [0xFF, 0xFE, rest @ ..] => return Ok(utf16(file, rest, u16::from_le_bytes, findings)),
        [0xFE, 0xFF, rest @ ..] => return Ok(utf16(file, rest, u16::from_be_bytes, findings)),
        _ => {}
    }
    let mark = bytes.len() - source::without_mark(&bytes).len();
    bytes.drain(..mark);
    String::from_utf8(bytes).or_else(|error| Ok(by_lines(file, error.as_bytes(), findings)))
}

fn utf16(file: &Path, bytes: &[u8], unit: fn([u8; 2]) -> u16, findings: &mut Findings) -> String {
    let units =
        bytes.chunks_exact(2).map(|pair| unit([pair.first().copied().unwrap_or(0), pair.last().copied().unwrap_or(0)]));
    let mut broken = bytes.len() % 2 == 1;
    let decode = |found: Result<char, _>| {
        found.unwrap_or_else(|_: std::char::DecodeUtf16Error| {
            broken = true;
            char::REPLACEMENT_CHARACTER
        })
    };
    let text = char::decode_utf16(units).map(decode).collect();
    if broken {
        report(findings, || source::short_name(file));
    }
    text
}

fn report(findings: &mut Findings, place: impl FnOnce() -> String) {
    findings.add(
        Severity::Warning,
        "mixed-encoding",
        "Lines are not UTF-8 and were read as Windows-1252; characters in them may be wrong: save the file as UTF-8.",
        place,
    );
}

fn by_lines(file: &Path, bytes: &[u8], findings: &mut Findings) -> String {
    let mut out = String::with_capacity(bytes.len());
    for (number, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        match std::str::from_utf8(line) {
            Ok(text) => out.push_str(text),
            Err(_) => {
                report(findings, || format!("{}:{}", source::short_name(file), number + 1));
                out.extend(line.iter().map(|byte| windows(*byte)));
            }
        }
    }
    out
}

fn windows(byte: u8) -> char {
    let special = usize::from(byte).checked_sub(0x80).and_then(|at| WINDOWS.get(at));
    special.copied().unwrap_or(char::from(byte))
}
