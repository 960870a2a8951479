//! Writes the project file `evalens.json`: whole or not at all, and never over an existing one unless asked to; of one that is
//! there only the class names, where a person corrected them.
//!
//! Knows the file. What it may say is known to `model::project_text`, and `formats` reads it.

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::model::project::{FILE_NAME, Project};
use crate::model::project_text;

/// A project file could not be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", file.display())]
pub struct ProjectFileError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong and what to do.
    pub problem: String,
}

/// Writes the project file into the folder and returns its path. It is written beside its place and moved there, so that
/// no reader ever meets half of it.
///
/// # Errors
/// Where the project itself could not be read back, where the file exists and `force` is not set, or where the folder
/// cannot be written to.
pub fn write(root: &Path, project: &Project, force: bool) -> Result<PathBuf, ProjectFileError> {
    let file = root.join(FILE_NAME);
    let failed = |problem: String| ProjectFileError { file: file.clone(), problem };
    let text = project_text::to_text(project);
    project_text::parse(&text).map_err(|problem| failed(problem.to_string()))?;
    let exists = || failed("exists already; remove it, or overwrite it with --force".to_owned());
    if !force && file.exists() {
        return Err(exists());
    }
    let io = |error: std::io::Error| failed(format!("cannot be written ({error}); check the folder's permissions"));
    let temporary = super::beside(root, |out| out.write_all(text.as_bytes())).map_err(io)?;
    if force {
        temporary.persist(&file).map_err(|e| io(e.error))?;
    } else {
        // Fails, rather than overwrite, where another program was faster.
        temporary.persist_noclobber(&file).map_err(|e| match e.error.kind() {
            std::io::ErrorKind::AlreadyExists => exists(),
            _ => io(e.error),
        })?;
    }
    Ok(file)
}

/// The largest project file that is read back.
const LARGEST: u64 = 16 << 20;

/// Writes what classes of the predictions mean into the project file that is there, and leaves every other byte of it as
/// it is.
///
/// # Errors
/// Where the file cannot be read, is no project file any more, or cannot be written.
pub fn write_class_map(root: &Path, class_map: &BTreeMap<String, String>) -> Result<PathBuf, ProjectFileError> {
    let file = root.join(FILE_NAME);
    let failed = |problem: String| ProjectFileError { file: file.clone(), problem };
    let read = || -> std::io::Result<String> {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut std::io::Read::take(std::fs::File::open(&file)?, LARGEST), &mut text)?;
        Ok(text)
    };
    let text = read().map_err(|error| failed(format!("cannot be read ({error}); open the folder again")))?;
    let changed = with_class_map(&text, class_map);
    let changed = changed
        .filter(|changed| project_text::parse(changed).is_ok_and(|(project, _)| project.class_map == *class_map));
    let changed =
        changed.ok_or_else(|| failed("is not as it was when it was opened; open the folder again".to_owned()))?;
    let io = |error: std::io::Error| failed(format!("cannot be written ({error}); check the folder's permissions"));
    super::beside(root, |out| out.write_all(changed.as_bytes()))
        .map_err(io)?
        .persist(&file)
        .map_err(|e| io(e.error))?;
    Ok(file)
}

/// The text of a project file with another class map, all else verbatim. `None` where it is no JSON object.
fn with_class_map(text: &str, class_map: &BTreeMap<String, String>) -> Option<String> {
    let map = serde_json::to_string(class_map).ok()?;
    match member(text, "class_map")? {
        Member::Value(place) => Some(format!("{}{map}{}", text.get(..place.start)?, text.get(place.end..)?)),
        Member::End { at, empty } => {
            let before = text.get(..at)?.trim_end();
            let comma = if empty { "" } else { "," };
            Some(format!("{before}{comma}\n  \"class_map\": {map}\n{}", text.get(at..)?))
        }
    }
}

/// Where a member of the outermost object stands.
enum Member {
    /// Its value.
    Value(Range<usize>),
    /// It is not there: the object ends here.
    End { at: usize, empty: bool },
}

/// Finds the last member of this name of the object that a text is. The text was parsed before, so that only quotes and
/// brackets need to be told apart.
fn member(text: &str, name: &str) -> Option<Member> {
    let (mut depth, mut string, mut key, mut value) = (0_usize, None::<usize>, None::<&str>, None::<usize>);
    let (mut found, mut empty) = (None, true);
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        if let Some(start) = string {
            match byte {
                b'\\' => drop(bytes.next()),
                b'"' => {
                    string = None;
                    if depth == 1 && value.is_none() {
                        key = text.get(start + 1..at);
                    }
                }
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => (string, empty) = (Some(at), false),
            b'{' | b'[' => depth += 1,
            b':' if depth == 1 => value = Some(at + 1),
            b',' | b'}' if depth == 1 => {
                if let (Some(start), true) = (value.take(), key.take() == Some(name)) {
                    found = Some(start..at);
                }
                if byte == b'}' {
                    return Some(found.map_or(Member::End { at, empty }, |place| Member::Value(trimmed(text, place))));
                }
            }
            b'}' | b']' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}

fn trimmed(text: &str, place: Range<usize>) -> Range<usize> {
    let inside = text.get(place.clone()).unwrap_or_default();
    let start = place.start + inside.len() - inside.trim_start().len();
    start..start + inside.trim().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(text: &str) -> Option<String> {
        with_class_map(text, &[("a \"b\"".to_owned(), "c".to_owned())].into())
    }

    #[test]
    fn only_the_class_map_changes() {
        let map = r#"{"a \"b\"":"c"}"#;
        for (before, after) in [
            (
                r#"{"x": {"class_map": 1}, "class_map" : {"q": "}"} , "y": [","]}"#,
                format!(r#"{{"x": {{"class_map": 1}}, "class_map" : {map} , "y": [","]}}"#),
            ),
            ("{\n  \"x\": \"\\\"}\"\n}\n", format!("{{\n  \"x\": \"\\\"}}\",\n  \"class_map\": {map}\n}}\n")),
            ("{}", format!("{{\n  \"class_map\": {map}\n}}")),
        ] {
            assert_eq!(changed(before).as_deref(), Some(after.as_str()));
        }
        for broken in ["", "[]", "{\"a\": 1", "]"] {
            assert_eq!(changed(broken), None, "{broken}");
        }
    }

    #[test]
    fn the_rest_of_the_file_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE_NAME);
        let text = "{ \"schema\": \"evalens.project/1\",\n\t\"name\": \"p\", \"datasets\": [], \"models\": [] }\n";
        std::fs::write(&file, text).unwrap();
        write_class_map(folder.path(), &[("x".to_owned(), "y".to_owned())].into()).unwrap();
        let written = std::fs::read_to_string(&file).unwrap();
        assert!(written.starts_with(text.trim_end().trim_end_matches(" }")), "{written}");
        assert_eq!(project_text::parse(&written).unwrap().0.class_map["x"], "y");
        std::fs::write(&file, "{").unwrap();
        let error = write_class_map(folder.path(), &BTreeMap::new()).unwrap_err();
        assert!(error.to_string().contains("open the folder again"), "{error}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "{");
    }
}
