//! Runs in the order of a number: which model is best where, by what anyone may recompute.

use std::collections::BTreeSet;

use crate::metrics::{Metric, rates};
use crate::model::Task;
use crate::model::run::{ModelType, Run, RunClass, headline};

/// What the runs are ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Column {
    /// Model and version, in natural order.
    Model,
    /// Evaluation dataset.
    EvaluationDataset,
    /// Training dataset.
    TrainingDataset,
    /// Macro ROC AUC.
    RocAuc,
    /// F1 at the model's own optimum.
    F1,
    /// Precision there.
    Precision,
    /// Recall there.
    Recall,
    /// The task's headline number.
    #[default]
    Headline,
    /// A number of generated texts.
    Of(Metric),
}

/// The numbers of generated texts that have columns.
pub const OF_TEXTS: [Metric; 6] =
    [Metric::WeightedScore, Metric::ExactMatch, Metric::TokenF1, Metric::Bleu, Metric::Chrf, Metric::RougeL];

impl Column {
    /// The columns of a kind of models, in the order of the table.
    #[must_use]
    pub fn of_type(kind: Option<ModelType>) -> Vec<Self> {
        match kind {
            Some(ModelType::Trained(Task::TextGeneration)) => {
                let names = [Self::Model, Self::EvaluationDataset, Self::TrainingDataset];
                names.into_iter().chain(OF_TEXTS.map(Self::Of)).chain([Self::Headline]).collect()
            }
            _ => Self::ALL.to_vec(),
        }
    }

    /// The columns of most kinds of models.
    pub const ALL: [Self; 8] = [
        Self::Model,
        Self::EvaluationDataset,
        Self::TrainingDataset,
        Self::RocAuc,
        Self::F1,
        Self::Precision,
        Self::Recall,
        Self::Headline,
    ];

    /// The column's name on the command line: `roc_auc`, `f1`, …
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::EvaluationDataset => "evaluation_dataset",
            Self::TrainingDataset => "training_dataset",
            Self::RocAuc => "roc_auc",
            Self::F1 => "f1",
            Self::Precision => "precision",
            Self::Recall => "recall",
            Self::Headline => "headline",
            Self::Of(metric) => metric.name(),
        }
    }

    /// The column of this name; the headline's own names mean the headline.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let own = Task::ALL.iter().any(|task| headline(*task).0 == name).then_some(Self::Headline);
        let of_texts = OF_TEXTS.map(Self::Of);
        Self::ALL.into_iter().chain(of_texts).find(|column| column.name() == name).or(own)
    }

    /// The number of the column, for comparing runs; `None` for columns of names.
    #[must_use]
    pub const fn metric(self, task: Task) -> Option<Metric> {
        match self {
            Self::F1 => Some(Metric::F1),
            Self::Precision => Some(Metric::Precision),
            Self::Recall => Some(Metric::Recall),
            Self::RocAuc if task.is_classification() => Some(Metric::RocAucMacro),
            Self::Headline if task.is_multilabel() => Some(Metric::AveragePrecisionMacro),
            Self::Headline if task.is_classification() => Some(Metric::Accuracy),
            Self::Of(metric) if matches!(task, Task::TextGeneration) => Some(metric),
            Self::Headline if matches!(task, Task::TextGeneration) => Some(Metric::PassRate),
            Self::Headline if matches!(task, Task::SemanticSegmentation) => Some(Metric::MeanIou),
            Self::Headline if matches!(task, Task::Detection | Task::InstanceSegmentation) => Some(Metric::Ap),
            _ => None,
        }
    }

    /// True where the column holds numbers, of which the highest come first.
    #[must_use]
    pub const fn is_number(self) -> bool {
        matches!(self, Self::RocAuc | Self::F1 | Self::Precision | Self::Recall | Self::Headline | Self::Of(_))
    }
}

