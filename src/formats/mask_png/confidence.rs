//! Maps of confidence: how sure a model is of the class of every pixel.

use std::path::Path;

use super::png_samples;
use super::samples::{Samples, check_pixels};
use crate::formats::error::{FormatError, LoadError};
use crate::formats::npy::{self, Precision, Values};
use crate::formats::source;
use crate::model::{Confidence, Levels, NoProgress};

/// What half precision may miss 0 and 1 by; taken as 0 and 1.
const SLACK: f64 = 1e-3;

/// Reads a map of confidence.
///
/// - PNG of 8 or 16 bits of grey: 0 is none, the highest value full confidence.
/// - A NumPy array (`.npy`, `.npz`) with two axes, rows and columns, of numbers from 0 to 1: rounded to 65,535 steps, half to
///   even. What is not a number is at level 0 and counted.
///
/// # Errors
/// Where the file cannot be read, is damaged, too large, or of any other kind; where a number is not between 0 and 1.
pub fn read_confidence(path: &Path) -> Result<Confidence, FormatError> {
    if npy::is_array(path) {
        return of_array(path);
    }
    let remedy = "save it as PNG of 8 or 16 bits of grey, or as NumPy array of numbers from 0 to 1";
    let bytes = source::read_bytes(path)?;
    if !bytes.starts_with(b"\x89PNG") {
        return Err(FormatError::new(path, "is no map of confidence: neither PNG nor NumPy array", remedy));
    }
    let raster = png_samples::decode(path, &bytes)?;
    let levels = match raster.samples {
        Samples::Byte(levels) if raster.bits == 8 => Levels::Byte(levels),
        Samples::Word(levels) => Levels::Word(levels),
        _ => return Err(FormatError::new(path, "is no map of confidence: it is not grey of 8 or 16 bits", remedy)),
    };
    Ok(Confidence { width: raster.width, height: raster.height, levels, not_finite: 0 })
}

fn of_array(path: &Path) -> Result<Confidence, FormatError> {
    let names = ["confidence", "confidences", "scores", "probabilities"];
    let header = npy::header(path, &names)?;
    let size = |axis: &usize| u32::try_from(*axis).ok();
    let (height, width) = match header.shape.as_slice() {
        [rows, columns] | [rows, columns, 1] => size(rows).zip(size(columns)),
        _ => None,
    }
    .ok_or_else(|| {
        let problem = format!("is no map of confidence: its shape {:?} is not that of rows and columns", header.shape);
        FormatError::new(path, problem, "save one number a pixel: that of the predicted class")
    })?;
    check_pixels(path, (width, height))?;
    let matrix = npy::read(path, &names, Precision::AsStored, &NoProgress).map_err(|error| match error {
        LoadError::Format(error) => error,
        LoadError::Cancelled(_) => FormatError::new(path, "was not read to its end", "read it again"),
    })?;
    match &matrix.values {
        Values::Single(values) => quantised(path, (width, height), values.iter().copied().map(f64::from)),
        Values::Double(values) => quantised(path, (width, height), values.iter().copied()),
    }
}

fn quantised(
    path: &Path,
    (width, height): (u32, u32),
    values: impl ExactSizeIterator<Item = f64>,
) -> Result<Confidence, FormatError> {
    let mut levels = Vec::with_capacity(values.len());
    let mut not_finite = 0;
    for (at, value) in values.enumerate() {
        if value.is_finite() && !(-SLACK..=1.0 + SLACK).contains(&value) {
            let (row, column) = (at / width as usize + 1, at % width as usize + 1);
            let problem = format!("holds {value}, which is not between 0 and 1");
            let remedy = "save the probability of the predicted class, not a logit or a percentage";
            return Err(FormatError::new(path, problem, remedy).at(format!("row {row}, column {column}")));
        }
        not_finite += u64::from(!value.is_finite());
        let known = if value.is_finite() { value.clamp(0.0, 1.0) } else { 0.0 };
        // Between 0 and 65,535, so the conversion cannot truncate.
        levels.push((known * f64::from(u16::MAX)).round_ties_even() as u16);
    }
    Ok(Confidence { width, height, levels: Levels::Word(levels), not_finite })
}
