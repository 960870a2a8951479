//! Two or more evaluations of the same items, held against each other: differences with their intervals, what one gets
//! right and the other wrong, and how far the order of several is certain.
//!
//! Reads tables of matches alone. Knows no data, no boxes and no screen.

mod align;
mod mcnemar;
mod paired;
mod ranks;
mod sets;

use std::collections::BTreeMap;

use crate::metrics::bootstrap::percentiles;
use crate::metrics::{ClassCounts, MatchTable, Metric};
use crate::model::{Cancelled, ClassId, ImageId, Progress, Task};

pub use mcnemar::mcnemar;
pub(super) use paired::draw;
pub use ranks::{RankRange, rank_ranges};

/// How much is resampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompareSettings {
    /// Resamples of the items.
    pub resamples: usize,
    /// The first so many of them also give average precision beyond IoU 0.50.
    pub ap_resamples: usize,
    /// Another seed draws otherwise.
    pub seed: u64,
}

impl Default for CompareSettings {
    fn default() -> Self {
        Self { resamples: 1000, ap_resamples: 200, seed: 0 }
    }
}

/// Why evaluations are not compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// They are not of the same items, or not by the same rules; the reason as a sentence.
    #[error("not comparable: {0}")]
    NotComparable(String),
    /// Stopped on request.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// Who is better in a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The first, and the interval of the difference does not hold 0.
    ABetter,
    /// The second, and the interval of the difference does not hold 0.
    BBetter,
    /// The interval of the difference holds 0.
    NotDistinguishable,
    /// There is no interval.
    Unknown,
}

impl Verdict {
    /// From the interval of b − a.
    #[must_use]
    pub fn of(interval: Option<(f64, f64)>, lower_is_better: bool) -> Self {
        match interval {
            None => Self::Unknown,
            Some((low, high)) if low <= 0.0 && high >= 0.0 => Self::NotDistinguishable,
            Some((low, _)) if (low > 0.0) == lower_is_better => Self::ABetter,
            Some(_) => Self::BBetter,
        }
    }
}

/// One number of both.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricDifference {
    /// The number.
    pub metric: Metric,
    /// Of the first.
    pub a: Option<f64>,
    /// Of the second.
    pub b: Option<f64>,
    /// b − a, where both are defined.
    pub difference: Option<f64>,
    /// 95 % percentile interval of b − a over the resamples; `None` for the reason in [`Self::why`].
    pub interval: Option<(f64, f64)>,
    /// Resamples that define the difference.
    pub resamples: usize,
    /// Why there is no interval.
    pub why: Option<&'static str>,
    /// Who is better.
    pub verdict: Verdict,
}

/// What is right or wrong: a truth of a detector, or an item of a classifier; where items are more or less right, an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unit {
    /// The item, in the order of the first evaluation.
    pub item: ImageId,
    /// Which of the item's truths, counted from 0; `None` where the item as a whole is meant.
    pub truth: Option<u32>,
}

/// The counts of one class under both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassDifference {
    /// The class, as the first evaluation declares it.
    pub class: ClassId,
    /// Of the first.
    pub a: ClassCounts,
    /// Of the second.
    pub b: ClassCounts,
}

impl ClassDifference {
    /// b − a of a rate, such as [`ClassCounts::f1`]; `None` where either is undefined.
    #[must_use]
    pub fn difference(&self, rate: impl Fn(ClassCounts) -> Option<f64>) -> Option<f64> {
        Some(rate(self.b)? - rate(self.a)?)
    }
}

/// The rate that classes are compared by, and its name.
#[must_use]
pub fn class_rate(task: Task) -> (&'static str, fn(ClassCounts) -> Option<f64>) {
    match task {
        Task::SemanticSegmentation => ("IoU", ClassCounts::iou),
        _ => ("F1", ClassCounts::f1),
    }
}

/// Two evaluations of the same items.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The headline first.
    pub metrics: Vec<MetricDifference>,
    /// Wrong in the first, right in the second; all sets in the order of the first evaluation's items. Where items are more or
    /// less right ([`Task::is_graded`]): the score is higher in the second.
    pub fixed: Vec<Unit>,
    /// Right in the first, wrong in the second; or the score is lower in the second.
    pub broken: Vec<Unit>,
    /// Right in both.
    pub both_right: Vec<Unit>,
    /// Wrong in both.
    pub both_wrong: Vec<Unit>,
    /// The score is the same in both, where items have scores.
    pub same: Vec<Unit>,
    /// Exact p of McNemar's test: the chance of fixed and broken being at least as unequal if neither were likelier. Of scores it
    /// is the sign test.
    pub p: f64,
    /// Per class, those that lose most of [`class_rate`] first, classes whose difference is undefined last.
    pub classes: Vec<ClassDifference>,
    /// Per item of the first evaluation, the same item in the second.
    pub partners: Vec<ImageId>,
    /// How it was resampled.
    pub settings: CompareSettings,
}

