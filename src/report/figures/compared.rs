//! Charts of two models on the same items.

use crate::analysis::Comparison;
use crate::analysis::compare::{ClassDifference, MetricDifference, Verdict, class_rate, matrix_difference};
use crate::metrics::ClassCounts;
use crate::model::{ClassId, ClassTable, Task, fmt};
use crate::report::chart::{Axis, MARGIN, SIZE, SMALL};
use crate::report::figure::{Anchor, Colour, Figure, Mark, cut, width};
use crate::report::palette::Palette;
use crate::report::sheet::Exhibit;
use crate::report::table::{Cell, Column, Table};

use super::rows::{self, Row, Shared};

/// Two models, as they are called.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// The first.
    pub a: &'a str,
    /// The second.
    pub b: &'a str,
}

/// Metrics of both with their differences and intervals; for classes see [`classes`], for matrices [`matrices`].
#[must_use]
pub fn of_comparison(comparison: &Comparison, names: Names<'_>, palette: &Palette) -> Vec<Exhibit> {
    metrics(comparison, names, palette).into_iter().collect()
}

/// Who is better, in words.
fn verdict(verdict: Verdict, names: Names<'_>) -> String {
    match verdict {
        Verdict::ABetter => format!("{} better", names.a),
        Verdict::BBetter => format!("{} better", names.b),
        Verdict::NotDistinguishable => "not distinguishable".to_owned(),
        Verdict::Unknown => String::new(),
    }
}

/// A difference with its sign, or the mark of an undefined one.
fn signed(value: Option<f64>) -> String {
    value.map_or_else(|| fmt::UNDEFINED.to_owned(), fmt::difference)
}

/// An axis of differences that holds them all, 0 in its middle.
fn around_zero(label: &str, values: impl Iterator<Item = f64>) -> Axis {
    let most = values.map(f64::abs).filter(|value| value.is_finite()).fold(0.0, f64::max);
    let most = if most > 0.0 { 1.05 * most } else { 0.1 };
    let mut axis = Axis::over(label, -most, most, 5);
    for (value, words) in &mut axis.ticks {
        *words = if value.abs() < 1e-12 { "0".to_owned() } else { words.replace('-', "−") };
    }
    axis
}

/// The difference of every metric as a dot with its interval; `None` where there is none.
#[must_use]
pub fn metrics(comparison: &Comparison, names: Names<'_>, palette: &Palette) -> Option<Exhibit> {
    let all = &comparison.metrics;
    if all.is_empty() {
        return None;
    }
    let colour = |of: &MetricDifference| match of.verdict {
        Verdict::BBetter => palette.correct,
        Verdict::ABetter => palette.missed,
        Verdict::NotDistinguishable | Verdict::Unknown => palette.muted,
    };
    let drawn: Vec<Row> = all
        .iter()
        .map(|of| Row {
            name: of.metric.label().to_owned(),
            value: of.difference,
            interval: of.interval,
            colour: colour(of),
            numbers: vec![
                fmt::rate(of.a),
                fmt::rate(of.b),
                signed(of.difference),
                cut(&verdict(of.verdict, names), SIZE, 190.0),
            ],
        })
        .collect();
    let ends = all.iter().flat_map(|of| [of.difference, of.interval.map(|i| i.0), of.interval.map(|i| i.1)]).flatten();
    let (a, b) = (cut(names.a, SMALL, 120.0), cut(names.b, SMALL, 120.0));
    let heads = [a.as_str(), b.as_str(), "difference", ""];
    let axis = around_zero(&format!("{b} minus {a}"), ends);
    let note =
        format!("Lines hold 95 % of {} resamples of the same items", fmt::count(comparison.settings.resamples as u64));
    let shared = Shared { axis, heads: &heads, dots: true, whole: Some(0.0), notes: vec![note] };
    let columns = vec![
        Column::words("metric", "Metric"),
        Column::number("a", names.a),
        Column::number("b", names.b),
        Column::number("difference", "Difference"),
        Column::number("low", "95 % from"),
        Column::number("high", "95 % to"),
        Column::words("verdict", "Verdict"),
    ];
    let row = |of: &MetricDifference| {
        let number = |value: Option<f64>| value.map_or(Cell::Rate(None), |v| Cell::Shown(v, fmt::difference(v)));
        vec![
            of.metric.label().into(),
            of.a.into(),
            of.b.into(),
            number(of.difference),
            number(of.interval.map(|i| i.0)),
            number(of.interval.map(|i| i.1)),
            verdict(of.verdict, names).into(),
        ]
    };
    Some(Exhibit {
        key: "comparison-metrics".to_owned(),
        title: format!("{} and {}", names.a, names.b),
        caption: format!("Differences are {} minus {}, on the same items", names.b, names.a),
        figure: rows::draw(&drawn, &shared, palette),
        table: Some(Table { columns, rows: all.iter().map(row).collect() }),
    })
}

