//! Answers a wish for a picture: from the disk cache where it pays, else by decoding.
//!
//! Knows files and sizes. Does not know which images are on screen.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use fast_image_resize::images::ImageRef;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::cache::{Stored, ThumbCache, ThumbKey};
use crate::formats::picture::{self, Picture};
use crate::jobs::JobError;

/// A picture smaller than this is decoded as fast as it is found on disk, so it is not kept there.
const WORTH_KEEPING: u64 = 1 << 20;
/// A decoded picture of at most this many pixels stays at hand for the next crop of it.
const AT_HAND: u64 = 16 << 20;

/// Which part of a picture is wanted, and how large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// All of it, scaled down so that no side is longer.
    Whole {
        /// Longest side in pixels.
        side: u32,
    },
    /// All of it, as a thumbnail that may come from the disk cache.
    Thumb {
        /// Longest side in pixels.
        side: u32,
    },
    /// A rectangle of it, scaled down so that no side is longer.
    Crop {
        /// Left, top, right and bottom in pixels of a picture of size `of`.
        area: [i32; 4],
        /// The size that the area refers to; (0, 0) means the picture's own.
        of: (u32, u32),
        /// Longest side in pixels.
        side: u32,
    },
}

/// A wish for a picture.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PictureRequest {
    /// The file.
    pub path: PathBuf,
    /// What of it.
    pub part: Part,
}

/// Loads pictures on one thread.
#[derive(Debug)]
pub struct PictureLoader {
    cache: Option<Arc<ThumbCache>>,
    /// The picture that was cropped last: objects of one image are asked for one after the other.
    last: Option<(PathBuf, Picture)>,
}

impl PictureLoader {
    /// A loader that keeps thumbnails of large pictures in `cache`.
    #[must_use]
    pub fn new(cache: Option<Arc<ThumbCache>>) -> Self {
        Self { cache, last: None }
    }

    /// Loaders for this many threads of the window, with the disk cache of this person.
    #[must_use]
    pub fn for_window(threads: usize) -> Vec<Self> {
        let cache = ThumbCache::of_user().map(Arc::new);
        (0..threads).map(|_| Self::new(cache.clone())).collect()
    }

    /// Answers a wish.
    ///
    /// # Errors
    /// A sentence with the path where the file is missing or cannot be decoded.
    pub fn load(&mut self, request: &PictureRequest) -> Result<Picture, JobError> {
        let path = &request.path;
        let what = match request.part {
            Part::Whole { side } => return decode(path, Some(side)),
            Part::Thumb { side } => format!("thumb {side}"),
            Part::Crop { area: [x0, y0, x1, y1], of: (w, h), side } => {
                format!("crop {x0} {y0} {x1} {y1} of {w} {h} {side}")
            }
        };
        let key = self.cache.is_some().then(|| ThumbKey::of(path, &what)).flatten();
        if let Some(kept) = key.and_then(|key| self.cache.as_ref()?.get(key)) {
            return Ok(from_stored(kept));
        }
        let picture = match request.part {
            Part::Whole { side } | Part::Thumb { side } => {
                self.last = None;
                decode(path, Some(side))?
            }
            Part::Crop { area, of, side } => crop(self.whole(path)?, area, of, side).map_err(|problem| {
                JobError::Failed(format!("{}: {problem}; look at the box of this object", path.display()))
            })?,
        };
        let pixels = u64::from(picture.source_width) * u64::from(picture.source_height);
        if pixels < WORTH_KEEPING {
            return Ok(picture);
        }
        match (&self.cache, key) {
            (Some(cache), Some(key)) => {
                let stored = into_stored(picture);
                cache.put(key, &stored);
                Ok(from_stored(stored))
            }
            _ => Ok(picture),
        }
    }

    fn whole(&mut self, path: &Path) -> Result<&Picture, JobError> {
        let at_hand = self.last.take().filter(|(p, picture)| p == path && area(picture) <= AT_HAND);
        let picture = match at_hand {
            Some((_, picture)) => picture,
            None => decode(path, None)?,
        };
        Ok(&self.last.insert((path.to_owned(), picture)).1)
    }
}

fn area(picture: &Picture) -> u64 {
    u64::from(picture.width) * u64::from(picture.height)
}

fn decode(path: &Path, side: Option<u32>) -> Result<Picture, JobError> {
    picture::decode(path, side).map_err(|error| JobError::Failed(error.to_string()))
}

/// Cuts `area` (in pixels of a picture of size `of`) out of a picture and scales it down to `side`.
fn crop(from: &Picture, area: [i32; 4], of: (u32, u32), side: u32) -> Result<Picture, String> {
    let (width, height) = (f64::from(from.width), f64::from(from.height));
    let scale = |size: f64, annotated: u32| if annotated == 0 { 1.0 } else { size / f64::from(annotated) };
    let (sx, sy) = (scale(width, of.0), scale(height, of.1));
    let [x0, y0, x1, y1] = area.map(f64::from);
    let (left, right) = ((x0 * sx).clamp(0.0, width), (x1 * sx).clamp(0.0, width));
    let (top, bottom) = ((y0 * sy).clamp(0.0, height), (y1 * sy).clamp(0.0, height));
    let (w, h) = (right - left, bottom - top);
    if w < 1.0 || h < 1.0 {
        return Err("nothing of the object lies inside the picture".to_owned());
    }
    let factor = (f64::from(side) / w.max(h)).min(1.0);
    // At least 1 and at most `side`, so the conversion cannot truncate.
    let scaled = |length: f64| (length * factor).round().max(1.0) as u32;
    let problem = |e: &dyn std::fmt::Display| format!("the object cannot be cut out ({e})");
    let source = ImageRef::new(from.width, from.height, &from.rgba, PixelType::U8x4).map_err(|e| problem(&e))?;
    let mut target = fast_image_resize::images::Image::new(scaled(w), scaled(h), PixelType::U8x4);
    let options = ResizeOptions::new().crop(left, top, w, h).resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    Resizer::new().resize(&source, &mut target, &options).map_err(|e| problem(&e))?;
    Ok(Picture {
        width: target.width(),
        height: target.height(),
        rgba: target.into_vec(),
        source_width: from.source_width,
        source_height: from.source_height,
    })
}

fn into_stored(picture: Picture) -> Stored {
    let Picture { width, height, rgba, source_width, source_height } = picture;
    Stored { width, height, source_width, source_height, rgba }
}

fn from_stored(stored: Stored) -> Picture {
    let Stored { width, height, source_width, source_height, rgba } = stored;
    Picture { width, height, rgba, source_width, source_height }
}
