//! What the evaluation document says of generated texts.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::metrics::bootstrap::HeadlineIntervals;
use crate::metrics::generation::{Better, Column, ColumnKind, Intervals};
use crate::metrics::{Counter, Evaluation, Generation, rates};
use crate::model::Scoring;

use super::csv_tables;

use super::document::At;

/// Most steps a curve of the pass rate is written with.
const CURVE: usize = 10_000;

/// The part of the summary that only generated texts have.
#[derive(Debug, Serialize)]
pub struct TextSummary {
    /// Items with a reference.
    with_reference: usize,
    /// Items for which the model has no answer; they are scored as empty ones.
    missing_answers: usize,
    /// Answers in which the filter or the split word finds nothing.
    filter_without_match: usize,
    /// Metrics by their key; of the set as a whole.
    #[serde(flatten)]
    metrics: BTreeMap<String, Option<f64>>,
    /// The mean mark of each criterion.
    judge: BTreeMap<String, Option<f64>>,
    /// The mean of each check: the share of answers that keep it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    checks: BTreeMap<String, Option<f64>>,
    /// The mean of every other number beside the answers.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    beside: BTreeMap<String, Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pass: Option<Pass>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bootstrap: Option<Resampled>,
    /// sacrebleu's signatures.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    signatures: BTreeMap<&'static str, String>,
}

/// 95 % intervals from resamples of the answers, by the key of each number; one that does not vary has none.
#[derive(Debug, Serialize)]
struct Resampled {
    resamples: usize,
    seed: u64,
    pass_rate: Option<(f64, f64)>,
    #[serde(flatten)]
    numbers: Intervals,
}

impl Resampled {
    fn of(intervals: &HeadlineIntervals) -> Option<Self> {
        let HeadlineIntervals { resamples, seed, recall: pass_rate, .. } = *intervals;
        intervals.texts.clone().map(|numbers| Self { resamples, seed, pass_rate, numbers })
    }
}

/// Answers that reach the threshold.
#[derive(Debug, Serialize)]
struct Pass {
    metric: String,
    threshold: f64,
    lower_is_better: bool,
    passed: u64,
    of: u64,
    rate: Option<f64>,
    interval: Option<(f64, f64)>,
}

/// Metrics that stand in every document of the task, null where they are undefined.
const ALWAYS: [&str; 10] =
    ["exact_match", "token_f1", "bleu", "chrf", "chrf_plus_plus", "ter", "rouge1", "rouge2", "rougeL", "rougeLsum"];

impl TextSummary {
    /// The summary of generated texts at a threshold; `None` for other tasks.
    #[must_use]
    pub fn of(evaluation: &Evaluation, at: Option<&At<'_>>) -> Option<Self> {
        let texts = evaluation.texts()?;
        let of_kind = |kind: ColumnKind, prefix: &str| {
            let columns = texts.columns.iter().filter(|column| column.kind == kind);
            let named = |column: &Column| column.key.strip_prefix(prefix).unwrap_or(&column.key).to_owned();
            columns.map(|column| (named(column), column.corpus)).collect::<BTreeMap<_, _>>()
        };
        let mut metrics: BTreeMap<String, Option<f64>> = ALWAYS.iter().map(|key| ((*key).to_owned(), None)).collect();
        metrics.extend(of_kind(ColumnKind::Metric, ""));
        metrics.insert("weighted_score".to_owned(), texts.column("weighted_score").and_then(|column| column.corpus));
        let mut beside = of_kind(ColumnKind::Beside, "");
        beside.extend(of_kind(ColumnKind::Length, ""));
        let signatures = texts.signatures().map_or_else(BTreeMap::new, |s| {
            BTreeMap::from([
                ("bleu", s.bleu.clone()),
                ("chrf", s.chrf.clone()),
                ("chrf_plus_plus", s.chrf_plus_plus.clone()),
                ("ter", s.ter.clone()),
            ])
        });
        Some(Self {
            with_reference: texts.with_reference(),
            missing_answers: texts.missing(),
            filter_without_match: texts.unmatched.iter().filter(|unmatched| **unmatched).count(),
            metrics,
            judge: of_kind(ColumnKind::Judge, "judge."),
            checks: of_kind(ColumnKind::Check, "check."),
            beside,
            pass: at.and_then(|at| Pass::new(texts, at.counter, at.confidence)),
            bootstrap: at.and_then(|at| Resampled::of(at.intervals?)),
            signatures,
        })
    }
}

