//! Looks into tables just far enough to say whether they are truth, outputs, or neither.

use std::collections::BTreeMap;
use std::path::Path;

use super::super::inventory::Inventory;
use super::super::naming;
use super::super::peek::Json;
use crate::formats::error::LoadError;
use crate::formats::picture::is_picture;
use crate::formats::table::cells::Cell;
use crate::formats::table::columns::{self, Layout, Purpose, Said};
use crate::formats::table::sheet::{self, Glance};
use crate::formats::{class_names, class_predictions, listing, source, table};
use crate::model::Progress;

/// Tables that are looked into.
const MAX_TABLES: usize = 400;
/// Columns of tables that are about something else: boxes, training logs, text generation.
const FOREIGN: [&str; 14] = [
    "xmin",
    "x_min",
    "xmax",
    "x1",
    "bbox",
    "segmentation",
    "epoch",
    "train/loss",
    "rle",
    "metric",
    "answer",
    "completion",
    "response",
    "references",
];
/// Names of columns that say of which split a row is.
const SPLITS: [&str; 8] = ["split", "subset", "set", "partition", "fold", "usage", "phase", "ml_use"];
/// More values are something else.
const MOST_SPLITS: usize = 12;
/// Labels are shorter.
const LONGEST: usize = 100;

/// A table that says something of classes.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) path: String,
    pub(super) folder: String,
    pub(super) stem: String,
    /// What the project file calls it.
    pub(super) format: &'static str,
    /// It is truth and nothing else.
    pub(super) is_truth: bool,
    /// It is what a model says.
    pub(super) is_outputs: bool,
    /// It has true labels, whatever else it has.
    pub(super) has_truth: bool,
    pub(super) has_text: bool,
    pub(super) has_sets: bool,
    /// The first ids.
    pub(super) ids: Vec<String>,
    /// Its columns, in words.
    pub(super) columns: String,
    /// A column that says of which split each row is, and the splits it names.
    pub(super) splits: Option<(String, Vec<String>)>,
}

/// Part of a table that belongs to one split: its name, where a column says it, and the rows.
pub(super) type SplitPart = (Option<String>, BTreeMap<String, String>);

impl Table {
    /// The splits that a column names, with their rows; the whole table where there is none.
    pub(super) fn split_parts(&self) -> Vec<SplitPart> {
        match &self.splits {
            None => vec![(None, BTreeMap::new())],
            Some((_, values)) if values.len() == 1 => vec![(values.first().cloned(), BTreeMap::new())],
            Some((column, values)) => {
                let part = |value: &String| (Some(value.clone()), BTreeMap::from([(column.clone(), value.clone())]));
                values.iter().map(part).collect()
            }
        }
    }

    /// What it is, to stand before `truth`.
    pub(super) fn kind(&self) -> &'static str {
        if self.format == "csv" { "CSV" } else { "JSON" }
    }
}

/// All tables of an inventory that say something of classes, by path.
pub(super) fn all(
    inventory: &Inventory,
    jsons: &BTreeMap<String, Json>,
    progress: &dyn Progress,
) -> Result<Vec<Table>, LoadError> {
    let other = jsons.iter().filter(|(_, json)| matches!(json, Json::Other | Json::Tasks)).map(|(path, _)| path);
    let mut paths: Vec<&String> = inventory.tables.iter().chain(other).collect();
    paths.sort();
    let mut all = Vec::new();
    for path in paths.into_iter().take(MAX_TABLES) {
        progress.check()?;
        let base = listing::base_name(path).to_lowercase();
        let described = ["model.json", "metadata.json", "params.json", "package.json", "expected.json", "config.json"];
        if !described.contains(&base.as_str()) {
            all.extend(look(inventory, path));
        }
    }
    Ok(all)
}

fn look(inventory: &Inventory, path: &str) -> Option<Table> {
    let file = inventory.root.join(path);
    if class_names::is_json_list(&file) && !table::has_labels_beside_classes(&file) {
        return None;
    }
    let glance = class_predictions::glance(&file)?;
    if glance.rows.is_empty() || glance.names.iter().any(|name| FOREIGN.contains(&columns::plain(name).as_str())) {
        return None;
    }
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let below_outputs = folder.split('/').any(naming::is_for_predictions) || naming::is_for_predictions(name);
    let truth = glance.layout(Purpose::Truth, &Said::default());
    let outputs = glance.layout(Purpose::Predictions, &Said::default());
    let has_truth = has_truth(&glance, &truth);
    let scored = is_scored(&glance, &outputs);
    let is_outputs =
        outputs.has_predictions() && (scored || below_outputs) && labels_are_short(&glance, outputs.prediction);
    let is_truth = has_truth && !below_outputs && !is_outputs;
    if !is_truth && !is_outputs {
        return None;
    }
    let id = if is_truth { truth.id } else { outputs.id };
    let ids: Vec<String> = id.map(|at| cells(&glance, at).take(8).map(text).collect()).unwrap_or_default();
    // Any object is a map from something to something; one of pictures is a table.
    let is_object =
        || source::read_bytes(&file).is_ok_and(|b| source::without_mark(&b).trim_ascii_start().first() == Some(&b'{'));
    if listing::has_ending(&file, "json")
        && is_object()
        && !table::has_labels_beside_classes(&file)
        && !ids.iter().all(|id| is_picture(Path::new(id)))
    {
        return None;
    }
    Some(Table {
        path: path.to_owned(),
        folder: folder.to_owned(),
        stem: listing::stem(name).to_owned(),
        format: if table::is_delimited(&file) { "csv" } else { "jsonl" },
        is_truth,
        is_outputs,
        has_truth: has_truth && (!is_outputs || outputs.truth.is_some()),
        has_text: truth.text.is_some(),
        has_sets: truth.truth.is_some_and(|at| cells(&glance, at).any(is_set)),
        ids,
        columns: in_words(&glance),
        splits: splits(&file, &glance),
    })
}

