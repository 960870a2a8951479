//! Finds classifiers' truth and outputs in an inventory: tables, class folders, arrays and their embeddings.
//!
//! Knows the folder shapes that people keep classifiers in. Is asked only where there is no truth of detections.

mod embeddings;
mod look;
mod outputs;

use std::collections::{BTreeMap, BTreeSet};

use super::inventory::{Inventory, joined};
use super::models;
use super::naming::{self, is_container, kind_of_word, split_of_part, words};
use super::peek::Json;
use super::truth::{self, Candidate, ONLY_SPLIT, Split};
use super::{Alternative, Reason, Recognised, Usable, add_datasets};
use crate::formats::error::LoadError;
use crate::formats::picture::is_picture;
use crate::formats::{class_predictions, image_folder, labels, listing, table as tables};
use crate::model::fmt::counted;
use crate::model::project::{DatasetEntry, SplitEntry};
use crate::model::{Progress, Severity, Task};
use look::Table;

/// Recognises a folder of classifiers. False where it holds none; nothing is added then but what else there is.
pub(super) fn recognise(
    inventory: &Inventory,
    jsons: &BTreeMap<String, Json>,
    out: &mut Recognised,
    progress: &dyn Progress,
) -> Result<bool, LoadError> {
    let tables = look::all(inventory, jsons, progress)?;
    let mut truths = of_tables(inventory, &tables, out);
    let folders = of_folders(inventory);
    if truths.is_empty() {
        truths = folders;
    } else {
        aside(folders, out);
    }
    if truths.is_empty() {
        truths = of_outputs(&tables);
    }
    if truths.is_empty() {
        return Ok(false);
    }
    progress.check()?;
    let used: BTreeSet<String> =
        truths.iter().flat_map(|t| &t.candidate.splits).map(|split| split.entry.truth.clone()).collect();
    let found = outputs::find(inventory, &tables);
    name_only_split(&mut truths, &found);
    let tasks: BTreeMap<String, Task> = truths.iter().map(|t| (t.candidate.base.clone(), t.task)).collect();
    let candidates = truths.into_iter().map(|mut t| {
        let first = t.candidate.splits.first().map(|split| inventory.root.join(&split.entry.truth));
        let beside = || {
            let file = labels::class_file_beside(&first.filter(|truth| truth.is_file())?)?;
            Some(listing::relative(&inventory.root, &file))
        };
        t.candidate.class_file = truth::class_file(inventory, &t.candidate).or_else(beside);
        t.candidate
    });
    let bases = add_datasets(candidates.collect(), &inventory.root, out);
    set_tasks(out, &bases, &tasks);
    forget_foreign(out, &used);
    let models = models::place(inventory, found, &out.project.datasets, &bases);
    out.project.models = models.models;
    out.reasons.extend(models.reasons);
    out.alternatives.extend(models.alternatives);
    declare_classes(inventory, out);
    embeddings::find(inventory, &bases, out);
    if out.project.models.is_empty() {
        out.findings.add(
            Severity::Warning,
            "no-predictions-found",
            "There is truth but no model output; add a table of scores or predicted classes, or a NumPy array of scores, best \
             as predictions/MODEL/VERSION/SPLIT.csv.",
            || out.project.name.clone(),
        );
    }
    Ok(true)
}

/// True where the first items that outputs name belong to a split.
pub(super) fn holds(inventory: &Inventory, dataset: &DatasetEntry, split: &SplitEntry, items: &[String]) -> bool {
    let truth = inventory.root.join(&split.truth);
    if items.is_empty() {
        return false;
    }
    if dataset.format == "image-folder" {
        let pictures = listing::files(&truth, is_picture).unwrap_or_default();
        let called = |name: &str, item: &String| {
            let base = listing::base_name(name);
            [name, base, listing::stem(base)].contains(&item.as_str())
        };
        return items.iter().take(3).any(|item| pictures.iter().any(|file| called(&file.name, item)));
    }
    let ids: BTreeSet<String> =
        labels::survey(&truth, &split.rows).map(|survey| survey.ids.into_iter().collect()).unwrap_or_default();
    items.iter().take(3).any(|item| ids.contains(item))
}

/// Truth of one format below one folder, and what kind of labels it has.
struct Truth {
    candidate: Candidate,
    task: Task,
}

fn task(text: bool, multilabel: bool) -> Task {
    match (text, multilabel) {
        (false, false) => Task::Classification,
        (false, true) => Task::Multilabel,
        (true, false) => Task::TextClassification,
        (true, true) => Task::TextMultilabel,
    }
}

/// The split that a table belongs to, by its own name, else by the folders above it.
fn split_of_table(stem: &str, inside: &[&str]) -> String {
    split_of_part(stem)
        .or_else(|| words(stem).into_iter().find(|word| kind_of_word(word).is_some()))
        .or_else(|| truth::split_of(inside))
        .unwrap_or_else(|| ONLY_SPLIT.to_owned())
}

