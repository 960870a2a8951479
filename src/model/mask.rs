//! Masks of instances as runs down the columns of an image, with the arithmetic of the COCO API (`pycocotools.mask`), so that
//! areas, boxes, texts and overlaps agree with it to the last bit.
//!
//! One kind of mask is counted otherwise: files may hold runs of no pixels between others (a mask that goes on after "0 pixels
//! outside"). Where such runs of two masks meet, COCO stops half way through the pair; here they are what they say, nothing.

mod columns;
mod outline;
mod polygon;
mod runs;
mod text;

pub use columns::Masks;

use super::geometry::{BBox, overlap_of};
use super::index_mask::centre_of;
use runs::{Span, Writer, spans};

/// Pixels of a row that are compared at once.
const PIECE: usize = 64;

/// Why a mask cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MaskError {
    /// Runs of another image, or a part of the text is missing.
    #[error("The runs of the mask hold {filled} pixels; its image has {pixels} ({width} × {height}).")]
    NotFilled {
        /// Pixels of all runs together.
        filled: u64,
        /// Pixels of the image.
        pixels: u64,
        /// Width of the image.
        width: u32,
        /// Height of the image.
        height: u32,
    },
    /// A text that is none of COCO's compressed counts.
    #[error("The compressed runs of the mask break off at byte {byte}: no such character, or no such number.")]
    BrokenText {
        /// Position of the number in the text, from 0.
        byte: usize,
    },
    /// More pixels than the counts of the COCO API can hold.
    #[error("A mask of {width} × {height} pixels is too large; the most is {most} pixels.", most = Rle::MOST)]
    TooLarge {
        /// Width of the image.
        width: u32,
        /// Height of the image.
        height: u32,
    },
    /// A bitmap of another image.
    #[error("The bitmap of the mask has {given} pixels; its image has {pixels}.")]
    BitmapSize {
        /// Pixels of the bitmap.
        given: usize,
        /// Pixels of the image.
        pixels: u64,
    },
    /// A polygon that encloses nothing.
    #[error("A polygon needs three points (x, y); this one has {points}.")]
    FewPoints {
        /// Points of the polygon.
        points: usize,
    },
    /// A point that lies nowhere.
    #[error("Point {point} of the polygon, counted from 0, is not finite.")]
    NotFinite {
        /// The first such point, from 0.
        point: usize,
    },
    /// Masks of several images cannot be laid on one another.
    #[error("A mask of {width} × {height} pixels cannot be joined with one of {other_width} × {other_height}.")]
    Sizes {
        /// Width of the first mask.
        width: u32,
        /// Height of the first mask.
        height: u32,
        /// Width of the mask that differs.
        other_width: u32,
        /// Height of the mask that differs.
        other_height: u32,
    },
    /// No polygon, or no mask to join: of what size the mask would be is not known.
    #[error("There is no polygon and no mask to make a mask of.")]
    Nothing,
}

/// A mask by runs down the columns (COCO's order), 0s first: pixels outside, inside, outside … Runs fill height × width exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rle {
    height: u32,
    width: u32,
    runs: Vec<u32>,
}

/// A mask that is borrowed: runs down the columns, 0s first. Those of an [`Rle`] fill height × width; of runs that do not, what
/// is said is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RleRef<'a> {
    /// Pixels of a column.
    pub height: u32,
    /// Columns.
    pub width: u32,
    /// Pixels outside, inside, outside …
    pub runs: &'a [u32],
}

impl Rle {
    /// The most pixels of a mask. COCO counts them in C's `int`.
    pub const MOST: u64 = i32::MAX as u64;

    /// A mask from its counts, as they stand in files without compression.
    ///
    /// # Errors
    /// Where the runs do not fill the image, or the image is too large.
    pub fn from_runs(height: u32, width: u32, runs: Vec<u32>) -> Result<Self, MaskError> {
        let pixels = pixels(height, width)?;
        // 2³² runs of 2³² pixels would still fit.
        let filled = runs.iter().map(|&run| u64::from(run)).sum();
        if filled == u64::from(pixels) {
            Ok(Self { height, width, runs })
        } else {
            Err(MaskError::NotFilled { filled, pixels: u64::from(pixels), width, height })
        }
    }

