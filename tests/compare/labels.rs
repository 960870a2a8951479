//! Classifiers: tables, intervals, sets of items.

use evalens::analysis::compare::{Verdict, compare, rank_ranges};
use evalens::metrics::classification::ItemMeasures;
use evalens::metrics::{Evaluation, Metric};
use evalens::model::rng::Rng;
use evalens::model::{
    ClassId, ClassScores, ClassTable, Dataset, DatasetBuilder, Image, ImageId, NewTruth, NoProgress, Task,
};

use super::{compared, holds_the_numbers, optimum, slow, table};

const CLASSES: usize = 4;

fn unit(rng: &mut Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Items with one label, or any number of them; with `gaps` some have none. Of several the third repeats a label.
fn dataset(items: usize, several: bool, gaps: bool) -> Dataset {
    let mut rng = Rng::new(11);
    let mut builder = DatasetBuilder {
        classes: ClassTable::from_names((0..CLASSES).map(|c| format!("class {c}"))),
        ..DatasetBuilder::default()
    };
    for item in 0..items {
        // Names in another order than the items.
        let name = format!("item {:03}", (item * 7) % items);
        builder.images.push(Image { source_id: item as i64, name, ..Image::default() });
        let labels = match (several, gaps && item % 9 == 0) {
            (_, true) => 0,
            (false, false) => 1,
            (true, false) => rng.below(3) + 1,
        };
        for _ in 0..labels {
            builder.truths.push(NewTruth::label(item, ClassId(rng.below(CLASSES as u64) as u32)));
        }
    }
    builder.build()
}

/// Scores that lean towards the labels, full of ties (sixteenths); `skill` in 0…1; some items absent with `gaps`.
fn scores(dataset: &Dataset, skill: f64, seed: u64, several: bool, gaps: bool) -> ClassScores {
    let mut rng = Rng::new(seed);
    let (mut rows, mut absent) = (Vec::new(), Vec::new());
    for item in dataset.image_ids() {
        let mut row: Vec<f64> = (0..CLASSES).map(|_| unit(&mut rng) * (1.0 - skill)).collect();
        for truth in dataset.truths.of(item) {
            row[dataset.truths.class[truth].index()] += skill * unit(&mut rng);
        }
        let sum: f64 = row.iter().sum();
        let whole = if several { 1.0 } else { sum };
        rows.extend(row.iter().map(|score| (16.0 * score / whole).ceil() / 16.0));
        absent.push(gaps && item.0 % 11 == 3);
    }
    ClassScores::of_rows(CLASSES, rows, absent)
}

pub fn evaluation(task: Task, skill: f64, seed: u64, gaps: bool) -> Evaluation {
    let dataset = dataset(61, task.is_multilabel(), gaps);
    let scores = scores(&dataset, skill, seed, task.is_multilabel(), gaps);
    Evaluation::of_labels(task, dataset.into(), scores, &NoProgress).unwrap()
}

const TASKS: [Task; 4] = [Task::Classification, Task::TextClassification, Task::Multilabel, Task::TextMultilabel];

#[test]
fn tables_hold_the_numbers() {
    for task in TASKS {
        for gaps in [false, true] {
            let evaluation = evaluation(task, 0.5, 5, gaps);
            for confidence in [optimum(&evaluation), 0.0, 0.25, 0.5, 1.0] {
                let table = holds_the_numbers(&evaluation, confidence, &format!("{task:?} {gaps}"));
                assert!(Metric::of_task(task).iter().all(|&metric| table.not_resampled(metric).is_none()));
            }
        }
    }
}

#[test]
fn intervals_equal_those_of_evaluations_from_the_start() {
    for task in TASKS {
        for gaps in [false, true] {
            let (a, b) = (evaluation(task, 0.3, 5, gaps), evaluation(task, 0.6, 6, gaps));
            slow::check(&a, &b, [optimum(&a), 0.25]);
        }
    }
}

/// Item by item from labels and scores: right where what scores at least the threshold is exactly what is true; of one
/// label an item the best class, and items without a label do not count.
#[test]
fn sets_of_items_counted_by_hand() {
    for task in TASKS {
        let several = task.is_multilabel();
        let (a, b) = (evaluation(task, 0.4, 8, true), evaluation(task, 0.7, 9, true));
        let confidences = [optimum(&a), optimum(&b)];
        let right = |evaluation: &Evaluation, confidence: f64, item: ImageId| {
            let dataset = &evaluation.dataset;
            let mut labels: Vec<ClassId> = dataset.truths.of(item).map(|t| dataset.truths.class[t]).collect();
            labels.sort_unstable();
            labels.dedup();
            let scores = &evaluation.labels().unwrap().scores;
            if several {
                let mut said: Vec<ClassId> = scores.scored(item).filter(|s| s.1 >= confidence).map(|s| s.0).collect();
                said.sort_unstable();
                return Some(said == labels);
            }
            let label = *labels.first()?;
            Some(scores.best(item).is_some_and(|(class, score)| class == label && score >= confidence))
        };
        let comparison = compared(&table(&a, confidences[0]), &table(&b, confidences[1]));
        let set = |wanted: (bool, bool)| -> Vec<ImageId> {
            let inside =
                |&item: &ImageId| right(&a, confidences[0], item).zip(right(&b, confidences[1], item)) == Some(wanted);
            a.dataset.image_ids().filter(inside).collect()
        };
        let items = |units: &[evalens::analysis::compare::Unit]| -> Vec<ImageId> {
            assert!(units.iter().all(|unit| unit.truth.is_none()));
            units.iter().map(|unit| unit.item).collect()
        };
        assert_eq!(items(&comparison.fixed), set((false, true)), "{task:?}");
        assert_eq!(items(&comparison.broken), set((true, false)), "{task:?}");
        assert_eq!(items(&comparison.both_right), set((true, true)), "{task:?}");
        assert_eq!(items(&comparison.both_wrong), set((false, false)), "{task:?}");
        assert!(!comparison.fixed.is_empty() && !comparison.broken.is_empty(), "{task:?}");
    }
}

/// A far better model: less log loss is better, more accuracy is better; ranks are certain.
#[test]
fn a_far_better_model_is_told() {
    let (a, b) = (evaluation(Task::Classification, 0.1, 8, false), evaluation(Task::Classification, 0.9, 9, false));
    let (a, b) = (table(&a, 0.0), table(&b, 0.0));
    let comparison = compared(&a, &b);
    for metric in [Metric::Accuracy, Metric::MacroF1, Metric::RocAucMacro, Metric::LogLoss] {
        let found = comparison.metrics.iter().find(|m| m.metric == metric).unwrap();
        assert_eq!(found.verdict, Verdict::BBetter, "{}", metric.name());
        assert_eq!(found.difference.unwrap() < 0.0, metric == Metric::LogLoss);
        let ranges = rank_ranges(&[&a, &b, &a], metric, &super::FEW, &NoProgress).unwrap();
        let ranges: Vec<_> = ranges.into_iter().map(|r| r.map(|r| (r.best, r.worst))).collect();
        assert_eq!(ranges, [Some((2, 3)), Some((1, 1)), Some((2, 3))]);
    }
    assert!(comparison.p < 0.001);
    assert_eq!(compared(&b, &a).metrics[0].verdict, Verdict::ABetter);
    let detector =
        evalens::metrics::MatchTable::of(&evaluation(Task::Multilabel, 0.5, 5, false), 0.0, &NoProgress).unwrap();
    let why = compare(&a, &detector, &super::FEW, &NoProgress).unwrap_err().to_string();
    assert_eq!(why, "not comparable: one is an evaluation of classification, the other of multilabel");
}

/// Lists of the best class alone: everything about ranks and losses is undefined, the rest is not.
#[test]
fn lists_have_no_ranks() {
    let dataset = dataset(40, false, false);
    let full = scores(&dataset, 0.5, 4, false, false);
    let lists = dataset.image_ids().map(|item| full.best(item).into_iter().collect()).collect();
    let evaluation =
        Evaluation::of_labels(Task::Classification, dataset.into(), ClassScores::of_lists(CLASSES, lists), &NoProgress);
    let evaluation = evaluation.unwrap();
    assert_eq!(evaluation.labels().unwrap().measures[0].loss, ItemMeasures::default().loss);
    let table = holds_the_numbers(&evaluation, 0.3, "lists");
    let comparison = compared(&table, &table);
    let undefined: Vec<Metric> = comparison.metrics.iter().filter(|m| m.interval.is_none()).map(|m| m.metric).collect();
    assert_eq!(undefined, [Metric::RocAucMacro, Metric::AveragePrecisionMacro, Metric::LogLoss]);
}

/// More pairs of item and class than are ranked again: the number is there, its interval is not, and says why.
#[test]
fn too_many_to_rank_says_so() {
    const MANY: usize = 1_500;
    let mut builder = DatasetBuilder {
        classes: ClassTable::from_names((0..MANY).map(|c| format!("class {c}"))),
        ..DatasetBuilder::default()
    };
    for item in 0..MANY {
        builder.images.push(Image { source_id: item as i64, name: format!("{item}"), ..Image::default() });
        builder.truths.push(NewTruth::label(item, ClassId((item % 3) as u32)));
    }
    let mut rows = vec![0.0_f32; MANY * MANY];
    rows.iter_mut().step_by(MANY + 1).for_each(|score| *score = 1.0);
    let scores = ClassScores::of_single_rows(MANY, rows, Vec::new());
    let evaluation = Evaluation::of_labels(Task::Classification, builder.build().into(), scores, &NoProgress).unwrap();
    let table = table(&evaluation, 0.5);
    let few = evalens::analysis::CompareSettings { resamples: 3, ..super::FEW };
    let comparison = compare(&table, &table, &few, &NoProgress).unwrap();
    let auc = comparison.metrics.iter().find(|m| m.metric == Metric::RocAucMacro).unwrap();
    assert!(auc.a.is_some() && auc.interval.is_none());
    assert_eq!(auc.why, Some("too many items and classes to rank again in every resample"));
}