/// Which runs are shown. Empty sets leave everything in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Of this kind only.
    pub model_type: Option<ModelType>,
    /// On these datasets only, as [`evaluation_dataset`] names them.
    pub evaluation_datasets: BTreeSet<String>,
    /// Trained on these only, as [`training_dataset`] names them.
    pub training_datasets: BTreeSet<String>,
    /// Numbers over these classes only.
    pub classes: BTreeSet<String>,
    /// F1, precision and recall at this common threshold, a step of [`crate::model::run::threshold_of`]; `None`: each run
    /// at its own optimum.
    pub step: Option<u8>,
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Position among the runs handed in.
    pub run: usize,
    /// Place by the sorted column, from 1; equal numbers share one. `None` where the run has no such number, and where the
    /// table is not in the order of a number.
    pub rank: Option<usize>,
    /// Macro ROC AUC.
    pub roc_auc: Option<f64>,
    /// F1 at the optimum, or at the common threshold.
    pub f1: Option<f64>,
    /// Precision there.
    pub precision: Option<f64>,
    /// Recall there.
    pub recall: Option<f64>,
    /// The task's headline number.
    pub headline: Option<f64>,
    /// Of generated texts the numbers of [`OF_TEXTS`].
    pub of_texts: [Option<f64>; OF_TEXTS.len()],
}

impl Row {
    /// The number of a column; `None` for columns of names.
    #[must_use]
    pub fn number(&self, column: Column) -> Option<f64> {
        match column {
            Column::Of(metric) => OF_TEXTS.iter().zip(self.of_texts).find(|(of, _)| **of == metric)?.1,
            Column::RocAuc => self.roc_auc,
            Column::F1 => self.f1,
            Column::Precision => self.precision,
            Column::Recall => self.recall,
            Column::Headline => self.headline,
            Column::Model | Column::EvaluationDataset | Column::TrainingDataset => None,
        }
    }
}

/// How a run's evaluation dataset is called: `dataset@version, split`, with the project before it where that is not the
/// model's.
#[must_use]
pub fn evaluation_dataset(run: &Run) -> String {
    format!("{}@{}, {}", run.dataset.id, run.dataset.version, run.dataset.splits.join(" + "))
}

/// How a run's training dataset is called; `None` where it is not known.
#[must_use]
pub fn training_dataset(run: &Run) -> Option<String> {
    run.model.trained_on.as_ref().map(ToString::to_string)
}

/// The type to show at first: transfer-learn classifiers where there are any, else the type of most runs.
#[must_use]
pub fn first_type(runs: &[&Run]) -> Option<ModelType> {
    let types: BTreeSet<ModelType> = runs.iter().map(|run| run.model_type()).collect();
    let learnt = types.iter().find(|kind| matches!(kind, ModelType::TransferLearn(_)));
    let count = |kind: &&ModelType| runs.iter().filter(|run| run.model_type() == **kind).count();
    learnt.copied().or_else(|| types.iter().max_by_key(|kind| (count(kind), std::cmp::Reverse(**kind))).copied())
}

/// The runs that are shown, in the order of a column. Runs without its number come last in both directions.
#[must_use]
pub fn rows(runs: &[&Run], shown: &Shown, by: Column, ascending: bool) -> Vec<Row> {
    let fits = |run: &Run| {
        let on = |set: &BTreeSet<String>, name: Option<String>| {
            set.is_empty() || name.is_some_and(|name| set.contains(&name))
        };
        shown.model_type.is_none_or(|kind| run.model_type() == kind)
            && on(&shown.evaluation_datasets, Some(evaluation_dataset(run)))
            && on(&shown.training_datasets, training_dataset(run))
    };
    let kept = runs.iter().enumerate().filter(|(_, run)| fits(run));
    let mut rows: Vec<Row> = kept.map(|(i, run)| row(i, run, shown)).collect();
    if by.is_number() {
        rows.sort_by(|a, b| match (a.number(by), b.number(by)) {
            (Some(a), Some(b)) if ascending => a.total_cmp(&b),
            (Some(a), Some(b)) => b.total_cmp(&a),
            (a, b) => b.is_some().cmp(&a.is_some()),
        });
        rank(&mut rows, by);
        return rows;
    }
    let name = |row: &Row| {
        let Some(run) = runs.get(row.run) else { return String::new() };
        match by {
            Column::EvaluationDataset => evaluation_dataset(run),
            Column::TrainingDataset => training_dataset(run).unwrap_or_default(),
            _ => format!("{}@{}", run.model.id, run.model.version),
        }
    };
    rows.sort_by(|a, b| {
        let order = natord::compare(&name(a), &name(b));
        if ascending { order } else { order.reverse() }
    });
    rows
}

