//! The rows of the tables of slices, and the numbers in their columns.

use crate::analysis::slices::Tally;
use crate::model::{Task, fmt};

pub use crate::report::figures::slices::Metric;

/// What a search for weak slices says of one.
#[derive(Clone, Copy, Debug)]
pub struct Tested {
    /// Errors beyond the share of errors elsewhere.
    pub extra: f64,
    /// Cohen's h.
    pub h: f64,
    /// Corrected p.
    pub p: f64,
}

/// What a click on a row opens.
#[derive(Clone, Debug)]
pub enum Opens {
    /// Bins of attributes together.
    Parts(Vec<(usize, usize)>),
    /// A slice of the person.
    Own(usize),
}

/// One row.
#[derive(Clone, Debug)]
pub struct Line {
    /// What the slice is called.
    pub name: String,
    /// What it is, where the name does not say it.
    pub words: String,
    /// Its numbers, or why there are none.
    pub tally: Result<Tally, String>,
    /// What the search says.
    pub tested: Option<Tested>,
    /// What it opens.
    pub opens: Opens,
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Name,
    Extra,
    P,
    H,
    Subjects,
    Correct,
    Misclassified,
    Missed,
    FalsePositives,
    Precision,
    Recall,
    F1,
    Interval,
    Difference,
}

impl Column {
    /// Those of a table, beside the name.
    pub fn of(task: Task, tested: bool) -> Vec<Self> {
        let texts = task == Task::TextGeneration;
        let mut all = Vec::new();
        if tested {
            all.extend([Self::Extra, Self::H, Self::P]);
        }
        all.push(Self::Subjects);
        if !tested {
            all.push(Self::Correct);
        }
        if !task.is_multilabel() && !texts {
            all.push(Self::Misclassified);
        }
        all.push(Self::Missed);
        if !task.is_one_class_each() && !texts {
            all.push(Self::FalsePositives);
        }
        // What a search found is told by the headline number alone, so that names have room.
        if !tested && !texts {
            all.extend([Self::Precision, Self::Recall]);
        }
        all.push(if texts { Self::Recall } else { Self::F1 });
        if task != Task::SemanticSegmentation {
            all.push(Self::Interval);
        }
        all.push(Self::Difference);
        all
    }

    /// How wide it is.
    pub const fn width(self) -> f32 {
        match self {
            Self::H => 46.0,
            Self::F1 | Self::P => 56.0,
            Self::Extra | Self::Difference => 76.0,
            Self::Misclassified | Self::FalsePositives | Self::Interval => 66.0,
            _ => 62.0,
        }
    }

    /// What its head says.
    pub const fn label(self, task: Task) -> &'static str {
        let texts = matches!(task, Task::TextGeneration);
        match self {
            Self::Name => "Slice",
            Self::Extra => "Extra errors",
            Self::P => "p",
            Self::H => "h",
            Self::Subjects if task.has_objects() => "Objects",
            Self::Subjects if task.is_text() => "Texts",
            Self::Subjects => "Images",
            Self::Correct if texts => "Passed",
            Self::Correct => "Correct",
            Self::Misclassified => "Misclass.",
            Self::Missed if texts => "Failed",
            Self::Missed => "Missed",
            Self::FalsePositives => "False pos.",
            Self::Precision => "Precision",
            Self::Recall if texts => "Pass rate",
            Self::Recall => "Recall",
            Self::F1 => "F1",
            Self::Interval => "95 %",
            Self::Difference => "Difference",
        }
    }

    /// What it means.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Name => "The slice; a click opens its members",
            Self::Extra => "Errors beyond those that the share of errors elsewhere would give it",
            Self::P => "How likely so many errors are by chance, corrected for how many slices were tested",
            Self::H => {
                "Cohen’s h of the share that is right, here against elsewhere: 0.2 is small, 0.5 medium, 0.8 large"
            }
            Self::Subjects => "How many belong to it",
            Self::Correct => "What is right",
            Self::Misclassified => "Taken for another class",
            Self::Missed => "Not found, or below the threshold",
            Self::FalsePositives => "Detections of nothing, by the attributes of their own box",
            Self::Precision => "Right ones as a share of those kept",
            Self::Recall => "Right ones as a share of those there are",
            Self::F1 => "2 × correct / (kept + truths)",
            Self::Interval => "Wilson’s 95 % interval of the rate before it",
            Self::Difference => "The rate against that of the whole",
        }
    }

    /// What it is sorted by.
    pub fn value(self, line: &Line, metric: Metric, whole: Tally) -> Option<f64> {
        let count = |of: fn(Tally) -> u64| line.tally.as_ref().ok().map(|tally| of(*tally) as f64);
        let rate = |metric: Metric| line.tally.as_ref().ok().and_then(|tally| metric.value(*tally));
        match self {
            Self::Name => None,
            Self::Extra => line.tested.map(|tested| tested.extra),
            Self::P => line.tested.map(|tested| tested.p),
            Self::H => line.tested.map(|tested| tested.h),
            Self::Subjects => count(|tally| tally.subjects),
            Self::Correct => count(|tally| tally.counts.correct),
            Self::Misclassified => count(|tally| tally.counts.misclassified),
            Self::Missed => count(|tally| tally.counts.missed),
            Self::FalsePositives => count(|tally| tally.counts.false_positives),
            Self::Precision => rate(Metric::Precision),
            Self::Recall => rate(Metric::Recall),
            Self::F1 => rate(Metric::F1),
            Self::Interval | Self::Difference => Some(rate(metric)? - metric.value(whole)?),
        }
    }

    /// What stands in its cell.
    pub fn words(self, line: &Line, (metric, task): (Metric, Task), whole: Tally) -> String {
        let value = self.value(line, metric, whole);
        let or = |words: Option<String>| words.unwrap_or_else(|| fmt::UNDEFINED.to_owned());
        match self {
            Self::Name => line.name.clone(),
            Self::Extra => or(value.map(|extra| fmt::count(extra.max(0.0).round() as u64))),
            Self::P => or(value.map(chance)),
            Self::H => fmt::decimal(value, 2),
            Self::Precision | Self::Recall | Self::F1 => fmt::rate(value),
            Self::Interval => fmt::interval(line.tally.as_ref().ok().and_then(|tally| metric.interval(*tally, task))),
            Self::Difference => or(value.map(fmt::difference)),
            _ => or(value.map(|count| fmt::count(count as u64))),
        }
    }
}

/// A p as people read it.
pub fn chance(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") }
}
