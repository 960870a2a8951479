//! Lines of text beside each other: `source.de.txt`, `reference.en.txt`, `outputs/SYSTEM.en.txt`.

use std::path::Path;

use super::super::inventory::Inventory;
use super::super::naming::{kind_of_word, words};
use super::super::truth::ONLY_SPLIT;
use super::super::{Reason, dataset_name};
use super::{Found, Output, below_outputs, is_output_folder, name_of};
use crate::formats::answers::LINES;
use crate::formats::answers::look::Author;
use crate::formats::listing::{self, has_ending};
use crate::formats::source;
use crate::model::fmt::counted;
use crate::model::project::SplitEntry;

/// Files of lines that are looked at.
const MAX_FILES: usize = 2000;
/// Larger files are not counted.
const LARGEST: u64 = 256 << 20;

/// A file of lines.
struct File {
    path: String,
    folder: String,
    stem: String,
    /// The words of its name.
    words: Vec<String>,
}

/// References in lines, with what belongs to them.
pub(super) struct Lines {
    base: String,
    split: String,
    language: Option<String>,
    references: Vec<String>,
    source: Option<String>,
    outputs: Vec<(String, String, String)>,
    count: usize,
}

/// All references in lines that have outputs of as many lines.
pub(super) fn find(inventory: &Inventory) -> Vec<Lines> {
    let files = files(inventory);
    let mut all: Vec<Lines> = Vec::new();
    for file in files
        .iter()
        .filter(|file| is_called(file, &["reference", "references", "ref", "refs", "target", "tgt", "gold"]))
    {
        if file.folder.split('/').any(is_output_folder) {
            continue;
        }
        let base = base_of(&file.folder, &["reference", "references", "ref", "refs"]);
        let (split, language) = (split_of(file), language_of(file));
        let same = |lines: &&mut Lines| (&lines.base, &lines.split, &lines.language) == (&base, &split, &language);
        match all.iter_mut().find(same) {
            Some(lines) => lines.references.push(file.path.clone()),
            None => {
                let Some(count) = count(&inventory.root.join(&file.path)).filter(|count| *count > 0) else { continue };
                let references = vec![file.path.clone()];
                all.push(Lines { base, split, language, references, source: None, outputs: Vec::new(), count });
            }
        }
    }
    let only_language = all.len() == 1;
    for lines in &mut all {
        lines.complete(inventory, &files, only_language);
    }
    all.retain(|lines| !lines.outputs.is_empty());
    all
}

