//! How a person has the generated texts of each dataset scored: `scoring.json`, written whole or not at all.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::place::{Keeper, Place};
use crate::model::Scoring;

/// The schema this version writes.
pub const SCHEMA: &str = "evalens.scoring/1";
const FILE: &str = "scoring.json";
/// No file is longer.
const LONGEST: u64 = 16 << 20;

/// Scorings by dataset, `id@version`.
pub type Scorings = BTreeMap<String, Scoring>;

#[derive(Serialize, Deserialize)]
struct Written {
    schema: String,
    datasets: Scorings,
}

/// The scoring could not be read or written. The message is a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", file.display())]
pub struct ScoringError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong, and what to do.
    pub problem: String,
}

/// What is kept of a project; nothing where nobody chose anything.
///
/// # Errors
/// Where the file cannot be read or is of a newer program.
pub fn read(keeper: &Keeper, root: &Path) -> Result<Scorings, ScoringError> {
    let files = keeper.folders(root).into_iter().map(|folder| folder.join(FILE));
    files.into_iter().find(|file| file.is_file()).map_or_else(|| Ok(Scorings::new()), |file| read_one(&file))
}

fn read_one(file: &Path) -> Result<Scorings, ScoringError> {
    let failed = |problem: String| ScoringError { file: file.to_owned(), problem };
    let mut text = String::new();
    let mut read = || std::fs::File::open(file)?.take(LONGEST).read_to_string(&mut text);
    read().map_err(|error| failed(format!("cannot be read ({error}); check its permissions")))?;
    let written: Written = serde_json::from_str(&text)
        .map_err(|error| failed(format!("holds no scoring ({error}); remove it, or restore an older copy")))?;
    if written.schema != SCHEMA {
        return Err(failed(format!("`{}` is not known; update the program", written.schema)));
    }
    Ok(written.datasets)
}

/// Keeps the scoring of one dataset version beside those of the others.
///
/// # Errors
/// Where what is there cannot be read (it would be lost), or nothing can be written.
pub fn write(place: &Place, dataset: &str, scoring: &Scoring) -> Result<(), ScoringError> {
    let file = place.dir.join(FILE);
    let mut datasets = if file.exists() { read_one(&file)? } else { Scorings::new() };
    datasets.insert(dataset.to_owned(), scoring.clone());
    let written = Written { schema: SCHEMA.to_owned(), datasets };
    let write = || -> io::Result<()> {
        let text = serde_json::to_vec_pretty(&written)?;
        super::beside(&place.dir, |out| out.write_all(&text))?.persist(&file).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|error| ScoringError {
        file: file.clone(),
        problem: format!("cannot be written ({error}); give yourself write permission or free some space"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_dataset_keeps_its_own_and_what_is_there_is_not_lost() {
        let dir = tempfile::tempdir().unwrap();
        let keeper = Keeper { writes: true, ..Keeper::default() };
        let place = keeper.place(dir.path()).unwrap().unwrap();
        assert_eq!(read(&keeper, dir.path()).unwrap(), Scorings::new());
        let filter = |text: &str| Scoring { filter: Some(text.to_owned()), ..Scoring::default() };
        write(&place, "maths@v1", &filter("A: (.*)")).unwrap();
        write(&place, "maths@v2", &filter(r"\d+")).unwrap();
        write(&place, "maths@v1", &filter("B")).unwrap();
        let kept = read(&keeper, dir.path()).unwrap();
        assert_eq!(kept.get("maths@v1"), Some(&filter("B")));
        assert_eq!(kept.get("maths@v2"), Some(&filter(r"\d+")));
        std::fs::write(place.dir.join(FILE), r#"{"schema": "evalens.scoring/2", "datasets": {}}"#).unwrap();
        assert!(read(&keeper, dir.path()).unwrap_err().to_string().contains("update the program"));
        assert!(write(&place, "maths@v1", &filter("C")).is_err());
        assert!(std::fs::read_to_string(place.dir.join(FILE)).unwrap().contains("scoring/2"));
    }
}
