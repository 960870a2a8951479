//! Truth of classifiers: tables of items with labels, and folders of pictures named after their class.
//!
//! Knows items, labels and classes. Does not know how tables are written.

mod pictures;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use rustc_hash::{FxBuildHasher, FxHashSet};

use super::class_map::{self, MappingReason};
use super::error::LoadError;
use super::listing::{self, natural};
use super::table::cells::{self, Cell};
use super::table::columns::{Purpose, Said};
use super::table::labels::{Labels, Sets};
use super::table::sheet::{self, Sheet};
use super::{class_predictions, image_folder, source, table};
use crate::model::project::{DatasetEntry, Project};
use crate::model::{
    ClassId, ClassTable, Dataset, DatasetBuilder, Findings, Image, NewTruth, NoProgress, Progress, Severity, Task,
};
use pictures::Pictures;

/// One split to read.
#[derive(Clone, Copy, Debug)]
pub struct Split<'a> {
    /// The table, or the folder of class folders.
    pub truth: &'a Path,
    /// The folder of the pictures that a table names.
    pub images: Option<&'a Path>,
    /// Of a table that holds several splits, the rows of this one: columns with their value; empty for all rows.
    pub rows: &'a BTreeMap<String, String>,
}

/// Where splits are read from.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The project's folder.
    pub root: &'a Path,
    /// The project: the predictions of its models may declare classes.
    pub project: &'a Project,
    /// The dataset.
    pub entry: &'a DatasetEntry,
    /// Classes that a list declares, in order; empty where none does.
    pub declared: &'a [String],
}

/// One item on its way into a dataset.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) name: String,
    pub(super) text: Option<String>,
    pub(super) path: Option<PathBuf>,
    /// The line it stands in; 0 where it is a file.
    pub(super) line: u32,
}

/// One split as it was read: its items, and the labels of each.
#[derive(Clone, Debug, Default)]
pub(super) struct Labelled {
    /// The short name of the table; empty where items are files.
    pub(super) file: String,
    pub(super) items: Vec<Item>,
    pub(super) labels: Labels,
}

impl Labelled {
    /// Where an item stands, for an example.
    fn place(&self, item: &Item) -> String {
        let name = shortened(&item.name);
        if item.line == 0 { name } else { format!("{}:{}: {name}", self.file, item.line) }
    }
}

