//! Rows of outputs in the order of the dataset's items and classes.

use rayon::prelude::*;

use super::judge;
use super::part::{Content, Part};
use crate::formats::error::LoadError;
use crate::formats::labels::shortened;
use crate::formats::npy::Values;
use crate::model::{ClassId, ClassScores, Dataset, Findings, Progress, Severity};

/// Puts the outputs of all splits together and reports what is remarkable about them.
pub(super) fn together(
    mut parts: Vec<Part>,
    dataset: &Dataset,
    multilabel: bool,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Result<ClassScores, LoadError> {
    progress.stage("Putting scores in order");
    report_missing(&parts, dataset, findings);
    let classes = dataset.classes.len();
    for part in &parts {
        if let Content::Table { values, classes: columns } = &part.content {
            judge::table(part, values, columns, multilabel, findings);
            progress.check()?;
        }
    }
    let dense = parts.iter().all(|part| match &part.content {
        Content::Table { values, classes: columns } => has_all(columns, classes) || may_be_padded(values),
        _ => false,
    });
    if !dense {
        return Ok(lists(parts, dataset, findings));
    }
    for part in &parts {
        if let Content::Table { classes: columns, .. } = &part.content {
            report_padding(columns, dataset, findings);
        }
    }
    if parts.len() == 1
        && let Some(part) = parts.pop()
        && let Content::Table { values, classes: columns } = part.content
    {
        let place = Place { columns: &columns, rows: &part.items, items: dataset.images.len(), classes };
        return Ok(match values {
            Values::Single(values) => {
                let (values, absent) = place.arranged(values);
                ClassScores::of_single_rows(classes, values, absent)
            }
            Values::Double(values) => {
                let (values, absent) = place.arranged(values);
                ClassScores::of_rows(classes, values, absent)
            }
        });
    }
    let mut all = vec![0.0; dataset.images.len() * classes];
    let mut absent = vec![true; dataset.images.len()];
    for part in parts {
        let Content::Table { values, classes: columns } = part.content else { continue };
        let place = Place { columns: &columns, rows: &part.items, items: dataset.images.len(), classes };
        match values {
            Values::Single(values) => place.write(&values, &mut all, &mut absent, f64::from),
            Values::Double(values) => place.write(&values, &mut all, &mut absent, |v| v),
        }
    }
    Ok(ClassScores::of_rows(classes, all, absent))
}

fn has_all(columns: &[Option<ClassId>], classes: usize) -> bool {
    columns.iter().flatten().count() == classes
}

/// A class without a column has the score 0 where scores are probabilities; among logits 0 would be a high one.
fn may_be_padded(values: &Values) -> bool {
    match values {
        Values::Single(values) => !values.iter().any(|v| *v < 0.0),
        Values::Double(values) => !values.iter().any(|v| *v < 0.0),
    }
}

fn report_padding(columns: &[Option<ClassId>], dataset: &Dataset, findings: &mut Findings) {
    for class in dataset.classes.ids().filter(|class| !columns.contains(&Some(*class))) {
        findings.add(
            Severity::Warning,
            "missing-class-column",
            "The outputs have no column for classes of the dataset; their score is taken as 0, as of a model that never \
             says them.",
            || dataset.classes.name(class).to_owned(),
        );
    }
}

fn report_missing(parts: &[Part], dataset: &Dataset, findings: &mut Findings) {
    let mut has = vec![false; dataset.images.len()];
    for item in parts.iter().flat_map(|part| part.items.iter().flatten()) {
        if let Some(slot) = has.get_mut(*item as usize) {
            *slot = true;
        }
    }
    for (image, _) in dataset.images.iter().zip(has).filter(|(_, has)| !has) {
        findings.add(
            Severity::Warning,
            "missing-prediction",
            "Items of the truth have no row in the outputs, so nothing is known of them; export outputs of all items.",
            || shortened(&image.name),
        );
    }
}

/// Where the rows and columns of a table go.
struct Place<'a> {
    columns: &'a [Option<ClassId>],
    rows: &'a [Option<u32>],
    items: usize,
    classes: usize,
}

