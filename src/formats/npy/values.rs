//! The elements of an array: from bytes to numbers and texts, in blocks.

use std::io::Read;
use std::path::Path;

use half::f16;

use super::header::{Header, Kind};
use super::{Matrix, Precision, Values, fill};
use crate::formats::error::{FormatError, LoadError};
use crate::model::Progress;

/// Bytes read at once; every width of a number divides it.
const BLOCK: usize = 1 << 20;

/// Reads all numbers of an array as a table.
pub(super) fn matrix(
    path: &Path,
    header: &Header,
    data: &mut dyn Read,
    precision: Precision,
    progress: &dyn Progress,
) -> Result<Matrix, LoadError> {
    let Some((rows, columns)) = header.table().filter(|_| header.is_numeric()) else {
        return Err(not_a_table(path, header).into());
    };
    let mut source = Source { path, header, data, progress, shape: (rows, columns) };
    let big = header.big_endian;
    let values = match (header.kind, header.width, precision) {
        (Kind::Float, 4, _) if big => Values::Single(source.all(f32::from_be_bytes)?),
        (Kind::Float, 4, _) => Values::Single(source.all(f32::from_le_bytes)?),
        (Kind::Float, 2, _) if big => Values::Single(source.all(|b| f16::from_be_bytes(b).to_f32())?),
        (Kind::Float, 2, _) => Values::Single(source.all(|b| f16::from_le_bytes(b).to_f32())?),
        (Kind::Float, _, Precision::AsStored) if big => Values::Double(source.all(f64::from_be_bytes)?),
        (Kind::Float, _, Precision::AsStored) => Values::Double(source.all(f64::from_le_bytes)?),
        (Kind::Float, _, Precision::Single) if big => Values::Single(source.all(|b| f64::from_be_bytes(b) as f32)?),
        (Kind::Float, _, Precision::Single) => Values::Single(source.all(|b| f64::from_le_bytes(b) as f32)?),
        (Kind::Bool, ..) => Values::Single(source.all(|[b]: [u8; 1]| f32::from(u8::from(b != 0)))?),
        (Kind::Signed, 1, _) => Values::Single(source.all(|[b]: [u8; 1]| f32::from(b as i8))?),
        (Kind::Unsigned, 1, _) => Values::Single(source.all(|[b]: [u8; 1]| f32::from(b))?),
        (_, width, Precision::AsStored) => Values::Double(source.whole(width, |n| n as f64)?),
        (_, width, Precision::Single) => Values::Single(source.whole(width, |n| n as f32)?),
    };
    Ok(Matrix { rows, columns, values })
}

fn not_a_table(path: &Path, header: &Header) -> FormatError {
    let what = if header.is_numeric() { "numbers" } else { "texts" };
    FormatError::new(
        path,
        format!("is an array of {what} of shape {}", header.shape_text()),
        "save a table of numbers: an item a row",
    )
}

struct Source<'a> {
    path: &'a Path,
    header: &'a Header,
    data: &'a mut dyn Read,
    progress: &'a dyn Progress,
    shape: (usize, usize),
}