impl Pass {
    fn new(texts: &Generation, counter: &Counter, threshold: f64) -> Option<Self> {
        let column = texts.pass_column()?;
        let counts = counter.totals();
        let (passed, of) = (counts.correct, counts.truths());
        Some(Self {
            metric: column.key.clone(),
            threshold: column.as_score(threshold),
            lower_is_better: column.better == Better::Less,
            passed,
            of,
            rate: counts.recall(),
            interval: rates::wilson(passed, of),
        })
    }
}

/// The share of answers that pass at every threshold.
#[derive(Debug, Serialize)]
pub struct PassCurve {
    threshold: Vec<f64>,
    rate: Vec<Option<f64>>,
}

impl PassCurve {
    /// The curve, at most so many steps of it; `None` for other tasks.
    #[must_use]
    pub fn of(evaluation: &Evaluation) -> Option<Self> {
        let column = evaluation.texts()?.pass_column()?;
        let sweep = &evaluation.matched.as_ref()?.sweep;
        let step = sweep.len().div_ceil(CURVE).max(1);
        let rows: Vec<usize> = (0..sweep.len()).filter(|row| row % step == 0 || row + 1 == sweep.len()).collect();
        Some(Self {
            threshold: rows.iter().filter_map(|&row| Some(column.as_score(*sweep.confidence.get(row)?))).collect(),
            rate: rows.iter().map(|&row| sweep.recall(row)).collect(),
        })
    }
}

/// How the answers were scored.
#[derive(Debug, Serialize)]
pub struct ScoringPart<'a> {
    scoring: &'a Scoring,
    exact_match: &'static str,
}

impl<'a> ScoringPart<'a> {
    /// Of generated texts; `None` for other tasks.
    #[must_use]
    pub fn of(evaluation: &'a Evaluation) -> Option<Self> {
        let scoring = &evaluation.texts()?.scoring;
        let exact_match = if scoring.normalises() { "normalised (SQuAD v1.1)" } else { "as written" };
        Some(Self { scoring, exact_match })
    }
}

/// One answer with all its numbers.
#[derive(Debug)]
pub struct ItemPart<'a> {
    texts: &'a Generation,
    item: usize,
    id: &'a str,
}

impl<'a> ItemPart<'a> {
    /// Every answer; `None` for other tasks.
    #[must_use]
    pub fn all(evaluation: &'a Evaluation) -> Option<Vec<Self>> {
        let texts = evaluation.texts()?;
        let images = evaluation.dataset.images.iter().enumerate();
        Some(images.map(|(item, image)| Self { texts, item, id: &image.name }).collect())
    }
}

impl Serialize for ItemPart<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", self.id)?;
        map.serialize_entry("output", &self.texts.answers.outputs.get(self.item))?;
        if self.texts.scoring.takes_out() {
            map.serialize_entry("scored", &self.texts.scored.get(self.item))?;
        }
        for column in self.texts.columns.iter() {
            map.serialize_entry(&column.key, &column.value(self.item))?;
        }
        map.end()
    }
}

/// A table of all answers with their numbers, a row each.
///
/// # Errors
/// Where it cannot be put into words (never, for finite memory).
pub fn table(evaluation: &Evaluation) -> Result<Option<String>, csv::Error> {
    let Some(texts) = evaluation.texts() else { return Ok(None) };
    let keys = texts.columns.iter().map(|column| column.key.clone());
    let mut rows = vec![csv_tables::row(&["id", "output", "scored"]).into_iter().chain(keys).collect()];
    for (item, image) in evaluation.dataset.images.iter().enumerate() {
        let text = |of: &[Option<String>]| of.get(item).cloned().flatten().unwrap_or_default();
        let first = [image.name.clone(), text(&texts.answers.outputs), text(&texts.scored)];
        let numbers = texts.columns.iter().map(|column| csv_tables::number(column.value(item)));
        rows.push(first.into_iter().chain(numbers).collect());
    }
    csv_tables::text(&rows).map(Some)
}
