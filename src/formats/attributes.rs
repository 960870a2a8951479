//! Columns beside labels: of tables with a row an item, of fields that COCO files have beyond those that are read, of the
//! project's own table of labels.
//!
//! Knows ids and cells. Does not know what columns are good for.

mod cells;
mod coco;

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use super::answers::sheet::{self, Sheet};
use super::answers::value::Value;
use super::error::{FormatError, LoadError};
use super::listing::{base_name, stem};
use super::source;
use super::table::columns;
use crate::model::project::{Choice, Project};
use crate::model::{AttributeColumn, Cancelled, Dataset, Findings, ImageId, Progress, Severity};

use cells::Column;

/// Columns of a file that are looked at.
const MOST_COLUMNS: usize = 200;
/// Rows that tell which column holds the ids.
const LOOKED_AT: usize = 2000;
/// The project's own files beyond this are not read a second time for what else they say.
const LARGEST_TRUTH: u64 = 512 << 20;

/// What a file says of the items of a dataset.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes {
    /// Its columns.
    pub columns: Vec<AttributeColumn>,
    /// Rows whose id is that of no item.
    pub unknown: usize,
    /// Items without a row.
    pub without: usize,
}

/// All columns that belong to an evaluation, and what is wrong with those that do not come.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// The columns.
    pub columns: Vec<AttributeColumn>,
    /// What came of each file that somebody named: its columns and rows in a sentence, or why there are none.
    pub said: Vec<(PathBuf, Result<String, String>)>,
    /// Smaller problems.
    pub findings: Findings,
}

