//! An evaluation in a handful of named numbers: what a run keeps and a leaderboard shows. The names are those of the
//! evaluation document's summary.

use std::collections::BTreeMap;

use crate::metrics::classification::{MultiLabel, MultiLabelAt, SingleLabel};
use crate::metrics::coco::CocoSummary;
use crate::metrics::{Counter, Evaluation, Generation};
use crate::model::ClassId;
use crate::model::run::RunClass;

/// Named numbers; `None` where undefined.
pub type Numbers = BTreeMap<String, Option<f64>>;

/// The numbers of an evaluation at the threshold of the counter. `multilabel` are the rates there where an item can have
/// several classes.
#[must_use]
pub fn numbers(
    evaluation: &Evaluation,
    confidence: Option<f64>,
    counter: &Counter,
    multilabel: Option<&MultiLabelAt>,
) -> Numbers {
    let mut all = Numbers::new();
    let totals = counter.totals();
    let mut put = |name: &str, value: Option<f64>| {
        all.insert(name.to_owned(), value);
    };
    if let Some(texts) = evaluation.texts() {
        of_texts(texts, confidence, counter, &mut put);
        return all;
    }
    put("optimal_confidence", confidence);
    put("precision", totals.precision());
    put("recall", totals.recall());
    put("f1", totals.f1());
    let count = |n: u64| Some(n as f64);
    put("correct", count(totals.correct));
    put("misclassified", count(totals.misclassified));
    put("missed", count(totals.missed));
    put("false_positives", count(totals.false_positives));
    if let Some(coco) = evaluation.coco() {
        of_objects(&coco.summary, &mut put);
    }
    if let Some(pixels) = evaluation.segmentation(counter) {
        put("mean_iou", pixels.mean_iou);
        put("pixel_accuracy", pixels.pixel_accuracy);
        put("mean_accuracy", pixels.mean_accuracy);
        put("frequency_weighted_iou", pixels.frequency_weighted_iou);
        put("mean_dice", pixels.mean_dice);
        put("boundary_iou", pixels.boundary_iou);
    }
    if let Some(labels) = evaluation.labels() {
        if let Some(single) = &labels.single {
            of_single(single, &mut put);
        }
        if let Some(multi) = &labels.multi {
            of_multi(multi, multilabel, &mut put);
        }
    }
    all
}

/// Every number of the set as a whole, and how many answers pass.
fn of_texts(texts: &Generation, threshold: Option<f64>, counter: &Counter, put: &mut impl FnMut(&str, Option<f64>)) {
    for column in texts.columns.iter() {
        put(&column.key, column.corpus);
    }
    let column = texts.pass_column();
    put("pass_threshold", column.zip(threshold).map(|(column, t)| column.as_score(t)));
    put("pass_rate", counter.totals().recall());
}

fn of_objects(coco: &CocoSummary, put: &mut impl FnMut(&str, Option<f64>)) {
    put("ap", coco.ap);
    put("ap50", coco.ap50);
    put("ap75", coco.ap75);
    put("ap_small", coco.ap_small);
    put("ap_medium", coco.ap_medium);
    put("ap_large", coco.ap_large);
    put("ar_100", coco.ar_100);
}

fn of_single(single: &SingleLabel, put: &mut impl FnMut(&str, Option<f64>)) {
    put("accuracy", single.accuracy);
    put("balanced_accuracy", single.balanced_accuracy);
    put("top5_accuracy", single.top5_accuracy);
    put("macro_f1", single.averages.macro_.f1);
    put("weighted_f1", single.averages.weighted.f1);
    put("roc_auc_macro", single.ranking.roc_auc_macro);
    put("average_precision_macro", single.ranking.average_precision_macro);
    put("log_loss", single.log_loss);
    put("brier", single.brier);
    put("ece", single.ece);
    put("mcc", single.mcc);
}

fn of_multi(multi: &MultiLabel, at: Option<&MultiLabelAt>, put: &mut impl FnMut(&str, Option<f64>)) {
    put("roc_auc_macro", multi.ranking.roc_auc_macro);
    put("average_precision_macro", multi.ranking.average_precision_macro);
    put("average_precision_micro", multi.ranking.average_precision_micro);
    if let Some(at) = at {
        put("macro_f1", at.averages.macro_.f1);
        put("samples_f1", at.samples.f1);
        put("subset_accuracy", at.subset_accuracy);
        put("hamming_loss", at.hamming_loss);
    }
}

/// Every class at the threshold of the counter, and at those of `steps`, in declaration order.
#[must_use]
pub fn classes(evaluation: &Evaluation, counter: &Counter, steps: &[Counter]) -> Vec<RunClass> {
    if evaluation.texts().is_some() {
        return Vec::new();
    }
    let names = evaluation.dataset.classes.names();
    let at_step = |step: &Counter, class: ClassId| {
        let counts = step.classes().get(class.index()).copied().unwrap_or_default();
        (counts.correct, counts.predicted())
    };
    let of = |(class, (name, counts)): (ClassId, (&String, &crate::metrics::ClassCounts))| {
        let ap = evaluation.coco().and_then(|coco| coco.classes.get(class.index())?.ap);
        let ranking = evaluation.labels().and_then(|labels| labels.ranking());
        let ranked = |column: &[Option<f64>]| column.get(class.index()).copied().flatten();
        let tally = evaluation.labels().and_then(|l| l.single.as_ref()?.classes.get(class.index()).copied());
        RunClass {
            argmax_correct: tally.map(|tally| tally.correct),
            name: name.clone(),
            correct: counts.correct,
            misclassified: counts.misclassified,
            misclassified_as: counts.misclassified_as,
            missed: counts.missed,
            false_positives: counts.false_positives,
            average_precision: ap.or_else(|| ranking.and_then(|r| ranked(&r.average_precision))),
            roc_auc: ranking.and_then(|r| ranked(&r.roc_auc)),
            at_steps: steps.iter().map(|step| at_step(step, class)).collect(),
        }
    };
    evaluation.dataset.classes.ids().zip(names.iter().zip(counter.classes())).map(of).collect()
}
