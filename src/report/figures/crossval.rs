//! Charts of a cross-validation: every fold with the mean and its deviation, and accuracy over the size of the training part.

use crate::metrics::classification::SingleLabel;
use crate::model::fmt;
use crate::report::chart::{Axis, Plot};
use crate::report::figure::Mark;
use crate::report::palette::Palette;
use crate::report::sheet::Exhibit;
use crate::report::table::{Cell, Column, Table};
use crate::vectors::kfold::{CurvePoint, mean_and_deviation};

use super::rows::{self, Row, Shared};

/// A number of a fold.
pub type Number = fn(&SingleLabel) -> Option<f64>;

/// The numbers of a fold, with their names; the first is drawn.
pub const NUMBERS: [(&str, Number); 5] = [
    ("Accuracy", |n| n.accuracy),
    ("F1 macro", |n| n.averages.macro_.f1),
    ("ROC AUC", |n| n.ranking.roc_auc_macro),
    ("AP", |n| n.ranking.average_precision_macro),
    ("Log loss", |n| n.log_loss),
];

/// A fold: items held out, items trained on, numbers where the head could be trained.
pub type Fold<'a> = (usize, usize, Option<&'a SingleLabel>);

/// Mean and population standard deviation of a number; `None` where a fold does not have it.
fn spread(folds: &[Fold<'_>], of: Number) -> Option<(f64, f64)> {
    let values: Vec<f64> = folds.iter().map(|(_, _, numbers)| numbers.and_then(of)).collect::<Option<_>>()?;
    mean_and_deviation(values.into_iter())
}

/// The accuracy of every fold, and their mean with the deviation as its interval; `None` where there are no folds.
#[must_use]
pub fn folds(folds: &[Fold<'_>], caption: &str, palette: &Palette) -> Option<Exhibit> {
    let (name, accuracy) = NUMBERS[0];
    if folds.is_empty() {
        return None;
    }
    let mut drawn: Vec<Row> = folds
        .iter()
        .enumerate()
        .map(|(at, (items, _, numbers))| {
            let value = numbers.and_then(accuracy);
            Row {
                name: format!("Split {}", at + 1),
                value,
                interval: None,
                colour: palette.above,
                numbers: vec![fmt::rate(value), fmt::count(*items as u64)],
            }
        })
        .collect();
    let mean = spread(folds, accuracy);
    let words = |(mean, deviation): (f64, f64)| format!("{} ± {}", fmt::rate(Some(mean)), fmt::rate(Some(deviation)));
    let held_out: usize = folds.iter().map(|(items, ..)| items).sum();
    drawn.push(Row {
        name: "Mean ± deviation".to_owned(),
        value: mean.map(|(mean, _)| mean),
        interval: mean.map(|(mean, deviation)| (mean - deviation, mean + deviation)),
        colour: palette.accent,
        numbers: vec![mean.map_or_else(|| fmt::UNDEFINED.to_owned(), words), fmt::count(held_out as u64)],
    });
    let heads = ["accuracy", "held out"];
    let whole = mean.map(|(mean, _)| mean);
    let shared = Shared { axis: Axis::unit(name), heads: &heads, dots: false, whole, notes: Vec::new() };
    Some(Exhibit {
        key: "cross-validation".to_owned(),
        title: "Cross-validation".to_owned(),
        caption: caption.to_owned(),
        figure: rows::draw(&drawn, &shared, palette),
        table: Some(table(folds)),
    })
}

fn table(folds: &[Fold<'_>]) -> Table {
    let mut columns = vec![
        Column::words("split", "Split"),
        Column::number("held_out", "Held out"),
        Column::number("trained_on", "Trained on"),
    ];
    columns.extend(NUMBERS.map(|(name, _)| Column::number(&name.to_lowercase().replace(' ', "_"), name)));
    let mut rows: Vec<Vec<Cell>> = Vec::with_capacity(folds.len() + 2);
    for (at, (items, trained_on, numbers)) in folds.iter().enumerate() {
        let mut row = vec![format!("{}", at + 1).into(), (*items as u64).into(), (*trained_on as u64).into()];
        row.extend(NUMBERS.map(|(_, of)| Cell::Rate(numbers.and_then(of))));
        rows.push(row);
    }
    let spreads = NUMBERS.map(|(_, of)| spread(folds, of));
    for (name, of) in [("mean", 0), ("standard deviation", 1)] {
        let mut row = vec![name.into(), Cell::Empty, Cell::Empty];
        row.extend(spreads.map(|spread| Cell::Rate(spread.map(|(mean, std)| if of == 0 { mean } else { std }))));
        rows.push(row);
    }
    Table { columns, rows }
}

/// Accuracy over the items that were trained on, with the deviation over the folds; `None` without two points.
#[must_use]
pub fn learning_curve(points: &[CurvePoint], palette: &Palette) -> Option<Exhibit> {
    let known: Vec<(f64, f64, f64)> =
        points.iter().filter_map(|point| point.accuracy().map(|(mean, std)| (point.trained_on, mean, std))).collect();
    let most = known.iter().map(|(items, ..)| *items).fold(0.0, f64::max);
    if known.len() < 2 || most <= 0.0 {
        return None;
    }
    let x = Axis::over("Items trained on", 0.0, most, 6);
    let mut plot = Plot::new((600.0, 360.0), x, Axis::unit("Accuracy"), 0.0, *palette);
    let edge = |up: f64| known.iter().map(move |(items, mean, std)| (*items, mean + up * std));
    let place = |plot: &Plot, (x, y): (f64, f64)| (plot.x_of(x), plot.y_of(y));
    let outline: Vec<(f64, f64)> = edge(1.0).chain(edge(-1.0).rev()).map(|at| place(&plot, at)).collect();
    plot.figure.marks.push(Mark::Area(outline, palette.accent, 0.15));
    plot.line(&edge(0.0).collect::<Vec<_>>(), 2.0, palette.accent, "");
    for at in edge(0.0) {
        plot.dot(at, palette.accent);
    }
    let columns = vec![
        Column::number("share", "Share"),
        Column::number("trained_on", "Items trained on"),
        Column::number("accuracy", "Accuracy"),
        Column::number("deviation", "Standard deviation"),
    ];
    let row = |point: &CurvePoint| {
        let (mean, std) = point.accuracy().unzip();
        let items = Cell::Shown(point.trained_on, fmt::count(point.trained_on.round() as u64));
        vec![Cell::Shown(point.share, fmt::percent(Some(point.share))), items, mean.into(), std.into()]
    };
    Some(Exhibit {
        key: "learning-curve".to_owned(),
        title: "Learning curve".to_owned(),
        caption: "Accuracy over the items that were trained on; the band is the deviation over the splits".to_owned(),
        figure: plot.finish(),
        table: Some(Table { columns, rows: points.iter().map(row).collect() }),
    })
}
