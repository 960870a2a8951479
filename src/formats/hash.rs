//! The content hash of input files, by which a result can be told from another of changed files.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::model::{Cancelled, Progress};

/// Hexadecimal digits of a hash.
pub type Hash = String;

/// The BLAKE3 hash of each file; `None` where it cannot be read.
///
/// # Errors
/// [`Cancelled`] when asked to stop, between two files.
pub fn files(files: &[PathBuf], progress: &dyn Progress) -> Result<Vec<Option<Hash>>, Cancelled> {
    progress.stage("Hashing the inputs");
    let mut hashes = Vec::with_capacity(files.len());
    for (done, file) in files.iter().enumerate() {
        progress.check()?;
        progress.progress(done, files.len());
        hashes.push(of(file).ok().map(|hash| hash.to_hex().to_string()));
    }
    Ok(hashes)
}

/// The first 16 bytes of the BLAKE3 hash of a file; `None` where it cannot be read.
#[must_use]
pub fn start_of(file: &Path) -> Option<[u8; 16]> {
    of(file).ok()?.as_bytes().first_chunk().copied()
}

fn of(file: &Path) -> std::io::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(file)?)?;
    Ok(hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::NoProgress;

    /// The hash of "abc" as the BLAKE3 authors' `b3sum` 1.8 prints it.
    #[test]
    fn as_b3sum_prints_it() {
        let dir = tempfile::tempdir().unwrap();
        let (file, absent) = (dir.path().join("abc"), dir.path().join("absent"));
        std::fs::write(&file, "abc").unwrap();
        let hashes = files(&[file, absent], &NoProgress).unwrap();
        let abc = "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85";
        assert_eq!(hashes, [Some(abc.to_owned()), None]);
    }
}
