//! The comparison document (`evalens.compare/1`): numbers at full precision, undefined as null, in a fixed order.

use serde::Serialize;

use crate::analysis::compare::{ClassDifference, Comparison, MetricDifference, Unit, Verdict, matrix_difference};
use crate::metrics::{ClassCounts, MatchTable};
use crate::model::{ClassId, DatasetIdentity, ImageId, ModelIdentity, Task};

use super::document::ConfidenceSource;

/// The schema this version writes.
pub const SCHEMA: &str = "evalens.compare/1";

/// One of the two.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// What the model is called.
    pub model: &'a ModelIdentity,
    /// Its outcomes.
    pub table: &'a MatchTable,
    /// Its threshold as people write it.
    pub confidence: f64,
    /// Where its confidence came from.
    pub source: ConfidenceSource,
    /// Its confusion matrix there: truth in rows, what stands for no class last in both directions.
    pub matrix: Option<&'a [Vec<u64>]>,
}

/// What a document is made of.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// What both were evaluated on.
    pub dataset: &'a DatasetIdentity,
    /// The first.
    pub a: Side<'a>,
    /// The second.
    pub b: Side<'a>,
    /// The result.
    pub comparison: &'a Comparison,
}

/// The document.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    schema: &'static str,
    task: Task,
    dataset: DatasetPart<'a>,
    a: SidePart<'a>,
    b: SidePart<'a>,
    settings: SettingsPart,
    metrics: Vec<MetricPart>,
    mcnemar: McNemarPart,
    fixed: Vec<&'a str>,
    broken: Vec<&'a str>,
    both_right: Vec<&'a str>,
    both_wrong: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    same: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed_objects: Option<Vec<ObjectPart<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    broken_objects: Option<Vec<ObjectPart<'a>>>,
    classes: Vec<ClassPart<'a>>,
    confusion_matrix: Option<MatrixPart<'a>>,
}

/// Both confusion matrices and B − A, truth in rows; `null` where the two have other classes. Where everything has one class
/// no row stands for "no class", as in the document of an evaluation.
#[derive(Debug, Serialize)]
struct MatrixPart<'a> {
    labels: Vec<&'a str>,
    column_labels: Vec<&'a str>,
    a: &'a [Vec<u64>],
    b: &'a [Vec<u64>],
    difference: Vec<Vec<i64>>,
}

impl<'a> MatrixPart<'a> {
    fn new(a: Side<'a>, b: Side<'a>, task: Task) -> Option<Self> {
        // Answers have no classes.
        let comparable = task != Task::TextGeneration && a.table.classes() == b.table.classes();
        let (of_a, of_b) = a.matrix.zip(b.matrix).filter(|_| comparable)?;
        let mut labels: Vec<&str> = a.table.classes().iter().map(String::as_str).collect();
        let column_labels = labels.iter().copied().chain([task.outside()]).collect();
        if !task.is_one_class_each() {
            labels.push(task.outside());
        }
        let (of_a, of_b) = (of_a.get(..labels.len())?, of_b.get(..labels.len())?);
        Some(Self { difference: matrix_difference(of_a, of_b)?, labels, column_labels, a: of_a, b: of_b })
    }
}

#[derive(Debug, Serialize)]
struct DatasetPart<'a> {
    project: &'a str,
    id: &'a str,
    version: &'a str,
    split: &'a str,
    items: usize,
}

#[derive(Debug, Serialize)]
struct SidePart<'a> {
    project: &'a str,
    id: &'a str,
    version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence_source: Option<ConfidenceSource>,
}

#[derive(Debug, Serialize)]
struct SettingsPart {
    #[serde(skip_serializing_if = "Option::is_none")]
    iou: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matching: Option<&'static str>,
    resamples: usize,
    ap_resamples: usize,
    seed: u64,
}

#[derive(Debug, Serialize)]
struct MetricPart {
    name: &'static str,
    a: Option<f64>,
    b: Option<f64>,
    difference: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    lower_is_better: bool,
    verdict: Verdict,
    resamples: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// What the sets hold: truths of detectors, items of classifiers. Where items are more or less right, `fixed` are those that B
/// does better, `broken` those that it does worse, and p is that of the sign test.
#[derive(Debug, Serialize)]
struct McNemarPart {
    unit: &'static str,
    fixed: usize,
    broken: usize,
    both_right: usize,
    both_wrong: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    same: Option<usize>,
    p: f64,
}

#[derive(Debug, Serialize)]
struct ObjectPart<'a> {
    item: &'a str,
    truth: u32,
    class: &'a str,
}

#[derive(Debug, Serialize)]
struct ClassPart<'a> {
    name: &'a str,
    support: u64,
    a: CountsPart,
    b: CountsPart,
    difference: RatesPart,
}

#[derive(Debug, Serialize)]
struct CountsPart {
    correct: u64,
    misclassified: u64,
    misclassified_as: u64,
    missed: u64,
    false_positives: u64,
    #[serde(flatten)]
    rates: RatesPart,
}

