//! Odd little sets of classifiers: ties, rows of zeros, classes without items, one class, logits, lists, missing items.
//! Expected values of scikit-learn and scipy (versions in the file; `tests/data/classification/make.py` writes it).

use evalens::metrics::classification::{
    MultiLabel, PairCounting, Rates, SingleLabel, Tally, as_probabilities, cooccurrence, item_measures,
    macro_roc_curve, matched, mean_probabilities, multilabel_at, optimal_thresholds, pr_curve, predictions,
    reliability, roc_curve, score_histograms,
};
use evalens::metrics::{Cell, OutcomeKind};
use evalens::model::{ClassId, ClassScores, ClassTable, Dataset, DatasetBuilder, Image, ImageId, NewTruth, NoProgress};
use serde_json::Value;

fn dataset(classes: usize, labels: &[Vec<u32>]) -> Dataset {
    let mut builder = DatasetBuilder {
        classes: ClassTable::from_names((0..classes).map(|c| format!("class {c}"))),
        images: (0..labels.len() as i64).map(|source_id| Image { source_id, ..Image::default() }).collect(),
        ..DatasetBuilder::default()
    };
    for (item, of_item) in labels.iter().enumerate() {
        builder.truths.extend(of_item.iter().map(|&class| NewTruth::label(item, ClassId(class))));
    }
    builder.build()
}

struct Set {
    dataset: Dataset,
    scores: ClassScores,
    expected: Value,
    thresholds: Vec<f64>,
    name: String,
}

fn sets(kind: &str) -> Vec<Set> {
    let all: Value = serde_json::from_str(include_str!("data/classification/small.json")).unwrap();
    let set = |set: &Value| {
        let labels: Vec<Vec<u32>> = serde_json::from_value(set["labels"].clone()).unwrap();
        let rows: Vec<Vec<f64>> = serde_json::from_value(set["scores"].clone()).unwrap();
        let classes = rows[0].len();
        let scores = ClassScores::of_rows(classes, rows.concat(), Vec::new());
        let (scores, was_logits) = as_probabilities(scores, kind == "multi");
        assert_eq!(was_logits, set["name"] == "logits");
        Set {
            dataset: dataset(classes, &labels),
            scores,
            expected: set["expected"].clone(),
            thresholds: serde_json::from_value(set["thresholds"].clone()).unwrap_or_default(),
            name: set["name"].as_str().unwrap().to_owned(),
        }
    };
    all[kind].as_array().unwrap().iter().map(set).collect()
}

fn close(value: Option<f64>, expected: &Value, what: &str) {
    match (value, expected.as_f64()) {
        (Some(a), Some(b)) => assert!((a - b).abs() <= 1e-12, "{what}: {a} is not {b}"),
        (a, b) => assert_eq!(a, b, "{what}"),
    }
}

fn rates(rates: Rates, expected: &Value, what: &str) {
    close(rates.precision, &expected["precision"], what);
    close(rates.recall, &expected["recall"], what);
    close(rates.f1, &expected["f1"], what);
}

fn list(values: &[Option<f64>], expected: &Value, what: &str) {
    assert_eq!(Some(values.len()), expected.as_array().map(Vec::len), "{what}");
    for (value, expected) in values.iter().zip(expected.as_array().unwrap()) {
        close(*value, expected, what);
    }
}

fn matrix(value: &Value) -> Vec<Vec<u32>> {
    serde_json::from_value(value.clone()).unwrap()
}

