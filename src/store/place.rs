//! Where what the program keeps of a project lies: in `.evalens/` inside it, or, where nothing can be written there, in the
//! person's own data folder.

use std::io;
use std::path::{Path, PathBuf};

/// The folder inside a project.
pub const FOLDER: &str = ".evalens";

/// Finds the folders that belong to a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keeper {
    /// Folder of everything that cannot lie inside its project; without one nothing is kept of such projects.
    pub elsewhere: Option<PathBuf>,
    /// Projects that nothing is written into, such as the bundled sample.
    pub untouched: Vec<PathBuf>,
    /// True where nothing is written into any project.
    pub never_inside: bool,
    /// False where nothing is kept anywhere; what was kept before is read all the same.
    pub writes: bool,
}

/// A folder that can be written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The folder.
    pub dir: PathBuf,
    /// True where it lies outside the project.
    pub outside: bool,
}

/// Nothing can be kept. The message is a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: nothing can be kept here ({cause}); give yourself write permission or free some space", place.display())]
pub struct PlaceError {
    /// Where it was tried last.
    pub place: PathBuf,
    /// Why.
    pub cause: String,
}

impl Keeper {
    /// Keeps things inside projects, and in the person's data folder where that cannot be; with the environment variable
    /// `EVALENS_KEEP_IN` always in the folder that it names.
    #[must_use]
    pub fn of_this_person() -> Self {
        if let Some(folder) = std::env::var_os("EVALENS_KEEP_IN").filter(|folder| !folder.is_empty()) {
            return Self { elsewhere: Some(folder.into()), writes: true, never_inside: true, ..Self::default() };
        }
        let elsewhere = dirs::data_dir().map(|dir| dir.join("evalens").join("projects"));
        Self { elsewhere, writes: true, ..Self::default() }
    }

    /// Folders of the project that may hold something, the one inside it first.
    #[must_use]
    pub fn folders(&self, root: &Path) -> Vec<PathBuf> {
        let inside = root.join(FOLDER);
        [Some(inside), self.outside(root)].into_iter().flatten().filter(|dir| dir.is_dir()).collect()
    }

    /// The folder to write a project's things into, made where it does not exist; `None` where nothing is to be kept.
    ///
    /// # Errors
    /// Where there is no folder that can be written to.
    pub fn place(&self, root: &Path) -> Result<Option<Place>, PlaceError> {
        if !self.writes {
            return Ok(None);
        }
        let inside = root.join(FOLDER);
        let mut failed = PlaceError { place: inside.clone(), cause: "the project is left as it is".to_owned() };
        if !self.never_inside && !self.untouched.iter().any(|kept| same(kept, root)) {
            match writable(&inside) {
                Ok(()) => return Ok(Some(Place { dir: inside, outside: false })),
                Err(error) => failed.cause = error.to_string(),
            }
        }
        let Some(dir) = self.outside(root) else { return Err(failed) };
        match writable(&dir) {
            Ok(()) => Ok(Some(Place { dir, outside: true })),
            Err(error) => Err(PlaceError { place: dir, cause: error.to_string() }),
        }
    }

    /// The project's folder among those elsewhere: its name, and digits that tell it from others of that name.
    fn outside(&self, root: &Path) -> Option<PathBuf> {
        let whole = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        let digits = blake3::hash(whole.as_os_str().as_encoded_bytes()).to_hex();
        let name = whole.file_name().map_or_else(String::new, |name| slug(&name.to_string_lossy()));
        Some(self.elsewhere.as_ref()?.join(format!("{name}-{}", digits.get(..12)?)))
    }
}

fn same(a: &Path, b: &Path) -> bool {
    a == b || std::fs::canonicalize(a).ok().zip(std::fs::canonicalize(b).ok()).is_some_and(|(a, b)| a == b)
}

/// A folder is writable when a file can be made in it: permissions alone do not tell (read-only file systems, full ones).
fn writable(dir: &Path) -> io::Result<()> {
    let made = !dir.exists();
    std::fs::create_dir_all(dir)?;
    let probe = tempfile::Builder::new().prefix(".probe-").tempfile_in(dir);
    if probe.is_err() && made {
        let _ = std::fs::remove_dir(dir);
    }
    probe.map(|_| ())
}

/// A name as part of a file name on any system: letters, digits, `-`, `_` and `.`, at most 60 of them.
#[must_use]
pub fn slug(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    let slug: String = name.trim_matches('.').chars().take(60).map(plain).collect();
    if slug.is_empty() { "unnamed".to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_where_it_can_be_and_elsewhere_where_not() {
        let dir = tempfile::tempdir().unwrap();
        let (project, elsewhere) = (dir.path().join("cells"), dir.path().join("data"));
        std::fs::create_dir(&project).unwrap();
        let mut keeper = Keeper { elsewhere: Some(elsewhere.clone()), writes: true, ..Keeper::default() };
        assert!(keeper.folders(&project).is_empty());
        let place = keeper.place(&project).unwrap().unwrap();
        assert_eq!((place.dir.clone(), place.outside), (project.join(".evalens"), false));

        keeper.untouched.push(dir.path().join("data/../cells"));
        std::fs::create_dir_all(&elsewhere).unwrap();
        let other = keeper.place(&project).unwrap().unwrap();
        assert!(other.outside && other.dir.starts_with(&elsewhere));
        assert!(other.dir.file_name().unwrap().to_string_lossy().starts_with("cells-"));
        assert_eq!(keeper.folders(&project), [place.dir, other.dir]);

        let never = Keeper { elsewhere: Some(elsewhere), writes: true, never_inside: true, ..Keeper::default() };
        assert!(never.place(&project).unwrap().unwrap().outside);

        keeper.writes = false;
        assert_eq!(keeper.place(&project).unwrap(), None);
    }

    /// A file in the place of the folder stands in the way like missing permissions (which tests that run as root cannot see).
    #[test]
    fn where_nothing_can_be_written_a_sentence_says_so() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FOLDER), "in the way").unwrap();
        let keeper = Keeper { writes: true, ..Keeper::default() };
        let sentence = keeper.place(dir.path()).unwrap_err().to_string();
        assert!(sentence.contains(FOLDER) && sentence.contains("permission"), "{sentence}");
    }

    #[test]
    fn names_become_file_names() {
        assert_eq!(slug("linear head"), "linear-head");
        assert_eq!(slug("../../etc/passwd"), "-..-etc-passwd");
        assert_eq!(slug("…"), "-");
        assert_eq!(slug(""), "unnamed");
        assert_eq!(slug("細胞 v2"), "細胞-v2");
    }
}
