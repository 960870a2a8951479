//! Pictures as the bytes of a file: what stands in figures, reports and on paper.

use std::sync::Arc;

use base64::Engine as _;

/// How a picture is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Exact, with transparency: drawings, masks.
    Png,
    /// Smaller: photographs.
    Jpeg,
}

/// A picture's file in memory.
#[derive(Clone, PartialEq, Eq)]
pub struct Encoded {
    /// How it is written.
    pub kind: Kind,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Quality of photographs, in 1…100.
const QUALITY: u8 = 82;

/// A picture could not be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The picture cannot be written: {0}")]
pub struct EncodeError(String);

impl std::fmt::Debug for Encoded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} of {} × {} pixels, {} bytes", self.kind, self.width, self.height, self.bytes.len())
    }
}

impl Encoded {
    /// Pixels row by row, four bytes each (red, green, blue, opacity; JPEG has no opacity and leaves it out).
    ///
    /// # Errors
    /// Where there are more or fewer bytes than the size asks for, or no pixel.
    pub fn of_rgba(kind: Kind, width: u32, height: u32, rgba: &[u8]) -> Result<Arc<Self>, EncodeError> {
        let failed = |cause: String| EncodeError(cause);
        if rgba.is_empty() || rgba.len() as u64 != 4 * u64::from(width) * u64::from(height) {
            return Err(failed(format!("{} bytes are no {width} × {height} pixels", rgba.len())));
        }
        let mut bytes = Vec::new();
        let written = match kind {
            Kind::Png => {
                let png = image::codecs::png::PngEncoder::new(&mut bytes);
                image::ImageEncoder::write_image(png, rgba, width, height, image::ExtendedColorType::Rgba8)
            }
            Kind::Jpeg => {
                let rgb: Vec<u8> = rgba.chunks_exact(4).flat_map(|pixel| pixel.iter().take(3).copied()).collect();
                let jpeg = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, QUALITY);
                image::ImageEncoder::write_image(jpeg, &rgb, width, height, image::ExtendedColorType::Rgb8)
            }
        };
        written.map_err(|error| failed(error.to_string()))?;
        Ok(Arc::new(Self { kind, width, height, bytes }))
    }

    /// The file as a URL that holds it.
    #[must_use]
    pub fn data_url(&self) -> String {
        let kind = match self.kind {
            Kind::Png => "png",
            Kind::Jpeg => "jpeg",
        };
        format!("data:image/{kind};base64,{}", base64::engine::general_purpose::STANDARD.encode(&self.bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_come_back() {
        let rgba = [255, 0, 0, 255, 0, 0, 255, 128];
        let png = Encoded::of_rgba(Kind::Png, 2, 1, &rgba).unwrap();
        assert_eq!(image::load_from_memory(&png.bytes).unwrap().to_rgba8().into_raw(), rgba);
        assert!(png.data_url().starts_with("data:image/png;base64,iVBOR"));
        let jpeg = Encoded::of_rgba(Kind::Jpeg, 8, 8, &[200; 256]).unwrap();
        let back = image::load_from_memory(&jpeg.bytes).unwrap().to_rgb8();
        assert!(back.pixels().all(|p| p.0.iter().all(|c| c.abs_diff(200) < 4)), "{:?}", back.get_pixel(0, 0));
        assert!(Encoded::of_rgba(Kind::Png, 2, 2, &rgba).is_err());
        assert!(Encoded::of_rgba(Kind::Png, 0, 0, &[]).is_err());
    }
}
