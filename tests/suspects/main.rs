//! Labels that may be wrong: confident learning against recorded values of cleanlab, suspects among objects and verdicts by hand,
//! the card of the recommendations against really repaired data.

mod objects;
mod repair;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use evalens::analysis::Rules;
use evalens::analysis::suspects::confident::{Confident, Pruning, Table, normalized_margin};
use evalens::analysis::suspects::{self, Found, labels};
use evalens::metrics::{DetectionSettings, Evaluation, Sections};
use evalens::model::{
    ClassId, ClassScores, ClassTable, DatasetBuilder, Image, NewTruth, NoProgress, SuspectKind, Task,
};
use evalens::session::load;
use evalens::store::place::Keeper;
use serde_json::Value;

const CLOSE: f64 = 1e-12;

fn expected() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/suspects/confident.json");
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<u64> {
    value.as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect()
}

fn floats(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect()
}

fn matrix(value: &Value) -> Vec<Vec<u64>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

fn as_u64(items: &[u32]) -> Vec<u64> {
    items.iter().map(|item| u64::from(*item)).collect()
}

/// A small table.
struct Small {
    labels: Vec<u64>,
    rows: Vec<Vec<f64>>,
}

impl Small {
    fn of(set: &Value) -> Self {
        Self { labels: numbers(&set["labels"]), rows: set["rows"].as_array().unwrap().iter().map(floats).collect() }
    }
}

impl Table for Small {
    fn items(&self) -> usize {
        self.labels.len()
    }

    fn classes(&self) -> usize {
        self.rows[0].len()
    }

    fn label(&self, item: usize) -> usize {
        self.labels[item] as usize
    }

    fn probability(&self, item: usize, class: usize) -> f64 {
        self.rows[item][class]
    }
}

#[test]
fn small_sets_are_learnt_as_cleanlab_learns_them() {
    let expected = expected();
    assert_eq!(expected["libraries"]["cleanlab"], "2.9.0");
    let sets = expected["single"].as_object().unwrap();
    assert_eq!(sets.len(), 5);
    for (name, set) in sets {
        let (table, wanted) = (Small::of(set), &set["expected"]);
        let found = Confident::of(&table, &NoProgress).unwrap();
        for (class, (is, should)) in found.thresholds.iter().zip(floats(&wanted["thresholds"])).enumerate() {
            assert!((is - should).abs() < CLOSE, "{name}, class {class}: {is} is not {should}");
        }
        assert_eq!(found.joint, matrix(&wanted["joint"]), "{name}");
        assert_eq!(found.calibrated, matrix(&wanted["calibrated"]), "{name}");
        assert_eq!(as_u64(&found.counted), numbers(&wanted["counted"]), "{name}");
        assert_eq!(as_u64(&found.by_noise_rate), numbers(&wanted["noise_rate"]), "{name}");
        let mut ranked: Vec<(f64, u64)> = found
            .suspects(Pruning::NoiseRate)
            .iter()
            .map(|item| (normalized_margin(&table, *item as usize), u64::from(*item)))
            .collect();
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
        let ranked: Vec<u64> = ranked.into_iter().map(|(_, item)| item).collect();
        assert_eq!(ranked, numbers(&wanted["ranked"]["normalized_margin"]), "{name}");
    }
}

/// Items of a classifier, with any number of labels each.
fn classifier(task: Task, labels: &[Vec<u64>], rows: &[Vec<f64>]) -> Evaluation {
    let classes = rows[0].len();
    let builder = DatasetBuilder {
        classes: ClassTable::from_names((0..classes).map(|class| format!("class {class}"))),
        splits: vec!["test".into()],
        images: (0..labels.len())
            .map(|item| Image { source_id: item as i64, name: format!("{item}"), ..Image::default() })
            .collect(),
        truths: (0..)
            .zip(labels)
            .flat_map(|(item, of)| of.iter().map(move |class| NewTruth::label(item, ClassId(*class as u32))))
            .collect(),
        ..DatasetBuilder::default()
    };
    let scores = ClassScores::of_rows(classes, rows.concat(), Vec::new());
    Evaluation::of_labels(task, Arc::new(builder.build()), scores, &NoProgress).unwrap()
}

fn found(evaluation: &Evaluation, rules: &Rules) -> Found {
    suspects::find(evaluation, rules, &NoProgress).unwrap()
}

#[test]
fn several_labels_are_judged_class_by_class() {
    let set = &expected()["several"];
    let labels = matrix(&set["labels"]);
    let rows: Vec<Vec<f64>> = set["rows"].as_array().unwrap().iter().map(floats).collect();
    let evaluation = classifier(Task::Multilabel, &labels, &rows);
    for (pruning, name) in [(Pruning::NoiseRate, "noise_rate"), (Pruning::Counted, "counted")] {
        let found =
            found(&evaluation, &Rules { suspect_counted: u64::from(pruning == Pruning::Counted), ..Rules::default() });
        for (class, wanted) in matrix(&set["expected"][name]).into_iter().enumerate() {
            let of_class = |s: &&suspects::Suspect| s.label.or(s.model).map(ClassId::index) == Some(class);
            let mut items: Vec<u64> = found.suspects.iter().filter(of_class).map(|s| u64::from(s.image.0)).collect();
            items.sort_unstable();
            assert_eq!(items, wanted, "class {class}, {name}");
        }
        for suspect in &found.suspects {
            let (item, class) = (suspect.image.index(), suspect.label.or(suspect.model).unwrap());
            let (has, p) = (labels[item].contains(&u64::from(class.0)), rows[item][class.index()]);
            let kind = if has { SuspectKind::SpuriousLabel } else { SuspectKind::MissingLabel };
            assert_eq!(suspect.kind, kind);
            assert!((suspect.score - if has { 1.0 - p } else { p }).abs() < CLOSE);
            assert_eq!(suspect.pred.and_then(|p| evaluation.predictions.class_of(p)), Some(class));
        }
        assert!(found.suspects.is_sorted_by(|a, b| a.score >= b.score));
    }
}

