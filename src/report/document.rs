//! The evaluation document (`evalens.evaluation/1`): numbers at full precision, undefined as null, in a fixed order.

use serde::Serialize;

use crate::analysis::recommend::Recommendation;
use crate::metrics::classification::MultiLabelAt;
use crate::metrics::coco::{ClassAp, CocoSummary};
use crate::metrics::detection::Matched;
use crate::metrics::rates;
use crate::metrics::segmentation::SegmentationSummary;
use crate::metrics::tide::TideSummary;
use crate::metrics::{Counter, Counts, DetectionSettings, Evaluation, Sweep};
use crate::model::finding::Finding;
use crate::model::{ClassId, Task};

use super::advice;
pub use super::confidence_source::ConfidenceSource;
use super::labels::{ClassLabels, LabelSummary};
use super::segmentation::{ClassPixelsPart, MaskSettings, SegmentationPart};
use super::texts::{ItemPart, PassCurve, ScoringPart, TextSummary};
use super::undefined::{self, Reasons};

/// The schema this version writes.
pub const SCHEMA: &str = "evalens.evaluation/1";
/// Most thresholds a sweep is written with.
pub const SWEEP_LIMIT: usize = 10_000;

/// Which sections are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Average precision.
    pub coco: bool,
    /// Confusion matrix with the counts at the threshold.
    pub matrix: bool,
    /// Every threshold.
    pub sweep: bool,
    /// Error types.
    pub tide: bool,
    /// What to do next.
    pub recommendations: bool,
    /// Problems found in the data.
    pub problems: bool,
}

impl Written {
    /// Everything.
    pub const ALL: Self =
        Self { coco: true, matrix: true, sweep: true, tide: true, recommendations: true, problems: true };
    /// Nothing.
    pub const NONE: Self =
        Self { coco: false, matrix: false, sweep: false, tide: false, recommendations: false, problems: false };

    /// True where something needs the counts at all thresholds.
    #[must_use]
    pub const fn needs_timeline(self) -> bool {
        self.matrix || self.sweep || self.recommendations
    }
}

/// What a document is made of.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// Data and results.
    pub evaluation: &'a Evaluation,
    /// How objects were paired.
    pub settings: DetectionSettings,
    /// The matching and the counts at the threshold; `None` where no section needs them.
    pub at: Option<At<'a>>,
    /// Problems found in the data.
    pub findings: &'a [Finding],
    /// What to write.
    pub written: Written,
}

/// One threshold.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// Counts at all thresholds.
    pub matched: &'a Matched,
    /// Counts at this one.
    pub counter: &'a Counter,
    /// The threshold.
    pub confidence: f64,
    /// Where it came from.
    pub source: ConfidenceSource,
    /// What to do next.
    pub recommendations: &'a [Recommendation],
    /// Rates of a multi-label classifier there.
    pub multilabel: Option<&'a MultiLabelAt>,
    /// Bootstrap intervals of the headline, where asked for.
    pub intervals: Option<&'a crate::metrics::bootstrap::HeadlineIntervals>,
}

/// The document.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    schema: &'static str,
    task: Task,
    dataset: DatasetPart<'a>,
    model: ModelPart<'a>,
    settings: SettingsPart<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problems: Option<&'a [Finding]>,
    /// The headline numbers.
    pub summary: Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    classes: Option<Vec<ClassPart<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confusion_matrix: Option<MatrixPart<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mean_probability_matrix: Option<&'a [Option<Vec<f64>>]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cooccurrence_matrix: Option<&'a [Vec<u32>]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sweep: Option<SweepPart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recommendations: Option<Vec<advice::Part<'a>>>,
    /// Of generated texts the share of answers that pass at every threshold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pass_curve: Option<PassCurve>,
    /// Of generated texts every answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Vec<ItemPart<'a>>>,
}

#[derive(Debug, Serialize)]
struct DatasetPart<'a> {
    project: &'a str,
    id: &'a str,
    version: &'a str,
    split: &'a str,
    items: usize,
    truths: usize,
    classes: &'a [String],
}

#[derive(Debug, Serialize)]
struct ModelPart<'a> {
    project: &'a str,
    id: &'a str,
    version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detections: Option<usize>,
}

#[derive(Debug, Serialize)]
struct SettingsPart<'a> {
    confidence: Option<f64>,
    confidence_source: Option<ConfidenceSource>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pairing: Option<PairingPart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_logits: Option<bool>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    masks: Option<MaskSettings>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    texts: Option<ScoringPart<'a>>,
}

#[derive(Debug, Serialize)]
struct PairingPart {
    iou: f64,
    matching: &'static str,
}

