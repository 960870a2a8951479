//! A rate over IoU and confidence as a picture of colours.

use crate::analysis::design::surface::{IOUS, Rate, Surface};
use crate::model::fmt;
use crate::report::chart::{Axis, Plot, SMALL};
use crate::report::figure::{Anchor, Colour, Mark, width};
use crate::report::palette::Palette;
use crate::report::sheet::Exhibit;
use crate::report::table::{Cell, Column, Table};

/// Of the whole figure.
const SIZE: (f64, f64) = (680.0, 400.0);
/// Half of the distance of two overlaps.
const HALF: f64 = 0.025;

/// Where the window stands: overlap, confidence, and the rate there.
pub type Here = (f64, f64, Option<f64>);

/// A rate at every overlap and confidence, with marks where it is highest and where the window stands; `None` where it is undefined
/// everywhere.
#[must_use]
pub fn surface(surface: &Surface, rate: Rate, here: Here, palette: &Palette) -> Option<Exhibit> {
    let cells = || (0..surface.rows.len()).flat_map(|row| (0..surface.confidences.len()).map(move |col| (row, col)));
    let values = || cells().filter_map(|(row, col)| surface.rate(rate, row, col));
    let (least, most) = values().fold(None, |range: Option<(f64, f64)>, v| {
        Some(range.map_or((v, v), |(low, high)| (low.min(v), high.max(v))))
    })?;
    let (low, high) = surface.confidences.first().copied().zip(surface.confidences.last().copied())?;
    let high = if high > low { high } else { low + 1.0 };
    let y = Axis {
        label: "IoU of a match, at least".to_owned(),
        from: IOUS[0] - HALF,
        to: IOUS[IOUS.len() - 1] + HALF,
        ticks: IOUS.iter().step_by(2).map(|iou| (*iou, format!("{iou:.2}"))).collect(),
    };
    let mut plot = Plot::new(SIZE, Axis::over("Confidence threshold", low, high, 8), y, 90.0, *palette);
    let full = match rate {
        Rate::F1 => palette.correct,
        Rate::Precision => palette.precision,
        Rate::Recall => palette.recall,
    };
    let tone =
        |value: f64| Palette::mixed(palette.paper, full, 0.08 + 0.92 * (value - least) / (most - least).max(1e-12));
    for (row, col) in cells() {
        let (Some(value), Some(iou)) = (surface.rate(rate, row, col), IOUS.get(row)) else { continue };
        let (left, right) = ends(&surface.confidences, col);
        let (x, top) = (plot.x_of(left), plot.y_of(iou + HALF));
        let rect = [x, top, plot.x_of(right) - x + 0.2, plot.y_of(iou - HALF) - top + 0.2];
        plot.figure.marks.push(Mark::Rect(rect, tone(value)));
    }
    if rate == Rate::F1 {
        for (iou, best) in IOUS.iter().zip(&surface.best) {
            if let Some(best) = best {
                let at = (plot.x_of(*best), plot.y_of(*iou));
                plot.figure.marks.push(Mark::Disc(at, 2.5, palette.ink));
            }
        }
    }
    if let Some((row, col)) = surface.highest(rate) {
        let at = (surface.confidences.get(col).copied()?, IOUS.get(row).copied()?);
        mark(&mut plot, at, &format!("highest {}", fmt::rate(surface.rate(rate, row, col))), palette.ink, true);
    }
    mark(&mut plot, (here.1, here.0), &format!("now {}", fmt::rate(here.2)), palette.accent, false);
    legend(&mut plot, (least, most), &tone);
    Some(Exhibit {
        key: format!("surface-{}", rate.label().to_lowercase()),
        title: format!("{} over IoU and confidence", rate.label()),
        caption: format!(
            "Matched anew at each IoU ({}); now IoU {:.2}, confidence ≥ {}",
            surface.matching.name(),
            here.0,
            fmt::threshold(here.1)
        ),
        figure: plot.finish(),
        table: Some(table(surface)),
    })
}

/// Where the cells of a confidence begin and end: half way to its neighbours.
fn ends(confidences: &[f64], at: usize) -> (f64, f64) {
    let own = confidences.get(at).copied().unwrap_or(0.0);
    let between = |other: Option<&f64>| other.map_or(own, |other| (own + other) / 2.0);
    (between(at.checked_sub(1).and_then(|at| confidences.get(at))), between(confidences.get(at + 1)))
}

/// A ring with words beside it, on the side where there is room.
fn mark(plot: &mut Plot, (confidence, iou): (f64, f64), words: &str, colour: Colour, below: bool) {
    let (x, y) = (plot.x_of(confidence), plot.y_of(iou));
    let paper = plot.palette.paper;
    for (radius, colour) in [(7.0, paper), (5.5, colour), (3.5, paper)] {
        plot.figure.marks.push(Mark::Disc((x, y), radius, colour));
    }
    let [left, top, w, h] = plot.area;
    let wide = width(words, SMALL) + 6.0;
    let at = if x > left + w / 2.0 { x - 10.0 - wide } else { x + 10.0 };
    let line = if below { y + 6.0 } else { y - 20.0 };
    let line = line.clamp(top + 1.0, top + h - SMALL - 6.0);
    plot.figure.marks.push(Mark::Rect([at, line, wide, SMALL + 5.0], paper));
    plot.figure.marks.push(Mark::text((at + 3.0, line + SMALL + 1.0), SMALL, Anchor::Start, colour, words));
}

/// From the lowest to the highest value, at the right.
fn legend(plot: &mut Plot, (least, most): (f64, f64), tone: &impl Fn(f64) -> Colour) {
    const STEPS: u32 = 40;
    let [left, top, w, h] = plot.area;
    let (x, step) = (left + w + 18.0, h / f64::from(STEPS));
    for at in 0..STEPS {
        let value = most - (most - least) * (f64::from(at) + 0.5) / f64::from(STEPS);
        plot.figure.marks.push(Mark::Rect([x, top + f64::from(at) * step, 14.0, step + 0.3], tone(value)));
    }
    let ink = plot.palette.muted;
    for (y, value) in [(top + SMALL, most), (top + h, least)] {
        plot.figure.marks.push(Mark::text((x + 20.0, y), SMALL, Anchor::Start, ink, fmt::rate(Some(value))));
    }
}

/// Counts and rates at every overlap and confidence.
#[must_use]
pub fn table(surface: &Surface) -> Table {
    let columns = vec![
        Column::number("iou", "IoU"),
        Column::number("confidence", "Confidence"),
        Column::number("correct", "Correct"),
        Column::number("kept", "Kept"),
        Column::number("objects", "Objects"),
        Column::number("f1", "F1"),
        Column::number("precision", "Precision"),
        Column::number("recall", "Recall"),
    ];
    let row = |(row, iou): (usize, &f64), (col, confidence): (usize, &f64)| {
        let point = surface.at(row, col).unwrap_or_default();
        let [f1, precision, recall] = Rate::ALL.map(|rate| Cell::Rate(surface.rate(rate, row, col)));
        vec![
            Cell::Shown(*iou, format!("{iou:.2}")),
            Cell::Shown(*confidence, fmt::threshold(*confidence)),
            point.correct.into(),
            point.kept.into(),
            surface.truths.into(),
            f1,
            precision,
            recall,
        ]
    };
    let places = IOUS.iter().enumerate().take(surface.rows.len());
    let rows = places.flat_map(|place| surface.confidences.iter().enumerate().map(move |at| row(place, at)));
    Table { columns, rows: rows.collect() }
}
