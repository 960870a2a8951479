//! Runs of a project: a file each under `runs/`, written whole or not at all, and never changed.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::place::{Keeper, Place};
use crate::model::run::Run;
use crate::model::{Findings, Severity};

const FOLDER: &str = "runs";
/// No run is longer, not even one of a coming version.
const LONGEST: u64 = 1 << 20;

/// A run and where it lies.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredRun {
    /// Its file.
    pub file: PathBuf,
    /// What it says.
    pub run: Run,
}

/// A run could not be written. The message is a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: the run cannot be kept ({cause}); give yourself write permission or free some space", file.display())]
pub struct RunError {
    /// The file or its folder.
    pub file: PathBuf,
    /// Why.
    pub cause: String,
}

/// Writes a run into a file of its own. The name is made of time and content, so that two processes never mean the same
/// file by different runs, and the same run twice is one file.
///
/// # Errors
/// Where nothing can be written.
pub fn write(place: &Place, run: &Run) -> Result<StoredRun, RunError> {
    let text = run.to_text();
    let folder = place.dir.join(FOLDER);
    let digits = blake3::hash(text.as_bytes()).to_hex();
    let file = folder.join(format!("{:012}-{}.json", run.time, digits.get(..16).unwrap_or_default()));
    let write = || -> io::Result<()> {
        std::fs::create_dir_all(&folder)?;
        match super::beside(&folder, |out| out.write_all(text.as_bytes()))?.persist_noclobber(&file) {
            Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
            _ => Ok(()),
        }
    };
    match write() {
        Ok(()) => Ok(StoredRun { file, run: run.clone() }),
        Err(error) => Err(RunError { file, cause: error.to_string() }),
    }
}

/// All runs of a project, the oldest first. Files that are no runs, or of a newer program, stay where they are and are
/// reported.
#[must_use]
pub fn read(keeper: &Keeper, root: &Path) -> (Vec<StoredRun>, Findings) {
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in keeper.folders(root) {
        let entries = std::fs::read_dir(folder.join(FOLDER)).into_iter().flatten().flatten();
        let visible = |path: &PathBuf| path.file_name().is_some_and(|n| !n.to_string_lossy().starts_with('.'));
        files.extend(entries.map(|entry| entry.path()).filter(visible));
    }
    let read: Vec<Result<StoredRun, String>> = files.into_par_iter().map(read_one).collect();
    let mut findings = Findings::default();
    let mut runs = Vec::with_capacity(read.len());
    for result in read {
        match result {
            Ok(run) => runs.push(run),
            Err(example) => findings.add(
                Severity::Warning,
                "kept-run",
                "Files among the kept runs cannot be read and are set aside: they stay where they are and take no part. \
                 Update the program if a newer one wrote them; else calculate again and remove them.",
                || example,
            ),
        }
    }
    runs.sort_by(|a, b| (a.run.time, &a.file).cmp(&(b.run.time, &b.file)));
    (runs, findings)
}