/// The headline numbers; sections that were not asked for are absent, undefined numbers are null.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// Counts and rates at the threshold.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub thresholded: Option<Thresholded>,
    /// What only classifiers have.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub labels: Option<LabelSummary>,
    /// What only segmenters of pixels have.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub segmentation: Option<SegmentationPart>,
    /// What only generated texts have.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub texts: Option<TextSummary>,
    /// COCO's twelve.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub coco: Option<CocoPart>,
    /// Error types.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tide: Option<TidePart>,
    /// Of classifiers the numbers here that are null, with the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undefined: Option<Reasons>,
}

/// Counts and rates at the threshold.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the names are those of the contract")]
pub struct Thresholded {
    pub optimal_confidence: Option<f64>,
    pub macro_optimal_confidence: Option<f64>,
    pub precision: Option<f64>,
    pub recall: Option<f64>,
    pub f1: Option<f64>,
    pub precision_interval: Option<(f64, f64)>,
    pub recall_interval: Option<(f64, f64)>,
    pub f1_interval: Option<(f64, f64)>,
    pub correct: u64,
    pub true_positives: u64,
    pub misclassified: u64,
    pub missed: u64,
    pub false_negatives: u64,
    pub false_positives: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bootstrap: Option<crate::metrics::bootstrap::HeadlineIntervals>,
}

/// COCO's twelve numbers.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the names are those of the contract")]
pub struct CocoPart {
    pub ap: Option<f64>,
    pub ap50: Option<f64>,
    pub ap75: Option<f64>,
    pub ap_small: Option<f64>,
    pub ap_medium: Option<f64>,
    pub ap_large: Option<f64>,
    pub ar_1: Option<f64>,
    pub ar_10: Option<f64>,
    pub ar_100: Option<f64>,
    pub ar_small: Option<f64>,
    pub ar_medium: Option<f64>,
    pub ar_large: Option<f64>,
}

/// Error types as absolute AP50 differences.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the names are those of the contract")]
pub struct TidePart {
    pub ap50: Option<f64>,
    pub cls: Option<f64>,
    pub loc: Option<f64>,
    pub both: Option<f64>,
    pub dupe: Option<f64>,
    pub bkg: Option<f64>,
    pub miss: Option<f64>,
    pub fp: Option<f64>,
    #[serde(rename = "fn")]
    pub fn_: Option<f64>,
}

#[derive(Debug, Serialize)]
struct ClassPart<'a> {
    name: &'a str,
    support: u64,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    ap: Option<ClassApPart>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    labels: Option<ClassLabels>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pixels: Option<ClassPixelsPart>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    counts: Option<ClassCountsPart>,
    #[serde(skip_serializing_if = "Reasons::is_empty")]
    undefined: Reasons,
}

#[derive(Debug, Serialize)]
struct ClassApPart {
    ap: Option<f64>,
    ap50: Option<f64>,
    ap75: Option<f64>,
    ar_100: Option<f64>,
}

#[derive(Debug, Serialize)]
struct ClassCountsPart {
    correct: u64,
    misclassified: u64,
    misclassified_as: u64,
    missed: u64,
    false_negatives: u64,
    false_positives: u64,
    precision: Option<f64>,
    recall: Option<f64>,
    f1: Option<f64>,
    optimal_confidence: Option<f64>,
}

#[derive(Debug, Serialize)]
struct MatrixPart<'a> {
    labels: Vec<&'a str>,
    column_labels: Vec<&'a str>,
    counts: Vec<Vec<u64>>,
}

#[derive(Debug, Serialize)]
struct SweepPart {
    confidence: Vec<f64>,
    precision: Vec<Option<f64>>,
    recall: Vec<Option<f64>>,
    f1: Vec<Option<f64>>,
}

