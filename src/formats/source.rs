//! Bounded reading of files, their text encoding, and where in a file something stands.
//!
//! Knows bytes and lines. Does not know any format.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use rayon::prelude::*;

use super::error::FormatError;

/// The largest file that is read into memory as a whole: 4 GiB.
pub const MAX_BYTES: u64 = 4 << 30;
/// From this size on a file is read in parts side by side.
const LARGE: u64 = 32 << 20;
const PART: usize = 8 << 20;

/// The first bytes of a file, at most so many.
///
/// # Errors
/// Where it cannot be read.
pub fn read_head(path: &Path, limit: usize) -> Result<Vec<u8>, FormatError> {
    let mut bytes = Vec::new();
    open(path)?.take(limit as u64).read_to_end(&mut bytes).map_err(|error| FormatError::io(path, &error))?;
    Ok(bytes)
}

/// Opens a file for reading; a folder is refused here, so that no later read fails with an obscure message.
///
/// # Errors
/// Where the path cannot be opened or is a folder.
pub fn open(path: &Path) -> Result<File, FormatError> {
    let file = File::open(path).map_err(|e| FormatError::io(path, &e))?;
    let is_folder = file.metadata().is_ok_and(|m| m.is_dir());
    if is_folder {
        return Err(FormatError::new(path, "is a folder, not a file", "name a file inside it"));
    }
    Ok(file)
}

/// Reads a whole file of at most [`MAX_BYTES`]. Memory grows with what is really there, not with what a header promises.
///
/// # Errors
/// Where the file cannot be read or is too large.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, FormatError> {
    read_limited(path, MAX_BYTES)
}

fn read_limited(path: &Path, limit: u64) -> Result<Vec<u8>, FormatError> {
    let file = open(path)?;
    let promised = file.metadata().map_or(0, |m| m.len());
    let too_large = || FormatError::new(path, format!("is larger than {limit} bytes"), "split it into smaller files");
    if promised > limit {
        return Err(too_large());
    }
    if promised >= LARGE
        && let Some(bytes) = read_in_parts(path, promised)
    {
        return Ok(bytes);
    }
    let mut bytes = Vec::new();
    // A hint only: where so much memory is not to be had, reading grows step by step and fails with a message.
    let _ = bytes.try_reserve_exact(usize::try_from(promised).unwrap_or(0));
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|e| FormatError::io(path, &e))?;
    if bytes.len() as u64 > limit {
        return Err(too_large());
    }
    Ok(bytes)
}

/// Reads parts of a large file side by side: getting memory for it takes as long as copying. `None` where the file is
/// shorter than it says, or so much memory is not to be had; reading it from front to back then tells what is wrong.
fn read_in_parts(path: &Path, length: u64) -> Option<Vec<u8>> {
    let length = usize::try_from(length).ok()?;
    // Asked for and given back: what follows cannot say that there is not so much.
    Vec::<u8>::new().try_reserve_exact(length).ok()?;
    // Zeroed by the system page by page, each by the thread that fills it.
    let mut bytes = vec![0; length];
    let read = |(part, place): (usize, &mut [u8])| -> std::io::Result<()> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start((part * PART) as u64))?;
        file.read_exact(place)
    };
    bytes.par_chunks_mut(PART).enumerate().try_for_each(read).ok()?;
    Some(bytes)
}

/// Reads a whole text file: UTF-8, with or without a byte order mark, which is left out.
///
/// # Errors
/// Where the file cannot be read, is too large or is not UTF-8; the place is then a byte offset.
pub fn read_text(path: &Path) -> Result<String, FormatError> {
    let mut bytes = read_bytes(path)?;
    check_encoding(path, &bytes)?;
    let mark = bytes.len() - without_mark(&bytes).len();
    bytes.drain(..mark);
    String::from_utf8(bytes).map_err(|e| not_utf8(path, mark + e.utf8_error().valid_up_to()))
}

/// The bytes without a UTF-8 byte order mark.
#[must_use]
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// Recognises text in UTF-16 or UTF-32 by its byte order mark, which a parser would only meet as nonsense.
///
/// # Errors
/// Where the file begins with such a mark.
pub fn check_encoding(path: &Path, bytes: &[u8]) -> Result<(), FormatError> {
    let name = match bytes {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => "UTF-32",
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "UTF-16",
        _ => return Ok(()),
    };
    Err(FormatError::new(path, format!("is {name} text"), "save it as UTF-8").at("byte 0"))
}