    /// A mask from COCO's compressed counts (`rleFrString`). At most one run a byte is allocated.
    ///
    /// # Errors
    /// Where the text holds anything else, its runs do not fill the image, or the image is too large.
    pub fn from_text(height: u32, width: u32, text: &[u8]) -> Result<Self, MaskError> {
        pixels(height, width)?;
        Self::from_runs(height, width, text::decode(text)?)
    }

    /// A mask from its pixels, row by row; what is not 0 is inside (`rleEncode`).
    ///
    /// # Errors
    /// Where there are more or fewer pixels than height × width, or too many.
    pub fn from_bitmap(height: u32, width: u32, row_major: &[u8]) -> Result<Self, MaskError> {
        let pixels = pixels(height, width)?;
        if row_major.len() as u64 != u64::from(pixels) {
            return Err(MaskError::BitmapSize { given: row_major.len(), pixels: u64::from(pixels) });
        }
        // Each row against the one above, nothing before the first and after the last: most pieces do not differ.
        let blank = vec![0; width as usize];
        let rows = || row_major.chunks(blank.len().max(1)).chain([blank.as_slice()]);
        let mut turns = Vec::new();
        for ((above, row), y) in std::iter::once(blank.as_slice()).chain(rows()).zip(rows()).zip(0_u32..) {
            for ((above, row), x) in above.chunks(PIECE).zip(row.chunks(PIECE)).zip((0_u32..).step_by(PIECE)) {
                if above != row {
                    let changes = above.iter().zip(row).zip(x..).filter(|((a, b), _)| (**a == 0) != (**b == 0));
                    turns.extend(changes.map(|(_, x)| x * height + y));
                }
            }
        }
        Ok(Self { height, width, runs: runs::between(turns, pixels) })
    }

    /// The pixels of a box: its outline rasterised as a polygon (`rleFrBbox`), so a box between pixels is rounded as COCO
    /// does. A box that is not finite gives an empty mask; an image that is too large ([`Self::MOST`]) one of 0 × 0 pixels.
    #[must_use]
    pub fn from_box(height: u32, width: u32, bbox: BBox) -> Self {
        let (right, bottom) = (bbox.x + bbox.w, bbox.y + bbox.h);
        let ring = [bbox.x, bbox.y, bbox.x, bottom, right, bottom, right, bbox.y];
        match (pixels(height, width), ring.iter().all(|v| v.is_finite())) {
            (Ok(_), true) => Self { height, width, runs: polygon::rasterised(height, width, &ring) },
            (Ok(pixels), false) => Self { height, width, runs: vec![pixels] },
            (Err(_), _) => Self { height: 0, width: 0, runs: vec![0] },
        }
    }

    /// The pixels inside a closed polygon x, y, x, y … (`rleFrPoly`): its outline on a grid five times as fine, inside and
    /// outside by turns down every column. Parts outside the image are left out; of an odd number of values the last is not read.
    ///
    /// # Errors
    /// Where there are fewer than three points, one is not finite, or the image is too large.
    pub fn from_polygon(height: u32, width: u32, xy: &[f64]) -> Result<Self, MaskError> {
        pixels(height, width)?;
        let points = xy.len() / 2;
        if points < 3 {
            return Err(MaskError::FewPoints { points });
        }
        if let Some(point) = xy.as_chunks::<2>().0.iter().position(|p| p.iter().any(|v| !v.is_finite())) {
            return Err(MaskError::NotFinite { point });
        }
        Ok(Self { height, width, runs: polygon::rasterised(height, width, xy) })
    }

    /// The union of several polygons, as COCO's `frPyObjects` and `merge`: a ring inside another adds to it, it is no hole.
    ///
    /// # Errors
    /// Where there is no ring, and where one of them is refused by [`Self::from_polygon`].
    pub fn from_polygons(height: u32, width: u32, rings: &[Vec<f64>]) -> Result<Self, MaskError> {
        let (first, others) = rings.split_first().ok_or(MaskError::Nothing)?;
        let mut all = Self::from_polygon(height, width, first)?;
        for ring in others {
            let ring = Self::from_polygon(height, width, ring)?;
            all.runs = runs::joined(&all.runs, &ring.runs, |a, b| a || b);
        }
        Ok(all)
    }

