//! What is measured in the pixels of a picture: how bright, how sharp, and hashes that find the same picture again.
//!
//! Knows pixels; does not know where they come from.

use std::f64::consts::PI;

/// What was measured in one picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PictureTraits {
    /// Width and height of the picture as it is shown, in pixels, whatever size it was measured in.
    pub size: (u32, u32),
    /// The first 16 bytes of the BLAKE3 hash of the file: equal for equal files.
    pub file: [u8; 16],
    /// Perceptual hash of 64 bits (pHash): few bits differ between pictures that look alike.
    pub perceptual: u64,
    /// Perceptual hash of 64 bits by differences (dHash): made otherwise, so that both together seldom err.
    pub gradient: u64,
    /// Mean luminance, 0 (black) to 1 (white).
    pub brightness: f32,
    /// Standard deviation of the luminance, 0 to 0.5.
    pub contrast: f32,
    /// Standard deviation of the Laplacian of the luminance: small where a picture is blurred.
    pub sharpness: f32,
}

/// Side of the square that the perceptual hash is computed from.
const SIDE: usize = 32;
/// Side of the square of frequencies that it keeps.
const LOW: usize = 8;
/// Frequencies below this are rounding, not content.
const NOTHING: f64 = 1e-9;

impl PictureTraits {
    /// Measures a picture of `width` × `height` pixels, four bytes each of which the fourth is not looked at. `size` and `file`
    /// are taken over. `None` where there are no pixels, or fewer bytes than pixels.
    #[must_use]
    pub fn measure(rgba: &[u8], (width, height): (usize, usize), size: (u32, u32), file: [u8; 16]) -> Option<Self> {
        let grey = Grey::of(rgba, width, height)?;
        let (brightness, contrast) = spread(grey.levels.iter().copied())?;
        let (_, sharpness) = spread(grey.laplacian())?;
        Some(Self {
            size,
            file,
            perceptual: perceptual(&grey.reduced(SIDE, SIDE)),
            gradient: gradient(&grey.reduced(LOW + 1, LOW)),
            brightness: (brightness / 255.0) as f32,
            contrast: (contrast / 255.0) as f32,
            sharpness: (sharpness / 255.0) as f32,
        })
    }
}

/// Luminance by row, 0 to 255.
struct Grey {
    width: usize,
    height: usize,
    levels: Vec<f64>,
}

impl Grey {
    /// Luminance after ITU-R BT.601 in whole numbers, as Pillow converts to `L`.
    fn of(rgba: &[u8], width: usize, height: usize) -> Option<Self> {
        let pixels = rgba.as_chunks::<4>().0.get(..width.checked_mul(height)?)?;
        let level = |[r, g, b, _]: &[u8; 4]| {
            f64::from((u32::from(*r) * 19595 + u32::from(*g) * 38470 + u32::from(*b) * 7471 + 0x8000) >> 16)
        };
        (!pixels.is_empty()).then(|| Self { width, height, levels: pixels.iter().map(level).collect() })
    }

    fn at(&self, x: usize, y: usize) -> f64 {
        self.levels.get(y * self.width + x).copied().unwrap_or(0.0)
    }

    /// The sum of the four neighbours minus four times the pixel; beyond the border pixels are mirrored at those on it, as
    /// OpenCV's `Laplacian` does.
    fn laplacian(&self) -> impl Iterator<Item = f64> + '_ {
        let before = |at: usize, length: usize| if at > 0 { at - 1 } else { 1.min(length - 1) };
        let after = |at: usize, length: usize| if at + 1 < length { at + 1 } else { length.saturating_sub(2) };
        (0..self.height).flat_map(move |y| {
            let (above, below) = (before(y, self.height), after(y, self.height));
            (0..self.width).map(move |x| {
                let (left, right) = (before(x, self.width), after(x, self.width));
                self.at(left, y) + self.at(right, y) + self.at(x, above) + self.at(x, below) - 4.0 * self.at(x, y)
            })
        })
    }

    /// The picture in another size, each pixel the mean of the area that it covers.
    fn reduced(&self, width: usize, height: usize) -> Vec<f64> {
        let columns: Vec<Vec<(usize, f64)>> = (0..width).map(|x| cover(x, width, self.width)).collect();
        // Sums of whole numbers are exact, so that equal means are equal.
        let area = (self.width * self.height) as f64;
        let mut out = Vec::with_capacity(width * height);
        for y in 0..height {
            let rows = cover(y, height, self.height);
            for columns in &columns {
                let of_row = |y: usize| columns.iter().map(|&(x, times)| times * self.at(x, y)).sum::<f64>();
                out.push(rows.iter().map(|&(y, times)| times * of_row(y)).sum::<f64>() / area);
            }
        }
        out
    }
}

/// Which of `from` pixels the one at `at` of `to` covers, with how much of each, in units of 1/to of a pixel: `from` in all.
fn cover(at: usize, to: usize, from: usize) -> Vec<(usize, f64)> {
    let (start, end) = (at * from, (at + 1) * from);
    let part = |pixel: usize| (pixel, (end.min((pixel + 1) * to) - start.max(pixel * to)) as f64);
    (start / to..end.div_ceil(to)).map(part).collect()
}

