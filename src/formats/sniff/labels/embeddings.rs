//! Finds the vectors of a dataset's items: an array with as many rows as there are ids for.

use super::super::inventory::Inventory;
use super::super::{Alternative, Reason, Recognised};
use super::outputs::is_of_vectors;
use crate::formats::{embeddings, labels, listing, npy};
use crate::model::NoProgress;
use crate::model::project::{DatasetEntry, EmbeddingEntry};

/// Gives every dataset the first array of vectors in its folder; further ones are told of.
pub(super) fn find(inventory: &Inventory, bases: &[String], out: &mut Recognised) {
    for path in inventory.arrays.iter().filter(|path| is_of_vectors(path)) {
        let inside = |base: &String| base.is_empty() || path.starts_with(&format!("{base}/"));
        // The deepest folder of a dataset that it lies in.
        let dataset = bases.iter().enumerate().filter(|(_, base)| inside(base)).max_by_key(|(_, base)| base.len());
        let Some(entry) = dataset.and_then(|(at, _)| out.project.datasets.get_mut(at)) else { continue };
        let Some((entry_of, why)) = look(inventory, path, entry) else { continue };
        let what = format!("embeddings of {}@{}", entry.id, entry.version);
        if let Some(first) = &entry.embeddings {
            let why = format!("{} comes first; name this one in `embeddings` of evalens.json to use it", first.vectors);
            out.alternatives.push(Alternative { path: path.clone(), what, why, usable: None });
            continue;
        }
        entry.embeddings = Some(entry_of);
        out.reasons.push(Reason { path: path.clone(), what, why });
    }
}

/// What an array of vectors is; `None` where it does not fit.
fn look(inventory: &Inventory, path: &str, entry: &DatasetEntry) -> Option<(EmbeddingEntry, String)> {
    let file = inventory.root.join(path);
    let header = npy::header(&file, &embeddings::ARRAYS).ok()?;
    let (rows, columns) = header.table().filter(|(_, columns)| *columns > 1 && header.is_numeric())?;
    let shape = format!("array of {rows} rows and {columns} numbers each");
    let vectors = path.to_owned();
    if let Some(ids) = embeddings::ids_beside(&file) {
        let fits = embeddings::read_ids(&ids, &NoProgress).is_ok_and(|ids| ids.len() == rows);
        let ids = listing::relative(&inventory.root, &ids);
        let why = format!("{shape}; their ids are in {ids}");
        return fits.then_some((EmbeddingEntry { vectors, ids: Some(ids) }, why));
    }
    let own = listing::has_ending(&file, "npz")
        && npy::read_texts(&file, &embeddings::ID_ARRAYS, &NoProgress).is_ok_and(|ids| ids.is_some());
    if own {
        return Some((EmbeddingEntry { vectors, ids: None }, format!("{shape}, with their ids")));
    }
    // Without ids, rows can only be those of a truth of as many rows.
    let as_many = entry.splits.iter().find(|(_, split)| {
        let truth = inventory.root.join(&split.truth);
        truth.is_file() && labels::survey(&truth, &split.rows).is_some_and(|survey| survey.ids.len() == rows)
    });
    let (name, _) = as_many?;
    Some((EmbeddingEntry { vectors, ids: None }, format!("{shape}, as many as split {name} has")))
}
