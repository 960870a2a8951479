//! The list of classes that columns without names count.

use std::path::{Path, PathBuf};

use super::Source;
use crate::formats::class_map::Settled;
use crate::formats::error::{FormatError, LoadError};
use crate::formats::{class_map, class_names, source};
use crate::model::{ClassId, Findings, Severity};

/// A class list in the folder of the outputs: of its own name, else of a usual one.
#[must_use]
pub fn beside(outputs: &Path) -> Option<PathBuf> {
    let folder = outputs.parent()?;
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    files.into_iter().find(|file| class_names::is_list(file) || class_names::is_json_list(file))
}

/// What columns are taken for that only count a list: the model's own list of names, else one beside the outputs, else the
/// classes of the dataset in their order.
pub(super) fn counted(
    from: &Source<'_>,
    width: usize,
    rows: usize,
    findings: &mut Findings,
) -> Result<Vec<Settled>, LoadError> {
    let (path, classes) = (from.path(), &from.dataset.classes);
    let own = ["classes", "class_names", "names"].iter().find_map(|key| from.model.parameters.get(*key)?.as_array());
    let mut list: Vec<String> =
        own.map(|names| names.iter().filter_map(|n| n.as_str().map(str::to_owned)).collect()).unwrap_or_default();
    if list.is_empty()
        && let Some(file) = beside(&path)
    {
        list = class_names::read(&file, findings)?;
    }
    if list.is_empty() {
        list = classes.names().to_vec();
        let declared = !from.entry.classes.is_empty() || from.entry.class_file.is_some();
        let severity = if declared { Severity::Info } else { Severity::Warning };
        findings.add(
            severity,
            "class-order-assumed",
            "The outputs name classes by number only, and no class list of the model is there: the order of the dataset's \
             classes is assumed. Put a classes.txt beside the outputs.",
            || {
                let named = list.iter().take(5).enumerate();
                named.map(|(index, name)| format!("{index} = {name}")).collect::<Vec<_>>().join(", ")
            },
        );
    }
    if list.len() != width {
        return Err(FormatError::new(
            &path,
            format!("has {width} scores a row, but there are {} classes", list.len()),
            "put a classes.txt beside it that names the class of each column",
        )
        .into());
    }
    let same = list == classes.names();
    let settle = |(index, name): (usize, String)| {
        let target = if same && !from.project.class_map.contains_key(&name) {
            (Some(ClassId::from_index(index)), class_map::MappingReason::Exact)
        } else {
            class_map::by_name(&name, classes, &from.project.class_map)
        };
        (name, target, rows)
    };
    Ok(list.into_iter().enumerate().map(settle).collect())
}

/// What names are taken for; a second name for the same class is left out.
pub(super) fn named(from: &Source<'_>, names: &[String], rows: usize) -> Vec<Settled> {
    let classes = &from.dataset.classes;
    let settle = |name: &String| (name.clone(), class_map::by_name(name, classes, &from.project.class_map), rows);
    names.iter().map(settle).collect()
}

/// Reports columns that are no class of the dataset.
pub(super) fn report_unknown(from: &Source<'_>, settled: &[Settled], findings: &mut Findings) {
    for (name, (class, why), _) in settled {
        if class.is_none() && *why != class_map::MappingReason::ProjectFile {
            findings.add(
                Severity::Warning,
                "unknown-class",
                "Scores are of a class that the dataset does not declare and are left out; declare the class, or map it in \
                 `class_map` of evalens.json.",
                || format!("{}: {name}", source::short_name(&from.path())),
            );
        }
    }
}
