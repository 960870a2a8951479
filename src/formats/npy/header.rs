//! The header of a `.npy` array: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
//!
//! Read here by hand: it is one flat dictionary of three known keys, and a general parser of Python literals can be made to
//! recurse and to overflow by a hostile file.

use std::io::Read;
use std::path::Path;

use super::fill;
use crate::formats::error::FormatError;

/// Headers are some hundred bytes; a record type may have a long one, and is not read anyway.
const MAX_HEADER: usize = 64 * 1024;
/// NumPy's own limit of axes.
const MAX_AXES: usize = 64;

/// What an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `b1`.
    Bool,
    /// `i1`, `i2`, `i4`, `i8`.
    Signed,
    /// `u1`, `u2`, `u4`, `u8`.
    Unsigned,
    /// `f2`, `f4`, `f8`.
    Float,
    /// `U`: characters of four bytes.
    Text,
    /// `S`: bytes.
    Bytes,
}

/// What an array is, before its elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// What an element is.
    pub kind: Kind,
    /// Bytes of an element.
    pub width: usize,
    /// Most significant byte first.
    pub big_endian: bool,
    /// The first axis runs fastest.
    pub fortran: bool,
    /// Lengths of the axes.
    pub shape: Vec<usize>,
    /// Number of elements.
    pub count: usize,
    /// Bytes before the elements.
    pub offset: usize,
}

impl Header {
    /// True where the elements are numbers (or yes and no).
    #[must_use]
    pub fn is_numeric(&self) -> bool {
        !matches!(self.kind, Kind::Text | Kind::Bytes)
    }

    /// Rows and columns; `None` where there are more axes than two that are longer than 1, or no axis at all.
    #[must_use]
    pub fn table(&self) -> Option<(usize, usize)> {
        let (&rows, rest) = self.shape.split_first()?;
        let long = rest.iter().filter(|&&n| n != 1).count();
        (long <= 1).then(|| (rows, rest.iter().product()))
    }

    /// Checks that so many bytes can hold the header and all elements.
    pub(super) fn check_size(&self, path: &Path, bytes: u64) -> Result<(), FormatError> {
        let data = self.count.checked_mul(self.width).and_then(|n| n.checked_add(self.offset));
        match data.and_then(|n| u64::try_from(n).ok()) {
            Some(needed) if needed <= bytes => Ok(()),
            _ => Err(FormatError::new(
                path,
                format!("holds {bytes} bytes, less than its array of shape {} needs", self.shape_text()),
                "it may have been cut off: copy or export it again",
            )),
        }
    }

    /// The shape as Python writes it.
    pub(super) fn shape_text(&self) -> String {
        let axes: Vec<String> = self.shape.iter().map(ToString::to_string).collect();
        format!("({})", axes.join(", "))
    }
}

/// Reads the header; the reader then stands at the first element.
pub(super) fn read(path: &Path, data: &mut dyn Read) -> Result<Header, FormatError> {
    let foreign = || FormatError::new(path, "is no NumPy array", "write it with numpy.save or numpy.savez");
    let mut start = [0_u8; 8];
    data.read_exact(&mut start).map_err(|_| foreign())?;
    let [magic @ .., major, _minor] = start;
    if magic != *b"\x93NUMPY" {
        return Err(foreign());
    }
    let mut length = [0_u8; 4];
    let size_of_length = if major == 1 { 2 } else { 4 };
    if !(1..=3).contains(&major) {
        return Err(FormatError::new(
            path,
            format!("is a NumPy array of version {major}, which is not known"),
            "write it with numpy.save",
        ));
    }
    fill(path, data, length.get_mut(..size_of_length).unwrap_or_default())?;
    let length = u32::from_le_bytes(length) as usize;
    if length > MAX_HEADER {
        return Err(FormatError::new(
            path,
            format!("has a header of {length} bytes, more than {MAX_HEADER}"),
            "save a plain array of numbers",
        ));
    }
    let mut text = vec![0_u8; length];
    fill(path, data, &mut text)?;
    let text = String::from_utf8_lossy(&text);
    parse(&text, start.len() + size_of_length + length)
        .map_err(|problem| FormatError::new(path, problem, "save a plain array of numbers with numpy.save"))
}

fn parse(text: &str, offset: usize) -> Result<Header, String> {
    let unreadable = |key: &str| format!("has a header without a readable `{key}`");
    let descr = value(text, "descr").ok_or_else(|| unreadable("descr"))?;
    let (kind, width, big_endian) = element(descr)?;
    let fortran = match value(text, "fortran_order") {
        Some(rest) if rest.starts_with("True") => true,
        Some(rest) if rest.starts_with("False") => false,
        _ => return Err(unreadable("fortran_order")),
    };
    let shape = value(text, "shape").and_then(shape).ok_or_else(|| unreadable("shape"))?;
    let count = shape.iter().try_fold(1_usize, |all, &n| all.checked_mul(n)).ok_or_else(|| unreadable("shape"))?;
    Ok(Header { kind, width, big_endian, fortran, shape, count, offset })
}

/// What follows a key and its colon.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let quoted = [format!("'{key}'"), format!("\"{key}\"")];
    let after = quoted.iter().find_map(|quoted| text.find(quoted).and_then(|at| text.get(at + quoted.len()..)))?;
    Some(after.trim_start().strip_prefix(':')?.trim_start())
}

/// The shape `(3, 4)`, `(3,)` or `()`; old versions of Python wrote `3L`.
fn shape(text: &str) -> Option<Vec<usize>> {
    let inside = text.strip_prefix('(')?.split(')').next()?;
    let axes = inside.split(',').map(|n| n.trim().trim_end_matches('L')).filter(|n| !n.is_empty());
    let axes: Vec<usize> = axes.take(MAX_AXES + 1).map(|n| n.parse().ok()).collect::<Option<_>>()?;
    (axes.len() <= MAX_AXES).then_some(axes)
}

/// What an element is, by NumPy's name for it such as `<f4`.
fn element(descr: &str) -> Result<(Kind, usize, bool), String> {
    let Some(quote) = descr.chars().next().filter(|c| matches!(c, '\'' | '"')) else {
        return Err("is an array of records".to_owned());
    };
    let name = descr.get(1..).and_then(|rest| rest.split(quote).next()).unwrap_or_default();
    let unknown = || format!("is an array of `{name}`, which are no numbers that can be read");
    let (order, rest) = match name.chars().next() {
        Some(order @ ('<' | '>' | '|' | '=')) => (order, name.get(1..).unwrap_or_default()),
        _ => ('<', name),
    };
    let digits = rest.get(1..).unwrap_or_default();
    let size: usize = digits.parse().map_err(|_| unknown())?;
    let big_endian = order == '>' || (order == '=' && cfg!(target_endian = "big"));
    let (kind, width) = match (rest.chars().next(), size) {
        (Some('b' | '?'), 1) => (Kind::Bool, 1),
        (Some('i'), 1 | 2 | 4 | 8) => (Kind::Signed, size),
        (Some('u'), 1 | 2 | 4 | 8) => (Kind::Unsigned, size),
        (Some('f'), 2 | 4 | 8) => (Kind::Float, size),
        (Some('U'), 1..) => (Kind::Text, size.checked_mul(4).ok_or_else(unknown)?),
        (Some('S' | 'a'), 1..) => (Kind::Bytes, size),
        _ => return Err(unknown()),
    };
    Ok((kind, width, big_endian))
}