/// Reads all splits into the builder, pooled, and settles the classes: as declared, else in the order of the predictions'
/// columns, else in natural order of the labels.
///
/// # Errors
/// Where a file cannot be read or has no labels; cancelled.
pub fn read_truth(
    job: Job<'_>,
    splits: &[Split<'_>],
    builder: &mut DatasetBuilder,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<(), LoadError> {
    let mut all = Vec::with_capacity(splits.len());
    for split in splits {
        progress.check()?;
        all.push(if job.entry.format == "image-folder" {
            image_folder::read(split.truth, findings, progress)?
        } else {
            of_table(job, *split, findings, progress)?
        });
    }
    let labels: BTreeSet<&String> = all.iter().flat_map(|split| split.labels.names.all()).collect();
    builder.classes = ClassTable::from_names(classes(job, labels.into_iter().cloned().collect()));
    for (index, split) in (0_u16..).zip(all) {
        add_split(job, index, split, builder, findings);
    }
    Ok(())
}

fn of_table(
    job: Job<'_>,
    split: Split<'_>,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<Labelled, LoadError> {
    let said = Said { columns: Some(&job.entry.columns), classes: job.declared, rows: Some(split.rows) };
    let sets = job.entry.task.is_multilabel();
    let sheet = sheet::read(split.truth, Purpose::Truth, &said, sets, findings, progress)?;
    let pictures = split.images.filter(|_| !job.entry.task.is_text()).map(Pictures::of);
    let mut sheet = sheet;
    let (mut ids, mut texts) = (sheet.ids.take(), sheet.texts.take());
    let taken = |list: &mut Option<Vec<String>>, row: usize| list.as_mut()?.get_mut(row).map(std::mem::take);
    let item = |(row, line): (usize, &u32)| {
        let name = taken(&mut ids, row).filter(|id| !id.is_empty()).unwrap_or_else(|| row.to_string());
        let path = pictures.as_ref().map(|pictures| pictures.find(&name));
        Item { text: taken(&mut texts, row), path, line: *line, name }
    };
    let items = sheet.lines.iter().enumerate().map(item).collect();
    Ok(Labelled { file: source::short_name(&sheet.file), items, labels: sheet.truth.unwrap_or_default() })
}

/// The id of a row; the number of the row, from 0, where it has none.
fn item_name(sheet: &Sheet, row: usize) -> String {
    let id = sheet.ids.as_ref().and_then(|ids| ids.get(row)).filter(|id| !id.is_empty());
    id.cloned().unwrap_or_else(|| row.to_string())
}

/// The classes of a dataset whose truth has these labels.
fn classes(job: Job<'_>, mut labels: Vec<String>) -> Vec<String> {
    if !job.declared.is_empty() {
        return job.declared.to_vec();
    }
    labels.sort_by(|a, b| natural(a, b));
    let headers = class_predictions::declared_by_predictions(job.root, job.project, job.entry, &labels);
    headers.iter().find_map(|header| in_order_of(header, &labels, &job.project.class_map)).unwrap_or(labels)
}

/// The labels in the order of the columns of predictions, and the classes that only those have. `None` where they do not
/// fit: most columns are no label.
#[must_use]
pub fn in_order_of(header: &[String], labels: &[String], class_map: &BTreeMap<String, String>) -> Option<Vec<String>> {
    let table = ClassTable::from_names(labels.iter().cloned());
    let targets: Vec<_> = header.iter().map(|name| class_map::by_name(name, &table, class_map)).collect();
    let known: BTreeSet<ClassId> = targets.iter().filter_map(|(class, _)| *class).collect();
    if known.is_empty() || known.len() * 2 < header.len() {
        return None;
    }
    let mut all: Vec<String> = Vec::with_capacity(header.len());
    for (name, (class, why)) in header.iter().zip(targets) {
        let name = match class {
            Some(class) => table.name(class),
            // The person says that it is none.
            None if why == MappingReason::ProjectFile => continue,
            None => name,
        };
        if !all.iter().any(|known| known == name) {
            all.push(name.to_owned());
        }
    }
    all.extend(table.ids().filter(|class| !known.contains(class)).map(|class| table.name(class).to_owned()));
    Some(all)
}

/// The class of each label of a split.
fn classes_of_labels(names: &[String], classes: &ClassTable, findings: &mut Findings) -> Vec<Option<ClassId>> {
    let mut known: HashMap<&str, ClassId> = HashMap::with_capacity(classes.len());
    for class in classes.ids() {
        known.entry(classes.name(class)).or_insert(class);
    }
    // Whole numbers count the list where its names are no numbers.
    let counts = classes.names().iter().all(|name| name.parse::<f64>().is_err());
    let none = BTreeMap::new();
    let mut of = |name: &String| {
        if let Some(class) = known.get(name.as_str()) {
            return Some(*class);
        }
        if let Some(index) = whole(name) {
            if counts {
                return (index < classes.len()).then(|| ClassId::from_index(index));
            }
            // pandas writes 3 as 3.0 once a column has a gap.
            if let Some(class) = known.get(index.to_string().as_str()) {
                return Some(*class);
            }
        }
        let (class, why) = class_map::by_name(name, classes, &none);
        if let Some(class) = class {
            findings.add(
                Severity::Warning,
                "class-name-mismatch",
                "Labels of the truth are not written as the class list writes them and were taken for the classes that fit; \
                 write them alike.",
                || format!("{name} → {}: {}", classes.name(class), why.words()),
            );
        }
        class
    };
    names.iter().map(&mut of).collect()
}

fn whole(label: &str) -> Option<usize> {
    label.strip_suffix(".0").unwrap_or(label).parse().ok()
}

fn add_split(job: Job<'_>, index: u16, split: Labelled, builder: &mut DatasetBuilder, findings: &mut Findings) {
    let classes = classes_of_labels(split.labels.names.all(), &builder.classes, findings);
    let kept = usable_items(job, &split, &classes, findings);
    let first = builder.images.len();
    let has_texts = split.items.iter().any(|item| item.text.is_some());
    for ((row, item), _) in split.items.into_iter().enumerate().zip(kept).filter(|(_, kept)| *kept) {
        let position = builder.images.len();
        let labels = split.labels.of(row).iter().filter_map(|number| *classes.get(*number as usize)?);
        builder.truths.extend(labels.map(|class| NewTruth::label(position, class)));
        builder.images.push(Image {
            source_id: i64::try_from(position - first).unwrap_or(i64::MAX),
            name: item.name,
            path: item.path,
            split: index,
            ..Image::default()
        });
        if has_texts || !builder.texts.is_empty() {
            builder.texts.resize(position, String::new());
            builder.texts.push(item.text.unwrap_or_default());
        }
    }
}

/// Which items can be used: those with as many labels as the task allows, and the first of each id.
fn usable_items(job: Job<'_>, split: &Labelled, classes: &[Option<ClassId>], findings: &mut Findings) -> Vec<bool> {
    let single = !job.entry.task.is_multilabel();
    let mut seen: FxHashSet<&str> = FxHashSet::with_capacity_and_hasher(split.items.len(), FxBuildHasher);
    let mut kept = Vec::with_capacity(split.items.len());
    for (row, item) in split.items.iter().enumerate() {
        let mut labels = 0;
        for number in split.labels.of(row) {
            if classes.get(*number as usize).is_some_and(Option::is_some) {
                labels += 1;
                continue;
            }
            findings.add(
                Severity::Warning,
                "unknown-class",
                "Labels are of a class that the class list does not declare and are left out; declare the class, or correct \
                 the label.",
                || {
                    let name = split.labels.names.all().get(*number as usize).map_or("", String::as_str);
                    format!("{}: {}", split.place(item), shortened(name))
                },
            );
        }
        if single && labels != 1 {
            report_not_one(&split.place(item), labels, findings);
            kept.push(false);
            continue;
        }
        let new = seen.insert(&item.name);
        if !new {
            findings.add(
                Severity::Warning,
                "duplicate-item",
                "Ids occur more than once; the first row of each is used: give every item its own id.",
                || split.place(item),
            );
        }
        kept.push(new);
    }
    kept
}

fn report_not_one(place: &str, labels: usize, findings: &mut Findings) {
    if labels == 0 {
        findings.add(
            Severity::Warning,
            "missing-label",
            "Items have no label that can be used and are left out; label them, or leave them out of the table.",
            || place.to_owned(),
        );
    } else {
        findings.add(
            Severity::Warning,
            "several-labels",
            "Items have more than one label where one is allowed and are left out; evaluate them as multi-label instead.",
            || format!("{place} has {labels}"),
        );
    }
}

/// A name cut to what fits a line.
pub(super) fn shortened(name: &str) -> String {
    match name.char_indices().nth(80) {
        Some((at, _)) => format!("{}…", name.get(..at).unwrap_or_default()),
        None => name.to_owned(),
    }
}

/// What can only be seen on a whole dataset: declared classes that no item has.
pub fn check_classes(dataset: &Dataset, task: Task, findings: &mut Findings) {
    let support = dataset.support();
    for class in dataset.classes.ids().filter(|class| support.get(class.index()) == Some(&0)) {
        findings.add(
            Severity::Info,
            "absent-class",
            "Classes are declared that no item has, so their recall and AUC are undefined; that is well where they are only \
             rare.",
            || dataset.classes.name(class).to_owned(),
        );
    }
    if dataset.classes.len() == 1 && !task.is_multilabel() {
        findings.add(
            Severity::Warning,
            "one-class-only",
            "All items are of one class, so nothing can be confused; check the column of labels.",
            || dataset.classes.names().join(", "),
        );
    }
}

/// The group of every item, by the column that the project or `column` names, else by one with a usual name. `None` where
/// the truth has none.
///
/// # Errors
/// Where a file cannot be read, or has no column of that name; cancelled.
pub fn read_groups(
    job: Job<'_>,
    splits: &[Split<'_>],
    dataset: &Dataset,
    column: Option<&str>,
    progress: &dyn Progress,
) -> Result<Option<Vec<String>>, LoadError> {
    if job.entry.format == "image-folder" {
        return Ok(None);
    }
    let mut columns = job.entry.columns.clone();
    columns.extend(column.map(|column| ("group".to_owned(), column.to_owned())));
    let mut of: HashMap<(u16, String), String> = HashMap::new();
    for (index, split) in (0_u16..).zip(splits) {
        let said = Said { columns: Some(&columns), classes: job.declared, rows: Some(split.rows) };
        let mut sheet = sheet::read(split.truth, Purpose::Truth, &said, true, &mut Findings::default(), progress)?;
        let Some(groups) = sheet.groups.take() else { return Ok(None) };
        for (row, group) in groups.into_iter().enumerate() {
            of.entry((index, item_name(&sheet, row))).or_insert(group);
        }
    }
    let group = |image: &Image| of.remove(&(image.split, image.name.clone())).unwrap_or_default();
    Ok(Some(dataset.images.iter().map(group).collect()))
}

/// What a truth table holds, looked at as a whole without a dataset.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// Some row has several labels.
    pub multilabel: bool,
    /// All labels, in natural order.
    pub names: Vec<String>,
    /// The ids of all rows; numbers from 0 where it has none.
    pub ids: Vec<String>,
}

/// Looks at a truth table, or some rows of it; `None` where it cannot be read or is larger than a look is worth.
#[must_use]
pub fn survey(truth: &Path, rows: &BTreeMap<String, String>) -> Option<Survey> {
    const LARGEST: u64 = 256 << 20;
    if std::fs::metadata(truth).ok()?.len() > LARGEST {
        return None;
    }
    let (mut findings, said) = (Findings::default(), Said { rows: Some(rows), ..Said::default() });
    let sheet = sheet::read(truth, Purpose::Truth, &said, false, &mut findings, &NoProgress).ok()?;
    let ids = (0..sheet.lines.len()).map(|row| item_name(&sheet, row)).collect();
    let labels = sheet.truth?;
    // A comma may well be part of a name, so it alone makes no set.
    let cells = || labels.names.all().iter().map(String::as_str);
    let written = cells().any(|cell| cell.contains(['|', ';']) || cells::nested(cell.as_bytes()).is_some());
    let columns = (0..labels.rows()).any(|row| labels.of(row).len() > 1);
    let mut split = Labels::default();
    let how = if written { Sets::of_cells(cells()) } else { Sets::Single };
    cells().for_each(|cell| how.add_row(cell, &mut split));
    let mut names = split.names.into_all();
    names.sort_by(|a, b| natural(a, b));
    Some(Survey { multilabel: written || columns, names, ids })
}

/// The list of classes that lies beside a truth table: a text list always, one in JSON where labels are whole numbers, which
/// count it. A JSON list beside names is mostly something else's order.
#[must_use]
pub fn class_file_beside(truth: &Path) -> Option<PathBuf> {
    if table::has_labels_beside_classes(truth) {
        return Some(truth.to_owned());
    }
    let file = class_predictions::class_lists::beside(truth)?;
    if !listing::has_ending(&file, "json") {
        return Some(file);
    }
    let glance = class_predictions::glance(truth)?;
    let label = glance.layout(Purpose::Truth, &Said::default()).truth?;
    let numbers =
        glance.rows.iter().filter_map(|row| row.get(label)).all(|cell| cell.is_number() || *cell == Cell::Empty);
    numbers.then_some(file)
}

/// The number of items of a truth table, or of some rows of it; `None` where it is not quickly known.
#[must_use]
pub fn count(truth: &Path, rows: &BTreeMap<String, String>, largest: u64) -> Option<usize> {
    if std::fs::metadata(truth).ok()?.len() > largest {
        return None;
    }
    if !rows.is_empty() {
        let said = Said { rows: Some(rows), ..Said::default() };
        let sheet = sheet::read(truth, Purpose::Truth, &said, true, &mut Findings::default(), &NoProgress);
        return sheet.ok().map(|sheet| sheet.lines.len());
    }
    if listing::has_ending(truth, "jsonl") {
        let text = source::read_text(truth).ok()?;
        return Some(text.lines().filter(|line| !line.trim().is_empty()).count());
    }
    sheet::count_rows(truth)
}
