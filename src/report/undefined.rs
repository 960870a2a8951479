//! The reasons behind the nulls of a classifier's document, by key.

use std::collections::BTreeMap;

use crate::metrics::classification::{MultiLabel, MultiLabelAt, SingleLabel, Undefined, of_rates};
use crate::metrics::evaluation::Labels;
use crate::model::ClassId;

use super::document::Thresholded;

/// Keys of numbers that are null, with the reason.
pub type Reasons = BTreeMap<&'static str, String>;

/// Collects the reasons of numbers that are undefined.
#[derive(Default)]
struct Collector(Reasons);

impl Collector {
    fn all<const N: usize>(&mut self, numbers: [(&'static str, Option<f64>); N], why: Undefined) {
        for (key, number) in numbers {
            if number.is_none() {
                self.0.insert(key, why.to_string());
            }
        }
    }
}

/// Of the summary.
#[must_use]
pub fn of_summary(labels: &Labels, thresholded: Option<&Thresholded>, at: Option<&MultiLabelAt>) -> Reasons {
    let mut out = Collector::default();
    if let Some(t) = thresholded {
        let optima =
            [("optimal_confidence", t.optimal_confidence), ("macro_optimal_confidence", t.macro_optimal_confidence)];
        out.all(optima, Undefined::NoThreshold);
        let low = |interval: Option<(f64, f64)>| interval.map(|(low, _)| low);
        out.all(
            [("precision", t.precision), ("precision_interval", low(t.precision_interval))],
            Undefined::NothingKept,
        );
        out.all([("recall", t.recall), ("recall_interval", low(t.recall_interval))], Undefined::NoLabels);
        out.all([("f1", t.f1), ("f1_interval", low(t.f1_interval))], Undefined::NoLabels);
    }
    match (&labels.single, &labels.multi) {
        (Some(single), _) => of_single(single, thresholded, &mut out),
        (None, Some(multi)) => of_multi(multi, at, &mut out),
        (None, None) => {}
    }
    out.0
}

fn of_single(single: &SingleLabel, thresholded: Option<&Thresholded>, out: &mut Collector) {
    let (ranking, averages) = (&single.ranking, &single.averages);
    out.all(
        [
            ("accuracy", single.accuracy),
            ("balanced_accuracy", single.balanced_accuracy),
            ("mcc", single.mcc),
            ("f1_std", single.f1_spread.map(|(_, std)| std)),
            ("micro_precision", averages.micro.precision),
            ("micro_recall", averages.micro.recall),
            ("micro_f1", averages.micro.f1),
            ("macro_precision", averages.macro_.precision),
            ("macro_recall", averages.macro_.recall),
            ("macro_f1", averages.macro_.f1),
            ("weighted_precision", averages.weighted.precision),
            ("weighted_recall", averages.weighted.recall),
            ("weighted_f1", averages.weighted.f1),
        ],
        single.why_answers(),
    );
    out.all([("cohen_kappa", single.cohen_kappa)], single.why_kappa());
    out.all([("top5_accuracy", single.top5_accuracy)], single.why_top_k(5));
    out.all([("log_loss", single.log_loss), ("brier", single.brier), ("ece", single.ece)], single.why_losses());
    let aucs = [
        ("roc_auc_macro", ranking.roc_auc_macro),
        ("roc_auc_weighted", ranking.roc_auc_weighted),
        ("roc_auc_std", ranking.roc_auc_std),
    ];
    out.all(aucs, single.why_auc());
    let aps = [
        ("average_precision_macro", ranking.average_precision_macro),
        ("average_precision_weighted", ranking.average_precision_weighted),
    ];
    out.all(aps, single.why_ap());
    let recall = thresholded.map_or_else(|| single.total_row().recall, |t| t.recall);
    total_row(recall, ranking.roc_auc_macro, single.why_answers(), single.why_auc(), out);
}

fn of_multi(multi: &MultiLabel, at: Option<&MultiLabelAt>, out: &mut Collector) {
    let ranking = &multi.ranking;
    let aucs = [
        ("roc_auc_macro", ranking.roc_auc_macro),
        ("roc_auc_weighted", ranking.roc_auc_weighted),
        ("roc_auc_micro", ranking.roc_auc_micro),
    ];
    out.all(aucs, multi.why_auc());
    let aps = [
        ("average_precision_macro", ranking.average_precision_macro),
        ("average_precision_weighted", ranking.average_precision_weighted),
        ("average_precision_micro", ranking.average_precision_micro),
        ("label_ranking_average_precision", multi.label_ranking_average_precision),
        ("label_ranking_loss", multi.label_ranking_loss),
        ("coverage_error", multi.coverage_error),
    ];
    out.all(aps, multi.why_ap());
    let Some(at) = at else { return };
    let recall = at.total_row(ranking.roc_auc_macro).recall;
    total_row(recall, ranking.roc_auc_macro, Undefined::NoLabels, multi.why_auc(), out);
    let (averages, samples) = (&at.averages, &at.samples);
    out.all([("micro_precision", averages.micro.precision)], Undefined::NothingKept);
    out.all([("micro_recall", averages.micro.recall), ("micro_f1", averages.micro.f1)], Undefined::NoLabels);
    let weighted = [
        ("weighted_precision", averages.weighted.precision),
        ("weighted_recall", averages.weighted.recall),
        ("weighted_f1", averages.weighted.f1),
    ];
    out.all(weighted, Undefined::NoLabels);
    out.all(
        [
            ("macro_precision", averages.macro_.precision),
            ("macro_recall", averages.macro_.recall),
            ("macro_f1", averages.macro_.f1),
            ("samples_precision", samples.precision),
            ("samples_recall", samples.recall),
            ("samples_f1", samples.f1),
            ("subset_accuracy", at.subset_accuracy),
            ("hamming_loss", at.hamming_loss),
        ],
        multi.why_answers(),
    );
}

/// The rates of Clarifai's total are undefined together: where there is no label, as the recall of anything.
fn total_row(recall: Option<f64>, roc_auc: Option<f64>, why: Undefined, why_auc: Undefined, out: &mut Collector) {
    let keys = ["clarifai_total.precision", "clarifai_total.recall", "clarifai_total.f1"];
    out.all(keys.map(|key| (key, recall)), why);
    out.all([("clarifai_total.roc_auc", roc_auc)], why_auc);
}

/// Precision, recall and F1 of a class at the threshold, and its own best one.
pub type ClassAt = (Option<f64>, Option<f64>, Option<f64>, Option<f64>);

/// Of a class.
#[must_use]
pub fn of_class(labels: &Labels, class: ClassId, at: Option<ClassAt>) -> Reasons {
    let mut out = Collector::default();
    let Some(ranking) = labels.ranking() else { return out.0 };
    let get = |column: &[Option<f64>]| column.get(class.index()).copied().flatten();
    let (auc, ap) = (get(&ranking.roc_auc), get(&ranking.average_precision));
    let (why_auc, why_ap) = match (&labels.single, &labels.multi) {
        (Some(single), _) => (single.why_class_auc(class.index()), single.why_class_ap()),
        (None, Some(multi)) => (multi.why_class_auc(class.index()), multi.why_class_ap()),
        (None, None) => return out.0,
    };
    out.all([("roc_auc", auc)], why_auc);
    out.all([("average_precision", ap)], why_ap);
    let [never_said, no_items, neither] = of_rates();
    if let Some((precision, recall, f1, optimum)) = at {
        out.all([("precision", precision)], Undefined::NothingKept);
        out.all([("recall", recall)], no_items);
        out.all([("f1", f1)], neither);
        out.all([("optimal_confidence", optimum)], Undefined::NoThreshold);
    }
    if let Some(tally) = labels.single.as_ref().and_then(|single| single.classes.get(class.index())) {
        out.all([("argmax.precision", tally.precision())], never_said);
        out.all([("argmax.recall", tally.recall())], no_items);
        out.all([("argmax.f1", tally.f1())], neither);
    }
    out.0
}
