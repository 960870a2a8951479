//! Classifiers' tables, arrays and folders: good, odd and broken ones.

mod embeddings;

use std::path::{Path, PathBuf};

use evalens::model::Findings;

/// The folder with the big data sets; `None`, with a word about it, where it is not there.
fn shared(name: &str) -> Option<PathBuf> {
    let data = std::env::var_os("EVALENS_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let folder = data.join(name);
    if !folder.is_dir() {
        eprintln!("skipped: {} is not there (set EVALENS_DATA)", folder.display());
        return None;
    }
    Some(folder)
}

/// A file or folder of our own small data.
fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/labels").join(name)
}

/// A temporary folder with these files; folders are made as needed.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

/// Findings as `code count`.
fn codes(findings: &Findings) -> Vec<String> {
    findings.sorted().iter().map(|f| format!("{} {}", f.code, f.count)).collect()
}
