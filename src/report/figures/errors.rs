//! Charts of errors: kinds with what they cost, and the tables of the worst items.

use crate::analysis::kinds::{Kinds, errors};
use crate::model::{Dataset, fmt};
use crate::report::chart::Axis;
use crate::report::palette::Palette;
use crate::report::settings;
use crate::report::sheet::Exhibit;
use crate::report::table::{Cell, Column, Table};

use super::rows::{self, MOST, Row, Shared};

/// Kinds of errors by count, with what they cost; `None` where there are none.
#[must_use]
pub fn kinds(kinds: &Kinds, condition: &str, palette: &Palette) -> Option<Exhibit> {
    let all = &kinds.kinds;
    let most = all.iter().map(|kind| kind.count).max().filter(|most| *most > 0)?;
    let metric = all.iter().find_map(|kind| kind.cost).map(|cost| cost.metric);
    let cost = metric.map(|metric| format!("costs {metric}"));
    let heads: Vec<&str> = ["count", "share"].into_iter().chain(cost.as_deref()).collect();
    let drawn: Vec<Row> = all
        .iter()
        .map(|kind| {
            let cost = kind.cost.map_or_else(|| fmt::UNDEFINED.to_owned(), |cost| fmt::rate(Some(cost.value)));
            let numbers = [fmt::count(kind.count), fmt::percent(Some(kind.share))].into_iter();
            Row {
                name: kind.name.clone(),
                value: Some(kind.count as f64),
                interval: None,
                colour: palette.outcome(kind.like),
                numbers: numbers.chain(metric.map(|_| cost)).collect(),
            }
        })
        .collect();
    let shared = Shared {
        axis: Axis::over("Errors", 0.0, most as f64, 5),
        heads: &heads,
        dots: false,
        whole: None,
        notes: Vec::new(),
    };
    let columns = vec![
        Column::words("kind", "Kind"),
        Column::words("about", "What it is"),
        Column::number("count", "Count"),
        Column::number("share", "Share"),
        Column::words("cost_metric", "Metric"),
        Column::number("cost", "Cost"),
    ];
    let row = |kind: &crate::analysis::kinds::Kind| {
        let metric = kind.cost.map_or(Cell::Empty, |cost| cost.metric.into());
        let cost = kind.cost.map_or(Cell::Empty, |cost| Cell::Rate(Some(cost.value)));
        let share = Cell::Shown(kind.share, fmt::percent(Some(kind.share)));
        vec![kind.name.clone().into(), kind.about.clone().into(), kind.count.into(), share, metric, cost]
    };
    Some(Exhibit {
        key: "error-kinds".to_owned(),
        title: "Error types".to_owned(),
        caption: format!(
            "{}; costs are what the metric would be higher by without them",
            settings::counted_at("Kinds of errors", condition)
        ),
        figure: rows::draw(&drawn, &shared, palette),
        table: Some(Table { columns, rows: all.iter().map(row).collect() }),
    })
}

/// The items with most errors as a table; `None` where there are none.
#[must_use]
pub fn worst(kinds: &Kinds, dataset: &Dataset, condition: &str, palette: &Palette) -> Option<Exhibit> {
    if kinds.worst.is_empty() {
        return None;
    }
    let with_loss = kinds.worst.iter().any(|worst| worst.loss.is_some());
    let mut columns = vec![Column::words("item", "Item")];
    columns.extend([
        Column::number("errors", "Errors"),
        Column::number("misclassified", "Misclassified"),
        Column::number("missed", "Missed"),
        Column::number("false_positives", "False positives"),
        Column::number("correct", "Correct"),
    ]);
    columns.extend(with_loss.then(|| Column::number("loss", "Loss")));
    let row = |worst: &crate::analysis::kinds::Worst| {
        let name = dataset.images.get(worst.image.index()).map_or("", |image| image.name.as_str());
        let counts = worst.counts;
        let numbers = [errors(counts), counts.misclassified, counts.missed, counts.false_positives, counts.correct]
            .map(Cell::Count);
        let cells = [Cell::from(name)].into_iter().chain(numbers);
        cells.chain(with_loss.then_some(Cell::Rate(worst.loss))).collect()
    };
    let table = Table { columns, rows: kinds.worst.iter().map(row).collect() };
    Some(Exhibit {
        key: "worst-items".to_owned(),
        title: "Worst items".to_owned(),
        caption: format!("{}, those with most first", settings::counted_at("Items with errors", condition)),
        figure: rows::of_table(&table, MOST, palette),
        table: Some(table),
    })
}