/// The best has rank 1 in both directions of the table.
fn rank(rows: &mut [Row], by: Column) {
    let numbers: Vec<Option<f64>> = rows.iter().map(|row| row.number(by)).collect();
    let mut sorted: Vec<f64> = numbers.iter().copied().flatten().collect();
    sorted.sort_by(|a, b| b.total_cmp(a));
    for (row, number) in rows.iter_mut().zip(numbers) {
        row.rank = number.map(|number| 1 + sorted.partition_point(|other| *other > number));
    }
}

fn row(position: usize, run: &Run, shown: &Shown) -> Row {
    let whole = Row {
        run: position,
        rank: None,
        roc_auc: run.number("roc_auc_macro"),
        f1: run.number("f1"),
        precision: run.number("precision"),
        recall: run.number("recall"),
        headline: run.number(headline(run.task).0),
        of_texts: OF_TEXTS.map(|metric| run.number(metric.name()).filter(|_| run.task == Task::TextGeneration)),
    };
    if !shown.classes.is_empty() {
        let chosen: Vec<&RunClass> = run.classes.iter().filter(|class| shown.classes.contains(&class.name)).collect();
        return over(whole, run.task, &chosen, shown.step);
    }
    match shown.step {
        // What answers have to reach is no confidence.
        _ if run.task == Task::TextGeneration => whole,
        None => whole,
        Some(step) => {
            let counts = run.at_steps.get(usize::from(step)).copied();
            with_rates(whole, counts, run.dataset.truths as u64)
        }
    }
}

/// The rates of (correct, kept), undefined where those are not known.
fn with_rates(row: Row, counts: Option<(u64, u64)>, truths: u64) -> Row {
    Row {
        f1: counts.and_then(|(correct, kept)| rates::f1(correct, kept, truths)),
        precision: counts.and_then(|(correct, kept)| rates::ratio(correct, kept)),
        recall: counts.and_then(|(correct, _)| rates::ratio(correct, truths)),
        ..row
    }
}