    /// What is inside any of the masks (`rleMerge`). A single mask is returned as it is.
    ///
    /// # Errors
    /// Where there is no mask, and where they differ in size (COCO returns a mask of 0 × 0 for both).
    pub fn union(masks: &[RleRef<'_>]) -> Result<Self, MaskError> {
        Self::joined(masks, |a, b| a || b)
    }

    /// What is inside all of the masks (`rleMerge`). A single mask is returned as it is.
    ///
    /// # Errors
    /// As [`Self::union`].
    pub fn intersection(masks: &[RleRef<'_>]) -> Result<Self, MaskError> {
        Self::joined(masks, |a, b| a && b)
    }

    fn joined(masks: &[RleRef<'_>], inside: impl Fn(bool, bool) -> bool) -> Result<Self, MaskError> {
        let (first, others) = masks.split_first().ok_or(MaskError::Nothing)?;
        let RleRef { height, width, .. } = *first;
        if let Some(other) = others.iter().find(|other| !first.fits(**other)) {
            return Err(MaskError::Sizes { width, height, other_width: other.width, other_height: other.height });
        }
        let runs = others.iter().fold(first.runs.to_vec(), |all, other| runs::joined(&all, other.runs, &inside));
        Ok(Self { height, width, runs })
    }

    /// The part of the mask in a window, itself cut off at the edges of the mask: 0 × 0 where it lies beyond them.
    #[must_use]
    pub fn crop(&self, x: u32, y: u32, width: u32, height: u32) -> Self {
        let width = width.min(self.width.saturating_sub(x));
        let height = height.min(self.height.saturating_sub(y));
        if width == 0 || height == 0 {
            return Self { height: 0, width: 0, runs: vec![0] };
        }
        let (left, right) = (x * self.height, (x + width) * self.height);
        let mut out = Writer::default();
        for span in spans(&self.runs).skip_while(|span| span.end <= left).take_while(|span| span.start < right) {
            let window = Span { start: span.start.max(left), end: span.end.min(right) };
            for (column, from, to) in window.columns(self.height) {
                let start = (column - x) * height;
                out.paint(start + from.saturating_sub(y).min(height), start + to.saturating_sub(y).min(height));
            }
        }
        Self { height, width, runs: out.finish(width * height) }
    }

    /// The mask, borrowed.
    #[must_use]
    pub fn as_ref(&self) -> RleRef<'_> {
        RleRef { height: self.height, width: self.width, runs: &self.runs }
    }
}

impl<'a> RleRef<'a> {
    /// Pixels inside (`rleArea`).
    #[must_use]
    pub fn area(self) -> u64 {
        self.runs.iter().skip(1).step_by(2).map(|&run| u64::from(run)).sum()
    }

    /// The smallest box around the pixels inside (`rleToBbox`); 0, 0, 0, 0 where there are none.
    #[must_use]
    pub fn bbox(self) -> BBox {
        self.bounds().bbox()
    }

    /// COCO's compressed counts (`rleToString`).
    #[must_use]
    pub fn to_text(self) -> String {
        text::encode(self.runs)
    }

    /// The pixels, row by row: 1 inside, 0 outside. One byte a pixel is allocated.
    #[must_use]
    pub fn to_bitmap(self) -> Vec<u8> {
        let width = self.width as usize;
        let mut bitmap = vec![0; self.height as usize * width];
        for (x, top, bottom) in spans(self.runs).flat_map(|span| span.columns(self.height)) {
            let column = bitmap.iter_mut().skip(top as usize * width + x as usize).step_by(width.max(1));
            column.take((bottom - top) as usize).for_each(|pixel| *pixel = 1);
        }
        bitmap
    }

    /// A part of the mask (left, top, right, bottom, which may reach beyond it) as a bitmap of `size` (width, height), row by row:
    /// every pixel is that of the mask which its centre falls into, as [`super::IndexMask::resized_nearest`] has it.
    #[must_use]
    pub fn sampled(self, [left, top, right, bottom]: [i32; 4], [width, height]: [u32; 2]) -> Vec<u8> {
        let of = |from: i32, to: i32, new: u32| -> Vec<i64> {
            let old = u32::try_from(i64::from(to) - i64::from(from)).unwrap_or(0);
            (0..new).map(|at| i64::from(from) + i64::from(centre_of(at, old, new))).collect()
        };
        let (columns, rows) = (of(left, right, width), of(top, bottom, height));
        let within = |places: &[i64], from: u32, to: u32| {
            places.partition_point(|at| *at < from.into())..places.partition_point(|at| *at < to.into())
        };
        let mut bitmap = vec![0; width as usize * height as usize];
        if right <= left || bottom <= top {
            return bitmap;
        }
        for (x, top, bottom) in spans(self.runs).flat_map(|span| span.columns(self.height)) {
            let columns = within(&columns, x, x.saturating_add(1));
            if columns.is_empty() {
                continue;
            }
            for row in within(&rows, top, bottom) {
                let start = row * width as usize;
                if let Some(pixels) = bitmap.get_mut(start + columns.start..start + columns.end) {
                    pixels.fill(1);
                }
            }
        }
        bitmap
    }

    /// Pixels inside both masks; 0 where they differ in size.
    #[must_use]
    pub fn intersection_area(self, other: RleRef<'_>) -> u64 {
        if self.fits(other) { runs::shared(self.runs, other.runs, 0, u32::MAX) } else { 0 }
    }

    /// Overlap of a detection (`self`) with a truth (`rleIou`): intersection over union, or over the detection's own area
    /// where the truth is a crowd or otherwise to be ignored. 0 without an intersection, and 0 where the masks differ in
    /// size: COCO says −1 of those whose boxes touch, which like 0 reaches no threshold.
    #[must_use]
    pub fn overlap(self, truth: RleRef<'_>, ignored: bool) -> f64 {
        overlap_of_areas(self.intersection_area(truth), self.area(), truth.area(), ignored)
    }

    /// True where a pixel is inside; false for pixels beyond the mask.
    #[must_use]
    pub fn contains(self, x: u32, y: u32) -> bool {
        if x >= self.width || y >= self.height {
            return false;
        }
        let Some(at) = x.checked_mul(self.height).and_then(|first| first.checked_add(y)) else { return false };
        spans(self.runs).find(|span| span.end > at).is_some_and(|span| span.start <= at)
    }

    /// Its outlines along the edges of pixels, in pixels from the top left corner; closed, the first point is not repeated.
    /// Outer rings run clockwise on the screen, holes counter-clockwise; pixels that touch at a corner only are rings of
    /// their own. Filling all rings by the even-odd rule gives the mask back.
    #[must_use]
    pub fn to_polygons(self) -> Vec<Vec<[f64; 2]>> {
        outline::rings(self)
    }

    /// True where both masks have the size of one image.
    fn fits(self, other: RleRef<'_>) -> bool {
        self.height == other.height && self.width == other.width
    }

    /// The columns and rows of the pixels inside.
    fn bounds(self) -> Bounds {
        let mut bounds = Bounds { left: u32::MAX, top: u32::MAX, right: 0, bottom: 0 };
        for span in spans(self.runs) {
            let (left, right) = (span.start / self.height.max(1), (span.end - 1) / self.height.max(1));
            let first = left.saturating_mul(self.height);
            let (top, bottom) = match left == right {
                true => (span.start - first, span.end - first),
                false => (0, self.height),
            };
            bounds.left = bounds.left.min(left);
            bounds.right = bounds.right.max(right.saturating_add(1));
            bounds.top = bounds.top.min(top);
            bounds.bottom = bounds.bottom.max(bottom);
        }
        if bounds.right == 0 { Bounds::default() } else { bounds }
    }
}

/// Columns `left..right` and rows `top..bottom`; all 0 around nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Bounds {
    left: u32,
    top: u32,
    right: u32,
    bottom: u32,
}

impl Bounds {
    fn bbox(self) -> BBox {
        BBox::from_corners(f64::from(self.left), f64::from(self.top), f64::from(self.right), f64::from(self.bottom))
    }
}

/// Pixels of an image.
fn pixels(height: u32, width: u32) -> Result<u32, MaskError> {
    let pixels = u64::from(height) * u64::from(width);
    let fits = u32::try_from(pixels).ok().filter(|&pixels| u64::from(pixels) <= Rle::MOST);
    fits.ok_or(MaskError::TooLarge { width, height })
}

/// Overlap from the areas in pixels; 0 without an intersection.
fn overlap_of_areas(shared: u64, detection: u64, truth: u64, ignored: bool) -> f64 {
    // Areas are below 2³²: as numbers in double precision they are exact, and so are their sums.
    if shared > 0 { overlap_of(shared as f64, detection as f64, truth as f64, ignored) } else { 0.0 }
}