/// The difference of every class in the rate that classes are compared by, the greatest loss first; `None` where there are no classes.
#[must_use]
pub fn classes(
    comparison: &Comparison,
    names: Names<'_>,
    (table, task): (&ClassTable, Task),
    palette: &Palette,
) -> Option<Exhibit> {
    let all = &comparison.classes;
    if all.is_empty() {
        return None;
    }
    let (name, rate) = class_rate(task);
    let drawn: Vec<Row> = all
        .iter()
        .map(|class| {
            let difference = class.difference(rate);
            Row {
                name: table.name(class.class).to_owned(),
                value: difference,
                interval: None,
                colour: match difference {
                    Some(d) if d > 0.0 => palette.correct,
                    Some(d) if d < 0.0 => palette.missed,
                    _ => palette.muted,
                },
                numbers: vec![fmt::rate(rate(class.a)), fmt::rate(rate(class.b)), signed(difference)],
            }
        })
        .collect();
    let (a, b) = (cut(names.a, SMALL, 120.0), cut(names.b, SMALL, 120.0));
    let heads = [a.as_str(), b.as_str(), "difference"];
    let axis = around_zero(&format!("{name}, {b} minus {a}"), all.iter().filter_map(|class| class.difference(rate)));
    let shared = Shared { axis, heads: &heads, dots: false, whole: Some(0.0), notes: Vec::new() };
    Some(Exhibit {
        key: "comparison-classes".to_owned(),
        title: "Classes compared".to_owned(),
        caption: format!(
            "{name} of each class, the greatest loss first; differences are {} minus {}",
            names.b, names.a
        ),
        figure: rows::draw(&drawn, &shared, palette),
        table: Some(class_table(all, table, (name, rate))),
    })
}

fn class_table(
    all: &[ClassDifference],
    names: &ClassTable,
    (name, rate): (&str, fn(ClassCounts) -> Option<f64>),
) -> Table {
    let key = name.to_lowercase();
    let mut columns = vec![Column::words("class", "Class")];
    for (side, words) in [("a", "first"), ("b", "second")] {
        columns.push(Column::number(&format!("{key}_{side}"), &format!("{name}, {words}")));
    }
    columns.push(Column::number("difference", "Difference"));
    for (side, words) in [("a", "first"), ("b", "second")] {
        for (key, title) in [
            ("precision", "Precision"),
            ("recall", "Recall"),
            ("correct", "Correct"),
            ("missed", "Missed"),
            ("false_positives", "False positives"),
        ] {
            columns.push(Column::number(&format!("{key}_{side}"), &format!("{title}, {words}")));
        }
    }
    let row = |class: &ClassDifference| {
        let difference = class.difference(rate).map_or(Cell::Rate(None), |d| Cell::Shown(d, fmt::difference(d)));
        let mut cells = vec![names.name(class.class).into(), rate(class.a).into(), rate(class.b).into(), difference];
        for counts in [class.a, class.b] {
            cells.extend([Cell::Rate(counts.precision()), Cell::Rate(counts.recall())]);
            cells.extend([counts.correct, counts.missed, counts.false_positives].map(Cell::Count));
        }
        cells
    };
    Table { columns, rows: all.iter().map(row).collect() }
}

/// Classes in a drawn matrix, at most.
const MOST_CLASSES: usize = 14;
/// Room for the names of rows.
const NAMES: f64 = 90.0;
/// Side of a matrix.
const SIDE: f64 = 300.0;

