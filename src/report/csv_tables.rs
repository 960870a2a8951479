//! The evaluation as tables: summary, classes, confusion matrix, sweep. One CSV text each; undefined cells are empty.

use crate::analysis::Recommendation;
use crate::metrics::detection::Matched;
use crate::metrics::{Counter, Evaluation, Sweep};

use crate::model::ClassId;

use super::document::{At, Document};
use super::labels::ClassLabels;

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
    let mut head = row(&[
        "class",
        "support",
        "correct",
        "misclassified",
        "misclassified_as",
        "missed",
        "false_positives",
        "precision",
        "recall",
        "f1",
        "optimal_confidence",
    ]);
    let own: &[&str] =
        if evaluation.labels().is_some() { &["roc_auc", "average_precision"] } else { &["ap", "ap50", "ap75"] };
    head.extend(row(own));
    // Only where some class does not follow the threshold for all.
    let thresholds = at.map(|(matched, _)| &matched.own).filter(|own| !own.is_empty());
    head.extend(thresholds.map(|_| "own_threshold".to_owned()));
    let mut rows = vec![head];
    let support = evaluation.support();
    for (i, name) in evaluation.dataset.classes.names().iter().enumerate() {
        let counts = at.and_then(|(_, counter)| counter.classes().get(i));
        let whole = |value: Option<u64>| value.map_or_else(String::new, |v| v.to_string());
        let mut cells = vec![
            name.clone(),
            whole(support.get(i).copied()),
            whole(counts.map(|c| c.correct)),
            whole(counts.map(|c| c.misclassified)),
            whole(counts.map(|c| c.misclassified_as)),
            whole(counts.map(|c| c.missed)),
            whole(counts.map(|c| c.false_positives)),
            number(counts.and_then(|c| c.precision())),
            number(counts.and_then(|c| c.recall())),
            number(counts.and_then(|c| c.f1())),
            number(evaluation.matched.as_ref().and_then(|m| m.optima.classes.get(i).copied().flatten())),
        ];
        if let Some(labels) = evaluation.labels() {
            let of_class = ClassLabels::of(labels, ClassId::from_index(i));
            cells.extend([of_class.and_then(|c| c.roc_auc), of_class.and_then(|c| c.average_precision)].map(number));
        } else {
            let ap = evaluation.coco().and_then(|c| c.classes.get(i));
            cells.extend([ap.and_then(|a| a.ap), ap.and_then(|a| a.ap50), ap.and_then(|a| a.ap75)].map(number));
        }
        cells.extend(thresholds.map(|own| number(own.get(ClassId::from_index(i)))));
        rows.push(cells);
    }
    text(&rows)
}

/// The confusion matrix at a threshold, truth in rows, what stands outside all classes last in both.
///
/// # Errors
/// As [`tables`].
pub fn matrix(evaluation: &Evaluation, counts: &[Vec<u64>]) -> Result<String, csv::Error> {
    let names = evaluation.dataset.classes.names().iter().cloned();
    let labels: Vec<String> = names.chain([evaluation.outside().to_owned()]).collect();
    let mut rows = vec![[vec!["truth \\ predicted".to_owned()], labels.clone()].concat()];
    for (label, counts) in labels.iter().zip(counts) {
        rows.push([vec![label.clone()], counts.iter().map(u64::to_string).collect()].concat());
    }
    text(&rows)
}

/// Precision, recall and F1 at every distinct score.
///
/// # Errors
/// As [`tables`].
pub fn sweep(sweep: &Sweep) -> Result<String, csv::Error> {
    let mut rows = vec![row(&["confidence", "precision", "recall", "f1"])];
    for (i, confidence) in sweep.confidence.iter().enumerate() {
        let rates = [sweep.precision(i), sweep.recall(i), sweep.f1(i)].map(number);
        rows.push([vec![confidence.to_string()], rates.to_vec()].concat());
    }
    text(&rows)
}

/// A row for each recommendation.
///
/// # Errors
/// As [`tables`].
pub fn recommendations(list: &[Recommendation], names: &[String]) -> Result<String, csv::Error> {
    let mut rows = vec![row(&["kind", "severity", "title", "sentence", "classes", "metric", "from", "to"])];
    for card in list {
        let classes: Vec<&str> = card.classes.iter().filter_map(|c| names.get(c.index())).map(String::as_str).collect();
        rows.push(vec![
            card.kind.to_owned(),
            card.importance.name().to_owned(),
            card.title.clone(),
            card.sentence.clone(),
            classes.join("; "),
            card.gain.map_or_else(String::new, |g| g.metric.to_owned()),
            number(card.gain.map(|g| g.from)),
            number(card.gain.map(|g| g.to)),
        ]);
    }
    text(&rows)
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
