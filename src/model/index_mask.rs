//! Pictures of class indices, one a pixel, and of how sure a model is of each.
//!
//! Knows pixels, and where masks lie. Does not read files, or know what the classes are called.

use std::path::PathBuf;

/// The index of a pixel that is of no class: one whose colour stands for none.
pub const NO_CLASS: u16 = u16::MAX;

/// The class index of every pixel of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexMask {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `width * height` indices, row by row.
    pub values: Indices,
}

/// Class indices, in a byte each where all of them fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Indices {
    /// All below 256.
    Small(Vec<u8>),
    /// Some from 256 on; [`NO_CLASS`] is one of these.
    Large(Vec<u16>),
}

impl IndexMask {
    /// A mask of indices by row, kept in bytes where they fit: equal pictures are equal masks, however they were stored.
    #[must_use]
    pub fn new(width: u32, height: u32, values: Vec<u16>) -> Self {
        let largest = values.iter().copied().max().unwrap_or(0);
        let values = if largest <= u16::from(u8::MAX) {
            Indices::Small(values.into_iter().map(|v| v as u8).collect())
        } else {
            Indices::Large(values)
        };
        Self { width, height, values }
    }

    /// The class index at a pixel, counted from the upper left; `None` outside.
    #[must_use]
    pub fn get(&self, x: u32, y: u32) -> Option<u16> {
        let at = (x < self.width && y < self.height).then(|| y as usize * self.width as usize + x as usize)?;
        match &self.values {
            Indices::Small(values) => values.get(at).copied().map(u16::from),
            Indices::Large(values) => values.get(at).copied(),
        }
    }

    /// The mask at another size: every pixel takes the index of the pixel that its centre falls into,
    /// `floor((x + 0.5) * old width / new width)` and the same for rows, in whole numbers. No index arises that was not
    /// there. A mask without pixels stays as it is.
    #[must_use]
    pub fn resized_nearest(&self, width: u32, height: u32) -> Self {
        let (old, new) = ((self.width, self.height), (width, height));
        if old.0 == 0 || old.1 == 0 {
            return self.clone();
        }
        let values = match &self.values {
            Indices::Small(values) => Indices::Small(nearest(values, old, new)),
            Indices::Large(values) => Indices::Large(nearest(values, old, new)),
        };
        Self { width, height, values }
    }
}

/// A segment of a panoptic map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaskSegment {
    /// The value of its pixels, unique in its image.
    pub id: u32,
    /// Index of its class.
    pub class: u16,
    /// Many objects in one; only of the truth.
    pub crowd: bool,
    /// Pixels, as the file states them.
    pub area: Option<u64>,
}

/// Where the masks of an image lie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MaskFiles {
    /// Ground truth.
    pub truth: PathBuf,
    /// What the model says; `None` where it says nothing of this image.
    pub predicted: Option<PathBuf>,
    /// How sure it is, where it says that.
    pub confidence: Option<PathBuf>,
    /// The segments of panoptic maps, of the truth and of the model.
    pub segments: (Vec<MaskSegment>, Vec<MaskSegment>),
}

/// How the masks of an evaluation are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MaskReading {
    /// The masks of each image.
    pub files: Vec<MaskFiles>,
    /// Colours (red, green, blue) of the classes, where the masks hold colours; else only for showing them.
    pub colours: Option<Vec<([u8; 3], u16)>>,
    /// The index of pixels that count nowhere.
    pub ignore: Option<u16>,
    /// The class that is left out of all means (a background).
    pub without: Option<u16>,
    /// True where pixels are ids of segments.
    pub panoptic: bool,
}

/// How sure a model is of the class of every pixel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confidence {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `width * height` levels, row by row.
    pub levels: Levels,
    /// Pixels whose confidence was not a number in the file; they are at level 0.
    pub not_finite: u64,
}

/// Confidences as whole numbers of steps between 0 and 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Levels {
    /// 255 steps.
    Byte(Vec<u8>),
    /// 65,535 steps.
    Word(Vec<u16>),
}

impl Levels {
    /// The level of full confidence: 255 or 65,535.
    #[must_use]
    pub const fn highest(&self) -> u16 {
        match self {
            Self::Byte(_) => u8::MAX as u16,
            Self::Word(_) => u16::MAX,
        }
    }
}

