//! What a person writes about a model version: a note in Markdown and how far its review is. One small file each under
//! `notes/`, written whole or not at all.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::place::{Keeper, Place, slug};

/// The schema this version writes.
pub const SCHEMA: &str = "evalens.note/1";
const FOLDER: &str = "notes";
/// No note is longer.
pub const LONGEST: usize = 1 << 20;

/// How far the review of a model version is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Review {
    /// Nobody looked at it yet.
    #[default]
    Open,
    /// Somebody is at it.
    InReview,
    /// It may be used.
    Approved,
    /// It may not.
    Rejected,
}

impl Review {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Open, Self::InReview, Self::Approved, Self::Rejected];

    /// What a person reads.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Open => "Not reviewed",
            Self::InReview => "In review",
            Self::Approved => "Approved",
            Self::Rejected => "Rejected",
        }
    }
}

/// What is written about a model version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Markdown.
    #[serde(default)]
    pub text: String,
    /// How far its review is.
    #[serde(default)]
    pub review: Review,
}

#[derive(Serialize, Deserialize)]
struct Written {
    schema: String,
    id: String,
    version: String,
    #[serde(flatten)]
    note: Note,
}

/// A note could not be read or written. The message is a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", file.display())]
pub struct NoteError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong, and what to do.
    pub problem: String,
}

fn name(id: &str, version: &str) -> String {
    let digits = blake3::hash(format!("{id}\n{version}").as_bytes()).to_hex();
    format!("{}@{}-{}.json", slug(id), slug(version), digits.get(..8).unwrap_or_default())
}

/// Writes a note over the one that was there.
///
/// # Errors
/// Where it is too long, where a newer program wrote the one that is there, or where nothing can be written.
pub fn write(place: &Place, id: &str, version: &str, note: &Note) -> Result<(), NoteError> {
    let folder = place.dir.join(FOLDER);
    let file = folder.join(name(id, version));
    let failed = |problem: String| NoteError { file: file.clone(), problem };
    if note.text.len() > LONGEST {
        return Err(failed("the note is longer than 1 MB; keep long texts in a file of their own".to_owned()));
    }
    if file.exists() {
        // A note of a newer program, or a damaged one, is not lost.
        read_one(&file)?;
    }
    let written =
        Written { schema: SCHEMA.to_owned(), id: id.to_owned(), version: version.to_owned(), note: note.clone() };
    let write = || -> io::Result<()> {
        std::fs::create_dir_all(&folder)?;
        let text = serde_json::to_vec_pretty(&written)?;
        super::beside(&folder, |out| out.write_all(&text))?.persist(&file).map_err(|e| e.error)?;
        Ok(())
    };
    write().map_err(|e| failed(format!("cannot be written ({e}); give yourself write permission or free some space")))
}

/// The note of a model version; an empty one where there is none.
///
/// # Errors
/// Where there is one that cannot be read.
pub fn read(keeper: &Keeper, root: &Path, id: &str, version: &str) -> Result<Note, NoteError> {
    let files = keeper.folders(root).into_iter().map(|folder| folder.join(FOLDER).join(name(id, version)));
    match files.into_iter().find(|file| file.exists()) {
        Some(file) => read_one(&file),
        None => Ok(Note::default()),
    }
}

fn read_one(file: &Path) -> Result<Note, NoteError> {
    let failed = |problem: String| NoteError { file: file.to_owned(), problem };
    let mut text = String::new();
    let open = std::fs::File::open(file).and_then(|open| open.take(8 * LONGEST as u64).read_to_string(&mut text));
    open.map_err(|e| failed(format!("the note cannot be read ({e}); check its permissions")))?;
    let written: Written = serde_json::from_str(&text)
        .map_err(|e| failed(format!("is no note ({e}); move it away to write a new one")))?;
    if written.schema == SCHEMA {
        Ok(written.note)
    } else {
        Err(failed(format!("the note has the schema `{}`, of a newer version; update the program", written.schema)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_kept_changed_and_never_lost() {
        let dir = tempfile::tempdir().unwrap();
        let keeper = Keeper { writes: true, ..Keeper::default() };
        assert_eq!(read(&keeper, dir.path(), "m", "v1").unwrap(), Note::default());
        let place = keeper.place(dir.path()).unwrap().unwrap();
        let note = Note { text: "# Good\n\n- but *slow*".to_owned(), review: Review::InReview };
        write(&place, "m", "v1", &note).unwrap();
        assert_eq!(read(&keeper, dir.path(), "m", "v1").unwrap(), note);
        assert_eq!(read(&keeper, dir.path(), "m", "v2").unwrap(), Note::default());
        let file = place.dir.join(FOLDER).join(name("m", "v1"));
        for text in [r#"{"schema": "evalens.note/2", "id": "m", "version": "v1"}"#, "{", "\u{0}"] {
            std::fs::write(&file, text).unwrap();
            assert!(read(&keeper, dir.path(), "m", "v1").is_err());
            assert!(write(&place, "m", "v1", &note).is_err(), "what is not understood is not overwritten");
            assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
        }
        let long = Note { text: "x".repeat(LONGEST + 1), ..Note::default() };
        assert!(write(&place, "m", "v3", &long).unwrap_err().to_string().contains("longer than"));
    }
}