#[derive(Debug, Serialize)]
struct RatesPart {
    precision: Option<f64>,
    recall: Option<f64>,
    f1: Option<f64>,
    /// Of pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    iou: Option<Option<f64>>,
}

impl RatesPart {
    fn new(task: Task, rate: impl Fn(fn(ClassCounts) -> Option<f64>) -> Option<f64>) -> Self {
        Self {
            precision: rate(ClassCounts::precision),
            recall: rate(ClassCounts::recall),
            f1: rate(ClassCounts::f1),
            iou: (task == Task::SemanticSegmentation).then(|| rate(ClassCounts::iou)),
        }
    }
}

impl<'a> Document<'a> {
    /// Puts a document together.
    #[must_use]
    pub fn new(inputs: &Inputs<'a>) -> Self {
        let Inputs { dataset, a, b, comparison } = *inputs;
        let task = a.table.task();
        let items = |units: &[Unit]| Comparison::items_of(units).map(|item| name_of(a.table, item)).collect();
        let of_objects = task.has_objects();
        let objects = |units: &[Unit]| {
            let found = units.iter().filter_map(|unit| ObjectPart::new(a.table, *unit));
            of_objects.then(|| found.collect())
        };
        let pairing = a.table.pairing();
        Self {
            schema: SCHEMA,
            task,
            dataset: DatasetPart {
                project: &dataset.project,
                id: &dataset.id,
                version: &dataset.version,
                split: &dataset.split,
                items: a.table.names().len(),
            },
            a: a.into(),
            b: b.into(),
            settings: SettingsPart {
                iou: pairing.map(|p| p.iou),
                matching: pairing.map(|p| p.matching.name()),
                resamples: comparison.settings.resamples,
                ap_resamples: comparison.settings.ap_resamples,
                seed: comparison.settings.seed,
            },
            metrics: comparison.metrics.iter().map(MetricPart::from).collect(),
            mcnemar: McNemarPart {
                unit: if of_objects { "object" } else { "item" },
                fixed: comparison.fixed.len(),
                broken: comparison.broken.len(),
                both_right: comparison.both_right.len(),
                both_wrong: comparison.both_wrong.len(),
                same: task.is_graded().then_some(comparison.same.len()),
                p: comparison.p,
            },
            fixed: items(&comparison.fixed),
            broken: items(&comparison.broken),
            both_right: items(&comparison.both_right),
            both_wrong: items(&comparison.both_wrong),
            same: task.is_graded().then(|| items(&comparison.same)),
            fixed_objects: objects(&comparison.fixed),
            broken_objects: objects(&comparison.broken),
            classes: comparison.classes.iter().map(|class| ClassPart::new(a.table, class)).collect(),
            confusion_matrix: MatrixPart::new(a, b, task),
        }
    }
}

fn name_of(table: &MatchTable, item: ImageId) -> &str {
    table.names().get(item.index()).map_or("", String::as_str)
}

fn class_name(table: &MatchTable, class: ClassId) -> &str {
    table.classes().get(class.index()).map_or("", String::as_str)
}

impl<'a> From<Side<'a>> for SidePart<'a> {
    fn from(side: Side<'a>) -> Self {
        Self {
            project: &side.model.project,
            id: &side.model.id,
            version: &side.model.version,
            confidence: Some(side.confidence).filter(|_| side.table.is_thresholded()),
            confidence_source: Some(side.source).filter(|_| side.table.is_thresholded()),
        }
    }
}

impl From<&MetricDifference> for MetricPart {
    fn from(found: &MetricDifference) -> Self {
        Self {
            name: found.metric.name(),
            a: found.a,
            b: found.b,
            difference: found.difference,
            low: found.interval.map(|(low, _)| low),
            high: found.interval.map(|(_, high)| high),
            lower_is_better: found.metric.lower_is_better(),
            verdict: found.verdict,
            resamples: found.resamples,
            reason: found.why,
        }
    }
}

impl<'a> ObjectPart<'a> {
    fn new(table: &'a MatchTable, unit: Unit) -> Option<Self> {
        let truth = unit.truth?;
        let class = table.class_of(table.truths_of(unit.item).start + truth as usize)?;
        Some(Self { item: name_of(table, unit.item), truth, class: class_name(table, class) })
    }
}

impl<'a> ClassPart<'a> {
    fn new(table: &'a MatchTable, class: &ClassDifference) -> Self {
        Self {
            name: class_name(table, class.class),
            support: class.a.support(),
            a: CountsPart::new(class.a, table.task()),
            b: CountsPart::new(class.b, table.task()),
            difference: RatesPart::new(table.task(), |rate| class.difference(rate)),
        }
    }
}

impl CountsPart {
    fn new(counts: ClassCounts, task: Task) -> Self {
        Self {
            correct: counts.correct,
            misclassified: counts.misclassified,
            misclassified_as: counts.misclassified_as,
            missed: counts.missed,
            false_positives: counts.false_positives,
            rates: RatesPart::new(task, |rate| rate(counts)),
        }
    }
}
