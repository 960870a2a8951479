//! What is measured in the pixels of a picture: how bright, how sharp, and hashes that find the same picture again.

/// What was measured in one picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PictureTraits {
    /// Width and height of the picture as it is stored, in pixels.
    pub size: (u32, u32),
    /// The first 16 bytes of the BLAKE3 hash of the file: equal for equal files.
    pub file: [u8; 16],
    /// Perceptual hash of 64 bits: few bits differ between pictures that look alike.
    pub perceptual: u64,
    /// Mean luminance, 0 (black) to 1 (white).
    pub brightness: f32,
    /// Standard deviation of the luminance, 0 to 0.5.
    pub contrast: f32,
    /// Standard deviation of the Laplacian of the luminance: small where a picture is blurred.
    pub sharpness: f32,
}
