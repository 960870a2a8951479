//! NumPy's arrays in `.npy` and `.npz` files, as rows of numbers or a list of texts.
//!
//! Knows NumPy's format. Does not know what the numbers mean. Memory is only asked for what the file can really hold: a
//! header that promises more than its file is refused before anything is read.

mod archive;
mod header;
mod values;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use super::error::{FormatError, LoadError};
use super::listing::has_ending;
use super::source;
use crate::model::Progress;
pub use header::{Header, Kind};

/// Numbers as they were read.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Of a source that single precision holds exactly.
    Single(Vec<f32>),
    /// Of all others.
    Double(Vec<f64>),
}

/// A table of numbers, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// Number of rows.
    pub rows: usize,
    /// Numbers in a row; 1 for an array with one axis.
    pub columns: usize,
    /// `rows * columns` numbers, whatever the order in the file.
    pub values: Values,
}

/// How exactly numbers are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// As stored: double where single would lose something.
    AsStored,
    /// Single, converted while reading.
    Single,
}

/// True for the endings of files that are read here.
#[must_use]
pub fn is_array(path: &Path) -> bool {
    has_ending(path, "npy") || has_ending(path, "npz")
}

/// Reads a table of numbers with one or two axes; axes of length 1 behind the first two do not count. In an archive the first
/// array of `names` (without `.npy`, in this order) is taken, else the only one with two axes of numbers.
///
/// # Errors
/// Where the file cannot be read, is no such array, is cut off or does not fit into memory; cancelled.
pub fn read(path: &Path, names: &[&str], precision: Precision, progress: &dyn Progress) -> Result<Matrix, LoadError> {
    if has_ending(path, "npz") {
        return archive::read(path, names, precision, progress);
    }
    let (header, mut data) = open(path)?;
    values::matrix(path, &header, &mut data, precision, progress)
}

/// Reads a list of texts, or of whole numbers as their digits: ids. Of an archive the first array of `names`; `None` where it
/// has none of them.
///
/// # Errors
/// As [`read`].
pub fn read_texts(path: &Path, names: &[&str], progress: &dyn Progress) -> Result<Option<Vec<String>>, LoadError> {
    if has_ending(path, "npz") {
        return archive::read_texts(path, names, progress);
    }
    let (header, mut data) = open(path)?;
    values::texts(path, &header, &mut data, progress).map(Some)
}

/// The header of the array that [`read`] would take.
///
/// # Errors
/// As [`read`].
pub fn header(path: &Path, names: &[&str]) -> Result<Header, FormatError> {
    if has_ending(path, "npz") { archive::header(path, names) } else { open(path).map(|(header, _)| header) }
}

fn open(path: &Path) -> Result<(Header, BufReader<File>), FormatError> {
    let file = source::open(path)?;
    let size = file.metadata().map_err(|e| FormatError::io(path, &e))?.len();
    let mut data = BufReader::with_capacity(1 << 16, file);
    let header = header::read(path, &mut data)?;
    header.check_size(path, size)?;
    Ok((header, data))
}

/// Reads exactly the bytes wanted, or says that the file is cut off.
fn fill(path: &Path, data: &mut dyn Read, bytes: &mut [u8]) -> Result<(), FormatError> {
    data.read_exact(bytes).map_err(|error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => cut_off(path),
        _ => FormatError::io(path, &error),
    })
}

fn cut_off(path: &Path) -> FormatError {
    FormatError::new(path, "ends before its array does", "it may have been cut off: copy or export it again")
}

#[cfg(test)]
mod tests;