impl<'a> Document<'a> {
    /// Puts a document together.
    #[must_use]
    pub fn new(inputs: &Inputs<'a>) -> Self {
        let Inputs { evaluation, settings, at, findings, written } = *inputs;
        let (dataset, predictions) = (&*evaluation.dataset, &*evaluation.predictions);
        let coco = evaluation.coco().filter(|_| written.coco);
        let tide = evaluation.tide().filter(|_| written.tide);
        let labels = evaluation.labels();
        let is_text = evaluation.texts().is_some();
        // An answer passes or not: there is no precision, and no class.
        let counted = at.filter(|_| !is_text);
        let thresholded = counted.map(|at| Thresholded::new(&at));
        let several = at.and_then(|at| at.multilabel);
        let pixels = at.and_then(|at| evaluation.segmentation(at.counter));
        let objects = evaluation.objects();
        let summary = Summary {
            segmentation: pixels
                .as_ref()
                .map(|pixels| SegmentationPart::new(pixels, evaluation, at.map(|a| a.counter))),
            undefined: labels.map(|labels| undefined::of_summary(labels, thresholded.as_ref(), several)),
            thresholded,
            labels: labels.and_then(|l| LabelSummary::new(l, at.map(|at| at.counter), several)),
            texts: TextSummary::of(evaluation, at.as_ref()),
            coco: coco.map(|c| c.summary.into()),
            tide: tide.map(|t| t.summary.into()),
        };
        let wants_classes = coco.is_some() || counted.is_some() || labels.is_some();
        Self {
            schema: SCHEMA,
            task: evaluation.task,
            dataset: DatasetPart {
                project: &dataset.identity.project,
                id: &dataset.identity.id,
                version: &dataset.identity.version,
                split: &dataset.identity.split,
                items: dataset.images.len(),
                truths: dataset.countable_truths(),
                classes: dataset.classes.names(),
            },
            model: ModelPart {
                project: &predictions.identity.project,
                id: &predictions.identity.id,
                version: &predictions.identity.version,
                detections: objects.map(|_| predictions.len()),
            },
            settings: SettingsPart {
                confidence: at.map(|a| evaluation.turned(a.confidence)),
                confidence_source: at.map(|a| a.source),
                pairing: objects.map(|_| PairingPart { iou: settings.iou, matching: settings.matching.name() }),
                from_logits: labels.map(|l| l.from_logits),
                masks: MaskSettings::of(evaluation),
                texts: ScoringPart::of(evaluation),
            },
            problems: written.problems.then_some(findings),
            summary,
            classes: wants_classes
                .then(|| classes(evaluation, coco.map(|c| c.classes.as_slice()), pixels.as_ref(), at.as_ref())),
            confusion_matrix: counted.filter(|_| written.matrix).map(|at| matrix(evaluation, &at)),
            mean_probability_matrix: labels.filter(|_| written.matrix).map(|l| l.mean_probabilities.as_slice()),
            cooccurrence_matrix: labels
                .filter(|_| written.matrix)
                .and_then(|l| l.cooccurrence.as_ref())
                .map(|c| c.as_slice()),
            sweep: counted.filter(|_| written.sweep).map(|at| SweepPart::new(&at.matched.sweep)),
            recommendations: at.filter(|_| written.recommendations).map(|at| advice::parts(evaluation, &at)),
            pass_curve: PassCurve::of(evaluation).filter(|_| written.sweep),
            items: ItemPart::all(evaluation).filter(|_| written.matrix),
        }
    }

    /// A number of the summary by its key, for `--fail-under`; `None` for an unknown key.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<Option<f64>> {
        let value = serde_json::to_value(&self.summary).ok()?;
        let found = key.split('.').try_fold(&value, |at, part| at.get(part))?;
        match found {
            serde_json::Value::Null => Some(None),
            number => number.as_f64().map(Some),
        }
    }
}

impl Thresholded {
    fn new(at: &At<'_>) -> Self {
        let counts: Counts = at.counter.totals();
        // Pixels of one image are no independent draws.
        let independent = !at.matched.timeline.is_weighted();
        Self {
            optimal_confidence: at.matched.optima.pooled,
            macro_optimal_confidence: at.matched.optima.macro_f1,
            precision: counts.precision(),
            recall: counts.recall(),
            f1: counts.f1(),
            precision_interval: rates::wilson(counts.correct, counts.kept()).filter(|_| independent),
            recall_interval: rates::wilson(counts.correct, counts.truths()).filter(|_| independent),
            f1_interval: rates::f1_interval(counts.correct, counts.kept(), counts.truths()).filter(|_| independent),
            correct: counts.correct,
            true_positives: counts.correct,
            misclassified: counts.misclassified,
            missed: counts.missed,
            false_negatives: counts.missed,
            false_positives: counts.false_positives,
            bootstrap: at.intervals.cloned(),
        }
    }
}

impl From<CocoSummary> for CocoPart {
    fn from(s: CocoSummary) -> Self {
        Self {
            ap: s.ap,
            ap50: s.ap50,
            ap75: s.ap75,
            ap_small: s.ap_small,
            ap_medium: s.ap_medium,
            ap_large: s.ap_large,
            ar_1: s.ar_1,
            ar_10: s.ar_10,
            ar_100: s.ar_100,
            ar_small: s.ar_small,
            ar_medium: s.ar_medium,
            ar_large: s.ar_large,
        }
    }
}