fn of_tables(inventory: &Inventory, tables: &[Table], out: &mut Recognised) -> Vec<Truth> {
    let mut all: Vec<Candidate> = Vec::new();
    let mut kinds: BTreeMap<String, (bool, bool)> = BTreeMap::new();
    let truths = tables.iter().filter(|table| table.is_truth);
    for (table, (said, rows)) in truths.flat_map(|table| table.split_parts().into_iter().map(move |part| (table, part)))
    {
        let place = truth::place(&table.folder);
        let named = said.is_some();
        let name = said.unwrap_or_else(|| split_of_table(&table.stem, &place.inside));
        let survey = labels::survey(&inventory.root.join(&table.path), &rows).unwrap_or_default();
        let images = if table.has_text {
            None
        } else {
            truth::coco_images(inventory, &table.folder, &place.base, &name, &table.ids)
                .filter(|_| !table.ids.is_empty())
                .or_else(|| beside_ids(inventory, table))
        };
        let why = format!(
            "table with {}{}{}",
            table.columns,
            in_words(&survey, &rows),
            pictures_in_words(table, images.as_deref())
        );
        let reason = Reason { path: table.path.clone(), what: format!("{} truth of split {name}", table.kind()), why };
        let entry = SplitEntry { truth: table.path.clone(), images, rows };
        let split = Split { name: name.clone(), entry, reason: reason.clone() };
        let own = Split { name: table.stem.clone(), ..split.clone() };
        if truth::add(&mut all, table.format, &place.base, split)
            || (name == ONLY_SPLIT && !named && truth::add(&mut all, table.format, &place.base, own))
        {
            let kind = kinds.entry(place.base).or_default();
            *kind = (kind.0 | table.has_text, kind.1 | survey.multilabel);
        } else {
            out.alternatives.push(Alternative {
                path: reason.path,
                what: reason.what,
                why: "another file of this split comes first; name this one in evalens.json to use it".to_owned(),
                usable: None,
            });
        }
    }
    let kind = |candidate: &Candidate| kinds.get(&candidate.base).copied().unwrap_or_default();
    all.into_iter()
        .map(|candidate| {
            let (text, multilabel) = kind(&candidate);
            Truth { candidate, task: task(text, multilabel) }
        })
        .collect()
}

/// Ids without endings are those of the pictures in `data`, where FiftyOne puts them.
fn beside_ids(inventory: &Inventory, table: &Table) -> Option<String> {
    let folder = joined(&[table.folder.as_str(), "data"]);
    let known = tables::has_labels_beside_classes(&inventory.root.join(&table.path));
    (known && inventory.has_pictures(&folder)).then_some(folder)
}

/// Which rows of a table are meant.
fn chosen_in_words(rows: &BTreeMap<String, String>) -> String {
    rows.iter().map(|(column, value)| format!("; its rows whose {column} is {value}")).collect()
}

/// How many rows and labels a table has, or some rows of it.
fn in_words(survey: &labels::Survey, rows: &BTreeMap<String, String>) -> String {
    let chosen = chosen_in_words(rows);
    if survey.ids.is_empty() {
        return chosen;
    }
    let labels = counted(survey.names.len() as u64, "label", "labels");
    format!("{chosen}; {}, {labels}", counted(survey.ids.len() as u64, "row", "rows"))
}

fn pictures_in_words(table: &Table, images: Option<&str>) -> String {
    match images {
        Some(".") => "; its pictures are in the same folder".to_owned(),
        Some(folder) => format!("; its pictures are in {folder}"),
        None if table.has_text => String::new(),
        None => "; no folder has its pictures".to_owned(),
    }
}

/// Folders of class folders: at least two folders side by side hold pictures and are called neither after a split nor after
/// what they hold.
fn of_folders(inventory: &Inventory) -> Vec<Truth> {
    let mut classes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (path, folder) in
        inventory.folders.iter().filter(|(path, folder)| !path.is_empty() && folder.pictures.count > 0)
    {
        let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
        let outputs = above.split('/').any(|part| naming::is_for_predictions(part) || is_other(part));
        if !outputs && !is_container(name) && !is_other(name) {
            let known = classes.entry(above).or_default();
            *known = (known.0 + 1, known.1 + folder.pictures.count);
        }
    }
    let mut all: Vec<Candidate> = Vec::new();
    for (root, (folders, pictures)) in classes.into_iter().filter(|(_, (folders, _))| *folders > 1) {
        let place = truth::place(root);
        let name = truth::split_of(&place.inside).unwrap_or_else(|| ONLY_SPLIT.to_owned());
        let path = truth::dotted(root.to_owned());
        let reason = Reason {
            path: path.clone(),
            what: format!("class folders of split {name}"),
            why: format!(
                "{} called after classes, with {}",
                counted(folders as u64, "folder", "folders"),
                counted(pictures as u64, "picture", "pictures")
            ),
        };
        let entry = SplitEntry { truth: path, ..SplitEntry::default() };
        truth::add(&mut all, "image-folder", &place.base, Split { name, entry, reason });
    }
    all.into_iter().map(|candidate| Truth { candidate, task: Task::Classification }).collect()
}

