//! `.npz`: several arrays in a ZIP archive, of which one is taken.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use zip::ZipArchive;
use zip::read::ZipFile;

use super::header::{self, Header};
use super::{Matrix, Precision, values};
use crate::formats::error::{FormatError, LoadError};
use crate::formats::source;
use crate::model::Progress;

/// Arrays looked into.
const MAX_ARRAYS: usize = 256;
/// Deflate makes at most so many bytes of one.
const MOST_OF_ONE: u64 = 1032;

type Archive = ZipArchive<BufReader<File>>;

/// Reads the chosen table.
pub(super) fn read(
    path: &Path,
    names: &[&str],
    precision: Precision,
    progress: &dyn Progress,
) -> Result<Matrix, LoadError> {
    let mut archive = open(path)?;
    let (index, _) = chosen(path, &mut archive, names)?;
    let (header, mut entry) = array(path, &mut archive, index)?;
    values::matrix(path, &header, &mut entry, precision, progress)
}

/// Reads the first list of these names; `None` where there is none.
pub(super) fn read_texts(
    path: &Path,
    names: &[&str],
    progress: &dyn Progress,
) -> Result<Option<Vec<String>>, LoadError> {
    let mut archive = open(path)?;
    let all = array_names(&archive);
    let Some(&(index, _)) = names.iter().find_map(|name| all.iter().find(|(_, n)| n.eq_ignore_ascii_case(name))) else {
        return Ok(None);
    };
    let (header, mut entry) = array(path, &mut archive, index)?;
    values::texts(path, &header, &mut entry, progress).map(Some)
}

/// The header of the chosen table.
pub(super) fn header(path: &Path, names: &[&str]) -> Result<Header, FormatError> {
    let mut archive = open(path)?;
    chosen(path, &mut archive, names).map(|(_, header)| header)
}

fn open(path: &Path) -> Result<Archive, FormatError> {
    let file = source::open(path)?;
    ZipArchive::new(BufReader::new(file)).map_err(|error| broken(path, &error))
}

fn broken(path: &Path, error: &zip::result::ZipError) -> FormatError {
    FormatError::new(path, format!("is no readable archive of arrays ({error})"), "write it again with numpy.savez")
}

/// Position and name (without `.npy`) of each array.
fn array_names(archive: &Archive) -> Vec<(usize, String)> {
    let name = |index: usize| {
        let name = archive.name_for_index(index)?.ok()?;
        Some((index, name.strip_suffix(".npy")?.to_owned()))
    };
    (0..archive.len()).filter_map(name).take(MAX_ARRAYS).collect()
}

/// Opens one array and checks that its entry can hold what its header says.
fn array<'a>(
    path: &Path,
    archive: &'a mut Archive,
    index: usize,
) -> Result<(Header, ZipFile<'a, BufReader<File>>), FormatError> {
    let mut entry = archive.by_index(index).map_err(|error| broken(path, &error))?;
    let header = header::read(path, &mut entry)?;
    let possible = entry.size().min(entry.compressed_size().saturating_mul(MOST_OF_ONE));
    header.check_size(path, possible)?;
    Ok((header, entry))
}

fn chosen(path: &Path, archive: &mut Archive, names: &[&str]) -> Result<(usize, Header), FormatError> {
    let all = array_names(archive);
    if let Some((index, _)) = names.iter().find_map(|name| all.iter().find(|(_, n)| n.eq_ignore_ascii_case(name))) {
        return array(path, archive, *index).map(|(header, _)| (*index, header));
    }
    let mut tables = Vec::new();
    for (index, name) in &all {
        // An array that cannot be read, such as one of objects, is no candidate.
        if let Ok((header, _)) = array(path, archive, *index)
            && header.is_numeric()
            && header.table().is_some_and(|(_, columns)| columns > 1)
        {
            tables.push((*index, name, header));
        }
    }
    let many: Vec<&str> = tables.iter().map(|(_, name, _)| name.as_str()).collect();
    let problem = match many.as_slice() {
        [] => "holds no table of numbers".to_owned(),
        many => format!("holds several tables of numbers ({})", many.join(", ")),
    };
    match tables.len() {
        1 => tables.pop().map(|(index, _, header)| (index, header)),
        _ => None,
    }
    .ok_or_else(|| FormatError::new(path, problem, format!("name the one to read `{}`", names.first().unwrap_or(&"x"))))
}