impl Confidence {
    /// The confidence, between 0 and 1, that a level of this map means.
    #[must_use]
    pub fn value(&self, level: u16) -> f64 {
        f64::from(level) / f64::from(self.levels.highest())
    }

    /// The map at another size, as [`IndexMask::resized_nearest`].
    #[must_use]
    pub fn resized_nearest(&self, width: u32, height: u32) -> Self {
        let (old, new) = ((self.width, self.height), (width, height));
        if old.0 == 0 || old.1 == 0 {
            return self.clone();
        }
        let levels = match &self.levels {
            Levels::Byte(levels) => Levels::Byte(nearest(levels, old, new)),
            Levels::Word(levels) => Levels::Word(nearest(levels, old, new)),
        };
        Self { width, height, levels, not_finite: self.not_finite }
    }
}

/// The one of `old` pixels that the centre of pixel `at` of `new` falls into.
pub(super) fn centre_of(at: u32, old: u32, new: u32) -> u32 {
    // Below `old` because `2 * at + 1 < 2 * new`.
    ((2 * u64::from(at) + 1) * u64::from(old) / (2 * u64::from(new)).max(1)) as u32
}

fn nearest<T: Copy>(values: &[T], (w, h): (u32, u32), (width, height): (u32, u32)) -> Vec<T> {
    let columns: Vec<usize> = (0..width).map(|x| centre_of(x, w, width) as usize).collect();
    let mut resized = Vec::with_capacity(width as usize * height as usize);
    for y in 0..height {
        let start = centre_of(y, h, height) as usize * w as usize;
        let row = values.get(start..start + w as usize).unwrap_or_default();
        resized.extend(columns.iter().filter_map(|&x| row.get(x)));
    }
    resized
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small(width: u32, height: u32, values: &[u8]) -> IndexMask {
        IndexMask { width, height, values: Indices::Small(values.to_vec()) }
    }

    #[test]
    fn bytes_where_they_fit() {
        assert_eq!(IndexMask::new(2, 1, vec![3, 255]), small(2, 1, &[3, 255]));
        assert_eq!(IndexMask::new(2, 1, vec![3, 256]).values, Indices::Large(vec![3, 256]));
        assert_eq!(IndexMask::new(0, 0, Vec::new()), small(0, 0, &[]));
    }

    #[test]
    fn pixels_are_found_by_column_and_row() {
        let mask = small(3, 2, &[0, 1, 2, 3, 4, 5]);
        assert_eq!((mask.get(2, 0), mask.get(0, 1), mask.get(2, 1)), (Some(2), Some(3), Some(5)));
        assert_eq!((mask.get(3, 0), mask.get(0, 2)), (None, None));
    }

    /// By hand. Four columns to two: centres at 0.5 and 1.5 of 2 lie at 1.0 and 3.0 of 4. Two to five: 0.2, 0.6, 1.0, 1.4,
    /// 1.8 of 2.
    #[test]
    fn nearest_goes_by_the_centre_of_the_pixel() {
        assert_eq!(small(4, 1, &[0, 1, 2, 3]).resized_nearest(2, 1), small(2, 1, &[1, 3]));
        assert_eq!(small(2, 1, &[7, 9]).resized_nearest(5, 1), small(5, 1, &[7, 7, 9, 9, 9]));
        assert_eq!(small(1, 3, &[7, 8, 9]).resized_nearest(2, 1), small(2, 1, &[8, 8]));
        let same = small(3, 2, &[0, 1, 2, 3, 4, 5]);
        assert_eq!(same.resized_nearest(3, 2), same);
        assert_eq!(same.resized_nearest(0, 2), small(0, 2, &[]));
        assert_eq!(small(0, 4, &[]).resized_nearest(5, 5), small(0, 4, &[]));
        let broken = small(4, 4, &[1]);
        assert_eq!(broken.resized_nearest(2, 2).get(1, 1), None);
    }

    #[test]
    fn levels_are_parts_of_one() {
        let mut map = Confidence { width: 1, height: 1, levels: Levels::Byte(vec![51]), not_finite: 0 };
        assert_eq!((map.value(51), map.value(255)), (0.2, 1.0));
        assert_eq!(map.resized_nearest(2, 1).levels, Levels::Byte(vec![51, 51]));
        map.levels = Levels::Word(vec![0]);
        assert_eq!((map.value(0), map.value(u16::MAX)), (0.0, 1.0));
    }
}
