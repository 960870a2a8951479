//! Classifiers against recorded values of scikit-learn.

use std::path::{Path, PathBuf};

use evalens::metrics::classification::{
    MultiLabel, PairCounting, Rates, SingleLabel, cooccurrence, matched, mean_probabilities, multilabel_at, predictions,
};
use evalens::metrics::detection::Matched;
use evalens::model::{
    ClassId, ClassScores, ClassTable, Dataset, DatasetBuilder, Image, ImageId, NewTruth, NoProgress, Predictions,
};
use serde_json::Value;

/// The folder of real data, where it is there.
fn data() -> Option<PathBuf> {
    let root = std::env::var_os("EVALENS_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    if root.is_dir() {
        return Some(root);
    }
    eprintln!("no data in {}: this test rests on the small sets", root.display());
    None
}

fn json(path: &Path) -> Vec<Value> {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn table(path: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
    (header, rows)
}

fn dataset(classes: &[String], labels: &[Vec<ClassId>]) -> Dataset {
    let mut builder = DatasetBuilder {
        classes: ClassTable::from_names(classes.to_vec()),
        images: (0..labels.len() as i64).map(|source_id| Image { source_id, ..Image::default() }).collect(),
        ..DatasetBuilder::default()
    };
    for (item, of_item) in labels.iter().enumerate() {
        builder.truths.extend(of_item.iter().map(|&class| NewTruth::label(item, class)));
    }
    builder.build()
}

struct Set {
    name: String,
    dataset: Dataset,
    scores: ClassScores,
    expected: Value,
}

impl Set {
    /// A table with one column a class, in any order; `labels` from a row's cells.
    fn new(expected: &Value, root: &Path, labels: impl Fn(&Header, usize, &[String]) -> Vec<String>) -> Self {
        let path = |key: &str| root.join(expected[key].as_str().unwrap().trim_start_matches("../shared/data/"));
        let (header, rows) = table(&path("predictions"));
        let header = Header(header);
        let classes: Vec<String> = serde_json::from_value(expected["classes"].clone()).unwrap();
        let columns: Vec<usize> = classes.iter().map(|c| header.at(c).unwrap()).collect();
        let values = rows.iter().flat_map(|row| columns.iter().map(|&c| row[c].parse().unwrap())).collect();
        let id = |name: String| ClassId::from_index(classes.iter().position(|c| *c == name).unwrap());
        let labels: Vec<Vec<ClassId>> =
            rows.iter().enumerate().map(|(i, row)| labels(&header, i, row).into_iter().map(id).collect()).collect();
        Self {
            name: expected["name"].as_str().unwrap().to_owned(),
            dataset: dataset(&classes, &labels),
            scores: ClassScores::of_rows(classes.len(), values, Vec::new()),
            expected: expected.clone(),
        }
    }

    fn close(&self, value: Option<f64>, key: &str) {
        close(value, &self.expected[key], &format!("{} {key}", self.name));
    }

    fn matched(&self, multilabel: bool) -> (Predictions, Matched) {
        let predictions = predictions(&self.dataset, &self.scores, multilabel);
        let matched = matched(&self.dataset, &predictions, multilabel, &NoProgress).unwrap();
        (predictions, matched)
    }
}

struct Header(Vec<String>);

impl Header {
    fn at(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|h| h == name)
    }
}

fn close(value: Option<f64>, expected: &Value, what: &str) {
    match (value, expected.as_f64()) {
        (Some(a), Some(b)) => assert!((a - b).abs() <= 1e-9, "{what}: {a} is not {b}"),
        (a, b) => assert_eq!(a, b, "{what}"),
    }
}

/// scikit-learn prints 0 for 0/0.
fn close_or_zero(value: Option<f64>, expected: &Value, what: &str) {
    close(Some(value.unwrap_or(0.0)), expected, what);
}

fn rates(rates: Rates, expected: &Value, what: &str) {
    close(rates.precision, &expected["precision"], what);
    close(rates.recall, &expected["recall"], what);
    close(rates.f1, &expected["f1"], what);
}

fn matrix(value: &Value) -> Vec<Vec<u32>> {
    serde_json::from_value(value.clone()).unwrap()
}

fn single_sets() -> Vec<Set> {
    let Some(root) = data() else { return Vec::new() };
    let recorded = json(&root.join("../reference/classification.json"));
    let label = |header: &Header, _: usize, row: &[String]| {
        let column = header.at("label").or_else(|| header.at("true")).unwrap();
        vec![row[column].clone()]
    };
    recorded.iter().map(|expected| Set::new(expected, &root, label)).collect()
}

fn multi_sets() -> Vec<Set> {
    let Some(root) = data() else { return Vec::new() };
    let recorded = json(&root.join("../reference/multilabel.json"));
    let set = |expected: &Value| {
        let path = root.join(expected["truth"].as_str().unwrap().trim_start_matches("../shared/data/"));
        let (_, truth) = table(&path);
        Set::new(expected, &root, |_, i, row| {
            assert_eq!(truth[i][0], row[0]);
            truth[i][1].split('|').filter(|l| !l.is_empty()).map(str::to_owned).collect()
        })
    };
    recorded.iter().map(set).collect()
}

