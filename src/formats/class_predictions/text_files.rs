//! Outputs in a text file an item, a class a line: `0.87 tabby cat`, as Ultralytics writes them with `save_txt`.

use std::path::Path;

use crate::formats::error::{FormatError, LoadError};
use crate::formats::listing::{self, has_ending};
use crate::formats::source;
use crate::formats::table::cells;
use crate::formats::table::labels::Names;
use crate::formats::table::sheet::{Scores, Sheet};
use crate::model::{Findings, Progress, Severity};

/// The score and class of a line; `None` where it is no such line.
#[must_use]
pub fn line(text: &str) -> Option<(f64, &str)> {
    let (score, name) = text.trim().split_once(char::is_whitespace)?;
    let score = cells::number(score.as_bytes(), b',').filter(|score| (0.0..=1.0).contains(score))?;
    // A line of numbers only is a box.
    let name = name.trim();
    (!name.is_empty() && !name.split_whitespace().all(|word| word.parse::<f64>().is_ok())).then_some((score, name))
}

pub(super) fn read(folder: &Path, findings: &mut Findings, progress: &dyn Progress) -> Result<Sheet, LoadError> {
    let files = listing::files(folder, |path| has_ending(path, "txt"))?;
    let (mut names, mut lists, mut ids) = (Names::default(), Vec::new(), Vec::new());
    for (position, file) in files.iter().enumerate() {
        if position % 256 == 0 {
            progress.check()?;
            progress.progress(position, files.len());
        }
        let text = source::read_text(&file.path)?;
        let mut list = Vec::new();
        for (number, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
            match line(text) {
                Some((score, name)) => list.push((names.number(name), score)),
                None => findings.add(
                    Severity::Warning,
                    "broken-line",
                    "Lines are not a score and a class, and are left out; write `0.87 name`.",
                    || format!("{}:{number}", source::short_name(&file.path)),
                ),
            }
        }
        ids.push(file.stem().to_owned());
        lists.push(list);
    }
    if lists.iter().all(Vec::is_empty) {
        return Err(
            FormatError::new(folder, "has no text file with a score and a class a line", "check the path").into()
        );
    }
    Ok(Sheet {
        file: folder.to_owned(),
        lines: vec![1; lists.len()],
        ids: Some(ids),
        truth: None,
        texts: None,
        groups: None,
        scores: Scores::Lists { names: names.into_all(), lists },
    })
}