#[test]
fn single_label() {
    for Set { dataset, scores, expected: e, name, .. } in sets("single") {
        let s = SingleLabel::compute(&dataset, &scores, &NoProgress).unwrap();
        assert_eq!(s.confusion, matrix(&e["confusion_matrix"]), "{name}");
        let r = &s.ranking;
        let values = [
            (s.accuracy, "accuracy"),
            (s.balanced_accuracy, "balanced_accuracy"),
            (s.mcc, "mcc"),
            (s.log_loss, "log_loss"),
            (s.brier, "brier"),
            (s.ece, "ece"),
            (s.mce, "mce"),
            (r.roc_auc_macro, "roc_auc_macro"),
            (r.roc_auc_weighted, "roc_auc_weighted"),
            (r.roc_auc_micro, "roc_auc_micro"),
            (r.roc_auc_std, "roc_auc_std"),
            (r.roc_auc_ovo_macro, "roc_auc_ovo_macro"),
            (r.roc_auc_ovo_weighted, "roc_auc_ovo_weighted"),
            (r.average_precision_macro, "average_precision_macro"),
            (r.average_precision_weighted, "average_precision_weighted"),
            (r.average_precision_micro, "average_precision_micro"),
            (s.cohen_kappa, "cohen_kappa"),
            (s.cohen_kappa_linear, "cohen_kappa_linear"),
            (s.cohen_kappa_quadratic, "cohen_kappa_quadratic"),
        ];
        for (value, key) in values {
            close(value, &e[key], &format!("{name}: {key}"));
        }
        rates(s.averages.micro, &e["micro"], &name);
        rates(s.averages.macro_, &e["macro"], &name);
        rates(s.averages.weighted, &e["weighted"], &name);
        rates(s.averages.macro_present, &e["macro_present"], &name);
        list(&r.roc_auc, &e["roc_auc"], &name);
        list(&r.average_precision, &e["average_precision"], &name);
        if dataset.classes.len() > 2 {
            for k in [1, 2, 3, 5] {
                close(s.top_k(k), &e[format!("top{k}")], &format!("{name}: top {k}"));
            }
        }
        let checks = [(s.checks.tied, "tied"), (s.checks.zero, "zero"), (s.checks.not_one, "not_one")];
        for (count, key) in checks {
            assert_eq!(Some(count), e[key].as_u64(), "{name}: {key}");
        }
        let means = mean_probabilities(&dataset, &scores, false, &NoProgress).unwrap();
        for (row, expected) in means.iter().zip(e["mean_probabilities"].as_array().unwrap()) {
            match row {
                Some(row) => list(&row.iter().copied().map(Some).collect::<Vec<_>>(), expected, &name),
                None => assert!(expected.is_null()),
            }
        }
    }
}

#[test]
fn multi_label() {
    for Set { dataset, scores, expected: e, thresholds, name } in sets("multi") {
        let m = MultiLabel::compute(&dataset, &scores, &NoProgress).unwrap();
        let counting = PairCounting::MissedWithAdded;
        let at = multilabel_at(&dataset, &scores, &thresholds, counting, &NoProgress).unwrap();
        let r = &m.ranking;
        let values = [
            (at.subset_accuracy, "subset_accuracy"),
            (at.hamming_loss, "hamming_loss"),
            (at.jaccard_samples, "jaccard_samples"),
            (m.roc_auc_samples, "roc_auc_samples"),
            (m.average_precision_samples, "average_precision_samples"),
            (m.label_ranking_average_precision, "label_ranking_average_precision"),
            (m.label_ranking_loss, "label_ranking_loss"),
            (m.coverage_error, "coverage_error"),
            (r.roc_auc_macro, "roc_auc_macro"),
            (r.roc_auc_weighted, "roc_auc_weighted"),
            (r.roc_auc_micro, "roc_auc_micro"),
            (r.average_precision_macro, "average_precision_macro"),
            (r.average_precision_weighted, "average_precision_weighted"),
            (r.average_precision_micro, "average_precision_micro"),
        ];
        for (value, key) in values {
            close(value, &e[key], &format!("{name}: {key}"));
        }
        assert_eq!((r.roc_auc_ovo_macro, r.roc_auc_ovo_weighted), (None, None));
        rates(at.averages.micro, &e["micro"], &name);
        rates(at.averages.macro_, &e["macro"], &name);
        rates(at.averages.weighted, &e["weighted"], &name);
        rates(at.samples, &e["samples"], &name);
        list(&r.roc_auc, &e["roc_auc"], &name);
        list(&r.average_precision, &e["average_precision"], &name);
        assert_eq!(cooccurrence(&dataset), matrix(&e["cooccurrence"]));
        let of_class: Vec<[[u64; 2]; 2]> = serde_json::from_value(e["multilabel_confusion_matrix"].clone()).unwrap();
        for (tally, [[_, added], [missed, correct]]) in at.classes.iter().zip(of_class) {
            assert_eq!(*tally, Tally { correct, predicted: correct + added, support: correct + missed }, "{name}");
        }
    }
}

