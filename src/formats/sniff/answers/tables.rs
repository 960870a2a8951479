//! Tables and records of generated texts: which are references, which are answers, and what belongs together.

use std::collections::{BTreeMap, BTreeSet};

use super::super::inventory::Inventory;
use super::super::models::ONLY_VERSION;
use super::super::naming::{self, kind_of, kind_of_word, split_of_part, words};
use super::super::peek::Json;
use super::super::truth::{self, ONLY_SPLIT};
use super::super::{Alternative, Reason, dataset_name, folder_name};
use super::{Found, Output, below_outputs, is_output_folder, is_said, name_of};
use crate::formats::answers::look::{self, Author};
use crate::formats::error::LoadError;
use crate::formats::listing;
use crate::model::Progress;
use crate::model::project::SplitEntry;

/// Tables that are looked into.
const MAX_TABLES: usize = 400;

/// A file of references or answers.
pub(super) struct Table {
    pub path: String,
    folder: String,
    stem: String,
    /// Its place says that models wrote it.
    below: bool,
    pub seen: look::Seen,
}

/// All tables of an inventory that hold references or answers, by path.
pub(super) fn all(
    inventory: &Inventory,
    jsons: &BTreeMap<String, Json>,
    progress: &dyn Progress,
) -> Result<Vec<Table>, LoadError> {
    let other = jsons.iter().filter(|(_, json)| matches!(json, Json::Other)).map(|(path, _)| path);
    let mut paths: Vec<&String> = inventory.tables.iter().chain(other).collect();
    paths.sort();
    let mut all = Vec::new();
    for path in paths.into_iter().take(MAX_TABLES) {
        progress.check()?;
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let described = ["model.json", "metadata.json", "params.json", "package.json", "expected.json", "config.json"];
        if described.contains(&name.to_lowercase().as_str()) {
            continue;
        }
        let below = folder.split('/').any(is_output_folder) || naming::is_for_predictions(listing::stem(name));
        if let Some(seen) = look::look(&inventory.root.join(path), below) {
            all.push(Table {
                path: path.clone(),
                folder: folder.to_owned(),
                stem: listing::stem(name).to_owned(),
                below,
                seen,
            });
        }
    }
    Ok(all)
}

impl Table {
    fn is_truth(&self) -> bool {
        self.seen.has_references && self.seen.outputs.is_empty() && !self.below
    }

    /// The split that its name or the folders above say.
    fn split_word(&self) -> Option<String> {
        let parts: Vec<&str> = self.folder.split('/').filter(|part| !part.is_empty()).collect();
        split_of_part(&self.stem)
            .or_else(|| words(&self.stem).into_iter().find(|word| kind_of_word(word).is_some()))
            .or_else(|| truth::split_of(&parts))
    }

    /// The splits that a column names, with their rows; the whole file where there is none.
    fn splits(&self) -> Vec<(String, BTreeMap<String, String>)> {
        let of_column =
            self.seen.splits.as_ref().filter(|(_, values)| values.iter().all(|value| kind_of(value).is_some()));
        match of_column {
            Some((column, values)) => {
                let rows = |value: &String| {
                    if values.len() > 1 { BTreeMap::from([(column.clone(), value.clone())]) } else { BTreeMap::new() }
                };
                values.iter().map(|value| (value.clone(), rows(value))).collect()
            }
            None => vec![(self.split_word().unwrap_or_else(|| ONLY_SPLIT.to_owned()), BTreeMap::new())],
        }
    }

    /// Id and version of a model: as the file says, else from the path.
    fn name(&self, inventory: &Inventory, author: &Author) -> (String, String) {
        let mut folders = below_outputs(&self.folder);
        if self.log_task().is_none() {
            return name_of(author, &folders, &self.stem);
        }
        // The name of a log is that of its task and the time; the folder is the model's.
        if folders.is_empty() {
            folders.push(folder_name(&inventory.root));
        }
        name_of(author, &folders, "")
    }