/// Compares two tables.
///
/// The interval is that of a paired bootstrap over items: as many items as there are are drawn with replacement, both
/// evaluations are recomputed on the draw, and the interval spans the middle 95 % of their differences (percentile method).
/// Items are drawn from the list sorted by name, so that neither order nor number of threads changes a result. A resample
/// that leaves a number undefined for either is left out of its interval.
///
/// # Errors
/// [`CompareError::NotComparable`] where task, items, truths, classes or the rule of pairing differ; cancelled.
pub fn compare(
    a: &MatchTable,
    b: &MatchTable,
    settings: &CompareSettings,
    progress: &dyn Progress,
) -> Result<Comparison, CompareError> {
    let aligned = align::align(&[a, b])?;
    // Answers have a weighted score only where a judge marked them.
    let there = |metric: &Metric| a.scoring().is_none() || a.value(*metric).or(b.value(*metric)).is_some();
    let wanted: Vec<Metric> = Metric::of_task(a.task()).iter().copied().filter(there).collect();
    let values = paired::values(&aligned, &wanted, settings, progress)?;
    let metrics = wanted.iter().enumerate().map(|(at, &metric)| {
        let [of_a, of_b] = [0, 1].map(|table| paired::column(&values, table, at));
        difference(a, b, metric, of_a, of_b)
    });
    let partners = aligned.partners(1);
    let sets = sets::Sets::of(a, b, &partners);
    Ok(Comparison {
        metrics: metrics.collect(),
        p: mcnemar(sets.fixed.len() as u64, sets.broken.len() as u64),
        classes: sets::classes(a, b),
        fixed: sets.fixed,
        broken: sets.broken,
        both_right: sets.both_right,
        both_wrong: sets.both_wrong,
        same: sets.same,
        partners,
        settings: *settings,
    })
}

/// The 95 % percentile interval of every number of one evaluation over resamples of its items, by the name of the number; those
/// that cannot be resampled are left out.
///
/// # Errors
/// Cancelled.
pub fn intervals(
    table: &MatchTable,
    settings: &CompareSettings,
    progress: &dyn Progress,
) -> Result<BTreeMap<String, (f64, f64)>, CompareError> {
    let aligned = align::align(&[table])?;
    let wanted: Vec<Metric> = Metric::of_task(table.task()).to_vec();
    let values = paired::values(&aligned, &wanted, settings, progress)?;
    let of = |(at, metric): (usize, &Metric)| {
        let known = paired::column(&values, 0, at).iter().copied().flatten().collect();
        Some((metric.name().to_owned(), percentiles(known)?))
    };
    Ok(wanted.iter().enumerate().filter(|(_, metric)| table.value(**metric).is_some()).filter_map(of).collect())
}

fn difference(
    a: &MatchTable,
    b: &MatchTable,
    metric: Metric,
    of_a: &[Option<f64>],
    of_b: &[Option<f64>],
) -> MetricDifference {
    let (interval, resamples) = interval(of_a, of_b);
    let (value_a, value_b) = (a.value(metric), b.value(metric));
    let why = match (value_a.zip(value_b), interval) {
        (_, Some(_)) => None,
        (None, None) => Some("undefined for one of the two"),
        (Some(_), None) if of_a.is_empty() => Some("not resampled"),
        (Some(_), None) => {
            Some(a.not_resampled(metric).or(b.not_resampled(metric)).unwrap_or("undefined on resamples"))
        }
    };
    MetricDifference {
        metric,
        a: value_a,
        b: value_b,
        difference: value_a.zip(value_b).map(|(a, b)| b - a),
        interval,
        resamples,
        why,
        verdict: Verdict::of(interval, metric.lower_is_better()),
    }
}

/// The interval of b − a and over how many resamples it is.
fn interval(of_a: &[Option<f64>], of_b: &[Option<f64>]) -> (Option<(f64, f64)>, usize) {
    let differences: Vec<f64> = of_a.iter().zip(of_b).filter_map(|(a, b)| Some((*b)? - (*a)?)).collect();
    let resamples = differences.len();
    (percentiles(differences), resamples)
}

/// Counts of b minus counts of a, cell by cell; `None` where the matrices differ in shape.
#[must_use]
pub fn matrix_difference(a: &[Vec<u64>], b: &[Vec<u64>]) -> Option<Vec<Vec<i64>>> {
    let same = a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.len() == b.len());
    let row = |(a, b): (&Vec<u64>, &Vec<u64>)| a.iter().zip(b).map(|(&a, &b)| b as i64 - a as i64).collect();
    same.then(|| a.iter().zip(b).map(row).collect())
}
