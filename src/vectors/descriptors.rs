//! Vectors for items that come without: what a picture or a text looks like on its face. Coarse, but made in moments and
//! always the same. Knows pixels and characters; opens no files.
//!
//! Columns are of different kinds and are meant to be standardised ([`super::scaling`]).

use rayon::prelude::*;

use crate::model::{Cancelled, Progress};

/// Levels of each colour in the histogram.
const LEVELS: usize = 4;
/// Width and height of the reduced picture from which gradients and thumbnail are taken.
const REDUCED: usize = 64;
/// Cells of the gradient histogram along each side.
const CELLS: usize = 4;
/// Directions of a gradient, of half a turn.
const DIRECTIONS: usize = 8;
/// Width and height of the thumbnail.
const THUMBNAIL: usize = 8;
/// Numbers of a picture: colour histogram, gradient histogram, thumbnail, in this order.
pub const PICTURE: usize = LEVELS * LEVELS * LEVELS + CELLS * CELLS * DIRECTIONS + THUMBNAIL * THUMBNAIL * 3;
/// Numbers of a text.
pub const TEXT: usize = 512;
/// Places in which words are counted over all texts; words that share one count as one.
const PLACES: usize = 1 << 20;

/// Why a picture has no descriptor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// It has no pixel.
    #[error("A picture of {width} × {height} pixels has nothing to describe.")]
    Empty {
        /// Pixels across.
        width: usize,
        /// Pixels down.
        height: usize,
    },
    /// Bytes that are not its pixels.
    #[error("A picture of {width} × {height} pixels has three bytes a pixel; there are {bytes} bytes.")]
    Bytes {
        /// Pixels across.
        width: usize,
        /// Pixels down.
        height: usize,
        /// Bytes given.
        bytes: usize,
    },
}

/// [`PICTURE`] numbers that describe a picture of `rgb` bytes, three a pixel, row by row:
///
/// - 64 shares of its pixels, by four levels of red, green and blue;
/// - 128 shares of its gradients: of the picture reduced to 64 × 64 grey pixels, in 4 × 4 cells by eight directions of half a
///   turn, weighted by their size (Dalal, Triggs 2005, without overlapping blocks); all 0 where there is no gradient;
/// - 192 numbers of 0 to 1: the picture reduced to 8 × 8 pixels, red, green and blue.
///
/// # Errors
/// [`PictureError`] where there is no pixel, or bytes for another number of them.
pub fn picture(width: usize, height: usize, rgb: &[u8]) -> Result<Vec<f32>, PictureError> {
    if width == 0 || height == 0 {
        return Err(PictureError::Empty { width, height });
    }
    if width.checked_mul(height).and_then(|pixels| pixels.checked_mul(3)) != Some(rgb.len()) {
        return Err(PictureError::Bytes { width, height, bytes: rgb.len() });
    }
    let reduced = reduce(width, height, rgb);
    let mut described = colours(rgb);
    described.extend(gradients(&reduced));
    described.extend(thumbnail(&reduced));
    Ok(described)
}

fn colours(rgb: &[u8]) -> Vec<f32> {
    let mut counts = [0_u32; LEVELS * LEVELS * LEVELS];
    for pixel in rgb.chunks_exact(3) {
        counts[pixel.iter().fold(0, |bin, value| bin * LEVELS + usize::from(*value) * LEVELS / 256)] += 1;
    }
    counts.iter().map(|count| (f64::from(*count) / (rgb.len() / 3) as f64) as f32).collect()
}

/// The picture in 64 × 64 pixels of 0 to 1, each the mean of those that it covers, or the one in its place where there are
/// fewer.
fn reduce(width: usize, height: usize, rgb: &[u8]) -> Vec<[f64; 3]> {
    let covered = |at: usize, size: usize| {
        let start = at * size / REDUCED;
        start..((at + 1) * size / REDUCED).max(start + 1)
    };
    let mean = |place: usize| {
        let (down, across) = (covered(place / REDUCED, height), covered(place % REDUCED, width));
        let count = (down.len() * across.len()) as f64;
        let mut sums = [0_u64; 3];
        for y in down {
            for pixel in rgb[(y * width + across.start) * 3..(y * width + across.end) * 3].chunks_exact(3) {
                sums.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += u64::from(*value));
            }
        }
        sums.map(|sum| sum as f64 / count / 255.0)
    };
    (0..REDUCED * REDUCED).map(mean).collect()
}

