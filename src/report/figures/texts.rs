//! Charts of generated texts: numbers of the set, what passes, parts of the set, how numbers agree.

use crate::metrics::Evaluation;
use crate::metrics::generation::agreement::Agreement;
use crate::metrics::generation::{Column, Intervals};
use crate::metrics::histogram::histogram;
use crate::model::fmt;
use crate::report::chart::SMALL;
use crate::report::figure::{Figure, Mark};
use crate::report::palette::Palette;
use crate::report::sheet::Exhibit;
use crate::report::{text_figures, text_tables};

use super::evaluation::{MOST_COMPARED, View};
use super::heat::{self, Cell, Heat};
use super::list::{List, Row};

/// Bins of a small histogram.
const BINS: usize = 32;
/// Most numbers that are drawn.
const MOST: usize = 40;

/// Every number of the whole set with its interval, its spread over the answers and their values; `None` for other tasks.
#[must_use]
pub fn metrics(evaluation: &Evaluation, intervals: Option<&Intervals>, palette: &Palette) -> Option<Exhibit> {
    let shown: Vec<&Column> = evaluation.texts()?.shown().collect();
    if shown.is_empty() {
        return None;
    }
    let interval = |column: &Column| {
        let known = intervals.and_then(|all| all.get(&column.key));
        known.map_or_else(
            || fmt::UNDEFINED.to_owned(),
            |(low, high)| format!("{}–{}", column.words(Some(*low)), column.words(Some(*high))),
        )
    };
    let row = |column: &&Column| Row {
        name: column.label.clone(),
        numbers: vec![
            column.words(column.corpus),
            interval(column),
            column.words(column.spread),
            fmt::count(column.defined as u64),
        ],
    };
    let rows: Vec<Row> = shown.iter().take(MOST).map(row).collect();
    let left_out = (shown.len() - rows.len()) as u64;
    let note = if left_out == 0 {
        String::new()
    } else {
        format!("and {} more in the table", fmt::counted(left_out, "number", "numbers"))
    };
    let mut list = List::new(&["value", "95 % interval", "spread", "answers"], &rows, &note, palette);
    let at = (list.bar.0, list.head() + 0.35 * SMALL);
    let about = Mark::text(at, SMALL, crate::report::figure::Anchor::Start, palette.muted, "values of single answers");
    list.figure.marks.push(about);
    for (at, column) in shown.iter().take(MOST).enumerate() {
        let counts = histogram(column.values.iter().flatten().copied(), column.scale, BINS);
        let most = f64::from(counts.iter().copied().max().unwrap_or(0).max(1));
        for (bin, n) in counts.iter().enumerate().filter(|(_, n)| **n > 0) {
            let share = |bin: usize| bin as f64 / BINS as f64;
            let [x, y, wide, high] = list.piece(at, share(bin), share(bin + 1));
            let tall = high * f64::from(*n) / most;
            list.figure.marks.push(Mark::Rect([x, y + high - tall, (wide - 0.6).max(0.3), tall], palette.above));
        }
    }
    let answers = fmt::counted(evaluation.texts().map_or(0, |texts| texts.answers.len()) as u64, "answer", "answers");
    Some(Exhibit {
        key: "metrics".to_owned(),
        title: "Metrics".to_owned(),
        caption: format!("Numbers of the whole set of {answers}; intervals are of 1,000 resamples of the answers"),
        figure: list.figure,
        table: Some(text_tables::metrics(evaluation, intervals)),
    })
}

/// The numbers and under them what passes, as the window has them side by side.
#[must_use]
pub fn metrics_and_passing(view: &View<'_>, intervals: Option<&Intervals>) -> Option<Exhibit> {
    let mut exhibit = metrics(view.evaluation, intervals, view.palette)?;
    if let Some(passing) = passing(view) {
        let (above, below) = (&exhibit.figure, &passing.figure);
        let size = (above.width.max(below.width), above.height + below.height);
        let mut both = Figure::new(size.0, size.1, view.palette.paper);
        both.put(above, (0.0, 0.0), 1.0);
        both.put(below, (0.0, above.height), 1.0);
        exhibit.figure = both;
    }
    Some(exhibit)
}

/// The share of answers that passes at every threshold, over the values; `None` where nothing passes or fails.
#[must_use]
pub fn passing(view: &View<'_>) -> Option<Exhibit> {
    let figure = text_figures::passing(view.evaluation, view.threshold, view.palette)?;
    Some(Exhibit {
        key: "passing".to_owned(),
        title: "Pass rate".to_owned(),
        caption: format!("Share of answers that passes at every threshold; bars are the values. {}", pass_words(view)),
        figure,
        table: Some(text_tables::passing(view.evaluation)),
    })
}

fn pass_words(view: &View<'_>) -> String {
    let counts = view.counter.totals();
    format!("{}: {} of {} pass", view.condition(), fmt::count(counts.correct), fmt::count(counts.truths()))
}

/// What passes in parts of the set; `None` where nothing passes or fails.
#[must_use]
pub fn parts(view: &View<'_>) -> Option<Exhibit> {
    let figure = text_figures::of_parts(view.evaluation, view.threshold, view.palette)?;
    Some(Exhibit {
        key: "parts".to_owned(),
        title: "Pass rate by part".to_owned(),
        caption: format!("{}; lines across the bars are 95 % intervals (Wilson’s)", view.condition()),
        figure,
        table: Some(text_tables::of_parts(view.evaluation, view.threshold)),
    })
}

/// Spearman's ρ of every two numbers; `None` for fewer than two.
#[must_use]
pub fn agreement(evaluation: &Evaluation, palette: &Palette) -> Option<Exhibit> {
    let columns: Vec<&Column> = evaluation.texts()?.shown().collect();
    let found = Agreement::of(&columns, MOST_COMPARED);
    if found.keys.len() < 2 {
        return None;
    }
    let names: Vec<&str> = found.labels.iter().take(MOST).map(String::as_str).collect();
    let left_out = (found.labels.len() - names.len()) as u64;
    let note = if left_out == 0 {
        String::new()
    } else {
        format!("and {} more in the table", fmt::counted(left_out, "number", "numbers"))
    };
    let heat = Heat { rows: names.clone(), columns: names, axes: ["", ""], apart: [false; 2], note };
    let figure = heat::draw(&heat, palette, |row, column| {
        let rho = found.pair(row, column).rho;
        if row == column {
            return None;
        }
        let full = if rho.is_some_and(|rho| rho < 0.0) { palette.misclassified } else { palette.precision };
        let colour = palette.ramp(full, rho.map_or(0.0, f64::abs));
        let words = fmt::decimal(rho, 2);
        let short = words.replacen("0.", ".", 1);
        Some(Cell { colour, words: [words, short] })
    });
    let looked_at = if found.looked_at < found.answers {
        format!(
            ", on an even subsample of {} of {}",
            fmt::count(found.looked_at as u64),
            fmt::count(found.answers as u64)
        )
    } else {
        String::new()
    };
    Some(Exhibit {
        key: "agreement".to_owned(),
        title: "Agreement".to_owned(),
        caption: format!(
            "Spearman’s ρ over the answers that have both numbers{looked_at}; blue rises together, orange against each other"
        ),
        figure,
        table: Some(text_tables::agreement(&found)),
    })
}