/// Items: 0 labelled 0 and 1, said 1 and 2; 1 labelled 2, said 2; 2 labelled 0, nothing said; 3 without labels, said 0
/// and 1; 4 labelled 0 and 2, said 1.
#[test]
fn matrix_of_several_labels_by_hand() {
    let dataset = dataset(3, &[vec![0, 1], vec![2], vec![0], vec![], vec![2, 0]]);
    let said = [[0.0, 0.9, 0.9], [0.0, 0.0, 0.9], [0.0; 3], [0.9, 0.9, 0.0], [0.0, 0.9, 0.0]];
    let scores = ClassScores::of_rows(3, said.concat(), Vec::new());
    let at = |counting| multilabel_at(&dataset, &scores, &[0.5; 3], counting, &NoProgress).unwrap().matrix;
    // Missed with added: item 0 missed 0 and added 2; item 4 missed 0 and 2 and added 1; item 2 and 3 have no other side.
    let missed = vec![vec![0, 1, 1, 1], vec![0, 1, 0, 0], vec![0, 1, 1, 0], vec![1, 1, 0, 0]];
    assert_eq!(at(PairCounting::MissedWithAdded), missed);
    // Every label with everything said: item 0: 01, 02, 11, 12; item 1: 22; item 4: 01, 21.
    let every = vec![vec![0, 2, 1, 1], vec![0, 1, 1, 0], vec![0, 1, 1, 0], vec![1, 1, 0, 0]];
    assert_eq!(at(PairCounting::EveryPair), every);
}

/// The two best classes of four items of four classes; the last item has no list, item 3 no label.
fn listed() -> (Dataset, ClassScores) {
    let dataset = dataset(4, &[vec![0], vec![1], vec![2], vec![], vec![3]]);
    let pair = |a: u32, p: f64, b: u32, q: f64| vec![(ClassId(a), p), (ClassId(b), q)];
    let lists =
        vec![pair(0, 0.8, 1, 0.1), pair(3, 0.5, 1, 0.4), pair(2, 0.3, 0, 0.3), pair(1, 0.9, 0, 0.1), Vec::new()];
    (dataset, ClassScores::of_lists(4, lists))
}

/// By hand: answers 0 (right), 3 (wrong), 0 (of two tied the lowest: wrong); in all lists of two is the truth.
#[test]
fn lists_of_the_best_few() {
    let (dataset, scores) = listed();
    let s = SingleLabel::compute(&dataset, &scores, &NoProgress).unwrap();
    assert_eq!((s.items, s.unlabelled, s.absent, s.complete, s.checks.tied), (3, 1, 1, false, 1));
    assert_eq!((s.accuracy, s.top_k(1), s.top_k(2)), (Some(1.0 / 3.0), Some(2.0 / 3.0), Some(1.0)));
    // Where is the truth of an item whose list does not hold it? Here all do, so that 3 is known as well; 4 is all.
    assert_eq!((s.top_k(3), s.top_k(4), s.top5_accuracy), (Some(1.0), None, None));
    assert_eq!((s.log_loss, s.brier, s.ece), (None, None, None));
    assert_eq!((s.ranking.roc_auc_macro, s.ranking.average_precision_macro), (None, None));
    assert_eq!((s.ranking.roc_auc.len(), s.ranking.roc_auc_classes), (4, 0));
    assert!(s.averages.macro_.f1.is_some() && s.cohen_kappa.is_some());
    assert!(mean_probabilities(&dataset, &scores, false, &NoProgress).unwrap().iter().all(Option::is_none));
    assert!(
        roc_curve(&dataset, &scores, ClassId(0), false).is_empty() && reliability(&dataset, &scores, 15).is_empty()
    );
    assert!(macro_roc_curve(&dataset, &scores, false, &NoProgress).unwrap().is_empty());
    let measures = item_measures(&dataset, &scores, ImageId(0), false);
    assert_eq!((measures.loss, measures.entropy, measures.confidence), (None, None, Some(0.8)));
    assert!((measures.margin.unwrap() - 0.7).abs() < 1e-15);
}

/// A list of one that misses the truth says nothing about rank 2.
#[test]
fn short_lists_leave_ranks_unknown() {
    let dataset = dataset(3, &[vec![0], vec![1]]);
    let scores = ClassScores::of_lists(3, vec![vec![(ClassId(0), 1.0)], vec![(ClassId(2), 1.0)]]);
    let s = SingleLabel::compute(&dataset, &scores, &NoProgress).unwrap();
    assert_eq!((s.accuracy, s.top_k(1), s.top_k(2)), (Some(0.5), Some(0.5), None));
}