impl Place<'_> {
    /// Everything stands where it should already.
    fn is_there(&self) -> bool {
        self.columns.len() == self.classes
            && self.rows.len() == self.items
            && self.columns.iter().enumerate().all(|(at, class)| class.is_some_and(|class| class.index() == at))
            && self.rows.iter().enumerate().all(|(at, item)| item.is_some_and(|item| item as usize == at))
    }

    /// The values in order, and which items have none. Values that are in order already are not copied.
    fn arranged<T: Copy + Default + Into<f64> + Sync>(&self, values: Vec<T>) -> (Vec<T>, Vec<bool>) {
        if self.is_there() {
            let rows = values.par_chunks_exact(self.classes.max(1)).with_min_len(4096);
            let absent = rows.map(|row| !is_usable(row)).collect();
            return (values, absent);
        }
        let mut all = vec![T::default(); self.items * self.classes];
        let mut absent = vec![true; self.items];
        self.write(&values, &mut all, &mut absent, |v| v);
        (all, absent)
    }

    fn write<T: Copy + Into<f64>, U: Copy>(
        &self,
        values: &[T],
        all: &mut [U],
        absent: &mut [bool],
        of: impl Fn(T) -> U,
    ) {
        let width = self.columns.len().max(1);
        for (row, item) in values.chunks_exact(width).zip(self.rows) {
            let Some(item) = item.map(|item| item as usize).filter(|_| is_usable(row)) else { continue };
            let Some(to) = all.get_mut(item * self.classes..(item + 1) * self.classes) else { continue };
            for (value, class) in row.iter().zip(self.columns) {
                if let Some(slot) = class.and_then(|class| to.get_mut(class.index())) {
                    *slot = of(*value);
                }
            }
            if let Some(absent) = absent.get_mut(item) {
                *absent = false;
            }
        }
    }
}

fn is_usable<T: Copy + Into<f64>>(row: &[T]) -> bool {
    // Without leaving early, several numbers are looked at together.
    row.iter().fold(true, |usable, &value| usable & value.into().is_finite())
}

/// Lists of classes where not every class has a score.
fn lists(parts: Vec<Part>, dataset: &Dataset, findings: &mut Findings) -> ClassScores {
    let mut all: Vec<Vec<(ClassId, f64)>> = vec![Vec::new(); dataset.images.len()];
    let mut confident = false;
    for part in parts {
        if let Content::Lists(lists) = &part.content {
            judge::lists(&part, lists, findings);
        }
        confident |= !matches!(part.content, Content::Chosen(_));
        let rows: Vec<Vec<(ClassId, f64)>> = match part.content {
            Content::Lists(lists) => lists,
            Content::Chosen(rows) => {
                rows.into_iter().map(|row| row.into_iter().map(|class| (class, 1.0)).collect()).collect()
            }
            Content::Table { values, classes } => as_lists(&values, &classes),
        };
        for (row, item) in rows.into_iter().zip(part.items) {
            if let Some(slot) = item.and_then(|item| all.get_mut(item as usize)) {
                *slot = row;
            }
        }
    }
    let most = all.iter().map(Vec::len).max().unwrap_or(0);
    let place = || format!("at most {most} of {} classes an item", dataset.classes.len());
    if confident {
        findings.add(
            Severity::Info,
            "top-k-only",
            "Only the best few classes of each item have a score, so AUC, log loss, Brier score and calibration are \
             undefined; export the scores of all classes for them.",
            place,
        );
    } else {
        findings.add(
            Severity::Info,
            "no-confidence",
            "The outputs name classes without a score, so there is nothing to threshold; export scores for curves and \
             calibration.",
            place,
        );
    }
    let mut scores = ClassScores::of_lists(dataset.classes.len(), all);
    scores.has_confidence = confident;
    scores
}

fn as_lists(values: &Values, columns: &[Option<ClassId>]) -> Vec<Vec<(ClassId, f64)>> {
    fn rows<T: Copy + Into<f64>>(values: &[T], columns: &[Option<ClassId>]) -> Vec<Vec<(ClassId, f64)>> {
        let list = |row: &[T]| {
            let scored = row.iter().zip(columns).filter_map(|(value, class)| Some(((*class)?, (*value).into())));
            if is_usable(row) { scored.collect() } else { Vec::new() }
        };
        values.chunks_exact(columns.len().max(1)).map(list).collect()
    }
    match values {
        Values::Single(values) => rows(values, columns),
        Values::Double(values) => rows(values, columns),
    }
}