/// The numbers over some classes: counts added up at the run's own confidence or at the common one, means over those that
/// are defined. Accuracy over some classes is the share of their items whose best class is right.
fn over(row: Row, task: Task, classes: &[&RunClass], step: Option<u8>) -> Row {
    let truths = classes.iter().map(|class| class.support()).sum();
    let counts_of = |class: &&RunClass| match step {
        None => Some((class.correct, class.predicted())),
        Some(step) => class.at_steps.get(usize::from(step)).map(|(c, k)| ((*c), (*k))),
    };
    let counts: Option<Vec<(u64, u64)>> = classes.iter().map(counts_of).collect();
    let counts = counts.map(|all| all.into_iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1)));
    let right: Option<u64> = classes.iter().map(|c| c.argmax_correct).sum();
    let mean = |of: fn(&RunClass) -> Option<f64>| {
        let known: Vec<f64> = classes.iter().filter_map(|c| of(c)).collect();
        (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
    };
    Row {
        roc_auc: mean(|c| c.roc_auc),
        headline: match task {
            Task::Classification | Task::TextClassification => right.and_then(|right| rates::ratio(right, truths)),
            _ => mean(|c| c.average_precision),
        },
        ..with_rates(row, counts, truths)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(model: &str, f1: Option<f64>, trained: Option<&str>) -> Run {
        let mut run = Run { task: Task::Detection, ..Run::default() };
        model.clone_into(&mut run.model.id);
        run.model.trained_on = trained.map(|dataset| crate::model::project::TrainedOn {
            dataset: dataset.to_owned(),
            version: "v1".to_owned(),
            split: Some("train".to_owned()),
        });
        run.summary.insert("f1".to_owned(), f1);
        let class = |name: &str, [correct, missed, false_positives]: [u64; 3], ap| RunClass {
            name: name.to_owned(),
            correct,
            missed,
            false_positives,
            average_precision: ap,
            ..RunClass::default()
        };
        run.classes = vec![class("a", [8, 2, 2], Some(0.5)), class("b", [1, 9, 0], None), class("c", [0, 0, 5], None)];
        run
    }

    #[test]
    fn ranks_follow_the_column_and_equals_share_one() {
        let runs = [
            run("m10", Some(0.5), None),
            run("m2", Some(0.7), Some("d")),
            run("m3", None, None),
            run("m1", Some(0.5), None),
        ];
        let runs: Vec<&Run> = runs.iter().collect();
        let order = |by, ascending| -> Vec<(usize, Option<usize>)> {
            rows(&runs, &Shown::default(), by, ascending).iter().map(|r| (r.run, r.rank)).collect()
        };
        assert_eq!(order(Column::F1, false), [(1, Some(1)), (0, Some(2)), (3, Some(2)), (2, None)]);
        assert_eq!(order(Column::F1, true), [(0, Some(2)), (3, Some(2)), (1, Some(1)), (2, None)]);
        assert_eq!(order(Column::Model, true).iter().map(|r| r.0).collect::<Vec<_>>(), [3, 1, 2, 0]);
        let mut shown = Shown::default();
        shown.training_datasets.insert("d@v1, train".to_owned());
        assert_eq!(rows(&runs, &shown, Column::F1, false).len(), 1);
        assert_eq!(first_type(&runs), Some(ModelType::Trained(Task::Detection)));
    }

    /// a and b together by hand: correct 9, kept 8 + 2 + 1 = 11, truths 10 + 10 = 20; AP is a's alone.
    #[test]
    fn some_classes_have_their_own_numbers() {
        let run = run("m", Some(0.9), None);
        let shown = Shown { classes: ["a".to_owned(), "b".to_owned()].into(), ..Shown::default() };
        let row = rows(&[&run], &shown, Column::Headline, false).remove(0);
        assert_eq!((row.precision, row.recall, row.f1), (Some(9.0 / 11.0), Some(9.0 / 20.0), Some(18.0 / 31.0)));
        assert_eq!((row.headline, row.rank), (Some(0.5), Some(1)));
        let at_half = Shown { step: Some(10), ..shown.clone() };
        let row = rows(&[&run], &at_half, Column::Headline, false).remove(0);
        assert_eq!((row.precision, row.f1, row.headline), (None, None, Some(0.5)), "a run without counts at steps");
        let none = Shown { classes: ["of another dataset".to_owned()].into(), ..Shown::default() };
        let row = rows(&[&run], &none, Column::Headline, false).remove(0);
        assert_eq!((row.precision, row.f1, row.rank), (None, None, None));
    }

    /// 6 of 8 kept are right, of 10 truths: P 3/4, R 3/5, F1 12/18. Of class a 5 of 6, of 10 truths.
    #[test]
    fn a_common_threshold_reads_the_counts_there() {
        let mut run = run("m", Some(0.9), None);
        run.dataset.truths = 10;
        run.at_steps = vec![(0, 0); 21];
        run.at_steps[10] = (6, 8);
        run.classes[0].at_steps = vec![(5, 6); 21];
        let shown = Shown { step: Some(10), ..Shown::default() };
        let row = rows(&[&run], &shown, Column::F1, false).remove(0);
        assert_eq!((row.precision, row.recall, row.f1), (Some(0.75), Some(0.6), Some(2.0 / 3.0)));
        let shown = Shown { classes: ["a".to_owned()].into(), ..shown };
        let row = rows(&[&run], &shown, Column::F1, false).remove(0);
        assert_eq!((row.precision, row.recall, row.f1), (Some(5.0 / 6.0), Some(0.5), Some(0.625)));
    }
}
