//! One file of outputs: its rows, which item each is of, and which class each column is.

use super::class_lists::{counted as counted_classes, named, report_unknown};
use super::items::Items;
use super::{Source, binary, text_files};
use crate::formats::class_map::{Counted, Settled};
use crate::formats::error::{FormatError, LoadError};
use crate::formats::labels::shortened;
use crate::formats::npy::{self, Precision, Values};
use crate::formats::table::columns::{Purpose, Said};
use crate::formats::table::labels::Labels;
use crate::formats::table::sheet::{self, Scores, Sheet};
use crate::formats::{embeddings, source};
use crate::model::{ClassId, Findings, ImageId, Progress, Severity};

/// What rows hold.
pub(super) enum Content {
    /// A number a column.
    Table {
        values: Values,
        /// The class of each column.
        classes: Vec<Option<ClassId>>,
    },
    /// Classes with scores; a list without any cannot be used.
    Lists(Vec<Vec<(ClassId, f64)>>),
    /// Classes only.
    Chosen(Vec<Vec<ClassId>>),
}

/// Outputs of one split.
pub(super) struct Part {
    pub(super) content: Content,
    /// The item of each row; `None` where it is not used.
    pub(super) items: Vec<Option<u32>>,
    /// The file's short name, and the line (or row, from 1) of each row where that is not its number.
    pub(super) file: String,
    pub(super) lines: Vec<u32>,
}

impl Part {
    /// Where a row stands, for an example.
    pub(super) fn place(&self, row: usize) -> String {
        match self.lines.get(row) {
            Some(line) => format!("{}:{line}", self.file),
            None => format!("{}: row {}", self.file, row + 1),
        }
    }
}

