//! The leaderboard as a document (`evalens.leaderboard/1`) and as a table.

use serde::Serialize;

use crate::analysis::leaderboard::{Row, evaluation_dataset, training_dataset};
use crate::model::Task;
use crate::model::run::{Run, headline};

/// The schema this version writes.
pub const SCHEMA: &str = "evalens.leaderboard/1";

/// The document.
#[derive(Debug, Serialize)]
pub struct Leaderboard<'a> {
    schema: &'static str,
    sort: &'a str,
    /// The common threshold; `null` where each row is at its own optimum.
    common_confidence: Option<f64>,
    rows: Vec<RowPart<'a>>,
}

#[derive(Debug, Serialize)]
struct RowPart<'a> {
    rank: Option<usize>,
    project: &'a str,
    model: &'a str,
    version: &'a str,
    model_type: &'static str,
    evaluation_dataset: String,
    evaluation_project: &'a str,
    training_dataset: Option<String>,
    task: Task,
    roc_auc: Option<f64>,
    f1: Option<f64>,
    precision: Option<f64>,
    recall: Option<f64>,
    headline: Headline,
    confidence: Option<f64>,
    items: usize,
    time: u64,
}

#[derive(Debug, Serialize)]
struct Headline {
    name: &'static str,
    value: Option<f64>,
}

impl<'a> Leaderboard<'a> {
    /// Rows in their order; `sort` names the column that made it, `common` is the threshold of all where they have one.
    #[must_use]
    pub fn new(runs: &[&'a Run], rows: &[Row], sort: &'a str, common: Option<f64>) -> Self {
        let part = |row: &Row| {
            let run = runs.get(row.run)?;
            Some(RowPart {
                rank: row.rank,
                project: &run.model.project,
                model: &run.model.id,
                version: &run.model.version,
                model_type: run.model_type().words(),
                evaluation_dataset: evaluation_dataset(run),
                evaluation_project: &run.dataset.project,
                training_dataset: training_dataset(run),
                task: run.task,
                roc_auc: row.roc_auc,
                f1: row.f1,
                precision: row.precision,
                recall: row.recall,
                headline: Headline { name: headline(run.task).0, value: row.headline },
                confidence: common.or_else(|| run.number("optimal_confidence")),
                items: run.dataset.items,
                time: run.time,
            })
        };
        Self { schema: SCHEMA, sort, common_confidence: common, rows: rows.iter().filter_map(part).collect() }
    }

    /// The rows as CSV; undefined numbers are empty.
    ///
    /// # Errors
    /// Where a field cannot be written, which no text here can bring about.
    pub fn to_csv(&self) -> Result<String, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record([
            "rank",
            "project",
            "model",
            "version",
            "type",
            "evaluation_dataset",
            "training_dataset",
            "task",
            "roc_auc",
            "f1",
            "precision",
            "recall",
            "headline",
            "headline_value",
            "confidence",
        ])?;
        let number = |value: Option<f64>| value.map_or_else(String::new, |v| v.to_string());
        for row in &self.rows {
            writer.write_record([
                row.rank.map_or_else(String::new, |r| r.to_string()),
                row.project.to_owned(),
                row.model.to_owned(),
                row.version.to_owned(),
                row.model_type.to_owned(),
                row.evaluation_dataset.clone(),
                row.training_dataset.clone().unwrap_or_default(),
                row.task.name().to_owned(),
                number(row.roc_auc),
                number(row.f1),
                number(row.precision),
                number(row.recall),
                row.headline.name.to_owned(),
                number(row.headline.value),
                number(row.confidence),
            ])?;
        }
        let bytes = writer.into_inner().map_err(|error| csv::Error::from(std::io::Error::other(error.to_string())))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