/// Reads a table: a column of ids, and a column for each attribute. Ids are names of items, with or without their folder and
/// their ending, or the ids of the annotations. Which column holds them, its cells tell.
///
/// # Errors
/// Where the file cannot be read, no column names items, or there is no other; cancelled.
pub fn read(
    file: &Path,
    dataset: &Dataset,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<Attributes, LoadError> {
    progress.stage(&format!("Reading {}", source::short_name(file)));
    let format = sheet::format_of(file).filter(|format| *format != sheet::LINES).ok_or_else(|| {
        FormatError::new(file, "is no table", "export it as CSV, TSV or JSON lines with a column of item names")
    })?;
    let sheet = sheet::read(file, format, findings, progress)?;
    let found = of_sheet(&sheet, dataset, &[], findings, progress)?;
    if found.columns.is_empty() {
        let problem = "has no column that tells items apart beside the one of their names";
        return Err(
            FormatError::new(file, problem, "add a column of numbers, or of words that several items share").into()
        );
    }
    Ok(found)
}

/// Everything that belongs to an evaluation: what the ground truth says beyond labels, the table that the project names, and
/// those that a person chose.
///
/// # Errors
/// [`Cancelled`] when asked to stop; what else goes wrong is said in the result.
pub fn gather(
    root: &Path,
    project: &Project,
    choice: &Choice,
    dataset: &Dataset,
    chosen: &[PathBuf],
    progress: &dyn Progress,
) -> Result<Gathered, Cancelled> {
    let mut out = Gathered::default();
    let Some(entry) = choice.dataset(project) else { return Ok(out) };
    let home = entry.root(root);
    let splits = choice.splits.iter().filter_map(|name| entry.splits.get(name));
    for (split, of) in (0_u16..).zip(splits) {
        progress.check()?;
        let file = home.join(&of.truth);
        let size = std::fs::metadata(&file).map_or(0, |found| found.len());
        if size == 0 || size > LARGEST_TRUTH || !file.is_file() {
            continue;
        }
        // What is wrong with the truth was said when it was read.
        let columns = match entry.format.as_str() {
            "coco" => coco::read(&file, split, dataset, progress),
            "csv" | "jsonl" if dataset.texts.is_empty() || entry.task.is_classification() => {
                let skip: Vec<&str> = entry.columns.values().chain(of.rows.keys()).map(String::as_str).collect();
                of_truth(&file, dataset, &skip, progress)
            }
            _ => continue,
        };
        match columns {
            Ok(columns) => cells::merge(&mut out.columns, columns),
            Err(LoadError::Cancelled(cancelled)) => return Err(cancelled),
            Err(LoadError::Format(_)) => {}
        }
    }
    let named = entry.attributes.iter().map(|file| home.join(file));
    for file in named.chain(chosen.iter().cloned()) {
        let said = match read(&file, dataset, &mut out.findings, progress) {
            Ok(found) => {
                let words = in_words(&found);
                cells::merge(&mut out.columns, found.columns);
                Ok(words)
            }
            Err(LoadError::Cancelled(cancelled)) => return Err(cancelled),
            Err(LoadError::Format(error)) => Err(error.to_string()),
        };
        out.said.push((file, said));
    }
    Ok(out)
}

/// `3 columns; 2 rows of unknown items; 5 items without a row`.
fn in_words(found: &Attributes) -> String {
    use crate::model::fmt::counted;
    let mut words = counted(found.columns.len() as u64, "column", "columns");
    if found.unknown > 0 {
        words.push_str(&format!("; {} of unknown items", counted(found.unknown as u64, "row", "rows")));
    }
    if found.without > 0 {
        words.push_str(&format!("; {} without a row", counted(found.without as u64, "item", "items")));
    }
    words
}

/// What a table of labels says beside them.
fn of_truth(
    file: &Path,
    dataset: &Dataset,
    skip: &[&str],
    progress: &dyn Progress,
) -> Result<Vec<AttributeColumn>, LoadError> {
    let format = sheet::format_of(file).unwrap_or("jsonl");
    let sheet = sheet::read(file, format, &mut Findings::default(), progress)?;
    // Labels, texts and scores go by their usual names, too.
    let usual = sheet.names.iter().filter(|name| columns::is_header(std::slice::from_ref(*name)));
    let skip: Vec<&str> = skip.iter().copied().chain(usual.map(String::as_str)).collect();
    Ok(of_sheet(&sheet, dataset, &skip, &mut Findings::default(), progress)?.columns)
}

/// `skip`: columns that are something else.
fn of_sheet(
    sheet: &Sheet,
    dataset: &Dataset,
    skip: &[&str],
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<Attributes, LoadError> {
    let index = Index::of(dataset);
    let (id, _) = id_column(sheet, &index).ok_or_else(|| {
        let example = dataset.images.first().map_or("", |image| image.name.as_str());
        FormatError::new(
            &sheet.file,
            "has no column that names an item of this split",
            format!("add a column `id` with the names of the items, such as `{example}`"),
        )
    })?;
    let mut rows: Vec<Option<usize>> = vec![None; dataset.images.len()];
    let mut unknown = 0;
    for (at, row) in sheet.rows.iter().enumerate() {
        if at % 4096 == 0 {
            progress.check()?;
        }
        let name = row.get(id).text().unwrap_or_default();
        let items = index.items(name.trim());
        if items.is_empty() {
            unknown += 1;
            findings.add(
                Severity::Info,
                "unknown-item",
                "Rows of a table of attributes name no item of this split and are passed over.",
                || format!("{}: {name}", sheet.place(row)),
            );
        }
        for item in items {
            match rows.get_mut(item.index()) {
                Some(slot @ None) => *slot = Some(at),
                _ => findings.add(
                    Severity::Warning,
                    "duplicate-item",
                    "Items have several rows in a table of attributes; the first of each is used.",
                    || format!("{}: {name}", sheet.place(row)),
                ),
            }
        }
    }
    let known = |name: &str| skip.contains(&name) || dataset.classes.names().iter().any(|class| class == name);
    let wanted = |at: &usize| *at != id && !sheet.names.get(*at).is_some_and(|name| known(name.trim()));
    let mut columns = Vec::new();
    for at in (0..sheet.names.len()).filter(wanted).take(MOST_COLUMNS) {
        progress.check()?;
        let Some(name) = sheet.names.get(at) else { continue };
        let cell =
            |row: &Option<usize>| row.and_then(|row| sheet.rows.get(row)).map_or(&Value::Null, |row| row.get(at));
        let column = Column::of(rows.iter().map(cell));
        if let Some(values) = column.filter(|column| !column.is_label(dataset)).and_then(Column::values) {
            columns.push(AttributeColumn { name: name.trim().to_owned(), of_objects: false, values });
        }
    }
    let without = rows.iter().filter(|row| row.is_none()).count();
    Ok(Attributes { columns, unknown, without })
}

/// Items by what a table may call them.
struct Index<'a> {
    names: FxHashMap<&'a str, Vec<ImageId>>,
    /// Names without folder or ending, and ids: only where they are those of one item a split.
    short: FxHashMap<String, Option<ImageId>>,
}

impl<'a> Index<'a> {
    fn of(dataset: &'a Dataset) -> Self {
        let mut names: FxHashMap<&str, Vec<ImageId>> = FxHashMap::default();
        let mut short: FxHashMap<String, Option<ImageId>> = FxHashMap::default();
        for (id, image) in dataset.image_ids().zip(&dataset.images) {
            let name = image.name.as_str();
            names.entry(name).or_default().push(id);
            let mut others = [stem(name), base_name(name), stem(base_name(name))].map(str::to_owned).to_vec();
            others.push(image.source_id.to_string());
            others.sort_unstable();
            others.dedup();
            for other in others.into_iter().filter(|other| other != name) {
                short.entry(other).and_modify(|known| *known = None).or_insert(Some(id));
            }
        }
        Self { names, short }
    }

    fn items(&self, id: &str) -> Vec<ImageId> {
        let short = || self.short.get(id).copied().flatten().into_iter().collect();
        let path = || self.names.get(id.strip_prefix("./")?).cloned();
        self.names.get(id).cloned().or_else(path).unwrap_or_else(short)
    }
}

/// The column whose cells name most items; of several the one with the most usual name, then the first.
fn id_column(sheet: &Sheet, index: &Index<'_>) -> Option<(usize, usize)> {
    let hits = |at: usize| {
        let rows = sheet.rows.iter().take(LOOKED_AT);
        let named = rows.filter(|row| {
            // A number may be an id only where the column says so: otherwise any small number names an item.
            let number = matches!(row.get(at), Value::Number(_));
            let text = row.get(at).text().unwrap_or_default();
            let number = number || text.trim().parse::<f64>().is_ok();
            let usual = sheet.names.get(at).is_some_and(|name| columns::names_id(name));
            (usual || !number) && !index.items(text.trim()).is_empty()
        });
        named.count()
    };
    let usual = |at: usize| sheet.names.get(at).is_some_and(|name| columns::names_id(name));
    let all = (0..sheet.names.len().min(MOST_COLUMNS)).map(|at| (at, hits(at))).filter(|(_, hits)| *hits > 0);
    all.max_by_key(|(at, hits)| (*hits, usual(*at), std::cmp::Reverse(*at)))
}

#[cfg(test)]
mod tests;
