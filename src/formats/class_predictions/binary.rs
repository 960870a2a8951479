//! One score an item: that of the positive of two classes.

use super::Source;
use crate::formats::class_map::{self, MappingReason, Settled};
use crate::formats::error::FormatError;
use crate::model::{ClassId, ClassTable, Findings, Severity};

/// Names of the positive class, in lower case.
const POSITIVE: [&str; 8] = ["1", "1.0", "true", "yes", "y", "positive", "pos", "t"];

/// The positive class of two, and why it is that one: by its name, else the second of the two.
fn positive(classes: &ClassTable) -> Option<(ClassId, &'static str)> {
    let two: Vec<ClassId> = classes.ids().collect();
    let [first, second] = two.as_slice() else { return None };
    let says = |class: ClassId| POSITIVE.contains(&classes.name(class).trim().to_lowercase().as_str());
    match (says(*first), says(*second)) {
        (true, false) => Some((*first, "so is its name")),
        (false, true) => Some((*second, "so is its name")),
        _ => Some((*second, "the second of the two")),
    }
}

/// The classes of the two columns that [`columns`] makes: the other class and the positive one, which is `said` where the
/// column of scores is called after a class.
pub(super) fn settle(
    from: &Source<'_>,
    said: Option<&str>,
    rows: usize,
    findings: &mut Findings,
) -> Result<Vec<Settled>, FormatError> {
    let classes = &from.dataset.classes;
    let Some((usual, why)) = positive(classes) else {
        return Err(FormatError::new(
            &from.path(),
            format!("has one score a row, but there are {} classes", classes.len()),
            "write a column of scores for each class; one score is enough only where there are two",
        ));
    };
    let named = said.and_then(|name| class_map::by_name(name, classes, &from.project.class_map).0);
    let (class, why) = named.map_or((usual, why), |class| (class, "the column is called so"));
    let other = classes.ids().find(|other| *other != class).unwrap_or(class);
    findings.add(
        Severity::Info,
        "positive-class",
        "The outputs have one score an item: it is taken for that of the positive class, and the other class gets 1 minus it. \
         Write a column for each class if that is not meant.",
        || format!("{} is the positive class ({why}), {} the other", classes.name(class), classes.name(other)),
    );
    let settled = |class: ClassId| (classes.name(class).to_owned(), (Some(class), MappingReason::Exact), rows);
    Ok(vec![settled(other), settled(class)])
}

/// The scores of both classes, row by row: 1 − p and p. Where any lies outside 0…1 all are logits: −x/2 and x/2, whose softmax
/// is the logistic function of x.
pub(super) fn columns(values: impl Iterator<Item = f64> + Clone) -> Vec<f64> {
    let logits = values.clone().any(|value| value.is_finite() && !(0.0..=1.0).contains(&value));
    let both = |value: f64| if logits { [-value / 2.0, value / 2.0] } else { [1.0 - value, value] };
    values.flat_map(both).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_names_of_the_positive_class() {
        for (names, expected) in [
            (["0", "1"], "1"),
            (["Yes", "No"], "Yes"),
            (["False", "True"], "True"),
            (["negative", "positive"], "positive"),
            (["ham", "spam"], "spam"),
            (["true", "yes"], "yes"),
        ] {
            let table = ClassTable::from_names(names.iter().map(|name| (*name).to_owned()));
            let (class, _) = positive(&table).unwrap();
            assert_eq!(table.name(class), expected);
        }
        assert_eq!(positive(&ClassTable::from_names(vec!["a".to_owned()])), None);
    }

    /// softmax(-x/2, x/2) = 1 / (1 + e^-x).
    #[test]
    fn probabilities_and_logits() {
        assert_eq!(columns([0.25, 1.0].into_iter()), [0.75, 0.25, 0.0, 1.0]);
        assert_eq!(columns([0.5, 3.0].into_iter()), [-0.25, 0.25, -1.5, 1.5]);
        assert_eq!(columns([-1.0, f64::NAN].into_iter())[..2], [0.5, -0.5]);
    }
}
