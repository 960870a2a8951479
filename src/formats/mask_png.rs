//! Masks of class indices and maps of confidence, from the picture files people have them in.
//!
//! Knows samples as they are stored and the colours of classes. Does not know which picture a mask belongs to.

mod classes;
mod classes_json;
mod confidence;
mod other;
mod png_samples;
mod samples;

use std::path::Path;

use rustc_hash::{FxHashMap, FxHashSet};

use super::error::FormatError;
use super::source;
use crate::model::index_mask::NO_CLASS;
use crate::model::{IndexMask, Indices};

pub use classes::{MaskClasses, read_classes};
pub use confidence::read_confidence;
use samples::{Raster, Samples};

/// The largest mask that is read, in pixels: 2²⁸.
pub const MAX_PIXELS: u64 = 1 << 28;

/// The colours that stand for classes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Palette {
    index_of: FxHashMap<[u8; 3], u16>,
    indices: FxHashSet<u16>,
}

impl Palette {
    /// Colours (red, green, blue) with the index of their class. Of a colour that is there twice the first index counts.
    #[must_use]
    pub fn from_colours(colours: Vec<([u8; 3], u16)>) -> Self {
        let mut palette = Self::default();
        for (colour, index) in colours {
            palette.index_of.entry(colour).or_insert(index);
            palette.indices.insert(index);
        }
        palette
    }

    /// The class that a colour stands for.
    #[must_use]
    pub fn index(&self, colour: [u8; 3]) -> Option<u16> {
        self.index_of.get(&colour).copied()
    }

    /// True where no colour is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index_of.is_empty()
    }
}

/// Pixels of colours that stand for no class; their index is [`NO_CLASS`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unknown {
    /// The colours and how many pixels have each, most frequent first, at most [`Unknown::COLOURS`] of them.
    pub colours: Vec<([u8; 3], u64)>,
    /// All pixels of such colours.
    pub pixels: u64,
}

impl Unknown {
    /// Colours that are named.
    pub const COLOURS: usize = 20;
    /// Colours that are told apart: a photograph in the place of a mask has any number of them.
    const MOST: usize = 1 << 16;
}

/// Reads a mask.
///
/// - Grey of 8 or 16 bits, and of 1, 2 or 4 in PNG: the value as stored is the index. Only where `palette` is given, some
///   value is the index of none of its classes and all values are, as greys, colours of it (such as 0 and 255 of a mask in
///   black and white), the colours count.
/// - A picture with a palette of its own (PNG, BMP): the position in it is the index. Where `palette` is given and the
///   colours of all positions in use are in it and differ from each other, the colours count: a program that saves a
///   picture of colours with a palette orders it as it likes. A palette of greys in their order has no say.
/// - Red, green and blue: by colour, so `palette` is needed. Of 16 bits the upper 8 count.
///
/// Transparency and orientation are passed over. The kind of file is told by its content: PNG, BMP, TIFF, WebP.
///
/// # Errors
/// Where the file cannot be read, is damaged, animated, larger than [`MAX_PIXELS`] or promises more than a file of its size
/// can hold; where it is stored with loss (JPEG, lossy WebP) or of colours that nobody gave.
pub fn read(path: &Path, palette: Option<&Palette>) -> Result<(IndexMask, Unknown), FormatError> {
    let bytes = source::read_bytes(path)?;
    let raster = decode(path, &bytes)?;
    drop(bytes);
    let (width, height) = (raster.width, raster.height);
    let palette = palette.filter(|p| !p.is_empty());
    let plain = |values| Ok((IndexMask { width, height, values: Indices::Small(values) }, Unknown::default()));
    match raster.samples {
        Samples::Byte(values) => {
            let greys: Vec<[u8; 3]> = (0..=u8::MAX).map(|grey| [grey; 3]).collect();
            match palette.and_then(|p| by_grey(&values, p, &greys)) {
                Some(indices) => Ok((looked_up(width, height, &values, &indices), Unknown::default())),
                None => plain(values),
            }
        }
        Samples::Word(values) => Ok((IndexMask::new(width, height, values), Unknown::default())),
        Samples::Indexed(values, own) => match palette.and_then(|p| by_position(&values, p, &own)) {
            Some(indices) => Ok((looked_up(width, height, &values, &indices), Unknown::default())),
            None => plain(values),
        },
        Samples::Colour(colours) => {
            let Some(palette) = palette else { return Err(no_colours(path)) };
            Ok(by_colour(width, height, &colours, palette))
        }
    }
}