/// Both confusion matrices and their difference beside each other, of the classes with most truths; `outside` is what stands for no
/// class. `None` where the two differ in shape.
#[must_use]
pub fn matrices(
    (a, b): (&[Vec<u64>], &[Vec<u64>]),
    names: Names<'_>,
    (classes, outside): (&ClassTable, &str),
    palette: &Palette,
) -> Option<Exhibit> {
    let difference = matrix_difference(a, b).filter(|rows| !rows.is_empty())?;
    let last = a.len() - 1;
    let mut chosen: Vec<usize> = (0..last).collect();
    let total = |at: usize| a.get(at).map_or(0, |row| row.iter().sum::<u64>());
    chosen.sort_by_key(|at| std::cmp::Reverse(total(*at)));
    chosen.truncate(MOST_CLASSES);
    chosen.sort_unstable();
    let left_out = last - chosen.len();
    chosen.push(last);
    let name = |at: usize| if at == last { outside } else { classes.name(ClassId::from_index(at)) };
    let most = |m: &[Vec<u64>]| chosen.iter().flat_map(|r| chosen.iter().map(move |c| m[*r][*c])).max().unwrap_or(0);
    let (whole, mut changed) = (most(a).max(most(b)).max(1) as f64, 1);
    for row in &chosen {
        for col in &chosen {
            changed = changed.max(difference[*row][*col].unsigned_abs());
        }
    }
    let step = MARGIN + NAMES + SIDE;
    let note = if left_out > 0 { SMALL + 8.0 } else { 0.0 };
    let height = MARGIN + SIZE + 12.0 + NAMES + SIDE + MARGIN + note;
    let mut figure = Figure::new(3.0 * step + MARGIN, height, palette.paper);
    let titles = [names.a.to_owned(), names.b.to_owned(), "second minus first".to_owned()];
    for (which, title) in titles.iter().enumerate() {
        let grid = Grid { left: MARGIN + which as f64 * step, title, chosen: &chosen, name: &name };
        grid.draw(&mut figure, palette, &|row, col| {
            let right = row == col && row != last;
            let plain = if right { palette.correct } else { palette.misclassified };
            let n = match which {
                0 => a[row][col] as i64,
                1 => b[row][col] as i64,
                _ => difference[row][col],
            };
            if which < 2 {
                return (fmt::short_count(n.unsigned_abs()), plain, n as f64 / whole);
            }
            let better = if right { n > 0 } else { n < 0 };
            let full = if better { palette.correct } else { palette.misclassified };
            let words = format!("{}{}", if n < 0 { "−" } else { "+" }, fmt::short_count(n.unsigned_abs()));
            (words, full, n.unsigned_abs() as f64 / changed as f64)
        });
    }
    if left_out > 0 {
        let words = format!("The {} classes with most truths; and {left_out} more", chosen.len() - 1);
        let at = (MARGIN, height - MARGIN);
        figure.marks.push(Mark::text(at, SMALL, Anchor::Start, palette.muted, words));
    }
    let columns = vec![
        Column::words("truth", "Truth"),
        Column::words("predicted", "Predicted"),
        Column::number("a", names.a),
        Column::number("b", names.b),
        Column::number("difference", "Difference"),
    ];
    let cells = (0..a.len()).flat_map(|row| (0..a[row].len()).map(move |col| (row, col)));
    let rows = cells.filter(|(row, col)| a[*row][*col] > 0 || b[*row][*col] > 0).map(|(row, col)| {
        let d = difference[row][col];
        let words = format!("{}{}", if d < 0 { "−" } else { "+" }, fmt::count(d.unsigned_abs()));
        let cells = [Cell::Count(a[row][col]), Cell::Count(b[row][col]), Cell::Shown(d as f64, words)];
        [Cell::from(name(row)), Cell::from(name(col))].into_iter().chain(cells).collect()
    });
    Some(Exhibit {
        key: "comparison-matrices".to_owned(),
        title: "Confusion matrices compared".to_owned(),
        caption: "Truth in rows, prediction in columns".to_owned(),
        figure,
        table: Some(Table { columns, rows: rows.collect() }),
    })
}

/// One of the three.
struct Grid<'a> {
    left: f64,
    title: &'a str,
    chosen: &'a [usize],
    name: &'a dyn Fn(usize) -> &'a str,
}

impl Grid<'_> {
    /// Draws it: `cell` says the words, the full colour and the strength of a row and column.
    fn draw(&self, figure: &mut Figure, palette: &Palette, cell: &dyn Fn(usize, usize) -> (String, Colour, f64)) {
        let side = SIDE / self.chosen.len().max(1) as f64;
        let (x0, y0) = (self.left + NAMES, MARGIN + SIZE + 12.0 + NAMES);
        let title = cut(self.title, SIZE, NAMES + SIDE);
        let at = (self.left, MARGIN + SIZE);
        figure.marks.push(Mark::text(at, SIZE, Anchor::Start, palette.ink, title));
        for (at, class) in self.chosen.iter().enumerate() {
            let name = cut((self.name)(*class), SMALL, NAMES - 8.0);
            let middle = (at as f64 + 0.5) * side + 0.35 * SMALL;
            let row = (x0 - 6.0, y0 + middle);
            figure.marks.push(Mark::text(row, SMALL, Anchor::End, palette.muted, name.clone()));
            figure.marks.push(Mark::upwards((x0 + middle, y0 - 6.0), SMALL, Anchor::Start, palette.muted, name));
        }
        for (y, row) in self.chosen.iter().enumerate() {
            for (x, col) in self.chosen.iter().enumerate() {
                let (words, full, strength) = cell(*row, *col);
                let fill =
                    Palette::mixed(palette.raised, full, if strength > 0.0 { 0.1 + 0.9 * strength } else { 0.0 });
                let (left, top) = (x0 + x as f64 * side, y0 + y as f64 * side);
                figure.marks.push(Mark::Rect([left + 0.5, top + 0.5, side - 1.0, side - 1.0], fill));
                let fitting = [SMALL, 8.0].into_iter().find(|size| width(&words, *size) < side - 1.0);
                if let Some(size) = fitting.filter(|_| strength > 0.0) {
                    let at = (left + side / 2.0, top + side / 2.0 + 0.35 * size);
                    let ink = palette.readable(fill);
                    figure.marks.push(Mark::text(at, size, Anchor::Middle, ink, words));
                }
            }
        }
    }
}
