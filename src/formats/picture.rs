//! The only place where pictures are decoded: size from the header, pixels, EXIF orientation, limits on memory.
//!
//! Knows picture files. Does not know datasets or caches.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read, Seek};
use std::path::Path;

use fast_image_resize::{IntoImageView, ResizeAlg, ResizeOptions, Resizer};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits};

use super::error::FormatError;

/// Memory a decoder may take for one picture, in bytes: 134 million pixels in RGBA.
const MAX_BYTES: u64 = 512 * 1024 * 1024;

/// A header is sought in this many first bytes of a file, then in this many, then in the whole: headers of plain pictures
/// are short, those with an embedded preview longer.
const HEAD_BYTES: [u64; 2] = [8 * 1024, 128 * 1024];

/// File name endings (lower case) of the pictures that can be decoded.
pub const EXTENSIONS: [&str; 14] =
    ["jpg", "jpeg", "jpe", "jfif", "png", "bmp", "gif", "webp", "tif", "tiff", "pnm", "ppm", "pgm", "pbm"];

/// True where the file name ends like a picture that can be decoded.
#[must_use]
pub fn is_picture(path: &Path) -> bool {
    path.extension()
        .and_then(|e| e.to_str())
        .is_some_and(|e| EXTENSIONS.iter().any(|known| e.eq_ignore_ascii_case(known)))
}

/// A decoded picture, turned as its EXIF orientation says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Width in pixels of `rgba`.
    pub width: u32,
    /// Height in pixels of `rgba`.
    pub height: u32,
    /// Pixels by row, four bytes each, alpha not multiplied in.
    pub rgba: Vec<u8>,
    /// Width of the picture before it was scaled down; boxes refer to this size.
    pub source_width: u32,
    /// Height of the picture before it was scaled down.
    pub source_height: u32,
}

/// What the header of a picture file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    stored: (u32, u32),
    turned: bool,
}

impl Header {
    /// Width and height as the pixels are stored.
    #[must_use]
    pub const fn stored(self) -> (u32, u32) {
        self.stored
    }

    /// Width and height as the picture is shown.
    #[must_use]
    pub const fn oriented(self) -> (u32, u32) {
        if self.turned { (self.stored.1, self.stored.0) } else { self.stored }
    }
}

/// Width and height of a picture as it is shown, EXIF orientation applied; reads the header only.
///
/// # Errors
/// Where the file cannot be read or is not a picture.
pub fn dimensions(path: &Path) -> Result<(u32, u32), FormatError> {
    header(path).map(Header::oriented)
}

/// Reads the header of a picture.
///
/// # Errors
/// Where the file cannot be read or is not a picture.
pub fn header(path: &Path) -> Result<Header, FormatError> {
    let mut file = open(path)?;
    let mut head = Vec::new();
    for bytes in HEAD_BYTES {
        let more = bytes - head.len() as u64;
        file.by_ref().take(more).read_to_end(&mut head).map_err(|e| FormatError::io(path, &e))?;
        match header_of(Cursor::new(head.as_slice())) {
            Ok(header) => return Ok(header),
            Err(error) if (head.len() as u64) < bytes => return Err(undecodable(path, &error)),
            Err(_) => {}
        }
    }
    file.rewind().map_err(|e| FormatError::io(path, &e))?;
    header_of(BufReader::new(file)).map_err(|e| undecodable(path, &e))
}

fn header_of<R: BufRead + Seek>(reader: R) -> Result<Header, ImageError> {
    let mut decoder = decoder(reader)?;
    let turned = swaps_sides(decoder.orientation()?);
    Ok(Header { stored: decoder.dimensions(), turned })
}

/// Decodes a picture, turned as its EXIF orientation says. Where `max_side` is given and the longer side is longer, it is
/// scaled down to that.
///
/// # Errors
/// Where the file cannot be read, is not a picture, is damaged, or would take more memory than 512 MiB.
pub fn decode(path: &Path, max_side: Option<u32>) -> Result<Picture, FormatError> {
    let mut decoder = decoder(BufReader::new(open(path)?)).map_err(|e| undecodable(path, &e))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) * 4 > MAX_BYTES {
        return Err(FormatError::new(
            path,
            format!("the picture has {width}×{height} pixels, more than fit in 512 MiB"),
            "scale it down",
        ));
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut pixels = DynamicImage::from_decoder(decoder).map_err(|e| undecodable(path, &e))?;
    let longer = width.max(height);
    if let Some(side) = max_side.filter(|&side| side > 0 && side < longer) {
        let scale = f64::from(side) / f64::from(longer);
        pixels = scaled(pixels, (scaled_side(width, scale), scaled_side(height, scale)))
            .map_err(|problem| FormatError::new(path, problem, "replace the picture"))?;
    }
    pixels.apply_orientation(orientation);
    let rgba = pixels.into_rgba8();
    let turned = (Header { stored: (width, height), turned: swaps_sides(orientation) }).oriented();
    Ok(Picture {
        width: rgba.width(),
        height: rgba.height(),
        rgba: rgba.into_raw(),
        source_width: turned.0,
        source_height: turned.1,
    })
}

const fn swaps_sides(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    )
}

fn scaled_side(side: u32, scale: f64) -> u32 {
    // Between 1 and `side`, so the conversion cannot truncate.
    (f64::from(side) * scale).round().clamp(1.0, f64::from(side)) as u32
}

fn scaled(source: DynamicImage, (width, height): (u32, u32)) -> Result<DynamicImage, String> {
    // Formats that the resizer does not know (32-bit floats and the like) go through eight bits.
    let source = match source.pixel_type() {
        Some(_) if !matches!(source, DynamicImage::ImageRgb32F(_) | DynamicImage::ImageRgba32F(_)) => source,
        _ => DynamicImage::ImageRgba8(source.into_rgba8()),
    };
    let mut target = DynamicImage::new(width, height, source.color());
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(fast_image_resize::FilterType::Bilinear));
    Resizer::new().resize(&source, &mut target, &options).map_err(|e| format!("cannot be scaled ({e})"))?;
    Ok(target)
}

fn open(path: &Path) -> Result<File, FormatError> {
    // Looked at before it is opened: opening a pipe would wait for somebody to write into it.
    let is_file = std::fs::metadata(path).map_err(|e| FormatError::io(path, &e))?.is_file();
    if !is_file {
        return Err(FormatError::new(path, "is not a file", "name a picture file"));
    }
    File::open(path).map_err(|e| FormatError::io(path, &e))
}

/// A decoder chosen by the file's content: wrong endings are common (`.jpg` that hold PNG).
fn decoder<'a, R: BufRead + Seek + 'a>(reader: R) -> Result<impl ImageDecoder + 'a, ImageError> {
    let mut reader = ImageReader::new(reader).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_BYTES);
    // PNG takes its limits before, all others after the decoder is made.
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder()?;
    decoder.set_limits(limits)?;
    Ok(decoder)
}

fn undecodable(path: &Path, error: &ImageError) -> FormatError {
    if let ImageError::IoError(io) = error
        && io.kind() != std::io::ErrorKind::UnexpectedEof
    {
        return FormatError::io(path, io);
    }
    FormatError::new(path, format!("is not a picture that can be decoded ({error})"), "replace the picture")
}
