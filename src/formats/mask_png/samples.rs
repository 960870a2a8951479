//! Decoded samples, before it is known what they mean.

use std::path::Path;

use super::MAX_PIXELS;
use crate::formats::error::FormatError;

/// A decoded picture.
pub(super) struct Raster {
    pub width: u32,
    pub height: u32,
    /// Bits of a sample in the file.
    pub bits: u8,
    /// As many as there are pixels.
    pub samples: Samples,
}

/// One sample a pixel.
pub(super) enum Samples {
    /// Greys as stored, of up to 8 bits, not scaled.
    Byte(Vec<u8>),
    /// Greys of 16 bits.
    Word(Vec<u16>),
    /// Positions in a palette, and the palette.
    Indexed(Vec<u8>, Vec<[u8; 3]>),
    /// Red, green, blue.
    Colour(Vec<[u8; 3]>),
}

/// How samples lie in memory.
#[derive(Clone, Copy)]
pub(super) struct Packing {
    /// Samples of a pixel: 1 grey, 2 with transparency, 3 colours, 4 with transparency.
    pub channels: usize,
    /// Two bytes each, and how they are read.
    pub word: Option<fn([u8; 2]) -> u16>,
}

impl Packing {
    /// The samples that count, transparency left out.
    pub fn unpack(self, data: Vec<u8>) -> Samples {
        match (self.channels, self.word) {
            (1, None) => Samples::Byte(data),
            (2, None) => Samples::Byte(data.chunks_exact(2).filter_map(|pixel| pixel.first().copied()).collect()),
            (channels, None) => {
                Samples::Colour(data.chunks_exact(channels).filter_map(|pixel| pixel.first_chunk().copied()).collect())
            }
            (channels @ (1 | 2), Some(word)) => {
                let grey = |pixel: &[u8]| pixel.first_chunk().map(|&sample| word(sample));
                Samples::Word(data.chunks_exact(2 * channels).filter_map(grey).collect())
            }
            (channels, Some(word)) => {
                let upper = |a, b| (word([a, b]) >> 8) as u8;
                let colour = |pixel: &[u8]| {
                    pixel.first_chunk().map(|&[r0, r1, g0, g1, b0, b1]| [upper(r0, r1), upper(g0, g1), upper(b0, b1)])
                };
                Samples::Colour(data.chunks_exact(2 * channels).filter_map(colour).collect())
            }
        }
    }
}

/// Pixels that a byte of a file can hold at most: a byte of Deflate unfolds to 1,032, each of 8 pixels of one bit.
const PIXELS_IN_A_BYTE: u64 = 1032 * 8;
/// So many pixels are believed of any file: 4,096 × 4,096.
const BELIEVED: u64 = 1 << 24;

/// Checks the size in a header against the file, before memory is asked for.
pub(super) fn check_size(path: &Path, size: (u32, u32), file_bytes: usize) -> Result<(), FormatError> {
    let pixels = check_pixels(path, size)?;
    if pixels > BELIEVED.max(file_bytes as u64 * PIXELS_IN_A_BYTE) {
        let problem = format!("{}, more than its {file_bytes} bytes can hold", says(size));
        return Err(FormatError::new(path, problem, "copy or export it again").at("header"));
    }
    Ok(())
}

/// The number of pixels of a size that can be read.
pub(super) fn check_pixels(path: &Path, size: (u32, u32)) -> Result<u64, FormatError> {
    let pixels = u64::from(size.0) * u64::from(size.1);
    if pixels == 0 {
        return Err(FormatError::new(path, says(size), "copy or export it again").at("header"));
    }
    if pixels > MAX_PIXELS {
        let problem = format!("{}, more than the {MAX_PIXELS} that are read", says(size));
        return Err(FormatError::new(path, problem, "scale it down, or cut it into tiles").at("header"));
    }
    Ok(pixels)
}

fn says((width, height): (u32, u32)) -> String {
    format!("says it has {width} × {height} pixels")
}

/// The error for a picture that its decoder gives up on.
pub(super) fn damaged(path: &Path, error: &dyn std::fmt::Display) -> FormatError {
    FormatError::new(path, format!("cannot be decoded ({error})"), "it may have been cut off: copy or export it again")
}