/// Folders of pictures that are no classes.
fn is_other(part: &str) -> bool {
    words(part).iter().any(|word| {
        ["mask", "masks", "crops", "weights", "thumbnails", "embeddings", "plots", "figures", "screenshots"]
            .contains(&word.as_str())
    })
}

fn aside(folders: Vec<Truth>, out: &mut Recognised) {
    for split in folders.into_iter().flat_map(|truth| truth.candidate.splits) {
        out.alternatives.push(Alternative {
            path: split.reason.path,
            what: split.reason.what,
            why: "a table of labels comes before folders; name this folder in evalens.json to use it".to_owned(),
            usable: None,
        });
    }
}

/// Where no other truth is there, the labels that outputs have beside them.
fn of_outputs(tables: &[Table]) -> Vec<Truth> {
    let mut all: Vec<Candidate> = Vec::new();
    let mut multilabel = false;
    let both = tables.iter().filter(|table| table.is_outputs && table.has_truth);
    for (table, (said, rows)) in both.flat_map(|table| table.split_parts().into_iter().map(move |part| (table, part))) {
        let parts: Vec<&str> = table.folder.split('/').filter(|part| !part.is_empty()).collect();
        let above: Vec<&str> = parts.iter().copied().take_while(|part| !naming::is_for_predictions(part)).collect();
        let name = said.unwrap_or_else(|| split_of_table(&table.stem, &parts));
        let reason = Reason {
            path: table.path.clone(),
            what: format!("{} truth of split {name}", table.kind()),
            why: format!(
                "outputs with the true label beside them{}, and no other truth is there: {}",
                chosen_in_words(&rows),
                table.columns
            ),
        };
        let entry = SplitEntry { truth: table.path.clone(), rows, ..SplitEntry::default() };
        if truth::add(&mut all, table.format, &joined(&above), Split { name, entry, reason }) {
            multilabel |= table.has_sets;
        }
    }
    let text = tables.iter().any(|table| table.is_outputs && table.has_truth && table.has_text);
    all.into_iter().map(|candidate| Truth { candidate, task: task(text, multilabel) }).collect()
}

/// Truth whose split has no name is of the split that all outputs name.
fn name_only_split(truths: &mut [Truth], found: &[models::Found]) {
    let named: BTreeSet<String> = found.iter().filter_map(models::split_word).collect();
    let ([truth], 1) = (truths, named.len()) else { return };
    let (Some(name), [split]) = (named.into_iter().next(), truth.candidate.splits.as_mut_slice()) else { return };
    if split.name == ONLY_SPLIT {
        split.reason.what = split.reason.what.replace(&format!("split {ONLY_SPLIT}"), &format!("split {name}"));
        split.reason.why = format!("{}; the outputs are of {name}", split.reason.why);
        split.name = name;
    }
}

fn set_tasks(out: &mut Recognised, bases: &[String], tasks: &BTreeMap<String, Task>) {
    let task = |dataset: usize| bases.get(dataset).and_then(|base| tasks.get(base)).copied().unwrap_or_default();
    for (position, entry) in out.project.datasets.iter_mut().enumerate() {
        entry.task = task(position);
    }
    for other in &mut out.alternatives {
        if let Some(Usable::Truth { dataset, entry }) = &mut other.usable {
            entry.task = task(*dataset);
        }
    }
}

/// Files that were taken for another tool's and are used after all.
fn forget_foreign(out: &mut Recognised, used: &BTreeSet<String>) {
    out.alternatives.retain(|other| other.usable.is_some() || !used.contains(&other.path));
}

/// Writes the classes down where the columns of outputs give them an order, or have more than the truth.
fn declare_classes(inventory: &Inventory, out: &mut Recognised) {
    for position in 0..out.project.datasets.len() {
        let Some(entry) = out.project.datasets.get(position).filter(|entry| entry.class_file.is_none()) else {
            continue;
        };
        let mut names: BTreeSet<String> = BTreeSet::new();
        for split in entry.splits.values() {
            let truth = inventory.root.join(&split.truth);
            names.extend(if entry.format == "image-folder" {
                image_folder::class_folders(&truth)
            } else {
                labels::survey(&truth, &split.rows).map(|survey| survey.names).unwrap_or_default()
            });
        }
        let mut names: Vec<String> = names.into_iter().collect();
        names.sort_by(|a, b| listing::natural(a, b));
        let headers = class_predictions::declared_by_predictions(&inventory.root, &out.project, entry, &names);
        let ordered = headers.iter().find_map(|header| labels::in_order_of(header, &names, &out.project.class_map));
        if let (Some(classes), Some(entry)) = (ordered, out.project.datasets.get_mut(position)) {
            entry.classes = classes;
        }
    }
}
