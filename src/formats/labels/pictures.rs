//! Finds the picture that a table names: by its path inside the folder of pictures, else by what is left of it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::formats::listing;
use crate::formats::picture::is_picture;

/// The pictures of a folder.
pub(super) struct Pictures {
    folder: PathBuf,
    /// By file name without folders; `None` where several are called so.
    by_base: HashMap<String, Option<PathBuf>>,
    /// By file name without folders and ending.
    by_stem: HashMap<String, Option<PathBuf>>,
}

impl Pictures {
    pub(super) fn of(folder: &Path) -> Self {
        let mut out = Self { folder: folder.to_owned(), by_base: HashMap::new(), by_stem: HashMap::new() };
        for file in listing::files(folder, is_picture).unwrap_or_default() {
            let base = listing::base_name(&file.name).to_owned();
            let stem = listing::stem(&base).to_owned();
            out.by_base.entry(base).and_modify(|known| *known = None).or_insert_with(|| Some(file.path.clone()));
            out.by_stem.entry(stem).and_modify(|known| *known = None).or_insert(Some(file.path));
        }
        out
    }

    /// Where the picture of this name is; where it should be, if it is not there.
    pub(super) fn find(&self, name: &str) -> PathBuf {
        let name = name.replace('\\', "/");
        let direct = self.folder.join(name.trim_start_matches("./"));
        let known = |of: &HashMap<String, Option<PathBuf>>, key: &str| of.get(key).cloned().flatten();
        let base = listing::base_name(&name);
        // A table of many rows must not ask the disk for each: the only file of this name is the one, if it ends alike.
        if let Some(only) = known(&self.by_base, base) {
            return only;
        }
        if direct.is_file() {
            return direct;
        }
        // Paths of another machine: leave out folders from the front.
        let mut rest = name.as_str();
        while let Some((_, inside)) = rest.split_once('/') {
            let path = self.folder.join(inside);
            if !inside.is_empty() && path.is_file() {
                return path;
            }
            rest = inside;
        }
        known(&self.by_stem, listing::stem(base)).or_else(|| known(&self.by_stem, base)).unwrap_or(direct)
    }
}