impl Source<'_> {
    /// Whole numbers of two to eight bytes.
    fn whole<T: Copy + Default>(&mut self, width: usize, of: impl Fn(i128) -> T) -> Result<Vec<T>, LoadError> {
        let (signed, big) = (self.header.kind == Kind::Signed, self.header.big_endian);
        macro_rules! ints {
            ($signed:ty, $unsigned:ty) => {
                match (signed, big) {
                    (true, true) => self.all(|b| of(i128::from(<$signed>::from_be_bytes(b)))),
                    (true, false) => self.all(|b| of(i128::from(<$signed>::from_le_bytes(b)))),
                    (false, true) => self.all(|b| of(i128::from(<$unsigned>::from_be_bytes(b)))),
                    (false, false) => self.all(|b| of(i128::from(<$unsigned>::from_le_bytes(b)))),
                }
            };
        }
        match width {
            2 => ints!(i16, u16),
            4 => ints!(i32, u32),
            _ => ints!(i64, u64),
        }
    }

    fn all<const W: usize, T: Copy + Default>(&mut self, of: impl Fn([u8; W]) -> T) -> Result<Vec<T>, LoadError> {
        let count = self.header.count;
        let mut out: Vec<T> = Vec::new();
        out.try_reserve_exact(count).map_err(|_| too_large(self.path, count, size_of::<T>()))?;
        let (rows, columns) = self.shape;
        // An array with one column, or one row, is the same in both orders.
        if self.header.fortran && rows > 1 && columns > 1 {
            out.resize(count, T::default());
            let (mut row, mut column) = (0, 0);
            self.blocks(|number: [u8; W]| {
                if let Some(slot) = out.get_mut(row * columns + column) {
                    *slot = of(number);
                }
                row += 1;
                if row == rows {
                    (row, column) = (0, column + 1);
                }
            })?;
            return Ok(out);
        }
        self.whole_blocks(|numbers: &[[u8; W]]| out.extend(numbers.iter().map(|b| of(*b))))?;
        Ok(out)
    }

    fn blocks<const W: usize>(&mut self, mut each: impl FnMut([u8; W])) -> Result<(), LoadError> {
        self.whole_blocks(|numbers: &[[u8; W]]| numbers.iter().for_each(|number| each(*number)))
    }

    fn whole_blocks<const W: usize>(&mut self, mut each: impl FnMut(&[[u8; W]])) -> Result<(), LoadError> {
        let all = self.header.count * W;
        let mut buffer = vec![0_u8; BLOCK.min(all)];
        let mut done = 0;
        while done < all {
            self.progress.check()?;
            self.progress.progress(done, all);
            let part = buffer.get_mut(..BLOCK.min(all - done)).unwrap_or_default();
            fill(self.path, self.data, part)?;
            each(part.as_chunks::<W>().0);
            done += part.len();
        }
        Ok(())
    }
}

fn too_large(path: &Path, count: usize, width: usize) -> FormatError {
    let mega = (count.saturating_mul(width)) >> 20;
    FormatError::new(
        path,
        format!("needs {mega} MB of memory, which are not to be had"),
        "split it, or close other programs",
    )
}

/// Reads an array with one long axis as texts.
pub(super) fn texts(
    path: &Path,
    header: &Header,
    data: &mut dyn Read,
    progress: &dyn Progress,
) -> Result<Vec<String>, LoadError> {
    let mut all = Vec::new();
    if matches!(header.kind, Kind::Signed | Kind::Unsigned) && header.shape.iter().filter(|&&n| n != 1).count() <= 1 {
        let numbers = matrix(path, header, data, Precision::AsStored, progress)?;
        match numbers.values {
            Values::Single(values) => all.extend(values.iter().map(|v| format!("{v:.0}"))),
            Values::Double(values) => all.extend(values.iter().map(|v| format!("{v:.0}"))),
        }
        return Ok(all);
    }
    if header.is_numeric() || header.shape.iter().filter(|&&n| n != 1).count() > 1 {
        return Err(FormatError::new(path, "is no list of ids", "save one text or whole number an item").into());
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(header.width).map_err(|_| too_large(path, 1, header.width))?;
    bytes.resize(header.width, 0);
    for index in 0..header.count {
        if index % 4096 == 0 {
            progress.check()?;
        }
        fill(path, data, &mut bytes)?;
        all.push(match header.kind {
            Kind::Bytes => String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_owned(),
            _ => {
                let of = |b: &[u8; 4]| if header.big_endian { u32::from_be_bytes(*b) } else { u32::from_le_bytes(*b) };
                let letters = bytes.as_chunks::<4>().0.iter().map(of);
                let letters = letters.map(|c| char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER));
                letters.collect::<String>().trim_end_matches('\0').to_owned()
            }
        });
    }
    Ok(all)
}
