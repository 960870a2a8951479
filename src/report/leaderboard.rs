//! The leaderboard as a document (`evalens.leaderboard/1`) and as a table.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::analysis::leaderboard::{OF_TEXTS, Row, evaluation_dataset, training_dataset};
use crate::metrics::Metric;
use crate::model::run::{Run, headline};
use crate::model::{Task, fmt};

use super::figure::{Anchor, Figure, Mark, width};
use super::palette::Palette;
use super::sheet::Exhibit;
use super::table::{Cell, Column as TableColumn, Table};

/// The schema this version writes.
pub const SCHEMA: &str = "evalens.leaderboard/1";

/// Rows that a figure shows: more are no picture that anyone looks at.
const DRAWN: usize = 100;
/// Texts are cut at so many letters.
const LETTERS: usize = 40;
const SIZE: f64 = 13.0;
const LINE: f64 = 26.0;
const MARGIN: f64 = 20.0;

/// A table: texts at the left of their columns, ranks and numbers at the right; the first cell of a column is its head.
fn drawn(columns: &[Vec<String>], note: &str, palette: &Palette) -> Figure {
    let mut figure = Figure::default();
    let lines = columns.first().map_or(0, Vec::len);
    figure.height = 2.0 * MARGIN + (lines as f64 + 1.0) * LINE;
    let mut left = MARGIN;
    let mut marks = Vec::new();
    let mut text = |at, anchor, colour, text: &str| {
        marks.push(Mark::text(at, SIZE, anchor, colour, text));
    };
    for (number, column) in columns.iter().enumerate() {
        let cells: Vec<String> = column.iter().map(|cell| shortened(cell)).collect();
        let width = cells.iter().map(|cell| width(cell, SIZE)).fold(0.0, f64::max) + SIZE;
        let names = (1..4).contains(&number);
        for (line, cell) in cells.iter().enumerate() {
            let colour = if line == 0 || number == 2 || number == 3 { palette.muted } else { palette.ink };
            let y = MARGIN + line as f64 * LINE + LINE * 0.68;
            let (x, anchor) = if names { (left, Anchor::Start) } else { (left + width - SIZE, Anchor::End) };
            text((x, y), anchor, colour, cell);
        }
        left += width + SIZE;
    }
    let y = MARGIN + lines as f64 * LINE + LINE * 0.68;
    text((MARGIN, y), Anchor::Start, palette.muted, note);
    figure.width = left.max(MARGIN + width(note, SIZE)) + MARGIN - SIZE;
    figure.marks.push(Mark::Rect([0.0, 0.0, figure.width, figure.height], palette.paper));
    for line in 1..=lines {
        let y = MARGIN + line as f64 * LINE;
        figure.marks.push(Mark::Rect([MARGIN, y, figure.width - 2.0 * MARGIN, 1.0], palette.line));
    }
    figure.marks.extend(marks);
    figure
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LETTERS {
        return text.to_owned();
    }
    text.chars().take(LETTERS - 1).chain(['…']).collect()
}

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
    /// Of generated texts.
    #[serde(flatten, skip_serializing_if = "BTreeMap::is_empty")]
    of_texts: BTreeMap<&'static str, Option<f64>>,
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
                of_texts: if run.task == Task::TextGeneration {
                    OF_TEXTS.iter().zip(row.of_texts).map(|(metric, value)| (metric.name(), value)).collect()
                } else {
                    BTreeMap::new()
                },
            })
        };
        Self { schema: SCHEMA, sort, common_confidence: common, rows: rows.iter().filter_map(part).collect() }
    }

    /// The rows as a drawing, as many of them as a page of pictures holds.
    #[must_use]
    pub fn to_figure(&self, palette: &Palette) -> Figure {
        let rows = self.rows.get(..self.rows.len().min(DRAWN)).unwrap_or_default();
        let headline = match rows.split_first() {
            Some((first, rest)) if rest.iter().all(|row| row.task == first.task) => headline(first.task).1,
            _ => "Headline",
        };
        let mut columns: Vec<Vec<String>> = vec![
            vec!["Rank".to_owned()],
            vec!["Model".to_owned()],
            vec!["Evaluated on".to_owned()],
            vec!["Trained on".to_owned()],
        ];
        let texts = !rows.is_empty() && rows.iter().all(|row| row.task == Task::TextGeneration);
        let mut numbers: Vec<&str> = if texts {
            OF_TEXTS.iter().map(|metric| metric.label()).collect()
        } else {
            vec!["ROC AUC", "F1", "Precision", "Recall"]
        };
        numbers.push(headline);
        columns.extend(numbers.into_iter().map(|name| vec![name.to_owned()]));
        for row in rows {
            let mut cells = vec![
                row.rank.map_or_else(|| fmt::UNDEFINED.to_owned(), |rank| rank.to_string()),
                format!("{}@{}", row.model, row.version),
                row.evaluation_dataset.clone(),
                row.training_dataset.clone().unwrap_or_else(|| fmt::UNDEFINED.to_owned()),
            ];
            if texts {
                let value = |metric: &Metric| row.of_texts.get(metric.name()).copied().flatten();
                cells.extend(OF_TEXTS.iter().map(|metric| fmt::rate(value(metric))));
            } else {
                cells.extend([row.roc_auc, row.f1, row.precision, row.recall].map(fmt::rate));
            }
            cells.push(fmt::rate(row.headline.value));
            columns.iter_mut().zip(cells).for_each(|(column, cell)| column.push(cell));
        }
        let note = match (self.common_confidence, self.rows.len() - rows.len()) {
            (_, 0) if texts => {
                "Numbers of the whole set; the pass rate is that at the threshold of each evaluation".to_owned()
            }
            (None, 0) => "F1, precision and recall of each model at its own optimum".to_owned(),
            (Some(t), 0) => format!("F1, precision and recall at confidence ≥ {t:.2}"),
            (_, more) => format!("and {} more", fmt::counted(more as u64, "row", "rows")),
        };
        drawn(&columns, &note, palette)
    }

    /// How many rows there are.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows.len()
    }

    /// The rows as a table, its columns as in [`Self::to_csv`].
    #[must_use]
    pub fn to_table(&self) -> Table {
        let texts = self.rows.iter().any(|row| !row.of_texts.is_empty());
        let words = [("project", "Project"), ("model", "Model"), ("version", "Version"), ("type", "Type")];
        let mut columns = vec![TableColumn::number("rank", "Rank")];
        columns.extend(words.map(|(key, title)| TableColumn::words(key, title)));
        columns.push(TableColumn::words("evaluation_dataset", "Evaluated on"));
        columns.push(TableColumn::words("training_dataset", "Trained on"));
        columns.push(TableColumn::words("task", "Task"));
        let numbers = [("roc_auc", "ROC AUC"), ("f1", "F1"), ("precision", "Precision"), ("recall", "Recall")];
        columns.extend(numbers.map(|(key, title)| TableColumn::number(key, title)));
        columns.push(TableColumn::words("headline", "Headline"));
        columns.push(TableColumn::number("headline_value", "Its value"));
        columns.push(TableColumn::number("confidence", "Confidence"));
        let of_texts = OF_TEXTS.iter().filter(|_| texts);
        columns.extend(of_texts.clone().map(|metric| TableColumn::number(metric.name(), metric.label())));
        let row = |row: &RowPart<'_>| {
            let mut cells: Vec<Cell> = vec![
                row.rank.map_or(Cell::Empty, |rank| Cell::Count(rank as u64)),
                row.project.into(),
                row.model.into(),
                row.version.into(),
                row.model_type.into(),
                row.evaluation_dataset.clone().into(),
                row.training_dataset.clone().unwrap_or_default().into(),
                row.task.name().into(),
            ];
            cells.extend([row.roc_auc, row.f1, row.precision, row.recall].map(Cell::from));
            cells.push(row.headline.name.into());
            cells.extend([row.headline.value, row.confidence].map(Cell::from));
            let of = |metric: &Metric| Cell::from(row.of_texts.get(metric.name()).copied().flatten());
            cells.extend(of_texts.clone().map(of));
            cells
        };
        Table { columns, rows: self.rows.iter().map(row).collect() }
    }

    /// The drawing with its table.
    #[must_use]
    pub fn to_exhibit(&self, palette: &Palette) -> Exhibit {
        Exhibit {
            key: "leaderboard".to_owned(),
            title: "Leaderboard".to_owned(),
            caption: format!("{} by {}", fmt::counted(self.rows.len() as u64, "result", "results"), self.sort),
            figure: self.to_figure(palette),
            table: Some(self.to_table()),
        }
    }

    /// The rows as CSV; undefined numbers are empty.
    ///
    /// # Errors
    /// Where a field cannot be written, which no text here can bring about.
    pub fn to_csv(&self) -> Result<String, csv::Error> {
        self.to_table().to_csv()
    }
}
