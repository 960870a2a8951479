//! What the evaluation document says of classifiers: threshold-free numbers, numbers at the threshold, tables of classes.

use serde::Serialize;

use crate::metrics::Counter;
use crate::metrics::classification::{Averages, MultiLabel, MultiLabelAt, Rates, SingleLabel, Tally, TotalRow};
use crate::metrics::evaluation::Labels;
use crate::model::ClassId;

/// Precision, recall and F1 of one average, under the names of the contract.
macro_rules! average {
    ($name:ident, $precision:literal, $recall:literal, $f1:literal) => {
        #[derive(Debug, Serialize)]
        struct $name {
            #[serde(rename = $precision)]
            precision: Option<f64>,
            #[serde(rename = $recall)]
            recall: Option<f64>,
            #[serde(rename = $f1)]
            f1: Option<f64>,
        }

        impl From<Rates> for $name {
            fn from(rates: Rates) -> Self {
                Self { precision: rates.precision, recall: rates.recall, f1: rates.f1 }
            }
        }
    };
}

average!(Micro, "micro_precision", "micro_recall", "micro_f1");
average!(Macro, "macro_precision", "macro_recall", "macro_f1");
average!(Weighted, "weighted_precision", "weighted_recall", "weighted_f1");

#[derive(Debug, Serialize)]
struct AveragesPart {
    #[serde(flatten)]
    micro: Micro,
    #[serde(flatten)]
    macro_: Macro,
    #[serde(flatten)]
    weighted: Weighted,
}

impl From<&Averages> for AveragesPart {
    fn from(averages: &Averages) -> Self {
        Self { micro: averages.micro.into(), macro_: averages.macro_.into(), weighted: averages.weighted.into() }
    }
}

/// The part of the summary that only classifiers have.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum LabelSummary {
    /// One class an item.
    Single(Box<SinglePart>),
    /// Any number of classes an item.
    Multi(Box<MultiPart>),
}

/// One class an item: all but `below_threshold` without a threshold.
#[derive(Debug, Serialize)]
pub struct SinglePart {
    below_threshold: Option<u64>,
    accuracy: Option<f64>,
    balanced_accuracy: Option<f64>,
    top5_accuracy: Option<f64>,
    roc_auc_macro: Option<f64>,
    roc_auc_weighted: Option<f64>,
    roc_auc_std: Option<f64>,
    roc_auc_classes: usize,
    average_precision_macro: Option<f64>,
    average_precision_weighted: Option<f64>,
    log_loss: Option<f64>,
    brier: Option<f64>,
    ece: Option<f64>,
    mcc: Option<f64>,
    cohen_kappa: Option<f64>,
    f1_std: Option<f64>,
    #[serde(flatten)]
    averages: AveragesPart,
    clarifai_total: TotalRow,
}

/// Any number of classes an item: averages and rates at the threshold, ranks without one.
#[derive(Debug, Serialize)]
pub struct MultiPart {
    roc_auc_macro: Option<f64>,
    roc_auc_weighted: Option<f64>,
    roc_auc_micro: Option<f64>,
    roc_auc_classes: usize,
    average_precision_macro: Option<f64>,
    average_precision_weighted: Option<f64>,
    average_precision_micro: Option<f64>,
    label_ranking_average_precision: Option<f64>,
    label_ranking_loss: Option<f64>,
    coverage_error: Option<f64>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    at: Option<MultiAtPart>,
}

#[derive(Debug, Serialize)]
struct MultiAtPart {
    #[serde(flatten)]
    averages: AveragesPart,
    samples_precision: Option<f64>,
    samples_recall: Option<f64>,
    samples_f1: Option<f64>,
    subset_accuracy: Option<f64>,
    hamming_loss: Option<f64>,
    clarifai_total: TotalRow,
}