/// The error for a byte that is not UTF-8; `at` counts from 0.
#[must_use]
pub fn not_utf8(path: &Path, at: usize) -> FormatError {
    FormatError::new(path, "is not UTF-8 text", "save it as UTF-8, or check that this is the right file")
        .at(format!("byte {at}"))
}

/// Line and column of a byte offset, both from 1; the column counts characters. An offset past the end means the end.
#[must_use]
pub fn line_column(bytes: &[u8], at: usize) -> (usize, usize) {
    let before = bytes.get(..at).unwrap_or(bytes);
    let line_start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    let text = before.get(line_start..).unwrap_or_default();
    let text = if line_start == 0 { without_mark(text) } else { text };
    // Continuation bytes of a character do not start a column.
    let column = text.iter().filter(|&&b| b & 0xC0 != 0x80).count() + 1;
    (line, column)
}

/// The last two parts of a path: enough to tell `train/labels.json` from `valid/labels.json` in a list of examples.
#[must_use]
pub fn short_name(path: &Path) -> String {
    let name = path.file_name().map(|n| n.to_string_lossy()).unwrap_or_default();
    match path.parent().and_then(Path::file_name) {
        Some(folder) => format!("{}/{name}", folder.to_string_lossy()),
        None => name.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.txt");
        std::fs::write(&path, bytes).unwrap();
        (folder, path)
    }

    #[test]
    fn a_large_file_is_the_sum_of_its_parts() {
        let bytes: Vec<u8> = (0..LARGE as usize + 4321).map(|i| (i / 7 + i / PART) as u8).collect();
        let (_folder, path) = written(&bytes);
        assert!(read_bytes(&path).unwrap() == bytes);
        assert!(read_in_parts(&path, bytes.len() as u64 + 1).is_none(), "shorter than it said");
    }

    #[test]
    fn text_is_read_with_and_without_a_mark() {
        for bytes in [&b"\xEF\xBB\xBFhallo"[..], b"hallo"] {
            let (_folder, path) = written(bytes);
            assert_eq!(read_text(&path).unwrap(), "hallo");
        }
    }

    #[test]
    fn other_encodings_are_named_with_the_byte() {
        let (_folder, path) = written(b"ab\xFFcd");
        let error = read_text(&path).unwrap_err();
        assert_eq!((error.place.as_str(), error.problem.as_str()), ("byte 2", "is not UTF-8 text"));
        let (_folder, path) = written(b"\xEF\xBB\xBFab\xFFcd");
        assert_eq!(read_text(&path).unwrap_err().place, "byte 5");
        let (_folder, path) = written(b"\xFF\xFEa\0b\0");
        assert_eq!(read_text(&path).unwrap_err().problem, "is UTF-16 text");
    }

    #[test]
    fn folders_missing_and_large_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read_bytes(folder.path()).unwrap_err().to_string().contains("is a folder"));
        assert!(read_bytes(&folder.path().join("none")).unwrap_err().to_string().contains("check the path"));
        let (_folder, path) = written(b"12345");
        assert!(read_limited(&path, 4).unwrap_err().to_string().contains("larger than 4 bytes"));
        assert_eq!(read_limited(&path, 5).unwrap(), b"12345");
    }

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let text = "é1\nab\n\n".as_bytes();
        assert_eq!(line_column(text, 0), (1, 1));
        assert_eq!(line_column(text, 2), (1, 2));
        assert_eq!(line_column(text, 4), (2, 1));
        assert_eq!(line_column(text, 6), (2, 3));
        assert_eq!(line_column(text, 999), (4, 1));
        assert_eq!(line_column(b"\xEF\xBB\xBFab", 4), (1, 2));
    }

    #[test]
    fn short_names_keep_the_folder() {
        assert_eq!(short_name(Path::new("/a/b/c.json")), "b/c.json");
        assert_eq!(short_name(Path::new("c.json")), "c.json");
    }
}
