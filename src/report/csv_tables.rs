//! The evaluation as tables: summary, classes, confusion matrix, sweep. One CSV text each; undefined cells are empty.

use crate::metrics::DetectionEvaluation;

use super::document::{At, Document};

/// A table's file name and text.
pub type Table = (&'static str, String);

/// Every table of an evaluation.
///
/// # Errors
/// Where a table cannot be put into words (never, for finite memory).
pub fn tables(
    document: &Document<'_>,
    evaluation: &DetectionEvaluation,
    at: Option<&At<'_>>,
) -> Result<Vec<Table>, csv::Error> {
    let mut all = vec![("summary.csv", summary(document)?)];
    let names = evaluation.dataset.classes.names();
    let coco = evaluation.coco.as_ref();
    let mut rows = vec![row(&[
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
        "ap",
        "ap50",
        "ap75",
    ])];
    let support = evaluation.dataset.support();
    for (i, name) in names.iter().enumerate() {
        let counts = at.and_then(|a| a.counter.classes().get(i));
        let ap = coco.and_then(|c| c.classes.get(i));
        let whole = |value: Option<u32>| value.map_or_else(String::new, |v| v.to_string());
        rows.push(vec![
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
            number(at.and_then(|a| a.matched.optima.classes.get(i).copied().flatten())),
            number(ap.and_then(|a| a.ap)),
            number(ap.and_then(|a| a.ap50)),
            number(ap.and_then(|a| a.ap75)),
        ]);
    }
    all.push(("classes.csv", text(&rows)?));
    if let Some(at) = at {
        let labels: Vec<String> = names.iter().cloned().chain(["background".to_owned()]).collect();
        let mut rows = vec![[vec!["truth \\ predicted".to_owned()], labels.clone()].concat()];
        for (label, counts) in labels.iter().zip(at.counter.matrix(&at.matched.timeline)) {
            rows.push([vec![label.clone()], counts.iter().map(u32::to_string).collect()].concat());
        }
        all.push(("confusion_matrix.csv", text(&rows)?));
        let sweep = &at.matched.sweep;
        let mut rows = vec![row(&["confidence", "precision", "recall", "f1"])];
        for (i, confidence) in sweep.confidence.iter().enumerate() {
            rows.push(vec![
                confidence.to_string(),
                number(sweep.precision(i)),
                number(sweep.recall(i)),
                number(sweep.f1(i)),
            ]);
        }
        all.push(("sweep.csv", text(&rows)?));
    }
    Ok(all)
}

fn summary(document: &Document<'_>) -> Result<String, csv::Error> {
    let value = serde_json::to_value(&document.summary).unwrap_or_default();
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

fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|&c| c.to_owned()).collect()
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |v| v.to_string())
}

fn text(rows: &[Vec<String>]) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row)?;
    }
    let bytes = writer.into_inner().map_err(|e| csv::Error::from(e.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
