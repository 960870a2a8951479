//! Tags that a person puts on items: one small file a dataset version under `tags/`, written whole or not at all. Items go by
//! their names, so that tags outlive any reading of the data.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::place::{Keeper, Place, slug};

/// The schema this version writes.
pub const SCHEMA: &str = "evalens.tags/1";
const FOLDER: &str = "tags";
/// No file is longer.
const LONGEST: u64 = 64 << 20;

/// The names of the items that have a tag, by tag. A tag without items is none.
pub type Tags = BTreeMap<String, BTreeSet<String>>;

#[derive(Serialize, Deserialize)]
struct Written {
    schema: String,
    id: String,
    version: String,
    tags: Tags,
}

/// Tags could not be read or written. The message is a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", file.display())]
pub struct TagsError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong, and what to do.
    pub problem: String,
}

fn name(id: &str, version: &str) -> String {
    let digits = blake3::hash(format!("{id}\n{version}").as_bytes()).to_hex();
    format!("{}@{}-{}.json", slug(id), slug(version), digits.get(..8).unwrap_or_default())
}

/// The tags of a dataset version; none where nobody put any.
///
/// # Errors
/// Where the file cannot be read or is of a newer program.
pub fn read(keeper: &Keeper, root: &Path, id: &str, version: &str) -> Result<Tags, TagsError> {
    let files = keeper.folders(root).into_iter().map(|folder| folder.join(FOLDER).join(name(id, version)));
    match files.into_iter().find(|file| file.is_file()) {
        Some(file) => read_one(&file),
        None => Ok(Tags::new()),
    }
}

fn read_one(file: &Path) -> Result<Tags, TagsError> {
    let failed = |problem: String| TagsError { file: file.to_owned(), problem };
    let read = || -> io::Result<String> {
        let mut text = String::new();
        std::fs::File::open(file)?.take(LONGEST).read_to_string(&mut text)?;
        Ok(text)
    };
    let text = read().map_err(|error| failed(format!("cannot be read ({error}); check its permissions")))?;
    let written: Written = serde_json::from_str(&text)
        .map_err(|error| failed(format!("holds no tags ({error}); remove it, or restore an older copy")))?;
    if written.schema != SCHEMA {
        return Err(failed(format!("`{}` is not known; update the program", written.schema)));
    }
    Ok(written.tags)
}

/// Writes the tags of a dataset version over those that were there.
///
/// # Errors
/// Where what is there cannot be read (it would be lost), or nothing can be written.
pub fn write(place: &Place, id: &str, version: &str, tags: &Tags) -> Result<(), TagsError> {
    let folder = place.dir.join(FOLDER);
    let file = folder.join(name(id, version));
    if file.exists() {
        read_one(&file)?;
    }
    let written =
        Written { schema: SCHEMA.to_owned(), id: id.to_owned(), version: version.to_owned(), tags: tags.clone() };
    let write = || -> io::Result<()> {
        std::fs::create_dir_all(&folder)?;
        let text = serde_json::to_vec_pretty(&written)?;
        super::beside(&folder, |out| out.write_all(&text))?.persist(&file).map_err(|e| e.error)?;
        Ok(())
    };
    let failed = |error: io::Error| TagsError {
        file: file.clone(),
        problem: format!("cannot be written ({error}); give yourself write permission or free some space"),
    };
    write().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_last_and_what_is_there_is_not_lost() {
        let dir = tempfile::tempdir().unwrap();
        let keeper = Keeper { writes: true, ..Keeper::default() };
        let place = keeper.place(dir.path()).unwrap().unwrap();
        assert_eq!(read(&keeper, dir.path(), "cells", "v1").unwrap(), Tags::new());
        let tags: Tags = [("blurred".to_owned(), ["a.jpg".to_owned(), "b.jpg".to_owned()].into())].into();
        write(&place, "cells", "v1", &tags).unwrap();
        assert_eq!(read(&keeper, dir.path(), "cells", "v1").unwrap(), tags);
        assert_eq!(read(&keeper, dir.path(), "cells", "v2").unwrap(), Tags::new());
        let file = place.dir.join(FOLDER).join(name("cells", "v1"));
        std::fs::write(&file, r#"{"schema": "evalens.tags/2", "id": "", "version": "", "tags": {}}"#).unwrap();
        assert!(read(&keeper, dir.path(), "cells", "v1").unwrap_err().to_string().contains("update the program"));
        assert!(write(&place, "cells", "v1", &tags).is_err());
        assert!(std::fs::read_to_string(&file).unwrap().contains("evalens.tags/2"));
        std::fs::write(&file, b"\xff{").unwrap();
        assert!(read(&keeper, dir.path(), "cells", "v1").is_err());
    }
}