pub(super) fn read(
    from: Source<'_>,
    counted: &mut Counted,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<Part, LoadError> {
    let part = match from.prediction.format.as_str() {
        "npy" | "npz" => of_array(from, counted, findings, progress),
        "class-txt" => {
            let sheet = text_files::read(&from.path(), findings, progress)?;
            of_sheet(from, sheet, counted, findings)
        }
        _ => {
            let rows = Some(&from.prediction.rows);
            let said = Said { columns: Some(&from.entry.columns), classes: from.dataset.classes.names(), rows };
            let path = from.path();
            let sheet = sheet::read(&path, Purpose::Predictions, &said, from.is_multilabel(), findings, progress)?;
            of_sheet(from, sheet, counted, findings)
        }
    }?;
    progress.check()?;
    Ok(part)
}

fn of_array(
    from: Source<'_>,
    counted: &mut Counted,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<Part, LoadError> {
    const NAMES: [&str; 9] =
        ["probs", "probabilities", "scores", "logits", "predictions", "y_prob", "y_score", "preds", "arr_0"];
    let path = from.path();
    let matrix = npy::read(&path, &NAMES, Precision::AsStored, progress)?;
    let own = if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("npz")) {
        npy::read_texts(&path, &embeddings::ID_ARRAYS, progress)?
    } else {
        None
    };
    let ids = match embeddings::ids_beside(&path).filter(|_| own.is_none()) {
        Some(file) => Some(embeddings::read_ids(&file, progress)?),
        None => own,
    };
    let file = source::short_name(&path);
    let place = |row: usize| format!("{file}: row {}", row + 1);
    let items = items_of(&from, matrix.rows, ids.as_deref(), &place, findings)?;
    let (values, settled) = if matrix.columns == 1 && from.dataset.classes.len() == 2 {
        let values = match matrix.values {
            Values::Single(values) => binary::columns(values.iter().map(|v| f64::from(*v))),
            Values::Double(values) => binary::columns(values.iter().copied()),
        };
        (Values::Double(values), binary::settle(&from, None, matrix.rows, findings)?)
    } else {
        (matrix.values, counted_classes(&from, matrix.columns, matrix.rows, findings)?)
    };
    let classes = classes_of(&from, settled, counted, findings);
    Ok(Part { content: Content::Table { values, classes }, items, file, lines: Vec::new() })
}

/// The class of each column; of two columns of one class the first counts.
fn classes_of(
    from: &Source<'_>,
    settled: Vec<Settled>,
    counted: &mut Counted,
    findings: &mut Findings,
) -> Vec<Option<ClassId>> {
    report_unknown(from, &settled, findings);
    let names: Vec<String> = settled.iter().map(|(name, ..)| name.clone()).collect();
    let mut classes = counted.add(settled);
    let mut seen = std::collections::HashSet::new();
    for (class, name) in classes.iter_mut().zip(&names) {
        if let Some(known) = *class
            && !seen.insert(known)
        {
            findings.add(
                Severity::Warning,
                "duplicate-column",
                "Columns are of a class that another column has already and are left out; say which is meant with \
                 `class_map` in evalens.json.",
                || format!("{name} → {}", from.dataset.classes.name(known)),
            );
            *class = None;
        }
    }
    classes
}

fn of_sheet(from: Source<'_>, sheet: Sheet, counted: &mut Counted, findings: &mut Findings) -> Result<Part, LoadError> {
    let rows = sheet.lines.len();
    let items = items_of(&from, rows, sheet.ids.as_deref(), &|row| sheet.place(row), findings)?;
    if let Some(truth) = &sheet.truth {
        compare_truth(&from, &sheet, truth, &items, findings);
    }
    let Sheet { file, lines, scores, .. } = sheet;
    let content = match scores {
        Scores::Table { classes, positional, values } => {
            let by_name = || named(&from, &classes, rows);
            // Numbers may be the names.
            let settled = if positional && by_name().iter().any(|(_, (class, _), _)| class.is_none()) {
                counted_classes(&from, classes.len(), rows, findings)?
            } else {
                by_name()
            };
            Content::Table { values: Values::Double(values), classes: classes_of(&from, settled, counted, findings) }
        }
        Scores::One { class, values } => {
            let settled = binary::settle(&from, class.as_deref(), rows, findings)?;
            let values = Values::Double(binary::columns(values.iter().copied()));
            Content::Table { values, classes: classes_of(&from, settled, counted, findings) }
        }
        Scores::Lists { names, lists } => {
            let settled = listed(&from, &names, lists.iter().flatten().map(|(name, _)| *name));
            report_unknown(&from, &settled, findings);
            let classes = counted.add(settled);
            let class = |(name, score): (u32, f64)| Some((classes.get(name as usize).copied().flatten()?, score));
            let list = |list: Vec<(u32, f64)>| list.into_iter().filter_map(class).collect();
            Content::Lists(lists.into_iter().map(list).collect())
        }
        Scores::Chosen { labels, scores } => chosen(&from, &labels, scores, counted, findings),
        Scores::None => Content::Chosen(vec![Vec::new(); rows]),
    };
    Ok(Part { content, items, file: source::short_name(&file), lines })
}

/// What the names that occur are taken for, each with how often it does; whole numbers count the classes where those have
/// other names.
fn listed(from: &Source<'_>, names: &[String], occurring: impl Iterator<Item = u32>) -> Vec<Settled> {
    let mut counts = vec![0_usize; names.len()];
    for name in occurring {
        if let Some(count) = counts.get_mut(name as usize) {
            *count += 1;
        }
    }
    let classes = &from.dataset.classes;
    let index = |name: &String| name.strip_suffix(".0").unwrap_or(name).parse::<usize>().ok();
    let mut settled = named(from, names, 0);
    let numbers =
        settled.iter().all(|(name, (class, _), _)| class.is_none() && index(name).is_some_and(|i| i < classes.len()));
    for ((name, target, count), n) in settled.iter_mut().zip(counts) {
        *count = n;
        if numbers && let Some(index) = index(name) {
            *target = (Some(ClassId::from_index(index)), crate::formats::MappingReason::Position);
        }
    }
    settled
}

fn chosen(
    from: &Source<'_>,
    labels: &Labels,
    scores: Option<Vec<f64>>,
    counted: &mut Counted,
    findings: &mut Findings,
) -> Content {
    let rows = || 0..labels.rows();
    let settled = listed(from, labels.names.all(), rows().flat_map(|row| labels.of(row).iter().copied()));
    report_unknown(from, &settled, findings);
    let classes = counted.add(settled);
    let of = |row: usize| -> Vec<ClassId> {
        labels.of(row).iter().filter_map(|name| classes.get(*name as usize).copied().flatten()).collect()
    };
    match scores {
        None => Content::Chosen(rows().map(of).collect()),
        Some(scores) => {
            let list = |(row, score): (usize, f64)| {
                if score.is_finite() { of(row).into_iter().map(|class| (class, score)).collect() } else { Vec::new() }
            };
            Content::Lists(rows().zip(scores).map(list).collect())
        }
    }
}

/// The item of each row: by id, else by its place.
fn items_of(
    from: &Source<'_>,
    rows: usize,
    ids: Option<&[String]>,
    place: &dyn Fn(usize) -> String,
    findings: &mut Findings,
) -> Result<Vec<Option<u32>>, LoadError> {
    let path = from.path();
    let mut items = Items::of(from);
    let Some(ids) = ids else {
        if rows != items.len() {
            return Err(FormatError::new(
                &path,
                format!("has {rows} rows without ids for {} items", items.len()),
                "add a column `id`, or an ids.txt beside an array, or export all items in the order of the truth",
            )
            .into());
        }
        return Ok((0..rows).map(|row| items.at(row)).collect());
    };
    if ids.len() != rows {
        return Err(FormatError::new(
            &path,
            format!("has {rows} rows, but there are {} ids", ids.len()),
            "export scores and ids together, an id a row",
        )
        .into());
    }
    let mut seen = vec![false; from.dataset.images.len()];
    let mut all = Vec::with_capacity(rows);
    for (row, id) in ids.iter().enumerate() {
        let mut item = items.find(row, id, findings);
        match item.and_then(|item| seen.get_mut(item as usize)) {
            None => findings.add(
                Severity::Warning,
                "unknown-item",
                "Outputs are of items that the truth does not have and are left out; check that both are of the same split.",
                || format!("{}: {}", place(row), shortened(id)),
            ),
            Some(known @ false) => *known = true,
            Some(true) => {
                findings.add(
                    Severity::Warning,
                    "duplicate-item",
                    "Ids occur more than once; the first row of each is used: give every item its own id.",
                    || format!("{}: {}", place(row), shortened(id)),
                );
                item = None;
            }
        }
        all.push(item);
    }
    if all.iter().all(Option::is_none) {
        let example = ids.first().map(|id| shortened(id)).unwrap_or_default();
        let known = from.dataset.images.iter().find(|image| image.split == from.split);
        let known = known.map(|image| shortened(&image.name)).unwrap_or_default();
        return Err(FormatError::new(
            &path,
            format!("names no item of the truth (`{example}` here, `{known}` there)"),
            "write the same ids in both, or choose the split that the outputs are of",
        )
        .into());
    }
    Ok(all)
}

/// Reports rows whose own column of labels says otherwise than the truth.
fn compare_truth(from: &Source<'_>, sheet: &Sheet, truth: &Labels, items: &[Option<u32>], findings: &mut Findings) {
    let settled = listed(from, truth.names.all(), std::iter::empty());
    let truths = &from.dataset.truths;
    for (row, item) in items.iter().enumerate() {
        let Some(item) = item.map(|item| ImageId::from_index(item as usize)) else { continue };
        let mut said: Vec<Option<ClassId>> = truth
            .of(row)
            .iter()
            .map(|name| settled.get(*name as usize).and_then(|(_, (class, _), _)| *class))
            .collect();
        let mut known: Vec<Option<ClassId>> =
            truths.class.get(truths.of(item)).unwrap_or_default().iter().copied().map(Some).collect();
        said.sort_unstable();
        known.sort_unstable();
        if said != known {
            findings.add(
                Severity::Warning,
                "label-mismatch",
                "The outputs' own column of labels says otherwise than the truth, which is used; check that both are of the \
                 same version of the dataset.",
                || sheet.place(row),
            );
        }
    }
}