/// Thresholds 0.8, 0.5 and 0.3 keep one answer each more; the unlabelled item's 0.9 is none. The absent item is missed
/// throughout. F1 at 0.8: 2·1/(1 + 4), then 2/6, 2/7: the optimum is 0.8.
#[test]
fn outcomes_of_lists_at_thresholds() {
    let (dataset, scores) = listed();
    let predictions = predictions(&dataset, &scores, false);
    assert_eq!(predictions.len(), 4);
    let matched = matched(&dataset, &predictions, false, &NoProgress).unwrap();
    assert_eq!(matched.timeline.scores(), [0.8, 0.5, 0.3]);
    assert_eq!(matched.timeline.support(), [1, 1, 1, 1]);
    let totals = |t: f64| {
        let c = matched.timeline.counter_at(t).totals();
        [c.correct, c.misclassified, c.missed, c.false_positives]
    };
    assert_eq!([0.81, 0.8, 0.5, 0.3].map(totals), [[0, 0, 4, 0], [1, 0, 3, 0], [1, 1, 2, 0], [1, 2, 1, 0]]);
    assert_eq!(matched.optima.pooled, Some(0.8));
    assert_eq!(optimal_thresholds(&matched.optima), [0.8, 0.8, 0.8, 0.5]);
    let counter = matched.timeline.counter_at(0.0);
    assert_eq!(counter.count(&matched.timeline, Cell::new(Some(ClassId(3)), None)), 1);
}

/// Items 0 and 3 (absent) of class 0, item 1 of both; class 0 is written twice for item 1 and counts once.
#[test]
fn several_labels_at_thresholds() {
    let dataset = dataset(2, &[vec![0], vec![0, 1, 0], vec![], vec![0]]);
    let absent = vec![false, false, false, true];
    let scores = ClassScores::of_rows(2, vec![0.9, 0.4, 0.6, 0.2, 0.6, 0.0, 0.0, 0.0], absent);
    let predictions = predictions(&dataset, &scores, true);
    assert_eq!(predictions.len(), 6);
    let matched = matched(&dataset, &predictions, true, &NoProgress).unwrap();
    assert_eq!(matched.timeline.support(), [3, 1]);
    let kinds = |t: f64| OutcomeKind::ALL.map(|kind| matched.timeline.counter_at(t).totals().of(kind));
    // correct, misclassified, missed, false positives
    assert_eq!(kinds(0.95), [0, 0, 4, 0]);
    assert_eq!(kinds(0.6), [2, 0, 2, 1]);
    assert_eq!(kinds(0.4), [2, 0, 2, 2]);
    assert_eq!(kinds(0.0), [3, 0, 1, 3]);
    let m = MultiLabel::compute(&dataset, &scores, &NoProgress).unwrap();
    assert_eq!((m.items, m.absent, m.unlabelled, m.support), (3, 1, 1, vec![2, 1]));
    // The same counts beside the timeline: the absent item's label is missed.
    let at = multilabel_at(&dataset, &scores, &[0.4; 2], PairCounting::MissedWithAdded, &NoProgress).unwrap();
    assert_eq!((at.items, at.classes[0]), (4, Tally { correct: 2, predicted: 3, support: 3 }));
}

/// A table that names classes only (all scores 1 or 0) says nothing about ranks.
#[test]
fn classes_without_scores() {
    let dataset = dataset(2, &[vec![0], vec![1]]);
    let mut scores = ClassScores::of_rows(2, vec![1.0, 0.0, 1.0, 0.0], Vec::new());
    scores.has_confidence = false;
    let s = SingleLabel::compute(&dataset, &scores, &NoProgress).unwrap();
    assert_eq!((s.accuracy, s.ranking.roc_auc_macro, s.log_loss, s.complete), (Some(0.5), None, None, false));
    assert_eq!(item_measures(&dataset, &scores, ImageId(0), false).confidence, None);
    assert!(
        reliability(&dataset, &scores, 15).is_empty() && roc_curve(&dataset, &scores, ClassId(0), false).is_empty()
    );
}

/// Scores of both widths give the same numbers where the values are the same.
#[test]
fn single_precision_is_read_as_it_is() {
    let labels: Vec<Vec<u32>> = (0..50).map(|i| vec![i % 3]).collect();
    let dataset = dataset(3, &labels);
    let values: Vec<f32> = (0..150).map(|i| ((i * 37 % 101) as f32) / 101.0 - 0.0).collect();
    let wide = values.iter().map(|&v| f64::from(v)).collect();
    let single = ClassScores::of_single_rows(3, values, Vec::new());
    let double = ClassScores::of_rows(3, wide, Vec::new());
    let summary = |scores: &ClassScores| SingleLabel::compute(&dataset, scores, &NoProgress).unwrap();
    assert_eq!(summary(&single), summary(&double));
    assert_eq!(roc_curve(&dataset, &single, ClassId(1), false), roc_curve(&dataset, &double, ClassId(1), false));
}

