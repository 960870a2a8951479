//! Comparing evaluations: tables of matches hold the evaluation's own numbers; intervals equal those of a slow program that
//! evaluates every resample afresh; sets are counted by hand; what is not comparable is refused.

#[path = "../common/oracle.rs"]
mod oracle;

mod detectors;
mod labels;
mod pixels;
mod slow;
mod texts;
mod without;

use std::sync::Arc;

use evalens::analysis::compare::{CompareSettings, Comparison, compare};
use evalens::metrics::lanes::LANES;
use evalens::metrics::{DetectionSettings, Evaluation, MatchTable, Metric, Sections};
use evalens::model::{Dataset, NoProgress, Predictions};

/// What one drawing of all items gives: every item once.
fn undrawn(table: &MatchTable, metric: Metric) -> Option<f64> {
    let weights = vec![[1; LANES]; table.names().len()];
    table.resampled(&weights, &[metric])[0][0]
}

fn close(a: Option<f64>, b: Option<f64>, what: &str) {
    match (a, b) {
        (Some(a), Some(b)) => assert!((a - b).abs() <= 1e-12, "{what}: {a} is not {b}"),
        (a, b) => assert_eq!(a, b, "{what}"),
    }
}

fn table(evaluation: &Evaluation, confidence: f64) -> MatchTable {
    let table = MatchTable::of(evaluation, confidence, &NoProgress).unwrap();
    assert_eq!(MatchTable::from_bytes(&table.to_bytes()).as_ref(), Ok(&table));
    table
}

fn optimum(evaluation: &Evaluation) -> f64 {
    evaluation.matched.as_ref().unwrap().optima.pooled.unwrap_or(0.0)
}

/// Counts equal the evaluation's to the last one, values to the last bit; every item drawn once gives them again.
fn holds_the_numbers(evaluation: &Evaluation, confidence: f64, what: &str) -> MatchTable {
    let table = table(evaluation, confidence);
    let matched = evaluation.matched.as_ref().unwrap();
    let counter = matched.timeline.counter_at(confidence);
    let (totals, classes) = table.counts();
    assert_eq!((totals, &classes[..]), (counter.totals(), counter.classes()), "{what}");
    for image in evaluation.dataset.image_ids() {
        assert_eq!(table.counts_of(image), matched.timeline.counts_of(image, counter.cut()), "{what}");
    }
    for &metric in Metric::of_task(evaluation.task) {
        let own = own_value(evaluation, confidence, metric);
        assert_eq!(table.value(metric), own, "{what}: {}", metric.name());
        if table.not_resampled(metric).is_none() {
            close(undrawn(&table, metric), own, &format!("{what}: {} of every item once", metric.name()));
        }
    }
    table
}

/// A number as the evaluation has it.
fn own_value(evaluation: &Evaluation, confidence: f64, metric: Metric) -> Option<f64> {
    let counter = evaluation.matched.as_ref().unwrap().timeline.counter_at(confidence);
    let totals = counter.totals();
    let pixels = evaluation.segmentation(&counter).unwrap_or_default();
    let coco = evaluation.coco().map(|coco| coco.summary).unwrap_or_default();
    let at = evaluation.multilabel_at(confidence, &NoProgress).unwrap().unwrap_or_default();
    let labels = evaluation.labels();
    let ranking = labels.and_then(|labels| labels.ranking());
    let single = labels.and_then(|labels| labels.single.as_ref());
    match metric {
        Metric::Precision => totals.precision(),
        Metric::Recall => totals.recall(),
        Metric::F1 => totals.f1(),
        Metric::Ap50 => coco.ap50,
        Metric::Ap75 => coco.ap75,
        Metric::Ap => coco.ap,
        Metric::Accuracy => single?.accuracy,
        Metric::BalancedAccuracy => single?.balanced_accuracy,
        Metric::MacroF1 => single.map_or(at.averages.macro_.f1, |single| single.averages.macro_.f1),
        Metric::SamplesF1 => at.samples.f1,
        Metric::SubsetAccuracy => at.subset_accuracy,
        Metric::HammingLoss => at.hamming_loss,
        Metric::RocAucMacro => ranking?.roc_auc_macro,
        Metric::AveragePrecisionMacro => ranking?.average_precision_macro,
        Metric::LogLoss => single?.log_loss,
        Metric::MeanIou => pixels.mean_iou,
        Metric::PixelAccuracy => pixels.pixel_accuracy,
        Metric::MeanAccuracy => pixels.mean_accuracy,
        Metric::FrequencyWeightedIou => pixels.frequency_weighted_iou,
        Metric::MeanDice => pixels.mean_dice,
        Metric::BoundaryIou => pixels.boundary_iou,
        Metric::PassRate => totals.recall(),
        _ => evaluation.texts()?.column(metric.name())?.corpus,
    }
}

fn of_objects(dataset: Dataset, predictions: Predictions) -> Evaluation {
    let settings = DetectionSettings::default();
    Evaluation::of_objects(Arc::new(dataset), Arc::new(predictions), settings, Sections::ALL, &NoProgress).unwrap()
}

const FEW: CompareSettings = CompareSettings { resamples: 40, ap_resamples: 20, seed: 3 };

fn compared(a: &MatchTable, b: &MatchTable) -> Comparison {
    compare(a, b, &FEW, &NoProgress).unwrap()
}

/// Names of the items of units, with the number of the truth.
fn named(table: &MatchTable, units: &[evalens::analysis::compare::Unit]) -> Vec<(String, Option<u32>)> {
    let mut names: Vec<_> = units.iter().map(|u| (table.names()[u.item.index()].clone(), u.truth)).collect();
    names.sort();
    names
}
