//! The evaluation as tables: summary, classes, confusion matrix, sweep. One CSV text each; undefined cells are empty.

use crate::analysis::Recommendation;
use crate::metrics::detection::Matched;
use crate::metrics::{Counter, Evaluation, Sweep};

use crate::model::{ClassId, fmt};

use super::document::{At, Document};
use super::labels::ClassLabels;
use super::table::{self, Cell, Column};

/// A table's file name and text.
pub type Table = (&'static str, String);

/// Every table of an evaluation.
///
/// # Errors
/// Where a table cannot be put into words (never, for finite memory).
pub fn tables(document: &Document<'_>, evaluation: &Evaluation, at: Option<&At<'_>>) -> Result<Vec<Table>, csv::Error> {
    if let Some(items) = super::texts::table(evaluation)? {
        return Ok(vec![("summary.csv", summary(document)?), ("items.csv", items)]);
    }
    let matched = at.map(|at| (at.matched, at.counter));
    let mut all = vec![("summary.csv", summary(document)?), ("classes.csv", classes(evaluation, matched)?)];
    if let Some((matched, counter)) = matched {
        let pairs = at.and_then(|at| at.multilabel).map(|several| several.matrix.clone());
        let counts = pairs.unwrap_or_else(|| counter.matrix(&matched.timeline));
        all.push(("confusion_matrix.csv", matrix(evaluation, &counts)?));
        all.push(("sweep.csv", sweep(&matched.sweep)?));
    }
    Ok(all)
}

/// A row for each class: counts and rates at a threshold (where there is one), its own optimum, average precision.
///
/// # Errors
/// As [`tables`].
pub fn classes(evaluation: &Evaluation, at: Option<(&Matched, &Counter)>) -> Result<String, csv::Error> {
    class_table(evaluation, at).to_csv()
}

/// The table of [`classes`].
#[must_use]
pub fn class_table(evaluation: &Evaluation, at: Option<(&Matched, &Counter)>) -> table::Table {
    let labels = evaluation.labels();
    let mut columns = vec![Column::words("class", "Class")];
    columns.extend(
        [
            ("support", "Support"),
            ("correct", "Correct"),
            ("misclassified", "Misclassified"),
            ("misclassified_as", "Misclassified as"),
            ("missed", "Missed"),
            ("false_positives", "False positives"),
            ("precision", "Precision"),
            ("recall", "Recall"),
            ("f1", "F1"),
            ("optimal_confidence", "Own best"),
        ]
        .map(|(key, title)| Column::number(key, title)),
    );
    let of_labels = [("roc_auc", "ROC AUC"), ("average_precision", "AP")];
    let of_objects = [("ap", "AP50:95"), ("ap50", "AP50"), ("ap75", "AP75")];
    let own = if labels.is_some() { &of_labels[..] } else { &of_objects[..] };
    columns.extend(own.iter().map(|(key, title)| Column::number(key, title)));
    // Only where some class does not follow the threshold for all.
    let thresholds = at.map(|(matched, _)| &matched.own).filter(|own| !own.is_empty());
    columns.extend(thresholds.map(|_| Column::number("own_threshold", "Own threshold")));
    let support = evaluation.support();
    let whole = |value: Option<u64>| value.map_or(Cell::Empty, Cell::Count);
    let row = |(i, name): (usize, &String)| {
        let counts = at.and_then(|(_, counter)| counter.classes().get(i));
        let best = evaluation.matched.as_ref().and_then(|m| m.optima.classes.get(i).copied().flatten());
        let mut cells = vec![
            Cell::from(name.clone()),
            whole(support.get(i).copied()),
            whole(counts.map(|c| c.correct)),
            whole(counts.map(|c| c.misclassified)),
            whole(counts.map(|c| c.misclassified_as)),
            whole(counts.map(|c| c.missed)),
            whole(counts.map(|c| c.false_positives)),
            counts.and_then(|c| c.precision()).into(),
            counts.and_then(|c| c.recall()).into(),
            counts.and_then(|c| c.f1()).into(),
            threshold(best),
        ];
        if let Some(labels) = labels {
            let of_class = ClassLabels::of(labels, ClassId::from_index(i));
            cells
                .extend([of_class.and_then(|c| c.roc_auc), of_class.and_then(|c| c.average_precision)].map(Cell::from));
        } else {
            let ap = evaluation.coco().and_then(|c| c.classes.get(i));
            let ap = [ap.and_then(|a| a.ap), ap.and_then(|a| a.ap50), ap.and_then(|a| a.ap75)];
            cells.extend(ap.map(Cell::from));
        }
        cells.extend(thresholds.map(|own| threshold(own.get(ClassId::from_index(i)))));
        cells
    };
    let rows = evaluation.dataset.classes.names().iter().enumerate().map(row).collect();
    table::Table { columns, rows }
}

/// A threshold in a cell.
pub(super) fn threshold(value: Option<f64>) -> Cell {
    value.map_or(Cell::Empty, |value| Cell::Shown(value, fmt::threshold(value)))
}

/// The confusion matrix at a threshold, truth in rows, what stands outside all classes last in both.
///
/// # Errors
/// As [`tables`].
pub fn matrix(evaluation: &Evaluation, counts: &[Vec<u64>]) -> Result<String, csv::Error> {
    matrix_table(evaluation, counts).to_csv()
}

/// The table of [`matrix`].
#[must_use]
pub fn matrix_table(evaluation: &Evaluation, counts: &[Vec<u64>]) -> table::Table {
    let names = evaluation.dataset.classes.names().iter().map(String::as_str);
    let labels: Vec<&str> = names.chain([evaluation.outside()]).collect();
    let head = Column::words("truth \\ predicted", "Truth \\ predicted");
    let columns = std::iter::once(head).chain(labels.iter().map(|name| Column::number(name, name))).collect();
    let row = |(label, counts): (&&str, &Vec<u64>)| {
        std::iter::once(Cell::from(*label)).chain(counts.iter().map(|n| Cell::Count(*n))).collect()
    };
    table::Table { columns, rows: labels.iter().zip(counts).map(row).collect() }
}

/// Precision, recall and F1 at every distinct score.
///
/// # Errors
/// As [`tables`].
pub fn sweep(sweep: &Sweep) -> Result<String, csv::Error> {
    sweep_table(sweep).to_csv()
}

/// The table of [`sweep`].
#[must_use]
pub fn sweep_table(sweep: &Sweep) -> table::Table {
    let columns = [("confidence", "Confidence"), ("precision", "Precision"), ("recall", "Recall"), ("f1", "F1")];
    let row = |(i, confidence): (usize, &f64)| {
        let rates = [sweep.precision(i), sweep.recall(i), sweep.f1(i)];
        std::iter::once(threshold(Some(*confidence))).chain(rates.map(Cell::from)).collect()
    };
    table::Table {
        columns: columns.map(|(key, title)| Column::number(key, title)).into(),
        rows: sweep.confidence.iter().enumerate().map(row).collect(),
    }
}

/// A row for each recommendation.
///
/// # Errors
/// As [`tables`].
pub fn recommendations(list: &[Recommendation], names: &[String]) -> Result<String, csv::Error> {
    recommendation_table(list, names).to_csv()
}

/// The table of [`recommendations`].
#[must_use]
pub fn recommendation_table(list: &[Recommendation], names: &[String]) -> table::Table {
    let words = ["kind", "severity", "title", "sentence", "classes", "metric"];
    let columns = words.map(|key| Column::words(key, &fmt::capitalised(key))).into_iter();
    let columns = columns.chain(["from", "to"].map(|key| Column::number(key, &fmt::capitalised(key)))).collect();
    let row = |card: &Recommendation| {
        let classes: Vec<&str> = card.classes.iter().filter_map(|c| names.get(c.index())).map(String::as_str).collect();
        vec![
            card.kind.into(),
            card.importance.name().into(),
            card.title.clone().into(),
            card.sentence.clone().into(),
            classes.join("; ").into(),
            card.gain.map_or("", |g| g.metric).into(),
            card.gain.map(|g| g.from).into(),
            card.gain.map(|g| g.to).into(),
        ]
    };
    table::Table { columns, rows: list.iter().map(row).collect() }
}

fn summary(document: &Document<'_>) -> Result<String, csv::Error> {
    let mut value = serde_json::to_value(&document.summary).unwrap_or_default();
    // Reasons are for the document; a cell is empty or has a number.
    let _ = value.as_object_mut().and_then(|map| map.remove("undefined"));
    let mut rows = vec![row(&["metric", "value"])];
    flatten("", &value, &mut rows);
    text(&rows)
}

fn flatten(prefix: &str, value: &serde_json::Value, rows: &mut Vec<Vec<String>>) {
    match value {
        serde_json::Value::Object(map) => {
            for (key, value) in map {
                let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                flatten(&key, value, rows);
            }
        }
        serde_json::Value::Array(items) => {
            for (end, value) in ["low", "high"].iter().zip(items) {
                flatten(&format!("{prefix}.{end}"), value, rows);
            }
        }
        serde_json::Value::Null => rows.push(vec![prefix.to_owned(), String::new()]),
        other => rows.push(vec![prefix.to_owned(), other.to_string()]),
    }
}

pub(super) fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|&c| c.to_owned()).collect()
}

pub(super) fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |v| v.to_string())
}

pub(super) fn text(rows: &[Vec<String>]) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row)?;
    }
    let bytes = writer.into_inner().map_err(|e| csv::Error::from(e.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