/// The column that says of which split rows are, and what it says: names of splits only.
fn splits(file: &Path, glance: &Glance) -> Option<(String, Vec<String>)> {
    let is_split = |text: &str| naming::words(text).iter().any(|word| naming::kind_of_word(word).is_some());
    let fits = |at: usize| {
        let mut first = cells(glance, at).peekable();
        first.peek().is_some() && first.all(|cell| matches!(cell, Cell::Text(text) if is_split(text)))
    };
    let called = |at: &usize| glance.names.get(*at).is_some_and(|name| SPLITS.contains(&columns::plain(name).as_str()));
    let at = (0..glance.names.len()).find(|at| glance.has_header && called(at) && fits(*at))?;
    let column = glance.names.get(at)?;
    let values = sheet::values(file, column)?;
    (!values.is_empty() && values.len() <= MOST_SPLITS && values.iter().all(|value| is_split(value)))
        .then(|| (column.clone(), values))
}

fn cells(glance: &Glance, at: usize) -> impl Iterator<Item = &Cell> {
    glance.rows.iter().filter_map(move |row| row.get(at)).filter(|cell| **cell != Cell::Empty)
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

fn is_set(cell: &Cell) -> bool {
    match cell {
        Cell::Texts(_) | Cell::Numbers(_) => true,
        Cell::Text(text) => text.contains(['|', ';']),
        _ => false,
    }
}

/// Without a person's word, a column is only taken for labels by its name, beside an id, or in a list of pictures.
fn has_truth(glance: &Glance, layout: &Layout) -> bool {
    if layout.one_hot {
        return layout.id.is_some();
    }
    let usable = |at: &usize| labels_are_short(glance, Some(*at)) && cells(glance, *at).next().is_some();
    let Some(at) = layout.truth.filter(usable) else { return false };
    let named = glance.names.get(at).is_some_and(|name| columns::names_truth(name));
    let pictures = || {
        let names = layout.id.map(|id| cells(glance, id).map(text).collect::<Vec<_>>()).unwrap_or_default();
        !names.is_empty() && names.iter().all(|name| is_picture(Path::new(name)))
    };
    (glance.has_header && named && (layout.id.is_some() || layout.text.is_some() || glance.names.len() == 1))
        || pictures()
}

fn labels_are_short(glance: &Glance, at: Option<usize>) -> bool {
    let short = |cell: &Cell| match cell {
        Cell::Text(text) => text.len() <= LONGEST && !text.contains('\n'),
        Cell::Scored(_) => false,
        _ => true,
    };
    at.is_none_or(|at| cells(glance, at).all(short))
}

/// True where columns are the scores of a model and not just numbers of items.
fn is_scored(glance: &Glance, layout: &Layout) -> bool {
    let named = |at: usize| glance.names.get(at).is_some_and(|name| columns::names_prediction(name));
    if layout.list.is_some() || layout.score.is_some() || layout.prediction.is_some_and(named) {
        return true;
    }
    if layout.classes.len() < 2 || !glance.has_header {
        return false;
    }
    let renamed = layout.classes.iter().any(|(at, name)| glance.names.get(*at).is_some_and(|n| n.trim() != name));
    let numbers = || {
        let columns = layout.classes.iter().flat_map(|(at, _)| cells(glance, *at));
        columns.filter_map(|cell| if let Cell::Number(number) = cell { Some(*number) } else { None })
    };
    renamed || (numbers().all(|n| (0.0..=1.0).contains(&n)) && numbers().any(|n| n.fract() != 0.0))
}

fn in_words(glance: &Glance) -> String {
    if !glance.has_header {
        return format!("{} columns and no header", glance.names.len());
    }
    let named: Vec<&str> = glance.names.iter().take(4).map(|name| name.trim()).collect();
    let more = glance.names.len().saturating_sub(named.len());
    if more == 0 {
        format!("columns {}", named.join(", "))
    } else {
        format!("columns {} and {more} more", named.join(", "))
    }
}
