//! Model versions that the program made itself: linear heads with their outputs, each in a folder of its own under
//! `models/`. A version that was written is never changed.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::place::{Keeper, Place, slug};
use crate::model::project::{ModelEntry, PredictionEntry};
use crate::model::{Findings, Severity};

/// The schema this version writes.
pub const SCHEMA: &str = "evalens.model/1";
const FOLDER: &str = "models";
const FILE: &str = "model.json";
const HEAD: &str = "head.json";
/// No description of a model is longer.
const LONGEST: u64 = 4 << 20;
/// No head is longer: 1,000 classes of vectors of 4,096 numbers are.
const LONGEST_HEAD: u64 = 128 << 20;

/// Scores of a model for the items of one split.
#[derive(Clone, Debug, PartialEq)]
pub struct Outputs {
    /// Dataset id.
    pub dataset: String,
    /// Dataset version.
    pub version: String,
    /// Split.
    pub split: String,
    /// The items, one a row.
    pub ids: Vec<String>,
    /// Row by row, a score a class; not-a-number all along the row of an item without scores.
    pub scores: Vec<f64>,
}

/// A model version to keep.
#[derive(Clone, Debug, PartialEq)]
pub struct NewModel {
    /// Name, version, task, what it was trained on, parameters; the rest is filled in.
    pub entry: ModelEntry,
    /// The class of each score of a row.
    pub classes: Vec<String>,
    /// Its outputs.
    pub outputs: Vec<Outputs>,
    /// A head as JSON, with which it classifies other data.
    pub head: Option<String>,
}

/// A model version could not be kept. The message is a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeepError {
    /// There is one of this name.
    #[error("There is a {id}@{version} already; its version stays as it is")]
    Exists {
        /// Model id.
        id: String,
        /// Version.
        version: String,
    },
    /// The files could not be written.
    #[error("{}: cannot be written ({cause}); give yourself write permission or free some space", file.display())]
    Unwritten {
        /// The folder.
        file: PathBuf,
        /// Why.
        cause: String,
    },
}

#[derive(Serialize, Deserialize)]
struct Written {
    schema: String,
    #[serde(flatten)]
    entry: ModelEntry,
}

/// Writes a model version and returns it as an entry of its project: a folder that is whole, or is not there.
///
/// # Errors
/// Where there is one of this name already, or nothing can be written.
pub fn keep(place: &Place, root: &Path, model: &NewModel) -> Result<ModelEntry, KeepError> {
    let (id, version) = (&model.entry.id, &model.entry.version);
    let target = place.dir.join(FOLDER).join(folder_name(id, version));
    let io = |error: io::Error| KeepError::Unwritten { file: target.clone(), cause: error.to_string() };
    let exists = || KeepError::Exists { id: id.clone(), version: version.clone() };
    if target.exists() {
        return Err(exists());
    }
    std::fs::create_dir_all(place.dir.join(FOLDER)).map_err(io)?;
    let folder = tempfile::Builder::new().prefix(".new-").tempdir_in(place.dir.join(FOLDER)).map_err(io)?;
    let entry = fill(folder.path(), model).map_err(io)?;
    if let Err(error) = std::fs::rename(folder.path(), &target) {
        return Err(if target.exists() { exists() } else { io(error) });
    }
    // Nothing is left in the temporary place to be cleaned up.
    let _ = folder.keep();
    Ok(located(entry, &target, root))
}

/// Writes all files of a version and returns its entry with paths inside the folder.
fn fill(folder: &Path, model: &NewModel) -> io::Result<ModelEntry> {
    let mut entry = model.entry.clone();
    entry.predictions.clear();
    write(&folder.join("classes.txt"), lines(&model.classes).as_bytes())?;
    for (number, outputs) in model.outputs.iter().enumerate() {
        let name = format!("{}-{}", number + 1, slug(&outputs.split));
        write(&folder.join(format!("{name}.npy")), &npy(model.classes.len(), &outputs.scores))?;
        write(&folder.join(format!("{name}.ids.txt")), lines(&outputs.ids).as_bytes())?;
        entry.predictions.push(PredictionEntry {
            dataset: outputs.dataset.clone(),
            version: outputs.version.clone(),
            split: outputs.split.clone(),
            format: "npy".to_owned(),
            path: format!("{name}.npy"),
            ..PredictionEntry::default()
        });
    }
    if let Some(head) = &model.head {
        write(&folder.join(HEAD), head.as_bytes())?;
        entry.head = Some(HEAD.to_owned());
    }
    let written = Written { schema: SCHEMA.to_owned(), entry };
    write(&folder.join(FILE), &serde_json::to_vec_pretty(&written)?)?;
    Ok(written.entry)
}

fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut out = std::fs::File::create(file)?;
    out.write_all(bytes)?;
    out.sync_all()
}

/// A line a name; line breaks inside names become spaces, as the reader of such lists takes a line for a name.
fn lines(names: &[String]) -> String {
    names.iter().map(|name| name.replace(['\n', '\r'], " ") + "\n").collect()
}

/// A table of doubles as NumPy writes it, version 1.0 of the format.
fn npy(columns: usize, values: &[f64]) -> Vec<u8> {
    let rows = values.len() / columns.max(1);
    let mut header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
    // Magic, version, length and header fill up 64 bytes, a line break at the end.
    let filled = (10 + header.len() + 1).next_multiple_of(64) - 10;
    header.push_str(&" ".repeat(filled - header.len() - 1));
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(header.len()).unwrap_or(u16::MAX).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

/// All kept versions of a project, in natural order of their names; what cannot be read is passed over and reported.
#[must_use]
pub fn read(keeper: &Keeper, root: &Path) -> (Vec<ModelEntry>, Findings) {
    let mut findings = Findings::default();
    let mut all: Vec<ModelEntry> = Vec::new();
    for folder in keeper.folders(root) {
        let Ok(entries) = std::fs::read_dir(folder.join(FOLDER)) else { continue };
        let folders = entries.flatten().map(|entry| entry.path());
        let mut folders: Vec<PathBuf> =
            folders.filter(|p| p.file_name().is_some_and(|n| !n.to_string_lossy().starts_with('.'))).collect();
        folders.sort();
        for folder in folders {
            match read_one(&folder) {
                Ok(entry) => all.push(located(entry, &folder, root)),
                Err(cause) => findings.add(
                    Severity::Warning,
                    "kept-model",
                    "Models that were trained here cannot be read and are passed over; train them again, or update the \
                     program if a newer one wrote them.",
                    || format!("{}: {cause}", folder.join(FILE).display()),
                ),
            }
        }
    }
    all.sort_by(|a, b| natord::compare(&a.id, &b.id).then_with(|| natord::compare(&a.version, &b.version)));
    all.dedup_by(|a, b| (&a.id, &a.version) == (&b.id, &b.version));
    (all, findings)
}

/// The text of a head's file.
///
/// # Errors
/// A sentence where it cannot be read, or is too long for one.
pub fn read_head(file: &Path) -> Result<String, HeadFileError> {
    let failed = |cause: String| HeadFileError { file: file.to_owned(), cause };
    let open = std::fs::File::open(file).map_err(|e| failed(e.to_string()))?;
    let mut text = String::new();
    let read = open.take(LONGEST_HEAD + 1).read_to_string(&mut text).map_err(|e| failed(e.to_string()))?;
    if read as u64 > LONGEST_HEAD { Err(failed("it is too long".to_owned())) } else { Ok(text) }
}

/// A head could not be read. The message is a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: the head cannot be read ({cause}); train it again by a cross-validation", file.display())]
pub struct HeadFileError {
    /// The file.
    pub file: PathBuf,
    /// Why.
    pub cause: String,
}

fn read_one(folder: &Path) -> Result<ModelEntry, String> {
    let file = std::fs::File::open(folder.join(FILE)).map_err(|e| e.to_string())?;
    let mut text = String::new();
    file.take(LONGEST).read_to_string(&mut text).map_err(|e| e.to_string())?;
    let Written { schema, entry } = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    if schema != SCHEMA {
        return Err(format!("`{schema}` is not known"));
    }
    let paths = entry.predictions.iter().map(|p| &p.path).chain(&entry.head);
    // Nothing but files of its own folder: what somebody sends must not make the program read others.
    match paths.into_iter().find(|path| path.contains(['/', '\\', '\0']) || path.starts_with("..")) {
        Some(path) => Err(format!("`{path}` is not a file beside it")),
        None => Ok(entry),
    }
}

/// The entry with paths as its project sees them.
fn located(mut entry: ModelEntry, folder: &Path, root: &Path) -> ModelEntry {
    let place = |file: &str| {
        let path = folder.join(file);
        let inside =
            path.strip_prefix(root).map(|p| p.components().map(|c| c.as_os_str().to_string_lossy().into_owned()));
        inside.map_or_else(|_| path.display().to_string(), |parts| parts.collect::<Vec<_>>().join("/"))
    };
    for prediction in &mut entry.predictions {
        prediction.path = place(&prediction.path);
    }
    entry.head = entry.head.as_deref().map(place);
    entry.kept = true;
    entry
}

fn folder_name(id: &str, version: &str) -> String {
    let digits = blake3::hash(format!("{id}\n{version}").as_bytes()).to_hex();
    format!("{}@{}-{}", slug(id), slug(version), digits.get(..8).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::project::TrainedOn;

    fn model(version: &str) -> NewModel {
        let outputs = |split: &str, ids: &[&str], scores: &[f64]| Outputs {
            dataset: "d".to_owned(),
            version: "v1".to_owned(),
            split: split.to_owned(),
            ids: ids.iter().map(ToString::to_string).collect(),
            scores: scores.to_vec(),
        };
        NewModel {
            entry: ModelEntry {
                id: "linear head".to_owned(),
                version: version.to_owned(),
                trained_on: Some(TrainedOn { dataset: "d".into(), version: "v1".into(), split: None }),
                ..ModelEntry::default()
            },
            classes: vec!["a".to_owned(), "b".to_owned()],
            outputs: vec![outputs("test", &["x", "y"], &[0.25, 0.75, 1.0, 0.0]), outputs("../up", &["z"], &[0.5, 0.5])],
            head: Some("{}".to_owned()),
        }
    }

    #[test]
    fn what_is_kept_is_read_and_never_changed() {
        let dir = tempfile::tempdir().unwrap();
        let keeper = Keeper { writes: true, ..Keeper::default() };
        let place = keeper.place(dir.path()).unwrap().unwrap();
        let second = keep(&place, dir.path(), &model("10-split")).unwrap();
        let first = keep(&place, dir.path(), &model("5-split")).unwrap();
        assert!(matches!(keep(&place, dir.path(), &model("5-split")), Err(KeepError::Exists { .. })));
        let (all, findings) = read(&keeper, dir.path());
        assert!(findings.is_empty());
        assert_eq!(all, [first.clone(), second]);
        assert!(first.kept && first.predictions[0].path.starts_with(".evalens/models/linear-head@5-split-"));
        assert!(first.predictions[1].path.ends_with("/2--up.npy"), "{}", first.predictions[1].path);
        let bytes = std::fs::read(dir.path().join(&first.predictions[0].path)).unwrap();
        // NumPy's format 1.0: the header ends at a multiple of 64 bytes, then rows of little-endian doubles.
        assert_eq!((bytes.len(), &bytes[..8], bytes[127]), (128 + 32, &b"\x93NUMPY\x01\x00"[..], b'\n'));
        assert_eq!(bytes[128..136], 0.25_f64.to_le_bytes());
        let ids = first.predictions[0].path.replace(".npy", ".ids.txt");
        assert_eq!(std::fs::read_to_string(dir.path().join(ids)).unwrap(), "x\ny\n");
    }

    #[test]
    fn foreign_and_damaged_versions_are_passed_over_and_reported() {
        let dir = tempfile::tempdir().unwrap();
        let keeper = Keeper { writes: true, ..Keeper::default() };
        let place = keeper.place(dir.path()).unwrap().unwrap();
        keep(&place, dir.path(), &model("5-split")).unwrap();
        let broken = |name: &str, text: &[u8]| {
            let folder = place.dir.join(FOLDER).join(name);
            std::fs::create_dir(&folder).unwrap();
            std::fs::write(folder.join(FILE), text).unwrap();
        };
        broken("newer", br#"{"schema": "evalens.model/2", "id": "a", "predictions": []}"#);
        broken("truncated", br#"{"schema": "evalens.mod"#);
        broken("bytes", b"\xff\xfe\x00");
        broken(
            "climbs",
            br#"{"schema": "evalens.model/1", "id": "a", "predictions":
               [{"dataset": "d", "split": "s", "format": "npy", "path": "../../secret.npy"}]}"#,
        );
        std::fs::create_dir(place.dir.join(FOLDER).join("empty")).unwrap();
        let (all, findings) = read(&keeper, dir.path());
        assert_eq!(all.len(), 1);
        let list = findings.sorted();
        assert_eq!((list.len(), list[0].code, list[0].count), (1, "kept-model", 5));
        // All of it still lies there.
        assert_eq!(std::fs::read_dir(place.dir.join(FOLDER)).unwrap().count(), 6);
    }
}
