//! A folder of files that can be made again, with a budget: the oldest go first.
//!
//! Knows names and bytes. A file is written beside its place and renamed, so that two windows share the folder without harm.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::budget;

/// A file that is read again is made young again at most this often.
const TOUCH_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// The folder. Names are hexadecimal digits of a hash.
#[derive(Debug)]
pub(super) struct FileCache {
    dir: PathBuf,
    /// Bytes for this folder; `None`: its part of what the person allows.
    budget: Option<u64>,
    /// Bytes in the folder, once they were counted.
    used: Mutex<Option<u64>>,
}

impl FileCache {
    /// A cache in this folder, which is made when the first file is kept.
    pub(super) fn new(dir: PathBuf, budget: u64) -> Self {
        Self { dir, budget: Some(budget), used: Mutex::new(None) }
    }

    /// A folder of this name in the cache of this person; `None` where the system names no place for one.
    pub(super) fn of_user(name: &str) -> Option<Self> {
        budget::folder().map(|dir| Self { dir: dir.join(name), budget: None, used: Mutex::new(None) })
    }

    fn budget(&self) -> u64 {
        self.budget.unwrap_or_else(budget::of_one)
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
            None => budget::files(&self.dir).iter().map(|f| f.bytes).sum(),
        };
        *used = Some(if total > self.budget() { self.shrink() } else { total });
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

    /// Deletes the oldest files until a fifth of the budget is free; returns the bytes that are left.
    fn shrink(&self) -> u64 {
        budget::shrink(&self.dir, self.budget() / 5 * 4)
    }
}
