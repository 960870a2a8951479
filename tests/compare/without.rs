//! The numbers without some items are those of an evaluation in which they do not occur.

use evalens::analysis::leaks::without::without;
use evalens::metrics::{Evaluation, Metric};
use evalens::model::rng::Rng;
use evalens::model::{ImageId, Scoring, Task};

use super::{close, detectors, labels, optimum, own_value, pixels, slow, table, texts};

/// Leaves a third of the items out, then evaluates the rest anew.
fn check(evaluation: &Evaluation, what: &str) {
    let mut rng = Rng::new(11);
    let items = evaluation.dataset.images.len();
    let (out, kept): (Vec<usize>, Vec<usize>) = (0..items).partition(|_| rng.below(3) == 0);
    assert!(items < 3 || !kept.is_empty(), "{what}: something is left");
    if out.is_empty() || kept.is_empty() {
        return;
    }
    let confidence = optimum(evaluation);
    let out: Vec<ImageId> = out.into_iter().map(ImageId::from_index).collect();
    let rows = without(&table(evaluation, confidence), &out);
    let rest = slow::evaluated(evaluation, &kept);
    let headline = Metric::of_task(evaluation.task)[0];
    assert!(rows.iter().any(|row| row.metric == headline), "{what}: the headline is listed");
    for row in rows {
        let name = format!("{what}: {}", row.metric.name());
        close(row.all, own_value(evaluation, confidence, row.metric), &name);
        close(row.without, own_value(&rest, confidence, row.metric), &name);
        assert_eq!(row.unknown, None, "{name}");
    }
}

#[test]
fn of_detectors() {
    let fixtures = detectors::fixtures();
    assert!(fixtures.iter().any(|(_, of)| of.dataset.images.len() > 10));
    fixtures.iter().for_each(|(name, evaluation)| check(evaluation, name));
}

#[test]
fn of_classifiers() {
    for gaps in [false, true] {
        check(&labels::evaluation(Task::Classification, 1.5, 3, gaps), "one label");
        check(&labels::evaluation(Task::Multilabel, 1.5, 4, gaps), "several labels");
    }
}

#[test]
fn of_segmenters() {
    check(&pixels::random(5, 1, false, None), "masks");
    check(&pixels::random(5, 1, true, Some(0)), "masks with confidence");
}

#[test]
fn of_generated_texts() {
    check(&texts::random(7, 2, Scoring::default()), "answers");
    check(&texts::random(7, 2, Scoring { pass: Some("bleu".to_owned()), ..Scoring::default() }), "answers by BLEU");
}