/// No items, no classes: nothing is defined, nothing breaks.
#[test]
fn nothing_at_all() {
    for (classes, items) in [(0, 0), (3, 0), (0, 2)] {
        let dataset = dataset(classes, &vec![Vec::new(); items]);
        let scores = ClassScores::of_rows(classes, Vec::new(), Vec::new());
        let s = SingleLabel::compute(&dataset, &scores, &NoProgress).unwrap();
        assert_eq!((s.accuracy, s.mcc, s.cohen_kappa, s.log_loss, s.top5_accuracy), (None, None, None, None, None));
        let m = MultiLabel::compute(&dataset, &scores, &NoProgress).unwrap();
        assert_eq!((m.items, m.coverage_error), (0, None));
        let at = multilabel_at(&dataset, &scores, &[], PairCounting::EveryPair, &NoProgress).unwrap();
        assert_eq!((at.subset_accuracy, at.hamming_loss), (None, None));
        let predictions = predictions(&dataset, &scores, true);
        assert_eq!(matched(&dataset, &predictions, true, &NoProgress).unwrap().optima.pooled, None);
        assert!(score_histograms(&dataset, &scores, 10).is_none());
        assert!(macro_roc_curve(&dataset, &scores, true, &NoProgress).unwrap().is_empty());
    }
}

/// Items of class 0 score 0.9, 0.5; others 0.7, 0.5. ROC: (0,0) (0,½) (½,½) (1,1), area 0.625. PR: 1, ½, 2/4 at recalls
/// ½, ½, 1, after recall 0.
#[test]
fn curves_by_hand() {
    let dataset = dataset(2, &[vec![0], vec![1], vec![0], vec![1], vec![]]);
    let rows = [[0.9, 0.1], [0.7, 0.3], [0.5, 0.5], [0.5, 0.5], [1.0, 0.0]];
    let scores = ClassScores::of_rows(2, rows.concat(), Vec::new());
    assert_eq!(roc_curve(&dataset, &scores, ClassId(0), false), [(0.0, 0.0), (0.0, 0.5), (0.5, 0.5), (1.0, 1.0)]);
    assert_eq!(pr_curve(&dataset, &scores, ClassId(0), false), [(0.0, 1.0), (0.5, 1.0), (0.5, 0.5), (1.0, 0.5)]);
    // The curve of class 1 goes over (½,½) and (½,1): at 0 it is still 0.
    let mean = macro_roc_curve(&dataset, &scores, false, &NoProgress).unwrap();
    assert_eq!((mean.len(), mean[0], mean[1], mean[501]), (502, (0.0, 0.0), (0.0, 0.25), (1.0, 1.0)));
    // Answers 0, 0, 0 (tied), 0 (tied): right, wrong, right, wrong.
    let spread = score_histograms(&dataset, &scores, 2).unwrap();
    assert_eq!((spread.range, spread.right, spread.wrong), ((0.0, 1.0), vec![0, 2], vec![0, 2]));
    let bins = reliability(&dataset, &scores, 2);
    assert_eq!((bins[0].count, bins[0].accuracy, bins[0].mean_confidence), (2, Some(0.5), Some(0.5)));
    assert_eq!((bins[1].count, bins[1].low, bins[1].high, bins[1].accuracy), (2, 0.5, 1.0, Some(0.5)));
}

/// scipy 1.17.1: entropy([0.7, 0.2, 0.1]) = 0.8018185525433372. −ln 0.2 = 1.6094379124341003. Two labels 0.7 and 0.2
/// against 0.1: cross-entropies −ln 0.7, −ln 0.2, −ln 0.9; binary entropies 0.6108643, 0.5004024, 0.3250830.
#[test]
fn measures_of_an_item() {
    let dataset = dataset(3, &[vec![1, 0]]);
    let scores = ClassScores::of_rows(3, vec![1.4, 0.4, 0.2], Vec::new());
    let m = item_measures(&dataset, &scores, ImageId(0), false);
    let near = |a: Option<f64>, b: f64| assert!((a.unwrap() - b).abs() < 1e-7, "{a:?} is not {b}");
    near(m.loss, 1.609_437_912_434_100_3);
    near(m.entropy, 0.801_818_552_543_337_2);
    near(m.margin, 1.0);
    assert_eq!(m.confidence, Some(1.4));
    let scores = ClassScores::of_rows(3, vec![0.7, 0.2, 0.1], Vec::new());
    let m = item_measures(&dataset, &scores, ImageId(0), true);
    near(m.loss, (0.356_674_943_9 + 1.609_437_912_4 + 0.105_360_515_7) / 3.0);
    near(m.entropy, (0.610_864_302_1 + 0.500_402_423_5 + 0.325_082_973_4) / 3.0);
    near(m.margin, 0.1);
    let none = item_measures(&dataset, &scores, ImageId(7), false);
    assert_eq!((none.loss, none.margin, none.entropy, none.confidence), (None, None, None, None));
}
