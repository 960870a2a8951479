//! Thumbnails on disk, so that a large picture is decoded once and not at every visit.
//!
//! Knows keys and bytes. Does not decode pictures and does not know who shows them.
//!
//! One file per thumbnail, named by the hash of everything it depends on. A file that is damaged or of another layout counts
//! as absent.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::files::FileCache;

/// Number of the file's layout and of the way thumbnails are made; part of every key.
const SCHEMA: u32 = 1;
/// First bytes of every file.
const MAGIC: &[u8; 8] = b"evthumb1";
/// Bytes before the pixels: magic, four numbers, channels, checksum.
const HEAD: usize = 8 + 16 + 4 + 32;
/// Longest side of a thumbnail that is believed, in pixels.
const MAX_SIDE: u32 = 4096;

/// All that a thumbnail depends on, as one hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ThumbKey([u8; 32]);

impl ThumbKey {
    /// The key of a picture file as it lies on disk now; `what` names the part and size of it. `None` where the file
    /// cannot be looked at: then there is nothing to keep.
    #[must_use]
    pub fn of(path: &Path, what: &str) -> Option<Self> {
        let meta = std::fs::metadata(path).ok()?;
        let changed = meta.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(&SCHEMA.to_le_bytes());
        hasher.update(&meta.len().to_le_bytes());
        hasher.update(&changed.as_nanos().to_le_bytes());
        hasher.update(what.as_bytes());
        hasher.update(&[0]);
        hasher.update(path.as_os_str().as_encoded_bytes());
        Some(Self(*hasher.finalize().as_bytes()))
    }

    fn name(self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }
}

/// Pixels as they are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Width of the picture it was made from.
    pub source_width: u32,
    /// Height of the picture it was made from.
    pub source_height: u32,
    /// Pixels by row, four bytes each.
    pub rgba: Vec<u8>,
}

/// A folder of thumbnails with a budget. Shared by the threads that load pictures.
#[derive(Debug)]
pub struct ThumbCache(FileCache);

impl ThumbCache {
    /// A cache in this folder, which is made when the first thumbnail is kept.
    #[must_use]
    pub fn new(dir: PathBuf, budget: u64) -> Self {
        Self(FileCache::new(dir, budget))
    }

    /// The cache of this person; `None` where the system names no place for one.
    #[must_use]
    pub fn of_user() -> Option<Self> {
        FileCache::of_user("thumbs").map(Self)
    }

    /// A thumbnail kept earlier. `None` where there is none or the file is damaged.
    #[must_use]
    pub fn get(&self, key: ThumbKey) -> Option<Stored> {
        let longest = u64::from(MAX_SIDE) * u64::from(MAX_SIDE) * 4 + HEAD as u64;
        let name = key.name();
        let stored = unpack(&self.0.get(&name, longest)?);
        if stored.is_none() {
            // Damaged: its place is free for a sound one.
            self.0.remove(&name);
        }
        stored
    }

    /// Keeps a thumbnail. A full disk or a folder that cannot be written only means that it is made again next time.
    pub fn put(&self, key: ThumbKey, thumb: &Stored) {
        self.0.put(&key.name(), &pack(thumb));
    }
}

/// Opaque pictures, which nearly all are, are kept without their alpha.
fn pack(thumb: &Stored) -> Vec<u8> {
    let opaque = thumb.rgba.chunks_exact(4).all(|p| matches!(p, [_, _, _, 255]));
    let pixels: Vec<u8> = if opaque {
        thumb.rgba.chunks_exact(4).flat_map(|p| p.iter().take(3).copied()).collect()
    } else {
        thumb.rgba.clone()
    };
    let mut bytes = Vec::with_capacity(HEAD + pixels.len());
    bytes.extend_from_slice(MAGIC);
    for number in [thumb.width, thumb.height, thumb.source_width, thumb.source_height, if opaque { 3 } else { 4 }] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    bytes.extend_from_slice(checksum(&bytes, &pixels).as_bytes());
    bytes.extend_from_slice(&pixels);
    bytes
}

