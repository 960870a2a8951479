//! Vectors of items from `.npy`, `.npz` or CSV, with the ids beside them.
//!
//! Knows files of vectors. Does not know the dataset: who uses the vectors asks for the ids of its items.

mod csv;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::error::{FormatError, LoadError};
use super::listing::{self, has_ending};
use super::npy::{self, Matrix, Precision, Values};
use super::source;
use crate::model::{Embedding, Findings, Progress, Severity};

/// Names of the array to take out of an archive, the preferred first.
pub const ARRAYS: [&str; 8] = ["embeddings", "embedding", "vectors", "features", "x", "data", "arr_0", "values"];
/// Names of the list of ids in an archive.
pub const ID_ARRAYS: [&str; 9] = ["ids", "id", "names", "filenames", "file_names", "files", "paths", "images", "index"];

/// Reads vectors. Ids come from `ids` (a text file with an id a line, a JSON list, or an array of texts), else from the file
/// of the vectors itself, else they are the numbers of the rows, from 0. Rows with a number that is not finite are left out
/// and counted; of rows with the same id the first stays.
///
/// # Errors
/// Where a file cannot be read, holds no table, or there are not as many ids as rows; cancelled.
pub fn read(vectors: &Path, ids: Option<&Path>, progress: &dyn Progress) -> Result<(Embedding, Findings), LoadError> {
    let mut findings = Findings::default();
    let (matrix, own) = if npy::is_array(vectors) {
        let matrix = npy::read(vectors, &ARRAYS, Precision::Single, progress)?;
        let own = if has_ending(vectors, "npz") { npy::read_texts(vectors, &ID_ARRAYS, progress)? } else { None };
        (matrix, own)
    } else {
        csv::read(vectors, &mut findings, progress)?
    };
    let ids = match ids {
        Some(file) => Some(read_ids(file, progress)?),
        None => own,
    };
    if let Some(ids) = ids.as_ref().filter(|ids| ids.len() != matrix.rows) {
        return Err(FormatError::new(
            vectors,
            format!("has {} rows, but there are {} ids", matrix.rows, ids.len()),
            "export vectors and ids together, an id a row",
        )
        .into());
    }
    let unnamed = ids.is_none().then_some(matrix.rows);
    let ids = ids.unwrap_or_else(|| (0..matrix.rows).map(|row| row.to_string()).collect());
    let embedding = Embedding { unnamed, ..usable(matrix, ids, vectors, &mut findings) };
    if embedding.is_empty() {
        return Err(FormatError::new(vectors, "has no vector that can be used", "check how it was written").into());
    }
    Ok((embedding, findings))
}

/// Reads a list of ids: a text file with one a line, a JSON list, or an array of texts.
///
/// # Errors
/// Where the file cannot be read; cancelled.
pub fn read_ids(file: &Path, progress: &dyn Progress) -> Result<Vec<String>, LoadError> {
    if npy::is_array(file) {
        let ids = npy::read_texts(file, &ID_ARRAYS, progress)?;
        return ids.ok_or_else(|| {
            let remedy = format!("name the list `{}`", ID_ARRAYS.first().unwrap_or(&"ids"));
            FormatError::new(file, "has no list of ids", remedy).into()
        });
    }
    let text = source::read_text(file)?;
    if has_ending(file, "json") {
        let list: Vec<serde_json::Value> = serde_json::from_str(&text)
            .map_err(|e| FormatError::new(file, format!("is no list of ids ({e})"), "write a JSON list of texts"))?;
        return Ok(list.iter().map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned)).collect());
    }
    Ok(text.trim_end_matches(['\n', '\r']).lines().map(|line| line.trim().to_owned()).collect())
}

/// The file that holds the ids of an array's rows: `NAME.ids.txt`, `NAME.txt`, the same with the first part of `NAME` only,
/// or `ids.txt` beside it.
#[must_use]
pub fn ids_beside(array: &Path) -> Option<PathBuf> {
    let name = array.file_name()?.to_str()?;
    let stem = listing::stem(name);
    let first = name.split('.').next().unwrap_or(stem);
    let mut stems = vec![stem, first];
    stems.extend(first.rsplit_once(['_', '-']).map(|(front, _)| front));
    let endings = ["txt", "json", "npy"];
    let named = |stem: &&str| {
        let own = endings.map(|ending| [format!("{stem}.ids.{ending}"), format!("{stem}_ids.{ending}")]);
        own.into_iter().flatten().chain([format!("{stem}.txt")]).collect::<Vec<_>>()
    };
    let usual = endings.into_iter().flat_map(|ending| ["ids", "names", "filenames"].map(|n| format!("{n}.{ending}")));
    let mut names = stems.iter().flat_map(named).chain(usual);
    names.find_map(|file| Some(array.with_file_name(file)).filter(|path| path != array && path.is_file()))
}

/// Leaves out rows that cannot be used, in place.
fn usable(matrix: Matrix, ids: Vec<String>, file: &Path, findings: &mut Findings) -> Embedding {
    let dimensions = matrix.columns;
    let mut values = match matrix.values {
        Values::Single(values) => values,
        Values::Double(values) => values.into_iter().map(|v| v as f32).collect(),
    };
    let mut kept: Vec<String> = Vec::with_capacity(ids.len());
    let mut seen: HashSet<&str> = HashSet::with_capacity(ids.len());
    let mut to = 0;
    for (row, id) in ids.iter().enumerate() {
        let range = row * dimensions..(row + 1) * dimensions;
        let place = || format!("{}: row {}, {id}", source::short_name(file), row + 1);
        if !values.get(range.clone()).is_some_and(|row| row.iter().all(|v| v.is_finite())) {
            findings.add(
                Severity::Warning,
                "non-finite-vector",
                "Vectors have a number that is not finite and are left out; look for an overflow where they were made.",
                place,
            );
            continue;
        }
        if !seen.insert(id) {
            findings.add(
                Severity::Warning,
                "duplicate-item",
                "Ids occur more than once; the first row of each is used: give every item its own id.",
                place,
            );
            continue;
        }
        values.copy_within(range, to);
        to += dimensions;
        kept.push(id.clone());
    }
    values.truncate(to);
    Embedding { ids: kept, dimensions, values, unnamed: None }
}