impl LabelSummary {
    /// The numbers of a classifier; `counter` stands at the threshold, `at` are the rates there where an item can have
    /// several classes.
    #[must_use]
    pub fn new(labels: &Labels, counter: Option<&Counter>, at: Option<&MultiLabelAt>) -> Option<Self> {
        match (&labels.single, &labels.multi) {
            (Some(single), _) => Some(Self::Single(Box::new(SinglePart::new(single, counter)))),
            (None, Some(multi)) => Some(Self::Multi(Box::new(MultiPart::new(multi, at)))),
            (None, None) => None,
        }
    }
}

impl SinglePart {
    /// The numbers; `counter` stands at the threshold, where there is one. Clarifai's total is taken there, else by the best
    /// class of each item.
    #[must_use]
    pub fn new(single: &SingleLabel, counter: Option<&Counter>) -> Self {
        let ranking = &single.ranking;
        let there = |counter: &Counter| {
            TotalRow::of(counter.classes().iter().map(|&counts| counts.into()), ranking.roc_auc_macro)
        };
        let total = counter.map_or_else(|| single.total_row(), there);
        Self {
            below_threshold: counter.map(|counter| counter.totals().missed),
            accuracy: single.accuracy,
            balanced_accuracy: single.balanced_accuracy,
            top5_accuracy: single.top5_accuracy,
            roc_auc_macro: ranking.roc_auc_macro,
            roc_auc_weighted: ranking.roc_auc_weighted,
            roc_auc_std: ranking.roc_auc_std,
            roc_auc_classes: ranking.roc_auc_classes,
            average_precision_macro: ranking.average_precision_macro,
            average_precision_weighted: ranking.average_precision_weighted,
            log_loss: single.log_loss,
            brier: single.brier,
            ece: single.ece,
            mcc: single.mcc,
            cohen_kappa: single.cohen_kappa,
            f1_std: single.f1_spread.map(|(_, std)| std),
            averages: (&single.averages).into(),
            clarifai_total: total,
        }
    }
}

impl MultiPart {
    fn new(multi: &MultiLabel, at: Option<&MultiLabelAt>) -> Self {
        let ranking = &multi.ranking;
        Self {
            roc_auc_macro: ranking.roc_auc_macro,
            roc_auc_weighted: ranking.roc_auc_weighted,
            roc_auc_micro: ranking.roc_auc_micro,
            roc_auc_classes: ranking.roc_auc_classes,
            average_precision_macro: ranking.average_precision_macro,
            average_precision_weighted: ranking.average_precision_weighted,
            average_precision_micro: ranking.average_precision_micro,
            label_ranking_average_precision: multi.label_ranking_average_precision,
            label_ranking_loss: multi.label_ranking_loss,
            coverage_error: multi.coverage_error,
            at: at.map(|at| MultiAtPart {
                averages: (&at.averages).into(),
                samples_precision: at.samples.precision,
                samples_recall: at.samples.recall,
                samples_f1: at.samples.f1,
                subset_accuracy: at.subset_accuracy,
                hamming_loss: at.hamming_loss,
                clarifai_total: at.total_row(ranking.roc_auc_macro),
            }),
        }
    }
}

/// What the class table says of a class beyond its counts at the threshold.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ClassLabels {
    /// Area under the ROC curve, one against the rest.
    pub roc_auc: Option<f64>,
    /// Average precision, as the step sum.
    pub average_precision: Option<f64>,
    /// By the best class of each item, without a threshold; `None` where an item can have several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub argmax: Option<Rates>,
}

impl ClassLabels {
    /// Of one class.
    #[must_use]
    pub fn of(labels: &Labels, class: ClassId) -> Option<Self> {
        let ranking = labels.ranking()?;
        let get = |column: &[Option<f64>]| column.get(class.index()).copied().flatten();
        let tally = |tally: &Tally| Rates::of(*tally);
        Some(Self {
            roc_auc: get(&ranking.roc_auc),
            average_precision: get(&ranking.average_precision),
            argmax: labels.single.as_ref().and_then(|s| s.classes.get(class.index())).map(tally),
        })
    }
}
