//! What is measured in the pictures themselves: brightness, sharpness, hashes.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use rayon::prelude::*;

use crate::analysis::pictures::PictureTraits;
use crate::cache::TableCache;
use crate::formats::{self, hash, picture};
use crate::model::{Cancelled, Progress};

/// Pictures are measured in this size at most, so that the sharpness of a large one and of a small one can be compared.
pub const SIDE: u32 = 256;

/// The state.
#[derive(Debug, Default)]
pub struct Pictures {
    /// By image of the evaluation on screen, what was measured in it; `None` inside where its picture cannot be read. `None`
    /// until it was asked for and is done.
    pub traits: Option<Arc<Vec<Option<PictureTraits>>>>,
}

impl Pictures {
    /// Images whose picture could not be read, once they were measured.
    #[must_use]
    pub fn missing(&self) -> Option<usize> {
        self.traits.as_ref().map(|traits| traits.iter().filter(|of| of.is_none()).count())
    }
}

/// A wish.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Measure the pictures of the evaluation on screen; does nothing while that is done or under way.
    Measure,
}

/// What a job found.
#[derive(Debug)]
pub enum Answer {
    /// By image, what was measured.
    Measured(Vec<Option<PictureTraits>>),
}

/// Measures pictures, in parallel; `None` inside where there is no file, or none that can be decoded. What was measured once is
/// kept by folder, file name, size and time of change; also of a job that is cancelled.
///
/// # Errors
/// [`Cancelled`] when asked to stop.
pub fn measure(
    paths: &[Option<PathBuf>],
    cache: Option<&TableCache>,
    progress: &dyn Progress,
) -> Result<Vec<Option<PictureTraits>>, Cancelled> {
    progress.stage("Measuring pictures");
    let looks: Vec<Option<Mark>> = paths.par_iter().map(|path| path.as_deref().and_then(mark)).collect();
    let mut folders: HashMap<&Path, Kept> = HashMap::new();
    for folder in paths.iter().flatten().filter_map(|path| path.parent()) {
        folders.entry(folder).or_insert_with(|| Kept::read(folder, cache));
    }
    let known = |path: &Path, mark: &Mark| folders.get(path.parent()?)?.traits.get(mark).copied();
    let done = AtomicUsize::new(0);
    let one = |(path, mark): (&Option<PathBuf>, &Option<Mark>)| {
        let (path, mark) = path.as_deref().zip(mark.as_ref())?;
        let found = known(path, mark).or_else(|| if progress.check().is_ok() { of_file(path) } else { None });
        progress.progress(done.fetch_add(1, Ordering::Relaxed) + 1, paths.len());
        found
    };
    let found: Vec<Option<PictureTraits>> = paths.par_iter().zip(&looks).map(one).collect();
    for ((path, mark), traits) in paths.iter().zip(&looks).zip(&found) {
        let folder = path.as_deref().and_then(Path::parent).and_then(|folder| folders.get_mut(folder));
        if let Some(((folder, mark), traits)) = folder.zip(*mark).zip(*traits) {
            folder.changed |= folder.traits.insert(mark, traits).is_none();
        }
    }
    folders.iter().filter(|(_, kept)| kept.changed).for_each(|(folder, kept)| kept.write(folder, cache));
    progress.check()?;
    Ok(found)
}

/// Measures the picture of a file.
fn of_file(path: &Path) -> Option<PictureTraits> {
    let picture = picture::decode(path, Some(SIDE)).ok()?;
    let measured = (picture.width as usize, picture.height as usize);
    let stored = (picture.source_width, picture.source_height);
    PictureTraits::measure(&picture.rgba, measured, stored, hash::start_of(path)?)
}

/// What tells one state of a file from another: a hash of its name, size and time of change.
type Mark = [u8; 16];

/// `None` where there is no such file.
fn mark(path: &Path) -> Option<Mark> {
    let (bytes, time): (u64, SystemTime) = formats::fingerprint(std::slice::from_ref(&path.to_owned())).pop()?.1?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(path.file_name()?.as_encoded_bytes()).update(&[0]).update(&bytes.to_le_bytes());
    hasher.update(&time.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos().to_le_bytes());
    hasher.finalize().as_bytes().first_chunk().copied()
}

/// What was measured in the pictures of one folder.
#[derive(Default)]
struct Kept {
    traits: HashMap<Mark, PictureTraits>,
    changed: bool,
}

/// Bytes of one picture: its mark, and its traits in the order of their declaration.
const RECORD: usize = 16 + 8 + 16 + 8 + 8 + 12;
/// A folder has records of at most so many pictures; those of files that have changed since are among them.
const MOST: usize = 1 << 20;

impl Kept {
    fn read(folder: &Path, cache: Option<&TableCache>) -> Self {
        let bytes = cache.and_then(|cache| cache.get(&key(folder))).unwrap_or_default();
        let records = bytes.as_chunks::<RECORD>().0.iter().take(MOST).filter_map(from_record);
        Self { traits: records.collect(), changed: false }
    }