impl From<TideSummary> for TidePart {
    fn from(s: TideSummary) -> Self {
        Self {
            ap50: s.ap50,
            cls: s.cls,
            loc: s.loc,
            both: s.both,
            dupe: s.dupe,
            bkg: s.bkg,
            miss: s.miss,
            fp: s.fp,
            fn_: s.fn_,
        }
    }
}

fn classes<'a>(
    evaluation: &'a Evaluation,
    ap: Option<&[ClassAp]>,
    pixels: Option<&SegmentationSummary>,
    at: Option<&At<'_>>,
) -> Vec<ClassPart<'a>> {
    let table = &evaluation.dataset.classes;
    let support = evaluation.support();
    let part = |class: ClassId| {
        let i = class.index();
        let ap = ap.and_then(|all| all.get(i)).map(|c| ClassApPart {
            ap: c.ap,
            ap50: c.ap50,
            ap75: c.ap75,
            ar_100: c.ar_100,
        });
        let counts = at.and_then(|at| {
            let c = at.counter.classes().get(i)?;
            Some(ClassCountsPart {
                correct: c.correct,
                misclassified: c.misclassified,
                misclassified_as: c.misclassified_as,
                missed: c.missed,
                false_negatives: c.missed,
                false_positives: c.false_positives,
                precision: c.precision(),
                recall: c.recall(),
                f1: c.f1(),
                optimal_confidence: at.matched.optima.classes.get(i).copied().flatten(),
            })
        });
        let rates = counts.as_ref().map(|c: &ClassCountsPart| (c.precision, c.recall, c.f1, c.optimal_confidence));
        ClassPart {
            name: table.name(class),
            support: support.get(i).copied().unwrap_or(0),
            ap,
            labels: evaluation.labels().and_then(|labels| ClassLabels::of(labels, class)),
            pixels: pixels
                .and_then(|pixels| pixels.classes.get(i))
                .map(|of_class| ClassPixelsPart::from(of_class).with_panoptic(evaluation, i)),
            counts,
            undefined: evaluation.labels().map(|labels| undefined::of_class(labels, class, rates)).unwrap_or_default(),
        }
    };
    table.ids().map(part).collect()
}

/// The matrix with what stands outside all classes last: in rows and columns, or for single labels in columns only.
fn matrix<'a>(evaluation: &'a Evaluation, at: &At<'_>) -> MatrixPart<'a> {
    let mut labels: Vec<&str> = evaluation.dataset.classes.names().iter().map(String::as_str).collect();
    let mut column_labels = labels.clone();
    column_labels.push(evaluation.outside());
    let mut counts = match at.multilabel {
        Some(several) => several.matrix.clone(),
        None => at.counter.matrix(&at.matched.timeline),
    };
    if evaluation.labels().is_some_and(|l| l.single.is_some()) || evaluation.pixels().is_some() {
        counts.truncate(labels.len());
    } else {
        labels.push(evaluation.outside());
    }
    MatrixPart { labels, column_labels, counts }
}

impl SweepPart {
    fn new(sweep: &Sweep) -> Self {
        let rows = thinned(sweep.len(), sweep.best_f1());
        Self {
            confidence: rows.iter().filter_map(|&i| sweep.confidence.get(i).copied()).collect(),
            precision: rows.iter().map(|&i| sweep.precision(i)).collect(),
            recall: rows.iter().map(|&i| sweep.recall(i)).collect(),
            f1: rows.iter().map(|&i| sweep.f1(i)).collect(),
        }
    }
}

/// At most [`SWEEP_LIMIT`] of `len` positions, evenly spread, the ends and `keep` among them.
fn thinned(len: usize, keep: Option<usize>) -> Vec<usize> {
    if len <= SWEEP_LIMIT {
        return (0..len).collect();
    }
    let steps = SWEEP_LIMIT - 1;
    let mut rows: Vec<usize> = (0..SWEEP_LIMIT).map(|i| i * (len - 1) / steps).collect();
    // The optimum takes the place of its nearest neighbour, never of an end.
    if let Some(keep) = keep
        && let Err(place) = rows.binary_search(&keep)
        && let Some(row) = rows.get_mut(place.clamp(1, steps - 1))
    {
        *row = keep;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_sweep_keeps_its_ends_and_its_optimum() {
        let rows = thinned(123_457, Some(777));
        assert_eq!(rows.len(), SWEEP_LIMIT);
        assert_eq!((rows[0], rows[SWEEP_LIMIT - 1]), (0, 123_456));
        assert!(rows.contains(&777) && rows.is_sorted());
        assert_eq!(thinned(3, Some(1)), vec![0, 1, 2]);
    }
}
