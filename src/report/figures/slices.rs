//! Charts of slices: a rate in every bin of an attribute with its interval, and weak slices as a table.

use crate::analysis::slices::{Attribute, Tally, Weak};
use crate::metrics::rates;
use crate::model::{Task, fmt};
use crate::report::chart::Axis;
use crate::report::palette::Palette;
use crate::report::settings::{self, NO_THRESHOLD};
use crate::report::sheet::Exhibit;
use crate::report::table::{Cell, Column, Table};

use super::rows::{self, MOST, Row, Shared};

/// A rate of slices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// 2 × correct / (kept + truths).
    F1,
    /// Correct / truths.
    Recall,
    /// Correct / kept.
    Precision,
}

impl Metric {
    /// Those that mean something to a task, the most telling first.
    #[must_use]
    pub const fn of(task: Task) -> &'static [Self] {
        match task {
            // What passes is right; there is nothing else to be kept.
            Task::TextGeneration => &[Self::Recall],
            _ => &[Self::F1, Self::Recall, Self::Precision],
        }
    }

    /// What it is called.
    #[must_use]
    pub const fn label(self, task: Task) -> &'static str {
        match (self, task) {
            (_, Task::TextGeneration) => "Pass rate",
            (Self::F1, _) => "F1",
            (Self::Recall, _) => "Recall",
            (Self::Precision, _) => "Precision",
        }
    }

    /// Of counts.
    #[must_use]
    pub fn value(self, tally: Tally) -> Option<f64> {
        match self {
            Self::F1 => tally.counts.f1(),
            Self::Recall => tally.counts.recall(),
            Self::Precision => tally.counts.precision(),
        }
    }

    /// Its 95 % interval. Pixels of an image are not drawn one by one, so that of them there is none.
    #[must_use]
    pub fn interval(self, tally: Tally, task: Task) -> Option<(f64, f64)> {
        match self {
            _ if task == Task::SemanticSegmentation => None,
            Self::F1 => tally.f1_interval(),
            Self::Recall => tally.recall_interval(),
            Self::Precision => rates::wilson(tally.counts.correct, tally.counts.kept()),
        }
    }
}

/// The columns of a table of tallies, without its name.
fn columns(subjects: &str) -> Vec<Column> {
    vec![
        Column::number("members", subjects),
        Column::number("correct", "Correct"),
        Column::number("misclassified", "Misclassified"),
        Column::number("missed", "Missed"),
        Column::number("false_positives", "False positives"),
        Column::number("precision", "Precision"),
        Column::number("recall", "Recall"),
        Column::number("f1", "F1"),
        Column::number("low", "95 % from"),
        Column::number("high", "95 % to"),
    ]
}

fn cells(tally: Tally, metric: Metric, task: Task) -> Vec<Cell> {
    let counts = tally.counts;
    let interval = metric.interval(tally, task);
    vec![
        tally.subjects.into(),
        counts.correct.into(),
        counts.misclassified.into(),
        counts.missed.into(),
        counts.false_positives.into(),
        counts.precision().into(),
        counts.recall().into(),
        counts.f1().into(),
        interval.map(|(low, _)| low).into(),
        interval.map(|(_, high)| high).into(),
    ]
}

/// What members of slices are called.
fn many(task: Task) -> &'static str {
    if task.has_objects() { task.units().1 } else { task.items().1 }
}

/// Slices by name with what became of their members as a table; the interval is that of `metric`.
#[must_use]
pub fn table(slices: &[(String, Tally)], metric: Metric, task: Task) -> Table {
    let columns = [Column::words("slice", "Slice")].into_iter().chain(columns(&fmt::capitalised(many(task)))).collect();
    let row = |(name, tally): &(String, Tally)| {
        let name = [Cell::from(name.clone())].into_iter();
        name.chain(cells(*tally, metric, task)).collect()
    };
    Table { columns, rows: slices.iter().map(row).collect() }
}

/// A rate in every bin of an attribute, with its interval, beside that of the whole.
#[must_use]
pub fn attribute(
    attribute: &Attribute,
    (bins, whole): (&[Tally], Tally),
    (metric, task): (Metric, Task),
    condition: &str,
    palette: &Palette,
) -> Exhibit {
    let slices: Vec<(String, Tally)> =
        attribute.bins.iter().map(|bin| bin.name.clone()).zip(bins.iter().copied()).collect();
    let name = metric.label(task);
    let drawn: Vec<Row> = slices
        .iter()
        .map(|(name, tally)| Row {
            name: name.clone(),
            value: metric.value(*tally),
            interval: metric.interval(*tally, task),
            colour: palette.above,
            numbers: vec![
                fmt::rate(metric.value(*tally)),
                fmt::interval(metric.interval(*tally, task)),
                fmt::count(tally.subjects),
            ],
        })
        .collect();
    let value = metric.value(whole);
    let heads = [name, "95 %", many(task)];
    let notes = value.map(|_| format!("Dashed: all, {}", fmt::rate(value))).into_iter().collect();
    let shared = Shared { axis: Axis::unit(name), heads: &heads, dots: false, whole: value, notes };
    Exhibit {
        key: format!("slices-{}", rows::key(&attribute.name)),
        title: format!("{name} by {}", fmt::uncapitalised(&attribute.name)),
        caption: match condition {
            NO_THRESHOLD => attribute.hint.clone(),
            condition => format!("{}; at {condition}", attribute.hint),
        },
        figure: rows::draw(&drawn, &shared, palette),
        table: Some(table(&slices, metric, task)),
    }
}

/// Weak slices as a table, those that cost most first; `None` where there are none.
#[must_use]
pub fn weak(weak: &[Weak], task: Task, condition: &str, palette: &Palette) -> Option<Exhibit> {
    if weak.is_empty() {
        return None;
    }
    let metric = *Metric::of(task).first()?;
    let key = match metric {
        Metric::Recall => "pass_rate",
        Metric::F1 | Metric::Precision => "f1",
    };
    let columns = vec![
        Column::words("slice", "Slice"),
        Column::number("extra_errors", "Extra errors"),
        Column::number("h", "h"),
        Column::number("p", "p"),
        Column::number("members", &fmt::capitalised(many(task))),
        Column::number("errors", "Errors"),
        Column::number(key, metric.label(task)),
        Column::number("elsewhere", "Elsewhere"),
    ];
    let row = |weak: &Weak| {
        let extra = weak.extra_errors();
        let p = if weak.p < 0.001 { "< 0.001".to_owned() } else { format!("{:.3}", weak.p) };
        vec![
            weak.name.clone().into(),
            Cell::Shown(extra, fmt::count(extra.max(0.0).round() as u64)),
            Cell::Shown(weak.h, fmt::decimal(Some(weak.h), 2)),
            Cell::Shown(weak.p, p),
            weak.tally.subjects.into(),
            weak.tally.wrong().into(),
            metric.value(weak.tally).into(),
            metric.value(weak.rest).into(),
        ]
    };
    let table = Table { columns, rows: weak.iter().map(row).collect() };
    Some(Exhibit {
        key: "weak-slices".to_owned(),
        title: "Weak slices".to_owned(),
        caption: format!(
            "{}, and not by chance",
            settings::counted_at("Parts where the model is weaker than elsewhere", condition)
        ),
        figure: rows::of_table(&table, MOST, palette),
        table: Some(table),
    })
}