    fn write(&self, folder: &Path, cache: Option<&TableCache>) {
        let Some(cache) = cache.filter(|_| self.traits.len() <= MOST) else { return };
        cache.put(&key(folder), &self.traits.iter().flat_map(to_record).collect::<Vec<u8>>());
    }
}

/// The version changes with the definition of anything that is measured.
fn key(folder: &Path) -> String {
    format!("traits/1 {SIDE} {}", folder.display())
}

fn to_record((mark, of): (&Mark, &PictureTraits)) -> Vec<u8> {
    let mut record = Vec::with_capacity(RECORD);
    record.extend(mark);
    record.extend([of.size.0, of.size.1].iter().flat_map(|side| side.to_le_bytes()));
    record.extend(of.file);
    record.extend([of.perceptual, of.gradient].iter().flat_map(|hash| hash.to_le_bytes()));
    record.extend([of.brightness, of.contrast, of.sharpness].iter().flat_map(|number| number.to_le_bytes()));
    record
}

/// What [`to_record`] wrote; `None` where a number cannot have been measured.
fn from_record(record: &[u8; RECORD]) -> Option<(Mark, PictureTraits)> {
    let (mark, rest) = record.split_first_chunk::<16>()?;
    let (sides, rest) = rest.split_first_chunk::<8>()?;
    let (file, rest) = rest.split_first_chunk::<16>()?;
    let (perceptual, rest) = rest.split_first_chunk::<8>()?;
    let (gradient, rest) = rest.split_first_chunk::<8>()?;
    let numbers: Vec<f32> = rest.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    let [width, height] = [0, 4].map(|at| sides.get(at..at + 4).and_then(<[u8]>::first_chunk).copied());
    let &[brightness, contrast, sharpness] = numbers.first_chunk()?;
    let traits = PictureTraits {
        size: (u32::from_le_bytes(width?), u32::from_le_bytes(height?)),
        file: *file,
        perceptual: u64::from_le_bytes(*perceptual),
        gradient: u64::from_le_bytes(*gradient),
        brightness,
        contrast,
        sharpness,
    };
    numbers.iter().all(|number| number.is_finite() && *number >= 0.0).then_some((*mark, traits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::NoProgress;

    fn picture(dir: &Path, name: &str, level: u8) -> Option<PathBuf> {
        let path = dir.join(name);
        image::RgbImage::from_pixel(4, 3, image::Rgb([level; 3])).save(&path).unwrap();
        Some(path)
    }

    #[test]
    fn what_was_measured_is_kept_until_the_file_changes() {
        let dir = tempfile::tempdir().unwrap();
        let cache = TableCache::new(dir.path().join("cache"), 1 << 20);
        let mut paths = vec![picture(dir.path(), "a.png", 51), None, Some(dir.path().join("absent.png"))];
        let first = measure(&paths, Some(&cache), &NoProgress).unwrap();
        let of_a = first[0].unwrap();
        assert_eq!((of_a.size, of_a.brightness, of_a.contrast), ((4, 3), 0.2, 0.0));
        assert_eq!((first[1], first[2]), (None, None));
        assert_eq!(Kept::read(dir.path(), Some(&cache)).traits.len(), 1);
        // Another number in the record shows that it was read.
        let mut kept = Kept::read(dir.path(), Some(&cache));
        kept.traits.values_mut().for_each(|of| of.brightness = 0.75);
        kept.write(dir.path(), Some(&cache));
        paths.push(picture(dir.path(), "b.png", 255));
        let second = measure(&paths, Some(&cache), &NoProgress).unwrap();
        assert_eq!([second[0].unwrap().brightness, second[3].unwrap().brightness], [0.75, 1.0]);
        assert_eq!(second[0].unwrap(), PictureTraits { brightness: 0.75, ..of_a });
        picture(dir.path(), "a.png", 102);
        assert_eq!(measure(&paths, Some(&cache), &NoProgress).unwrap()[0].unwrap().brightness, 0.4);
    }

    #[test]
    fn damaged_records_are_measured_again() {
        let dir = tempfile::tempdir().unwrap();
        let cache = TableCache::new(dir.path().join("cache"), 1 << 20);
        let paths = vec![picture(dir.path(), "a.png", 51)];
        let first = measure(&paths, Some(&cache), &NoProgress).unwrap();
        let name = key(dir.path());
        let mut bytes = cache.get(&name).unwrap();
        bytes[RECORD - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
        cache.put(&name, &bytes);
        assert_eq!(measure(&paths, Some(&cache), &NoProgress).unwrap(), first);
        cache.put(&name, b"short");
        assert_eq!(measure(&paths, Some(&cache), &NoProgress).unwrap(), first);
    }
}