    /// The task of a log, from `samples_TASK_TIME.jsonl`.
    fn log_task(&self) -> Option<String> {
        let rest = self.stem.strip_prefix("samples_").filter(|_| self.seen.is_log)?;
        let time = rest.rfind('_').filter(|at| {
            let date = rest.get(at + 1..).unwrap_or_default();
            date.len() >= 10 && date.starts_with(|c: char| c.is_ascii_digit()) && date.contains('-')
        });
        Some(time.and_then(|at| rest.get(..at)).unwrap_or(rest).to_owned())
    }

    fn kind(&self) -> &'static str {
        if self.seen.format == "csv" { "table" } else { "JSON records" }
    }
}

/// A split of a dataset, and what its items are known by.
struct Place {
    dataset: usize,
    split: String,
    base: String,
    keys: BTreeSet<String>,
    path: String,
    task: Option<String>,
    rows: BTreeMap<String, String>,
}

/// Adds the datasets and models of all tables.
pub(super) fn add(inventory: &Inventory, tables: Vec<Table>, found: &mut Found) {
    let (truths, others): (Vec<Table>, Vec<Table>) = tables.into_iter().partition(Table::is_truth);
    let outputs: Vec<Table> = others.into_iter().filter(|table| !table.seen.outputs.is_empty()).collect();
    // Columns of texts beside references are models only where nothing else is.
    if outputs.is_empty()
        && let [only] = truths.as_slice()
        && only.seen.loose.len() > 1
        && only.seen.has_prompts
    {
        return join(inventory, &[], &truths, found);
    }
    let (truths, unsure): (Vec<Table>, Vec<Table>) =
        truths.into_iter().partition(|table| table.seen.sure || !outputs.is_empty());
    drop(unsure);
    join(inventory, &truths, &outputs, found);
}

fn join(inventory: &Inventory, truths: &[Table], outputs: &[Table], found: &mut Found) {
    let mut places: Vec<Place> = Vec::new();
    for table in truths {
        add_truth(inventory, table, &mut places, found, "references");
    }
    for table in outputs {
        let fitting = fitting(table, &places, truths.is_empty());
        if fitting.is_empty() {
            let alone = table.seen.has_prompts || table.seen.has_references;
            if truths.is_empty() && alone {
                let what =
                    if table.seen.has_references { "references beside answers" } else { "prompts beside answers" };
                let first = places.len();
                add_truth(inventory, table, &mut places, found, what);
                let own: Vec<usize> = (first..places.len()).collect();
                add_outputs(inventory, table, &own, &places, found, "its own references and prompts");
                continue;
            }
            found.alternatives.push(Alternative {
                path: table.path.clone(),
                what: "answers of a model".to_owned(),
                why: "no references fit them; say in evalens.json what they belong to".to_owned(),
                usable: None,
            });
            continue;
        }
        add_outputs(inventory, table, &fitting.0, &places, found, fitting.1);
    }
}

