//! A folder of files that can be made again, with a budget: the oldest go first.
//!
//! Knows names and bytes. A file is written beside its place and renamed, so that two windows share the folder without harm.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// A file that is read again is made young again at most this often.
const TOUCH_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// The folder. Names are hexadecimal digits of a hash.
#[derive(Debug)]
pub(super) struct FileCache {
    dir: PathBuf,
    budget: u64,
    /// Bytes in the folder, once they were counted.
    used: Mutex<Option<u64>>,
}

/// A file in the folder.
struct Kept {
    used: SystemTime,
    bytes: u64,
    path: PathBuf,
}

impl FileCache {
    /// A cache in this folder, which is made when the first file is kept.
    pub(super) fn new(dir: PathBuf, budget: u64) -> Self {
        Self { dir, budget, used: Mutex::new(None) }
    }

    /// A folder of this name in the cache of this person; `None` where the system names no place for one.
    pub(super) fn of_user(name: &str, budget: u64) -> Option<Self> {
        dirs::cache_dir().map(|dir| Self::new(dir.join("evalens").join(name), budget))
    }

    /// A file kept earlier, `longest` bytes of it at most.
    pub(super) fn get(&self, name: &str, longest: u64) -> Option<Vec<u8>> {
        let path = self.place(name);
        let mut file = std::fs::File::open(&path).ok()?;
        let mut bytes = Vec::new();
        (&mut file).take(longest).read_to_end(&mut bytes).ok()?;
        let age = file.metadata().and_then(|m| m.modified()).ok().and_then(|t| t.elapsed().ok());
        if age.is_some_and(|age| age > TOUCH_AFTER) {
            // Only the order in which files go depends on it.
            let _ =
                std::fs::OpenOptions::new().append(true).open(&path).and_then(|f| f.set_modified(SystemTime::now()));
        }
        Some(bytes)
    }

    /// Keeps a file. A full disk or a folder that cannot be written only means that it is made again next time.
    pub(super) fn put(&self, name: &str, bytes: &[u8]) {
        if self.write(&self.place(name), bytes).is_err() {
            return;
        }
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let total = match *used {
            Some(before) => before + bytes.len() as u64,
            None => self.files().iter().map(|f| f.bytes).sum(),
        };
        *used = Some(if total > self.budget { self.shrink() } else { total });
    }

    /// Takes a file away.
    pub(super) fn remove(&self, name: &str) {
        // One that is not there was perhaps removed by another window.
        let _ = std::fs::remove_file(self.place(name));
    }

    pub(super) fn place(&self, name: &str) -> PathBuf {
        self.dir.join(name.get(..2).unwrap_or("_")).join(name)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(&self.dir);
        std::fs::create_dir_all(folder)?;
        let mut temp = tempfile::NamedTempFile::new_in(folder)?;
        temp.write_all(bytes)?;
        temp.persist(path)?;
        Ok(())
    }

    fn files(&self) -> Vec<Kept> {
        let entries = walkdir::WalkDir::new(&self.dir).min_depth(1).max_depth(2).into_iter().filter_map(Result::ok);
        let kept = entries.filter(|e| e.file_type().is_file()).filter_map(|entry| {
            let meta = entry.metadata().ok()?;
            Some(Kept { used: meta.modified().ok()?, bytes: meta.len(), path: entry.into_path() })
        });
        kept.collect()
    }

    /// Deletes the oldest files until a fifth of the budget is free; returns the bytes that are left.
    fn shrink(&self) -> u64 {
        let mut files = self.files();
        files.sort_by_key(|f| f.used);
        let mut total: u64 = files.iter().map(|f| f.bytes).sum();
        for file in files {
            if total <= self.budget / 5 * 4 {
                break;
            }
            // A file that cannot be deleted was perhaps deleted by another window.
            let _ = std::fs::remove_file(&file.path);
            total -= file.bytes;
        }
        total
    }
}
