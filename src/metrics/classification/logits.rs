//! Logits into probabilities. Knows numbers only.

use rayon::prelude::*;

use crate::model::{ClassId, ClassScores, ImageId, ScoreTable};

/// Scores with any negative number among them are logits: each row through softmax (multi-label: each number through the
/// logistic function), in double precision, so that confident answers stay apart. Lists of the best few classes cannot
/// go through softmax and stay as they are. The second value says whether anything was done.
#[must_use]
pub fn as_probabilities(scores: ClassScores, multilabel: bool) -> (ClassScores, bool) {
    let classes = scores.classes();
    let values = match scores.table() {
        Some(table) if is_negative_anywhere(&scores, table) => match table {
            ScoreTable::Single(rows) => converted(rows, classes, multilabel),
            ScoreTable::Double(rows) => converted(rows, classes, multilabel),
        },
        None if multilabel && scores.has_confidence => return lists(scores),
        _ => return (scores, false),
    };
    let absent = (0..scores.items()).map(|i| scores.is_absent(ImageId::from_index(i))).collect();
    let mut probabilities = ClassScores::of_rows(classes, values, absent);
    probabilities.has_confidence = scores.has_confidence;
    probabilities.identity = scores.identity;
    (probabilities, true)
}

fn is_negative_anywhere(scores: &ClassScores, table: ScoreTable<'_>) -> bool {
    let classes = scores.classes().max(1);
    let present = |item: usize| !scores.is_absent(ImageId::from_index(item));
    match table {
        ScoreTable::Single(rows) => {
            rows.par_chunks_exact(classes).enumerate().any(|(i, row)| present(i) && row.iter().any(|&s| s < 0.0))
        }
        ScoreTable::Double(rows) => {
            rows.par_chunks_exact(classes).enumerate().any(|(i, row)| present(i) && row.iter().any(|&s| s < 0.0))
        }
    }
}

fn converted<T: Copy + Into<f64> + Sync>(rows: &[T], classes: usize, multilabel: bool) -> Vec<f64> {
    let classes = classes.max(1);
    let mut values = vec![0.0; rows.len()];
    values.par_chunks_mut(classes).zip(rows.par_chunks(classes)).for_each(|(to, from)| {
        for (to, &from) in to.iter_mut().zip(from) {
            *to = from.into();
        }
        if multilabel {
            to.iter_mut().for_each(|value| *value = logistic(*value));
        } else {
            softmax(to);
        }
    });
    values
}

fn lists(scores: ClassScores) -> (ClassScores, bool) {
    let items = || (0..scores.items()).map(ImageId::from_index);
    if !items().any(|item| scores.scored(item).any(|(_, score)| score < 0.0)) {
        return (scores, false);
    }
    let list = |item| scores.scored(item).map(|(class, score): (ClassId, f64)| (class, logistic(score))).collect();
    let mut probabilities = ClassScores::of_lists(scores.classes(), items().map(list).collect());
    probabilities.has_confidence = scores.has_confidence;
    probabilities.identity = scores.identity;
    (probabilities, true)
}

/// exp(x − max) over its sum, as `scipy.special.softmax`.
fn softmax(row: &mut [f64]) {
    let highest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for value in row.iter_mut() {
        *value = (*value - highest).exp();
        sum += *value;
    }
    row.iter_mut().for_each(|value| *value /= sum);
}

/// 1 / (1 + exp(−x)), as `scipy.special.expit`.
fn logistic(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(scores: &ClassScores, item: u32, expected: &[f64]) {
        for (class, expected) in (0_u32..).zip(expected) {
            let value = scores.score(ImageId(item), ClassId(class)).unwrap();
            assert!((value - expected).abs() < 1e-15, "{value} is not {expected}");
        }
    }

    /// scipy 1.17.1: softmax([1, -1, 0.5]), expit([1, -1, 0.5]).
    #[test]
    fn as_scipy() {
        let rows = || ClassScores::of_single_rows(3, vec![1.0, -1.0, 0.5, 0.0, 0.0, 0.0], Vec::new());
        let (soft, changed) = as_probabilities(rows(), false);
        assert!(changed);
        close(&soft, 0, &[0.574_096_992_967_694_6, 0.077_695_579_148_570_59, 0.348_207_427_883_734_8]);
        close(&soft, 1, &[1.0 / 3.0; 3]);
        let (single, _) = as_probabilities(rows(), true);
        close(&single, 0, &[0.731_058_578_630_004_9, 0.268_941_421_369_995_1, 0.622_459_331_201_854_6]);
    }

    #[test]
    fn probabilities_stay_as_they_are() {
        let rows = ClassScores::of_rows(2, vec![0.2, 0.8, -5.0, 1.0], vec![false, true]);
        assert_eq!(as_probabilities(rows.clone(), false), (rows, false));
        let lists = ClassScores::of_lists(3, vec![vec![(ClassId(1), -0.5)]]);
        assert_eq!(as_probabilities(lists.clone(), false), (lists.clone(), false));
        assert!(as_probabilities(lists, true).1);
    }

    #[test]
    fn far_away_logits_do_not_overflow() {
        let (soft, _) = as_probabilities(ClassScores::of_rows(2, vec![-1000.0, 1000.0], Vec::new()), false);
        close(&soft, 0, &[0.0, 1.0]);
        assert_eq!((logistic(-1000.0), logistic(1000.0)), (0.0, 1.0));
    }
}