/// Mean and population standard deviation; `None` of nothing.
fn spread(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for value in values {
        count += 1.0;
        sum += value;
        squares += value * value;
    }
    // All values are small whole numbers, so that both sums are exact.
    let mean = sum / count;
    (count > 0.0).then(|| (mean, ((squares - sum * mean) / count).max(0.0).sqrt()))
}

/// pHash (Zauner 2010, as the library imagehash): which of the 8 × 8 lowest frequencies of the cosine transform of 32 × 32
/// pixels are above their median; the first is the highest bit.
fn perceptual(levels: &[f64]) -> u64 {
    let wave = |k: usize, n: usize| (PI * k as f64 * (2 * n + 1) as f64 / (2 * SIDE) as f64).cos();
    let waves: [[f64; SIDE]; LOW] = std::array::from_fn(|k| std::array::from_fn(|n| wave(k, n)));
    // Down every column first, then along the rows: only the lowest frequencies of either.
    let mut columns = [[0.0; SIDE]; LOW];
    for (row, wave_at) in levels.chunks_exact(SIDE).zip(0..) {
        for (sums, wave) in columns.iter_mut().zip(&waves) {
            let factor = wave.get(wave_at).copied().unwrap_or(0.0);
            sums.iter_mut().zip(row).for_each(|(sum, level)| *sum += factor * level);
        }
    }
    let along = |row: &[f64; SIDE], wave: &[f64; SIDE]| row.iter().zip(wave).map(|(a, b)| a * b).sum::<f64>();
    let low: Vec<f64> = columns.iter().flat_map(|row| waves.iter().map(move |wave| along(row, wave))).collect();
    let low: Vec<f64> = low.into_iter().map(|f| if f.abs() < NOTHING { 0.0 } else { f }).collect();
    let mut sorted = low.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = |at: usize| sorted.get(at).copied().unwrap_or(0.0);
    let median = (middle(LOW * LOW / 2 - 1) + middle(LOW * LOW / 2)) / 2.0;
    bits(low.iter().map(|frequency| *frequency > median))
}

/// dHash (as the library imagehash): where the right one of two neighbours among 9 × 8 pixels is the brighter one.
fn gradient(levels: &[f64]) -> u64 {
    bits(levels.chunks_exact(LOW + 1).flat_map(|row| row.windows(2).map(|pair| pair[1] > pair[0])))
}

fn bits(bits: impl Iterator<Item = bool>) -> u64 {
    bits.fold(0, |hash, bit| hash << 1 | u64::from(bit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rgba(levels: &[u8]) -> Vec<u8> {
        levels.iter().flat_map(|&level| [level, level, level, 255]).collect()
    }

    #[test]
    fn two_halves_by_hand() {
        // Four pixels of 0 beside four of 255: mean 127.5, deviation 127.5. The Laplacian is ±255 at the border of the halves.
        let levels = [0, 0, 255, 255, 0, 0, 255, 255];
        let traits = PictureTraits::measure(&rgba(&levels), (4, 2), (4, 2), [7; 16]).unwrap();
        assert_eq!((traits.size, traits.file), ((4, 2), [7; 16]));
        assert_eq!((traits.brightness, traits.contrast), (0.5, 0.5));
        // 0, 255, −255, 0 in both rows: mean 0, mean of squares 255² / 2.
        assert!((traits.sharpness - 0.5_f32.sqrt()).abs() < 1e-7, "{}", traits.sharpness);
    }

    #[test]
    fn a_flat_picture_has_neither_contrast_nor_edges() {
        for level in [0, 90, 255] {
            let traits = PictureTraits::measure(&rgba(&[level; 35]), (7, 5), (7, 5), [0; 16]).unwrap();
            assert_eq!((traits.contrast, traits.sharpness, traits.gradient), (0.0, 0.0, 0));
            assert_eq!(traits.perceptual, if level == 0 { 0 } else { 1 << 63 }, "only the mean is above the median");
        }
    }

    #[test]
    fn nothing_is_measured_in_nothing() {
        assert_eq!(PictureTraits::measure(&[], (0, 0), (0, 0), [0; 16]), None);
        assert_eq!(PictureTraits::measure(&[0; 12], (2, 2), (2, 2), [0; 16]), None);
        assert!(PictureTraits::measure(&[9, 9, 9, 9], (1, 1), (1, 1), [0; 16]).is_some());
    }

    #[test]
    fn areas_are_averaged() {
        // Three pixels into two: each takes one and a half.
        assert_eq!(cover(0, 2, 3), [(0, 2.0), (1, 1.0)]);
        assert_eq!(cover(1, 2, 3), [(1, 1.0), (2, 2.0)]);
        // Two into four: each lies inside one.
        assert_eq!(cover(1, 4, 2), [(0, 2.0)]);
    }
}