fn gradients(reduced: &[[f64; 3]]) -> Vec<f32> {
    let grey = |x: usize, y: usize| {
        let [red, green, blue] = reduced[y * REDUCED + x];
        0.299 * red + 0.587 * green + 0.114 * blue // the luma of ITU-R BT.601
    };
    let mut sums = [0.0_f64; CELLS * CELLS * DIRECTIONS];
    for (x, y) in (1..REDUCED - 1).flat_map(|y| (1..REDUCED - 1).map(move |x| (x, y))) {
        let (dx, dy) = (grey(x + 1, y) - grey(x - 1, y), grey(x, y + 1) - grey(x, y - 1));
        let turn = dy.atan2(dx).rem_euclid(std::f64::consts::PI) / std::f64::consts::PI;
        let direction = (turn * DIRECTIONS as f64) as usize % DIRECTIONS;
        let cell = y * CELLS / REDUCED * CELLS + x * CELLS / REDUCED;
        sums[cell * DIRECTIONS + direction] += dx.hypot(dy);
    }
    let all: f64 = sums.iter().sum();
    sums.iter().map(|sum| if all > 0.0 { (sum / all) as f32 } else { 0.0 }).collect()
}

fn thumbnail(reduced: &[[f64; 3]]) -> Vec<f32> {
    let side = REDUCED / THUMBNAIL;
    let mut sums = [[0.0; 3]; THUMBNAIL * THUMBNAIL];
    for (place, pixel) in reduced.iter().enumerate() {
        let (x, y) = (place % REDUCED / side, place / REDUCED / side);
        sums[y * THUMBNAIL + x].iter_mut().zip(pixel).for_each(|(sum, value)| *sum += value);
    }
    sums.iter().flatten().map(|sum| (sum / (side * side) as f64) as f32).collect()
}

/// [`TEXT`] numbers for each text, one after the other: tf-idf of its words and pairs of neighbouring words, hashed with
/// signs (Weinberger et al. 2009), of length 1; all 0 of a text without words.
///
/// Words are runs of letters and digits in lower case. A term that occurs `n` times in a text counts 1 + ln n, times
/// ln((1 + texts) / (1 + texts with it)) + 1, scikit-learn's smoothed idf. Texts with a term are counted in 2^20 places, so
/// that memory stays the same for any number of words.
///
/// # Errors
/// [`Cancelled`] on request.
pub fn texts(texts: &[&str], progress: &dyn Progress) -> Result<Vec<f32>, Cancelled> {
    progress.stage("Describing texts");
    let counted = |text: &&str| {
        progress.check()?;
        Ok(counted_terms(text))
    };
    let terms = texts.par_iter().map(counted).collect::<Result<Vec<Vec<(u64, u32)>>, Cancelled>>()?;
    let mut with = vec![0_u32; PLACES];
    for &(term, _) in terms.iter().flatten() {
        with[place(term)] += 1;
    }
    let described = terms.par_iter().flat_map_iter(|terms| describe(terms, &with, texts.len()));
    Ok(described.collect())
}

fn place(term: u64) -> usize {
    (term >> 44) as usize
}

/// Hashes of the terms of a text in ascending order, with how often each occurs. Terms of one text that share a place in the
/// counts are counted there once each.
fn counted_terms(text: &str) -> Vec<(u64, u32)> {
    let mut all = Vec::new();
    let mut before = None;
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let lower = word.chars().flat_map(char::to_lowercase);
        let hash = hashed(0xcbf2_9ce4_8422_2325, lower);
        all.push(mixed(hash));
        if let Some(before) = before {
            all.push(mixed(hash ^ mixed(before)));
        }
        before = Some(hash);
    }
    all.sort_unstable();
    let runs = all.chunk_by(|a, b| a == b);
    runs.filter_map(|run| Some((*run.first()?, run.len() as u32))).collect()
}

/// FNV-1a of the characters' bytes.
fn hashed(start: u64, word: impl Iterator<Item = char>) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    word.fold(start, |hash, c| {
        let mut buffer = [0; 4];
        c.encode_utf8(&mut buffer).bytes().fold(hash, step)
    })
}

/// Spreads a hash over all its bits.
const fn mixed(hash: u64) -> u64 {
    crate::model::rng::Rng::new(hash).next_u64()
}

fn describe(terms: &[(u64, u32)], with: &[u32], texts: usize) -> Vec<f32> {
    let mut sums = vec![0.0_f64; TEXT];
    for &(term, count) in terms {
        let idf = ((1.0 + texts as f64) / (1.0 + f64::from(with[place(term)]))).max(1.0).ln() + 1.0;
        let weight = (1.0 + f64::from(count).ln()) * idf;
        sums[term as usize % TEXT] += if term & (1 << 32) == 0 { weight } else { -weight };
    }
    let length = sums.iter().map(|sum| sum * sum).sum::<f64>().sqrt();
    sums.iter().map(|sum| if length > 0.0 { (sum / length) as f32 } else { 0.0 }).collect()
}