/// The places that outputs belong to, and why.
struct Fitting(Vec<usize>, &'static str);

impl Fitting {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Where a table of outputs belongs. `of_outputs`: places are other tables of outputs, which have to fit for sure.
fn fitting(table: &Table, places: &[Place], of_outputs: bool) -> Fitting {
    let inside = |place: &Place| {
        place.base.is_empty() || table.folder == place.base || table.folder.starts_with(&format!("{}/", place.base))
    };
    let all: Vec<usize> = (0..places.len()).collect();
    let only = |wanted: &dyn Fn(&Place) -> bool| -> Vec<usize> {
        all.iter().copied().filter(|at| places.get(*at).is_some_and(wanted)).collect()
    };
    if let Some(task) = table.log_task() {
        return Fitting(only(&|place| place.task.as_ref() == Some(&task)), "a log of the same task");
    }
    let keyed = |place: &Place| {
        let known = table.seen.keys.iter().filter(|key| place.keys.contains(*key)).count();
        known > 0 && known * 2 >= table.seen.keys.len().min(place.keys.len())
    };
    let named = table.split_word();
    let called = |place: &Place| {
        named.as_ref().is_some_and(|word| kind_of(word) == kind_of(&place.split) && kind_of(word).is_some())
    };
    let several = |place: &Place| !place.rows.is_empty();
    let mut found =
        only(&|place| inside(place) && keyed(place) && (called(place) || named.is_none() || several(place)));
    if found.is_empty() {
        found = only(&keyed);
    }
    if !found.is_empty() {
        // Of datasets with the same ids the one in whose folder it lies, the deepest first.
        let depth = |at: &usize| places.get(*at).map_or(0, |place| place.base.len());
        let most = found.iter().map(depth).max().unwrap_or(0);
        found.retain(|at| depth(at) == most);
        let first = found.first().and_then(|at| places.get(*at)).map(|place| place.dataset);
        found.retain(|at| places.get(*at).map(|place| place.dataset) == first);
        return Fitting(found, "it names the same items");
    }
    if of_outputs {
        return Fitting(Vec::new(), "");
    }
    let by_split = only(&|place| inside(place) && called(place));
    if by_split.len() == 1 {
        return Fitting(by_split, "its name says the split");
    }
    let near = only(&inside);
    match near.as_slice() {
        [_] => Fitting(near, "it is the only split"),
        _ => Fitting(Vec::new(), ""),
    }
}

fn add_truth(inventory: &Inventory, table: &Table, places: &mut Vec<Place>, found: &mut Found, what: &str) {
    let from_outputs = !table.is_truth();
    let place = truth::place(&table.folder);
    let above: Vec<&str> = place.base.split('/').filter(|part| !part.is_empty()).collect();
    let mut above: Vec<&str> = above.into_iter().take_while(|part| !from_outputs || !is_output_folder(part)).collect();
    // `gpt4/model_outputs.json`: the folder is the model's.
    if from_outputs && words(&table.stem).iter().all(|word| is_said(word)) {
        above.pop();
    }
    let base = above.join("/");
    let task = table.log_task();
    let (mut id, version) = match &task {
        Some(task) => (task.clone(), ONLY_VERSION.to_owned()),
        None => dataset_name(&base, &inventory.root, &[]),
    };
    let splits = table.splits();
    let holds = |id: &str| {
        let fits = |d: &&crate::model::project::DatasetEntry| d.id == id && d.version == version;
        found.datasets.iter().find(fits).is_some_and(|d| {
            d.format != table.seen.format || splits.iter().any(|(split, _)| d.splits.contains_key(split))
        })
    };
    if holds(&id) {
        id = if base.is_empty() || holds(&format!("{id}-{}", table.stem)) {
            table.path.replace('/', "-")
        } else {
            format!("{id}-{}", table.stem)
        };
        if base.is_empty() && !holds(&table.stem) {
            id.clone_from(&table.stem);
        }
    }
    for (split, mut rows) in splits {
        let own = rows.clone();
        // Every way of cutting answers has all items; those of the first are the dataset's.
        if let Some((column, values)) = table.seen.filters.as_ref().filter(|(_, values)| values.len() > 1) {
            rows.extend(values.first().map(|value| (column.clone(), value.clone())));
        }
        found.reasons.push(Reason {
            path: table.path.clone(),
            what: format!("{what} of split {split}"),
            why: format!("{} with {}", table.kind(), table.seen.columns),
        });
        let entry = SplitEntry { truth: table.path.clone(), rows, ..SplitEntry::default() };
        let dataset = found.dataset(&id, &version, table.seen.format, (split.clone(), entry));
        places.push(Place {
            dataset,
            split,
            base: base.clone(),
            keys: table.seen.keys.iter().cloned().collect(),
            path: table.path.clone(),
            task: task.clone(),
            rows: own,
        });
    }
}

fn add_outputs(
    inventory: &Inventory,
    table: &Table,
    fitting: &[usize],
    places: &[Place],
    found: &mut Found,
    why: &str,
) {
    for place in fitting.iter().filter_map(|at| places.get(*at)) {
        for mut author in table.seen.authors() {
            // Splits of a column are those of the outputs too where they have the column.
            let split_column = table.seen.splits.as_ref().map(|(column, _)| column);
            let rows =
                place.rows.iter().filter(|(column, _)| split_column == Some(*column) || table.path == place.path);
            author.rows.extend(rows.map(|(column, value)| (column.clone(), value.clone())));
            let output = Output {
                path: &table.path,
                format: table.seen.format,
                dataset: place.dataset,
                split: &place.split,
                why: format!("{} with {}; {why}", table.kind(), table.seen.columns),
            };
            found.model(inventory, table.name(inventory, &author), &author, &output);
        }
    }
}