fn read_one(file: PathBuf) -> Result<StoredRun, String> {
    let read = || -> io::Result<String> {
        let mut text = String::new();
        std::fs::File::open(&file)?.take(LONGEST).read_to_string(&mut text)?;
        Ok(text)
    };
    let run = read().map_err(|e| e.to_string()).and_then(|text| Run::parse(&text));
    match run {
        Ok(run) => Ok(StoredRun { file, run }),
        Err(cause) => Err(format!("{}: {cause}", file.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::run::{LONGEST as LONGEST_TEXT, RunClass, SCHEMA};

    fn run(time: u64, classes: usize) -> Run {
        let class = |i: usize| RunClass { name: format!("class number {i}"), correct: 1, ..RunClass::default() };
        Run {
            schema: SCHEMA.to_owned(),
            time,
            summary: [("f1".to_owned(), Some(0.1 + 0.2)), ("roc_auc_macro".to_owned(), None)].into(),
            classes: (0..classes).map(class).collect(),
            ..Run::default()
        }
    }

    fn kept() -> (tempfile::TempDir, Keeper, Place) {
        let dir = tempfile::tempdir().unwrap();
        let keeper = Keeper { writes: true, ..Keeper::default() };
        let place = keeper.place(dir.path()).unwrap().unwrap();
        (dir, keeper, place)
    }

    #[test]
    fn runs_come_back_to_the_last_bit_and_in_order() {
        let (dir, keeper, place) = kept();
        for time in [20, 3, 1_700_000_000] {
            write(&place, &run(time, 2)).unwrap();
        }
        write(&place, &run(3, 2)).unwrap();
        let (runs, findings) = read(&keeper, dir.path());
        assert!(findings.is_empty());
        assert_eq!(runs.iter().map(|r| r.run.time).collect::<Vec<_>>(), [3, 20, 1_700_000_000]);
        assert_eq!(runs[0].run, run(3, 2));
    }

    #[test]
    fn a_run_stays_small() {
        let (dir, keeper, place) = kept();
        let file = write(&place, &run(1, 5_000)).unwrap().file;
        assert!(std::fs::metadata(file).unwrap().len() < LONGEST_TEXT as u64);
        assert!(read(&keeper, dir.path()).0[0].run.classes.is_empty());
    }

    #[test]
    fn what_is_no_run_is_set_aside_and_reported() {
        let (dir, keeper, place) = kept();
        write(&place, &run(1, 1)).unwrap();
        let folder = place.dir.join(FOLDER);
        let newer = run(2, 0).to_text().replace("run/1", "run/2");
        let whole = run(3, 1).to_text();
        let files: [(&str, &[u8]); 6] = [
            ("newer.json", newer.as_bytes()),
            ("truncated.json", &whole.as_bytes()[..whole.len() / 2]),
            ("empty.json", b""),
            ("foreign.txt", b"milk, eggs"),
            ("bytes.json", b"\xff\x00\xfe"),
            ("deep.json", &[b'['; 200_000]),
        ];
        for (name, bytes) in files {
            std::fs::write(folder.join(name), bytes).unwrap();
        }
        // What a killed process leaves behind.
        std::fs::write(folder.join(".new-Ab12Cd"), &whole[..10]).unwrap();
        std::fs::create_dir(folder.join("folder.json")).unwrap();
        let (runs, findings) = read(&keeper, dir.path());
        assert_eq!(runs.len(), 1);
        assert_eq!(findings.get("kept-run").unwrap().count, 7);
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), 9);
    }

    /// Files as every version of the program wrote them, one of a version to come, and one of another schema: each number
    /// is that of the file.
    #[test]
    fn runs_of_every_version_are_read() {
        let (dir, keeper, place) = kept();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/runs");
        std::fs::create_dir_all(place.dir.join(FOLDER)).unwrap();
        for entry in std::fs::read_dir(fixtures).unwrap() {
            let file = entry.unwrap().path();
            std::fs::copy(&file, place.dir.join(FOLDER).join(file.file_name().unwrap())).unwrap();
        }
        let (runs, findings) = read(&keeper, dir.path());
        let [first, steps, later] = [0, 1, 2].map(|at: usize| &runs[at].run);
        assert_eq!((runs.len(), findings.get("kept-run").unwrap().count), (3, 1));
        assert_eq!((first.number("ap"), first.number("recall"), first.settings.iou), (Some(0.25), None, Some(0.5)));
        assert_eq!((first.classes[0].support(), first.classes[1].predicted()), (351, 37));
        assert!(first.at_steps.is_empty() && first.unmapped.is_empty() && !first.model.head);
        assert_eq!((steps.at_steps[1], steps.classes[0].at_steps[0]), ((16, 18), (9, 10)));
        assert_eq!((steps.unmapped.as_slice(), steps.model.head), (["perhaps".to_owned()].as_slice(), true));
        assert_eq!((steps.dataset.splits.len(), steps.classes[0].roc_auc), (2, Some(0.97)));
        assert_eq!((later.number("f1"), later.number("something_new")), (None, Some(0.5)));
        // What is read can be written and is the same again.
        for stored in &runs {
            assert_eq!(Run::parse(&stored.run.to_text()).unwrap(), stored.run);
        }
    }

    /// A field that a later version adds does not stand in the way.
    #[test]
    fn unknown_fields_are_passed_over() {
        let text = run(1, 1).to_text().replacen('{', r#"{"verdict": {"reviewed": true}, "#, 1);
        assert_eq!(Run::parse(&text).unwrap(), run(1, 1));
    }
}
