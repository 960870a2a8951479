//! The file of a workspace: a list of project folders, relative to it.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use crate::model::workspace::{SCHEMA, WorkspaceText};

/// No list is longer.
const LONGEST: u64 = 4 << 20;

/// A workspace file could not be read or written. The message is a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", file.display())]
pub struct WorkspaceFileError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong, and what to do.
    pub problem: String,
}

/// True for a file, not a folder, whose beginning names the schema of workspaces, or that is called like one.
#[must_use]
pub fn is_one(path: &Path) -> bool {
    if !path.is_file() {
        return false;
    }
    let named = path.file_name().is_some_and(|name| name.to_string_lossy().contains("workspace"));
    let mut head = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(4096).read_to_end(&mut head));
    let schema = SCHEMA.rsplit_once('/').map_or(SCHEMA, |(name, _)| name);
    read.is_ok() && (named || String::from_utf8_lossy(&head).contains(schema))
}

/// The project folders (and further workspace files) that a workspace names, as paths that can be opened.
///
/// # Errors
/// A sentence where the file cannot be read or is no workspace.
pub fn read(file: &Path) -> Result<Vec<PathBuf>, WorkspaceFileError> {
    let failed = |problem: String| WorkspaceFileError { file: file.to_owned(), problem };
    let mut text = String::new();
    let read = std::fs::File::open(file).and_then(|open| open.take(LONGEST).read_to_string(&mut text));
    read.map_err(|e| failed(format!("cannot be read ({e}); check its path and permissions")))?;
    let workspace = WorkspaceText::parse(&text).map_err(|problem| {
        failed(format!("{problem}; write {{\"schema\": \"{SCHEMA}\", \"projects\": [\"FOLDER\", …]}}"))
    })?;
    let folder = file.parent().unwrap_or(Path::new("."));
    Ok(workspace.projects.iter().map(|project| folder.join(project)).collect())
}

/// Writes a workspace of project folders beside its place and moves it there. Folders below or beside the file are written
/// relative to it, others as they are.
///
/// # Errors
/// A sentence where it cannot be written.
pub fn write(file: &Path, projects: &[PathBuf]) -> Result<(), WorkspaceFileError> {
    let failed = |error: std::io::Error| WorkspaceFileError {
        file: file.to_owned(),
        problem: format!("cannot be written ({error}); choose another folder, or free some space"),
    };
    let folder = std::path::absolute(file.parent().unwrap_or(Path::new("."))).map_err(failed)?;
    let text = WorkspaceText::of(projects.iter().map(|project| relative(&folder, project)).collect()).to_text();
    let temporary = super::beside(&folder, |out| out.write_all(text.as_bytes())).map_err(failed)?;
    temporary.persist(file).map_err(|e| failed(e.error))?;
    Ok(())
}

/// The path from a folder to another, with `/`, over at most one folder in common; whole where they have less in common.
fn relative(from: &Path, to: &Path) -> String {
    let (from, to) = (canonical(from), canonical(to));
    let common = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().count() - common;
    if common == 0 || up > 2 {
        return to.display().to_string();
    }
    let down = to.components().skip(common).map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = std::iter::repeat_n("..".to_owned(), up).chain(down).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

/// The path that the system knows a file by; as it is given where there is none.
#[must_use]
pub fn canonical(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_moves_with_its_projects() {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (dir.path().join("a"), dir.path().join("deep/b"));
        std::fs::create_dir_all(&a).unwrap();
        std::fs::create_dir_all(&b).unwrap();
        let file = a.join("all.json");
        write(&file, &[a.clone(), b.clone()]).unwrap();
        assert!(is_one(&file) && !is_one(&a));
        assert!(std::fs::read_to_string(&file).unwrap().contains("\"../deep/b\""));
        let read: Vec<PathBuf> = read(&file).unwrap().iter().map(|path| canonical(path)).collect();
        assert_eq!(read, [canonical(&a), canonical(&b)]);
    }

    #[test]
    fn what_is_no_workspace_is_a_sentence() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("workspace.json");
        for (text, said) in [
            ("{\"schema\": \"evalens.workspace/9\"}", "newer version"),
            ("{\"schema\": \"evalens.project/1\"}", "is not `evalens.workspace/1`"),
            ("[", "is no workspace"),
            ("", "is no workspace"),
        ] {
            std::fs::write(&file, text).unwrap();
            let sentence = read(&file).unwrap_err().to_string();
            assert!(sentence.contains(said) && sentence.contains("write {"), "{sentence}");
        }
        std::fs::remove_file(&file).unwrap();
        assert!(read(&file).unwrap_err().to_string().contains("cannot be read"));
    }
}