#[test]
fn single_label_without_a_threshold() {
    for set in single_sets() {
        let s = SingleLabel::compute(&set.dataset, &set.scores, &NoProgress).unwrap();
        let e = &set.expected;
        let mut row = Vec::new();
        let off = (0..set.scores.items()).filter(|&i| {
            assert!(set.scores.copy_row(ImageId::from_index(i), &mut row));
            (numpy_sum(&row) - 1.0).abs() > 1e-6
        });
        assert_eq!(
            Some(off.count() as u64),
            e["rows_not_summing_to_one_1e-6"].as_u64(),
            "{}: the set is another",
            set.name
        );
        assert_eq!(Some(s.items), e["sample_count"].as_u64());
        assert_eq!(Some(s.checks.tied), e["argmax_ties"].as_u64());
        assert_eq!((s.unlabelled, s.absent, s.complete, s.checks.not_one), (0, 0, true, 0));
        assert_eq!(s.confusion, matrix(&e["confusion_matrix"]), "{}", set.name);
        set.close(s.accuracy, "accuracy");
        set.close(s.balanced_accuracy, "balanced_accuracy");
        set.close(s.mcc, "mcc");
        set.close(s.cohen_kappa, "cohen_kappa");
        set.close(s.cohen_kappa_linear, "cohen_kappa_linear");
        set.close(s.cohen_kappa_quadratic, "cohen_kappa_quadratic");
        rates(s.averages.micro, &e["micro"], "micro");
        rates(s.averages.macro_, &e["macro"], "macro");
        rates(s.averages.weighted, &e["weighted"], "weighted");
        rates(s.averages.macro_present, &e["macro_present_only"], "macro_present_only");
        for k in [1, 2, 3, 5] {
            set.close(s.top_k(k), &format!("top{k}"));
        }
        set.close(s.top5_accuracy, "top5");
        set.close(s.log_loss, "log_loss");
        set.close(s.log_loss_as_given, "log_loss_input_as_is");
        set.close(s.brier, "brier_multiclass_sum");
        set.close(s.brier, "brier_sklearn");
        close(s.ece, &e["calibration"]["ece"], "ece");
        close(s.mce, &e["calibration"]["mce"], "mce");
        ranking(&set, &s);
    }
}

/// In the order in which numpy adds up a row of up to 128 numbers: the last bit decides which quotients tie.
fn numpy_sum(row: &[f64]) -> f64 {
    let lanes = row.chunks_exact(8);
    let rest = lanes.remainder();
    let whole = lanes
        .map(|lane| <[f64; 8]>::try_from(lane).unwrap())
        .reduce(|sums, lane| std::array::from_fn(|i| sums[i] + lane[i]))
        .map_or(0.0, |r| ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7])));
    rest.iter().fold(whole, |sum, value| sum + value)
}

fn divided(scores: &ClassScores) -> ClassScores {
    let (mut row, mut values) = (Vec::new(), Vec::new());
    for item in 0..scores.items() {
        assert!(scores.copy_row(ImageId::from_index(item), &mut row));
        let sum = numpy_sum(&row);
        values.extend(row.iter().map(|score| score / sum));
    }
    ClassScores::of_rows(scores.classes(), values, Vec::new())
}

fn ranking(set: &Set, s: &SingleLabel) {
    // The recorded one-against-one and pooled AUC are of rows divided by their sum, the others of the scores as they are.
    let divided = SingleLabel::compute(&set.dataset, &divided(&set.scores), &NoProgress).unwrap().ranking;
    set.close(divided.roc_auc_ovo_macro, "roc_auc_ovo_macro");
    set.close(divided.roc_auc_ovo_weighted, "roc_auc_ovo_weighted");
    set.close(divided.roc_auc_micro, "roc_auc_ovr_micro");
    let r = &s.ranking;
    set.close(r.roc_auc_macro, "roc_auc_ovr_macro");
    set.close(r.roc_auc_weighted, "roc_auc_ovr_weighted");
    set.close(r.average_precision_micro, "average_precision_micro");
    set.close(r.average_precision_macro, "average_precision_macro");
    set.close(r.average_precision_weighted, "average_precision_weighted");
    assert_eq!(Some(r.roc_auc_classes as u64), set.expected["roc_auc_ovr_classes"].as_u64());
    assert_eq!(Some(r.average_precision_classes as u64), set.expected["average_precision_classes"].as_u64());
    let classes = set.expected["per_class"].as_array().unwrap();
    assert_eq!(classes.len(), s.classes.len());
    for (c, e) in classes.iter().enumerate() {
        let what = format!("{} {}", set.name, e["name"]);
        close_or_zero(s.classes[c].precision(), &e["precision"], &what);
        close_or_zero(s.classes[c].recall(), &e["recall"], &what);
        close_or_zero(s.classes[c].f1(), &e["f1"], &what);
        assert_eq!(Some(s.classes[c].support), e["support"].as_u64());
        close(r.roc_auc[c], &e["roc_auc"], &what);
        close(r.average_precision[c], &e["average_precision"], &what);
    }
    let means = mean_probabilities(&set.dataset, &set.scores, false, &NoProgress).unwrap();
    if let Some(rows) = set.expected["mean_probability_matrix"].as_array() {
        for (row, expected) in means.iter().zip(rows) {
            let row = row.as_ref().unwrap();
            assert_eq!(row.len(), expected.as_array().unwrap().len());
            for (c, value) in row.iter().enumerate() {
                close(Some(*value), &expected[c], "mean probability");
            }
        }
    }
}

