//! Samples of the other formats that keep them without loss: BMP, TIFF, lossless WebP.

use std::io::Cursor;
use std::path::Path;

use image::codecs::bmp::BmpDecoder;
use image::codecs::tiff::TiffDecoder;
use image::codecs::webp::WebPDecoder;
use image::{ColorType, ExtendedColorType, ImageDecoder, ImageError, Limits};

use super::MAX_PIXELS;
use super::samples::{Packing, Raster, Samples, check_size, damaged};
use crate::formats::error::FormatError;

/// Decodes a BMP file; one with a palette to the positions in it.
pub(super) fn bmp(path: &Path, bytes: &[u8]) -> Result<Raster, FormatError> {
    let mut decoder = BmpDecoder::new(Cursor::new(bytes)).map_err(|e| damaged(path, &e).at("header"))?;
    let own = decoder.get_palette().map(<[[u8; 3]]>::to_vec);
    decoder.set_indexed_color(own.is_some());
    let mut raster = decode(path, bytes, decoder)?;
    if let (Some(own), Samples::Byte(values)) = (own, &mut raster.samples) {
        raster.samples = Samples::Indexed(std::mem::take(values), own);
    }
    Ok(raster)
}

/// Decodes the first picture of a TIFF file.
pub(super) fn tiff(path: &Path, bytes: &[u8]) -> Result<Raster, FormatError> {
    let decoder = TiffDecoder::new(Cursor::new(bytes)).map_err(|e| damaged(path, &e).at("header"))?;
    if decoder.original_color_type() == ExtendedColorType::L1 {
        return Err(unsuitable(path));
    }
    decode(path, bytes, decoder)
}

/// Decodes a WebP file.
pub(super) fn webp(path: &Path, bytes: &[u8]) -> Result<Raster, FormatError> {
    let decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(|e| damaged(path, &e).at("header"))?;
    decode(path, bytes, decoder)
}

/// True where the picture of a WebP file is stored without loss and is the only one.
pub(super) fn is_lossless_webp(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(12..).unwrap_or_default();
    while let Some((head, body)) = rest.split_first_chunk::<8>() {
        let [a, b, c, d, length @ ..] = *head;
        match &[a, b, c, d] {
            b"VP8L" => return true,
            b"VP8 " | b"ANIM" | b"ANMF" => return false,
            _ => {}
        }
        // Chunks are filled up to an even length.
        let length = u32::from_le_bytes(length) as usize;
        rest = body.get(length.saturating_add(length % 2)..).unwrap_or_default();
    }
    false
}

fn unsuitable(path: &Path) -> FormatError {
    FormatError::new(path, "has samples of a kind that class indices are not kept in", "save masks as PNG")
}

fn decode(path: &Path, bytes: &[u8], mut decoder: impl ImageDecoder) -> Result<Raster, FormatError> {
    let (width, height) = decoder.dimensions();
    check_size(path, (width, height), bytes.len())?;
    let mut limits = Limits::default();
    // As much as the largest picture of 16-bit colours with transparency takes.
    limits.max_alloc = Some(MAX_PIXELS * 8);
    decoder.set_limits(limits).map_err(|e| damaged(path, &e))?;
    let word = Some(u16::from_ne_bytes as fn([u8; 2]) -> u16);
    let (channels, word, bits) = match decoder.color_type() {
        ColorType::L8 => (1, None, 8),
        ColorType::La8 => (2, None, 8),
        ColorType::Rgb8 => (3, None, 8),
        ColorType::Rgba8 => (4, None, 8),
        ColorType::L16 => (1, word, 16),
        ColorType::La16 => (2, word, 16),
        ColorType::Rgb16 => (3, word, 16),
        ColorType::Rgba16 => (4, word, 16),
        _ => return Err(unsuitable(path)),
    };
    let mut data = Vec::new();
    let size = usize::try_from(decoder.total_bytes()).unwrap_or(usize::MAX);
    data.try_reserve_exact(size)
        .map_err(|_| FormatError::new(path, "does not fit into memory", "scale it down, or cut it into tiles"))?;
    data.resize(size, 0);
    decoder.read_image(&mut data).map_err(|e: ImageError| damaged(path, &e).at("picture data"))?;
    Ok(Raster { width, height, bits, samples: Packing { channels, word }.unpack(data) })
}