#[test]
fn without_all_probabilities_it_is_said_why_there_are_no_suspects() {
    let labels = vec![vec![0], vec![1]];
    let mut evaluation = classifier(Task::Classification, &labels, &[vec![0.9, 0.1], vec![0.2, 0.8]]);
    assert_eq!(found(&evaluation, &Rules::default()), Found::default());
    let lists = vec![vec![(ClassId(0), 0.9)], vec![(ClassId(1), 0.8)]];
    let scores = ClassScores::of_lists(2, lists);
    evaluation = Evaluation::of_labels(evaluation.task, evaluation.dataset, scores, &NoProgress).unwrap();
    let refusal = found(&evaluation, &Rules::default()).refusal.unwrap();
    assert!(refusal.contains("best few classes"), "{refusal}");
}

/// The folder of real data, where it is there.
fn data() -> Option<PathBuf> {
    let root = std::env::var_os("EVALENS_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    if root.is_dir() {
        return Some(root);
    }
    eprintln!("no data in {} (EVALENS_DATA): this test rests on the small sets", root.display());
    None
}

fn evaluate(folder: &Path, model: &str) -> Evaluation {
    let project = load::open(folder, &Keeper::default(), &NoProgress).unwrap();
    let of = &project.recognised.project;
    let choice = project.choices.iter().find(|choice| {
        choice.model(of).is_some_and(|m| m.id == model || format!("{}@{}", m.id, m.version) == model)
            && choice.splits == ["test"]
    });
    let choice =
        choice.or_else(|| project.choices.iter().find(|choice| choice.model(of).is_some_and(|m| m.id == model)));
    let settings = DetectionSettings::default();
    let loaded = load::evaluate(&project.root, of, choice.unwrap(), settings, Sections::ALL, &NoProgress);
    loaded.unwrap().evaluation
}

#[test]
fn real_outputs_are_suspected_as_cleanlab_suspects_them() {
    let Some(data) = data() else { return };
    let expected = expected();
    for (name, wanted) in expected["real"].as_object().unwrap() {
        let (folder, model) = name.split_once('/').unwrap();
        let evaluation = evaluate(&data.join(folder), model);
        let table = labels::Single::of(&evaluation, evaluation.labels().unwrap());
        let learnt = Confident::of(&table, &NoProgress).unwrap();
        // Classes may stand in another order than cleanlab was given them: in that of their names here.
        let mut order: Vec<usize> = (0..evaluation.dataset.classes.len()).collect();
        order.sort_by_key(|class| evaluation.dataset.classes.names()[*class].clone());
        let of = |row: &[u64]| order.iter().map(|class| row[*class]).collect::<Vec<u64>>();
        let rows: Vec<u64> = learnt.joint.iter().map(|row| row.iter().sum()).collect();
        let columns: Vec<u64> =
            (0..rows.len()).map(|column| learnt.joint.iter().map(|row| row[column]).sum()).collect();
        let diagonal = |m: &[Vec<u64>]| (0..m.len()).map(|class| m[class][class]).collect::<Vec<u64>>();
        assert_eq!(rows.iter().sum::<u64>(), wanted["joint_total"].as_u64().unwrap(), "{name}");
        assert_eq!(diagonal(&learnt.joint).iter().sum::<u64>(), wanted["joint_diagonal"].as_u64().unwrap(), "{name}");
        assert_eq!(of(&rows), numbers(&wanted["joint_rows"]), "{name}");
        assert_eq!(of(&columns), numbers(&wanted["joint_columns"]), "{name}");
        assert_eq!(of(&diagonal(&learnt.calibrated)), numbers(&wanted["calibrated_diagonal"]), "{name}");
        let id = |item: evalens::model::ImageId| evaluation.dataset.images[item.index()].name.clone();
        let ids = |rows: &[u32]| -> BTreeSet<String> {
            rows.iter().map(|row| id(table.item(*row as usize).unwrap())).collect()
        };
        let strings = |value: &Value| -> Vec<String> {
            value.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(ids(&learnt.counted), strings(&wanted["counted"]).into_iter().collect(), "{name}");
        assert_eq!(ids(&learnt.by_noise_rate), strings(&wanted["noise_rate"]).into_iter().collect(), "{name}");
        let found = found(&evaluation, &Rules::default());
        let surest: Vec<String> = found.suspects.iter().take(10).map(|s| id(s.image)).collect();
        assert_eq!(surest, strings(&wanted["surest"]), "{name}");
    }
}
