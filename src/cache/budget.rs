//! How much of the disk all caches of a person may take together, how much they take, and emptying them.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// Bytes for all caches of this person together.
static OF_PERSON: AtomicU64 = AtomicU64::new(2 << 30);

/// Sets the bytes for all caches of this person together, from now on.
pub fn set(bytes: u64) {
    OF_PERSON.store(bytes, Ordering::Relaxed);
}

/// Bytes for one of the two folders.
pub(super) fn of_one() -> u64 {
    OF_PERSON.load(Ordering::Relaxed) / 2
}

/// The folder of all caches of this person; `None` where the system names no place for one.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    dirs::cache_dir().map(|dir| dir.join("evalens"))
}

/// A file that is kept.
pub(super) struct Kept {
    pub used: SystemTime,
    pub bytes: u64,
    pub path: PathBuf,
}

/// All files in a folder and those below it.
pub(super) fn files(dir: &Path) -> Vec<Kept> {
    let entries = walkdir::WalkDir::new(dir).min_depth(1).max_depth(3).into_iter().filter_map(Result::ok);
    let kept = entries.filter(|e| e.file_type().is_file()).filter_map(|entry| {
        let meta = entry.metadata().ok()?;
        Some(Kept { used: meta.modified().ok()?, bytes: meta.len(), path: entry.into_path() })
    });
    kept.collect()
}

/// Deletes the oldest files until at most so many bytes are left; returns how many are.
pub fn shrink(dir: &Path, most: u64) -> u64 {
    let mut files = files(dir);
    files.sort_by_key(|f| f.used);
    let mut total: u64 = files.iter().map(|f| f.bytes).sum();
    for file in files {
        if total <= most {
            break;
        }
        // A file that cannot be deleted was perhaps deleted by another window.
        let gone = std::fs::remove_file(&file.path).is_ok() || !file.path.exists();
        total -= if gone { file.bytes } else { 0 };
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_first_and_all_when_nothing_may_stay() {
        let dir = tempfile::tempdir().unwrap();
        for (age, name) in [(300, "thumbs/aa/old"), (200, "tables/bb/middle"), (100, "thumbs/cc/new")] {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, [0; 100]).unwrap();
            let file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
            file.set_modified(SystemTime::now() - std::time::Duration::from_secs(age)).unwrap();
        }
        assert_eq!(shrink(dir.path(), u64::MAX), 300);
        assert_eq!(shrink(dir.path(), 250), 200);
        assert!(!dir.path().join("thumbs/aa/old").exists() && dir.path().join("tables/bb/middle").exists());
        assert_eq!(shrink(dir.path(), 0), 0);
        assert!(!dir.path().join("thumbs/cc/new").exists());
        assert_eq!(shrink(&dir.path().join("none"), 0), 0);
    }
}
