//! Finds the outputs of classifiers: tables, arrays of scores, folders of text files.

use super::super::inventory::Inventory;
use super::super::models::Found;
use super::super::naming::{self, words};
use super::look::Table;
use crate::formats::class_predictions::text_files;
use crate::formats::{embeddings, listing, npy, source};
use crate::model::NoProgress;
use crate::model::fmt::counted;

/// All outputs, by path.
pub(super) fn find(inventory: &Inventory, tables: &[Table]) -> Vec<Found> {
    let mut all: Vec<Found> = tables.iter().filter(|table| table.is_outputs).flat_map(of_table).collect();
    all.extend(inventory.arrays.iter().filter_map(|path| of_array(inventory, path)));
    let with_texts = inventory.folders.iter().filter(|(_, folder)| folder.texts.count > 0);
    all.extend(with_texts.filter_map(|(path, _)| of_texts(inventory, path)));
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

fn parts(folder: &str) -> Vec<String> {
    folder.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The outputs of a table, for each split that a column names.
fn of_table(table: &Table) -> Vec<Found> {
    let of_split = |(split, rows)| Found {
        path: table.path.clone(),
        format: table.format,
        folders: parts(&table.folder),
        stem: table.stem.clone(),
        seen: format!("table with {}", table.columns),
        items: table.ids.clone(),
        split,
        rows,
        ..Found::default()
    };
    table.split_parts().into_iter().map(of_split).collect()
}

/// True where a name says that vectors are features of items, not scores.
pub(super) fn is_of_vectors(path: &str) -> bool {
    words(path).iter().any(|word| {
        let known = ["embedding", "embeddings", "embed", "embeds", "emb", "features", "feature", "vectors", "feats"];
        known.contains(&word.as_str())
    })
}

fn of_array(inventory: &Inventory, path: &str) -> Option<Found> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let of_scores = ["probs", "prob", "scores", "logits", "preds", "pred", "proba", "softmax", "probabilities"];
    let named = words(name).iter().any(|word| of_scores.contains(&word.as_str()));
    if is_of_vectors(path) || !(named || path.split('/').any(naming::is_for_predictions)) {
        return None;
    }
    let file = inventory.root.join(path);
    let header = npy::header(&file, &["probs", "scores", "logits", "predictions"]).ok()?;
    let (rows, columns) = header.table().filter(|(_, columns)| *columns > 1 && header.is_numeric())?;
    let ids = embeddings::ids_beside(&file).and_then(|ids| embeddings::read_ids(&ids, &NoProgress).ok());
    let beside = if ids.is_some() { "; ids beside it" } else { "" };
    Some(Found {
        path: path.to_owned(),
        format: if listing::has_ending(&file, "npz") { "npz" } else { "npy" },
        folders: parts(folder),
        stem: listing::stem(name).to_owned(),
        seen: format!("array of {} and {columns} scores each{beside}", counted(rows as u64, "row", "rows")),
        items: ids.unwrap_or_default().into_iter().take(8).collect(),
        ..Found::default()
    })
}

fn of_texts(inventory: &Inventory, path: &str) -> Option<Found> {
    let folder = inventory.folders.get(path)?;
    let first = folder.texts.first.first()?;
    let text = source::read_text(&inventory.root.join(path).join(first)).ok()?;
    text.lines().next().and_then(text_files::line)?;
    Some(Found {
        path: super::truth::dotted(path.to_owned()),
        format: "class-txt",
        folders: parts(path),
        seen: format!(
            "{} with a score and a class a line",
            counted(folder.texts.count as u64, "text file", "text files")
        ),
        items: folder.texts.first.iter().map(|name| listing::stem(name).to_owned()).collect(),
        ..Found::default()
    })
}