fn files(inventory: &Inventory) -> Vec<File> {
    let mut all = Vec::new();
    for (folder, _) in inventory.folders.iter().filter(|(_, found)| found.texts.count > 0) {
        let entries = std::fs::read_dir(inventory.root.join(folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter(|entry| has_ending(&entry.path(), "txt") && entry.path().is_file())
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| !name.starts_with('.'))
            .take(MAX_FILES)
            .collect();
        names.sort_by(|a, b| listing::natural(a, b));
        let place = |name: &String| if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        all.extend(names.iter().map(|name| {
            let stem = listing::stem(name).to_owned();
            File { path: place(name), folder: folder.clone(), words: words(&stem), stem }
        }));
        if all.len() > MAX_FILES {
            break;
        }
    }
    all
}

/// True where the first word of a name, or the folder, is one of these.
fn is_called(file: &File, names: &[&str]) -> bool {
    let bare = |word: &String| {
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
        names.contains(&word)
    };
    let folder = file.folder.rsplit('/').next().unwrap_or_default().to_lowercase();
    let in_name = file.words.iter().any(|word| bare(word) || refs(word, names));
    in_name || (names.contains(&folder.as_str()) && !folder.is_empty())
}

/// `refA` and `refB`, as WMT calls its references.
fn refs(word: &str, names: &[&str]) -> bool {
    names.contains(&"ref") && word.len() == 4 && word.starts_with("ref")
}

fn base_of(folder: &str, containers: &[&str]) -> String {
    match folder.rsplit_once('/') {
        Some((above, last)) if containers.contains(&last.to_lowercase().as_str()) => above.to_owned(),
        None if containers.contains(&folder.to_lowercase().as_str()) => String::new(),
        _ => folder.to_owned(),
    }
}

fn split_of(file: &File) -> String {
    let word = file.words.iter().find(|word| kind_of_word(word).is_some());
    let above = || file.folder.split('/').flat_map(words).find(|word| kind_of_word(word).is_some());
    word.cloned().or_else(above).unwrap_or_else(|| ONLY_SPLIT.to_owned())
}

/// The language that a name ends with: two or three letters behind a dot, or `en-US`.
fn language_of(file: &File) -> Option<String> {
    let end = file.stem.rsplit_once('.').map(|(_, end)| end)?;
    let main = end.split(['-', '_']).next().unwrap_or(end);
    let fits = (2..=3).contains(&main.len()) && main.chars().all(|c| c.is_ascii_lowercase());
    (fits && !["ref", "src", "tgt", "hyp", "out", "sys"].contains(&main)).then(|| end.to_owned())
}

/// The number of lines; `None` where the file is too large or no text.
fn count(path: &Path) -> Option<usize> {
    if std::fs::metadata(path).ok()?.len() > LARGEST {
        return None;
    }
    let bytes = source::read_bytes(path).ok()?;
    let feeds = memchr::memchr_iter(b'\n', &bytes).count();
    Some(feeds + usize::from(bytes.last().is_some_and(|last| *last != b'\n')))
}

impl Lines {
    fn complete(&mut self, inventory: &Inventory, files: &[File], only_language: bool) {
        let below = |file: &&File| {
            self.base.is_empty() || file.folder == self.base || file.folder.starts_with(&format!("{}/", self.base))
        };
        let same_split = |file: &&File| {
            let split = split_of(file);
            split == self.split || split == ONLY_SPLIT || self.split == ONLY_SPLIT
        };
        let fits = |file: &&File| {
            let counted = || count(&inventory.root.join(&file.path)) == Some(self.count);
            below(file) && same_split(file) && !self.references.contains(&file.path) && counted()
        };
        let sources = ["source", "sources", "src", "input", "inputs", "prompt", "prompts", "question", "questions"];
        let is_source = |file: &&File| !file.folder.split('/').any(is_output_folder) && is_called(file, &sources);
        let source = files.iter().filter(is_source).find(fits).map(|file| file.path.clone());
        let hypothesis = [
            "hyp",
            "hypothesis",
            "hypotheses",
            "output",
            "outputs",
            "prediction",
            "predictions",
            "pred",
            "system",
            "mt",
        ];
        let is_output = |file: &&File| {
            let language = language_of(file);
            let speaks = only_language || language.is_none() || language == self.language;
            let placed = file.folder.split('/').any(is_output_folder) || is_called(file, &hypothesis);
            placed && speaks
        };
        let outputs = files.iter().filter(is_output).filter(fits);
        let outputs = outputs.map(|file| (file.path.clone(), file.folder.clone(), self.own_name(file))).collect();
        self.source = source;
        self.outputs = outputs;
    }

    /// The name of a file without its language.
    fn own_name(&self, file: &File) -> String {
        let language = language_of(file).filter(|language| self.language.as_ref() == Some(language));
        let ending = language.map(|language| format!(".{language}")).unwrap_or_default();
        file.stem.strip_suffix(ending.as_str()).unwrap_or(&file.stem).to_owned()
    }

    pub(super) fn add(self, inventory: &Inventory, found: &mut Found) {
        let Some((first, more)) = self.references.split_first() else { return };
        let (mut id, version) = dataset_name(&self.base, &inventory.root, &[]);
        // The file of the prompts belongs to a dataset: every split and language is one of its own.
        if found.datasets.iter().any(|d| d.id == id && d.version == version) {
            let parts =
                [Some(id.as_str()), Some(self.split.as_str()).filter(|s| *s != ONLY_SPLIT), self.language.as_deref()];
            id = parts.into_iter().flatten().collect::<Vec<_>>().join("-");
        }
        let entry = SplitEntry { truth: first.clone(), ..SplitEntry::default() };
        let at = found.dataset(&id, &version, LINES, (self.split.clone(), entry));
        let lines = counted(self.count as u64, "line", "lines");
        found.reasons.push(Reason {
            path: first.clone(),
            what: format!("references of split {}", self.split),
            why: format!("{lines}, one a text{}", if more.is_empty() { "" } else { "; more references beside it" }),
        });
        if let Some(dataset) = found.datasets.get_mut(at) {
            if let Some(source) = &self.source {
                dataset.columns.insert("prompt".to_owned(), source.clone());
            }
            if !more.is_empty() {
                dataset.columns.insert("reference".to_owned(), more.join("|"));
            }
        }
        if let Some(source) = &self.source {
            found.reasons.push(Reason {
                path: source.clone(),
                what: "what was asked".to_owned(),
                why: format!("{lines}, as the references have"),
            });
        }
        for (path, folder, name) in &self.outputs {
            let output = Output {
                path,
                format: LINES,
                dataset: at,
                split: &self.split,
                why: format!("{lines}, as the references have"),
            };
            let author = Author::default();
            found.model(inventory, name_of(&author, &below_outputs(folder), name), &author, &output);
        }
    }
}