/// Reads a picture as colours, whatever they mean; greys of 8 bits are colours too.
///
/// # Errors
/// As [`read`].
pub fn read_colours(path: &Path) -> Result<(u32, u32, Vec<[u8; 3]>), FormatError> {
    let bytes = source::read_bytes(path)?;
    let Raster { width, height, samples, .. } = decode(path, &bytes)?;
    let colours = match samples {
        Samples::Colour(colours) => colours,
        Samples::Byte(values) => values.into_iter().map(|grey| [grey; 3]).collect(),
        Samples::Indexed(values, palette) => {
            values.into_iter().map(|at| palette.get(usize::from(at)).copied().unwrap_or_default()).collect()
        }
        Samples::Word(_) => {
            let remedy = "save red, green and blue of 8 bits each";
            return Err(FormatError::new(path, "has greys of 16 bits where colours should be", remedy));
        }
    };
    Ok((width, height, colours))
}

fn no_colours(path: &Path) -> FormatError {
    FormatError::new(
        path,
        "holds colours, and it is not known which class each stands for",
        "give the colours in a classes.json beside the masks or in the project file",
    )
}

/// Chooses the decoder by the content: wrong endings are common.
fn decode(path: &Path, bytes: &[u8]) -> Result<Raster, FormatError> {
    let lossy = |kind: &str| {
        FormatError::new(
            path,
            format!("is a {kind}, whose compression changes the values along every border"),
            "save masks as PNG",
        )
    };
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => png_samples::decode(path, bytes),
        [0xFF, 0xD8, 0xFF, ..] => Err(lossy("JPEG")),
        [b'B', b'M', ..] => other::bmp(path, bytes),
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => other::tiff(path, bytes),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => match other::is_lossless_webp(bytes) {
            true => other::webp(path, bytes),
            false => Err(lossy("WebP with loss or an animation")),
        },
        [] => Err(FormatError::new(path, "is empty", "copy or export it again")),
        _ => Err(FormatError::new(path, "is no PNG, BMP, TIFF or WebP picture", "save masks as PNG")),
    }
}

/// Which values are there.
fn used(values: &[u8]) -> [bool; 256] {
    let mut used = [false; 256];
    for &value in values {
        if let Some(place) = used.get_mut(usize::from(value)) {
            *place = true;
        }
    }
    used
}

/// The class of each grey where the colours count, and not the values.
fn by_grey(values: &[u8], palette: &Palette, greys: &[[u8; 3]]) -> Option<Vec<u16>> {
    let used = used(values);
    let fits = (0_u16..).zip(used).all(|(value, used)| !used || palette.indices.contains(&value));
    if fits { None } else { of_used(&used, palette, greys) }
}

/// The class of each position where the colours count, and not the positions.
fn by_position(values: &[u8], palette: &Palette, own: &[[u8; 3]]) -> Option<Vec<u16>> {
    let used = used(values);
    if own.iter().zip(0_u8..=u8::MAX).all(|(colour, position)| *colour == [position; 3]) {
        return None;
    }
    let mut seen = FxHashSet::default();
    let differ = own.iter().zip(used).all(|(colour, used)| !used || seen.insert(*colour));
    if differ { of_used(&used, palette, own) } else { None }
}

/// The class of each colour in use, `None` where one of them stands for none.
fn of_used(used: &[bool; 256], palette: &Palette, colours: &[[u8; 3]]) -> Option<Vec<u16>> {
    let mut indices = vec![NO_CLASS; 256];
    for (position, index) in indices.iter_mut().enumerate().filter(|(position, _)| used.get(*position) == Some(&true)) {
        *index = colours.get(position).and_then(|&colour| palette.index(colour))?;
    }
    Some(indices)
}

fn looked_up(width: u32, height: u32, values: &[u8], indices: &[u16]) -> IndexMask {
    let index = |&value: &u8| indices.get(usize::from(value)).copied().unwrap_or(NO_CLASS);
    IndexMask::new(width, height, values.iter().map(index).collect())
}

fn by_colour(width: u32, height: u32, colours: &[[u8; 3]], palette: &Palette) -> (IndexMask, Unknown) {
    let mut unknown = Unknown::default();
    let mut counts: FxHashMap<[u8; 3], u64> = FxHashMap::default();
    let mut indices = Vec::with_capacity(colours.len());
    // Neighbours mostly agree.
    for run in colours.chunk_by(|a, b| a == b) {
        let colour = run.first().copied().unwrap_or_default();
        let index = palette.index(colour);
        indices.resize(indices.len() + run.len(), index.unwrap_or(NO_CLASS));
        if index.is_none() {
            unknown.pixels += run.len() as u64;
            if counts.len() < Unknown::MOST || counts.contains_key(&colour) {
                *counts.entry(colour).or_default() += run.len() as u64;
            }
        }
    }
    unknown.colours = counts.into_iter().collect();
    unknown.colours.sort_unstable_by_key(|&(colour, pixels)| (std::cmp::Reverse(pixels), colour));
    unknown.colours.truncate(Unknown::COLOURS);
    (IndexMask::new(width, height, indices), unknown)
}

#[cfg(test)]
mod tests;
