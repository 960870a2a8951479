//! Charts of segmenters of pixels: intersection over union by class, and the numbers of one without confidence.

use crate::model::{ClassId, fmt};
use crate::report::figure::Mark;
use crate::report::segmentation;
use crate::report::sheet::Exhibit;
use crate::report::table::{Cell, Column, Table};

use super::classes::{more, most_frequent};
use super::evaluation::View;
use super::list::{List, Row};

/// Most classes drawn.
const MOST: usize = 40;

/// A bar of IoU for each class with a mark at that of its boundaries; `None` for other tasks.
#[must_use]
pub fn iou(view: &View<'_>) -> Option<Exhibit> {
    let summary = view.evaluation.segmentation(view.counter)?;
    let names = &view.evaluation.dataset.classes;
    let of = |class: ClassId| summary.classes.get(class.index()).copied().unwrap_or_default();
    let shown = most_frequent(view);
    let drawn: Vec<ClassId> = shown.iter().copied().take(MOST).collect();
    let row = |class: &ClassId| {
        let numbers = [of(*class).iou, of(*class).dice, of(*class).boundary_iou].map(fmt::rate);
        Row { name: names.name(*class).to_owned(), numbers: numbers.into() }
    };
    let rows: Vec<Row> = drawn.iter().map(row).collect();
    let mut list = List::new(&["IoU", "Dice", "boundary IoU"], &rows, &more(shown.len(), drawn.len()), view.palette);
    for (at, class) in drawn.iter().enumerate() {
        list.figure.marks.push(Mark::Rect(list.piece(at, 0.0, 1.0), view.palette.raised));
        if let Some(iou) = of(*class).iou {
            list.figure.marks.push(Mark::Rect(list.piece(at, 0.0, iou), view.palette.correct));
        }
        if let Some(boundary) = of(*class).boundary_iou {
            let [x, top, _, high] = list.piece(at, boundary, boundary);
            list.figure.marks.push(Mark::Line(vec![(x, top - 2.0), (x, top + high + 2.0)], 1.6, view.palette.ink));
        }
    }
    let mut columns = vec![Column::words("class", "Class")];
    columns.extend(
        [
            ("truth_pixels", "True pixels"),
            ("predicted_pixels", "Predicted pixels"),
            ("iou", "IoU"),
            ("dice", "Dice"),
            ("boundary_iou", "Boundary IoU"),
            ("precision", "Precision"),
            ("recall", "Recall"),
        ]
        .map(|(key, title)| Column::number(key, title)),
    );
    let row = |class: ClassId| {
        let of = of(class);
        let counts = [of.truth_pixels, of.predicted_pixels].map(Cell::Count);
        let rates = [of.iou, of.dice, of.boundary_iou, of.precision, of.recall].map(Cell::Rate);
        std::iter::once(Cell::from(names.name(class))).chain(counts).chain(rates).collect()
    };
    let mean = fmt::rate(summary.mean_iou);
    Some(Exhibit {
        key: "iou".to_owned(),
        title: "IoU by class".to_owned(),
        caption: view.counted_at(&format!("Bars are IoU, marks boundary IoU; mean IoU {mean}")),
        figure: list.figure,
        table: Some(Table { columns, rows: names.ids().map(row).collect() }),
    })
}

/// Every number with what it means, of a segmenter that has one point and no curve.
#[must_use]
pub fn numbers(view: &View<'_>) -> Option<Exhibit> {
    let summary = view.evaluation.segmentation(view.counter)?;
    let all: Vec<(&str, Option<f64>, &str)> =
        segmentation::of_segments(view.evaluation).into_iter().chain(segmentation::numbers(&summary)).collect();
    let row = |(name, value, _): &(&str, Option<f64>, &str)| Row {
        name: (*name).to_owned(),
        numbers: vec![fmt::rate(*value)],
    };
    let rows: Vec<Row> = all.iter().map(row).collect();
    let mut list = List::new(&["value"], &rows, "", view.palette);
    for (at, (_, _, about)) in all.iter().enumerate() {
        list.words(at, about, view.palette);
    }
    let columns =
        vec![Column::words("metric", "Number"), Column::number("value", "Value"), Column::words("about", "What it is")];
    let rows = all.iter().map(|(name, value, about)| vec![(*name).into(), (*value).into(), (*about).into()]).collect();
    Some(Exhibit {
        key: "production".to_owned(),
        title: "Production metrics".to_owned(),
        caption: "The masks do not say how sure they are: there is one point and no curve".to_owned(),
        figure: list.figure,
        table: Some(Table { columns, rows }),
    })
}
