//! Samples of PNG files as they are stored: palette positions, 16 bits, 1, 2 and 4 bits without scaling.

use std::io::Cursor;
use std::path::Path;

use png::{BitDepth, ColorType, Decoder, Transformations};

use super::samples::{Packing, Raster, Samples, check_size, damaged};
use crate::formats::error::FormatError;

/// Decodes a PNG file.
pub(super) fn decode(path: &Path, bytes: &[u8]) -> Result<Raster, FormatError> {
    let mut decoder = Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(Transformations::IDENTITY);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().map_err(|e| damaged(path, &e).at("header"))?;
    let (width, height) = header.size();
    check_size(path, (width, height), bytes.len())?;
    let mut reader = decoder.read_info().map_err(|e| damaged(path, &e).at("header"))?;
    let info = reader.info();
    if info.animation_control.is_some_and(|animation| animation.num_frames > 1) {
        return Err(FormatError::new(path, "is an animation", "save every mask as a picture of its own"));
    }
    let own = info.palette.as_deref().map(colours).unwrap_or_default();
    let (colour, depth) = reader.output_color_type();
    let too_large = || FormatError::new(path, "does not fit into memory", "scale it down, or cut it into tiles");
    let size = reader.output_buffer_size().ok_or_else(too_large)?;
    let mut data = Vec::new();
    data.try_reserve_exact(size).map_err(|_| too_large())?;
    data.resize(size, 0);
    let frame = reader.next_frame(&mut data).map_err(|e| damaged(path, &e).at("picture data"))?;
    let bits = depth as u8;
    if bits < 8 {
        data = unpacked(&data, width as usize, frame.line_size, bits);
    }
    let word = (depth == BitDepth::Sixteen).then_some(u16::from_be_bytes as fn([u8; 2]) -> u16);
    let samples = match colour {
        ColorType::Indexed => Samples::Indexed(data, own),
        _ => Packing { channels: colour.samples(), word }.unpack(data),
    };
    Ok(Raster { width, height, bits, samples })
}

fn colours(palette: &[u8]) -> Vec<[u8; 3]> {
    palette.as_chunks::<3>().0.to_vec()
}

/// Samples of 1, 2 or 4 bits, the first in the highest bits; every row starts with a byte of its own.
fn unpacked(data: &[u8], width: usize, line: usize, bits: u8) -> Vec<u8> {
    let mask = (1_u8 << bits) - 1;
    let mut values = Vec::with_capacity(data.len() * usize::from(8 / bits));
    for row in data.chunks_exact(line.max(1)) {
        let all = row.iter().flat_map(|&byte| (1..=8 / bits).map(move |n| byte >> (8 - bits * n) & mask));
        values.extend(all.take(width));
    }
    values
}
