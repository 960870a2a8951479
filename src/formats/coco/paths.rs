//! From the file names that a truth file states to where the pictures lie.
//!
//! Knows how exporters write names relative to different folders. Does not open pictures; it looks whether a few exist.

use std::path::{Component, Path, PathBuf};

/// What a file name is relative to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Base {
    /// The images folder: the rule.
    Folder,
    /// The folder above: `images/0001.jpg` where the images folder is `images`.
    Parent,
    /// The images folder, whatever folders the name has: `/data/upload/0001.jpg`.
    NameOnly,
}

/// Finds the pictures of one truth file.
#[derive(Clone, Debug)]
pub(super) struct Pictures {
    folder: PathBuf,
    base: Base,
}

/// How many names are tried to see what they are relative to.
const TRIED: usize = 8;

impl Pictures {
    /// Finds out what names are relative to by looking whether the first few exist; the rule holds where none does.
    pub fn new<'a>(folder: &Path, names: impl Iterator<Item = &'a str>) -> Self {
        let mut pictures = Self { folder: folder.to_owned(), base: Base::Folder };
        let names: Vec<&str> = names.take(TRIED).collect();
        for base in [Base::Folder, Base::Parent, Base::NameOnly] {
            let tried = Self { base, ..pictures.clone() };
            if names.iter().any(|name| tried.path(name).is_file()) {
                pictures.base = base;
                break;
            }
        }
        pictures
    }

    /// Where the picture of this name lies, whether or not it exists.
    pub fn path(&self, name: &str) -> PathBuf {
        let name = slashes(name);
        match self.base {
            Base::Folder => self.folder.join(name),
            Base::Parent => self.folder.parent().unwrap_or(&self.folder).join(name),
            Base::NameOnly => self.folder.join(name.rsplit('/').next().unwrap_or_default()),
        }
    }
}

/// The name with `/` between its parts. Exporters on Windows write `\`, which no picture's name holds.
fn slashes(name: &str) -> String {
    name.replace('\\', "/")
}

/// True where a name leads out of the folder it is relative to: an absolute path, or more `..` than folders before it.
pub(in crate::formats) fn leads_outside(name: &str) -> bool {
    let name = slashes(name);
    let drive = name.as_bytes().get(1) == Some(&b':');
    let mut depth = 0_i32;
    drive
        || Path::new(&name).components().any(|part| {
            match part {
                Component::Normal(_) => depth += 1,
                Component::ParentDir => depth -= 1,
                Component::CurDir => {}
                Component::RootDir | Component::Prefix(_) => return true,
            }
            depth < 0
        })
}

/// The last part of a name without its folders and its ending: `val2017/000000000139.jpg` is `000000000139`.
#[must_use]
pub fn stem(name: &str) -> &str {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    last.rsplit_once('.').map_or(last, |(stem, _)| if stem.is_empty() { last } else { stem })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_outside() {
        for inside in ["a.jpg", "a/b.jpg", "./a.jpg", "a/../b.jpg", "a..b.jpg", "a\\b.jpg"] {
            assert!(!leads_outside(inside), "{inside}");
        }
        for outside in ["../a.jpg", "a/../../b.jpg", "/a.jpg", "..\\a.jpg", "C:\\a.jpg", "\\a.jpg"] {
            assert!(leads_outside(outside), "{outside}");
        }
    }

    #[test]
    fn stems() {
        assert_eq!(stem("val2017/000000000139.jpg"), "000000000139");
        assert_eq!(stem("a\\b.c.png"), "b.c");
        assert_eq!(stem(".hidden"), ".hidden");
        assert_eq!(stem("plain"), "plain");
    }

    #[test]
    fn the_folder_that_names_are_relative_to_is_found() {
        let root = tempfile::tempdir().unwrap();
        let images = root.path().join("images");
        std::fs::create_dir(&images).unwrap();
        std::fs::write(images.join("b.jpg"), b"").unwrap();
        let path = |name: &str, tried: &[&str]| Pictures::new(&images, tried.iter().copied()).path(name);
        assert_eq!(path("b.jpg", &["a.jpg", "b.jpg"]), images.join("b.jpg"));
        assert_eq!(path("images/x.jpg", &["images/a.jpg", "images/b.jpg"]), images.join("x.jpg"));
        assert_eq!(path("/data/upload/x.jpg", &["/data/upload/b.jpg"]), images.join("x.jpg"));
        assert_eq!(path("images\\x.jpg", &["images\\b.jpg"]), images.join("x.jpg"));
        assert_eq!(path("none/x.jpg", &["none/y.jpg"]), images.join("none/x.jpg"));
    }
}