fn unpack(bytes: &[u8]) -> Option<Stored> {
    let (head, pixels) = bytes.split_at_checked(HEAD)?;
    let (numbers, sum) = head.split_at_checked(HEAD - 32)?;
    let (magic, numbers_only) = numbers.split_at_checked(MAGIC.len())?;
    if magic != MAGIC || checksum(numbers, pixels).as_bytes().as_slice() != sum {
        return None;
    }
    let mut numbers = numbers_only.chunks_exact(4).filter_map(|b| Some(u32::from_le_bytes(b.try_into().ok()?)));
    let mut next = || numbers.next();
    let (width, height, source_width, source_height, channels) = (next()?, next()?, next()?, next()?, next()?);
    let wanted = (width as usize).checked_mul(height as usize)?.checked_mul(channels as usize)?;
    if width > MAX_SIDE || height > MAX_SIDE || pixels.len() != wanted {
        return None;
    }
    let rgba = match channels {
        3 => pixels.chunks_exact(3).flat_map(|p| p.iter().copied().chain([255])).collect(),
        4 => pixels.to_vec(),
        _ => return None,
    };
    Some(Stored { width, height, source_width, source_height, rgba })
}

fn checksum(head: &[u8], pixels: &[u8]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(head);
    hasher.update(pixels);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const BUDGET: u64 = 1 << 30;

    fn thumb(side: u32, alpha: u8) -> Stored {
        let rgba = (0..side * side).flat_map(|i| [i as u8, (i / 7) as u8, 9, alpha]).collect();
        Stored { width: side, height: side, source_width: 4000, source_height: 3000, rgba }
    }

    fn key(dir: &Path, n: usize) -> ThumbKey {
        let path = dir.join(format!("picture {n}"));
        std::fs::write(&path, [0; 3]).unwrap();
        ThumbKey::of(&path, "thumb 192").unwrap()
    }

    #[test]
    fn what_was_kept_comes_back() {
        let dir = tempfile::tempdir().unwrap();
        let cache = ThumbCache::new(dir.path().join("cache"), BUDGET);
        for (n, alpha) in [(1, 255), (2, 100)] {
            let (key, thumb) = (key(dir.path(), n), thumb(40, alpha));
            assert_eq!(cache.get(key), None);
            cache.put(key, &thumb);
            assert_eq!(cache.get(key), Some(thumb));
        }
    }

    #[test]
    fn a_key_depends_on_path_size_time_and_part() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.png");
        std::fs::write(&path, [0; 3]).unwrap();
        let first = ThumbKey::of(&path, "thumb 192").unwrap();
        assert_eq!(ThumbKey::of(&path, "thumb 192"), Some(first));
        assert_ne!(ThumbKey::of(&path, "thumb 384"), Some(first));
        std::fs::write(&path, [0; 4]).unwrap();
        assert_ne!(ThumbKey::of(&path, "thumb 192"), Some(first));
        assert_eq!(ThumbKey::of(&dir.path().join("gone.png"), "thumb 192"), None);
    }

    #[test]
    fn damage_counts_as_absence() {
        let dir = tempfile::tempdir().unwrap();
        let cache = ThumbCache::new(dir.path().join("cache"), BUDGET);
        let (key, thumb) = (key(dir.path(), 1), thumb(40, 255));
        cache.put(key, &thumb);
        let sound = std::fs::read(cache.0.place(&key.name())).unwrap();
        for damage in [0, 9, 30, 70, sound.len() - 1] {
            let mut bytes = sound.clone();
            bytes[damage] ^= 0x40;
            std::fs::write(cache.0.place(&key.name()), &bytes).unwrap();
            assert_eq!(cache.get(key), None, "byte {damage}");
        }
        std::fs::create_dir_all(cache.0.place(&key.name()).parent().unwrap()).unwrap();
        std::fs::write(cache.0.place(&key.name()), &sound[..sound.len() / 2]).unwrap();
        assert_eq!(cache.get(key), None);
        cache.put(key, &thumb);
        assert_eq!(cache.get(key), Some(thumb));
    }

    #[test]
    fn the_oldest_go_when_the_budget_is_spent() {
        let dir = tempfile::tempdir().unwrap();
        // One opaque thumbnail of 40×40 pixels takes 60 + 4,800 bytes: four fit into 20,000, the fifth does not.
        let cache = ThumbCache::new(dir.path().join("cache"), 20_000);
        let keys: Vec<ThumbKey> = (0..5).map(|n| key(dir.path(), n)).collect();
        for (n, key) in keys.iter().enumerate() {
            cache.put(*key, &thumb(40, 255));
            if let Ok(file) = std::fs::OpenOptions::new().append(true).open(cache.0.place(&key.name())) {
                file.set_modified(SystemTime::now() - Duration::from_secs(600 - n as u64)).unwrap();
            }
        }
        assert_eq!(cache.get(keys[0]), None);
        assert_eq!(cache.get(keys[1]), None);
        assert!(cache.get(keys[2]).is_some() && cache.get(keys[4]).is_some());
    }
}