#[test]
fn single_label_at_thresholds() {
    for set in single_sets() {
        let (_, matched) = set.matched(false);
        for (t, e) in set.expected["at"].as_object().unwrap() {
            let totals = matched.timeline.counter_at(t.parse().unwrap()).totals();
            assert_eq!(Some(totals.kept()), e["kept"].as_u64(), "{} {t}", set.name);
            assert_eq!(Some(totals.correct), e["correct"].as_u64(), "{} {t}", set.name);
            assert_eq!(totals.false_positives, 0);
            close(totals.precision(), &e["precision"], t);
            close(totals.recall(), &e["recall"], t);
        }
        optimum(&set, &matched);
    }
}

fn optimum(set: &Set, matched: &Matched) {
    let best = matched.optima.pooled;
    close(best, &set.expected["optimum"]["confidence"], &set.name);
    close(matched.timeline.counter_at(best.unwrap()).totals().f1(), &set.expected["optimum"]["f1"], &set.name);
}

#[test]
fn multi_label() {
    for set in multi_sets() {
        assert_eq!(cooccurrence(&set.dataset), matrix(&set.expected["cooccurrence"]));
        let (_, matched) = set.matched(true);
        optimum(&set, &matched);
        let m = MultiLabel::compute(&set.dataset, &set.scores, &NoProgress).unwrap();
        for (t, e) in set.expected["at"].as_object().unwrap() {
            let what = format!("{} {t}", set.name);
            let t: f64 = t.parse().unwrap();
            let thresholds = vec![t; set.dataset.classes.len()];
            let counting = PairCounting::MissedWithAdded;
            let at = multilabel_at(&set.dataset, &set.scores, &thresholds, counting, &NoProgress).unwrap();
            assert_eq!((Some(at.items), Some(m.items)), (e["sample_count"].as_u64(), e["sample_count"].as_u64()));
            assert_eq!(Some(at.classes.len() as u64), e["labels"].as_u64());
            rates(at.averages.micro, &e["micro"], &what);
            rates(at.averages.macro_, &e["macro"], &what);
            rates(at.averages.weighted, &e["weighted"], &what);
            rates(at.samples, &e["samples"], &what);
            let values = [
                (at.subset_accuracy, "subset_accuracy"),
                (at.hamming_loss, "hamming_loss"),
                (at.jaccard_samples, "jaccard_samples"),
                (m.ranking.average_precision_micro, "average_precision_micro"),
                (m.ranking.roc_auc_micro, "roc_auc_micro"),
                (m.ranking.average_precision_macro, "average_precision_macro"),
                (m.ranking.roc_auc_macro, "roc_auc_macro"),
                (m.ranking.average_precision_weighted, "average_precision_weighted"),
                (m.ranking.roc_auc_weighted, "roc_auc_weighted"),
                (m.average_precision_samples, "average_precision_samples"),
                (m.roc_auc_samples, "roc_auc_samples"),
                (m.label_ranking_average_precision, "label_ranking_average_precision"),
                (m.label_ranking_loss, "label_ranking_loss"),
                (m.coverage_error, "coverage_error"),
            ];
            for (value, key) in values {
                close(value, &e[key], &format!("{what} {key}"));
            }
            assert_eq!(Some(m.ranking.roc_auc_classes as u64), e["roc_auc_classes"].as_u64());
            assert_eq!(Some(m.ranking.average_precision_classes as u64), e["average_precision_classes"].as_u64());
            let counter = matched.timeline.counter_at(t);
            for (c, e) in e["per_label"].as_array().unwrap().iter().enumerate() {
                close_or_zero(at.classes[c].precision(), &e["precision"], &what);
                close_or_zero(at.classes[c].recall(), &e["recall"], &what);
                close_or_zero(at.classes[c].f1(), &e["f1"], &what);
                assert_eq!(Some(at.classes[c].support), e["support"].as_u64());
                close(m.ranking.roc_auc[c], &e["roc_auc"], &what);
                close(m.ranking.average_precision[c], &e["average_precision"], &what);
                assert_eq!(at.classes[c], counter.classes()[c].into(), "{what}");
            }
        }
    }
}
