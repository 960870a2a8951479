//! What a person decided, one decision a line, appended and never rewritten: `NAME-DATASET@VERSION.jsonl` under `journal/`. What was
//! decided last about a thing holds; the lines before it are its history.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::place::{Keeper, Place, slug};

const FOLDER: &str = "journal";
/// No journal is longer.
const LONGEST: u64 = 256 << 20;

/// A journal could not be read or written. The message is a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", file.display())]
pub struct JournalError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong, and what to do.
    pub problem: String,
}

/// Which journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Journal<'a> {
    /// What it is about, such as `labels`.
    pub name: &'a str,
    /// Dataset id, or that of a dataset and what else sets journals apart.
    pub id: &'a str,
    /// Dataset version.
    pub version: &'a str,
}

impl Journal<'_> {
    fn file(&self) -> String {
        let digits = blake3::hash(format!("{}\n{}", self.id, self.version).as_bytes()).to_hex();
        let digits = digits.get(..8).unwrap_or_default();
        format!("{}-{}@{}-{digits}.jsonl", self.name, slug(self.id), slug(self.version))
    }

    /// Its lines, the oldest first, and the number of lines that cannot be read: one that was cut off by a crash, or such of a
    /// newer program. Nothing where there is no journal.
    ///
    /// # Errors
    /// Where the file cannot be read at all.
    pub fn read<T: DeserializeOwned>(&self, keeper: &Keeper, root: &Path) -> Result<(Vec<T>, usize), JournalError> {
        let name = self.file();
        let files = keeper.folders(root).into_iter().map(|folder| folder.join(FOLDER).join(&name));
        let (mut lines, mut skipped) = (Vec::new(), 0);
        for file in files.filter(|file| file.is_file()) {
            let text = text(&file).map_err(|error| JournalError {
                problem: format!("cannot be read ({error}); check its permissions"),
                file: file.clone(),
            })?;
            for line in text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
                match serde_json::from_slice(line) {
                    Ok(line) => lines.push(line),
                    Err(_) => skipped += 1,
                }
            }
        }
        Ok((lines, skipped))
    }

    /// Adds lines to the journal of a project, where anything of it is kept.
    ///
    /// # Errors
    /// A sentence where there is no place to write to, or nothing can be written.
    pub fn keep<T: Serialize>(&self, keeper: &Keeper, root: &Path, lines: &[T]) -> Result<(), String> {
        match keeper.place(root) {
            Ok(Some(place)) => self.append(&place, lines).map_err(|error| error.to_string()),
            Ok(None) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Adds lines at the end; they are on disk when this returns.
    ///
    /// # Errors
    /// Where nothing can be written.
    pub fn append<T: Serialize>(&self, place: &Place, lines: &[T]) -> Result<(), JournalError> {
        let folder = place.dir.join(FOLDER);
        let file = folder.join(self.file());
        let write = || -> io::Result<()> {
            std::fs::create_dir_all(&folder)?;
            let mut out = std::fs::OpenOptions::new().create(true).read(true).append(true).open(&file)?;
            let mut text = Vec::new();
            if ends_mid_line(&mut out)? {
                text.push(b'\n');
            }
            for line in lines {
                serde_json::to_writer(&mut text, line)?;
                text.push(b'\n');
            }
            // One call, so that lines of two processes do not mix.
            out.write_all(&text)?;
            out.sync_data()
        };
        write().map_err(|error| JournalError {
            problem: format!("cannot be written ({error}); give yourself write permission or free some space"),
            file: file.clone(),
        })
    }
}

/// The time of a line written now: seconds since 1970.
#[must_use]
pub fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

fn text(file: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    std::fs::File::open(file)?.take(LONGEST).read_to_end(&mut text)?;
    Ok(text)
}

/// True where a crash cut the last line off: what comes next must not be read as its end.
fn ends_mid_line(file: &mut std::fs::File) -> io::Result<bool> {
    use std::io::{Seek, SeekFrom};
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != [b'\n'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_last_and_one_cut_off_costs_only_itself() {
        let dir = tempfile::tempdir().unwrap();
        let keeper = Keeper { writes: true, ..Keeper::default() };
        let place = keeper.place(dir.path()).unwrap().unwrap();
        let journal = Journal { name: "labels", id: "cells", version: "v1" };
        let read = || journal.read::<(String, u32)>(&keeper, dir.path()).unwrap();
        assert_eq!(read(), (Vec::new(), 0));
        journal.append(&place, &[("a".to_owned(), 1), ("b".to_owned(), 2)]).unwrap();
        assert_eq!(read(), (vec![("a".to_owned(), 1), ("b".to_owned(), 2)], 0));
        let file = place.dir.join(FOLDER).join(journal.file());
        let whole = std::fs::read(&file).unwrap();
        std::fs::write(&file, &whole[..whole.len() - 3]).unwrap();
        assert_eq!(read(), (vec![("a".to_owned(), 1)], 1));
        journal.append(&place, &[("c".to_owned(), 3)]).unwrap();
        assert_eq!(read(), (vec![("a".to_owned(), 1), ("c".to_owned(), 3)], 1));
        std::fs::write(&file, b"\xff\x00\n[\n").unwrap();
        assert_eq!(read(), (Vec::new(), 2));
        let other = Journal { version: "v2", ..journal };
        assert_eq!(other.read::<(String, u32)>(&keeper, dir.path()).unwrap(), (Vec::new(), 0));
    }
}
